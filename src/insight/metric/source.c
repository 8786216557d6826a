/* source.c -- where a measure comes from: the SQL whose answer it is, or what the index of members
 * is asked. Figures are answered from memory (facts.h, behaviour.c); these say the same, slowly, to
 * whoever wants to see for himself. */
#include "base/clock.h"
#include "insight/metric/inside.h"

CHOICE_DEFINE(metric_source_kind, "sql", "segment", "report");
SHAPE_DEFINE(metric_source);

#define SUM(OF)    "CAST(COALESCE(SUM(" OF "), 0) AS BIGINT)"
#define WITHIN(AT) AT " >= $1 AND " AT " < $2"
#define PLACED \
    " FROM purchase_order WHERE " WITHIN("at") " AND NOT (state = 'refunded' AND NOT is_paid)"
#define PAID_AT "COALESCE(paid_at, at)"
#define PAID    " FROM purchase_order WHERE is_paid AND " WITHIN(PAID_AT)
#define BOUGHT  " FROM purchase_order WHERE member > 0 AND " WITHIN("bought_at")
#define BEGAN   " FROM member_trade WHERE " WITHIN("first_bought_at")
#define LIVING  " FROM member WHERE merged_into IS NULL AND erased_at IS NULL"
#define OWN(OF) \
    "(SELECT " OF " FROM order_refund r WHERE r.member = o.member AND r.order_id = o.id)"
#define OWN_SUM   "COALESCE(" OWN("SUM(r.amount)") ", 0)"
#define STATED_AT "COALESCE(o.completed_at, o.paid_at, o.at)"
#define REFUNDED                                                                                \
    "(SELECT COALESCE(SUM(amount), 0) FROM order_refund WHERE " WITHIN(                         \
        "at") ")"                                                                               \
              " + (SELECT COALESCE(SUM(o.refund - " OWN_SUM                                     \
              "), 0) FROM purchase_order o WHERE " WITHIN(STATED_AT) " AND o.refund > " OWN_SUM \
                                                                     ")"
#define DAY_OF(AT) "((" AT " + $4) / 86400000)"
#define SEEN(N)    BEGAN " AND " DAY_OF("first_bought_at") " + " N " < $3"
#define BACK(N)                                                                        \
    SEEN(N)                                                                            \
    " AND (SELECT COUNT(*) FROM purchase_order o WHERE o.member = member_trade.member" \
    " AND " DAY_OF("o.bought_at") " - " DAY_OF("first_bought_at") " <= " N ") >= 2"
#define TOLD " FROM metric_cost WHERE day >= $1 AND day <= $2"

#define ROW(ID, SQL) QUERY(source_##ID, one_i64, "SELECT " SQL)
ROW(placed, "COUNT(*) AS value" PLACED);
ROW(gmv, SUM("total") " AS value" PLACED);
ROW(known_placed, "COUNT(*) AS value" PLACED " AND member > 0");
ROW(known_gmv, SUM("total") " AS value" PLACED " AND member > 0");
ROW(placers, "COUNT(DISTINCT member) AS value" PLACED " AND member > 0");
ROW(orders, "COUNT(*) AS value" PAID);
ROW(units, SUM("quantity") " AS value" PAID);
ROW(paid, SUM("paid") " AS value" PAID);
ROW(gross, SUM("net + refund") " AS value" PAID);
ROW(refund, "CAST(" REFUNDED " AS BIGINT) AS value");
ROW(net,
    "CAST((SELECT COALESCE(SUM(net + refund), 0)" PAID ") - (" REFUNDED ") AS BIGINT) AS value");
ROW(refunded_orders, "COUNT(*) AS value FROM purchase_order o WHERE o.refund > 0 AND " WITHIN(
                         "COALESCE(" OWN("MIN(r.at)") ", " STATED_AT ")"));
ROW(buyers, "COUNT(DISTINCT member) AS value" BOUGHT);
ROW(new_buyers, "COUNT(*) AS value" BEGAN);
ROW(repeat_buyers,
    "COUNT(*) AS value FROM (SELECT member" BOUGHT " GROUP BY member HAVING COUNT(*) >= 2) AS b");
ROW(seen_30, "COUNT(*) AS value" SEEN("30"));
ROW(back_30, "COUNT(*) AS value" BACK("30"));
ROW(seen_60, "COUNT(*) AS value" SEEN("60"));
ROW(back_60, "COUNT(*) AS value" BACK("60"));
ROW(seen_90, "COUNT(*) AS value" SEEN("90"));
ROW(back_90, "COUNT(*) AS value" BACK("90"));
ROW(seen_365, "COUNT(*) AS value" SEEN("365"));
ROW(back_365, "COUNT(*) AS value" BACK("365"));
ROW(cohort_net, SUM("o.net") " AS value FROM purchase_order o JOIN member_trade m ON m.member = "
                             "o.member WHERE " WITHIN("m.first_bought_at"));
