/* places.h -- an order of members by score, and the place of each: what live ranks are read from.
 *
 * Ahead is who has the higher score; of equal scores who reached it first; then the lower id.
 *
 * Invariants
 *   1. `all` holds one key for each member with a score above zero, in order; `by_member` finds it.
 *   2. `scores` holds one key for each different score.
 *   3. A list is blocks of 1 .. BLOCK_KEYS keys in order; the last key of a block is below the
 * first of the next; `total` is the sum of the blocks' counts. Cost: a change moves keys within one
 * block; a place is the counts of the blocks before plus a search in one: about a microsecond at a
 * million members. Memory   its own, freed whole. Threads  One at a time.
 */
#pragma once

#include "base/types.h"

struct places;

struct place {
    i64 member, score;
    instant reached_at;
    i64 place;  /* from 1 */
    i64 shared; /* rank when equal scores share one: 1, 1, 3 */
    i64 dense;  /* 1, 1, 2 */
};

struct places *places_new(void);
void places_free(struct places *p); /* NULL is allowed */
/* A score of zero or less: he has none. */
void places_put(struct places *p, i64 member, i64 score, instant reached_at);
bool places_find(const struct places *p, i64 member, struct place *out);
/* Places from .. from+n-1, from 1; answers how many there are of them. */
i64 places_read(const struct places *p, i64 from, i64 n, struct place *out);
i64 places_at_least(const struct places *p, i64 score); /* how many have that much or more */
i64 places_count(const struct places *p);
i64 places_bytes(const struct places *p);
