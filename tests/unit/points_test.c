/* points_test.c -- points given, spent, held, returned, expiring; and the figures of
 * docs/loyalty.md. */
#include "loyalty/membership.h"
#include "loyalty/tiers.h"

#include "points_shop.h"

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
    did((struct deed){ HOLD, 15, "own end" });
    CHECK_I64(has().available, 5);
    test_ctx()->now += HOUR_MS; /* nobody wrote that down */
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

TEST(a_statement_says_what_came_and_went)
{
    struct points_entry_list l;
    did((struct deed){ GIVE, 100, "a" });
    did((struct deed){ SPEND, 30, "b" });
    CHECK_I64(entry(0).amount, -30);
    CHECK_I64(entry(0).balance, 70);
    CHECK_STR(entry(0).words, "test"); /* what is not known stands as it is */
    CHECK(entry(1).expires_at.has);
    CHECK_OK(test_ctx(), points_statement(test_reader(), who, entry(0).number, 10, &l));
    CHECK_I64(l.n, 1);
    CHECK_I64(l.at[0].amount, 100);
    test_ctx()->now = entry(1).expires_at.value;
    did((struct deed){ GIVE, 1, "c" }); /* whoever touches it writes down what has expired */
    CHECK_I64(entry(1).amount, -70);
    CHECK_STR(entry(1).reason, "expired");
    CHECK_STR(entry(1).words, test_reader()->locale == ZH ? "已过期" : "Expired");
}

/* Members read it: whatever our own parts write as a reason has words in both languages. */
TEST(a_statement_has_words_for_what_we_write)
{
    static const char *const reasons[] = {
        "order",       "refund",     "task",
        "make-up",     "mall",       "grab",
        "tier",        "board",      "newcomer",
        "first order", "membership", "first order refunded",
        "merge",       "reward",     "membership refunded",
        "invitation",  "taken back",
    };
    for (i64 i = 0; i < COUNT(reasons); i++) {
        why_given = reasons[i];
        did((struct deed){
            GIVE, 1, str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "g%lld", (long long)i)) });
        CHECK(!str_eq(entry(0).words, str_of(reasons[i])));
    }
    why_given = "test";
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

/* -- orders ------------------------------------------------------------------------------------ */

TEST(pending_until_the_return_window_ends)
{
    listening();
    instant paid = test_ctx()->now;
    bought("1", paid, 100, 0, 0);
    for (int job = 0; job < 2; job++) { /* the job makes no difference */
        test_ctx()->now = paid + 15 * DAY_MS - 1;
        CHECK_I64(has().pending, 100);
        CHECK_I64(has().available, 0);
        CHECK_ERR(test_ctx(), try_deed((struct deed){ SPEND, 1, "early" }), E_UNPROCESSABLE);
        test_ctx()->now++;
        if (job) turn();
        CHECK_I64(has().pending, 0);
        CHECK_I64(has().available, 100);
        CHECK_I64(has().expiring.at[0].on, zone_day(test_ctx()->zone, paid + 380 * DAY_MS));
    }
    did((struct deed){ SPEND, 100, "late" });
    CHECK_I64(has().available, 0);
    books_balance();
}

TEST(an_order_earns_once)
{
    listening();
    instant paid = test_ctx()->now;
    i64 order = bought("1", paid, 100, 0, 0);
    bought("1", paid, 100, 0, 0);
    test_ctx()->now += 20 * DAY_MS;
    bought("1", paid, 100, 0, 0);
    CHECK_OK(test_ctx(), refund(order, 40, NULL, "r1"));
    CHECK_OK(test_ctx(), refund(order, 40, NULL, "r1"));
    CHECK_I64(has().available, 60);
    bought("1", paid, 100, 0, 0);
    CHECK_I64(has().available, 60);
    bought("0", on(2024, 5, 31), 100, 0, 0); /* before the programme opened */
    CHECK_I64(has().available + has().pending, 60);
    books_balance();
}

