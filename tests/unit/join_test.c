/* join_test.c -- the promises of joining, one by one. */
#include "loyalty/benefits.h"
#include "loyalty/join.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, order;
    struct join_ask ask;
    struct pack pack;
    struct order_fact fact;
    bool now;
    str id;
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

static enum err join_it(struct tx *t, struct call *k) { return member_join(t, &k->ask, &k->now); }
static bool join(i64 member)
{
    struct call k = { .fn = join_it, .ask = { member, S("live"), S("直播间"), NONE } };
    CHECK_OK(test_ctx(), run(&k));
    return k.now;
}
static enum err leave_it(struct tx *t, struct call *k) { return member_leave(t, k->member); }
static void leave(i64 member)
{
    struct call k = { .fn = leave_it, .member = member };
    CHECK_OK(test_ctx(), run(&k));
}
static struct join_view seen(i64 member)
{
    struct join_view v;
    CHECK_OK(test_ctx(), join_of(test_reader(), member, &v));
    return v;
}

static enum err pack_it(struct tx *t, struct call *k) { return pack_put(t, &k->pack); }
static void pack_points(const char *pack, i64 n)
{
    struct reward r = { .kind = REWARD_POINTS, .amount = n };
    struct call k = { .fn = pack_it, .pack = { str_of(pack), { &r, 1 } } };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err benefit_it(struct tx *t, struct call *k)
{
    struct benefit b = { .code = S("coupon"),
                         .kind = BENEFIT_COUPON,
                         .zh = S("优惠券"),
                         .en = S("Coupon"),
                         .value = SOME(MONEY_UNIT) };
    return benefit_put(t, &b);
}
static void pack_coupons(const char *pack, i64 n)
{
    struct reward r = { .kind = REWARD_BENEFIT, .amount = n, .code = S("coupon") };
    struct call k = { .fn = benefit_it };
    CHECK_OK(test_ctx(), run(&k));
    k = (struct call){ .fn = pack_it, .pack = { str_of(pack), { &r, 1 } } };
    CHECK_OK(test_ctx(), run(&k));
}

static enum err order_it(struct tx *t, struct call *k)
{
    enum order_put what;
    return order_write(t, &k->fact, &k->order, &what);
}
static i64 buy(i64 member, const char *number, money paid, money refund)
{
    struct call k = { .fn = order_it,
                      .fact = { .shop = S("shop"),
                                .number = str_of(number),
                                .member = member,
                                .state = ORDER_PAID,
                                .paid_at = SOME(test_ctx()->now),
                                .total = SOME(paid) } };
    if (refund) k.fact.refund = SOME(refund);
    CHECK_OK(test_ctx(), run(&k));
    return k.order;
}

static enum err open_it(struct tx *t, struct call *k)
{
    return setting_set(t, S("loyalty.since"), S("2024-01-01"));
}
static void open_programme(void)
{
    struct call k = { .fn = open_it };
    CHECK_OK(test_ctx(), run(&k));
}

static i64 has(i64 member, const char *unit, const char *name)
{
    struct balance b;
    struct account of = { member, str_of(unit), str_of(name) };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b.balance;
}
static i64 lines(const char *kind)
{
    struct timeline_line_list all = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 10000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}
static void later(i64 ms) { test_ctx()->now += ms; }

#define YUAN(n) ((money)(n)*MONEY_UNIT)

TEST(joined_once)
{
    i64 m = person("a");
    CHECK(!seen(m).joined);
    CHECK(join(m));
    instant at = test_ctx()->now;
    later(DAY_MS);
    CHECK(!join(m));
    CHECK(seen(m).joined);
    CHECK_I64(seen(m).joined_at.value, at);
    CHECK_STR(seen(m).channel, "live");
    CHECK_I64(lines("loyalty.joined"), 1);
    leave(m);
    leave(m);
    CHECK(!seen(m).joined);
    CHECK_I64(lines("loyalty.left"), 1);
}

TEST(nobody_invites_himself)
{
    i64 a = person("a"), b = person("b");
    struct call k = { .fn = join_it, .ask = { a, NO_STR, NO_STR, SOME(a) } };
    CHECK_ERR(test_ctx(), run(&k), E_UNPROCESSABLE);
    k.ask.inviter = SOME(b);
    CHECK_OK(test_ctx(), run(&k));
    CHECK_I64(seen(a).inviter.value, b);
}

TEST(a_newcomer_is_new_once)
{
    i64 a = person("a"), b = person("b");
    pack_points(NEWCOMER_PACK, 100);
    join(a);
    CHECK_I64(has(a, "point", ""), 100);
    leave(a);
    later(DAY_MS);
    CHECK(join(a));
    CHECK_I64(has(a, "point", ""), 100);
    pack_points(NEWCOMER_PACK, 30); /* it counts for who joins from now on */
    join(b);
    CHECK_I64(has(b, "point", ""), 30);
}

static enum err merge_them(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->order);
}
static enum err part_them(struct tx *t, struct call *k) { return member_unmerge(t, k->order); }

