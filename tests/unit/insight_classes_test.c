/* insight_classes_test.c -- scene tags and A/B/C against a slow count over random lives, merges
 * included; the promises of classes.h. */
#include "insight_shop.h"

#include "insight/classes.h"
#include "insight/rfm.h"

#define YUAN MONEY_UNIT

static const struct merge_listener *const listeners[] = { &trade_merges, NULL };

static struct timeline_line line(i64 member, instant at, const char *kind, const char *subject)
{
    return (struct timeline_line){
        .member = member, .at = at, .kind = str_of(kind), .subject = str_of(subject)
    };
}

static struct classes_report report_at(struct ctx *c, const char *at)
{
    struct classes_report r;
    CHECK_OK(c, classes_report_make(c, str_of(at), &r));
    return r;
}

static str class_now(struct ctx *c, i64 member, instant at)
{
    str class;
    CHECK_OK(c, class_of(c, member, at, &class));
    return class;
}

TEST(classes_do_not_overlap)
{
    struct ctx *c = test_reader();
    instant at = on("2024-03-01", 0);
    i64 *ids = shop_members(c, 6, at - 10 * DAY_MS, S("m"));
    shop_lines(
        c,
        (struct timeline_line[]){
            line(ids[0], at - 5 * DAY_MS, "community.joined", "group:1"),
            line(ids[1], at - 5 * DAY_MS, "community.joined", "group:1"), /* bought too */
            line(ids[2], at - 5 * DAY_MS, "community.joined", "group:1"),
            line(ids[2], at - 4 * DAY_MS, "community.left", "group:1"), /* gone again */
            line(ids[3], at - 5 * DAY_MS, "community.joined", "group:1"),
            line(ids[3], at - 4 * DAY_MS, "community.left", "group:1"),
            line(ids[3], at - 6 * DAY_MS, "community.joined", "group:2"), /* still in this one */
            line(ids[4], at, "community.joined", "group:1"),              /* too late to count */
        },
        8);
    shop_sales(c,
               (struct sale[]){ { ids[1], at - 3 * DAY_MS, 10 * YUAN },
                                { ids[4], at - 3 * DAY_MS, 10 * YUAN },
                                { ids[4], at - 2 * DAY_MS, 10 * YUAN },
                                { ids[5], at - 2 * DAY_MS, 10 * YUAN, .refund = 10 * YUAN } },
               4);
    struct classes_report r = report_at(c, "2024-03-01");
    CHECK_I64(r.members, 6);
    CHECK_I64(r.classes->A, 2);
    CHECK_I64(r.classes->B, 1);
    CHECK_I64(r.classes->C, 1);
    const char *want[] = { "A", "B", "", "A", "C", "" };
    for (int i = 0; i < 6; i++) CHECK_STR(class_now(c, ids[i], at), want[i]);
    CHECK_STR(class_now(c, ids[4], at - 3 * DAY_MS + 1), "B");
}

/* The tags of one member, by reading all there is to know of him. */
static strs scene_at(struct ctx *c, i64 member, instant first_seen, instant at, bool *high_value)
{
    struct rfm_rule rule;
    struct rfm_scale scale;
    struct rfm_member m;
    struct member_trade figures;
    bool bought;
    strs out;
    CHECK_OK(c, rfm_rule_read(c, &(struct rfm_ask){ .at = instant_iso(c->arena, at) }, &rule));
    CHECK_OK(c, rfm_scale_get(c, &rule, &scale));
    CHECK_OK(c, rfm_one(c, &rule, &scale, member, &m, &bought));
    CHECK_OK(c, member_trade_get(c, member, &figures));
    struct life life = { .member = member,
                         .at = at,
                         .first_seen = first_seen,
                         .last_order_at = figures.last_order_at,
                         .bought = bought ? &m : NULL,
                         .high_value = high_value
                                           ? *high_value
                                           : bought && m.type == rfm_type_of(true, true, true) };
    CHECK_OK(c, scene_of(c, &life, &out));
    return out;
}

TEST(scene_tags_keep_their_days)
{
    struct ctx *c = test_reader();
    instant at = on("2024-06-01", 0);
    i64 *ids = shop_members(c, 5, at - 200 * DAY_MS, S("m"));
    shop_sales(c,
               (struct sale[]){
                   { ids[0], at - 30 * DAY_MS, 10 * YUAN },     /* new: the window's first moment */
                   { ids[1], at - 30 * DAY_MS - 1, 10 * YUAN }, /* neither new nor active */
                   { ids[2], at - 91 * DAY_MS, 10 * YUAN },     /* dormant */
                   { ids[3], at - 90 * DAY_MS, 10 * YUAN, .unpaid = true } },
               4);
    shop_lines(c,
               (struct timeline_line[]){ line(ids[4], at - 1, "Product Viewed", "product:1"),
                                         line(ids[2], at - 1, "tag.put", "tag:1"),
                                         line(ids[2], at - 2, "member.merged", "member:9") },
               3);
    struct classes_report r = report_at(c, "2024-06-01");
    CHECK_I64(r.scene->new, 1);
    CHECK_I64(r.scene->active, 2);
    CHECK_I64(r.scene->dormant, 1);
    strs scene = scene_at(c, ids[0], at - 200 * DAY_MS, at, NULL);
    CHECK_I64(scene.n, 2);
    CHECK_STR(scene.at[0], "new");
    CHECK_STR(scene.at[1], "active");
    scene = scene_at(c, ids[2], at - 200 * DAY_MS, at, &(bool){ true });
    CHECK_I64(scene.n, 2);
    CHECK_STR(scene.at[0], "dormant");
    CHECK_STR(scene.at[1], "high_value");
    scene = scene_at(c, ids[3], at - 200 * DAY_MS, at, NULL);
    CHECK_I64(scene.n, 0);
}

