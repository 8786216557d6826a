/* grab_test.c -- the promises of first-N grabs, one by one. */
#include <stdio.h>

#include "mall_shop.h"

static enum err make_grab(struct tx *t, struct shop_call *k)
{
    return grab_make(t, k->grab, &k->good);
}
static i64 grab(struct grab_post post)
{
    if (!post.zh.n) post.zh = S("满百名限量抢");
    if (!post.opened.has) post.opened = (opt_flag){ true, true };
    struct shop_call k = { .fn = make_grab, .grab = &post };
    CHECK_OK(test_ctx(), shop_do(&k));
    return k.good;
}
static struct reward points(i64 n) { return (struct reward){ .kind = REWARD_POINTS, .amount = n }; }
static i64 grab_points(i64 units, i64 each)
{
    struct reward prize = points(each);
    return grab((struct grab_post){ .units = units, .prize = &prize });
}
static struct grab_taken take_with(i64 member, i64 of, const char *key)
{
    struct grab_taken out;
    CHECK_OK(test_ctx(), grab_take(test_store(), test_reader(), member, of, str_of(key), &out));
    return out;
}
static struct grab_taken take(i64 member, i64 of) { return take_with(member, of, NULL); }
static enum err return_it(struct tx *t, struct shop_call *k) { return grab_return(t, k->good); }
static enum err return_win(i64 win)
{
    struct shop_call k = { .fn = return_it, .good = win };
    return shop_do(&k);
}
static struct grab_view view(i64 id)
{
    struct grab_view g;
    CHECK_OK(test_ctx(), grab_get(test_reader(), id, &g));
    return g;
}
static struct grab_win_view_list wins(i64 id)
{
    struct grab_win_view_list all = { 0 };
    CHECK_OK(test_ctx(), grab_wins(test_reader(), id, 0, 100, &all));
    return all;
}
static enum err fill_it(struct tx *t, struct shop_call *k) { return grab_fill(t, k->units); }
static enum err fill(i64 id, i64 amount, const char *key)
{
    struct grab_units units = { id, str_of(key), amount, S("test") };
    struct shop_call k = { .fn = fill_it, .units = &units };
    return shop_do(&k);
}
static i64 everybody(i64 n, i64 *out)
{
    char name[20];
    for (i64 i = 0; i < n; i++) {
        snprintf(name, sizeof name, "p%lld", (long long)i);
        out[i] = person(name, 0);
    }
    return n;
}

TEST(exactly_n_win)
{
    i64 people[8], g = grab_points(3, 50), won = 0;
    everybody(COUNT(people), people);
    for (i64 i = 0; i < COUNT(people); i++) won += take(people[i], g).result == GRAB_WON;
    CHECK_I64(won, 3);
    CHECK_I64(take(people[7], g).result, GRAB_LOST);
    CHECK_I64(view(g).left, 0);
    CHECK_I64(view(g).winners, 3);
    CHECK_OK(test_ctx(), fill(g, 2, "more"));
    CHECK_OK(test_ctx(), fill(g, 2, "more"));
    CHECK_I64(take(people[7], g).result, GRAB_WON);
    CHECK_ERR(test_ctx(), fill(g, -2, "less"), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), fill(g, -1, "one less"));
    CHECK_I64(take(people[6], g).result, GRAB_LOST);
    check_all();
}

TEST(each_wins_as_often_as_allowed)
{
    i64 a = person("a", 0), once = grab_points(9, 5);
    CHECK_I64(take(a, once).result, GRAB_WON);
    CHECK_I64(take(a, once).result, GRAB_ALREADY);
    CHECK_I64(take_with(a, once, "other").result, GRAB_ALREADY);
    CHECK_I64(take(a, once).place, 1);
    struct reward prize = points(5);
    i64 twice = grab((struct grab_post){ .units = 9, .prize = &prize, .per_member = SOME(2) });
    CHECK_I64(take_with(a, twice, "1").result, GRAB_WON);
    CHECK_I64(take_with(a, twice, "1").result, GRAB_ALREADY);
    CHECK_I64(take_with(a, twice, "2").result, GRAB_WON);
    CHECK_I64(take_with(a, twice, "1").place, 1);
    CHECK_I64(take_with(a, twice, "3").result, GRAB_ALREADY);
    CHECK_I64(points_of(a), 15);
    later(DAY_MS);
    check_all();
}

TEST(places_are_in_the_order_of_winning)
{
    i64 people[4], g = grab_points(9, 1);
    everybody(COUNT(people), people);
    for (i64 i = 0; i < COUNT(people); i++) CHECK_I64(take(people[i], g).place, i + 1);
    CHECK_OK(test_ctx(), return_win(wins(g).at[3].id));
    CHECK_I64(take(person("late", 0), g).place, 5); /* a place is given once */
    for (i64 i = 0; i < 4; i++) CHECK_I64(wins(g).at[i].member, people[i]);
    check_all();
}

