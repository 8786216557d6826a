/* order_row.h -- inside the importer: one row of the file as values, checked. */
#pragma once

#include "import/cells.h"

/* Absent and empty where the row does not say. Texts point into the row. */
struct row_values {
    str number, shop, line_id, product_id, product, variant, category, status, aftersale, currency;
    str promo_code;
    str province, city, country, address, touchpoint;
    str member, member_kind, phone, email, external_userid, name;
    opt_instant created_at, paid_at, completed_at;
    bool cancelled;
    opt_money total, paid, refund, postage, price, amount, line_refund, discount;
    opt_i64 quantity;
};

/* False: the row cannot go in, and why. Reasons are constant texts or in a's memory. */
bool row_values_read(struct ctx *c, const struct import_plan *p, const struct sheet_row *row,
                     struct instant_memo memo[4], struct row_values *out, struct row_fault *fault);
