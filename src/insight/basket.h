/* basket.h -- what is bought together and what is bought next: rules over baskets, the next product
 * of a hit (一带二), and the members who fit a product (优质客户).
 *
 * Words
 *   item        a product by its name (its title; where it has none its code), so that a product
 *               sold in several shops is one; or a category.
 *   basket      the items of one purchase (trade.h: paid, net above zero), each once; lines that
 *               were given back or refunded whole are no part of it, and one without items is none.
 *   support     baskets with all items of a rule / baskets.
 *   confidence  baskets with all items of a rule / baskets with its left side.
 *   lift        confidence / share of baskets with the right side: above 1 they go together.
 *               (Agrawal, Srikant 1994; Brin, Motwani, Ullman, Tsur 1997.)
 *   rule        one item on the right, one or more on the left; at least `support` and
 *               `confidence`, ends included: what arules calls minlen 2.
 *   next        of product A within W days: members whose first purchase of A lies in the period
 *               and is at least W old at its end; of these, those who bought B strictly later and
 *               within W. A member counts once. Lift is against the base rate: of all members, from
 *               their first purchase of anything in the period, by the same rule.
 *   fit         of a member to product P: the sum over his known values of ln(p / q). p: share of
 *               the value among buyers of P, q: among other buyers, both of those whose value of
 *               the field is known, both shrunk towards their pooled share s by FIT_PRIOR members:
 *               p = (a + FIT_PRIOR s) / (A + FIT_PRIOR). (Naive Bayes with pseudo counts.) Of a
 *               field with several values each he carries counts; one he lacks does not.
 *               TGI = 100 p / q.
 * Promises
 *   - rules_equal_brute_force: for any baskets and thresholds the rules are those of counting every
 *     subset.
 *   - rules_are_in_one_order: by lift, confidence, support, then names; the same however many
 *     threads found them.
 *   - limits_are_said: what would take too much memory or give too many is refused with the limit
 *     and what to raise; never cut silently.
 *   - a_basket_is_what_was_kept: refunds and unpaid orders are no part of any basket.
 *   - a_basket_file_is_read_or_refused: with the line at fault.
 *   - next_equals_counting: figures of next are those of looking at each member by himself.
 *   - those_to_approach_are_a_segment: each text holds for just the members it counts.
 *   - fit_equals_its_formula: scores are the sum above, member by member.
 *   - fit_finds_later_buyers: on the demo shop later buyers score above others.
 * Memory  Results live in c->arena; mining reserves at most MINE_BYTES a thread. Threads  Two.
 */
#pragma once

#include "audience/ask.h"
#include "base/shape.h"

/* -- baskets ----------------------------------------------------------------------------------- */

#define BASKETS_MAX       20000000 /* baskets */
#define BASKET_PLACES_MAX 40000000 /* items of all baskets together */
#define BASKET_ITEMS_MAX  5000     /* items of one */
#define BASKET_NAMES_MAX  1000000  /* different items */
#define BASKET_NAME_BYTES 1000

struct baskets {
    strs names;  /* of items, rising bytewise: item k is names.at[k] */
    u32 *items;  /* of basket i: items[offset[i]] .. items[offset[i + 1] - 1], rising, each once */
    i64 *offset; /* n + 1 */
    i64 n;
    i64 left_out; /* purchases with more than BASKET_ITEMS_MAX items */
};

/* Item by item: basket_name gives an item its number, basket_put puts it into the open basket,
 * basket_end closes it (one without items is none); baskets_done sorts names and baskets. */
struct basket_maker;
struct basket_maker *baskets_new(struct ctx *c);
enum err basket_name(struct basket_maker *m, str name, u32 *item);
void basket_put(struct basket_maker *m, u32 item);
enum err basket_end(struct basket_maker *m, bool *too_large);
void baskets_done(struct basket_maker *m, struct baskets *out);

/* One basket a line, items apart by commas; cells in quotes may hold commas and "" quotes; UTF-8,
 * also gzip. Blanks around items and empty cells are dropped, empty lines are no baskets. */
enum err baskets_read(struct ctx *c, str path, struct baskets *out);

enum basket_of { BASKET_OF_PRODUCT, BASKET_OF_CATEGORY };
CHOICE(basket_of); /* product category */
struct basket_filter {
    instant from, until;              /* from <= bought < until */
    i64 shop;                         /* 0: any */
    const struct member_set *members; /* NULL: whoever, buyers who are not known too */
    enum basket_of of;
};
enum err baskets_of_orders(struct ctx *c, const struct basket_filter *f, struct baskets *out);

/* -- rules ------------------------------------------------------------------------------------- */

#define MINE_BYTES     ((i64)512 << 20) /* working memory of a thread */
#define ITEM_SETS_MAX  4000000
#define RULES_MAX      1000000
#define RULE_ITEMS_MAX 10 /* both sides together */
#define RULE_ITEMS_FEW 2

/* Sets of two items and more that are in at least `least` baskets. */
struct item_sets {
    u32 *stream; /* for each: how many items, in how many baskets, the items rising */
    i64 length, n;
    u32 *counts; /* baskets with an item, by item: of all items */
};
enum err item_sets_find(struct ctx *c, const struct baskets *b, i64 least, i64 max_items,
                        struct item_sets *out);
