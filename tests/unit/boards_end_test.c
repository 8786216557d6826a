/* boards_end_test.c -- the end of a leaderboard: final ranks, prizes given once, refunds after it.
 */
#include "boards_shop.h"

#include "ledger/ledger.h"

/* Growth value, by reward: whole and without an expiry. */
static i64 won(i64 member)
{
    struct ctx *c = test_reader();
    struct balance b;
    CHECK_OK(c,
             ledger_balance(
                 c, &(struct account){ .member = member, .unit = S("growth"), .name = S("") }, &b));
    return b.balance;
}

static struct reward growth[2] = { { .kind = REWARD_GROWTH, .amount = 100 },
                                   { .kind = REWARD_GROWTH, .amount = 10 } };
static struct board_prize prizes[2] = { { .first = 1, .last = 1, .rewards = { &growth[0], 1 } },
                                        { .first = 2, .last = 3, .rewards = { &growth[1], 1 } } };

/* Five members with 500, 400, 300, 300, 100 yuan; frozen. */
struct scene {
    struct people p;
    struct board_view b;
};
static struct scene scene(struct ctx *c, enum board_ties ties)
{
    static const i64 yuan[] = { 500, 400, 300, 300, 100 };
    struct scene s = { .p = people(c, 5) };
    s.b = board(
        c, (struct board_post){ .metric = BOARD_AMOUNT, .ties = ties, .prizes = { prizes, 2 } });
    for (i64 i = 0; i < 5; i++)
        order(c, i, s.p.ids[i], yuan[i] * MONEY_UNIT, 0, START + i * HOUR_MS);
    CHECK_ERR(c, board_settle(test_store(), c, s.b.id), E_UNPROCESSABLE);
    c->now = s.b.frozen_at.value;
    return s;
}
static void settle(struct ctx *c, struct scene *s)
{
    CHECK_OK(c, board_settle(test_store(), c, s->b.id));
    CHECK_OK(c, board_get(c, s->b.id, &s->b));
    CHECK(s->b.state == BOARD_SETTLED);
}
static void check_won(const struct scene *s, const i64 want[5])
{
    for (i64 i = 0; i < 5; i++) CHECK_I64(won(s->p.ids[i]), want[i]);
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

struct deciding {
    i64 board, member;
    bool keep;
};
static enum err decide(struct tx *t, void *arg)
{
    struct deciding *d = arg;
    return board_review(t, d->board, d->member, d->keep);
}

TEST(a_prize_is_given_once)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_EARLIER);
    struct board_place before = place_of(&s.b, s.p.ids[2]);
    settle(c, &s);
    settle(c, &s);
    check_won(&s, (i64[]){ 100, 10, 10, 0, 0 });
    struct board_place after = place_of(&s.b, s.p.ids[2]);
    CHECK_I64(after.rank, before.rank);
    CHECK_I64(after.score, before.score);
    CHECK_I64(after.reached_at.value, before.reached_at.value);
    struct board_ranks r;
    CHECK_OK(c, board_rank(c, &s.b, s.p.ids[2], 1, &r));
    CHECK_I64(r.ranked, 5);
    CHECK_I64(r.around.n, 3);
    CHECK_I64(r.around.at[2].member, s.p.ids[3]);
    CHECK_OK(c, board_top(c, &s.b, 4, 10, &r));
    CHECK_I64(r.around.n, 2);
}

TEST(shared_ranks_at_the_edge_all_win)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_SHARE);
    settle(c, &s);
    check_won(&s, (i64[]){ 100, 10, 10, 10, 0 });
}

TEST(merged_after_the_end_they_win_one_prize)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_EARLIER);
    struct joining j = { .winner = s.p.ids[4], .loser = s.p.ids[0] };
    struct joining k = { .winner = s.p.ids[4], .loser = s.p.ids[1] };
    CHECK_OK(c, store_write(test_store(), c, join, &j));
    CHECK_OK(c, store_write(test_store(), c, join, &k));
    CHECK_I64(place_of(&s.b, s.p.ids[4]).rank, 1); /* the best of his places */
    settle(c, &s);
    CHECK_I64(won(s.p.ids[4]), 100);
    CHECK_I64(won(s.p.ids[2]), 10);
    struct prize_view_list list = { 0 };
    CHECK_OK(c, board_prizes(c, s.b.id, false, 0, 10, &list));
    CHECK_I64(list.n, 3);
    CHECK_I64(list.at[0].member, s.p.ids[4]);
    CHECK(list.at[1].state == PRIZE_SKIPPED);
    CHECK_I64(place_of(&s.b, s.p.ids[0]).rank, 1); /* any id of his */
}

