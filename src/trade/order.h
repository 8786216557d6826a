/* order.h -- inside trade: an order as it lies in the store, and the steps that change it.
 *
 * A change runs: place (order_number) -> load row and lines -> order_apply the fact -> order_derive
 * every figure -> compare -> write what differs -> timeline. order_apply and order_derive are pure.
 */
#pragma once

#include "timeline/timeline.h"
#include "trade/key_map.h"
#include "trade/trade.h"

/* Amounts and counts a fact may state: sums over the lines of one order then never overflow. */
#define AMOUNT_MAX   (1000000000 * MONEY_UNIT)
#define QUANTITY_MAX ((i64)1000000000)
#define LINES_MAX    100000

#define FIELDS_OF_order_row(X, N)                    \
    X(i64, member, ANY, "", N)                       \
    X(i64, id, ANY, "", N)                           \
    X(i64, shop, ANY, "", N)                         \
    X(str, number, ANY, "", N)                       \
    X(choice(order_state), state, ANY, "", N)        \
    X(choice(order_state), stated_state, ANY, "", N) \
    X(str, status, ANY, "", N)                       \
    X(instant, at, ANY, "", N)                       \
    X(opt_instant, created_at, ANY, "", N)           \
    X(opt_instant, paid_at, ANY, "", N)              \
    X(opt_instant, completed_at, ANY, "", N)         \
    X(opt_instant, cancelled_at, ANY, "", N)         \
    X(opt_money, stated_total, ANY, "", N)           \
    X(opt_money, stated_paid, ANY, "", N)            \
    X(opt_money, excluded, ANY, "", N)               \
    X(opt_money, stated_refund, ANY, "", N)          \
    X(opt_money, own_refund, ANY, "", N)             \
    X(opt_i64, stated_quantity, ANY, "", N)          \
    X(opt_money, postage, ANY, "", N)                \
    X(money, total, ANY, "", N)                      \
    X(money, paid, ANY, "", N)                       \
    X(money, refund, ANY, "", N)                     \
    X(money, net, ANY, "", N)                        \
    X(i64, quantity, ANY, "", N)                     \
    X(flag, is_paid, ANY, "", N)                     \
    X(opt_instant, bought_at, ANY, "", N)            \
    X(flag, over_refunded, ANY, "", N)               \
    X(str, province, ANY, "", N)                     \
    X(str, city, ANY, "", N)                         \
    X(str, country, ANY, "", N)                      \
    X(str, touchpoint, ANY, "", N)                   \
    X(str, currency, ANY, "", N)                     \
    X(str, code, ANY, "", N)
SHAPE(order_row);

#define FIELDS_OF_line_row(X, N)            \
    X(i64, line, ANY, "", N)                \
    X(str, line_id, ANY, "", N)             \
    X(i64, product, ANY, "", N)             \
    X(str, title, ANY, "", N)               \
    X(i64, quantity, ANY, "", N)            \
    X(money, price, ANY, "", N)             \
    X(money, amount, ANY, "", N)            \
    X(opt_money, stated_refund, ANY, "", N) \
    X(opt_money, own_refund, ANY, "", N)    \
    X(opt_money, list_price, ANY, "", N)
SHAPE(line_row);

/* Columns in the order of the shapes above. */
#define ORDER_COLUMNS                                                                             \
    "member, id, shop, number, state, stated_state, status, at, created_at, paid_at, "            \
    "completed_at,"                                                                               \
    " cancelled_at, stated_total, stated_paid, excluded, stated_refund, own_refund, "             \
    "stated_quantity,"                                                                            \
    " postage, total, paid, refund, net, quantity, is_paid, bought_at, over_refunded, province, " \
    "city,"                                                                                       \
    " country, touchpoint, currency, code"
#define LINE_COLUMNS                                                                      \
    "line, line_id, product, title, quantity, price, amount, stated_refund, own_refund, " \
    "list_price"

extern const struct migration trade_migrations[]; /* tables.c */

/* -- order_row.c: pure ------------------------------------------------------------------------- */

