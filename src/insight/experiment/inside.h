/* inside.h -- inside experiments: the row of one, its metrics, and who was exposed. */
#pragma once

#include "insight/experiment.h"
#include "member/member.h"
#include "store/setting.h"

extern const struct migration experiment_migrations[]; /* tables.c */
extern const struct field_table experiment_fields;     /* members.c */
extern const struct setting experiment_settings[];     /* assign.c */

enum { PLACES = 10000, GUARDS_MAX = 10, WEIGHT_MAX = 10000, WINDOW_MAX = 365 };

/* kept: arms, guardrails and the plan, as JSON. Places [slot_from, slot_to) of the layer are its
 * own once it runs. */
#define FIELDS_OF_experiment_row(X, N)             \
    X(i64, id, ANY, "", N)                         \
    X(str, name, ANY, "", N)                       \
    X(str, hypothesis, ANY, "", N)                 \
    X(str, audience, ANY, "", N)                   \
    X(str, layer, ANY, "", N)                      \
    X(i64, share, ANY, "", N)                      \
    X(i64, slot_from, ANY, "", N)                  \
    X(i64, slot_to, ANY, "", N)                    \
    X(str, metric, ANY, "", N)                     \
    X(i64, window_days, ANY, "", N)                \
    X(opt_instant, ends_at, ANY, "", N)            \
    X(json, kept, ANY, "", N)                      \
    X(str, salt, ANY, "", N)                       \
    X(choice(experiment_state), state, ANY, "", N) \
    X(str, created_by, ANY, "", N)                 \
    X(instant, created_at, ANY, "", N)             \
    X(str, started_by, ANY, "", N)                 \
    X(opt_instant, started_at, ANY, "", N)         \
    X(str, stopped_by, ANY, "", N)                 \
    X(opt_instant, stopped_at, ANY, "", N)         \
    X(str, stop_reason, ANY, "", N)
SHAPE(experiment_row);
#define EXPERIMENT_COLUMNS                                                                     \
    "id, name, hypothesis, audience, layer, share, slot_from, slot_to, metric, window_days,"   \
    " ends_at, kept, salt, state, created_by, created_at, started_by, started_at, stopped_by," \
    " stopped_at, stop_reason"

#define FIELDS_OF_experiment_kept(X, N)               \
    X(list(experiment_arm), arms, ANY, "", N)         \
    X(list(experiment_guard), guardrails, ANY, "", N) \
    X(opt_f64, base, ANY, "", N)                      \
    X(opt_f64, lift, ANY, "", N)
SHAPE(experiment_kept);

enum err experiment_row_get(struct ctx *c, i64 id, struct experiment_row *out);
enum err experiment_kept_read(struct ctx *c, const struct experiment_row *row,
                              struct experiment_kept *out);
str experiment_subject(struct ctx *c, i64 id);
/* Nobody is exposed before or after. */
bool experiment_on(const struct experiment_row *row, instant now);
/* By the plan: members an arm needs; none without base and lift. */
enum err experiment_planned(struct ctx *c, const struct experiment_row *row,
                            const struct experiment_kept *kept, opt_i64 *out);

/* "did:Product Viewed": its row and the event. field: where errors point. */
struct experiment_metric_asked {
    const struct experiment_metric_row *row;
    str event;
};
enum err experiment_metric_read(struct ctx *c, str text, const char *field,
                                struct experiment_metric_asked *out);
str experiment_metric_words(struct ctx *c, const struct experiment_metric_asked *m);

/* Pure: which of n places a member has by a salt; and of arms by weight. */
i64 experiment_place(str salt, i64 member, i64 n);
i64 experiment_arm_place(str salt, i64 member, const struct experiment_arm_list *arms);
i64 experiment_programme_place(i64 member); /* of 100: the first are held out of all */
str experiment_layer_salt(struct ctx *c, const struct experiment_row *row);

/* First exposures: one row a member, the earliest of all his ids. $1: the experiment. */
#define FIRST_EXPOSURES                                                                 \
    "(SELECT e.member, e.arm, e.at FROM experiment_exposure e WHERE e.experiment = $1"  \
    " AND NOT EXISTS (SELECT 1 FROM experiment_exposure f WHERE f.member = e.member"    \
    " AND f.experiment = e.experiment AND (f.at < e.at OR (f.at = e.at AND f.number < " \
    "e.number))))"

/* Figures of the arms of one metric: facts from exposure on, for days, before until. */
enum err experiment_metric_count(struct ctx *c, i64 experiment,
                                 const struct experiment_metric_asked *m, i64 window_days,
                                 instant until, struct arm_figures *arms, i64 n);
