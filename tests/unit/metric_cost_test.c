/* metric_cost_test.c -- what touchpoints cost and who began to follow them. */
#include "base/clock.h"
#include "insight/metric.h"
#include "insight_shop.h"

#define YUAN MONEY_UNIT

static day named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}
static struct metric_answer ask_for(struct ctx *c, struct metric_ask ask)
{
    struct metric_answer a;
    CHECK_OK(c, metric_make(c, &ask, &a));
    return a;
}

static enum err put_cost(struct tx *t, void *arg) { return metric_cost_put(t, arg); }

TEST(costs_are_of_touchpoints)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 2, on("2024-05-01", 0), S("a"));
    struct sale sales[] = { { ids[0], on("2024-05-01", HOUR_MS), 100 * YUAN, .shop = S("抖音") },
                            { ids[1], on("2024-05-02", HOUR_MS), 50 * YUAN, .shop = S("天猫") } };
    shop_sales(c, sales, 2);
    struct metric_cost costs[] = { { S("抖音"), named("2024-05-01"), 30 * YUAN, .note = NO_STR },
                                   { S("抖音"), named("2024-05-01"), 40 * YUAN,
                                     .note = S("again") },
                                   { S("天猫"), named("2024-05-02"), 10 * YUAN, .note = NO_STR },
                                   { S("小红书"), named("2024-05-02"), 5 * YUAN, .note = NO_STR },
                                   { S("小红书"), named("2024-05-03"), 5 * YUAN, .note = NO_STR },
                                   { S("小红书"), named("2024-05-03"), 0, .note = NO_STR } };
    for (i64 i = 0; i < COUNT(costs); i++)
        CHECK_OK(c, store_write(c->store, c, put_cost, &costs[i]));
    struct metric_ask ask = {
        .name = S("cac"), .from = S("2024-05-01"), .to = S("2024-05-03"), .by = S("touchpoint")
    };
    struct metric_answer a = ask_for(c, ask);
    CHECK_STR(a.value, "27.50"); /* 55 for two */
    CHECK_STR(a.groups.at[0].group, "抖音");
    CHECK_STR(a.groups.at[0].value, "40.00");
    CHECK_STR(a.groups.at[1].value, "10.00");
    CHECK_I64(a.groups.n, 3);
    CHECK(!a.groups.at[2].value.at); /* 5 for nobody */
    ask.name = S("payback"); /* 27.5 each; 150 of both in 32 + 31 days: 27.5 / (150 / 63) = 11.55 */
    CHECK_STR(ask_for(c, ask).value, "12");
    ask.name = S("roi");
    a = ask_for(c, ask);
    CHECK_STR(a.value, "2.727273");
    CHECK_STR(a.groups.at[0].value, "2.5");
}

static void put_followers(struct ctx *c, const char *at, const char *touchpoint, i64 followers)
{
    struct metric_cost in = { .touchpoint = str_of(touchpoint),
                              .day = named(at),
                              .followers = followers };
    CHECK_OK(c, store_write(c->store, c, put_cost, &in));
}

TEST(followers_add_up)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 2, on("2024-05-01", 0), S("a"));
    struct sale sales[] = { { ids[0], on("2024-05-01", HOUR_MS), 100 * YUAN, .shop = S("抖音") },
                            { ids[1], on("2024-05-02", HOUR_MS), 50 * YUAN, .shop = S("天猫") } };
    shop_sales(c, sales, 2);
    put_followers(c, "2024-04-10", "抖音", 1000); /* those there were */
    put_followers(c, "2024-05-01", "抖音", 30);
    put_followers(c, "2024-05-03", "抖音", -5);
    put_followers(c, "2024-05-02", "天猫", 7);
    put_followers(c, "2024-05-02", "小红书", 40);
    put_followers(c, "2024-05-02", "小红书", 0); /* taken away */
    put_followers(c, "2024-05-02", "快手", 3);   /* by which nobody came */
    put_followers(c, "2024-05-09", "抖音", 99);  /* later */
    struct metric_ask ask = { .name = S("new_followers"),
                              .from = S("2024-05-01"),
                              .to = S("2024-05-03"),
                              .step = STEP_DAY,
                              .by = S("touchpoint") };
    struct metric_answer a = ask_for(c, ask);
    CHECK_STR(a.value, "35");
    CHECK_STR(a.series.at[1].value, "10");
    CHECK_STR(a.series.at[2].value, "-5");
    CHECK_STR(a.groups.at[0].value, "25");
    ask.name = S("followers");
    a = ask_for(c, ask);
    CHECK_STR(a.value, "1035");
    CHECK_STR(a.before->value, "1000");
    CHECK_STR(a.series.at[0].value, "1030");
    CHECK_STR(a.series.at[1].value, "1040");
    CHECK_STR(a.series.at[2].value, "1035");
    CHECK_STR(a.groups.at[0].group, "抖音");
    CHECK_STR(a.groups.at[0].value, "1025");
    CHECK_STR(a.groups.at[1].value, "7");
    CHECK_STR(a.groups.at[2].group, "快手");
    CHECK_STR(a.groups.at[2].value, "3");
    CHECK_I64(a.groups.n, 3);
    ask.name = S("net_sales");
    CHECK_I64(ask_for(c, ask).groups.n, 2); /* who follows did not buy */
    ask.name = S("followers");
    CHECK_STR(a.groups.at[1].before, "0");
    ask.by = NO_STR;
    ask.touchpoint = S("天猫");
    CHECK_STR(ask_for(c, ask).value, "7");
}

TEST(a_file_of_costs_is_read)
{
    struct ctx *c = test_reader();
    struct metric_cost_list all;
    CHECK_OK(c, metric_costs_read(c,
                                  test_file("花费,日期,渠道,新增粉丝,备注\n\"¥1,200.50\",2024/5/"
                                            "1,抖音,\"1,030\",投放\n,2024-05-02,天猫,-5,\n"),
                                  &all));
    CHECK_I64(all.n, 2);
    CHECK_I64(all.at[0].amount, 12005000);
    CHECK_I64(all.at[0].followers, 1030);
    CHECK_I64(all.at[0].day, named("2024-05-01"));
    CHECK_STR(all.at[1].touchpoint, "天猫");
    CHECK_I64(all.at[1].followers, -5);
    CHECK_ERR(c, metric_costs_read(c, test_file("day,touchpoint\n2024-05-01,a\n"), &all),
              E_INVALID);
    CHECK_ERR(c,
              metric_costs_read(
                  c, test_file("day,touchpoint,amount\n2024-05-01,a,1\nyesterday,a,1\n"), &all),
              E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("row 3")) >= 0);
    CHECK_ERR(c, metric_costs_read(c, test_file("day,touchpoint,amount\n2024-05-01,a,-1\n"), &all),
              E_INVALID);
    CHECK_ERR(c, metric_costs_read(c, test_file("day,touchpoint,amount\n2024-05-01,,1\n"), &all),
              E_INVALID);
    CHECK_ERR(c,
              metric_costs_read(c, test_file("day,touchpoint,followers\n2024-05-01,a,1.5\n"), &all),
              E_INVALID);
}
