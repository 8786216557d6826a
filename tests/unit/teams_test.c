/* teams_test.c -- teams: one seat a campaign, sizes, captains, scores of who is in, merges. */
#include <pthread.h>

#include "boards_shop.h"

#include "base/field.h"
#include "ledger/ledger.h"
#include "loyalty/teams.h"
#include "loyalty/teams/inside.h"
#include "store/composed.h"

struct act {
    i64 campaign, team, member, seat;
    enum team_join rule;
    const char *name, *code;
    enum seat_state state;
};
static enum err campaign_make(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_campaign_make(t,
                              &(struct team_campaign_post){ .name = S("组队季"),
                                                            .starts_at = START + DAY_MS,
                                                            .ends_at = START + 20 * DAY_MS,
                                                            .size_min = SOME(2),
                                                            .size_max = SOME(3) },
                              &a->campaign);
}
static enum err make_team(struct tx *t, void *arg)
{
    struct act *a = arg;
    struct team_make in = { .campaign = a->campaign,
                            .member = a->member,
                            .name = str_of(a->name),
                            .code = str_fmt(t->c->arena, "%s%lld", a->name, (long long)a->campaign),
                            .join_rule = a->rule };
    return team_make(t, &in, &a->team);
}
static enum err join_team(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_join(t, a->team, a->member, str_of(a->code), &a->state);
}
static enum err leave_team(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_leave(t, a->team, a->member);
}
static enum err accept(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_accept(t, a->team, a->member, a->seat);
}
static enum err remove_one(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_remove(t, a->team, a->member, a->seat);
}

static enum err act(struct ctx *c, write_fn *fn, struct act *a)
{
    return store_write(test_store(), c, fn, a);
}
static i64 campaign(struct ctx *c)
{
    struct act a = { 0 };
    CHECK_OK(c, act(c, campaign_make, &a));
    return a.campaign;
}
static i64 team(struct ctx *c, i64 of, i64 captain, const char *name, enum team_join rule)
{
    struct act a = { .campaign = of, .member = captain, .name = name, .rule = rule };
    CHECK_OK(c, act(c, make_team, &a));
    return a.team;
}
static enum err joins(struct ctx *c, i64 of, i64 member, const char *code)
{
    struct act a = { .team = of, .member = member, .code = code };
    return act(c, join_team, &a);
}
static struct team_seat_list seats(struct ctx *c, i64 of)
{
    struct team_seat_list out;
    CHECK_OK(c, team_seats(c, of, &out));
    return out;
}

TEST(one_team_a_campaign)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 4);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    CHECK_OK(c, joins(c, red, p.ids[1], NULL)); /* again: nothing */
    struct act second = { .campaign = of, .member = p.ids[1], .name = "蓝队" };
    CHECK_ERR(c, act(c, make_team, &second), E_CONFLICT);
    second.member = p.ids[2];
    second.name = "红 队 ";
    CHECK_OK(c, act(c, make_team, &second));
    CHECK_ERR(c, joins(c, second.team, p.ids[1], NULL), E_CONFLICT);
    CHECK_I64(team(c, campaign(c), p.ids[1], "红队", TEAM_OPEN), second.team + 1); /* another one */
    c->now = START + 20 * DAY_MS;
    CHECK_ERR(c, joins(c, red, p.ids[3], NULL), E_UNPROCESSABLE); /* over */
}

TEST(a_team_is_never_overfull)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 5);
    i64 red = team(c, campaign(c), p.ids[0], "红队", TEAM_APPROVAL);
    for (i64 i = 1; i < 5; i++) CHECK_OK(c, joins(c, red, p.ids[i], NULL)); /* they only ask */
    struct team_seat_list list = seats(c, red);
    CHECK_I64(list.n, 5);
    struct act a = { .team = red, .member = p.ids[1], .seat = list.at[2].number };
    CHECK_ERR(c, act(c, accept, &a), E_FORBIDDEN); /* not the captain */
    a.member = p.ids[0];
    for (i64 i = 1; i < 3; i++) {
        a.seat = list.at[i].number;
        CHECK_OK(c, act(c, accept, &a));
    }
    a.seat = list.at[3].number;
    CHECK_ERR(c, act(c, accept, &a), E_UNPROCESSABLE); /* three are in */
    CHECK_OK(c, act(c, remove_one, &a));               /* declined */
    CHECK_I64(seats(c, red).n, 4);
}

