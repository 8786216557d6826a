/* inside.h -- what the files of this part share: periods, products by name, texts of segments. */
#pragma once

#include "insight/basket.h"

/* Days of the programme; absent ones: from the beginning, until now. */
enum err basket_period(struct ctx *c, str from, str to, instant *first, instant *until);
enum err basket_shop(struct ctx *c, str name, i64 *shop); /* absent: 0 */
/* 10 of 50 000, said at one place: E_INVALID where it does not lie in 1 .. most. */
enum err basket_limit(struct ctx *c, opt_i64 given, i64 most, i64 fallback, i64 *out);

/* Products as items: those of one name are one. */
struct item_names {
    strs names; /* rising */
    i64 *ids;   /* of products, rising */
    u32 *item;  /* of each: item + 1; 0: it has none */
    i64 n;
    strs codes; /* of each */
};
enum err item_names_read(struct ctx *c, enum basket_of of, struct item_names *out);
bool item_of(const struct item_names *names, i64 product, u32 *item);
/* The item of this name, else that of the product of this code. E_NOT_FOUND at pointer. */
enum err item_find(struct ctx *c, const struct item_names *names, str said, const char *pointer,
                   u32 *item);

/* bought = "A" and bought = "B" and not bought = "C"; without: absent adds none. */
str bought_text(struct ctx *c, const str *with, i64 n, str without);
/* Of a value that a of known_a buyers and b of known_b others have; basket.h. */
struct fit_shares {
    f64 p, q;
};
struct fit_shares fit_shares(i64 a, i64 known_a, i64 b, i64 known_b);
f64 ms_since(i64 began_us);
