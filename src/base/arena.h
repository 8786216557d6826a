/* arena.h -- memory that lives as long as a request, a job run or a batch, and is freed whole.
 *
 * Promises
 *   - alloc_never_fails: memory is zeroed and never NULL; out of memory ends the process.
 *   - defer_runs_last_first: deferred calls run once, last first, at rewind past them, reset or
 * free.
 *   - rewind_returns_to_the_mark: everything made after arena_mark is gone, its deferred calls
 * done. Memory   The arena owns all it hands out. Freed memory is poisoned under AddressSanitizer.
 * Threads  One thread at a time.
 */
#pragma once

#include "base/types.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);  /* NULL is allowed */
void arena_reset(struct arena *a); /* empty, ready for reuse; keeps its first chunk */

void *arena_alloc(struct arena *a, size_t size, i64 count);
#define NEW(a, T)     ((T *)arena_alloc((a), sizeof(T), 1))
#define NEWS(a, T, n) ((T *)arena_alloc((a), sizeof(T), (n)))

/* Runs fn(arg) when the arena ends: closes what is not memory. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

struct arena_mark {
    void *chunk;
    size_t used;
    void *defers;
};
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

size_t arena_used(const struct arena *a); /* bytes held from the system */

/* Grows an array by one in the arena and answers the new, zeroed place.
 * The list is any struct { T *at; i64 n; }: capacity is the power of two at or above n. */
#define PUSH(a, list)                                                          \
    ((list)->at = arena_grow((a), (list)->at, sizeof(*(list)->at), (list)->n), \
     &(list)->at[(list)->n++])
void *arena_grow(struct arena *a, void *at, size_t size, i64 n);
