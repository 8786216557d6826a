/* store_writer_test.c -- many callers, one writer: everybody gets his own result and the sums are
 * right. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/room.h"
#include "store/store.h"
#include "test.h"

static const struct migration migrations[] = {
    { "0001 bank",
      "CREATE TABLE bank (id int64 NOT NULL PRIMARY KEY, balance int64 NOT NULL) clustered;"
      "CREATE TABLE bank_move (id int64 NOT NULL PRIMARY KEY, source int64 NOT NULL,"
      " target int64 NOT NULL, amount int64 NOT NULL) clustered;" },
    { 0 },
};
static const struct room bank = { .name = "bank", .migrations = migrations };
static const struct room *const bank_rooms[] = { &bank, NULL };

QUERY(balance_of, one_i64, "SELECT balance AS value FROM bank WHERE id = $1");
CHANGE(open_account, "INSERT INTO bank (id, balance) VALUES ($1, $2)");
CHANGE(add_to_balance, "UPDATE bank SET balance = balance + $2 WHERE id = $1");
CHANGE(set_balance, "UPDATE bank SET balance = $2 WHERE id = $1");
CHANGE(add_move, "INSERT INTO bank_move (id, source, target, amount) VALUES ($1, $2, $3, $4)");
QUERY(bank_sum, one_i64, "SELECT CAST(SUM(balance) AS BIGINT) AS value FROM bank");
QUERY(move_count, one_i64, "SELECT COUNT(*) AS value FROM bank_move");
QUERY(move_last, one_i64, "SELECT MAX(id) AS value FROM bank_move");

#define ACCOUNTS 20
#define START    1000

static struct store *store;

static enum err found(struct tx *t, void *arg)
{
    for (i64 i = 0; i < ACCOUNTS; i++) TRY(tx_change(t, &open_account, ARGS(i, (i64)START)));
    return OK;
}

struct transfer {
    i64 source, target, amount, id;
    bool late_failure;
};

/* Reads, then writes what it computed: wrong sums if two changes ever interleave. */
static enum err move(struct tx *t, void *arg)
{
    struct transfer *m = arg;
    struct one_i64 balance;
    TRY(db_get(t->c, &balance_of, &balance, ARGS(m->source)));
    if (balance.value < m->amount)
        return fail(t->c, E_UNPROCESSABLE, "余额不足：账户 %d", "not enough: account %d",
                    (int)m->source);
    TRY(tx_change(t, &set_balance, ARGS(m->source, balance.value - m->amount)));
    TRY(tx_take(t, S("bank_move"), 1, &m->id));
    TRY(tx_change(t, &add_move, ARGS(m->id, m->source, m->target, m->amount)));
    TRY(tx_change(t, &add_to_balance, ARGS(m->target, m->amount)));
    return m->late_failure ? fail(t->c, E_CONFLICT, "反悔", "changed my mind") : OK;
}

static _Atomic i64 moved, refused, regretted, after;
static void count_after(void *arg) { atomic_fetch_add(&after, 1); }

static enum err move_and_tell(struct tx *t, void *arg)
{
    tx_after_commit(t, count_after, NULL);
    return move(t, arg);
}

static void *client(void *arg)
{
    struct dice d = { .state = (u64)(uintptr_t)arg };
    struct ctx *c = test_ctx_new();
    int rounds = test_store_is_pg() ? 60 : 300;
    for (int i = 0; i < rounds; i++) {
        struct transfer m = { .source = dice_below(&d, ACCOUNTS), .amount = dice_below(&d, 600) };
        m.target = (m.source + 1 + dice_below(&d, ACCOUNTS - 1)) % ACCOUNTS;
        m.late_failure = dice_below(&d, 10) == 0;
        enum err e = store_write(store, c, move_and_tell, &m);
        if (e == OK) atomic_fetch_add(&moved, 1);
        else if (e == E_UNPROCESSABLE && strncmp(c->why.detail, "not enough", 10) == 0)
            atomic_fetch_add(&refused, 1);
        else if (e == E_CONFLICT && m.late_failure) atomic_fetch_add(&regretted, 1);
        else abort();
        arena_reset(c->arena);
    }
    test_ctx_free(c);
    return NULL;
}

static i64 read_i64(struct ctx *c, struct query *q)
{
    struct one_i64 v;
    CHECK_OK(c, db_get(c, q, &v, NO_ARGS));
    return v.value;
}

static struct ctx *open_bank(void)
{
    struct ctx *c = test_ctx();
    CHECK_OK(c, store_open(c, test_store_options(), bank_rooms, &store));
    CHECK_OK(c, store_write(store, c, found, NULL));
    return c;
}

static void close_bank(struct ctx *c)
{
    store_release(c);
    store_close(store);
}

