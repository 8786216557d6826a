/* benefits.c -- the catalogue of benefits: what a member may be granted. */
#include "loyalty/benefits/inside.h"

#define BENEFIT "SELECT code, kind, zh, en, value, threshold, cost, valid_days, ended FROM benefit"
QUERY(q_benefit, benefit, BENEFIT " WHERE code = $1");
QUERY(q_benefits, benefit, BENEFIT " ORDER BY ended, kind, code");
CHANGE(c_benefit,
       "INSERT INTO benefit (code, kind, zh, en, value, threshold, cost, valid_days, ended,"
       " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)"
       " ON CONFLICT (code) DO UPDATE SET zh = excluded.zh,"
       " en = excluded.en, value = excluded.value, threshold = excluded.threshold,"
       " cost = excluded.cost, valid_days = excluded.valid_days, ended = excluded.ended,"
       " updated_at = excluded.updated_at");

enum { CODE_MAX = 60 };

static enum err benefit_fits(struct ctx *c, const struct benefit *in)
{
    if (!str_is_line(in->code) || in->code.n > CODE_MAX || str_has(in->code, ':'))
        return fail_at(c, E_INVALID, S("/code"), "权益代码是不超过 %d 字节的一行文字，不含冒号",
                       "a benefit's code is a line of at most %d bytes without colons", CODE_MAX);
    if (in->kind == BENEFIT_COUPON && (!in->value.has || in->value.value <= 0))
        return fail_at(c, E_INVALID, S("/value"), "优惠券要写明减多少元",
                       "a coupon says how much it takes off");
    if (in->kind == BENEFIT_BUY_FREE &&
        (!in->threshold.has || in->threshold.value < 2 * MONEY_UNIT ||
         in->threshold.value % MONEY_UNIT))
        return fail_at(c, E_INVALID, S("/threshold"), "满几件免一件：件数是不小于 2 的整数",
                       "buy how many to get one free: a whole number of 2 or more");
    return OK;
}

enum err benefit_put(struct tx *t, const struct benefit *in)
{
    struct benefit was;
    bool found;
    TRY(benefit_fits(t->c, in));
    TRY(db_find(t->c, &q_benefit, &was, &found, ARGS(in->code)));
    if (found && was.kind != in->kind)
        return fail_at(
            t->c, E_CONFLICT, S("/kind"), "会员手里的“" STR_FMT "”不能变成另一种权益，请换一个代码",
            "what members have of \"" STR_FMT "\" cannot become something else: take another code",
            STR_ARG(in->code));
    return tx_change(t, &c_benefit,
                     ARGS(in->code, choice_name(&benefit_kind_choice, (int)in->kind), in->zh,
                          in->en, in->value, in->threshold, in->cost, in->valid_days, in->ended,
                          t->c->now));
}

enum err benefit_get(struct ctx *c, str code, struct benefit *out)
{
    bool found;
    TRY(db_find(c, &q_benefit, out, &found, ARGS(code)));
    return found ? OK
                 : fail_at(c, E_NOT_FOUND, S("/code"), "没有权益“" STR_FMT "”",
                           "there is no benefit \"" STR_FMT "\"", STR_ARG(code));
}

enum err benefit_all(struct ctx *c, struct benefit_list *out)
{
    return db_all(c, &q_benefits, out, NO_ARGS);
}
