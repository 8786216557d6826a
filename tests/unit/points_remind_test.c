/* points_remind_test.c -- points that end soon are told once a step. POINTS_REMIND_MEMBERS=1000000
 * measures a night of so many members with 12 lots each, and how long others wait meanwhile. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "points_shop.h"

QUERY(q_lines, timeline_line,
      "SELECT seq, at, member, kind, subject, touchpoint, value, props FROM timeline"
      " WHERE kind = 'points.expiring' ORDER BY seq");

static void night(void) { CHECK_OK(test_ctx(), points_remind(test_store(), test_reader())); }

static struct timeline_line_list told(void)
{
    struct timeline_line_list lines = { 0 };
    CHECK_OK(test_ctx(), db_all(test_reader(), &q_lines, &lines, NO_ARGS));
    return lines;
}

/* Nothing more than n lines; the last one says this. */
static void told_is(i64 n, const char *props)
{
    struct timeline_line_list lines = told();
    CHECK_I64(lines.n, n);
    if (props) CHECK_STR(lines.at[n - 1].props, props);
}

TEST(reminded_once_a_step)
{
    set("points.expiry_months", "1"); /* to 1 July 2024 */
    test_ctx()->now = on(2024, 6, 1);
    did((struct deed){ GIVE, 100, "a" });
    did((struct deed){ GIVE, 50, "b" });
    did((struct deed){ SPEND, 30, "c" });
    night();
    night();
    told_is(1, "{\"points\":120,\"on\":\"2024-07-01\",\"days\":30,\"step\":30}");
    test_ctx()->now = on(2024, 6, 23);
    night();
    told_is(1, NULL);
    test_ctx()->now = on(2024, 6, 25); /* a night was missed */
    night();
    night();
    told_is(2, "{\"points\":120,\"on\":\"2024-07-01\",\"days\":6,\"step\":7}");
    did((struct deed){ GIVE, 5, "d" }); /* ends on 25 July */
    night();
    told_is(3, "{\"points\":5,\"on\":\"2024-07-25\",\"days\":30,\"step\":30}");
    did((struct deed){ .what = SPEND, .amount = 125, .id = "e" });
    test_ctx()->now = on(2024, 7, 1);
    night(); /* nothing is left */
    told_is(3, NULL);
    test_ctx()->now = on(2024, 7, 30);
    night();
    told_is(3, NULL);
}

TEST(what_lasts_shortly_is_told_by_the_next_step)
{
    did((struct deed){ .what = GIVE,
                       .amount = 10,
                       .id = "a",
                       .expires_at = SOME(zone_midnight(
                           test_ctx()->zone, zone_day(test_ctx()->zone, test_ctx()->now) + 6)) });
    night();
    struct timeline_line_list lines = told();
    CHECK_I64(lines.n, 1);
    CHECK(str_find(lines.at[0].props, S("\"days\":5,\"step\":7")) >= 0);
    test_ctx()->now += 4 * DAY_MS;
    night();
    CHECK_I64(told().n, 2);
    test_ctx()->now += DAY_MS; /* the last day */
    night();
    CHECK_I64(told().n, 2);
    set("points.remind_days", "");
    did((struct deed){ GIVE, 10, "b" });
    test_ctx()->now += 360 * DAY_MS;
    night();
    CHECK_I64(told().n, 2);
}

TEST(a_merge_is_not_reminded_again)
{
    struct joining j = { .winner = person("a"), .loser = person("b") };
    set("points.expiry_months", "1");
    test_ctx()->now = on(2024, 6, 1);
    did((struct deed){ GIVE, 100, "a" });
    night();
    join(&j);
    night();
    told_is(1, NULL);
    join(&j);
    night();
    told_is(1, NULL);
}

TEST(steps_are_checked)
{
    static const struct chosen wrong[] = { { "points.remind_days", "30,x" },
                                           { "points.remind_days", "0" },
                                           { "points.remind_days", "1,2,3,4,5,6" },
                                           { "points.remind_days", "366" } };
    for (i64 i = 0; i < COUNT(wrong); i++)
        CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), do_set, (void *)&wrong[i]),
                  E_INVALID);
    set("points.remind_days", "1, 7,30");
}

/* -- many ------------------------------------------------------------------------------------- */

/* Members 1 .. n with 12 lots that end on the last days of 12 months from $2 on. */
CHANGE(c_accounts, "INSERT INTO ledger_purse (member, unit, name, held, floor, lapse_at, version) "
                   "WITH RECURSIVE m(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM m"
                   " WHERE i < $2) SELECT i, 'point', '', 0, 0, CAST($3 AS BIGINT), 1 FROM m");
CHANGE(c_lots,
       "INSERT INTO ledger_lot (member, unit, name, lot, expires_at, amount, remaining, held)"
       " WITH RECURSIVE m(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM m"
       " WHERE i < $2), l(k) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT k + 1 FROM l WHERE"
       " k < 12) SELECT i, 'point', '', k, $3 + (k - 1) * 2592000000, 10, 10, 0 FROM m, l");
struct many {
    i64 from, to;
    instant first;
};
static enum err do_many(struct tx *t, void *arg)
{
    const struct many *m = arg;
    TRY(tx_change(t, &c_accounts, ARGS(m->from, m->to, m->first)));
    return tx_change(t, &c_lots, ARGS(m->from, m->to, m->first));
}

static atomic_bool over;
static i64 longest_us, writes, stalls; /* over 50 ms */
static enum err do_nothing(struct tx *t, void *arg)
{
    return setting_set(t, S("points.pending_days"), S("15"));
}
static void *keep_writing(void *arg)
{
    struct ctx *c = test_ctx_new();
    for (; !over; writes++) {
        i64 began = clock_mono_us();
        if (store_write(arg, c, do_nothing, NULL) != OK) break;
        i64 took = clock_mono_us() - began;
        if (took > longest_us) longest_us = took;
        if (took > 50000) stalls++;
    }
    test_ctx_free(c);
    return NULL;
}

/* Of somebody who writes all the time, alone or beside the job. */
static void beside(const char *what, void (*job)(void))
{
    pthread_t other;
    over = false;
    longest_us = writes = stalls = 0;
    pthread_create(&other, NULL, keep_writing, test_store());
    i64 began = clock_mono_us();
    job();
    i64 took = clock_mono_us() - began;
    over = true;
    pthread_join(other, NULL);
    if (getenv("POINTS_REMIND_MEMBERS"))
        print_message("%s: %lld ms, %lld other writes, the longest %lld ms, %lld over 50 ms\n",
                      what, (long long)(took / 1000), (long long)writes,
                      (long long)(longest_us / 1000), (long long)stalls);
}
static void wait_a_while(void)
{
    if (getenv("POINTS_REMIND_MEMBERS")) usleep(20000000);
}

TEST(a_night_of_many)
{
    const char *asked = getenv("POINTS_REMIND_MEMBERS");
    i64 members = 5000;
    if (asked) i64_parse(str_of(asked), &members);
    instant first =
        zone_midnight(test_ctx()->zone, zone_day(test_ctx()->zone, test_ctx()->now) + 31);
    for (i64 from = 1; from <= members; from += 5000) {
        struct many m = { from, from + 4999 < members ? from + 4999 : members, first };
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_many, &m));
    }
    beside("nothing", wait_a_while);
    beside("the night", night);
    CHECK_I64(told().n, members);
    beside("the night after", night);
    CHECK_I64(told().n, members);
}
