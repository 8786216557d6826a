/* segment_taste_test.c -- what buyers like, the scenes they are in, the tags they once carried:
 * fields that follow settings, clocks and time. */
#include "segment_random.h"
#include "segment_shop.h"

#include "audience/language/sql.h"
#include "insight/classes.h"
#include "insight/people.h"
#include "store/setting.h"
#include "support/segment_naive.h"

static ints by_sql(struct ctx *c, str text, instant at)
{
    const struct segment_node *tree;
    ints out;
    CHECK_OK(c, segment_parse(c, text, &tree));
    CHECK_OK(c, segment_members_sql(c, tree, at, &out));
    return out;
}

/* The members, the same by definition. */
static ints asked(struct ctx *c, const struct segment_facts *facts, str text, instant at)
{
    const struct segment_node *tree;
    ints sql = by_sql(c, text, at), naive;
    CHECK_OK(c, segment_parse(c, text, &tree));
    CHECK_OK(c, segment_members_naive(c, facts, tree, at, &naive));
    CHECK_I64(sql.n, naive.n);
    for (i64 i = 0; i < sql.n; i++) CHECK_I64(sql.at[i], naive.at[i]);
    return sql;
}

struct pairs {
    const char *const (*at)[2];
    i64 n;
};
static enum err set_all(struct tx *t, void *arg)
{
    const struct pairs *p = arg;
    for (i64 i = 0; i < p->n; i++) TRY(setting_set(t, str_of(p->at[i][0]), str_of(p->at[i][1])));
    return OK;
}
static void set(struct ctx *c, const char *const (*at)[2], i64 n)
{
    struct pairs p = { at, n };
    CHECK_OK(c, store_write(c->store, c, set_all, &p));
}

TEST(hours_and_weekdays_are_of_the_programmes_clock)
{
    static const char *const zones[] = { "Asia/Shanghai", "America/New_York", "Europe/Berlin",
                                         "Asia/Kathmandu", "Pacific/Apia" };
    struct dice d = { 12 };
    segment_shop_make(&d, 120);
    struct ctx *c = test_reader();
    for (i64 z = 0; z < COUNT(zones); z++) {
        struct segment_facts *facts;
        i64 hours = 0, days = 0;
        c->zone = zone_open(zones[z]);
        CHECK_OK(c, segment_facts_read(c, &facts));
        for (i64 hour = 0; hour < 24; hour++)
            hours +=
                asked(c, facts, str_fmt(c->arena, "order_hour = %lld", (long long)hour), c->now).n;
        for (i64 i = 0; i < 7; i++) {
            static const char *const names[] = { "monday", "tuesday",  "WEDNESDAY", "周四",
                                                 "friday", "Saturday", "周日" };
            days +=
                asked(c, facts, str_fmt(c->arena, "order_weekday = \"%s\"", names[i]), c->now).n;
        }
        i64 buyers = asked(c, facts, S("orders >= 1"), c->now).n;
        CHECK(buyers > 40);
        CHECK_I64(hours, buyers);
        CHECK_I64(days, buyers);
    }
}

TEST(bands_follow_the_settings)
{
    static const char *const mild[][2] = { { "preference.price_cuts", "80,160" } };
    static const char *const strict[][2] = { { "preference.price_cuts", "50,120" },
                                             { "preference.discount_percent", "30" },
                                             { "preference.promotion_share", "100" },
                                             { "preference.full_price_share", "0" } };
    static const char *const texts[] = {
        "price_band = \"low\"",          "price_band = \"中价\"",     "price_band = \"high\"",
        "buys_on = \"promotion\"",       "buys_on = \"full_price\"",  "buys_on = \"混合型\"",
        "favourite_category = \"面膜\"", "main_touchpoint = \"抖音\""
    };
    i64 before[COUNT(texts)], moved = 0;
    struct dice d = { 21 };
    struct segment_facts *facts;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    set(c, mild, COUNT(mild));
    for (int turn = 0; turn < 2; turn++) {
        CHECK_OK(c, segment_facts_read(c, &facts));
        for (i64 i = 0; i < COUNT(texts); i++) {
            i64 n = asked(c, facts, str_of(texts[i]), c->now).n;
            CHECK(n > 0 || turn);
            moved += turn && n != before[i];
            before[i] = n;
            asked(c, facts, str_of(texts[i]), c->now - 40 * DAY_MS);
        }
        set(c, strict, COUNT(strict));
    }
    CHECK(moved >= 4);
}

