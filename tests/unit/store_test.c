/* store_test.c -- statements, rows and changes, on both engines. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/room.h"
#include "store/store.h"
#include "test.h"

enum pet_kind { PET_CARP, PET_CAT };
CHOICE(pet_kind);
CHOICE_DEFINE(pet_kind, "carp", "cat");

#define FIELDS_OF_pet(X, N)               \
    X(i64, id, ANY, "", N)                \
    X(str, name, ANY, "", N)              \
    X(choice(pet_kind), kind, ANY, "", N) \
    X(flag, tame, ANY, "", N)             \
    X(money, price, ANY, "", N)           \
    X(day, born, ANY, "", N)              \
    X(instant, seen_at, ANY, "", N)       \
    X(f64, weight, ANY, "", N)            \
    X(opt_i64, owner, ANY, "", N)         \
    X(str, photo, ANY, "", N)
SHAPE(pet);
SHAPE_DEFINE(pet);

static const struct migration pet_migrations[] = {
    { "0001 pet",
      "CREATE TABLE pet (id int64 NOT NULL PRIMARY KEY, name text NOT NULL UNIQUE, kind text NOT "
      "NULL,"
      " tame flag NOT NULL DEFAULT FALSE, price int64 NOT NULL, born int64 NOT NULL, seen_at int64 "
      "NOT NULL,"
      " weight float64 NOT NULL, owner int64, photo bytes);"
      "CREATE TABLE account (id int64 NOT NULL PRIMARY KEY, balance int64 NOT NULL) clustered;"
      "CREATE TABLE posting (id int64 NOT NULL, account int64 NOT NULL, amount int64 NOT NULL,"
      " PRIMARY KEY (account, id)) clustered;" },
    { 0 },
};
static const struct room pets = { .name = "pets", .migrations = pet_migrations };
static const struct room *const pet_rooms[] = { &pets, NULL };

CHANGE(add_pet,
       "INSERT INTO pet (id, name, kind, tame, price, born, seen_at, weight, owner, photo) "
       "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
QUERY(pet_by_id, pet,
      "SELECT id, name, kind, tame, price, born, seen_at, weight, owner, photo FROM pet WHERE id = "
      "$1");
QUERY(
    pets_all, pet,
    "SELECT id, name, kind, tame, price, born, seen_at, weight, owner, photo FROM pet ORDER BY id");
QUERY(pet_second_first, one_str, "SELECT name AS value FROM pet WHERE price = $2 AND id = $1");
CHANGE(rename_pet, "UPDATE pet SET name = $2 WHERE id = $1");
CHANGE_RETURNING(raise_price, one_i64,
                 "UPDATE pet SET price = price + $2 WHERE id = $1 RETURNING price AS value");
QUERY(count_pets, one_i64, "SELECT COUNT(*) AS value FROM pet");
CHANGE(strange_kind, "UPDATE pet SET kind = 'dragon' WHERE id = $1");

QUERY(words_row, one_str,
      "SELECT CAST(bytes AS TEXT) || ' ' || text || CASE WHEN flag THEN ' on' ELSE ' off' END AS "
      "value "
      "FROM words WHERE float64 IS NULL AND raw IS NULL");
QUERY(count_to, one_i64,
      "WITH RECURSIVE n (value) AS (SELECT CAST(1 AS BIGINT) UNION ALL "
      "SELECT value + 1 FROM n WHERE value < $1) SELECT value FROM n");

static struct store *opened;

static struct ctx *open_pets(void)
{
    struct ctx *c = test_ctx();
    CHECK_OK(c, store_open(c, test_store_options(), pet_rooms, &opened));
    return c;
}

static void close_pets(struct ctx *c)
{
    store_release(c);
    store_close(opened);
    opened = NULL;
}

static enum err add(struct tx *t, void *arg)
{
    const struct pet *p = arg;
    return tx_change(t, &add_pet,
                     ARGS(p->id, p->name, choice_name(&pet_kind_choice, (int)p->kind), p->tame,
                          p->price, p->born, p->seen_at, p->weight, p->owner,
                          ((bytes){ p->photo.at, p->photo.n })));
}

static struct pet carp(i64 id, str name)
{
    return (struct pet){ .id = id,
                         .name = name,
                         .kind = PET_CAT,
                         .tame = true,
                         .price = 12345600,
                         .born = -3,
                         .seen_at = 1717200000123,
                         .weight = 0.25,
                         .owner = SOME(7),
                         .photo = { "\0\xff\x01", 3 } };
}

TEST(a_row_goes_into_its_struct)
{
    struct ctx *c = open_pets();
    struct pet in = carp(1, S("锦鲤")), out;
    CHECK_OK(c, store_write(opened, c, add, &in));
    CHECK_OK(c, store_reader(opened, c));
    CHECK_OK(c, db_get(c, &pet_by_id, &out, ARGS((i64)1)));
    CHECK_STR(out.name, "锦鲤");
    CHECK(out.kind == PET_CAT && out.tame && out.weight == 0.25);
    CHECK_I64(out.price, 12345600);
    CHECK_I64(out.born, -3);
    CHECK_I64(out.seen_at, 1717200000123);
    CHECK(out.owner.has && out.owner.value == 7);
    CHECK(out.photo.n == 3 && memcmp(out.photo.at, "\0\xff\x01", 3) == 0);
    in = carp(2, S(""));
    in.owner = NONE;
    in.photo = NO_STR;
    in.tame = false;
    CHECK_OK(c, store_write(opened, c, add, &in));
    CHECK_OK(c, db_get(c, &pet_by_id, &out, ARGS((i64)2)));
    CHECK_STR(out.name, "");
    CHECK(!out.owner.has && !out.photo.at && !out.tame);
    struct pet_list all;
    CHECK_OK(c, db_all(c, &pets_all, &all, NO_ARGS));
    CHECK_I64(all.n, 2);
    CHECK_STR(all.at[0].name, "锦鲤");
    close_pets(c);
}

TEST(parameters_are_bound_by_number)
{
    struct ctx *c = open_pets();
    struct pet in = carp(1, S("a"));
    CHECK_OK(c, store_write(opened, c, add, &in));
    CHECK_OK(c, store_reader(opened, c));
    struct one_str name;
    bool found;
    CHECK_OK(c, db_find(c, &pet_second_first, &name, &found, ARGS((i64)1, (i64)12345600)));
    CHECK(found);
    CHECK_OK(c, db_find(c, &pet_second_first, &name, &found, ARGS((i64)12345600, (i64)1)));
    CHECK(!found && !name.value.at);
    CHECK_ERR(c, db_get(c, &pet_by_id, &in, ARGS((i64)99)), E_NOT_FOUND);
    CHECK_ERR(c, db_get(c, &pet_by_id, &in, NO_ARGS), E_INTERNAL);
    close_pets(c);
}

static enum err spoil(struct tx *t, void *arg) { return tx_change(t, &strange_kind, ARGS((i64)1)); }

TEST(an_unknown_choice_is_refused)
{
    struct ctx *c = open_pets();
    struct pet in = carp(1, S("a"));
    CHECK_OK(c, store_write(opened, c, add, &in));
    CHECK_OK(c, store_reader(opened, c));
    struct ctx *w = test_ctx_new();
    CHECK_OK(w, store_write(opened, w, spoil, NULL));
    test_ctx_free(w);
    CHECK_ERR(c, db_get(c, &pet_by_id, &in, ARGS((i64)1)), E_STORE);
    close_pets(c);
}

TEST(readers_cannot_write)
{
    struct ctx *c = open_pets();
    CHECK_OK(c, store_reader(opened, c));
    struct tx t = { c };
    CHECK_ERR(c, tx_change(&t, &rename_pet, ARGS((i64)1, S("b"))), E_INTERNAL);
    /* Past our own guard the engine refuses too. */
    raise_price.changes = false;
    enum err e =
        db_find(c, &raise_price, &(struct one_i64){ 0 }, &(bool){ false }, ARGS((i64)1, (i64)1));
    raise_price.changes = true;
    CHECK(e == E_INTERNAL);
    close_pets(c);
}