/* 33.40 + 33.40 + 33.40 yuan, in tenths here: 334 + 334 + 334 at 1 point per 10. */
TEST(a_refund_takes_its_share)
{
    listening();
    rule((struct points_rule){ .id = 1, .points = 1, .amount = SOME(10 * MONEY_UNIT) });
    instant paid = test_ctx()->now;
    i64 order = bought("1", paid, 334, 334, 334);
    test_ctx()->now += 15 * DAY_MS;
    CHECK_I64(has().available, 100); /* 1002 / 10, rounded down once: not 33 + 33 + 33 */
    CHECK_OK(test_ctx(), refund(order, 334, "2", "r1"));
    CHECK_I64(has().available, 66); /* 668 / 10 */
    CHECK_OK(test_ctx(), refund(order, 34, "1", "r2"));
    CHECK_I64(has().available, 63); /* 634 / 10 */
    CHECK_OK(test_ctx(), refund(order, 634, NULL, "r3"));
    CHECK_I64(has().available, 0);
    CHECK_I64(has().debt, 0);
    books_balance();
}

TEST(a_withdrawn_refund_gives_again)
{
    listening();
    instant paid = test_ctx()->now;
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 50, 0 }, (i64[]){ 100, 0, 0 }, NULL));
    CHECK_I64(has().pending, 50);
    test_ctx()->now += 15 * DAY_MS;
    CHECK_I64(has().available, 50);
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 50, 0 }, (i64[]){ 0, 50, 0 }, NULL));
    CHECK_I64(has().available, 100);
    CHECK_I64(has().debt, 0);
    books_balance();
}

TEST(spent_points_are_owed)
{
    listening();
    i64 order = bought("1", test_ctx()->now, 100, 0, 0);
    test_ctx()->now += 15 * DAY_MS;
    did((struct deed){ SPEND, 80, "mall" });
    set("points.on_refund", "refuse");
    CHECK_ERR(test_ctx(), refund(order, 50, NULL, "r0"), E_UNPROCESSABLE);
    CHECK_I64(has().available, 20);
    set("points.on_refund", "negative");
    CHECK_OK(test_ctx(), refund(order, 50, NULL, "r1"));
    CHECK_I64(has().available, 0);
    CHECK_I64(has().debt, 30);
    bought("2", test_ctx()->now, 40, 0, 0);
    CHECK_I64(has().debt, 30); /* what is pending repays nothing yet */
    test_ctx()->now += 15 * DAY_MS;
    CHECK_I64(has().debt, 0);
    CHECK_I64(has().available, 10);
    did((struct deed){ SPEND, 10, "mall 2" });
    set("points.on_refund", "write_off");
    CHECK_OK(test_ctx(), refund(order, 50, NULL, "r2"));
    CHECK_I64(has().debt, 0);
    CHECK_I64(has().available, 0);
    books_balance();
}

TEST(what_has_expired_is_not_owed)
{
    listening();
    i64 order = bought("1", test_ctx()->now, 100, 0, 0);
    test_ctx()->now += 15 * DAY_MS;
    did((struct deed){ SPEND, 30, "mall" });
    test_ctx()->now += 400 * DAY_MS; /* 70 have expired */
    CHECK_OK(test_ctx(), refund(order, 60, NULL, "r1"));
    CHECK_I64(has().debt, 0);
    CHECK_OK(test_ctx(), refund(order, 40, NULL, "r2"));
    CHECK_I64(has().debt, 30); /* only what was spent */
    books_balance();
}

