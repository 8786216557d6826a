/* explain.c -- how a plan is answered, part by part in the order chosen, each with its members and
 * where the answer comes from. */
#include "audience/ask/plan.h"

struct telling {
    struct ctx *c;
    const struct plan *plan;
    bool counts;
    struct buf out;
};

static str words_of(struct ctx *c, const struct segment_node *n)
{
    static const char *const words[][2] = { [NODE_ALL] = { "全部满足", "all of" },
                                            [NODE_ANY] = { "任一满足", "any of" },
                                            [NODE_NOT] = { "不满足", "not" } };
    if (n->kind == NODE_TEST) return segment_test_format(c->arena, &n->test);
    return say(c, str_of(words[n->kind][0]), str_of(words[n->kind][1]));
}

/* From where a test is answered: the kind of the step, or of what it is made of. */
static str source_of(const struct telling *x, const struct step *s)
{
    while (s->kind->zh[0] == 0 && s->parts.n) s = s->parts.at[s->parts.n - 1];
    return say(x->c, str_of(s->kind->zh), str_of(s->kind->en));
}

static bool only_now(const struct segment_test *t)
{
    return t->field && t->field->third != FIELD_AT;
}

static void tell_test(struct telling *x, const struct step *s)
{
    const struct segment_test *t = &s->node->test;
    if (!t->saved)
        buf_fmt(&x->out, x->c->locale == ZH ? "  （" STR_FMT "）" : "  (" STR_FMT ")",
                STR_ARG(source_of(x, s)));
    if (x->plan->at <= x->c->now && only_now(t))
        buf_add(&x->out, say(x->c, S("  （过去的值没有保存：按现在的值）"),
                             S("  (its past is not kept: as it stands now)")));
}

static void tell(struct telling *x, const struct step *s, int depth)
{
    if (s->node) {
        if (x->counts) buf_fmt(&x->out, "%10lld  ", (long long)step_count(x->plan, s));
        buf_fmt(&x->out, "%*s" STR_FMT, depth * 2, "", STR_ARG(words_of(x->c, s->node)));
        if (s->node->kind == NODE_TEST) tell_test(x, s);
        buf_byte(&x->out, '\n');
        depth++;
        if (s->node->kind == NODE_TEST && !s->node->test.saved) return;
    }
    for (i64 i = 0; i < s->parts.n; i++) tell(x, s->parts.at[i], depth);
}

enum err plan_explain(struct ctx *c, const struct plan *p, bool counts, str *out)
{
    struct telling x = { .c = c, .plan = p, .counts = counts, .out = { .arena = c->arena } };
    buf_fmt(&x.out,
            c->locale == ZH ? "截至 " STR_FMT "，由会员索引回答（到时间线第 %lld 行）%s\n"
                            : "as of " STR_FMT ", answered by the index (up to line %lld)%s\n",
            STR_ARG(segment_at_words(c, p->at)), (long long)view_seq(p->view),
            p->by_index       ? ""
            : c->locale == ZH ? "，其中索引没有的部分由数据库回答"
                              : ", what it does not keep by SQL");
    if (p->root) tell(&x, p->root, 0);
    *out = buf_str(&x.out);
    return OK;
}
