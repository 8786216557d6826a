/* reward_test.c -- the promises of rewards and their budgets, one by one. */
#include "loyalty/benefits.h"
#include "loyalty/budget.h"
#include "loyalty/reward.h"
#include "member/member.h"

#include "test.h"

/* -- one call a transaction -------------------------------------------------------------------- */

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other;
    struct reward what;
    struct reward_why why;
    enum reward_result got;
    struct budget_post post;
    struct budget_raise more;
    str code, id, note;
    money amount;
    bool enough;
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

static enum err define_it(struct tx *t, struct call *k)
{
    struct benefit b = { .code = S("coupon"),
                         .kind = BENEFIT_COUPON,
                         .zh = S("优惠券"),
                         .en = S("Coupon"),
                         .value = SOME(5 * MONEY_UNIT),
                         .cost = 25000,
                         .ended = k->enough };
    if (k->amount) b.valid_days = SOME(k->amount);
    return benefit_put(t, &b);
}
/* The benefit "coupon", which costs 2.50. */
static void coupon_is(i64 valid_days, bool ended)
{
    struct call k = { .fn = define_it, .amount = valid_days, .enough = ended };
    CHECK_OK(test_ctx(), run(&k));
}

static enum err give_it(struct tx *t, struct call *k)
{
    return reward_give(t, k->member, &k->what, k->why, &k->got);
}
static enum reward_result give_why(i64 member, struct reward what, struct reward_why why)
{
    struct call k = { .fn = give_it, .member = member, .what = what, .why = why };
    CHECK_OK(test_ctx(), run(&k));
    return k.got;
}
static enum reward_result give(i64 member, struct reward what, const char *id)
{
    return give_why(member, what, (struct reward_why){ str_of(id), S("test"), NO_STR });
}
static enum reward_result give_held(i64 member, struct reward what, const char *id)
{
    return give_why(member, what,
                    (struct reward_why){ str_of(id), S("test"), S("same device as member 7") });
}

static enum err take_it(struct tx *t, struct call *k)
{
    return reward_take_back(t, k->member, k->id, S("refund"));
}
static void take_back(i64 member, const char *id)
{
    struct call k = { .fn = take_it, .member = member, .id = str_of(id) };
    CHECK_OK(test_ctx(), run(&k));
}

static enum err release_it(struct tx *t, struct call *k)
{
    return reward_release(t, k->member, k->id, S("fine"), &k->got);
}
static enum err release(i64 member, const char *id, enum reward_result *out)
{
    struct call k = { .fn = release_it, .member = member, .id = str_of(id) };
    enum err e = run(&k);
    *out = k.got;
    return e;
}
static enum err reject_it(struct tx *t, struct call *k)
{
    return reward_reject(t, k->member, k->id, S("no"));
}
static enum err reject(i64 member, const char *id)
{
    struct call k = { .fn = reject_it, .member = member, .id = str_of(id) };
    return run(&k);
}

static enum err make_it(struct tx *t, struct call *k) { return budget_make(t, &k->post); }
static void budget(const char *code, money amount)
{
    struct call k = { .fn = make_it, .post = { str_of(code), S("Campaign"), amount, NONE } };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err raise_it(struct tx *t, struct call *k) { return budget_raise(t, &k->more); }
static enum err raise_by(const char *code, const char *key, money amount)
{
    struct call k = { .fn = raise_it, .more = { str_of(code), str_of(key), amount, NO_STR } };
    return run(&k);
}
static enum err end_it(struct tx *t, struct call *k) { return budget_end(t, k->code); }

/* -- looking ----------------------------------------------------------------------------------- */

static struct reward points(i64 n) { return (struct reward){ .kind = REWARD_POINTS, .amount = n }; }
static struct reward coupons(i64 n)
{
    return (struct reward){ .kind = REWARD_BENEFIT, .amount = n, .code = S("coupon") };
}
static struct reward paid_by(struct reward r, const char *code, money cost)
{
    r.budget = str_of(code);
    r.cost = SOME(cost);
    return r;
}

static i64 has(i64 member, const char *unit, const char *name)
{
    struct balance b;
    struct account of = { member, str_of(unit), str_of(name) };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b.balance;
}
static struct budget_view left_of(const char *code)
{
    struct budget_view b;
    CHECK_OK(test_ctx(), budget_get(test_reader(), str_of(code), &b));
    return b;
}
static enum reward_result state_of(i64 member, const char *id)
{
    bool found;
    enum reward_result state;
    CHECK_OK(test_ctx(), reward_state(test_reader(), member, str_of(id), &found, &state));
    CHECK(found);
    return state;
}
static i64 lines(const char *kind)
{
    struct timeline_line_list all = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 10000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}
static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}
static void later(i64 ms) { test_ctx()->now += ms; }

