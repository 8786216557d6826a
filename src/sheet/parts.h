/* parts.h -- inside the sheet room: what the readers of csv and xlsx have in common. */
#pragma once

#include "sheet/sheet.h"
#include "sheet/source.h"

#define LINE_MAX_BYTES (1 << 20)
#define COLUMNS_MAX    16384

/* A row as the file has it: cells cleaned, no columns matched yet. `cells` has room for COLUMNS_MAX
 * when there are that many; valid until the next row. */
struct raw_row {
    i64 number;
    str *cells;
    i64 n;
    str bad;
};

/* Blanks trimmed, ="…" unwrapped, a leading tab or apostrophe dropped. */
str clean_cell_slow(str s);
static inline str clean_cell(const char *at, i64 n)
{
    str s = { at, n };
    if (n == 0) return (str){ "", 0 };
    u8 first = (u8)at[0], last = (u8)at[n - 1];
    if (first > ' ' && first < 0x80 && first != '=' && first != '\'' && last > ' ' && last < 0x80)
        return s;
    return clean_cell_slow(s);
}

struct csv;
enum err csv_open(struct ctx *c, struct source *source, char separator, struct csv **out);
void csv_close(struct csv *csv);
enum err csv_next(struct ctx *c, struct csv *csv, struct raw_row *row, bool *more);

struct xlsx;
/* fd: of the zip file itself; taken over. */
enum err xlsx_open(struct ctx *c, int fd, str sheet_name, struct xlsx **out);
void xlsx_close(struct xlsx *x);
enum err xlsx_next(struct ctx *c, struct xlsx *x, struct raw_row *row, bool *more);
f64 xlsx_progress(const struct xlsx *x);
bool xlsx_date1904(const struct xlsx *x);
