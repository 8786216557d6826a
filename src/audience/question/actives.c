/* actives.c -- how many members are active a day, a week or a month, also by a field or by a
 * property of what they did. */
#include <assert.h>
#include <stdlib.h>

#include "audience/question/axis.h"
#include "audience/question/rows_private.h"
#include "base/json.h"

CHOICE_DEFINE(actives_unit, "day", "week", "month");
SHAPE_DEFINE(actives_ask);
SHAPE_DEFINE(actives_day);
SHAPE_DEFINE(actives_answer);

#define CODES_MAX 65536 /* values of a property that are counted to find the most frequent */

struct being_active {
    const struct question *q;
    struct rows_at at;
    struct meant meant;
    struct days_asked days;
    day label[QUESTION_DAYS]; /* of each place */
    uint16_t place[QUESTION_DAYS];
    i64 places;
    struct actives a;
    const struct axis *axis; /* by a field; else by a.prop, or by nothing */
    i64 cells;
    i64 *counts[CHUNK_WORKERS];
    u32 *masks[CHUNK_WORKERS];
    chunk_bits *bands[CHUNK_WORKERS];
};

/* -- places ----------------------------------------------------------------------------------- */

static day label_of(enum actives_unit unit, day d)
{
    struct civil date = day_civil(d);
    if (unit == ACTIVES_DAY) return d;
    return unit == ACTIVES_WEEK ? monday_of(d) : day_of(date.year, date.month, 1);
}

static void places_make(struct being_active *b, enum actives_unit unit)
{
    for (i64 i = 0; i < b->days.n; i++) {
        day label = label_of(unit, (day)(b->days.from + i));
        if (!b->places || b->label[b->places - 1] != label) b->label[b->places++] = label;
        b->place[i] = (uint16_t)(b->places - 1);
    }
    b->a = (struct actives){ .rows = &b->meant.rows,
                             .first_day = b->days.from,
                             .days = b->days.n,
                             .prop = -1,
                             .column = -1,
                             .place = unit == ACTIVES_DAY ? NULL : b->place,
                             .places = b->places };
}

/* -- passes over the rows --------------------------------------------------------------------- */

static void by_rows(void *arg, int worker, i64 chunk)
{
    struct being_active *b = arg;
    rows_actives(b->at.view, chunk, b->at.source, &b->a, set_of_chunk(&b->q->set, chunk),
                 b->counts[worker]);
}

/* The bit above those of the bands is everybody's. */
static void by_members(void *arg, int worker, i64 chunk)
{
    struct being_active *b = arg;
    u32 *masks = b->masks[worker];
    i64 bands = b->axis->n;
    for (i64 i = 0; i < CHUNK; i++) masks[i] = 1u << bands;
    axis_bits(b->axis, chunk, b->bands[worker]);
    for (i64 g = 0; g < bands; g++)
        for (i64 w = 0; w < CHUNK_WORDS; w++)
            for (u64 bits = b->bands[worker][g][w]; bits; bits &= bits - 1)
                masks[w * 64 + __builtin_ctzll(bits)] |= 1u << g;
    rows_actives_masked(b->at.view, chunk, b->at.source, &b->a, set_of_chunk(&b->q->set, chunk),
                        masks, b->cells, b->counts[worker]);
}

/* counts[place * cells + cell], in counts[0]. */
static i64 *run(struct ctx *c, struct being_active *b, i64 cells, chunk_fn *fn)
{
    i64 n = b->a.places * cells;
    b->cells = cells;
    for (int w = 0; w < CHUNK_WORKERS; w++) b->counts[w] = NEWS(c->arena, i64, n);
    chunks_run(b->at.chunks, fn, b);
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < n; i++) b->counts[0][i] += b->counts[w][i];
    return b->counts[0];
}

/* -- the values of a property ----------------------------------------------------------------- */

struct ranked {
    i64 code, n;
};

static int by_members_then_code(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return (x->code > y->code) - (x->code < y->code);
}

/* Distinct members of the whole period with each value, most first. */
static struct ranked *rank_values(struct ctx *c, struct being_active *b, i64 codes)
{
    struct actives kept = b->a;
    struct ranked *ranks = NEWS(c->arena, struct ranked, codes);
    b->a.codes = codes;
    b->a.place = NEWS(c->arena, uint16_t, b->days.n);
    b->a.places = 1;
    const i64 *counts = run(c, b, codes + 1, by_rows);
    for (i64 i = 0; i < codes; i++) ranks[i] = (struct ranked){ i, counts[i] };
    if (codes) qsort(ranks, (size_t)codes, sizeof *ranks, by_members_then_code);
    b->a = kept;
    return ranks;
}

