/* merge.c -- orders follow their member into a merge, and come back when it is undone. */
#include "member/member.h"
#include "trade/order.h"

QUERY(q_orders_of, one_i64, "SELECT id AS value FROM purchase_order WHERE member = $1 ORDER BY id");
QUERY(q_member_of, one_i64, "SELECT member AS value FROM purchase_order WHERE id = $1");

static enum err both_anew(struct tx *t, i64 one, i64 other)
{
    struct batch b = batch_new(t);
    batch_touch(&b, one);
    batch_touch(&b, other);
    return batch_end(&b);
}

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list orders = { 0 };
    TRY(db_all(t->c, &q_orders_of, &orders, ARGS(loser)));
    if (orders.n == 0) return OK;
    for (i64 i = 0; i < orders.n; i++) {
        TRY(order_move(t, orders.at[i].value, loser, winner));
        TRY(merge_note(t, merge, "trade", orders.at[i].value));
    }
    return both_anew(t, loser, winner);
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++) {
        struct one_i64 row = { 0 };
        bool found;
        TRY(db_find(t->c, &q_member_of, &row, &found, ARGS(noted.at[i])));
        /* an order that has found another buyer since stays with him */
        if (found && row.value == winner) TRY(order_move(t, noted.at[i], winner, loser));
    }
    return noted.n ? both_anew(t, loser, winner) : OK;
}

const struct merge_listener trade_merges = { .room = "trade", .moved = moved, .parted = parted };
