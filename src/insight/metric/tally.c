/* tally.c -- day by day what adds up whoever is asked for: of all orders, of each shop, of each
 * touchpoint; so that years are told without looking at their orders.
 *
 * A block is added when it is read and taken away when it is dropped: the sums are always those of
 * the blocks that are there. Orders of days it does not know are counted in `outside`; as long as
 * there is one, only periods among its days are told.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "insight/metric/inside.h"

#define DAYS_BACK  1500 /* two years, as many before, and some */
#define DAYS_AHEAD 100
#define DAYS       (DAYS_BACK + DAYS_AHEAD)
#define CODES      256 /* memory of a code that never comes is not used */

static const enum measure told[] = {
    MEASURE_PLACED,     MEASURE_GMV,    MEASURE_ORDERS, MEASURE_UNITS,           MEASURE_PAID,
    MEASURE_GROSS,      MEASURE_REFUND, MEASURE_NET,    MEASURE_REFUNDED_ORDERS, MEASURE_PURCHASES,
    MEASURE_NEW_BUYERS,
};
enum { PLACED, GMV, ORDERS, UNITS, PAID, GROSS, REFUND, NET, REFUNDED, PURCHASES, NEW, TOLD };

enum { BY_SHOP = OF_SHOP, BY_TOUCHPOINT = OF_TOUCHPOINT, ALL, KINDS };
struct day_sums {
    i64 of[TOLD];
};
struct tally {
    _Atomic i64 users;
    day from;
    i64 outside;
    struct day_sums *at[KINDS]; /* [code * DAYS + day - from]; of all: code 0 */
    i64 codes[KINDS];           /* those that came */
    bool over[KINDS];           /* a code came that has no place */
};

struct tally *tally_new(day today)
{
    struct tally *t = calloc(1, sizeof *t);
    if (!t) abort();
    t->users = 1;
    t->from = today - DAYS_BACK;
    for (int k = 0; k < KINDS; k++) {
        t->at[k] = calloc((size_t)(k == ALL ? 1 : CODES) * DAYS, sizeof *t->at[k]);
        if (!t->at[k]) abort();
    }
    return t;
}

void tally_free(struct tally *t)
{
    for (int k = 0; k < KINDS; k++) free(t->at[k]);
    free(t);
}

i64 tally_users(struct tally *t, i64 more) { return atomic_fetch_add(&t->users, more) + more; }

struct tally *tally_copy(const struct tally *t)
{
    struct tally *out = tally_new(t->from + DAYS_BACK);
    out->outside = t->outside;
    for (int k = 0; k < KINDS; k++) {
        memcpy(out->at[k], t->at[k], (size_t)(t->codes[k] * DAYS) * sizeof *out->at[k]);
        out->codes[k] = t->codes[k];
        out->over[k] = t->over[k];
    }
    return out;
}

bool tally_covers(const struct tally *t, day today)
{
    return today >= t->from + DAYS_BACK - DAYS_AHEAD && today < t->from + DAYS - 1;
}

/* -- adding ------------------------------------------------------------------------------------ */

struct places { /* of one day: in all, and where it belongs */
    struct day_sums *at[KINDS];
    int n;
};

/* None: not a day it knows. */
static struct places places_of(struct tally *t, i64 d, const uint16_t of[OF_KINDS], int sign)
{
    struct places p = { .n = 0 };
    i64 at = d - t->from;
    if (at < 0 || at >= DAYS) {
        t->outside += sign;
        return p;
    }
    for (int k = 0; k < KINDS; k++) {
        i64 code = k == ALL ? 0 : of[k];
        if (code >= CODES) {
            t->over[k] = true;
            continue;
        }
        if (code >= t->codes[k]) t->codes[k] = code + 1;
        p.at[p.n++] = &t->at[k][code * DAYS + at];
    }
    return p;
}

#define PUT(P, MEASURE, VALUE) \
    for (int i_ = 0; i_ < (P).n; i_++) (P).at[i_]->of[MEASURE] += (VALUE)

static void add_order(struct tally *t, const struct facts_block *b, struct fact *f, int sign)
{
    fact_where(b, f);
    fact_amounts(b, f);
    if (f->flags & FACT_PLACED) {
        struct places p = places_of(t, f->placed, f->of, sign);
        PUT(p, PLACED, sign);
        PUT(p, GMV, sign * f->total);
    }
    if (!(f->flags & FACT_PAID)) return;
    struct places p = places_of(t, f->when, f->of, sign);
    PUT(p, ORDERS, sign);
    PUT(p, UNITS, sign * f->units);
    PUT(p, PAID, sign * f->paid);
    PUT(p, GROSS, sign * f->gross);
    PUT(p, NET, sign * f->gross);
    if (f->flags & FACT_BOUGHT) PUT(p, PURCHASES, sign);
}

