/* sheet.c -- opens a file by its content and gives its rows out under the names of its header. */
#include "sheet/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/scratch.h"

#define GZIP_XLSX_MAX ((i64)1 << 30)

struct sheet {
    struct arena *arena; /* columns, format */
    struct source *source;
    struct csv *csv;
    struct xlsx *xlsx;
    strs header;  /* as the file has it, to know it again */
    strs columns; /* trimmed, named, all different */
    str format;
    bool has_pending; /* a row read while looking for the header */
    struct raw_row pending;
    str *cells; /* of the row given out */
    char bad[160];
    struct sheet **handle; /* where the caller's arena knows us */
};

str clean_cell_slow(str s)
{
    s = str_trim(s);
    if (s.n >= 3 && s.at[0] == '=' && s.at[1] == '"' && s.at[s.n - 1] == '"')
        s = str_trim((str){ s.at + 2, s.n - 3 });
    if (s.n && s.at[0] == '\'') s = str_trim((str){ s.at + 1, s.n - 1 });
    if (s.n == 0) return (str){ "", 0 };
    return s;
}

static void close_handle(void *arg)
{
    struct sheet **handle = arg;
    if (*handle) {
        (*handle)->handle = NULL;
        sheet_close(*handle);
    }
}

void sheet_close(struct sheet *s)
{
    if (!s) return;
    if (s->handle) *s->handle = NULL;
    csv_close(s->csv);
    xlsx_close(s->xlsx);
    source_close(s->source);
    free(s->cells);
    arena_free(s->arena);
    free(s);
}

static enum err raw_next(struct ctx *c, struct sheet *s, struct raw_row *row, bool *more)
{
    if (s->has_pending) {
        s->has_pending = false;
        *row = s->pending;
        *more = true;
        return OK;
    }
    return s->csv ? csv_next(c, s->csv, row, more) : xlsx_next(c, s->xlsx, row, more);
}

static i64 filled_cells(const struct raw_row *row)
{
    i64 n = 0;
    for (i64 i = 0; i < row->n; i++) n += row->cells[i].n > 0;
    return n;
}

/* The next row with something in it, copied. */
static enum err next_filled(struct ctx *c, struct sheet *s, struct raw_row *row, bool *more)
{
    do {
        TRY(raw_next(c, s, row, more));
    } while (*more && filled_cells(row) == 0);
    if (!*more) return OK;
    str *copy = NEWS(s->arena, str, row->n ? row->n : 1);
    for (i64 i = 0; i < row->n; i++) copy[i] = str_copy(s->arena, row->cells[i]);
    row->cells = copy;
    return OK;
}

static str unused_name(struct sheet *s, str name, i64 before)
{
    str base = name;
    for (i64 copy = 2;; copy++) {
        bool used = false;
        for (i64 i = 0; i < before && !used; i++) used = str_eq(s->columns.at[i], name);
        if (!used) return name;
        name = str_fmt(s->arena, STR_FMT " (%lld)", STR_ARG(base), (long long)copy);
    }
}

static void name_columns(struct sheet *s, strs header)
{
    s->header = header;
    s->columns.at = NEWS(s->arena, str, header.n ? header.n : 1);
    s->columns.n = header.n;
    for (i64 i = 0; i < header.n; i++) {
        str name = header.at[i];
        if (name.n == 0) name = str_fmt(s->arena, "column %lld", (long long)i + 1);
        /* Names must differ for mappings to be clear; a header of thousands of columns is not
         * compared. */
        s->columns.at[i] = header.n <= 1000 ? unused_name(s, name, i) : name;
    }
    s->cells = calloc((size_t)(header.n ? header.n : 1), sizeof *s->cells);
    if (!s->cells) abort();
}

/* The first filled row; a title of one cell above a wider row is passed over. */
static enum err read_header(struct ctx *c, struct sheet *s)
{
    struct raw_row first, second;
    bool more = false;
    TRY(next_filled(c, s, &first, &more));
    if (!more) return fail(c, E_INVALID, "文件里没有任何内容", "there is nothing in the file");
    if (filled_cells(&first) == 1) {
        TRY(next_filled(c, s, &second, &more));
        if (more && filled_cells(&second) >= 3) {
            first = second;
        } else if (more) {
            s->pending = second;
            s->has_pending = true;
        }
    }
    if (first.n > COLUMNS_MAX)
        return fail(c, E_INVALID, "第 %lld 行有 %lld 列，最多 %d 列",
                    "row %lld has %lld columns; at most %d are read", (long long)first.number,
                    (long long)first.n, COLUMNS_MAX);
    if (!str_empty(first.bad))
        return fail(c, E_INVALID, "表头（第 %lld 行）：" STR_FMT, "the header (row %lld): " STR_FMT,
                    (long long)first.number, STR_ARG(first.bad));
    name_columns(s, (strs){ first.cells, first.n });
    return OK;
}

