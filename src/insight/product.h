/* product.h -- which products carry the shop, which lie dead, how launches go, how long stock
 * lasts, and how to operate each category.
 *
 * Words
 *   line       of an order that is paid (trade/trade.h), and names a product; it stands on the
 *              programme's day on which the order was paid (placed, where that is not known). Lines
 *              of credit notes too: they only give back.
 *   units      pieces of the line. sales: what the line comes to (postage is nobody's sales).
 *   refund     what was refunded of the line, and its share in what was refunded of the order and
 *              of no line: in proportion to what is left of each line, the last takes the rest.
 *              Everything, where nothing is left of the order.
 *   returned   pieces given back: all of a line that was refunded whole, else
 *              floor(units x refund / amount). A small refund is a discount, not a return.
 *   net        units - returned, sales - refund. A day with a sale: net units above zero.
 *   on hand    the last count up to the last day, less net units of the days after it, at least 0.
 * A count holds at the end of its day. Without counts: the catalogue's stock as it is. average
 * stock  mean of opening and closing stock; opening: the same figure for the day before the period;
 * where it is not known, the closing stock. turnover days  average stock x days of the period / net
 * units sold in it. rate       net units of the last `product.rate_days` days / those days.
 *   sell-out   on hand / rate days. Its interval: 95 % limits of a Poisson count by Byar's
 *              approximation (Rothman & Boice 1979), turned into days.
 *   first day  first day with a sale. launch: from launched_at, else the first day, `launch_days`
 *              days long.
 * What has a zero for its denominator is not defined: absent, never 0.
 *
 * Verdicts, the first that holds: new, dead, hero, slow, workhorse (health.c has the table).
 *
 * Promises
 *   - the_rollup_is_naive_sql: after any orders, changes, refunds, merges and their undoing, what
 * is kept by day is what the orders' own tables say; thrown away and built again it is the same.
 *   - a_line_is_shared_out_exactly: what lines are refunded adds up to the order's refund, as long
 * as lines have that much.
 *   - every_product_has_one_verdict: with the figures and thresholds it rests on.
 *   - verdicts_as_by_hand, stock_as_by_hand, launch_as_by_hand, quadrants_as_by_hand: the examples
 * of docs/insight.md.
 *   - nothing_is_not_zero: what cannot be divided is absent.
 *   - a_count_again_is_harmless: the same count told twice is there once; another of the same day
 *     replaces it, and history is kept.
 * Memory   Reports live in c->arena; at most PRODUCTS_MAX products. Threads  any.
 */
#pragma once

#include "timeline/timeline.h"

#define PRODUCTS_MAX   200000
#define STOCK_MAX      5000  /* counts in one request */
#define STOCK_FILE_MAX 20000 /* rows of one file */

/* -- what is kept by day ----------------------------------------------------------------------- */

/* A line of an order, and what became of it. */
struct sold_line {
    i64 product, quantity;
    money amount,
        refund;          /* refund: of this line as far as it is known; after the sharing, in all */
    i64 units, returned; /* made by the sharing */
};
/* Shares what was refunded of the order among its lines. all: nothing is left of the order. */
void sold_lines_share(struct sold_line *lines, i64 n, money refund, bool all);

extern const struct follower product_followers[];
/* Brings the rollup to the end of the timeline; anew where the time zone has changed since. */
enum err product_follow(struct store *s, struct ctx *c);
/* How many lines of the timeline the rollup has still to read. */
enum err product_behind(struct ctx *c, i64 *lines);

/* -- health ------------------------------------------------------------------------------------ */

enum verdict { VERDICT_NEW, VERDICT_DEAD, VERDICT_HERO, VERDICT_SLOW, VERDICT_WORKHORSE };
CHOICE(verdict); /* new dead hero slow workhorse */
#define VERDICTS 5
enum stock_advice { ADVICE_NONE, ADVICE_RESTOCK, ADVICE_CLEAR };
CHOICE(stock_advice); /* none restock clear */

/* Thresholds; those that are not given are the settings product.NAME. */
#define PRODUCT_CUTS(X, N)                                                                    \
    X(opt_i64, launch_days, POSITIVE, "new: so many days from launch or first sale", N)       \
    X(opt_i64, dead_days, POSITIVE, "dead: so many days without a sale", N)                   \
    X(opt_i64, hero_share, POSITIVE, "hero: among those that make up this % of net sales", N) \
    X(opt_i64, hero_growth, ANY, "hero: net sales grew by at least this %", N)                \
    X(opt_i64, slow_units, NOT_NEGATIVE, "slow: fewer net units than this in 30 days", N)     \
    X(opt_i64, slow_turnover, POSITIVE, "slow: stock turns over in more days than this", N)   \
    X(opt_i64, rate_days, POSITIVE, "The recent rate is of so many days", N)                  \
    X(opt_i64, restock_days, NOT_NEGATIVE,                                                    \
      "restock: sold out within so many days at the recent rate", N)                          \
    X(opt_i64, cover_days, POSITIVE, "restock: order what lasts so many days", N)

