/* membership.h -- paid membership: plans, terms bought and renewed, refunds by unused time.
 *
 * Koi records the purchase; paying is done elsewhere. A term runs by days of the programme: from
 * the day it was bought, or from the end of the one before (a renewal), by months of the calendar
 * counted from the first term's day, so that 31 January + 1 month + 1 month is 31 March. The day it
 * begins is the first, the day before it ends the last.
 *
 * A plan's benefits are the packs "plan-CODE" (when a term begins) and "plan-CODE-month" (when each
 * of its months begins).
 *
 * Promises
 *   - a_term_runs_by_months: renewals add to the end, early or late, and month ends do not drift.
 *   - it_ends_without_a_job: at the first instant of the day it ends; the job writes it down.
 *   - a_refund_is_the_unused_time: value x unused days / days of the term, rounded down to the
 *     cent; the day of the refund counts as used; what was used of its benefits is deducted at its
 *     cost (setting), what is unused goes back.
 *   - another_plan_takes_the_unused_value_along: no part of what was paid is lost or counted twice.
 *   - bought_once: the same key again answers as the first time; with other content E_CONFLICT.
 *   - merges_keep_the_later_end.
 */
#pragma once

#include "loyalty/join.h"

#define FIELDS_OF_plan(X, N)                                                               \
    X(str, code, REQUIRED | SHORT, "Code", N)                                              \
    X(str, zh, REQUIRED | SHORT, "Chinese name", N)                                        \
    X(str, en, REQUIRED | SHORT, "English name", N)                                        \
    X(money, price, REQUIRED | NOT_NEGATIVE, "Price of a term", N)                         \
    X(i64, months, REQUIRED | POSITIVE, "Months of a term", N)                             \
    X(opt_i64, multiplier, POSITIVE,                                                       \
      "Of points, in thousandths: 1500 is 1.5x; with the tier's by points.multipliers", N) \
    X(flag, ended, ANY, "No longer sold; terms that run go on", N)
SHAPE(plan);
enum err plan_put(struct tx *t, const struct plan *in);
enum err plan_get(struct ctx *c, str code, struct plan *out); /* E_NOT_FOUND */
enum err plan_all(struct ctx *c, struct plan_list *out);

enum term_state { TERM_PAID, TERM_REFUNDED, TERM_SWITCHED };
CHOICE(term_state); /* paid refunded switched */

#define FIELDS_OF_term_view(X, N)                                             \
    X(str, key, ANY, "The shop's number of the purchase", N)                  \
    X(str, plan, ANY, "Plan", N)                                              \
    X(choice(term_state), state, ANY, "Where it stands", N)                   \
    X(money, paid, ANY, "What was paid", N)                                   \
    X(money, carried, ANY, "Unused value of the plan before, taken along", N) \
    X(str, order, ANY, "Order it was bought with", N)                         \
    X(day, starts_on, ANY, "First day", N)                                    \
    X(day, last_day, ANY, "Last day", N)                                      \
    X(money, refunded, ANY, "Paid back", N)                                   \
    X(instant, bought_at, ANY, "When it was bought", N)
SHAPE(term_view);
#define FIELDS_OF_membership_view(X, N)                                                      \
    X(flag, active, ANY, "A term runs today", N)                                             \
    X(str, plan, ANY, "Of which plan", N)                                                    \
    X(str, until, ANY, "The last day, 2025-05-31, renewals included; absent: never paid", N) \
    X(opt_i64, days_left, ANY, "Days left, today included", N)                               \
    X(list(term_view), terms, ANY, "What was bought, the latest first", N)
SHAPE(membership_view);
/* At c->now, exactly. */
enum err membership_of(struct ctx *c, i64 member, struct membership_view *out);
/* What points earned at an instant are multiplied by, in thousandths; 1000: by nothing. */
enum err membership_multiplier(struct ctx *c, i64 member, instant at, i64 *out);

#define FIELDS_OF_membership_ask(X, N)                                                           \
    X(i64, id, REQUIRED, "Member", N)                                                            \
    X(str, plan, REQUIRED | SHORT, "Plan", N)                                                    \
    X(str, key, REQUIRED | SHORT, "Your number of the purchase: a retry with it is harmless", N) \
    X(money, paid, REQUIRED | NOT_NEGATIVE, "What was paid", N)                                  \
    X(str, order, SHORT, "Order it was bought with", N)
SHAPE(membership_ask);
/* Starts, renews (the same plan) or switches (another). id is a living one. */
enum err membership_buy(struct tx *t, const struct membership_ask *in);

#define FIELDS_OF_membership_quote(X, N)                                     \
    X(str, plan, ANY, "Plan", N)                                             \
    X(str, kind, ANY, "start, renew or switch", N)                           \
    X(money, price, ANY, "Price of a term", N)                               \
    X(money, unused, ANY, "Unused value of the plan he has, taken along", N) \
    X(money, due, ANY, "To be paid: the price less that", N)                 \
    X(day, starts_on, ANY, "First day", N)                                   \
    X(day, last_day, ANY, "Last day", N)
SHAPE(membership_quote);
enum err membership_quote(struct ctx *c, i64 member, str plan, struct membership_quote *out);

#define FIELDS_OF_membership_refund(X, N)                                          \
    X(str, key, ANY, "The purchase", N)                                            \
    X(money, value, ANY, "What was paid, and taken along", N)                      \
    X(i64, unused_days, ANY, "Days from tomorrow on", N)                           \
    X(i64, days, ANY, "Days of the term", N)                                       \
    X(money, unused, ANY, "Value of the unused time, rounded down to the cent", N) \
    X(money, deducted, ANY, "Cost of its benefits that were used", N)              \
    X(money, refund, ANY, "To be paid back", N)
SHAPE(membership_refund);
/* Ends the term. The latest first: E_UNPROCESSABLE. Refunded before: the same answer. */
enum err membership_refund(struct tx *t, i64 member, str key, struct membership_refund *out);

#define FIELDS_OF_membership_row(X, N)                   \
    X(i64, member, ANY, "Member", N)                     \
    X(str, name, PERSONAL, "Name", N)                    \
    X(str, plan, ANY, "Plan of the term that runs", N)   \
    X(day, since, ANY, "First day of that term", N)      \
    X(day, until, ANY, "Last day, renewals included", N) \
    X(money, paid, ANY, "Paid for what runs and will", N)
SHAPE(membership_row);
/* Whose term runs at c->now, the first to end first, after (until, member); member 0: from the
 * first. Names as they are. */
enum err memberships_running(struct ctx *c, day until, i64 member, i64 limit,
                             struct membership_row_list *out);

/* Gives what is due, writes reminders and ends: the job. */
enum err membership_due(struct store *s, struct ctx *c);

extern const struct merge_listener membership_merges;
extern const struct room membership_room;
