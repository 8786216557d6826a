/* boards_test.c -- leaderboards: scores are their facts, ranks are of one state, live or read. */
#include <stdlib.h>

#include "app/rooms.h"

#include "boards_shop.h"
#include "loyalty/boards/inside.h"
#include "loyalty/tiers.h"
#include "store/setting.h"
#include "timeline/timeline.h"

enum { ORDERS = 60 };

TEST(a_score_is_its_facts)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    order(c, 1, p.ids[0], 100 * MONEY_UNIT, 0, START - HOUR_MS);    /* before it was published */
    order(c, 2, p.ids[0], 900 * MONEY_UNIT, 0, START - 2 * DAY_MS); /* before it began */
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_AMOUNT });
    CHECK_I64(place_of(&b, p.ids[0]).score, 100 * MONEY_UNIT);
    order(c, 3, p.ids[1], 150 * MONEY_UNIT, 0, START);
    order(c, 3, p.ids[1], 150 * MONEY_UNIT, 0, START); /* told twice */
    CHECK_I64(place_of(&b, p.ids[1]).rank, 1);
    CHECK_I64(place_of(&b, p.ids[0]).rank, 2);
    order(c, 3, p.ids[1], 150 * MONEY_UNIT, 60 * MONEY_UNIT, START); /* a refund lowers it */
    CHECK_I64(place_of(&b, p.ids[1]).score, 90 * MONEY_UNIT);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 2);
    order(c, 4, p.ids[2], 500 * MONEY_UNIT, 0, START + 10 * DAY_MS); /* at the end: too late */
    CHECK_I64(place_of(&b, p.ids[2]).rank, 0);
    order(c, 3, p.ids[1], 150 * MONEY_UNIT, 150 * MONEY_UNIT, START); /* all of it */
    CHECK_I64(place_of(&b, p.ids[1]).rank, 0);
    i64 wrong;
    CHECK_OK(c, boards_check(test_reader(), &wrong));
    CHECK_I64(wrong, 0);
}

TEST(caps_and_least_scores_hold)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_AMOUNT,
                                                        .order_cap = SOME(200 * MONEY_UNIT),
                                                        .min_score = SOME(100 * MONEY_UNIT) });
    order(c, 1, p.ids[0], 5000 * MONEY_UNIT, 0, START);
    order(c, 2, p.ids[1], 99 * MONEY_UNIT, 0, START);
    CHECK_I64(place_of(&b, p.ids[0]).score, 200 * MONEY_UNIT);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 0); /* below the least score, but known */
    CHECK_I64(place_of(&b, p.ids[1]).score, 99 * MONEY_UNIT);
    struct board_ranks top;
    struct ctx *look = test_reader();
    CHECK_OK(look, board_top(look, &b, 1, 10, &top));
    CHECK_I64(top.ranked, 1);
    CHECK_I64(top.around.n, 1);
}

TEST(ties_are_by_the_boards_rule)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 4);
    static const i64 ranks[3][4] = { { 2, 1, 3, 4 }, { 1, 1, 3, 4 }, { 1, 1, 2, 3 } };
    struct board_view boards[3];
    for (int i = 0; i < 3; i++)
        boards[i] =
            board(c, (struct board_post){
                         .metric = BOARD_ORDERS, .ties = (enum board_ties)i, .scope = SCOPE_ALL });
    i64 number = 0;
    static const i64 orders[] = { 3, 3, 2, 1 };
    for (i64 i = 0; i < 4; i++)
        for (i64 k = 0; k < orders[i]; k++)
            order(c, ++number, p.ids[i], MONEY_UNIT, 0, START + k * HOUR_MS + (i == 0) * 7);
    for (int i = 0; i < 3; i++)
        for (i64 k = 0; k < 4; k++) CHECK_I64(place_of(&boards[i], p.ids[k]).rank, ranks[i][k]);
}

