/* live.c -- the places of all boards in memory, kept up by reading the scores written since.
 *
 * Invariants
 *   1. `version` is the highest version read. The tables hold what SQL held in one state: the one
 *      in which the last round's statement read. Versions become visible in the order of commits
 *      (tx_take), so "all above `version`" is all that has changed since.
 *   2. A round reads in one statement and puts all its rows under one lock: nobody sees half of it.
 *   3. Rounds take turns. Whoever waited while a round began and ended needs none of his own: that
 *      one saw all that was committed before he came.
 * Nothing is told by hand, so it is the same whoever wrote: this process, another, a command line.
 * A round's rows are the members whose score changed since the last one, so a thread that looks
 * every few milliseconds while there is something keeps questions from finding much.
 */
#include "loyalty/boards/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum { BUSY_MS = 4, IDLE_MS = 64, ROWS_KEPT = 1 << 16 };

struct board_places {
    i64 board;
    struct places *places;
};
struct live {
    struct store *store;
    bool threaded, stopping;
    pthread_t thread;
    pthread_cond_t wake; /* with `lock` */

    pthread_mutex_t rounds; /* one round at a time; around the next three */
    struct score_row *rows;
    i64 n, room;
    atomic_llong begun; /* rounds */

    pthread_mutex_t lock; /* around what follows; held for microseconds */
    struct board_places *boards;
    i64 boards_n, boards_room, version;
    struct live_stats stats;
};

static _Atomic(struct live *) serving;

void live_serve(struct live *l) { atomic_store(&serving, l); }

/* -- a round ----------------------------------------------------------------------------------- */

QUERY(scores_since, score_row,
      "SELECT member, board, score, reached_at, version FROM board_score WHERE version > $1");

static enum err gather(void *arg, const void *row)
{
    struct live *l = arg;
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 256;
        l->rows = realloc(l->rows, (size_t)l->room * sizeof *l->rows);
        if (!l->rows) abort();
    }
    l->rows[l->n++] = *(const struct score_row *)row;
    return OK;
}

static struct places *places_of(struct live *l, i64 board)
{
    for (i64 i = 0; i < l->boards_n; i++)
        if (l->boards[i].board == board) return l->boards[i].places;
    return NULL;
}

static struct places *places_made(struct live *l, i64 board)
{
    struct places *p = places_of(l, board);
    if (p) return p;
    if (l->boards_n == l->boards_room) {
        l->boards_room = l->boards_room ? 2 * l->boards_room : 8;
        l->boards = realloc(l->boards, (size_t)l->boards_room * sizeof *l->boards);
        if (!l->boards) abort();
    }
    p = places_new();
    l->boards[l->boards_n++] = (struct board_places){ board, p };
    return p;
}

static void put_rows(struct live *l)
{
    i64 board = 0;
    struct places *p = NULL;
    for (i64 i = 0; i < l->n; i++) {
        const struct score_row *row = &l->rows[i];
        if (row->board != board) p = places_made(l, board = row->board);
        places_put(p, row->member, row->score, row->reached_at);
        l->version = max_i64(l->version, row->version);
    }
}

/* Under `rounds`. */
static enum err one_round(struct live *l, struct ctx *c)
{
    atomic_fetch_add(&l->begun, 1);
    l->n = 0;
    enum err e = db_each(c, &scores_since, gather, l, ARGS(l->version));
    pthread_mutex_lock(&l->lock);
    if (e == OK) put_rows(l);
    l->stats.rounds++;
    l->stats.failures += e != OK;
    l->stats.rows += l->n;
    l->stats.rows_max = max_i64(l->stats.rows_max, l->n);
    pthread_mutex_unlock(&l->lock);
    if (l->room > ROWS_KEPT) {
        free(l->rows);
        l->rows = NULL;
        l->room = 0;
    }
    return e;
}

/* Up to a state no older than this call. */
static enum err catch_up(struct live *l, struct ctx *c)
{
    enum err e = OK;
    i64 before = atomic_load(&l->begun);
    pthread_mutex_lock(&l->rounds);
    if (atomic_load(&l->begun) == before || l->version == 0) e = one_round(l, c);
    pthread_mutex_unlock(&l->rounds);
    return e;
}

/* -- by itself --------------------------------------------------------------------------------- */

static void wait_ms(struct live *l, i64 ms)
{
    i64 us = clock_mono_us() + ms * 1000;
    struct timespec until = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
    pthread_mutex_lock(&l->lock);
    while (!l->stopping)
        if (pthread_cond_timedwait(&l->wake, &l->lock, &until) != 0) break;
    pthread_mutex_unlock(&l->lock);
}

static bool is_stopping(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    bool stopping = l->stopping;
    pthread_mutex_unlock(&l->lock);
    return stopping;
}

