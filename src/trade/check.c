/* check.c -- recomputes what is derived and compares: koi doctor's look at trade. */
#include "trade/order.h"

#define FIGURES                                                                                \
    "SELECT member, COUNT(*) AS orders, COUNT(CASE WHEN is_paid THEN 1 END) AS paid_orders,"   \
    " COUNT(bought_at) AS purchases,"                                                          \
    " CAST(COALESCE(SUM(CASE WHEN bought_at IS NOT NULL THEN quantity END), 0) AS BIGINT) AS " \
    "quantity,"                                                                                \
    " CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(refund) AS BIGINT) AS refund,"               \
    " CAST(SUM(net) AS BIGINT) AS net, MIN(at) AS first_order_at, MAX(at) AS last_order_at,"   \
    " MIN(bought_at) AS first_bought_at, MAX(bought_at) AS last_bought_at"                     \
    " FROM purchase_order WHERE member > 0 GROUP BY member"
#define KEPT                                                                                      \
    "SELECT member, orders, paid_orders, purchases, quantity, paid, refund, net, first_order_at," \
    " last_order_at, first_bought_at, last_bought_at FROM member_trade"

/* Members whose row is missing, too many, or not what their orders come to. */
QUERY(q_members_wrong, one_i64,
      "SELECT member AS value FROM (SELECT * FROM (" FIGURES ") AS f EXCEPT SELECT * FROM (" KEPT
      ") AS k) AS lack"
      " UNION SELECT member FROM (SELECT * FROM (" KEPT ") AS k EXCEPT SELECT * FROM (" FIGURES
      ") AS f) AS extra");
QUERY(q_places_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM purchase_order o LEFT JOIN order_number n"
      " ON n.shop = o.shop AND n.number = o.number AND n.member = o.member AND n.id = o.id"
      " WHERE n.id IS NULL");
QUERY(q_places_empty, one_i64,
      "SELECT COUNT(*) AS value FROM order_number n LEFT JOIN purchase_order o"
      " ON o.member = n.member AND o.id = n.id WHERE o.id IS NULL");
QUERY(q_lines_lost, one_i64,
      "SELECT COUNT(*) AS value FROM order_line l LEFT JOIN purchase_order o"
      " ON o.member = l.member AND o.id = l.order_id WHERE o.id IS NULL");

/* -- orders, a thousand at a time -----------------------------------------------------------------
 */

#define FIELDS_OF_check_line(X, N) \
    X(i64, member, ANY, "", N)     \
    X(i64, order_id, ANY, "", N)   \
    FIELDS_OF_line_row(X, N)
SHAPE(check_line);
SHAPE_DEFINE(check_line);
enum { ORDERS_AT_ONCE = 1000 };

QUERY(q_orders_after, order_row,
      "SELECT " ORDER_COLUMNS " FROM purchase_order WHERE (member, id) > ($1, $2)"
      " ORDER BY member, id LIMIT $3");
QUERY(q_lines_within, check_line,
      "SELECT member, order_id, " LINE_COLUMNS " FROM order_line"
      " WHERE (member, order_id) > ($1, $2) AND (member, order_id) <= ($3, $4)"
      " ORDER BY member, order_id, line");

/* The lines of the next order; they come in the order of the orders. */
static struct line_row_list lines_of(struct arena *a, const struct check_line_list *all, i64 *at,
                                     const struct order_row *o)
{
    struct line_row_list out = { 0 };
    for (; *at < all->n; ++*at) {
        const struct check_line *l = &all->at[*at];
        if (l->member > o->member || (l->member == o->member && l->order_id > o->id)) break;
        if (l->member != o->member || l->order_id != o->id)
            continue; /* of no order: counted apart */
        *PUSH(a, &out) = (struct line_row){ .line = l->line,
                                            .quantity = l->quantity,
                                            .amount = l->amount,
                                            .stated_refund = l->stated_refund,
                                            .own_refund = l->own_refund };
    }
    return out;
}

static enum err some_orders(struct ctx *c, struct tx *t, struct order_place *after, i64 *n,
                            i64 *wrong)
{
    struct order_row_list orders = { 0 };
    struct check_line_list lines = { 0 };
    i64 at = 0;
    TRY(db_all(c, &q_orders_after, &orders,
               ARGS(after->member, after->order, (i64)ORDERS_AT_ONCE)));
    *n = orders.n;
    if (orders.n == 0) return OK;
    const struct order_row *last = &orders.at[orders.n - 1];
    TRY(db_all(c, &q_lines_within, &lines,
               ARGS(after->member, after->order, last->member, last->id)));
    for (i64 i = 0; i < orders.n; i++) {
        struct order_row right = orders.at[i];
        struct line_row_list of_it = lines_of(c->arena, &lines, &at, &right);
        order_derive(&right, &of_it);
        if (row_equal(&order_row_shape, &orders.at[i], &right)) continue;
        ++*wrong;
        if (t) TRY(order_update(t, &right));
    }
    *after = (struct order_place){ .member = last->member, .order = last->id };
    return OK;
}

/* Counts the orders whose derived columns are not what follows from their facts; t, where given,
 * writes what is right. */
static enum err orders_wrong(struct ctx *c, struct tx *t, i64 *wrong)
{
    struct order_place after = { .member = -1 };
    i64 n;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = some_orders(c, t, &after, &n, wrong);
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
    } while (n);
    return OK;
}

enum err trade_check(struct ctx *c, i64 *wrong)
{
    struct one_i64_list members = { 0 };
    struct one_i64 places = { 0 }, empty = { 0 }, lost = { 0 };
    *wrong = 0;
    TRY(orders_wrong(c, NULL, wrong));
    TRY(db_all(c, &q_members_wrong, &members, NO_ARGS));
    TRY(db_get(c, &q_places_wrong, &places, NO_ARGS));
    TRY(db_get(c, &q_places_empty, &empty, NO_ARGS));
    TRY(db_get(c, &q_lines_lost, &lost, NO_ARGS));
    *wrong += members.n + places.value + empty.value + lost.value;
    return OK;
}

enum err trade_mend(struct tx *t, i64 *mended)
{
    struct one_i64_list members = { 0 };
    *mended = 0;
    TRY(orders_wrong(t->c, t, mended));
    TRY(db_all(t->c, &q_members_wrong, &members, NO_ARGS));
    for (i64 i = 0; i < members.n; i++) TRY(member_trade_put(t, members.at[i].value));
    *mended += members.n;
    return OK;
}
