/* order_store.c -- orders and lines to and from their tables; moving an order to another member. */
#include "trade/order.h"

QUERY(q_order, order_row,
      "SELECT " ORDER_COLUMNS " FROM purchase_order WHERE member = $1 AND id = $2");
QUERY(q_order_member, one_i64, "SELECT member AS value FROM purchase_order WHERE id = $1");
CHANGE(c_order_insert, "INSERT INTO purchase_order (" ORDER_COLUMNS
                       ", updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
                       " $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, "
                       "$24, $25, $26, $27, $28,"
                       " $29, $30, $31, $32, $33, $34)");
CHANGE(
    c_order_update,
    "UPDATE purchase_order SET shop = $3, number = $4, state = $5, stated_state = $6, status = $7,"
    " at = $8, created_at = $9, paid_at = $10, completed_at = $11, cancelled_at = $12, "
    "stated_total = $13,"
    " stated_paid = $14, excluded = $15, stated_refund = $16, own_refund = $17, stated_quantity = "
    "$18,"
    " postage = $19, total = $20, paid = $21, refund = $22, net = $23, quantity = $24, is_paid = "
    "$25,"
    " bought_at = $26, over_refunded = $27, province = $28, city = $29, country = $30, touchpoint "
    "= $31,"
    " currency = $32, code = $33, updated_at = $34 WHERE member = $1 AND id = $2");
CHANGE(c_order_delete, "DELETE FROM purchase_order WHERE member = $1 AND id = $2");

QUERY(q_lines, line_row,
      "SELECT " LINE_COLUMNS " FROM order_line WHERE member = $1 AND order_id = $2 ORDER BY line");
#define LINE_INSERT "INSERT INTO order_line (member, order_id, " LINE_COLUMNS ") VALUES"
CHANGE(c_line_insert, LINE_INSERT " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
CHANGE(c_lines_insert, LINE_INSERT " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12),"
                                   " ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24),"
                                   " ($25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36),"
                                   " ($37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48),"
                                   " ($49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60),"
                                   " ($61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72),"
                                   " ($73, $74, $75, $76, $77, $78, $79, $80, $81, $82, $83, $84),"
                                   " ($85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96)");
CHANGE(c_line_update,
       "UPDATE order_line SET line_id = $4, product = $5, title = $6, quantity = $7, price = $8,"
       " amount = $9, stated_refund = $10, own_refund = $11, list_price = $12"
       " WHERE member = $1 AND order_id = $2 AND line = $3");
CHANGE(c_lines_move, "INSERT INTO order_line (member, order_id, " LINE_COLUMNS ")"
                     " SELECT $3, order_id, " LINE_COLUMNS
                     " FROM order_line WHERE member = $1 AND order_id = $2");
CHANGE(c_lines_delete, "DELETE FROM order_line WHERE member = $1 AND order_id = $2");

#define REFUND_COLUMNS \
    "number, refund_key, line, amount, after_order, after_line, reason, actor, at"
CHANGE(c_refunds_move, "INSERT INTO order_refund (member, order_id, " REFUND_COLUMNS ")"
                       " SELECT $3, order_id, " REFUND_COLUMNS
                       " FROM order_refund WHERE member = $1 AND order_id = $2");
CHANGE(c_refunds_delete, "DELETE FROM order_refund WHERE member = $1 AND order_id = $2");
CHANGE(c_number_move, "UPDATE order_number SET member = $3 WHERE shop = $1 AND number = $2");

enum err order_load(struct ctx *c, i64 member, i64 id, struct order_row *out)
{
    return db_get(c, &q_order, out, ARGS(member, id));
}

enum err order_lines_load(struct ctx *c, i64 member, i64 id, struct line_row_list *out)
{
    return db_all(c, &q_lines, out, ARGS(member, id));
}

enum err order_place_by_id(struct ctx *c, i64 id, struct order_place *out)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &q_order_member, &row, &found, ARGS(id)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的订单", "there is no order with id %lld",
                    (long long)id);
    *out = (struct order_place){ .member = row.value, .order = id };
    return OK;
}

