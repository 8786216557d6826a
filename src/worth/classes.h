/* classes.h -- scene tags (new, active, dormant, high value) and the A/B/C classes, by definition.
 *
 * Words; everything looks only at what happened strictly before `at`
 *   member      first seen before `at`.
 *   purchase    as in trade/trade.h, by the time it was paid.
 *   act         an order placed or paid, being first seen, or any timeline line that the member
 *               himself caused: all kinds but the house's book-keeping (IS_ACT).
 *   new         first purchase within scene.new_days (30) days.
 *   active      an act within scene.active_days (30) days.
 *   dormant     known, and no act within scene.dormant_days (90) days.
 *   high_value  R, F and M all high by the RFM settings: type important_value.
 *   A           in a community and never bought. In a community: of the lines community.joined and
 *               community.left of one community (the line's subject), the member's latest is
 *               community.joined.
 *   B, C        bought once; bought more than once.
 * Who gathers what members did (insight from rows, audience from the index or in SQL) asks here
 * what it makes of them.
 */
#pragma once

#include "base/field.h"
#include "store/store.h"

/* Lines that are no act of the member: orders are read from the orders themselves, the rest is
 * book-keeping. The words up to segment.% stand in the partial index insight_act
 * (insight/tables.c): what says more still uses it. */
#define IS_ACT                                                                                 \
    "kind NOT LIKE 'order.%' AND kind NOT LIKE 'member.%' AND kind NOT LIKE 'tag.%'"           \
    " AND kind NOT LIKE 'field.%' AND kind NOT LIKE 'identity.%' AND kind NOT LIKE 'import.%'" \
    " AND kind NOT LIKE 'segment.%' AND kind NOT LIKE 'ledger.%' AND kind NOT LIKE 'reward.%'" \
    " AND kind NOT LIKE 'tier.%' AND kind NOT LIKE 'points.%'"                                 \
    " AND kind NOT LIKE 'membership.end%' AND kind NOT LIKE 'board.%'"
#define IS_COMMUNITY "kind IN ('community.joined', 'community.left')"

/* -- classes ---------------------------------------------------------------------------------- */

/* A, B and C, in this order; nobody fits two. */
struct class_row {
    const char *name, *folded; /* "A", "a" */
    bool community;            /* must be in one */
    i64 least, most;           /* purchases */
};
#define CLASSES 3
extern const struct class_row class_rows[CLASSES];
const struct class_row *class_find(str name); /* NULL: no such class */
/* NULL: in none. */
const struct class_row *class_fitting(i64 purchases, bool community);

/* -- scene tags ------------------------------------------------------------------------------- */

struct scene_term {
    i64 days;
    instant from; /* so many days before at */
};
struct scene_terms {
    instant at;
    struct scene_term new, active, dormant;
};
enum err scene_terms_read(struct ctx *c, instant at, struct scene_terms *out);

#define SCENE_NEW     "新客"
#define SCENE_ACTIVE  "活跃"
#define SCENE_DORMANT "沉睡"
#define SCENE_HIGH    "高价值"

/* What is known of one member at the date; acts longer ago than anybody asks may be missing. */
struct standing {
    instant last_act;     /* INT64_MIN: none */
    instant first_bought; /* meaningful with purchases */
    u32 purchases;
    bool known, community, high_value;
};

enum mark { MARK_A, MARK_B, MARK_C, MARK_NEW, MARK_ACTIVE, MARK_DORMANT, MARK_HIGH, MARKS };
void marks_of(const struct scene_terms *t, const struct standing *s, bool mark[MARKS]);
/* The tags from MARK_NEW on, in that order; ends with a NULL value. */
extern const struct field_choice scene_choices[];
