/* cli_experiment.c -- koi experiment: a table read, a size planned, experiments listed, started and
 * stopped. */
#include "base/json.h"
#include "base/num.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/rows.h"
#include "insight/experiment.h"
#include "insight/experiment/reading.h"

static const struct cli_option read_options[] = {
    { "unit", "COLUMN", "单位（人）所在的列；默认 unit，没有则每行一个单位",
      "column of the unit (a person); default unit, without one every row is a unit", false },
    { "arm", "COLUMN", "组名所在的列；默认 arm", "column of the arm; default arm", false },
    { "outcome", "COLUMN", "结果（1/0）所在的列；默认 outcome",
      "column of the outcome (1/0); default outcome", false },
    { "value", "COLUMN", "数值（如消费额）所在的列；默认 value",
      "column of a value (such as spending); default value", false },
    { "control", "ARM", "对照组；默认名为 control、none、对照等的组",
      "the control; default: the arm called control, none …", false },
    { "weights", "LIST", "各组的设定比重，如 A=1,B=1；默认相等",
      "weights of the arms, like A=1,B=1; default: equal", false },
    { "metric", "WHAT", "只看比率（rate）或数值（value）；默认都看",
      "rates only (rate) or values only (value); default: both", false },
    { "alpha", "A", "允许的误报概率；默认 0.05", "chance of a false alarm; default 0.05", false },
    CLI_OPTIONS_ROWS,
    { "tau", "T", "随时查看的检验假定的效果大小；默认单位标准差的 5%",
      "size of effect that reading at any time expects; default 5% of a unit's deviation", false },
    { 0 },
};

