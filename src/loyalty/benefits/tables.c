/* tables.c -- the table of benefits, those that are shipped, and the room's choices. */
#include "loyalty/benefits/inside.h"

const struct migration benefits_migrations[] = {
    { "0001 benefits",
      "CREATE TABLE benefit (\n"
      "  code text NOT NULL PRIMARY KEY,\n"
      "  kind text NOT NULL,\n"
      "  zh text NOT NULL,\n"
      "  en text NOT NULL,\n"
      "  value int64,\n"
      "  threshold int64,\n"
      "  cost int64 NOT NULL,\n"
      "  valid_days int64,\n"
      "  ended flag NOT NULL,\n"
      "  created_at int64 NOT NULL,\n"
      "  updated_at int64 NOT NULL\n"
      ");\n"
      "INSERT INTO benefit (code, kind, zh, en, value, threshold, cost, valid_days, ended,"
      " created_at, updated_at) VALUES\n"
      "  ('birthday-10', 'coupon', '生日 10 元无门槛券', 'birthday coupon, 10 yuan off anything',"
      " 100000, NULL, 100000, 30, FALSE, 0, 0),\n"
      "  ('buy-3-free-1', 'buy_free', '三免一', 'buy three, the cheapest free',"
      " NULL, 30000, 0, 90, FALSE, 0, 0);\n" },
    { 0 },
};

SHAPE_DEFINE(benefit);
SHAPE_DEFINE(entitlement);
CHOICE_DEFINE(benefit_kind, "coupon", "buy_free", "member_price", "shipping", "service", "trade_in",
              "pack");
