/* track_test.c -- behaviour told in the Segment protocol: what becomes of it, what is left out,
 * what counts once. */
#include "base/clock.h"
#include "test.h"

#include <stdio.h>

#include <pthread.h>
#include <stdatomic.h>

#include "track/repeat.h"
#include "track/tree.h"

static struct ctx *reader(void)
{
    struct ctx *r = test_reader();
    r->now = 1717200000000; /* 2024-06-01T00:00:00Z */
    return r;
}

/* Reads and keeps one call; answers what segment_read said. */
static enum err tell(struct ctx *c, const char *type, const char *json_text,
                     struct track_kept *kept)
{
    struct behaviours told;
    struct track_kept none;
    str key;
    TRY(segment_read(c, type, str_of(json_text), &told, &key));
    return track_keep(test_store(), c, &told, kept ? kept : &none);
}

static i64 member_of(struct ctx *c, enum identity_kind kind, const char *value)
{
    struct identity id = { .kind = kind, .value = str_of(value) };
    i64 member;
    CHECK_OK(c, identity_normalise(c, &id));
    CHECK_OK(c, member_find(c, &id, &member));
    return member;
}

/* The only line of this kind; NULL when there is none. */
static const struct timeline_line *line_of(struct ctx *c, const char *kind)
{
    struct timeline_line_list all;
    const struct timeline_line *found = NULL;
    CHECK_OK(c, timeline_after(c, 0, 1000, &all));
    for (i64 i = 0; i < all.n; i++)
        if (str_eq(all.at[i].kind, str_of(kind))) {
            CHECK(!found);
            found = &all.at[i];
        }
    return found;
}

