/* points_api.c -- doors of points: what a member has. */
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/points/inside.h"
#include "member/member.h"

#define FIELDS_OF_points_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(points_ref);
SHAPE_DEFINE(points_ref);

HANDLER(points_get, points_ref, points_balance)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return points_balance_of(c, living, out);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/members/{id}/points", LOYALTY_READ, points_get, "Loyalty",
          "看会员的积分：可用、待生效、将到期、欠的",
          "Points of a member: available, pending, "
          "expiring, owed",
          .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "points.turn", MINUTE_MS, 0, points_turn, "退货期已过的订单积分转为可用",
      "Points of orders whose return window has ended can be used" },
    { 0 },
};

const struct room points_room = {
    .name = "points",
    .migrations = points_migrations,
    .settings = points_settings,
    .routes = routes,
    .jobs = jobs,
};
