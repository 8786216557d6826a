/* fit.c -- members ranked by how much they are like the buyers of a product (naive Bayes over
 * published fields), with what speaks for each; and whether that foretold who bought it. */
#include <math.h>
#include <stdlib.h>

#include "access/access.h"
#include "audience/question/axis.h"
#include "base/clock.h"
#include "insight/basket/inside.h"
#include "member/member.h"

SHAPE_DEFINE(fit_ask);
SHAPE_DEFINE(fit_value);
SHAPE_DEFINE(fit_member);
SHAPE_DEFINE(fit_check);
SHAPE_DEFINE(fit_report);

#define ROWS_FALLBACK  50
#define VALUES_SHOWN   40
#define WORDS_LOOKED   100 /* values of a text field, the most frequent */
#define FIELDS_MAX     200
#define CARRIERS_LEAST 5 /* buyers and others with a value: fewer weigh nothing */
#define REASONS        3
#define TELLING_LEAST  2.0 /* standard errors: weaker ones are no reason */
#define CHECK_DAYS_MAX 365

/* -- the model --------------------------------------------------------------------------------- */

struct fit_band {
    i64 a, b;
    f64 p, q, weight, telling;
    bool counts; /* weighs, and may be a reason */
};
struct fit_field {
    struct axis axis;
    struct fit_band *band;
    i64 known_a, known_b;
};
struct model {
    struct ctx *c;
    const struct view *view;
    instant at;
    str product;
    bool past; /* only what is known as of then */
    struct member_set all, buyers, others;
    struct {
        struct fit_field *at;
        i64 n;
    } fields;
};

static enum err set_of(struct ctx *c, const struct view *v, str text, instant at,
                       struct member_set *out)
{
    const struct segment_node *tree = NULL;
    if (text.n) TRY(segment_parse(c, text, &tree));
    return segment_set(c, v, tree, at, out);
}

static str others_text(struct ctx *c, str product)
{
    str never = bought_text(c, NULL, 0, product);
    return str_fmt(c->arena, "orders >= 1 and " STR_FMT, STR_ARG(never));
}

struct fit_shares fit_shares(i64 a, i64 known_a, i64 b, i64 known_b)
{
    f64 pooled = (f64)(a + b) / (f64)(known_a + known_b);
    return (struct fit_shares){ ((f64)a + FIT_PRIOR * pooled) / ((f64)known_a + FIT_PRIOR),
                                ((f64)b + FIT_PRIOR * pooled) / ((f64)known_b + FIT_PRIOR) };
}

static void band_weigh(const struct fit_field *f, struct fit_band *b)
{
    f64 na = (f64)f->known_a, nb = (f64)f->known_b;
    if (na == 0 || nb == 0 || b->a + b->b < CARRIERS_LEAST) return;
    f64 pooled = (f64)(b->a + b->b) / (na + nb);
    f64 spread = sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
    struct fit_shares shares = fit_shares(b->a, f->known_a, b->b, f->known_b);
    b->p = shares.p;
    b->q = shares.q;
    b->weight = log(b->p / b->q);
    b->telling = spread > 0 ? ((f64)b->a / na - (f64)b->b / nb) / spread : 0;
    b->counts = true;
}

static bool is_product(const struct model *m, const struct axis *x, const struct band *b)
{
    return str_eq(str_of(x->source.field->name), S("bought")) &&
           str_eq(str_fold(m->c->arena, b->label), str_fold(m->c->arena, m->product));
}

static void add_field(struct model *m, const struct source *s)
{
    struct ctx *c = m->c;
    struct fit_field *f = PUSH(c->arena, &m->fields);
    axis_make(c, s, &m->all, WORDS_LOOKED, &f->axis);
    i64 n = f->axis.n, *a = NEWS(c->arena, i64, n + 1), *b = NEWS(c->arena, i64, n + 1);
    f->band = NEWS(c->arena, struct fit_band, n + 1);
    axis_counts(c, &f->axis, &m->buyers, a);
    axis_counts(c, &f->axis, &m->others, b);
    f->known_a = m->buyers.n;
    f->known_b = m->others.n;
    for (i64 i = 0; i < n; i++) {
        if (f->axis.at[i].kind != BAND_UNKNOWN) continue;
        f->known_a -= a[i];
        f->known_b -= b[i];
    }
    for (i64 i = 0; i < n; i++) {
        const struct band *band = &f->axis.at[i];
        f->band[i] = (struct fit_band){ .a = a[i], .b = b[i] };
        bool value = band->kind == BAND_RANGE || band->kind == BAND_WORDS;
        if (value && !is_product(m, &f->axis, band)) band_weigh(f, &f->band[i]);
    }
}

