/* experiment_stats_test.c -- the arithmetic of experiments against published tables and examples,
 * and against obviously right integrals and simulations. */
#include "insight/experiment.h"
#include "insight/experiment/comparison.h"
#include "insight/experiment/distribution.h"

#include <math.h>

#include "test.h"

static bool near(f64 got, f64 want, f64 off)
{
    if (fabs(got - want) <= off) return true;
    print_message("# %.12g is not %.12g\n", got, want);
    return false;
}
static bool nearly(f64 got, f64 want, f64 relative)
{
    return near(got, want, relative * fabs(want));
}

/* -- distributions ----------------------------------------------------------------------------- */

TEST(distributions_are_as_published)
{
    /* t at 5% and 1% two-sided, chi-square at 5% and 0.1%, to the digits of the tables */
    static const struct {
        f64 df, five, one;
    } t[] = { { 1, 12.706, 63.657 }, { 2, 4.303, 9.925 },  { 5, 2.571, 4.032 },
              { 10, 2.228, 3.169 },  { 30, 2.042, 2.750 }, { 120, 1.980, 2.617 } };
    static const struct {
        f64 df, five, thousandth;
    } chi[] = { { 1, 3.841, 10.828 },   { 2, 5.991, 13.816 },   { 5, 11.070, 20.515 },
                { 10, 18.307, 29.588 }, { 30, 43.773, 59.703 }, { 100, 124.342, 149.449 } };
    for (i64 i = 0; i < COUNT(t); i++) {
        CHECK(near(student_quantile_two_sided(0.05, t[i].df), t[i].five, 0.0005));
        CHECK(near(student_quantile_two_sided(0.01, t[i].df), t[i].one, 0.0005));
    }
    for (i64 i = 0; i < COUNT(chi); i++) {
        CHECK(near(chi_square_above(chi[i].five, chi[i].df), 0.05, 0.00002));
        CHECK(near(chi_square_above(chi[i].thousandth, chi[i].df), 0.001, 0.0000005));
    }
    CHECK(near(normal_below(1.96), 0.9750021048517795, 1e-15));
    CHECK(near(normal_quantile_above(0.025), 1.959963984540054, 1e-14));
    CHECK(near(normal_quantile_above(0.005), 2.5758293035489004, 1e-14));
    CHECK(near(normal_quantile_above(0.8), -0.8416212335729143, 1e-14));
    CHECK(nearly(normal_above(10), 7.619853024160526e-24, 1e-12));
}

/* Simpson's rule over 40,000 pieces. */
static f64 integral(f64 (*f)(f64 x, f64 df), f64 df, f64 from, f64 to)
{
    enum { PIECES = 40000 };
    long double sum = 0, step = ((long double)to - from) / PIECES;
    for (int i = 0; i <= PIECES; i++)
        sum += (i == 0 || i == PIECES ? 1
                : i % 2               ? 4
                                      : 2) *
               (long double)f(from + i * (f64)step, df);
    return (f64)(sum * step / 3);
}
/* Density of t at 1/u, in u: the tail beyond t is what lies between 0 and 1/t. */
static f64 student_density_inverse(f64 u, f64 df)
{
    if (u == 0) return df > 1 ? 0 : 1 / M_PI; /* the limit */
    f64 x = 1 / u;
    f64 front = (f64)(lgammal((df + 1) / 2) - lgammal(df / 2)) - 0.5 * log(df * M_PI);
    return exp(front - (df + 1) / 2 * log1p(x * x / df)) / (u * u);
}
static f64 chi_square_density(f64 x, f64 df)
{
    return exp((df / 2 - 1) * log(x) - x / 2 - (f64)lgammal(df / 2) - df / 2 * log(2));
}

