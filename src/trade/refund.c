/* refund.c -- money given back and orders called off through Koi.
 *
 * Each refund is a row that notes what had been refunded in all after it. What the source states
 * later is held against that sum (the larger counts), so a platform that reports our own refund
 * back to us does not count it twice.
 */
#include "base/num.h"
#include "trade/order.h"

SHAPE_DEFINE(refund_ask);
SHAPE_DEFINE(refund_view);

#define FIELDS_OF_refund_row(X, N) \
    X(i64, line, ANY, "", N)       \
    X(money, amount, ANY, "", N)   \
    X(str, reason, ANY, "", N)     \
    X(str, actor, ANY, "", N)      \
    X(instant, at, ANY, "", N)
SHAPE(refund_row);
SHAPE_DEFINE(refund_row);

QUERY(q_refund, refund_row,
      "SELECT line, amount, reason, actor, at FROM order_refund"
      " WHERE member = $1 AND order_id = $2 AND refund_key = $3");
QUERY(q_refund_last, one_i64,
      "SELECT COALESCE(MAX(number), 0) AS value FROM order_refund WHERE member = $1 AND order_id = "
      "$2");
CHANGE(c_refund, "INSERT INTO order_refund (member, order_id, number, refund_key, line, amount, "
                 "after_order, after_line,"
                 " reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
QUERY(q_shop_name, one_str, "SELECT name AS value FROM shop WHERE id = $1");

/* An order in hand while it is changed through Koi. */
struct hand {
    struct batch b;
    struct order_row was, is;
    struct line_row_list lines;
};

static enum err take_in_hand(struct tx *t, i64 order, struct hand *h)
{
    struct order_place place;
    h->b = batch_new(t);
    h->b.asked = true;
    TRY(order_place_by_id(t->c, order, &place));
    TRY(order_load(t->c, place.member, order, &h->was));
    h->is = h->was;
    return order_lines_load(t->c, place.member, order, &h->lines);
}

static enum err put_back(struct tx *t, struct hand *h)
{
    struct one_str shop = { 0 };
    order_derive(&h->is, &h->lines);
    TRY(order_update(t, &h->is));
    TRY(db_get(t->c, &q_shop_name, &shop, ARGS(h->is.shop)));
    order_history(&h->b, &h->was, &h->is, shop.value);
    batch_changed(&h->b, &h->was, &h->is);
    return batch_end(&h->b);
}

static struct line_row *line_named(struct hand *h, str line_id)
{
    i64 place = 0;
    for (i64 i = 0; i < h->lines.n; i++)
        if (str_eq(h->lines.at[i].line_id, line_id)) return &h->lines.at[i];
    if (!i64_parse(line_id, &place))
        return NULL; /* lines without a number of their own go by place */
    for (i64 i = 0; i < h->lines.n; i++)
        if (!h->lines.at[i].line_id.at && h->lines.at[i].line == place) return &h->lines.at[i];
    return NULL;
}

static enum err too_much(struct ctx *c, money left)
{
    left = max_i64(left, 0);
    str text = money_text(c->arena, left);
    return fail_at(c, E_UNPROCESSABLE, S("/amount"), "超过可退金额，最多还能退 " STR_FMT,
                   "more than is left to refund: at most " STR_FMT, STR_ARG(text));
}

/* A key seen before: the same answer for the same content. */
static enum err answer_again(struct ctx *c, const struct refund_ask *in,
                             const struct refund_row *row, i64 line, struct refund_view *out)
{
    if (row->amount != in->amount || row->line != line || !str_eq(row->reason, in->reason))
        return fail_at(c, E_CONFLICT, S("/key"), "这个退款编号已用于另一笔退款",
                       "this refund key was used for another refund");
    *out = (struct refund_view){ .key = in->key,
                                 .amount = row->amount,
                                 .line_id = in->line_id,
                                 .reason = row->reason,
                                 .actor = row->actor,
                                 .at = row->at };
    return OK;
}

enum err order_refund(struct tx *t, const struct refund_ask *in, struct refund_view *out)
{
    struct ctx *c = t->c;
    struct hand h = { 0 };
    struct refund_row known = { 0 };
    bool found;
    if (in->amount <= 0)
        return fail_at(c, E_INVALID, S("/amount"), "退款金额须大于零",
                       "the amount must be above zero");
    if (str_empty(in->key))
        return fail_at(c, E_INVALID, S("/key"), "缺少退款编号", "the refund key is missing");
    TRY(take_in_hand(t, in->id, &h));

    struct line_row *line = in->line_id.n ? line_named(&h, in->line_id) : NULL;
    if (in->line_id.n && !line)
        return fail_at(c, E_NOT_FOUND, S("/line_id"), "订单没有这一行",
                       "the order has no such line");
    i64 place = line ? line->line : 0;
    TRY(db_find(c, &q_refund, &known, &found, ARGS(h.is.member, h.is.id, in->key)));
    if (found) return answer_again(c, in, &known, place, out);

    money left = order_gross(&h.is) - h.is.refund;
    if (line && line->amount - line_refund(line) < left) left = line->amount - line_refund(line);
    if (in->amount > left) return too_much(c, left);

    struct one_i64 last = { 0 };
    TRY(db_get(c, &q_refund_last, &last, ARGS(h.is.member, h.is.id)));
    h.is.own_refund = SOME(h.is.refund + in->amount);
    if (line) {
        line->own_refund = SOME(line_refund(line) + in->amount);
        TRY(line_update(t, &h.is, line));
    }
    TRY(tx_change(t, &c_refund,
                  ARGS(h.is.member, h.is.id, last.value + 1, in->key, place, in->amount,
                       h.is.own_refund, line ? line->own_refund : NONE, in->reason, c->actor,
                       c->now)));
    *out = (struct refund_view){ .key = in->key,
                                 .amount = in->amount,
                                 .line_id = in->line_id,
                                 .reason = in->reason,
                                 .actor = c->actor,
                                 .at = c->now };
    return put_back(t, &h);
}

enum err order_cancel(struct tx *t, i64 order)
{
    struct hand h = { 0 };
    TRY(take_in_hand(t, order, &h));
    if (h.is.state == ORDER_CANCELLED) return OK;
    if (h.is.is_paid || h.is.refund > 0)
        return fail(t->c, E_UNPROCESSABLE, "订单已付款，请改为退款",
                    "the order is paid: refund it instead");
    h.is.cancelled_at = SOME(t->c->now);
    return put_back(t, &h);
}
