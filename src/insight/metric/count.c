/* count.c -- base measures by one pass over the kept orders, on two threads, but for what a tally
 * knows already.
 *
 * Members of a block lie together and their orders by time, so different buyers of a step are
 * counted by remembering, for each group, whom and which step was counted last.
 */
#include "insight/metric/inside.h"

static const i64 horizons[] = { 30, 60, 90, 365 };

struct seen {        /* in one group of one range */
    u64 step, whole; /* member and step; member */
    u32 in_step, in_whole;
};
struct hand { /* a worker's */
    const struct counting *n;
    u64 wanted;        /* measures, a bit each; others may be counted too */
    bool buyers_apart; /* from purchases, not with their orders */
    const i64 *base;
    i64 *cells;
    struct seen *seen;
    u64 order;   /* counts on with each order */
    u64 *orders; /* by group: the last one counted there, so parts of one count once */
};
struct pass {
    const struct facts *facts;
    i64 base[RANGES_MAX];
    struct hand hands[CHUNK_WORKERS];
};

i64 counting_base(const struct counting *n, i64 range)
{
    i64 at = 0;
    for (i64 i = 0; i < range; i++) at += (n->ranges[i].slots + 1) * n->parting.groups * MEASURES_N;
    return at;
}

i64 counting_cells(const struct counting *n) { return counting_base(n, n->ranges_n); }

#define BIT(MEASURE) ((u64)1 << MEASURE_##MEASURE)
#define OF_PLACED    (BIT(PLACED) | BIT(GMV))
#define OF_BUYERS    (BIT(BUYERS) | BIT(REPEAT_BUYERS))
#define OF_PAID                                                                                  \
    (OF_BUYERS | BIT(ORDERS) | BIT(UNITS) | BIT(PAID) | BIT(GROSS) | BIT(NET) | BIT(PURCHASES) | \
     BIT(PAID_HIGH))
#define OF_REFUNDS (BIT(REFUND) | BIT(NET) | BIT(REFUNDED_ORDERS))
#define OF_PEOPLE  (BIT(NEW_MEMBERS) | BIT(MEMBERS))
/* From the first to the last of what follows from a first purchase. */
#define OF_BEGINNING (BIT(NEW_BUYERS) | (BIT(NEW_MEMBERS) - BIT(SEEN_30)))
static inline bool wants(const struct hand *h, u64 any) { return h->wanted & any; }

static inline i64 *cell(const struct hand *h, i64 range, i64 slot, i64 group)
{
    return h->cells + h->base[range] + (slot * h->n->parting.groups + group) * MEASURES_N;
}

/* -1: counted nowhere. */
static i64 group_of(const struct parting *p, const uint16_t of[OF_KINDS], i64 member)
{
    if (p->groups == 1 && !p->by_code && !p->by_member) return 0;
    if (p->kind < 0) {
        if (member <= 0 || member >= p->members) return p->groups - 1;
        return p->by_member[member];
    }
    return of[p->kind] < p->codes ? p->by_code[of[p->kind]] : p->groups - 1;
}

static bool passes(const struct counting *n, const uint16_t of[OF_KINDS])
{
    for (int k = 0; k < OF_KINDS; k++)
        if (n->only[k] >= 0 && of[k] != n->only[k]) return false;
    return true;
}

/* -- orders ------------------------------------------------------------------------------------ */

static void count_placed(const struct hand *h, const struct fact *f, i64 group, bool once)
{
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], f->placed);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_PLACED] += once;
        to[MEASURE_GMV] += f->total;
    }
}

/* Different buyers, of the step and of the whole range. */
static void count_buyer(const struct hand *h, i64 member, i64 r, i64 slot, i64 group)
{
    struct seen *s = &h->seen[r * h->n->parting.groups + group];
    i64 *step = cell(h, r, slot, group), *whole = cell(h, r, h->n->ranges[r].slots, group);
    u64 now = ((u64)member << 12 | (u64)slot) + 1;
    if (s->step != now) s->step = now, s->in_step = 0;
    if (s->whole != (u64)member) s->whole = (u64)member, s->in_whole = 0;
    step[MEASURE_BUYERS] += s->in_step == 0;
    step[MEASURE_REPEAT_BUYERS] += ++s->in_step == 2;
    whole[MEASURE_BUYERS] += s->in_whole == 0;
    whole[MEASURE_REPEAT_BUYERS] += ++s->in_whole == 2;
}

