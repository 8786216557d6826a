/* part.c -- one column of one chunk: as narrow an array as its values allow. */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"

static u8 width_of(i64 low, i64 high)
{
    u64 span = (u64)high - (u64)low;
    return span == 0            ? 0
           : span <= UINT8_MAX  ? 1
           : span <= UINT16_MAX ? 2
           : span <= UINT32_MAX ? 4
                                : 8;
}

/* The coarsest unit all values are whole numbers of, counted from the least: days, hours, minutes,
 * yuan, seconds, cents. */
static i64 scale_of(const i64 *values, const u64 *known, i64 low)
{
    static const i64 units[] = {
        DAY_MS, HOUR_MS, MINUTE_MS, MONEY_UNIT, SECOND_MS, MONEY_UNIT / 100
    };
    for (i64 u = 0; u < COUNT(units); u++) {
        bool all = true;
        for (i64 w = 0; w < CHUNK_WORDS && all; w++)
            for (u64 bits = known[w]; bits && all; bits &= bits - 1)
                all = ((u64)values[w * 64 + __builtin_ctzll(bits)] - (u64)low) % (u64)units[u] == 0;
        if (all) return units[u];
    }
    return 1;
}

static i64 aligned(i64 n) { return (n + 63) / 64 * 64; }

static struct part_block *part_empty(_Atomic i64 *memory, u8 width)
{
    i64 head = aligned(sizeof(struct part_block)), floors = width ? FLOORS_BYTES : 0;
    i64 known = CHUNK / 8, bands = bands_bytes(width), at_bytes = (i64)width * CHUNK;
    struct part_block *p = block_new_walked(memory, head + floors + known + bands + at_bytes);
    char *bytes = (char *)p + head;
    p->part.width = width;
    p->part.floors = floors ? (i64 *)(void *)bytes : NULL;
    p->part.known = (u64 *)(void *)(bytes + floors);
    p->part.bands = bands ? (u8 *)bytes + floors + known : NULL;
    p->part.at = bytes + floors + known + bands;
    p->at_bytes = at_bytes;
    return p;
}

static void poke(struct part_block *p, i64 i, i64 value)
{
    void *at = (void *)(uintptr_t)p->part.at; /* ours: not published yet */
    u64 from_base = ((u64)value - (u64)p->part.base) / (u64)p->part.scale;
    switch (p->part.width) {
    case 1: ((u8 *)at)[i] = (u8)from_base; break;
    case 2: ((uint16_t *)at)[i] = (uint16_t)from_base; break;
    case 4: ((u32 *)at)[i] = (u32)from_base; break;
    case 8: ((i64 *)at)[i] = value; break;
    default: break;
    }
    if (p->part.bands) ((u8 *)(uintptr_t)p->part.bands)[i] = band_of(p->part.floors, value);
}

static inline i64 value_at(const struct part *p, i64 i)
{
    return (i64)((u64)p->base +
                 (u64)narrow_get((struct narrow){ p->width, p->at }, i) * (u64)p->scale);
}

bool part_value(const struct part *p, i64 i, i64 *value)
{
    if (!p || !(p->known[i / 64] >> (i % 64) & 1)) return false;
    *value = value_at(p, i);
    return true;
}

struct part_block *part_make(_Atomic i64 *memory, const i64 values[CHUNK], const u64 *known)
{
    i64 low = INT64_MAX, high = INT64_MIN, n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 bits = known[w]; bits; bits &= bits - 1) {
            i64 v = values[w * 64 + __builtin_ctzll(bits)];
            low = v < low ? v : low;
            high = v > high ? v : high;
            n++;
        }
    if (!n) return NULL;
    u8 width = width_of(low, high);
    i64 scale = width <= 1 ? 1 : scale_of(values, known, low);
    if (scale > 1) width = width_of(0, (i64)(((u64)high - (u64)low) / (u64)scale));
    if (width == 8) scale = 1;
    struct part_block *p = part_empty(memory, width);
    p->part.scale = scale;
    p->part.base = width == 8 ? 0 : low;
    p->part.low = low;
    p->part.high = high;
    p->part.known_n = n;
    memcpy((void *)(uintptr_t)p->part.known, known, CHUNK / 8);
    if (width) floors_of(values, known, n, (i64 *)(uintptr_t)p->part.floors);
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 bits = known[w]; bits; bits &= bits - 1) {
            i64 i = w * 64 + __builtin_ctzll(bits);
            poke(p, i, values[i]);
        }
    return p;
}

