/* fields.c -- what segments may ask of teams: their names. */
#include "base/field.h"
#include "loyalty/teams/inside.h"

QUERY(team_rows, field_word,
      "SELECT s.member, t.name AS value FROM team_seat s JOIN team t ON t.id = s.team"
      " WHERE s.member >= $1 AND s.member <= $2 AND s.state = 'in'");

static const char *const on_team[] = { "team.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "team",
      .kind = FIELD_IS_SET,
      .sql = &team_rows,
      .stale = on_team,
      .zh = "所在的队伍",
      .en = "Teams he is in",
      .example = "team = \"红队\"" },
    { 0 },
};
const struct field_table team_fields = { .rows = rows };
