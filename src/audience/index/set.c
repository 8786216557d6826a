/* set.c -- who carries a word, by chunk: bits where many, a list where few. */
#include <assert.h>

#include "audience/index/inside.h"

struct set_block *set_make(_Atomic i64 *memory, const u64 *bits)
{
    i64 n = bits_count(bits);
    if (!n) return NULL;
    bool sparse = n < SET_SPARSE;
    struct set_block *s = sparse ? block_new(memory, (i64)sizeof *s + n * 2)
                                 : block_new_walked(memory, (i64)sizeof *s + CHUNK / 8 + 64);
    s->n = n;
    if (sparse) {
        uint16_t *list = (uint16_t *)(s + 1);
        s->list = list;
        for (i64 w = 0; w < CHUNK_WORDS; w++)
            for (u64 left = bits[w]; left; left &= left - 1)
                *list++ = (uint16_t)(w * 64 + __builtin_ctzll(left));
    } else {
        u64 *own = (u64 *)(((uintptr_t)(s + 1) + 63) / 64 * 64);
        s->bits = own;
        memcpy(own, bits, CHUNK / 8);
    }
    return s;
}

void set_read(const struct set_block *s, chunk_bits out)
{
    if (s && s->bits) {
        memcpy(out, s->bits, CHUNK / 8);
        return;
    }
    memset(out, 0, CHUNK / 8);
    for (i64 i = 0; s && i < s->n; i++) out[s->list[i] / 64] |= 1ull << (s->list[i] % 64);
}

bool set_has(const struct set_block *s, i64 member)
{
    if (!s) return false;
    if (s->bits) return s->bits[member / 64] >> (member % 64) & 1;
    i64 low = 0, high = s->n;
    while (low < high) {
        i64 mid = (low + high) / 2;
        if (s->list[mid] < member) low = mid + 1;
        else high = mid;
    }
    return low < s->n && s->list[low] == member;
}

static void set_list_end(void *list)
{
    struct set_list *l = list;
    for (i64 i = 0; i < l->n; i++) block_drop(l->at[i]);
}

struct set_list *set_list_new(_Atomic i64 *memory, i64 n)
{
    struct set_list *l = block_new(memory, (i64)sizeof *l + n * (i64)sizeof l->at[0]);
    l->n = n;
    l->block.end = set_list_end;
    return l;
}
