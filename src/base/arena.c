/* arena.c -- a chain of zeroed chunks, each twice the last, and a list of calls to make at the end.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONED 1
#endif
#endif
#ifdef POISONED
#include <sanitizer/asan_interface.h>
#define POISON(at, n)   ASAN_POISON_MEMORY_REGION(at, n)
#define UNPOISON(at, n) ASAN_UNPOISON_MEMORY_REGION(at, n)
#else
#define POISON(at, n)   ((void)(at), (void)(n))
#define UNPOISON(at, n) ((void)(at), (void)(n))
#endif

enum { FIRST_CHUNK = 4096, BIGGEST_CHUNK = 1 << 20, ALIGN = 16 };

struct chunk {
    struct chunk *before;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

struct defer {
    struct defer *before;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct chunk *chunk;
    struct defer *defers;
};

static void *must(void *p)
{
    if (!p) {
        fputs("level=error event=base.out_of_memory\n", stderr);
        abort();
    }
    return p;
}

static struct chunk *chunk_new(struct chunk *before, size_t size)
{
    struct chunk *k = must(malloc(sizeof *k + size));
    *k = (struct chunk){ .before = before, .size = size };
    POISON(k->bytes, size);
    return k;
}

static void chunk_free(struct chunk *k)
{
    UNPOISON(k->bytes, k->size);
    free(k);
}

struct arena *arena_new(void)
{
    struct arena *a = must(calloc(1, sizeof *a));
    a->chunk = chunk_new(NULL, FIRST_CHUNK);
    return a;
}

static void run_defers(struct arena *a, struct defer *until)
{
    while (a->defers != until) {
        struct defer *d = a->defers;
        a->defers = d->before;
        d->fn(d->arg);
    }
}

void arena_reset(struct arena *a)
{
    run_defers(a, NULL);
    while (a->chunk->before) {
        struct chunk *before = a->chunk->before;
        chunk_free(a->chunk);
        a->chunk = before;
    }
    a->chunk->used = 0;
    POISON(a->chunk->bytes, a->chunk->size);
}

void arena_free(struct arena *a)
{
    if (!a) return;
    arena_reset(a);
    chunk_free(a->chunk);
    free(a);
}

void *arena_alloc(struct arena *a, size_t size, i64 count)
{
    size_t n;
    assert(count >= 0);
    if (__builtin_mul_overflow(size, (size_t)count, &n) || n > SIZE_MAX / 4) must(NULL);
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct chunk *k = a->chunk;
    if (k->size - k->used < n) {
        size_t grown = k->size * 2 > BIGGEST_CHUNK ? BIGGEST_CHUNK : k->size * 2;
        k = a->chunk = chunk_new(k, n > grown ? n : grown);
    }
    void *at = k->bytes + k->used;
    k->used += n;
    UNPOISON(at, n);
    return memset(at, 0, n);
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
    struct defer *d = NEW(a, struct defer);
    *d = (struct defer){ a->defers, fn, arg };
    a->defers = d;
}

struct arena_mark arena_mark(struct arena *a)
{
    return (struct arena_mark){ a->chunk, a->chunk->used, a->defers };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    run_defers(a, m.defers);
    while (a->chunk != m.chunk) {
        struct chunk *before = a->chunk->before;
        assert(before); /* the mark is of another arena, or of a rewound part */
        chunk_free(a->chunk);
        a->chunk = before;
    }
    assert(m.used <= a->chunk->used);
    a->chunk->used = m.used;
    POISON(a->chunk->bytes + m.used, a->chunk->size - m.used);
}

size_t arena_used(const struct arena *a)
{
    size_t n = 0;
    for (const struct chunk *k = a->chunk; k; k = k->before) n += k->size;
    return n;
}

/* Capacity is the power of two at or above n (4 at least), so it need not be stored. */
void *arena_grow(struct arena *a, void *at, size_t size, i64 n)
{
    bool full = n == 0 || (n >= 4 && (n & (n - 1)) == 0);
    if (!full) return at;
    void *bigger = arena_alloc(a, size, n < 4 ? 4 : 2 * n);
    if (n) memcpy(bigger, at, size * (size_t)n);
    return bigger;
}
