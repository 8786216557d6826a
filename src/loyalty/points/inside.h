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
#include "loyalty/watch.h"
#include "store/setting.h"

#define POINTS_SPENT "spent" /* house account: what members spend */

extern const struct migration points_migrations[]; /* tables.c */
extern const struct setting points_settings[];
extern const struct field_table points_fields; /* fields.c */

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
    X(i64, multiplier, ANY, "Of tier and membership then, in thousandths", N)                    \
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

/* What has come to members $1 to $2 who have a debt, up to the instant $3, and is not written down:
 * holds that ended before their lots, and orders that turned. Each repays first what those before
 * it left of the debt, as it will when it is written down: columns member, debt, n, expires_at,
 * repaid. */
#define POINTS_REPAID                                                                            \
    "SELECT w.member AS member, w.debt AS debt, w.n AS n, w.expires_at AS expires_at, CASE"      \
    " WHEN w.upto <= w.debt THEN w.n WHEN w.upto - w.n >= w.debt THEN 0"                         \
    " ELSE w.debt - (w.upto - w.n) END AS repaid FROM (SELECT e.member, e.debt, e.n,"            \
    " e.expires_at, CAST(SUM(e.n) OVER (PARTITION BY e.member ORDER BY e.at, e.kind, e.id,"      \
    " COALESCE(e.expires_at, 9223372036854775807), e.lot ROWS UNBOUNDED PRECEDING) AS BIGINT)"   \
    " AS upto FROM (SELECT a.member AS member, a.held - a.balance AS debt, h.ends_at AS at,"     \
    " 0 AS kind, h.id AS id, p.lot AS lot, p.amount AS n, l.expires_at AS expires_at"            \
    " FROM ledger_account a JOIN ledger_hold h ON h.from_member = a.member AND h.unit = a.unit"  \
    " AND h.from_name = a.name JOIN ledger_piece p ON p.member = h.member AND p.id = h.id"       \
    " JOIN ledger_lot l ON l.member = a.member AND l.unit = a.unit AND l.name = a.name"          \
    " AND l.lot = p.lot WHERE a.member >= $1 AND a.member <= $2 AND a.member > 0"                \
    " AND a.unit = '" POINT "' AND a.name = '' AND a.balance < a.held AND h.state = 'open'"      \
    " AND h.ends_at <= $3 AND (l.expires_at IS NULL OR l.expires_at > h.ends_at) UNION ALL"      \
    " SELECT a.member, a.held - a.balance, o.matures_at, 1, '', o.order_id, o.due, o.expires_at" \
    " FROM ledger_account a JOIN points_order o ON o.member = a.member WHERE a.member >= $1"     \
    " AND a.member <= $2 AND a.member > 0 AND a.unit = '" POINT "' AND a.name = ''"              \
    " AND a.balance < a.held AND o.matures_at <= $3 AND NOT o.matured) e) w"

/* From here on until the change ends, nobody else changes what this member earned. */
enum err points_lock(struct tx *t, i64 member);
enum err points_order_save(struct tx *t, const struct points_order_row *o);
/* Rows of a member that have turned by c->now and are not written down, the first first. */
enum err points_turned(struct ctx *c, i64 member, struct points_order_row_list *out);
/* Gives so much more for an order, dated `at`. */
enum err points_order_give(struct tx *t, struct points_order_row *o, i64 amount, instant at);
/* Writes down what has turned: before every change of a member's points. */
enum err points_touch(struct tx *t, i64 member);
/* The same for all whose time has come: the job. */
enum err points_turn(struct store *s, struct ctx *c);
/* The ledger's transfer, as if it were `at`. */
enum err points_transfer_at(struct tx *t, const struct transfer *x, instant at,
                            struct transferred *out);
/* The same row, whether or not it has turned; *found. */
enum err points_order_find(struct ctx *c, i64 member, i64 order, bool *found,
                           struct points_order_row *out);
