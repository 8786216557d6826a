/* fields.c -- what segments may ask: points that can be spent, points that wait. Both turn and end
 * by time alone, so nobody keeps them: they are worked out at the moment of asking, by the rules
 * of points_balance_of. */
#include "base/field.h"
#include "loyalty/points/inside.h"
#include "store/composed.h"

/* What is written down, less what has expired since, and what holds that ended and orders that
 * turned since bring. A balance has the debt in it, so these repay it; what repaid it before it
 * ended is not owed any more. */
SQL_PART(points_now,
         "SELECT x.member, CAST(SUM(x.n) AS BIGINT) AS value FROM ("
         "SELECT member, balance - held AS n FROM ledger_account WHERE member >= $1"
         " AND member <= $2 AND member > 0 AND unit = '" POINT "' AND name = '' UNION ALL"
         " SELECT l.member, l.held - l.remaining FROM ledger_account a JOIN ledger_lot l"
         " ON l.member = a.member AND l.unit = a.unit AND l.name = a.name WHERE a.member >= $1"
         " AND a.member <= $2 AND a.member > 0 AND a.unit = '" POINT "' AND a.name = ''"
         " AND a.lapse_at <= $3 AND l.remaining > 0 AND l.expires_at <= $3 UNION ALL"
         " SELECT h.from_member, p.amount FROM ledger_hold h JOIN ledger_piece p"
         " ON p.member = h.member AND p.id = h.id JOIN ledger_lot l ON l.member = h.from_member"
         " AND l.unit = h.unit AND l.name = h.from_name AND l.lot = p.lot"
         " WHERE h.from_member >= $1 AND h.from_member <= $2 AND h.from_member > 0"
         " AND h.unit = '" POINT "' AND h.from_name = '' AND h.state = 'open' AND h.ends_at <= $3"
         " AND (l.expires_at IS NULL OR l.expires_at > $3) UNION ALL"
         " SELECT member, due FROM points_order WHERE member >= $1 AND member <= $2"
         " AND member > 0 AND matures_at <= $3 AND NOT matured"
         " AND (expires_at IS NULL OR expires_at > $3) UNION ALL"
         " SELECT r.member, r.repaid FROM (" POINTS_REPAID ") r WHERE r.expires_at <= $3"
         ") x GROUP BY x.member HAVING SUM(x.n) > 0");
SQL_PART(pending_now,
         "SELECT member, CAST(SUM(due) AS BIGINT) AS value FROM points_order"
         " WHERE member >= $1 AND member <= $2 AND member > 0 AND matures_at > $3 AND NOT matured"
         " GROUP BY member HAVING SUM(due) > 0");

/* Less than nothing of the same: held, ended and turned repay first. A debt stands only beside lots
 * without anything free, so what lots have is what is held. */
SQL_PART(debt_now,
         "SELECT x.member, CAST(SUM(x.n) AS BIGINT) AS value FROM ("
         "SELECT member, held - balance AS n FROM ledger_account WHERE member >= $1"
         " AND member <= $2 AND member > 0 AND unit = '" POINT "' AND name = ''"
         " AND balance < held UNION ALL"
         " SELECT h.from_member, -p.amount FROM ledger_hold h JOIN ledger_account a"
         " ON a.member = h.from_member AND a.unit = h.unit AND a.name = h.from_name"
         " JOIN ledger_piece p ON p.member = h.member AND p.id = h.id JOIN ledger_lot l"
         " ON l.member = h.from_member AND l.unit = h.unit AND l.name = h.from_name"
         " AND l.lot = p.lot WHERE h.from_member >= $1 AND h.from_member <= $2"
         " AND h.from_member > 0 AND h.unit = '" POINT "' AND h.from_name = ''"
         " AND h.state = 'open' AND h.ends_at <= $3 AND a.balance < a.held"
         " AND (l.expires_at IS NULL OR l.expires_at > h.ends_at) UNION ALL"
         " SELECT o.member, -o.due FROM points_order o JOIN ledger_account a"
         " ON a.member = o.member AND a.unit = '" POINT "' AND a.name = '' WHERE o.member >= $1"
         " AND o.member <= $2 AND o.member > 0 AND o.matures_at <= $3 AND NOT o.matured"
         " AND a.balance < a.held"
         ") x GROUP BY x.member HAVING SUM(x.n) > 0");
