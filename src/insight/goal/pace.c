/* pace.c -- what should stand when, and what to call where a goal stands. Pure. */
#include "base/clock.h"
#include "insight/goal/inside.h"

CHOICE_DEFINE(goal_status, "not_begun", "unknown", "reached", "missed", "ahead", "on_track",
              "behind", "at_risk");
CHOICE_DEFINE(goal_pace, "none", "year", "weekday", "windows", "straight");

enum { WEIGHT_DAYS = 56, WEEK = 7 };

/* -- shares ------------------------------------------------------------------------------------ */

/* A day's weight: what counts down weighs nothing. */
static f64 weight(const struct goal_series *s, i64 at) { return s->a[at] > 0 ? s->a[at] : 0; }

static bool by_year(const struct metric *m, const struct goal_series *s, struct metric_period p,
                    struct goal_shares *out)
{
    i64 from = (i64)month_add(p.from, -12) - s->first, to = (i64)month_add(p.to, -12) - s->first;
    bool ratio = m->form == METRIC_OVER || m->form == METRIC_REST;
    f64 whole = 0, upto = 0, a = 0, b = 0;
    if (from < 0 || to >= s->n) return false;
    for (i64 i = from; i <= to; i++) {
        whole += weight(s, i);
        a += s->a[i];
        b += s->b[i];
    }
    opt_f64 all = goal_value(m, a, b);
    if (ratio ? !all.has || all.value <= 0 : whole <= 0) return false;
    a = b = 0;
    out->upto[0] = ratio ? 1 : 0;
    i64 next = from; /* each day of last year counts once, 29 February with 1 March */
    for (i64 i = 0; i < out->days; i++) {
        i64 at = (i64)month_add(p.from + (day)i, -12) - s->first;
        for (; next <= at; next++) {
            upto += weight(s, next);
            a += s->a[next];
            b += s->b[next];
        }
        opt_f64 v = goal_value(m, a, b);
        out->upto[i + 1] = !ratio ? upto / whole : v.has ? v.value / all.value : 1;
    }
    return true;
}

static bool by_weekday(const struct goal_series *s, struct metric_period p, struct goal_shares *out)
{
    i64 end = (i64)p.from - s->first;
    f64 weights[WEEK] = { 0 }, all = 0;
    if (end > s->n) end = s->n;
    if (end < WEIGHT_DAYS) return false;
    for (i64 i = end - WEIGHT_DAYS; i < end; i++) weights[(s->first + i) % WEEK] += weight(s, i);
    for (i64 i = 0; i < out->days; i++) all += weights[(p.from + i) % WEEK];
    if (all <= 0) return false;
    for (i64 i = 0; i < out->days; i++)
        out->upto[i + 1] = out->upto[i] + weights[(p.from + i) % WEEK] / all;
    return true;
}

void goal_shares_make(struct arena *a, const struct metric *m, const struct goal_series *s,
                      struct metric_period p, struct goal_shares *out)
{
    bool ratio = m->form == METRIC_OVER || m->form == METRIC_REST;
    *out = (struct goal_shares){ .days = (i64)p.to - p.from + 1 };
    out->upto = NEWS(a, f64, out->days + 1);
    out->by = PACE_YEAR;
    if (by_year(m, s, p, out)) return;
    out->by = PACE_WEEKDAY;
    out->upto[0] = 0;
    if (!ratio && by_weekday(s, p, out)) return;
    out->by = PACE_STRAIGHT;
    for (i64 i = 0; i <= out->days; i++) out->upto[i] = ratio ? 1 : (f64)i / (f64)out->days;
}

/* -- status ------------------------------------------------------------------------------------ */

static bool met(const struct metric *m, const struct goal_standing *s)
{
    return m->better == METRIC_LESS ? s->actual.value <= s->target : s->actual.value >= s->target;
}

static bool at_least(i64 part, i64 whole, int percent)
{
    return (__int128)part * 100 >= (__int128)whole * percent;
}

enum goal_status goal_status_of(const struct metric *m, const struct goal_standing *s)
{
    bool less = m->better == METRIC_LESS, over = s->today > s->period.to;
    if (s->today < s->period.from) return GOAL_NOT_BEGUN;
    if (!s->actual.has) return GOAL_UNKNOWN;
    if (over) return met(m, s) ? GOAL_REACHED : GOAL_MISSED;
    if (goal_only_rises(m) && !less && met(m, s)) return GOAL_REACHED;
    if (goal_only_rises(m) && less && !met(m, s)) return GOAL_MISSED;
    if (!s->pace.has || s->pace.value <= 0) return GOAL_ON_TRACK;
    i64 part = less ? s->pace.value : s->actual.value,
        whole = less ? s->actual.value : s->pace.value;
    if (whole <= 0 || at_least(part, whole, 105)) return GOAL_AHEAD;
    if (at_least(part, whole, 95)) return GOAL_ON_TRACK;
    bool lost = less ? s->low.has && s->low.value > (f64)s->target
                     : s->high.has && s->high.value < (f64)s->target;
    return at_least(part, whole, 80) && !lost ? GOAL_BEHIND : GOAL_AT_RISK;
}
