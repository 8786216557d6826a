/* cells.h -- inside the importer: the cells of a row as values, for rows of every kind. */
#pragma once

#include "import/import.h"

/* The last text of a date column and what it meant: rows of one order repeat it. */
struct instant_memo {
    char text[48];
    i64 n;
    instant value;
};

struct row_fault {
    int column; /* -1: of the row */
    str value, reason;
};

struct cells {
    struct ctx *c;
    const struct import_plan *p;
    const struct sheet_row *row;
    struct instant_memo *memo;
    struct row_fault *fault; /* the first */
    bool ok;
};
/* Reasons are constant texts, or live in c->arena. */
void cells_refuse(struct cells *r, int column, str value, str reason);
/* Absent where no column is the field, or its cell says nothing. */
str cells_text(struct cells *r, enum import_field f, i64 max);
str cells_id(struct cells *r, enum import_field f);
opt_money cells_money(struct cells *r, enum import_field f);
opt_i64 cells_count(struct cells *r, enum import_field f);
opt_instant cells_instant(struct cells *r, enum import_field f, int memo);
/* Notes a refused row of the batch; column -1: of the row. */
void batch_refuse(struct import_batch *b, const struct import_plan *p, i64 row, int column,
                  str value, str reason);
