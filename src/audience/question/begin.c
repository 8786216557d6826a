/* begin.c -- how every question begins and ends: who is asked for, as of when, from which line. */
#include "audience/question/question_private.h"
#include "base/clock.h"

enum err question_tree(struct ctx *c, str text, const char *name, const struct segment_node **out)
{
    *out = NULL;
    if (str_empty(str_trim(text))) return OK;
    enum err e = segment_parse(c, text, out);
    if (e == OK || str_eq(str_of(name), S("segment"))) return e;
    str place = str_copy(c->arena, str_of(c->why.field));
    str field = str_fmt(c->arena, "/%s:" STR_FMT, name, STR_ARG(place));
    i64 n = field.n < (i64)sizeof c->why.field ? field.n : (i64)sizeof c->why.field - 1;
    memcpy(c->why.field, field.at, (size_t)n);
    c->why.field[n] = 0;
    return e;
}

enum err question_begin(struct ctx *c, str segment, str at, opt_i64 seq, struct question *out)
{
    *out = (struct question){ .began_us = clock_mono_us() };
    TRY(segment_at_read(c, at, &out->at));
    TRY(question_tree(c, segment, "segment", &out->tree));
    i64 waits_us = clock_mono_us(); /* for the index to be there: no part of the answer */
    TRY(audience_view(c, seq.has ? seq.value : 0, &out->view));
    out->began_us += clock_mono_us() - waits_us;
    return segment_set(c, out->view, out->tree, out->at, &out->set);
}

i64 question_took(const struct question *q) { return clock_mono_us() - q->began_us; }

void question_say_about(struct ctx *c, const struct question *q, struct buf *out)
{
    str at = segment_at_words(c, q->at);
    str who = q->tree ? segment_format(c->arena, q->tree) : say(c, S("全部会员"), S("everybody"));
    buf_fmt(out,
            c->locale == ZH
                ? "统计对象：" STR_FMT "（%lld 位，不含已合并、已删除的会员）；截至 " STR_FMT
                  "；由会员索引回答，索引含时间线前 %lld 行。"
                : "Asked of: " STR_FMT " (%lld members, without merged and erased ones);"
                  " as of " STR_FMT
                  "; from the member index, which has the timeline up to line %lld.",
            STR_ARG(who), (long long)q->set.n, STR_ARG(at), (long long)view_seq(q->view));
}