TEST(frozen_at_the_end)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_AMOUNT });
    order(c, 1, p.ids[0], 100 * MONEY_UNIT, 0, START);
    CHECK(b.state == BOARD_RUNNING);
    c->now = b.ends_at; /* over: facts from before still count */
    order(c, 2, p.ids[1], 120 * MONEY_UNIT, 0, b.ends_at - 1);
    order(c, 3, p.ids[0], 900 * MONEY_UNIT, 0, b.ends_at);
    CHECK_OK(c, board_get(c, b.id, &b));
    CHECK(b.state == BOARD_CLOSING);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 1);
    CHECK_I64(b.frozen_at.value, b.ends_at + DAY_MS);
    c->now = b.frozen_at.value; /* no job has run */
    order(c, 4, p.ids[0], 900 * MONEY_UNIT, 0, b.ends_at - 1);
    order(c, 2, p.ids[1], 120 * MONEY_UNIT, 120 * MONEY_UNIT, b.ends_at - 1);
    CHECK_OK(c, board_get(c, b.id, &b));
    CHECK(b.state == BOARD_FROZEN);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 1);
    CHECK_I64(place_of(&b, p.ids[0]).score, 100 * MONEY_UNIT);
}

/* -- random histories, against a count over all orders ----------------------------------------- */

struct model_order {
    i64 member;
    money amount, refund;
    instant paid;
};
static struct model_order model[ORDERS];
static i64 lives_as[PEOPLE]; /* whose orders person i's are now */

struct expected {
    i64 person, score;
    instant reached_at;
};
static int by_rank(const void *a, const void *b)
{
    const struct expected *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    if (x->reached_at != y->reached_at) return x->reached_at < y->reached_at ? -1 : 1;
    return x->person < y->person ? -1 : 1; /* ids rise with the person */
}

static i64 expect(const struct board_view *b, struct expected out[PEOPLE])
{
    i64 n = 0;
    for (i64 i = 0; i < PEOPLE; i++) out[i] = (struct expected){ .person = i };
    for (i64 i = 0; i < ORDERS; i++) {
        const struct model_order *o = &model[i];
        money net = o->amount - o->refund;
        if (net <= 0 || o->paid < b->starts_at || o->paid >= b->ends_at) continue;
        struct expected *e = &out[lives_as[o->member]];
        e->score += b->metric == BOARD_AMOUNT ? net : 1;
        if (o->paid > e->reached_at) e->reached_at = o->paid;
    }
    qsort(out, PEOPLE, sizeof *out, by_rank);
    while (n < PEOPLE && out[n].score > 0) n++;
    return n;
}

