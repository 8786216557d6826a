/* overview.c -- the shop at a glance, out of the index of orders by time. */
#include "insight/overview.h"

#include "base/clock.h"

SHAPE_DEFINE(overview_period);
SHAPE_DEFINE(overview_day);
SHAPE_DEFINE(overview_shop);
SHAPE_DEFINE(overview);

/* A purchase is a paid order with net above zero (trade/trade.h). */
#define BOUGHT "is_paid AND net > 0"
#define SUM_OF(what) "CAST(COALESCE(SUM(" what "), 0) AS BIGINT)"

#define FIELDS_OF_order_sums(X, N)                                                                 \
    X(i64, orders, ANY, "", N)                                                                     \
    X(i64, paid_orders, ANY, "", N)                                                                \
    X(money, paid, ANY, "", N)                                                                     \
    X(money, refund, ANY, "", N)                                                                   \
    X(money, net, ANY, "", N)                                                                      \
    X(i64, purchases, ANY, "", N)                                                                  \
    X(money, bought, ANY, "", N)
SHAPE(order_sums);
SHAPE_DEFINE(order_sums);
QUERY(overview_orders, order_sums,
      "SELECT COUNT(*) AS orders, COUNT(CASE WHEN is_paid THEN 1 END) AS paid_orders,"
      " " SUM_OF("paid") " AS paid, " SUM_OF("refund") " AS refund, " SUM_OF("net") " AS net,"
      " COUNT(CASE WHEN " BOUGHT " THEN 1 END) AS purchases,"
      " " SUM_OF("CASE WHEN " BOUGHT " THEN net END") " AS bought"
      " FROM purchase_order WHERE at >= $1 AND at < $2");

#define FIELDS_OF_buyer_sums(X, N)                                                                 \
    X(i64, buyers, ANY, "", N)                                                                     \
    X(i64, new_buyers, ANY, "", N)
SHAPE(buyer_sums);
SHAPE_DEFINE(buyer_sums);
QUERY(overview_buyers, buyer_sums,
      "SELECT COUNT(*) AS buyers, COUNT(CASE WHEN t.first_bought_at >= $1 THEN 1 END) AS new_buyers"
      " FROM (SELECT DISTINCT member FROM purchase_order"
      "  WHERE at >= $1 AND at < $2 AND " BOUGHT " AND member <> 0) b"
      " JOIN member_trade t ON t.member = b.member");

#define FIELDS_OF_day_sums(X, N)                                                                   \
    X(i64, orders, ANY, "", N)                                                                     \
    X(money, paid, ANY, "", N)                                                                     \
    X(money, net, ANY, "", N)                                                                      \
    X(i64, buyers, ANY, "", N)
SHAPE(day_sums);
SHAPE_DEFINE(day_sums);
QUERY(overview_one_day, day_sums,
      "SELECT COUNT(*) AS orders, " SUM_OF("paid") " AS paid, " SUM_OF("net") " AS net,"
      " COUNT(DISTINCT CASE WHEN " BOUGHT " AND member <> 0 THEN member END) AS buyers"
      " FROM purchase_order WHERE at >= $1 AND at < $2");

QUERY(overview_shops, overview_shop,
      "SELECT s.name AS shop, COUNT(*) AS orders, " SUM_OF("o.paid") " AS paid, " SUM_OF("o.net") " AS net,"
      " COUNT(DISTINCT CASE WHEN o.is_paid AND o.net > 0 AND o.member <> 0 THEN o.member END) AS buyers"
      " FROM purchase_order o JOIN shop s ON s.id = o.shop WHERE o.at >= $1 AND o.at < $2"
      " GROUP BY s.id, s.name ORDER BY 3 DESC, s.name");

QUERY(overview_members, one_i64,
      "SELECT COUNT(*) AS value FROM member"
      " WHERE first_seen >= $1 AND first_seen < $2 AND merged_into IS NULL");

static i64 days_between(day from, day to) { return (i64)to - from + 1; }

