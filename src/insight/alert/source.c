/* source.c -- what can be watched, and a rule's terms checked and made ready. */
#include <math.h>

#include "audience/language/language.h"
#include "base/num.h"
#include "insight/alert/inside.h"

CHOICE_DEFINE(alert_kind, "threshold", "change", "anomaly");
CHOICE_DEFINE(alert_side, "above", "below", "either");
CHOICE_DEFINE(alert_period, "day", "week");
CHOICE_DEFINE(alert_against, "before", "week_ago", "year_ago");
SHAPE_DEFINE(alert_terms);
SHAPE_DEFINE(alert_metric);

/* What is watched besides metrics. */
static const struct alert_source others[] = {
    { .name = "product.turnover_days",
      .zh = "库存周转天数",
      .en = "Stock turnover days",
      .unit = METRIC_DAYS,
      .better = METRIC_LESS,
      .always_by = "product",
      .definition_zh = "每个知道库存的商品：平均库存 × 90 天 ÷ 90 天净销件数",
      .definition_en = "Of each product with known stock: average stock x 90 days / net units of "
                       "90 days" },
    { .name = "product.sellout_days",
      .zh = "可售天数",
      .en = "Days to sell-out",
      .unit = METRIC_DAYS,
      .better = METRIC_MORE,
      .always_by = "product",
      .definition_zh = "每个知道库存的商品：按最近的日均净销，现有库存还能卖几天",
      .definition_en = "Of each product with known stock: how many days it lasts at the recent "
                       "rate of sale" },
    { .name = "budget.used",
      .zh = "预算使用率",
      .en = "Budget used",
      .unit = METRIC_RATIO,
      .better = METRIC_NEITHER,
      .always_by = "budget",
      .history = true,
      .definition_zh = "每个没有结束的活动预算：已花掉的 ÷ 已投入的；审核中预留的不算花掉",
      .definition_en = "Of each budget that has not ended: spent / put in; what is only reserved "
                       "is not spent" },
    { 0 },
};

static bool is_level(const struct metric *m)
{
    return m->form == METRIC_IS && (m->a == MEASURE_MEMBERS || m->a == MEASURE_FOLLOWERS ||
                                    m->a == MEASURE_POINTS || m->a == MEASURE_POINTS_VALUE);
}

static void source_of(const struct metric *m, struct alert_source *out)
{
    *out = (struct alert_source){
        .metric = m,
        .name = m->name,
        .zh = m->zh,
        .en = m->en,
        .unit = m->unit,
        .better = m->better,
        .definition_zh = m->definition_zh,
        .definition_en = m->definition_en,
        .history = true,
        .whole_only = (m->form == METRIC_IS || m->form == METRIC_MINUS) && !is_level(m),
    };
}

enum err alert_source_find(struct ctx *c, str name, struct alert_source *out)
{
    const struct metric *m;
    strs names = { 0 };
    for (const struct alert_source *s = others; s->name; s++) {
        if (str_eq(name, str_of(s->name))) return *out = *s, OK;
        *PUSH(c->arena, &names) = str_of(s->name);
    }
    for (m = metrics; m->name; m++) {
        if (str_eq(name, str_of(m->name))) return source_of(m, out), OK;
        *PUSH(c->arena, &names) = str_of(m->name);
    }
    str near = name_nearest(c->arena, name, names);
    return fail_at(c, E_NOT_FOUND, S("/terms/metric"),
                   "没有“" STR_FMT "”这个可以预警的指标%s" STR_FMT "；全部见 GET /v1/alert-metrics",
                   "no metric \"" STR_FMT "\" can be watched%s" STR_FMT
                   "; GET /v1/alert-metrics lists all",
                   STR_ARG(str_sub(name, 0, name.n < 80 ? name.n : 80)),
                   !near.at          ? ""
                   : c->locale == ZH ? "，是不是 "
                                     : ": perhaps ",
                   STR_ARG(near));
}

static void metric_of(struct ctx *c, const struct alert_source *s, struct alert_metric *out)
{
    *out = (struct alert_metric){
        .name = str_of(s->name),
        .label = say(c, str_of(s->zh), str_of(s->en)),
        .unit = s->unit,
        .better = s->better,
        .definition = say(c, str_of(s->definition_zh), str_of(s->definition_en)),
        .always_by = str_of(s->always_by),
        .history = s->history,
        .whole_only = s->whole_only,
    };
    if (s->always_by) *PUSH(c->arena, &out->by) = str_of(s->always_by);
    if (!s->metric) return;
    struct metric_view view;
    metric_show(c, s->metric, &view);
    out->by = view.by;
}

void alert_metrics(struct ctx *c, struct alert_metric_list *out)
{
    *out = (struct alert_metric_list){ 0 };
    for (const struct metric *m = metrics; m->name; m++) {
        struct alert_source s;
        source_of(m, &s);
        metric_of(c, &s, PUSH(c->arena, out));
    }
    for (const struct alert_source *s = others; s->name; s++) metric_of(c, s, PUSH(c->arena, out));
}

