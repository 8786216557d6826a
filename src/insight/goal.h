/* goal.h -- goals: what a metric is to reach in a period, what should stand today, where it will
 * end.
 *
 * Words (insight/metric.h says what each metric means)
 *   goal       a metric that is better when more (or less) of it, of all or of a segment, shop,
 *              touchpoint or category; a period of 1 to 366 days; a target; who owns it.
 *   baseline   what it is measured against: given, or the value of the same dates last year, or of
 *              the period before, read when the goal is set and kept as it was then. Before: the
 *              calendar month, quarter or year before where the period is a whole one, else as many
 *              days ending the day before.
 *   actual     the metric of the period up to now.
 *   pace       what should stand now: target x share. By `year`: the share of the period's days so
 *              far in last year's same dates. By `weekday`: each day weighs what its weekday came
 *              to in the 56 days before the period. By `straight`: all days alike. The first of
 *              these for which there is history from its first day on. Of today the part of the day
 *              that is over. A ratio of sums: target x (last year's ratio up to the same date /
 *              last year's of the whole period), else the target itself. What counts different
 *              members: the same share of last year's, up to yesterday's date; else by `windows`,
 *              the mean share of earlier periods; else straight.
 *   done       actual / target.
 *   status     the first that holds
 *                not_begun  the period begins later
 *                unknown    the metric is not defined so far, or it cannot be read (problem)
 *                reached    over, and the target is met; of what only counts up: met already
 *                missed     over, and it is not; of what only counts up and should be less: passed
 *                ahead      actual / pace >= 105 % (pace / actual where less is better)
 *                on_track   >= 95 %, or nothing should stand yet
 *                behind     >= 80 %, and the forecast's interval holds the target
 *                at_risk    otherwise
 *
 * Forecast. Only days that are over are known; today's is the larger of what stands and what is
 * foreseen. Three ways, over the measures that add up by days (of a ratio: numerator and
 * denominator, each by itself, then divided):
 *   weekday  mean of the last W same weekdays: W = 8 with 16 weeks of history, 4 with 8 weeks
 *            (seasonal naive with averaging; Hyndman and Athanasopoulos, "Forecasting: Principles
 *            and Practice", 3rd ed., 5.2).
 *   drift    the same, and the drift between the last W weeks and the W before, damped by 0.8 a
 *            week (Gardner and McKenzie, "Forecasting trends in time series", Management Science
 *            31, 1985): for week w after the last, mean + g ((W + 1)/2 + 0.8 + ... + 0.8^w), g the
 *            change a week.
 *   year     last year's same date, times (last 56 days / the same of last year).
 * Each is tried on the past (rolling origins 7 days apart, at most 104, as many days known of the
 * window and as many ahead as now; ibid., 5.10): the way with the smallest root mean square error E
 * is taken. Errors of a sum are scaled by the mean of the 28 days before each origin, so they
 * follow growth. Interval of 80 %: forecast +- t E, Student's t with as many degrees of freedom as
 * the origins hold windows that do not overlap; fewer than 4: no figure.
 * What counts different members does not add up by days: it is developed as in a chain ladder
 * (Mack, "Distribution-free calculation of the standard error of chain ladder reserve estimates",
 * ASTIN Bulletin 23, 1993): value so far x sum of earlier windows' full values / sum of their
 * values at as many days, of numerator and denominator; E by leaving one window out in turn; at
 * least 4 windows of the same length before the period, at most 12.
 * Metrics that go on changing after the period (repurchase within N days, LTV, high-value share)
 * are not foreseen; `forecast_words` says so, as it says when history is short.
 *
 * Movers. Of each dimension, a group's contribution to the change from the compared days: of a
 * count or sum its difference; of a ratio a / b with v its old value for all:
 * (a2 - v b2)/B2 - (a1 - v b1)/B1, which adds up to the change where groups do.
 *
 * Promises
 *   - pace_is_the_share_of_last_year, pace_falls_back: as above, against a naive sum.
 *   - forecasts_equal_the_naive: each way against one written out day by day.
 *   - intervals_cover_their_share: on seeded shops with weekdays, trend and noise, 80 % intervals
 *     hold the end in 72 to 90 % of cases; so do those of what counts different members.
 *   - short_history_is_said: no figure without what is written above.
 *   - a_baseline_is_kept: as it was when the goal was set, whatever orders come later.
 *   - every_target_is_kept: each change with who, when and why.
 *   - statuses_by_their_cuts
 *   - a_broken_goal_says_so: a segment, shop or metric that cannot be read any more is a problem of
 *     its goal, not of the list.
 *   - the_template_makes_five: with baselines; what cannot be set is said with the reason.
 * Units: those of insight/metric.h. Memory: answers live in c->arena. Threads: any.
 */
#pragma once

#include "base/room.h"
#include "insight/metric.h"
#include "store/store.h"

