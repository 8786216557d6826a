/* cells.c -- RFM from the index: every buyer's recency, frequency and amount, banded by the
 * settings rfm.*.
 *
 * Words as in the report of the same name: R is whole days since the last purchase before at, F and
 * M are of the window; k cuts make k + 1 bands, 1 is the worst; equal figures share a band. A chunk
 * in which nobody bought before the window or after at is answered by columns alone.
 */
#include "audience/index/gather.h"
#include "audience/question/axis.h"
#include "audience/question_fields.h"
#include "store/setting.h"

#include <assert.h>

SHAPE_DEFINE(cells_ask);
SHAPE_DEFINE(cell_row);
SHAPE_DEFINE(cell_type);
SHAPE_DEFINE(cells);

enum { R, F, M, AXES };
#define CUTS_MAX 9
#define BANDS    (CUTS_MAX + 1)

struct rule {
    instant at, from;
    i64 window_days;
    bool days, average, high_mean;
    enum { FIXED, QUANTILE, MEAN } cuts_by;
    i64 cut[AXES][CUTS_MAX], cuts[AXES];
};

static enum err rule_is(struct ctx *c, const char *setting, const char *value, bool *out)
{
    str text;
    TRY(setting_text(c, setting, &text));
    *out = str_eq(text, str_of(value));
    return OK;
}

static enum err rule_read(struct ctx *c, instant at, struct rule *out)
{
    static const char *const names[AXES] = { "rfm.recency_days", "rfm.frequency", "rfm.monetary" };
    bool quantile, mean;
    *out = (struct rule){ .at = at };
    TRY(setting_i64(c, "rfm.window_days", &out->window_days));
    out->from = out->window_days ? at - out->window_days * DAY_MS : INT64_MIN;
    TRY(rule_is(c, "rfm.frequency_of", "days", &out->days));
    TRY(rule_is(c, "rfm.monetary_of", "average", &out->average));
    TRY(rule_is(c, "rfm.high", "mean", &out->high_mean));
    TRY(rule_is(c, "rfm.cuts", "quantile", &quantile));
    TRY(rule_is(c, "rfm.cuts", "mean", &mean));
    out->cuts_by = quantile ? QUANTILE : mean ? MEAN : FIXED;
    for (int axis = 0; axis < AXES; axis++) {
        ints cuts;
        TRY(setting_list(c, names[axis], &cuts));
        assert(cuts.n <= CUTS_MAX); /* checked when it was set */
        out->cuts[axis] = cuts.n;
        for (i64 i = 0; i < cuts.n; i++) out->cut[axis][i] = cuts.at[i];
    }
    return OK;
}

/* -- figures of a chunk ----------------------------------------------------------------------- */

struct figures {
    const struct rule *rule;
    i64 at[AXES][CHUNK]; /* of those who bought; the others mean nothing */
    chunk_bits bought;
};