#define YUAN(n) ((money)(n)*MONEY_UNIT)

/* -- promises ---------------------------------------------------------------------------------- */

TEST(given_once)
{
    i64 m = person("a");
    CHECK_I64(give(m, points(10), "task:1"), REWARD_GIVEN);
    CHECK_I64(give(m, points(10), "task:1"), REWARD_GIVEN);
    CHECK_I64(give(m, points(99), "task:1"), REWARD_GIVEN); /* the rule changed since */
    CHECK_I64(has(m, "point", ""), 10);
    CHECK_I64(give(person("b"), points(10), "task:1"), REWARD_GIVEN); /* his own */
    CHECK_I64(lines("reward.given"), 2);
    check_books();
}

TEST(every_kind_is_given_and_taken_back)
{
    i64 m = person("a");
    struct member_tag_view_list tags = { 0 };
    struct reward_view_list gifts = { 0 };
    coupon_is(0, false);
    give(m, points(10), "p");
    give(m, (struct reward){ .kind = REWARD_GROWTH, .amount = 5 }, "g");
    give(m, (struct reward){ .kind = REWARD_CREDIT, .credit = SOME(YUAN(3)) }, "c");
    give(m, coupons(2), "b");
    give(m, (struct reward){ .kind = REWARD_TAG, .code = S("新客") }, "t");
    give(m, (struct reward){ .kind = REWARD_GIFT, .amount = 1, .code = S("mask") }, "x");
    CHECK_I64(has(m, "point", ""), 10);
    CHECK_I64(has(m, "growth", ""), 5);
    CHECK_I64(has(m, "credit", "bonus"), YUAN(3));
    CHECK_I64(has(m, "quota", "coupon"), 2);
    CHECK_OK(test_ctx(), member_tags(test_reader(), m, &tags));
    CHECK_I64(tags.n, 1);
    CHECK_OK(test_ctx(), gifts_to_ship(test_reader(), 0, 10, &gifts));
    CHECK_I64(gifts.n, 1);
    const char *ids[] = { "p", "g", "c", "b", "t", "x" };
    for (i64 i = 0; i < COUNT(ids); i++) {
        take_back(m, ids[i]);
        take_back(m, ids[i]);
        CHECK_I64(state_of(m, ids[i]), REWARD_TAKEN_BACK);
    }
    CHECK_I64(has(m, "point", "") + has(m, "growth", "") + has(m, "quota", "coupon"), 0);
    CHECK_I64(has(m, "credit", "bonus"), 0);
    CHECK_OK(test_ctx(), member_tags(test_reader(), m, &tags));
    CHECK_I64(tags.n, 0);
    gifts = (struct reward_view_list){ 0 };
    CHECK_OK(test_ctx(), gifts_to_ship(test_reader(), 0, 10, &gifts));
    CHECK_I64(gifts.n, 0);
    CHECK_I64(give(m, points(10), "p"), REWARD_TAKEN_BACK); /* once is once */
    CHECK_I64(lines("reward.taken_back"), 6);
    check_books();
}

/* What others of its kind he has is no business of one that is over. */
TEST(what_has_expired_is_not_taken_back)
{
    i64 m = person("a");
    coupon_is(0, false);
    struct reward short_points = points(50), short_coupons = coupons(2);
    short_points.valid_days = short_coupons.valid_days = SOME(1);
    give(m, short_points, "p");
    give(m, short_coupons, "c");
    later(3 * DAY_MS);
    give(m, points(80), "p2");
    give(m, coupons(1), "c2");
    take_back(m, "p");
    take_back(m, "c");
    CHECK_I64(has(m, "point", ""), 80);
    CHECK_I64(has(m, "quota", "coupon"), 1);
    check_books();
}

