/* sets.c -- sets of items that are often in one basket (Eclat: Zaki 1997).
 *
 * Items that are rare are dropped, the others ranked from rare to frequent. A task is one rank i
 * and all sets whose rarest item it is: the baskets with i are numbered 0 .. u - 1 anew, so that
 * sets of baskets within a task are short: bits where more than one in 32 is in, else a list.
 * Tasks are shared by two threads.
 *
 * Invariants
 *   1. `row` of a basket holds its frequent items as ranks, rising; what a task looks at is the end
 *      of the rows of its baskets, beyond i.
 *   2. cnt is all zeros between tasks, `marks` between intersections.
 *   3. The pile is a stack: what a level puts on it is gone when the level is done.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "insight/basket/inside.h"

#define SPARSE_BELOW 32 /* a list where n * 32 < universe */

struct tids {
    u32 rank, n;
    bool dense;
    union {
        const u64 *words;
        const u32 *list;
    };
};

struct worker {
    struct miner *m;
    u32 *cnt;   /* by rank */
    u32 *place; /* by rank: extension + 1 within a task */
    u64 *marks; /* bits of the universe */
    u8 *pile;
    i64 top;
    i64 universe; /* of the running task */
    u32 prefix[RULE_ITEMS_MAX];
    u32 *stream;
    i64 length, room, sets;
};

enum { GOES_ON, TOO_MUCH_MEMORY, TOO_MANY_SETS };
struct miner {
    const struct baskets *b;
    i64 least, max_items, ranks;
    u32 *item;       /* by rank */
    u32 *rank;       /* by item: rank + 1; 0: rare */
    u32 *row;        /* invariant 1 */
    i64 *row_at;     /* by basket */
    u32 *baskets;    /* by rank: baskets with it, rising */
    i64 *baskets_at; /* by rank */
    _Atomic int stop;
    _Atomic i64 sets;
    struct worker worker[CHUNK_WORKERS];
};

/* -- what is found ----------------------------------------------------------------------------- */

static void emit(struct worker *w, int n, u32 count)
{
    i64 need = w->length + 2 + n;
    if (need > w->room) {
        w->room = w->room ? w->room * 2 : 1 << 16;
        w->stream = realloc(w->stream, (size_t)w->room * sizeof *w->stream);
        if (!w->stream) abort();
    }
    u32 *out = w->stream + w->length;
    *out++ = (u32)n;
    *out++ = count;
    for (int i = 0; i < n; i++) { /* ranks to items, rising */
        u32 item = w->m->item[w->prefix[i]];
        int k = i;
        for (; k > 0 && out[k - 1] > item; k--) out[k] = out[k - 1];
        out[k] = item;
    }
    w->length = need;
    if ((++w->sets & 0xff) == 0 &&
        atomic_fetch_add_explicit(&w->m->sets, 0x100, memory_order_relaxed) > ITEM_SETS_MAX)
        atomic_store(&w->m->stop, TOO_MANY_SETS);
}

static bool stopped(const struct worker *w)
{
    return atomic_load_explicit(&w->m->stop, memory_order_relaxed) != GOES_ON;
}

/* -- the pile ---------------------------------------------------------------------------------- */

static void *pile_take(struct worker *w, i64 bytes)
{
    bytes = (bytes + 7) / 8 * 8;
    if (w->top + bytes > MINE_BYTES) {
        atomic_store(&w->m->stop, TOO_MUCH_MEMORY);
        return NULL;
    }
    w->top += bytes;
    return w->pile + w->top - bytes;
}

static i64 words_of(const struct worker *w) { return (w->universe + 63) / 64; }

/* -- intersections ----------------------------------------------------------------------------- */

/* Those of the list that are in words. */
static u32 filter(const u32 *list, u32 n, const u64 *words, u32 *out)
{
    u32 kept = 0;
    for (u32 i = 0; i < n; i++) {
        u32 at = list[i];
        out[kept] = at; /* no branch: it is kept by counting it */
        kept += words[at / 64] >> (at % 64) & 1;
    }
    return kept;
}

static u32 words_and(const u64 *a, const u64 *b, i64 n, u64 *out)
{
    i64 count = 0;
    for (i64 i = 0; i < n; i++) {
        out[i] = a[i] & b[i];
        count += __builtin_popcountll(out[i]);
    }
    return (u32)count;
}

