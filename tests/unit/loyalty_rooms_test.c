/* loyalty_rooms_test.c -- what shows only where the rooms of the programme meet: merges and their
 * undoing, people who are forgotten, discounts and refunds; as a simulated shop came upon it. */
#include "ledger/ledger.h"
#include "loyalty/benefits/inside.h"
#include "loyalty/points/inside.h"
#include "loyalty/reward.h"
#include "member/member.h"
#include "trade/trade.h"

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, number, order;
    str name;
    money paid, amounts[2], refund;
    bool unpaid;
    enum reward_result got;
    struct transferred done;
};
static enum err run_call(struct tx *t, void *arg)
{
    struct call *k = arg;
    return k->fn(t, k);
}
static enum err try_it(struct call *k)
{
    return store_write(test_store(), test_reader(), run_call, k);
}
static void run(struct call *k) { CHECK_OK(test_ctx(), try_it(k)); }

static enum err open_shop(struct tx *t, struct call *k)
{
    return setting_set(t, S("loyalty.since"), S("2024-01-01"));
}
static enum err new_person(struct tx *t, struct call *k)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), k->name };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api") };
    return member_resolve(t, &s, &k->member, &created);
}
static i64 person(const char *user)
{
    struct call k = { .fn = new_person, .name = str_of(user) };
    run(&k);
    return k.member;
}

/* An order of one or two lines; paid for less than they come to, where there is a discount. */
static enum err tell_order(struct tx *t, struct call *k)
{
    struct order_line_fact lines[2];
    enum order_put what;
    struct order_fact fact = { .shop = S("旗舰店"),
                               .number = k->name,
                               .member = k->member,
                               .created_at = SOME(t->c->now),
                               .state = k->unpaid ? ORDER_PLACED : ORDER_PAID,
                               .total = SOME(k->paid),
                               .lines = { lines, k->amounts[1] ? 2 : 1 } };
    for (i64 i = 0; i < fact.lines.n; i++)
        lines[i] = (struct order_line_fact){ .line_id = i ? S("2") : S("1"),
                                             .quantity = 1,
                                             .price = k->amounts[i] };
    if (!k->unpaid) fact.paid_at = SOME(t->c->now);
    if (!k->unpaid) fact.paid = SOME(k->paid);
    return order_write(t, &fact, &k->order, &what);
}
static enum err refund_line(struct tx *t, struct call *k)
{
    struct refund_view view;
    struct refund_ask ask = {
        .id = k->order, .key = k->name, .amount = k->refund, .line_id = S("1")
    };
    return order_refund(t, &ask, &view);
}
static enum err merge_them(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->number);
}
static enum err part_them(struct tx *t, struct call *k) { return member_unmerge(t, k->number); }

static i64 pending(i64 member)
{
    struct points_balance b;
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), member, &b));
    return b.pending;
}
static void points_are_well(void)
{
    i64 wrong = -1;
    CHECK_OK(test_ctx(), points_check(test_look(), &wrong));
    CHECK_I64(wrong, 0);
}

/* Two lines of 100, 50 off each: 100 paid. The first line is refunded with all that was paid. */
TEST(more_goes_back_for_a_discounted_line_than_was_paid_for_it)
{
    run(&(struct call){ .fn = open_shop });
    struct call k = { .fn = tell_order,
                      .member = person("a"),
                      .name = S("1"),
                      .paid = 100 * MONEY_UNIT,
                      .amounts = { 100 * MONEY_UNIT, 100 * MONEY_UNIT } };
    run(&k);
    CHECK_I64(pending(k.member), 100);
    k.fn = refund_line;
    k.refund = 80 * MONEY_UNIT; /* 50 were its share: 30 of the other line's are gone too */
    run(&k);
    CHECK_I64(pending(k.member), 20);
    k.name = S("2");
    k.refund = 20 * MONEY_UNIT;
    run(&k);
    CHECK_I64(pending(k.member), 0);
    points_are_well();
}

