/* saved_test.c -- saved segments: names, versions, members that follow a living shop, lines that
 * replay to them, snapshots, history, export, erasure. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "segment_random.h"
#include "segment_shop.h"

#include "access/access.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/saved.h"
#include "audience/saved/inside.h"
#include "insight/classes.h"
#include "support/segment_naive.h"
#include "trade/order.h"

/* -- helpers ----------------------------------------------------------------------------------- */

static enum err create(struct tx *t, void *arg)
{
    struct saved_post *in = arg;
    i64 id;
    return saved_create(t, in, &id);
}
static enum err change(struct tx *t, void *arg)
{
    bool another;
    return saved_change(t, arg, &another);
}
static enum err drop(struct tx *t, void *arg) { return saved_delete(t, *(i64 *)arg); }

static enum err save(const char *name, str text, bool announce)
{
    struct ctx *c = test_reader();
    struct saved_post in = { .name = str_of(name), .text = text, .announce = { true, announce } };
    return store_write(test_store(), c, create, &in);
}

static i64 saved(const char *name, const char *text, bool announce)
{
    struct ctx *c = test_reader();
    struct saved_view view;
    struct saved_refreshed done;
    CHECK_OK(c, save(name, str_of(text), announce));
    CHECK_OK(c, saved_get_named(c, str_of(name), &view));
    CHECK_OK(c, saved_refresh(test_store(), c, view.id, &done));
    return view.id;
}

static enum err patch(struct saved_patch in)
{
    return store_write(test_store(), test_reader(), change, &in);
}

static ints members_of(i64 id)
{
    struct ctx *c = test_reader();
    ints out;
    CHECK_OK(c, saved_members(c, id, 0, INT32_MAX, &out));
    return out;
}

static bool same_ids(ints a, ints b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, (size_t)a.n * sizeof(i64)) == 0);
}

static i64 count_lines(const char *kind)
{
    struct ctx *c = test_reader();
    struct timeline_line_list lines;
    i64 n = 0;
    CHECK_OK(c, timeline_after(c, 0, INT32_MAX, &lines));
    for (i64 i = 0; i < lines.n; i++) n += str_eq(lines.at[i].kind, str_of(kind));
    return n;
}

static instant now_of_test(void) { return test_ctx()->now; }

/* An index and whoever follows it, without threads. */
static struct follow {
    struct audience *audience;
    struct standing *standing;
} follow;

static void follow_begin(void)
{
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &follow.audience));
    CHECK_OK(c, audience_follow(follow.audience, NULL));
    audience_serve(follow.audience);
    CHECK_OK(c, standing_open(c, test_store(), follow.audience,
                              (struct standing_options){ .now = now_of_test }, &follow.standing));
    CHECK_OK(c, standing_settle(follow.standing));
}

static void settle(void)
{
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_follow(follow.audience, NULL));
    CHECK_OK(c, standing_settle(follow.standing));
}

static void follow_end(void)
{
    standing_close(follow.standing);
    audience_serve(NULL);
    audience_close(follow.audience);
}

/* -- names, texts, versions -------------------------------------------------------------------- */

TEST(every_version_is_kept)
{
    struct ctx *c = test_reader();
    struct saved_version_list versions;
    struct saved_view view;
    i64 id = saved("高价值", "orders>=2 AND tag=\"敏感肌\"", false);
    CHECK_OK(c, patch((struct saved_patch){ .id = id, .text = S("orders >= 3") }));
    CHECK_OK(c, patch((struct saved_patch){ .id = id, .text = S("orders   >=  3") }));
    CHECK_OK(c, patch((struct saved_patch){ .id = id, .description = S("买得多") }));
    CHECK_OK(c, saved_versions(c, id, &versions));
    CHECK_I64(versions.n, 2);
    CHECK_I64(versions.at[0].version, 2);
    CHECK_STR(versions.at[0].text, "orders >= 3");
    CHECK_STR(versions.at[1].text, "orders >= 2 and tag = \"敏感肌\"");
    CHECK_STR(versions.at[1].by, "test");
    CHECK_OK(c, saved_get(c, id, &view));
    CHECK_STR(view.description, "买得多");
    CHECK_I64(view.version, 2);
    CHECK(view.auto_ && !view.paused);
    CHECK_ERR(c, saved_versions(c, 99, &versions), E_NOT_FOUND);
}

