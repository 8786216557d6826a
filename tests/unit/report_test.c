/* report_test.c -- reports against the metrics they are made of, their words against their figures,
 * and what is read back from the files. */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/saved.h"
#include "base/json.h"
#include "base/num.h"
#include "channel/delivery.h"
#include "insight/alert.h"
#include "insight/goal/inside.h"
#include "insight/metric.h"
#include "insight/product.h"
#include "insight/report.h"
#include "insight/report/inside.h"
#include "insight/tree.h"
#include "insight_shop.h"
#include "sheet/sheet.h"

#define YUAN MONEY_UNIT

/* -- a shop ------------------------------------------------------------------------------------ */

enum { PEOPLE_N = 30 };

static void some_sales(struct ctx *c, u64 seed, i64 n)
{
    struct dice d = { seed };
    const i64 *ids = shop_members(c, PEOPLE_N, on("2022-10-01", 5), S("m"));
    struct sale *sales = NEWS(c->arena, struct sale, n);
    for (i64 i = 0; i < n; i++) {
        money paid = YUAN + dice_below(&d, 40000) * (YUAN / 100);
        sales[i] =
            (struct sale){ .member = dice_below(&d, 7) ? ids[dice_below(&d, PEOPLE_N)] : 0,
                           .at = on("2022-10-05", 0) + dice_below(&d, 600 * DAY_MS),
                           .paid = paid,
                           .refund = dice_below(&d, 6)   ? 0
                                     : dice_below(&d, 2) ? paid
                                                         : paid / (3 * YUAN / 100) * (YUAN / 100),
                           .unpaid = dice_below(&d, 9) == 0,
                           .shop = dice_below(&d, 3) ? S("旗舰店") : S("小店") };
    }
    shop_sales(c, sales, n);
}

static struct audience *served;
static struct arena_mark begun;

/* The index of members as it is now. */
static void serve(struct ctx *c)
{
    begun = arena_mark(c->arena);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &served));
    CHECK_OK(c, audience_follow(served, NULL));
    audience_serve(served);
    CHECK_OK(c, product_follow(test_store(), c));
}

static void serve_no_more(struct ctx *c)
{
    audience_serve(NULL);
    arena_rewind(c->arena, begun);
    audience_close(served);
}

static day named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

/* -- days -------------------------------------------------------------------------------------- */

static void days_are(enum report_kind kind, const char *at, const char *const want[6])
{
    struct report_days d[3];
    struct arena *a = test_ctx()->arena;
    report_periods(kind, named(at), d);
    for (int p = 0; p < 3; p++) {
        CHECK_STR(day_text(a, d[p].from), want[2 * p]);
        CHECK_STR(day_text(a, d[p].to), want[2 * p + 1]);
    }
}

TEST(periods_as_by_hand)
{
    days_are(REPORT_DAILY, "2024-03-01",
             (const char *const[]){ "2024-02-29", "2024-02-29", "2024-02-28", "2024-02-28",
                                    "2024-02-22", "2024-02-22" });
    days_are(REPORT_WEEKLY, "2024-05-15",
             (const char *const[]){ "2024-05-06", "2024-05-12", "2024-04-29", "2024-05-05",
                                    "2023-05-08", "2023-05-14" });
    days_are(REPORT_WEEKLY, "2024-05-13", /* a Monday: Sunday is over */
             (const char *const[]){ "2024-05-06", "2024-05-12", "2024-04-29", "2024-05-05",
                                    "2023-05-08", "2023-05-14" });
    days_are(REPORT_MONTHLY, "2024-03-31",
             (const char *const[]){ "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31",
                                    "2023-02-01", "2023-02-28" });
    days_are(REPORT_QUARTERLY, "2024-02-10",
             (const char *const[]){ "2023-10-01", "2023-12-31", "2023-07-01", "2023-09-30",
                                    "2022-10-01", "2022-12-31" });
}

TEST(a_period_that_is_not_over_is_refused)
{
    struct ctx *c = test_ctx();
    day at;
    CHECK_OK(c, report_at_read(c, NO_STR, &at));
    CHECK_I64(at, named("2024-06-01"));
    CHECK_OK(c, report_at_read(c, S("2024-06-01"), &at));
    CHECK_ERR(c, report_at_read(c, S("2024-06-02"), &at), E_INVALID);
    CHECK_ERR(c, report_at_read(c, S("1999-12-31"), &at), E_INVALID);
    CHECK_ERR(c, report_at_read(c, S("soon"), &at), E_INVALID);
}

/* -- against the metrics ----------------------------------------------------------------------- */

static const struct report_block *block_of(const struct report *r, const char *name)
{
    for (i64 i = 0; i < r->blocks.n; i++)
        if (str_eq(r->blocks.at[i].name, str_of(name))) return &r->blocks.at[i];
    return NULL;
}

