/* store_shelf_test.c -- rows that wait for the end of their batch: seen, undone, and each job's
 * own.
 */
#include <pthread.h>

#include "base/room.h"
#include "store/store.h"
#include "test.h"

static const struct migration migrations[] = {
    { "0001 shelved", "CREATE TABLE shelved (id int64 NOT NULL PRIMARY KEY) clustered;"
                      "CREATE TABLE beside (id int64 NOT NULL PRIMARY KEY) clustered;" },
    { 0 },
};
static const struct room shelf_room = { .name = "shelf", .migrations = migrations };
static const struct room *const shelf_rooms[] = { &shelf_room, NULL };

QUERY(count_shelved, one_i64, "SELECT COUNT(*) AS value FROM shelved");
QUERY(count_beside, one_i64, "SELECT COUNT(*) AS value FROM beside");
CHANGE(add_shelved, "INSERT INTO shelved (id) VALUES ($1)");
CHANGE(add_beside, "INSERT INTO beside (id) VALUES ($1)");

struct counts {
    i64 n, written;
};
struct notes {
    struct {
        i64 *at;
        i64 n;
    } ids;
    i64 written;
    struct {
        struct counts *at;
        i64 n;
    } marks;
};
static _Atomic i64 writings;

static enum err notes_write(struct tx *t, void *state)
{
    struct notes *s = state;
    if (s->written < s->ids.n) writings++;
    for (; s->written < s->ids.n; s->written++)
        TRY(tx_change(t, &add_shelved, ARGS(s->ids.at[s->written])));
    return OK;
}
static void notes_mark(void *state, struct arena *a)
{
    struct notes *s = state;
    *PUSH(a, &s->marks) = (struct counts){ s->ids.n, s->written };
}
static void notes_undo(void *state)
{
    struct notes *s = state;
    s->ids.n = s->marks.at[s->marks.n - 1].n;
    s->written = s->marks.at[s->marks.n - 1].written;
}
static void notes_keep(void *state) { ((struct notes *)state)->marks.n--; }
SHELF(notes_shelf, .tables = "shelved", .size = sizeof(struct notes), .write = notes_write,
      .mark = notes_mark, .undo = notes_undo, .keep = notes_keep);

static void note(struct tx *t, i64 id)
{
    struct arena *a;
    struct notes *s = tx_shelf(t, &notes_shelf, &a);
    *PUSH(a, &s->ids) = id;
}

static struct store *store;

static void open_store(void)
{
    struct ctx *c = test_ctx();
    CHECK_OK(c, store_open(c, test_store_options(), shelf_rooms, &store));
}

static i64 count(struct ctx *c, struct query *q)
{
    struct one_i64 n;
    CHECK_OK(c, db_get(c, q, &n, NO_ARGS));
    return n.value;
}

static i64 count_now(struct query *q)
{
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, store_reader(store, c));
    i64 n = count(c, q);
    test_ctx_free(c);
    return n;
}

static enum err look(struct tx *t, void *arg)
{
    i64 *first = arg, was = count(t->c, &count_shelved), before = writings;
    note(t, *first);
    TRY(tx_change(t, &add_beside, ARGS(*first)));
    CHECK_I64(writings, before); /* nobody asked for its table */
    CHECK_I64(count(t->c, &count_shelved), was + 1);
    note(t, *first + 1);
    CHECK_I64(count(t->c, &count_shelved), was + 2);
    note(t, *first + 2);
    return OK;
}

TEST(what_waits_is_seen)
{
    i64 first = 1;
    open_store();
    i64 was = count_now(&count_shelved);
    CHECK_OK(test_ctx(), store_write(store, test_ctx(), look, &first));
    CHECK_I64(count_now(&count_shelved), was + 3);
    store_close(store);
}

/* What a part that fails has done: notes, rows of its own, and what it had written. */
struct part {
    i64 first;
    bool looks, changes;
};
static enum err fails(struct tx *t, void *arg)
{
    struct part *p = arg;
    note(t, p->first);
    if (p->changes) TRY(tx_change(t, &add_beside, ARGS(p->first)));
    if (p->looks) count(t->c, &count_shelved);
    note(t, p->first + 1);
    return fail(t->c, E_CONFLICT, "反悔", "changed my mind");
}
static enum err around(struct tx *t, void *arg)
{
    struct part *p = arg, inner = { p->first + 1, p->looks, p->changes };
    i64 was = count(t->c, &count_shelved);
    note(t, p->first);
    CHECK_I64(tx_try(t, fails, &inner), E_CONFLICT);
    inner.looks = !inner.looks;
    CHECK_I64(tx_try(t, fails, &inner), E_CONFLICT);
    note(t, p->first + 1);
    if (p->changes) CHECK_I64(count(t->c, &count_shelved), was + 2);
    return OK;
}

TEST(what_is_undone_waits_no_more)
{
    open_store();
    i64 was = count_now(&count_shelved), beside = count_now(&count_beside);
    for (i64 i = 0; i < 4; i++) {
        struct part p = { 100 + 10 * i, i & 1, i & 2 };
        CHECK_OK(test_ctx(), store_write(store, test_ctx(), around, &p));
        p.first += 5;
        CHECK_I64(store_write(store, test_ctx(), fails, &p), E_CONFLICT);
    }
    CHECK_I64(count_now(&count_shelved), was + 8);
    CHECK_I64(count_now(&count_beside), beside);
    store_close(store);
}

/* Many at once; every eighth notes what is there already, and learns it only when it is written. */
enum { CLIENTS = 8, JOBS = 48 };
static enum err take_note(struct tx *t, void *arg)
{
    note(t, *(i64 *)arg);
    return OK;
}
static void *client(void *arg)
{
    struct ctx *c = test_ctx_new();
    i64 me = (i64)(intptr_t)arg, conflicts = 0;
    for (i64 i = 0; i < JOBS; i++) {
        i64 id = i % 8 ? 1000 + me * JOBS + i : 999;
        conflicts += store_write(store, c, take_note, &id) == E_CONFLICT;
    }
    test_ctx_free(c);
    return (void *)(intptr_t)conflicts;
}

TEST(only_the_job_at_fault_fails)
{
    pthread_t threads[CLIENTS];
    i64 there = 999;
    open_store();
    CHECK_OK(test_ctx(), store_write(store, test_ctx(), take_note, &there));
    i64 was = count_now(&count_shelved);
    for (i64 i = 0; i < CLIENTS; i++)
        CHECK(!pthread_create(&threads[i], NULL, client, (void *)(intptr_t)i));
    for (i64 i = 0; i < CLIENTS; i++) {
        void *conflicts;
        pthread_join(threads[i], &conflicts);
        CHECK_I64((i64)(intptr_t)conflicts, JOBS / 8);
    }
    CHECK_I64(count_now(&count_shelved), was + CLIENTS * JOBS * 7 / 8);
    store_close(store);
}
