/* turn.c -- what becomes of an exchange: paid, shipped, received, returned, cancelled; by people,
 * or by itself when its time comes.
 *
 * Whoever touches an exchange first writes down what time has done to it, dated then.
 */
#include "base/num.h"
#include "loyalty/grab.h"
#include "loyalty/join.h"
#include "loyalty/mall/inside.h"
#include "loyalty/points/inside.h"
#include "loyalty/reward.h"
#include "store/setting.h"

enum { REFERENCE_MAX = 120, LAPSED_AT_ONCE = 200 };

QUERY(q_one, exchange, "SELECT " EXCHANGE " FROM mall_exchange WHERE number = $1");
QUERY(q_won, exchange, "SELECT " EXCHANGE " FROM mall_exchange WHERE win = $1 AND win <> 0");
CHANGE(c_paid, "UPDATE mall_exchange SET state = 'paid', paid_at = $3, payment = $4, taken_by = $5"
               " WHERE member = $1 AND number = $2");
CHANGE(c_shipped, "UPDATE mall_exchange SET state = 'shipped', shipped_at = $3, carrier = $4,"
                  " tracking = $5, receive_by = $6, return_until = $7"
                  " WHERE member = $1 AND number = $2");
CHANGE(c_corrected, "UPDATE mall_exchange SET carrier = $3, tracking = $4"
                    " WHERE member = $1 AND number = $2");
CHANGE(c_received, "UPDATE mall_exchange SET state = 'received', received_at = $3,"
                   " return_until = $4 WHERE member = $1 AND number = $2");
CHANGE(c_ended, "UPDATE mall_exchange SET state = $3, why = $4, ended_at = $5"
                " WHERE member = $1 AND number = $2");
CHANGE(c_refund, "UPDATE mall_exchange SET refund = $3 WHERE member = $1 AND number = $2");
CHANGE(c_address, "UPDATE mall_exchange SET receiver = $3, phone = $4, address = $5"
                  " WHERE member = $1 AND number = $2");

static const struct {
    const char *zh, *en;
} states[] = {
    [EXCHANGE_PLACED] = { "待付款", "placed" },
    [EXCHANGE_PAID] = { "待发货", "paid" },
    [EXCHANGE_SHIPPED] = { "已发货", "shipped" },
    [EXCHANGE_RECEIVED] = { "已收货", "received" },
    [EXCHANGE_RETURNED] = { "已退回", "returned" },
    [EXCHANGE_CANCELLED] = { "已取消", "cancelled" },
};

str exchange_state_words(const struct ctx *c, enum exchange_state s)
{
    return str_of(c->locale == ZH ? states[s].zh : states[s].en);
}

void exchange_now(const struct ctx *c, struct exchange *e)
{
    if (e->state == EXCHANGE_PLACED && e->pay_until.value <= c->now) {
        e->state = EXCHANGE_CANCELLED;
        e->why = S("unpaid");
        e->ended_at = e->pay_until;
    } else if (e->state == EXCHANGE_SHIPPED && e->receive_by.value <= c->now) {
        e->state = EXCHANGE_RECEIVED;
        e->received_at = e->receive_by;
    }
}

/* -- in hand ----------------------------------------------------------------------------------- */

static enum err settle(struct tx *t, struct exchange *e)
{
    enum exchange_state was = e->state;
    exchange_now(t->c, e);
    if (e->state == was) return OK;
    if (e->state == EXCHANGE_RECEIVED) {
        TRY(tx_change(t, &c_received, ARGS(e->member, e->number, e->received_at, e->return_until)));
        return exchange_line(t, e, "mall.received", e->received_at.value);
    }
    TRY(tx_change(t, &c_ended, ARGS(e->member, e->number, S("cancelled"), e->why, e->ended_at)));
    return exchange_line(t, e, "mall.cancelled", e->ended_at.value);
}

/* Of this member (0: of anybody), brought up to this instant. */
static enum err in_hand(struct tx *t, i64 number, i64 member, struct exchange *e)
{
    struct ctx *c = t->c;
    bool found;
    TRY(db_find(c, &q_one, e, &found, ARGS(number)));
    if (!found || (member && e->member != member))
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的兑换", "there is no exchange %lld",
                    (long long)number);
    TRY(programme_lock(t, e->member));
    return settle(t, e);
}