static i64 column_of(const struct report_block *b, const char *name)
{
    for (i64 i = 0; i < b->columns.n; i++)
        if (str_eq(b->columns.at[i].name, str_of(name))) return i;
    CHECK(!"such a column");
    return 0;
}

static str cell_of(const struct report_block *b, i64 row, const char *column)
{
    return b->rows.at[row].cells.at[column_of(b, column)].value;
}

/* Of these days alone, asked by itself. */
static str asked(struct ctx *c, str name, day from, day to)
{
    struct metric_answer a;
    struct metric_ask ask = { .name = name,
                              .from = day_text(c->arena, from),
                              .to = day_text(c->arena, to),
                              .step = STEP_YEAR,
                              .compare = { true, false } };
    CHECK_OK(c, metric_make(c, &ask, &a));
    return a.value;
}

static void same(str got, str want)
{
    CHECK(!got.at == !want.at);
    if (!str_eq(got, want))
        print_message(STR_FMT " is not " STR_FMT "\n", STR_ARG(got), STR_ARG(want));
    CHECK(str_eq(got, want));
}

static str metric_of_label(str label)
{
    for (const struct metric *m = metrics; m->name; m++)
        if (str_eq(str_of(m->en), label)) return str_of(m->name);
    CHECK(!"a metric of that name");
    return NO_STR;
}

static void metrics_are_asked_one_by_one(struct ctx *c, const struct report *r, const char *name)
{
    const struct report_block *b = block_of(r, name);
    static const char *const columns[] = { "now", "before", "beside" };
    for (i64 i = 0; b && i < b->rows.n; i++)
        for (int p = 0; p < 3; p++)
            same(cell_of(b, i, columns[p]),
                 asked(c, metric_of_label(b->rows.at[i].cells.at[0].value), r->periods.at[p].from,
                       r->periods.at[p].to));
}

static money money_of(str text)
{
    money m;
    CHECK(money_parse(text, &m));
    return m;
}

static void parts_add_up(struct ctx *c, const struct report *r, const char *name)
{
    const struct report_block *b = block_of(r, name);
    money now = 0, before = 0;
    for (i64 i = 0; b && i < b->rows.n; i++) {
        now += money_of(cell_of(b, i, "net_sales"));
        before += money_of(cell_of(b, i, "before"));
        CHECK_I64(money_of(cell_of(b, i, "more")),
                  money_of(cell_of(b, i, "net_sales")) - money_of(cell_of(b, i, "before")));
    }
    if (!b) return;
    const struct report_period *p = r->periods.at;
    CHECK_I64(now, money_of(asked(c, S("net_sales"), p[0].from, p[0].to)));
    CHECK_I64(before, money_of(asked(c, S("net_sales"), p[1].from, p[1].to)));
}

static void contributions_add_up(const struct report *r)
{
    const struct report_block *b = block_of(r, "gmv_tree");
    money all = 0;
    bool known = true;
    for (i64 i = 0; i + 1 < b->rows.n; i++) {
        str m = cell_of(b, i, "contribution");
        known &= m.at != NULL;
        if (m.at) all += money_of(m);
    }
    if (known) CHECK_I64(all, money_of(cell_of(b, b->rows.n - 1, "contribution")));
}

/* Who had most stands first; the others together stand last. */
static void most_stands_first(const struct report *r, const char *name)
{
    const struct report_block *b = block_of(r, name);
    for (i64 i = 1; b && i < b->rows.n && !b->rows.at[i].rest; i++)
        CHECK(money_of(cell_of(b, i - 1, "net_sales")) >= money_of(cell_of(b, i, "net_sales")));
}

/* What is compared with has the same name in every sentence of a report. */
static void periods_are_named(const struct report *zh)
{
    const struct report_block *b = block_of(zh, "gmv_tree");
    str before = str_of(report_kinds[zh->kind].label_zh[BEFORE]), text = b->sentences.at[0].text;
    CHECK(str_find(text, before) >= 0);
    CHECK(str_find(text, S("对比期")) < 0 && str_find(text, S("上期")) < 0);
    b = block_of(zh, "touchpoints");
    if (b->rows.n) CHECK(str_starts(b->sentences.at[0].text, S("各触点中变化最大的是")));
}

/* A day of the course is that day, asked by itself. */
static void days_are_asked_one_by_one(struct ctx *c, const struct report *r)
{
    const struct report_block *b = block_of(r, "days");
    static const char *const names[] = { "net_sales", "orders", "buyers", "new_buyers" };
    if (!b || r->kind == REPORT_QUARTERLY) return;
    for (i64 i = 0; i < b->rows.n; i++) {
        day d = named(str_z(c->arena, cell_of(b, i, "step")));
        for (i64 k = 0; k < COUNT(names); k++)
            same(cell_of(b, i, names[k]), asked(c, str_of(names[k]), d, d));
    }
}

