/* blocks_members.c -- blocks of members as groups: new and returning buyers, repurchase, cohorts,
 * points, segments. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/inside.h"
#include "insight/report/inside.h"

/* -- new and returning ------------------------------------------------------------------------- */

static const char *const kinds_of_buyers[] = { "new_buyers", "returning_buyers" };
static const char *const habits[] = { "buyers", "new_buyer_share", "repeat_rate",
                                      "purchase_frequency", "per_buyer" };

static enum err three_values(struct making *m, const struct metric *metric, opt_i64 v[PERIODS])
{
    for (int p = 0; p < PERIODS; p++) {
        const struct metric_totals *t;
        TRY(totals_of(m, m->days[p], true, &t));
        v[p] = metric_value(metric, t);
    }
    return OK;
}

/* A row a period, so that new and returning stand on one another. */
enum err customers_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    (void)row;
    COLUMN(m, out, "period", "期间", "Period", REPORT_TEXT);
    for (i64 k = 0; k < COUNT(kinds_of_buyers); k++) {
        const struct metric *metric = metric_named(kinds_of_buyers[k]);
        add_column(m, out, metric->name, metric_label(m, metric), unit_of(metric));
    }
    for (i64 k = 0; k < COUNT(habits); k++) {
        const struct metric *metric = metric_named(habits[k]);
        add_column(m, out, metric->name, metric_label(m, metric), unit_of(metric));
    }
    for (int p = BESIDE; p >= NOW; p--) {
        const struct metric_totals *t;
        TRY(totals_of(m, m->days[p], true, &t));
        struct report_row *r = add_row(m, out, REPORT_COUNT);
        add_text(m, r, period_head(m, p));
        for (i64 k = 0; k < COUNT(kinds_of_buyers) + COUNT(habits); k++) {
            const struct metric *metric =
                metric_named(k < COUNT(kinds_of_buyers) ? kinds_of_buyers[k]
                                                        : habits[k - COUNT(kinds_of_buyers)]);
            add_value(m, r, unit_of(metric), metric_value(metric, t));
        }
    }
    for (i64 k = 0; k < COUNT(kinds_of_buyers) + 3; k++) {
        const struct metric *metric = metric_named(
            k < COUNT(kinds_of_buyers) ? kinds_of_buyers[k] : habits[k - COUNT(kinds_of_buyers)]);
        opt_i64 v[PERIODS];
        TRY(three_values(m, metric, v));
        say_sentence(m, out, tone_of(metric, v[NOW], v[BEFORE]), metric_sentence(m, metric, v));
    }
    CHART(m, out, CHART_STACK, "购买人数：新客与老客", "Buyers, new and returning", 1, 2);
    return OK;
}

/* -- repurchase -------------------------------------------------------------------------------- */

static const struct {
    int days;
    enum measure seen, back;
} windows[] = { { 30, MEASURE_SEEN_30, MEASURE_BACK_30 },
                { 60, MEASURE_SEEN_60, MEASURE_BACK_60 },
                { 90, MEASURE_SEEN_90, MEASURE_BACK_90 },
                { 365, MEASURE_SEEN_365, MEASURE_BACK_365 } };

static struct report_days shifted(struct report_days d, int back)
{
    return (struct report_days){ d.from - back, d.to - back };
}

/* Who came back within N days is known N days later: it is told of those whose N days ended in the
 * period. */
