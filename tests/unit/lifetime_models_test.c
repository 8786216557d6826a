/* lifetime_models_test.c -- the models of lifetime against brute integration over their mixing
 * distributions, published figures, and simulated members whose parameters are known. */
#include "base/clock.h"
#include "test.h"

#include <math.h>

#include "insight/lifetime/inside.h"

#define NEAR(got, want, within) check_near((got), (want), (within), #got, __LINE__)
static void check_near(f64 got, f64 want, f64 within, const char *what, int line)
{
    if (fabs(got - want) <= within * fmax(1, fabs(want))) return;
    print_error("line %d: %s is %.12g, expected %.12g\n", line, what, got, want);
    CHECK(!"near");
}

/* -- the naive twins: sums over a grid of log lambda and logit p (log mu) -----------------------
 */

#define GRID 700
/* log lambda of a gamma(shape, rate), by the density of log lambda; far enough for small shapes. */
struct grid {
    f64 at[GRID], weight[GRID];
};
static void grid_gamma(struct grid *g, f64 shape, f64 rate)
{
    f64 low = log(shape / rate) - 40 / fmin(shape, 1), high = log((shape + 60) / rate);
    for (int i = 0; i < GRID; i++) {
        f64 y = low + (high - low) * (i + .5) / GRID;
        g->at[i] = exp(y);
        g->weight[i] = exp(shape * log(rate) - lgamma(shape) + shape * y - rate * g->at[i]) *
                       (high - low) / GRID;
    }
}
static void grid_beta(struct grid *g, f64 a, f64 b)
{
    f64 low = -40 / fmin(a, 1), high = 40 / fmin(b, 1);
    for (int i = 0; i < GRID; i++) {
        f64 y = low + (high - low) * (i + .5) / GRID;
        g->at[i] = 1 / (1 + exp(-y));
        g->weight[i] =
            exp(lgamma(a + b) - lgamma(a) - lgamma(b) - a * log1p(exp(-y)) - b * log1p(exp(y))) *
            (high - low) / GRID;
    }
}

struct naive {
    f64 likelihood, alive, expected; /* alive, expected in t: given the history */
};

/* A member buys at rate lambda, and after each repeat leaves with chance p. */
static struct naive naive_bgnbd(const struct bgnbd *m, i64 x, f64 last, f64 age, f64 t)
{
    static struct grid lambda, p;
    struct naive out = { 0 };
    grid_gamma(&lambda, m->r, m->alpha);
    grid_beta(&p, m->a, m->b);
    for (int i = 0; i < GRID; i++)
        for (int k = 0; k < GRID; k++) {
            f64 l = lambda.at[i], q = p.at[k], weight = lambda.weight[i] * p.weight[k];
            f64 stayed = pow(1 - q, (f64)x) * pow(l, (f64)x) * exp(-l * age);
            f64 left = x ? q * pow(1 - q, (f64)x - 1) * pow(l, (f64)x) * exp(-l * last) : 0;
            out.likelihood += weight * (stayed + left);
            out.alive += weight * stayed;
            out.expected += weight * stayed * (q * l * t < 1e-9 ? l * t : -expm1(-l * q * t) / q);
        }
    out.alive /= out.likelihood;
    out.expected /= out.likelihood;
    return out;
}

static struct naive naive_pareto(const struct pareto_nbd *m, i64 x, f64 last, f64 age)
{
    static struct grid lambda, mu;
    struct naive out = { 0 };
    grid_gamma(&lambda, m->r, m->alpha);
    grid_gamma(&mu, m->s, m->beta);
    for (int i = 0; i < GRID; i++)
        for (int k = 0; k < GRID; k++) {
            f64 l = lambda.at[i], d = mu.at[k], weight = lambda.weight[i] * mu.weight[k];
            f64 stayed = pow(l, (f64)x) * exp(-(l + d) * age);
            f64 left = pow(l, (f64)x) * d / (l + d) * (exp(-(l + d) * last) - exp(-(l + d) * age));
            out.likelihood += weight * (stayed + left);
            out.alive += weight * stayed;
        }
    out.alive /= out.likelihood;
    return out;
}

