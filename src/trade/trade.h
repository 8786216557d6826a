/* trade.h -- what people buy: shops, products, orders with lines, payments, refunds, cancellations.
 *
 * Promises
 *   - an_order_is_keyed_by_shop_and_number: the same order again changes nothing; with new facts it
 *     is updated, never doubled.
 *   - every_figure_follows_from_facts: paid, refunded, state and lines are recomputed from what was
 *     written, never patched.
 *   - refunds_never_exceed: by line and in all, what is refunded stays within what was paid (unless
 *     the source itself says so: then it is kept and flagged).
 *   - each_change_is_a_line: order.placed, order.paid, order.shipped, order.completed,
 *     order.refunded, order.cancelled appear on the timeline once each per fact, in the transaction
 *     that wrote it; order.moved when an order gets another buyer; order.refund_withdrawn when the
 *     source takes a refund back; order.updated for any other change.
 *   - orders_without_a_known_buyer_are_kept with member 0: they count in sales, not among buyers.
 *   - an_older_snapshot_fills_gaps_only: a fact whose state lies before the one known (paid after
 *     completed) is an older export: it adds what was not known and overwrites nothing.
 *   - merges_carry_orders: orders follow their member into a merge and come back when it is undone.
 *
 * Definitions (also shown to operators)
 *   paid order   payment is known: a payment time, or a state of paid, shipped, completed or
 *                refunded.
 *   paid         as the source states it; where it does not, the total; 0 for orders not paid.
 *   gross        paid, plus the refund where the source's paid amount already excludes it
 *                (net_of_refund).
 *   refund       the larger of what the source states (order, or its lines) and what was refunded
 *                through Koi. A paid order that is called refunded or cancelled without an amount
 *                was refunded whole.
 *   net          gross - refund, so: paid - refund, or for net_of_refund sources paid.
 *   purchase     a paid order whose net is above zero; it happened when it was paid (placed, where
 *                that is not known).
 *   credit note  an order whose amount is below zero (pieces given back): paid 0, refund the
 *                amount, net below zero.
 *   `at`         of an order: placed, or where unknown paid, completed, written.
 *
 * Tables (trade/tables.c; floors above may read them in their SQL, never change them): shop,
 * product, purchase_order, order_line, order_refund, member_trade. Partial index of purchases:
 * (member, bought_at, net) where bought_at is not null.
 */
#pragma once

#include "store/store.h"

/* -- orders ------------------------------------------------------------------------------------ */

enum order_state {
    ORDER_PLACED,
    ORDER_PAID,
    ORDER_SHIPPED,
    ORDER_COMPLETED,
    ORDER_CANCELLED,
    ORDER_REFUNDED
};
CHOICE(order_state); /* placed paid shipped completed cancelled refunded */

#define FIELDS_OF_order_line_fact(X, N)                                                    \
    X(str, line_id, SHORT, "Line number of the source; absent: its place in the order", N) \
    X(str, product_id, SHORT, "Product code of the shop", N)                               \
    X(str, product, ANY, "Product title", N)                                               \
    X(str, category, SHORT, "Category", N)                                                 \
    X(i64, quantity, ANY, "Pieces; negative: given back", N)                               \
    X(money, price, ANY, "Price of one piece as sold", N)                                  \
    X(opt_money, amount, ANY, "What the line comes to; absent: quantity x price", N)       \
    X(opt_money, refund, NOT_NEGATIVE, "Refunded of this line so far", N)                  \
    X(opt_i64, place, POSITIVE,                                                            \
      "Place in the order of a line without line_id; absent: its place in this list", N)
SHAPE(order_line_fact);

/* All that a source says about one order at one moment. Text absent / optionals empty = the source
 * does not say; state placed without a status = it does not say where the order stands. A line
 * replaces the line of its line_id (its place, where there is none); lines that are not given stay.
 */
