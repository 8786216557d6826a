/* preview.c -- what a rule would have raised in the last days, before it is switched on. */
#include <stdlib.h>

#include "base/clock.h"
#include "insight/alert/inside.h"

enum { PRODUCT_STEP = 7 }; /* days between the days on which products are looked at */

/* One value judged over all periods tried. */
struct tried {
    struct alert_tried view;
    i64 last; /* place it was last raised at */
    i64 places;
};
struct tried_list {
    struct tried *at;
    i64 n;
};

static int most_first(const void *a, const void *b)
{
    const struct tried *x = a, *y = b;
    if (x->view.raised != y->view.raised) return x->view.raised > y->view.raised ? -1 : 1;
    if (x->view.holds != y->view.holds) return x->view.holds > y->view.holds ? -1 : 1;
    return str_cmp(x->view.value, y->view.value);
}

/* The quiet time in whole periods of `step` days: 24 hours are one day. */
static i64 quiet_days(i64 quiet_hours) { return (quiet_hours + 23) / 24; }

static void try_one(struct ctx *c, const struct alert_test *t, const struct alert_judged *j,
                    day from, i64 quiet_hours, struct tried *out)
{
    enum metric_unit unit = t->source.unit;
    *PUSH(c->arena, &out->view.points) =
        (struct alert_point){ .from = from,
                              .value = metric_text(c->arena, unit, j->value),
                              .expected = metric_text(c->arena, unit, j->base),
                              .low = metric_text(c->arena, unit, j->low),
                              .high = metric_text(c->arena, unit, j->high),
                              .verdict = j->verdict };
    if (j->verdict != ALERT_HOLDS) {
        out->view.unknown += j->verdict != ALERT_CALM;
        return;
    }
    out->view.holds++;
    if (out->places && from - out->last < quiet_days(quiet_hours)) return;
    out->last = from;
    out->places++;
    out->view.raised++;
    *PUSH(c->arena, &out->view.days) = day_text(c->arena, from);
}

static enum err try_series(struct ctx *c, const struct alert_terms *terms,
                           const struct alert_test *t, i64 quiet_hours, struct tried_list *all,
                           struct alert_preview *out)
{
    struct alert_history h;
    i64 step = t->period == ALERT_WEEK ? 7 : 1, back = alert_lookback(t) * step;
    TRY(alert_history_read(c, terms, t, out->from - (day)back, out->to, &h));
    if (h.most) out->note = alert_more_words(c, h.most);
    for (i64 k = 0; k < h.series.n; k++) {
        const struct alert_series *s = &h.series.at[k];
        struct tried *one = PUSH(c->arena, all);
        one->view.value = s->value;
        one->view.label = s->label;
        for (i64 i = 0; i < h.n; i++) {
            struct alert_judged j;
            day from = h.first + (day)(i * h.step);
            if (from < out->from) continue;
            alert_judge(t, &h, s, i, &j);
            try_one(c, t, &j, from, quiet_hours, one);
        }
    }
    return OK;
}

/* Without history: as things stood at the end of each day tried. */
static enum err try_days(struct ctx *c, const struct alert_terms *terms, const struct alert_test *t,
                         i64 quiet_hours, struct tried_list *all, struct alert_preview *out)
{
    for (day d = out->from; d <= out->to; d += PRODUCT_STEP) {
        struct alert_history h;
        TRY(alert_history_read(c, terms, t, d, d, &h));
        for (i64 k = 0; k < h.series.n; k++) {
            const struct alert_series *s = &h.series.at[k];
            struct alert_judged j;
            i64 at = 0;
            alert_judge(t, &h, s, 0, &j);
            while (at < all->n && !str_eq(all->at[at].view.value, s->value)) at++;
            if (at == all->n) {
                if (j.verdict != ALERT_HOLDS || all->n >= ALERT_LISTED) continue;
                struct tried *one = PUSH(c->arena, all);
                one->view.value = s->value;
                one->view.label = s->label;
            }
            try_one(c, t, &j, d, quiet_hours, &all->at[at]);
        }
        if (h.series.n > out->values_n) out->values_n = h.series.n;
    }
    return OK;
}

enum err alert_preview_make(struct ctx *c, const struct alert_terms *terms, i64 quiet_hours,
                            struct alert_preview *out)
{
    struct alert_test t;
    struct tried_list all = { 0 };
    i64 unknown = 0, periods = 0;
    *out = (struct alert_preview){ 0 };
    TRY(alert_test_read(c, terms, &t));
    /* whole periods: of one that runs nobody knows how it stood at an hour that is past */
    struct alert_test whole = t;
    whole.so_far = false;
    out->to = alert_period_now(c, &whole, 0);
    bool week = t.period == ALERT_WEEK;
    out->from = out->to - (week ? ALERT_PREVIEW / 7 * 7 : ALERT_PREVIEW - 1);
    out->step_days = t.source.history ? (week ? 7 : 1) : PRODUCT_STEP;
    out->unit = t.source.unit;
    out->sentence = alert_sentence(c, terms, &t);
    if (!t.source.history) {
        out->to = zone_day(c->zone, c->now);
        out->from = out->to - ALERT_PREVIEW / PRODUCT_STEP * PRODUCT_STEP;
        TRY(try_days(c, terms, &t, quiet_hours, &all, out));
    } else {
        TRY(try_series(c, terms, &t, quiet_hours, &all, out));
        out->values_n = all.n;
    }
    if (all.n) qsort(all.at, (size_t)all.n, sizeof *all.at, most_first);
    for (i64 i = 0; i < all.n; i++) {
        out->raised += all.at[i].view.raised;
        unknown += all.at[i].view.unknown;
        periods += all.at[i].view.points.n;
        if (i < ALERT_TRIED) *PUSH(c->arena, &out->values) = all.at[i].view;
    }
    if (unknown) {
        str more = out->note;
        out->note =
            str_fmt(c->arena,
                    c->locale == ZH ? "%lld 个判断中有 %lld 个无法判断：历史不够，或数值无定义"
                                    : "of %lld judgements %lld could not be made: too "
                                      "little history, or a figure that is not defined",
                    (long long)periods, (long long)unknown);
        if (more.n)
            out->note = str_join(c->arena, (strs){ (str[]){ more, out->note }, 2 },
                                 c->locale == ZH ? S("；") : S("; "));
    }
    return OK;
}
