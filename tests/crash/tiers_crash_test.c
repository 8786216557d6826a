/* tiers_crash_test.c -- kills the program with SIGKILL while everybody is placed on the ladder for
 * the first time, and checks that each member's change is whole and that the next run goes on.
 *
 * After each kill:
 *   1. who stands somewhere has the history that leads there, a line for each step, and every gift
 *      of the tiers he passed, once, with its transfer and its line;
 *   2. the books balance.
 * At the end a run that nothing disturbs finishes: everybody is where the rules put him.
 * CRASH_ROUNDS says how often; 12 when it is not set.
 */
#include "crash/crash.h"

#include "app/rooms.h"
#include "ledger/ledger.h"
#include "unit/tiers_crowd.h"

enum { PEOPLE = 8000 };

static int worker_main(str where, instant now, _Atomic bool *ready)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    if (store_open(c, (struct store_options){ .where = where }, rooms, &s) != OK) return 2;
    c->store = s;
    c->now = now;
    if (store_reader(s, c) != OK) return 2;
    *ready = true;
    if (tiers_keep_up(s, c) != OK) return 3;
    for (;;) pause(); /* all done: wait for the end */
}

/* -- the parent -------------------------------------------------------------------------------- */

QUERY(q_placed, one_i64, "SELECT COUNT(*) AS value FROM tier_member WHERE rank > 0");
QUERY(q_torn, one_i64,
      "SELECT COUNT(*) AS value FROM tier_member m LEFT JOIN (SELECT member, COUNT(*) AS n"
      " FROM tier_change GROUP BY member) h ON h.member = m.member"
      " WHERE m.changes <> COALESCE(h.n, 0)");
QUERY(q_steps, one_i64, "SELECT COUNT(*) AS value FROM tier_change");
QUERY(q_step_lines, one_i64,
      "SELECT COUNT(*) AS value FROM timeline"
      " WHERE kind IN ('tier.upgraded', 'tier.downgraded', 'tier.kept')");
QUERY(q_gifts, one_i64, "SELECT COUNT(*) AS value FROM reward WHERE state = 'given'");
QUERY(q_gift_lines, one_i64, "SELECT COUNT(*) AS value FROM timeline WHERE kind = 'reward.given'");
QUERY(q_gift_moves, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_transfer WHERE id LIKE 'reward:%'");
/* Who rose past the second tier since the programme opened, without its two gifts. */
QUERY(q_without, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT DISTINCT member FROM tier_change"
      " WHERE to_tier IN ('素人', '达人', '红人') AND from_tier IN ('', '小白') AND at >= $1) c"
      " WHERE (SELECT COUNT(*) FROM reward r WHERE r.member = c.member"
      " AND r.id IN ('tier:素人:entry:0', 'tier:素人:entry:1')) <> 2");

static i64 count(struct ctx *c, struct query *q, struct args args)
{
    struct one_i64 n;
    CHECK_OK(c, db_get(c, q, &n, args));
    return n.value;
}

static void check_whole(struct ctx *c, instant since)
{
    struct ledger_faults f;
    i64 gifts = count(c, &q_gifts, NO_ARGS);
    CHECK_I64(count(c, &q_torn, NO_ARGS), 0);
    CHECK_I64(count(c, &q_steps, NO_ARGS), count(c, &q_step_lines, NO_ARGS));
    CHECK_I64(count(c, &q_gift_lines, NO_ARGS), gifts);
    CHECK_I64(count(c, &q_gift_moves, NO_ARGS), gifts);
    CHECK_I64(count(c, &q_without, ARGS(since)), 0);
    CHECK_OK(c, ledger_check(c, &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}

TEST(the_first_evaluation_goes_on_after_kills)
{
    i64 rounds = crash_rounds(12), halves = 0, all = 0, wrong;
    struct ctx *c = test_reader();
    _Atomic bool *ready = crash_shared(sizeof *ready);
    struct crowd w = { .members = PEOPLE, .until = c->now };
    struct dice d = { 5 };
    str where = test_store_options().where;
    instant now = c->now, since = zone_midnight(c->zone, zone_day(c->zone, now) - 400);
    CHECK_OK(c, store_write(test_store(), c, crowd_buys, &w));
    CHECK_OK(c, store_write(test_store(), c, crowd_opens, &w));
    for (i64 i = 0, placed = 0; i < rounds; i++) {
        i64 before = placed;
        test_store_close();
        *ready = false;
        pid_t child = fork();
        if (child == 0) _exit(worker_main(where, now, ready));
        while (!*ready) usleep(1000);
        /* Busy machines are slow: later and later, until something was placed. */
        CHECK(crash_kill(child, dice_below(&d, 15000 << (halves ? i % 6 : i))));
        c = test_reader();
        c->now = now;
        check_whole(c, since);
        placed = count(c, &q_placed, NO_ARGS);
        CHECK(placed >= before);
        halves += placed > before;
        all = placed;
    }
    test_store_close(); /* the check's reader stands still */
    c = test_reader();
    c->now = now;
    CHECK_OK(c, tiers_keep_up(test_store(), c));
    check_whole(c, since);
    CHECK_OK(c, tiers_check(c, &wrong));
    CHECK_I64(wrong, 0);
    print_message("%lld kills, %lld after which more were placed, %lld of %lld before the end\n",
                  (long long)rounds, (long long)halves, (long long)all,
                  (long long)count(c, &q_placed, NO_ARGS));
    CHECK(halves > 0);
}
