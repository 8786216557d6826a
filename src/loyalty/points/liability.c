/* liability.c -- what the shop owes in points, month by month, in points and in money.
 *
 * From the sums of the ledger's entries (ledger_turnover), what members were given by hand
 * (points_hand), and what orders earned that has turned and is not written down yet. So any past
 * day is told as it was, and the job makes no difference. Months add up:
 *     outstanding = the month before + issued + granted - spent - expired - reversed.
 */
#include "loyalty/points/inside.h"

SHAPE_DEFINE(points_month);
SHAPE_DEFINE(points_liability);

#define QUARTER_MS (15 * MINUTE_MS)

CHANGE(c_hand, "INSERT INTO points_hand (slot, given, taken) VALUES ($1, $2, $3)"
               " ON CONFLICT (slot) DO UPDATE SET given = points_hand.given + excluded.given,"
               " taken = points_hand.taken + excluded.taken");

#define FIELDS_OF_hand_row(X, N) \
    X(i64, given, ANY, "", N)    \
    X(i64, taken, ANY, "", N)
SHAPE(hand_row);
SHAPE_DEFINE(hand_row);
QUERY(q_hand, hand_row,
      "SELECT CAST(COALESCE(SUM(given), 0) AS BIGINT) AS given,"
      " CAST(COALESCE(SUM(taken), 0) AS BIGINT) AS taken FROM points_hand"
      " WHERE slot >= $1 AND slot < $2");

#define FIELDS_OF_turned_row(X, N)         \
    X(instant, at, ANY, "", N)             \
    X(opt_instant, expires_at, ANY, "", N) \
    X(i64, due, ANY, "", N)
SHAPE(turned_row);
SHAPE_DEFINE(turned_row);
QUERY(q_turned_all, turned_row,
      "SELECT matures_at AS at, expires_at, CAST(SUM(due) AS BIGINT) AS due FROM points_order"
      " WHERE matures_at <= $1 AND NOT matured AND member > 0 GROUP BY matures_at, expires_at"
      " ORDER BY at");

enum err points_hand_note(struct tx *t, i64 amount)
{
    i64 given = amount > 0 ? amount : 0;
    return tx_change(t, &c_hand, ARGS(t->c->now / QUARTER_MS, given, given - amount));
}

/* -- parts of time ----------------------------------------------------------------------------- */

enum { MONTHS_MAX = 240 };

/* From the beginning of all to `from`, then month by month to `to`: bounds of the parts. */
static i64 bounds_of(const struct zone *zone, day from, day to, instant *bounds)
{
    i64 n = 0;
    bounds[n++] = 0;
    for (day d = from; d <= to && n <= MONTHS_MAX;) {
        struct civil first = day_civil(d);
        bounds[n++] = zone_midnight(zone, d);
        d = month_add(day_of(first.year, first.month, 1), 1);
    }
    bounds[n++] = zone_midnight(zone, to + 1);
    return n;
}

static i64 part_of(const instant *bounds, i64 n, instant at)
{
    for (i64 i = 0; i + 1 < n; i++)
        if (at >= bounds[i] && at < bounds[i + 1]) return i;
    return -1;
}

static void add_turnover(const struct turnover *row, struct points_month *m)
{
    bool income = str_eq(row->name, S(LEDGER_SOURCE));
    if (row->kind == T_LAPSE) m->expired -= row->amount;
    else if (income && row->kind == T_REVERSE) m->reversed -= row->amount;
    else if (income) m->issued += row->amount;
    else m->spent -= row->amount;
}

/* What has turned and nobody wrote down. Gone again by now only when nobody wrote for as long as
 * points last; then also what would have repaid a debt counts as expired. */
