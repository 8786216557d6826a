/* fields.c -- what segments may ask: the level at the moment of asking, orders brought, commission
 * on the account.
 */
#include "base/field.h"
#include "loyalty/koc/inside.h"
#include "store/composed.h"

SQL_PART(level_head, "SELECT x.member, x.value FROM (SELECT k.holder AS member, CASE");
SQL_PART(level_when,
         " WHEN (SELECT COUNT(*) FROM koc_order o WHERE o.holder = k.holder AND o.counted"
         " AND o.paid_at >= $1 AND o.paid_at <= $2) >= $3 AND (SELECT COALESCE(SUM(o.net), 0)"
         " FROM koc_order o WHERE o.holder = k.holder AND o.counted AND o.paid_at >= $1"
         " AND o.paid_at <= $2) >= $4 THEN CAST($5 AS TEXT)");
SQL_PART(level_tail,
         " ELSE NULL END AS value FROM (SELECT DISTINCT holder FROM koc WHERE holder >= $1"
         " AND holder <= $2 AND state = 'active') k) x WHERE x.value IS NOT NULL");

static enum err levels_now(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    struct koc_level_list levels;
    (void)at;
    TRY(koc_levels(c, &levels));
    composed_add(out, &level_head, NO_ARGS);
    for (i64 i = levels.n - 1; i >= 0; i--) {
        const struct koc_level *l = &levels.at[i];
        instant from = zone_midnight(c->zone, zone_day(c->zone, c->now) - (day)l->window_days + 1);
        composed_add(out, &level_when, ARGS(from, c->now, l->orders, l->amount, l->code));
    }
    composed_add(out, &level_tail, ARGS(first, last));
    return OK;
}

QUERY(order_rows, field_number,
      "SELECT holder AS member, COUNT(*) AS value FROM koc_order WHERE holder >= $1"
      " AND holder <= $2 AND counted GROUP BY holder");
QUERY(commission_rows, field_number,
      "SELECT member, balance AS value FROM ledger_account WHERE member >= $1 AND member <= $2"
      " AND member > 0 AND unit = 'commission' AND name = '' AND balance <> 0");

static const char *const on_koc[] = { "koc.*", "order.*", "member.merged", "member.unmerged",
                                      NULL };
static const char *const on_ledger[] = { "ledger.*", "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "koc_level",
      .kind = FIELD_IS_TEXT,
      .compose = levels_now,
      .stale = on_koc,
      .moves = true,
      .zh = "达人（KOC）等级的代号；不是在册达人的没有",
      .en = "Code of the KOC level; only of active KOCs",
      .example = "koc_level in (\"推荐官\", \"品牌KOC\")" },
    { .name = "koc_orders",
      .kind = FIELD_IS_COUNT,
      .sql = &order_rows,
      .zero = true,
      .stale = on_koc,
      .moves = true,
      .zh = "作为达人带来的订单数（全额退款的不算）",
      .en = "Orders brought as a KOC, those refunded whole left out",
      .example = "koc_orders >= 10" },
    { .name = "koc_commission",
      .kind = FIELD_IS_MONEY,
      .sql = &commission_rows,
      .zero = true,
      .stale = on_ledger,
      .zh = "佣金账户余额（元）：待生效、待结算、待付之和",
      .en = "Commission on the account: pending, unsettled and unpaid",
      .example = "koc_commission >= 100" },
    { 0 },
};
const struct field_table koc_fields = { .rows = rows };
