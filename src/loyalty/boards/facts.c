/* facts.c -- what the facts say a score is: each metric is a statement over one member's facts.
 *
 * Facts move with merges, before boards are told: the living id has them all, and one that was
 * merged away has no score.
 */
#include "loyalty/boards/inside.h"

#include "loyalty/invitations/inside.h"
#include "loyalty/points.h"
#include "loyalty/teams.h"
#include "member/member.h"

#define FIELDS_OF_figures(X, N) \
    X(i64, score, ANY, "", N)   \
    X(opt_instant, reached_at, ANY, "", N)
SHAPE(figures);
SHAPE_DEFINE(figures);

/* $1 member, $2 <= fact < $3, $4 what one order counts at most (0: no limit). */
#define BOUGHT                                                                      \
    " FROM purchase_order WHERE member = $1 AND bought_at >= $2 AND bought_at < $3" \
    " AND bought_at IS NOT NULL"
QUERY(
    facts_amount, figures,
    "SELECT CAST(COALESCE(SUM(CASE WHEN CAST($4 AS BIGINT) > 0 AND net > $4 THEN $4 ELSE net END),"
    " 0) AS BIGINT) AS score, MAX(bought_at) AS reached_at" BOUGHT);
QUERY(facts_orders, figures,
      "SELECT COUNT(*) AS score, MAX(bought_at) AS reached_at" BOUGHT
      " AND CAST($4 AS BIGINT) = 0");
/* Of an order what it earns by the facts as they stand, pending or not; of tasks what was given and
 * not taken back, as of when it was earned. */
QUERY(facts_points, figures,
      "SELECT CAST(COALESCE(SUM(x.n), 0) AS BIGINT) AS score, MAX(x.at) AS reached_at FROM ("
      "SELECT due AS n, paid_at AS at FROM points_order WHERE member = $1 AND paid_at >= $2"
      " AND paid_at < $3 AND order_id > 0 UNION ALL"
      " SELECT amount, at FROM reward WHERE member = $1 AND id >= 'task:'"
      " AND id < 'task;' AND kind = 'points' AND state = 'given'"
      " AND at >= $2 AND at < $3) x WHERE x.n > 0 AND CAST($4 AS BIGINT) = 0");
/* What was taken back no longer counts, what is held for review not yet. Invitations follow merges.
 */
QUERY(facts_invites, figures,
      "SELECT COUNT(DISTINCT number) AS score, MAX(at) AS reached_at FROM invitation"
      " WHERE inviter = $1 AND " INVITATION_COUNTS " AND at >= $2 AND at < $3"
      " AND CAST($4 AS BIGINT) = 0");

static struct query *const metrics[] = {
    [BOARD_AMOUNT] = &facts_amount,
    [BOARD_ORDERS] = &facts_orders,
    [BOARD_POINTS] = &facts_points,
    [BOARD_INVITES] = &facts_invites,
};

static enum err add_member(struct ctx *c, const struct board_row *b, i64 member, instant from,
                           struct score *out)
{
    struct figures f = { 0 };
    TRY(db_get(c, metrics[b->metric], &f, ARGS(member, from, b->ends_at, b->order_cap)));
    out->score += f.score;
    if (f.reached_at.has) out->reached_at = max_i64(out->reached_at, f.reached_at.value);
    return OK;
}

enum err score_of(struct ctx *c, const struct board_row *b, i64 holder, struct score *out)
{
    struct team_campaign campaign;
    struct team_seat_list seats;
    i64 in = 0;
    *out = (struct score){ 0 };
    if (b->holders == HOLDERS_MEMBERS) return add_member(c, b, holder, b->starts_at, out);
    TRY(team_campaign_get(c, b->campaign, &campaign));
    TRY(team_seats(c, holder, &seats));
    for (i64 i = 0; i < seats.n; i++) in += seats.at[i].state == SEAT_IN;
    if (in < campaign.size_min) return OK;
    for (i64 i = 0; i < seats.n; i++) {
        const struct team_seat *s = &seats.at[i];
        if (s->state != SEAT_IN) continue;
        TRY(add_member(c, b, s->member, max_i64(b->starts_at, s->joined_at), out));
    }
    return OK;
}
