/* store_backup_test.c -- backups are whole, restore anywhere, and nothing else is taken for one. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/room.h"
#include "store/store.h"
#include "test.h"

static const struct migration migrations[] = {
    { "0001 thing",
      "CREATE TABLE thing (id int64 NOT NULL PRIMARY KEY, name text, raw bytes, weight float64,"
      " good flag, twin int64 NOT NULL);"
      "CREATE TABLE kind (name text NOT NULL PRIMARY KEY) clustered;"
      "INSERT INTO kind (name) VALUES ('fish'), ('pond');" /* rows of the migration's own */ },
    { 0 },
};
static const struct migration later[] = {
    { "0001 thing",
      "CREATE TABLE thing (id int64 NOT NULL PRIMARY KEY, name text, raw bytes, weight float64,"
      " good flag, twin int64 NOT NULL);"
      "CREATE TABLE kind (name text NOT NULL PRIMARY KEY) clustered;"
      "INSERT INTO kind (name) VALUES ('fish'), ('pond');" /* rows of the migration's own */ },
    { "0002 colour", "ALTER TABLE thing ADD COLUMN colour text NOT NULL DEFAULT 'red';" },
    { 0 },
};
static const struct room things = { .name = "things", .migrations = migrations };
static const struct room things_later = { .name = "things", .migrations = later };
static const struct room *const thing_rooms[] = { &things, NULL };
static const struct room *const later_rooms[] = { &things_later, NULL };

CHANGE(add_thing,
       "INSERT INTO thing (id, name, raw, weight, good, twin) VALUES ($1, $2, $3, $4, $5, $6)");
CHANGE(twin_thing, "UPDATE thing SET twin = $1");
QUERY(thing_sum, one_str,
      "SELECT CAST(COUNT(*) AS TEXT) || ' ' || CAST(SUM(id) AS TEXT) || ' ' || MAX(name) || ' ' || "
      "CAST(SUM(CASE WHEN good THEN 1 ELSE 0 END) AS TEXT) || ' ' || CAST(COUNT(weight) AS TEXT) "
      "|| ' ' || "
      "CAST(COUNT(raw) AS TEXT) || ' ' || CAST(SUM(LENGTH(raw)) AS TEXT) AS value FROM thing");
QUERY(twin_spread, one_i64, "SELECT MAX(twin) - MIN(twin) AS value FROM thing");

#define SUM "1000 500500 锦鲤999 500 667 999 2997"

static struct store *store;

static enum err fill(struct tx *t, void *arg)
{
    i64 first;
    TRY(tx_take(t, S("thing"), 1000, &first));
    for (i64 i = 0; i < 1000; i++) {
        bytes raw = { i ? "\0\1\2" : NULL, 3 };
        TRY(tx_change(t, &add_thing,
                      i % 3 == 1 ? ARGS(first + i, str_fmt(t->c->arena, "锦鲤%d", (int)i), raw,
                                        NONE, i % 2 == 0, (i64)0)
                                 : ARGS(first + i, str_fmt(t->c->arena, "锦鲤%d", (int)i), raw, 0.5,
                                        i % 2 == 0, (i64)0)));
    }
    return OK;
}

static struct ctx *open_things(void)
{
    struct ctx *c = test_ctx();
    CHECK_OK(c, store_open(c, test_store_options(), thing_rooms, &store));
    c->store = store;
    CHECK_OK(c, store_write(store, c, fill, NULL));
    return c;
}

static str in_folder(struct ctx *c, const char *name)
{
    return str_fmt(c->arena, "%s/%s", test_folder(), name);
}

static void check_sum(struct store *s)
{
    struct ctx *c = test_ctx_new();
    struct one_str sum;
    CHECK_OK(c, store_reader(s, c));
    CHECK_OK(c, db_get(c, &thing_sum, &sum, NO_ARGS));
    CHECK_STR(sum.value, SUM);
    CHECK_OK(c, store_check(c));
    test_ctx_free(c);
}

TEST(a_backup_restores_into_an_empty_store)
{
    struct ctx *c = open_things();
    str file = in_folder(c, "one.koi");
    CHECK_OK(c, store_backup(store, c, file));
    struct stat st;
    CHECK(stat(str_z(c->arena, file), &st) == 0 && (st.st_mode & 0777) == 0600);
    check_sum(store);
    store_close(store);
    struct store_options into = { .where = in_folder(c, "second") };
    CHECK_OK(c, store_restore(c, into, thing_rooms, file));
    CHECK_OK(c, store_open(c, into, thing_rooms, &store));
    check_sum(store);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, file), E_CONFLICT); /* not empty any more */
    check_sum(store);
    store_close(store);
    into.where = in_folder(c, "third"); /* an older backup is brought up to date */
    CHECK_OK(c, store_restore(c, into, later_rooms, file));
    CHECK_OK(c, store_open(c, into, later_rooms, &store));
    check_sum(store);
    store_close(store);
}

