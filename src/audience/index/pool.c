/* pool.c -- chunks side by side: one helper thread, made at the first need, lives with the process.
 *
 * Invariants
 *   1. One caller has the helper at a time; another who finds it taken does his chunks alone,
 * without waiting.
 *   2. A job lives on its caller's stack: the caller leaves only when the helper has let go of it.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "audience/index.h"

struct work {
    chunk_fn *fn;
    void *arg;
    i64 chunks;
    _Atomic i64 next;
    bool begun; /* by the helper */
};

static struct {
    pthread_mutex_t taken; /* by the caller who has the helper */
    pthread_mutex_t lock;  /* around the rest */
    pthread_cond_t come, gone;
    struct work *work;
    bool started;
} pool = { .taken = PTHREAD_MUTEX_INITIALIZER,
           .lock = PTHREAD_MUTEX_INITIALIZER,
           .come = PTHREAD_COND_INITIALIZER,
           .gone = PTHREAD_COND_INITIALIZER };

static void do_chunks(struct work *w, int worker)
{
    for (;;) {
        i64 chunk = atomic_fetch_add_explicit(&w->next, 1, memory_order_relaxed);
        if (chunk >= w->chunks) return;
        w->fn(w->arg, worker, chunk);
    }
}

static void *help(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        while (!pool.work) pthread_cond_wait(&pool.come, &pool.lock);
        struct work *w = pool.work;
        w->begun = true;
        pthread_mutex_unlock(&pool.lock);
        do_chunks(w, 1);
        pthread_mutex_lock(&pool.lock);
        pool.work = NULL;
        pthread_cond_signal(&pool.gone);
    }
    return NULL;
}

static bool start_helper(void)
{
    pthread_t thread;
    if (!pool.started) {
        pool.started = pthread_create(&thread, NULL, help, NULL) == 0;
        if (pool.started) pthread_detach(thread);
    }
    return pool.started;
}

void chunks_run(i64 chunks, chunk_fn *fn, void *arg)
{
    struct work w = { .fn = fn, .arg = arg, .chunks = chunks };
    if (chunks < 2 || pthread_mutex_trylock(&pool.taken) != 0) {
        do_chunks(&w, 0);
        return;
    }
    pthread_mutex_lock(&pool.lock);
    bool helped = start_helper();
    if (helped) {
        pool.work = &w;
        pthread_cond_signal(&pool.come);
    }
    pthread_mutex_unlock(&pool.lock);
    do_chunks(&w, 0);
    if (helped) {
        pthread_mutex_lock(&pool.lock);
        if (!w.begun) pool.work = NULL; /* still asleep: not needed any more */
        while (pool.work) pthread_cond_wait(&pool.gone, &pool.lock);
        pthread_mutex_unlock(&pool.lock);
    }
    pthread_mutex_unlock(&pool.taken);
}
