/* track_sensors_test.c -- the Sensors protocol: how data is wrapped, whose it is, what becomes of
 * profiles. */
#include "test.h"

#include <stdlib.h>
#include <zlib.h>

#include "track/tree.h"

static const char apple[] = "eyJkaXN0aW5jdF9pZCI6InUxIiwidGltZSI6MTQzNDU1NjkzNTAwMCwidHlwZSI6InRyYW"
                            "NrIiwiZXZlbnQiOiJWaWV3UHJvZHVjdCIs"
                            "InByb3BlcnRpZXMiOnsicHJvZHVjdF9uYW1lIjoi6Iu55p6cIn19";

/* -- wrapping, as clients do ------------------------------------------------------------------- */

static str base64(struct arena *a, str in, const char *last_two, const char *escaped_plus)
{
    struct buf b = { .arena = a };
    char digits[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    digits[62] = last_two[0];
    digits[63] = last_two[1];
    for (i64 i = 0; i < in.n; i += 3) {
        u32 bits = 0;
        for (i64 k = 0; k < 3; k++) bits = bits << 8 | (i + k < in.n ? (u8)in.at[i + k] : 0);
        for (int k = 0; k < 4; k++) {
            char ch = i + k > in.n ? '=' : digits[bits >> (18 - 6 * k) & 63];
            if (ch == '+') buf_add(&b, str_of(escaped_plus));
            else buf_byte(&b, ch);
        }
    }
    return buf_str(&b);
}

static str gzip(struct arena *a, str in)
{
    z_stream z = { 0 };
    CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    char *out = arena_alloc(a, 1, in.n + 100);
    z.next_in = (Bytef *)(uintptr_t)in.at;
    z.avail_in = (uInt)in.n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)in.n + 100;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&z);
    return (str){ out, (i64)z.total_out };
}

static enum err read_form(struct ctx *c, str query, str body, struct behaviours *out)
{
    str token;
    return sensors_read(c, query, body, out, &token);
}

static void tell(struct ctx *c, const char *json_text)
{
    struct behaviours told;
    struct track_kept kept;
    str data = base64(c->arena, str_of(json_text), "-_", "");
    CHECK_OK(c,
             read_form(c, NO_STR, str_fmt(c->arena, "data_list=" STR_FMT, STR_ARG(data)), &told));
    CHECK_I64(told.refused, 0);
    CHECK_OK(c, track_keep(test_store(), c, &told, &kept));
}

static i64 member_of(struct ctx *c, enum identity_kind kind, const char *scope, const char *value)
{
    struct identity id = { .kind = kind, .scope = str_of(scope), .value = str_of(value) };
    i64 member;
    CHECK_OK(c, identity_normalise(c, &id));
    CHECK_OK(c, member_find(c, &id, &member));
    return member;
}

static str value_of(struct ctx *c, i64 member, const char *field)
{
    struct value_view_list values;
    CHECK_OK(c, member_values(c, member, true, &values));
    for (i64 i = 0; i < values.n; i++)
        if (str_eq(values.at[i].field, str_of(field))) return values.at[i].value;
    return NO_STR;
}

/* -- wrapping ---------------------------------------------------------------------------------- */

TEST(the_checksum_is_the_clients_own)
{
    CHECK_I64(sensors_crc(str_of(apple)), -1907592691);
    CHECK_I64(sensors_crc(S("")), 0);
}

TEST(data_comes_in_many_wrappings)
{
    struct ctx *c = test_ctx();
    /* With bytes that need both of the last two digits. */
    str text = S("{\"type\":\"track\",\"distinct_id\":\"u>>>???\",\"event\":\"查看~~\",\"time\":"
                 "1434556935000}");
    struct arena *a = c->arena;
    str plain = base64(a, text, "+/", "+"), packed = gzip(a, text);
    const str rows[] = {
        str_fmt(a, "data=" STR_FMT, STR_ARG(plain)),
        str_fmt(a, "data=" STR_FMT, STR_ARG(base64(a, text, "+/", "%2B"))),
        str_fmt(a, "data=" STR_FMT, STR_ARG(base64(a, text, "+/", " "))),
        str_fmt(a, "data=" STR_FMT, STR_ARG(base64(a, text, "-_", ""))),
        str_fmt(a, "gzip=0&data_list=" STR_FMT "\r\n", STR_ARG(base64(a, packed, "+/", "+"))),
        str_fmt(a, "gzip=1&data_list=" STR_FMT, STR_ARG(base64(a, packed, "-_", ""))),
        str_fmt(a, "data=" STR_FMT "&ext=crc%%3D%d", STR_ARG(plain), (int)sensors_crc(plain)),
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct behaviours told;
        CHECK_OK(c, read_form(c, rows[i], NO_STR, &told));
        CHECK_I64(told.n, 1);
        CHECK_STR(told.at[0].kind, "查看~~");
        CHECK_I64(told.at[0].at, 1434556935000);
        CHECK_OK(c, read_form(c, S("project=default"), rows[i], &told));
        CHECK_I64(told.n, 1);
    }
}

