/* cli_path.c -- koi report paths, attribution: ways people go between two events, and which touches
 * before a conversion earned it; as tables, JSON, csv or xlsx. */
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/path.h"

static enum err ask_number(struct cli *cli, const char *name, i64 min, i64 max, opt_i64 *out)
{
    if (!cli_has(cli, name)) return OK;
    out->has = true;
    return cli_i64(cli, name, min, max, &out->value);
}

/* -- paths ------------------------------------------------------------------------------------ */

static const struct cli_option paths_options[] = {
    { "start", "EVENT", "起点：行为，如 \"Product Viewed\"，或 touchpoint:小程序",
      "begins with: an event, like \"Product Viewed\", or touchpoint:NAME", false },
    { "end", "EVENT", "终点：行为或 touchpoint:触点；起点、终点都可省略",
      "leads to: an event or touchpoint:NAME; either end may be left out", false },
    { "steps", "N", "显示几步（2 到 10，含两端）；默认 5",
      "steps shown, both ends included (2 to 10); default: 5", false },
    { "within", "DURATION", "从第一行到最后一行的时限：30m、7d；默认 7d",
      "from the first row to the last: 30m, 7d; default: 7d", false },
    { "of", "WHAT", "步骤按行为（event）还是触点（touchpoint）", "steps are event or touchpoint",
      false },
    { "gap", "MINUTES", "停顿超过多少分钟路径即止", "a longer pause ends a path", false },
    { "repeats", NULL, "连续相同的步骤逐次计", "the same step again counts as another", false },
    { "top", "N", "最常见的几条（1 到 200）；默认 20", "most common paths (1 to 200); default: 20",
      false },
    { "nodes", "N", "每层区分几个节点（1 到 20）；默认 8",
      "nodes of a layer told apart (1 to 20); default: 8", false },
    { "from", "DATE", "期间第一天；默认最近 30 天", "first day; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）", "last day, included", false },
    CLI_OPTION_CSV,
    CLI_OPTION_XLSX,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static str outcome_words(struct cli *cli, enum path_direction direction, enum path_outcome outcome)
{
    static const struct {
        const char *zh, *en;
    } words[] = { { "到达", "arrived" },
                  { "之后到达", "arrived later" },
                  { "继续", "went on" },
                  { "流失", "ended" } };
    if (direction == PATH_TO && outcome == PATH_ENDED) return grid_words(cli, "由此开始", "began");
    if (direction == PATH_TO && outcome == PATH_WENT_ON)
        return grid_words(cli, "之前还有", "more before");
    return grid_words(cli, words[outcome].zh, words[outcome].en);
}

static void print_paths(struct cli *cli, const struct paths_answer *out)
{
    struct grid g = { .columns = 4 };
    GRID_ROW(cli, &g, grid_words(cli, "路径", "Path"), grid_words(cli, "结果", "How it ends"),
             grid_words(cli, "会员", "Members"), grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < out->paths.n; i++) {
        const struct path_row *p = &out->paths.at[i];
        GRID_ROW(cli, &g, str_join(cli->c->arena, p->steps, S(" > ")),
                 outcome_words(cli, out->direction, p->outcome), grid_count(cli, p->members),
                 grid_share(cli, p->members, out->began));
    }
    grid_print(cli, &g);
}

static enum err save_paths(struct cli *cli, const struct paths_answer *out)
{
    struct rows r;
    TRY(rows_begin(cli, "path outcome members share", &r));
    for (i64 i = 0; i < out->paths.n; i++) {
        const struct path_row *p = &out->paths.at[i];
        opt_f64 share = { out->began > 0, out->began ? (f64)p->members / (f64)out->began : 0 };
        ROWS_ADD(&r, str_join(cli->c->arena, p->steps, S(" > ")),
                 choice_name(&path_outcome_choice, (int)p->outcome), cell_i64(cli, p->members),
                 cell_f64(cli, share));
    }
    return rows_end(&r);
}

/* The streams: each node with who came, and who went no further. */
static void print_nodes(struct cli *cli, const struct paths_answer *out)
{
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "步骤", "Step"), grid_words(cli, "会员", "Members"),
             grid_words(cli, "到达", "Arrived"),
             out->direction == PATH_TO ? grid_words(cli, "由此开始", "Began")
                                       : grid_words(cli, "流失", "Ended"),
             grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < out->nodes.n; i++) {
        const struct path_node *n = &out->nodes.at[i];
        GRID_ROW(
            cli, &g,
            str_fmt(cli->c->arena, "%lld  " STR_FMT, (long long)n->layer + 1, STR_ARG(n->name)),
            grid_count(cli, n->members), grid_count(cli, n->arrived), grid_count(cli, n->ended),
            grid_share(cli, n->ended, n->members));
    }
    grid_print(cli, &g);
}

