/* crash_test.c -- kills the program with SIGKILL at random instants under load, and checks what is
 * on disk.
 *
 * A worker process posts numbered transfers from several threads, on its own tables and on the
 * timeline, and publishes in shared memory what was acknowledged. The parent kills it, opens the
 * store again and checks:
 *   1. every acknowledged transfer is there; of the unacknowledged at most one a thread may be;
 *   2. a transfer is whole: two entries that cancel out, one line on the timeline;
 *   3. balances equal the sums of their entries, and all balances sum to zero;
 *   4. the follower's tally equals the lines it has seen, and reaches the end of the log;
 *   5. the store passes its own check without any repair.
 *
 *   crash_test [rounds]        on SQLite, and on PostgreSQL when TEST_PG is set. Default 200
 * rounds.
 */
#include "crash/crash.h"

#include <pthread.h>

#include "app/rooms.h"
#include "base/clock.h"
#include "base/log.h"
#include "timeline/timeline.h"

/* All of a store is read after every kill: forty on one, then a new one, or that would take most of
 * the time. */
enum { THREADS = 8, ACCOUNTS = 50, OF_A_STORE = 40 };

static const struct migration crash_migrations[] = {
    { "0001 accounts", "CREATE TABLE crash_account (account int64 NOT NULL, balance int64 NOT "
                       "NULL, PRIMARY KEY (account)) clustered;"
                       "CREATE TABLE crash_entry (thread int64 NOT NULL, number int64 NOT NULL, "
                       "side int64 NOT NULL, "
                       "account int64 NOT NULL, amount int64 NOT NULL, PRIMARY KEY (thread, "
                       "number, side)) clustered;"
                       "CREATE TABLE crash_tally (name text NOT NULL, lines int64 NOT NULL, "
                       "PRIMARY KEY (name)) clustered;" },
    { 0 },
};

CHANGE(
    sql_entry,
    "INSERT INTO crash_entry (thread, number, side, account, amount) VALUES ($1, $2, $3, $4, $5)");
CHANGE(sql_balance,
       "INSERT INTO crash_account (account, balance) VALUES ($1, $2) "
       "ON CONFLICT (account) DO UPDATE SET balance = crash_account.balance + excluded.balance");
CHANGE(sql_tally, "INSERT INTO crash_tally (name, lines) VALUES ($1, $2) "
                  "ON CONFLICT (name) DO UPDATE SET lines = crash_tally.lines + excluded.lines");
CHANGE(sql_tally_reset, "DELETE FROM crash_tally");
QUERY(sql_missing, one_i64,
      "SELECT CAST($2 AS BIGINT) - count(*) AS value FROM crash_entry "
      "WHERE thread = $1 AND side = 0 AND number <= $2");
QUERY(sql_last, one_i64,
      "SELECT COALESCE(max(number), 0) AS value FROM crash_entry WHERE thread = $1");
QUERY(
    sql_torn, one_i64,
    "SELECT count(*) AS value FROM (SELECT thread, number FROM crash_entry GROUP BY thread, number "
    "HAVING count(*) <> 2 OR sum(amount) <> 0) AS torn");
QUERY(sql_sum, one_i64,
      "SELECT CAST(COALESCE(sum(balance), 0) AS BIGINT) AS value FROM crash_account");
QUERY(sql_drift, one_i64,
      "SELECT count(*) AS value FROM crash_account a LEFT JOIN"
      " (SELECT account, CAST(sum(amount) AS BIGINT) AS total FROM crash_entry GROUP BY account) e"
      " ON e.account = a.account WHERE a.balance <> COALESCE(e.total, 0)");
QUERY(sql_transfers, one_i64, "SELECT count(*) AS value FROM crash_entry WHERE side = 0");
QUERY(sql_lines, one_i64,
      "SELECT COUNT(*) AS value"
      " FROM timeline WHERE kind = 'crash.posted'");
QUERY(sql_tallied, one_i64,
      "SELECT CAST(COALESCE(sum(lines), 0) AS BIGINT) AS value FROM crash_tally");

static enum err tally(struct tx *t, const struct timeline_line *lines, i64 n)
{
    (void)lines;
    return tx_change(t, &sql_tally, ARGS(S("lines"), n));
}
static enum err tally_reset(struct tx *t) { return tx_change(t, &sql_tally_reset, NO_ARGS); }
static const struct follower crash_follower = { "crash", tally, tally_reset };