static void repurchase_is_of_those_whose_days_ended(struct ctx *c, const struct report *r)
{
    const struct report_block *b = block_of(r, "repurchase");
    static const i64 days[] = { 30, 60, 90, 365 };
    for (i64 i = 0; b && i < b->rows.n; i++) {
        str name = str_fmt(c->arena, "repurchase_%lld", (long long)days[i]);
        day back = (day)days[i];
        same(cell_of(b, i, "rate"),
             asked(c, name, r->periods.at[0].from - back, r->periods.at[0].to - back));
        same(cell_of(b, i, "rate_before"),
             asked(c, name, r->periods.at[1].from - back, r->periods.at[1].to - back));
    }
}

TEST(report_equals_the_metrics)
{
    struct ctx *c = test_reader();
    some_sales(c, 11, 900);
    serve(c);
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        struct report of[2];
        CHECK_OK(c, report_compose(c, (enum report_kind)kind, named("2024-05-15"), of));
        metrics_are_asked_one_by_one(c, &of[EN], "headline");
        metrics_are_asked_one_by_one(c, &of[EN], "refunds");
        metrics_are_asked_one_by_one(c, &of[EN], "cost");
        parts_add_up(c, &of[EN], "shops");
        parts_add_up(c, &of[EN], "touchpoints");
        most_stands_first(&of[EN], "shops");
        most_stands_first(&of[EN], "touchpoints");
        periods_are_named(&of[ZH]);
        contributions_add_up(&of[EN]);
        days_are_asked_one_by_one(c, &of[EN]);
        repurchase_is_of_those_whose_days_ended(c, &of[EN]);
    }
    serve_no_more(c);
}

/* -- words ------------------------------------------------------------------------------------- */

struct allowed {
    strs at;
};

static void allow(struct ctx *c, struct allowed *a, str text) { *PUSH(c->arena, &a->at) = text; }

