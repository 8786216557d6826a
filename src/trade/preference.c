/* preference.c -- statements of what a buyer likes: the commonest of his purchases, or a band they
 * fall in. */
#include "trade/preference.h"

#include "trade/local_time.h"
#include "trade/trade.h"

#define BOUGHT                                                                        \
    " o.member >= $1 AND o.member <= $2 AND o.bought_at < $3 AND o.bought_at IS NOT " \
    "NULL AND o.member > 0"

/* -- the commonest ---------------------------------------------------------------------------- */

/* The order's own row is not read: its index has all. SQLite takes a cross join in this order. */
SQL_PART(category_rows,
         "SELECT x.member AS member, x.category AS value FROM (SELECT o.member AS member,"
         " p.category AS category, ROW_NUMBER() OVER (PARTITION BY o.member"
         " ORDER BY SUM(l.quantity) DESC, MAX(o.bought_at) DESC, MIN(p.id)) AS place"
         " FROM purchase_order o CROSS JOIN order_line l JOIN product p ON p.id = l.product"
         " WHERE l.member = o.member AND l.order_id = o.id AND" BOUGHT
         " AND p.category <> '' AND l.quantity > 0 AND NOT (l.amount > 0"
         " AND (COALESCE(l.stated_refund, 0) >= l.amount OR COALESCE(l.own_refund, 0) >= l.amount))"
         " GROUP BY o.member, p.category) x WHERE x.place = 1");

enum err favourite_category_rows(struct ctx *c, i64 first, i64 last, instant at,
                                 struct composed *out)
{
    (void)c;
    composed_add(out, &category_rows, ARGS(first, last, at));
    return OK;
}

/* What he bought and kept, by name. */
SQL_PART(
    bought_part,
    "SELECT DISTINCT o.member AS member, COALESCE(p.name, p.sold_as, p.code) AS value"
    " FROM purchase_order o CROSS JOIN order_line l JOIN product p ON p.id = l.product"
    " WHERE l.member = o.member AND l.order_id = o.id AND" BOUGHT
    " AND l.quantity > 0 AND NOT (l.amount > 0"
    " AND (COALESCE(l.stated_refund, 0) >= l.amount OR COALESCE(l.own_refund, 0) >= l.amount))");

enum err bought_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    (void)c;
    composed_add(out, &bought_part, ARGS(first, last, at));
    return OK;
}

/* By the category a product has now. */
SQL_PART(bought_category_part,
         "SELECT DISTINCT o.member AS member, p.category AS value"
         " FROM purchase_order o CROSS JOIN order_line l JOIN product p ON p.id = l.product"
         " WHERE l.member = o.member AND l.order_id = o.id AND" BOUGHT
         " AND p.category <> '' AND l.quantity > 0 AND NOT (l.amount > 0"
         " AND (COALESCE(l.stated_refund, 0) >= l.amount"
         " OR COALESCE(l.own_refund, 0) >= l.amount))");

enum err bought_category_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    (void)c;
    composed_add(out, &bought_category_part, ARGS(first, last, at));
    return OK;
}

SQL_PART(touchpoint_of_purchases,
         "SELECT x.member AS member, x.touchpoint AS value FROM (SELECT o.member AS member,"
         " o.touchpoint AS touchpoint, ROW_NUMBER() OVER (PARTITION BY o.member"
         " ORDER BY COUNT(*) DESC, MAX(o.bought_at) DESC, MIN(o.id)) AS place"
         " FROM purchase_order o WHERE" BOUGHT " AND o.touchpoint <> ''"
         " GROUP BY o.member, o.touchpoint) x WHERE x.place = 1");
SQL_PART(touchpoint_else,
         " UNION ALL SELECT m.member AS member, m.touchpoint AS value FROM member m"
         " WHERE m.member >= $1 AND m.member <= $2 AND m.merged_into IS NULL AND m.touchpoint <> ''"
         " AND NOT EXISTS (SELECT 1 FROM purchase_order o WHERE o.member = m.member"
         " AND o.bought_at < $3 AND o.touchpoint <> '')");

enum err main_touchpoint_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    (void)c;
    composed_add(out, &touchpoint_of_purchases, ARGS(first, last, at));
    composed_add(out, &touchpoint_else, ARGS(first, last, at));
    return OK;
}

/* -- hour and weekday ------------------------------------------------------------------------- */

SQL_PART(hour_value, "SELECT x.member AS member, CAST(x.slot AS TEXT) AS value FROM (");
SQL_PART(weekday_value,
         "SELECT x.member AS member, CASE x.slot WHEN 0 THEN '周四' WHEN 1 THEN '周五'"
         " WHEN 2 THEN '周六' WHEN 3 THEN '周日' WHEN 4 THEN '周一' WHEN 5 THEN '周二'"
         " ELSE '周三' END AS value FROM (");
SQL_PART(slot_commonest,
         "SELECT y.member AS member, y.slot AS slot, ROW_NUMBER() OVER (PARTITION BY y.member"
         " ORDER BY COUNT(*) DESC, MAX(y.bought_at) DESC) AS place FROM ("
         "SELECT o.member AS member, o.bought_at AS bought_at, (");
/* The remainder is turned positive: before 1970 it is not. 1970 began on a Thursday. */
SQL_PART(slot_part, " % $1 + $1) % $1 / $2 AS slot FROM purchase_order o WHERE");
SQL_PART(slot_bought, BOUGHT ") y GROUP BY y.member, y.slot) x WHERE x.place = 1");

