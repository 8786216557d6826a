/* reach.c -- different members who were reached: who did anything, of the rows that the index
 * keeps, and who placed an order, of the orders.
 *
 * A member's rows and orders are looked at one after the other, so each cell needs to know only
 * whom it counted last.
 */
#include <stdlib.h>

#include "audience/index/gather.h"
#include "audience/question_rows.h"
#include "insight/metric/inside.h"

struct placing {
    uint16_t day, touchpoint;
};
struct reach_hand { /* a worker's */
    i64 *counts;    /* of each cell */
    u32 *last;      /* the member it counted last */
    i64 chunk;
    struct placing *at; /* orders of the chunk's members, those of one together */
    i64 n, room;
    u32 begin[CHUNK + 1]; /* where each member's orders begin */
    bool done[CHUNK];     /* his orders are counted */
};
struct reach {
    const struct view *view;
    const struct facts *facts;
    const struct counting *n;
    const u8 *events;
    i64 base[RANGES_MAX]; /* of cells */
    bool alike;           /* by shop or category: one reach for all groups */
    i64 first, last;      /* days of all ranges */
    const i64 *blocks;    /* of members of each chunk: where they begin, and end */
    struct reach_hand *hands;
};
struct reach_run {
    const struct reach *all;
    struct reach_hand *hand;
};

/* -- marking ----------------------------------------------------------------------------------- */

static void see(struct reach_hand *h, i64 at, u32 member)
{
    h->counts[at] += h->last[at] != member;
    h->last[at] = member;
}

/* He was there that day, at that touchpoint. */
static void mark(const struct reach *r, struct reach_hand *h, u32 member, i64 d,
                 uint16_t touchpoint)
{
    const struct parting *p = &r->n->parting;
    i64 group = 0;
    if (r->n->only[OF_TOUCHPOINT] >= 0 && touchpoint != r->n->only[OF_TOUCHPOINT]) return;
    if (p->by_member) group = group_of_member(p, member);
    else if (p->by_code && !r->alike)
        group = touchpoint < p->codes ? p->by_code[touchpoint] : p->groups - 1;
    if (group >= p->groups) return;
    for (i64 k = 0; k < r->n->ranges_n; k++) {
        const struct range *range = &r->n->ranges[k];
        i64 slot = slot_of(range, d);
        if (slot < 0) continue;
        see(h, r->base[k] + slot * p->groups + group, member);
        see(h, r->base[k] + range->slots * p->groups + group, member);
    }
}

/* -- orders of a chunk ------------------------------------------------------------------------- */

static void keep(struct reach_hand *h, struct placing p)
{
    if (h->n == h->room) {
        h->room = h->room ? h->room * 2 : 1024;
        h->at = realloc(h->at, (size_t)h->room * sizeof *h->at);
        if (!h->at) abort();
    }
    h->at[h->n++] = p;
}

static bool is_asked(const struct reach *r, i64 d)
{
    if (d < r->first || d > r->last) return false;
    for (i64 k = 0; k < r->n->ranges_n; k++)
        if (d >= r->n->ranges[k].from && d <= r->n->ranges[k].to) return true;
    return false;
}

static void keep_orders(const struct reach *r, struct reach_hand *h)
{
    i64 next = 0; /* the member whose orders begin here */
    h->n = 0;
    for (i64 k = r->blocks[h->chunk]; k < r->blocks[h->chunk + 1]; k++) {
        const struct facts_block *b = r->facts->at[k];
        struct facts_at at = { 0 };
        struct fact f = { 0 };
        while (fact_next(b, &at, false, &f)) {
            if (!(f.flags & FACT_PLACED)) continue;
            uint16_t d = fact_placed(b, &f);
            if (!is_asked(r, d) || !set_holds(r->n->set, f.member)) continue;
            for (; next <= f.member % CHUNK; next++) h->begin[next] = (u32)h->n;
            keep(h,
                 (struct placing){ d, (uint16_t)packed_get(&b->order[ORDER_TOUCHPOINT], f.order) });
        }
    }
    for (; next <= CHUNK; next++) h->begin[next] = (u32)h->n;
    memset(h->done, 0, sizeof h->done);
}

static void mark_orders(const struct reach *r, struct reach_hand *h, i64 place)
{
    u32 member = (u32)(h->chunk * CHUNK + place);
    for (u32 i = h->begin[place]; i < h->begin[place + 1]; i++)
        mark(r, h, member, h->at[i].day, h->at[i].touchpoint);
    h->done[place] = true;
}

/* -- rows of a chunk --------------------------------------------------------------------------- */