TEST(names_are_unique_and_texts_are_right)
{
    struct ctx *c = test_reader();
    saved("VIP 客户", "orders >= 2", false);
    CHECK_ERR(c, save("ｖｉｐ 客户 ", S("orders >= 3"), false), E_CONFLICT);
    CHECK_STR(str_of(c->why.field), "/name");
    CHECK_ERR(c, save(" ", S("orders >= 3"), false), E_INVALID);
    CHECK_ERR(c, save("a\"b", S("orders >= 3"), false), E_INVALID);
    CHECK_ERR(c, save("错", S("ordrs >= 3"), false), E_INVALID);
    CHECK_STR(str_of(c->why.field), "1:1");
}

TEST(a_name_in_use_is_not_taken_away)
{
    struct ctx *c = test_reader();
    i64 base = saved("底", "orders >= 1", false);
    i64 user = saved("用", "in_segment(\"底\") and spent >= 10", false);
    CHECK_ERR(c, patch((struct saved_patch){ .id = base, .name = S("别名") }), E_CONFLICT);
    CHECK(str_find(str_of(c->why.detail), S("用")) >= 0);
    CHECK_ERR(c, store_write(test_store(), c, drop, &base), E_CONFLICT);
    ints users;
    CHECK_OK(c, saved_users(c, base, &users));
    CHECK_I64(users.n, 1);
    CHECK_I64(users.at[0], user);
    CHECK_OK(c, store_write(test_store(), c, drop, &user));
    CHECK_OK(c, patch((struct saved_patch){ .id = base, .name = S("别名") }));
    CHECK_OK(c, store_write(test_store(), c, drop, &base));
    CHECK_ERR(c, store_write(test_store(), c, drop, &base), E_NOT_FOUND);
}

TEST(no_segment_names_itself)
{
    struct ctx *c = test_reader();
    i64 a = saved("甲", "orders >= 1", false);
    saved("乙", "in_segment(\"甲\")", false);
    saved("丙", "not in_segment(\"乙\")", false);
    CHECK_ERR(c, patch((struct saved_patch){ .id = a, .text = S("in_segment(\"丙\")") }),
              E_INVALID);
    CHECK_ERR(c, patch((struct saved_patch){ .id = a, .text = S("in_segment(\"甲\")") }),
              E_INVALID);
    CHECK_ERR(c, save("丁", S("in_segment(\"丁\")"), false), E_INVALID);
}

/* -- members that follow a living shop --------------------------------------------------------- */

static struct living {
    struct segment_making m;
    i64 merges[400], merges_n, orders;
} shop;

static enum err some_tag(struct tx *t, void *arg)
{
    (void)arg;
    str tag = ONE_OF(&shop.m, "敏感肌", "VIP", "老客");
    i64 who = shop.m.ids[roll(&shop.m, shop.m.n)];
    if (roll(&shop.m, 3)) return tag_put(t, who, tag, S("hand"), NONE);
    return tag_drop(t, who, tag);
}

static enum err some_field(struct tx *t, void *arg)
{
    (void)arg;
    return profile_put(t, shop.m.ids[roll(&shop.m, shop.m.n)], S("city"),
                       ONE_OF(&shop.m, "上海", "杭州", "北京", ""), S("hand"), t->c->now);
}

static enum err some_order(struct tx *t, void *arg)
{
    (void)arg;
    i64 buyer, order;
    enum order_put what;
    TRY(member_living(t->c, shop.m.ids[roll(&shop.m, shop.m.n)], &buyer));
    struct order_fact o = {
        .shop = S("天猫"),
        .number = str_fmt(t->c->arena, "late%lld", (long long)roll(&shop.m, 1 + shop.orders++)),
        .member = buyer,
        .created_at = SOME(t->c->now - roll(&shop.m, 40 * DAY_MS)),
        .state = roll(&shop.m, 6) ? ORDER_COMPLETED : ORDER_CANCELLED,
        .total = SOME(roll(&shop.m, 300) * MONEY_UNIT),
    };
    o.paid = o.total;
    o.paid_at = o.created_at;
    return order_write(t, &o, &order, &what);
}

