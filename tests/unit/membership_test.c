/* membership_test.c -- the promises of paid membership, with the figures of docs/loyalty.md. */
#include <stdio.h>

#include "loyalty/benefits.h"
#include "loyalty/membership.h"
#include "member/member.h"
#include "store/setting.h"

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, number;
    struct plan plan;
    struct pack pack;
    struct membership_ask ask;
    struct membership_refund refund;
    str id, value;
};
static enum err run_call(struct tx *t, void *arg)
{
    struct call *k = arg;
    return k->fn(t, k);
}
static enum err run(struct call *k)
{
    return store_write(test_store(), test_reader(), run_call, k);
}

static enum err new_member(struct tx *t, struct call *k)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), k->id };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api") };
    return member_resolve(t, &s, &k->member, &created);
}
static i64 person(const char *user)
{
    struct call k = { .fn = new_member, .id = str_of(user) };
    CHECK_OK(test_ctx(), run(&k));
    return k.member;
}

#define YUAN(n) ((money)(n)*MONEY_UNIT)

static enum err plan_it(struct tx *t, struct call *k) { return plan_put(t, &k->plan); }
static void plan(const char *code, money price, i64 months)
{
    struct call k = { .fn = plan_it,
                      .plan = { str_of(code), str_of(code), str_of(code), price, months, NONE,
                                false } };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err benefit_it(struct tx *t, struct call *k)
{
    struct benefit b = { .code = S("coupon"),
                         .kind = BENEFIT_COUPON,
                         .zh = S("优惠券"),
                         .en = S("Coupon"),
                         .value = SOME(MONEY_UNIT),
                         .cost = YUAN(4) };
    TRY(benefit_put(t, &b));
    return pack_put(t, &k->pack);
}
/* n coupons, which cost 4.00 each. */
static void pack_coupons(const char *pack, i64 n)
{
    struct reward r = { .kind = REWARD_BENEFIT, .amount = n, .code = S("coupon") };
    struct call k = { .fn = benefit_it, .pack = { str_of(pack), { &r, 1 } } };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err set_it(struct tx *t, struct call *k) { return setting_set(t, k->id, k->value); }
static void set(const char *name, const char *value)
{
    struct call k = { .fn = set_it, .id = str_of(name), .value = str_of(value) };
    CHECK_OK(test_ctx(), run(&k));
}

static enum err buy_it(struct tx *t, struct call *k) { return membership_buy(t, &k->ask); }
static enum err try_buy(i64 member, const char *plan_code, const char *key, money paid)
{
    struct call k = { .fn = buy_it,
                      .ask = { member, str_of(plan_code), str_of(key), paid, NO_STR } };
    return run(&k);
}
static void buy(i64 member, const char *plan_code, const char *key, money paid)
{
    CHECK_OK(test_ctx(), try_buy(member, plan_code, key, paid));
}
static enum err refund_it(struct tx *t, struct call *k)
{
    return membership_refund(t, k->member, k->id, &k->refund);
}
static enum err try_refund(i64 member, const char *key, struct membership_refund *out)
{
    struct call k = { .fn = refund_it, .member = member, .id = str_of(key) };
    enum err e = run(&k);
    *out = k.refund;
    return e;
}
static struct membership_refund refunded(i64 member, const char *key)
{
    struct membership_refund out;
    CHECK_OK(test_ctx(), try_refund(member, key, &out));
    return out;
}
static struct membership_view seen(i64 member)
{
    struct membership_view v;
    CHECK_OK(test_ctx(), membership_of(test_reader(), member, &v));
    return v;
}
static void check_until(i64 member, const char *last) { CHECK_STR(seen(member).until, last); }

static i64 coupons(i64 member)
{
    struct balance b;
    struct account of = { member, S("quota"), S("coupon") };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b.balance;
}
static enum err use_it(struct tx *t, struct call *k)
{
    struct transferred done;
    return entitlement_use(t, k->member, S("coupon"), k->id, &done);
}
static void use_coupon(i64 member, const char *id)
{
    struct call k = { .fn = use_it, .member = member, .id = str_of(id) };
    CHECK_OK(test_ctx(), run(&k));
}
static i64 lines(const char *kind)
{
    struct timeline_line_list all = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 10000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}
/* Noon of a day in Shanghai. */
static void on(i32 year, i32 month, i32 dom)
{
    struct ctx *c = test_ctx();
    c->now = zone_midnight(c->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}
static void job(void) { CHECK_OK(test_ctx(), membership_due(test_store(), test_reader())); }

/* -- promises ---------------------------------------------------------------------------------- */

TEST(a_term_runs_by_months)
{
    i64 m = person("a");
    plan("month", YUAN(30), 1);
    on(2024, 1, 31);
    buy(m, "month", "1", YUAN(30));
    check_until(m, "2024-02-28"); /* ends on the 29th, the last day of February */
    buy(m, "month", "2", YUAN(30));
    check_until(m, "2024-03-30"); /* counted from 31 January: no day is lost */
    on(2024, 2, 28);
    CHECK(seen(m).active);
    on(2024, 2, 29);
    CHECK(seen(m).active);
    CHECK_I64(seen(m).days_left.value, 31);
    on(2024, 3, 31);
    CHECK(!seen(m).active);
    buy(m, "month", "3", YUAN(30)); /* late: from today */
    check_until(m, "2024-04-29");
    CHECK_I64(lines("membership.started"), 2);
    CHECK_I64(lines("membership.renewed"), 1);
}

TEST(a_leap_day_ends_with_february)
{
    i64 m = person("a");
    plan("year", YUAN(199), 12);
    on(2024, 2, 29);
    buy(m, "year", "1", YUAN(199));
    check_until(m, "2025-02-27");
}

TEST(it_ends_without_a_job)
{
    i64 m = person("a");
    struct ctx *c = test_ctx();
    plan("month", YUAN(30), 1);
    on(2024, 6, 10);
    buy(m, "month", "1", YUAN(30));
    c->now = zone_midnight(c->zone, day_of(2024, 7, 10)) - 1;
    CHECK(seen(m).active);
    c->now++;
    CHECK(!seen(m).active);
    CHECK_I64(lines("membership.ended"), 0);
    job();
    job();
    CHECK_I64(lines("membership.ended"), 1);
}

TEST(it_is_reminded_of_once_each)
{
    i64 m = person("a");
    plan("month", YUAN(30), 1);
    on(2024, 6, 10);
    buy(m, "month", "1", YUAN(30));
    on(2024, 7, 2);
    job();
    CHECK_I64(lines("membership.ending"), 0);
    on(2024, 7, 3); /* 7 days before the 10th */
    job();
    job();
    on(2024, 7, 4);
    job();
    CHECK_I64(lines("membership.ending"), 1);
    on(2024, 7, 9);
    job();
    CHECK_I64(lines("membership.ending"), 2);
    buy(m, "month", "2", YUAN(30));
    on(2024, 7, 10);
    job();
    CHECK_I64(lines("membership.ended"), 0); /* it goes on */
    on(2024, 8, 9);
    job();
    CHECK_I64(lines("membership.ending"), 3); /* only the nearest of those that have come */
    on(2024, 8, 20);
    job();
    CHECK_I64(lines("membership.ended"), 1);
}

TEST(bought_once)
{
    i64 m = person("a");
    plan("month", YUAN(30), 1);
    buy(m, "month", "1", YUAN(30));
    buy(m, "month", "1", YUAN(30));
    CHECK_I64(seen(m).terms.n, 1);
    CHECK_ERR(test_ctx(), try_buy(m, "month", "1", YUAN(29)), E_CONFLICT);
    CHECK_ERR(test_ctx(), try_buy(m, "year", "2", YUAN(29)), E_NOT_FOUND);
}

/* docs/loyalty.md: 199.00 for a year from 1 June 2024, refunded on 31 July. */
TEST(a_refund_is_the_unused_time)
{
    i64 m = person("a");
    plan("year", YUAN(199), 12);
    on(2024, 6, 1);
    buy(m, "year", "1", YUAN(199));
    on(2024, 7, 31);
    struct membership_refund r = refunded(m, "1");
    CHECK_I64(r.days, 365);
    CHECK_I64(r.unused_days, 304); /* 61 days were used, today is one of them */
    CHECK_I64(r.refund, 1657400);  /* 199.00 x 304 / 365 = 165.742… */
    CHECK(!seen(m).active);
    on(2024, 8, 15);
    CHECK_I64(refunded(m, "1").refund, 1657400);
    CHECK_I64(lines("membership.refunded"), 1);
    CHECK_ERR(test_ctx(), try_refund(m, "2", &r), E_NOT_FOUND);
}

TEST(used_benefits_are_deducted)
{
    i64 m = person("a"), n = person("b");
    plan("year", YUAN(199), 12);
    pack_coupons("plan-year", 3);
    on(2024, 6, 1);
    buy(m, "year", "1", YUAN(199));
    buy(n, "year", "1", YUAN(199));
    CHECK_I64(coupons(m), 3);
    use_coupon(m, "u1");
    use_coupon(n, "u1");
    on(2024, 7, 31);
    struct membership_refund r = refunded(m, "1");
    CHECK_I64(r.unused, 1657400);
    CHECK_I64(r.deducted, YUAN(4));
    CHECK_I64(r.refund, 1617400);
    CHECK_I64(coupons(m), 0);
    set("membership.refund_deducts_benefits", "false");
    CHECK_I64(refunded(n, "1").refund, 1657400);
}

/* Another plan does not make what was used of the one before free. */
TEST(benefits_of_a_switched_term_are_deducted_too)
{
    i64 m = person("a");
    plan("year", YUAN(199), 12);
    plan("gold", YUAN(199), 12);
    pack_coupons("plan-year", 3);
    on(2024, 6, 1);
    buy(m, "year", "1", YUAN(199));
    use_coupon(m, "u1");
    buy(m, "gold", "2", 5500); /* 198.45 are unused */
    CHECK_I64(coupons(m), 2);
    struct membership_refund r = refunded(m, "2");
    CHECK_I64(r.value, YUAN(199));
    CHECK_I64(r.deducted, YUAN(4));
    CHECK_I64(r.refund, 1944500); /* 198.45 less 4.00 */
    CHECK_I64(coupons(m), 0);
}

TEST(the_latest_is_refunded_first)
{
    i64 m = person("a");
    struct membership_refund r;
    plan("month", YUAN(30), 1);
    on(2024, 6, 10);
    buy(m, "month", "1", YUAN(30));
    buy(m, "month", "2", YUAN(30));
    CHECK_ERR(test_ctx(), try_refund(m, "1", &r), E_UNPROCESSABLE);
    CHECK_I64(refunded(m, "2").refund, YUAN(30)); /* it had not begun */
    CHECK_I64(refunded(m, "1").refund, 290000);   /* 29 of 30 days */
    on(2024, 8, 1);
    buy(m, "month", "3", YUAN(30));
    on(2024, 9, 1);
    CHECK_ERR(test_ctx(), try_refund(m, "3", &r), E_UNPROCESSABLE);
}

/* docs/loyalty.md: a month of 30.00 from 1 June; on 10 June another plan at 199.00. */
TEST(another_plan_takes_the_unused_value_along)
{
    i64 m = person("a");
    struct membership_quote q;
    plan("month", YUAN(30), 1);
    plan("year", YUAN(199), 12);
    on(2024, 6, 1);
    buy(m, "month", "1", YUAN(30));
    on(2024, 6, 10);
    CHECK_OK(test_ctx(), membership_quote(test_reader(), m, S("year"), &q));
    CHECK_STR(q.kind, "switch");
    CHECK_I64(q.unused, YUAN(20)); /* 20 of 30 days */
    CHECK_I64(q.due, YUAN(179));
    buy(m, "year", "2", q.due);
    CHECK_STR(seen(m).plan, "year");
    check_until(m, "2025-06-09");
    struct membership_refund r;
    CHECK_ERR(test_ctx(), try_refund(m, "1", &r), E_UNPROCESSABLE);
    r = refunded(m, "2");
    CHECK_I64(r.value, YUAN(199));
    CHECK_I64(r.refund, 1984500); /* 199.00 x 364 / 365 = 198.454… */
    CHECK_I64(lines("membership.switched"), 1);
}

TEST(packs_come_with_each_month)
{
    i64 m = person("a");
    plan("quarter", YUAN(90), 3);
    pack_coupons("plan-quarter", 10);
    pack_coupons("plan-quarter-month", 1);
    on(2024, 1, 31);
    buy(m, "quarter", "1", YUAN(90));
    CHECK_I64(coupons(m), 11);
    on(2024, 2, 28);
    job();
    CHECK_I64(coupons(m), 11);
    on(2024, 2, 29);
    job();
    job();
    CHECK_I64(coupons(m), 12);
    buy(m, "quarter", "2", YUAN(90)); /* its packs come when it begins */
    CHECK_I64(coupons(m), 12);
    on(2024, 5, 1); /* the job had not run for a while */
    job();
    CHECK_I64(coupons(m), 12 + 1 + 11);
}

TEST(points_are_multiplied_while_it_runs)
{
    i64 m = person("a"), by;
    struct call k = { .fn = plan_it,
                      .plan = { S("gold"), S("金"), S("Gold"), YUAN(10), 1, SOME(1500), false } };
    struct ctx *c = test_ctx();
    CHECK_OK(c, run(&k));
    on(2024, 6, 10);
    instant before = c->now - 1;
    buy(m, "gold", "1", YUAN(10));
    CHECK_OK(c, membership_multiplier(test_reader(), m, c->now, &by));
    CHECK_I64(by, 1500);
    CHECK_OK(c, membership_multiplier(test_reader(), m, before, &by));
    CHECK_I64(by, 1000);
    on(2024, 7, 10);
    CHECK_OK(c, membership_multiplier(test_reader(), m, c->now, &by));
    CHECK_I64(by, 1000);
}

static enum err merge_them(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->number);
}
static enum err part_them(struct tx *t, struct call *k) { return member_unmerge(t, k->number); }

TEST(merges_keep_the_later_end)
{
    i64 a = person("a"), b = person("b");
    plan("month", YUAN(30), 1);
    on(2024, 6, 10);
    buy(a, "month", "1", YUAN(30));
    on(2024, 6, 20);
    buy(b, "month", "1", YUAN(30));
    struct call k = { .fn = merge_them, .member = a, .other = b };
    CHECK_OK(test_ctx(), run(&k));
    check_until(a, "2024-07-19");
    k.fn = part_them;
    CHECK_OK(test_ctx(), run(&k));
    check_until(a, "2024-07-09");
    check_until(b, "2024-07-19");
}

/* -- random histories: no yuan is lost or made ------------------------------------------------- */

static enum err random_buy(struct dice *d, i64 m, i64 step, money *paid)
{
    static const char *const plans[] = { "month", "quarter", "year" };
    const char *code = plans[dice_below(d, 3)];
    struct membership_quote q;
    char key[24];
    TRY(membership_quote(test_reader(), m, str_of(code), &q));
    snprintf(key, sizeof key, "k%lld", (long long)step);
    TRY(try_buy(m, code, key, q.due));
    *paid += q.due;
    return OK;
}

static void random_refund(struct dice *d, i64 m, money *back)
{
    struct membership_view v = seen(m);
    struct membership_refund r;
    if (!v.terms.n) return;
    struct term_view t = v.terms.at[dice_below(d, v.terms.n)];
    enum err e = try_refund(m, str_z(test_ctx()->arena, t.key), &r);
    CHECK(e == OK || e == E_UNPROCESSABLE);
    if (e != OK || t.state == TERM_REFUNDED) return;
    CHECK(r.refund <= r.value);
    CHECK(r.refund % 100 == 0);
    *back += r.refund;
}

/* Paid terms that are not over: each has its days, and no two overlap. */
static void check_terms(i64 m)
{
    struct membership_view v = seen(m);
    i64 today = zone_day(test_ctx()->zone, test_ctx()->now), covered = 0;
    for (i64 i = 0; i < v.terms.n; i++) {
        struct term_view *a = &v.terms.at[i];
        CHECK(a->starts_on <= a->last_day);
        if (a->state != TERM_PAID) continue;
        covered += a->starts_on <= today && today <= a->last_day;
        for (i64 k = 0; k < i; k++) {
            struct term_view *b = &v.terms.at[k];
            if (b->state == TERM_PAID)
                CHECK(a->last_day < b->starts_on || b->last_day < a->starts_on);
        }
    }
    CHECK_I64(covered, v.active);
}

TEST(random_histories_keep_the_money)
{
    plan("month", YUAN(30), 1);
    plan("quarter", YUAN(80), 3);
    plan("year", YUAN(199), 12);
    for (u64 seed = 1; seed <= 8; seed++) {
        struct dice d = { seed };
        money paid = 0, back = 0;
        char user[24];
        snprintf(user, sizeof user, "r%llu", (unsigned long long)seed);
        i64 m = person(user);
        for (i64 step = 0; step < 30; step++) {
            test_ctx()->now += dice_below(&d, 40) * DAY_MS;
            if (dice_below(&d, 3)) CHECK_OK(test_ctx(), random_buy(&d, m, step, &paid));
            else random_refund(&d, m, &back);
            check_terms(m);
            CHECK(back <= paid);
        }
    }
    job();
}
