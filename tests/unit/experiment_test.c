/* experiment_test.c -- the promises of stored experiments: who gets what, and what came of it. */
#include "experiment_shop.h"

#include <math.h>

#include "audience/segment.h"
#include "insight/experiment/distribution.h"
#include "store/setting.h"
#include "support/koi_run.h"

#define YUAN MONEY_UNIT

static i64 *members(i64 n, const char *prefix)
{
    return shop_members(test_reader(), n, on("2024-01-01", 0), str_of(prefix));
}
static void later(i64 ms) { test_ctx()->now += ms; }

/* -- the hashes -------------------------------------------------------------------------------- */

/* How likely even chances are off by as much. */
static f64 evenness(const i64 *counts, const i64 *weights, i64 n)
{
    struct share_check s;
    check_shares(counts, weights, n, &s);
    return s.p;
}

enum { MANY = 100000 };

TEST(assignment_is_even)
{
    struct experiment_arm arms[3] = { { .weight = SOME(5) },
                                      { .weight = SOME(3) },
                                      { .weight = SOME(2) } };
    struct experiment_arm_list list = { arms, 3 };
    for (int salt = 0; salt < 5; salt++) {
        str name = str_fmt(test_ctx()->arena, "%d 1717200000000", salt);
        i64 counts[3] = { 0 }, places[100] = { 0 }, ones[100];
        for (i64 m = 1; m <= MANY; m++) {
            counts[experiment_arm_place(name, m, &list)]++;
            places[experiment_place(name, m, PLACES) / 100]++;
        }
        for (i64 i = 0; i < 100; i++) ones[i] = 1;
        CHECK(evenness(counts, (i64[]){ 5, 3, 2 }, 3) > 0.001);
        CHECK(evenness(places, ones, 100) > 0.001);
    }
    i64 places[100] = { 0 }, ones[100];
    for (i64 i = 0; i < 100; i++) ones[i] = 1;
    for (i64 m = 1; m <= MANY; m++) places[experiment_programme_place(m)]++;
    CHECK(evenness(places, ones, 100) > 0.001);
}

/* One of ten places by a salt; without one by the programme's hash, which SQL has too. */
static i64 tenth(str salt, i64 member)
{
    return salt.n ? experiment_place(salt, member, 10) : experiment_programme_place(member) / 10;
}
#define PROGRAMME NO_STR

/* Two placings of members know nothing of one another: the other's, `apart` ids on. */
static f64 independence_apart(str one, str other, i64 apart)
{
    i64 cells[100] = { 0 }, rows[10] = { 0 }, columns[10] = { 0 };
    f64 chi2 = 0;
    for (i64 m = 1; m <= MANY; m++) {
        i64 a = tenth(one, m), b = tenth(other, m + apart);
        cells[a * 10 + b]++, rows[a]++, columns[b]++;
    }
    for (i64 i = 0; i < 100; i++) {
        f64 expected = (f64)rows[i / 10] * (f64)columns[i % 10] / MANY;
        chi2 += ((f64)cells[i] - expected) * ((f64)cells[i] - expected) / expected;
    }
    return chi_square_above(chi2, 81);
}

static f64 independence(str one, str other) { return independence_apart(one, other, 0); }

TEST(assignments_are_independent)
{
    CHECK(independence(S("1 1717200000000"), S("2 1717200000000")) > 0.001);
    CHECK(independence(S("1 1717200000000"), S("layer 首页")) > 0.001);
    CHECK(independence(S("1 1717200000000"), S("share 1 1717200000000")) > 0.001);
    CHECK(independence(S("layer 首页"), PROGRAMME) > 0.001);
    CHECK(independence(S("1 1717200000000"), PROGRAMME) > 0.001);
    for (i64 apart = 1; apart < 5; apart++)
        CHECK(independence_apart(PROGRAMME, PROGRAMME, apart) > 0.001);
    CHECK(independence(S("layer 首页"), S("layer 商品页")) > 0.001);
    CHECK(independence(S("same"), S("same")) < 1e-100); /* the check can fail */
}

/* The hash is part of what is kept: another would give running experiments other arms. Worked out
 * from the published SipHash-2-4 and BLAKE2b by other means. */
