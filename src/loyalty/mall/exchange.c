/* exchange.c -- an exchange is placed: points and stock in one step, then its row.
 *
 * Invariants
 *   1. A row for each (member, key, origin); who has the key under any origin has placed it.
 *   2. While it is placed, "mall:N:stock" and "mall:N:points" are holds that end at pay_until; from
 *      paid on they were taken: by "mall:N:stock:taken" and "mall:N:points:taken" where they had
 *      been held, else by moves of the first two names. Without points there is none of points.
 *   3. Returned or cancelled after that, "…:back" has reversed both.
 */
#include "base/json.h"
#include "base/num.h"
#include "loyalty/join.h"
#include "loyalty/mall/inside.h"
#include "loyalty/points/inside.h"
#include "store/setting.h"

enum { QUANTITY_MAX = 1000, KEY_MAX = 60, PARCEL_MAX = 200, ADDRESS_MAX = 500 };

QUERY(q_same, exchange,
      "SELECT " EXCHANGE " FROM mall_exchange WHERE member = $1 AND key = $2 ORDER BY number");
CHANGE(c_placed,
       "INSERT INTO mall_exchange (member, number, origin, key, good, kind, quantity, points,"
       " price, benefit, state, placed_at, pay_until, paid_at, receiver, phone, address, stock,"
       " taken_by, win) VALUES ($1, $2, $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
       " $15, $16, $17, $1, $18)");

str exchange_id(struct ctx *c, const struct exchange *e, const char *what)
{
    return str_fmt(c->arena, "mall:%lld:%s", (long long)e->number, what);
}

enum err exchange_line(struct tx *t, const struct exchange *e, const char *kind, instant at)
{
    struct ctx *c = t->c;
    struct buf props = { .arena = c->arena };
    buf_fmt(&props, "{\"good\":%lld,\"kind\":", (long long)e->good);
    json_write_str(&props, choice_name(&good_kind_choice, (int)e->kind));
    buf_fmt(&props, ",\"quantity\":%lld,\"points\":%lld", (long long)e->quantity,
            (long long)e->points);
    if (!str_empty(e->why) && e->state == EXCHANGE_CANCELLED) {
        buf_add(&props, S(",\"why\":"));
        json_write_str(&props, e->why);
    }
    if (e->win) buf_add(&props, S(",\"prize\":true"));
    buf_byte(&props, '}');
    struct timeline_line line = { .at = at,
                                  .member = e->member,
                                  .kind = str_of(kind),
                                  .subject =
                                      str_fmt(c->arena, "exchange:%lld", (long long)e->number),
                                  .value = e->price ? SOME(e->price) : NONE,
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

/* -- where to ---------------------------------------------------------------------------------- */

struct parcel_to exchange_parcel(struct ctx *c, struct parcel_to to)
{
    (void)c;
    return (struct parcel_to){ str_trim(to.receiver), str_trim(to.phone), str_trim(to.address) };
}

static enum err parcel_fault(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_of(field), "%s", "%s", c->locale == ZH ? zh : en);
}

enum err parcel_check(struct ctx *c, struct parcel_to to)
{
    if (str_empty(to.receiver) || to.receiver.n > PARCEL_MAX || !str_is_line(to.receiver))
        return parcel_fault(c, "/receiver", "实物要寄送：请填收件人，不超过 200 字节",
                            "it will be shipped: name the receiver, at most 200 bytes");
    if (str_empty(to.phone) || to.phone.n > PARCEL_MAX || !str_is_line(to.phone))
        return parcel_fault(c, "/phone", "实物要寄送：请填收件人电话",
                            "it will be shipped: name the receiver's phone");
    if (str_empty(to.address) || to.address.n > ADDRESS_MAX || !str_is_line(to.address))
        return parcel_fault(c, "/address", "实物要寄送：请填一行收件地址，不超过 500 字节",
                            "it will be shipped: say where to, in a line of at most 500 bytes");
    return OK;
}

/* -- placing ----------------------------------------------------------------------------------- */

static enum err same_before(struct ctx *c, i64 member, const struct exchange_post *in, i64 quantity,
                            struct exchanged *out)
{
    struct exchange_list rows = { 0 };
    TRY(db_all(c, &q_same, &rows, ARGS(member, in->key)));
    if (!rows.n) return OK;
    const struct exchange *e = &rows.at[0];
    if (e->good != in->id || e->quantity != quantity)
        return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一笔内容不同的兑换",
                       "this key was used before, for another exchange");
    *out = (struct exchanged){ e->number, true };
    return OK;
}

