/* blocks_plans.c -- blocks of what was planned and what went off: goals as they stood when the
 * period ended, alerts raised in it. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/alert.h"
#include "insight/goal.h"
#include "insight/report/inside.h"

#define GOALS_TOLD  20
#define GOALS_READ  40
#define ALERTS_TOLD 20
#define ALERT_PAGE  100
#define ALERT_PAGES 20

/* A metric's text is a cell's text. */
static enum report_unit unit_named(enum metric_unit unit)
{
    return unit_of(&(struct metric){ .unit = unit });
}

/* -- goals ------------------------------------------------------------------------------------- */

static opt_i64 figure_of(enum report_unit unit, str text)
{
    money amount;
    i64 whole;
    f64 v;
    if (!text.at) return NONE;
    if (unit == REPORT_MONEY) return money_parse(text, &amount) ? SOME(amount) : NONE;
    if (unit == REPORT_COUNT || unit == REPORT_DAYS)
        return i64_parse(text, &whole) ? SOME(whole) : NONE;
    return f64_parse(text, &v) ? SOME((i64)(v * 1e6 + (v < 0 ? -.5 : .5))) : NONE;
}

static void goal_say(struct making *m, const struct goal_view *g, struct report_block *out)
{
    const struct goal_progress *p = g->progress;
    enum report_unit unit = unit_named(g->unit);
    enum report_tone tone =
        p->status == GOAL_REACHED || p->status == GOAL_AHEAD ? TONE_GOOD
        : p->status == GOAL_MISSED || p->status == GOAL_BEHIND || p->status == GOAL_AT_RISK
            ? TONE_BAD
            : TONE_PLAIN;
    str target = figure_text(m, unit, figure_of(unit, g->target)),
        actual = figure_text(m, unit, figure_of(unit, p->actual)),
        done = figure_text(m, REPORT_RATIO, figure_of(REPORT_RATIO, p->done));
    say_sentence(m, out, tone,
                 str_fmt(m->c->arena,
                         m->c->locale == ZH ? STR_FMT "目标 " STR_FMT "，到期末 " STR_FMT
                                                      "（" STR_FMT "）：" STR_FMT "。"
                                            : STR_FMT ": target " STR_FMT ", " STR_FMT
                                                      " when the period ended (" STR_FMT
                                                      "): " STR_FMT ".",
                         STR_ARG(g->label), STR_ARG(target), STR_ARG(actual), STR_ARG(done),
                         STR_ARG(p->status_words)));
}

static void goal_row_put(struct making *m, const struct goal_view *g, struct report_block *out)
{
    const struct goal_progress *p = g->progress;
    struct report_row *r = add_row(m, out, unit_named(g->unit));
    add_text(m, r, g->label);
    add_text(m, r, g->target);
    add_text(m, r, p->actual);
    add_text(m, r, p->done);
    add_text(m, r, p->time_done);
    add_text(m, r, p->pace);
    add_text(m, r, p->forecast ? p->forecast->value : NO_STR);
    add_text(m, r, p->status_words);
}

/* Those whose days meet the period's, as they stood when it ended. */
enum err goals_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    struct goal_view_list goals;
    struct ctx then = *m->c;
    i64 n = 0;
    (void)row;
    then.now = zone_midnight(then.zone, m->days[NOW].to + 1) - 1;
    enum err e = goal_list(&then, WHICH_ALL, INT32_MAX, 0, GOALS_READ, &goals);
    if (e != OK) {
        m->c->why = then.why;
        return e;
    }
    COLUMN(m, out, "goal", "目标", "Goal", REPORT_TEXT);
    COLUMN(m, out, "target", "目标值", "Target", REPORT_ROW);
    COLUMN(m, out, "actual", "到期末", "At the end", REPORT_ROW);
    COLUMN(m, out, "done", "完成", "Done", REPORT_RATIO);
    COLUMN(m, out, "time_done", "时间进度", "Time gone", REPORT_RATIO);
    COLUMN(m, out, "pace", "应达到", "Pace", REPORT_ROW);
    COLUMN(m, out, "forecast", "预测", "Forecast", REPORT_ROW);
    COLUMN(m, out, "status", "状态", "Status", REPORT_TEXT);
    for (i64 i = 0; i < goals.n && n < GOALS_TOLD; i++) {
        const struct goal_view *g = &goals.at[i];
        if (g->from > m->days[NOW].to || g->to < m->days[NOW].from) continue;
        if (g->created_at > then.now) continue; /* nobody knew of it then */
        n++;
        goal_row_put(m, g, out);
        goal_say(m, g, out);
    }
    if (n == 0)
        say_sentence(m, out, TONE_PLAIN,
                     say(m->c, S("这段时间没有设目标。"), S("No goal was set for these days.")));
    return OK;
}

