/* kept_fuzz.c -- members of a chunk as they are kept: what is read is written and read the same. */
#include "target.h"

#include "audience/saved/inside.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str blob = fuzz_text(c, data, n);
    chunk_bits bits, again;
    struct kept_set *k = kept_new();
    if (kept_read(c, blob, bits) == OK) {
        assert(kept_read(c, kept_write(c->arena, bits), again) == OK);
        assert(memcmp(bits, again, sizeof bits) == 0);
    }
    if (kept_put(c, k, 0, blob) == OK)
        for (i64 m = 0; m < CHUNK; m += 997) (void)kept_has(k, m);
    kept_free(k);
    return 0;
}
