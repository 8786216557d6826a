/* key_map.h -- a small map from (number, text) to a number: what a batch looks up once. */
#pragma once

#include "base/str.h"

struct key_slot {
    u64 hash; /* 0: empty */
    i64 scope;
    str key;
    i64 value;
};
struct key_map {
    struct arena *arena;
    struct key_slot *slots;
    i64 n, room; /* room is a power of two */
};

/* The slot of this key; *added when it was not there (its value is then 0). The key's text is not
 * copied. The slot moves at the next key_map_slot. */
struct key_slot *key_map_find(const struct key_map *m, i64 scope, str key); /* NULL: not there */
struct key_slot *key_map_slot(struct key_map *m, i64 scope, str key, bool *added);