/* Takes back so much of what an order gave: what has expired of it counts as taken; the rest by
 * setting points.on_refund. `asked`: somebody asks for it here and now, and may be refused. */
enum err points_order_take(struct tx *t, struct points_order_row *o, i64 amount, bool asked);
/* The order's row becomes another member's: what it gave the one is taken back, the other gets it.
 * Gifts of `kept` stay where they are (0: none do, and the other is given nothing yet; -1: all). */
enum err points_order_follow(struct tx *t, struct points_order_row *o, i64 to, i64 kept);

/* -- remind.c ---------------------------------------------------------------------------------- */

/* The job: tells whose points end within the steps of points.remind_days. */
enum err points_remind(struct store *s, struct ctx *c);
enum err points_remind_check(struct ctx *c, str value);

/* What an order is due as its facts stand, by its frozen terms, caps and budgets (orders.c). */
enum err points_order_worth(struct ctx *c, const struct points_order_row *o, i64 *out);

/* -- rules.c ----------------------------------------------------------------------------------- */

enum points_rule_kind { RULE_ORDER, RULE_EVENT };
CHOICE(points_rule_kind); /* order event */

#define FIELDS_OF_points_rule(X, N)                                                              \
    X(i64, id, ANY, "Id", N)                                                                     \
    X(str, name, REQUIRED | SHORT, "Name", N)                                                    \
    X(choice(points_rule_kind), kind, REQUIRED, "order: by what is paid; event: each time", N)   \
    X(flag, on, ANY, "It counts", N)                                                             \
    X(opt_instant, from, ANY, "Of what is paid or done from then on", N)                         \
    X(opt_instant, until, ANY, "And before then", N)                                             \
    X(i64, points, POSITIVE, "So many points", N)                                                \
    X(opt_money, amount, POSITIVE, "order: for every so much paid", N)                           \
    X(str, event, SHORT, "event: its kind on the timeline: Review Submitted", N)                 \
    X(list(line_prop), props, ANY, "event: only with these properties, all of them", N)          \
    X(strs, shops, ANY, "Only of these shops; empty: all", N)                                    \
    X(strs, categories, ANY, "Only of these categories; empty: all", N)                          \
    X(strs, products, ANY, "Only of these product codes; empty: all", N)                         \
    X(ints, weekdays, ANY, "Only on these days of the week, Monday 1 to Sunday 7", N)            \
    X(opt_i64, from_minute, NOT_NEGATIVE, "Only from this minute of the day on", N)              \
    X(opt_i64, until_minute, POSITIVE, "And before this one; over midnight if smaller", N)       \
    X(flag, times_tier, ANY, "Times the multiplier of the member's tier and paid membership", N) \
    X(flag, adds, ANY, "Added to what the best of the other rules gives", N)                     \
    X(opt_i64, cap_day, POSITIVE, "At most so many points a member and day", N)                  \
    X(opt_i64, cap_total, POSITIVE, "At most so many points in all", N)                          \
    X(str, budget, SHORT, "Campaign budget they are charged to; absent: none", N)                \
    X(opt_instant, on_since, ANY, "When it was last switched on; null: it is off", N)
SHAPE(points_rule);
enum err points_rules(struct ctx *c, struct points_rule_list *out); /* by id */
enum err points_rule_get(struct ctx *c, i64 id, struct points_rule *out);
/* id 0: a new one; answers its id. E_INVALID with the field at fault. */
enum err points_rule_put(struct tx *t, struct points_rule *in);
/* In force at an instant of this programme's clock: on, in its time, on its weekdays and hours. */
bool points_rule_holds(const struct points_rule *r, const struct zone *zone, instant at);
/* Its scope has this line. */
bool points_rule_fits(struct arena *a, const struct points_rule *r, str shop, str category,
                      str product);
/* Of `want` more points of a rule for a member on a day, what caps leave (caps.c). `used`: what the
 * caller has given of the rule, and of all rules, and not yet written. what: of what it is for,
 * unique. */