#define GOALS_OPEN_MAX 200
#define GOAL_DAYS_MAX  366

enum goal_state { GOAL_OPEN, GOAL_CLOSED };
CHOICE(goal_state); /* open closed */
enum goal_status {
    GOAL_NOT_BEGUN,
    GOAL_UNKNOWN,
    GOAL_REACHED,
    GOAL_MISSED,
    GOAL_AHEAD,
    GOAL_ON_TRACK,
    GOAL_BEHIND,
    GOAL_AT_RISK,
};
CHOICE(goal_status); /* not_begun unknown reached missed ahead on_track behind at_risk */
enum goal_baseline {
    BASELINE_AUTO,
    BASELINE_GIVEN,
    BASELINE_YEAR_AGO,
    BASELINE_BEFORE,
    BASELINE_NONE
};
CHOICE(goal_baseline); /* auto given year_ago before none */
enum goal_pace { PACE_NONE, PACE_YEAR, PACE_WEEKDAY, PACE_WINDOWS, PACE_STRAIGHT };
CHOICE(goal_pace); /* none year weekday windows straight */
enum goal_way { WAY_WEEKDAY, WAY_DRIFT, WAY_YEAR, WAY_DEVELOP };
CHOICE(goal_way); /* weekday drift year develop */

/* -- set, changed, closed ---------------------------------------------------------------------- */

#define FIELDS_OF_goal_post(X, N)                                                            \
    X(str, metric, REQUIRED | SHORT, "Metric, as GET /v1/goal-metrics names it", N)          \
    X(str, period, SHORT, "2024-Q2, 2024-05 or 2024; absent: from and to", N)                \
    X(str, from, SHORT, "First day", N)                                                      \
    X(str, to, SHORT, "Last day, included; 366 days at most", N)                             \
    X(str, target, REQUIRED | SHORT, "In the metric's unit: 120000.00, 350, 0.25 or 25%", N) \
    X(str, baseline, SHORT, "Given baseline; absent: as baseline_of says", N)                \
    X(choice(goal_baseline), baseline_of, ANY,                                               \
      "year_ago, before, none; auto: a year ago where there is one, else before", N)         \
    X(str, segment, LONG, "Only of these members: a text of the segment language", N)        \
    X(str, shop, SHORT, "Only orders of this shop", N)                                       \
    X(str, touchpoint, SHORT, "Only orders of this touchpoint", N)                           \
    X(str, category, SHORT, "Only this category's part of orders", N)                        \
    X(str, owner, SHORT, "User who answers for it; absent: who sets it", N)                  \
    X(str, note, ANY, "For people", N)
SHAPE(goal_post);
#define FIELDS_OF_goal_patch(X, N)                     \
    X(i64, id, REQUIRED | POSITIVE, "Goal", N)         \
    X(str, target, SHORT, "New target", N)             \
    X(str, baseline, SHORT, "Given baseline", N)       \
    X(str, owner, SHORT, "User who answers for it", N) \
    X(str, note, ANY, "For people", N)                 \
    X(str, reason, SHORT, "Why; needed where the target or baseline changes", N)
SHAPE(goal_patch);
#define FIELDS_OF_goal_close(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Goal", N) \
    X(str, reason, SHORT, "Why", N)
SHAPE(goal_close);

struct goal_row; /* goal/inside.h: goal_prepare, goal_create */
/* Of an open goal: target, baseline, owner, note. E_CONFLICT: closed. */
enum err goal_change(struct tx *t, const struct goal_patch *in);
enum err goal_close(struct tx *t, const struct goal_close *in);
enum err goal_remove(struct tx *t, i64 id);

/* -- read -------------------------------------------------------------------------------------- */

#define FIELDS_OF_goal_forecast(X, N)                                   \
    X(str, value, ANY, "Value at the period's end", N)                  \
    X(str, low, ANY, "Lower end of the interval", N)                    \
    X(str, high, ANY, "Upper end", N)                                   \
    X(f64, level, ANY, "Of so many such intervals one holds: 0.8", N)   \
    X(choice(goal_way), way, ANY, "weekday, drift, year or develop", N) \
    X(i64, trials, ANY, "Forecasts tried on the past", N)               \
    X(str, gap, ANY, "value / target - 1", N)
