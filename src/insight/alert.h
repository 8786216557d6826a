/* alert.h -- rules that watch figures, and the alerts they raise: what moved, how much, against
 * what, since when, which parts moved most.
 *
 * Words
 *   metric    a row of insight/metric.h, or one of: product.turnover_days, product.sellout_days (of
 *             each product with known stock, insight/product.h), budget.used (spent of what was
 *             put in, of each budget that has not ended, loyalty/budget.h).
 *   period    a day or a week (from Monday) of the programme: the last whole one, or the one that
 *             runs (`so_far`). The last whole day is yesterday, from `alert.judge_hour` on; before
 *             that hour it is the day before: facts of a day come in late.
 *   value     a rule with a dimension (`by`) watches each of its values apart: the
 *             ALERT_VALUES largest of a metric (that there are more is said, on the rule and in a
 *             preview); all products, all budgets.
 *   threshold the figure is above (below) the limit.
 *   change    figure - base, where base is that of the period before, of the same weekday a week
 *             before (`week_ago`), or of the same date (the same week: 52 weeks) a year before. It
 *             holds when it is `percent` of |base| or more, and `least` or more. A base of 0 has no
 *             percent: not defined, no alarm.
 *   anomaly   against the figures of the same weekday in the `weeks` weeks before (of weeks: the
 *             weeks before themselves): z = (figure - median) / scale (Iglewicz and Hoaglin, "How
 *             to Detect and Handle Outliers", 1993: modified z score, cut 3.5). scale = 1.4826 x
 *             the median distance of all days of these weeks from the median of their own weekday,
 *             as shares of it where the figure's is above 0; where that is 0, 1.2533 times the mean
 *             distance; times n / (n - 1.2) for medians of n days; at least 1 % of |median|. Eight
 *             days alone would tell the scale so badly that noise alarmed one day in twenty; so it
 *             is less than one in a hundred (noise_is_seldom_an_anomaly). It holds when |z| is
 * above `cut` on the side asked for, and the distance from the median is `least` or more. Days
 * before the first that is not 0 within these weeks are no history; fewer than ALERT_HISTORY_MIN
 * are not enough: said, no alarm. so_far    a period that is not over has less of what adds up than
 * whole ones: of such metrics only `above` may be asked. Units: figures as insight/metric.h; days
 * of products are whole, rounded away from the alarm.
 *
 * Life: raised -> acknowledged -> resolved (by hand; by itself when the condition has gone, the
 * rule was changed, switched off or removed). While it stands it is raised again once the quiet
 * time is over and nobody has acknowledged it. Resolved by hand it stays quiet for as long, and
 * never comes back for the same whole period; one that went by itself and comes back within the
 * quiet time is the same alert, told to nobody again.
 * Bounds: ALERT_RULES rules; more than ALERT_STORM values of a rule at once, or more than
 * ALERT_OPEN open ones, are one alert that lists ALERT_LISTED of them; ALERT_RUN raised in a run,
 * the rest in the next; resolved ones are kept ALERT_KEPT_DAYS days.
 *
 * Promises
 *   - threshold_equals_naive, change_equals_naive, anomaly_equals_naive: on random series.
 *   - not_enough_history_is_said: and is never an alarm.
 *   - quiet_is_kept, what_has_gone_resolves_itself, a_storm_is_one_alert, muted_is_silent.
 *   - two_servers_raise_once: evaluation is idempotent, whoever runs it.
 *   - values_far_down_are_watched: the 21st as the first; what is beyond ALERT_VALUES is said.
 *   - a_broken_rule_says_so: with the reason, and the others go on.
 *   - a_dimension_it_has_not_is_refused: with those it has.
 *   - every_change_is_recorded: in the audit log and in the alert's own history.
 * Memory   In c->arena. Threads  Any.
 */
#pragma once

#include "insight/metric.h"

#define ALERT_RULES       200
#define ALERT_VALUES      METRIC_GROUPS_MAX /* fewer over 118 periods and more */
#define ALERT_HISTORY_MIN 6
#define ALERT_STORM       5
#define ALERT_OPEN        20
#define ALERT_LISTED      50
#define ALERT_RUN         100
#define ALERT_KEPT_DAYS   400
#define ALERT_POINTS      29 /* of the little line an alert keeps */
#define ALERT_PREVIEW     90 /* days a rule is tried on */
#define ALERT_TRIED       20 /* values it is tried on, those with most alarms first */

