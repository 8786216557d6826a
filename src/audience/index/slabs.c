/* slabs.c -- blocks of one size side by side on huge pages.
 *
 * A question to millions walks columns and sets of every chunk once. On pages of 4 KB each of them
 * costs a walk through page tables that are no longer in the cache either: a quarter of the time.
 * There are few sizes of them (a column by its width, a set), so each size has slabs of its own,
 * aligned so that a block finds its slab by its address.
 *
 * Invariants
 *   1. A slab on the list of its size has a free place; full ones are on none.
 *   2. A slab without blocks is given back, but for one of each size.
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "audience/index/inside.h"

#define SLAB  ((i64)4 << 20)
#define SIZES 8

struct place { /* a free one */
    struct place *next;
};
struct slab {
    struct slab *next, *before; /* of the size's list */
    i64 size, used;
    i64 fresh; /* where what was never used begins */
    struct place *free;
};
#define HEAD ((i64)64)

static struct {
    pthread_mutex_t lock;
    i64 sizes[SIZES];
    struct slab *with_room[SIZES];
} slabs = { .lock = PTHREAD_MUTEX_INITIALIZER };

static i64 size_place(i64 size)
{
    for (i64 i = 0; i < SIZES; i++) {
        if (slabs.sizes[i] == 0) slabs.sizes[i] = size;
        if (slabs.sizes[i] == size) return i;
    }
    assert(!"more sizes than there are places");
    abort();
}

static struct slab *slab_new(i64 size)
{
    char *at =
        mmap(NULL, (size_t)SLAB * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) abort(); /* as arenas */
    i64 skip = SLAB - (i64)((uintptr_t)at % (uintptr_t)SLAB);
    if (skip < SLAB) munmap(at, (size_t)skip);
    else skip = 0;
    if (skip < SLAB) munmap(at + skip + SLAB, (size_t)(SLAB - skip));
    madvise(at + skip, (size_t)SLAB, MADV_HUGEPAGE); /* where there are none: as it was */
    struct slab *s = (struct slab *)(void *)(at + skip);
    *s = (struct slab){ .size = size, .fresh = HEAD };
    return s;
}

static bool has_room(const struct slab *s) { return s->free || s->fresh + s->size <= SLAB; }

static void list_put(struct slab *s, i64 place)
{
    s->before = NULL;
    s->next = slabs.with_room[place];
    if (s->next) s->next->before = s;
    slabs.with_room[place] = s;
}

static void list_drop(struct slab *s, i64 place)
{
    if (s->before) s->before->next = s->next;
    else slabs.with_room[place] = s->next;
    if (s->next) s->next->before = s->before;
}

void *slab_take(i64 size)
{
    assert(size % HEAD == 0 && size * 4 < SLAB);
    pthread_mutex_lock(&slabs.lock);
    i64 place = size_place(size);
    if (!slabs.with_room[place]) list_put(slab_new(size), place);
    struct slab *s = slabs.with_room[place];
    void *at = s->free;
    if (s->free) s->free = s->free->next;
    else {
        at = (char *)s + s->fresh;
        s->fresh += size;
    }
    s->used++;
    if (!has_room(s)) list_drop(s, place);
    pthread_mutex_unlock(&slabs.lock);
    return at;
}

void slab_give(void *at)
{
    struct slab *s = (struct slab *)((uintptr_t)at & ~(uintptr_t)(SLAB - 1));
    pthread_mutex_lock(&slabs.lock);
    i64 place = size_place(s->size);
    bool was_full = !has_room(s);
    struct place *p = at;
    p->next = s->free;
    s->free = p;
    s->used--;
    if (was_full) list_put(s, place);
    if (s->used == 0 && (s->next || s->before)) {
        list_drop(s, place);
        munmap(s, (size_t)SLAB);
    }
    pthread_mutex_unlock(&slabs.lock);
}