/* The rank of a value says again what the value says. */
static bool is_rank(const struct fields *fields, const struct field *f)
{
    for (i64 i = 0; i < fields->n; i++)
        if (fields->at[i].ranked && str_eq(str_of(fields->at[i].ranked), str_of(f->name)))
            return true;
    return false;
}

static enum err add_fields(struct model *m, const strs *named)
{
    struct ctx *c = m->c;
    struct fields fields;
    struct source s;
    if (named->n > FIELDS_MAX)
        return fail_at(c, E_INVALID, S("/fields"), "fields 至多 %d 个", "at most %d fields",
                       FIELDS_MAX);
    for (i64 i = 0; i < named->n; i++) {
        for (i64 k = 0; k < i; k++)
            if (str_eq(named->at[i], named->at[k]))
                return fail_at(c, E_INVALID, S("/fields"), "字段“" STR_FMT "”出现了两次",
                               "the field \"" STR_FMT "\" stands here twice",
                               STR_ARG(named->at[i]));
        TRY(source_make(c, m->view, named->at[i], m->at, "/fields", &s));
        add_field(m, &s);
    }
    if (named->n) return OK;
    TRY(fields_published(c, &fields));
    for (i64 i = 0; i < fields.n; i++) {
        /* What moves by itself costs a pass over the store; that something is known says little. */
        if (fields.at[i].moves || fields.at[i].kind == FIELD_IS_KNOWN) continue;
        if (is_rank(&fields, &fields.at[i])) continue;
        TRY(source_of_field(c, m->view, &fields.at[i], m->at, &s));
        if (!m->past || !s.past_unknown) add_field(m, &s);
    }
    return OK;
}

static enum err model_make(struct model *m, const strs *fields)
{
    struct ctx *c = m->c;
    str buyers = bought_text(c, &m->product, 1, NO_STR);
    TRY(set_of(c, m->view, NO_STR, m->at, &m->all));
    TRY(set_of(c, m->view, buyers, m->at, &m->buyers));
    TRY(set_of(c, m->view, others_text(c, m->product), m->at, &m->others));
    if (m->buyers.n < FIT_BUYERS_LEAST)
        return fail_at(c, E_UNPROCESSABLE, S("/product"),
                       "到那时只有 %lld 位会员买过“" STR_FMT "”，至少要 %d 位才说得出共同点",
                       "only %lld members had bought \"" STR_FMT "\" by then: at least %d are "
                       "needed to tell what they have in common",
                       (long long)m->buyers.n, STR_ARG(m->product), FIT_BUYERS_LEAST);
    return add_fields(m, fields);
}

/* -- scores ------------------------------------------------------------------------------------ */

struct scored {
    i64 member;
    f64 score;
    bool later;
};
struct scores {
    struct scored *at; /* best first, then by id */
    i64 n;
};

struct scoring {
    const struct fit_field *field;
    const struct member_set *set;
    chunk_bits *bits[CHUNK_WORKERS];
    f64 *by_member;
};

static void score_chunk(void *arg, int worker, i64 chunk)
{
    struct scoring *s = arg;
    const u64 *set = set_of_chunk(s->set, chunk);
    f64 *out = s->by_member + chunk * CHUNK;
    if (!bits_any(set)) return;
    axis_bits(&s->field->axis, chunk, s->bits[worker]);
    for (i64 i = 0; i < s->field->axis.n; i++) {
        const struct fit_band *b = &s->field->band[i];
        if (!b->counts) continue;
        for (i64 w = 0; w < CHUNK_WORDS; w++)
            for (u64 left = s->bits[worker][i][w] & set[w]; left; left &= left - 1)
                out[w * 64 + __builtin_ctzll(left)] += b->weight;
    }
}