TEST(hashes_stay_what_they_are)
{
    static const i64 want[] = { 1249, 7891, 5459, 6838, 4467, 5174, 877, 9728 };
    for (i64 m = 1; m <= COUNT(want); m++)
        CHECK_I64(experiment_place(S("1 1717200000000"), m, PLACES), want[m - 1]);
}

TEST(a_change_empties_what_is_named)
{
    struct ctx *c = test_ctx();
    struct experiment_guard guard = { .metric = S("refunded") };
    struct experiment_view v;
    i64 id = draft((struct experiment_post){ .name = S("草稿"),
                                             .guardrails = { &guard, 1 },
                                             .base = { true, .1 },
                                             .lift = { true, .2 },
                                             .ends_at = SOME(c->now + DAY_MS) });
    CHECK_ERR(c, empty_err(id, (struct experiment_emptied){ .base = true }), E_INVALID);
    CHECK_OK(c, change_err((struct experiment_patch){ .id = id, .share = SOME(50) }));
    CHECK_OK(c, experiment_get(test_reader(), id, &v));
    CHECK(v.base.has && v.lift.has && v.ends_at.has && v.guardrails.n == 1 && v.planned.has);
    CHECK_OK(c, empty_err(id, (struct experiment_emptied){
                                  .base = true, .lift = true, .guardrails = true }));
    CHECK_OK(c, experiment_get(test_reader(), id, &v));
    CHECK(!v.base.has && !v.lift.has && v.ends_at.has && !v.guardrails.n && !v.planned.has);
    CHECK_OK(c, start_err(id));
    CHECK_ERR(c, empty_err(id, (struct experiment_emptied){ .guardrails = true }), E_CONFLICT);
    CHECK_OK(c, empty_err(id, (struct experiment_emptied){ .ends_at = true }));
    CHECK_OK(c, experiment_get(test_reader(), id, &v));
    CHECK(!v.ends_at.has);
}

/* -- arms -------------------------------------------------------------------------------------- */

TEST(an_arm_is_kept)
{
    i64 *ids = members(200, "m"), in = 0, still = 0;
    i64 id = running((struct experiment_post){ .name = S("保持"), .share = SOME(40) });
    struct experiment_assigned first[200];
    for (i64 i = 0; i < 200; i++) {
        first[i] = assigned(id, ids[i]);
        CHECK(first[i].first == (first[i].result == EXPERIMENT_ASSIGNED));
        CHECK((first[i].arm.n > 0) == first[i].first);
        in += first[i].first;
    }
    CHECK(in > 40 && in < 120);
    later(DAY_MS);
    CHECK_OK(test_ctx(), change_err((struct experiment_patch){ .id = id, .share = SOME(90) }));
    CHECK_ERR(test_ctx(), change_err((struct experiment_patch){ .id = id, .share = SOME(50) }),
              E_INVALID);
    CHECK_ERR(test_ctx(), change_err((struct experiment_patch){ .id = id, .metric = S("orders") }),
              E_CONFLICT);
    i64 more = 0;
    for (i64 i = 0; i < 200; i++) {
        struct experiment_assigned again = assigned(id, ids[i]);
        more += again.result == EXPERIMENT_ASSIGNED;
        if (first[i].result != EXPERIMENT_ASSIGNED) continue;
        CHECK(!again.first && str_eq(again.arm, first[i].arm));
        CHECK_I64(again.exposed_at.value, first[i].exposed_at.value);
        still++;
    }
    CHECK_I64(still, in);
    CHECK(more > in + 50);
    struct experiment_view v;
    CHECK_OK(test_ctx(), experiment_get(test_reader(), id, &v));
    CHECK_I64(v.exposed, more);
}

