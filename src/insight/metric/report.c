/* report.c -- one metric as people ask for it: the period by steps, the periods beside it, the
 * values of a dimension. */
#include "audience/question/rows_private.h"
#include "base/clock.h"
#include "insight/metric/inside.h"
#include "insight/period.h"

CHOICE_DEFINE(metric_step, "day", "week", "month", "quarter", "year");
SHAPE_DEFINE(metric_ask);
SHAPE_DEFINE(metric_point);
SHAPE_DEFINE(metric_beside);
SHAPE_DEFINE(metric_group);
SHAPE_DEFINE(metric_answer);
SHAPE_DEFINE(metrics_ask);
SHAPE_DEFINE(metrics_answer);

struct making {
    const struct metrics_ask *ask;
    const struct metric *metric; /* the one in work */
    struct {
        const struct metric **at;
        i64 n;
    } metrics;
    struct metric_cut cut;
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

static enum err check_cuts(struct ctx *c, const struct metric *m, const struct metrics_ask *ask)
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

static void fill_groups(struct ctx *c, const struct making *m, const struct counting *n,
                        opt_i64 whole, struct metric_answer *out)
{
    bool adds_up = out->metric->adds_up;
    for (i64 g = 0; g < m->asking.labels.n; g++) {
        bool any = false;
        for (i64 r = 0; r < m->ranges_n; r++)
            any |= counted(n, r, m->ranges[r].slots, g)->of[m->metric->a] != 0 ||
                   counted(n, r, m->ranges[r].slots, g)->of[m->metric->b] != 0;
        if (!any) continue;
        opt_i64 value = value_of(m, n, 0, m->ranges[0].slots, g);
        *PUSH(c->arena, &out->groups) = (struct metric_group){
            .group = m->asking.labels.at[g],
            .rest = g == m->asking.rest,
            .value = text_of(c, m, value),
            .share = adds_up ? share_of(c, value, whole) : NO_STR,
            .before = m->ranges_n > 1 ? text_of(c, m, value_of(m, n, 1, 1, g)) : NO_STR,
            .year_ago = m->ranges_n > 2 ? text_of(c, m, value_of(m, n, 2, 1, g)) : NO_STR,
            .series = series_of(c, m, n, g),
        };
    }
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
                            "2 月 29 日对 2 月 28 日，整月对整月。"),
                          S("Before: as many days, ending the day before. Year ago: the same dates"
                            " a year earlier; 29 February stands beside 28 February, whole months"
                            " beside whole months. ")));
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
                STR_ARG(m->ask->by), (int)m->cut.parts);
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
    if (m->form == METRIC_PAYS) return ~(u64)0;
    return (u64)1 << m->a | (u64)1 << m->b;
}

static enum err find_all(struct ctx *c, struct making *m)
{
    const struct metrics_ask *ask = m->ask;
    if (ask->names.n < 1 || ask->names.n > METRICS_AT_ONCE)
        return fail_at(c, E_INVALID, S("/names"), "一次请给出 1 到 %d 个指标，现在是 %lld 个",
                       "ask for 1 to %d metrics at once, not for %lld", METRICS_AT_ONCE,
                       (long long)ask->names.n);
    for (i64 i = 0; i < ask->names.n; i++) {
        const struct metric **found = PUSH(c->arena, &m->metrics);
        enum err e = metric_find(c, str_trim(ask->names.at[i]), found);
        if (e != OK) memcpy(c->why.field, "/names", sizeof "/names");
        TRY(e);
        TRY(check_cuts(c, *found, ask));
    }
    return OK;
}

static enum err check_points(struct ctx *c, const struct making *m)
{
    i64 points = m->ranges[0].slots * m->metrics.n * (m->asking.labels.n + 1);
    int most = m->metrics.n == 1 ? POINTS_OF_ONE : POINTS_AT_ONCE;
    if (points <= most) return OK;
    return fail_at(
        c, E_INVALID, S("/step"),
        "一次最多 %d 个点，现在有 %lld 个；请用更大的步长、更短的期间、更少的指标或更少的值",
        "at most %d points at once, not %lld: take a longer step, a shorter period,"
        " fewer metrics or fewer values",
        most, (long long)points);
}

static enum err ask_all(struct ctx *c, struct making *m)
{
    const struct metrics_ask *ask = m->ask;
    struct metric_period period = { m->ranges[0].from, m->ranges[0].to };
    u64 wanted = 0;
    struct metric_filter f = { .segment = ask->segment,
                               .shop = ask->shop,
                               .touchpoint = ask->touchpoint,
                               .category = ask->category,
                               .no_behaviour = true };
    for (i64 i = 0; i < m->metrics.n; i++) {
        wanted |= wanted_by(m->metrics.at[i]);
        if (of_behaviour(m->metrics.at[i])) f.no_behaviour = false;
    }
    m->cut = (struct metric_cut){ .by = str_trim(ask->by),
                                  .most = m->metrics.at[0]->a,
                                  .parts = ask->groups.has ? ask->groups.value : METRIC_GROUPS,
                                  .wanted = wanted };
    TRY(asking_make(c, &f, &(struct asking_cut){ &m->cut, { period } },
                    ask->seq.has ? ask->seq.value : 0, &m->asking));
    for (i64 i = 0; i < m->metrics.n; i++) TRY(asking_more(c, m->metrics.at[i], &m->asking));
    return check_points(c, m);
}

