/* report.c -- one metric as people ask for it: the period by steps, the periods beside it, the
 * values of a dimension. */
#include "audience/question/rows_private.h"
#include "base/clock.h"
#include "insight/metric/inside.h"
#include "insight/overview.h"

CHOICE_DEFINE(metric_step, "day", "week", "month", "quarter", "year");
SHAPE_DEFINE(metric_ask);
SHAPE_DEFINE(metric_point);
SHAPE_DEFINE(metric_beside);
SHAPE_DEFINE(metric_group);
SHAPE_DEFINE(metric_answer);

struct making {
    const struct metric_ask *ask;
    const struct metric *metric;
    struct asking asking;
    struct range ranges[RANGES_MAX]; /* the period, before, a year ago */
    i64 ranges_n;
    day *begin; /* of each step */
};

/* -- steps ------------------------------------------------------------------------------------- */

day step_of(enum metric_step step, day d)
{
    struct civil at = day_civil(d);
    switch (step) {
    case STEP_DAY: return d;
    case STEP_WEEK: return monday_of(d);
    case STEP_MONTH: return day_of(at.year, at.month, 1);
    case STEP_QUARTER: return day_of(at.year, (at.month - 1) / 3 * 3 + 1, 1);
    case STEP_YEAR: return day_of(at.year, 1, 1);
    }
    return d;
}

static void steps_make(struct ctx *c, enum metric_step step, struct making *m)
{
    struct range *r = &m->ranges[0];
    i64 days = (i64)r->to - r->from + 1;
    uint16_t *slot = NEWS(c->arena, uint16_t, days);
    m->begin = NEWS(c->arena, day, days + 1);
    for (i64 i = 0; i < days; i++) {
        day d = r->from + (day)i;
        if (i == 0 || step_of(step, d) == d) m->begin[r->slots++] = d;
        slot[i] = (uint16_t)(r->slots - 1);
    }
    m->begin[r->slots] = r->to + 1;
    r->slot = slot;
}

/* -- what may be asked ------------------------------------------------------------------------- */

static unsigned cut_of(str by)
{
    if (str_empty(by)) return 0;
    if (str_eq(by, S("shop"))) return CUT_SHOP;
    if (str_eq(by, S("touchpoint"))) return CUT_TOUCHPOINT;
    if (str_eq(by, S("category"))) return CUT_CATEGORY;
    return CUT_MEMBER;
}

static enum err refuse_cut(struct ctx *c, const struct metric *m, const char *field)
{
    struct metric_view view;
    metric_show(c, m, &view);
    str has = str_join(c->arena, view.by, S(", "));
    return fail_at(c, E_INVALID, str_of(field),
                   "指标“%s”不能这样分；可以按：" STR_FMT
                   "（member 指任何单值的会员字段，如 tier、city）",
                   "the metric \"%s\" cannot be cut like that; it can be by: " STR_FMT
                   " (member: any field of members with one value, such as tier or city)",
                   c->locale == ZH ? m->zh : m->en, STR_ARG(has));
}

static enum err check_cuts(struct ctx *c, const struct metric *m, const struct metric_ask *ask)
{
    if (cut_of(ask->by) & ~m->cuts) return refuse_cut(c, m, "/by");
    if (ask->segment.n && !(m->cuts & CUT_MEMBER)) return refuse_cut(c, m, "/segment");
    if (ask->shop.n && !(m->cuts & CUT_SHOP)) return refuse_cut(c, m, "/shop");
    if (ask->touchpoint.n && !(m->cuts & CUT_TOUCHPOINT)) return refuse_cut(c, m, "/touchpoint");
    if (ask->category.n && !(m->cuts & CUT_CATEGORY)) return refuse_cut(c, m, "/category");
    return OK;
}

/* -- the answer -------------------------------------------------------------------------------- */

static opt_i64 value_of(const struct making *m, const struct counting *n, i64 range, i64 slot,
                        i64 group)
{
    return metric_value(m->metric, counted(n, range, slot, group));
}

