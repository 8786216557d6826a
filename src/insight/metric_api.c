/* metric_api.c -- doors of metrics and of what touchpoints cost. */
#include "access/access.h"
#include "base/json.h"
#include "http/request.h"
#include "insight/metric.h"
#include "insight/metric/inside.h"
#include "insight/period.h"

#define FIELDS_OF_metric_page(X, N)                    \
    X(list(metric_view), items, ANY, "All metrics", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(metric_page);
SHAPE_DEFINE(metric_page);

HANDLER(metrics_get, nothing, metric_page)
{
    for (const struct metric *m = metrics; m->name; m++) {
        struct metric_view *view = PUSH(c->arena, &out->items);
        metric_show(c, m, view);
        metric_sources(c, m, &view->sources);
    }
    return OK;
}

HANDLER(metric_get, metric_ask, metric_answer) { return metric_explain(c, in, out); }

/* -- as a file --------------------------------------------------------------------------------- */

#define FIELDS_OF_metric_export(X, N)                       \
    X(str, name, REQUIRED | SHORT, "Metric", N)             \
    X(choice(metric_format), format, ANY, "csv or xlsx", N) \
    METRIC_ASK_FIELDS(X, N)
SHAPE(metric_export);
SHAPE_DEFINE(metric_export);

/* Which members a figure is of may name them: the audit says only what of. */
#define FIELDS_OF_exported_note(X, N) \
    X(str, from, ANY, "", N)          \
    X(str, to, ANY, "", N)            \
    X(str, by, ANY, "", N)            \
    X(choice(metric_format), format, ANY, "", N)
SHAPE(exported_note);
SHAPE_DEFINE(exported_note);

static enum err note_export(struct tx *t, void *arg)
{
    const struct metric_export *in = arg;
    struct exported_note note = { in->from, in->to, in->by, in->format };
    struct buf out = { .arena = t->c->arena };
    json_write(&out, &exported_note_shape, &note);
    return audit_write(t, S("metric.exported"), in->name, buf_str(&out));
}

HANDLER(metric_export_post, metric_export, nothing)
{
    struct metric_ask ask = { .name = in->name, METRIC_ASK_FIELDS(SHAPE_COPY, in) };
    struct metric_answer answer;
    str path, ending = choice_name(&metric_format_choice, (int)in->format);
    TRY(metric_make(c, &ask, &answer));
    TRY(store_write(c->store, c, note_export, (void *)in));
    TRY(reply_place(request_of(c), &path));
    TRY(metric_file(c, path, in->format, &answer));
    return reply_file(request_of(c), path,
                      str_fmt(c->arena, STR_FMT "." STR_FMT, STR_ARG(in->name), STR_ARG(ending)),
                      in->format == METRIC_XLSX
                          ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                          : S("text/csv; charset=utf-8"),
                      true);
}

HANDLER(metrics_board, metrics_ask, metrics_answer) { return metrics_make(c, in, out); }

HANDLER(report_cohorts, cohorts_ask, cohorts_answer) { return cohorts_make(c, in, out); }

#define FIELDS_OF_metric_costs_ask(X, N)                        \
    X(str, from, SHORT, "First day; absent: 30 days in all", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)   \
    X(str, touchpoint, SHORT, "Only of this touchpoint", N)
SHAPE(metric_costs_ask);
SHAPE_DEFINE(metric_costs_ask);
#define FIELDS_OF_metric_cost_page(X, N)                         \
    X(list(metric_cost), items, ANY, "By day and touchpoint", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(metric_cost_page);
SHAPE_DEFINE(metric_cost_page);

HANDLER(metric_costs_get, metric_costs_ask, metric_cost_page)
{
    day from, to;
    TRY(period_read(c, in->from, in->to, &from, &to));
    TRY(period_check(c, from, to));
    return metric_costs(c, from, to, in->touchpoint, &out->items);
}

#define FIELDS_OF_metric_costs_put(X, N)                                                           \
    X(list(metric_cost), items, REQUIRED,                                                          \
      "At most 1,000; each replaces the entry of its touchpoint and day; one of nothing takes it " \
      "away",                                                                                      \
      N)
SHAPE(metric_costs_put);
SHAPE_DEFINE(metric_costs_put);

#define FIELDS_OF_metric_costs_done(X, N) X(i64, written, ANY, "Entries written", N)
SHAPE(metric_costs_done);
SHAPE_DEFINE(metric_costs_done);

#define COSTS_AT_ONCE 1000

static enum err put_costs(struct tx *t, void *arg)
{
    const struct metric_costs_put *in = arg;
    for (i64 i = 0; i < in->items.n; i++) TRY(metric_cost_put(t, &in->items.at[i]));
    return OK;
}

HANDLER(metric_costs_post, metric_costs_put, metric_costs_done)
{
    if (in->items.n > COSTS_AT_ONCE)
        return fail_at(c, E_INVALID, S("/items"), "一次最多 %d 条", "at most %d at once",
                       COSTS_AT_ONCE);
    struct metric_costs_put copy = *in;
    out->written = in->items.n;
    return audited_write(c, put_costs, &copy, NULL);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/metrics", REPORTS_READ, metrics_get, "Metrics", "全部指标的定义",
          "What each metric means"),
    ROUTE(GET, "/v1/metrics/{name}", REPORTS_READ, metric_get, "Metrics",
          "任一指标：按期间、步长、维度、人群，与上期和去年同期对比",
          "Any metric by period, step, dimension and segment, beside the period before and last"
          " year's",
          .errors = "E_NOT_FOUND E_BUSY"),
    ROUTE(POST, "/v1/metrics/{name}/export", EXPORT | REPORTS_READ, metric_export_post, "Metrics",
          "导出一个指标为 csv 或 xlsx：整段、逐步、逐组",
          "A metric as csv or xlsx: the period, its steps, its groups",
          .flags = STREAM | AUDITS_ITSELF, .errors = "E_NOT_FOUND E_BUSY E_FULL"),
    ROUTE(GET, "/v1/metrics/board", REPORTS_READ, metrics_board, "Metrics",
          "几个指标一次问完：同一期间、步长、维度、人群",
          "Several metrics at once, of one period, step, dimension and segment",
          .errors = "E_NOT_FOUND E_BUSY"),
    ROUTE(GET, "/v1/reports/cohorts", REPORTS_READ, report_cohorts, "Metrics",
          "按首次购买时间分批，看之后的回购", "Members by first purchase, and who came back when",
          .errors = "E_BUSY"),
    ROUTE(GET, "/v1/costs", REPORTS_READ, metric_costs_get, "Metrics", "各触点每天的花费与新增粉丝",
          "What touchpoints cost and who began to follow them, by day"),
    ROUTE(POST, "/v1/costs", ORDERS_WRITE, metric_costs_post, "Metrics",
          "登记各触点每天的花费与新增粉丝",
          "Enter what touchpoints cost and who began to follow them, by day"),
    { 0 },
};

const struct room metric_room = {
    .name = "metric",
    .migrations = metric_migrations,
    .routes = routes,
};
