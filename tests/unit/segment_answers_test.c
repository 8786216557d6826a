/* segment_answers_test.c -- the same members from SQL as from the naive executor: on a random shop,
 * for random segments. */
#include <stdio.h>
#include <stdlib.h>

#include "segment_random.h"
#include "segment_shop.h"

#include "audience/language/sql.h"
#include "store/setting.h"
#include "support/segment_naive.h"

static void same(struct ctx *c, const struct segment_facts *facts, const struct segment_node *tree,
                 instant at, i64 *hits)
{
    ints sql, naive;
    str text = segment_format(c->arena, tree);
    enum err e = segment_members_sql(c, tree, at, &sql);
    if (e != OK) print_message(STR_FMT "\n", STR_ARG(text));
    CHECK_OK(c, e);
    CHECK_OK(c, segment_members_naive(c, facts, tree, at, &naive));
    bool equal = sql.n == naive.n &&
                 (sql.n == 0 || memcmp(sql.at, naive.at, (size_t)sql.n * sizeof(i64)) == 0);
    if (!equal)
        print_message("SQL %lld, naive %lld: " STR_FMT "\n", (long long)sql.n, (long long)naive.n,
                      STR_ARG(text));
    CHECK(equal);
    *hits += sql.n > 0 && sql.n < 100;
}

static enum err saved_find(struct ctx *c, str folded, str *text, bool *found)
{
    (void)c;
    *found = str_eq(folded, S("saved"));
    *text = S("orders >= 2 or tag = \"敏感肌\"");
    return OK;
}

TEST(sql_agrees_with_naive)
{
    i64 seed = 20240601;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    struct dice d = { (u64)seed };
    i64 trees = test_store_is_pg() ? 400 : 3000, hits = 0;
    struct segment_facts *facts;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    struct segment_dice r = { .c = c, .d = &d, .in_segment = true };
    segment_saved_find = saved_find;
    CHECK_OK(c, segment_facts_read(c, &facts));
    for (i64 i = 0; i < trees; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const struct segment_node *tree;
        CHECK_OK(c, fields_published(c, &r.fields));
        /* Through the text, as people come: saved segments are found there. */
        str text =
            segment_format(c->arena, segment_random(&r, 1 + dice_below(&d, i % 50 ? 6 : 60), 4));
        CHECK_OK(c, segment_parse(c, text, &tree));
        instant at = c->now - (dice_below(&d, 2) ? 0 : dice_below(&d, 200) * DAY_MS / 2);
        same(c, facts, tree, at, &hits);
        arena_rewind(c->arena, mark);
    }
    CHECK(hits > trees / 3); /* most segments are neither empty nor all */
    segment_saved_find = NULL;
}

TEST(every_row_agrees_with_naive)
{
    struct dice d = { 7 };
    i64 hits = 0;
    struct segment_facts *facts;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    struct segment_dice r = { .c = c, .d = &d };
    CHECK_OK(c, segment_facts_read(c, &facts));
    CHECK_OK(c, fields_published(c, &r.fields));
    for (i64 i = 0; i < r.fields.n + CALLS; i++) {
        const struct field *f = i < r.fields.n ? &r.fields.at[i] : NULL;
        const struct segment_call *call = f ? NULL : &segment_calls[i - r.fields.n];
        if (call && call->id == CALL_IN_SEGMENT) continue;
        for (i64 k = 0; k < OP_COUNT * 5; k++) {
            struct segment_node n = { .kind = NODE_TEST, .test = { .field = f, .call = call } };
            n.test.op = &segment_operators[k / 5];
            if (!(n.test.op->kinds >> (f ? f->kind : call->kind) & 1)) continue;
            if (call) random_arguments(&r, &n.test);
            random_values(&r, &n.test);
            same(c, facts, &n, c->now, &hits);
        }
    }
    CHECK(hits > 100);
}

