/* alert_test.c -- the promises of alert.h: judging against naive twins, and the life of alerts. */
#include <math.h>
#include <stdlib.h>

#include "access/access.h"
#include "channel/delivery.h"
#include "insight/alert/inside.h"
#include "insight_shop.h"
#include "loyalty/budget.h"
#include "serving.h"

#define YUAN MONEY_UNIT

/* -- random series ----------------------------------------------------------------------------- */

enum { DAYS = 460 };

struct line {
    opt_i64 at[DAYS];
    struct alert_series series;
    struct alert_history h;
};

/* Weekly waves, gaps, a late beginning, stretches that do not vary at all. */
static void random_line(struct dice *d, struct line *out, i64 step)
{
    i64 begin = dice_below(d, 3) ? 0 : dice_below(d, DAYS), level = dice_below(d, 100000) + 1;
    i64 kind = dice_below(d, 4);
    for (i64 i = 0; i < DAYS; i++) {
        i64 v = level + (kind ? dice_below(d, level) * (1 + i % 7) / 7 : 0);
        if (dice_below(d, 23) == 0) v *= 1 + dice_below(d, 6);
        if (dice_below(d, 17) == 0) v = 0;
        if (kind == 3) v -= level;
        out->at[i] = i < begin ? SOME(0) : dice_below(d, 40) == 0 ? NONE : SOME(v);
    }
    out->series = (struct alert_series){ .at = out->at };
    out->h = (struct alert_history){ .step = step, .n = DAYS, .first = day_of(2023, 1, 2) };
}

static struct alert_test some_test(struct dice *d, enum alert_kind kind, i64 step)
{
    struct alert_test t = { .period = step == 7 ? ALERT_WEEK : ALERT_DAY,
                            .kind = kind,
                            .side = (enum alert_side)dice_below(d, kind == ALERT_THRESHOLD ? 2 : 3),
                            .against = (enum alert_against)dice_below(d, 3),
                            .limit = dice_below(d, 100000),
                            .percent = 1 + dice_below(d, 150),
                            .least = dice_below(d, 2) ? dice_below(d, 50000) : 0,
                            .weeks = 8 + dice_below(d, 5),
                            .cut = 2 + (f64)dice_below(d, 40) / 10 };
    const struct metric *m;
    struct ctx *c = test_ctx();
    CHECK_OK(c, metric_find(c, dice_below(d, 2) ? S("sales") : S("aov"), &m));
    t.source = (struct alert_source){ .metric = m, .name = m->name, .unit = m->unit };
    return t;
}

static bool sided(enum alert_side side, f64 diff)
{
    if (side == ALERT_ABOVE) return diff > 0;
    if (side == ALERT_BELOW) return diff < 0;
    return diff != 0;
}

TEST(threshold_equals_naive)
{
    struct dice d = { 11 };
    struct line line;
    struct alert_judged j;
    i64 held = 0;
    for (i64 round = 0; round < 200; round++) {
        random_line(&d, &line, 1);
        struct alert_test t = some_test(&d, ALERT_THRESHOLD, 1);
        i64 i = dice_below(&d, DAYS);
        alert_judge(&t, &line.h, &line.series, i, &j);
        if (!line.at[i].has) {
            CHECK_I64(j.verdict, ALERT_NOT_DEFINED);
            continue;
        }
        bool want = t.side == ALERT_ABOVE ? line.at[i].value > t.limit : line.at[i].value < t.limit;
        CHECK_I64(j.verdict, want ? ALERT_HOLDS : ALERT_CALM);
        held += want;
    }
    CHECK(held > 20);
}

/* The base by counting days one by one through the calendar. */
static i64 naive_base(const struct alert_test *t, const struct line *line, i64 i)
{
    if (t->against == AGAINST_BEFORE) return i - 1;
    if (line->h.step == 7) return t->against == AGAINST_WEEK_AGO ? i - 1 : i - 52;
    if (t->against == AGAINST_WEEK_AGO) return i - 7;
    struct civil now = day_civil(line->h.first + (day)i);
    for (i64 k = i; k >= 0; k--) {
        struct civil then = day_civil(line->h.first + (day)k);
        if (then.year != now.year - 1 || then.month != now.month) continue;
        if (then.day == now.day || (now.month == 2 && now.day == 29 && then.day == 28)) return k;
    }
    return -1;
}

TEST(change_equals_naive)
{
    struct dice d = { 12 };
    struct line line;
    struct alert_judged j;
    i64 held = 0, unknown = 0;
    for (i64 round = 0; round < 3000; round++) {
        i64 step = dice_below(&d, 3) ? 1 : 7;
        random_line(&d, &line, step);
        struct alert_test t = some_test(&d, ALERT_CHANGE, step);
        i64 i = dice_below(&d, DAYS), base = naive_base(&t, &line, i);
        alert_judge(&t, &line.h, &line.series, i, &j);
        if (!line.at[i].has) {
            CHECK_I64(j.verdict, ALERT_NOT_DEFINED);
            continue;
        }
        if (base < 0) {
            CHECK_I64(j.verdict, ALERT_NO_HISTORY);
            unknown++;
            continue;
        }
        if (!line.at[base].has || line.at[base].value == 0) {
            CHECK_I64(j.verdict, ALERT_NOT_DEFINED);
            continue;
        }
        i64 diff = line.at[i].value - line.at[base].value;
        f64 share = fabs((f64)diff) * 100 / fabs((f64)line.at[base].value);
        if (fabs(share - (f64)t.percent) < 1e-9) continue; /* at the edge: see edges_of_a_change */
        bool want = sided(t.side, (f64)diff) && share > (f64)t.percent && labs(diff) >= t.least;
        CHECK_I64(j.verdict, want ? ALERT_HOLDS : ALERT_CALM);
        CHECK_I64(j.base.value, line.at[base].value);
        held += want;
    }
    CHECK(held > 100 && unknown > 20);
}

