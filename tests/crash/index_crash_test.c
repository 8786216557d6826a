/* index_crash_test.c -- kills the program with SIGKILL while its index follows changes and is
 * written to disk over and over, and checks that what comes up afterwards says what SQL says.
 *
 * A worker process writes tags and lines from one thread, while another follows them, merges and
 * saves a generation every few milliseconds. The parent kills it at random instants, sometimes
 * damages what lies there (cut, a bit turned), opens store and index again and checks:
 *   1. the index counts what SQL counts, question by question;
 *   2. a whole generation was taken up, a damaged one was not.
 * CRASH_ROUNDS says how often; 25 when it is not set.
 */
#include "crash/crash.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/file.h"
#include "audience/index/follow.h"
#include "timeline/timeline.h"

enum { PEOPLE = 300 };

struct shared {
    _Atomic bool ready;
    _Atomic i64 writes, saves;
};

static enum err some_life(struct tx *t, void *arg)
{
    struct dice *d = arg;
    i64 merge, a, b;
    for (int i = 0; i < 20; i++) {
        struct timeline_line line = { .member = 1 + dice_below(d, PEOPLE),
                                      .kind = dice_below(d, 2) ? S("Looked") : S("Asked"),
                                      .at = t->c->now - dice_below(d, 40 * DAY_MS) };
        TRY(timeline_append(t, &line));
    }
    TRY(member_living(t->c, 1 + dice_below(d, PEOPLE), &a));
    TRY(member_living(t->c, 1 + dice_below(d, PEOPLE), &b));
    if (a != b && !dice_below(d, 50)) TRY(member_merge(t, a, b, S("test"), &merge));
    str tag = dice_below(d, 2) ? S("a") : S("b");
    enum err e = dice_below(d, 3) ? tag_put(t, a, tag, S("hand"), NONE) : tag_drop(t, a, tag);
    return e == E_NOT_FOUND ? OK : e;
}

static int worker_main(str where, str folder, struct shared *shared, u64 seed)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    struct audience *a;
    struct dice d = { seed };
    struct audience_options o = {
        .folder = folder, .saves = true, .thread = true, .interval_ms = 1, .save_ms = 1
    };
    if (store_open(c, (struct store_options){ .where = where }, rooms, &s) != OK) return 2;
    c->store = s;
    if (store_reader(s, c) != OK || audience_open(c, s, o, &a) != OK) return 2;
    shared->ready = true;
    for (i64 before = shared->saves;; shared->writes++) {
        struct arena_mark mark = arena_mark(c->arena);
        if (store_write(s, c, some_life, &d) != OK) return 3;
        shared->saves = before + audience_stats(a).saves;
        arena_rewind(c->arena, mark);
    }
}

/* -- the parent -------------------------------------------------------------------------------- */

static const char *const questions[] = {
    "tag = \"a\"",
    "tag = \"a\" and not tag = \"b\"",
    "did(\"Looked\") >= 3",
    "did(\"Asked\", 7d) >= 1 and tag = \"b\"",
    "did(\"Looked\", 30d) >= 2 and did(\"Asked\", 30d) >= 2",
    "not did(\"Looked\") >= 1",
};

static void same_as_sql(struct ctx *c, struct audience *a)
{
    const struct view *v = audience_take(a);
    for (i64 i = 0; i < COUNT(questions); i++) {
        const struct segment_node *tree;
        struct member_set set;
        ints want;
        CHECK_OK(c, segment_parse(c, str_of(questions[i]), &tree));
        CHECK_OK(c, segment_set(c, v, tree, c->now, &set));
        CHECK_OK(c, segment_members(c, tree, c->now, &want));
        ints got = set_ids(c->arena, &set, 0, set.n);
        CHECK_I64(got.n, want.n);
        CHECK(want.n == 0 || memcmp(got.at, want.at, (size_t)want.n * sizeof(i64)) == 0);
    }
    view_release(v);
}

/* Cuts the file, or turns a bit of it. */
static void damage(const char *file, struct dice *d)
{
    struct stat st;
    CHECK(stat(file, &st) == 0);
    i64 at = dice_below(d, st.st_size);
    if (dice_below(d, 2)) {
        CHECK(truncate(file, at) == 0);
        return;
    }
    char byte;
    int fd = open(file, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= (char)(1 << dice_below(d, 8));
    CHECK(pwrite(fd, &byte, 1, at) == 1);
    close(fd);
}

TEST(same_answers_after_a_kill)
{
    i64 rounds = crash_rounds(25), kills = 0, taken_up = 0, unfinished = 0, members = PEOPLE;
    struct shared *shared = crash_shared(sizeof *shared);
    struct dice d = { 1 };
    str where = test_store_options().where, folder = str_of(test_folder());
    char *file = str_z(test_ctx()->arena,
                       str_fmt(test_ctx()->arena, STR_FMT "/" AUDIENCE_FILE, STR_ARG(folder)));
    char *fresh = str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "%s.new", file));
    CHECK_OK(test_reader(), store_write(test_store(), test_reader(), crash_people, &members));
    /* About one kill in ten finds a file half written; one must, or that was never tried. */
    for (i64 i = 0; i < rounds || (!unfinished && i < 8 * rounds); i++, kills++) {
        struct audience *a;
        struct index_file_head head;
        test_store_close();
        pid_t child = fork();
        if (child == 0) _exit(worker_main(where, folder, shared, (u64)i + 1));
        CHECK(crash_kill_at_work(child, &shared->ready, (u64)i + 1));
        shared->ready = false;
        unfinished += access(fresh, F_OK) == 0;
        bool there = access(file, F_OK) == 0, whole = !there || i % 3;
        CHECK(!there || index_file_head(file, &head));
        if (!whole) damage(file, &d);
        struct ctx *c = test_reader();
        struct arena_mark mark = arena_mark(c->arena);
        struct audience_options o = { .folder = folder, .saves = true };
        CHECK_OK(c, audience_open(c, test_store(), o, &a));
        CHECK_OK(c, audience_follow(a, NULL));
        CHECK((audience_stats(a).mapped > 0) == (there && whole));
        taken_up += there && whole;
        same_as_sql(c, a);
        audience_close(a);
        arena_rewind(c->arena, mark);
    }
    print_message("%lld kills, %lld writes, %lld generations, %lld of them unfinished, %lld starts "
                  "from one\n",
                  (long long)kills, (long long)shared->writes, (long long)shared->saves,
                  (long long)unfinished, (long long)taken_up);
    CHECK(shared->saves > 0 && unfinished > 0 && taken_up > 0);
}
