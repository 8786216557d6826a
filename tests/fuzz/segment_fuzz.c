/* segment_fuzz.c -- any bytes as a batch and as a single call of the Segment protocol. */
#include "track_target.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    static const char *const types[] = { NULL, "track", "identify", "page", "group", "alias" };
    for (i64 i = 0; i < COUNT(types); i++) {
        struct ctx *c = fuzz_ctx();
        struct behaviours told;
        str key;
        check_told(c, segment_read(c, types[i], fuzz_text(c, data, n), &told, &key), &told);
    }
    return 0;
}