TEST(choices_are_named_in_either_language)
{
    struct ctx *c = test_reader();
    const struct segment_node *tree;
    CHECK_OK(
        c, segment_parse(c, S("scene in (\"新客\", \"dormant\") or 场景标签 = \"Active\""), &tree));
    CHECK_ERR(c, segment_parse(c, S("scene = \"asleep\""), &tree), E_INVALID);
    CHECK_STR(str_of(c->why.field), "1:9");
    CHECK(str_find(str_of(c->why.detail), S("\"new\", \"active\", \"dormant\"")) > 0);
    static const char *const bad[][2] = { { "preference.price_cuts", "300,100" } };
    struct pairs p = { bad, 1 };
    CHECK_ERR(c, store_write(c->store, c, set_all, &p), E_INVALID);
}

static bool among(ints ids, i64 id)
{
    for (i64 i = 0; i < ids.n; i++)
        if (ids.at[i] == id) return true;
    return false;
}

static bool shown(const struct person_view *v, const char *scene)
{
    for (i64 i = 0; i < v->scene.n; i++)
        if (str_eq(v->scene.at[i], str_of(scene))) return true;
    return false;
}

/* As each member's own page and the report tell it, by several rules. */
TEST(segments_and_views_tell_one_scene)
{
    static const char *const rules[][4][2] = {
        { { "rfm.cuts", "fixed" },
          { "rfm.high", "band" },
          { "rfm.frequency", "2,3" },
          { "rfm.monetary", "100,200" } },
        { { "rfm.cuts", "quantile" },
          { "rfm.high", "band" },
          { "rfm.frequency_of", "days" },
          { "scene.new_days", "60" } },
        { { "rfm.cuts", "mean" },
          { "rfm.high", "mean" },
          { "rfm.monetary_of", "average" },
          { "scene.dormant_days", "40" } },
        { { "rfm.cuts", "fixed" },
          { "rfm.high", "mean" },
          { "rfm.window_days", "0" },
          { "scene.active_days", "10" } },
    };
    static const char *const scenes[] = { "new", "active", "dormant", "high_value" };
    struct dice d = { 4 };
    segment_shop_make(&d, 120);
    struct ctx *c = test_reader();
    for (i64 r = 0; r < COUNT(rules); r++) {
        struct classes_report report;
        i64 seen = 0;
        set(c, rules[r], 4);
        CHECK_OK(c, classes_report_make(c, instant_iso(c->arena, c->now), &report));
        const i64 counts[] = { report.scene->new, report.scene->active, report.scene->dormant,
                               report.scene->high_value };
        for (i64 s = 0; s < COUNT(scenes); s++) {
            ints in = by_sql(c, str_fmt(c->arena, "scene = \"%s\"", scenes[s]), c->now);
            ints all = by_sql(c, S("first_seen is known"), c->now);
            for (i64 i = 0; i < all.n; i++) {
                struct person_view v;
                CHECK_OK(c, person_show(c, all.at[i], &v));
                CHECK(shown(&v, scenes[s]) == among(in, all.at[i]));
            }
            /* The report counts also who was erased, and acts dated before he was first seen. */
            CHECK(counts[s] >= in.n && counts[s] <= in.n + 12);
            seen += in.n;
        }
        CHECK(seen > 60);
    }
}

static enum err expire(struct ctx *c)
{
    i64 n;
    return tag_expire(c->store, c, &n);
}

/* What stands on the timeline up to now is what the table has. */
TEST(tags_of_now_by_lines_are_those_of_the_table)
{
    struct dice d = { 8 };
    struct ctx *c = test_ctx();
    struct store *s = test_store();
    struct segment_making m = { &d, NEWS(c->arena, i64, 100), 100 };
    CHECK_OK(c, store_write(s, c, segment_people, &m));
    CHECK_OK(c, store_write(s, c, segment_tags, &m));
    c = test_reader();
    CHECK_OK(c, expire(c));
    static const char *const tags[] = { "敏感肌", "油皮", "vip", "活动2024", "新客", "面膜控" };
    i64 carriers = 0;
    for (i64 i = 0; i < COUNT(tags); i++) {
        str text = str_fmt(c->arena, "tag = \"%s\"", tags[i]);
        c->now += SECOND_MS;
        instant now;
        CHECK_OK(c, segment_at_read(c, NO_STR, &now));
        ints table = by_sql(c, text, now), lines = by_sql(c, text, c->now);
        c->now -= SECOND_MS;
        CHECK_I64(lines.n, table.n);
        for (i64 k = 0; k < lines.n; k++) CHECK_I64(lines.at[k], table.at[k]);
        carriers += table.n;
    }
    CHECK(carriers > 30);
    /* Two that exclude each other are never carried together, whenever it is asked for. */
    for (i64 back = 0; back < 120; back++)
        CHECK_I64(by_sql(c, S("tag = \"敏感肌\" and tag = \"油皮\""), c->now - back * DAY_MS).n, 0);
    CHECK_I64(by_sql(c, S("tag is known"), c->now - 130 * DAY_MS).n, 0);
}
