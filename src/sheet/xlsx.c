/* xlsx.c -- rows out of a worksheet, streamed: 64 KiB of XML at a time, its whole rows queued and
 * given out one by one.
 *
 * Invariants
 *   1. the queue holds rows of at most one piece of XML; its arena is emptied before the next
 * piece.
 *   2. a row that spans pieces waits in `text` and `cells`, bounded by LINE_MAX_BYTES and
 * COLUMNS_MAX.
 *   3. rows are numbered by the sheet (`r`), not counted: empty rows cost nothing.
 */
#include "sheet/xlsx_parts.h"

#include "base/num.h"

#include <stdlib.h>
#include <unistd.h>

enum cell_kind { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_FLAG };

struct piece {
    i64 from, n; /* in text */
};

struct xlsx {
    zip_t *zip;
    struct strings *strings;
    struct styles styles;
    bool date1904;
    char *part; /* path of the worksheet in the zip */
    struct entry entry;
    /* rows done */
    struct arena *arena;
    struct {
        struct raw_row *at;
        i64 n;
    } queue;
    i64 given;
    struct problem failed; /* met behind the queued rows: told when they have been given out */
    /* the row in work */
    i64 number, last_number;
    struct piece *cells;
    i64 cells_n, cells_room;
    char *text;
    i64 text_n, text_room;
    /* the cell in work */
    bool in_cell, in_value, in_inline;
    int in_phonetic;
    enum cell_kind kind;
    enum date_style style;
    i64 column, value_from;
};

/* -- the cell in work -------------------------------------------------------------------------- */

static void add_text(struct entry *e, const char *at, i64 n)
{
    struct xlsx *x = e->arg;
    if (x->text_n + n > LINE_MAX_BYTES) {
        entry_fail(e, fail(e->c, E_INVALID, "第 %lld 行超过 1 MB", "row %lld is longer than 1 MB",
                           (long long)x->number));
        return;
    }
    if (x->text_n + n > x->text_room) {
        while (x->text_n + n > x->text_room) x->text_room = x->text_room ? x->text_room * 2 : 4096;
        x->text = realloc(x->text, (size_t)x->text_room);
        if (!x->text) abort();
    }
    if (n) memcpy(x->text + x->text_n, at, (size_t)n);
    x->text_n += n;
}

/* "BC12" -> 54; the next column when the cell has no reference. */
static i64 column_of(const struct xlsx *x, str reference)
{
    i64 column = 0;
    for (i64 i = 0; i < reference.n; i++) {
        char b = reference.at[i];
        if (b >= 'a' && b <= 'z') b = (char)(b - 32);
        if (b < 'A' || b > 'Z') break;
        column = column * 26 + (b - 'A' + 1);
        if (column > COLUMNS_MAX) return COLUMNS_MAX;
    }
    return column ? column - 1 : x->cells_n;
}

static void start_cell(struct entry *e, const char **attributes)
{
    struct xlsx *x = e->arg;
    str kind = attribute(attributes, "t");
    i64 style = 0;
    i64_parse(attribute(attributes, "s"), &style);
    x->in_cell = true;
    x->column = column_of(x, attribute(attributes, "r"));
    x->kind = str_eq(kind, S("s"))                      ? CELL_SHARED
              : str_eq(kind, S("b"))                    ? CELL_FLAG
              : str_empty(kind) || str_eq(kind, S("n")) ? CELL_NUMBER
                                                        : CELL_TEXT;
    x->style =
        style >= 0 && style < x->styles.n ? (enum date_style)x->styles.at[style] : STYLE_PLAIN;
    x->value_from = x->text_n;
    if (x->column >= COLUMNS_MAX)
        entry_fail(e, fail(e->c, E_INVALID, "第 %lld 行超过 %d 列", "row %lld has over %d columns",
                           (long long)x->number, COLUMNS_MAX));
}

static void put_text(struct entry *e, str s)
{
    struct xlsx *x = e->arg;
    x->text_n = x->value_from;
    add_text(e, s.at, s.n);
}

