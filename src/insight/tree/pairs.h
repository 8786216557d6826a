/* pairs.h -- which members are in which part: counted once each, however often they come. */
#pragma once

#include "base/arena.h"

/* Kept sorted and single as it fills: memory follows the different pairs, not what came in. */
struct pairs {
    u64 *at;
    i64 n, room;
};
void pairs_add(struct arena *a, struct pairs *p, i64 part, i64 member);
/* Parts are called otherwise: to[part]. */
void pairs_rename(struct pairs *p, const i64 *to);
/* counts[part] += different members of it. */
void pairs_count(struct pairs *p, i64 *counts);
void pairs_join(struct arena *a, struct pairs *into, const struct pairs *from);