static const struct room crash_room = { .name = "crash", .migrations = crash_migrations };

static const struct room *const *crash_rooms(void)
{
    static const struct room *all[64];
    int n = 0;
    for (const struct room *const *r = rooms; *r; r++) all[n++] = *r;
    all[n] = &crash_room;
    return all;
}

/* -- the worker ------------------------------------------------------------------------------- */

struct shared {
    _Atomic i64 acknowledged[THREADS];
    _Atomic bool ready;
};

struct transfer {
    i64 thread, number, from, to, amount;
};

static enum err post(struct tx *t, void *arg)
{
    const struct transfer *x = arg;
    struct timeline_line line = { .at = t->c->now,
                                  .kind = S("crash.posted"),
                                  .subject = S("account:1") };
    TRY(tx_change(t, &sql_entry, ARGS(x->thread, x->number, 0, x->from, -x->amount)));
    TRY(tx_change(t, &sql_balance, ARGS(x->from, -x->amount)));
    TRY(timeline_append(t, &line));
    TRY(tx_change(t, &sql_entry, ARGS(x->thread, x->number, 1, x->to, x->amount)));
    TRY(tx_change(t, &sql_balance, ARGS(x->to, x->amount)));
    if (x->number % 7 == 3) return fail(t->c, E_CONFLICT, "故意失败", "failed on purpose");
    return OK;
}

struct worker {
    struct store *store;
    struct shared *shared;
    i64 thread, number;
    struct dice dice;
};

/* Says why, as it will not get to do it twice. */
static void give_up(struct ctx *c, const char *who, enum err e)
{
    fprintf(stderr, "# %s answers %s: %s\n", who, err_row(e)->name, c->why.detail);
    _exit(3);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct ctx *c = test_ctx_new();
    c->store = w->store;
    for (;; arena_reset(c->arena)) {
        struct transfer x = { w->thread, ++w->number, dice_below(&w->dice, ACCOUNTS),
                              dice_below(&w->dice, ACCOUNTS), 1 + dice_below(&w->dice, 1000) };
        bool meant_to_fail = x.number % 7 == 3;
        enum err e = store_write(w->store, c, post, &x);
        if (meant_to_fail ? e != E_CONFLICT : e != OK) give_up(c, "write", e);
        w->shared->acknowledged[w->thread] = x.number;
    }
    return NULL;
}

static void *follow(void *arg)
{
    struct worker *w = arg;
    struct ctx *c = test_ctx_new();
    i64 lines;
    for (;; arena_reset(c->arena), usleep(2000)) {
        enum err e = follower_run(w->store, c, &crash_follower, &lines);
        if (e != OK) give_up(c, "the follower", e);
    }
    return NULL;
}

/* Two who settle, as two processes might: killed between any two changes of it. */
static void *settle(void *arg)
{
    struct worker *w = arg;
    struct ctx *c = test_ctx_new();
    for (;; store_release(c), arena_reset(c->arena), usleep(3000)) {
        enum err e = store_reader(w->store, c);
        if (e == OK) e = timeline_settle(w->store, c);
        if (e != OK) give_up(c, "who settles", e);
    }
    return NULL;
}

static enum err open_store(struct ctx *c, str where, struct store **out)
{
    return store_open(c, (struct store_options){ .where = where, .readers = 4 }, crash_rooms(),
                      out);
}

static int worker_main(str where, struct shared *shared, u64 seed)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    pthread_t thread;
    if (open_store(c, where, &s) != OK) {
        fprintf(stderr, "# the worker cannot open the store: %s\n", c->why.detail);
        return 2;
    }
    static void *(*const others[])(void *) = { follow, settle, settle };
    static struct worker workers[THREADS + COUNT(others)];
    for (i64 i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){
            s, shared, i, i < THREADS ? shared->acknowledged[i] : 0, { seed + (u64)i }
        };
        if (pthread_create(&thread, NULL, i < THREADS ? work : others[i - THREADS], &workers[i]))
            return 2;
    }
    shared->ready = true;
    for (;;) pause();
}