static enum err run_paths(struct cli *cli)
{
    struct paths_answer out;
    int of = PATH_OF_EVENT;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_choice(cli, "of", &path_of_choice, &of));
    struct paths_ask ask = { .start = cli_text(cli, "start"),
                             .end = cli_text(cli, "end"),
                             .within = cli_text(cli, "within"),
                             .of = (enum path_of)of,
                             .repeats = cli_has(cli, "repeats"),
                             .from = cli_text(cli, "from"),
                             .to = cli_text(cli, "to"),
                             .segment = cli_text(cli, "segment"),
                             .at = cli_text(cli, "at") };
    TRY(ask_number(cli, "steps", PATH_STEPS_MIN, PATH_STEPS_MAX, &ask.steps));
    TRY(ask_number(cli, "nodes", 1, PATH_NODES_MAX, &ask.nodes));
    TRY(ask_number(cli, "top", 1, PATH_TOP_MAX, &ask.top));
    TRY(ask_number(cli, "gap", 1, 527040, &ask.gap));
    TRY(cli_open(cli, CLI_READS));
    TRY(paths_make(cli->c, &ask, &out));
    if (cli_answered(cli, &paths_answer_shape, &out)) return OK;
    if (asked) return save_paths(cli, &out);
    print_paths(cli, &out);
    cli_print(cli, "\n");
    print_nodes(cli, &out);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

/* -- attribution ------------------------------------------------------------------------------ */

