/* target.c -- the copy of an input that ends exactly where the input does. */
#include "target.h"

#include <stdlib.h>

static void free_text(void *p) { free(p); }

str fuzz_text(struct ctx *c, const u8 *data, size_t n)
{
    char *copy = malloc(n ? n : 1);
    if (n) memcpy(copy, data, n);
    arena_defer(c->arena, free_text, copy);
    return (str){ copy, (i64)n };
}