TEST(merges_keep_the_earlier)
{
    i64 a = person("a"), b = person("b"), d = person("d");
    pack_points(NEWCOMER_PACK, 100);
    join(b);
    instant first = test_ctx()->now;
    later(DAY_MS);
    join(a);
    struct call k = { .fn = merge_them, .member = a, .other = b };
    CHECK_OK(test_ctx(), run(&k));
    CHECK_I64(seen(a).joined_at.value, first);
    leave(a);
    CHECK(!seen(a).joined);
    CHECK(join(a));
    CHECK_I64(lines("reward.given"), 2);
    k.fn = part_them;
    CHECK_OK(test_ctx(), run(&k));
    CHECK(seen(a).joined);
    CHECK(!seen(b).joined);
    k = (struct call){ .fn = merge_them, .member = d, .other = b };
    CHECK_OK(test_ctx(), run(&k));
    CHECK(join(d)); /* b was new once */
    CHECK_I64(lines("reward.given"), 2);
}

TEST(the_first_order_is_rewarded_once)
{
    i64 m = person("a"), other = person("b");
    open_programme();
    pack_points(FIRST_ORDER_PACK, 50);
    buy(m, "before", YUAN(10), 0);
    later(HOUR_MS);
    join(m);
    buy(m, "before", YUAN(11), 0);
    buy(m, "1", YUAN(20), 0);
    CHECK_I64(has(m, "point", ""), 50);
    buy(m, "1", YUAN(20), 0);
    later(HOUR_MS);
    buy(m, "2", YUAN(20), 0);
    CHECK_I64(has(m, "point", ""), 50);
    buy(m, "1", YUAN(20), YUAN(5)); /* in part: it stands */
    CHECK_I64(has(m, "point", ""), 50);
    buy(other, "3", YUAN(20), 0); /* has not joined */
    CHECK_I64(has(other, "point", ""), 0);
}

TEST(a_refunded_first_order_gives_its_gift_back)
{
    i64 m = person("a");
    open_programme();
    pack_coupons(FIRST_ORDER_PACK, 2);
    join(m);
    buy(m, "1", YUAN(20), 0);
    CHECK_I64(has(m, "quota", "coupon"), 2);
    later(DAY_MS);
    buy(m, "1", YUAN(20), YUAN(20));
    CHECK_I64(has(m, "quota", "coupon"), 0);
    buy(m, "2", YUAN(20), 0); /* nothing was used: this is his first now */
    CHECK_I64(has(m, "quota", "coupon"), 2);
    later(15 * DAY_MS);
    buy(m, "2", YUAN(20), YUAN(20)); /* too late: he keeps it */
    CHECK_I64(has(m, "quota", "coupon"), 2);
    buy(m, "3", YUAN(20), 0);
    CHECK_I64(has(m, "quota", "coupon"), 2);
}

static enum err use_it(struct tx *t, struct call *k)
{
    struct transferred done;
    return entitlement_use(t, k->member, S("coupon"), S("use:1"), &done);
}

TEST(a_used_gift_was_had)
{
    i64 m = person("a");
    open_programme();
    pack_coupons(FIRST_ORDER_PACK, 2);
    join(m);
    buy(m, "1", YUAN(20), 0);
    struct call k = { .fn = use_it, .member = m };
    CHECK_OK(test_ctx(), run(&k));
    buy(m, "1", YUAN(20), YUAN(20));
    CHECK_I64(has(m, "quota", "coupon"), 0);
    buy(m, "2", YUAN(20), 0);
    CHECK_I64(has(m, "quota", "coupon"), 0);
}

TEST(a_pack_is_put_whole)
{
    struct ctx *c = test_reader();
    struct pack pack;
    struct pack_list all;
    pack_points("newcomer", 5);
    pack_coupons("newcomer", 1);
    CHECK_OK(c, pack_get(c, S("newcomer"), &pack));
    CHECK_I64(pack.rewards.n, 1);
    CHECK_I64(pack.rewards.at[0].kind, REWARD_BENEFIT);
    pack_points("plan-year", 5);
    struct call slip = { .fn = pack_it, .pack = { .pack = S("newcommer") } };
    CHECK_ERR(c, run(&slip), E_INVALID); /* nobody would ever be given it */
    CHECK_STR(str_of(c->why.field), "/pack");
    CHECK_OK(c, pack_all(c, &all));
    CHECK_I64(all.n, 2);
    struct reward wrong = { .kind = REWARD_POINTS };
    struct call k = { .fn = pack_it, .pack = { S("newcomer"), { &wrong, 1 } } };
    CHECK_ERR(c, run(&k), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/rewards/0/amount");
}
