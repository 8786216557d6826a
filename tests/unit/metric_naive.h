/* metric_naive.h -- base measures as their definitions say, order by order and buyer by buyer. */
#pragma once

#include "insight/metric.h"
#include "test.h"

#define FIELDS_OF_naive_order(X, N)          \
    X(i64, member, ANY, "", N)               \
    X(i64, id, ANY, "", N)                   \
    X(str, shop, ANY, "", N)                 \
    X(str, touchpoint, ANY, "", N)           \
    X(instant, at, ANY, "", N)               \
    X(opt_instant, paid_at, ANY, "", N)      \
    X(opt_instant, completed_at, ANY, "", N) \
    X(money, total, ANY, "", N)              \
    X(money, paid, ANY, "", N)               \
    X(money, refund, ANY, "", N)             \
    X(money, net, ANY, "", N)                \
    X(i64, quantity, ANY, "", N)             \
    X(flag, is_paid, ANY, "", N)             \
    X(str, state, ANY, "", N)
SHAPE(naive_order);
SHAPE_DEFINE(naive_order);
QUERY(naive_orders, naive_order,
      "SELECT o.member, o.id, s.name AS shop, o.touchpoint, o.at, o.paid_at, o.completed_at,"
      " o.total, o.paid, o.refund, o.net, o.quantity, o.is_paid, o.state FROM purchase_order o"
      " JOIN shop s ON s.id = o.shop ORDER BY o.id");
#define FIELDS_OF_naive_refund(X, N) \
    X(i64, order_id, ANY, "", N)     \
    X(money, amount, ANY, "", N)     \
    X(instant, at, ANY, "", N)
SHAPE(naive_refund);
SHAPE_DEFINE(naive_refund);
QUERY(naive_refunds, naive_refund, "SELECT order_id, amount, at FROM order_refund");
#define FIELDS_OF_naive_line(X, N) \
    X(i64, order_id, ANY, "", N)   \
    X(str, category, ANY, "", N)
SHAPE(naive_line);
SHAPE_DEFINE(naive_line);
QUERY(naive_lines, naive_line,
      "SELECT DISTINCT l.order_id, p.category FROM order_line l LEFT JOIN product p"
      " ON p.id = l.product");
#define FIELDS_OF_naive_person(X, N)   \
    X(instant, first_seen, ANY, "", N) \
    X(str, touchpoint, ANY, "", N)
SHAPE(naive_person);
SHAPE_DEFINE(naive_person);
QUERY(naive_seen, naive_person,
      "SELECT first_seen, touchpoint FROM member WHERE merged_into IS NULL AND erased_at IS NULL");

struct naive_shop {
    struct naive_order_list orders;
    struct naive_refund_list refunds;
    struct naive_line_list lines;
    struct naive_person_list seen;
};
struct naive_filter {
    str shop, touchpoint;
    bool (*member)(i64 member, void *arg);
    void *arg;
};

static inline void naive_read(struct ctx *c, struct naive_shop *out)
{
    *out = (struct naive_shop){ 0 };
    CHECK_OK(c, db_all(c, &naive_orders, &out->orders, NO_ARGS));
    CHECK_OK(c, db_all(c, &naive_refunds, &out->refunds, NO_ARGS));
    CHECK_OK(c, db_all(c, &naive_lines, &out->lines, NO_ARGS));
    CHECK_OK(c, db_all(c, &naive_seen, &out->seen, NO_ARGS));
}

static inline instant naive_paid_at(const struct naive_order *o)
{
    return o->paid_at.has ? o->paid_at.value : o->at;
}
static inline bool naive_bought(const struct naive_order *o) { return o->is_paid && o->net > 0; }
static inline bool naive_earlier(const struct naive_order *a, const struct naive_order *b)
{
    instant x = naive_paid_at(a), y = naive_paid_at(b);
    return x < y || (x == y && a->id < b->id);
}

static inline bool naive_meant(const struct naive_filter *f, const struct naive_order *o)
{
    if (f->shop.n && !str_eq(f->shop, o->shop)) return false;
    if (f->touchpoint.n && !str_eq(f->touchpoint, str_or(o->touchpoint, o->shop))) return false;
    return !f->member || f->member(o->member, f->arg);
}

static inline bool naive_within(struct ctx *c, instant at, day from, day to)
{
    return at >= zone_midnight(c->zone, from) && at < zone_midnight(c->zone, to + 1);
}