#define FIELDS_OF_order_fact(X, N)                                          \
    X(str, shop, REQUIRED | SHORT, "Shop it was sold in", N)                \
    X(str, number, REQUIRED | SHORT, "Order number, unique in its shop", N) \
    X(i64, member, ANY, "Buyer; 0: not known", N)                           \
    X(opt_instant, created_at, ANY, "Placed", N)                            \
    X(opt_instant, paid_at, ANY, "Paid", N)                                 \
    X(opt_instant, completed_at, ANY, "Completed", N)                       \
    X(choice(order_state), state, ANY, "Where it stands", N)                \
    X(str, status, SHORT, "The source's own word for it", N)                \
    X(opt_money, total, ANY, "Amount due, postage included", N)             \
    X(opt_money, paid, ANY, "Amount paid", N)                               \
    X(opt_money, refund, NOT_NEGATIVE, "Refunded so far", N)                \
    X(flag, net_of_refund, ANY, "paid already excludes refund", N)          \
    X(opt_money, postage, ANY, "Postage", N)                                \
    X(opt_i64, quantity, ANY, "Pieces, where the source gives no lines", N) \
    X(str, province, SHORT, "Province", N)                                  \
    X(str, city, SHORT, "City", N)                                          \
    X(str, country, SHORT, "Country", N)                                    \
    X(str, touchpoint, SHORT, "Channel it came through", N)                 \
    X(str, currency, SHORT, "ISO 4217; absent: the programme's", N)         \
    X(str, code, SHORT, "Promotion code it was placed with", N)             \
    X(list(order_line_fact), lines, ANY, "Lines", N)
SHAPE(order_fact);

enum order_put { ORDER_NEW, ORDER_CHANGED, ORDER_SAME };
CHOICE(order_put); /* new changed same */
struct order_result {
    i64 order;
    enum order_put what;
};

/* Writes one order with its lines and timeline. *what tells whether anything changed. member must
 * be a living id. */
enum err order_write(struct tx *t, const struct order_fact *in, i64 *order, enum order_put *what);
/* The same for many, much cheaper; in order, so an order may come twice. out has room for n. One
 * that is refused refuses all: c->why.field is "/i/…". */
enum err order_write_all(struct tx *t, const struct order_fact *in, i64 n,
                         struct order_result *out);
/* For long imports: products that earlier batches met are not looked up again. The cache lives in
 * a, holds what is committed only, and belongs to one store and one thread at a time.
 *     order_write_cached(t, cache, …) inside store_write; order_cache_keep(cache) when that
 * answered OK. */
struct order_cache;
struct order_cache *order_cache_new(struct arena *a);
enum err order_write_cached(struct tx *t, struct order_cache *cache, const struct order_fact *in,
                            i64 n, struct order_result *out);
void order_cache_keep(struct order_cache *cache);
/* Pure: what order_write would refuse, so that importers can reject a row before it reaches a
 * batch. */
enum err order_fact_check(struct ctx *c, const struct order_fact *in);

/* Where an order is, by shop and number: who bought it (0: not known) and its id. Importers ask
 * before they resolve a buyer who has no strong identity, so that a file read again makes no new
 * members. */
struct order_place {
    i64 member, order;
};
enum err order_find(struct ctx *c, str shop, str number, bool *found, struct order_place *out);

/* -- refunds and cancellations through Koi ----------------------------------------------------- */

#define FIELDS_OF_refund_ask(X, N)                                                               \
    X(i64, id, REQUIRED | POSITIVE, "Order", N)                                                  \
    X(str, key, REQUIRED | SHORT, "Your number for this refund: a retry with it is harmless", N) \
    X(money, amount, REQUIRED | POSITIVE, "How much", N)                                         \
    X(str, line_id, SHORT, "Of this line; absent: of the order", N)                              \
    X(str, reason, ANY, "Why", N)
SHAPE(refund_ask);

#define FIELDS_OF_refund_view(X, N)             \
    X(str, key, ANY, "Number of the refund", N) \
    X(money, amount, ANY, "How much", N)        \
    X(str, line_id, ANY, "Of this line", N)     \
    X(str, reason, ANY, "Why", N)               \
    X(str, actor, ANY, "Who", N)                \
    X(instant, at, ANY, "When", N)
SHAPE(refund_view);

/* The same key with the same content answers the same; with other content E_CONFLICT. More than is
 * left: E_UNPROCESSABLE. */
enum err order_refund(struct tx *t, const struct refund_ask *in, struct refund_view *out);
/* An unpaid order; again: nothing. A paid one needs a refund: E_UNPROCESSABLE. */
enum err order_cancel(struct tx *t, i64 order);

/* -- reading ----------------------------------------------------------------------------------- */

