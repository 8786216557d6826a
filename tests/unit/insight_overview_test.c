/* insight_overview_test.c -- the shop at a glance against a slow count; the promises of overview.h.
 */
#include "insight_shop.h"

#include "insight/overview.h"

#define YUAN MONEY_UNIT

static instant day_start(struct ctx *c, const char *words, i64 days_later)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return zone_midnight(c->zone, d + (day)days_later);
}

static day day_named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

#define SALES   300
#define MEMBERS 40

static void random_shop(struct ctx *c, struct sale sales[SALES])
{
    struct dice d = { 99 };
    i64 *ids = shop_members(c, MEMBERS / 2, day_start(c, "2024-01-05", 0), S("a"));
    i64 *late = shop_members(c, MEMBERS / 2, day_start(c, "2024-02-03", 0) - 1, S("b"));
    for (i64 i = 0; i < SALES; i++) {
        i64 who = dice_below(&d, MEMBERS + 2);
        sales[i] = (struct sale){
            .member = who < MEMBERS / 2 ? ids[who]
                      : who < MEMBERS   ? late[who - MEMBERS / 2]
                                        : 0,
            .at = day_start(c, "2024-01-01", dice_below(&d, 60)) +
                  (dice_below(&d, 3) ? dice_below(&d, DAY_MS) : -1),
            .paid = dice_below(&d, 500 * YUAN),
            .unpaid = dice_below(&d, 10) == 0,
            .shop = dice_below(&d, 3) ? S("旗舰店") : S("专营店"),
        };
        if (!sales[i].unpaid && dice_below(&d, 6) == 0)
            sales[i].refund = dice_below(&d, 2) ? sales[i].paid : sales[i].paid / 3;
    }
    shop_sales(c, sales, SALES);
}

static bool bought(const struct sale *s) { return !s->unpaid && s->paid - s->refund > 0; }

/* The slow count of one period, by rereading all sales for each member. */
static struct overview_period naive_period(const struct sale *sales, instant first, instant end)
{
    struct overview_period p = { 0 };
    money bought_net = 0;
    i64 purchases = 0;
    for (i64 i = 0; i < SALES; i++) {
        const struct sale *s = &sales[i];
        if (s->at < first || s->at >= end) continue;
        p.orders++;
        p.paid_orders += !s->unpaid;
        p.paid += s->unpaid ? 0 : s->paid;
        p.refund += s->refund;
        if (!bought(s)) continue;
        purchases++;
        bought_net += s->paid - s->refund;
        if (!s->member) continue;
        bool again = false, before = false;
        for (i64 k = 0; k < SALES; k++) {
            if (sales[k].member != s->member || !bought(&sales[k])) continue;
            again |= k < i && sales[k].at >= first && sales[k].at < end;
            before |= sales[k].at < first;
        }
        p.buyers += !again;
        p.new_buyers += !again && !before;
    }
    p.returning_buyers = p.buyers - p.new_buyers;
    p.net = p.paid - p.refund;
    p.average = purchases ? (bought_net + purchases * 50) / (purchases * 100) * 100 : 0;
    return p;
}

static void check_period(const struct overview_period *got, const struct overview_period *want)
{
    CHECK_I64(got->orders, want->orders);
    CHECK_I64(got->paid_orders, want->paid_orders);
    CHECK_I64(got->paid, want->paid);
    CHECK_I64(got->refund, want->refund);
    CHECK_I64(got->net, want->net);
    CHECK_I64(got->buyers, want->buyers);
    CHECK_I64(got->new_buyers, want->new_buyers);
    CHECK_I64(got->returning_buyers, want->returning_buyers);
    CHECK_I64(got->average, want->average);
}

TEST(averages_are_rounded_to_the_cent)
{
    CHECK_I64(average_of(100 * YUAN, 3), 333300);
    CHECK_I64(average_of(200 * YUAN, 3), 666700);
    CHECK_I64(average_of(10100, 2), 5100); /* half a cent goes up */
    CHECK_I64(average_of(-10100, 2), -5100);
    CHECK_I64(average_of(99, 2), 0);
    CHECK_I64(average_of(5, 0), 0);
}

