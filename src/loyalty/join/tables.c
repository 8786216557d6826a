/* tables.c -- what is kept of joining: who takes part, first orders that were rewarded, packs. */
#include "loyalty/join/inside.h"

const struct migration join_migrations[] = {
    { "0001 joining",
      /* A stay each: from joining to leaving. */
      "CREATE TABLE loyalty_join ("
      "  member int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  joined_at int64 NOT NULL,"
      "  left_at int64,"
      "  channel text,"
      "  touchpoint text,"
      "  inviter int64,"
      "  PRIMARY KEY (member, number)"
      ") clustered;"
      "CREATE TABLE loyalty_first_order ("
      "  member int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  purchase int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  state text NOT NULL," /* given, kept: used and refunded; undone: all of it taken back */
      "  PRIMARY KEY (member, number)"
      ") clustered;"
      "CREATE TABLE loyalty_pack ("
      "  pack text NOT NULL,"
      "  place int64 NOT NULL,"
      "  kind text NOT NULL,"
      "  amount int64 NOT NULL,"
      "  credit int64,"
      "  code text,"
      "  valid_days int64,"
      "  cost int64,"
      "  budget text,"
      "  PRIMARY KEY (pack, place)"
      ") clustered;"
      "CREATE TABLE loyalty_lock ("
      "  member int64 NOT NULL PRIMARY KEY,"
      "  at int64 NOT NULL"
      ");" },
    { 0 },
};

SHAPE_DEFINE(pack);
SHAPE_DEFINE(join_ask);
SHAPE_DEFINE(join_view);
SHAPE_DEFINE(stay);

CHANGE(c_lock, "INSERT INTO loyalty_lock (member, at) VALUES ($1, $2)"
               " ON CONFLICT (member) DO UPDATE SET at = excluded.at");

enum err programme_lock(struct tx *t, i64 member)
{
    return tx_change(t, &c_lock, ARGS(member, t->c->now));
}
