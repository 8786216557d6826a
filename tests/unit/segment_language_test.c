/* segment_language_test.c -- the segment language as text: what is read, how it is spelled, what is
 * refused and where. */
#include "segment_random.h"

#include "app/rooms.h"
#include "audience/ask.h"

static const struct segment_node *parsed(const char *text)
{
    const struct segment_node *tree = NULL;
    CHECK_OK(test_ctx(), segment_parse(test_ctx(), str_of(text), &tree));
    return tree;
}

/* Its one spelling is the same tree again. */
static str spelled(const char *text)
{
    struct ctx *c = test_ctx();
    const struct segment_node *tree = parsed(text), *again;
    str canonical = segment_format(c->arena, tree);
    CHECK_OK(c, segment_parse(c, canonical, &again));
    CHECK(segment_same(tree, again));
    CHECK_STR(segment_format(c->arena, again), str_z(c->arena, canonical));
    return canonical;
}

static void refused(const char *text, const char *place, const char *words)
{
    struct ctx *c = test_ctx();
    const struct segment_node *tree;
    CHECK_ERR(c, segment_parse(c, str_of(text), &tree), E_INVALID);
    CHECK_STR(str_of(c->why.field), place);
    if (str_find(str_of(c->why.detail), str_of(words)) < 0) print_message("%s\n", c->why.detail);
    CHECK(str_find(str_of(c->why.detail), str_of(words)) >= 0);
}

TEST(examples_of_the_design_are_read)
{
    static const char *const texts[] = {
        "recency <= 30d and frequency >= 5 and monetary >= 999",
        "spent(365d) >= 999 and orders(30d) = 0 and tag = \"敏感肌\" and not "
        "in_group(\"上海VIP群\")",
        "did(\"Product Viewed\", 7d, category = \"面膜\") >= 3 and did(\"Order Completed\", 7d) = "
        "0",
        "class = \"A\" and city in (\"上海\", \"杭州\") and birthday within next 7d",
        "last_order between 31d and 90d or (orders >= 5 and spent >= 5000)",
        "in_segment(\"高价值沉睡\") and phone is known",
    };
    app_wire();
    for (i64 i = 0; i < COUNT(texts) - 2; i++) CHECK_STR(spelled(texts[i]), texts[i]);
    CHECK_STR(spelled(texts[4]), "last_order between 31d and 90d or orders >= 5 and spent >= 5000");
    CHECK_STR(spelled(texts[5]), texts[5]);
}

TEST(examples_of_every_row_are_read)
{
    struct fields fields;
    app_wire();
    CHECK_OK(test_ctx(), fields_published(test_ctx(), &fields));
    CHECK(fields.n >= 18);
    for (i64 i = 0; i < fields.n; i++) spelled(fields.at[i].example);
    for (i64 i = 0; i < OP_COUNT; i++) spelled(segment_operators[i].example);
    for (i64 i = 0; i < CALLS; i++) spelled(segment_calls[i].example);
}

TEST(spelling_is_forgiving)
{
    app_wire();
    CHECK_STR(spelled("城市 = “上海” AND （标签＝「敏感肌」 Or 年龄 ≥ 30）"),
              "city = \"上海\" and (tag = \"敏感肌\" or age >= 30)");
    CHECK_STR(spelled("orders( 30天 )>=2"), "orders(30d) >= 2");
    CHECK_STR(spelled("did(\"Cart\")"), "did(\"Cart\")");
    CHECK_STR(spelled("did(\"Cart\") >= 1"), "did(\"Cart\")");
    CHECK_STR(spelled("not not (city = \"a\\\"b\\\\\")"), "not not city = \"a\\\"b\\\\\"");
    CHECK_STR(spelled("did(\"x\", \"商品 名\" = 1.50, gift = true, price between 1 and 2)"),
              "did(\"x\", \"商品 名\" = 1.5, gift = true, price between 1 and 2)");
    CHECK_STR(spelled("city = \"a\" and (city = \"b\" and city = \"c\")"),
              "city = \"a\" and (city = \"b\" and city = \"c\")");
    CHECK_STR(spelled("first_seen>=2024-5-1"), "first_seen >= 2024-05-01");
}

