/* explain.c -- how a segment is answered: part by part, with the members of each, and what of the
 * past is not known. */
#include "audience/language/language.h"

struct explaining {
    struct ctx *c;
    instant at;
    bool counts;
    struct buf out;
};

str segment_at_words(struct ctx *c, instant at)
{
    day d = zone_day(c->zone, at);
    return zone_midnight(c->zone, d) == at ? day_text(c->arena, d) : instant_iso(c->arena, at);
}

/* The past of it is not kept: it is answered as it stands now. */
static bool only_now(const struct segment_test *t)
{
    return t->field && t->field->third != FIELD_AT;
}

static str node_words(struct ctx *c, const struct segment_node *n)
{
    static const char *const words[][2] = { [NODE_ALL] = { "全部满足", "all of" },
                                            [NODE_ANY] = { "任一满足", "any of" },
                                            [NODE_NOT] = { "不满足", "not" } };
    if (n->kind == NODE_TEST) return segment_test_format(c->arena, &n->test);
    return say(c, str_of(words[n->kind][0]), str_of(words[n->kind][1]));
}

static str note_of(const struct explaining *x, const struct segment_test *t)
{
    if (x->at > x->c->now || !only_now(t)) return S("");
    return say(x->c, S("  （过去的值没有保存：按现在的值）"),
               S("  (its past is not kept: as it stands now)"));
}

static enum err explain_node(struct explaining *x, const struct segment_node *n, int depth)
{
    struct ctx *c = x->c;
    if (x->counts) {
        ints members;
        TRY(segment_members(c, n, x->at, &members));
        buf_fmt(&x->out, "%10lld  ", (long long)members.n);
    }
    buf_fmt(&x->out, "%*s" STR_FMT STR_FMT "\n", depth * 2, "", STR_ARG(node_words(c, n)),
            STR_ARG(n->kind == NODE_TEST ? note_of(x, &n->test) : S("")));
    for (i64 i = 0; i < n->parts.n; i++) TRY(explain_node(x, n->parts.at[i], depth + 1));
    if (n->kind == NODE_TEST && n->test.saved) TRY(explain_node(x, n->test.saved, depth + 1));
    return OK;
}

enum err segment_explain(struct ctx *c, const struct segment_node *tree, instant at, bool counts,
                         str *out)
{
    struct explaining x = { .c = c, .at = at, .counts = counts, .out = { .arena = c->arena } };
    buf_fmt(&x.out,
            c->locale == ZH ? "截至 " STR_FMT "，由数据库回答\n"
                            : "as of " STR_FMT ", answered by SQL\n",
            STR_ARG(segment_at_words(c, at)));
    TRY(explain_node(&x, tree, 0));
    *out = buf_str(&x.out);
    return OK;
}
