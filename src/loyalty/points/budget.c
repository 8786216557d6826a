/* budget.c -- what orders earn by a rule with a campaign budget is charged to it when they earn it,
 * and flows back as refunds take it back.
 *
 * Invariants of a points_charge
 *   1. cost_left of a charge is what its points_left cost at the price it was charged at, rounded
 * up to the cent; the rest has flowed back.
 *   2. The points_left of an order and rule are at least its lines' due: nothing is earned unpaid.
 */
#include "loyalty/budget.h"

#include "loyalty/points/inside.h"

#define FIELDS_OF_charge_row(X, N)  \
    X(i64, number, ANY, "", N)      \
    X(str, budget, ANY, "", N)      \
    X(i64, whose, ANY, "", N)       \
    X(i64, points, ANY, "", N)      \
    X(money, cost, ANY, "", N)      \
    X(i64, points_left, ANY, "", N) \
    X(money, cost_left, ANY, "", N)
SHAPE(charge_row);
SHAPE_DEFINE(charge_row);
QUERY(q_charges, charge_row,
      "SELECT number, budget, whose, points, cost, points_left, cost_left FROM points_charge"
      " WHERE member = $1 AND order_id = $2 AND rule = $3 AND points_left > 0"
      " ORDER BY number DESC");
QUERY(q_last, one_i64,
      "SELECT COALESCE(MAX(number), 0) AS value FROM points_charge WHERE member = $1"
      " AND order_id = $2");
CHANGE(c_charge,
       "INSERT INTO points_charge (member, order_id, number, rule, budget, whose, points, cost,"
       " points_left, cost_left) VALUES ($1, $2, $3, $4, $5, $1, $6, $7, $6, $7)");
CHANGE(c_left, "UPDATE points_charge SET points_left = $4, cost_left = $5 WHERE member = $1"
               " AND order_id = $2 AND number = $3");

/* Rounded up to the cent: never beyond the budget. */
static money part_of(money cost, i64 points, i64 of)
{
    return (money)(((__int128)cost * points + (__int128)of * 100 - 1) / ((__int128)of * 100) * 100);
}

static str charge_id(struct ctx *c, i64 order, i64 rule, i64 number)
{
    return str_fmt(c->arena, "points:%lld:%lld:%lld", (long long)order, (long long)rule,
                   (long long)number);
}

static enum err tell_refused(struct tx *t, const struct points_rule *r,
                             const struct points_order_row *o, i64 points)
{
    struct arena *a = t->c->arena;
    struct timeline_line line = {
        .at = t->c->now,
        .member = o->member,
        .kind = S("points.refused"),
        .subject = str_fmt(a, "order:%lld", (long long)o->order_id),
        .props = str_fmt(
            a,
            "{\"points\":%lld,\"rule\":%lld,\"budget\":\"" STR_FMT "\",\"reason\":\"no_budget\"}",
            (long long)points, (long long)r->id, STR_ARG(r->budget)), /* a code: plain letters */
    };
    return timeline_append(t, &line);
}

enum err points_charge(struct tx *t, const struct points_rule *r, const struct points_order_row *o,
                       i64 points, bool *enough)
{
    struct ctx *c = t->c;
    struct one_i64 last;
    money price;
    TRY(setting_i64(c, "points.value_of_100", &price));
    TRY(db_get(c, &q_last, &last, ARGS(o->member, o->order_id)));
    money cost = part_of(price, points, 100);
    i64 number = last.value + 1;
    TRY(budget_charge(t, r->budget, o->member, cost, charge_id(c, o->order_id, r->id, number),
                      enough));
    if (!*enough) return tell_refused(t, r, o, points);
    return tx_change(t, &c_charge,
                     ARGS(o->member, o->order_id, number, r->id, r->budget, points, cost));
}

enum err points_charged(struct ctx *c, const struct points_order_row *o, i64 rule, i64 *points)
{
    struct charge_row_list rows = { 0 };
    *points = 0;
    TRY(db_all(c, &q_charges, &rows, ARGS(o->member, o->order_id, rule)));
    for (i64 i = 0; i < rows.n; i++) *points += rows.at[i].points_left;
    return OK;
}

enum err points_charge_down(struct tx *t, const struct points_order_row *o, i64 rule, i64 points)
{
    struct ctx *c = t->c;
    struct charge_row_list rows = { 0 };
    i64 have;
    TRY(points_charged(c, o, rule, &have));
    TRY(db_all(c, &q_charges, &rows, ARGS(o->member, o->order_id, rule)));
    for (i64 i = 0; i < rows.n && have > points; i++) {
        const struct charge_row *r = &rows.at[i];
        i64 less = have - points < r->points_left ? have - points : r->points_left;
        i64 left = r->points_left - less;
        money keep = part_of(r->cost, left, r->points);
        if (keep > r->cost_left) keep = r->cost_left;
        have -= less;
        if (keep < r->cost_left)
            TRY(budget_refund(t, r->budget, r->whose, charge_id(c, o->order_id, rule, r->number),
                              r->cost_left - keep));
        TRY(tx_change(t, &c_left, ARGS(o->member, o->order_id, r->number, left, keep)));
    }
    return OK;
}
