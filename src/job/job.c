/* job.c -- runs what is due, one run of a job at a time in the whole installation, by a lease in
 * the store.
 *
 * States of a job's row
 *   idle      lease_until = 0, next_at says when it is due
 *   running   holder and lease_until are set; the holder moves lease_until on while it works
 *   orphaned  running, but lease_until has passed: whoever comes takes it over
 * Only the holder writes the result; one that lost its lease writes none.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "job/inside.h"

SHAPE_DEFINE(job_row_state);

QUERY(job_find, job_row_state,
      "SELECT name, holder, lease_until, next_at, failures FROM job WHERE name = $1");
CHANGE(job_put,
       "INSERT INTO job (name, holder, lease_until, next_at, failures) VALUES ($1, '', 0, $2, 0) "
       "ON CONFLICT (name) DO NOTHING");
CHANGE(job_claim, "UPDATE job SET holder = $2, lease_until = $3 WHERE name = $1");
CHANGE(job_renew, "UPDATE job SET lease_until = $3 WHERE name = $1 AND holder = $2");
CHANGE(job_release, "UPDATE job SET holder = '', lease_until = 0, next_at = $3, failures = $4 "
                    "WHERE name = $1 AND holder = $2");
CHANGE(run_insert, "INSERT INTO job_run (id, name, started_at, took_ms, ok, detail) "
                   "VALUES ($1, $2, $3, $4, $5, $6)");
CHANGE(run_trim, "DELETE FROM job_run WHERE name = $1 AND id <= "
                 "(SELECT id FROM job_run WHERE name = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)");

static const i64 retry_ms[] = { 5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS,
                                2 * HOUR_MS };

/* The next time a job is due after `from`, when it did not fail. */
static instant next_due(const struct ctx *c, const struct job_row *row, instant from)
{
    if (row->every_ms) return from + row->every_ms;
    day today = zone_day(c->zone, from);
    instant at = zone_midnight(c->zone, today) + row->at_minute * MINUTE_MS;
    return at > from ? at : zone_midnight(c->zone, today + 1) + row->at_minute * MINUTE_MS;
}

struct run {
    const struct job_row *row;
    struct store *store;
    struct ctx *c;
    char holder[33];
    bool claimed;
    i64 failures;
    instant started_at, ended_at;
    enum err result;
    struct problem why;
};

static enum err claim(struct tx *t, void *arg)
{
    struct run *r = arg;
    struct ctx *c = t->c;
    str name = str_of(r->row->name);
    r->claimed = false;
    struct job_row_state state;
    bool found;
    TRY(db_find(c, &job_find, &state, &found, ARGS(name)));
    if (!found) {
        /* by the hour of the day: waits for it; by interval: starts now */
        instant first = r->row->every_ms ? c->now : next_due(c, r->row, c->now);
        TRY(tx_change(t, &job_put, ARGS(name, first)));
        TRY(db_get(c, &job_find, &state, ARGS(name)));
    }
    if (state.next_at > c->now || state.lease_until > c->now) return OK;
    r->failures = state.failures;
    r->claimed = true;
    return tx_change(t, &job_claim, ARGS(name, str_of(r->holder), c->now + LEASE_MS));
}

static enum err finish(struct tx *t, void *arg)
{
    struct run *r = arg;
    str name = str_of(r->row->name);
    i64 failures = r->result == OK ? 0 : r->failures + 1;
    instant next = next_due(t->c, r->row, r->started_at);
    if (failures) {
        i64 step = failures <= COUNT(retry_ms) ? failures - 1 : COUNT(retry_ms) - 1;
        next = r->ended_at + retry_ms[step];
    }
    i64 held, id;
    TRY(tx_change_rows(t, &job_release, &held, ARGS(name, str_of(r->holder), next, failures)));
    if (!held) return OK; /* taken over */
    TRY(tx_take(t, S("job_run"), 1, &id));
    TRY(tx_change(t, &run_insert,
                  ARGS(id, name, r->started_at, r->ended_at - r->started_at, r->result == OK,
                       str_of(r->why.detail))));
    return tx_change(t, &run_trim, ARGS(name, RUNS_KEPT));
}

/* -- the lease is moved on while the job works ------------------------------------------------ */

struct keeper {
    struct run *run;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over, started;
    instant now;
};

static enum err renew(struct tx *t, void *arg)
{
    struct keeper *k = arg;
    return tx_change(t, &job_renew,
                     ARGS(str_of(k->run->row->name), str_of(k->run->holder), k->now + LEASE_MS));
}

static void *keep(void *arg)
{
    struct keeper *k = arg;
    i64 begun_us = clock_mono_us();
    pthread_mutex_lock(&k->lock);
    while (!k->over) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += LEASE_MS / 3 / 1000;
        if (pthread_cond_timedwait(&k->wake, &k->lock, &until) == 0) continue;
        k->now = k->run->started_at + (clock_mono_us() - begun_us) / 1000;
        pthread_mutex_unlock(&k->lock);
        struct ctx c = {
            .arena = arena_new(), .store = k->run->store, .now = k->now, .actor = S("system")
        };
        if (store_write(k->run->store, &c, renew, k) != OK)
            LOG(WARN, "job.lease_not_renewed", KV("job", k->run->row->name));
        arena_free(c.arena);
        pthread_mutex_lock(&k->lock);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

static void keeper_start(struct keeper *k, struct run *r)
{
    *k = (struct keeper){ .run = r };
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->wake, NULL);
    k->started = pthread_create(&k->thread, NULL, keep, k) == 0;
}

