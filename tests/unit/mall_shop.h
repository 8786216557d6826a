/* mall_shop.h -- for tests of the mall and of grabs: members with points, goods with stock, one
 * call a transaction. */
#pragma once

#include "loyalty/benefits.h"
#include "loyalty/grab.h"
#include "loyalty/mall.h"
#include "loyalty/points.h"
#include "member/member.h"
#include "store/setting.h"

#include "test.h"

#define YUAN(n) ((money)(n)*MONEY_UNIT)

struct shop_call {
    enum err (*fn)(struct tx *t, struct shop_call *k);
    i64 member, other, good, exchange, amount, merge;
    const char *text, *more;
    const struct good_post *post;
    const struct good_patch *patch;
    const struct exchange_post *order;
    const struct grab_post *grab;
    const struct grab_units *units;
    opt_money paid;
    enum mall_result result;
    struct exchanged got;
    struct grab_taken taken;
};
static inline enum err shop_run(struct tx *t, void *arg)
{
    struct shop_call *k = arg;
    return k->fn(t, k);
}
static inline enum err shop_do(struct shop_call *k)
{
    return store_write(test_store(), test_reader(), shop_run, k);
}

static inline enum err new_person(struct tx *t, struct shop_call *k)
{
    bool created;
    struct transferred done;
    struct identity id = { ID_USER_ID, S(""), str_of(k->text) };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api") };
    TRY(member_resolve(t, &s, &k->member, &created));
    if (!k->amount) return OK;
    return points_give(t, k->member, k->amount, S("start"), S("test"), NONE, &done);
}
static inline i64 person(const char *user, i64 points)
{
    struct shop_call k = { .fn = new_person, .text = user, .amount = points };
    CHECK_OK(test_ctx(), shop_do(&k));
    return k.member;
}

static inline enum err stock_it(struct tx *t, struct shop_call *k)
{
    struct restock more = { k->good, str_of(k->text), k->amount, S("test") };
    return good_restock(t, &more);
}
static inline enum err restock_by(i64 good, i64 amount, const char *key)
{
    struct shop_call k = { .fn = stock_it, .good = good, .amount = amount, .text = key };
    return shop_do(&k);
}
static inline enum err make_good(struct tx *t, struct shop_call *k)
{
    TRY(good_make(t, k->post, &k->good));
    if (!k->amount) return OK;
    k->text = "first";
    return stock_it(t, k);
}
static inline i64 good(struct good_post post, i64 stock)
{
    if (!post.zh.n) post.zh = S("面膜");
    if (!post.state.n) post.state = S("on");
    struct shop_call k = { .fn = make_good, .post = &post, .amount = stock };
    CHECK_OK(test_ctx(), shop_do(&k));
    return k.good;
}
static inline struct good_post thing(i64 points, money price)
{
    return (struct good_post){ .kind = GOOD_THING, .points = SOME(points), .price = SOME(price) };
}
static inline enum err change_good(struct tx *t, struct shop_call *k)
{
    return good_change(t, k->patch);
}
static inline enum err changed(struct good_patch patch)
{
    struct shop_call k = { .fn = change_good, .patch = &patch };
    return shop_do(&k);
}

static inline enum err set_it(struct tx *t, struct shop_call *k)
{
    return setting_set(t, str_of(k->text), str_of(k->more));
}
static inline void setting_is(const char *name, const char *value)
{
    struct shop_call k = { .fn = set_it, .text = name, .more = value };
    CHECK_OK(test_ctx(), shop_do(&k));
}

/* -- exchanges --------------------------------------------------------------------------------- */

