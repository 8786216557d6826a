/* lapse.c -- the night on which very many lots expire, while members go on reading and spending.
 *
 * usage: lapse FOLDER [members] [lots of each]
 * All but one in a hundred members have nothing but those lots; they are spent from meanwhile.
 */
#include "bench/bench.h"

#include <pthread.h>
#include <time.h>

#include "app/rooms.h"
#include "base/num.h"
#include "ledger/ledger.h"

#define EXPIRY ((instant)1790000000000)
#define NUMBERS                                                                      \
    "WITH RECURSIVE m(n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM m WHERE n < $2)," \
    " k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < $3) "

CHANGE(fill_accounts,
       NUMBERS "INSERT INTO ledger_purse (member, unit, name, held, floor, lapse_at, version)"
               " SELECT n, 'point', '', 0, 0, $4, 1 FROM m");
CHANGE(fill_lots, NUMBERS
       "INSERT INTO ledger_lot (member, unit, name, lot, expires_at, amount, remaining, held)"
       " SELECT n, 'point', '', i, $4 + i, 100, 100, 0 FROM m, k");
CHANGE(fill_entries,
       NUMBERS "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance, at,"
               " transfer_member, transfer) SELECT n, 'point', '', i, i, 100, 100 * i, 0, n, 'fill'"
               " FROM m, k");
CHANGE(fill_source, NUMBERS
       "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance, at,"
       " transfer_member, transfer) SELECT 0, 'point', 'source', n, 0, -100 * $3, -100 * $3 * n,"
       " 0, n, 'fill' FROM m");
CHANGE(fill_transfers, NUMBERS
       "INSERT INTO ledger_transfer (member, id, kind, unit, from_member, from_name, to_member,"
       " to_name, asked, amount, hold_ms, at, from_entry, from_entries, to_entry, to_entries)"
       " SELECT n, 'fill', 'move', 'point', 0, 'source', n, '', 100 * $3, 100 * $3, 0, 0, n, 1, 1,"
       " $3 FROM m");
CHANGE(fill_house, "INSERT INTO ledger_purse (member, unit, name, held, version)"
                   " VALUES (0, 'point', 'source', 0, 1)");

enum { FILLED_AT_ONCE = 20000 };
static struct store *store;
static i64 members = 10000, lots = 5;
static struct took writes, reads;
static _Atomic bool stop;

static enum err fill(struct tx *t, void *arg)
{
    i64 first = *(i64 *)arg, last = first + FILLED_AT_ONCE - 1;
    if (last > members) last = members;
    struct query *all[] = { &fill_accounts, &fill_lots, &fill_entries };
    for (i64 i = 0; i < COUNT(all); i++)
        TRY(tx_change(t, all[i],
                      all[i] == &fill_entries ? ARGS(first, last, lots)
                                              : ARGS(first, last, lots, EXPIRY)));
    TRY(tx_change(t, &fill_source, ARGS(first, last, lots)));
    TRY(tx_change(t, &fill_transfers, ARGS(first, last, lots)));
    return first == 1 ? tx_change(t, &fill_house, NO_ARGS) : OK;
}

static enum err post(struct tx *t, void *arg)
{
    struct transferred out;
    return ledger_transfer(t, arg, &out);
}

/* New points come in all the while. */
static void *spender(void *arg)
{
    struct ctx c = bench_ctx();
    struct dice {
        u64 state;
    } d = { (u64)(intptr_t)arg };
    for (i64 n = 0; !stop; n++) {
        char id[40];
        snprintf(id, sizeof id, "n/%lld/%lld", (long long)(intptr_t)arg, (long long)n);
        d.state = d.state * 6364136223846793005u + 1442695040888963407u;
        struct transfer in = { .id = str_of(id),
                               .unit = S("point"),
                               .from_name = S(LEDGER_SOURCE),
                               .to = 1 + (i64)((d.state >> 33) % (u64)members),
                               .amount = 1 };
        c.now = EXPIRY + DAY_MS;
        i64 began = clock_mono_us();
        must(&c, store_write(store, &c, post, &in));
        took_add(&writes, clock_mono_us() - began);
        arena_reset(c.arena);
        struct timespec pause = { 0, 2000000 };
        nanosleep(&pause, NULL);
    }
    arena_free(c.arena);
    return NULL;
}

static void *looker(void *arg)
{
    u64 state = 7;
    while (!stop) {
        struct ctx c = bench_ctx();
        struct balance b;
        state = state * 6364136223846793005u + 1442695040888963407u;
        struct account of = { 1 + (i64)((state >> 33) % (u64)members), S("point"), S("") };
        must(&c, store_reader(store, &c));
        c.now = EXPIRY + DAY_MS;
        i64 began = clock_mono_us();
        must(&c, ledger_balance(&c, &of, &b));
        took_add(&reads, clock_mono_us() - began);
        if (b.balance >= 100) abort(); /* what has expired is gone, written down or not */
        store_release(&c);
        arena_free(c.arena);
        struct timespec pause = { 0, 1000000 };
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void tell(const char *what, const struct took *t)
{
    printf("%s: %lld, p50 %.2f ms, p99 %.2f ms, longest %.1f ms\n", what, (long long)t->n,
           took_percentile(t, 0.5), took_percentile(t, 0.99), (double)t->longest_us / 1000.0);
}

int main(int argc, char **argv)
{
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &members)) ||
        (argc > 3 && !i64_parse(str_of(argv[3]), &lots))) {
        fprintf(stderr, "usage: lapse FOLDER [members] [lots of each]\n");
        return 2;
    }
    struct ctx c = bench_ctx();
    i64 done;
    must(&c, store_open(&c, (struct store_options){ .where = str_of(argv[1]) }, rooms, &store));
    for (i64 first = 1; first <= members; first += FILLED_AT_ONCE)
        must(&c, store_write(store, &c, fill, &first));
    pthread_t threads[5];
    for (i64 i = 0; i < COUNT(threads); i++)
        pthread_create(&threads[i], NULL, i ? spender : looker, (void *)(intptr_t)i);
    c.now = EXPIRY + DAY_MS;
    must(&c, store_reader(store, &c));
    i64 began = clock_mono_us();
    must(&c, ledger_lapse(store, &c, &done));
    double s = (double)(clock_mono_us() - began) / 1e6;
    stop = true;
    for (i64 i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    printf("%lld lots of %lld members expired in %.1f s: %.0f a second\n",
           (long long)(members * lots), (long long)members, s, (double)(members * lots) / s);
    tell("writes meanwhile", &writes);
    tell("balances read meanwhile", &reads);
    struct ledger_faults f;
    must(&c, ledger_check(&c, &f));
    store_release(&c);
    if (f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers) {
        fprintf(stderr, "the books do not balance\n");
        return 1;
    }
    store_close(store);
    arena_free(c.arena);
    return 0;
}