TEST(each_job_has_its_own_result)
{
    struct ctx *c = open_bank();
    pthread_t threads[16];
    moved = refused = regretted = after = 0;
    for (i64 i = 0; i < 16; i++)
        CHECK(pthread_create(&threads[i], NULL, client, (void *)(uintptr_t)(i + 1)) == 0);
    for (int i = 0; i < 16; i++) pthread_join(threads[i], NULL);
    CHECK(moved > 100 && refused > 10 && regretted > 10);
    CHECK_I64(after, moved);
    CHECK_OK(c, store_reader(store, c));
    CHECK_I64(read_i64(c, &bank_sum), ACCOUNTS * START);
    CHECK_I64(read_i64(c, &move_count), moved);
    CHECK_I64(read_i64(c, &move_last), moved); /* numbers of undone changes are used again */
    struct store_stats stats = store_stats(store);
    CHECK(stats.jobs >= moved && stats.commits < stats.jobs && stats.batch_max > 1 &&
          stats.waiting == 0);
    close_bank(c);
}

static enum err add_and_look(struct tx *t, void *arg)
{
    TRY(tx_change(t, &add_to_balance, ARGS((i64)0, (i64)7)));
    *(i64 *)arg = read_i64(t->c, &bank_sum);
    return OK;
}

TEST(a_preview_leaves_nothing)
{
    struct ctx *c = open_bank();
    i64 would = 0;
    CHECK_OK(c, store_preview(store, c, add_and_look, &would));
    CHECK_I64(would, ACCOUNTS * START + 7);
    CHECK_OK(c, store_reader(store, c));
    CHECK_I64(read_i64(c, &bank_sum), ACCOUNTS * START);
    close_bank(c);
}

static _Atomic bool inside, leave;

static enum err linger(struct tx *t, void *arg)
{
    TRY(tx_change(t, &add_to_balance, ARGS((i64)0, (i64)1)));
    inside = true;
    while (!leave) sched_yield();
    return OK;
}

static void *lingerer(void *arg)
{
    struct ctx *c = test_ctx_new();
    enum err e = store_write(store, c, linger, NULL);
    test_ctx_free(c);
    return (void *)(uintptr_t)e;
}

TEST(readers_never_wait_for_writers)
{
    struct ctx *c = open_bank();
    inside = leave = false;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, lingerer, NULL) == 0);
    while (!inside) sched_yield();
    CHECK_OK(c, store_reader(store, c));
    CHECK_I64(read_i64(c, &bank_sum), ACCOUNTS * START); /* the last commit, at once */
    leave = true;
    void *result;
    pthread_join(thread, &result);
    CHECK(result == NULL);
    CHECK_I64(read_i64(c, &bank_sum), ACCOUNTS * START + 1);
    close_bank(c);
}

static int order[8], order_n;
static void push_order(void *arg) { order[order_n++] = *(int *)arg; }
static enum err note_order(struct tx *t, void *arg)
{
    tx_after_commit(t, push_order, arg);
    tx_after_commit(t, push_order, arg);
    return OK;
}

TEST(after_commit_comes_in_commit_order)
{
    struct ctx *c = open_bank();
    int one = 1, two = 2;
    order_n = 0;
    CHECK_OK(c, store_write(store, c, note_order, &one));
    CHECK_OK(c, store_write(store, c, note_order, &two));
    CHECK(order_n == 4 && order[0] == 1 && order[1] == 1 && order[2] == 2 && order[3] == 2);
    close_bank(c);
}

TEST(two_stores_on_one_database_take_turns)
{
    struct ctx *c = open_bank();
    struct store *second;
    struct ctx *d = test_ctx_new();
    CHECK_OK(
        d, store_open(d, test_store_options(), bank_rooms, &second)); /* as another process would */
    for (int i = 0; i < 40; i++) {
        struct transfer m = { .source = i % ACCOUNTS, .target = (i + 1) % ACCOUNTS, .amount = 1 };
        CHECK_OK(c, store_write(i % 2 ? store : second, c, move, &m));
        CHECK_I64(m.id, i + 1);
    }
    test_ctx_free(d);
    store_close(second);
    close_bank(c);
}

static _Atomic bool enough;
static void *hammer(void *arg)
{
    struct ctx *c = test_ctx_new();
    struct transfer m = { .source = 1, .target = 2, .amount = 0 };
    while (!enough) {
        if (store_write(store, c, move, &m) != OK) abort();
        arena_reset(c->arena);
    }
    test_ctx_free(c);
    return NULL;
}

/* A command line that writes beside a busy server gets its turn. */
TEST(a_second_process_is_not_starved)
{
    struct ctx *c = open_bank();
    struct ctx *d = test_ctx_new();
    struct store *second;
    pthread_t threads[8];
    CHECK_OK(d, store_open(d, test_store_options(), bank_rooms, &second));
    enough = false;
    for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, hammer, NULL) == 0);
    i64 began = clock_mono_us();
    for (int i = 0; i < 50; i++) {
        struct transfer m = { .source = 3, .target = 4, .amount = 0 };
        CHECK_OK(d, store_write(second, d, move, &m));
    }
    i64 took = clock_mono_us() - began;
    enough = true;
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    CHECK(took < 20 * 1000000); /* it is well under one second on an idle machine */
    test_ctx_free(d);
    store_close(second);
    close_bank(c);
}