static const struct cli_option plan_options[] = {
    { "base", "RATE", "现在的比率，如 0.10 或 10%", "the rate now, like 0.10 or 10%", false },
    { "mean", "M", "或现在的均值，须同时给出 --deviation", "or the mean now, with --deviation",
      false },
    { "deviation", "SD", "一个单位数值的标准差", "standard deviation of a unit's value", false },
    { "lift", "L", "要能发现的相对提升，如 0.05 或 5%", "relative lift to find, like 0.05 or 5%",
      false },
    { "alpha", "A", "允许的误报概率；默认 0.05", "chance of a false alarm; default 0.05", false },
    { "power", "P", "真有此提升时发现它的概率；默认 0.8", "chance to find such a lift; default 0.8",
      false },
    { "arms", "N", "组数（含对照组）；默认 2", "arms, the control among them; default 2", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

/* A number within (low, high), or a percentage. */
static enum err number(struct cli *cli, const char *name, f64 low, f64 high, f64 *out)
{
    str text = cli_text(cli, name);
    f64 value;
    if (!text.at) return OK;
    if (cli_f64(cli, text, &value) && value > low && value < high) {
        *out = value;
        return OK;
    }
    return cli_usage(cli, "--%s 应是大于 %g、小于 %g 的数，写的是 “" STR_FMT "”",
                     "--%s is a number above %g and below %g, not \"" STR_FMT "\"", name, low, high,
                     STR_ARG(text));
}

/* -- read -------------------------------------------------------------------------------------- */

static str share(struct cli *cli, opt_f64 v)
{
    return v.has ? str_fmt(cli->c->arena, "%.3f%%", 100 * v.value) : S("–");
}
static str figure(struct cli *cli, opt_f64 v)
{
    return v.has ? str_fmt(cli->c->arena, "%.5g", v.value) : S("–");
}

/* An end of "[low,high]"; empty where there is no interval. */
static str end_of(str ci, int which)
{
    str low, high = str_cut(str_sub(ci, 1, ci.n - 1), ',', &low);
    if (ci.n < 2 || ci.at[0] != '[') return S("");
    return str_trim(which ? high : low);
}

/* "[0.1,0.25]" as people read it: 10.000% – 25.000%, of what is no share 0.1 – 0.25. */
static str interval(struct cli *cli, str ci, str (*as)(struct cli *cli, opt_f64 v))
{
    opt_f64 ends[2];
    for (int i = 0; i < 2; i++) {
        ends[i].has = f64_parse(end_of(ci, i), &ends[i].value);
        if (!ends[i].has) return S("–");
    }
    return str_fmt(cli->c->arena, STR_FMT " – " STR_FMT, STR_ARG(as(cli, ends[0])),
                   STR_ARG(as(cli, ends[1])));
}

static void print_rates(struct cli *cli, const struct table_reading *r)
{
    struct grid arms = { .columns = 4 }, tests = { .columns = 7 };
    if (!r->arms.n || !r->arms.at[0].rate.has) return;
    GRID_ROW(cli, &arms, grid_words(cli, "组", "Arm"), grid_words(cli, "单位", "Units"),
             grid_words(cli, "比率", "Rate"), grid_words(cli, "区间", "Interval"));
    for (i64 i = 0; i < r->arms.n; i++) {
        const struct reading_arm *a = &r->arms.at[i];
        GRID_ROW(cli, &arms, a->arm, grid_count(cli, a->n), share(cli, a->rate),
                 interval(cli, a->ci, share));
    }
    grid_print(cli, &arms);
    cli_print(cli, "\n");
    if (!r->tests.n) {
        cli_print(cli, cli->c->locale == ZH ? "只有一组，没有可比较的\n"
                                            : "only one arm: there is nothing to compare\n");
        return;
    }
    GRID_ROW(cli, &tests, grid_words(cli, "比较", "Compared"), grid_words(cli, "差", "Difference"),
             grid_words(cli, "区间", "Interval"), S("z"), S("p"),
             grid_words(cli, "p（Holm）", "p (Holm)"),
             grid_words(cli, "p（随时）", "p (any time)"));
    for (i64 i = 0; i < r->tests.n; i++) {
        const struct reading_test *t = &r->tests.at[i];
        GRID_ROW(cli, &tests,
                 str_fmt(cli->c->arena, STR_FMT " - " STR_FMT, STR_ARG(t->a), STR_ARG(t->b)),
                 share(cli, t->diff), interval(cli, t->ci, share), figure(cli, t->z),
                 figure(cli, t->p), figure(cli, t->p_holm), figure(cli, t->p_sequential));
    }
    grid_print(cli, &tests);
    cli_print(cli, "\n");
}

static void print_values(struct cli *cli, const struct table_reading *r)
{
    struct grid arms = { .columns = 4 }, tests = { .columns = 7 };
    if (!r->value_tests.n) return;
    GRID_ROW(cli, &arms, grid_words(cli, "组", "Arm"), grid_words(cli, "单位", "Units"),
             grid_words(cli, "均值", "Mean"), grid_words(cli, "区间", "Interval"));
    for (i64 i = 0; i < r->arms.n; i++) {
        const struct reading_arm *a = &r->arms.at[i];
        GRID_ROW(cli, &arms, a->arm, grid_count(cli, a->n), figure(cli, a->mean),
                 interval(cli, a->mean_ci, figure));
    }
    grid_print(cli, &arms);
    cli_print(cli, "\n");
    GRID_ROW(cli, &tests, grid_words(cli, "比较", "Compared"), grid_words(cli, "差", "Difference"),
             grid_words(cli, "区间", "Interval"), S("t"), S("p"),
             grid_words(cli, "p（Holm）", "p (Holm)"), grid_words(cli, "合计增量", "Lift in all"));
    for (i64 i = 0; i < r->value_tests.n; i++) {
        const struct reading_value_test *t = &r->value_tests.at[i];
        GRID_ROW(cli, &tests,
                 str_fmt(cli->c->arena, STR_FMT " - " STR_FMT, STR_ARG(t->a), STR_ARG(t->b)),
                 figure(cli, t->diff), interval(cli, t->ci, figure), figure(cli, t->t),
                 figure(cli, t->p), figure(cli, t->p_holm),
                 t->money.has ? grid_amount(cli, t->money.value) : S("–"));
    }
    grid_print(cli, &tests);
    cli_print(cli, "\n");
}

#define READING_COLUMNS "row a b n figure low high statistic p p_holm p_sequential lift money"

/* A line of them: `metric` stands before where several are told. */
struct reading_line {
    struct rows rows;
    bool several;
    str metric;
};
static void line_add(struct reading_line *l, const char *row, str a, str b, const str *figures)
{
    str cells[14] = { l->metric, str_of(row), a, b };
    for (i64 i = 0; i < 10; i++) cells[4 + i] = figures[i];
    rows_add(&l->rows, cells + !l->several);
}
#define LINE(l, row, a, b, ...) line_add((l), (row), (a), (b), (const str[10]){ __VA_ARGS__ })

/* The arms, then what was compared. */
static void save_arms(struct cli *cli, struct reading_line *l, const struct table_reading *t)
{
    str none = S("");
    for (i64 i = 0; i < t->arms.n; i++) {
        const struct reading_arm *a = &t->arms.at[i];
        if (t->tests.n)
            LINE(l, "rate", a->arm, none, cell_i64(cli, a->n), cell_f64(cli, a->rate),
                 end_of(a->ci, 0), end_of(a->ci, 1), none, none, none, none, none, none);
        if (t->value_tests.n)
            LINE(l, "mean", a->arm, none, cell_i64(cli, a->n), cell_f64(cli, a->mean),
                 end_of(a->mean_ci, 0), end_of(a->mean_ci, 1), none, none, none, none, none, none);
    }
    for (i64 i = 0; i < t->tests.n; i++) {
        const struct reading_test *x = &t->tests.at[i];
        LINE(l, "rates", x->a, x->b, none, cell_f64(cli, x->diff), end_of(x->ci, 0),
             end_of(x->ci, 1), cell_f64(cli, x->z), cell_f64(cli, x->p), cell_f64(cli, x->p_holm),
             cell_f64(cli, x->p_sequential), cell_f64(cli, x->lift), none);
    }
    for (i64 i = 0; i < t->value_tests.n; i++) {
        const struct reading_value_test *x = &t->value_tests.at[i];
        LINE(l, "means", x->a, x->b, none, cell_f64(cli, x->diff), end_of(x->ci, 0),
             end_of(x->ci, 1), cell_f64(cli, x->t), cell_f64(cli, x->p), cell_f64(cli, x->p_holm),
             cell_f64(cli, x->p_sequential), cell_f64(cli, x->lift), cell_money(cli, x->money));
    }
}

static void save_split(struct cli *cli, struct reading_line *l, const struct reading_srm *srm)
{
    str none = S("");
    l->metric = none;
    LINE(l, "split", none, none, none, cell_f64(cli, srm->chi2), none, none, none,
         cell_f64(cli, srm->p));
}

static enum err save(struct cli *cli, const struct table_reading *t)
{
    struct reading_line l = { .several = false };
    TRY(rows_begin(cli, READING_COLUMNS, &l.rows));
    save_arms(cli, &l, t);
    save_split(cli, &l, t->srm);
    return rows_end(&l.rows);
}

static enum err run_read(struct cli *cli)
{
    bool asked;
    struct ctx *c = cli->c;
    struct table_reading r;
    str metric = cli_text(cli, "metric");
    struct table_terms terms = { .unit = cli_text(cli, "unit"),
                                 .arm = cli_text(cli, "arm"),
                                 .outcome = cli_text(cli, "outcome"),
                                 .value = cli_text(cli, "value"),
                                 .control = cli_text(cli, "control"),
                                 .metric = metric,
                                 .alpha = 0.05 };
    if (metric.n && !str_eq(metric, S("rate")) && !str_eq(metric, S("value")))
        return cli_usage(cli, "--metric 应是 rate 或 value", "--metric is rate or value");
    if (cli_has(cli, "weights")) terms.weights = str_split(c->arena, cli_text(cli, "weights"), ',');
    TRY(rows_asked(cli, &asked));
    TRY(number(cli, "alpha", 0, 0.5, &terms.alpha));
    TRY(number(cli, "tau", 0, 1e9, &terms.tau));
    TRY(table_read(c, cli->args.at[0], &terms, &r));
    if (cli_answered(cli, &table_reading_shape, &r)) return OK;
    if (asked) return save(cli, &r);
    print_rates(cli, &r);
    print_values(cli, &r);
    if (r.srm->p.has)
        cli_print(cli, "%s χ² = %.4g, p = %.4g\n", c->locale == ZH ? "分流比例" : "Split",
                  r.srm->chi2.value, r.srm->p.value);
    if (r.srm->warn) cli_print(cli, "! " STR_FMT "\n", STR_ARG(r.srm->words));
    if (r.crossed)
        cli_print(cli,
                  c->locale == ZH ? "! %lld 个单位出现在多个组，未计入\n"
                                  : "! %lld units were seen in several arms and are left out\n",
                  (long long)r.crossed);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r.definition));
    return OK;
}