/* What ends in ($3, $4]: free, of holds that have ended, of orders that have turned; less what of
 * it repays a debt. */
SQL_PART(expiring_now,
         "SELECT x.member, CAST(SUM(x.n) AS BIGINT) AS value FROM ("
         "SELECT member, remaining - held AS n FROM ledger_lot WHERE member >= $1"
         " AND member <= $2 AND member > 0 AND unit = '" POINT "' AND name = ''"
         " AND remaining > 0 AND expires_at > $3 AND expires_at <= $4 UNION ALL"
         " SELECT h.from_member, p.amount FROM ledger_hold h JOIN ledger_piece p"
         " ON p.member = h.member AND p.id = h.id JOIN ledger_lot l ON l.member = h.from_member"
         " AND l.unit = h.unit AND l.name = h.from_name AND l.lot = p.lot"
         " WHERE h.from_member >= $1 AND h.from_member <= $2 AND h.from_member > 0"
         " AND h.unit = '" POINT "' AND h.from_name = '' AND h.state = 'open' AND h.ends_at <= $3"
         " AND l.expires_at > $3 AND l.expires_at <= $4 UNION ALL"
         " SELECT member, due FROM points_order WHERE member >= $1 AND member <= $2"
         " AND member > 0 AND matures_at <= $3 AND NOT matured AND expires_at > $3"
         " AND expires_at <= $4 UNION ALL"
         " SELECT r.member, -r.repaid FROM (" POINTS_REPAID ") r WHERE r.expires_at > $3"
         " AND r.expires_at <= $4"
         ") x GROUP BY x.member HAVING SUM(x.n) > 0");

static enum err available(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    composed_add(out, &points_now, ARGS(first, last, c->now));
    return OK;
}

static enum err pending(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    composed_add(out, &pending_now, ARGS(first, last, c->now));
    return OK;
}

static enum err debt(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    composed_add(out, &debt_now, ARGS(first, last, c->now));
    return OK;
}

/* Their last day is today or one of the next so many. */
static enum err expiring(struct ctx *c, i64 first, i64 last, int days, struct composed *out)
{
    instant until = zone_midnight(c->zone, zone_day(c->zone, c->now) + days + 1);
    composed_add(out, &expiring_now, ARGS(first, last, c->now, until));
    return OK;
}
static enum err expiring_7d(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    return expiring(c, first, last, 7, out);
}
static enum err expiring_30d(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    return expiring(c, first, last, 30, out);
}
static enum err expiring_90d(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    return expiring(c, first, last, 90, out);
}

static const char *const on_points[] = { "ledger.*",      "points.*",        "order.*",
                                         "member.merged", "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "points",
      .kind = FIELD_IS_COUNT,
      .compose = available,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "现在可用的积分",
      .en = "Points that can be spent now",
      .example = "points >= 500" },
    { .name = "points_pending",
      .kind = FIELD_IS_COUNT,
      .compose = pending,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "待生效的积分（退货期未过）",
      .en = "Points that wait for the return window to end",
      .example = "points_pending > 0" },
    { .name = "points_debt",
      .kind = FIELD_IS_COUNT,
      .compose = debt,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "欠的积分（退款收回时已用掉）",
      .en = "Points owed: spent before a refund took them back",
      .example = "points_debt > 0" },
    { .name = "points_expiring_7d",
      .kind = FIELD_IS_COUNT,
      .compose = expiring_7d,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "7 天内到期的积分（今天到期的也算）",
      .en = "Points whose last day is today or within 7 days",
      .example = "points_expiring_7d >= 100" },
    { .name = "points_expiring_30d",
      .kind = FIELD_IS_COUNT,
      .compose = expiring_30d,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "30 天内到期的积分（今天到期的也算）",
      .en = "Points whose last day is today or within 30 days",
      .example = "points_expiring_30d >= 100" },
    { .name = "points_expiring_90d",
      .kind = FIELD_IS_COUNT,
      .compose = expiring_90d,
      .zero = true,
      .stale = on_points,
      .moves = true,
      .zh = "90 天内到期的积分（今天到期的也算）",
      .en = "Points whose last day is today or within 90 days",
      .example = "points_expiring_90d >= 100" },
    { 0 },
};
const struct field_table points_fields = { .rows = rows };
