/* planning.c -- how many units an arm needs. */
#include <math.h>

#include "insight/experiment/comparison.h"
#include "insight/experiment/distribution.h"

static f64 alpha_each(struct plan_terms t)
{
    return t.alpha / (f64)(t.comparisons > 1 ? t.comparisons : 1);
}

i64 plan_rates(f64 base, f64 target, struct plan_terms t)
{
    f64 change = target - base, mean = (base + target) / 2;
    if (!(base > 0 && base < 1 && target > 0 && target < 1) || change == 0) return 0;
    f64 both = normal_quantile_above(alpha_each(t) / 2) * sqrt(2 * mean * (1 - mean)) +
               normal_quantile_above(1 - t.power) * sqrt(base * (1 - base) + target * (1 - target));
    f64 n = ceil(both * both / (change * change));
    return n >= (f64)PLAN_MAX ? PLAN_MAX : (i64)n;
}

/* The density of S = sqrt(X / df), X being chi-square, at s. */
static f64 spread_density(f64 s, f64 df)
{
    f64 a = df / 2;
    return exp(log(2) + a * log(a) - lgamma(a) + (df - 1) * log(s) - a * s * s);
}

/* P(|T'| > t): over the spread of the standard error, the normal tails. Simpson's rule over all of
 * S that matters; beyond a million degrees of freedom S is 1. */
f64 power_of_means(i64 n, f64 difference, f64 deviation, f64 alpha)
{
    enum { STEPS = 2000 };
    if (n < 2 || !(deviation > 0)) return 0;
    f64 df = 2.0 * (f64)n - 2, shift = fabs(difference) / deviation * sqrt((f64)n / 2);
    if (df > 1e6) {
        f64 z = normal_quantile_above(alpha / 2);
        return normal_above(z - shift) + normal_below(-z - shift);
    }
    f64 t = student_quantile_two_sided(alpha, df), wide = 12 / sqrt(2 * df);
    f64 from = fmax(1e-9, 1 - wide), to = 1 + wide, step = (to - from) / STEPS, sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        f64 s = from + i * step;
        f64 tails = normal_above(t * s - shift) + normal_below(-t * s - shift);
        sum += (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2) * spread_density(s, df) * tails;
    }
    return sum * step / 3;
}

/* The least n with the power; power rises with n, so the bracket from the normal approximation is
 * halved. */
i64 plan_means(f64 difference, f64 deviation, struct plan_terms t)
{
    if (difference == 0 || !(deviation > 0)) return 0;
    f64 alpha = alpha_each(t), effect = fabs(difference) / deviation;
    f64 z = normal_quantile_above(alpha / 2) + normal_quantile_above(1 - t.power);
    f64 guess = 2 * z * z / (effect * effect);
    if (guess >= (f64)PLAN_MAX) return PLAN_MAX;
    i64 low = 1, high = (i64)guess + 2; /* the power at low is too little */
    while (power_of_means(high, difference, deviation, alpha) < t.power) low = high, high *= 2;
    while (high - low > 1) {
        i64 middle = low + (high - low) / 2;
        if (power_of_means(middle, difference, deviation, alpha) < t.power) low = middle;
        else high = middle;
    }
    return high;
}