static enum err wrong_state(struct ctx *c, const struct exchange *e)
{
    str words = exchange_state_words(c, e->state);
    if (e->state == EXCHANGE_CANCELLED && str_eq(e->why, S("unpaid")))
        return fail(c, E_CONFLICT, "这笔兑换超时未付款，已自动取消：收到的钱请原路退回",
                    "this exchange was not paid in time and is cancelled: pay back what came");
    return fail(c, E_CONFLICT, "这笔兑换现在是“" STR_FMT "”，不能这样处理",
                "this exchange is " STR_FMT " now, that cannot be done to it", STR_ARG(words));
}

static enum err reference_check(struct ctx *c, str reference, const char *field)
{
    if (!str_empty(reference) && reference.n <= REFERENCE_MAX && str_is_line(reference)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "须为 1 至 %d 字节的一行文字",
                   "a line of 1 to %d bytes", REFERENCE_MAX);
}

/* -- its transfers ----------------------------------------------------------------------------- */

/* The same done to both: to what was held (confirm, void), or to what was taken (reverse). After a
 * merge what takes the points may belong to an older id: that is kept. */
static enum err to_both(struct tx *t, struct exchange *e, enum transfer_kind kind, const char *end)
{
    struct ctx *c = t->c;
    struct transferred done[2];
    i64 failed;
    bool back = kind == T_REVERSE, held = e->pay_until.has;
    const char *stock = back && held ? "stock:taken" : "stock";
    const char *points = back && held ? "points:taken" : "points";
    struct transfer both[] = {
        { .kind = kind,
          .id = exchange_id(c, e, str_z(c->arena, str_fmt(c->arena, "stock:%s", end))),
          .of = exchange_id(c, e, stock),
          .reason = S("mall") },
        { .kind = kind,
          .id = exchange_id(c, e, str_z(c->arena, str_fmt(c->arena, "points:%s", end))),
          .member = back ? e->taken_by : e->member,
          .of = exchange_id(c, e, points),
          .reason = S("mall") },
    };
    if (e->points) TRY(points_touch(t, e->member));
    TRY(ledger_transfer_all(t, both, e->points ? 2 : 1, done, &failed));
    e->taken_by = e->points ? done[1].member : e->member;
    return OK;
}

/* -- paid -------------------------------------------------------------------------------------- */

static enum err return_until(struct ctx *c, instant from, opt_instant *out)
{
    i64 days;
    TRY(setting_i64(c, "mall.return_days", &days));
    *out = SOME(from + days * DAY_MS);
    return OK;
}

static enum err receive(struct tx *t, struct exchange *e)
{
    e->state = EXCHANGE_RECEIVED;
    e->received_at = SOME(t->c->now);
    TRY(return_until(t->c, t->c->now, &e->return_until));
    TRY(tx_change(t, &c_received, ARGS(e->member, e->number, e->received_at, e->return_until)));
    return exchange_line(t, e, "mall.received", t->c->now);
}

static enum err coupon_give(struct tx *t, const struct exchange *e)
{
    struct reward what = { .kind = REWARD_BENEFIT, .amount = e->quantity, .code = e->benefit };
    struct reward_why why = { exchange_id(t->c, e, "coupon"), S("mall"), NO_STR };
    enum reward_result given;
    TRY(reward_give(t, e->member, &what, why, &given));
    if (given == REWARD_GIVEN) return OK;
    return fail(t->c, E_UNPROCESSABLE, "这张优惠券已停止发放", "this coupon is no longer granted");
}

enum err exchange_deliver(struct tx *t, struct exchange *e)
{
    if (e->kind == GOOD_THING) return OK;
    TRY(e->kind == GOOD_COUPON ? coupon_give(t, e) : codes_deliver(t, e));
    return receive(t, e);
}

