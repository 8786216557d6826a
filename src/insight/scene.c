/* scene.c -- the scene tags as a field of segments: the definition of worth/classes.h for all
 * members at once and in SQL, since time alone moves it.
 */
#include "worth/classes.h"

#include "insight/insight.h"
#include "insight/rfm.h"
#include "insight/scene.h"
#include "member/member.h"
#include "trade/local_time.h"

/* -- new, active, dormant --------------------------------------------------------------------- */

#define BOUGHT                                                                            \
    " FROM purchase_order o WHERE o.member >= $1 AND o.member <= $2 AND o.bought_at < $3" \
    " AND o.bought_at IS NOT NULL AND o.member > 0 GROUP BY o.member"
SQL_PART(scene_new, "SELECT o.member AS member, '" SCENE_NEW "' AS value" BOUGHT
                    " HAVING MIN(o.bought_at) >= $4");

/* Whoever acted from $3 on and before $4. */
#define ACTED                                                                                \
    "(SELECT COALESCE(g.living, t.member) AS member FROM timeline t LEFT JOIN " MEMBERS_GONE \
    " g ON g.id = t.member WHERE t.at >= $3 AND t.at < $4 AND t.member > 0 AND " IS_ACT      \
    " UNION ALL SELECT o.member FROM purchase_order o WHERE o.at >= $3 AND o.at < $4"        \
    " UNION ALL SELECT o.member FROM purchase_order o"                                       \
    " WHERE o.bought_at IS NOT NULL AND o.bought_at >= $3 AND o.bought_at < $4"              \
    " UNION ALL SELECT m.member FROM member m"                                               \
    " WHERE m.first_seen >= $3 AND m.first_seen < $4 AND m.merged_into IS NULL)"
SQL_PART(scene_active, " UNION ALL SELECT DISTINCT a.member AS member, '" SCENE_ACTIVE
                       "' AS value FROM " ACTED " a WHERE a.member >= $1 AND a.member <= $2");
SQL_PART(scene_dormant,
         " UNION ALL SELECT k.member AS member, '" SCENE_DORMANT "' AS value FROM member k"
         " WHERE k.member >= $1 AND k.member <= $2 AND k.merged_into IS NULL AND k.first_seen < $4"
         " AND k.member NOT IN (SELECT a.member FROM " ACTED " a)");

/* -- high value ------------------------------------------------------------------------------- */

SQL_PART(scene_high, " UNION ALL SELECT h.member AS member, '" SCENE_HIGH "' AS value FROM (");
SQL_PART(scene_high_end, ") h");
SQL_PART(high_begin,
         "SELECT x.member AS member FROM (SELECT o.member AS member, MAX(o.bought_at) AS latest,"
         " CAST(COALESCE(SUM(CASE WHEN o.bought_at >= $1 THEN o.net END), 0)"
         " AS BIGINT) AS amount, COUNT(");
SQL_PART(times_orders, "CASE WHEN o.bought_at >= $1 THEN 1 END");
SQL_PART(times_days, "DISTINCT CASE WHEN o.bought_at >= $1 THEN (");
/* Days from long before 1970 on, so that none is below zero. */
SQL_PART(times_day, " + 1000000 * $1) / $1 END");
SQL_PART(high_bought, ") AS times" BOUGHT ") x WHERE x.latest > $4 AND x.times >= $5 AND ");
SQL_PART(high_total, "x.amount >= $1");
SQL_PART(high_average, "COALESCE(x.amount / NULLIF(x.times, 0), 0) >= $1");

enum err scene_high_members(struct ctx *c, i64 first, i64 last, instant at, struct composed *out,
                            bool *any)
{
    struct rfm_rule rule;
    struct rfm_scale scale;
    i64 from[RFM_AXES];
    *any = false;
    TRY(rfm_rule_read(c, &(struct rfm_ask){ 0 }, &rule));
    rule.at = at;
    TRY(rfm_scale_get(c, &rule, &scale));
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        if (!rfm_high_from(&scale, axis, &from[axis])) return OK; /* nobody is */
    instant window = rfm_since(&rule);
    instant latest = from[RFM_R] > at / DAY_MS ? INT64_MIN : at - from[RFM_R] * DAY_MS;
    *any = true;
    composed_add(out, &high_begin, ARGS(window));
    composed_add(out, rule.frequency_of == RFM_DAYS ? &times_days : &times_orders, ARGS(window));
    if (rule.frequency_of == RFM_DAYS) {
        local_bought_at(c, out);
        composed_add(out, &times_day, ARGS(DAY_MS));
    }
    composed_add(out, &high_bought, ARGS(first, last, at, latest, from[RFM_F]));
    composed_add(out, rule.monetary_of == RFM_AVERAGE ? &high_average : &high_total,
                 ARGS(from[RFM_M]));
    return OK;
}

static enum err scene_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    struct scene_terms t;
    TRY(scene_terms_read(c, at, &t));
    composed_add(out, &scene_new, ARGS(first, last, at, t.new.from));
    composed_add(out, &scene_active, ARGS(first, last, t.active.from, at));
    composed_add(out, &scene_dormant, ARGS(first, last, t.dormant.from, at));
    struct composed high = { .arena = c->arena };
    bool any;
    TRY(scene_high_members(c, first, last, at, &high, &any));
    if (!any) return OK;
    composed_add(out, &scene_high, NO_ARGS);
    composed_append(out, &high);
    composed_add(out, &scene_high_end, NO_ARGS);
    return OK;
}

static const char *const settings[] = {
    "scene.new_days",   "scene.active_days", "scene.dormant_days", "rfm.window_days",
    "rfm.recency_days", "rfm.frequency",     "rfm.frequency_of",   "rfm.monetary",
    "rfm.monetary_of",  "rfm.cuts",          "rfm.high",           NULL
};
static const char *const on_all[] = { "*", NULL };

static const struct field rows[] = {
    { .name = "scene",
      .kind = FIELD_IS_SET,
      .compose = scene_rows,
      .third = FIELD_AT,
      .choices = scene_choices,
      .settings = settings,
      .stale = on_all,
      .moves = true,
      .zh = "场景标签",
      .en = "Scene tags",
      .example = "scene = \"沉睡\"" },
    { 0 },
};

const struct field_table insight_fields = { rows, NULL };
