/* demo_loyalty_test.c -- the loyalty programme of the demo shop: there, in balance, the same from
 * the same seed. */
#include "cli/cli_demo.h"
#include "demo/demo.h"
#include "insight/metric.h"
#include "ledger/ledger.h"
#include "loyalty/boards.h"
#include "loyalty/points.h"
#include "loyalty/tiers.h"

#include "test.h"

#define UNTIL 1717200000000 /* 2024-06-01 08:00 in Shanghai */

QUERY(q_joined, one_i64, "SELECT COUNT(*) AS value FROM loyalty_join");
QUERY(q_tiers, one_i64, "SELECT COUNT(DISTINCT tier) AS value FROM tier_member WHERE rank > 0");
QUERY(q_check_ins, one_i64, "SELECT COUNT(*) AS value FROM task_done WHERE check_in");
QUERY(q_terms, one_i64, "SELECT COUNT(*) AS value FROM membership_term");
QUERY(q_seats, one_i64, "SELECT COUNT(*) AS value FROM team_seat");
QUERY(q_exchanges, one_i64, "SELECT COUNT(*) AS value FROM mall_exchange");
/* Changes with any account of any member. */
QUERY(q_sum, one_i64,
      "SELECT CAST(SUM((balance + held * 3) * (member % 997 + 1)) AS BIGINT) AS value"
      " FROM ledger_account WHERE unit <> 'budget'");
QUERY(q_late, one_i64, "SELECT COUNT(*) AS value FROM timeline WHERE at > $1");

static i64 count(struct query *q)
{
    struct one_i64 n = { 0 };
    CHECK_OK(test_ctx(), db_get(test_reader(), q, &n, NO_ARGS));
    return n.value;
}

static i64 make(u64 seed)
{
    struct ctx *c = test_reader();
    struct demo_result made;
    struct demo_options o = { .members = 800, .seed = seed, .until = UNTIL };
    CHECK_OK(c, demo_make(test_store(), c, o, &made));
    CHECK_OK(c, demo_loyalty(test_store(), c, seed, UNTIL));
    return count(&q_sum);
}

TEST(the_demo_has_a_programme)
{
    i64 sum = make(7), wrong = -1;
    struct one_i64 late = { 0 };
    struct ledger_faults f;
    CHECK(count(&q_joined) > 150);
    CHECK_I64(count(&q_tiers), 4);
    CHECK(count(&q_check_ins) > 20);
    CHECK(count(&q_terms) > 0);
    CHECK(count(&q_seats) > 1);
    CHECK(count(&q_exchanges) > 1);
    CHECK_OK(test_ctx(), db_get(test_reader(), &q_late, &late, ARGS((instant)UNTIL)));
    CHECK_I64(late.value, 0); /* nothing lies in the future */
    struct ctx *c = test_look();
    c->now = UNTIL;
    CHECK_OK(c, ledger_check(c, &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
    CHECK_OK(c, points_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, boards_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, tiers_check(c, &wrong));
    CHECK_I64(wrong, 0);
    store_release(c);
    test_store_remove(); /* the same from the same seed */
    CHECK_I64(make(7), sum);
}

QUERY(q_costs, one_i64,
      "SELECT CAST(SUM(amount / 100 * (day % 97 + 1) + followers) AS BIGINT) AS value FROM"
      " metric_cost");

/* What it cost to win a buyer, and who follows, are known of it; the same from the same seed. */
TEST(the_demo_tells_its_costs)
{
    struct ctx *c = test_reader();
    struct demo_result made;
    struct demo_options o = { .members = 300, .seed = 3, .until = UNTIL };
    struct metric_totals t;
    CHECK_OK(c, demo_make(test_store(), c, o, &made));
    CHECK_OK(c, demo_costs(test_store(), c, 3, UNTIL));
    i64 once = count(&q_costs);
    CHECK_OK(c, demo_costs(test_store(), c, 3, UNTIL));
    CHECK_I64(count(&q_costs), once);
    c = test_look();
    c->now = UNTIL;
    day today = zone_day(c->zone, UNTIL);
    CHECK_OK(c, metric_totals(c, today - 99, today, &(struct metric_filter){ .no_behaviour = true },
                              &t));
    CHECK(t.of[MEASURE_COST] > t.of[MEASURE_NET] / 100);
    CHECK(t.of[MEASURE_COST] < t.of[MEASURE_NET] / 5);
    CHECK(t.of[MEASURE_FOLLOWERS] > t.of[MEASURE_NEW_FOLLOWERS] && t.of[MEASURE_NEW_FOLLOWERS] > 0);
}
