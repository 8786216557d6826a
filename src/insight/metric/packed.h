/* packed.h -- whole numbers side by side, each in as few bytes as the one farthest from the least
 * of them needs.
 *
 * Promise
 *   - packed_numbers_come_back: any i64 comes back as it was, however far apart they lie.
 */
#pragma once

#include "base/types.h"

struct packed {
    const void *at;
    i64 base;  /* the least */
    i64 bytes; /* of what each is above it: 0 (all are it), 1, 2, 4 or 8 */
};

static inline i64 packed_get(const struct packed *k, i64 i)
{
    switch (k->bytes) {
    case 0: return k->base;
    case 1: return k->base + ((const u8 *)k->at)[i];
    case 2: return k->base + ((const uint16_t *)k->at)[i];
    case 4: return k->base + ((const u32 *)k->at)[i];
    default: return (i64)((u64)k->base + ((const u64 *)k->at)[i]);
    }
}

/* n numbers, `stride` of them apart, that are to be packed. */
struct unpacked {
    const i64 *first;
    i64 stride, n;
};
/* How they will lie; answers how many bytes they take, a multiple of 8. */
i64 packed_plan(struct unpacked from, struct packed *out);
/* Puts them where they are to lie, as planned. */
void packed_fill(struct unpacked from, void *at, struct packed *out);
