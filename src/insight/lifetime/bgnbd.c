/* bgnbd.c -- BG/NBD: the likelihood of all members and its slope, alive, expected purchases.
 *
 * What must stay quick: a fit asks for the likelihood some hundred times. So members with the same
 * x, t_x and T are one row; what depends on x alone and the logarithms of alpha + t are tables
 * made once a call; a row costs one exponential and one logarithm.
 */
#include "insight/lifetime/inside.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

CHOICE_DEFINE(fit_state, "found", "too_few", "not_found", "at_edge");

/* -- rows ------------------------------------------------------------------------------------- */

static int row_order(const void *x, const void *y)
{
    const struct lifetime_row *a = x, *b = y;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    if (a->last != b->last) return a->last < b->last ? -1 : 1;
    return a->age < b->age ? -1 : a->age > b->age;
}

void lifetime_join(struct lifetime_sample *s)
{
    i64 n = 0;
    if (s->n) qsort(s->at, (size_t)s->n, sizeof(s->at[0]), row_order);
    s->members = 0;
    for (i64 i = 0; i < s->n; i++) {
        s->members += s->at[i].n;
        if (n && row_order(&s->at[n - 1], &s->at[i]) == 0) s->at[n - 1].n += s->at[i].n;
        else s->at[n++] = s->at[i];
    }
    s->n = n;
}

/* -- likelihood ------------------------------------------------------------------------------- */

/* By x: log of  B(a, b+x)/B(a,b) G(r+x)/G(r) / alpha^x  and its slopes, as running sums: exact for
 * large parameters too, where differences of log-gammas are not. */
struct by_x {
    f64 log, r, a, b; /* slopes by r, a, b; the one by alpha is -x/alpha */
};
/* By t in ticks: log(1 + t/alpha), and 1/(alpha + t). */
struct by_time {
    f64 log, slope;
};
struct sums {
    const struct lifetime_sample *sample;
    struct by_x *x;
    struct by_time *time;
    i64 x_most, time_most;
};

static struct sums sums_new(struct arena *a, const struct lifetime_sample *s)
{
    struct sums out = { .sample = s };
    for (i64 i = 0; i < s->n; i++) {
        assert(s->at[i].x >= 0 && s->at[i].last <= s->at[i].age);
        if (s->at[i].x > out.x_most) out.x_most = s->at[i].x;
        if (s->at[i].age > out.time_most) out.time_most = s->at[i].age;
    }
    out.x = NEWS(a, struct by_x, out.x_most + 1);
    out.time = NEWS(a, struct by_time, out.time_most + 1);
    return out;
}

static void sums_fill(struct sums *s, const struct bgnbd *m)
{
    struct by_x at = { 0 };
    for (i64 x = 0; x <= s->x_most; x++) {
        f64 k = (f64)x, r = m->r + k, b = m->b + k, ab = m->a + m->b + k;
        s->x[x] = at;
        at.log += log(r / m->alpha) + log(b / ab);
        at.r += 1 / r;
        at.a -= 1 / ab;
        at.b += 1 / b - 1 / ab;
    }
    for (i64 t = 0; t <= s->time_most; t++) {
        f64 time = (f64)t / s->sample->unit;
        s->time[t] = (struct by_time){ log1p(time / m->alpha), 1 / (m->alpha + time) };
    }
}