static enum err use_one(struct tx *t, struct call *k)
{
    struct transferred done;
    struct transfer x = { .kind = T_MOVE,
                          .id = S("use"),
                          .unit = S("quota"),
                          .from = k->member,
                          .from_name = S("coupon"),
                          .to_name = S("used"),
                          .amount = 1 };
    return ledger_transfer(t, &x, &done);
}

TEST(taken_back_once_with_its_cost)
{
    i64 m = person("a");
    struct reward four = coupons(4);
    coupon_is(0, false);
    budget("spring", YUAN(100));
    four.budget = S("spring"); /* its cost follows from the benefit's: 10.00 */
    give(m, four, "b");
    CHECK_I64(left_of("spring").left, YUAN(90));
    struct call k = { .fn = use_one, .member = m };
    CHECK_OK(test_ctx(), run(&k));
    take_back(m, "b");
    take_back(m, "b");
    CHECK_I64(has(m, "quota", "coupon"), 0);
    CHECK_I64(left_of("spring").left, 975000); /* one of four was used: 2.50 stay spent */
    check_books();
}

TEST(a_budget_is_never_overspent)
{
    i64 m = person("a");
    budget("spring", YUAN(25));
    CHECK_I64(give(m, paid_by(points(10), "spring", YUAN(10)), "1"), REWARD_GIVEN);
    CHECK_I64(give(m, paid_by(points(10), "spring", YUAN(10)), "2"), REWARD_GIVEN);
    CHECK_I64(give(m, paid_by(points(10), "spring", YUAN(10)), "3"), REWARD_NO_BUDGET);
    CHECK_I64(give(m, paid_by(points(10), "spring", YUAN(10)), "3"), REWARD_NO_BUDGET);
    CHECK_I64(give(m, paid_by(points(10), "nothing", YUAN(1)), "4"), REWARD_NO_BUDGET);
    CHECK_I64(has(m, "point", ""), 20);
    CHECK_I64(left_of("spring").left, YUAN(5));
    CHECK_I64(left_of("spring").spent, YUAN(20));
    CHECK_I64(lines("reward.refused"), 2);
    check_books();
}

TEST(points_cost_what_they_are_worth)
{
    i64 m = person("a");
    struct reward r = points(250);
    budget("spring", YUAN(10));
    r.budget = S("spring");
    give(m, r, "1");
    CHECK_I64(left_of("spring").spent, 25000); /* 100 points are 1.00 */
    r.amount = 1;
    give(m, r, "2");
    r.amount = 333;
    give(m, r, "3");
    CHECK_I64(left_of("spring").spent, 25000 + 100 + 33300);
    take_back(m, "3");
    CHECK_I64(left_of("spring").spent, 25000 + 100);
}

TEST(an_empty_budget_alerts)
{
    i64 m = person("a");
    budget("spring", YUAN(100));
    give(m, paid_by(points(1), "spring", YUAN(80)), "1");
    CHECK_I64(lines("budget.low"), 0);
    give(m, paid_by(points(1), "spring", YUAN(10)), "2"); /* 10 % are left */
    give(m, paid_by(points(1), "spring", YUAN(1)), "3");
    CHECK_I64(lines("budget.low"), 1);
    give(m, paid_by(points(1), "spring", YUAN(10)), "4");
    give(m, paid_by(points(1), "spring", YUAN(10)), "5");
    CHECK_I64(lines("budget.exhausted"), 1);
    CHECK_OK(test_ctx(), raise_by("spring", "more", YUAN(1)));
    CHECK_OK(test_ctx(), raise_by("spring", "more", YUAN(1)));
    CHECK_ERR(test_ctx(), raise_by("spring", "more", YUAN(2)), E_CONFLICT);
    CHECK_I64(left_of("spring").total, YUAN(101));
    give(m, paid_by(points(1), "spring", YUAN(11)), "6");
    CHECK_I64(lines("budget.exhausted"), 2);
    CHECK_I64(lines("budget.raised"), 1);
}

TEST(a_refused_one_may_be_given_after_all)
{
    i64 m = person("a");
    enum reward_result got;
    budget("spring", YUAN(5));
    give(m, paid_by(points(10), "spring", YUAN(10)), "1");
    CHECK_OK(test_ctx(), release(m, "1", &got));
    CHECK_I64(got, REWARD_NO_BUDGET);
    CHECK_OK(test_ctx(), raise_by("spring", "more", YUAN(5)));
    CHECK_OK(test_ctx(), release(m, "1", &got));
    CHECK_I64(got, REWARD_GIVEN);
    CHECK_OK(test_ctx(), release(m, "1", &got));
    CHECK_I64(has(m, "point", ""), 10);
    CHECK_I64(left_of("spring").left, 0);
    check_books();
}

