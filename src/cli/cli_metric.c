/* cli_metric.c -- koi report metrics, metric, overview: what metrics mean, any of them as a table,
 * CSV or JSON, and the headline ones side by side. */
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/metric.h"

static const struct cli_option metric_options[] = {
    { "from", "DATE", "第一天，如 2020-02-01；all 为有记录以来；默认最近 30 天",
      "first day, like 2020-02-01; all: since there is anything; default: the last 30 days",
      false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "step", "STEP", "day、week、month、quarter、year 之一；默认 day",
      "day, week, month, quarter or year; default: day", false },
    { "by", "DIM", "按 shop、touchpoint、category 或会员字段（如 tier）分开",
      "cut by shop, touchpoint, category, or a field of members such as tier", false },
    { "shop", "NAME", "只看此店铺的订单", "only orders of this shop", false },
    { "touchpoint", "NAME", "只看此触点的订单", "only orders of this touchpoint", false },
    { "category", "NAME", "只看此品类的部分", "only this category's part of orders", false },
    CLI_OPTION_CSV,
    CLI_OPTION_XLSX,
    CLI_OPTION_SEGMENT,
    { 0 },
};

static str share_text(struct cli *cli, str ratio)
{
    f64 v;
    if (!ratio.at || !f64_parse(ratio, &v)) return S("–");
    return str_fmt(cli->c->arena, "%+.1f%%", v * 100);
}

/* from, to, group, value: the whole first, then its groups; of each the period, then its steps. */
static enum err save(struct cli *cli, const struct metric_answer *a)
{
    struct rows r;
    TRY(rows_begin(cli, "from to group value", &r));
    for (i64 g = -1; g < a->groups.n; g++) {
        str group = g < 0 ? S("") : a->groups.at[g].group;
        const struct metric_point_list *series = g < 0 ? &a->series : &a->groups.at[g].series;
        for (i64 i = -1; i < series->n; i++)
            ROWS_ADD(&r, day_text(cli->c->arena, i < 0 ? a->from : series->at[i].from),
                     day_text(cli->c->arena, i < 0 ? a->to : series->at[i].to), group,
                     i >= 0  ? series->at[i].value
                     : g < 0 ? a->value
                             : a->groups.at[g].value);
    }
    return rows_end(&r);
}

static void print_beside(struct cli *cli, const char *zh, const char *en, bool ratio,
                         const struct metric_beside *b, struct grid *g)
{
    str days =
        str_fmt(cli->c->arena, STR_FMT " – " STR_FMT, STR_ARG(day_text(cli->c->arena, b->from)),
                STR_ARG(day_text(cli->c->arena, b->to)));
    GRID_ROW(cli, g, grid_words(cli, zh, en), days, grid_figure(cli, ratio, b->value),
             share_text(cli, b->change));
}

static void print_groups(struct cli *cli, const struct metric_answer *a)
{
    struct grid g = { .columns = 5 };
    bool ratio = a->metric->unit == METRIC_RATIO;
    GRID_ROW(cli, &g, S(""), grid_words(cli, "本期", "Now"), grid_words(cli, "占比", "Share"),
             grid_words(cli, "上期", "Before"), grid_words(cli, "去年同期", "Year ago"));
    for (i64 i = 0; i < a->groups.n; i++) {
        const struct metric_group *r = &a->groups.at[i];
        f64 share;
        bool has = r->share.at && f64_parse(r->share, &share);
        GRID_ROW(cli, &g, r->group, grid_figure(cli, ratio, r->value),
                 has ? str_fmt(cli->c->arena, "%.1f%%", share * 100) : S("–"),
                 grid_figure(cli, ratio, r->before), grid_figure(cli, ratio, r->year_ago));
    }
    cli_print(cli, "\n");
    grid_print(cli, &g);
}

