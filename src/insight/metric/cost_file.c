/* cost_file.c -- a file of what touchpoints cost and who began to follow them. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/metric.h"
#include "sheet/sheet.h"

#define COSTS_FILE_MAX 10000

enum { COLUMN_DAY, COLUMN_TOUCHPOINT, COLUMN_AMOUNT, COLUMN_FOLLOWERS, COLUMN_NOTE, COLUMNS_N };
static const char *const column_names[COLUMNS_N][SHEET_NAMES] = {
    [COLUMN_DAY] = { "day", "日期", "date", "时间" },
    [COLUMN_TOUCHPOINT] = { "touchpoint", "触点", "渠道", "channel" },
    [COLUMN_AMOUNT] = { "amount", "花费", "消耗", "费用", "金额", "cost" },
    [COLUMN_FOLLOWERS] = { "followers", "新增粉丝", "粉丝", "净增粉丝", "new_followers" },
    [COLUMN_NOTE] = { "note", "备注", "说明" },
};

static enum err bad_row(struct ctx *c, i64 row, int column, str value)
{
    return fail(
        c, E_INVALID,
        "第 %lld 行的%s“" STR_FMT
        "”读不懂（日期如 2024-05-01，触点为一行文字，花费为不小于 0 的金额，粉丝为整数）",
        "row %lld: the %s \"" STR_FMT
        "\" is not understood (dates like 2024-05-01, a touchpoint is a line of text, amounts"
        " are money of 0 or more, followers are whole)",
        (long long)row, column_names[column][c->locale == ZH], STR_ARG(value));
}

/* Fewer than before: those who left. */
static bool followers_read(str text, i64 *out)
{
    bool fewer = str_starts(text, S("-"));
    if (!quantity_parse_loose(fewer ? str_sub(text, 1, text.n) : text, out)) return false;
    if (fewer) *out = -*out;
    return true;
}

static enum err row_read(struct ctx *c, const i64 *at, const struct sheet_row *row,
                         struct metric_cost *out)
{
    str cells[COLUMNS_N];
    *out = (struct metric_cost){ 0 };
    if (row->bad.at)
        return fail(c, E_INVALID, "第 %lld 行：" STR_FMT, "row %lld: " STR_FMT,
                    (long long)row->number, STR_ARG(row->bad));
    for (int k = 0; k < COLUMNS_N; k++)
        cells[k] = at[k] < 0 ? NO_STR : str_copy(c->arena, row->cells[at[k]]);
    if (!day_parse(cells[COLUMN_DAY], &out->day))
        return bad_row(c, row->number, COLUMN_DAY, cells[COLUMN_DAY]);
    out->touchpoint = str_trim(cells[COLUMN_TOUCHPOINT]);
    if (!out->touchpoint.n || out->touchpoint.n > 200 || !str_is_line(out->touchpoint))
        return bad_row(c, row->number, COLUMN_TOUCHPOINT, cells[COLUMN_TOUCHPOINT]);
    if (cells[COLUMN_AMOUNT].n &&
        (!money_parse_loose(cells[COLUMN_AMOUNT], &out->amount) || out->amount < 0))
        return bad_row(c, row->number, COLUMN_AMOUNT, cells[COLUMN_AMOUNT]);
    if (cells[COLUMN_FOLLOWERS].n && !followers_read(cells[COLUMN_FOLLOWERS], &out->followers))
        return bad_row(c, row->number, COLUMN_FOLLOWERS, cells[COLUMN_FOLLOWERS]);
    if (cells[COLUMN_NOTE].n > 200) return bad_row(c, row->number, COLUMN_NOTE, cells[COLUMN_NOTE]);
    out->note = cells[COLUMN_NOTE];
    return OK;
}

enum err metric_costs_read(struct ctx *c, str path, struct metric_cost_list *out)
{
    struct sheet *s;
    struct sheet_row row;
    i64 at[COLUMNS_N];
    bool more = true;
    *out = (struct metric_cost_list){ 0 };
    TRY(sheet_open(c, path, (struct sheet_options){ 0 }, &s));
    sheet_find(c, s, column_names, COLUMNS_N, at);
    if (at[COLUMN_DAY] < 0 || at[COLUMN_TOUCHPOINT] < 0 ||
        (at[COLUMN_AMOUNT] < 0 && at[COLUMN_FOLLOWERS] < 0))
        return fail(c, E_INVALID, "文件须有“日期”“触点”以及“花费”或“新增粉丝”列，首行为列名",
                    "the file needs the columns day, touchpoint, and amount or followers, named in"
                    " its first row");
    for (;;) {
        TRY(sheet_next(c, s, &row, &more));
        if (!more) break;
        if (out->n == COSTS_FILE_MAX)
            return fail(c, E_TOO_LARGE, "一个文件最多 %d 行，请分开导入",
                        "a file has at most %d rows: part it", COSTS_FILE_MAX);
        TRY(row_read(c, at, &row, PUSH(c->arena, out)));
    }
    sheet_close(s);
    return OK;
}