static instant row_at(const struct run *r, i64 row)
{
    return r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

/* Rows of a member rise in time: from the last one before at, back to the window's beginning. */
static void member_figures(struct figures *f, const struct run *r, i64 k)
{
    const struct rule *rule = f->rule;
    i64 first = r->offset[k], row = (i64)r->offset[k + 1] - 1, i = r->first + k;
    while (row >= first && row_at(r, row) >= rule->at) row--;
    if (row < first) return;
    f->bought[i / 64] |= 1ull << (i % 64);
    f->at[R][i] = (rule->at - row_at(r, row)) / DAY_MS;
    i64 frequency = 0, amount = 0, last_day = -1;
    for (; row >= first && row_at(r, row) >= rule->from; row--) {
        frequency += !rule->days || r->day[row] != last_day;
        last_day = r->day[row];
        amount += run_value(r, row);
    }
    f->at[F][i] = frequency;
    f->at[M][i] = !rule->average ? amount : frequency ? amount / frequency : 0;
}

static void run_figures(void *arg, const struct run *r)
{
    for (i64 k = 0; k < r->n; k++)
        if (r->offset[k] < r->offset[k + 1]) member_figures(arg, r, k);
}

/* -- everybody -------------------------------------------------------------------------------- */

struct counting {
    const struct question *q;
    struct rule rule;
    i64 columns[4]; /* last_order, orders, spent, first_order; -1 */
    struct figures *figures[CHUNK_WORKERS];
    i64 *cells[CHUNK_WORKERS];
    enum { COUNT_CELLS, SUM_FIGURES } what;
    __int128 sums[CHUNK_WORKERS][AXES];
    i64 n[CHUNK_WORKERS];
};

/* Everybody who bought counts, the erased too, as in the report; with a segment only its members.
 */
static void chunk_within(const struct question *q, i64 chunk, chunk_bits bought)
{
    if (q->tree) bits_and(bought, set_of_chunk(&q->set, chunk));
}

static void chunk_figures(const struct question *q, i64 chunk, struct figures *f)
{
    bits_fill(f->bought, false);
    view_runs(q->view, chunk, SOURCE_PURCHASES, run_figures, f);
    chunk_within(q, chunk, f->bought);
}

/* Two cuts an axis, plain counts and sums, and no purchase outside the window: the columns of all
 * time are those of the window. */
static bool by_columns(const struct counting *w, i64 chunk, i64 cells[27])
{
    const struct rule *r = &w->rule;
    const struct part *p[4];
    if (r->days || r->average || r->cuts_by != FIXED) return false;
    for (int axis = 0; axis < AXES; axis++)
        if (r->cuts[axis] != 2) return false;
    for (int i = 0; i < 4; i++) {
        if (w->columns[i] < 0) return false;
        p[i] = view_part(w->q->view, chunk, w->columns[i]);
    }
    if (!p[0] || !p[3] || p[0]->high >= r->at || p[3]->low < r->from) return false;
    const i64 cuts[3][2] = { { r->at - r->cut[R][0] * DAY_MS + 1,
                               r->at - r->cut[R][1] * DAY_MS + 1 },
                             { r->cut[F][1], r->cut[F][0] },
                             { r->cut[M][1], r->cut[M][0] } };
    i64 counts[27] = { 0 };
    chunk_bits bought;
    part_known(p[0], bought);
    chunk_within(w->q, chunk, bought);
    parts_cells(p, cuts, bought, counts);
    for (int i = 0; i < 27; i++) cells[26 - i] += counts[i]; /* band 0 of a kernel is the best */
    return true;
}

static i64 band_of(const struct rule *r, int axis, i64 figure)
{
    i64 band = 0;
    for (i64 i = 0; i < r->cuts[axis]; i++)
        band += axis == R ? figure < r->cut[axis][i] : figure >= r->cut[axis][i];
    return band;
}

static i64 bands(const struct rule *r, int axis) { return r->cuts[axis] + 1; }

static void count_chunk(void *arg, int worker, i64 chunk)
{
    struct counting *w = arg;
    struct figures *f = w->figures[worker];
    const struct rule *r = &w->rule;
    if (w->what == COUNT_CELLS && by_columns(w, chunk, w->cells[worker])) return;
    chunk_figures(w->q, chunk, f);
    for (i64 word = 0; word < CHUNK_WORDS; word++)
        for (u64 left = f->bought[word]; left; left &= left - 1) {
            i64 i = word * 64 + __builtin_ctzll(left), cell = 0;
            w->n[worker]++;
            for (int axis = 0; axis < AXES; axis++) {
                if (w->what == SUM_FIGURES) w->sums[worker][axis] += f->at[axis][i];
                else cell = cell * bands(r, axis) + band_of(r, axis, f->at[axis][i]);
            }
            if (w->what == COUNT_CELLS) w->cells[worker][cell]++;
        }
}

/* -- cuts that depend on everybody ------------------------------------------------------------ */

struct axis_figures {
    const struct question *q;
    const struct rule *rule;
    int axis;
};

static void fill_axis(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known)
{
    const struct axis_figures *a = arg;
    struct arena *scratch = arena_new();
    struct figures *f = NEW(scratch, struct figures);
    f->rule = a->rule;
    chunk_figures(a->q, chunk, f);
    memcpy(values, f->at[a->axis], sizeof f->at[a->axis]);
    bits_copy(known, f->bought);
    arena_free(scratch);
}

static void cuts_by_quantile(struct ctx *c, const struct question *q, struct rule *r)
{
    struct rule asked = *r;
    for (int axis = 0; axis < AXES; axis++) {
        struct axis_figures of = { q, &asked, axis };
        struct numbers numbers = { fill_axis, &of, view_chunks(q->view) };
        struct number_facts facts;
        i64 places[CUTS_MAX];
        numbers_facts(c, &numbers, &facts);
        if (!facts.n) return;
        for (i64 i = 0; i < r->cuts[axis]; i++) places[i] = (i + 1) * facts.n / (r->cuts[axis] + 1);
        numbers_at(c, &numbers, &facts, places, r->cuts[axis], r->cut[axis]);
    }
}

/* Better than the mean: days < sum / n is days < ceiling; figure > sum / n is figure >= floor + 1.
 */
static void cuts_by_mean(struct counting *w)
{
    w->what = SUM_FIGURES;
    chunks_run(view_chunks(w->q->view), count_chunk, w);
    i64 n = w->n[0] + w->n[1];
    for (int axis = 0; n && axis < AXES; axis++) {
        __int128 sum = w->sums[0][axis] + w->sums[1][axis];
        w->rule.cuts[axis] = 1;
        w->rule.cut[axis][0] = (i64)(axis == R ? sum / n + (sum % n != 0) : sum / n + 1);
    }
    w->what = COUNT_CELLS;
    w->n[0] = w->n[1] = 0;
}

/* -- types ------------------------------------------------------------------------------------ */

/* As the trade has them: 重要 is a high M; 价值 R and F, 发展 R, 保持 F, 挽留 neither. */
static const struct {
    bool high[AXES];
    const char *type, *zh, *en;
} types[] = {
    { { true, true, true }, "important_value", "重要价值", "Important: value" },
    { { true, false, true }, "important_develop", "重要发展", "Important: develop" },
    { { false, true, true }, "important_keep", "重要保持", "Important: keep" },
    { { false, false, true }, "important_win_back", "重要挽留", "Important: win back" },
    { { true, true, false }, "general_value", "一般价值", "General: value" },
    { { true, false, false }, "general_develop", "一般发展", "General: develop" },
    { { false, true, false }, "general_keep", "一般保持", "General: keep" },
    { { false, false, false }, "general_win_back", "一般挽留", "General: win back" },
};

static void types_of(struct ctx *c, const struct rule *r, struct cells *out)
{
    i64 sum[AXES] = { 0 };
    for (i64 i = 0; i < out->cells.n; i++) {
        const struct cell_row *cell = &out->cells.at[i];
        sum[R] += cell->r * cell->members;
        sum[F] += cell->f * cell->members;
        sum[M] += cell->m * cell->members;
    }
    for (i64 t = 0; t < COUNT(types); t++) {
        struct cell_type *row = PUSH(c->arena, &out->types);
        *row = (struct cell_type){ str_of(types[t].type), str_of(types[t].zh), str_of(types[t].en),
                                   0 };
        for (i64 i = 0; i < out->cells.n; i++) {
            const struct cell_row *cell = &out->cells.at[i];
            const i64 band[AXES] = { cell->r, cell->f, cell->m };
            bool same = true;
            for (int axis = 0; axis < AXES; axis++)
                same &= types[t].high[axis] == (r->high_mean ? band[axis] * out->members > sum[axis]
                                                             : band[axis] == bands(r, axis));
            if (same) row->members += cell->members;
        }
    }
}

/* -- the answer ------------------------------------------------------------------------------- */

static void cells_of(struct ctx *c, const struct counting *w, struct cells *out)
{
    const struct rule *r = &w->rule;
    i64 i = 0;
    for (i64 a = 1; a <= bands(r, R); a++)
        for (i64 b = 1; b <= bands(r, F); b++)
            for (i64 m = 1; m <= bands(r, M); m++, i++) {
                i64 members = w->cells[0][i] + w->cells[1][i];
                *PUSH(c->arena, &out->cells) = (struct cell_row){ a, b, m, members };
                out->members += members;
            }
}

static void cuts_words(struct ctx *c, const struct rule *r, struct buf *out)
{
    static const char *const zh[AXES] = { "R（距最近一次购买的整天数）少于 ", "；F 不少于 ",
                                          "；M 不少于 " };
    static const char *const en[AXES] = { "R (whole days since the last purchase) below ",
                                          "; F at least ", "; M at least " };
    for (int axis = 0; axis < AXES; axis++) {
        buf_add(out, say(c, str_of(zh[axis]), str_of(en[axis])));
        for (i64 i = 0; i < r->cuts[axis]; i++) {
            if (i) buf_add(out, S(", "));
            buf_add(out, axis == M ? number_words(c, FIELD_IS_MONEY, r->cut[axis][i])
                                   : number_words(c, FIELD_IS_COUNT, r->cut[axis][i]));
        }
    }
}

static str how_of(struct ctx *c, const struct counting *w)
{
    static const char *const by[][2] = { { "固定", "as given" },
                                         { "按人数均分", "by quantile" },
                                         { "按均值", "at the mean" } };
    const struct rule *r = &w->rule;
    struct buf out = { .arena = c->arena };
    str days = r->window_days ? str_fmt(c->arena, "%lld", (long long)r->window_days)
                              : say(c, S("全部"), S("all"));
    cuts_words(c, r, &out);
    buf_fmt(&out,
            c->locale == ZH
                ? "，各高一段（1 最低）；分段%s；F 按%s，M 按%s，看最近 " STR_FMT " 天；"
                  "购买：已付款且退款后仍有金额的订单。%s"
                : ": one band higher each (1 is the worst); cuts %s; F counts %s, M is %s, "
                  "over " STR_FMT
                  " days; purchases are paid orders with something left after refunds. %s",
            by[r->cuts_by][c->locale == ZH ? 0 : 1],
            c->locale == ZH ? (r->days ? "购买天数" : "订单数") : (r->days ? "days" : "orders"),
            c->locale == ZH ? (r->average ? "每次平均" : "合计")
                            : (r->average ? "their average" : "in all"),
            STR_ARG(days),
            w->q->tree        ? ""
            : c->locale == ZH ? "买过的人都算，包括已删除的会员（订单仍在）。"
                              : "Everybody who bought counts, erased members too: orders outlive "
                                "the person. ");
    question_say_about(c, w->q, &out);
    return buf_str(&out);
}

enum err question_cells(struct ctx *c, const struct cells_ask *in, struct cells *out)
{
    static const char *const columns[4] = { "last_order", "orders", "spent", "first_order" };
    struct question q;
    *out = (struct cells){ 0 };
    TRY(question_begin(c, in->segment, in->at, in->seq, &q));
    struct counting *w = NEW(c->arena, struct counting);
    w->q = &q;
    TRY(rule_read(c, q.at, &w->rule));
    for (int i = 0; i < 4; i++) w->columns[i] = view_column(q.view, str_of(columns[i]));
    for (int k = 0; k < CHUNK_WORKERS; k++) {
        w->figures[k] = NEW(c->arena, struct figures);
        w->figures[k]->rule = &w->rule;
        w->cells[k] = NEWS(c->arena, i64, BANDS * BANDS * BANDS);
    }
    if (w->rule.cuts_by == QUANTILE) cuts_by_quantile(c, &q, &w->rule);
    if (w->rule.cuts_by == MEAN) cuts_by_mean(w);
    chunks_run(view_chunks(q.view), count_chunk, w);
    cells_of(c, w, out);
    types_of(c, &w->rule, out);
    out->how = how_of(c, w);
    out->took_us = question_took(&q);
    return OK;
}