enum err repurchase_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    struct arena *a = m->c->arena;
    bool zh = m->c->locale == ZH;
    (void)row;
    COLUMN(m, out, "window", "复购窗口", "Within", REPORT_TEXT);
    COLUMN(m, out, "first_from", "首购起", "First bought from", REPORT_TEXT);
    COLUMN(m, out, "first_to", "首购止", "To", REPORT_TEXT);
    COLUMN(m, out, "buyers", "首购人数", "New buyers", REPORT_COUNT);
    COLUMN(m, out, "back", "再次购买", "Bought again", REPORT_COUNT);
    COLUMN(m, out, "rate", "复购率", "Rate", REPORT_RATIO);
    add_column(m, out, "rate_before", period_head(m, BEFORE), REPORT_RATIO);
    COLUMN(m, out, "change", "变化", "Change", REPORT_CHANGE);
    for (i64 i = 0; i < COUNT(windows); i++) {
        const struct metric_totals *t[2];
        opt_i64 rate[2];
        struct report_days first = shifted(m->days[NOW], windows[i].days);
        for (int p = NOW; p <= BEFORE; p++) {
            TRY(totals_of(m, shifted(m->days[p], windows[i].days), false, &t[p]));
            rate[p] = share_of(t[p]->of[windows[i].back], t[p]->of[windows[i].seen]);
        }
        opt_i64 change = change_of(rate[NOW], rate[BEFORE]);
        struct report_row *r = add_row(m, out, REPORT_RATIO);
        add_text(m, r, str_fmt(a, zh ? "%d 天" : "%d days", windows[i].days));
        add_text(m, r, day_text(a, first.from));
        add_text(m, r, day_text(a, first.to));
        add_value(m, r, REPORT_COUNT, SOME(t[NOW]->of[windows[i].seen]));
        add_value(m, r, REPORT_COUNT, SOME(t[NOW]->of[windows[i].back]));
        add_value(m, r, REPORT_RATIO, rate[NOW]);
        add_value(m, r, REPORT_RATIO, rate[BEFORE]);
        add_value(m, r, REPORT_CHANGE, change);
        str now = figure_text(m, REPORT_RATIO, rate[NOW]),
            was = figure_text(m, REPORT_RATIO, rate[BEFORE]),
            buyers = figure_text(m, REPORT_COUNT, SOME(t[NOW]->of[windows[i].seen])),
            back = figure_text(m, REPORT_COUNT, SOME(t[NOW]->of[windows[i].back]));
        say_sentence(m, out, tone_of(metric_named("repurchase_30"), rate[NOW], rate[BEFORE]),
                     str_fmt(a,
                             zh ? "%d 天复购率 " STR_FMT "：" STR_FMT " 位新客中 " STR_FMT
                                  " 位再次购买；" STR_FMT " " STR_FMT "。"
                                : "Repurchase within %d days " STR_FMT ": of " STR_FMT
                                  " new buyers " STR_FMT " bought again; " STR_FMT " " STR_FMT ".",
                             windows[i].days, STR_ARG(now), STR_ARG(buyers), STR_ARG(back),
                             STR_ARG(period_label(m, BEFORE)), STR_ARG(was)));
    }
    out->note =
        say(m->c, S("N 天复购率看的是 N 天期限正好在这段时间到期的新客，所以首购日期往前推 N 天。"),
            S("Repurchase within N days is told of the new buyers whose N days ended in the"
              " period: their first purchase lies N days back."));
    return OK;
}

/* -- cohorts ----------------------------------------------------------------------------------- */

static str cohort_name(struct making *m, day d)
{
    struct civil at = day_civil(d);
    if (m->row->cohort == STEP_MONTH) return str_fmt(m->c->arena, "%d-%02d", at.year, at.month);
    return day_text(m->c->arena, d);
}

/* How many steps after row i were over when the period ended. */
static i64 steps_over(const struct making *m, const struct cohorts_answer *q, i64 i)
{
    i64 over = q->cohorts.n - 1 - i;
    return over < m->row->later ? over : m->row->later;
}

/* The newest cohort whose first step is over. */
static void say_cohort(struct making *m, const struct cohorts_answer *q, struct report_block *out)
{
    struct arena *a = m->c->arena;
    i64 i = q->cohorts.n - 2;
    if (i < 0) return;
    const struct cohort_row *c = &q->cohorts.at[i];
    i64 back = c->returned.n ? c->returned.at[0] : 0;
    str rate = figure_text(m, REPORT_RATIO, share_of(back, c->members)),
        members = figure_text(m, REPORT_COUNT, SOME(c->members)), name = cohort_name(m, c->from);
    if (m->c->locale == ZH)
        say_sentence(
            m, out, TONE_PLAIN,
            str_fmt(a, STR_FMT " 首购的 " STR_FMT " 位新客，" STR_FMT "再次购买的占 " STR_FMT "。",
                    STR_ARG(name), STR_ARG(members), STR_ARG(out->columns.at[2].label),
                    STR_ARG(rate)));
    else
        say_sentence(m, out, TONE_PLAIN,
                     str_fmt(a,
                             "Of the " STR_FMT " new buyers of " STR_FMT
                             ", bought again in " STR_FMT ": " STR_FMT ".",
                             STR_ARG(members), STR_ARG(name), STR_ARG(out->columns.at[2].label),
                             STR_ARG(rate)));
}

