/* cli_goal.c -- koi goal: goals listed with where they stand, shown, set, changed, closed; the five
 * of a quarter. */
#include "base/json.h"
#include "base/num.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/rows.h"
#include "insight/goal.h"

static const struct cli_option list_options[] = {
    { "state", "STATE", "open（默认）、closed 或 all", "open (default), closed or all", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};
#define OPTION_BASELINE                                              \
    {                                                                \
        "baseline", "VALUE", "给定的基线", "a given baseline", false \
    }
#define OPTION_OWNER                                                                            \
    {                                                                                           \
        "owner", "USER", "负责人（用户的登录名）", "who answers for it (a sign-in name)", false \
    }
#define OPTION_NOTE                                 \
    {                                               \
        "note", "TEXT", "备注", "for people", false \
    }
static const struct cli_option add_options[] = {
    { "target", "VALUE", "目标值：120000.00、350、0.25 或 25%",
      "target: 120000.00, 350, 0.25 or 25%", false },
    { "period", "PERIOD", "期间：2024-Q2、2024-05、2024", "period: 2024-Q2, 2024-05 or 2024",
      false },
    { "from", "DATE", "或：第一天", "or: first day", false },
    { "to", "DATE", "与最后一天（含）", "and last day, included", false },
    OPTION_BASELINE,
    { "baseline-of", "WHICH",
      "基线取 year_ago、before 或 none；默认有去年同期用去年同期，否则用上一期",
      "baseline of year_ago, before or none; default: a year ago where there is one, else before",
      false },
    CLI_OPTION_SEGMENT,
    { "shop", "NAME", "只看此店铺的订单", "only orders of this shop", false },
    { "touchpoint", "NAME", "只看此触点的订单", "only orders of this touchpoint", false },
    { "category", "NAME", "只看此品类的部分", "only this category's part of orders", false },
    OPTION_OWNER,
    OPTION_NOTE,
    { 0 },
};
static const struct cli_option change_options[] = {
    { "target", "VALUE", "新的目标值", "new target", false },
    OPTION_BASELINE,
    { "reason", "TEXT", "为什么改目标值或基线", "why target or baseline change", false },
    OPTION_OWNER,
    OPTION_NOTE,
    { 0 },
};
static const struct cli_option close_options[] = {
    { "reason", "TEXT", "为什么关闭", "why it is closed", false },
    { 0 },
};
static const struct cli_option template_options[] = {
    { "quarter", "QUARTER", "季度，如 2024-Q2；默认本季度",
      "a quarter like 2024-Q2; default: this one", false },
    { "set", NULL, "设定这些目标；默认只看草案", "set the goals; default: only show them", false },
    OPTION_OWNER,
    CLI_OPTIONS_ROWS,
    { 0 },
};

static str share(struct cli *cli, str ratio)
{
    f64 v;
    if (!ratio.at || !f64_parse(ratio, &v)) return S("–");
    return str_fmt(cli->c->arena, "%.1f%%", v * 100);
}

static enum err goal_path(struct cli *cli, const char *end, str *out)
{
    i64 id;
    if (!i64_parse(cli->args.at[0], &id) || id < 1)
        return cli_usage(cli, "目标编号应为正整数，见 koi goal list",
                         "a goal has a number, see koi goal list");
    *out = str_fmt(cli->c->arena, "/v1/goals/%lld%s", (long long)id, end);
    return OK;
}

static str body_of(struct cli *cli, const struct shape *shape, const void *value)
{
    struct buf b = { .arena = cli->c->arena };
    json_write(&b, shape, value);
    return buf_str(&b);
}

/* -- shown ---------------------------------------------------------------------------------------
 */

static void print_goals(struct cli *cli, const struct goal_view_list *goals)
{
    struct grid g = { .columns = 9 };
    GRID_ROW(cli, &g, grid_words(cli, "目标", "Goal"), S("#"), grid_words(cli, "状态", "Status"),
             grid_words(cli, "目标值", "Target"), grid_words(cli, "实际", "Actual"),
             grid_words(cli, "应有", "Pace"), grid_words(cli, "完成", "Done"),
             grid_words(cli, "时间", "Time"), grid_words(cli, "预计期末", "Forecast"));
    for (i64 i = 0; i < goals->n; i++) {
        const struct goal_view *v = &goals->at[i];
        const struct goal_progress *p = v->progress;
        bool ratio = v->unit == METRIC_RATIO;
        GRID_ROW(cli, &g, v->label, grid_count(cli, v->id), p->status_words,
                 grid_figure(cli, ratio, v->target), grid_figure(cli, ratio, p->actual),
                 grid_figure(cli, ratio, p->pace), share(cli, p->done), share(cli, p->time_done),
                 grid_figure(cli, ratio, p->forecast ? p->forecast->value : NO_STR));
    }
    grid_print(cli, &g);
}

static void print_goal(struct cli *cli, const struct goal_detail *d)
{
    const struct goal_view *v = d->goal;
    struct goal_view one = *v;
    print_goals(cli, &(struct goal_view_list){ &one, 1 });
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(v->progress->sentence));
    if (v->progress->forecast_words.n)
        cli_print(cli, "%s: " STR_FMT "\n", cli->c->locale == ZH ? "预测" : "Forecast",
                  STR_ARG(v->progress->forecast_words));
    if (d->movers.n) cli_print(cli, "\n");
    bool ratio = v->unit == METRIC_RATIO;
    struct grid movers = { .columns = 5 };
    GRID_ROW(cli, &movers, grid_words(cli, "变动最大", "Moved most"), S(""),
             grid_words(cli, "对比期", "Compared"), grid_words(cli, "本期", "Now"),
             grid_words(cli, "贡献", "Contribution"));
    for (i64 i = 0; i < d->movers.n; i++) {
        const struct goal_mover *m = &d->movers.at[i];
        GRID_ROW(cli, &movers, m->group, m->dimension_label, grid_figure(cli, ratio, m->before),
                 grid_figure(cli, ratio, m->now), grid_figure(cli, ratio, m->contribution));
    }
    if (d->movers.n) grid_print(cli, &movers);
    if (d->members.n)
        cli_print(cli, "\n%s: " STR_FMT "\n",
                  cli->c->locale == ZH ? "背后的会员" : "Members behind it", STR_ARG(d->members));
    for (i64 i = 1; i < d->versions.n; i++)
        cli_print(cli, "%s: " STR_FMT " (" STR_FMT ", " STR_FMT ")\n",
                  cli->c->locale == ZH ? "改为" : "Changed to", STR_ARG(d->versions.at[i].target),
                  STR_ARG(d->versions.at[i].by), STR_ARG(d->versions.at[i].reason));
}

