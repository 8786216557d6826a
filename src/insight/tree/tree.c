/* tree.c -- the GMV tree from question to answer: periods, who is asked for, the parts' own trees.
 */
#include "base/clock.h"
#include "insight/period.h"
#include "insight/tree/figures.h"

CHOICE_DEFINE(tree_part_kind, "named", "unknown", "other");
CHOICE_DEFINE(tree_by, "none", "shop", "touchpoint", "category", "segment");
SHAPE_DEFINE(tree_factor);
SHAPE_DEFINE(tree_counts);
SHAPE_DEFINE(tree_part);
SHAPE_DEFINE(tree_ask);
SHAPE_DEFINE(gmv_tree);

/* -- the question ------------------------------------------------------------------------------ */

/* Both ends of what is compared with are given, or neither. */
static enum err before_read(struct ctx *c, const struct tree_ask *ask, struct metric_period p[2])
{
    bool from = !str_empty(ask->before_from), to = !str_empty(ask->before_to);
    i64 days = p[1].to - p[1].from + 1;
    if (from != to)
        return fail_at(c, E_INVALID, from ? S("/before_to") : S("/before_from"),
                       "对比期的起止日要一起给，或都不给（即上期）",
                       "give both ends of the period to compare with, or neither (the one before)");
    p[0].to = p[1].from - 1;
    p[0].from = (day)(p[0].to - days + 1);
    if (!from) return OK;
    struct ctx own = *c;
    enum err e = period_read(&own, ask->before_from, ask->before_to, &p[0].from, &p[0].to);
    if (e == OK) e = period_check(&own, p[0].from, p[0].to);
    if (e == OK) return OK;
    str detail = str_of(own.why.detail);
    str field = str_eq(str_of(own.why.field), S("/to")) ? S("/before_to") : S("/before_from");
    return fail_at(c, e, field, STR_FMT, STR_FMT, STR_ARG(detail));
}

static enum err periods_read(struct ctx *c, const struct tree_ask *ask, struct metric_period p[2])
{
    TRY(period_read(c, ask->from, ask->to, &p[1].from, &p[1].to));
    TRY(period_check(c, p[1].from, p[1].to));
    return before_read(c, ask, p);
}

static enum err parts_check(struct ctx *c, const struct tree_ask *ask)
{
    if (ask->by == TREE_BY_SEGMENT && (ask->parts.n < 1 || ask->parts.n > TREE_PARTS_MAX))
        return fail_at(c, E_INVALID, S("/parts"), "按分层拆要列出 1 到 %d 个分层，列了 %lld 个",
                       "by segment, list 1 to %d segments; there are %lld", TREE_PARTS_MAX,
                       (long long)ask->parts.n);
    if (ask->by != TREE_BY_SEGMENT && ask->parts.n)
        return fail_at(c, E_INVALID, S("/parts"), "只有按分层拆（by = segment）才列分层",
                       "parts are listed by segment only (by = segment)");
    return OK;
}

/* A segment's members. `where` names the text in errors; absent: the line and column alone, as
 * everywhere. */
static enum err set_of(struct ctx *c, const struct view *v, str text, instant at, str where,
                       struct member_set *out)
{
    const struct segment_node *tree;
    enum err e = segment_parse(c, text, &tree);
    if (e == OK) return segment_set(c, v, tree, at, out);
    if (e != E_INVALID || str_empty(where)) return e;
    str detail = str_copy(c->arena, str_of(c->why.detail));
    str field = str_fmt(c->arena, STR_FMT ":%s", STR_ARG(where), c->why.field);
    return fail_at(c, e, field, STR_FMT, STR_FMT, STR_ARG(detail));
}

/* The first that holds: written from the last to the first. */
static enum err parts_read(struct ctx *c, const struct tree_ask *ask, instant at,
                           struct tree_who *who)
{
    who->names = ask->parts;
    who->part_n = view_chunks(who->view) * CHUNK;
    who->part = NEWS(c->arena, u8, who->part_n + 1);
    memset(who->part, (int)ask->parts.n, (size_t)who->part_n);
    for (i64 i = ask->parts.n - 1; i >= 0; i--) {
        struct arena_mark mark = arena_mark(c->arena);
        struct member_set set;
        str where = str_fmt(c->arena, "/parts/%lld", (long long)i);
        TRY(set_of(c, who->view, ask->parts.at[i], at, where, &set));
        for (i64 w = 0; w < who->part_n / 64; w++)
            for (u64 left = set.bits[w]; left; left &= left - 1)
                who->part[w * 64 + __builtin_ctzll(left)] = (u8)i;
        arena_rewind(c->arena, mark);
    }
    return OK;
}

