/* block.c -- counted memory: blocks that live as long as somebody points at them. */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"

#define LINE ((i64)64)

void *block_new(_Atomic i64 *memory, i64 size)
{
    size = (size + LINE - 1) / LINE * LINE;
    struct block *b = aligned_alloc((size_t)LINE, (size_t)size);
    if (!b) abort(); /* as arenas: out of memory ends the process */
    memset(b, 0, (size_t)size);
    atomic_init(&b->refs, 1);
    b->bytes = size;
    b->memory = memory;
    atomic_fetch_add_explicit(memory, size, memory_order_relaxed);
    return b;
}

void block_take(void *block)
{
    struct block *b = block;
    if (b) atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
}

bool block_drop(void *block)
{
    struct block *b = block;
    if (!b) return false;
    i64 left = atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) - 1;
    assert(left >= 0);
    if (left > 0) return false;
    if (b->end) b->end(b);
    atomic_fetch_sub_explicit(b->memory, b->bytes, memory_order_relaxed);
    free(b);
    return true;
}
