/* credit_test.c -- the promises of shopping credit, with the figures of docs/loyalty.md, and random
 * histories beside a naive model. */
#include <stdio.h>
#include <stdlib.h>

#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/points.h"
#include "member/member.h"
#include "store/setting.h"

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, number;
    struct credit_ask ask;
    struct credit_refund_ask back;
    struct credit_act act;
    struct credit_steps steps;
    struct budget_post post;
    struct reward what;
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
#define FEN(n)  ((money)(n)*100)

static enum err steps_it(struct tx *t, struct call *k) { return credit_steps_put(t, &k->steps); }
static void step(money above, money bonus, opt_i64 days, const char *budget)
{
    struct credit_step s = { above, bonus, days, str_of(budget) };
    struct call k = { .fn = steps_it, .steps = { { &s, 1 } } };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err set_it(struct tx *t, struct call *k) { return setting_set(t, k->id, k->value); }
static void set(const char *name, const char *value)
{
    struct call k = { .fn = set_it, .id = str_of(name), .value = str_of(value) };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err topup_it(struct tx *t, struct call *k) { return credit_topup(t, &k->ask, &k->act); }
static enum err spend_it(struct tx *t, struct call *k) { return credit_spend(t, &k->ask, &k->act); }
static enum err back_it(struct tx *t, struct call *k)
{
    return credit_refund(t, &k->back, &k->act);
}

static enum err try_do(enum err (*fn)(struct tx *, struct call *), i64 member, const char *key,
                       money amount, struct credit_act *out)
{
    struct call k = { .fn = fn, .ask = { member, str_of(key), amount, NO_STR } };
    enum err e = run(&k);
    *out = k.act;
    return e;
}
static struct credit_act topup(i64 member, const char *key, money amount)
{
    struct credit_act out;
    CHECK_OK(test_ctx(), try_do(topup_it, member, key, amount, &out));
    return out;
}
static struct credit_act spend(i64 member, const char *key, money amount)
{
    struct credit_act out;
    CHECK_OK(test_ctx(), try_do(spend_it, member, key, amount, &out));
    return out;
}
static enum err try_back(i64 member, const char *of, const char *key, opt_money amount,
                         struct credit_act *out)
{
    struct call k = { .fn = back_it, .back = { member, str_of(key), str_of(of), amount } };
    enum err e = run(&k);
    *out = k.act;
    return e;
}
static struct credit_act back(i64 member, const char *of, const char *key, opt_money amount)
{
    struct credit_act out;
    CHECK_OK(test_ctx(), try_back(member, of, key, amount, &out));
    return out;
}
static struct credit_view has(i64 member)
{
    struct credit_view v;
    CHECK_OK(test_ctx(), credit_of(test_reader(), member, &v));
    return v;
}
static void check_has(i64 member, money principal, money bonus)
{
    struct credit_view v = has(member);
    CHECK_I64(v.principal, principal);
    CHECK_I64(v.bonus, bonus);
    CHECK_I64(v.total, principal + bonus);
}
static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover, 0);
}
static void later(i64 ms) { test_ctx()->now += ms; }

/* -- promises ---------------------------------------------------------------------------------- */

TEST(a_top_up_counts_once)
{
    i64 m = person("a");
    struct credit_act act;
    step(YUAN(1000), YUAN(100), NONE, NULL);
    CHECK_I64(topup(m, "1", YUAN(999)).bonus, 0);
    CHECK_I64(topup(m, "2", YUAN(1500)).bonus, YUAN(100));
    CHECK_I64(topup(m, "2", YUAN(1500)).bonus, YUAN(100));
    check_has(m, YUAN(2499), YUAN(100));
    CHECK_ERR(test_ctx(), try_do(topup_it, m, "2", YUAN(1), &act), E_CONFLICT);
    CHECK_ERR(test_ctx(), try_do(spend_it, m, "2", YUAN(1500), &act), E_CONFLICT);
    CHECK_ERR(test_ctx(), try_do(topup_it, m, "3", 50, &act), E_INVALID); /* half a cent */
    check_books();
}

TEST(a_spend_counts_once)
{
    i64 m = person("a");
    struct credit_act act;
    topup(m, "1", YUAN(100));
    spend(m, "order-1", YUAN(60));
    spend(m, "order-1", YUAN(60));
    check_has(m, YUAN(40), 0);
    CHECK_ERR(test_ctx(), try_do(spend_it, m, "order-2", YUAN(41), &act), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), try_do(spend_it, m, "order-1", YUAN(61), &act), E_CONFLICT);
    check_has(m, YUAN(40), 0);
    check_books();
}