#define FIELDS_OF_order_view(X, N)                                               \
    X(i64, id, ANY, "Id", N)                                                     \
    X(str, shop, ANY, "Shop", N)                                                 \
    X(str, number, ANY, "Order number of the shop", N)                           \
    X(i64, member, ANY, "Buyer; 0: not known", N)                                \
    X(choice(order_state), state, ANY, "Where it stands", N)                     \
    X(str, status, ANY, "The source's own word for it", N)                       \
    X(instant, at, ANY, "Placed; where unknown paid, completed, written", N)     \
    X(opt_instant, created_at, ANY, "Placed", N)                                 \
    X(opt_instant, paid_at, ANY, "Paid", N)                                      \
    X(opt_instant, completed_at, ANY, "Completed", N)                            \
    X(money, total, ANY, "Amount due, postage included", N)                      \
    X(money, paid, ANY, "Amount paid, as the source states it", N)               \
    X(money, refund, ANY, "Refunded", N)                                         \
    X(money, net, ANY, "What is left after refunds", N)                          \
    X(flag, net_of_refund, ANY, "paid already excludes refund", N)               \
    X(flag, over_refunded, ANY, "The source states more refund than payment", N) \
    X(opt_money, postage, ANY, "Postage", N)                                     \
    X(i64, quantity, ANY, "Pieces", N)                                           \
    X(str, province, ANY, "Province", N)                                         \
    X(str, city, ANY, "City", N)                                                 \
    X(str, country, ANY, "Country", N)                                           \
    X(str, touchpoint, ANY, "Channel it came through", N)                        \
    X(str, currency, ANY, "ISO 4217; absent: the programme's", N)                \
    X(str, code, ANY, "Promotion code it was placed with", N)
SHAPE(order_view);

#define FIELDS_OF_order_line_view(X, N)                                  \
    X(str, line_id, ANY, "Line number: the source's, else its place", N) \
    X(str, product_id, ANY, "Product code of the shop", N)               \
    X(str, product, ANY, "Product title as sold", N)                     \
    X(str, category, ANY, "Category", N)                                 \
    X(i64, quantity, ANY, "Pieces", N)                                   \
    X(money, price, ANY, "Price of one piece as sold", N)                \
    X(money, amount, ANY, "What the line comes to", N)                   \
    X(money, refund, ANY, "Refunded of it", N)
SHAPE(order_line_view);

/* One page of orders, newest first (by at, then id). Zero and absent mean: any. */
struct order_filter {
    str number;          /* exactly this order number, in any shop */
    i64 shop;            /* shop id */
    i64 member;          /* a living id */
    str state;           /* name of an order_state */
    instant from, until; /* from <= at < until; until 0: open */
    instant before_at;   /* with before_id: where the last page ended; 0, 0: from the newest */
    i64 before_id, limit;
};
enum err order_list(struct ctx *c, const struct order_filter *f, struct order_view_list *out);
/* E_NOT_FOUND. lines and refunds may be NULL. */
enum err order_show(struct ctx *c, i64 id, struct order_view *out,
                    struct order_line_view_list *lines, struct refund_view_list *refunds);

/* -- shops and products ------------------------------------------------------------------------ */

#define FIELDS_OF_shop_view(X, N) \
    X(i64, id, ANY, "Id", N)      \
    X(str, name, ANY, "Name", N)  \
    X(instant, created_at, ANY, "First seen", N)
SHAPE(shop_view);
enum err shop_list(struct ctx *c, struct shop_view_list *out);
/* The id of a shop's name; 0: there is none. */
enum err shop_find(struct ctx *c, str name, i64 *shop);

/* What is known of a product; absent: not said. Orders name products too; what is written here is
 * not overwritten by them. */
#define FIELDS_OF_product_fact(X, N)                              \
    X(str, shop, REQUIRED | SHORT, "Shop", N)                     \
    X(str, code, REQUIRED | SHORT, "Code, unique in its shop", N) \
    X(str, name, ANY, "Title", N)                                 \
    X(str, category, SHORT, "Category", N)                        \
    X(opt_money, price, NOT_NEGATIVE, "List price", N)            \
    X(opt_money, cost, NOT_NEGATIVE, "What it costs the shop", N) \
    X(opt_i64, stock, ANY, "Pieces in stock", N)                  \
    X(opt_instant, launched_at, ANY, "On sale since", N)
SHAPE(product_fact);
enum err product_write(struct tx *t, const struct product_fact *in, i64 *product,
                       enum order_put *what);

#define FIELDS_OF_product_view(X, N)                                   \
    X(i64, id, ANY, "Id", N)                                           \
    X(str, shop, ANY, "Shop", N)                                       \
    X(str, code, ANY, "Code, unique in its shop", N)                   \
    X(str, name, ANY, "Title: the catalogue's, else as first sold", N) \
    X(str, category, ANY, "Category", N)                               \
    X(opt_money, price, ANY, "List price", N)                          \
    X(opt_money, cost, ANY, "What it costs the shop", N)               \
    X(opt_i64, stock, ANY, "Pieces in stock", N)                       \
    X(opt_instant, launched_at, ANY, "On sale since", N)