static const struct bgnbd some_bgnbd[] = {
    { .243, 4.414, .793, 2.426 }, { 2, 3, 1, 1 }, { .7, 10, .3, .4 }, { 5, 2, 3, 8 },
    { 1.5, 6, 1.0001, .5 },
};
static const struct {
    i64 x;
    f64 last, age, t;
} some_lives[] = { { 0, 0, 20, 10 },  { 2, 30.43, 38.86, 39 }, { 1, 3, 25, 5 },
                   { 6, 24, 25, 52 }, { 0, 0, 0, 30 },         { 3, 1, 30, 100 } };

TEST(likelihoods_are_those_of_the_mixture)
{
    struct ctx *c = test_ctx();
    for (i64 i = 0; i < COUNT(some_bgnbd); i++)
        for (i64 k = 0; k < COUNT(some_lives); k++) {
            struct lifetime_row row = { (i32)some_lives[k].x, (i32)lround(some_lives[k].last * 100),
                                        (i32)lround(some_lives[k].age * 100), 3 };
            struct lifetime_sample s = { &row, 1, 3, 100 };
            struct naive n = naive_bgnbd(&some_bgnbd[i], row.x, row.last / 100., row.age / 100., 1);
            NEAR(bgnbd_log_likelihood(c->arena, &some_bgnbd[i], &s), 3 * log(n.likelihood), 1e-6);
        }
    const struct pareto_nbd paretos[] = { { .553, 10.578, .606, 11.669 }, { 2, 8, 1, 3 } };
    for (i64 i = 0; i < COUNT(paretos); i++)
        for (i64 k = 0; k < COUNT(some_lives); k++) {
            struct lifetime_row row = { (i32)some_lives[k].x, (i32)lround(some_lives[k].last * 100),
                                        (i32)lround(some_lives[k].age * 100), 2 };
            struct lifetime_sample s = { &row, 1, 2, 100 };
            struct naive n = naive_pareto(&paretos[i], row.x, row.last / 100., row.age / 100.);
            NEAR(pareto_log_likelihood(&paretos[i], &s), 2 * log(n.likelihood), 1e-6);
            NEAR(pareto_alive(&paretos[i], row.x, row.last / 100., row.age / 100.), n.alive, 1e-6);
        }
}

TEST(expectations_are_those_of_the_mixture)
{
    for (i64 i = 0; i < COUNT(some_bgnbd); i++)
        for (i64 k = 0; k < COUNT(some_lives); k++) {
            const struct bgnbd *m = &some_bgnbd[i];
            i64 x = some_lives[k].x;
            f64 last = some_lives[k].last, age = some_lives[k].age, t = some_lives[k].t;
            struct naive n = naive_bgnbd(m, x, last, age, t);
            NEAR(bgnbd_alive(m, x, last, age), n.alive, 1e-6);
            NEAR(bgnbd_expected(m, x, last, age, t), n.expected, 1e-6);
        }
}

/* The series, the quadrature, and the formula as it is printed, where that is safe. */
TEST(three_ways_to_the_expected_purchases)
{
    struct dice d = { 7 };
    for (int i = 0; i < 3000; i++) {
        f64 part[4];
        for (int k = 0; k < 4; k++) part[k] = exp((f64)dice_below(&d, 9000) / 1000 - 4.5);
        struct bgnbd m = { part[0], part[1] * 10, part[2], part[3] };
        if (i % 10 == 0) m.a = 1;                                 /* the formula divides by a - 1 */
        if (i % 10 == 1) m.b = fabs(1 - m.a) + 1e-12 + (m.a > 1); /* and by a + b - 1 */
        i64 x = i % 3 ? dice_below(&d, 12) : 0;
        f64 age = (f64)dice_below(&d, 1000) / 10, t = (f64)(1 + dice_below(&d, 2000)) / 10;
        f64 quick = bgnbd_of_the_living(&m, x, age, t);
        f64 slow = bgnbd_of_the_living_slowly(&m, x, age, t);
        NEAR(quick / slow, 1, 1e-8);
        CHECK(quick > 0 && quick <= (m.r + (f64)x) * t / (m.alpha + age) * (1 + 1e-9));
    }
    struct bgnbd m = { .243, 4.414, .793, 2.426 };
    f64 z = 39 / (m.alpha + 38.86 + 39), s = m.r + 2, c = m.a + m.b + 1;
    f64 printed = c / (m.a - 1) * (1 - pow(1 - z, s) * hyper_2f1(s, m.b + 2, c, z));
    NEAR(bgnbd_of_the_living(&m, 2, 38.86, 39), printed, 1e-12);
    NEAR(bgnbd_of_the_living(&(struct bgnbd){ 3, 5, 5000, 9000 }, 2, 10, 400),
         bgnbd_of_the_living_slowly(&(struct bgnbd){ 3, 5, 5000, 9000 }, 2, 10, 400), 1e-8);
}

