/* store_fault_test.c -- a disk that fails or is full: refused with an error, no lie, and the
 * service goes on. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/room.h"
#include "store/store.h"
#include "support/fault_vfs.h"
#include "test.h"

static const struct migration migrations[] = {
    { "0001 note", "CREATE TABLE note (id int64 NOT NULL PRIMARY KEY, text_of text NOT NULL);" },
    { 0 },
};
static const struct room notes = { .name = "notes", .migrations = migrations };
static const struct room *const note_rooms[] = { &notes, NULL };

CHANGE(add_note, "INSERT INTO note (id, text_of) VALUES ($1, $2)");
QUERY(count_notes, one_i64, "SELECT COUNT(*) AS value FROM note");

static struct store *store;
static _Atomic i64 after;
static void count_after(void *arg) { atomic_fetch_add(&after, 1); }

/* Faults are injected below SQLite: on PostgreSQL there is nothing to do here. */
static bool begin(struct ctx **c, i64 cache_kib)
{
    if (test_store_is_pg()) return false;
    fault_install();
    *c = test_ctx();
    struct store_options o = test_store_options();
    o.cache_kib = cache_kib;
    CHECK_OK(*c, store_open(*c, o, note_rooms, &store));
    after = 0;
    return true;
}

static void end(struct ctx *c)
{
    fault_disarm();
    store_release(c);
    store_close(store);
}

static enum err add(struct tx *t, void *arg)
{
    tx_after_commit(t, count_after, NULL);
    return tx_change(t, &add_note, ARGS(*(i64 *)arg, S("note")));
}

static i64 count(struct store *s)
{
    struct ctx *c = test_ctx_new();
    struct one_i64 n;
    CHECK_OK(c, store_reader(s, c));
    CHECK_OK(c, db_get(c, &count_notes, &n, NO_ARGS));
    test_ctx_free(c);
    return n.value;
}

static _Atomic bool inside, leave;
static enum err hold(struct tx *t, void *arg)
{
    inside = true;
    while (!leave) sched_yield();
    return OK;
}
static void *holder(void *arg)
{
    struct ctx *c = test_ctx_new();
    if (store_write(store, c, hold, NULL) != OK) abort();
    test_ctx_free(c);
    return NULL;
}

#define CALLERS 8
static struct caller {
    pthread_t thread;
    i64 id;
    enum err result;
} callers[CALLERS];

static void *call(void *arg)
{
    struct caller *k = arg;
    struct ctx *c = test_ctx_new();
    k->result = store_write(store, c, add, &k->id);
    test_ctx_free(c);
    return NULL;
}

/* Lets all callers wait behind a change that lingers, so that they make one batch; arms; lets go.
 */
static void one_batch(enum fault fault, int times)
{
    pthread_t thread;
    inside = leave = false;
    CHECK(pthread_create(&thread, NULL, holder, NULL) == 0);
    while (!inside) sched_yield();
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ .id = 100 + i };
        CHECK(pthread_create(&callers[i].thread, NULL, call, &callers[i]) == 0);
    }
    while (store_stats(store).waiting < CALLERS) sched_yield();
    fault_arm(fault, 0, times);
    leave = true;
    for (int i = 0; i < CALLERS; i++) pthread_join(callers[i].thread, NULL);
    pthread_join(thread, NULL);
}

TEST(a_failed_commit_fails_all)
{
    struct ctx *c;
    if (!begin(&c, 0)) return;
    i64 first = 1, last = 2;
    CHECK_OK(c, store_write(store, c, add, &first));
    one_batch(FAULT_SYNC, 1);
    CHECK_I64(fault_hits(), 1);
    for (int i = 0; i < CALLERS; i++) CHECK(callers[i].result == E_STORE);
    CHECK_I64(after, 1); /* nobody was told of what did not happen */
    CHECK_I64(count(store), 1);
    CHECK_OK(c, store_write(store, c, add, &last));
    CHECK_I64(count(store), 2);
    end(c);
    CHECK(begin(&c, 0));
    CHECK_I64(count(store), 2);
    CHECK_OK(c, store_check((c->store = store, c)));
    end(c);
}

