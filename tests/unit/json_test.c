/* json_test.c -- shaped structs to and from JSON: round trips, and every refusal with its place. */
#include "test.h"

#include "base/json.h"

enum colour { RED, GOLD };
CHOICE(colour);
CHOICE_DEFINE(colour, "red", "gold");

#define FIELDS_OF_scale(X, N)         \
    X(str, name, REQUIRED, "Name", N) \
    X(i64, size, POSITIVE, "Size", N)
SHAPE(scale);
SHAPE_DEFINE(scale);

#define FIELDS_OF_fish(X, N)                    \
    X(i64, id, REQUIRED, "Id", N)               \
    X(str, name, SHORT, "Name", N)              \
    X(money, price, NOT_NEGATIVE, "Price", N)   \
    X(instant, born_at, ANY, "Born", N)         \
    X(day, fed, ANY, "Fed", N)                  \
    X(choice(colour), colour, ANY, "Colour", N) \
    X(opt_i64, age, ANY, "Age", N)              \
    X(opt_flag, wild, ANY, "Wild", N)           \
    X(f64, weight, ANY, "Weight", N)            \
    X(strs, tags, ANY, "Tags", N)               \
    X(ints, marks, ANY, "Marks", N)             \
    X(one(scale), best, ANY, "Best scale", N)   \
    X(list(scale), scales, ANY, "Scales", N)    \
    X(json, props, ANY, "Anything", N)
SHAPE(fish);
SHAPE_DEFINE(fish);

TEST(writing_and_reading_is_a_round_trip)
{
    struct ctx *c = test_ctx();
    struct fish f = { 0 };
    const char *text =
        "{\"id\":7,\"name\":\"锦\\\"鲤\\n\",\"price\":\"12.50\",\"born_at\":\"2024-05-01T02:00:00."
        "000Z\","
        "\"fed\":\"2024-05-02\",\"colour\":\"gold\",\"age\":null,\"wild\":true,\"weight\":1.5,"
        "\"tags\":[\"a\",\"b\"],\"marks\":[1,-2,3],\"best\":{\"name\":\"x\",\"size\":3},"
        "\"scales\":[{\"name\":\"y\",\"size\":1},{\"name\":\"z\",\"size\":2}],"
        "\"props\":{\"k\":[1,{\"deep\":\"}\"}],\"n\":null}}";
    CHECK_OK(c, json_read(c, &fish_shape, &f, str_of(text)));
    CHECK_I64(f.price, 125000);
    CHECK_I64(f.scales.n, 2);
    struct buf out = { .arena = c->arena };
    json_write(&out, &fish_shape, &f);
    CHECK_STR(buf_str(&out), text);
}

static void refused(const char *text, const char *place)
{
    struct ctx *c = test_ctx();
    struct fish f = { 0 };
    CHECK_ERR(c, json_read(c, &fish_shape, &f, str_of(text)), E_INVALID);
    CHECK_STR(str_of(c->why.field), place);
    CHECK(c->why.detail[0]);
}

TEST(json_refuses_and_names_the_place)
{
    refused("", "");
    refused("[]", "");
    refused("3", "");
    refused("{", "");
    refused("{\"id\":1} x", "");
    refused("{}", "/id");
    refused("{\"id\":1,\"id\":2}", "/id");
    refused("{\"id\":1,\"nope\":2}", "/nope");
    refused("{\"id\":\"1\"}", "/id");
    refused("{\"id\":1.5}", "/id");
    refused("{\"id\":9223372036854775808}", "/id");
    refused("{\"id\":null}", "/id");
    refused("{\"id\":1,\"price\":-1}", "/price");
    refused("{\"id\":1,\"price\":\"1.00001\"}", "/price");
    refused("{\"id\":1,\"colour\":\"blue\"}", "/colour");
    refused("{\"id\":1,\"fed\":\"2024-02-30\"}", "/fed");
    refused("{\"id\":1,\"tags\":[\"a\",1]}", "/tags/1");
    refused("{\"id\":1,\"tags\":\"a\"}", "/tags");
    refused("{\"id\":1,\"best\":{\"name\":\"x\",\"size\":0}}", "/best/size");
    refused("{\"id\":1,\"scales\":[{\"name\":\"x\"},{\"size\":1}]}", "/scales/1/name");
    refused("{\"id\":1,\"scales\":[null]}", "/scales/0");
    refused("{\"id\":1,\"name\":\"\\u0000\"}", "/name");
    refused("{\"id\":1,\"name\":\"\xC0\x80\"}", "/name");
    refused("{\"id\":1,\"props\":{]}", "/props");
}

