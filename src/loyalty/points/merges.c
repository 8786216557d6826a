/* merges.c -- what orders earned follows them into a merge and back. After the ledger in the list
 * of listeners: it has moved the points that were given by then itself. */
#include "loyalty/points/inside.h"
#include "member/member.h"

QUERY(q_rows_of, one_i64,
      "SELECT order_id AS value FROM points_order WHERE member = $1 ORDER BY order_id");
QUERY(q_deeds_of, one_i64,
      "SELECT DISTINCT order_id AS value FROM points_line WHERE member = $1 AND order_id < 0"
      " ORDER BY order_id");
/* Orders that trade gave back, also those that began to earn while the two were one. */
QUERY(q_rows_back, one_i64,
      "SELECT p.order_id AS value FROM points_order p JOIN purchase_order o ON o.member = $2"
      " AND o.id = p.order_id WHERE p.member = $1 ORDER BY p.order_id");
CHANGE(c_deed_to, "UPDATE points_line SET member = $3 WHERE member = $1 AND order_id = $2");

/* Whoever was told of points that end on a day is not told again as another. */
CHANGE(c_reminded, "INSERT INTO points_reminder (member, on_day, step) SELECT $2, on_day, step"
                   " FROM points_reminder WHERE member = $1"
                   " ON CONFLICT (member, on_day, step) DO NOTHING");

/* Gifts stay whose they are: the ledger knows where their lots went. */
static enum err row_to(struct tx *t, i64 order, i64 from, i64 to, bool back)
{
    struct points_order_row o;
    bool found;
    if (order < 0) return tx_change(t, &c_deed_to, ARGS(from, order, to));
    TRY(points_order_find(t->c, from, order, &found, &o));
    if (!found) return OK; /* it has found another buyer since */
    return points_order_follow(t, &o, to, back ? to : -1);
}

static enum err in_order(struct tx *t, i64 one, i64 other)
{
    TRY(points_lock(t, one < other ? one : other));
    return points_lock(t, one < other ? other : one);
}

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list rows = { 0 }, deeds = { 0 };
    TRY(in_order(t, loser, winner));
    TRY(tx_change(t, &c_reminded, ARGS(loser, winner)));
    TRY(db_all(t->c, &q_rows_of, &rows, ARGS(loser)));
    TRY(db_all(t->c, &q_deeds_of, &deeds, ARGS(loser)));
    for (i64 i = 0; i < rows.n + deeds.n; i++) {
        i64 order = i < rows.n ? rows.at[i].value : deeds.at[i - rows.n].value;
        TRY(row_to(t, order, loser, winner, false));
        TRY(merge_note(t, merge, "points", order));
    }
    return OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    struct one_i64_list rows = { 0 };
    (void)merge;
    TRY(in_order(t, loser, winner));
    TRY(db_all(t->c, &q_rows_back, &rows, ARGS(winner, loser)));
    for (i64 i = 0; i < rows.n; i++) TRY(row_to(t, rows.at[i].value, winner, loser, true));
    for (i64 i = 0; i < noted.n; i++)
        if (noted.at[i] < 0) TRY(row_to(t, noted.at[i], winner, loser, true));
    return OK;
}

const struct merge_listener points_merges = { .room = "points", .moved = moved, .parted = parted };
