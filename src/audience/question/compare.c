/* compare.c -- two segments: whom they share, and in which values they differ, most telling first.
 *
 * A value's shares are of the members with a known value of its field; KNOWN fields count all. TGI
 * is 100 * share of A / share of B. What could be chance does not lead: a value needs five expected
 * members on either side, and lines are sorted by the distance of the shares in standard errors.
 */
#include <math.h>
#include <stdlib.h>

#include "audience/question/axis.h"
#include "audience/question_fields.h"
#include "base/clock.h"

SHAPE_DEFINE(compare_ask);
SHAPE_DEFINE(compare_line);
SHAPE_DEFINE(compare);

#define LINES_FALLBACK 100
#define LINES_MAX      1000
#define EXPECTED_LEAST 5.0
#define FIELDS_MAX     200
#define POINTER_MAX    40
#define WORDS_LOOKED   200 /* values of a text field, the most frequent of all members */

/* -- overlap ---------------------------------------------------------------------------------- */

static i64 both_of(struct ctx *c, const struct member_set *a, const struct member_set *b)
{
    i64 n = 0, chunks = view_chunks(a->view);
    u64 *bits = NEWS(c->arena, u64, CHUNK_WORDS);
    for (i64 chunk = 0; chunk < chunks; chunk++) {
        bits_copy(bits, set_of_chunk(a, chunk));
        bits_and(bits, set_of_chunk(b, chunk));
        n += bits_count(bits);
    }
    return n;
}

/* -- index ------------------------------------------------------------------------------------ */

struct side {
    const struct member_set *set;
    i64 *counts, known;
};

static void side_counts(struct ctx *c, const struct axis *x, struct side *s)
{
    s->counts = NEWS(c->arena, i64, x->n + 1);
    axis_counts(c, x, s->set, s->counts);
    s->known = s->set->n;
    for (i64 i = 0; i < x->n; i++)
        if (x->at[i].kind == BAND_UNKNOWN && x->source.field->kind != FIELD_IS_KNOWN)
            s->known -= s->counts[i];
}

static bool line_of(const struct axis *x, i64 i, const struct side *a, const struct side *b,
                    struct compare_line *out)
{
    f64 na = (f64)a->known, nb = (f64)b->known;
    if (x->at[i].kind == BAND_UNKNOWN || a->known == 0 || b->known == 0) return false;
    *out = (struct compare_line){ .field = str_of(x->source.field->name),
                                  .value = x->at[i].label,
                                  .text = x->at[i].text,
                                  .a = a->counts[i],
                                  .b = b->counts[i] };
    f64 pooled = (f64)(out->a + out->b) / (na + nb);
    out->share_a = (f64)out->a / na;
    out->share_b = (f64)out->b / nb;
    if (out->b) out->tgi = (opt_f64){ true, round(1000 * out->share_a / out->share_b) / 10 };
    f64 spread = sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
    out->score = spread > 0 ? round(100 * (out->share_a - out->share_b) / spread) / 100 : 0;
    return pooled * na >= EXPECTED_LEAST && pooled * nb >= EXPECTED_LEAST;
}

static enum err add_field(struct ctx *c, const struct source *s, const struct member_set *all,
                          struct side *a, struct side *b, struct compare *out)
{
    struct axis x;
    axis_make(c, s, all, WORDS_LOOKED, &x);
    side_counts(c, &x, a);
    side_counts(c, &x, b);
    for (i64 i = 0; i < x.n; i++) {
        struct compare_line line;
        if (line_of(&x, i, a, b, &line)) *PUSH(c->arena, &out->index) = line;
    }
    return OK;
}

static int most_telling(const void *x, const void *y)
{
    const struct compare_line *a = x, *b = y;
    f64 p = fabs(a->score), q = fabs(b->score);
    if (p != q) return p < q ? 1 : -1;
    int order = str_cmp(a->field, b->field);
    return order ? order : str_cmp(a->value, b->value);
}

/* The place of a field in the request, as a pointer. */
static void pointer_of(struct ctx *c, i64 i, char out[POINTER_MAX])
{
    str at = str_fmt(c->arena, "/fields/%lld", (long long)i);
    memcpy(out, at.at, (size_t)at.n);
    out[at.n] = 0;
}

