/* places.c -- an order of members by score: two counted lists of blocks, and a table by member. */
#include "loyalty/boards/places.h"

#include <assert.h>
#include <stdlib.h>

enum { BLOCK_KEYS = 512 };

struct key {
    i64 score;
    instant reached_at;
    i64 member;
};
struct block {
    i32 n;
    struct key keys[BLOCK_KEYS];
};
struct list {
    struct block **at;
    i32 *counts; /* of each block, side by side: summed quickly */
    i64 n, room, total;
};
struct places {
    struct list all, scores;
    struct key *by_member; /* a power of two; member 0: free */
    i64 slots, used;
};

static void *grown(void *at, i64 n, size_t size)
{
    void *out = realloc(at, (size_t)n * size);
    if (!out) abort();
    return out;
}

/* -- a counted list of keys -------------------------------------------------------------------- */

static bool ahead(const struct key *a, const struct key *b)
{
    if (a->score != b->score) return a->score > b->score;
    if (a->reached_at != b->reached_at) return a->reached_at < b->reached_at;
    return a->member < b->member;
}

/* The first block whose last key is not ahead of k; the last block when all are. */
static i64 block_of(const struct list *l, const struct key *k)
{
    i64 low = 0, high = l->n - 1;
    while (low < high) {
        i64 middle = (low + high) / 2;
        const struct block *b = l->at[middle];
        if (ahead(&b->keys[b->n - 1], k)) low = middle + 1;
        else high = middle;
    }
    return low;
}

static i64 within(const struct block *b, const struct key *k)
{
    i64 low = 0, high = b->n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (ahead(&b->keys[middle], k)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* How many keys are ahead of k. */
static i64 list_ahead(const struct list *l, const struct key *k)
{
    if (l->n == 0) return 0;
    i64 block = block_of(l, k), n = 0;
    for (i64 i = 0; i < block; i++) n += l->counts[i];
    return n + within(l->at[block], k);
}

static void insert_block(struct list *l, i64 place, struct block *b)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 16;
        l->at = grown(l->at, l->room, sizeof *l->at);
        l->counts = grown(l->counts, l->room, sizeof *l->counts);
    }
    size_t after = (size_t)(l->n - place);
    memmove(&l->at[place + 1], &l->at[place], after * sizeof *l->at);
    memmove(&l->counts[place + 1], &l->counts[place], after * sizeof *l->counts);
    l->at[place] = b;
    l->counts[place] = b->n;
    l->n++;
}

static void remove_block(struct list *l, i64 place)
{
    free(l->at[place]);
    size_t after = (size_t)(--l->n - place);
    memmove(&l->at[place], &l->at[place + 1], after * sizeof *l->at);
    memmove(&l->counts[place], &l->counts[place + 1], after * sizeof *l->counts);
}

/* A full block gives its second half to a new one; at the end of the list only what does not fit,
 * so that keys which come in order fill their blocks. */
static void split(struct list *l, i64 place, bool at_end)
{
    struct block *b = l->at[place], *more = grown(NULL, 1, sizeof *more);
    i32 keep = at_end ? BLOCK_KEYS - 1 : BLOCK_KEYS / 2;
    more->n = b->n - keep;
    memcpy(more->keys, b->keys + keep, (size_t)more->n * sizeof *more->keys);
    b->n = keep;
    l->counts[place] = keep;
    insert_block(l, place + 1, more);
}

static void list_add(struct list *l, struct key k)
{
    if (l->n == 0) {
        struct block *first = grown(NULL, 1, sizeof *first);
        first->n = 0;
        insert_block(l, 0, first);
    }
    i64 place = block_of(l, &k);
    if (l->at[place]->n == BLOCK_KEYS) {
        split(l, place, place == l->n - 1);
        place = block_of(l, &k);
    }
    struct block *b = l->at[place];
    i64 i = within(b, &k);
    memmove(&b->keys[i + 1], &b->keys[i], (size_t)(b->n - i) * sizeof k);
    b->keys[i] = k;
    l->counts[place] = ++b->n;
    l->total++;
}

/* k must be in it. A block that runs low takes in its neighbour when both fit well into one. */
static void list_remove(struct list *l, struct key k)
{
    i64 place = block_of(l, &k);
    struct block *b = l->at[place];
    i64 i = within(b, &k);
    assert(i < b->n && b->keys[i].member == k.member && b->keys[i].score == k.score);
    memmove(&b->keys[i], &b->keys[i + 1], (size_t)(b->n - i - 1) * sizeof k);
    l->counts[place] = --b->n;
    l->total--;
    if (b->n == 0) {
        remove_block(l, place);
    } else if (b->n < BLOCK_KEYS / 4 && place + 1 < l->n &&
               b->n + l->at[place + 1]->n <= BLOCK_KEYS * 3 / 4) {
        struct block *next = l->at[place + 1];
        memcpy(b->keys + b->n, next->keys, (size_t)next->n * sizeof k);
        l->counts[place] = b->n += next->n;
        remove_block(l, place + 1);
    }
}

static void list_free(struct list *l)
{
    for (i64 i = 0; i < l->n; i++) free(l->at[i]);
    free(l->at);
    free(l->counts);
}

/* -- by member --------------------------------------------------------------------------------- */

static u64 spread(i64 member)
{
    u64 h = (u64)member * 0x9e3779b97f4a7c15u;
    return h ^ h >> 32;
}

