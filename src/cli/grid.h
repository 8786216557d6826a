/* grid.h -- tables of reports in a terminal: columns line up, Chinese counting two; and their
 * cells.
 */
#pragma once

#include "cli/cli.h"

#define GRID_COLUMNS 64

struct grid_row {
    str cell[GRID_COLUMNS];
};
struct grid {
    struct grid_row *at; /* the first row is the heading */
    i64 n;
    int columns;
};
void grid_add(struct cli *cli, struct grid *g, const str *cells);
/* One row: GRID_ROW(cli, &grid, text, text, …), as many as there are columns. */
#define GRID_ROW(cli, grid, ...) grid_add((cli), (grid), (const str[GRID_COLUMNS]){ __VA_ARGS__ })
/* The first column stands left, the others, which are numbers, right. */
void grid_print(struct cli *cli, const struct grid *g);

str grid_count(struct cli *cli, i64 n);
str grid_amount(struct cli *cli, money m);
str grid_share(struct cli *cli, i64 part, i64 all); /* 12.5%; – of nothing */
str grid_words(struct cli *cli, const char *zh, const char *en);
str grid_figure(struct cli *cli, bool ratio, str value); /* of a metric; – where not defined */
