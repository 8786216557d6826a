/* rfm.h -- recency, frequency, monetary: who bought lately, often and much, at any date, by rules
 * that are settings.
 *
 * Words (docs/rfm.md says them for operators)
 *   purchase   a paid order with a net amount above zero (trade/trade.h) of a known member, paid
 * before `at`. R          whole days from the last purchase to `at`: floor((at - paid_at) / 24 h).
 * All purchases count, however old. F          purchases within the window, or (RFM_DAYS) different
 * days of the programme with one. M          net amount within the window, or (RFM_AVERAGE) that
 * amount divided by F, rounded down to 0.0001. window     the last `window_days` days: at -
 * window_days * 24 h <= paid_at < at; 0 days: everything before `at`. band       k cuts make k + 1
 * bands; band 1 is the worst. R: 1 + cuts that days stay under; F and M: 1 + cuts reached. cuts
 * FIXED: as given. QUANTILE: as many cuts as given, placed so that the bands hold equally many;
 * equal values stay together. MEAN: one cut at the mean, better than it is band 2. high       BAND:
 * in the best band. MEAN: the band number is above its mean over all members. type       which of
 * R, F, M are high: the eight named types. Promises
 *   - orders_at_or_after_the_date_are_unseen: only what was paid strictly before `at` counts.
 *   - cells_and_types_add_up: members and amounts of all cells, and of all types, sum to the
 * totals, to the cent.
 *   - equal_values_share_a_band: whatever the cuts, two members with the same figures stand in the
 * same cell.
 *   - any_rule_equals_the_naive_count: for any rule the result is that of the definition above,
 * computed member by member.
 *   - no_floats_decide: cuts, bands and high/low are decided in whole numbers; means are rounded
 * for showing only. Memory   Results live in c->arena. Threads  rfm_make reads with two connections
 * in two threads of one state of the store.
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

#define RFM_CUTS_MAX 9

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

/* The eight types, in the order they are shown. */
struct rfm_type {
    bool high[RFM_AXES];
    const char *id, *zh, *en;
};
#define RFM_TYPES 8
extern const struct rfm_type rfm_types[RFM_TYPES];
int rfm_type_find(str id); /* by id; -1: no such type */
int rfm_type_of(bool r_high, bool f_high, bool m_high);

struct rfm_member {
    i64 member;
    money amount;                            /* within the window */
    i64 figure[RFM_AXES];                    /* R in days, F, M */
    instant first_bought_at, last_bought_at; /* of all purchases before the date */
    u32 purchases;                           /* all of them, within the window or not */
    u8 band[RFM_AXES];
    u8 type; /* place in rfm_types */
};

/* Where bands begin and what counts as high: what is needed to place one more member. */
struct rfm_scale {
    i64 cut[RFM_AXES][RFM_CUTS_MAX]; /* R: band rises for days < cut; F, M: for figure >= cut */
    int cuts[RFM_AXES];
    i64 n;                   /* members the scale was made from */
    i64 bands_sum[RFM_AXES]; /* of their band numbers: mean = sum / n */
    enum rfm_high high;
};

struct rfm {
    struct rfm_rule rule;
    struct rfm_member *at; /* by member id, rising */
    i64 n;
    money amount;
    struct rfm_scale scale;
};

/* Everybody with a purchase before rule->at. c needs c->store (two more connections) or works on
 * c->db alone. */
enum err rfm_make(struct ctx *c, const struct rfm_rule *rule, struct rfm *out);
/* The scale alone; a scale that depends on all members is at most ten minutes old. */
enum err rfm_scale_get(struct ctx *c, const struct rfm_rule *rule, struct rfm_scale *out);
/* One member by that scale; *found is false when he never bought before rule->at. */
enum err rfm_one(struct ctx *c, const struct rfm_rule *rule, const struct rfm_scale *scale,
                 i64 member, struct rfm_member *out, bool *found);

/* What counts as high on an axis: R less than so many days, F and M at least so much. False: nobody
 * is. */
bool rfm_high_from(const struct rfm_scale *s, enum rfm_axis axis, i64 *bound);

/* Pure parts: bands and types of figures already known. */
void rfm_score(struct arena *a, struct rfm *r);
void rfm_member_place(const struct rfm_scale *s, struct rfm_member *m);

/* -- as it is shown --------------------------------------------------------------------------- */

