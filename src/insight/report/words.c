/* words.c -- figures as cells and as people read them, and the sentence of a metric beside its two
 * periods. */
#include "base/num.h"
#include "insight/report/inside.h"
#include "insight/shown.h"

#include <assert.h>

CHOICE_DEFINE(report_unit, "text", "money", "count", "ratio", "times", "days", "change", "row");
CHOICE_DEFINE(report_form, "line", "bar", "stack");
CHOICE_DEFINE(report_tone, "plain", "good", "bad");

#define MILLION ((i64)1000000)

/* -- values ------------------------------------------------------------------------------------ */

/* Half away from zero. */
static i64 divided(__int128 a, i64 b) { return (i64)((a + (a >= 0 ? b / 2 : -(b / 2))) / b); }

opt_i64 share_of(i64 a, i64 b) { return b > 0 ? SOME(divided((__int128)a * MILLION, b)) : NONE; }

opt_i64 change_of(opt_i64 now, opt_i64 then)
{
    if (!now.has || !then.has || then.value == 0) return NONE;
    i64 size = then.value < 0 ? -then.value : then.value;
    return SOME(divided((__int128)(now.value - then.value) * MILLION, size));
}

enum report_unit unit_of(const struct metric *metric)
{
    static const enum report_unit units[] = { [METRIC_MONEY] = REPORT_MONEY,
                                              [METRIC_COUNT] = REPORT_COUNT,
                                              [METRIC_RATIO] = REPORT_RATIO,
                                              [METRIC_TIMES] = REPORT_TIMES,
                                              [METRIC_DAYS] = REPORT_DAYS };
    return units[metric->unit];
}

const struct metric *metric_named(const char *name)
{
    const struct metric *metric = metrics;
    while (metric->name && strcmp(metric->name, name) != 0) metric++;
    assert(metric->name); /* a block names one that there is not */
    return metric;
}

str cell_text(struct making *m, enum report_unit unit, opt_i64 value)
{
    static const enum metric_unit as[] = {
        [REPORT_MONEY] = METRIC_MONEY, [REPORT_COUNT] = METRIC_COUNT, [REPORT_RATIO] = METRIC_RATIO,
        [REPORT_TIMES] = METRIC_TIMES, [REPORT_DAYS] = METRIC_DAYS,   [REPORT_CHANGE] = METRIC_RATIO
    };
    assert(unit != REPORT_TEXT && unit != REPORT_ROW);
    return metric_text(m->c->arena, as[unit], value);
}

/* -- as people read them ----------------------------------------------------------------------- */

/* Millionths by a power of ten, rounded half away from zero. */
static void add_decimals(struct buf *out, i64 value, i64 unit, int decimals)
{
    i64 scale = 1;
    for (int i = 0; i < decimals; i++) scale *= 10;
    i64 v = divided((__int128)value * scale, unit);
    buf_add(out, grouped(out->arena, str_fmt(out->arena, "%lld", (long long)(v / scale))));
    if (decimals) buf_fmt(out, ".%0*lld", decimals, (long long)(v % scale));
}

str figure_text(struct making *m, enum report_unit unit, opt_i64 value)
{
    struct buf out = { .arena = m->c->arena };
    if (!value.has) return say(m->c, S("无定义"), S("not defined"));
    i64 size = value.value < 0 ? -value.value : value.value;
    if (value.value < 0) buf_add(&out, S("−"));
    else if (unit == REPORT_CHANGE && value.value > 0) buf_byte(&out, '+');
    switch (unit) {
    case REPORT_MONEY:
        buf_add(&out, m->mark);
        add_decimals(&out, size, MONEY_UNIT, 2);
        break;
    case REPORT_RATIO: /* percent */
    case REPORT_CHANGE:
        add_decimals(&out, size, MILLION / 100, 1);
        buf_byte(&out, '%');
        break;
    case REPORT_TIMES: add_decimals(&out, size, MILLION, 2); break;
    default: add_decimals(&out, size, 1, 0);
    }
    return buf_str(&out);
}

str metric_label(struct making *m, const struct metric *metric)
{
    return say(m->c, str_of(metric->zh), str_of(metric->en));
}

str period_label(struct making *m, int period)
{
    return say(m->c, str_of(m->row->label_zh[period]), str_of(m->row->label_en[period]));
}

str period_head(struct making *m, int period)
{
    return first_upper(m->c->arena, period_label(m, period));
}

enum report_tone tone_of(const struct metric *metric, opt_i64 now, opt_i64 then)
{
    if (!now.has || !then.has || now.value == then.value || metric->better == METRIC_NEITHER)
        return TONE_PLAIN;
    return (now.value > then.value) == (metric->better == METRIC_MORE) ? TONE_GOOD : TONE_BAD;
}

/* "，比上周 +5.0%（¥0.95）" */
static void add_beside(struct making *m, struct buf *out, enum report_unit unit, int period,
                       opt_i64 now, opt_i64 then)
{
    str label = period_label(m, period), was = figure_text(m, unit, then);
    bool zh = m->c->locale == ZH;
    opt_i64 change = change_of(now, then);
    if (!now.has || !then.has || !change.has) {
        buf_fmt(out, zh ? "，" STR_FMT " " STR_FMT : ", " STR_FMT " " STR_FMT, STR_ARG(label),
                STR_ARG(was));
        return;
    }
    if (change.value == 0) {
        buf_fmt(out,
                zh ? "，与" STR_FMT "持平（" STR_FMT "）" : ", as in " STR_FMT " (" STR_FMT ")",
                STR_ARG(label), STR_ARG(was));
        return;
    }
    str by = figure_text(m, REPORT_CHANGE, change);
    if (zh)
        buf_fmt(out, "，比" STR_FMT " " STR_FMT "（" STR_FMT "）", STR_ARG(label), STR_ARG(by),
                STR_ARG(was));
    else
        buf_fmt(out, ", " STR_FMT " on " STR_FMT " (" STR_FMT ")", STR_ARG(by), STR_ARG(label),
                STR_ARG(was));
}

str metric_sentence(struct making *m, const struct metric *metric, const opt_i64 value[PERIODS])
{
    struct buf out = { .arena = m->c->arena };
    enum report_unit unit = unit_of(metric);
    buf_add(&out, metric_label(m, metric));
    buf_byte(&out, ' ');
    buf_add(&out, figure_text(m, unit, value[NOW]));
    add_beside(m, &out, unit, BEFORE, value[NOW], value[BEFORE]);
    add_beside(m, &out, unit, BESIDE, value[NOW], value[BESIDE]);
    buf_add(&out, say(m->c, S("。"), S(".")));
    return buf_str(&out);
}