TEST(codes_open_what_asks_for_them)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    i64 red = team(c, campaign(c), p.ids[0], "红队", TEAM_CODE);
    CHECK_ERR(c, joins(c, red, p.ids[1], NULL), E_UNPROCESSABLE);
    CHECK_ERR(c, joins(c, red, p.ids[1], "蓝队1"), E_UNPROCESSABLE);
    CHECK_OK(c, joins(c, red, p.ids[1], "红队1"));
}

TEST(who_is_in_longest_leads)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    c->now = START + 1;
    CHECK_OK(c, joins(c, red, p.ids[2], NULL));
    c->now = START + 2;
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    struct act a = { .team = red, .member = p.ids[0] };
    CHECK_OK(c, act(c, leave_team, &a));
    CHECK_I64(seats(c, red).at[0].member, p.ids[2]);
    CHECK(seats(c, red).at[0].captain);
    c->now = START + DAY_MS; /* it began: nobody leaves, but the shop may take out */
    a.member = p.ids[2];
    CHECK_ERR(c, act(c, leave_team, &a), E_UNPROCESSABLE);
    a.seat = seats(c, red).at[1].number;
    CHECK_ERR(c, act(c, remove_one, &a), E_UNPROCESSABLE);
    a.member = 0;
    CHECK_OK(c, act(c, remove_one, &a));
    a.seat = seats(c, red).at[0].number;
    CHECK_OK(c, act(c, remove_one, &a));
    struct team gone;
    CHECK_ERR(c, team_get(c, red, &gone), E_NOT_FOUND);
}

/* -- scores ------------------------------------------------------------------------------------ */

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

static void check_facts(struct ctx *c)
{
    i64 wrong;
    CHECK_OK(c, boards_check(c, &wrong));
    CHECK_I64(wrong, 0);
}

static enum err erase_it(struct tx *t, void *arg) { return member_erase(t, *(i64 *)arg); }

TEST(the_erased_lead_nobody)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 4);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_APPROVAL);
    struct act a = { .team = red, .member = p.ids[0] };
    struct team_seat_list seats = { 0 };
    for (i64 i = 1; i < 4; i++) CHECK_OK(c, joins(c, red, p.ids[i], NULL));
    CHECK_OK(c, team_seats(c, red, &seats));
    for (i64 i = 1; i < 3; i++) {
        a.seat = seats.at[i].number;
        CHECK_OK(c, act(c, accept, &a));
    }
    CHECK_OK(c, store_write(test_store(), c, erase_it, &p.ids[0]));
    CHECK_OK(c, team_seats(c, red, &seats));
    CHECK_I64(seats.n, 4);
    CHECK_I64(seats.at[0].member, p.ids[1]);
    CHECK(seats.at[0].captain && !seats.at[2].captain);
    CHECK_I64(seats.at[2].member, p.ids[0]); /* he is still one of them */
    CHECK_OK(c,
             store_write(test_store(), c, erase_it, &p.ids[3])); /* who only asked asks no more */
    CHECK_OK(c, team_seats(c, red, &seats));
    CHECK_I64(seats.n, 3);
}

TEST(the_score_is_of_who_is_in)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 4);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    struct board_view b = board(
        c, (struct board_post){ .metric = BOARD_AMOUNT, .holders = HOLDERS_TEAMS, .campaign = of });
    order(c, 1, p.ids[0], 100 * MONEY_UNIT, 0, START + HOUR_MS);
    CHECK_I64(place_of(&b, red).rank, 0); /* one is not enough */
    order(c, 2, p.ids[1], 70 * MONEY_UNIT, 0, START - HOUR_MS);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    CHECK_I64(place_of(&b, red).score, 100 * MONEY_UNIT); /* not what he did before */
    order(c, 3, p.ids[1], 50 * MONEY_UNIT, 0, START + 2 * HOUR_MS);
    CHECK_I64(place_of(&b, red).score, 150 * MONEY_UNIT);
    order(c, 3, p.ids[1], 50 * MONEY_UNIT, 20 * MONEY_UNIT, START + 2 * HOUR_MS);
    CHECK_I64(place_of(&b, red).score, 130 * MONEY_UNIT);
    order(c, 4, p.ids[2], 900 * MONEY_UNIT, 0, START + 2 * HOUR_MS); /* in no team */
    CHECK_I64(place_of(&b, red).rank, 1);
    CHECK_OK(c, joins(c, red, p.ids[2], NULL)); /* at START: his order of later counts */
    CHECK_I64(place_of(&b, red).score, 1030 * MONEY_UNIT);
    struct act a = { .team = red, .member = p.ids[2] };
    CHECK_OK(c, act(c, leave_team, &a));
    CHECK_I64(place_of(&b, red).score, 130 * MONEY_UNIT);
    check_facts(c);
}

