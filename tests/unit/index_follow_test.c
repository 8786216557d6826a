/* index_follow_test.c -- the index follows a living shop: orders, tags, fields, behaviour, merges
 * and merges undone. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>

#include "audience/index.h"
#include "audience/index/follow.h"
#include "audience/index/gather.h"
#include "member/member.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/order.h"

enum { PEOPLE = 60 };

static struct shop {
    struct dice d;
    i64 members[PEOPLE], n, merges[400], merges_n, orders;
} shop;

static str word(const char *kind, i64 i)
{
    return str_fmt(test_ctx()->arena, "%s%lld", kind, (long long)i);
}
static i64 someone(void) { return shop.members[dice_below(&shop.d, shop.n)]; }

static enum err come(struct tx *t, void *arg)
{
    i64 *member = arg;
    bool created;
    struct identity id = { .kind = ID_USER_ID, .scope = S(""), .value = word("u", shop.n) };
    struct member_sighting in = { .identities = &id,
                                  .n = 1,
                                  .name = S("某"),
                                  .touchpoint = word("t", shop.n % 3),
                                  .source = S("api"),
                                  .at = t->c->now - dice_below(&shop.d, DAY_MS) };
    return member_resolve(t, &in, member, &created);
}

static enum err behave(struct tx *t, void *arg)
{
    (void)arg;
    struct timeline_line line = { .member = someone(),
                                  .kind = word("Event ", dice_below(&shop.d, 4)),
                                  .at = t->c->now - dice_below(&shop.d, 50 * DAY_MS),
                                  .touchpoint = word("web", dice_below(&shop.d, 2)) };
    if (dice_below(&shop.d, 2))
        line.props = str_fmt(
            t->c->arena, "{\"a\": {\"category\":\"x\"}, \"category\":\"c%lld\",\"n\":[1,\"}\"]}",
            (long long)dice_below(&shop.d, 5));
    return timeline_append(t, &line);
}

static enum err buy(struct tx *t, void *arg)
{
    (void)arg;
    struct order_result out;
    i64 buyer;
    TRY(member_living(t->c, someone(), &buyer));
    struct order_line_fact l = { .line_id = S("1"),
                                 .product_id = S("P"),
                                 .product = S("P"),
                                 .quantity = 1,
                                 .price = (1 + dice_below(&shop.d, 500)) * MONEY_UNIT };
    struct order_fact f = { .shop = word("shop", dice_below(&shop.d, 2)),
                            .number = word("n", dice_below(&shop.d, 1 + shop.orders)),
                            .member = buyer,
                            .state = dice_below(&shop.d, 5) ? ORDER_PAID : ORDER_CANCELLED,
                            .created_at = SOME(t->c->now - dice_below(&shop.d, 90 * DAY_MS)),
                            .lines = { &l, 1 } };
    shop.orders++;
    return order_write_all(t, &f, 1, &out);
}

/* He turns out to have been here before, elsewhere; no other line says so. */
static enum err see_earlier(struct tx *t, void *arg)
{
    i64 n = dice_below(&shop.d, shop.n), member;
    bool created;
    struct identity id = { .kind = ID_USER_ID, .scope = S(""), .value = word("u", n) };
    struct member_sighting in = { .identities = &id,
                                  .n = 1,
                                  .touchpoint = word("t", dice_below(&shop.d, 5)),
                                  .source = S("api"),
                                  .at = t->c->now - dice_below(&shop.d, 300 * DAY_MS) };
    (void)arg;
    return member_resolve(t, &in, &member, &created);
}

/* What is said of nobody may change everybody. */
static enum err sort_goods(struct tx *t, void *arg)
{
    struct product_fact p = { .shop = word("shop", dice_below(&shop.d, 2)),
                              .code = S("P"),
                              .category = word("c", dice_below(&shop.d, 3)),
                              .price = SOME(dice_below(&shop.d, 500) * MONEY_UNIT) };
    i64 product;
    enum order_put what;
    (void)arg;
    return product_write(t, &p, &product, &what);
}

static enum err set_cuts(struct tx *t, void *arg)
{
    (void)arg;
    return setting_set(
        t, S("preference.price_cuts"),
        str_fmt(t->c->arena, "%lld,400", (long long)(50 + dice_below(&shop.d, 300))));
}

static enum err tag(struct tx *t, void *arg)
{
    (void)arg;
    str name = word("tag", dice_below(&shop.d, 4));
    if (dice_below(&shop.d, 3)) return tag_put(t, someone(), name, S("hand"), NONE);
    enum err e = tag_drop(t, someone(), name);
    return e == E_NOT_FOUND ? OK : e;
}

