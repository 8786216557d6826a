/* sheet_api.c -- the door that makes a file of a table: what a page of the console shows, as csv or
 * xlsx.
 *
 * Whoever asks sends the cells he has on his screen, so nothing is read for it, and a list leaves
 * as it was seen: filtered, sorted, masked. Cells that a spreadsheet would run are made harmless.
 */
#include "access/access.h"
#include "base/json.h"
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "sheet/sheet.h"

#define COLUMNS_MAX 60
#define ROWS_MAX    20000
#define BODY_MAX    (8 << 20)

enum table_format { TABLE_CSV, TABLE_XLSX };
CHOICE(table_format);
CHOICE_DEFINE(table_format, "csv", "xlsx");
#define FIELDS_OF_table_line(X, N) X(strs, cells, REQUIRED, "As many as there are columns", N)
SHAPE(table_line);
SHAPE_DEFINE(table_line);
#define FIELDS_OF_table_file(X, N)                                                      \
    X(str, name, REQUIRED | SHORT, "Of the file, without its ending: a-z, 0-9, - _", N) \
    X(strs, columns, REQUIRED, "Heads, 1 to 60", N)                                     \
    X(list(table_line), rows, ANY, "At most 20,000", N)                                 \
    X(choice(table_format), format, ANY, "csv (the default) or xlsx", N)
SHAPE(table_file);
SHAPE_DEFINE(table_file);

static bool is_name(str s)
{
    for (i64 i = 0; i < s.n; i++) {
        char ch = s.at[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_'))
            return false;
    }
    return s.n > 0;
}

static enum err check(struct ctx *c, const struct table_file *in)
{
    if (!is_name(in->name))
        return fail_at(c, E_INVALID, S("/name"), "文件名只能用 a-z、0-9、- 和 _",
                       "a name takes a-z, 0-9, - and _");
    if (in->columns.n < 1 || in->columns.n > COLUMNS_MAX)
        return fail_at(c, E_INVALID, S("/columns"), "应有 1 至 %d 列", "there are 1 to %d columns",
                       COLUMNS_MAX);
    if (in->rows.n > ROWS_MAX)
        return fail_at(c, E_TOO_LARGE, S("/rows"), "最多 %d 行", "at most %d rows", ROWS_MAX);
    for (i64 i = 0; i < in->rows.n; i++)
        if (in->rows.at[i].cells.n != in->columns.n)
            return fail_at(c, E_INVALID, str_fmt(c->arena, "/rows/%lld/cells", (long long)i),
                           "这一行应有 %lld 个单元格", "this row should have %lld cells",
                           (long long)in->columns.n);
    return OK;
}

static enum err note(struct tx *t, void *arg)
{
    const struct table_file *in = arg;
    return audit_write(t, S("table.exported"), in->name,
                       str_fmt(t->c->arena, "{\"rows\":%lld,\"format\":\"" STR_FMT "\"}",
                               (long long)in->rows.n,
                               STR_ARG(choice_name(&table_format_choice, (int)in->format))));
}

HANDLER(table_file_post, table_file, nothing)
{
    struct sheet_out *sheet;
    bool xlsx = in->format == TABLE_XLSX;
    str path, ending = choice_name(&table_format_choice, (int)in->format);
    TRY(check(c, in));
    TRY(store_write(c->store, c, note, (void *)in));
    TRY(reply_place(request_of(c), &path));
    TRY(sheet_create(c, path, xlsx, in->columns, &sheet));
    for (i64 i = 0; i < in->rows.n; i++)
        TRY(sheet_write(c, sheet, in->rows.at[i].cells.at, in->columns.n));
    TRY(sheet_finish(c, sheet));
    return reply_file(request_of(c), path,
                      str_fmt(c->arena, STR_FMT "." STR_FMT, STR_ARG(in->name), STR_ARG(ending)),
                      xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                           : S("text/csv; charset=utf-8"),
                      true);
}

static const struct route routes[] = {
    ROUTE(POST, "/v1/table-file", EXPORT, table_file_post, "Files",
          "把页面上的表格做成 csv 或 xlsx 文件",
          "Make a csv or xlsx file of a table as it is shown", .flags = STREAM | AUDITS_ITSELF,
          .errors = "E_FULL E_TOO_LARGE", .body_max = BODY_MAX),
    { 0 },
};

const struct room sheet_room = { .name = "sheet", .routes = routes };
