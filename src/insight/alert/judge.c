/* judge.c -- whether a period is one to be alarmed about, from the figures before it. Pure. */
#include <math.h>
#include <stdlib.h>

#include "audience/question/rows_private.h"
#include "base/clock.h"
#include "insight/alert/inside.h"

/* 1 / 0.6745, and sqrt(pi / 2): what makes a MAD and a mean absolute deviation a deviation. */
#define MAD_SCALE   1.4826
#define MEAN_SCALE  1.253314
#define LEAST_SCALE 0.01 /* of |median| */
#define WEEKS_MOST  12
#define DAYS_LOST   1.2 /* a median fitted to n days leaves n - 1.2 of the noise of n in them */

static i64 rounded(f64 v) { return (i64)llround(v); }

static bool on_side(enum alert_side side, i64 diff)
{
    return side == ALERT_ABOVE ? diff > 0 : side == ALERT_BELOW ? diff < 0 : diff != 0;
}

static i64 size_of(i64 v) { return v < 0 ? -v : v; }

/* -- threshold --------------------------------------------------------------------------------- */

static void judge_threshold(const struct alert_test *t, struct alert_judged *out)
{
    i64 value = out->value.value;
    if (t->side == ALERT_ABOVE) out->high = SOME(t->limit);
    else out->low = SOME(t->limit);
    out->verdict = on_side(t->side, value - t->limit) ? ALERT_HOLDS : ALERT_CALM;
    out->off = fabs((f64)value - (f64)t->limit);
}

/* -- change ------------------------------------------------------------------------------------ */

static i64 base_of(const struct alert_test *t, const struct alert_history *h, i64 i)
{
    if (t->against == AGAINST_BEFORE) return i - 1;
    if (h->step == 7) return t->against == AGAINST_WEEK_AGO ? i - 1 : i - 52;
    if (t->against == AGAINST_WEEK_AGO) return i - 7;
    return month_add(h->first + (day)i, -12) - h->first;
}

static void judge_change(const struct alert_test *t, const struct alert_history *h,
                         const struct alert_series *s, i64 i, struct alert_judged *out)
{
    i64 at = base_of(t, h, i), value = out->value.value;
    if (at < 0 || at >= i) {
        out->verdict = ALERT_NO_HISTORY;
        return;
    }
    out->base = s->at[at];
    if (!out->base.has || out->base.value == 0) {
        out->verdict = ALERT_NOT_DEFINED;
        return;
    }
    i64 base = out->base.value, diff = value - base;
    __int128 share = (__int128)size_of(diff) * 100, asked = (__int128)t->percent * size_of(base);
    i64 wide = (i64)((asked + 99) / 100);
    if (wide < t->least) wide = t->least;
    if (t->side != ALERT_BELOW) out->high = SOME(base + wide);
    if (t->side != ALERT_ABOVE) out->low = SOME(base - wide);
    bool holds = on_side(t->side, diff) && share >= asked && size_of(diff) >= t->least;
    out->verdict = holds ? ALERT_HOLDS : ALERT_CALM;
    out->off = (f64)size_of(diff);
}

/* -- anomaly ----------------------------------------------------------------------------------- */

static int smaller_first(const void *a, const void *b)
{
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return (x > y) - (x < y);
}