TEST(tails_agree_with_integrals)
{
    static const f64 dfs[] = { 1, 1.5, 3, 7.25, 30, 59, 60, 61, 400, 5000 };
    for (i64 i = 0; i < COUNT(dfs); i++)
        for (f64 t = 0.5; t < 12; t += 0.75)
            CHECK(nearly(student_two_sided(t, dfs[i]),
                         2 * integral(student_density_inverse, dfs[i], 0, 1 / t), 1e-7));
    static const f64 chi_dfs[] = { 1, 2, 5, 19, 99 };
    for (i64 i = 0; i < COUNT(chi_dfs); i++)
        for (f64 x = 0.5; x < 260; x *= 1.7)
            CHECK(nearly(chi_square_above(x, chi_dfs[i]),
                         integral(chi_square_density, chi_dfs[i], x, x + 400), 1e-7));
    /* closed forms, far into the tails */
    for (f64 t = 0.01; t < 1e7; t *= 3) {
        CHECK(nearly(student_two_sided(t, 1), 2 / M_PI * atan(1 / t), 1e-9));
        f64 root = sqrt(t * t + 2);
        CHECK(nearly(student_two_sided(t, 2), 2 / (root * (root + t)), 1e-9));
    }
    for (f64 x = 0.01; x < 1000; x *= 2) CHECK(nearly(chi_square_above(x, 2), exp(-x / 2), 1e-9));
    for (f64 x = 0.01; x < 1000; x *= 2)
        CHECK(nearly(chi_square_above(x, 1), erfc(sqrt(x / 2)), 1e-9));
    /* so many degrees of freedom that t is normal: what is left is of the order of z^4 / (4 df) */
    for (f64 z = 0.5; z < 8; z++)
        CHECK(nearly(student_two_sided(z, 1e9), 2 * normal_above(z), 5e-6));
}

TEST(quantiles_invert)
{
    for (f64 p = 1e-12; p < 1; p *= 1.9) {
        CHECK(nearly(normal_above(normal_quantile_above(p)), p, 1e-9));
        for (f64 df = 1; df < 1e6; df *= 7.3)
            CHECK(nearly(student_two_sided(student_quantile_two_sided(p, df), df), p, 1e-9));
    }
}

/* -- comparisons ------------------------------------------------------------------------------- */

TEST(rates_are_compared_as_published)
{
    struct compared x;
    struct interval i;
    /* The physicians' health study: heart attacks of 189 of 11,034 with a placebo, 104 of 11,037
     * with aspirin (Agresti, An Introduction to Categorical Data Analysis, 2.2). */
    compare_rates((struct hits){ 11034, 189 }, (struct hits){ 11037, 104 }, 0.05, 0, &x);
    CHECK(x.defined && !x.small && x.lifted);
    CHECK(near(x.diff, 0.0077, 0.00005));
    CHECK(near(x.ci.low, 0.005, 0.0005) && near(x.ci.high, 0.011, 0.0005));
    CHECK(near(x.lift, 0.82, 0.005));
    CHECK(near(x.lift_ci.low, 0.43, 0.005) && near(x.lift_ci.high, 1.31, 0.006));
    /* Wilson's intervals of Newcombe (1998), table I */
    static const struct {
        struct hits h;
        f64 low, high;
    } wilsons[] = { { { 263, 81 }, 0.2553, 0.3662 },
                    { { 148, 15 }, 0.0624, 0.1605 },
                    { { 20, 0 }, 0, 0.1611 },
                    { { 29, 1 }, 0.0061, 0.1718 } };
    for (i64 k = 0; k < COUNT(wilsons); k++) {
        CHECK(wilson(wilsons[k].h, 0.05, &i));
        CHECK(near(i.low, wilsons[k].low, 0.00005) && near(i.high, wilsons[k].high, 0.00005));
    }
}

