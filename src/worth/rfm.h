/* rfm.h -- recency, frequency, monetary, by definition: the rule that settings make, where bands
 * begin, what is high and which of the eight types that is.
 *
 * Words (docs/rfm.md says them for operators)
 *   purchase   a paid order with a net amount above zero (trade/trade.h) of a known member, paid
 *              before `at`.
 *   window     the last `window_days` days: at - window_days * 24 h <= paid_at < at; 0 days:
 *              everything before `at`.
 *   R          whole days from the last purchase to `at`: floor((at - paid_at) / 24 h). All
 *              purchases count, however old.
 *   F          purchases within the window, or (RFM_DAYS) different days of the programme with one.
 *   M          net amount within the window, or (RFM_AVERAGE) that amount divided by F, rounded
 *              down to 0.0001.
 *   band       k cuts make k + 1 bands; band 1 is the worst. R: 1 + cuts that days stay under; F
 *              and M: 1 + cuts reached.
 *   cuts       FIXED: as given. QUANTILE: as many cuts as given, placed so that the bands hold
 *              equally many; equal values stay together. MEAN: one cut at the mean, better than it
 *              is band 2.
 *   high       BAND: in the best band. MEAN: the band number is above its mean over all members.
 *   type       which of R, F, M are high: the eight named types.
 * Who reads the figures (insight from rows, audience from the index) decides nothing: all of the
 * above is done by the functions below, in whole numbers.
 */
#pragma once

#include "store/store.h"

enum rfm_cuts { RFM_FIXED, RFM_QUANTILE, RFM_MEAN };
CHOICE(rfm_cuts); /* fixed quantile mean */
enum rfm_frequency_of { RFM_ORDERS, RFM_DAYS };
CHOICE(rfm_frequency_of); /* orders days */
enum rfm_monetary_of { RFM_TOTAL, RFM_AVERAGE };
CHOICE(rfm_monetary_of); /* total average */
enum rfm_high { RFM_HIGH_BAND, RFM_HIGH_MEAN };
CHOICE(rfm_high); /* band mean */

/* R, F and M: the three axes, wherever something is done thrice. */
enum rfm_axis { RFM_R, RFM_F, RFM_M, RFM_AXES };

#define RFM_CUTS_MAX  9
#define RFM_BANDS_MAX (RFM_CUTS_MAX + 1)

struct rfm_rule {
    instant at;
    str at_text; /* as the reader is told: 2019-07-01, or an instant */
    i64 window_days;
    ints given[RFM_AXES]; /* days, counts, money: rising */
    enum rfm_cuts cuts;
    enum rfm_frequency_of frequency_of;
    enum rfm_monetary_of monetary_of;
    enum rfm_high high;
};

/* What somebody asks for, as text; whatever is absent comes from the settings rfm.*. Lists without
 * `cuts` mean fixed cuts. */
#define RFM_ASK_FIELDS(X, N)                                                                     \
    X(str, at, SHORT, "Date (00:00 of that day) or moment; absent: now", N)                      \
    X(opt_i64, window, NOT_NEGATIVE, "Days that frequency and amount look back; 0: all time", N) \
    X(str, recency, SHORT, "Cuts in days, rising: 30,90", N)                                     \
    X(str, frequency, SHORT, "Cuts in purchases, rising: 2,5", N)                                \
    X(str, frequency_of, SHORT, "orders or days", N)                                             \
    X(str, monetary, SHORT, "Cuts in money, rising: 200,1000", N)                                \
    X(str, monetary_of, SHORT, "total or average", N)                                            \
    X(str, cuts, SHORT, "fixed, quantile or mean", N)                                            \
    X(str, high, SHORT, "band or mean", N)
#define FIELDS_OF_rfm_ask(X, N) RFM_ASK_FIELDS(X, N)
SHAPE(rfm_ask);

/* "2019-07-01" is that day's first instant, anything else a moment; absent: now. */
enum err rfm_at_read(struct ctx *c, str text, instant *at, str *said);
/* As people read it: the day, when it is its first instant; else local date and time. */
str rfm_at_words(struct ctx *c, instant at);
/* "30,90": one to RFM_CUTS_MAX numbers, above zero and rising. */
enum err rfm_cuts_parse(struct ctx *c, enum rfm_axis axis, str text, ints *out);
enum err rfm_rule_read(struct ctx *c, const struct rfm_ask *ask, struct rfm_rule *out);

/* -- figures of one member -------------------------------------------------------------------- */

/* The window's first instant. */
instant rfm_since(const struct rfm_rule *rule);
/* R of who bought last then. */
static inline i64 rfm_recency(const struct rfm_rule *rule, instant last_bought_at)
{
    return (rule->at - last_bought_at) / DAY_MS;
}
/* M of who bought for `amount` in `frequency` (F) purchases or days of the window. */
static inline i64 rfm_monetary(const struct rfm_rule *rule, money amount, i64 frequency)
{
    if (rule->monetary_of == RFM_TOTAL) return amount;
    return frequency ? amount / frequency : 0;
}

/* -- bands and types -------------------------------------------------------------------------- */

/* The eight types, in the order they are shown. */
struct rfm_type {
    bool high[RFM_AXES];
    const char *id, *zh, *en;
};
#define RFM_TYPES 8
extern const struct rfm_type rfm_types[RFM_TYPES];
int rfm_type_find(str id); /* by id; -1: no such type */
int rfm_type_of(bool r_high, bool f_high, bool m_high);

/* Where bands begin and what counts as high: what is needed to place one more member. */
struct rfm_scale {
    i64 cut[RFM_AXES][RFM_CUTS_MAX]; /* R: band rises for days < cut; F, M: for figure >= cut */
    int cuts[RFM_AXES];
    i64 n;                   /* members the scale was made from */
    i64 bands_sum[RFM_AXES]; /* of their band numbers: mean = sum / n */
    enum rfm_high high;
};

/* The rule's cuts as given, made from nobody. When rule->cuts is not RFM_FIXED and there are
 * members, the two below then move them. */
void rfm_scale_given(const struct rfm_rule *rule, struct rfm_scale *out);
/* One cut at the mean of n figures, n above zero. */
void rfm_scale_mean(struct rfm_scale *s, enum rfm_axis axis, __int128 sum, i64 n);
/* Cut j by quantile is the value at this place (from 0) of the n sorted figures. */
i64 rfm_quantile_place(const struct rfm_scale *s, enum rfm_axis axis, i64 n, int j);

static inline u8 rfm_band(const struct rfm_scale *s, enum rfm_axis axis, i64 figure)
{
    int band = 1;
    for (int j = 0; j < s->cuts[axis]; j++)
        band += axis == RFM_R ? figure < s->cut[axis][j] : figure >= s->cut[axis][j];
    return (u8)band;
}
static inline i64 rfm_bands(const struct rfm_scale *s, enum rfm_axis axis)
{
    return s->cuts[axis] + 1;
}
/* Needs n and bands_sum when high is RFM_HIGH_MEAN. */
int rfm_type_of_bands(const struct rfm_scale *s, const u8 band[RFM_AXES]);
/* What counts as high on an axis: R less than so many days, F and M at least so much. False: nobody
 * is. */
bool rfm_high_from(const struct rfm_scale *s, enum rfm_axis axis, i64 *bound);
