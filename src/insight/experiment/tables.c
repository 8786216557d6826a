/* tables.c -- what is kept of experiments, and what can be counted of their members. */
#include "insight/experiment/inside.h"

const struct migration experiment_migrations[] = {
    { "0001 experiments", "CREATE TABLE experiment ("
                          "  id int64 NOT NULL PRIMARY KEY,"
                          "  name text NOT NULL,"
                          "  folded text NOT NULL UNIQUE,"
                          "  hypothesis text NOT NULL,"
                          "  audience text NOT NULL,"
                          "  layer text NOT NULL,"
                          "  layer_folded text NOT NULL,"
                          "  share int64 NOT NULL,"
                          "  slot_from int64 NOT NULL,"
                          "  slot_to int64 NOT NULL,"
                          "  metric text NOT NULL,"
                          "  window_days int64 NOT NULL,"
                          "  ends_at int64,"
                          "  kept text NOT NULL,"
                          "  salt text NOT NULL,"
                          "  state text NOT NULL,"
                          "  created_by text NOT NULL,"
                          "  created_at int64 NOT NULL,"
                          "  started_by text,"
                          "  started_at int64,"
                          "  stopped_by text,"
                          "  stopped_at int64,"
                          "  stop_reason text"
                          ");"
                          /* A first exposure. member follows merges, origin is the id it happened
                           * under; the earliest of a member counts. number: what merges note. */
                          "CREATE TABLE experiment_exposure ("
                          "  member int64 NOT NULL,"
                          "  experiment int64 NOT NULL,"
                          "  origin int64 NOT NULL,"
                          "  arm text NOT NULL,"
                          "  at int64 NOT NULL,"
                          "  number int64 NOT NULL,"
                          "  PRIMARY KEY (member, experiment, origin)"
                          ") clustered;"
                          "CREATE INDEX experiment_exposure_of ON experiment_exposure"
                          " (experiment, member, at, number, arm);" },
    { 0 },
};

CHOICE_DEFINE(experiment_state, "draft", "running", "stopped");
CHOICE_DEFINE(experiment_verdict, "unknown", "open", "better", "worse");
CHOICE_DEFINE(guardrail_state, "unknown", "open", "safe", "harmed");
#define X(name, zh, en) #name,
CHOICE_DEFINE(experiment_result, EXPERIMENT_RESULTS(X));
#undef X

const struct experiment_metric_row experiment_metrics[EXPERIMENT_METRICS_N] = {
#define X(id, name, rate, money, more, event, zh, en) { name, rate, money, more, event, zh, en },
    EXPERIMENT_METRICS(X)
#undef X
};

void experiment_countables(struct ctx *c, struct experiment_countable_list *out)
{
    out->at = NEWS(c->arena, struct experiment_countable, EXPERIMENT_METRICS_N);
    for (out->n = 0; out->n < EXPERIMENT_METRICS_N; out->n++) {
        const struct experiment_metric_row *m = &experiment_metrics[out->n];
        out->at[out->n] =
            (struct experiment_countable){ .metric = str_of(m->name),
                                           .name = say(c, str_of(m->zh), str_of(m->en)),
                                           .rate = m->rate,
                                           .money = m->money,
                                           .more_is_better = m->more_is_better,
                                           .event = m->event };
    }
}

SHAPE_DEFINE(experiment_countable);
SHAPE_DEFINE(experiment_arm);
SHAPE_DEFINE(experiment_guard);
SHAPE_DEFINE(experiment_post);
SHAPE_DEFINE(experiment_patch);
SHAPE_DEFINE(experiment_view);
SHAPE_DEFINE(experiment_row);
SHAPE_DEFINE(experiment_kept);
SHAPE_DEFINE(experiment_stop_ask);
SHAPE_DEFINE(experiment_assigned);
SHAPE_DEFINE(experiment_mine);
SHAPE_DEFINE(experiment_guarded);
SHAPE_DEFINE(experiment_metric_view);
SHAPE_DEFINE(experiment_judged);
SHAPE_DEFINE(experiment_result_view);
