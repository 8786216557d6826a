/* fields.c -- what segments may ask: points that can be spent, points that wait. Both turn and end
 * by time alone, so nobody keeps them: they are worked out at the moment of asking, by the rules
 * of points_balance_of. */
#include "base/field.h"
#include "loyalty/points/inside.h"
#include "store/composed.h"

/* What is written down, less what has expired since, and what holds that ended and orders that
 * turned since bring. A balance has the debt in it, so these repay it. */
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
         " AND (expires_at IS NULL OR expires_at > $3)"
         ") x GROUP BY x.member HAVING SUM(x.n) > 0");
SQL_PART(pending_now,
         "SELECT member, CAST(SUM(due) AS BIGINT) AS value FROM points_order"
         " WHERE member >= $1 AND member <= $2 AND member > 0 AND matures_at > $3 AND NOT matured"
         " GROUP BY member HAVING SUM(due) > 0");

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
    { 0 },
};
const struct field_table points_fields = { .rows = rows };