enum err mall_pay(struct tx *t, i64 exchange, str reference, opt_money amount)
{
    struct ctx *c = t->c;
    struct exchange e;
    TRY(reference_check(c, reference, "/reference"));
    TRY(in_hand(t, exchange, 0, &e));
    if (amount.has && amount.value != e.price) {
        str due = money_text(c->arena, e.price);
        return fail_at(c, E_UNPROCESSABLE, S("/amount"), "应付 " STR_FMT " 元",
                       "the amount due is " STR_FMT, STR_ARG(due));
    }
    if (e.state != EXCHANGE_PLACED) {
        if (str_eq(e.payment, reference)) return OK;
        return wrong_state(c, &e);
    }
    TRY(to_both(t, &e, T_CONFIRM, "taken"));
    e.state = EXCHANGE_PAID;
    e.paid_at = SOME(c->now);
    e.payment = reference;
    TRY(tx_change(t, &c_paid, ARGS(e.member, e.number, e.paid_at, e.payment, e.taken_by)));
    TRY(exchange_line(t, &e, "mall.paid", c->now));
    return exchange_deliver(t, &e);
}

/* -- shipped and received ---------------------------------------------------------------------- */

enum err mall_address(struct tx *t, i64 exchange, i64 member, struct parcel_to to)
{
    struct ctx *c = t->c;
    struct exchange e;
    to = exchange_parcel(c, to);
    TRY(in_hand(t, exchange, member, &e));
    if (e.kind != GOOD_THING)
        return fail(c, E_UNPROCESSABLE, "这笔兑换不需要寄送", "this exchange is not shipped");
    if (e.state != EXCHANGE_PLACED && e.state != EXCHANGE_PAID) return wrong_state(c, &e);
    TRY(parcel_check(c, to));
    return tx_change(t, &c_address, ARGS(e.member, e.number, to.receiver, to.phone, to.address));
}

enum err mall_ship(struct tx *t, i64 exchange, str carrier, str tracking)
{
    struct ctx *c = t->c;
    struct exchange e;
    i64 days;
    carrier = str_trim(carrier);
    tracking = str_trim(tracking);
    TRY(reference_check(c, carrier, "/carrier"));
    TRY(reference_check(c, tracking, "/tracking"));
    TRY(in_hand(t, exchange, 0, &e));
    if (e.state == EXCHANGE_SHIPPED) {
        if (str_eq(e.carrier, carrier) && str_eq(e.tracking, tracking)) return OK;
        return tx_change(t, &c_corrected, ARGS(e.member, e.number, carrier, tracking));
    }
    if (e.state != EXCHANGE_PAID) return wrong_state(c, &e);
    if (str_empty(e.address))
        return fail(c, E_UNPROCESSABLE, "会员还没有填写收件地址",
                    "the member has not said yet where to send it");
    TRY(setting_i64(c, "mall.receive_days", &days));
    e.state = EXCHANGE_SHIPPED;
    e.receive_by = SOME(c->now + days * DAY_MS);
    TRY(return_until(c, e.receive_by.value, &e.return_until));
    TRY(tx_change(
        t, &c_shipped,
        ARGS(e.member, e.number, c->now, carrier, tracking, e.receive_by, e.return_until)));
    return exchange_line(t, &e, "mall.shipped", c->now);
}

enum err mall_receive(struct tx *t, i64 exchange, i64 member)
{
    struct exchange e;
    TRY(in_hand(t, exchange, member, &e));
    if (e.state == EXCHANGE_RECEIVED) return OK;
    if (e.state != EXCHANGE_SHIPPED) return wrong_state(t->c, &e);
    return receive(t, &e);
}

/* -- given up ---------------------------------------------------------------------------------- */

static enum err end(struct tx *t, struct exchange *e, enum exchange_state state, str why)
{
    e->state = state;
    e->why = why;
    e->ended_at = SOME(t->c->now);
    TRY(tx_change(t, &c_ended,
                  ARGS(e->member, e->number, choice_name(&exchange_state_choice, (int)state), why,
                       e->ended_at)));
    if (e->win) TRY(grab_prize_gone(t, e->win));
    return exchange_line(t, e, state == EXCHANGE_RETURNED ? "mall.returned" : "mall.cancelled",
                         t->c->now);
}

enum err mall_cancel(struct tx *t, i64 exchange, i64 member)
{
    struct exchange e;
    TRY(in_hand(t, exchange, member, &e));
    if (e.state == EXCHANGE_CANCELLED) return OK;
    if (e.state != EXCHANGE_PLACED && e.state != EXCHANGE_PAID) return wrong_state(t->c, &e);
    bool paid = e.state == EXCHANGE_PAID;
    TRY(to_both(t, &e, paid ? T_REVERSE : T_VOID, paid ? "back" : "free"));
    return end(t, &e, EXCHANGE_CANCELLED, member ? S("member") : S("operator"));
}