TEST(edges_of_a_change)
{
    opt_i64 at[] = { SOME(1000), SOME(800), SOME(641), SOME(512) };
    struct alert_series s = { .at = at };
    struct alert_history h = { .step = 1, .n = 4, .first = 19000 };
    struct alert_test t = { .kind = ALERT_CHANGE, .side = ALERT_BELOW, .percent = 20 };
    struct alert_judged j;
    alert_judge(&t, &h, &s, 1, &j); /* exactly a fifth less */
    CHECK_I64(j.verdict, ALERT_HOLDS);
    CHECK_I64(j.low.value, 800);
    alert_judge(&t, &h, &s, 2, &j); /* 19.875 % */
    CHECK_I64(j.verdict, ALERT_CALM);
    t.least = 200;
    alert_judge(&t, &h, &s, 1, &j);
    CHECK_I64(j.verdict, ALERT_HOLDS);
    t.least = 201;
    alert_judge(&t, &h, &s, 1, &j);
    CHECK_I64(j.verdict, ALERT_CALM);
}

/* Sorted by taking the least again and again. */
static f64 naive_median(const f64 *in, i64 n)
{
    f64 left[7 * 64], sorted[7 * 64];
    memcpy(left, in, (size_t)n * sizeof *in);
    for (i64 k = 0; k < n; k++) {
        i64 least = 0;
        for (i64 i = 1; i < n - k; i++)
            if (left[i] < left[least]) least = i;
        sorted[k] = left[least];
        left[least] = left[n - k - 1];
    }
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static enum alert_verdict naive_anomaly(const struct alert_test *t, const struct line *line, i64 i,
                                        bool *edge)
{
    f64 days[7][64], apart[7 * 64], all = 0;
    i64 counts[7] = { 0 }, many = 0, span = line->h.step == 7 ? t->weeks : 7 * t->weeks;
    bool began = !str_eq(str_of(t->source.name), S("sales"));
    *edge = false;
    if (!line->at[i].has) return ALERT_NOT_DEFINED;
    for (i64 k = i - span; k < i; k++) {
        if (k < 0) continue;
        if (!line->at[k].has || line->at[k].value != 0) began = true;
        i64 later = line->h.step == 7 ? 0 : (k - i + 7 * t->weeks) % 7; /* in the week */
        if (began && line->at[k].has) days[later][counts[later]++] = (f64)line->at[k].value;
    }
    i64 n = counts[0];
    if (n < ALERT_HISTORY_MIN) return ALERT_NO_HISTORY;
    f64 middle = naive_median(days[0], n), most = middle > 0 ? middle : 1;
    for (i64 d = 0; d < 7; d++) {
        if (counts[d] < ALERT_HISTORY_MIN) continue;
        f64 of = naive_median(days[d], counts[d]);
        if (middle > 0 && of <= 0) continue;
        for (i64 k = 0; k < counts[d]; k++)
            all += apart[many++] = fabs(days[d][k] - of) / (middle > 0 ? of : 1);
    }
    f64 scale = 1.4826 * naive_median(apart, many);
    if (scale == 0) scale = 1.253314 * (all / (f64)many);
    scale *= most * (f64)n / ((f64)n - 1.2);
    if (scale < fabs(middle) / 100) scale = fabs(middle) / 100;
    if (scale == 0) return ALERT_NO_SPREAD;
    f64 diff = (f64)line->at[i].value - middle, z = diff / scale;
    *edge = fabs(fabs(z) - t->cut) < 1e-9;
    return sided(t->side, diff) && fabs(z) > t->cut && fabs(diff) >= (f64)t->least ? ALERT_HOLDS
                                                                                   : ALERT_CALM;
}

TEST(anomaly_equals_naive)
{
    struct dice d = { 13 };
    struct line line;
    struct alert_judged j;
    i64 seen[ALERT_NO_SPREAD + 1] = { 0 };
    for (i64 round = 0; round < 4000; round++) {
        bool edge;
        i64 step = dice_below(&d, 3) ? 1 : 7;
        random_line(&d, &line, step);
        struct alert_test t = some_test(&d, ALERT_ANOMALY, step);
        i64 i = dice_below(&d, DAYS);
        enum alert_verdict want = naive_anomaly(&t, &line, i, &edge);
        alert_judge(&t, &line.h, &line.series, i, &j);
        if (!edge) CHECK_I64(j.verdict, want);
        seen[want]++;
    }
    for (int v = 0; v <= ALERT_NO_SPREAD; v++) CHECK(seen[v] > 0);
}

TEST(not_enough_history_is_said)
{
    opt_i64 at[57];
    struct alert_series s = { .at = at };
    struct alert_history h = { .step = 1, .n = 57, .first = 19000 };
    struct alert_test t = { .kind = ALERT_ANOMALY, .side = ALERT_EITHER, .weeks = 8, .cut = 3.5 };
    struct alert_judged j;
    const struct metric *m;
    struct ctx *c = test_ctx();
    CHECK_OK(c, metric_find(c, S("orders"), &m));
    t.source.metric = m;
    for (i64 i = 0; i < 57; i++) at[i] = SOME(i < 28 ? 0 : 100 + i % 5);
    at[56] = SOME(100000);
    alert_judge(&t, &h, &s, 56, &j); /* four weeks old: 4 days to compare with */
    CHECK_I64(j.verdict, ALERT_NO_HISTORY);
    for (i64 i = 14; i < 28; i++) at[i] = SOME(100);
    alert_judge(&t, &h, &s, 56, &j); /* six */
    CHECK_I64(j.verdict, ALERT_HOLDS);
    CHECK(alert_note_words(c, ALERT_NO_HISTORY, 1, 1).n > 0);
}

/* Of weeks; then of days whose every weekday is like these Mondays, ten times as many on Sundays.
 */
TEST(eight_mondays_by_hand)
{
    static const i64 mondays[] = { 100, 102, 98, 101, 99, 103, 97, 100 };
    opt_i64 at[57];
    struct alert_series s = { .at = at };
    struct alert_test t = { .kind = ALERT_ANOMALY, .side = ALERT_EITHER, .weeks = 8, .cut = 3.5 };
    struct alert_judged j;
    for (int step = 7; step >= 1; step -= 6) {
        i64 last = 8 * (7 / step);
        struct alert_history h = { .step = step, .n = last + 1, .first = day_of(2024, 1, 1) };
        for (i64 i = 0; i <= last; i++)
            at[i] = SOME(mondays[(step == 7 ? i : i / 7) % 8] * (step == 1 && i % 7 == 6 ? 10 : 1));
        at[last] = SOME(90);
        alert_judge(&t, &h, &s, last, &j);
        CHECK_I64(j.verdict, ALERT_HOLDS);
        CHECK_I64(j.base.value, 100);
        CHECK(fabs(j.off - 3.8221) < 1e-4);
        CHECK_I64(j.low.value, 91); /* 90.84, shown whole */
        CHECK_I64(j.high.value, 109);
        at[last] = SOME(91);
        alert_judge(&t, &h, &s, last, &j);
        CHECK_I64(j.verdict, ALERT_CALM);
    }
}

/* Nearly normal noise about a weekday's level; day 0 is a Monday. */
static i64 noisy(struct dice *d, i64 at, i64 percent)
{
    i64 level = at % 7 == 6 ? 30000 : at % 7 == 5 ? 20000 : 10000, sum = 0;
    for (int i = 0; i < 12; i++) sum += dice_below(d, 10001); /* deviation 10,000 */
    return level + (sum - 60000) * percent / 100 * (level / 10000);
}

/* Mere noise cries once in a hundred days or less; a day of half the sales is seen. */
TEST(noise_is_seldom_an_anomaly)
{
    enum { SHOPS = 3000, WEEKS = 8 };
    opt_i64 at[7 * WEEKS + 1];
    struct alert_series s = { .at = at };
    struct alert_history h = { .step = 1, .n = 7 * WEEKS + 1, .first = day_of(2024, 1, 1) };
    struct alert_test t = {
        .kind = ALERT_ANOMALY, .side = ALERT_EITHER, .weeks = WEEKS, .cut = 3.5
    };
    struct dice d = { 20261122 };
    struct alert_judged j;
    i64 alarms = 0, found = 0;
    for (i64 k = 0; k < SHOPS; k++) {
        h.first = day_of(2024, 1, 1) + (day)(k % 7);
        for (i64 i = 0; i < h.n; i++) at[i] = SOME(noisy(&d, i + k % 7, 10));
        alert_judge(&t, &h, &s, h.n - 1, &j);
        alarms += j.verdict == ALERT_HOLDS;
        at[h.n - 1].value /= 2;
        alert_judge(&t, &h, &s, h.n - 1, &j);
        found += j.verdict == ALERT_HOLDS;
    }
    print_message("# of %d days of noise %lld alarms, of as many halved days %lld\n", SHOPS,
                  (long long)alarms, (long long)found);
    CHECK(alarms <= SHOPS / 100);
    CHECK(found >= SHOPS * 95 / 100);
}

TEST(seasons_are_no_anomaly)
{
    opt_i64 at[85];
    struct alert_series s = { .at = at };
    struct alert_history h = { .step = 1, .n = 85, .first = day_of(2024, 1, 1) };
    struct alert_test t = { .kind = ALERT_ANOMALY, .side = ALERT_EITHER, .weeks = 8, .cut = 3.5 };
    struct alert_judged j;
    for (i64 i = 0; i < 85; i++) at[i] = SOME((i % 7 == 6 ? 5000 : 1000) + i * 7 % 11);
    for (i64 i = 60; i < 85; i++) { /* Sundays are Sundays */
        alert_judge(&t, &h, &s, i, &j);
        CHECK_I64(j.verdict, ALERT_CALM);
    }
    at[84] = SOME(5000); /* a Monday like a Sunday is one */
    alert_judge(&t, &h, &s, 84, &j);
    CHECK_I64(j.verdict, ALERT_HOLDS);
}

/* -- rules ------------------------------------------------------------------------------------- */

struct rule_call {
    struct alert_rule_post post;
    struct alert_rule_put put;
    i64 id, user;
    opt_instant until;
    str note;
    bool enabled;
};
static enum err do_make(struct tx *t, void *arg)
{
    struct rule_call *k = arg;
    return alert_rule_make(t, &k->post, NO_STR, &k->id);
}
static i64 a_rule(struct ctx *c, const char *name, struct alert_terms terms, i64 quiet_hours)
{
    struct rule_call k = {
        .post = { .name = str_of(name), .terms = &terms, .quiet_hours = SOME(quiet_hours) }
    };
    CHECK_OK(c, store_write(c->store, c, do_make, &k));
    return k.id;
}

static enum err do_acknowledge(struct tx *t, void *arg)
{
    struct rule_call *k = arg;
    return alert_acknowledge(t, k->id, k->note);
}
static enum err do_resolve(struct tx *t, void *arg)
{
    return alert_resolve(t, ((struct rule_call *)arg)->id, S("看过了"));
}
static enum err do_mute(struct tx *t, void *arg)
{
    struct rule_call *k = arg;
    return alert_mute(t, k->id, k->until);
}
static enum err do_mute_rule(struct tx *t, void *arg)
{
    struct rule_call *k = arg;
    return alert_rule_mute(t, k->id, k->until);
}
static enum err do_enable(struct tx *t, void *arg)
{
    struct rule_call *k = arg;
    return alert_rule_enable(t, k->id, k->enabled);
}
static enum err do_remove(struct tx *t, void *arg)
{
    return alert_rule_remove(t, ((struct rule_call *)arg)->id);
}
static enum err do_change(struct tx *t, void *arg)
{
    return alert_rule_change(t, &((struct rule_call *)arg)->put);
}
static void act(struct ctx *c, write_fn *fn, struct rule_call k)
{
    CHECK_OK(c, store_write(c->store, c, fn, &k));
}

static struct alert_check evaluate(struct ctx *c)
{
    struct alert_check out;
    CHECK_OK(c, alert_evaluate(c->store, c, 0, &out));
    return out;
}
static struct alert_view_list listed(struct ctx *c, int state)
{
    struct alert_view_list out;
    struct alert_filter f = { .state = state, .severity = -1 };
    CHECK_OK(c, alert_list(c, &f, 0, 0, 100, &out));
    return out;
}
static i64 audited(struct ctx *c, const char *action)
{
    struct audit_view_list out;
    CHECK_OK(c, audit_list(c, NO_STR, str_of(action), 0, 100, &out));
    return out.n;
}

/* The test's clock: 1 June 2024, 8:00 in Shanghai; the last whole day is 31 May. */
static void sell(struct ctx *c, const char *day_words, money paid, const char *shop)
{
    struct sale sale = { .at = on(day_words, 5 * HOUR_MS), .paid = paid, .shop = str_of(shop) };
    shop_sales(c, &sale, 1);
}

static const struct alert_terms low_sales = { .metric = { "sales", 5 },
                                              .side = ALERT_BELOW,
                                              .limit = { "100", 3 } };

TEST(quiet_is_kept)
{
    struct ctx *c = test_reader();
    sell(c, "2024-05-30", 500 * YUAN, "店");
    sell(c, "2024-05-31", 50 * YUAN, "店");
    a_rule(c, "低", low_sales, 48);
    struct alert_check check = evaluate(c);
    CHECK_I64(check.raised, 1);
    struct alert_view_list open = listed(c, -1);
    CHECK_I64(open.n, 1);
    CHECK_STR(open.at[0].figure, "50.00");
    CHECK_STR(open.at[0].low, "100.00");
    CHECK_I64(open.at[0].since, day_of(2024, 5, 31));
    /* again and again: nothing */
    CHECK_I64(evaluate(c).raised, 0);
    c->now += DAY_MS;
    sell(c, "2024-06-01", 20 * YUAN, "店");
    check = evaluate(c); /* it stands, and is quiet */
    CHECK_I64(check.raised + check.again + check.resolved, 0);
    open = listed(c, -1);
    CHECK_STR(open.at[0].figure, "20.00");
    CHECK_I64(open.at[0].since, day_of(2024, 5, 31));
    CHECK_I64(open.at[0].from, day_of(2024, 6, 1));
    c->now += DAY_MS; /* 48 hours are over, 2 June sold nothing */
    check = evaluate(c);
    CHECK_I64(check.again, 1);
    CHECK_I64(listed(c, -1).at[0].times, 2);
    /* who has acknowledged it is not told again */
    act(c, do_acknowledge, (struct rule_call){ .id = open.at[0].id });
    c->now += 3 * DAY_MS;
    CHECK_I64(evaluate(c).again, 0);
    /* resolved by hand: quiet from the last time it was raised, and not for the same day */
    act(c, do_resolve, (struct rule_call){ .id = open.at[0].id });
    CHECK_I64(evaluate(c).raised, 0);
    CHECK_I64(listed(c, -1).n, 0);
    c->now += DAY_MS;
    CHECK_I64(evaluate(c).raised, 1);
    CHECK_I64(listed(c, -2).n, 2);
}

TEST(what_has_gone_resolves_itself)
{
    struct ctx *c = test_reader();
    sell(c, "2024-05-31", 50 * YUAN, "店");
    a_rule(c, "低", low_sales, 24);
    CHECK_I64(evaluate(c).raised, 1);
    sell(c, "2024-05-31", 70 * YUAN, "店"); /* came in late */
    CHECK_I64(evaluate(c).resolved, 1);
    struct alert_view_list all = listed(c, ALERT_RESOLVED);
    CHECK_I64(all.n, 1);
    CHECK_I64(all.at[0].ending, ENDING_GONE);
    CHECK_STR(all.at[0].resolved_by, "system");
    /* comes back within the quiet time: the same one, told to nobody */
    c->now += 23 * HOUR_MS;
    struct alert_check check = evaluate(c);
    CHECK_I64(check.raised, 0);
    CHECK_I64(listed(c, -1).n, 1);
    CHECK_I64(listed(c, -1).at[0].id, all.at[0].id);
    CHECK_I64(audited(c, "alert.returned"), 1);
}

static const char *const many[] = { "甲", "乙", "丙", "丁", "戊", "己", "庚" };

TEST(a_storm_is_one_alert)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = {
        .metric = S("sales"), .by = S("shop"), .side = ALERT_BELOW, .limit = S("10")
    };
    for (i64 i = 0; i < COUNT(many); i++) sell(c, "2024-05-30", (20 + i) * YUAN, many[i]);
    a_rule(c, "每店", terms, 24);
    struct alert_check check = evaluate(c); /* nobody sold anything on 31 May */
    CHECK_I64(check.raised, 1);
    struct alert_view_list open = listed(c, -1);
    CHECK(open.at[0].grouped);
    CHECK_I64(open.at[0].values_n, COUNT(many));
    CHECK_I64(open.at[0].values.n, COUNT(many));
    CHECK(str_find(open.at[0].words, S("7")) >= 0);
    /* four of them sell again: the rest stay in it */
    for (i64 i = 0; i < 4; i++) sell(c, "2024-05-31", 20 * YUAN, many[i]);
    CHECK_I64(evaluate(c).raised, 0);
    CHECK_I64(listed(c, -1).at[0].values_n, 3);
    for (i64 i = 4; i < COUNT(many); i++) sell(c, "2024-05-31", 20 * YUAN, many[i]);
    CHECK_I64(evaluate(c).resolved, 1);
    CHECK_I64(listed(c, -1).n, 0);
}