enum alert_kind { ALERT_THRESHOLD, ALERT_CHANGE, ALERT_ANOMALY };
CHOICE(alert_kind); /* threshold change anomaly */
enum alert_side { ALERT_ABOVE, ALERT_BELOW, ALERT_EITHER };
CHOICE(alert_side); /* above below either */
enum alert_period { ALERT_DAY, ALERT_WEEK };
CHOICE(alert_period); /* day week */
enum alert_against { AGAINST_BEFORE, AGAINST_WEEK_AGO, AGAINST_YEAR_AGO };
CHOICE(alert_against); /* before week_ago year_ago */
enum alert_severity { ALERT_INFO, ALERT_WARNING, ALERT_CRITICAL };
CHOICE(alert_severity); /* info warning critical */
enum alert_state { ALERT_RAISED, ALERT_ACKNOWLEDGED, ALERT_RESOLVED };
CHOICE(alert_state); /* raised acknowledged resolved */
enum alert_ending {
    ENDING_NONE,
    ENDING_BY_HAND,
    ENDING_GONE,
    ENDING_CHANGED,
    ENDING_OFF,
    ENDING_REMOVED
};
CHOICE(alert_ending); /* none by_hand gone changed off removed */
enum alert_verdict {
    ALERT_CALM,
    ALERT_HOLDS,
    ALERT_NOT_DEFINED,
    ALERT_NO_HISTORY,
    ALERT_NO_SPREAD
};
CHOICE(alert_verdict); /* calm holds not_defined no_history no_spread */

/* -- rules ------------------------------------------------------------------------------------- */

#define FIELDS_OF_alert_terms(X, N)                                                          \
    X(str, metric, REQUIRED | SHORT, "What it watches: a name of GET /v1/alert-metrics", N)  \
    X(str, by, SHORT, "Each value of this dimension apart", N)                               \
    X(str, segment, LONG, "Only of these members: a text of the segment language", N)        \
    X(str, shop, SHORT, "Only of this shop", N)                                              \
    X(str, touchpoint, SHORT, "Only of this touchpoint", N)                                  \
    X(str, category, SHORT, "Only of this category", N)                                      \
    X(choice(alert_period), period, ANY, "day or week (from Monday)", N)                     \
    X(flag, so_far, ANY, "The period that runs, not the last whole one", N)                  \
    X(choice(alert_kind), kind, ANY, "threshold, change or anomaly", N)                      \
    X(choice(alert_side), side, ANY, "above, below, or either (not of a threshold)", N)      \
    X(str, limit, SHORT, "threshold: this, in the metric's unit; a ratio of 5 % is 0.05", N) \
    X(choice(alert_against), against, ANY, "change: before, week_ago or year_ago", N)        \
    X(opt_i64, percent, POSITIVE, "change: by so many percent or more, 1 to 10,000", N)      \
    X(str, least, SHORT, "change and anomaly: and by so much or more; absent: any", N)       \
    X(opt_i64, weeks, POSITIVE, "anomaly: weeks looked back, 8 to 12; absent: 8", N)         \
    X(opt_f64, cut, POSITIVE, "anomaly: from this distance in scales on, 2 to 10; absent: 3.5", N)
SHAPE(alert_terms);

#define ALERT_RULE_GIVEN(X, N)                                                      \
    X(str, name, REQUIRED | SHORT, "Its name, unlike all others", N)                \
    X(one(alert_terms), terms, REQUIRED, "What it watches, and when it holds", N)   \
    X(choice(alert_severity), severity, ANY, "info, warning or critical", N)        \
    X(opt_i64, quiet_hours, POSITIVE,                                               \
      "Not raised again for so many hours, 1 to 2160; absent: 24, of weeks 168", N) \
    X(opt_i64, owner, NOT_NEGATIVE, "User whom its alerts are assigned to; 0, absent: nobody", N)
#define FIELDS_OF_alert_rule_post(X, N) \
    ALERT_RULE_GIVEN(X, N)              \
    X(opt_flag, enabled, ANY, "Whether it is watched; absent: yes", N)
SHAPE(alert_rule_post);
#define FIELDS_OF_alert_rule_put(X, N)           \
    X(i64, id, REQUIRED | POSITIVE, "Number", N) \
    FIELDS_OF_alert_rule_post(X, N)