static void check_board(const struct board_view *b, const struct people *p)
{
    struct expected want[PEOPLE];
    struct board_ranks got;
    struct ctx *c = test_reader();
    i64 n = expect(b, want), shared = 1, dense = 1;
    CHECK_OK(c, board_top(c, b, 1, PEOPLE + 5, &got));
    CHECK_I64(got.ranked, n);
    CHECK_I64(got.around.n, n);
    for (i64 i = 0; i < n; i++) {
        const struct board_place *at = &got.around.at[i];
        if (i > 0 && want[i].score != want[i - 1].score) {
            shared = i + 1;
            dense++;
        }
        CHECK_I64(at->member, p->ids[want[i].person]);
        CHECK_I64(at->score, want[i].score);
        CHECK_I64(at->place, i + 1);
        CHECK_I64(at->rank, b->ties == TIES_EARLIER ? i + 1
                            : b->ties == TIES_SHARE ? shared
                                                    : dense);
        struct board_ranks one;
        CHECK_OK(c, board_rank(c, b, at->member, 2, &one));
        CHECK_I64(one.mine.rank, at->rank);
        CHECK_I64(one.around.n, (i < 2 ? i : 2) + 1 + (n - 1 - i < 2 ? n - 1 - i : 2));
        CHECK_I64(one.around.at[0].place, i < 2 ? 1 : i - 1);
    }
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

static void random_history(u64 seed, struct live *live)
{
    struct ctx *c = test_reader();
    struct dice d = { seed };
    run = (i64)seed;
    instant origin = START + run * 10 * DAY_MS; /* each has days of its own */
    struct people p = people(c, PEOPLE);
    struct board_view boards[3];
    struct joining joined[PEOPLE] = { 0 };
    memset(model, 0, sizeof model);
    for (i64 i = 0; i < PEOPLE; i++) lives_as[i] = i;
    for (int i = 0; i < 3; i++)
        boards[i] = board(c, (struct board_post){ .metric = i == 1 ? BOARD_AMOUNT : BOARD_ORDERS,
                                                  .ties = (enum board_ties)i,
                                                  .starts_at = origin,
                                                  .ends_at = origin + (2 + 2 * i) * DAY_MS });
    for (i64 step = 0; step < 150; step++) {
        i64 number = dice_below(&d, ORDERS), who = dice_below(&d, PEOPLE);
        struct model_order *o = &model[number];
        if (dice_below(&d, 12) == 0) {
            struct joining *j = &joined[who];
            i64 with = dice_below(&d, PEOPLE);
            if (j->merge) {
                CHECK_OK(c, store_write(test_store(), c, part, j));
                j->merge = 0;
                lives_as[who] = who;
            } else if (with != who && lives_as[with] == with && lives_as[who] == who) {
                bool led = false; /* one level deep keeps the model simple */
                for (i64 i = 0; i < PEOPLE; i++) led |= i != who && lives_as[i] == who;
                if (led) continue;
                *j = (struct joining){ .winner = p.ids[with], .loser = p.ids[who] };
                CHECK_OK(c, store_write(test_store(), c, join, j));
                lives_as[who] = with;
            }
        } else if (o->amount && dice_below(&d, 3) == 0) {
            o->refund = o->amount / 4 * (1 + dice_below(&d, 4));
            order(c, number, p.ids[lives_as[o->member]], o->amount, o->refund, o->paid);
        } else if (!o->amount && lives_as[who] == who) {
            *o = (struct model_order){ who, (4 + 4 * dice_below(&d, 5)) * MONEY_UNIT, 0,
                                       origin + dice_below(&d, 7 * 24) * HOUR_MS };
            order(c, number, p.ids[who], o->amount, 0, o->paid);
        }
        if (step % 10 == 0) check_board(&boards[step / 10 % 3], &p);
    }
    for (int i = 0; i < 3; i++) check_board(&boards[i], &p);
    if (live) { /* thrown away and read again */
        live_serve(NULL);
        for (int i = 0; i < 3; i++) check_board(&boards[i], &p);
        struct live *again;
        CHECK_OK(c, live_open(c, test_store(), (struct live_options){ 0 }, &again));
        live_serve(again);
        for (int i = 0; i < 3; i++) check_board(&boards[i], &p);
        live_close(again);
        live_serve(live);
    }
    i64 wrong;
    CHECK_OK(c, boards_check(test_reader(), &wrong));
    CHECK_I64(wrong, 0);
}

TEST(random_histories_read_from_sql) { random_history(11, NULL); }

TEST(the_live_ranks_are_derived)
{
    struct ctx *c = test_reader();
    struct live *live;
    i64 runs = 1;
    if (getenv("BOARDS_RUNS")) CHECK(i64_parse(str_of(getenv("BOARDS_RUNS")), &runs));
    CHECK_OK(c, live_open(c, test_store(), (struct live_options){ 0 }, &live));
    live_serve(live);
    for (i64 i = 0; i < runs; i++) random_history(20 + (u64)i, live);
    CHECK(live_stats(live).places > 0);
    live_close(live);
}

static enum err appoint(struct tx *t, void *arg)
{
    const i64 *member = arg;
    return tier_appoint(t, *member,
                        &(struct tier_appointment){ .tier = S("达人"), .reason = S("test") });
}
static enum err open_programme(struct tx *t, void *arg)
{
    (void)arg;
    return setting_set(t, S("loyalty.since"), S("2020-01-01"));
}

TEST(a_tier_takes_part)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    struct board_post post = { .name = S("达人榜"),
                               .metric = BOARD_AMOUNT,
                               .scope = SCOPE_TIER,
                               .scope_name = S("nobody"),
                               .starts_at = START - DAY_MS,
                               .ends_at = START + DAY_MS };
    struct board_make refused = { .post = post };
    i64 lines;
    CHECK_OK(c, store_write(test_store(), c, open_programme, NULL));
    CHECK_ERR(c, store_write(test_store(), c, make_board, &refused), E_INVALID);
    post.scope_name = S("达人");
    struct board_view b = board(c, post);
    order(c, 1, p.ids[0], 5000 * MONEY_UNIT, 0, START); /* rises by it */
    order(c, 2, p.ids[1], 1 * MONEY_UNIT, 0, START);
    CHECK_I64(place_of(&b, p.ids[0]).rank, 1);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 0);
    CHECK_OK(c, store_write(test_store(), c, appoint, &p.ids[1]));
    CHECK_OK(c, follower_run(test_store(), c, &board_followers[0], &lines));
    CHECK_I64(place_of(&b, p.ids[1]).rank, 2);
}