/* What the raw value means: a shared string, a date, a number, a flag. */
static void finish_value(struct entry *e)
{
    struct xlsx *x = e->arg;
    str raw = { x->text + x->value_from, x->text_n - x->value_from };
    char out[40];
    i64 index = 0;
    f64 serial = 0;
    if (raw.n == 0) return;
    if (x->kind == CELL_SHARED) {
        str shared = S("");
        if (!i64_parse(raw, &index) || !strings_get(x->strings, index, &shared)) {
            entry_fail(
                e, fail(e->c, E_INVALID, "第 %lld 行引用了不存在的共享文字，文件已损坏",
                        "row %lld refers to a shared string that is not there: the file is damaged",
                        (long long)x->number));
            return;
        }
        put_text(e, shared);
    } else if (x->kind == CELL_FLAG) {
        put_text(e, str_eq(raw, S("1")) ? S("TRUE") : S("FALSE"));
    } else if (x->kind == CELL_NUMBER) {
        i64 n = 0;
        if (x->style != STYLE_PLAIN && f64_parse(raw, &serial))
            n = serial_text(out, serial, x->style, x->date1904);
        if (n == 0) n = number_text(out, raw);
        put_text(e, (str){ out, n });
    }
}

static void finish_cell(struct entry *e)
{
    struct xlsx *x = e->arg;
    finish_value(e);
    x->in_cell = false;
    i64 n = x->text_n - x->value_from;
    if (n == 0 || e->err != OK) return; /* a styled cell without content is no cell */
    if (x->column >= x->cells_room) {
        i64 room = x->cells_room ? x->cells_room : 32;
        while (room <= x->column) room *= 2;
        x->cells = realloc(x->cells, (size_t)room * sizeof *x->cells);
        if (!x->cells) abort();
        x->cells_room = room;
    }
    while (x->cells_n <= x->column) x->cells[x->cells_n++] = (struct piece){ 0, 0 };
    x->cells[x->column] = (struct piece){ x->value_from, n };
}

/* -- rows -------------------------------------------------------------------------------------- */

static void start_row(struct entry *e, const char **attributes)
{
    struct xlsx *x = e->arg;
    i64 number = 0;
    if (!i64_parse(attribute(attributes, "r"), &number) || number <= 0 || number > INT32_MAX)
        number = x->last_number + 1;
    x->number = x->last_number = number;
    x->cells_n = x->text_n = 0;
}

static void finish_row(struct xlsx *x)
{
    if (x->cells_n == 0) return;
    char *text = arena_alloc(x->arena, 1, x->text_n);
    memcpy(text, x->text, (size_t)x->text_n);
    str *cells = NEWS(x->arena, str, x->cells_n);
    for (i64 i = 0; i < x->cells_n; i++)
        cells[i] = clean_cell(text + x->cells[i].from, x->cells[i].n);
    *PUSH(x->arena, &x->queue) =
        (struct raw_row){ .number = x->number, .cells = cells, .n = x->cells_n };
}

static void sheet_start(void *arg, const char *name, const char **attributes)
{
    struct entry *e = arg;
    struct xlsx *x = e->arg;
    name = local_name(name);
    if (strcmp(name, "c") == 0) start_cell(e, attributes);
    else if (strcmp(name, "row") == 0) start_row(e, attributes);
    else if (strcmp(name, "v") == 0) x->in_value = x->in_cell;
    else if (strcmp(name, "is") == 0) x->in_inline = x->in_cell;
    else if (strcmp(name, "rPh") == 0) x->in_phonetic++;
    else if (strcmp(name, "t") == 0) x->in_value = x->in_inline && x->in_phonetic == 0;
}

static void sheet_end(void *arg, const char *name)
{
    struct entry *e = arg;
    struct xlsx *x = e->arg;
    if (e->err != OK) return;
    name = local_name(name);
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) x->in_value = false;
    else if (strcmp(name, "c") == 0) finish_cell(e);
    else if (strcmp(name, "row") == 0) finish_row(x);
    else if (strcmp(name, "is") == 0) x->in_inline = false;
    else if (strcmp(name, "rPh") == 0 && x->in_phonetic) x->in_phonetic--;
}

static void sheet_text(void *arg, const char *text, int n)
{
    struct entry *e = arg;
    struct xlsx *x = e->arg;
    if (x->in_value && e->err == OK) add_text(e, text, n);
}

enum err xlsx_next(struct ctx *c, struct xlsx *x, struct raw_row *row, bool *more)
{
    while (x->given == x->queue.n) {
        if (x->failed.err != OK) {
            c->why = x->failed;
            return x->failed.err;
        }
        if (x->entry.ended) {
            *more = false;
            return OK;
        }
        arena_reset(x->arena);
        x->queue.at = NULL;
        x->queue.n = x->given = 0;
        if (entry_feed(c, &x->entry) != OK) x->failed = c->why;
    }
    *row = x->queue.at[x->given++];
    *more = true;
    return OK;
}

f64 xlsx_progress(const struct xlsx *x)
{
    if (x->entry.size <= 0) return x->entry.ended ? 1 : 0;
    return (f64)x->entry.read / (f64)x->entry.size;
}

bool xlsx_date1904(const struct xlsx *x) { return x->date1904; }