static f64 median_of(f64 *v, i64 n)
{
    qsort(v, (size_t)n, sizeof *v, smaller_first);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static bool zero_is_nothing(const struct alert_test *t)
{
    const struct metric *m = t->source.metric;
    return m && (m->form == METRIC_IS || m->form == METRIC_MINUS);
}

/* The first place from `from` on that is history. */
static i64 history_begins(const struct alert_test *t, const struct alert_series *s, i64 from, i64 i)
{
    if (from < 0) from = 0;
    if (zero_is_nothing(t))
        while (from < i && s->at[from].has && s->at[from].value == 0) from++;
    return from;
}

/* Periods that are alike: days a week apart, or weeks. */
struct alike {
    f64 at[WEEKS_MOST], middle;
    i64 n;
};

/* Those before i of the weekday `shift` days after its own; too few have no middle. */
static struct alike alike_of(const struct alert_test *t, const struct alert_history *h,
                             const struct alert_series *s, i64 i, i64 begin, i64 shift)
{
    struct alike out = { 0 };
    i64 stride = h->step == 7 ? 1 : 7;
    for (i64 k = 1; k <= t->weeks; k++) {
        i64 at = i - k * stride + shift;
        if (at >= begin && s->at[at].has) out.at[out.n++] = (f64)s->at[at].value;
    }
    if (out.n >= ALERT_HISTORY_MIN) out.middle = median_of(out.at, out.n);
    return out;
}

/* How far a period usually lies from its middle. Eight alone would tell it so badly that one day in
 * twenty of mere noise were an alarm: all days are asked, each against its own weekday, as a share
 * of the middle, for days on which more is sold vary more. */
static f64 scale_of(const struct alert_test *t, const struct alert_history *h,
                    const struct alert_series *s, i64 i, i64 begin, const struct alike *own)
{
    f64 apart[7 * WEEKS_MOST], sum = 0;
    bool shares = own->middle > 0;
    i64 n = 0, weekdays = h->step == 7 ? 1 : 7;
    for (i64 shift = 0; shift < weekdays; shift++) {
        struct alike like = alike_of(t, h, s, i, begin, shift);
        f64 unit = shares ? like.middle : 1;
        if (like.n < ALERT_HISTORY_MIN || unit <= 0) continue;
        for (i64 k = 0; k < like.n; k++) sum += apart[n++] = fabs(like.at[k] - like.middle) / unit;
    }
    f64 scale = MAD_SCALE * median_of(apart, n);
    if (scale == 0) scale = MEAN_SCALE * sum / (f64)n;
    scale *= (f64)own->n / ((f64)own->n - DAYS_LOST) * (shares ? own->middle : 1);
    return fmax(scale, LEAST_SCALE * fabs(own->middle));
}

static void judge_anomaly(const struct alert_test *t, const struct alert_history *h,
                          const struct alert_series *s, i64 i, struct alert_judged *out)
{
    i64 begin = history_begins(t, s, i - t->weeks * (h->step == 7 ? 1 : 7), i);
    struct alike own = alike_of(t, h, s, i, begin, 0);
    if (own.n < ALERT_HISTORY_MIN) {
        out->verdict = ALERT_NO_HISTORY;
        return;
    }
    f64 middle = own.middle, diff = (f64)out->value.value - middle;
    f64 scale = scale_of(t, h, s, i, begin, &own);
    out->base = SOME(rounded(middle));
    if (scale == 0) {
        out->verdict = ALERT_NO_SPREAD;
        return;
    }
    f64 wide = t->cut * scale;
    if (wide < (f64)t->least) wide = (f64)t->least;
    if (t->side != ALERT_BELOW) out->high = SOME(rounded(middle + wide));
    if (t->side != ALERT_ABOVE) out->low = SOME(rounded(middle - wide));
    bool side = t->side == ALERT_EITHER || (t->side == ALERT_ABOVE ? diff > 0 : diff < 0);
    bool holds = side && fabs(diff) > t->cut * scale && fabs(diff) >= (f64)t->least;
    out->verdict = holds ? ALERT_HOLDS : ALERT_CALM;
    out->off = fabs(diff) / scale;
}

void alert_judge(const struct alert_test *t, const struct alert_history *h,
                 const struct alert_series *s, i64 i, struct alert_judged *out)
{
    *out = (struct alert_judged){ .value = s->at[i] };
    if (!out->value.has) out->verdict = ALERT_NOT_DEFINED;
    else if (t->kind == ALERT_THRESHOLD) judge_threshold(t, out);
    else if (t->kind == ALERT_CHANGE) judge_change(t, h, s, i, out);
    else judge_anomaly(t, h, s, i, out);
}

/* -- which period ------------------------------------------------------------------------------ */

i64 alert_lookback(const struct alert_test *t)
{
    bool week = t->period == ALERT_WEEK;
    if (t->kind == ALERT_THRESHOLD) return 1;
    if (t->kind == ALERT_ANOMALY) return week ? t->weeks : t->weeks * 7;
    if (t->against == AGAINST_BEFORE) return 1;
    if (t->against == AGAINST_WEEK_AGO) return week ? 1 : 7;
    return week ? 52 : 366;
}

day alert_period_now(const struct ctx *c, const struct alert_test *t, i64 hour)
{
    day today = zone_day(c->zone, c->now);
    if (t->so_far) return t->period == ALERT_WEEK ? monday_of(today) : today;
    /* what is over, seen from the hour on which days are judged */
    day seen = zone_day(c->zone, c->now - hour * HOUR_MS);
    return t->period == ALERT_WEEK ? monday_of(seen) - 7 : seen - 1;
}
