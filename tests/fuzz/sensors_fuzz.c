/* sensors_fuzz.c -- any bytes as a form of the Sensors protocol, and as the data inside its
 * wrapping. */
#include "track_target.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct behaviours told;
    str token;
    struct ctx *c = fuzz_ctx();
    check_told(c, sensors_read(c, NO_STR, fuzz_text(c, data, n), &told, &token), &told);
    c = fuzz_ctx();
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    size_t room = sodium_base64_ENCODED_LEN(n, variant);
    char *text = arena_alloc(c->arena, 1, (i64)room + 5);
    memcpy(text, "data=", 5);
    sodium_bin2base64(text + 5, room, data, n, variant);
    check_told(c, sensors_read(c, str_of(text), NO_STR, &told, &token), &told);
    return 0;
}
