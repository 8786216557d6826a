/* credit.c -- topping up, spending, and giving back.
 *
 * Invariants
 *   1. One change of a member's credit at a time (programme_lock), so that shares worked out from
 *      the balances hold when they are moved.
 *   2. An act says what it moved on each account; its transfers are "credit:KEY" and
 *      "credit:KEY:bonus". Refunds reverse those of the act they undo.
 *   3. Of a spend: refunds give back bonus x refunded so far / spent, rounded down to the cent; the
 *      last cent with the last of it. Of a top-up likewise with its bonus.
 */
#include "loyalty/credit/inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "loyalty/reward/inside.h"
#include "store/setting.h"

enum { KEY_MAX = 60 };

QUERY(q_by_key, act,
      "SELECT " ACT " FROM credit_act WHERE member = $1 AND key = $2"
      " ORDER BY number LIMIT 1");
QUERY(q_refunds, act,
      "SELECT " ACT " FROM credit_act WHERE member = $1 AND of_number = $2"
      " ORDER BY number");
CHANGE(c_act, "INSERT INTO credit_act (" ACT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
              " $11, $12, $13, $14, $15, $16)");
/* Bonus spent, less what was given back and what refunds of top-ups made him pay for. */
QUERY(q_bonus_spent, one_i64,
      "SELECT CAST(COALESCE(SUM(CASE kind WHEN 'spend' THEN bonus WHEN 'spend_refund' THEN -bonus"
      " WHEN 'topup_refund' THEN -deducted ELSE 0 END), 0) AS BIGINT) AS value"
      " FROM credit_act WHERE member = $1");

struct credit_act act_view(const struct act *a)
{
    return (struct credit_act){
        .number = a->number,
        .key = a->key,
        .kind = a->kind,
        .of = a->of_key,
        .principal = a->principal,
        .bonus = a->bonus,
        .deducted = a->deducted,
        .paid_back = a->kind == CREDIT_TOPUP_REFUND ? a->principal - a->deducted : 0,
        .bonus_refused = a->bonus_refused,
        .order = a->purchase,
        .at = a->at,
    };
}

/* -- what all of them do ----------------------------------------------------------------------- */

static enum err whole_cents(struct ctx *c, money amount)
{
    if (amount % 100 == 0 && amount <= LEDGER_AMOUNT_MAX) return OK;
    return fail_at(c, E_INVALID, S("/amount"), "金额须精确到分，且不超过一千亿",
                   "an amount is in whole cents, at most 10^11");
}

/* Locks the member; *done: the key was used before, for the same. */
static enum err begins(struct tx *t, const struct act *a, bool *done, struct act *was)
{
    struct ctx *c = t->c;
    if (str_empty(a->key) || a->key.n > KEY_MAX || !str_is_line(a->key) || str_has(a->key, ':'))
        return fail_at(c, E_INVALID, S("/key"), "编号须为 1 至 %d 字节的一行文字，不含冒号",
                       "a key is a line of 1 to %d bytes without a colon", KEY_MAX);
    TRY(whole_cents(c, a->asked));
    TRY(programme_lock(t, a->member));
    TRY(db_find(c, &q_by_key, was, done, ARGS(a->member, a->key)));
    if (!*done) return OK;
    bool refund = was->kind == CREDIT_TOPUP_REFUND || was->kind == CREDIT_SPEND_REFUND;
    bool same = was->asked == a->asked && str_eq(was->of_key, a->of_key) &&
                (refund ? !str_empty(a->of_key) : was->kind == a->kind && str_empty(a->of_key));
    if (same) return OK;
    return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一笔购物金",
                   "this key was used for something else");
}

static str act_id(struct ctx *c, str key, bool bonus)
{
    return str_fmt(c->arena, "credit:" STR_FMT "%s", STR_ARG(key), bonus ? ":bonus" : "");
}

