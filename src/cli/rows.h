/* rows.h -- a report's rows as a file: --csv to standard output, --xlsx FILE as a workbook, one way
 * for all reports.
 *
 *   bool asked;
 *   TRY(rows_asked(cli, &asked));            before the store is opened
 *   if (asked) {
 *       struct rows r;
 *       TRY(rows_begin(cli, "part factor a", &r));
 *       ROWS_ADD(&r, part, name, number);    for each; cells may be long gone afterwards
 *       return rows_end(&r);
 *   }
 *
 * Names of columns are English and stay; numbers are plain; what is not defined is an empty cell;
 * texts that a spreadsheet would run are made harmless. Rows are not held: any number.
 */
#pragma once

#include "cli/cli.h"
#include "sheet/sheet.h"

#define CLI_OPTION_XLSX                                                                 \
    {                                                                                   \
        "xlsx", "FILE", "写成 xlsx 文件", "write a workbook (xlsx) of this name", false \
    }

struct rows {
    struct cli *cli;
    struct sheet_out *book; /* NULL: none is asked for */
    i64 columns;
    enum err wrong; /* of the first row that could not be written; later ones are dropped */
};
/* Bad usage: together with --json. */
enum err rows_asked(struct cli *cli, bool *asked);
enum err rows_begin(struct cli *cli, const char *columns, struct rows *out);
void rows_add(struct rows *r, const str *cells);
#define ROWS_ADD(r, ...) rows_add((r), (const str[]){ __VA_ARGS__ })
enum err rows_end(struct rows *r);

/* Cells: what is not defined is empty. */
str cell_i64(struct cli *cli, i64 n);
str cell_f64(struct cli *cli, opt_f64 v);
str cell_money(struct cli *cli, opt_money v);
