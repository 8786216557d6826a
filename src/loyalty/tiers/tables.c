/* tables.c -- the tables of tiers, the ladder that is shipped, and the room's choices.
 *
 * A ladder is never altered: another one is another version. The one that went live last is in
 * force.
 */
#include "loyalty/tiers/inside.h"
#include "store/setting.h"

const struct migration tiers_migrations[] = {
    { "0001 tiers",
      "CREATE TABLE tier_ladder (\n"
      "  version int64 NOT NULL PRIMARY KEY,\n"
      "  measure text NOT NULL,\n"
      "  span text NOT NULL,\n"
      "  span_days int64,\n"
      "  term_months int64 NOT NULL,\n"
      "  to_month_end flag NOT NULL,\n"
      "  on_expiry text NOT NULL,\n"
      "  actor text,\n"
      "  created_at int64 NOT NULL,\n"
      "  live int64\n" /* 1, 2, 3 …: the highest is in force; absent: a draft */
      ");\n"
      "CREATE UNIQUE INDEX tier_ladder_live ON tier_ladder (live);\n"
      "CREATE TABLE tier_step (\n"
      "  version int64 NOT NULL,\n"
      "  rank int64 NOT NULL,\n"
      "  code text NOT NULL,\n"
      "  zh text NOT NULL,\n"
      "  en text NOT NULL,\n"
      "  threshold int64,\n" /* ten-thousandths; absent: by invitation */
      "  keep int64,\n"
      "  multiplier int64 NOT NULL,\n"
      "  PRIMARY KEY (version, rank)\n"
      ") clustered;\n"
      "INSERT INTO tier_ladder (version, measure, span, span_days, term_months, to_month_end,"
      " on_expiry, actor, created_at, live) VALUES"
      " (1, 'spent', 'days', 365, 12, TRUE, 'one_down', NULL, 0, 1);\n"
      "INSERT INTO tier_step (version, rank, code, zh, en, threshold, keep, multiplier) VALUES\n"
      "  (1, 1, '小白', '小白', 'Newcomer', 0, NULL, 1000),\n"
      "  (1, 2, '素人', '素人', 'Regular', 4990000, NULL, 1200),\n"
      "  (1, 3, '达人', '达人', 'Insider', 9990000, NULL, 1500),\n"
      "  (1, 4, '红人', '红人', 'Star', 19990000, NULL, 2000),\n"
      "  (1, 5, '品牌KOC', '品牌 KOC', 'Brand KOC', NULL, NULL, 2000);\n" },
    { "0002 what is held",
      "CREATE TABLE tier_member (\n"
      "  member int64 NOT NULL PRIMARY KEY,\n"
      "  tier text NOT NULL,\n"
      "  rank int64 NOT NULL,\n" /* 0 of one who was merged away, whatever tier says */
      "  since int64,\n"
      "  until int64,\n"
      "  due_at int64,\n"
      "  changes int64 NOT NULL,\n"
      "  settled_at int64 NOT NULL,\n"
      "  gone flag NOT NULL\n"
      ");\n"
      "CREATE INDEX tier_member_due ON tier_member (due_at, member) WHERE due_at IS NOT NULL;\n"
      "CREATE INDEX tier_member_rank ON tier_member (rank, member);\n"
      "CREATE TABLE tier_change (\n"
      "  member int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  at int64 NOT NULL,\n"
      "  from_tier text NOT NULL,\n"
      "  to_tier text NOT NULL,\n"
      "  why text NOT NULL,\n"
      "  until int64,\n"
      "  noted_at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, number)\n"
      ") clustered;\n"
      "CREATE TABLE tier_appointment (\n"
      "  member int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  tier text NOT NULL,\n"
      "  at int64 NOT NULL,\n"
      "  until int64,\n"
      "  reason text,\n"
      "  actor text,\n"
      "  ended_by text,\n"
      "  PRIMARY KEY (member, number)\n"
      ") clustered;\n"
      "CREATE TABLE tier_evaluated (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  basis text NOT NULL,\n" /* what it was worked out of: see evaluate.c */
      "  at int64 NOT NULL\n"
      ");\n"
      "CREATE TABLE tier_simulated (\n"
      "  digest text NOT NULL PRIMARY KEY,\n" /* of the ladder */
      "  at int64 NOT NULL,\n"
      "  actor text\n"
      ");\n" },
    { "0003 last day", "ALTER TABLE tier_member ADD COLUMN last_day text;\n" }, /* of the term */
    { "0004 in force since", "ALTER TABLE tier_ladder ADD COLUMN live_at int64;\n"
                             "ALTER TABLE tier_ladder ADD COLUMN live_by text;\n" },
    { 0 },
};

const struct setting tiers_settings[] = {
    { .name = "tiers.count_before",
      .kind = SETTING_FLAG,
      .fallback = "true",
      .zh = "会员计划开始之前的消费也计入等级",
      .en = "Purchases from before the programme opened count for tiers" },
    { 0 },
};

SHAPE_DEFINE(tier_now);
SHAPE_DEFINE(tier_step);
SHAPE_DEFINE(ladder);
SHAPE_DEFINE(deed);
CHOICE_DEFINE(tier_measure, "spent", "growth", "orders");
CHOICE_DEFINE(tier_span, "days", "year", "ever");
CHOICE_DEFINE(tier_why, "qualified", "kept", "expired", "appointed", "appointment_ended", "refund",
              "rules", "merged");
CHOICE_DEFINE(tier_expiry, "one_down", "recompute");
