/* tree.h -- the GMV tree: what each factor contributed to the change of GMV between two periods,
 * for the shop and for each part of it.
 *
 *   GMV = active users x conversion x purchase frequency x average order value
 *         conversion = buyers / users, frequency = orders / buyers, value = GMV / orders
 *
 * Words
 *   - GMV: what all orders placed in the period come to (purchase_order.total: amount due, postage
 *     included), paid or not, before refunds, cancelled ones too. Credit notes are no orders. An
 *     order lies in the period by its `at` (trade/trade.h), a day is the programme's.
 *   - users: members who did anything in the period (question_rows.h: any behaviour) or placed an
 *     order in it: who could be reached, and was there.
 *   - buyers: different members with an order in the period. Orders without a known buyer have no
 *     user: their GMV stands beside the factors, as `unknown_buyers`, and is added.
 *   - members: with a segment only those for whom it holds `at` (now, when absent), in both periods
 *     alike; then no orders without a known buyer.
 *   - a, b: before and now. contribution: b's GMV less a's, parted among the factors.
 *
 * What is counted  the metrics count it (insight/metric.h): each factor is a metric of its own, and
 * opens as one: reached, order_conversion, order_frequency, order_value; unknown_gmv.
 * The decomposition  additive LMDI-I: with L(x, y) = (x - y) / ln(x / y), L(x, x) = x, a factor f
 * contributes L(Vb, Va) ln(fb / fa) (B. W. Ang, "The LMDI approach to decomposition analysis: a
 * practical guide", Energy Policy 33, 2005). What is 0 at one end takes its analytical limit (B. W.
 * Ang and N. Liu, "Handling zero values in the logarithmic mean Divisia index decomposition
 * approach", Energy Policy 35, 2007, the eight cases): the factor that is 0 takes the whole
 * change, the others that are known at both ends 0. A factor whose denominator is 0 is not
 * defined (null) at that end, and so is its contribution.
 * Rounding  to the cent where both totals are whole cents, else to the ten-thousandth: each is
 * rounded down, and the units that are missing go to the largest remainders (of equal ones to the
 * factor that stands first). It is done in the direction of growth, so that going back gives
 * exactly the negatives.
 *
 * Parts of the whole  every order is in exactly one part, or its amount is parted among them, so
 * their GMV, and their changes, add up; each has its own tree. Users of a part:
 *   shop, category   all users of the period: one reach for all. An order's amount is parted among
 *                    the categories of its lines as the metrics do it (metric.h); what has no
 *                    category is `unknown`. An order counts once in each of its categories.
 *   touchpoint       who did anything there (the line's touchpoint) or ordered through it (the
 *                    order's, else its shop).
 *   segment          who is in it. Of several the first that holds counts; then everybody else.
 *
 * Promises
 *   - contributions_add_up_to_the_change: exactly, always.
 *   - going_back_gives_the_negatives: of a to b and of b to a.
 *   - as_little_steps_at_constant_growth: a factor's contribution is what it adds in many little
 *     steps in each of which every factor grows at its constant rate.
 *   - zeros_take_their_limits: as the same tree with a zero that is nearly one.
 *   - what_is_not_defined_is_said: never 0 in its place.
 *   - parts_add_up_to_the_whole: GMV, change, and the contributions over all parts.
 *   - a_factor_is_its_metric: of the whole, and of each shop, touchpoint and category.
 *   - tree_as_by_hand: figures as by rereading all orders and lines for each member.
 * Memory   Answers live in c->arena.
 */
#pragma once

#include "base/room.h"
#include "store/store.h"

#define TREE_PARTS_MAX 12 /* segments asked for */
#define TREE_SHOWN     50 /* parts shown; the others are one, "other" */

/* -- the arithmetic, without a store (tree/factors.c) ----------------------------------------- */

/* What a period, or a part of it, comes to. gmv >= 0; orders, buyers, users: a 0 is followed by
 * zeros. */
struct tree_base {
    i64 users, buyers, orders;
    money gmv;
};
enum tree_factor_kind {
    TREE_USERS,
    TREE_CONVERSION,
    TREE_FREQUENCY,
    TREE_ORDER_VALUE,
    TREE_FACTORS,
    TREE_UNKNOWN_BUYERS = TREE_FACTORS, /* no factor: added */
};
CHOICE(tree_factor_kind); /* users conversion frequency order_value unknown_buyers */

/* has false: not defined, its denominator is 0. Of the order value in yuan, unrounded. */
opt_f64 tree_value(const struct tree_base *base, enum tree_factor_kind f);
struct tree_split {
    opt_money of[TREE_FACTORS];
};
void tree_split(const struct tree_base *a, const struct tree_base *b, struct tree_split *out);

/* -- the answer -------------------------------------------------------------------------------- */

#define FIELDS_OF_tree_factor(X, N)                                                              \
    X(choice(tree_factor_kind), factor, ANY,                                                     \
      "users, conversion, frequency, order_value; unknown_buyers: orders without a known buyer", \
      N)                                                                                         \
    X(opt_f64, a, ANY, "Before; null: not defined. Of order_value in yuan, unrounded", N)        \
    X(opt_f64, b, ANY, "Now", N)                                                                 \
    X(opt_money, contribution, ANY, "Its part of the change; null: not defined", N)
