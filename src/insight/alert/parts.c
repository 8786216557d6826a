/* parts.c -- which parts of a figure moved most, and the members behind it. */
#include <stdlib.h>

#include "audience/segment.h"
#include "base/clock.h"
#include "insight/alert/inside.h"

enum { PARTS_SHOWN = 3 };

static const struct {
    const char *name;
    unsigned cut;
} part_dimensions[] = { { "shop", CUT_SHOP },
                        { "touchpoint", CUT_TOUCHPOINT },
                        { "category", CUT_CATEGORY } };

static bool adds_up(struct ctx *c, const struct metric *m)
{
    struct metric_view view;
    metric_show(c, m, &view);
    return view.adds_up;
}

/* The metric itself when its parts add up, else its numerator where that is a metric. */
static const struct metric *metric_of_parts(struct ctx *c, const struct metric *m)
{
    if (adds_up(c, m)) return m;
    for (const struct metric *other = metrics; other->name; other++)
        if (other->form == METRIC_IS && other->a == m->a && other != m && adds_up(c, other))
            return other;
    return NULL;
}

static bool can_be_quoted(str s) { return str_is_line(s) && !str_has(s, '"') && !str_has(s, '\\'); }

/* segment and by = "value" */
static str narrowed(struct ctx *c, str segment, str by, str value)
{
    str test = str_fmt(c->arena, STR_FMT " = \"" STR_FMT "\"", STR_ARG(by), STR_ARG(value));
    if (!str_trim(segment).n) return test;
    return str_fmt(c->arena, "(" STR_FMT ") and " STR_FMT, STR_ARG(segment), STR_ARG(test));
}

/* The terms of one value of the rule's dimension; false: it cannot be had alone. */
static bool terms_within(struct ctx *c, const struct alert_terms *terms, str value,
                         struct alert_terms *out)
{
    str by = str_trim(terms->by);
    *out = *terms;
    out->by = NO_STR;
    if (!by.n) return true;
    if (str_eq(by, S("shop"))) out->shop = value;
    else if (str_eq(by, S("touchpoint"))) out->touchpoint = value;
    else if (str_eq(by, S("category"))) out->category = value;
    else if (can_be_quoted(value)) out->segment = narrowed(c, terms->segment, by, value);
    else return false;
    return true;
}

struct moved {
    const char *by;
    str value;
    i64 now, before;
};
struct moved_list {
    struct moved *at;
    i64 n;
};

static i64 size_of(const struct moved *m)
{
    return m->now > m->before ? m->now - m->before : m->before - m->now;
}
static int most_first(const void *a, const void *b)
{
    i64 x = size_of(a), y = size_of(b);
    return (x < y) - (x > y);
}

/* What a part is compared with: as the whole is; where it has too little history, the period before
 * (of days: the same weekday). */
static i64 base_of(const struct alert_test *t, const struct alert_history *h,
                   const struct alert_series *s, i64 i)
{
    struct alert_judged j;
    if (t->kind != ALERT_THRESHOLD) {
        alert_judge(t, h, s, i, &j);
        if (j.base.has) return j.base.value;
    }
    i64 back = t->kind == ALERT_ANOMALY && h->step == 1 ? 7 : 1;
    return i >= back ? s->at[i - back].value : 0;
}

static enum err moved_by(struct ctx *c, const struct alert_terms *within,
                         const struct alert_test *t, day period, const char *by,
                         struct moved_list *out)
{
    struct alert_terms terms = *within;
    struct alert_history h;
    i64 back = alert_lookback(t) * (t->period == ALERT_WEEK ? 7 : 1);
    terms.by = str_of(by);
    TRY(alert_history_read(c, &terms, t, period - (day)back, period, &h));
    i64 i = (period - h.first) / h.step;
    if (h.series.n < 2 || i >= h.n) return OK; /* the whole again */
    for (i64 k = 0; k < h.series.n; k++) {
        const struct alert_series *s = &h.series.at[k];
        if (str_eq(s->label, S("未知"))) continue; /* tells nobody where to look */
        *PUSH(c->arena, out) = (struct moved){ by, s->label, s->at[i].value, base_of(t, &h, s, i) };
    }
    return OK;
}

