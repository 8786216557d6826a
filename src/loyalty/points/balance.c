/* balance.c -- what a member has at this instant: the ledger, and what has turned since it was
 * last written. */
#include "loyalty/points/inside.h"

QUERY(q_pending, one_i64,
      "SELECT CAST(COALESCE(SUM(due), 0) AS BIGINT) AS value FROM points_order WHERE member = $1"
      " AND matures_at > $2 AND NOT matured");

static void add_expiring(struct arena *a, struct points_expiring_list *out, day on, i64 amount)
{
    i64 i = 0;
    while (i < out->n && out->at[i].on < on) i++;
    if (i == out->n || out->at[i].on != on) {
        PUSH(a, out);
        for (i64 k = out->n - 1; k > i; k--) out->at[k] = out->at[k - 1];
        out->at[i] = (struct points_expiring){ .on = on };
    }
    out->at[i].amount += amount;
}

#define FIELDS_OF_came_row(X, N)           \
    X(i64, debt, ANY, "", N)               \
    X(i64, n, ANY, "", N)                  \
    X(opt_instant, expires_at, ANY, "", N) \
    X(i64, repaid, ANY, "", N)
SHAPE(came_row);
SHAPE_DEFINE(came_row);
QUERY(q_came, came_row,
      "SELECT r.debt AS debt, r.n AS n, r.expires_at AS expires_at, r.repaid AS repaid"
      " FROM (" POINTS_REPAID ") r");

static void add_rest(struct ctx *c, struct points_balance *out, i64 rest, opt_instant expires_at)
{
    if (!rest || (expires_at.has && expires_at.value <= c->now)) return;
    out->available += rest;
    if (expires_at.has)
        add_expiring(c->arena, &out->expiring, zone_day(c->zone, expires_at.value - 1), rest);
}

/* What orders earned and nobody wrote down yet. Beside a debt nothing is free but what has come
 * since, and that repays it in the order in which it came. */
static enum err add_turned(struct ctx *c, i64 member, struct points_balance *out)
{
    struct points_order_row_list rows;
    struct came_row_list came = { 0 };
    TRY(points_turned(c, member, &rows));
    if (!rows.n) return OK;
    TRY(db_all(c, &q_came, &came, ARGS(member, member, c->now)));
    for (i64 i = 0; !came.n && i < rows.n; i++)
        add_rest(c, out, rows.at[i].due, rows.at[i].expires_at);
    if (!came.n) return OK;
    out->available = 0;
    out->debt = came.at[0].debt;
    out->expiring = (struct points_expiring_list){ 0 };
    for (i64 i = 0; i < came.n; i++) {
        out->debt -= came.at[i].repaid;
        add_rest(c, out, came.at[i].n - came.at[i].repaid, came.at[i].expires_at);
    }
    return OK;
}

enum err points_balance_of(struct ctx *c, i64 member, struct points_balance *out)
{
    struct account of = { member, S(POINT), S("") };
    struct balance b;
    struct expiring_list free;
    struct one_i64 pending;
    *out = (struct points_balance){ 0 };
    TRY(ledger_balance(c, &of, &b));
    TRY(ledger_expiring(c, &of, &free));
    out->available = b.available;
    out->debt = b.debt;
    for (i64 i = 0; i < free.n; i++)
        if (free.at[i].expires_at.has)
            add_expiring(c->arena, &out->expiring,
                         zone_day(c->zone, free.at[i].expires_at.value - 1), free.at[i].amount);
    TRY(add_turned(c, member, out));
    TRY(db_get(c, &q_pending, &pending, ARGS(member, c->now)));
    out->pending = pending.value;
    return OK;
}
