/* segment_rows_fuzz.c -- rows of a builder, as any JSON: refused with the row at fault, or read as
 * a segment whose rows give it again. */
#include "app/rooms.h"
#include "audience/builder.h"
#include "target.h"

#define FIELDS_OF_rows_in(X, N) X(list(segment_row), rows, ANY, "Rows", N)
SHAPE(rows_in);
SHAPE_DEFINE(rows_in);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    struct rows_in in = { 0 };
    const struct segment_node *tree, *again;
    static bool wired;
    if (!wired) app_wire();
    wired = true;
    if (json_read(c, &rows_in_shape, &in, fuzz_text(c, data, n)) != OK) return 0;
    if (segment_of_rows(c, &in.rows, &tree) != OK) {
        assert(c->why.err == E_INVALID && c->why.detail[0]);
        assert(str_starts(str_of(c->why.field), S("/rows")));
        return 0;
    }
    if (!tree) return 0;
    str text = segment_format(c->arena, tree);
    assert(segment_parse(c, text, &again) == OK && segment_same(tree, again));
    segment_rows_of(c, tree, &in.rows);
    assert(segment_of_rows(c, &in.rows, &again) == OK && segment_same(tree, again));
    return 0;
}
