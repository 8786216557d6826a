/* figures.c -- what orders come to: by member, by days, as purchases. */
#include <stdlib.h>

#include "base/clock.h"
#include "trade/order.h"

SHAPE_DEFINE(sales);
SHAPE_DEFINE(purchase);
SHAPE_DEFINE(member_trade);

/* -- a batch's end ----------------------------------------------------------------------------- */

struct batch batch_new(struct tx *t)
{
    struct arena *a = t->c->arena;
    return (struct batch){
        .t = t,
        .shops = { .arena = a },
        .products = { .arena = a },
        .members = { .arena = a },
        .orders = { .arena = a },
    };
}

void batch_touch(struct batch *b, i64 member)
{
    bool added;
    if (member > 0) key_map_slot(&b->members, member, NO_STR, &added);
}

void batch_changed(struct batch *b, const struct order_row *was, const struct order_row *is)
{
    batch_touch(b, is->member);
    if (was) batch_touch(b, was->member);
    bool added; /* a fact may come twice in a batch */
    struct key_slot *slot = key_map_slot(&b->orders, is->id, NO_STR, &added);
    if (added) {
        slot->value = b->changes.n;
        *PUSH(b->t->c->arena, &b->changes) = (struct order_change){
            .order = is->id,
            .was = was ? was->member : is->member,
            .placed = !was,
            .asked = b->asked,
        };
    }
    b->changes.at[slot->value].member = is->member;
}

const struct order_listener *const *order_listeners;

static enum err tell_listeners(struct batch *b)
{
    if (b->changes.n == 0) return OK;
    for (const struct order_listener *const *l = order_listeners; l && *l; l++)
        TRY((*l)->changed(b->t, b->changes.at, b->changes.n));
    return OK;
}

