/* seen.h -- inside the importer: what a run has met so far, in memory that does not grow
 * with the file.
 *
 * Orders written are counted by their ids (two bytes an id); a filter of fixed size says which
 * orders cannot have come before, so that only the others are looked up. A dry run has no ids: it
 * counts different keys, exactly up to KEYS_EXACT, beyond by estimate.
 */
#pragma once

#include "base/str.h"

struct seen;
struct seen *seen_new(void);
void seen_free(struct seen *s);

/* False: this order was not met in this run. True: perhaps. Remembers it. */
bool seen_maybe(struct seen *s, u64 key);
/* Lines of the order written by this run so far (exact up to 65,000); -1: it was not met. */
i64 seen_lines(const struct seen *s, i64 order);
/* Counts lines of an order; true: it is met for the first time. */
bool seen_order(struct seen *s, i64 order, i64 lines);
/* True: met for the first time. */
bool seen_member(struct seen *s, i64 member);

/* Different keys without ids. */
struct key_count;
struct key_count *key_count_new(void);
void key_count_free(struct key_count *k);
bool key_count_add(struct key_count *k, u64 key); /* true: new, as far as is known */
i64 key_count_distinct(const struct key_count *k, bool *estimated);