TEST(an_fsync_that_keeps_failing_is_in_doubt_and_said)
{
    struct ctx *c;
    if (!begin(&c, 0)) return;
    i64 id = 1;
    fault_arm(FAULT_SYNC, 0, -1);
    CHECK_ERR(c, store_write(store, c, add, &id), E_UNCERTAIN);
    CHECK_ERR(c, store_write(store, c, add, &id), E_UNCERTAIN);
    CHECK_I64(count(store), 0);
    fault_disarm();
    CHECK_OK(c, store_write(store, c, add, &id)); /* the same key settles it */
    CHECK_I64(count(store), 1);
    end(c);
}

static void copy_file(struct ctx *c, const char *from, const char *to, const char *name)
{
    char at[4096];
    FILE *in = fopen(str_z(c->arena, str_fmt(c->arena, "%s/%s", from, name)), "rb");
    FILE *out = fopen(str_z(c->arena, str_fmt(c->arena, "%s/%s", to, name)), "wb");
    CHECK(in && out);
    for (size_t n; (n = fread(at, 1, sizeof at, in)) > 0;) CHECK(fwrite(at, 1, n, out) == n);
    fclose(in);
    fclose(out);
}

/* The files as a crash would leave them right after the refusal. */
TEST(a_refused_commit_does_not_come_back_after_a_crash)
{
    struct ctx *c;
    if (!begin(&c, 0)) return;
    i64 first = 1, refused = 2;
    CHECK_OK(c, store_write(store, c, add, &first));
    fault_arm(FAULT_SYNC, 0, 1);
    CHECK_ERR(c, store_write(store, c, add, &refused), E_STORE);
    const char *folder = str_z(c->arena, str_fmt(c->arena, "%s/crashed", test_folder()));
    CHECK(mkdir(folder, 0700) == 0);
    copy_file(c, test_folder(), folder, "koi.db");
    copy_file(c, test_folder(), folder, "koi.db-wal");
    struct store *crashed;
    struct ctx *d = test_ctx_new();
    CHECK_OK(
        d, store_open(d, (struct store_options){ .where = str_of(folder) }, note_rooms, &crashed));
    CHECK_I64(count(crashed), 1);
    test_ctx_free(d);
    store_close(crashed);
    end(c);
}

TEST(a_full_disk_refuses_and_the_service_goes_on)
{
    struct ctx *c;
    if (!begin(&c, 0)) return;
    i64 last = 1;
    one_batch(FAULT_FULL, -1);
    CHECK(fault_hits() > 0);
    for (int i = 0; i < CALLERS; i++) CHECK(callers[i].result == E_FULL);
    CHECK_I64(after, 0);
    CHECK_I64(count(store), 0);
    fault_disarm();
    CHECK_OK(c, store_write(store, c, add, &last));
    CHECK_I64(count(store), 1);
    end(c);
}

static enum err add_much(struct tx *t, void *arg)
{
    char text[3000];
    memset(text, 'x', sizeof text);
    for (i64 i = 1000; i < 1400; i++) {
        enum err e = tx_change(t, &add_note, ARGS(i, ((str){ text, sizeof text })));
        if (e != OK) return OK; /* looks away: the change is lost all the same */
    }
    return OK;
}

/* A cache this small spills into the log before the commit: the disk fills in the middle of a
 * change. */
TEST(a_full_disk_in_the_middle_of_a_change_fails_all)
{
    struct ctx *c;
    if (!begin(&c, 64)) return;
    i64 id = 1;
    CHECK_OK(c, store_write(store, c, add, &id));
    for (int pieces = 0; pieces < 4; pieces++) { /* of the log, that still find room */
        fault_arm(FAULT_FULL, pieces, -1);
        CHECK_ERR(c, store_write(store, c, add_much, NULL), E_FULL);
        CHECK(fault_hits() > 0);
        CHECK_I64(count(store), 1);
        fault_disarm();
    }
    CHECK_OK(c, store_write(store, c, add_much, NULL));
    CHECK_I64(count(store), 401);
    end(c);
}

TEST(a_backup_on_a_full_disk_leaves_nothing)
{
    struct ctx *c;
    if (!begin(&c, 0)) return;
    CHECK_OK(c, store_write(store, c, add_much, NULL));
    str file = str_fmt(c->arena, "%s/full.koi", test_folder());
    fault_arm(FAULT_FULL, 20, -1);
    CHECK_ERR(c, store_backup(store, c, file), E_FULL);
    fault_disarm();
    struct stat st;
    CHECK(stat(str_z(c->arena, file), &st) != 0);
    CHECK_OK(c, store_backup(store, c, file));
    end(c);
}