/* Every way in which a figure may be told: its size, and with its sign. */
static void allow_value(struct ctx *c, struct allowed *a, enum report_unit unit, f64 v)
{
    f64 size = v < 0 ? -v : v;
    str text;
    if (unit == REPORT_RATIO || unit == REPORT_CHANGE) {
        /* Half away from zero, of millionths. */
        i64 millionths = (i64)(size * 1e6 + .5), tenths = (millionths + 500) / 1000;
        text = str_fmt(c->arena, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
    } else if (unit == REPORT_MONEY || unit == REPORT_TIMES) {
        i64 fine = (i64)(size * (unit == REPORT_MONEY ? 1e4 : 1e6) + .5),
            cent = unit == REPORT_MONEY ? 100 : 10000, cents = (fine + cent / 2) / cent;
        text = str_fmt(c->arena, "%lld.%02lld", (long long)(cents / 100), (long long)(cents % 100));
    } else text = str_fmt(c->arena, "%.0f", size);
    allow(c, a, text);
    allow(c, a, str_fmt(c->arena, "%s" STR_FMT, v < 0 ? "-" : "+", STR_ARG(text)));
}

/* Digits in names and labels. */
static void allow_digits(struct ctx *c, struct allowed *a, str text)
{
    for (i64 i = 0; i < text.n;) {
        i64 from = i;
        while (i < text.n && text.at[i] >= '0' && text.at[i] <= '9') i++;
        if (i > from) allow(c, a, str_sub(text, from, i));
        else i++;
    }
}

/* The mean of the steps before the last, and how far the last is from it. */
static void allow_mean(struct ctx *c, struct allowed *a, const struct report_block *b)
{
    f64 v, sum = 0, now = 0;
    i64 n = b->rows.n - 1;
    for (i64 i = 0; i <= n; i++) {
        CHECK(f64_parse(b->rows.at[i].cells.at[1].value, &v));
        if (i < n) sum += v;
        else now = v;
    }
    f64 mean = (f64)(i64)(sum / (f64)n * 100 + (sum < 0 ? -.5 : .5)) / 100;
    allow_value(c, a, REPORT_MONEY, mean);
    allow_value(c, a, REPORT_COUNT, (f64)n);
    if (mean != 0) allow_value(c, a, REPORT_CHANGE, (now - mean) / (mean < 0 ? -mean : mean));
}

static void allow_block(struct ctx *c, struct allowed *a, const struct report_block *b)
{
    for (i64 k = 0; k < b->columns.n; k++) allow_digits(c, a, b->columns.at[k].label);
    for (i64 i = 0; i < b->rows.n; i++)
        for (i64 k = 0; k < b->columns.n; k++) {
            enum report_unit unit = b->columns.at[k].unit;
            str text = b->rows.at[i].cells.at[k].value;
            f64 v;
            if (unit == REPORT_ROW) unit = b->rows.at[i].unit;
            if (unit == REPORT_TEXT) allow_digits(c, a, text);
            else if (text.at && f64_parse(text, &v)) allow_value(c, a, unit, v);
        }
    allow(c, a, str_fmt(c->arena, "%lld", (long long)b->rows.n));
    if (str_eq(b->name, S("run"))) allow_mean(c, a, b);
    /* New and returning: changes between the rows. */
    for (i64 k = 1; str_eq(b->name, S("customers")) && k < b->columns.n; k++) {
        f64 now, then;
        if (!f64_parse(b->rows.at[2].cells.at[k].value, &now)) continue;
        for (i64 i = 0; i < 2; i++)
            if (f64_parse(b->rows.at[i].cells.at[k].value, &then) && then != 0)
                allow_value(c, a, REPORT_CHANGE, (now - then) / (then < 0 ? -then : then));
    }
}

static bool is_digit(str s, i64 i) { return i < s.n && s.at[i] >= '0' && s.at[i] <= '9'; }

/* The next number of a sentence, without its thousands; with a sign when one stands before it. */
static bool next_number(struct ctx *c, str s, i64 *at, str *out)
{
    i64 i = *at;
    while (i < s.n && !is_digit(s, i)) i++;
    if (i == s.n) return false;
    struct buf b = { .arena = c->arena };
    str before = str_sub(s, 0, i);
    if (str_ends(before, S("¥"))) before.n -= 2;
    if (str_ends(before, S("+"))) buf_byte(&b, '+');
    if (str_ends(before, S("−"))) buf_byte(&b, '-');
    for (; i < s.n; i++) {
        if (is_digit(s, i)) buf_byte(&b, s.at[i]);
        else if (s.at[i] == '.' && is_digit(s, i + 1)) buf_byte(&b, '.');
        else if (s.at[i] != ',' || !is_digit(s, i + 1)) break;
    }
    *at = i;
    *out = buf_str(&b);
    return true;
}

static bool among(const struct allowed *a, str text)
{
    for (i64 i = 0; i < a->at.n; i++)
        if (str_eq(a->at.at[i], text)) return true;
    return false;
}

static void sentences_fit(struct ctx *c, const struct report *r, const struct report_block *b)
{
    struct allowed a = { 0 };
    allow_block(c, &a, b);
    CHECK(b->sentences.n > 0);
    for (i64 i = 0; i < b->sentences.n; i++) {
        str s = b->sentences.at[i].text, number;
        bool any = str_find(s, S("not defined")) >= 0 || str_find(s, S("无定义")) >= 0;
        for (i64 at = 0; next_number(c, s, &at, &number); any = true) {
            if (!among(&a, number))
                print_message(STR_FMT ": " STR_FMT " of " STR_FMT "\n", STR_ARG(r->title),
                              STR_ARG(number), STR_ARG(s));
            CHECK(among(&a, number));
        }
        if (!any && b->rows.n) print_message("no figure: " STR_FMT "\n", STR_ARG(s));
        CHECK(any || b->rows.n == 0);
    }
}

static void words_fit(struct ctx *c, const struct report *r)
{
    for (i64 i = 0; i < r->blocks.n; i++) sentences_fit(c, r, &r->blocks.at[i]);
    CHECK(r->summary.n > 0);
}

TEST(words_agree_with_figures)
{
    struct ctx *c = test_reader();
    some_sales(c, 23, 1500);
    serve(c);
    for (int kind = 0; kind < REPORT_KINDS; kind++)
        for (int i = 0; i < 6; i++) {
            struct report of[2];
            CHECK_OK(c,
                     report_compose(c, (enum report_kind)kind, named("2023-06-01") + i * 67, of));
            words_fit(c, &of[ZH]);
            words_fit(c, &of[EN]);
        }
    serve_no_more(c);
}

/* -- little or nothing ------------------------------------------------------------------------- */

static void every_kind_is_made(struct ctx *c, const char *at)
{
    serve(c);
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        struct report of[2];
        CHECK_OK(c, report_compose(c, (enum report_kind)kind, named(at), of));
        for (int l = ZH; l <= EN; l++) {
            struct report again = { 0 };
            struct buf text = { .arena = c->arena };
            words_fit(c, &of[l]);
            json_write(&text, &report_shape, &of[l]);
            CHECK(str_find(buf_str(&text), S("nan")) < 0 && str_find(buf_str(&text), S("inf")) < 0);
            CHECK_OK(c, json_read(c, &report_shape, &again, buf_str(&text)));
            str path = str_fmt(c->arena, "%s/little", test_folder());
            CHECK_OK(c, report_write_xlsx(c, &of[l], c->now, path));
            CHECK_OK(c, report_write_pdf(c, &of[l], c->now, path));
        }
    }
    serve_no_more(c);
}

