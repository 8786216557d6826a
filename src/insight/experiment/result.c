/* result.c -- what came of an experiment: what decides, what must not become worse, and whether the
 * split can be trusted. */
#include <math.h>

#include "insight/experiment/inside.h"

struct reading_of {
    struct ctx *c;
    const struct experiment_row *row;
    const struct experiment_kept *kept;
    f64 alpha;
    instant until;
    i64 control;
};

static instant until_of(const struct ctx *c, const struct experiment_row *row)
{
    instant until = c->now;
    if (row->stopped_at.has && row->stopped_at.value < until) until = row->stopped_at.value;
    if (row->ends_at.has && row->ends_at.value < until) until = row->ends_at.value;
    return until;
}

/* One metric, counted. */
struct counted {
    struct experiment_metric_asked metric;
    struct arm_figures arms[ARMS_MAX];
};

/* tau 0: the usual one. */
static enum err read_metric(const struct reading_of *r, str text, f64 tau, struct counted *counted,
                            struct experiment_metric_view *out, struct reading *reading)
{
    struct ctx *c = r->c;
    struct arm_figures *arms = counted->arms;
    i64 n = r->kept->arms.n;
    TRY(experiment_metric_read(c, text, "metric", &counted->metric));
    const struct experiment_metric_row *m = counted->metric.row;
    for (i64 i = 0; i < n; i++)
        arms[i] = (struct arm_figures){ .arm = r->kept->arms.at[i].name,
                                        .weight = r->kept->arms.at[i].weight.value };
    TRY(experiment_metric_count(c, r->row->id, &counted->metric, r->row->window_days, r->until,
                                arms, n));
    struct reading_terms terms = { .alpha = r->alpha,
                                   .tau = tau,
                                   .control = r->control,
                                   .rates = m->rate,
                                   .values = !m->rate,
                                   .money = m->money };
    TRY(reading_make(c, arms, n, &terms, reading));
    *out = (struct experiment_metric_view){ .metric = text,
                                            .name = experiment_metric_words(c, &counted->metric),
                                            .rate = m->rate,
                                            .more_is_better = m->more_is_better,
                                            .arms = reading->arms,
                                            .tests = reading->tests,
                                            .value_tests = reading->value_tests };
    return OK;
}

/* An arm against the control. */
static struct compared against_control(const struct reading_of *r, const struct counted *counted,
                                       i64 arm, f64 tau)
{
    const struct arm_figures *a = &counted->arms[arm], *b = &counted->arms[r->control];
    struct compared x;
    if (counted->metric.row->rate)
        compare_rates((struct hits){ a->n, a->hits }, (struct hits){ b->n, b->hits }, r->alpha, tau,
                      &x);
    else compare_means(arm_sample(a), arm_sample(b), r->alpha, tau, &x);
    return x;
}

static void judge(const struct reading_of *r, const struct counted *counted, f64 tau,
                  struct experiment_judged_list *out)
{
    i64 others = r->kept->arms.n - 1;
    for (i64 i = 0; i <= others; i++) {
        if (i == r->control) continue;
        struct compared x = against_control(r, counted, i, tau);
        bool sure = x.defined && x.always_p * (f64)others < r->alpha;
        bool better = (x.diff > 0) == counted->metric.row->more_is_better;
        *PUSH(r->c->arena, out) =
            (struct experiment_judged){ counted->arms[i].arm, !x.defined ? VERDICT_UNKNOWN
                                                              : !sure    ? VERDICT_OPEN
                                                              : better   ? VERDICT_BETTER
                                                                         : VERDICT_WORSE };
    }
}

/* A margin is told as a share of the control's level. */
static void guard(const struct reading_of *r, const struct experiment_guard *g,
                  const struct counted *counted, struct experiment_metric_view *v)
{
    const struct reading_arm *control = &v->arms.at[r->control];
    f64 level = v->rate ? control->rate.value : control->mean.value;
    f64 margin = (g->margin.has ? g->margin.value : 0) * fabs(level);
    if (g->more_is_better.has) v->more_is_better = g->more_is_better.value;
    for (i64 i = 0; i < r->kept->arms.n; i++) {
        if (i == r->control) continue;
        struct compared x = against_control(r, counted, i, 0);
        *PUSH(r->c->arena, &v->guarded) =
            (struct experiment_guarded){ counted->arms[i].arm,
                                         guardrail_judge(&x, v->more_is_better, margin), margin };
    }
}

static str definition(struct ctx *c)
{
    return c->locale == ZH
               ? S("按首次分到的组统计全部分到组的会员（意向治疗），只计分组之后、窗口之内、结束之"
                   "前的"
                   "订单与行为；结论按随时可看的 p（mSPRT），由各组与对照的比较平分 alpha；护栏看"
                   "区间：整个区间变差为 harmed，变差不超过容忍幅度为 safe")
               : S("All members who were exposed are counted in the arm they had first (intent to "
                   "treat), with orders and behaviour after exposure, within the window, before "
                   "the "
                   "end. Verdicts by the p that holds at any time (mSPRT), alpha shared by the "
                   "comparisons with the control. Guardrails by the interval: all of it worse is "
                   "harmed, worse by less than the margin is safe");
}

enum err experiment_result_make(struct ctx *c, i64 id, f64 alpha,
                                struct experiment_result_view *out)
{
    struct experiment_row row;
    struct experiment_kept kept;
    struct reading reading, ignored;
    struct counted counted;
    TRY(experiment_row_get(c, id, &row));
    TRY(experiment_kept_read(c, &row, &kept));
    struct reading_of r = { c, &row, &kept, alpha > 0 ? alpha : 0.05, until_of(c, &row), 0 };
    for (i64 i = 0; i < kept.arms.n; i++)
        if (kept.arms.at[i].control) r.control = i;
    f64 tau = kept.base.has && kept.lift.has ? fabs(kept.base.value * kept.lift.value) : 0;
    *out = (struct experiment_result_view){ .id = id,
                                            .name = row.name,
                                            .state = row.state,
                                            .until = r.until,
                                            .window_days = row.window_days,
                                            .primary = NEW(c->arena, struct experiment_metric_view),
                                            .definition = definition(c) };
    TRY(experiment_planned(c, &row, &kept, &out->planned));
    TRY(read_metric(&r, row.metric, tau, &counted, out->primary, &reading));
    out->srm = reading.srm;
    for (i64 i = 0; i < reading.arms.n; i++) out->exposed += reading.arms.at[i].n;
    judge(&r, &counted, tau, &out->verdicts);
    for (i64 i = 0; i < kept.guardrails.n; i++) {
        struct experiment_metric_view *v = PUSH(c->arena, &out->guardrails);
        TRY(read_metric(&r, kept.guardrails.at[i].metric, 0, &counted, v, &ignored));
        guard(&r, &kept.guardrails.at[i], &counted, v);
    }
    return OK;
}