TEST(few_are_alerts_of_their_own)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = {
        .metric = S("sales"), .by = S("shop"), .side = ALERT_BELOW, .limit = S("10")
    };
    for (i64 i = 0; i < 3; i++) sell(c, "2024-05-30", 20 * YUAN, many[i]);
    sell(c, "2024-05-31", 20 * YUAN, many[0]);
    a_rule(c, "每店", terms, 24);
    CHECK_I64(evaluate(c).raised, 2);
    struct alert_view_list open = listed(c, -1);
    CHECK_I64(open.n, 2);
    CHECK(!open.at[0].grouped);
    CHECK(!str_eq(open.at[0].value, open.at[1].value));
}

/* One of many shops, touchpoints, cities falls: it is small among them, and found. */
static void sell_at_many(struct ctx *c, i64 n, i64 falls)
{
    struct sale *sales = NEWS(c->arena, struct sale, 2 * n);
    for (i64 i = 0; i < n; i++)
        for (int d = 0; d < 2; d++) {
            bool fell = d == 1 && i == falls;
            sales[2 * i + d] = (struct sale){ .at = on(d ? "2024-05-31" : "2024-05-30", HOUR_MS),
                                              .paid = (fell ? 1 : 2000 - i) * YUAN,
                                              .shop = str_fmt(c->arena, "店%04lld", (long long)i) };
        }
    shop_sales(c, sales, 2 * n);
}