TEST(seats_follow_merges)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 5);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    i64 blue = team(c, of, p.ids[2], "蓝队", TEAM_OPEN);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    CHECK_OK(c, joins(c, blue, p.ids[3], NULL));
    struct board_view b = board(
        c, (struct board_post){ .metric = BOARD_ORDERS, .holders = HOLDERS_TEAMS, .campaign = of });
    for (i64 i = 0; i < 4; i++)
        order(c, i, p.ids[i], 10 * MONEY_UNIT, 0, START + (1 + i) * HOUR_MS);
    /* Both have a seat: the winner's stays, and his orders count for it. */
    struct joining two = { .winner = p.ids[0], .loser = p.ids[2] };
    CHECK_OK(c, store_write(test_store(), c, join, &two));
    CHECK_I64(place_of(&b, red).score, 3);
    CHECK_I64(place_of(&b, blue).rank, 0); /* too few */
    CHECK_I64(seats(c, blue).n, 1);
    CHECK(seats(c, blue).at[0].captain);
    check_facts(c);
    /* Only the loser has one: it becomes the winner's. */
    struct joining one = { .winner = p.ids[4], .loser = p.ids[1] };
    CHECK_OK(c, store_write(test_store(), c, join, &one));
    CHECK_I64(seats(c, red).at[1].member, p.ids[4]);
    CHECK_I64(place_of(&b, red).score, 3);
    check_facts(c);
    CHECK_OK(c, store_write(test_store(), c, part, &one));
    CHECK_OK(c, store_write(test_store(), c, part, &two));
    CHECK_I64(seats(c, red).at[1].member, p.ids[1]);
    CHECK_I64(seats(c, blue).n, 2);
    CHECK_I64(seats(c, blue).at[0].member, p.ids[2]); /* captain again */
    CHECK_I64(place_of(&b, red).score, 2);
    CHECK_I64(place_of(&b, blue).score, 2);
    check_facts(c);
}

static i64 growth_of(i64 member)
{
    struct ctx *c = test_reader();
    struct balance b;
    struct account of = { .member = member, .unit = S("growth"), .name = S("") };
    CHECK_OK(c, ledger_balance(c, &of, &b));
    return b.balance;
}

TEST(prizes_go_to_who_is_in)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 4);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    struct reward growth = { .kind = REWARD_GROWTH, .amount = 50 };
    struct board_prize prize = { .first = 1, .last = 1, .rewards = { &growth, 1 } };
    struct board_post post = {
        .metric = BOARD_ORDERS, .holders = HOLDERS_TEAMS, .campaign = of, .prizes = { &prize, 1 }
    };
    struct board_view all = board(c, post);
    post.captain_only = true;
    struct board_view captain = board(c, post);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    order(c, 1, p.ids[0], 10 * MONEY_UNIT, 0, START + HOUR_MS);
    c->now = all.frozen_at.value;
    for (int again = 0; again < 2; again++) {
        CHECK_OK(c, board_settle(test_store(), c, all.id));
        CHECK_OK(c, board_settle(test_store(), c, captain.id));
    }
    CHECK_I64(growth_of(p.ids[0]), 100);
    CHECK_I64(growth_of(p.ids[1]), 50);
    CHECK_I64(growth_of(p.ids[2]), 0);
}

TEST(prizes_of_a_team_are_listed_whole)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    struct reward growth = { .kind = REWARD_GROWTH, .amount = 50 };
    struct board_prize prize = { .first = 1, .last = 1, .rewards = { &growth, 1 } };
    struct board_view b = board(c, (struct board_post){ .metric = BOARD_ORDERS,
                                                        .holders = HOLDERS_TEAMS,
                                                        .campaign = of,
                                                        .prizes = { &prize, 1 } });
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    CHECK_OK(c, joins(c, red, p.ids[2], NULL));
    order(c, 1, p.ids[0], 10 * MONEY_UNIT, 0, START + HOUR_MS);
    c->now = b.frozen_at.value;
    CHECK_OK(c, board_settle(test_store(), c, b.id));
    struct prize_view_list page = { 0 };
    for (i64 i = 0, after = 0; i < 3; i++, after = page.at[0].id) { /* however small a page is */
        page = (struct prize_view_list){ 0 };
        CHECK_OK(c, board_prizes(c, b.id, false, after, 1, &page));
        CHECK_I64(page.n, 1);
        CHECK_I64(page.at[0].member, p.ids[i]);
        CHECK_I64(page.at[0].holder, red); /* what a review of it is asked for */
        CHECK_I64(page.at[0].place, 1);
    }
}