TEST(what_is_refused_says_where)
{
    app_wire();
    refused("", "1:1", "expected a condition");
    refused("city = ", "1:8", "a text in quotes");
    refused("citty = \"上海\"", "1:1", "did you mean city?");
    refused("city = \"上海\" and\n  ordres(30d) > 1", "2:3", "did you mean orders?");
    refused("city = \"上海\" 和 x", "1:13", "and, or or the end");
    refused("altitude >= \"达人\"", "1:1", "no field or call");
    refused("orders(30d) = \"x\"", "1:15", "a number");
    refused("orders(30x) = 1", "1:10", "d, w or h");
    refused("orders() = 1", "1:8", "a duration");
    refused("city >= \"a\"", "1:6", "cannot be asked");
    refused("tag != \"a\"", "1:5", "write not");
    refused("phone = \"1\"", "1:7", "cannot be asked");
    refused("recency(3d) < 1d", "1:8", "no parentheses");
    refused("city = \"上海", "1:8", "closing quote");
    refused("city = \"a\nb\"", "1:10", "control characters");
    refused("city = \"\"", "1:8", "is unknown");
    refused("city in ()", "1:10", "a text in quotes");
    refused("age between 9 and 3", "1:19", "must not be below");
    refused("class = \"D\"", "1:9", "A");
    refused("birthday within next 400d", "1:22", "366");
    refused("last_order <= 99999999d", "1:15", "duration");
    refused("spent >= 1.23456", "1:10", "four decimals");
    refused("spent >= 99999999999999999999", "1:10", "too large");
    spelled("spent >= 89999999999999.9999");
    refused("spent >= 90000000000000.0001", "1:10", "too large");
    refused("spent < -922337203685477.5808", "1:9", "too large");
    refused("(city = \"a\"", "1:12", "closing parenthesis");
    refused("city is", "1:8", "known or unknown");
    refused("did(7d)", "1:5", "a name in quotes");
    refused("did(\"x\", a in (1, \"b\"))", "1:19", "a number");
    refused("did(\"x\", a = 7d)", "1:14", "a text in quotes");
    refused("and", "1:1", "a condition");
    refused("city = \"\xff\"", "1:1", "UTF-8");
    refused("city = \"a\" ;", "1:12", "cannot stand");
}

static str many(const char *head, const char *part, const char *tail, i64 n)
{
    struct buf out = { .arena = test_ctx()->arena };
    for (i64 i = 0; i < n; i++) buf_add(&out, str_of(head));
    buf_add(&out, str_of(part));
    for (i64 i = 0; i < n; i++) buf_add(&out, str_of(tail));
    return buf_str(&out);
}

TEST(limits)
{
    struct ctx *c = test_ctx();
    const struct segment_node *tree;
    app_wire();
    CHECK_OK(c, segment_parse(c, many("(", "age = 1", ")", SEGMENT_DEPTH_MAX), &tree));
    CHECK_ERR(c, segment_parse(c, many("(", "age = 1", ")", SEGMENT_DEPTH_MAX + 1), &tree),
              E_INVALID);
    CHECK_OK(c, segment_parse(c, many("not ", "age = 1", "", SEGMENT_DEPTH_MAX), &tree));
    CHECK_ERR(c, segment_parse(c, many("not ", "age = 1", "", 2000), &tree), E_INVALID);
    CHECK_OK(c,
             segment_parse(c, many("age = 1 or ", "age = 1", "", 498), &tree)); /* 499 and the or */
    CHECK_ERR(c, segment_parse(c, many("age = 1 or ", "age = 1", "", 499), &tree), E_INVALID);
    CHECK_ERR(c, segment_parse(c, many("age = 1 or     ", "age = 1", "", 700), &tree), E_INVALID);
    i64 began = clock_mono_us();
    for (i64 i = 0; i < 20; i++)
        CHECK_ERR(c, segment_parse(c, many("不知 = 1 or ", "不知", "", 600), &tree), E_INVALID);
    CHECK(clock_mono_us() - began < 20 * 10000);
}

