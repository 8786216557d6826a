/* channel_test.c -- endpoints and the outbox: what is put for whom, and what becomes of it. */
#include "channel/delivery.h"
#include "channel/work.h"
#include "store/setting.h"
#include "test.h"

struct writing {
    const struct endpoint_post *post;
    const struct endpoint_patch *patch;
    const struct delivery *delivery;
    str name, value;
    i64 id;
    str secret;
    bool fails;
};

static enum err write_post(struct tx *t, void *arg)
{
    struct writing *k = arg;
    return endpoint_make(t, k->post, &k->id, &k->secret);
}
static enum err write_patch(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    return endpoint_change(t, k->patch, k->patch->topics.n > 0);
}
static enum err write_delivery(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    TRY(delivery_send(t, k->delivery));
    return k->fails ? fail(t->c, E_CONFLICT, "不", "no") : OK;
}
static enum err write_setting(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    return setting_set(t, k->name, k->value);
}

static void set(const char *name, const char *value)
{
    struct writing k = { .name = str_of(name), .value = str_of(value) };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_setting, &k));
}

static i64 make(const char *name, const char *target, const char *topic)
{
    str topics = str_of(topic);
    struct endpoint_post post = { .kind = ENDPOINT_WEBHOOK,
                                  .name = str_of(name),
                                  .target = str_of(target),
                                  .topics = { &topics, topics.n ? 1 : 0 } };
    struct writing k = { .post = &post };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_post, &k));
    CHECK(str_starts(k.secret, S("whsec_")));
    return k.id;
}

static struct delivery message(const char *key)
{
    return (struct delivery){ .topic = S("channel.test"),
                              .key = str_of(key),
                              .title_zh = S("标题"),
                              .title_en = S("Title"),
                              .text_zh = S("正文"),
                              .text_en = S("Text") };
}

static enum err put(struct delivery d, bool fails)
{
    struct writing k = { .delivery = &d, .fails = fails };
    return store_write(test_store(), test_ctx(), write_delivery, &k);
}

static struct delivery_view_list listed(int state)
{
    struct delivery_view_list out;
    struct delivery_filter f = { .state = state, .limit = 1000 };
    CHECK_OK(test_ctx(), delivery_list(test_look(), &f, &out));
    return out;
}

TEST(only_who_listens)
{
    i64 a = make("a", "https://a.example/x", "channel.test");
    make("b", "https://b.example/x", "channel.held");
    i64 all = make("all", "https://c.example/x", "*");
    i64 none = make("none", "https://d.example/x", "");
    CHECK_OK(test_ctx(), put(message("1"), false));
    struct delivery_view_list list = listed(-1);
    CHECK_I64(list.n, 2);
    CHECK_I64(list.at[0].endpoint, all);
    CHECK_I64(list.at[1].endpoint, a);
    CHECK_STR(list.at[0].message, list.at[1].message.at); /* one message, two on their way */
    struct delivery named = message("2");
    named.endpoint = none;
    CHECK_OK(test_ctx(), put(named, false));
    list = listed(-1);
    CHECK_I64(list.n, 3);
    CHECK_I64(list.at[0].endpoint, none);
    named.endpoint = 999;
    CHECK_ERR(test_ctx(), put(named, false), E_NOT_FOUND);
}

TEST(with_the_transaction)
{
    make("a", "https://a.example/x", "*");
    CHECK_ERR(test_ctx(), put(message("1"), true), E_CONFLICT);
    CHECK_I64(listed(-1).n, 0);
    CHECK_OK(test_ctx(), put(message("1"), false));
    CHECK_I64(listed(DELIVERY_WAITING).n, 1);
}

TEST(once_by_key)
{
    make("a", "https://a.example/x", "*");
    CHECK_OK(test_ctx(), put(message("1"), false));
    struct delivery again = message("1");
    again.title_en = S("Another");
    CHECK_OK(test_ctx(), put(again, false));
    CHECK_I64(listed(-1).n, 1);
    make("b", "https://b.example/x", "*");
    CHECK_OK(test_ctx(), put(again, false));
    struct delivery_view_list list = listed(-1);
    CHECK_I64(list.n, 2);
    CHECK_STR(list.at[0].title, "Title");
}