static const struct alert_terms falling_shops = { .metric = { "sales", 5 },
                                                  .by = { "shop", 4 },
                                                  .kind = ALERT_CHANGE,
                                                  .side = ALERT_BELOW,
                                                  .percent = { true, 50 } };

TEST(values_far_down_are_watched)
{
    struct ctx *c = test_reader();
    sell_at_many(c, 60, 40);
    i64 id = a_rule(c, "每店", falling_shops, 24);
    CHECK_I64(evaluate(c).raised, 1);
    struct alert_view_list open = listed(c, -1);
    CHECK_I64(open.n, 1);
    CHECK_STR(open.at[0].value, "店0040");
    struct alert_rule_row row;
    CHECK_OK(c, alert_rule_row_get(c, id, &row));
    CHECK_I64(row.note_zh.n, 0); /* all were looked at */
}

TEST(values_beyond_the_bound_are_said)
{
    struct ctx *c = test_reader();
    struct alert_preview tried;
    struct alert_rule_row row;
    sell_at_many(c, ALERT_VALUES + 30, ALERT_VALUES + 20); /* too small to be looked at */
    i64 id = a_rule(c, "每店", falling_shops, 24);
    CHECK_I64(evaluate(c).raised, 0);
    CHECK_OK(c, alert_rule_row_get(c, id, &row));
    CHECK(str_find(row.note_zh, S("值超过 1000 个")) >= 0);
    CHECK(str_find(row.note_en, S("more than 1000 values")) >= 0);
    CHECK_OK(c, alert_preview_make(c, &falling_shops, 24, &tried));
    CHECK(str_find(tried.note, S("1000")) >= 0);
    CHECK_I64(tried.values_n, ALERT_VALUES);
    /* a year of days leaves room for fewer */
    struct alert_terms yearly = falling_shops;
    yearly.against = AGAINST_YEAR_AGO;
    id = a_rule(c, "同比", yearly, 24);
    evaluate(c);
    CHECK_OK(c, alert_rule_row_get(c, id, &row));
    CHECK_I64(row.problem_zh.n, 0);
    CHECK(str_find(row.note_zh, S("只看最大的 30")) >= 0);
}

