/* report_api.c -- doors of kept reports, the job that makes them, and the room. */
#include "access/access.h"
#include "base/clock.h"
#include "base/json.h"
#include "http/request.h"
#include "insight/report/deliver.h"
#include "job/job.h"

/* -- the list ---------------------------------------------------------------------------------- */

#define FIELDS_OF_reports_ask(X, N)                                         \
    X(str, kind, SHORT, "Only these: daily, weekly, monthly, quarterly", N) \
    PAGE_FIELDS(X, N)
SHAPE(reports_ask);
SHAPE_DEFINE(reports_ask);
#define FIELDS_OF_reports_page(X, N)                        \
    X(list(report_row_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(reports_page);
SHAPE_DEFINE(reports_page);

static enum err kind_read(struct ctx *c, str text, int *out)
{
    *out = -1;
    if (str_empty(text)) return OK;
    *out = choice_find(&report_kind_choice, text);
    if (*out >= 0) return OK;
    return fail_at(
        c, E_INVALID, S("/kind"), "没有“" STR_FMT "”这种报告；有 daily、weekly、monthly、quarterly",
        "there is no \"" STR_FMT "\" report: daily, weekly, monthly or quarterly", STR_ARG(text));
}

HANDLER(reports_get, reports_ask, reports_page)
{
    static const char route[] = "/v1/reports/kept";
    struct cursor at;
    int kind;
    i64 limit = page_limit(in->limit);
    TRY(kind_read(c, in->kind, &kind));
    TRY(cursor_read(c, route, in->cursor, &at));
    TRY(report_list(c, kind, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor = cursor_make(c, route, (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

/* -- one --------------------------------------------------------------------------------------- */

#define FIELDS_OF_report_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Report", N)
SHAPE(report_ref);
SHAPE_DEFINE(report_ref);
#define FIELDS_OF_report_one(X, N)                                             \
    X(one(report_row_view), row, ANY, "When it was made, and of what data", N) \
    X(one(report), report, ANY, "What it says, in the reader's language", N)
SHAPE(report_one);
SHAPE_DEFINE(report_one);

HANDLER(report_show, report_ref, report_one)
{
    out->row = NEW(c->arena, struct report_row_view);
    out->report = NEW(c->arena, struct report);
    return report_get(c, in->id, out->row, out->report);
}

/* -- made now ---------------------------------------------------------------------------------- */

#define FIELDS_OF_report_post(X, N)                                          \
    X(str, kind, REQUIRED | SHORT, "daily, weekly, monthly or quarterly", N) \
    X(str, at, SHORT, "Of the last period that was over when this day began; absent: today", N)
SHAPE(report_post);
SHAPE_DEFINE(report_post);
#define FIELDS_OF_report_posted(X, N) \
    X(i64, id, ANY, "Report", N)      \
    X(flag, fresh, ANY, "false: the last version of this period says the same; this is it", N)
SHAPE(report_posted);
SHAPE_DEFINE(report_posted);

HANDLER(report_post_one, report_post, report_posted)
{
    struct report_kept kept;
    int kind;
    day at;
    TRY(kind_read(c, in->kind, &kind));
    TRY(report_at_read(c, in->at, &at));
    TRY(product_follow(c->store, c));
    TRY(report_make(c, (enum report_kind)kind, at, &kept));
    *out = (struct report_posted){ .id = kept.id, .fresh = kept.fresh };
    return OK;
}

/* -- to take away ------------------------------------------------------------------------------ */

#define FIELDS_OF_report_file_ask(X, N)          \
    X(i64, id, REQUIRED | POSITIVE, "Report", N) \
    X(choice(report_file), format, ANY, "xlsx or pdf", N)
SHAPE(report_file_ask);
SHAPE_DEFINE(report_file_ask);

struct taken {
    i64 id;
    str title;
    enum report_file format;
};
#define FIELDS_OF_report_taken(X, N)           \
    X(choice(report_file), format, ANY, "", N) \
    X(str, title, ANY, "", N)
SHAPE(report_taken);
SHAPE_DEFINE(report_taken);

static enum err note_taken(struct tx *t, void *arg)
{
    const struct taken *k = arg;
    struct report_taken detail = { .format = k->format, .title = k->title };
    struct buf out = { .arena = t->c->arena };
    json_write(&out, &report_taken_shape, &detail);
    return audit_write(t, S("report.exported"),
                       str_fmt(t->c->arena, "report:%lld", (long long)k->id), buf_str(&out));
}

/* On record before it leaves. */
HANDLER(report_file_get, report_file_ask, nothing)
{
    static const str types[] = {
        [REPORT_XLSX] = { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 65 },
        [REPORT_PDF] = { "application/pdf", 15 },
    };
    struct report_row_view row;
    struct report *r = NEW(c->arena, struct report);
    struct taken k = { .id = in->id, .format = in->format };
    str path;
    TRY(report_get(c, in->id, &row, r));
    k.title = row.title;
    TRY(store_write(c->store, c, note_taken, &k));
    TRY(reply_place(request_of(c), &path));
    TRY(in->format == REPORT_PDF ? report_write_pdf(c, r, row.made_at, path)
                                 : report_write_xlsx(c, r, row.made_at, path));
    return reply_file(request_of(c), path, report_file_name(c, r, in->format), types[in->format],
                      true);
}

/* -- the room ---------------------------------------------------------------------------------- */

static const struct route report_routes[] = {
    ROUTE(GET, "/v1/reports/kept", REPORTS_READ, reports_get, "Reports",
          "已生成的日报、周报、月报、季报",
          "Daily, weekly, monthly and quarterly reports that were made", .flags = CURSOR),
    ROUTE(POST, "/v1/reports/kept", REPORTS_READ, report_post_one, "Reports",
          "现在生成一份报告；数据没有变的，就是上一份",
          "Make a report now; where no data changed it is"
          " the last one",
          .flags = IDEMPOTENT),
    ROUTE(GET, "/v1/reports/kept/{id}", REPORTS_READ, report_show, "Reports", "看一份报告",
          "Show a report", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/reports/kept/{id}/file", REPORTS_READ | EXPORT, report_file_get, "Reports",
          "下载一份报告：xlsx 或 pdf", "Take a report away as xlsx or pdf",
          .flags = STREAM | AUDITS_ITSELF, .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct job_row report_jobs[] = {
    { "report.due", 5 * MINUTE_MS, 0, report_run_due, "按时生成日报、周报、月报与季报",
      "Makes the daily, weekly, monthly and quarterly reports when they are due" },
    { 0 },
};

const struct room report_room = {
    .name = "report",
    .migrations = report_migrations,
    .settings = report_settings,
    .routes = report_routes,
    .jobs = report_jobs,
    .topics = report_topics,
};