static void keeper_end(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->over = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    if (k->started) pthread_join(k->thread, NULL);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
}

/* -- running ---------------------------------------------------------------------------------- */

static enum err run_one(struct store *s, struct ctx *c, const struct job_row *row, i64 *ran)
{
    struct run r = { .row = row, .store = s, .c = c, .started_at = c->now };
    u8 random[16];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(r.holder, sizeof r.holder, random, sizeof random);
    TRY(store_write(s, c, claim, &r));
    if (!r.claimed) return OK;
    ++*ran;
    i64 begun_us = clock_mono_us();
    struct keeper keeper;
    keeper_start(&keeper, &r);
    struct ctx own = *c; /* memory of its own, the caller's reader stays free */
    own.arena = arena_new();
    own.db = NULL;
    own.why = (struct problem){ 0 };
    r.result = store_reader(s, &own);
    if (r.result == OK) r.result = row->run(s, &own);
    r.why = own.why;
    arena_free(own.arena);
    keeper_end(&keeper);
    i64 took_ms = (clock_mono_us() - begun_us) / 1000;
    r.ended_at = r.started_at + took_ms;
    if (r.result != OK)
        LOG(WARN, "job.failed", KV("job", row->name), KV("ms", took_ms), KV("why", r.why.detail));
    else LOG(DEBUG, "job.ran", KV("job", row->name), KV("ms", took_ms));
    return store_write(s, c, finish, &r);
}

enum lane { LANE_OURS, LANE_OUTSIDE, LANES, LANE_ANY = LANES };

static enum err run_due(struct store *s, struct ctx *c, const struct room *const *rooms,
                        enum lane lane, i64 *ran)
{
    *ran = 0;
    enum err first = OK;
    for (; *rooms; rooms++)
        for (const struct job_row *row = (*rooms)->jobs; row && row->name; row++) {
            if (lane != LANE_ANY && row->outside != (lane == LANE_OUTSIDE)) continue;
            struct arena_mark mark = arena_mark(c->arena);
            enum err e = run_one(s, c, row, ran);
            if (first == OK) first = e;
            arena_rewind(c->arena, mark);
        }
    return first;
}

enum err job_run_due(struct store *s, struct ctx *c, const struct room *const *rooms, i64 *ran)
{
    return run_due(s, c, rooms, LANE_ANY, ran);
}

/* -- the threads ------------------------------------------------------------------------------ */

struct jobs {
    struct store *store;
    const struct room *const *rooms;
    const struct zone *zone;
    struct lane_thread {
        struct jobs *of;
        enum lane lane;
        pthread_t thread;
    } lanes[LANES];
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool over;
};

static void *run_all(void *arg)
{
    const struct lane_thread *t = arg;
    struct jobs *j = t->of;
    pthread_mutex_lock(&j->lock);
    while (!j->over) {
        pthread_mutex_unlock(&j->lock);
        struct ctx c = { .arena = arena_new(),
                         .store = j->store,
                         .now = clock_now(),
                         .zone = j->zone,
                         .actor = S("system"),
                         .rights = ~(u64)0 };
        i64 ran;
        if (run_due(j->store, &c, j->rooms, t->lane, &ran) != OK)
            LOG(WARN, "job.not_recorded", KV("why", c.why.detail));
        arena_free(c.arena);
        pthread_mutex_lock(&j->lock);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += TICK_SECONDS;
        if (!j->over) pthread_cond_timedwait(&j->wake, &j->lock, &until);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

/* lanes: those that run. */
static void stop(struct jobs *j, int lanes)
{
    pthread_mutex_lock(&j->lock);
    j->over = true;
    pthread_cond_broadcast(&j->wake);
    pthread_mutex_unlock(&j->lock);
    for (int i = 0; i < lanes; i++) pthread_join(j->lanes[i].thread, NULL);
    pthread_cond_destroy(&j->wake);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

enum err jobs_start(struct store *s, struct ctx *c, const struct room *const *rooms,
                    struct jobs **out)
{
    struct jobs *j = calloc(1, sizeof *j);
    if (!j) abort();
    *j = (struct jobs){ .store = s, .rooms = rooms, .zone = c->zone };
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    for (int i = 0; i < LANES; i++) {
        j->lanes[i] = (struct lane_thread){ .of = j, .lane = (enum lane)i };
        if (pthread_create(&j->lanes[i].thread, NULL, run_all, &j->lanes[i]) == 0) continue;
        stop(j, i);
        return fail(c, E_INTERNAL, "无法创建任务线程", "the threads of jobs cannot be made");
    }
    *out = j;
    return OK;
}

void jobs_stop(struct jobs *j) { stop(j, LANES); }
