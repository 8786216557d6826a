/* special.c -- the functions of mathematics that lifetime models are made of. */
#include "insight/lifetime/inside.h"

#include <float.h>
#include <math.h>

f64 log_gamma(f64 x)
{
    int sign; /* lgamma() would keep it in a global */
    return lgamma_r(x, &sign);
}

/* Up to 10 by psi(x) = psi(x + 1) - 1/x, from there by the asymptotic series (Abramowitz and
 * Stegun 6.3.18): the term left out is below 1e-17. */
f64 digamma(f64 x)
{
    f64 less = 0;
    while (x < 10) less += 1 / x++;
    f64 y = 1 / (x * x);
    f64 series =
        y *
        (1.0 / 12 -
         y * (1.0 / 120 -
              y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760 - y / 12))))));
    return log(x) - 0.5 / x - series - less;
}

f64 log_add(f64 x, f64 y)
{
    f64 high = fmax(x, y), low = fmin(x, y);
    return isinf(low) ? high : high + log1p(exp(low - high));
}

f64 log_less(f64 x, f64 y)
{
    f64 gap = y - x;
    return gap >= 0 ? -HUGE_VAL : x + log(-expm1(gap));
}

#define TERMS_MOST 400

f64 hyper_2f1(f64 a, f64 b, f64 c, f64 z)
{
    f64 term = 1, sum = 1, largest = 1;
    for (i64 k = 0; k < TERMS_MOST; k++) {
        f64 ratio = (a + (f64)k) * (b + (f64)k) / ((c + (f64)k) * (f64)(k + 1)) * z;
        term *= ratio;
        sum += term;
        largest = fmax(largest, fabs(term));
        /* From here on terms fall at least as fast as a geometric series. */
        f64 falls = fabs(ratio) > z ? fabs(ratio) : z;
        if (falls < 1 && fabs(term) * falls <= DBL_EPSILON * fabs(sum) * (1 - falls)) {
            bool lost = largest * DBL_EPSILON > 1e-8 * fabs(sum);
            return lost || !isfinite(sum) ? NAN : sum;
        }
    }
    return NAN;
}
