/* plan.c -- the size an experiment needs, asked and answered. */
#include "insight/experiment.h"

SHAPE_DEFINE(experiment_plan_ask);
SHAPE_DEFINE(experiment_plan);

static enum err outside(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", field), "%s", "%s",
                   c->locale == ZH ? zh : en);
}

static bool within(f64 v, f64 low, f64 high) { return v > low && v < high; }

static enum err check(struct ctx *c, const struct experiment_plan_ask *in,
                      const struct experiment_plan *p)
{
    if (in->base.has == (in->mean.has || in->deviation.has))
        return outside(c, "base", "应给出 base（比率），或 mean 与 deviation（数值）",
                       "give base (a rate), or mean and deviation (a value)");
    if (in->base.has && !within(p->base, 0, 1))
        return outside(c, "base", "比率应大于 0、小于 1", "a rate lies above 0 and below 1");
    if (!in->base.has && !(in->mean.has && within(p->base, 0, 1e12)))
        return outside(c, "mean", "均值应大于 0", "the mean must be above 0");
    if (!in->base.has && !(in->deviation.has && within(in->deviation.value, 0, 1e12)))
        return outside(c, "deviation", "标准差应大于 0", "the standard deviation must be above 0");
    if (!in->lift.has || p->lift == 0 || !within(p->lift, -1, 1e6))
        return outside(c, "lift", "提升应大于 -1 且不为 0，如 0.05",
                       "the lift must be above -1 and not 0, like 0.05");
    if (in->base.has && !within(p->target, 0, 1))
        return outside(c, "lift", "提升后的比率会达到 1：请减小 lift",
                       "with this lift the rate would reach 1: make it smaller");
    if (!within(p->alpha, 0, 0.500001))
        return outside(c, "alpha", "误报概率应大于 0、不超过 0.5",
                       "alpha lies above 0 and is at most 0.5");
    if (!within(p->power, p->alpha, 1) || p->power > 0.9999)
        return outside(c, "power", "发现的概率应大于 alpha、不超过 0.9999",
                       "the power lies above alpha and is at most 0.9999");
    if (p->arms < 2 || p->arms > ARMS_MAX)
        return outside(c, "arms", "组数应为 2 至 20", "there are 2 to 20 arms");
    return OK;
}

static str definition(struct ctx *c, bool rate, i64 arms)
{
    const char *each = arms < 3          ? ""
                       : c->locale == ZH ? "；alpha 由各组与对照的比较平分（Bonferroni）"
                                         : "; alpha is shared by the comparisons (Bonferroni)";
    if (c->locale == ZH)
        return str_fmt(c->arena, "%s，双侧%s",
                       rate ? "两比率之差的正态近似（合并比率，Fleiss）"
                            : "两均值之差的 t 检验（非中心 t，精确）",
                       each);
    return str_fmt(c->arena, "%s, two-sided%s",
                   rate ? "normal approximation of the difference of two rates (pooled, Fleiss)"
                        : "t test of the difference of two means (noncentral t, exact)",
                   each);
}

enum err experiment_plan_make(struct ctx *c, const struct experiment_plan_ask *in,
                              struct experiment_plan *out)
{
    *out = (struct experiment_plan){ .base = in->base.has ? in->base.value : in->mean.value,
                                     .lift = in->lift.value,
                                     .alpha = in->alpha.has ? in->alpha.value : 0.05,
                                     .power = in->power.has ? in->power.value : 0.8,
                                     .arms = in->arms.has ? in->arms.value : 2 };
    out->target = out->base * (1 + out->lift);
    TRY(check(c, in, out));
    struct plan_terms terms = { out->alpha, out->power, out->arms - 1 };
    out->n_per_arm = in->base.has ? plan_rates(out->base, out->target, terms)
                                  : plan_means(out->target - out->base, in->deviation.value, terms);
    if (out->n_per_arm == 0 || out->n_per_arm >= PLAN_MAX)
        return outside(c, "lift", "每组需要超过 10 亿人：差别太小，无法用实验发现",
                       "it would take more than a thousand million units an arm: the difference "
                       "is too small to be found");
    out->total = out->n_per_arm * out->arms;
    out->definition = definition(c, in->base.has, out->arms);
    return OK;
}
