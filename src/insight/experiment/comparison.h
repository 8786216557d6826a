/* comparison.h -- two arms compared, shares checked, sizes planned: the arithmetic of experiments,
 * without a database.
 *
 * Definitions. Arm a is compared with arm b (the control, where there is one): a difference is a
 * less b, a lift is that over b. alpha is the chance of a false alarm, two-sided; intervals hold
 * with 1 - alpha.
 *   - rate: Wilson's interval (Wilson 1927).
 *   - two rates: z with the pooled rate, because that is what holds when there is no difference;
 *     the interval of the difference unpooled, because there it is not assumed.
 *   - two means: Welch's t, degrees of freedom after Satterthwaite, interval from the same.
 *   - lift: interval on the logarithm of the ratio (Katz 1978; for means by the delta method).
 *   - several comparisons: p adjusted by Holm's steps (1979).
 *   - reading at any time: the mixture sequential probability ratio test with a normal mixture of
 *     standard deviation tau (Johari, Pekelis, Walsh 2015): with V the variance of the difference
 * d, L = sqrt(V / (V + tau^2)) exp(d^2 tau^2 / (2 V (V + tau^2))), p = min(1, 1 / L); the interval
 *     holds whatever p's own test at alpha does not refuse. tau must not come from the result.
 *   - shares of arms: chi-square of the counts against the weights; p < 0.001 is a warning (the
 *     usual limit: the check is made at every reading, and a split that is broken is broken by
 * far). Promises
 *   - rates_are_compared_as_published, means_are_compared_as_published.
 *   - peeking_keeps_the_false_alarms: a hundred readings of a running experiment without an effect
 *     raise no more false alarms than alpha; the fixed test raises many.
 *   - what_is_not_defined_is_said: nobody in an arm, no spread: `defined` is false, nothing is NaN.
 *   - holm_keeps_the_order.
 *   - plans_are_as_published.
 */
#pragma once

#include "base/types.h"

struct interval {
    f64 low, high;
};

/* Of a yes-or-no outcome; of a value. */
struct hits {
    i64 n, hits;
};
struct sample {
    i64 n;
    f64 mean, variance; /* of one unit; variance with n - 1 */
};

bool wilson(struct hits h, f64 alpha, struct interval *out);          /* false: nobody */
bool mean_interval(struct sample s, f64 alpha, struct interval *out); /* t; false: fewer than two */

struct compared {
    bool defined; /* else only diff_known and diff tell something */
    bool diff_known;
    f64 diff;
    f64 statistic; /* z or t */
    f64 df;        /* of t; 0 for z */
    f64 p;
    struct interval ci;
    bool lifted; /* lift and its interval are defined */
    f64 lift;
    struct interval lift_ci;
    f64 always_p; /* valid however often it is read */
    struct interval always_ci;
    bool
        small; /* too few for the normal approximation: fewer than SMALL hits or misses, or units */
};
enum { SMALL_HITS = 5, SMALL_UNITS = 30 };

/* tau 0: TAU_SHARE of the standard deviation of one unit, both arms together. */
#define TAU_SHARE 0.05
void compare_rates(struct hits a, struct hits b, f64 alpha, f64 tau, struct compared *out);
void compare_means(struct sample a, struct sample b, f64 alpha, f64 tau, struct compared *out);

f64 always_valid_p(f64 diff, f64 variance, f64 tau); /* variance > 0, tau > 0 */
struct interval always_valid_interval(f64 diff, f64 variance, f64 tau, f64 alpha);

/* adjusted[i] belongs to p[i]; n at most HOLM_MAX. */
enum { HOLM_MAX = 512 };
void holm(const f64 *p, i64 n, f64 *adjusted);

#define SRM_LIMIT 0.001
struct share_check {
    bool defined; /* at least two arms with a weight, and somebody in them */
    f64 chi2, p;
    i64 df;
    bool warn; /* p < SRM_LIMIT, or somebody in an arm of no weight */
};
void check_shares(const i64 *counts, const i64 *weights, i64 n, struct share_check *out);

/* A guardrail: what must not become worse by more than margin (a difference, >= 0). */
enum guardrail_state {
    GUARDRAIL_UNKNOWN, /* not defined yet */
    GUARDRAIL_OPEN,    /* the interval holds both: wait */
    GUARDRAIL_SAFE,    /* worse by less than the margin, with confidence */
    GUARDRAIL_HARMED,  /* worse, with confidence */
};
enum guardrail_state guardrail_judge(const struct compared *c, bool more_is_better, f64 margin);

/* -- planning ---------------------------------------------------------------------------------- */

/* Units an arm so that a true change from base to target is found with this power. Comparisons:
 * how many share alpha (arms less one; Bonferroni). Rates: the normal approximation with the pooled
 * rate (Fleiss 1981). Means: exact by the noncentral t distribution. 0: it cannot be planned (no
 * difference, a rate beyond 0 .. 1); PLAN_MAX: more than that. */
#define PLAN_MAX ((i64)1000000000)
struct plan_terms {
    f64 alpha, power;
    i64 comparisons;
};
i64 plan_rates(f64 base, f64 target, struct plan_terms t);
i64 plan_means(f64 difference, f64 deviation, struct plan_terms t);
f64 power_of_means(i64 n, f64 difference, f64 deviation, f64 alpha); /* n units an arm, two-sided */
