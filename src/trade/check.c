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

#define FIELDS_OF_id_row(X, N) \
    X(i64, member, ANY, "", N) \
    X(i64, id, ANY, "", N)
SHAPE(id_row);
SHAPE_DEFINE(id_row);
QUERY(q_ids_after, id_row,
      "SELECT member, id FROM purchase_order WHERE id > $1 ORDER BY id LIMIT 1000");

/* Counts the orders whose derived columns are not what follows from their facts; t, where given,
 * writes what is right. */
static enum err orders_wrong(struct ctx *c, struct tx *t, i64 *wrong)
{
    i64 after = 0;
    for (;;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct id_row_list ids = { 0 };
        TRY(db_all(c, &q_ids_after, &ids, ARGS(after)));
        for (i64 i = 0; i < ids.n; i++) {
            struct order_row kept = { 0 };
            struct line_row_list lines = { 0 };
            TRY(order_load(c, ids.at[i].member, ids.at[i].id, &kept));
            TRY(order_lines_load(c, ids.at[i].member, ids.at[i].id, &lines));
            struct order_row right = kept;
            order_derive(&right, &lines);
            if (row_equal(&order_row_shape, &kept, &right)) continue;
            ++*wrong;
            if (t) TRY(order_update(t, &right));
        }
        i64 n = ids.n;
        if (n) after = ids.at[n - 1].id;
        arena_rewind(c->arena, mark);
        if (n == 0) return OK;
    }
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
