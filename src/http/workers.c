/* workers.c -- a fixed number of threads and one queue: where requests wait that must not run on an
 * event loop. */
#include <stdlib.h>

#include "http/inside.h"

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct task *first, **last;
    i64 waiting;
    bool ending;
    int n, idle;
    pthread_t threads[];
};

static void *work(void *arg)
{
    struct workers *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->first && !w->ending) {
            w->idle++;
            pthread_cond_wait(&w->wake, &w->lock);
            w->idle--;
        }
        struct task *t = w->first;
        if (!t) break;
        w->first = t->next;
        if (!w->first) w->last = &w->first;
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
        t->run(t);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct workers *workers_new(int n)
{
    struct workers *w = calloc(1, sizeof *w + sizeof(pthread_t) * (size_t)n);
    if (!w) abort();
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    for (; w->n < n; w->n++)
        if (pthread_create(&w->threads[w->n], NULL, work, w) != 0) break;
    if (w->n == 0) {
        workers_free(w);
        return NULL;
    }
    return w;
}

void workers_push(struct workers *w, struct task *t)
{
    t->next = NULL;
    pthread_mutex_lock(&w->lock);
    *w->last = t;
    w->last = &t->next;
    w->waiting++;
    bool wake = w->idle > 0;
    pthread_mutex_unlock(&w->lock);
    if (wake) pthread_cond_signal(&w->wake); /* who wakes finds the lock free */
}

i64 workers_waiting(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    i64 n = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void workers_free(struct workers *w)
{
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n; i++) pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