static void see_run(void *arg, const struct run *run)
{
    const struct reach_run *in = arg;
    const struct reach *r = in->all;
    struct reach_hand *h = in->hand;
    const u64 *within =
        r->n->set ? set_of_chunk(r->n->set, h->chunk) : view_living(r->view, h->chunk);
    for (i64 k = 0; k < run->n; k++) {
        i64 place = run->first + k, d = -1;
        uint16_t touchpoint = 0;
        if (run->offset[k] == run->offset[k + 1] || !(within[place / 64] >> (place % 64) & 1))
            continue;
        for (i64 i = run->offset[k]; i < run->offset[k + 1]; i++) { /* by time */
            if (run->day[i] < r->first) continue;
            if (run->day[i] > r->last) break;
            if (!r->events[narrow_get(run->event, i)]) continue;
            uint16_t there = r->facts->met[narrow_get(run->props[PROP_TOUCHPOINT], i)];
            if (run->day[i] == d && there == touchpoint) continue; /* again */
            d = run->day[i];
            touchpoint = there;
            mark(r, h, (u32)(h->chunk * CHUNK + place), d, there);
        }
        mark_orders(r, h, place);
    }
}

static void see_chunk(void *arg, int worker, i64 chunk)
{
    struct reach *r = arg;
    struct reach_hand *h = &r->hands[worker];
    h->chunk = chunk;
    keep_orders(r, h);
    if (chunk < view_chunks(r->view))
        view_runs(r->view, chunk, SOURCE_TIMELINE, see_run, &(struct reach_run){ r, h });
    for (i64 place = 0; place < CHUNK; place++)
        if (!h->done[place] && h->begin[place] != h->begin[place + 1]) mark_orders(r, h, place);
}

/* -- all --------------------------------------------------------------------------------------- */

/* Blocks of members stand first, rising; those of orders without a buyer begin at 0. */
static const i64 *blocks_of(struct ctx *c, const struct facts *f, i64 *chunks)
{
    i64 n = 0;
    while (n < f->n && f->at[n]->first > 0) n++;
    if (n && f->at[n - 1]->first / CHUNK + 1 > *chunks) *chunks = f->at[n - 1]->first / CHUNK + 1;
    i64 *out = NEWS(c->arena, i64, *chunks + 1), k = 0;
    for (i64 chunk = 0; chunk <= *chunks; chunk++) {
        while (k < n && f->at[k]->first < chunk * CHUNK) k++;
        out[chunk] = k;
    }
    return out;
}

/* Of a shop or category in which there is nothing nobody is told. */
static bool is_empty(const struct counting *n, i64 group)
{
    for (i64 k = 0; k < n->ranges_n; k++) {
        const struct metric_totals *t = counted(n, k, n->ranges[k].slots, group);
        for (i64 m = 0; m < MEASURES_N; m++)
            if (t->of[m]) return false;
    }
    return true;
}

static void put(struct ctx *c, const struct reach *r, struct counting *n)
{
    i64 cells = counting_cells(n) / MEASURES_N, groups = n->parting.groups;
    bool *empty = NEWS(c->arena, bool, groups);
    for (i64 g = 0; g < groups && r->alike; g++) empty[g] = is_empty(n, g);
    for (i64 at = 0; at < cells; at++) {
        i64 from = r->alike ? at / groups * groups : at;
        if (empty[at % groups]) continue;
        for (int w = 0; w < CHUNK_WORKERS; w++)
            n->cells[at * MEASURES_N + MEASURE_REACHED] += r->hands[w].counts[from];
    }
}

void count_reached(struct ctx *c, const struct view *v, const struct facts *f, struct counting *n)
{
    struct reach r = { .view = v, .facts = f, .n = n, .events = behaviour_events(c, v) };
    i64 chunks = view_chunks(v), cells = counting_cells(n) / MEASURES_N;
    r.blocks = blocks_of(c, f, &chunks);
    r.alike = n->parting.by_code && n->parting.kind != OF_TOUCHPOINT;
    r.first = n->ranges[0].from;
    for (i64 k = 0; k < n->ranges_n; k++) {
        r.base[k] = counting_base(n, k) / MEASURES_N;
        if (n->ranges[k].from < r.first) r.first = n->ranges[k].from;
        if (n->ranges[k].to > r.last) r.last = n->ranges[k].to;
    }
    r.hands = NEWS(c->arena, struct reach_hand, CHUNK_WORKERS);
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        r.hands[w].counts = NEWS(c->arena, i64, cells);
        r.hands[w].last = NEWS(c->arena, u32, cells);
    }
    chunks_run(chunks, see_chunk, &r);
    put(c, &r, n);
    for (int w = 0; w < CHUNK_WORKERS; w++) free(r.hands[w].at);
}
