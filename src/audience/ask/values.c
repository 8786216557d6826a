/* values.c -- what the builder offers while somebody types: values of fields, events, properties,
 * communities, with how many members have them. */
#include <stdlib.h>

#include "audience/ask/plan.h"

SHAPE_DEFINE(segment_value);

/* -- members by code --------------------------------------------------------------------------- */

struct counting {
    const struct view *view;
    i64 column; /* of members; -1: of rows */
    struct row_filter rows;
    i64 source, prop; /* prop -1: by event */
    i64 codes;
    i64 *counts[CHUNK_WORKERS];
    u64 *seen[CHUNK_WORKERS]; /* by code: the member counted last, + 1 */
};
struct counting_run {
    struct counting *k;
    int worker;
    i64 chunk;
};

static void count_rows(void *arg, const struct run *r)
{
    struct counting_run *at = arg;
    struct counting *k = at->k;
    i64 *counts = k->counts[at->worker];
    u64 *seen = k->seen[at->worker];
    const u64 *living = view_living(k->view, at->chunk);
    for (i64 i = 0; i < r->n; i++) {
        i64 member = r->first + i;
        u64 stamp = (u64)(at->chunk * CHUNK + member) + 1;
        if (!mask_has(living, member)) continue;
        for (i64 row = r->offset[i]; row < r->offset[i + 1]; row++) {
            i64 event = narrow_get(r->event, row);
            if (k->rows.event && !k->rows.event[event]) continue;
            i64 code = k->prop < 0 ? event : narrow_get(r->props[k->prop], row) - 1;
            if (code < 0 || seen[code] == stamp) continue;
            seen[code] = stamp;
            counts[code]++;
        }
    }
}

static void count_chunk(void *arg, int worker, i64 chunk)
{
    struct counting *k = arg;
    struct counting_run at = { k, worker, chunk };
    i64 *counts = k->counts[worker];
    chunk_bits bits;
    if (k->column < 0) {
        view_runs(k->view, chunk, k->source, count_rows, &at);
    } else if (view_schema(k->view)->columns[k->column].kind == COLUMN_WORD) {
        part_counts(view_part(k->view, chunk, k->column), view_living(k->view, chunk), k->codes,
                    counts);
    } else {
        for (i64 code = 0; code < k->codes; code++) {
            if (!view_carriers_n(k->view, chunk, k->column, code)) continue;
            view_carriers(k->view, chunk, k->column, code, bits);
            bits_and(bits, view_living(k->view, chunk));
            counts[code] += bits_count(bits);
        }
    }
}

static const i64 *count_members(struct ctx *c, struct counting *k)
{
    for (int i = 0; i < CHUNK_WORKERS; i++) {
        k->counts[i] = NEWS(c->arena, i64, k->codes + 1);
        k->seen[i] = k->column < 0 ? NEWS(c->arena, u64, k->codes + 1) : NULL;
    }
    chunks_run(view_chunks(k->view), count_chunk, k);
    for (int i = 1; i < CHUNK_WORKERS; i++)
        for (i64 code = 0; code < k->codes; code++) k->counts[0][code] += k->counts[i][code];
    return k->counts[0];
}

/* -- the best of them -------------------------------------------------------------------------- */

static int by_members(const void *a, const void *b)
{
    const struct segment_value *x = a, *y = b;
    if (x->members.value != y->members.value) return x->members.value < y->members.value ? 1 : -1;
    return str_cmp(x->value, y->value);
}

static void take_best(struct segment_value_list *out, i64 limit)
{
    if (out->n > 1) qsort(out->at, (size_t)out->n, sizeof *out->at, by_members);
    if (out->n > limit) out->n = limit;
}

static bool wanted(struct ctx *c, str q, str value)
{
    if (str_empty(q)) return true;
    struct arena_mark mark = arena_mark(c->arena);
    bool found = str_find(str_fold(c->arena, value), q) >= 0;
    arena_rewind(c->arena, mark);
    return found;
}

/* A property's raw JSON as it is written in the language: texts bare, unless they read like a
 * value. */
static str prop_written(struct ctx *c, str raw)
{
    return str_starts(raw, S("\"")) ? segment_raw_text(c->arena, raw) : raw;
}