static void count_paid(const struct hand *h, const struct fact *f, i64 group, bool once)
{
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], f->when);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_ORDERS] += once;
        to[MEASURE_UNITS] += f->units;
        to[MEASURE_PAID] += f->paid;
        to[MEASURE_GROSS] += f->gross;
        to[MEASURE_NET] += f->gross;
        if (h->n->high && set_holds(h->n->high, f->member)) to[MEASURE_PAID_HIGH] += f->paid;
        if (!(f->flags & FACT_BOUGHT) || !once) continue;
        to[MEASURE_PURCHASES]++;
        if (f->member && !h->buyers_apart && wants(h, OF_BUYERS))
            count_buyer(h, f->member, r, slot, group);
    }
}

static void count_new(const struct hand *h, const struct beginning *b, i64 group)
{
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], b->when);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_NEW_BUYERS]++;
        to[MEASURE_COHORT_NET] += b->net;
        if (h->n->today >= b->when) to[MEASURE_COHORT_DAYS] += h->n->today - b->when + 1;
        for (i64 k = 0; k < COUNT(horizons); k++) {
            if (b->when + horizons[k] >= h->n->today) break;
            to[MEASURE_SEEN_30 + 2 * k]++;
            to[MEASURE_BACK_30 + 2 * k] += b->return_days >= 0 && b->return_days <= horizons[k];
        }
    }
}

/* In the group of each part of his first purchase, once. */
static void count_beginning(struct hand *h, const struct facts_block *block,
                            const struct beginning *b)
{
    if (!set_holds(h->n->set, b->member)) return;
    const uint16_t *of = b->of;
    h->order++;
    for (i64 i = b->fact;; of = block->facts[i].of) {
        i64 group = group_of(&h->n->parting, of, b->member);
        if (group < h->n->parting.groups && passes(h->n, of)) {
            if (h->orders[group] != h->order) count_new(h, b, group);
            h->orders[group] = h->order;
        }
        if (++i == block->facts_n || !(block->facts[i].flags & FACT_SAME)) return;
    }
}

/* One member's purchases, as count_buyer does; whom they are of is all that parts them. */
static void count_purchases(const struct hand *h, const struct purchase *at, i64 n)
{
    static const uint16_t nowhere[OF_KINDS];
    i64 group = group_of(&h->n->parting, nowhere, at->member);
    if (group >= h->n->parting.groups || !set_holds(h->n->set, at->member)) return;
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        const struct range *range = &h->n->ranges[r];
        i64 step = -1, in_step = 0, in_whole = 0;
        for (i64 i = 0; i < n; i++) {
            i64 slot = slot_of(range, at[i].when);
            if (slot < 0) continue;
            if (slot != step) step = slot, in_step = 0;
            in_step++, in_whole++;
            if (in_step == 1) cell(h, r, slot, group)[MEASURE_BUYERS]++;
            if (in_step == 2) cell(h, r, slot, group)[MEASURE_REPEAT_BUYERS]++;
        }
        i64 *whole = cell(h, r, range->slots, group);
        whole[MEASURE_BUYERS] += in_whole > 0;
        whole[MEASURE_REPEAT_BUYERS] += in_whole > 1;
    }
}

static void count_member(struct hand *h, const struct fact *at, i64 n)
{
    bool placed = wants(h, OF_PLACED), paid = wants(h, OF_PAID);
    if (!set_holds(h->n->set, at->member)) return;
    for (i64 i = 0; i < n && (placed || paid); i++) {
        const struct fact *f = &at[i];
        h->order += !(f->flags & FACT_SAME);
        if (!passes(h->n, f->of)) continue;
        i64 group = group_of(&h->n->parting, f->of, f->member);
        if (group >= h->n->parting.groups) continue;
        bool once = h->orders[group] != h->order;
        h->orders[group] = h->order;
        if (f->flags & FACT_PLACED && placed) count_placed(h, f, group, once);
        if (f->flags & FACT_PAID && paid) count_paid(h, f, group, once);
    }
}

static void count_refund(const struct hand *h, const struct refund_fact *f)
{
    if (!set_holds(h->n->set, f->member) || !passes(h->n, f->of)) return;
    i64 group = group_of(&h->n->parting, f->of, f->member);
    if (group >= h->n->parting.groups) return;
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], f->day);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_REFUND] += f->amount;
        to[MEASURE_NET] -= f->amount;
        to[MEASURE_REFUNDED_ORDERS] += f->first;
    }
}

/* -- members ----------------------------------------------------------------------------------- */

