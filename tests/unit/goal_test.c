/* goal_test.c -- goals: pace, status and forecast as arithmetic against naive twins and seeded
 * shops; goals of a shop, their faults, the template. */
#include <math.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "insight/goal/inside.h"
#include "insight_shop.h"

#define YUAN MONEY_UNIT

static const struct metric *metric_named(const char *name)
{
    const struct metric *m = metrics;
    while (m->name && strcmp(m->name, name)) m++;
    CHECK(m->name);
    return m;
}

static day named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

static bool near(f64 got, f64 want) { return fabs(got - want) <= 1e-6 * (1 + fabs(want)); }

/* Roughly normal: the sum of twelve even numbers less six. */
static f64 noise(struct dice *d)
{
    f64 sum = -6;
    for (int i = 0; i < 12; i++) sum += (f64)dice_below(d, 1000001) / 1e6;
    return sum;
}

/* Weekdays, a trend, a yearly wave and noise. */
static struct goal_series a_series(struct ctx *c, struct dice *d, day first, i64 n)
{
    f64 *a = NEWS(c->arena, f64, n), *b = NEWS(c->arena, f64, n);
    f64 weekday[7], growth = (f64)dice_below(d, 100) / 1e3 / 30, level = 500000;
    for (int i = 0; i < 7; i++) weekday[i] = 0.5 + (f64)dice_below(d, 1000) / 1000;
    for (i64 i = 0; i < n; i++) {
        f64 mean = level * weekday[(first + i) % 7] * (1 + growth * (f64)i / 3);
        a[i] = round(fmax(0, mean * (1 + 0.3 * noise(d))));
        b[i] = round(fmax(1, 40 * weekday[(first + i) % 7] * (1 + 0.2 * noise(d))));
    }
    return (struct goal_series){ first, n, a, b };
}

/* -- forecasts ----------------------------------------------------------------------------------
 */

/* Each way once more, a day at a time and by dates. */
static f64 naive_day(enum goal_way way, const f64 *y, day first, i64 at, i64 k)
{
    i64 weeks = at >= 112 ? 8 : 4, week = k / 7;
    f64 mean = 0, late = 0, early = 0, distance = ((f64)weeks + 1) / 2;
    if (way == WAY_YEAR) {
        for (i64 i = 1; i <= 56; i++) {
            late += y[at - i];
            early += y[month_add(first + (day)(at - i), -12) - first];
        }
        return y[month_add(first + (day)(at + k), -12) - first] * late / early;
    }
    for (i64 i = 0; i < at; i++)
        if (i >= at - 7 * weeks && (at + k - i) % 7 == 0) mean += y[i] / (f64)weeks;
    if (way == WAY_WEEKDAY) return mean;
    for (i64 i = 0; i < at; i++) {
        if (i >= at - 7 * weeks) late += y[i] / (7.0 * (f64)weeks);
        else if (i >= at - 14 * weeks) early += y[i] / (7.0 * (f64)weeks);
    }
    for (i64 w = 1; w <= week; w++) distance += pow(0.8, (f64)w);
    return fmax(0, mean + (late - early) / (f64)weeks * distance);
}

TEST(forecasts_equal_the_naive)
{
    struct ctx *c = test_ctx();
    struct dice d = { 11 };
    for (int round = 0; round < 60; round++) {
        i64 n = 57 + dice_below(&d, 700), ahead = 1 + dice_below(&d, 100);
        struct goal_series s = a_series(c, &d, named("2022-02-20") + (day)dice_below(&d, 30), n);
        f64 *out = NEWS(c->arena, f64, ahead);
        for (enum goal_way way = WAY_WEEKDAY; way <= WAY_YEAR; way++) {
            bool done = goal_days_ahead(way, s.a, s.first, n, ahead, out);
            CHECK(done == (way != WAY_YEAR || month_add(s.first + (day)n - 56, -12) >= s.first));
            for (i64 k = 0; done && k < ahead; k++)
                CHECK(near(out[k], naive_day(way, s.a, s.first, n, k)));
        }
    }
}

