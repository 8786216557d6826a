/* saved_crash_test.c -- kills the program with SIGKILL while saved segments are refreshed, and
 * checks that lines and members still tell the same.
 *
 * A worker process changes tags of members and refreshes segments over and over, a few members a
 * transaction. The parent kills it at random instants, opens the store again and checks:
 *   1. who entered and has not left, by the lines of the timeline, is in the segment: each exactly
 * once;
 *   2. its count is that of its members;
 *   3. a refresh then brings it to what its text says, and 1 and 2 hold again.
 * CRASH_ROUNDS says how often; 25 when it is not set.
 */
#include "crash/crash.h"

#include "app/rooms.h"
#include "audience/saved/inside.h"
#include "timeline/timeline.h"

enum { PEOPLE = 300, SEGMENTS = 3 };

static const char *const texts[SEGMENTS] = { "tag = \"a\"", "not tag = \"a\" or tag = \"b\"",
                                             "tag = \"b\" and not in_segment(\"s0\")" };

static enum err people(struct tx *t, void *arg)
{
    TRY(crash_people(t, arg));
    for (i64 i = 0; i < SEGMENTS; i++) {
        i64 id;
        struct saved_post in = { .name = str_fmt(t->c->arena, "s%lld", (long long)i),
                                 .text = str_of(texts[i]),
                                 .announce = { true, true } };
        TRY(saved_create(t, &in, &id));
    }
    return OK;
}

struct tagging {
    struct dice *d;
};

static enum err some_tags(struct tx *t, void *arg)
{
    struct tagging *k = arg;
    ints members = { NEWS(t->c->arena, i64, PEOPLE), 0 };
    i64 changed, part = 1 + dice_below(k->d, 6);
    for (i64 m = 1; m <= PEOPLE; m++)
        if (dice_below(k->d, 6) < part) members.at[members.n++] = m;
    str tag = dice_below(k->d, 2) ? S("a") : S("b");
    if (dice_below(k->d, 2)) return tag_put_all(t, members, tag, S("hand"), NONE, &changed);
    enum err e = tag_drop_all(t, members, tag, &changed);
    return e == E_NOT_FOUND ? OK : e;
}

static enum err refresh_all(struct store *s, struct ctx *c)
{
    struct saved_view_list all;
    TRY(saved_list(c, &all));
    for (i64 i = 0; i < all.n; i++) {
        struct saved_refreshed done;
        TRY(saved_refresh(s, c, all.at[i].id, &done));
    }
    return OK;
}

struct shared {
    _Atomic bool ready;
    _Atomic i64 rounds;
};

static int worker_main(str where, struct shared *shared, u64 seed)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    struct dice d = { seed };
    struct tagging k = { &d };
    wishes_max = 7;
    if (store_open(c, (struct store_options){ .where = where }, rooms, &s) != OK) return 2;
    c->store = s;
    if (store_reader(s, c) != OK) return 2;
    for (shared->ready = true;; shared->rounds++) {
        struct arena_mark mark = arena_mark(c->arena);
        if (store_write(s, c, some_tags, &k) != OK) return 3;
        if (refresh_all(s, c) != OK) return 4;
        arena_rewind(c->arena, mark);
    }
}

/* -- the parent -------------------------------------------------------------------------------- */

static void check_lines(struct ctx *c)
{
    struct timeline_line_list lines;
    struct saved_view_list all;
    CHECK_OK(c, timeline_after(c, 0, INT32_MAX, &lines));
    CHECK_OK(c, saved_list(c, &all));
    CHECK_I64(all.n, SEGMENTS);
    for (i64 i = 0; i < all.n; i++) {
        bool in[PEOPLE + 1] = { 0 };
        i64 n = 0;
        ints members;
        str subject = str_fmt(c->arena, "segment:" STR_FMT, STR_ARG(all.at[i].name));
        for (i64 k = 0; k < lines.n; k++) {
            const struct timeline_line *l = &lines.at[k];
            if (l->member == 0 || !l->subject.at || !str_eq(l->subject, subject)) continue;
            bool entered = str_eq(l->kind, S("segment.entered"));
            CHECK(in[l->member] != entered);
            in[l->member] = entered;
            n += entered ? 1 : -1;
        }
        CHECK_OK(c, saved_members(c, all.at[i].id, 0, PEOPLE + 1, &members));
        CHECK_I64(members.n, n);
        CHECK_I64(all.at[i].count, n);
        for (i64 k = 0; k < members.n; k++) CHECK(in[members.at[k]]);
    }
}

static void check_members(struct ctx *c)
{
    struct saved_view_list all;
    CHECK_OK(c, saved_list(c, &all));
    for (i64 i = 0; i < all.n; i++) {
        const struct segment_node *tree;
        instant at;
        ints want, kept;
        CHECK_OK(c, segment_at_read(c, NO_STR, &at));
        CHECK_OK(c, segment_parse(c, all.at[i].text, &tree));
        CHECK_OK(c, segment_members(c, tree, at, &want));
        CHECK_OK(c, saved_members(c, all.at[i].id, 0, PEOPLE + 1, &kept));
        CHECK_I64(kept.n, want.n);
        CHECK(want.n == 0 || memcmp(kept.at, want.at, (size_t)want.n * sizeof(i64)) == 0);
    }
}

TEST(lines_replay_to_the_members_after_a_kill)
{
    i64 rounds = crash_rounds(25), torn = 0, members = PEOPLE;
    struct shared *shared = crash_shared(sizeof *shared);
    str where = test_store_options().where;
    CHECK_OK(test_reader(), store_write(test_store(), test_reader(), people, &members));
    for (i64 i = 0; i < rounds; i++) {
        test_store_close();
        pid_t child = fork();
        if (child == 0) _exit(worker_main(where, shared, (u64)i + 1));
        CHECK(crash_kill_at_work(child, &shared->ready, (u64)i + 1));
        shared->ready = false;
        struct ctx *c = test_reader();
        struct arena_mark mark = arena_mark(c->arena);
        struct saved_view_list all;
        check_lines(c);
        i64 before, after;
        CHECK_OK(c, timeline_last(c, &before));
        CHECK_OK(c, saved_list(c, &all));
        CHECK_OK(c, refresh_all(test_store(), c));
        CHECK_OK(c, timeline_last(c, &after));
        torn += after > before;
        check_lines(c);
        check_members(c);
        arena_rewind(c->arena, mark);
    }
    print_message("%lld kills in %lld rounds of work, %lld in the middle of a refresh\n",
                  (long long)rounds, (long long)shared->rounds, (long long)torn);
    CHECK(shared->rounds > 0 && torn > 0);
}
