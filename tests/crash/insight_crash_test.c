/* insight_crash_test.c -- kills programs with SIGKILL while they make reports, judge alerts and fit
 * who comes back, and checks that nothing was told twice or not at all.
 *
 * Workers (two on PostgreSQL, as servers of one database are) do what is due of one day over and
 * over. The parent kills them at random instants, lets the day's work be done, and checks:
 *   1. every period that was due has one report kept, and one message of it;
 *   2. an alert was told as often as it was raised, once a day, and is open once;
 *   3. the fit in force is whole: as many scores as customers.
 * Each round is a day. CRASH_ROUNDS says how many; 16 when it is not set.
 */
#include "crash/crash.h"

#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "channel/delivery.h"
#include "insight/alert.h"
#include "insight/lifetime.h"
#include "insight/product.h"
#include "insight/report.h"
#include "unit/insight_sales.h"

#define YUAN MONEY_UNIT
enum { PEOPLE = 400, EACH_MAX = 30, WORKERS_MAX = 2 };

#define FIELDS_OF_told(X, N)    \
    X(i64, due, ANY, "", N)     \
    X(i64, kept, ANY, "", N)    \
    X(i64, periods, ANY, "", N) \
    X(i64, made, ANY, "", N)    \
    X(i64, raised, ANY, "", N)  \
    X(i64, times, ANY, "", N)   \
    X(i64, open, ANY, "", N)    \
    X(i64, deliveries, ANY, "", N) X(i64, scores, ANY, "", N) X(i64, customers, ANY, "", N)
SHAPE(told);
SHAPE_DEFINE(told);
QUERY(told_now, told,
      "SELECT (SELECT COUNT(*) FROM report_due) AS due,"
      " (SELECT COUNT(*) FROM report) AS kept,"
      " (SELECT COUNT(*) FROM (SELECT DISTINCT kind, first_day FROM report) p) AS periods,"
      " (SELECT COUNT(*) FROM channel_message WHERE topic = 'report.made') AS made,"
      " (SELECT COUNT(*) FROM channel_message WHERE topic = 'alert.raised') AS raised,"
      " (SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM alert) AS times,"
      " (SELECT COUNT(*) FROM alert WHERE state <> 'resolved') AS open,"
      " (SELECT COUNT(*) FROM delivery) AS deliveries,"
      " (SELECT COUNT(*) FROM lifetime_score) AS scores,"
      " COALESCE((SELECT customers FROM lifetime_fit WHERE found ORDER BY id DESC LIMIT 1), 0)"
      " AS customers");

static enum err begin(struct tx *t, void *arg)
{
    static str topics[] = { { "report.made", 11 }, { "alert.raised", 12 } };
    struct endpoint_post hook = { .kind = ENDPOINT_WEBHOOK,
                                  .name = S("hook"),
                                  .target = S("https://example.com/koi"),
                                  .topics = { topics, COUNT(topics) } };
    struct alert_terms low = { .metric = S("sales"), .side = ALERT_BELOW, .limit = S("900000") };
    struct alert_rule_post rule = { .name = S("low"), .terms = &low, .quiet_hours = SOME(20) };
    i64 id, people = PEOPLE;
    str secret;
    (void)arg;
    TRY(crash_people(t, &people));
    TRY(endpoint_make(t, &hook, &id, &secret));
    return alert_rule_make(t, &rule, NO_STR, &id);
}

static void open_shop(struct ctx *c)
{
    struct dice d = { 5 };
    struct sale *sales = NEWS(c->arena, struct sale, PEOPLE * EACH_MAX);
    i64 n = 0;
    CHECK_OK(c, store_write(test_store(), c, begin, NULL));
    for (i64 member = 1; member <= PEOPLE; member++) { /* each at his pace, until he leaves */
        static const i64 tries[] = { 1, 2, 2, 3, 4, 8, 30 };
        i64 pace = 5 + dice_below(&d, 10) * dice_below(&d, 10);
        i64 leaves = tries[dice_below(&d, COUNT(tries))];
        instant at = on("2023-06-05", dice_below(&d, 200 * DAY_MS));
        for (i64 k = 0; k < EACH_MAX && at < on("2024-05-29", 0); k++) {
            sales[n++] = (struct sale){ .member = member,
                                        .at = at,
                                        .paid = YUAN + dice_below(&d, 40000) * (YUAN / 100) };
            at += HOUR_MS + dice_below(&d, 2 * pace * DAY_MS);
            if (dice_below(&d, leaves) == 0) break;
        }
    }
    shop_sales(c, sales, n);
}

