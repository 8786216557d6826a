/* cli_segment_compare.c -- koi segment compare: whom two segments share, and how they differ. */
#include "audience/question_fields.h"
#include "cli/grid.h"

static const struct cli_option compare_options[] = {
    { "field", "NAME", "只比较此字段；可给出多次", "only this field; may be given more than once",
      true },
    { "limit", "N", "最多几行，默认 30", "at most so many lines, 30 by default", false },
    CLI_OPTION_AT,
    { 0 },
};

static str percent(struct cli *cli, f64 share)
{
    return str_fmt(cli->c->arena, "%.1f%%", 100 * share);
}

static void print_overlap(struct cli *cli, const struct compare *x)
{
    const struct {
        const char *zh, *en;
        i64 members;
    } rows[] = {
        { "A", "A", x->a },
        { "B", "B", x->b },
        { "同时在 A 和 B", "in both", x->both },
        { "只在 A", "only in A", x->only_a },
        { "只在 B", "only in B", x->only_b },
        { "都不在", "in neither", x->neither },
        { "全部会员", "everybody", x->total },
    };
    struct grid g = { .columns = 3 };
    GRID_ROW(cli, &g, S(""), grid_words(cli, "会员", "Members"), grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < COUNT(rows); i++)
        GRID_ROW(cli, &g, grid_words(cli, rows[i].zh, rows[i].en), grid_count(cli, rows[i].members),
                 grid_share(cli, rows[i].members, x->total));
    grid_print(cli, &g);
}

static void print_index(struct cli *cli, const struct compare *x)
{
    struct arena *a = cli->c->arena;
    struct grid g = { .columns = 6 };
    GRID_ROW(cli, &g, grid_words(cli, "字段 值", "Field value"), S("A"), S("B"), S("A %"), S("B %"),
             S("TGI"));
    for (i64 i = 0; i < x->index.n; i++) {
        const struct compare_line *l = &x->index.at[i];
        GRID_ROW(cli, &g, str_fmt(a, STR_FMT "  " STR_FMT, STR_ARG(l->field), STR_ARG(l->value)),
                 grid_count(cli, l->a), grid_count(cli, l->b), percent(cli, l->share_a),
                 percent(cli, l->share_b), l->tgi.has ? str_fmt(a, "%.1f", l->tgi.value) : S("-"));
    }
    grid_print(cli, &g);
}

static enum err run_compare(struct cli *cli)
{
    struct compare x;
    i64 limit = 30;
    TRY(cli_i64(cli, "limit", 1, 1000, &limit));
    struct compare_ask ask = { .a = cli->args.at[0],
                               .b = cli->args.n > 1 ? cli->args.at[1] : NO_STR,
                               .fields = cli_texts(cli, "field"),
                               .limit = SOME(limit),
                               .at = cli_text(cli, "at") };
    TRY(cli_open(cli, CLI_READS));
    TRY(question_compare(cli->c, &ask, &x));
    if (cli_answered(cli, &compare_shape, &x)) return OK;
    print_overlap(cli, &x);
    cli_print(cli, "\n");
    print_index(cli, &x);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(x.how));
    return OK;
}

const struct verb compare_verbs[] = {
    { "segment compare", "A [B]", "比较两个条件的会员：重合与 TGI；只给 A 则与全部会员比较",
      "compare two expressions: overlap and TGI; with A alone: against everybody", compare_options,
      run_compare, 1, 2 },
    { 0 },
};