ROW(cohort_days,
    SUM("$3 - " DAY_OF("first_bought_at") " + 1") " AS value" BEGAN
                                                  " AND " DAY_OF("first_bought_at") " <= $3");
ROW(new_members, "COUNT(*) AS value" LIVING " AND " WITHIN("first_seen"));
ROW(members, "COUNT(*) AS value" LIVING " AND first_seen < $1");
ROW(cost, SUM("amount") " AS value" TOLD);
ROW(new_followers, SUM("followers") " AS value" TOLD);
ROW(followers, SUM("followers") " AS value FROM metric_cost WHERE day <= $1");

/* What $1, $2 … of a statement stand for. */
enum told_by { BY_TIME, BY_DAYS_PASSED, BY_END, BY_DAY, BY_LAST_DAY, BY_WORDS };
static const struct {
    const char *zh, *en;
} told[] = {
    [BY_TIME] = { "$1 为第一天 0 点、$2 为最后一天次日 0 点，UTC 毫秒；金额单位为万分之一元",
                  "$1 is the first day's midnight, $2 the one after the last day, ms of UTC; money"
                  " in ten-thousandths" },
    [BY_DAYS_PASSED] = { "$1 为第一天 0 点、$2 为最后一天次日 0 点，UTC 毫秒；$3 为今天，1970-01-01"
                         " 起的天数；$4 为时区与 UTC 之差，毫秒；金额单位为万分之一元",
                         "$1 is the first day's midnight, $2 the one after the last day, ms of UTC;"
                         " $3 today, in days since 1970-01-01; $4 what the zone is ahead of UTC,"
                         " ms; money in ten-thousandths" },
    [BY_END] = { "$1 为最后一天次日 0 点，UTC 毫秒",
                 "$1 is the midnight after the last day, ms of UTC" },
    [BY_DAY] = { "$1、$2 为第一天与最后一天，1970-01-01 起的天数；金额单位为万分之一元",
                 "$1 and $2 are the first and last day, in days since 1970-01-01; money in"
                 " ten-thousandths" },
    [BY_LAST_DAY] = { "$1 为最后一天，1970-01-01 起的天数",
                      "$1 is the last day, in days since 1970-01-01" },
};

