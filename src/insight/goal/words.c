/* words.c -- a goal in words: what it is called, where it stands and why, how that was made. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/goal/inside.h"
#include "insight/shown.h"

static bool zh(const struct ctx *c) { return c->locale == ZH; }
static const char *name_of(const struct ctx *c, const struct metric *m)
{
    return zh(c) ? m->zh : m->en;
}

static str percent(struct arena *a, f64 share) { return str_fmt(a, "%.1f%%", share * 100); }

str goal_shown(struct ctx *c, const struct metric *m, opt_i64 value)
{
    if (!value.has) return say(c, S("无定义"), S("not defined"));
    if (m->unit == METRIC_RATIO) return percent(c->arena, (f64)value.value / 1e6);
    if (m->unit == METRIC_TIMES) return str_fmt(c->arena, "%.2f", (f64)value.value / 1e6);
    str text = grouped(c->arena, metric_text(c->arena, m->unit, value));
    return m->unit == METRIC_MONEY
               ? str_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(currency_mark(c)), STR_ARG(text))
               : text;
}

str goal_label(struct ctx *c, const struct metric *m, const struct goal_row *row)
{
    struct buf out = { .arena = c->arena };
    const str parts[] = { row->shop, row->touchpoint, row->category, row->segment };
    struct metric_period p = { row->first_day, row->last_day };
    buf_add(&out, m ? str_of(name_of(c, m)) : row->metric);
    buf_fmt(&out, " · " STR_FMT, STR_ARG(goal_period_text(c->arena, p)));
    for (i64 i = 0; i < COUNT(parts); i++)
        if (parts[i].n) buf_fmt(&out, " · " STR_FMT, STR_ARG(parts[i]));
    return buf_str(&out);
}

str goal_size_shown(struct ctx *c, const struct metric *m, str text)
{
    f64 v;
    if (m->unit == METRIC_RATIO && f64_parse(text, &v))
        return str_fmt(c->arena, zh(c) ? "%.2f 个百分点" : "%.2f points", v * 100);
    str plain = grouped(c->arena, text);
    if (m->unit != METRIC_MONEY) return plain;
    return str_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(currency_mark(c)), STR_ARG(plain));
}

static const char *const statuses[][2] = {
    [GOAL_NOT_BEGUN] = { "未开始", "Not begun" }, [GOAL_UNKNOWN] = { "暂无数值", "No value yet" },
    [GOAL_REACHED] = { "已达成", "Reached" },     [GOAL_MISSED] = { "未达成", "Missed" },
    [GOAL_AHEAD] = { "领先", "Ahead" },           [GOAL_ON_TRACK] = { "正常", "On track" },
    [GOAL_BEHIND] = { "落后", "Behind" },         [GOAL_AT_RISK] = { "有风险", "At risk" },
};
str goal_status_words(struct ctx *c, enum goal_status s) { return str_of(statuses[s][!zh(c)]); }

/* -- how pace and forecast were made ----------------------------------------------------------- */

str goal_pace_words(struct ctx *c, const struct goal_figures *f)
{
    static const char *const words[][2] = {
        [PACE_NONE] = { "期间还没有开始", "the period has not begun" },
        [PACE_YEAR] = { "按去年同期的进度", "by the share of last year's same days" },
        [PACE_WEEKDAY] = { "没有完整的去年同期，按开始前 8 周的星期规律",
                           "last year's same days are not all there: by the weekdays of the 8 "
                           "weeks before" },
        [PACE_WINDOWS] = { "没有完整的去年同期，按此前各期的进度",
                           "last year's same days are not all there: by earlier periods" },
        [PACE_STRAIGHT] = { "历史不够，按天平均", "too little history: all days alike" },
    };
    bool flat = f->metric->form == METRIC_OVER || f->metric->form == METRIC_REST;
    if (f->pace_by == PACE_STRAIGHT && flat)
        return say(c, S("没有可比的历史，全期都应在目标值上"),
                   S("no history to compare: the target itself, all the time"));
    return str_of(words[f->pace_by][!zh(c)]);
}