/* From "all": since the first of anything that metrics tell of. */
static enum err days_read_of(struct ctx *c, const struct metrics_ask *ask, struct range *r)
{
    struct facts facts;
    bool all = str_eq(str_trim(ask->from), S("all"));
    TRY(period_read(c, all ? NO_STR : ask->from, ask->to, &r->from, &r->to));
    if (!all) return OK;
    TRY(facts_take(c, false, NULL, &facts));
    r->from = facts_first_day(&facts, r->to);
    return OK;
}

static enum err making_begin(struct ctx *c, const struct metrics_ask *ask, struct making *m)
{
    *m = (struct making){ .ask = ask, .ranges_n = 1 };
    struct range *r = m->ranges;
    TRY(find_all(c, m));
    if (ask->groups.value > METRIC_GROUPS_MAX)
        return fail_at(c, E_INVALID, S("/groups"), "最多分出 %d 个值，现在要 %lld 个",
                       "at most %d values are told apart, not %lld", METRIC_GROUPS_MAX,
                       (long long)ask->groups.value);
    TRY(days_read_of(c, ask, r));
    TRY(period_check_ever(c, r->from, r->to));
    steps_make(c, ask->step, m);
    if (r->slots > PERIOD_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/step"),
                       "%lld 步太多，最多 %d 步；请用更大的步长或更短的期间",
                       "%lld steps are too many, %d at most: take a longer step or a shorter"
                       " period",
                       (long long)r->slots, PERIOD_DAYS_MAX);
    if (!ask->compare.has || ask->compare.value) {
        day days = r->to - r->from + 1;
        m->ranges[1] = (struct range){ r->from - days, r->from - 1, NULL, 1 };
        m->ranges[2] = (struct range){ 0, 0, NULL, 1 };
        period_year_ago(r->from, r->to, &m->ranges[2].from, &m->ranges[2].to);
        m->ranges_n = 3;
    }
    return ask_all(c, m);
}

static void fill_one(struct ctx *c, const struct making *m, const struct counting *whole,
                     const struct counting *parts, struct metric_answer *out)
{
    opt_i64 value = value_of(m, whole, 0, m->ranges[0].slots, 0);
    out->metric = NEW(c->arena, struct metric_view);
    metric_show(c, m->metric, out->metric);
    out->from = m->ranges[0].from;
    out->to = m->ranges[0].to;
    out->value = text_of(c, m, value);
    out->series = series_of(c, m, whole, 0);
    if (m->ranges_n > 1) out->before = beside(c, m, whole, 1);
    if (m->ranges_n > 2) out->year_ago = beside(c, m, whole, 2);
    if (m->asking.labels.n) fill_groups(c, m, parts, value, out);
}

enum err metrics_make(struct ctx *c, const struct metrics_ask *ask, struct metrics_answer *out)
{
    struct making m;
    struct counting whole, parts = { 0 };
    i64 began = clock_mono_us();
    *out = (struct metrics_answer){ 0 };
    TRY(making_begin(c, ask, &m));
    TRY(asking_count(c, &m.asking, m.ranges, m.ranges_n, false, &whole));
    if (m.asking.labels.n) TRY(asking_count(c, &m.asking, m.ranges, m.ranges_n, true, &parts));
    for (i64 i = 0; i < m.metrics.n; i++) {
        m.metric = m.metrics.at[i];
        fill_one(c, &m, &whole, &parts, PUSH(c->arena, &out->items));
    }
    out->from = m.ranges[0].from;
    out->to = m.ranges[0].to;
    out->how = how(c, &m);
    out->took_us = clock_mono_us() - began;
    for (i64 i = 0; i < out->items.n; i++) out->items.at[i].took_us = out->took_us;
    return OK;
}

enum err metric_may_be_asked(struct ctx *c, const struct metric_ask *ask)
{
    const struct metric *metric;
    const struct segment_node *tree;
    struct metrics_ask several = { METRIC_ASK_FIELDS(SHAPE_COPY, ask) };
    TRY(metric_find(c, ask->name, &metric));
    TRY(check_cuts(c, metric, &several));
    return str_empty(str_trim(ask->segment)) ? OK : segment_parse(c, ask->segment, &tree);
}

enum err metric_make(struct ctx *c, const struct metric_ask *ask, struct metric_answer *out)
{
    struct metrics_answer several;
    struct metrics_ask one = { .names = { (str *)&ask->name, 1 },
                               METRIC_ASK_FIELDS(SHAPE_COPY, ask) };
    *out = (struct metric_answer){ 0 };
    TRY(metrics_make(c, &one, &several));
    *out = several.items.at[0];
    out->how = several.how;
    return OK;
}
