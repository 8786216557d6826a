/* order_read.c -- orders as people look at them: pages of a list, one with its lines and refunds.
 */
#include "trade/order.h"

SHAPE_DEFINE(order_view);
SHAPE_DEFINE(order_line_view);

#define VIEW_COLUMNS                                                                              \
    "o.id, s.name AS shop, o.number, o.member, o.state, o.status, o.at, o.created_at, o.paid_at," \
    " o.completed_at, o.total, o.paid, o.refund, o.net, o.excluded IS NOT NULL AS net_of_refund," \
    " o.over_refunded, o.postage, o.quantity, o.province, o.city, o.country, o.touchpoint, "      \
    "o.currency, o.code"
#define VIEW_OF "SELECT " VIEW_COLUMNS " FROM purchase_order o JOIN shop s ON s.id = o.shop"
/* The same for all lists, so that filters mean the same in each. */
#define WITHIN \
    " AND o.at >= $2 AND o.at < $3 AND (o.at, o.id) < ($4, $5) AND ($6 = 0 OR o.shop = $6)"
#define PAGED    " ORDER BY o.at DESC, o.id DESC LIMIT $8"
#define FILTERED WITHIN " AND (CAST($7 AS TEXT) IS NULL OR o.state = $7)" PAGED
/* By the index of open orders. */
#define FILTERED_BY_STATE WITHIN " AND o.state = $7" PAGED

QUERY(q_list, order_view, VIEW_OF " WHERE ($1 = 0 OR o.member = $1)" FILTERED);
QUERY(q_list_open, order_view,
      VIEW_OF " WHERE ($1 = 0 OR o.member = $1)"
              " AND o.state IN ('placed', 'paid', 'shipped')" FILTERED_BY_STATE);
QUERY(q_list_of_member, order_view, VIEW_OF " WHERE o.member = $1" FILTERED);
QUERY(q_list_by_number, order_view,
      "SELECT " VIEW_COLUMNS " FROM shop s CROSS JOIN order_number n" /* shop by shop */
      " JOIN purchase_order o ON o.member = n.member AND o.id = n.id"
      " WHERE n.shop = s.id AND n.number = $1"
      " AND ($9 = 0 OR o.member = $9)" FILTERED);
QUERY(q_show, order_view, VIEW_OF " WHERE o.id = $1");
QUERY(q_show_lines, order_line_view,
      "SELECT COALESCE(l.line_id, CAST(l.line AS TEXT)) AS line_id, p.code AS product_id,"
      " COALESCE(l.title, p.sold_as, p.name) AS product, p.category, l.quantity, l.price, l.amount,"
      " CASE WHEN COALESCE(l.stated_refund, 0) > COALESCE(l.own_refund, 0) THEN l.stated_refund"
      " ELSE COALESCE(l.own_refund, 0) END AS refund"
      " FROM order_line l LEFT JOIN product p ON p.id = l.product"
      " WHERE l.member = $1 AND l.order_id = $2 ORDER BY l.line");
QUERY(q_show_refunds, refund_view,
      "SELECT r.refund_key AS key, r.amount, COALESCE(l.line_id, CAST(l.line AS TEXT)) AS line_id,"
      " r.reason, r.actor, r.at FROM order_refund r LEFT JOIN order_line l"
      " ON l.member = r.member AND l.order_id = r.order_id AND l.line = r.line"
      " WHERE r.member = $1 AND r.order_id = $2 ORDER BY r.number");

enum err order_list(struct ctx *c, const struct order_filter *f, struct order_view_list *out)
{
    instant until = f->until ? f->until : INT64_MAX, before_at = f->before_at;
    i64 before_id = f->before_id;
    str state = f->state.n ? f->state : NO_STR;
    if (!before_at && !before_id) before_at = before_id = INT64_MAX;
    if (f->number.n)
        return db_all(c, &q_list_by_number, out,
                      ARGS(f->number, f->from, until, before_at, before_id, f->shop, state,
                           f->limit, f->member));
    bool open =
        str_eq(state, S("placed")) || str_eq(state, S("paid")) || str_eq(state, S("shipped"));
    struct query *q = f->member ? &q_list_of_member : open ? &q_list_open : &q_list;
    return db_all(c, q, out,
                  ARGS(f->member, f->from, until, before_at, before_id, f->shop, state, f->limit));
}

enum err order_show(struct ctx *c, i64 id, struct order_view *out,
                    struct order_line_view_list *lines, struct refund_view_list *refunds)
{
    struct order_place place;
    TRY(order_place_by_id(c, id, &place));
    TRY(db_get(c, &q_show, out, ARGS(id)));
    if (lines) TRY(db_all(c, &q_show_lines, lines, ARGS(place.member, id)));
    if (refunds) TRY(db_all(c, &q_show_refunds, refunds, ARGS(place.member, id)));
    return OK;
}