enum err cohorts_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    const struct cohorts_answer *q;
    struct arena *a = m->c->arena;
    bool weeks = m->row->cohort == STEP_WEEK;
    (void)row;
    TRY(cohorts_of(m, &q));
    COLUMN(m, out, "cohort", "首购", "First bought", REPORT_TEXT);
    COLUMN(m, out, "members", "新客", "New buyers", REPORT_COUNT);
    for (int k = 1; k <= m->row->later; k++) {
        const char *form = weeks ? (m->c->locale == ZH ? "第 %d 周" : "Week %d")
                                 : (m->c->locale == ZH ? "第 %d 月" : "Month %d");
        add_column(m, out, str_z(a, str_fmt(a, "later_%d", k)), str_fmt(a, form, k), REPORT_RATIO);
    }
    for (i64 i = 0; i < q->cohorts.n; i++) {
        const struct cohort_row *c = &q->cohorts.at[i];
        i64 over = steps_over(m, q, i);
        struct report_row *r = add_row(m, out, REPORT_RATIO);
        add_text(m, r, cohort_name(m, c->from));
        add_value(m, r, REPORT_COUNT, SOME(c->members));
        for (i64 k = 0; k < m->row->later; k++)
            add_value(m, r, REPORT_RATIO,
                      k < over && k < c->returned.n ? share_of(c->returned.at[k], c->members)
                                                    : NONE);
    }
    say_cohort(m, q, out);
    out->note =
        say(m->c,
            S("一批是首次购买在同一周（月）的会员；第 k 期是之后第 k 周（月）里再次购买的占"
              "比，期间结束时还没过完的不写。"),
            S("A cohort is the members whose first purchase lies in one week (month); step k"
              " is the share who purchased again in the k-th week (month) after it; what was"
              " not over when the period ended is left out."));
    return OK;
}

/* -- points ------------------------------------------------------------------------------------ */

struct points_sums {
    i64 issued, granted, spent, expired, reversed, outstanding;
    money value;
};
static struct points_sums points_sum(const struct points_liability *l)
{
    struct points_sums s = { .outstanding = l->outstanding, .value = l->outstanding_value };
    for (i64 i = 0; i < l->months.n; i++) {
        s.issued += l->months.at[i].issued;
        s.granted += l->months.at[i].granted;
        s.spent += l->months.at[i].spent;
        s.expired += l->months.at[i].expired;
        s.reversed += l->months.at[i].reversed;
    }
    return s;
}

enum err points_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    struct points_sums s[PERIODS];
    (void)row;
    for (int p = 0; p < PERIODS; p++) {
        const struct points_liability *l;
        TRY(points_of(m, p, &l));
        s[p] = points_sum(l);
    }
    const struct {
        const char *zh, *en;
        enum report_unit unit;
        i64 v[PERIODS];
    } rows[] = {
#define POINTS(ZH, EN, UNIT, OF)                                \
    {                                                           \
        ZH, EN, UNIT, { s[NOW].OF, s[BEFORE].OF, s[BESIDE].OF } \
    }
        POINTS("积分负债（期末）", "Points liability at the end", REPORT_MONEY, value),
        POINTS("未使用积分（期末）", "Points outstanding at the end", REPORT_COUNT, outstanding),
        POINTS("发放", "Issued", REPORT_COUNT, issued),
        POINTS("手工增减", "By hand", REPORT_COUNT, granted),
        POINTS("使用", "Spent", REPORT_COUNT, spent),
        POINTS("过期", "Expired", REPORT_COUNT, expired),
        POINTS("收回（退款等）", "Taken back", REPORT_COUNT, reversed),
#undef POINTS
    };
    COLUMN(m, out, "figure", "积分", "Points", REPORT_TEXT);
    add_column(m, out, "now", period_head(m, NOW), REPORT_ROW);
    add_column(m, out, "before", period_head(m, BEFORE), REPORT_ROW);
    COLUMN(m, out, "change", "变化", "Change", REPORT_CHANGE);
    add_column(m, out, "beside", period_head(m, BESIDE), REPORT_ROW);
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct report_row *r = add_row(m, out, rows[i].unit);
        add_text(m, r, say(m->c, str_of(rows[i].zh), str_of(rows[i].en)));
        add_value(m, r, r->unit, SOME(rows[i].v[NOW]));
        add_value(m, r, r->unit, SOME(rows[i].v[BEFORE]));
        add_value(m, r, REPORT_CHANGE, change_of(SOME(rows[i].v[NOW]), SOME(rows[i].v[BEFORE])));
        add_value(m, r, r->unit, SOME(rows[i].v[BESIDE]));
    }
    const struct metric *liability = metric_named("points_liability");
    opt_i64 v[PERIODS] = { SOME(s[NOW].value), SOME(s[BEFORE].value), SOME(s[BESIDE].value) };
    say_sentence(m, out, tone_of(liability, v[NOW], v[BEFORE]), metric_sentence(m, liability, v));
    return OK;
}

