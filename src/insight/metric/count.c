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
    bool buyers_apart; /* in a pass of their own, not with their orders */
    bool parts;        /* orders apart by category */
    const i64 *base;
    i64 *cells;
    struct seen *seen;
    u32 *placers; /* of each cell the last member counted there; NULL: not asked for */
    u64 order;    /* counts on with each order */
    u64 *orders;  /* by group: the last one counted there, so parts of one count once */
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
#define OF_PLACED    (BIT(PLACED) | BIT(GMV) | BIT(KNOWN_PLACED) | BIT(KNOWN_GMV) | BIT(PLACERS))
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
    if (p->kind < 0) return group_of_member(p, member);
    return of[p->kind] < p->codes ? p->by_code[of[p->kind]] : p->groups - 1;
}

static bool passes(const struct counting *n, const uint16_t of[OF_KINDS])
{
    for (int k = 0; k < OF_KINDS; k++)
        if (n->only[k] >= 0 && of[k] != n->only[k]) return false;
    return true;
}

/* -- orders ------------------------------------------------------------------------------------ */

/* Whether a range has the day. */
static bool any_range(const struct counting *n, day d)
{
    for (i64 r = 0; r < n->ranges_n; r++)
        if (d >= n->ranges[r].from && d <= n->ranges[r].to) return true;
    return false;
}

/* What a fact comes to is read when a range has its day. */
struct counted_fact {
    const struct facts_block *block;
    struct fact *fact;
    i64 group;
    bool once; /* its order was not counted in the group before */
    bool read;
};

static const struct fact *with_amounts(struct counted_fact *k)
{
    if (!k->read) fact_amounts(k->block, k->fact);
    k->read = true;
    return k->fact;
}

/* A member's orders come together, but by when they were paid: so each cell knows whom it counted
 * last. */
static void count_placer(const struct hand *h, u32 member, i64 *to)
{
    u32 *last = &h->placers[(to - h->cells) / MEASURES_N];
    to[MEASURE_PLACERS] += *last != member;
    *last = member;
}

static void count_placed(const struct hand *h, struct counted_fact *k)
{
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], k->fact->placed);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, k->group);
        to[MEASURE_PLACED] += k->once;
        to[MEASURE_GMV] += with_amounts(k)->total;
        if (k->fact->member == 0) continue;
        to[MEASURE_KNOWN_PLACED] += k->once;
        to[MEASURE_KNOWN_GMV] += k->fact->total;
        if (!h->placers) continue;
        count_placer(h, k->fact->member, to);
        count_placer(h, k->fact->member, cell(h, r, h->n->ranges[r].slots, k->group));
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

static void count_paid(const struct hand *h, struct counted_fact *k)
{
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], k->fact->when);
        if (slot < 0) continue;
        const struct fact *f = with_amounts(k);
        i64 *to = cell(h, r, slot, k->group);
        to[MEASURE_ORDERS] += k->once;
        to[MEASURE_UNITS] += f->units;
        to[MEASURE_PAID] += f->paid;
        to[MEASURE_GROSS] += f->gross;
        to[MEASURE_NET] += f->gross;
        if (h->n->high && set_holds(h->n->high, f->member)) to[MEASURE_PAID_HIGH] += f->paid;
        if (!(f->flags & FACT_BOUGHT) || !k->once) continue;
        to[MEASURE_PURCHASES]++;
        if (f->member && !h->buyers_apart && wants(h, OF_BUYERS))
            count_buyer(h, f->member, r, slot, k->group);
    }
}

static void count_orders(struct hand *h, const struct facts_block *b)
{
    bool placed = wants(h, OF_PLACED), paid = wants(h, OF_PAID), holds = false;
    i64 member = -1;
    struct facts_at at = { 0 };
    struct fact f = { 0 };
    while (fact_next(b, &at, h->parts, &f)) {
        if (f.member != member) {
            member = f.member;
            holds = set_holds(h->n->set, member);
        }
        h->order += !(f.flags & FACT_SAME);
        if (!holds) continue;
        if (!(paid && any_range(h->n, f.when)) && !(placed && any_range(h->n, fact_placed(b, &f))))
            continue;
        fact_where(b, &f);
        i64 group = group_of(&h->n->parting, f.of, f.member);
        if (group >= h->n->parting.groups || !passes(h->n, f.of)) continue;
        struct counted_fact k = { b, &f, group, h->orders[group] != h->order, false };
        h->orders[group] = h->order;
        if (f.flags & FACT_PLACED && placed) count_placed(h, &k);
        if (f.flags & FACT_PAID && paid) count_paid(h, &k);
    }
}

