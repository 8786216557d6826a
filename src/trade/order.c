/* order.c -- writing orders: each fact compared with what is known, many in one transaction.
 *
 * Changes come in turn on both engines (docs/decisions/0005-postgresql-writes-in-turn.md): what is
 * read here stays true until the commit.
 *
 * Cost: an order not seen before costs one look-up of its number; its lines cost none. Shops and
 * products are looked up once a batch, numbers are taken at once, timeline lines are written
 * together and member_trade once a member, at the end.
 */
#include <stdio.h>

#include "base/num.h"
#include "trade/order.h"

#define FIELDS_OF_number_row(X, N) \
    X(i64, member, ANY, "", N)     \
    X(i64, id, ANY, "", N)
SHAPE(number_row);
SHAPE_DEFINE(number_row);
QUERY(q_number, number_row, "SELECT member, id FROM order_number WHERE shop = $1 AND number = $2");
CHANGE(c_number, "INSERT INTO order_number (shop, number, member, id) VALUES ($1, $2, $3, $4)");

/* -- what a fact must keep --------------------------------------------------------------------- */

static enum err amount_check(struct ctx *c, str field, opt_money amount, bool negative)
{
    if (!amount.has) return OK;
    if (amount.value < 0 && !negative)
        return fail_at(c, E_INVALID, field, "金额不能为负", "the amount may not be below zero");
    if (amount.value > AMOUNT_MAX || amount.value < -AMOUNT_MAX)
        return fail_at(c, E_INVALID, field, "金额超出 10 亿", "the amount is beyond 1,000,000,000");
    return OK;
}

static enum err line_check(struct ctx *c, const struct order_line_fact *l, i64 i)
{
    struct arena *a = c->arena;
    money amount;
    if (l->quantity > QUANTITY_MAX || l->quantity < -QUANTITY_MAX)
        return fail_at(c, E_INVALID, str_fmt(a, "/lines/%lld/quantity", (long long)i),
                       "件数超出 10 亿", "the quantity is beyond 1,000,000,000");
    if (l->amount.has) amount = l->amount.value;
    else if (!money_times(l->price, l->quantity, &amount)) amount = INT64_MAX;
    if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX || l->price > AMOUNT_MAX ||
        l->price < -AMOUNT_MAX)
        return fail_at(c, E_INVALID, str_fmt(a, "/lines/%lld/price", (long long)i),
                       "单价或小计超出 10 亿", "the price or amount is beyond 1,000,000,000");
    if (l->refund.has && (l->refund.value < 0 || l->refund.value > AMOUNT_MAX))
        return fail_at(c, E_INVALID, str_fmt(a, "/lines/%lld/refund", (long long)i),
                       "退款须在 0 到 10 亿之间",
                       "the refund must lie between 0 and 1,000,000,000");
    return OK;
}

enum err order_fact_check(struct ctx *c, const struct order_fact *in)
{
    if (str_empty(in->shop))
        return fail_at(c, E_INVALID, S("/shop"), "缺少店铺", "the shop is missing");
    if (str_empty(in->number))
        return fail_at(c, E_INVALID, S("/number"), "缺少订单编号", "the order number is missing");
    if (in->member < 0)
        return fail_at(c, E_INVALID, S("/member"), "会员编号不能为负",
                       "a member id is not below zero");
    if (in->lines.n > LINES_MAX)
        return fail_at(c, E_INVALID, S("/lines"), "一个订单最多 %d 行",
                       "an order has at most %d lines", LINES_MAX);
    TRY(amount_check(c, S("/total"), in->total, true));
    TRY(amount_check(c, S("/paid"), in->paid, true));
    TRY(amount_check(c, S("/refund"), in->refund, false));
    TRY(amount_check(c, S("/postage"), in->postage, true));
    if (opt_or(in->quantity, 0) > QUANTITY_MAX || opt_or(in->quantity, 0) < -QUANTITY_MAX)
        return fail_at(c, E_INVALID, S("/quantity"), "件数超出 10 亿",
                       "the quantity is beyond 1,000,000,000");
    for (i64 i = 0; i < in->lines.n; i++) TRY(line_check(c, &in->lines.at[i], i));
    return OK;
}

/* -- one order --------------------------------------------------------------------------------- */

static enum err write_new(struct batch *b, const struct order_fact *in, i64 shop, i64 id)
{
    struct order_row o = {
        .member = in->member, .id = id, .shop = shop, .number = in->number, .at = b->t->c->now
    };
    struct line_row_list lines = { 0 };
    bool changed;
    TRY(lines_merge(b, &o, in, false, &lines, &changed));
    order_apply(&o, in);
    order_derive(&o, &lines);
    TRY(order_insert(b->t, &o));
    TRY(tx_change(b->t, &c_number, ARGS(shop, in->number, o.member, id)));
    order_history(b, NULL, &o, in->shop);
    batch_changed(b, NULL, &o);
    return OK;
}

