/* cursor_fuzz.c -- cursors: only what was made here, for this route, unaltered, is read back. */
#include "target.h"

#include "http/route.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    struct cursor at, back;
    if (text.n) assert(cursor_read(c, "members", text, &at) == E_INVALID && c->why.detail[0]);
    /* The same bytes as a place in a list. */
    struct cursor place = { .key = (i64)n * 7919,
                            .id = n ? data[0] : 0,
                            .text = str_sub(text, 0, 300) };
    str token = cursor_make(c, "members", place);
    assert(cursor_read(c, "members", token, &back) == OK);
    assert(back.key == place.key && back.id == place.id && str_eq(back.text, place.text));
    assert(cursor_read(c, "orders", token, &back) == E_INVALID);
    char *altered = str_z(c->arena, token);
    i64 spot = (i64)(n % (size_t)token.n);
    altered[spot] = altered[spot] == 'A' ? 'B' : 'A';
    assert(cursor_read(c, "members", (str){ altered, token.n }, &back) == E_INVALID);
    assert(cursor_read(c, "members", str_sub(token, 0, token.n - 1), &back) == E_INVALID);
    return 0;
}
