/* cells.c -- RFM from the index: every buyer's recency, frequency and amount, banded by the
 * settings rfm.*.
 *
 * What R, F, M, bands and types are stands in worth/rfm.h. A chunk in which nobody bought before
 * the window or after at is answered by columns alone.
 */
#include "audience/index/gather.h"
#include "audience/question/axis.h"
#include "audience/question_fields.h"
#include "worth/rfm.h"

SHAPE_DEFINE(cells_ask);
SHAPE_DEFINE(cell_row);
SHAPE_DEFINE(cell_type);
SHAPE_DEFINE(cells);

/* -- figures of a chunk ----------------------------------------------------------------------- */

struct figures {
    const struct rfm_rule *rule;
    instant since;           /* the window's beginning */
    i64 at[RFM_AXES][CHUNK]; /* of those who bought; the others mean nothing */
    chunk_bits bought;
};

static void figures_by(struct figures *f, const struct rfm_rule *rule)
{
    f->rule = rule;
    f->since = rfm_since(rule);
}

static instant row_at(const struct run *r, i64 row)
{
    return r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

/* Rows of a member rise in time: from the last one before at, back to the window's beginning. */
static void member_figures(struct figures *f, const struct run *r, i64 k)
{
    const struct rfm_rule *rule = f->rule;
    bool days = rule->frequency_of == RFM_DAYS;
    i64 first = r->offset[k], row = (i64)r->offset[k + 1] - 1, i = r->first + k;
    while (row >= first && row_at(r, row) >= rule->at) row--;
    if (row < first) return;
    f->bought[i / 64] |= 1ull << (i % 64);
    f->at[RFM_R][i] = rfm_recency(rule, row_at(r, row));
    i64 frequency = 0, amount = 0, last_day = -1;
    for (; row >= first && row_at(r, row) >= f->since; row--) {
        frequency += !days || r->day[row] != last_day;
        last_day = r->day[row];
        amount += run_value(r, row);
    }
    f->at[RFM_F][i] = frequency;
    f->at[RFM_M][i] = rfm_monetary(rule, amount, frequency);
}

static void run_figures(void *arg, const struct run *r)
{
    for (i64 k = 0; k < r->n; k++)
        if (r->offset[k] < r->offset[k + 1]) member_figures(arg, r, k);
}

/* -- everybody -------------------------------------------------------------------------------- */

struct counting {
    const struct question *q;
    struct rfm_rule rule;
    struct rfm_scale scale;
    i64 columns[4]; /* last_order, orders, spent, first_order; -1 */
    struct figures *figures[CHUNK_WORKERS];
    i64 *cells[CHUNK_WORKERS];
    enum { COUNT_CELLS, SUM_FIGURES } what;
    __int128 sums[CHUNK_WORKERS][RFM_AXES];
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
    const struct rfm_rule *r = &w->rule;
    const struct rfm_scale *s = &w->scale;
    const struct part *p[4];
    if (r->frequency_of != RFM_ORDERS || r->monetary_of != RFM_TOTAL || r->cuts != RFM_FIXED)
        return false;
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        if (s->cuts[axis] != 2) return false;
    for (int i = 0; i < 4; i++) {
        if (w->columns[i] < 0) return false;
        p[i] = view_part(w->q->view, chunk, w->columns[i]);
    }
    if (!p[0] || !p[3] || p[0]->high >= r->at || p[3]->low < rfm_since(r)) return false;
    const i64 cuts[3][2] = { { r->at - s->cut[RFM_R][0] * DAY_MS + 1,
                               r->at - s->cut[RFM_R][1] * DAY_MS + 1 },
                             { s->cut[RFM_F][1], s->cut[RFM_F][0] },
                             { s->cut[RFM_M][1], s->cut[RFM_M][0] } };
    i64 counts[27] = { 0 };
    chunk_bits bought;
    part_known(p[0], bought);
    chunk_within(w->q, chunk, bought);
    parts_cells(p, cuts, bought, counts);
    for (int i = 0; i < 27; i++) cells[26 - i] += counts[i]; /* band 0 of a kernel is the best */
    return true;
}

static void count_chunk(void *arg, int worker, i64 chunk)
{
    struct counting *w = arg;
    struct figures *f = w->figures[worker];
    const struct rfm_scale *s = &w->scale;
    if (w->what == COUNT_CELLS && by_columns(w, chunk, w->cells[worker])) return;
    chunk_figures(w->q, chunk, f);
    for (i64 word = 0; word < CHUNK_WORDS; word++)
        for (u64 left = f->bought[word]; left; left &= left - 1) {
            i64 i = word * 64 + __builtin_ctzll(left), cell = 0;
            w->n[worker]++;
            for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
                if (w->what == SUM_FIGURES) w->sums[worker][axis] += f->at[axis][i];
                else cell = cell * rfm_bands(s, axis) + rfm_band(s, axis, f->at[axis][i]) - 1;
            }
            if (w->what == COUNT_CELLS) w->cells[worker][cell]++;
        }
}

