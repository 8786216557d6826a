/* ask.c -- base measures of whom and what is asked for: the filter, the dimension's groups, and the
 * passes that answer. */
#include <stdlib.h>

#include "base/clock.h"
#include "insight/metric/inside.h"
#include "insight/period.h"

static const struct {
    const char *name;
    int kind;
} order_dimensions[] = { { "shop", OF_SHOP },
                         { "touchpoint", OF_TOUCHPOINT },
                         { "category", OF_CATEGORY } };

static int order_dimension(str by)
{
    for (i64 i = 0; i < COUNT(order_dimensions); i++)
        if (str_eq(by, str_of(order_dimensions[i].name))) return order_dimensions[i].kind;
    return -1;
}

/* -- the filter -------------------------------------------------------------------------------- */

static enum err only_of(struct ctx *c, const struct facts *f, int kind, str text, i64 *out)
{
    *out = -1;
    if (str_empty(text)) return OK;
    *out = names_find(&f->names[kind], text);
    if (*out >= 0) return OK;
    switch (kind) {
    case OF_SHOP:
        return fail_at(c, E_NOT_FOUND, S("/shop"), "没有“" STR_FMT "”这家店铺的订单",
                       "there is no order of a shop named \"" STR_FMT "\"", STR_ARG(text));
    case OF_TOUCHPOINT:
        return fail_at(c, E_NOT_FOUND, S("/touchpoint"), "没有来自触点“" STR_FMT "”的订单或会员",
                       "no order or member came by the touchpoint \"" STR_FMT "\"", STR_ARG(text));
    default:
        return fail_at(c, E_NOT_FOUND, S("/category"), "没有品类“" STR_FMT "”的订单",
                       "no order has the category \"" STR_FMT "\"", STR_ARG(text));
    }
}

static enum err read_filter(struct ctx *c, const struct metric_filter *f, str by, i64 seq,
                            struct asking *a)
{
    bool parts = f->category.n > 0 || order_dimension(by) == OF_CATEGORY;
    bool by_member = by.n > 0 && order_dimension(by) < 0;
    a->behaviour = !f->no_behaviour;
    a->costs = !f->segment.n && !f->shop.n && !f->category.n;
    a->today = zone_day(c->zone, c->now);
    a->rest = -1;
    a->parting = (struct parting){ .groups = 1 };
    if (f->segment.n || a->behaviour || by_member || seq) TRY(audience_view(c, seq, &a->view));
    TRY(facts_take(c, parts, &a->facts));
    TRY(only_of(c, &a->facts, OF_SHOP, f->shop, &a->only[OF_SHOP]));
    TRY(only_of(c, &a->facts, OF_TOUCHPOINT, f->touchpoint, &a->only[OF_TOUCHPOINT]));
    TRY(only_of(c, &a->facts, OF_CATEGORY, f->category, &a->only[OF_CATEGORY]));
    if (str_empty(str_trim(f->segment))) return OK;
    const struct segment_node *tree;
    a->has_set = true;
    TRY(segment_parse(c, f->segment, &tree));
    return segment_set(c, a->view, tree, c->now, &a->set);
}

/* -- groups of a dimension of orders ------------------------------------------------------------
 */

struct ranked {
    i64 code, amount;
    bool any;
};

static int most_first(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->any != b->any) return a->any ? -1 : 1;
    if (a->amount != b->amount) return a->amount > b->amount ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

static bool any_of(const struct metric_totals *t)
{
    for (i64 m = 0; m < MEASURES_N; m++)
        if (t->of[m] && m != MEASURE_FOLLOWERS) return true; /* who follows did nothing by that */
    return false;
}

/* Who bought made a purchase, who began was new: where a tally tells these, groups are ranked and
 * left out without a pass over orders for what follows from them. */
#define FOLLOWS                                                   \
    ((u64)1 << MEASURE_BUYERS | (u64)1 << MEASURE_REPEAT_BUYERS | \
     (((u64)1 << MEASURE_NEW_MEMBERS) - ((u64)1 << MEASURE_SEEN_30)))
static u64 enough_to_rank(const struct asking *a, const struct range *range, enum measure most)
{
    struct counting n = {
        .ranges = range, .ranges_n = 1, .parting = a->parting, .set = a->has_set ? &a->set : NULL
    };
    memcpy(n.only, a->only, sizeof n.only);
    u64 wanted = a->wanted ? a->wanted : ~(u64)0;
    return tally_tells(a->facts.tally, &n) ? (wanted & ~FOLLOWS) | (u64)1 << most : wanted;
}

