/* index_file_test.c -- the index on disk: comes back as it was, or not at all. */
#include "index_model.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audience/index/file.h"
#include "audience/index/follow.h"
#include "member/member.h"
#include "timeline/timeline.h"

static const char *path(void)
{
    return str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "%s/x.index", test_folder()));
}

TEST(a_generation_comes_back_as_it_was)
{
    struct dice d = { 12 };
    struct model *m = model_new(&d);
    struct index *x = model_index(m);
    for (int i = 0; i < 2000; i++) model_add_row(m, x, &d, dice_below(&d, MODEL_MEMBERS));
    index_publish(x, m->seq);
    const struct view *v = view_take(x);
    CHECK_OK(test_ctx(), index_save(test_ctx(), v, path(), 77));
    view_release(v);
    index_free(x);

    struct index_file_head head;
    CHECK(index_file_head(path(), &head));
    CHECK_I64(head.seq, m->seq);
    CHECK_I64((i64)head.mark, 77);
    x = index_new(&model_schema);
    CHECK(index_load(x, path()));
    unlink(path()); /* mapped: it stays readable */
    v = view_take(x);
    model_check(m, v);
    view_release(v);
    /* and goes on changing */
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) model_change(m, x, &d, dice_below(&d, MODEL_MEMBERS));
        for (int i = 0; i < 9000; i++) model_add_row(m, x, &d, dice_below(&d, MODEL_MEMBERS));
        index_publish(x, m->seq);
    }
    v = view_take(x);
    model_check(m, v);
    view_release(v);
    index_free(x);
    model_free(m);
}

/* -- a_torn_file_is_discarded ------------------------------------------------------------------ */

static struct index *small(void)
{
    struct index *x = index_new(&model_schema);
    for (i64 i = 1; i < 200; i++) {
        struct event e = {
            .member = i, .at = i * 1000, .day = 1, .order = i, .name = model_word("e", (int)i % 5)
        };
        index_put_living(x, i, true);
        index_put_number(x, i, COL_ORDERS, SOME(i));
        index_put_word(x, i, COL_CITY, model_word("city", (int)i % 7));
        index_put_set(x, i, COL_TAGS, (strs){ (str[]){ S("t") }, i % 2 });
        index_add_event(x, 0, &e);
    }
    index_publish(x, 5);
    return x;
}

static char *slurp(i64 *n)
{
    FILE *f = fopen(path(), "re");
    CHECK(f != NULL);
    fseek(f, 0, SEEK_END);
    *n = ftell(f);
    rewind(f);
    char *at = malloc((size_t)*n);
    CHECK(fread(at, 1, (size_t)*n, f) == (size_t)*n);
    fclose(f);
    return at;
}

static bool loads(const char *image, i64 n)
{
    FILE *f = fopen(path(), "we");
    CHECK(f && fwrite(image, 1, (size_t)n, f) == (size_t)n);
    fclose(f);
    struct index *x = index_new(&model_schema);
    bool ok = index_load(x, path());
    const struct view *v = view_take(x);
    if (!ok) CHECK_I64(view_chunks(v), 0);
    if (!ok) CHECK_I64(words_count(view_words(v, COL_CITY)), 0);
    view_release(v);
    index_put_word(x, 1, COL_CITY, S("still of use"));
    index_publish(x, 1);
    index_free(x);
    return ok;
}

TEST(a_torn_file_is_discarded)
{
    struct dice d = { 4 };
    struct index *x = small();
    const struct view *v = view_take(x);
    CHECK_OK(test_ctx(), index_save(test_ctx(), v, path(), 1));
    view_release(v);
    index_free(x);
    i64 n;
    char *image = slurp(&n);
    CHECK(loads(image, n));
    for (int i = 0; i < 200; i++) { /* a bit turned: anywhere, and often in a head */
        i64 at = i % 2 ? dice_below(&d, n) : dice_below(&d, 256);
        char was = image[at];
        image[at] ^= (char)(1 << dice_below(&d, 8));
        CHECK(!loads(image, n));
        image[at] = was;
    }
    for (int i = 0; i < 100; i++) CHECK(!loads(image, i ? dice_below(&d, n) : 0)); /* cut */
    char *longer = calloc(1, (size_t)n + 64);
    memcpy(longer, image, (size_t)n);
    CHECK(!loads(longer, n + 64));
    free(longer);
    for (int i = 0; i < 50; i++) { /* a page that never came to disk */
        i64 at = dice_below(&d, n / 4096) * 4096;
        char *page = malloc(4096);
        memcpy(page, image + at, 4096);
        memset(image + at, 0, 4096);
        bool same = memcmp(image + at, page, 4096) == 0;
        CHECK(loads(image, n) == same);
        memcpy(image + at, page, 4096);
        free(page);
    }
    CHECK(loads(image, n));
    free(image);
}

TEST(another_schema_is_another_file)
{
    struct index *x = small();
    const struct view *v = view_take(x);
    CHECK_OK(test_ctx(), index_save(test_ctx(), v, path(), 1));
    view_release(v);
    index_free(x);
    struct column columns[COLS];
    memcpy(columns, model_schema.columns, sizeof columns);
    columns[COL_DAY].name = S("days");
    struct index_schema other = model_schema;
    other.columns = columns;
    x = index_new(&other);
    CHECK(!index_load(x, path()));
    index_free(x);
}

