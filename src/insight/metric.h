/* metric.h -- metrics as rows: what a figure means, how it is made, and any of them for any period,
 * segment and dimension, beside the period before and the same period of last year.
 *
 * A metric is a base measure, a difference or a ratio of two (metric/table.c). Base measures are
 * counted in one pass over the orders (metric/count.c), or over the behaviour that the index of
 * members keeps (metric/behaviour.c).
 *
 * Words (trade/trade.h says what paid, net, refund, purchase and credit note mean)
 *   day          of the programme's zone; ends of a period are included.
 *   placed, GMV  orders placed on those days (not credit notes), whatever became of them, and their
 *                total: unpaid, cancelled and refunded orders are inside.
 *   paid …       a paid order belongs to the day of its payment (placed, where that is not known);
 *                paid is what the source states, gross is before refunds.
 *   refund       belongs to the day on which it was given, whatever day the order is of. A refund
 *                that only a source states has no day of its own: it belongs to the day the order
 *                was completed; where unknown, paid; where unknown, placed.
 *   net          gross of the days less refunds of the days. Over all days it is the orders' net.
 *   buyers       different members with a purchase; new: whose first purchase of all it is, counted
 *                in the shop, touchpoint and category of that purchase; returning: the other ones.
 *   repeat       buyers with two purchases or more within the period.
 *   cohort N     new buyers whose N days after the first purchase are over; of these who purchased
 *                again within N days (the same day counts).
 *   LTV to date  net, up to now, of all orders of the new buyers of the period / these buyers.
 *   placers      different members who placed an order; reached: these, and who was active.
 *   viewers …    members with "Product Viewed" (carts: "Product Added") in the period; of these who
 *                paid an order or did "Order Completed" in it. Active: any behaviour.
 *   a category   has its part of an order by its lines' amounts, to the last ten-thousandth: money
 *                adds up, an order of two categories counts as one order in each.
 *   before       as many days, ending the day before; year ago: the same dates a year earlier (29
 *                February stands beside 28 February; whole months stay whole: period.h).
 * Units: money in ten-thousandths of the unit, counts, ratios in millionths. A ratio whose
 * denominator is zero (or, by pieces given back, below) is not defined.
 * Promises
 *   - metrics_equal_the_naive_count: on random shops every measure, by day and step, by dimension
 *     and of a segment, is that of the definition read from the orders one by one.
 *   - kept_orders_follow_every_change: what is kept in memory answers as what is read afresh, after
 *     orders, refunds, merges; and an order that was acknowledged is in the next answer.
 *   - a_book_read_in_part_answers_whole: questions while it is being read, and after an error, miss
 *     nothing.
 *   - parts_add_up: sums of days, and of shops, touchpoints, categories, are the period's to the
 *     cent.
 *   - cohorts_equal_the_naive_count: members of each, and who came back when.
 *   - several_at_once_equal_one_by_one
 *   - not_defined_is_said: no 0 and no NaN for 0 / 0.
 *   - each_source_answers_its_measure: the SQL that a metric names answers what the metric does.
 *   - a_dimension_it_has_not_is_refused: with those it has.
 * Memory   Answers live in c->arena. The kept orders (metric/facts.h): about 10 bytes an order, as
 * many a buyer, 5 a member, and 140 KB for each shop and touchpoint. Threads  Any.
 */
#pragma once

#include "base/room.h"
#include "store/store.h"

/* -- base measures ---------------------------------------------------------------------------- */