static void print_metric(struct cli *cli, const struct metric_answer *a)
{
    cli_print(cli, STR_FMT "  " STR_FMT "\n" STR_FMT "\n\n", STR_ARG(a->metric->label),
              STR_ARG(a->metric->formula), STR_ARG(a->metric->definition));
    bool ratio = a->metric->unit == METRIC_RATIO;
    struct grid g = { .columns = 4 };
    GRID_ROW(cli, &g, grid_words(cli, "本期", "Now"),
             str_fmt(cli->c->arena, STR_FMT " – " STR_FMT,
                     STR_ARG(day_text(cli->c->arena, a->from)),
                     STR_ARG(day_text(cli->c->arena, a->to))),
             grid_figure(cli, ratio, a->value), S(""));
    if (a->before) print_beside(cli, "上期", "Before", ratio, a->before, &g);
    if (a->year_ago) print_beside(cli, "去年同期", "Year ago", ratio, a->year_ago, &g);
    grid_print(cli, &g);
    if (a->groups.n) print_groups(cli, a);
    cli_print(cli, "\n");
    struct grid days = { .columns = 2 };
    for (i64 i = 0; i < a->series.n; i++)
        GRID_ROW(cli, &days, day_text(cli->c->arena, a->series.at[i].from),
                 grid_figure(cli, ratio, a->series.at[i].value));
    grid_print(cli, &days);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(a->how));
    for (i64 i = 0; i < a->metric->sources.n; i++) {
        const struct metric_source *s = &a->metric->sources.at[i];
        cli_print(cli, "\n" STR_FMT ": " STR_FMT "\n(" STR_FMT ")\n", STR_ARG(s->measure),
                  STR_ARG(s->text), STR_ARG(s->note));
    }
}

static enum err run_metric(struct cli *cli)
{
    struct metric_answer answer;
    int step = STEP_DAY;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_choice(cli, "step", &metric_step_choice, &step));
    struct metric_ask ask = { .name = cli->args.at[0],
                              .from = cli_text(cli, "from"),
                              .to = cli_text(cli, "to"),
                              .step = (enum metric_step)step,
                              .by = cli_text(cli, "by"),
                              .segment = cli_text(cli, "segment"),
                              .shop = cli_text(cli, "shop"),
                              .touchpoint = cli_text(cli, "touchpoint"),
                              .category = cli_text(cli, "category") };
    TRY(cli_open(cli, CLI_READS));
    TRY(metric_explain(cli->c, &ask, &answer));
    if (cli_answered(cli, &metric_answer_shape, &answer)) return OK;
    if (asked) return save(cli, &answer);
    print_metric(cli, &answer);
    return OK;
}

#define FIELDS_OF_metric_table(X, N) X(list(metric_view), items, ANY, "All metrics", N)
SHAPE(metric_table);
SHAPE_DEFINE(metric_table);

static enum err run_metrics(struct cli *cli)
{
    struct metric_table table = { 0 };
    bool asked;
    TRY(rows_asked(cli, &asked));
    for (const struct metric *m = metrics; m->name; m++) {
        struct metric_view *view = PUSH(cli->c->arena, &table.items);
        metric_show(cli->c, m, view);
        metric_sources(cli->c, m, &view->sources);
    }
    if (asked)
        return rows_of(cli, &metric_view_shape, &table.items,
                       "name label unit better adds_up definition formula by");
    if (cli_answered(cli, &metric_table_shape, &table)) return OK;
    struct grid g = { .columns = 3 };
    for (i64 i = 0; i < table.items.n; i++)
        GRID_ROW(cli, &g, table.items.at[i].name, table.items.at[i].label,
                 table.items.at[i].formula);
    grid_print(cli, &g);
    return OK;
}

/* -- the shop at a glance ---------------------------------------------------------------------- */