static enum err judge(struct store *s, struct ctx *c)
{
    struct alert_check check;
    return alert_evaluate(s, c, 0, &check);
}

/* All that is due by itself at c->now, each with a reader of its own, as jobs are run. */
static enum err do_due(struct store *s, const struct ctx *c)
{
    static enum err (*const jobs[])(struct store * s, struct ctx * c) = { report_run_due, judge,
                                                                          lifetime_refit };
    for (i64 i = 0; i < COUNT(jobs); i++) {
        struct ctx own = *c;
        own.arena = arena_new();
        own.db = NULL;
        enum err e = store_reader(s, &own);
        if (e == OK) e = jobs[i](s, &own);
        if (e != OK) printf("# job %lld: %s\n", (long long)i, own.why.detail);
        store_release(&own);
        arena_free(own.arena);
        TRY(e);
    }
    return OK;
}

struct shared {
    _Atomic bool ready;
    _Atomic i64 rounds;
};

static int worker_main(str where, struct shared *shared, instant now)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    struct audience *a;
    c->now = now;
    if (store_open(c, (struct store_options){ .where = where }, rooms, &s) != OK) return 2;
    c->store = s;
    if (store_reader(s, c) != OK) return 2;
    if (audience_open(c, s, (struct audience_options){ 0 }, &a) != OK) return 3;
    if (audience_follow(a, NULL) != OK) return 3;
    audience_serve(a);
    for (shared->ready = true;; shared->rounds++) {
        c->now = now + shared->rounds % 60; /* within the same minute */
        if (do_due(s, c) != OK) return 4;
    }
}

/* -- the parent -------------------------------------------------------------------------------- */

static void check_told(const struct told *n, i64 days)
{
    CHECK_I64(n->made, n->due);
    CHECK_I64(n->kept, n->due);
    CHECK_I64(n->periods, n->due);
    CHECK_I64(n->raised, n->times);
    CHECK(n->open <= 1 && n->times <= days);
    CHECK_I64(n->deliveries, n->made + n->raised);
}

TEST(what_is_due_is_told_once_whoever_dies)
{
    i64 rounds = crash_rounds(16), torn = 0;
    int workers = test_store_is_pg() ? WORKERS_MAX : 1;
    struct shared *shared = crash_shared(sizeof *shared);
    str where = test_store_options().where;
    struct told n;
    open_shop(test_reader());
    instant first = on("2024-05-30", 9 * HOUR_MS);
    for (i64 i = 0; i < rounds; i++) {
        instant now = first + i * DAY_MS;
        pid_t children[WORKERS_MAX];
        test_store_close();
        for (int w = 0; w < workers; w++)
            if ((children[w] = fork()) == 0) _exit(worker_main(where, shared, now));
        for (int w = 1; w < workers; w++)
            CHECK(crash_kill(children[w], 1000 * (i64)(i * 37 % 400)));
        struct dice dice = { (u64)i + 1 };
        for (int wait_ms = 0; !shared->ready && wait_ms < 20000; wait_ms++) usleep(1000);
        CHECK(crash_kill(children[0], dice_below(&dice, i % 8 ? 900000 : 1000)));
        shared->ready = false;
        struct ctx *c = test_reader();
        c->now = now;
        CHECK_OK(c, db_get(c, &told_now, &n, NO_ARGS));
        check_told(&n, i + 1);
        i64 before = n.due + n.times;
        struct audience *a;
        struct arena_mark mark = arena_mark(c->arena);
        CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
        CHECK_OK(c, audience_follow(a, NULL));
        audience_serve(a);
        CHECK(do_due(test_store(), c) == OK);
        audience_serve(NULL);
        arena_rewind(c->arena, mark);
        audience_close(a);
        CHECK_OK(c, db_get(c, &told_now, &n, NO_ARGS));
        check_told(&n, i + 1);
        torn += n.due + n.times > before;
        CHECK_I64(n.times, i + 1);
        CHECK_I64(n.scores, n.customers);
        CHECK(n.customers > PEOPLE / 2);
    }
    print_message("%lld days of %d workers, %lld rounds of work, %lld days finished by the next\n",
                  (long long)rounds, workers, (long long)shared->rounds, (long long)torn);
    CHECK(torn > 0);
}
