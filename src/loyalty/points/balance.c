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

/* What order earned and nobody wrote down yet: it repays first, as it will. */
static enum err add_turned(struct ctx *c, i64 member, struct points_balance *out)
{
    struct points_order_row_list rows;
    TRY(points_turned(c, member, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        const struct points_order_row *o = &rows.at[i];
        i64 repaid = o->due < out->debt ? o->due : out->debt;
        i64 rest = o->due - repaid;
        out->debt -= repaid;
        if (!rest || (o->expires_at.has && o->expires_at.value <= c->now)) continue;
        out->available += rest;
        if (o->expires_at.has)
            add_expiring(c->arena, &out->expiring, zone_day(c->zone, o->expires_at.value - 1),
                         rest);
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
