/* blocks_sales.c -- blocks of money and orders: metrics beside both periods, the course of the
 * days, the GMV tree, and who made the difference. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/inside.h"
#include "insight/period.h"
#include "insight/report/inside.h"

/* -- metrics, a row each ----------------------------------------------------------------------- */

static str on_label(struct making *m, int period)
{
    return str_fmt(m->c->arena, m->c->locale == ZH ? "比" STR_FMT : "On " STR_FMT,
                   STR_ARG(period_label(m, period)));
}

static void change_columns(struct making *m, struct report_block *out)
{
    add_column(m, out, "now", period_head(m, NOW), REPORT_ROW);
    add_column(m, out, "before", period_head(m, BEFORE), REPORT_ROW);
    add_column(m, out, "change", on_label(m, BEFORE), REPORT_CHANGE);
    add_column(m, out, "beside", period_head(m, BESIDE), REPORT_ROW);
    add_column(m, out, "change_beside", on_label(m, BESIDE), REPORT_CHANGE);
}

static void change_cells(struct making *m, struct report_row *row, const opt_i64 v[PERIODS])
{
    add_value(m, row, row->unit, v[NOW]);
    add_value(m, row, row->unit, v[BEFORE]);
    add_value(m, row, REPORT_CHANGE, change_of(v[NOW], v[BEFORE]));
    add_value(m, row, row->unit, v[BESIDE]);
    add_value(m, row, REPORT_CHANGE, change_of(v[NOW], v[BESIDE]));
}

/* what: names of metrics. Each is a row, and the first two are sentences; so are those that moved
 * by a fifth or more. */
#define MOVED_MUCH 200000

enum err metrics_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    strs names = str_split(m->c->arena, str_of(row->what), ' ');
    const struct metric_totals *t[PERIODS];
    COLUMN(m, out, "metric", "指标", "Figure", REPORT_TEXT);
    change_columns(m, out);
    for (int p = 0; p < PERIODS; p++) TRY(totals_of(m, m->days[p], true, &t[p]));
    for (i64 i = 0; i < names.n; i++) {
        const struct metric *metric = metric_named(str_z(m->c->arena, names.at[i]));
        opt_i64 v[PERIODS];
        for (int p = 0; p < PERIODS; p++) v[p] = metric_value(metric, t[p]);
        struct report_row *r = add_row(m, out, unit_of(metric));
        add_text(m, r, metric_label(m, metric));
        change_cells(m, r, v);
        opt_i64 change = change_of(v[NOW], v[BEFORE]);
        bool much = change.has && (change.value >= MOVED_MUCH || change.value <= -MOVED_MUCH);
        if (i < 2 || (much && out->sentences.n < 6))
            say_sentence(m, out, tone_of(metric, v[NOW], v[BEFORE]), metric_sentence(m, metric, v));
    }
    return OK;
}

/* -- the course of the days -------------------------------------------------------------------- */

static str step_name(struct making *m, enum metric_step step, day d)
{
    struct civil at = day_civil(d);
    switch (step) {
    case STEP_MONTH: return str_fmt(m->c->arena, "%d-%02d", at.year, at.month);
    case STEP_QUARTER: return str_fmt(m->c->arena, "%d Q%d", at.year, (at.month - 1) / 3 + 1);
    default: return day_text(m->c->arena, d);
    }
}

static const char *const course[] = { "net_sales", "orders", "buyers", "new_buyers" };

static void course_columns(struct making *m, struct report_block *out, enum metric_step step)
{
    static const char *const zh[] = { "日期", "周（起始日）", "月", "季度", "年" };
    static const char *const en[] = { "Day", "Week from", "Month", "Quarter", "Year" };
    add_column(m, out, "step", say(m->c, str_of(zh[step]), str_of(en[step])), REPORT_TEXT);
    for (i64 k = 0; k < COUNT(course); k++) {
        const struct metric *metric = metric_named(course[k]);
        add_column(m, out, metric->name, metric_label(m, metric), unit_of(metric));
    }
}