static inline void naive_refunds_of(struct ctx *c, const struct naive_shop *s,
                                    const struct naive_order *o, day from, day to,
                                    struct metric_totals *t)
{
    money own = 0, within = 0;
    instant first = INT64_MAX;
    for (i64 i = 0; i < s->refunds.n; i++) {
        const struct naive_refund *r = &s->refunds.at[i];
        if (r->order_id != o->id) continue;
        own += r->amount;
        if (r->at < first) first = r->at;
        if (naive_within(c, r->at, from, to)) within += r->amount;
    }
    instant rest = o->completed_at.has ? o->completed_at.value : naive_paid_at(o);
    if (o->refund > own && naive_within(c, rest, from, to)) within += o->refund - own;
    if (first == INT64_MAX) first = rest;
    t->of[MEASURE_REFUND] += within;
    t->of[MEASURE_NET] -= within;
    t->of[MEASURE_REFUNDED_ORDERS] += o->refund > 0 && naive_within(c, first, from, to);
}

/* What follows from a buyer's first purchase, if o is it. */
static inline void naive_beginning(struct ctx *c, const struct naive_shop *s,
                                   const struct naive_order *o, struct metric_totals *t)
{
    static const i64 days[] = { 30, 60, 90, 365 };
    const struct naive_order *second = NULL;
    money net = 0;
    for (i64 i = 0; i < s->orders.n; i++) {
        const struct naive_order *x = &s->orders.at[i];
        if (x->member != o->member) continue;
        net += x->net;
        if (!naive_bought(x) || x == o) continue;
        if (naive_earlier(x, o)) return;
        if (!second || naive_earlier(x, second)) second = x;
    }
    day first = zone_day(c->zone, naive_paid_at(o)), today = zone_day(c->zone, c->now);
    t->of[MEASURE_NEW_BUYERS]++;
    t->of[MEASURE_COHORT_NET] += net;
    if (today >= first) t->of[MEASURE_COHORT_DAYS] += today - first + 1;
    for (int k = 0; k < 4; k++) {
        if (first + days[k] >= today) continue;
        t->of[MEASURE_SEEN_30 + 2 * k]++;
        t->of[MEASURE_BACK_30 + 2 * k] +=
            second && zone_day(c->zone, naive_paid_at(second)) - first <= days[k];
    }
}

static inline bool naive_is_credit(const struct naive_order *o)
{
    return !o->is_paid && str_eq(o->state, S("refunded"));
}

/* Of a known buyer: the first he placed in these days counts him. */
static inline void naive_placed(struct ctx *c, const struct naive_shop *s,
                                const struct naive_order *o, day from, day to,
                                const struct naive_filter *f, struct metric_totals *t)
{
    bool earlier = false;
    for (const struct naive_order *x = s->orders.at; x < o && !earlier; x++)
        earlier = x->member == o->member && naive_meant(f, x) && !naive_is_credit(x) &&
                  naive_within(c, x->at, from, to);
    t->of[MEASURE_KNOWN_PLACED]++;
    t->of[MEASURE_KNOWN_GMV] += o->total;
    t->of[MEASURE_PLACERS] += !earlier;
}

static inline struct metric_totals naive_totals(struct ctx *c, const struct naive_shop *s, day from,
                                                day to, const struct naive_filter *f)
{
    struct metric_totals t = { 0 };
    for (i64 i = 0; i < s->orders.n; i++) {
        const struct naive_order *o = &s->orders.at[i];
        if (!naive_meant(f, o)) continue;
        if (!naive_is_credit(o) && naive_within(c, o->at, from, to)) {
            t.of[MEASURE_PLACED]++;
            t.of[MEASURE_GMV] += o->total;
            if (o->member) naive_placed(c, s, o, from, to, f, &t);
        }
        naive_refunds_of(c, s, o, from, to, &t);
        if (!o->is_paid || !naive_within(c, naive_paid_at(o), from, to)) continue;
        t.of[MEASURE_ORDERS]++;
        t.of[MEASURE_UNITS] += o->quantity;
        t.of[MEASURE_PAID] += o->paid;
        t.of[MEASURE_GROSS] += o->net + o->refund;
        t.of[MEASURE_NET] += o->net + o->refund;
        if (!naive_bought(o)) continue;
        t.of[MEASURE_PURCHASES]++;
        if (o->member == 0) continue;
        i64 earlier = 0;
        for (i64 k = 0; k < s->orders.n; k++) {
            const struct naive_order *x = &s->orders.at[k];
            earlier += x->member == o->member && naive_bought(x) && naive_meant(f, x) &&
                       naive_within(c, naive_paid_at(x), from, to) && naive_earlier(x, o);
        }
        t.of[MEASURE_BUYERS] += earlier == 0;
        t.of[MEASURE_REPEAT_BUYERS] += earlier == 1;
        naive_beginning(c, s, o, &t);
    }
    for (i64 i = 0; i < s->seen.n; i++) {
        const struct naive_person *p = &s->seen.at[i];
        if (f->touchpoint.n && !str_eq(f->touchpoint, p->touchpoint)) continue;
        t.of[MEASURE_NEW_MEMBERS] += naive_within(c, p->first_seen, from, to);
        t.of[MEASURE_MEMBERS] += p->first_seen < zone_midnight(c->zone, to + 1);
    }
    return t;
}

