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
 * or, where the rows are a list of structs that is answered already:
 *
 *   if (asked) return rows_of(cli, &quadrant_category_shape, &q.items, "category net_sales");
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

/* What a verb with rows has; the first is for its table of options. */
#define CLI_OPTIONS_ROWS CLI_OPTION_CSV, CLI_OPTION_XLSX
extern const struct cli_option rows_options[]; /* of verbs that have no others */

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
void rows_written(struct cli *cli, str file); /* says that it is there */

/* All of it at once: a list { T *at; i64 n; } of any shape, a row each. columns: names of its
 * fields, "progress.status" of one within; NULL: all that have a place in a cell. */
enum err rows_of(struct cli *cli, const struct shape *shape, const void *list, const char *columns);
/* The same of one struct. */
enum err rows_of_one(struct cli *cli, const struct shape *shape, const void *one,
                     const char *columns);

/* Cells: what is not defined is empty. */
str cell_i64(struct cli *cli, i64 n);
str cell_f64(struct cli *cli, opt_f64 v);
str cell_money(struct cli *cli, opt_money v);
