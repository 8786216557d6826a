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
/* The charge, or a part of it, flows back (0: all that is left of it). */
enum err budget_refund(struct tx *t, str code, i64 member, str id, money amount);