void part_read(const struct part *p, i64 values[CHUNK], u64 known[CHUNK_WORDS])
{
    memset(values, 0, CHUNK * sizeof *values);
    memset(known, 0, CHUNK / 8);
    if (!p) return;
    memcpy(known, p->known, CHUNK / 8);
    for (i64 i = 0; i < CHUNK; i++)
        if (known[i / 64] >> (i % 64) & 1) values[i] = value_at(p, i);
}

/* Too wide for the array it has: made anew. */
static struct part_block *part_remake(_Atomic i64 *memory, const struct part *old,
                                      const struct edit *edits, i64 n)
{
    i64 *values = malloc(CHUNK * sizeof *values);
    u64 known[CHUNK_WORDS];
    if (!values) abort();
    part_read(old, values, known);
    for (i64 i = 0; i < n; i++) {
        i64 m = edits[i].member;
        values[m] = edits[i].value;
        u64 bit = 1ull << (m % 64);
        known[m / 64] = edits[i].known ? known[m / 64] | bit : known[m / 64] & ~bit;
    }
    struct part_block *p = part_make(memory, values, known);
    free(values);
    return p;
}

static bool fits(const struct part *p, i64 value)
{
    if (p->width == 8) return true;
    u64 most = p->width == 4   ? UINT32_MAX
               : p->width == 2 ? UINT16_MAX
               : p->width == 1 ? UINT8_MAX
                               : 0;
    u64 from_base = (u64)value - (u64)p->base;
    return value >= p->base && from_base % (u64)p->scale == 0 && from_base / (u64)p->scale <= most;
}

static struct part_block *part_copy(_Atomic i64 *memory, const struct part_block *old)
{
    struct part_block *p = part_empty(memory, old->part.width);
    struct part mine = p->part;
    p->part = old->part;
    p->part.floors = mine.floors;
    p->part.known = mine.known;
    p->part.bands = mine.bands;
    p->part.at = mine.at;
    memcpy((void *)(uintptr_t)mine.known, old->part.known, CHUNK / 8);
    if (mine.floors) memcpy((void *)(uintptr_t)mine.floors, old->part.floors, BANDS * sizeof(i64));
    if (mine.bands) memcpy((void *)(uintptr_t)mine.bands, old->part.bands, CHUNK);
    if (old->part.width) memcpy((void *)(uintptr_t)mine.at, old->part.at, (size_t)p->at_bytes);
    return p;
}

static void poke_edit(struct part_block *p, const struct edit *e)
{
    u64 *word = (u64 *)(uintptr_t)&p->part.known[e->member / 64], bit = 1ull << (e->member % 64);
    p->part.known_n += (i64)e->known - (i64)((*word & bit) != 0);
    *word = e->known ? *word | bit : *word & ~bit;
    poke(p, e->member, e->known ? e->value : p->part.base);
    if (!e->known && p->part.bands) ((u8 *)(uintptr_t)p->part.bands)[e->member] = 0;
    if (!e->known) return;
    if (e->value < p->part.low) p->part.low = e->value;
    if (e->value > p->part.high) p->part.high = e->value;
}

struct part_block *part_edit(_Atomic i64 *memory, struct part_block *old, const struct edit *edits,
                             i64 n)
{
    bool changes = false, narrow = old != NULL;
    for (i64 i = 0; i < n; i++) {
        i64 had = 0;
        bool known = part_value(old ? &old->part : NULL, edits[i].member, &had);
        changes |= known != edits[i].known || (known && had != edits[i].value);
        narrow &= !edits[i].known || (old && fits(&old->part, edits[i].value));
    }
    if (!changes) {
        block_take(old);
        return old;
    }
    if (!narrow) return part_remake(memory, old ? &old->part : NULL, edits, n);
    struct part_block *p = part_copy(memory, old);
    for (i64 i = 0; i < n; i++) poke_edit(p, &edits[i]);
    if (p->part.known_n) return p;
    block_drop(p);
    return NULL;
}