#define PRODUCT_ASK_FIELDS(X, N)                                        \
    X(str, from, SHORT, "First day; absent: 90 days up to the last", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)           \
    X(str, shop, SHORT, "Only this shop", N)                            \
    PRODUCT_CUTS(X, N)
#define FIELDS_OF_product_ask(X, N) PRODUCT_ASK_FIELDS(X, N)
SHAPE(product_ask);

#define FIELDS_OF_product_check(X, N)                                     \
    X(str, name, ANY, "Which threshold: dead_days", N)                    \
    X(opt_f64, figure, ANY, "The product's figure; null: not defined", N) \
    X(str, compare, ANY, ">= or < or <= or >", N)                         \
    X(f64, threshold, ANY, "Against this", N)                             \
    X(str, unit, ANY, "days, %, units", N)                                \
    X(flag, holds, ANY, "Whether it holds", N)
SHAPE(product_check);

#define FIELDS_OF_product_health(X, N)                                                         \
    X(i64, id, ANY, "Id", N)                                                                   \
    X(str, shop, ANY, "Shop", N)                                                               \
    X(str, code, ANY, "Code, unique in its shop", N)                                           \
    X(str, name, ANY, "Title", N)                                                              \
    X(str, category, ANY, "Category", N)                                                       \
    X(choice(verdict), verdict, ANY, "Verdict", N)                                             \
    X(str, reason, ANY, "Why: the figures against their thresholds, in words", N)              \
    X(list(product_check), checks, ANY, "The same as numbers", N)                              \
    X(i64, orders, ANY, "Orders of the period with net units of it", N)                        \
    X(i64, units, ANY, "Pieces sold", N)                                                       \
    X(i64, returned, ANY, "Pieces given back", N)                                              \
    X(i64, net_units, ANY, "Pieces less those given back", N)                                  \
    X(money, sales, ANY, "What its lines come to", N)                                          \
    X(money, refund, ANY, "Refunded", N)                                                       \
    X(money, net_sales, ANY, "Sales less refunds", N)                                          \
    X(money, net_before, ANY, "Net sales of the period of equal length before", N)             \
    X(opt_f64, growth, ANY, "net_sales / net_before - 1; null: nothing before", N)             \
    X(opt_f64, share, ANY, "Of all products' net sales above zero, 0 to 1; null: no sales", N) \
    X(opt_f64, share_before, ANY, "Share of those that sold more than it", N)                  \
    X(opt_f64, refund_rate, ANY, "returned / units; null: none sold", N)                       \
    X(str, first_sale, ANY, "First day with a sale; absent: never sold", N)                    \
    X(str, last_sale, ANY, "Last day with a sale up to the last day", N)                       \
    X(i64, days_without_sale, ANY, "Days since then; never sold: since it is known", N)        \
    X(opt_i64, on_hand, ANY, "Pieces in stock on the last day; null: not known", N)            \
    X(str, counted_on, ANY, "Day of the count it rests on; absent: the catalogue's figure", N) \
    X(opt_f64, turnover_days, ANY, "Average stock x days / net units", N)                      \
    X(f64, rate, ANY, "Net units a day of late", N)                                            \
    X(opt_f64, sellout_days, ANY, "Days until it is sold out at that rate", N)                 \
    X(opt_f64, sellout_low, ANY, "At the earliest (95 %)", N)                                  \
    X(opt_f64, sellout_high, ANY, "At the latest (95 %)", N)                                   \
    X(opt_money, cost, ANY, "What a piece costs the shop", N)                                  \
    X(opt_money, stock_value, ANY, "on_hand x cost, or x price where no cost is known", N)     \
    X(flag, valued_by_price, ANY, "stock_value rests on the price", N)                         \
    X(choice(stock_advice), advice, ANY, "What to do about its stock", N)                      \
    X(opt_i64, advice_units, ANY, "restock: pieces to order; clear: pieces to sell off", N)    \
    X(str, advice_words, ANY, "Why, in words", N)
SHAPE(product_health);