static const struct cli_option attribution_options[] = {
    { "event", "EVENT", "转化行为，如 \"Order Completed\"；默认为购买（退款后净额）",
      "the conversion, like \"Order Completed\"; default: a purchase, at its net", false },
    { "window", "DURATION", "转化之前多久内的触达：24h、30d；默认 30d",
      "touches at most so long before: 24h, 30d; default: 30d", false },
    { "half-life", "DURATION", "时间衰减的半衰期；默认 7d", "of time decay; default: 7d", false },
    { "model", "NAMES",
      "first、last、last_non_direct、linear、position、time_decay，可用逗号并列；默认 all",
      "first, last, last_non_direct, linear, position, time_decay, several by commas; default: all",
      false },
    { "by", "WHAT", "功劳归触点（touchpoint）还是行为（event）", "credit to touchpoint or event",
      false },
    { "look-past", NULL, "上一次转化之前的触达也计入",
      "also touches before the member's earlier conversion", false },
    { "from", "DATE", "期间第一天；默认最近 30 天", "first day; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）", "last day, included", false },
    CLI_OPTION_CSV,
    CLI_OPTION_XLSX,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static str model_words(struct cli *cli, enum attribution_model model)
{
    static const char *const zh[] = { "首次", "末次", "末次非直接", "平均", "位置", "时间衰减" };
    static const char *const en[] = { "First",  "Last",     "Last non-direct",
                                      "Linear", "Position", "Time decay" };
    return grid_words(cli, zh[model], en[model]);
}

/* What each touchpoint gets by each model: money, or conversions. */
static void print_credit(struct cli *cli, const struct attribution_answer *out, bool amounts)
{
    struct grid g = { .columns = (int)out->models.n + 1 };
    str cells[GRID_COLUMNS] = { amounts ? grid_words(cli, "金额", "Money")
                                        : grid_words(cli, "转化", "Conversions") };
    for (i64 k = 0; k < out->models.n; k++)
        cells[k + 1] = model_words(
            cli, (enum attribution_model)choice_find(&attribution_model_choice, out->models.at[k]));
    grid_add(cli, &g, cells);
    for (i64 i = 0; i < out->rows.n; i++) {
        const struct attribution_row *row = &out->rows.at[i];
        cells[0] = row->touch;
        for (i64 k = 0; k < row->credit.n; k++)
            cells[k + 1] = amounts ? grid_amount(cli, row->credit.at[k].money)
                                   : str_fmt(cli->c->arena, "%.2f", row->credit.at[k].conversions);
        grid_add(cli, &g, cells);
    }
    grid_print(cli, &g);
}

static enum err save_credit(struct cli *cli, const struct attribution_answer *out)
{
    struct rows r;
    TRY(rows_begin(cli, "touch kind model conversions money", &r));
    for (i64 i = 0; i < out->rows.n; i++)
        for (i64 k = 0; k < out->models.n; k++) {
            const struct attribution_row *row = &out->rows.at[i];
            ROWS_ADD(&r, row->touch, choice_name(&attribution_row_kind_choice, row->kind),
                     out->models.at[k],
                     str_fmt(cli->c->arena, "%.6f", row->credit.at[k].conversions),
                     money_text(cli->c->arena, row->credit.at[k].money));
        }
    return rows_end(&r);
}

static enum err run_attribution(struct cli *cli)
{
    struct attribution_answer out;
    int by = ATTRIBUTE_TOUCHPOINT;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_choice(cli, "by", &attribution_by_choice, &by));
    struct attribution_ask ask = { .event = cli_text(cli, "event"),
                                   .window = cli_text(cli, "window"),
                                   .half_life = cli_text(cli, "half-life"),
                                   .model = cli_text(cli, "model"),
                                   .by = (enum attribution_by)by,
                                   .from = cli_text(cli, "from"),
                                   .to = cli_text(cli, "to"),
                                   .segment = cli_text(cli, "segment"),
                                   .at = cli_text(cli, "at") };
    if (cli_has(cli, "look-past")) ask.look_past = (opt_flag){ true, true };
    TRY(cli_open(cli, CLI_READS));
    TRY(attribution_make(cli->c, &ask, &out));
    if (cli_answered(cli, &attribution_answer_shape, &out)) return OK;
    if (asked) return save_credit(cli, &out);
    struct grid g = { .columns = 3 };
    GRID_ROW(cli, &g, S(""), grid_words(cli, "转化", "Conversions"),
             grid_words(cli, "金额", "Money"));
    GRID_ROW(cli, &g, grid_words(cli, "合计", "All"), grid_count(cli, out.conversions),
             grid_amount(cli, out.money));
    GRID_ROW(cli, &g, grid_words(cli, "有触达", "With a touch"), grid_count(cli, out.touched),
             grid_amount(cli, out.money_touched));
    grid_print(cli, &g);
    cli_print(cli, "\n");
    print_credit(cli, &out, true);
    cli_print(cli, "\n");
    print_credit(cli, &out, false);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

const struct verb path_verbs[] = {
    { "report paths", NULL, "路径：两个行为或触点之间最常见的走法与流失",
      "paths: the most common ways between two events, with drop-off", paths_options, run_paths, 0,
      0 },
    { "report attribution", NULL, "归因：转化分给之前的触达，各模型并列",
      "attribution: conversions divided among the touches before them", attribution_options,
      run_attribution, 0, 0 },
    { 0 },
};