static enum err slot_rows(struct ctx *c, const struct sql_part *value, i64 cycle, i64 slot,
                          struct args of, struct composed *out)
{
    composed_add(out, value, NO_ARGS);
    composed_add(out, &slot_commonest, NO_ARGS);
    local_bought_at(c, out);
    composed_add(out, &slot_part, ARGS(cycle, slot));
    composed_add(out, &slot_bought, of);
    return OK;
}

enum err order_hour_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    return slot_rows(c, &hour_value, DAY_MS, HOUR_MS, ARGS(first, last, at), out);
}

enum err order_weekday_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    return slot_rows(c, &weekday_value, 7 * DAY_MS, DAY_MS, ARGS(first, last, at), out);
}

const struct field_choice weekday_choices[] = {
    { "周一", "Monday" }, { "周二", "Tuesday" },  { "周三", "Wednesday" }, { "周四", "Thursday" },
    { "周五", "Friday" }, { "周六", "Saturday" }, { "周日", "Sunday" },    { 0 },
};

/* -- bands ------------------------------------------------------------------------------------ */

SQL_PART(band_rows,
         "SELECT x.member AS member, CASE WHEN x.mean < $4 THEN '低价' WHEN x.mean < $5 THEN '中价'"
         " ELSE '高价' END AS value FROM (SELECT o.member AS member,"
         " CAST(SUM(o.net) AS BIGINT) / COUNT(*) AS mean FROM purchase_order o WHERE" BOUGHT
         " GROUP BY o.member) x");

enum err price_band_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    ints cuts;
    TRY(setting_list(c, "preference.price_cuts", &cuts));
    composed_add(out, &band_rows, ARGS(first, last, at, cuts.at[0], cuts.at[1]));
    return OK;
}

const struct field_choice price_choices[] = {
    { "低价", "low" }, { "中价", "middle" }, { "高价", "high" }, { 0 }
};
const char *const price_settings[] = { "preference.price_cuts", NULL };

/* Of a purchase: whether a line, or the whole, went at a discount. $4 is what is left at least. */
SQL_PART(buys_on_part,
         "SELECT z.member AS member, CASE WHEN SUM(z.cheaper) * 100 >= COUNT(*) * $5 THEN '促销型'"
         " WHEN SUM(z.cheaper) * 100 <= COUNT(*) * $6 THEN '原价型' ELSE '混合型' END AS value"
         " FROM (SELECT o.member AS member, CASE WHEN MAX(CASE WHEN l.list_price > 0"
         " AND l.price * 100 <= l.list_price * (100 - $4) THEN 1 ELSE 0 END) = 1"
         " OR MAX(o.paid + COALESCE(o.excluded, 0) - COALESCE(o.postage, 0))"
         " <= CAST(SUM(l.amount) AS BIGINT) - CAST(SUM(l.amount) AS BIGINT) / 100 * $4 THEN 1 ELSE "
         "0 END AS cheaper"
         " FROM purchase_order o JOIN order_line l ON l.member = o.member AND l.order_id = o.id"
         " WHERE" BOUGHT " AND l.quantity > 0 AND l.price > 0 AND l.amount > 0"
         " GROUP BY o.member, o.id) z GROUP BY z.member");

enum err buys_on_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    i64 discount, promotion, full;
    TRY(setting_i64(c, "preference.discount_percent", &discount));
    TRY(setting_i64(c, "preference.promotion_share", &promotion));
    TRY(setting_i64(c, "preference.full_price_share", &full));
    composed_add(out, &buys_on_part, ARGS(first, last, at, discount, promotion, full));
    return OK;
}

const struct field_choice buys_on_choices[] = {
    { "促销型", "promotion" }, { "混合型", "mixed" }, { "原价型", "full_price" }, { 0 }
};
const char *const buys_on_settings[] = { "preference.discount_percent",
                                         "preference.promotion_share",
                                         "preference.full_price_share", NULL };

/* -- settings --------------------------------------------------------------------------------- */

static enum err cuts_check(struct ctx *c, str value)
{
    static const struct setting row = { .name = "preference.price_cuts", .kind = SETTING_MONEYS };
    ints cuts;
    TRY(setting_parse(c, &row, value, &cuts));
    if (cuts.n == 2 && cuts.at[0] > 0 && cuts.at[0] < cuts.at[1]) return OK;
    return fail(c, E_INVALID, "需要两个金额，都大于 0，从小到大，如 100,300",
                "two amounts are needed, above zero and rising, such as 100,300");
}

const struct setting trade_settings[] = {
    { "preference.price_cuts", SETTING_MONEYS, "100,300", NULL, 0, 0,
      "价格带：平均每次购买金额的两个分界（元）：低价、中价、高价",
      "Price band: two cuts of what a purchase comes to on average: low, middle, high",
      cuts_check },
    { "preference.discount_percent", SETTING_I64, "5", NULL, 1, 99,
      "购买习惯：比标价或行金额便宜百分之多少才算优惠购买",
      "Buys on: per cent off the list price, or off what the lines come to, that make a discount",
      NULL },
    { "preference.promotion_share", SETTING_I64, "60", NULL, 1, 100,
      "购买习惯：优惠购买占百分之多少起算促销型",
      "Buys on: per cent of purchases at a discount from which he is promotion-driven", NULL },
    { "preference.full_price_share", SETTING_I64, "20", NULL, 0, 99,
      "购买习惯：优惠购买至多占百分之多少算原价型",
      "Buys on: per cent of purchases at a discount up to which he buys at full price", NULL },
    { 0 },
};