TEST(means_are_compared_as_published)
{
    struct compared x;
    /* Miles per gallon of cars, U.S. against Japan: NIST/SEMATECH e-Handbook 1.3.5.3, AUTO83B. */
    struct sample us = { 249, 20.14458, 6.414700 * 6.414700 };
    struct sample japan = { 79, 30.48101, 6.107710 * 6.107710 };
    compare_means(us, japan, 0.05, 0, &x);
    CHECK(x.defined);
    CHECK(near(x.statistic, -12.94627, 0.0005));
    CHECK(near(x.df, 136.8750, 0.005));
    CHECK(x.p < 1e-20 && x.ci.high < 0);
    f64 half = (x.ci.high - x.ci.low) / 2;
    CHECK(nearly(half / fabs(x.diff), student_quantile_two_sided(0.05, x.df) / 12.94627, 1e-4));
}

TEST(what_is_not_defined_is_said)
{
    struct compared x;
    struct interval i;
    struct share_check s;
    const struct hits none = { 0, 0 }, zeros = { 100, 0 }, all = { 50, 50 };
    compare_rates(none, zeros, 0.05, 0, &x);
    CHECK(!x.defined && !x.diff_known);
    compare_rates(zeros, zeros, 0.05, 0, &x);
    CHECK(!x.defined && x.diff_known && x.diff == 0);
    compare_rates(all, zeros, 0.05, 0, &x);
    CHECK(x.defined && x.small && !x.lifted && x.always_p == 1 && isfinite(x.statistic));
    compare_means((struct sample){ 1, 5, 0 }, (struct sample){ 9, 5, 1 }, 0.05, 0, &x);
    CHECK(!x.defined && x.diff_known);
    compare_means((struct sample){ 9, 5, 0 }, (struct sample){ 9, 5, 0 }, 0.05, 0, &x);
    CHECK(!x.defined);
    CHECK(!wilson(none, 0.05, &i) && !mean_interval((struct sample){ 1, 5, 0 }, 0.05, &i));
    check_shares((i64[]){ 0, 0 }, (i64[]){ 1, 1 }, 2, &s);
    CHECK(!s.defined && !s.warn);
    check_shares((i64[]){ 10 }, (i64[]){ 1 }, 1, &s);
    CHECK(!s.defined && !s.warn);
    check_shares((i64[]){ 10, 10, 1 }, (i64[]){ 1, 1, 0 }, 3, &s);
    CHECK(s.defined && s.warn);
    CHECK(guardrail_judge(&x, true, 0.1) == GUARDRAIL_UNKNOWN);
}

TEST(a_broken_split_is_found)
{
    struct share_check s;
    /* Fabijan et al. (2019): 821,588 against 815,482 users of an even split, p = 1.8e-6. */
    check_shares((i64[]){ 821588, 815482 }, (i64[]){ 1, 1 }, 2, &s);
    CHECK(s.defined && s.warn && s.df == 1);
    CHECK(near(s.p, 1.8e-6, 0.05e-6));
    check_shares((i64[]){ 5000, 5100 }, (i64[]){ 1, 1 }, 2, &s);
    CHECK(!s.warn && nearly(s.chi2, 10000.0 / 10100, 1e-12));
    check_shares((i64[]){ 2000, 1000, 1000 }, (i64[]){ 2, 1, 1 }, 3, &s);
    CHECK(!s.warn && s.chi2 == 0 && s.p == 1);
}

TEST(holm_keeps_the_order)
{
    f64 adjusted[4];
    holm((f64[]){ 0.01, 0.04, 0.03, 0.005 }, 4, adjusted);
    static const f64 want[] = { 0.03, 0.06, 0.06, 0.02 };
    for (i64 i = 0; i < 4; i++) CHECK(nearly(adjusted[i], want[i], 1e-12));
    holm((f64[]){ 0.5, 0.9 }, 2, adjusted);
    CHECK(adjusted[0] == 1 && adjusted[1] == 1);
}

