/* check.c -- koi doctor: what orders earned against lines, gifts and the ledger. */
#include "loyalty/points/inside.h"

QUERY(q_due, one_i64,
      "SELECT COUNT(*) AS value FROM points_order o WHERE o.member > 0 AND o.due <>"
      " (SELECT COALESCE(SUM(l.due), 0) FROM points_line l WHERE l.member = o.member"
      " AND l.order_id = o.order_id)");
QUERY(q_given, one_i64,
      "SELECT COUNT(*) AS value FROM points_order o WHERE o.given <>"
      " (SELECT COALESCE(SUM(g.amount - g.taken), 0) FROM points_gift g WHERE g.member = o.member"
      " AND g.order_id = o.order_id) OR (o.matured AND o.member > 0 AND o.given - o.forgiven <>"
      " o.due) OR (NOT o.matured AND o.given <> 0)");
QUERY(q_taken, one_i64,
      "SELECT COUNT(*) AS value FROM points_gift g WHERE g.taken < 0 OR g.taken > g.amount"
      " OR NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.member = g.whose"
      " AND t.id = 'order:' || CAST(g.order_id AS TEXT) || ':earn:' || CAST(g.number AS TEXT)"
      " AND t.amount = g.amount)");

/* The job is an hour late. */
QUERY(q_late, one_i64,
      "SELECT COUNT(*) AS value FROM points_order WHERE matures_at <= $1 AND NOT matured"
      " AND member > 0");
/* All entries of a member's statement come to what he has; of all members, to the turnover. */
QUERY(q_statement, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a LEFT JOIN (SELECT member, name,"
      " SUM(amount) AS amount FROM ledger_entry WHERE unit = '" POINT "' AND member > 0"
      " GROUP BY member, name) e ON e.member = a.member AND e.name = a.name"
      " WHERE a.unit = '" POINT "' AND a.member > 0 AND a.balance <> COALESCE(e.amount, 0)");
QUERY(
    q_owed, one_i64,
    "SELECT CASE WHEN (SELECT COALESCE(SUM(balance), 0) FROM ledger_account WHERE unit = '" POINT
    "' AND member > 0) = (SELECT COALESCE(SUM(amount), 0) FROM ledger_turnover WHERE unit = '" POINT
    "') THEN 0 ELSE 1 END AS value");

/* -- what is due, from the facts --------------------------------------------------------------- */

enum { SAMPLE = 2000 };
QUERY(q_orders, one_i64, "SELECT COUNT(*) AS value FROM points_order WHERE member > 0");
QUERY(q_sample, points_order_row,
      "SELECT " POINTS_ORDER_COLUMNS " FROM points_order WHERE member > 0 AND order_id % $1 = $2"
      " ORDER BY member, order_id LIMIT $3");

/* All of up to 2,000 orders; of more every n-th, on each day others. */
static enum err due_wrong(struct ctx *c, i64 *wrong)
{
    struct points_order_row_list rows = { 0 };
    struct one_i64 n;
    TRY(db_get(c, &q_orders, &n, NO_ARGS));
    i64 step = (n.value + SAMPLE - 1) / SAMPLE;
    if (step < 1) step = 1;
    TRY(db_all(c, &q_sample, &rows, ARGS(step, zone_day(c->zone, c->now) % step, 2 * (i64)SAMPLE)));
    for (i64 i = 0; i < rows.n; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        i64 due;
        TRY(points_order_worth(c, &rows.at[i], &due));
        *wrong += due != rows.at[i].due;
        arena_rewind(c->arena, mark);
    }
    return OK;
}

enum err points_check(struct ctx *c, i64 *wrong)
{
    struct query *const all[] = { &q_due, &q_given, &q_taken, &q_statement, &q_owed };
    struct one_i64 n;
    i64 by_hand;
    *wrong = 0;
    TRY(store_snapshot(c));
    for (i64 i = 0; i < COUNT(all); i++) {
        TRY(db_get(c, all[i], &n, NO_ARGS));
        *wrong += n.value;
    }
    TRY(db_get(c, &q_late, &n, ARGS(c->now - HOUR_MS)));
    *wrong += n.value;
    TRY(points_hand_check(c, &by_hand));
    *wrong += by_hand;
    return due_wrong(c, wrong);
}
