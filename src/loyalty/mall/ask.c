/* ask.c -- may he have it? The first reason why not, in the order of MALL_RESULTS.
 *
 * Whoever then writes holds programme_lock of the member, so what he has is counted alone.
 */
#include "base/num.h"
#include "loyalty/benefits.h"
#include "loyalty/boards.h"
#include "loyalty/mall/inside.h"
#include "loyalty/points.h"
#include "loyalty/tiers.h"

/* What counts for limits: all but what was given up, and what was won. */
#define FIELDS_OF_pieces_had(X, N) \
    X(i64, ever, ANY, "", N)       \
    X(i64, month, ANY, "", N)      \
    X(i64, day, ANY, "", N)
SHAPE(pieces_had);
SHAPE_DEFINE(pieces_had);
QUERY(q_had, pieces_had,
      "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) AS ever,"
      " CAST(COALESCE(SUM(CASE WHEN placed_at >= $3 THEN quantity END), 0) AS BIGINT) AS month,"
      " CAST(COALESCE(SUM(CASE WHEN placed_at >= $4 THEN quantity END), 0) AS BIGINT) AS day"
      " FROM mall_exchange WHERE member = $1 AND good = $2 AND win = 0"
      " AND state NOT IN ('returned', 'cancelled') AND NOT (state = 'placed' AND pay_until <= $5)");

static enum err audience_ask(struct ctx *c, i64 member, const struct good *g, enum mall_result *out)
{
    bool in;
    TRY(tier_reaches(c, member, g->tier, &in));
    if (!in) *out = MALL_TIER;
    if (!in || str_empty(g->segment)) return OK;
    TRY(segment_has(c, g->segment, member, &in));
    if (!in) *out = MALL_SEGMENT;
    return OK;
}

static enum err limits_ask(struct ctx *c, i64 member, const struct good *g, i64 quantity,
                           enum mall_result *out)
{
    struct tier_now tier = { .tier = S("") };
    struct tier_limit_list limits = { 0 };
    struct pieces_had had;
    enum mall_result which = MALL_LIMIT;
    i64 most = g->per_member;
    day today = zone_day(c->zone, c->now);
    struct civil at = day_civil(today);
    TRY(good_tier_limits(c, g->id, &limits));
    if (limits.n) TRY(tier_of(c, member, &tier));
    for (i64 i = 0; i < limits.n; i++)
        if (str_eq(limits.at[i].tier, tier.tier)) {
            most = limits.at[i].per_member;
            which = MALL_TIER_LIMIT;
        }
    if (!most && !g->per_day && !g->per_month) return OK;
    TRY(db_get(c, &q_had, &had,
               ARGS(member, g->id, zone_midnight(c->zone, day_of(at.year, at.month, 1)),
                    zone_midnight(c->zone, today), c->now)));
    if (most && had.ever + quantity > most) *out = which;
    else if (g->per_month && had.month + quantity > g->per_month) *out = MALL_MONTH;
    else if (g->per_day && had.day + quantity > g->per_day) *out = MALL_DAY;
    return OK;
}

static enum err means_ask(struct ctx *c, i64 member, const struct good *g, i64 quantity,
                          enum mall_result *out)
{
    struct account left = good_stock(c, g->id);
    struct points_balance points;
    struct balance stock;
    TRY(ledger_balance(c, &left, &stock));
    if (stock.available < quantity) *out = MALL_STOCK;
    if (*out != MALL_DONE || !g->points) return OK;
    TRY(points_balance_of(c, member, &points));
    if (points.available / g->points < quantity) *out = MALL_POINTS;
    return OK;
}

/* A coupon whose benefit is no longer granted is not on sale, whatever its row says. */
static enum err benefit_ask(struct ctx *c, const struct good *g, enum mall_result *out)
{
    struct benefit b;
    if (g->kind != GOOD_COUPON) return OK;
    TRY(benefit_get(c, g->benefit, &b));
    if (b.ended) *out = MALL_SHUT;
    return OK;
}

enum err good_ask(struct ctx *c, i64 member, const struct good *g, i64 quantity,
                  enum mall_result *out)
{
    *out = g->state != GOOD_ON                               ? MALL_SHUT
           : g->starts_at.has && c->now < g->starts_at.value ? MALL_EARLY
           : g->ends_at.has && c->now >= g->ends_at.value    ? MALL_OVER
                                                             : MALL_DONE;
    if (*out == MALL_DONE) TRY(benefit_ask(c, g, out));
    if (*out == MALL_DONE) TRY(audience_ask(c, member, g, out));
    if (*out == MALL_DONE) TRY(limits_ask(c, member, g, quantity, out));
    if (*out == MALL_DONE) TRY(means_ask(c, member, g, quantity, out));
    return OK;
}

enum err mall_can(struct ctx *c, i64 member, i64 good, i64 quantity, enum mall_result *out)
{
    struct good g;
    TRY(good_row(c, good, &g));
    return good_ask(c, member, &g, quantity, out);
}

static const struct {
    enum err err;
    const char *zh, *en;
} words[] = {
#define X(name, err, zh, en) { err, zh, en },
    MALL_RESULTS(X)
#undef X
};

str mall_result_words(const struct ctx *c, enum mall_result r)
{
    return str_of(c->locale == ZH ? words[r].zh : words[r].en);
}

enum err mall_refusal(struct ctx *c, enum mall_result r)
{
    if (words[r].err == OK) return OK;
    return fail(c, words[r].err, "%s", "%s", c->locale == ZH ? words[r].zh : words[r].en);
}
