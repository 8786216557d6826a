/* cli_demo_programme.c -- the loyalty programme of the demo shop as its operators set it up: rules,
 * benefits, packs, plans, budgets, tasks, goods of the mall, leaderboards, a campaign of teams. */
#include "cli/cli_demo_loyalty.h"

#include "loyalty/benefits/inside.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/mall.h"
#include "loyalty/membership.h"
#include "loyalty/points/inside.h"
#include "loyalty/tasks.h"
#include "loyalty/teams.h"

#define YUAN(n) ((money)(n)*MONEY_UNIT)
#define LIST(...)                                                                   \
    {                                                                               \
        (struct reward[]){ __VA_ARGS__ }, COUNT(((struct reward[]){ __VA_ARGS__ })) \
    }
#define POINTS(n)                            \
    {                                        \
        .kind = REWARD_POINTS, .amount = (n) \
    }
#define COUPON(c)                                         \
    {                                                     \
        .kind = REWARD_BENEFIT, .amount = 1, .code = S(c) \
    }
#define OF(b, what)                                             \
    {                                                           \
        .kind = REWARD_POINTS, .amount = (what), .budget = S(b) \
    }

static enum err put_benefits(struct tx *t)
{
    struct benefit rows[] = {
        { .code = S("new-20"),
          .kind = BENEFIT_COUPON,
          .zh = S("新人满 99 减 20 券"),
          .en = S("20 off 99 for newcomers"),
          .value = SOME(YUAN(20)),
          .threshold = SOME(YUAN(99)),
          .cost = YUAN(8),
          .valid_days = SOME(30) },
        { .code = S("month-30"),
          .kind = BENEFIT_COUPON,
          .zh = S("会员日满 199 减 30 券"),
          .en = S("30 off 199 on members' day"),
          .value = SOME(YUAN(30)),
          .threshold = SOME(YUAN(199)),
          .cost = YUAN(12),
          .valid_days = SOME(31) },
        { .code = S("free-post"),
          .kind = BENEFIT_SHIPPING,
          .zh = S("顺丰包邮"),
          .en = S("Free express delivery"),
          .cost = YUAN(6),
          .valid_days = SOME(31) },
    };
    for (i64 i = 0; i < COUNT(rows); i++) TRY(benefit_put(t, &rows[i]));
    struct tier_benefit_list all;
    TRY(tier_benefits(t->c, &all)); /* those that are shipped stay */
    static struct reward month = COUPON("month-30"), post = COUPON("free-post");
    *PUSH(t->c->arena, &all) =
        (struct tier_benefit){ S("达人"), WHEN_MONTHLY, &month, S("每月会员日券 1 张"),
                               S("a coupon each month") };
    *PUSH(t->c->arena, &all) =
        (struct tier_benefit){ S("红人"), WHEN_ENTRY, &post, S("升级即享顺丰包邮"),
                               S("free express delivery on entry") };
    return tier_benefits_put(t, &all);
}

static enum err put_budgets(struct tx *t)
{
    static const struct budget_post rows[] = {
        { .code = S("newcomers"), .name = S("新人礼包"), .amount = YUAN(60000) },
        { .code = S("contest"), .name = S("冲榜奖品"), .amount = YUAN(3000) },
        { .code = S("credit"), .name = S("充值赠送"), .amount = YUAN(20000) },
    };
    for (i64 i = 0; i < COUNT(rows); i++) TRY(budget_make(t, &rows[i]));
    return OK;
}

static enum err put_packs(struct tx *t)
{
    struct reward coupon = COUPON("new-20"), points = OF("newcomers", 50);
    coupon.budget = S("newcomers");
    struct pack packs[] = {
        { S(NEWCOMER_PACK), LIST(coupon, points) },
        { S(FIRST_ORDER_PACK),
          LIST({ .kind = REWARD_GIFT, .amount = 1, .code = S("修护精华小样") }) },
        { S("plan-quarter-month"), LIST(COUPON("month-30")) },
        { S("plan-year"), LIST({ .kind = REWARD_GIFT, .amount = 1, .code = S("年卡礼盒") }) },
        { S("plan-year-month"), LIST(COUPON("month-30"), COUPON("free-post")) },
    };
    for (i64 i = 0; i < COUNT(packs); i++) TRY(pack_put(t, &packs[i]));
    struct plan plans[] = {
        { S("quarter"), S("锦鲤季卡"), S("Quarter"), YUAN(59), 3, SOME(1200), false },
        { S("year"), S("锦鲤年卡"), S("Year"), YUAN(199), 12, SOME(1500), false },
    };
    for (i64 i = 0; i < COUNT(plans); i++) TRY(plan_put(t, &plans[i]));
    struct credit_step steps[] = { { YUAN(500), YUAN(30), SOME(180), S("credit") },
                                   { YUAN(1000), YUAN(100), SOME(180), S("credit") } };
    return credit_steps_put(t, &(struct credit_steps){ { steps, COUNT(steps) } });
}