struct points_cap_ask {
    i64 member, order_id, want, used, used_all;
    day on;
    str what;
};
enum err points_cap_take(struct tx *t, const struct points_rule *r, i64 daily_cap,
                         const struct points_cap_ask *ask, i64 *got);
/* Nothing is left of the rule's own caps; takes nothing. */
enum err points_cap_used_up(struct tx *t, const struct points_rule *r,
                            const struct points_cap_ask *ask, bool *used_up);
/* What it took and was not given after all; what: another one. */
enum err points_cap_return(struct tx *t, const struct points_rule *r, i64 amount, str what);
/* Makes room for cap_total as it is now; used: given by the rule so far. */
enum err points_cap_set(struct tx *t, const struct points_rule *r, str what);

/* -- budget.c ---------------------------------------------------------------------------------- */

/* Charges the rule's budget for so many more points of an order, now. *enough false: refused, with
 * a line that says so; nothing is charged. */
enum err points_charge(struct tx *t, const struct points_rule *r, const struct points_order_row *o,
                       i64 points, bool *enough);
/* So many of an order's points are charged to a rule. */
enum err points_charged(struct ctx *c, const struct points_order_row *o, i64 rule, i64 *points);
/* Lets what was charged for more than so many points of a rule flow back, the last charge first. */
enum err points_charge_down(struct tx *t, const struct points_order_row *o, i64 rule, i64 points);

/* -- liability.c ------------------------------------------------------------------------------- */

/* So many were given by hand now (below zero: taken), in the same change. */
enum err points_hand_note(struct tx *t, i64 amount);
/* Counts quarter hours whose sums by hand are not the transfers. */
enum err points_hand_check(struct ctx *c, i64 *wrong);

/* -- due.c: pure ------------------------------------------------------------------------------- */

/* A line as the order's facts say. */
#define FIELDS_OF_points_fact_line(X, N)                 \
    X(i64, line, ANY, "", N)                             \
    X(str, product, ANY, "", N)                          \
    X(str, category, ANY, "", N)                         \
    X(money, amount, ANY, "", N)                         \
    X(money, refund, ANY, "", N)                         \
    X(money, paid, ANY, "Its share of what was paid", N) \
    X(money, net, ANY, "Less its share of refunds", N)
SHAPE(points_fact_line);
/* Fills paid and net of the lines: `goods` shared by amount, the remainder on the last; each line's
 * own refund off it, the rest of `refund` shared by what is left. Sums are exact. */
void points_share(money goods, money refund, struct points_fact_line_list *lines);

/* A line under a rule, by terms that were frozen. */
#define FIELDS_OF_points_line_row(X, N) \
    X(i64, line, ANY, "", N)            \
    X(i64, rule, ANY, "0: none", N)     \
    X(i64, on_day, ANY, "", N)          \
    X(i64, points_per, ANY, "", N)      \
    X(money, per_amount, ANY, "", N)    \
    X(i64, multiplier, ANY, "", N)      \
    X(money, paid, ANY, "", N)          \
    X(i64, due, ANY, "", N)             \
    X(opt_i64, at_most, ANY, "", N)
SHAPE(points_line_row);
bool points_same_terms(const struct points_line_row *a, const struct points_line_row *b);
/* What the lines of the terms of rows[i] come to in all, rounded down once. */
i64 points_of_terms(const struct points_line_row_list *rows, i64 i);
/* Parts at most `all` points among them: each line has what the sum up to it passes. */
void points_part(struct points_line_row_list *rows, i64 i, i64 all);
/* What a tier and a paid membership multiply by together, in thousandths: the greater of both, or
 * their product, rounded down. */
i64 points_multiplier(bool product, i64 tier, i64 membership);
/* a earns more than b, of the same money. */
bool points_better(const struct points_line_row *a, const struct points_line_row *b);