TEST(a_layer_never_shares_a_member)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(300, "m"), both = 0, one = 0;
    i64 a =
        running((struct experiment_post){ .name = S("甲"), .layer = S("首页"), .share = SOME(50) });
    i64 b =
        running((struct experiment_post){ .name = S("乙"), .layer = S("首页"), .share = SOME(30) });
    i64 d =
        draft((struct experiment_post){ .name = S("丙"), .layer = S(" 首页"), .share = SOME(30) });
    CHECK_ERR(c, start_err(d), E_CONFLICT);
    CHECK(str_find(str_of(c->why.detail), S("甲 50%, 乙 30%")) > 0);
    CHECK(str_find(str_of(c->why.detail), S("20% are left")) > 0);
    CHECK_ERR(c, change_err((struct experiment_patch){ .id = a, .share = SOME(60) }), E_CONFLICT);
    CHECK(str_find(str_of(c->why.detail), S("乙")) > 0);
    CHECK_OK(c, change_err((struct experiment_patch){ .id = b, .share = SOME(40) }));
    for (i64 i = 0; i < 300; i++) {
        bool in_a = assigned(a, ids[i]).arm.n > 0, in_b = assigned(b, ids[i]).arm.n > 0;
        both += in_a && in_b;
        one += in_a || in_b;
    }
    CHECK_I64(both, 0);
    CHECK(one > 240 && one < 295); /* 90% */
    stopped(a);
    CHECK_OK(c, start_err(d));
    /* another layer, and none, are free */
    (void)running((struct experiment_post){ .name = S("丁"), .layer = S("商品页") });
    (void)running((struct experiment_post){ .name = S("戊") });
    (void)running((struct experiment_post){ .name = S("己") });
}

static enum err call_tag(struct tx *t, struct experiment_call *k)
{
    return tag_put(t, k->id, k->name, S("hand"), NONE);
}
static void tag(i64 member, str name)
{
    struct experiment_call k = { .fn = call_tag, .id = member, .name = name };
    CHECK_OK(test_ctx(), experiment_do(&k));
}
static enum err call_setting(struct tx *t, struct experiment_call *k)
{
    return setting_set(t, k->name, k->value);
}
static void setting(const char *name, const char *value)
{
    struct experiment_call k = { .fn = call_setting, .name = str_of(name), .value = str_of(value) };
    CHECK_OK(test_ctx(), experiment_do(&k));
}

TEST(outside_the_audience_there_is_no_arm)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(60, "m");
    tag(ids[0], S("老客"));
    i64 id = draft((struct experiment_post){
        .name = S("老客"), .audience = S("tag = \"老客\""), .ends_at = SOME(c->now + 2 * DAY_MS) });
    CHECK_I64(assigned(id, ids[0]).result, EXPERIMENT_NOT_RUNNING);
    CHECK_OK(c, start_err(id));
    CHECK_I64(assigned(id, ids[1]).result, EXPERIMENT_NOT_IN_AUDIENCE);
    CHECK(!assigned(id, ids[1]).arm.at);
    CHECK_I64(assigned(id, ids[0]).result, EXPERIMENT_ASSIGNED);
    tag(ids[1], S("老客"));
    CHECK_I64(assigned(id, ids[1]).result, EXPERIMENT_ASSIGNED);
    /* held out of all, but for those who have an arm */
    setting("experiments.holdout_percent", "50");
    CHECK_I64(assigned(id, ids[0]).result, EXPERIMENT_ASSIGNED);
    i64 all = running((struct experiment_post){ .name = S("全体") }), held = 0;
    for (i64 i = 0; i < 60; i++) held += assigned(all, ids[i]).result == EXPERIMENT_HELD_OUT;
    CHECK(held > 15 && held < 45);
    later(2 * DAY_MS);
    CHECK_I64(assigned(id, ids[0]).result, EXPERIMENT_NOT_RUNNING);
    stopped(all);
    for (i64 i = 0; i < 60; i++) CHECK_I64(assigned(all, ids[i]).result, EXPERIMENT_NOT_RUNNING);
    CHECK_ERR(c, start_err(all), E_CONFLICT);
    struct experiment_assigned out;
    CHECK_ERR(c, experiment_assign(test_store(), test_reader(), 99, ids[0], &out), E_NOT_FOUND);
    CHECK_ERR(c, experiment_assign(test_store(), test_reader(), id, 999999, &out), E_NOT_FOUND);
}