static enum err some_line(struct tx *t, void *arg)
{
    (void)arg;
    struct timeline_line line = {
        .at = t->c->now - roll(&shop.m, 20 * DAY_MS),
        .member = shop.m.ids[roll(&shop.m, shop.m.n)],
        .kind = ONE_OF(&shop.m, "Product Viewed", "Product Added"),
        .props = ONE_OF(&shop.m, "{\"category\":\"面膜\"}", "{\"category\":\"VIP\"}", "{}"),
    };
    return timeline_append(t, &line);
}

static enum err some_merge(struct tx *t, void *arg)
{
    (void)arg;
    return member_merge(t, shop.m.ids[roll(&shop.m, shop.m.n)], shop.m.ids[roll(&shop.m, shop.m.n)],
                        S("test"), &shop.merges[shop.merges_n]);
}

static enum err some_undo(struct tx *t, void *arg)
{
    (void)arg;
    if (!shop.merges_n) return OK;
    return member_unmerge(t, shop.merges[roll(&shop.m, shop.merges_n)]);
}

static enum err some_erasure(struct tx *t, void *arg)
{
    (void)arg;
    return roll(&shop.m, 8) ? OK : member_erase(t, shop.m.ids[roll(&shop.m, shop.m.n)]);
}

static void live(int steps)
{
    static write_fn *const ways[] = { some_tag,  some_tag,  some_field, some_order, some_order,
                                      some_line, some_line, some_merge, some_undo,  some_erasure };
    struct ctx *c = test_reader();
    for (int i = 0; i < steps; i++) {
        write_fn *way = ways[roll(&shop.m, COUNT(ways))];
        /* Refused ones (an erased member, a merge undone before) leave nothing. */
        if (store_write(test_store(), c, way, NULL) == OK && way == some_merge) shop.merges_n++;
    }
}

/* Who entered and has not left, by the lines of the timeline alone. */
static ints replay(struct ctx *c, const struct timeline_line_list *lines, i64 segment)
{
    static bool in[100000];
    ints out = { 0 };
    memset(in, 0, sizeof in);
    str mark = str_fmt(c->arena, "\"segment\":%lld,", (long long)segment);
    for (i64 i = 0; i < lines->n; i++) {
        const struct timeline_line *l = &lines->at[i];
        bool entered = str_eq(l->kind, S("segment.entered"));
        if (!entered && !str_eq(l->kind, S("segment.left"))) continue;
        if (str_find(l->props, mark) < 0) continue;
        CHECK(in[l->member] != entered); /* exactly once */
        in[l->member] = entered;
    }
    for (i64 i = 0; i < COUNT(in); i++)
        if (in[i]) *PUSH(c->arena, &out) = i;
    return out;
}

static void check_all(const struct saved_view_list *all)
{
    struct ctx *c = test_reader();
    struct segment_facts *facts;
    struct timeline_line_list lines;
    instant at;
    CHECK_OK(c, segment_at_read(c, NO_STR, &at));
    CHECK_OK(c, segment_facts_read(c, &facts));
    CHECK_OK(c, timeline_after(c, 0, INT32_MAX, &lines));
    for (i64 i = 0; i < all->n; i++) {
        const struct segment_node *tree;
        struct saved_view view;
        ints naive, kept = members_of(all->at[i].id);
        CHECK_OK(c, segment_parse(c, all->at[i].text, &tree));
        CHECK_OK(c, segment_members_naive(c, facts, tree, at, &naive));
        if (!same_ids(kept, naive))
            print_message("kept %lld, naive %lld: " STR_FMT "\n", (long long)kept.n,
                          (long long)naive.n, STR_ARG(all->at[i].text));
        CHECK(same_ids(kept, naive));
        CHECK(same_ids(kept, replay(c, &lines, all->at[i].id)));
        CHECK_OK(c, saved_get(c, all->at[i].id, &view));
        CHECK_I64(view.count, kept.n);
    }
}

static void life_begin(i64 seed, i64 n)
{
    static struct dice d;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    d.state = (u64)seed;
    segment_shop_make(&d, n);
    static const struct merge_listener *const all[] = { &trade_merges, &saved_merges, NULL };
    merge_listeners = all;
    shop = (struct living){ .m = { &d, NEWS(test_ctx()->arena, i64, n), n } };
    for (i64 i = 0; i < n; i++) shop.m.ids[i] = i + 1;
}

