/* statement.c -- what came and went, with words that say why. */
#include "base/num.h"
#include "loyalty/points/inside.h"

struct reason_words {
    const char *reason, *zh, *en;
};

static const struct reason_words known[] = {
    { "order", "订单", "Order" },
    { "refund", "退款", "Refund" },
    { "task", "任务", "Task" },
    { "make-up", "补签", "Make-up of a missed day" },
    { "mall", "积分商城", "Points mall" },
    { "grab", "限量抢", "First-N grab" },
    { "tier", "等级礼遇", "Tier gift" },
    { "newcomer", "新人礼", "Newcomer gift" },
    { "first order", "首单礼", "First-order gift" },
    { "first order refunded", "首单退款，收回礼遇", "Taken back: the first order was refunded" },
    { "invitation", "邀请不再算数，收回奖励", "Taken back: an invitation no longer counts" },
    { "board", "排行榜奖励", "Leaderboard prize" },
    { "membership", "会员礼遇", "Membership gift" },
    { "membership refunded", "付费会员退款，收回礼遇", "Taken back: the membership was refunded" },
    { "reward", "奖励", "Reward" },
    { "taken back", "收回", "Taken back" },
    { "expired", "已过期", "Expired" },
    { "merge", "会员合并", "Members merged" },
    { "used", "使用", "Used" },
    { "returned", "退回", "Returned" },
    { "", "积分变动", "Change of points" },
};

static str reason_of(const struct statement_row *r)
{
    if (r->kind == T_LAPSE) return S("expired");
    if (r->kind == T_MERGE) return S("merge");
    if (!str_empty(r->reason)) return r->reason;
    return r->kind == T_CONFIRM ? S("used") : r->kind == T_REVERSE ? S("returned") : S("");
}

/* What people wrote themselves stands as it is. */
static str words_of(struct ctx *c, str reason)
{
    for (i64 i = 0; i < COUNT(known); i++)
        if (str_eq(reason, str_of(known[i].reason)))
            return say(c, str_of(known[i].zh), str_of(known[i].en));
    return reason;
}

/* Which one it was: its name stands with the reason where the transfer's id says a number. */
#define FIELDS_OF_names(X, N) \
    X(str, zh, ANY, "", N)    \
    X(str, en, ANY, "", N)
SHAPE(names);
SHAPE_DEFINE(names);
QUERY(q_task, names, "SELECT zh, en FROM task WHERE id = $1");
QUERY(q_grab, names, "SELECT zh, en FROM grab WHERE id = $1");
QUERY(q_good, names,
      "SELECT g.zh, g.en FROM mall_exchange e JOIN mall_good g ON g.id = e.good"
      " WHERE e.number = $1");
QUERY(q_order, names, "SELECT number AS zh, NULL AS en FROM purchase_order WHERE id = $1");
QUERY(q_board, names, "SELECT name AS zh, NULL AS en FROM board WHERE id = $1");
static const struct {
    const char *reason, *before; /* what stands before the number */
    struct query *name;
} named[] = {
    { "task", "task:", &q_task },     { "make-up", "task:", &q_task },
    { "board", "board:", &q_board },  { "grab", "grab:", &q_grab },
    { "mall", "mall:", &q_good },     { "order", "order:", &q_order },
    { "refund", "order:", &q_order },
};

static enum err name_it(struct ctx *c, const struct statement_row *r, str reason, str *words)
{
    for (i64 i = 0; i < COUNT(named); i++) {
        struct names n;
        str digits;
        i64 id, at = str_find(r->transfer, str_of(named[i].before));
        bool found;
        if (!str_eq(reason, str_of(named[i].reason)) || at < 0) continue;
        str_cut(str_sub(r->transfer, at + str_of(named[i].before).n, r->transfer.n), ':', &digits);
        if (!i64_parse(digits, &id)) return OK;
        TRY(db_find(c, named[i].name, &n, &found, ARGS(id)));
        if (!found) return OK;
        *words = str_fmt(c->arena, say(c, S(STR_FMT "：" STR_FMT), S(STR_FMT ": " STR_FMT)).at,
                         STR_ARG(*words), STR_ARG(say(c, n.zh, str_empty(n.en) ? n.zh : n.en)));
        return OK;
    }
    return OK;
}

enum err points_statement(struct ctx *c, i64 member, i64 below, i64 limit,
                          struct points_entry_list *out)
{
    struct account of = { member, S(POINT), S("") };
    struct statement_row_list rows = { 0 };
    *out = (struct points_entry_list){ 0 };
    TRY(ledger_statement(c, &of, below, limit, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        const struct statement_row *r = &rows.at[i];
        str reason = reason_of(r), words = words_of(c, reason);
        TRY(name_it(c, r, reason, &words));
        *PUSH(c->arena, out) = (struct points_entry){ r->number,     r->at,  r->amount, r->balance,
                                                      r->expires_at, reason, words };
    }
    return OK;
}