static i64 lines_of(struct ctx *c, const char *kind)
{
    struct timeline_line_list all;
    i64 n = 0;
    CHECK_OK(c, timeline_after(c, 0, 5000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}

TEST(acknowledged_behaviour_is_on_disk)
{
    struct ctx *r = reader();
    struct track_kept kept;
    CHECK_OK(r, tell(r, NULL,
                     "{\"batch\":[{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"A\"},"
                     "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"B\"}]}",
                     &kept));
    CHECK_I64(kept.kept, 2);
    store_release(r);
    test_store_reopen();
    struct ctx *c = test_look();
    CHECK_I64(line_of(c, "A")->member, member_of(c, ID_USER_ID, "u1"));
    CHECK_I64(line_of(c, "B")->member, line_of(c, "A")->member);
}

TEST(a_message_counts_once)
{
    struct ctx *r = reader();
    struct track_kept kept;
    struct buf batch = { .arena = r->arena };
    buf_add(&batch, S("{\"batch\":["));
    for (int i = 0; i < 21; i++)
        buf_fmt(
            &batch,
            "%s{\"type\":\"track\",\"userId\":\"u%d\",\"event\":\"Ping\",\"messageId\":\"m%d\"}",
            i ? "," : "", i % 3, i % 20);
    buf_add(&batch, S("]}"));
    const char *text = str_z(r->arena, buf_str(&batch));
    CHECK_OK(r, tell(r, NULL, text, &kept));
    CHECK_I64(kept.kept, 20);
    CHECK_I64(kept.repeated, 1);
    store_release(r);
    test_store_reopen();
    struct ctx *c = test_look();
    c->now = 1717200000000 + 47 * HOUR_MS;
    CHECK_OK(c, track_forget(test_store(), c));
    CHECK_OK(c, tell(c, NULL, text, &kept));
    CHECK_I64(kept.kept, 0);
    CHECK_I64(kept.repeated, 21);
    /* A half of it again, with news: only the news. */
    CHECK_OK(
        c, tell(c, NULL,
                "{\"batch\":[{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"Ping\","
                "\"messageId\":\"m1\"},"
                "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"Ping\",\"messageId\":\"new\"}]}",
                &kept));
    CHECK_I64(kept.kept, 1);
    c->now += 2 * HOUR_MS;
    CHECK_OK(c, track_forget(test_store(), c));
    CHECK_OK(c, tell(c, NULL, text, &kept));
    CHECK_I64(kept.kept, 20);
    c = test_look();
    CHECK_I64(lines_of(c, "Ping"), 41);
}

#define PING(ID) "{\"userId\":\"u1\",\"event\":\"Ping\",\"messageId\":\"" ID "\"}"

static u64 key_of(const char *id)
{
    struct behaviour b = { 0 };
    behaviour_key(&b, S("message"), str_of(id));
    return b.key;
}

static enum err mark_and_fail(struct tx *t, void *arg)
{
    bool *old = arg;
    u64 keys[] = { key_of("r1"), key_of("r2") };
    TRY(repeats_mark(t, keys, 2, old));
    return fail(t->c, E_UNPROCESSABLE, "不", "no");
}

TEST(what_was_not_kept_may_be_told_again)
{
    struct ctx *r = reader();
    struct track_kept kept;
    bool old[2] = { true, true };
    CHECK_OK(r, tell(r, "track", PING("r0"), NULL));
    CHECK_ERR(r, store_write(test_store(), r, mark_and_fail, old), E_UNPROCESSABLE);
    CHECK(!old[0] && !old[1]);
    CHECK_OK(r, tell(r, "track", PING("r1"), &kept));
    CHECK_I64(kept.kept, 1);
    CHECK_OK(r, tell(r, "track", PING("r1"), &kept));
    CHECK_I64(kept.repeated, 1);
    CHECK_OK(r, tell(r, "track", PING("r0"), &kept));
    CHECK_I64(kept.repeated, 1);
}

CHANGE(log_by_others, "INSERT INTO track_log (batch, at, keys) VALUES ($1, $2, $3)");

static enum err tell_as_another(struct tx *t, void *arg)
{
    i64 batch;
    u64 key = key_of(arg);
    TRY(tx_take(t, S("track_log"), 1, &batch));
    return tx_change(t, &log_by_others, ARGS(batch, t->c->now, ((bytes){ &key, sizeof key })));
}

TEST(what_another_process_was_told_counts)
{
    struct ctx *r = reader();
    struct track_kept kept;
    static char first[] = "p1", second[] = "p3";
    CHECK_OK(r, tell(r, "track", PING("p0"), NULL));
    CHECK_OK(r, store_write(test_store(), r, tell_as_another, first));
    CHECK_OK(r, tell(r, "track", PING("p1"), &kept));
    CHECK_I64(kept.repeated, 1);
    CHECK_OK(r, tell(r, "track", PING("p2"), NULL));
    CHECK_OK(r, store_write(test_store(), r, tell_as_another, second));
    CHECK_OK(r, tell(r, NULL,
                     "{\"batch\":[{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"Ping\","
                     "\"messageId\":\"p3\"},{\"type\":\"track\",\"userId\":\"u1\",\"event\":"
                     "\"Ping\",\"messageId\":\"p0\"},{\"type\":\"track\",\"userId\":\"u1\","
                     "\"event\":\"Ping\",\"messageId\":\"p4\"}]}",
                     &kept));
    CHECK_I64(kept.repeated, 2);
    CHECK_I64(kept.kept, 1);
}

/* Eight at a time tell the same messages in their own order: each is kept once. */
enum { TELLERS = 8, MESSAGES = 300 };
static _Atomic i64 kept_by_all;

static void *teller(void *arg)
{
    struct ctx *c = test_ctx_new();
    struct dice dice = { (u64)(uintptr_t)arg };
    c->now = 1717200000000;
    for (int i = 0; i < 40; i++) {
        struct behaviours told;
        struct track_kept kept;
        struct buf b = { .arena = c->arena };
        str key;
        buf_add(&b, S("{\"batch\":["));
        for (int k = 0; k < 20; k++)
            buf_fmt(&b,
                    "%s{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"Ping\",\"messageId\":"
                    "\"t%lld\"}",
                    k ? "," : "", (long long)dice_below(&dice, MESSAGES));
        buf_add(&b, S("]}"));
        if (segment_read(c, NULL, buf_str(&b), &told, &key) != OK ||
            track_keep(test_store(), c, &told, &kept) != OK)
            abort();
        atomic_fetch_add(&kept_by_all, kept.kept);
    }
    test_ctx_free(c);
    return NULL;
}

TEST(a_message_counts_once_whoever_tells_it)
{
    pthread_t threads[TELLERS];
    reader();
    test_store();
    store_release(test_ctx());
    atomic_store(&kept_by_all, 0);
    for (int i = 0; i < TELLERS; i++)
        pthread_create(&threads[i], NULL, teller, (void *)(uintptr_t)(i + 1));
    for (int i = 0; i < TELLERS; i++) pthread_join(threads[i], NULL);
    CHECK_I64(kept_by_all, MESSAGES); /* 6,400 draws: none is missed */
    CHECK_I64(lines_of(test_look(), "Ping"), MESSAGES);
}

TEST(no_personal_data_in_lines)
{
    struct ctx *r = reader();
    CHECK_OK(r,
             tell(r, "track",
                  "{\"userId\":\"u1\",\"event\":\"Custom\",\"properties\":{"
                  "\"email\":\"a\",\"userPhone\":\"1\",\"Mobile "
                  "Number\":\"1\",\"name\":\"b\",\"customer_name\":\"c\","
                  "\"收货地址\":\"d\",\"shipping_address\":\"e\",\"note\":\"f\",\"session\":\"g\","
                  "\"ip\":\"1.2.3.4\","
                  "\"first_name\":\"h\",\"hint\":\"call 13800138000 now\",\"free\":\"mail x@y.cn\","
                  "\"card\":\"6222\",\"long\":\"11010519491231002X\",\"number\":13800138000,"
                  "\"share_message\":\"i\",\"recipient\":\"j\",\"object\":{\"x\":1},\"list\":[1],"
                  "\"$ip\":\"1\",\"colour\":\"红\",\"size\":42,\"ok\":true,\"order_id\":"
                  "\"123456789012345678\"}}",
                  NULL));
    struct ctx *c = test_look();
    CHECK_STR(line_of(c, "Custom")->props,
              "{\"colour\":\"红\",\"size\":42,\"ok\":true,\"order_id\":\"123456789012345678\"}");
}

TEST(known_properties_are_kept_in_one_spelling)
{
    struct ctx *r = reader();
    CHECK_OK(r,
             tell(r, "track",
                  "{\"userId\":\"u1\",\"event\":\"Viewed Product\",\"properties\":{\"productId\":7,"
                  "\"name\":\"面膜 A\",\"price\":\"¥1,299.50\",\"quantity\":2,"
                  "\"url\":\"https://x.cn/p?phone=13800138000#a\",\"Product Id\":8,"
                  "\"products\":[{\"sku\":\"s\",\"name\":\"n\",\"buyer\":\"b\",\"price\":0.1}]}}",
                  NULL));
    struct ctx *c = test_look();
    CHECK_STR(line_of(c, "Product Viewed")->props,
              "{\"product_id\":7,\"name\":\"面膜 "
              "A\",\"price\":1299.50,\"quantity\":2,\"path\":\"https://x.cn/p\","
              "\"products\":[{\"sku\":\"s\",\"name\":\"n\",\"price\":0.10}]}");
    CHECK_I64(line_of(c, "Product Viewed")->value.value, 2599 * MONEY_UNIT);
    CHECK_STR(line_of(c, "Product Viewed")->subject, "product:7");
}

TEST(names_of_our_own_kinds_are_not_taken)
{
    static const char *const rows[][2] = {
        { "order.paid", "event:order.paid" },
        { "member.identity_added", "event:member.identity_added" },
        { "Order.Paid", "Order.Paid" },
        { "v1.2", "v1.2" },
        { "product viewed", "Product Viewed" },
        { "product_viewed", "Product Viewed" },
        { "ViewProduct", "Product Viewed" },
        { "Viewed Product Category", "Product List Viewed" },
        { "Completed Order", "Order Completed" },
        { "$MPViewScreen", "Page Viewed" },
        { " 领取优惠券 ", "领取优惠券" },
    };
    struct ctx *c = test_ctx();
    for (i64 i = 0; i < COUNT(rows); i++)
        CHECK_STR(event_name(c->arena, str_of(rows[i][0])), rows[i][1]);
}

TEST(what_an_event_is_worth)
{
    static const struct {
        const char *text;
        i64 worth; /* -1: nothing */
    } rows[] = {
        { "\"Order Completed\",\"properties\":{\"revenue\":186.1,\"total\":200}", 1861000 },
        { "\"Order Completed\",\"properties\":{\"total\":\"200.00\"}", 2000000 },
        { "\"Product Added\",\"properties\":{\"price\":19.99,\"quantity\":3}", 599700 },
        { "\"Product Added\",\"properties\":{\"value\":19.99,\"quantity\":3}", 199900 },
        { "\"Product Added\",\"properties\":{\"price\":\"many\"}", -1 },
        { "\"Custom\",\"properties\":{\"price\":5}", -1 },
        { "\"Custom\",\"properties\":{\"revenue\":-5}", -50000 },
        { "\"Custom\",\"properties\":{\"revenue\":1e300}", -1 },
        { "\"Product Added\",\"properties\":{\"price\":900000000000,\"quantity\":900000000000}",
          -1 },
    };
    struct ctx *r = reader();
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct behaviours told;
        str key, text = str_fmt(r->arena, "{\"userId\":\"u\",\"event\":%s}", rows[i].text);
        CHECK_OK(r, segment_read(r, "track", text, &told, &key));
        CHECK_I64(told.at[0].value.has ? told.at[0].value.value : -1, rows[i].worth);
    }
}

TEST(a_clock_that_is_wrong_is_marked)
{
    static const struct {
        const char *times;
        instant at;
        const char *props;
    } rows[] = {
        { "\"timestamp\":\"2024-05-31T23:00:00Z\"", 1717196400000, "" },
        { "\"originalTimestamp\":\"2024-05-31T23:00:00.000Z\",\"sentAt\":\"2024-05-31T23:00:10Z\"",
          1717200000000 - 10000, "" },
        { "\"timestamp\":\"2031-01-01T00:00:00Z\",\"sentAt\":\"2031-01-01T00:01:00Z\"",
          1717200000000 - 60000, "" },
        { "\"sentAt\":\"2020-01-01T00:00:00Z\"", 1717200000000, "" },
        { "\"timestamp\":\"2031-01-01T00:00:00Z\"", 1924992000000, "{\"clock\":\"ahead\"}" },
        { "\"timestamp\":\"1970-01-01T00:00:05Z\"", 5000, "{\"clock\":\"behind\"}" },
        { "\"timestamp\":1717196400000", 1717196400000, "" },
        { "\"timestamp\":\"yesterday\"", 1717200000000, "" },
        { "\"timestamp\":9000000000000000", 1717200000000, "" },
        { "\"timestamp\":\"9999-12-31T23:59:59Z\",\"sentAt\":\"0001-01-01T00:00:00Z\"",
          INSTANT_LAST, "{\"clock\":\"ahead\"}" },
    };
    struct ctx *r = reader();
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct behaviours told;
        str key, text = str_fmt(r->arena, "{\"userId\":\"u\",\"event\":\"x\",%s}", rows[i].times);
        CHECK_OK(r, segment_read(r, "track", text, &told, &key));
        CHECK_I64(told.at[0].at, rows[i].at);
        CHECK_STR(str_or(told.at[0].props, S("")), rows[i].props);
        CHECK(told.at[0].seen_at <= r->now && told.at[0].seen_at > 946684800000);
    }
}

