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

enum err points_check(struct ctx *c, i64 *wrong)
{
    struct query *const all[] = { &q_due, &q_given, &q_taken };
    *wrong = 0;
    for (i64 i = 0; i < COUNT(all); i++) {
        struct one_i64 n;
        TRY(db_get(c, all[i], &n, NO_ARGS));
        *wrong += n.value;
    }
    i64 by_hand;
    TRY(points_hand_check(c, &by_hand));
    *wrong += by_hand;
    return OK;
}