static enum err group_codes(struct ctx *c, int kind, struct metric_period period, enum measure most,
                            struct asking *a)
{
    const struct names *names = &a->facts.names[kind];
    i64 codes = names->n ? names->n : 1, shown = 0;
    uint16_t *by = NEWS(c->arena, uint16_t, codes);
    for (i64 i = 0; i < codes; i++) by[i] = (uint16_t)i;
    a->parting = (struct parting){ .kind = kind, .by_code = by, .codes = codes, .groups = codes };
    struct counting n;
    struct range range = { period.from, period.to, NULL, 1 };
    struct asking rank = *a;
    rank.wanted = enough_to_rank(a, &range, most);
    TRY(asking_count(c, &rank, &range, 1, true, &n));
    struct ranked *ranks = NEWS(c->arena, struct ranked, codes);
    for (i64 i = 0; i < codes; i++) {
        const struct metric_totals *t = counted(&n, 0, 1, i);
        ranks[i] = (struct ranked){ i, t->of[most], any_of(t) || t->of[most] };
    }
    qsort(ranks, (size_t)codes, sizeof *ranks, most_first);
    while (shown < codes && shown < METRIC_GROUPS && ranks[shown].any) shown++;
    bool rest = shown < codes && ranks[shown].any;
    for (i64 i = 0; i < codes; i++) by[ranks[i].code] = (uint16_t)(i < shown ? i : shown);
    for (i64 i = 0; i < shown; i++)
        *PUSH(c->arena, &a->labels) = ranks[i].code ? str_copy(c->arena, names->at[ranks[i].code])
                                                    : say(c, S("未知"), S("unknown"));
    if (rest) a->rest = shown;
    *PUSH(c->arena, &a->labels) = say(c, S("其他"), S("others"));
    a->parting.groups = shown + 1;
    return OK;
}

enum err asking_make(struct ctx *c, const struct metric_filter *f, str by,
                     struct metric_period period, enum measure most, u64 wanted, i64 seq,
                     struct asking *out)
{
    *out = (struct asking){ .wanted = wanted };
    TRY(period_check_ever(c, period.from, period.to));
    TRY(read_filter(c, f, by, seq, out));
    if (str_empty(by)) return OK;
    int kind = order_dimension(by);
    if (kind >= 0) return group_codes(c, kind, period, most, out);
    return parting_by_member(c, out->view, by, &out->parting, &out->labels, &out->rest);
}

/* -- counting -----------------------------------------------------------------------------------
 */

enum err asking_count(struct ctx *c, const struct asking *a, const struct range *ranges, i64 n,
                      bool parted, struct counting *out)
{
    *out = (struct counting){ .ranges = ranges,
                              .ranges_n = n,
                              .parting = parted ? a->parting : (struct parting){ .groups = 1 },
                              .set = a->has_set ? &a->set : NULL,
                              .wanted = a->wanted,
                              .today = a->today };
    if (a->has_high) out->high = &a->high;
    memcpy(out->only, a->only, sizeof out->only);
    count_facts(c, &a->facts, out);
    bool by_order = parted && a->parting.by_code;
    if (a->behaviour && !by_order) TRY(count_behaviour(c, a->view, out));
    if (a->points && !parted) TRY(count_points(c, out));
    if (a->costs) TRY(count_costs(c, &a->facts.names[OF_TOUCHPOINT], out));
    return OK;
}

const struct metric_totals *counted(const struct counting *n, i64 range, i64 slot, i64 group)
{
    return (const struct metric_totals *)(n->cells + counting_base(n, range) +
                                          (slot * n->parting.groups + group) * MEASURES_N);
}

enum err asking_more(struct ctx *c, const struct metric *m, struct asking *a)
{
    a->points |= m->a == MEASURE_POINTS || m->a == MEASURE_POINTS_VALUE;
    if (m->a != MEASURE_PAID_HIGH || a->has_high) return OK;
    a->has_high = true;
    if (!a->view) TRY(audience_view(c, 0, &a->view));
    return high_members(c, a->view, &a->high);
}

enum err metric_totals(struct ctx *c, day from, day to, const struct metric_filter *f,
                       struct metric_totals *out)
{
    struct asking a;
    struct counting n;
    struct range range = { from, to, NULL, 1 };
    TRY(asking_make(c, f, NO_STR, (struct metric_period){ from, to }, MEASURE_GMV, 0, 0, &a));
    TRY(asking_count(c, &a, &range, 1, false, &n));
    *out = *counted(&n, 0, 1, 0);
    return OK;
}

enum err metric_totals_by(struct ctx *c, struct metric_period a, struct metric_period b, str by,
                          enum measure by_most, const struct metric_filter *f,
                          struct metric_group_totals_list *out)
{
    struct asking ask;
    struct counting n;
    struct range ranges[] = { { a.from, a.to, NULL, 1 }, { b.from, b.to, NULL, 1 } };
    struct metric_period both = { a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to };
    *out = (struct metric_group_totals_list){ 0 };
    if (str_empty(by))
        return fail_at(
            c, E_INVALID, S("/by"), "请给出维度，如 shop、touchpoint、category 或 tier",
            "a dimension is missing: shop, touchpoint, category or a field such as tier");
    TRY(period_check(c, a.from, a.to));
    TRY(period_check(c, b.from, b.to));
    if (both.to - both.from >= PERIOD_DAYS_MAX) both = a; /* far apart: by the first */
    TRY(asking_make(c, f, by, both, by_most, 0, 0, &ask));
    TRY(asking_count(c, &ask, ranges, 2, true, &n));
    for (i64 g = 0; g < ask.labels.n; g++) {
        const struct metric_totals *x = counted(&n, 0, 1, g), *y = counted(&n, 1, 1, g);
        if (!any_of(x) && !any_of(y)) continue;
        *PUSH(c->arena, out) =
            (struct metric_group_totals){ ask.labels.at[g], g == ask.rest, *x, *y };
    }
    return OK;
}
