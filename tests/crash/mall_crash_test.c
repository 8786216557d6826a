/* mall_crash_test.c -- kills the program with SIGKILL while codes are exchanged and won, and checks
 * that each went to one.
 *
 * A worker process exchanges codes for points and grabs others, from several threads and for the
 * same few members, each request sent twice; it publishes in shared memory which code it was told.
 * The parent kills it at random instants, opens the store again and checks:
 *   1. every acknowledged code is still that exchange's, and no two were told the same;
 *   2. asked again with the same key, the answer is the same exchange;
 *   3. mall_check, grab_check and ledger_check find nothing.
 * CRASH_ROUNDS says how often; 20 when it is not set. On PostgreSQL when TEST_PG is set.
 */
#include "crash/crash.h"

#include <pthread.h>

#include "app/rooms.h"
#include "loyalty/grab.h"
#include "loyalty/mall.h"
#include "loyalty/points.h"

enum { THREADS = 4, MEMBERS = 5, NUMBERS_MAX = 20000, CODES_A_ROUND = 2000, UNITS = 200 };
enum { CODES_IN_ALL = 200000 };

struct told {
    _Atomic i64 exchange; /* 0: not acknowledged, or refused */
    i64 code;
};
struct shared {
    _Atomic i64 reached[THREADS];
    struct told told[THREADS][NUMBERS_MAX];
    _Atomic bool ready;
    i64 checked[THREADS], good, grab, codes;
    i64 owner[CODES_IN_ALL + 1]; /* of a code: the exchange that was told it */
};

/* What thread `thread` asks as its number `n`: the same every time. Every fourth is a claim. */
struct work {
    const struct shared *shared;
    i64 thread, n, member, exchange, code;
    char key[40];
    bool claims;
};
static struct work plan(const struct shared *shared, i64 thread, i64 n)
{
    struct work w = { .shared = shared,
                      .thread = thread,
                      .n = n,
                      .member = 1 + (n + thread) % MEMBERS,
                      .claims = n % 4 == 3 };
    snprintf(w.key, sizeof w.key, "%lld/%lld", (long long)thread, (long long)n);
    return w;
}

static enum err ask(struct tx *t, void *arg)
{
    struct work *w = arg;
    struct exchange_view seen;
    w->exchange = 0;
    if (w->claims) {
        struct grab_taken taken;
        TRY(grab_claim(t, w->member, w->shared->grab, str_of(w->key), &taken));
        w->exchange = taken.result == GRAB_WON ? taken.exchange : 0;
    } else {
        enum mall_result result;
        struct exchanged out;
        struct exchange_post in = { .id = w->shared->good, .key = str_of(w->key) };
        TRY(mall_exchange(t, w->member, &in, &result, &out));
        w->exchange = out.id;
    }
    if (!w->exchange) return OK;
    TRY(exchange_get(t->c, w->exchange, true, &seen));
    if (seen.codes.n != 1 || !i64_parse(seen.codes.at[0], &w->code))
        return fail(t->c, E_INTERNAL, "没有码", "no code");
    return OK;
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
    struct shared *s = w->shared;
    for (i64 n = s->reached[w->thread]; n < NUMBERS_MAX; n++, arena_reset(c->arena)) {
        struct work x = plan(s, w->thread, n);
        enum err e = store_write(w->store, c, ask, &x);
        if (e == OK) e = store_write(w->store, c, ask, &x); /* again, as on a bad network */
        if (e != OK && e != E_UNPROCESSABLE) {
            fprintf(stderr, "# write answers %s: %s\n", err_row(e)->name, c->why.detail);
            _exit(3);
        }
        if (e == OK && x.exchange) {
            s->told[w->thread][n].code = x.code;
            s->told[w->thread][n].exchange = x.exchange;
        }
        s->reached[w->thread] = n + 1;
        s->ready = true; /* at work: the statements are prepared */
    }
    for (;;) pause();
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
    static struct caller callers[THREADS];
    for (i64 i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){ s, shared, i };
        if (pthread_create(&thread, NULL, work, &callers[i])) return 2;
    }
    for (;;) pause();
}

/* -- the parent -------------------------------------------------------------------------------- */