/* Placed by one, paid while he was another, parted: it earns once, and for who placed it. */
TEST(an_order_paid_during_a_merge_goes_back_with_its_points)
{
    run(&(struct call){ .fn = open_shop });
    struct call both = { .fn = merge_them, .member = person("a"), .other = person("b") };
    struct call k = { .fn = tell_order,
                      .member = both.other,
                      .name = S("1"),
                      .paid = 100 * MONEY_UNIT,
                      .amounts = { 100 * MONEY_UNIT },
                      .unpaid = true };
    run(&k);
    run(&both);
    k.unpaid = false;
    k.member = both.member;
    run(&k);
    CHECK_I64(pending(both.member), 100);
    both.fn = part_them;
    run(&both);
    CHECK_I64(pending(both.member), 0);
    CHECK_I64(pending(both.other), 100);
    k.fn = refund_line;
    k.refund = 40 * MONEY_UNIT;
    run(&k);
    CHECK_I64(pending(both.member), 0);
    CHECK_I64(pending(both.other), 60);
    points_are_well();
}

/* -- rewards and benefits ---------------------------------------------------------------------- */

static enum err give_benefit(struct tx *t, struct call *k)
{
    struct reward what = { .kind = REWARD_BENEFIT, .amount = 1, .code = S("birthday-10") };
    return reward_give(t, k->member, &what, (struct reward_why){ k->name, S("test"), NO_STR },
                       &k->got);
}
static enum err give_tag(struct tx *t, struct call *k)
{
    struct reward what = { .kind = REWARD_TAG, .code = S("star") };
    return reward_give(t, k->member, &what, (struct reward_why){ k->name, S("test"), NO_STR },
                       &k->got);
}
static enum err use_benefit(struct tx *t, struct call *k)
{
    return entitlement_use(t, k->member, S("birthday-10"), S("use"), &k->done);
}
static enum err give_back(struct tx *t, struct call *k)
{
    return entitlement_give_back(t, k->member, S("use"), S("unuse"), &k->done);
}
static i64 left(i64 member)
{
    struct entitlement_list all;
    CHECK_OK(test_ctx(), entitlements_of(test_reader(), member, &all));
    return all.n ? all.at[0].left : 0;
}

TEST(a_use_before_a_merge_can_be_given_back_after_it)
{
    struct call k = { .fn = give_benefit, .member = person("b"), .name = S("g") };
    run(&k);
    k.fn = use_benefit;
    run(&k);
    struct call both = { .fn = merge_them, .member = person("a"), .other = k.member };
    run(&both);
    k.member = both.member;
    k.fn = give_back;
    run(&k);
    CHECK_I64(left(both.member), 1);
    run(&k); /* the same again */
    CHECK_I64(left(both.member), 1);
}

static enum err forget(struct tx *t, struct call *k) { return member_erase(t, k->member); }

/* Who is forgotten gets nothing, and is in nobody's way: a round of gifts goes on to the next. */
TEST(who_is_forgotten_is_given_nothing)
{
    struct call k = { .fn = give_tag, .member = person("a"), .name = S("before") };
    run(&k);
    CHECK_I64(k.got, REWARD_GIVEN);
    k.fn = forget;
    run(&k);
    k.fn = give_tag;
    k.name = S("after");
    run(&k);
    CHECK_I64(k.got, REWARD_REJECTED);
    k.fn = give_benefit;
    k.name = S("after that");
    run(&k);
    CHECK_I64(k.got, REWARD_REJECTED);
    CHECK_I64(left(k.member), 0);
}

/* koi doctor looks at numbers: those of rules stand above all there are. */
static enum err add_rule(struct tx *t, struct call *k)
{
    struct points_rule rule = {
        .name = S("双倍"), .kind = RULE_ORDER, .on = true, .points = 2, .amount = SOME(MONEY_UNIT)
    };
    TRY(points_rule_put(t, &rule));
    k->number = rule.id;
    return OK;
}

TEST(numbers_of_rules_are_above_the_shipped_one)
{
    struct call k = { .fn = add_rule };
    run(&k);
    CHECK_I64(k.number, 2);
    CHECK_OK(test_look(), store_check(test_look()));
}
