/* figures.c -- the figures a goal is judged by: its history by day, its period so far, earlier
 * windows, and from these pace, forecast and the line of a chart. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "insight/goal/inside.h"
#include "insight/metric/inside.h"

enum { HISTORY_DAYS = 1100, SAMPLES = 12 };

struct metric_filter goal_filter(const struct goal_row *row)
{
    return (struct metric_filter){ .segment = row->segment,
                                   .shop = row->shop,
                                   .touchpoint = row->touchpoint,
                                   .category = row->category };
}

bool goal_of_behaviour(const struct metric *m)
{
    return m->a >= MEASURE_BEHAVIOUR || m->b >= MEASURE_BEHAVIOUR;
}

enum err goal_asking(struct ctx *c, const struct metric *m, const struct metric_filter *filter,
                     struct asking *out)
{
    struct metric_filter f = *filter;
    day today = zone_day(c->zone, c->now);
    const struct metric_ask may = { .name = str_of(m->name),
                                    .segment = f.segment,
                                    .shop = f.shop,
                                    .touchpoint = f.touchpoint,
                                    .category = f.category };
    f.no_behaviour = !goal_of_behaviour(m);
    TRY(metric_may_be_asked(c, &may));
    struct metric_cut whole = { .wanted = (u64)1 << m->a | (u64)1 << m->b };
    TRY(asking_make(c, &f, &(struct asking_cut){ &whole, { { today, today } } }, 0, out));
    return asking_more(c, m, out);
}

static struct range range_of(struct metric_period p)
{
    return (struct range){ p.from, p.to, NULL, 1 };
}

static opt_i64 whole_of(const struct metric *m, const struct counting *n, i64 range)
{
    return metric_value(m, counted(n, range, n->ranges[range].slots, 0));
}

enum err goal_read_value(struct ctx *c, const struct asking *a, const struct metric *m,
                         struct metric_period p, opt_i64 *out)
{
    struct counting n;
    struct range range = range_of(p);
    TRY(asking_count(c, a, &range, 1, false, &n));
    *out = whole_of(m, &n, 0);
    return OK;
}

/* -- by day ------------------------------------------------------------------------------------ */

/* Last day with anything to count. */
static day last_seen(const struct goal_figures *f)
{
    return f->today < f->period.to ? f->today : f->period.to;
}

static void keep_series(struct ctx *c, const struct counting *n, struct goal_figures *f)
{
    const struct metric *m = f->metric;
    day start = n->ranges[0].from, end = n->ranges[0].to;
    i64 days = (i64)end - start + 1, begin = 0;
    for (; begin < days; begin++) {
        const struct metric_totals *t = counted(n, 0, begin, 0);
        if (t->of[m->a] || t->of[m->b]) break;
    }
    f64 *a = NEWS(c->arena, f64, days + 1), *b = NEWS(c->arena, f64, days + 1);
    for (i64 i = begin; i < days; i++) {
        a[i - begin] = (f64)counted(n, 0, i, 0)->of[m->a];
        b[i - begin] = (f64)counted(n, 0, i, 0)->of[m->b];
    }
    f->series = (struct goal_series){ start + (day)begin, days - begin, a, b };
    if (end < f->today || !f->series.n) return;
    f->series.n--; /* today is not over */
    f->today_a = a[f->series.n];
    f->today_b = b[f->series.n];
}

/* f->windows[].at are filled later; now_a, now_b: of the period's days that are over. */
static enum err read_days(struct ctx *c, const struct asking *asking, struct goal_figures *f,
                          f64 *now_a, f64 *now_b)
{
    struct counting n;
    struct metric_period p = f->period;
    bool begun = f->today >= p.from;
    day end = begun ? last_seen(f) : f->today;
    uint16_t *slot = NEWS(c->arena, uint16_t, HISTORY_DAYS);
    for (i64 i = 0; i < HISTORY_DAYS; i++) slot[i] = (uint16_t)i;
    struct range ranges[] = { { end - HISTORY_DAYS + 1, end, slot, HISTORY_DAYS },
                              range_of((struct metric_period){ p.from, end }),
                              range_of(
                                  (struct metric_period){ p.from, p.from + (day)f->elapsed - 1 }) };
    TRY(asking_count(c, asking, ranges, !begun ? 1 : f->elapsed ? 3 : 2, false, &n));
    keep_series(c, &n, f);
    *now_a = *now_b = 0;
    if (begun) f->actual = whole_of(f->metric, &n, 1);
    if (begun && f->elapsed) {
        *now_a = (f64)counted(&n, 2, 1, 0)->of[f->metric->a];
        *now_b = (f64)counted(&n, 2, 1, 0)->of[f->metric->b];
    }
    return OK;
}