/* -- plan -------------------------------------------------------------------------------------- */

static enum err run_plan(struct cli *cli)
{
    struct experiment_plan_ask ask = { 0 };
    struct experiment_plan plan;
    const struct {
        const char *name;
        f64 low, high;
        opt_f64 *to;
    } options[] = { { "base", 0, 1, &ask.base },
                    { "mean", 0, 1e12, &ask.mean },
                    { "deviation", 0, 1e12, &ask.deviation },
                    { "lift", -1, 1e6, &ask.lift },
                    { "alpha", 0, 0.5, &ask.alpha },
                    { "power", 0, 1, &ask.power } };
    i64 arms = 0;
    bool asked;
    TRY(rows_asked(cli, &asked));
    for (i64 i = 0; i < COUNT(options); i++) {
        TRY(number(cli, options[i].name, options[i].low, options[i].high, &options[i].to->value));
        options[i].to->has = cli_has(cli, options[i].name);
    }
    TRY(cli_i64(cli, "arms", 2, ARMS_MAX, &arms));
    if (arms) ask.arms = SOME(arms);
    TRY(experiment_plan_make(cli->c, &ask, &plan));
    if (asked) return rows_of_one(cli, &experiment_plan_shape, &plan, NULL);
    if (cli_answered(cli, &experiment_plan_shape, &plan)) return OK;
    struct grid g = { .columns = 2 };
    GRID_ROW(cli, &g, grid_words(cli, "每组至少", "Units an arm"), grid_count(cli, plan.n_per_arm));
    GRID_ROW(cli, &g, grid_words(cli, "合计", "In all"), grid_count(cli, plan.total));
    grid_print(cli, &g);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(plan.definition));
    return OK;
}

