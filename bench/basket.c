/* basket.c -- how long association rules take: build/bench/basket [--baskets N] [--items N]
 * [--support S] [--confidence C] [--max-items N] [--rounds N] [FILE]
 *
 * Without FILE, baskets are made: sizes geometric (mean 6), products by a Zipf law, and groups of
 * four products that are often bought together, so that there are rules; always the same ones.
 * FILE: baskets as `koi report basket --baskets` reads them.
 */
#include "bench/bench.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "base/num.h"
#include "insight/basket.h"

struct terms {
    i64 baskets, items, max_items, rounds;
    f64 support, confidence;
    const char *file;
};

static u64 state = 0x6b6f69;
static u64 dice(void) /* splitmix64 */
{
    u64 z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
static f64 part(void) { return (f64)(dice() >> 11) / 9007199254740992.0; }

/* The rank whose share of a Zipf law with exponent .9 the dice fell on. */
static i64 zipf(const f64 *sums, i64 n)
{
    f64 at = part() * sums[n - 1];
    i64 low = 0, high = n - 1;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (sums[middle] < at) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void make(struct ctx *c, const struct terms *t, struct baskets *out)
{
    struct basket_maker *m = baskets_new(c);
    f64 *sums = NEWS(c->arena, f64, t->items), sum = 0;
    u32 *number = NEWS(c->arena, u32, t->items);
    bool too_large;
    for (i64 i = 0; i < t->items; i++) {
        sums[i] = sum += 1 / pow((f64)i + 10, 0.9);
        must(c, basket_name(m, str_fmt(c->arena, "product %05lld", (long long)i), &number[i]));
    }
    for (i64 k = 0; k < t->baskets; k++) {
        do {
            i64 one = zipf(sums, t->items);
            basket_put(m, number[one]);
            for (i64 mate = one / 4 * 4; mate < one / 4 * 4 + 4 && mate < t->items; mate++)
                if (part() < 0.15) basket_put(m, number[mate]);
        } while (part() < 0.8);
        must(c, basket_end(m, &too_large));
    }
    baskets_done(m, out);
}

static void round_of(struct ctx *c, const struct terms *t, const struct baskets *b)
{
    struct item_sets sets;
    struct rules rules;
    struct rusage used;
    struct arena_mark mark = arena_mark(c->arena);
    i64 began = clock_mono_us();
    must(c, item_sets_find(c, b, baskets_least(t->support, b->n), t->max_items, &sets));
    i64 found = clock_mono_us();
    must(c, rules_of(c, b, &sets, t->confidence, &rules));
    i64 done = clock_mono_us();
    getrusage(RUSAGE_SELF, &used);
    printf("sets %lld in %.1f ms, rules %lld in %.1f ms, together %.1f ms; at most %ld MiB\n",
           (long long)sets.n, (f64)(found - began) / 1000, (long long)rules.n,
           (f64)(done - found) / 1000, (f64)(done - began) / 1000, used.ru_maxrss / 1024);
    arena_rewind(c->arena, mark);
}

static f64 number_of(const char *text)
{
    f64 value;
    if (f64_parse(str_of(text), &value)) return value;
    fprintf(stderr, "\"%s\" is not a number\n", text);
    exit(2);
}

int main(int argc, char **argv)
{
    struct terms t = { .baskets = 1000000,
                       .items = 5000,
                       .support = 0.001,
                       .confidence = 0.2,
                       .max_items = 10,
                       .rounds = 3 };
    struct ctx c = bench_ctx();
    struct baskets b;
    for (int i = 1; i < argc; i++) {
        bool last = i + 1 == argc;
        if (strncmp(argv[i], "--", 2) != 0 || last) t.file = argv[i];
        else if (!strcmp(argv[i], "--baskets")) t.baskets = (i64)number_of(argv[++i]);
        else if (!strcmp(argv[i], "--items")) t.items = (i64)number_of(argv[++i]);
        else if (!strcmp(argv[i], "--support")) t.support = number_of(argv[++i]);
        else if (!strcmp(argv[i], "--confidence")) t.confidence = number_of(argv[++i]);
        else if (!strcmp(argv[i], "--max-items")) t.max_items = (i64)number_of(argv[++i]);
        else if (!strcmp(argv[i], "--rounds")) t.rounds = (i64)number_of(argv[++i]);
    }
    i64 began = clock_mono_us();
    if (t.file) must(&c, baskets_read(&c, str_of(t.file), &b));
    else make(&c, &t, &b);
    printf("%lld baskets, %lld items, %lld places, ready in %.1f ms\n", (long long)b.n,
           (long long)b.names.n, (long long)b.offset[b.n], (f64)(clock_mono_us() - began) / 1000);
    for (i64 i = 0; i < t.rounds; i++) round_of(&c, &t, &b);
    arena_free(c.arena);
    return 0;
}