TEST(not_defined_is_said_in_an_empty_shop)
{
    struct ctx *c = test_reader();
    struct report of[2];
    every_kind_is_made(c, "2024-05-15");
    serve(c);
    CHECK_OK(c, report_compose(c, REPORT_WEEKLY, named("2024-05-15"), of));
    const struct report_block *b = block_of(&of[EN], "headline");
    for (i64 i = 0; i < b->rows.n; i++) CHECK(!cell_of(b, i, "change").at);
    same(cell_of(b, 0, "now"), S("0.00"));
    CHECK(!cell_of(block_of(&of[EN], "repurchase"), 0, "rate").at);
    serve_no_more(c);
}

TEST(not_defined_is_said_of_one_order)
{
    struct ctx *c = test_reader();
    const i64 *ids = shop_members(c, 1, on("2024-05-07", 0), S("m"));
    shop_sales(c, &(struct sale){ ids[0], on("2024-05-08", HOUR_MS), 88 * YUAN, 0, false, NO_STR },
               1);
    every_kind_is_made(c, "2024-05-15");
}

TEST(not_defined_is_said_where_all_is_refunded)
{
    struct ctx *c = test_reader();
    const i64 *ids = shop_members(c, 2, on("2024-05-01", 0), S("m"));
    struct sale sales[] = {
        { ids[0], on("2024-05-08", HOUR_MS), 88 * YUAN, 88 * YUAN, false, NO_STR },
        { ids[1], on("2024-04-30", HOUR_MS), 50 * YUAN, 50 * YUAN, false, NO_STR },
    };
    shop_sales(c, sales, 2);
    every_kind_is_made(c, "2024-05-15");
}

TEST(not_defined_is_said_before_the_first_order)
{
    struct ctx *c = test_reader();
    some_sales(c, 3, 100);
    every_kind_is_made(c, "2001-01-02");
}

/* -- plans, and what went off --------------------------------------------------------------------
 */

static enum err make_goal(struct tx *t, void *arg) { return goal_create(t, arg); }

static void a_goal(struct ctx *c, const char *from, const char *to)
{
    struct goal_row row;
    struct goal_post post = {
        .metric = S("net_sales"), .from = str_of(from), .to = str_of(to), .target = S("10000.00")
    };
    CHECK_OK(c, goal_prepare(c, &post, &row));
    CHECK_OK(c, store_write(c->store, c, make_goal, &row));
}

static enum err make_rule(struct tx *t, void *arg)
{
    struct alert_terms terms = { .metric = S("net_sales"),
                                 .side = ALERT_BELOW,
                                 .limit = S("1000000.00") };
    struct alert_rule_post post = { .name = S("too little"),
                                    .terms = &terms,
                                    .severity = ALERT_CRITICAL };
    (void)arg;
    i64 id;
    return alert_rule_make(t, &post, NO_STR, &id);
}

TEST(goals_and_alerts_are_those_of_the_period)
{
    struct ctx *c = test_reader();
    struct report of[2];
    struct alert_check checked;
    instant now = c->now;
    some_sales(c, 61, 600);
    serve(c);
    c->now = on("2024-04-02", HOUR_MS);
    a_goal(c, "2024-04-01", "2024-06-30");
    a_goal(c, "2024-06-01", "2024-06-30"); /* later than the period */
    c->now = on("2024-05-10", HOUR_MS);
    CHECK_OK(c, store_write(c->store, c, make_rule, NULL));
    CHECK_OK(c, alert_evaluate(c->store, c, 0, &checked));
    CHECK_I64(checked.raised, 1);
    c->now = on("2024-05-14", HOUR_MS);
    a_goal(c, "2024-05-01", "2024-05-31"); /* set after it */
    c->now = now;
    c = test_look();
    CHECK_OK(c, report_compose(c, REPORT_WEEKLY, named("2024-05-15"), of));
    words_fit(c, &of[ZH]);
    words_fit(c, &of[EN]);
    const struct report_block *goals = block_of(&of[EN], "goals"),
                              *alerts = block_of(&of[EN], "alerts");
    CHECK_I64(goals->rows.n, 1);
    same(cell_of(goals, 0, "target"), S("10000.00"));
    same(cell_of(goals, 0, "actual"),
         asked(c, S("net_sales"), named("2024-04-01"), named("2024-05-12")));
    CHECK_I64(alerts->rows.n, 2);
    CHECK_STR(cell_of(alerts, 0, "rule"), "too little");
    CHECK_STR(cell_of(alerts, 1, "at"), "all 1");
    CHECK_OK(c, report_compose(c, REPORT_DAILY, named("2024-05-15"), of));
    CHECK_I64(block_of(&of[EN], "alerts")->rows.n, 0); /* none: said in words */
    serve_no_more(test_ctx());
}

struct segment_made {
    i64 id;
};
static enum err make_segment(struct tx *t, void *arg)
{
    struct saved_post post = { .name = S("buyers of late"), .text = S("recency <= 10d") };
    return saved_create(t, &post, &((struct segment_made *)arg)->id);
}