static str text_of(struct ctx *c, const struct making *m, opt_i64 value)
{
    return metric_text(c->arena, m->metric->unit, value);
}

static const struct metric share_form = {
    .form = METRIC_OVER, .unit = METRIC_RATIO, .a = (enum measure)0, .b = (enum measure)1
};

/* a / b as a ratio; nothing when either is not defined, or b is 0. */
static str share_of(struct ctx *c, opt_i64 a, opt_i64 b)
{
    struct metric_totals t = { { a.value, b.value } };
    if (!a.has || !b.has) return NO_STR;
    return metric_text(c->arena, METRIC_RATIO, metric_value(&share_form, &t));
}

static struct metric_beside *beside(struct ctx *c, const struct making *m, const struct counting *n,
                                    i64 range)
{
    struct metric_beside *out = NEW(c->arena, struct metric_beside);
    opt_i64 now = value_of(m, n, 0, m->ranges[0].slots, 0),
            then = value_of(m, n, range, m->ranges[range].slots, 0);
    opt_i64 more = now.has && then.has ? SOME(now.value - then.value) : NONE;
    if (then.has && then.value < 0) then.value = -then.value;
    *out = (struct metric_beside){ .from = m->ranges[range].from,
                                   .to = m->ranges[range].to,
                                   .value = text_of(
                                       c, m, value_of(m, n, range, m->ranges[range].slots, 0)),
                                   .change = share_of(c, more, then) };
    return out;
}

static struct metric_point_list series_of(struct ctx *c, const struct making *m,
                                          const struct counting *n, i64 group)
{
    i64 slots = m->ranges[0].slots;
    struct metric_point_list out = { NEWS(c->arena, struct metric_point, slots), slots };
    for (i64 i = 0; i < slots; i++)
        out.at[i] = (struct metric_point){ m->begin[i], m->begin[i + 1] - 1,
                                           text_of(c, m, value_of(m, n, 0, i, group)) };
    return out;
}

static enum err fill_groups(struct ctx *c, const struct making *m, bool adds_up, opt_i64 whole,
                            struct metric_answer *out)
{
    struct counting n;
    TRY(asking_count(c, &m->asking, m->ranges, m->ranges_n, true, &n));
    for (i64 g = 0; g < m->asking.labels.n; g++) {
        bool any = false;
        for (i64 r = 0; r < m->ranges_n; r++)
            any |= counted(&n, r, m->ranges[r].slots, g)->of[m->metric->a] != 0 ||
                   counted(&n, r, m->ranges[r].slots, g)->of[m->metric->b] != 0;
        if (!any) continue;
        opt_i64 value = value_of(m, &n, 0, m->ranges[0].slots, g);
        *PUSH(c->arena, &out->groups) = (struct metric_group){
            .group = m->asking.labels.at[g],
            .rest = g == m->asking.rest,
            .value = text_of(c, m, value),
            .share = adds_up ? share_of(c, value, whole) : NO_STR,
            .before = m->ranges_n > 1 ? text_of(c, m, value_of(m, &n, 1, 1, g)) : NO_STR,
            .year_ago = m->ranges_n > 2 ? text_of(c, m, value_of(m, &n, 2, 1, g)) : NO_STR,
            .series = series_of(c, m, &n, g),
        };
    }
    return OK;
}

