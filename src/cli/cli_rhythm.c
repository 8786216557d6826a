/* cli_rhythm.c -- koi report daily, weekly, monthly, quarterly: what a period came to and why, on
 * the screen, as JSON, as a workbook, as a PDF. */
#include "base/clock.h"
#include "base/json.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/metric.h"
#include "insight/product.h"
#include "insight/report.h"

static const struct cli_option options[] = {
    { "at", "DATE", "这一天 0 点时最近结束的期间；默认今天",
      "of the last period that was over when this day began; default: today", false },
    { "xlsx", "FILE", "写成工作簿（每节一张表，带图表）",
      "write a workbook, a sheet a block, with charts", false },
    { "pdf", "FILE", "写成 PDF（A4）", "write a PDF (A4)", false },
    { 0 },
};

static enum report_kind kind_of(const struct cli *cli)
{
    str word = str_of(cli->verb->name + sizeof "report");
    return (enum report_kind)choice_find(&report_kind_choice, word);
}

static str cell_shown(struct cli *cli, const struct report_column *k, const struct report_row *r,
                      i64 at)
{
    enum report_unit unit = k->unit == REPORT_ROW ? r->unit : k->unit;
    str text = r->cells.at[at].value;
    money amount;
    f64 v;
    if (!text.at) return S("–");
    if (unit == REPORT_MONEY && money_parse(text, &amount)) {
        const money cent = MONEY_UNIT / 100; /* parts of orders may be finer; JSON has them all */
        return grid_amount(cli, (amount + (amount < 0 ? -cent / 2 : cent / 2)) / cent * cent);
    }
    if (unit == REPORT_TEXT || !f64_parse(text, &v)) return text;
    if (unit == REPORT_RATIO) return str_fmt(cli->c->arena, "%.1f%%", v * 100);
    if (unit == REPORT_CHANGE) return str_fmt(cli->c->arena, "%+.1f%%", v * 100);
    return unit == REPORT_TIMES ? str_fmt(cli->c->arena, "%.2f", v) : grid_count(cli, (i64)v);
}

static void print_block(struct cli *cli, const struct report_block *b)
{
    struct grid g = { .columns = (int)b->columns.n };
    str cells[GRID_COLUMNS];
    cli_print(cli, "\n== " STR_FMT " ==\n", STR_ARG(b->title));
    for (i64 i = 0; i < b->sentences.n; i++)
        cli_print(cli, "- " STR_FMT "\n", STR_ARG(b->sentences.at[i].text));
    if (b->rows.n == 0 || b->columns.n > GRID_COLUMNS) return;
    cli_print(cli, "\n");
    for (i64 k = 0; k < b->columns.n; k++) cells[k] = b->columns.at[k].label;
    grid_add(cli, &g, cells);
    for (i64 i = 0; i < b->rows.n; i++) {
        for (i64 k = 0; k < b->columns.n; k++)
            cells[k] = cell_shown(cli, &b->columns.at[k], &b->rows.at[i], k);
        grid_add(cli, &g, cells);
    }
    grid_print(cli, &g);
}

static void print_report(struct cli *cli, const struct report *r)
{
    cli_print(cli, STR_FMT "\n\n", STR_ARG(r->title));
    for (i64 i = 0; i < r->summary.n; i++)
        cli_print(cli, "- " STR_FMT "\n", STR_ARG(r->summary.at[i].text));
    for (i64 i = 0; i < r->blocks.n; i++) print_block(cli, &r->blocks.at[i]);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r->definition));
}

/* In memory of its own, given back before files are written: fonts want as much again. */
static enum err compose(struct cli *cli, day at, struct report *out)
{
    struct ctx own = *cli->c;
    struct report of[2];
    struct buf text = { .arena = cli->c->arena };
    own.arena = arena_new();
    enum err e = report_compose(&own, kind_of(cli), at, of);
    if (e == OK) json_write(&text, &report_shape, &of[own.locale]);
    else cli->c->why = own.why;
    arena_free(own.arena);
    metric_forget();
    TRY(e);
    *out = (struct report){ 0 };
    return json_read(cli->c, &report_shape, out, buf_str(&text));
}

static enum err run(struct cli *cli)
{
    struct report report, *r = &report;
    day at;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(product_follow(cli->store, cli->c));
    TRY(report_at_read(cli->c, cli_text(cli, "at"), &at));
    TRY(compose(cli, at, r));
    str book = cli_text(cli, "xlsx"), pages = cli_text(cli, "pdf");
    if (book.at) TRY(report_write_xlsx(cli->c, r, cli->c->now, book));
    if (book.at) rows_written(cli, book);
    if (pages.at) TRY(report_write_pdf(cli->c, r, cli->c->now, pages));
    if (pages.at) rows_written(cli, pages);
    if (cli_answered(cli, &report_shape, r)) return OK;
    if (!book.at && !pages.at) print_report(cli, r);
    return OK;
}

#define RHYTHM(NAME, ZH, EN)                             \
    {                                                    \
        "report " NAME, NULL, ZH, EN, options, run, 0, 0 \
    }
const struct verb rhythm_verbs[] = {
    RHYTHM("daily", "日报：昨天，比前一天与上周同日",
           "daily watch: yesterday, beside the day before and"
           " the same weekday last week"),
    RHYTHM("weekly", "周报：上一个完整的周，比前一周与去年同周",
           "weekly report: the last whole week, beside the week before and a year ago"),
    RHYTHM("monthly", "月报：上一个完整的月，比前一月与去年同月",
           "monthly review: the last whole month, beside the month before and a year ago"),
    RHYTHM("quarterly", "季报：上一个完整的季度，比前一季与去年同季",
           "quarterly adjustment: the last whole quarter, beside the one before and a year ago"),
    { 0 },
};