TEST(segments_are_as_large_as_they_were)
{
    struct ctx *c = test_reader();
    struct segment_made made;
    struct saved_refreshed at[3];
    struct saved_move_list moves;
    static const char *const days[] = { "2024-05-01", "2024-05-08", "2024-05-20" };
    some_sales(c, 71, 900);
    serve(c);
    c->now = on("2024-04-30", 0);
    CHECK_OK(c, store_write(c->store, c, make_segment, &made));
    for (int i = 0; i < 3; i++) {
        struct ctx *then = test_look();
        then->now = on(days[i], HOUR_MS);
        CHECK_OK(then, saved_refresh(test_store(), then, made.id, &at[i]));
    }
    c = test_look();
    CHECK_OK(c, saved_moves(c, on("2024-05-06", 0), on("2024-05-13", 0), 10, &moves));
    CHECK_I64(moves.n, 1);
    CHECK_I64(moves.at[0].before.value, at[0].count);
    CHECK_I64(moves.at[0].now.value, at[1].count);
    CHECK_I64(moves.at[0].entered, at[1].entered);
    CHECK_I64(moves.at[0].left, at[1].left);
    CHECK(at[1].entered + at[1].left > 0); /* else it shows nothing */
    CHECK_OK(c, saved_moves(c, on("2024-04-22", 0), on("2024-05-01", 0), 10, &moves));
    CHECK_I64(moves.n, 0); /* not filled yet */
    CHECK_OK(c, saved_moves(c, on("2024-04-29", 0), on("2024-05-06", 0), 10, &moves));
    CHECK(moves.n == 1 && !moves.at[0].before.has);
    serve_no_more(test_ctx());
}

/* -- kept -------------------------------------------------------------------------------------- */

static i64 kept_n(struct ctx *c)
{
    struct report_row_view_list list;
    CHECK_OK(c, report_list(c, -1, 0, 100, &list));
    return list.n;
}

static struct report_kept made_at(const char *at, i64 days_later)
{
    struct ctx *c = test_look(); /* a reading is of one state: another one for each */
    struct report_kept kept;
    c->now += days_later * DAY_MS;
    CHECK_OK(c, report_make(c, REPORT_WEEKLY, named(at), &kept));
    return kept;
}

TEST(made_again_is_the_same)
{
    struct ctx *c = test_reader();
    struct report_row_view row;
    struct report r;
    some_sales(c, 5, 300);
    serve(c);
    struct report_kept first = made_at("2024-05-15", 0);
    CHECK(first.fresh);
    struct report_kept again = made_at("2024-05-17", 40); /* time passing changes nothing */
    CHECK(!again.fresh);
    CHECK_I64(again.id, first.id);
    CHECK_I64(kept_n(c), 1);
    serve_no_more(c);
    shop_sales(c, &(struct sale){ 0, on("2024-05-08", 0), 10 * YUAN, 0, false, S("小店") }, 1);
    serve(c);
    struct report_kept other = made_at("2024-05-15", 0);
    CHECK(other.fresh && other.id != first.id);
    CHECK_OK(c, report_get(c, other.id, &row, &r));
    CHECK_I64(row.version, 2);
    CHECK_I64(row.from, named("2024-05-06"));
    CHECK_OK(c, report_get(c, first.id, &row, &r));
    CHECK_I64(row.version, 1);
    CHECK_STR(r.title, "Weekly report 2024-05-06 to 2024-05-12");
    CHECK_ERR(c, report_get(c, 99, &row, &r), E_NOT_FOUND);
    serve_no_more(c);
}

struct server {
    pthread_t thread;
    enum err err;
};
static void *a_server(void *arg)
{
    struct server *s = arg;
    struct ctx *c = test_ctx_new();
    s->err = store_reader(test_store(), c);
    if (s->err == OK) s->err = report_run_due(test_store(), c);
    test_ctx_free(c);
    return NULL;
}

TEST(one_report_a_period)
{
    struct ctx *c = test_reader();
    struct server servers[2];
    some_sales(c, 7, 200);
    serve(c);
    c->now -= 2 * HOUR_MS; /* six in the morning */
    CHECK_OK(c, report_run_due(test_store(), c));
    CHECK_I64(kept_n(c), 0);
    c->now += 2 * HOUR_MS;
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_create(&servers[i].thread, NULL, a_server, &servers[i]));
    for (int i = 0; i < 2; i++) {
        pthread_join(servers[i].thread, NULL);
        CHECK(servers[i].err == OK);
    }
    CHECK_I64(kept_n(test_look()), REPORT_KINDS);
    c->now += 3 * HOUR_MS; /* the same day */
    CHECK_OK(c, report_run_due(test_store(), c));
    CHECK_I64(kept_n(test_look()), REPORT_KINDS);
    c->now += DAY_MS; /* a Sunday: only a day is over */
    CHECK_OK(c, report_run_due(test_store(), c));
    CHECK_I64(kept_n(test_look()), REPORT_KINDS + 1);
    c->now += DAY_MS; /* Monday: a day and a week */
    CHECK_OK(c, report_run_due(test_store(), c));
    CHECK_I64(kept_n(test_look()), REPORT_KINDS + 3);
    serve_no_more(c);
}

