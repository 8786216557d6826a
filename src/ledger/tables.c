/* tables.c -- the tables of the ledger, the units it comes with, and its choices.
 *
 * ledger_transfer and ledger_entry are only ever inserted. An entry says the balance after it, so
 * the last one is the account's (the view ledger_account): most transfers leave its row in
 * ledger_purse alone. ledger_lot and ledger_hold say what follows from the entries, so that no
 * question adds up a history; ledger_check recomputes them. A lot has the number of the entry that
 * made it. A hold lies with its transfer's member, its pieces say which of his lots it holds.
 */
#include "ledger/book.h"

const struct migration ledger_migrations[] = {
    { "0001 ledger",
      "CREATE TABLE ledger_unit (\n"
      "  unit text NOT NULL PRIMARY KEY,\n"
      "  zh text NOT NULL,\n"
      "  en text NOT NULL,\n"
      "  decimals int64 NOT NULL,\n"
      "  lots flag NOT NULL,\n"
      "  owes flag NOT NULL\n"
      ");\n"
      "INSERT INTO ledger_unit (unit, zh, en, decimals, lots, owes) VALUES\n"
      "  ('point', '积分', 'points', 0, TRUE, TRUE),\n"
      "  ('growth', '成长值', 'growth value', 0, FALSE, TRUE),\n"
      "  ('credit', '购物金', 'shopping credit', 4, TRUE, FALSE),\n"
      "  ('commission', '佣金', 'commission', 4, FALSE, TRUE),\n"
      "  ('quota', '名额', 'quota', 0, TRUE, FALSE),\n"
      "  ('stock', '库存', 'stock', 0, FALSE, FALSE),\n"
      "  ('packet', '红包', 'red packet money', 4, FALSE, FALSE),\n"
      "  ('budget', '预算', 'budget', 4, FALSE, FALSE);\n"
      "CREATE TABLE ledger_account (\n"
      "  member int64 NOT NULL,\n"
      "  unit text NOT NULL,\n"
      "  name text NOT NULL,\n"
      "  balance int64 NOT NULL,\n"
      "  held int64 NOT NULL,\n"
      "  floor int64,\n"
      "  lowest int64,\n"
      "  cap int64,\n"
      "  entries int64 NOT NULL,\n"
      "  lapse_at int64,\n"
      "  version int64 NOT NULL,\n"
      "  PRIMARY KEY (member, unit, name)\n"
      ") clustered;\n"
      "CREATE INDEX ledger_account_lapse ON ledger_account (lapse_at) WHERE lapse_at IS NOT "
      "NULL;\n"
      "CREATE TABLE ledger_lot (\n"
      "  member int64 NOT NULL,\n"
      "  unit text NOT NULL,\n"
      "  name text NOT NULL,\n"
      "  lot int64 NOT NULL,\n"
      "  expires_at int64,\n"
      "  amount int64 NOT NULL,\n"
      "  remaining int64 NOT NULL,\n"
      "  held int64 NOT NULL,\n"
      "  PRIMARY KEY (member, unit, name, lot)\n"
      ") clustered;\n"
      "CREATE INDEX ledger_lot_open ON ledger_lot (member, unit, name) WHERE remaining > 0;\n"
      "CREATE TABLE ledger_transfer (\n"
      "  member int64 NOT NULL,\n"
      "  id text NOT NULL,\n"
      "  kind text NOT NULL,\n"
      "  unit text NOT NULL,\n"
      "  from_member int64 NOT NULL,\n"
      "  from_name text NOT NULL,\n"
      "  to_member int64 NOT NULL,\n"
      "  to_name text NOT NULL,\n"
      "  asked int64 NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  of_id text,\n"
      "  hold_ms int64 NOT NULL,\n"
      "  expires_at int64,\n"
      "  reason text,\n"
      "  actor text,\n"
      "  at int64 NOT NULL,\n"
      "  from_entry int64 NOT NULL,\n"
      "  from_entries int64 NOT NULL,\n"
      "  to_entry int64 NOT NULL,\n"
      "  to_entries int64 NOT NULL,\n"
      "  PRIMARY KEY (member, id)\n"
      ") clustered;\n"
      "CREATE INDEX ledger_transfer_of ON ledger_transfer (member, of_id) WHERE of_id IS NOT "
      "NULL;\n"
      "CREATE TABLE ledger_entry (\n"
      "  member int64 NOT NULL,\n"
      "  unit text NOT NULL,\n"
      "  name text NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  lot int64 NOT NULL,\n" /* 0: without lots, or the debt */
      "  amount int64 NOT NULL,\n"
      "  balance int64 NOT NULL,\n" /* after it */
      "  at int64 NOT NULL,\n"
      "  transfer_member int64 NOT NULL,\n"
      "  transfer text NOT NULL,\n"
      "  PRIMARY KEY (member, unit, name, number)\n"
      ") clustered;\n"
      "CREATE TABLE ledger_hold (\n"
      "  member int64 NOT NULL,\n"
      "  id text NOT NULL,\n"
      "  state text NOT NULL,\n"
      "  unit text NOT NULL,\n"
      "  from_member int64 NOT NULL,\n"
      "  from_name text NOT NULL,\n"
      "  to_member int64 NOT NULL,\n"
      "  to_name text NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  ends_at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, id)\n"
      ") clustered;\n"
      "CREATE INDEX ledger_hold_from ON ledger_hold (from_member, unit, from_name, ends_at)"
      " WHERE state = 'open';\n"
      "CREATE INDEX ledger_hold_to ON ledger_hold (to_member, unit, to_name, ends_at)"
      " WHERE state = 'open';\n"
      "CREATE INDEX ledger_hold_ends ON ledger_hold (ends_at) WHERE state = 'open';\n"
      "CREATE TABLE ledger_piece (\n"
      "  member int64 NOT NULL,\n"
      "  id text NOT NULL,\n"
      "  lot int64 NOT NULL,\n"
      "  place int64 NOT NULL,\n" /* in the order in which they are spent */
      "  amount int64 NOT NULL,\n"
      "  PRIMARY KEY (member, id, lot)\n"
      ") clustered;\n" },
    { "0002 indexes in use", /* SQLite otherwise walks through all of the member's rows */
      "DROP INDEX ledger_lot_open;\n"
      "CREATE INDEX ledger_lot_open ON ledger_lot (member, unit, name, expires_at, lot)"
      " WHERE remaining > 0;\n"
      "DROP INDEX ledger_transfer_of;\n"
      "CREATE INDEX ledger_transfer_of ON ledger_transfer (member, of_id, kind, amount)"
      " WHERE of_id IS NOT NULL;\n" },
    { "0003 merges", /* every number a living member stands for; a merge's own loser is direct */
      "CREATE TABLE ledger_merged (\n"
      "  member int64 NOT NULL,\n"
      "  loser int64 NOT NULL,\n"
      "  merge int64 NOT NULL,\n"
      "  direct flag NOT NULL,\n"
      "  PRIMARY KEY (member, loser)\n"
      ") clustered;\n"
      "CREATE INDEX ledger_merged_loser ON ledger_merged (loser, merge);\n" },
    { "0004 turnover", /* turnover.c; slot: a quarter of an hour; amount: what members got */
      "CREATE TABLE ledger_turnover (\n"
      "  unit text NOT NULL,\n"
      "  slot int64 NOT NULL,\n"
      "  kind text NOT NULL,\n"
      "  name text NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  PRIMARY KEY (unit, slot, kind, name)\n"
      ") clustered;\n"
      "INSERT INTO ledger_turnover (unit, slot, kind, name, amount)"
      " SELECT e.unit, (e.at - CASE WHEN t.kind = 'lapse' THEN 1 ELSE 0 END) / 900000,"
      " t.kind, CASE WHEN t.from_member = 0 THEN t.from_name"
      " ELSE t.to_name END, SUM(e.amount) FROM ledger_entry e JOIN ledger_transfer t"
      " ON t.member = e.transfer_member AND t.id = e.transfer WHERE e.member > 0"
      " AND (t.from_member = 0) <> (t.to_member = 0) GROUP BY 1, 2, 3, 4;\n" },
    { "0005 a balance is the last entry's",
      "ALTER TABLE ledger_account RENAME TO ledger_purse;\n"
      "ALTER TABLE ledger_purse DROP COLUMN balance;\n"
      "ALTER TABLE ledger_purse DROP COLUMN entries;\n"
      "CREATE VIEW ledger_account AS SELECT p.member AS member, p.unit AS unit, p.name AS name,\n"
      "  COALESCE((SELECT e.balance FROM ledger_entry e WHERE e.member = p.member\n"
      "    AND e.unit = p.unit AND e.name = p.name ORDER BY e.number DESC LIMIT 1), 0) AS "
      "balance,\n"
      "  p.held AS held, p.floor AS floor, p.lowest AS lowest, p.cap AS cap,\n"
      "  COALESCE((SELECT e.number FROM ledger_entry e WHERE e.member = p.member\n"
      "    AND e.unit = p.unit AND e.name = p.name ORDER BY e.number DESC LIMIT 1), 0) AS "
      "entries,\n"
      "  p.lapse_at AS lapse_at, p.version AS version FROM ledger_purse p;\n" },
    { 0 },
};