/* Of a closed list that no column holds: all of it, uncounted. */
static enum err values_of_choices(struct ctx *c, str field, str low, i64 limit,
                                  struct segment_value_list *out)
{
    struct fields fields;
    TRY(fields_published(c, &fields));
    for (i64 i = 0; i < fields.n; i++) {
        const struct field_choice *choice = fields.at[i].choices;
        if (!choice || !str_eq(field, str_of(fields.at[i].name))) continue;
        for (; choice->value && out->n < limit; choice++)
            if (wanted(c, low, str_of(choice->value)) || wanted(c, low, str_of(choice->en)))
                *PUSH(c->arena, out) = (struct segment_value){ str_of(choice->value), NONE };
    }
    return OK;
}

/* The words that members have and that `low` finds, those of most members first. */
static void add_words(struct ctx *c, struct counting *k, const struct words *w, str low, i64 limit,
                      struct segment_value_list *out)
{
    const i64 *counts = count_members(c, k);
    for (i64 i = 0; i < k->codes; i++)
        if (counts[i] && (str_empty(low) || str_find(words_folded(w, i), low) >= 0))
            *PUSH(c->arena, out) =
                (struct segment_value){ str_copy(c->arena, words_text(w, i)), SOME(counts[i]) };
    take_best(out, limit);
}

enum err values_of_field(struct ctx *c, const struct view *v, str field, str q, i64 limit,
                         struct segment_value_list *out)
{
    i64 column = view_column(v, field);
    str low = str_fold(c->arena, str_trim(q));
    if (column < 0) return values_of_choices(c, field, low, limit, out);
    if (view_schema(v)->columns[column].kind == COLUMN_NUMBER) return OK;
    const struct words *w = view_words(v, column);
    struct counting k = { .view = v, .column = column, .codes = words_count(w) };
    add_words(c, &k, w, low, limit, out);
    return OK;
}

enum err values_of_events(struct ctx *c, const struct view *v, str q, i64 limit,
                          struct segment_value_list *out)
{
    const struct words *w = view_event_names(v, SOURCE_TIMELINE);
    str low = str_fold(c->arena, str_trim(q));
    struct counting k = { .view = v, .column = -1, .prop = -1, .codes = words_count(w) };
    add_words(c, &k, w, low, limit, out);
    return OK;
}

enum err values_of_prop(struct ctx *c, const struct view *v, str event, str prop, str q, i64 limit,
                        struct segment_value_list *out)
{
    struct segment_test did = { .call = &segment_calls[CALL_DID],
                                .folded = str_fold(c->arena, str_trim(event)) };
    struct counting k = { .view = v, .column = -1, .prop = -1 };
    str low = str_fold(c->arena, str_trim(q));
    bool kept;
    k.prop = props_place(v, prop);
    if (k.prop < 0) return OK;
    TRY(plan_rows(c, v, &did, INT64_MAX, &k.rows, &kept));
    const struct words *w = view_prop_words(v, SOURCE_TIMELINE, k.prop);
    k.codes = words_count(w);
    const i64 *counts = count_members(c, &k);
    for (i64 i = 0; i < k.codes; i++) {
        if (!counts[i]) continue;
        str value = prop_written(c, words_text(w, i));
        if (value.n && wanted(c, low, value))
            *PUSH(c->arena, out) =
                (struct segment_value){ str_copy(c->arena, value), SOME(counts[i]) };
    }
    take_best(out, limit);
    return OK;
}

enum err values_of_props(struct ctx *c, str q, struct segment_value_list *out)
{
    str low = str_fold(c->arena, str_trim(q));
    strs kept;
    TRY(props_kept(c, &kept));
    for (i64 i = 0; i < kept.n; i++)
        if (wanted(c, low, kept.at[i]))
            *PUSH(c->arena, out) = (struct segment_value){ kept.at[i], NONE };
    return OK;
}

/* Communities by the name that follows "group:", with who ever joined or left it. */
enum err values_of_groups(struct ctx *c, const struct view *v, str q, i64 limit,
                          struct segment_value_list *out)
{
    const struct words *w = view_prop_words(v, SOURCE_TIMELINE, PROP_COMMUNITY);
    struct counting k = {
        .view = v, .column = -1, .prop = PROP_COMMUNITY, .codes = words_count(w)
    };
    str low = str_fold(c->arena, str_trim(q));
    const i64 *counts = count_members(c, &k);
    for (i64 i = 0; i < k.codes; i++) {
        str head, name = str_cut(words_text(w, i), ':', &head);
        if (str_empty(name)) name = words_text(w, i);
        if (counts[i] && wanted(c, low, name))
            *PUSH(c->arena, out) =
                (struct segment_value){ str_copy(c->arena, name), SOME(counts[i]) };
    }
    take_best(out, limit);
    return OK;
}
