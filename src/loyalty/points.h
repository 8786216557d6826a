/* points.h -- points: what orders and deeds earn, how long they last, what is owed for them.
 *
 * Points are the ledger's unit "point", whole numbers. An order's points are worked out line by
 * line from its facts as they stand (what was paid less what was refunded) and from the rules and
 * the multiplier that held when it was paid; what has been given is brought to that by transfers.
 * So an order told twice earns once, and a refund takes back exactly its share, once.
 *
 * Promises
 *   - an_order_earns_once: however often it is told, in whatever order its changes come.
 *   - a_refund_takes_its_share: per line, at the multiplier the line earned with; all refunded:
 * all.
 *   - tier_and_membership_multiply: the greater of both, or their product (setting
 * points.multipliers), as they were when the order was paid.
 *   - pending_until_the_return_window_ends: pending points are shown, and cannot be spent; they
 * turn by themselves at that instant, job or no job.
 *   - caps_hold: no rule gives more than its caps, by day and in all, however many ask at once.
 *   - months_end_as_people_say: 31 January + 1 month is the last day of February.
 *   - what_is_owed_adds_up: month by month, for any past day, job or no job.
 *   - spent_points_are_owed: what a refund takes back beyond what is there is a debt, refused or
 *     written off, as the setting says.
 */
#pragma once

#include "ledger/ledger.h"

#define POINT "point" /* the unit */

/* What all other parts use. `id` names what it is for and makes a retry harmless; reason is a word
 * for the statement. Members are living ids. */

/* Gives points. expires_at absent: by the policy of the programme, counted from now. */
enum err points_give(struct tx *t, i64 member, i64 amount, str id, str reason,
                     opt_instant expires_at, struct transferred *out);
/* Takes points: E_UNPROCESSABLE when there are not enough. */
enum err points_spend(struct tx *t, i64 member, i64 amount, str id, str reason,
                      struct transferred *out);
/* Reserves them until confirmed (points_take_held) or let go, for at most hold_ms. */
enum err points_hold(struct tx *t, i64 member, i64 amount, str id, i64 hold_ms, str reason,
                     struct transferred *out);
enum err points_take_held(struct tx *t, i64 member, str held, str id, struct transferred *out);
enum err points_let_go(struct tx *t, i64 member, str held, str id, struct transferred *out);
/* Undoes a gift or a spending, in part or whole (amount 0); spent points return to their lots. */
enum err points_reverse(struct tx *t, i64 member, str of, i64 amount, str id, str reason,
                        struct transferred *out);

#define FIELDS_OF_points_expiring(X, N)                 \
    X(day, on, ANY, "The last day they can be used", N) \
    X(i64, amount, ANY, "How many", N)
SHAPE(points_expiring);
#define FIELDS_OF_points_balance(X, N)                                                  \
    X(i64, available, ANY, "Can be spent now", N)                                       \
    X(i64, pending, ANY, "Earned, waiting for the return window to end", N)             \
    X(list(points_expiring), expiring, ANY, "What expires, by day, the first first", N) \
    X(i64, debt, ANY, "Owed: later earnings repay it", N)
SHAPE(points_balance);
/* At c->now, exactly. */
enum err points_balance_of(struct ctx *c, i64 member, struct points_balance *out);

#define FIELDS_OF_points_entry(X, N)                                              \
    X(i64, number, ANY, "Place in the account", N)                                \
    X(instant, at, ANY, "When", N)                                                \
    X(i64, amount, ANY, "In (above zero) or out", N)                              \
    X(i64, balance, ANY, "After it", N)                                           \
    X(opt_instant, expires_at, ANY, "When these end", N)                          \
    X(str, reason, ANY, "Why, in a word: order, refund, task, expired, merge", N) \
    X(str, words, ANY, "Why, in the reader's language", N)
SHAPE(points_entry);
/* Every entry, newest first, below a number (0: from the newest). What has turned or expired within
 * the last minute may not be written down yet; the balance has it. */
enum err points_statement(struct ctx *c, i64 member, i64 below, i64 limit,
                          struct points_entry_list *out);
/* What is owed in points, by month. */
#define FIELDS_OF_points_month(X, N)                                                       \
    X(str, month, ANY, "2026-11; the first and the last as far as they were asked for", N) \
    X(i64, issued, ANY, "Given for orders, tasks and the like", N)                         \
    X(i64, granted, ANY, "Given by hand, less taken by hand", N)                           \
    X(i64, spent, ANY, "Used, less what was returned", N)                                  \
    X(i64, expired, ANY, "Expired", N)                                                     \
    X(i64, reversed, ANY, "Taken back of what was given, as by refunds", N)                \
    X(i64, outstanding, ANY, "What members have at its end, less what they owe", N)        \
    X(money, value, ANY, "That in money", N)
SHAPE(points_month);
#define FIELDS_OF_points_liability(X, N)                                                    \
    X(money, price, ANY, "What 100 points are worth (setting points.value_of_100)", N)      \
    X(list(points_month), months, ANY, "By month, the first first", N)                      \
    X(f64, breakage_rate, ANY, "Expired / (spent + expired), of all time up to the end", N) \
    X(i64, outstanding, ANY, "At the end", N)                                               \
    X(money, outstanding_value, ANY, "That in money, rounded up to the cent", N)            \
    X(str, how, ANY, "How it was made, in the reader's language", N)                        \
    X(i64, took_us, ANY, "Microseconds taken", N)
SHAPE(points_liability);
/* Of days from..to of the programme, ends included; E_INVALID: not a period, or too long. */
enum err points_liability(struct ctx *c, day from, day to, struct points_liability *out);

/* Counts what is wrong: orders whose points are not what their facts, lines, gifts and the ledger
 * say (of many: a sample, each day another), orders that should have turned an hour ago, members
 * whose statement does not end with their balance, sums that are not their entries. */
enum err points_check(struct ctx *c, i64 *wrong);

struct order_listener;
struct merge_listener;
extern const struct order_listener points_orders;
extern const struct merge_listener points_merges;
extern const struct room points_room;