static enum err stop_at_two(void *arg, const void *row)
{
    i64 *seen = arg;
    return ++*seen == 2 ? E_TIMEOUT : OK;
}

static enum err add_ten(struct tx *t, void *arg)
{
    for (i64 i = 1; i <= 10; i++) {
        struct pet p = carp(i, str_fmt(t->c->arena, "pet %d", (int)i));
        TRY(add(t, &p));
    }
    struct one_i64 count;
    TRY(db_get(t->c, &count_pets, &count, NO_ARGS)); /* reading sees the change */
    CHECK_I64(count.value, 10);
    return OK;
}

struct nested {
    struct ctx *c;
    i64 rows;
};

static enum err look_again(void *arg, const void *row)
{
    struct nested *n = arg;
    const struct pet *p = row;
    struct pet again;
    struct one_i64 count;
    TRY(db_get(n->c, &pet_by_id, &again, ARGS(p->id)));
    TRY(db_get(n->c, &count_pets, &count, NO_ARGS));
    CHECK(str_eq(again.name, p->name) && count.value == 10);
    n->rows++;
    return OK;
}

TEST(each_row_is_handed_over)
{
    struct ctx *c = open_pets();
    CHECK_OK(c, store_write(opened, c, add_ten, NULL));
    CHECK_OK(c, store_reader(opened, c));
    i64 seen = 0;
    CHECK_ERR(c, db_each(c, &pets_all, stop_at_two, &seen, NO_ARGS), E_TIMEOUT);
    CHECK_I64(seen, 2);
    struct nested n = { .c = c };
    CHECK_OK(c, db_each(c, &pets_all, look_again, &n, NO_ARGS)); /* other statements run within */
    CHECK_I64(n.rows, 10);
    close_pets(c);
}

