/* lifetime.h -- who will come back, and what he is worth: BG/NBD, Gamma-Gamma and Pareto/NBD fitted
 * to purchases; scores of every member, kept and refreshed; what the fit would have foretold.
 *
 * Words
 *   purchase      as trade has it, and free orders too (paid with nothing, nothing refunded: they
 *                 are a sign of life); those of one member on one day (the programme's) count as
 *                 one, its amount is their sum.
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
 *   - what_cannot_be_fitted_is_said: an empty shop, one order, one member, repeats that never vary,
 *     or all refunded.
 *   - the_fit_before_stays_in_force: when a new one is not found.
 *   - a_member_is_scored_by_his_purchases: scores equal the formulas on his own x, t_x, T.
 *   - everybody_with_a_value_stands_in_one_band: members and values of the bands add up.
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

/* -- of a shop --------------------------------------------------------------------------------- */

enum lifetime_unit { LIFETIME_WEEK, LIFETIME_DAY };
CHOICE(lifetime_unit); /* week day */

/* What to fit. */
struct lifetime_ask {
    opt_i64 from;      /* a day: only members whose first purchase ever was on it or later */
    opt_i64 until;     /* the last day looked at; absent: yesterday, or the day of the last purchase
                          where that is over 60 days ago */
    opt_i64 calibrate; /* the last day the fit sees; what follows up to `until` tests it. Absent:
                          `until` */
    enum lifetime_unit unit;
    i64 horizon;  /* days foretold; 0: 365 */
    f64 discount; /* a year: 0.1 is ten percent */
};

#define FIELDS_OF_bgnbd_errors(X, N)         \
    X(f64, r, ANY, "Standard error of r", N) \
    X(f64, alpha, ANY, "Of alpha", N)        \
    X(f64, a, ANY, "Of a", N)                \
    X(f64, b, ANY, "Of b", N)
SHAPE(bgnbd_errors);
#define FIELDS_OF_bgnbd_view(X, N)                                          \
    X(f64, r, ANY, "Purchase rates are gamma(r, alpha)", N)                 \
    X(f64, alpha, ANY, "In the unit of the fit", N)                         \
    X(f64, a, ANY, "The chance to leave after a purchase is beta(a, b)", N) \
    X(f64, b, ANY, "Its other parameter", N)                                \
    X(f64, log_likelihood, ANY, "At the maximum", N)                        \
    X(one(bgnbd_errors), errors, ANY, "Standard errors", N)
SHAPE(bgnbd_view);
#define FIELDS_OF_gamma_gamma_view(X, N)            \
    X(f64, p, ANY, "A purchase is gamma(p, nu)", N) \
    X(f64, q, ANY, "nu is gamma(q, v)", N)          \
    X(f64, v, ANY, "In units of money", N)          \
    X(f64, log_likelihood, ANY, "At the maximum", N)
SHAPE(gamma_gamma_view);
#define FIELDS_OF_pareto_view(X, N)                                                       \
    X(f64, r, ANY, "Purchase rates are gamma(r, alpha)", N)                               \
    X(f64, alpha, ANY, "In the unit of the fit", N)                                       \
    X(f64, s, ANY, "Rates of leaving are gamma(s, beta)", N)                              \
    X(f64, beta, ANY, "In the unit of the fit", N)                                        \
    X(f64, log_likelihood, ANY, "Above BG/NBD's: it describes these purchases better", N) \
    X(i64, customers, ANY, "Of so many members, evenly taken where there are very many", N)
SHAPE(pareto_view);

/* The calibration chart: repeats by week since the first purchase of all. */
#define FIELDS_OF_lifetime_week(X, N)                          \
    X(str, from, ANY, "Its first day", N)                      \
    X(str, to, ANY, "Its last", N)                             \
    X(flag, holdout, ANY, "The fit has not seen all of it", N) \
    X(i64, actual, ANY, "Repeat purchases", N)                 \
    X(f64, expected, ANY, "As the fit has it", N)              \
    X(i64, actual_sum, ANY, "Up to here", N)                   \
    X(f64, expected_sum, ANY, "As the fit has it", N)
