/* writer.c -- store_write: callers queue a change and sleep; a writer takes all that wait and
 * commits them together.
 *
 * Invariants
 * 1. A job lives on its caller's stack. Between `queued` and `done` it belongs to the queue or to
 * one writer, then to the caller who wakes it; after the store to `done` nobody else touches it.
 * 2. `done` is set only when the outcome is final: after COMMIT answered, or after everything of
 * the batch was rolled back.
 * 3. What a job that failed has changed is undone to its savepoint before the next job runs: jobs
 * do not see each other fail.
 * Rows that wait on shelves are written before COMMIT; when that fails the batch runs again with
 * each job writing its own.
 * 4. When the transaction itself is lost (the engine rolled back, COMMIT failed) every job of the
 * batch gets the error.
 * 5. After-commit callbacks run between COMMIT and `done`, in the order of the jobs, so they come
 * in commit order.
 *
 *   state      who moves it          next
 *   queued     store_write           taken
 *   taken      take_batch            ran | undone      (a batch over its time puts the rest back:
 * queued) ran        run_job               committed | taken (retry of the whole batch) | failed
 *   undone     run_job               done with its own error, when the batch commits
 *   committed  run_batch             done
 */
#include <assert.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store_private.h"

#define BATCH_US  20000 /* a batch takes no further job after this */
#define TRIES_MAX 10

