/* give.c -- points given, spent, reserved, returned: the doors all other parts use. */
#include "loyalty/points/inside.h"

static enum err move(struct tx *t, i64 member, struct transfer x, struct transferred *out)
{
    *out = (struct transferred){ 0 };
    TRY(points_touch(t, member));
    return ledger_transfer(t, &x, out);
}

#define FIELDS_OF_expiry_row(X, N) X(opt_instant, expires_at, ANY, "", N)
SHAPE(expiry_row);
SHAPE_DEFINE(expiry_row);
QUERY(q_expiry, expiry_row, "SELECT expires_at FROM ledger_transfer WHERE member = $1 AND id = $2");

enum err points_give(struct tx *t, i64 member, i64 amount, str id, str reason,
                     opt_instant expires_at, struct transferred *out)
{
    struct transfer x = { .kind = T_MOVE,
                          .id = id,
                          .unit = S(POINT),
                          .from_name = S(LEDGER_SOURCE),
                          .to = member,
                          .amount = amount,
                          .expires_at = expires_at,
                          .reason = reason };
    struct points_policy policy;
    if (expires_at.has) return move(t, member, x, out);
    TRY(points_policy_load(t->c, &policy));
    x.expires_at = points_expire(&policy, t->c->zone, t->c->now);
    enum err e = move(t, member, x, out);
    if (e != E_CONFLICT || out->result != R_OTHER_CONTENT) return e;
    /* told again, on another day or after the policy changed: that is no other content */
    struct expiry_row was;
    TRY(db_get(t->c, &q_expiry, &was, ARGS(member, id)));
    x.expires_at = was.expires_at;
    return move(t, member, x, out);
}

enum err points_spend(struct tx *t, i64 member, i64 amount, str id, str reason,
                      struct transferred *out)
{
    return move(t, member,
                (struct transfer){ .kind = T_MOVE,
                                   .id = id,
                                   .unit = S(POINT),
                                   .from = member,
                                   .to_name = S(POINTS_SPENT),
                                   .amount = amount,
                                   .reason = reason },
                out);
}

enum err points_hold(struct tx *t, i64 member, i64 amount, str id, i64 hold_ms, str reason,
                     struct transferred *out)
{
    return move(t, member,
                (struct transfer){ .kind = T_HOLD,
                                   .id = id,
                                   .unit = S(POINT),
                                   .from = member,
                                   .to_name = S(POINTS_SPENT),
                                   .amount = amount,
                                   .hold_ms = hold_ms,
                                   .reason = reason },
                out);
}

enum err points_take_held(struct tx *t, i64 member, str held, str id, struct transferred *out)
{
    return move(t, member,
                (struct transfer){ .kind = T_CONFIRM, .id = id, .member = member, .of = held },
                out);
}

enum err points_let_go(struct tx *t, i64 member, str held, str id, struct transferred *out)
{
    return move(t, member,
                (struct transfer){ .kind = T_VOID, .id = id, .member = member, .of = held }, out);
}

enum err points_reverse(struct tx *t, i64 member, str of, i64 amount, str id, str reason,
                        struct transferred *out)
{
    return move(t, member,
                (struct transfer){ .kind = T_REVERSE,
                                   .id = id,
                                   .member = member,
                                   .of = of,
                                   .amount = amount,
                                   .reason = reason },
                out);
}