/* An interval of 80 % holds the end in about 80 of 100 shops. */
static f64 covered(struct ctx *c, const struct metric *m, i64 known, i64 elapsed, i64 ahead,
                   u64 seed)
{
    struct dice d = { seed };
    i64 held = 0, shops = 300;
    for (i64 i = 0; i < shops; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct goal_series all = a_series(c, &d, named("2022-01-03"), known + ahead);
        struct goal_series s = { all.first, known, all.a, all.b };
        struct goal_foreseen f;
        f64 a = 0, b = 0;
        goal_foresee(c->arena, m, &s, elapsed, ahead, 0, 0, &f);
        CHECK(f.has && f.n == ahead);
        for (i64 k = known - elapsed; k < known + ahead; k++) a += all.a[k], b += all.b[k];
        held += fabs(goal_value(m, a, b).value - f.value[ahead - 1]) <= f.half[ahead - 1];
        arena_rewind(c->arena, mark);
    }
    return (f64)held / (f64)shops;
}

TEST(intervals_cover_their_share)
{
    struct ctx *c = test_ctx();
    const struct metric *sum = metric_named("net_sales"), *ratio = metric_named("aov");
    const struct {
        const struct metric *m;
        i64 known, elapsed, ahead;
    } cases[] = { { sum, 640, 30, 61 },
                  { sum, 500, 80, 11 },
                  { sum, 300, 5, 25 },
                  { ratio, 640, 30, 61 },
                  { ratio, 300, 5, 25 } };
    for (i64 i = 0; i < COUNT(cases); i++) {
        f64 share =
            covered(c, cases[i].m, cases[i].known, cases[i].elapsed, cases[i].ahead, (u64)(7 + i));
        print_message("%s, %lld days known, %lld ahead: %.3f\n", cases[i].m->name,
                      (long long)cases[i].known, (long long)cases[i].ahead, share);
        CHECK(share >= 0.72 && share <= 0.90);
    }
}

/* Earlier windows whose value grows by about the same factor to their end. */
TEST(windows_cover_their_share)
{
    struct ctx *c = test_ctx();
    const struct metric *counts = metric_named("buyers"), *ratio = metric_named("repeat_rate");
    for (int which = 0; which < 2; which++) {
        struct dice d = { 23 };
        i64 held = 0, shops = 1000;
        for (i64 i = 0; i < shops; i++) {
            struct goal_window w[9];
            struct goal_foreseen f;
            for (int k = 0; k < 9; k++) {
                f64 size = 800 + 40 * noise(&d), part = 0.25 + 0.02 * noise(&d);
                w[k] =
                    (struct goal_window){ .at_b = size, .full_b = size * (1.6 + 0.1 * noise(&d)) };
                w[k].at_a = which ? size * part : w[k].at_b;
                w[k].full_a = which ? w[k].full_b * (part + 0.08 + 0.02 * noise(&d)) : w[k].full_b;
            }
            const struct metric *m = which ? ratio : counts;
            goal_develop(c->arena, m, w, 8, w[8].at_a, w[8].at_b, &f);
            CHECK(f.has && f.n == 1 && f.trials == 8);
            f64 real = goal_value(m, w[8].full_a, w[8].full_b).value;
            held += fabs(real - f.value[0]) <= f.half[0];
        }
        print_message("windows, %s: %.3f\n", which ? "ratio" : "count", (f64)held / (f64)shops);
        CHECK(held >= 72 * shops / 100 && held <= 90 * shops / 100);
    }
}

TEST(short_history_is_said)
{
    struct ctx *c = test_ctx();
    struct dice d = { 5 };
    const struct metric *m = metric_named("orders");
    struct goal_foreseen f;
    struct goal_window w[3] = { { 1, 1, 2, 2 }, { 1, 1, 2, 2 }, { 1, 1, 2, 2 } };
    for (i64 n = 0; n < 200; n += 13) {
        struct goal_series s = a_series(c, &d, named("2022-01-03"), n);
        goal_foresee(c->arena, m, &s, 0, 30, 0, 0, &f);
        /* eight weeks, and four windows of thirty days that do not overlap */
        CHECK(f.has == (n >= 56 + 4 * 30 - 1));
    }
    goal_develop(c->arena, m, w, 3, 5, 5, &f);
    CHECK(!f.has);
}

