/* overview.h -- the shop at a glance: a period, the one of equal length before it, its days, its
 * shops.
 *
 * Words (trade/trade.h says what paid, net and purchase mean)
 *   an order belongs to the programme's day of its `at` (placed, or where unknown paid); ends of a
 * period are included. buyers         different members with a purchase among the period's orders.
 *   new buyers     buyers who had not bought before the period began; returning: the other buyers.
 *   new members    members first seen on those days.
 *   average        net of purchases divided by purchases, to the cent, half away from zero.
 * Promises
 *   - overview_equals_the_sum_of_its_days: orders, paid, net and new members of the days and of the
 * shops add up to the period's.
 *   - the_period_before_touches: as many days, ending the day before `from`.
 */
#pragma once

#include "store/store.h"

#define PERIOD_DAYS_MAX 1100 /* three years */

#define FIELDS_OF_overview_period(X, N)                                 \
    X(i64, orders, ANY, "Orders placed", N)                             \
    X(i64, paid_orders, ANY, "Orders paid", N)                          \
    X(money, paid, ANY, "Amount paid", N)                               \
    X(money, refund, ANY, "Refunded", N)                                \
    X(money, net, ANY, "Less refunds", N)                               \
    X(i64, buyers, ANY, "Different members with a purchase", N)         \
    X(i64, new_buyers, ANY, "Of these, for the first time", N)          \
    X(i64, returning_buyers, ANY, "Of these, who had bought before", N) \
    X(i64, new_members, ANY, "Members first seen", N)                   \
    X(money, average, ANY, "Net amount of a purchase", N)
SHAPE(overview_period);
#define FIELDS_OF_overview_day(X, N)                            \
    X(day, day, ANY, "Day", N)                                  \
    X(i64, orders, ANY, "Orders placed", N)                     \
    X(money, paid, ANY, "Amount paid", N)                       \
    X(money, net, ANY, "Less refunds", N)                       \
    X(i64, buyers, ANY, "Different members with a purchase", N) \
    X(i64, new_members, ANY, "Members first seen", N)
SHAPE(overview_day);
#define FIELDS_OF_overview_shop(X, N)       \
    X(str, shop, ANY, "Shop", N)            \
    X(i64, orders, ANY, "Orders placed", N) \
    X(money, paid, ANY, "Amount paid", N)   \
    X(money, net, ANY, "Less refunds", N)   \
    X(i64, buyers, ANY, "Different members with a purchase", N)
SHAPE(overview_shop);
#define FIELDS_OF_overview(X, N)                                      \
    X(day, from, ANY, "First day", N)                                 \
    X(day, to, ANY, "Last day", N)                                    \
    X(one(overview_period), now, ANY, "The period", N)                \
    X(one(overview_period), before, ANY, "As many days before it", N) \
    X(list(overview_day), days, ANY, "Every day of the period", N)    \
    X(list(overview_shop), shops, ANY, "Shops with orders, most paid first", N)
SHAPE(overview);
/* sum / n to the cent, half away from zero; 0 of none. */
money average_of(money sum, i64 n);

enum err overview_make(struct ctx *c, day from, day to, struct overview *out);

/* E_INVALID: from after to, or more than PERIOD_DAYS_MAX days. */
enum err period_check(struct ctx *c, day from, day to);
/* Days as text; absent: up to today, and 30 days in all. */
enum err period_read(struct ctx *c, str from, str to, day *first, day *last);
