/* behaviour.c -- members active, viewing, carting, of the rows that the index of members keeps; and
 * members parted by a field. */
#include <assert.h>

#include "audience/question/axis.h"
#include "audience/question/rows_private.h"
#include "insight/metric/inside.h"

enum { ACTIVE = 1, VIEWED = 2, CARTED = 4, BOUGHT = 8 };

struct behaviour {
    const struct view *view;
    const struct counting *n;
    const u8 *events; /* what a row of each name tells */
    i64 base[RANGES_MAX];
    i64 *cells[CHUNK_WORKERS];
    i64 chunk;
};
struct behaviour_run {
    const struct behaviour *b;
    i64 chunk;
    i64 *cells;
};

static void add(i64 *to, unsigned did)
{
    to[MEASURE_ACTIVE] += (did & ACTIVE) != 0;
    to[MEASURE_VIEWERS] += (did & VIEWED) != 0;
    to[MEASURE_VIEWERS_BOUGHT] += (did & VIEWED) && (did & BOUGHT);
    to[MEASURE_CARTERS] += (did & CARTED) != 0;
    to[MEASURE_CARTERS_BOUGHT] += (did & CARTED) && (did & BOUGHT);
}

/* Rows of a member come by time, so a step is done when the next begins. */
static void count_rows(const struct behaviour_run *in, const struct run *r, u32 from, u32 to,
                       i64 range_at, i64 group)
{
    const struct behaviour *b = in->b;
    const struct range *range = &b->n->ranges[range_at];
    i64 groups = b->n->parting.groups, *cells = in->cells + b->base[range_at];
    unsigned whole = 0, step = 0;
    i64 slot = -1;
    for (u32 i = from; i < to; i++) {
        day d = r->day[i];
        if (d < range->from) continue;
        if (d > range->to) break;
        unsigned did = b->events[narrow_get(r->event, i)];
        if (!did) continue;
        i64 now = range->slot ? range->slot[d - range->from] : 0;
        if (now != slot && slot >= 0) add(cells + (slot * groups + group) * MEASURES_N, step);
        if (now != slot) slot = now, step = 0;
        step |= did;
        whole |= did;
    }
    if (slot < 0) return;
    add(cells + (slot * groups + group) * MEASURES_N, step);
    add(cells + (range->slots * groups + group) * MEASURES_N, whole);
}

static void see_run(void *arg, const struct run *r)
{
    const struct behaviour_run *in = arg;
    const struct counting *n = in->b->n;
    const u64 *within =
        n->set ? set_of_chunk(n->set, in->chunk) : view_living(in->b->view, in->chunk);
    for (i64 k = 0; k < r->n; k++) {
        i64 place = r->first + k, member = in->chunk * CHUNK + place;
        if (r->offset[k] == r->offset[k + 1] || !(within[place / 64] >> (place % 64) & 1)) continue;
        i64 group = 0;
        if (n->parting.by_member) group = group_of_member(&n->parting, member);
        if (group >= n->parting.groups) continue;
        for (i64 range = 0; range < n->ranges_n; range++)
            count_rows(in, r, r->offset[k], r->offset[k + 1], range, group);
    }
}

static void see_chunk(void *arg, int worker, i64 chunk)
{
    const struct behaviour *b = arg;
    struct behaviour_run in = { b, chunk, b->cells[worker] };
    view_runs(b->view, chunk, SOURCE_TIMELINE, see_run, &in);
}

enum err count_behaviour(struct ctx *c, const struct view *v, struct counting *n)
{
    struct behaviour b = { .view = v, .n = n };
    struct question q = { .view = v, .at = INT64_MAX };
    struct buf notes = { .arena = c->arena };
    struct meant any;
    TRY(meant_read(c, &q, NO_STR, "/event", &notes, &any));
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    i64 events_n = words_count(names), cells = counting_cells(n);
    u8 *events = NEWS(c->arena, u8, events_n + 1);
    for (i64 i = 0; i < events_n; i++) {
        str name = words_folded(names, i);
        events[i] = any.events[i] ? ACTIVE : 0;
        if (str_eq(name, S("product viewed"))) events[i] |= VIEWED;
        if (str_eq(name, S("product added"))) events[i] |= CARTED;
        if (str_eq(name, S("order.paid")) || str_eq(name, S("order completed")))
            events[i] |= BOUGHT;
    }
    b.events = events;
    for (i64 r = 0; r < n->ranges_n; r++) b.base[r] = counting_base(n, r);
    for (int w = 0; w < CHUNK_WORKERS; w++) b.cells[w] = NEWS(c->arena, i64, cells);
    chunks_run(view_chunks(v), see_chunk, &b);
    if (!n->cells) n->cells = NEWS(c->arena, i64, cells);
    for (int w = 0; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < cells; i++)
            if (i % MEASURES_N >= MEASURE_ACTIVE) n->cells[i] += b.cells[w][i];
    return OK;
}

/* -- members parted by a field ----------------------------------------------------------------- */

enum err parting_by_member(struct ctx *c, const struct view *v, str field, i64 most,
                           struct parting *out, strs *labels, i64 *rest)
{
    struct source source;
    struct axis axis;
    struct member_set all;
    TRY(source_make(c, v, field, c->now, "/by", &source));
    if (source.field->kind == FIELD_IS_SET || source.field->kind == FIELD_IS_KNOWN)
        return fail_at(c, E_INVALID, S("/by"),
                       "“" STR_FMT "”一位会员可有几个值，不能用来分组；请改用条件（segment）",
                       "a member may have several values of \"" STR_FMT
                       "\", so it cannot part members; use a segment",
                       STR_ARG(field));
    TRY(segment_set(c, v, NULL, c->now, &all));
    axis_make(c, &source, &all, most, &axis);
    i64 n = axis.n, chunks = view_chunks(v);
    uint16_t *by = NEWS(c->arena, uint16_t, chunks * CHUNK + 1);
    chunk_bits *bits = NEWS(c->arena, chunk_bits, n + 1);
    *labels = (strs){ 0 };
    i64 unknown = -1;
    *rest = -1;
    for (i64 g = 0; g < n; g++) {
        *PUSH(c->arena, labels) = axis.at[g].label;
        if (axis.at[g].kind == BAND_UNKNOWN) unknown = g;
        if (axis.at[g].kind == BAND_REST) *rest = g;
    }
    if (unknown < 0) { /* orders without a buyer have no value either */
        *PUSH(c->arena, labels) = say(c, S("未知"), S("unknown"));
        unknown = n;
    }
    assert(unknown == labels->n - 1);
    for (i64 i = 0; i <= chunks * CHUNK; i++) by[i] = (uint16_t)unknown;
    for (i64 chunk = 0; chunk < chunks; chunk++) {
        axis_bits(&axis, chunk, bits);
        for (i64 g = 0; g < n; g++)
            for (i64 w = 0; w < CHUNK_WORDS; w++)
                for (u64 left = bits[g][w]; left; left &= left - 1)
                    by[chunk * CHUNK + w * 64 + __builtin_ctzll(left)] = (uint16_t)g;
    }
    *out = (struct parting){ .kind = -1,
                             .by_member = by,
                             .members = chunks * CHUNK,
                             .newer = labels->n - 1,
                             .groups = labels->n };
    return OK;
}
