/* dashboard.h -- dashboards: blocks of metrics that an operator put together, kept under a name and
 * seen by everybody.
 *
 * Words
 *   block     a metric, by which step and dimension, of whom, and how it is drawn. Its figures are
 *             asked for when it is looked at (metric.h); only the question is kept.
 *   built in  number 0, there from the first day; it cannot be changed, but copied.
 * Promises
 *   - a_dashboard_is_what_was_put: names and blocks come back as they were given, in their order.
 *   - only_what_can_be_asked_is_kept: a metric that is not there, a dimension it has not, a segment
 *     that is not understood are refused with the block's number.
 *   - dashboards_are_bounded: 100 of them, 24 blocks each.
 *   - a_change_of_an_older_state_is_refused: two who change one do not undo each other unseen.
 *   - the_built_in_one_can_be_asked: every block of it, in an empty shop too.
 * Threads  Any.
 */
#pragma once

#include "base/room.h"
#include "store/store.h"

#define DASHBOARDS_MAX       100
#define DASHBOARD_BLOCKS_MAX 24

enum dashboard_draws { DRAWS_FIGURE, DRAWS_LINE, DRAWS_BARS, DRAWS_TABLE };
CHOICE(dashboard_draws); /* figure line bars table */
enum dashboard_size { SIZE_SMALL, SIZE_MEDIUM, SIZE_WIDE };
CHOICE(dashboard_size); /* small medium wide: a quarter, a half, all of a row */
enum dashboard_step { STEPS_FIT, STEPS_DAY, STEPS_WEEK, STEPS_MONTH, STEPS_QUARTER, STEPS_YEAR };
CHOICE(dashboard_step); /* fit (to the period) day week month quarter year */

#define FIELDS_OF_dashboard_block(X, N)                                                          \
    X(str, metric, REQUIRED | SHORT, "Metric, as GET /v1/metrics names it", N)                   \
    X(str, title, SHORT, "Heading; absent: the metric's name", N)                                \
    X(choice(dashboard_draws), draws, ANY, "figure, line, bars or table", N)                     \
    X(choice(dashboard_size), size, ANY, "small, medium or wide: a quarter, half, whole row", N) \
    X(choice(dashboard_step), step, ANY, "fit (to the period), day, week, month …", N)           \
    X(str, by, SHORT, "Cut by shop, touchpoint, category or a field of members", N)              \
    X(str, segment, ANY, "Only of these members: a text of the segment language", N)             \
    X(str, shop, SHORT, "Only orders of this shop", N)                                           \
    X(str, touchpoint, SHORT, "Only orders of this touchpoint", N)                               \
    X(str, category, SHORT, "Only this category's part of orders", N)
SHAPE(dashboard_block);

#define FIELDS_OF_dashboard_view(X, N)                                      \
    X(i64, id, ANY, "Id; 0: the built-in one", N)                           \
    X(str, name, ANY, "Name", N)                                            \
    X(i64, days, ANY, "Days up to today that it shows unless one asks", N)  \
    X(list(dashboard_block), blocks, ANY, "In the order they are shown", N) \
    X(str, owner, ANY, "Who made it; null: built in", N)                    \
    X(i64, version, ANY, "Rises with every change", N)                      \
    X(opt_instant, updated_at, ANY, "Last changed; null: built in", N)
SHAPE(dashboard_view);

#define DASHBOARD_FIELDS(X, N)                                                             \
    X(str, name, REQUIRED | SHORT, "Name; unique however it is cased", N)                  \
    X(opt_i64, days, POSITIVE, "Days up to today that it shows, 1 to 1100; absent: 30", N) \
    X(list(dashboard_block), blocks, REQUIRED, "At most 24", N)
#define FIELDS_OF_dashboard_post(X, N) DASHBOARD_FIELDS(X, N)
SHAPE(dashboard_post);
#define FIELDS_OF_dashboard_put(X, N)                                     \
    X(i64, id, REQUIRED | POSITIVE, "Dashboard", N)                       \
    X(i64, version, REQUIRED | POSITIVE, "The state that was changed", N) \
    DASHBOARD_FIELDS(X, N)
SHAPE(dashboard_put);

enum err dashboard_create(struct tx *t, const struct dashboard_post *in, i64 *id);
/* E_CONFLICT: somebody else changed it meanwhile, or the name is taken. */
enum err dashboard_change(struct tx *t, const struct dashboard_put *in);
enum err dashboard_delete(struct tx *t, i64 id);
enum err dashboard_get(struct ctx *c, i64 id, struct dashboard_view *out);
/* The built-in one first, then by name. */
enum err dashboard_list(struct ctx *c, struct dashboard_view_list *out);

extern const struct migration dashboard_migrations[];
extern const struct room dashboard_room; /* dashboard_api.c */