#define FIELDS_OF_quoted(X, N) X(str, value, LONG, "", N)
SHAPE(quoted);
SHAPE_DEFINE(quoted);

/* "面膜" without its quotes; other JSON, and what is no JSON, as it is. */
static str value_words(struct ctx *c, str raw)
{
    struct ctx inner = { .arena = c->arena, .locale = EN };
    struct quoted read;
    if (raw.n < 2 || raw.at[0] != '"') return raw;
    str text = str_fmt(c->arena, "{\"value\":" STR_FMT "}", STR_ARG(raw));
    return json_read(&inner, &quoted_shape, &read, text) == OK ? str_or(read.value, S("\"\""))
                                                               : raw;
}

/* Few enough to count each: afterwards the most frequent stand first. */
static i64 *count_all_values(struct ctx *c, struct being_active *b, const struct words *words,
                             struct actives_answer *out)
{
    i64 codes = words_count(words), shown = 0;
    struct ranked *ranks = NEWS(c->arena, struct ranked, codes);
    b->a.codes = codes;
    const i64 *raw = run(c, b, codes + 1, by_rows);
    for (i64 i = 0; i < codes; i++) {
        ranks[i].code = i;
        for (i64 k = 0; k < b->places; k++) ranks[i].n += raw[k * (codes + 1) + i];
    }
    if (codes) qsort(ranks, (size_t)codes, sizeof *ranks, by_members_then_code);
    for (; shown < codes && ranks[shown].n; shown++)
        *PUSH(c->arena, &out->values) = value_words(c, words_text(words, ranks[shown].code));
    *PUSH(c->arena, &out->values) = say(c, S("未知"), S("unknown"));
    i64 *counts = NEWS(c->arena, i64, b->places * (shown + 1));
    for (i64 k = 0; k < b->places; k++) {
        for (i64 i = 0; i < shown; i++)
            counts[k * (shown + 1) + i] = raw[k * (codes + 1) + ranks[i].code];
        counts[k * (shown + 1) + shown] = raw[k * (codes + 1) + codes];
    }
    return counts;
}

/* The most frequent of many, the rest together. */
static i64 *count_some_values(struct ctx *c, struct being_active *b, const struct words *words,
                              struct actives_answer *out)
{
    i64 codes = words_count(words), shown = 0;
    const struct ranked *ranks = rank_values(c, b, codes);
    while (shown < codes && shown < QUESTION_VALUES && ranks[shown].n) shown++;
    bool rest = shown < codes && ranks[shown].n;
    u32 *group = NEWS(c->arena, u32, codes + 1);
    group[0] = UINT32_MAX;
    for (i64 i = 0; i < codes; i++) {
        group[ranks[i].code + 1] = (u32)(i < shown ? i : shown);
        if (i < shown)
            *PUSH(c->arena, &out->values) = value_words(c, words_text(words, ranks[i].code));
    }
    if (rest) *PUSH(c->arena, &out->values) = say(c, S("其他"), S("others"));
    *PUSH(c->arena, &out->values) = say(c, S("未知"), S("unknown"));
    b->a.group = group;
    b->a.codes = shown + rest;
    return run(c, b, b->a.codes + 1, by_rows);
}

static enum err by_prop(struct ctx *c, struct being_active *b, str name, struct actives_answer *out,
                        i64 **counts)
{
    b->a.prop = b->at.by;
    const struct words *words = view_prop_words(b->at.view, b->at.source, b->a.prop);
    i64 codes = words_count(words);
    if (codes > CODES_MAX)
        return fail_at(c, E_INVALID, S("/by"), "“" STR_FMT "”有 %lld 个不同的值，至多 %d 个",
                       "\"" STR_FMT "\" has %lld different values; at most %d can be told apart",
                       STR_ARG(name), (long long)codes, CODES_MAX);
    *counts = codes > QUESTION_VALUES ? count_some_values(c, b, words, out)
                                      : count_all_values(c, b, words, out);
    b->a.group = NULL;
    b->a.prop = -1;
    b->a.codes = 0;
    return OK;
}

/* prop:NAME; absent: by is a field, or nothing. */
static str prop_of(str by)
{
    by = str_trim(by);
    return str_starts(by, S("prop:")) ? str_trim(str_sub(by, 5, by.n)) : NO_STR;
}

/* -- the answer ------------------------------------------------------------------------------- */

static void fill(struct ctx *c, const struct being_active *b, const i64 *all, const i64 *counts,
                 i64 stride, struct actives_answer *out)
{
    for (i64 i = 0; i < b->places; i++)
        *PUSH(c->arena, &out->days) = (struct actives_day){
            b->label[i], all[i], { (i64 *)(uintptr_t)counts + i * stride, out->values.n }
        };
}

