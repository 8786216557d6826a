/* forecast.c -- where a period will end: three ways by days, one by windows, each with an interval
 * from the errors it made on the past. Pure. */
#include <math.h>

#include "base/clock.h"
#include "insight/experiment/distribution.h"
#include "insight/goal/inside.h"

enum { YEAR_LEVEL = 56, SCALE_DAYS = 28, ORIGINS_APART = 7 };
#define DAMPING 0.8

/* -- days ahead -------------------------------------------------------------------------------- */

static f64 sum_of(const f64 *y, i64 n)
{
    f64 sum = 0;
    for (i64 i = 0; i < n; i++) sum += y[i];
    return sum;
}

static bool by_weekday(const f64 *y, i64 at, i64 ahead, bool drift, f64 *out)
{
    i64 weeks = at >= 16 * 7 ? 8 : 4;
    f64 growth = 0, distance = (f64)(weeks + 1) / 2, step = 1;
    if (at < 8 * 7) return false;
    if (drift)
        growth = (sum_of(y + at - 7 * weeks, 7 * weeks) - sum_of(y + at - 14 * weeks, 7 * weeks)) /
                 (f64)(7 * weeks * weeks);
    for (i64 k = 0; k < ahead; k++) {
        f64 mean = 0;
        for (i64 j = 1; j <= weeks; j++) mean += y[at - 7 * j + k % 7] / (f64)weeks;
        if (k && k % 7 == 0) distance += step *= DAMPING;
        out[k] = mean + growth * distance;
    }
    return true;
}

/* The place of the same date of last year; negative: before the first. */
static i64 year_before(day first, i64 at) { return (i64)month_add(first + (day)at, -12) - first; }

static bool by_year(const f64 *y, day first, i64 at, i64 ahead, f64 *out)
{
    f64 level = 0, level_then = 0;
    if (at < YEAR_LEVEL || year_before(first, at - YEAR_LEVEL) < 0) return false;
    for (i64 i = at - YEAR_LEVEL; i < at; i++) {
        level += y[i];
        level_then += y[year_before(first, i)];
    }
    if (level <= 0 || level_then <= 0) return false;
    for (i64 k = 0; k < ahead; k++) {
        i64 then = year_before(first, at + k);
        if (then >= at) return false;
        out[k] = y[then] * level / level_then;
    }
    return true;
}

bool goal_days_ahead(enum goal_way way, const f64 *y, day first, i64 at, i64 ahead, f64 *out)
{
    bool done = way == WAY_YEAR ? by_year(y, first, at, ahead, out)
                                : by_weekday(y, at, ahead, way == WAY_DRIFT, out);
    bool negative = false;
    for (i64 i = 0; i < at && !negative; i++) negative = y[i] < 0;
    for (i64 k = 0; done && !negative && k < ahead; k++)
        if (out[k] < 0) out[k] = 0;
    return done;
}

/* -- trials on the past ------------------------------------------------------------------------ */

struct trial {
    struct arena *arena;
    const struct metric *metric;
    const struct goal_series *series;
    i64 elapsed, ahead;
    bool scaled;
    f64 *a, *b;          /* days ahead */
    f64 *squares;        /* by day ahead, all trials */
    f64 end[TRIALS_MAX]; /* squared errors at the end, the latest origin first */
    i64 n;
};

static f64 level_at(const f64 *y, i64 at)
{
    i64 days = at < SCALE_DAYS ? at : SCALE_DAYS;
    return days ? sum_of(y + at - days, days) / (f64)days : 0;
}

/* Errors follow the level of the series, within a factor of four. */
static f64 scale_of(const struct trial *t, i64 at)
{
    f64 now = level_at(t->series->a, t->series->n), then = level_at(t->series->a, at);
    if (!t->scaled || now <= 0 || then <= 0) return 1;
    return fmin(4, fmax(0.25, now / then));
}

static bool try_at(struct trial *t, enum goal_way way, i64 at)
{
    const struct goal_series *s = t->series;
    f64 a = sum_of(s->a + at - t->elapsed, t->elapsed),
        b = sum_of(s->b + at - t->elapsed, t->elapsed), real_a = a, real_b = b;
    f64 scale = scale_of(t, at), square = 0;
    if (!goal_days_ahead(way, s->a, s->first, at, t->ahead, t->a)) return false;
    if (!goal_days_ahead(way, s->b, s->first, at, t->ahead, t->b)) return false;
    for (i64 k = 0; k < t->ahead; k++) {
        opt_f64 foreseen = goal_value(t->metric, a += t->a[k], b += t->b[k]),
                real = goal_value(t->metric, real_a += s->a[at + k], real_b += s->b[at + k]);
        if (k == t->ahead - 1 && !(foreseen.has && real.has)) return false;
        if (foreseen.has && real.has) square = pow((real.value - foreseen.value) * scale, 2);
        t->squares[k] += square;
    }
    t->end[t->n++] = square;
    return true;
}

static void try_all(struct trial *t, enum goal_way way)
{
    i64 at = t->series->n - t->ahead, least = t->elapsed;
    for (; at >= least && at > 0 && t->n < TRIALS_MAX; at -= ORIGINS_APART)
        if (!try_at(t, way, at)) break;
}

