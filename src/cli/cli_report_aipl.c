/* cli_report_aipl.c -- koi report aipl, histogram, cross: the stages members stand at and how they
 * moved; how fields are spread. */
#include "audience/question_fields.h"
#include "cli/grid.h"
#include "cli/rows.h"

/* -- AIPL ------------------------------------------------------------------------------------- */

static const struct cli_option aipl_options[] = {
    { "from", "DATE", "前一个日期（截至此日 0 点）或时刻；默认 to 之前 30 天",
      "the earlier day (as of its 00:00) or moment; default: 30 days before --to", false },
    { "to", "DATE", "后一个日期或时刻；默认现在", "the later day or moment; default: now", false },
    CLI_OPTION_SEGMENT,
    CLI_OPTIONS_ROWS,
    { 0 },
};

static str stage_name(struct cli *cli, const struct aipl_stage *s)
{
    return say(cli->c, s->zh, s->en);
}

/* Rows: where they stood at first; columns: where they stand now. */
static void print_flow(struct cli *cli, const struct aipl *a)
{
    struct grid g = { .columns = (int)a->stages.n + 1 };
    str row[GRID_COLUMNS] = { grid_words(cli, "从 \\ 到", "from \\ to") };
    for (i64 k = 0; k < a->stages.n; k++) row[k + 1] = stage_name(cli, &a->stages.at[k]);
    grid_add(cli, &g, row);
    for (i64 i = 0; i < a->stages.n; i++) {
        row[0] = stage_name(cli, &a->stages.at[i]);
        for (i64 k = 0; k < a->stages.n; k++)
            row[k + 1] = grid_count(cli, a->flow.at[i * a->stages.n + k].members);
        grid_add(cli, &g, row);
    }
    grid_print(cli, &g);
}

static enum err run_aipl(struct cli *cli)
{
    struct aipl a;
    bool asked;
    TRY(rows_asked(cli, &asked));
    struct aipl_ask ask = { .from = cli_text(cli, "from"),
                            .to = cli_text(cli, "to"),
                            .segment = cli_text(cli, "segment") };
    TRY(cli_open(cli, CLI_READS));
    TRY(question_aipl(cli->c, &ask, &a));
    if (asked) return rows_of(cli, &aipl_flow_shape, &a.flow, NULL);
    if (cli_answered(cli, &aipl_shape, &a)) return OK;
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, S("AIPL"), a.from, grid_words(cli, "占比", "Share"), a.to,
             grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < a.stages.n; i++) {
        const struct aipl_stage *s = &a.stages.at[i];
        GRID_ROW(cli, &g, stage_name(cli, s), grid_count(cli, s->members_from),
                 grid_share(cli, s->members_from, a.members), grid_count(cli, s->members),
                 grid_share(cli, s->members, a.members));
    }
    GRID_ROW(cli, &g, grid_words(cli, "合计", "All"), grid_count(cli, a.members), S(""),
             grid_count(cli, a.members), S(""));
    grid_print(cli, &g);
    cli_print(cli, "\n");
    print_flow(cli, &a);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(a.how));
    return OK;
}

/* -- histogram -------------------------------------------------------------------------------- */