/* His slot, or the free one where he would stand. */
static struct key *slot_of(const struct places *p, i64 member)
{
    u64 mask = (u64)p->slots - 1;
    for (u64 i = spread(member) & mask;; i = (i + 1) & mask)
        if (p->by_member[i].member == member || p->by_member[i].member == 0)
            return &p->by_member[i];
}

static void make_room(struct places *p)
{
    if (4 * (p->used + 1) <= 3 * p->slots) return;
    struct places wider = { .slots = 2 * p->slots };
    wider.by_member = calloc((size_t)wider.slots, sizeof *wider.by_member);
    if (!wider.by_member) abort();
    for (i64 i = 0; i < p->slots; i++)
        if (p->by_member[i].member) *slot_of(&wider, p->by_member[i].member) = p->by_member[i];
    free(p->by_member);
    p->by_member = wider.by_member;
    p->slots = wider.slots;
}

/* Closes the gap: whoever stands behind it and belongs at or before it moves up. */
static void slot_clear(struct places *p, struct key *slot)
{
    u64 mask = (u64)p->slots - 1, gap = (u64)(slot - p->by_member), i = gap;
    for (;;) {
        i = (i + 1) & mask;
        if (p->by_member[i].member == 0) break;
        u64 home = spread(p->by_member[i].member) & mask;
        if (((i - home) & mask) < ((i - gap) & mask)) continue;
        p->by_member[gap] = p->by_member[i];
        gap = i;
    }
    p->by_member[gap] = (struct key){ 0 };
    p->used--;
}

/* -- places ------------------------------------------------------------------------------------ */

struct places *places_new(void)
{
    struct places *p = calloc(1, sizeof *p);
    if (!p) abort();
    p->slots = 64;
    p->by_member = calloc((size_t)p->slots, sizeof *p->by_member);
    if (!p->by_member) abort();
    return p;
}

void places_free(struct places *p)
{
    if (!p) return;
    list_free(&p->all);
    list_free(&p->scores);
    free(p->by_member);
    free(p);
}

/* Whether anybody has this score. */
static bool score_is_held(const struct places *p, i64 score)
{
    struct key first = { .score = score, .reached_at = INT64_MIN, .member = INT64_MIN };
    if (p->all.n == 0) return false;
    i64 block = block_of(&p->all, &first);
    const struct block *b = p->all.at[block];
    i64 i = within(b, &first);
    return i < b->n && b->keys[i].score == score;
}

void places_put(struct places *p, i64 member, i64 score, instant reached_at)
{
    assert(member > 0);
    struct key *slot = slot_of(p, member), was = *slot;
    if (was.member ? was.score == score && was.reached_at == reached_at : score <= 0) return;
    if (was.member) {
        list_remove(&p->all, was);
        if (was.score != score && !score_is_held(p, was.score))
            list_remove(&p->scores, (struct key){ .score = was.score });
    }
    if (score <= 0) {
        slot_clear(p, slot);
        return;
    }
    if (!was.member) {
        make_room(p);
        slot = slot_of(p, member);
        p->used++;
    }
    if ((!was.member || was.score != score) && !score_is_held(p, score))
        list_add(&p->scores, (struct key){ .score = score });
    *slot = (struct key){ score, reached_at, member };
    list_add(&p->all, *slot);
}

static void fill_ranks(const struct places *p, const struct key *k, struct place *out)
{
    struct key first = { .score = k->score, .reached_at = INT64_MIN, .member = INT64_MIN };
    out->shared = 1 + list_ahead(&p->all, &first);
    out->dense = 1 + list_ahead(&p->scores, &(struct key){ .score = k->score });
}

static void fill_key(const struct key *k, i64 place, struct place *out)
{
    out->member = k->member;
    out->score = k->score;
    out->reached_at = k->reached_at;
    out->place = place;
}

bool places_find(const struct places *p, i64 member, struct place *out)
{
    const struct key *k = member > 0 ? slot_of(p, member) : NULL;
    if (!k || !k->member) return false;
    fill_key(k, 1 + list_ahead(&p->all, k), out);
    fill_ranks(p, k, out);
    return true;
}

i64 places_read(const struct places *p, i64 from, i64 n, struct place *out)
{
    i64 block = 0, skip = from - 1, done = 0;
    if (from < 1) return 0;
    while (block < p->all.n && skip >= p->all.counts[block]) skip -= p->all.counts[block++];
    for (; block < p->all.n && done < n; block++, skip = 0) {
        const struct block *b = p->all.at[block];
        for (i64 i = skip; i < b->n && done < n; i++, done++) {
            struct place *at = &out[done];
            fill_key(&b->keys[i], from + done, at);
            if (done == 0) {
                fill_ranks(p, &b->keys[i], at);
            } else if (at->score == at[-1].score) {
                at->shared = at[-1].shared;
                at->dense = at[-1].dense;
            } else {
                at->shared = at->place;
                at->dense = at[-1].dense + 1;
            }
        }
    }
    return done;
}

i64 places_at_least(const struct places *p, i64 score)
{
    return list_ahead(
        &p->all, &(struct key){ .score = score, .reached_at = INT64_MAX, .member = INT64_MAX });
}

i64 places_count(const struct places *p) { return p->all.total; }

i64 places_bytes(const struct places *p)
{
    return (p->all.n + p->scores.n) * (i64)sizeof(struct block) +
           (p->all.room + p->scores.room) * (i64)(sizeof(void *) + sizeof(i32)) +
           p->slots * (i64)sizeof(struct key);
}
