/* question_real_test.c -- real shops' orders give the same RFM through the index as through SQL,
 * and the published groups. Skipped, saying so, where the data is absent. */
#include "real/real.h"

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/question_fields.h"
#include "audience/question_rows.h"
#include "insight/rfm.h"
#include "store/setting.h"

struct way {
    const char *name, *value;
};
static enum err set_ways(struct tx *t, void *arg)
{
    for (const struct way *way = arg; way->name; way++)
        TRY(setting_set(t, str_of(way->name), str_of(way->value)));
    return OK;
}

/* By the settings, as of that day: cell by cell and type by type what the report says. */
static void same_through_the_index(const char *at, const struct way *ways, i64 members,
                                   struct cells *cells)
{
    struct ctx *c = test_reader();
    struct rfm_rule rule;
    struct rfm_report r;
    CHECK_OK(c, store_write(test_store(), c, set_ways, (void *)(uintptr_t)ways));
    CHECK_OK(c, rfm_rule_read(c, &(struct rfm_ask){ .at = str_of(at) }, &rule));
    CHECK_OK(c, rfm_report_make(c, &rule, &r));
    CHECK_OK(c, question_cells(c, &(struct cells_ask){ .at = str_of(at) }, cells));
    CHECK_I64(cells->members, members);
    CHECK_I64(r.members, members);
    CHECK_I64(cells->cells.n, r.cells.n);
    for (i64 i = 0; i < r.cells.n; i++)
        CHECK_I64(cells->cells.at[i].members, r.cells.at[i].members);
    for (i64 i = 0; i < RFM_TYPES; i++)
        CHECK_I64(cells->types.at[i].members, r.types.at[i].members);
}

static struct audience *index_open(void)
{
    struct ctx *c = test_reader();
    struct audience *a;
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    return a;
}

static const struct way as_installed[] = {
    { "rfm.window_days", "365" },
    { "rfm.recency_days", "31,91" },
    { "rfm.frequency", "2,5" },
    { "rfm.frequency_of", "orders" },
    { "rfm.monetary", "200,1000" },
    { "rfm.monetary_of", "total" },
    { "rfm.high", "band" },
    { "rfm.cuts", "fixed" },
    { 0 },
};
static const struct way all_time[] = { { "rfm.window_days", "0" }, { 0 } };
static const struct way by_quantile[] = { { "rfm.cuts", "quantile" }, { 0 } };
static const struct way by_mean[] = { { "rfm.cuts", "mean" }, { 0 } };

static void every_way(const char *at, i64 members)
{
    struct cells cells;
    same_through_the_index(at, as_installed, members, &cells);
    same_through_the_index(at, by_quantile, members, &cells);
    same_through_the_index(at, by_mean, members, &cells);
    same_through_the_index(at, as_installed, members, &cells);
    same_through_the_index(at, all_time, members, &cells);
}

TEST(online_retail_is_the_same_through_the_index)
{
    import_file(data_file("online_retail_2010_2011.csv.gz"), (struct import_choice){ 0 }, false);
    struct ctx *c = test_reader();
    struct arena_mark mark = arena_mark(c->arena);
    struct audience *a = index_open();
    every_way("2011-12-10 12:50:00", 4338);
    arena_rewind(c->arena, mark);
    audience_serve(NULL);
    audience_close(a);
}

/* The publisher's groups, by which of R, F and M are high. */
static const struct {
    const char *type;
    i64 members;
} published[] = {
    { "important_value", 756 },     { "important_develop", 5427 }, { "important_keep", 360 },
    { "important_win_back", 7338 }, { "general_value", 450 },      { "general_develop", 4224 },
    { "general_keep", 185 },        { "general_win_back", 6680 },
};

TEST(a_chinese_shop_is_the_same_through_the_index)
{
    import_chinese_shop();
    struct ctx *c = test_reader();
    struct arena_mark mark = arena_mark(c->arena);
    struct audience *a = index_open();
    struct cells cells;
    static const struct way ways[] = { { "rfm.recency_days", "30,60,90,120" },
                                       { "rfm.frequency", "2,3,4,5" },
                                       { "rfm.frequency_of", "days" },
                                       { "rfm.monetary", "50,100,150,200" },
                                       { "rfm.monetary_of", "average" },
                                       { "rfm.high", "mean" },
                                       { 0 } };
    same_through_the_index("2019-07-01", ways, 25420, &cells);
    for (i64 i = 0; i < COUNT(published); i++) {
        CHECK_STR(cells.types.at[i].type, published[i].type);
        CHECK_I64(cells.types.at[i].members, published[i].members);
    }
    every_way("2019-07-01", 25420);
    arena_rewind(c->arena, mark);
    audience_serve(NULL);
    audience_close(a);
}

/* Members, as of the end of the nine days. */
static i64 holds_for(struct ctx *c, const char *text)
{
    const struct view *v;
    const struct segment_node *tree;
    struct member_set set;
    CHECK_OK(c, audience_view(c, 0, &v));
    CHECK_OK(c, segment_parse(c, str_of(text), &tree));
    CHECK_OK(c, segment_set(c, v, tree, zone_midnight(c->zone, day_of(2017, 12, 4)), &set));
    return set.n;
}

TEST(people_come_back_as_published)
{
    static const i64 returned[] = { 553, 546, 544, 543, 525, 528, 682, 685 };
    static const i64 active[] = { 695, 723, 708, 720, 724, 712, 718, 962, 965 };
    static const i64 through[] = { 980, 715, 457 }, in_a_day[] = { 980, 703, 331 };
    import_behaviour();
    struct ctx *c = test_reader();
    struct arena_mark mark = arena_mark(c->arena);
    struct audience *a = index_open();
    struct retention_answer r;
    struct retention_ask back = { .from = S("2017-11-25"), .to = S("2017-12-03"), .days = SOME(8) };
    CHECK_OK(c, retention_make(c, &back, &r));
    CHECK_I64(r.cohorts.at[0].members, 695);
    for (i64 i = 0; i < COUNT(returned); i++)
        CHECK_I64(r.cohorts.at[0].returned.at[i], returned[i]);
    CHECK_I64(r.total->members, 983);
    CHECK_I64(holds_for(c, "did(\"Order Completed\", 9d)"), 671);
    CHECK_I64(holds_for(c, "did(\"Order Completed\", 9d) >= 2"), 442);
    struct actives_answer d;
    CHECK_OK(c, actives_make(c, &(struct actives_ask){ .from = S("2017-11-25") }, &d));
    CHECK_I64(d.days.n, COUNT(active));
    for (i64 i = 0; i < COUNT(active); i++) CHECK_I64(d.days.at[i].members, active[i]);
    struct funnel_answer f;
    str steps[] = { S("Product Viewed"), S("Product Added"), S("Order Completed") };
    struct funnel_ask ask = { .steps = { steps, COUNT(steps) }, .window = S("7d") };
    CHECK_OK(c, funnel_make(c, &ask, &f));
    for (i64 i = 0; i < COUNT(through); i++) CHECK_I64(f.steps.at[i].members, through[i]);
    ask.window = S("24h");
    CHECK_OK(c, funnel_make(c, &ask, &f));
    for (i64 i = 0; i < COUNT(in_a_day); i++) CHECK_I64(f.steps.at[i].members, in_a_day[i]);
    arena_rewind(c->arena, mark);
    audience_serve(NULL);
    audience_close(a);
}
