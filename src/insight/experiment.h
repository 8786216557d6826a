/* experiment.h -- experiments: how many people they need, who gets what, and what came of it.
 *
 * The arithmetic is in experiment/comparison.h, a reading in experiment/reading.h.
 */
#pragma once

#include "insight/experiment/reading.h"
#include "store/store.h"

/* -- planning ---------------------------------------------------------------------------------- */

/* Either a rate (base) or a value (mean and deviation). */
#define FIELDS_OF_experiment_plan_ask(X, N)                                       \
    X(opt_f64, base, ANY, "The rate now, above 0 and below 1", N)                 \
    X(opt_f64, mean, ANY, "Or the mean of a value now", N)                        \
    X(opt_f64, deviation, ANY, "And its standard deviation", N)                   \
    X(opt_f64, lift, ANY, "Relative change to find: 0.05 is 5% more; not 0", N)   \
    X(opt_f64, alpha, ANY, "Chance of a false alarm, two-sided; absent: 0.05", N) \
    X(opt_f64, power, ANY, "Chance to find such a change; absent: 0.8", N)        \
    X(opt_i64, arms, ANY, "Arms, the control among them, 2 to 20; absent: 2", N)
SHAPE(experiment_plan_ask);
#define FIELDS_OF_experiment_plan(X, N)                                                    \
    X(f64, base, ANY, "The rate or mean now", N)                                           \
    X(f64, target, ANY, "What it is to become", N)                                         \
    X(f64, lift, ANY, "Relative change", N)                                                \
    X(f64, alpha, ANY, "Chance of a false alarm over all comparisons with the control", N) \
    X(f64, power, ANY, "Chance to find it", N)                                             \
    X(i64, arms, ANY, "Arms", N)                                                           \
    X(i64, n_per_arm, ANY, "Units each arm needs", N)                                      \
    X(i64, total, ANY, "Units in all", N)                                                  \
    X(str, definition, ANY, "How it is computed, in words", N)
SHAPE(experiment_plan);
enum err experiment_plan_make(struct ctx *c, const struct experiment_plan_ask *in,
                              struct experiment_plan *out);

/* -- stored experiments ------------------------------------------------------------------------ *
 *
 *     draft --start--> running --stop--> stopped
 *
 * A draft can be changed in all. Of a running one only the share (up), the planned end and the
 * hypothesis can; arms and weights stand, so nobody changes his arm.
 *
 * Who gets what. Three hashes of the member's id that know nothing of one another: the first is
 * arithmetic that SQL has too, the others SipHash-2-4, keyed by BLAKE2b, each with a salt of its
 * own:
 *   - programme: of 100 places the first are held out of every experiment (setting
 *     experiments.holdout_percent).
 *   - layer: each running experiment of a layer has a range of the layer's 10,000 places, given
 * when it starts, share percent wide. An experiment without a layer has one of its own.
 *   - arm: by weight.
 * Who was exposed keeps his arm, whatever becomes of his places, his segment and his ids.
 *
 * Promises
 *   - assignment_is_even: shares of arms fit the weights (chi-square on 100,000).
 *   - assignments_are_independent: of another experiment, of the layer, of the holdout.
 *   - an_arm_is_kept: the same answer every time; raising the share takes nobody out.
 *   - a_layer_never_shares_a_member: of running experiments; one that does not fit is refused.
 *   - the_held_out_are_listed: those whom no experiment takes, each once, by id.
 *   - segments_ask_who_is_held_out: `held_out = true` are those who are listed.
 *   - segments_ask_for_an_arm: arm_7 is the arm of each who was exposed to experiment 7.
 *   - outside_the_audience_there_is_no_arm: nor for the held out, nor before the start, nor after
 *     the end.
 *   - a_first_exposure_is_once: by however many at once: one row, one line experiment.exposed.
 *   - looking_exposes_nobody: and tells what assign will answer.
 *   - merges_keep_the_earlier_exposure: and part again.
 *   - results_are_of_facts_after_exposure: of all who were exposed (intent to treat), within the
 *     window, until the end.
 * Threads  any.
 */

