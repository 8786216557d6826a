/* tables.c -- what is kept of goals, and which metrics can be one. */
#include "insight/goal/inside.h"

const struct migration goal_migrations[] = {
    { "0001 goals", "CREATE TABLE goal ("
                    "  id int64 NOT NULL PRIMARY KEY,"
                    "  state text NOT NULL,"
                    "  metric text NOT NULL,"
                    "  segment text NOT NULL,"
                    "  shop text NOT NULL,"
                    "  touchpoint text NOT NULL,"
                    "  category text NOT NULL,"
                    "  first_day int64 NOT NULL,"
                    "  last_day int64 NOT NULL,"
                    "  target int64 NOT NULL,"
                    "  baseline int64,"
                    "  baseline_of text NOT NULL,"
                    "  baseline_from int64,"
                    "  baseline_to int64,"
                    "  owner text NOT NULL,"
                    "  note text NOT NULL,"
                    "  changes int64 NOT NULL,"
                    "  created_by text NOT NULL,"
                    "  created_at int64 NOT NULL,"
                    "  closed_by text,"
                    "  closed_at int64,"
                    "  close_reason text"
                    ");"
                    "CREATE INDEX goal_by_end ON goal (last_day, id);"
                    "CREATE TABLE goal_version ("
                    "  goal int64 NOT NULL,"
                    "  number int64 NOT NULL,"
                    "  target int64 NOT NULL,"
                    "  baseline int64,"
                    "  actor text NOT NULL,"
                    "  at int64 NOT NULL,"
                    "  reason text NOT NULL,"
                    "  PRIMARY KEY (goal, number)"
                    ") clustered;" },
    { 0 },
};

CHOICE_DEFINE(goal_state, "open", "closed");
CHOICE_DEFINE(goal_which, "open", "closed", "all");
CHOICE_DEFINE(goal_baseline, "auto", "given", "year_ago", "before", "none");
CHOICE_DEFINE(goal_way, "weekday", "drift", "year", "develop");
SHAPE_DEFINE(goal_post);
SHAPE_DEFINE(goal_patch);
SHAPE_DEFINE(goal_close);
SHAPE_DEFINE(goal_row);
SHAPE_DEFINE(goal_forecast);
SHAPE_DEFINE(goal_progress);
SHAPE_DEFINE(goal_view);
SHAPE_DEFINE(goal_version);
SHAPE_DEFINE(goal_point);
SHAPE_DEFINE(goal_mover);
SHAPE_DEFINE(goal_detail);
SHAPE_DEFINE(goal_metric);
SHAPE_DEFINE(goal_template_ask);
SHAPE_DEFINE(goal_draft);
SHAPE_DEFINE(goal_template);

/* -- what a metric is made of ------------------------------------------------------------------ */

static enum goal_kind kind_of_measure(enum measure m)
{
    switch (m) {
    case MEASURE_BUYERS:
    case MEASURE_PLACERS:
    case MEASURE_REPEAT_BUYERS: return KIND_DIFFERENT;
    case MEASURE_MEMBERS:
    case MEASURE_FOLLOWERS:
    case MEASURE_POINTS:
    case MEASURE_POINTS_VALUE: return KIND_STAND;
    case MEASURE_PAID_HIGH: return KIND_LATER;
    default: break;
    }
    if (m >= MEASURE_BEHAVIOUR) return KIND_DIFFERENT;
    return m >= MEASURE_SEEN_30 && m <= MEASURE_COHORT_DAYS ? KIND_LATER : KIND_SUM;
}

enum goal_kind goal_kind_of(const struct metric *m)
{
    enum goal_kind a = kind_of_measure(m->a), b = kind_of_measure(m->b);
    if (m->form == METRIC_PAYS) return KIND_STAND;
    return a > b ? a : b;
}

bool goal_only_rises(const struct metric *m)
{
    return (m->form == METRIC_IS || m->form == METRIC_MINUS) && m->a != MEASURE_NET &&
           m->a != MEASURE_NEW_FOLLOWERS && m->a != MEASURE_FOLLOWERS;
}

opt_f64 goal_value(const struct metric *m, f64 a, f64 b)
{
    f64 unit = m->unit == METRIC_MONEY ? 1 : 1e6;
    switch (m->form) {
    case METRIC_IS: return (opt_f64){ true, a };
    case METRIC_MINUS: return (opt_f64){ true, a - b };
    case METRIC_OVER: return b > 0 ? (opt_f64){ true, a / b * unit } : (opt_f64){ 0 };
    case METRIC_REST: return b > 0 ? (opt_f64){ true, (1 - a / b) * unit } : (opt_f64){ 0 };
    default: return (opt_f64){ 0 };
    }
}

enum err goal_metric_find(struct ctx *c, str name, const struct metric **out)
{
    TRY(metric_find(c, name, out));
    const struct metric *m = *out;
    const char *label = c->locale == ZH ? m->zh : m->en;
    if (m->better == METRIC_NEITHER)
        return fail_at(c, E_INVALID, S("/metric"),
                       "“%s”无所谓多好还是少好，不能作为目标；可用的见 GET /v1/goal-metrics",
                       "neither more nor less of \"%s\" is better, so it cannot be a goal; GET "
                       "/v1/goal-metrics lists those that can",
                       label);
    if (goal_kind_of(m) == KIND_STAND)
        return fail_at(c, E_INVALID, S("/metric"),
                       "“%s”是某一时刻的数，不是一段时间的值，不能作为目标；可用的见 GET "
                       "/v1/goal-metrics",
                       "\"%s\" is a stand, not the value of a period, so it cannot be a goal; GET "
                       "/v1/goal-metrics lists those that can",
                       label);
    return OK;
}

void goal_metrics(struct ctx *c, struct goal_metric_list *out)
{
    *out = (struct goal_metric_list){ 0 };
    for (const struct metric *m = metrics; m->name; m++) {
        struct metric_view view;
        if (m->better == METRIC_NEITHER || goal_kind_of(m) == KIND_STAND) continue;
        metric_show(c, m, &view);
        *PUSH(c->arena, out) = (struct goal_metric){ .name = view.name,
                                                     .label = view.label,
                                                     .unit = view.unit,
                                                     .better = view.better,
                                                     .definition = view.definition,
                                                     .by = view.by,
                                                     .foreseen = goal_kind_of(m) < KIND_LATER };
    }
}