TEST(muted_is_silent)
{
    struct ctx *c = test_reader();
    sell(c, "2024-05-31", 50 * YUAN, "店");
    i64 rule = a_rule(c, "低", low_sales, 1);
    act(c, do_mute_rule, (struct rule_call){ .id = rule, .until = SOME(c->now + DAY_MS) });
    CHECK_I64(evaluate(c).raised, 0);
    c->now += DAY_MS;
    CHECK_I64(evaluate(c).raised, 1);
    struct alert_view_list open = listed(c, -1);
    act(c, do_mute, (struct rule_call){ .id = open.at[0].id, .until = SOME(c->now + 2 * DAY_MS) });
    CHECK(listed(c, -1).at[0].muted_until.has);
    c->now += DAY_MS; /* it stands, its quiet time is over, and nobody is told */
    CHECK_I64(evaluate(c).again, 0);
    c->now += DAY_MS;
    CHECK_I64(evaluate(c).again, 1);
    struct rule_call late = { .id = rule, .until = SOME(c->now - 1) };
    CHECK_ERR(c, store_write(c->store, c, do_mute_rule, &late), E_INVALID);
}

/* Both servers have found the same before either writes. */
TEST(two_servers_raise_once)
{
    struct ctx *c = test_reader(), *other = test_look();
    sell(c, "2024-05-31", 50 * YUAN, "店");
    i64 rule = a_rule(c, "低", low_sales, 24);
    struct alert_terms terms = low_sales;
    struct alert_finding found = { .value = S(""),
                                   .facts = { .terms = &terms, .figure = S("50.00") } };
    struct alert_findings a = { .rule = rule,
                                .version = 1,
                                .terms = &terms,
                                .from = day_of(2024, 5, 31),
                                .to = day_of(2024, 5, 31),
                                .holding = { &found, 1 } },
                          b = a;
    CHECK_OK(c, store_write(c->store, c, alert_findings_write, &a));
    CHECK_OK(other, store_write(other->store, other, alert_findings_write, &b));
    CHECK_I64(a.raised, 1);
    CHECK_I64(b.raised, 0);
    CHECK_I64(listed(c, -1).n, 1);
    /* what was found before the rule became another is not written */
    struct rule_call off = { .id = rule };
    CHECK_OK(c, store_write(c->store, c, do_enable, &off));
    off.enabled = true;
    CHECK_OK(c, store_write(c->store, c, do_enable, &off));
    CHECK_OK(other, store_write(other->store, other, alert_findings_write, &b));
    CHECK_I64(b.raised, 0);
    CHECK_I64(listed(c, -1).n, 0);
}