static enum err ends(struct tx *t, struct act *a)
{
    static const char *const verbs[] = { "topped_up", "spent", "topup_refunded", "spend_refunded" };
    struct arena *arena = t->c->arena;
    struct buf props = { .arena = arena };
    TRY(tx_take(t, S("credit_act"), 1, &a->number));
    a->origin = a->member;
    a->at = t->c->now;
    TRY(tx_change(t, &c_act,
                  ARGS(a->member, a->number, a->origin, a->key,
                       choice_name(&credit_kind_choice, (int)a->kind), a->of_key, a->of_number,
                       a->asked, a->principal, a->bonus, a->due, a->deducted, a->budget,
                       a->bonus_refused, a->purchase, a->at)));
    str bonus = money_text(arena, a->bonus);
    buf_fmt(&props, "{\"bonus\":\"" STR_FMT "\"}", STR_ARG(bonus));
    struct timeline_line line = { .at = a->at,
                                  .member = a->member,
                                  .kind = str_fmt(arena, "credit.%s", verbs[a->kind]),
                                  .subject = act_id(t->c, a->key, false),
                                  .value = SOME(a->principal + a->bonus),
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

static enum err move(struct tx *t, const struct act *a, bool in, bool bonus, money amount,
                     opt_instant expires_at)
{
    struct transferred done;
    str name = bonus ? S(CREDIT_BONUS) : S(CREDIT_PRINCIPAL);
    struct transfer x = { .kind = T_MOVE,
                          .id = act_id(t->c, a->key, bonus),
                          .unit = S(CREDIT),
                          .from = in ? 0 : a->member,
                          .from_name = in ? S(LEDGER_SOURCE) : name,
                          .to = in ? a->member : 0,
                          .to_name = in ? name : S("spent"),
                          .amount = amount,
                          .expires_at = expires_at,
                          .reason = in ? S("top-up") : S("spend") };
    return amount ? ledger_transfer(t, &x, &done) : OK;
}

static enum err give_back(struct tx *t, const struct act *a, const struct act *of, bool bonus,
                          money amount)
{
    struct transferred done;
    struct transfer x = { .kind = T_REVERSE,
                          .id = act_id(t->c, a->key, bonus),
                          .member = of->origin,
                          .of = act_id(t->c, of->key, bonus),
                          .amount = amount,
                          .reason = S("refund") };
    return amount ? ledger_transfer(t, &x, &done) : OK;
}

/* -- topping up -------------------------------------------------------------------------------- */

static enum err add_bonus(struct tx *t, struct act *a)
{
    struct credit_step step;
    bool found, enough = true;
    TRY(credit_step_of(t->c, a->principal, &found, &step));
    if (!found) return OK;
    if (!str_empty(step.budget))
        TRY(budget_charge(t, step.budget, a->member, step.bonus,
                          str_fmt(t->c->arena, "top-up:" STR_FMT, STR_ARG(a->key)), &enough));
    a->bonus_refused = !enough;
    if (!enough) return OK;
    a->bonus = step.bonus;
    a->budget = step.budget;
    return move(t, a, true, true, a->bonus, reward_days_end(t->c, step.valid_days));
}

enum err credit_topup(struct tx *t, const struct credit_ask *in, struct credit_act *out)
{
    struct act a = { .member = in->id,
                     .key = in->key,
                     .kind = CREDIT_TOPUP,
                     .asked = in->amount,
                     .principal = in->amount,
                     .purchase = in->order };
    struct act was;
    bool done;
    TRY(begins(t, &a, &done, &was));
    if (!done) {
        TRY(move(t, &a, true, false, a.principal, NONE));
        TRY(add_bonus(t, &a));
        TRY(ends(t, &a));
    }
    *out = act_view(done ? &was : &a);
    return OK;
}

/* -- spending ---------------------------------------------------------------------------------- */

static enum err split(struct ctx *c, struct act *a, money principal, money bonus)
{
    str order;
    TRY(setting_text(c, "credit.order", &order));
    money amount = a->asked;
    if (str_eq(order, S("principal_first"))) a->bonus = amount > principal ? amount - principal : 0;
    else if (str_eq(order, S("proportional")))
        a->bonus = cents_of(amount, bonus, principal + bonus);
    else a->bonus = amount < bonus ? amount : bonus;
    /* the cents that rounding left to the principal may be more than it has */
    if (amount - a->bonus > principal) a->bonus = amount - principal;
    a->principal = amount - a->bonus;
    return OK;
}

enum err credit_spend(struct tx *t, const struct credit_ask *in, struct credit_act *out)
{
    struct ctx *c = t->c;
    struct act a = { .member = in->id,
                     .key = in->key,
                     .kind = CREDIT_SPEND,
                     .asked = in->amount,
                     .purchase = in->order };
    struct act was;
    struct credit_view has;
    bool done;
    TRY(begins(t, &a, &done, &was));
    if (!done) {
        TRY(credit_of(c, a.member, &has));
        if (a.asked > has.total) {
            str there = money_text(c->arena, has.total), wanted = money_text(c->arena, a.asked);
            return fail_at(c, E_UNPROCESSABLE, S("/amount"),
                           "购物金余额不足：有 " STR_FMT "，需要 " STR_FMT,
                           "there is not enough credit: " STR_FMT " of " STR_FMT, STR_ARG(there),
                           STR_ARG(wanted));
        }
        TRY(split(c, &a, has.principal, has.bonus));
        TRY(move(t, &a, false, true, a.bonus, NONE));
        TRY(move(t, &a, false, false, a.principal, NONE));
        TRY(ends(t, &a));
    }
    *out = act_view(done ? &was : &a);
    return OK;
}

/* -- giving back ------------------------------------------------------------------------------- */

/* What earlier refunds of an act come to. */
struct so_far {
    money principal, bonus, due, deducted;
};

static enum err refunded_so_far(struct ctx *c, const struct act *of, struct so_far *out)
{
    struct act_list rows = { 0 };
    *out = (struct so_far){ 0 };
    TRY(db_all(c, &q_refunds, &rows, ARGS(of->member, of->number)));
    for (i64 i = 0; i < rows.n; i++) {
        out->principal += rows.at[i].principal;
        out->bonus += rows.at[i].bonus;
        out->due += rows.at[i].due;
        out->deducted += rows.at[i].deducted;
    }
    return OK;
}

/* asked 0: all that is left. */
static enum err how_much(struct ctx *c, money asked, money left, money *out)
{
    str most = money_text(c->arena, left);
    *out = asked ? asked : left;
    if (left && *out <= left) return OK;
    return fail_at(c, E_UNPROCESSABLE, S("/amount"), "至多可退 " STR_FMT,
                   "at most " STR_FMT " can be given back", STR_ARG(most));
}

static enum err refund_spend(struct tx *t, struct act *a, const struct act *of,
                             const struct so_far *before)
{
    money spent = of->principal + of->bonus, gone = before->principal + before->bonus, amount;
    TRY(how_much(t->c, a->asked, spent - gone, &amount));
    a->kind = CREDIT_SPEND_REFUND;
    a->bonus = cents_of(of->bonus, gone + amount, spent) - before->bonus;
    a->principal = amount - a->bonus;
    TRY(give_back(t, a, of, true, a->bonus));
    return give_back(t, a, of, false, a->principal);
}

/* What of its bonus was spent and not made up for yet: at most what there was, less what expired
 * and what has gone back. */
static enum err spent_of(struct ctx *c, const struct act *of, const struct so_far *before,
                         money *out)
{
    struct one_i64 spent;
    i64 expired;
    TRY(db_get(c, &q_bonus_spent, &spent, ARGS(of->member)));
    TRY(ledger_expired(c, of->origin, act_id(c, of->key, true), &expired));
    money most = of->bonus - expired - before->bonus - before->deducted;
    *out = spent.value < most ? spent.value : most;
    return OK;
}

static enum err refund_topup(struct tx *t, struct act *a, const struct act *of,
                             const struct so_far *before)
{
    struct ctx *c = t->c;
    struct credit_view has;
    money spent;
    TRY(credit_of(c, a->member, &has));
    TRY(spent_of(c, of, before, &spent));
    money left = of->principal - before->principal;
    TRY(how_much(c, a->asked, left < has.principal ? left : has.principal, &a->principal));
    a->kind = CREDIT_TOPUP_REFUND;
    a->due = cents_of(of->bonus, before->principal + a->principal, of->principal) - before->due;
    a->bonus = a->due < has.bonus ? a->due : has.bonus;
    a->deducted = a->due - a->bonus;
    if (a->deducted > spent) a->deducted = spent > 0 ? spent : 0;
    TRY(give_back(t, a, of, true, a->bonus));
    TRY(give_back(t, a, of, false, a->principal));
    money back = a->bonus + a->deducted;
    if (str_empty(of->budget) || !back) return OK;
    return budget_refund(t, of->budget, of->origin,
                         str_fmt(c->arena, "top-up:" STR_FMT, STR_ARG(of->key)), back);
}

enum err credit_refund(struct tx *t, const struct credit_refund_ask *in, struct credit_act *out)
{
    struct ctx *c = t->c;
    struct act a = {
        .member = in->id, .key = in->key, .of_key = in->of, .asked = in->amount.value
    };
    struct act was, of;
    struct so_far before;
    bool done, found;
    TRY(begins(t, &a, &done, &was));
    if (done) {
        *out = act_view(&was);
        return OK;
    }
    TRY(db_find(c, &q_by_key, &of, &found, ARGS(a.member, in->of)));
    if (!found || (of.kind != CREDIT_TOPUP && of.kind != CREDIT_SPEND))
        return fail_at(c, E_NOT_FOUND, S("/of"), "没有编号为 " STR_FMT " 的充值或消费",
                       "there is no top-up or spend " STR_FMT, STR_ARG(in->of));
    a.of_number = of.number;
    a.purchase = of.purchase;
    TRY(refunded_so_far(c, &of, &before));
    TRY(of.kind == CREDIT_SPEND ? refund_spend(t, &a, &of, &before)
                                : refund_topup(t, &a, &of, &before));
    TRY(ends(t, &a));
    *out = act_view(&a);
    return OK;
}