/* By the index alone, so that the standing evaluation answers for all of them. */
static const char *const texts[] = {
    "orders >= 2",
    "tag = \"敏感肌\"",
    "tag = \"VIP\" and not tag = \"老客\"",
    "spent >= 200 or city = \"上海\"",
    "orders(30d) >= 1",
    "did(\"Product Viewed\", 7d) >= 1 and recency <= 90d",
    "did(\"Product Viewed\", category = \"面膜\") >= 2",
    "recency > 30d",
    "class = \"B\"",
    "in_segment(\"s0\") and not in_segment(\"s1\")",
    "not in_segment(\"s9\")",
    "city is unknown",
    "first_seen <= 60d",
};

TEST(lines_replay_to_the_members)
{
    struct ctx *c = test_reader();
    struct saved_view_list all;
    life_begin(20240601, 150);
    for (i64 i = 0; i < COUNT(texts); i++)
        saved(str_fmt(c->arena, "s%lld%c", (long long)i, 0).at, texts[i], true);
    follow_begin();
    CHECK_OK(c, saved_list(c, &all));
    check_all(&all);
    for (int round = 0; round < (test_store_is_pg() ? 6 : 25); round++) {
        struct arena_mark mark = arena_mark(c->arena);
        live(1 + (int)roll(&shop.m, 30));
        settle();
        check_all(&all);
        if (round % 3 == 2) { /* windows move */
            c->now += HOUR_MS + roll(&shop.m, 9 * DAY_MS);
            CHECK_OK(c, saved_refresh_due(test_store(), c));
            check_all(&all);
            settle();
        }
        arena_rewind(c->arena, mark);
    }
    struct standing_stats stats = standing_stats(follow.standing);
    CHECK_I64(stats.failures, 0);
    CHECK(stats.segments == COUNT(texts) && stats.members_seen > 50);
    CHECK(stats.entered > 20 && stats.left > 20);
    follow_end();
}

TEST(members_are_what_the_text_says)
{
    struct ctx *c = test_reader();
    struct saved_view_list all;
    struct segment_dice r = { .c = c };
    life_begin(7, 120);
    r.d = shop.m.d;
    CHECK_OK(c, fields_published(c, &r.fields));
    for (i64 i = 0; i < 40; i++) {
        str text = segment_format(c->arena, segment_random(&r, 1 + roll(&shop.m, 6), 4));
        CHECK_OK(c, save(str_fmt(c->arena, "r%lld%c", (long long)i, 0).at, text, true));
    }
    CHECK_OK(c, saved_list(c, &all));
    CHECK_OK(c, saved_refresh_due(test_store(), c)); /* by SQL: there is no index yet */
    check_all(&all);
    follow_begin();
    for (int round = 0; round < (test_store_is_pg() ? 2 : 5); round++) {
        struct arena_mark mark = arena_mark(c->arena);
        live(25);
        settle();
        c->now += DAY_MS; /* what SQL must be asked is asked by the clock */
        CHECK_OK(c, saved_refresh_due(test_store(), c));
        check_all(&all);
        settle();
        arena_rewind(c->arena, mark);
    }
    follow_end();
}

static enum err tag_one(struct tx *t, void *arg)
{
    return tag_put(t, *(i64 *)arg, S("新标签"), S("hand"), NONE);
}
static enum err erase_one(struct tx *t, void *arg) { return member_erase(t, *(i64 *)arg); }

