/* tally.c -- what is known of every product over a period, in four passes over short ranges of
 * keys, put side by side by product. */
#include "base/clock.h"
#include "insight/period.h"
#include "insight/product/inside.h"

enum err product_period(struct ctx *c, str from, str to, day *first, day *last)
{
    TRY(period_read(c, from, to, first, last));
    if (str_empty(from)) *first = *last - 89;
    return period_check(c, *first, *last);
}

/* Days with a sale are looked for from either end: a few steps each. */
QUERY(products_known, product_known,
      "SELECT p.id, s.name AS shop, p.code, COALESCE(p.name, p.sold_as) AS name, p.category,"
      " p.price, p.cost, p.stock, p.launched_at, p.created_at,"
      " (SELECT d.day FROM product_day d WHERE d.product = p.id AND d.units > d.returned"
      " AND d.day <= $2 ORDER BY d.day LIMIT 1) AS first_sale,"
      " (SELECT d.day FROM product_day d WHERE d.product = p.id AND d.units > d.returned"
      " AND d.day <= $2 ORDER BY d.day DESC LIMIT 1) AS last_sale"
      " FROM product p JOIN shop s ON s.id = p.shop WHERE ($1 = 0 OR p.shop = $1)"
      " ORDER BY p.id LIMIT $3");

/* Sums of days that CONDITION holds of. */
#define SUM_IN(CONDITION, WHAT) \
    "CAST(COALESCE(SUM(CASE WHEN " CONDITION " THEN " WHAT " END), 0) AS BIGINT) AS "
#define ORDERS_NOW   SUM_IN("d.day >= $2", "d.orders") "orders, "
#define UNITS_NOW    SUM_IN("d.day >= $2", "d.units") "units, "
#define RETURNED_NOW SUM_IN("d.day >= $2", "d.returned") "returned, "
#define SALES_NOW    SUM_IN("d.day >= $2", "d.sales") "sales, "
#define REFUND_NOW   SUM_IN("d.day >= $2", "d.refund") "refund, "
#define NET_BEFORE   SUM_IN("d.day < $2 AND d.day >= $6", "d.sales - d.refund") "net_before, "
#define RECENT_UNITS SUM_IN("d.day >= $4", "d.units - d.returned") "recent"
/* SQLite takes a cross join in this order: by product, a short range of days each. */
QUERY(products_sums, product_sums,
      "SELECT p.id, " ORDERS_NOW UNITS_NOW RETURNED_NOW SALES_NOW REFUND_NOW NET_BEFORE RECENT_UNITS
      " FROM product p CROSS JOIN product_day d WHERE d.product = p.id AND d.day >= $1"
      " AND d.day <= $3 AND ($5 = 0 OR p.shop = $5) GROUP BY p.id ORDER BY p.id");

QUERY(products_counts, product_count,
      "SELECT p.id, k.day AS counted_on, k.quantity AS counted,"
      " (SELECT CAST(COALESCE(SUM(d.units - d.returned), 0) AS BIGINT) FROM product_day d"
      " WHERE d.product = p.id AND d.day > k.day AND d.day <= $1) AS sold_since"
      " FROM product p CROSS JOIN stock_count k WHERE k.product = p.id"
      " AND k.day = (SELECT MAX(x.day) FROM stock_count x WHERE x.product = p.id AND x.day <= $1)"
      " AND ($2 = 0 OR p.shop = $2) ORDER BY p.id");

i64 count_left(const struct product_count *count)
{
    i64 left = count->counted - count->sold_since;
    return left > 0 ? left : 0;
}

/* All lists stand by id, and those of figures have no product that is not known. */
static void side_by_side(struct product_tally_list *out, const struct product_sums_list *sums,
                         const struct product_count_list *counts,
                         const struct product_count_list *openings)
{
    i64 s = 0, k = 0, o = 0;
    for (i64 i = 0; i < out->n; i++) {
        struct product_tally *t = &out->at[i];
        i64 id = t->known.id;
        while (s < sums->n && sums->at[s].id < id) s++;
        while (k < counts->n && counts->at[k].id < id) k++;
        while (o < openings->n && openings->at[o].id < id) o++;
        if (s < sums->n && sums->at[s].id == id) t->sums = sums->at[s];
        t->has_count = k < counts->n && counts->at[k].id == id;
        if (t->has_count) t->count = counts->at[k];
        t->has_opening = o < openings->n && openings->at[o].id == id;
        if (t->has_opening) t->opening = openings->at[o];
    }
}

enum err product_tallies(struct ctx *c, const struct tally_ask *ask, struct product_tally_list *out)
{
    struct product_known_list known;
    struct product_sums_list sums;
    struct product_count_list counts, openings;
    day first = ask->before < ask->recent_from ? ask->before : ask->recent_from;
    TRY(db_all(c, &products_known, &known, ARGS(ask->shop, ask->to, PRODUCTS_MAX + 1)));
    if (known.n > PRODUCTS_MAX)
        return fail(c, E_UNPROCESSABLE, "商品超过 %d 个，请按店铺查看",
                    "there are more than %d products: ask for one shop", PRODUCTS_MAX);
    TRY(db_all(c, &products_sums, &sums,
               ARGS(first, ask->from, ask->to, ask->recent_from, ask->shop, ask->before)));
    TRY(db_all(c, &products_counts, &counts, ARGS(ask->to, ask->shop)));
    TRY(db_all(c, &products_counts, &openings, ARGS(ask->from - 1, ask->shop)));
    *out =
        (struct product_tally_list){ NEWS(c->arena, struct product_tally, known.n + 1), known.n };
    for (i64 i = 0; i < known.n; i++) out->at[i].known = known.at[i];
    side_by_side(out, &sums, &counts, &openings);
    return OK;
}
