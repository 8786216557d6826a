/* inside.h -- what the files of products have in common. */
#pragma once

#include "insight/product.h"
#include "store/setting.h"

extern const struct migration product_migrations[];
extern const struct setting product_settings[];

/* Days as text; absent: 90 days up to today. E_INVALID as period_check (overview.h). */
enum err product_period(struct ctx *c, str from, str to, day *first, day *last);

/* What is known of a product over a period: read, not yet judged. */
#define FIELDS_OF_product_known(X, N)       \
    X(i64, id, ANY, "", N)                  \
    X(str, shop, ANY, "", N)                \
    X(str, code, ANY, "", N)                \
    X(str, name, ANY, "", N)                \
    X(str, category, ANY, "", N)            \
    X(opt_money, price, ANY, "", N)         \
    X(opt_money, cost, ANY, "", N)          \
    X(opt_i64, stock, ANY, "", N)           \
    X(opt_instant, launched_at, ANY, "", N) \
    X(instant, created_at, ANY, "", N)      \
    X(opt_i64, first_sale, ANY, "", N)      \
    X(opt_i64, last_sale, ANY, "", N)
SHAPE(product_known);
#define FIELDS_OF_product_sums(X, N) \
    X(i64, id, ANY, "", N)           \
    X(i64, orders, ANY, "", N)       \
    X(i64, units, ANY, "", N)        \
    X(i64, returned, ANY, "", N)     \
    X(money, sales, ANY, "", N)      \
    X(money, refund, ANY, "", N)     \
    X(money, net_before, ANY, "", N) \
    X(i64, recent, ANY, "", N)
SHAPE(product_sums);
#define FIELDS_OF_product_count(X, N) \
    X(i64, id, ANY, "", N)            \
    X(i64, counted_on, ANY, "", N)    \
    X(i64, counted, ANY, "", N)       \
    X(i64, sold_since, ANY, "", N)
SHAPE(product_count);

struct product_tally {
    struct product_known known;
    struct product_sums sums;
    bool has_count, has_opening;
    struct product_count count, opening; /* of the last day; of the day before the period */
};
struct product_tally_list {
    struct product_tally *at;
    i64 n;
};
/* shop 0: all. recent_from: first day of the recent rate. */
struct tally_ask {
    day before, from, to, recent_from;
    i64 shop;
};
enum err product_tallies(struct ctx *c, const struct tally_ask *ask,
                         struct product_tally_list *out);
/* max(0, counted - sold since). */
i64 count_left(const struct product_count *count);
