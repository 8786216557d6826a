/* ledger.c -- durable transfers between members a second, from many callers.
 *
 * usage: ledger FOLDER-OR-URL [callers] [seconds] [accounts] [unit] [hot]
 * hot: every second transfer goes to one and the same account.
 */
#include "bench/bench.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "app/rooms.h"
#include "base/num.h"
#include "ledger/ledger.h"

enum { FILLED_AT_ONCE = 1000 };
static struct store *store;
static i64 accounts = 10000, hot;
static str unit = S("growth");
static struct took took;
static _Atomic bool stop;

static enum err fill(struct tx *t, void *arg)
{
    struct transferred out;
    i64 *first = arg;
    for (i64 i = 0; i < FILLED_AT_ONCE; i++) {
        struct transfer in = { .id = S("fill"),
                               .unit = unit,
                               .from_name = S(LEDGER_SOURCE),
                               .to = *first + i,
                               .amount = 1000000 };
        TRY(ledger_transfer(t, &in, &out));
    }
    return OK;
}

static enum err post(struct tx *t, void *arg)
{
    struct transferred out;
    return ledger_transfer(t, arg, &out);
}

static void *caller(void *arg)
{
    struct ctx c = bench_ctx();
    i64 me = (i64)(intptr_t)arg;
    u64 state = (u64)me * 0x9e3779b97f4a7c15u;
    for (i64 n = 0; !stop; n++) {
        char id[40];
        snprintf(id, sizeof id, "b/%lld/%lld", (long long)me, (long long)n);
        state = state * 6364136223846793005u + 1442695040888963407u;
        i64 from = 2 + (i64)((state >> 33) % (u64)(accounts - 1));
        i64 to = hot && n % 2 ? 1 : 1 + from % accounts;
        struct transfer in = {
            .id = str_of(id), .unit = unit, .from = from, .to = to, .amount = 1
        };
        i64 began = clock_mono_us();
        must(&c, store_write(store, &c, post, &in));
        took_add(&took, clock_mono_us() - began);
        arena_reset(c.arena);
    }
    arena_free(c.arena);
    return NULL;
}

static i64 processor_us(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000 + r.ru_utime.tv_usec +
           r.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    i64 callers = 64, seconds = 5;
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &callers)) ||
        (argc > 3 && !i64_parse(str_of(argv[3]), &seconds)) ||
        (argc > 4 && !i64_parse(str_of(argv[4]), &accounts)) || callers > 512 || accounts < 3) {
        fprintf(stderr,
                "usage: ledger FOLDER-OR-URL [callers] [seconds] [accounts] [unit] [hot]\n");
        return 2;
    }
    if (argc > 5) unit = str_of(argv[5]);
    hot = argc > 6;
    struct ctx c = bench_ctx();
    must(&c, store_open(&c, (struct store_options){ .where = str_of(argv[1]) }, rooms, &store));
    for (i64 first = 1; first <= accounts; first += FILLED_AT_ONCE)
        must(&c, store_write(store, &c, fill, &first));
    pthread_t threads[512];
    struct store_stats before = store_stats(store);
    i64 began = clock_mono_us(), used = processor_us();
    for (i64 i = 0; i < callers; i++)
        pthread_create(&threads[i], NULL, caller, (void *)(intptr_t)(i + 1));
    struct timespec while_running = { (time_t)seconds, 0 };
    nanosleep(&while_running, NULL);
    stop = true;
    for (i64 i = 0; i < callers; i++) pthread_join(threads[i], NULL);
    double s = (double)(clock_mono_us() - began) / 1e6;
    used = processor_us() - used;
    i64 commits = store_stats(store).commits - before.commits;
    printf("%lld callers, " STR_FMT "%s: %.0f transfers/s, p50 %.2f ms, p99 %.2f ms, longest %.1f "
           "ms, %.1f a commit, %.1f us of processor each\n",
           (long long)callers, STR_ARG(unit), hot ? ", one hot account" : "", (double)took.n / s,
           took_percentile(&took, 0.5), took_percentile(&took, 0.99),
           (double)took.longest_us / 1000.0, (double)took.n / (double)commits,
           (double)used / (double)took.n);
    struct ledger_faults f;
    must(&c, store_reader(store, &c));
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
