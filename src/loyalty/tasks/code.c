/* code.c -- codes that people pass on: made without letters that look alike, read as they are
 * typed.
 */
#include <sodium.h>

#include "loyalty/tasks/inside.h"

static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

str code_random(struct arena *a, i64 n)
{
    struct buf out = { .arena = a };
    for (i64 i = 0; i < n; i++)
        buf_byte(&out, letters[randombytes_uniform((u32)sizeof letters - 1)]);
    return buf_str(&out);
}

str code_plain(struct arena *a, str code)
{
    struct buf out = { .arena = a };
    for (i64 i = 0; i < code.n; i++) {
        char k = code.at[i];
        if (k == ' ' || k == '-') continue;
        buf_byte(&out, k >= 'a' && k <= 'z' ? (char)(k - 'a' + 'A') : k);
    }
    return buf_str(&out);
}