static i64 regular; /* who is in the segment 老客; 0: there is no such segment any more */
static enum err in_regulars(struct ctx *c, str segment, i64 member, bool *in)
{
    if (!str_eq(segment, S("老客")) || !regular)
        return fail(c, E_NOT_FOUND, "没有这个分层", "there is no such segment");
    *in = member == regular;
    return OK;
}
static enum err draft_board(struct tx *t, void *arg)
{
    struct board_make *m = arg;
    return board_create(t, &m->post, &m->id);
}
static enum err change_it(struct tx *t, void *arg) { return board_change(t, arg); }

/* One that was deleted while its board runs brings nobody new, and refuses nobody's order. */
TEST(a_segment_takes_part)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    enum err (*was)(struct ctx *, str, i64, bool *) = board_members_in;
    struct board_post post = { .name = S("老客榜"),
                               .metric = BOARD_AMOUNT,
                               .scope = SCOPE_SEGMENT,
                               .scope_name = S("老客户"),
                               .starts_at = START - DAY_MS,
                               .ends_at = START + DAY_MS };
    struct board_make refused = { .post = post };
    regular = p.ids[0];
    board_members_in = in_regulars;
    CHECK_ERR(c, store_write(test_store(), c, make_board, &refused), E_INVALID);
    post.scope_name = S("老客");
    struct board_view b = board(c, post);
    order(c, 1, p.ids[0], 50 * MONEY_UNIT, 0, START);
    order(c, 2, p.ids[1], 60 * MONEY_UNIT, 0, START);
    CHECK_I64(place_of(&b, p.ids[0]).rank, 1);
    CHECK_I64(place_of(&b, p.ids[1]).rank, 0);
    regular = 0;
    order(c, 3, p.ids[2], 70 * MONEY_UNIT, 0, START);
    order(c, 4, p.ids[0], 30 * MONEY_UNIT, 0, START);
    CHECK_I64(place_of(&b, p.ids[2]).rank, 0);
    CHECK_I64(place_of(&b, p.ids[0]).score, 80 * MONEY_UNIT);
    struct board_patch name = { .id = b.id, .name = S("老客户榜") };
    CHECK_OK(c, store_write(test_store(), c, change_it, &name));
    board_members_in = was;
}

/* What is absent from a change stays; what is to go is named. */
TEST(a_drafts_terms_can_be_emptied)
{
    struct ctx *c = test_reader();
    struct reward prize = { .kind = REWARD_GROWTH, .amount = 5 };
    struct board_prize first = { 1, 1, { &prize, 1 } };
    struct board_make m = { .post = { .name = S("草稿"),
                                      .metric = BOARD_AMOUNT,
                                      .starts_at = START,
                                      .ends_at = START + DAY_MS,
                                      .order_cap = SOME(100 * MONEY_UNIT),
                                      .prizes = { &first, 1 } } };
    str both[] = { S("prizes"), S("order_cap") }, name = S("name");
    struct board_patch looks = { .name = S("另名") }, clear = { .clear = { both, 2 } };
    struct board_patch wrong = { .clear = { &name, 1 } };
    struct board_view view;
    CHECK_OK(c, store_write(test_store(), c, draft_board, &m));
    looks.id = clear.id = wrong.id = m.id;
    CHECK_OK(c, store_write(test_store(), c, change_it, &looks));
    CHECK_OK(c, board_get(c, m.id, &view));
    CHECK_I64(view.prizes.n, 1);
    CHECK(view.order_cap.has);
    CHECK_ERR(c, store_write(test_store(), c, change_it, &wrong), E_INVALID);
    CHECK_OK(c, store_write(test_store(), c, change_it, &clear));
    CHECK_OK(c, board_get(c, m.id, &view));
    CHECK_I64(view.prizes.n, 0);
    CHECK(!view.order_cap.has);
}