TEST(what_was_taken_back_is_never_released)
{
    i64 m = person("a");
    enum reward_result got;
    budget("spring", YUAN(5));
    give(m, paid_by(points(10), "spring", YUAN(10)), "refused");
    give_held(m, points(10), "held");
    take_back(m, "refused"); /* what it was for is gone */
    take_back(m, "held");
    CHECK_OK(test_ctx(), raise_by("spring", "more", YUAN(50)));
    CHECK_ERR(test_ctx(), release(m, "refused", &got), E_CONFLICT);
    CHECK_ERR(test_ctx(), release(m, "held", &got), E_CONFLICT);
    CHECK_I64(has(m, "point", ""), 0);
    CHECK_I64(left_of("spring").left, YUAN(55));
    check_books();
}

static enum err erase_it(struct tx *t, struct call *k) { return member_erase(t, k->member); }

TEST(who_is_forgotten_is_given_nothing)
{
    i64 m = person("a");
    enum reward_result got;
    budget("spring", YUAN(5));
    give(m, paid_by(points(10), "spring", YUAN(10)), "refused");
    give_held(m, points(10), "held");
    struct call erase = { .fn = erase_it, .member = m };
    CHECK_OK(test_ctx(), run(&erase));
    CHECK_OK(test_ctx(), raise_by("spring", "more", YUAN(50)));
    CHECK_ERR(test_ctx(), release(m, "refused", &got), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), release(m, "held", &got), E_UNPROCESSABLE);
    CHECK_I64(has(m, "point", ""), 0);
}

TEST(held_is_not_given)
{
    i64 m = person("a");
    enum reward_result got;
    budget("spring", YUAN(30));
    CHECK_I64(give_held(m, paid_by(points(10), "spring", YUAN(10)), "yes"), REWARD_HELD);
    CHECK_I64(give_held(m, paid_by(points(10), "spring", YUAN(10)), "no"), REWARD_HELD);
    CHECK_I64(give_held(m, paid_by(points(10), "spring", YUAN(10)), "late"), REWARD_HELD);
    CHECK_I64(give_held(m, paid_by(points(10), "spring", YUAN(10)), "none"), REWARD_NO_BUDGET);
    CHECK_I64(has(m, "point", ""), 0);
    CHECK_I64(left_of("spring").reserved, YUAN(30));
    CHECK_OK(test_ctx(), release(m, "yes", &got));
    CHECK_OK(test_ctx(), reject(m, "no"));
    CHECK_OK(test_ctx(), reject(m, "no"));
    CHECK_ERR(test_ctx(), release(m, "no", &got), E_CONFLICT);
    CHECK_ERR(test_ctx(), reject(m, "yes"), E_CONFLICT);
    CHECK_I64(has(m, "point", ""), 10);
    CHECK_I64(left_of("spring").spent, YUAN(10));
    CHECK_I64(left_of("spring").reserved, YUAN(10));
    later(30 * DAY_MS); /* reward.review_days */
    CHECK_I64(state_of(m, "late"), REWARD_REJECTED);
    CHECK_I64(left_of("spring").reserved, 0);
    CHECK_I64(left_of("spring").left, YUAN(20));
    CHECK_ERR(test_ctx(), release(m, "late", &got), E_CONFLICT);
    CHECK_I64(lines("reward.rejected"), 1);
    CHECK_OK(test_ctx(), reward_expire(test_store(), test_reader()));
    CHECK_OK(test_ctx(), reward_expire(test_store(), test_reader()));
    CHECK_I64(lines("reward.rejected"), 2);
    take_back(m, "yes");
    CHECK_I64(left_of("spring").left, YUAN(30));
    check_books();
}

