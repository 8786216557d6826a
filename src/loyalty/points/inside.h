/* inside.h -- what the files of points share: the policy of the programme, and what an order has
 * earned.
 *
 * Points lie in the ledger, in the member's main account of the unit "point". What an order will
 * earn is no balance yet: it follows from the order's facts and the terms that were frozen when it
 * was first seen paid, and stands as one row (points_order) with the instant at which it turns into
 * points. From that instant on it is counted as theirs; whoever touches the member's points first
 * writes down what has turned (points_touch), and so does a job. Both give the same, dated then.
 *
 * Invariants of a points_order
 *   1. due = the sum of its lines (points_line) = what its facts and its frozen terms come to.
 *   2. given = the sum of its gifts (points_gift) less what was taken back of them.
 *   3. not matured: given = 0. matured: given - forgiven = due, of a known buyer.
 * forgiven is what was not taken back: expired already, or written off.
 */
#pragma once

#include "base/clock.h"
#include "loyalty/points.h"
#include "store/setting.h"

#define POINTS_SPENT "spent" /* house account: what members spend */

extern const struct migration points_migrations[]; /* tables.c */
extern const struct setting points_settings[];

/* -- expiry.c ---------------------------------------------------------------------------------- */

enum points_expiry_kind { EXPIRES_NEVER, EXPIRES_MONTHS, EXPIRES_DATE };
struct points_policy {
    enum points_expiry_kind kind;
    i64 months;     /* after the day they were given; of a date: at least */
    bool month_end; /* to the end of that month */
    i32 month, dom; /* of EXPIRES_DATE */
};
/* What the settings say. */
enum err points_policy_load(struct ctx *c, struct points_policy *out);
/* The last day points given on a day can be used. Not for EXPIRES_NEVER. */
day points_last_day(const struct points_policy *p, day given);
/* When points given at an instant expire. */
opt_instant points_expire(const struct points_policy *p, const struct zone *zone, instant given);

/* -- what orders have earned ------------------------------------------------------------------- */

#define FIELDS_OF_points_order_row(X, N)                                                         \
    X(i64, member, ANY, "", N)                                                                   \
    X(i64, order_id, ANY, "", N)                                                                 \
    X(instant, paid_at, ANY, "", N)                                                              \
    X(i64, multiplier, ANY, "Of the tier held then, in thousandths", N)                          \
    X(i64, window_ms, ANY, "Return window, frozen", N)                                           \
    X(instant, matures_at, ANY, "When it turns into points", N)                                  \
    X(flag, matured, ANY, "It has, and that is written down", N)                                 \
    X(opt_instant, expires_at, ANY, "Of the points it gives", N)                                 \
    X(i64, due, ANY, "What it earns as its facts stand", N)                                      \
    X(i64, given, ANY, "Given by transfers, less what was taken back", N)                        \
    X(i64, forgiven, ANY, "Of it: not taken back, because it had expired or was written off", N) \
    X(i64, gifts, ANY, "Numbers used for its transfers", N)
SHAPE(points_order_row);
#define POINTS_ORDER_COLUMNS                                                                  \
    "member, order_id, paid_at, multiplier, window_ms, matures_at, matured, expires_at, due," \
    " given, forgiven, gifts"

/* From here on until the change ends, nobody else changes what this member earned. */
enum err points_lock(struct tx *t, i64 member);
enum err points_order_save(struct tx *t, const struct points_order_row *o);
/* Rows of a member that have turned by c->now and are not written down, the first first. */
enum err points_turned(struct ctx *c, i64 member, struct points_order_row_list *out);
/* Gives so much more for an order, dated `at`. */
enum err points_order_give(struct tx *t, struct points_order_row *o, i64 amount, instant at);
/* Writes down what has turned: before every change of a member's points. */
enum err points_touch(struct tx *t, i64 member);
/* The ledger's transfer, as if it were `at`. */
enum err points_transfer_at(struct tx *t, const struct transfer *x, instant at,
                            struct transferred *out);