/* Often while there is something, else now and then. */
static void *follow(void *arg)
{
    struct live *l = arg;
    i64 ms = IDLE_MS;
    while (!is_stopping(l)) {
        struct ctx c = { .arena = arena_new(), .now = clock_now(), .actor = S("system") };
        enum err e = store_reader(l->store, &c);
        pthread_mutex_lock(&l->rounds);
        if (e == OK) e = one_round(l, &c);
        i64 n = l->n;
        pthread_mutex_unlock(&l->rounds);
        if (e != OK) LOG(WARN, "boards.not_followed", KV("error", str_of(err_row(e)->name)));
        arena_free(c.arena);
        ms = n ? BUSY_MS : e == OK && ms < IDLE_MS ? 2 * ms : IDLE_MS;
        wait_ms(l, ms);
    }
    return NULL;
}

enum err live_open(struct ctx *c, struct store *s, struct live_options o, struct live **out)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l) abort();
    l->store = s;
    l->threaded = o.thread;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&l->rounds, NULL);
    pthread_mutex_init(&l->lock, NULL);
    *out = l;
    if (!o.thread) return OK;
    store_readers_add(s, 1);
    if (pthread_create(&l->thread, NULL, follow, l) != 0) abort();
    (void)c;
    return OK;
}

void live_close(struct live *l)
{
    if (!l) return;
    struct live *mine = l;
    atomic_compare_exchange_strong(&serving, &mine, NULL);
    if (l->threaded) {
        pthread_mutex_lock(&l->lock);
        l->stopping = true;
        pthread_cond_broadcast(&l->wake);
        pthread_mutex_unlock(&l->lock);
        pthread_join(l->thread, NULL);
        store_readers_add(l->store, -1);
    }
    for (i64 i = 0; i < l->boards_n; i++) places_free(l->boards[i].places);
    free(l->boards);
    free(l->rows);
    pthread_mutex_destroy(&l->rounds);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->wake);
    free(l);
}

/* -- reading ----------------------------------------------------------------------------------- */

QUERY(scores_of_one, score_row,
      "SELECT member, board, score, reached_at, version FROM board_score WHERE board = $1");

static enum err put_row(void *arg, const void *row)
{
    const struct score_row *r = row;
    places_put(arg, r->member, r->score, r->reached_at);
    return OK;
}

static void free_places(void *p) { places_free(p); }

enum err places_hold(struct ctx *c, i64 board, struct places_held *out)
{
    struct live *l = atomic_load(&serving);
    *out = (struct places_held){ 0 };
    if (!l || l->store != c->store) {
        struct places *own = places_new();
        arena_defer(c->arena, free_places, own);
        out->places = own;
        return db_each(c, &scores_of_one, put_row, own, ARGS(board));
    }
    TRY(catch_up(l, c));
    pthread_mutex_lock(&l->lock);
    *out = (struct places_held){ places_of(l, board), l };
    return OK;
}

void places_let_go(struct places_held *h)
{
    if (h->live) pthread_mutex_unlock(&h->live->lock);
    *h = (struct places_held){ 0 };
}

void live_forget(struct store *s, i64 board)
{
    struct live *l = atomic_load(&serving);
    if (!l || l->store != s) return;
    pthread_mutex_lock(&l->lock);
    for (i64 i = 0; i < l->boards_n; i++) {
        if (l->boards[i].board != board) continue;
        places_free(l->boards[i].places);
        l->boards[i] = l->boards[--l->boards_n];
    }
    pthread_mutex_unlock(&l->lock);
}

struct live_stats live_stats(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct live_stats s = l->stats;
    s.version = l->version;
    s.boards = l->boards_n;
    s.bytes = l->room * (i64)sizeof *l->rows;
    for (i64 i = 0; i < l->boards_n; i++) {
        s.places += places_count(l->boards[i].places);
        s.bytes += places_bytes(l->boards[i].places);
    }
    pthread_mutex_unlock(&l->lock);
    return s;
}

void live_gauges(struct buf *out, void *live)
{
    struct live_stats s = live_stats(live);
    const struct {
        const char *name, *kind;
        i64 value;
    } rows[] = {
        { "koi_boards_bytes", "gauge", s.bytes },
        { "koi_boards_live", "gauge", s.boards },
        { "koi_boards_places", "gauge", s.places },
        { "koi_boards_rounds_total", "counter", s.rounds },
        { "koi_boards_rows_total", "counter", s.rows },
        { "koi_boards_rows_max", "gauge", s.rows_max },
        { "koi_boards_failures_total", "counter", s.failures },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        buf_fmt(out, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].kind, rows[i].name,
                (long long)rows[i].value);
}