static enum err write_known(struct batch *b, const struct order_fact *in, struct number_row place,
                            enum order_put *what)
{
    struct ctx *c = b->t->c;
    struct order_row was = { 0 };
    struct line_row_list lines = { 0 };
    TRY(lines_flush(b));
    TRY(order_load(c, place.member, place.id, &was));
    TRY(order_lines_load(c, place.member, place.id, &lines));
    bool older = fact_is_older(&was, in);

    struct order_row is = was;
    if (in->member > 0 && in->member != was.member && (!older || was.member == 0)) {
        is.member = in->member;
        TRY(order_move(b->t, was.id, was.member, is.member));
    }
    bool changed = is.member != was.member;
    TRY(lines_merge(b, &is, in, older, &lines, &changed));
    order_apply(&is, in);
    order_derive(&is, &lines);
    changed = changed || !row_equal(&order_row_shape, &was, &is);
    *what = changed ? ORDER_CHANGED : ORDER_SAME;
    if (!changed) return OK;
    TRY(order_update(b->t, &is));
    order_history(b, &was, &is, in->shop);
    batch_changed(b, &was, &is);
    return OK;
}

/* -- many -------------------------------------------------------------------------------------- */

/* One fact of a batch on its way: where its order is, or the earlier fact that brings it. */
struct placing {
    i64 shop;
    struct number_row place; /* id 0: not there yet */
    i64 first;               /* index of the first fact of this order in the batch */
};

static enum err place_all(struct batch *b, const struct order_fact *in, i64 n, struct placing *out,
                          i64 *fresh)
{
    struct ctx *c = b->t->c;
    struct key_map numbers = { .arena = c->arena };
    *fresh = 0;
    for (i64 i = 0; i < n; i++) {
        TRY(shop_id(b, in[i].shop, &out[i].shop));
        bool added;
        struct key_slot *slot = key_map_slot(&numbers, out[i].shop, in[i].number, &added);
        if (added) slot->value = i;
        out[i].first = slot->value;
        if (!added) continue;
        bool found;
        TRY(db_find(c, &q_number, &out[i].place, &found, ARGS(out[i].shop, in[i].number)));
        if (!found) ++*fresh;
    }
    return OK;
}

static enum err write_placed(struct batch *b, const struct order_fact *in, struct placing *all,
                             i64 i, i64 *next, struct order_result *out)
{
    struct placing *p = &all[i];
    if (p->first != i) { /* its first fact has been written: read again where it lies now */
        bool found;
        TRY(db_find(b->t->c, &q_number, &p->place, &found, ARGS(p->shop, in->number)));
    }
    if (p->place.id) {
        out->order = p->place.id;
        return write_known(b, in, p->place, &out->what);
    }
    out->order = (*next)++;
    out->what = ORDER_NEW;
    return write_new(b, in, p->shop, out->order);
}

static enum err write_batch(struct tx *t, struct order_cache *cache, const struct order_fact *in,
                            i64 n, struct order_result *out)
{
    struct batch b = batch_new(t);
    b.cache = cache;
    struct placing *all = NEWS(t->c->arena, struct placing, n);
    i64 fresh, next = 0;
    TRY(place_all(&b, in, n, all, &fresh));
    if (fresh) TRY(tx_take(t, S("purchase_order"), fresh, &next));
    for (i64 i = 0; i < n; i++) TRY(write_placed(&b, &in[i], all, i, &next, &out[i]));
    if (cache) cache->fresh = b.known;
    return batch_end(&b);
}

enum err order_write_cached(struct tx *t, struct order_cache *cache, const struct order_fact *in,
                            i64 n, struct order_result *out)
{
    struct ctx *c = t->c;
    for (i64 i = 0; i < n; i++) {
        enum err e = order_fact_check(c, &in[i]);
        if (e == OK) continue;
        str field = str_fmt(c->arena, "/%lld%s", (long long)i, c->why.field);
        snprintf(c->why.field, sizeof c->why.field, STR_FMT, STR_ARG(field));
        return e;
    }
    return write_batch(t, cache, in, n, out);
}

enum err order_write_all(struct tx *t, const struct order_fact *in, i64 n, struct order_result *out)
{
    return order_write_cached(t, NULL, in, n, out);
}

enum err order_write(struct tx *t, const struct order_fact *in, i64 *order, enum order_put *what)
{
    TRY(order_fact_check(t->c, in));
    struct order_result result = { 0 };
    TRY(write_batch(t, NULL, in, 1, &result));
    *order = result.order;
    *what = result.what;
    return OK;
}

enum err order_find(struct ctx *c, str shop, str number, bool *found, struct order_place *out)
{
    i64 id;
    *found = false;
    TRY(shop_find(c, shop, &id));
    if (!id) return OK;
    struct number_row row = { 0 };
    TRY(db_find(c, &q_number, &row, found, ARGS(id, number)));
    *out = (struct order_place){ .member = row.member, .order = row.id };
    return OK;
}