enum measure {
    MEASURE_PLACED,          /* orders placed */
    MEASURE_GMV,             /* their total */
    MEASURE_KNOWN_PLACED,    /* those of known buyers */
    MEASURE_KNOWN_GMV,       /* the total of these */
    MEASURE_PLACERS,         /* different members who placed one */
    MEASURE_ORDERS,          /* orders paid */
    MEASURE_UNITS,           /* pieces of these */
    MEASURE_PAID,            /* as the sources state it */
    MEASURE_GROSS,           /* before refunds */
    MEASURE_REFUND,          /* of the day of the refund */
    MEASURE_NET,             /* gross - refund */
    MEASURE_REFUNDED_ORDERS, /* orders with their first refund */
    MEASURE_PURCHASES,
    MEASURE_BUYERS, /* different */
    MEASURE_NEW_BUYERS,
    MEASURE_REPEAT_BUYERS,
    MEASURE_SEEN_30, /* new buyers whose 30 days are over */
    MEASURE_BACK_30, /* of these, who purchased again within them */
    MEASURE_SEEN_60,
    MEASURE_BACK_60,
    MEASURE_SEEN_90,
    MEASURE_BACK_90,
    MEASURE_SEEN_365,
    MEASURE_BACK_365,
    MEASURE_COHORT_NET,  /* net to date of all orders of the new buyers */
    MEASURE_COHORT_DAYS, /* days of these buyers since their first purchase, it included */
    MEASURE_PAID_HIGH,   /* paid by members of high value now; only when a metric asks for it */
    MEASURE_NEW_MEMBERS,
    MEASURE_MEMBERS,       /* known at the end of the period: who can be reached */
    MEASURE_COST,          /* spent on the touchpoints */
    MEASURE_NEW_FOLLOWERS, /* those who left taken off */
    MEASURE_FOLLOWERS,     /* at the end of the period */
    MEASURE_POINTS,        /* outstanding at the end; only when a metric asks for them */
    MEASURE_POINTS_VALUE,  /* that in money */
    MEASURE_REACHED,       /* from here on the index of members is asked: active, or a placer */
    MEASURE_ACTIVE,        /* behaviour; different members */
    MEASURE_VIEWERS,
    MEASURE_VIEWERS_BOUGHT,
    MEASURE_CARTERS,
    MEASURE_CARTERS_BOUGHT,
    MEASURES_N,
};
#define MEASURE_BEHAVIOUR MEASURE_REACHED

/* Only orders of this shop, touchpoint, category; only members of this segment (as of now). Absent:
 * all. Members and new members are those first seen at the touchpoint; of a shop or category they
 * are not. What members did (active, viewers …) knows none of the three: it is of the segment
 * alone. Those reached are of a touchpoint who did something there or ordered through it; of a shop
 * and of a category it is all of them: one reach for all. */
struct member_set;
struct metric_filter {
    str segment, shop, touchpoint, category;
    bool no_behaviour; /* leave MEASURE_BEHAVIOUR and on at 0: no index is needed without segment */
    const struct member_set *set; /* instead of the segment's: found already */
};
struct metric_totals {
    i64 of[MEASURES_N];
};
/* Base measures of days from..to. E_INVALID: not a period, not a segment. E_BUSY: the index of
 * members is not there yet (it is asked when there is a segment or behaviour is wanted). */
enum err metric_totals(struct ctx *c, day from, day to, const struct metric_filter *f,
                       struct metric_totals *out);

/* The same of two periods, of the same orders: of the whole, and of each part. By a dimension
 * (shop, touchpoint, category, or a field of members with one value each: tier, city …) the first
 * part has most of `most` (change: differs most between the periods); at most `parts`, then the
 * rest together. By members as the caller parted them: the parts as he numbers them. */
#define METRIC_GROUPS     20
#define METRIC_GROUPS_MAX 1000
struct metric_period {
    day from, to;
};
struct metric_cut {
    str by;        /* absent: by members, or not at all */
    const u8 *own; /* the part of each member below own_n; later ones are in the last but one, */
    i64 own_n, own_parts; /* orders without a buyer in the last of them. NULL: by `by` */
    enum measure most;
    bool change;
    i64 parts;  /* 0: METRIC_GROUPS */
    u64 wanted; /* measures, a bit each; 0: all. Others may be left at 0 */
};
struct metric_group_totals {
    str value;
    bool rest, unknown; /* all others; without a value */
    i64 place;          /* as the caller numbers it */
    struct metric_totals a, b;
};
struct metric_group_totals_list {
    struct metric_group_totals *at;
    i64 n;
};
struct metric_parted {
    struct metric_totals a, b;
    struct metric_group_totals_list parts;
};
enum err metric_totals_parted(struct ctx *c, struct metric_period a, struct metric_period b,
                              const struct metric_cut *cut, const struct metric_filter *f,
                              struct metric_parted *out);
/* Its parts by a dimension alone, all measures. */
enum err metric_totals_by(struct ctx *c, struct metric_period a, struct metric_period b, str by,
                          enum measure by_most, const struct metric_filter *f,
                          struct metric_group_totals_list *out);

/* -- metrics ---------------------------------------------------------------------------------- */

