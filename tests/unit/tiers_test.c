/* tiers_test.c -- the promises of the ladder, one by one, and the figures of docs/loyalty.md. */
#include "loyalty/programme.h"
#include "loyalty/tiers.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

enum { WHO = 7 };

static instant on(i32 year, i32 month, i32 dom)
{
    return zone_midnight(test_ctx()->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}

static enum err write_one(struct tx *t, void *arg)
{
    i64 order;
    enum order_put what;
    return order_write(t, arg, &order, &what);
}
static void bought(const char *number, instant at, i64 yuan, i64 refund)
{
    struct order_fact fact = { .shop = S("旗舰店"),
                               .number = str_of(number),
                               .member = WHO,
                               .created_at = SOME(at),
                               .paid_at = SOME(at),
                               .state = ORDER_PAID,
                               .total = SOME(yuan * MONEY_UNIT),
                               .paid = SOME(yuan * MONEY_UNIT),
                               .refund = refund ? SOME(refund * MONEY_UNIT) : NONE };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_one, &fact));
}
static struct tier_now now_at(instant at)
{
    struct tier_now out;
    test_ctx()->now = at;
    CHECK_OK(test_ctx(), tier_of(test_reader(), WHO, &out));
    return out;
}

struct wish {
    str name, value;
};
static enum err set_now(struct tx *t, void *arg)
{
    struct wish *w = arg;
    return setting_set(t, w->name, w->value);
}
static enum err set(const char *name, const char *value)
{
    struct wish w = { str_of(name), str_of(value) };
    return store_write(test_store(), test_reader(), set_now, &w);
}

TEST(nothing_is_earned_before_it_opens)
{
    opt_instant since;
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
    CHECK_ERR(test_ctx(), set("loyalty.since", "soon"), E_INVALID);
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-06-01"));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK_I64(since.value, zone_midnight(test_ctx()->zone, day_of(2024, 6, 1)));
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-06-02"));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
    CHECK_OK(test_ctx(), set("loyalty.since", ""));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
}

TEST(the_shipped_ladder)
{
    static const char *const codes[] = { "小白", "素人", "达人", "红人", "品牌KOC" };
    for (i64 i = 0; i < COUNT(codes); i++) {
        i64 rank;
        CHECK_OK(test_ctx(), tier_rank(test_reader(), str_of(codes[i]), &rank));
        CHECK_I64(rank, i + 1);
    }
    i64 rank;
    CHECK_ERR(test_ctx(), tier_rank(test_reader(), S("大人"), &rank), E_NOT_FOUND);
    struct tier_now t = now_at(on(2024, 6, 1));
    CHECK_I64(t.rank, 0); /* nobody is a member by himself */
    CHECK_I64(t.multiplier, 1000);
    CHECK_STR(t.next, "小白");
}

TEST(an_upgrade_is_at_once)
{
    bought("1", on(2024, 3, 10), 300, 0);
    struct tier_now t = now_at(on(2024, 3, 10));
    CHECK_STR(t.tier, "小白");
    CHECK(!t.until.has);
    CHECK_I64(t.missing.value, 199 * MONEY_UNIT);
    bought("2", on(2024, 4, 1), 699, 0);
    t = now_at(on(2024, 4, 1));
    CHECK_STR(t.tier, "达人");
    CHECK_STR(t.en, "Insider");
    CHECK_I64(t.multiplier, 1500);
    CHECK_I64(t.since.value, on(2024, 4, 1));
    CHECK_STR(t.next, "红人");
    CHECK_I64(t.missing.value, 1000 * MONEY_UNIT);
    CHECK_OK(test_ctx(), tier_at(test_reader(), WHO, on(2024, 4, 1), &t));
    CHECK_STR(t.tier, "小白"); /* what that order itself was bought with */
}

TEST(qualification_lasts_to_month_end)
{
    bought("1", on(2024, 1, 31), 1000, 0);
    struct tier_now t = now_at(on(2024, 2, 1));
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2025, 2, 1)));
    t = now_at(t.until.value - 1);
    CHECK_STR(t.tier, "达人");
    t = now_at(t.until.value); /* nothing since: one down */
    CHECK_STR(t.tier, "素人");
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2026, 2, 1)));
    t = now_at(t.until.value);
    CHECK_STR(t.tier, "小白");
    CHECK(!t.until.has);
}

TEST(what_keeps_it)
{
    bought("1", on(2024, 3, 10), 1000, 0);
    bought("2", on(2024, 3, 31), 500, 0);
    bought("3", on(2024, 4, 1), 300, 0);
    bought("4", on(2025, 3, 31), 699, 0);
    struct tier_now t = now_at(on(2025, 4, 1)); /* 999 from 1 April 2024 to 31 March 2025 */
    CHECK_STR(t.tier, "达人");
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2026, 4, 1)));
}

TEST(a_refund_can_take_it_back)
{
    bought("1", on(2024, 3, 10), 600, 0);
    bought("2", on(2024, 4, 1), 500, 0);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "达人");
    bought("2", on(2024, 4, 1), 500, 102);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "素人");
    bought("1", on(2024, 3, 10), 600, 600);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "小白");
    bought("2", on(2024, 4, 1), 500, 500);
    CHECK_I64(now_at(on(2024, 5, 1)).rank, 0);
}