/* PostgreSQL takes back what SQLite saved; on SQLite this moves to a second file. */
TEST(a_backup_moves_between_engines)
{
    struct ctx *c = test_ctx();
    struct store_options file_options = { .where = in_folder(c, "here") };
    CHECK_OK(c, store_open(c, file_options, thing_rooms, &store));
    CHECK_OK(c, store_write(store, c, fill, NULL));
    CHECK_OK(c, store_backup(store, c, in_folder(c, "two.koi")));
    store_close(store);
    struct store_options into = test_store_options();
    if (!test_store_is_pg()) into.where = in_folder(c, "there");
    CHECK_OK(c, store_restore(c, into, thing_rooms, in_folder(c, "two.koi")));
    CHECK_OK(c, store_open(c, into, thing_rooms, &store));
    c->store = store;
    check_sum(store);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, in_folder(c, "two.koi")), E_CONFLICT);
    store_close(store);
}

static _Atomic bool stop;
static enum err twin(struct tx *t, void *arg)
{
    return tx_change(t, &twin_thing, ARGS(*(i64 *)arg));
}
static void *writer(void *arg)
{
    struct ctx *c = test_ctx_new();
    for (i64 n = 1; !stop; n++) {
        enum err e = store_write(store, c, twin, &n);
        if (e != OK) abort();
        arena_reset(c->arena);
    }
    test_ctx_free(c);
    return NULL;
}

TEST(a_backup_is_one_moment_while_serving)
{
    struct ctx *c = open_things();
    pthread_t thread;
    stop = false;
    CHECK(pthread_create(&thread, NULL, writer, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(c, store_backup(store, c, in_folder(c, "moving.koi"))); /* over the one before */
        struct store_options o = { .where = str_fmt(c->arena, "%s/moved%d", test_folder(), i) };
        struct store *moved;
        CHECK_OK(c, store_restore(c, o, thing_rooms, in_folder(c, "moving.koi")));
        CHECK_OK(c, store_open(c, o, thing_rooms, &moved));
        struct ctx *r = test_ctx_new();
        struct one_i64 spread;
        CHECK_OK(r, store_reader(moved, r));
        CHECK_OK(r, db_get(r, &twin_spread, &spread, NO_ARGS));
        CHECK_I64(spread.value, 0); /* every change touches all rows: a mixture would show */
        test_ctx_free(r);
        store_close(moved);
    }
    stop = true;
    pthread_join(thread, NULL);
    store_close(store);
}

static void spoil_middle(const char *file)
{
    FILE *f = fopen(file, "r+b");
    char junk[4096];
    CHECK(f && fseek(f, 0, SEEK_END) == 0);
    long at = ftell(f) / 2 / 4096 * 4096;
    memset(junk, 0x5a, sizeof junk);
    CHECK(fseek(f, at, SEEK_SET) == 0 && fwrite(junk, sizeof junk, 1, f) == 1);
    fclose(f);
}

TEST(what_is_not_a_backup_is_refused)
{
    struct ctx *c = open_things();
    str file = in_folder(c, "good.koi");
    struct store_options into = { .where = in_folder(c, "nowhere") };
    CHECK_OK(c, store_backup(store, c, file));
    CHECK_ERR(c, store_backup(store, c, in_folder(c, "no/such/folder.koi")), E_STORE);
    CHECK_ERR(c, store_backup(store, c, S("")), E_INVALID);
    store_close(store);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, in_folder(c, "absent.koi")), E_STORE);
    FILE *f = fopen(str_z(c->arena, in_folder(c, "text.koi")), "w");
    fputs("order,member,paid\n1,2,3\n", f);
    fclose(f);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, in_folder(c, "text.koi")), E_UNPROCESSABLE);
    f = fopen(str_z(c->arena, in_folder(c, "empty.koi")), "w");
    fclose(f);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, in_folder(c, "empty.koi")), E_UNPROCESSABLE);
    struct store_options newer = { .where = in_folder(c, "newer") };
    CHECK_OK(c, store_restore(c, newer, later_rooms, file));
    CHECK_OK(c, store_open(c, newer, later_rooms, &store));
    CHECK_OK(c, store_backup(store, c, in_folder(c, "newer.koi")));
    store_close(store);
    CHECK_ERR(c, store_restore(c, into, thing_rooms, in_folder(c, "newer.koi")), E_STORE);
    CHECK(str_find(str_of(c->why.detail), S("newer")) >= 0);
    spoil_middle(str_z(c->arena, file));
    CHECK_ERR(c, store_restore(c, into, thing_rooms, file), E_STORE);
    CHECK(!str_has(str_of(c->why.detail), '\n'));          /* the engine's report, in one line */
    CHECK(access(str_z(c->arena, into.where), F_OK) != 0); /* nothing was made of any of them */
}

CHANGE(rewind_sequence, "UPDATE sequence SET next = 5 WHERE name = 'thing'");
static enum err rewind_it(struct tx *t, void *arg)
{
    return tx_change(t, &rewind_sequence, NO_ARGS);
}

TEST(a_check_finds_a_sequence_behind_its_table)
{
    struct ctx *c = open_things();
    CHECK_OK(c, store_check(c));
    CHECK_OK(c, store_write(store, c, rewind_it, NULL));
    CHECK_ERR(c, store_check(c), E_STORE);
    CHECK(str_find(str_of(c->why.detail), S("behind")) >= 0);
    store_close(store);
}
