/* fields.c -- what segments may ask: how many exchanges somebody has, and when the last was. */
#include "base/field.h"
#include "loyalty/mall/inside.h"

#define KEPT "win = 0 AND state IN ('paid', 'shipped', 'received')"
QUERY(mall_exchanges_rows, field_number,
      "SELECT member, COUNT(*) AS value FROM mall_exchange"
      " WHERE member >= $1 AND member <= $2 AND " KEPT " GROUP BY member");
QUERY(last_exchange_rows, field_number,
      "SELECT member, MAX(placed_at) AS value FROM mall_exchange"
      " WHERE member >= $1 AND member <= $2 AND " KEPT " GROUP BY member");

static const char *const on_mall[] = { "mall.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "mall_exchanges",
      .kind = FIELD_IS_COUNT,
      .sql = &mall_exchanges_rows,
      .stale = on_mall,
      .zero = true,
      .zh = "积分商城兑换次数（已付清、未退回的）",
      .en = "How many exchanges in the points mall he has paid and not given up",
      .example = "mall_exchanges >= 1" },
    { .name = "last_exchange",
      .kind = FIELD_IS_AGE,
      .sql = &last_exchange_rows,
      .stale = on_mall,
      .zh = "最近一次积分兑换",
      .en = "When he last exchanged something in the points mall",
      .example = "last_exchange > 90d" },
    { 0 },
};
const struct field_table mall_fields = { .rows = rows };