TEST(a_broken_rule_says_so)
{
    struct ctx *c = test_reader();
    struct alert_terms broken = low_sales;
    struct alert_rule rule;
    broken.segment = S("city = ");
    sell(c, "2024-05-31", 50 * YUAN, "店");
    i64 id = a_rule(c, "坏", broken, 24);
    a_rule(c, "好", low_sales, 24);
    struct alert_check check = evaluate(c);
    CHECK_I64(check.rules, 2);
    CHECK_I64(check.broken, 1);
    CHECK_I64(check.raised, 1);
    CHECK_OK(c, alert_rule_get(c, id, &rule));
    CHECK(rule.problem.n > 0);
    str english = rule.problem;
    c->locale = ZH;
    CHECK_OK(c, alert_rule_get(c, id, &rule));
    CHECK(rule.problem.n > 0 && !str_eq(rule.problem, english));
    c->locale = EN;
    /* mended: it says so no longer */
    struct alert_terms terms = low_sales;
    act(c, do_change, (struct rule_call){ .put = { .id = id, .name = S("坏"), .terms = &terms } });
    CHECK_I64(evaluate(c).broken, 0);
    CHECK_OK(c, alert_rule_get(c, id, &rule));
    CHECK(!rule.problem.n);
}

TEST(a_dimension_it_has_not_is_refused)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = low_sales;
    terms.metric = S("new_members");
    terms.by = S("shop");
    CHECK_ERR(c, alert_terms_check(c, &terms), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/terms/by");
    CHECK(str_find(str_of(c->why.detail), S("touchpoint")) >= 0);
    terms = (struct alert_terms){
        .metric = S("product.sellout_days"), .by = S("city"), .side = ALERT_BELOW, .limit = S("7")
    };
    CHECK_ERR(c, alert_terms_check(c, &terms), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("product")) >= 0);
    terms = low_sales;
    terms.metric = S("sals");
    CHECK_ERR(c, alert_terms_check(c, &terms), E_NOT_FOUND);
    CHECK(str_find(str_of(c->why.detail), S("sales")) >= 0);
    terms = low_sales;
    terms.so_far = true;
    CHECK_ERR(c, alert_terms_check(c, &terms), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/terms/so_far");
}