TEST(bad_input_is_refused_with_its_place)
{
    static const struct {
        const char *type, *text, *field;
    } rows[] = {
        { "track", "", "" },
        { "track", "nonsense", "" },
        { "track", "[]", "" },
        { "track", "null", "" },
        { "track", "{\"event\":\"x\"}", "/userId" },
        { "track", "{\"event\":\"x\",\"userId\":\"\"}", "/userId" },
        { "track", "{\"event\":\"x\",\"userId\":true}", "/userId" },
        { "track", "{\"event\":\"x\",\"userId\":{\"a\":1}}", "/userId" },
        { "track", "{\"event\":\"x\",\"userId\":\"null\"}", "/userId" },
        { "track", "{\"userId\":\"u\"}", "/event" },
        { "track", "{\"userId\":\"u\",\"event\":5}", "/event" },
        { "group", "{\"userId\":\"u\"}", "/groupId" },
        { "alias", "{\"userId\":\"u\"}", "/previousId" },
        { NULL, "{\"batch\":{}}", "/batch" },
        { NULL, "{\"batch\":[]}", "/batch" },
        { NULL, "{}", "/batch" },
        { NULL, "{\"batch\":[1,\"x\",null,[]]}", "/type" },
        { "track", "{\"event\":\"\xff\",\"userId\":\"u\"}", "" },
    };
    struct ctx *c = test_ctx();
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct behaviours told;
        str key;
        CHECK_ERR(c, segment_read(c, rows[i].type, str_of(rows[i].text), &told, &key), E_INVALID);
        CHECK_STR(str_of(c->why.field), rows[i].field);
    }
    char *deep = arena_alloc(c->arena, 1, 9000);
    memset(deep, '[', 8000);
    struct behaviours told;
    str key;
    CHECK_ERR(c, segment_read(c, "track", str_of(deep), &told, &key), E_INVALID);
    /* Small in text, large in memory. */
    struct buf wide = { .arena = c->arena };
    buf_add(&wide, S("{\"batch\":[{\"userId\":\"u\",\"x\":[0"));
    for (int i = 0; i < 220000; i++) buf_add(&wide, S(",1"));
    buf_add(&wide, S("]}]}"));
    CHECK_ERR(c, segment_read(c, NULL, buf_str(&wide), &told, &key), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("values")) > 0);
}