TEST(one_change_is_seen_by_all)
{
    struct ctx *c = test_reader();
    life_begin(3, 60);
    i64 tagged = saved("有", "tag = \"新标签\"", true);
    i64 other = saved("无", "not tag = \"新标签\"", true);
    i64 paused = saved("停", "tag = \"新标签\"", true);
    CHECK_OK(c, patch((struct saved_patch){ .id = paused, .paused = { true, true } }));
    follow_begin();
    struct standing_stats before = standing_stats(follow.standing);
    i64 who = members_of(other).at[0], had = members_of(other).n;
    CHECK_OK(c, store_write(test_store(), c, tag_one, &who));
    settle();
    struct standing_stats after = standing_stats(follow.standing);
    CHECK_I64(after.members_seen - before.members_seen, 1);
    CHECK_I64(after.entered - before.entered, 1);
    CHECK_I64(after.left - before.left, 1);
    CHECK_I64(members_of(tagged).n, 1);
    CHECK_I64(members_of(tagged).at[0], who);
    CHECK_I64(members_of(other).n, had - 1);
    CHECK_I64(members_of(paused).n, 0);
    /* Somebody else's refresh is noticed, and a segment that goes on again. */
    CHECK_OK(c, patch((struct saved_patch){ .id = paused, .paused = { true, false } }));
    CHECK_OK(c, store_write(test_store(), c, tag_one, &members_of(other).at[0]));
    settle();
    CHECK_I64(members_of(tagged).n, 2);
    CHECK_I64(members_of(paused).n, 2);
    follow_end();
}

TEST(a_first_filling_is_silent_unless_asked)
{
    struct ctx *c = test_reader();
    struct saved_refreshed done;
    life_begin(5, 60);
    i64 id = saved("静", "orders >= 1", false);
    CHECK(members_of(id).n > 0);
    CHECK_I64(count_lines("segment.entered"), 0);
    CHECK_I64(count_lines("segment.filled"), 1);
    i64 loud = saved("响", "orders >= 1", true);
    CHECK_I64(count_lines("segment.entered"), members_of(loud).n);
    /* Another text: silent again; then every change has its line. */
    CHECK_OK(c, patch((struct saved_patch){ .id = id, .text = S("orders = 0") }));
    CHECK_OK(c, saved_refresh(test_store(), c, id, &done));
    CHECK(done.entered > 0 && done.left > 0);
    CHECK_I64(count_lines("segment.left"), 0);
    CHECK_I64(count_lines("segment.filled"), 3);
    i64 had = count_lines("segment.entered");
    CHECK_OK(c, patch((struct saved_patch){
                    .id = id, .text = S("orders >= 0"), .announce = { true, true } }));
    CHECK_OK(c, saved_refresh(test_store(), c, id, &done));
    CHECK_I64(count_lines("segment.entered"), had + done.entered);
}

TEST(lines_are_no_acts_of_members)
{
    struct ctx *c = test_reader();
    struct classes_report before, after;
    life_begin(6, 60);
    c->now += 400 * DAY_MS;
    CHECK_OK(c, classes_report_make(c, NO_STR, &before));
    saved("全部", "orders >= 0", true);
    CHECK(count_lines("segment.entered") > 30);
    CHECK_OK(c, classes_report_make(c, NO_STR, &after));
    CHECK_I64(after.scene->active, before.scene->active);
    CHECK_I64(after.scene->dormant, before.scene->dormant);
}

TEST(threads_follow_by_themselves)
{
    struct ctx *c = test_reader();
    struct audience *a;
    struct standing *st;
    life_begin(13, 60);
    i64 id = saved("有", "tag = \"新标签\"", true);
    CHECK_OK(c, audience_open(c, test_store(),
                              (struct audience_options){ .thread = true, .interval_ms = 20 }, &a));
    audience_serve(a);
    CHECK_OK(c,
             standing_open(c, test_store(), a,
                           (struct standing_options){ .now = now_of_test, .thread = true }, &st));
    CHECK_OK(c, audience_wait(a, c, 0, 10000));
    for (i64 i = 0, want = 0; i < 12; i++) {
        if (store_write(test_store(), c, tag_one, &shop.m.ids[i]) != OK) continue;
        struct saved_refreshed done;
        if (i % 4 == 3) CHECK_OK(c, saved_refresh(test_store(), c, id, &done));
        for (int k = 0; k < 500 && members_of(id).n <= want; k++) usleep(10000);
        CHECK(members_of(id).n >= want);
        want = members_of(id).n;
    }
    CHECK(members_of(id).n > 5);
    standing_close(st);
    audience_serve(NULL);
    audience_close(a);
    CHECK_I64(count_lines("segment.entered") - count_lines("segment.left"), members_of(id).n);
}

/* -- snapshots, sizes, erasure ----------------------------------------------------------------- */