/* -- delivered ----------------------------------------------------------------------------------
 */

static enum err two_endpoints(struct tx *t, void *arg)
{
    static str topics[] = { { "report.made", 11 } };
    struct endpoint_post hook = { .kind = ENDPOINT_WEBHOOK,
                                  .name = S("hook"),
                                  .target = S("https://example.com/koi"),
                                  .topics = { topics, 1 } },
                         mail = { .kind = ENDPOINT_MAIL,
                                  .name = S("mail"),
                                  .target = S("boss@example.com"),
                                  .topics = { topics, 1 } };
    i64 id;
    str secret;
    (void)arg;
    TRY(endpoint_make(t, &hook, &id, &secret));
    return endpoint_make(t, &mail, &id, &secret);
}

TEST(what_the_schedule_makes_is_delivered_once)
{
    struct ctx *c = test_reader(), *look;
    struct delivery_view_list list;
    some_sales(c, 9, 200);
    serve(c);
    CHECK_OK(c, store_write(test_store(), c, two_endpoints, NULL));
    for (int i = 0; i < 2; i++) CHECK_OK(c, report_run_due(test_store(), c));
    look = test_look();
    CHECK_OK(look,
             delivery_list(look, &(struct delivery_filter){ .state = -1, .limit = 50 }, &list));
    CHECK_I64(list.n, 2 * REPORT_KINDS);
    for (i64 i = 0; i < list.n; i++) {
        const struct delivery_view *d = &list.at[i];
        CHECK(str_eq(d->topic, S("report.made")));
        if (d->kind == ENDPOINT_MAIL) CHECK_I64(d->files, 2);
    }
    struct report_kept by_hand;
    look = test_look();
    CHECK_OK(look, report_make(look, REPORT_DAILY, named("2024-03-03"), &by_hand));
    look = test_look();
    CHECK_OK(look,
             delivery_list(look, &(struct delivery_filter){ .state = -1, .limit = 50 }, &list));
    CHECK_I64(list.n, 2 * REPORT_KINDS);
    serve_no_more(c);
}

/* -- files ------------------------------------------------------------------------------------- */

static void sheet_is(struct ctx *c, str path, const struct report_block *b)
{
    struct sheet *s;
    struct sheet_row row;
    bool more;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ .sheet_name = b->title }, &s));
    strs columns = sheet_columns(s);
    CHECK(columns.n >= b->columns.n);
    for (i64 k = 0; k < b->columns.n; k++) same(columns.at[k], b->columns.at[k].label);
    for (i64 i = 0; i < b->rows.n; i++) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        CHECK(more);
        for (i64 k = 0; k < b->columns.n; k++) {
            enum report_unit unit = b->columns.at[k].unit;
            str want = b->rows.at[i].cells.at[k].value, got = row.cells[k];
            f64 v, w;
            if (unit == REPORT_ROW) unit = b->rows.at[i].unit;
            if (!want.at) CHECK(got.n == 0 || str_eq(got, S("–")));
            else if (unit == REPORT_TEXT) CHECK(str_eq(str_trim(got), str_trim(want)));
            else {
                CHECK(f64_parse(want, &w));
                CHECK(f64_parse(got, &v));
                CHECK(v == w);
            }
        }
    }
    sheet_close(s);
}

static str zip_text(struct ctx *c, zip_t *zip, i64 at)
{
    zip_stat_t stat;
    CHECK(zip_stat_index(zip, (zip_uint64_t)at, 0, &stat) == 0);
    char *text = NEWS(c->arena, char, (i64)stat.size + 1);
    zip_file_t *f = zip_fopen_index(zip, (zip_uint64_t)at, 0);
    CHECK(f && zip_fread(f, text, stat.size) == (zip_int64_t)stat.size);
    zip_fclose(f);
    return (str){ text, (i64)stat.size };
}

static void charts_are(struct ctx *c, str path, const struct report *r)
{
    i64 wanted = 0, there = 0, lines = 0;
    for (i64 i = 0; i < r->blocks.n; i++) wanted += r->blocks.at[i].charts.n;
    int code;
    zip_t *zip = zip_open(str_z(c->arena, path), ZIP_RDONLY, &code);
    CHECK(zip != NULL);
    for (i64 i = 0; i < zip_get_num_entries(zip, 0); i++) {
        str name = str_of(zip_get_name(zip, (zip_uint64_t)i, 0));
        if (!str_starts(name, S("xl/charts/chart"))) continue;
        str text = zip_text(c, zip, i);
        there++;
        CHECK(str_find(text, S("<c:ser>")) > 0 && str_find(text, S("<c:numRef>")) > 0);
        lines += str_find(text, S("<c:lineChart>")) > 0;
    }
    zip_close(zip);
    CHECK_I64(there, wanted);
    CHECK(lines >= 3);
}