/* -- first purchases ---------------------------------------------------------------------------
 */

struct beginning {
    i64 member, net, return_days;
    day when;
};

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

/* Where the parts of orders begin, going along with buyers. */
struct parts_at {
    i64 order, part;
};
static i64 parts_of(const struct facts_block *b, struct parts_at *at, i64 order)
{
    for (; at->order < order; at->order++) {
        if (!(b->flags[at->order] & FACT_PARTED)) continue;
        while (packed_get(&b->part[PART_MORE], at->part)) at->part++;
        at->part++;
    }
    return b->flags[order] & FACT_PARTED ? at->part : -1;
}

/* In the group of each part of his first purchase, once. */
static void count_beginning(struct hand *h, const struct facts_block *b, i64 i,
                            struct parts_at *parts)
{
    struct fact f = { .order = packed_get(&b->buyer[BUYER_ORDER], i), .part = -1 };
    struct beginning begun = { .member = b->first + packed_get(&b->buyer[BUYER_WHO], i),
                               .when = b->when[f.order] };
    if (!any_range(h->n, begun.when) || !set_holds(h->n->set, begun.member)) return;
    begun.net = packed_get(&b->buyer[BUYER_NET], i);
    begun.return_days = packed_get(&b->buyer[BUYER_BACK], i);
    if (h->parts) f.part = parts_of(b, parts, f.order);
    f.when = (uint16_t)begun.when;
    h->order++;
    for (bool more = true; more; f.part++) {
        fact_where(b, &f);
        i64 group = group_of(&h->n->parting, f.of, begun.member);
        if (group < h->n->parting.groups && passes(h->n, f.of)) {
            if (h->orders[group] != h->order) count_new(h, &begun, group);
            h->orders[group] = h->order;
        }
        more = f.part >= 0 && packed_get(&b->part[PART_MORE], f.part);
    }
}

static void count_beginnings(struct hand *h, const struct facts_block *b)
{
    struct parts_at parts = { 0 };
    for (i64 i = 0; i < b->buyers_n; i++) count_beginning(h, b, i, &parts);
}

/* -- buyers apart ------------------------------------------------------------------------------ */

