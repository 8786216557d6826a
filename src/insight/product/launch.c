/* launch.c -- how a launch goes, day by day since the first sale, beside earlier launches of its
 * category.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "insight/product/inside.h"

QUERY(days_of_product, product_day,
      "SELECT day, orders, units, returned, sales, refund FROM product_day"
      " WHERE product = $1 AND day >= $2 AND day <= $3 ORDER BY day");

enum err product_days(struct ctx *c, i64 product, day from, day to, struct product_day_list *out)
{
    return db_all(c, &days_of_product, out, ARGS(product, from, to));
}

f64 quantile_of(const f64 *sorted, i64 n, f64 p)
{
    f64 place = (f64)(n - 1) * p;
    i64 below = (i64)place;
    if (below + 1 >= n) return sorted[n - 1];
    return sorted[below] + (place - (f64)below) * (sorted[below + 1] - sorted[below]);
}

#define FIELDS_OF_launched(X, N) \
    X(i64, product, ANY, "", N)  \
    X(opt_i64, first, ANY, "", N)
SHAPE(launched);
SHAPE_DEFINE(launched);
#define FIRST_SALE                                                                     \
    "(SELECT d.day FROM product_day d WHERE d.product = p.id AND d.units > d.returned" \
    " ORDER BY d.day LIMIT 1)"
QUERY(launch_of, launched,
      "SELECT p.id AS product, " FIRST_SALE " AS first FROM product p WHERE p.id = $1");
/* The latest before it; its category is that of the catalogue. */
QUERY(launches_before, launched,
      "SELECT x.product, x.first FROM (SELECT p.id AS product, " FIRST_SALE
      " AS first FROM product p WHERE p.category = (SELECT q.category FROM product q"
      " WHERE q.id = $1) AND p.id <> $1) x WHERE x.first < $2"
      " ORDER BY x.first DESC, x.product LIMIT $3");

/* Net units and sales up to and with each day of `days` since first; known: how many of them have
 * come. */
struct curve {
    i64 *units;
    money *sales;
    i64 known;
};

static enum err curve_of(struct ctx *c, i64 product, day first, day to, i64 days, struct curve *out)
{
    struct product_day_list list;
    i64 n = (i64)to - first + 1, units = 0, next = 0;
    money sales = 0;
    out->known = n < days ? n : days;
    out->units = NEWS(c->arena, i64, days);
    out->sales = NEWS(c->arena, money, days);
    TRY(product_days(c, product, first, first + (day)out->known - 1, &list));
    for (i64 i = 0; i < out->known; i++) {
        for (; next < list.n && list.at[next].day == first + (day)i; next++) {
            units += list.at[next].units - list.at[next].returned;
            sales += list.at[next].sales - list.at[next].refund;
        }
        out->units[i] = units;
        out->sales[i] = sales;
    }
    return OK;
}

static int by_size(const void *a, const void *b)
{
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return (x > y) - (x < y);
}

static void peers_fill(struct ctx *c, const struct curve *peers, i64 n,
                       struct launch_day_list *days)
{
    f64 *values = NEWS(c->arena, f64, n + 1);
    for (i64 d = 0; d < days->n; d++) {
        struct launch_day *row = &days->at[d];
        for (i64 i = 0; i < n; i++)
            if (peers[i].known > d) values[row->peers++] = (f64)peers[i].units[d];
        if (row->peers == 0) continue;
        qsort(values, (size_t)row->peers, sizeof *values, by_size);
        row->low = (opt_f64){ true, quantile_of(values, row->peers, 0.25) };
        row->median = (opt_f64){ true, quantile_of(values, row->peers, 0.5) };
        row->high = (opt_f64){ true, quantile_of(values, row->peers, 0.75) };
    }
}

static void launch_words(struct ctx *c, struct launch *out, i64 known)
{
    const struct launch_day *last = &out->days.at[known - 1];
    if (last->median.has && last->median.value > 0)
        out->against_median = (opt_f64){ true, (f64)last->units.value / last->median.value };
    if (!last->median.has)
        out->words = say(c, S("同品类没有更早的新品可比"),
                         S("no earlier launch of its category to compare with"));
    else
        out->words = str_fmt(
            c->arena,
            c->locale == ZH
                ? "上市第 %lld 天累计净销 %lld 件；同品类更早的 %lld 个新品同期中位数 %.1f "
                  "件（四分位 "
                  "%.1f–%.1f）"
                : "%lld days after its first sale: %lld net units; %lld earlier launches of its "
                  "category had a median of %.1f (quartiles %.1f–%.1f)",
            (long long)known, (long long)last->units.value, (long long)last->peers,
            last->median.value, last->low.value, last->high.value);
}

enum err launch_make(struct ctx *c, i64 product, day to, i64 days, struct launch *out)
{
    struct launched me;
    struct launched_list before;
    struct curve mine;
    *out = (struct launch){ 0 };
    TRY(db_get(c, &launch_of, &me, ARGS(product)));
    if (!me.first.has || me.first.value > to) {
        out->words = say(c, S("还没有售出过"), S("never sold yet"));
        return OK;
    }
    day first = (day)me.first.value;
    out->first_sale = day_text(c->arena, first);
    TRY(curve_of(c, product, first, to, days, &mine));
    TRY(db_all(c, &launches_before, &before, ARGS(product, first, LAUNCH_PEERS)));
    struct curve *peers = NEWS(c->arena, struct curve, before.n + 1);
    for (i64 i = 0; i < before.n; i++)
        TRY(curve_of(c, before.at[i].product, (day)before.at[i].first.value, to, days, &peers[i]));
    out->peers = before.n;
    out->days = (struct launch_day_list){ NEWS(c->arena, struct launch_day, days), days };
    for (i64 d = 0; d < days; d++) {
        out->days.at[d].day = d;
        if (d >= mine.known) continue;
        out->days.at[d].units = SOME(mine.units[d]);
        out->days.at[d].sales = SOME(mine.sales[d]);
    }
    peers_fill(c, peers, before.n, &out->days);
    launch_words(c, out, mine.known);
    return OK;
}
