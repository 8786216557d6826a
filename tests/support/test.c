/* test.c -- runs the tests that listed themselves, each with its own ctx, folder and store. */
#include "test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "app/rooms.h"
#include "base/log.h"

extern const struct test_row *const __start_test_rows[];
extern const struct test_row *const __stop_test_rows[];

static struct {
    struct ctx *c;
    struct store *store;
    char folder[256];
    char schema[64];
    char url[1024];
    const struct test_row *row;
} now;

void test_check_i64(i64 got, i64 want, const char *what, const char *file, int line)
{
    if (got == want) return;
    print_message("%s is %lld, should be %lld\n", what, (long long)got, (long long)want);
    _fail(file, line);
}

void test_check_str(str got, const char *want, const char *what, const char *file, int line)
{
    if (str_eq(got, str_of(want)) && (got.at != NULL) == (want != NULL)) return;
    print_message("%s is \"" STR_FMT "\"%s, should be \"%s\"\n", what, STR_ARG(got),
                  got.at ? "" : " (absent)", want ? want : "(absent)");
    _fail(file, line);
}

void test_check_err(struct ctx *c, enum err got, enum err want, const char *what, const char *file,
                    int line)
{
    if (got == want) return;
    print_message("%s answers %s, should be %s", what, err_row(got)->name, err_row(want)->name);
    if (got != OK && c) {
        str why = fail_text(c);
        print_message(": " STR_FMT, STR_ARG(why));
    }
    print_message("\n");
    _fail(file, line);
}

struct ctx *test_ctx_new(void)
{
    struct ctx *c = calloc(1, sizeof *c);
    c->arena = arena_new();
    c->zone = zone_open("Asia/Shanghai");
    c->now = 1717200000000;
    c->rights = ~(u64)0;
    c->actor = S("test");
    c->locale = EN;
    return c;
}

void test_ctx_free(struct ctx *c)
{
    arena_free(c->arena);
    free(c);
}

struct ctx *test_ctx(void)
{
    if (!now.c) now.c = test_ctx_new();
    return now.c;
}

const char *test_folder(void)
{
    if (!now.folder[0]) {
        snprintf(now.folder, sizeof now.folder, "/tmp/koi-test-XXXXXX");
        if (!mkdtemp(now.folder)) abort();
    }
    return now.folder;
}

str test_file_of(const void *content, i64 n)
{
    static int made;
    str path = str_fmt(test_ctx()->arena, "%s/%d.csv", test_folder(), made++);
    FILE *f = fopen(str_z(test_ctx()->arena, path), "wb");
    CHECK(f && fwrite(content, 1, (size_t)n, f) == (size_t)n);
    CHECK(fclose(f) == 0);
    return path;
}

str test_file(const char *text) { return test_file_of(text, (i64)strlen(text)); }

bool test_store_is_pg(void) { return getenv("TEST_PG") && *getenv("TEST_PG"); }

static void pg_say(const char *sql)
{
    PGconn *db = PQconnectdb(getenv("TEST_PG"));
    PGresult *r = PQexec(db, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        fprintf(stderr, "PostgreSQL: %s", PQerrorMessage(db));
        exit(1);
    }
    PQclear(r);
    PQfinish(db);
}

struct store_options test_store_options(void)
{
    if (!test_store_is_pg()) return (struct store_options){ .where = str_of(test_folder()) };
    if (!now.schema[0]) {
        char sql[128];
        snprintf(now.schema, sizeof now.schema, "t%d_%s", (int)getpid(), now.row->name);
        for (char *p = now.schema; *p; p++) { /* a search path is read in lower case */
            if (*p == '-') *p = '_';
            if (*p >= 'A' && *p <= 'Z') *p += 'a' - 'A';
        }
        now.schema[60] = 0;
        snprintf(sql, sizeof sql, "CREATE SCHEMA \"%s\"", now.schema);
        pg_say(sql);
        snprintf(now.url, sizeof now.url, "%s%coptions=-csearch_path%%3D%s", getenv("TEST_PG"),
                 strchr(getenv("TEST_PG"), '?') ? '&' : '?', now.schema);
    }
    return (struct store_options){ .where = str_of(now.url) };
}

struct store *test_store(void)
{
    if (!now.store) {
        test_check_err(test_ctx(), store_open(test_ctx(), test_store_options(), rooms, &now.store),
                       OK, "store_open", __FILE__, __LINE__);
        test_ctx()->store = now.store;
    }
    return now.store;
}

struct ctx *test_reader(void)
{
    struct ctx *c = test_ctx();
    struct store *s = test_store();
    if (!c->db) test_check_err(c, store_reader(s, c), OK, "store_reader", __FILE__, __LINE__);
    return c;
}

static void look_end(void *c) { test_ctx_free(c); }

struct ctx *test_look(void)
{
    struct ctx *c = test_ctx_new();
    arena_defer(test_ctx()->arena, look_end, c);
    test_check_err(c, store_reader(test_store(), c), OK, "store_reader", __FILE__, __LINE__);
    return c;
}

void test_store_close(void)
{
    if (now.c && now.c->db) store_release(now.c);
    if (now.store) store_close(now.store);
    now.store = NULL;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)s, (void)kind, (void)f;
    return remove(path);
}

void test_store_remove(void)
{
    test_store_close();
    if (now.folder[0]) nftw(now.folder, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    if (now.schema[0]) {
        char sql[160];
        snprintf(sql, sizeof sql, "SET client_min_messages TO warning; DROP SCHEMA \"%s\" CASCADE",
                 now.schema);
        pg_say(sql);
    }
    now.folder[0] = now.schema[0] = 0;
}

struct store *test_store_reopen(void)
{
    test_store_close();
    return test_store();
}

static int test_end(void **state)
{
    (void)state;
    if (now.c && now.c->db) store_release(now.c);
    if (now.c) test_ctx_free(now.c);
    now.c = NULL; /* with readers of its own: before the store they read */
    test_store_remove();
    memset(&now, 0, sizeof now);
    return 0;
}

static void run_row(void **state)
{
    now.row = *state;
    now.row->run();
}

u64 dice_next(struct dice *d)
{
    u64 z = (d->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

i64 dice_below(struct dice *d, i64 n) { return (i64)(dice_next(d) % (u64)n); }

/* With a name as argument only that test runs. */
int main(int argc, char **argv)
{
    size_t n = 0, all = (size_t)(__stop_test_rows - __start_test_rows);
    struct CMUnitTest *tests = calloc(all + 1, sizeof *tests);
    app_wire();
    log_level_set(getenv("TEST_LOG") ? LOG_DEBUG : LOG_OFF);
    if (!getenv("TEST_TEXT")) cmocka_set_message_output(CM_OUTPUT_TAP);
    for (size_t i = 0; i < all; i++) {
        const struct test_row *row = __start_test_rows[i];
        if (argc > 1 && strcmp(argv[1], row->name) != 0) continue;
        tests[n++] =
            (struct CMUnitTest){ row->name, run_row, NULL, test_end, (void *)(uintptr_t)row };
    }
    int failed = _cmocka_run_group_tests(argv[0], tests, n, NULL, NULL);
    free(tests);
    return failed ? 1 : 0;
}