#define FIELDS_OF_product_rule(X, N)                                         \
    X(choice(verdict), verdict, ANY, "Verdict", N)                           \
    X(str, name, ANY, "Its name", N)                                         \
    X(str, rule, ANY, "When it is given, with the thresholds in force", N)   \
    X(strs, thresholds, ANY, "The thresholds it rests on", N)                \
    X(i64, products, ANY, "Products with it", N)                             \
    X(i64, net_units, ANY, "Their net units", N)                             \
    X(money, net_sales, ANY, "Their net sales", N)                           \
    X(money, stock_value, ANY, "Value of their stock, where it is known", N) \
    X(i64, by_price, ANY, "Of these, valued by price: no cost is known", N)  \
    X(i64, without_value, ANY, "Products with unknown stock, or neither cost nor price", N)
SHAPE(product_rule);

struct product_report {
    day from, to;
    struct product_ask cuts; /* all given */
    struct product_rule_list rules;
    struct product_health_list items; /* most net sales first, then by id */
    i64 behind;
    str definition;
};
enum err product_report_make(struct ctx *c, const struct product_ask *ask,
                             struct product_report *out);

/* 95 % limits of the mean of a Poisson count, by Byar's approximation. low: 0 for a count of 0. */
void poisson_limits(i64 n, f64 *low, f64 *high);

/* -- launch curve ------------------------------------------------------------------------------ */

#define LAUNCH_DAYS_MAX 365
#define LAUNCH_PEERS    200 /* the latest launches of its category before it */

#define FIELDS_OF_launch_day(X, N)                                                \
    X(i64, day, ANY, "Days since the first sale, from 0", N)                      \
    X(opt_i64, units, ANY, "Net units up to and with this day; null: not yet", N) \
    X(opt_money, sales, ANY, "Net sales up to and with this day", N)              \
    X(opt_f64, low, ANY, "Lower quartile of the units of earlier launches", N)    \
    X(opt_f64, median, ANY, "Their median", N)                                    \
    X(opt_f64, high, ANY, "Upper quartile", N)                                    \
    X(i64, peers, ANY, "Earlier launches that are as old", N)
SHAPE(launch_day);
#define FIELDS_OF_launch(X, N)                                                            \
    X(str, first_sale, ANY, "First day with a sale; absent: never sold", N)               \
    X(i64, peers, ANY, "Earlier launches of its category", N)                             \
    X(opt_f64, against_median, ANY, "Units / median on its last day; null: no median", N) \
    X(str, words, ANY, "In words", N)                                                     \
    X(list(launch_day), days, ANY, "By day", N)
SHAPE(launch);
enum err launch_make(struct ctx *c, i64 product, day to, i64 days, struct launch *out);
/* Quantile p of sorted values, interpolated linearly between order statistics (Hyndman & Fan 7). */
f64 quantile_of(const f64 *sorted, i64 n, f64 p);

#define FIELDS_OF_product_day(X, N)                 \
    X(day, day, ANY, "Day", N)                      \
    X(i64, orders, ANY, "Orders with net units", N) \
    X(i64, units, ANY, "Pieces sold", N)            \
    X(i64, returned, ANY, "Pieces given back", N)   \
    X(money, sales, ANY, "Sales", N)                \
    X(money, refund, ANY, "Refunded", N)
SHAPE(product_day);
/* Days with anything of it, in order. */
enum err product_days(struct ctx *c, i64 product, day from, day to, struct product_day_list *out);

/* -- stock ------------------------------------------------------------------------------------- */

#define FIELDS_OF_stock_fact(X, N)                                  \
    X(str, shop, REQUIRED | SHORT, "Shop", N)                       \
    X(str, code, REQUIRED | SHORT, "Code, unique in its shop", N)   \
    X(i64, quantity, REQUIRED | NOT_NEGATIVE, "Pieces counted", N)  \
    X(str, counted_on, SHORT, "Day of the count; absent: today", N) \
    X(opt_money, cost, NOT_NEGATIVE, "What a piece costs the shop", N)
SHAPE(stock_fact);
#define FIELDS_OF_stock_put(X, N)                                 \
    X(i64, written, ANY, "Counts that are new or another now", N) \
    X(i64, same, ANY, "Counts that were there already", N)        \
    X(i64, products, ANY, "Products that were not known before", N)
SHAPE(stock_put);
/* All or none. E_INVALID names the place: "/items/3/code". */
enum err stock_write(struct tx *t, const struct stock_fact *in, i64 n, struct stock_put *out);
/* A csv or xlsx with the columns shop, code, quantity, and perhaps counted_on and cost (also in
 * Chinese), read whole and checked: nothing is written unless every row is good. */
