/* experiment.h -- experiments: how many people they need, who gets what, and what came of it.
 *
 * The arithmetic is in experiment/comparison.h, a reading in experiment/reading.h.
 */
#pragma once

#include "insight/experiment/reading.h"

/* -- planning ---------------------------------------------------------------------------------- */

/* Either a rate (base) or a value (mean and deviation). */
#define FIELDS_OF_experiment_plan_ask(X, N)                                       \
    X(opt_f64, base, ANY, "The rate now, above 0 and below 1", N)                 \
    X(opt_f64, mean, ANY, "Or the mean of a value now", N)                        \
    X(opt_f64, deviation, ANY, "And its standard deviation", N)                   \
    X(opt_f64, lift, ANY, "Relative change to find: 0.05 is 5% more; not 0", N)   \
    X(opt_f64, alpha, ANY, "Chance of a false alarm, two-sided; absent: 0.05", N) \
    X(opt_f64, power, ANY, "Chance to find such a change; absent: 0.8", N)        \
    X(opt_i64, arms, ANY, "Arms, the control among them, 2 to 20; absent: 2", N)
SHAPE(experiment_plan_ask);
#define FIELDS_OF_experiment_plan(X, N)                                                    \
    X(f64, base, ANY, "The rate or mean now", N)                                           \
    X(f64, target, ANY, "What it is to become", N)                                         \
    X(f64, lift, ANY, "Relative change", N)                                                \
    X(f64, alpha, ANY, "Chance of a false alarm over all comparisons with the control", N) \
    X(f64, power, ANY, "Chance to find it", N)                                             \
    X(i64, arms, ANY, "Arms", N)                                                           \
    X(i64, n_per_arm, ANY, "Units each arm needs", N)                                      \
    X(i64, total, ANY, "Units in all", N)                                                  \
    X(str, definition, ANY, "How it is computed, in words", N)
SHAPE(experiment_plan);
enum err experiment_plan_make(struct ctx *c, const struct experiment_plan_ask *in,
                              struct experiment_plan *out);