SHAPE_DEFINE(unit);
SHAPE_DEFINE(account);
SHAPE_DEFINE(account_limits);
SHAPE_DEFINE(balance);
SHAPE_DEFINE(expiring);
SHAPE_DEFINE(transfer);
SHAPE_DEFINE(transferred);
SHAPE_DEFINE(transfer_view);
SHAPE_DEFINE(statement_row);
SHAPE_DEFINE(trial_row);
SHAPE_DEFINE(ledger_faults);
SHAPE_DEFINE(purse_row);
SHAPE_DEFINE(lot_row);
SHAPE_DEFINE(entry_row);
SHAPE_DEFINE(hold_row);
SHAPE_DEFINE(piece_row);
SHAPE_DEFINE(transfer_row);

CHOICE_DEFINE(transfer_kind, "move", "hold", "confirm", "void", "reverse", "expire", "lapse",
              "merge");
CHOICE_DEFINE(hold_state, "open", "confirmed", "voided", "expired");
CHOICE_DEFINE(ledger_result, "done", "id_invalid", "words_invalid", "amount_invalid",
              "term_invalid", "same_account", "unit_unknown", "of_unknown", "of_wrong",
              "other_content", "expiry_past", "hold_ended", "above_rest", "below_floor",
              "above_cap", "overflows");
