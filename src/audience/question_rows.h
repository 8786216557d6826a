/* question_rows.h -- questions on behaviour: ordered funnels, retention, active members; answered
 * from the rows of the index.
 *
 * What they mean
 *   - row: a line of the timeline of any id a member has had, from 2000-01-01 UTC on, strictly
 * before `at`. Lines whose clock is ahead of `at`, or far behind, are kept and shown with the
 * member, and count in no answer (once `at` has passed them they do).
 *   - members: living, first seen before `at`, those of the segment.
 *   - event: text of segment_parse_event, without a window. Absent: any behaviour: every event from
 *     outside, and of our own kinds order.placed, order.paid, community.joined. What the program or
 *     its operators do (member.tagged, order.shipped …) is no behaviour.
 *   - day: of the programme's zone. A week begins on Monday.
 *   - funnel: a member reaches step k when rows of steps 1 .. k follow one another, a later row
 * each, and all lie within the window after the row of step 1, ends included. Time is compared in
 * whole seconds; rows of one second stand by milliseconds, rows of one instant as they were
 * written. The row of step 1 lies in from .. to; the others may come later.
 *   - time of a step: the least time from a row of step 1 to a row of this step at the end of such
 * a chain; the median of the members who reached it (the lower of two).
 *   - cohort: the day (week) of a member's first row of `start` in from .. to; with first_ever it
 *     must be his first of all. Returned on day n: he has a row of `back` on the n-th day after.
 *   - active: a row of the event on that day (week, month), counted once a member; by a field once
 *     in each of his values, by a property once for each value his rows of the day have.
 * Promises
 *   - funnel_as_by_hand, retention_as_by_hand, actives_as_by_hand: on random behaviour each answer
 *     is that of the definition above, read from the lines one by one.
 *   - clocks_that_are_wrong_count_nowhere: not as a first row, not as a return, not as a day.
 *   - merged_members_are_one: and two again after the merge is undone.
 *   - what_cannot_be_asked_says_why: names the part of the request, and what could be asked
 * instead. Memory  Answers live in c->arena. Threads  Any.
 */
#pragma once

#include "audience/ask.h"
#include "base/room.h"
#include "base/shape.h"

#define STEPS_MIN       2
#define STEPS_MAX       8
#define RETENTION_MAX   60
#define QUESTION_DAYS   366 /* cohorts, and days of activity, of one question */
#define QUESTION_VALUES 20  /* values told apart; the others are the rest */

/* Which of the view's event names (of the timeline) are behaviour: a table by code, in c->arena. */
const u8 *behaviour_events(struct ctx *c, const struct view *v);

#define WHO_FIELDS(X, N)                                                               \
    X(str, segment, LONG, "Only of these members: a text of the segment language", N)  \
    X(str, at, SHORT, "As of this day's first instant or this moment; absent: now", N) \
    X(opt_i64, seq, NOT_NEGATIVE, "Wait until this line of the timeline is in the answer", N)

/* Whether lines of this kind are behaviour, as said above. */
bool line_is_behaviour(str kind);

/* -- funnel ----------------------------------------------------------------------------------- */

#define FIELDS_OF_funnel_ask(X, N)                                                        \
    X(strs, steps, REQUIRED,                                                              \
      "2 to 8 events: Product Viewed, or Product Viewed (category = \"面膜\")", N)        \
    X(str, window, SHORT, "All steps within: 30m, 24h, 7d, 2w; absent: 7d", N)            \
    X(str, from, SHORT, "The first step on or after this day; absent: from the start", N) \
    X(str, to, SHORT, "The first step on or before this day; absent: today", N)           \
    X(str, by, SHORT, "A field of members to part by", N)                                 \
    X(flag, times, ANY, "Also how long the steps took", N)                                \
    WHO_FIELDS(X, N)
SHAPE(funnel_ask);

#define FIELDS_OF_funnel_step(X, N)                                  \
    X(str, event, ANY, "The step", N)                                \
    X(i64, members, ANY, "Members who reached it", N)                \
    X(f64, rate, ANY, "Of those of the first step, 0 to 1", N)       \
    X(f64, step_rate, ANY, "Of those of the step before, 0 to 1", N) \
    X(opt_i64, median_s, ANY, "Median of the seconds since the first step, when asked for", N)
SHAPE(funnel_step);
#define FIELDS_OF_funnel_value(X, N)                                                      \
    X(str, value, ANY, "Value of the field; the last may be the rest and the unknown", N) \
    X(ints, members, ANY, "Members who reached each step", N)
