/* stream.c -- server-sent events: a source is asked on a worker, what it writes goes out, in
 * between it sleeps. */
#include "base/clock.h"
#include "http/engine.h"

#define BEAT_US  ((i64)15 * 1000000)
#define PAUSE_MS ((i64)50)

enum err reply_events(struct request *r, struct event_source source)
{
    r->replied = r->streaming = true;
    r->source = source;
    r->status = 200;
    r->type = "text/event-stream; charset=utf-8";
    r->beat_us = clock_mono_us() + BEAT_US;
    reply_header(r, "Cache-Control", S("no-store"));
    reply_header(r, "X-Accel-Buffering", S("no")); /* proxies must not hold events back */
    return OK;
}

/* On a worker, the connection suspended: asks the source once. */
void stream_step(struct task *t)
{
    struct request *r = request_of_task(t);
    i64 now_us = clock_mono_us(), wait_ms = 0;
    r->events.n = r->events_sent = 0;
    if (atomic_load(&r->http->ending)) {
        r->stream_over = true;
        engine_resume(r);
        return;
    }
    buf_add(&r->events, S("data: "));
    i64 empty = r->events.n;
    r->stream_over = !r->source.next(r->source.arg, &r->events, &wait_ms);
    bool wrote = r->events.n > empty;
    if (wrote) buf_add(&r->events, S("\n\n"));
    else r->events.n = 0;
    if (!wrote && wait_ms < PAUSE_MS) wait_ms = PAUSE_MS;
    r->due_us = now_us + wait_ms * 1000;
    if (!wrote && now_us >= r->beat_us) { /* finds out whether the client is still there */
        buf_add(&r->events, S(": \n\n"));
        wrote = true;
    }
    if (wrote) r->beat_us = now_us + BEAT_US;
    if (!wrote && !r->stream_over) {
        struct http *h = r->http;
        pthread_mutex_lock(&h->lock);
        r->next = h->sleeping;
        h->sleeping = r;
        pthread_cond_signal(&h->timer_wake);
        pthread_mutex_unlock(&h->lock);
        return;
    }
    engine_resume(r);
}
