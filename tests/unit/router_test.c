/* router_test.c -- finding rows, decoding addresses, cursors, languages, rates: the parts that need
 * no server. */
#include "test.h"

#include "base/room.h"
#include "http/inside.h"

#define FIELDS_OF_two_names(X, N) \
    X(str, a, ANY, "", N)         \
    X(str, b, ANY, "", N)
SHAPE(two_names);
SHAPE_DEFINE(two_names);
HANDLER(nothing_done, two_names, nothing) { return OK; }

static const struct route more[] = {
    ROUTE(GET, "/v1/things/{a}/parts/{b}", RIGHT_NONE, nothing_done, "T", "", ""),
    ROUTE(GET, "/v1/things/special/parts/{b}", RIGHT_NONE, nothing_done, "T", "", ""),
    { 0 },
};
static const struct route rows[] = {
    ROUTE(GET, "/v1/things", RIGHT_NONE, nothing_done, "T", "", ""),
    ROUTE(POST, "/v1/things", RIGHT_NONE, nothing_done, "T", "", ""),
    ROUTE(GET, "/v1/things/{a}", RIGHT_NONE, nothing_done, "T", "", ""),
    ROUTE(DELETE, "/v1/things/{b}", RIGHT_NONE, nothing_done, "T", "", ""),
    ROUTE(GET, "/v1/things/new", RIGHT_NONE, nothing_done, "T", "", ""),
    { .next = more },
};
static const struct room room = { .name = "things", .routes = rows };
static const struct room empty = { .name = "empty" };
static const struct room *const test_rooms[] = { &empty, &room, NULL };

static struct match find(enum method method, const char *path)
{
    static struct match m;
    struct ctx *c = test_ctx();
    router_find(router_new(c->arena, test_rooms), method, str_of(path), &m);
    return m;
}

TEST(tables_go_on_where_they_say)
{
    struct route_walk w = { .rooms = test_rooms };
    int n = 0;
    while (route_next(&w)) n++;
    CHECK_I64(n, 7);
}

TEST(a_path_finds_its_row)
{
    CHECK(find(M_GET, "/v1/things").entry->route == &rows[0]);
    CHECK(find(M_POST, "/v1/things").entry->route == &rows[1]);
    struct match m = find(M_GET, "/v1/things/abc");
    CHECK(m.entry->route == &rows[2]);
    CHECK_STR(m.params[0], "abc");
    CHECK(find(M_GET, "/v1/things/new").entry->route == &rows[4]); /* the written name goes first */
    m = find(M_DELETE, "/v1/things/new");
    CHECK(m.entry == NULL); /* the path is known, the method is not */
    m = find(M_DELETE, "/v1/things/x");
    CHECK(m.entry->route == &rows[3]);
    CHECK(m.entry->params[0] == &two_names_shape.fields[1]);
    m = find(M_GET, "/v1/things/%2F/parts/9");
    CHECK(m.entry->route == &more[0]);
    CHECK_STR(m.params[0], "%2F");
    CHECK_STR(m.params[1], "9");
    m = find(M_GET, "/v1/things/special/parts/9");
    CHECK(m.entry->route == &more[1]);
    CHECK_STR(m.params[0], "9");
}

TEST(what_is_not_a_path_finds_nothing)
{
    const char *none[] = { "/",
                           "",
                           "/v1",
                           "/v1/",
                           "/v1/things/",
                           "/v1/things//parts/1",
                           "v1/things",
                           "/v1/things/a/parts",
                           "/v1/things/a/parts/b/c",
                           "//v1/things",
                           "/V1/things" };
    for (i64 i = 0; i < COUNT(none); i++) {
        struct match m = find(M_GET, none[i]);
        CHECK(m.entry == NULL && m.allowed == 0);
    }
    struct match m = find(M_PUT, "/v1/things");
    CHECK(m.entry == NULL);
    CHECK_I64(m.allowed, 1u << M_GET | 1u << M_POST);
}