enum experiment_state { EXPERIMENT_DRAFT, EXPERIMENT_RUNNING, EXPERIMENT_STOPPED };
CHOICE(experiment_state); /* draft running stopped */

/* What can be counted of a member after his exposure. "did:EVENT" and "count:EVENT" name a kind of
 * line of the timeline: did:Product Viewed. */
#define EXPERIMENT_METRICS(X)                                                                 \
    X(PURCHASE, "purchase", true, false, true, false, "下过有效订单", "bought at least once") \
    X(ORDERS, "orders", false, false, true, false, "有效订单数", "purchases")                 \
    X(SPENT, "spent", false, true, true, false, "消费净额", "spent, net of refunds")          \
    X(REFUNDED, "refunded", true, false, false, false, "有过退款", "had a refund")            \
    X(REFUND, "refund", false, true, false, false, "退款金额", "refunded")                    \
    X(DID, "did", true, false, true, true, "有过此行为", "did it at least once")              \
    X(TIMES, "count", false, false, true, true, "此行为的次数", "how often it was done")
enum experiment_metric {
#define X(id, name, rate, money, more, event, zh, en) EXPERIMENT_METRIC_##id,
    EXPERIMENT_METRICS(X)
#undef X
        EXPERIMENT_METRICS_N
};
struct experiment_metric_row {
    const char *name;
    bool rate, money, more_is_better, event;
    const char *zh, *en;
};
extern const struct experiment_metric_row experiment_metrics[EXPERIMENT_METRICS_N];
#define FIELDS_OF_experiment_countable(X, N)                                  \
    X(str, metric, ANY, "As metric and guardrails take it; before :EVENT", N) \
    X(str, name, ANY, "In words", N)                                          \
    X(flag, rate, ANY, "A rate; else a mean", N)                              \
    X(flag, money, ANY, "Its lift is told in money", N)                       \
    X(flag, more_is_better, ANY, "As is usual for it", N)                     \
    X(flag, event, ANY, "An event is named after a colon", N)
SHAPE(experiment_countable);
void experiment_countables(struct ctx *c, struct experiment_countable_list *out);

#define FIELDS_OF_experiment_arm(X, N)                                              \
    X(str, name, REQUIRED | SHORT, "Name, one of its own within the experiment", N) \
    X(opt_i64, weight, POSITIVE, "Weight, up to 10,000; 1 when absent", N)          \
    X(flag, control, ANY, "The others are compared with it; none is marked: the first", N)
SHAPE(experiment_arm);
#define FIELDS_OF_experiment_guard(X, N)                                                           \
    X(str, metric, REQUIRED | SHORT, "What must not become worse, as of metric", N)                \
    X(opt_f64, margin, NOT_NEGATIVE, "By how much it may: a share of the control's; absent: 0", N) \
    X(opt_flag, more_is_better, ANY, "Absent: as is usual for the metric", N)
SHAPE(experiment_guard);

#define EXPERIMENT_TERMS(X, N, NAME, ARMS)                                                        \
    X(str, name, NAME | SHORT, "Name; unique, without a colon", N)                                \
    X(str, hypothesis, ANY, "What is expected, and why", N)                                       \
    X(list(experiment_arm), arms, ARMS, "2 to 20 arms", N)                                        \
    X(str, audience, ANY, "A text of the segment language, or in_segment(\"name\"); empty: all",  \
      N)                                                                                          \
    X(str, layer, SHORT, "Running experiments of a layer share no member; empty: of its own", N)  \
    X(opt_i64, share, POSITIVE, "Percent of its layer that take part; 100 when absent", N)        \
    X(str, metric, SHORT, "What decides: purchase, orders, spent, did:EVENT …; absent: purchase", \
      N)                                                                                          \
    X(list(experiment_guard), guardrails, ANY, "At most 10; a change to [] or null: none", N)     \
    X(opt_i64, window_days, POSITIVE, "Facts count so long after exposure; 30 when absent", N)    \
    X(opt_instant, ends_at, ANY,                                                                  \
      "Planned end: nobody is exposed from here on; a change to null: open", N)                   \
    X(opt_f64, base, ANY,                                                                         \
      "Plan: the rate now (for a metric that is a rate); a change to null: no plan", N)           \
    X(opt_f64, lift, ANY, "Plan: the relative lift to find", N)
