/* lifetime.c -- how long fits of lifetime take: build/bench/lifetime [--members N] [--rounds N]
 *
 * Members are simulated by BG/NBD; they first bought on any day of two years. Each round sorts
 * them, fits BG/NBD and Gamma-Gamma and scores everybody; reading purchases from SQL is not in it.
 */
#include "bench/bench.h"

#include <math.h>

#include "base/num.h"
#include "insight/lifetime/inside.h"

static u64 state = 1;
static f64 uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    u64 x = state ^ state >> 33;
    x *= 0xff51afd7ed558ccdu;
    return ((f64)((x ^ x >> 33) >> 11) + .5) / 9007199254740992.0;
}
static f64 gamma_draw(f64 shape)
{
    if (shape < 1) return gamma_draw(shape + 1) * pow(uniform(), 1 / shape);
    f64 k = shape - 1. / 3, w = 1 / sqrt(9 * k);
    for (;;) {
        f64 z = sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform()), v = pow(1 + w * z, 3);
        if (v > 0 && log(uniform()) < .5 * z * z + k - k * v + k * log(v)) return k * v;
    }
}

static void member_make(struct buyer *b)
{
    const struct bgnbd m = { .6, 5, .8, 2.5 };
    f64 rate = gamma_draw(m.r) / m.alpha / 7, one = gamma_draw(m.a), other = gamma_draw(m.b);
    f64 level = 15 / gamma_draw(4), at = 0;
    b->age = (i32)(730 * uniform());
    while ((at -= log(uniform()) / rate) < b->age) {
        i32 on = (i32)ceil(at);
        if (on > b->age) break;
        b->x += on != b->last;
        b->last = on;
        b->repeated += (money)(gamma_draw(6) * level * (f64)MONEY_UNIT);
        if (uniform() < one / (one + other)) break;
    }
    b->spent = b->repeated;
}

static f64 since_ms(i64 started) { return (f64)(clock_mono_us() - started) / 1000; }

static void round_run(struct ctx *c, const struct buyer *at, i64 n)
{
    struct buyers b = { .n = n, .sample = { NEWS(c->arena, struct lifetime_row, n), n, 0, 7 } };
    struct lifetime_fits fits;
    struct lifetime_score_list scores;
    i64 started = clock_mono_us();
    b.spend.at = NEWS(c->arena, struct spend_row, n);
    for (i64 i = 0; i < n; i++) {
        b.sample.at[i] = (struct lifetime_row){ at[i].x, at[i].last, at[i].age, 1 };
        if (at[i].repeated > 0)
            b.spend.at[b.spend.n++] =
                (struct spend_row){ at[i].x, (f64)at[i].repeated / (f64)MONEY_UNIT / at[i].x };
    }
    lifetime_join(&b.sample);
    f64 joined = since_ms(started);
    enum fit_state state_of = bgnbd_fit(c->arena, &b.sample, &fits.bgnbd);
    f64 fitted = since_ms(started);
    fits.spend_state = spend_fit(&b.spend, &fits.spend);
    f64 spent = since_ms(started);
    b.at = (struct buyer *)(uintptr_t)at; /* in any order: the work is the same */
    lifetime_score_buyers(c->arena, &b, &fits, 90, 365, .1, &scores);
    printf("%9lld %9lld rows  sort %6.0f  BG/NBD %7.0f  Gamma-Gamma %6.0f  scores %6.0f  all %7.0f "
           "ms  %s r %.3f alpha %.3f a %.3f b %.3f\n",
           (long long)n, (long long)b.sample.n, joined, fitted - joined, spent - fitted,
           since_ms(started) - spent, since_ms(started), fit_state_choice.names[state_of],
           fits.bgnbd.at.r, fits.bgnbd.at.alpha, fits.bgnbd.at.a, fits.bgnbd.at.b);
}

int main(int argc, char **argv)
{
    i64 members = 1000000, rounds = 3;
    for (int i = 1; i + 1 < argc; i += 2) {
        i64 *to = str_eq(str_of(argv[i]), S("--members")) ? &members : &rounds;
        if (!i64_parse(str_of(argv[i + 1]), to)) return 2;
    }
    struct ctx c = bench_ctx();
    struct buyer *at = NEWS(c.arena, struct buyer, members);
    for (i64 i = 0; i < members; i++) member_make(&at[i]);
    for (i64 i = 0; i < rounds; i++) {
        struct arena_mark mark = arena_mark(c.arena);
        round_run(&c, at, members);
        arena_rewind(c.arena, mark);
    }
    arena_free(c.arena);
    return 0;
}