static enum err who_read(struct ctx *c, const struct tree_ask *ask, struct tree_who *out)
{
    instant at;
    *out = (struct tree_who){ 0 };
    TRY(segment_at_read(c, ask->at, &at));
    TRY(audience_view(c, ask->seq.value, &out->view));
    if (!str_empty(str_trim(ask->segment)))
        TRY(set_of(c, out->view, ask->segment, at, NO_STR, &out->set));
    if (ask->by == TREE_BY_SEGMENT) TRY(parts_read(c, ask, at, out));
    return OK;
}

/* -- the answer -------------------------------------------------------------------------------- */

static struct tree_counts *counts_of(struct ctx *c, const struct tree_sums *s)
{
    struct tree_counts *out = NEW(c->arena, struct tree_counts);
    *out = (struct tree_counts){ s->known.users, s->known.buyers, s->known.orders,
                                 s->unknown_orders, tree_gmv(s) };
    return out;
}

/* The tree of the whole or of a part; orders without a known buyer only where there are any. */
static void factors_of(struct ctx *c, const struct tree_sums of[2], struct tree_factor_list *out)
{
    struct tree_split split;
    tree_split(&of[0].known, &of[1].known, &split);
    out->at = NEWS(c->arena, struct tree_factor, TREE_FACTORS + 1);
    for (out->n = 0; out->n < TREE_FACTORS; out->n++)
        out->at[out->n] = (struct tree_factor){
            .factor = (enum tree_factor_kind)out->n,
            .a = tree_value(&of[0].known, (enum tree_factor_kind)out->n),
            .b = tree_value(&of[1].known, (enum tree_factor_kind)out->n),
            .contribution = split.of[out->n],
        };
    if (of[0].unknown_orders == 0 && of[1].unknown_orders == 0) return;
    out->at[out->n++] = (struct tree_factor){
        .factor = TREE_UNKNOWN_BUYERS,
        .a = { true, (f64)of[0].unknown_gmv / (f64)MONEY_UNIT },
        .b = { true, (f64)of[1].unknown_gmv / (f64)MONEY_UNIT },
        .contribution = SOME(of[1].unknown_gmv - of[0].unknown_gmv),
    };
}

static void part_fill(struct ctx *c, const struct tree_share *s, struct tree_part *out)
{
    *out = (struct tree_part){ .part = s->name,
                               .kind = s->kind,
                               .gmv = tree_gmv(&s->of[1]),
                               .gmv_before = tree_gmv(&s->of[0]),
                               .now = counts_of(c, &s->of[1]),
                               .before = counts_of(c, &s->of[0]) };
    out->change = out->gmv - out->gmv_before;
    factors_of(c, s->of, &out->factors);
}

enum err gmv_tree_make(struct ctx *c, const struct tree_ask *ask, struct gmv_tree *out)
{
    i64 began = clock_mono_us();
    struct metric_period period[2];
    struct tree_who who;
    struct tree_figures figures;
    TRY(parts_check(c, ask));
    TRY(periods_read(c, ask, period));
    TRY(who_read(c, ask, &who));
    TRY(tree_figures_read(c, &who, ask->by, period, &figures));
    *out = (struct gmv_tree){ .from = period[1].from,
                              .to = period[1].to,
                              .gmv = tree_gmv(&figures.of[1]),
                              .before_from = period[0].from,
                              .before_to = period[0].to,
                              .gmv_before = tree_gmv(&figures.of[0]),
                              .now = counts_of(c, &figures.of[1]),
                              .before = counts_of(c, &figures.of[0]) };
    out->change = out->gmv - out->gmv_before;
    if (out->gmv_before) out->rate = (opt_f64){ true, (f64)out->change / (f64)out->gmv_before };
    factors_of(c, figures.of, &out->factors);
    out->parts.at = NEWS(c->arena, struct tree_part, figures.n + 1);
    for (; out->parts.n < figures.n; out->parts.n++)
        part_fill(c, &figures.parts[out->parts.n], &out->parts.at[out->parts.n]);
    tree_influences(c, out, &out->influences);
    out->sentence = tree_sentence(c, out, NO_STR);
    out->definition = tree_definition(c, ask, out);
    out->took_us = clock_mono_us() - began;
    return OK;
}
