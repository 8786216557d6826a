/* job_test.c -- leases, retries and the record of runs. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/room.h"
#include "job/job.h"

static _Atomic int runs, at_once, most_at_once;
static bool failing;
static i64 hold_us;

static enum err work(struct store *s, struct ctx *c)
{
    CHECK(s != NULL && c->db != NULL);
    int n = atomic_fetch_add(&at_once, 1) + 1;
    if (n > atomic_load(&most_at_once)) atomic_store(&most_at_once, n);
    if (hold_us) usleep((useconds_t)hold_us);
    atomic_fetch_add(&runs, 1);
    atomic_fetch_sub(&at_once, 1);
    return failing ? fail(c, E_STORE, "坏了", "it broke") : OK;
}

static const struct job_row rows[] = {
    { "test.often", 10 * MINUTE_MS, 0, work, "常做", "Often" },
    { 0 },
};
static const struct job_row daily[] = {
    { "test.daily", 0, 3 * 60, work, "每天三点", "Each day at three" },
    { 0 },
};
static const struct room often_room = { .name = "often", .jobs = rows };
static const struct room daily_room = { .name = "daily", .jobs = daily };
static const struct room *const often[] = { &often_room, NULL };
static const struct room *const daily_rooms[] = { &daily_room, NULL };

static _Atomic bool asked, answered;
static enum err ask_outside(struct store *s, struct ctx *c)
{
    (void)s, (void)c;
    for (asked = true; !answered;) usleep(1000);
    return OK;
}
static const struct job_row asking[] = {
    { "test.asks", 10 * MINUTE_MS, 0, ask_outside, "问外面", "Asks outside", .outside = true },
    { 0 },
};
static const struct room asking_room = { .name = "asking", .jobs = asking };
static const struct room *const asking_first[] = { &asking_room, &often_room, NULL };

static void reset(void)
{
    runs = at_once = most_at_once = 0;
    failing = false;
    hold_us = 0;
    test_store();
}

static i64 run(const struct room *const *rooms)
{
    i64 ran;
    CHECK_OK(test_ctx(), job_run_due(test_store(), test_ctx(), rooms, &ran));
    return ran;
}

#define FIELDS_OF_run_row(X, N) \
    X(flag, ok, ANY, "", N)     \
    X(str, detail, ANY, "", N)
SHAPE(run_row);
SHAPE_DEFINE(run_row);
QUERY(test_runs, run_row, "SELECT ok, detail FROM job_run ORDER BY id");
CHANGE(test_orphan, "UPDATE job SET holder = 'somebody dead', lease_until = $1");

TEST(a_job_runs_when_it_is_due)
{
    reset();
    struct ctx *c = test_reader();
    CHECK_I64(run(often), 1);
    CHECK_I64(run(often), 0);
    c->now += 9 * MINUTE_MS;
    CHECK_I64(run(often), 0);
    c->now += MINUTE_MS;
    CHECK_I64(run(often), 1);
    CHECK_I64(atomic_load(&runs), 2);
}

TEST(a_daily_job_runs_at_its_minute_of_the_programmes_day)
{
    reset();
    struct ctx *c = test_reader(); /* 08:00 in Shanghai */
    CHECK_I64(run(daily_rooms), 0);
    c->now += 18 * HOUR_MS; /* 02:00 */
    CHECK_I64(run(daily_rooms), 0);
    c->now += HOUR_MS;
    CHECK_I64(run(daily_rooms), 1);
    CHECK_I64(run(daily_rooms), 0);
    c->now += 23 * HOUR_MS;
    CHECK_I64(run(daily_rooms), 0);
    c->now += HOUR_MS;
    CHECK_I64(run(daily_rooms), 1);
}

TEST(a_run_that_fails_waits_longer_each_time)
{
    reset();
    struct ctx *c = test_reader();
    failing = true;
    CHECK_I64(run(often), 1);
    CHECK_I64(run(often), 0);
    c->now += 6 * SECOND_MS;
    CHECK_I64(run(often), 1);
    c->now += 6 * SECOND_MS;
    CHECK_I64(run(often), 0);
    c->now += MINUTE_MS;
    failing = false;
    CHECK_I64(run(often), 1);
    c->now += 2 * MINUTE_MS;
    CHECK_I64(run(often), 0); /* back to its schedule */
    struct run_row_list all;
    CHECK_OK(c, db_all(c, &test_runs, &all, NO_ARGS));
    CHECK_I64(all.n, 3);
    CHECK(!all.at[0].ok && !all.at[1].ok && all.at[2].ok);
    CHECK_STR(all.at[0].detail, "it broke");
}

static void *run_beside(void *arg)
{
    i64 *ran = arg;
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, job_run_due(test_store(), c, often, ran));
    test_ctx_free(c);
    return NULL;
}

TEST(one_holder)
{
    reset();
    hold_us = 200000;
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    i64 ran[THREADS], sum = 0;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, run_beside, &ran[i]) == 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += ran[i];
    }
    CHECK_I64(sum, 1);
    CHECK_I64(atomic_load(&most_at_once), 1);
}

static enum err orphan(struct tx *t, void *arg)
{
    return tx_change(t, &test_orphan, ARGS(*(i64 *)arg));
}

TEST(a_run_that_dies_is_taken_over_when_its_lease_ends)
{
    reset();
    struct ctx *c = test_reader();
    CHECK_I64(run(often), 1);
    c->now += 10 * MINUTE_MS;
    i64 until = c->now + 30 * SECOND_MS;
    CHECK_OK(c, store_write(test_store(), c, orphan, &until));
    CHECK_I64(run(often), 0);
    c->now += 31 * SECOND_MS;
    CHECK_I64(run(often), 1);
}

TEST(the_last_hundred_runs_are_kept)
{
    reset();
    struct ctx *c = test_reader();
    for (int i = 0; i < 105; i++) {
        CHECK_I64(run(often), 1);
        c->now += 10 * MINUTE_MS;
    }
    struct run_row_list all;
    CHECK_OK(c, db_all(c, &test_runs, &all, NO_ARGS));
    CHECK_I64(all.n, 100);
}

TEST(the_thread_runs_jobs_and_stops)
{
    reset();
    struct jobs *j;
    struct ctx *c = test_reader();
    CHECK_OK(c, jobs_start(test_store(), c, often, &j));
    for (int i = 0; i < 500 && !atomic_load(&runs); i++) usleep(10000);
    jobs_stop(j);
    CHECK_I64(atomic_load(&runs), 1);
}

TEST(the_outside_holds_up_nobody)
{
    reset();
    struct jobs *j;
    CHECK_OK(test_reader(), jobs_start(test_store(), test_reader(), asking_first, &j));
    for (int i = 0; i < 2000 && !(asked && atomic_load(&runs)); i++) usleep(10000);
    CHECK(asked && atomic_load(&runs) == 1); /* it is still waiting */
    answered = true;
    jobs_stop(j);
}
