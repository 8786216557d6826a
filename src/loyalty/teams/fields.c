/* fields.c -- what segments may ask of teams: their names, and whether one plays. */
#include "base/field.h"
#include "loyalty/teams/inside.h"
#include "store/composed.h"

QUERY(team_rows, field_word,
      "SELECT s.member, t.name AS value FROM team_seat s JOIN team t ON t.id = s.team"
      " WHERE s.member >= $1 AND s.member <= $2 AND s.state = 'in'");

SQL_PART(playing, "SELECT s.member, 'true' AS value FROM team_seat s JOIN team_campaign k"
                  " ON k.id = s.campaign WHERE s.member >= $1 AND s.member <= $2"
                  " AND s.state = 'in' AND k.starts_at <= $3 AND k.ends_at > $3 GROUP BY s.member");
static enum err in_team(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    composed_add(out, &playing, ARGS(first, last, c->now));
    return OK;
}

static const char *const on_team[] = { "team.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "team",
      .kind = FIELD_IS_SET,
      .sql = &team_rows,
      .stale = on_team,
      .zh = "所在的队伍（含已结束的活动）",
      .en = "Teams he is in, those of campaigns that are over among them",
      .example = "team = \"红队\"" },
    { .name = "in_team",
      .kind = FIELD_IS_FLAG,
      .compose = in_team,
      .stale = on_team,
      .moves = true,
      .zh = "在进行中的组队活动里有队伍（没有：未知）",
      .en = "In a team of a campaign that runs now (in none: unknown)",
      .example = "in_team = true" },
    { 0 },
};
const struct field_table team_fields = { .rows = rows };