static enum err answer_goal(struct cli *cli, enum cli_mode mode, struct local_call *call)
{
    struct local_reply reply;
    TRY(cli_open(cli, mode));
    TRY(local_run(cli, call, &reply));
    if (cli_answered(cli, &goal_detail_shape, reply.out)) return OK;
    print_goal(cli, reply.out);
    return OK;
}

#define FIELDS_OF_cli_goals(X, N) X(list(goal_view), items, ANY, "Goals", N)
SHAPE(cli_goals);
SHAPE_DEFINE(cli_goals);

static enum err run_list(struct cli *cli)
{
    struct cli_goals out = { 0 };
    int which = WHICH_OPEN;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_choice(cli, "state", &goal_which_choice, &which));
    TRY(cli_open(cli, CLI_READS));
    TRY(goal_list(cli->c, (enum goal_which)which, 0, 0, GOALS_OPEN_MAX, &out.items));
    if (asked)
        return rows_of(cli, &goal_view_shape, &out.items,
                       "id state metric label segment shop touchpoint category owner unit from to"
                       " target baseline progress.status progress.actual progress.pace"
                       " progress.done progress.time_done progress.against_pace"
                       " progress.forecast.value progress.forecast.low progress.forecast.high");
    if (!cli_answered(cli, &cli_goals_shape, &out)) print_goals(cli, &out.items);
    return OK;
}

static enum err run_show(struct cli *cli)
{
    struct local_call call = { .method = M_GET };
    struct local_reply reply;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(goal_path(cli, "", &call.path));
    if (!asked) return answer_goal(cli, CLI_READS, &call);
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    const struct goal_detail *d = reply.out;
    return rows_of(cli, &goal_mover_shape, &d->movers, NULL);
}

/* -- set -----------------------------------------------------------------------------------------
 */

static enum err run_add(struct cli *cli)
{
    int of = BASELINE_AUTO;
    TRY(cli_choice(cli, "baseline-of", &goal_baseline_choice, &of));
    if (!cli_has(cli, "target"))
        return cli_usage(cli, "请用 --target 给出目标值", "give the target by --target");
    struct goal_post in = { .metric = cli->args.at[0],
                            .period = cli_text(cli, "period"),
                            .from = cli_text(cli, "from"),
                            .to = cli_text(cli, "to"),
                            .target = cli_text(cli, "target"),
                            .baseline = cli_text(cli, "baseline"),
                            .baseline_of = (enum goal_baseline)of,
                            .segment = cli_text(cli, "segment"),
                            .shop = cli_text(cli, "shop"),
                            .touchpoint = cli_text(cli, "touchpoint"),
                            .category = cli_text(cli, "category"),
                            .owner = cli_text(cli, "owner"),
                            .note = cli_text(cli, "note") };
    struct local_call call = { .method = M_POST,
                               .path = S("/v1/goals"),
                               .body = body_of(cli, &goal_post_shape, &in) };
    return answer_goal(cli, CLI_WRITES, &call);
}

