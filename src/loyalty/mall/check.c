/* check.c -- koi doctor: the mall's rows against the ledger. */
#include "loyalty/mall/inside.h"

/* Codes left of a good, less what its stock and the grabs that were filled from it have. */
QUERY(q_codes_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM mall_good g WHERE g.kind IN ('code', 'gift_card') AND"
      " (SELECT COUNT(*) FROM mall_code k WHERE k.good = g.id AND k.exchange IS NULL) <>"
      " COALESCE((SELECT SUM(a.balance) FROM ledger_account a WHERE a.member = 0"
      " AND a.unit = 'stock' AND (a.name = 'mall:' || CAST(g.id AS TEXT) OR a.name IN"
      " (SELECT 'grab:' || CAST(r.id AS TEXT) FROM grab r WHERE r.good = g.id))), 0)");
/* An exchange that stands and has not the codes it paid for, or one of them twice. */
QUERY(q_delivered_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM mall_exchange e WHERE e.kind IN ('code', 'gift_card')"
      " AND (SELECT COUNT(*) FROM mall_code k WHERE k.exchange = e.number) <>"
      " CASE WHEN e.state = 'received' THEN e.quantity ELSE 0 END");
#define HAS(MEMBER, END)                                                                         \
    "EXISTS (SELECT 1 FROM ledger_transfer x WHERE x.member = " MEMBER " AND x.id = 'mall:' || " \
    "CAST(e.number AS TEXT) || '" END "')"
/* What stands for good was taken; what was paid and then given up went back. */
QUERY(q_stock_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM mall_exchange e WHERE NOT " HAS(
          "0", ":stock") " OR"
                         " (e.paid_at IS NOT NULL AND e.pay_until IS NOT NULL AND NOT " HAS(
                             "0", ":stock:taken") ")"
                                                  " OR (e.paid_at IS NOT NULL AND e.state IN "
                                                  "('returned', 'cancelled')) <>"
                                                  " " HAS("0", ":stock:back"));
QUERY(
    q_points_wrong, one_i64,
    "SELECT COUNT(*) AS value FROM mall_exchange e WHERE e.points > 0 AND (NOT " HAS(
        "e.origin",
        ":points") " OR (e.paid_at IS NOT NULL AND e.state IN ('returned',"
                   " 'cancelled') AND NOT EXISTS (SELECT 1 FROM ledger_transfer x WHERE x.id = "
                   "'mall:' ||"
                   " CAST(e.number AS TEXT) || ':points:back' AND x.member IN (e.member, e.origin,"
                   " e.taken_by))))");

enum err mall_check(struct ctx *c, i64 *wrong)
{
    struct query *const all[] = { &q_codes_wrong, &q_delivered_wrong, &q_stock_wrong,
                                  &q_points_wrong };
    *wrong = 0;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct one_i64 n;
        TRY(db_get(c, all[i], &n, NO_ARGS));
        *wrong += n.value;
    }
    return OK;
}
