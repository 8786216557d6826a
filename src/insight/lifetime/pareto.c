/* pareto.c -- Pareto/NBD, the check beside BG/NBD: members may leave at any time, not only after a
 * purchase. */
#include "insight/lifetime/inside.h"

#include <math.h>

/* log of 2F1(w, b; w + 1; z) / (m + t)^w, w = r + s + x: one end of the integral over the moment of
 * leaving (equations 20 and 21 of the note). */
static f64 end_at(const struct pareto_nbd *m, f64 x, f64 t)
{
    f64 w = m->r + m->s + x, high = fmax(m->alpha, m->beta), low = fmin(m->alpha, m->beta);
    f64 b = m->alpha >= m->beta ? m->s + 1 : m->r + x;
    return log(hyper_2f1(w, b, w + 1, (high - low) / (high + t))) - w * log(high + t);
}

/* Logs of: stayed until T; left between t_x and T. Both lack what they share. */
struct two_ways {
    f64 stayed, left;
};
static struct two_ways ways_of(const struct pareto_nbd *m, f64 x, f64 end_last, f64 age)
{
    return (struct two_ways){ -(m->r + x) * log(m->alpha + age) - m->s * log(m->beta + age),
                              log(m->s / (m->r + m->s + x)) +
                                  log_less(end_last, end_at(m, x, age)) };
}

f64 pareto_log_likelihood(const struct pareto_nbd *m, const struct lifetime_sample *s)
{
    f64 sum = 0, end_last = 0, shared = 0;
    for (i64 i = 0; i < s->n && !isnan(sum); i++) {
        const struct lifetime_row *row = &s->at[i];
        f64 x = row->x;
        bool same = i && row->x == row[-1].x;
        if (!same)
            shared =
                log_gamma(m->r + x) - log_gamma(m->r) + m->r * log(m->alpha) + m->s * log(m->beta);
        if (!same || row->last != row[-1].last) end_last = end_at(m, x, row->last / s->unit);
        struct two_ways way = ways_of(m, x, end_last, row->age / s->unit);
        sum += row->n * (shared + log_add(way.stayed, way.left));
    }
    return sum;
}

f64 pareto_alive(const struct pareto_nbd *m, i64 x, f64 last, f64 age)
{
    struct two_ways way = ways_of(m, (f64)x, end_at(m, (f64)x, last), age);
    return 1 / (1 + exp(way.left - way.stayed));
}

static struct pareto_nbd of_logs(const f64 *point)
{
    return (struct pareto_nbd){ exp(point[0]), exp(point[1]), exp(point[2]), exp(point[3]) };
}

#define STEP 1e-5

static f64 pareto_value_at(void *arg, const f64 *point, f64 *gradient)
{
    const struct lifetime_sample *s = arg;
    f64 at[4], members = (f64)s->members;
    for (int i = 0; i < 4; i++) {
        memcpy(at, point, sizeof(at));
        at[i] = point[i] + STEP;
        struct pareto_nbd up = of_logs(at);
        at[i] = point[i] - STEP;
        struct pareto_nbd down = of_logs(at);
        gradient[i] = (pareto_log_likelihood(&up, s) - pareto_log_likelihood(&down, s)) /
                      (2 * STEP * members);
    }
    struct pareto_nbd m = of_logs(point);
    return pareto_log_likelihood(&m, s) / members;
}

enum fit_state pareto_fit(const struct lifetime_sample *s, struct pareto_fit *out)
{
    f64 again = 0, ages = 0, top[4], error[4], value = 0;
    struct lifetime_sample sample = *s;
    *out = (struct pareto_fit){ 0 };
    for (i64 i = 0; i < s->n; i++) {
        again += s->at[i].x ? s->at[i].n : 0;
        ages += (f64)s->at[i].n * (f64)s->at[i].age / s->unit;
    }
    if (s->members < FIT_MEMBERS || again < FIT_REPEATERS) return FIT_TOO_FEW;
    f64 age = fmax(ages / (f64)s->members, 1 / s->unit);
    struct search search = { 4, (f64)s->members, pareto_value_at, &sample, 60 };
    f64 start[4] = { log(.5), log(age / 3), log(.5), log(age / 3) };
    enum fit_state state = search_top(&search, start, top, &value, error);
    if (state != FIT_FOUND) return state;
    out->at = of_logs(top);
    out->log_likelihood = value * (f64)s->members;
    return FIT_FOUND;
}
