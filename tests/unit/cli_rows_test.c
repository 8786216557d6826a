/* cli_rows_test.c -- reports of insight as rows: csv and workbook hold the same cells; and over
 * shops at the edge of what is defined no report falls, or writes a number that is none. */
#include "cli/cli.h"
#include "insight_shop.h"
#include "support/koi_run.h"

#include <string.h>

#include "sheet/sheet.h"

#define YUAN MONEY_UNIT

#define DAYS "--from", "2024-05-01", "--to", "2024-05-31"
/* too_few: what is said (exit 1) of a shop with too little in it */
static const struct report_row {
    const char *words[10];
    bool rows;    /* has --csv and --xlsx */
    bool too_few; /* may refuse for want of facts */
} reports[] = {
    { { "report", "metric", "net_sales", DAYS, "--step", "month" }, true, false },
    { { "report", "metric", "aov", DAYS, "--step", "month" }, true, false },
    { { "report", "metric", "refund_rate", DAYS }, true, false },
    { { "report", "metric", "repurchase_30", DAYS }, true, false },
    { { "report", "gmv-tree", DAYS, "--by", "shop" }, true, false },
    { { "report", "ltv" }, true, true },
    { { "report", "basket" }, true, false },
    { { "report", "paths", DAYS }, true, false },
    { { "report", "attribution", DAYS }, true, false },
    { { "report", "products", DAYS }, true, false },
    { { "report", "quadrants", DAYS }, true, false },
    { { "report", "overview", DAYS }, true, false },
    { { "report", "metrics" }, true, false },
    { { "report", "cohorts", DAYS, "--step", "week" }, true, false },
    { { "report", "sales", DAYS }, true, false },
    { { "report", "rfm" }, true, false },
    { { "report", "classes", "--at", "2024-06-01" }, true, false },
    { { "report", "funnel", DAYS, "--steps", "Product Viewed > Order Completed" }, true, false },
    { { "report", "retention", DAYS }, true, false },
    { { "report", "actives", DAYS }, true, false },
    { { "report", "aipl" }, true, false },
    { { "report", "histogram", "orders" }, true, false },
    { { "report", "cross", "orders", "city" }, true, false },
    { { "stock", "list" }, true, false },
    { { "experiment", "list" }, true, false },
    { { "experiment", "plan", "--base", "0.1", "--lift", "0.2" }, true, false },
    { { "goal", "list" }, true, false },
    { { "goal", "template", "--quarter", "2024-Q2" }, true, false },
    { { "alert", "list" }, true, false },
    { { "alert", "rules" }, true, false },
};

static str run(struct ctx *c, const struct report_row *r, int want, const char *option,
               const char *value)
{
    const char *words[14] = { 0 };
    i64 n = 0;
    while (n < COUNT(r->words) && r->words[n]) words[n] = r->words[n], n++;
    if (option) words[n++] = option;
    if (value) words[n++] = value;
    return koi_run(c, want, words);
}

static bool has_no_false_number(struct ctx *c, str out)
{
    static const char *const words[] = { "nan", "NaN", "-nan", "inf", "Infinity" };
    for (i64 at = 0; at < out.n; at++)
        for (i64 i = 0; i < COUNT(words); i++) {
            i64 n = (i64)strlen(words[i]);
            bool begins =
                at == 0 ||
                !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", out.at[at - 1]);
            bool ends =
                at + n >= out.n ||
                !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", out.at[at + n]);
            if (begins && ends && at + n <= out.n && !memcmp(out.at + at, words[i], (size_t)n))
                return false;
        }
    (void)c;
    return true;
}

