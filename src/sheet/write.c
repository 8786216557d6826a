/* write.c -- tables written for people: csv that a spreadsheet opens safely, and xlsx, both with
 * constant memory. */
#include "sheet/sheet.h"

#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

struct sheet_out {
    FILE *csv;
    lxw_workbook *book;
    lxw_worksheet *page;
    i64 row, columns;
    str path;
    struct sheet_out **handle; /* where the caller's arena knows us */
};

/* -- the file itself ----------------------------------------------------------------------------
 */

enum err sheet_file_begin(struct ctx *c, str path)
{
    char *name = str_z(c->arena, path);
    FILE *file = fopen(name, "wbe");
    if (file) return fclose(file) == 0 ? OK : sheet_file_failed(c, path, "close");
    if (errno == ENOENT || errno == ENOTDIR)
        return fail(c, E_NOT_FOUND, "文件 %s 所在的目录不存在：请先建好，或换一个位置",
                    "the folder of %s is not there: make it, or name another place", name);
    return fail(c, errno == ENOSPC ? E_FULL : E_INVALID, "建不了文件 %s：%s",
                "cannot make the file %s: %s", name, strerror(errno));
}

/* Half a file is none; a device is left alone. */
static void take_away(const char *name)
{
    struct stat at;
    if (stat(name, &at) == 0 && S_ISREG(at.st_mode)) unlink(name);
}

enum err sheet_file_failed(struct ctx *c, str path, const char *why)
{
    int code = errno;
    char *name = str_z(c->arena, path);
    take_away(name);
    return fail(c, code == ENOSPC || code == EDQUOT ? E_FULL : E_STORE, "文件 %s 没有写完：%s",
                "the file %s could not be written to its end: %s", name,
                code ? strerror(code) : why);
}

/* -- cells --------------------------------------------------------------------------------------
 */

/* What was begun and not finished. */
static void drop(void *arg)
{
    struct sheet_out **handle = arg;
    struct sheet_out *o = *handle;
    if (!o) return;
    if (o->csv) fclose(o->csv);
    if (o->book) lxw_workbook_free(o->book);
    if (o->csv || o->book) take_away(o->path.at);
    free(o);
    *handle = NULL;
}

/* A number that any program reads the same: no leading zeros, at most 15 digits. */
static bool plain_number(str s)
{
    i64 i = s.n && s.at[0] == '-', digits = 0, dots = 0;
    if (s.n - i > 1 && s.at[i] == '0' && s.at[i + 1] != '.') return false;
    if (i == s.n || s.at[i] == '.' || s.at[s.n - 1] == '.') return false;
    for (; i < s.n; i++) {
        if (s.at[i] >= '0' && s.at[i] <= '9') digits++;
        else if (s.at[i] != '.' || dots++) return false;
    }
    return digits > 0 && digits <= 15;
}

/* Spreadsheets run cells that begin so as formulas; an apostrophe makes them text. Numbers are left
 * alone. */
static bool dangerous(str s)
{
    if (s.n == 0 || !strchr("=+-@\t\r", s.at[0]) || s.at[0] == 0) return false;
    return !plain_number(s);
}

str sheet_csv_cell(struct arena *a, str s, bool quoted)
{
    bool guard = dangerous(s);
    struct buf out = { .arena = a };
    for (i64 i = 0; i < s.n && !quoted; i++) quoted = s.at[i] && strchr(",\"\r\n\t;", s.at[i]);
    if (s.n && (s.at[0] == ' ' || s.at[s.n - 1] == ' ')) quoted = true;
    if (!quoted && !guard) return s;
    if (quoted) buf_byte(&out, '"');
    if (guard) buf_byte(&out, '\'');
    buf_add(&out, quoted ? str_replace(a, s, S("\""), S("\"\"")) : s);
    if (quoted) buf_byte(&out, '"');
    return buf_str(&out);
}

static void csv_cell(struct ctx *c, struct sheet_out *o, str s)
{
    struct arena_mark mark = arena_mark(c->arena);
    str cell = sheet_csv_cell(c->arena, s, false);
    fwrite(cell.at ? cell.at : "", 1, (size_t)cell.n, o->csv);
    arena_rewind(c->arena, mark);
}

static void xlsx_cell(struct ctx *c, struct sheet_out *o, i64 column, str s)
{
    struct arena_mark mark = arena_mark(c->arena);
    f64 number = 0;
    if (plain_number(s) && f64_parse(s, &number))
        worksheet_write_number(o->page, (lxw_row_t)o->row, (lxw_col_t)column, number, NULL);
    else if (s.n)
        worksheet_write_string(o->page, (lxw_row_t)o->row, (lxw_col_t)column,
                               str_z(c->arena, str_sub(s, 0, s.n > 32767 ? 32767 : s.n)), NULL);
    arena_rewind(c->arena, mark);
}

enum err sheet_create(struct ctx *c, str path, bool xlsx, strs columns, struct sheet_out **out)
{
    struct sheet_out *o = calloc(1, sizeof *o);
    if (!o) abort();
    o->columns = columns.n;
    char *name = str_z(c->arena, path);
    o->handle = NEW(c->arena, struct sheet_out *);
    *o->handle = o;
    arena_defer(c->arena, drop, o->handle);
    o->path = (str){ name, path.n };
    TRY(sheet_file_begin(c, path));
    if (xlsx) {
        lxw_workbook_options options = { .constant_memory = LXW_TRUE };
        o->book = workbook_new_opt(name, &options);
        o->page = o->book ? workbook_add_worksheet(o->book, NULL) : NULL;
        if (!o->page) return sheet_file_failed(c, path, "libxlsxwriter");
    } else {
        o->csv = fopen(name, "wbe");
        if (!o->csv) return sheet_file_failed(c, path, "fopen");
        fputs("\xEF\xBB\xBF", o->csv);
    }
    *out = o;
    return sheet_write(c, o, columns.at, columns.n);
}

enum err sheet_write(struct ctx *c, struct sheet_out *o, const str *cells, i64 n)
{
    if (o->page && o->row >= LXW_ROW_MAX)
        return fail(c, E_TOO_LARGE, "xlsx 最多 1048576 行，请改用 csv",
                    "xlsx holds at most 1,048,576 rows; use csv");
    for (i64 i = 0; i < n; i++) {
        if (o->page) {
            xlsx_cell(c, o, i, cells[i]);
        } else {
            if (i) fputc(',', o->csv);
            csv_cell(c, o, cells[i]);
        }
    }
    if (o->csv) fputs("\r\n", o->csv);
    if (o->csv && ferror(o->csv)) return sheet_file_failed(c, o->path, "fputs");
    o->row++;
    return OK;
}

enum err sheet_finish(struct ctx *c, struct sheet_out *o)
{
    enum err e = OK;
    errno = 0;
    if (o->csv) {
        bool fine = !ferror(o->csv);
        if (fclose(o->csv) != 0 || !fine) e = sheet_file_failed(c, o->path, "fclose");
    }
    if (o->book) {
        lxw_error code = workbook_close(o->book);
        if (code != LXW_NO_ERROR) e = sheet_file_failed(c, o->path, lxw_strerror(code));
    }
    *o->handle = NULL;
    free(o);
    return e;
}
