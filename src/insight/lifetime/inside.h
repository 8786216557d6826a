/* inside.h -- between the files of lifetime: the search for a maximum, functions of mathematics,
 * slow forms that tests hold beside the quick ones. */
#pragma once

#include "insight/lifetime.h"

/* -- search.c --------------------------------------------------------------------------------- */

#define SEARCH_MOST 4
/* A mean log-likelihood over `weight` people as a function of n logarithms. */
struct search {
    int n;
    f64 weight;
    f64 (*value)(void *arg, const f64 *point, f64 *gradient); /* gradient is never NULL */
    void *arg;
};
/* From start to the top. error: standard errors of the logarithms. */
enum fit_state search_top(const struct search *s, const f64 *start, f64 *top, f64 *value,
                          f64 *error);

/* -- special.c -------------------------------------------------------------------------------- */

f64 log_gamma(f64 x);       /* x > 0; of any thread */
f64 digamma(f64 x);         /* x > 0 */
f64 log_add(f64 x, f64 y);  /* log(exp x + exp y) without leaving the logarithms */
f64 log_less(f64 x, f64 y); /* log(exp x - exp y), x >= y; -HUGE_VAL where they are one */
/* 2F1(a, b; c; z) with c > 0 and 0 <= z < 1 by its series; NAN where that loses half its digits or
 * takes more than 100,000 terms. */
f64 hyper_2f1(f64 a, f64 b, f64 c, f64 z);

/* -- bgnbd.c ---------------------------------------------------------------------------------- */

/* Expected purchases within t of somebody alive: by the series, and by quadrature over p. */
f64 bgnbd_of_the_living(const struct bgnbd *m, i64 x, f64 age, f64 t);
f64 bgnbd_of_the_living_slowly(const struct bgnbd *m, i64 x, f64 age, f64 t);