TEST(bonus_and_principal_add_up)
{
    i64 m = person("a");
    step(YUAN(1000), YUAN(100), NONE, NULL);
    topup(m, "1", YUAN(1000));
    struct credit_act act = spend(m, "s1", YUAN(300));
    CHECK_I64(act.bonus, YUAN(100));
    CHECK_I64(act.principal, YUAN(200));
    back(m, "s1", "r1", NONE);
    check_has(m, YUAN(1000), YUAN(100));
    set("credit.order", "principal_first");
    act = spend(m, "s2", FEN(100001)); /* 1000.01 */
    CHECK_I64(act.bonus, FEN(1));
    back(m, "s2", "r2", NONE);
    set("credit.order", "proportional");
    act = spend(m, "s0", YUAN(300));
    CHECK_I64(act.bonus, FEN(2727));
    CHECK_I64(act.principal, FEN(27273));
    back(m, "s0", "r0", NONE);
    act = spend(m, "s3", FEN(3333)); /* 33.33 x 100 / 1100 = 3.03 */
    CHECK_I64(act.bonus, FEN(303));
    CHECK_I64(act.principal, FEN(3030));
    check_books();
}

/* docs/loyalty.md: an order paid with 300.00 of credit, refunded in three parts. */
TEST(a_refund_gives_back_what_was_taken)
{
    i64 m = person("a");
    struct credit_act act;
    step(YUAN(1000), YUAN(100), SOME(30), NULL);
    topup(m, "1", YUAN(1000));
    spend(m, "s", YUAN(300)); /* bonus 100.00, principal 200.00 */
    act = back(m, "s", "r1", SOME(YUAN(100)));
    CHECK_I64(act.bonus, FEN(3333));
    CHECK_I64(act.principal, FEN(6667));
    act = back(m, "s", "r1", SOME(YUAN(100)));
    CHECK_I64(act.bonus, FEN(3333));
    act = back(m, "s", "r2", SOME(YUAN(100)));
    CHECK_I64(act.bonus, FEN(3333));
    act = back(m, "s", "r3", NONE);
    CHECK_I64(act.bonus, FEN(3334));
    check_has(m, YUAN(1000), YUAN(100));
    CHECK_I64(has(m).expiring.n, 1); /* to the lots they came from */
    CHECK_ERR(test_ctx(), try_back(m, "s", "r4", NONE, &act), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), try_back(m, "x", "r5", NONE, &act), E_NOT_FOUND);
    CHECK_ERR(test_ctx(), try_back(m, "r1", "r6", NONE, &act), E_NOT_FOUND);
    check_books();
}

static enum err points_it(struct tx *t, struct call *k)
{
    struct transferred done;
    if (!k->number) {
        TRY(points_give(t, k->member, 3000, S("gift"), S("test"), NONE, &done));
        return points_spend(t, k->member, 2000, S("order-1"), S("order"), &done);
    }
    return points_reverse(t, k->member, S("order-1"), 500, S("order-1:r1"), S("refund"), &done);
}

/* docs/loyalty.md: 100.00 paid with 2,000 points and 80.00 of credit; a quarter is returned. */
TEST(a_quarter_of_an_order_of_points_and_credit)
{
    i64 m = person("a");
    struct points_balance points;
    struct call k = { .fn = points_it, .member = m };
    step(YUAN(100), YUAN(30), NONE, NULL);
    topup(m, "1", YUAN(100));
    CHECK_OK(test_ctx(), run(&k));
    spend(m, "order-1", YUAN(80));
    check_has(m, YUAN(50), 0);
    k.number = 1;
    CHECK_OK(test_ctx(), run(&k));
    struct credit_act act = back(m, "order-1", "order-1-r1", SOME(YUAN(20)));
    CHECK_I64(act.bonus, FEN(750));
    CHECK_I64(act.principal, FEN(1250));
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), m, &points));
    CHECK_I64(points.available, 1500);
    check_books();
}

/* docs/loyalty.md: 1000.00 topped up with 100.00 bonus, 300.00 spent, then paid back. */
TEST(no_more_back_than_was_paid)
{
    i64 m = person("a");
    struct credit_act act;
    step(YUAN(1000), YUAN(100), NONE, NULL);
    topup(m, "1", YUAN(1000));
    spend(m, "s", YUAN(300));
    CHECK_ERR(test_ctx(), try_back(m, "1", "r", SOME(YUAN(801)), &act), E_UNPROCESSABLE);
    act = back(m, "1", "r", NONE);
    CHECK_I64(act.principal, YUAN(800));
    CHECK_I64(act.bonus, 0);
    CHECK_I64(act.deducted, YUAN(80)); /* 100.00 x 800 / 1000, all of it spent */
    CHECK_I64(act.paid_back, YUAN(720));
    check_has(m, 0, 0);
    /* The order comes back after that: bonus and principal as it had taken them, and the rest of
     * the top-up can be paid back. */
    back(m, "s", "r2", NONE);
    check_has(m, YUAN(200), YUAN(100));
    act = back(m, "1", "r3", NONE);
    CHECK_I64(act.principal, YUAN(200));
    CHECK_I64(act.bonus, YUAN(20));
    CHECK_I64(act.paid_back, YUAN(200));
    check_has(m, 0, YUAN(80)); /* the bonus he had paid for */
    check_books();
}