static int best_first(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->member < y->member ? -1 : x->member > y->member;
}

static void scores_of(const struct model *m, const struct member_set *set, struct scores *out)
{
    struct arena *a = m->c->arena;
    i64 chunks = view_chunks(m->view);
    struct scoring s = { .set = set, .by_member = NEWS(a, f64, chunks * CHUNK + 1) };
    for (int w = 0; w < CHUNK_WORKERS; w++) s.bits[w] = NEWS(a, chunk_bits, BANDS_MAX + 1);
    for (i64 i = 0; i < m->fields.n; i++) {
        s.field = &m->fields.at[i];
        chunks_run(chunks, score_chunk, &s);
    }
    *out = (struct scores){ NEWS(a, struct scored, set->n + 1), 0 };
    for (i64 w = 0; w < chunks * CHUNK_WORDS; w++)
        for (u64 left = set->bits[w]; left; left &= left - 1) {
            i64 member = w * 64 + __builtin_ctzll(left);
            out->at[out->n++] = (struct scored){ member, s.by_member[member], false };
        }
    if (out->n) qsort(out->at, (size_t)out->n, sizeof out->at[0], best_first);
}

/* -- what speaks for them ---------------------------------------------------------------------- */

struct reason {
    f64 weight;
    const struct fit_field *field;
    i64 band;
};
struct reasons {
    struct reason at[REASONS];
};

static void reason_add(struct reasons *r, struct reason one)
{
    for (int i = 0; i < REASONS; i++) {
        if (r->at[i].field && r->at[i].weight >= one.weight) continue;
        struct reason next = r->at[i];
        r->at[i] = one;
        one = next;
        if (!one.field) return;
    }
}

/* The name alone: what may be asked of it, and how, follows in some. */
static str field_words(struct ctx *c, const struct field *f)
{
    static const char *const ends[] = { "，", "：", "；", ": ", ", ", "; " };
    str words = say(c, str_of(f->zh ? f->zh : f->name), str_of(f->en ? f->en : f->name));
    for (i64 i = 0; i < COUNT(ends); i++) {
        i64 at = str_find(words, str_of(ends[i]));
        if (at > 0) words = str_sub(words, 0, at);
    }
    return words;
}

static str reason_words(struct ctx *c, const struct reason *r)
{
    const struct fit_band *b = &r->field->band[r->band];
    str field = field_words(c, r->field->axis.source.field);
    return str_fmt(
        c->arena,
        c->locale == ZH ? STR_FMT "：" STR_FMT "（TGI %.0f，买家中 %.0f%%，其他人中 %.0f%%）"
                        : STR_FMT ": " STR_FMT " (TGI %.0f: %.0f%% of buyers, %.0f%% of others)",
        STR_ARG(field), STR_ARG(r->field->axis.at[r->band].label), 100 * b->p / b->q,
        100 * (f64)b->a / (f64)r->field->known_a, 100 * (f64)b->b / (f64)r->field->known_b);
}

static void reasons_of_chunk(const struct fit_field *f, i64 chunk, const struct scores *s,
                             chunk_bits *bits, i64 shown, struct reasons *out)
{
    bool read = false;
    for (i64 i = 0; i < shown; i++) {
        i64 member = s->at[i].member, bit = member % CHUNK;
        if (member / CHUNK != chunk) continue;
        if (!read) axis_bits(&f->axis, chunk, bits);
        read = true;
        for (i64 k = 0; k < f->axis.n; k++) {
            const struct fit_band *b = &f->band[k];
            if (b->counts && b->weight > 0 && b->telling >= TELLING_LEAST &&
                bits[k][bit / 64] >> (bit % 64) & 1)
                reason_add(&out[i], (struct reason){ b->weight, f, k });
        }
    }
}