money average_of(money sum, i64 n)
{
    const i64 cent = MONEY_UNIT / 100, by = n * cent;
    if (n == 0) return 0;
    return (sum + (sum >= 0 ? by / 2 : -(by / 2))) / by * cent;
}

static enum err period_make(struct ctx *c, day from, day to, struct overview_period **out)
{
    struct overview_period *p = *out = NEW(c->arena, struct overview_period);
    instant first = zone_midnight(c->zone, from), end = zone_midnight(c->zone, to + 1);
    struct order_sums sums;
    struct buyer_sums buyers;
    struct one_i64 members;
    TRY(db_get(c, &overview_orders, &sums, ARGS(first, end)));
    TRY(db_get(c, &overview_buyers, &buyers, ARGS(first, end)));
    TRY(db_get(c, &overview_members, &members, ARGS(first, end)));
    *p = (struct overview_period){
        .orders = sums.orders,
        .paid_orders = sums.paid_orders,
        .paid = sums.paid,
        .refund = sums.refund,
        .net = sums.net,
        .buyers = buyers.buyers,
        .new_buyers = buyers.new_buyers,
        .returning_buyers = buyers.buyers - buyers.new_buyers,
        .new_members = members.value,
        .average = average_of(sums.bought, sums.purchases),
    };
    return OK;
}

static enum err days_make(struct ctx *c, day from, day to, struct overview_day_list *out)
{
    *out = (struct overview_day_list){ NEWS(c->arena, struct overview_day, days_between(from, to)), 0 };
    for (day d = from; d <= to; d++) {
        instant first = zone_midnight(c->zone, d), end = zone_midnight(c->zone, d + 1);
        struct day_sums sums;
        struct one_i64 members;
        TRY(db_get(c, &overview_one_day, &sums, ARGS(first, end)));
        TRY(db_get(c, &overview_members, &members, ARGS(first, end)));
        out->at[out->n++] = (struct overview_day){ .day = d,
                                                   .orders = sums.orders,
                                                   .paid = sums.paid,
                                                   .net = sums.net,
                                                   .buyers = sums.buyers,
                                                   .new_members = members.value };
    }
    return OK;
}

enum err overview_make(struct ctx *c, day from, day to, struct overview *out)
{
    TRY(period_check(c, from, to));
    day before = from - (day)days_between(from, to);
    *out = (struct overview){ .from = from, .to = to };
    TRY(period_make(c, from, to, &out->now));
    TRY(period_make(c, before, from - 1, &out->before));
    TRY(days_make(c, from, to, &out->days));
    return db_all(c, &overview_shops, &out->shops,
                  ARGS(zone_midnight(c->zone, from), zone_midnight(c->zone, to + 1)));
}

enum err period_check(struct ctx *c, day from, day to)
{
    if (from > to)
        return fail_at(c, E_INVALID, S("/from"), "起始日 " STR_FMT " 晚于结束日 " STR_FMT,
                       "the first day " STR_FMT " is after the last day " STR_FMT,
                       STR_ARG(day_text(c->arena, from)), STR_ARG(day_text(c->arena, to)));
    if (days_between(from, to) > PERIOD_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/from"), "时间跨度 %lld 天太长，最多 %d 天",
                       "%lld days are too long a period, %d at most", (long long)days_between(from, to),
                       PERIOD_DAYS_MAX);
    return OK;
}

static enum err day_read(struct ctx *c, const char *field, str text, day *out)
{
    if (day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "“" STR_FMT "”不是日期，请写成 2019-07-01",
                   "\"" STR_FMT "\" is not a date: write 2019-07-01", STR_ARG(text));
}

enum err period_read(struct ctx *c, str from, str to, day *first, day *last)
{
    *last = zone_day(c->zone, c->now);
    if (!str_empty(to)) TRY(day_read(c, "/to", to, last));
    *first = *last - 29;
    if (!str_empty(from)) TRY(day_read(c, "/from", from, first));
    return OK;
}
