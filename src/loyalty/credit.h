/* credit.h -- shopping credit (购物金): topped up with a bonus by steps, spent from principal and
 * bonus by a stated order, refunded to where it came from.
 *
 * It is two accounts of the unit "credit": "" holds the principal, which was paid for and never
 * expires, "bonus" what was given, which may. Amounts are in whole cents.
 *
 * A spend takes the bonus first, the principal first, or both in proportion to what there is (the
 * bonus' share rounded down to the cent; setting credit.order). A refund of a spend gives back from
 * both in the proportion it took them, the bonus' share rounded down to the cent, so that all
 * refunds together give back exactly what was taken, to the lots it came from.
 *
 * A refund of a top-up pays back unused principal: what was spent counts against the other top-ups
 * first. Its bonus goes along in the same proportion; of that what has been spent is deducted from
 * the money paid back, what has expired is not.
 *
 * Promises
 *   - a_top_up_counts_once, a_spend_counts_once: the same key again answers as the first time; with
 *     other content E_CONFLICT.
 *   - bonus_and_principal_add_up: to what was spent, and to what was given back.
 *   - principal_is_never_lost: it does not expire, and is paid back in full unless spent.
 *   - no_more_back_than_was_paid.
 *   - merges_add_up: who was two has the credit of both.
 */
#pragma once

#include "loyalty/join.h"

#define CREDIT           "credit" /* the unit */
#define CREDIT_PRINCIPAL ""
#define CREDIT_BONUS     "bonus"

/* -- steps ------------------------------------------------------------------------------------- */

#define FIELDS_OF_credit_step(X, N)                                                         \
    X(money, above, REQUIRED | POSITIVE, "Top-ups of at least this", N)                     \
    X(money, bonus, REQUIRED | POSITIVE, "get this as well; the highest step counts", N)    \
    X(opt_i64, valid_days, POSITIVE, "The bonus ends after so many days; absent: never", N) \
    X(str, budget, SHORT, "Budget the bonus is charged to; absent: none", N)
SHAPE(credit_step);
#define FIELDS_OF_credit_steps(X, N) X(list(credit_step), steps, ANY, "By amount", N)
SHAPE(credit_steps);
enum err credit_steps_put(struct tx *t, const struct credit_steps *in);
enum err credit_steps_get(struct ctx *c, struct credit_steps *out);

/* -- what is done ------------------------------------------------------------------------------ */

enum credit_kind { CREDIT_TOPUP, CREDIT_SPEND, CREDIT_TOPUP_REFUND, CREDIT_SPEND_REFUND };
CHOICE(credit_kind); /* topup spend topup_refund spend_refund */

#define FIELDS_OF_credit_act(X, N)                                                    \
    X(i64, number, ANY, "Number", N)                                                  \
    X(str, key, ANY, "The caller's number", N)                                        \
    X(choice(credit_kind), kind, ANY, "What was done", N)                             \
    X(str, of, ANY, "Refunds: the top-up or spend they undo", N)                      \
    X(money, principal, ANY, "Moved to or from the principal", N)                     \
    X(money, bonus, ANY, "Moved to or from the bonus", N)                             \
    X(money, deducted, ANY, "Refund of a top-up: bonus that had been spent", N)       \
    X(money, paid_back, ANY, "Refund of a top-up: to be paid back in money", N)       \
    X(flag, bonus_refused, ANY, "Top-up: the budget had too little for the bonus", N) \
    X(str, order, ANY, "Order it belongs to", N)                                      \
    X(instant, at, ANY, "When", N)
SHAPE(credit_act);

#define FIELDS_OF_credit_ask(X, N)                                               \
    X(i64, id, REQUIRED, "Member", N)                                            \
    X(str, key, REQUIRED | SHORT, "Your number: a retry with it is harmless", N) \
    X(money, amount, REQUIRED | POSITIVE, "How much, in whole cents", N)         \
    X(str, order, SHORT, "Order it belongs to", N)
SHAPE(credit_ask);
/* Members are living ids. E_UNPROCESSABLE: spending more than there is. */
enum err credit_topup(struct tx *t, const struct credit_ask *in, struct credit_act *out);
enum err credit_spend(struct tx *t, const struct credit_ask *in, struct credit_act *out);

#define FIELDS_OF_credit_refund_ask(X, N)                                                      \
    X(i64, id, REQUIRED, "Member", N)                                                          \
    X(str, key, REQUIRED | SHORT, "Your number of the refund: a retry with it is harmless", N) \
    X(str, of, REQUIRED | SHORT, "Key of the top-up or spend", N)                              \
    X(opt_money, amount, POSITIVE, "How much; absent: all that is left of it", N)
SHAPE(credit_refund_ask);
enum err credit_refund(struct tx *t, const struct credit_refund_ask *in, struct credit_act *out);

/* -- looking ----------------------------------------------------------------------------------- */

#define FIELDS_OF_credit_expiring(X, N)                     \
    X(day, last_day, ANY, "The last day it can be used", N) \
    X(money, amount, ANY, "How much of the bonus", N)
SHAPE(credit_expiring);
#define FIELDS_OF_credit_view(X, N)                \
    X(money, total, ANY, "Can be spent", N)        \
    X(money, principal, ANY, "Of it: paid for", N) \
    X(money, bonus, ANY, "Of it: given", N)        \
    X(list(credit_expiring), expiring, ANY, "Bonus that ends, the first first", N)
SHAPE(credit_view);
/* At c->now, exactly. */
enum err credit_of(struct ctx *c, i64 member, struct credit_view *out);
#define FIELDS_OF_credit_totals(X, N)                  \
    X(i64, members, ANY, "Members who have any", N)    \
    X(money, principal, ANY, "Paid for, not spent", N) \
    X(money, bonus, ANY, "Given, not spent; what has just expired may still count", N)
SHAPE(credit_totals);
/* What the shop owes its members in all. */
enum err credit_totals(struct ctx *c, struct credit_totals *out);
/* Newest first, below a number (0: from the newest). */
enum err credit_acts(struct ctx *c, i64 member, i64 below, i64 limit, struct credit_act_list *out);

#define FIELDS_OF_credit_line(X, N)                             \
    X(i64, number, ANY, "Place in the account", N)              \
    X(instant, at, ANY, "When", N)                              \
    X(money, amount, ANY, "In (above zero) or out", N)          \
    X(money, balance, ANY, "After it", N)                       \
    X(opt_instant, expires_at, ANY, "Bonus: when this ends", N) \
    X(str, reason, ANY, "Why", N)
SHAPE(credit_line);
/* Of principal or bonus: every entry, newest first, below a number (0: from the newest). */
enum err credit_statement(struct ctx *c, i64 member, bool bonus, i64 below, i64 limit,
                          struct credit_line_list *out);

extern const struct merge_listener credit_merges;
extern const struct room credit_room;