static enum err members_of(const struct model *m, const struct scores *s, i64 limit,
                           struct fit_member_list *out)
{
    struct ctx *c = m->c;
    i64 shown = s->n < limit ? s->n : limit;
    struct reasons *reasons = NEWS(c->arena, struct reasons, shown + 1);
    chunk_bits *bits = NEWS(c->arena, chunk_bits, BANDS_MAX + 1);
    for (i64 i = 0; i < m->fields.n; i++)
        for (i64 chunk = 0; chunk < view_chunks(m->view); chunk++)
            reasons_of_chunk(&m->fields.at[i], chunk, s, bits, shown, reasons);
    *out = (struct fit_member_list){ NEWS(c->arena, struct fit_member, shown + 1), shown };
    for (i64 i = 0; i < shown; i++) {
        struct fit_member *row = &out->at[i];
        struct member_brief brief;
        TRY(member_show(c, s->at[i].member, may(c, PERSONAL_READ), &brief));
        *row = (struct fit_member){
            .member = brief.id, .name = brief.name, .phone = brief.phone, .score = s->at[i].score
        };
        for (int k = 0; k < REASONS && reasons[i].at[k].field; k++)
            *PUSH(c->arena, &row->reasons) = reason_words(c, &reasons[i].at[k]);
    }
    return OK;
}

static int most_telling(const void *a, const void *b)
{
    const struct fit_value *x = a, *y = b;
    f64 p = fabs(x->telling), q = fabs(y->telling);
    if (p != q) return p > q ? -1 : 1;
    int order = str_cmp(x->field, y->field);
    return order ? order : str_cmp(x->value, y->value);
}

static void index_of(const struct model *m, struct fit_value_list *out)
{
    struct ctx *c = m->c;
    for (i64 i = 0; i < m->fields.n; i++) {
        const struct fit_field *f = &m->fields.at[i];
        for (i64 k = 0; k < f->axis.n; k++) {
            const struct fit_band *b = &f->band[k];
            if (!b->counts) continue;
            *PUSH(c->arena, out) =
                (struct fit_value){ .field = str_of(f->axis.source.field->name),
                                    .field_name = field_words(c, f->axis.source.field),
                                    .value = f->axis.at[k].label,
                                    .text = f->axis.at[k].text,
                                    .buyers = b->a,
                                    .others = b->b,
                                    .share_buyers = (f64)b->a / (f64)f->known_a,
                                    .share_others = (f64)b->b / (f64)f->known_b,
                                    .tgi = 100 * b->p / b->q,
                                    .weight = b->weight,
                                    .telling = b->telling };
        }
    }
    if (out->n) qsort(out->at, (size_t)out->n, sizeof out->at[0], most_telling);
    if (out->n > VALUES_SHOWN) out->n = VALUES_SHOWN;
}

/* -- would it have found them? ----------------------------------------------------------------- */

/* Mann and Whitney: ranks of the later ones among all, ties at their mean rank. */
static f64 area_of(const struct scores *s, i64 later)
{
    f64 sum = 0;
    for (i64 i = 0; i < s->n;) {
        i64 k = i, here = 0;
        for (; k < s->n && s->at[k].score == s->at[i].score; k++) here += s->at[k].later;
        sum += (f64)here * ((f64)(s->n - k) + (f64)(k - i + 1) / 2); /* from the worst: 1 */
        i = k;
    }
    f64 n = (f64)later, rest = (f64)(s->n - later);
    return (sum - n * (n + 1) / 2) / (n * rest);
}

static enum err check_of(const struct model *now, const struct fit_ask *in, struct fit_check *out)
{
    struct ctx *c = now->c;
    struct model then = { .c = c,
                          .view = now->view,
                          .product = now->product,
                          .past = true,
                          .at = now->at - in->check_days.value * DAY_MS };
    struct scores s;
    i64 top = 0;
    *out = (struct fit_check){ .from = instant_text(c->arena, c->zone, then.at) };
    TRY(model_make(&then, &in->fields));
    scores_of(&then, &then.others, &s);
    out->candidates = s.n;
    for (i64 i = 0; i < s.n; i++) {
        i64 member = s.at[i].member;
        s.at[i].later = now->buyers.bits[member / 64] >> (member % 64) & 1;
        out->later += s.at[i].later;
        top += s.at[i].later && i < (s.n + 9) / 10;
    }
    if (out->later == 0 || out->later == s.n) return OK;
    out->auc = (opt_f64){ true, area_of(&s, out->later) };
    out->top_tenth = (opt_f64){ true, (f64)top / (f64)out->later };
    return OK;
}

