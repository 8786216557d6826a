/* cells.c -- the cells of a row as values: what cannot be read refuses the row and names the
 * column. */
#include "import/cells.h"

#include "base/clock.h"
#include "base/num.h"
#include "trade/order.h"

/* What back-ends write into a cell that has no value. */
static inline bool is_nothing(str s)
{
    if (s.n == 0) return true;
    if (s.n > 4 || !(s.at[0] == '-' || s.at[0] == '\\' || (s.at[0] | 0x20) == 'n')) return false;
    return str_eq(s, S("-")) || str_eq(s, S("--")) || str_eq(s, S("\\N")) ||
           str_eq_nocase(s, S("null"));
}

/* The first cell with a value among the field's columns; *column is where it stands. */
static inline str cell_of(const struct import_plan *p, const struct sheet_row *row,
                          enum import_field f, int *column)
{
    const int *at = p->at[f];
    for (int i = 0; i < COLUMNS_OF_FIELD && at[i] >= 0; i++) {
        *column = at[i];
        if (!is_nothing(row->cells[at[i]])) return row->cells[at[i]];
    }
    return NO_STR;
}

void cells_refuse(struct cells *r, int column, str value, str reason)
{
    if (r->ok) *r->fault = (struct row_fault){ column, value, reason };
    r->ok = false;
}

str cells_text(struct cells *r, enum import_field f, i64 max)
{
    if (!import_maps(r->p, f)) return NO_STR;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (s.n > max)
        cells_refuse(r, column, str_sub(s, 0, 60),
                     say(r->c, S("文字太长"), S("the text is too long")));
    return s;
}

/* 6.91714E+18: a spreadsheet has thrown the end of a long number away. */
static bool is_scientific(str s)
{
    i64 e = -1;
    for (i64 i = 0; i < s.n && e < 0; i++)
        if (s.at[i] == 'E' || s.at[i] == 'e') e = i;
    if (e < 1 || e + 2 >= s.n || s.at[e + 1] != '+') return false;
    for (i64 i = 0; i < s.n; i++)
        if (i != e && i != e + 1 && s.at[i] != '.' && (s.at[i] < '0' || s.at[i] > '9'))
            return false;
    return str_has(s, '.') || e <= 2;
}

str cells_id(struct cells *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NO_STR;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (s.n > 200)
        cells_refuse(r, column, str_sub(s, 0, 60),
                     say(r->c, S("编号太长"), S("the number is too long")));
    else if (s.n > 5 && is_scientific(s))
        cells_refuse(
            r, column, s,
            say(r->c,
                S("编号被表格软件改成了科学计数法，末尾的数字已经丢失：请重新导出，不要用 Excel "
                  "另存"),
                S("a spreadsheet has turned the number into scientific notation and lost its "
                  "end: export the file anew")));
    return s;
}

opt_money cells_money(struct cells *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    money m = 0;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    if (!money_parse_loose(s, &m))
        cells_refuse(r, column, s, say(r->c, S("不是金额"), S("not an amount")));
    else if (m > AMOUNT_MAX || m < -AMOUNT_MAX)
        cells_refuse(r, column, s,
                     say(r->c, S("金额超出 10 亿"), S("the amount is beyond 1,000,000,000")));
    return SOME(m);
}

opt_i64 cells_count(struct cells *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    i64 n = 0;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    if (!quantity_parse_loose(s, &n))
        cells_refuse(r, column, s, say(r->c, S("不是件数"), S("not a number of pieces")));
    else if (n > QUANTITY_MAX || n < -QUANTITY_MAX)
        cells_refuse(r, column, s,
                     say(r->c, S("件数超出 10 亿"), S("the number is beyond 1,000,000,000")));
    return SOME(n);
}

/* Behaviour comes with seconds or milliseconds since 1970 where orders have dates: a whole number
 * that is no date (20240501, 20240501120000) and no serial day of a spreadsheet. */
static bool epoch_instant(const struct import_plan *p, str s, instant *out)
{
    i64 n = 0, digits = s.n - (s.at[0] == '-');
    if ((p->serial_dates && digits < 6) || !i64_parse(s, &n)) return false;
    if (digits < 12 && (n > INT64_MAX / SECOND_MS || n < INT64_MIN / SECOND_MS)) return false;
    *out = digits < 12 ? n * SECOND_MS : n;
    return digits < 16;
}

static bool cell_instant(const struct cells *r, enum import_field f, str s, instant *out)
{
    bool whole = f == F_AT && s.n != 8 && s.n != 14;
    if (whole && epoch_instant(r->p, s, out)) return true;
    if (instant_parse(r->c->zone, s, r->p->serial_dates, out)) return true;
    return f == F_AT && !whole && epoch_instant(r->p, s, out);
}

opt_instant cells_instant(struct cells *r, enum import_field f, int memo)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    struct instant_memo *m = &r->memo[memo];
    if (s.n == m->n && memcmp(s.at, m->text, (size_t)s.n) == 0) return SOME(m->value);
    instant t = 0;
    if (!cell_instant(r, f, s, &t)) {
        cells_refuse(r, column, s, say(r->c, S("不是日期或时间"), S("not a date or time")));
        return NONE;
    }
    if (s.n <= (i64)sizeof m->text) {
        memcpy(m->text, s.at, (size_t)s.n);
        m->n = s.n;
        m->value = t;
    }
    return SOME(t);
}

void batch_refuse(struct import_batch *b, const struct import_plan *p, i64 row, int column,
                  str value, str reason)
{
    struct arena *a = b->arena;
    *PUSH(a, &b->problems) = (struct import_problem){
        .row = row,
        .column = column >= 0 ? p->columns.at[column] : S(""),
        .value = value.n ? str_copy(a, str_sub(value, 0, value.n < 200 ? value.n : 200)) : S(""),
        .reason = str_copy(a, reason),
    };
}
