/* take.c -- what an order gave is taken back: exactly once, from what is left of it; or it follows
 * the order to another buyer. */
#include "loyalty/points/inside.h"

#define FIELDS_OF_given_row(X, N) \
    X(i64, number, ANY, "", N)    \
    X(i64, whose, ANY, "", N)     \
    X(i64, amount, ANY, "", N)    \
    X(i64, taken, ANY, "", N)
SHAPE(given_row);
SHAPE_DEFINE(given_row);
QUERY(q_gifts, given_row,
      "SELECT number, whose, amount, taken FROM points_gift WHERE member = $1 AND order_id = $2"
      " AND taken < amount ORDER BY number DESC");
CHANGE(c_taken, "UPDATE points_gift SET taken = $4 WHERE member = $1 AND order_id = $2"
                " AND number = $3");
CHANGE(c_order_to, "UPDATE points_order SET member = $3 WHERE member = $1 AND order_id = $2");
CHANGE(c_lines_to, "UPDATE points_line SET member = $3 WHERE member = $1 AND order_id = $2");
CHANGE(c_charges_to, "UPDATE points_charge SET member = $3 WHERE member = $1 AND order_id = $2");
CHANGE(c_gifts_to, "UPDATE points_gift SET member = $3 WHERE member = $1 AND order_id = $2");

static i64 least(i64 a, i64 b) { return a < b ? a : b; }

static str gift_id(struct ctx *c, const struct points_order_row *o, i64 number)
{
    return str_fmt(c->arena, "order:%lld:earn:%lld", (long long)o->order_id, (long long)number);
}

/* What has expired of its gifts and was not forgiven yet: nobody owes that. */
static enum err expired_of(struct ctx *c, const struct points_order_row *o,
                           const struct given_row_list *gifts, i64 *out)
{
    *out = 0;
    if (!o->expires_at.has || o->expires_at.value > c->now) return OK;
    for (i64 i = 0; i < gifts->n; i++) {
        i64 gone;
        TRY(ledger_expired(c, gifts->at[i].whose, gift_id(c, o, gifts->at[i].number), &gone));
        *out += gone;
    }
    *out = *out > o->forgiven ? *out - o->forgiven : 0;
    return OK;
}

/* How much of it may be taken, by the setting. */
static enum err allowed(struct tx *t, const struct points_order_row *o, i64 amount, bool asked,
                        i64 *out)
{
    struct ctx *c = t->c;
    struct account of = { o->member, S(POINT), S("") };
    struct balance b;
    str how;
    *out = amount;
    TRY(setting_text(c, "points.on_refund", &how));
    if (!amount || str_eq(how, S("negative"))) return OK;
    TRY(ledger_lock(t, &of)); /* somebody may be spending */
    TRY(ledger_balance(c, &of, &b));
    if (b.available >= amount) return OK;
    if (str_eq(how, S("write_off"))) {
        *out = b.available;
        return OK;
    }
    if (!asked) return OK; /* what happened elsewhere cannot be refused: it becomes a debt */
    return fail(c, E_UNPROCESSABLE,
                "这笔订单的积分已被用掉：需收回 %lld，只有 %lld。请会员先补足积分，或修改设置 "
                "points.on_refund",
                "the points of this order were spent: %lld are to be taken back, there are %lld. "
                "Let the member make them up first, or change the setting points.on_refund",
                (long long)amount, (long long)b.available);
}

static enum err reverse(struct tx *t, struct points_order_row *o, struct given_row *gift,
                        i64 amount)
{
    struct transferred out;
    o->gifts++; /* a number for the reversal too */
    o->given -= amount;
    gift->taken += amount;
    TRY(tx_change(t, &c_taken, ARGS(o->member, o->order_id, gift->number, gift->taken)));
    struct transfer x = { .kind = T_REVERSE,
                          .id = str_fmt(t->c->arena, "order:%lld:back:%lld", (long long)o->order_id,
                                        (long long)o->gifts),
                          .member = gift->whose,
                          .of = gift_id(t->c, o, gift->number),
                          .amount = amount,
                          .reason = S("refund") };
    return ledger_transfer(t, &x, &out);
}

enum err points_order_take(struct tx *t, struct points_order_row *o, i64 amount, bool asked)
{
    struct given_row_list gifts = { 0 };
    i64 expired, may_take;
    TRY(db_all(t->c, &q_gifts, &gifts, ARGS(o->member, o->order_id)));
    TRY(expired_of(t->c, o, &gifts, &expired));
    i64 forgiven = least(amount, expired);
    TRY(allowed(t, o, amount - forgiven, asked, &may_take));
    o->forgiven += amount - may_take;
    for (i64 i = 0; i < gifts.n && may_take; i++) {
        struct given_row *gift = &gifts.at[i];
        i64 n = least(may_take, gift->amount - gift->taken);
        may_take -= n;
        TRY(reverse(t, o, gift, n));
    }
    return OK;
}

enum err points_order_follow(struct tx *t, struct points_order_row *o, i64 to, i64 kept)
{
    struct given_row_list gifts = { 0 };
    i64 from = o->member, moving = 0;
    TRY(db_all(t->c, &q_gifts, &gifts, ARGS(from, o->order_id)));
    for (i64 i = 0; i < gifts.n; i++) {
        struct given_row *gift = &gifts.at[i];
        if (kept < 0 || (kept && gift->whose == kept)) continue;
        i64 n = gift->amount - gift->taken, forgiven = least(n, kept ? 0 : o->forgiven);
        o->forgiven -= forgiven; /* he keeps those */
        o->given -= forgiven;
        gift->taken += forgiven;
        moving += n - forgiven;
        if (n > forgiven) TRY(reverse(t, o, gift, n - forgiven));
        else TRY(tx_change(t, &c_taken, ARGS(from, o->order_id, gift->number, gift->taken)));
    }
    TRY(tx_change(t, &c_order_to, ARGS(from, o->order_id, to)));
    TRY(tx_change(t, &c_lines_to, ARGS(from, o->order_id, to)));
    TRY(tx_change(t, &c_gifts_to, ARGS(from, o->order_id, to)));
    TRY(tx_change(t, &c_charges_to, ARGS(from, o->order_id, to)));
    o->member = to;
    if (kept > 0 && moving) TRY(points_order_give(t, o, moving, t->c->now));
    return points_order_save(t, o);
}
