/* figures.c -- what two periods come to, whole and in parts: as the metrics count it. */
#include "insight/tree/figures.h"

#include <stdlib.h>

#define BIT(MEASURE) ((u64)1 << MEASURE_##MEASURE)
#define WANTED \
    (BIT(PLACED) | BIT(GMV) | BIT(KNOWN_PLACED) | BIT(KNOWN_GMV) | BIT(PLACERS) | BIT(REACHED))

static const char *const dimensions[] = {
    [TREE_BY_SHOP] = "shop", [TREE_BY_TOUCHPOINT] = "touchpoint", [TREE_BY_CATEGORY] = "category"
};

static struct tree_sums sums_of(const struct metric_totals *t)
{
    const i64 *of = t->of;
    return (struct tree_sums){
        .known = { of[MEASURE_REACHED], of[MEASURE_PLACERS], of[MEASURE_KNOWN_PLACED],
                   of[MEASURE_KNOWN_GMV] },
        .unknown_orders = of[MEASURE_PLACED] - of[MEASURE_KNOWN_PLACED],
        .unknown_gmv = of[MEASURE_GMV] - of[MEASURE_KNOWN_GMV],
    };
}

static struct tree_share share_of(const struct tree_who *who, const struct metric_group_totals *g)
{
    struct tree_share out = { .name = g->value, .of = { sums_of(&g->a), sums_of(&g->b) } };
    if (who->part) { /* those listed, everybody else, nobody known */
        i64 n = who->names.n;
        out.kind = g->place < n    ? TREE_PART_NAMED
                   : g->place == n ? TREE_PART_OTHER
                                   : TREE_PART_UNKNOWN;
        out.name = g->place < n ? who->names.at[g->place] : NO_STR;
    } else if (g->rest || g->unknown) {
        out.kind = g->rest ? TREE_PART_OTHER : TREE_PART_UNKNOWN;
        out.name = NO_STR;
        out.last = g->rest;
    }
    return out;
}

static money change_of(const struct tree_share *s)
{
    return tree_gmv(&s->of[1]) - tree_gmv(&s->of[0]);
}
static money size(money m) { return m < 0 ? -m : m; }

static int most_changed_first(const void *x, const void *y)
{
    const struct tree_share *a = x, *b = y;
    money ca = size(change_of(a)), cb = size(change_of(b));
    if (a->last != b->last) return a->last ? 1 : -1;
    if (ca != cb) return ca > cb ? -1 : 1;
    money ga = tree_gmv(&a->of[1]), gb = tree_gmv(&b->of[1]);
    if (ga != gb) return ga > gb ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return str_cmp(a->name, b->name);
}

enum err tree_figures_read(struct ctx *c, const struct tree_who *who, enum tree_by by,
                           const struct metric_period period[2], struct tree_figures *out)
{
    struct metric_cut cut = {
        .most = MEASURE_GMV, .change = true, .parts = TREE_SHOWN, .wanted = WANTED
    };
    struct metric_filter filter = { .set = who->set.bits ? &who->set : NULL };
    struct metric_parted parted;
    if (by == TREE_BY_SEGMENT) {
        cut.own = who->part;
        cut.own_n = who->part_n;
        cut.own_parts = who->names.n + 2;
    } else if (by != TREE_BY_NOTHING) cut.by = str_of(dimensions[by]);
    TRY(metric_totals_parted(c, period[0], period[1], &cut, &filter, &parted));
    *out = (struct tree_figures){ .of = { sums_of(&parted.a), sums_of(&parted.b) },
                                  .parts = NEWS(c->arena, struct tree_share, parted.parts.n + 1) };
    for (; out->n < parted.parts.n; out->n++)
        out->parts[out->n] = share_of(who, &parted.parts.at[out->n]);
    if (out->n) qsort(out->parts, (size_t)out->n, sizeof *out->parts, most_changed_first);
    return OK;
}