static void add_refund(struct tally *t, const struct facts_block *b, i64 i, int sign)
{
    const struct packed *k = b->refund;
    uint16_t of[OF_KINDS] = { [OF_SHOP] = (uint16_t)packed_get(&k[REFUND_SHOP], i),
                              [OF_TOUCHPOINT] = (uint16_t)packed_get(&k[REFUND_TOUCHPOINT], i) };
    struct places p = places_of(t, packed_get(&k[REFUND_DAY], i), of, sign);
    i64 amount = packed_get(&k[REFUND_AMOUNT], i);
    PUT(p, REFUND, sign * amount);
    PUT(p, NET, -sign * amount);
    PUT(p, REFUNDED, packed_get(&k[REFUND_FLAGS], i) & REFUND_FIRST ? sign : 0);
}

void tally_add(struct tally *t, const struct facts_block *b, int sign)
{
    struct facts_at at = { 0 };
    struct fact f = { 0 };
    i64 buyer = 0;
    while (fact_next(b, &at, false, &f)) {
        add_order(t, b, &f, sign);
        if (buyer == b->buyers_n || packed_get(&b->buyer[BUYER_ORDER], buyer) != f.order) continue;
        struct places p = places_of(t, f.when, f.of, sign);
        PUT(p, NEW, sign);
        buyer++;
    }
    for (i64 i = 0; i < b->refunds_n; i++) add_refund(t, b, i, sign);
}

/* -- telling ----------------------------------------------------------------------------------- */

/* Which of its sums are asked for: KINDS: none are. only: just this code; -1: all of them. */
static int kind_of(const struct tally *t, const struct counting *n, i64 *only)
{
    const struct parting *p = &n->parting;
    int kind = ALL;
    *only = -1;
    if (n->set || p->by_member || n->only[OF_CATEGORY] >= 0) return KINDS;
    if (p->by_code) kind = p->kind == OF_CATEGORY ? KINDS : p->kind;
    for (int k = OF_SHOP; k <= OF_TOUCHPOINT && kind < KINDS; k++) {
        if (n->only[k] < 0) continue;
        if (kind != ALL && kind != k) return KINDS;
        kind = k;
        *only = n->only[k];
    }
    return kind < KINDS && !t->over[kind] ? kind : KINDS;
}

u64 tally_tells(const struct tally *t, const struct counting *n)
{
    i64 only;
    u64 out = 0;
    if (!t || kind_of(t, n, &only) == KINDS) return 0;
    for (i64 r = 0; r < n->ranges_n && t->outside; r++)
        if (n->ranges[r].from < t->from || n->ranges[r].to >= t->from + DAYS) return 0;
    for (i64 i = 0; i < TOLD; i++) out |= (u64)1 << told[i];
    return out;
}

static i64 group_of_code(const struct parting *p, i64 code)
{
    if (!p->by_code) return 0;
    return code < p->codes ? p->by_code[code] : p->groups - 1;
}

static void tell_code(const struct tally *t, struct counting *n, int kind, i64 code)
{
    i64 group = group_of_code(&n->parting, code);
    if (group >= n->parting.groups) return;
    for (i64 r = 0; r < n->ranges_n; r++) {
        const struct range *range = &n->ranges[r];
        i64 *cells = n->cells + counting_base(n, r);
        day first = range->from < t->from ? t->from : range->from;
        day last = range->to < t->from + DAYS ? range->to : t->from + DAYS - 1;
        for (day d = first; d <= last; d++) {
            const struct day_sums *sums = &t->at[kind][code * DAYS + d - t->from];
            i64 *to = cells + (slot_of(range, d) * n->parting.groups + group) * MEASURES_N;
            for (i64 i = 0; i < TOLD; i++) to[told[i]] += sums->of[i];
        }
    }
}

/* A pass for other measures may have been there before: its sums of these are replaced. */
void tally_tell(const struct tally *t, struct counting *n)
{
    i64 only, cells = counting_cells(n);
    int kind = kind_of(t, n, &only);
    for (i64 at = 0; at < cells; at += MEASURES_N)
        for (i64 i = 0; i < TOLD; i++) n->cells[at + told[i]] = 0;
    for (i64 code = 0; code < t->codes[kind]; code++)
        if (only < 0 || code == only) tell_code(t, n, kind, code);
}