static enum err course_read(struct making *m, struct report_days days, enum metric_step step,
                            const struct metric_point_list *of[])
{
    for (i64 k = 0; k < COUNT(course); k++) TRY(series_of_metric(m, course[k], days, step, &of[k]));
    return OK;
}

/* Text of a point is text of a cell. */
static void course_rows(struct making *m, struct report_block *out, enum metric_step step,
                        const struct metric_point_list *const of[])
{
    for (i64 i = 0; i < of[0]->n; i++) {
        struct report_row *row = add_row(m, out, REPORT_TEXT);
        add_text(m, row, step_name(m, step, of[0]->at[i].from));
        for (i64 k = 0; k < COUNT(course); k++) add_text(m, row, of[k]->at[i].value);
    }
}

/* The best and the worst of them, by the first column of figures. */
static void say_ends(struct making *m, struct report_block *out)
{
    i64 best = 0, worst = 0;
    f64 v, high = 0, low = 0;
    const struct report_column *column = &out->columns.at[1];
    for (i64 i = 0; i < out->rows.n; i++) {
        if (!cell_number(column, &out->rows.at[i], 1, &v)) continue;
        if (i == 0 || v > high) best = i, high = v;
        if (i == 0 || v < low) worst = i, low = v;
    }
    if (out->rows.n < 2) return;
    struct arena *a = m->c->arena;
    money most, least;
    const struct report_cell *b = out->rows.at[best].cells.at, *w = out->rows.at[worst].cells.at;
    if (!money_parse(b[1].value, &most) || !money_parse(w[1].value, &least)) return;
    if (most == least) {
        say_sentence(m, out, TONE_PLAIN,
                     str_fmt(a,
                             m->c->locale == ZH ? STR_FMT "每一期都是 " STR_FMT "。"
                                                : STR_FMT " was " STR_FMT " in each of them.",
                             STR_ARG(column->label),
                             STR_ARG(figure_text(m, REPORT_MONEY, SOME(most)))));
        return;
    }
    say_sentence(m, out, TONE_PLAIN,
                 str_fmt(a,
                         m->c->locale == ZH ? STR_FMT "最高 " STR_FMT "（" STR_FMT
                                                      "），最低 " STR_FMT "（" STR_FMT "）。"
                                            : STR_FMT ": at most " STR_FMT " (" STR_FMT
                                                      "), at least " STR_FMT " (" STR_FMT ").",
                         STR_ARG(column->label), STR_ARG(figure_text(m, REPORT_MONEY, SOME(most))),
                         STR_ARG(b[0].value), STR_ARG(figure_text(m, REPORT_MONEY, SOME(least))),
                         STR_ARG(w[0].value)));
}

/* The last of them beside the mean of those before it. */
static void say_beside_mean(struct making *m, struct report_block *out)
{
    i64 n = out->rows.n - 1;
    money v, now = 0, sum = 0;
    for (i64 i = 0; i <= n; i++) {
        if (!money_parse(out->rows.at[i].cells.at[1].value, &v)) return;
        if (i < n) sum += v;
        else now = v;
    }
    if (n < 1) return;
    opt_i64 mean = SOME(average_of(sum, n)), change = change_of(SOME(now), mean);
    str figure = figure_text(m, REPORT_MONEY, SOME(now)),
        by = figure_text(m, REPORT_CHANGE, change), was = figure_text(m, REPORT_MONEY, mean);
    say_sentence(m, out, tone_of(metric_named(course[0]), SOME(now), mean),
                 str_fmt(m->c->arena,
                         m->c->locale == ZH ? STR_FMT " " STR_FMT "，比此前 %lld 期平均 " STR_FMT
                                                      "（" STR_FMT "）。"
                                            : STR_FMT
                             " " STR_FMT ", beside the mean of the %lld before: " STR_FMT
                             " (" STR_FMT ").",
                         STR_ARG(out->columns.at[1].label), STR_ARG(figure), (long long)n,
                         STR_ARG(by), STR_ARG(was)));
}