/* Both dense. */
static bool meet_dense(struct worker *w, const struct tids *a, const struct tids *b,
                       struct tids *out)
{
    i64 words = words_of(w), mark = w->top;
    u64 *both = pile_take(w, words * 8);
    if (!both) return false;
    *out = (struct tids){ .rank = b->rank, .dense = true, .words = both };
    out->n = words_and(a->words, b->words, words, both);
    if (out->n < w->m->least) {
        w->top = mark;
        return false;
    }
    if ((i64)out->n * SPARSE_BELOW >= w->universe) return true;
    u32 *list = pile_take(w, (i64)out->n * 4);
    if (!list) return false;
    u32 n = 0;
    for (i64 i = 0; i < words; i++)
        for (u64 left = both[i]; left; left &= left - 1)
            list[n++] = (u32)(i * 64 + __builtin_ctzll(left));
    memmove(both, list, (size_t)n * 4); /* where the words were */
    w->top = mark + ((i64)n * 4 + 7) / 8 * 8;
    out->dense = false;
    out->list = (u32 *)both;
    return true;
}

/* a's list is marked when it is one. False: too few, or the end of memory. */
static bool meet(struct worker *w, const struct tids *a, const struct tids *b, struct tids *out)
{
    if (a->dense && b->dense) return meet_dense(w, a, b, out);
    const struct tids *list = b->dense ? a : b;
    const u64 *words = a->dense ? a->words : b->dense ? b->words : w->marks;
    i64 mark = w->top;
    u32 *both = pile_take(w, (i64)list->n * 4 + 4);
    if (!both) return false;
    *out = (struct tids){ .rank = b->rank, .list = both };
    out->n = filter(list->list, list->n, words, both);
    w->top = out->n < w->m->least ? mark : mark + ((i64)out->n * 4 + 7) / 8 * 8;
    return out->n >= w->m->least;
}

static void mark(struct worker *w, const struct tids *a, bool on)
{
    if (a->dense) return;
    for (u32 i = 0; i < a->n; i++) {
        u64 bit = (u64)1 << (a->list[i] % 64);
        if (on) w->marks[a->list[i] / 64] |= bit;
        else w->marks[a->list[i] / 64] = 0;
    }
}

/* -- depth first ------------------------------------------------------------------------------- */

/* All sets of the prefix (depth items) and one or more of the extensions. */
static void grow(struct worker *w, const struct tids *at, i64 n, int depth)
{
    for (i64 i = 0; i < n && !stopped(w); i++) {
        w->prefix[depth] = at[i].rank;
        emit(w, depth + 1, at[i].n);
        if (depth + 1 == w->m->max_items || i + 1 == n) continue;
        i64 bottom = w->top, found = 0;
        struct tids *next = pile_take(w, (n - i - 1) * (i64)sizeof *next);
        if (!next) return;
        mark(w, &at[i], true);
        for (i64 k = i + 1; k < n && !stopped(w); k++)
            found += meet(w, &at[i], &at[k], &next[found]);
        mark(w, &at[i], false);
        grow(w, next, found, depth + 1);
        w->top = bottom;
    }
}

/* -- a task ------------------------------------------------------------------------------------ */

static int by_count(const void *a, const void *b)
{
    const struct tids *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    return x->rank < y->rank ? -1 : 1;
}

/* How often each later item is in a basket with i: w->cnt; answers the ranks seen. */
static i64 count_later(struct worker *w, u32 i, u32 *seen)
{
    const struct miner *m = w->m;
    i64 n = 0;
    for (i64 k = m->baskets_at[i]; k < m->baskets_at[i + 1]; k++) {
        i64 basket = m->baskets[k];
        for (i64 p = m->row_at[basket + 1] - 1; m->row[p] > i; p--) {
            u32 rank = m->row[p];
            if (w->cnt[rank]++ == 0) seen[n++] = rank;
        }
    }
    return n;
}