static enum err add_same_name(struct tx *t, void *arg)
{
    struct pet p = carp(50, S("fifty"));
    TRY(add(t, &p));
    p = carp(51, S("pet 1"));
    enum err e = add(t, &p);
    CHECK(e == E_CONFLICT);
    p = carp(52, S("fifty-two"));
    CHECK(add(t, &p) == E_CONFLICT); /* the change is over */
    return OK;                       /* and going on does not save it */
}

TEST(a_failed_statement_ends_its_change)
{
    struct ctx *c = open_pets();
    CHECK_OK(c, store_write(opened, c, add_ten, NULL));
    CHECK_ERR(c, store_write(opened, c, add_same_name, NULL), E_CONFLICT);
    CHECK_OK(c, store_reader(opened, c));
    struct one_i64 count;
    CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 10);
    close_pets(c);
}

static void count_up(void *arg) { ++*(i64 *)arg; }

static enum err part(struct tx *t, void *arg)
{
    i64 *called = arg;
    tx_after_commit(t, count_up, called);
    struct pet p = carp(61, S("part"));
    TRY(add(t, &p));
    p = carp(62, S("pet 1"));
    return add(t, &p);
}

static enum err in_parts(struct tx *t, void *arg)
{
    CHECK(tx_try(t, part, arg) == E_CONFLICT);
    struct pet p = carp(63, S("whole"));
    TRY(tx_try(t, add, &p));
    i64 *called = arg;
    tx_after_commit(t, count_up, called);
    return OK;
}

TEST(a_part_may_fail_alone)
{
    struct ctx *c = open_pets();
    i64 called = 0;
    CHECK_OK(c, store_write(opened, c, add_ten, NULL));
    CHECK_OK(c, store_write(opened, c, in_parts, &called));
    CHECK_I64(called, 1);
    CHECK_OK(c, store_reader(opened, c));
    struct one_i64 count;
    CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 11);
    close_pets(c);
}

static enum err take_three(struct tx *t, void *arg) { return tx_take(t, S("pet"), 3, arg); }

static enum err take_and_fail(struct tx *t, void *arg)
{
    TRY(tx_take(t, S("pet"), 5, arg));
    return fail(t->c, E_UNPROCESSABLE, "不行", "no");
}

TEST(sequences_count_from_one_without_holes)
{
    struct ctx *c = open_pets();
    i64 first = 0;
    CHECK_OK(c, store_write(opened, c, take_three, &first));
    CHECK_I64(first, 1);
    CHECK_ERR(c, store_write(opened, c, take_and_fail, &first), E_UNPROCESSABLE);
    CHECK_STR(str_of(c->why.detail), "no");
    CHECK_OK(c, store_write(opened, c, take_three, &first));
    CHECK_I64(first, 4);
    close_pets(c);
}

static enum err take_in_parts(struct tx *t, void *arg)
{
    i64 *first = arg, lost;
    TRY(tx_take(t, S("pet"), 3, &first[0]));
    CHECK(tx_try(t, take_and_fail, &lost) == E_UNPROCESSABLE);
    TRY(tx_take(t, S("pet"), 2, &first[1]));
    CHECK(tx_try(t, take_and_fail, &lost) == E_UNPROCESSABLE);
    CHECK_I64(lost, 6);
    return tx_take(t, S("other"), 1, &first[2]);
}