TEST(a_forecast_worked_by_hand)
{
    struct ctx *c = test_ctx();
    f64 y[56], out[8];
    for (int i = 0; i < 56; i++) y[i] = i < 28 ? 10 : 14; /* 1 more a week, on average */
    CHECK(goal_days_ahead(WAY_WEEKDAY, y, 4, 56, 8, out));
    CHECK(near(out[0], 14) && near(out[7], 14));
    CHECK(goal_days_ahead(WAY_DRIFT, y, 4, 56, 8, out));
    CHECK(near(out[0], 14 + 1 * 2.5) && near(out[7], 14 + 1 * (2.5 + 0.8)));
    CHECK(!goal_days_ahead(WAY_YEAR, y, 4, 56, 8, out));
    struct goal_window w[] = {
        { 10, 10, 20, 20 }, { 10, 10, 30, 30 }, { 20, 20, 50, 50 }, { 10, 10, 25, 25 }
    };
    struct goal_foreseen f;
    goal_develop(c->arena, metric_named("buyers"), w, 4, 8, 8, &f);
    CHECK(f.has && near(f.value[0], 8.0 * 125 / 50));
}

/* -- pace ---------------------------------------------------------------------------------------
 */

TEST(pace_is_the_share_of_last_year)
{
    struct ctx *c = test_ctx();
    struct dice d = { 31 };
    const struct metric *m = metric_named("net_sales"), *ratio = metric_named("aov");
    for (int round = 0; round < 40; round++) {
        struct goal_series s = a_series(c, &d, named("2022-06-01"), 700);
        struct metric_period p = { named("2023-06-01") + (day)dice_below(&d, 300), 0 };
        struct goal_shares got, of_ratio;
        p.to = p.from + (day)dice_below(&d, 300);
        goal_shares_make(c->arena, m, &s, p, &got);
        goal_shares_make(c->arena, ratio, &s, p, &of_ratio);
        bool there = month_add(p.to, -12) < s.first + s.n;
        CHECK((got.by == PACE_YEAR) == there);
        f64 all = 0, a = 0, b = 0, all_a = 0, all_b = 0;
        for (day k = month_add(p.from, -12); there && k <= month_add(p.to, -12); k++) {
            all += s.a[k - s.first];
            all_a += s.a[k - s.first], all_b += s.b[k - s.first];
        }
        for (i64 i = 0; there && i < got.days; i++) {
            f64 upto = 0;
            a = b = 0;
            for (day k = month_add(p.from, -12); k <= month_add(p.from + (day)i, -12); k++) {
                upto += s.a[k - s.first];
                a += s.a[k - s.first], b += s.b[k - s.first];
            }
            CHECK(near(got.upto[i + 1], upto / all));
            CHECK(near(of_ratio.upto[i + 1], (a / b) / (all_a / all_b)));
        }
    }
}

TEST(pace_falls_back)
{
    struct ctx *c = test_ctx();
    f64 y[60], none[1];
    for (int i = 0; i < 60; i++) y[i] = i % 7 == 2 ? 40 : 10; /* one day in seven is 40 of 100 */
    struct goal_series s = { named("2024-01-01"), 60, y, y },
                       empty = { named("2024-03-01"), 0, none, none };
    struct metric_period p = { named("2024-03-01"), named("2024-03-14") };
    struct goal_shares got;
    const struct metric *m = metric_named("orders");
    goal_shares_make(c->arena, m, &s, p, &got);
    CHECK(got.by == PACE_WEEKDAY && near(got.upto[7], 0.5) && near(got.upto[14], 1));
    for (i64 i = 0; i < 14; i++) /* 2024-01-03 was a Wednesday, so is 2024-03-06 */
        CHECK(near(got.upto[i + 1] - got.upto[i], i % 7 == 5 ? 0.2 : 0.05));
    goal_shares_make(c->arena, m, &empty, p, &got);
    CHECK(got.by == PACE_STRAIGHT && near(got.upto[3], 3.0 / 14));
    goal_shares_make(c->arena, metric_named("aov"), &s, p, &got);
    CHECK(got.by == PACE_STRAIGHT && near(got.upto[0], 1) && near(got.upto[9], 1));
}

/* -- status -------------------------------------------------------------------------------------
 */

static enum goal_status status(const char *metric, day today, i64 actual, i64 pace, i64 target)
{
    struct goal_standing s = { { 100, 199 }, today,        SOME(actual), SOME(pace),
                               target,       .low = { 0 }, .high = { 0 } };
    return goal_status_of(metric_named(metric), &s);
}