TEST(overview_equals_the_naive_count)
{
    struct ctx *c = test_reader();
    struct sale sales[SALES];
    random_shop(c, sales);
    for (int from = 0; from < 50; from += 7) {
        struct overview o;
        day first = day_named("2024-01-01") + from, last = first + from % 11;
        i64 days = last - first + 1;
        CHECK_OK(c, overview_make(c, first, last, &o));
        struct overview_period now =
            naive_period(sales, zone_midnight(c->zone, first), zone_midnight(c->zone, last + 1));
        struct overview_period before = naive_period(
            sales, zone_midnight(c->zone, first - (day)days), zone_midnight(c->zone, first));
        check_period(o.now, &now);
        check_period(o.before, &before);
        CHECK_I64(o.days.n, days);
    }
}

TEST(overview_equals_the_sum_of_its_days)
{
    struct ctx *c = test_reader();
    struct sale sales[SALES];
    struct overview o;
    random_shop(c, sales);
    CHECK_OK(c, overview_make(c, day_named("2024-01-03"), day_named("2024-02-20"), &o));
    struct overview_day days = { 0 };
    struct overview_shop shops = { 0 };
    for (i64 i = 0; i < o.days.n; i++) {
        CHECK_I64(o.days.at[i].day, o.from + i);
        days.orders += o.days.at[i].orders;
        days.paid += o.days.at[i].paid;
        days.net += o.days.at[i].net;
        days.new_members += o.days.at[i].new_members;
    }
    for (i64 i = 0; i < o.shops.n; i++) {
        shops.orders += o.shops.at[i].orders;
        shops.paid += o.shops.at[i].paid;
        shops.net += o.shops.at[i].net;
    }
    CHECK(o.now->orders > 100);
    CHECK_I64(days.orders, o.now->orders);
    CHECK_I64(days.paid, o.now->paid);
    CHECK_I64(days.net, o.now->net);
    CHECK_I64(days.new_members, o.now->new_members);
    CHECK_I64(o.now->new_members, MEMBERS);
    CHECK_I64(o.shops.n, 2);
    CHECK(o.shops.at[0].paid >= o.shops.at[1].paid);
    CHECK_I64(shops.orders, o.now->orders);
    CHECK_I64(shops.paid, o.now->paid);
    CHECK_I64(shops.net, o.now->net);
}

TEST(the_period_before_touches)
{
    struct ctx *c = test_reader();
    struct overview o;
    i64 *ids = shop_members(c, 1, day_start(c, "2024-01-01", 0), S("m"));
    shop_sales(c,
               (struct sale[]){ { ids[0], day_start(c, "2024-03-10", 0) - 1, 5 * YUAN },
                                { ids[0], day_start(c, "2024-03-07", 0), 7 * YUAN },
                                { ids[0], day_start(c, "2024-03-07", 0) - 1, 11 * YUAN } },
               3);
    CHECK_OK(c, overview_make(c, day_named("2024-03-10"), day_named("2024-03-12"), &o));
    CHECK_I64(o.now->orders, 0);
    CHECK_I64(o.now->average, 0);
    CHECK_I64(o.before->orders, 2);
    CHECK_I64(o.before->paid, 12 * YUAN);
    CHECK_I64(o.before->average, 6 * YUAN);
}

TEST(periods_are_refused_with_the_place)
{
    struct ctx *c = test_reader();
    struct overview o;
    day from, to;
    CHECK_ERR(c, overview_make(c, 100, 99, &o), E_INVALID);
    CHECK_ERR(c, overview_make(c, 100, 100 + PERIOD_DAYS_MAX, &o), E_INVALID);
    CHECK_ERR(c, period_read(c, S("soon"), NO_STR, &from, &to), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/from");
    CHECK_OK(c, period_read(c, NO_STR, NO_STR, &from, &to));
    CHECK_I64(to, day_named("2024-06-01"));
    CHECK_I64(to - from, 29);
}