static i64 lines_of(i64 member, const char *kind)
{
    struct timeline_line_list lines = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_of_member(test_reader(), (ints){ &member, 1 }, 0, 200, &lines));
    for (i64 i = 0; i < lines.n; i++) n += str_eq(lines.at[i].kind, str_of(kind));
    return n;
}

TEST(a_first_exposure_is_once)
{
    i64 *ids = members(1, "m"), id = running((struct experiment_post){ .name = S("一次") });
    for (int i = 0; i < 3; i++) (void)assigned(id, ids[0]);
    CHECK_I64(lines_of(ids[0], "experiment.exposed"), 1);
    struct experiment_mine_list mine;
    CHECK_OK(test_ctx(), experiments_of(test_reader(), ids[0], &mine));
    CHECK_I64(mine.n, 1);
    CHECK_STR(mine.at[0].name, "一次");
    stopped(id);
    CHECK_OK(test_ctx(), experiments_of(test_reader(), ids[0], &mine));
    CHECK_I64(mine.n, 0);
}

TEST(looking_exposes_nobody)
{
    i64 *ids = members(60, "m"), in = 0;
    i64 id = running((struct experiment_post){ .name = S("看看"), .share = SOME(50) });
    for (i64 i = 0; i < 60; i++) {
        struct experiment_assigned seen, then;
        CHECK_OK(test_ctx(), experiment_look(test_store(), test_reader(), id, ids[i], &seen));
        CHECK(!seen.exposed_at.has && !seen.first);
        CHECK_I64(lines_of(ids[i], "experiment.exposed"), 0);
        then = assigned(id, ids[i]);
        CHECK(then.result == seen.result && str_eq(then.arm, seen.arm));
        in += then.first;
    }
    CHECK(in > 10 && in < 50);
    stopped(id);
    for (i64 i = 0; i < 60; i++) {
        struct experiment_assigned seen;
        CHECK_OK(test_ctx(), experiment_look(test_store(), test_reader(), id, ids[i], &seen));
        CHECK(seen.result == EXPERIMENT_NOT_RUNNING);
        in -= seen.arm.n > 0 && seen.exposed_at.has;
    }
    CHECK_I64(in, 0);
}

static enum err call_merge(struct tx *t, struct experiment_call *k)
{
    return member_merge(t, k->winner, k->loser, S("test"), &k->merge);
}
static enum err call_part(struct tx *t, struct experiment_call *k)
{
    return member_unmerge(t, k->merge);
}

/* Members of a segment, by SQL. */
static ints members_of(const char *text)
{
    struct ctx *c = test_reader();
    const struct segment_node *tree;
    ints found;
    instant at;
    CHECK_OK(c, segment_at_read(c, NO_STR, &at));
    CHECK_OK(c, segment_parse(c, str_of(text), &tree));
    CHECK_OK(c, segment_members(c, tree, at, &found));
    return found;
}
static i64 count_of(const char *text) { return members_of(text).n; }

TEST(the_held_out_are_listed)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(120, "m");
    i64 id = running((struct experiment_post){ .name = S("全体") });
    static const char *const percents[] = { "0", "20", "50", "5" };
    for (i64 k = 0; k < COUNT(percents); k++) {
        struct experiment_held page;
        i64 held = 0, listed = 0, after = 0;
        setting("experiments.holdout_percent", percents[k]);
        for (i64 i = 0; i < 120; i++) {
            struct experiment_assigned seen;
            CHECK_OK(c, experiment_look(test_store(), test_reader(), id, ids[i], &seen));
            held += seen.result == EXPERIMENT_HELD_OUT;
        }
        CHECK(k == 0 ? held == 0 : held > 0 && held < 100);
        do {
            CHECK_OK(c, experiment_held_list(test_reader(), after, 7, &page));
            for (i64 i = 0; i < page.members.n; i++) {
                struct experiment_assigned seen;
                CHECK(page.members.at[i] > after);
                after = page.members.at[i];
                CHECK_OK(c, experiment_look(test_store(), test_reader(), id, after, &seen));
                CHECK(seen.result == EXPERIMENT_HELD_OUT);
            }
            listed += page.members.n;
        } while (page.members.n);
        CHECK_I64(listed, held);
    }
}