TEST(usable_messages_of_a_batch_are_kept)
{
    struct ctx *r = reader();
    struct behaviours told;
    str key;
    CHECK_OK(r, segment_read(
                    r, NULL,
                    S("{\"writeKey\":\"k\",\"context\":{\"app\":{\"name\":\"小店\"}},\"batch\":["
                      "{\"type\":\"track\",\"event\":\"x\"},"
                      "{\"type\":\"track\",\"userId\":12345678901234567890123,\"event\":\"x\"}]}"),
                    &told, &key));
    CHECK_I64(told.n, 1);
    CHECK_I64(told.refused, 1);
    CHECK_STR(key, "k");
    CHECK_STR(told.at[0].touchpoint, "小店");
}

TEST(identify_joins_device_and_person)
{
    struct ctx *r = reader();
    CHECK_OK(r, tell(r, "track", "{\"anonymousId\":\"d1\",\"event\":\"Seen\"}", NULL));
    CHECK_OK(r,
             tell(r, "identify",
                  "{\"anonymousId\":\"d1\",\"userId\":\"u1\",\"traits\":{\"lastName\":\"韩\","
                  "\"firstName\":\"梅梅\","
                  "\"phone\":\"138 0013 "
                  "8000\",\"email\":\"nonsense\",\"gender\":\"Female\",\"birthday\":\"1990-05-01\","
                  "\"hobbies\":[\"旅行\",\"美食\"],\"age\":\"old\",\"unheard\":\"of\"}}",
                  NULL));
    struct ctx *c = test_look();
    i64 member = member_of(c, ID_USER_ID, "u1");
    CHECK_I64(member_of(c, ID_ANONYMOUS_ID, "d1"), member);
    CHECK_I64(member_of(c, ID_PHONE, "13800138000"), member);
    struct member_brief brief;
    struct value_view_list values;
    CHECK_OK(c, member_show(c, member, true, &brief));
    CHECK_STR(brief.name, "韩梅梅");
    CHECK_OK(c, member_values(c, member, true, &values));
    CHECK_I64(values.n, 3);
    for (i64 i = 0; i < values.n; i++) {
        const struct value_view *v = &values.at[i];
        if (str_eq(v->field, S("gender"))) CHECK_STR(v->value, "女");
        if (str_eq(v->field, S("hobbies"))) CHECK_STR(v->value, "美食,旅行");
        if (str_eq(v->field, S("birthday"))) CHECK_STR(v->value, "1990-05-01");
        CHECK_STR(v->source, "track");
    }
}