/* The fewest baskets whose share of n is at least support. */
i64 baskets_least(f64 support, i64 n);

struct rule {
    const u32 *items; /* of the set, rising; one of them is the right side */
    u8 n, right;      /* items; which one is right */
    u32 count, left_count, right_count;
    f64 confidence, lift;
};
struct rules {
    struct rule *at; /* in order */
    i64 n;
};
enum err rules_of(struct ctx *c, const struct baskets *b, const struct item_sets *sets,
                  f64 confidence, struct rules *out);

/* -- as it is shown -----------------------------------------------------------------------------
 */

#define BASKET_PERIOD(X, N)                                         \
    X(str, from, SHORT, "First day; absent: from the beginning", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)       \
    X(str, shop, SHORT, "Only this shop", N)                        \
    X(str, segment, LONG, "Only members it holds for; absent: everybody", N)

#define FIELDS_OF_basket_ask(X, N)                                                         \
    X(opt_f64, support, ANY, "Least support, above 0 to 1; absent: 0.01", N)               \
    X(opt_f64, confidence, ANY, "Least confidence, 0 to 1; absent: 0.2", N)                \
    X(opt_i64, max_items, POSITIVE, "Items of a rule, both sides, 2 to 10; absent: 10", N) \
    BASKET_PERIOD(X, N)                                                                    \
    X(str, of, SHORT, "product or category; absent: product", N)                           \
    X(str, item, ANY, "Only rules with this item, on either side", N)                      \
    X(opt_i64, limit, POSITIVE, "At most so many rules, 1 to 10,000; absent: 100", N)
SHAPE(basket_ask);
#define FIELDS_OF_basket_rule(X, N)                                                   \
    X(strs, lhs, ANY, "Who has these in his basket …", N)                             \
    X(str, rhs, ANY, "… also has this", N)                                            \
    X(f64, support, ANY, "Share of baskets with all of them", N)                      \
    X(f64, confidence, ANY, "Of baskets with the left side, those with the right", N) \
    X(f64, lift, ANY, "Confidence / share of baskets with the right side", N)         \
    X(i64, count, ANY, "Baskets with all of them", N)                                 \
    X(i64, lhs_count, ANY, "Baskets with the left side", N)                           \
    X(i64, rhs_count, ANY, "Baskets with the right side", N)                          \
    X(str, approach, ANY, "Segment: bought the left side, never the right; null: of none", N)
SHAPE(basket_rule);
#define FIELDS_OF_basket_report(X, N)                                         \
    X(i64, baskets, ANY, "Baskets looked at", N)                              \
    X(list(basket_rule), rules, ANY, "By lift, confidence, support, name", N) \
    X(i64, total, ANY, "Rules there are, shown or not", N)                    \
    X(i64, items, ANY, "Different items", N)                                  \
    X(i64, item_sets, ANY, "Sets of two items and more with that support", N) \
    X(i64, left_out, ANY, "Purchases with too many items to be looked at", N) \
    X(str, how, ANY, "How the figures were made", N)                          \
    X(f64, took_ms, ANY, "Time taken", N)
SHAPE(basket_report);
/* Of orders. */
enum err basket_report_make(struct ctx *c, const struct basket_ask *in, struct basket_report *out);
/* The same with a limit of the caller's own; 0: all rules. */
enum err basket_report_all(struct ctx *c, const struct basket_ask *in, i64 limit,
                           struct basket_report *out);
/* Of baskets from elsewhere. */
enum err basket_report_of(struct ctx *c, const struct baskets *b, const struct basket_ask *in,
                          i64 limit, struct basket_report *out);

/* -- next ---------------------------------------------------------------------------------------
 */

#define NEXT_DAYS_MAX 730
#define NEXT_ROWS_MAX 200

#define FIELDS_OF_next_ask(X, N)                                                          \
    X(str, product, REQUIRED, "The product: its name or code", N)                         \
    X(str, then, ANY, "One next product: its buyers parted for what to do with each", N)  \
    X(opt_i64, days, POSITIVE, "Bought within so many days after; absent: 90", N)         \
    X(opt_i64, least, POSITIVE, "Leave out what fewer members bought next; absent: 3", N) \
    BASKET_PERIOD(X, N)                                                                   \
    X(opt_i64, limit, POSITIVE, "At most so many products, 1 to 200; absent: 20", N)
SHAPE(next_ask);
#define FIELDS_OF_next_row(X, N)                                                      \
    X(str, product, ANY, "What they bought next", N)                                  \
    X(i64, members, ANY, "Buyers of the first who did", N)                            \
    X(f64, support, ANY, "Their share of all members active in the period", N)        \
    X(f64, confidence, ANY, "Their share of the buyers of the first", N)              \
    X(opt_f64, base, ANY, "Share of active members who bought it in as many days", N) \
    X(opt_f64, lift, ANY, "Confidence / base; null: not defined", N)                  \
    X(opt_f64, median_days, ANY, "Days in between, in the middle", N)                 \
    X(str, approach, ANY, "Segment: bought the first, never this", N)                 \
    X(i64, to_approach, ANY, "Members it holds for", N)