SHAPE(alert_rule_put);

#define FIELDS_OF_alert_rule(X, N)                                                \
    X(i64, id, REQUIRED, "Number", N)                                             \
    X(str, name, REQUIRED, "Name", N)                                             \
    X(one(alert_terms), terms, REQUIRED, "What it watches, and when it holds", N) \
    X(str, sentence, ANY, "The same as a sentence", N)                            \
    X(choice(alert_severity), severity, REQUIRED, "How grave", N)                 \
    X(i64, quiet_hours, REQUIRED, "Not raised again for so many hours", N)        \
    X(i64, owner, ANY, "User whom its alerts are assigned to; 0: nobody", N)      \
    X(str, owner_name, ANY, "His name", N)                                        \
    X(flag, enabled, REQUIRED, "Whether it is watched", N)                        \
    X(opt_instant, muted_until, ANY, "Silent until then", N)                      \
    X(opt_instant, checked_at, ANY, "When it was last evaluated", N)              \
    X(str, problem, ANY, "Why it could not be evaluated; null: it could", N)      \
    X(str, note, ANY, "What of it cannot be judged yet; null: all can", N)        \
    X(i64, open, ANY, "Its open alerts", N)                                       \
    X(str, template, ANY, "The template it was taken from; null: none", N)        \
    X(str, created_by, ANY, "Who made it", N)                                     \
    X(instant, created_at, ANY, "When", N)
SHAPE(alert_rule);

enum err alert_rules(struct ctx *c, struct alert_rule_list *out); /* by number */
enum err alert_rule_get(struct ctx *c, i64 id, struct alert_rule *out);
/* E_INVALID names the field ("/terms/by"); E_CONFLICT: the name is taken, or ALERT_RULES are there.
 * What the figures themselves refuse is found by alert_terms_check, outside the change. */
enum err alert_rule_make(struct tx *t, const struct alert_rule_post *in, str template, i64 *id);
/* Open alerts are resolved when what it watches changes. */
enum err alert_rule_change(struct tx *t, const struct alert_rule_put *in);
enum err alert_rule_enable(struct tx *t, i64 id, bool enabled);
enum err alert_rule_mute(struct tx *t, i64 id, opt_instant until); /* NONE: no longer */
enum err alert_rule_remove(struct tx *t, i64 id);
/* Whether the figures can be had: the metric, its dimension, its filter. */
enum err alert_terms_check(struct ctx *c, const struct alert_terms *terms);

#define FIELDS_OF_alert_metric(X, N)                                                              \
    X(str, name, REQUIRED, "Name", N)                                                             \
    X(str, label, REQUIRED, "Name shown", N)                                                      \
    X(choice(metric_unit), unit, REQUIRED, "money, count, ratio (1 is 100 %), times, days", N)    \
    X(choice(metric_better), better, REQUIRED, "Whether more of it is better", N)                 \
    X(str, definition, ANY, "What it means", N)                                                   \
    X(strs, by, ANY, "What it can be cut by; member: any field of members with one value", N)     \
    X(str, always_by, ANY, "It is always cut by this; null: by nothing", N)                       \
    X(flag, history, ANY, "Values of past periods are known: change and anomaly can be asked", N) \
    X(flag, whole_only, ANY, "A period that is not over has less of it", N)
SHAPE(alert_metric);
void alert_metrics(struct ctx *c, struct alert_metric_list *out);

#define FIELDS_OF_alert_template(X, N)                            \
    X(str, name, REQUIRED, "Stable name", N)                      \
    X(str, label, REQUIRED, "Name shown", N)                      \
    X(str, why, ANY, "What it is good for", N)                    \
    X(one(alert_terms), terms, REQUIRED, "What it watches", N)    \
    X(str, sentence, ANY, "The same as a sentence", N)            \
    X(choice(alert_severity), severity, REQUIRED, "How grave", N) \
    X(opt_i64, rule, ANY, "The rule made from it; null: none", N)
SHAPE(alert_template);
enum err alert_templates(struct ctx *c, struct alert_template_list *out);
/* Those that have no rule yet; empty: all. E_NOT_FOUND: there is none of that name. */
enum err alert_templates_take(struct tx *t, strs names, i64 *taken);

