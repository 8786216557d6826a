/* store_pg_test.c -- what only PostgreSQL can do to us: connections that die, transactions that
 * must be tried again. */
#include <unistd.h>

#include "base/room.h"
#include "store/store.h"
#include "test.h"

static const struct migration migrations[] = {
    { "0001 row", "CREATE TABLE row_of (id int64 NOT NULL PRIMARY KEY, doomed flag NOT NULL);" },
    { 0 },
};
/* PostgreSQL only: a trigger that ends its own connection at COMMIT. */
static const struct migration pg_migrations[] = {
    { "0001 row", "CREATE TABLE row_of (id int64 NOT NULL PRIMARY KEY, doomed flag NOT NULL);" },
    { "0002 trap", "CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN IF NEW.doomed THEN PERFORM pg_terminate_backend(pg_backend_pid()); END "
                   "IF; RETURN NULL; END';"
                   "CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON row_of DEFERRABLE INITIALLY "
                   "DEFERRED FOR EACH ROW "
                   "EXECUTE FUNCTION trap();"
                   "CREATE SEQUENCE tries;"
                   "CREATE FUNCTION collide(times BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS "
                   "'BEGIN IF nextval(''tries'') < times THEN RAISE EXCEPTION SQLSTATE ''40001''; "
                   "END IF; RETURN 1; END';" },
    { 0 },
};
static const struct room rows_room = { .name = "rows", .migrations = migrations };
static const struct room pg_room = { .name = "rows", .migrations = pg_migrations };
static const struct room *const some_rooms[] = { &rows_room, NULL };
static const struct room *const pg_rooms[] = { &pg_room, NULL };

CHANGE(add_row, "INSERT INTO row_of (id, doomed) VALUES ($1, $2)");
QUERY(count_rows, one_i64, "SELECT COUNT(*) AS value FROM row_of");
QUERY(collide, one_i64, "SELECT collide($1) AS value");
QUERY(kill_me, one_i64,
      "SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 1 ELSE 0 END AS value");
QUERY(kill_others, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()) "
      "killed");

static struct store *store;

static struct ctx *begin(void)
{
    struct ctx *c = test_ctx();
    struct store_options o = test_store_options();
    if (test_store_is_pg()) /* a name of our own: other suites share the server */
        o.where = str_fmt(c->arena, STR_FMT "&application_name=koi_test_%d", STR_ARG(o.where),
                          (int)getpid());
    CHECK_OK(c, store_open(c, o, test_store_is_pg() ? pg_rooms : some_rooms, &store));
    return c;
}

static void end(struct ctx *c)
{
    store_release(c);
    store_close(store);
}

static i64 count(void)
{
    struct ctx *c = test_ctx_new();
    struct one_i64 n;
    CHECK_OK(c, store_reader(store, c));
    CHECK_OK(c, db_get(c, &count_rows, &n, NO_ARGS));
    test_ctx_free(c);
    return n.value;
}

struct row {
    i64 id, times;
    bool doomed;
    int runs;
};

static enum err add(struct tx *t, void *arg)
{
    struct row *r = arg;
    return tx_change(t, &add_row, ARGS(r->id, r->doomed));
}

TEST(in_doubt_is_said)
{
    if (!test_store_is_pg()) return;
    struct ctx *c = begin();
    struct row r = { .id = 1, .doomed = true };
    CHECK_ERR(c, store_write(store, c, add, &r), E_UNCERTAIN);
    r.doomed = false;
    CHECK_OK(c, store_write(store, c, add, &r)); /* on a new connection */
    CHECK_I64(count(), 1);
    end(c);
}

static enum err add_after_collisions(struct tx *t, void *arg)
{
    struct row *r = arg;
    struct one_i64 one;
    r->runs++;
    TRY(tx_change(t, &add_row, ARGS(r->id, false)));
    return db_get(t->c, &collide, &one, ARGS(r->times));
}

TEST(a_collision_is_tried_again)
{
    if (!test_store_is_pg()) return;
    struct ctx *c = begin();
    struct row r = { .id = 1, .times = 4 };
    CHECK_OK(c, store_write(store, c, add_after_collisions, &r));
    CHECK_I64(r.runs, 4);
    CHECK_I64(count(), 1);
    CHECK_I64(store_stats(store).retries, 3);
    r = (struct row){ .id = 2, .times = 1000000 };
    CHECK_ERR(c, store_write(store, c, add_after_collisions, &r), E_BUSY); /* not for ever */
    CHECK_I64(count(), 1);
    end(c);
}

static enum err die_once(struct tx *t, void *arg)
{
    struct row *r = arg;
    struct one_i64 one;
    TRY(tx_change(t, &add_row, ARGS(r->id, false)));
    if (r->runs++ == 0) TRY(db_get(t->c, &kill_me, &one, NO_ARGS));
    return OK;
}

TEST(a_connection_lost_before_commit_changes_nothing_and_comes_back)
{
    if (!test_store_is_pg()) return;
    struct ctx *c = begin();
    struct row r = { .id = 1 };
    CHECK_OK(c, store_write(store, c, die_once, &r));
    CHECK_I64(r.runs, 2);
    CHECK_I64(count(), 1);
    end(c);
}

TEST(connections_come_back_after_a_restart)
{
    if (!test_store_is_pg()) return;
    struct ctx *c = begin();
    struct ctx *d = test_ctx_new();
    struct one_i64 n;
    CHECK_OK(c, store_reader(store, c));
    CHECK_OK(d, store_reader(store, d));
    CHECK_OK(d, db_get(d, &count_rows, &n, NO_ARGS));
    CHECK_OK(c, db_get(c, &kill_others, &n, NO_ARGS));
    CHECK(n.value >= 2);
    CHECK_OK(d, db_get(d, &count_rows, &n, NO_ARGS)); /* the reader, in use */
    struct row r = { .id = 1 };
    CHECK_OK(c, store_write(store, c, add, &r)); /* the writers, idle */
    CHECK_OK(c, store_write(store, c, add, (r.id = 2, &r)));
    CHECK_I64(count(), 2);
    test_ctx_free(d);
    end(c);
}

TEST(an_address_that_does_not_answer_is_said)
{
    struct ctx *c = test_ctx();
    struct store_options o = { .where = S("postgresql://nobody:secret@127.0.0.1:1/none") };
    CHECK_ERR(c, store_open(c, o, some_rooms, &store), E_STORE);
    CHECK(str_find(str_of(c->why.detail), S("secret")) < 0);
}
