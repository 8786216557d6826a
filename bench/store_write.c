/* store_write.c -- how many small durable changes a second: read a row, insert two, update one;
 * many callers.
 *
 * usage: store_write FOLDER-OR-URL [callers] [seconds] [accounts] [readers]
 * Readers look up rows all the while, so that the log never comes to rest.
 */
#include "bench/bench.h"

#include <pthread.h>
#include <time.h>

#include "base/num.h"
#include "base/room.h"
#include "store/store.h"

static const struct migration migrations[] = {
    { "0001 bench", "CREATE TABLE balance (id int64 NOT NULL PRIMARY KEY, amount int64 NOT NULL);"
                    "CREATE TABLE transfer (id int64 NOT NULL PRIMARY KEY, account int64 NOT NULL, "
                    "amount int64 NOT NULL,"
                    " at int64 NOT NULL);"
                    "CREATE TABLE entry (id int64 NOT NULL PRIMARY KEY, account int64 NOT NULL, "
                    "amount int64 NOT NULL,"
                    " kind text NOT NULL);" },
    { 0 },
};
static const struct room bench_room = { .name = "bench", .migrations = migrations };
static const struct room *const bench_rooms[] = { &bench_room, NULL };

CHANGE(add_balance, "INSERT INTO balance (id, amount) VALUES ($1, 1000000)");
QUERY(read_balance, one_i64, "SELECT amount AS value FROM balance WHERE id = $1");
CHANGE(change_balance, "UPDATE balance SET amount = $2 WHERE id = $1");
CHANGE(add_transfer, "INSERT INTO transfer (id, account, amount, at) VALUES ($1, $2, $3, $4)");
CHANGE(add_entry, "INSERT INTO entry (id, account, amount, kind) VALUES ($1, $2, $3, $4)");

struct change {
    i64 id, account;
};

static enum err fill(struct tx *t, void *arg)
{
    struct change *k = arg;
    for (i64 i = 0; i < 10000; i++) TRY(tx_change(t, &add_balance, ARGS(k->id + i)));
    return OK;
}

static enum err change(struct tx *t, void *arg)
{
    const struct change *k = arg;
    struct one_i64 balance;
    TRY(db_get(t->c, &read_balance, &balance, ARGS(k->account)));
    if (balance.value < 1) return fail(t->c, E_UNPROCESSABLE, "余额不足", "the balance is too low");
    TRY(tx_change(t, &add_transfer, ARGS(k->id, k->account, (i64)1, t->c->now)));
    TRY(tx_change(t, &add_entry, ARGS(k->id, k->account, (i64)-1, S("spent"))));
    return tx_change(t, &change_balance, ARGS(k->account, balance.value - 1));
}

static struct store *store;
static struct took took;
static _Atomic i64 next_id = 1;
static _Atomic bool stop;
static i64 accounts = 100000;

static void *caller(void *arg)
{
    struct ctx c = bench_ctx();
    u64 state = (u64)(uintptr_t)arg * 0x9e3779b97f4a7c15u;
    while (!stop) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        struct change k = { .id = atomic_fetch_add(&next_id, 1),
                            .account = (i64)((state >> 33) % (u64)accounts) };
        i64 began = clock_mono_us();
        must(&c, store_write(store, &c, change, &k));
        took_add(&took, clock_mono_us() - began);
        arena_reset(c.arena);
    }
    arena_free(c.arena);
    return NULL;
}

static _Atomic i64 looked;

static void *reader(void *arg)
{
    struct ctx c = bench_ctx();
    for (i64 i = 0; !stop; i++) {
        struct one_i64 balance;
        must(&c, store_reader(store, &c));
        must(&c, db_get(&c, &read_balance, &balance, ARGS(i * 7919 % accounts)));
        atomic_fetch_add_explicit(&looked, 1, memory_order_relaxed);
        store_release(&c);
        arena_reset(c.arena);
    }
    arena_free(c.arena);
    return NULL;
}

int main(int argc, char **argv)
{
    i64 callers = 64, seconds = 5, readers = 0;
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &callers)) ||
        (argc > 3 && !i64_parse(str_of(argv[3]), &seconds)) ||
        (argc > 4 && !i64_parse(str_of(argv[4]), &accounts)) ||
        (argc > 5 && !i64_parse(str_of(argv[5]), &readers)) || callers + readers > 512) {
        fprintf(stderr,
                "usage: store_write FOLDER-OR-URL [callers] [seconds] [accounts] [readers]\n");
        return 2;
    }
    struct ctx c = bench_ctx();
    must(&c,
         store_open(&c, (struct store_options){ .where = str_of(argv[1]) }, bench_rooms, &store));
    for (struct change k = { 0 }; k.id < accounts; k.id += 10000)
        must(&c, store_write(store, &c, fill, &k));
    pthread_t threads[512];
    struct store_stats before = store_stats(store);
    i64 began = clock_mono_us();
    for (i64 i = 0; i < callers; i++)
        pthread_create(&threads[i], NULL, caller, (void *)(uintptr_t)(i + 1));
    for (i64 i = 0; i < readers; i++) pthread_create(&threads[callers + i], NULL, reader, NULL);
    for (i64 i = 0; i < seconds; i++) {
        struct timespec second = { 1, 0 };
        nanosleep(&second, NULL);
    }
    stop = true;
    for (i64 i = 0; i < callers + readers; i++) pthread_join(threads[i], NULL);
    double s = (double)(clock_mono_us() - began) / 1e6;
    struct store_stats after = store_stats(store);
    i64 commits = after.commits - before.commits;
    printf("%lld callers: %.0f changes/s, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, %.0f commits/s, "
           "%.1f changes a commit\n",
           (long long)callers, (double)took.n / s, took_percentile(&took, 0.5),
           took_percentile(&took, 0.99), took_percentile(&took, 0.999), (double)commits / s,
           (double)took.n / (double)commits);
    if (readers)
        printf("%lld readers beside them: %.0f reads/s\n", (long long)readers, (double)looked / s);
    store_close(store);
    arena_free(c.arena);
    return 0;
}