/* -- by category ------------------------------------------------------------------------------- */

/* What an order has of a category; categories in the order of their first line. */
#define FIELDS_OF_naive_part(X, N) \
    X(i64, order_id, ANY, "", N)   \
    X(str, category, ANY, "", N)   \
    X(i64, units, ANY, "", N)      \
    X(i64, weight, ANY, "", N)
SHAPE(naive_part);
SHAPE_DEFINE(naive_part);
QUERY(naive_parts, naive_part,
      "SELECT l.order_id, COALESCE(p.category, '') AS category,"
      " CAST(SUM(l.quantity) AS BIGINT) AS units,"
      " CAST(SUM(CASE WHEN l.amount > 0 THEN l.amount ELSE 0 END) AS BIGINT) AS weight"
      " FROM order_line l LEFT JOIN product p ON p.id = l.product"
      " GROUP BY l.order_id, COALESCE(p.category, '') ORDER BY l.order_id, MIN(l.line)");

/* Its part of an amount: what all parts up to it have, less what those before it have. */
static inline money naive_share(const struct naive_part_list *parts, const struct naive_part *of,
                                money amount)
{
    i64 before = 0, whole = 0, equal = 0, n = 0;
    for (i64 i = 0; i < parts->n; i++) {
        const struct naive_part *p = &parts->at[i];
        if (p->order_id != of->order_id) continue;
        if (p < of) before += p->weight, equal++;
        whole += p->weight;
        n++;
    }
    i64 weight = whole ? of->weight : 1;
    if (!whole) before = equal, whole = n;
    return (money)((__int128)amount * (before + weight) / whole) -
           (money)((__int128)amount * before / whole);
}

/* Of orders alone, without what was given back. */
static inline struct metric_totals naive_category(struct ctx *c, const struct naive_shop *s,
                                                  str category, day from, day to)
{
    struct metric_totals t = { 0 };
    struct naive_part_list parts = { 0 };
    struct {
        i64 *at;
        i64 n;
    } seen = { 0 };
    CHECK_OK(c, db_all(c, &naive_parts, &parts, NO_ARGS));
    for (i64 i = 0; i < parts.n; i++)
        for (i64 k = 0; k < s->orders.n && str_eq(parts.at[i].category, category); k++) {
            const struct naive_order *o = &s->orders.at[k];
            const struct naive_part *p = &parts.at[i];
            if (o->id != p->order_id) continue;
            if (!naive_is_credit(o) && naive_within(c, o->at, from, to)) {
                money gmv = naive_share(&parts, p, o->total);
                t.of[MEASURE_PLACED]++;
                t.of[MEASURE_GMV] += gmv;
                t.of[MEASURE_KNOWN_PLACED] += o->member != 0;
                t.of[MEASURE_KNOWN_GMV] += o->member ? gmv : 0;
                bool before = o->member == 0;
                for (i64 m = 0; m < seen.n; m++) before |= seen.at[m] == o->member;
                t.of[MEASURE_PLACERS] += !before;
                if (!before) *PUSH(c->arena, &seen) = o->member;
            }
            if (!o->is_paid || !naive_within(c, naive_paid_at(o), from, to)) continue;
            t.of[MEASURE_ORDERS]++;
            t.of[MEASURE_UNITS] += p->units;
            t.of[MEASURE_PAID] += naive_share(&parts, p, o->paid);
            t.of[MEASURE_GROSS] += naive_share(&parts, p, o->net + o->refund);
            t.of[MEASURE_PURCHASES] += naive_bought(o);
        }
    return t;
}
