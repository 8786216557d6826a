/* inside.h -- inside alerts: what can be watched, terms made ready, series, the judging of one
 * period, and the rows that are kept.
 */
#pragma once

#include "channel/delivery.h"
#include "insight/alert.h"
#include "store/setting.h"

/* -- what can be watched (source.c) ------------------------------------------------------------ */

struct alert_source {
    const struct metric *metric; /* NULL: one of ours */
    const char *name, *zh, *en;
    enum metric_unit unit;
    enum metric_better better;
    const char *always_by;
    const char *definition_zh, *definition_en;
    bool history, whole_only;
};
/* E_NOT_FOUND with the nearest name. */
enum err alert_source_find(struct ctx *c, str name, struct alert_source *out);
/* "12.50" in the unit, as i64 of insight/metric.h; false: it is none, or too fine. */
bool alert_figure_read(enum metric_unit unit, str text, i64 *out);

/* Terms checked and in numbers. */
struct alert_test {
    struct alert_source source;
    enum alert_period period;
    bool so_far;
    enum alert_kind kind;
    enum alert_side side;
    enum alert_against against;
    i64 limit, percent, least, weeks;
    f64 cut;
};
/* E_INVALID names the field ("/terms/limit"). */
enum err alert_test_read(struct ctx *c, const struct alert_terms *terms, struct alert_test *out);

/* -- series and their judging (judge.c: pure) -------------------------------------------------- */

struct alert_series {
    str value, label; /* of the dimension; absent: the whole */
    const opt_i64 *at;
};
struct alert_series_list {
    struct alert_series *at;
    i64 n;
};
/* n periods of `step` days from `first` on. */
struct alert_history {
    i64 step, n;
    day first;
    struct alert_series_list series;
    i64 most; /* so many are looked at, and there are more; 0: all are */
};
struct alert_judged {
    enum alert_verdict verdict;
    opt_i64 value, base, low, high; /* alarm outside low..high */
    f64 off;                        /* how far off, to compare alerts of one rule */
};
void alert_judge(const struct alert_test *t, const struct alert_history *h,
                 const struct alert_series *s, i64 i, struct alert_judged *out);
/* Periods before the one judged that are needed. */
i64 alert_lookback(const struct alert_test *t);
/* The first day of the period to judge at this moment; hour: alert.judge_hour. */
day alert_period_now(const struct ctx *c, const struct alert_test *t, i64 hour);

/* -- reading (history.c) ----------------------------------------------------------------------- */

/* Every period from the one of `from` to that of `to`. Without history: of the last alone. */
enum err alert_history_read(struct ctx *c, const struct alert_terms *terms,
                            const struct alert_test *t, day from, day to,
                            struct alert_history *out);

/* -- words (words.c) --------------------------------------------------------------------------- */

str alert_sentence(struct ctx *c, const struct alert_terms *terms, const struct alert_test *t);
str alert_by_words(const struct ctx *c, str by);
str alert_note_words(struct ctx *c, enum alert_verdict why, i64 n, i64 of);
/* That there are more values than are looked at. */
str alert_more_words(struct ctx *c, i64 most);

/* -- rows -------------------------------------------------------------------------------------- */

extern const struct migration alert_migrations[]; /* tables.c */
extern const struct setting alert_settings[];

#define FIELDS_OF_alert_rule_row(X, N)              \
    X(i64, id, ANY, "", N)                          \
    X(str, name, ANY, "", N)                        \
    X(json, terms, ANY, "", N)                      \
    X(choice(alert_severity), severity, ANY, "", N) \
    X(i64, quiet_hours, ANY, "", N)                 \
    X(i64, owner, ANY, "", N)                       \
    X(flag, enabled, ANY, "", N)                    \
    X(i64, version, ANY, "", N)                     \
    X(opt_instant, muted_until, ANY, "", N)         \
    X(opt_instant, checked_at, ANY, "", N)          \
    X(str, problem_zh, ANY, "", N)                  \
    X(str, problem_en, ANY, "", N)                  \
    X(str, note_zh, ANY, "", N)                     \
    X(str, note_en, ANY, "", N)                     \
    X(str, template, ANY, "", N)                    \
    X(str, created_by, ANY, "", N)                  \
    X(instant, created_at, ANY, "", N)
SHAPE(alert_rule_row);
#define ALERT_RULE_COLUMNS                                                                      \
    "id, name, terms, severity, quiet_hours, owner, enabled, version, muted_until, checked_at," \
    " problem_zh, problem_en, note_zh, note_en, template, created_by, created_at"
enum err alert_rule_row_get(struct ctx *c, i64 id, struct alert_rule_row *out);
enum err alert_rule_rows(struct ctx *c, struct alert_rule_row_list *out);
enum err alert_terms_of(struct ctx *c, const struct alert_rule_row *row, struct alert_terms *out);