static enum err describe(struct tx *t, void *arg)
{
    (void)arg;
    static const char *const rows[][2] = {
        { "city", "上海" }, { "city", "杭州" },           { "city", "" },
        { "age", "31" },    { "birthday", "1990-02-03" }, { "hobbies", "美妆,宠物" },
        { "gender", "女" }
    };
    i64 i = dice_below(&shop.d, COUNT(rows));
    return profile_put(t, someone(), str_of(rows[i][0]), str_of(rows[i][1]), S("hand"), t->c->now);
}

static enum err merge(struct tx *t, void *arg)
{
    (void)arg;
    i64 winner = someone(), loser = someone(), a, b;
    TRY(member_living(t->c, winner, &a));
    TRY(member_living(t->c, loser, &b));
    if (a == b) return OK;
    return member_merge(t, winner, loser, S("test"), &shop.merges[shop.merges_n++]);
}

static enum err part(struct tx *t, void *arg)
{
    (void)arg;
    if (!shop.merges_n) return OK;
    enum err e = member_unmerge(t, shop.merges[dice_below(&shop.d, shop.merges_n)]);
    return e == E_CONFLICT ? OK : e;
}

static enum err erase(struct tx *t, void *arg)
{
    (void)arg;
    return member_erase(t, shop.members[shop.n - 1]);
}

/* Refused changes (an erased member, an undone merge) leave nothing and are no fault here. */
static void some_life(struct ctx *c, int steps)
{
    write_fn *const ways[] = {
        behave,   behave,   behave, buy,  buy,         tag,        tag,
        describe, describe, merge,  part, see_earlier, sort_goods, set_cuts
    };
    for (int i = 0; i < steps; i++) {
        if (shop.n < PEOPLE && (shop.n < 20 || !dice_below(&shop.d, 8)))
            if (store_write(test_store(), c, come, &shop.members[shop.n]) == OK) shop.n++;
        i64 had = shop.merges_n;
        if (store_write(test_store(), c, ways[dice_below(&shop.d, COUNT(ways))], NULL) != OK)
            shop.merges_n = had;
    }
}

/* -- two views say the same -------------------------------------------------------------------- */

static void same_words(const struct view *a, const struct view *b, i64 column, i64 x, i64 y)
{
    CHECK(str_eq(words_text(view_words(a, column), x), words_text(view_words(b, column), y)));
}

static void same_column(const struct view *a, const struct view *b, i64 column, i64 m)
{
    i64 x, y;
    if (view_schema(a)->columns[column].kind == COLUMN_SET) {
        for (i64 code = 0; code < words_count(view_words(a, column)); code++) {
            chunk_bits in_a, in_b;
            str text = words_text(view_words(a, column), code);
            view_carriers(a, 0, column, code, in_a);
            view_carriers(b, 0, column, words_find(view_words(b, column), text), in_b);
            CHECK(memcmp(in_a, in_b, sizeof in_a) == 0);
        }
        return;
    }
    bool known = part_value(view_part(a, 0, column), m, &x);
    bool both = known == part_value(view_part(b, 0, column), m, &y);
    if (!both || (known && view_schema(a)->columns[column].kind == COLUMN_NUMBER && x != y))
        print_message("column " STR_FMT " of member %lld\n",
                      STR_ARG(view_schema(a)->columns[column].name), (long long)m);
    CHECK(both);
    if (known && view_schema(a)->columns[column].kind == COLUMN_WORD)
        same_words(a, b, column, x, y);
    else if (known) CHECK_I64(x, y);
}

static str prop_text(const struct view *v, const struct run *r, i64 source, i64 prop, i64 row)
{
    i64 code = narrow_get(r->props[prop], row);
    return code ? words_text(view_prop_words(v, source, prop), code - 1) : S("-");
}

static void same_rows(const struct view *a, const struct view *b, i64 source, i64 m)
{
    struct run x, y;
    bool some = view_rows_of(a, m, source, &x);
    CHECK(some == view_rows_of(b, m, source, &y));
    if (!some) return;
    CHECK_I64(x.offset[1] - x.offset[0], y.offset[1] - y.offset[0]);
    for (i64 i = x.offset[0], k = y.offset[0]; i < x.offset[1]; i++, k++) {
        CHECK_I64(x.second[i], y.second[k]);
        CHECK_I64(narrow_get(x.ms, i), narrow_get(y.ms, k));
        CHECK_I64(x.day[i], y.day[k]);
        CHECK_I64(run_value(&x, i), run_value(&y, k));
        CHECK(str_eq(words_text(view_event_names(a, source), narrow_get(x.event, i)),
                     words_text(view_event_names(b, source), narrow_get(y.event, k))));
        for (i64 p = 0; p < view_schema(a)->sources[source].props.n; p++)
            CHECK(str_eq(prop_text(a, &x, source, p, i), prop_text(b, &y, source, p, k)));
    }
}