static enum err call_skip(struct tx *t, struct experiment_call *k)
{
    return tx_take(t, S("member"), 3000000000, &k->id);
}

/* By SQL, of ids far beyond those a shop has, too: the same as where one is asked for. */
TEST(segments_ask_who_is_held_out)
{
    struct ctx *c = test_ctx();
    static const char *const percents[] = { "0", "1", "30", "50" };
    i64 *ids = members(400, "m"), merge = ids[399];
    struct experiment_call k = { .fn = call_skip };
    CHECK_OK(c, experiment_do(&k));
    members(40, "far");
    k = (struct experiment_call){ .fn = call_merge, .winner = ids[0], .loser = merge };
    CHECK_OK(c, experiment_do(&k));
    for (i64 i = 0; i < COUNT(percents); i++) {
        setting("experiments.holdout_percent", percents[i]);
        struct experiment_held all;
        CHECK_OK(c, experiment_held_list(test_reader(), 0, 1000, &all));
        ints held = members_of("held_out = true");
        CHECK_I64(held.n, all.members.n);
        for (i64 m = 0; m < held.n; m++) CHECK_I64(held.at[m], all.members.at[m]);
        CHECK_I64(held.n + count_of("held_out = false"), i == 0 ? 0 : 439);
        CHECK_I64(count_of("held_out is unknown"), i == 0 ? 439 : 0);
        CHECK(i < 2 || (held.n > 60 && held.n < 300));
    }
}

TEST(segments_ask_for_an_arm)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(60, "m"), new = 0, old = 0;
    i64 id = running((struct experiment_post){ .name = S("新包装") });
    i64 other = running((struct experiment_post){ .name = S("新详情页"), .share = SOME(50) });
    for (i64 i = 0; i < 60; i++) {
        str arm = assigned(id, ids[i]).arm;
        new += str_eq(arm, S("新"));
        old += assigned(other, ids[i]).arm.n > 0;
        later(MINUTE_MS);
    }
    str first = str_fmt(c->arena, "arm_%lld", (long long)id);
    CHECK_I64(count_of(str_z(c->arena, str_fmt(c->arena, STR_FMT " = \"新\"", STR_ARG(first)))),
              new);
    CHECK_I64(count_of(str_z(c->arena, str_fmt(c->arena, STR_FMT " = \"对照\"", STR_ARG(first)))),
              60 - new);
    CHECK_I64(count_of(str_z(c->arena, str_fmt(c->arena, "arm_%lld is known", (long long)other))),
              old);
    CHECK(old > 10 && old < 50 && new > 10 && new < 50);
    i64 kept = draft((struct experiment_post){ .name = S("草稿") });
    const struct segment_node *tree;
    str text = str_fmt(c->arena, "arm_%lld is known", (long long)kept);
    CHECK_ERR(c, segment_parse(test_reader(), text, &tree), E_INVALID);
}

TEST(merges_keep_the_earlier_exposure)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(40, "m"), a = 0, b = 0;
    i64 id = running((struct experiment_post){ .name = S("合并") });
    for (i64 i = 0; i < 40; i++) { /* b, exposed first, in the other arm than a */
        bool is_new = str_eq(assigned(id, ids[i]).arm, S("新"));
        if (is_new && !b) b = ids[i];
        if (!is_new && b && !a) a = ids[i];
        later(MINUTE_MS);
    }
    CHECK(a && b);
    i64 new_before = count_of("experiment = \"合并:新\""), all = count_of("experiment = \"合并\"");
    CHECK_I64(all, 40);
    struct experiment_call merge = { .fn = call_merge, .winner = a, .loser = b };
    CHECK_OK(c, experiment_do(&merge));
    CHECK_STR(assigned(id, a).arm, "新");
    CHECK_STR(assigned(id, b).arm, "新"); /* an old id leads to him */
    CHECK_I64(count_of("experiment = \"合并\""), 39);
    CHECK_I64(count_of("experiment = \"合并:新\""), new_before);
    const char *arm = str_z(c->arena, str_fmt(c->arena, "arm_%lld = \"新\"", (long long)id));
    CHECK_I64(count_of(arm), new_before);
    struct experiment_result_view r;
    CHECK_OK(c, experiment_result_make(test_reader(), id, 0, &r));
    CHECK_I64(r.exposed, 39);
    merge.fn = call_part;
    CHECK_OK(c, experiment_do(&merge));
    CHECK_STR(assigned(id, a).arm, "对照");
    CHECK_STR(assigned(id, b).arm, "新");
    CHECK_I64(count_of("experiment = \"合并\""), 40);
}

