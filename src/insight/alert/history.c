/* history.c -- the figures a rule looks at, period by period, for each value of its dimension. */
#include <math.h>
#include <stdio.h>

#include "audience/question/rows_private.h"
#include "audience/segment.h"
#include "base/clock.h"
#include "insight/alert/inside.h"
#include "insight/product.h"
#include "loyalty/budget.h"

/* -- metrics ----------------------------------------------------------------------------------- */

/* Each value is a series: the more periods, the fewer values fit into one question. */
static i64 values_most(const struct alert_history *h, day from, day to)
{
    i64 fit = POINTS_OF_ONE / ((to - from) / h->step + 2) - 2;
    return fit < ALERT_VALUES ? fit : ALERT_VALUES;
}

static struct metric_ask metric_asked(struct ctx *c, const struct alert_terms *terms, day from,
                                      day to, i64 values)
{
    return (struct metric_ask){ .name = str_trim(terms->metric),
                                .from = day_text(c->arena, from),
                                .to = day_text(c->arena, to),
                                .step = terms->period == ALERT_WEEK ? STEP_WEEK : STEP_DAY,
                                .by = terms->by,
                                .segment = terms->segment,
                                .shop = terms->shop,
                                .touchpoint = terms->touchpoint,
                                .category = terms->category,
                                .groups = SOME(values),
                                .compare = { true, false } };
}

static void series_add(struct ctx *c, const struct alert_test *t, str value,
                       const struct metric_point_list *points, struct alert_history *h)
{
    opt_i64 *at = NEWS(c->arena, opt_i64, h->n);
    for (i64 i = 0; i < h->n && i < points->n; i++)
        at[i].has = points->at[i].value.at &&
                    alert_figure_read(t->source.unit, points->at[i].value, &at[i].value);
    *PUSH(c->arena, &h->series) = (struct alert_series){ value, value, at };
}

static enum err metric_history(struct ctx *c, const struct alert_terms *terms,
                               const struct alert_test *t, day from, day to,
                               struct alert_history *h)
{
    struct metric_answer answer;
    i64 values = values_most(h, from, to);
    struct metric_ask ask = metric_asked(c, terms, from, to, values);
    const struct segment_node *tree;
    /* said before anything is read, also while the index of members is not there yet */
    if (str_trim(terms->segment).n) TRY(segment_parse(c, terms->segment, &tree));
    TRY(metric_make(c, &ask, &answer));
    h->n = answer.series.n;
    if (!str_trim(terms->by).n) {
        series_add(c, t, NO_STR, &answer.series, h);
        return OK;
    }
    for (i64 i = 0; i < answer.groups.n; i++) {
        if (answer.groups.at[i].rest) h->most = values;
        if (!answer.groups.at[i].rest)
            series_add(c, t, answer.groups.at[i].group, &answer.groups.at[i].series, h);
    }
    return OK;
}

/* -- products ---------------------------------------------------------------------------------- */

/* Whole days, away from the alarm: "below 7" holds of 6.9, "above 180" does not of 180.0. */
static opt_i64 days_of(const struct alert_test *t, opt_f64 days)
{
    if (!days.has) return NONE;
    return SOME((i64)(t->side == ALERT_BELOW ? floor(days.value) : ceil(days.value)));
}

static enum err product_history(struct ctx *c, const struct alert_terms *terms,
                                const struct alert_test *t, day to, struct alert_history *h)
{
    struct product_report report;
    struct product_ask ask = { .to = day_text(c->arena, to), .shop = str_trim(terms->shop) };
    bool turnover = str_eq(str_of(t->source.name), S("product.turnover_days"));
    str category = str_trim(terms->category);
    TRY(product_report_make(c, &ask, &report));
    h->first = to;
    h->n = 1;
    for (i64 i = 0; i < report.items.n; i++) {
        const struct product_health *p = &report.items.at[i];
        if (!p->on_hand.has || (category.n && !str_eq(p->category, category))) continue;
        opt_i64 *at = NEW(c->arena, opt_i64);
        *at = days_of(t, turnover ? p->turnover_days : p->sellout_days);
        *PUSH(c->arena, &h->series) =
            (struct alert_series){ str_fmt(c->arena, STR_FMT "/" STR_FMT, STR_ARG(p->shop),
                                           STR_ARG(p->code)),
                                   str_or(p->name, p->code), at };
    }
    return OK;
}

/* -- budgets ----------------------------------------------------------------------------------- */

static enum err budget_history(struct ctx *c, day from, day to, struct alert_history *h)
{
    struct budget_view_list budgets;
    TRY(budget_list(c, &budgets));
    h->n = (to - from) / h->step + 1;
    for (i64 i = 0; i < budgets.n; i++) {
        const struct budget_view *b = &budgets.at[i];
        struct budget_day_list days = { 0 };
        if (b->ends_at.has && b->ends_at.value <= c->now) continue;
        TRY(budget_days(c, b->code, &days));
        opt_i64 *at = NEWS(c->arena, opt_i64, h->n);
        money put_in = 0, balance = 0;
        i64 next = 0;
        for (i64 k = 0; k < h->n; k++) {
            day end = h->first + (day)(k * h->step + h->step - 1);
            for (; next < days.n && days.at[next].day <= end; next++) {
                put_in += days.at[next].put_in;
                balance = days.at[next].balance;
            }
            if (put_in > 0) at[k] = SOME((i64)((__int128)(put_in - balance) * 1000000 / put_in));
        }
        *PUSH(c->arena, &h->series) = (struct alert_series){ b->code, b->name, at };
    }
    return OK;
}

/* -- any --------------------------------------------------------------------------------------- */

enum err alert_history_read(struct ctx *c, const struct alert_terms *terms,
                            const struct alert_test *t, day from, day to, struct alert_history *out)
{
    bool week = t->period == ALERT_WEEK;
    day today = zone_day(c->zone, c->now);
    *out = (struct alert_history){ .step = week ? 7 : 1, .first = week ? monday_of(from) : from };
    day last = week ? monday_of(to) + 6 : to;
    if (last > today) last = today; /* of a period that runs */
    if (t->source.metric) return metric_history(c, terms, t, out->first, last, out);
    if (str_eq(str_of(t->source.always_by), S("budget")))
        return budget_history(c, out->first, last, out);
    return product_history(c, terms, t, last, out);
}

enum err alert_terms_check(struct ctx *c, const struct alert_terms *terms)
{
    struct alert_test t;
    struct alert_history h;
    day yesterday = zone_day(c->zone, c->now) - 1;
    TRY(alert_test_read(c, terms, &t));
    if (!t.source.metric) return OK;
    enum err e = alert_history_read(c, terms, &t, yesterday, yesterday, &h);
    if (e == OK) return OK;
    /* the metric names its own fields, a segment its line and column; here they lie in the terms */
    char field[sizeof c->why.field];
    str at = str_of(c->why.field);
    if (str_starts(at, S("/")))
        snprintf(field, sizeof field, "/terms%.80s",
                 str_eq(at, S("/name")) ? "/metric" : c->why.field);
    else snprintf(field, sizeof field, "/terms/segment");
    memcpy(c->why.field, field, sizeof field);
    return e;
}
