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
    { "0002 of tiers",
      "CREATE TABLE tier_benefit (\n"
      "  tier text NOT NULL,\n"
      "  occasion text NOT NULL,\n"
      "  place int64 NOT NULL,\n"
      "  kind text,\n" /* absent: words only */
      "  amount int64 NOT NULL,\n"
      "  credit int64,\n"
      "  code text,\n"
      "  valid_days int64,\n"
      "  cost int64,\n"
      "  budget text,\n"
      "  zh text NOT NULL,\n"
      "  en text NOT NULL,\n"
      "  PRIMARY KEY (tier, occasion, place)\n"
      ") clustered;\n"
      "INSERT INTO tier_benefit (tier, occasion, place, kind, amount, code, zh, en) VALUES\n"
      "  ('小白', 'birthday', 0, 'benefit', 1, 'birthday-10', '生日 10 元无门槛券',"
      " 'a birthday coupon, 10 yuan off anything'),\n"
      "  ('素人', 'entry', 0, 'benefit', 1, 'buy-3-free-1', '三免一 1 次',"
      " 'buy three, the cheapest free, once'),\n"
      "  ('达人', 'entry', 0, 'benefit', 3, 'buy-3-free-1', '三免一 3 次',"
      " 'buy three, the cheapest free, three times'),\n"
      "  ('红人', 'monthly', 0, 'benefit', 1, 'buy-3-free-1', '每月三免一 1 次',"
      " 'buy three, the cheapest free, every month'),\n"
      "  ('品牌KOC', 'always', 0, NULL, 0, NULL, '优先发货', 'better shipping'),\n"
      "  ('品牌KOC', 'always', 1, NULL, 0, NULL, '专属客服', 'personal service'),\n"
      "  ('品牌KOC', 'always', 2, NULL, 0, NULL, '以旧换新', 'trade-in');\n"
      "CREATE TABLE benefit_done (\n"
      "  what text NOT NULL PRIMARY KEY,\n" /* birthday, month, year */
      "  upto text NOT NULL\n"              /* the last day, month, year that was given */
      ");\n" },
    { 0 },
};

SHAPE_DEFINE(benefit);
SHAPE_DEFINE(entitlement);
SHAPE_DEFINE(tier_benefit);
CHOICE_DEFINE(benefit_when, "entry", "birthday", "monthly", "yearly", "always");
CHOICE_DEFINE(benefit_kind, "coupon", "buy_free", "member_price", "shipping", "service", "trade_in",
              "pack");
