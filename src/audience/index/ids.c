/* ids.c -- growing lists of ids, and a map of merges that is asked for every line. */
#include "audience/index/ids.h"

#include <stdlib.h>

void id_push(struct id_list *l, i64 id)
{
    if (l->n && l->at[l->n - 1] == id) return;
    if (l->n == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->at = realloc(l->at, (size_t)l->room * sizeof *l->at);
        if (!l->at) abort();
    }
    l->at[l->n++] = id;
}

static int by_id(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

void id_sort(struct id_list *l)
{
    i64 n = 0;
    if (l->n) qsort(l->at, (size_t)l->n, sizeof *l->at, by_id);
    for (i64 i = 0; i < l->n; i++)
        if (!n || l->at[n - 1] != l->at[i]) l->at[n++] = l->at[i];
    l->n = n;
}

bool id_has(const struct id_list *sorted, i64 id)
{
    return sorted->n && bsearch(&id, sorted->at, (size_t)sorted->n, sizeof id, by_id);
}

static i64 merged_slot(const struct merged *m, i64 id)
{
    i64 i = (i64)(((u64)id * 0x9e3779b97f4a7c15u) >> 32) & (m->room - 1);
    while (m->from[i] && m->from[i] != id) i = (i + 1) & (m->room - 1);
    return i;
}

void merged_put(struct merged *m, i64 from, i64 to)
{
    if (m->n * 2 >= m->room) {
        struct merged old = *m;
        m->room = old.room ? old.room * 2 : 1024;
        m->from = calloc((size_t)m->room, sizeof *m->from);
        m->to = calloc((size_t)m->room, sizeof *m->to);
        if (!m->from || !m->to) abort();
        m->n = 0;
        for (i64 i = 0; i < old.room; i++)
            if (old.from[i]) merged_put(m, old.from[i], old.to[i]);
        free(old.from);
        free(old.to);
    }
    i64 i = merged_slot(m, from);
    m->n += m->from[i] == 0;
    m->from[i] = from;
    m->to[i] = to;
}

i64 living_of(const struct merged *m, i64 id)
{
    for (i64 hops = 0; m->n && hops < m->n + 1; hops++) {
        i64 i = merged_slot(m, id);
        if (!m->from[i] || !m->to[i]) break;
        id = m->to[i];
    }
    return id;
}
