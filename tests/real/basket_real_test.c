/* basket_real_test.c -- rules of published data sets: counts and lifts. Skipped, saying so, where
 * the data is absent. */

#include "insight/basket.h"
#include "real/real.h"
#include "sheet/sheet.h"

static void groceries(struct ctx *c, f64 support, f64 confidence, struct basket_report *out)
{
    struct baskets b;
    struct basket_ask ask = { .support = { true, support }, .confidence = { true, confidence } };
    CHECK_OK(c, baskets_read(c, data_file("groceries.csv"), &b));
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, out));
    CHECK_I64(out->baskets, 9835);
    CHECK_I64(out->items, 169);
    print_message("# groceries (%g, %g): %lld rules, %.0f ms\n", support, confidence,
                  (long long)out->total, out->took_ms);
}

static bool near(f64 got, f64 want) { return got > want - 5e-7 && got < want + 5e-7; }

/* Lantz, Machine Learning with R: 463 rules of two to four items. */
TEST(groceries_463)
{
    struct ctx *c = test_ctx();
    struct basket_report r;
    i64 of[5] = { 0 };
    groceries(c, 0.006, 0.25, &r);
    CHECK_I64(r.total, 463);
    for (i64 i = 0; i < r.total; i++) of[r.rules.at[i].lhs.n + 1]++;
    CHECK_I64(of[2], 150);
    CHECK_I64(of[3], 297);
    CHECK_I64(of[4], 16);
    CHECK_STR(r.rules.at[0].lhs.at[0], "herbs");
    CHECK_STR(r.rules.at[0].rhs, "root vegetables");
    CHECK(near(r.rules.at[0].lift, 3.956477));
}

/* Hahsler et al., arules: 5,668 rules. */
TEST(groceries_5668)
{
    struct ctx *c = test_ctx();
    struct basket_report r;
    i64 of[7] = { 0 }, liquor = 0;
    groceries(c, 0.001, 0.5, &r);
    CHECK_I64(r.total, 5668);
    for (i64 i = 0; i < r.total; i++) {
        const struct basket_rule *x = &r.rules.at[i];
        of[x->lhs.n + 1]++;
        if (x->lhs.n != 2 || !str_eq(x->lhs.at[0], S("liquor")) ||
            !str_eq(x->lhs.at[1], S("red/blush wine")) || !str_eq(x->rhs, S("bottled beer")))
            continue;
        liquor++;
        CHECK(near(x->lift, 11.235269));
        CHECK(near(x->confidence, 0.9047619));
        CHECK_I64(x->count, 19);
    }
    CHECK_I64(liquor, 1);
    static const i64 want[7] = { 0, 0, 11, 1461, 3211, 939, 46 };
    for (i64 i = 0; i < 7; i++) CHECK_I64(of[i], want[i]);
}

/* -- Online Retail, France: an invoice is a basket -----------------------------------------------
 */

static i64 column(const struct sheet *s, const char *name)
{
    strs columns = sheet_columns(s);
    for (i64 i = 0; i < columns.n; i++)
        if (str_eq(columns.at[i], str_of(name))) return i;
    CHECK(!"the column is there");
    return -1;
}

/* Lines of one invoice stand together in the file. */
static void france(struct ctx *c, struct baskets *out)
{
    struct sheet *s;
    struct sheet_row row;
    bool more, too_large;
    str invoice = S("");
    struct basket_maker *m = baskets_new(c);
    CHECK_OK(c, sheet_open(c, data_file("online_retail_2010_2011.csv.gz"),
                           (struct sheet_options){ 0 }, &s));
    i64 number = column(s, "Invoice"), name = column(s, "Description"),
        pieces = column(s, "Quantity"), country = column(s, "Country");
    for (;;) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        if (!more) break;
        i64 n;
        u32 item;
        if (!str_eq(row.cells[country], S("France")) || str_starts(row.cells[number], S("C")))
            continue;
        if (!str_eq(row.cells[number], invoice)) {
            CHECK_OK(c, basket_end(m, &too_large));
            invoice = str_copy(c->arena, row.cells[number]);
        }
        CHECK(quantity_parse_loose(row.cells[pieces], &n));
        if (n <= 0 || row.cells[name].n == 0) continue;
        CHECK_OK(c, basket_name(m, row.cells[name], &item));
        basket_put(m, item);
    }
    CHECK_OK(c, basket_end(m, &too_large));
    baskets_done(m, out);
}

TEST(clocks_of_france)
{
    struct ctx *c = test_ctx();
    struct baskets b;
    struct basket_report r;
    struct basket_ask ask = { .support = { true, 0.07 }, .confidence = { true, 0 } };
    i64 seen = 0;
    france(c, &b);
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, &r));
    CHECK_I64(r.baskets, 392);
    for (i64 i = 0; i < r.total; i++) {
        const struct basket_rule *x = &r.rules.at[i];
        if (x->lhs.n != 1 || !str_eq(x->lhs.at[0], S("ALARM CLOCK BAKELIKE GREEN")) ||
            !str_eq(x->rhs, S("ALARM CLOCK BAKELIKE RED")))
            continue;
        seen++;
        CHECK(near(x->lift, 8.642959));
        CHECK_I64(x->count, 31);
        CHECK_I64(x->lhs_count, 38);
        CHECK_I64(x->rhs_count, 37);
    }
    CHECK_I64(seen, 1);
}