/* A pass over all members each: so many, and none of them twice. */
static enum err check_fields(struct ctx *c, const strs *fields)
{
    if (fields->n > FIELDS_MAX)
        return fail_at(c, E_INVALID, S("/fields"), "fields 至多 %d 个", "at most %d fields",
                       FIELDS_MAX);
    for (i64 i = 0; i < fields->n; i++)
        for (i64 k = 0; k < i; k++) {
            char pointer[POINTER_MAX];
            if (!str_eq(fields->at[i], fields->at[k])) continue;
            pointer_of(c, i, pointer);
            return fail_at(c, E_INVALID, str_of(pointer), "字段“" STR_FMT "”出现了两次",
                           "the field \"" STR_FMT "\" stands here twice", STR_ARG(fields->at[i]));
        }
    return OK;
}

static enum err add_index(struct ctx *c, const struct compare_ask *in, const struct question *q,
                          const struct member_set *b, struct compare *out)
{
    struct side sides[2] = { { .set = &q->set }, { .set = b } };
    struct member_set all;
    struct fields fields;
    struct source s;
    TRY(segment_set(c, q->view, NULL, q->at, &all));
    TRY(fields_published(c, &fields));
    i64 n = in->fields.n ? in->fields.n : fields.n;
    for (i64 i = 0; i < n; i++) {
        if (in->fields.n) {
            char pointer[POINTER_MAX];
            pointer_of(c, i, pointer);
            TRY(source_make(c, q->view, in->fields.at[i], q->at, pointer, &s));
        } else if (fields.at[i].moves) {
            continue; /* costs a pass over the store: only when named */
        } else {
            TRY(source_of_field(c, q->view, &fields.at[i], q->at, &s));
        }
        TRY(add_field(c, &s, &all, &sides[0], &sides[1], out));
    }
    out->total = all.n;
    if (out->index.n > 1)
        qsort(out->index.at, (size_t)out->index.n, sizeof out->index.at[0], most_telling);
    i64 limit = in->limit.has ? in->limit.value : LINES_FALLBACK;
    if (out->index.n > limit) out->index.n = limit;
    return OK;
}

static str how_of(struct ctx *c, const struct question *q, const struct segment_node *b)
{
    struct buf out = { .arena = c->arena };
    str other = b ? segment_format(c->arena, b) : say(c, S("全部会员"), S("everybody"));
    buf_fmt(&out,
            c->locale == ZH
                ? "B：" STR_FMT
                  "。占比以该字段已知的会员为分母；TGI = A 占比 / B 占比 × 100；按两边占比之差"
                  "（以标准误计）从大到小；任一边期望人数不足 5 "
                  "的不列；数值按全部会员五等分附近的整数分段；"
                  "过去的值没有保存的字段按现在的值；随时间自行变化的字段指名才比。A 即"
                : "B: " STR_FMT
                  ". Shares are of members with a known value of the field; TGI is 100 "
                  "* share of A / share of B; sorted by the distance of the shares in standard "
                  "errors; values with fewer than 5 expected members on a side are left out; "
                  "numbers are cut at round values near the fifths of all members; fields whose "
                  "past is not kept are taken as they stand now; those that change by time "
                  "alone are compared only when named. A is ",
            STR_ARG(other));
    question_say_about(c, q, &out);
    return buf_str(&out);
}

enum err question_compare(struct ctx *c, const struct compare_ask *in, struct compare *out)
{
    struct question q = { .began_us = clock_mono_us() };
    const struct segment_node *other;
    struct member_set b;
    *out = (struct compare){ 0 };
    if (in->limit.has && in->limit.value > LINES_MAX)
        return fail_at(c, E_INVALID, S("/limit"), "limit 至多 %d", "limit is at most %d",
                       LINES_MAX);
    TRY(check_fields(c, &in->fields));
    TRY(segment_at_read(c, in->at, &q.at));
    TRY(question_tree(c, in->a, "a", &q.tree));
    TRY(question_tree(c, in->b, "b", &other));
    TRY(audience_view(c, in->seq.has ? in->seq.value : 0, &q.view));
    TRY(segment_set(c, q.view, q.tree, q.at, &q.set));
    TRY(segment_set(c, q.view, other, q.at, &b));
    TRY(add_index(c, in, &q, &b, out));
    out->a = q.set.n;
    out->b = b.n;
    out->both = both_of(c, &q.set, &b);
    out->only_a = out->a - out->both;
    out->only_b = out->b - out->both;
    out->neither = out->total - out->a - out->only_b;
    out->how = how_of(c, &q, other);
    out->took_us = question_took(&q);
    return OK;
}