SHAPE(goal_forecast);
#define FIELDS_OF_goal_progress(X, N)                                                              \
    X(choice(goal_status), status, ANY, "Where it stands", N)                                      \
    X(str, status_words, ANY, "The same in words", N)                                              \
    X(day, as_of, ANY, "Last day in the figures, perhaps not over yet", N)                         \
    X(i64, days, ANY, "Days of the period", N)                                                     \
    X(i64, days_left, ANY, "Days that are not over", N)                                            \
    X(str, actual, ANY, "So far; null: not begun, or not defined", N)                              \
    X(str, pace, ANY, "What should stand now; null: not begun", N)                                 \
    X(choice(goal_pace), pace_by, ANY, "year, weekday, windows or straight", N)                    \
    X(str, pace_words, ANY, "How the pace was made", N)                                            \
    X(str, done, ANY, "actual / target; null: not defined", N)                                     \
    X(str, time_done, ANY, "Share of the period's days that are over", N)                          \
    X(str, against_pace, ANY, "actual / pace - 1; null: not defined", N)                           \
    X(str, against_baseline, ANY, "actual / baseline - 1; of a ratio the difference; null: no", N) \
    X(one(goal_forecast), forecast, ANY, "At the period's end; null: none, see forecast_words", N) \
    X(str, forecast_words, ANY, "How it was made, or why there is none", N)                        \
    X(str, sentence, ANY, "All of this in words", N)                                               \
    X(str, problem, ANY, "Why it cannot be read now; absent: it can", N)
SHAPE(goal_progress);
/* What the row and the view of a goal share. */
#define GOAL_KEPT(X, N)                                                            \
    X(i64, id, ANY, "Id", N)                                                       \
    X(choice(goal_state), state, ANY, "open or closed", N)                         \
    X(str, metric, ANY, "Metric", N)                                               \
    X(str, segment, ANY, "Only of these members; empty: all", N)                   \
    X(str, shop, ANY, "Only of this shop; empty: all", N)                          \
    X(str, touchpoint, ANY, "Only of this touchpoint; empty: all", N)              \
    X(str, category, ANY, "Only of this category; empty: all", N)                  \
    X(choice(goal_baseline), baseline_of, ANY, "given, year_ago, before, none", N) \
    X(str, owner, ANY, "User who answers for it; empty: nobody", N)                \
    X(str, note, ANY, "For people", N)                                             \
    X(i64, changes, ANY, "How often target or baseline were changed", N)           \
    X(str, created_by, ANY, "Who set it", N)                                       \
    X(instant, created_at, ANY, "When", N)                                         \
    X(str, closed_by, ANY, "Who closed it", N)                                     \
    X(opt_instant, closed_at, ANY, "When", N)                                      \
    X(str, close_reason, ANY, "Why", N)
#define FIELDS_OF_goal_view(X, N)                                                        \
    GOAL_KEPT(X, N)                                                                      \
    X(str, label, ANY, "Metric, filter and period in words", N)                          \
    X(str, metric_label, ANY, "Name of the metric", N)                                   \
    X(choice(metric_unit), unit, ANY, "Unit of its values", N)                           \
    X(choice(metric_better), better, ANY, "more or less", N)                             \
    X(str, definition, ANY, "What the metric means", N)                                  \
    X(str, formula, ANY, "How it is computed", N)                                        \
    X(day, from, ANY, "First day", N)                                                    \
    X(day, to, ANY, "Last day", N)                                                       \
    X(str, target, ANY, "Target", N)                                                     \
    X(str, baseline, ANY, "Baseline as it was when set; null: none", N)                  \
    X(str, baseline_from, ANY, "Its first day; null: given or none", N)                  \
    X(str, baseline_to, ANY, "Its last day", N)                                          \
    X(str, lift, ANY, "target / baseline - 1; of a ratio the difference; null: none", N) \
    X(one(goal_progress), progress, ANY, "Where it stands", N)
SHAPE(goal_view);

enum goal_which { WHICH_OPEN, WHICH_CLOSED, WHICH_ALL };
CHOICE(goal_which); /* open closed all */
/* Latest period first, with progress, below an id in that order (0: from the first). */
enum err goal_list(struct ctx *c, enum goal_which which, day before_day, i64 below, i64 limit,
                   struct goal_view_list *out);

#define FIELDS_OF_goal_version(X, N)                              \
    X(i64, number, ANY, "From 1", N)                              \
    X(str, target, ANY, "Target from then on", N)                 \
    X(str, baseline, ANY, "Baseline from then on; null: none", N) \
    X(str, by, ANY, "Who", N)                                     \
    X(instant, at, ANY, "When", N)                                \
    X(str, reason, ANY, "Why", N)
SHAPE(goal_version);
/* Values so far at the end of the day. */
#define FIELDS_OF_goal_point(X, N)                                   \
    X(day, day, ANY, "Day", N)                                       \
    X(str, actual, ANY, "Up to its end; null: to come", N)           \
    X(str, pace, ANY, "What should stand then; null: none", N)       \
    X(str, forecast, ANY, "Foreseen; null: past, or no forecast", N) \
    X(str, low, ANY, "Lower end of the interval", N)                 \
    X(str, high, ANY, "Upper end", N)