/* Rows of merged cells do not grow by themselves: a sentence of two lines has room for both. */
static void sentences_have_room(struct ctx *c, str path, const struct report *r)
{
    i64 at = 0;
    while (!str_eq(r->blocks.at[at].name, S("gmv_tree"))) at++;
    const struct report_block *b = &r->blocks.at[at];
    zip_t *zip = zip_open(str_z(c->arena, path), ZIP_RDONLY, NULL);
    CHECK(zip != NULL);
    char *name = str_z(c->arena, str_fmt(c->arena, "xl/worksheets/sheet%d.xml", (int)at + 2));
    str text = zip_text(c, zip, zip_name_locate(zip, name, 0));
    zip_close(zip);
    i64 row = str_find(text, str_fmt(c->arena, "<row r=\"%lld\"", (long long)b->rows.n + 3));
    CHECK(row > 0 && b->sentences.at[0].text.n > 120);
    text = str_sub(text, row, text.n);
    text = str_sub(text, str_find(text, S("ht=\"")) + 4, text.n);
    f64 high;
    CHECK(f64_parse(str_sub(text, 0, str_find(text, S("\""))), &high) && high >= 35);
}

TEST(workbook_has_the_numbers)
{
    struct ctx *c = test_reader();
    some_sales(c, 31, 700);
    serve(c);
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        struct report of[2];
        str path = str_fmt(c->arena, "%s/%d.xlsx", test_folder(), kind);
        CHECK_OK(c, report_compose(c, (enum report_kind)kind, named("2024-05-15"), of));
        for (int l = ZH; l <= EN; l++) {
            CHECK_OK(c, report_write_xlsx(c, &of[l], c->now, path));
            for (i64 i = 0; i < of[l].blocks.n; i++)
                if (of[l].blocks.at[i].rows.n) sheet_is(c, path, &of[l].blocks.at[i]);
            if (kind == REPORT_WEEKLY)
                charts_are(c, path, &of[l]), sentences_have_room(c, path, &of[l]);
        }
    }
    serve_no_more(c);
}

/* The text as people copy it, blanks and line ends dropped. */
static str pdf_text(struct ctx *c, str path)
{
    struct buf out = { .arena = c->arena };
    char *text = str_z(c->arena, str_fmt(c->arena, "%s/text", test_folder()));
    char *words[] = { str_z(c->arena, S("pdftotext")), str_z(c->arena, S("-layout")),
                      str_z(c->arena, path), text, NULL };
    pid_t child;
    int status;
    CHECK(posix_spawnp(&child, words[0], NULL, NULL, words, environ) == 0);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    FILE *f = fopen(text, "r");
    CHECK(f != NULL);
    for (int one; (one = fgetc(f)) != EOF;)
        if (one != ' ' && one != '\n' && one != '\f') buf_byte(&out, (char)one);
    fclose(f);
    return buf_str(&out);
}

static void says(struct ctx *c, str text, str what)
{
    what = str_replace(c->arena, what, S(" "), S(""));
    if (str_find(text, what) < 0) print_message("missing: " STR_FMT "\n", STR_ARG(what));
    CHECK(str_find(text, what) >= 0);
}

TEST(pdf_has_the_words)
{
    struct ctx *c = test_reader();
    struct report of[2];
    enum locale locale = c->locale;
    some_sales(c, 41, 500);
    serve(c);
    CHECK_OK(c, report_compose(c, REPORT_MONTHLY, named("2024-05-15"), of));
    for (int l = ZH; l <= EN; l++) {
        str path = str_fmt(c->arena, "%s/%d.pdf", test_folder(), l);
        c->locale = (enum locale)l;
        CHECK_OK(c, report_write_pdf(c, &of[l], c->now, path));
        str text = pdf_text(c, path);
        says(c, text, of[l].title);
        for (i64 i = 0; i < of[l].blocks.n; i++) says(c, text, of[l].blocks.at[i].title);
        const struct report_block *b = block_of(&of[l], "headline");
        for (i64 i = 0; i < b->rows.n; i++) {
            struct allowed a = { 0 };
            str value = cell_of(b, i, "now");
            f64 v;
            if (!value.at || !f64_parse(value, &v) || v >= 1000 || v < 0) continue;
            allow_value(c, &a, b->rows.at[i].unit, v);
            says(c, text, a.at.at[0]);
        }
        says(c, text, l == ZH ? S("第1页") : S("Page1"));
    }
    c->locale = locale;
    serve_no_more(c);
}