/* -- alerts ------------------------------------------------------------------------------------ */

/* Figures are decimal texts in the metric's unit; null: not known. */
#define FIELDS_OF_alert_point(X, N)                        \
    X(day, from, ANY, "First day of the period", N)        \
    X(str, value, ANY, "The figure; null: not defined", N) \
    X(str, expected, ANY, "What it is compared with", N)   \
    X(str, low, ANY, "Alarm below this; null: none", N)    \
    X(str, high, ANY, "Alarm above this; null: none", N)   \
    X(choice(alert_verdict), verdict, ANY, "Whether it holds", N)
SHAPE(alert_point);
#define FIELDS_OF_alert_part(X, N)                     \
    X(str, by, ANY, "Dimension", N)                    \
    X(str, value, ANY, "Value of it", N)               \
    X(str, now, ANY, "Its figure", N)                  \
    X(str, before, ANY, "What it is compared with", N) \
    X(str, change, ANY, "Difference", N)
SHAPE(alert_part);
#define FIELDS_OF_alert_listed(X, N)                \
    X(str, value, ANY, "Value of the dimension", N) \
    X(str, label, ANY, "Its name", N)               \
    X(str, figure, ANY, "Its figure", N)            \
    X(str, expected, ANY, "What it is compared with", N)
SHAPE(alert_listed);

#define FIELDS_OF_alert_view(X, N)                                                              \
    X(i64, id, REQUIRED, "Number", N)                                                           \
    X(i64, rule, REQUIRED, "Its rule", N)                                                       \
    X(str, rule_name, REQUIRED, "Its rule's name", N)                                           \
    X(choice(alert_severity), severity, REQUIRED, "How grave", N)                               \
    X(choice(alert_state), state, REQUIRED, "Where it stands", N)                               \
    X(str, words, REQUIRED, "What, how much, against what, since when, which parts", N)         \
    X(str, metric, REQUIRED, "What is watched", N)                                              \
    X(str, metric_label, ANY, "Its name", N)                                                    \
    X(choice(metric_unit), unit, ANY, "Its unit", N)                                            \
    X(choice(alert_kind), kind, ANY, "threshold, change, anomaly", N)                           \
    X(str, by, ANY, "Dimension; null: none", N)                                                 \
    X(str, value, ANY, "Value of the dimension; null: the whole, or a group", N)                \
    X(str, label, ANY, "Its name", N)                                                           \
    X(flag, grouped, ANY, "Several values in one alert", N)                                     \
    X(i64, values_n, ANY, "How many", N)                                                        \
    X(list(alert_listed), values, ANY, "The first of them, the furthest off first", N)          \
    X(day, from, ANY, "First day of the period judged last", N)                                 \
    X(day, to, ANY, "Its last day", N)                                                          \
    X(day, since, ANY, "First day of the period that raised it", N)                             \
    X(str, figure, ANY, "The figure; null: a group", N)                                         \
    X(str, expected, ANY, "What it is compared with", N)                                        \
    X(str, low, ANY, "Alarm below this", N)                                                     \
    X(str, high, ANY, "Alarm above this", N)                                                    \
    X(list(alert_point), points, ANY, "The periods up to it", N)                                \
    X(list(alert_part), parts, ANY, "Which parts moved most", N)                                \
    X(str, parts_of, ANY, "The metric whose parts these are, by its name", N)                   \
    X(str, segment, ANY, "Members behind it, as a text of the segment language; null: none", N) \
    X(instant, first_raised_at, REQUIRED, "When it was raised", N)                              \
    X(instant, raised_at, REQUIRED, "When it was raised last", N)                               \
    X(i64, times, REQUIRED, "How often it was raised", N)                                       \
    X(str, acknowledged_by, ANY, "Who has seen it", N)                                          \
    X(opt_instant, acknowledged_at, ANY, "When", N)                                             \
    X(i64, assigned, ANY, "User it is assigned to; 0: nobody", N)                               \
    X(str, assigned_name, ANY, "His name", N)                                                   \
    X(choice(alert_ending), ending, ANY, "How it ended", N)                                     \
    X(str, resolved_by, ANY, "Who resolved it; system: it went by itself", N)                   \
    X(opt_instant, resolved_at, ANY, "When", N)                                                 \
    X(opt_instant, muted_until, ANY, "Silent until then, it or its rule", N)