static str run_title(struct making *m)
{
    static const char *const zh[] = { "近 %d 天走势", "近 %d 周走势", "近 %d 个月走势",
                                      "近 %d 个季度走势", "近 %d 年走势" };
    static const char *const en[] = { "The last %d days", "The last %d weeks", "The last %d months",
                                      "The last %d quarters", "The last %d years" };
    return str_fmt(m->c->arena, (m->c->locale == ZH ? zh : en)[m->row->run], m->row->runs);
}

enum err run_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    const struct metric_point_list *of[COUNT(course)];
    (void)row;
    out->title = run_title(m);
    TRY(course_read(m, report_run(m), m->row->run, of));
    course_columns(m, out, m->row->run);
    course_rows(m, out, m->row->run, of);
    say_beside_mean(m, out);
    say_ends(m, out);
    CHART(m, out, CHART_LINE, "净销售额", "Net sales", 1);
    CHART(m, out, CHART_LINE, "支付订单与购买人数", "Orders and buyers", 2, 3, 4);
    return OK;
}

/* The days of the period, each beside the one in the same place of the period before. */
enum err days_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    const struct metric_point_list *of[COUNT(course)], *before;
    enum metric_step step = m->row->step;
    (void)row;
    TRY(course_read(m, m->days[NOW], step, of));
    TRY(series_of_metric(m, course[0], m->days[BEFORE], step, &before));
    course_columns(m, out, step);
    add_column(m, out, "net_sales_before",
               str_fmt(m->c->arena, m->c->locale == ZH ? STR_FMT "净销售额" : "Net sales, " STR_FMT,
                       STR_ARG(period_label(m, BEFORE))),
               REPORT_MONEY);
    course_rows(m, out, step, of);
    for (i64 i = 0; i < out->rows.n; i++)
        add_text(m, &out->rows.at[i], i < before->n ? before->at[i].value : NO_STR);
    say_ends(m, out);
    CHART(m, out, CHART_LINE, "净销售额与上期", "Net sales and the period before", 1, 5);
    return OK;
}

/* -- why GMV changed --------------------------------------------------------------------------- */

static const enum report_unit factor_units[] = {
    [TREE_USERS] = REPORT_COUNT,          [TREE_CONVERSION] = REPORT_RATIO,
    [TREE_FREQUENCY] = REPORT_TIMES,      [TREE_ORDER_VALUE] = REPORT_MONEY,
    [TREE_UNKNOWN_BUYERS] = REPORT_MONEY,
};

/* As metrics round: counts whole, money to the ten-thousandth, else to the millionth. */
static opt_i64 factor_value(enum report_unit unit, opt_f64 v)
{
    f64 scale = unit == REPORT_COUNT ? 1 : unit == REPORT_MONEY ? (f64)MONEY_UNIT : 1e6;
    return v.has ? SOME((i64)(v.value * scale + 0.5)) : NONE;
}