static bool is_ratio(const struct metric *m)
{
    return m->form == METRIC_OVER || m->form == METRIC_REST;
}

/* Money to the cent, as averages of it are. */
i64 goal_rounded(const struct metric *m, f64 v)
{
    if (m->unit == METRIC_MONEY) return llround(v / 100) * 100;
    return llround(v);
}

/* What only rises does not end below what stands; nothing but a difference ends below zero. */
f64 goal_low(const struct goal_figures *f, i64 k)
{
    f64 low = f->foreseen.value[k] - f->foreseen.half[k];
    if (goal_only_rises(f->metric) && f->actual.has && low < (f64)f->actual.value)
        return (f64)f->actual.value;
    return low < 0 && f->metric->a != MEASURE_NET ? 0 : low;
}

/* -- windows of what counts different members -------------------------------------------------- */

static opt_f64 share_at(const struct metric *m, const struct goal_window *w)
{
    opt_f64 at = goal_value(m, w->at_a, w->at_b), full = goal_value(m, w->full_a, w->full_b);
    if (!at.has || !full.has || full.value <= 0) return (opt_f64){ 0 };
    return (opt_f64){ true, at.value / full.value };
}

/* The first `elapsed` days of each window apart from its others: places 2 i and 2 i + 1. */
static struct range halves(struct ctx *c, struct metric_period p, i64 length, i64 elapsed)
{
    i64 days = (i64)p.to - p.from + 1;
    uint16_t *slot = NEWS(c->arena, uint16_t, days);
    for (i64 i = 0; i < days; i++) slot[i] = (uint16_t)(2 * (i / length) + (i % length >= elapsed));
    return (struct range){ p.from, p.to, slot, 2 * ((days + length - 1) / length) };
}

static enum err read_windows(struct ctx *c, const struct asking *asking, struct goal_figures *f,
                             struct goal_window *year_ago)
{
    struct counting n;
    const struct metric *m = f->metric;
    struct metric_period p = f->period, ly = goal_period_year_ago(p);
    i64 days = (i64)p.to - p.from + 1, has = ((i64)p.from - f->series.first) / days;
    f->windows_n = has < 0 ? 0 : has > WINDOWS_MAX ? WINDOWS_MAX : has;
    day upto = month_add(p.from + (day)f->elapsed, -12) - 1;
    struct range ranges[3] = { halves(c, ly, (i64)ly.to - ly.from + 1, (i64)upto - ly.from + 1) };
    i64 ranges_n = 1;
    if (f->windows_n) {
        struct metric_period all = { p.from - (day)(f->windows_n * days), p.from - 1 };
        ranges[1] = halves(c, all, days, f->elapsed);
        ranges[2] = halves(c, all, days, days);
        ranges_n = 3;
    }
    TRY(asking_count(c, asking, ranges, ranges_n, false, &n));
    const struct metric_totals *at = counted(&n, 0, 0, 0), *full = counted(&n, 0, 2, 0);
    *year_ago = (struct goal_window){ (f64)at->of[m->a], (f64)at->of[m->b], (f64)full->of[m->a],
                                      (f64)full->of[m->b] };
    if (ly.from < f->series.first) *year_ago = (struct goal_window){ 0 };
    for (i64 i = 0; i < f->windows_n; i++) {
        at = counted(&n, 1, 2 * i, 0);
        full = counted(&n, 2, 2 * i, 0);
        f->windows[i] = (struct goal_window){ (f64)at->of[m->a], (f64)at->of[m->b],
                                              (f64)full->of[m->a], (f64)full->of[m->b] };
    }
    return OK;
}