/* A member who has an arm of his layer by a merge gets none of another. */
TEST(a_merged_member_is_in_one_of_a_layer)
{
    struct ctx *c = test_ctx();
    i64 *ids = members(40, "m"), a = 0, b = 0;
    i64 x =
        running((struct experiment_post){ .name = S("甲"), .layer = S("L"), .share = SOME(50) });
    i64 y =
        running((struct experiment_post){ .name = S("乙"), .layer = S("L"), .share = SOME(50) });
    for (i64 i = 0; i < 40 && !b; i++)
        if (assigned(y, ids[i]).arm.n) b = ids[i];
    for (i64 i = 0; i < 40 && !a; i++) /* a place of x, not asked for yet */
        if (experiment_place(S("layer l"), ids[i], PLACES) < PLACES / 2) a = ids[i];
    CHECK(a && b && a != b);
    struct experiment_call merge = { .fn = call_merge, .winner = a, .loser = b };
    CHECK_OK(c, experiment_do(&merge));
    CHECK_I64(assigned(x, a).result, EXPERIMENT_IN_ANOTHER);
    CHECK_I64(assigned(y, a).result, EXPERIMENT_ASSIGNED);
    stopped(y);
    CHECK_I64(assigned(x, a).result, EXPERIMENT_ASSIGNED);
}

/* -- results ----------------------------------------------------------------------------------- */

struct naive {
    i64 n, buyers, orders, refunded, did, times;
    money spent, refund;
};

enum { PEOPLE = 120, SALES = 400, WINDOW = 7 };

static void check_counts(const struct experiment_result_view *r, const struct naive *want)
{
    for (i64 k = 0; k < 2; k++) {
        const struct naive *w = &want[k];
        CHECK_I64(r->primary->arms.at[k].n, w->n);
        CHECK_I64(r->primary->arms.at[k].hits.value, w->buyers);
        CHECK_I64(r->guardrails.at[0].arms.at[k].hits.value, w->refunded);
        CHECK_I64(r->guardrails.at[1].arms.at[k].sum.value, w->refund);
        CHECK_I64(r->guardrails.at[2].arms.at[k].sum.value, w->spent);
        CHECK_I64(r->guardrails.at[3].arms.at[k].sum.value, w->orders * MONEY_UNIT);
        CHECK_I64(r->guardrails.at[4].arms.at[k].hits.value, w->did);
        CHECK_I64(r->guardrails.at[5].arms.at[k].sum.value, w->times * MONEY_UNIT);
        CHECK(w->buyers > 5 && w->did > 5 && w->refunded > 2);
    }
}