static enum err coupon_back(struct tx *t, const struct exchange *e)
{
    bool whole;
    TRY(reward_take_back_whole(t, e->member, exchange_id(t->c, e, "coupon"), S("mall"), &whole));
    if (whole) return OK;
    return fail(t->c, E_UNPROCESSABLE, "优惠券已经用过，不能退", "the coupon was used");
}

static enum err take_back(struct tx *t, struct exchange *e, str why)
{
    if (good_has_codes(e->kind))
        return fail(t->c, E_UNPROCESSABLE, "卡券码已经发给会员，不能退",
                    "a code that was delivered cannot be returned");
    if (e->kind == GOOD_COUPON) TRY(coupon_back(t, e));
    TRY(to_both(t, e, T_REVERSE, "back"));
    return end(t, e, EXCHANGE_RETURNED, why);
}

enum err mall_return(struct tx *t, i64 exchange, str reason)
{
    struct ctx *c = t->c;
    struct exchange e;
    TRY(in_hand(t, exchange, 0, &e));
    if (e.state == EXCHANGE_RETURNED) return OK;
    if (e.state != EXCHANGE_SHIPPED && e.state != EXCHANGE_RECEIVED) return wrong_state(c, &e);
    if (reason.n > REFERENCE_MAX || (reason.n && !str_is_line(reason)))
        return reference_check(c, reason, "/reason");
    if (e.state == EXCHANGE_RECEIVED && e.return_until.value <= c->now)
        return fail(c, E_UNPROCESSABLE, "已超过可退回的天数",
                    "the days in which it could be returned are over");
    return take_back(t, &e, reason);
}

enum err mall_prize_back(struct tx *t, i64 win, bool *whole)
{
    struct exchange e;
    bool found;
    *whole = true;
    TRY(db_find(t->c, &q_won, &e, &found, ARGS(win)));
    if (!found) return OK;
    TRY(in_hand(t, e.number, 0, &e));
    if (e.state == EXCHANGE_RETURNED || e.state == EXCHANGE_CANCELLED) return OK;
    if (e.state != EXCHANGE_PAID) return take_back(t, &e, S("grab"));
    TRY(to_both(t, &e, T_REVERSE, "back"));
    return end(t, &e, EXCHANGE_CANCELLED, S("operator"));
}

enum err mall_refunded(struct tx *t, i64 exchange, str reference)
{
    struct ctx *c = t->c;
    struct exchange e;
    TRY(reference_check(c, reference, "/reference"));
    TRY(in_hand(t, exchange, 0, &e));
    if (str_eq(e.refund, reference)) return OK;
    if (!e.price || !e.paid_at.has || !str_empty(e.refund) ||
        (e.state != EXCHANGE_RETURNED && e.state != EXCHANGE_CANCELLED))
        return fail(c, E_CONFLICT, "这笔兑换没有待退的款", "no money is to be paid back for it");
    TRY(tx_change(t, &c_refund, ARGS(e.member, e.number, reference)));
    return exchange_line(t, &e, "mall.refunded", c->now);
}

/* -- what time has done ------------------------------------------------------------------------ */

QUERY(q_due, one_i64,
      "SELECT number AS value FROM (SELECT number, pay_until AS due FROM mall_exchange"
      " WHERE state = 'placed' AND pay_until <= $1 UNION ALL SELECT number, receive_by"
      " FROM mall_exchange WHERE state = 'shipped' AND receive_by <= $1) AS x"
      " ORDER BY due, number LIMIT $2");

static enum err lapse_some(struct tx *t, void *arg)
{
    i64 *n = arg;
    struct one_i64_list due = { 0 };
    struct exchange e;
    TRY(db_all(t->c, &q_due, &due, ARGS(t->c->now, (i64)LAPSED_AT_ONCE)));
    for (i64 i = 0; i < due.n; i++) TRY(in_hand(t, due.at[i].value, 0, &e));
    *n = due.n;
    return OK;
}

enum err mall_lapse(struct store *s, struct ctx *c)
{
    for (i64 n = LAPSED_AT_ONCE; n == LAPSED_AT_ONCE;) {
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, lapse_some, &n);
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return OK;
}