/* Nobody without a value: the last column says nothing. */
static void drop_empty_last(struct being_active *b, const i64 *counts, i64 stride,
                            struct actives_answer *out)
{
    i64 sum = 0, last = out->values.n - 1;
    for (i64 i = 0; i < b->places; i++) sum += counts[i * stride + last];
    if (!sum) out->values.n = last;
}

static enum err by_field(struct ctx *c, struct being_active *b, const struct actives_ask *ask,
                         struct axis *axis, struct actives_answer *out)
{
    struct source source;
    TRY(source_make(c, b->q->view, ask->by, b->q->at, "/by", &source));
    axis_make(c, &source, &b->q->set, QUESTION_VALUES, axis);
    assert(axis->n < 32);
    b->axis = axis;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        b->masks[w] = NEWS(c->arena, u32, CHUNK);
        b->bands[w] = NEWS(c->arena, chunk_bits, axis->n);
    }
    i64 stride = axis->n + 1, *counts = run(c, b, stride, by_members);
    i64 *all = NEWS(c->arena, i64, b->places);
    for (i64 i = 0; i < b->places; i++) all[i] = counts[i * stride + axis->n];
    for (i64 i = 0; i < axis->n; i++) *PUSH(c->arena, &out->values) = axis->at[i].label;
    fill(c, b, all, counts, stride, out);
    return OK;
}

static enum err answer(struct ctx *c, struct being_active *b, const struct actives_ask *ask,
                       struct axis *axis, struct actives_answer *out)
{
    i64 *counts = NULL, stride = 0;
    str prop = prop_of(ask->by);
    if (!str_empty(ask->by) && !prop.at) return by_field(c, b, ask, axis, out);
    if (prop.at) {
        TRY(by_prop(c, b, prop, out, &counts));
        stride = out->values.n;
        drop_empty_last(b, counts, stride, out);
    }
    fill(c, b, run(c, b, 1, by_rows), counts, stride, out);
    return OK;
}

static str how(struct ctx *c, const struct being_active *b, const struct actives_ask *ask,
               struct buf *notes)
{
    static const struct {
        const char *zh, *en;
    } units[] = { { "日", "day" }, { "周", "week" }, { "月", "month" } };
    struct buf out = { .arena = c->arena };
    buf_fmt(&out,
            c->locale == ZH ? "每%s做过“" STR_FMT "”的会员数，同一会员一%s计一次。"
                            : "Members who did it a %s: \"" STR_FMT
                              "\"; a member counts once a %s. ",
            c->locale == ZH ? units[ask->unit].zh : units[ask->unit].en,
            STR_ARG(meant_words(c, ask->event)),
            c->locale == ZH ? units[ask->unit].zh : units[ask->unit].en);
    if (ask->by.n)
        buf_fmt(&out,
                c->locale == ZH ? "按 " STR_FMT " 分开，至多 %d 个值，其余合并；"
                                  "一位会员可以计入几个值。"
                                : "By " STR_FMT
                                  ", at most %d values, the rest together; a member may"
                                  " count in several. ",
                STR_ARG(ask->by), QUESTION_VALUES);
    if (b->axis && b->axis->source.past_unknown)
        buf_add(&out, say(c, S("分组字段的过去不可知，取现值。"),
                          S("The past of the field parted by is not known: as it stands now. ")));
    if (b->days.n) say_days(c, &b->days, &out);
    say_rows(c, &b->at, notes, &out);
    question_say_about(c, b->q, &out);
    return buf_str(&out);
}

enum err actives_make(struct ctx *c, const struct actives_ask *ask, struct actives_answer *out)
{
    struct question q;
    struct axis axis;
    struct buf notes = { .arena = c->arena };
    struct being_active *b = NEW(c->arena, struct being_active);
    *out = (struct actives_answer){ 0 };
    TRY(days_read(c, ask->from, ask->to, &b->days));
    TRY(question_begin(c, ask->segment, ask->at, ask->seq, &q));
    b->q = &q;
    struct meant *one = &b->meant;
    if (prop_of(ask->by).at && !prop_of(ask->by).n)
        return fail_at(c, E_INVALID, S("/by"), "prop: 后面要写属性名，如 prop:touchpoint",
                       "prop: is followed by a property's name, as in prop:touchpoint");
    TRY(meant_read(c, &q, ask->event, "/event", &notes, one));
    TRY(rows_find(c, &q, &one, 1, prop_of(ask->by), &b->at));
    TRY(days_settle(c, &q, &b->at, &one->rows, &b->days));
    places_make(b, ask->unit);
    TRY(answer(c, b, ask, &axis, out));
    out->how = how(c, b, ask, &notes);
    out->took_us = question_took(&q);
    return OK;
}