static str made_words(struct ctx *c, const struct goal_figures *f)
{
    static const char *const ways[][2] = {
        [WAY_WEEKDAY] = { "近几周同一星期几的均值", "means of the last weeks' same weekdays" },
        [WAY_DRIFT] = { "近几周同一星期几的均值，加上逐渐减弱的趋势",
                        "means of the last weeks' same weekdays with a damped drift" },
        [WAY_YEAR] = { "去年同日的值，乘以近 56 天对去年同期的倍数",
                       "last year's same dates, times the last 56 days over the same of last "
                       "year" },
        [WAY_DEVELOP] = { "到目前的值，按此前各期从同样天数到期末的倍数展开",
                          "the value so far, grown as earlier periods grew from as many days to "
                          "their end" },
    };
    return str_fmt(c->arena,
                   zh(c) ? "%s；80%% 区间来自对过去 %lld 次同样预测的误差"
                         : "%s; the 80%% interval comes from the errors of %lld such forecasts of "
                           "the past",
                   ways[f->foreseen.way][!zh(c)], (long long)f->foreseen.trials);
}

static str short_words(struct ctx *c, const struct goal_figures *f)
{
    if (f->kind == KIND_DIFFERENT)
        return str_fmt(c->arena,
                       zh(c)
                           ? "历史不够，暂不预测：按人去重的指标要此前至少 %d 期同样长的数据，现有 "
                             "%lld 期"
                           : "too little history for a forecast: what counts different members "
                             "takes %d earlier periods of the same length at least, there are "
                             "%lld",
                       SPANS_MIN, (long long)f->windows_n);
    i64 left = (i64)f->period.to - f->period.from + 1 - f->elapsed;
    return str_fmt(c->arena,
                   zh(c) ? "历史不够，暂不预测：现有 %lld 天，要预测 %lld 天，约需 %lld 天"
                         : "too little history for a forecast: %lld days are there; to foresee "
                           "%lld it takes about %lld",
                   (long long)f->series.n, (long long)left,
                   (long long)(56 + (SPANS_MIN > left ? 7 * SPANS_MIN : SPANS_MIN * left)));
}

str goal_forecast_words(struct ctx *c, const struct goal_figures *f)
{
    if (f->today < f->period.from)
        return say(c, S("期间还没有开始"), S("the period has not begun"));
    if (f->today > f->period.to) return say(c, S("期间已经结束"), S("the period is over"));
    if (f->kind == KIND_LATER)
        return say(c, S("这个指标在期间结束后还会变化，不预测"),
                   S("this metric goes on changing after the period: it is not foreseen"));
    if (!f->elapsed && f->kind == KIND_DIFFERENT)
        return say(c, S("期间今天开始，明天起预测"),
                   S("it begins today: foreseen from tomorrow on"));
    return f->foreseen.has ? made_words(c, f) : short_words(c, f);
}

/* -- the sentence ------------------------------------------------------------------------------ */

/* "高 12.2%", "12.2% above": of a ratio in points. */
static str distance(struct ctx *c, const struct metric *m, i64 value, i64 from)
{
    i64 more = value - from;
    f64 size = (f64)(more < 0 ? -more : more);
    str text = m->unit == METRIC_RATIO
                   ? str_fmt(c->arena, zh(c) ? "%.1f 个百分点" : "%.1f points", size / 1e4)
                   : percent(c->arena, from > 0 ? size / (f64)from : 0);
    if (zh(c)) return str_fmt(c->arena, "%s " STR_FMT, more < 0 ? "低" : "高", STR_ARG(text));
    return str_fmt(c->arena, STR_FMT " %s", STR_ARG(text), more < 0 ? "below" : "above");
}

static void tell_stand(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                       struct buf *out)
{
    const struct metric *m = f->metric;
    bool over = f->today > f->period.to;
    buf_fmt(out, zh(c) ? "%s" STR_FMT "，%s " STR_FMT : "%s" STR_FMT ", %s is " STR_FMT,
            over ? (zh(c) ? "期间于 " : "The period ended on ") : (zh(c) ? "到 " : "On "),
            STR_ARG(day_text(c->arena, over ? f->period.to : f->today)), name_of(c, m),
            STR_ARG(goal_shown(c, m, f->actual)));
    if (!f->actual.has) {
        buf_fmt(out,
                zh(c) ? "：还没有可以相除的数。目标 " STR_FMT "。"
                      : ": there is nothing to divide by yet. The target is " STR_FMT ".",
                STR_ARG(goal_shown(c, m, SOME(row->target))));
        return;
    }
    buf_fmt(out, zh(c) ? "，目标 " STR_FMT "，" : ", the target is " STR_FMT ", ",
            STR_ARG(goal_shown(c, m, SOME(row->target))));
    if (m->unit == METRIC_RATIO || m->better == METRIC_LESS || over)
        buf_fmt(out, zh(c) ? "比目标" STR_FMT "。" : "it stands " STR_FMT " it. ",
                STR_ARG(distance(c, m, f->actual.value, row->target)));
    else
        buf_fmt(out, zh(c) ? "完成 " STR_FMT "。" : STR_FMT " of it is done. ",
                STR_ARG(percent(c->arena, (f64)f->actual.value / (f64)row->target)));
}