TEST(a_later_date_knows_those_before_it_only)
{
    struct ctx *c = test_reader();
    instant at = on("2024-06-01", 0);
    shop_members(c, 3, at - DAY_MS, S("a"));
    shop_members(c, 2, at, S("b"));
    CHECK_I64(report_at(c, "2024-06-01").members, 3);
    CHECK_I64(report_at(c, "2024-06-02").members, 5);
    CHECK_I64(report_at(c, "2024-05-31").members, 0);
}

struct merging {
    i64 winner, loser;
};
static enum err merge_two(struct tx *t, void *arg)
{
    const struct merging *m = arg;
    i64 merge;
    return member_merge(t, m->winner, m->loser, S("test"), &merge);
}

TEST(what_a_merged_member_did_counts)
{
    struct ctx *c = test_reader();
    instant at = on("2024-06-01", 0);
    merge_listeners = listeners;
    i64 *ids = shop_members(c, 4, at - 300 * DAY_MS, S("m"));
    shop_lines(
        c,
        (struct timeline_line[]){ line(ids[1], at - 5 * DAY_MS, "Product Viewed", "product:1"),
                                  /* left under another id than he joined under */
                                  line(ids[0], at - 9 * DAY_MS, "community.joined", "group:1"),
                                  line(ids[1], at - 8 * DAY_MS, "community.left", "group:1"),
                                  line(ids[3], at - 8 * DAY_MS, "community.joined", "group:1") },
        4);
    CHECK_STR(class_now(c, ids[0], at), "A");
    CHECK_OK(c, store_write(c->store, c, merge_two, &(struct merging){ ids[0], ids[1] }));
    CHECK_OK(c, store_write(c->store, c, merge_two, &(struct merging){ ids[2], ids[3] }));
    CHECK_STR(class_now(c, ids[0], at), "");
    CHECK_STR(class_now(c, ids[2], at), "A");
    struct classes_report r = report_at(c, "2024-06-01");
    CHECK_I64(r.members, 2);
    CHECK_I64(r.classes->A, 1);
    CHECK_I64(r.scene->active, 2);
    shop_sales(c, (struct sale[]){ { ids[2], at - DAY_MS, 10 * YUAN } }, 1);
    CHECK_STR(class_now(c, ids[2], at), "B");
}

/* Random lives; the report must be the sum of what each member is said to be by himself. */
TEST(class_of_one_agrees_with_the_count)
{
    enum { N = 80 };
    struct ctx *c = test_reader();
    struct dice d = { 5 };
    merge_listeners = listeners;
    instant around = on("2024-06-01", 0);
    i64 *ids = shop_members(c, N, around - 150 * DAY_MS, S("m"));
    struct sale sales[120];
    struct timeline_line lines[300];
    static const char *const kinds[] = { "community.joined", "community.left", "Product Viewed",
                                         "tag.put" };
    static const char *const groups[] = { "group:1", "group:2" };
    for (i64 i = 0; i < COUNT(sales); i++)
        sales[i] = (struct sale){ ids[dice_below(&d, N / 2)], around - dice_below(&d, 140 * DAY_MS),
                                  dice_below(&d, 2000 * YUAN), .unpaid = dice_below(&d, 6) == 0 };
    for (i64 i = 0; i < COUNT(lines); i++)
        lines[i] = line(ids[dice_below(&d, N - 10)],
                        around - dice_below(&d, 140) * DAY_MS + dice_below(&d, 2),
                        kinds[dice_below(&d, 4)], groups[dice_below(&d, 2)]);
    shop_sales(c, sales, COUNT(sales));
    shop_lines(c, lines, COUNT(lines));
    bool gone[N] = { false };
    for (int i = 0; i < 15; i++) {
        i64 loser = dice_below(&d, N), winner = dice_below(&d, N);
        if (loser == winner || gone[loser] || gone[winner]) continue;
        CHECK_OK(c,
                 store_write(c->store, c, merge_two, &(struct merging){ ids[winner], ids[loser] }));
        gone[loser] = true;
    }
    for (int k = 0; k < 6; k++) {
        instant at = around - k * 17 * DAY_MS + (k % 3 - 1);
        struct classes_report r = report_at(c, str_z(c->arena, instant_iso(c->arena, at)));
        struct abc abc = { 0 };
        struct scene_counts scene = { 0 };
        for (i64 i = 0; i < N; i++) {
            if (gone[i]) continue;
            str class = class_now(c, ids[i], at);
            abc.A += str_eq(class, S("A"));
            abc.B += str_eq(class, S("B"));
            abc.C += str_eq(class, S("C"));
            strs tags = scene_at(c, ids[i], around - 150 * DAY_MS, at, NULL);
            for (i64 t = 0; t < tags.n; t++) {
                scene.new += str_eq(tags.at[t], S("new"));
                scene.active += str_eq(tags.at[t], S("active"));
                scene.dormant += str_eq(tags.at[t], S("dormant"));
                scene.high_value += str_eq(tags.at[t], S("high_value"));
            }
        }
        CHECK(abc.A > 0 && abc.B > 0 && abc.C > 0 && scene.active > 0);
        CHECK_I64(r.classes->A, abc.A);
        CHECK_I64(r.classes->B, abc.B);
        CHECK_I64(r.classes->C, abc.C);
        CHECK_I64(r.scene->new, scene.new);
        CHECK_I64(r.scene->active, scene.active);
        CHECK_I64(r.scene->dormant, scene.dormant);
        CHECK_I64(r.scene->high_value, scene.high_value);
    }
}
