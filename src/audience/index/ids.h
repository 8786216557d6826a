/* ids.h -- lists of member ids, and who was merged into whom. */
#pragma once

#include "base/types.h"

struct id_list {
    i64 *at;
    i64 n, room;
};

void id_push(struct id_list *l, i64 id); /* not the same twice in a row */
void id_sort(struct id_list *l);         /* rising, each once */
bool id_has(const struct id_list *sorted, i64 id);

/* Loser to winner; open addressing, 0 is free, a winner of 0 is a merge undone. */
struct merged {
    i64 *from, *to;
    i64 n, room;
};

void merged_put(struct merged *m, i64 from, i64 to);
i64 living_of(const struct merged *m, i64 id);
