/* timeline_test.c -- the log keeps its order and its lines; followers keep up and can be rebuilt.
 */
#include "test.h"

#include <pthread.h>
#include <unistd.h>

#include "store/store_private.h"
#include "timeline/inside.h"

struct batch {
    const struct timeline_line *lines;
    i64 n;
};

static enum err append_batch(struct tx *t, void *arg)
{
    const struct batch *b = arg;
    return timeline_append_all(t, b->lines, b->n);
}

static enum err append(struct ctx *c, const struct timeline_line *lines, i64 n)
{
    struct batch b = { lines, n };
    return store_write(test_store(), c, append_batch, &b);
}

static struct timeline_line line(i64 member, instant at, str kind)
{
    return (struct timeline_line){ .member = member, .at = at, .kind = kind };
}

TEST(a_line_comes_back_as_it_was)
{
    struct ctx *c = test_reader();
    struct timeline_line full = { .member = 7,
                                  .at = 1000,
                                  .kind = S("order.paid"),
                                  .subject = S("order:3"),
                                  .touchpoint = S("天猫旗舰店"),
                                  .value = SOME(1860000),
                                  .props = S("{\"n\":1}") };
    struct timeline_line bare = line(0, 2000, S("Product Viewed"));
    CHECK_OK(c, append(c, (struct timeline_line[]){ full, bare }, 2));
    struct timeline_line_list out;
    CHECK_OK(c, timeline_after(c, 0, 10, &out));
    CHECK_I64(out.n, 2);
    CHECK_I64(out.at[0].seq, 1);
    CHECK_I64(out.at[0].member, 7);
    CHECK_I64(out.at[0].at, 1000);
    CHECK_STR(out.at[0].kind, "order.paid");
    CHECK_STR(out.at[0].subject, "order:3");
    CHECK_STR(out.at[0].touchpoint, "天猫旗舰店");
    CHECK(out.at[0].value.has);
    CHECK_I64(out.at[0].value.value, 1860000);
    CHECK_STR(out.at[0].props, "{\"n\":1}");
    CHECK_I64(out.at[1].seq, 2);
    CHECK_STR(out.at[1].subject, NULL);
    CHECK(!out.at[1].value.has);
    i64 last;
    CHECK_OK(c, timeline_last(c, &last));
    CHECK_I64(last, 2);
}

/* No statement of any room changes lines. They are written in two places only, and leave one of
 * them only for what the mark has passed. */
TEST(a_line_is_never_altered)
{
    i64 appends = 0, copies = 0, trims = 0;
    test_store();
    CHECK(queries_count() > 0);
    for (i64 slot = 0; slot < queries_count(); slot++) {
        str sql = str_lower(test_ctx()->arena, str_of(query_at(slot)->sql));
        CHECK(str_find(sql, S("update timeline ")) < 0);
        CHECK(str_find(sql, S("update timeline_settled")) < 0);
        CHECK(str_find(sql, S("update timeline_tail")) < 0);
        CHECK(str_find(sql, S("delete from timeline ")) < 0);
        CHECK(str_find(sql, S("delete from timeline_settled")) < 0);
        CHECK(str_find(sql, S("do update set kind")) < 0);
        if (str_find(sql, S("delete from timeline_tail")) >= 0) {
            CHECK(str_find(sql, S("seq <= (select seq from timeline_mark)")) > 0);
            trims++;
        }
        if (str_find(sql, S("insert into timeline_tail")) >= 0) {
            CHECK(str_find(sql, S("on conflict")) < 0);
            appends++;
        }
        if (str_find(sql, S("insert into timeline_settled")) >= 0) {
            CHECK(str_ends(sql, S("on conflict (member, seq) do nothing")));
            copies++;
        }
    }
    CHECK_I64(appends, 1);
    CHECK_I64(copies, 1);
    CHECK_I64(trims, 1);
}

TEST(append_all_numbers_in_order)
{
    struct ctx *c = test_reader();
    struct timeline_line lines[19];
    for (i64 i = 0; i < COUNT(lines); i++) lines[i] = line(i % 3, i * 10, S("k"));
    CHECK_OK(c, append(c, lines, COUNT(lines)));
    CHECK_OK(c, append(c, lines, 0));
    struct timeline_line_list out;
    CHECK_OK(c, timeline_after(c, 0, 100, &out));
    CHECK_I64(out.n, COUNT(lines));
    for (i64 i = 0; i < out.n; i++) {
        CHECK_I64(out.at[i].seq, i + 1);
        CHECK_I64(out.at[i].at, i * 10);
    }
    CHECK_OK(c, timeline_after(c, 17, 100, &out));
    CHECK_I64(out.n, 2);
}