SHAPE(goal_point);
#define FIELDS_OF_goal_mover(X, N)                                           \
    X(str, dimension, ANY, "shop, touchpoint, category or tier", N)          \
    X(str, dimension_label, ANY, "In words", N)                              \
    X(str, group, ANY, "Value of the dimension", N)                          \
    X(str, now, ANY, "Its value in the period so far; null: not defined", N) \
    X(str, before, ANY, "On the compared days; null: not defined", N)        \
    X(str, contribution, ANY, "To the change, in the metric's unit", N)
SHAPE(goal_mover);
#define FIELDS_OF_goal_detail(X, N)                                                               \
    X(one(goal_view), goal, ANY, "The goal", N)                                                   \
    X(list(goal_point), points, ANY, "By day, or at a dozen days", N)                             \
    X(list(goal_mover), movers, ANY, "What moved most since the compared days, at most 5", N)     \
    X(str, compared_from, ANY, "First of the compared days; null: none", N)                       \
    X(str, compared_to, ANY, "Last of them", N)                                                   \
    X(str, members, ANY, "Who is behind it: a text of the segment language; null: no members", N) \
    X(day, members_at, ANY, "As of the beginning of this day", N)                                 \
    X(list(goal_version), versions, ANY, "Targets, the first first", N)                           \
    X(str, how, ANY, "How pace, status and forecast are made", N)
SHAPE(goal_detail);
enum err goal_get(struct ctx *c, i64 id, struct goal_detail *out);

/* What may be a goal. */
#define FIELDS_OF_goal_metric(X, N)                          \
    X(str, name, ANY, "Stable name", N)                      \
    X(str, label, ANY, "Name shown", N)                      \
    X(choice(metric_unit), unit, ANY, "Unit", N)             \
    X(choice(metric_better), better, ANY, "more or less", N) \
    X(str, definition, ANY, "What it means", N)              \
    X(strs, by, ANY, "What it can be filtered by", N)        \
    X(flag, foreseen, ANY, "Whether its end can be foreseen", N)
SHAPE(goal_metric);
void goal_metrics(struct ctx *c, struct goal_metric_list *out);

/* -- the five goals of a quarter --------------------------------------------------------------- */

#define FIELDS_OF_goal_template_ask(X, N)                                                         \
    X(str, quarter, SHORT, "2024-Q2; absent: this one", N)                                        \
    X(choice(goal_baseline), baseline_of, ANY, "year_ago or before; auto: the first there is", N) \
    X(opt_i64, sales_up, POSITIVE, "Net sales: percent more; absent: 15", N)                      \
    X(opt_i64, repeat_up, POSITIVE, "Repeat rate of the period: points more; absent: 5", N)       \
    X(opt_i64, members_up, POSITIVE, "New members: percent more; absent: 20", N)                  \
    X(opt_i64, cac_down, POSITIVE, "Cost per new buyer: percent less; absent: 10", N)             \
    X(opt_i64, exposure_up, POSITIVE, "Viewers: percent more; absent: 30", N)                     \
    X(str, owner, SHORT, "User who answers for them; absent: who sets them", N)
SHAPE(goal_template_ask);
#define FIELDS_OF_goal_draft(X, N)                                            \
    X(str, metric, ANY, "Metric", N)                                          \
    X(str, label, ANY, "Name shown", N)                                       \
    X(choice(metric_unit), unit, ANY, "Unit", N)                              \
    X(choice(metric_better), better, ANY, "more or less", N)                  \
    X(str, baseline, ANY, "Baseline; null: not defined", N)                   \
    X(choice(goal_baseline), baseline_of, ANY, "year_ago, before or none", N) \
    X(str, baseline_from, ANY, "Its first day", N)                            \
    X(str, baseline_to, ANY, "Its last day", N)                               \
    X(i64, step, ANY, "Percent more or less, or points", N)                   \
    X(flag, points, ANY, "step is in points", N)                              \
    X(str, target, ANY, "Target; null: it cannot be made", N)                 \
    X(str, note, ANY, "What it stands for", N)                                \
    X(str, problem, ANY, "Why it cannot be made; absent: it can", N)          \
    X(opt_i64, goal, ANY, "Id of the goal made; null: none", N)
SHAPE(goal_draft);
#define FIELDS_OF_goal_template(X, N)                                 \
    X(str, quarter, ANY, "2024-Q2", N)                                \
    X(day, from, ANY, "First day", N)                                 \
    X(day, to, ANY, "Last day", N)                                    \
    X(str, owner, ANY, "User who answers for them; empty: nobody", N) \
    X(list(goal_draft), items, ANY, "The five goals", N)
SHAPE(goal_template);
/* What would be made. */
enum err goal_template_make(struct ctx *c, const struct goal_template_ask *in,
                            struct goal_template *out);
/* And makes those that can be; a second time they are there already. */
enum err goal_template_set(struct tx *t, struct goal_template *made);

extern const struct room goal_room; /* goal_api.c */
