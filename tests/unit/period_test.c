/* period_test.c -- the promises of period.h. */
#include "insight/period.h"
#include "insight_shop.h"

#define YUAN MONEY_UNIT

TEST(averages_are_rounded_to_the_cent)
{
    CHECK_I64(average_of(100 * YUAN, 3), 333300);
    CHECK_I64(average_of(200 * YUAN, 3), 666700);
    CHECK_I64(average_of(10100, 2), 5100); /* half a cent goes up */
    CHECK_I64(average_of(-10100, 2), -5100);
    CHECK_I64(average_of(99, 2), 0);
    CHECK_I64(average_of(5, 0), 0);
}

static void year_ago_is(const char *from, const char *to, const char *first, const char *last)
{
    struct arena *a = test_ctx()->arena;
    day f, t, x, y;
    CHECK(day_parse(str_of(from), &f) && day_parse(str_of(to), &t));
    period_year_ago(f, t, &x, &y);
    CHECK_STR(day_text(a, x), first);
    CHECK_STR(day_text(a, y), last);
}

TEST(a_year_ago_whole_months_are_whole)
{
    year_ago_is("2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29");
    year_ago_is("2025-01-01", "2025-02-28", "2024-01-01", "2024-02-29");
    year_ago_is("2025-01-15", "2025-02-28", "2024-01-15", "2024-02-28");
    year_ago_is("2024-02-01", "2024-02-28", "2023-02-01", "2023-02-28");
    year_ago_is("2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28");
    year_ago_is("2024-02-29", "2024-02-29", "2023-02-28", "2023-02-28");
    year_ago_is("2024-03-01", "2024-03-31", "2023-03-01", "2023-03-31");
    year_ago_is("2024-12-31", "2024-12-31", "2023-12-31", "2023-12-31");
}

TEST(periods_are_refused_with_the_place)
{
    struct ctx *c = test_reader();
    day from, to, june;
    CHECK(day_parse(S("2024-06-01"), &june));
    CHECK_ERR(c, period_check(c, 100, 99), E_INVALID);
    CHECK_ERR(c, period_check(c, 100, 100 + PERIOD_DAYS_MAX), E_INVALID);
    CHECK_OK(c, period_check(c, 100, 99 + PERIOD_DAYS_MAX));
    CHECK_ERR(c, period_read(c, S("soon"), NO_STR, &from, &to), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/from");
    CHECK_OK(c, period_read(c, NO_STR, NO_STR, &from, &to));
    CHECK_I64(to, june);
    CHECK_I64(to - from, 29);
}
