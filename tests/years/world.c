/* world.c -- the shop before it opens: its rules, budgets, packs, plans and tasks. */
#include "years/years.h"

#include <stdio.h>

#include "loyalty/benefits/inside.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/membership.h"
#include "loyalty/points/inside.h"
#include "loyalty/tasks.h"

struct world w;

void wrong(const char *words, ...)
{
    va_list args;
    if (w.fault[0]) return;
    va_start(args, words);
    vsnprintf(w.fault, sizeof w.fault, words, args);
    va_end(args);
}

i64 below(i64 n) { return dice_below(&w.d, n); }
bool one_in(i64 n) { return dice_below(&w.d, n) == 0; }

int living(int who)
{
    while (w.people[who].into >= 0) who = w.people[who].into;
    return who;
}

i64 id_of(int who) { return w.people[living(who)].id; }

int anybody(void)
{
    for (int i = 0; w.people_n && i < 8; i++) {
        int who = living((int)below(w.people_n));
        if (!w.people[who].erased) return who;
    }
    return -1;
}

int participant(void)
{
    for (int i = 0; i < 8; i++) {
        int who = anybody();
        if (who >= 0 && w.people[who].joined) return who;
    }
    return -1;
}

str key_of(struct ctx *c, const char *what, i64 n)
{
    return str_fmt(c->arena, "%s-%lld", what, (long long)n);
}

day day_at(struct ctx *c) { return zone_day(c->zone, c->now); }

/* -- what stands before the first day ---------------------------------------------------------- */

#define YUAN(n) ((money)(n)*MONEY_UNIT)
static const struct reward points_20 = { .kind = REWARD_POINTS, .amount = 20 };
static const struct reward coupon = { .kind = REWARD_BENEFIT,
                                      .amount = 3,
                                      .code = { "coupon10", 8 } };
static const struct reward free_one = { .kind = REWARD_BENEFIT,
                                        .amount = 1,
                                        .code = { "free1", 5 } };
static const struct reward star = { .kind = REWARD_TAG,
                                    .code = { "star", 4 },
                                    .valid_days = SOME(40) };

static enum err make_budgets(struct tx *t)
{
    static const struct {
        const char *code;
        i64 yuan;
    } all[] = { { "newcomers", 3000 }, { "checkin", 900 }, { "bonus", 8000 }, { "prizes", 2000 } };
    for (i64 i = 0; i < COUNT(all); i++) {
        struct budget_post post = { .code = str_of(all[i].code),
                                    .name = str_of(all[i].code),
                                    .amount = YUAN(all[i].yuan * w.people_max / 200) };
        w.raised[i] = post.amount;
        TRY(budget_make(t, &post));
    }
    return OK;
}

static enum err make_benefits(struct tx *t)
{
    struct benefit b = { .code = S("coupon10"),
                         .kind = BENEFIT_COUPON,
                         .zh = S("满百减十"),
                         .en = S("10 off"),
                         .value = SOME(YUAN(10)),
                         .threshold = SOME(YUAN(100)),
                         .cost = YUAN(4),
                         .valid_days = SOME(60) };
    struct benefit free = { .code = S("free1"),
                            .kind = BENEFIT_BUY_FREE,
                            .zh = S("三免一"),
                            .en = S("Three for two"),
                            .threshold = SOME(YUAN(3)),
                            .cost = YUAN(30) };
    TRY(benefit_put(t, &b));
    TRY(benefit_put(t, &free));
    struct tier_benefit rows[] = {
        { S("素人"), WHEN_ENTRY, (struct reward *)&free_one, S("进阶礼"), S("Entry") },
        { S("达人"), WHEN_ENTRY, (struct reward *)&coupon, S("进阶礼"), S("Entry") },
        { S("小白"), WHEN_BIRTHDAY, (struct reward *)&points_20, S("生日"), S("Birthday") },
        { S("达人"), WHEN_MONTHLY, (struct reward *)&coupon, S("月礼"), S("Monthly") },
        { S("红人"), WHEN_MONTHLY, (struct reward *)&star, S("星标"), S("Star") },
        { S("素人"), WHEN_YEARLY, (struct reward *)&free_one, S("年礼"), S("Yearly") },
    };
    return tier_benefits_put(t, &(struct tier_benefit_list){ rows, COUNT(rows) });
}

