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

static bool wants_reached(const struct asking *a)
{
    return a->behaviour && (!a->wanted || a->wanted >> MEASURE_REACHED & 1);
}

static bool wants_behaviour(const struct asking *a)
{
    return a->behaviour && (!a->wanted || a->wanted >> MEASURE_ACTIVE);
}

static enum err read_filter(struct ctx *c, const struct metric_filter *f, str by, i64 seq,
                            struct asking *a)
{
    bool parts = f->category.n > 0 || order_dimension(by) == OF_CATEGORY;
    bool by_member = by.n > 0 && order_dimension(by) < 0;
    a->behaviour = !f->no_behaviour;
    a->costs = !f->segment.n && !f->set && !f->shop.n && !f->category.n;
    a->today = zone_day(c->zone, c->now);
    a->rest = a->unknown = -1;
    a->parting = (struct parting){ .groups = 1 };
    if (f->set) a->view = f->set->view;
    else if (f->segment.n || a->behaviour || by_member || seq) TRY(audience_view(c, seq, &a->view));
    TRY(facts_take(c, parts, wants_reached(a) ? a->view : NULL, &a->facts));
    TRY(only_of(c, &a->facts, OF_SHOP, f->shop, &a->only[OF_SHOP]));
    TRY(only_of(c, &a->facts, OF_TOUCHPOINT, f->touchpoint, &a->only[OF_TOUCHPOINT]));
    TRY(only_of(c, &a->facts, OF_CATEGORY, f->category, &a->only[OF_CATEGORY]));
    a->has_set = f->set || !str_empty(str_trim(f->segment));
    if (f->set) a->set = *f->set;
    if (f->set || !a->has_set) return OK;
    const struct segment_node *tree;
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

/* Who placed placed an order, who bought made a purchase, who began was new: where a tally tells
 * these, groups are ranked and left out without a pass over orders for what follows from them. */
#define FOLLOWS                                                                                    \
    ((u64)1 << MEASURE_BUYERS | (u64)1 << MEASURE_REPEAT_BUYERS | (u64)1 << MEASURE_KNOWN_PLACED | \
     (u64)1 << MEASURE_KNOWN_GMV | (u64)1 << MEASURE_PLACERS |                                     \
     (((u64)1 << MEASURE_NEW_MEMBERS) - ((u64)1 << MEASURE_SEEN_30)))
static i64 parts_most(const struct metric_cut *cut)
{
    return cut->parts ? cut->parts : METRIC_GROUPS;
}

static u64 enough_to_rank(const struct asking *a, const struct range *ranges, i64 n_ranges,
                          enum measure most)
{
    struct counting n = { .ranges = ranges,
                          .ranges_n = n_ranges,
                          .parting = a->parting,
                          .set = a->has_set ? &a->set : NULL };
    memcpy(n.only, a->only, sizeof n.only);
    u64 wanted = a->wanted ? a->wanted : ~(u64)0;
    return tally_tells(a->facts.tally, &n) ? (wanted & ~FOLLOWS) | (u64)1 << most : wanted;
}

static struct ranked rank_of(const struct counting *n, i64 code, const struct metric_cut *cut)
{
    const struct metric_totals *t = counted(n, 0, 1, code);
    struct ranked out = { code, t->of[cut->most], any_of(t) };
    if (!cut->change) return out;
    const struct metric_totals *then = counted(n, 1, 1, code);
    out.amount = llabs(out.amount - then->of[cut->most]);
    out.any |= any_of(then);
    return out;
}

static enum err group_codes(struct ctx *c, int kind, const struct asking_cut *by_what,
                            struct asking *a)
{
    const struct metric_cut *cut = by_what->cut;
    const struct names *names = &a->facts.names[kind];
    i64 codes = names->n ? names->n : 1, shown = 0;
    uint16_t *by = NEWS(c->arena, uint16_t, codes);
    for (i64 i = 0; i < codes; i++) by[i] = (uint16_t)i;
    a->parting = (struct parting){ .kind = kind, .by_code = by, .codes = codes, .groups = codes };
    struct counting n;
    const struct metric_period *days = by_what->rank;
    struct range ranges[] = { { days[0].from, days[0].to, NULL, 1 },
                              { days[1].from, days[1].to, NULL, 1 } };
    struct asking rank = *a;
    rank.wanted = enough_to_rank(a, ranges, 1 + cut->change, cut->most);
    TRY(asking_count(c, &rank, ranges, 1 + cut->change, true, &n));
    struct ranked *ranks = NEWS(c->arena, struct ranked, codes);
    for (i64 i = 0; i < codes; i++) {
        ranks[i] = rank_of(&n, i, cut);
        ranks[i].any |= ranks[i].amount != 0;
    }
    qsort(ranks, (size_t)codes, sizeof *ranks, most_first);
    while (shown < codes && shown < parts_most(cut) && ranks[shown].any) shown++;
    bool rest = shown < codes && ranks[shown].any;
    for (i64 i = 0; i < codes; i++) by[ranks[i].code] = (uint16_t)(i < shown ? i : shown);
    for (i64 i = 0; i < shown && a->unknown < 0; i++)
        if (ranks[i].code == 0) a->unknown = i;
    for (i64 i = 0; i < shown; i++)
        *PUSH(c->arena, &a->labels) = ranks[i].code ? str_copy(c->arena, names->at[ranks[i].code])
                                                    : say(c, S("未知"), S("unknown"));
    if (rest) a->rest = shown;
    *PUSH(c->arena, &a->labels) = say(c, S("其他"), S("others"));
    a->parting.groups = shown + 1;
    return OK;
}

/* As the caller numbers members; the parts have no names. */
static void part_own(struct ctx *c, const struct metric_cut *cut, struct asking *a)
{
    uint16_t *by = NEWS(c->arena, uint16_t, cut->own_n + 1);
    for (i64 i = 0; i < cut->own_n; i++) by[i] = cut->own[i];
    a->parting = (struct parting){ .kind = -1,
                                   .by_member = by,
                                   .members = cut->own_n,
                                   .newer = cut->own_parts - 2,
                                   .groups = cut->own_parts };
    for (i64 i = 0; i < cut->own_parts; i++) *PUSH(c->arena, &a->labels) = S("");
}

enum err asking_make(struct ctx *c, const struct metric_filter *f, const struct asking_cut *cut,
                     i64 seq, struct asking *out)
{
    str by = cut->cut->by;
    *out = (struct asking){ .wanted = cut->cut->wanted };
    TRY(period_check_ever(c, cut->rank[0].from, cut->rank[0].to));
    TRY(read_filter(c, f, by, seq, out));
    if (cut->cut->own) return part_own(c, cut->cut, out), OK;
    if (str_empty(by)) return OK;
    int kind = order_dimension(by);
    if (kind >= 0) return group_codes(c, kind, cut, out);
    TRY(parting_by_member(c, out->view, by, parts_most(cut->cut), &out->parting, &out->labels,
                          &out->rest));
    out->unknown = out->parting.groups - 1;
    return OK;
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
    if (wants_reached(a)) count_reached(c, a->view, &a->facts, out);
    if (wants_behaviour(a) && !by_order) TRY(count_behaviour(c, a->view, out));
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
    struct metric_cut whole = { 0 };
    TRY(asking_make(c, f, &(struct asking_cut){ &whole, { { from, to } } }, 0, &a));
    TRY(asking_count(c, &a, &range, 1, false, &n));
    *out = *counted(&n, 0, 1, 0);
    return OK;
}

/* Those in which there is anything; of the caller's own, all. */
static void put_parts(struct ctx *c, const struct asking *a, const struct counting *n,
                      struct metric_group_totals_list *out)
{
    for (i64 g = 0; g < a->labels.n; g++) {
        const struct metric_totals *x = counted(n, 0, 1, g), *y = counted(n, 1, 1, g);
        if (!any_of(x) && !any_of(y)) continue;
        *PUSH(c->arena, out) = (struct metric_group_totals){
            a->labels.at[g], g == a->rest, g == a->unknown, g, *x, *y
        };
    }
}

enum err metric_totals_parted(struct ctx *c, struct metric_period a, struct metric_period b,
                              const struct metric_cut *cut, const struct metric_filter *f,
                              struct metric_parted *out)
{
    struct asking ask;
    struct counting whole, parts;
    struct range ranges[] = { { a.from, a.to, NULL, 1 }, { b.from, b.to, NULL, 1 } };
    struct asking_cut how = { cut, { a, b } };
    *out = (struct metric_parted){ .a = { { 0 } } };
    TRY(period_check(c, a.from, a.to));
    TRY(period_check(c, b.from, b.to));
    struct metric_period both = { a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to };
    /* by what there was in both, unless they are far apart */
    if (!cut->change && both.to - both.from < PERIOD_DAYS_MAX) how.rank[0] = both;
    TRY(asking_make(c, f, &how, 0, &ask));
    TRY(asking_count(c, &ask, ranges, 2, false, &whole));
    out->a = *counted(&whole, 0, 1, 0);
    out->b = *counted(&whole, 1, 1, 0);
    if (ask.labels.n == 0) return OK;
    TRY(asking_count(c, &ask, ranges, 2, true, &parts));
    put_parts(c, &ask, &parts, &out->parts);
    return OK;
}

enum err metric_totals_by(struct ctx *c, struct metric_period a, struct metric_period b, str by,
                          enum measure by_most, const struct metric_filter *f,
                          struct metric_group_totals_list *out)
{
    struct metric_cut cut = { .by = by, .most = by_most };
    struct metric_parted parted;
    if (str_empty(by))
        return fail_at(
            c, E_INVALID, S("/by"), "请给出维度，如 shop、touchpoint、category 或 tier",
            "a dimension is missing: shop, touchpoint, category or a field such as tier");
    TRY(metric_totals_parted(c, a, b, &cut, f, &parted));
    *out = parted.parts;
    return OK;
}