struct patching {
    struct team_campaign_patch in;
};
static enum err patch_it(struct tx *t, void *arg)
{
    struct patching *k = arg;
    return team_campaign_change(t, &k->in);
}
static enum err patch(struct ctx *c, struct team_campaign_patch in)
{
    struct patching k = { in };
    return store_write(test_store(), c, patch_it, &k);
}

TEST(a_campaign_can_be_changed)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 3);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL));
    struct board_view b = board(
        c, (struct board_post){ .metric = BOARD_ORDERS, .holders = HOLDERS_TEAMS, .campaign = of });
    order(c, 1, p.ids[0], 10 * MONEY_UNIT, 0, START + HOUR_MS);
    CHECK_I64(place_of(&b, red).score, 1);
    CHECK_OK(c, patch(c, (struct team_campaign_patch){ .id = of, .size_min = SOME(3) }));
    CHECK_I64(place_of(&b, red).rank, 0); /* too few by now */
    CHECK_OK(c, joins(c, red, p.ids[2], NULL));
    CHECK_I64(place_of(&b, red).score, 1);
    CHECK_ERR(c, patch(c, (struct team_campaign_patch){ .id = of, .size_max = SOME(2) }),
              E_INVALID); /* below the least */
    CHECK_ERR(
        c,
        patch(c,
              (struct team_campaign_patch){ .id = of, .size_min = SOME(1), .size_max = SOME(2) }),
        E_UNPROCESSABLE); /* there is a team of three */
    test_ctx()->now = c->now = START + 2 * DAY_MS;
    CHECK_ERR(c, patch(c, (struct team_campaign_patch){ .id = of, .starts_at = SOME(c->now) }),
              E_UNPROCESSABLE);
    CHECK_ERR(c, patch(c, (struct team_campaign_patch){ .id = of, .ends_at = SOME(c->now - 1) }),
              E_UNPROCESSABLE);
    CHECK_OK(c, patch(c, (struct team_campaign_patch){ .id = of, .ends_at = SOME(c->now + 1) }));
    check_facts(c);
}

static enum err take_member(void *arg, const void *row)
{
    *(i64 *)arg = ((const struct field_word *)row)->member;
    return OK;
}
static bool plays(struct ctx *c, i64 member)
{
    const struct field *f = team_fields.rows;
    struct composed q = { .arena = c->arena };
    i64 who = 0;
    while (!str_eq(str_of(f->name), S("in_team"))) f++;
    CHECK_OK(c, f->compose(c, member, member, c->now, &q));
    CHECK_OK(c, composed_each(c, &q, &field_word_shape, take_member, &who));
    return who == member;
}

TEST(who_plays_is_asked_of_now)
{
    struct ctx *c = test_reader();
    struct people p = people(c, 2);
    i64 of = campaign(c);
    CHECK(team(c, of, p.ids[0], "红队", TEAM_OPEN) > 0);
    CHECK(!plays(c, p.ids[0])); /* it begins a day later */
    c->now = START + DAY_MS;
    CHECK(plays(c, p.ids[0]));
    CHECK(!plays(c, p.ids[1]));
    c->now = START + 20 * DAY_MS;
    CHECK(!plays(c, p.ids[0]));
}

enum { CALLERS = 8 };
struct racer {
    pthread_t thread;
    struct act act;
    enum err err;
};
static void *race(void *arg)
{
    struct racer *r = arg;
    struct ctx c = *test_ctx();
    c.arena = arena_new();
    r->err = act(&c, join_team, &r->act);
    arena_free(c.arena);
    return NULL;
}

TEST(the_last_seat_is_taken_once)
{
    struct ctx *c = test_reader();
    struct racer racers[CALLERS];
    i64 in = 0;
    struct people p = people(c, CALLERS + 2);
    i64 of = campaign(c), red = team(c, of, p.ids[0], "红队", TEAM_OPEN);
    CHECK_OK(c, joins(c, red, p.ids[1], NULL)); /* one of three is left */
    for (i64 i = 0; i < CALLERS; i++) {
        racers[i].act = (struct act){ .team = red, .member = p.ids[i + 2], .code = "" };
        CHECK(!pthread_create(&racers[i].thread, NULL, race, &racers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) {
        pthread_join(racers[i].thread, NULL);
        in += racers[i].err == OK;
    }
    CHECK_I64(in, 1);
    CHECK_I64(seats(c, red).n, 3);
}
