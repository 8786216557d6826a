/* lifetime.h -- who will come back, and what he is worth: BG/NBD, Gamma-Gamma and Pareto/NBD fitted
 * to purchases; scores of every member, kept and refreshed; what the fit would have foretold.
 *
 * Words
 *   purchase      as trade has it; those of one member on one day (the programme's) count as one,
 *                 its amount is their sum.
 *   repeat        every purchase after the member's first.
 *   x, t_x, T     repeats until the end of the calibration; time from the first purchase to the
 *                 last; time from the first purchase to the end. Times are whole days between days,
 *                 in the unit of the fit (weeks or days): a first purchase on 1 January and an end
 *                 on 30 September are 272 days, 38.86 weeks.
 *   alive         has not left for good, as BG/NBD understands it: a member may leave after any
 *                 purchase, and after nothing else. So whoever never bought again counts as alive
 *                 for certain: nothing tells against it. Pareto/NBD, where members leave at any
 *                 time, says what it thinks of them; it is fitted beside as a check.
 *
 * Sources
 *   BG/NBD        Fader, Hardie, Lee: "Counting Your Customers" the Easy Way (2005), equations 4
 *                 (likelihood), 9 and 10 (expectations); alive: Fader, Hardie (2008).
 *   Pareto/NBD    Schmittlein, Morrison, Colombo (1987), in the form of Fader, Hardie: A Note on
 *                 Deriving the Pareto/NBD Model (2005).
 *   Gamma-Gamma   Fader, Hardie: The Gamma-Gamma Model of Monetary Value (2013), equations 1a, 5.
 *   Errors        the inverse of the matrix of second derivatives of the log-likelihood in the
 *                 logarithms of the parameters, by the delta method: error of r = r x error of ln
 * r.
 *
 * Promises
 *   - likelihoods_are_those_of_the_mixture: each equals the integral over its mixing distributions.
 *   - expectations_are_those_of_the_mixture: likewise alive and expected purchases.
 *   - known_parameters_are_found_again: of simulated members, within three standard errors.
 *   - same_purchases_same_fit: to the last digit, in whatever order they come.
 *   - what_cannot_be_fitted_is_said: an empty shop, one order, one member, repeats that never vary;
 *     and the fit before stays in force.
 *   - a_member_is_scored_by_his_purchases: scores equal the formulas on his own x, t_x, T.
 *   - the_published_figures: of the CDNOW sample (tests/real).
 * Memory   Results live in c->arena; about 100 bytes a buyer while it works.
 * Threads  Pure functions from any; one fit that is kept at a time in a process (E_BUSY).
 */
#pragma once

#include "store/store.h"

/* -- models: no database ----------------------------------------------------------------------- */

/* Members whose x, t_x and T are the same. Times in ticks (days, where the shop is asked). */
struct lifetime_row {
    i32 x, last, age;
    i32 n;
};
struct lifetime_sample {
    struct lifetime_row *at; /* by x, last, age; none twice */
    i64 n, members;
    f64 unit; /* ticks of one unit of time: 7 for weeks */
};
/* Sorts and joins what is the same. Rows may come in any order, n filled. */
void lifetime_join(struct lifetime_sample *s);

enum fit_state {
    FIT_FOUND,
    FIT_TOO_FEW,   /* members or repeats: see FIT_MEMBERS, FIT_REPEATERS */
    FIT_NOT_FOUND, /* no top was found */
    FIT_AT_EDGE,   /* the likelihood only rises as a parameter goes to 0 or without bound */
};
CHOICE(fit_state); /* found too_few not_found at_edge */
#define FIT_MEMBERS   30
#define FIT_REPEATERS 10

struct bgnbd {
    f64 r, alpha, a, b;
};
struct bgnbd_fit {
    struct bgnbd at, error;
    f64 log_likelihood;
};
enum fit_state bgnbd_fit(struct arena *a, const struct lifetime_sample *s, struct bgnbd_fit *out);
f64 bgnbd_log_likelihood(struct arena *a, const struct bgnbd *m, const struct lifetime_sample *s);
/* last, age, t in units of time. */
f64 bgnbd_alive(const struct bgnbd *m, i64 x, f64 last, f64 age);
/* Expected purchases in the t after T; x 0, last 0, age 0: of a newcomer in the t after his first.
 */
f64 bgnbd_expected(const struct bgnbd *m, i64 x, f64 last, f64 age, f64 t);

struct pareto_nbd {
    f64 r, alpha, s, beta;
};
struct pareto_fit {
    struct pareto_nbd at;
    f64 log_likelihood;
};
enum fit_state pareto_fit(const struct lifetime_sample *s, struct pareto_fit *out);
f64 pareto_log_likelihood(const struct pareto_nbd *m, const struct lifetime_sample *s);
f64 pareto_alive(const struct pareto_nbd *m, i64 x, f64 last, f64 age);

/* One who bought again: how often, and what a repeat came to on average, in units of money. */
struct spend_row {
    i32 x;
    f64 mean;
};
struct spend_sample {
    struct spend_row *at;
    i64 n;
};
struct gamma_gamma {
    f64 p, q, v;
};
struct spend_fit {
    struct gamma_gamma at;
    f64 log_likelihood;
};
enum fit_state spend_fit(const struct spend_sample *s, struct spend_fit *out);
f64 spend_log_likelihood(const struct gamma_gamma *m, const struct spend_sample *s);
/* Expected mean of a purchase, given his; x 0: of everybody. NAN where the model has no mean. */
f64 spend_expected(const struct gamma_gamma *m, i64 x, f64 mean);
/* Pearson's, between x and the mean: Gamma-Gamma takes it to be near 0. NAN: not defined. */
f64 spend_correlation(const struct spend_sample *s);

/* Expected purchases of the next `horizon` days times their expected value, each 30 days discounted
 * from their middle at `rate` a year (0.1: ten percent). */
f64 lifetime_value(const struct bgnbd *m, f64 unit, i64 x, i64 last, i64 age, i64 horizon, f64 rate,
                   f64 mean);