/* Facts thrown about around exposure, and an obvious loop that counts them. */
TEST(results_are_of_facts_after_exposure)
{
    struct ctx *c = test_reader();
    struct dice dice = { .state = 5 };
    i64 *ids = members(PEOPLE, "m"), times[PEOPLE], arm[PEOPLE];
    struct experiment_guard guards[] = { { S("refunded"), { 0 }, { 0 } },
                                         { S("refund"), { 0 }, { 0 } },
                                         { S("spent"), { true, 0.5 }, { 0 } },
                                         { S("orders"), { 0 }, { 0 } },
                                         { S("did:Product Viewed"), { 0 }, { 0 } },
                                         { S("count:Product Viewed"), { 0 }, { true, false } } };
    i64 id = running((struct experiment_post){
        .name = S("结果"), .window_days = SOME(WINDOW), .guardrails = { guards, COUNT(guards) } });
    instant begun = c->now;
    for (i64 i = 0; i < PEOPLE; i++) {
        struct experiment_assigned x = assigned(id, ids[i]);
        times[i] = x.exposed_at.value;
        arm[i] = str_eq(x.arm, S("新"));
        later(HOUR_MS);
    }
    struct naive want[2] = { 0 };
    struct sale sales[SALES];
    struct timeline_line views[SALES];
    instant stop_at = begun + 12 * DAY_MS;
    struct {
        i64 orders, refunded, views;
        money spent, refund;
    } each[PEOPLE] = { 0 };
    for (i64 i = 0; i < SALES; i++) {
        i64 who = dice_below(&dice, PEOPLE);
        money paid = (1 + dice_below(&dice, 300)) * YUAN;
        money refund = dice_below(&dice, 4) ? 0 : dice_below(&dice, 2) ? paid : paid / 2;
        instant at = begun - DAY_MS + dice_below(&dice, 16 * 24) * HOUR_MS;
        if (i % 9 == 0) at = times[who]; /* at the very moment of exposure, and of the end */
        if (i % 9 == 1) at = times[who] + WINDOW * DAY_MS;
        sales[i] = (struct sale){ ids[who], at, paid, .refund = refund };
        views[i] =
            (struct timeline_line){ .member = ids[who], .at = at, .kind = S("Product Viewed") };
        if (at < times[who] || at >= times[who] + WINDOW * DAY_MS || at >= stop_at) continue;
        each[who].orders += paid > refund;
        each[who].spent += paid > refund ? paid - refund : 0;
        each[who].refunded += refund > 0;
        each[who].refund += refund;
        each[who].views++;
    }
    for (i64 i = 0; i < PEOPLE; i++) {
        struct naive *w = &want[arm[i]];
        w->n++, w->buyers += each[i].orders > 0, w->orders += each[i].orders;
        w->refunded += each[i].refunded > 0, w->did += each[i].views > 0;
        w->times += each[i].views, w->spent += each[i].spent, w->refund += each[i].refund;
    }
    shop_sales(c, sales, SALES);
    shop_lines(c, views, SALES);
    test_ctx()->now = stop_at;
    stopped(id);
    later(30 * DAY_MS);
    struct experiment_result_view r;
    CHECK_OK(c, experiment_result_make(test_reader(), id, 0.05, &r));
    CHECK_I64(r.until, stop_at);
    CHECK_I64(r.exposed, PEOPLE);
    check_counts(&r, want);
    CHECK(!r.guardrails.at[5].more_is_better && r.guardrails.at[4].more_is_better);
    CHECK_I64(r.guardrails.at[2].guarded.n, 1);
    CHECK(fabs(r.guardrails.at[2].guarded.at[0].margin -
               0.5 * (f64)want[0].spent / MONEY_UNIT / (f64)want[0].n) < 1e-9);
}

TEST(a_real_effect_is_judged_better_and_harm_is_seen)
{
    struct ctx *c = test_reader();
    enum { N = 600 };
    i64 *ids = members(N, "m"), sold = 0;
    struct experiment_guard guards[] = { { S("did:Unsubscribed"), { 0 }, { true, false } } };
    i64 id = running((struct experiment_post){ .name = S("有效"), .guardrails = { guards, 1 } });
    struct sale *sales = NEWS(c->arena, struct sale, N);
    struct timeline_line *lines = NEWS(c->arena, struct timeline_line, N);
    for (i64 i = 0; i < N; i++) {
        bool is_new = str_eq(assigned(id, ids[i]).arm, S("新"));
        if (i % 10 >= (is_new ? 5 : 1)) continue;
        sales[sold] = (struct sale){ ids[i], c->now + HOUR_MS, 10 * YUAN };
        lines[sold++] = (struct timeline_line){ .member = ids[i],
                                                .at = c->now + HOUR_MS,
                                                .kind = S("Unsubscribed") };
    }
    shop_sales(c, sales, sold);
    shop_lines(c, lines, sold);
    struct experiment_result_view r;
    CHECK_OK(c, experiment_result_make(test_reader(), id, 0, &r));
    CHECK(r.verdicts.at[0].verdict == VERDICT_OPEN || r.verdicts.at[0].verdict == VERDICT_UNKNOWN);
    later(DAY_MS);
    CHECK_OK(c, experiment_result_make(test_reader(), id, 0, &r));
    CHECK_STR(r.verdicts.at[0].arm, "新");
    CHECK_I64(r.verdicts.at[0].verdict, VERDICT_BETTER);
    CHECK_I64(r.guardrails.at[0].guarded.at[0].state, GUARDRAIL_HARMED);
    CHECK(!r.srm->warn);
}

