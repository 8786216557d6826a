/* tiers_crowd.h -- for tests of tiers: very many members with orders, written straight to their
 * rows; and gifts of several kinds. */
#pragma once

#include "loyalty/benefits/inside.h"
#include "loyalty/tiers/inside.h"
#include "store/setting.h"

#include "test.h"

/* The same history for every `alike` members: m and m + alike bought the same. */
struct crowd {
    i64 members, alike;
    instant until;
};

CHANGE(crowd_order, "INSERT INTO purchase_order (member, id, shop, number, state, stated_state, at,"
                    " paid_at, total, paid, refund, net, quantity, is_paid, bought_at,"
                    " over_refunded, updated_at) VALUES ($1, $2, 1, $5, 'completed',"
                    " 'completed', $3, $3, $4, $4, 0, $4, 1, TRUE, $3, FALSE, $3)");

static inline enum err crowd_buys(struct tx *t, void *arg)
{
    const struct crowd *w = arg;
    for (i64 m = 1; m <= w->members; m++) {
        struct dice d = { (u64)(w->alike ? (m - 1) % w->alike : m) };
        i64 orders = dice_below(&d, 6);
        for (i64 i = 0; i < orders; i++) {
            instant at = w->until - dice_below(&d, 730) * DAY_MS - dice_below(&d, DAY_MS);
            i64 id = m * 20 + i;
            money net = dice_below(&d, 900) * MONEY_UNIT + 1;
            TRY(tx_change(t, &crowd_order,
                          ARGS(m, id, at, net, str_fmt(t->c->arena, "%lld", (long long)id))));
        }
    }
    return OK;
}

static inline enum err crowd_opens(struct tx *t, void *arg)
{
    const struct crowd *w = arg;
    static struct reward growth = { .kind = REWARD_GROWTH, .amount = 10 },
                         points = { .kind = REWARD_POINTS, .amount = 50 },
                         credit = { .kind = REWARD_CREDIT, .credit = { true, 5 * MONEY_UNIT } },
                         free = { .kind = REWARD_BENEFIT, .amount = 2 };
    free.code = S("buy-3-free-1");
    struct tier_benefit gifts[] = {
        { S("小白"), WHEN_ENTRY, &points, S("积分"), S("points") },
        { S("素人"), WHEN_ENTRY, &growth, S("成长值"), S("growth") },
        { S("素人"), WHEN_ENTRY, &free, S("三免一"), S("one free") },
        { S("素人"), WHEN_MONTHLY, &points, S("积分"), S("points") },
        { S("达人"), WHEN_MONTHLY, &credit, S("购物金"), S("credit") },
        { S("达人"), WHEN_MONTHLY, &free, S("三免一"), S("one free") },
        { S("红人"), WHEN_YEARLY, &points, S("积分"), S("points") },
    };
    struct tier_benefit_list all = { gifts, COUNT(gifts) };
    str since = day_text(t->c->arena, zone_day(t->c->zone, w->until) - 400);
    TRY(tier_benefits_put(t, &all));
    return setting_set(t, S("loyalty.since"), since);
}