TEST(a_loser_writes_nothing)
{
    i64 g = grab_points(1, 1), a = person("a", 0), b = person("b", 0), before, after;
    take(a, g);
    struct store_stats jobs = store_stats(test_store());
    CHECK_OK(test_ctx(), timeline_last(test_reader(), &before));
    CHECK_I64(take(b, g).result, GRAB_LOST);
    CHECK_I64(take(a, g).result, GRAB_ALREADY);
    CHECK_OK(test_ctx(), timeline_last(test_reader(), &after));
    CHECK_I64(after, before);
    CHECK_I64(store_stats(test_store()).jobs, jobs.jobs);
}

TEST(a_returned_unit_reopens_it)
{
    i64 g = grab_points(1, 20), a = person("a", 0), b = person("b", 0);
    take(a, g);
    CHECK_I64(take(b, g).result, GRAB_LOST);
    CHECK_OK(test_ctx(), return_win(wins(g).at[0].id));
    CHECK_OK(test_ctx(), return_win(wins(g).at[0].id));
    CHECK_I64(points_of(a), 0);
    CHECK_I64(view(g).left, 1);
    CHECK_I64(take(a, g).result, GRAB_ALREADY); /* he had his chance */
    CHECK_I64(take(b, g).result, GRAB_WON);
    CHECK_I64(view(g).winners, 1);
    CHECK(wins(g).at[0].returned_at.has);
    CHECK_I64(lines_of("grab.returned"), 1);
    check_all();
}

TEST(it_has_its_time)
{
    struct reward prize = points(1);
    instant now = test_ctx()->now;
    i64 a = person("a", 0), g = grab((struct grab_post){ .units = 1,
                                                         .prize = &prize,
                                                         .starts_at = SOME(now + DAY_MS),
                                                         .ends_at = SOME(now + 2 * DAY_MS) });
    CHECK_I64(take(a, g).result, GRAB_EARLY);
    later(2 * DAY_MS);
    CHECK_I64(take(a, g).result, GRAB_CLOSED);
    test_ctx()->now = now + DAY_MS;
    CHECK_I64(take(a, g).result, GRAB_WON);
    later(5 * DAY_MS);
    CHECK_I64(take(a, g).result, GRAB_ALREADY); /* as then */
    i64 gated = grab((struct grab_post){ .units = 1, .prize = &prize, .tier = S("红人") });
    CHECK_I64(take(a, gated).result, GRAB_GATED);
    struct grab_taken out;
    CHECK_ERR(test_ctx(), grab_take(test_store(), test_reader(), a, 99, NO_STR, &out), E_NOT_FOUND);
}

TEST(a_prize_is_given_once)
{
    i64 a = person("a", 0), b = person("b", 0);
    i64 mask = good(thing(1000, YUAN(50)), 5);
    i64 g = grab((struct grab_post){ .units = 3, .good = SOME(mask) });
    CHECK_I64(stock_of(mask).left, 2); /* set aside */
    struct grab_taken won = take(a, g);
    CHECK_I64(won.result, GRAB_WON);
    CHECK_I64(seen(won.exchange, true).points, 0);
    CHECK(seen(won.exchange, true).prize);
    CHECK_I64(state_of(won.exchange), EXCHANGE_PAID);
    CHECK_ERR(test_ctx(), ship_now(won.exchange), E_UNPROCESSABLE); /* where to? */
    take(b, g);
    CHECK_I64(view(g).left, 1);
    CHECK_OK(test_ctx(), cancel_now(won.exchange));
    CHECK_I64(view(g).left, 2);
    CHECK_I64(view(g).winners, 1);
    CHECK_OK(test_ctx(), return_win(wins(g).at[1].id));
    CHECK_I64(view(g).left, 3);
    CHECK_OK(test_ctx(), fill(g, -3, "over"));
    CHECK_I64(stock_of(mask).left, 5);
    CHECK_ERR(test_ctx(), fill(g, 6, "much"), E_UNPROCESSABLE);
    check_all();
}

TEST(codes_are_won_once)
{
    struct codes_added added;
    struct good_post post = { .kind = GOOD_CODE, .points = SOME(10) };
    i64 g = good(post, 0), a = person("a", 100), b = person("b", 100);
    CHECK_OK(test_ctx(), good_codes_add(test_store(), test_reader(), g, S("l"), S("A\nB"), &added));
    i64 n = grab((struct grab_post){ .units = 1, .good = SOME(g) });
    check_all();
    i64 won = take(a, n).exchange, bought = exchange(b, g, 1, "k");
    CHECK_I64(seen(won, true).codes.n, 1);
    CHECK(!str_eq(seen(won, true).codes.at[0], seen(bought, true).codes.at[0]));
    CHECK_I64(refused(b, g, 1, "k2"), MALL_STOCK);
    check_all();
}

TEST(a_merge_wins_nothing_twice)
{
    i64 g = grab_points(9, 10), a = person("a", 0), b = person("b", 0);
    take(a, g);
    i64 second = take(b, g).place, m = merge(a, b);
    CHECK_I64(take(a, g).result, GRAB_ALREADY);
    CHECK_I64(points_of(a), 20);
    check_all();
    part(m);
    CHECK_I64(take(b, g).place, second);
    CHECK_I64(take(b, g).result, GRAB_ALREADY);
    CHECK_OK(test_ctx(), return_win(wins(g).at[1].id));
    CHECK_I64(points_of(b), 0);
    check_all();
}
