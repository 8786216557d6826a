/* check.c -- koi doctor: accounts against entries and statements, orders against their entries. */
#include "loyalty/koc/inside.h"

/* Living holders whose account is not what is on no statement and what statements left of it. */
QUERY(
    q_accounts, one_i64,
    "SELECT COUNT(*) AS value FROM (SELECT h.holder AS holder,"
    " (SELECT COALESCE(SUM(e.commission), 0) FROM koc_entry e WHERE e.holder = h.holder"
    " AND e.statement IS NULL) + (SELECT COALESCE(SUM(s.earned + s.taken_back - CASE WHEN"
    " s.paid_at IS NULL THEN 0 ELSE s.payable END), 0) FROM koc_statement s"
    " WHERE s.holder = h.holder) AS due, (SELECT COALESCE(SUM(a.balance), 0) FROM ledger_account a"
    " WHERE a.member = h.holder AND a.unit = 'commission' AND a.name = '') AS has"
    " FROM (SELECT DISTINCT holder FROM koc) h) x WHERE x.due <> x.has");
QUERY(q_orders, one_i64,
      "SELECT COUNT(*) AS value FROM koc_order o WHERE o.due <> (SELECT COALESCE(SUM(l.due), 0)"
      " FROM koc_line l WHERE l.member = o.member AND l.order_id = o.order_id) OR o.due <>"
      " (SELECT COALESCE(SUM(e.commission), 0) FROM koc_entry e WHERE e.member = o.member"
      " AND e.order_id = o.order_id) OR o.net <> (SELECT COALESCE(SUM(e.net), 0) FROM koc_entry e"
      " WHERE e.member = o.member AND e.order_id = o.order_id)");
QUERY(q_statements, one_i64,
      "SELECT COUNT(*) AS value FROM koc_statement s WHERE s.earned + s.taken_back <>"
      " (SELECT COALESCE(SUM(e.commission), 0) FROM koc_entry e WHERE e.statement = s.number)"
      " OR s.payable < 0");
QUERY(q_held_twice, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT order_id FROM koc_order WHERE held"
      " GROUP BY order_id HAVING COUNT(*) > 1) x");

enum err koc_check(struct ctx *c, i64 *wrong)
{
    struct query *const all[] = { &q_accounts, &q_orders, &q_statements, &q_held_twice };
    *wrong = 0;
    for (i64 i = 0; i < COUNT(all); i++) {
        struct one_i64 n;
        TRY(db_get(c, all[i], &n, NO_ARGS));
        *wrong += n.value;
    }
    return OK;
}