TEST(statuses_by_their_cuts)
{
    CHECK(status("orders", 99, 0, 0, 100) == GOAL_NOT_BEGUN);
    CHECK(status("orders", 150, 53, 50, 100) == GOAL_AHEAD);
    CHECK(status("orders", 150, 52, 50, 100) == GOAL_ON_TRACK);
    CHECK(status("orders", 150, 48, 50, 100) == GOAL_ON_TRACK);
    CHECK(status("orders", 150, 47, 50, 100) == GOAL_BEHIND);
    CHECK(status("orders", 150, 40, 50, 100) == GOAL_BEHIND);
    CHECK(status("orders", 150, 39, 50, 100) == GOAL_AT_RISK);
    CHECK(status("orders", 150, 100, 50, 100) == GOAL_REACHED);
    CHECK(status("orders", 200, 99, 100, 100) == GOAL_MISSED);
    CHECK(status("orders", 200, 100, 100, 100) == GOAL_REACHED);
    CHECK(status("orders", 100, 0, 0, 100) == GOAL_ON_TRACK);
    CHECK(status("net_sales", 150, 100, 50, 100) == GOAL_AHEAD); /* refunds may come yet */
    CHECK(status("cac", 150, 47, 50, 50) == GOAL_AHEAD);
    CHECK(status("cac", 150, 50, 50, 50) == GOAL_ON_TRACK);
    CHECK(status("cac", 150, 62, 50, 50) == GOAL_BEHIND);
    CHECK(status("cac", 150, 63, 50, 50) == GOAL_AT_RISK);
    CHECK(status("cac", 150, 0, 50, 50) == GOAL_AHEAD);
    CHECK(status("cac", 200, 50, 50, 50) == GOAL_REACHED);
    CHECK(status("refund", 150, 101, 50, 100) == GOAL_MISSED);
    struct goal_standing s = { { 100, 199 }, 150,          SOME(45),    SOME(50),
                               100,          { true, 70 }, { true, 99 } };
    CHECK(goal_status_of(metric_named("orders"), &s) == GOAL_AT_RISK);
    s.high.value = 101;
    CHECK(goal_status_of(metric_named("orders"), &s) == GOAL_BEHIND);
    s.actual = NONE;
    CHECK(goal_status_of(metric_named("orders"), &s) == GOAL_UNKNOWN);
}

/* -- goals of a shop: now is 2024-06-01 08:00 in Shanghai ----------------------------------------
 */

static enum err create(struct tx *t, void *arg) { return goal_create(t, arg); }

static enum err set_goal(struct ctx *c, const struct goal_post *in, i64 *id)
{
    struct goal_row row;
    *id = 0;
    TRY(goal_prepare(c, in, &row));
    TRY(store_write(c->store, c, create, &row));
    *id = row.id;
    return OK;
}

static struct goal_view got(struct ctx *c, i64 id, struct goal_detail *d)
{
    CHECK_OK(c, goal_get(c, id, d));
    return *d->goal;
}

/* 10 yuan every day of 2023 and 2024 up to 31 May, one member a day. */
static void steady_shop(struct ctx *c)
{
    day from = named("2023-01-01"), to = named("2024-05-31");
    i64 n = to - from + 1;
    i64 *ids = shop_members(c, 40, on("2023-01-01", 0), S("m"));
    struct sale *sales = NEWS(c->arena, struct sale, n);
    for (i64 i = 0; i < n; i++)
        sales[i] = (struct sale){ .member = ids[i % 40],
                                  .at = zone_midnight(c->zone, from + (day)i) + HOUR_MS,
                                  .paid = 10 * YUAN };
    shop_sales(c, sales, n);
}

