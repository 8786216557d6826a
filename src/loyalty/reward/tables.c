/* tables.c -- what is kept of rewards: a row for each that was given, held or refused. */
#include "loyalty/reward/inside.h"

const struct migration reward_migrations[] = {
    { "0001 rewards",
      "CREATE TABLE reward ("
      "  member int64 NOT NULL,"
      "  id text NOT NULL,"
      "  origin int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  state text NOT NULL,"
      "  kind text NOT NULL,"
      "  amount int64 NOT NULL,"
      "  credit int64,"
      "  code text,"
      "  valid_days int64,"
      "  cost int64 NOT NULL,"
      "  budget text,"
      "  reason text,"
      "  review text,"
      "  held_until int64,"
      "  decided_at int64,"
      "  decided_by text,"
      "  note text,"
      "  taken int64 NOT NULL,"
      "  shipped_at int64,"
      "  shipment text,"
      "  at int64 NOT NULL,"
      "  PRIMARY KEY (member, id, origin)"
      ") clustered;"
      "CREATE INDEX reward_number ON reward (number);"
      "CREATE INDEX reward_of_member ON reward (member, number);"
      "CREATE INDEX reward_of_budget ON reward (budget, number) WHERE budget IS NOT NULL;"
      "CREATE INDEX reward_of_state ON reward (state, number) WHERE state <> 'given';"
      "CREATE INDEX reward_held ON reward (held_until) WHERE state = 'held';"
      "CREATE INDEX reward_to_ship ON reward (number)"
      " WHERE kind = 'gift' AND state = 'given' AND shipped_at IS NULL;" },
    { "0002 rewards given to", /* who had it when it was given, else 0 */
      "ALTER TABLE reward ADD COLUMN given_to int64 NOT NULL DEFAULT 0;" },
    { 0 },
};

SHAPE_DEFINE(reward);
SHAPE_DEFINE(reward_view);
SHAPE_DEFINE(given);
CHOICE_DEFINE(reward_kind, "points", "growth", "credit", "benefit", "tag", "gift");
CHOICE_DEFINE(reward_result, "given", "held", "no_budget", "rejected", "taken_back");
