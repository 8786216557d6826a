/* order_merge_test.c -- orders follow their member into a merge and come back when it is undone. */
#include "member/member.h"
#include "trade/order.h"

#include "test.h"

static const struct merge_listener *const listeners[] = { &trade_merges, NULL };

struct scene {
    i64 one, other, merge, orders[3];
};

static enum err member_new(struct tx *t, const char *phone, i64 *member)
{
    struct identity id = { .kind = ID_PHONE, .value = str_of(phone) };
    bool created;
    TRY(identity_normalise(t->c, &id));
    return member_resolve(
        t, &(struct member_sighting){ .identities = &id, .n = 1, .source = S("import") }, member,
        &created);
}

static enum err setup(struct tx *t, void *arg)
{
    struct scene *s = arg;
    static const char *const numbers[] = { "1", "2", "3" };
    TRY(member_new(t, "13800138000", &s->one));
    TRY(member_new(t, "13800138001", &s->other));
    struct order_line_fact line = { .product_id = S("A"), .quantity = 1, .price = 50 * MONEY_UNIT };
    for (i64 i = 0; i < 3; i++) {
        enum order_put what;
        struct order_fact fact = { .shop = S("天猫"),
                                   .number = str_of(numbers[i]),
                                   .state = ORDER_PAID,
                                   .member = i == 0 ? s->one : s->other,
                                   .lines = { &line, 1 },
                                   .created_at = SOME(1704067200000 + i * DAY_MS) };
        TRY(order_write(t, &fact, &s->orders[i], &what));
    }
    struct refund_view view;
    return order_refund(
        t, &(struct refund_ask){ .id = s->orders[2], .key = S("r"), .amount = 20 * MONEY_UNIT },
        &view);
}

static enum err merge(struct tx *t, void *arg)
{
    struct scene *s = arg;
    return member_merge(t, s->one, s->other, S("test"), &s->merge);
}
static enum err unmerge(struct tx *t, void *arg)
{
    return member_unmerge(t, ((struct scene *)arg)->merge);
}

static void check(struct scene *s, i64 ones, i64 others, money net_of_other)
{
    struct ctx *c = test_reader();
    struct member_trade one, other;
    i64 wrong;
    CHECK_OK(c, member_trade_get(c, s->one, &one));
    CHECK_OK(c, member_trade_get(c, s->other, &other));
    CHECK_I64(one.orders, ones);
    CHECK_I64(other.orders, others);
    CHECK_I64(other.net, net_of_other * MONEY_UNIT);
    CHECK_OK(c, trade_check(c, &wrong));
    CHECK_I64(wrong, 0);
}

TEST(merges_carry_orders)
{
    struct scene s = { 0 };
    struct ctx *c = test_reader();
    merge_listeners = listeners;
    CHECK_OK(c, store_write(test_store(), c, setup, &s));
    check(&s, 1, 2, 80);
    CHECK_OK(c, store_write(test_store(), c, merge, &s));
    check(&s, 3, 0, 0);
    struct order_view v;
    struct order_line_view_list lines = { 0 };
    struct refund_view_list refunds = { 0 };
    CHECK_OK(c, order_show(c, s.orders[2], &v, &lines, &refunds));
    CHECK_I64(v.member, s.one);
    CHECK_I64(lines.n, 1);
    CHECK_I64(refunds.n, 1);
    CHECK_I64(v.net, 30 * MONEY_UNIT);
    CHECK_OK(c, store_write(test_store(), c, unmerge, &s));
    check(&s, 1, 2, 80);
    merge_listeners = NULL;
}