static str how(struct ctx *c, const struct making *m)
{
    const struct asking *a = &m->asking;
    struct buf out = { .arena = c->arena };
    buf_fmt(&out,
            c->locale == ZH ? "期间 " STR_FMT " 至 " STR_FMT "（时区 %s，首尾都含）。"
                            : "Period " STR_FMT " to " STR_FMT " (zone %s, ends included). ",
            STR_ARG(day_text(c->arena, m->ranges[0].from)),
            STR_ARG(day_text(c->arena, m->ranges[0].to)), zone_name(c->zone));
    if (m->ranges_n > 1)
        buf_add(&out, say(c,
                          S("上期为紧接之前、同样天数的一段；去年同期为去年的同样日期，"
                            "2 月 29 日对 2 月 28 日。"),
                          S("Before: as many days, ending the day before. Year ago: the same dates"
                            " a year earlier; 29 February stands beside 28 February. ")));
    if (a->has_set)
        buf_fmt(&out,
                c->locale == ZH ? "只看条件“" STR_FMT
                                  "”现在的 %lld 位会员，未识别买家的订单不在内。"
                                : "Only of members for whom \"" STR_FMT "\" holds now: %lld. ",
                STR_ARG(m->ask->segment), (long long)a->set.n);
    if (a->labels.n)
        buf_fmt(&out,
                c->locale == ZH ? "按 " STR_FMT " 分开，至多 %d 个值，其余合并。"
                                : "By " STR_FMT ", at most %d values, the rest together. ",
                STR_ARG(m->ask->by), METRIC_GROUPS);
    buf_fmt(&out,
            c->locale == ZH ? "订单%s，到时间线第 %lld 行。"
                            : "Orders %s, up to line %lld of the timeline.",
            a->facts.kept ? (c->locale == ZH ? "取自内存" : "as kept in memory")
                          : (c->locale == ZH ? "现读自数据库" : "read from the store"),
            (long long)a->facts.seq);
    return buf_str(&out);
}

static bool of_behaviour(const struct metric *m)
{
    return m->a >= MEASURE_BEHAVIOUR || m->b >= MEASURE_BEHAVIOUR;
}

static u64 wanted_by(const struct metric *m)
{
    if (m->form == METRIC_PAYS) return 0;
    return (u64)1 << m->a | (u64)1 << m->b;
}

static enum err making_begin(struct ctx *c, const struct metric_ask *ask, struct making *m)
{
    *m = (struct making){ .ask = ask, .ranges_n = 1 };
    struct range *r = m->ranges;
    TRY(metric_find(c, ask->name, &m->metric));
    TRY(check_cuts(c, m->metric, ask));
    TRY(period_read(c, ask->from, ask->to, &r->from, &r->to));
    TRY(period_check(c, r->from, r->to));
    steps_make(c, ask->step, m);
    if (!ask->compare.has || ask->compare.value) {
        day days = r->to - r->from + 1;
        m->ranges[1] = (struct range){ r->from - days, r->from - 1, NULL, 1 };
        m->ranges[2] = (struct range){ month_add(r->from, -12), month_add(r->to, -12), NULL, 1 };
        m->ranges_n = 3;
    }
    struct metric_filter f = { .segment = ask->segment,
                               .shop = ask->shop,
                               .touchpoint = ask->touchpoint,
                               .category = ask->category,
                               .no_behaviour = !of_behaviour(m->metric) };
    TRY(asking_make(c, &f, str_trim(ask->by), (struct metric_period){ r->from, r->to },
                    m->metric->a, wanted_by(m->metric), ask->seq.has ? ask->seq.value : 0,
                    &m->asking));
    return asking_more(c, m->metric, &m->asking);
}

enum err metric_make(struct ctx *c, const struct metric_ask *ask, struct metric_answer *out)
{
    struct making m;
    struct counting n;
    i64 began = clock_mono_us();
    *out = (struct metric_answer){ 0 };
    TRY(making_begin(c, ask, &m));
    out->metric = NEW(c->arena, struct metric_view);
    metric_show(c, m.metric, out->metric);
    TRY(asking_count(c, &m.asking, m.ranges, m.ranges_n, false, &n));
    opt_i64 whole = value_of(&m, &n, 0, m.ranges[0].slots, 0);
    out->from = m.ranges[0].from;
    out->to = m.ranges[0].to;
    out->value = text_of(c, &m, whole);
    out->series = series_of(c, &m, &n, 0);
    if (m.ranges_n > 1) out->before = beside(c, &m, &n, 1);
    if (m.ranges_n > 2) out->year_ago = beside(c, &m, &n, 2);
    if (m.asking.labels.n) TRY(fill_groups(c, &m, out->metric->adds_up, whole, out));
    out->how = how(c, &m);
    out->took_us = clock_mono_us() - began;
    return OK;
}