/* One member's purchases, as count_buyer does; whom they are of is all that parts them. */
static void count_purchases(const struct hand *h, i64 member, const uint16_t *when, const u8 *flags,
                            i64 n)
{
    static const uint16_t nowhere[OF_KINDS];
    i64 group = group_of(&h->n->parting, nowhere, member);
    if (group >= h->n->parting.groups || !set_holds(h->n->set, member)) return;
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        const struct range *range = &h->n->ranges[r];
        i64 step = -1, in_step = 0, in_whole = 0;
        for (i64 i = 0; i < n; i++) {
            i64 slot = slot_of(range, when[i]);
            if (slot < 0 || !(flags[i] & FACT_BOUGHT)) continue;
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

static void count_buyers(const struct hand *h, const struct facts_block *b)
{
    i64 order = 0;
    for (i64 m = 0; b->first && m < b->members_n; m++) {
        i64 n = packed_get(&b->members, m);
        if (n) count_purchases(h, b->first + m, b->when + order, b->flags + order, n);
        order += n;
    }
}

/* -- what was given back ------------------------------------------------------------------------
 */

static void count_refund(const struct hand *h, const struct facts_block *b, i64 i)
{
    const struct packed *k = b->refund;
    day d = (day)packed_get(&k[REFUND_DAY], i);
    i64 member = b->first + packed_get(&k[REFUND_WHO], i);
    if (!any_range(h->n, d) || !set_holds(h->n->set, member)) return;
    uint16_t of[OF_KINDS] = { [OF_SHOP] = (uint16_t)packed_get(&k[REFUND_SHOP], i),
                              [OF_TOUCHPOINT] = (uint16_t)packed_get(&k[REFUND_TOUCHPOINT], i),
                              [OF_CATEGORY] = (uint16_t)packed_get(&k[REFUND_CATEGORY], i) };
    i64 group = group_of(&h->n->parting, of, member);
    if (group >= h->n->parting.groups || !passes(h->n, of)) return;
    i64 amount = packed_get(&k[REFUND_AMOUNT], i), flags = packed_get(&k[REFUND_FLAGS], i);
    bool first = flags & (h->parts ? REFUND_FIRST_OF_CATEGORY : REFUND_FIRST);
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        i64 slot = slot_of(&h->n->ranges[r], d);
        if (slot < 0) continue;
        i64 *to = cell(h, r, slot, group);
        to[MEASURE_REFUND] += amount;
        to[MEASURE_NET] -= amount;
        to[MEASURE_REFUNDED_ORDERS] += first;
    }
}

/* -- members ----------------------------------------------------------------------------------- */

static void count_person(const struct hand *h, const struct facts_block *b, i64 i)
{
    i64 member = b->first + packed_get(&b->person[PERSON_WHO], i);
    day seen = (day)packed_get(&b->person[PERSON_SEEN], i);
    if (!set_holds(h->n->set, member)) return;
    const uint16_t of[OF_KINDS] = { [OF_TOUCHPOINT] =
                                        (uint16_t)packed_get(&b->person[PERSON_TOUCHPOINT], i) };
    const struct parting *parting = &h->n->parting;
    bool by_order = parting->kind == OF_SHOP || parting->kind == OF_CATEGORY;
    bool other = h->n->only[OF_TOUCHPOINT] >= 0 && of[OF_TOUCHPOINT] != h->n->only[OF_TOUCHPOINT];
    if (other) return;
    i64 group = by_order && parting->groups > 1 ? -1 : group_of(parting, of, member);
    if (group < 0 || group >= parting->groups) return;
    for (i64 r = 0; r < h->n->ranges_n; r++) {
        const struct range *range = &h->n->ranges[r];
        if (seen > range->to) continue;
        cell(h, r, range->slots, group)[MEASURE_MEMBERS]++;
        i64 slot = slot_of(range, seen);
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
    if (wants(h, OF_PLACED | (h->buyers_apart ? OF_PAID & ~OF_BUYERS : OF_PAID)))
        count_orders(h, b);
    if (h->buyers_apart && wants(h, OF_BUYERS)) count_buyers(h, b);
    if (wants(h, OF_BEGINNING)) count_beginnings(h, b);
    for (i64 i = 0; i < b->refunds_n && wants(h, OF_REFUNDS); i++) count_refund(h, b, i);
    for (i64 i = 0; i < b->people_n && wants(h, OF_PEOPLE); i++) count_person(h, b, i);
}

/* Others are counted in the whole by themselves. */
static bool adds_up(i64 m)
{
    return m != MEASURE_BUYERS && m != MEASURE_REPEAT_BUYERS && m != MEASURE_PLACERS &&
           m != MEASURE_MEMBERS;
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
            .parts = f->parts,
            .base = p.base,
            .cells = NEWS(c->arena, i64, cells),
            .seen = NEWS(c->arena, struct seen, n->ranges_n * groups),
            .placers = wanted & BIT(PLACERS) ? NEWS(c->arena, u32, cells / MEASURES_N) : NULL,
            .orders = NEWS(c->arena, u64, groups),
        };
    if (wanted & (BIT(COST) - 1)) chunks_run(f->n, count_block, &p);
    n->cells = p.hands[0].cells;
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < cells; i++) n->cells[i] += p.hands[w].cells[i];
    if (told) tally_tell(f->tally, n);
    finish(n);
}

day facts_first_day(const struct facts *f, day latest)
{
    for (i64 i = 0; i < f->n; i++) {
        const struct facts_block *b = f->at[i];
        if (b->people_n && b->person[PERSON_SEEN].base < latest)
            latest = (day)b->person[PERSON_SEEN].base;
        for (i64 k = 0; k < b->orders_n; k++) {
            i64 placed = b->when[k] + packed_get(&b->order[ORDER_PLACED], k);
            if (placed < latest) latest = (day)placed;
            if (b->when[k] < latest) latest = b->when[k];
        }
    }
    return latest;
}