TEST(not_defined_is_no_alarm)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = low_sales;
    struct alert_rule rule;
    terms.metric = S("aov"); /* no orders on 31 May: 0 / 0 */
    sell(c, "2024-05-30", 50 * YUAN, "店");
    i64 id = a_rule(c, "笔单价", terms, 24);
    CHECK_I64(evaluate(c).raised, 0);
    CHECK_OK(c, alert_rule_get(c, id, &rule));
    CHECK(!rule.problem.n && rule.note.n > 0);
}

TEST(every_change_is_recorded)
{
    struct ctx *c = test_reader();
    struct alert_step_list steps;
    sell(c, "2024-05-31", 50 * YUAN, "店");
    i64 rule = a_rule(c, "低", low_sales, 24);
    CHECK_I64(evaluate(c).raised, 1);
    i64 id = listed(c, -1).at[0].id;
    CHECK_I64(audited(c, "alert.raised"), 1);
    act(c, do_acknowledge, (struct rule_call){ .id = id, .note = S("在看") });
    act(c, do_remove, (struct rule_call){ .id = rule });
    CHECK_I64(audited(c, "alert.resolved"), 1);
    CHECK_OK(c, alert_steps(c, id, &steps));
    CHECK_I64(steps.n, 3);
    CHECK_STR(steps.at[2].kind, "raised");
    CHECK_STR(steps.at[1].note, "在看");
    CHECK_STR(steps.at[0].note, "removed");
    /* what it was about is still known, and its name is free */
    CHECK_STR(listed(c, -2).at[0].rule_name, "低");
    a_rule(c, "低", low_sales, 24);
}

static enum err do_endpoint(struct tx *t, void *arg)
{
    str topic = S("*"), secret;
    struct endpoint_post post = { .kind = ENDPOINT_WEBHOOK,
                                  .name = S("值班"),
                                  .target = S("https://example.com/hook"),
                                  .topics = { &topic, 1 } };
    return endpoint_make(t, &post, arg, &secret);
}

static i64 told(struct ctx *c, const char *topic)
{
    struct delivery_view_list out;
    struct delivery_filter f = { .state = -1, .topic = str_of(topic), .limit = 100 };
    CHECK_OK(c, delivery_list(c, &f, &out));
    return out.n;
}

TEST(whoever_listens_is_told_once)
{
    struct ctx *c = test_reader();
    i64 endpoint;
    CHECK_OK(c, store_write(c->store, c, do_endpoint, &endpoint));
    sell(c, "2024-05-31", 50 * YUAN, "店");
    a_rule(c, "低", low_sales, 24);
    CHECK_I64(evaluate(c).raised, 1);
    CHECK_I64(evaluate(c).raised, 0);
    CHECK_I64(told(c, "alert.raised"), 1);
    c->now += DAY_MS; /* 1 June is as low, and nobody has acknowledged it */
    CHECK_I64(evaluate(c).again, 1);
    CHECK_I64(told(c, "alert.raised"), 2);
    sell(c, "2024-06-01", 500 * YUAN, "店");
    CHECK_I64(evaluate(c).resolved, 1);
    CHECK_I64(told(c, "alert.resolved"), 1);
}

/* -- what it says ------------------------------------------------------------------------------ */

TEST(parts_that_moved_are_named)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = {
        .metric = S("sales"), .kind = ALERT_CHANGE, .side = ALERT_BELOW, .percent = SOME(20)
    };
    sell(c, "2024-05-30", 500 * YUAN, "大店");
    sell(c, "2024-05-30", 100 * YUAN, "小店");
    sell(c, "2024-05-31", 100 * YUAN, "大店");
    sell(c, "2024-05-31", 110 * YUAN, "小店");
    a_rule(c, "降", terms, 24);
    CHECK_I64(evaluate(c).raised, 1);
    struct alert_view_list open = listed(c, -1);
    const struct alert_view *a = &open.at[0];
    CHECK_STR(a->figure, "210.00");
    CHECK_STR(a->expected, "600.00");
    CHECK(a->parts.n >= 1);
    CHECK_STR(a->parts.at[0].change, "-400.00");
    bool named = false;
    for (i64 i = 0; i < a->parts.n; i++) {
        named |= str_eq(a->parts.at[i].value, S("大店"));
        CHECK(!str_eq(a->parts.at[i].value, S("小店"))); /* it went the other way */
    }
    CHECK(named);
    CHECK_STR(a->words,
              "Sales paid 2024-05-31: ¥210.00, against the day before of ¥600.00: ¥390.00 (65.0%)"
              " less. Moved most: shop 大店 −¥400.00, touchpoint 大店 −¥400.00.");
}