SHAPE(tree_factor);

#define FIELDS_OF_tree_counts(X, N)                                \
    X(i64, users, ANY, "Active members", N)                        \
    X(i64, buyers, ANY, "Of them, who placed an order", N)         \
    X(i64, orders, ANY, "Orders of known buyers", N)               \
    X(i64, unknown_orders, ANY, "Orders without a known buyer", N) \
    X(money, gmv, ANY, "What all orders come to", N)
SHAPE(tree_counts);

#define FIELDS_OF_tree_part(X, N)                                                         \
    X(str, part, ANY, "Shop, touchpoint, category or segment", N)                         \
    X(choice(tree_part_kind), kind, ANY,                                                  \
      "named; unknown: it has none; other: all that are not shown, or who is in none", N) \
    X(money, gmv, ANY, "Now", N)                                                          \
    X(money, gmv_before, ANY, "Before", N)                                                \
    X(money, change, ANY, "The difference", N)                                            \
    X(list(tree_factor), factors, ANY, "Its own tree", N)                                 \
    X(one(tree_counts), now, ANY, "What the factors are made of", N)                      \
    X(one(tree_counts), before, ANY, "The same before", N)
enum tree_part_kind { TREE_PART_NAMED, TREE_PART_UNKNOWN, TREE_PART_OTHER };
CHOICE(tree_part_kind);
SHAPE(tree_part);

/* Where to look: what moves a factor. */
#define FIELDS_OF_tree_influence(X, N)                                                  \
    X(choice(tree_factor_kind), factor, ANY, "The factor", N)                           \
    X(choice(tree_by_whom), by, ANY, "content, product, user_operations, promotion", N) \
    X(choice(tree_side), side, ANY, "people, goods or place", N)                        \
    X(str, zh, ANY, "What to look at, in Chinese", N)                                   \
    X(str, en, ANY, "In English", N)                                                    \
    X(str, page, ANY, "Page of the console that shows it; absent: outside", N)          \
    X(str, metric, ANY, "The metric that tells how it stands; absent: none does", N)
enum tree_by_whom { TREE_CONTENT, TREE_PRODUCT, TREE_USER_OPERATIONS, TREE_PROMOTION };
CHOICE(tree_by_whom);
enum tree_side { TREE_PEOPLE, TREE_GOODS, TREE_PLACE };
CHOICE(tree_side);
SHAPE(tree_influence);

enum tree_by {
    TREE_BY_NOTHING,
    TREE_BY_SHOP,
    TREE_BY_TOUCHPOINT,
    TREE_BY_CATEGORY,
    TREE_BY_SEGMENT
};
CHOICE(tree_by); /* none shop touchpoint category segment */

#define FIELDS_OF_tree_ask(X, N)                                                                \
    X(str, from, SHORT, "First day; absent: 30 days up to the last", N)                         \
    X(str, to, SHORT, "Last day, included; absent: today", N)                                   \
    X(str, before_from, SHORT, "First day to compare with; absent: as many days before it", N)  \
    X(str, before_to, SHORT, "Last day to compare with; absent: the day before `from`", N)      \
    X(str, segment, LONG, "Only of these members: a text of the segment language", N)           \
    X(str, at, SHORT, "Segments as of this day's first instant or this moment; absent: now", N) \
    X(choice(tree_by), by, ANY, "Also by shop, touchpoint, category or segment", N)             \
    X(strs, parts, ANY, "By segment: one to twelve texts of the segment language", N)           \
    X(opt_i64, seq, NOT_NEGATIVE, "Wait until this line of the timeline is in the answer", N)
SHAPE(tree_ask);

#define FIELDS_OF_gmv_tree(X, N)                                                       \
    X(day, from, ANY, "First day", N)                                                  \
    X(day, to, ANY, "Last day", N)                                                     \
    X(money, gmv, ANY, "GMV of these days", N)                                         \
    X(list(tree_factor), factors, ANY, "The factors, in the order of the tree", N)     \
    X(day, before_from, ANY, "First day compared with", N)                             \
    X(day, before_to, ANY, "Last day compared with", N)                                \
    X(money, gmv_before, ANY, "GMV of those days", N)                                  \
    X(money, change, ANY, "The difference; the contributions add up to it", N)         \
    X(opt_f64, rate, ANY, "The change by what was before; null: there was nothing", N) \
    X(one(tree_counts), now, ANY, "What the factors are made of", N)                   \
    X(one(tree_counts), before, ANY, "The same before", N)                             \
    X(str, sentence, ANY, "What changed and why, in words", N)                         \
    X(list(tree_part), parts, ANY, "Each part's own tree, most changed first", N)      \
    X(list(tree_influence), influences, ANY, "Where to look, what hurt most first", N) \
    X(str, definition, ANY, "What the figures mean", N)                                \
    X(i64, took_us, ANY, "Microseconds taken", N)
SHAPE(gmv_tree);

/* E_INVALID: what period_check and segment_parse refuse; parts without by segment, or none with. */
enum err gmv_tree_make(struct ctx *c, const struct tree_ask *ask, struct gmv_tree *out);
/* As a table heads it: 下单频次, Order frequency. */
str tree_factor_label(struct ctx *c, enum tree_factor_kind f);

extern const struct room tree_room; /* tree_api.c */