static enum err make_all(struct tx *t, void *arg)
{
    struct shared *s = arg;
    i64 people = MEMBERS;
    struct transferred done;
    struct good_post post = {
        .kind = GOOD_CODE, .zh = S("卡"), .points = SOME(1), .state = S("on")
    };
    TRY(crash_people(t, &people));
    for (i64 m = 1; m <= MEMBERS; m++)
        TRY(points_give(t, m, 1000000, S("start"), S("test"), NONE, &done));
    return good_make(t, &post, &s->good);
}
static enum err make_grab(struct tx *t, void *arg)
{
    struct shared *s = arg;
    struct grab_post post = { .zh = S("抢"),
                              .opened = { true, true },
                              .per_member = SOME(1000),
                              .units = UNITS,
                              .good = SOME(s->good) };
    return grab_make(t, &post, &s->grab);
}

static enum err more_codes(struct store *store, struct ctx *c, struct shared *s)
{
    struct codes_added added;
    struct buf list = { .arena = c->arena };
    if (s->codes + CODES_A_ROUND > CODES_IN_ALL) return OK;
    str key = str_fmt(c->arena, "l%lld", (long long)s->codes);
    for (i64 i = 0; i < CODES_A_ROUND; i++) buf_fmt(&list, "%lld\n", (long long)(++s->codes));
    return good_codes_add(store, c, s->good, key, buf_str(&list), &added);
}

static bool well(struct ctx *c)
{
    struct ledger_faults f = { 0 };
    i64 mall = -1, grabs = -1;
    if (mall_check(c, &mall) == OK && grab_check(c, &grabs) == OK && ledger_check(c, &f) == OK &&
        !mall && !grabs && !(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers))
        return true;
    printf("# mall %lld, grabs %lld, ledger %lld: %s\n", (long long)mall, (long long)grabs,
           (long long)(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers),
           c->why.detail);
    return false;
}

static bool told_is_kept(struct store *store, struct ctx *c, struct shared *s, i64 thread)
{
    for (i64 n = s->checked[thread]; n < s->reached[thread]; n++) {
        struct told *told = &s->told[thread][n];
        struct work x = plan(s, thread, n);
        struct exchange_view seen;
        i64 code = 0;
        if (!told->exchange) continue;
        if (exchange_get(c, told->exchange, true, &seen) != OK || seen.codes.n != 1 ||
            !i64_parse(seen.codes.at[0], &code) || code != told->code || s->owner[code] ||
            (!x.claims && (store_write(store, c, ask, &x) != OK || x.exchange != told->exchange))) {
            printf("# exchange %lld was told code %lld, has %lld: %s\n", (long long)told->exchange,
                   (long long)told->code, (long long)code, c->why.detail);
            return false;
        }
        s->owner[code] = told->exchange;
    }
    s->checked[thread] = s->reached[thread];
    return true;
}

static bool check_store(str where, struct shared *shared)
{
    struct ctx *c = test_ctx_new(), *again = test_ctx_new();
    struct store *s = NULL;
    bool right =
        store_open(c, (struct store_options){ .where = where, .readers = 3 }, rooms, &s) == OK &&
        store_reader(s, c) == OK && more_codes(s, c, shared) == OK;
    for (i64 i = 0; i < THREADS && right; i++) right = told_is_kept(s, c, shared, i);
    if (right) right = store_reader(s, again) == OK && well(again);
    if (!right) printf("# %s\n", c->why.detail);
    if (c->db) store_release(c);
    if (again->db) store_release(again);
    if (s) store_close(s);
    test_ctx_free(again);
    test_ctx_free(c);
    return right;
}

TEST(a_code_goes_to_one_after_any_kill)
{
    i64 rounds = crash_rounds(20), told = 0;
    struct shared *shared = crash_shared(sizeof *shared);
    struct ctx *c = test_reader();
    CHECK_OK(c, store_write(test_store(), c, make_all, shared));
    CHECK_OK(c, more_codes(test_store(), c, shared));
    CHECK_OK(c, store_write(test_store(), c, make_grab, shared));
    str where = test_store_options().where;
    test_store_close(); /* before a fork: no threads are left */
    for (i64 i = 0; i < rounds; i++) {
        shared->ready = false;
        pid_t pid = fork();
        if (pid == 0) _exit(worker_main(where, shared));
        bool right =
            crash_kill_at_work(pid, &shared->ready, (u64)i + 1) && check_store(where, shared);
        if (!right) print_message("round %lld of %lld\n", (long long)i + 1, (long long)rounds);
        CHECK(right);
    }
    for (i64 i = 0; i < THREADS; i++)
        for (i64 n = 0; n < shared->reached[i]; n++) told += shared->told[i][n].exchange != 0;
    print_message("%lld kills, %lld codes told, each to one\n", (long long)rounds, (long long)told);
    CHECK(told > 0); /* of a busy machine too */
}