/* Nobody writes anything down: what came first has repaid, though it is over by now. */
TEST(a_debt_is_repaid_by_what_came_first)
{
    static const struct {
        i64 bought, asked, available;
    } cases[] = {
        /* The hold ends first: 20 of its 50 repay, 30 expire; then the order turns. */
        { 14 * DAY_MS, 50 * DAY_MS, 40 },
        /* The order turns first: 20 of its 40 repay; what was held expires whole. */
        { 30 * MINUTE_MS, 45 * DAY_MS + 12 * HOUR_MS, 20 },
    };
    listening();
    set("points.expiry_months", "1");
    for (i64 i = 0; i < COUNT(cases); i++) {
        char user[] = { 'u', (char)('a' + i), 0 }, id[] = { '1', (char)('a' + i), 0 };
        instant begun = on(2024, 6, 1) + i * 100 * DAY_MS + 11 * HOUR_MS + 45 * MINUTE_MS;
        test_ctx()->now = begun;
        person(user);
        i64 order = bought(id, begun, 100, 0, 0);
        test_ctx()->now = begun + cases[i].bought;
        id[0] = '2';
        bought(id, test_ctx()->now, 40, 0, 0);
        test_ctx()->now = begun + 15 * DAY_MS;
        id[0] = 's';
        did((struct deed){ SPEND, 50, id });
        id[0] = 'h';
        did((struct deed){ HOLD, 50, id }); /* for an hour */
        id[0] = 'r';
        CHECK_OK(test_ctx(), refund(order, 20, NULL, id));
        CHECK_I64(has().debt, 20);
        test_ctx()->now = begun + cases[i].asked;
        CHECK_I64(has().debt, 0);
        CHECK_I64(has().available, cases[i].available);
        turn();
        CHECK_I64(has().available, cases[i].available);
        books_balance();
    }
}

/* Nobody wrote down that the hold ended, nor that its lot expired. */
TEST(what_was_held_and_has_expired_is_not_owed)
{
    listening();
    i64 order = bought("1", test_ctx()->now, 100, 0, 0);
    test_ctx()->now += 15 * DAY_MS;
    did((struct deed){ HOLD, 60, "held" });
    test_ctx()->now += 400 * DAY_MS;
    CHECK_OK(test_ctx(), refund(order, 100, NULL, "r1"));
    CHECK_I64(has().debt, 0);
    books_balance();
}

TEST(caps_hold)
{
    listening();
    rule((struct points_rule){ .id = 1,
                               .points = 1,
                               .amount = SOME(MONEY_UNIT),
                               .cap_day = SOME(150),
                               .cap_total = SOME(250) });
    i64 first = bought("1", test_ctx()->now, 100, 0, 0);
    bought("2", test_ctx()->now, 100, 0, 0);
    CHECK_I64(has().pending, 150);
    CHECK_OK(test_ctx(), refund(first, 100, NULL, "r1"));
    CHECK_I64(has().pending, 50);
    bought("3", test_ctx()->now, 100, 0, 0); /* a refund does not open the cap again */
    CHECK_I64(has().pending, 50);
    test_ctx()->now += DAY_MS;
    bought("4", test_ctx()->now, 200, 0, 0); /* 100 are left in all */
    CHECK_I64(has().pending, 150);
    set("points.daily_cap", "20");
    rule((struct points_rule){ .points = 5, .amount = SOME(MONEY_UNIT) });
    test_ctx()->now += DAY_MS;
    bought("5", test_ctx()->now, 50, 0, 0);
    CHECK_I64(has().pending, 170);
}

/* A member is never worse off for a rule that gives more but is used up. */
TEST(a_rule_that_is_used_up_is_no_choice)
{
    struct points_rule twice = {
        .name = S("双倍"), .points = 2, .amount = SOME(MONEY_UNIT), .cap_day = SOME(150)
    };
    struct points_rule thrice = {
        .name = S("三倍"), .points = 3, .amount = SOME(MONEY_UNIT), .cap_total = SOME(60)
    };
    listening();
    rule(twice);
    bought("1", test_ctx()->now, 100, 0, 0); /* 200, of which 150 */
    CHECK_I64(has().pending, 150);
    i64 second = bought("2", test_ctx()->now, 30, 0, 0); /* once, by the shipped rule */
    CHECK_I64(has().pending, 180);
    bought("2", test_ctx()->now, 30, 5, 0); /* a line told later */
    CHECK_I64(has().pending, 185);
    CHECK_OK(test_ctx(), refund(second, 30, "1", "r1"));
    CHECK_I64(has().pending, 155);
    test_ctx()->now += DAY_MS;
    bought("3", test_ctx()->now, 10, 0, 0); /* another day */
    CHECK_I64(has().pending, 175);
    rule(thrice);
    bought("4", test_ctx()->now, 20, 0, 0); /* all 60 that are left in all */
    CHECK_I64(has().pending, 235);
    bought("5", test_ctx()->now, 20, 0, 0); /* the next best: twice, 40 */
    CHECK_I64(has().pending, 275);
}