TEST(escapes_are_decoded_strictly)
{
    struct arena *a = test_ctx()->arena;
    str out;
    CHECK(percent_decode(a, S("a%20b%2Fc+d"), false, &out));
    CHECK_STR(out, "a b/c+d");
    CHECK(percent_decode(a, S("a+b"), true, &out));
    CHECK_STR(out, "a b");
    CHECK(percent_decode(a, S("%E6%95%8F"), false, &out));
    CHECK_STR(out, "敏");
    const char *broken[] = { "%", "%2", "%zz", "%00", "%ff", "%E6%95", "a%2" };
    for (i64 i = 0; i < COUNT(broken); i++)
        CHECK(!percent_decode(a, str_of(broken[i]), false, &out));
}

TEST(cursors_come_back_as_they_were)
{
    struct ctx *c = test_ctx();
    struct cursor at = { .key = -5, .id = INT64_MAX, .text = S("张三\n") }, back;
    str token = cursor_make(c, "members", at);
    for (i64 i = 0; i < token.n; i++)
        CHECK(str_has(S("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                      token.at[i]));
    CHECK_OK(c, cursor_read(c, "members", token, &back));
    CHECK_I64(back.key, -5);
    CHECK_I64(back.id, INT64_MAX);
    CHECK_STR(back.text, "张三\n");
    CHECK_OK(
        c, cursor_read(c, "members", cursor_make(c, "members", (struct cursor){ .id = 3 }), &back));
    CHECK(back.id == 3 && back.text.at == NULL);
    CHECK_OK(c, cursor_read(c, "members", NO_STR, &back));
    CHECK(back.id == 0 && back.key == 0 && back.text.at == NULL);
}

TEST(cursors_made_elsewhere_or_altered_are_refused)
{
    struct ctx *c = test_ctx();
    struct cursor back;
    str token = cursor_make(c, "members", (struct cursor){ .key = 1, .id = 2, .text = S("x") });
    CHECK_ERR(c, cursor_read(c, "orders", token, &back), E_INVALID);
    for (i64 i = 0; i < token.n; i++) {
        str other = str_copy(c->arena, token);
        ((char *)(uintptr_t)other.at)[i] = token.at[i] == 'A' ? 'B' : 'A';
        CHECK_ERR(c, cursor_read(c, "members", other, &back), E_INVALID);
        CHECK_ERR(c, cursor_read(c, "members", str_sub(token, 0, i), &back), i ? E_INVALID : OK);
    }
    CHECK_ERR(c, cursor_read(c, "members", S("?"), &back), E_INVALID);
    CHECK_ERR(c, cursor_read(c, "members", S("AAAA"), &back), E_INVALID);
    char *big = arena_alloc(c->arena, 1, 100000);
    memset(big, 'A', 100000);
    CHECK_ERR(c, cursor_read(c, "members", (str){ big, 100000 }, &back), E_INVALID);
    CHECK_I64(page_limit(NONE), 50);
    CHECK_I64(page_limit(SOME(1000)), 200);
    CHECK_I64(page_limit(SOME(-3)), 1);
}

TEST(the_language_is_the_best_we_speak)
{
    CHECK(locale_of(S("")) == ZH);
    CHECK(locale_of(S("en")) == EN);
    CHECK(locale_of(S("en-GB, zh-CN;q=0.9")) == EN);
    CHECK(locale_of(S("fr, zh;q=0.2, en;q=0.3")) == EN);
    CHECK(locale_of(S("fr;q=1.0")) == ZH);
    CHECK(locale_of(S("en;q=0")) == ZH);
    CHECK(locale_of(S("en;q=0.05,zh-TW;q=0.050")) == EN);
    CHECK(locale_of(S(",,;;q=,en")) == EN);
}

TEST(a_bucket_fills_with_time_and_each_address_has_its_own)
{
    struct limiter *l = limiter_new();
    i64 t = 1000000;
    int passed = 0;
    for (int i = 0; i < 100; i++) passed += limiter_take(l, S("a"), 10, t) == 0;
    CHECK_I64(passed, 20);
    i64 wait_ms = limiter_take(l, S("a"), 10, t);
    CHECK(wait_ms > 0 && wait_ms <= 101);
    CHECK_I64(limiter_take(l, S("b"), 10, t), 0);
    CHECK_I64(limiter_take(l, S("a"), 10, t + wait_ms * 1000), 0);
    CHECK(limiter_take(l, S("a"), 10, t + wait_ms * 1000) > 0);
    limiter_free(l);
}