TEST(a_goal_of_a_steady_shop)
{
    struct ctx *c = test_reader();
    struct goal_detail d;
    i64 id;
    steady_shop(c);
    struct goal_post in = { .metric = S("net_sales"), .period = S("2024-Q2"), .target = S("1820") };
    CHECK_OK(c, set_goal(c, &in, &id));
    struct goal_view g = got(c, id, &d);
    struct goal_progress *p = g.progress;
    CHECK_STR(g.label, "Net sales · 2024-Q2");
    CHECK_STR(g.baseline, "910.00");
    CHECK(g.baseline_of == BASELINE_YEAR_AGO);
    CHECK_STR(g.lift, "1");
    CHECK_STR(p->actual, "610.00"); /* April and May */
    CHECK(p->pace_by == PACE_YEAR);
    /* 61 days of 91, and a third of today: 1820 x (61 + 1/3) / 91 */
    CHECK_STR(p->pace, "1226.67");
    CHECK(p->status == GOAL_AT_RISK);
    CHECK_STR(p->done, "0.335165");
    CHECK_STR(p->against_pace, "-0.502719");
    CHECK(p->forecast != NULL);
    CHECK_STR(p->forecast->value, "910.00"); /* every day is alike: no error at all */
    CHECK_STR(p->forecast->low, "910.00");
    CHECK_I64(d.points.n, 91);
    CHECK_STR(d.points.at[60].actual, "610.00");
    CHECK(!d.points.at[62].actual.at);
    CHECK_STR(d.points.at[90].pace, "1820.00");
    CHECK_STR(d.points.at[90].forecast, "910.00");
    CHECK_STR(d.members, "orders(62d) >= 1");
}

TEST(what_counts_members_is_developed)
{
    struct ctx *c = test_reader();
    struct goal_detail d;
    i64 id;
    steady_shop(c);
    /* every window of a month has as many different buyers as days: at most 31 of 40 */
    struct goal_post in = {
        .metric = S("buyers"), .from = S("2024-05-20"), .to = S("2024-06-08"), .target = S("20")
    };
    CHECK_OK(c, set_goal(c, &in, &id));
    struct goal_view g = got(c, id, &d);
    CHECK_STR(g.progress->actual, "12");
    CHECK(g.progress->pace_by == PACE_YEAR);
    CHECK_STR(g.progress->pace, "12");
    CHECK(g.progress->status == GOAL_ON_TRACK);
    CHECK(g.progress->forecast && g.progress->forecast->way == WAY_DEVELOP);
    CHECK_STR(g.progress->forecast->value, "20");
    CHECK_I64(g.progress->forecast->trials, 12);
}

TEST(a_baseline_is_kept)
{
    struct ctx *c = test_reader();
    struct goal_detail d;
    i64 id;
    steady_shop(c);
    struct goal_post in = { .metric = S("net_sales"),
                            .period = S("2024-Q2"),
                            .target = S("2000"),
                            .baseline_of = BASELINE_BEFORE };
    CHECK_OK(c, set_goal(c, &in, &id));
    CHECK_STR(got(c, id, &d).baseline, "910.00"); /* January to March 2024: 91 days */
    CHECK_STR(got(c, id, &d).baseline_from, "2024-01-01");
    struct sale more = { .at = on("2024-02-01", 0), .paid = 500 * YUAN };
    shop_sales(c, &more, 1);
    c = test_look();
    CHECK_STR(got(c, id, &d).baseline, "910.00");
    CHECK_OK(c, set_goal(c, &in, &id));
    CHECK_STR(got(c, id, &d).baseline, "1410.00");
}

struct change {
    struct goal_patch in;
};
static enum err change(struct tx *t, void *arg) { return goal_change(t, arg); }
static enum err close_goal(struct tx *t, void *arg) { return goal_close(t, arg); }

TEST(every_target_is_kept)
{
    struct ctx *c = test_reader();
    struct goal_detail d;
    i64 id;
    struct goal_post in = { .metric = S("orders"), .period = S("2024-06"), .target = S("100") };
    CHECK_OK(c, set_goal(c, &in, &id));
    struct goal_patch patch = { .id = id, .target = S("120") };
    CHECK_ERR(c, store_write(c->store, c, change, &patch), E_INVALID); /* no reason */
    patch.reason = S("618 提前");
    CHECK_OK(c, store_write(c->store, c, change, &patch));
    CHECK_OK(c, store_write(c->store, c, change, &patch)); /* the same again is no change */
    c = test_look();
    struct goal_view g = got(c, id, &d);
    CHECK_STR(g.target, "120");
    CHECK_I64(g.changes, 1);
    CHECK_I64(d.versions.n, 2);
    CHECK_STR(d.versions.at[0].target, "100");
    CHECK_STR(d.versions.at[1].target, "120");
    CHECK_STR(d.versions.at[1].reason, "618 提前");
    CHECK_STR(d.versions.at[1].by, "test");
    struct goal_close end = { id, S("换了算法") };
    CHECK_OK(c, store_write(c->store, c, close_goal, &end));
    CHECK_ERR(c, store_write(c->store, c, close_goal, &end), E_CONFLICT);
    CHECK_ERR(c, store_write(c->store, c, change, &patch), E_CONFLICT);
}