TEST(functions_of_mathematics)
{
    NEAR(digamma(1), -0.57721566490153286, 1e-14);
    NEAR(digamma(.25), -4.2274535333762654, 1e-14);
    NEAR(digamma(1e6), 13.815510057964191, 1e-14);
    NEAR(hyper_2f1(1, 1, 2, .5), 2 * log(2), 1e-14);             /* -log(1-z)/z */
    NEAR(hyper_2f1(.5, 3, 3, .75), 2, 1e-13);                    /* (1-z)^-a */
    NEAR(hyper_2f1(-3, 2, 5, .5), 1 - .6 + .15 - .1 / 7, 1e-14); /* a polynomial */
    CHECK(isnan(hyper_2f1(-60.5, 70, .5, .9)));                  /* cancels: said */
    NEAR(log_add(-1000, -1001), -1000 + log1p(exp(-1)), 1e-15);
    NEAR(log_add(-HUGE_VAL, 3), 3, 0);
    NEAR(log_less(3, log(exp(3) - 1)), 0, 1e-12);
    CHECK(isinf(log_less(2, 2)));
}

/* A member for whom E[Y(39)] is published: 1.226. */
TEST(the_published_expectation)
{
    struct bgnbd m = { .242595, 4.413602, .792920, 2.425903 };
    NEAR(bgnbd_expected(&m, 2, 30.43, 38.86, 39), 1.226, .0005);
}

/* -- simulated members --------------------------------------------------------------------------
 */

static f64 uniform(struct dice *d) { return ((f64)(dice_next(d) >> 11) + .5) / 9007199254740992.0; }
static f64 normal(struct dice *d)
{
    return sqrt(-2 * log(uniform(d))) * cos(2 * M_PI * uniform(d));
}
/* Marsaglia and Tsang. */
static f64 gamma_draw(struct dice *d, f64 shape)
{
    if (shape < 1) return gamma_draw(d, shape + 1) * pow(uniform(d), 1 / shape);
    f64 k = shape - 1. / 3, w = 1 / sqrt(9 * k);
    for (;;) {
        f64 z = normal(d), v = pow(1 + w * z, 3);
        if (v > 0 && log(uniform(d)) < .5 * z * z + k - k * v + k * log(v)) return k * v;
    }
}

#define TICKS 1000
static struct lifetime_sample members_of(struct arena *a, const struct bgnbd *m, i64 n, u64 seed)
{
    struct dice d = { seed };
    struct lifetime_sample s = { NEWS(a, struct lifetime_row, n), n, 0, TICKS };
    for (i64 i = 0; i < n; i++) {
        f64 lambda = gamma_draw(&d, m->r) / m->alpha, one = gamma_draw(&d, m->a),
            other = gamma_draw(&d, m->b), p = one / (one + other);
        f64 age = 20 + 32 * uniform(&d), at = 0, last = 0;
        i32 x = 0;
        for (bool alive = true; alive;) {
            at += -log(uniform(&d)) / lambda;
            if (at > age) break;
            x++;
            last = at;
            alive = uniform(&d) > p;
        }
        s.at[i] = (struct lifetime_row){ x, (i32)(last * TICKS), (i32)(age * TICKS), 1 };
    }
    return s;
}

