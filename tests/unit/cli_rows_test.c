/* cli_rows_test.c -- reports of insight as rows: csv and workbook hold the same cells; and over
 * shops at the edge of what is defined no report falls, or writes a number that is none. */
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
    { { "report", "quadrants", DAYS }, false, false },
    { { "report", "overview", DAYS }, false, false },
    { { "experiment", "list" }, false, false },
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