enum err tree_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    int than = strcmp(row->what, "beside") == 0 ? BESIDE : BEFORE;
    const struct gmv_tree *t;
    TRY(tree_of(m, than, &t));
    say_sentence(m, out,
                 t->change > 0   ? TONE_GOOD
                 : t->change < 0 ? TONE_BAD
                                 : TONE_PLAIN,
                 t->sentence);
    COLUMN(m, out, "factor", "因子", "Factor", REPORT_TEXT);
    add_column(m, out, "then", period_head(m, than), REPORT_ROW);
    add_column(m, out, "now", period_head(m, NOW), REPORT_ROW);
    COLUMN(m, out, "contribution", "对变化的贡献", "Contribution", REPORT_MONEY);
    COLUMN(m, out, "change", "变化", "Change", REPORT_CHANGE);
    for (i64 i = 0; i < t->factors.n; i++) {
        const struct tree_factor *f = &t->factors.at[i];
        enum report_unit unit = factor_units[f->factor];
        opt_i64 then = factor_value(unit, f->a), now = factor_value(unit, f->b);
        struct report_row *r = add_row(m, out, unit);
        add_text(m, r, tree_factor_label(m->c, f->factor));
        add_value(m, r, unit, then);
        add_value(m, r, unit, now);
        add_value(m, r, REPORT_MONEY, f->contribution);
        add_value(m, r, REPORT_CHANGE, change_of(now, then));
    }
    struct report_row *whole = add_row(m, out, REPORT_MONEY);
    whole->rest = true;
    add_text(m, whole, S("GMV"));
    add_value(m, whole, REPORT_MONEY, SOME(t->gmv_before));
    add_value(m, whole, REPORT_MONEY, SOME(t->gmv));
    add_value(m, whole, REPORT_MONEY, SOME(t->change));
    add_value(m, whole, REPORT_CHANGE, change_of(SOME(t->gmv), SOME(t->gmv_before)));
    CHART(m, out, CHART_BAR, "各因子对 GMV 变化的贡献", "What each factor contributed", 3);
    out->note = say(
        m->c,
        S("GMV = 活跃用户 × 下单转化率 × 下单频次 × 下单笔单价，含未付款、已取消、已退款的订单；"
          "各因子的贡献加起来正好是 GMV 的变化。"),
        S("GMV = active users x conversion x frequency x value per order, unpaid, cancelled"
          " and refunded orders inside; the contributions add up to its change."));
    return OK;
}

/* -- who made the difference ------------------------------------------------------------------- */

static str part_name(struct making *m, const struct metric_group_totals *g)
{
    if (g->rest) return say(m->c, S("其他"), S("others"));
    return str_eq(g->value, S("未知")) ? say(m->c, S("未知"), S("unknown")) : g->value;
}

/* Whose net sales moved most; among: "各触点", "By touchpoint". */
static void say_mover(struct making *m, const struct metric_group_totals_list *parts,
                      struct report_block *out)
{
    str among = out->title;
    const struct metric_group_totals *most = NULL;
    i64 size = -1;
    for (i64 i = 0; i < parts->n; i++) {
        i64 by = parts->at[i].a.of[MEASURE_NET] - parts->at[i].b.of[MEASURE_NET];
        if ((by < 0 ? -by : by) > size) most = &parts->at[i], size = by < 0 ? -by : by;
    }
    if (!most) {
        say_sentence(m, out, TONE_PLAIN,
                     say(m->c, S("两期都没有订单，各部分的净销售额无定义。"),
                         S("There were no orders in either period: net sales by part are not"
                           " defined.")));
        return;
    }
    i64 now = most->a.of[MEASURE_NET], then = most->b.of[MEASURE_NET];
    str name = part_name(m, most), v = figure_text(m, REPORT_MONEY, SOME(now)),
        was = figure_text(m, REPORT_MONEY, SOME(then)),
        by = figure_text(m, REPORT_MONEY, SOME(size)), before = period_label(m, BEFORE);
    if (m->c->locale == ZH)
        say_sentence(m, out,
                     now > then   ? TONE_GOOD
                     : now < then ? TONE_BAD
                                  : TONE_PLAIN,
                     str_fmt(m->c->arena,
                             STR_FMT "中变化最大的是“" STR_FMT "”：净销售额 " STR_FMT "，比" STR_FMT
                                     "%s " STR_FMT "（" STR_FMT "）。",
                             STR_ARG(among), STR_ARG(name), STR_ARG(v), STR_ARG(before),
                             now < then ? "少" : "多", STR_ARG(by), STR_ARG(was)));
    else
        say_sentence(m, out,
                     now > then   ? TONE_GOOD
                     : now < then ? TONE_BAD
                                  : TONE_PLAIN,
                     str_fmt(m->c->arena,
                             STR_FMT ", \"" STR_FMT "\" moved most: net sales " STR_FMT ", " STR_FMT
                                     " %s than in " STR_FMT " (" STR_FMT ").",
                             STR_ARG(among), STR_ARG(name), STR_ARG(v), STR_ARG(by),
                             now < then ? "less" : "more", STR_ARG(before), STR_ARG(was)));
}

