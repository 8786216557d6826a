/* comparison.c -- two arms compared: rates, means, at any time; shares of arms; several at once. */
#include "insight/experiment/comparison.h"

#include <assert.h>
#include <math.h>

#include "insight/experiment/distribution.h"

/* -- intervals of one arm ---------------------------------------------------------------------- */

bool wilson(struct hits h, f64 alpha, struct interval *out)
{
    *out = (struct interval){ 0 };
    if (h.n <= 0) return false;
    f64 n = (f64)h.n, p = (f64)h.hits / n, z = normal_quantile_above(alpha / 2), z2 = z * z;
    f64 middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    f64 half = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    /* exactly 0 and 1 at the ends, where rounding would leave a trace */
    out->low = h.hits == 0 ? 0 : middle - half;
    out->high = h.hits == h.n ? 1 : middle + half;
    return true;
}

bool mean_interval(struct sample s, f64 alpha, struct interval *out)
{
    *out = (struct interval){ 0 };
    if (s.n < 2) return false;
    f64 half = student_quantile_two_sided(alpha, (f64)(s.n - 1)) * sqrt(s.variance / (f64)s.n);
    *out = (struct interval){ s.mean - half, s.mean + half };
    return true;
}

/* -- at any time ------------------------------------------------------------------------------- */

f64 always_valid_p(f64 diff, f64 variance, f64 tau)
{
    f64 tau2 = tau * tau, both = variance + tau2;
    f64 log_l = 0.5 * log(variance / both) + diff * diff * tau2 / (2 * variance * both);
    return log_l <= 0 ? 1 : exp(-log_l);
}

struct interval always_valid_interval(f64 diff, f64 variance, f64 tau, f64 alpha)
{
    f64 tau2 = tau * tau, both = variance + tau2;
    f64 half = sqrt(variance * both / tau2 * log(both / (alpha * alpha * variance)));
    return (struct interval){ diff - half, diff + half };
}

/* -- two arms ---------------------------------------------------------------------------------- */

/* ratio of a to b less one, with the interval by the standard error of its logarithm. */
static void put_lift(struct compared *out, f64 ratio, f64 log_error, f64 quantile)
{
    out->lifted = true;
    out->lift = ratio - 1;
    out->lift_ci = (struct interval){ ratio * exp(-quantile * log_error) - 1,
                                      ratio * exp(quantile * log_error) - 1 };
}

static void put_always(struct compared *out, f64 variance, f64 tau, f64 unit_variance, f64 alpha)
{
    f64 width = tau > 0 ? tau : TAU_SHARE * sqrt(unit_variance);
    out->always_p = out->small ? 1 : always_valid_p(out->diff, variance, width);
    out->always_ci = always_valid_interval(out->diff, variance, width, alpha);
}

static bool few(struct hits h) { return h.hits < SMALL_HITS || h.n - h.hits < SMALL_HITS; }

void compare_rates(struct hits a, struct hits b, f64 alpha, f64 tau, struct compared *out)
{
    *out = (struct compared){ 0 };
    if (a.n <= 0 || b.n <= 0) return;
    f64 na = (f64)a.n, nb = (f64)b.n, pa = (f64)a.hits / na, pb = (f64)b.hits / nb;
    f64 pooled = (f64)(a.hits + b.hits) / (na + nb), spread = pooled * (1 - pooled);
    f64 quantile = normal_quantile_above(alpha / 2);
    out->diff_known = true;
    out->diff = pa - pb;
    out->small = few(a) || few(b);
    if (a.hits + b.hits == 0 || a.hits + b.hits == a.n + b.n) return; /* no spread */
    out->defined = true;
    f64 pooled_variance = spread * (1 / na + 1 / nb);
    f64 variance = pa * (1 - pa) / na + pb * (1 - pb) / nb;
    out->statistic = out->diff / sqrt(pooled_variance);
    out->p = 2 * normal_above(fabs(out->statistic));
    f64 half = quantile * sqrt(variance);
    out->ci = (struct interval){ out->diff - half, out->diff + half };
    if (a.hits > 0 && b.hits > 0)
        put_lift(out, pa / pb, sqrt((1 - pa) / (f64)a.hits + (1 - pb) / (f64)b.hits), quantile);
    put_always(out, pooled_variance, tau, spread, alpha);
}