struct frozen {
    i64 segment, id;
    str name;
};
static enum err freeze(struct tx *t, void *arg)
{
    struct frozen *f = arg;
    return snapshot_make(t, f->segment, f->name, &f->id);
}
static enum err melt(struct tx *t, void *arg)
{
    struct frozen *f = arg;
    return snapshot_delete(t, f->segment, f->id);
}

TEST(a_snapshot_stays)
{
    struct ctx *c = test_reader();
    struct saved_refreshed done;
    struct saved_snapshot_list all;
    ints ids;
    life_begin(8, 60);
    struct frozen f = { .segment = saved("买过", "orders >= 1", false), .name = S("六月") };
    ints had = members_of(f.segment);
    CHECK_OK(c, store_write(test_store(), c, freeze, &f));
    CHECK_ERR(c, store_write(test_store(), c, freeze, &(struct frozen){ f.segment, 0, S("六月 ") }),
              E_CONFLICT);
    CHECK_OK(c, patch((struct saved_patch){ .id = f.segment, .text = S("orders = 0") }));
    CHECK_OK(c, saved_refresh(test_store(), c, f.segment, &done));
    CHECK_OK(c, snapshot_members(c, f.id, 0, INT32_MAX, &ids));
    CHECK(had.n > 2 && same_ids(ids, had));
    CHECK_OK(c, snapshot_members(c, f.id, had.at[0], 2, &ids));
    CHECK(ids.n == 2 && ids.at[0] == had.at[1]);
    CHECK_OK(c, snapshot_list(c, f.segment, &all));
    CHECK(all.n == 1 && all.at[0].count == had.n && all.at[0].version == 1);
    CHECK_OK(c, store_write(test_store(), c, melt, &f));
    CHECK_ERR(c, store_write(test_store(), c, melt, &f), E_NOT_FOUND);
    CHECK_ERR(c, snapshot_members(c, f.id, 0, 9, &ids), E_NOT_FOUND);
}

TEST(an_erased_member_is_in_no_set)
{
    struct ctx *c = test_reader();
    ints ids;
    life_begin(9, 60);
    struct frozen f = { .segment = saved("全", "orders >= 0", true), .name = S("一") };
    i64 stopped = saved("停", "orders >= 0", true);
    CHECK_OK(c, patch((struct saved_patch){ .id = stopped, .auto_ = { true, false } }));
    CHECK_OK(c, store_write(test_store(), c, freeze, &f));
    ints had = members_of(f.segment);
    i64 who = had.at[3];
    CHECK_OK(c, store_write(test_store(), c, erase_one, &who));
    i64 sets[] = { f.segment, stopped };
    for (i64 i = 0; i < COUNT(sets); i++) {
        struct saved_view view;
        ids = members_of(sets[i]);
        CHECK_I64(ids.n, had.n - 1);
        CHECK(ids.at[3] == had.at[4]);
        CHECK_OK(c, saved_get(c, sets[i], &view));
        CHECK_I64(view.count, ids.n);
    }
    CHECK_OK(c, snapshot_members(c, f.id, 0, INT32_MAX, &ids));
    CHECK(ids.n == had.n - 1 && ids.at[3] == had.at[4]);
    CHECK_I64(count_lines("segment.left"), 2);
}

TEST(sizes_are_thinned)
{
    struct ctx *c = test_reader();
    struct saved_size_list rows;
    life_begin(10, 40);
    i64 id = saved("标", "tag = \"新标签\"", true), came = 0;
    instant begin = c->now;
    for (i64 i = 0; i < 24; i++) {
        struct saved_refreshed done;
        c->now += 4 * HOUR_MS;
        if (store_write(test_store(), c, tag_one, &shop.m.ids[i]) != OK) continue;
        CHECK_OK(c, saved_refresh(test_store(), c, id, &done));
        came += done.entered;
    }
    CHECK_OK(c, saved_sizes(c, id, begin, c->now + 1, &rows));
    CHECK(rows.n > 12);
    CHECK_I64(rows.at[rows.n - 1].count, came);
    c->now += 60 * DAY_MS;
    CHECK_OK(c, saved_thin(test_store(), c));
    CHECK_OK(c, saved_sizes(c, id, begin, c->now + 1, &rows));
    CHECK(rows.n >= 4 && rows.n <= 5);
    i64 entered = 0;
    for (i64 i = 0; i < rows.n; i++) entered += rows.at[i].entered;
    CHECK_I64(entered, came);
    CHECK_I64(rows.at[rows.n - 1].count, came);
}

