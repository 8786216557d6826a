/* tables.c -- what is kept of grabs: their terms, and who won. */
#include "loyalty/grab/inside.h"

const struct migration grab_migrations[] = {
    { "0001 grabs", "CREATE TABLE grab ("
                    "  id int64 NOT NULL PRIMARY KEY,"
                    "  zh text NOT NULL,"
                    "  en text,"
                    "  starts_at int64,"
                    "  ends_at int64,"
                    "  tier text,"
                    "  segment text,"
                    "  per_member int64 NOT NULL,"
                    "  opened flag NOT NULL,"
                    "  good int64 NOT NULL," /* 0: the prize is the reward */
                    "  kind text NOT NULL,"
                    "  amount int64 NOT NULL,"
                    "  credit int64,"
                    "  code text,"
                    "  valid_days int64,"
                    "  cost int64,"
                    "  budget text,"
                    "  created_at int64 NOT NULL"
                    ");"
                    "CREATE TABLE grab_win ("
                    "  member int64 NOT NULL,"
                    "  grab int64 NOT NULL,"
                    "  key text NOT NULL,"
                    "  origin int64 NOT NULL,"
                    "  number int64 NOT NULL,"
                    "  place int64 NOT NULL,"
                    "  at int64 NOT NULL,"
                    "  returned_at int64,"
                    "  exchange int64 NOT NULL,"
                    "  PRIMARY KEY (member, grab, key, origin)"
                    ") clustered;"
                    "CREATE INDEX grab_win_place ON grab_win (grab, place);"
                    "CREATE INDEX grab_win_number ON grab_win (number);" },
    { 0 },
};

SHAPE_DEFINE(grab_post);
SHAPE_DEFINE(grab_patch);
SHAPE_DEFINE(grab_view);
SHAPE_DEFINE(grab_units);
SHAPE_DEFINE(grab_taken);
SHAPE_DEFINE(grab_win_view);
SHAPE_DEFINE(grab);
SHAPE_DEFINE(grab_win);
#define X(name, zh, en) #name,
CHOICE_DEFINE(grab_result, GRAB_RESULTS(X));
#undef X
