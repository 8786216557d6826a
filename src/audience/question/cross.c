/* cross.c -- how two fields go together: a table of bands against bands. */
#include "audience/question/axis.h"
#include "audience/question_fields.h"

SHAPE_DEFINE(cross_ask);
SHAPE_DEFINE(cross_row);
SHAPE_DEFINE(cross);

#define WORDS_SHOWN 20

struct crossing {
    const struct axis *a, *b;
    const struct member_set *set;
    chunk_bits *a_bits[CHUNK_WORKERS], *b_bits[CHUNK_WORKERS];
    i64 *counts[CHUNK_WORKERS]; /* rows of b->n + 1: the last is the row itself; and a last row */
};

static void cross_chunk(void *arg, int worker, i64 chunk)
{
    struct crossing *x = arg;
    i64 wide = x->b->n + 1;
    const u64 *set = set_of_chunk(x->set, chunk);
    if (!bits_any(set)) return;
    axis_bits(x->a, chunk, x->a_bits[worker]);
    axis_bits(x->b, chunk, x->b_bits[worker]);
    for (i64 k = 0; k < x->b->n; k++) {
        bits_and(x->b_bits[worker][k], set);
        x->counts[worker][x->a->n * wide + k] += bits_count(x->b_bits[worker][k]);
    }
    for (i64 i = 0; i < x->a->n; i++) {
        i64 *row = x->counts[worker] + i * wide;
        bits_and(x->a_bits[worker][i], set);
        i64 n = bits_count(x->a_bits[worker][i]);
        row[x->b->n] += n;
        for (i64 k = 0; n && k < x->b->n; k++) {
            chunk_bits both;
            bits_copy(both, x->a_bits[worker][i]);
            bits_and(both, x->b_bits[worker][k]);
            row[k] += bits_count(both);
        }
    }
}

static i64 *cross_counts(struct ctx *c, const struct axis *a, const struct axis *b,
                         const struct member_set *set)
{
    struct crossing x = { .a = a, .b = b, .set = set };
    i64 n = (a->n + 1) * (b->n + 1);
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        x.a_bits[w] = NEWS(c->arena, chunk_bits, a->n + 1);
        x.b_bits[w] = NEWS(c->arena, chunk_bits, b->n + 1);
        x.counts[w] = NEWS(c->arena, i64, n);
    }
    chunks_run(view_chunks(set->view), cross_chunk, &x);
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < n; i++) x.counts[0][i] += x.counts[w][i];
    return x.counts[0];
}

static void names_of(struct ctx *c, const struct axis *x, strs *labels, strs *texts)
{
    for (i64 i = 0; i < x->n; i++) {
        *PUSH(c->arena, labels) = x->at[i].label;
        *PUSH(c->arena, texts) = str_or(x->at[i].text, S(""));
    }
}

static str how_of(struct ctx *c, const struct question *q, const struct axis *a,
                  const struct axis *b)
{
    struct buf out = { .arena = c->arena };
    bool sets = a->source.field->kind == FIELD_IS_SET || b->source.field->kind == FIELD_IS_SET;
    bool past = (a->source.past_unknown || b->source.past_unknown) && q->at < c->now;
    buf_add(&out,
            say(c,
                S("数值按五等分附近的整数分段，每段含起点、不含终点；文字取人数最多的 20 个值，"
                  "其余为“其他”。"),
                S("Numbers are cut at round values near the fifths, each band with its "
                  "beginning and not its end; of texts the 20 most frequent, the rest is "
                  "other. ")));
    if (sets)
        buf_add(&out,
                say(c, S("多值字段：一位会员有几个值就在几处各计一次，各格之和可以多于人数。"),
                    S("Of fields with several values a member counts at each: cells may add "
                      "up to more than the members. ")));
    if (past)
        buf_add(&out, say(c, S("过去的值没有保存的字段，按现在的值。"),
                          S("Fields whose past is not kept are taken as they stand now. ")));
    question_say_about(c, q, &out);
    return buf_str(&out);
}

enum err question_cross(struct ctx *c, const struct cross_ask *in, struct cross *out)
{
    struct question q;
    struct source s[2];
    struct axis a, b;
    *out = (struct cross){ 0 };
    TRY(question_begin(c, in->segment, in->at, in->seq, &q));
    TRY(source_make(c, q.view, in->a, q.at, "/a", &s[0]));
    TRY(source_make(c, q.view, in->b, q.at, "/b", &s[1]));
    axis_make(c, &s[0], &q.set, WORDS_SHOWN, &a);
    axis_make(c, &s[1], &q.set, WORDS_SHOWN, &b);
    i64 *counts = cross_counts(c, &a, &b, &q.set);
    names_of(c, &a, &out->a, &out->a_texts);
    names_of(c, &b, &out->b, &out->b_texts);
    for (i64 i = 0; i < a.n; i++) {
        i64 *row = counts + i * (b.n + 1);
        *PUSH(c->arena, &out->cells) = (struct cross_row){ a.at[i].label, { row, b.n } };
        *PUSH(c->arena, &out->a_members) = row[b.n];
    }
    out->b_members = (ints){ counts + a.n * (b.n + 1), b.n };
    out->members = q.set.n;
    out->how = how_of(c, &q, &a, &b);
    out->took_us = question_took(&q);
    return OK;
}