enum err alert_parts_find(struct ctx *c, const struct alert_terms *terms,
                          const struct alert_test *t, day period, struct alert_finding *out)
{
    const struct metric *m = t->source.metric ? metric_of_parts(c, t->source.metric) : NULL;
    struct alert_terms within;
    struct alert_test test = *t;
    struct moved_list moved = { 0 };
    if (!m || !terms_within(c, terms, out->value, &within)) return OK;
    within.metric = str_of(m->name);
    test.source.metric = m;
    test.source.unit = m->unit;
    test.least = 0;
    for (i64 i = 0; i < COUNT(part_dimensions); i++) {
        bool fixed = (part_dimensions[i].cut == CUT_SHOP && within.shop.n) ||
                     (part_dimensions[i].cut == CUT_TOUCHPOINT && within.touchpoint.n) ||
                     (part_dimensions[i].cut == CUT_CATEGORY && within.category.n);
        if (fixed || !(m->cuts & part_dimensions[i].cut)) continue;
        TRY(moved_by(c, &within, &test, period, part_dimensions[i].name, &moved));
    }
    if (moved.n) qsort(moved.at, (size_t)moved.n, sizeof *moved.at, most_first);
    opt_i64 base = out->judged.base;
    i64 sign = t->kind == ALERT_THRESHOLD ? (t->side == ALERT_ABOVE ? 1 : -1)
               : base.has && out->judged.value.value < base.value ? -1
                                                                  : 1;
    if (m != t->source.metric) out->facts.parts_of = str_of(m->name);
    for (i64 i = 0; i < moved.n && out->facts.parts.n < PARTS_SHOWN; i++) {
        const struct moved *p = &moved.at[i];
        i64 change = p->now - p->before;
        if (change == 0 || (change > 0) != (sign > 0)) continue;
        *PUSH(c->arena, &out->facts.parts) =
            (struct alert_part){ str_of(p->by), p->value,
                                 metric_text(c->arena, m->unit, SOME(p->now)),
                                 metric_text(c->arena, m->unit, SOME(p->before)),
                                 metric_text(c->arena, m->unit, SOME(change)) };
    }
    return OK;
}

/* -- the members behind ------------------------------------------------------------------------ */

str alert_segment(struct ctx *c, const struct alert_row *row, const struct alert_facts *facts,
                  const struct alert_test *t)
{
    str by = str_or(str_trim(facts->terms->by), str_of(t->source.always_by));
    str text = str_trim(facts->terms->segment), value = str_or(facts->label, NO_STR);
    const struct segment_node *tree;
    bool one = row->value.n > 0 && !str_eq(row->value, ALERT_GROUP) && can_be_quoted(value);
    if (t->source.metric && t->source.metric->a < MEASURE_NEW_MEMBERS) {
        i64 days = zone_day(c->zone, c->now) - row->from_day + 1;
        bool placed = t->source.metric->a <= MEASURE_PLACERS;
        str bought =
            str_fmt(c->arena, placed ? "did(\"order.placed\", %lldd) >= 1" : "orders(%lldd) >= 1",
                    (long long)(days < 1 ? 1 : days));
        text = text.n
                   ? str_fmt(c->arena, "(" STR_FMT ") and " STR_FMT, STR_ARG(text), STR_ARG(bought))
                   : bought;
    }
    if (one && str_eq(by, S("product"))) text = narrowed(c, text, S("bought"), value);
    else if (one && str_eq(by, S("touchpoint")))
        text = narrowed(c, text,
                        t->source.metric && t->source.metric->a < MEASURE_NEW_MEMBERS
                            ? S("main_touchpoint")
                            : S("touchpoint"),
                        value);
    else if (one && by.n && !str_eq(by, S("shop")) && !str_eq(by, S("category")) &&
             !str_eq(by, S("budget")))
        text = narrowed(c, text, by, value);
    if (!text.n) return NO_STR;
    struct problem why = c->why;
    if (segment_parse(c, text, &tree) != OK) {
        c->why = why; /* nobody asked for it */
        return NO_STR;
    }
    return segment_format(c->arena, tree);
}
