/* caps.c -- what caps leave: by member and day from what the rules gave him that day, in all from
 * an account of the ledger that runs out.
 *
 * What was given counts, also when a refund takes it back later: a cap does not open again by
 * sending goods back. Who asks holds the member's lock (points_lock), and of a rule with a cap in
 * all the rule's row, so that nobody sees the same room at the same moment.
 */
#include "loyalty/points/inside.h"

#define CAP_UNIT "quota"

QUERY(q_used, one_i64,
      "SELECT CAST(COALESCE(SUM(COALESCE(at_most, due)), 0) AS BIGINT) AS value FROM points_line"
      " WHERE member = $1 AND on_day = $2 AND rule = $3 AND order_id <> $4");
QUERY(q_used_all, one_i64,
      "SELECT CAST(COALESCE(SUM(COALESCE(at_most, due)), 0) AS BIGINT) AS value FROM points_line"
      " WHERE member = $1 AND on_day = $2 AND order_id <> $3");
QUERY(q_used_ever, one_i64,
      "SELECT CAST(COALESCE(SUM(COALESCE(at_most, due)), 0) AS BIGINT) AS value FROM points_line"
      " WHERE rule = $1");
CHANGE(c_hold_rule, "UPDATE points_rule SET updated_at = updated_at WHERE id = $1");

static i64 least(i64 a, i64 b) { return a < b ? a : b; }

static struct account room_of(struct ctx *c, const struct points_rule *r)
{
    return (struct account){ 0, S(CAP_UNIT),
                             str_fmt(c->arena, "points.rule:%lld", (long long)r->id) };
}

static enum err room_left(struct tx *t, const struct points_rule *r, i64 *left)
{
    struct account of = room_of(t->c, r);
    struct balance b;
    TRY(tx_change(t, &c_hold_rule, ARGS(r->id)));
    TRY(ledger_balance(t->c, &of, &b));
    *left = b.balance;
    return OK;
}

static enum err room_move(struct tx *t, const struct points_rule *r, i64 amount, str what)
{
    struct transferred out;
    bool in = amount > 0;
    str room = room_of(t->c, r).name;
    struct transfer x = { .kind = T_MOVE,
                          .id = what,
                          .unit = S(CAP_UNIT),
                          .from_name = in ? S(LEDGER_SOURCE) : room,
                          .to_name = in ? room : S("points.given"),
                          .amount = in ? amount : -amount,
                          .reason = S("cap") };
    return amount ? ledger_transfer(t, &x, &out) : OK;
}

enum err points_cap_return(struct tx *t, const struct points_rule *r, i64 amount, str what)
{
    return r->cap_total.has ? room_move(t, r, amount, what) : OK;
}

enum err points_cap_set(struct tx *t, const struct points_rule *r, str what)
{
    struct one_i64 used;
    i64 left;
    TRY(room_left(t, r, &left));
    TRY(db_get(t->c, &q_used_ever, &used, ARGS(r->id)));
    i64 room = r->cap_total.value - used.value;
    return room_move(t, r, (room > 0 ? room : 0) - left, what);
}

enum err points_cap_used_up(struct tx *t, const struct points_rule *r,
                            const struct points_cap_ask *ask, bool *used_up)
{
    struct one_i64 used;
    i64 left = 1;
    if (r->cap_day.has) {
        TRY(db_get(t->c, &q_used, &used, ARGS(ask->member, (i64)ask->on, r->id, ask->order_id)));
        left = r->cap_day.value - used.value - ask->used;
    }
    if (left > 0 && r->cap_total.has) TRY(room_left(t, r, &left));
    *used_up = left <= 0;
    return OK;
}

enum err points_cap_take(struct tx *t, const struct points_rule *r, i64 daily_cap,
                         const struct points_cap_ask *ask, i64 *got)
{
    struct one_i64 used;
    *got = ask->want;
    if (r->cap_day.has) {
        TRY(db_get(t->c, &q_used, &used, ARGS(ask->member, (i64)ask->on, r->id, ask->order_id)));
        *got = least(*got, r->cap_day.value - used.value - ask->used);
    }
    if (daily_cap) {
        TRY(db_get(t->c, &q_used_all, &used, ARGS(ask->member, (i64)ask->on, ask->order_id)));
        *got = least(*got, daily_cap - used.value - ask->used_all);
    }
    if (*got < 0) *got = 0;
    if (!r->cap_total.has || !*got) return OK;
    i64 left;
    TRY(room_left(t, r, &left));
    *got = least(*got, left);
    return room_move(t, r, -*got, ask->what);
}