static void same_views(const struct view *a, const struct view *b)
{
    CHECK_I64(view_seq(a), view_seq(b));
    CHECK_I64(view_members(a), view_members(b));
    CHECK(memcmp(view_living(a, 0), view_living(b, 0), sizeof(chunk_bits)) == 0);
    for (i64 m = 0; m <= PEOPLE + 10; m++) {
        for (i64 k = 0; k < view_schema(a)->columns_n; k++) same_column(a, b, k, m);
        for (i64 s = 0; s < SOURCES; s++) same_rows(a, b, s, m);
    }
}

/* -- and what SQL says ------------------------------------------------------------------------- */

QUERY(test_tagged, one_i64,
      "SELECT COUNT(*) AS value FROM member_tag m JOIN tag t ON t.tag = m.tag"
      " WHERE t.name = $1 AND m.shown");
QUERY(test_spent, one_i64,
      "SELECT CAST(COALESCE(SUM(net), 0) AS BIGINT) AS value FROM purchase_order"
      " WHERE bought_at IS NOT NULL AND member > 0");
QUERY(test_lines, one_i64, "SELECT COUNT(*) AS value FROM timeline WHERE member > 0");
QUERY(test_living, one_i64,
      "SELECT COUNT(*) AS value FROM member WHERE merged_into IS NULL AND erased_at IS NULL");
QUERY(test_in_city, one_i64,
      "SELECT COUNT(*) AS value FROM member_value WHERE field = 'city' AND value = $1 AND shown");

static i64 sql(struct ctx *c, struct query *q, struct args args)
{
    struct one_i64 row;
    CHECK_OK(c, db_get(c, q, &row, args));
    return row.value;
}

static void as_sql_says(struct ctx *c, const struct view *v)
{
    chunk_bits bits;
    i64 tags = view_column(v, S("tag")), city = view_column(v, S("city")),
        *sums = NEWS(c->arena, i64, CHUNK), sum = 0;
    CHECK_I64(view_members(v), sql(c, &test_living, NO_ARGS));
    for (i64 i = 0; i < 4; i++) {
        i64 code = words_find(view_words(v, tags), word("tag", i));
        CHECK_I64(view_carriers_n(v, 0, tags, code), sql(c, &test_tagged, ARGS(word("tag", i))));
    }
    i64 code = words_find(view_words(v, city), S("上海"));
    part_range(view_part(v, 0, city), code, code, bits);
    CHECK_I64(bits_count(bits), sql(c, &test_in_city, ARGS(S("上海"))));
    struct row_filter all = { .from = INT64_MIN, .until = INT64_MAX };
    rows_sum(v, 0, SOURCE_PURCHASES, &all, sums);
    for (i64 i = 0; i < CHUNK; i++) sum += sums[i];
    CHECK_I64(sum, sql(c, &test_spent, NO_ARGS));
    bits_fill(bits, true);
    CHECK_I64(part_sum(view_part(v, 0, view_column(v, S("spent"))), bits), sum);
    CHECK_I64(view_rows_n(v, SOURCE_TIMELINE), sql(c, &test_lines, NO_ARGS));
}

static const struct view *fresh_view(struct ctx *c, struct audience **a)
{
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, a));
    CHECK_OK(c, audience_follow(*a, NULL));
    return view_take(audience_index(*a));
}

TEST(index_equals_a_rebuild_and_sql)
{
    struct ctx *c = test_reader();
    shop = (struct shop){ .d = { 31 } };
    some_life(c, 60);
    struct audience *a, *anew;
    const struct view *v = fresh_view(c, &a);
    as_sql_says(c, v);
    view_release(v);
    for (int round = 0; round < 25; round++) {
        some_life(c, 5 + (int)dice_below(&shop.d, 30));
        if (round % 3 == 1) CHECK_OK(c, timeline_settle(test_store(), c));
        if (round % 2) some_life(c, 5); /* after it: lines of one member lie in both places */
        if (round == 20) CHECK_OK(c, store_write(test_store(), c, erase, NULL));
        i64 lines;
        CHECK_OK(c, audience_follow(a, &lines));
        CHECK(lines > 0);
        const struct view *w = fresh_view(c, &anew);
        v = view_take(audience_index(a));
        same_views(v, w);
        as_sql_says(c, v);
        view_release(v);
        view_release(w);
        audience_close(anew);
    }
    CHECK(shop.merges_n > 10);
    audience_close(a);
}