/* Mean over all members; gradient by the logarithms of r, alpha, a, b. */
static f64 mean_of(struct sums *s, const struct bgnbd *m, f64 *gradient)
{
    struct bgnbd slope = { 0 };
    f64 sum = 0;
    sums_fill(s, m);
    for (i64 i = 0; i < s->sample->n; i++) {
        const struct lifetime_row *row = &s->sample->at[i];
        const struct by_x *x = &s->x[row->x];
        const struct by_time *age = &s->time[row->age], *last = &s->time[row->last];
        f64 n = row->n, k = row->x, r = m->r + k, left = 0;
        f64 value = x->log - r * age->log, log_mean = age->log, inverse = age->slope;
        if (row->x) {
            /* Left after his last purchase, against stayed to the end. */
            f64 gap = log(m->a / (m->b + k - 1)) + r * (age->log - last->log);
            if (gap > 0) {
                f64 other = exp(-gap);
                left = 1 / (1 + other);
                value += gap + log1p(other);
            } else {
                f64 odds = exp(gap);
                left = odds / (1 + odds);
                value += log1p(odds);
            }
            log_mean = left * last->log + (1 - left) * age->log;
            inverse = left * last->slope + (1 - left) * age->slope;
            slope.a += n * left / m->a;
            slope.b -= n * left / (m->b + k - 1);
        }
        sum += n * value;
        slope.r += n * (x->r - log_mean);
        slope.alpha += n * (m->r / m->alpha - r * inverse);
        slope.a += n * x->a;
        slope.b += n * x->b;
    }
    f64 members = (f64)s->sample->members;
    gradient[0] = slope.r * m->r / members;
    gradient[1] = slope.alpha * m->alpha / members;
    gradient[2] = slope.a * m->a / members;
    gradient[3] = slope.b * m->b / members;
    return sum / members;
}

static struct bgnbd of_logs(const f64 *point)
{
    return (struct bgnbd){ exp(point[0]), exp(point[1]), exp(point[2]), exp(point[3]) };
}

static f64 value_at(void *arg, const f64 *point, f64 *gradient)
{
    struct bgnbd m = of_logs(point);
    return mean_of(arg, &m, gradient);
}

f64 bgnbd_log_likelihood(struct arena *a, const struct bgnbd *m, const struct lifetime_sample *s)
{
    f64 gradient[4];
    struct sums sums = sums_new(a, s);
    return s->members ? mean_of(&sums, m, gradient) * (f64)s->members : 0;
}

enum fit_state bgnbd_fit(struct arena *a, const struct lifetime_sample *s, struct bgnbd_fit *out)
{
    f64 again = 0, ages = 0, top[4], error[4], value = 0;
    for (i64 i = 0; i < s->n; i++) {
        again += s->at[i].x ? s->at[i].n : 0;
        ages += (f64)s->at[i].n * (f64)s->at[i].age / s->unit;
    }
    *out = (struct bgnbd_fit){ 0 };
    if (s->members < FIT_MEMBERS || again < FIT_REPEATERS) return FIT_TOO_FEW;
    f64 age = fmax(ages / (f64)s->members, 1 / s->unit);
    const struct bgnbd starts[] = { { .5, age / 4, 1, 2.5 },
                                    { 2, age, .3, 1 },
                                    { .1, age / 20, 2, 2 } };
    struct sums sums = sums_new(a, s);
    struct search search = { 4, (f64)s->members, value_at, &sums, 500 };
    enum fit_state state = FIT_NOT_FOUND;
    for (i64 i = 0; i < COUNT(starts) && state != FIT_FOUND; i++) {
        const struct bgnbd *m = &starts[i];
        f64 start[4] = { log(m->r), log(m->alpha), log(m->a), log(m->b) };
        state = search_top(&search, start, top, &value, error);
    }
    if (state != FIT_FOUND) return state;
    out->at = of_logs(top);
    out->error = (struct bgnbd){ out->at.r * error[0], out->at.alpha * error[1],
                                 out->at.a * error[2], out->at.b * error[3] };
    out->log_likelihood = value * (f64)s->members;
    return FIT_FOUND;
}

/* -- one member ------------------------------------------------------------------------------- */

f64 bgnbd_alive(const struct bgnbd *m, i64 x, f64 last, f64 age)
{
    if (x == 0) return 1;
    f64 k = (f64)x;
    f64 gap = log(m->a / (m->b + k - 1)) + (m->r + k) * log((m->alpha + age) / (m->alpha + last));
    return 1 / (1 + exp(gap)); /* exp may be infinite: then 0 */
}

/* log(1 + exp y), where exp y is past all bounds too. */
static f64 soft(f64 y) { return y > 40 ? y : log1p(exp(y)); }

/* The mean over p ~ Beta(a, b + x) of (1 - (1 + p u)^-s) / p with s = r + x, u = t/(alpha + T), by
 * the trapezoid rule over y = log(p/(1-p)), where the integrand is analytic and falls
 * exponentially. Far out p is 0 or 1 and what is left is a geometric series: a small a or b makes
 * it long. */
