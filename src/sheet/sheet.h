/* sheet.h -- reads tables out of the files people have (csv, xlsx; plain or gz; any Chinese
 * encoding) and writes them.
 *
 * Promises
 *   - constant_memory: whatever the file's size, at most a few MB (shared strings of an xlsx are
 *     spooled to a file and mapped, up to 1 GiB).
 *   - cells_come_clean: UTF-8; ="…" unwrapped, leading tab or apostrophe dropped, blanks trimmed; a
 * BOM never shows.
 *   - broken_files_are_refused_with_the_place: cut short, NULs, a line over 1 MiB, a zip bomb, not
 * this format: E_UNSUPPORTED or E_INVALID with line or row; rows before the place have been given
 * out.
 *   - a repeated header row and empty rows are passed over (counted in sheet_row.number all the
 * same). Encoding: BOM, else UTF-8 when valid, else GB18030 (0x80 as the euro sign), decided on the
 * first 1 MiB and checked on.
 */
#pragma once

#include "base/ctx.h"

struct sheet;

struct sheet_options {
    strs columns;   /* names for a file without a header; absent: the first non-empty row is the
                       header */
    str sheet_name; /* xlsx: which sheet; absent: the first */
    char separator; /* 0: guess among , ; tab | */
};

struct sheet_row {
    i64 number; /* as a person counts in the file: the header is 1 */
    const str *cells;
    i64 n; /* always the number of columns: short rows are filled with empty cells, longer ones cut
              (if the rest is empty) or refused as a bad row: then `bad` says why */
    str bad; /* absent: fine */
};

/* kind by content, not by name. The sheet lives in its own memory; close it (or let c->arena's end
 * do it). */
enum err sheet_open(struct ctx *c, str path, struct sheet_options o, struct sheet **out);
void sheet_close(struct sheet *s);
strs sheet_columns(const struct sheet *s);          /* trimmed names; empty ones are "column 3" */
str sheet_format(const struct sheet *s);            /* "csv gb18030", "xlsx", "csv utf-8 gzip" */
bool sheet_dates_are_serial(const struct sheet *s); /* xlsx: date cells are given as ISO text; plain
                                                       numbers in date columns are serial days */
/* Where the columns of these kinds are, each under any of its names (upper and lower case alike);
 * -1: there is none. */
enum { SHEET_NAMES = 6 };
void sheet_find(struct ctx *c, const struct sheet *s, const char *const (*names)[SHEET_NAMES],
                i64 kinds, i64 *at);
/* The next row, or *more = false at the end. Cells live until the next call. */
enum err sheet_next(struct ctx *c, struct sheet *s, struct sheet_row *row, bool *more);
/* 0..1: how much of the file has been read, for progress bars. */
f64 sheet_progress(const struct sheet *s);

/* A cell as csv has it: quoted where it must be, or always; what a spreadsheet would run as a
 * formula
 * (= + - @ tab first, and not a number) has an apostrophe before it. */
str sheet_csv_cell(struct arena *a, str cell, bool quoted);

/* Writing csv (UTF-8 with BOM so that Excel reads it; cells that begin with = + - @ tab are
 * neutralised) and xlsx. */
struct sheet_out;
enum err sheet_create(struct ctx *c, str path, bool xlsx, strs columns, struct sheet_out **out);
enum err sheet_write(struct ctx *c, struct sheet_out *o, const str *cells, i64 n);
enum err sheet_finish(struct ctx *c, struct sheet_out *o);

/* A file that a library writes by its name: whether it can be written, in words that name it; it is
 * there and empty afterwards. And when it could not be written to its end (errno says why, 0: only
 * `why` does): it is taken away, and said. What sheet_create makes is kept so by itself. */
enum err sheet_file_begin(struct ctx *c, str path);
enum err sheet_file_failed(struct ctx *c, str path, const char *why);

struct room;
extern const struct room sheet_room; /* sheet_api.c */