static inline money opt_or(opt_i64 v, i64 other) { return v.has ? v.value : other; }
static inline money max_i64(i64 a, i64 b) { return a > b ? a : b; }
static inline money line_refund(const struct line_row *l)
{
    return max_i64(opt_or(l->stated_refund, 0), opt_or(l->own_refund, 0));
}
/* What the buyer gave, before refunds. */
static inline money order_gross(const struct order_row *o)
{
    return o->is_paid ? o->paid + opt_or(o->excluded, 0) : 0;
}
/* An older snapshot than what is known: fills gaps only. */
bool fact_is_older(const struct order_row *o, const struct order_fact *in);
void order_apply(struct order_row *o, const struct order_fact *in);
void order_derive(struct order_row *o, const struct line_row_list *lines);
bool row_equal(const struct shape *shape, const void *a, const void *b);

/* -- a batch of changes: what is looked up once, written at the end ---------------------------- */

struct known_product {
    i64 shop, id;
    str code, sold_as, category;
    opt_money price;
    bool made; /* by this batch */
};
struct known_products {
    struct known_product *at;
    i64 n;
};
struct order_cache {
    struct arena *arena;
    struct key_map products; /* committed: their places in known */
    struct known_products known;
    struct known_products fresh; /* of the last batch, in its arena: kept when it is committed */
};
#define LINE_VALUES   12
#define LINES_AT_ONCE 8 /* new lines a statement: on PostgreSQL each statement is a round trip */
struct batch {
    struct tx *t;
    struct order_cache *cache;               /* NULL: none */
    struct key_map shops, products, members; /* members: whose member_trade is recomputed */
    struct known_products known;             /* products point here */
    struct timeline_line_list lines;
    bool asked;            /* of Koi, not told by a source */
    struct key_map orders; /* that changed: their places in changes */
    struct {
        struct order_change *at;
        i64 n;
    } changes;
    struct value waiting[LINES_AT_ONCE * LINE_VALUES]; /* new order lines, not written yet */
    i64 waiting_n;
};
struct batch batch_new(struct tx *t);
enum err batch_end(struct batch *b);           /* member_trade, timeline, listeners */
void batch_touch(struct batch *b, i64 member); /* 0 is nobody */
/* An order was written: whose it was (NULL: new) and is. */
void batch_changed(struct batch *b, const struct order_row *was, const struct order_row *is);

/* product.c */
enum err shop_id(struct batch *b, str name, i64 *shop);
/* The product of a line (made when new): 0 when the line names none. *title: what the line keeps of
 * its own. *list: its list price now. */
enum err product_of_line(struct batch *b, i64 shop, const struct order_line_fact *in, i64 *product,
                         str *title, opt_money *list);

/* order_store.c: rows */
enum err order_load(struct ctx *c, i64 member, i64 id, struct order_row *out);
enum err order_lines_load(struct ctx *c, i64 member, i64 id, struct line_row_list *out);
enum err order_insert(struct tx *t, const struct order_row *o);
enum err order_update(struct tx *t, const struct order_row *o);
enum err line_update(struct tx *t, const struct order_row *o, const struct line_row *l);
/* New lines wait in the batch until enough are together: lines_flush before order_line is read. */
enum err lines_add(struct batch *b, const struct order_row *o, const struct line_row *lines, i64 n);
enum err lines_flush(struct batch *b);
enum err order_place_by_id(struct ctx *c, i64 id,
                           struct order_place *out); /* E_NOT_FOUND with words */
enum err order_move(struct tx *t, i64 id, i64 from, i64 to);

/* order_line.c: the lines of a fact upon the lines that are there; writes what differs. */
enum err lines_merge(struct batch *b, const struct order_row *o, const struct order_fact *in,
                     bool older, struct line_row_list *lines, bool *changed);

/* order_history.c: timeline lines for what changed from `was` (NULL: new) to `is`. */
void order_history(struct batch *b, const struct order_row *was, const struct order_row *is,
                   str shop);

/* figures.c */
enum err member_trade_put(struct tx *t, i64 member);
