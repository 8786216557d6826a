/* points_test.c -- points given, spent, held, returned, expiring; and the figures of
 * docs/loyalty.md. */
#include "ledger/ledger.h"
#include "loyalty/points.h"
#include "store/setting.h"

#include "test.h"

static i64 who = 7;

static instant on(i32 year, i32 month, i32 dom)
{
    return zone_midnight(test_ctx()->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}

struct chosen {
    const char *name, *value;
};
static enum err do_set(struct tx *t, void *arg)
{
    const struct chosen *in = arg;
    return setting_set(t, str_of(in->name), str_of(in->value));
}
static void set(const char *name, const char *value)
{
    struct chosen in = { name, value };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_set, &in));
}

struct deed {
    enum { GIVE, SPEND, HOLD, TAKE_HELD, LET_GO, REVERSE } what;
    i64 amount;
    const char *id, *of;
    opt_instant expires_at;
    struct transferred out;
};
static enum err do_deed(struct tx *t, void *arg)
{
    struct deed *d = arg;
    str id = str_of(d->id), of = str_of(d->of);
    switch (d->what) {
    case GIVE: return points_give(t, who, d->amount, id, S("test"), d->expires_at, &d->out);
    case SPEND: return points_spend(t, who, d->amount, id, S("test"), &d->out);
    case HOLD: return points_hold(t, who, d->amount, id, HOUR_MS, S("test"), &d->out);
    case TAKE_HELD: return points_take_held(t, who, of, id, &d->out);
    case LET_GO: return points_let_go(t, who, of, id, &d->out);
    case REVERSE: return points_reverse(t, who, of, d->amount, id, S("test"), &d->out);
    }
    return E_INTERNAL;
}
static enum err try_deed(struct deed d)
{
    return store_write(test_store(), test_reader(), do_deed, &d);
}
static void did(struct deed d) { CHECK_OK(test_ctx(), try_deed(d)); }

static struct points_balance has(void)
{
    struct points_balance b;
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), who, &b));
    return b;
}

TEST(given_spent_held_and_back)
{
    did((struct deed){ GIVE, 100, "a" });
    did((struct deed){ SPEND, 30, "b" });
    CHECK_I64(has().available, 70);
    CHECK_ERR(test_ctx(), try_deed((struct deed){ SPEND, 71, "c" }), E_UNPROCESSABLE);
    did((struct deed){ HOLD, 50, "d" });
    CHECK_I64(has().available, 20);
    did((struct deed){ .what = TAKE_HELD, .id = "e", .of = "d" });
    CHECK_I64(has().available, 20);
    did((struct deed){ HOLD, 20, "f" });
    did((struct deed){ .what = LET_GO, .id = "g", .of = "f" });
    CHECK_I64(has().available, 20);
    did((struct deed){ REVERSE, 10, "h", "b" }); /* a part of the spending */
    CHECK_I64(has().available, 30);
    did((struct deed){ REVERSE, 0, "i", "a" }); /* the gift: 70 of it are gone */
    CHECK_I64(has().available, 0);
    CHECK_I64(has().debt, 70);
    did((struct deed){ GIVE, 100, "j" });
    CHECK_I64(has().available, 30);
    CHECK_I64(has().debt, 0);
}

TEST(a_gift_told_again_is_given_once)
{
    did((struct deed){ GIVE, 100, "a" });
    test_ctx()->now += 40 * DAY_MS; /* the policy would end it on another day */
    did((struct deed){ GIVE, 100, "a" });
    set("points.expiry", "never");
    did((struct deed){ GIVE, 100, "a" });
    CHECK_I64(has().available, 100);
    CHECK_ERR(test_ctx(), try_deed((struct deed){ GIVE, 101, "a" }), E_CONFLICT);
}

/* The last day of points given on a day, by the settings. */
static void lasts(instant given, i32 year, i32 month, i32 dom)
{
    who++;
    test_ctx()->now = given;
    did((struct deed){ GIVE, 10, "lasts" });
    struct points_balance b = has();
    CHECK_I64(b.expiring.n, 1);
    CHECK_I64(b.expiring.at[0].on, day_of(year, month, dom));
    test_ctx()->now = zone_midnight(test_ctx()->zone, day_of(year, month, dom) + 1) - 1;
    CHECK_I64(has().available, 10);
    test_ctx()->now++;
    CHECK_I64(has().available, 0);
    CHECK_I64(has().expiring.n, 0);
}

TEST(months_end_as_people_say)
{
    set("points.expiry_months", "1");
    lasts(on(2023, 1, 31), 2023, 2, 28);
    lasts(on(2024, 1, 31), 2024, 2, 29);
    lasts(on(2024, 2, 29), 2024, 3, 29);
    set("points.expiry_months", "12");
    lasts(on(2024, 2, 29), 2025, 2, 28);
    set("points.expiry_round", "month");
    lasts(on(2024, 6, 3), 2025, 6, 30);
    set("points.expiry", "date");
    set("points.expiry_months", "6");
    lasts(on(2024, 6, 30), 2024, 12, 31); /* six months later is 30 December */
    lasts(on(2024, 7, 1), 2025, 12, 31);
    set("points.expiry_day", "02-29");
    lasts(on(2024, 6, 30), 2025, 2, 28);
}

TEST(points_may_last_for_ever)
{
    set("points.expiry", "never");
    did((struct deed){ GIVE, 10, "a" });
    test_ctx()->now += 5000 * DAY_MS;
    CHECK_I64(has().available, 10);
    CHECK_I64(has().expiring.n, 0);
}

TEST(settings_that_are_no_dates_are_refused)
{
    static const struct chosen wrong[] = { { "points.expiry_day", "13-01" },
                                           { "points.expiry_day", "02-30" },
                                           { "points.expiry_day", "soon" } };
    for (i64 i = 0; i < COUNT(wrong); i++)
        CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), do_set, (void *)&wrong[i]),
                  E_INVALID);
    set("points.expiry_day", "02-29");
}