TEST(guardrails_tell_harm_from_doubt)
{
    struct compared x = { .defined = true, .ci = { -0.03, -0.01 } };
    CHECK(guardrail_judge(&x, true, 0.02) == GUARDRAIL_HARMED);
    CHECK(guardrail_judge(&x, false, 0.02) == GUARDRAIL_SAFE);
    x.ci = (struct interval){ -0.01, 0.02 };
    CHECK(guardrail_judge(&x, true, 0.02) == GUARDRAIL_SAFE);
    CHECK(guardrail_judge(&x, true, 0.005) == GUARDRAIL_OPEN);
    CHECK(guardrail_judge(&x, false, 0) == GUARDRAIL_OPEN);
}

/* -- at any time ------------------------------------------------------------------------------- */

/* The mixture itself, by Simpson's rule over the effects. */
static f64 mixture(f64 d, f64 v, f64 tau)
{
    enum { PIECES = 20000 };
    f64 wide = 12 * tau, sum = 0, step = 2 * wide / PIECES;
    for (int i = 0; i <= PIECES; i++) {
        f64 effect = -wide + i * step;
        f64 ratio = exp((d * d - (d - effect) * (d - effect)) / (2 * v));
        f64 weight = exp(-effect * effect / (2 * tau * tau)) / (tau * sqrt(2 * M_PI));
        sum += (i == 0 || i == PIECES ? 1 : i % 2 ? 4 : 2) * ratio * weight;
    }
    return sum * step / 3;
}

TEST(the_mixture_is_what_it_says)
{
    static const f64 ds[] = { 0, 0.01, -0.02, 0.05 }, vs[] = { 1e-4, 1e-5 },
                     taus[] = { 0.01, 0.03 };
    for (i64 i = 0; i < COUNT(ds); i++)
        for (i64 k = 0; k < COUNT(vs); k++)
            for (i64 j = 0; j < COUNT(taus); j++) {
                f64 d = ds[i], v = vs[k], tau = taus[j], l = mixture(d, v, tau);
                CHECK(nearly(always_valid_p(d, v, tau), l > 1 ? 1 / l : 1, 1e-8));
                /* the interval holds 0 exactly where the test does not refuse it */
                struct interval ci = always_valid_interval(d, v, tau, 0.05);
                CHECK((ci.low <= 0 && ci.high >= 0) == (always_valid_p(d, v, tau) >= 0.05));
            }
}

/* One experiment read a hundred times: whether either test ever cried. */
static void peek(struct dice *dice, i64 in_a, i64 in_b, bool *fixed, bool *any_time)
{
    struct hits a = { 0 }, b = { 0 };
    struct compared x;
    *fixed = *any_time = false;
    for (int look = 0; look < 100; look++) {
        for (int i = 0; i < 100; i++) {
            a.hits += dice_below(dice, 1000) < in_a;
            b.hits += dice_below(dice, 1000) < in_b;
        }
        a.n += 100, b.n += 100;
        compare_rates(a, b, 0.05, 0, &x);
        *fixed |= x.defined && x.p < 0.05;
        *any_time |= x.defined && x.always_p < 0.05;
    }
}

TEST(peeking_keeps_the_false_alarms)
{
    struct dice dice = { .state = 20261122 };
    i64 fixed_alarms = 0, alarms = 0, found = 0;
    enum { EXPERIMENTS = 1000, WITH_EFFECT = 100 };
    bool fixed, any_time;
    for (int i = 0; i < EXPERIMENTS; i++) {
        peek(&dice, 100, 100, &fixed, &any_time);
        fixed_alarms += fixed, alarms += any_time;
    }
    print_message("# of %d without an effect: %lld by the fixed test, %lld at any time\n",
                  EXPERIMENTS, (long long)fixed_alarms, (long long)alarms);
    CHECK(alarms <= EXPERIMENTS * 5 / 100);
    CHECK(fixed_alarms >= EXPERIMENTS * 20 / 100); /* why it is needed */
    for (int i = 0; i < WITH_EFFECT; i++) {
        peek(&dice, 125, 100, &fixed, &any_time);
        found += any_time;
    }
    CHECK(found >= WITH_EFFECT * 9 / 10);
}