static const struct cli_option histogram_options[] = {
    { "bins", "N", "最多分几段，2 到 100", "at most so many bins, 2 to 100", false },
    CLI_OPTIONS_ROWS,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static enum err run_histogram(struct cli *cli)
{
    struct histogram h;
    i64 bins = 0;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_i64(cli, "bins", 2, 100, &bins));
    struct histogram_ask ask = { .field = cli->args.at[0],
                                 .segment = cli_text(cli, "segment"),
                                 .at = cli_text(cli, "at"),
                                 .bins = bins ? SOME(bins) : NONE };
    TRY(cli_open(cli, CLI_READS));
    TRY(question_histogram(cli->c, &ask, &h));
    if (asked) return rows_of(cli, &histogram_bin_shape, &h.bins, "low high label members");
    if (cli_answered(cli, &histogram_shape, &h)) return OK;
    struct grid g = { .columns = 3 };
    GRID_ROW(cli, &g, h.field, grid_words(cli, "会员", "Members"),
             grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < h.bins.n; i++)
        GRID_ROW(cli, &g, h.bins.at[i].label, grid_count(cli, h.bins.at[i].members),
                 grid_share(cli, h.bins.at[i].members, h.members));
    GRID_ROW(cli, &g, grid_words(cli, "未知", "unknown"), grid_count(cli, h.unknown),
             grid_share(cli, h.unknown, h.members));
    grid_print(cli, &g);
    if (h.mean.n)
        cli_print(cli, "\n%s " STR_FMT "  %s " STR_FMT "\n", cli->c->locale == ZH ? "均值" : "mean",
                  STR_ARG(h.mean), cli->c->locale == ZH ? "中位数" : "median", STR_ARG(h.median));
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(h.how));
    return OK;
}

/* -- cross table ------------------------------------------------------------------------------ */

static const struct cli_option cross_options[] = {
    CLI_OPTION_SEGMENT, CLI_OPTION_AT, CLI_OPTIONS_ROWS, { 0 }
};

static enum err save_cross(struct cli *cli, const struct cross *x)
{
    struct rows r;
    TRY(rows_begin(cli, "a b members", &r));
    for (i64 i = 0; i < x->a.n; i++)
        for (i64 k = 0; k < x->b.n; k++)
            ROWS_ADD(&r, x->a.at[i], x->b.at[k], cell_i64(cli, x->cells.at[i].members.at[k]));
    return rows_end(&r);
}

static enum err run_cross(struct cli *cli)
{
    struct cross x;
    bool asked;
    TRY(rows_asked(cli, &asked));
    struct cross_ask ask = { .a = cli->args.at[0],
                             .b = cli->args.at[1],
                             .segment = cli_text(cli, "segment"),
                             .at = cli_text(cli, "at") };
    TRY(cli_open(cli, CLI_READS));
    TRY(question_cross(cli->c, &ask, &x));
    if (asked) return save_cross(cli, &x);
    if (cli_answered(cli, &cross_shape, &x)) return OK;
    struct grid g = { .columns = (int)x.b.n + 2 }; /* an axis has 22 bands at most */
    str row[GRID_COLUMNS] = { str_fmt(cli->c->arena, STR_FMT " \\ " STR_FMT, STR_ARG(ask.a),
                                      STR_ARG(ask.b)) };
    for (i64 k = 0; k < x.b.n; k++) row[k + 1] = x.b.at[k];
    row[x.b.n + 1] = grid_words(cli, "合计", "All");
    grid_add(cli, &g, row);
    for (i64 i = 0; i < x.a.n; i++) {
        row[0] = x.a.at[i];
        for (i64 k = 0; k < x.b.n; k++) row[k + 1] = grid_count(cli, x.cells.at[i].members.at[k]);
        row[x.b.n + 1] = grid_count(cli, x.a_members.at[i]);
        grid_add(cli, &g, row);
    }
    row[0] = grid_words(cli, "合计", "All");
    for (i64 k = 0; k < x.b.n; k++) row[k + 1] = grid_count(cli, x.b_members.at[k]);
    row[x.b.n + 1] = grid_count(cli, x.members);
    grid_add(cli, &g, row);
    grid_print(cli, &g);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(x.how));
    return OK;
}

const struct verb aipl_verbs[] = {
    { "report aipl", NULL, "AIPL 各阶段人数，及两个日期之间的流转",
      "members of each AIPL stage, and how they moved between two days", aipl_options, run_aipl, 0,
      0 },
    { "report histogram", "FIELD", "一个字段在会员中的分布", "how a field is spread over members",
      histogram_options, run_histogram, 1, 1 },
    { "report cross", "A B", "两个字段的交叉表", "a table of two fields", cross_options, run_cross,
      2, 2 },
    { 0 },
};