/* -- terms ------------------------------------------------------------------------------------- */

TEST(what_cannot_be_is_refused)
{
    struct ctx *c = test_ctx();
    struct experiment_arm same[] = { { .name = S("A") }, { .name = S("ａ") } };
    struct experiment_arm one[] = { { .name = S("A") } };
    struct experiment_guard guard[] = { { .metric = S("clicks") } };
    struct experiment_post bad[] = {
        { .name = S("a:b") },
        { .name = S("x"), .arms = { same, 2 } },
        { .name = S("x"), .arms = { one, 1 } },
        { .name = S("x"), .audience = S("tag = ") },
        { .name = S("x"), .audience = S("in_segment(\"没有\")") },
        { .name = S("x"), .share = SOME(101) },
        { .name = S("x"), .metric = S("did") },
        { .name = S("x"), .metric = S("spent:x") },
        { .name = S("x"), .guardrails = { guard, 1 } },
        { .name = S("x"), .window_days = SOME(400) },
        { .name = S("x"), .base = { true, 0.1 } },
        { .name = S("x"), .metric = S("spent"), .base = { true, 0.1 }, .lift = { true, 0.1 } },
    };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct experiment_call k = draft_call(bad[i]);
        enum err e = experiment_do(&k);
        if (e == OK) print_message("# %lld was taken\n", (long long)i);
        CHECK(e == E_INVALID || e == E_NOT_FOUND);
    }
    i64 id = draft(
        (struct experiment_post){ .name = S("好"), .base = { true, 0.1 }, .lift = { true, 0.2 } });
    struct experiment_call again = draft_call((struct experiment_post){ .name = S("好") });
    CHECK_ERR(c, experiment_do(&again), E_CONFLICT);
    CHECK_OK(c, change_err(
                    (struct experiment_patch){ .id = id, .name = S("更好"), .layer = S("首页") }));
    struct experiment_view v;
    CHECK_OK(c, experiment_get(test_reader(), id, &v));
    CHECK_STR(v.name, "更好");
    CHECK_I64(v.planned.value, 3841);
    struct experiment_call stop = { .fn = call_stop, .stop = { id, S("早") } };
    CHECK_ERR(c, experiment_do(&stop), E_CONFLICT);
}

TEST(the_command_line_goes_through_the_same_doors)
{
    struct ctx *c = test_reader();
    i64 *ids = members(10, "m");
    i64 id = draft((struct experiment_post){ .name = S("新包装") });
    const char *number = str_z(c->arena, str_fmt(c->arena, "%lld", (long long)id));
    CHECK(str_find(KOI_RUN(c, 0, "experiment", "list"), S("新包装")) > 0);
    CHECK(str_find(KOI_RUN(c, 0, "experiment", "start", number, "--json"),
                   S("\"state\":\"running\"")) > 0);
    (void)KOI_RUN(c, 1, "experiment", "start", number);
    test_ctx()->now = clock_now() + MINUTE_MS; /* the command has the wall clock */
    for (i64 i = 0; i < 10; i++) CHECK(assigned(id, ids[i]).arm.n > 0);
    CHECK(str_find(KOI_RUN(c, 0, "experiment", "show", number, "--json"), S("\"exposed\":10")) > 0);
    CHECK(str_find(KOI_RUN(c, 0, "experiment", "show", number, "--locale", "en"),
                   S("intent to treat")) > 0);
    (void)KOI_RUN(c, 2, "experiment", "stop", number);
    CHECK(str_find(KOI_RUN(c, 0, "experiment", "stop", number, "--reason", "缺货", "--json"),
                   S("\"stop_reason\":\"缺货\"")) > 0);
    (void)KOI_RUN(c, 1, "experiment", "show", "999");
    (void)KOI_RUN(c, 2, "experiment", "show", "x");
}
