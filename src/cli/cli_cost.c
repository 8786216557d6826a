/* cli_cost.c -- koi costs list and import: what touchpoints cost and who began to follow them, by
 * day. */
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/metric.h"
#include "insight/period.h"

static const struct cli_option list_options[] = {
    { "from", "DATE", "第一天，如 2020-02-01；默认最近 30 天",
      "first day, like 2020-02-01; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "touchpoint", "NAME", "只看此触点", "only of this touchpoint", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

#define FIELDS_OF_cli_costs(X, N) X(list(metric_cost), items, ANY, "Entries", N)
SHAPE(cli_costs);
SHAPE_DEFINE(cli_costs);

static enum err run_list(struct cli *cli)
{
    struct cli_costs out = { 0 };
    day from, to;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_open(cli, CLI_READS));
    TRY(period_read(cli->c, cli_text(cli, "from"), cli_text(cli, "to"), &from, &to));
    TRY(metric_costs(cli->c, from, to, cli_text(cli, "touchpoint"), &out.items));
    if (asked) return rows_of(cli, &metric_cost_shape, &out.items, NULL);
    if (cli_answered(cli, &cli_costs_shape, &out)) return OK;
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "日期", "Day"), grid_words(cli, "触点", "Touchpoint"),
             grid_words(cli, "花费", "Cost"), grid_words(cli, "新增粉丝", "New followers"),
             grid_words(cli, "备注", "Note"));
    for (i64 i = 0; i < out.items.n; i++) {
        const struct metric_cost *r = &out.items.at[i];
        GRID_ROW(cli, &g, day_text(cli->c->arena, r->day), r->touchpoint,
                 grid_amount(cli, r->amount), grid_count(cli, r->followers),
                 str_or(r->note, S("")));
    }
    grid_print(cli, &g);
    return OK;
}

static enum err write_all(struct tx *t, void *arg)
{
    const struct metric_cost_list *all = arg;
    for (i64 i = 0; i < all->n; i++) TRY(metric_cost_put(t, &all->at[i]));
    return OK;
}

static enum err run_import(struct cli *cli)
{
    struct metric_cost_list all;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(metric_costs_read(cli->c, cli->args.at[0], &all));
    TRY(store_write(cli->store, cli->c, write_all, &all));
    cli_note(cli, "写入 %lld 条", "%lld entries written", (long long)all.n);
    return OK;
}

const struct verb cost_verbs[] = {
    { "costs list", NULL, "各触点每天的花费与新增粉丝",
      "what touchpoints cost and who began to follow them, by day", list_options, run_list, 0, 0 },
    { "costs import", "FILE",
      "导入推广数据（csv、xlsx：日期、触点、花费、新增粉丝、备注）；同一触点同一天以新的为准",
      "import a file of them (csv, xlsx: day, touchpoint, amount, followers, note); one of the same"
      " touchpoint and day replaces what stood there",
      NULL, run_import, 1, 1 },
    { 0 },
};