/* -- stored ones, through the doors -------------------------------------------------------------
 */

static const struct cli_option stop_options[] = {
    { "reason", "TEXT", "为什么停止", "why it is stopped", false },
    { 0 },
};

static enum err experiment_path(struct cli *cli, const char *rest, str *out)
{
    i64 id;
    if (!i64_parse(cli->args.at[0], &id) || id < 1)
        return cli_usage(cli, "实验编号应为数字", "an experiment is named by its number");
    *out = str_fmt(cli->c->arena, "/v1/experiments/%lld%s", (long long)id, rest);
    return OK;
}

static enum err run_list(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/experiments") };
    struct local_reply reply;
    struct experiment_view_list all;
    bool asked;
    TRY(rows_asked(cli, &asked));
    local_query(cli, &call, "limit", S("200"));
    TRY(cli_open(cli, CLI_READS));
    if (asked) {
        TRY(experiment_list(cli->c, 0, INT64_MAX, &all));
        return rows_of(cli, &experiment_view_shape, &all, NULL);
    }
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "id name state metric layer share exposed started_at stopped_at");
    return OK;
}

/* Who is in the arms, what decides, and what must not become worse. */
static void print_result(struct cli *cli, const struct experiment_result_view *r)
{
    struct table_reading reading = { .arms = r->primary->arms,
                                     .tests = r->primary->tests,
                                     .value_tests = r->primary->value_tests };
    cli_print(cli, STR_FMT "  " STR_FMT "  " STR_FMT "\n\n", STR_ARG(r->name),
              STR_ARG(choice_name(&experiment_state_choice, (int)r->state)),
              STR_ARG(r->primary->name));
    print_rates(cli, &reading);
    print_values(cli, &reading);
    for (i64 i = 0; i < r->verdicts.n; i++)
        cli_print(cli, STR_FMT ": " STR_FMT "\n", STR_ARG(r->verdicts.at[i].arm),
                  STR_ARG(choice_name(&experiment_verdict_choice, (int)r->verdicts.at[i].verdict)));
    for (i64 i = 0; i < r->guardrails.n; i++)
        for (i64 k = 0; k < r->guardrails.at[i].guarded.n; k++) {
            const struct experiment_guarded *g = &r->guardrails.at[i].guarded.at[k];
            cli_print(cli, STR_FMT " " STR_FMT ": " STR_FMT "\n", STR_ARG(r->guardrails.at[i].name),
                      STR_ARG(g->arm),
                      STR_ARG(choice_name(&guardrail_state_choice, (int)g->state)));
        }
    if (r->srm->warn) cli_print(cli, "! " STR_FMT "\n", STR_ARG(r->srm->words));
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r->definition));
}