/* -- export ------------------------------------------------------------------------------------ */

static str file_text(const char *path)
{
    static char text[100000];
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return (str){ text, (i64)n };
}

static enum err next_member(struct ctx *c, void *arg, i64 after, i64 most, ints *out)
{
    return saved_members(c, *(i64 *)arg, after, most, out);
}

static enum err merge_two(struct tx *t, void *arg)
{
    i64 *ids = arg, merge;
    return member_merge(t, ids[0], ids[1], S("test"), &merge);
}

TEST(an_export_masks_and_writes_each_once)
{
    struct ctx *c = test_reader();
    i64 members, n;
    life_begin(11, 40);
    i64 id = saved("全", "orders >= 0", false);
    ints had = members_of(id);
    str path = str_fmt(c->arena, "%s/out.csv", test_folder());
    str columns[] = { S("id"), S("phone"), S("city") };
    struct member_source source = { next_member, &id };
    CHECK_OK(c, members_export(c, path, false, (strs){ columns, 3 }, source, &n));
    CHECK_I64(n, had.n);
    CHECK(str_find(file_text(str_z(c->arena, path)), S("13800")) > 0);
    c->rights &= ~(u64)PERSONAL_READ;
    CHECK_OK(c, members_export(c, path, false, (strs){ columns, 3 }, source, &n));
    str text = file_text(str_z(c->arena, path));
    CHECK(str_find(text, S("13800")) < 0 && str_find(text, S("****")) > 0);
    /* Merged since: the set still has both ids, the file one row of who they are. */
    CHECK_OK(c, store_write(test_store(), c, merge_two, had.at));
    CHECK_OK(c, members_export(c, path, false, (strs){ columns, 1 }, source, &members));
    CHECK_I64(members, had.n - 1);
    columns[0] = S("password");
    CHECK_ERR(c, members_export(c, path, false, (strs){ columns, 1 }, source, &n), E_INVALID);
}

TEST(a_torn_set_is_refused)
{
    struct ctx *c = test_ctx();
    struct dice d = { 12 };
    for (int i = 0; i < 200; i++) {
        chunk_bits in, out;
        bits_fill(in, i % 7 == 6);
        for (i64 k = dice_below(&d, i % 3 ? 100 : 60000); k > 0; k--) {
            i64 m = dice_below(&d, CHUNK);
            in[m / 64] ^= 1ull << (m % 64);
        }
        str blob = kept_write(c->arena, in);
        CHECK_OK(c, kept_read(c, blob, out));
        CHECK(memcmp(in, out, sizeof in) == 0);
        CHECK_ERR(c, kept_read(c, str_sub(blob, 0, dice_below(&d, blob.n)), out), E_STORE);
        char *flipped = str_z(c->arena, blob);
        flipped[dice_below(&d, blob.n)] ^= (char)(1 << dice_below(&d, 8));
        enum err e = kept_read(c, (str){ flipped, blob.n }, out);
        CHECK(e == OK || e == E_STORE);
    }
    CHECK_ERR(c, kept_read(c, NO_STR, (chunk_bits){ 0 }), E_STORE);
}

/* -- turns --------------------------------------------------------------------------------------
 */

static _Atomic i64 greedy_turns, greedy_ends;

static void *greedy(void *arg)
{
    while (!greedy_ends) {
        refreshing_begin();
        greedy_turns++;
        usleep(500);
        refreshing_end();
    }
    return arg;
}

TEST(who_asks_for_a_refresh_gets_his_turn)
{
    pthread_t thread;
    greedy_turns = greedy_ends = 0;
    CHECK(pthread_create(&thread, NULL, greedy, NULL) == 0);
    while (greedy_turns < 3) usleep(100);
    i64 most = 0;
    for (i64 i = 0; i < 20; i++) {
        i64 before = greedy_turns;
        refreshing_begin();
        if (greedy_turns - before > most) most = greedy_turns - before;
        refreshing_end();
    }
    greedy_ends = 1;
    pthread_join(thread, NULL);
    CHECK(most <= 3);
}
