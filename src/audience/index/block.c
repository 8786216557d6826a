/* block.c -- counted memory: blocks that live as long as somebody points at them. */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"

#define LINE ((i64)64)

/* Under sanitizers every block is their own, so that they see what is used after its end. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLABS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLABS false
#endif
#endif
#ifndef SLABS
#define SLABS true
#endif

static void *block_in(_Atomic i64 *memory, i64 size, bool walked)
{
    size = (size + LINE - 1) / LINE * LINE;
    struct block *b = walked ? slab_take(size) : aligned_alloc((size_t)LINE, (size_t)size);
    if (!b) abort(); /* as arenas: out of memory ends the process */
    memset(b, 0, (size_t)size);
    atomic_init(&b->refs, 1);
    b->bytes = size;
    b->memory = memory;
    b->walked = walked;
    atomic_fetch_add_explicit(memory, size, memory_order_relaxed);
    return b;
}

void *block_new(_Atomic i64 *memory, i64 size) { return block_in(memory, size, false); }
void *block_new_walked(_Atomic i64 *memory, i64 size) { return block_in(memory, size, SLABS); }

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
    if (b->walked) slab_give(b);
    else free(b);
    return true;
}
