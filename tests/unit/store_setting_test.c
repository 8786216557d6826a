/* store_setting_test.c -- settings and the outbox. */
#include "base/room.h"
#include "store/outbox.h"
#include "store/setting.h"
#include "test.h"

static const struct setting rows[] = {
    { "t.days", SETTING_I64S, "30,90", .min = 1, .max = 400, .zh = "天", .en = "Days" },
    { "t.money", SETTING_MONEY, "9.90", .min = 0, .max = 100 * MONEY_UNIT, .zh = "钱",
      .en = "Money" },
    { "t.flag", SETTING_FLAG, "false", .zh = "是否", .en = "Flag" },
    { "t.choice", SETTING_CHOICE, "mean", .choices = "fixed quantile mean", .zh = "方式",
      .en = "How" },
    { 0 },
};
static const struct room settings_room = { .name = "settings_test", .settings = rows };
static const struct room *const some_rooms[] = { &settings_room, NULL };

struct set {
    str name, value;
};
static enum err set(struct tx *t, void *arg)
{
    const struct set *s = arg;
    return setting_set(t, s->name, s->value);
}

static struct store *store;

static struct ctx *open_settings(void)
{
    struct ctx *c = test_ctx();
    settings_register(some_rooms);
    CHECK_OK(c, store_open(c, test_store_options(), some_rooms, &store));
    CHECK_OK(c, store_reader(store, c));
    return c;
}

static void close_settings(struct ctx *c)
{
    store_release(c);
    store_close(store);
}

TEST(a_setting_never_set_reads_its_default)
{
    struct ctx *c = open_settings();
    ints days;
    i64 amount;
    bool on;
    str text;
    CHECK_OK(c, setting_list(c, "t.days", &days));
    CHECK(days.n == 2 && days.at[0] == 30 && days.at[1] == 90);
    CHECK_OK(c, setting_i64(c, "t.money", &amount));
    CHECK_I64(amount, 99000);
    CHECK_OK(c, setting_flag(c, "t.flag", &on));
    CHECK(!on);
    CHECK_OK(c, setting_text(c, "timezone", &text));
    CHECK_STR(text, "Asia/Shanghai");
    CHECK_OK(c, setting_text(c, "t.choice", &text));
    CHECK_STR(text, "mean");
    struct setting_view_list views;
    CHECK_OK(c, setting_views(c, &views));
    CHECK_I64(views.n, 7);
    close_settings(c);
}

TEST(a_value_that_does_not_fit_changes_nothing)
{
    struct ctx *c = open_settings();
    static const struct set bad[] = {
        { S("t.days"), S("0,5") },     { S("t.days"), S("401") },         { S("t.days"), S("") },
        { S("t.days"), S("5,x") },     { S("t.money"), S("100.01") },     { S("t.flag"), S("yes") },
        { S("t.choice"), S("Fixed") }, { S("timezone"), S("Mars/Base") }, { S("currency"), S("") },
    };
    for (i64 i = 0; i < COUNT(bad); i++)
        CHECK_ERR(c, store_write(store, c, set, (void *)(uintptr_t)&bad[i]), E_INVALID);
    struct set unknown = { S("t.nothing"), S("1") };
    CHECK_ERR(c, store_write(store, c, set, &unknown), E_NOT_FOUND);
    ints days;
    CHECK_OK(c, setting_list(c, "t.days", &days));
    CHECK_I64(days.n, 2);
    struct set good = { S("t.days"), S("7, 14,400") };
    CHECK_OK(c, store_write(store, c, set, &good));
    CHECK_OK(c, setting_list(c, "t.days", &days));
    CHECK(days.n == 3 && days.at[2] == 400);
    close_settings(c);
}

struct effect {
    i64 id, max;
    bool broken;
    struct outbox_item_list items;
};
static enum err put(struct tx *t, void *arg)
{
    struct effect *e = arg;
    TRY(outbox_put(t, S("mail"), S("{\"to\":1}"), t->c->now, &e->id));
    return e->broken ? fail(t->c, E_UNPROCESSABLE, "不", "no") : OK;
}
static enum err take(struct tx *t, void *arg)
{
    struct effect *e = arg;
    return outbox_take(t, S("mail"), e->max, 10 * SECOND_MS, &e->items);
}
static enum err done(struct tx *t, void *arg) { return outbox_done(t, ((struct effect *)arg)->id); }
static enum err failed(struct tx *t, void *arg)
{
    return outbox_failed(t, ((struct effect *)arg)->id, S("503"));
}

TEST(an_effect_exists_exactly_when_its_transaction_committed)
{
    struct ctx *c = open_settings();
    struct effect e = { .max = 10, .broken = true };
    CHECK_ERR(c, store_write(store, c, put, &e), E_UNPROCESSABLE);
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 0);
    e.broken = false;
    CHECK_OK(c, store_write(store, c, put, &e));
    CHECK_OK(c, store_write(store, c, put, &e));
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 2);
    CHECK_I64(e.items.at[0].id, 1);
    CHECK_I64(e.items.at[0].attempts, 1);
    CHECK_STR(e.items.at[0].payload, "{\"to\":1}");
    close_settings(c);
}

TEST(at_least_once_per_lease)
{
    struct ctx *c = open_settings();
    struct effect e = { .max = 10 };
    CHECK_OK(c, store_write(store, c, put, &e));
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 1);
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 0); /* leased */
    c->now += 10 * SECOND_MS;
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 1);
    CHECK_I64(e.items.at[0].attempts, 2);
    CHECK_OK(c, store_write(store, c, done, &e));
    c->now += DAY_MS;
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 0);
    close_settings(c);
}

TEST(failures_wait_longer_and_end)
{
    static const i64 waits[] = { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
    struct ctx *c = open_settings();
    struct effect e = { .max = 10 };
    CHECK_OK(c, store_write(store, c, put, &e));
    for (i64 i = 0; i < COUNT(waits); i++) {
        CHECK_OK(c, store_write(store, c, take, &e));
        CHECK_I64(e.items.n, 1);
        CHECK_OK(c, store_write(store, c, failed, &e));
        c->now += waits[i] * SECOND_MS - 1;
        CHECK_OK(c, store_write(store, c, take, &e));
        CHECK_I64(e.items.n, 0);
        c->now += 1;
    }
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 1);
    CHECK_OK(c, store_write(store, c, failed, &e));
    c->now += 365 * DAY_MS;
    CHECK_OK(c, store_write(store, c, take, &e));
    CHECK_I64(e.items.n, 0);
    close_settings(c);
}