static void save_metric(struct cli *cli, struct reading_line *l,
                        const struct experiment_metric_view *m)
{
    l->metric = m->metric;
    save_arms(cli, l,
              &(struct table_reading){
                  .arms = m->arms, .tests = m->tests, .value_tests = m->value_tests });
}

/* What decides, then each guardrail, then the split. */
static enum err save_result(struct cli *cli, const struct experiment_result_view *r)
{
    struct reading_line l = { .several = true };
    TRY(rows_begin(cli, "metric " READING_COLUMNS, &l.rows));
    save_metric(cli, &l, r->primary);
    for (i64 i = 0; i < r->guardrails.n; i++) save_metric(cli, &l, &r->guardrails.at[i]);
    save_split(cli, &l, r->srm);
    return rows_end(&l.rows);
}

static enum err run_show(struct cli *cli)
{
    struct local_call call = { .method = M_GET };
    struct local_reply reply;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(experiment_path(cli, "/results", &call.path));
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    if (asked) return save_result(cli, reply.out);
    if (cli->json) local_print(cli, &reply, NULL);
    else print_result(cli, reply.out);
    return OK;
}

static enum err change(struct cli *cli, struct local_call *call)
{
    struct local_reply reply;
    call->method = M_POST;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(local_run(cli, call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_start(struct cli *cli)
{
    struct local_call call = { .body = S("{}") };
    TRY(experiment_path(cli, "/start", &call.path));
    return change(cli, &call);
}

static enum err run_stop(struct cli *cli)
{
    struct local_call call = { 0 };
    struct buf body = { .arena = cli->c->arena };
    TRY(experiment_path(cli, "/stop", &call.path));
    if (!cli_has(cli, "reason"))
        return cli_usage(cli, "请用 --reason 写明原因", "say why by --reason");
    buf_add(&body, S("{\"reason\":"));
    json_write_str(&body, cli_text(cli, "reason"));
    buf_byte(&body, '}');
    call.body = buf_str(&body);
    return change(cli, &call);
}

const struct verb experiment_verbs[] = {
    { "experiment read", "FILE", "读一张实验结果表：各组的比率、均值、差异与可信度",
      "reads a table of an experiment: rates, means, differences and how sure they are",
      read_options, run_read, 1, 1 },
    { "experiment plan", NULL, "要发现某一提升，每组需要多少人",
      "how many units an arm needs to find a lift", plan_options, run_plan, 0, 0 },
    { "experiment list", NULL, "实验列表", "lists experiments", rows_options, run_list, 0, 0 },
    { "experiment show", "ID", "一个实验的结果", "what came of an experiment", rows_options,
      run_show, 1, 1 },
    { "experiment start", "ID", "开始实验", "starts an experiment", NULL, run_start, 1, 1 },
    { "experiment stop", "ID", "停止实验", "stops an experiment", stop_options, run_stop, 1, 1 },
    { 0 },
};