SHAPE(lifetime_week);
/* The other one: purchases after the calibration, by repeats within. */
#define FIELDS_OF_lifetime_bar(X, N)                                             \
    X(i64, repeats, ANY, "Repeats in the calibration; the last row: or more", N) \
    X(i64, customers, ANY, "Members with so many", N)                            \
    X(opt_f64, actual, ANY, "Mean purchases in the holdout; null: nobody", N)    \
    X(opt_f64, expected, ANY, "As the fit has it", N)
SHAPE(lifetime_bar);
#define FIELDS_OF_lifetime_holdout(X, N)                                      \
    X(str, from, ANY, "First day after the calibration", N)                   \
    X(str, to, ANY, "Last day looked at", N)                                  \
    X(i64, actual, ANY, "Purchases of these members in it", N)                \
    X(f64, expected, ANY, "As the fit foretold, given each one's history", N) \
    X(opt_f64, error, ANY, "expected / actual - 1; null: nobody bought", N)   \
    X(list(lifetime_bar), by_repeats, ANY, "By repeats in the calibration", N)
SHAPE(lifetime_holdout);

#define FIELDS_OF_lifetime_report(X, N)                                                            \
    X(one(bgnbd_view), bgnbd, ANY, "Who buys how often, and leaves", N)                            \
    X(one(gamma_gamma_view), gamma_gamma, ANY, "What a purchase is worth; null: not to be had", N) \
    X(i64, customers, ANY, "Members with a purchase", N)                                           \
    X(i64, repeat_customers, ANY, "Of them, those who bought again", N)                            \
    X(i64, repeats, ANY, "Repeat purchases; those of one day are one", N)                          \
    X(choice(lifetime_unit), unit, ANY, "Of time", N)                                              \
    X(str, from, ANY, "Day of the first purchase", N)                                              \
    X(str, calibrate_to, ANY, "Last day the fit saw", N)                                           \
    X(str, to, ANY, "Last day looked at", N)                                                       \
    X(str, gamma_gamma_problem, ANY, "Why spend could not be fitted", N)                           \
    X(opt_f64, spend_correlation, ANY,                                                             \
      "Between repeats and their mean: Gamma-Gamma takes it to be near 0", N)                      \
    X(one(pareto_view), pareto_nbd, ANY, "The check; null: could not be fitted", N)                \
    X(i64, horizon_days, ANY, "Days foretold", N)                                                  \
    X(f64, discount, ANY, "A year", N)                                                             \
    X(f64, expected_orders, ANY, "Purchases foretold within them, of all these members", N)        \
    X(opt_money, expected_value, ANY, "What they are worth, discounted", N)                        \
    X(one(lifetime_holdout), holdout, ANY, "What the fit has not seen; null: nothing", N)          \
    X(list(lifetime_week), weeks, ANY, "Repeats by week, and as the fit has them", N)              \
    X(str, definition, ANY, "How the figures were made", N)                                        \
    X(f64, took_ms, ANY, "Time taken", N)
SHAPE(lifetime_report);

/* What the fit says of one member on the last day of the calibration. */
#define FIELDS_OF_lifetime_score(X, N)                                                  \
    X(i64, member, ANY, "Member", N)                                                    \
    X(i64, repeats, ANY, "x: purchases after the first, those of one day being one", N) \
    X(i64, last_days, ANY, "t_x: days from the first purchase to the last", N)          \
    X(i64, age_days, ANY, "T: days from the first purchase to the end", N)              \
    X(money, spent, ANY, "Net of all purchases", N)                                     \
    X(f64, alive, ANY, "Chance that he has not left, 0 to 1", N)                        \
    X(f64, orders, ANY, "Purchases expected within the horizon", N)                     \
    X(opt_money, worth, ANY, "Expected amount of one; null: not to be had", N)          \
    X(opt_money, value, ANY, "What they are worth, discounted; null: not to be had", N)
SHAPE(lifetime_score);

/* Fits and answers; keeps nothing. scores (may be NULL): of every member, by id. E_UNPROCESSABLE:
 * cannot be fitted, and why. E_INVALID: days out of order. */
enum err lifetime_report_make(struct ctx *c, const struct lifetime_ask *ask,
                              struct lifetime_report *out, struct lifetime_score_list *scores);

