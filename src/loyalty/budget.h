/* budget.h -- campaign budgets in money: the ledger account (house, "budget", code), which nothing
 * overspends.
 *
 * Promises
 *   - a_budget_is_never_overspent: by however many at once.
 *   - an_empty_budget_alerts: one line "budget.exhausted" when it first refuses, another only after
 * it was raised; "budget.low" once when it falls under its warning share.
 */
#pragma once

#include "ledger/ledger.h"

#define BUDGET "budget" /* the unit: (house, code) can be spent, (house, "code:spent") has been */

#define FIELDS_OF_budget_view(X, N)                                        \
    X(str, code, ANY, "Code", N)                                           \
    X(str, name, ANY, "What it is for", N)                                 \
    X(money, total, ANY, "Put in so far", N)                               \
    X(money, spent, ANY, "Spent", N)                                       \
    X(money, reserved, ANY, "Reserved for what is under review", N)        \
    X(money, left, ANY, "Can still be spent", N)                           \
    X(opt_instant, ends_at, ANY, "Nothing is spent from it after this", N) \
    X(instant, created_at, ANY, "Made", N)
SHAPE(budget_view);
/* Charges `cost` for (member, id). *enough false: it has too little, or has ended, or does not
 * exist: nothing was charged, and the alert is written. The same id again charges nothing. */
enum err budget_charge(struct tx *t, str code, i64 member, money cost, str id, bool *enough);
/* The charge, or a part of it, flows back (0: all that is left of it). Never charged, or all of it
 * back already: nothing. */
enum err budget_refund(struct tx *t, str code, i64 member, str id, money amount);

/* For what is under review: reserved now, charged or let go when it is decided, let go by itself
 * after hold_ms. */
enum err budget_reserve(struct tx *t, str code, i64 member, money cost, str id, i64 hold_ms,
                        bool *enough);
enum err budget_charge_reserved(struct tx *t, str code, i64 member, str id);
enum err budget_let_go(struct tx *t, str code, i64 member, str id);

#define FIELDS_OF_budget_post(X, N)                                                 \
    X(str, code, REQUIRED | SHORT, "Code: letters, digits, - and _, at most 24", N) \
    X(str, name, REQUIRED | SHORT, "What it is for", N)                             \
    X(money, amount, REQUIRED | POSITIVE, "Put in at the start", N)                 \
    X(opt_instant, ends_at, ANY, "Nothing is spent from it after this; absent: until ended", N)
SHAPE(budget_post);
/* E_CONFLICT: there is one of this code. */
enum err budget_make(struct tx *t, const struct budget_post *in);

#define FIELDS_OF_budget_raise(X, N)                                                    \
    X(str, code, REQUIRED | SHORT, "Budget", N)                                         \
    X(str, key, REQUIRED | SHORT, "Your number for it: a retry with it is harmless", N) \
    X(money, amount, REQUIRED | POSITIVE, "How much more", N)                           \
    X(str, reason, SHORT, "Why", N)
SHAPE(budget_raise);
/* Puts more in; alerts are given again. E_NOT_FOUND, E_UNPROCESSABLE: it has ended. */
enum err budget_raise(struct tx *t, const struct budget_raise *in);
/* Nothing is spent from it any more; ended already: nothing. */
enum err budget_end(struct tx *t, str code);

enum err budget_get(struct ctx *c, str code, struct budget_view *out); /* E_NOT_FOUND */
enum err budget_find(struct ctx *c, str code, bool *found, struct budget_view *out);
enum err budget_list(struct ctx *c, struct budget_view_list *out);

#define FIELDS_OF_budget_use(X, N)                 \
    X(str, reason, ANY, "What for: task, pack", N) \
    X(i64, charges, ANY, "How often", N)           \
    X(money, amount, ANY, "How much, less what flowed back", N)
SHAPE(budget_use);
enum err budget_uses(struct ctx *c, str code, struct budget_use_list *out);

#define FIELDS_OF_budget_day(X, N)                          \
    X(day, day, ANY, "Day of the programme", N)             \
    X(money, put_in, ANY, "Put in", N)                      \
    X(money, spent, ANY, "Spent, less what flowed back", N) \
    X(money, balance, ANY, "Not spent at its end, what is reserved included", N)
SHAPE(budget_day);
/* The days on which something moved, the first first. */
enum err budget_days(struct ctx *c, str code, struct budget_day_list *out);

#define FIELDS_OF_budget_alert(X, N)                       \
    X(str, code, ANY, "Budget, or a code without one", N)  \
    X(str, kind, ANY, "budget.low or budget.exhausted", N) \
    X(instant, at, ANY, "When", N)
SHAPE(budget_alert);
/* Given since each was last raised, the latest first. */
enum err budget_alerts(struct ctx *c, struct budget_alert_list *out);

extern const struct room budget_room;