/* All cells of a file, a line a row; numbers as a workbook tells them, so 1.50 is 1.5. */
static str cells_of(struct ctx *c, str path)
{
    struct sheet *s;
    struct sheet_row row;
    struct buf out = { .arena = c->arena };
    bool more = true;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ .separator = ',' }, &s));
    strs names = sheet_columns(s);
    for (i64 i = 0; i < names.n; i++) buf_fmt(&out, STR_FMT "|", STR_ARG(names.at[i]));
    for (CHECK_OK(c, sheet_next(c, s, &row, &more)); more;
         CHECK_OK(c, sheet_next(c, s, &row, &more))) {
        buf_byte(&out, '\n');
        for (i64 i = 0; i < row.n; i++) {
            f64 number;
            if (f64_parse(row.cells[i], &number)) buf_fmt(&out, "%.9g|", number);
            else buf_fmt(&out, STR_FMT "|", STR_ARG(row.cells[i]));
        }
    }
    sheet_close(s);
    return buf_str(&out);
}

static void check_report(struct ctx *c, const struct report_row *r, bool few)
{
    int want = few && r->too_few ? 1 : 0;
    const char *book = str_z(c->arena, str_fmt(c->arena, "%s/r.xlsx", test_folder()));
    CHECK(has_no_false_number(c, run(c, r, want, NULL, NULL)));
    CHECK(has_no_false_number(c, run(c, r, want, "--json", NULL)));
    if (!r->rows) return;
    str csv = run(c, r, want, "--csv", NULL);
    CHECK(has_no_false_number(c, csv));
    run(c, r, want, "--xlsx", book);
    if (want) return;
    str file = test_file(str_z(c->arena, csv));
    CHECK_STR(cells_of(c, str_of(book)), str_z(c->arena, cells_of(c, file)));
}

static void check_reports(struct ctx *c, bool few)
{
    for (i64 i = 0; i < COUNT(reports); i++) check_report(c, &reports[i], few);
}

TEST(an_empty_shop)
{
    struct ctx *c = test_reader();
    shop_members(c, 0, on("2024-01-01", 0), S("m"));
    check_reports(c, true);
}

TEST(one_member_who_never_bought)
{
    struct ctx *c = test_reader();
    shop_members(c, 1, on("2024-01-01", 0), S("m"));
    check_reports(c, true);
}

TEST(one_order)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 1, on("2024-01-01", 0), S("m"));
    shop_sales(c, &(struct sale){ ids[0], on("2024-05-20", HOUR_MS), 30 * YUAN }, 1);
    check_reports(c, true);
}

TEST(a_period_before_the_first_order)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 1, on("2024-01-01", 0), S("m"));
    shop_sales(c, &(struct sale){ ids[0], on("2024-05-31", 30 * HOUR_MS), 30 * YUAN }, 1);
    check_reports(c, true);
}

TEST(all_refunded)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 3, on("2024-01-01", 0), S("m"));
    for (i64 i = 0; i < 3; i++)
        shop_sales(
            c,
            &(struct sale){ ids[i], on("2024-05-20", i * HOUR_MS), 30 * YUAN, .refund = 30 * YUAN },
            1);
    check_reports(c, true);
}

/* Reports of days, weeks … are workbooks of their own. */
TEST(every_report_gives_rows)
{
    static const char *const books[] = { "daily", "weekly", "monthly", "quarterly" };
    for (const struct verb *v = verb_next(NULL); v; v = verb_next(v)) {
        bool csv = false, xlsx = false, book = !str_starts(str_of(v->name), S("report "));
        for (i64 i = 0; i < COUNT(books) && !book; i++)
            book = str_ends(str_of(v->name), str_of(books[i]));
        for (const struct cli_option *o = v->options; o && o->name; o++) {
            csv |= str_eq(str_of(o->name), S("csv"));
            xlsx |= str_eq(str_of(o->name), S("xlsx"));
        }
        CHECK(book || (csv && xlsx));
    }
}

/* Of lists that a shop fills by hand: what a cell holds, and that what is missing leaves it empty.
 */
