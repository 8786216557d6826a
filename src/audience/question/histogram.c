/* histogram.c -- how a field is spread over members: round bins of numbers, the most frequent
 * texts. */
#include "audience/question/axis.h"
#include "audience/question_fields.h"

SHAPE_DEFINE(histogram_ask);
SHAPE_DEFINE(histogram_bin);
SHAPE_DEFINE(histogram);

#define BINS       20
#define BINS_WORDS 20
#define BINS_MAX   100

static i64 floor_div(i64 a, i64 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* Sums of twice the values keep the half: two decimals of counts and days, all of amounts. */
static str middle_words(struct ctx *c, enum field_kind kind, __int128 sum, i64 n)
{
    __int128 unit = kind == FIELD_IS_COUNT || kind == FIELD_IS_AGE ? 100 : 1;
    __int128 scaled = sum * unit, half = n / 2;
    i64 mean = (i64)((scaled >= 0 ? scaled + half : scaled - half) / n);
    if (kind == FIELD_IS_DATE) return number_words(c, kind, floor_div((i64)(sum / n), 1));
    if (unit == 1) return number_words(c, kind, (mean + (mean < 0 ? -50 : 50)) / 100 * 100);
    str text = number_words(c, FIELD_IS_MONEY, mean * (MONEY_UNIT / 100));
    return kind == FIELD_IS_AGE ? str_fmt(c->arena, STR_FMT "d", STR_ARG(text)) : text;
}

struct spread {
    struct number_facts facts;
    i64 low, high; /* the middle 96 % */
    str mean, median;
};

static void spread_of(struct ctx *c, const struct source *s, const struct member_set *set,
                      struct spread *out)
{
    struct source_numbers of = { s, set };
    struct numbers numbers = numbers_of(&of);
    *out = (struct spread){ 0 };
    numbers_facts(c, &numbers, &out->facts);
    i64 n = out->facts.n, at[4];
    if (!n) return;
    i64 places[] = { n / 50, (n - 1) / 2, n / 2, n - 1 - n / 50 };
    numbers_at(c, &numbers, &out->facts, places, 4, at);
    out->low = at[0];
    out->high = at[3];
    out->mean = middle_words(c, s->field->kind, out->facts.sum, n);
    out->median = middle_words(c, s->field->kind, (__int128)at[1] + at[2], 2);
}

static enum err bins_read(struct ctx *c, opt_i64 bins, i64 fallback, i64 *out)
{
    *out = bins.has ? bins.value : fallback;
    if (*out >= 2 && *out <= BINS_MAX) return OK;
    return fail_at(c, E_INVALID, S("/bins"), "分段数应在 2 到 %d 之间", "bins must be 2 to %d",
                   BINS_MAX);
}

static str how_of(struct ctx *c, const struct question *q, const struct source *s)
{
    struct buf out = { .arena = c->arena };
    str name = say(c, str_of(s->field->zh), str_of(s->field->en));
    buf_fmt(&out, STR_FMT, STR_ARG(name));
    if (s->field->kind == FIELD_IS_AGE)
        buf_add(&out,
                say(c,
                    S("：距今整天数，每段含起点、不含终点；两端各约 2% 并入开口段；"
                      "均值与中位数按整天数。"),
                    S(": whole days ago; each bin has its beginning and not its end; about "
                      "2 % at either end are in open bins; mean and median of whole days. ")));
    else if (source_is_number(s))
        buf_add(&out,
                say(c,
                    S("：每段含起点、不含终点；两端各约 2% 并入开口段；均值与中位数只算已知的。"),
                    S(": each bin has its beginning and not its end; about 2 % at either end "
                      "are in open bins; mean and median of known values. ")));
    else if (s->field->kind == FIELD_IS_SET)
        buf_add(&out, say(c, S("：一位会员有几个值就在几处各计一次；“其他”是只有其他值的会员。"),
                          S(": a member counts at each of his values; other: those who have only "
                            "other values. ")));
    else
        buf_add(&out, say(c, S("：写法不同而含义相同的值合并，按人数从多到少。"),
                          S(": spellings of one value together, most members first. ")));
    if (s->past_unknown && q->at < c->now)
        buf_add(&out, say(c, S("这个字段过去的值没有保存：按现在的值。"),
                          S("The past of this field is not kept: as it stands now. ")));
    question_say_about(c, q, &out);
    return buf_str(&out);
}

static void add_bins(struct ctx *c, const struct axis *x, const i64 *counts, struct histogram *out)
{
    enum field_kind kind = x->source.field->kind;
    bool number = source_is_number(&x->source);
    for (i64 i = 0; i < x->n; i++) {
        const struct band *b = &x->at[i];
        if (b->kind == BAND_UNKNOWN) {
            out->unknown = counts[i];
            continue;
        }
        struct histogram_bin *bin = PUSH(c->arena, &out->bins);
        *bin = (struct histogram_bin){ .label = b->label, .text = b->text, .members = counts[i] };
        if (b->kind != BAND_RANGE || !number) continue;
        if (b->low > INT64_MIN) bin->low = number_words(c, kind, b->low);
        if (b->high < INT64_MAX) bin->high = number_words(c, kind, b->high);
    }
}

enum err question_histogram(struct ctx *c, const struct histogram_ask *in, struct histogram *out)
{
    struct question q;
    struct source s;
    struct axis x;
    i64 bins;
    *out = (struct histogram){ .field = in->field };
    TRY(question_begin(c, in->segment, in->at, in->seq, &q));
    TRY(source_make(c, q.view, in->field, q.at, "/field", &s));
    TRY(bins_read(c, in->bins, source_is_text(&s) ? BINS_WORDS : BINS, &bins));
    if (source_is_number(&s)) {
        struct spread spread;
        struct cuts cuts;
        spread_of(c, &s, &q.set, &spread);
        cuts_equal(c, s.field->kind, &spread.facts, spread.low, spread.high, bins, &cuts);
        axis_of_cuts(c, &s, &spread.facts, &cuts, &x);
        out->mean = spread.mean;
        out->median = spread.median;
    } else {
        axis_make(c, &s, &q.set, bins, &x);
    }
    i64 *counts = NEWS(c->arena, i64, x.n + 1);
    axis_counts(c, &x, &q.set, counts);
    add_bins(c, &x, counts, out);
    out->members = q.set.n;
    out->how = how_of(c, &q, &s);
    out->took_us = question_took(&q);
    return OK;
}