struct stock_file {
    struct stock_fact_list rows;
};
enum err stock_file_read(struct ctx *c, str path, str shop, struct stock_file *out);

#define FIELDS_OF_stock_row(X, N)                                 \
    X(i64, product, ANY, "Product", N)                            \
    X(str, shop, ANY, "Shop", N)                                  \
    X(str, code, ANY, "Code, unique in its shop", N)              \
    X(str, name, ANY, "Title", N)                                 \
    X(day, counted_on, ANY, "Day of the count", N)                \
    X(i64, quantity, ANY, "Pieces counted", N)                    \
    X(opt_money, cost, ANY, "What a piece costs the shop now", N) \
    X(instant, written_at, ANY, "When it was told", N)            \
    X(str, actor, ANY, "Who told it", N)
SHAPE(stock_row);
/* By product and day, newest day first; product 0: the last count of each, by product after
 * `after`. Of one product: days before `after` (0: all). */
enum err stock_list(struct ctx *c, i64 product, i64 after, i64 limit, struct stock_row_list *out);

/* -- quadrants --------------------------------------------------------------------------------- */

enum quadrant {
    QUADRANT_NONE,
    QUADRANT_BOTH,
    QUADRANT_FREQUENT,
    QUADRANT_LIVELY,
    QUADRANT_NEITHER
};
CHOICE(quadrant); /* none both frequent lively neither */

#define FIELDS_OF_quadrant_ask(X, N)                                               \
    X(str, from, SHORT, "First day; absent: 90 days up to the last", N)            \
    X(str, to, SHORT, "Last day, included; absent: today", N)                      \
    X(str, frequency, SHORT, "High from this frequency on; absent: the median", N) \
    X(str, interaction, SHORT, "High from this interaction on; absent: the median", N)
SHAPE(quadrant_ask);
#define FIELDS_OF_quadrant_category(X, N)                                                   \
    X(str, category, ANY, "Category", N)                                                    \
    X(choice(quadrant), quadrant, ANY, "Where it stands; none: a figure is not defined", N) \
    X(i64, purchases, ANY, "Orders with net units of it, by known buyers", N)               \
    X(i64, buyers, ANY, "Different buyers of it", N)                                        \
    X(i64, repeat_buyers, ANY, "Of these, with two such orders or more", N)                 \
    X(opt_f64, frequency, ANY, "purchases / buyers; null: no buyers", N)                    \
    X(i64, views, ANY, "Views of its products", N)                                          \
    X(i64, carts, ANY, "Put into a cart", N)                                                \
    X(i64, favourites, ANY, "Favourites", N)                                                \
    X(i64, reviews, ANY, "Reviews", N)                                                      \
    X(i64, viewers, ANY, "Different members who viewed its products", N)                    \
    X(opt_f64, interaction, ANY, "All four / viewers; null: no viewers", N)                 \
    X(money, net_sales, ANY, "Net sales", N)                                                \
    X(str, segment, LONG, "Its members as a text of the segment language", N)
SHAPE(quadrant_category);
#define FIELDS_OF_quadrant_way(X, N)                  \
    X(choice(quadrant), quadrant, ANY, "Quadrant", N) \
    X(str, name, ANY, "Its name", N)                  \
    X(str, way, ANY, "How to operate it", N)          \
    X(i64, categories, ANY, "Categories in it", N)    \
    X(money, net_sales, ANY, "Their net sales", N)    \
    X(str, segment, LONG, "The members behind all of them", N)
SHAPE(quadrant_way);
#define FIELDS_OF_quadrants(X, N)                                                  \
    X(day, from, ANY, "First day", N)                                              \
    X(day, to, ANY, "Last day", N)                                                 \
    X(opt_f64, frequency, ANY, "High from here on; null: nothing to compare", N)   \
    X(opt_f64, interaction, ANY, "High from here on", N)                           \
    X(flag, frequency_given, ANY, "Not the median", N)                             \
    X(flag, interaction_given, ANY, "Not the median", N)                           \
    X(list(quadrant_way), quadrants, ANY, "The four", N)                           \
    X(list(quadrant_category), items, ANY, "Categories, most net sales first", N)  \
    X(i64, uncategorised, ANY, "Orders' products without a category: left out", N) \
    X(i64, behind, ANY, "Lines of the timeline that figures still lack", N)        \
    X(str, definition, ANY, "How it is made", N)
SHAPE(quadrants);
enum err quadrants_make(struct ctx *c, const struct quadrant_ask *ask, struct quadrants *out);

struct room;
extern const struct room product_room; /* product_api.c */
