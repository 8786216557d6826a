/* import_job_test.c -- imports as the console starts them: kept in the book, run on their own
 * thread, survive a death, are swept. */
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "import/book.h"

static struct book_row uploaded(int rows)
{
    static int made;
    struct ctx *c = test_reader();
    struct book_row row = { .file = S("orders.csv"), .format = S("csv") };
    row.path = str_fmt(c->arena, "%s/upload%d", test_folder(), made++);
    FILE *f = fopen(str_z(c->arena, row.path), "wb");
    fputs("order id,total,customer id\n", f);
    for (int i = 0; i < rows; i++) fprintf(f, "%d,%s,c%d\n", i, i == 5 ? "ten" : "10", i % 10);
    fclose(f);
    CHECK_OK(c, book_add(test_store(), c, &row));
    CHECK_OK(c, book_add(test_store(), c, &row));
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK_STR(row.state, "uploaded");
    return row;
}

static void wait_for(i64 id)
{
    for (int i = 0; i < 1000 && import_job_running(id); i++) usleep(10000);
    CHECK(!import_job_running(id));
}

static void ends_as(i64 id, const char *state)
{
    struct ctx *c = test_reader();
    struct book_row row;
    wait_for(id);
    CHECK_OK(c, book_find(c, id, &row));
    CHECK_STR(book_state(c, &row), state);
    struct import_event e;
    CHECK(import_job_event(c->arena, id, &e));
    CHECK_STR(e.state, state);
}

TEST(a_run_is_kept_in_the_book)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(100);
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    ends_as(row.id, "done");
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK(str_find(row.summary, S("\"rows\":100,\"accepted\":99,\"rejected\":1")) > 0);
    CHECK(access(str_z(c->arena, rejects_path(c->arena, &row)), R_OK) == 0);
    CHECK_OK(c, import_job_start(test_store(), c, &row, true)); /* and again, dry */
    ends_as(row.id, "done");
    imports_stop();
}

TEST(a_failed_run_says_why)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(10);
    FILE *f = fopen(str_z(c->arena, row.path), "ab");
    fputs("\"cut short", f);
    fclose(f);
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    ends_as(row.id, "failed");
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK(str_find(row.failure, S("row 12")) >= 0);
    CHECK(str_find(row.summary, S("\"accepted\":9")) > 0);
    imports_stop();
}

TEST(a_run_whose_process_died_is_interrupted_and_starts_again)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(100);
    CHECK_OK(c, book_begin(test_store(), c, row.id, false)); /* and nobody runs it */
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK_STR(book_state(c, &row), "running");
    CHECK_ERR(c, book_begin(test_store(), c, row.id, false), E_CONFLICT);
    CHECK_ERR(c, book_drop(test_store(), c, &row), E_CONFLICT);
    c->now += 31 * SECOND_MS;
    CHECK_STR(book_state(c, &row), "interrupted");
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    ends_as(row.id, "done");
    imports_stop();
}

TEST(a_run_left_behind_is_interrupted_at_the_next_start)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(100);
    CHECK_OK(c, book_begin(test_store(), c, row.id, false)); /* and its process has died */
    CHECK_OK(c, imports_left_behind(test_store(), c));
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK_STR(book_state(c, &row), "interrupted");
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    ends_as(row.id, "done");
    imports_stop();
}

TEST(two_clicks_start_one_run)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(60000), other = uploaded(60000);
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    CHECK_OK(c, import_job_start(test_store(), c, &other, false));
    CHECK_ERR(c, import_job_start(test_store(), c, &row, false), E_CONFLICT);
    imports_stop();
}

TEST(stopping_the_server_stops_runs)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(60000);
    CHECK_OK(c, import_job_start(test_store(), c, &row, false));
    CHECK_ERR(c, import_job_start(test_store(), c, &row, false), E_CONFLICT);
    imports_stop();
    CHECK(!import_job_running(row.id));
    CHECK_OK(c, book_find(c, row.id, &row));
    CHECK(str_eq(row.state, S("cancelled")) || str_eq(row.state, S("done")));
}

TEST(old_files_are_swept)
{
    struct ctx *c = test_reader();
    struct book_row row = uploaded(10);
    CHECK_OK(c, book_sweep(test_store(), c));
    CHECK(access(str_z(c->arena, row.path), R_OK) == 0);
    c->now += 31 * DAY_MS;
    CHECK_OK(c, book_sweep(test_store(), c));
    CHECK(access(str_z(c->arena, row.path), R_OK) != 0);
    CHECK_ERR(c, book_find(c, row.id, &row), E_NOT_FOUND);
}

static enum err save_profile(struct tx *t, void *arg) { return import_saved_put(t, arg); }

TEST(saved_profiles_are_used_by_name)
{
    struct ctx *c = test_reader();
    struct import_pair pairs[] = { { S("order_id"), S("no") }, { S("paid"), S("sum") } };
    struct import_options options = { .shop = S("own") };
    struct import_saved saved = { .name = S("mine"), .mapping = { pairs, 2 }, .options = &options };
    struct import_choice choice = { .profile = S("mine") };
    CHECK_OK(c, store_write(test_store(), c, save_profile, &saved));
    CHECK_OK(c, import_choice_load(c, &choice));
    CHECK_STR(choice.profile, "none");
    CHECK_I64(choice.mapping.n, 2);
    CHECK_STR(choice.options.shop, "own");
    struct import_choice given = { .profile = S("mine"), .options.shop = S("other") };
    CHECK_OK(c, import_choice_load(c, &given));
    CHECK_STR(given.options.shop, "other"); /* what is given comes before what is saved */
    str columns[] = { S("no"), S("x"), S("sum") }, guess;
    CHECK_OK(c, import_saved_guess(c, (strs){ columns, 3 }, &guess));
    CHECK(!guess.at); /* two columns are too few to know a file by */
}
