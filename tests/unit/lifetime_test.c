/* lifetime_test.c -- lifetime of a shop: what is made of purchases, against a slow count; what
 * cannot be fitted; what is kept, scored and asked of. */
#include "insight_shop.h"
#include "support/koi_run.h"

#include <math.h>
#include <stdlib.h>

#include "insight/lifetime/inside.h"

#define YUAN MONEY_UNIT

static day day_at(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

/* -- a shop of people who buy, and leave, by chance ----------------------------------------------
 */

#define PEOPLE 1200

/* Some buy often, some leave soon; some orders are free, refunded or on the day of another. */
static i64 lively_sales(struct ctx *c, struct dice *d, struct sale *sales)
{
    instant begin = on("2023-06-01", 0), end = on("2024-06-01", 0);
    i64 n = 0;
    for (i64 member = 1; member <= PEOPLE; member++) {
        instant at = begin + dice_below(d, 200 * DAY_MS);
        i64 pace = 12 + dice_below(d, 20) * dice_below(d, 8),
            leaves = (const u8[]){ 0, 1, 4, 30, 80, 95 }[dice_below(d, 6)],
            level = 10 + dice_below(d, 20) * dice_below(d, 20);
        for (int k = 0; k < 20 && at < end; k++) {
            i64 paid = dice_below(d, 12) ? (level / 2 + dice_below(d, level)) * YUAN : 0;
            sales[n++] = (struct sale){ .member = member,
                                        .at = at,
                                        .paid = paid,
                                        .refund = dice_below(d, 15) ? 0 : paid,
                                        .unpaid = dice_below(d, 20) == 0 };
            if (dice_below(d, 6) == 0) continue; /* again at once */
            if (k && dice_below(d, 100) < leaves) break;
            at += (i64)(-log((f64)(1 + dice_below(d, 1000000)) / 1000001) * (f64)(pace * DAY_MS));
        }
    }
    sales[n++] = (struct sale){ .member = 0, .at = begin, .paid = 50 * YUAN }; /* nobody known */
    (void)c;
    return n;
}

static void load(struct ctx *c, const struct sale *sales, i64 n)
{
    for (i64 i = 0; i < n; i += 500) shop_sales(c, &sales[i], n - i < 500 ? n - i : 500);
}

struct lively {
    struct sale *at;
    i64 n;
};
static struct lively lively_shop(struct ctx *c)
{
    struct dice d = { 99 };
    struct lively s = { NEWS(c->arena, struct sale, PEOPLE * 20 + 1), 0 };
    shop_members(c, PEOPLE, on("2023-01-01", 0), S("m"));
    s.n = lively_sales(c, &d, s.at);
    load(c, s.at, s.n);
    return s;
}

/* The naive twin: a calendar of one member, a day at a time. */
static bool naive_buyer(struct ctx *c, struct lively s, i64 member, day from, day calibrate,
                        day until, struct buyer *out)
{
    day begin = day_at("2023-01-01");
    static money on_day[600];
    static bool bought[600];
    memset(on_day, 0, sizeof(on_day));
    memset(bought, 0, sizeof(bought));
    for (i64 i = 0; i < s.n; i++) {
        const struct sale *x = &s.at[i];
        if (x->member != member || x->unpaid || (x->paid && x->refund == x->paid)) continue;
        i64 d = zone_day(c->zone, x->at) - begin;
        bought[d] = true;
        on_day[d] += x->paid - x->refund;
    }
    *out = (struct buyer){ .member = member };
    bool any = false;
    for (day d = begin; d <= until; d++) {
        if (!bought[d - begin]) continue;
        if (!any && (d < from || d > calibrate)) return false;
        if (!any) out->first = d;
        else if (d > calibrate) out->later++;
        else {
            out->x++;
            out->last = d - out->first;
            out->repeated += on_day[d - begin];
        }
        if (d <= calibrate) out->spent += on_day[d - begin];
        any = true;
    }
    out->age = calibrate - out->first;
    return any;
}

static int by_member(const void *x, const void *y)
{
    const struct buyer *a = x, *b = y;
    return a->member < b->member ? -1 : a->member > b->member;
}

TEST(a_buyer_is_what_a_calendar_says)
{
    struct ctx *c = test_reader();
    struct lively s = lively_shop(c);
    const char *days[][3] = { { "2020-01-01", "2024-05-31", "2024-05-31" },
                              { "2023-08-10", "2024-01-31", "2024-04-30" },
                              { "2020-01-01", "2023-10-31", "2024-05-31" } };
    for (i64 i = 0; i < COUNT(days); i++) {
        day from = day_at(days[i][0]), calibrate = day_at(days[i][1]), until = day_at(days[i][2]);
        struct lifetime_ask ask = { SOME(from), SOME(until), SOME(calibrate), LIFETIME_WEEK, 0, 0 };
        struct buyers b;
        i64 n = 0, repeats = 0, later = 0, in_charts = 0, in_rows = 0;
        CHECK_OK(c, buyers_gather(c, &ask, &b));
        for (i64 k = 0; k < b.sample.n; k++) { /* rows are of the buyers, in order */
            const struct lifetime_row *row = &b.sample.at[k];
            for (i64 j = 0; j < row->n; j++, in_rows++)
                CHECK(b.at[in_rows].x == row->x && b.at[in_rows].last == row->last &&
                      b.at[in_rows].age == row->age);
        }
        CHECK_I64(in_rows, b.n);
        qsort(b.at, (size_t)b.n, sizeof(b.at[0]), by_member);
        for (i64 member = 1; member <= PEOPLE; member++) {
            struct buyer want;
            if (!naive_buyer(c, s, member, from, calibrate, until, &want)) continue;
            CHECK(memcmp(&b.at[n++], &want, sizeof(want)) == 0);
            repeats += want.x;
            later += want.later;
        }
        CHECK(n > 100 && repeats > 100);
        CHECK_I64(b.n, n);
        CHECK_I64(b.repeats, repeats);
        for (day d = b.first; d <= until; d++) in_charts += b.repeats_on[d - b.first];
        CHECK_I64(in_charts, repeats + later);
    }
}

TEST(a_report_adds_up)
{
    struct ctx *c = test_reader();
    struct lifetime_report r;
    struct lifetime_score_list scores;
    lively_shop(c);
    struct lifetime_ask ask = { .until = SOME(day_at("2024-05-31")),
                                .calibrate = SOME(day_at("2024-01-31")),
                                .horizon = 90,
                                .discount = .1 };
    CHECK_OK(c, lifetime_report_make(c, &ask, &r, &scores));
    const struct lifetime_week *last = &r.weeks.at[r.weeks.n - 1];
    struct bgnbd m = { r.bgnbd->r, r.bgnbd->alpha, r.bgnbd->a, r.bgnbd->b };
    i64 bars = 0, actual = 0, weeks = 0;
    f64 expected = 0, orders = 0;
    for (i64 i = 0; i < r.holdout->by_repeats.n; i++) {
        const struct lifetime_bar *bar = &r.holdout->by_repeats.at[i];
        bars += bar->customers;
        actual += llround(bar->actual.value * (f64)bar->customers);
        expected += bar->expected.value * (f64)bar->customers;
    }
    CHECK_I64(bars, r.customers);
    CHECK_I64(actual, r.holdout->actual);
    CHECK(fabs(expected - r.holdout->expected) < 1e-6);
    CHECK(fabs(r.holdout->error.value) < .3);
    for (i64 i = 0; i < r.weeks.n; i++) weeks += r.weeks.at[i].actual;
    CHECK_I64(weeks, r.repeats + r.holdout->actual);
    CHECK_I64(last->actual_sum, weeks);
    CHECK_STR(r.weeks.at[0].from, r.from.at ? str_z(c->arena, r.from) : "");
    CHECK_STR(last->to, "2024-05-31");
    CHECK(last->holdout && !r.weeks.at[0].holdout);
    CHECK(fabs(last->expected_sum / (f64)weeks - 1) < .15);
    CHECK_I64(scores.n, r.customers);
    for (i64 i = 0; i < scores.n; i++) {
        const struct lifetime_score *s = &scores.at[i];
        f64 t_x = (f64)s->last_days / 7, T = (f64)s->age_days / 7;
        CHECK(fabs(s->alive - bgnbd_alive(&m, s->repeats, t_x, T)) < 1e-12);
        CHECK(fabs(s->orders - bgnbd_expected(&m, s->repeats, t_x, T, 90 / 7.)) < 1e-9);
        CHECK(s->value.has && s->worth.has && s->value.value % 100 == 0);
        CHECK(fabs((f64)s->value.value / (f64)s->worth.value / s->orders - 1) < .05 ||
              s->value.value < 10 * YUAN);
        CHECK(i == 0 || s[-1].member < s->member);
        orders += s->orders;
    }
    CHECK(fabs(orders - r.expected_orders) < 1e-6);
}

TEST(days_are_the_same_fit_in_another_unit)
{
    struct ctx *c = test_reader();
    struct lifetime_report weeks, days;
    lively_shop(c);
    struct lifetime_ask ask = { .until = SOME(day_at("2024-05-31")) };
    CHECK_OK(c, lifetime_report_make(c, &ask, &weeks, NULL));
    ask.unit = LIFETIME_DAY;
    CHECK_OK(c, lifetime_report_make(c, &ask, &days, NULL));
    CHECK(fabs(days.bgnbd->r / weeks.bgnbd->r - 1) < 1e-4);
    CHECK(fabs(days.bgnbd->alpha / weeks.bgnbd->alpha / 7 - 1) < 1e-4);
    CHECK(fabs(days.expected_orders / weeks.expected_orders - 1) < 1e-4);
    CHECK(weeks.holdout == NULL);
}

/* -- what cannot be fitted ------------------------------------------------------------------------
 */

static void cannot(struct ctx *c, struct lifetime_ask ask, const char *words)
{
    struct lifetime_report r;
    CHECK_ERR(c, lifetime_report_make(c, &ask, &r, NULL), E_UNPROCESSABLE);
    CHECK(str_find(fail_text(c), str_of(words)) >= 0);
}

TEST(what_cannot_be_fitted_is_said)
{
    struct ctx *c = test_reader();
    struct lifetime_ask ask = { 0 };
    cannot(c, ask, "0 members have bought, 0 of them again"); /* an empty shop */
    shop_members(c, 1000, on("2024-01-01", 0), S("m"));
    shop_sales(c, &(struct sale){ 1, on("2024-05-01", 0), 10 * YUAN }, 1);
    cannot(c, ask, "1 members have bought, 0 of them again"); /* one order */
    struct sale one[30];
    for (int i = 0; i < 30; i++)
        one[i] = (struct sale){ 1, on("2024-05-01", i * DAY_MS), 10 * YUAN };
    shop_sales(c, one, 30);
    cannot(c, ask, "1 members have bought, 1 of them again"); /* one member */
    struct sale *back = NEWS(c->arena, struct sale, 400);     /* all refunded */
    for (int i = 0; i < 400; i++)
        back[i] =
            (struct sale){ 2 + i / 2, on("2024-05-01", i % 2 * DAY_MS), 10 * YUAN, 10 * YUAN };
    shop_sales(c, back, 400);
    cannot(c, ask, "1 members have bought, 1 of them again");
    struct sale *alike = NEWS(c->arena, struct sale, 1000); /* as regular as a clock */
    for (int i = 0; i < 1000; i++)
        alike[i] = (struct sale){ 500 + i / 5, on("2024-05-01", i % 5 * 5 * DAY_MS), 10 * YUAN };
    shop_sales(c, alike, 1000);
    cannot(c, ask, "the fit does not converge");
    cannot(c, (struct lifetime_ask){ .until = SOME(day_at("2020-01-01")) }, "0 members");
}

TEST(days_out_of_order_are_refused)
{
    struct ctx *c = test_reader();
    struct lifetime_report r;
    opt_i64 may = SOME(day_at("2024-05-01")), june = SOME(day_at("2024-06-01")),
            july = SOME(day_at("2024-07-01"));
    CHECK_ERR(c, lifetime_report_make(c, &(struct lifetime_ask){ .until = july }, &r, NULL),
              E_INVALID);
    CHECK_ERR(c,
              lifetime_report_make(c, &(struct lifetime_ask){ .until = may, .calibrate = june }, &r,
                                   NULL),
              E_INVALID);
    CHECK_ERR(
        c, lifetime_report_make(c, &(struct lifetime_ask){ .until = may, .from = june }, &r, NULL),
        E_INVALID);
}

/* A shop that was long ago is looked at up to its last purchase; one that sells, up to yesterday.
 */
TEST(the_last_day_is_yesterday_or_the_last_that_sold)
{
    struct ctx *c = test_reader(); /* now is 1 June 2024 */
    struct buyers b;
    shop_sales(c, &(struct sale){ 1, on("2020-03-05", 0), 10 * YUAN }, 1);
    CHECK_OK(c, buyers_gather(c, &(struct lifetime_ask){ 0 }, &b));
    CHECK_STR(day_text(c->arena, b.until), "2020-03-05");
    shop_sales(c, &(struct sale){ 1, on("2024-04-20", 0), 10 * YUAN }, 1);
    CHECK_OK(c, buyers_gather(c, &(struct lifetime_ask){ 0 }, &b));
    CHECK_STR(day_text(c->arena, b.until), "2024-05-31");
    CHECK_I64(b.at[0].x, 1);
}

TEST(programs_read_the_same_form_for_ever)
{
    struct ctx *c = test_reader();
    lively_shop(c);
    str out = KOI_RUN(c, 0, "report", "ltv", "--calibrate-to", "2024-01-31", "--to", "2024-05-31",
                      "--discount", "0.1", "--json");
    CHECK(str_starts(out, S("{\"bgnbd\":{\"r\":")));
    const char *const names[] = { "\"alpha\":",
                                  "\"a\":",
                                  "\"b\":",
                                  "\"log_likelihood\":",
                                  "\"errors\":{\"r\":",
                                  "\"gamma_gamma\":{\"p\":",
                                  "\"q\":",
                                  "\"v\":",
                                  "\"customers\":",
                                  "\"repeat_customers\":" };
    i64 at = 0;
    for (i64 i = 0; i < COUNT(names); i++) {
        i64 next = str_find(str_sub(out, at, out.n), str_of(names[i]));
        CHECK(next >= 0);
        at += next + 1;
    }
    str csv = KOI_RUN(c, 0, "report", "ltv", "--to", "2024-05-31", "--csv");
    CHECK(str_starts(csv, S("member,repeats,last_days,age_days,spent,alive,expected_orders,")));
    KOI_RUN(c, 2, "report", "ltv", "--unit", "month");
    KOI_RUN(c, 2, "report", "ltv", "--discount", "10");
    KOI_RUN(c, 1, "report", "ltv", "--to", "2022-01-01");
}

/* -- what is kept -------------------------------------------------------------------------------
 */

#define FIELDS_OF_scored_row(X, N) \
    X(i64, member, ANY, "", N)     \
    X(i64, alive, ANY, "", N)      \
    X(i64, orders, ANY, "", N)     \
    X(i64, value, ANY, "", N)
SHAPE(scored_row);
SHAPE_DEFINE(scored_row);
QUERY(q_scored, scored_row,
      "SELECT member, alive, orders, value FROM lifetime_score ORDER BY member");
QUERY(q_fits, one_i64, "SELECT COUNT(*) AS value FROM lifetime_fit");
QUERY(q_lines, one_i64, "SELECT COUNT(*) AS value FROM timeline WHERE kind = 'lifetime.scored'");

static i64 count_of(struct ctx *c, struct query *q)
{
    struct one_i64 n;
    CHECK_OK(c, db_get(c, q, &n, NO_ARGS));
    return n.value;
}

TEST(a_member_is_scored_by_his_purchases)
{
    struct ctx *c = test_reader();
    struct lifetime_view v = { 0 };
    struct lifetime_report r;
    struct lifetime_score_list want;
    struct scored_row_list got;
    lively_shop(c);
    CHECK_OK(c, lifetime_refit(test_store(), c));
    struct lifetime_ask ask = { .until = SOME(day_at("2024-05-31")), .horizon = 90 };
    CHECK_OK(c, lifetime_report_make(c, &ask, &r, &want));
    CHECK_OK(c, db_all(c, &q_scored, &got, NO_ARGS));
    CHECK_I64(got.n, want.n);
    for (i64 i = 0; i < got.n; i++) {
        CHECK_I64(got.at[i].member, want.at[i].member);
        CHECK_I64(got.at[i].alive, llround(want.at[i].alive * 10000));
        CHECK_I64(got.at[i].orders, llround(want.at[i].orders * 10000));
    }
    CHECK_OK(c, lifetime_show(c, &v));
    CHECK_I64(v.members, want.n);
    CHECK(v.fit->bgnbd->r == r.bgnbd->r && v.fit->customers == r.customers);
    CHECK(v.fit->holdout && v.fit->weeks.n == r.weeks.n && v.last_try->found);
    CHECK_STR(v.fit->holdout->to, "2024-05-31");
    CHECK(v.expected_value.has && v.expected_value.value > 0);
    CHECK_STR(v.at_risk_segment, "alive < 50 and spent >= 1000.00");
    i64 in_tenths = 0, in_list = 0;
    for (i64 i = 0; i < 10; i++) in_tenths += v.alive.at[i].members;
    CHECK_I64(in_tenths, v.members);
    /* pages of those at risk, by either sort, hold each once */
    for (enum lifetime_sort sort = LIFETIME_VALUE; sort <= LIFETIME_ALIVE; sort++) {
        struct lifetime_scored_list page;
        i64 key = 0, member = 0;
        for (in_list = 0;; in_list += page.n) {
            CHECK_OK(c, lifetime_members(c, sort, true, key, member, 7, &page));
            for (i64 i = 0; i < page.n; i++) {
                const struct lifetime_scored *s = &page.at[i];
                CHECK(s->alive < 5000 && s->spent >= 1000 * YUAN);
                CHECK(member == 0 || (sort == LIFETIME_ALIVE ? s->alive >= key : s->value <= key));
                key = sort == LIFETIME_ALIVE ? s->alive : s->value;
                member = s->member;
            }
            if (page.n == 0) break;
        }
        CHECK_I64(in_list, v.at_risk);
    }
    CHECK(v.at_risk > 3);
    CHECK_I64(count_of(c, &q_lines), 1);
}

TEST(everybody_with_a_value_stands_in_one_band)
{
    struct ctx *c = test_reader();
    struct lifetime_view v = { 0 };
    struct scored_row_list got;
    lively_shop(c);
    CHECK_OK(c, lifetime_refit(test_store(), c));
    CHECK_OK(c, db_all(c, &q_scored, &got, NO_ARGS));
    CHECK_OK(c, lifetime_show(c, &v));
    CHECK(v.values.n > 3);
    CHECK(v.values.at[0].members > 0 && v.values.at[v.values.n - 1].members > 0);
    i64 members = 0;
    money value = 0;
    for (i64 i = 0; i < v.values.n; i++) {
        const struct lifetime_band *b = &v.values.at[i];
        i64 naive = 0;
        for (i64 k = 0; k < got.n; k++)
            naive += got.at[k].value >= b->from && (!b->to.has || got.at[k].value < b->to.value);
        CHECK_I64(b->members, naive);
        CHECK(i == 0 || v.values.at[i - 1].to.value == b->from);
        members += b->members;
        value += b->value;
    }
    CHECK_I64(members, v.members);
    CHECK_I64(value, v.expected_value.value);
}

TEST(the_fit_before_stays_in_force)
{
    struct ctx *c = test_reader();
    struct lifetime_view before = { 0 }, after = { 0 };
    lively_shop(c);
    CHECK_OK(c, lifetime_refresh(test_store(), c));
    CHECK_OK(c, lifetime_show(c, &before));
    CHECK(before.fit && before.members > 0);
    CHECK_OK(c, lifetime_refresh(test_store(), c)); /* young enough: scores alone */
    CHECK_I64(count_of(c, &q_fits), 1);
    CHECK_I64(count_of(c, &q_lines), 2);
    c->now -= 370 * DAY_MS; /* a day on which hardly anybody had bought */
    CHECK_ERR(c, lifetime_refit(test_store(), c), E_UNPROCESSABLE);
    CHECK_OK(c, lifetime_show(c, &after));
    CHECK(after.fit && after.fit->bgnbd->r == before.fit->bgnbd->r);
    CHECK_I64(after.fitted_at.value, before.fitted_at.value);
    CHECK(!after.last_try->found &&
          str_find(after.last_try->problem, S("members have bought")) > 0);
    CHECK_I64(count_of(c, &q_fits), 2);
}

TEST(an_empty_shop_shows_nothing)
{
    struct ctx *c = test_reader();
    struct lifetime_view v = { 0 };
    CHECK_OK(c, lifetime_refresh(test_store(), c));
    CHECK_OK(c, lifetime_show(c, &v));
    CHECK(!v.fit && !v.fitted_at.has && v.members == 0 && !v.expected_value.has && v.at_risk == 0);
    CHECK_I64(v.values.n, 0);
    CHECK(v.last_try && !v.last_try->found);
}

/* What segments are told: 93.07 percent, 0.0500 purchases. */
TEST(fields_are_the_scores)
{
    struct ctx *c = test_reader();
    struct scored_row_list got;
    lively_shop(c);
    CHECK_OK(c, lifetime_refit(test_store(), c));
    CHECK_OK(c, db_all(c, &q_scored, &got, NO_ARGS));
    i64 low = 0, soon = 0, dear = 0;
    for (i64 i = 0; i < got.n; i++) {
        low += got.at[i].alive < 5025;
        soon += got.at[i].orders >= 1205;
        dear += got.at[i].value >= 500 * YUAN;
    }
    CHECK(low > 0 && soon > 0 && dear > 0);
    const struct {
        const char *text;
        i64 members;
    } asked[] = { { "alive < 50.25", low },
                  { "expected_orders >= 0.1205", soon },
                  { "ltv >= 500", dear } };
    for (i64 i = 0; i < COUNT(asked); i++) {
        str out = KOI_RUN(c, 0, "segment", "count", asked[i].text, "--json");
        CHECK(str_find(out, str_fmt(c->arena, "\"count\":%lld,", (long long)asked[i].members)) > 0);
    }
}