TEST(numbers_of_an_undone_part_are_taken_again)
{
    struct ctx *c = open_pets();
    i64 first[3], next;
    CHECK_OK(c, store_write(opened, c, take_in_parts, first));
    CHECK(first[0] == 1 && first[1] == 4 && first[2] == 1);
    close_pets(c);
    c = open_pets(); /* what stands in the row */
    CHECK_OK(c, store_write(opened, c, take_three, &next));
    CHECK_I64(next, 6);
    close_pets(c);
}

TEST(a_snapshot_does_not_move)
{
    struct ctx *c = open_pets();
    struct ctx *w = test_ctx_new();
    struct one_i64 count;
    CHECK_OK(c, store_reader(opened, c));
    CHECK_OK(c, store_snapshot(c));
    CHECK_OK(w, store_write(opened, w, add_ten, NULL));
    CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 0);
    store_release(c);
    CHECK_OK(c, store_reader(opened, c));
    CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 10);
    test_ctx_free(w);
    close_pets(c);
}

static _Atomic bool seen_enough;

static enum err add_one(struct tx *t, void *arg)
{
    i64 id = ++*(i64 *)arg;
    struct pet p = carp(id, str_fmt(t->c->arena, "p%lld", (long long)id));
    return add(t, &p);
}

static void *add_on(void *arg)
{
    struct ctx *c = test_ctx_new();
    i64 id = 0;
    while (!seen_enough) CHECK_OK(c, store_write(opened, c, add_one, &id));
    test_ctx_free(c);
    return NULL;
}

TEST(two_readers_see_one_state)
{
    enum { LOOKS = 300 };
    struct ctx *c = open_pets(), *second = test_ctx_new();
    struct one_i64 count, other;
    i64 shared = 0, moved = 0, last = 0;
    pthread_t writer;
    seen_enough = false;
    CHECK(pthread_create(&writer, NULL, add_on, NULL) == 0);
    for (int i = 0; i < LOOKS; i++) {
        bool same;
        CHECK_OK(c, store_reader(opened, c));
        CHECK_OK(second, store_reader(opened, second));
        CHECK_OK(c, store_snapshot_both(c, second, &same));
        for (int again = 0; again < 2; again++) { /* at once, and a while later */
            CHECK_OK(second, db_get(second, &count_pets, &other, NO_ARGS));
            if (again) usleep(500);
            CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
            if (same) CHECK_I64(count.value, other.value);
        }
        shared += same;
        moved += count.value != last;
        last = count.value;
        store_release(c);
        store_release(second);
    }
    seen_enough = true;
    pthread_join(writer, NULL);
    CHECK(shared > LOOKS / 2 && moved > LOOKS / 10);
    CHECK_OK(c, store_reader(opened, c)); /* who has a snapshot already keeps it, alone */
    CHECK_OK(second, store_reader(opened, second));
    CHECK_OK(c, store_snapshot(c));
    bool same = true;
    CHECK_OK(c, store_snapshot_both(c, second, &same));
    CHECK(!same);
    store_release(second);
    test_ctx_free(second);
    close_pets(c);
}