enum metric_unit { METRIC_MONEY, METRIC_COUNT, METRIC_RATIO, METRIC_TIMES, METRIC_DAYS };
CHOICE(metric_unit); /* money count ratio times days */
enum metric_better { METRIC_MORE, METRIC_LESS, METRIC_NEITHER };
CHOICE(metric_better); /* more less neither */
enum metric_form {
    METRIC_IS,    /* a */
    METRIC_MINUS, /* a - b */
    METRIC_OVER,  /* a / b */
    METRIC_REST,  /* 1 - a / b */
    METRIC_PAYS,  /* days in which a is earned at the rate of b: see payback */
};
enum { /* what it can be cut by */
       CUT_SHOP = 1,
       CUT_TOUCHPOINT = 2,
       CUT_CATEGORY = 4,
       CUT_MEMBER = 8,
       CUT_ORDERS = CUT_SHOP | CUT_TOUCHPOINT | CUT_CATEGORY | CUT_MEMBER,
};
struct metric {
    const char *name;
    const char *zh, *en;
    enum metric_unit unit;
    enum metric_better better;
    enum metric_form form;
    enum measure a, b;
    unsigned cuts;
    const char *definition_zh, *definition_en;
    const char *formula_zh, *formula_en;
};
extern const struct metric metrics[]; /* ends with a NULL name */
/* E_NOT_FOUND with the nearest name. */
enum err metric_find(struct ctx *c, str name, const struct metric **out);
/* Of base measures; nothing: not defined. Pure. */
opt_i64 metric_value(const struct metric *m, const struct metric_totals *t);
/* "12.50", "17", "0.1234"; absent: not defined. */
str metric_text(struct arena *a, enum metric_unit unit, opt_i64 value);

/* -- the answer ------------------------------------------------------------------------------- */

/* Where a part of a metric comes from, for whoever wants to see for himself. */
enum metric_source_kind { SOURCE_SQL, SOURCE_SEGMENT, SOURCE_REPORT };
CHOICE(metric_source_kind); /* sql segment report */
#define FIELDS_OF_metric_source(X, N)                                      \
    X(str, measure, ANY, "Base measure", N)                                \
    X(choice(metric_source_kind), kind, ANY,                               \
      "A statement; how many members a segment has; or another report", N) \
    X(str, text, ANY, "That statement, segment or command", N)             \
    X(str, note, ANY, "What stands for $1, $2 …, or of whom it is", N)
SHAPE(metric_source);

#define FIELDS_OF_metric_view(X, N)                                                                \
    X(str, name, ANY, "Stable name", N)                                                            \
    X(str, label, ANY, "Name shown", N)                                                            \
    X(choice(metric_unit), unit, ANY, "money (yuan), count, ratio (1 is 100 %), times or days", N) \
    X(choice(metric_better), better, ANY, "Whether more of it is better, less, or neither", N)     \
    X(flag, adds_up, ANY, "Days and groups add up to the period", N)                               \
    X(str, definition, ANY, "What it means", N)                                                    \
    X(str, formula, ANY, "How it is computed", N)                                                  \
    X(strs, by, ANY, "What it can be cut by; member: any field of members with one value", N)      \
    X(list(metric_source), sources, ANY,                                                           \
      "What answers each of its parts, of all members and orders; empty beside values of several"  \
      " metrics",                                                                                  \
      N)
SHAPE(metric_view);
void metric_show(struct ctx *c, const struct metric *m, struct metric_view *out);
void metric_sources(struct ctx *c, const struct metric *m, struct metric_source_list *out);
/* What the SQL of a measure answers, of all orders and members; slow. has: it has one. */
enum err measure_by_sql(struct ctx *c, enum measure m, day from, day to, bool *has, i64 *out);

enum metric_step { STEP_DAY, STEP_WEEK, STEP_MONTH, STEP_QUARTER, STEP_YEAR };
CHOICE(metric_step); /* day week month quarter year */

/* Of which days, members and orders, and how cut. */
#define METRIC_ASK_FIELDS(X, N)                                                                   \
    X(str, from, SHORT, "First day; all: since the first order or member; absent: 30 days", N)    \
    X(str, to, SHORT, "Last day, included; absent: today", N)                                     \
    X(choice(metric_step), step, ANY, "day, week (from Monday), month, quarter, year", N)         \
    X(str, by, SHORT, "Cut by shop, touchpoint, category, or a field of members such as tier", N) \
    X(str, segment, LONG, "Only of these members (as of now): a text of the segment language", N) \
    X(str, shop, SHORT, "Only orders of this shop", N)                                            \
    X(str, touchpoint, SHORT, "Only orders of this touchpoint", N)                                \
    X(str, category, SHORT, "Only this category's part of orders", N)                             \
    X(opt_flag, compare, ANY, "Also the period before and the same of last year; absent: yes", N) \
    X(opt_i64, groups, POSITIVE, "Values told apart, at most 1000; absent: 20", N)                \
    X(opt_i64, seq, NOT_NEGATIVE, "Wait until this line of the timeline is in the answer", N)
