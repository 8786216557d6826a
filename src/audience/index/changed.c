/* changed.c -- whom new lines changed, and in what: lists that whoever follows the index is told.
 */
#include <stdlib.h>

#include "audience/index/gather.h"

/* Two bits are taken (ASPECT_SELF, ASPECT_PURCHASES); 31 each are for fields and kinds of lines. */
#define SHARED 31

u64 aspect_of_field(str name) { return (u64)4 << str_hash(name) % SHARED; }
u64 aspect_of_line(str folded_kind) { return (u64)4 << (SHARED + str_hash(folded_kind) % SHARED); }

void member_changes_add(struct member_changes *c, const struct member_change *at, i64 n)
{
    if (n == 0) return;
    if (c->n + n > c->room) {
        c->room = c->room * 2 > c->n + n ? c->room * 2 : c->n + n + 64;
        c->at = realloc(c->at, (size_t)c->room * sizeof *c->at);
        if (!c->at) abort();
    }
    memcpy(c->at + c->n, at, (size_t)n * sizeof *at);
    c->n += n;
}

static int by_member(const void *a, const void *b)
{
    const struct member_change *x = a, *y = b;
    return (x->member > y->member) - (x->member < y->member);
}

void member_changes_settle(struct member_changes *c)
{
    i64 n = 0;
    if (c->n) qsort(c->at, (size_t)c->n, sizeof *c->at, by_member);
    for (i64 i = 0; i < c->n; i++)
        if (n && c->at[n - 1].member == c->at[i].member) c->at[n - 1].aspects |= c->at[i].aspects;
        else c->at[n++] = c->at[i];
    c->n = n;
}
