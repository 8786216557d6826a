/* inside.h -- inside goals: a goal's row, the figures it is judged by, pace and forecast as pure
 * arithmetic. */
#pragma once

#include "insight/goal.h"

struct asking;

extern const struct migration goal_migrations[]; /* tables.c */

#define GOAL_COLUMNS                                                                        \
    "id, state, metric, segment, shop, touchpoint, category, first_day, last_day, target,"  \
    " baseline, baseline_of, baseline_from, baseline_to, owner, note, changes, created_by," \
    " created_at, closed_by, closed_at, close_reason"
#define FIELDS_OF_goal_row(X, N)          \
    GOAL_KEPT(X, N)                       \
    X(day, first_day, ANY, "", N)         \
    X(day, last_day, ANY, "", N)          \
    X(i64, target, ANY, "", N)            \
    X(opt_i64, baseline, ANY, "", N)      \
    X(opt_i64, baseline_from, ANY, "", N) \
    X(opt_i64, baseline_to, ANY, "", N)
SHAPE(goal_row);

enum err goal_row_get(struct ctx *c, i64 id, struct goal_row *out);
/* All that a goal must be, and its baseline: read before the write. E_INVALID. */
enum err goal_prepare(struct ctx *c, const struct goal_post *in, struct goal_row *out);
/* Of what was prepared; its id is in the row. E_CONFLICT: too many open ones. */
enum err goal_create(struct tx *t, struct goal_row *row);
/* Absent: who acts, where he is a user. */
enum err goal_owner_check(struct ctx *c, str *owner);

/* -- what a metric is made of ------------------------------------------------------------------ */

enum goal_kind {
    KIND_SUM,       /* its measures add up by days */
    KIND_DIFFERENT, /* it counts different members of the period */
    KIND_LATER,     /* it goes on changing after the period */
    KIND_STAND,     /* a stand, not the value of a period: no goal */
};
enum goal_kind goal_kind_of(const struct metric *m);
/* E_INVALID: neither more nor less of it is better, or it is a stand. */
enum err goal_metric_find(struct ctx *c, str name, const struct metric **out);
/* The metric of sums or counts a and b; nothing: not defined. */
opt_f64 goal_value(const struct metric *m, f64 a, f64 b);
/* It cannot fall as the period goes on. */
bool goal_only_rises(const struct metric *m);

/* -- periods (period.c) ------------------------------------------------------------------------ */

/* "2024-Q2", "2024-05", "2024"; else from and to. E_INVALID. */
enum err goal_period_read(struct ctx *c, str period, str from, str to, struct metric_period *out);
struct metric_period goal_period_before(struct metric_period p);
struct metric_period goal_period_year_ago(struct metric_period p);
/* "2024-Q2", "2024-05", "2024", or the two days. */
str goal_period_text(struct arena *a, struct metric_period p);

/* -- pace (pace.c): pure ----------------------------------------------------------------------- */

/* A measure's days from `first` on; of the last, known days only. */
struct goal_series {
    day first;
    i64 n;
    const f64 *a, *b;
};
/* Shares of the target by the end of each day of the period; of ratios, what it is multiplied by.
 */
struct goal_shares {
    enum goal_pace by;
    i64 days;
    f64 *upto; /* days + 1: upto[0] before the period */
};
/* Of what adds up by days. s: history from its first day with anything, up to yesterday. */
void goal_shares_make(struct arena *a, const struct metric *m, const struct goal_series *s,
                      struct metric_period p, struct goal_shares *out);

struct goal_standing {
    struct metric_period period;
    day today;
    opt_i64 actual, pace;
    i64 target;
    opt_f64 low, high; /* of the forecast */
};
enum goal_status goal_status_of(const struct metric *m, const struct goal_standing *s);

/* -- forecast (forecast.c): pure --------------------------------------------------------------- */

#define FORECAST_LEVEL 0.8
enum { SPANS_MIN = 4, TRIALS_MAX = 104, WINDOWS_MAX = 12 };

/* Days ahead of a measure by one way; false: history is too short. at: days of y that are known. */
bool goal_days_ahead(enum goal_way way, const f64 *y, day first, i64 at, i64 ahead, f64 *out);