/* A measure by SQL; or by words: how many members a segment has, or what else it is of. */
static const struct source {
    struct query *sql;
    const char *name, *words, *zh, *en;
    enum metric_source_kind kind;
    enum told_by by;
} sources[MEASURES_N] = {
#define SQL(MEASURE, ID, BY) [MEASURE_##MEASURE] = { &source_##ID, #ID, .by = BY }
    SQL(PLACED, placed, BY_TIME),
    SQL(GMV, gmv, BY_TIME),
    SQL(KNOWN_PLACED, known_placed, BY_TIME),
    SQL(KNOWN_GMV, known_gmv, BY_TIME),
    SQL(PLACERS, placers, BY_TIME),
    SQL(ORDERS, orders, BY_TIME),
    SQL(UNITS, units, BY_TIME),
    SQL(PAID, paid, BY_TIME),
    SQL(GROSS, gross, BY_TIME),
    SQL(REFUND, refund, BY_TIME),
    SQL(NET, net, BY_TIME),
    SQL(REFUNDED_ORDERS, refunded_orders, BY_TIME),
    SQL(BUYERS, buyers, BY_TIME),
    SQL(NEW_BUYERS, new_buyers, BY_TIME),
    SQL(REPEAT_BUYERS, repeat_buyers, BY_TIME),
    SQL(SEEN_30, seen_30, BY_DAYS_PASSED),
    SQL(BACK_30, back_30, BY_DAYS_PASSED),
    SQL(SEEN_60, seen_60, BY_DAYS_PASSED),
    SQL(BACK_60, back_60, BY_DAYS_PASSED),
    SQL(SEEN_90, seen_90, BY_DAYS_PASSED),
    SQL(BACK_90, back_90, BY_DAYS_PASSED),
    SQL(SEEN_365, seen_365, BY_DAYS_PASSED),
    SQL(BACK_365, back_365, BY_DAYS_PASSED),
    SQL(COHORT_NET, cohort_net, BY_TIME),
    SQL(COHORT_DAYS, cohort_days, BY_DAYS_PASSED),
    SQL(NEW_MEMBERS, new_members, BY_TIME),
    SQL(MEMBERS, members, BY_END),
    SQL(COST, cost, BY_DAY),
    SQL(NEW_FOLLOWERS, new_followers, BY_DAY),
    SQL(FOLLOWERS, followers, BY_LAST_DAY),
#define SEGMENT(MEASURE, NAME, TEXT, ...) \
    [MEASURE_##MEASURE] = { NULL, NAME, TEXT, __VA_ARGS__, SOURCE_SEGMENT, BY_WORDS }
#define OF_PERIOD                                                                              \
    "会员索引中符合的会员数；30d 换成这段时间的天数，截至最后一天结束",                        \
        "members of the index for whom it holds as the last day ends; for 30d as many days as" \
        " the period has"
#define DID_PAY " and (did(\"order.paid\", 30d) or did(\"Order Completed\", 30d))"
    SEGMENT(PAID_HIGH, "paid_high", "scene = \"high_value\"",
            "同 paid，只算现在符合此条件的会员的订单",
            "as paid, of the orders of members for whom"
            " it holds now"),
#define REPORT(MEASURE, NAME, TEXT, ZH, EN) \
    [MEASURE_##MEASURE] = { NULL, NAME, TEXT, ZH, EN, SOURCE_REPORT, BY_WORDS }
    REPORT(ACTIVE, "active", "koi report actives", "会员索引中这段时间有任何行为的不同会员",
           "different members of the index with any"
           " behaviour in the period"),
    REPORT(REACHED, "reached", "koi report gmv-tree",
           "其中的活跃用户：这段时间有任何行为或下过单的不同会员",
           "its active users: different members with any behaviour, or an order placed, in the"
           " period"),
    REPORT(POINTS, "points", "koi points liability", "期末的未使用积分",
           "points outstanding at the end"),
    REPORT(POINTS_VALUE, "points_value", "koi points liability", "期末未使用积分折成的金额",
           "what they are worth at the end"),
    SEGMENT(VIEWERS, "viewers", "did(\"Product Viewed\", 30d)", OF_PERIOD),
    SEGMENT(VIEWERS_BOUGHT, "viewers_bought", "did(\"Product Viewed\", 30d)" DID_PAY, OF_PERIOD),
    SEGMENT(CARTERS, "carters", "did(\"Product Added\", 30d)", OF_PERIOD),
    SEGMENT(CARTERS_BOUGHT, "carters_bought", "did(\"Product Added\", 30d)" DID_PAY, OF_PERIOD),
};

static void add(struct ctx *c, enum measure m, struct metric_source_list *out)
{
    const struct source *s = &sources[m];
    if (!s->name) return;
    *PUSH(c->arena, out) = (struct metric_source){
        .measure = str_of(s->name),
        .kind = s->kind,
        .text = str_of(s->sql ? s->sql->sql : s->words),
        .note = s->sql ? say(c, str_of(told[s->by].zh), str_of(told[s->by].en))
                       : say(c, str_of(s->zh), str_of(s->en)),
    };
}

void metric_sources(struct ctx *c, const struct metric *m, struct metric_source_list *out)
{
    add(c, m->a, out);
    if (m->form == METRIC_PAYS) add(c, MEASURE_NEW_BUYERS, out);
    if (m->b != m->a) add(c, m->b, out);
    if (m->form == METRIC_PAYS) add(c, MEASURE_COHORT_DAYS, out);
}

enum err metric_explain(struct ctx *c, const struct metric_ask *ask, struct metric_answer *out)
{
    const struct metric *m;
    TRY(metric_make(c, ask, out));
    TRY(metric_find(c, ask->name, &m));
    metric_sources(c, m, &out->metric->sources);
    return OK;
}

enum err measure_by_sql(struct ctx *c, enum measure m, day from, day to, bool *has, i64 *out)
{
    const struct source *s = &sources[m];
    struct one_i64 got = { 0 };
    instant begin = zone_midnight(c->zone, from), end = zone_midnight(c->zone, to + 1);
    i64 today = zone_day(c->zone, c->now), ahead = -(begin - (instant)from * DAY_MS);
    *out = 0;
    *has = s->sql != NULL;
    if (!*has) return OK;
    switch (s->by) {
    case BY_TIME: TRY(db_get(c, s->sql, &got, ARGS(begin, end))); break;
    case BY_DAYS_PASSED: TRY(db_get(c, s->sql, &got, ARGS(begin, end, today, ahead))); break;
    case BY_END: TRY(db_get(c, s->sql, &got, ARGS(end))); break;
    case BY_DAY: TRY(db_get(c, s->sql, &got, ARGS((i64)from, (i64)to))); break;
    case BY_LAST_DAY: TRY(db_get(c, s->sql, &got, ARGS((i64)to))); break;
    case BY_WORDS: break;
    }
    *out = got.value;
    return OK;
}
