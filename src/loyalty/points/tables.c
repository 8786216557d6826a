/* tables.c -- the tables of points, the rule that is shipped, and the room's shapes.
 *
 * points_order, points_line and points_gift say what orders earned; what of it is theirs lies in
 * the ledger. A line names the rule it earned by and the terms of that rule as they were then, so
 * that later rules change nothing; rule 0: none fitted. Of points_line an order_id below zero is a
 * line of the timeline (less its seq): what a deed earned.
 */
#include "loyalty/points/inside.h"

const struct migration points_migrations[] = {
    { "0001 points",
      "CREATE TABLE points_rule (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  name text NOT NULL,\n"
      "  kind text NOT NULL,\n"
      "  is_on flag NOT NULL,\n"
      "  from_at int64,\n"
      "  until_at int64,\n"
      "  points_per int64 NOT NULL,\n" /* so many for every so much; of events: each time */
      "  per_amount int64 NOT NULL,\n"
      "  event text,\n"
      "  shops text,\n" /* JSON lists; absent: all */
      "  categories text,\n"
      "  products text,\n"
      "  weekdays text,\n"
      "  from_minute int64,\n"
      "  until_minute int64,\n"
      "  times_tier flag NOT NULL,\n"
      "  adds flag NOT NULL,\n"
      "  cap_day int64,\n"
      "  cap_total int64,\n"
      "  created_at int64 NOT NULL,\n"
      "  updated_at int64 NOT NULL\n"
      ");\n"
      "INSERT INTO points_rule (id, name, kind, is_on, points_per, per_amount, times_tier, adds,"
      " created_at, updated_at) VALUES (1, '消费 1 元得 1 积分', 'order', TRUE, 1, 10000, TRUE,"
      " FALSE, 0, 0);\n"
      "CREATE TABLE points_member (\n"
      "  member int64 NOT NULL PRIMARY KEY,\n"
      "  version int64 NOT NULL\n" /* rises with every change: a lock */
      ");\n"
      "CREATE TABLE points_order (\n"
      "  member int64 NOT NULL,\n" /* 0: not known */
      "  order_id int64 NOT NULL,\n"
      "  paid_at int64 NOT NULL,\n"
      "  multiplier int64 NOT NULL,\n"
      "  window_ms int64 NOT NULL,\n"
      "  matures_at int64 NOT NULL,\n"
      "  matured flag NOT NULL,\n"
      "  expires_at int64,\n"
      "  due int64 NOT NULL,\n"
      "  given int64 NOT NULL,\n"
      "  forgiven int64 NOT NULL,\n"
      "  gifts int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id)\n"
      ") clustered;\n"
      "CREATE INDEX points_order_of ON points_order (member, matures_at) WHERE NOT matured;\n"
      "CREATE INDEX points_order_due ON points_order (matures_at) WHERE NOT matured;\n"
      "CREATE TABLE points_line (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  line int64 NOT NULL,\n"
      "  rule int64 NOT NULL,\n"
      "  on_day int64 NOT NULL,\n" /* caps by day count it there */
      "  points_per int64 NOT NULL,\n"
      "  per_amount int64 NOT NULL,\n"
      "  multiplier int64 NOT NULL,\n"
      "  paid int64 NOT NULL,\n" /* of the line, less refunds */
      "  due int64 NOT NULL,\n"
      "  at_most int64,\n" /* what caps left it; absent: no cap */
      "  PRIMARY KEY (member, order_id, line, rule)\n"
      ") clustered;\n"
      "CREATE INDEX points_line_day ON points_line (member, on_day, rule);\n"
      "CREATE TABLE points_gift (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  whose int64 NOT NULL,\n" /* member of the transfer order:ID:earn:NUMBER */
      "  amount int64 NOT NULL,\n"
      "  taken int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id, number)\n"
      ") clustered;\n" },
    { "0002 by hand", /* liability.c; slot: a quarter of an hour */
      "CREATE TABLE points_hand (\n"
      "  slot int64 NOT NULL PRIMARY KEY,\n"
      "  given int64 NOT NULL,\n"
      "  taken int64 NOT NULL\n"
      ");\n"
      "INSERT INTO points_hand (slot, given, taken) SELECT t.at / 900000,"
      " SUM(CASE WHEN t.from_member = 0 THEN t.amount ELSE 0 END),"
      " SUM(CASE WHEN t.from_member = 0 THEN 0 ELSE t.amount END) FROM ledger_transfer t"
      " WHERE t.unit = 'point' AND t.kind = 'move' AND (t.id LIKE 'points:hand:%'"
      " OR t.id LIKE 'reward:%:points:hand:%') GROUP BY 1;\n" },
    { "0003 events and budgets", /* props: name and value, a line each */
      "ALTER TABLE points_rule ADD COLUMN props text;\n"
      "ALTER TABLE points_rule ADD COLUMN budget text;\n"
      "CREATE TABLE points_charge (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  rule int64 NOT NULL,\n"
      "  budget text NOT NULL,\n"
      "  whose int64 NOT NULL,\n" /* member of the charge points:ORDER:RULE:NUMBER */
      "  points int64 NOT NULL,\n"
      "  cost int64 NOT NULL,\n"
      "  points_left int64 NOT NULL,\n"
      "  cost_left int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id, number)\n"
      ") clustered;\n" },
    { "0004 numbers of rules", /* 1 is shipped; the next is above all there are */
      "INSERT INTO sequence (name, next) SELECT 'points_rule', MAX(id) + 1 FROM points_rule"
      " WHERE TRUE ON CONFLICT (name) DO UPDATE SET next = excluded.next;\n" },
    { "0005 reminders", /* on_day: the last day they can be used */
      "CREATE TABLE points_reminder (\n"
      "  member int64 NOT NULL,\n"
      "  on_day int64 NOT NULL,\n"
      "  step int64 NOT NULL,\n"
      "  PRIMARY KEY (member, on_day, step)\n"
      ") clustered;\n" },
    { "0006 on since", "ALTER TABLE points_rule ADD COLUMN on_since int64;\n"
                       "UPDATE points_rule SET on_since = created_at WHERE is_on;\n" },
    { 0 },
};

SHAPE_DEFINE(points_expiring);
SHAPE_DEFINE(points_balance);
SHAPE_DEFINE(points_entry);
SHAPE_DEFINE(points_order_row);
