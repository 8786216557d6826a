/* tables.c -- what is kept of paid membership: plans and terms. */
#include "loyalty/membership/inside.h"

const struct migration membership_migrations[] = {
    { "0001 paid membership",
      "CREATE TABLE membership_plan ("
      "  code text PRIMARY KEY,"
      "  zh text NOT NULL,"
      "  en text NOT NULL,"
      "  price int64 NOT NULL,"
      "  months int64 NOT NULL,"
      "  multiplier int64,"
      "  ended flag NOT NULL"
      ");"
      "CREATE TABLE membership_term ("
      "  member int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  key text NOT NULL,"
      "  plan text NOT NULL,"
      "  months int64 NOT NULL,"
      "  paid int64 NOT NULL,"
      "  carried int64 NOT NULL,"
      "  anchor int64 NOT NULL,"
      "  from_month int64 NOT NULL,"
      "  starts_on int64 NOT NULL,"
      "  ends_on int64 NOT NULL," /* the first day after it */
      "  last_day text NOT NULL," /* the day before, for segments */
      "  purchase text,"
      "  state text NOT NULL,"
      "  unused int64 NOT NULL," /* when it was refunded or switched */
      "  deducted int64 NOT NULL,"
      "  unused_days int64 NOT NULL,"
      "  bought_at int64 NOT NULL,"
      "  decided_at int64,"
      "  months_given int64 NOT NULL,"
      "  due_on int64,"         /* the day its next pack is due */
      "  reminded int64,"       /* so many days before its end, the last time */
      "  closed flag NOT NULL," /* the line about its end is written, or there is none to write */
      "  PRIMARY KEY (member, number)"
      ") clustered;"
      "CREATE INDEX membership_term_due ON membership_term (due_on) WHERE due_on IS NOT NULL;"
      "CREATE INDEX membership_term_ends ON membership_term (ends_on) WHERE NOT closed;" },
    { 0 },
};

SHAPE_DEFINE(plan);
SHAPE_DEFINE(term);
SHAPE_DEFINE(term_view);
SHAPE_DEFINE(membership_view);
SHAPE_DEFINE(membership_ask);
SHAPE_DEFINE(membership_quote);
SHAPE_DEFINE(membership_refund);
SHAPE_DEFINE(membership_row);
CHOICE_DEFINE(term_state, "paid", "refunded", "switched");

/* -- plans ------------------------------------------------------------------------------------- */

#define PLAN "SELECT code, zh, en, price, months, multiplier, ended FROM membership_plan"
QUERY(q_plan, plan, PLAN " WHERE code = $1");
QUERY(q_plans, plan, PLAN " ORDER BY ended, price, code");
CHANGE(c_plan,
       "INSERT INTO membership_plan (code, zh, en, price, months, multiplier, ended)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO UPDATE SET zh = excluded.zh,"
       " en = excluded.en, price = excluded.price, months = excluded.months,"
       " multiplier = excluded.multiplier, ended = excluded.ended");

enum { CODE_MAX = 40, MONTHS_MAX = 120, MULTIPLIER_MAX = 10000 };

enum err plan_put(struct tx *t, const struct plan *in)
{
    struct ctx *c = t->c;
    if (in->code.n > CODE_MAX || str_empty(in->code) || !str_is_line(in->code) ||
        str_has(in->code, ':'))
        return fail_at(c, E_INVALID, S("/code"), "代号须为 1 至 %d 字节的一行文字，不含冒号",
                       "a code is a line of 1 to %d bytes without a colon", CODE_MAX);
    if (in->months > MONTHS_MAX)
        return fail_at(c, E_INVALID, S("/months"), "一期至多 %d 个月",
                       "a term has at most %d months", MONTHS_MAX);
    if (in->price % 100)
        return fail_at(c, E_INVALID, S("/price"), "价格须精确到分", "a price is in whole cents");
    if (in->multiplier.has &&
        (in->multiplier.value < 1000 || in->multiplier.value > MULTIPLIER_MAX))
        return fail_at(c, E_INVALID, S("/multiplier"), "倍数须在 1000 与 %d 之间（1500 即 1.5 倍）",
                       "between 1000 and %d: 1500 is 1.5x", MULTIPLIER_MAX);
    return tx_change(
        t, &c_plan,
        ARGS(in->code, in->zh, in->en, in->price, in->months, in->multiplier, in->ended));
}

enum err plan_get(struct ctx *c, str code, struct plan *out)
{
    bool found;
    TRY(db_find(c, &q_plan, out, &found, ARGS(code)));
    if (found) return OK;
    return fail_at(c, E_NOT_FOUND, S("/plan"), "没有付费会员方案 " STR_FMT,
                   "there is no plan " STR_FMT, STR_ARG(code));
}

enum err plan_all(struct ctx *c, struct plan_list *out)
{
    return db_all(c, &q_plans, out, NO_ARGS);
}