/* -- the parent ------------------------------------------------------------------------------- */

static bool expect(const char *what, i64 got, i64 want)
{
    if (got == want) return true;
    printf("# %s: %lld, should be %lld\n", what, (long long)got, (long long)want);
    return false;
}

static i64 ask(struct ctx *c, struct query *q, struct args args)
{
    struct one_i64 row;
    if (db_get(c, q, &row, args) == OK) return row.value;
    printf("# %s: %s\n", q->name, c->why.detail);
    return -1;
}

/* Numbers that failed on purpose never exist; the rest up to the acknowledged one all do. */
static i64 meant_to_exist(i64 upto) { return upto - (upto + 4) / 7; }

static bool check_threads(struct ctx *c, struct shared *shared)
{
    bool right = true;
    for (i64 i = 0; i < THREADS; i++) {
        i64 upto = shared->acknowledged[i];
        i64 there = upto - ask(c, &sql_missing, ARGS(i, upto));
        i64 last = ask(c, &sql_last, ARGS(i));
        right &= expect("acknowledged transfers on disk", there, meant_to_exist(upto));
        if (last > upto + 1) right = expect("last number on disk", last, upto + 1);
        if (last > upto)
            shared->acknowledged[i] = last; /* it was durable, only the answer got lost */
    }
    return right;
}

static bool check_store(str where, struct shared *shared)
{
    struct ctx *c = test_ctx_new();
    struct store *s = NULL;
    i64 lines, last = 0;
    bool right = false;
    if (open_store(c, where, &s) != OK || store_reader(s, c) != OK) {
        printf("# the store does not open: %s\n", c->why.detail);
        goto end;
    }
    right = check_threads(c, shared);
    right &= expect("torn transfers", ask(c, &sql_torn, NO_ARGS), 0);
    right &= expect("sum of balances", ask(c, &sql_sum, NO_ARGS), 0);
    right &= expect("accounts that drifted", ask(c, &sql_drift, NO_ARGS), 0);
    i64 transfers = ask(c, &sql_transfers, NO_ARGS);
    if (timeline_last(c, &last) != OK) right = false;
    right &= expect("lines on the timeline", last, transfers);
    right &= expect("lines read, settled or not", ask(c, &sql_lines, NO_ARGS), transfers);
    if (follower_run(s, c, &crash_follower, &lines) != OK) right = false;
    right &= expect("lines the follower tallied", ask(c, &sql_tallied, NO_ARGS), transfers);
    if (store_check(c) != OK) {
        printf("# the store's own check: %s\n", c->why.detail);
        right = false;
    }
end:
    if (s) {
        if (c->db) store_release(c);
        store_close(s);
    }
    test_ctx_free(c);
    return right;
}

static bool one_round(str where, struct shared *shared, u64 seed)
{
    shared->ready = false;
    pid_t pid = fork();
    if (pid == 0) _exit(worker_main(where, shared, seed * 100));
    return crash_kill_at_work(pid, &shared->ready, seed) && check_store(where, shared);
}

/* Kills so often on a store of its own, new and empty at the first; how much was acknowledged. */
static i64 kill_one_store(i64 first, i64 last)
{
    struct shared *shared = crash_shared(sizeof *shared);
    str where = test_store_options().where;
    i64 acknowledged = 0;
    for (i64 i = first; i <= last; i++)
        if (!one_round(where, shared, (u64)i)) {
            print_message("round %lld\n", (long long)i);
            CHECK(!"the store is as it was acknowledged");
        }
    for (i64 i = 0; i < THREADS; i++) acknowledged += shared->acknowledged[i];
    munmap(shared, sizeof *shared);
    test_store_remove();
    return acknowledged;
}

TEST(nothing_acknowledged_is_lost_by_a_kill)
{
    i64 rounds = crash_rounds(200), acknowledged = 0;
    for (i64 done = 0; done < rounds; done += OF_A_STORE) {
        i64 last = done + OF_A_STORE < rounds ? done + OF_A_STORE : rounds;
        acknowledged += kill_one_store(done + 1, last);
    }
    print_message("%lld kills, %lld acknowledged writes, none missing\n", (long long)rounds,
                  (long long)acknowledged);
    CHECK(acknowledged > rounds * 10);
}