TEST(known_parameters_are_found_again)
{
    struct ctx *c = test_ctx();
    const struct bgnbd known[] = { { .6, 5, .8, 2.5 }, { 2, 12, 1.5, 4 }, { .25, 4, .4, 1.2 } };
    for (i64 i = 0; i < COUNT(known); i++) {
        const struct bgnbd *m = &known[i];
        struct lifetime_sample s = members_of(c->arena, m, 12000, 11 + (u64)i);
        struct bgnbd_fit fit;
        lifetime_join(&s);
        CHECK_I64(s.members, 12000);
        CHECK_I64(bgnbd_fit(c->arena, &s, &fit), FIT_FOUND);
        CHECK(fabs(fit.at.r - m->r) < 3 * fit.error.r);
        CHECK(fabs(fit.at.alpha - m->alpha) < 3 * fit.error.alpha);
        CHECK(fabs(fit.at.a - m->a) < 3 * fit.error.a);
        CHECK(fabs(fit.at.b - m->b) < 3 * fit.error.b);
        CHECK(fit.error.r < .1 * m->r && fit.error.b < m->b);
        CHECK(fit.log_likelihood >= bgnbd_log_likelihood(c->arena, m, &s));
    }
}

/* What a repeat comes to: its mean by Gamma-Gamma, from p, q, v. */
TEST(known_spend_is_found_again)
{
    struct ctx *c = test_ctx();
    struct dice d = { 5 };
    struct gamma_gamma m = { 6, 4, 15 };
    struct spend_sample s = { NEWS(c->arena, struct spend_row, 8000), 8000 };
    for (i64 i = 0; i < s.n; i++) {
        f64 rate = gamma_draw(&d, m.q) / m.v;
        i32 x = 1 + (i32)dice_below(&d, 6);
        s.at[i] = (struct spend_row){ x, gamma_draw(&d, m.p * x) / (rate * x) };
    }
    struct spend_fit fit;
    CHECK_I64(spend_fit(&s, &fit), FIT_FOUND);
    NEAR(fit.at.p, m.p, .1);
    NEAR(fit.at.q, m.q, .1);
    NEAR(fit.at.v, m.v, .15);
    CHECK(fit.log_likelihood >= spend_log_likelihood(&m, &s));
    NEAR(spend_expected(&m, 0, 0), 6 * 15 / 3., 1e-12);
    NEAR(spend_expected(&m, 2, 50), 6 * (15 + 100) / (12 + 4 - 1.), 1e-12);
    CHECK(isnan(spend_expected(&(struct gamma_gamma){ 1, .5, 3 }, 0, 0)));
    CHECK(fabs(spend_correlation(&s)) < .05);
}

/* The likelihood of one mean, against the integral over the buyer's own rate. */
TEST(spend_is_that_of_the_mixture)
{
    struct gamma_gamma m = { 6.25, 3.74, 15.44 };
    static struct grid rate;
    grid_gamma(&rate, m.q, m.v);
    for (i32 x = 1; x < 6; x += 2) {
        struct spend_row row = { x, 20.5 + x };
        f64 sum = 0, px = m.p * x;
        for (int i = 0; i < GRID; i++)
            sum += rate.weight[i] * exp(px * log(rate.at[i] * x) + (px - 1) * log(row.mean) -
                                        lgamma(px) - rate.at[i] * x * row.mean);
        NEAR(spend_log_likelihood(&m, &(struct spend_sample){ &row, 1 }), log(sum), 1e-8);
    }
}

TEST(same_purchases_same_fit)
{
    struct ctx *c = test_ctx();
    struct bgnbd m = { .6, 5, .8, 2.5 };
    struct lifetime_sample s = members_of(c->arena, &m, 3000, 3), other = s;
    other.at = NEWS(c->arena, struct lifetime_row, s.n);
    for (i64 i = 0; i < s.n; i++) other.at[i] = s.at[s.n - 1 - i];
    struct bgnbd_fit a, b;
    lifetime_join(&s);
    lifetime_join(&other);
    CHECK_I64(bgnbd_fit(c->arena, &s, &a), FIT_FOUND);
    CHECK_I64(bgnbd_fit(c->arena, &other, &b), FIT_FOUND);
    CHECK(memcmp(&a, &b, sizeof(a)) == 0);
}