SHAPE(alert_view);

#define FIELDS_OF_alert_step(X, N)                                                    \
    X(instant, at, REQUIRED, "When", N)                                               \
    X(str, kind, REQUIRED,                                                            \
      "raised, again, returned, acknowledged, assigned, muted, unmuted, resolved", N) \
    X(str, actor, REQUIRED, "Who; system: by itself", N)                              \
    X(str, note, ANY, "What he wrote, to whom, until when, or how it ended", N)
SHAPE(alert_step);

struct alert_filter {
    int state;    /* -1: open ones, -2: all, else of alert_state */
    int severity; /* -1: all */
    i64 rule;     /* 0: all */
    i64 assigned; /* user; 0: all */
};
/* Last raised first, after (raised_at, id) of the last one before; at most `limit`. */
enum err alert_list(struct ctx *c, const struct alert_filter *f, instant raised_at, i64 id,
                    i64 limit, struct alert_view_list *out);
enum err alert_get(struct ctx *c, i64 id, struct alert_view *out);
enum err alert_steps(struct ctx *c, i64 id, struct alert_step_list *out);
enum err alert_open_count(struct ctx *c, i64 *open, i64 *critical);

/* E_CONFLICT: it is resolved. Repeating is harmless. note: at most 200 bytes, no personal data. */
enum err alert_acknowledge(struct tx *t, i64 id, str note);
enum err alert_assign(struct tx *t, i64 id, i64 user); /* 0: nobody */
enum err alert_resolve(struct tx *t, i64 id, str note);
/* Its rule raises nothing for its value until then; NONE: again. */
enum err alert_mute(struct tx *t, i64 id, opt_instant until);

/* -- evaluation -------------------------------------------------------------------------------- */

#define FIELDS_OF_alert_check(X, N)                                                \
    X(i64, rules, REQUIRED, "Rules evaluated", N)                                  \
    X(i64, raised, REQUIRED, "Alerts raised", N)                                   \
    X(i64, again, REQUIRED, "Standing ones raised again", N)                       \
    X(i64, resolved, REQUIRED, "Gone by themselves", N)                            \
    X(i64, broken, REQUIRED, "Rules that could not be evaluated: they say why", N) \
    X(i64, left, REQUIRED, "Rules left to the next run: too much at once", N)
SHAPE(alert_check);
/* Evaluates every enabled rule (rule > 0: this one) and raises and resolves. */
enum err alert_evaluate(struct store *s, struct ctx *c, i64 rule, struct alert_check *out);
/* The same when it is due: facts have come and `alert.wait_seconds` are over, or an hour is. */
enum err alert_watch(struct store *s, struct ctx *c);

#define FIELDS_OF_alert_tried(X, N)                                                        \
    X(str, value, ANY, "Value of the dimension; null: the whole", N)                       \
    X(str, label, ANY, "Its name", N)                                                      \
    X(i64, holds, ANY, "Periods in which the condition holds", N)                          \
    X(i64, raised, ANY, "Of these, in which it would have been raised: the quiet time", N) \
    X(i64, unknown, ANY, "Periods that cannot be judged", N)                               \
    X(list(alert_point), points, ANY, "Every period", N)                                   \
    X(strs, days, ANY, "First days of the periods in which it would have been raised", N)
SHAPE(alert_tried);
#define FIELDS_OF_alert_preview(X, N)                                    \
    X(day, from, ANY, "First day tried", N)                              \
    X(day, to, ANY, "Last day tried", N)                                 \
    X(i64, step_days, ANY, "A period is tried every so many days", N)    \
    X(choice(metric_unit), unit, ANY, "Unit of the figures", N)          \
    X(str, sentence, ANY, "The rule as a sentence", N)                   \
    X(i64, raised, ANY, "Alerts in all, each value by itself", N)        \
    X(i64, values_n, ANY, "Values watched", N)                           \
    X(list(alert_tried), values, ANY, "Those with most alarms first", N) \
    X(str, note, ANY, "What of it cannot be judged; null: all can", N)
SHAPE(alert_preview);
/* What a rule would have done in the last ALERT_PREVIEW days. */
enum err alert_preview_make(struct ctx *c, const struct alert_terms *terms, i64 quiet_hours,
                            struct alert_preview *out);

extern const struct room alert_room; /* alert_api.c */
