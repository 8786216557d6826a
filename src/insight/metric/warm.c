/* warm.c -- a thread that reads the orders into the book when the program starts, a few blocks at a
 * time: between them it can be stopped, and whoever asks meanwhile reads on from there. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "insight/metric.h"

#define BLOCKS_AT_ONCE 8

struct metric_warming {
    struct store *store;
    const struct zone *zone;
    struct metric_book *book;
    _Atomic bool stopping;
    pthread_t thread;
};

static enum err some_blocks(struct metric_warming *w, struct ctx *c, bool parts, bool *done)
{
    c->now = clock_now();
    TRY(store_reader(w->store, c));
    enum err e = metric_book_warm(c, w->book, parts, BLOCKS_AT_ONCE, done);
    store_release(c);
    return e;
}

static bool warm_until_done(struct metric_warming *w, struct ctx *c, bool parts)
{
    i64 began = clock_mono_us();
    bool done = false;
    enum err e = OK;
    while (!done && e == OK && !atomic_load(&w->stopping)) {
        struct arena_mark mark = arena_mark(c->arena);
        e = some_blocks(w, c, parts, &done);
        arena_rewind(c->arena, mark);
    }
    /* an error is the first question's too: it is told of it */
    LOG(INFO, "metrics.warmed", KV("parts", (i64)parts), KV("done", (i64)done),
        KV("took_us", clock_mono_us() - began));
    return done;
}

/* Orders first, which every page asks for; then what they are of. */
static void *warm(void *arg)
{
    struct metric_warming *w = arg;
    struct ctx c = { .arena = arena_new(), .zone = w->zone, .store = w->store };
    if (warm_until_done(w, &c, false)) warm_until_done(w, &c, true);
    arena_free(c.arena);
    return NULL;
}

struct metric_warming *metric_warm_start(struct ctx *c, struct store *s, struct metric_book *b)
{
    struct metric_warming *w = calloc(1, sizeof *w);
    if (!w) abort();
    *w = (struct metric_warming){ .store = s, .zone = c->zone, .book = b };
    store_readers_add(s, 1);
    if (pthread_create(&w->thread, NULL, warm, w) != 0) abort();
    return w;
}

void metric_warm_stop(struct metric_warming *w)
{
    if (!w) return;
    atomic_store(&w->stopping, true);
    pthread_join(w->thread, NULL);
    store_readers_add(w->store, -1);
    free(w);
}