TEST(a_member_with_merged_ids_reads_newest_first)
{
    struct ctx *c = test_reader();
    /* Written in another order than they happened, two at the same instant. */
    struct timeline_line lines[] = { line(1, 500, S("a")), line(2, 700, S("b")),
                                     line(1, 100, S("c")), line(3, 900, S("other")),
                                     line(2, 500, S("d")), line(1, 900, S("e")) };
    CHECK_OK(c, append(c, lines, COUNT(lines)));
    ints both = { (i64[]){ 1, 2 }, 2 };
    struct timeline_line_list out;
    CHECK_OK(c, timeline_of_member(c, both, 0, 3, &out));
    CHECK_I64(out.n, 3);
    CHECK_STR(out.at[0].kind, "e");
    CHECK_STR(out.at[1].kind, "b");
    CHECK_STR(out.at[2].kind, "d");
    CHECK_OK(c, timeline_of_member(c, both, out.at[2].seq, 3, &out));
    CHECK_I64(out.n, 2);
    CHECK_STR(out.at[0].kind, "a");
    CHECK_STR(out.at[1].kind, "c");
    CHECK_ERR(c, timeline_of_member(c, both, 99, 3, &out), E_INVALID);
}

/* -- followers: one that counts lines by member, in a table of its own ------------------------ */

static i64 counted[10], follow_calls;
static i64 fail_at_seq;

static enum err count_lines(struct tx *t, const struct timeline_line *lines, i64 n)
{
    follow_calls++;
    for (i64 i = 0; i < n; i++) {
        if (lines[i].seq == fail_at_seq) return fail(t->c, E_INTERNAL, "停", "stop");
        counted[lines[i].member]++;
    }
    return OK;
}

static enum err forget_counts(struct tx *t)
{
    (void)t;
    memset(counted, 0, sizeof counted);
    return OK;
}

static const struct follower counter = { "test.counter", count_lines, forget_counts };

TEST(a_follower_reads_every_line_once)
{
    struct ctx *c = test_reader();
    struct timeline_line lines[2500];
    for (i64 i = 0; i < COUNT(lines); i++) lines[i] = line(i % 10, i, S("k"));
    CHECK_OK(c, append(c, lines, COUNT(lines)));
    memset(counted, 0, sizeof counted);
    follow_calls = fail_at_seq = 0;
    i64 n, cursor;
    CHECK_OK(c, follower_cursor(c, &counter, &cursor));
    CHECK_I64(cursor, 0);
    CHECK_OK(c, follower_run(test_store(), c, &counter, &n));
    CHECK_I64(n, 2500);
    CHECK_I64(follow_calls, 3);
    for (i64 i = 0; i < 10; i++) CHECK_I64(counted[i], 250);
    CHECK_OK(c, follower_run(test_store(), c, &counter, &n));
    CHECK_I64(n, 0);
    CHECK_I64(follow_calls, 3);
    CHECK_OK(c, follower_cursor(c, &counter, &cursor));
    CHECK_I64(cursor, 2500);
}

TEST(a_cursor_stays_where_the_follower_failed)
{
    struct ctx *c = test_reader();
    struct timeline_line lines[1500];
    for (i64 i = 0; i < COUNT(lines); i++) lines[i] = line(1, i, S("k"));
    CHECK_OK(c, append(c, lines, COUNT(lines)));
    fail_at_seq = 1200;
    i64 n, cursor;
    CHECK_ERR(c, follower_run(test_store(), c, &counter, &n), E_INTERNAL);
    CHECK_OK(c, follower_cursor(c, &counter, &cursor));
    CHECK_I64(cursor, 1000);
    fail_at_seq = 0;
    CHECK_OK(c, follower_run(test_store(), c, &counter, &n));
    CHECK_I64(n, 500);
}

TEST(rebuild_gives_the_same)
{
    struct ctx *c = test_reader();
    struct timeline_line lines[50];
    for (i64 i = 0; i < COUNT(lines); i++) lines[i] = line(i % 4, i, S("k"));
    CHECK_OK(c, append(c, lines, COUNT(lines)));
    memset(counted, 0, sizeof counted);
    fail_at_seq = 0;
    i64 n, once[10];
    CHECK_OK(c, follower_run(test_store(), c, &counter, &n));
    memcpy(once, counted, sizeof once);
    counted[3] = 999;
    CHECK_OK(c, follower_rebuild(test_store(), c, &counter, &n));
    CHECK_I64(n, 50);
    CHECK(memcmp(once, counted, sizeof once) == 0);
}