/* The mean share of the windows; 0: there is none. */
static f64 windows_share(const struct goal_figures *f)
{
    f64 sum = 0;
    i64 n = 0;
    for (i64 i = 0; i < f->windows_n; i++) {
        opt_f64 share = share_at(f->metric, &f->windows[i]);
        if (!share.has) continue;
        sum += share.value;
        n++;
    }
    return n ? sum / (f64)n : 0;
}

static f64 straight(const struct goal_figures *f)
{
    return is_ratio(f->metric) ? 1 : (f64)f->elapsed / (f64)(f->period.to - f->period.from + 1);
}

/* -- pace and forecast ------------------------------------------------------------------------- */

static f64 part_of_today(struct ctx *c, day today)
{
    instant from = zone_midnight(c->zone, today), to = zone_midnight(c->zone, today + 1);
    return (f64)(c->now - from) / (f64)(to - from);
}

static void judge_days(struct ctx *c, i64 target, struct goal_figures *f)
{
    struct goal_shares *s = &f->shares;
    i64 days = (i64)f->period.to - f->period.from + 1, known = f->elapsed;
    goal_shares_make(c->arena, f->metric, &f->series, f->period, s);
    f->pace_by = s->by;
    if (f->today < f->period.from) return;
    f64 share = s->upto[f->elapsed];
    if (f->elapsed < days) share += (s->upto[f->elapsed + 1] - share) * part_of_today(c, f->today);
    f->pace = SOME(goal_rounded(f->metric, (f64)target * share));
    if (known > f->series.n) known = f->series.n; /* nothing was before */
    goal_foresee(c->arena, f->metric, &f->series, known, days - f->elapsed, f->today_a, f->today_b,
                 &f->foreseen);
}

static enum err judge_windows(struct ctx *c, const struct asking *asking, i64 target, f64 now_a,
                              f64 now_b, struct goal_figures *f)
{
    struct goal_window year_ago = { 0 };
    i64 days = (i64)f->period.to - f->period.from + 1;
    f64 share = straight(f);
    f->pace_by = PACE_STRAIGHT;
    if (f->today < f->period.from) return OK;
    if (f->kind == KIND_DIFFERENT && f->elapsed) {
        TRY(read_windows(c, asking, f, &year_ago));
        opt_f64 then = share_at(f->metric, &year_ago);
        f64 mean = windows_share(f);
        if (then.has) f->pace_by = PACE_YEAR, share = then.value;
        else if (mean > 0) f->pace_by = PACE_WINDOWS, share = mean;
        if (f->elapsed < days)
            goal_develop(c->arena, f->metric, f->windows, f->windows_n, now_a, now_b, &f->foreseen);
    }
    f->pace = SOME(goal_rounded(f->metric, (f64)target * share));
    return OK;
}

enum err goal_read_figures(struct ctx *c, const struct asking *asking, const struct metric *m,
                           struct metric_period p, i64 target, struct goal_figures *f)
{
    f64 now_a, now_b;
    *f = (struct goal_figures){
        .metric = m, .kind = goal_kind_of(m), .period = p, .today = zone_day(c->zone, c->now)
    };
    if (f->today > p.from) f->elapsed = (f->today <= p.to ? f->today : p.to + 1) - p.from;
    TRY(read_days(c, asking, f, &now_a, &now_b));
    if (f->kind != KIND_SUM) return judge_windows(c, asking, target, now_a, now_b, f);
    judge_days(c, target, f);
    return OK;
}

/* -- the line of a chart ----------------------------------------------------------------------- */

static str text_of(struct ctx *c, const struct goal_figures *f, opt_i64 v)
{
    return metric_text(c->arena, f->metric->unit, v);
}

static opt_i64 value_of_sums(const struct metric *m, f64 a, f64 b)
{
    struct metric_totals t = { { 0 } };
    t.of[m->b] = llround(b);
    t.of[m->a] = llround(a);
    return metric_value(m, &t);
}