static void wake(struct job *j)
{
    _Atomic u32 *done = &j->done;
    atomic_store_explicit(done, 1, memory_order_release); /* the job may be gone from here on */
    syscall(SYS_futex, done, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void sleep_until_done(struct job *j)
{
    while (!atomic_load_explicit(&j->done, memory_order_acquire))
        syscall(SYS_futex, &j->done, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    for (int i = 0; i < COUNT(j->wakes); i++)
        if (j->wakes[i]) wake(j->wakes[i]);
}

/* The first is woken here and each wakes two more: waking costs the writer as much as a change. */
static void wake_all(struct job *batch)
{
    struct job *waker = batch;
    for (struct job *j = batch->next; j; j = j->next) {
        if (!waker->wakes[0]) {
            waker->wakes[0] = j;
            continue;
        }
        waker->wakes[1] = j;
        waker = waker->next;
    }
    wake(batch);
}

/* -- the caller's side ------------------------------------------------------------------------ */

enum err store_write(struct store *s, struct ctx *c, write_fn *fn, void *arg)
{
    assert(!c->db || c->db->role != ROLE_WRITER); /* a write inside a write would wait for itself */
    if (s->options.read_only)
        return fail(c, E_STORE, "数据以只读方式打开，不能修改",
                    "the store is open for reading only");
    struct job j = { .fn = fn, .arg = arg, .caller = c, .mark = arena_mark(c->arena) };
    pthread_mutex_lock(&s->queue_lock);
    if (s->closing) {
        pthread_mutex_unlock(&s->queue_lock);
        return fail(c, E_BUSY, "正在停止，不再接受修改",
                    "it is stopping and takes no more changes");
    }
    *s->last = &j;
    s->last = &j.next;
    s->waiting++;
    bool signal = s->idle_writers > 0;
    pthread_mutex_unlock(&s->queue_lock);
    if (signal) pthread_cond_signal(&s->queue_filled);
    sleep_until_done(&j);
    return j.result;
}

/* -- inside a change -------------------------------------------------------------------------- */

enum err tx_change_rows(struct tx *t, struct query *q, i64 *rows, struct args args)
{
    assert(q->changes);
    return db_run(t->c, q, args, NULL, rows);
}

enum err tx_change(struct tx *t, struct query *q, struct args args)
{
    return tx_change_rows(t, q, NULL, args);
}

enum err tx_change_each(struct tx *t, struct query *q, i64 rows, struct args args)
{
    assert(q->changes && !q->shape && !q->once);
    return db_run_each(t->c, q, args, rows);
}

void tx_after_commit(struct tx *t, void (*fn)(void *arg), void *arg)
{
    struct job *j = t->c->db->job;
    struct after_commit *a = NEW(t->c->arena, struct after_commit);
    *a = (struct after_commit){ .fn = fn, .arg = arg };
    *j->after_end = a;
    j->after_end = &a->next;
}

enum err tx_try(struct tx *t, write_fn *fn, void *arg)
{
    struct db *db = t->c->db;
    struct job *j = db->job;
    if (j->broken != OK) return j->broken;
    struct after_commit **after_end = j->after_end;
    TRY(part_begin(t->c, db));
    enum err e = fn(t, arg);
    if (e == OK) e = j->broken;
    if (e != OK) {
        struct problem why = t->c->why;
        enum err undone = db->retry || !db->driver->alive(db) ? E_STORE : part_undo(t->c, db);
        t->c->why = why;
        j->broken = undone == OK ? OK : e;
        if (undone != OK) return e;
        *after_end = NULL;
        j->after_end = after_end;
    }
    enum err released = part_end(t->c, db);
    if (released != OK) j->broken = released;
    return e != OK ? e : released;
}

struct preview {
    write_fn *fn;
    void *arg;
    enum err err;
};

static enum err run_and_fail(struct tx *t, void *arg)
{
    struct preview *p = arg;
    p->err = p->fn(t, p->arg);
    return p->err == OK ? E_CONFLICT : p->err;
}

static enum err run_undone(struct tx *t, void *arg)
{
    struct preview *p = arg;
    enum err e = tx_try(t, run_and_fail, p);
    return p->err == OK && e == E_CONFLICT ? OK : e;
}

enum err store_preview(struct store *s, struct ctx *c, write_fn *fn, void *arg)
{
    struct preview p = { fn, arg, OK };
    return store_write(s, c, run_undone, &p);
}

/* -- the writer's side ------------------------------------------------------------------------ */

/* Takes what waits, up to the limit. NULL: the store is closing and nothing waits. */
static struct job *take_batch(struct store *s)
{
    pthread_mutex_lock(&s->queue_lock);
    while (!s->first && !s->closing) {
        s->idle_writers++;
        pthread_cond_wait(&s->queue_filled, &s->queue_lock);
        s->idle_writers--;
    }
    struct job *batch = s->first, **end = &s->first;
    for (i64 n = 0; *end && n < s->options.batch_jobs_max; n++) {
        end = &(*end)->next;
        s->waiting--;
    }
    s->first = *end;
    if (!s->first) s->last = &s->first;
    *end = NULL;
    pthread_mutex_unlock(&s->queue_lock);
    return batch;
}

static void put_back(struct store *s, struct job *rest)
{
    i64 n = 1;
    struct job *end = rest;
    for (; end->next; end = end->next) n++;
    pthread_mutex_lock(&s->queue_lock);
    end->next = s->first;
    if (!s->first) s->last = &end->next;
    s->first = rest;
    s->waiting += n;
    bool signal = s->idle_writers > 0;
    pthread_mutex_unlock(&s->queue_lock);
    if (signal) pthread_cond_signal(&s->queue_filled);
}

/* Makes the job as it was before it ran. */
static void job_reset(struct job *j)
{
    j->after = NULL;
    j->after_end = &j->after;
    j->broken = OK;
    j->result = OK;
}

/* OK: the batch can go on, the job's own result is in it. */
static enum err run_job(struct writer *w, struct job *j, bool alone)
{
    struct db *db = w->db;
    job_reset(j);
    if (!alone) TRY(part_begin(&w->ctx, db));
    j->ctx = *j->caller;
    j->ctx.db = db;
    j->ctx.store = w->store;
    j->tx.c = &j->ctx;
    db->job = j;
    j->result = j->fn(&j->tx, j->arg);
    if (j->result == OK && w->one_by_one) j->result = shelves_write(&j->ctx, db, ~(u32)0);
    db->job = NULL;
    if (j->result == OK) j->result = j->broken;
    if (db->retry || !db->driver->alive(db)) { /* the transaction itself is lost */
        w->ctx.why = j->ctx.why;
        return j->broken != OK ? j->broken : E_STORE;
    }
    if (j->result != OK) {
        j->after = NULL;
        if (alone) return OK; /* run_batch rolls back */
        TRY(part_undo(&w->ctx, db));
    }
    return alone ? OK : part_end(&w->ctx, db);
}

/* Runs and commits; *rest gets the jobs that the time did not reach. */
static enum err try_batch(struct writer *w, struct job *batch, struct job **rest)
{
    struct db *db = w->db;
    bool alone = !batch->next;
    db->retry = false;
    batch_begins(db, w->ctx.arena);
    TRY(db->driver->say(&w->ctx, db, SAY_BEGIN));
    i64 began = clock_mono_us();
    for (struct job *j = batch; j; j = j->next) {
        TRY(run_job(w, j, alone));
        if (j->next && clock_mono_us() - began > BATCH_US) {
            *rest = j->next;
            j->next = NULL;
        }
    }
    if (alone && batch->result != OK) return db->driver->say(&w->ctx, db, SAY_ROLLBACK);
    enum err e = shelves_write(&w->ctx, db, ~(u32)0);
    if (e != OK && !w->one_by_one) w->one_by_one = db->retry = true; /* whose fault it is */
    TRY(e);
    w->committing = true;
    return db->driver->say(&w->ctx, db, SAY_COMMIT);
}

static void nap(i64 us)
{
    struct timespec t = { us / 1000000, us % 1000000 * 1000 };
    nanosleep(&t, NULL);
}

/* What a caller reads when the whole batch failed, in his language. */
static const struct {
    enum err err;
    const char *zh, *en;
} batch_words[] = {
    { E_FULL, "没有保存：请腾出空间后重试", "nothing was saved: free some disk space and retry" },
    { E_BUSY, "另一个程序正在写入，没有保存：请稍后再试",
      "nothing was saved: another program is writing, try again shortly" },
    { E_UNCERTAIN, "提交时失去数据库，结果未知：请用同一编号重试",
      "the database was lost during the commit: retry with the same key" },
    { E_STORE, "数据库没有完成提交，没有保存：请检查磁盘和数据库后重试",
      "nothing was saved: the database could not commit; check the disk and the database, then "
      "retry" },
};

static void fail_job(struct job *j, enum err e)
{
    i64 i = 0;
    while (i < COUNT(batch_words) - 1 && batch_words[i].err != e) i++;
    j->result = fail(j->caller, batch_words[i].err, "%s", "%s",
                     j->caller->locale == ZH ? batch_words[i].zh : batch_words[i].en);
    j->after = NULL;
}

/* Rolls back what try_batch left, and makes sure that it stays so. */
static enum err clean_up(struct writer *w, enum err e)
{
    struct db *db = w->db;
    if (e == E_UNCERTAIN) return e;
    enum err rolled = db->driver->say(&w->ctx, db, SAY_ROLLBACK);
    if (rolled != OK) LOG(WARN, "store.rollback_failed", KV("err", err_row(rolled)->name));
    if (!w->committing || db->retry || !db->driver->settle) return e;
    if (db->driver->settle(&w->ctx, db) == OK) return e;
    return e == E_FULL ? e : E_UNCERTAIN; /* a crash now might bring it back */
}

static bool again(struct writer *w, int tries)
{
    if (!w->db->retry || tries >= TRIES_MAX) return false;
    w->jitter = w->jitter * 6364136223846793005u + 1442695040888963407u;
    nap((i64)1000 * (1 << (tries < 9 ? tries : 9)) +
        (i64)(w->jitter >> 50)); /* up to half a second */
    return true;
}

static void finish(struct writer *w, struct job *batch, enum err e, i64 took_us, int retries)
{
    struct store *s = w->store;
    i64 jobs = 0;
    for (struct job *j = batch; j; j = j->next, jobs++) {
        if (e != OK) fail_job(j, e);
        else if (j->result != OK) j->caller->why = j->ctx.why;
        for (struct after_commit *a = j->after; a; a = a->next) a->fn(a->arg);
    }
    pthread_mutex_lock(&s->queue_lock);
    s->stats.commits++;
    s->stats.jobs += jobs;
    s->stats.retries += retries;
    s->stats.failures += e != OK;
    if (jobs > s->stats.batch_max) s->stats.batch_max = jobs;
    s->stats.commit_us_total += took_us;
    if (took_us > s->stats.commit_us_max) s->stats.commit_us_max = took_us;
    pthread_mutex_unlock(&s->queue_lock);
    wake_all(batch);
}

static void run_batch(struct writer *w, struct job *batch)
{
    i64 began = clock_mono_us();
    struct job *rest = NULL;
    enum err e;
    int tries = 0;
    w->one_by_one = false;
    for (;; tries++) {
        w->committing = false;
        e = try_batch(w, batch, &rest);
        if (rest) put_back(w->store, rest);
        rest = NULL;
        if (e == OK) break;
        LOG(WARN, "store.batch_failed", KV("err", err_row(e)->name), KV("why", w->ctx.why.detail),
            KV("again", (i64)w->db->retry));
        e = clean_up(w, e);
        if (e == E_UNCERTAIN || !again(w, tries)) break;
        for (struct job *j = batch; j; j = j->next) arena_rewind(j->caller->arena, j->mark);
    }
    finish(w, batch, e, clock_mono_us() - began, tries);
    arena_reset(w->ctx.arena);
}

static void *writer_run(void *arg)
{
    struct writer *w = arg;
    for (struct job *batch; (batch = take_batch(w->store));) {
        run_batch(w, batch);
        if (w->db->driver->rest) w->db->driver->rest(w->db);
    }
    return NULL;
}

/* -- life ------------------------------------------------------------------------------------- */

enum err writers_start(struct ctx *c, struct store *s)
{
    int wanted = s->driver == &driver_sqlite ? 1 : s->options.pg_writers;
    for (int i = 0; i < wanted; i++) {
        struct writer *w = &s->writers[i];
        *w = (struct writer){ .store = s, .jitter = (u64)i * 7919 + 1 };
        s->writer_count = i + 1;
        w->ctx = (struct ctx){ .arena = arena_new(), .store = s, .locale = c->locale };
        TRY(s->driver->open(c, s, ROLE_WRITER, &w->db));
        w->ctx.db = w->db;
        if (i == 0) TRY(migrate(c, s, w->db));
    }
    for (int i = 0; i < wanted; i++) {
        struct writer *w = &s->writers[i];
        if (pthread_create(&w->thread, NULL, writer_run, w) != 0)
            return fail(c, E_STORE, "无法启动写线程", "a writer thread could not be started");
        w->started = true;
    }
    return OK;
}

void writers_stop(struct store *s)
{
    pthread_mutex_lock(&s->queue_lock);
    s->closing = true;
    pthread_cond_broadcast(&s->queue_filled);
    pthread_mutex_unlock(&s->queue_lock);
    for (int i = 0; i < s->writer_count; i++)
        if (s->writers[i].started) pthread_join(s->writers[i].thread, NULL);
}

void writers_close(struct store *s)
{
    for (int i = 0; i < s->writer_count; i++) {
        struct writer *w = &s->writers[i];
        if (w->db) w->db->driver->close(w->db);
        arena_free(w->ctx.arena);
    }
    s->writer_count = 0;
}
