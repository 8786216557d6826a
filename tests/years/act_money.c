/* act_money.c -- points, credit, paid membership and benefits are spent, held, given back. */
#include "years/years.h"

#include "loyalty/benefits.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/membership.h"
#include "loyalty/points.h"

/* The next place of a ring; an old one is forgotten. */
static struct spend *ring_add(struct spend *ring, i64 *n, int who, i64 key, money amount)
{
    struct spend *s = &ring[(*n)++ % RING];
    *s = (struct spend){ .who = who, .key = key, .amount = amount };
    return s;
}

static struct spend *ring_any(struct spend *ring, i64 n)
{
    i64 have = n < RING ? n : RING;
    for (int i = 0; have && i < 6; i++) {
        struct spend *s = &ring[below(have)];
        if (s->amount > s->back && !w.people[living(s->who)].erased) return s;
    }
    return NULL;
}

static money cents(money m) { return m / 100 * 100; }

/* -- points ------------------------------------------------------------------------------------ */

enum err act_spend(struct tx *t)
{
    struct ctx *c = t->c;
    int who = anybody();
    i64 key = ++w.keys;
    struct points_balance has, left;
    struct transferred out;
    if (who < 0) return OK;
    str id = key_of(c, "spend", key);
    TRY(points_balance_of(c, id_of(who), &has));
    if (one_in(8)) { /* more than there is */
        enum err e = points_spend(t, id_of(who), has.available + 1, id, S("order"), &out);
        EXPECT(e == E_UNPROCESSABLE, "%lld points of %lld could be spent",
               (long long)has.available + 1, (long long)has.available);
        return e;
    }
    if (!has.available) return OK;
    i64 amount = one_in(4) ? has.available : 1 + below(has.available);
    TRY(points_spend(t, id_of(who), amount, id, S("order"), &out));
    if (one_in(5)) {
        TRY(points_spend(t, id_of(who), amount, id, S("order"), &out));
        EXPECT(out.again, "the same spending was done twice");
    }
    TRY(points_balance_of(c, id_of(who), &left));
    EXPECT(left.available == has.available - amount, "%lld points less %lld are %lld",
           (long long)has.available, (long long)amount, (long long)left.available);
    ring_add(w.spent, &w.spent_n, who, key, amount);
    return OK;
}

enum err act_unspend(struct tx *t)
{
    struct ctx *c = t->c;
    struct spend *s = ring_any(w.spent, w.spent_n);
    struct transferred out;
    if (!s || s->held) return OK;
    i64 amount = one_in(2) ? s->amount - s->back : 1 + below(s->amount - s->back);
    TRY(points_reverse(t, id_of(s->who), key_of(c, "spend", s->key), amount,
                       key_of(c, "unspend", ++w.keys), S("refund"), &out));
    s->back += amount;
    return OK;
}

enum err act_hold(struct tx *t)
{
    struct ctx *c = t->c;
    int who = anybody();
    i64 key = ++w.keys;
    struct points_balance has;
    struct transferred out;
    if (who < 0) return OK;
    TRY(points_balance_of(c, id_of(who), &has));
    if (!has.available) return OK;
    i64 amount = 1 + below(has.available);
    TRY(points_hold(t, id_of(who), amount, key_of(c, "spend", key), (1 + below(72)) * HOUR_MS,
                    S("order"), &out));
    ring_add(w.spent, &w.spent_n, who, key, amount)->held = true;
    return OK;
}

enum err act_end_hold(struct tx *t)
{
    struct ctx *c = t->c;
    for (int i = 0; i < 20; i++) {
        struct spend *s = ring_any(w.spent, w.spent_n);
        struct transferred out;
        if (!s) return OK;
        if (!s->held) continue;
        str of = key_of(c, "spend", s->key), id = key_of(c, "held", ++w.keys);
        enum err e = one_in(2) ? points_take_held(t, id_of(s->who), of, id, &out)
                               : points_let_go(t, id_of(s->who), of, id, &out);
        if (e == OK) s->back = s->amount; /* ended */
        return e;
    }
    return OK;
}

enum err act_grant(struct tx *t)
{
    struct ctx *c = t->c;
    int who = anybody();
    struct points_balance has;
    struct transferred out;
    if (who < 0) return OK;
    str id = key_of(c, "hand", ++w.keys);
    if (!one_in(4)) return points_give(t, id_of(who), 1 + below(200), id, S("hand"), NONE, &out);
    TRY(points_balance_of(c, id_of(who), &has));
    if (!has.available) return OK;
    return points_spend(t, id_of(who), 1 + below(has.available), id, S("hand"), &out);
}

/* -- credit ------------------------------------------------------------------------------------ */

enum err act_topup(struct tx *t)
{
    struct ctx *c = t->c;
    int who = participant();
    i64 key = ++w.keys;
    struct credit_act out;
    if (who < 0) return OK;
    struct credit_ask ask = { id_of(who), key_of(c, "top", key), (20 + below(600)) * MONEY_UNIT,
                              NO_STR };
    TRY(credit_topup(t, &ask, &out));
    EXPECT(out.principal == ask.amount, "a top-up of another amount");
    ring_add(w.topped, &w.topped_n, who, key, ask.amount);
    return OK;
}

