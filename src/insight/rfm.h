/* rfm.h -- who bought lately, often and much, at any date: reports, lists and one member, read from
 * the rows. What R, F, M, bands and types are stands in worth/rfm.h.
 *
 * Promises
 *   - orders_at_or_after_the_date_are_unseen: only what was paid strictly before `at` counts.
 *   - cells_and_types_add_up: members and amounts of all cells, and of all types, sum to the
 *     totals, to the cent.
 *   - equal_values_share_a_band: whatever the cuts, two members with the same figures stand in the
 *     same cell.
 *   - any_rule_equals_the_naive_count: for any rule the result is that of the definition, computed
 *     member by member.
 *   - no_floats_decide: cuts, bands and high/low are decided in whole numbers; means are rounded
 *     for showing only.
 * Memory   Results live in c->arena.
 * Threads  rfm_make reads with two connections in two threads of one state of the store.
 */
#pragma once

#include "store/store.h"
#include "worth/rfm.h"

struct rfm_member {
    i64 member;
    money amount;                            /* within the window */
    i64 figure[RFM_AXES];                    /* R in days, F, M */
    instant first_bought_at, last_bought_at; /* of all purchases before the date */
    u32 purchases;                           /* all of them, within the window or not */
    u8 band[RFM_AXES];
    u8 type; /* place in rfm_types */
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
