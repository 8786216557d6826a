/* chance.c -- splitmix64, and the distributions a shop needs. */
#include "demo/chance.h"

#include <math.h>

u64 chance_next(struct chance *d)
{
    u64 z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct chance chance_of(u64 seed, u64 stream)
{
    struct chance d = { seed };
    d.state = chance_next(&d) ^ (stream * 0xd1342543de82ef95u);
    d.state = chance_next(&d);
    return d;
}

i64 chance_below(struct chance *d, i64 n)
{
    return (i64)(((unsigned __int128)chance_next(d) * (u64)n) >> 64);
}

i64 chance_between(struct chance *d, i64 a, i64 b) { return a + chance_below(d, b - a + 1); }
bool chance_in(struct chance *d, i64 percent) { return chance_below(d, 100) < percent; }

f64 chance_unit(struct chance *d)
{
    return ((f64)(chance_next(d) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
}

/* sqrt, frexp and ldexp are exact by IEEE 754; the rest is sums and products. */
f64 exact_ln(f64 x)
{
    int e;
    f64 m = frexp(x, &e);
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    f64 s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (int k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
    return 2 * s * sum + e * 0.69314718055994531;
}

f64 exact_exp(f64 x)
{
    if (x < -700) return 0;
    if (x > 700) x = 700;
    f64 turns = x * 1.4426950408889634;
    int e = (int)(turns + (turns < 0 ? -0.5 : 0.5));
    f64 r = x - e * 0.69314718055994531, sum = 1;
    for (int k = 16; k >= 1; k--) sum = 1 + sum * r / k;
    return ldexp(sum, e);
}

f64 chance_exponential(struct chance *d) { return -exact_ln(chance_unit(d)); }

f64 chance_normal(struct chance *d)
{
    for (;;) {
        f64 x = 2 * chance_unit(d) - 1, y = 2 * chance_unit(d) - 1, r = x * x + y * y;
        if (r > 0 && r < 1) return x * sqrt(-2 * exact_ln(r) / r);
    }
}

f64 chance_gamma(struct chance *d, f64 shape)
{
    if (shape < 1) /* of shape + 1, shrunk */
        return chance_gamma(d, shape + 1) * exact_exp(exact_ln(chance_unit(d)) / shape);
    f64 a = shape - 1.0 / 3, b = 1 / sqrt(9 * a); /* Marsaglia and Tsang */
    for (;;) {
        f64 x = chance_normal(d), v = 1 + b * x;
        if (v <= 0) continue;
        v = v * v * v;
        if (exact_ln(chance_unit(d)) < 0.5 * x * x + a - a * v + a * exact_ln(v)) return a * v;
    }
}

f64 chance_beta(struct chance *d, f64 a, f64 b)
{
    f64 x = chance_gamma(d, a), y = chance_gamma(d, b);
    return x + y > 0 ? x / (x + y) : 0.5;
}