#define FIELDS_OF_experiment_post(X, N) EXPERIMENT_TERMS(X, N, REQUIRED, REQUIRED)
SHAPE(experiment_post);
#define FIELDS_OF_experiment_patch(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Experiment", N) \
    EXPERIMENT_TERMS(X, N, ANY, ANY)
SHAPE(experiment_patch);
#define FIELDS_OF_experiment_view(X, N)                                   \
    X(i64, id, ANY, "Id", N)                                              \
    X(choice(experiment_state), state, ANY, "Where it stands", N)         \
    EXPERIMENT_TERMS(X, N, ANY, ANY)                                      \
    X(i64, exposed, ANY, "Members exposed so far", N)                     \
    X(opt_i64, planned, ANY, "Members an arm needs, by base and lift", N) \
    X(str, created_by, ANY, "Who made it", N)                             \
    X(instant, created_at, ANY, "When", N)                                \
    X(str, started_by, ANY, "Who started it", N)                          \
    X(opt_instant, started_at, ANY, "When", N)                            \
    X(str, stopped_by, ANY, "Who stopped it", N)                          \
    X(opt_instant, stopped_at, ANY, "When", N)                            \
    X(str, stop_reason, ANY, "Why", N)
SHAPE(experiment_view);

enum err experiment_create(struct tx *t, const struct experiment_post *in, i64 *id);
/* What a change empties, where `in` says nothing of it. */
struct experiment_emptied {
    bool ends_at, base, lift, guardrails;
};
enum err experiment_change(struct tx *t, const struct experiment_patch *in,
                           struct experiment_emptied none);
/* E_CONFLICT: not a draft, or its layer has no room: who has it is said. */
enum err experiment_start(struct tx *t, i64 id);
#define FIELDS_OF_experiment_stop_ask(X, N)          \
    X(i64, id, REQUIRED | POSITIVE, "Experiment", N) \
    X(str, reason, REQUIRED | SHORT, "Why", N)
SHAPE(experiment_stop_ask);
enum err experiment_stop(struct tx *t, const struct experiment_stop_ask *in);
enum err experiment_get(struct ctx *c, i64 id, struct experiment_view *out); /* E_NOT_FOUND */
/* Newest first, below an id (0: from the newest). */
enum err experiment_list(struct ctx *c, i64 below, i64 limit, struct experiment_view_list *out);

/* In order of precedence; only ASSIGNED has an arm. */
#define EXPERIMENT_RESULTS(X)                                                        \
    X(NOT_RUNNING, "实验没有在进行", "it is not running")                            \
    X(HELD_OUT, "属于全局对照，不参加任何实验", "he is held out of all experiments") \
    X(NOT_IN_SHARE, "不在参加实验的比例内", "he is not among the share")             \
    X(IN_ANOTHER, "已参加同层的另一个实验", "he is in another of this layer")        \
    X(NOT_IN_AUDIENCE, "不在实验人群内", "he is not in the audience")                \
    X(ASSIGNED, "已分组", "assigned")
enum experiment_result {
#define X(name, zh, en) EXPERIMENT_##name,
    EXPERIMENT_RESULTS(X)
#undef X
};
CHOICE(experiment_result);
#define FIELDS_OF_experiment_assigned(X, N)                                  \
    X(i64, experiment, ANY, "Experiment", N)                                 \
    X(i64, member, ANY, "Member, by his living id", N)                       \
    X(choice(experiment_result), result, ANY, "Assigned, or why not", N)     \
    X(str, arm, ANY, "His arm; null: none, show him what everybody sees", N) \
    X(opt_instant, exposed_at, ANY, "When he was exposed first", N)          \
    X(flag, first, ANY, "It was just now", N)
