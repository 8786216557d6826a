/* rules.c -- rules from frequent sets: each item of a set once on the right, the others on the
 * left, whose baskets are known because a part of a frequent set is frequent. */
#include <assert.h>
#include <stdlib.h>

#include "insight/basket/inside.h"

/* Where a set stands in the stream, by its items. */
struct places {
    const u32 *stream;
    u32 *slots; /* place / 1 + 1; 0: free */
    u64 mask;
};

static u64 hash_of(const u32 *items, i64 n)
{
    u64 h = (u64)n * 0x9e3779b97f4a7c15u;
    for (i64 i = 0; i < n; i++) {
        h ^= items[i];
        h *= 0xbf58476d1ce4e5b9u;
        h ^= h >> 29;
    }
    return h ^ h >> 32;
}

static u32 *slot_of(const struct places *p, const u32 *items, i64 n)
{
    for (u64 at = hash_of(items, n) & p->mask;; at = (at + 1) & p->mask) {
        u32 *slot = &p->slots[at];
        if (!*slot) return slot;
        const u32 *set = p->stream + (*slot - 1);
        if (set[0] == n && memcmp(set + 2, items, (size_t)n * 4) == 0) return slot;
    }
}

static void places_make(struct ctx *c, const struct item_sets *sets, struct places *out)
{
    u64 slots = 16;
    while (slots < (u64)sets->n * 2) slots *= 2;
    *out = (struct places){ sets->stream, NEWS(c->arena, u32, (i64)slots), slots - 1 };
    assert(sets->length < UINT32_MAX);
    for (i64 at = 0; at < sets->length; at += 2 + sets->stream[at])
        *slot_of(out, sets->stream + at + 2, sets->stream[at]) = (u32)at + 1;
}

static u32 left_count(const struct places *p, const struct item_sets *sets, const u32 *set, u32 n,
                      u32 right)
{
    u32 left[RULE_ITEMS_MAX], k = 0;
    for (u32 i = 0; i < n; i++)
        if (i != right) left[k++] = set[i];
    if (k == 1) return sets->counts[left[0]];
    u32 place = *slot_of(p, left, k);
    assert(place);
    return p->stream[place]; /* place is one more than where it begins: its count */
}

/* The left sides compare item by item; numbers rise with names. */
static int left_order(const struct rule *a, const struct rule *b)
{
    i64 i = 0, k = 0;
    for (;; i++, k++) {
        i += i == a->right;
        k += k == b->right;
        if (i >= a->n || k >= b->n) break;
        if (a->items[i] != b->items[k]) return a->items[i] < b->items[k] ? -1 : 1;
    }
    return a->n - b->n;
}

static int in_order(const void *x, const void *y)
{
    const struct rule *a = x, *b = y;
    if (a->lift != b->lift) return a->lift > b->lift ? -1 : 1;
    if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    int order = left_order(a, b);
    if (order) return order;
    u32 p = a->items[a->right], q = b->items[b->right];
    return p < q ? -1 : p > q;
}

enum err rules_of(struct ctx *c, const struct baskets *b, const struct item_sets *sets,
                  f64 confidence, struct rules *out)
{
    struct places places;
    places_make(c, sets, &places);
    *out = (struct rules){ 0 };
    for (i64 at = 0; at < sets->length; at += 2 + sets->stream[at]) {
        u32 n = sets->stream[at], count = sets->stream[at + 1];
        const u32 *items = sets->stream + at + 2;
        for (u32 i = 0; i < n; i++) {
            u32 left = left_count(&places, sets, items, n, i), right = sets->counts[items[i]];
            f64 sure = (f64)count / (f64)left;
            if (sure < confidence) continue;
            if (out->n == RULES_MAX)
                return fail_at(c, E_TOO_LARGE, S("/confidence"),
                               "规则超过 %d 条：请提高支持度 support 或置信度 confidence",
                               "there are more than %d rules: raise support or confidence",
                               RULES_MAX);
            /* Both products are exact, so equal lifts are equal. */
            f64 lift = (f64)count * (f64)b->n / ((f64)left * (f64)right);
            *PUSH(c->arena, out) =
                (struct rule){ items, (u8)n, (u8)i, count, left, right, sure, lift };
        }
    }
    if (out->n) qsort(out->at, (size_t)out->n, sizeof out->at[0], in_order);
    return OK;
}