TEST(lists_give_rows)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 8, on("2024-01-01", 0), S("m"));
    for (i64 i = 0; i < 8; i++)
        shop_sales(c, &(struct sale){ ids[i], on("2024-05-20", i * HOUR_MS), 30 * YUAN }, 1);
    KOI_RUN(
        c, 0, "api", "POST", "/v1/experiments",
        "{\"name\":\"券,面额\",\"arms\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"metric\":\"spent\","
        "\"guardrails\":[{\"metric\":\"refunded\"}]}");
    KOI_RUN(c, 0, "experiment", "start", "1");
    for (i64 i = 0; i < 8; i++)
        KOI_RUN(c, 0, "api", "POST", "/v1/experiments/1/assign",
                str_z(c->arena, str_fmt(c->arena, "{\"member\":%lld}", (long long)ids[i])));
    str list = KOI_RUN(c, 0, "experiment", "list", "--csv");
    CHECK(str_starts(list, S("id,state,name,hypothesis,audience,layer,share,metric,window_days,"
                             "ends_at,base,lift,exposed,")));
    CHECK(str_find(list, S("\n1,running,\"券,面额\",,,,100,spent,30,,,,8,,")) > 0);
    str shown = KOI_RUN(c, 0, "experiment", "show", "1", "--csv");
    CHECK(str_starts(shown, S("metric,row,a,b,n,figure,low,high,statistic,p,")));
    CHECK(str_find(shown, S("\nspent,mean,A,,")) > 0);
    CHECK(str_find(shown, S("\nspent,means,B,A,,")) > 0);
    CHECK(str_find(shown, S("\nrefunded,rate,A,,")) > 0);
    CHECK(str_find(shown, S("\n,split,,,,")) > 0);
    KOI_RUN(c, 2, "experiment", "show", "1", "--csv", "--json");
    KOI_RUN(c, 0, "goal", "add", "net_sales", "--target", "1000", "--period", "2024-Q2");
    str goals = KOI_RUN(c, 0, "goal", "list", "--csv", "--state", "all");
    CHECK(str_starts(goals, S("id,state,metric,label,segment,")));
    CHECK(str_find(goals, S(",progress.actual,")) > 0);
    CHECK(str_find(goals, S("\n1,open,net_sales,")) > 0);
    CHECK(has_no_false_number(c, KOI_RUN(c, 0, "goal", "show", "1", "--csv")));
    KOI_RUN(c, 0, "stock", "set", "店", "P1", "5", "--cost", "2.5");
    CHECK(str_find(KOI_RUN(c, 0, "stock", "list", "--csv"), S(",店,P1,,")) > 0);
}

TEST(next_and_fit_give_rows)
{
    struct ctx *c = test_reader();
    shop_members(c, 0, on("2024-01-01", 0), S("m"));
    for (i64 i = 0; i < 12; i++) { /* each buys 补水面膜; every second one 精华 a week later */
        const char *body =
            "{\"shop\":\"店\",\"number\":\"%lld%s\",\"state\":\"paid\",\"paid_at\":"
            "\"%s\",\"paid\":\"30.00\",\"identities\":[{\"kind\":\"user_id\","
            "\"value\":\"u%lld\"}],\"lines\":[{\"product_id\":\"%s\",\"product\":\"%s\","
            "\"quantity\":1,\"price\":\"30.00\"}]}";
        for (i64 k = 0; k <= i % 2; k++)
            KOI_RUN(
                c, 0, "api", "POST", "/v1/orders",
                str_z(c->arena, str_fmt(c->arena, body, (long long)i, k ? "b" : "a",
                                        k ? "2026-06-08T04:00:00Z" : "2026-06-01T04:00:00Z",
                                        (long long)i, k ? "P2" : "P1", k ? "精华" : "补水,面膜")));
    }
    str next = KOI_RUN(c, 0, "report", "next", "补水,面膜", "--csv");
    CHECK(str_starts(next, S("product,members,support,confidence,base,lift,median_days,approach,"
                             "to_approach\n精华,6,")));
    str fit = KOI_RUN(c, 0, "report", "fit", "补水,面膜", "--csv");
    CHECK(str_starts(fit, S("member,name,phone,score,reasons\n")));
    KOI_RUN(c, 2, "report", "fit", "补水,面膜", "--csv", "--json");
}