/* -- lines_come_in_commit_order --------------------------------------------------------------- */

#define WRITERS 4
#define WRITES  60

static void *write_many(void *arg)
{
    struct store *s = arg;
    struct ctx *c = test_ctx_new();
    struct timeline_line lines[3] = { line(1, 1, S("a")), line(2, 2, S("b")), line(3, 3, S("c")) };
    struct batch b = { lines, 3 };
    i64 failed = 0;
    for (i64 i = 0; i < WRITES; i++) failed += store_write(s, c, append_batch, &b) != OK;
    test_ctx_free(c);
    return (void *)(intptr_t)failed;
}

/* While others write, a reader that goes on from the last line it saw must see every number, in
 * order. */
TEST(lines_come_in_commit_order)
{
    struct ctx *c = test_reader();
    struct store *s = test_store();
    pthread_t threads[WRITERS];
    for (i64 i = 0; i < WRITERS; i++) CHECK(pthread_create(&threads[i], NULL, write_many, s) == 0);
    i64 seen = 0, want = WRITERS * WRITES * 3;
    i64 patience_ends = clock_mono_us() + 60 * 1000000; /* a busy machine may let writers wait */
    bool in_order = true;
    while (seen < want && in_order && clock_mono_us() < patience_ends) {
        struct arena_mark mark = arena_mark(c->arena);
        struct timeline_line_list out;
        CHECK_OK(c, timeline_after(c, seen, 1000, &out));
        for (i64 i = 0; i < out.n; i++) in_order &= out.at[i].seq == ++seen;
        if (!out.n) usleep(100);
        arena_rewind(c->arena, mark);
    }
    for (i64 i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    CHECK(in_order);
    CHECK_I64(seen, want);
}

/* -- a_line_is_read_once ---------------------------------------------------------------------- */

QUERY(test_settled, one_i64, "SELECT COUNT(*) AS value FROM timeline_settled");
QUERY(test_tail, one_i64, "SELECT COUNT(*) AS value FROM timeline_tail");
QUERY(test_lines_of, one_i64, "SELECT COUNT(*) AS value FROM timeline WHERE member = $1");

#define OURS 7

/* Every way to read finds `want` lines, in order, each once, with what was written. */
static void all_are_read_once(struct ctx *c, i64 want)
{
    struct timeline_line_list out;
    struct arena_mark mark = arena_mark(c->arena);
    CHECK_OK(c, timeline_after(c, 0, want + 10, &out));
    CHECK_I64(out.n, want);
    for (i64 i = 0; i < out.n; i++) {
        CHECK_I64(out.at[i].seq, i + 1);
        CHECK_I64(out.at[i].at, i);
        CHECK_I64(out.at[i].member, i % OURS);
        CHECK_STR(out.at[i].props, i % 3 ? NULL : "{\"n\":1}");
    }
    i64 last;
    CHECK_OK(c, timeline_last(c, &last));
    CHECK_I64(last, want);
    for (i64 m = 1; m < OURS; m++) {
        i64 his = (want - m + OURS - 1) / OURS;
        struct one_i64 rows;
        CHECK_OK(c, db_get(c, &test_lines_of, &rows, ARGS(m)));
        CHECK_I64(rows.value, his);
        /* Page by page, newest first. */
        i64 seen = 0, before = 0;
        do {
            CHECK_OK(c, timeline_of_member(c, (ints){ &m, 1 }, before, 40, &out));
            for (i64 i = 0; i < out.n; i++, seen++)
                CHECK_I64(out.at[i].seq, (his - 1 - seen) * OURS + m + 1);
            if (out.n) before = out.at[out.n - 1].seq;
        } while (out.n);
        CHECK_I64(seen, his);
    }
    arena_rewind(c->arena, mark);
}

static i64 appended;
static void append_more(struct ctx *c, i64 n)
{
    struct timeline_line *lines = NEWS(c->arena, struct timeline_line, n);
    for (i64 i = 0; i < n; i++, appended++)
        lines[i] = (struct timeline_line){ .member = appended % OURS,
                                           .at = appended,
                                           .kind = S("k"),
                                           .props = appended % 3 ? NO_STR : S("{\"n\":1}") };
    CHECK_OK(c, append(c, lines, n));
}

static void tables_hold(struct ctx *c, i64 settled, i64 tail)
{
    struct one_i64 rows;
    CHECK_OK(c, db_get(c, &test_settled, &rows, NO_ARGS));
    CHECK_I64(rows.value, settled);
    CHECK_OK(c, db_get(c, &test_tail, &rows, NO_ARGS));
    CHECK_I64(rows.value, tail);
}

TEST(a_line_is_read_once)
{
    struct ctx *c = test_reader();
    struct store *s = test_store();
    struct timeline_range range, again;
    appended = 0;
    CHECK_OK(c, timeline_settle(s, c)); /* of nothing */
    append_more(c, 700);
    tables_hold(c, 0, 700);
    all_are_read_once(c, 700);
    CHECK_OK(c, timeline_copy(s, c, 300, &range)); /* copies that nobody reads yet */
    CHECK_I64(range.n, 300);
    tables_hold(c, 300, 700);
    all_are_read_once(c, 700);
    append_more(c, 100);
    all_are_read_once(c, 800);
    CHECK_OK(c, timeline_copy(s, c, 450, &again)); /* whoever begins anew copies the same again */
    CHECK_I64(again.n, 450);
    tables_hold(c, 450, 800);
    all_are_read_once(c, 800);
    CHECK_OK(c, timeline_pass(s, c, &range));
    all_are_read_once(c, 800);
    CHECK_OK(c, timeline_pass(s, c, &again)); /* of two the first moved the mark: nothing happens */
    all_are_read_once(c, 800);
    append_more(c, 50);
    CHECK_OK(c, timeline_trim(s, c));
    tables_hold(c, 450, 550);
    all_are_read_once(c, 850);
    CHECK_OK(c, timeline_settle(s, c));
    tables_hold(c, 850, 0);
    all_are_read_once(c, 850);
    append_more(c, 3);
    tables_hold(c, 850, 3);
    all_are_read_once(c, 853);
}

TEST(a_cursor_goes_on_across_settling)
{
    struct ctx *c = test_reader();
    struct store *s = test_store();
    struct timeline_line lines[600];
    i64 n, cursor;
    for (i64 i = 0; i < COUNT(lines); i++) lines[i] = line(i % 10, i, S("k"));
    memset(counted, 0, sizeof counted);
    fail_at_seq = 0;
    for (i64 round = 1; round <= 3; round++) {
        struct timeline_range range;
        CHECK_OK(c, append(c, lines, COUNT(lines)));
        CHECK_OK(c, timeline_copy(s, c, round * 600 - 250, &range));
        CHECK_OK(c, follower_run(s, c, &counter, &n));
        CHECK_I64(n, 600);
        CHECK_OK(c, timeline_pass(s, c, &range));
        CHECK_OK(c, follower_run(s, c, &counter, &n));
        CHECK_I64(n, 0);
    }
    for (i64 i = 0; i < 10; i++) CHECK_I64(counted[i], 180);
    CHECK_OK(c, follower_cursor(c, &counter, &cursor));
    CHECK_I64(cursor, 1800);
    CHECK_OK(c, timeline_settle(s, c));
    CHECK_OK(c, follower_rebuild(s, c, &counter, &n));
    CHECK_I64(n, 1800);
}

/* Others write and settle at once; who reads in between sees every number once, in order. */
static void *settle_many(void *arg)
{
    struct store *s = arg;
    struct ctx *c = test_ctx_new();
    i64 failed = store_reader(s, c) != OK;
    for (i64 i = 0; i < 20 && !failed; i++) failed += timeline_settle(s, c) != OK;
    store_release(c);
    test_ctx_free(c);
    return (void *)(intptr_t)failed;
}

TEST(settling_while_others_write_loses_nothing)
{
    struct ctx *c = test_reader();
    struct store *s = test_store();
    pthread_t threads[WRITERS];
    void *failed;
    for (i64 i = 0; i < WRITERS; i++)
        CHECK(pthread_create(&threads[i], NULL, i < 2 ? write_many : settle_many, s) == 0);
    i64 want = (i64)2 * WRITES * 3, had = 0, last;
    i64 patience_ends = clock_mono_us() + 60 * 1000000;
    while (had < want && clock_mono_us() < patience_ends) {
        struct arena_mark mark = arena_mark(c->arena);
        struct timeline_line_list out;
        CHECK_OK(c, timeline_after(c, 0, want + 10, &out));
        for (i64 i = 0; i < out.n; i++) CHECK_I64(out.at[i].seq, i + 1);
        CHECK(out.n >= had);
        had = out.n;
        arena_rewind(c->arena, mark);
    }
    for (i64 i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    CHECK_OK(c, timeline_settle(s, c));
    CHECK_OK(c, timeline_last(c, &last));
    CHECK_I64(last, want);
    tables_hold(c, want, 0);
}