/* The baskets of each extension, in the numbers of the task. */
static void fill_extensions(struct worker *w, u32 i, struct tids *at, void *const *into)
{
    const struct miner *m = w->m;
    i64 first = m->baskets_at[i];
    for (i64 k = first; k < m->baskets_at[i + 1]; k++) {
        i64 basket = m->baskets[k];
        u32 t = (u32)(k - first);
        for (i64 p = m->row_at[basket + 1] - 1; m->row[p] > i; p--) {
            u32 place = w->place[m->row[p]];
            if (!place) continue;
            struct tids *e = &at[place - 1];
            if (e->dense) ((u64 *)into[place - 1])[t / 64] |= (u64)1 << (t % 64);
            else ((u32 *)into[place - 1])[e->n++] = t;
        }
    }
}

static void extend(struct worker *w, u32 i, struct tids *at, i64 n)
{
    qsort(at, (size_t)n, sizeof *at, by_count);
    void **into = pile_take(w, n * (i64)sizeof *into);
    for (i64 k = 0; into && k < n; k++) {
        struct tids *e = &at[k];
        e->dense = (i64)e->n * SPARSE_BELOW >= w->universe;
        i64 bytes = e->dense ? words_of(w) * 8 : (i64)e->n * 4;
        if (!(into[k] = pile_take(w, bytes))) return;
        if (e->dense) memset(into[k], 0, (size_t)bytes);
        w->place[e->rank] = (u32)k + 1;
    }
    if (!into) return;
    for (i64 k = 0; k < n; k++)
        if (!at[k].dense) at[k].n = 0; /* counted again as the list grows */
    fill_extensions(w, i, at, into);
    for (i64 k = 0; k < n; k++) {
        if (at[k].dense) at[k].words = into[k];
        else at[k].list = into[k];
        w->place[at[k].rank] = 0;
    }
    grow(w, at, n, 1);
}

static void task(void *arg, int worker, i64 i)
{
    struct miner *m = arg;
    struct worker *w = &m->worker[worker];
    if (stopped(w)) return;
    w->top = 0;
    w->universe = m->baskets_at[i + 1] - m->baskets_at[i];
    w->prefix[0] = (u32)i;
    u32 *seen = pile_take(w, m->ranks * 4);
    i64 met = seen ? count_later(w, (u32)i, seen) : 0, n = 0;
    struct tids *at = pile_take(w, met * (i64)sizeof *at);
    for (i64 k = 0; k < met; k++) {
        if (at && w->cnt[seen[k]] >= m->least)
            at[n++] = (struct tids){ .rank = seen[k], .n = w->cnt[seen[k]] };
        w->cnt[seen[k]] = 0;
    }
    if (n == 0) return;
    if (m->max_items > 2) {
        extend(w, (u32)i, at, n);
        return;
    }
    qsort(at, (size_t)n, sizeof *at, by_count);
    grow(w, at, n, 1);
}

/* -- all of them ------------------------------------------------------------------------------- */

struct ranking {
    u32 item, count;
};
static int rare_first(const void *a, const void *b)
{
    const struct ranking *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? -1 : 1;
    return x->item < y->item ? -1 : 1;
}

