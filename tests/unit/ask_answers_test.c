/* ask_answers_test.c -- three answers that must be one: of the index, of the naive executor and of
 * SQL, on random shops and segments, now and in the past, afresh and after changes followed. */
#include <stdio.h>
#include <stdlib.h>

#include "segment_random.h"
#include "segment_shop.h"

#include "audience/ask.h"
#include "audience/builder.h"
#include "audience/index/follow.h"
#include "audience/language/sql.h"
#include "store/setting.h"
#include "support/segment_naive.h"

static i64 seed_of(i64 otherwise)
{
    i64 seed = otherwise;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    return seed;
}

static enum err saved_find(struct ctx *c, str folded, str *text, bool *found)
{
    (void)c;
    *found = str_eq(folded, S("saved"));
    *text = S("orders >= 2 or tag = \"敏感肌\"");
    return OK;
}

static bool same_ids(const ints *a, const ints *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, (size_t)a->n * sizeof(i64)) == 0);
}

struct rounds {
    i64 asked, some, by_index;
};

/* One member as all: plan_holds answers what plan_chunk does. */
static void one_as_all(const struct plan *p, const struct member_set *set)
{
    i64 end = view_chunks(set->view) * CHUNK;
    for (i64 m = 0; m < end && m < 400; m++)
        CHECK(plan_holds(p, m) == (set->bits[m / 64] >> (m % 64) & 1));
    chunk_bits bits;
    if (!end) return;
    plan_chunk(p, 0, bits);
    CHECK(memcmp(bits, set_of_chunk(set, 0), sizeof bits) == 0);
    CHECK(!plan_holds(p, end) && !plan_holds(p, -1));
}

static void same(struct ctx *c, const struct segment_facts *facts, const struct view *v,
                 const struct segment_node *tree, instant at, struct rounds *rounds)
{
    ints sql, naive;
    const struct plan *p;
    struct member_set set;
    str text = segment_format(c->arena, tree);
    CHECK_OK(c, plan_make(c, v, tree, at, &p));
    plan_set(c->arena, p, &set);
    ints index = set_ids(c->arena, &set, -1, INT64_MAX);
    CHECK_I64(index.n, set.n);
    CHECK_OK(c, segment_members_sql(c, tree, at, &sql));
    CHECK_OK(c, segment_members_naive(c, facts, tree, at, &naive));
    if (!same_ids(&index, &sql) || !same_ids(&sql, &naive)) {
        print_message("index %lld, SQL %lld, naive %lld at %s: " STR_FMT "\n", (long long)index.n,
                      (long long)sql.n, (long long)naive.n, at > c->now ? "now" : "a past day",
                      STR_ARG(text));
        CHECK(!"one answer");
    }
    one_as_all(p, &set);
    rounds->asked++;
    rounds->some += index.n > 0 && index.n < 100;
    rounds->by_index += plan_by_index(p);
}

static void random_trees(struct ctx *c, struct dice *d, const struct view *v, i64 trees,
                         struct rounds *rounds)
{
    struct segment_facts *facts;
    struct segment_dice r = { .c = c, .d = d, .in_segment = true };
    struct arena_mark begin = arena_mark(c->arena);
    CHECK_OK(c, segment_facts_read(c, &facts));
    for (i64 i = 0; i < trees; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const struct segment_node *tree;
        instant now, at;
        CHECK_OK(c, fields_published(c, &r.fields));
        str text =
            segment_format(c->arena, segment_random(&r, 1 + dice_below(d, i % 50 ? 6 : 60), 4));
        CHECK_OK(c, segment_parse(c, text, &tree));
        CHECK_OK(c, segment_at_read(c, NO_STR, &now));
        at = dice_below(d, 2) ? now
                              : c->now / SECOND_MS * SECOND_MS - dice_below(d, 200) * DAY_MS / 2;
        same(c, facts, v, tree, at, rounds);
        arena_rewind(c->arena, mark);
    }
    arena_rewind(c->arena, begin);
}

TEST(rows_and_text_are_one_tree)
{
    struct dice d = { (u64)seed_of(8) };
    struct ctx *c = test_reader();
    struct segment_dice r = { .c = c, .d = &d, .in_segment = true };
    segment_saved_find = saved_find;
    CHECK_OK(c, fields_published(c, &r.fields));
    for (i64 i = 0; i < 3000; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const struct segment_node *tree, *again;
        struct segment_row_list rows;
        str text = segment_format(c->arena, segment_random(&r, 1 + dice_below(&d, 40), 5));
        CHECK_OK(c, segment_parse(c, text, &tree));
        segment_rows_of(c, tree, &rows);
        for (i64 k = 0; k < rows.n; k++)
            CHECK(str_eq(rows.at[k].text, segment_format(c->arena, segment_row_node(tree, k))));
        CHECK(!segment_row_node(tree, rows.n));
        CHECK_OK(c, segment_of_rows(c, &rows, &again));
        if (!segment_same(tree, again)) print_message(STR_FMT "\n", STR_ARG(text));
        CHECK(segment_same(tree, again));
        arena_rewind(c->arena, mark);
    }
    segment_saved_find = NULL;
}

TEST(answers_agree)
{
    struct dice d = { (u64)seed_of(20240601) };
    struct rounds rounds = { 0 };
    struct audience *a;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    segment_saved_find = saved_find;
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    random_trees(c, &d, v, test_store_is_pg() ? 400 : 3000, &rounds);
    CHECK(rounds.some > rounds.asked / 3);
    CHECK(rounds.by_index > rounds.asked / 2);
    view_release(v);
    audience_close(a);
    segment_saved_find = NULL;
}
