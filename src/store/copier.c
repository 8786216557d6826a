/* copier.c -- copies SQLite's write-ahead log into the database while the writer goes on.
 *
 * A checkpoint on the writer's path stalls everybody for milliseconds. So a thread of its own
 * copies when the log has grown by SOFT pages; when it is done the writer copies the small rest
 * between two batches, and the log starts again from its beginning. A log beyond HARD pages
 * (readers kept it from restarting) makes the writer wait for them a moment.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite_private.h"

#define SOFT_PAGES    32768 /* 128 MiB: pages written again and again are copied once */
#define HARD_PAGES    131072
#define HARD_WAIT_MS  40
#define HARD_EVERY_US 1000000

struct copier {
    sqlite3 *handle;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    bool want, stop;
    /* The writer's thread only. */
    i64 pages, asked_at, forced_us;
    _Atomic bool copied;
};

static void *copier_run(void *arg)
{
    struct copier *k = arg;
    pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!k->want && !k->stop) pthread_cond_wait(&k->wanted, &k->lock);
        if (k->stop) break;
        k->want = false;
        pthread_mutex_unlock(&k->lock);
        int pages, copied;
        int code =
            sqlite3_wal_checkpoint_v2(k->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
        if (code != SQLITE_OK && code != SQLITE_BUSY)
            LOG(WARN, "store.log_copy_failed", KV("code", (i64)code));
        atomic_store_explicit(&k->copied, true, memory_order_release);
        pthread_mutex_lock(&k->lock);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

enum err copier_start(struct ctx *c, struct store *s)
{
    if (s->options.read_only) return OK;
    sqlite3 *handle;
    TRY(sqlite_connect(c, s->where, ROLE_TOOL, 1024, &handle));
    struct copier *k = calloc(1, sizeof *k);
    assert(k);
    k->handle = handle;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->wanted, NULL);
    if (pthread_create(&k->thread, NULL, copier_run, k) != 0) {
        sqlite3_close(handle);
        free(k);
        return fail(c, E_STORE, "无法启动线程", "a thread could not be started");
    }
    s->copier = k;
    return OK;
}

void copier_stop(struct store *s)
{
    struct copier *k = s->copier;
    if (!k) return;
    pthread_mutex_lock(&k->lock);
    k->stop = true;
    pthread_cond_signal(&k->wanted);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    sqlite3_close(k->handle);
    pthread_cond_destroy(&k->wanted);
    pthread_mutex_destroy(&k->lock);
    free(k);
    s->copier = NULL;
}

void copier_note(struct copier *k, i64 pages)
{
    if (pages < k->pages) k->asked_at = 0; /* the log started again */
    k->pages = pages;
    if (pages - k->asked_at < SOFT_PAGES) return;
    k->asked_at = pages;
    pthread_mutex_lock(&k->lock);
    k->want = true;
    pthread_cond_signal(&k->wanted);
    pthread_mutex_unlock(&k->lock);
}

void copier_rest(struct db *writer)
{
    struct copier *k = writer->store->copier;
    if (!k || !atomic_exchange_explicit(&k->copied, false, memory_order_acquire)) return;
    sqlite3 *handle = ((struct sqlite_db *)writer)->handle;
    int pages = 0, copied = 0;
    int code = sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
    i64 now = clock_mono_us();
    if (k->pages >= HARD_PAGES && now - k->forced_us > HARD_EVERY_US) {
        k->forced_us = now;
        sqlite3_busy_timeout(handle, HARD_WAIT_MS);
        code = sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_RESTART, &pages, &copied);
        sqlite_be_patient(handle);
    }
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        LOG(WARN, "store.log_copy_failed", KV("code", (i64)code));
}