enum err act_credit(struct tx *t)
{
    struct ctx *c = t->c;
    int who = w.topped_n ? living(w.topped[below(w.topped_n < RING ? w.topped_n : RING)].who)
                         : participant();
    i64 key = ++w.keys;
    struct credit_view has, left;
    struct credit_act out;
    if (who < 0 || w.people[who].erased) return OK;
    TRY(credit_of(c, id_of(who), &has));
    EXPECT(has.total == has.principal + has.bonus, "credit does not add up");
    struct credit_ask ask = { id_of(who), key_of(c, "buy", key), has.total + 100, NO_STR };
    if (one_in(8)) {
        enum err e = credit_spend(t, &ask, &out);
        EXPECT(e == E_UNPROCESSABLE, "more credit than there is could be spent");
        return e;
    }
    ask.amount = one_in(4) ? has.total : cents(below(has.total + 1));
    if (!ask.amount) return OK;
    TRY(credit_spend(t, &ask, &out));
    TRY(credit_of(c, id_of(who), &left));
    EXPECT(out.principal + out.bonus == ask.amount && left.total == has.total - ask.amount,
           "credit spent: %lld of %lld, %lld left", (long long)ask.amount, (long long)has.total,
           (long long)left.total);
    ring_add(w.credit, &w.credit_n, who, key, ask.amount);
    return OK;
}

static enum err credit_undo(struct tx *t, struct spend *s, const char *of, bool topup)
{
    struct ctx *c = t->c;
    struct credit_act out;
    struct credit_refund_ask ask = { id_of(s->who), key_of(c, "back", ++w.keys),
                                     key_of(c, of, s->key), NONE };
    money amount = s->amount - s->back;
    if (one_in(2)) amount = cents(amount / 2);
    if (!amount) return OK;
    ask.amount = SOME(amount);
    TRY(credit_refund(t, &ask, &out));
    if (topup) EXPECT(out.paid_back <= amount, "more paid back than was asked for");
    else
        EXPECT(out.principal + out.bonus == amount, "credit given back: %lld + %lld of %lld",
               (long long)out.principal, (long long)out.bonus, (long long)amount);
    s->back += amount;
    return OK;
}

enum err act_credit_back(struct tx *t)
{
    struct spend *s = ring_any(w.credit, w.credit_n);
    return s ? credit_undo(t, s, "buy", false) : OK;
}

enum err act_topup_back(struct tx *t)
{
    struct spend *s = ring_any(w.topped, w.topped_n);
    return s ? credit_undo(t, s, "top", true) : OK;
}

/* -- paid membership --------------------------------------------------------------------------- */

enum err act_member_plan(struct tx *t)
{
    struct ctx *c = t->c;
    int who = participant();
    struct membership_quote quote;
    struct membership_view view;
    if (who < 0) return OK;
    str plan = one_in(3) ? S("year") : S("month");
    TRY(membership_quote(c, id_of(who), plan, &quote));
    EXPECT(quote.due == (quote.price > quote.unused ? quote.price - quote.unused : 0),
           "a quote does not add up");
    struct membership_ask ask = { id_of(who), plan, key_of(c, "term", ++w.keys), quote.due,
                                  NO_STR };
    TRY(membership_buy(t, &ask));
    if (one_in(4)) TRY(membership_buy(t, &ask));
    TRY(membership_of(c, id_of(who), &view));
    EXPECT(view.active && str_cmp(view.until, day_text(c->arena, quote.last_day)) >= 0,
           "what was bought does not run to its last day");
    ring_add(w.terms, &w.terms_n, who, w.keys, 1);
    return OK;
}

enum err act_plan_back(struct tx *t)
{
    struct ctx *c = t->c;
    struct spend *s = ring_any(w.terms, w.terms_n);
    struct membership_refund out, again;
    if (!s) return OK;
    str key = key_of(c, "term", s->key);
    TRY(membership_refund(t, id_of(s->who), key, &out));
    TRY(membership_refund(t, id_of(s->who), key, &again));
    EXPECT(out.refund == again.refund && out.refund <= out.value && out.unused <= out.value,
           "a term of %lld is refunded with %lld", (long long)out.value, (long long)out.refund);
    s->back = 1;
    return OK;
}

/* -- benefits, reviews, budgets ---------------------------------------------------------------- */

enum err act_use(struct tx *t)
{
    struct ctx *c = t->c;
    for (int i = 0; i < 10; i++) {
        struct entitlement_list all = { 0 };
        struct transferred out;
        int who = anybody();
        if (who < 0) return OK;
        TRY(entitlements_of(c, id_of(who), &all));
        if (!all.n) continue;
        const struct entitlement *e = &all.at[below(all.n)];
        TRY(entitlement_use(t, id_of(who), e->code, key_of(c, "use", ++w.keys), &out));
        ring_add(w.used, &w.used_n, who, w.keys, 1);
        return OK;
    }
    return OK;
}

enum err act_use_back(struct tx *t)
{
    struct ctx *c = t->c;
    struct spend *s = ring_any(w.used, w.used_n);
    struct transferred out;
    if (!s) return OK;
    TRY(entitlement_give_back(t, id_of(s->who), key_of(c, "use", s->key),
                              key_of(c, "unuse", ++w.keys), &out));
    s->back = 1;
    return OK;
}

enum err act_review(struct tx *t)
{
    struct ctx *c = t->c;
    struct reward_view_list all = { 0 };
    enum reward_result state;
    const char *const states[] = { "held", "no_budget" };
    TRY(reward_list(c, str_of(states[below(2)]), NO_STR, 0, 20, &all));
    if (!all.n) return OK;
    const struct reward_view *r = &all.at[below(all.n)];
    if (one_in(3)) return reward_reject(t, r->member, r->id, S("test"));
    return reward_release(t, r->member, r->id, S("test"), &state);
}

enum err act_budget(struct tx *t)
{
    static const char *const codes[] = { "newcomers", "checkin", "bonus", "prizes" };
    i64 i = below(COUNT(codes));
    struct budget_raise more = { str_of(codes[i]), key_of(t->c, "more", ++w.keys),
                                 (50 + below(400)) * MONEY_UNIT, S("test") };
    TRY(budget_raise(t, &more));
    w.raised[i] += more.amount;
    return OK;
}