static const struct cli_option overview_options[] = {
    { "from", "DATE", "第一天；all 为有记录以来；默认最近 30 天",
      "first day; all: since there is anything; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

/* Only what orders tell: the index of members is not needed. */
#define GLANCE                                                                                \
    "net_sales,sales,gmv,placed,orders,aov,buyers,new_buyers,returning_buyers,repurchase_90," \
    "refund,refund_rate,new_members"
#define GLANCE_BY_SHOP "sales,net_sales,orders,buyers"

#define FIELDS_OF_glance_answer(X, N)                       \
    X(day, from, ANY, "First day", N)                       \
    X(day, to, ANY, "Last day", N)                          \
    X(list(metric_answer), figures, ANY, "The period's", N) \
    X(list(metric_answer), shops, ANY, "Some of them by shop", N)
SHAPE(glance_answer);
SHAPE_DEFINE(glance_answer);

/* A metric leaves out groups of which it has nothing. */
static str group_value(struct cli *cli, const struct metric_answer *a, str group)
{
    for (i64 i = 0; i < a->groups.n; i++)
        if (str_eq(a->groups.at[i].group, group))
            return grid_figure(cli, a->metric->unit == METRIC_RATIO, a->groups.at[i].value);
    return grid_figure(cli, a->metric->unit == METRIC_RATIO, NO_STR);
}

static enum err glance_make(struct cli *cli, struct glance_answer *out)
{
    struct metrics_answer figures, shops;
    struct metrics_ask ask = { .names = str_split(cli->c->arena, S(GLANCE), ','),
                               .from = cli_text(cli, "from"),
                               .to = cli_text(cli, "to"),
                               .step = STEP_YEAR };
    TRY(metrics_make(cli->c, &ask, &figures));
    ask.names = str_split(cli->c->arena, S(GLANCE_BY_SHOP), ',');
    ask.by = S("shop");
    TRY(metrics_make(cli->c, &ask, &shops));
    *out = (struct glance_answer){ figures.from, figures.to, figures.items, shops.items };
    return OK;
}

static enum err run_overview(struct cli *cli)
{
    struct glance_answer a;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_open(cli, CLI_READS));
    TRY(glance_make(cli, &a));
    if (asked)
        return rows_of(cli, &metric_answer_shape, &a.figures,
                       "metric.name metric.label metric.unit from to value before.value"
                       " before.change year_ago.value year_ago.change");
    if (cli_answered(cli, &glance_answer_shape, &a)) return OK;
    cli_print(cli, STR_FMT " – " STR_FMT "\n\n", STR_ARG(day_text(cli->c->arena, a.from)),
              STR_ARG(day_text(cli->c->arena, a.to)));
    struct grid g = { .columns = 6 };
    str change = grid_words(cli, "变化", "Change");
    GRID_ROW(cli, &g, S(""), grid_words(cli, "本期", "Now"), grid_words(cli, "上期", "Before"),
             change, grid_words(cli, "去年同期", "Year ago"), change);
    for (i64 i = 0; i < a.figures.n; i++) {
        const struct metric_answer *f = &a.figures.at[i];
        bool ratio = f->metric->unit == METRIC_RATIO;
        GRID_ROW(cli, &g, f->metric->label, grid_figure(cli, ratio, f->value),
                 grid_figure(cli, ratio, f->before->value), share_text(cli, f->before->change),
                 grid_figure(cli, ratio, f->year_ago->value), share_text(cli, f->year_ago->change));
    }
    grid_print(cli, &g);
    const struct metric_group_list *shops = &a.shops.at[0].groups;
    if (shops->n == 0) return OK;
    cli_print(cli, "\n");
    struct grid by = { .columns = 1 + (int)a.shops.n };
    str row[GRID_COLUMNS] = { grid_words(cli, "店铺", "Shop") };
    for (i64 k = 0; k < a.shops.n; k++) row[k + 1] = a.shops.at[k].metric->label;
    grid_add(cli, &by, row);
    for (i64 i = 0; i < shops->n; i++) {
        row[0] = shops->at[i].group;
        for (i64 k = 0; k < a.shops.n; k++) row[k + 1] = group_value(cli, &a.shops.at[k], row[0]);
        grid_add(cli, &by, row);
    }
    grid_print(cli, &by);
    return OK;
}

static const struct cli_option cohort_options[] = {
    { "from", "DATE", "首次购买的第一天；默认最近 30 天",
      "first purchases from this day on; default: the last 30 days", false },
    { "to", "DATE", "首次购买的最后一天（含）；默认今天",
      "first purchases up to this day, included; default: today", false },
    { "step", "STEP", "day、week、month、quarter、year 之一；默认 month",
      "day, week, month, quarter or year; default: month", false },
    { "later", "N", "之后看几步，1 到 59；默认 12", "steps to look at, 1 to 59; default: 12",
      false },
    CLI_OPTION_SEGMENT,
    CLI_OPTIONS_ROWS,
    { 0 },
};

/* A row a cohort and step; steps that are still to come have none. */
static enum err save_cohorts(struct cli *cli, const struct cohorts_answer *a)
{
    struct rows r;
    TRY(rows_begin(cli, "from to members later returned net", &r));
    for (i64 i = 0; i < a->cohorts.n; i++) {
        const struct cohort_row *one = &a->cohorts.at[i];
        for (i64 k = 0; k < one->returned.n; k++)
            ROWS_ADD(&r, day_text(cli->c->arena, one->from), day_text(cli->c->arena, one->to),
                     cell_i64(cli, one->members), cell_i64(cli, k + 1),
                     cell_i64(cli, one->returned.at[k]), k < one->net.n ? one->net.at[k] : S(""));
    }
    return rows_end(&r);
}

static enum err run_cohorts(struct cli *cli)
{
    struct cohorts_answer a;
    bool asked;
    TRY(rows_asked(cli, &asked));
    int step = STEP_MONTH;
    i64 later = 12;
    TRY(cli_choice(cli, "step", &metric_step_choice, &step));
    TRY(cli_i64(cli, "later", 1, 59, &later));
    struct cohorts_ask ask = { .from = cli_text(cli, "from"),
                               .to = cli_text(cli, "to"),
                               .step = (enum metric_step)step,
                               .later = SOME(later),
                               .segment = cli_text(cli, "segment") };
    TRY(cli_open(cli, CLI_READS));
    TRY(cohorts_make(cli->c, &ask, &a));
    if (asked) return save_cohorts(cli, &a);
    if (cli_answered(cli, &cohorts_answer_shape, &a)) return OK;
    struct grid g = { .columns = 2 + (int)later };
    str row[GRID_COLUMNS] = { grid_words(cli, "首次购买", "First purchase"),
                              grid_words(cli, "会员", "Members") };
    for (i64 k = 1; k <= later; k++) row[k + 1] = str_fmt(cli->c->arena, "+%lld", (long long)k);
    grid_add(cli, &g, row);
    for (i64 i = 0; i < a.cohorts.n; i++) {
        const struct cohort_row *r = &a.cohorts.at[i];
        row[0] = day_text(cli->c->arena, r->from);
        row[1] = grid_count(cli, r->members);
        for (i64 k = 0; k < later; k++)
            row[k + 2] = k < r->returned.n ? grid_count(cli, r->returned.at[k]) : S("");
        grid_add(cli, &g, row);
    }
    grid_print(cli, &g);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(a.how));
    return OK;
}

const struct verb metric_verbs[] = {
    { "report cohorts", NULL, "按首次购买时间分批，看之后的回购",
      "members by first purchase, and who came back when", cohort_options, run_cohorts, 0, 0 },
    { "report metric", "NAME", "任一指标：按步长、维度、人群，与上期和去年同期对比",
      "any metric by step, dimension and segment, beside the period before and last year's",
      metric_options, run_metric, 1, 1 },
    { "report overview", NULL, "店铺概览：主要指标，与上期和去年同期对比",
      "the shop at a glance: the headline metrics, beside the period before and last year's",
      overview_options, run_overview, 0, 0 },
    { "report metrics", NULL, "全部指标与公式", "all metrics and their formulas", rows_options,
      run_metrics, 0, 0 },
    { 0 },
};
