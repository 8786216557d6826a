/* money.c -- what commission moves: the KOC's account, and the campaign's budget. */
#include "loyalty/budget.h"
#include "loyalty/koc/inside.h"

enum err koc_account_add(struct tx *t, const struct koc_order_row *o, money amount)
{
    struct transferred done;
    bool in = amount > 0;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(t->c->arena, "koc:%lld:%lld:%lld", (long long)o->member,
                                        (long long)o->order_id, (long long)o->entries),
                          .unit = S(COMMISSION),
                          .from = in ? 0 : o->holder,
                          .from_name = in ? S(LEDGER_SOURCE) : S(""),
                          .to = in ? o->holder : 0,
                          .to_name = in ? S("") : S(LEDGER_SOURCE),
                          .amount = in ? amount : -amount,
                          .reason = in ? S("order") : S("refund") };
    return amount ? ledger_transfer(t, &x, &done) : OK;
}

/* -- the budget -------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_charge_row(X, N) \
    X(i64, number, ANY, "", N)         \
    X(money, amount, ANY, "", N)       \
    X(money, returned, ANY, "", N)
SHAPE(koc_charge_row);
SHAPE_DEFINE(koc_charge_row);
QUERY(q_charges, koc_charge_row,
      "SELECT number, amount, returned FROM koc_charge WHERE member = $1 AND order_id = $2"
      " AND returned < amount ORDER BY number DESC");
CHANGE(c_charge, "INSERT INTO koc_charge (member, order_id, number, amount, returned)"
                 " VALUES ($1, $2, $3, $4, 0)");
CHANGE(c_returned, "UPDATE koc_charge SET returned = returned + $4 WHERE member = $1"
                   " AND order_id = $2 AND number = $3");

static str charge_id(struct ctx *c, const struct koc_order_row *o, i64 number)
{
    return str_fmt(c->arena, "koc:%lld:%lld", (long long)o->order_id, (long long)number);
}

static enum err flows_back(struct tx *t, struct koc_order_row *o, money amount)
{
    struct koc_charge_row_list rows = { 0 };
    TRY(db_all(t->c, &q_charges, &rows, ARGS(o->member, o->order_id)));
    for (i64 i = 0; i < rows.n && amount > 0; i++) {
        money left = rows.at[i].amount - rows.at[i].returned;
        money part = left < amount ? left : amount;
        TRY(budget_refund(t, o->budget, o->member, charge_id(t->c, o, rows.at[i].number), part));
        TRY(tx_change(t, &c_returned, ARGS(o->member, o->order_id, rows.at[i].number, part)));
        o->charged -= part;
        amount -= part;
    }
    return OK;
}

enum err koc_budget_to(struct tx *t, struct koc_order_row *o, money due, bool *enough)
{
    *enough = true;
    if (str_empty(o->budget) || due == o->charged) return OK;
    if (due < o->charged) return flows_back(t, o, o->charged - due);
    money more = due - o->charged;
    TRY(budget_charge(t, o->budget, o->member, more, charge_id(t->c, o, o->entries + 1), enough));
    if (!*enough) {
        *enough = o->charged > 0 || o->entries > 0; /* what was promised is kept */
        return OK;
    }
    o->charged += more;
    return tx_change(t, &c_charge, ARGS(o->member, o->order_id, o->entries + 1, more));
}

/* -- what his account should hold -------------------------------------------------------------- */

QUERY(q_account_due, one_i64,
      "SELECT CAST((SELECT COALESCE(SUM(commission), 0) FROM koc_entry WHERE holder = $1"
      " AND statement IS NULL) + (SELECT COALESCE(SUM(earned + taken_back - CASE WHEN paid_at"
      " IS NULL THEN 0 ELSE payable END), 0) FROM koc_statement WHERE holder = $1) AS BIGINT)"
      " AS value");

enum err koc_account_due(struct ctx *c, i64 holder, money *out)
{
    struct one_i64 row;
    TRY(db_get(c, &q_account_due, &row, ARGS(holder)));
    *out = row.value;
    return OK;
}
