/* fields.c -- what segments may ask: until when somebody has paid, and for which plan. */
#include "base/field.h"
#include "loyalty/membership/inside.h"

QUERY(paid_until_rows, field_word,
      "SELECT member, MAX(last_day) AS value FROM membership_term"
      " WHERE member >= $1 AND member <= $2 AND state = 'paid' GROUP BY member");

static const char *const on_terms[] = { "membership.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "paid_until",
      .kind = FIELD_IS_DATE,
      .sql = &paid_until_rows,
      .stale = on_terms,
      .zh = "付费会员有效期的最后一天",
      .en = "The last day of his paid membership",
      .example = "paid_until within next 7d" },
    { 0 },
};
const struct field_table membership_fields = { .rows = rows };
