/* copier.c -- copies SQLite's write-ahead log into the database while the writer goes on.
 *
 * A checkpoint on the writer's path stalls everybody. So a thread of its own copies when the log
 * has grown by SOFT pages, and again what came meanwhile, until little is left; the writer copies
 * that rest between two batches, and the log starts again from its beginning. A log beyond HARD
 * pages (readers kept it from restarting) makes the writer wait for them a moment.
 *
 * SQLite syncs the database only when nothing of the log is left to copy: that would be all of it
 * at once, on the writer's path. So this thread syncs what it has written, in steps, between which
 * the log's own syncs get their turn at the disk.
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
#define REST_PAGES    400 /* left to the writer: a few milliseconds */
#define PASSES_MAX    8
#define STEP_BYTES    (4 << 20)

struct copier {
    sqlite3 *handle;
    sqlite3_io_methods stepping; /* of its file: SQLite's own, but write() syncs now and then */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    bool want, stop;
    /* The writer's thread only. */
    i64 asked_at, forced_us;
    _Atomic i64 pages; /* of the log: the writer says it */
    _Atomic bool copied;
};

static _Thread_local const sqlite3_io_methods *plain; /* of the copier's thread */
static _Thread_local i64 unsynced;

static int write_in_steps(sqlite3_file *f, const void *at, int n, sqlite3_int64 to)
{
    int code = plain->xWrite(f, at, n, to);
    unsynced += n;
    if (code != SQLITE_OK || unsynced < STEP_BYTES) return code;
    unsynced = 0;
    return plain->xSync(f, SQLITE_SYNC_NORMAL);
}

static void copy_log(struct copier *k, sqlite3_file *f)
{
    int pages = 0, copied = 0;
    for (int i = 0; i < PASSES_MAX && (!i || k->pages - copied > REST_PAGES); i++) {
        int code =
            sqlite3_wal_checkpoint_v2(k->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied);
        if (code == SQLITE_OK) code = plain->xSync(f, SQLITE_SYNC_NORMAL);
        if (code == SQLITE_OK) continue;
        if (code != SQLITE_BUSY) LOG(WARN, "store.log_copy_failed", KV("code", (i64)code));
        return;
    }
}

static void *copier_run(void *arg)
{
    struct copier *k = arg;
    sqlite3_file *f = NULL;
    sqlite3_file_control(k->handle, "main", SQLITE_FCNTL_FILE_POINTER, &f);
    plain = f->pMethods;
    k->stepping = *plain;
    k->stepping.xWrite = write_in_steps;
    f->pMethods = &k->stepping;
    pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!k->want && !k->stop) pthread_cond_wait(&k->wanted, &k->lock);
        if (k->stop) break;
        k->want = false;
        pthread_mutex_unlock(&k->lock);
        copy_log(k, f);
        atomic_store_explicit(&k->copied, true, memory_order_release);
        pthread_mutex_lock(&k->lock);
    }
    pthread_mutex_unlock(&k->lock);
    f->pMethods = plain; /* another thread closes it */
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