/* -- cuts that depend on everybody ------------------------------------------------------------ */

struct axis_figures {
    const struct question *q;
    const struct rfm_rule *rule;
    enum rfm_axis axis;
};

static void fill_axis(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known)
{
    const struct axis_figures *a = arg;
    struct arena *scratch = arena_new();
    struct figures *f = NEW(scratch, struct figures);
    figures_by(f, a->rule);
    chunk_figures(a->q, chunk, f);
    memcpy(values, f->at[a->axis], sizeof f->at[a->axis]);
    bits_copy(known, f->bought);
    arena_free(scratch);
}

static void cuts_by_quantile(struct ctx *c, struct counting *w)
{
    struct rfm_scale *s = &w->scale;
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        struct axis_figures of = { w->q, &w->rule, axis };
        struct numbers numbers = { fill_axis, &of, view_chunks(w->q->view) };
        struct number_facts facts;
        i64 places[RFM_CUTS_MAX];
        numbers_facts(c, &numbers, &facts);
        if (!facts.n) return;
        for (int j = 0; j < s->cuts[axis]; j++) places[j] = rfm_quantile_place(s, axis, facts.n, j);
        numbers_at(c, &numbers, &facts, places, s->cuts[axis], s->cut[axis]);
    }
}

static void cuts_by_mean(struct counting *w)
{
    w->what = SUM_FIGURES;
    chunks_run(view_chunks(w->q->view), count_chunk, w);
    i64 n = w->n[0] + w->n[1];
    for (enum rfm_axis axis = 0; n && axis < RFM_AXES; axis++)
        rfm_scale_mean(&w->scale, axis, w->sums[0][axis] + w->sums[1][axis], n);
    w->what = COUNT_CELLS;
    w->n[0] = w->n[1] = 0;
}

/* -- the answer ------------------------------------------------------------------------------- */

static void cells_of(struct ctx *c, struct counting *w, struct cells *out)
{
    struct rfm_scale *s = &w->scale;
    i64 i = 0;
    for (i64 r = 1; r <= rfm_bands(s, RFM_R); r++)
        for (i64 f = 1; f <= rfm_bands(s, RFM_F); f++)
            for (i64 m = 1; m <= rfm_bands(s, RFM_M); m++, i++) {
                i64 members = w->cells[0][i] + w->cells[1][i];
                *PUSH(c->arena, &out->cells) = (struct cell_row){ r, f, m, members };
                s->n += members;
                s->bands_sum[RFM_R] += r * members;
                s->bands_sum[RFM_F] += f * members;
                s->bands_sum[RFM_M] += m * members;
            }
    out->members = s->n;
}

