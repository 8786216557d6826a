/* plan.c -- tree to steps, in the order in which they are cheapest to ask. */
#include <stdlib.h>

#include "audience/ask/plan.h"

struct step *step_new(struct planning *k, const struct step_kind *kind)
{
    struct step *s = NEW(k->c->arena, struct step);
    s->kind = kind;
    s->column = -1;
    s->cost = 1;
    s->share = kind == &step_everybody ? 1 : kind == &step_nobody ? 0 : 0.3;
    return s;
}

struct step *step_of_one(struct planning *k, const struct step_kind *kind, const struct step *part)
{
    struct step *s = step_new(k, kind);
    *PUSH(k->c->arena, &s->parts) = part;
    s->timed = part->timed;
    s->cost = part->cost + 1;
    s->share = kind == &step_not ? 1 - part->share : part->share;
    return s;
}

struct step *step_of_two(struct planning *k, const struct step_kind *kind, const struct step *a,
                         const struct step *b)
{
    struct step *s = step_of_one(k, kind, a);
    *PUSH(k->c->arena, &s->parts) = b;
    s->timed |= b->timed;
    s->cost += b->cost;
    s->share = kind == &step_all ? a->share * b->share : 1 - (1 - a->share) * (1 - b->share);
    return s;
}

/* -- order ------------------------------------------------------------------------------------- */

/* What a part costs for each member it decides: of `and` those it leaves out, of `or` those it
 * takes. */
static f64 price(const struct step *s, bool any)
{
    f64 decides = any ? s->share : 1 - s->share;
    return s->cost / (decides > 0.001 ? decides : 0.001);
}

static void sort_parts(struct step *s)
{
    bool any = s->kind == &step_any;
    for (i64 i = 1; i < s->parts.n; i++)
        for (i64 k = i; k > 0 && price(s->parts.at[k], any) < price(s->parts.at[k - 1], any); k--) {
            const struct step *swap = s->parts.at[k];
            s->parts.at[k] = s->parts.at[k - 1];
            s->parts.at[k - 1] = swap;
        }
}

/* What it costs in that order: a later part only while there is something left to decide. */
static void weigh(struct step *s)
{
    bool any = s->kind == &step_any;
    f64 left = 1, cost = 1;
    for (i64 i = 0; i < s->parts.n; i++) {
        const struct step *part = s->parts.at[i];
        cost += part->cost * (left < 0.01 ? 0.1 : 1);
        left *= any ? 1 - part->share : part->share;
    }
    s->cost = cost;
    s->share = any ? 1 - left : left;
}

/* -- trees ------------------------------------------------------------------------------------- */

static enum err plan_node(struct planning *k, const struct segment_node *n,
                          const struct step **out);

static enum err plan_parts(struct planning *k, const struct segment_node *n, struct step **out)
{
    struct step *s = step_new(k, n->kind == NODE_ALL ? &step_all : &step_any);
    for (i64 i = 0; i < n->parts.n; i++) {
        const struct step *part;
        TRY(plan_node(k, n->parts.at[i], &part));
        *PUSH(k->c->arena, &s->parts) = part;
        s->timed |= part->timed;
    }
    sort_parts(s);
    weigh(s);
    *out = s;
    return OK;
}

static enum err plan_saved(struct planning *k, const struct segment_node *n, struct step **out)
{
    const struct step *part;
    if (!n->test.saved)
        return fail(k->c, E_NOT_FOUND, "没有名为“%.*s”的分层",
                    "there is no saved segment named \"%.*s\"", STR_ARG(n->test.name));
    TRY(plan_node(k, n->test.saved, &part));
    *out = step_of_one(k, &step_all, part);
    return OK;
}

static enum err plan_node(struct planning *k, const struct segment_node *n, const struct step **out)
{
    struct step *s = NULL;
    const struct step *part;
    if (n->kind == NODE_ALL || n->kind == NODE_ANY) {
        TRY(plan_parts(k, n, &s));
    } else if (n->kind == NODE_NOT) {
        TRY(plan_node(k, n->parts.at[0], &part));
        s = step_of_one(k, &step_not, part);
    } else if (n->test.call && n->test.call->id == CALL_IN_SEGMENT) {
        TRY(plan_saved(k, n, &s));
    } else {
        return plan_test(k, n, out);
    }
    s->node = n;
    *out = s;
    return OK;
}

/* Masks a step needs at once: its own, and those of its deepest part. */
#define MASKS_OWN 4
static int depth_of(const struct step *s)
{
    int deepest = 0;
    for (i64 i = 0; s && i < s->parts.n; i++) {
        int d = depth_of(s->parts.at[i]);
        if (d > deepest) deepest = d;
    }
    return deepest + MASKS_OWN;
}

