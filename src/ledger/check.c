/* check.c -- koi doctor's look at the books: everything that is kept is added up anew. */
#include "ledger/book.h"

#define KEY_OF(a, b) \
#a ".member = " #b ".member AND " #a ".unit = " #b ".unit AND " #a ".name = " #b ".name"

QUERY(q_sums_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT unit FROM ledger_account GROUP BY unit"
      " HAVING SUM(balance) <> 0) AS u");

QUERY(q_entries_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a LEFT JOIN (SELECT member, unit, name,"
      "  SUM(amount) AS amount, COUNT(*) AS n, MAX(number) AS last FROM ledger_entry"
      "  GROUP BY member, unit, name) AS e ON " KEY_OF(
          e, a) " WHERE a.balance <> COALESCE(e.amount, 0) OR a.entries <> COALESCE(e.n, 0)"
                " OR a.entries <> COALESCE(e.last, 0)");
/* Each entry says the balance after it. */
QUERY(q_running_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT balance, SUM(amount) OVER (PARTITION BY member, unit,"
      " name ORDER BY number) AS amount FROM ledger_entry) AS e WHERE balance <> amount");
QUERY(q_entries_lost, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_entry e LEFT JOIN ledger_account a ON " KEY_OF(
          a, e) " WHERE a.member IS NULL");

QUERY(q_lots_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_lot l LEFT JOIN (SELECT member, unit, name, lot,"
      "  SUM(amount) AS amount FROM ledger_entry WHERE lot > 0 GROUP BY member, unit, name, lot)"
      " AS e ON " KEY_OF(
          e, l) " AND e.lot = l.lot"
                " WHERE l.remaining <> COALESCE(e.amount, 0) OR l.held < 0 OR l.held > l.remaining"
                " OR l.remaining > l.amount");
QUERY(q_lots_lost, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_entry e LEFT JOIN ledger_lot l ON " KEY_OF(
          l, e) " AND l.lot = e.lot WHERE e.lot > 0 AND l.lot IS NULL");
/* Members' accounts with lots: what they have is their lots less the debt; no debt beside something
 * free; what is held is held in lots; what is free and expires is known to the job. */
QUERY(q_accounts_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a JOIN ledger_unit u ON u.unit = a.unit"
      " LEFT JOIN (SELECT member, unit, name, SUM(remaining) AS remaining, SUM(held) AS held,"
      "  MIN(CASE WHEN remaining > held THEN expires_at END) AS first FROM ledger_lot"
      "  GROUP BY member, unit, name) AS l ON " KEY_OF(
          l, a) " WHERE u.lots AND a.member <> 0 AND (a.balance > COALESCE(l.remaining, 0)"
                " OR (a.balance < COALESCE(l.remaining, 0) AND l.remaining > l.held)"
                " OR a.held <> COALESCE(l.held, 0)"
                " OR (l.first IS NOT NULL AND (a.lapse_at IS NULL OR a.lapse_at > l.first)))");

/* Merges do not ask for limits. COALESCE: an account without limits need not be looked at further,
 * but NULL AND … would. */
QUERY(q_floors_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a WHERE lowest > floor OR held < 0"
      " OR (COALESCE(balance - held < lowest OR balance > cap, FALSE)"
      " AND NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.member = a.member"
      "  AND t.kind = 'merge' AND t.unit = a.unit AND t.to_name = a.name)"
      " AND NOT EXISTS (SELECT 1 FROM ledger_merged m JOIN ledger_transfer t"
      "  ON t.member = m.member WHERE m.loser = a.member AND t.kind = 'merge'"
      "  AND t.unit = a.unit AND t.from_name = a.name))");

QUERY(q_held_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a LEFT JOIN (SELECT from_member AS member,"
      "  unit, from_name AS name, SUM(amount) AS amount FROM ledger_hold WHERE state = 'open'"
      "  GROUP BY from_member, unit, from_name) AS h ON " KEY_OF(
          h, a) " WHERE a.held <> COALESCE(h.amount, 0)");
QUERY(q_pieces_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_lot l LEFT JOIN (SELECT h.from_member AS member,"
      "  h.unit AS unit, h.from_name AS name, p.lot AS lot, SUM(p.amount) AS amount"
      "  FROM ledger_hold h JOIN ledger_piece p ON p.member = h.member AND p.id = h.id"
      "  WHERE h.state = 'open' GROUP BY h.from_member, h.unit, h.from_name, p.lot) AS p"
      " ON " KEY_OF(p, l) " AND p.lot = l.lot WHERE l.held <> COALESCE(p.amount, 0)");
/* A hold that is over was ended by one transfer; one that is open has its time before it, or the
 * job has not come yet: $1 is an hour ago. */
QUERY(q_holds_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_hold h LEFT JOIN (SELECT member, of_id, COUNT(*) AS n"
      "  FROM ledger_transfer WHERE kind IN ('confirm', 'void', 'expire') GROUP BY member, of_id)"
      " AS t ON t.member = h.member AND t.of_id = h.id"
      " WHERE COALESCE(t.n, 0) <> CASE WHEN h.state = 'open' THEN 0 ELSE 1 END"
      " OR (h.state = 'open' AND h.ends_at <= $1)");

QUERY(q_transfers_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT transfer_member, transfer FROM ledger_entry"
      " GROUP BY transfer_member, transfer HAVING SUM(amount) <> 0) AS t");
QUERY(q_transfers_lost, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_entry e LEFT JOIN ledger_transfer t"
      " ON t.member = e.transfer_member AND t.id = e.transfer WHERE t.member IS NULL");
/* What a transfer says it moved is what its entries took and gave. */
QUERY(q_sides_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_transfer t WHERE"
      " t.kind IN ('move', 'confirm', 'reverse', 'lapse', 'merge') AND (t.amount <> -(SELECT"
      " COALESCE(SUM(e.amount), 0) FROM ledger_entry e WHERE e.member = t.from_member"
      " AND e.unit = t.unit AND e.name = t.from_name AND e.number >= t.from_entry"
      " AND e.number < t.from_entry + t.from_entries) OR t.amount <> (SELECT"
      " COALESCE(SUM(e.amount), 0) FROM ledger_entry e WHERE e.member = t.to_member"
      " AND e.unit = t.unit AND e.name = t.to_name AND e.number >= t.to_entry"
      " AND e.number < t.to_entry + t.to_entries))");

QUERY(q_turnover_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT unit, slot, kind, name FROM (SELECT unit, slot, kind,"
      " name, amount FROM ledger_turnover UNION ALL SELECT e.unit,"
      " (e.at - CASE WHEN t.kind = 'lapse' THEN 1 ELSE 0 END) / 900000, t.kind,"
      " CASE WHEN t.from_member = 0 THEN t.from_name ELSE t.to_name END, -e.amount"
      " FROM ledger_entry e JOIN ledger_transfer t ON t.member = e.transfer_member"
      " AND t.id = e.transfer WHERE e.member > 0 AND (t.from_member = 0) <> (t.to_member = 0))"
      " AS x GROUP BY unit, slot, kind, name HAVING SUM(amount) <> 0) AS y");

enum err ledger_check(struct ctx *c, struct ledger_faults *out)
{
    *out = (struct ledger_faults){ 0 };
    const struct {
        struct query *q;
        i64 *into;
        struct args args;
    } looks[] = {
        { &q_sums_wrong, &out->sums, NO_ARGS },
        { &q_entries_wrong, &out->entries, NO_ARGS },
        { &q_running_wrong, &out->entries, NO_ARGS },
        { &q_entries_lost, &out->entries, NO_ARGS },
        { &q_lots_wrong, &out->lots, NO_ARGS },
        { &q_lots_lost, &out->lots, NO_ARGS },
        { &q_accounts_wrong, &out->lots, NO_ARGS },
        { &q_floors_wrong, &out->floors, NO_ARGS },
        { &q_held_wrong, &out->holds, NO_ARGS },
        { &q_pieces_wrong, &out->holds, NO_ARGS },
        { &q_holds_wrong, &out->holds, ARGS(c->now - HOUR_MS) },
        { &q_transfers_wrong, &out->transfers, NO_ARGS },
        { &q_transfers_lost, &out->transfers, NO_ARGS },
        { &q_sides_wrong, &out->transfers, NO_ARGS },
        { &q_turnover_wrong, &out->turnover, NO_ARGS },
    };
    TRY(store_snapshot(c));
    for (i64 i = 0; i < COUNT(looks); i++) {
        struct one_i64 n;
        TRY(db_get(c, looks[i].q, &n, looks[i].args));
        *looks[i].into += n.value;
    }
    return OK;
}