static void foresee_point(struct ctx *c, const struct goal_figures *f, i64 k,
                          struct goal_point *out)
{
    f64 v = f->foreseen.value[k], half = f->foreseen.half[k];
    if (isnan(v)) return;
    out->forecast = text_of(c, f, SOME(goal_rounded(f->metric, v)));
    out->low = text_of(c, f, SOME(goal_rounded(f->metric, goal_low(f, k))));
    out->high = text_of(c, f, SOME(goal_rounded(f->metric, v + half)));
}

static void points_by_day(struct ctx *c, const struct goal_figures *f, i64 target,
                          struct goal_point_list *out)
{
    f64 a = 0, b = 0;
    for (i64 i = 0; i < f->shares.days; i++) {
        day d = f->period.from + (day)i;
        i64 at = (i64)d - f->series.first;
        struct goal_point *p = PUSH(c->arena, out);
        *p = (struct goal_point){ .day = d };
        p->pace = text_of(c, f, SOME(goal_rounded(f->metric, (f64)target * f->shares.upto[i + 1])));
        if (d < f->today && at >= 0 && at < f->series.n) a += f->series.a[at], b += f->series.b[at];
        if (d == f->today) a += f->today_a, b += f->today_b;
        if (d <= f->today) p->actual = text_of(c, f, value_of_sums(f->metric, a, b));
        if (f->foreseen.has && i >= f->elapsed) foresee_point(c, f, i - f->elapsed, p);
    }
}

static enum err points_by_sample(struct ctx *c, const struct asking *a,
                                 const struct goal_figures *f, i64 target,
                                 struct goal_point_list *out)
{
    struct metric_period p = f->period, ly = goal_period_year_ago(p);
    i64 days = (i64)p.to - p.from + 1, last = -1;
    opt_i64 whole = NONE;
    bool by_year = f->pace_by == PACE_YEAR;
    if (by_year) TRY(goal_read_value(c, a, f->metric, ly, &whole));
    for (i64 k = 1; k <= SAMPLES; k++) {
        i64 at = days * k / SAMPLES - 1;
        day d = p.from + (day)at;
        if (at <= last) continue;
        last = at;
        struct goal_point *point = PUSH(c->arena, out);
        *point = (struct goal_point){ .day = d };
        opt_i64 v = NONE;
        if (d < f->today)
            TRY(goal_read_value(c, a, f->metric, (struct metric_period){ p.from, d }, &v));
        if (d < f->today) point->actual = text_of(c, f, v);
        f64 share = is_ratio(f->metric) ? 1 : (f64)(at + 1) / (f64)days;
        bool has = f->pace_by == PACE_STRAIGHT || at == days - 1;
        if (by_year && at < days - 1) {
            TRY(goal_read_value(c, a, f->metric,
                                (struct metric_period){ ly.from, month_add(d + 1, -12) - 1 }, &v));
            has = v.has && whole.has && whole.value > 0;
            share = has ? (f64)v.value / (f64)whole.value : 0;
        }
        if (at == days - 1) share = 1;
        if (has) point->pace = text_of(c, f, SOME(goal_rounded(f->metric, (f64)target * share)));
        if (at == days - 1 && f->foreseen.has) foresee_point(c, f, 0, point);
    }
    return OK;
}

static int by_day(const void *x, const void *y)
{
    return (int)(((const struct goal_point *)x)->day - ((const struct goal_point *)y)->day);
}

enum err goal_read_points(struct ctx *c, const struct asking *a, const struct goal_figures *f,
                          i64 target, struct goal_point_list *out)
{
    *out = (struct goal_point_list){ 0 };
    if (f->kind == KIND_SUM) {
        points_by_day(c, f, target, out);
        return OK;
    }
    TRY(points_by_sample(c, a, f, target, out));
    if (f->today < f->period.from || f->today > f->period.to) return OK;
    for (i64 i = 0; i < out->n; i++) /* where it stands now */
        if (out->at[i].day == f->today) {
            out->at[i].actual = text_of(c, f, f->actual);
            return OK;
        }
    *PUSH(c->arena, out) = (struct goal_point){ .day = f->today,
                                                .actual = text_of(c, f, f->actual),
                                                .pace = text_of(c, f, f->pace) };
    qsort(out->at, (size_t)out->n, sizeof *out->at, by_day);
    return OK;
}