/* -- planning ---------------------------------------------------------------------------------- */

TEST(plans_are_as_published)
{
    /* R's power.prop.test(p1 = .50, p2 = .75, power = .90): n = 76.7 */
    CHECK_I64(plan_rates(0.50, 0.75, (struct plan_terms){ 0.05, 0.9, 1 }), 77);
    /* R's power.t.test(delta = 1, power = .90): n = 22.02; Cohen's d of .2, .5, .8 at power .8 */
    CHECK_I64(plan_means(1, 1, (struct plan_terms){ 0.05, 0.9, 1 }), 23);
    CHECK_I64(plan_means(0.2, 1, (struct plan_terms){ 0.05, 0.8, 1 }), 394);
    CHECK_I64(plan_means(-0.5, 1, (struct plan_terms){ 0.05, 0.8, 1 }), 64);
    CHECK_I64(plan_means(8, 10, (struct plan_terms){ 0.05, 0.8, 1 }), 26);
    CHECK(near(power_of_means(20, 1, 1, 0.05), 0.8689528, 0.00001)); /* power.t.test(20, 1) */
    /* of several comparisons each has its share of alpha */
    CHECK_I64(plan_rates(0.1, 0.12, (struct plan_terms){ 0.05, 0.8, 2 }),
              plan_rates(0.1, 0.12, (struct plan_terms){ 0.025, 0.8, 1 }));
    CHECK_I64(plan_rates(0.1, 0.1, (struct plan_terms){ 0.05, 0.8, 1 }), 0);
    CHECK_I64(plan_means(1e-7, 1, (struct plan_terms){ 0.05, 0.8, 1 }), PLAN_MAX);
}

/* A million comparisons' worth of the plan: as often found as it says. */
TEST(a_plan_keeps_its_word)
{
    struct dice dice = { .state = 7 };
    i64 found = 0, n = plan_rates(0.2, 0.3, (struct plan_terms){ 0.05, 0.8, 1 });
    enum { EXPERIMENTS = 4000 };
    for (int i = 0; i < EXPERIMENTS; i++) {
        struct hits a = { .n = n }, b = { .n = n };
        struct compared x;
        for (i64 k = 0; k < n; k++) {
            a.hits += dice_below(&dice, 10) < 3;
            b.hits += dice_below(&dice, 10) < 2;
        }
        compare_rates(a, b, 0.05, 0, &x);
        found += x.p < 0.05;
    }
    CHECK(near((f64)found / EXPERIMENTS, 0.8, 0.02)); /* three standard errors */
}

TEST(a_plan_that_cannot_be_is_refused)
{
    struct ctx *c = test_ctx();
    struct experiment_plan p;
#define ASK(...) experiment_plan_make(c, &(struct experiment_plan_ask){ __VA_ARGS__ }, &p)
#define OPT(x)   ((opt_f64){ true, (x) })
    CHECK_OK(c, ASK(.base = OPT(0.1), .lift = OPT(0.2)));
    CHECK_I64(p.n_per_arm, 3841); /* as the manual says */
    CHECK_I64(p.total, 2 * p.n_per_arm);
    CHECK_OK(c, ASK(.mean = OPT(100), .deviation = OPT(200), .lift = OPT(0.1)));
    CHECK_ERR(c, ASK(.lift = OPT(0.2)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .lift = OPT(0)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.6), .lift = OPT(1)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(1.5), .lift = OPT(0.1)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .mean = OPT(1), .lift = OPT(0.1)), E_INVALID);
    CHECK_ERR(c, ASK(.mean = OPT(1), .lift = OPT(0.1)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .lift = OPT(1e-9)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .lift = OPT(0.1), .power = OPT(1)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .lift = OPT(0.1), .alpha = OPT(NAN)), E_INVALID);
    CHECK_ERR(c, ASK(.base = OPT(0.1), .lift = OPT(0.1), .arms = SOME(1)), E_INVALID);
}