TEST(parse_format_is_identity)
{
    struct ctx *c = test_ctx();
    struct dice d = { 11 };
    struct segment_dice r = { .c = c, .d = &d, .in_segment = true };
    app_wire();
    for (i64 i = 0; i < 20000; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        CHECK_OK(c, fields_published(c, &r.fields));
        const struct segment_node *tree = segment_random(&r, 1 + dice_below(&d, 40), 6),
                                  *again = NULL;
        str text = segment_format(c->arena, tree);
        if (segment_parse(c, text, &again) != OK) print_message(STR_FMT "\n", STR_ARG(text));
        CHECK_OK(c, segment_parse(c, text, &again));
        CHECK(segment_same(tree, again));
        arena_rewind(c->arena, mark);
    }
}

/* -- meaning ---------------------------------------------------------------------------------- */

static bool holds(const char *text, i64 value)
{
    struct segment_ranges r;
    CHECK_OK(test_ctx(), segment_ranges_of(test_ctx(), &parsed(text)->test, test_ctx()->now, &r));
    return segment_ranges_have(&r, value);
}

TEST(ages_leave_no_gap)
{
    instant at = test_ctx()->now;
    app_wire();
    for (i64 hours = 1; hours < 100 * 24; hours++) {
        instant t = at - hours * HOUR_MS;
        int in = holds("last_order <= 30d", t) + holds("last_order between 31d and 90d", t) +
                 holds("last_order >= 91d", t);
        CHECK_I64(in, 1);
        if (hours > 3) hours += 5;
    }
    CHECK(holds("last_order = 3d", at - 3 * DAY_MS));
    CHECK(holds("last_order = 3d", at - 4 * DAY_MS + 1));
    CHECK(!holds("last_order = 3d", at - 4 * DAY_MS));
    CHECK(!holds("last_order != 3d", at - 3 * DAY_MS));
    CHECK(!holds("last_order <= 30d", at));
}

TEST(birthdays_come_round)
{
    struct ctx *c = test_ctx();
    app_wire();
    c->now = zone_midnight(c->zone, day_of(2023, 12, 30)) + 5 * HOUR_MS;
    CHECK(holds("birthday within next 7d", day_of(1990, 12, 30)));
    CHECK(holds("birthday within next 7d", day_of(1990, 1, 5)));
    CHECK(!holds("birthday within next 7d", day_of(1990, 1, 6)));
    CHECK(!holds("birthday within next 7d", day_of(1990, 12, 29)));
    c->now = zone_midnight(c->zone, day_of(2023, 2, 28));
    CHECK(holds("birthday within next 1d", day_of(2000, 2, 29)));
    c->now = zone_midnight(c->zone, day_of(2024, 2, 28));
    CHECK(!holds("birthday within next 1d", day_of(2000, 2, 29)));
}

TEST(an_event_is_a_name_perhaps_with_conditions)
{
    static const struct {
        const char *text, *name;
        i64 props;
    } good[] = {
        { "Product Viewed", "Product Viewed", 0 },
        { " \"Product Viewed\" ", "Product Viewed", 0 },
        { "\"Paid (old)\"", "Paid (old)", 0 },
        { "Product Viewed (category = \"面膜\", price >= 100)", "Product Viewed", 2 },
        { "did(\"Product Viewed\", 7d, category = \"面膜\")", "Product Viewed", 1 },
    };
    static const char *const bad[] = { "", "Product Viewed (category = ", "A (b = \"c\"",
                                       "A (category)", "did(\"A\") >= 3" };
    struct segment_test event;
    struct ctx *c = test_reader();
    for (i64 i = 0; i < COUNT(good); i++) {
        CHECK_OK(c, segment_parse_event(c, str_of(good[i].text), &event));
        CHECK_STR(event.name, good[i].name);
        CHECK_I64(event.props.n, good[i].props);
    }
    for (i64 i = 0; i < COUNT(bad); i++)
        CHECK_ERR(c, segment_parse_event(c, str_of(bad[i]), &event), E_INVALID);
}
