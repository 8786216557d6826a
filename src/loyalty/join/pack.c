/* pack.c -- packs: lists of rewards under a name, put whole and given whole. */
#include "loyalty/join/inside.h"

enum { PACK_MAX = 20 };

#define FIELDS_OF_pack_row(X, N)             \
    X(str, pack, ANY, "", N)                 \
    X(choice(reward_kind), kind, ANY, "", N) \
    X(i64, amount, ANY, "", N)               \
    X(opt_money, credit, ANY, "", N)         \
    X(str, code, ANY, "", N)                 \
    X(opt_i64, valid_days, ANY, "", N)       \
    X(opt_money, cost, ANY, "", N)           \
    X(str, budget, ANY, "", N)
SHAPE(pack_row);
SHAPE_DEFINE(pack_row);

#define COLUMNS "pack, kind, amount, credit, code, valid_days, cost, budget"
QUERY(q_pack, pack_row, "SELECT " COLUMNS " FROM loyalty_pack WHERE pack = $1 ORDER BY place");
QUERY(q_packs, pack_row, "SELECT " COLUMNS " FROM loyalty_pack ORDER BY pack, place");
CHANGE(c_pack_clear, "DELETE FROM loyalty_pack WHERE pack = $1");
CHANGE(c_pack_row, "INSERT INTO loyalty_pack (" COLUMNS ", place)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

enum err pack_put(struct tx *t, const struct pack *in)
{
    struct ctx *c = t->c;
    if (in->pack.n > 60 || str_empty(in->pack) || !str_is_line(in->pack) || str_has(in->pack, ':'))
        return fail_at(c, E_INVALID, S("/pack"), "礼包名须为 1 至 60 字节的一行文字，不含冒号",
                       "a pack's name is a line of 1 to 60 bytes without a colon");
    if (!str_eq(in->pack, S(NEWCOMER_PACK)) && !str_eq(in->pack, S(FIRST_ORDER_PACK)) &&
        !str_starts(in->pack, S("plan-")))
        return fail_at(c, E_INVALID, S("/pack"),
                       "没有这个礼包：应为 newcomer、first_order、plan-方案代号 或 "
                       "plan-方案代号-month",
                       "there is no such pack: newcomer, first_order, plan-CODE or plan-CODE-month "
                       "is expected, with the code of a paid plan");
    if (in->rewards.n > PACK_MAX)
        return fail_at(c, E_INVALID, S("/rewards"), "一个礼包至多 %d 样", "a pack has at most %d",
                       PACK_MAX);
    TRY(tx_change(t, &c_pack_clear, ARGS(in->pack)));
    for (i64 i = 0; i < in->rewards.n; i++) {
        const struct reward *r = &in->rewards.at[i];
        TRY(reward_check(c, r, str_fmt(c->arena, "/rewards/%lld", (long long)i)));
        TRY(tx_change(t, &c_pack_row,
                      ARGS(in->pack, choice_name(&reward_kind_choice, (int)r->kind), r->amount,
                           r->credit, r->code, r->valid_days, r->cost, r->budget, i)));
    }
    return OK;
}

static struct reward reward_of(const struct pack_row *row)
{
    return (struct reward){ row->kind,       row->amount, row->credit, row->code,
                            row->valid_days, row->cost,   row->budget };
}

enum err pack_get(struct ctx *c, str name, struct pack *out)
{
    struct pack_row_list rows = { 0 };
    *out = (struct pack){ .pack = name };
    TRY(db_all(c, &q_pack, &rows, ARGS(name)));
    for (i64 i = 0; i < rows.n; i++) *PUSH(c->arena, &out->rewards) = reward_of(&rows.at[i]);
    return OK;
}

enum err pack_all(struct ctx *c, struct pack_list *out)
{
    struct pack_row_list rows = { 0 };
    *out = (struct pack_list){ 0 };
    TRY(db_all(c, &q_packs, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) {
        struct pack *last = out->n ? &out->at[out->n - 1] : NULL;
        if (!last || !str_eq(last->pack, rows.at[i].pack)) {
            last = PUSH(c->arena, out);
            last->pack = rows.at[i].pack;
        }
        *PUSH(c->arena, &last->rewards) = reward_of(&rows.at[i]);
    }
    return OK;
}

enum err pack_give(struct tx *t, i64 member, str name, struct reward_why why)
{
    struct pack pack;
    enum reward_result got;
    str id = why.id;
    TRY(pack_get(t->c, name, &pack));
    for (i64 i = 0; i < pack.rewards.n; i++) {
        why.id = str_fmt(t->c->arena, STR_FMT ":%lld", STR_ARG(id), (long long)i);
        TRY(reward_give(t, member, &pack.rewards.at[i], why, &got));
    }
    return OK;
}