static void tell_pace(struct ctx *c, const struct goal_figures *f, enum goal_status status,
                      struct buf *out)
{
    if (!f->pace.has || !f->actual.has || f->pace.value <= 0) return;
    buf_fmt(out,
            zh(c) ? STR_FMT "，此时应为 " STR_FMT "，实际" STR_FMT "：" STR_FMT "。"
                  : "Pace " STR_FMT ": " STR_FMT " now, it is " STR_FMT ": " STR_FMT ". ",
            STR_ARG(goal_pace_words(c, f)), STR_ARG(goal_shown(c, f->metric, f->pace)),
            STR_ARG(distance(c, f->metric, f->actual.value, f->pace.value)),
            STR_ARG(goal_status_words(c, status)));
}

str goal_sentence(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                  const struct goal_progress *p)
{
    struct buf out = { .arena = c->arena };
    const struct metric *m = f->metric;
    if (f->today < f->period.from) {
        buf_fmt(&out,
                zh(c) ? "从 " STR_FMT " 开始，目标 " STR_FMT "。"
                      : "It begins on " STR_FMT ", the target is " STR_FMT ". ",
                STR_ARG(day_text(c->arena, f->period.from)),
                STR_ARG(goal_shown(c, m, SOME(row->target))));
    } else tell_stand(c, row, f, &out);
    if (f->today >= f->period.from && f->today <= f->period.to) tell_pace(c, f, p->status, &out);
    if (p->forecast) {
        const struct goal_foreseen *s = &f->foreseen;
        f64 v = s->value[s->n - 1], half = s->half[s->n - 1];
        buf_fmt(&out,
                zh(c) ? "预计期末 " STR_FMT "，80%% 的把握在 " STR_FMT " 到 " STR_FMT
                        " 之间，比目标" STR_FMT "。"
                      : "The end is foreseen at " STR_FMT ", with 80%% confidence between " STR_FMT
                        " and " STR_FMT ", " STR_FMT " the target. ",
                STR_ARG(goal_shown(c, m, SOME(goal_rounded(m, v)))),
                STR_ARG(goal_shown(c, m, SOME(goal_rounded(m, goal_low(f, s->n - 1))))),
                STR_ARG(goal_shown(c, m, SOME(goal_rounded(m, v + half)))),
                STR_ARG(distance(c, m, goal_rounded(m, v), row->target)));
    }
    if (row->baseline.has && f->actual.has && f->today > f->period.to)
        buf_fmt(&out,
                zh(c) ? "比基线 " STR_FMT " " STR_FMT "。"
                      : "The baseline was " STR_FMT ", it is " STR_FMT " that. ",
                STR_ARG(goal_shown(c, m, row->baseline)),
                STR_ARG(distance(c, m, f->actual.value, row->baseline.value)));
    return str_trim(buf_str(&out));
}

str goal_how(struct ctx *c)
{
    return say(
        c,
        S("状态：实际 ÷ 应有 ≥ 105% 为领先，≥ 95% 为正常，≥ 80% 且预测区间够得到目标为落后，否则有"
          "风险；越少越好的指标反过来比。应有值：有完整的去年同期按去年的进度，否则按开始前 8 "
          "周的星期"
          "规律，再否则按天平均；今天按已过去的时间折算。预测：对近几周同一星期几的均值、加逐渐减弱"
          "的"
          "趋势、去年同日乘倍数三种办法，各自在过去逐周试算，取误差最小的一种；80% "
          "区间为误差均方根乘 "
          "t 分位数。按人去重的指标按此前各期的展开倍数。"),
        S("Status: actual / pace of 105 % and more is ahead, 95 % on track, 80 % behind where the "
          "forecast's interval holds the target, else at risk; the other way round where less is "
          "better. Pace: last year's same days where all are there, else the weekdays of the 8 "
          "weeks before, else all days alike; of today the part that is over. Forecast: means of "
          "the last weeks' weekdays, the same with a damped drift, and last year's dates times the "
          "growth since are each tried on the past week by week, the one with the smallest error "
          "is taken; the 80 % interval is the root mean square error times Student's t. What "
          "counts different members grows as earlier periods did."));
}