TEST(expired_bonus_is_not_deducted)
{
    i64 m = person("a");
    step(YUAN(1000), YUAN(100), SOME(30), NULL);
    topup(m, "1", YUAN(1000));
    later(40 * DAY_MS);
    check_has(m, YUAN(1000), 0);
    struct credit_act act = back(m, "1", "r", SOME(YUAN(500)));
    CHECK_I64(act.deducted, 0);
    CHECK_I64(act.paid_back, YUAN(500));
}

/* Of two top-ups each answers for its own bonus: one expired, the other was spent. */
TEST(each_top_up_answers_for_its_own_bonus)
{
    i64 m = person("a");
    step(YUAN(1000), YUAN(100), SOME(30), NULL);
    topup(m, "1", YUAN(1000));
    later(40 * DAY_MS);
    topup(m, "2", YUAN(1000));
    spend(m, "s", YUAN(100)); /* the bonus of the second */
    struct credit_act act = back(m, "1", "r1", NONE);
    CHECK_I64(act.deducted, 0);
    CHECK_I64(act.paid_back, YUAN(1000));
    act = back(m, "2", "r2", NONE);
    CHECK_I64(act.deducted, YUAN(100));
    CHECK_I64(act.paid_back, YUAN(900));
    check_has(m, 0, 0);
    check_books();
}

TEST(principal_is_never_lost)
{
    i64 m = person("a");
    topup(m, "1", YUAN(10));
    later(4000 * DAY_MS);
    check_has(m, YUAN(10), 0);
    CHECK_I64(back(m, "1", "r", NONE).paid_back, YUAN(10));
}

static enum err budget_it(struct tx *t, struct call *k) { return budget_make(t, &k->post); }

TEST(a_bonus_is_charged_to_its_budget)
{
    i64 m = person("a");
    struct budget_view b;
    struct call k = { .fn = budget_it, .post = { S("top"), S("Top-ups"), YUAN(150), NONE } };
    CHECK_OK(test_ctx(), run(&k));
    step(YUAN(1000), YUAN(100), NONE, "top");
    topup(m, "1", YUAN(1000));
    struct credit_act act = topup(m, "2", YUAN(1000));
    CHECK(act.bonus_refused);
    check_has(m, YUAN(2000), YUAN(100));
    back(m, "1", "r", NONE);
    CHECK_OK(test_ctx(), budget_get(test_reader(), S("top"), &b));
    CHECK_I64(b.left, YUAN(150));
    check_books();
}

static enum err merge_them(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->number);
}
static enum err part_them(struct tx *t, struct call *k) { return member_unmerge(t, k->number); }

TEST(merges_add_up)
{
    i64 a = person("a"), b = person("b");
    step(YUAN(100), YUAN(10), NONE, NULL);
    topup(a, "1", YUAN(100));
    topup(b, "1", YUAN(200));
    spend(b, "s", YUAN(50)); /* bonus 10.00, principal 40.00 */
    struct call k = { .fn = merge_them, .member = a, .other = b };
    CHECK_OK(test_ctx(), run(&k));
    check_has(a, YUAN(260), YUAN(10));
    CHECK_I64(topup(a, "1", YUAN(100)).number, 1); /* done before */
    struct credit_act act = back(a, "s", "r", SOME(YUAN(25)));
    CHECK_I64(act.bonus, YUAN(5));
    check_has(a, YUAN(280), YUAN(15));
    k.fn = part_them;
    CHECK_OK(test_ctx(), run(&k));
    check_books();
    CHECK_I64(has(a).total + has(b).total, YUAN(295));
    act = back(b, "s", "r2", NONE); /* what went back meanwhile has come along */
    CHECK_I64(act.bonus, YUAN(5));
    CHECK_I64(act.principal, YUAN(20));
    CHECK_ERR(test_ctx(), try_back(a, "s", "r3", NONE, &act), E_NOT_FOUND);
    check_books();
}

/* -- random histories -------------------------------------------------------------------------- */

enum { ACTS = 400 };
struct model_act {
    char key[24];
    bool topup;
    money principal, bonus, back_principal, back_bonus, due;
};
struct model {
    struct model_act acts[ACTS];
    i64 n;
    money principal, bonus, spent_bonus, paid, paid_back, goods;
};

static money at_most(money a, money b) { return a < b ? a : b; }
static money share(money what, money part, money whole)
{
    return (money)((__int128)what * part / whole) / 100 * 100;
}