static enum err make_packs(struct tx *t)
{
    struct reward newcomer[] = { points_20, coupon };
    struct reward first[] = { { .kind = REWARD_CREDIT, .credit = SOME(YUAN(5)) },
                              { .kind = REWARD_GIFT, .amount = 1, .code = S("sample") } };
    struct reward month[] = { coupon, star };
    newcomer[1].budget = S("newcomers");
    first[0].budget = S("newcomers");
    struct pack packs[] = {
        { S(NEWCOMER_PACK), { newcomer, COUNT(newcomer) } },
        { S(FIRST_ORDER_PACK), { first, COUNT(first) } },
        { S("plan-month"), { first, 1 } },
        { S("plan-year-month"), { month, COUNT(month) } },
    };
    for (i64 i = 0; i < COUNT(packs); i++) TRY(pack_put(t, &packs[i]));
    TRY(plan_put(t, &(struct plan){ S("month"), S("月卡"), S("Month"), YUAN(30), 1, NONE, false }));
    return plan_put(t,
                    &(struct plan){ S("year"), S("年卡"), S("Year"), YUAN(199), 12, NONE, false });
}

static enum err make_tasks(struct tx *t)
{
    struct reward day_gift[] = { { .kind = REWARD_POINTS, .amount = 1, .budget = S("checkin") } };
    struct task_milestone every[] = { { 3, { (struct reward *)&points_20, 1 } },
                                      { 7, { (struct reward *)&coupon, 1 } } };
    struct task_gifts gifts = { { day_gift, 1 }, { every, COUNT(every) }, { 0 } };
    struct reward growth[] = { { .kind = REWARD_GROWTH, .amount = 5 }, points_20 };
    struct task_gifts codes = { .rewards = { growth, COUNT(growth) } };
    TRY(task_change(
        t, &(struct task_patch){ .id = 1, .opened = (opt_flag){ true, true }, .gifts = &gifts }));
    for (i64 id = 2; id <= 7; id++)
        if (id != 5)
            TRY(task_change(t,
                            &(struct task_patch){ .id = id, .opened = (opt_flag){ true, true } }));
    return task_make(t,
                     &(struct task_post){ .code = S("poster"),
                                          .kind = TASK_CODE,
                                          .zh = S("海报口令"),
                                          .en = S("Code on a poster"),
                                          .opened = (opt_flag){ true, true },
                                          .often = S("day"),
                                          .times = SOME(3),
                                          .gifts = &codes },
                     &w.codes_task);
}

static enum err make_shop(struct tx *t, void *arg)
{
    struct ctx *c = t->c;
    str opens = day_text(c->arena, w.first + 30);
    w.open = zone_midnight(c->zone, w.first + 30);
    TRY(setting_set(t, S("loyalty.since"), opens));
    TRY(setting_set(t, S("points.expiry_months"), S("4")));
    TRY(make_budgets(t));
    TRY(make_benefits(t));
    TRY(make_packs(t));
    TRY(make_tasks(t));
    TRY(mall_opens(t));
    TRY(koc_opens(t));
    struct credit_step steps[] = { { YUAN(100), YUAN(5), SOME(90), S("bonus") },
                                   { YUAN(500), YUAN(50), NONE, S("bonus") } };
    TRY(credit_steps_put(t, &(struct credit_steps){ { steps, COUNT(steps) } }));
    struct points_rule extra = { .name = S("面膜加赠"),
                                 .kind = RULE_ORDER,
                                 .on = true,
                                 .from = SOME(zone_midnight(c->zone, w.first + 40)),
                                 .until = SOME(zone_midnight(c->zone, w.first + 200)),
                                 .points = 1,
                                 .amount = SOME(YUAN(2)),
                                 .categories = { (str[]){ S("面膜") }, 1 },
                                 .adds = true,
                                 .cap_day = SOME(100),
                                 .cap_total = SOME(3000) };
    return points_rule_put(t, &extra);
}

enum err world_open(struct store *s, struct ctx *c) { return store_write(s, c, make_shop, NULL); }