/* Members and rows of a chunk, from a few of them. */
static void look(struct plan *p)
{
    const struct view *v = p->view;
    i64 n = 0;
    p->people = 1;
    for (i64 chunk = 0; chunk < view_chunks(v); chunk += looked_every(v), n++) {
        p->people += (f64)view_living_n(v, chunk);
        for (i64 s = 0; s < SOURCES; s++) p->rows[s] += (f64)view_rows_about(v, chunk, s);
    }
    for (i64 s = 0; n && s < SOURCES; s++) p->rows[s] /= (f64)n;
}

static enum err plan_tree(struct ctx *c, struct plan *p, const struct segment_node *tree)
{
    struct planning k = { .c = c, .plan = p };
    p->tree = tree;
    p->root = NULL;
    p->by_index = true;
    if (tree) TRY(plan_node(&k, tree, &p->root));
    p->depth = depth_of(p->root);
    return OK;
}

static void find_columns(struct plan *p)
{
    static const char *const bought[BOUGHT_KINDS] = { [BOUGHT_COUNT] = "orders",
                                                      [BOUGHT_SUM] = "spent",
                                                      [BOUGHT_FIRST] = "first_order",
                                                      [BOUGHT_LAST] = "last_order" };
    for (int i = 0; i < BOUGHT_KINDS; i++)
        p->bought[i] = bought[i] ? view_column(p->view, str_of(bought[i])) : -1;
    p->first_seen = view_column(p->view, S("first_seen"));
    p->first_order = p->bought[BOUGHT_FIRST];
    p->last_order = p->first_order < 0 ? -1 : p->bought[BOUGHT_LAST];
}

static bool bought_later(const struct plan *p)
{
    for (i64 chunk = 0; p->last_order >= 0 && chunk < view_chunks(p->view); chunk++) {
        const struct part *part = view_part(p->view, chunk, p->last_order);
        if (part && part->high >= p->at) return true;
    }
    return false;
}

enum err plan_make(struct ctx *c, const struct view *v, const struct segment_node *tree, instant at,
                   const struct plan **out)
{
    struct plan *p = NEW(c->arena, struct plan);
    *p = (struct plan){ .view = v, .at = at, .zone = c->zone };
    p->words_mark = view_words_mark(v);
    find_columns(p);
    p->bought_later = bought_later(p);
    look(p);
    p->joined = words_find(view_event_names(v, SOURCE_TIMELINE), S("community.joined"));
    p->left = words_find(view_event_names(v, SOURCE_TIMELINE), S("community.left"));
    *out = p;
    return plan_tree(c, p, tree);
}

enum err plan_beside(struct ctx *c, const struct plan *before, const struct segment_node *tree,
                     const struct plan **out)
{
    struct plan *p = NEW(c->arena, struct plan);
    *p = *before;
    *out = p;
    return plan_tree(c, p, tree);
}

/* -- again ------------------------------------------------------------------------------------- */

static bool is_test(const struct segment_node *n)
{
    return n && n->kind == NODE_TEST && !(n->test.call && n->test.call->id == CALL_IN_SEGMENT);
}

static enum err step_again(struct planning *k, const struct step *old, const struct step **out)
{
    *out = old;
    if (!old->timed) return OK;
    if (is_test(old->node)) {
        k->old = old;
        return plan_test(k, old->node, out);
    }
    struct step *s = NEW(k->c->arena, struct step);
    *s = *old;
    s->parts.at = NEWS(k->c->arena, const struct step *, s->parts.n);
    for (i64 i = 0; i < s->parts.n; i++) TRY(step_again(k, old->parts.at[i], &s->parts.at[i]));
    *out = s;
    return OK;
}

static bool same_rfm(const struct rfm_settings *a, const struct rfm_settings *b)
{
    return a->days == b->days && a->by_day == b->by_day && a->mean == b->mean;
}

enum err plan_again(struct ctx *c, const struct plan *before, const struct plan *old,
                    const struct plan **out)
{
    struct plan *p = NEW(c->arena, struct plan);
    struct planning k = { .c = c, .plan = p };
    *p = *before;
    *out = p;
    if (old->rfm.read) TRY(plan_rfm(&k));
    if (!old->by_index || old->words_mark != p->words_mark || old->zone != p->zone ||
        old->bought_later != p->bought_later || (old->rfm.read && !same_rfm(&old->rfm, &p->rfm)))
        return plan_tree(c, p, old->tree);
    p->tree = old->tree;
    p->root = NULL;
    p->by_index = true;
    p->depth = old->depth;
    return old->root ? step_again(&k, old->root, &p->root) : OK;
}
