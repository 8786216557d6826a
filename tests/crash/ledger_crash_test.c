/* ledger_crash_test.c -- kills the program with SIGKILL while the ledger works, and checks that the
 * books balance and nothing acknowledged is missing.
 *
 * A worker process earns, spends, holds, confirms, reverses and links transfers from several
 * threads on the same few members, while another thread lets lots and holds expire; it publishes in
 * shared memory what was acknowledged. The parent kills it at random instants, opens the store
 * again and checks:
 *   1. every acknowledged transfer is there, and sent again it answers that it was done;
 *   2. ledger_check finds nothing: sums zero, balances, entries and lots agree, holds end;
 *   3. the same after everything that is due has expired.
 * CRASH_ROUNDS says how often; 40 when it is not set. On PostgreSQL when TEST_PG is set.
 */
#include "crash/crash.h"

#include <pthread.h>

#include "app/rooms.h"
#include "ledger/ledger.h"

enum { THREADS = 6, MEMBERS = 5, NUMBERS_MAX = 100000 };

struct shared {
    _Atomic i64 reached[THREADS]; /* numbers tried */
    _Atomic bool done[THREADS][NUMBERS_MAX];
    _Atomic bool ready;
    i64 checked[THREADS]; /* by the parent, in former rounds */
};

/* What thread `thread` does as its number `n`: the same every time it is asked. */
struct work {
    struct transfer in[2];
    struct transferred out[2];
    i64 n, failed;
    char ids[2][48], of[48];
};

static void plan(struct work *w, i64 thread, i64 n)
{
    *w = (struct work){ .n = 1 };
    struct transfer *x = &w->in[0];
    i64 member = 1 + (n / 6 + thread) % MEMBERS, before = n;
    snprintf(w->ids[0], sizeof w->ids[0], "%lld/%lld", (long long)thread, (long long)n);
    *x = (struct transfer){ .id = str_of(w->ids[0]), .unit = S("point"), .amount = 1 + n % 7 };
    switch (n % 6) {
    case 0:
        *x = (struct transfer){ .id = x->id, .unit = x->unit, .amount = 20, .to = member };
        x->from_name = S(LEDGER_SOURCE);
        x->expires_at = SOME((instant)1717200000000 + (n + 40) * SECOND_MS);
        return;
    case 1:
    case 3:
        x->from = member;
        x->to_name = S("spent");
        x->kind = n % 6 == 1 ? T_MOVE : T_HOLD;
        x->hold_ms = n % 6 == 1 ? 0 : 9 * SECOND_MS;
        return;
    case 2: /* the spending just before */
    case 4: /* the hold just before, in part */
        before = n - 1;
        x->kind = n % 6 == 2 ? T_REVERSE : T_CONFIRM;
        x->amount = 1;
        x->member = member;
        break;
    default: /* a gift to the next member, and one back */
        x->from = member;
        x->to = 1 + member % MEMBERS;
        snprintf(w->ids[1], sizeof w->ids[1], "%lld/%lld+", (long long)thread, (long long)n);
        w->in[1] = *x;
        w->in[1].id = str_of(w->ids[1]);
        w->in[1].from = x->to;
        w->in[1].to = x->from;
        w->in[1].amount = 1;
        w->n = 2;
    }
    snprintf(w->of, sizeof w->of, "%lld/%lld", (long long)thread, (long long)before);
    if (before != n) x->of = str_of(w->of);
}

static enum err post(struct tx *t, void *arg)
{
    struct work *w = arg;
    return ledger_transfer_all(t, w->in, w->n, w->out, &w->failed);
}

/* -- the worker -------------------------------------------------------------------------------- */

struct caller {
    struct store *store;
    struct shared *shared;
    i64 thread;
};

static void *work(void *arg)
{
    struct caller *w = arg;
    struct ctx *c = test_ctx_new();
    const instant begin = c->now;
    struct work x;
    for (i64 n = w->shared->reached[w->thread]; n < NUMBERS_MAX; n++, arena_reset(c->arena)) {
        plan(&x, w->thread, n);
        c->now = begin + n * SECOND_MS;
        enum err e = store_write(w->store, c, post, &x);
        if (e != OK && x.out[x.failed < 0 ? 0 : x.failed].result == R_DONE) {
            fprintf(stderr, "# write answers %s: %s\n", err_row(e)->name, c->why.detail);
            _exit(3);
        }
        if (e == OK) w->shared->done[w->thread][n] = true;
        w->shared->reached[w->thread] = n + 1;
    }
    for (;;) pause();
}