#define FIELDS_OF_rfm_cell(X, N)                      \
    X(i64, r, ANY, "Recency band, 1 is the worst", N) \
    X(i64, f, ANY, "Frequency band", N)               \
    X(i64, m, ANY, "Monetary band", N)                \
    X(i64, members, ANY, "Members in it", N)          \
    X(money, amount, ANY, "What they spent within the window", N)
SHAPE(rfm_cell);
#define FIELDS_OF_rfm_type_row(X, N)                       \
    X(str, type, ANY, "Stable name: important_value …", N) \
    X(str, name, ANY, "Name shown", N)                     \
    X(i64, members, ANY, "Members of it", N)               \
    X(money, amount, ANY, "What they spent within the window", N)
SHAPE(rfm_type_row);
#define FIELDS_OF_rfm_means(X, N)             \
    X(f64, recency, ANY, "Mean R in days", N) \
    X(f64, frequency, ANY, "Mean F", N)       \
    X(money, monetary, ANY, "Mean M", N)      \
    X(f64, r, ANY, "Mean recency band", N)    \
    X(f64, f, ANY, "Mean frequency band", N)  \
    X(f64, m, ANY, "Mean monetary band", N)
SHAPE(rfm_means);
#define FIELDS_OF_rfm_cuts_view(X, N)                                  \
    X(str, cuts, ANY, "fixed, quantile or mean", N)                    \
    X(ints, recency, ANY, "Fewer days than this: one band better", N)  \
    X(ints, frequency, ANY, "At least this: one band better", N)       \
    X(strs, monetary, ANY, "At least this amount: one band better", N) \
    X(str, frequency_of, ANY, "orders or days", N)                     \
    X(str, monetary_of, ANY, "total or average", N)                    \
    X(str, high, ANY, "band or mean", N)                               \
    X(i64, window, ANY, "Days looked back for frequency and amount; 0: all time", N)
SHAPE(rfm_cuts_view);
#define FIELDS_OF_rfm_report(X, N)                                     \
    X(str, at, ANY, "Date or moment of the figures", N)                \
    X(i64, members, ANY, "Members with a purchase before it", N)       \
    X(money, amount, ANY, "What they spent within the window", N)      \
    X(list(rfm_cell), cells, ANY, "Every cell, the empty ones too", N) \
    X(list(rfm_type_row), types, ANY, "The eight types", N)            \
    X(one(rfm_means), means, ANY, "Means over all members", N)         \
    X(one(rfm_cuts_view), rule, ANY, "The rule in force", N)           \
    X(str, definition, ANY, "How the figures were made", N)            \
    X(f64, took_ms, ANY, "Time taken", N)
SHAPE(rfm_report);
enum err rfm_report_make(struct ctx *c, const struct rfm_rule *rule, struct rfm_report *out);
void rfm_report_of(struct ctx *c, const struct rfm *r, struct rfm_report *out);
str rfm_definition(struct ctx *c, const struct rfm *r);

/* Members by where they stood at `from` and where at `to`, by the same rule. */
#define FIELDS_OF_rfm_flow(X, N)                                 \
    X(str, from, ANY, "Type then; empty: had not bought yet", N) \
    X(str, to, ANY, "Type now", N)                               \
    X(i64, members, ANY, "Members who went this way", N)
SHAPE(rfm_flow);
#define FIELDS_OF_rfm_move(X, N)                                     \
    X(str, from, ANY, "First date", N)                               \
    X(str, to, ANY, "Second date", N)                                \
    X(list(rfm_type_row), before, ANY, "Types at the first date", N) \
    X(list(rfm_type_row), after, ANY, "Types at the second date", N) \
    X(list(rfm_flow), flows, ANY, "All ways that were gone", N)      \
    X(str, definition, ANY, "How the figures were made", N)
SHAPE(rfm_move);
/* rule->at is ignored. E_INVALID when from is not before to. */
enum err rfm_move_make(struct ctx *c, const struct rfm_rule *rule, str from, str to,
                       struct rfm_move *out);

/* Members of a cell or type, most spent first, at most `limit` after the last one of the page
 * before. total: how many in all. */
struct rfm_choice {
    i64 band[RFM_AXES]; /* 0: any */
    int type;           /* -1: any */
};
struct rfm_place {
    money amount;
    i64 member; /* 0: from the start */
};
struct rfm_member_list {
    struct rfm_member *at;
    i64 n;
};
void rfm_members_of(struct ctx *c, const struct rfm *r, struct rfm_choice which,
                    struct rfm_place after, i64 limit, struct rfm_member_list *out, i64 *total);