static enum err do_budget(struct tx *t, void *arg)
{
    bool enough;
    struct budget_post post = { .code = S("may"), .name = S("五月"), .amount = 1000 * YUAN };
    (void)arg;
    TRY(budget_make(t, &post));
    post = (struct budget_post){ .code = S("june"), .name = S("六月"), .amount = 1000 * YUAN };
    TRY(budget_make(t, &post));
    TRY(budget_charge(t, S("june"), 0, 300 * YUAN, S("x"), &enough));
    return budget_charge(t, S("may"), 0, 950 * YUAN, S("y"), &enough);
}

TEST(budgets_are_watched)
{
    struct ctx *c = test_reader();
    struct alert_terms terms = {
        .metric = S("budget.used"), .so_far = true, .side = ALERT_ABOVE, .limit = S("0.9")
    };
    CHECK_OK(c, store_write(c->store, c, do_budget, NULL));
    a_rule(c, "预算", terms, 24);
    struct alert_check check = evaluate(c);
    CHECK_I64(check.broken, 0);
    CHECK_I64(check.raised, 1);
    struct alert_view_list open = listed(c, -1);
    CHECK_STR(open.at[0].value, "may");
    CHECK_STR(open.at[0].label, "五月");
    CHECK_STR(open.at[0].figure, "0.95");
}

TEST(a_preview_equals_living_through_it)
{
    struct ctx *c = test_reader();
    struct dice d = { 5 };
    struct alert_preview preview;
    struct alert_terms terms = {
        .metric = S("sales"), .kind = ALERT_CHANGE, .side = ALERT_EITHER, .percent = SOME(60)
    };
    for (day at = day_of(2024, 3, 1); at <= day_of(2024, 5, 31); at++) {
        struct sale sale = { .at = zone_midnight(c->zone, at) + HOUR_MS,
                             .paid = (50 + dice_below(&d, 200)) * YUAN };
        shop_sales(c, &sale, 1);
    }
    CHECK_OK(c, alert_preview_make(c, &terms, 72, &preview));
    CHECK_I64(preview.from, day_of(2024, 3, 3));
    CHECK_I64(preview.to, day_of(2024, 5, 31));
    CHECK_I64(preview.values.n, 1);
    CHECK_I64(preview.values.at[0].points.n, ALERT_PREVIEW);
    CHECK(preview.raised > 5);
    /* the days on which the rule would have been heard, lived through one by one, each resolved by
     * itself or heard again */
    i64 rule = a_rule(c, "活", terms, 72), heard = 0;
    (void)rule;
    instant end = c->now;
    for (day at = preview.from; at <= preview.to; at++) {
        c->now = zone_midnight(c->zone, at + 1) + 8 * HOUR_MS;
        struct alert_check check = evaluate(c);
        heard += check.raised + check.again;
    }
    c->now = end;
    CHECK_I64(heard, preview.raised);
}

static enum err do_templates(struct tx *t, void *arg)
{
    return alert_templates_take(t, (strs){ 0 }, arg);
}

TEST(templates_are_taken_once)
{
    struct ctx *c = test_reader();
    struct alert_template_list all;
    struct alert_rule_list rules;
    i64 taken;
    struct serving index = serve(c); /* traffic is asked of it */
    CHECK_OK(c, store_write(c->store, c, do_templates, &taken));
    CHECK_OK(c, alert_templates(c, &all));
    CHECK_I64(taken, all.n);
    for (i64 i = 0; i < all.n; i++) CHECK(all.at[i].rule.has && all.at[i].sentence.n > 0);
    CHECK_OK(c, store_write(c->store, c, do_templates, &taken));
    CHECK_I64(taken, 0);
    CHECK_OK(c, alert_rules(c, &rules));
    CHECK_I64(rules.n, all.n);
    sell(c, "2024-05-31", 50 * YUAN, "店");
    CHECK_OK(c, audience_follow(index.audience, NULL));
    CHECK_I64(evaluate(c).broken, 0);
    serve_no_more(c, &index);
}

TEST(facts_are_watched_and_waited_for)
{
    struct ctx *c = test_reader();
    sell(c, "2024-05-31", 500 * YUAN, "店");
    a_rule(c, "低", low_sales, 24);
    CHECK_OK(c, alert_watch(c->store, c));
    CHECK_I64(listed(c, -1).n, 0);
    struct alert_terms high = {
        .metric = S("sales"), .so_far = true, .side = ALERT_ABOVE, .limit = S("1000")
    };
    a_rule(c, "高", high, 24);
    sell(c, "2024-06-01", 2000 * YUAN, "店");
    c->now += 30 * SECOND_MS;
    CHECK_OK(c, alert_watch(c->store, c)); /* too soon */
    CHECK_I64(listed(c, -1).n, 0);
    c->now += 30 * SECOND_MS;
    CHECK_OK(c, alert_watch(c->store, c));
    CHECK_I64(listed(c, -1).n, 1);
    /* nothing new: an hour goes by */
    c->now += 10 * MINUTE_MS;
    CHECK_OK(c, alert_watch(c->store, c));
    c->now = on("2024-06-02", 9 * HOUR_MS);
    CHECK_OK(c, alert_watch(c->store, c));
    CHECK_I64(listed(c, -1).n, 0);
}