TEST(bad_data_is_refused_with_its_place)
{
    struct ctx *c = test_ctx();
    struct arena *a = c->arena;
    str half = gzip(a, S("{\"type\":\"track\",\"distinct_id\":\"u\",\"event\":\"x\"}"));
    half.n -= 9;
    const struct {
        str form;
        const char *field;
    } rows[] = {
        { S(""), "/data" },
        { S("data="), "/data" },
        { S("data=%%%"), "/data" },
        { S("data=!!!!"), "/data" },
        { S("&&&=&a"), "/data" },
        { str_fmt(a, "data=%s&crc=1", apple), "/crc" },
        { S("data=e30"), "/type" },
        { S("data=W10"), "" },
        { S("data=bnVsbA"), "" },
        { S("data_list=WzEsIngiXQ"), "/type" },
        { str_fmt(a, "data=" STR_FMT, STR_ARG(base64(a, half, "+/", "+"))), "" },
        { str_fmt(a, "data=" STR_FMT,
                  STR_ARG(base64(a, S("{\"type\":\"track\",\"event\":\"x\"}"), "+/", "+"))),
          "/distinct_id" },
        { str_fmt(a, "data=" STR_FMT,
                  STR_ARG(base64(a, S("{\"type\":\"track\",\"distinct_id\":\"u\"}"), "+/", "+"))),
          "/event" },
        { str_fmt(a, "data=" STR_FMT, STR_ARG(base64(a, S("{\"type\":\"item_set\"}"), "+/", "+"))),
          "/item_id" },
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct behaviours told;
        CHECK_ERR(c, read_form(c, NO_STR, rows[i].form, &told), E_INVALID);
        CHECK_STR(str_of(c->why.field), rows[i].field);
    }
    /* What unpacks to more than anyone sends is not unpacked. */
    char *much = arena_alloc(a, 1, 6 * 1024 * 1024);
    memset(much, ' ', 6 * 1024 * 1024);
    str bomb = base64(a, gzip(a, (str){ much, 6 * 1024 * 1024 }), "-_", "");
    struct behaviours told;
    CHECK(read_form(c, NO_STR, str_fmt(a, "data=" STR_FMT, STR_ARG(bomb)), &told) != OK);
}

/* -- what is told ------------------------------------------------------------------------------ */

TEST(the_flush_time_corrects_the_clock)
{
    struct ctx *c = test_ctx();
    struct behaviours told;
    str data =
        base64(c->arena,
               S("{\"type\":\"track\",\"distinct_id\":\"u\",\"event\":\"x\",\"time\":1000000000000,"
                 "\"_flush_time\":1000000060000}"),
               "-_", "");
    CHECK_OK(c, read_form(c, NO_STR, str_fmt(c->arena, "data=" STR_FMT, STR_ARG(data)), &told));
    CHECK_I64(told.at[0].at, c->now - 60000);
}

TEST(identities_lead_to_one_member)
{
    struct ctx *r = test_reader();
    tell(r,
         "[{\"type\":\"track\",\"distinct_id\":\"dev\",\"event\":\"$MPLaunch\",\"time\":1,"
         "\"identities\":{\"$identity_mp_id\":\"dev\",\"$identity_mp_wxabc_openid\":\"o-1\"},"
         "\"lib\":{\"$lib\":\"MiniProgram\"},\"properties\":{\"$latest_utm_source\":\"朋友圈\",\"$"
         "ip\":\"1\"}},"
         "{\"type\":\"track_id_bind\",\"distinct_id\":\"L1\",\"time\":2,\"identities\":{\"$"
         "identity_login_id\":\"L1\","
         "\"$identity_mp_id\":\"dev\",\"$identity_mp_unionid\":\"un-1\",\"$identity_mobile\":["
         "\"13800138000\"]}},"
         "{\"type\":\"track\",\"distinct_id\":\"L1\",\"event\":\"Bought\",\"time\":3},"
         "{\"type\":\"track_id_unbind\",\"distinct_id\":\"L1\",\"event\":\"$UnbindID\",\"time\":4,"
         "\"identities\":{\"$identity_mobile\":\"13800138000\"}}]");
    struct ctx *c = test_look();
    i64 member = member_of(c, ID_USER_ID, "", "L1");
    CHECK(member > 0);
    CHECK_I64(member_of(c, ID_ANONYMOUS_ID, "", "dev"), member);
    CHECK_I64(member_of(c, ID_OPENID, "wxabc", "o-1"), member);
    CHECK_I64(member_of(c, ID_UNIONID, "", "un-1"), member);
    CHECK_I64(member_of(c, ID_PHONE, "", "13800138000"), member);
    struct timeline_line_list all;
    bool launched = false, bought = false, unbound = false;
    CHECK_OK(c, timeline_after(c, 0, 100, &all));
    for (i64 i = 0; i < all.n; i++) {
        const struct timeline_line *line = &all.at[i];
        i64 living;
        CHECK_OK(c, member_living(c, line->member, &living));
        CHECK_I64(living, member);
        bought |= str_eq(line->kind, S("Bought"));
        unbound |= str_eq(line->kind, S("$UnbindID"));
        if (!str_eq(line->kind, S("$MPLaunch"))) continue;
        launched = true;
        CHECK_STR(line->touchpoint, "miniprogram");
        CHECK_STR(line->props, "{\"clock\":\"behind\",\"utm_source\":\"朋友圈\"}");
    }
    CHECK(launched && bought && unbound);
}

