/* tables.c -- what is kept of the mall: goods, limits by tier, exchanges, codes. */
#include "loyalty/mall/inside.h"

const struct migration mall_migrations[] = {
    { "0001 mall",
      "CREATE TABLE mall_good ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  kind text NOT NULL,"
      "  zh text NOT NULL,"
      "  en text,"
      "  points int64 NOT NULL,"
      "  price int64 NOT NULL,"
      "  picture text,"
      "  description text,"
      "  starts_at int64,"
      "  ends_at int64,"
      "  tier text,"
      "  segment text,"
      "  per_member int64 NOT NULL,"
      "  per_day int64 NOT NULL,"
      "  per_month int64 NOT NULL,"
      "  benefit text,"
      "  state text NOT NULL,"
      "  created_at int64 NOT NULL"
      ");"
      "CREATE TABLE mall_tier_limit ("
      "  good int64 NOT NULL,"
      "  tier text NOT NULL,"
      "  per_member int64 NOT NULL,"
      "  PRIMARY KEY (good, tier)"
      ") clustered;"
      "CREATE TABLE mall_exchange ("
      "  member int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  origin int64 NOT NULL,"
      "  key text NOT NULL,"
      "  good int64 NOT NULL,"
      "  kind text NOT NULL,"
      "  quantity int64 NOT NULL,"
      "  points int64 NOT NULL,"
      "  price int64 NOT NULL,"
      "  benefit text,"
      "  state text NOT NULL,"
      "  why text,"
      "  placed_at int64 NOT NULL,"
      "  pay_until int64,"
      "  paid_at int64,"
      "  payment text,"
      "  shipped_at int64,"
      "  carrier text,"
      "  tracking text,"
      "  receive_by int64,"
      "  received_at int64,"
      "  return_until int64,"
      "  ended_at int64,"
      "  refund text,"
      "  receiver text,"
      "  phone text,"
      "  address text,"
      "  stock text NOT NULL,"
      "  taken_by int64 NOT NULL,"
      "  win int64 NOT NULL,"
      "  PRIMARY KEY (member, number)"
      ") clustered;"
      "CREATE INDEX mall_exchange_number ON mall_exchange (number);"
      "CREATE UNIQUE INDEX mall_exchange_key ON mall_exchange (member, key, origin);"
      "CREATE INDEX mall_exchange_of_good ON mall_exchange (member, good, placed_at);"
      "CREATE INDEX mall_exchange_of_win ON mall_exchange (win) WHERE win <> 0;"
      "CREATE INDEX mall_exchange_paid ON mall_exchange (number) WHERE state = 'paid';"
      "CREATE INDEX mall_exchange_unpaid ON mall_exchange (pay_until) WHERE state = 'placed';"
      "CREATE INDEX mall_exchange_shipped ON mall_exchange (receive_by) WHERE state = 'shipped';"
      /* Codes belong to the shop until one is delivered, and then to an exchange. */
      "CREATE TABLE mall_code ("
      "  good int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  code text NOT NULL,"
      "  exchange int64,"
      "  PRIMARY KEY (good, number)"
      ") clustered;"
      "CREATE UNIQUE INDEX mall_code_text ON mall_code (good, code);"
      "CREATE INDEX mall_code_left ON mall_code (good, number) WHERE exchange IS NULL;"
      "CREATE INDEX mall_code_of ON mall_code (exchange, number) WHERE exchange IS NOT NULL;"
      "CREATE TABLE mall_code_list ("
      "  good int64 NOT NULL,"
      "  key text NOT NULL,"
      "  hash text NOT NULL,"
      "  codes int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  PRIMARY KEY (good, key)"
      ") clustered;" },
    { 0 },
};

SHAPE_DEFINE(tier_limit);
SHAPE_DEFINE(good_post);
SHAPE_DEFINE(good_patch);
SHAPE_DEFINE(good_view);
SHAPE_DEFINE(restock);
SHAPE_DEFINE(codes_added);
SHAPE_DEFINE(exchange_post);
SHAPE_DEFINE(exchange_view);
SHAPE_DEFINE(exchanged);
SHAPE_DEFINE(good);
SHAPE_DEFINE(exchange);
CHOICE_DEFINE(good_kind, "goods", "coupon", "gift_card", "code");
CHOICE_DEFINE(good_state, "draft", "on", "off");
CHOICE_DEFINE(exchange_state, "placed", "paid", "shipped", "received", "returned", "cancelled");
#define X(name, err, zh, en) #name,
CHOICE_DEFINE(mall_result, MALL_RESULTS(X));
#undef X