static enum err add_turned(struct ctx *c, const instant *bounds, i64 n, struct points_month *parts)
{
    struct turned_row_list rows = { 0 };
    TRY(db_all(c, &q_turned_all, &rows, ARGS(c->now)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct turned_row *r = &rows.at[i];
        i64 came = part_of(bounds, n, r->at);
        bool over = r->expires_at.has && r->expires_at.value <= c->now;
        i64 went = over ? part_of(bounds, n, r->expires_at.value - 1) : -1;
        if (came >= 0) parts[came].issued += r->due;
        if (went >= 0) parts[went].expired += r->due;
    }
    return OK;
}

static enum err fill(struct ctx *c, const instant *bounds, i64 n, struct points_month *parts)
{
    struct turnover_list rows;
    TRY(ledger_turnover(c, S(POINT), bounds, n, &rows));
    for (i64 i = 0; i < rows.n; i++) add_turnover(&rows.at[i], &parts[rows.at[i].part]);
    for (i64 i = 0; i + 1 < n; i++) {
        struct hand_row hand;
        TRY(db_get(c, &q_hand, &hand, ARGS(bounds[i] / QUARTER_MS, bounds[i + 1] / QUARTER_MS)));
        parts[i].granted = hand.given - hand.taken;
        parts[i].issued -= hand.given;
        parts[i].spent -= hand.taken;
    }
    return add_turned(c, bounds, n, parts);
}

/* -- in money ---------------------------------------------------------------------------------- */

/* Rounded up to the cent; who owe more than others have are worth nothing. */
static money worth(i64 points, money of_100)
{
    if (points <= 0) return 0;
    return (money)(((__int128)points * of_100 + 9999) / 10000 * 100);
}

static str month_text(struct arena *a, const struct zone *zone, instant at)
{
    struct civil d = zone_local(zone, at);
    return str_fmt(a, "%04d-%02d", d.year, d.month);
}

static str how_text(struct ctx *c)
{
    return say(
        c,
        S("按账目分录逐月合计（会员计划时区）。已发放：订单、任务等给的；手工：人工发放减人工扣"
          "减；已使用减退回；已过期（午夜到期的算前一天）；已收回：退款收回的。未使用 = 上月未使用 "
          "+ 已发放 + 手工 "
          "− 已使用 − 已过期 − 已收回，已减去会员欠的；待生效的订单积分不计。沉没率 = 截至期"
          "末累计已过期 ÷（已使用 + 已过期）。金额 = 未使用 × 100 积分的价值 ÷ "
          "100，向上取到分。"),
        S("Sums of the ledger's entries by month of the programme's zone. Issued: given for "
          "orders, tasks and the like; granted: given by hand less taken by hand; spent less "
          "what was returned; expired (at midnight: of the day that ends); reversed: taken back by "
          "refunds. Outstanding = the "
          "month before + issued + granted - spent - expired - reversed, less what members "
          "owe; orders' pending points are not in it. Breakage = expired / (spent + expired) "
          "of all time up to the end. Value = outstanding x the worth of 100 points / 100, "
          "rounded up to the cent."));
}

static enum err check_period(struct ctx *c, day from, day to)
{
    struct civil a = day_civil(from), b = day_civil(to);
    if (from > to || a.year < 1970)
        return fail_at(c, E_INVALID, S("/from"), "开始不能晚于结束，也不能早于 1970 年",
                       "from must not be after to, nor before 1970");
    if ((b.year - a.year) * 12 + b.month - a.month < MONTHS_MAX) return OK;
    return fail_at(c, E_INVALID, S("/from"), "最多 %d 个月", "at most %d months", MONTHS_MAX);
}

enum err points_liability(struct ctx *c, day from, day to, struct points_liability *out)
{
    instant bounds[MONTHS_MAX + 3];
    i64 began = clock_mono_us(), outstanding = 0, spent = 0, expired = 0;
    *out = (struct points_liability){ 0 };
    TRY(check_period(c, from, to));
    TRY(setting_i64(c, "points.value_of_100", &out->price));
    i64 n = bounds_of(c->zone, from, to, bounds);
    struct points_month *parts = NEWS(c->arena, struct points_month, n);
    TRY(store_snapshot(c));
    TRY(fill(c, bounds, n, parts));
    for (i64 i = 0; i + 1 < n; i++) {
        struct points_month *m = &parts[i];
        outstanding += m->issued + m->granted - m->spent - m->expired - m->reversed;
        spent += m->spent;
        expired += m->expired;
        m->month = month_text(c->arena, c->zone, bounds[i]);
        m->outstanding = outstanding;
        m->value = worth(outstanding, out->price);
        if (i) *PUSH(c->arena, &out->months) = *m;
    }
    if (spent + expired > 0) out->breakage_rate = (f64)expired / (f64)(spent + expired);
    out->outstanding = outstanding;
    out->outstanding_value = worth(outstanding, out->price);
    out->how = how_text(c);
    out->took_us = clock_mono_us() - began;
    return OK;
}

/* -- checking ---------------------------------------------------------------------------------- */

QUERY(q_hand_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT slot FROM (SELECT slot, given, taken FROM points_hand"
      " UNION ALL SELECT t.at / 900000, CASE WHEN t.from_member = 0 THEN -t.amount ELSE 0 END,"
      " CASE WHEN t.from_member = 0 THEN 0 ELSE -t.amount END FROM ledger_transfer t"
      " WHERE t.unit = '" POINT "' AND t.kind = 'move' AND (t.id LIKE 'points:hand:%'"
      " OR t.id LIKE 'reward:%:points:hand:%')) AS x GROUP BY slot"
      " HAVING SUM(given) <> 0 OR SUM(taken) <> 0) AS y");

enum err points_hand_check(struct ctx *c, i64 *wrong)
{
    struct one_i64 n;
    TRY(db_get(c, &q_hand_wrong, &n, NO_ARGS));
    *wrong = n.value;
    return OK;
}
