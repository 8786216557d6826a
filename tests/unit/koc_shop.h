/* koc_shop.h -- for tests of the KOC programme: members, codes, orders, in a few words. */
#pragma once

#include "loyalty/koc/inside.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

#define YUAN(n) ((money)(n)*MONEY_UNIT)

struct koc_call {
    enum err (*fn)(struct tx *t, struct koc_call *k);
    i64 member, other, number;
    str text, code, target, name, value;
    bool yes;
    enum koc_state state;
    opt_instant until;
    struct order_fact order;
    struct refund_ask refund;
    struct koc_level_list levels;
};
static inline enum err koc_run_call(struct tx *t, void *arg)
{
    struct koc_call *k = arg;
    return k->fn(t, k);
}
static inline enum err did(struct koc_call *k)
{
    return store_write(test_store(), test_reader(), koc_run_call, k);
}

static inline enum err do_person(struct tx *t, struct koc_call *k)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), k->text };
    struct member_sighting s = {
        .identities = &id, .n = 1, .name = S("王小明"), .source = S("api")
    };
    return member_resolve(t, &s, &k->member, &created);
}
static inline enum err do_set(struct tx *t, struct koc_call *k)
{
    return setting_set(t, k->name, k->value);
}
static inline enum err do_apply(struct tx *t, struct koc_call *k)
{
    struct koc_application in = { .text = k->text };
    return koc_apply(t, k->member, &in);
}
static inline enum err do_invite(struct tx *t, struct koc_call *k)
{
    return koc_invite(t, k->member);
}
static inline enum err do_review(struct tx *t, struct koc_call *k)
{
    return koc_review(t, k->member, k->yes, k->text);
}
static inline enum err do_state(struct tx *t, struct koc_call *k)
{
    return koc_set_state(t, k->member, k->state, k->text);
}
static inline enum err do_code(struct tx *t, struct koc_call *k)
{
    struct koc_code_ask in = {
        .member = k->member, .code = k->code, .name = k->name, .target = k->target
    };
    for (i64 i = 0; i < COUNT(in.made); i++) in.made[i] = koc_code_make(t->c->arena);
    return koc_code_put(t, &in, &k->value);
}
static inline enum err do_code_end(struct tx *t, struct koc_call *k)
{
    return koc_code_end(t, k->member, k->code);
}
static inline enum err do_touch(struct tx *t, struct koc_call *k)
{
    return koc_touched(t, k->member, k->code);
}
static inline enum err do_click(struct tx *t, struct koc_call *k) { return koc_click(t, k->code); }
static inline enum err do_order(struct tx *t, struct koc_call *k)
{
    enum order_put what;
    return order_write(t, &k->order, &k->number, &what);
}
static inline enum err do_refund(struct tx *t, struct koc_call *k)
{
    struct refund_view out;
    return order_refund(t, &k->refund, &out);
}
static inline enum err do_merge(struct tx *t, struct koc_call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->number);
}
static inline enum err do_part(struct tx *t, struct koc_call *k)
{
    return member_unmerge(t, k->number);
}
static inline enum err do_paid(struct tx *t, struct koc_call *k)
{
    return koc_paid(t, k->number, k->text);
}
static inline enum err do_levels(struct tx *t, struct koc_call *k)
{
    return koc_levels_put(t, &k->levels);
}

static inline enum err do_trial(struct tx *t, struct koc_call *k)
{
    return koc_trial_ask(t, k->member, k->name, k->text, NO_STR, &k->number);
}
static inline enum err do_trial_decide(struct tx *t, struct koc_call *k)
{
    return koc_trial_decide(t, k->number, k->yes, k->text);
}
static inline enum err do_trial_ship(struct tx *t, struct koc_call *k)
{
    return koc_trial_ship(t, k->number, k->text);
}
static inline enum err do_trial_report(struct tx *t, struct koc_call *k)
{
    return koc_trial_report(t, k->member, k->number, k->text);
}
static inline enum err do_pair(struct tx *t, struct koc_call *k)
{
    return koc_pair_make(t, k->member, k->other, k->until, &k->number);
}
static inline enum err do_pair_end(struct tx *t, struct koc_call *k)
{
    return koc_pair_end(t, k->number);
}

