/* claims.c -- the first N of many: so many claims of a grab by many callers, one per member, each
 * answered when what it wrote is on disk.
 *
 * usage: claims FOLDER-OR-URL [callers] [units] [claims]
 */
#include "bench/bench.h"

#include <pthread.h>

#include "app/rooms.h"
#include "base/num.h"
#include "loyalty/grab.h"

enum { CALLERS_MAX = 512 };
static struct store *store;
static i64 claims = 100000, grab;
static _Atomic i64 next, results[8];
static _Atomic i64 sold_out_us;
static struct took took;
static i64 began;

struct making {
    struct grab_post post;
    i64 id;
};
static enum err make(struct tx *t, void *arg)
{
    struct making *k = arg;
    return grab_make(t, &k->post, &k->id);
}

static void *caller(void *arg)
{
    struct ctx c = bench_ctx();
    (void)arg;
    must(&c, store_reader(store, &c));
    struct arena_mark mark = arena_mark(c.arena);
    for (i64 member; (member = ++next) <= claims;) {
        struct grab_taken out;
        i64 from = clock_mono_us(), none = 0;
        must(&c, grab_take(store, &c, member, grab, NO_STR, &out));
        took_add(&took, clock_mono_us() - from);
        results[out.result]++;
        if (out.result == GRAB_LOST)
            atomic_compare_exchange_strong(&sold_out_us, &none, clock_mono_us() - began);
        arena_rewind(c.arena, mark);
    }
    arena_free(c.arena);
    return NULL;
}

int main(int argc, char **argv)
{
    i64 callers = 64, units = 10000;
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &callers)) ||
        (argc > 3 && !i64_parse(str_of(argv[3]), &units)) ||
        (argc > 4 && !i64_parse(str_of(argv[4]), &claims)) || callers > CALLERS_MAX) {
        fprintf(stderr, "usage: claims FOLDER-OR-URL [callers] [units] [claims]\n");
        return 2;
    }
    struct ctx c = bench_ctx();
    app_wire();
    struct reward prize = { .kind = REWARD_GIFT, .amount = 1, .code = S("box") };
    struct making k = {
        .post = { .zh = S("抢"), .opened = { true, true }, .units = units, .prize = &prize }
    };
    must(&c,
         store_open(&c,
                    (struct store_options){ .where = str_of(argv[1]), .readers = (int)callers + 2 },
                    rooms, &store));
    must(&c, store_write(store, &c, make, &k));
    grab = k.id;
    pthread_t threads[CALLERS_MAX];
    struct store_stats before = store_stats(store);
    began = clock_mono_us();
    for (i64 i = 0; i < callers; i++) pthread_create(&threads[i], NULL, caller, NULL);
    for (i64 i = 0; i < callers; i++) pthread_join(threads[i], NULL);
    double s = (double)(clock_mono_us() - began) / 1e6;
    i64 commits = store_stats(store).commits - before.commits;
    printf("%lld callers: %.0f claims/s, %lld won, %lld lost, sold out after %.2f s, p50 %.2f ms, "
           "p99 %.2f ms, longest %.1f ms, %.1f a commit\n",
           (long long)callers, (double)claims / s, (long long)results[GRAB_WON],
           (long long)results[GRAB_LOST], (double)sold_out_us / 1e6, took_percentile(&took, 0.5),
           took_percentile(&took, 0.99), (double)took.longest_us / 1000.0,
           (double)results[GRAB_WON] / (double)(commits ? commits : 1));
    struct grab_view view;
    i64 wrong;
    must(&c, store_reader(store, &c));
    must(&c, grab_get(&c, grab, &view));
    must(&c, grab_check(&c, &wrong));
    store_release(&c);
    i64 want = units < claims ? units : claims;
    if (wrong || view.winners != want || view.left != units - want || results[GRAB_WON] != want ||
        results[GRAB_WON] + results[GRAB_LOST] != claims) {
        fprintf(stderr, "the winners are not the first %lld\n", (long long)units);
        return 1;
    }
    store_close(store);
    arena_free(c.arena);
    return 0;
}