TEST(too_few_or_too_alike_are_not_fitted)
{
    struct ctx *c = test_ctx();
    struct bgnbd_fit fit;
    struct pareto_fit pareto;
    struct spend_fit spend;
    struct lifetime_sample none = { .unit = 7 };
    CHECK_I64(bgnbd_fit(c->arena, &none, &fit), FIT_TOO_FEW);
    CHECK_I64(pareto_fit(&none, &pareto), FIT_TOO_FEW);
    CHECK_I64(spend_fit(&(struct spend_sample){ 0 }, &spend), FIT_TOO_FEW);
    struct lifetime_row once[] = { { 0, 0, 30, 500 }, { 1, 3, 30, 9 } };
    CHECK_I64(bgnbd_fit(c->arena, &(struct lifetime_sample){ once, 2, 509, 7 }, &fit), FIT_TOO_FEW);
    /* All alike: as regular as a clock, no spread to be estimated. */
    struct lifetime_row alike = { 5, 300, 301, 1000 };
    CHECK(bgnbd_fit(c->arena, &(struct lifetime_sample){ &alike, 1, 1000, 7 }, &fit) != FIT_FOUND);
    struct spend_row same[20];
    for (int i = 0; i < 20; i++) same[i] = (struct spend_row){ 1 + i % 3, 9.9 };
    CHECK(spend_fit(&(struct spend_sample){ same, 20 }, &spend) != FIT_FOUND);
}

TEST(value_is_purchases_times_their_worth_discounted)
{
    struct bgnbd m = { .6, 5, .8, 2.5 };
    f64 all = bgnbd_expected(&m, 3, 20, 30, 365 / 7.);
    NEAR(lifetime_value(&m, 7, 3, 140, 210, 365, 0, 50), all * 50, 1e-12);
    f64 less = lifetime_value(&m, 7, 3, 140, 210, 365, .1, 50);
    CHECK(less < all * 50 && less > all * 50 / 1.1);
    f64 by_hand = 0, before = 0; /* 60 days: two steps of 30, at day 15 and day 45 */
    for (int step = 1; step <= 2; step++) {
        f64 until = bgnbd_expected(&m, 3, 20, 30, step * 30 / 7.);
        by_hand += (until - before) * 50 * pow(1.1, -(step * 30 - 15) / 365.);
        before = until;
    }
    NEAR(lifetime_value(&m, 7, 3, 140, 210, 60, .1, 50), by_hand, 1e-12);
}

static f64 soft(f64 y) { return y > 40 ? y : log1p(exp(y)); }

/* What is left far out is summed at once: the same as step by step, and a loop no longer where a
 * small a makes it hundreds of thousands of steps. */
TEST(long_tails_are_summed_at_once)
{
    f64 sum = 0, weights = 0, a = .01, b = .02, s = .5 + 2, u = 20 / (5 + 30.);
    for (i64 at = -16000; at <= 4000; at++) {
        f64 y = (f64)at / 4, p = 1 / (1 + exp(-y));
        f64 weight = exp(-a * soft(-y) - (b + 2) * soft(y));
        weights += weight;
        sum += weight * (p < 1e-14 ? s * u : -expm1(-s * log1p(p * u)) / p);
    }
    struct bgnbd flat = { .5, 5, a, b }, flattest = { .5, 5, 1e-7, 1e-7 };
    NEAR(bgnbd_of_the_living_slowly(&flat, 2, 30, 20), sum / weights, 1e-9);
    i64 began = clock_mono_us();
    for (i64 i = 1; i <= 100; i++)
        CHECK(isfinite(bgnbd_of_the_living_slowly(&flattest, 0, 30, (f64)i)));
    CHECK(clock_mono_us() - began < 2000000);
}