/* -- segments ---------------------------------------------------------------------------------- */

static void say_moves(struct making *m, const struct saved_move_list *list,
                      struct report_block *out)
{
    for (i64 i = 0; i < list->n && i < 3; i++) {
        const struct saved_move *s = &list->at[i];
        if (!s->before.has || s->now.value == s->before.value) continue;
        bool zh = m->c->locale == ZH, more = s->now.value > s->before.value;
        i64 by = more ? s->now.value - s->before.value : s->before.value - s->now.value;
        say_sentence(m, out, TONE_PLAIN,
                     str_fmt(m->c->arena,
                             zh ? "“" STR_FMT "” " STR_FMT " 人，%s " STR_FMT " 人（" STR_FMT "）。"
                                : "\"" STR_FMT "\" has " STR_FMT " members, %s by " STR_FMT
                                  " (" STR_FMT ").",
                             STR_ARG(s->name), STR_ARG(figure_text(m, REPORT_COUNT, s->now)),
                             zh ? (more ? "增加" : "减少") : (more ? "up" : "down"),
                             STR_ARG(figure_text(m, REPORT_COUNT, SOME(by))),
                             STR_ARG(figure_text(m, REPORT_CHANGE, change_of(s->now, s->before)))));
    }
    if (out->sentences.n) return;
    say_sentence(m, out, TONE_PLAIN,
                 str_fmt(m->c->arena,
                         m->c->locale == ZH
                             ? "期末有人数的分层 %lld 个，人数都没有变化。"
                             : "Segments with a size at the end: %lld; none changed.",
                         (long long)list->n));
}

enum err segments_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    const struct saved_move_list *list;
    (void)row;
    TRY(segments_of(m, &list));
    COLUMN(m, out, "segment", "分层", "Segment", REPORT_TEXT);
    COLUMN(m, out, "before", "期初", "At the beginning", REPORT_COUNT);
    COLUMN(m, out, "now", "期末", "At the end", REPORT_COUNT);
    COLUMN(m, out, "more", "增减", "More or less", REPORT_COUNT);
    COLUMN(m, out, "change", "变化", "Change", REPORT_CHANGE);
    COLUMN(m, out, "entered", "进入", "Came", REPORT_COUNT);
    COLUMN(m, out, "left", "离开", "Went", REPORT_COUNT);
    for (i64 i = 0; i < list->n; i++) {
        const struct saved_move *s = &list->at[i];
        struct report_row *r = add_row(m, out, REPORT_COUNT);
        add_text(m, r, s->name);
        add_value(m, r, REPORT_COUNT, s->before);
        add_value(m, r, REPORT_COUNT, s->now);
        add_value(m, r, REPORT_COUNT, s->before.has ? SOME(s->now.value - s->before.value) : NONE);
        add_value(m, r, REPORT_CHANGE, change_of(s->now, s->before));
        add_value(m, r, REPORT_COUNT, SOME(s->entered));
        add_value(m, r, REPORT_COUNT, SOME(s->left));
    }
    say_moves(m, list, out);
    return OK;
}