static enum err open_tasks(struct tx *t, const struct demo_loyalty *d)
{
    struct task_view check_in;
    TRY(task_get(t->c, DEMO_CHECK_IN, &check_in)); /* the shipped week, and a special day */
    struct task_gifts gifts = *check_in.gifts;
    struct task_special special = {
        .on = d->last, .zh = S("会员感恩日"), .en = S("Members' day"), .rewards = LIST(POINTS(88))
    };
    gifts.specials.at = &special;
    gifts.specials.n = 1;
    TRY(task_change(t, &(struct task_patch){ .id = DEMO_CHECK_IN,
                                             .opened = (opt_flag){ true, true },
                                             .gifts = &gifts }));
    for (i64 id = DEMO_CHECK_IN + 1; id <= DEMO_REVIEW + 1; id++)
        TRY(task_change(t, &(struct task_patch){ .id = id,
                                                 .opened = (opt_flag){ true, true },
                                                 .starts_at = SOME(d->open) }));
    return OK;
}

static enum err stock_mall(struct tx *t, struct demo_loyalty *d)
{
    static const struct {
        struct good_post good;
        i64 stock;
    } rows[DEMO_GOODS_OF_MALL] = {
        { { .kind = GOOD_THING,
            .zh = S("补水面膜 5 片装"),
            .en = S("Five masks"),
            .points = SOME(300),
            .per_month = SOME(2) },
          400 },
        { { .kind = GOOD_THING,
            .zh = S("修护精华小样 10ml"),
            .en = S("Serum, 10 ml"),
            .points = SOME(150),
            .per_member = SOME(3) },
          800 },
        { { .kind = GOOD_THING,
            .zh = S("防晒霜正装"),
            .en = S("Sunscreen"),
            .points = SOME(600),
            .price = SOME(YUAN(39)),
            .tier = S("素人") },
          120 },
        { { .kind = GOOD_THING,
            .zh = S("锦鲤帆布袋"),
            .en = S("Tote bag"),
            .points = SOME(200),
            .per_member = SOME(1) },
          300 },
        { { .kind = GOOD_COUPON,
            .zh = S("满 199 减 30 券"),
            .en = S("30 off 199"),
            .points = SOME(250),
            .per_month = SOME(2),
            .benefit = S("month-30") },
          2000 },
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct good_post good = rows[i].good;
        good.state = S("on");
        TRY(good_make(t, &good, &d->goods[i]));
        struct restock more = { d->goods[i], S("first"), rows[i].stock, S("首批入库") };
        TRY(good_restock(t, &more));
    }
    return OK;
}

/* -- contests ---------------------------------------------------------------------------------- */

static enum err publish(struct tx *t, const struct board_post *post)
{
    i64 id;
    TRY(board_create(t, post, &id));
    return board_change(t, &(struct board_patch){ .id = id, .state = S("published") });
}

static struct reward wins[] = { OF("contest", 5000), OF("contest", 2000), OF("contest", 500) };
static struct board_prize prizes[] = {
    { 1, 1, { &wins[0], 1 } },
    { 2, 3, { &wins[1], 1 } },
    { 4, 20, { &wins[2], 1 } },
};

/* The month after the opening, which is over by now. */
static enum err opening_contest(struct tx *t, const struct demo_loyalty *d)
{
    struct board_post post = { .name = S("开业月消费冲榜"),
                               .metric = BOARD_AMOUNT,
                               .starts_at = d->open,
                               .ends_at = zone_midnight(t->c->zone, d->first + 30),
                               .order_cap = SOME(YUAN(2000)),
                               .visible = { true, true },
                               .prizes = { prizes, COUNT(prizes) } };
    return publish(t, &post);
}

/* Those that run now. */
enum err demo_contests(struct tx *t, void *arg)
{
    struct demo_loyalty *d = arg;
    const struct zone *z = t->c->zone;
    instant begins = zone_midnight(z, d->last - DEMO_CONTEST_DAYS),
            ends = zone_midnight(z, d->last + 10);
    struct board_post post = { .name = S("会员消费冲榜"),
                               .metric = BOARD_AMOUNT,
                               .starts_at = begins,
                               .ends_at = ends,
                               .order_cap = SOME(YUAN(2000)),
                               .visible = { true, true },
                               .prizes = { prizes, COUNT(prizes) } };
    TRY(publish(t, &post));
    struct team_campaign_post campaign = { .name = S("组队瓜分积分"),
                                           .starts_at = begins,
                                           .ends_at = ends,
                                           .size_min = SOME(2),
                                           .size_max = SOME(5),
                                           .may_leave = true };
    TRY(team_campaign_make(t, &campaign, &d->campaign));
    post.name = S("战队冲榜");
    post.holders = HOLDERS_TEAMS;
    post.campaign = d->campaign;
    return publish(t, &post);
}

/* -- the opening ------------------------------------------------------------------------------- */

enum err demo_programme_open(struct tx *t, void *arg)
{
    struct demo_loyalty *d = arg;
    struct points_rule friday = { .name = S("周五会员日加赠"),
                                  .kind = RULE_ORDER,
                                  .on = true,
                                  .points = 1,
                                  .amount = SOME(YUAN(2)),
                                  .weekdays = { (i64[]){ 5 }, 1 },
                                  .adds = true,
                                  .cap_day = SOME(300) };
    TRY(setting_set(t, S("loyalty.since"), day_text(t->c->arena, d->first)));
    TRY(points_rule_put(t, &friday));
    TRY(put_benefits(t));
    TRY(put_budgets(t));
    TRY(put_packs(t));
    TRY(open_tasks(t, d));
    TRY(stock_mall(t, d));
    return opening_contest(t, d);
}