/* -- what is kept ------------------------------------------------------------------------------ */

/* The job, daily: a new fit when the last good one is older than setting lifetime.refit_days, by
 * all purchases up to yesterday (its calibration chart is of a fit that saw less: setting
 * lifetime.holdout_days); then the scores of every buyer as of yesterday's end. A fit that is not
 * found is kept with its reason; the one before stays in force. */
enum err lifetime_refresh(struct store *s, struct ctx *c);
/* The same with a new fit whatever its age. E_UNPROCESSABLE: not found, and why (that is kept too).
 * E_BUSY: one is running. */
enum err lifetime_refit(struct store *s, struct ctx *c);

#define FIELDS_OF_lifetime_try(X, N)          \
    X(instant, at, ANY, "When", N)            \
    X(flag, found, ANY, "Whether it fits", N) \
    X(str, problem, ANY, "Why not; null: it does", N)
SHAPE(lifetime_try);
#define FIELDS_OF_lifetime_tenth(X, N)                 \
    X(i64, from, ANY, "Percent alive, from", N)        \
    X(i64, to, ANY, "Up to; below it, but for 100", N) \
    X(i64, members, ANY, "Members", N)                 \
    X(opt_money, value, ANY, "Value expected of them in 365 days", N)
SHAPE(lifetime_tenth);
/* Members by the value expected of them: a ladder of 1, 2, 5, from the lowest step that somebody
 * stands on to the highest. Those whose value is not to be had stand on none. */
#define FIELDS_OF_lifetime_band(X, N)                          \
    X(money, from, ANY, "Value expected in 365 days, from", N) \
    X(opt_money, to, ANY, "Below it; null: and more", N)       \
    X(i64, members, ANY, "Members", N)                         \
    X(money, value, ANY, "Value expected of them in 365 days", N)
SHAPE(lifetime_band);
#define FIELDS_OF_lifetime_view(X, N)                                                            \
    X(opt_instant, fitted_at, ANY, "When the fit in force was made; null: none", N)              \
    X(one(lifetime_report), fit, ANY,                                                            \
      "The fit in force: to all purchases; holdout and weeks are of one that saw less", N)       \
    X(one(lifetime_try), last_try, ANY, "The last attempt; null: none", N)                       \
    X(opt_instant, scored_at, ANY, "When members were scored", N)                                \
    X(i64, members, ANY, "Members with a score", N)                                              \
    X(f64, expected_orders, ANY, "Purchases expected of them in 90 days", N)                     \
    X(opt_money, expected_value, ANY, "Value expected of them in 365 days; null: not to be had", \
      N)                                                                                         \
    X(list(lifetime_tenth), alive, ANY, "Members by chance to be there, in tenths", N)           \
    X(list(lifetime_band), values, ANY, "Members by value expected", N)                          \
    X(i64, at_risk, ANY, "Members at risk: valuable, and probably leaving", N)                   \
    X(str, at_risk_segment, ANY, "Who they are, in the segment language", N)
SHAPE(lifetime_view);
enum err lifetime_show(struct ctx *c, struct lifetime_view *out);

enum lifetime_sort { LIFETIME_VALUE, LIFETIME_ALIVE };
CHOICE(lifetime_sort); /* value alive */
#define FIELDS_OF_lifetime_scored(X, N)                     \
    X(i64, member, ANY, "Member", N)                        \
    X(i64, repeats, ANY, "Purchases after the first", N)    \
    X(money, spent, ANY, "Net of all purchases", N)         \
    X(i64, alive, ANY, "Hundredths of a percent", N)        \
    X(i64, orders, ANY, "Ten-thousandths of a purchase", N) \
    X(i64, value, ANY, "-1: not to be had", N)
SHAPE(lifetime_scored);
/* The most valuable, or the least alive, first; after (key, member) of the last page; member 0:
 * from the start. at_risk: only those. */
enum err lifetime_members(struct ctx *c, enum lifetime_sort sort, bool at_risk, i64 key, i64 member,
                          i64 limit, struct lifetime_scored_list *out);

struct room;
extern const struct room lifetime_room; /* lifetime_api.c */