/* -- the report -------------------------------------------------------------------------------- */

static str how_of(struct ctx *c, const struct model *m, bool segment)
{
    str at = instant_text(c->arena, c->zone, m->at);
    str who = segment ? say(c, S("所给分层里没买过此商品的会员"),
                            S("members of the given segment who never bought it"))
                      : say(c, S("买过别的、没买过此商品的会员"),
                            S("members who bought something else and never this"));
    return str_fmt(
        c->arena,
        c->locale == ZH
            ? "截至 " STR_FMT "，被排名的是" STR_FMT
              "。分数 = 他各字段已知取值的权重之和，权重 = ln(买家占比 ÷ 其他购买者占比)，"
              "两个占比各掺入 %g 位按合计占比的虚拟会员以免小数定论（朴素贝叶斯）；TGI = "
              "两占比之比 "
              "× 100；合计不足 %d 人的取值不计；多值字段只计有的值；此商品本身不计。理由取偏离 2 "
              "个标准误以上、权重最大的三条。"
            : "As of " STR_FMT ", ranked are " STR_FMT
              ". A score is the sum of the weights of his known values: ln(share of buyers / "
              "share of other buyers of anything), each share mixed with %g members of the pooled "
              "share, so that few do not decide (naive Bayes); TGI is 100 times that ratio; values "
              "of fewer than %d members weigh nothing; of fields with several values those he has "
              "count; the product itself does not. Reasons are the three greatest weights of two "
              "standard errors and more.",
        STR_ARG(at), STR_ARG(who), FIT_PRIOR, CARRIERS_LEAST);
}

static enum err candidates_of(const struct model *m, str segment, struct member_set *out)
{
    struct ctx *c = m->c;
    if (str_empty(str_trim(segment))) {
        *out = m->others;
        return OK;
    }
    TRY(set_of(c, m->view, segment, m->at, out));
    out->n = 0;
    for (i64 w = 0; w < view_chunks(m->view) * CHUNK_WORDS; w++) {
        out->bits[w] &= ~m->buyers.bits[w];
        out->n += __builtin_popcountll(out->bits[w]);
    }
    return OK;
}

enum err fit_report_make(struct ctx *c, const struct fit_ask *in, struct fit_report *out)
{
    i64 began = clock_mono_us(), limit;
    struct model m = { .c = c };
    struct item_names names;
    struct member_set candidates;
    struct scores scores;
    u32 item;
    *out = (struct fit_report){ 0 };
    TRY(basket_limit(c, in->limit, FIT_ROWS_MAX, ROWS_FALLBACK, &limit));
    if (in->check_days.has && in->check_days.value > CHECK_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/check_days"), "check_days 至多 %d 天",
                       "check_days is at most %d", CHECK_DAYS_MAX);
    TRY(segment_at_read(c, in->at, &m.at));
    TRY(item_names_read(c, BASKET_OF_PRODUCT, &names));
    TRY(item_find(c, &names, in->product, "/product", &item));
    m.product = names.names.at[item];
    TRY(audience_view(c, 0, &m.view));
    TRY(model_make(&m, &in->fields));
    TRY(candidates_of(&m, in->segment, &candidates));
    scores_of(&m, &candidates, &scores);
    out->product = m.product;
    out->buyers = m.buyers.n;
    out->others = m.others.n;
    out->candidates = candidates.n;
    index_of(&m, &out->index);
    TRY(members_of(&m, &scores, limit, &out->members));
    if (in->check_days.has) {
        out->check = NEW(c->arena, struct fit_check);
        TRY(check_of(&m, in, out->check));
    }
    out->how = how_of(c, &m, !str_empty(str_trim(in->segment)));
    out->took_ms = ms_since(began);
    return OK;
}