SHAPE(funnel_value);
#define FIELDS_OF_funnel_answer(X, N)                                      \
    X(list(funnel_step), steps, ANY, "The steps", N)                       \
    X(list(funnel_value), by, ANY, "The same by the values of a field", N) \
    X(str, window, ANY, "All steps within", N)                             \
    X(i64, members, ANY, "Members asked of", N)                            \
    X(i64, took_us, ANY, "Microseconds taken", N)                          \
    X(str, how, ANY, "How it was answered", N)
SHAPE(funnel_answer);

enum err funnel_make(struct ctx *c, const struct funnel_ask *ask, struct funnel_answer *out);
/* "A > B (price >= 100) > C": steps parted by > outside quotes and parentheses. */
strs funnel_steps(struct arena *a, str text);

/* -- retention -------------------------------------------------------------------------------- */

#define FIELDS_OF_retention_ask(X, N)                                                       \
    X(str, start, ANY, "The event a member begins with; absent: any behaviour", N)          \
    X(str, back, ANY, "The event that is a return; absent: any behaviour", N)               \
    X(str, from, SHORT, "First day of cohorts; absent: of all that happened", N)            \
    X(str, to, SHORT, "Last day of cohorts; absent: the last on which it happened", N)      \
    X(opt_i64, days, POSITIVE, "Days (weeks) to look at afterwards, 1 to 60; absent: 7", N) \
    X(flag, by_week, ANY, "Cohorts and returns by week", N)                                 \
    X(flag, first_ever, ANY, "Only members who never began before", N)                      \
    WHO_FIELDS(X, N)
SHAPE(retention_ask);

#define FIELDS_OF_retention_cohort(X, N)                                           \
    X(day, day, ANY, "Its day; of a week the Monday", N)                           \
    X(i64, members, ANY, "Members who began", N)                                   \
    X(ints, returned, ANY, "Of them, those who returned on day (week) 1, 2, …", N) \
    X(i64, observed, ANY, "So many of these days (weeks) are over", N)
SHAPE(retention_cohort);
#define FIELDS_OF_retention_total(X, N)                                                   \
    X(i64, members, ANY, "Members of all cohorts", N)                                     \
    X(ints, returned, ANY, "Those who returned on day (week) 1, 2, …", N)                 \
    X(ints, observed, ANY, "Members of the cohorts for which that day (week) is over", N) \
    X(ints, kept, ANY, "Those of them who returned", N)
SHAPE(retention_total);
#define FIELDS_OF_retention_answer(X, N)                                     \
    X(list(retention_cohort), cohorts, ANY, "By day (week) of beginning", N) \
    X(one(retention_total), total, ANY, "All cohorts together", N)           \
    X(i64, took_us, ANY, "Microseconds taken", N)                            \
    X(str, how, ANY, "How it was answered", N)
SHAPE(retention_answer);

enum err retention_make(struct ctx *c, const struct retention_ask *ask,
                        struct retention_answer *out);

/* -- actives ---------------------------------------------------------------------------------- */

enum actives_unit { ACTIVES_DAY, ACTIVES_WEEK, ACTIVES_MONTH };
CHOICE(actives_unit);
#define FIELDS_OF_actives_ask(X, N)                                                       \
    X(str, event, ANY, "Active is who did this; absent: any behaviour", N)                \
    X(str, from, SHORT, "First day; absent: of all that happened", N)                     \
    X(str, to, SHORT, "Last day, included; absent: the last on which it happened", N)     \
    X(str, by, SHORT, "A field of members, or prop:NAME, a property of what they did", N) \
    X(choice(actives_unit), unit, ANY, "Members a day, a week or a month", N)             \
    WHO_FIELDS(X, N)
SHAPE(actives_ask);

#define FIELDS_OF_actives_day(X, N)                                            \
    X(day, day, ANY, "The day; of a week the Monday, of a month the first", N) \
    X(i64, members, ANY, "Active members", N)                                  \
    X(ints, values, ANY, "The same by value", N)
SHAPE(actives_day);
#define FIELDS_OF_actives_answer(X, N)                                                         \
    X(list(actives_day), days, ANY, "By day (week, month)", N)                                 \
    X(strs, values, ANY, "The values told apart; the last may be the rest and the unknown", N) \
    X(i64, took_us, ANY, "Microseconds taken", N)                                              \
    X(str, how, ANY, "How it was answered", N)
SHAPE(actives_answer);

enum err actives_make(struct ctx *c, const struct actives_ask *ask, struct actives_answer *out);

extern const struct room question_rows_room; /* question_api.c */