SHAPE(next_row);
#define FIELDS_OF_next_group(X, N)                 \
    X(str, group, ANY, "Stable name", N)           \
    X(str, name, ANY, "Who they are", N)           \
    X(str, advice, ANY, "What to do with them", N) \
    X(str, text, ANY, "The segment of them", N)    \
    X(i64, members, ANY, "Members it holds for", N)
SHAPE(next_group);
#define FIELDS_OF_next_report(X, N)                                                           \
    X(str, product, ANY, "The product", N)                                                    \
    X(i64, buyers, ANY, "Members whose first purchase of it lies in the period, followed", N) \
    X(i64, active, ANY, "Members with any purchase in the period, followed", N)               \
    X(i64, again, ANY, "Buyers who bought the product itself again", N)                       \
    X(list(next_row), next, ANY, "By lift, confidence, members, name", N)                     \
    X(i64, total, ANY, "Next products there are, shown or not", N)                            \
    X(list(next_group), groups, ANY, "Of `then`: its buyers and those to approach", N)        \
    X(str, how, ANY, "How the figures were made", N)                                          \
    X(f64, took_ms, ANY, "Time taken", N)
SHAPE(next_report);
enum err next_report_make(struct ctx *c, const struct next_ask *in, struct next_report *out);

/* -- fit ----------------------------------------------------------------------------------------
 */

#define FIT_PRIOR        10.0
#define FIT_BUYERS_LEAST 10
#define FIT_ROWS_MAX     200

#define FIELDS_OF_fit_ask(X, N)                                                                   \
    X(str, product, REQUIRED, "The product: its name or code", N)                                 \
    X(str, segment, LONG, "Whom to rank; absent: buyers of anything else who never bought it", N) \
    X(str, at, SHORT, "As of 00:00 of this day, or a moment; absent: now", N)                     \
    X(strs, fields, ANY, "Fields to look at; absent: all that the index keeps", N)                \
    X(opt_i64, check_days, POSITIVE, "Also: would it have found the buyers of so many days?", N)  \
    X(opt_i64, limit, POSITIVE, "At most so many members, 1 to 200; absent: 50", N)
SHAPE(fit_ask);
#define FIELDS_OF_fit_value(X, N)                                               \
    X(str, field, ANY, "The field", N)                                          \
    X(str, field_name, ANY, "As people call it", N)                             \
    X(str, value, ANY, "The value, or band of numbers", N)                      \
    X(str, text, ANY, "The segment of those with it", N)                        \
    X(i64, buyers, ANY, "Buyers with it", N)                                    \
    X(i64, others, ANY, "Other buyers with it", N)                              \
    X(f64, share_buyers, ANY, "Of buyers whose value is known", N)              \
    X(f64, share_others, ANY, "Of others whose value is known", N)              \
    X(f64, tgi, ANY, "100 * share of buyers / share of others, both shrunk", N) \
    X(f64, weight, ANY, "What it adds to a score: ln(tgi / 100)", N)            \
    X(f64, telling, ANY, "Distance of the shares in standard errors", N)
SHAPE(fit_value);
#define FIELDS_OF_fit_member(X, N)                            \
    X(i64, member, ANY, "Member", N)                          \
    X(str, name, PERSONAL, "Name", N)                         \
    X(str, phone, PERSONAL, "Phone", N)                       \
    X(f64, score, ANY, "Sum of the weights of his values", N) \
    X(strs, reasons, ANY, "What speaks most for him", N)
SHAPE(fit_member);
#define FIELDS_OF_fit_check(X, N)                                                         \
    X(str, from, ANY, "Scored as of this moment", N)                                      \
    X(i64, candidates, ANY, "Members scored", N)                                          \
    X(i64, later, ANY, "Of them, those who bought it until now", N)                       \
    X(opt_f64, auc, ANY, "Chance that a later buyer scores above another; 0.5: blind", N) \
    X(opt_f64, top_tenth, ANY, "Share of later buyers among the best tenth of scores", N)
SHAPE(fit_check);
#define FIELDS_OF_fit_report(X, N)                                             \
    X(str, product, ANY, "The product", N)                                     \
    X(i64, buyers, ANY, "Members who bought it", N)                            \
    X(i64, others, ANY, "Members who bought something else only", N)           \
    X(i64, candidates, ANY, "Members ranked", N)                               \
    X(list(fit_value), index, ANY, "What its buyers have in common", N)        \
    X(list(fit_member), members, ANY, "Best fit first", N)                     \
    X(one(fit_check), check, ANY, "How well it foretells; null: not asked", N) \
    X(str, how, ANY, "How the figures were made", N)                           \
    X(f64, took_ms, ANY, "Time taken", N)
SHAPE(fit_report);
enum err fit_report_make(struct ctx *c, const struct fit_ask *in, struct fit_report *out);

struct room;
extern const struct room basket_room; /* basket_api.c */
