/* fields.c -- what segments may ask: whether somebody takes part, and since when. */
#include "base/field.h"
#include "loyalty/join/inside.h"

QUERY(joined_rows, field_word,
      "SELECT member, CASE WHEN COUNT(*) > COUNT(left_at) THEN 'true' ELSE 'false' END AS value"
      " FROM loyalty_join WHERE member >= $1 AND member <= $2 GROUP BY member");
QUERY(joined_at_rows, field_number,
      "SELECT member, MIN(joined_at) AS value FROM loyalty_join"
      " WHERE member >= $1 AND member <= $2 AND left_at IS NULL GROUP BY member");

static const char *const on_join[] = { "loyalty.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "joined",
      .kind = FIELD_IS_FLAG,
      .sql = &joined_rows,
      .stale = on_join,
      .zh = "已入会（从未入会：未知）",
      .en = "Takes part in the programme (unknown: never joined)",
      .example = "joined = true" },
    { .name = "joined_at",
      .kind = FIELD_IS_AGE,
      .sql = &joined_at_rows,
      .stale = on_join,
      .zh = "入会时间",
      .en = "When he joined the programme",
      .example = "joined_at <= 30d" },
    { 0 },
};
const struct field_table join_fields = { .rows = rows };