static enum err set_rfm(struct tx *t, void *arg)
{
    const char *const *how = arg;
    TRY(setting_set(t, S("rfm.window_days"), str_of(how[0])));
    TRY(setting_set(t, S("rfm.frequency_of"), str_of(how[1])));
    return setting_set(t, S("rfm.monetary_of"), str_of(how[2]));
}

TEST(rfm_follows_the_settings)
{
    static const char *const ways[][4] = { { "365", "orders", "total", "Asia/Shanghai" },
                                           { "0", "days", "total", "America/New_York" },
                                           { "90", "days", "average", "Europe/Berlin" },
                                           { "0", "orders", "average", "Asia/Shanghai" } };
    struct dice d = { 3 };
    i64 hits = 0;
    segment_shop_make(&d, 120);
    struct ctx *c = test_reader();
    for (i64 i = 0; i < COUNT(ways); i++) {
        struct segment_facts *facts;
        const char *how[] = { ways[i][0], ways[i][1], ways[i][2] };
        CHECK_OK(c, store_write(c->store, c, set_rfm, how));
        CHECK_OK(c, segment_facts_read(c, &facts));
        c->zone = zone_open(ways[i][3]);
        for (i64 k = 0; k < 120; k++) {
            const struct segment_node *tree;
            str text = str_fmt(c->arena, k % 2 ? "frequency %s %lld" : "monetary %s %lld",
                               k % 3 ? ">=" : "=", (long long)(k % 2 ? k / 20 : k * 5));
            CHECK_OK(c, segment_parse(c, text, &tree));
            same(c, facts, tree, c->now - k % 7 * 40 * DAY_MS, &hits);
        }
    }
    CHECK(hits > 100);
}

static enum err ring_find(struct ctx *c, str folded, str *text, bool *found)
{
    (void)c;
    *found = !str_eq(folded, S("gone"));
    *text = str_eq(folded, S("a"))   ? S("in_segment(\"B\")")
            : str_eq(folded, S("b")) ? S("in_segment(\"a\")")
                                     : S("citty = \"x\"");
    return OK;
}

TEST(saved_segments_do_not_name_themselves)
{
    struct ctx *c = test_reader();
    const struct segment_node *tree;
    segment_saved_find = ring_find;
    CHECK_ERR(c, segment_parse(c, S("in_segment(\"a\")"), &tree), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("names itself")) > 0);
    CHECK_ERR(c, segment_parse_named(c, S("in_segment(\"b\")"), S("A"), &tree), E_INVALID);
    CHECK_ERR(c, segment_parse(c, S("not in_segment(\"gone\")"), &tree), E_INVALID);
    CHECK_STR(str_of(c->why.field), "1:16");
    CHECK_ERR(c, segment_parse(c, S("in_segment(\"wrong\")"), &tree), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("did you mean city?")) > 0);
    segment_saved_find = NULL;
    CHECK_ERR(c, segment_parse(c, S("in_segment(\"a\")"), &tree), E_INVALID);
}

TEST(examples_of_every_row_are_answered)
{
    struct dice d = { 9 };
    i64 hits = 0;
    struct segment_facts *facts;
    struct fields fields;
    segment_shop_make(&d, 60);
    struct ctx *c = test_reader();
    segment_saved_find = saved_find;
    CHECK_OK(c, segment_facts_read(c, &facts));
    CHECK_OK(c, fields_published(c, &fields));
    for (i64 i = 0; i < fields.n + OP_COUNT + CALLS; i++) {
        const char *example = i < fields.n ? fields.at[i].example
                              : i < fields.n + OP_COUNT
                                  ? segment_operators[i - fields.n].example
                                  : segment_calls[i - fields.n - OP_COUNT].example;
        const struct segment_node *tree;
        if (!example || str_find(str_of(example), S("in_segment")) >= 0) continue;
        CHECK_OK(c, segment_parse(c, str_of(example), &tree));
        same(c, facts, tree, c->now, &hits);
    }
    CHECK(hits > 10);
    segment_saved_find = NULL;
}