TEST(profiles_are_set_added_to_and_taken_back)
{
    static const struct {
        const char *type, *properties, *field, *value;
    } rows[] = {
        { "profile_set", "{\"$city\":\"上海\",\"age\":30}", "city", "上海" },
        { "profile_set_once", "{\"city\":\"北京\",\"skinType\":\"干性\"}", "city", "上海" },
        { "profile_set_once", "{\"skinType\":\"油性\"}", "skin_type", "干性" },
        { "profile_increment", "{\"age\":2}", "age", "32" },
        { "profile_increment", "{\"age\":-0.5}", "age", "31.50" },
        { "profile_append", "{\"hobbies\":[\"旅行\"]}", "hobbies", "旅行" },
        { "profile_append", "{\"hobbies\":[\"美食\",\"旅行\"]}", "hobbies", "美食,旅行" },
        { "profile_unset", "{\"city\":true}", "city", "" },
        { "profile_delete", "{}", "age", "" },
    };
    struct ctx *r = test_reader();
    for (i64 i = 0; i < COUNT(rows); i++) {
        r->now += 1000;
        tell(r,
             str_z(r->arena,
                   str_fmt(r->arena,
                           "{\"type\":\"%s\",\"distinct_id\":\"u1\",\"_track_id\":%d,\"time\":%lld,"
                           "\"properties\":%s}",
                           rows[i].type, (int)i, (long long)r->now, rows[i].properties)));
        struct ctx *c = test_look();
        str value = value_of(c, member_of(c, ID_ANONYMOUS_ID, "", "u1"), rows[i].field);
        CHECK_STR(str_or(value, S("")), rows[i].value);
        store_release(c);
    }
}

TEST(what_is_sent_again_is_known)
{
    struct ctx *r = test_reader();
    const char *numbered = "{\"type\":\"profile_increment\",\"distinct_id\":\"u1\",\"_track_id\":7,"
                           "\"time\":1700000000000,"
                           "\"properties\":{\"age\":1}}";
    const char *plain =
        "{\"type\":\"track\",\"distinct_id\":\"u1\",\"event\":\"x\",\"time\":1700000000000}";
    for (int i = 0; i < 3; i++) {
        tell(r, numbered);
        tell(r, plain);
    }
    struct ctx *c = test_look();
    CHECK_STR(value_of(c, member_of(c, ID_ANONYMOUS_ID, "", "u1"), "age"), "1");
    struct timeline_line_list all;
    i64 n = 0;
    CHECK_OK(c, timeline_after(c, 0, 100, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, S("x"));
    CHECK_I64(n, 1);
}

TEST(items_are_nobodys)
{
    struct ctx *r = test_reader();
    tell(r, "[{\"type\":\"item_set\",\"item_type\":\"product\",\"item_id\":\"P1\",\"properties\":{"
            "\"price\":3.5}},"
            "{\"type\":\"item_delete\",\"item_type\":\"product\",\"item_id\":2}]");
    struct ctx *c = test_look();
    struct timeline_line_list all;
    CHECK_OK(c, timeline_after(c, 0, 100, &all));
    CHECK_I64(all.n, 2);
    CHECK_I64(all.at[0].member, 0);
    CHECK_STR(all.at[0].kind, "Item Set");
    CHECK_STR(all.at[0].subject, "item:product:P1");
    CHECK_STR(all.at[0].props, "{\"price\":3.50}");
    CHECK_STR(all.at[1].subject, "item:product:2");
}