void compare_means(struct sample a, struct sample b, f64 alpha, f64 tau, struct compared *out)
{
    *out = (struct compared){ 0 };
    if (a.n <= 0 || b.n <= 0) return;
    out->diff_known = true;
    out->diff = a.mean - b.mean;
    out->small = a.n < SMALL_UNITS || b.n < SMALL_UNITS;
    if (a.n < 2 || b.n < 2) return;
    f64 na = (f64)a.n, nb = (f64)b.n, va = a.variance / na, vb = b.variance / nb;
    f64 variance = va + vb;
    if (!(variance > 0)) return; /* no spread */
    out->defined = true;
    out->statistic = out->diff / sqrt(variance);
    out->df = variance * variance / (va * va / (na - 1) + vb * vb / (nb - 1));
    out->p = student_two_sided(out->statistic, out->df);
    f64 quantile = student_quantile_two_sided(alpha, out->df), half = quantile * sqrt(variance);
    out->ci = (struct interval){ out->diff - half, out->diff + half };
    if (a.mean > 0 && b.mean > 0)
        put_lift(out, a.mean / b.mean, sqrt(va / (a.mean * a.mean) + vb / (b.mean * b.mean)),
                 quantile);
    f64 unit = ((na - 1) * a.variance + (nb - 1) * b.variance) / (na + nb - 2);
    put_always(out, variance, tau, unit, alpha);
}

/* -- several comparisons ----------------------------------------------------------------------- */

void holm(const f64 *p, i64 n, f64 *adjusted)
{
    bool done[HOLM_MAX] = { false };
    f64 before = 0;
    assert(n <= HOLM_MAX);
    for (i64 step = 0; step < n; step++) {
        i64 least = -1;
        for (i64 i = 0; i < n; i++)
            if (!done[i] && (least < 0 || p[i] < p[least])) least = i;
        f64 value = fmin(1, p[least] * (f64)(n - step));
        before = fmax(before, value);
        adjusted[least] = before;
        done[least] = true;
    }
}

/* -- shares of arms ---------------------------------------------------------------------------- */

void check_shares(const i64 *counts, const i64 *weights, i64 n, struct share_check *out)
{
    i64 all = 0, weight = 0, arms = 0;
    bool astray = false;
    *out = (struct share_check){ 0 };
    for (i64 i = 0; i < n; i++) {
        all += counts[i];
        weight += weights[i];
        arms += weights[i] > 0;
        astray |= weights[i] == 0 && counts[i] > 0;
    }
    out->warn = astray;
    if (arms < 2 || all == 0) return;
    for (i64 i = 0; i < n; i++) {
        if (weights[i] == 0) continue;
        f64 expected = (f64)all * (f64)weights[i] / (f64)weight;
        f64 off = (f64)counts[i] - expected;
        out->chi2 += off * off / expected;
    }
    out->defined = true;
    out->df = arms - 1;
    out->p = chi_square_above(out->chi2, (f64)out->df);
    out->warn |= out->p < SRM_LIMIT;
}

/* -- guardrails -------------------------------------------------------------------------------- */

enum guardrail_state guardrail_judge(const struct compared *c, bool more_is_better, f64 margin)
{
    if (!c->defined) return GUARDRAIL_UNKNOWN;
    f64 worst = more_is_better ? -c->ci.low : c->ci.high; /* how much worse it may be */
    f64 least = more_is_better ? -c->ci.high : c->ci.low; /* how much worse it is at least */
    if (least > 0) return GUARDRAIL_HARMED;
    return worst < margin || worst <= 0 ? GUARDRAIL_SAFE : GUARDRAIL_OPEN;
}
