/* import_crash_test.c -- an import killed midway, again and again, ends with the same figures once
 * it is run to its end.
 *
 * The real program (KOI) imports a file of 30,000 lines; it is killed at random instants, the file
 * is imported anew each time, and in the end orders, money, buyers and members must equal those of
 * an import nobody disturbed. So with a file of behaviour, rows of which are alike: in the end each
 * is there as often as the file has it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/rooms.h"
#include "test.h"

enum { ORDERS = 10000, LINES = 3, KILLS = 12 };

static str make_file(void)
{
    struct ctx *c = test_ctx();
    struct dice dice = { 42 };
    str path = str_fmt(c->arena, "%s/orders.csv", test_folder());
    FILE *f = fopen(path.at, "w");
    CHECK(f != NULL);
    fputs("order,buyer,paid_at,sku,quantity,price\n", f);
    for (int i = 0; i < ORDERS; i++) {
        int buyer = (int)dice_below(&dice, 3000), dom = (int)dice_below(&dice, 28) + 1;
        for (int k = 0; k < LINES; k++)
            fprintf(f, "N%06d,buyer%d,2024-05-%02d 10:00:00,sku%d,%d,%d.%02d\n", i, buyer, dom,
                    (int)dice_below(&dice, 200), 1 + (int)dice_below(&dice, 3),
                    (int)dice_below(&dice, 300), (int)dice_below(&dice, 100));
    }
    CHECK(fclose(f) == 0);
    return path;
}

/* Starts `koi`; what it prints goes to the file out. */
static pid_t start(const char *const *args, const char *out)
{
    pid_t pid = fork();
    if (pid) return pid;
    if (!freopen(out, "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(9);
    execv(getenv("KOI"), (char *const *)args);
    _exit(8);
}

static pid_t start_import(const char *where_option, const char *where, str file, const char *out)
{
    return start((const char *const[]){ "koi",
                                        "import",
                                        file.at,
                                        where_option,
                                        where,
                                        "--shop",
                                        "s",
                                        "--map",
                                        "order_id=order",
                                        "--map",
                                        "member=buyer",
                                        "--map",
                                        "paid_at=paid_at",
                                        "--map",
                                        "product_id=sku",
                                        "--map",
                                        "quantity=quantity",
                                        "--map",
                                        "price=price",
                                        "--json",
                                        NULL },
                 out);
}

static int end_of(pid_t pid)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static str text_of(const char *path)
{
    struct ctx *c = test_ctx();
    char *at = arena_alloc(c->arena, 1, 65536);
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    size_t n = fread(at, 1, 65535, f);
    fclose(f);
    return str_trim((str){ at, (i64)n });
}

static str sales_of(const char *where_option, const char *where, const char *out)
{
    pid_t pid =
        start((const char *const[]){ "koi", "report", "sales", "--from", "2024-01-01", "--to",
                                     "2024-12-31", where_option, where, "--json", NULL },
              out);
    CHECK_I64(end_of(pid), 0);
    return text_of(out);
}

struct shop {
    const char *option, *where; /* --data FOLDER or --store URL */
};

static struct shop shop_to_kill(struct ctx *c)
{
    if (test_store_is_pg())
        return (struct shop){ "--store", str_z(c->arena, test_store_options().where) };
    return (struct shop){ "--data",
                          str_z(c->arena, str_fmt(c->arena, "%s/killed", test_folder())) };
}

/* Kills what `begin` starts, each time up to `step_us` later, and then lets it run to its end. */
static void
kill_and_finish(pid_t (*begin)(const char *option, const char *where, str file, const char *out),
                const struct shop *shop, str file, const char *out, i64 step_us, struct dice *dice)
{
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
        pid_t pid = begin(shop->option, shop->where, file, out);
        usleep((useconds_t)(20000 + dice_below(dice, step_us) * (i + 1)));
        kill(pid, SIGKILL);
        killed += end_of(pid) == -SIGKILL;
    }
    CHECK(killed > 2); /* else the file is too small to be disturbed */
    CHECK_I64(end_of(begin(shop->option, shop->where, file, out)), 0);
}

TEST(an_import_killed_midway_ends_with_the_same_figures)
{
    struct ctx *c = test_ctx();
    struct dice dice = { 7 };
    CHECK(getenv("KOI") != NULL);
    str file = make_file();
    const char *out = str_z(c->arena, str_fmt(c->arena, "%s/out", test_folder()));
    const char *calm = str_z(c->arena, str_fmt(c->arena, "%s/calm", test_folder()));
    CHECK_I64(end_of(start_import("--data", calm, file, out)), 0);
    str wanted = sales_of("--data", calm, out);
    CHECK(str_find(wanted, S("\"orders\":10000")) >= 0);

    struct shop shop = shop_to_kill(c);
    kill_and_finish(start_import, &shop, file, out, 40000, &dice);
    CHECK(str_find(text_of(out), S("\"rejected\":0")) >= 0);
    CHECK_STR(sales_of(shop.option, shop.where, out), str_z(c->arena, wanted));
    CHECK_I64(end_of(start_import(shop.option, shop.where, file, out)), 0);
    CHECK(str_find(text_of(out), S("\"created\":0,\"changed\":0,\"same\":10000")) >= 0);
    pid_t doctor = start(
        (const char *const[]){ "koi", "doctor", shop.option, shop.where, "--json", NULL }, out);
    CHECK_I64(end_of(doctor), 0);
}

/* -- behaviour ----------------------------------------------------------------------------------
 */

enum { ROWS = 60000, USERS = 500 };

static str make_behaviour(void)
{
    struct ctx *c = test_ctx();
    struct dice dice = { 43 };
    str path = str_fmt(c->arena, "%s/behaviour.csv", test_folder());
    FILE *f = fopen(path.at, "w");
    CHECK(f != NULL);
    for (int i = 0; i < ROWS; i++) /* about one row in four is like another */
        fprintf(f, "u%d,%d,pv,%d\n", (int)dice_below(&dice, USERS), (int)dice_below(&dice, 10),
                1511539200 + (int)dice_below(&dice, 20));
    CHECK(fclose(f) == 0);
    return path;
}

static pid_t start_behaviour(const char *where_option, const char *where, str file, const char *out)
{
    return start((const char *const[]){ "koi", "import", file.at, where_option, where, "--as",
                                        "events", "--columns", "user,item,behaviour,ts", "--event",
                                        "pv=Product Viewed", "--json", NULL },
                 out);
}

#define FIELDS_OF_counted(X, N) \
    X(i64, lines, ANY, "", N)   \
    X(i64, kinds, ANY, "", N)
SHAPE(counted);
SHAPE_DEFINE(counted);
QUERY(q_counted, counted,
      "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS lines, COUNT(*) AS kinds FROM"
      " (SELECT COUNT(*) AS n FROM timeline WHERE kind = 'Product Viewed'"
      " GROUP BY member, at, subject) each_of_them");

static struct counted lines_in(const char *where)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    struct counted n;
    CHECK_OK(c, store_open(c, (struct store_options){ .where = str_of(where), .read_only = true },
                           rooms, &s));
    CHECK_OK(c, store_reader(s, c));
    CHECK_OK(c, db_get(c, &q_counted, &n, NO_ARGS));
    store_release(c);
    store_close(s);
    test_ctx_free(c);
    return n;
}

TEST(behaviour_killed_midway_is_there_as_often_as_the_file_has_it)
{
    struct ctx *c = test_ctx();
    struct dice dice = { 8 };
    str file = make_behaviour();
    const char *out = str_z(c->arena, str_fmt(c->arena, "%s/out", test_folder()));
    const char *calm = str_z(c->arena, str_fmt(c->arena, "%s/calm", test_folder()));
    CHECK_I64(end_of(start_behaviour("--data", calm, file, out)), 0);
    struct counted want = lines_in(calm);
    CHECK_I64(want.lines, ROWS);
    CHECK(want.kinds < ROWS);

    struct shop shop = shop_to_kill(c);
    kill_and_finish(start_behaviour, &shop, file, out, 30000, &dice);
    struct counted got = lines_in(shop.where);
    CHECK_I64(got.lines, want.lines);
    CHECK_I64(got.kinds, want.kinds);
    CHECK_I64(end_of(start_behaviour(shop.option, shop.where, file, out)), 0);
    CHECK(str_find(text_of(out), S("\"events\":0,\"known\":60000")) >= 0);
    CHECK_I64(lines_in(shop.where).lines, ROWS);
}
