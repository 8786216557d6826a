/* places_test.c -- the order that live ranks are read from, against a plain array. */
#include <stdlib.h>

#include "loyalty/boards/places.h"

#include "test.h"

enum { MEMBERS = 1500, STEPS = 40000, SCORES = 300 };

struct one {
    i64 member, score;
    instant reached_at;
};
static struct one naive[MEMBERS + 1];

static bool is_ahead(const struct one *a, const struct one *b)
{
    if (a->score != b->score) return a->score > b->score;
    if (a->reached_at != b->reached_at) return a->reached_at < b->reached_at;
    return a->member < b->member;
}

static void check_one(const struct places *p, i64 member)
{
    const struct one *me = &naive[member];
    struct place got;
    bool found = places_find(p, member, &got);
    CHECK(found == (me->score > 0));
    if (!found) return;
    i64 place = 1, shared = 1, dense = 1;
    bool seen[SCORES + 1] = { 0 };
    for (i64 i = 1; i <= MEMBERS; i++) {
        if (naive[i].score <= 0) continue;
        place += is_ahead(&naive[i], me);
        if (naive[i].score <= me->score) continue;
        shared++;
        dense += !seen[naive[i].score];
        seen[naive[i].score] = true;
    }
    CHECK_I64(got.score, me->score);
    CHECK_I64(got.reached_at, me->reached_at);
    CHECK_I64(got.place, place);
    CHECK_I64(got.shared, shared);
    CHECK_I64(got.dense, dense);
}

/* The whole list in order, read from a random place on; each as places_find says. */
static void check_list(const struct places *p, i64 from)
{
    static struct place all[MEMBERS];
    i64 n = places_read(p, from, MEMBERS, all);
    CHECK_I64(n, places_count(p) - from + 1);
    for (i64 i = 0; i < n; i++) {
        struct place one;
        CHECK(places_find(p, all[i].member, &one));
        CHECK_I64(all[i].place, from + i);
        CHECK_I64(one.place, all[i].place);
        CHECK_I64(one.shared, all[i].shared);
        CHECK_I64(one.dense, all[i].dense);
    }
}

static void play(u64 seed, i64 members, i64 scores)
{
    struct dice d = { seed };
    struct places *p = places_new();
    for (i64 i = 0; i <= MEMBERS; i++) naive[i] = (struct one){ .member = i };
    for (i64 step = 0; step < STEPS; step++) {
        i64 member = 1 + dice_below(&d, members);
        bool leaves =
            dice_below(&d, step / (STEPS / 4) % 2 ? 2 : 8) == 0; /* it grows and shrinks */
        naive[member].score = leaves ? 0 : 1 + dice_below(&d, scores);
        naive[member].reached_at = dice_below(&d, 50);
        places_put(p, member, naive[member].score, naive[member].reached_at);
        if (step % 200 == 0) check_one(p, 1 + dice_below(&d, members));
    }
    i64 count = 0, least = 1 + dice_below(&d, scores), at_least = 0;
    for (i64 i = 1; i <= MEMBERS; i++) {
        count += naive[i].score > 0;
        at_least += naive[i].score >= least;
    }
    CHECK_I64(places_count(p), count);
    CHECK_I64(places_at_least(p, least), at_least);
    for (i64 i = 1; i <= members; i += 7) check_one(p, i);
    check_list(p, 1);
    if (count > 1) check_list(p, 1 + dice_below(&d, count - 1));
    places_free(p);
}

TEST(places_are_those_of_a_sorted_array)
{
    play(1, MEMBERS, SCORES);
    play(2, MEMBERS, 3); /* long runs of equal scores */
    play(3, 5, SCORES);  /* nearly nobody */
}

TEST(places_in_order_fill_their_blocks)
{
    struct places *p = places_new();
    for (i64 i = 1; i <= 100000; i++) places_put(p, i, 1000000 - i, 0);
    CHECK_I64(places_count(p), 100000);
    CHECK(places_bytes(p) < 100000 * 24 * 6);
    struct place at[3];
    CHECK_I64(places_read(p, 99999, 3, at), 2);
    CHECK_I64(at[1].member, 100000);
    CHECK_I64(places_read(p, 100001, 3, at), 0);
    CHECK(!places_find(p, 100001, at));
    for (i64 i = 1; i <= 100000; i++) places_put(p, i, 0, 0);
    CHECK_I64(places_count(p), 0);
    CHECK_I64(places_read(p, 1, 3, at), 0);
    places_free(p);
}