TEST(prizes_follow_merges_and_come_back)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_EARLIER);
    settle(c, &s);
    struct joining j = { .winner = s.p.ids[4], .loser = s.p.ids[0] };
    struct prize_view_list list = { 0 };
    CHECK_OK(c, store_write(test_store(), c, join, &j));
    CHECK_OK(c, board_prizes(c, s.b.id, false, 0, 1, &list));
    CHECK_I64(list.at[0].member, s.p.ids[4]);
    CHECK_OK(c, store_write(test_store(), c, part, &j));
    list = (struct prize_view_list){ 0 };
    CHECK_OK(c, board_prizes(c, s.b.id, false, 0, 1, &list));
    CHECK_I64(list.at[0].member, s.p.ids[0]);
}

TEST(a_refund_after_the_end_is_reviewed)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_EARLIER);
    order(c, 0, s.p.ids[0], 500 * MONEY_UNIT, 500 * MONEY_UNIT, START); /* frozen, not settled */
    CHECK_I64(place_of(&s.b, s.p.ids[0]).rank, 1);
    settle(c, &s);
    check_won(&s, (i64[]){ 0, 10, 10, 0, 0 });                                       /* his waits */
    order(c, 1, s.p.ids[1], 400 * MONEY_UNIT, 399 * MONEY_UNIT, START + HOUR_MS);    /* settled */
    order(c, 4, s.p.ids[4], 100 * MONEY_UNIT, 99 * MONEY_UNIT, START + 4 * HOUR_MS); /* no prize */
    check_won(&s, (i64[]){ 0, 10, 10, 0, 0 }); /* nothing silently */
    struct prize_view_list open = { 0 };
    CHECK_OK(c, board_prizes(c, s.b.id, true, 0, 10, &open));
    CHECK_I64(open.n, 2);
    CHECK_I64(open.at[0].score_now.value, 0);
    CHECK_I64(open.at[1].member, s.p.ids[1]);
    CHECK_I64(open.at[1].score_now.value, MONEY_UNIT);
    struct deciding keep = { s.b.id, s.p.ids[0], true }, back = { s.b.id, s.p.ids[1], false };
    for (int again = 0; again < 2; again++) {
        CHECK_OK(c, store_write(test_store(), c, decide, &keep));
        CHECK_OK(c, store_write(test_store(), c, decide, &back));
        check_won(&s, (i64[]){ 100, 0, 10, 0, 0 });
    }
    back.keep = true;
    CHECK_ERR(c, store_write(test_store(), c, decide, &back), E_CONFLICT);
    back.member = s.p.ids[2];
    CHECK_ERR(c, store_write(test_store(), c, decide, &back), E_NOT_FOUND);
    open = (struct prize_view_list){ 0 };
    CHECK_OK(c, board_prizes(c, s.b.id, true, 0, 10, &open));
    CHECK_I64(open.n, 0);
}

TEST(withheld_before_it_was_given)
{
    struct ctx *c = test_reader();
    struct scene s = scene(c, TIES_EARLIER);
    order(c, 0, s.p.ids[0], 500 * MONEY_UNIT, 500 * MONEY_UNIT, START);
    CHECK_OK(c,
             store_write(test_store(), c, decide, &(struct deciding){ s.b.id, s.p.ids[0], false }));
    order(c, 1, s.p.ids[1], 400 * MONEY_UNIT, 40 * MONEY_UNIT, START + HOUR_MS);
    order(c, 1, s.p.ids[1], 900 * MONEY_UNIT, 40 * MONEY_UNIT, START + HOUR_MS); /* up again */
    settle(c, &s);
    check_won(&s, (i64[]){ 0, 10, 10, 0, 0 });
}