static void count_person(const struct hand *h, const struct person *p)
{
    if (!set_holds(h->n->set, p->member)) return;
    const uint16_t of[OF_KINDS] = { [OF_TOUCHPOINT] = p->touchpoint };
    const struct parting *parting = &h->n->parting;
    bool by_order = parting->kind == OF_SHOP || parting->kind == OF_CATEGORY;
    i64 group = by_order && parting->groups > 1 ? -1 : group_of(parting, of, p->member);
    if (group < 0 || group >= parting->groups) return;
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        const struct range *range = &h->n->ranges[r];
        if (p->seen > range->to) continue;
        cell(h, r, range->slots, group)[MEASURE_MEMBERS]++;
        i64 slot = slot_of(range, p->seen);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_NEW_MEMBERS]++;
        to[MEASURE_MEMBERS]++; /* made a running sum at the end */
    }
}

/* -- the pass ---------------------------------------------------------------------------------- */

static void count_block(void *arg, int worker, i64 k)
{
    struct pass *p = arg;
    const struct facts_block *b = p->facts->at[k];
    struct hand *h = &p->hands[worker];
    bool facts = wants(h, OF_PLACED | (h->buyers_apart ? OF_PAID & ~OF_BUYERS : OF_PAID));
    for (i64 i = 0, end; facts && i < b->facts_n; i = end) {
        for (end = i + 1; end < b->facts_n && b->facts[end].member == b->facts[i].member;) end++;
        count_member(h, b->facts + i, end - i);
    }
    bool buyers = h->buyers_apart && wants(h, OF_BUYERS);
    for (i64 i = 0, end; buyers && i < b->purchases_n; i = end) {
        const struct purchase *at = b->purchases + i;
        for (end = i + 1; end < b->purchases_n && b->purchases[end].member == at->member;) end++;
        count_purchases(h, at, end - i);
    }
    for (i64 i = 0; i < b->beginnings_n && wants(h, OF_BEGINNING); i++)
        count_beginning(h, b, &b->beginnings[i]);
    for (i64 i = 0; i < b->refunds_n && wants(h, OF_REFUNDS); i++) count_refund(h, &b->refunds[i]);
    for (i64 i = 0; i < b->people_n && wants(h, OF_PEOPLE); i++) count_person(h, &b->people[i]);
}

/* Others are counted in the whole by themselves. */
static bool adds_up(i64 m)
{
    return m != MEASURE_BUYERS && m != MEASURE_REPEAT_BUYERS && m != MEASURE_MEMBERS;
}

/* What adds up is so far in the steps only; members known at the end of each step. */
static void finish(struct counting *n)
{
    i64 groups = n->parting.groups;
    for (i64 r = 0; r < n->ranges_n; r++) {
        i64 slots = n->ranges[r].slots, *at = n->cells + counting_base(n, r);
        for (i64 g = 0; g < groups; g++) {
            i64 *whole = at + (slots * groups + g) * MEASURES_N, members = whole[MEASURE_MEMBERS];
            for (i64 s = 0; s < slots; s++) {
                const i64 *step = at + (s * groups + g) * MEASURES_N;
                members -= step[MEASURE_NEW_MEMBERS];
                for (i64 m = 0; m < MEASURE_COST; m++)
                    if (adds_up(m)) whole[m] += step[m];
            }
            for (i64 s = 0; s < slots; s++) {
                i64 *step = at + (s * groups + g) * MEASURES_N;
                members += step[MEASURE_MEMBERS];
                step[MEASURE_MEMBERS] = members;
            }
        }
    }
}

void count_facts(struct ctx *c, const struct facts *f, struct counting *n)
{
    struct pass p = { .facts = f };
    u64 told = tally_tells(f->tally, n);
    u64 wanted = (n->wanted ? n->wanted : ~(u64)0) & ~told & ~(n->high ? 0 : BIT(PAID_HIGH));
    bool any_order = n->only[OF_SHOP] < 0 && n->only[OF_TOUCHPOINT] < 0 && n->only[OF_CATEGORY] < 0;
    i64 cells = counting_cells(n), groups = n->parting.groups;
    for (i64 r = 0; r < n->ranges_n; r++) p.base[r] = counting_base(n, r);
    for (int w = 0; w < CHUNK_WORKERS; w++)
        p.hands[w] = (struct hand){
            .n = n,
            .wanted = wanted,
            .buyers_apart = any_order && !n->parting.by_code,
            .base = p.base,
            .cells = NEWS(c->arena, i64, cells),
            .seen = NEWS(c->arena, struct seen, n->ranges_n * groups),
            .orders = NEWS(c->arena, u64, groups),
        };
    if (wanted & (BIT(COST) - 1)) chunks_run(f->n, count_block, &p);
    n->cells = p.hands[0].cells;
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < cells; i++) n->cells[i] += p.hands[w].cells[i];
    if (told) tally_tell(f->tally, n);
    finish(n);
}
