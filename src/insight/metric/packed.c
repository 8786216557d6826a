/* packed.c -- numbers packed by what they are above the least of them. */
#include "insight/metric/packed.h"

i64 packed_plan(struct unpacked from, struct packed *out)
{
    i64 least = 0, most = 0;
    for (i64 i = 0; i < from.n; i++) {
        i64 v = from.first[i * from.stride];
        if (i == 0 || v < least) least = v;
        if (i == 0 || v > most) most = v;
    }
    u64 above = (u64)most - (u64)least;
    *out = (struct packed){ .base = least,
                            .bytes = above == 0            ? 0
                                     : above <= UINT8_MAX  ? 1
                                     : above <= UINT16_MAX ? 2
                                     : above <= UINT32_MAX ? 4
                                                           : 8 };
    return (from.n * out->bytes + 7) / 8 * 8;
}

#define FILL(TYPE)                   \
    for (i64 i = 0; i < from.n; i++) \
    ((TYPE *)at)[i] = (TYPE)((u64)from.first[i * from.stride] - (u64)out->base)

void packed_fill(struct unpacked from, void *at, struct packed *out)
{
    out->at = at;
    switch (out->bytes) {
    case 0: return;
    case 1: FILL(u8); return;
    case 2: FILL(uint16_t); return;
    case 4: FILL(u32); return;
    default: FILL(u64); return;
    }
}