static enum err open_text(struct ctx *c, struct sheet *s, char separator)
{
    static const char *const names[] = { "utf-8", "utf-8", "gb18030", "utf-16le", "utf-16be" };
    TRY(source_begin_text(c, s->source));
    TRY(csv_open(c, s->source, separator, &s->csv));
    s->format = str_fmt(s->arena, "csv %s%s", names[source_encoding(s->source)],
                        source_gzip(s->source) ? " gzip" : "");
    return OK;
}

static enum err open_zip(struct ctx *c, struct sheet *s, str sheet_name)
{
    int fd = scratch_file();
    if (fd < 0) return fail(c, E_INTERNAL, "建不了临时文件", "cannot make a temporary file");
    enum err e = source_spool(c, s->source, fd, GZIP_XLSX_MAX);
    if (e != OK) {
        close(fd);
        return e;
    }
    TRY(xlsx_open(c, fd, sheet_name, &s->xlsx));
    s->format = source_gzip(s->source) ? S("xlsx gzip") : S("xlsx");
    return OK;
}

static enum err open_content(struct ctx *c, struct sheet *s, struct sheet_options o)
{
    switch (source_kind(s->source)) {
    case SOURCE_EMPTY: return fail(c, E_INVALID, "文件是空的", "the file is empty");
    case SOURCE_OLD_XLS:
        return fail(c, E_UNSUPPORTED, "这是旧版 .xls 文件，请另存为 .xlsx 或 csv 再导入",
                    "this is an old .xls file; save it as .xlsx or csv");
    case SOURCE_ZIP: TRY(open_zip(c, s, o.sheet_name)); break;
    case SOURCE_TEXT: TRY(open_text(c, s, o.separator)); break;
    }
    if (o.columns.n == 0) return read_header(c, s);
    strs given = { NEWS(s->arena, str, o.columns.n), o.columns.n };
    for (i64 i = 0; i < given.n; i++) given.at[i] = str_copy(s->arena, str_trim(o.columns.at[i]));
    name_columns(s, given);
    return OK;
}

enum err sheet_open(struct ctx *c, str path, struct sheet_options o, struct sheet **out)
{
    struct sheet *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->arena = arena_new();
    enum err e = source_open(c, path, &s->source);
    if (e == OK) e = open_content(c, s, o);
    if (e != OK) {
        sheet_close(s);
        return e;
    }
    s->handle = NEW(c->arena, struct sheet *);
    *s->handle = s;
    arena_defer(c->arena, close_handle, s->handle);
    *out = s;
    return OK;
}

strs sheet_columns(const struct sheet *s) { return s->columns; }

void sheet_find(struct ctx *c, const struct sheet *s, const char *const (*names)[SHEET_NAMES],
                i64 kinds, i64 *at)
{
    for (i64 k = 0; k < kinds; k++) {
        at[k] = -1;
        for (i64 i = 0; i < s->columns.n; i++)
            for (int w = 0; w < SHEET_NAMES && names[k][w]; w++)
                if (str_eq(str_fold(c->arena, s->columns.at[i]),
                           str_fold(c->arena, str_of(names[k][w]))))
                    at[k] = i;
    }
}

str sheet_format(const struct sheet *s) { return s->format; }

bool sheet_dates_are_serial(const struct sheet *s) { return s->xlsx && !xlsx_date1904(s->xlsx); }

f64 sheet_progress(const struct sheet *s)
{
    return s->xlsx ? xlsx_progress(s->xlsx) : source_progress(s->source);
}

/* The header again, or nothing but empty cells. */
static bool passed_over(const struct sheet *s, const struct raw_row *row)
{
    i64 i = 0;
    while (i < row->n && row->cells[i].n == 0) i++;
    if (i == row->n) return true;
    if (i > 0 || row->n < s->header.n || !str_eq(row->cells[0], s->header.at[0])) return false;
    for (i64 k = 1; k < row->n; k++) {
        str expected = k < s->header.n ? s->header.at[k] : S("");
        if (!str_eq(row->cells[k], expected)) return false;
    }
    return s->header.n > 1;
}

enum err sheet_next(struct ctx *c, struct sheet *s, struct sheet_row *row, bool *more)
{
    struct raw_row raw;
    do {
        TRY(raw_next(c, s, &raw, more));
        if (!*more) return OK;
    } while (passed_over(s, &raw));
    i64 n = s->columns.n;
    *row = (struct sheet_row){ .number = raw.number, .cells = raw.cells, .n = n, .bad = raw.bad };
    for (i64 i = n; i < raw.n; i++) {
        if (raw.cells[i].n == 0) continue;
        int len = snprintf(s->bad, sizeof s->bad,
                           c->locale == ZH ? "有 %lld 格，表头只有 %lld 列"
                                           : "it has %lld cells, the header %lld columns",
                           (long long)raw.n, (long long)n);
        row->bad = (str){ s->bad, len };
        break;
    }
    if (raw.n >= n) return OK;
    if (raw.n) memcpy(s->cells, raw.cells, (size_t)raw.n * sizeof *s->cells);
    for (i64 i = raw.n; i < n; i++) s->cells[i] = S("");
    row->cells = s->cells;
    return OK;
}