SHAPE(experiment_assigned);
/* His arm; the first answer exposes him. c has a reader; member may be any id he ever had. */
enum err experiment_assign(struct store *s, struct ctx *c, i64 id, i64 member,
                           struct experiment_assigned *out);

/* What assign would answer, without exposing him: arm without exposed_at is the one he would get;
 * of one that does not run, the arm he had. c has a reader. */
enum err experiment_look(struct store *s, struct ctx *c, i64 id, i64 member,
                         struct experiment_assigned *out);

/* Members held out of all experiments, by id, after one; at most `limit`. */
struct experiment_held {
    i64 percent;
    ints members;
};
enum err experiment_held_list(struct ctx *c, i64 after, i64 limit, struct experiment_held *out);

#define FIELDS_OF_experiment_mine(X, N)      \
    X(i64, experiment, ANY, "Experiment", N) \
    X(str, name, ANY, "Its name", N)         \
    X(str, arm, ANY, "His arm", N)           \
    X(instant, exposed_at, ANY, "Since when", N)
SHAPE(experiment_mine);
/* Running experiments he is exposed to, newest first, at most 100. */
enum err experiments_of(struct ctx *c, i64 member, struct experiment_mine_list *out);

/* -- results ----------------------------------------------------------------------------------- */

enum experiment_verdict { VERDICT_UNKNOWN, VERDICT_OPEN, VERDICT_BETTER, VERDICT_WORSE };
CHOICE(experiment_verdict); /* unknown open better worse */
CHOICE(guardrail_state);    /* unknown open safe harmed */

#define FIELDS_OF_experiment_guarded(X, N)                                   \
    X(str, arm, ANY, "Arm, against the control", N)                          \
    X(choice(guardrail_state), state, ANY, "safe, harmed, open, unknown", N) \
    X(f64, margin, ANY, "By how much it may become worse", N)
SHAPE(experiment_guarded);
#define FIELDS_OF_experiment_metric_view(X, N)                         \
    X(str, metric, ANY, "Metric", N)                                   \
    X(str, name, ANY, "In words", N)                                   \
    X(flag, rate, ANY, "A rate; else a mean", N)                       \
    X(flag, more_is_better, ANY, "More of it is better", N)            \
    X(list(reading_arm), arms, ANY, "Arms", N)                         \
    X(list(reading_test), tests, ANY, "Rates compared", N)             \
    X(list(reading_value_test), value_tests, ANY, "Means compared", N) \
    X(list(experiment_guarded), guarded, ANY, "Of a guardrail: arm by arm", N)
SHAPE(experiment_metric_view);
#define FIELDS_OF_experiment_judged(X, N)           \
    X(str, arm, ANY, "Arm, against the control", N) \
    X(choice(experiment_verdict), verdict, ANY, "By p_sequential, shared among the arms", N)
SHAPE(experiment_judged);
#define FIELDS_OF_experiment_result_view(X, N)                                        \
    X(i64, id, ANY, "Experiment", N)                                                  \
    X(str, name, ANY, "Name", N)                                                      \
    X(choice(experiment_state), state, ANY, "Where it stands", N)                     \
    X(i64, exposed, ANY, "Members exposed", N)                                        \
    X(opt_i64, planned, ANY, "Members an arm needs, by the plan", N)                  \
    X(instant, until, ANY, "Facts before this are counted", N)                        \
    X(i64, window_days, ANY, "And within so many days after exposure", N)             \
    X(one(reading_srm), srm, ANY, "Whether the split is what it was to be", N)        \
    X(one(experiment_metric_view), primary, ANY, "What decides", N)                   \
    X(list(experiment_judged), verdicts, ANY, "What may be said of each arm now", N)  \
    X(list(experiment_metric_view), guardrails, ANY, "What must not become worse", N) \
    X(str, definition, ANY, "How it is computed, in words", N)
SHAPE(experiment_result_view);
/* alpha 0: 0.05. */
enum err experiment_result_make(struct ctx *c, i64 id, f64 alpha,
                                struct experiment_result_view *out);

struct merge_listener;
extern const struct merge_listener experiment_merges;
extern const struct room experiment_room; /* experiment_api.c */