static inline struct exchange_post order_of(i64 good, i64 quantity, const char *key)
{
    return (struct exchange_post){ .id = good,
                                   .key = str_of(key),
                                   .quantity = SOME(quantity),
                                   .receiver = S("张三"),
                                   .phone = S("13800138000"),
                                   .address = S("上海市徐汇区漕溪北路 1 号 202 室") };
}
static inline enum err place_it(struct tx *t, struct shop_call *k)
{
    return mall_exchange(t, k->member, k->order, &k->result, &k->got);
}
static inline enum err try_order(i64 member, struct exchange_post order, enum mall_result *result,
                                 struct exchanged *out)
{
    struct shop_call k = { .fn = place_it, .member = member, .order = &order };
    enum err e = shop_do(&k);
    *result = k.result;
    *out = k.got;
    return e;
}
static inline i64 exchange(i64 member, i64 of, i64 quantity, const char *key)
{
    enum mall_result result;
    struct exchanged got;
    CHECK_OK(test_ctx(), try_order(member, order_of(of, quantity, key), &result, &got));
    return got.id;
}
static inline enum mall_result refused(i64 member, i64 of, i64 quantity, const char *key)
{
    enum mall_result result;
    struct exchanged got;
    CHECK_ERR(test_ctx(), try_order(member, order_of(of, quantity, key), &result, &got),
              E_UNPROCESSABLE);
    return result;
}

#define EXCHANGE_VERB(NAME, CALL)                                                        \
    static inline enum err NAME##_it(struct tx *t, struct shop_call *k) { return CALL; } \
    static inline enum err NAME##_now(i64 exchange)                                      \
    {                                                                                    \
        struct shop_call k = { .fn = NAME##_it, .exchange = exchange };                  \
        return shop_do(&k);                                                              \
    }
EXCHANGE_VERB(pay, mall_pay(t, k->exchange, S("wx-1"), NONE))
EXCHANGE_VERB(ship, mall_ship(t, k->exchange, S("顺丰"), S("SF1")))
EXCHANGE_VERB(receive, mall_receive(t, k->exchange, 0))
EXCHANGE_VERB(cancel, mall_cancel(t, k->exchange, 0))
EXCHANGE_VERB(give_back, mall_return(t, k->exchange, S("不喜欢")))
EXCHANGE_VERB(refund, mall_refunded(t, k->exchange, S("wx-back-1")))

static inline struct exchange_view seen(i64 exchange, bool personal)
{
    struct exchange_view out;
    CHECK_OK(test_ctx(), exchange_get(test_reader(), exchange, personal, &out));
    return out;
}
static inline enum exchange_state state_of(i64 exchange) { return seen(exchange, true).state; }

/* -- looking ----------------------------------------------------------------------------------- */

static inline struct balance has(i64 member, const char *unit, const char *name)
{
    struct balance b;
    struct account of = { member, str_of(unit), str_of(name) };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b;
}
static inline i64 points_of(i64 member) { return has(member, "point", "").available; }
static inline struct good_view stock_of(i64 id)
{
    struct good_view g;
    CHECK_OK(test_ctx(), good_get(test_reader(), id, &g));
    return g;
}
static inline i64 lines_of(const char *kind)
{
    struct timeline_line_list all = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 100000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}
static inline void check_all(void)
{
    struct ledger_faults f;
    struct ctx *c = test_ctx_new();
    i64 mall, grabs, done;
    c->now = test_ctx()->now;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, ledger_lapse(test_store(), c, &done)); /* as the job does every minute */
    CHECK_OK(c, ledger_check(c, &f));
    CHECK_I64(f.sums, 0);
    CHECK_I64(f.entries + f.lots + f.floors + f.transfers, 0);
    CHECK_I64(f.holds, 0);
    CHECK_OK(c, mall_check(c, &mall));
    CHECK_I64(mall, 0);
    CHECK_OK(c, grab_check(c, &grabs));
    CHECK_I64(grabs, 0);
    test_ctx_free(c);
}
static inline void later(i64 ms) { test_ctx()->now += ms; }
static inline void lapse(void) { CHECK_OK(test_ctx(), mall_lapse(test_store(), test_reader())); }

static inline enum err merge_them(struct tx *t, struct shop_call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->merge);
}
static inline i64 merge(i64 winner, i64 loser)
{
    struct shop_call k = { .fn = merge_them, .member = winner, .other = loser };
    CHECK_OK(test_ctx(), shop_do(&k));
    return k.merge;
}
static inline enum err part_them(struct tx *t, struct shop_call *k)
{
    return member_unmerge(t, k->merge);
}
static inline void part(i64 merged)
{
    struct shop_call k = { .fn = part_them, .merge = merged };
    CHECK_OK(test_ctx(), shop_do(&k));
}
