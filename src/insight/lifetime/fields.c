/* fields.c -- what segments may ask: alive, purchases expected in 90 days, value expected in 365,
 * as they were last scored. */
#include "base/field.h"
#include "insight/lifetime/inside.h"

#define OF_LIVING                                                                       \
    " FROM lifetime_score s JOIN member m ON m.member = s.member AND m.merged_into IS " \
    "NULL WHERE s.member >= $1 AND s.member <= $2"
QUERY(alive_rows, field_word,
      "SELECT s.member, CAST(s.alive / 100 AS TEXT) || '.' ||"
      " SUBSTR(CAST(100 + s.alive % 100 AS TEXT), 2) AS value" OF_LIVING);
QUERY(expected_rows, field_word,
      "SELECT s.member, CAST(s.orders / 10000 AS TEXT) || '.' ||"
      " SUBSTR(CAST(10000 + s.orders % 10000 AS TEXT), 2) AS value" OF_LIVING);
QUERY(value_rows, field_number, "SELECT s.member, s.value" OF_LIVING " AND s.value >= 0");

static const char *const on_scores[] = { "lifetime.scored", "member.merged", "member.unmerged",
                                         NULL };

static const struct field rows[] = {
    { .name = "alive",
      .kind = FIELD_IS_NUMBER,
      .sql = &alive_rows,
      .stale = on_scores,
      .zh = "仍在的概率（百分数，BG/NBD）；没有购买过的没有",
      .en = "Chance that he has not left, in percent (BG/NBD); only of buyers",
      .example = "alive < 50 and spent >= 1000" },
    { .name = "expected_orders",
      .kind = FIELD_IS_NUMBER,
      .sql = &expected_rows,
      .stale = on_scores,
      .zh = "之后 90 天预计购买次数（BG/NBD）",
      .en = "Purchases expected in the next 90 days (BG/NBD)",
      .example = "expected_orders >= 0.5" },
    { .name = "ltv",
      .kind = FIELD_IS_MONEY,
      .sql = &value_rows,
      .stale = on_scores,
      .zh = "之后 365 天预计价值（元，折现；BG/NBD 与 Gamma-Gamma）",
      .en = "Value expected in the next 365 days, discounted (BG/NBD and Gamma-Gamma)",
      .example = "ltv >= 500" },
    { 0 },
};
const struct field_table lifetime_fields = { .rows = rows };
