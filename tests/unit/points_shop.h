/* points_shop.h -- a member who buys, spends, sends back; of the tests of points. */
#pragma once

#include "audience/language/language.h"
#include "base/field.h"
#include "ledger/ledger.h"
#include "loyalty/points/inside.h"
#include "member/member.h"
#include "trade/trade.h"

#include "test.h"

static i64 who = 7;
static const char *why_given = "test"; /* the reason that is written */

static inline instant on(i32 year, i32 month, i32 dom)
{
    return zone_midnight(test_ctx()->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}

struct chosen {
    const char *name, *value;
};
static inline enum err do_set(struct tx *t, void *arg)
{
    const struct chosen *in = arg;
    return setting_set(t, str_of(in->name), str_of(in->value));
}
static inline void set(const char *name, const char *value)
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
static inline enum err do_deed(struct tx *t, void *arg)
{
    struct deed *d = arg;
    str id = str_of(d->id), of = str_of(d->of);
    switch (d->what) {
    case GIVE: return points_give(t, who, d->amount, id, str_of(why_given), d->expires_at, &d->out);
    case SPEND: return points_spend(t, who, d->amount, id, S("test"), &d->out);
    case HOLD: return points_hold(t, who, d->amount, id, HOUR_MS, S("test"), &d->out);
    case TAKE_HELD: return points_take_held(t, who, of, id, &d->out);
    case LET_GO: return points_let_go(t, who, of, id, &d->out);
    case REVERSE: return points_reverse(t, who, of, d->amount, id, S("test"), &d->out);
    }
    return E_INTERNAL;
}
static inline enum err try_deed(struct deed d)
{
    return store_write(test_store(), test_reader(), do_deed, &d);
}
static inline void did(struct deed d) { CHECK_OK(test_ctx(), try_deed(d)); }

/* What a segment would see of him. */
static inline enum err add_value(void *arg, const void *row)
{
    const struct field_number *n = row;
    CHECK_I64(n->member, who);
    *(i64 *)arg += n->value;
    return OK;
}
static inline i64 field_of(i64 i)
{
    i64 value = 0;
    const struct field *f = &points_fields.rows[i];
    CHECK_OK(test_ctx(),
             field_each(test_reader(), f, who, who, test_ctx()->now, add_value, &value));
    return value;
}

static inline struct points_balance has(void)
{
    struct points_balance b;
    CHECK_OK(test_ctx(), points_balance_of(test_reader(), who, &b));
    CHECK_I64(field_of(0), b.available);
    CHECK_I64(field_of(1), b.pending);
    CHECK_I64(field_of(2), b.debt);
    static const int days[] = { 7, 30, 90 };
    for (i64 i = 0; i < COUNT(days); i++) {
        i64 soon = 0;
        for (i64 k = 0; k < b.expiring.n; k++)
            if (b.expiring.at[k].on <= zone_day(test_ctx()->zone, test_ctx()->now) + days[i])
                soon += b.expiring.at[k].amount;
        CHECK_I64(field_of(3 + i), soon);
    }
    return b;
}

/* The newest entry but `back`. */
static inline struct points_entry entry(i64 back)
{
    struct points_entry_list l;
    CHECK_OK(test_ctx(), points_statement(test_reader(), who, 0, 10, &l));
    CHECK(back < l.n);
    return l.at[back];
}

/* -- orders ------------------------------------------------------------------------------------ */

struct told {
    struct order_fact fact;
    struct order_line_fact lines[3];
    i64 order;
};
static inline enum err do_tell(struct tx *t, void *arg)
{
    struct told *in = arg;
    enum order_put what;
    return order_write(t, &in->fact, &in->order, &what);
}
/* Paid on a day, lines of so many yuan (0: none), refunded of each so far. */
static inline enum err tell(const char *number, instant paid, const i64 yuan[3],
                            const i64 refund[3], i64 *order)
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
static inline i64 bought(const char *number, instant paid, i64 a, i64 b, i64 c)
{
    i64 order;
    CHECK_OK(test_ctx(), tell(number, paid, (i64[]){ a, b, c }, (i64[]){ 0, 0, 0 }, &order));
    return order;
}

static inline enum err do_refund(struct tx *t, void *arg)
{
    struct refund_view view;
    return order_refund(t, arg, &view);
}
static inline enum err refund(i64 order, i64 yuan, const char *line, const char *key)
{
    struct refund_ask ask = {
        .id = order, .key = str_of(key), .amount = yuan * MONEY_UNIT, .line_id = str_of(line)
    };
    return store_write(test_store(), test_reader(), do_refund, &ask);
}

static inline enum err do_rule(struct tx *t, void *arg) { return points_rule_put(t, arg); }
static inline void rule(struct points_rule r)
{
    r.on = true;
    if (!r.name.n) r.name = S("规则");
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_rule, &r));
}
static inline void listening(void)
{
    static const struct order_listener *const listeners[] = { &points_orders, NULL };
    order_listeners = listeners;
    test_ctx()->now = on(2024, 6, 1);
    set("loyalty.since", "2024-06-01");
}
static inline void turn(void) { CHECK_OK(test_ctx(), points_turn(test_store(), test_reader())); }
static inline void books_balance(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_look(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover, 0);
    i64 wrong;
    CHECK_OK(test_ctx(), points_check(test_look(), &wrong));
    CHECK_I64(wrong, 0);
}

/* -- merges ------------------------------------------------------------------------------------ */

static inline enum err make_person(struct tx *t, void *arg)
{
    struct identity id = { .kind = ID_USER_ID, .value = *(str *)arg };
    struct member_sighting in = { .identities = &id, .n = 1, .source = S("api") };
    bool created;
    return member_resolve(t, &in, &who, &created);
}
static inline i64 person(const char *name)
{
    str id = str_of(name);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make_person, &id));
    return who;
}
struct joining {
    i64 winner, loser, merge;
};
static inline enum err do_join(struct tx *t, void *arg)
{
    struct joining *j = arg;
    if (j->merge) return member_unmerge(t, j->merge);
    return member_merge(t, j->winner, j->loser, S("test"), &j->merge);
}
static inline void join(struct joining *j)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_join, j));
}