static enum err order_put_row(struct tx *t, struct query *q, const struct order_row *o)
{
    const struct value values[] = {
        V(o->member),
        V(o->id),
        V(o->shop),
        V(o->number),
        V(choice_name(&order_state_choice, o->state)),
        V(choice_name(&order_state_choice, o->stated_state)),
        V(o->status),
        V(o->at),
        V(o->created_at),
        V(o->paid_at),
        V(o->completed_at),
        V(o->cancelled_at),
        V(o->stated_total),
        V(o->stated_paid),
        V(o->excluded),
        V(o->stated_refund),
        V(o->own_refund),
        V(o->stated_quantity),
        V(o->postage),
        V(o->total),
        V(o->paid),
        V(o->refund),
        V(o->net),
        V(o->quantity),
        V(o->is_paid),
        V(o->bought_at),
        V(o->over_refunded),
        V(o->province),
        V(o->city),
        V(o->country),
        V(o->touchpoint),
        V(o->currency),
        V(o->code),
        V(t->c->now),
    };
    return tx_change(t, q, (struct args){ values, (int)COUNT(values) });
}

enum err order_insert(struct tx *t, const struct order_row *o)
{
    return order_put_row(t, &c_order_insert, o);
}

enum err order_update(struct tx *t, const struct order_row *o)
{
    return order_put_row(t, &c_order_update, o);
}

static void line_values(struct value *out, const struct order_row *o, const struct line_row *l)
{
    const struct value values[LINE_VALUES] = {
        V(o->member),     V(o->id),         V(l->line),  V(l->line_id), V(l->product),
        V(l->title),      V(l->quantity),   V(l->price), V(l->amount),  V(l->stated_refund),
        V(l->own_refund), V(l->list_price),
    };
    memcpy(out, values, sizeof values);
}

enum err line_update(struct tx *t, const struct order_row *o, const struct line_row *l)
{
    struct value values[LINE_VALUES];
    line_values(values, o, l);
    return tx_change(t, &c_line_update, (struct args){ values, LINE_VALUES });
}

enum err lines_add(struct batch *b, const struct order_row *o, const struct line_row *lines, i64 n)
{
    for (i64 i = 0; i < n; i++) {
        line_values(b->waiting + b->waiting_n++ * LINE_VALUES, o, &lines[i]);
        if (b->waiting_n < LINES_AT_ONCE) continue;
        TRY(tx_change(b->t, &c_lines_insert,
                      (struct args){ b->waiting, LINES_AT_ONCE * LINE_VALUES }));
        b->waiting_n = 0;
    }
    return OK;
}

enum err lines_flush(struct batch *b)
{
    for (i64 i = 0; i < b->waiting_n; i++)
        TRY(tx_change(b->t, &c_line_insert,
                      (struct args){ b->waiting + i * LINE_VALUES, LINE_VALUES }));
    b->waiting_n = 0;
    return OK;
}

/* The member is part of every key, so rows are written anew: a store that is spread over machines
 * by member can do it too. */
enum err order_move(struct tx *t, i64 id, i64 from, i64 to)
{
    struct order_row o = { 0 };
    TRY(order_load(t->c, from, id, &o));
    TRY(tx_change(t, &c_order_delete, ARGS(from, id)));
    o.member = to;
    TRY(order_insert(t, &o));
    TRY(tx_change(t, &c_lines_move, ARGS(from, id, to)));
    TRY(tx_change(t, &c_lines_delete, ARGS(from, id)));
    TRY(tx_change(t, &c_refunds_move, ARGS(from, id, to)));
    TRY(tx_change(t, &c_refunds_delete, ARGS(from, id)));
    return tx_change(t, &c_number_move, ARGS(o.shop, o.number, to));
}
