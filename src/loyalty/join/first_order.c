/* first_order.c -- the gift for the first purchase after joining, and back when it is refunded.
 *
 * It is worked out from the facts as they stand. A row says which purchase was rewarded: `given`
 * while it stands, `kept` when it was refunded but something of the gift was used, or the time for
 * that was over; `undone` when all of it was taken back. Whoever has one that is not undone has had
 * his gift.
 */
#include "loyalty/join/inside.h"
#include "loyalty/programme.h"
#include "store/setting.h"
#include "trade/trade.h"

#define FIELDS_OF_gift_row(X, N) \
    X(i64, number, ANY, "", N)   \
    X(i64, purchase, ANY, "", N) \
    X(instant, at, ANY, "", N)   \
    X(str, state, ANY, "", N)
SHAPE(gift_row);
SHAPE_DEFINE(gift_row);

QUERY(q_gifts, gift_row,
      "SELECT number, purchase, at, state FROM loyalty_first_order"
      " WHERE member = $1 AND state <> 'undone' ORDER BY number");
CHANGE(c_gift, "INSERT INTO loyalty_first_order (member, number, purchase, at, state)"
               " VALUES ($1, $2, $3, $4, 'given')");
CHANGE(c_gift_state, "UPDATE loyalty_first_order SET state = $3 WHERE member = $1 AND number = $2");
QUERY(q_first, one_i64,
      "SELECT id AS value FROM purchase_order WHERE member = $1 AND bought_at IS NOT NULL"
      " AND bought_at >= $2 ORDER BY bought_at, id LIMIT 1");
QUERY(q_stands, one_i64,
      "SELECT id AS value FROM purchase_order"
      " WHERE member = $1 AND id = $2 AND bought_at IS NOT NULL");
QUERY(q_any_gift, one_i64, "SELECT number AS value FROM loyalty_first_order LIMIT 1");

static str gift_id(struct ctx *c, i64 purchase)
{
    return str_fmt(c->arena, "first:%lld", (long long)purchase);
}

static enum err give(struct tx *t, i64 member, i64 purchase)
{
    i64 number;
    TRY(tx_take(t, S("loyalty_first_order"), 1, &number));
    TRY(tx_change(t, &c_gift, ARGS(member, number, purchase, t->c->now)));
    return pack_give(t, member, S(FIRST_ORDER_PACK),
                     (struct reward_why){ gift_id(t->c, purchase), S("first order"), NO_STR });
}

/* *whole: nothing of it had been used. */
static enum err take_back(struct tx *t, i64 member, i64 purchase, bool *whole)
{
    struct ctx *c = t->c;
    struct reward_view_list given = { 0 };
    str under = str_fmt(c->arena, STR_FMT ":", STR_ARG(gift_id(c, purchase)));
    TRY(rewards_under(c, member, under, &given));
    *whole = true;
    for (i64 i = 0; i < given.n; i++) {
        bool all;
        TRY(reward_take_back_whole(t, member, given.at[i].id, S("first order refunded"), &all));
        *whole &= all;
    }
    return OK;
}

/* Does his purchase still stand? */
static enum err stands(struct ctx *c, i64 member, const struct gift_row *g, bool *out)
{
    struct one_i64 order;
    return db_find(c, &q_stands, &order, out, ARGS(member, g->purchase));
}

/* The first purchase after he joined, and after the programme opened. */
static enum err first_purchase(struct ctx *c, i64 member, bool *found, struct one_i64 *out)
{
    struct join_view join;
    opt_instant since;
    *found = false;
    TRY(join_of(c, member, &join));
    if (!join.joined) return OK;
    TRY(programme_open(c, &since));
    if (!since.has) return OK;
    i64 from = join.joined_at.value > since.value ? join.joined_at.value : since.value;
    return db_find(c, &q_first, out, found, ARGS(member, from));
}

/* Is there anything to do? Most orders are of people who have their gift, or take no part. */
static enum err is_needed(struct ctx *c, i64 member, bool packed, bool *out)
{
    struct gift_row_list gifts = { 0 };
    struct one_i64 first;
    *out = false;
    TRY(db_all(c, &q_gifts, &gifts, ARGS(member)));
    for (i64 i = 0; i < gifts.n && !*out; i++) {
        bool still;
        TRY(stands(c, member, &gifts.at[i], &still));
        *out = !still && str_eq(gifts.at[i].state, S("given"));
    }
    return *out || gifts.n || !packed ? OK : first_purchase(c, member, out, &first);
}

/* Gifts whose purchase is gone; *had: he has had his gift all the same. */
static enum err look_at_gifts(struct tx *t, i64 member, bool *had)
{
    struct ctx *c = t->c;
    struct gift_row_list gifts = { 0 };
    i64 days;
    *had = false;
    TRY(setting_i64(c, "join.first_order_days", &days));
    TRY(db_all(c, &q_gifts, &gifts, ARGS(member)));
    for (i64 i = 0; i < gifts.n; i++) {
        const struct gift_row *g = &gifts.at[i];
        bool still, whole = false;
        TRY(stands(c, member, g, &still));
        if (!still && str_eq(g->state, S("given"))) {
            if (c->now < g->at + days * DAY_MS) TRY(take_back(t, member, g->purchase, &whole));
            TRY(tx_change(t, &c_gift_state,
                          ARGS(member, g->number, whole ? S("undone") : S("kept"))));
        }
        *had |= !whole;
    }
    return OK;
}

static enum err look_at(struct tx *t, i64 member, bool packed)
{
    struct ctx *c = t->c;
    struct one_i64 first;
    bool needed, had, found;
    TRY(is_needed(c, member, packed, &needed));
    if (!needed) return OK;
    TRY(programme_lock(t, member));
    TRY(look_at_gifts(t, member, &had));
    if (had || !packed) return OK;
    TRY(first_purchase(c, member, &found, &first));
    return found ? give(t, member, first.value) : OK;
}

/* Each member once, however many of his orders the batch has. */
static bool seen_before(const struct order_change *at, i64 i, i64 member)
{
    for (i64 k = i - 1; k >= 0 && k >= i - 8; k--)
        if (at[k].member == member && at[k].was == member) return true;
    return false;
}

/* Shops without this gift, and imports of what was before, pay two statements a batch for it. */
static enum err is_in_use(struct ctx *c, bool *packed, bool *out)
{
    struct pack pack;
    struct one_i64 any;
    opt_instant since;
    TRY(programme_open(c, &since));
    TRY(pack_get(c, S(FIRST_ORDER_PACK), &pack));
    *packed = since.has && pack.rewards.n > 0;
    *out = *packed;
    return *out ? OK : db_find(c, &q_any_gift, &any, out, NO_ARGS);
}

static enum err changed(struct tx *t, const struct order_change *at, i64 n)
{
    bool packed, in_use;
    TRY(is_in_use(t->c, &packed, &in_use));
    for (i64 i = 0; in_use && i < n; i++) {
        if (at[i].member && !seen_before(at, i, at[i].member))
            TRY(look_at(t, at[i].member, packed));
        if (at[i].was && at[i].was != at[i].member) TRY(look_at(t, at[i].was, packed));
    }
    return OK;
}

const struct order_listener join_orders = { .room = "join", .changed = changed };
