/* order_row.c -- one row of an order file as values, checked. */
#include "import/person.h"

#include "base/num.h"
#include "trade/order.h"

static opt_money read_refund(struct cells *r, enum import_field f)
{
    opt_money m = cells_money(r, f);
    if (m.has && m.value < 0)
        m.value = -m.value; /* some write what went back as a negative amount */
    return m;
}

static void read_line(struct cells *r, struct row_values *v)
{
    v->line_id = cells_id(r, F_LINE_ID);
    v->product_id = cells_id(r, F_PRODUCT_ID);
    v->product = cells_text(r, F_PRODUCT, 10000);
    v->variant = cells_text(r, F_VARIANT, 10000);
    v->category = cells_text(r, F_CATEGORY, 200);
    v->price = cells_money(r, F_PRICE);
    v->amount = cells_money(r, F_AMOUNT);
    v->line_refund = read_refund(r, F_LINE_REFUND);
    v->discount = cells_money(r, F_DISCOUNT);
    money amount;
    if (v->price.has && v->quantity.has &&
        (!money_times(v->price.value, v->quantity.value, &amount) || amount > AMOUNT_MAX ||
         amount < -AMOUNT_MAX))
        cells_refuse(
            r, r->p->at[F_PRICE][0], NO_STR,
            say(r->c, S("单价乘件数超出 10 亿"), S("price times pieces is beyond 1,000,000,000")));
}

static void read_order(struct cells *r, struct row_values *v)
{
    v->shop = r->p->shop_given ? NO_STR : cells_text(r, F_SHOP, 200);
    v->created_at = cells_instant(r, F_CREATED_AT, 0);
    v->paid_at = cells_instant(r, F_PAID_AT, 1);
    v->completed_at = cells_instant(r, F_COMPLETED_AT, 2);
    v->cancelled = cells_instant(r, F_CANCELLED_AT, 3).has;
    v->status = cells_text(r, F_STATUS, 200);
    v->aftersale = cells_text(r, F_AFTERSALE, 200);
    v->total = cells_money(r, F_TOTAL);
    v->paid = cells_money(r, F_PAID);
    v->refund = read_refund(r, F_REFUND);
    v->postage = cells_money(r, F_POSTAGE);
    v->currency = cells_text(r, F_CURRENCY, 8);
    v->promo_code = cells_text(r, F_PROMO_CODE, 200);
    v->province = cells_text(r, F_PROVINCE, 200);
    v->city = cells_text(r, F_CITY, 200);
    v->country = cells_text(r, F_COUNTRY, 200);
    v->address = cells_text(r, F_ADDRESS, 10000);
    v->touchpoint = cells_text(r, F_TOUCHPOINT, 200);
}

bool row_values_read(struct ctx *c, const struct import_plan *p, const struct sheet_row *row,
                     struct instant_memo memo[4], struct row_values *out, struct row_fault *fault)
{
    struct cells r = { c, p, row, memo, fault, true };
    if (!str_empty(row->bad)) {
        cells_refuse(&r, -1, NO_STR, row->bad);
        return false;
    }
    *out = (struct row_values){ 0 };
    out->number = cells_id(&r, F_ORDER_ID);
    if (!p->by_row && !out->number.n)
        cells_refuse(&r, p->at[F_ORDER_ID][0], NO_STR,
                     say(c, S("没有订单号"), S("the order number is missing")));
    out->quantity = cells_count(&r, F_QUANTITY);
    read_order(&r, out);
    import_buyer_cells(&r, out);
    if (p->has_lines) read_line(&r, out);
    return r.ok;
}