/* -- the workbook ------------------------------------------------------------------------------ */

struct workbook_reader {
    str wanted;
    char relation[256]; /* id of the sheet's part */
    bool date1904, found;
    char target[512];
};

static void keep(char *out, i64 room, str s)
{
    i64 n = s.n < room ? s.n : room - 1;
    if (n > 0) memcpy(out, s.at, (size_t)n);
    out[n > 0 ? n : 0] = 0;
}

static void workbook_start(void *arg, const char *name, const char **attributes)
{
    struct workbook_reader *w = ((struct entry *)arg)->arg;
    name = local_name(name);
    if (strcmp(name, "workbookPr") == 0) {
        str value = attribute(attributes, "date1904");
        w->date1904 = str_eq(value, S("1")) || str_eq(value, S("true"));
    }
    if (strcmp(name, "sheet") != 0 || w->found) return;
    if (!str_empty(w->wanted) && !str_eq(w->wanted, attribute(attributes, "name"))) return;
    w->found = true;
    /* attribute() compares local names, and "sheetId" is another: r:id is the only "id" */
    keep(w->relation, sizeof w->relation, attribute(attributes, "id"));
}

static void relations_start(void *arg, const char *name, const char **attributes)
{
    struct workbook_reader *w = ((struct entry *)arg)->arg;
    if (strcmp(local_name(name), "Relationship") != 0) return;
    if (!str_eq(attribute(attributes, "Id"), str_of(w->relation))) return;
    keep(w->target, sizeof w->target, attribute(attributes, "Target"));
}

static enum err parse_part(struct ctx *c, zip_t *zip, const char *name, void *arg,
                           XML_StartElementHandler start)
{
    struct entry entry;
    enum err e = entry_open(c, zip, name, &entry, arg);
    if (e != OK) {
        entry_close(&entry);
        return e == E_NOT_FOUND ? fail(c, E_UNSUPPORTED, "这不是 xlsx 表格（缺少 %s）",
                                       "this is not an xlsx workbook (no %s)", name)
                                : e;
    }
    XML_SetStartElementHandler(entry.parser, start);
    return entry_parse(c, &entry);
}

/* Finds the worksheet's part and opens it. */
static enum err open_worksheet(struct ctx *c, struct xlsx *x, str sheet_name)
{
    struct workbook_reader w = { .wanted = sheet_name };
    TRY(parse_part(c, x->zip, "xl/workbook.xml", &w, workbook_start));
    if (!w.found)
        return fail(c, E_INVALID, "工作簿里没有名为“" STR_FMT "”的表",
                    "the workbook has no sheet \"" STR_FMT "\"", STR_ARG(sheet_name));
    x->date1904 = w.date1904;
    TRY(parse_part(c, x->zip, "xl/_rels/workbook.xml.rels", &w, relations_start));
    bool absolute = w.target[0] == '/';
    size_t room = strlen(w.target) + 8;
    x->part = malloc(room);
    if (!x->part) abort();
    snprintf(x->part, room, "%s%s", absolute ? "" : "xl/", w.target + absolute);
    TRY(strings_read(c, x->zip, &x->strings));
    TRY(styles_read(c, x->zip, &x->styles));
    TRY(entry_open(c, x->zip, x->part, &x->entry, x));
    XML_SetElementHandler(x->entry.parser, sheet_start, sheet_end);
    XML_SetCharacterDataHandler(x->entry.parser, sheet_text);
    return OK;
}

enum err xlsx_open(struct ctx *c, int fd, str sheet_name, struct xlsx **out)
{
    int code = 0;
    zip_t *zip = zip_fdopen(fd, 0, &code);
    if (!zip) {
        close(fd);
        return fail(c, E_INVALID, "xlsx 文件不完整或已损坏（zip 错误 %d），请重新导出",
                    "the xlsx is cut short or damaged (zip error %d); export it again", code);
    }
    struct xlsx *x = calloc(1, sizeof *x);
    if (!x) abort();
    x->zip = zip;
    x->arena = arena_new();
    enum err e = open_worksheet(c, x, sheet_name);
    if (e != OK) {
        xlsx_close(x);
        if (e == E_NOT_FOUND) e = c->why.err = E_UNSUPPORTED; /* a part is missing, not the file */
        return e;
    }
    *out = x;
    return OK;
}

void xlsx_close(struct xlsx *x)
{
    if (!x) return;
    entry_close(&x->entry);
    zip_discard(x->zip);
    strings_free(x->strings);
    free(x->styles.at);
    free(x->part);
    free(x->cells);
    free(x->text);
    arena_free(x->arena);
    free(x);
}
