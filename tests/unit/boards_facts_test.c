/* boards_facts_test.c -- boards of points and invitations: followed by the timeline, through
 * merges. */
#include "boards_shop.h"

#include "loyalty/boards/inside.h"
#include "loyalty/invitations.h"
#include "loyalty/join.h"
#include "loyalty/reward.h"
#include "store/setting.h"
#include "timeline/timeline.h"

struct fact {
    i64 member, amount;
    const char *id;
};
static enum err give(struct tx *t, void *arg)
{
    const struct fact *f = arg;
    struct reward points = { .kind = REWARD_POINTS, .amount = f->amount };
    enum reward_result got;
    return reward_give(t, f->member, &points, (struct reward_why){ .id = str_of(f->id) }, &got);
}
static i64 friends;
static enum err take(struct tx *t, void *arg)
{
    const struct fact *f = arg;
    return reward_take_back(t, f->member, str_of(f->id), S("task"));
}
/* A friend of his joins. */
static enum err invite(struct tx *t, void *arg)
{
    struct fact *f = arg;
    struct identity id = { .kind = ID_USER_ID,
                           .value = str_fmt(t->c->arena, "friend-%lld", (long long)++friends) };
    struct member_sighting seen = { .identities = &id, .n = 1, .source = S("api") };
    struct join_ask ask = { 0 };
    struct invited_by by = { .inviter = f->member };
    bool yes;
    TRY(setting_set(t, S("invitations.counts"), S("at_once")));
    TRY(member_resolve(t, &seen, &ask.id, &yes));
    TRY(member_join(t, &ask, &yes));
    return invitation_accept(t, ask.id, &by, &yes);
}
static void tell(struct ctx *c, write_fn *fn, struct fact f)
{
    i64 lines;
    CHECK_OK(c, store_write(test_store(), c, fn, &f));
    CHECK_OK(c, follower_run(test_store(), c, &board_followers[0], &lines));
}

struct joining {
    i64 winner, loser, merge;
};
static enum err join(struct tx *t, void *arg)
{
    struct joining *j = arg;
    return member_merge(t, j->winner, j->loser, S("test"), &j->merge);
}
static enum err part(struct tx *t, void *arg)
{
    return member_unmerge(t, ((struct joining *)arg)->merge);
}

static void check(const struct board_view *b, const struct people *p, i64 first, i64 second)
{
    struct ctx *c = test_reader();
    i64 wrong;
    CHECK_I64(place_of(b, p->ids[0]).score, first);
    CHECK_I64(place_of(b, p->ids[1]).score, second);
    CHECK_OK(c, boards_check(c, &wrong));
    CHECK_I64(wrong, 0);
}
static void check_merges(struct ctx *c, const struct board_view *b, const struct people *p,
                         i64 first, i64 second)
{
    struct joining j = { .winner = p->ids[0], .loser = p->ids[1] };
    CHECK_OK(c, store_write(test_store(), c, join, &j));
    check(b, p, first + second, first + second); /* one person, by either id */
    struct board_ranks top;
    CHECK_OK(c, board_top(c, b, 1, 9, &top));
    CHECK_I64(top.ranked, 1);
    CHECK_OK(c, store_write(test_store(), c, part, &j));
    check(b, p, first, second);
}

TEST(points_of_tasks_count)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    tell(c, give, (struct fact){ p.ids[0], 5, "task:0:a" }); /* before it was published */
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_POINTS });
    tell(c, give, (struct fact){ p.ids[0], 30, "task:1:a" });
    tell(c, give, (struct fact){ p.ids[0], 500, "hand:1" }); /* a present is not earned */
    tell(c, give, (struct fact){ p.ids[1], 20, "task:1:b" });
    check(&b, &p, 35, 20);
    tell(c, take, (struct fact){ p.ids[0], 30, "task:1:a" });
    check(&b, &p, 5, 20);
    check_merges(c, &b, &p, 5, 20);
}

static enum err hold(struct tx *t, void *arg)
{
    const struct fact *f = arg;
    struct reward points = { .kind = REWARD_POINTS, .amount = f->amount };
    struct reward_why why = { .id = str_of(f->id), .review = S("odd") };
    enum reward_result got;
    return reward_give(t, f->member, &points, why, &got);
}
static enum err release(struct tx *t, void *arg)
{
    const struct fact *f = arg;
    enum reward_result got;
    return reward_release(t, f->member, str_of(f->id), S("seen"), &got);
}

TEST(released_it_counts_as_of_when_it_was_earned)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_POINTS });
    tell(c, hold, (struct fact){ p.ids[0], 30, "task:1:a" });
    check(&b, &p, 0, 0);
    c->now = b.ends_at + HOUR_MS; /* late, and not frozen yet */
    tell(c, hold, (struct fact){ p.ids[1], 20, "task:1:b" });
    tell(c, release, (struct fact){ p.ids[0], 0, "task:1:a" });
    tell(c, release, (struct fact){ p.ids[1], 0, "task:1:b" });
    check(&b, &p, 30, 0);
}

CHANGE(spoil, "UPDATE board_score SET score = score + 1 WHERE member = $1");
static enum err spoil_score(struct tx *t, void *arg)
{
    return tx_change(t, &spoil, ARGS(*(i64 *)arg));
}

TEST(what_waits_is_late_not_wrong)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    i64 wrong, lines;
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_POINTS });
    struct fact first = { p.ids[0], 30, "task:1:a" }, second = { p.ids[0], 12, "task:2:a" };
    tell(c, give, first);
    tell(c, give, (struct fact){ p.ids[1], 20, "task:1:b" });
    CHECK_OK(c, store_write(test_store(), c, give, &second));
    CHECK_OK(c, boards_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, store_write(test_store(), c, spoil_score, &p.ids[1]));
    CHECK_OK(c, boards_check(c, &wrong));
    CHECK_I64(wrong, 1); /* nothing waits for her */
    CHECK_OK(c, follower_run(test_store(), c, &board_followers[0], &lines));
    CHECK_I64(place_of(&b, p.ids[0]).score, 42);
}

TEST(friends_brought_in_count)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    tell(c, invite, (struct fact){ .member = p.ids[0] }); /* before it was published */
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_INVITES });
    check(&b, &p, 1, 0);
    tell(c, invite, (struct fact){ .member = p.ids[0] });
    tell(c, invite, (struct fact){ .member = p.ids[1] });
    check(&b, &p, 2, 1);
    check_merges(c, &b, &p, 2, 1);
}