static void part_row(struct making *m, const struct metric_group_totals *g, i64 all,
                     struct report_block *out)
{
    const struct metric *refunds = metric_named("refund_rate");
    i64 now = g->a.of[MEASURE_NET], then = g->b.of[MEASURE_NET];
    struct report_row *r = add_row(m, out, REPORT_MONEY);
    r->rest = g->rest;
    add_text(m, r, part_name(m, g));
    add_value(m, r, REPORT_MONEY, SOME(now));
    add_value(m, r, REPORT_RATIO, share_of(now, all));
    add_value(m, r, REPORT_MONEY, SOME(then));
    add_value(m, r, REPORT_MONEY, SOME(now - then));
    add_value(m, r, REPORT_CHANGE, change_of(SOME(now), SOME(then)));
    add_value(m, r, REPORT_COUNT, SOME(g->a.of[MEASURE_ORDERS]));
    add_value(m, r, REPORT_COUNT, SOME(g->a.of[MEASURE_BUYERS]));
    add_value(m, r, REPORT_COUNT, SOME(g->a.of[MEASURE_NEW_BUYERS]));
    add_value(m, r, REPORT_RATIO, metric_value(refunds, &g->a));
}

static int most_now_first(const void *x, const void *y)
{
    const struct metric_group_totals *const *a = x, *const *b = y;
    i64 v = (*a)->a.of[MEASURE_NET], w = (*b)->a.of[MEASURE_NET];
    if ((*a)->rest != (*b)->rest) return (*a)->rest ? 1 : -1;
    if (v != w) return v > w ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

enum err parts_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    static const struct {
        const char *by, *zh, *en;
    } names[] = { { "shop", "店铺", "Shop" },
                  { "touchpoint", "触点", "Touchpoint" },
                  { "category", "品类", "Category" } };
    const struct metric_group_totals_list *parts;
    i64 all = 0;
    TRY(parts_of(m, row->what, &parts));
    for (i64 i = 0; i < COUNT(names); i++)
        if (strcmp(names[i].by, row->what) == 0)
            add_column(m, out, names[i].by, say(m->c, str_of(names[i].zh), str_of(names[i].en)),
                       REPORT_TEXT);
    COLUMN(m, out, "net_sales", "净销售额", "Net sales", REPORT_MONEY);
    COLUMN(m, out, "share", "占比", "Share", REPORT_RATIO);
    add_column(m, out, "before", period_head(m, BEFORE), REPORT_MONEY);
    COLUMN(m, out, "more", "增减", "More or less", REPORT_MONEY);
    COLUMN(m, out, "change", "变化", "Change", REPORT_CHANGE);
    COLUMN(m, out, "orders", "支付订单", "Orders", REPORT_COUNT);
    COLUMN(m, out, "buyers", "购买人数", "Buyers", REPORT_COUNT);
    COLUMN(m, out, "new_buyers", "新客", "New", REPORT_COUNT);
    COLUMN(m, out, "refund_rate", "退款率", "Refunds", REPORT_RATIO);
    const struct metric_group_totals **order =
        NEWS(m->c->arena, const struct metric_group_totals *, parts->n + 1);
    for (i64 i = 0; i < parts->n; i++) {
        order[i] = &parts->at[i];
        all += parts->at[i].a.of[MEASURE_NET];
    }
    qsort(order, (size_t)parts->n, sizeof *order, most_now_first);
    for (i64 i = 0; i < parts->n; i++) part_row(m, order[i], all, out);
    say_mover(m, parts, out);
    if (parts->n > 1) CHART(m, out, CHART_BAR, "净销售额，两期", "Net sales of both periods", 1, 3);
    return OK;
}