static enum err run_change(struct cli *cli)
{
    struct local_call call = { .method = M_PATCH };
    TRY(goal_path(cli, "", &call.path));
    struct goal_patch in = { .target = cli_text(cli, "target"),
                             .baseline = cli_text(cli, "baseline"),
                             .reason = cli_text(cli, "reason"),
                             .owner = cli_text(cli, "owner"),
                             .note = cli_text(cli, "note") };
    if (!i64_parse(cli->args.at[0], &in.id)) return E_INVALID; /* goal_path has read it */
    call.body = body_of(cli, &goal_patch_shape, &in);
    return answer_goal(cli, CLI_WRITES, &call);
}

static enum err run_close(struct cli *cli)
{
    struct local_call call = { .method = M_POST };
    TRY(goal_path(cli, "/close", &call.path));
    struct goal_close in = { .reason = cli_text(cli, "reason") };
    if (!i64_parse(cli->args.at[0], &in.id)) return E_INVALID;
    call.body = body_of(cli, &goal_close_shape, &in);
    return answer_goal(cli, CLI_WRITES, &call);
}

static enum err run_template(struct cli *cli)
{
    bool set = cli_has(cli, "set"), asked;
    TRY(rows_asked(cli, &asked));
    struct goal_template_ask in = { .quarter = cli_text(cli, "quarter"),
                                    .owner = cli_text(cli, "owner") };
    struct local_call call = { .method = set ? M_POST : M_GET, .path = S("/v1/goal-template") };
    struct local_reply reply;
    if (set) {
        call.body = body_of(cli, &goal_template_ask_shape, &in);
    } else {
        local_query(cli, &call, "quarter", in.quarter);
        local_query(cli, &call, "owner", in.owner);
    }
    TRY(cli_open(cli, set ? CLI_WRITES : CLI_READS));
    TRY(local_run(cli, &call, &reply));
    const struct goal_template *t = reply.out;
    if (asked) return rows_of(cli, &goal_draft_shape, &t->items, NULL);
    if (cli_answered(cli, &goal_template_shape, t)) return OK;
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, t->quarter, grid_words(cli, "基线", "Baseline"),
             grid_words(cli, "幅度", "Step"), grid_words(cli, "目标值", "Target"), S("#"));
    for (i64 i = 0; i < t->items.n; i++) {
        const struct goal_draft *d = &t->items.at[i];
        bool ratio = d->unit == METRIC_RATIO;
        str unit = d->points ? grid_words(cli, " 点", " points") : S("%");
        GRID_ROW(cli, &g, d->label, grid_figure(cli, ratio, d->baseline),
                 str_fmt(cli->c->arena, "%s%lld" STR_FMT, d->better == METRIC_LESS ? "-" : "+",
                         (long long)d->step, STR_ARG(unit)),
                 grid_figure(cli, ratio, d->target),
                 d->goal.has ? grid_count(cli, d->goal.value) : S(""));
    }
    grid_print(cli, &g);
    for (i64 i = 0; i < t->items.n; i++)
        if (t->items.at[i].problem.n)
            cli_print(cli, STR_FMT ": " STR_FMT "\n", STR_ARG(t->items.at[i].label),
                      STR_ARG(t->items.at[i].problem));
    return OK;
}

const struct verb goal_verbs[] = {
    { "goal list", NULL, "目标，连同进度、应有值、状态与预测",
      "goals with progress, pace, status and forecast", list_options, run_list, 0, 0 },
    { "goal show", "ID", "一个目标：说明、预测、变动来源", "a goal: words, forecast, what moved it",
      rows_options, run_show, 1, 1 },
    { "goal add", "METRIC", "设定目标；基线当时读出并保留", "sets a goal; its baseline is kept",
      add_options, run_add, 1, 1 },
    { "goal change", "ID", "修改目标值、基线、负责人、备注",
      "changes target, baseline, owner or note", change_options, run_change, 1, 1 },
    { "goal close", "ID", "关闭目标", "closes a goal", close_options, run_close, 1, 1 },
    { "goal template", NULL, "季度五大目标：草案，或一次设定",
      "the five goals of a quarter: drafts, or set", template_options, run_template, 0, 0 },
    { 0 },
};
