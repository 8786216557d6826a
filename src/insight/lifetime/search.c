/* search.c -- the top of a log-likelihood: NLopt's L-BFGS brings near, Newton's method ends it and
 * says whether it is one.
 *
 * A top is where the matrix of second derivatives (central differences of the gradient) is negative
 * definite, and Newton's next step would gain less than GAIN_LEAST of log-likelihood in all. Its
 * inverse is the covariance of the parameters; their errors are its diagonal's roots.
 */
#include "insight/lifetime/inside.h"

#include <math.h>
#include <nlopt.h>

/* Logarithms of parameters stay within these: what runs to an edge is not found. */
#define EDGE_LOW   (-9.0)
#define EDGE_HIGH  12.0
#define EDGE_NEAR  0.01
#define GAIN_LEAST 1e-7
#define STEP       1e-4

struct matrix {
    f64 at[SEARCH_MOST][SEARCH_MOST];
};

static f64 nlopt_value(unsigned n, const f64 *point, f64 *gradient, void *arg)
{
    const struct search *s = arg;
    f64 own[SEARCH_MOST];
    (void)n;
    f64 value = s->value(s->arg, point, gradient ? gradient : own);
    bool good = isfinite(value);
    for (int i = 0; gradient && i < s->n; i++)
        if (!good || !isfinite(gradient[i])) gradient[i] = 0;
    return good ? value : -1e100;
}

static bool climb(const struct search *s, f64 *point)
{
    nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, (unsigned)s->n);
    f64 value;
    if (!opt) return false;
    nlopt_set_max_objective(opt, nlopt_value, (void *)(uintptr_t)s);
    nlopt_set_lower_bounds1(opt, EDGE_LOW);
    nlopt_set_upper_bounds1(opt, EDGE_HIGH);
    nlopt_set_ftol_rel(opt, 1e-12);
    nlopt_set_maxeval(opt, s->most);
    nlopt_optimize(opt, point, &value); /* whatever it says: Newton looks at where it is */
    nlopt_destroy(opt);
    return true;
}

/* Minus the second derivatives. */
static void curvature(const struct search *s, const f64 *point, struct matrix *out)
{
    f64 up[SEARCH_MOST], down[SEARCH_MOST], at[SEARCH_MOST];
    for (int i = 0; i < s->n; i++) {
        memcpy(at, point, sizeof(at[0]) * (size_t)s->n);
        at[i] = point[i] + STEP;
        s->value(s->arg, at, up);
        at[i] = point[i] - STEP;
        s->value(s->arg, at, down);
        for (int k = 0; k < s->n; k++) out->at[i][k] = (down[k] - up[k]) / (2 * STEP);
    }
    for (int i = 0; i < s->n; i++)
        for (int k = 0; k < i; k++)
            out->at[i][k] = out->at[k][i] = (out->at[i][k] + out->at[k][i]) / 2;
}

/* Cholesky's root; false: m is not positive definite. */
static bool root_of(const struct matrix *m, int n, struct matrix *root)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++) {
            f64 sum = m->at[i][k];
            for (int j = 0; j < k; j++) sum -= root->at[i][j] * root->at[k][j];
            if (i != k) root->at[i][k] = sum / root->at[k][k];
            else if (sum > 1e-12 * m->at[i][i]) root->at[i][i] = sqrt(sum);
            else return false;
        }
    return true;
}

static void solve(const struct matrix *root, int n, const f64 *right, f64 *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = right[i];
        for (int k = 0; k < i; k++) out[i] -= root->at[i][k] * out[k];
        out[i] /= root->at[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++) out[i] -= root->at[k][i] * out[k];
        out[i] /= root->at[i][i];
    }
}

static void errors_of(const struct search *s, const struct matrix *root, f64 *error)
{
    for (int i = 0; i < s->n; i++) {
        f64 unit[SEARCH_MOST] = { 0 }, column[SEARCH_MOST];
        unit[i] = 1;
        solve(root, s->n, unit, column);
        error[i] = sqrt(column[i] / s->weight);
    }
}

/* One step uphill, halved until it is one; false: none is. */
static bool step_up(const struct search *s, f64 *point, f64 *value, f64 *gradient, const f64 *step)
{
    f64 next[SEARCH_MOST], slope[SEARCH_MOST];
    for (int halved = 0; halved < 14; halved++) {
        f64 part = ldexp(1, -halved);
        bool within = true;
        for (int i = 0; i < s->n; i++) {
            next[i] = point[i] + part * step[i];
            within &= next[i] > EDGE_LOW && next[i] < EDGE_HIGH;
        }
        f64 there = within ? s->value(s->arg, next, slope) : NAN;
        if (!(there >= *value)) continue;
        memcpy(point, next, sizeof(next[0]) * (size_t)s->n);
        memcpy(gradient, slope, sizeof(slope[0]) * (size_t)s->n);
        *value = there;
        return true;
    }
    return false;
}

static bool at_edge(const struct search *s, const f64 *point)
{
    for (int i = 0; i < s->n; i++)
        if (point[i] < EDGE_LOW + EDGE_NEAR || point[i] > EDGE_HIGH - EDGE_NEAR) return true;
    return false;
}

enum fit_state search_top(const struct search *s, const f64 *start, f64 *top, f64 *value,
                          f64 *error)
{
    f64 gradient[SEARCH_MOST], step[SEARCH_MOST];
    struct matrix m, root = { 0 };
    memcpy(top, start, sizeof(top[0]) * (size_t)s->n);
    if (!climb(s, top)) return FIT_NOT_FOUND;
    if (at_edge(s, top)) return FIT_AT_EDGE;
    *value = s->value(s->arg, top, gradient);
    for (int round = 0; round < 50 && isfinite(*value); round++) {
        curvature(s, top, &m);
        if (!root_of(&m, s->n, &root)) return FIT_NOT_FOUND;
        solve(&root, s->n, gradient, step);
        f64 gain = 0;
        for (int i = 0; i < s->n; i++) gain += gradient[i] * step[i];
        if (gain * s->weight / 2 < GAIN_LEAST) {
            errors_of(s, &root, error);
            return at_edge(s, top) ? FIT_AT_EDGE : FIT_FOUND;
        }
        if (!step_up(s, top, value, gradient, step)) return FIT_NOT_FOUND;
    }
    return FIT_NOT_FOUND;
}