/* Windows of the trials that do not overlap. */
static i64 spans_of(const struct trial *t)
{
    i64 spans = t->n ? ((t->n - 1) * ORIGINS_APART + t->ahead) / t->ahead : 0;
    return spans < t->n ? spans : t->n;
}

static f64 end_error(const struct trial *t, i64 n) { return sqrt(sum_of(t->end, n) / (f64)n); }

static f64 half_width(f64 error, i64 free)
{
    return error * student_quantile_two_sided(1 - FORECAST_LEVEL, (f64)free);
}

static void fill(struct arena *arena, const struct trial *t, enum goal_way way, f64 today_a,
                 f64 today_b, struct goal_foreseen *out)
{
    const struct goal_series *s = t->series;
    f64 a = sum_of(s->a + s->n - t->elapsed, t->elapsed),
        b = sum_of(s->b + s->n - t->elapsed, t->elapsed);
    *out = (struct goal_foreseen){ .way = way, .trials = t->n, .n = t->ahead };
    if (!goal_days_ahead(way, s->a, s->first, s->n, t->ahead, t->a)) return;
    if (!goal_days_ahead(way, s->b, s->first, s->n, t->ahead, t->b)) return;
    t->a[0] = fmax(t->a[0], today_a);
    t->b[0] = fmax(t->b[0], today_b);
    out->value = NEWS(arena, f64, t->ahead);
    out->half = NEWS(arena, f64, t->ahead);
    for (i64 k = 0; k < t->ahead; k++) {
        opt_f64 v = goal_value(t->metric, a += t->a[k], b += t->b[k]);
        out->has = v.has;
        out->value[k] = v.has ? v.value : NAN;
        out->half[k] = half_width(sqrt(t->squares[k] / (f64)t->n), spans_of(t));
    }
}

void goal_foresee(struct arena *arena, const struct metric *m, const struct goal_series *s,
                  i64 elapsed, i64 ahead, f64 today_a, f64 today_b, struct goal_foreseen *out)
{
    static const enum goal_way ways[] = { WAY_WEEKDAY, WAY_DRIFT, WAY_YEAR };
    struct trial tried[COUNT(ways)];
    i64 common = TRIALS_MAX, best = -1;
    *out = (struct goal_foreseen){ 0 };
    if (ahead <= 0) return;
    for (i64 i = 0; i < COUNT(ways); i++) {
        tried[i] = (struct trial){ .arena = arena,
                                   .metric = m,
                                   .series = s,
                                   .elapsed = elapsed,
                                   .ahead = ahead,
                                   .scaled = m->form == METRIC_IS || m->form == METRIC_MINUS,
                                   .a = NEWS(arena, f64, ahead),
                                   .b = NEWS(arena, f64, ahead),
                                   .squares = NEWS(arena, f64, ahead) };
        try_all(&tried[i], ways[i]);
        if (spans_of(&tried[i]) >= SPANS_MIN && tried[i].n < common) common = tried[i].n;
    }
    for (i64 i = 0; i < COUNT(ways); i++) {
        if (spans_of(&tried[i]) < SPANS_MIN) continue;
        if (best < 0 || end_error(&tried[i], common) < end_error(&tried[best], common)) best = i;
    }
    if (best >= 0) fill(arena, &tried[best], ways[best], today_a, today_b, out);
}

/* -- by windows -------------------------------------------------------------------------------- */

/* Value so far, developed as the windows but `without` were. */
static opt_f64 developed(const struct metric *m, const struct goal_window *w, i64 n, i64 without,
                         f64 now_a, f64 now_b)
{
    struct goal_window sum = { 0 };
    for (i64 i = 0; i < n; i++) {
        if (i == without) continue;
        sum.at_a += w[i].at_a;
        sum.at_b += w[i].at_b;
        sum.full_a += w[i].full_a;
        sum.full_b += w[i].full_b;
    }
    if (sum.at_a <= 0 || sum.at_b <= 0) return (opt_f64){ 0 };
    return goal_value(m, now_a * sum.full_a / sum.at_a, now_b * sum.full_b / sum.at_b);
}

void goal_develop(struct arena *arena, const struct metric *m, const struct goal_window *w, i64 n,
                  f64 now_a, f64 now_b, struct goal_foreseen *out)
{
    bool scaled = m->form == METRIC_IS || m->form == METRIC_MINUS;
    opt_f64 now = goal_value(m, now_a, now_b), end = developed(m, w, n, -1, now_a, now_b);
    f64 squares = 0;
    *out = (struct goal_foreseen){ .way = WAY_DEVELOP, .trials = n, .n = 1 };
    if (n < SPANS_MIN || !now.has || !end.has) return;
    for (i64 i = 0; i < n; i++) {
        opt_f64 real = goal_value(m, w[i].full_a, w[i].full_b),
                then = goal_value(m, w[i].at_a, w[i].at_b),
                foreseen = developed(m, w, n, i, w[i].at_a, w[i].at_b);
        if (!real.has || !then.has || !foreseen.has) return;
        f64 error = real.value - foreseen.value;
        if (scaled && then.value > 0 && now.value > 0)
            error *= fmin(4, fmax(0.25, now.value / then.value));
        squares += error * error;
    }
    out->has = true;
    out->value = NEWS(arena, f64, 1);
    out->half = NEWS(arena, f64, 1);
    out->value[0] = end.value;
    out->half[0] = half_width(sqrt(squares / (f64)n), n - 1);
}