static void model_topup(struct model *m, i64 member, struct dice *d, const char *key)
{
    money amount = FEN(1 + dice_below(d, 30000));
    money bonus = amount >= YUAN(100) ? YUAN(33) : 0;
    struct credit_act got = topup(member, key, amount);
    CHECK_I64(got.bonus, bonus);
    struct model_act *a = &m->acts[m->n++];
    *a = (struct model_act){ .topup = true, .principal = amount, .bonus = bonus };
    snprintf(a->key, sizeof a->key, "%s", key);
    m->principal += amount;
    m->bonus += bonus;
    m->paid += amount;
}

static void model_spend(struct model *m, i64 member, struct dice *d, const char *key, int order)
{
    struct credit_act got;
    money total = m->principal + m->bonus, amount = FEN(1 + dice_below(d, 20000));
    if (amount > total) {
        CHECK_ERR(test_ctx(), try_do(spend_it, member, key, amount, &got), E_UNPROCESSABLE);
        return;
    }
    money bonus = order == 0   ? at_most(amount, m->bonus)
                  : order == 1 ? amount - at_most(amount, m->principal)
                               : share(amount, m->bonus, total);
    if (amount - bonus > m->principal) bonus = amount - m->principal;
    got = spend(member, key, amount);
    CHECK_I64(got.bonus, bonus);
    CHECK_I64(got.principal, amount - bonus);
    struct model_act *a = &m->acts[m->n++];
    *a = (struct model_act){ .principal = amount - bonus, .bonus = bonus };
    snprintf(a->key, sizeof a->key, "%s", key);
    m->principal -= amount - bonus;
    m->bonus -= bonus;
    m->spent_bonus += bonus;
    m->goods += amount;
}

static void model_back(struct model *m, i64 member, struct dice *d, const char *key)
{
    struct credit_act got;
    struct model_act *a = &m->acts[dice_below(d, m->n)];
    money gone = a->back_principal + a->back_bonus, whole = a->principal + a->bonus;
    money left = a->topup ? at_most(a->principal - a->back_principal, m->principal) : whole - gone;
    money amount = dice_below(d, 3) ? FEN(1 + dice_below(d, 15000)) : left;
    if (!left || amount > left) {
        CHECK_ERR(test_ctx(), try_back(member, a->key, key, amount ? SOME(amount) : NONE, &got),
                  E_UNPROCESSABLE);
        return;
    }
    got = back(member, a->key, key, SOME(amount));
    if (a->topup) {
        money due = share(a->bonus, a->back_principal + amount, a->principal) - a->due;
        money taken = at_most(due, m->bonus), deducted = at_most(due - taken, m->spent_bonus);
        CHECK_I64(got.bonus, taken);
        CHECK_I64(got.deducted, deducted);
        CHECK_I64(got.paid_back, amount - deducted);
        a->due += due;
        a->back_principal += amount;
        m->principal -= amount;
        m->bonus -= taken;
        m->spent_bonus -= deducted;
        m->paid_back += amount - deducted;
    } else {
        money bonus = share(a->bonus, gone + amount, whole) - a->back_bonus;
        CHECK_I64(got.bonus, bonus);
        a->back_bonus += bonus;
        a->back_principal += amount - bonus;
        m->principal += amount - bonus;
        m->bonus += bonus;
        m->spent_bonus -= bonus;
        m->goods -= amount;
    }
}

static void one_history(u64 seed)
{
    static const char *const orders[] = { "bonus_first", "principal_first", "proportional" };
    struct dice d = { seed };
    struct model *m = NEW(test_ctx()->arena, struct model);
    char key[24], user[24];
    snprintf(user, sizeof user, "u%llu", (unsigned long long)seed);
    i64 member = person(user);
    int order = (int)(seed % 3);
    set("credit.order", orders[order]);
    for (i64 i = 0; i < 40; i++) {
        i64 what = dice_below(&d, 10);
        snprintf(key, sizeof key, "k%lld", (long long)i);
        if (what < 3 || !m->n) model_topup(m, member, &d, key);
        else if (what < 7) model_spend(m, member, &d, key, order);
        else model_back(m, member, &d, key);
        check_has(member, m->principal, m->bonus);
    }
    /* Nobody has had more than he paid for and was given. */
    CHECK(m->paid_back <= m->paid);
    CHECK(m->spent_bonus >= 0);
}

TEST(random_histories_agree_with_the_model)
{
    const char *asked = getenv("CREDIT_RUNS");
    i64 runs = 6;
    if (asked) CHECK(i64_parse(str_of(asked), &runs));
    step(YUAN(100), YUAN(33), NONE, NULL);
    for (i64 i = 0; i < runs; i++) one_history((u64)i + 1);
    check_books();
}
