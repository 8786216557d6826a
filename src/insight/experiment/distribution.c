/* distribution.c -- tails and quantiles of the normal, t and chi-square distributions. */
#include "insight/experiment/distribution.h"

#include <assert.h>
#include <float.h>
#include <math.h>

enum { FRACTION_STEPS = 200000 }; /* a fraction needs about the square root of df */

/* -- normal ------------------------------------------------------------------------------------ */

f64 normal_below(f64 z) { return 0.5 * erfc(-z / M_SQRT2); }
f64 normal_above(f64 z) { return 0.5 * erfc(z / M_SQRT2); }

/* From a first guess (Abramowitz and Stegun 26.2.23, good to 4.5e-4) by Newton's steps on the
 * logarithm of the tail, which is nearly a parabola. */
f64 normal_quantile_above(f64 p)
{
    assert(p > 0 && p < 1);
    if (p > 0.5) return -normal_quantile_above(1 - p);
    f64 t = sqrt(-2 * log(p));
    f64 z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                    (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 6; i++) {
        f64 tail = normal_above(z), density = exp(-z * z / 2) / sqrt(2 * M_PI);
        f64 step = (log(tail) - log(p)) * tail / density;
        z += step;
        if (fabs(step) < 1e-15 * (1 + fabs(z))) break;
    }
    return z;
}

/* -- Student's t ------------------------------------------------------------------------------- */

/* ln(gamma(a + 1/2) / gamma(a)); by lgamma it would lose the digits that both have in common. */
static f64 gamma_half_step(f64 a)
{
    if (a < 30) return lgamma(a + 0.5) - lgamma(a);
    f64 r = 1 / a, r2 = r * r;
    return 0.5 * log(a) - r * (1.0 / 8 - r2 * (1.0 / 192 - r2 * (1.0 / 640 - r2 * 17.0 / 14336)));
}

/* The continued fraction of the incomplete beta function, by Lentz's method: it converges fast for
 * x < (a + 1) / (a + b + 2). */
static f64 beta_fraction(f64 a, f64 b, f64 x)
{
    f64 c = 1, d = 1 - (a + b) * x / (a + 1);
    if (fabs(d) < DBL_MIN) d = DBL_MIN;
    d = 1 / d;
    f64 value = d;
    for (int m = 1; m < FRACTION_STEPS; m++) {
        f64 m2 = 2.0 * m;
        f64 even = m * (b - m) * x / ((a + m2 - 1) * (a + m2));
        f64 odd = -(a + m) * (a + b + m) * x / ((a + m2) * (a + m2 + 1));
        d = 1 + even * d, c = 1 + even / c;
        if (fabs(d) < DBL_MIN) d = DBL_MIN;
        if (fabs(c) < DBL_MIN) c = DBL_MIN;
        d = 1 / d;
        value *= d * c;
        d = 1 + odd * d, c = 1 + odd / c;
        if (fabs(d) < DBL_MIN) d = DBL_MIN;
        if (fabs(c) < DBL_MIN) c = DBL_MIN;
        d = 1 / d;
        value *= d * c;
        if (fabs(d * c - 1) < 1e-16) break;
    }
    return value;
}

/* With x = df / (df + t^2) the two tails are I_x(df / 2, 1 / 2). */
f64 student_two_sided(f64 t, f64 df)
{
    assert(df > 0);
    t = fabs(t);
    if (t == 0) return 1;
    if (isinf(t)) return 0;
    f64 a = df / 2, square = t * t;
    /* x^a (1 - x)^(1/2) / B(a, 1/2), with the logarithms of numbers near 1 taken as such */
    f64 x = df / (df + square), rest = square / (df + square);
    f64 front =
        exp(gamma_half_step(a) - 0.5 * log(M_PI) - a * log1p(square / df) + 0.5 * log(rest));
    if (x < (a + 1) / (a + 2.5)) return front * beta_fraction(a, 0.5, x) / a;
    return 1 - front * beta_fraction(0.5, a, rest) / 0.5;
}

/* The tail falls steadily: a bracket, halved in the scale of its logarithm. */
f64 student_quantile_two_sided(f64 p, f64 df)
{
    assert(p > 0 && p <= 1 && df > 0);
    if (p == 1) return 0;
    f64 low = 0, high = 1;
    while (high < 1e300 && student_two_sided(high, df) > p) low = high, high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        f64 middle = low + (high - low) / 2;
        if (student_two_sided(middle, df) > p) low = middle;
        else high = middle;
    }
    return high;
}

/* -- chi-square -------------------------------------------------------------------------------- */

/* The lower incomplete gamma function by its series, times e^x x^-a / gamma(a + 1). */
static f64 gamma_series(f64 a, f64 x)
{
    f64 term = 1, sum = 1;
    for (int i = 1; i < FRACTION_STEPS && term > sum * 1e-17; i++) sum += term *= x / (a + i);
    return sum;
}

static f64 gamma_fraction(f64 a, f64 x)
{
    f64 b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, value = d;
    for (int i = 1; i < FRACTION_STEPS; i++) {
        f64 step = -i * (i - a);
        b += 2;
        d = step * d + b, c = b + step / c;
        if (fabs(d) < DBL_MIN) d = DBL_MIN;
        if (fabs(c) < DBL_MIN) c = DBL_MIN;
        d = 1 / d;
        value *= d * c;
        if (fabs(d * c - 1) < 1e-16) break;
    }
    return value;
}

f64 chi_square_above(f64 x, f64 df)
{
    assert(df > 0);
    if (!(x > 0)) return 1;
    if (isinf(x)) return 0;
    f64 a = df / 2, half = x / 2;
    if (half < a + 1) return 1 - exp(a * log(half) - half - lgamma(a + 1)) * gamma_series(a, half);
    return exp(a * log(half) - half - lgamma(a)) * gamma_fraction(a, half);
}
