/* tables.c -- what is kept of shopping credit beside its accounts: steps, and what was done. */
#include "loyalty/credit/inside.h"

const struct migration credit_migrations[] = {
    { "0001 shopping credit", "CREATE TABLE credit_step ("
                              "  above int64 PRIMARY KEY,"
                              "  bonus int64 NOT NULL,"
                              "  valid_days int64,"
                              "  budget text"
                              ");"
                              "CREATE TABLE credit_act ("
                              "  member int64 NOT NULL,"
                              "  number int64 NOT NULL,"
                              "  origin int64 NOT NULL,"
                              "  key text NOT NULL,"
                              "  kind text NOT NULL,"
                              "  of_key text,"
                              "  of_number int64 NOT NULL,"
                              "  asked int64 NOT NULL,"
                              "  principal int64 NOT NULL,"
                              "  bonus int64 NOT NULL,"
                              "  due int64 NOT NULL,"
                              "  deducted int64 NOT NULL,"
                              "  budget text,"
                              "  bonus_refused flag NOT NULL,"
                              "  purchase text,"
                              "  at int64 NOT NULL,"
                              "  PRIMARY KEY (member, number)"
                              ") clustered;"
                              "CREATE INDEX credit_act_key ON credit_act (member, key);"
                              "CREATE INDEX credit_act_of ON credit_act (member, of_number);" },
    { 0 },
};

SHAPE_DEFINE(act);
SHAPE_DEFINE(credit_step);
SHAPE_DEFINE(credit_steps);
SHAPE_DEFINE(credit_act);
SHAPE_DEFINE(credit_ask);
SHAPE_DEFINE(credit_refund_ask);
SHAPE_DEFINE(credit_expiring);
SHAPE_DEFINE(credit_view);
SHAPE_DEFINE(credit_line);
CHOICE_DEFINE(credit_kind, "topup", "spend", "topup_refund", "spend_refund");

/* -- steps ------------------------------------------------------------------------------------- */

enum { STEPS_MAX = 20 };

#define STEP "SELECT above, bonus, valid_days, budget FROM credit_step"
QUERY(q_steps, credit_step, STEP " ORDER BY above");
QUERY(q_step, credit_step, STEP " WHERE above <= $1 ORDER BY above DESC LIMIT 1");
CHANGE(c_steps_clear, "DELETE FROM credit_step");
CHANGE(c_step, "INSERT INTO credit_step (above, bonus, valid_days, budget) VALUES ($1, $2, $3, $4)"
               " ON CONFLICT (above) DO UPDATE SET bonus = excluded.bonus,"
               " valid_days = excluded.valid_days, budget = excluded.budget");

static enum err step_check(struct ctx *c, const struct credit_step *s, str at)
{
    struct budget_view budget;
    bool found;
    if (s->above % 100 || s->bonus % 100)
        return fail_at(c, E_INVALID, at, "金额须精确到分", "amounts are in whole cents");
    if (s->bonus > s->above)
        return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/bonus", STR_ARG(at)),
                       "赠送不能多于充值", "the bonus is at most what was paid");
    if (str_empty(s->budget)) return OK;
    TRY(budget_find(c, s->budget, &found, &budget));
    if (found) return OK;
    return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/budget", STR_ARG(at)), "没有这个预算",
                   "there is no such budget");
}

enum err credit_steps_put(struct tx *t, const struct credit_steps *in)
{
    struct ctx *c = t->c;
    if (in->steps.n > STEPS_MAX)
        return fail_at(c, E_INVALID, S("/steps"), "至多 %d 档", "at most %d steps", STEPS_MAX);
    TRY(tx_change(t, &c_steps_clear, NO_ARGS));
    for (i64 i = 0; i < in->steps.n; i++) {
        const struct credit_step *s = &in->steps.at[i];
        TRY(step_check(c, s, str_fmt(c->arena, "/steps/%lld", (long long)i)));
        TRY(tx_change(t, &c_step, ARGS(s->above, s->bonus, s->valid_days, s->budget)));
    }
    return OK;
}

enum err credit_steps_get(struct ctx *c, struct credit_steps *out)
{
    *out = (struct credit_steps){ 0 };
    return db_all(c, &q_steps, &out->steps, NO_ARGS);
}

enum err credit_step_of(struct ctx *c, money amount, bool *found, struct credit_step *out)
{
    return db_find(c, &q_step, out, found, ARGS(amount));
}