TEST(deep_and_long_input_is_refused)
{
    struct ctx *c = test_ctx();
    struct buf deep = { .arena = c->arena }, wide = { .arena = c->arena };
    struct fish f = { 0 };
    buf_add(&deep, S("{\"id\":1,\"props\":"));
    for (int i = 0; i < 1000; i++) buf_byte(&deep, '[');
    CHECK_ERR(c, json_read(c, &fish_shape, &f, buf_str(&deep)), E_INVALID);
    buf_add(&wide, S("{\"id\":1,\"marks\":[0"));
    for (int i = 0; i < 100000; i++) buf_add(&wide, S(",1"));
    buf_add(&wide, S("]}"));
    f = (struct fish){ 0 };
    CHECK_ERR(c, json_read(c, &fish_shape, &f, buf_str(&wide)), E_INVALID);
}

TEST(half_a_character_is_refused)
{
    struct ctx *c = test_ctx();
    static const char *const bad[] = { "\\ud800",        "\\uDFFF",        "\\ud83dx",
                                       "\\ud83d\\u0041", "\\ud83d\\ud83d", "\\\\\\udc00" };
    static const char *const good[] = { "\\ud83d\\ude00", "\\\\ud800", "\\ud7ff\\ue000",
                                        "\\uD83D\\uDE00\\ud83d\\ude00" };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct fish f = { 0 };
        str text = str_fmt(c->arena, "{\"id\":1,\"name\":\"%s\"}", bad[i]);
        CHECK_ERR(c, json_read(c, &fish_shape, &f, text), E_INVALID);
        CHECK(!json_valid(text));
    }
    for (i64 i = 0; i < COUNT(good); i++) {
        struct fish f = { 0 };
        CHECK_OK(c, json_read(c, &fish_shape, &f,
                              str_fmt(c->arena, "{\"id\":1,\"name\":\"%s\"}", good[i])));
        CHECK(str_is_utf8(f.name));
    }
}

TEST(text_parameters_follow_the_same_rules)
{
    struct ctx *c = test_ctx();
    struct fish f = { 0 };
    CHECK_OK(c, shape_set_text(c, &fish_shape, &f, S("id"), S("12")));
    CHECK_OK(c, shape_set_text(c, &fish_shape, &f, S("tags"), S("a, b")));
    CHECK_OK(c, shape_set_text(c, &fish_shape, &f, S("wild"), S("true")));
    CHECK(f.id == 12 && f.tags.n == 2 && f.wild.value);
    CHECK_ERR(c, shape_set_text(c, &fish_shape, &f, S("id"), S("12x")), E_INVALID);
    CHECK_ERR(c, shape_set_text(c, &fish_shape, &f, S("nope"), S("1")), E_INVALID);
    CHECK_ERR(c, shape_set_text(c, &fish_shape, &f, S("scales"), S("1")), E_INVALID);
}

TEST(invalid_bytes_are_written_as_replacement)
{
    struct buf out = { .arena = test_ctx()->arena };
    json_write_str(&out, S("a\xFF"
                           "b\x01"));
    CHECK_STR(buf_str(&out), "\"a\xEF\xBF\xBD"
                             "b\\u0001\"");
}
