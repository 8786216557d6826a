/* order_row.c -- what a fact does to an order, and what follows from it: pure. */
#include "trade/order.h"

bool fact_is_older(const struct order_row *o, const struct order_fact *in)
{
    bool says_where = in->state != ORDER_PLACED || !str_empty(in->status);
    return says_where && in->state < o->stated_state;
}

static void take_text(str *known, str said, bool older)
{
    if (said.n && (!older || !known->at)) *known = said;
}

static void take(opt_i64 *known, opt_i64 said, bool older)
{
    if (said.has && (!older || !known->has)) *known = said;
}

/* The refund that a paid amount stated by this fact leaves out. */
static money excluded_by(const struct order_row *o, const struct order_fact *in)
{
    if (in->refund.has) return in->refund.value;
    money sum = 0;
    for (i64 i = 0; i < in->lines.n; i++) sum += opt_or(in->lines.at[i].refund, 0);
    return max_i64(sum, opt_or(o->stated_refund, 0));
}

void order_apply(struct order_row *o, const struct order_fact *in)
{
    bool older = fact_is_older(o, in);
    if (in->paid.has && (!older || !o->stated_paid.has)) {
        o->stated_paid = in->paid;
        o->excluded = in->net_of_refund ? SOME(excluded_by(o, in)) : NONE;
    }
    take(&o->created_at, in->created_at, older);
    take(&o->paid_at, in->paid_at, older);
    take(&o->completed_at, in->completed_at, older);
    take(&o->stated_total, in->total, older);
    take(&o->stated_refund, in->refund, older);
    take(&o->stated_quantity, in->quantity, older);
    take(&o->postage, in->postage, older);
    take_text(&o->status, in->status, older);
    take_text(&o->province, in->province, older);
    take_text(&o->city, in->city, older);
    take_text(&o->country, in->country, older);
    take_text(&o->touchpoint, in->touchpoint, older);
    take_text(&o->currency, in->currency, older);
    take_text(&o->code, in->code, older);
    if (in->state > o->stated_state) o->stated_state = in->state;
}

struct line_sums {
    money amount, stated_refund, refund;
    i64 quantity;
};

static struct line_sums sums_of(const struct line_row_list *lines)
{
    struct line_sums s = { 0 };
    for (i64 i = 0; i < lines->n; i++) {
        const struct line_row *l = &lines->at[i];
        s.amount += l->amount;
        s.stated_refund += opt_or(l->stated_refund, 0);
        s.refund += line_refund(l);
        s.quantity += l->quantity;
    }
    return s;
}

static void derive_state(struct order_row *o, bool credit)
{
    enum order_state s = o->stated_state;
    money gross = order_gross(o);
    if (credit) s = ORDER_REFUNDED;
    else if (!o->is_paid)
        s = s == ORDER_CANCELLED || o->cancelled_at.has ? ORDER_CANCELLED : ORDER_PLACED;
    else if (gross > 0 && o->refund >= gross) s = ORDER_REFUNDED;
    else if (s < ORDER_COMPLETED && o->completed_at.has) s = ORDER_COMPLETED;
    else if (s == ORDER_PLACED) s = ORDER_PAID;
    o->state = s;
}

void order_derive(struct order_row *o, const struct line_row_list *lines)
{
    struct line_sums sums = sums_of(lines);
    money stated_refund = max_i64(opt_or(o->stated_refund, 0), sums.stated_refund);

    o->at = opt_or(o->created_at, opt_or(o->paid_at, opt_or(o->completed_at, o->at)));
    o->quantity = lines->n ? sums.quantity : opt_or(o->stated_quantity, 0);
    if (o->stated_total.has) o->total = o->stated_total.value;
    else if (lines->n && (sums.amount || !o->stated_paid.has))
        o->total = sums.amount + opt_or(o->postage, 0);
    else /* lines that only name what was bought say nothing of the amount */
        o->total = opt_or(o->stated_paid, 0) + opt_or(o->excluded, 0);

    money due = opt_or(o->stated_paid, o->total);
    bool credit = due < 0 || (due == 0 && o->total < 0);
    o->is_paid = !credit && (o->paid_at.has ||
                             (o->stated_state >= ORDER_PAID && o->stated_state != ORDER_CANCELLED));
    o->paid = o->is_paid ? due : 0;
    o->refund = max_i64(max_i64(stated_refund, sums.refund), opt_or(o->own_refund, 0));
    money gross = order_gross(o);
    if (credit) o->refund = max_i64(o->refund, due < 0 ? -due : -o->total);
    if (o->is_paid && o->stated_state >= ORDER_CANCELLED && stated_refund == 0)
        o->refund =
            max_i64(o->refund, gross); /* called off without an amount: all of it went back */
    o->over_refunded = !credit && o->refund > gross;
    o->net = gross - o->refund;
    o->bought_at = o->is_paid && o->net > 0 ? SOME(opt_or(o->paid_at, o->at)) : NONE;
    derive_state(o, credit);
}

static bool field_equal(const struct shape_field *f, const void *a, const void *b)
{
    switch (f->kind) {
    case K_str:
    case K_json: {
        const str *x = a, *y = b;
        return !x->at == !y->at && str_eq(*x, *y);
    }
    case K_i64:
    case K_money:
    case K_instant: return *(const i64 *)a == *(const i64 *)b;
    case K_flag: return *(const flag *)a == *(const flag *)b;
    case K_choice: return *(const int *)a == *(const int *)b;
    default: { /* optional whole numbers; rows of trade hold no other kinds */
        const opt_i64 *x = a, *y = b;
        return x->has == y->has && (!x->has || x->value == y->value);
    }
    }
}

bool row_equal(const struct shape *shape, const void *a, const void *b)
{
    for (int i = 0; i < shape->n; i++) {
        const struct shape_field *f = &shape->fields[i];
        if (!field_equal(f, (const char *)a + f->offset, (const char *)b + f->offset)) return false;
    }
    return true;
}
