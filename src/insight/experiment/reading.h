/* reading.h -- what an experiment says: figures of arms made into a reading, whoever has counted
 * them (a file, or members' facts).
 *
 * Promises
 *   - every_pair_is_compared: the arms against the control first, a being the other arm; then the
 *     rest. p_holm is over all pairs of the list.
 *   - a_reading_has_no_false_numbers: what is not defined is null.
 */
#pragma once

#include "base/ctx.h"
#include "base/shape.h"
#include "insight/experiment/comparison.h"

/* An arm as it was counted. Sums are in ten-thousandths, as money is. */
struct arm_figures {
    str arm;
    i64 weight; /* of the split; the shares are checked against it */
    i64 n, hits;
    i64 sum;
    long double squares; /* of values in ten-thousandths */
};
enum { ARMS_MAX = 20 };
void arm_add(struct arm_figures *arm, bool hit, i64 value);
struct sample arm_sample(const struct arm_figures *arm); /* of values in units */

struct reading_terms {
    f64 alpha, tau; /* tau 0: TAU_SHARE of the deviation */
    i64 control;    /* place of the control; -1: none */
    bool rates, values;
    bool money; /* values are money: the lift is told in it */
};

#define FIELDS_OF_reading_arm(X, N)                                                         \
    X(str, arm, ANY, "Arm", N)                                                              \
    X(i64, n, ANY, "Units in it", N)                                                        \
    X(opt_f64, rate, ANY, "Share of them with the outcome; null: nobody, or no outcome", N) \
    X(json, ci, ANY, "Wilson's interval of the rate: [low, high]", N)                       \
    X(opt_i64, hits, ANY, "How many had the outcome", N)                                    \
    X(opt_f64, mean, ANY, "Mean of the value, of all units", N)                             \
    X(json, mean_ci, ANY, "Its interval (t): [low, high]", N)                               \
    X(opt_f64, deviation, ANY, "Standard deviation of the value", N)                        \
    X(opt_money, sum, ANY, "Sum of the value", N)                                           \
    X(flag, control, ANY, "The others are compared with it", N)
SHAPE(reading_arm);

#define READING_TEST_REST(X, N)                                                 \
    X(f64, alpha, ANY, "Intervals hold with 1 - alpha", N)                      \
    X(opt_f64, p_holm, ANY, "p, adjusted for all pairs of this list (Holm)", N) \
    X(opt_f64, p_sequential, ANY, "Valid however often it is read (mSPRT)", N)  \
    X(json, ci_sequential, ANY, "The interval that goes with it", N)            \
    X(opt_f64, lift, ANY, "diff over b; null where b is nothing", N)            \
    X(json, lift_ci, ANY, "Its interval", N)                                    \
    X(flag, small, ANY, "Too few for the normal approximation: do not decide on this", N)
#define FIELDS_OF_reading_test(X, N)                                             \
    X(str, a, ANY, "Arm", N)                                                     \
    X(str, b, ANY, "Compared with this one: the control, where there is one", N) \
    X(opt_f64, diff, ANY, "Rate of a less that of b", N)                         \
    X(opt_f64, z, ANY, "Pooled", N)                                              \
    X(opt_f64, p, ANY, "Two-sided", N)                                           \
    X(json, ci, ANY, "Interval of diff, unpooled: [low, high]", N)               \
    READING_TEST_REST(X, N)
SHAPE(reading_test);
#define FIELDS_OF_reading_value_test(X, N)                                              \
    X(str, a, ANY, "Arm", N)                                                            \
    X(str, b, ANY, "Compared with this one: the control, where there is one", N)        \
    X(opt_f64, diff, ANY, "Mean of a less that of b", N)                                \
    X(opt_f64, t, ANY, "Welch's t", N)                                                  \
    X(opt_f64, df, ANY, "Its degrees of freedom (Satterthwaite)", N)                    \
    X(opt_f64, p, ANY, "Two-sided", N)                                                  \
    X(json, ci, ANY, "Interval of diff: [low, high]", N)                                \
    READING_TEST_REST(X, N)                                                             \
    X(opt_money, money, ANY, "What a brought more than b would have: diff x n of a", N) \
    X(strs, money_ci, ANY, "Its interval", N)
SHAPE(reading_value_test);
#define FIELDS_OF_reading_srm(X, N)                                                    \
    X(opt_f64, chi2, ANY, "Chi-square of the counts against the weights", N)           \
    X(opt_f64, p, ANY, "How likely a sound split is off by as much", N)                \
    X(flag, warn, ANY, "p below 0.001: the split is broken, do not trust the rest", N) \
    X(i64, df, ANY, "Degrees of freedom", N)                                           \
    X(str, words, ANY, "The same in words; null: nothing amiss", N)
SHAPE(reading_srm);

#define FIELDS_OF_reading(X, N)                                                \
    X(list(reading_arm), arms, ANY, "Arms", N)                                 \
    X(list(reading_test), tests, ANY, "Rates compared", N)                     \
    X(one(reading_srm), srm, ANY, "Whether the split is what it was to be", N) \
    X(list(reading_value_test), value_tests, ANY, "Means of the value compared", N)
SHAPE(reading);

enum err reading_make(struct ctx *c, const struct arm_figures *arms, i64 n,
                      const struct reading_terms *terms, struct reading *out);
json interval_json(struct arena *a, struct interval i);

/* -- from a file ------------------------------------------------------------------------------- */

/* A table, csv or xlsx, plain or gz, with a row a unit (or several: the outcome is any of them, the
 * value their sum). Names of columns; unit absent and no column of that name: every row is a unit.
 * Cells of the outcome: 1 0 true false yes no 是 否; empty ones are no, and 0. A unit that is seen
 * in several arms is left out and counted. */
enum { UNITS_MAX = 5000000 };
struct table_terms {
    str unit, arm, outcome, value; /* absent: the column of this name, if there is one */
    str control;                   /* absent: one that is called control, none, 对照 … */
    strs weights;                  /* "A=1"; none: equal */
    f64 alpha, tau;
    str metric; /* rate, value; absent: both */
};
#define FIELDS_OF_table_reading(X, N)                                         \
    FIELDS_OF_reading(X, N) X(i64, units, ANY, "Units read", N)               \
        X(i64, crossed, ANY, "Units seen in several arms, left out", N)       \
            X(i64, blank, ANY, "Rows with an empty cell, read as no or 0", N) \
                X(str, definition, ANY, "How it is computed, in words", N)
SHAPE(table_reading);
enum err table_read(struct ctx *c, str path, const struct table_terms *terms,
                    struct table_reading *out);