TEST(what_has_no_denominator_is_not_defined)
{
    struct ctx *c = test_reader();
    shop_members(c, 1, on("2024-01-01", 0), S("m"));
    str aov = KOI_RUN(c, 0, "report", "metric", "aov", DAYS, "--step", "month", "--csv");
    CHECK_STR(aov, "from,to,group,value\n2024-05-01,2024-05-31,,\n2024-05-01,2024-05-31,,\n");
    CHECK(str_find(KOI_RUN(c, 0, "report", "metric", "aov", DAYS, "--json"), S("\"value\":null")) >
          0);
}

TEST(a_share_of_nothing_is_no_share)
{
    struct ctx *c = test_reader();
    shop_members(c, 1, on("2024-01-01", 0), S("m"));
    CHECK(str_find(KOI_RUN(c, 0, "report", "funnel", "--steps", "Product Viewed > Order Completed"),
                   S("0.0%")) < 0);
}

/* Two arms, in a file with a name that a spreadsheet would run. */
TEST(an_experiment_read_as_rows)
{
    struct ctx *c = test_reader();
    shop_members(c, 1, on("2024-01-01", 0), S("m"));
    struct buf b = { .arena = c->arena };
    buf_add(&b, S("unit,arm,outcome,value\n"));
    for (int i = 0; i < 80; i++)
        buf_fmt(&b, "u%d,%s,%d,%d\n", i, i % 2 ? "=B" : "A", i % 2 ? i % 4 == 1 : i % 8 == 0,
                i % 2 ? 14 + i % 3 : 10 + i % 5);
    const char *file = str_z(c->arena, test_file(str_z(c->arena, buf_str(&b))));
    const char *book = str_z(c->arena, str_fmt(c->arena, "%s/e.xlsx", test_folder()));
    str csv = KOI_RUN(c, 0, "experiment", "read", file, "--control", "A", "--csv");
    CHECK(str_starts(csv, S("row,a,b,n,figure,low,high,statistic,p,p_holm,p_sequential,lift,"
                            "money\nrate,")));
    CHECK(str_find(csv, S("\nrates,'=B,A,,0.25,")) > 0);
    CHECK(str_find(csv, S("\nsplit,,,,0,")) > 0);
    KOI_RUN(c, 0, "experiment", "read", file, "--control", "A", "--xlsx", book);
    str again = test_file(str_z(c->arena, csv));
    CHECK_STR(cells_of(c, str_of(book)), str_z(c->arena, cells_of(c, again)));
    CHECK_I64(KOI_RUN(c, 2, "experiment", "read", file, "--json", "--xlsx", book).n, 0);
}

/* Intervals as rates are: of twenty of forty and ten of forty (docs/insight.md). */
TEST(intervals_are_told_in_percent)
{
    struct ctx *c = test_reader();
    struct buf b = { .arena = c->arena };
    buf_add(&b, S("arm,outcome\n"));
    for (int i = 0; i < 80; i++)
        buf_fmt(&b, "%s,%d\n", i < 40 ? "control" : "new", i < 10 || i >= 60);
    const char *file = str_z(c->arena, test_file(str_z(c->arena, buf_str(&b))));
    str told = KOI_RUN(c, 0, "experiment", "read", file);
    CHECK(str_find(told, S("4.502% – 45.498%")) > 0);
    CHECK(str_find(told, S("[0.")) < 0);
}

/* One arm alone has a rate, and it is said that there is nothing beside it. */
TEST(one_arm_is_shown_and_not_compared)
{
    struct ctx *c = test_reader();
    shop_members(c, 1, on("2024-01-01", 0), S("m"));
    const char *file = str_z(c->arena, test_file("arm,outcome\nA,1\nA,0\nA,0\nA,0\n"));
    str told = KOI_RUN(c, 0, "experiment", "read", file);
    CHECK(str_find(told, S("25.000%")) > 0);
    CHECK(str_find(told, S("没有可比较的")) > 0 || str_find(told, S("nothing to compare")) > 0);
}