#define FIELDS_OF_metric_ask(X, N)              \
    X(str, name, REQUIRED | SHORT, "Metric", N) \
    METRIC_ASK_FIELDS(X, N)
SHAPE(metric_ask);

/* Values are decimal texts in the metric's unit; null: not defined. */
#define FIELDS_OF_metric_point(X, N)                     \
    X(day, from, ANY, "First day of the step", N)        \
    X(day, to, ANY, "Its last day within the period", N) \
    X(str, value, ANY, "Value; null: not defined", N)
SHAPE(metric_point);
#define FIELDS_OF_metric_beside(X, N)                 \
    X(day, from, ANY, "First day", N)                 \
    X(day, to, ANY, "Last day", N)                    \
    X(str, value, ANY, "Value; null: not defined", N) \
    X(str, change, ANY, "Change to the period asked for, 0.05 is 5 % more; null: not defined", N)
SHAPE(metric_beside);
#define FIELDS_OF_metric_group(X, N)                                                      \
    X(str, group, ANY, "Value of the dimension", N)                                       \
    X(flag, rest, ANY, "All other values together", N)                                    \
    X(str, value, ANY, "Value; null: not defined", N)                                     \
    X(str, share, ANY, "Of the period's value, where parts add up; null: not defined", N) \
    X(str, before, ANY, "Value of the period before; null: not defined, or not asked", N) \
    X(str, year_ago, ANY, "Value a year ago; null: not defined, or not asked", N)         \
    X(list(metric_point), series, ANY, "By step", N)
SHAPE(metric_group);
#define FIELDS_OF_metric_answer(X, N)                                                        \
    X(one(metric_view), metric, ANY, "What was asked for", N)                                \
    X(day, from, ANY, "First day", N)                                                        \
    X(day, to, ANY, "Last day", N)                                                           \
    X(str, value, ANY, "Value of the whole period; null: not defined", N)                    \
    X(list(metric_point), series, ANY, "By step", N)                                         \
    X(one(metric_beside), before, ANY, "As many days before; null: not asked for", N)        \
    X(one(metric_beside), year_ago, ANY, "The same dates last year; null: not asked for", N) \
    X(list(metric_group), groups, ANY, "By the values of the dimension", N)                  \
    X(i64, took_us, ANY, "Microseconds taken", N)                                            \
    X(str, how, ANY, "How it was answered", N)
SHAPE(metric_answer);
enum err metric_make(struct ctx *c, const struct metric_ask *ask, struct metric_answer *out);
/* The same with its sources. */
enum err metric_explain(struct ctx *c, const struct metric_ask *ask, struct metric_answer *out);

/* Whether metric_make would take it: the metric, what it is cut by, a segment that is understood.
 * Shops and their like are looked up only when it is asked. */
enum err metric_may_be_asked(struct ctx *c, const struct metric_ask *ask);

/* Several of them at once: orders, behaviour and the dimension are each gone through once. */
#define METRICS_AT_ONCE 24
#define POINTS_AT_ONCE  60000  /* of all series together */
#define POINTS_OF_ONE   120000 /* of one metric, by many values: 80 MB while it is counted */
#define FIELDS_OF_metrics_ask(X, N)                 \
    X(strs, names, REQUIRED, "Metrics, 1 to 24", N) \
    METRIC_ASK_FIELDS(X, N)
SHAPE(metrics_ask);
#define FIELDS_OF_metrics_answer(X, N)                                                      \
    X(day, from, ANY, "First day", N)                                                       \
    X(day, to, ANY, "Last day", N)                                                          \
    X(list(metric_answer), items, ANY, "In the order asked for; how stands beside them", N) \
    X(i64, took_us, ANY, "Microseconds taken", N)                                           \
    X(str, how, ANY, "How it was answered", N)
SHAPE(metrics_answer);
/* Each as metric_make answers; only the groups are those with most of the first metric. */
enum err metrics_make(struct ctx *c, const struct metrics_ask *ask, struct metrics_answer *out);