/* -- alerts ------------------------------------------------------------------------------------ */

static void alert_row_put(struct making *m, const struct alert_view *a, struct report_block *out)
{
    static const char *const zh[] = { "提示", "注意", "严重" };
    static const char *const en[] = { "info", "warning", "critical" };
    struct report_row *r = add_row(m, out, unit_named(a->unit));
    add_text(m, r, instant_text(m->c->arena, m->c->zone, a->first_raised_at));
    add_text(m, r, say(m->c, str_of(zh[a->severity]), str_of(en[a->severity])));
    add_text(m, r, a->rule_name);
    add_text(m, r, str_or(a->label, say(m->c, S("全店"), S("the shop"))));
    add_text(m, r, a->figure);
    add_text(m, r, a->expected);
}

struct raised {
    instant from, end;
    i64 n, grave;
};

/* Last raised first: what was raised before the period for the last time ends it. */
static enum err alerts_read(struct making *m, struct raised *k, struct report_block *out)
{
    struct alert_filter all = { .state = -2, .severity = -1 };
    instant raised_at = INT64_MAX;
    i64 id = INT64_MAX;
    for (int page = 0; page < ALERT_PAGES; page++) {
        struct alert_view_list list;
        TRY(alert_list(m->c, &all, raised_at, id, ALERT_PAGE, &list));
        for (i64 i = 0; i < list.n; i++) {
            const struct alert_view *a = &list.at[i];
            raised_at = a->raised_at;
            id = a->id;
            if (raised_at < k->from) return OK;
            if (a->first_raised_at < k->from || a->first_raised_at >= k->end) continue;
            k->n++;
            k->grave += a->severity == ALERT_CRITICAL;
            if (out->rows.n < ALERTS_TOLD) alert_row_put(m, a, out);
        }
        if (list.n < ALERT_PAGE) break;
    }
    return OK;
}

enum err alerts_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    struct raised k = { .from = zone_midnight(m->c->zone, m->days[NOW].from),
                        .end = zone_midnight(m->c->zone, m->days[NOW].to + 1) };
    bool zh = m->c->locale == ZH;
    (void)row;
    COLUMN(m, out, "at", "触发", "Raised", REPORT_TEXT);
    COLUMN(m, out, "severity", "程度", "Severity", REPORT_TEXT);
    COLUMN(m, out, "rule", "规则", "Rule", REPORT_TEXT);
    COLUMN(m, out, "value", "对象", "Of", REPORT_TEXT);
    COLUMN(m, out, "figure", "数值", "Figure", REPORT_ROW);
    COLUMN(m, out, "expected", "对照", "Expected", REPORT_ROW);
    TRY(alerts_read(m, &k, out));
    if (k.n == 0) {
        say_sentence(m, out, TONE_PLAIN,
                     say(m->c, S("这段时间没有触发预警。"), S("No alert was raised.")));
        return OK;
    }
    struct report_row *all = add_row(m, out, REPORT_COUNT);
    all->rest = true;
    add_text(m, all, str_fmt(m->c->arena, zh ? "全部 %lld 次" : "all %lld", (long long)k.n));
    add_text(m, all,
             str_fmt(m->c->arena, zh ? "严重 %lld 次" : "critical %lld", (long long)k.grave));
    for (int i = 0; i < 2; i++) add_text(m, all, S(""));
    for (int i = 0; i < 2; i++) add_value(m, all, REPORT_COUNT, NONE);
    say_sentence(m, out, k.grave ? TONE_BAD : TONE_PLAIN,
                 str_fmt(m->c->arena,
                         zh ? "触发预警 %lld 次，其中严重的 %lld 次。"
                            : "Alerts raised: %lld, of them critical: %lld.",
                         (long long)k.n, (long long)k.grave));
    return OK;
}