static inline i64 person(const char *name)
{
    struct koc_call k = { do_person, .text = str_of(name) };
    CHECK_OK(test_ctx(), did(&k));
    return k.member;
}
static inline enum err set(const char *name, const char *value)
{
    struct koc_call k = { do_set, .name = str_of(name), .value = str_of(value) };
    return did(&k);
}
/* A shop whose programme is open. */
static inline void shop_opens(void)
{
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-01-01"));
    CHECK_OK(test_ctx(), set("koc.hosts", "shop.example.com, m.example.com"));
}
static inline void joins(i64 member)
{
    struct koc_call k = { do_apply, .member = member, .text = S("我爱护肤") };
    CHECK_OK(test_ctx(), did(&k));
    k = (struct koc_call){ do_review, .member = member, .yes = true };
    CHECK_OK(test_ctx(), did(&k));
}
static inline enum err coded(i64 member, const char *code)
{
    struct koc_call k = { do_code, .member = member, .code = str_of(code) };
    return did(&k);
}
static inline i64 koc_named(const char *name, const char *code)
{
    i64 member = person(name);
    joins(member);
    CHECK_OK(test_ctx(), coded(member, code));
    return member;
}
static inline i64 merged(i64 winner, i64 loser)
{
    struct koc_call k = { do_merge, .member = winner, .other = loser };
    CHECK_OK(test_ctx(), did(&k));
    return k.number;
}
static inline void unmerged(i64 merge)
{
    struct koc_call k = { do_part, .number = merge };
    CHECK_OK(test_ctx(), did(&k));
}

/* An order of up to three lines, paid now; told again with other refunds it changes. */
struct sold {
    const char *number, *code;
    i64 buyer;
    money lines[3], refunds[3];
    opt_instant at, completed;
};
static inline i64 sells(const struct sold *s)
{
    static const char *const names[] = { "1", "2", "3" };
    struct order_line_fact lines[3];
    money total = 0;
    i64 n = 0;
    for (i64 i = 0; i < 3 && s->lines[i]; i++, n++) {
        lines[i] = (struct order_line_fact){ .line_id = str_of(names[i]),
                                             .product_id = str_of(names[i]),
                                             .quantity = 1,
                                             .price = s->lines[i],
                                             .refund = SOME(s->refunds[i]) };
        total += s->lines[i];
    }
    instant at = s->at.has ? s->at.value : test_ctx()->now;
    struct koc_call k = { do_order, .order = { .shop = S("旗舰店"),
                                               .number = str_of(s->number),
                                               .member = s->buyer,
                                               .code = s->code ? str_of(s->code) : NO_STR,
                                               .state = ORDER_PAID,
                                               .created_at = SOME(at),
                                               .paid_at = SOME(at),
                                               .completed_at = s->completed,
                                               .total = SOME(total),
                                               .paid = SOME(total),
                                               .lines = { lines, n } } };
    CHECK_OK(test_ctx(), did(&k));
    return k.number;
}
static inline struct koc_figures figures(i64 member)
{
    struct koc_view v;
    CHECK_OK(test_ctx(), koc_get(test_reader(), member, true, &v));
    return *v.figures;
}
static inline void books_are_right(void)
{
    struct ledger_faults f;
    struct ctx *c = test_ctx_new(); /* the ledger's check holds on to one state */
    i64 wrong;
    c->now = test_ctx()->now;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, koc_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, ledger_check(c, &f));
    store_release(c);
    test_ctx_free(c);
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}
static inline instant on(i32 year, i32 month, i32 dom)
{
    return zone_midnight(test_ctx()->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}
