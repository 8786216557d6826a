/* trade.h -- what people buy: shops, products, orders with lines, payments, refunds, cancellations.
 *
 * Promises
 *   - an_order_is_keyed_by_shop_and_number: the same order again changes nothing; with new facts it is updated, never doubled.
 *   - every_figure_follows_from_facts: paid, refunded, state and lines are recomputed from what was written, never patched.
 *   - refunds_never_exceed: by line and in all, what is refunded stays within what was paid (unless the source itself says so:
 *     then it is kept and flagged).
 *   - each_change_is_a_line: order.placed, order.paid, order.refunded, order.completed, order.cancelled appear on the timeline once
 *     each per fact, in the transaction that wrote it.
 *   - orders without a known buyer are kept with member 0: they count in sales, not among buyers.
 * Definitions (also shown to operators): paid order = payment is known (a payment time, a paid state, or a status named as paid).
 * purchase = paid order whose net amount is above zero. net = paid - refund; for sources whose paid amount already excludes refunds
 * (net_of_refund) net = paid.
 */
#pragma once

#include "store/store.h"

enum order_state { ORDER_PLACED, ORDER_PAID, ORDER_SHIPPED, ORDER_COMPLETED, ORDER_CANCELLED, ORDER_REFUNDED };
CHOICE(order_state); /* placed paid shipped completed cancelled refunded */

#define FIELDS_OF_order_line_fact(X, N)                                                            \
    X(str, line_id, SHORT, "Line number of the source; absent: its place in the order", N)         \
    X(str, product_id, SHORT, "Product code of the shop", N)                                       \
    X(str, product, ANY, "Product title", N)                                                       \
    X(str, category, SHORT, "Category", N)                                                         \
    X(i64, quantity, ANY, "Pieces; negative: given back", N)                                       \
    X(money, price, ANY, "Price of one piece as sold", N)                                          \
    X(opt_money, amount, ANY, "What the line comes to; absent: quantity x price", N)               \
    X(opt_money, refund, NOT_NEGATIVE, "Refunded of this line so far", N)
SHAPE(order_line_fact);

/* All that a source says about one order at one moment. Text absent / optionals empty = the source does not say. */
#define FIELDS_OF_order_fact(X, N)                                                                 \
    X(str, shop, REQUIRED | SHORT, "Shop it was sold in", N)                                       \
    X(str, number, REQUIRED | SHORT, "Order number, unique in its shop", N)                        \
    X(i64, member, ANY, "Buyer; 0: not known", N)                                                  \
    X(opt_instant, created_at, ANY, "Placed", N)                                                   \
    X(opt_instant, paid_at, ANY, "Paid", N)                                                        \
    X(opt_instant, completed_at, ANY, "Completed", N)                                              \
    X(choice(order_state), state, ANY, "Where it stands", N)                                       \
    X(str, status, SHORT, "The source's own word for it", N)                                       \
    X(opt_money, total, ANY, "Amount due, postage included", N)                                    \
    X(opt_money, paid, ANY, "Amount paid", N)                                                      \
    X(opt_money, refund, NOT_NEGATIVE, "Refunded so far", N)                                       \
    X(flag, net_of_refund, ANY, "paid already excludes refund", N)                                 \
    X(opt_money, postage, ANY, "Postage", N)                                                       \
    X(opt_i64, quantity, ANY, "Pieces, where the source gives no lines", N)                        \
    X(str, province, SHORT, "Province", N)                                                         \
    X(str, city, SHORT, "City", N)                                                                 \
    X(str, country, SHORT, "Country", N)                                                           \
    X(str, touchpoint, SHORT, "Channel it came through", N)                                        \
    X(str, currency, SHORT, "ISO 4217; absent: the programme's", N)                                \
    X(list(order_line_fact), lines, ANY, "Lines", N)
SHAPE(order_fact);

enum order_put { ORDER_NEW, ORDER_CHANGED, ORDER_SAME };
/* Writes one order with its lines and timeline. *what tells whether anything changed. */
enum err order_write(struct tx *t, const struct order_fact *in, i64 *order, enum order_put *what);

/* report sales: orders created (or, unknown, paid) on days from..to of the programme, ends included. */
#define FIELDS_OF_sales(X, N)                                                                      \
    X(i64, orders, ANY, "Orders placed", N)                                                        \
    X(i64, paid_orders, ANY, "Orders paid", N)                                                     \
    X(i64, refund_orders, ANY, "Orders with a refund", N)                                          \
    X(money, paid, ANY, "Amount paid, as the sources state it", N)                                 \
    X(money, refund, ANY, "Refunded", N)                                                           \
    X(money, net, ANY, "Paid less refunds", N)                                                     \
    X(i64, buyers, ANY, "Different members with a purchase", N)
SHAPE(sales);
enum err sales_between(struct ctx *c, day from, day to, str shop, struct sales *out);

extern const struct room trade_room;
