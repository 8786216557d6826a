/* demo.h -- a believable shop of two years, made from a seed, for trying everything out.
 *
 * Buyers come with growth and seasons, buy at their own rate and drop out after some purchase, as
 * the buy-till-you-die models say (gamma rates, beta dropout): few buy much, most once. Between
 * orders they come back less and less, look, fill carts, leave them, join communities; sales call
 * them. All is written through the rooms' own functions.
 * Promises
 *   - same_seed_same_data: everything depends on seed, number of members and `until` alone; a
 *     member's life, but for the community he joins, does not depend on how many others there are.
 *   - the_shop_must_be_empty: a store that holds an order is refused (E_CONFLICT).
 *   - nobody_is_real: names are drawn from lists, phone numbers from a range that is not assigned.
 */
#pragma once

#include "store/store.h"

#define DEMO_MEMBERS_MAX 20000000

struct demo_options {
    i64 members; /* 1 .. DEMO_MEMBERS_MAX */
    u64 seed;
    instant until; /* nothing happens at or after it; the shop opened two years before */
    void (*progress)(void *arg, i64 done, i64 members); /* may be NULL */
    void *arg;
};
struct demo_result {
    i64 members, orders, lines, views;
};
enum err demo_make(struct store *s, struct ctx *c, struct demo_options o, struct demo_result *out);
