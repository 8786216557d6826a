/* grab_race_test.c -- callers side by side: two for the last one, of a grab and of the mall; the
 * same request doubled; codes. On PostgreSQL the callers are of two servers on one database. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/rooms.h"
#include "mall_shop.h"

enum { CALLERS = 4, PEOPLE = 40, UNITS = 17 };

struct caller {
    struct store *store;
    i64 number, good, members[PEOPLE];
    i64 won, failed;
    char why[512];
};

static void run(void *(*work)(void *), struct caller *callers, i64 good, const i64 *members)
{
    pthread_t threads[CALLERS];
    struct store *second = NULL;
    struct ctx *c = test_reader();
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ .store = second && i % 2 ? second : test_store(),
                                      .number = i,
                                      .good = good };
        memcpy(callers[i].members, members, sizeof callers[i].members);
        CHECK(!pthread_create(&threads[i], NULL, work, &callers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    if (second) store_close(second);
    for (i64 i = 0; i < CALLERS; i++) {
        if (callers[i].failed) print_message("%s\n", callers[i].why);
        CHECK_I64(callers[i].failed, 0);
    }
}
static void went(struct caller *w, const struct ctx *c, bool ok)
{
    if (!ok && w->failed++ == 0) snprintf(w->why, sizeof w->why, "%s", c->why.detail);
}
static i64 sum(const struct caller *callers)
{
    i64 n = 0;
    for (i64 i = 0; i < CALLERS; i++) n += callers[i].won;
    return n;
}
static void people(i64 *out, i64 points)
{
    char name[20];
    for (i64 i = 0; i < PEOPLE; i++) {
        snprintf(name, sizeof name, "p%lld", (long long)i);
        out[i] = person(name, points);
    }
}

/* -- grabs ------------------------------------------------------------------------------------- */

static enum err make_grab(struct tx *t, struct shop_call *k)
{
    return grab_make(t, k->grab, &k->good);
}
static i64 grab_of(struct grab_post post)
{
    post.zh = S("抢");
    post.opened = (opt_flag){ true, true };
    struct shop_call k = { .fn = make_grab, .grab = &post };
    CHECK_OK(test_ctx(), shop_do(&k));
    return k.good;
}

/* Everybody asks by every caller: each request is doubled, and more than once. */
static void *grab_all(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < PEOPLE; i++) {
        struct ctx *c = test_ctx_new();
        struct grab_taken out = { 0 };
        enum err e = store_reader(w->store, c);
        if (e == OK)
            e = grab_take(w->store, c, w->members[(i + w->number) % PEOPLE], w->good, NO_STR, &out);
        went(w, c, e == OK);
        w->won += e == OK && out.result == GRAB_WON;
        test_ctx_free(c);
    }
    return NULL;
}

TEST(the_last_unit_is_won_once)
{
    i64 members[PEOPLE];
    struct caller callers[CALLERS];
    struct reward prize = { .kind = REWARD_POINTS, .amount = 7 };
    people(members, 0);
    i64 g = grab_of((struct grab_post){ .units = UNITS, .prize = &prize });
    run(grab_all, callers, g, members);
    CHECK_I64(sum(callers), UNITS);
    i64 points = 0;
    for (i64 i = 0; i < PEOPLE; i++) {
        i64 has_now = points_of(members[i]);
        CHECK(has_now == 0 || has_now == 7);
        points += has_now;
    }
    CHECK_I64(points, UNITS * 7);
    struct grab_win_view_list wins = { 0 };
    CHECK_OK(test_ctx(), grab_wins(test_reader(), g, 0, 100, &wins));
    CHECK_I64(wins.n, UNITS);
    for (i64 i = 0; i < wins.n; i++) CHECK_I64(wins.at[i].place, i + 1);
    check_all();
}

/* -- the mall ---------------------------------------------------------------------------------- */

struct race_order {
    i64 member;
    struct exchange_post in;
    enum mall_result result;
    struct exchanged out;
};
static enum err place_one(struct tx *t, void *arg)
{
    struct race_order *o = arg;
    return mall_exchange(t, o->member, &o->in, &o->result, &o->out);
}

static void *buy_all(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < PEOPLE; i++) {
        struct ctx *c = test_ctx_new();
        struct race_order o = { .member = w->members[(i + w->number) % PEOPLE],
                                .in = order_of(w->good, 1, "the same") };
        enum err e = store_write(w->store, c, place_one, &o);
        went(w, c, e == OK || (e == E_UNPROCESSABLE && o.result == MALL_STOCK));
        w->won += e == OK && !o.out.again;
        test_ctx_free(c);
    }
    return NULL;
}

TEST(the_last_piece_is_exchanged_once)
{
    i64 members[PEOPLE];
    struct caller callers[CALLERS];
    people(members, 10);
    i64 g = good(thing(10, 0), UNITS);
    run(buy_all, callers, g, members);
    CHECK_I64(sum(callers), UNITS);
    i64 points = 0;
    for (i64 i = 0; i < PEOPLE; i++) points += points_of(members[i]);
    CHECK_I64(points, (PEOPLE - UNITS) * 10);
    CHECK_I64(stock_of(g).left, 0);
    CHECK_I64(stock_of(g).taken, UNITS);
    check_all();
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

TEST(a_code_goes_to_one)
{
    i64 members[PEOPLE];
    struct caller callers[CALLERS];
    struct codes_added added;
    struct good_post post = { .kind = GOOD_CODE, .points = SOME(1) };
    struct buf list = { .arena = test_ctx()->arena };
    strs delivered = { 0 };
    people(members, 10);
    i64 g = good(post, 0);
    for (i64 i = 0; i < UNITS; i++) buf_fmt(&list, "CODE-%lld\n", (long long)i);
    CHECK_OK(test_ctx(),
             good_codes_add(test_store(), test_reader(), g, S("l"), buf_str(&list), &added));
    run(buy_all, callers, g, members);
    CHECK_I64(sum(callers), UNITS);
    struct exchange_view_list all = { 0 };
    CHECK_OK(test_ctx(),
             exchange_list(test_reader(), (struct exchange_filter){ .good = g }, 100, true, &all));
    CHECK_I64(all.n, UNITS);
    for (i64 i = 0; i < all.n; i++) {
        CHECK_I64(all.at[i].codes.n, 1);
        *PUSH(test_ctx()->arena, &delivered) = all.at[i].codes.at[0];
    }
    qsort(delivered.at, (size_t)delivered.n, sizeof *delivered.at, by_text);
    for (i64 i = 1; i < delivered.n; i++) CHECK(!str_eq(delivered.at[i], delivered.at[i - 1]));
    check_all();
}

/* One member, many keys at once, and a limit. */
static void *buy_much(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < PEOPLE / 4; i++) {
        struct ctx *c = test_ctx_new();
        char key[40];
        snprintf(key, sizeof key, "%lld-%lld", (long long)w->number, (long long)i);
        struct race_order o = { .member = w->members[0], .in = order_of(w->good, 1, key) };
        enum err e = store_write(w->store, c, place_one, &o);
        went(w, c, e == OK || (e == E_UNPROCESSABLE && o.result == MALL_LIMIT));
        w->won += e == OK;
        test_ctx_free(c);
    }
    return NULL;
}

TEST(a_limit_holds_however_many_ask)
{
    i64 members[PEOPLE];
    struct caller callers[CALLERS];
    people(members, 100);
    struct good_post post = thing(1, YUAN(1));
    post.per_member = SOME(3);
    run(buy_much, callers, good(post, 100), members);
    CHECK_I64(sum(callers), 3);
    CHECK_I64(points_of(members[0]), 97);
    check_all();
}
