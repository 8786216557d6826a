/* metric_kept_test.c -- what metrics keep in memory: packed numbers, who is of high value; and how
 * many values they tell apart. */
#include "insight/metric.h"
#include "insight/metric/packed.h"
#include "insight_shop.h"
#include "member/profile.h"
#include "serving.h"
#include "store/setting.h"

#define YUAN MONEY_UNIT

static struct metric_answer ask_for(struct ctx *c, struct metric_ask ask)
{
    struct metric_answer a;
    CHECK_OK(c, metric_make(c, &ask, &a));
    return a;
}

/* Any i64, however far apart. */
TEST(packed_numbers_come_back)
{
    static const i64 spans[] = { 1,        2,     255,   256,          257,
                                 65535,    65536, 65537, (i64)1 << 32, ((i64)1 << 32) + 1,
                                 INT64_MAX };
    struct dice d = { 77 };
    i64 values[300], room[300];
    for (i64 round = 0; round < 400; round++) {
        i64 n = dice_below(&d, 100), span = spans[round % COUNT(spans)];
        i64 base = round % 3 ? dice_below(&d, INT64_MAX) / 2 - INT64_MAX / 4 : INT64_MIN;
        struct packed p;
        if (span == INT64_MAX) base = 0;
        for (i64 i = 0; i < n * 3; i++) values[i] = base + dice_below(&d, span);
        if (n > 1 && round % 7 == 0) values[0] = INT64_MAX, values[3] = INT64_MIN;
        struct unpacked from = { values, 3, n };
        i64 taken = packed_plan(from, &p);
        CHECK(taken >= n * p.bytes && taken < n * p.bytes + 8);
        packed_fill(from, room, &p);
        for (i64 i = 0; i < n; i++) CHECK_I64(packed_get(&p, i), values[i * 3]);
    }
}

TEST(high_value_and_points)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 2, on("2024-05-01", 0), S("a"));
    struct sale sales[7] = { { ids[1], on("2024-05-20", HOUR_MS), 1000 * YUAN } };
    for (i64 i = 0; i < 6; i++)
        sales[i + 1] = (struct sale){ ids[0], on("2024-05-21", i * HOUR_MS), 500 * YUAN };
    shop_sales(c, sales, 7);
    struct serving serving = serve(c);
    struct metric_ask ask = { .name = S("high_value_share"),
                              .from = S("2024-05-20"),
                              .to = S("2024-05-21") };
    struct metric_answer a = ask_for(c, ask);
    CHECK_STR(a.value, "0.75");
    CHECK_STR(a.series.at[0].value, "0");
    CHECK_STR(a.series.at[1].value, "1");
    ask.name = S("points_liability");
    CHECK_STR(ask_for(c, ask).value, "0.00");
    ask.from = S("2024-01-01");
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
    serve_no_more(c, &serving);
}

static enum err raise_high(struct tx *t, void *arg)
{
    return setting_set(t, S("rfm.monetary"), S("9000,9001,9002,9003"));
}

/* A server does not look for them with each question; other rules are other people at once. */
TEST(who_is_of_high_value_is_kept_a_while)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 2, on("2024-05-01", 0), S("a"));
    struct sale sales[7] = { { ids[1], on("2024-05-20", HOUR_MS), 1000 * YUAN } };
    for (i64 i = 0; i < 6; i++)
        sales[i + 1] = (struct sale){ ids[0], on("2024-05-21", i * HOUR_MS), 500 * YUAN };
    shop_sales(c, sales, 7);
    struct metric_book *book = metric_book_new();
    struct serving serving = serve(c);
    metric_serve(book);
    struct metric_ask ask = { .name = S("high_value_share"),
                              .from = S("2024-05-20"),
                              .to = S("2024-05-21") };
    for (i64 i = 0; i < 3; i++) CHECK_STR(ask_for(c, ask).value, "0.75");
    CHECK_OK(c, store_write(c->store, c, raise_high, NULL));
    for (i64 i = 0; i < 3; i++) CHECK_STR(ask_for(c, ask).value, "0");
    metric_serve(NULL);
    serve_no_more(c, &serving);
    metric_book_free(book);
}

/* -- many values ------------------------------------------------------------------------------- */

enum { TOWNS = 40 };

static enum err write_towns(struct tx *t, void *arg)
{
    const i64 *ids = arg;
    for (i64 i = 0; i < TOWNS; i++)
        TRY(profile_put(t, ids[i], S("city"), str_fmt(t->c->arena, "镇%02lld", (long long)i),
                        S("hand"), t->c->now));
    return OK;
}

/* Of a dimension of orders and of a field of members; what is left is the rest. */
TEST(as_many_values_as_are_asked_for)
{
    struct ctx *c = test_reader();
    static const char *const ways[] = { "city", "shop" };
    i64 *ids = shop_members(c, TOWNS, on("2024-05-01", 0), S("a"));
    struct sale sales[TOWNS];
    money all = 0;
    for (i64 i = 0; i < TOWNS; i++) {
        sales[i] = (struct sale){ ids[i], on("2024-05-20", i * HOUR_MS / 4), (900 - i) * YUAN,
                                  .shop = str_fmt(c->arena, "店%02lld", (long long)i) };
        all += (900 - i) * YUAN;
    }
    shop_sales(c, sales, TOWNS);
    CHECK_OK(c, store_write(c->store, c, write_towns, ids));
    struct serving serving = serve(c);
    for (i64 i = 0; i < COUNT(ways); i++) {
        struct metric_ask ask = {
            .name = S("gmv"), .from = S("2024-05-20"), .to = S("2024-05-21"), .by = str_of(ways[i])
        };
        CHECK_I64(ask_for(c, ask).groups.n, METRIC_GROUPS + 1);
        ask.groups = SOME(30);
        struct metric_answer a = ask_for(c, ask);
        money sum = 0, part;
        CHECK_I64(a.groups.n, 31);
        CHECK(a.groups.at[30].rest);
        for (i64 g = 0; g < a.groups.n; g++) {
            CHECK(money_parse(a.groups.at[g].value, &part));
            sum += part;
        }
        CHECK_I64(sum, all);
        ask.groups = SOME(METRIC_GROUPS_MAX);
        CHECK_I64(ask_for(c, ask).groups.n, TOWNS);
        ask.groups = SOME(METRIC_GROUPS_MAX + 1);
        CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
        CHECK_STR(str_of(c->why.field), "/groups");
    }
    serve_no_more(c, &serving);
}