TEST(a_storm_is_capped)
{
    set("channel.per_hour", "3");
    make("a", "https://a.example/x", "*");
    for (int i = 0; i < 5; i++)
        CHECK_OK(test_ctx(), put(message(str_fmt(test_ctx()->arena, "k%d", i).at), false));
    CHECK_I64(listed(DELIVERY_WAITING).n, 3);
    CHECK_I64(listed(DELIVERY_HELD).n, 2);
    CHECK_OK(test_ctx(), deliveries_sweep(test_store(), test_reader()));
    CHECK_I64(listed(-1).n, 5); /* not told before the hour has room */
    test_ctx()->now += HOUR_MS;
    CHECK_OK(test_ctx(), deliveries_sweep(test_store(), test_reader()));
    CHECK_OK(test_ctx(), deliveries_sweep(test_store(), test_reader()));
    struct delivery_view_list list = listed(-1);
    CHECK_I64(list.n, 6);
    CHECK_STR(list.at[0].topic, "channel.held");
    CHECK_STR(list.at[0].title, "2 messages were held back");
}

/* The vector of the specification. */
TEST(signed_as_the_standard_says)
{
    str secret = S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), out;
    strs secrets = { &secret, 1 };
    CHECK_OK(test_ctx(), webhook_sign(test_ctx(), secrets, S("msg_p5jXN8AQM9LWM0D4loKWxJek"),
                                      1614265330, S("{\"test\": 2432232314}"), &out));
    CHECK_STR(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    secret = S("whsec_short");
    CHECK_ERR(test_ctx(), webhook_sign(test_ctx(), secrets, S("m"), 1, S(""), &out), E_INVALID);
}

TEST(an_endpoint_is_checked)
{
    const char *const bad[] = { "http://a.example/",     "https://user@a.example/",
                                "ftp://a.example/",      "https://127.0.0.1/",
                                "https://a.example:22/", "https://localhost/x",
                                "https://a.example/a b", "nothing",
                                "https://[::1]/",        "https://例子.example/" };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct endpoint_post post = { .name = S("n"), .target = str_of(bad[i]) };
        struct writing k = { .post = &post };
        CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_post, &k), E_INVALID);
        CHECK_STR(str_of(test_ctx()->why.field), "target");
    }
    const char *const mails[] = { "a",
                                  "a@b",
                                  "a@b.example\r\nBcc: c@d.example",
                                  "a@b.example,,@x.example",
                                  "<a@b.example>",
                                  "a b@c.example" };
    for (i64 i = 0; i < COUNT(mails); i++) {
        struct endpoint_post post = { .kind = ENDPOINT_MAIL,
                                      .name = S("n"),
                                      .target = str_of(mails[i]) };
        struct writing k = { .post = &post };
        CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_post, &k), E_INVALID);
    }
}

TEST(off_gets_nothing)
{
    i64 id = make("a", "https://a.example/x", "*");
    CHECK_OK(test_ctx(), put(message("1"), false));
    struct endpoint_patch off = { .id = id, .enabled = { true, false } };
    struct writing k = { .patch = &off };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_patch, &k));
    CHECK_I64(listed(DELIVERY_GIVEN_UP).n, 1);
    CHECK_STR(listed(DELIVERY_GIVEN_UP).at[0].why, "the endpoint is off");
    CHECK_OK(test_ctx(), put(message("2"), false));
    CHECK_I64(listed(-1).n, 1);
    struct endpoint_view view;
    CHECK_OK(test_ctx(), endpoint_get(test_look(), id, &view));
    CHECK_I64(view.state, ENDPOINT_OFF);
}

/* Read by its room, shown to nobody; and no other setting is hidden. */
TEST(a_secret_is_not_shown)
{
    struct setting_view_list views;
    str value;
    set("channel.smtp_password", "pa55");
    CHECK_OK(test_ctx(), setting_text(test_reader(), "channel.smtp_password", &value));
    CHECK_STR(value, "pa55");
    CHECK(setting_is_secret(S("channel.smtp_password")) && !setting_is_secret(S("timezone")));
    CHECK_OK(test_ctx(), setting_views(test_reader(), &views));
    i64 secrets = 0;
    for (i64 i = 0; i < views.n; i++) {
        CHECK(str_find(views.at[i].value, S("pa55")) < 0);
        if (!str_eq(views.at[i].kind, S("secret"))) continue;
        CHECK_STR(views.at[i].name, "channel.smtp_password");
        CHECK_STR(views.at[i].value, "********");
        secrets++;
    }
    CHECK_I64(secrets, 1);
}
