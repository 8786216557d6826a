/* points_test.c -- points given, spent, held, returned, expiring; and the figures of
 * docs/loyalty.md. */
#include "audience/language/language.h"
#include "base/field.h"
#include "ledger/ledger.h"
#include "loyalty/points/inside.h"
#include "member/member.h"
#include "trade/trade.h"

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

/* What a segment would see of him. */
static enum err add_value(void *arg, const void *row)
{
    const struct field_number *n = row;
    CHECK_I64(n->member, who);
    *(i64 *)arg += n->value;
    return OK;
}
static i64 field_of(i64 i)
{
    i64 value = 0;
    const struct field *f = &points_fields.rows[i];
    CHECK_OK(test_ctx(),
             field_each(test_reader(), f, who, who, test_ctx()->now, add_value, &value));
    return value;
}

static struct points_balance has(void)
{
    struct points_balance b;
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), who, &b));
    CHECK_I64(field_of(0), b.available);
    CHECK_I64(field_of(1), b.pending);
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

/* The newest entry but `back`. */
static struct points_entry entry(i64 back)
{
    struct points_entry_list l;
    CHECK_OK(test_ctx(), points_statement(test_reader(), who, 0, 10, &l));
    CHECK(back < l.n);
    return l.at[back];
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

struct told {
    struct order_fact fact;
    struct order_line_fact lines[3];
    i64 order;
};
static enum err do_tell(struct tx *t, void *arg)
{
    struct told *in = arg;
    enum order_put what;
    return order_write(t, &in->fact, &in->order, &what);
}
/* Paid on a day, lines of so many yuan (0: none), refunded of each so far. */
static enum err tell(const char *number, instant paid, const i64 yuan[3], const i64 refund[3],
                     i64 *order)
{
    struct told in = { .fact = { .shop = S("旗舰店"),
                                 .number = str_of(number),
                                 .member = who,
                                 .created_at = SOME(paid),
                                 .paid_at = SOME(paid),
                                 .state = ORDER_PAID } };
    money sum = 0, back = 0;
    for (i64 i = 0; i < 3 && yuan[i]; i++) {
        in.lines[in.fact.lines.n++] = (struct order_line_fact){
            .product_id = str_fmt(test_ctx()->arena, "p%lld", (long long)i),
            .category = i == 0 ? S("面膜") : S("精华"),
            .quantity = 1,
            .price = yuan[i] * MONEY_UNIT,
            .refund = SOME(refund[i] * MONEY_UNIT),
        };
        sum += yuan[i] * MONEY_UNIT;
        back += refund[i] * MONEY_UNIT;
    }
    in.fact.lines.at = in.lines;
    in.fact.total = in.fact.paid = SOME(sum);
    in.fact.refund = SOME(back);
    enum err e = store_write(test_store(), test_reader(), do_tell, &in);
    if (order) *order = in.order;
    return e;
}
static i64 bought(const char *number, instant paid, i64 a, i64 b, i64 c)
{
    i64 order;
    CHECK_OK(test_ctx(), tell(number, paid, (i64[]){ a, b, c }, (i64[]){ 0, 0, 0 }, &order));
    return order;
}

static enum err do_refund(struct tx *t, void *arg)
{
    struct refund_view view;
    return order_refund(t, arg, &view);
}
static enum err refund(i64 order, i64 yuan, const char *line, const char *key)
{
    struct refund_ask ask = {
        .id = order, .key = str_of(key), .amount = yuan * MONEY_UNIT, .line_id = str_of(line)
    };
    return store_write(test_store(), test_reader(), do_refund, &ask);
}

static enum err do_rule(struct tx *t, void *arg) { return points_rule_put(t, arg); }
static void rule(struct points_rule r)
{
    r.on = true;
    if (!r.name.n) r.name = S("规则");
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_rule, &r));
}
static void listening(void)
{
    static const struct order_listener *const listeners[] = { &points_orders, NULL };
    order_listeners = listeners;
    test_ctx()->now = on(2024, 6, 1);
    set("loyalty.since", "2024-06-01");
}
static void turn(void) { CHECK_OK(test_ctx(), points_turn(test_store(), test_reader())); }
static void books_balance(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_look(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
    i64 wrong;
    CHECK_OK(test_ctx(), points_check(test_look(), &wrong));
    CHECK_I64(wrong, 0);
}

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

static enum err make_person(struct tx *t, void *arg)
{
    struct identity id = { .kind = ID_USER_ID, .value = *(str *)arg };
    struct member_sighting in = { .identities = &id, .n = 1, .source = S("api") };
    bool created;
    return member_resolve(t, &in, &who, &created);
}
static i64 person(const char *name)
{
    str id = str_of(name);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make_person, &id));
    return who;
}
struct joining {
    i64 winner, loser, merge;
};
static enum err do_join(struct tx *t, void *arg)
{
    struct joining *j = arg;
    if (j->merge) return member_unmerge(t, j->merge);
    return member_merge(t, j->winner, j->loser, S("test"), &j->merge);
}
static void join(struct joining *j)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_join, j));
}

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