TEST(a_login_said_to_be_somebody_is_his)
{
    struct ctx *r = reader();
    /* Known by phone on a device; the shop says that the login is the same person. */
    CHECK_OK(r, tell(r, "identify",
                     "{\"anonymousId\":\"d1\",\"traits\":{\"phone\":\"13800138000\"}}", NULL));
    CHECK_OK(r, tell(r, "alias", "{\"userId\":\"u1\",\"previousId\":\"d1\"}", NULL));
    CHECK_OK(r, tell(r, "track", "{\"userId\":\"u1\",\"event\":\"Seen\"}", NULL));
    struct ctx *c = test_look();
    i64 member = member_of(c, ID_PHONE, "13800138000");
    CHECK_I64(member_of(c, ID_USER_ID, "u1"), member);
    CHECK_I64(line_of(c, "Seen")->member, member);
    /* But somebody with a login of his own does not become another by it. */
    CHECK_OK(r, tell(r, "alias", "{\"userId\":\"u2\",\"previousId\":\"d1\"}", NULL));
    c = test_look();
    CHECK(member_of(c, ID_USER_ID, "u2") != member);
    CHECK_I64(member_of(c, ID_USER_ID, "u1"), member);
    /* A former id of a user leads to him, and his new one too. */
    CHECK_OK(r, tell(r, "alias", "{\"userId\":\"u9\",\"previousId\":\"u1\"}", NULL));
    c = test_look();
    CHECK_I64(member_of(c, ID_USER_ID, "u9"), member);
}