SHAPE(product_view);
/* By id, after `after`. q: exactly a code, or part of a title; absent: all. shop 0: any. */
enum err product_list(struct ctx *c, str q, i64 shop, i64 after, i64 limit,
                      struct product_view_list *out);

/* -- figures ----------------------------------------------------------------------------------- */

/* report sales: orders created (or, unknown, paid) on days from..to of the programme, ends
 * included; shop absent: all. */
#define FIELDS_OF_sales(X, N)                                      \
    X(i64, orders, ANY, "Orders placed", N)                        \
    X(i64, paid_orders, ANY, "Orders paid", N)                     \
    X(i64, refund_orders, ANY, "Orders with a refund", N)          \
    X(money, paid, ANY, "Amount paid, as the sources state it", N) \
    X(money, refund, ANY, "Refunded", N)                           \
    X(money, net, ANY, "Gross less refunds", N)                    \
    X(i64, buyers, ANY, "Different members with a purchase", N)
SHAPE(sales);
enum err sales_between(struct ctx *c, day from, day to, str shop, struct sales *out);

/* Purchases in order of member and time: what RFM and classes are made of. */
#define FIELDS_OF_purchase(X, N)          \
    X(i64, member, ANY, "Buyer", N)       \
    X(instant, bought_at, ANY, "When", N) \
    X(money, net, ANY, "What is left after refunds", N)
SHAPE(purchase);
/* Of members first..last, bought before `until`. fn takes a struct purchase; see db_each. Reads the
 * purchase index alone: several readers with a part of the members each run side by side. */
enum err purchases_each(struct ctx *c, i64 first, i64 last, instant until,
                        enum err (*fn)(void *arg, const void *purchase), void *arg);
enum err purchases_members(struct ctx *c, i64 *first, i64 *last); /* 0, -1 when there are none */

/* What a member comes to (table member_trade, one row for whoever has an order; never member 0). */
#define FIELDS_OF_member_trade(X, N)                               \
    X(i64, member, ANY, "Member", N)                               \
    X(i64, orders, ANY, "Orders, whatever became of them", N)      \
    X(i64, paid_orders, ANY, "Orders paid", N)                     \
    X(i64, purchases, ANY, "Purchases", N)                         \
    X(i64, quantity, ANY, "Pieces of purchases", N)                \
    X(money, paid, ANY, "Amount paid, as the sources state it", N) \
    X(money, refund, ANY, "Refunded", N)                           \
    X(money, net, ANY, "Spent: net of all orders", N)              \
    X(opt_instant, first_order_at, ANY, "First order", N)          \
    X(opt_instant, last_order_at, ANY, "Last order", N)            \
    X(opt_instant, first_bought_at, ANY, "First purchase", N)      \
    X(opt_instant, last_bought_at, ANY, "Last purchase", N)
SHAPE(member_trade);
/* All zeros when he has none. */
enum err member_trade_get(struct ctx *c, i64 member, struct member_trade *out);

/* Recomputes every derived figure from the facts and counts what differs: koi doctor. */
enum err trade_check(struct ctx *c, i64 *wrong);
enum err trade_mend(struct tx *t, i64 *mended);

/* -- who follows orders ------------------------------------------------------------------------ */

/* An order that changed: its rows are written already, so what stands in the tables is true. */
struct order_change {
    i64 order, member; /* whose it is now; 0: not known */
    i64 was;           /* whose it was; a new order's is its member */
    bool placed;       /* new */
    bool asked;        /* of Koi (a refund, a cancellation): a listener may refuse it with words */
};
/* Rooms that act on orders do so here, in the transaction of the change, once for each changed
 * order of a batch. They work from the facts as they stand, not from what changed, so that being
 * called again does nothing. Merges of members are told by merge_listener alone. */
struct order_listener {
    const char *room;
    enum err (*changed)(struct tx *t, const struct order_change *at, i64 n);
};
extern const struct order_listener *const *order_listeners; /* set by app; ends with NULL */

struct merge_listener;
struct field_table;
extern const struct merge_listener trade_merges; /* orders follow merges */
extern const struct field_table trade_fields;    /* what segments may ask of a buyer */
extern const struct room trade_room;