/* An alert is given to somebody by name, silenced for a time, and loud again. */
TEST(an_alert_is_assigned_and_muted)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 1, on("2024-01-01", 0), S("m"));
    shop_sales(c, &(struct sale){ ids[0], on("2024-05-31", HOUR_MS), 30 * YUAN }, 1);
    KOI_RUN(c, 0, "api", "POST", "/v1/alert-rules",
            "{\"name\":\"大额\",\"terms\":{\"metric\":\"sales\",\"kind\":\"threshold\",\"side\":"
            "\"below\",\"limit\":\"1\"}}");
    KOI_RUN(c, 0, "alert", "check");
    KOI_RUN(c, 1, "alert", "assign", "1", "lily");
    KOI_RUN(c, 0, "api", "POST", "/v1/users",
            "{\"name\":\"lily\",\"role\":\"operator\",\"password\":\"correct horse battery\"}");
    CHECK(str_find(KOI_RUN(c, 0, "alert", "assign", "1", "lily", "--json"), S("lily")) > 0);
    CHECK(str_find(KOI_RUN(c, 0, "alert", "assign", "1", "-", "--json"), S("lily")) < 0);
    KOI_RUN(c, 2, "alert", "mute", "1", "soon");
    str told = KOI_RUN(c, 0, "alert", "list", "--json");
    day raised;
    i64 at = str_find(told, S("\"raised_at\":\"")) + (i64)sizeof "\"raised_at\":\"" - 1;
    CHECK(day_parse(str_sub(told, at, at + 10), &raised));
    const char *until = str_z(c->arena, day_text(c->arena, raised + 30));
    CHECK(str_find(KOI_RUN(c, 0, "alert", "mute", "1", until, "--json"), S("\"muted_until\":\"2")) >
          0);
    CHECK(str_find(KOI_RUN(c, 0, "alert", "mute", "1", "off", "--json"),
                   S("\"muted_until\":null")) > 0);
}

/* .4, 0.4 and 40% are one share. */
TEST(numbers_as_people_type_them)
{
    struct ctx *c = test_reader();
    const char *file = str_z(c->arena, test_file("milk,bread\nmilk,bread,butter\nbread\nmilk\n"
                                                 "milk,bread,butter\n"));
    str told = KOI_RUN(c, 0, "report", "basket", "--baskets", file, "--support", "0.4",
                       "--confidence", "0.5", "--csv");
    CHECK(str_find(told, S("0.666666667,1.666666667,")) > 0); /* milk, bread -> butter */
    CHECK_STR(KOI_RUN(c, 0, "report", "basket", "--baskets", file, "--support", ".4",
                      "--confidence", "50%", "--csv"),
              str_z(c->arena, told));
    const char *wrong[] = { ".", "%", "", ".x", "4..", "40%%" };
    for (i64 i = 0; i < COUNT(wrong); i++)
        KOI_RUN(c, 2, "report", "basket", "--baskets", file, "--support", wrong[i]);
}

/* One of two who looked has bought: 50.0% to people, 0.5 to programs. */
TEST(ratios_are_told_in_percent)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 2, on("2024-05-20", 0), S("m"));
    struct timeline_line viewed[2];
    for (int i = 0; i < 2; i++)
        viewed[i] = (struct timeline_line){ .at = on("2024-05-20", HOUR_MS),
                                            .member = ids[i],
                                            .kind = S("Product Viewed") };
    shop_lines(c, viewed, 2);
    shop_sales(c, &(struct sale){ ids[0], on("2024-05-20", 2 * HOUR_MS), 30 * YUAN }, 1);
    str told = KOI_RUN(c, 0, "report", "metric", "conversion", DAYS);
    CHECK(str_find(told, S("50.0%")) > 0);
    CHECK(str_find(told, S("0.5")) < 0);
    CHECK(str_find(KOI_RUN(c, 0, "report", "metric", "conversion", DAYS, "--csv"), S(",,0.5\n")) >
          0);
}
