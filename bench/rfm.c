/* rfm.c -- how long RFM takes over N members from SQL: build/bench/rfm [--members N] [--rounds N]
 * [WHERE]
 *
 * WHERE is a folder for SQLite (default: a fresh one under the working folder's bench-rfm) or
 * postgresql://…; rows are made when the store is empty. Each member has one order or more, three
 * on average, heavy-tailed, over two years.
 */
#include "bench/bench.h"

#include "app/rooms.h"
#include "base/num.h"
#include "insight/classes.h"
#include "insight/rfm.h"
#include "trade/trade.h"

CHANGE(bench_order, "INSERT INTO purchase_order (member, id, shop, number, state, stated_state, "
                    "at, paid_at, total, paid, refund, net,"
                    " quantity, is_paid, bought_at, over_refunded, updated_at)"
                    " VALUES ($1, $2, 1, CAST($2 AS text), 'completed', 'completed', $3, $3, $4, "
                    "$4, 0, $4, 1, TRUE, $3, FALSE, $3)");

struct filling {
    i64 first, last, order, until;
};

static u64 mixed(u64 x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

/* 1, and with each further one less likely: three on average. */
static i64 orders_of(i64 member)
{
    static const u8 counts[20] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 6, 9, 17 };
    return counts[mixed((u64)member) % COUNT(counts)];
}

static enum err fill(struct tx *t, void *arg)
{
    const struct filling *f = arg; /* may run twice: nothing in it changes */
    i64 order = f->order;
    for (i64 m = f->first; m <= f->last; m++)
        for (i64 i = orders_of(m); i > 0; i--) {
            u64 dice = mixed((u64)(m * 100 + i));
            instant at = f->until - (i64)(dice % (u64)(730 * DAY_MS));
            money net = (money)(mixed(dice) % 3000000) + 10000;
            TRY(tx_change(t, &bench_order, ARGS(m, order++, at, net)));
        }
    return OK;
}

static i64 orders_before(i64 member)
{
    i64 n = 1;
    for (i64 m = 1; m < member; m++) n += orders_of(m);
    return n;
}

static void fill_all(struct ctx *c, i64 members, instant until)
{
    i64 step = 20000, order = 1;
    for (i64 first = 1; first <= members; first += step) {
        i64 last = first + step - 1 < members ? first + step - 1 : members;
        struct filling f = { first, last, order, until };
        struct arena_mark mark = arena_mark(c->arena);
        must(c, store_write(c->store, c, fill, &f));
        arena_rewind(c->arena, mark);
        for (i64 m = first; m <= last; m++) order += orders_of(m);
    }
}

static int rising(const void *x, const void *y)
{
    f64 a = *(const f64 *)x, b = *(const f64 *)y;
    return a < b ? -1 : a > b;
}

static void measure(struct ctx *c, const char *name, struct rfm_ask ask, i64 rounds, bool alone)
{
    f64 *ms = NEWS(c->arena, f64, rounds);
    struct rfm_report report = { 0 };
    for (i64 i = 0; i < rounds; i++) {
        struct ctx one = *c;
        struct rfm_rule rule;
        one.arena = arena_new();
        i64 started = clock_mono_us();
        if (alone) one.store = NULL;
        must(&one, rfm_rule_read(&one, &ask, &rule));
        must(&one, rfm_report_make(&one, &rule, &report));
        ms[i] = (f64)(clock_mono_us() - started) / 1000;
        arena_free(one.arena);
    }
    qsort(ms, (size_t)rounds, sizeof(ms[0]), rising);
    printf("%-44s %8.0f ms %8.0f ms\n", name, ms[rounds / 2], ms[0]);
}

int main(int argc, char **argv)
{
    i64 members = 1000000, rounds = 5;
    str where = S("bench-rfm");
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        if (str_eq(word, S("--members")) && i + 1 < argc &&
            i64_parse(str_of(argv[i + 1]), &members))
            i++;
        else if (str_eq(word, S("--rounds")) && i + 1 < argc &&
                 i64_parse(str_of(argv[i + 1]), &rounds))
            i++;
        else where = word;
    }
    struct ctx c = bench_ctx();
    app_wire();
    must(&c, store_open(&c, (struct store_options){ .where = where }, rooms, &c.store));
    instant until = zone_instant(c.zone, (struct civil){ .year = 2024, .month = 6, .day = 1 });
    must(&c, store_reader(c.store, &c));
    i64 first, last;
    must(&c, purchases_members(&c, &first, &last));
    if (last < 1) {
        i64 started = clock_mono_us();
        fill_all(&c, members, until);
        printf("rows made in %.1f s\n", (f64)(clock_mono_us() - started) / 1e6);
        must(&c, purchases_members(&c, &first, &last));
    }
    printf("%lld members, %lld orders\n%-44s %11s %11s\n", (long long)last,
           (long long)orders_before(last + 1) - 1, "", "median", "best");
    measure(&c, "fixed cuts", (struct rfm_ask){ .at = S("2024-06-01") }, rounds, false);
    measure(&c, "fixed cuts, one thread", (struct rfm_ask){ .at = S("2024-06-01") }, rounds, true);
    measure(&c, "days, average, mean of 125 cells",
            (struct rfm_ask){ .at = S("2024-06-01"),
                              .recency = S("30,60,90,120"),
                              .frequency = S("2,3,4,5"),
                              .frequency_of = S("days"),
                              .monetary = S("50,100,150,200"),
                              .monetary_of = S("average"),
                              .high = S("mean") },
            rounds, false);
    measure(&c, "quantiles", (struct rfm_ask){ .at = S("2024-06-01"), .cuts = S("quantile") },
            rounds, false);
    measure(&c, "half a year earlier", (struct rfm_ask){ .at = S("2023-12-01") }, rounds, false);
    store_release(&c);
    store_close(c.store);
    arena_free(c.arena);
    return 0;
}