TEST(faults_are_refused_in_words)
{
    struct ctx *c = test_reader();
    i64 id;
    const struct goal_post wrong[] = {
        { .metric = S("orders"), .period = S("2024-06"), .target = S("0") },
        { .metric = S("orders"), .period = S("2024-06"), .target = S("-5") },
        { .metric = S("orders"), .period = S("2024-06"), .target = S("2.5") },
        { .metric = S("aov"), .period = S("2024-06"), .target = S("25%") },
        { .metric = S("repeat_rate"), .period = S("2024-06"), .target = S("a lot") },
        { .metric = S("unit_price"), .period = S("2024-06"), .target = S("5") },
        { .metric = S("members"), .period = S("2024-06"), .target = S("5") },
        { .metric = S("orders"), .period = S("2024-Q5"), .target = S("5") },
        { .metric = S("orders"), .target = S("5") },
        { .metric = S("orders"), .from = S("2024-06-02"), .to = S("2024-06-01"), .target = S("5") },
        { .metric = S("orders"), .from = S("2024-06-01"), .to = S("2025-06-02"), .target = S("5") },
        { .metric = S("orders"), .period = S("2130"), .target = S("5") },
        { .metric = S("orders"),
          .period = S("2024-06"),
          .target = S("5"),
          .segment = S("orders >") },
        { .metric = S("viewers"), .period = S("2024-06"), .target = S("5"), .shop = S("店") },
        { .metric = S("orders"), .period = S("2024-06"), .target = S("5"), .owner = S("nobody") },
        { .metric = S("orders"), .period = S("2024-06"), .target = S("5"), .baseline = S("0") },
        { .metric = S("orders"),
          .period = S("2024-06"),
          .target = S("5"),
          .baseline_of = BASELINE_BEFORE },
    };
    for (i64 i = 0; i < COUNT(wrong); i++) {
        CHECK_ERR(c, set_goal(c, &wrong[i], &id), E_INVALID);
        CHECK(c->why.field[0] == '/');
    }
    struct goal_post unknown = { .metric = S("order"), .period = S("2024-06"), .target = S("5") };
    CHECK_ERR(c, set_goal(c, &unknown, &id), E_NOT_FOUND);
}

TEST(an_empty_shop_and_one_order)
{
    struct ctx *c = test_reader();
    struct goal_detail d;
    i64 sum, ratio, later;
    struct goal_post in = {
        .metric = S("net_sales"), .from = S("2024-05-01"), .to = S("2024-06-30"), .target = S("100")
    };
    CHECK_OK(c, set_goal(c, &in, &sum));
    in.metric = S("aov");
    CHECK_OK(c, set_goal(c, &in, &ratio));
    in = (struct goal_post){ .metric = S("orders"), .period = S("2024-07"), .target = S("10") };
    CHECK_OK(c, set_goal(c, &in, &later));
    struct goal_view g = got(c, sum, &d);
    CHECK_STR(g.progress->actual, "0.00");
    CHECK(g.progress->pace_by == PACE_STRAIGHT && g.progress->status == GOAL_AT_RISK);
    CHECK(!g.progress->forecast && g.progress->forecast_words.n && !g.baseline.at);
    g = got(c, ratio, &d);
    CHECK(!g.progress->actual.at && g.progress->status == GOAL_UNKNOWN && !g.progress->done.at);
    g = got(c, later, &d);
    CHECK(g.progress->status == GOAL_NOT_BEGUN && !g.progress->actual.at && !g.progress->pace.at);
    CHECK(!d.members.at && !d.movers.n);
    struct sale one = { .at = on("2024-05-31", 0), .paid = 30 * YUAN };
    shop_sales(c, &one, 1);
    c = test_look();
    CHECK_STR(got(c, sum, &d).progress->actual, "30.00");
    CHECK(!got(c, sum, &d).progress->forecast);
    CHECK_STR(got(c, ratio, &d).progress->actual, "30.00");
    in = (struct goal_post){ .metric = S("orders"), .period = S("2024-05"), .target = S("1") };
    CHECK_OK(c, set_goal(c, &in, &later)); /* over already */
    CHECK(got(c, later, &d).progress->status == GOAL_REACHED);
    CHECK_I64(got(c, later, &d).progress->days_left, 0);
}

