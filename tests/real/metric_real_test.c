/* metric_real_test.c -- published figures of real shops by metrics and cohorts. */
#include "insight/metric.h"
#include "real/real.h"

static str value_of(const char *name, const char *from, const char *to)
{
    struct metric_answer a;
    struct metric_ask ask = { .name = str_of(name), .from = str_of(from), .to = str_of(to) };
    CHECK_OK(test_reader(), metric_make(test_reader(), &ask, &a));
    return a.value;
}

/* Paid amounts are stated after refunds there: gross - refunds is that sum again. */
TEST(tmall_sales_and_refunds)
{
    import_file(data_file("tmall_order_report.csv"), (struct import_choice){ 0 }, false);
    CHECK_STR(value_of("sales", "2020-01-01", "2020-12-31"), "1902487.15");
    CHECK_STR(value_of("net_sales", "2020-01-01", "2020-12-31"), "1902487.15");
    CHECK_STR(value_of("placed", "2020-01-01", "2020-12-31"), "28010");
    CHECK_STR(value_of("orders", "2020-01-01", "2020-12-31"), "24087");
    CHECK_STR(value_of("refunded_orders", "2020-01-01", "2020-12-31"), "5646");
    CHECK_STR(value_of("buyers", "2020-01-01", "2020-12-31"), "0"); /* the file names none */
}

QUERY(q_whole, one_i64,
      "SELECT COUNT(*) AS value FROM purchase_order WHERE bought_at IS NOT NULL AND refund = 0");

/* Placed > paid > something kept > nothing given back; one order of 188,320 was never paid. */
TEST(tmall_funnel)
{
    struct ctx *c = test_reader();
    struct metric_totals t;
    struct one_i64 whole;
    import_file(data_file("tmall_order_report.csv"), (struct import_choice){ 0 }, false);
    CHECK_OK(c, metric_totals(c, day_of(2020, 1, 1), day_of(2020, 12, 31),
                              &(struct metric_filter){ .no_behaviour = true }, &t));
    CHECK_I64(t.of[MEASURE_PLACED], 28009 + 1);
    CHECK_I64(t.of[MEASURE_ORDERS], 24087);
    CHECK_I64(t.of[MEASURE_PURCHASES], 18955);
    CHECK_OK(c, db_get(c, &q_whole, &whole, NO_ARGS));
    CHECK_I64(whole.value, 18441);
}

TEST(online_retail_cohort)
{
    static const i64 returned[] = { 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235 };
    import_file(data_file("online_retail_2010_2011.csv.gz"), (struct import_choice){ 0 }, false);
    struct cohorts_answer a;
    struct cohorts_ask ask = { .from = S("2010-12-01"), .to = S("2010-12-31"), .step = STEP_MONTH };
    CHECK_OK(test_reader(), cohorts_make(test_reader(), &ask, &a));
    CHECK_I64(a.cohorts.n, 1);
    CHECK_I64(a.cohorts.at[0].members, 885);
    CHECK_I64(a.cohorts.at[0].returned.n, 12);
    for (i64 i = 0; i < COUNT(returned); i++)
        CHECK_I64(a.cohorts.at[0].returned.at[i], returned[i]);
    CHECK_STR(value_of("buyers", "2010-12-01", "2011-12-09"), "4338");
    CHECK_STR(value_of("new_buyers", "2010-12-01", "2010-12-31"), "885");
}