static void types_of(struct ctx *c, const struct rfm_scale *s, struct cells *out)
{
    for (int t = 0; t < RFM_TYPES; t++) {
        const struct rfm_type *type = &rfm_types[t];
        *PUSH(c->arena, &out->types) =
            (struct cell_type){ str_of(type->id), str_of(type->zh), str_of(type->en), 0 };
    }
    for (i64 i = 0; i < out->cells.n; i++) {
        const struct cell_row *cell = &out->cells.at[i];
        const u8 band[RFM_AXES] = { (u8)cell->r, (u8)cell->f, (u8)cell->m };
        out->types.at[rfm_type_of_bands(s, band)].members += cell->members;
    }
}

static void cuts_words(struct ctx *c, const struct rfm_scale *s, struct buf *out)
{
    static const char *const zh[RFM_AXES] = { "R（距最近一次购买的整天数）少于 ", "；F 不少于 ",
                                              "；M 不少于 " };
    static const char *const en[RFM_AXES] = { "R (whole days since the last purchase) below ",
                                              "; F at least ", "; M at least " };
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        buf_add(out, say(c, str_of(zh[axis]), str_of(en[axis])));
        for (i64 i = 0; i < s->cuts[axis]; i++) {
            if (i) buf_add(out, S(", "));
            buf_add(out, axis == RFM_M ? number_words(c, FIELD_IS_MONEY, s->cut[axis][i])
                                       : number_words(c, FIELD_IS_COUNT, s->cut[axis][i]));
        }
    }
}

static str how_of(struct ctx *c, const struct counting *w)
{
    static const char *const by[][2] = { [RFM_FIXED] = { "固定", "as given" },
                                         [RFM_QUANTILE] = { "按人数均分", "by quantile" },
                                         [RFM_MEAN] = { "按均值", "at the mean" } };
    const struct rfm_rule *r = &w->rule;
    bool by_day = r->frequency_of == RFM_DAYS, average = r->monetary_of == RFM_AVERAGE;
    struct buf out = { .arena = c->arena };
    str days = r->window_days ? str_fmt(c->arena, "%lld", (long long)r->window_days)
                              : say(c, S("全部"), S("all"));
    cuts_words(c, &w->scale, &out);
    buf_fmt(
        &out,
        c->locale == ZH ? "，各高一段（1 最低）；分段%s；F 按%s，M 按%s，看最近 " STR_FMT " 天；"
                          "购买：已付款且退款后仍有金额的订单。%s"
                        : ": one band higher each (1 is the worst); cuts %s; F counts %s, M is %s, "
                          "over " STR_FMT
                          " days; purchases are paid orders with something left after refunds. %s",
        by[r->cuts][c->locale == ZH ? 0 : 1],
        c->locale == ZH ? (by_day ? "购买天数" : "订单数") : (by_day ? "days" : "orders"),
        c->locale == ZH ? (average ? "每次平均" : "合计") : (average ? "their average" : "in all"),
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
    TRY(rfm_rule_read(c, &(struct rfm_ask){ 0 }, &w->rule));
    w->rule.at = q.at;
    rfm_scale_given(&w->rule, &w->scale);
    for (int i = 0; i < 4; i++) w->columns[i] = view_column(q.view, str_of(columns[i]));
    for (int k = 0; k < CHUNK_WORKERS; k++) {
        w->figures[k] = NEW(c->arena, struct figures);
        figures_by(w->figures[k], &w->rule);
        w->cells[k] = NEWS(c->arena, i64, RFM_BANDS_MAX * RFM_BANDS_MAX * RFM_BANDS_MAX);
    }
    if (w->rule.cuts == RFM_QUANTILE) cuts_by_quantile(c, w);
    if (w->rule.cuts == RFM_MEAN) cuts_by_mean(w);
    chunks_run(view_chunks(q.view), count_chunk, w);
    cells_of(c, w, out);
    types_of(c, &w->scale, out);
    out->how = how_of(c, w);
    out->took_us = question_took(&q);
    return OK;
}
