/* pairs.c -- distinct members of many parts: sorted numbers, squeezed whenever they fill up. */
#include "insight/tree/pairs.h"

#include <assert.h>
#include <stdlib.h>

#define MEMBER_BITS 40
#define FIRST_ROOM  1024

static int rising(const void *x, const void *y)
{
    u64 a = *(const u64 *)x, b = *(const u64 *)y;
    return (a > b) - (a < b);
}

static void squeeze(struct pairs *p)
{
    i64 n = 0;
    if (p->n == 0) return;
    qsort(p->at, (size_t)p->n, sizeof *p->at, rising);
    for (i64 i = 0; i < p->n; i++)
        if (i == 0 || p->at[i] != p->at[i - 1]) p->at[n++] = p->at[i];
    p->n = n;
}

static void add(struct arena *a, struct pairs *p, u64 pair)
{
    if (p->n == p->room) {
        squeeze(p);
        if (p->n > p->room / 2) {
            u64 *wider = NEWS(a, u64, p->room * 2);
            memcpy(wider, p->at, (size_t)p->n * sizeof *wider);
            p->at = wider;
            p->room *= 2;
        } else if (p->room == 0) {
            p->room = FIRST_ROOM;
            p->at = NEWS(a, u64, p->room);
        }
    }
    p->at[p->n++] = pair;
}

void pairs_add(struct arena *a, struct pairs *p, i64 part, i64 member)
{
    assert(part >= 0 && part < (i64)1 << 23 && member > 0 && member < (i64)1 << MEMBER_BITS);
    add(a, p, (u64)part << MEMBER_BITS | (u64)member);
}

void pairs_join(struct arena *a, struct pairs *into, const struct pairs *from)
{
    for (i64 i = 0; i < from->n; i++) add(a, into, from->at[i]);
}

void pairs_rename(struct pairs *p, const i64 *to)
{
    const u64 member = ((u64)1 << MEMBER_BITS) - 1;
    for (i64 i = 0; i < p->n; i++)
        p->at[i] = (u64)to[p->at[i] >> MEMBER_BITS] << MEMBER_BITS | (p->at[i] & member);
}

void pairs_count(struct pairs *p, i64 *counts)
{
    squeeze(p);
    for (i64 i = 0; i < p->n; i++) counts[p->at[i] >> MEMBER_BITS]++;
}