TEST(counts_are_zero_for_who_bought_nothing)
{
    struct ctx *c = test_reader();
    shop = (struct shop){ .d = { 5 } };
    struct audience *a;
    view_release(fresh_view(c, &a));
    CHECK_OK(c, store_write(test_store(), c, come, &shop.members[0]));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = view_take(audience_index(a));
    i64 orders;
    CHECK(part_value(view_part(v, 0, view_column(v, S("orders"))), shop.members[0], &orders));
    CHECK_I64(orders, 0);
    CHECK(!part_value(view_part(v, 0, view_column(v, S("last_order"))), shop.members[0], &orders));
    view_release(v);
    audience_close(a);
}

TEST(an_acknowledged_change_is_seen_soon)
{
    struct ctx *c = test_reader();
    shop = (struct shop){ .d = { 6 } };
    some_life(c, 40);
    struct audience *a;
    CHECK_OK(c,
             audience_open(c, test_store(),
                           (struct audience_options){ .thread = true, .interval_ms = 60000 }, &a));
    CHECK_OK(c, audience_wait(a, c, 0, 20000));
    for (int i = 0; i < 30; i++) {
        i64 seq;
        some_life(c, 1);
        CHECK_OK(c, timeline_last(c, &seq));
        CHECK_OK(c, audience_wait(a, c, seq, 20000)); /* long before its minute is over */
        const struct view *v = view_take(audience_index(a));
        CHECK(view_seq(v) >= seq);
        view_release(v);
    }
    CHECK_ERR(c, audience_wait(a, c, 1000000, 20), E_TIMEOUT);
    audience_close(a);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ .thread = true }, &a));
    some_life(c, 10);
    i64 seq;
    CHECK_OK(c, timeline_last(c, &seq));
    i64 begun_us = clock_mono_us();
    for (;;) { /* nobody asks: it comes by itself */
        const struct view *v = view_take(audience_index(a));
        bool there = view_seq(v) >= seq;
        view_release(v);
        if (there) break;
        CHECK(clock_mono_us() - begun_us < 20000000);
        struct timespec ms = { 0, 5000000 };
        nanosleep(&ms, NULL);
    }
    audience_close(a);
}

TEST(properties_are_found_and_nothing_else)
{
    str o = S(
        " {\"a\":{\"b\":\"x}\"},\"b\" : \"y\\\"z\" ,\"n\":-1.5e3,\"l\":[1,{\"q\":2}],\"t\":true}");
    CHECK_STR(props_raw(o, S("b")), "\"y\\\"z\"");
    CHECK_STR(props_raw(o, S("a")), "{\"b\":\"x}\"}");
    CHECK_STR(props_raw(o, S("n")), "-1.5e3");
    CHECK_STR(props_raw(o, S("l")), "[1,{\"q\":2}]");
    CHECK_STR(props_raw(o, S("t")), "true");
    CHECK(!props_raw(o, S("q")).at);
    static const char *const odd[] = { "",          "{",         "[]",      "{\"",
                                       "{\"b",      "{\"b\"",    "{\"b\":", "{\"b\\",
                                       "{\"b\":\"", "{\"a\":1,", "{}",      "null" };
    for (i64 i = 0; i < COUNT(odd); i++) CHECK(!props_raw(str_of(odd[i]), S("b")).at);
    CHECK_STR(props_raw(S("{\"b\":1"), S("b")), "1");
    /* in one pass as one by one; of two of a name the first */
    static const char *const objects[] = { "{\"b\":1,\"a\":2,\"b\":3,\"c\":4}",
                                           "{\"c\":\"\\\\\",\"a\":\"\\\"\",\"x\":{},\"b\":[]}",
                                           "{\"a\":1,\"b\":", "{\"a\" : \"1\" , \"ab\":2 }",
                                           "{\"\":0,\"c\":\"\\\\\\\"\"}" };
    strs names = { (str[]){ S("a"), S("b"), S("c"), S("") }, 4 };
    str found[4];
    for (i64 i = 0; i < COUNT(objects); i++) {
        props_raw_all(str_of(objects[i]), &names, found);
        for (i64 k = 0; k < names.n; k++) {
            str alone = props_raw(str_of(objects[i]), names.at[k]);
            CHECK(!found[k].at == !alone.at && str_eq(found[k], alone));
        }
    }
    props_raw_all(str_of(objects[1]), &names, found);
    CHECK_STR(found[0], "\"\\\"\"");
    CHECK_STR(found[1], "[]");
    CHECK_STR(found[2], "\"\\\\\"");
    props_raw_all(str_of(objects[0]), &names, found);
    CHECK_STR(found[1], "1");
    CHECK_STR(found[2], "4");
}
