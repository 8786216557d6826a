/* points_liability_test.c -- what is owed in points, by month; the figures of docs/loyalty.md. */
#include "points_shop.h"

static struct points_liability owed(day from, day to)
{
    struct points_liability out;
    struct ctx *look = test_look();
    look->now = test_ctx()->now;
    CHECK_OK(test_ctx(), points_liability(look, from, to, &out));
    return out;
}

static void month_is(const struct points_liability *of, i64 i, struct points_month m)
{
    const struct points_month *is = &of->months.at[i];
    CHECK(i < of->months.n);
    CHECK(str_eq(is->month, m.month));
    CHECK_I64(is->issued, m.issued);
    CHECK_I64(is->granted, m.granted);
    CHECK_I64(is->spent, m.spent);
    CHECK_I64(is->expired, m.expired);
    CHECK_I64(is->reversed, m.reversed);
    CHECK_I64(is->outstanding, m.outstanding);
    CHECK_I64(is->value, m.value);
}

static enum err do_hand(struct tx *t, void *arg)
{
    struct transferred out;
    i64 amount = *(i64 *)arg;
    TRY(points_hand_note(t, amount));
    str id = str_fmt(t->c->arena, "points:hand:%lld", (long long)amount);
    if (amount < 0) return points_spend(t, who, -amount, id, S("test"), &out);
    return points_give(t, who, amount, id, S("test"), NONE, &out);
}
static void hand(i64 amount)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_hand, &amount));
}

static void lapse(void)
{
    i64 done;
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
}

/* The figures of docs/loyalty.md; points end with the month after they were given. */
TEST(what_is_owed_adds_up)
{
    listening();
    set("points.expiry_months", "1");
    set("points.expiry_round", "month");
    set("points.pending_days", "0");
    i64 order = bought("1", on(2024, 6, 1), 1000, 0, 0);
    test_ctx()->now = on(2024, 6, 20);
    did((struct deed){ SPEND, 300, "mall" });
    hand(50);
    hand(-20);
    test_ctx()->now = on(2024, 7, 5);
    CHECK_OK(test_ctx(), refund(order, 200, NULL, "r1"));
    did((struct deed){ REVERSE, 100, "sent back", "mall" });
    did((struct deed){ HOLD, 30, "held" });
    test_ctx()->now = on(2024, 8, 10);
    for (int job = 0; job < 2; job++) { /* it makes no difference */
        struct points_liability all = owed(day_of(2024, 6, 1), day_of(2024, 8, 31));
        CHECK_I64(all.months.n, 3);
        month_is(&all, 0, (struct points_month){ S("2024-06"), 1000, 30, 300, 0, 0, 730, 73000 });
        month_is(&all, 1, (struct points_month){ S("2024-07"), 0, 0, -100, 630, 200, 0, 0 });
        month_is(&all, 2, (struct points_month){ S("2024-08"), 0, 0, 0, 0, 0, 0, 0 });
        CHECK_I64(all.outstanding, 0);
        CHECK(all.breakage_rate == 630.0 / 830.0);
        if (job) break;
        turn();
        lapse();
    }
    struct points_liability part = owed(day_of(2024, 6, 10), day_of(2024, 7, 4));
    CHECK_I64(part.months.n, 2);
    month_is(&part, 0, (struct points_month){ S("2024-06"), 0, 30, 300, 0, 0, 730, 73000 });
    month_is(&part, 1, (struct points_month){ S("2024-07"), 0, 0, 0, 0, 0, 730, 73000 });
    CHECK(part.breakage_rate == 0);
    books_balance();
}

TEST(what_is_owed_is_worth_its_price)
{
    set("points.value_of_100", "0.7");
    did((struct deed){ GIVE, 101, "a" });
    day today = zone_day(test_ctx()->zone, test_ctx()->now);
    CHECK_I64(owed(today, today).outstanding_value, 7100); /* 0.707: rounded up to the cent */
    CHECK_I64(owed(today, today).price, 7000);
    did((struct deed){ REVERSE, 0, "back", "a" });
    CHECK_I64(owed(today, today).outstanding_value, 0);
}

TEST(what_turned_unseen_is_owed)
{
    listening();
    bought("1", on(2024, 6, 1), 100, 0, 0);
    test_ctx()->now = on(2024, 6, 10);
    day today = day_of(2024, 6, 30);
    CHECK_I64(owed(today, today).outstanding, 0); /* pending */
    test_ctx()->now = on(2024, 6, 20);
    struct points_liability before = owed(day_of(2024, 6, 1), today);
    turn();
    struct points_liability after = owed(day_of(2024, 6, 1), today);
    CHECK_I64(before.outstanding, 100);
    CHECK_I64(after.outstanding, 100);
    CHECK_I64(before.months.at[0].issued, after.months.at[0].issued);
}

TEST(a_period_is_asked_properly)
{
    struct points_liability out;
    CHECK_ERR(test_ctx(),
              points_liability(test_look(), day_of(2024, 7, 1), day_of(2024, 6, 1), &out),
              E_INVALID);
    CHECK_ERR(test_ctx(),
              points_liability(test_look(), day_of(1980, 7, 1), day_of(2024, 6, 1), &out),
              E_INVALID);
    CHECK_I64(owed(day_of(2004, 7, 15), day_of(2024, 6, 1)).months.n, 240);
}
