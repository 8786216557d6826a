/* spend.c -- Gamma-Gamma: what a purchase is worth, fitted to the mean repeat of each who bought
 * again. */
#include "insight/lifetime/inside.h"

#include <math.h>
#include <stdlib.h>

/* What depends on x alone, for as long as x stays the same: rows come by x. */
struct spend_by_x {
    i32 x;
    f64 log, p, q; /* and slopes */
};

static struct spend_by_x spend_by_x_of(const struct gamma_gamma *m, i32 x)
{
    f64 px = m->p * x, both = digamma(px + m->q);
    return (struct spend_by_x){
        x, log_gamma(px + m->q) - log_gamma(px) - log_gamma(m->q) + m->q * log(m->v) + px * log(x),
        x * (both - digamma(px) + log(x)), both - digamma(m->q) + log(m->v)
    };
}

/* Mean over all rows; gradient by the logarithms of p, q, v. */
static f64 spend_mean_of(const struct spend_sample *s, const struct gamma_gamma *m, f64 *gradient)
{
    f64 sum = 0, by_p = 0, by_q = 0, by_v = 0;
    struct spend_by_x of = { 0 };
    for (i64 i = 0; i < s->n; i++) {
        const struct spend_row *row = &s->at[i];
        if (row->x != of.x) of = spend_by_x_of(m, row->x);
        f64 px = m->p * row->x, total = m->v + row->x * row->mean, log_total = log(total),
            log_mean = log(row->mean);
        sum += of.log + (px - 1) * log_mean - (px + m->q) * log_total;
        by_p += of.p + row->x * (log_mean - log_total);
        by_q += of.q - log_total;
        by_v += m->q / m->v - (px + m->q) / total;
    }
    gradient[0] = by_p * m->p / (f64)s->n;
    gradient[1] = by_q * m->q / (f64)s->n;
    gradient[2] = by_v * m->v / (f64)s->n;
    return sum / (f64)s->n;
}

static f64 spend_value_at(void *arg, const f64 *point, f64 *gradient)
{
    struct gamma_gamma m = { exp(point[0]), exp(point[1]), exp(point[2]) };
    return spend_mean_of(arg, &m, gradient);
}

f64 spend_log_likelihood(const struct gamma_gamma *m, const struct spend_sample *s)
{
    f64 gradient[3];
    return s->n ? spend_mean_of(s, m, gradient) * (f64)s->n : 0;
}

static int spend_order(const void *x, const void *y)
{
    const struct spend_row *a = x, *b = y;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return a->mean < b->mean ? -1 : a->mean > b->mean;
}

enum fit_state spend_fit(const struct spend_sample *s, struct spend_fit *out)
{
    f64 mean = 0, top[3], error[3], value = 0;
    *out = (struct spend_fit){ 0 };
    if (s->n < FIT_REPEATERS) return FIT_TOO_FEW;
    qsort(s->at, (size_t)s->n, sizeof(s->at[0]), spend_order);
    for (i64 i = 0; i < s->n; i++) mean += s->at[i].mean / (f64)s->n;
    struct spend_sample sample = *s;
    struct search search = { 3, (f64)s->n, spend_value_at, &sample, 500 };
    const struct gamma_gamma starts[] = { { 6, 4, mean / 2 }, { 1, 10, mean * 9 } };
    enum fit_state state = FIT_NOT_FOUND;
    for (i64 i = 0; i < COUNT(starts) && state != FIT_FOUND; i++) {
        f64 start[3] = { log(starts[i].p), log(starts[i].q), log(starts[i].v) };
        state = search_top(&search, start, top, &value, error);
    }
    if (state != FIT_FOUND) return state;
    out->at = (struct gamma_gamma){ exp(top[0]), exp(top[1]), exp(top[2]) };
    out->log_likelihood = value * (f64)s->n;
    return FIT_FOUND;
}

f64 spend_expected(const struct gamma_gamma *m, i64 x, f64 mean)
{
    f64 less = m->p * (f64)x + m->q - 1;
    return less > 0 ? m->p * (m->v + (x ? (f64)x * mean : 0)) / less : NAN;
}

f64 spend_correlation(const struct spend_sample *s)
{
    f64 x = 0, y = 0, xx = 0, yy = 0, xy = 0, n = (f64)s->n;
    for (i64 i = 0; i < s->n; i++) {
        x += s->at[i].x / n;
        y += s->at[i].mean / n;
    }
    for (i64 i = 0; i < s->n; i++) {
        f64 dx = s->at[i].x - x, dy = s->at[i].mean - y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}