static int rising(const void *a, const void *b)
{
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

static void rank_items(struct ctx *c, struct miner *m, const u32 *counts)
{
    i64 names = m->b->names.n;
    struct ranking *order = NEWS(c->arena, struct ranking, names + 1);
    for (i64 i = 0; i < names; i++)
        if (counts[i] >= m->least) order[m->ranks++] = (struct ranking){ (u32)i, counts[i] };
    if (m->ranks) qsort(order, (size_t)m->ranks, sizeof *order, rare_first);
    m->item = NEWS(c->arena, u32, m->ranks + 1);
    m->rank = NEWS(c->arena, u32, names + 1);
    for (i64 r = 0; r < m->ranks; r++) {
        m->item[r] = order[r].item;
        m->rank[order[r].item] = (u32)r + 1;
    }
}

/* Rows and, the other way round, baskets by rank. */
static void turn(struct ctx *c, struct miner *m)
{
    const struct baskets *b = m->b;
    m->row = NEWS(c->arena, u32, b->offset[b->n] + 1);
    m->row_at = NEWS(c->arena, i64, b->n + 1);
    m->baskets_at = NEWS(c->arena, i64, m->ranks + 2);
    for (i64 i = 0; i < b->n; i++) {
        i64 from = m->row_at[i], n = from;
        for (i64 k = b->offset[i]; k < b->offset[i + 1]; k++) {
            u32 rank = m->rank[b->items[k]];
            if (rank) m->row[n++] = rank - 1;
        }
        if (n - from > 1) qsort(m->row + from, (size_t)(n - from), sizeof *m->row, rising);
        for (i64 k = from; k < n; k++) m->baskets_at[m->row[k] + 2]++;
        m->row_at[i + 1] = n;
    }
    m->baskets = NEWS(c->arena, u32, m->row_at[b->n] + 1);
    for (i64 r = 1; r <= m->ranks; r++) m->baskets_at[r + 1] += m->baskets_at[r];
    for (i64 i = 0; i < b->n; i++)
        for (i64 k = m->row_at[i]; k < m->row_at[i + 1]; k++)
            m->baskets[m->baskets_at[m->row[k] + 1]++] = (u32)i;
}

static void miner_end(void *arg)
{
    struct miner *m = arg;
    for (int i = 0; i < CHUNK_WORKERS; i++) {
        free(m->worker[i].stream);
        if (m->worker[i].pile) munmap(m->worker[i].pile, MINE_BYTES);
    }
}

static void workers_begin(struct ctx *c, struct miner *m)
{
    i64 most = 0;
    for (i64 r = 0; r < m->ranks; r++)
        if (m->baskets_at[r + 1] - m->baskets_at[r] > most)
            most = m->baskets_at[r + 1] - m->baskets_at[r];
    arena_defer(c->arena, miner_end, m);
    for (int i = 0; i < CHUNK_WORKERS; i++) {
        struct worker *w = &m->worker[i];
        w->m = m;
        w->cnt = NEWS(c->arena, u32, m->ranks + 1);
        w->place = NEWS(c->arena, u32, m->ranks + 1);
        w->marks = NEWS(c->arena, u64, most / 64 + 1);
        /* Addresses only: pages come as they are used. */
        w->pile = mmap(NULL, MINE_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (w->pile == MAP_FAILED) abort();
    }
}

static enum err refused(struct ctx *c, const struct miner *m)
{
    if (m->stop == TOO_MANY_SETS)
        return fail_at(c, E_TOO_LARGE, S("/support"),
                       "常一起买的组合超过 %d 个（至少在 %lld 个购物篮里）：请提高支持度 support，"
                       "或减小 max_items",
                       "there are more than %d sets of items (in at least %lld baskets): raise "
                       "support, or lower max_items",
                       ITEM_SETS_MAX, (long long)m->least);
    return fail_at(c, E_TOO_LARGE, S("/support"),
                   "计算需要的内存超过每线程 %lld MiB：请提高支持度 support，或缩短时间",
                   "this takes more than %lld MiB of memory a thread: raise support, or take a "
                   "shorter period",
                   (long long)(MINE_BYTES >> 20));
}

enum err item_sets_find(struct ctx *c, const struct baskets *b, i64 least, i64 max_items,
                        struct item_sets *out)
{
    struct miner *m = NEW(c->arena, struct miner);
    *m = (struct miner){ .b = b, .least = least < 1 ? 1 : least, .max_items = max_items };
    *out = (struct item_sets){ .counts = NEWS(c->arena, u32, b->names.n + 1) };
    for (i64 k = 0; k < b->offset[b->n]; k++) out->counts[b->items[k]]++;
    rank_items(c, m, out->counts);
    turn(c, m);
    workers_begin(c, m);
    chunks_run(m->ranks, task, m);
    for (int i = 0; i < CHUNK_WORKERS; i++) {
        out->length += m->worker[i].length;
        out->n += m->worker[i].sets;
    }
    if (m->stop == GOES_ON && out->n > ITEM_SETS_MAX) m->stop = TOO_MANY_SETS;
    if (m->stop != GOES_ON) return refused(c, m);
    out->stream = NEWS(c->arena, u32, out->length + 1);
    for (i64 i = 0, at = 0; i < CHUNK_WORKERS; i++) {
        if (!m->worker[i].length) continue;
        memcpy(out->stream + at, m->worker[i].stream, (size_t)m->worker[i].length * 4);
        at += m->worker[i].length;
    }
    return OK;
}

i64 baskets_least(f64 support, i64 n)
{
    i64 least = (i64)(support * (f64)n);
    while (least > 0 && (f64)(least - 1) / (f64)n >= support) least--;
    while (n && (f64)least / (f64)n < support) least++;
    return least < 1 ? 1 : least;
}
