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
    int most; /* values that the climb may ask for */
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
 * takes more than 400 terms. */
f64 hyper_2f1(f64 a, f64 b, f64 c, f64 z);

/* -- bgnbd.c ---------------------------------------------------------------------------------- */

/* Expected purchases within t of somebody alive: by the series, and by quadrature over p. */
f64 bgnbd_of_the_living(const struct bgnbd *m, i64 x, f64 age, f64 t);
f64 bgnbd_of_the_living_slowly(const struct bgnbd *m, i64 x, f64 age, f64 t);

/* -- gather.c --------------------------------------------------------------------------------- */

/* One who bought by the end of the calibration. */
struct buyer {
    i64 member;
    money spent, repeated; /* in all; and by repeats */
    day first;
    i32 x, last, age; /* days */
    i32 later;        /* purchases after the calibration, up to `until` */
};
struct buyers {
    struct buyer *at; /* by x, last, age, member: those of row k of the sample follow each other */
    i64 n;
    struct lifetime_sample sample;
    struct spend_sample spend;
    day first, calibrate, until; /* of the first purchase; the two ends */
    i64 repeaters, repeats;
    i64 *repeats_on; /* of these members: by day from `first` on to `until` */
};
enum err buyers_gather(struct ctx *c, const struct lifetime_ask *ask, struct buyers *out);

/* -- report.c --------------------------------------------------------------------------------- */

struct lifetime_fits {
    struct bgnbd_fit bgnbd;
    struct spend_fit spend;
    enum fit_state spend_state;
};
enum err lifetime_fit_buyers(struct ctx *c, struct buyers *b, struct lifetime_fits *out);
/* Scores of all buyers, in their order. worth, value NULL-like where the fit has no spend. */
void lifetime_score_buyers(struct arena *a, const struct buyers *b,
                           const struct lifetime_fits *fits, i64 orders_days, i64 value_days,
                           f64 discount, struct lifetime_score_list *out);
/* Why nothing was fitted, in both languages, without %. */
struct said {
    str zh, en;
};
str lifetime_definition(struct ctx *c, const struct lifetime_report *r);
struct said fit_said(struct arena *a, enum fit_state state, i64 members, i64 repeaters);

/* -- tables.c, fields.c ------------------------------------------------------------------------ */

extern const struct migration lifetime_migrations[];
struct field_table;
extern const struct field_table lifetime_fields;

/* Lower alive than .alive (hundredths of a percent), and spent at least .spent. */
struct risk {
    i64 alive;
    money spent;
};
enum err lifetime_risk(struct ctx *c, struct risk *out);
