/* segment_text_fuzz.c -- segments as people type them: refused with a place, or read and spelled in
 * one way. */
#include "app/rooms.h"
#include "audience/ask.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    const struct segment_node *tree, *again;
    static bool wired;
    if (!wired) app_wire();
    wired = true;
    struct segment_test event;
    if (segment_parse_event(c, fuzz_text(c, data, n), &event) == OK)
        assert(event.call->id == CALL_DID && event.name.n);
    else assert(c->why.err == E_INVALID && c->why.field[0] && c->why.detail[0]);
    if (segment_parse(c, fuzz_text(c, data, n), &tree) != OK) {
        assert(c->why.err == E_INVALID && c->why.field[0] && c->why.detail[0]);
        return 0;
    }
    str text = segment_format(c->arena, tree);
    assert(segment_parse_named(c, text, S("fuzz"), &again) == OK && segment_same(tree, again));
    assert(str_eq(segment_format(c->arena, again), text));
    return 0;
}