TEST(what_was_written_is_there_after_opening_again)
{
    struct ctx *c = open_pets();
    CHECK_OK(c, store_write(opened, c, add_ten, NULL));
    close_pets(c);
    open_pets();
    struct one_i64 count;
    CHECK_OK(c, store_reader(opened, c));
    CHECK_OK(c, db_get(c, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 10);
    close_pets(c);
}

TEST(a_changed_or_unknown_migration_is_refused)
{
    struct ctx *c = open_pets();
    close_pets(c);
    static const struct migration changed[] = { { "0001 pet", "CREATE TABLE pet (id int64);" },
                                                { 0 } };
    static const struct room edited = { .name = "pets", .migrations = changed };
    static const struct room *const edited_rooms[] = { &edited, NULL };
    CHECK_ERR(c, store_open(c, test_store_options(), edited_rooms, &opened), E_STORE);
    CHECK(str_find(str_of(c->why.detail), S("edited")) >= 0);
    static const struct room *const no_rooms[] = { NULL };
    CHECK_ERR(c, store_open(c, test_store_options(), no_rooms, &opened), E_STORE);
    CHECK(str_find(str_of(c->why.detail), S("newer")) >= 0);
    open_pets();
    close_pets(c);
}

TEST(read_only_opens_and_refuses_changes)
{
    struct ctx *c = test_ctx();
    struct store_options o = test_store_options();
    o.read_only = true;
    CHECK_ERR(c, store_open(c, o, pet_rooms, &opened), E_STORE); /* nothing there yet */
    open_pets();
    CHECK_OK(c, store_write(opened, c, add_ten, NULL));
    struct store *second;
    struct ctx *r = test_ctx_new();
    CHECK_OK(r, store_open(r, o, pet_rooms, &second)); /* while the first one serves */
    CHECK_ERR(r, store_write(second, r, add_ten, NULL), E_STORE);
    struct one_i64 count;
    CHECK_OK(r, store_reader(second, r));
    CHECK_OK(r, db_get(r, &count_pets, &count, NO_ARGS));
    CHECK_I64(count.value, 10);
    test_ctx_free(r);
    store_close(second);
    close_pets(c);
}

static enum err add_up(void *arg, const void *row)
{
    *(i64 *)arg += ((const struct one_i64 *)row)->value;
    return OK;
}

TEST(large_results_stream_in_constant_memory)
{
    struct ctx *c = open_pets();
    CHECK_OK(c, store_reader(opened, c));
    size_t before = arena_used(c->arena);
    i64 sum = 0;
    CHECK_OK(c, db_each(c, &count_to, add_up, &sum, ARGS((i64)100000)));
    CHECK_I64(sum, 5000050000);
    CHECK(arena_used(c->arena) - before < 100000);
    close_pets(c);
}

static void *borrow(void *arg)
{
    struct ctx *c = test_ctx_new();
    struct one_i64 count;
    for (int i = 0; i < 50; i++) {
        CHECK(store_reader(opened, c) == OK && db_get(c, &count_pets, &count, NO_ARGS) == OK);
        if (i % 2) store_release(c);
        c->db = NULL;
        arena_reset(c->arena); /* gives it back where release did not */
    }
    test_ctx_free(c);
    return NULL;
}

TEST(readers_are_shared_by_more_threads_than_there_are)
{
    struct ctx *c = test_ctx();
    struct store_options o = test_store_options();
    o.readers = 2;
    CHECK_OK(c, store_open(c, o, pet_rooms, &opened));
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, borrow, NULL) == 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    close_pets(c);
}

TEST(migrations_are_spelled_per_engine)
{
    struct ctx *c = test_ctx();
    static const struct migration words[] = {
        { "0001 words", "-- int64 text; in a comment\n"
                        "CREATE TABLE words (bytes int64 NOT NULL, flag flag NOT NULL DEFAULT "
                        "TRUE, text text NOT NULL"
                        " DEFAULT 'a flag; int64', raw bytes, PRIMARY KEY (bytes, text)) clustered;"
                        "CREATE INDEX words_flag ON words (flag, bytes) WHERE flag;"
                        "INSERT INTO words (bytes, raw) SELECT CAST('7' AS int64), NULL;" },
        { "0002 more",
          "ALTER TABLE words ADD COLUMN float64 float64;\nUPDATE words SET flag = FALSE;" },
        { 0 },
    };
    static const struct room words_room = { .name = "words", .migrations = words };
    static const struct room *const words_rooms[] = { &words_room, NULL };
    CHECK_OK(c, store_open(c, test_store_options(), words_rooms, &opened));
    CHECK_OK(c, store_reader(opened, c));
    struct one_str all;
    CHECK_OK(c, db_get(c, &words_row, &all, NO_ARGS));
    CHECK_STR(all.value, "7 a flag; int64 off");
    close_pets(c);
}

TEST(a_file_of_somebody_else_is_refused)
{
    if (test_store_is_pg()) return;
    struct ctx *c = test_ctx();
    FILE *f = fopen(str_z(c->arena, str_fmt(c->arena, "%s/koi.db", test_folder())), "w");
    for (int i = 0; i < 1000; i++) fputs("this is not a database\n", f);
    fclose(f);
    CHECK_ERR(c, store_open(c, test_store_options(), pet_rooms, &opened), E_STORE);
    CHECK_ERR(
        c, store_open(c, (struct store_options){ .where = S("/dev/null/koi") }, pet_rooms, &opened),
        E_STORE);
    CHECK_ERR(c, store_open(c, (struct store_options){ 0 }, pet_rooms, &opened), E_STORE);
}