/* Held while money is owed, else taken at once. */
static enum err take(struct tx *t, const struct exchange *e, enum mall_result *result)
{
    struct ctx *c = t->c;
    enum transfer_kind kind = e->pay_until.has ? T_HOLD : T_MOVE;
    i64 hold_ms = e->pay_until.has ? e->pay_until.value - c->now : 0, failed = 0;
    struct transfer both[] = {
        { .kind = kind,
          .id = exchange_id(c, e, "stock"),
          .unit = S(STOCK),
          .from_name = e->stock,
          .to_name = good_taken(c, e->good).name,
          .amount = e->quantity,
          .hold_ms = hold_ms,
          .reason = S("mall") },
        { .kind = kind,
          .id = exchange_id(c, e, "points"),
          .unit = S(POINT),
          .from = e->member,
          .to_name = S(POINTS_SPENT),
          .amount = e->points,
          .hold_ms = hold_ms,
          .reason = S("mall") },
    };
    struct transferred done[COUNT(both)];
    if (e->points) TRY(points_touch(t, e->member));
    enum err err = ledger_transfer_all(t, both, e->points ? 2 : 1, done, &failed);
    if (err != E_UNPROCESSABLE || done[failed].result != R_BELOW_FLOOR) return err;
    *result = failed ? MALL_POINTS : MALL_STOCK;
    return mall_refusal(c, *result);
}

static enum err put(struct tx *t, struct exchange *e)
{
    struct ctx *c = t->c;
    TRY(tx_change(t, &c_placed,
                  ARGS(e->member, e->number, e->key, e->good,
                       choice_name(&good_kind_choice, (int)e->kind), e->quantity, e->points,
                       e->price, e->benefit, choice_name(&exchange_state_choice, (int)e->state),
                       e->placed_at, e->pay_until, e->paid_at, e->receiver, e->phone, e->address,
                       e->stock, e->win)));
    TRY(exchange_line(t, e, "mall.exchanged", c->now));
    return e->state == EXCHANGE_PAID ? exchange_deliver(t, e) : OK;
}

static enum err row_of(struct tx *t, i64 member, const struct good *g, i64 quantity,
                       struct exchange *e)
{
    struct ctx *c = t->c;
    i64 minutes;
    *e = (struct exchange){ .member = member,
                            .good = g->id,
                            .kind = g->kind,
                            .quantity = quantity,
                            .points = g->points * quantity,
                            .benefit = g->benefit,
                            .state = EXCHANGE_PAID,
                            .placed_at = c->now,
                            .paid_at = SOME(c->now),
                            .stock = good_stock(c, g->id).name };
    if (!money_times(g->price, quantity, &e->price))
        return fail(c, E_INVALID, "金额超出范围", "the amount is out of range");
    if (e->price) {
        TRY(setting_i64(c, "mall.pay_minutes", &minutes));
        e->state = EXCHANGE_PLACED;
        e->paid_at = NONE;
        e->pay_until = SOME(c->now + minutes * MINUTE_MS);
    }
    return tx_take(t, S("mall_exchange"), 1, &e->number);
}

enum err mall_exchange(struct tx *t, i64 member, const struct exchange_post *in,
                       enum mall_result *result, struct exchanged *out)
{
    struct ctx *c = t->c;
    struct good g;
    struct exchange e;
    i64 quantity = in->quantity.has ? in->quantity.value : 1;
    *result = MALL_DONE;
    *out = (struct exchanged){ 0 };
    if (quantity < 1 || quantity > QUANTITY_MAX)
        return fail_at(c, E_INVALID, S("/quantity"), "数量须在 1 与 %d 之间",
                       "a quantity is between 1 and %d", QUANTITY_MAX);
    if (str_empty(in->key) || in->key.n > KEY_MAX || !str_is_line(in->key))
        return fail_at(c, E_INVALID, S("/key"), "编号须为 1 至 %d 字节的一行文字",
                       "a key is a line of 1 to %d bytes", KEY_MAX);
    TRY(programme_lock(t, member));
    TRY(same_before(c, member, in, quantity, out));
    if (out->id) return OK;
    TRY(good_row(c, in->id, &g));
    TRY(good_ask(c, member, &g, quantity, result));
    TRY(mall_refusal(c, *result));
    struct parcel_to to =
        exchange_parcel(c, (struct parcel_to){ in->receiver, in->phone, in->address });
    if (g.kind == GOOD_THING) TRY(parcel_check(c, to));
    TRY(row_of(t, member, &g, quantity, &e));
    e.key = in->key;
    if (g.kind == GOOD_THING) {
        e.receiver = to.receiver;
        e.phone = to.phone;
        e.address = to.address;
    }
    TRY(take(t, &e, result));
    TRY(put(t, &e));
    out->id = e.number;
    return OK;
}

enum err mall_prize(struct tx *t, i64 member, i64 good, str stock, i64 win, i64 *number)
{
    struct ctx *c = t->c;
    struct good g;
    struct exchange e;
    enum mall_result result;
    TRY(good_row(c, good, &g));
    g.points = 0;
    g.price = 0;
    TRY(row_of(t, member, &g, 1, &e));
    e.stock = stock;
    e.win = win;
    e.key = str_fmt(c->arena, "~win:%lld", (long long)win);
    TRY(take(t, &e, &result));
    TRY(put(t, &e));
    *number = e.number;
    return OK;
}
