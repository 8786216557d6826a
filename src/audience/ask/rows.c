/* rows.c -- which rows a did(…) test means: tables over the dictionaries of a view. */
#include "audience/ask/plan.h"

static const u8 *events_named(struct ctx *c, const struct view *v, str folded)
{
    const struct words *w = view_event_names(v, SOURCE_TIMELINE);
    i64 n = words_count(w);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 i = 0; i < n; i++) table[i] = str_eq(words_folded(w, i), folded);
    return table;
}

/* Place 0 stands for lines without the property: no condition holds for them. */
static const u8 *values_that_pass(struct ctx *c, const struct view *v, i64 place,
                                  const struct segment_prop *prop, const u8 *and)
{
    const struct words *w = view_prop_words(v, SOURCE_TIMELINE, place);
    i64 n = words_count(w);
    u8 *table = NEWS(c->arena, u8, n + 2);
    struct arena *scratch = arena_new();
    for (i64 i = 0; i < n; i++) {
        if (and&&!and[i + 1]) continue;
        table[i + 1] = segment_prop_passes(scratch, prop, words_text(w, i));
        arena_reset(scratch);
    }
    arena_free(scratch);
    return table;
}

enum err plan_rows(struct ctx *c, const struct view *v, const struct segment_test *did, instant at,
                   struct row_filter *out, bool *kept)
{
    *out = (struct row_filter){ .from = segment_window_from(did, at), .until = at };
    *kept = true;
    for (i64 i = 0; i < did->props.n; i++)
        if (props_place(v, did->props.at[i].name) < 0) *kept = false;
    if (!*kept) return OK;
    out->event = events_named(c, v, did->folded);
    for (i64 i = 0; i < did->props.n; i++) {
        i64 place = props_place(v, did->props.at[i].name);
        out->props[place] = values_that_pass(c, v, place, &did->props.at[i], out->props[place]);
    }
    return OK;
}
