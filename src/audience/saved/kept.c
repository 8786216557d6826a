/* kept.c -- members of a chunk as CRoaring keeps them: to and from bits, and whole sets in memory.
 *
 * The only file that sees roaring.h. Values are members within their chunk, so that a set is one
 * container and its portable form says nothing of where it belongs.
 */
#include <roaring/roaring.h>
#include <stdlib.h>

#include "audience/saved/inside.h"

SHAPE_DEFINE(chunk_row);

str kept_write(struct arena *a, const u64 *bits)
{
    i64 n = 0;
    u32 *values = malloc(CHUNK * sizeof *values);
    if (!values) abort();
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 rest = bits[w]; rest; rest &= rest - 1)
            values[n++] = (u32)(w * 64 + __builtin_ctzll(rest));
    roaring_bitmap_t *set = roaring_bitmap_of_ptr((size_t)n, values);
    free(values);
    if (!set) abort();
    roaring_bitmap_run_optimize(set);
    i64 size = (i64)roaring_bitmap_portable_size_in_bytes(set);
    char *out = arena_alloc(a, 1, size + 1);
    roaring_bitmap_portable_serialize(set, out);
    roaring_bitmap_free(set);
    return (str){ out, size };
}

static enum err torn(struct ctx *c)
{
    return fail(c, E_STORE, "分层保存的会员集合已损坏，请从备份恢复",
                "the kept members of a segment are torn; restore the store from a backup");
}

static enum err read_set(struct ctx *c, str blob, roaring_bitmap_t **out)
{
    *out = NULL;
    /* Asked first: the other writes its own words to standard error. */
    if (blob.n && roaring_bitmap_portable_deserialize_size(blob.at, (size_t)blob.n) > 0)
        *out = roaring_bitmap_portable_deserialize_safe(blob.at, (size_t)blob.n);
    bool whole = *out && (roaring_bitmap_is_empty(*out) || roaring_bitmap_maximum(*out) < CHUNK);
    if (whole) return OK;
    if (*out) roaring_bitmap_free(*out);
    return torn(c);
}

static bool take_value(uint32_t value, void *bits)
{
    u64 *out = bits;
    if (value < CHUNK) out[value / 64] |= 1ull << (value % 64);
    return value < CHUNK;
}

/* Value by value: what a torn set says of its own size is not believed. */
enum err kept_read(struct ctx *c, str blob, chunk_bits out)
{
    roaring_bitmap_t *set;
    TRY(read_set(c, blob, &set));
    bits_fill(out, false);
    bool whole = roaring_iterate(set, take_value, out);
    roaring_bitmap_free(set);
    return whole ? OK : torn(c);
}

/* -- whole sets in memory ---------------------------------------------------------------------- */

struct kept_set {
    roaring_bitmap_t **at; /* by chunk; NULL: nobody */
    i64 n;
};

struct kept_set *kept_new(void)
{
    struct kept_set *k = calloc(1, sizeof *k);
    if (!k) abort();
    return k;
}

void kept_free(struct kept_set *k)
{
    if (!k) return;
    for (i64 i = 0; i < k->n; i++)
        if (k->at[i]) roaring_bitmap_free(k->at[i]);
    free(k->at);
    free(k);
}

static roaring_bitmap_t **place(struct kept_set *k, i64 chunk)
{
    if (chunk >= k->n) {
        k->at = realloc(k->at, (size_t)(chunk + 1) * sizeof(roaring_bitmap_t *));
        if (!k->at) abort();
        while (k->n <= chunk) k->at[k->n++] = NULL;
    }
    return &k->at[chunk];
}

enum err kept_put(struct ctx *c, struct kept_set *k, i64 chunk, str blob)
{
    roaring_bitmap_t *set, **at;
    TRY(read_set(c, blob, &set));
    at = place(k, chunk);
    if (*at) roaring_bitmap_free(*at);
    *at = set;
    return OK;
}

bool kept_has(const struct kept_set *k, i64 member)
{
    i64 chunk = member / CHUNK;
    return chunk < k->n && k->at[chunk] &&
           roaring_bitmap_contains(k->at[chunk], (u32)(member % CHUNK));
}

void kept_flip(struct kept_set *k, i64 member, bool in)
{
    roaring_bitmap_t **at = place(k, member / CHUNK);
    if (!*at) *at = roaring_bitmap_create();
    if (!*at) abort();
    if (in) roaring_bitmap_add(*at, (u32)(member % CHUNK));
    else roaring_bitmap_remove(*at, (u32)(member % CHUNK));
}

i64 kept_bytes(const struct kept_set *k)
{
    i64 held = (i64)sizeof *k + k->n * (i64)sizeof(void *);
    for (i64 i = 0; i < k->n; i++)
        if (k->at[i]) held += (i64)roaring_bitmap_portable_size_in_bytes(k->at[i]) + 64;
    return held;
}
