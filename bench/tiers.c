/* tiers.c -- how long tiers take over N members: build/bench/tiers [--members N] [--only WHAT]
 * [FOLDER]
 *
 * Each member has one purchase or more, three on average, heavy-tailed, over two years. Measured:
 * who would be where under another ladder (two readers when a second is spare); everybody placed
 * and written down for the first time, with history and timeline; everybody worked out again when
 * nothing moved, and under another ladder; one member, alone in his transaction. For profiles:
 * --only made stops when the members are there, --only first begins with those and stops when
 * everybody is placed.
 */
#include "bench/bench.h"

#include "app/rooms.h"
#include "base/num.h"
#include "loyalty/tiers/inside.h"

CHANGE(bench_order, "INSERT INTO purchase_order (member, id, shop, number, state, stated_state, "
                    "at, paid_at, total, paid, refund, net,"
                    " quantity, is_paid, bought_at, over_refunded, updated_at)"
                    " VALUES ($1, $2, 1, CAST($2 AS text), 'completed', 'completed', $3, $3, $4, "
                    "$4, 0, $4, 1, TRUE, $3, FALSE, $3)");

struct filling {
    i64 first, last;
    instant until;
};

static u64 mixed(u64 x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

static enum err fill(struct tx *t, void *arg)
{
    static const u8 counts[20] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 6, 9, 17 };
    const struct filling *f = arg; /* may run twice: nothing in it changes */
    for (i64 m = f->first; m <= f->last; m++)
        for (i64 i = counts[mixed((u64)m) % COUNT(counts)]; i > 0; i--) {
            u64 dice = mixed((u64)(m * 100 + i));
            instant at = f->until - (i64)(dice % (u64)(730 * DAY_MS));
            money net = (money)(mixed(dice) % 3000000) + 10000;
            TRY(tx_change(t, &bench_order, ARGS(m, m * 20 + i, at, net)));
        }
    return OK;
}

static enum err open_programme(struct tx *t, void *arg)
{
    return setting_set(t, S("loyalty.since"), S("2020-01-01"));
}
static enum err go_live(struct tx *t, void *arg)
{
    i64 version;
    TRY(ladder_put(t, arg, &version));
    TRY(ladder_simulated(t, arg));
    return ladder_go_live(t, version);
}
static enum err settle_one(struct tx *t, void *arg) { return tier_settle(t, *(i64 *)arg); }

/* A ctx of its own for each: a simulation keeps its snapshot. */
static struct ctx fresh(const struct ctx *of)
{
    struct ctx c = *of;
    c.arena = arena_new();
    c.db = NULL;
    must(&c, store_reader(c.store, &c));
    return c;
}
static void over(struct ctx *c)
{
    store_release(c);
    arena_free(c->arena);
}

static void simulate(const struct ctx *of, const struct ladder *l, const char *name)
{
    struct ctx c = fresh(of);
    struct tier_simulation out;
    i64 started = clock_mono_us(), moved = 0;
    must(&c, ladder_simulate(&c, l, &out));
    for (i64 i = 0; i < out.moves.n; i++) moved += out.moves.at[i].members;
    printf("%-44s %8.2f s   %lld would move\n", name, (f64)(clock_mono_us() - started) / 1e6,
           (long long)moved);
    over(&c);
}

static void evaluate(const struct ctx *of, const char *name)
{
    struct ctx c = fresh(of);
    i64 started = clock_mono_us(), changed;
    must(&c, tiers_evaluate(c.store, &c, &changed));
    printf("%-44s %8.2f s   %lld moved\n", name, (f64)(clock_mono_us() - started) / 1e6,
           (long long)changed);
    over(&c);
}

static void make(struct ctx *c, i64 members, i64 step)
{
    i64 started = clock_mono_us();
    for (i64 first = 1; first <= members; first += step) {
        struct filling f = { first, first + step - 1 < members ? first + step - 1 : members,
                             c->now };
        struct arena_mark mark = arena_mark(c->arena);
        must(c, store_write(c->store, c, fill, &f));
        arena_rewind(c->arena, mark);
    }
    must(c, store_write(c->store, c, open_programme, NULL));
    printf("%lld members made in %.1f s\n", (long long)members,
           (f64)(clock_mono_us() - started) / 1e6);
}

int main(int argc, char **argv)
{
    i64 members = 1000000, step = 20000, singles = 2000;
    str where = S("bench-tiers"), only = NO_STR;
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        if (str_eq(word, S("--members")) && i + 1 < argc &&
            i64_parse(str_of(argv[i + 1]), &members))
            i++;
        else if (str_eq(word, S("--only")) && i + 1 < argc) only = str_of(argv[++i]);
        else where = word;
    }
    struct ctx c = bench_ctx();
    struct ladder now, other;
    app_wire();
    must(&c, store_open(&c, (struct store_options){ .where = where }, rooms, &c.store));
    if (!str_eq(only, S("first"))) make(&c, members, step);
    if (str_eq(only, S("first"))) evaluate(&c, "everybody, for the first time");
    if (only.n) {
        store_close(c.store);
        return 0;
    }

    struct ctx look = fresh(&c);
    must(&look, ladder_live(&look, &now));
    other = now;
    other.span = SPAN_EVER;
    other.span_days = NONE;
    simulate(&c, &other, "who would be where, counted for ever");
    evaluate(&c, "everybody, for the first time");
    evaluate(&c, "everybody again, nothing moves");
    must(&c, store_write(c.store, &c, go_live, &other));
    evaluate(&c, "everybody, under another ladder");
    i64 started = clock_mono_us();
    for (i64 i = 0; i < singles; i++) {
        struct arena_mark mark = arena_mark(c.arena);
        i64 member = 1 + (i64)(mixed((u64)i) % (u64)members);
        must(&c, store_write(c.store, &c, settle_one, &member));
        arena_rewind(c.arena, mark);
    }
    printf("%-44s %8.0f us  each, its commit included\n", "one member, alone",
           (f64)(clock_mono_us() - started) / (f64)singles);
    store_release(&look);
    store_close(c.store);
    return 0;
}
