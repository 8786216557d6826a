/* turn.c -- what orders earned turns into points when its time has come: written down by whoever
 * touches the member's points first, dated at that instant. */
#include "loyalty/points/inside.h"

CHANGE(c_lock, "INSERT INTO points_member (member, version) VALUES ($1, 1)"
               " ON CONFLICT (member) DO UPDATE SET version = points_member.version + 1");
CHANGE(c_order_put,
       "INSERT INTO points_order (" POINTS_ORDER_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7,"
       " $8, $9, $10, $11, $12) ON CONFLICT (member, order_id) DO UPDATE SET"
       " matures_at = excluded.matures_at, matured = excluded.matured,"
       " expires_at = excluded.expires_at, due = excluded.due, given = excluded.given,"
       " forgiven = excluded.forgiven, gifts = excluded.gifts");
QUERY(q_turned, points_order_row,
      "SELECT " POINTS_ORDER_COLUMNS " FROM points_order WHERE member = $1 AND matures_at <= $2"
      " AND NOT matured ORDER BY matures_at, order_id");
QUERY(q_order, points_order_row,
      "SELECT " POINTS_ORDER_COLUMNS " FROM points_order WHERE member = $1 AND order_id = $2");
CHANGE(c_gift, "INSERT INTO points_gift (member, order_id, number, whose, amount, taken)"
               " VALUES ($1, $2, $3, $1, $4, 0)");

enum err points_lock(struct tx *t, i64 member) { return tx_change(t, &c_lock, ARGS(member)); }

enum err points_order_save(struct tx *t, const struct points_order_row *o)
{
    return tx_change(t, &c_order_put,
                     ARGS(o->member, o->order_id, o->paid_at, o->multiplier, o->window_ms,
                          o->matures_at, o->matured, o->expires_at, o->due, o->given, o->forgiven,
                          o->gifts));
}

enum err points_turned(struct ctx *c, i64 member, struct points_order_row_list *out)
{
    *out = (struct points_order_row_list){ 0 };
    return db_all(c, &q_turned, out, ARGS(member, c->now));
}

enum err points_order_find(struct ctx *c, i64 member, i64 order, bool *found,
                           struct points_order_row *out)
{
    return db_find(c, &q_order, out, found, ARGS(member, order));
}

enum err points_transfer_at(struct tx *t, const struct transfer *x, instant at,
                            struct transferred *out)
{
    instant now = t->c->now;
    t->c->now = at;
    enum err e = ledger_transfer(t, x, out);
    t->c->now = now;
    return e;
}

enum err points_order_give(struct tx *t, struct points_order_row *o, i64 amount, instant at)
{
    struct transferred out;
    opt_instant expires_at = o->expires_at;
    if (expires_at.has && expires_at.value <= at) { /* given again after they had expired */
        struct points_policy policy;
        TRY(points_policy_load(t->c, &policy));
        expires_at = points_expire(&policy, t->c->zone, at);
    }
    o->gifts++;
    o->given += amount;
    TRY(tx_change(t, &c_gift, ARGS(o->member, o->order_id, o->gifts, amount)));
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(t->c->arena, "order:%lld:earn:%lld", (long long)o->order_id,
                                        (long long)o->gifts),
                          .unit = S(POINT),
                          .from_name = S(LEDGER_SOURCE),
                          .to = o->member,
                          .amount = amount,
                          .expires_at = expires_at,
                          .reason = S("order") };
    return points_transfer_at(t, &x, at, &out);
}

enum err points_touch(struct tx *t, i64 member)
{
    struct points_order_row_list rows;
    TRY(points_turned(t->c, member, &rows));
    if (!rows.n) return OK;
    TRY(points_lock(t, member));
    TRY(points_turned(t->c, member, &rows)); /* as they are now that nobody else changes them */
    for (i64 i = 0; i < rows.n; i++) {
        struct points_order_row *o = &rows.at[i];
        o->matured = true;
        if (o->due) TRY(points_order_give(t, o, o->due, o->matures_at));
        TRY(points_order_save(t, o));
    }
    return OK;
}

/* -- the job ----------------------------------------------------------------------------------- */

QUERY(q_members_due, one_i64,
      "SELECT DISTINCT member AS value FROM (SELECT member FROM points_order WHERE matures_at <= $1"
      " AND NOT matured AND member > 0 ORDER BY matures_at LIMIT 200) AS due ORDER BY member");

static enum err turn_some(struct tx *t, void *arg)
{
    const struct one_i64_list *due = arg;
    for (i64 i = 0; i < due->n; i++) TRY(points_touch(t, due->at[i].value));
    return OK;
}

enum err points_turn(struct store *s, struct ctx *c)
{
    struct one_i64_list due;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        due = (struct one_i64_list){ 0 };
        enum err e = db_all(c, &q_members_due, &due, ARGS(c->now));
        if (e == OK && due.n) e = store_write(s, c, turn_some, &due);
        i64 n = due.n;
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
        due.n = n;
    } while (due.n);
    return OK;
}