TEST(an_ended_budget_pays_nothing)
{
    i64 m = person("a");
    budget("spring", YUAN(30));
    struct call k = { .fn = end_it, .code = S("spring") };
    CHECK_OK(test_ctx(), run(&k));
    CHECK_OK(test_ctx(), run(&k));
    CHECK_I64(give(m, paid_by(points(1), "spring", YUAN(1)), "1"), REWARD_NO_BUDGET);
    CHECK_I64(left_of("spring").left, 0);
    CHECK_ERR(test_ctx(), raise_by("spring", "more", YUAN(1)), E_UNPROCESSABLE);
    CHECK_I64(lines("budget.ended"), 1);
}

TEST(what_it_went_for_is_said)
{
    i64 a = person("a"), b = person("b");
    struct budget_use_list uses = { 0 };
    budget("spring", YUAN(100));
    give(a, paid_by(points(1), "spring", YUAN(10)), "task:1");
    give(b, paid_by(points(1), "spring", YUAN(10)), "task:1");
    give(b, paid_by(points(1), "spring", YUAN(5)), "pack:1");
    take_back(a, "task:1");
    CHECK_OK(test_ctx(), budget_uses(test_reader(), S("spring"), &uses));
    CHECK_I64(uses.n, 2);
    CHECK_STR(uses.at[0].reason, "task");
    CHECK_I64(uses.at[0].charges, 2);
    CHECK_I64(uses.at[0].amount, YUAN(10));
    CHECK_STR(uses.at[1].reason, "pack");
}

TEST(valid_days_are_days_of_the_programme)
{
    i64 m = person("a");
    struct reward r = coupons(1);
    struct account of = { m, S("quota"), S("coupon") };
    struct expiring_list until;
    coupon_is(3, false);
    r.valid_days = SOME(7); /* the reward's own word counts */
    give(m, r, "b");
    CHECK_OK(test_ctx(), ledger_expiring(test_reader(), &of, &until));
    /* Given on 1 June, 8 in the morning of Shanghai: usable through 8 June. */
    CHECK_STR(instant_text(test_ctx()->arena, test_ctx()->zone, until.at[0].expires_at.value),
              "2024-06-09 00:00:00");
}

/* -- merges ------------------------------------------------------------------------------------ */

static enum err merge_them(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->amount);
}
static enum err part_them(struct tx *t, struct call *k) { return member_unmerge(t, k->amount); }

TEST(given_once_to_who_was_two)
{
    i64 a = person("a"), b = person("b");
    give(a, points(10), "join");
    give(b, points(10), "task:1");
    struct call k = { .fn = merge_them, .member = a, .other = b };
    CHECK_OK(test_ctx(), run(&k));
    CHECK_I64(give(a, points(10), "task:1"), REWARD_GIVEN);
    CHECK_I64(lines("reward.given"), 2);
    k.fn = part_them;
    CHECK_OK(test_ctx(), run(&k));
    CHECK_I64(state_of(b, "task:1"), REWARD_GIVEN);
    bool found;
    enum reward_result state;
    CHECK_OK(test_ctx(), reward_state(test_reader(), a, S("task:1"), &found, &state));
    CHECK(!found);
}

TEST(what_is_no_longer_granted_is_refused)
{
    i64 m = person("a");
    struct reward r = coupons(1);
    struct ctx *c = test_reader();
    CHECK_ERR(c, reward_check(c, &r, S("")), E_INVALID);
    coupon_is(3, false);
    CHECK_OK(c, reward_check(c, &r, S("")));
    coupon_is(3, true);
    CHECK_ERR(c, reward_check(c, &r, S("")), E_INVALID);
    CHECK_I64(give(m, r, "b"), REWARD_REJECTED);
    CHECK_I64(has(m, "quota", "coupon"), 0);
}

TEST(what_a_rule_may_promise)
{
    struct ctx *c = test_reader();
    struct reward r = { .kind = REWARD_POINTS };
    CHECK_ERR(c, reward_check(c, &r, S("/reward")), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/reward/amount");
    r.amount = 5;
    CHECK_OK(c, reward_check(c, &r, S("/reward")));
    r.budget = S("none");
    CHECK_ERR(c, reward_check(c, &r, S("/reward")), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/reward/budget");
    r = (struct reward){ .kind = REWARD_TAG };
    CHECK_ERR(c, reward_check(c, &r, S("")), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/code");
    r = (struct reward){ .kind = REWARD_CREDIT };
    CHECK_ERR(c, reward_check(c, &r, S("")), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/credit");
}