/* -- terms ------------------------------------------------------------------------------------- */

bool alert_figure_read(enum metric_unit unit, str text, i64 *out)
{
    money m;
    f64 f;
    if (unit == METRIC_MONEY) return money_parse(text, out);
    if (unit == METRIC_COUNT || unit == METRIC_DAYS) {
        if (!money_parse(text, &m) || m % MONEY_UNIT) return false;
        *out = m / MONEY_UNIT;
        return true;
    }
    if (!f64_parse(text, &f) || fabs(f) > 1e9) return false;
    *out = (i64)llround(f * 1e6);
    return true;
}

static enum err at_fault(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_of(field), "%s", "%s", c->locale == ZH ? zh : en);
}

static enum err figure_of(struct ctx *c, const struct alert_test *t, str text, const char *field,
                          i64 *out)
{
    if (alert_figure_read(t->source.unit, str_trim(text), out)) return OK;
    return at_fault(c, field, "应为十进制数，单位与指标相同：金额最多四位小数，个数与天数为整数",
                    "a decimal number in the metric's unit: money with four decimals at most, "
                    "counts and days whole");
}

static enum err check_source(struct ctx *c, const struct alert_terms *terms,
                             const struct alert_test *t)
{
    const struct alert_source *s = &t->source;
    if (s->metric) return OK;
    if (terms->by.n && !str_eq(terms->by, str_of(s->always_by)))
        return fail_at(c, E_INVALID, S("/terms/by"), "指标“%s”总是按 %s 分开，不能按别的维度",
                       "\"%s\" is always by %s, and by nothing else",
                       c->locale == ZH ? s->zh : s->en, s->always_by);
    bool product = str_eq(str_of(s->always_by), S("product"));
    if (terms->segment.n || terms->touchpoint.n ||
        (!product && (terms->shop.n || terms->category.n)))
        return fail_at(
            c, E_INVALID, S("/terms"), "指标“%s”%s", "\"%s\" %s", c->locale == ZH ? s->zh : s->en,
            c->locale == ZH
                ? (product ? "只能限定店铺与品类" : "不能再限定范围")
                : (product ? "can be of a shop and a category only" : "cannot be narrowed"));
    if (t->kind != ALERT_THRESHOLD && !s->history)
        return at_fault(c, "/terms/kind", "这个指标没有每天的历史，只能用 threshold（高于或低于）",
                        "this metric has no history by day: threshold only");
    return OK;
}

static enum err check_kind(struct ctx *c, const struct alert_terms *terms, struct alert_test *t)
{
    if (t->so_far && t->source.whole_only && t->side != ALERT_ABOVE)
        return at_fault(c, "/terms/so_far",
                        "没过完的期间总比整天少，只能用 above；要看下降请看上一个整天",
                        "a period that is not over has less than whole ones: above only; for drops "
                        "take the last whole one");
    if (t->kind == ALERT_THRESHOLD) {
        if (t->side == ALERT_EITHER)
            return at_fault(c, "/terms/side", "阈值应为 above 或 below",
                            "a threshold is above or "
                            "below");
        if (str_empty(terms->limit))
            return at_fault(c, "/terms/limit", "请给出阈值", "the limit is missing");
        return figure_of(c, t, terms->limit, "/terms/limit", &t->limit);
    }
    if (terms->least.n) TRY(figure_of(c, t, terms->least, "/terms/least", &t->least));
    if (t->least < 0) return at_fault(c, "/terms/least", "不能为负", "it is not negative");
    if (t->kind == ALERT_CHANGE) {
        if (!terms->percent.has || terms->percent.value > 10000)
            return at_fault(c, "/terms/percent", "变化幅度为 1 至 10000（%）",
                            "the change is 1 to 10,000 percent");
        return OK;
    }
    if (t->weeks < 8 || t->weeks > 12)
        return at_fault(c, "/terms/weeks", "回看 8 至 12 周", "8 to 12 weeks are looked back");
    if (!(t->cut >= 2 && t->cut <= 10))
        return at_fault(c, "/terms/cut", "偏离倍数为 2 至 10", "the cut is 2 to 10");
    return OK;
}

enum err alert_test_read(struct ctx *c, const struct alert_terms *terms, struct alert_test *out)
{
    *out = (struct alert_test){ .period = terms->period,
                                .so_far = terms->so_far,
                                .kind = terms->kind,
                                .side = terms->side,
                                .against = terms->against,
                                .percent = terms->percent.value,
                                .weeks = terms->weeks.has ? terms->weeks.value : 8,
                                .cut = terms->cut.has ? terms->cut.value : 3.5 };
    TRY(alert_source_find(c, str_trim(terms->metric), &out->source));
    TRY(check_source(c, terms, out));
    return check_kind(c, terms, out);
}