static int by_number(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

enum err batch_end(struct batch *b)
{
    TRY(lines_flush(b));
    /* in order of member: neighbours lie together, and writers side by side never wait for each
     * other in a circle */
    i64 *members = NEWS(b->t->c->arena, i64, b->members.n), n = 0;
    for (i64 i = 0; i < b->members.room; i++)
        if (b->members.slots[i].hash) members[n++] = b->members.slots[i].scope;
    qsort(members, (size_t)n, sizeof *members, by_number);
    for (i64 i = 0; i < n; i++) TRY(member_trade_put(b->t, members[i]));
    if (b->lines.n) TRY(timeline_append_all(b->t, b->lines.at, b->lines.n));
    return tell_listeners(b);
}

/* -- by member --------------------------------------------------------------------------------- */

#define MEMBER_TRADE_COLUMNS                                                                \
    "member, orders, paid_orders, purchases, quantity, paid, refund, net, first_order_at, " \
    "last_order_at,"                                                                        \
    " first_bought_at, last_bought_at"
#define MEMBER_TRADE_FIGURES                                                                \
    "SELECT member, COUNT(*), COUNT(CASE WHEN is_paid THEN 1 END), COUNT(bought_at),"       \
    " CAST(COALESCE(SUM(CASE WHEN bought_at IS NOT NULL THEN quantity END), 0) AS BIGINT)," \
    " CAST(SUM(paid) AS BIGINT), CAST(SUM(refund) AS BIGINT), CAST(SUM(net) AS BIGINT),"    \
    " MIN(at), MAX(at), MIN(bought_at), MAX(bought_at) FROM purchase_order"

QUERY(q_member_trade, member_trade,
      "SELECT " MEMBER_TRADE_COLUMNS " FROM member_trade WHERE member = $1");
CHANGE(c_member_trade_put,
       "INSERT INTO member_trade (" MEMBER_TRADE_COLUMNS ") " MEMBER_TRADE_FIGURES
       " WHERE member = $1 GROUP BY member"
       " ON CONFLICT (member) DO UPDATE SET orders = excluded.orders, paid_orders = "
       "excluded.paid_orders,"
       " purchases = excluded.purchases, quantity = excluded.quantity, paid = excluded.paid,"
       " refund = excluded.refund, net = excluded.net, first_order_at = excluded.first_order_at,"
       " last_order_at = excluded.last_order_at, first_bought_at = excluded.first_bought_at,"
       " last_bought_at = excluded.last_bought_at");
CHANGE(c_member_trade_delete, "DELETE FROM member_trade WHERE member = $1");

enum err member_trade_put(struct tx *t, i64 member)
{
    i64 rows;
    TRY(tx_change_rows(t, &c_member_trade_put, &rows, ARGS(member)));
    return rows ? OK : tx_change(t, &c_member_trade_delete, ARGS(member)); /* no order left */
}

enum err member_trade_get(struct ctx *c, i64 member, struct member_trade *out)
{
    bool found;
    *out = (struct member_trade){ .member = member };
    return db_find(c, &q_member_trade, out, &found, ARGS(member));
}

/* -- by days ----------------------------------------------------------------------------------- */

QUERY(q_sales, sales,
      "SELECT COUNT(*) AS orders, COUNT(CASE WHEN is_paid THEN 1 END) AS paid_orders,"
      " COUNT(CASE WHEN refund > 0 THEN 1 END) AS refund_orders,"
      " CAST(COALESCE(SUM(paid), 0) AS BIGINT) AS paid, CAST(COALESCE(SUM(refund), 0) AS BIGINT) "
      "AS refund,"
      " CAST(COALESCE(SUM(net), 0) AS BIGINT) AS net,"
      " COUNT(DISTINCT CASE WHEN is_paid AND net > 0 AND member > 0 THEN member END) AS buyers"
      " FROM purchase_order WHERE at >= $1 AND at < $2 AND ($3 = 0 OR shop = $3)");

enum err sales_between(struct ctx *c, day from, day to, str shop, struct sales *out)
{
    i64 id = 0;
    *out = (struct sales){ 0 };
    if (shop.n) {
        TRY(shop_find(c, shop, &id));
        if (!id)
            return fail_at(c, E_NOT_FOUND, S("/shop"), "没有名为“" STR_FMT "”的店铺",
                           "there is no shop named \"" STR_FMT "\"", STR_ARG(shop));
    }
    return db_get(c, &q_sales, out,
                  ARGS(zone_midnight(c->zone, from), zone_midnight(c->zone, to + 1), id));
}

/* -- purchases --------------------------------------------------------------------------------- */

QUERY(q_purchases, purchase,
      "SELECT member, bought_at, net FROM purchase_order"
      " WHERE member >= $1 AND member <= $2 AND bought_at < $3 AND bought_at IS NOT NULL"
      " ORDER BY member, bought_at");
QUERY(q_first_buyer, one_i64,
      "SELECT member AS value FROM purchase_order WHERE bought_at IS NOT NULL AND member > 0"
      " ORDER BY member LIMIT 1");
QUERY(q_last_buyer, one_i64,
      "SELECT member AS value FROM purchase_order WHERE bought_at IS NOT NULL AND member > 0"
      " ORDER BY member DESC LIMIT 1");

enum err purchases_each(struct ctx *c, i64 first, i64 last, instant until,
                        enum err (*fn)(void *arg, const void *purchase), void *arg)
{
    return db_each(c, &q_purchases, fn, arg, ARGS(max_i64(first, 1), last, until));
}

enum err purchases_members(struct ctx *c, i64 *first, i64 *last)
{
    struct one_i64 low, high;
    bool begins, ends; /* an order may come in between */
    TRY(db_find(c, &q_first_buyer, &low, &begins, NO_ARGS));
    TRY(db_find(c, &q_last_buyer, &high, &ends, NO_ARGS));
    *first = begins && ends ? low.value : 0;
    *last = begins && ends ? high.value : -1;
    return OK;
}