struct goal_foreseen {
    bool has;
    enum goal_way way;
    i64 trials;
    i64 n;             /* days ahead */
    f64 *value, *half; /* of the period up to the end of each of these days */
};
/* elapsed: days of the period in s; ahead: its days to come. today: what stands of the first of
 * these. */
void goal_foresee(struct arena *arena, const struct metric *m, const struct goal_series *s,
                  i64 elapsed, i64 ahead, f64 today_a, f64 today_b, struct goal_foreseen *out);

/* Measures of earlier windows: after as many days as now, and in full. */
struct goal_window {
    f64 at_a, at_b, full_a, full_b;
};
/* now: what stands after these days. One value, at the period's end. */
void goal_develop(struct arena *arena, const struct metric *m, const struct goal_window *w, i64 n,
                  f64 now_a, f64 now_b, struct goal_foreseen *out);

/* -- figures (figures.c) ----------------------------------------------------------------------- */

struct goal_figures {
    const struct metric *metric;
    enum goal_kind kind;
    struct metric_period period;
    day today;
    struct goal_series series; /* days that are over, from the first with anything on */
    f64 today_a, today_b;
    i64 elapsed; /* days of the period that are over */
    opt_i64 actual;
    opt_i64 pace;              /* now */
    struct goal_shares shares; /* days 0: of another kind, or not begun */
    enum goal_pace pace_by;
    struct goal_foreseen foreseen;
    struct goal_window windows[WINDOWS_MAX];
    i64 windows_n;
};
/* It needs the index of members. */
bool goal_of_behaviour(const struct metric *m);
enum err goal_asking(struct ctx *c, const struct metric *m, const struct metric_filter *f,
                     struct asking *out);
/* The metric of a period. */
enum err goal_read_value(struct ctx *c, const struct asking *a, const struct metric *m,
                         struct metric_period p, opt_i64 *out);
enum err goal_read_figures(struct ctx *c, const struct asking *a, const struct metric *m,
                           struct metric_period p, i64 target, struct goal_figures *out);
/* Money to the cent, as averages of it are. */
i64 goal_rounded(const struct metric *m, f64 v);
/* Lower end of the interval, k days ahead. */
f64 goal_low(const struct goal_figures *f, i64 k);
/* The line of a chart. */
enum err goal_read_points(struct ctx *c, const struct asking *a, const struct goal_figures *f,
                          i64 target, struct goal_point_list *out);
struct metric_filter goal_filter(const struct goal_row *row);

/* -- texts of values (terms.c) ----------------------------------------------------------------- */

/* "120000.00", "350", "0.25", "25%" in the metric's unit; above zero. */
enum err goal_value_read(struct ctx *c, const struct metric *m, const char *field, str text,
                         i64 *out);
/* Baseline as asked for: its value, and whose it is. */
struct goal_base {
    enum goal_baseline of;
    struct metric_period days;
    opt_i64 value;
};
enum err goal_base_find(struct ctx *c, const struct metric *m, const struct metric_filter *f,
                        struct metric_period p, enum goal_baseline of, struct goal_base *out);
/* part / whole as a ratio's text, half away from zero; absent: whole is not above zero. */
str goal_share_text(struct arena *a, i64 part, i64 whole);
void goal_base_put(struct goal_row *row, const struct goal_base *base);
/* Change from one value to another: relative, of a ratio the difference, as a ratio's text. */
str goal_change_text(struct arena *a, const struct metric *m, opt_i64 from, opt_i64 to);

/* -- movers (movers.c) ------------------------------------------------------------------------- */

enum err goal_movers(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                     struct metric_period compared, struct goal_mover_list *out);

/* -- words (words.c) --------------------------------------------------------------------------- */

/* What a goal is called: metric, filter, period. */
str goal_label(struct ctx *c, const struct metric *m, const struct goal_row *row);
/* ¥1,234.50, 1,234, 12.3 %. */
str goal_shown(struct ctx *c, const struct metric *m, opt_i64 value);
/* A change's size, of a ratio in points. */
str goal_size_shown(struct ctx *c, const struct metric *m, str text);
str goal_status_words(struct ctx *c, enum goal_status s);
str goal_pace_words(struct ctx *c, const struct goal_figures *f);
str goal_forecast_words(struct ctx *c, const struct goal_figures *f);
str goal_sentence(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                  const struct goal_progress *p);
str goal_how(struct ctx *c);