CHANGE(spoil_segment, "UPDATE goal SET segment = 'gone_field > 3' WHERE id = $1");
CHANGE(spoil_metric, "UPDATE goal SET metric = 'gone' WHERE id = $1");
CHANGE(spoil_shop, "UPDATE goal SET shop = '关了的店' WHERE id = $1");
struct spoiling {
    i64 ids[3];
};
static enum err spoil(struct tx *t, void *arg)
{
    const i64 *ids = ((struct spoiling *)arg)->ids;
    TRY(tx_change(t, &spoil_segment, ARGS(ids[0])));
    TRY(tx_change(t, &spoil_metric, ARGS(ids[1])));
    return tx_change(t, &spoil_shop, ARGS(ids[2]));
}

TEST(a_broken_goal_says_so)
{
    struct ctx *c = test_reader();
    struct spoiling s;
    struct goal_view_list all;
    struct goal_detail d;
    i64 whole;
    struct goal_post in = { .metric = S("orders"), .period = S("2024-06"), .target = S("5") };
    for (int i = 0; i < 3; i++) CHECK_OK(c, set_goal(c, &in, &s.ids[i]));
    CHECK_OK(c, set_goal(c, &in, &whole));
    CHECK_OK(c, store_write(c->store, c, spoil, &s));
    c = test_look();
    CHECK_OK(c, goal_list(c, WHICH_OPEN, 0, 0, 50, &all));
    CHECK_I64(all.n, 4);
    for (i64 i = 0; i < 4; i++) {
        bool broken = all.at[i].id != whole;
        CHECK(broken == (all.at[i].progress->problem.n > 0));
        CHECK(broken == (all.at[i].progress->status == GOAL_UNKNOWN));
    }
    for (int i = 0; i < 3; i++) CHECK_OK(c, goal_get(c, s.ids[i], &d));
}

static enum err set_template(struct tx *t, void *arg) { return goal_template_set(t, arg); }

TEST(the_template_makes_five)
{
    struct ctx *c = test_reader();
    struct goal_template made;
    struct goal_view_list all;
    struct audience *audience;
    struct goal_template_ask ask = { .quarter = S("2024-Q2") };
    steady_shop(c);
    struct timeline_line viewed[5] = { { 0 } };
    for (int i = 0; i < 5; i++)
        viewed[i] = (struct timeline_line){ .at = on("2023-05-02", i),
                                            .member = i + 1,
                                            .kind = S("Product Viewed") };
    shop_lines(c, viewed, 5);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &audience));
    CHECK_OK(c, audience_follow(audience, NULL));
    audience_serve(audience);
    c = test_look();
    CHECK_OK(c, goal_template_make(c, &ask, &made));
    CHECK_I64(made.items.n, 5);
    CHECK_STR(made.items.at[0].baseline, "910.00");
    CHECK_STR(made.items.at[0].target, "1046.50"); /* 15 % more */
    CHECK_STR(made.items.at[1].baseline, "1");     /* each buys twice and more in 91 days */
    CHECK_STR(made.items.at[1].target, "1");       /* there is no more than all */
    CHECK(made.items.at[2].problem.n && !made.items.at[2].target.n); /* nobody came */
    CHECK(made.items.at[3].problem.n && !made.items.at[3].target.n); /* no costs */
    CHECK_STR(made.items.at[4].baseline, "5");
    CHECK_STR(made.items.at[4].target, "7"); /* 30 % more: 6.5, in whole members */
    CHECK_OK(c, store_write(c->store, c, set_template, &made));
    CHECK(made.items.at[0].goal.has && !made.items.at[3].goal.has);
    CHECK_OK(c, store_write(c->store, c, set_template, &made)); /* they are there already */
    c = test_look();
    CHECK_OK(c, goal_list(c, WHICH_ALL, 0, 0, 50, &all));
    CHECK_I64(all.n, 3);
    for (i64 i = 0; i < all.n; i++) {
        CHECK(all.at[i].baseline_of == BASELINE_YEAR_AGO);
        CHECK_STR(all.at[i].baseline_from, "2023-04-01");
        CHECK(!all.at[i].progress->problem.n);
    }
    audience_serve(NULL);
    audience_close(audience);
}
