/* movers.c -- what moved a goal's metric most: groups of its dimensions against the compared days.
 */
#include <stdlib.h>

#include "insight/goal/inside.h"
#include "insight/metric/inside.h"

enum { MOVERS_MAX = 5 };

static const struct {
    const char *by;
    unsigned cut;
    const char *zh, *en;
} dimensions[] = {
    { "touchpoint", CUT_TOUCHPOINT, "触点", "Touchpoint" },
    { "shop", CUT_SHOP, "店铺", "Shop" },
    { "category", CUT_CATEGORY, "品类", "Category" },
    { "tier", CUT_MEMBER, "会员等级", "Tier" },
};

struct moved {
    f64 contribution;
    struct goal_mover mover;
};
struct moved_list {
    struct moved *at;
    i64 n;
};

static int most_first(const void *x, const void *y)
{
    f64 a = ((const struct moved *)x)->contribution, b = ((const struct moved *)y)->contribution;
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    return (a < b) - (a > b);
}

struct totals_of {
    f64 a1, b1, a2, b2; /* compared days; the period so far */
};
static struct totals_of totals_of(const struct metric *m, const struct metric_group_totals *g)
{
    return (struct totals_of){ (f64)g->a.of[m->a], (f64)g->a.of[m->b], (f64)g->b.of[m->a],
                               (f64)g->b.of[m->b] };
}

/* all: the whole of both; of a ratio its sums. */
static opt_f64 contribution_of(const struct metric *m, const struct totals_of *g,
                               const struct totals_of *all)
{
    bool ratio = m->form == METRIC_OVER || m->form == METRIC_REST;
    opt_f64 then = goal_value(m, g->a1, g->b1), now = goal_value(m, g->a2, g->b2);
    if (!ratio) return (opt_f64){ true, now.value - then.value };
    if (all->b1 <= 0 || all->b2 <= 0) return (opt_f64){ 0 };
    f64 unit = m->unit == METRIC_MONEY ? 1 : 1e6, v = all->a1 / all->b1,
        change = (g->a2 - v * g->b2) / all->b2 - (g->a1 - v * g->b1) / all->b1;
    return (opt_f64){ true, unit * (m->form == METRIC_REST ? -change : change) };
}

static str value_text(struct ctx *c, const struct metric *m, const struct metric_totals *t)
{
    opt_i64 v = metric_value(m, t);
    if (v.has) v.value = goal_rounded(m, (f64)v.value);
    return metric_text(c->arena, m->unit, v);
}

static void add_group(struct ctx *c, const struct metric *m, int dimension,
                      const struct metric_group_totals *g, const struct totals_of *all,
                      struct moved_list *out)
{
    struct totals_of t = totals_of(m, g);
    opt_f64 moved = contribution_of(m, &t, all);
    if (g->rest || !moved.has || (moved.value > -0.5 && moved.value < 0.5)) return;
    *PUSH(c->arena, out) = (struct moved){
        moved.value,
        { .dimension = str_of(dimensions[dimension].by),
          .dimension_label =
              say(c, str_of(dimensions[dimension].zh), str_of(dimensions[dimension].en)),
          .group = g->value,
          .now = value_text(c, m, &g->b),
          .before = value_text(c, m, &g->a),
          .contribution = metric_text(c->arena, m->unit, SOME(goal_rounded(m, moved.value))) }
    };
}

static enum err by_dimension(struct ctx *c, const struct metric *m, int dimension,
                             struct metric_period then, struct metric_period now,
                             const struct metric_filter *f, struct moved_list *out)
{
    struct metric_group_totals_list groups;
    struct totals_of all = { 0 };
    TRY(metric_totals_by(c, then, now, str_of(dimensions[dimension].by), m->a, f, &groups));
    for (i64 i = 0; i < groups.n; i++) {
        struct totals_of t = totals_of(m, &groups.at[i]);
        all.a1 += t.a1;
        all.b1 += t.b1;
        all.a2 += t.a2;
        all.b2 += t.b2;
    }
    for (i64 i = 0; i < groups.n && groups.n > 1; i++)
        add_group(c, m, dimension, &groups.at[i], &all, out);
    return OK;
}

enum err goal_movers(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                     struct metric_period compared, struct goal_mover_list *out)
{
    const struct metric *m = f->metric;
    struct metric_filter filter = goal_filter(row);
    struct moved_list all = { 0 };
    struct metric_period now = { f->period.from,
                                 f->period.from + (day)(compared.to - compared.from) };
    const str given[] = { row->touchpoint, row->shop, row->category };
    *out = (struct goal_mover_list){ 0 };
    filter.no_behaviour = !goal_of_behaviour(m);
    if (f->kind == KIND_LATER && m->a == MEASURE_PAID_HIGH) return OK;
    for (int d = 0; d < COUNT(dimensions); d++) {
        bool fixed = d < COUNT(given) && given[d].n;
        if (fixed || !(m->cuts & dimensions[d].cut)) continue;
        if (dimensions[d].cut != CUT_MEMBER && goal_of_behaviour(m)) continue;
        enum err err = by_dimension(c, m, d, compared, now, &filter, &all);
        if (err == E_BUSY) continue; /* the index is not there yet: without this dimension */
        if (err != OK) return err;
    }
    if (all.n) qsort(all.at, (size_t)all.n, sizeof *all.at, most_first);
    for (i64 i = 0; i < all.n && i < MOVERS_MAX; i++) *PUSH(c->arena, out) = all.at[i].mover;
    return OK;
}
