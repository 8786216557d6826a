/* test.h -- tests that list themselves, on cmocka: TEST(name) { CHECK(…); }
 *
 * A test file is a program. Suites that need a store call test_store(): a fresh, empty one of all
 * rooms, on SQLite, or on PostgreSQL when TEST_PG holds a URL (the same program runs twice).
 * Everything is gone when the test ends.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is base/ctx.h */

#include "base/clock.h"
#include "base/ctx.h"
#include "base/num.h"
#include "store/store.h"

struct test_row {
    const char *name;
    void (*run)(void);
};
#define TEST(NAME)                                                  \
    static void NAME(void);                                         \
    static const struct test_row NAME##_row_ = { #NAME, NAME };     \
    static const struct test_row *const NAME##_listed_              \
        __attribute__((used, section("test_rows"))) = &NAME##_row_; \
    static void NAME(void)

#define CHECK(condition)     _assert_true((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_I64(got, want) test_check_i64((got), (want), #got, __FILE__, __LINE__)
#define CHECK_STR(got, want) test_check_str((got), (want), #got, __FILE__, __LINE__)
/* The call answers OK; otherwise the test fails with the words of c->why. */
#define CHECK_OK(c, call)        test_check_err((c), (call), OK, #call, __FILE__, __LINE__)
#define CHECK_ERR(c, call, want) test_check_err((c), (call), (want), #call, __FILE__, __LINE__)

void test_check_i64(i64 got, i64 want, const char *what, const char *file, int line);
void test_check_str(str got, const char *want, const char *what, const char *file, int line);
void test_check_err(struct ctx *c, enum err got, enum err want, const char *what, const char *file,
                    int line);

/* A ctx of this test: arena, zone Asia/Shanghai, English, clock at 2024-06-01T00:00:00Z, all
 * rights, actor "test". Ended with the test. Threads make their own with test_ctx_new /
 * test_ctx_free. */
struct ctx *test_ctx(void);
struct ctx *test_ctx_new(void);
void test_ctx_free(struct ctx *c);

struct store *test_store(void); /* this test's store, opened at the first call */
struct ctx *test_reader(void);  /* test_ctx() with a reader of test_store() */
struct ctx *test_look(void);    /* another ctx with a reader of its own: sees what is there now */
void test_store_close(void);  /* before a fork: no threads are left; test_reader() opens it again */
void test_store_remove(void); /* with the folder: the next ones are new and empty */
struct store *test_store_reopen(void); /* closes it and opens it again: what is on disk stays */
bool test_store_is_pg(void);
const char *test_folder(void);   /* an empty folder of this test */
str test_file(const char *text); /* the path of a new file in it that holds this */
str test_file_of(const void *content, i64 n);
struct store_options test_store_options(void);

/* A small seeded generator, the same on every machine. */
struct dice {
    u64 state;
};
u64 dice_next(struct dice *d);
i64 dice_below(struct dice *d, i64 n); /* 0 .. n-1 */