f64 bgnbd_of_the_living_slowly(const struct bgnbd *m, i64 x, f64 age, f64 t)
{
    f64 a = m->a, b = m->b + (f64)x, s = m->r + (f64)x, u = t / (m->alpha + age);
    f64 step = fmin(0.25, sqrt(1 / a + 1 / b) / 4), middle = log(a / b), far = 40 + log1p(u);
    f64 peak = -a * soft(-middle) - b * soft(middle), sum = 0, weights = 0;
    for (int side = -1; side <= 1; side += 2)
        for (i64 i = side > 0; i < 2000000; i++) {
            f64 y = middle + (f64)side * (f64)i * step;
            f64 weight = exp(-a * soft(-y) - b * soft(y) - peak);
            f64 p = 1 / (1 + exp(-y));
            if (weight < 1e-20) break;
            bool rest = (f64)side * y > far;
            if (rest) weight /= -expm1(-(side < 0 ? a : b) * step);
            weights += weight;
            sum += weight * (p * u < 1e-12 ? s * u : -expm1(-s * log1p(p * u)) / p);
            if (rest) break;
        }
    return sum / weights;
}

/* Equation 10 without its denominator is  C/(a-1) [1 - (1-z)^s 2F1(s, b+x; C; z)]  with C = a+b+x-1
 * and z = t/(alpha+T+t). By Euler's transformation (1-z)^s 2F1(s, b+x; C; z) =
 * (1-z)^(a-1) 2F1(A, a-1; C; z) with A = a+b-1-r, whose series converges at z = 1 too. Divided by
 * a - 1 term by term it stays exact where a is near 1, multiplied by C where C is near 0:
 *     (1-z)^(a-1) = 1 + (a-1) E            2F1 = 1 + (a-1)/C G
 *     expected    = -(C E + G + (a-1) E G)
 * Where the terms cancel or do not end soon, the integral is taken. */
f64 bgnbd_of_the_living(const struct bgnbd *m, i64 x, f64 age, f64 t)
{
    f64 a = m->a, whole = a + m->b + (f64)x - 1, upper = a + m->b - 1 - m->r;
    f64 z = t / (m->alpha + age + t), fall = log1p(-z);
    f64 power = fabs((a - 1) * fall) < 1e-14 ? fall : expm1((a - 1) * fall) / (a - 1);
    f64 term = upper * z, sum = term, largest = fmax(fabs(term), fabs(whole * power));
    bool ended = false;
    for (i64 k = 1; k < 3000 && !ended; k++) {
        f64 n = (f64)k, ratio = (upper + n) * (a + n - 1) / ((whole + n) * (n + 1)) * z;
        term *= ratio;
        sum += term;
        largest = fmax(largest, fabs(term));
        f64 falls = fmax(fabs(ratio), z);
        ended = falls < 1 && fabs(term) * falls <= DBL_EPSILON * fabs(sum) * (1 - falls);
    }
    f64 expected = -(whole * power + sum + (a - 1) * power * sum);
    f64 worst = fmax(largest, fabs((a - 1) * power * sum));
    if (t <= 0) return 0;
    if (ended && isfinite(worst) && worst * DBL_EPSILON < 1e-11 * fabs(expected)) return expected;
    return bgnbd_of_the_living_slowly(m, x, age, t);
}

f64 bgnbd_expected(const struct bgnbd *m, i64 x, f64 last, f64 age, f64 t)
{
    return bgnbd_alive(m, x, last, age) * bgnbd_of_the_living(m, x, age, t);
}

f64 lifetime_value(const struct bgnbd *m, f64 unit, i64 x, i64 last, i64 age, i64 horizon, f64 rate,
                   f64 mean)
{
    f64 since = (f64)age / unit, sum = 0, before = 0;
    i64 step = rate > 0 ? 30 : horizon;
    for (i64 from = 0; from < horizon; from += step) {
        i64 to = from + step < horizon ? from + step : horizon;
        f64 all = bgnbd_of_the_living(m, x, since, (f64)to / unit);
        sum += (all - before) * pow(1 + rate, -(f64)(from + to) / 2 / 365);
        before = all;
    }
    return sum * bgnbd_alive(m, x, (f64)last / unit, since) * mean;
}