static void *lapse(void *arg)
{
    struct caller *w = arg;
    struct ctx *c = test_ctx_new();
    const instant begin = c->now;
    i64 done;
    if (store_reader(w->store, c) != OK) _exit(4);
    for (;; usleep(2000)) {
        c->now = begin + w->shared->reached[0] * SECOND_MS;
        if (ledger_lapse(w->store, c, &done) != OK) {
            fprintf(stderr, "# lapse answers %s\n", c->why.detail);
            _exit(5);
        }
    }
}

static int worker_main(str where, struct shared *shared)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    pthread_t thread;
    if (store_open(c, (struct store_options){ .where = where, .readers = 2 }, rooms, &s) != OK) {
        fprintf(stderr, "# the worker cannot open the store: %s\n", c->why.detail);
        return 2;
    }
    static struct caller callers[THREADS + 1];
    for (i64 i = 0; i <= THREADS; i++) {
        callers[i] = (struct caller){ s, shared, i };
        if (pthread_create(&thread, NULL, i < THREADS ? work : lapse, &callers[i])) return 2;
    }
    shared->ready = true;
    for (;;) pause();
}

/* -- the parent -------------------------------------------------------------------------------- */

static bool books_balance(struct store *s, instant now, const char *when)
{
    struct ctx *c = test_ctx_new();
    struct ledger_faults f = { 0 };
    bool right = false;
    c->now = now;
    if (store_reader(s, c) == OK && ledger_check(c, &f) == OK)
        right = f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers == 0;
    if (!right)
        printf("# %s: sums %lld, entries %lld, lots %lld, floors %lld, holds %lld, transfers %lld"
               " %s\n",
               when, (long long)f.sums, (long long)f.entries, (long long)f.lots,
               (long long)f.floors, (long long)f.holds, (long long)f.transfers, c->why.detail);
    test_ctx_free(c);
    return right;
}

static bool all_there(struct store *s, struct ctx *c, struct shared *shared, i64 thread)
{
    struct work x;
    struct transfer_view v;
    for (i64 n = shared->checked[thread]; n < shared->reached[thread]; n++) {
        if (!shared->done[thread][n]) continue;
        plan(&x, thread, n);
        i64 member = x.in[0].member;
        if (!member) member = x.in[0].from ? x.in[0].from : x.in[0].to;
        if (ledger_get(c, member, x.in[0].id, &v) != OK ||
            (n + 20 > shared->reached[thread] &&
             (store_write(s, c, post, &x) != OK || !x.out[0].again))) {
            printf("# acknowledged and missing: %s: %s\n", x.ids[0], c->why.detail);
            return false;
        }
    }
    shared->checked[thread] = shared->reached[thread];
    return true;
}

static bool check_store(str where, struct shared *shared)
{
    struct ctx *c = test_ctx_new();
    struct store *s = NULL;
    instant now = c->now;
    bool right = true;
    i64 done;
    for (i64 i = 0; i < THREADS; i++)
        if (now < c->now + shared->reached[i] * SECOND_MS)
            now = c->now + shared->reached[i] * SECOND_MS;
    c->now = now;
    if (store_open(c, (struct store_options){ .where = where, .readers = 2 }, rooms, &s) != OK ||
        store_reader(s, c) != OK) {
        printf("# the store does not open: %s\n", c->why.detail);
        right = false;
    }
    if (right) right = books_balance(s, now, "after the kill");
    for (i64 i = 0; i < THREADS && right; i++) right = all_there(s, c, shared, i);
    if (right) right = ledger_lapse(s, c, &done) == OK && books_balance(s, now, "expired");
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
    if (pid == 0) _exit(worker_main(where, shared));
    return crash_kill_at_work(pid, &shared->ready, seed) && check_store(where, shared);
}

TEST(the_books_balance_after_any_kill)
{
    i64 rounds = crash_rounds(40), acknowledged = 0;
    struct shared *shared = crash_shared(sizeof *shared);
    str where = test_store_options().where;
    for (i64 i = 0; i < rounds; i++)
        if (!one_round(where, shared, (u64)i + 1)) {
            print_message("round %lld of %lld\n", (long long)i + 1, (long long)rounds);
            CHECK(!"the books balance");
        }
    for (i64 i = 0; i < THREADS; i++)
        for (i64 n = 0; n < shared->reached[i]; n++) acknowledged += shared->done[i][n];
    print_message("%lld kills, %lld acknowledged transfers, none missing\n", (long long)rounds,
                  (long long)acknowledged);
    CHECK(acknowledged > rounds * 2); /* of a busy machine too */
}