TEST(one_batch_has_many_people)
{
    struct ctx *r = reader();
    struct buf batch = { .arena = r->arena };
    buf_add(&batch, S("{\"batch\":["));
    for (int i = 0; i < 500; i++)
        buf_fmt(&batch, "%s{\"type\":\"track\",\"userId\":\"p%d\",\"event\":\"E%d\"}", i ? "," : "",
                i % 37, i % 37);
    buf_add(&batch, S("]}"));
    struct track_kept kept;
    CHECK_OK(r, tell(r, NULL, str_z(r->arena, buf_str(&batch)), &kept));
    CHECK_I64(kept.kept, 500);
    struct ctx *c = test_look();
    struct timeline_line_list all;
    CHECK_OK(c, timeline_after(c, 0, 2000, &all));
    i64 events = 0;
    for (i64 i = 0; i < all.n; i++) {
        if (all.at[i].kind.at[0] != 'E') continue;
        char person[16];
        snprintf(person, sizeof person, "p%.*s", (int)all.at[i].kind.n - 1, all.at[i].kind.at + 1);
        CHECK_I64(all.at[i].member, member_of(c, ID_USER_ID, person));
        events++;
    }
    CHECK_I64(events, 500);
}

static enum err erase(struct tx *t, void *arg) { return member_erase(t, *(i64 *)arg); }

TEST(an_erased_person_gets_no_profile)
{
    struct ctx *r = reader();
    CHECK_OK(r, tell(r, "identify", "{\"userId\":\"gone\",\"traits\":{\"city\":\"上海\"}}", NULL));
    struct ctx *c = test_look();
    i64 member = member_of(c, ID_USER_ID, "gone");
    CHECK(member > 0);
    CHECK_OK(r, store_write(test_store(), r, erase, &member));
    CHECK_OK(r, tell(r, "identify",
                     "{\"userId\":\"gone\",\"traits\":{\"city\":\"北京\",\"name\":\"x\"}}", NULL));
    c = test_look();
    struct value_view_list values;
    CHECK_OK(c, member_values(c, member, true, &values));
    CHECK_I64(values.n, 0);
    CHECK_I64(member_of(c, ID_USER_ID, "gone"), 0);
}