/* As a table of from, to, group and value: the period, then its steps; the whole, then its groups.
 */
enum metric_format { METRIC_CSV, METRIC_XLSX };
CHOICE(metric_format); /* csv xlsx */
enum err metric_file(struct ctx *c, str path, enum metric_format format,
                     const struct metric_answer *a);

/* -- cohorts ---------------------------------------------------------------------------------- */

#define FIELDS_OF_cohorts_ask(X, N)                                                               \
    X(str, from, SHORT, "First day of cohorts; absent: 30 days in all", N)                        \
    X(str, to, SHORT, "Last day of cohorts, included; absent: today", N)                          \
    X(choice(metric_step), step, ANY, "Cohorts and returns by day, week, month, quarter or year", \
      N)                                                                                          \
    X(opt_i64, later, POSITIVE, "Steps to look at afterwards, 1 to 59; absent: 12", N)            \
    X(str, segment, LONG, "Only of these members (as of now)", N)
SHAPE(cohorts_ask);
#define FIELDS_OF_cohort_row(X, N)                                                         \
    X(day, from, ANY, "First day", N)                                                      \
    X(day, to, ANY, "Last day", N)                                                         \
    X(i64, members, ANY, "Members whose first purchase lies in it", N)                     \
    X(ints, returned, ANY, "Of them, who purchased again in the 1st, 2nd … step after", N) \
    X(strs, net, ANY, "Net of their purchases up to the end of step 0, 1, 2 …", N)         \
    X(i64, over, ANY, "So many of the steps after it are over", N)
SHAPE(cohort_row);
#define FIELDS_OF_cohorts_answer(X, N)                      \
    X(choice(metric_step), step, ANY, "As asked", N)        \
    X(list(cohort_row), cohorts, ANY, "The first first", N) \
    X(i64, took_us, ANY, "Microseconds taken", N)           \
    X(str, how, ANY, "How it was answered", N)
SHAPE(cohorts_answer);
/* Members by when they first purchased. At most 120 cohorts. */
enum err cohorts_make(struct ctx *c, const struct cohorts_ask *ask, struct cohorts_answer *out);

/* -- what touchpoints cost, and who follows them ----------------------------------------------- */

#define FIELDS_OF_metric_cost(X, N)                                                              \
    X(str, touchpoint, REQUIRED | SHORT, "Touchpoint, as orders and members name it", N)         \
    X(day, day, REQUIRED, "Day", N)                                                              \
    X(money, amount, NOT_NEGATIVE, "Spent on it that day; replaces what stood there", N)         \
    X(i64, followers, ANY,                                                                       \
      "Followers gained that day, less those who left; the first entry brings those there were", \
      N)                                                                                         \
    X(str, note, SHORT, "For what", N)
SHAPE(metric_cost);
/* Nothing spent and nobody gained takes the entry away. */
enum err metric_cost_put(struct tx *t, const struct metric_cost *in);
enum err metric_costs(struct ctx *c, day from, day to, str touchpoint,
                      struct metric_cost_list *out);
/* Entries of a file: day, touchpoint, amount, followers, note (日期、触点、花费、新增粉丝、备注),
 * in any order, the first two needed. At most 10,000; E_INVALID with the row. */
enum err metric_costs_read(struct ctx *c, str path, struct metric_cost_list *out);

/* -- orders kept in memory -------------------------------------------------------------------- */

struct metric_book;
struct metric_book *metric_book_new(void);
void metric_book_free(struct metric_book *b); /* NULL is allowed; nobody may be asking */
/* What answers are made from; app and tests set it, NULL at the end. Without one orders are read
 * afresh for each question. */
void metric_serve(struct metric_book *b);
/* Gives back what it keeps, but what answers still hold: a command has asked all it wanted to. */
void metric_forget(void);

/* Reads at most so many blocks that are missing (parts: or whose categories are); what is not read
 * yet the next question reads. */
enum err metric_book_warm(struct ctx *c, struct metric_book *b, bool parts, i64 blocks, bool *done);
/* A thread that does so until all are there. c: whose zone; NULL may be stopped. */
struct metric_warming;
struct metric_warming *metric_warm_start(struct ctx *c, struct store *s, struct metric_book *b);
void metric_warm_stop(struct metric_warming *w);

extern const struct room metric_room; /* metric_api.c */