/* Lines of an order that came under the rule as it was, and as it is, each ask the cap. */
TEST(caps_hold_for_lines_told_later)
{
    listening();
    struct points_rule r = {
        .id = 1, .points = 1, .amount = SOME(MONEY_UNIT), .cap_total = SOME(180)
    };
    rule(r);
    i64 order = bought("1", test_ctx()->now, 100, 0, 0);
    CHECK_I64(has().pending, 100);
    r.points = 2;
    rule(r);
    bought("1", test_ctx()->now, 100, 30, 0); /* 2 for each of 30: 60 */
    CHECK_I64(has().pending, 160);
    bought("2", test_ctx()->now, 50, 0, 0); /* 20 are left in all */
    CHECK_I64(has().pending, 180);
    CHECK_OK(test_ctx(), refund(order, 100, "1", "r1"));
    CHECK_I64(has().pending, 80);
}

TEST(the_best_rule_wins_and_some_add)
{
    listening();
    rule((struct points_rule){ .name = S("面膜双倍"),
                               .points = 2,
                               .amount = SOME(MONEY_UNIT),
                               .categories = { (str[]){ S("面膜") }, 1 } });
    rule((struct points_rule){
        .name = S("周末加送"),
        .points = 1,
        .amount = SOME(10 * MONEY_UNIT),
        .adds = true,
        .weekdays = { (i64[]){ 6, 7 }, 2 },
    });
    bought("1", test_ctx()->now, 100, 50, 0); /* 1 June 2024 is a Saturday: 200 + 50 + 15 */
    CHECK_I64(has().pending, 265);
    bought("2", test_ctx()->now + 2 * DAY_MS, 100, 50, 0); /* Monday: 200 + 50 */
    CHECK_I64(has().pending, 515);
    rule((struct points_rule){ .id = 1, .points = 9, .amount = SOME(MONEY_UNIT) });
    bought("1", test_ctx()->now, 100, 50, 0); /* decided already */
    CHECK_I64(has().pending, 515);
}

TEST(points_follow_the_buyer)
{
    listening();
    i64 one = who;
    instant paid = test_ctx()->now;
    bought("1", paid, 100, 0, 0);
    test_ctx()->now += 15 * DAY_MS;
    CHECK_I64(has().available, 100);
    who++;
    bought("1", paid, 100, 0, 0);
    CHECK_I64(has().available, 100);
    who = one;
    CHECK_I64(has().available + has().pending, 0);
    CHECK_I64(has().debt, 0);
    books_balance();
}

/* -- merges ------------------------------------------------------------------------------------ */

