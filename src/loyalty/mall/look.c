/* look.c -- exchanges as people see them, at this instant. */
#include "loyalty/mall/inside.h"

/* $1 now; $2 state; $3 good; $4 member; $5 below; $6 limit; $7 placed from; $8 and before. */
#define LISTED                                                                          \
    " AND ($3 = 0 OR good = $3) AND (CAST($2 AS TEXT) IS NULL OR $2 = " EXCHANGE_STATE( \
        "$1") ") AND ($5 = 0 OR number < $5) AND placed_at >= $7 AND placed_at < $8"    \
              " ORDER BY number DESC LIMIT $6"
QUERY(q_exchanges, exchange, "SELECT " EXCHANGE " FROM mall_exchange WHERE ($4 = 0)" LISTED);
QUERY(q_of_member, exchange, "SELECT " EXCHANGE " FROM mall_exchange WHERE member = $4" LISTED);
QUERY(q_to_ship, exchange,
      "SELECT " EXCHANGE " FROM mall_exchange WHERE state = 'paid' AND ($1 = 0 OR good = $1)"
      " AND ($2 = 0 OR number < $2) AND placed_at >= $4 AND placed_at < $5"
      " ORDER BY number DESC LIMIT $3");
QUERY(q_one, exchange, "SELECT " EXCHANGE " FROM mall_exchange WHERE number = $1");

static str mask_code(struct arena *a, str code)
{
    return code.n <= 4 ? S("****") : str_fmt(a, "****" STR_FMT, 4, code.at + code.n - 4);
}

static enum err view_of(struct ctx *c, struct exchange *e, bool personal, struct exchange_view *out)
{
    struct arena *a = c->arena;
    struct good g;
    exchange_now(c, e);
    TRY(good_row(c, e->good, &g));
    bool ended = e->state == EXCHANGE_RETURNED || e->state == EXCHANGE_CANCELLED;
    *out = (struct exchange_view){
        .id = e->number,
        .key = e->key,
        .member = e->member,
        .good = e->good,
        .zh = g.zh,
        .en = g.en,
        .kind = e->kind,
        .quantity = e->quantity,
        .points = e->points,
        .price = e->price,
        .state = e->state,
        .why = e->why,
        .prize = e->win != 0,
        .placed_at = e->placed_at,
        .pay_until = e->state == EXCHANGE_PLACED ? e->pay_until : NONE,
        .paid_at = e->paid_at,
        .payment = e->payment,
        .shipped_at = e->shipped_at,
        .carrier = e->carrier,
        .tracking = e->tracking,
        .receive_by = e->state == EXCHANGE_SHIPPED ? e->receive_by : NONE,
        .received_at = e->received_at,
        .return_until =
            e->state == EXCHANGE_RECEIVED && !good_has_codes(e->kind) ? e->return_until : NONE,
        .ended_at = e->ended_at,
        .refund_due = ended && e->price && e->paid_at.has && str_empty(e->refund),
        .refund = e->refund,
        .receiver = personal ? e->receiver : mask_name(a, e->receiver),
        .phone = personal ? e->phone : mask_phone(a, e->phone),
        .address = personal ? e->address : mask_address(a, e->address),
    };
    TRY(member_name(c, e->member, personal, &out->name));
    if (!good_has_codes(e->kind)) return OK;
    TRY(codes_of(c, e->number, &out->codes));
    for (i64 i = 0; !personal && i < out->codes.n; i++)
        out->codes.at[i] = mask_code(a, out->codes.at[i]);
    return OK;
}

enum err exchange_list(struct ctx *c, struct exchange_filter of, i64 limit, bool personal,
                       struct exchange_view_list *out)
{
    struct exchange_list rows = { 0 };
    bool all = str_empty(of.state);
    instant until = of.until.has ? of.until.value : INT64_MAX;
    if (!all && choice_find(&exchange_state_choice, of.state) < 0)
        return fail_at(c, E_INVALID, S("/state"),
                       "状态须为 placed、paid、shipped、received、returned 或 cancelled",
                       "a state is placed, paid, shipped, received, returned or cancelled");
    if (!of.member && str_eq(of.state, S("paid")))
        TRY(db_all(c, &q_to_ship, &rows, ARGS(of.good, of.below, limit, of.from, until)));
    else
        TRY(db_all(c, of.member ? &q_of_member : &q_exchanges, &rows,
                   ARGS(c->now, all ? NO_STR : of.state, of.good, of.member, of.below, limit,
                        of.from, until)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], personal, PUSH(c->arena, out)));
    return OK;
}

enum err exchange_get(struct ctx *c, i64 exchange, bool personal, struct exchange_view *out)
{
    struct exchange e;
    bool found;
    TRY(db_find(c, &q_one, &e, &found, ARGS(exchange)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的兑换", "there is no exchange %lld",
                    (long long)exchange);
    return view_of(c, &e, personal, out);
}
