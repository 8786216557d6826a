/* rows.c -- a report's rows as csv on standard output, as a workbook, or both. */
#include "cli/rows.h"

#include <math.h>

enum err rows_asked(struct cli *cli, bool *asked)
{
    *asked = cli_has(cli, "csv") || cli_has(cli, "xlsx");
    if (*asked && cli->json)
        return cli_usage(cli, "--json 与 --csv、--xlsx 只能选一种",
                         "choose --json or --csv, --xlsx");
    return OK;
}

static void csv_line(struct cli *cli, const str *cells, i64 n)
{
    struct buf line = { .arena = cli->c->arena };
    for (i64 i = 0; i < n; i++) {
        if (i) buf_byte(&line, ',');
        buf_add(&line, sheet_csv_cell(line.arena, cells[i], false));
    }
    cli_print(cli, STR_FMT "\n", STR_ARG(buf_str(&line)));
}

enum err rows_begin(struct cli *cli, const char *columns, struct rows *out)
{
    strs names = str_split(cli->c->arena, str_of(columns), ' ');
    *out = (struct rows){ .cli = cli, .columns = names.n };
    if (cli_has(cli, "csv")) csv_line(cli, names.at, names.n);
    if (!cli_has(cli, "xlsx")) return OK;
    return sheet_create(cli->c, cli_text(cli, "xlsx"), true, names, &out->book);
}

void rows_add(struct rows *r, const str *cells)
{
    struct arena *a = r->cli->c->arena;
    struct arena_mark mark = arena_mark(a);
    if (r->wrong != OK) return;
    if (cli_has(r->cli, "csv")) csv_line(r->cli, cells, r->columns);
    if (r->book) r->wrong = sheet_write(r->cli->c, r->book, cells, r->columns);
    if (r->wrong == OK) arena_rewind(a, mark);
}

enum err rows_end(struct rows *r)
{
    if (r->wrong != OK) return r->wrong;
    if (!r->book) return OK;
    TRY(sheet_finish(r->cli->c, r->book));
    cli_note(r->cli, "已写入 " STR_FMT, "written: " STR_FMT, STR_ARG(cli_text(r->cli, "xlsx")));
    return OK;
}

str cell_i64(struct cli *cli, i64 n) { return str_fmt(cli->c->arena, "%lld", (long long)n); }
str cell_f64(struct cli *cli, opt_f64 v)
{
    return v.has && isfinite(v.value) ? str_fmt(cli->c->arena, "%.9g", v.value) : S("");
}
str cell_money(struct cli *cli, opt_money v)
{
    return v.has ? money_text(cli->c->arena, v.value) : S("");
}