TEST(what_orders_earned_follows_a_merge_and_back)
{
    listening();
    instant paid = test_ctx()->now;
    struct joining j = { .winner = person("a"), .loser = person("b") };
    i64 old = bought("1", paid, 100, 0, 0);    /* turns before they are one */
    bought("2", paid + 10 * DAY_MS, 40, 0, 0); /* while they are */
    test_ctx()->now += 16 * DAY_MS;
    bought("3", test_ctx()->now, 7, 0, 0); /* after they are parted */
    did((struct deed){ SPEND, 30, "mall" });
    join(&j);
    who = j.winner;
    CHECK_I64(has().available, 70);
    CHECK_I64(has().pending, 47);
    CHECK_OK(test_ctx(), refund(old, 20, NULL, "r1"));
    CHECK_I64(has().available, 50);
    books_balance();
    test_ctx()->now += 10 * DAY_MS;
    turn();
    CHECK_I64(has().available, 90);
    CHECK_I64(has().pending, 7);
    bought("2", paid + 10 * DAY_MS, 40, 0, 0); /* told again */
    CHECK_I64(has().available, 90);
    join(&j);
    CHECK_I64(has().available + has().pending + has().debt, 0);
    who = j.loser;
    CHECK_I64(has().available, 90);
    CHECK_I64(has().pending, 7);
    bought("2", paid + 10 * DAY_MS, 40, 0, 0);
    CHECK_OK(test_ctx(), refund(old, 80, NULL, "r2"));
    CHECK_I64(has().available, 10);
    test_ctx()->now += 10 * DAY_MS;
    CHECK_I64(has().available, 17);
    turn();
    CHECK_I64(has().available, 17);
    books_balance();
}

/* Lots that a merge moved expire where they are now. */
TEST(what_expired_after_a_merge_is_not_owed)
{
    listening();
    struct joining j = { .winner = person("a"), .loser = person("b") };
    i64 order = bought("1", test_ctx()->now, 100, 0, 0);
    test_ctx()->now += 15 * DAY_MS;
    turn();
    did((struct deed){ SPEND, 30, "mall" });
    join(&j);
    who = j.winner;
    CHECK_I64(has().available, 70);
    test_ctx()->now += 400 * DAY_MS; /* 70 have expired */
    did((struct deed){ GIVE, 50, "gift" });
    CHECK_OK(test_ctx(), refund(order, 100, NULL, "r1"));
    CHECK_I64(has().available, 20); /* only what was spent */
    CHECK_I64(has().debt, 0);
    books_balance();
}

/* -- multipliers ------------------------------------------------------------------------------- */

/* 88 yuan of a tier of 1.2x with a membership of 1.5x: 132 by the greater, 158 by the product. */
static enum err do_plan(struct tx *t, void *arg)
{
    const struct plan *plan = arg;
    struct membership_ask buy = { .id = who, .plan = plan->code, .key = S("k"), .paid = 0 };
    TRY(plan_put(t, plan));
    return membership_buy(t, &buy);
}
static enum err do_appoint(struct tx *t, void *arg)
{
    struct tier_appointment to = { .tier = *(str *)arg, .reason = S("test") };
    return tier_appoint(t, who, &to);
}

TEST(tier_and_membership_multiply)
{
    listening();
    person("a");
    str tier = S("素人");
    struct tier_now now;
    struct plan plan = { .code = S("plus"),
                         .zh = S("付费会员"),
                         .en = S("Plus"),
                         .months = 1,
                         .multiplier = SOME(1500) };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_appoint, &tier));
    CHECK_OK(test_ctx(), tier_of(test_reader(), who, &now));
    CHECK_I64(now.multiplier, 1200);
    test_ctx()->now += HOUR_MS;
    bought("1", test_ctx()->now, 88, 0, 0);
    CHECK_I64(has().pending, 105); /* 88 x 1.2 = 105.6 */
    test_ctx()->now += HOUR_MS;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_plan, &plan));
    i64 greater = bought("2", test_ctx()->now, 88, 0, 0);
    CHECK_I64(has().pending, 105 + 132);
    set("points.multipliers", "product");
    i64 product = bought("3", test_ctx()->now, 88, 0, 0);
    CHECK_I64(has().pending, 105 + 132 + 158); /* 88 x 1.8 = 158.4 */
    test_ctx()->now += 60 * DAY_MS; /* the membership is over; what it multiplied stays */
    CHECK_OK(test_ctx(), refund(greater, 44, NULL, "r1"));
    CHECK_OK(test_ctx(), refund(product, 44, NULL, "r2"));
    CHECK_I64(has().available, 105 + 66 + 79); /* 44 x 1.5, 44 x 1.8 */
    bought("4", test_ctx()->now, 88, 0, 0);
    CHECK_I64(has().pending, 105);
    books_balance();
}