TEST(a_generation_is_there_or_not)
{
    struct index *x = small();
    const struct view *v = view_take(x);
    CHECK_OK(test_ctx(), index_save(test_ctx(), v, path(), 1));
    /* the next cannot be written: the former stays, nothing is left lying */
    char *blocked = str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "%s.new", path()));
    CHECK(mkdir(blocked, 0700) == 0);
    CHECK_ERR(test_ctx(), index_save(test_ctx(), v, path(), 2), E_STORE);
    rmdir(blocked);
    CHECK_ERR(test_ctx(), index_save(test_ctx(), v, "/dev/full/x", 2), E_STORE);
    /* another process is writing the next: it is left alone */
    int other = open(blocked, O_WRONLY | O_CREAT, 0600);
    CHECK(flock(other, LOCK_EX) == 0);
    CHECK_ERR(test_ctx(), index_save(test_ctx(), v, path(), 2), E_STORE);
    CHECK(access(blocked, F_OK) == 0);
    close(other); /* it died: what it left is written over */
    struct index_file_head head;
    CHECK(index_file_head(path(), &head));
    CHECK_I64((i64)head.mark, 1);
    view_release(v);
    index_free(x);
}

/* -- a_start_takes_up_where_it_was ------------------------------------------------------------- */

static i64 member;

static enum err one_member(struct tx *t, void *arg)
{
    struct identity id = { .kind = ID_USER_ID, .scope = S(""), .value = S("u") };
    struct member_sighting in = { .identities = &id, .n = 1, .source = S("api") };
    bool created;
    (void)arg;
    return member_resolve(t, &in, &member, &created);
}

static enum err one_line(struct tx *t, void *arg)
{
    struct timeline_line line = { .member = member,
                                  .at = 1700000000000,
                                  .kind = S("Product Viewed") };
    (void)arg;
    return timeline_append(t, &line);
}

static i64 rows_with(struct ctx *c, struct audience_options o, bool *mapped)
{
    struct audience *a;
    o.folder = str_of(test_folder());
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    struct audience_stats s = audience_stats(a);
    *mapped = s.mapped > 0;
    audience_close(a);
    return s.rows;
}

static i64 rows_after_start(struct ctx *c, bool *mapped)
{
    return rows_with(c, (struct audience_options){ .saves = true }, mapped);
}

TEST(a_command_leaves_what_it_built)
{
    struct ctx *c = test_reader();
    struct audience_options reads = { 0 }, leaves = { .leaves = true };
    struct index_file_head first, then;
    char *file = str_z(c->arena, str_fmt(c->arena, "%s/" AUDIENCE_FILE, test_folder()));
    bool mapped;
    CHECK_OK(c, store_write(test_store(), c, one_member, NULL));
    i64 rows = rows_with(c, reads, &mapped);
    CHECK(access(file, F_OK) != 0);
    CHECK_I64(rows_with(c, leaves, &mapped), rows);
    CHECK(!mapped && index_file_head(file, &first));
    /* what it only brought up to date is not written again */
    CHECK_OK(c, store_write(test_store(), c, one_line, NULL));
    CHECK_I64(rows_with(c, leaves, &mapped), rows + 1);
    CHECK(mapped && index_file_head(file, &then));
    CHECK_I64(then.seq, first.seq);
    CHECK(truncate(file, 100) == 0);
    CHECK_I64(rows_with(c, leaves, &mapped), rows + 1);
    CHECK(!mapped && index_file_head(file, &then));
    CHECK(then.seq > first.seq);
}

TEST(a_start_takes_up_where_it_was)
{
    struct ctx *c = test_reader();
    bool mapped;
    i64 before;
    CHECK_OK(c, store_write(test_store(), c, one_member, NULL));
    CHECK_OK(c, timeline_last(c, &before));
    for (int i = 0; i < 5; i++) CHECK_OK(c, store_write(test_store(), c, one_line, NULL));
    CHECK_I64(rows_after_start(c, &mapped), before + 5);
    CHECK(!mapped);
    for (int i = 0; i < 2; i++) CHECK_OK(c, store_write(test_store(), c, one_line, NULL));
    CHECK_I64(rows_after_start(c, &mapped), before + 7);
    CHECK(mapped);
    /* by a thread too the first answer has all that came since the file was written */
    for (int i = 0; i < 3; i++) CHECK_OK(c, store_write(test_store(), c, one_line, NULL));
    struct audience_options o = { .folder = str_of(test_folder()),
                                  .thread = true,
                                  .interval_ms = 100000 };
    struct audience *a;
    i64 last;
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    CHECK_OK(c, audience_wait(a, c, 0, 10000));
    CHECK_OK(c, timeline_last(c, &last));
    struct audience_stats stats = audience_stats(a);
    CHECK(stats.mapped > 0 && stats.seq == last);
    CHECK_I64(stats.rows, before + 10);
    audience_close(a);
    char *file = str_z(c->arena, str_fmt(c->arena, "%s/audience.index", test_folder()));
    CHECK(truncate(file, 100) == 0);
    CHECK_I64(rows_after_start(c, &mapped), before + 10);
    CHECK(!mapped);
    /* the file of another store: its last line is not in this one */
    struct index_file_head head;
    CHECK(index_file_head(file, &head));
    const struct view *v;
    struct index *x = small();
    v = view_take(x);
    CHECK_OK(c, index_save(c, v, file, head.mark + 1));
    view_release(v);
    index_free(x);
    CHECK_I64(rows_after_start(c, &mapped), before + 10);
    CHECK(!mapped);
}
