/* read_all.c -- everything from SQL into an empty index, by two threads.
 *
 * Invariants
 *   1. Both readers see one state. Where the store cannot give it, or has no reader to spare, one
 * thread does all.
 *   2. A chunk is one thread's from its first member to its arrays; before, one thread has put the
 * lines that are not settled into all of them. Lines of ids that were merged
 * are fetched by who has the chunk of the member they belong to, wherever they lie.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "audience/index/reading.h"
#include "base/log.h"
#include "timeline/timeline.h"

QUERY(index_last_member, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");

struct moved { /* an id that was merged, and whose its lines are now */
    i64 member, id;
};

struct all {
    const struct reading *like;
    i64 seq, last;
    struct {
        struct moved *at;
        i64 n;
    } moved;          /* by member */
    _Atomic i64 next; /* chunk */
    _Atomic bool failed;
};

struct hand { /* a thread's */
    struct all *all;
    struct ctx c;
    enum err err;
    pthread_t thread;
};

static int by_member(const void *a, const void *b)
{
    const struct moved *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void list_moved(struct all *all, struct arena *a)
{
    const struct merged *m = all->like->merged;
    for (i64 i = 0; i < m->room; i++)
        if (m->from[i] && m->to[i])
            *PUSH(a, &all->moved) = (struct moved){ living_of(m, m->from[i]), m->from[i] };
    if (all->moved.n) qsort(all->moved.at, (size_t)all->moved.n, sizeof *all->moved.at, by_member);
}

/* Where those of members from `member` on begin. */
static i64 moved_from(const struct all *all, i64 member)
{
    i64 low = 0, high = all->moved.n;
    while (low < high) {
        i64 mid = (low + high) / 2;
        if (all->moved.at[mid].member < member) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* So few at once that what several statements read of them stays in the reader's cache. */
#define STRIDE ((i64)8192)

static enum err read_range(struct all *all, struct reading *r)
{
    TRY(reading_living(r));
    for (i64 m = r->low; m <= r->high; m++)
        if (reading_lives(r, m)) index_put_living(r->x, m, true);
    for (i64 f = 0; f < r->fields->n; f++) TRY(reading_field(r, f));
    TRY(reading_purchases(r));
    TRY(reading_lines(r, r->low, r->high, all->seq));
    for (i64 i = moved_from(all, r->low); i < all->moved.n; i++) {
        const struct moved *m = &all->moved.at[i];
        if (m->member > r->high) break;
        if (m->id < r->low || m->id > r->high) TRY(reading_lines(r, m->id, m->id, all->seq));
    }
    return OK;
}

static enum err read_chunk(struct all *all, struct reading *r, i64 chunk)
{
    for (i64 from = 0; from < CHUNK; from += STRIDE) {
        r->low = chunk * CHUNK + from;
        r->high = r->low + STRIDE - 1;
        if (r->low == 0) r->low = 1;
        if (r->high > all->last) r->high = all->last;
        if (r->low <= r->high) TRY(read_range(all, r));
    }
    return OK;
}

static enum err read_tail(struct all *all, struct ctx *c)
{
    struct reading r = *all->like;
    struct day_cache *days = calloc(1, sizeof *days);
    if (!days) abort();
    r.c = c;
    r.days = days;
    enum err e = reading_tail(&r, all->seq);
    free(days);
    return e;
}

static enum err read_chunks(struct all *all, struct ctx *c)
{
    struct reading r = *all->like;
    struct day_cache *days = calloc(1, sizeof *days);
    if (!days) abort();
    r.c = c;
    r.days = days;
    enum err e = OK;
    while (e == OK && !atomic_load(&all->failed)) {
        i64 chunk = atomic_fetch_add(&all->next, 1);
        if (chunk > all->last / CHUNK) break;
        struct arena_mark start = arena_mark(c->arena);
        e = read_chunk(all, &r, chunk);
        if (e == OK) index_settle(r.x, chunk);
        if (e == OK) arena_rewind(c->arena, start);
    }
    free(days);
    if (e != OK) atomic_store(&all->failed, true);
    return e;
}

static void *lend_hand(void *arg)
{
    struct hand *h = arg;
    h->err = read_chunks(h->all, &h->c);
    return NULL;
}

/* A second reader that sees what c sees, if there is one; c has its snapshot afterwards. */
static enum err take_snapshots(struct ctx *c, struct ctx *second, bool *both)
{
    *both = false;
    store_readers_add(c->store, 1);
    if (store_reader_spare(c->store, second, both) != OK) *both = false;
    if (*both && store_snapshot_both(c, second, both) != OK) *both = false;
    if (*both) return OK;
    store_release(second);
    return store_snapshot(c);
}

static enum err read_by_two(struct all *all, struct ctx *c, struct hand *h, bool both)
{
    index_expect(all->like->x, all->last / CHUNK + 1);
    TRY(read_tail(all, c));
    both = both && all->last >= CHUNK;
    both = both && pthread_create(&h->thread, NULL, lend_hand, h) == 0;
    enum err e = read_chunks(all, c);
    if (!both) return e;
    pthread_join(h->thread, NULL);
    if (e == OK && h->err != OK) c->why = h->c.why;
    return e != OK ? e : h->err;
}

enum err read_all(const struct reading *like, enum err (*begin)(void *arg, struct ctx *c),
                  void *arg, i64 *seq)
{
    struct ctx *c = like->c;
    struct all all = { .like = like };
    struct hand h = { .all = &all, .c = *c };
    struct one_i64 last;
    bool both;
    h.c.arena = arena_new();
    h.c.db = NULL;
    enum err e = take_snapshots(c, &h.c, &both);
    if (e == OK) e = timeline_last(c, &all.seq);
    if (e == OK) e = db_get(c, &index_last_member, &last, NO_ARGS);
    if (e == OK) e = begin(arg, c);
    if (e == OK) {
        all.last = last.value;
        list_moved(&all, h.c.arena);
        e = read_by_two(&all, c, &h, both);
    }
    *seq = all.seq;
    store_release(&h.c);
    store_readers_add(c->store, -1);
    arena_free(h.c.arena);
    return e;
}
