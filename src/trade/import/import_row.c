/* import_row.c -- the cells of a row as values: what cannot be read refuses the row and names the
 * column. */
#include "trade/import/import_row.h"

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

struct row_reading {
    struct ctx *c;
    const struct import_plan *p;
    const struct sheet_row *row;
    struct instant_memo *memo;
    struct row_fault *fault;
    bool ok;
};

static void refuse(struct row_reading *r, int column, str value, str reason)
{
    if (r->ok) *r->fault = (struct row_fault){ column, value, reason };
    r->ok = false;
}

static str read_text(struct row_reading *r, enum import_field f, i64 max)
{
    if (!import_maps(r->p, f)) return NO_STR;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (s.n > max)
        refuse(r, column, str_sub(s, 0, 60), say(r->c, S("文字太长"), S("the text is too long")));
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

static str read_id(struct row_reading *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NO_STR;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (s.n > 200)
        refuse(r, column, str_sub(s, 0, 60), say(r->c, S("编号太长"), S("the number is too long")));
    else if (s.n > 5 && is_scientific(s))
        refuse(r, column, s,
               say(r->c,
                   S("编号被表格软件改成了科学计数法，末尾的数字已经丢失：请重新导出，不要用 Excel "
                     "另存"),
                   S("a spreadsheet has turned the number into scientific notation and lost its "
                     "end: export the file anew")));
    return s;
}

static opt_money read_money(struct row_reading *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    money m = 0;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    if (!money_parse_loose(s, &m))
        refuse(r, column, s, say(r->c, S("不是金额"), S("not an amount")));
    else if (m > AMOUNT_MAX || m < -AMOUNT_MAX)
        refuse(r, column, s,
               say(r->c, S("金额超出 10 亿"), S("the amount is beyond 1,000,000,000")));
    return SOME(m);
}

static opt_money read_refund(struct row_reading *r, enum import_field f)
{
    opt_money m = read_money(r, f);
    if (m.has && m.value < 0)
        m.value = -m.value; /* some write what went back as a negative amount */
    return m;
}

static opt_i64 read_count(struct row_reading *r, enum import_field f)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    i64 n = 0;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    if (!quantity_parse_loose(s, &n))
        refuse(r, column, s, say(r->c, S("不是件数"), S("not a number of pieces")));
    else if (n > QUANTITY_MAX || n < -QUANTITY_MAX)
        refuse(r, column, s,
               say(r->c, S("件数超出 10 亿"), S("the number is beyond 1,000,000,000")));
    return SOME(n);
}

static opt_instant read_instant(struct row_reading *r, enum import_field f, int memo)
{
    if (!import_maps(r->p, f)) return NONE;
    int column = -1;
    str s = cell_of(r->p, r->row, f, &column);
    if (!s.n) return NONE;
    struct instant_memo *m = &r->memo[memo];
    if (s.n == m->n && memcmp(s.at, m->text, (size_t)s.n) == 0) return SOME(m->value);
    instant t = 0;
    if (!instant_parse(r->c->zone, s, r->p->serial_dates, &t)) {
        refuse(r, column, s, say(r->c, S("不是日期或时间"), S("not a date or time")));
        return NONE;
    }
    if (s.n <= (i64)sizeof m->text) {
        memcpy(m->text, s.at, (size_t)s.n);
        m->n = s.n;
        m->value = t;
    }
    return SOME(t);
}

static void read_line(struct row_reading *r, struct row_values *v)
{
    v->line_id = read_id(r, F_LINE_ID);
    v->product_id = read_id(r, F_PRODUCT_ID);
    v->product = read_text(r, F_PRODUCT, 10000);
    v->variant = read_text(r, F_VARIANT, 10000);
    v->category = read_text(r, F_CATEGORY, 200);
    v->price = read_money(r, F_PRICE);
    v->amount = read_money(r, F_AMOUNT);
    v->line_refund = read_refund(r, F_LINE_REFUND);
    v->discount = read_money(r, F_DISCOUNT);
    money amount;
    if (v->price.has && v->quantity.has &&
        (!money_times(v->price.value, v->quantity.value, &amount) || amount > AMOUNT_MAX ||
         amount < -AMOUNT_MAX))
        refuse(
            r, r->p->at[F_PRICE][0], NO_STR,
            say(r->c, S("单价乘件数超出 10 亿"), S("price times pieces is beyond 1,000,000,000")));
}

static void read_buyer(struct row_reading *r, struct row_values *v)
{
    v->member = read_id(r, F_MEMBER);
    v->member_kind = read_text(r, F_MEMBER_KIND, 200);
    v->phone = read_text(r, F_PHONE, 200);
    v->email = read_text(r, F_EMAIL, 200);
    v->external_userid = read_text(r, F_EXTERNAL_USERID, 200);
    v->name = read_text(r, F_NAME, 200);
}

static void read_order(struct row_reading *r, struct row_values *v)
{
    v->shop = r->p->shop_given ? NO_STR : read_text(r, F_SHOP, 200);
    v->created_at = read_instant(r, F_CREATED_AT, 0);
    v->paid_at = read_instant(r, F_PAID_AT, 1);
    v->completed_at = read_instant(r, F_COMPLETED_AT, 2);
    v->cancelled = read_instant(r, F_CANCELLED_AT, 3).has;
    v->status = read_text(r, F_STATUS, 200);
    v->aftersale = read_text(r, F_AFTERSALE, 200);
    v->total = read_money(r, F_TOTAL);
    v->paid = read_money(r, F_PAID);
    v->refund = read_refund(r, F_REFUND);
    v->postage = read_money(r, F_POSTAGE);
    v->currency = read_text(r, F_CURRENCY, 8);
    v->province = read_text(r, F_PROVINCE, 200);
    v->city = read_text(r, F_CITY, 200);
    v->country = read_text(r, F_COUNTRY, 200);
    v->address = read_text(r, F_ADDRESS, 10000);
    v->touchpoint = read_text(r, F_TOUCHPOINT, 200);
}

bool row_values_read(struct ctx *c, const struct import_plan *p, const struct sheet_row *row,
                     struct instant_memo memo[4], struct row_values *out, struct row_fault *fault)
{
    struct row_reading r = { c, p, row, memo, fault, true };
    if (!str_empty(row->bad)) {
        refuse(&r, -1, NO_STR, row->bad);
        return false;
    }
    *out = (struct row_values){ 0 };
    out->number = read_id(&r, F_ORDER_ID);
    if (!p->by_row && !out->number.n)
        refuse(&r, p->at[F_ORDER_ID][0], NO_STR,
               say(c, S("没有订单号"), S("the order number is missing")));
    out->quantity = read_count(&r, F_QUANTITY);
    read_order(&r, out);
    read_buyer(&r, out);
    if (p->has_lines) read_line(&r, out);
    return r.ok;
}
