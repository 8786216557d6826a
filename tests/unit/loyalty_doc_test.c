/* loyalty_doc_test.c -- figures of docs/loyalty.md that go through several rooms, as they stand
 * there. */
#include "loyalty/credit.h"
#include "loyalty/points.h"
#include "loyalty/tiers.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

#define YUAN(n) ((money)(n)*MONEY_UNIT)
#define FEN(n)  ((money)(n)*MONEY_UNIT / 100)

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, order, points;
    str number;
    money lines[3], paid, amount;
    struct credit_act act;
    struct transferred done;
};
static enum err run_call(struct tx *t, void *arg)
{
    struct call *k = arg;
    return k->fn(t, k);
}
static void run(struct call *k, enum err (*fn)(struct tx *t, struct call *k))
{
    k->fn = fn;
    test_ctx()->now += HOUR_MS; /* one after the other */
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), run_call, k));
}

static enum err open_shop(struct tx *t, struct call *k)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), S("u1") };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api") };
    struct credit_step step = { YUAN(500), YUAN(50), NONE, NO_STR };
    TRY(setting_set(t, S("loyalty.since"), S("2024-01-01")));
    TRY(setting_set(t, S("points.pending_days"), S("0")));
    TRY(credit_steps_put(t, &(struct credit_steps){ { &step, 1 } }));
    return member_resolve(t, &s, &k->member, &created);
}
static enum err tell_order(struct tx *t, struct call *k)
{
    struct order_line_fact lines[3];
    enum order_put what;
    struct order_fact fact = { .shop = S("旗舰店"),
                               .number = k->number,
                               .member = k->member,
                               .created_at = SOME(t->c->now),
                               .paid_at = SOME(t->c->now),
                               .state = ORDER_PAID,
                               .total = SOME(k->paid),
                               .paid = SOME(k->paid),
                               .lines = { lines, 0 } };
    for (i64 i = 0; i < 3 && k->lines[i]; i++)
        lines[fact.lines.n++] =
            (struct order_line_fact){ .line_id = str_fmt(t->c->arena, "%lld", (long long)i + 1),
                                      .quantity = 1,
                                      .price = k->lines[i] };
    return order_write(t, &fact, &k->order, &what);
}
static enum err give(struct tx *t, struct call *k)
{
    return points_give(t, k->member, k->points, S("start"), S("test"), NONE, &k->done);
}
static enum err top_up(struct tx *t, struct call *k)
{
    struct credit_ask ask = { k->member, S("top"), YUAN(500), NO_STR };
    return credit_topup(t, &ask, &k->act);
}
static enum err pay_with(struct tx *t, struct call *k)
{
    struct credit_ask ask = { k->member, S("T2"), k->amount, S("T2") };
    TRY(points_spend(t, k->member, k->points, S("T2"), S("order"), &k->done));
    return credit_spend(t, &ask, &k->act);
}
static enum err refund_line(struct tx *t, struct call *k)
{
    struct refund_view view;
    struct refund_ask ask = {
        .id = k->order, .key = S("r1"), .amount = k->paid, .line_id = S("2")
    };
    struct credit_refund_ask credit = { k->member, S("r1"), S("T2"), SOME(k->amount) };
    TRY(order_refund(t, &ask, &view));
    TRY(points_reverse(t, k->member, S("T2"), k->points, S("T2-r1"), S("refund"), &k->done));
    return credit_refund(t, &credit, &k->act);
}
static enum err refund_order(struct tx *t, struct call *k)
{
    struct refund_view view;
    struct refund_ask ask = { .id = k->order, .key = S("r"), .amount = k->paid };
    return order_refund(t, &ask, &view);
}

static i64 points(i64 member)
{
    struct points_balance b;
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), member, &b));
    CHECK_I64(b.pending, 0);
    return b.available - b.debt;
}
static void tier_is(i64 member, const char *code)
{
    struct tier_now now;
    CHECK_OK(test_ctx(), tier_of(test_reader(), member, &now));
    CHECK_STR(now.tier, code);
}
static void credit_is(i64 member, money principal, money bonus)
{
    struct credit_view v;
    CHECK_OK(test_ctx(), credit_of(test_reader(), member, &v));
    CHECK_I64(v.principal, principal);
    CHECK_I64(v.bonus, bonus);
}

TEST(a_three_line_order_of_points_and_credit)
{
    struct call k = { .points = 4000 };
    run(&k, open_shop);
    k.number = S("T1");
    k.paid = k.lines[0] = YUAN(500);
    run(&k, tell_order);
    tier_is(k.member, "素人");
    CHECK_I64(points(k.member), 500);
    run(&k, give);
    run(&k, top_up);
    credit_is(k.member, YUAN(500), YUAN(50));

    k.number = S("T2");
    memcpy(k.lines, (money[]){ YUAN(199), YUAN(129), YUAN(72) }, sizeof k.lines);
    k.paid = YUAN(360); /* 400.00 less 4,000 points */
    k.amount = YUAN(120);
    run(&k, pay_with);
    run(&k, tell_order);
    CHECK_I64(k.act.bonus, YUAN(50));
    CHECK_I64(k.act.principal, YUAN(70));
    CHECK_I64(points(k.member), 500 + 432); /* 360 x 1.2 */

    k.points = 1290; /* 4,000 x 129 / 400 */
    k.paid = FEN(11610);
    k.amount = FEN(3870);
    run(&k, refund_line);
    CHECK_I64(k.act.bonus, FEN(1612)); /* 50.00 x 38.70 / 120.00 = 16.125 */
    CHECK_I64(k.act.principal, FEN(2258));
    credit_is(k.member, YUAN(430) + FEN(2258), FEN(1612));
    CHECK_I64(points(k.member), 500 + 292 + 1290); /* 243.90 x 1.2 = 292.68 */
    tier_is(k.member, "素人");
}

/* What lifted him comes back: he falls, and what he earned meanwhile keeps its multiplier. */
TEST(a_fall_changes_no_multiplier)
{
    struct call k = { .number = S("T1"), .paid = YUAN(480) };
    run(&k, open_shop);
    run(&k, tell_order);
    i64 first = k.order;
    tier_is(k.member, "小白");
    k.number = S("T2");
    k.paid = YUAN(100);
    k.lines[0] = YUAN(60);
    k.lines[1] = YUAN(40);
    run(&k, tell_order);
    tier_is(k.member, "素人");
    CHECK_I64(points(k.member), 580); /* at 1.0x: the tier before it */
    k.number = S("T3");
    i64 lifted = k.order;
    run(&k, tell_order);
    CHECK_I64(points(k.member), 700); /* 100 x 1.2 */
    k.order = lifted;
    k.paid = YUAN(100);
    run(&k, refund_order);
    tier_is(k.member, "素人"); /* 580 are left */
    CHECK_I64(points(k.member), 600);
    k.order = first;
    run(&k, refund_order);
    tier_is(k.member, "小白");        /* 480 */
    CHECK_I64(points(k.member), 500); /* 380 x 1.0 + 100 x 1.2 */
}
