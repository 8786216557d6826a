/* tables.c -- the tables of trade, and its choices.
 *
 * purchase_order keeps what the source stated (stated_*, *_at, excluded, postage) beside what
 * follows from it (state, total, paid, refund, net, quantity, is_paid, bought_at, over_refunded):
 * the latter are recomputed whole by order_derive at each change. Orders lie in their member's
 * rows; order_number finds them by shop and number, the index on id by id. purchase_order_at
 * answers lists and sales alone; purchase_order_bought answers RFM alone.
 */
#include "trade/order.h"

const struct migration trade_migrations[] = {
    { "0001 trade",
      "CREATE TABLE shop (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  name text NOT NULL UNIQUE,\n"
      "  created_at int64 NOT NULL\n"
      ");\n"
      "CREATE TABLE product (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  shop int64 NOT NULL,\n"
      "  code text NOT NULL,\n"
      "  name text,\n"    /* by hand or catalogue; else as first sold */
      "  sold_as text,\n" /* title on the first order line: lines with this title keep none of their
                             own */
      "  category text,\n"
      "  price int64,\n"
      "  cost int64,\n"
      "  stock int64,\n"
      "  launched_at int64,\n"
      "  created_at int64 NOT NULL\n"
      ");\n"
      "CREATE UNIQUE INDEX product_code ON product (shop, code);\n"
      "CREATE TABLE order_number (\n"
      "  shop int64 NOT NULL,\n"
      "  number text NOT NULL,\n"
      "  member int64 NOT NULL,\n"
      "  id int64 NOT NULL,\n"
      "  PRIMARY KEY (shop, number)\n"
      ") clustered;\n"
      "CREATE TABLE purchase_order (\n"
      "  member int64 NOT NULL,\n"
      "  id int64 NOT NULL,\n"
      "  shop int64 NOT NULL,\n"
      "  number text NOT NULL,\n"
      "  state text NOT NULL,\n"
      "  stated_state text NOT NULL,\n"
      "  status text,\n"
      "  at int64 NOT NULL,\n"
      "  created_at int64,\n"
      "  paid_at int64,\n"
      "  completed_at int64,\n"
      "  cancelled_at int64,\n" /* through Koi */
      "  stated_total int64,\n"
      "  stated_paid int64,\n"
      "  excluded int64,\n" /* refund that stated_paid leaves out; absent: it leaves out none */
      "  stated_refund int64,\n"
      "  own_refund int64,\n" /* refunded in all after the last refund through Koi */
      "  stated_quantity int64,\n"
      "  postage int64,\n"
      "  total int64 NOT NULL,\n"
      "  paid int64 NOT NULL,\n"
      "  refund int64 NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  quantity int64 NOT NULL,\n"
      "  is_paid flag NOT NULL,\n"
      "  bought_at int64,\n" /* a purchase, and when; absent: not a purchase */
      "  over_refunded flag NOT NULL,\n"
      "  province text,\n"
      "  city text,\n"
      "  country text,\n"
      "  touchpoint text,\n"
      "  currency text,\n"
      "  updated_at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, id)\n"
      ") clustered;\n"
      "CREATE INDEX purchase_order_id ON purchase_order (id);\n"
      "CREATE INDEX purchase_order_at ON purchase_order"
      " (at, id, shop, member, is_paid, paid, refund, net);\n"
      "CREATE INDEX purchase_order_bought ON purchase_order (member, bought_at, net)"
      " WHERE bought_at IS NOT NULL;\n"
      "CREATE TABLE order_line (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  line int64 NOT NULL,\n"
      "  line_id text,\n"
      "  product int64 NOT NULL,\n" /* 0: not said */
      "  title text,\n"
      "  quantity int64 NOT NULL,\n"
      "  price int64 NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  stated_refund int64,\n"
      "  own_refund int64,\n"
      "  PRIMARY KEY (member, order_id, line)\n"
      ") clustered;\n"
      "CREATE TABLE order_refund (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n" /* 1, 2, 3 … within the order */
      "  refund_key text NOT NULL,\n"
      "  line int64 NOT NULL,\n" /* 0: of the order */
      "  amount int64 NOT NULL,\n"
      "  after_order int64 NOT NULL,\n" /* refunded in all, this one included */
      "  after_line int64,\n"
      "  reason text,\n"
      "  actor text,\n"
      "  at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id, number)\n"
      ") clustered;\n"
      "CREATE TABLE member_trade (\n"
      "  member int64 NOT NULL PRIMARY KEY,\n"
      "  orders int64 NOT NULL,\n"
      "  paid_orders int64 NOT NULL,\n"
      "  purchases int64 NOT NULL,\n"
      "  quantity int64 NOT NULL,\n"
      "  paid int64 NOT NULL,\n"
      "  refund int64 NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  first_order_at int64,\n"
      "  last_order_at int64,\n"
      "  first_bought_at int64,\n"
      "  last_bought_at int64\n"
      ");\n"
      "CREATE INDEX member_trade_last ON member_trade (last_order_at, member);\n"
      "CREATE INDEX member_trade_net ON member_trade (net, member);\n"
      "CREATE INDEX member_trade_orders ON member_trade (orders, member);\n" },
    { "0002 open orders", /* few of very many: found without looking through the finished ones */
      "CREATE INDEX purchase_order_open ON purchase_order (state, at, id)"
      " WHERE state IN ('placed', 'paid', 'shipped');\n" },
    { "0003 list prices", /* of a piece when the line was written; absent: not known */
      "ALTER TABLE order_line ADD COLUMN list_price int64;\n"
      "UPDATE order_line SET list_price ="
      " (SELECT p.price FROM product p WHERE p.id = order_line.product);\n" },
    { "0004 promotion codes", "ALTER TABLE purchase_order ADD COLUMN code text;\n" },
    { 0 },
};

SHAPE_DEFINE(order_line_fact);
SHAPE_DEFINE(order_fact);
SHAPE_DEFINE(order_row);
SHAPE_DEFINE(line_row);
CHOICE_DEFINE(order_state, "placed", "paid", "shipped", "completed", "cancelled", "refunded");
CHOICE_DEFINE(order_put, "new", "changed", "same");