/* What an alert keeps of what it saw; texts as in alert_view. */
#define FIELDS_OF_alert_facts(X, N)           \
    X(one(alert_terms), terms, ANY, "", N)    \
    X(str, label, ANY, "", N)                 \
    X(i64, values_n, ANY, "", N)              \
    X(list(alert_listed), values, ANY, "", N) \
    X(str, figure, ANY, "", N)                \
    X(str, expected, ANY, "", N)              \
    X(str, low, ANY, "", N)                   \
    X(str, high, ANY, "", N)                  \
    X(list(alert_point), points, ANY, "", N)  \
    X(list(alert_part), parts, ANY, "", N)    \
    X(str, parts_of, ANY, "", N)
SHAPE(alert_facts);

#define FIELDS_OF_alert_row(X, N)               \
    X(i64, id, ANY, "", N)                      \
    X(i64, rule, ANY, "", N)                    \
    X(str, value, ANY, "", N)                   \
    X(choice(alert_state), state, ANY, "", N)   \
    X(day, from_day, ANY, "", N)                \
    X(day, to_day, ANY, "", N)                  \
    X(day, since_day, ANY, "", N)               \
    X(json, facts, ANY, "", N)                  \
    X(instant, first_raised_at, ANY, "", N)     \
    X(instant, raised_at, ANY, "", N)           \
    X(i64, times, ANY, "", N)                   \
    X(str, acknowledged_by, ANY, "", N)         \
    X(opt_instant, acknowledged_at, ANY, "", N) \
    X(i64, assigned, ANY, "", N)                \
    X(choice(alert_ending), ending, ANY, "", N) \
    X(str, resolved_by, ANY, "", N)             \
    X(opt_instant, resolved_at, ANY, "", N)
SHAPE(alert_row);
#define ALERT_COLUMNS                                                                         \
    "id, rule, value, state, from_day, to_day, since_day, facts, first_raised_at, raised_at," \
    " times, acknowledged_by, acknowledged_at, assigned, ending, resolved_by, resolved_at"
/* The value of an alert that lists several. */
#define ALERT_GROUP S("*")

str alert_subject(struct ctx *c, i64 id);
str alert_rule_subject(struct ctx *c, i64 id);
str alert_words(struct ctx *c, const struct alert_row *row, const struct alert_facts *facts,
                const struct alert_test *t);
/* The same without the text of its segment, which may name members: for whoever is outside. */
str alert_words_outside(struct ctx *c, const struct alert_row *row, const struct alert_facts *facts,
                        const struct alert_test *t);
/* Tells the endpoints that listen to "alert.raised" or "alert.resolved" (tell.c). */
enum err alert_tell(struct tx *t, const struct alert_rule_row *rule, i64 alert, const char *topic);
extern const struct topic alert_topics[];
/* Ends all open alerts of a rule. */
enum err alert_end_all(struct tx *t, i64 rule, enum alert_ending ending);
/* One line of its history; system: also of the audit log, where no door leaves one. */
enum err alert_step_write(struct tx *t, i64 alert, const char *kind, str note);
enum err alert_step_by_itself(struct tx *t, const struct alert_row *row, const char *kind,
                              str note);
enum err alert_row_get(struct ctx *c, i64 id, struct alert_row *out);
enum err alert_rows_open(struct ctx *c, i64 rule, struct alert_row_list *out);
enum err alert_facts_of(struct ctx *c, const struct alert_row *row, struct alert_facts *out);
enum err alert_end(struct tx *t, const struct alert_row *row, enum alert_ending ending, str note);
enum err alert_mute_check(struct ctx *c, opt_instant until);
/* One change of alerts at a time, whichever server makes it. */
enum err alert_turn(struct tx *t);

/* -- what an evaluation found, brought into the rows (raise.c) --------------------------------- */

struct alert_finding {
    str value;
    struct alert_judged judged;
    struct alert_facts facts;
};
struct alert_finding_list {
    struct alert_finding *at;
    i64 n;
};
struct alert_findings {
    i64 rule, version;
    bool again;   /* one period may be raised again: it runs, or is a state */
    day from, to; /* of the period judged */
    const struct alert_terms *terms;
    struct alert_finding_list holding; /* the furthest off first */
    strs unknown;                      /* values that could not be judged */
    str note_zh, note_en;
    i64 raised, again_n, resolved; /* what came of it */
};
/* Nothing when the rule is another by now. */
enum err alert_findings_write(struct tx *t, void *findings);
/* The parts of a finding that moved most, into its facts (parts.c). */
enum err alert_parts_find(struct ctx *c, const struct alert_terms *terms,
                          const struct alert_test *t, day period, struct alert_finding *out);
/* Members behind an alert; absent: they cannot be told (parts.c). */
str alert_segment(struct ctx *c, const struct alert_row *row, const struct alert_facts *facts,
                  const struct alert_test *t);
enum err alert_rule_broken(struct tx *t, i64 rule, str zh, str en);
