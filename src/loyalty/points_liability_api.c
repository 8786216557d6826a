/* points_liability_api.c -- doors of what is owed in points: as figures, as a file. */
#include "access/access.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "http/request.h"
#include "loyalty/points.h"
#include "sheet/sheet.h"

#define PERIOD_FIELDS(X, N)                                                           \
    X(str, from, SHORT, "First day; absent: the first of the month a year before", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)
#define FIELDS_OF_liability_ask(X, N) PERIOD_FIELDS(X, N)
SHAPE(liability_ask);
SHAPE_DEFINE(liability_ask);

static enum err read_day(struct ctx *c, str text, const char *field, day absent, day *out)
{
    *out = absent;
    if (str_empty(text) || day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "请写成 2026-01-01 这样的日期",
                   "write a day like 2026-01-01");
}

static enum err made(struct ctx *c, str from_text, str to_text, struct points_liability *out)
{
    day from, to;
    TRY(read_day(c, to_text, "/to", zone_day(c->zone, c->now), &to));
    struct civil last = day_civil(to);
    TRY(read_day(c, from_text, "/from", month_add(day_of(last.year, last.month, 1), -11), &from));
    return points_liability(c, from, to, out);
}

HANDLER(points_liability_get, liability_ask, points_liability)
{
    return made(c, in->from, in->to, out);
}

/* -- as a file --------------------------------------------------------------------------------- */

enum liability_format { LIABILITY_CSV, LIABILITY_XLSX };
CHOICE(liability_format);
CHOICE_DEFINE(liability_format, "csv", "xlsx");
#define FIELDS_OF_liability_export(X, N) \
    PERIOD_FIELDS(X, N)                  \
    X(choice(liability_format), format, ANY, "csv (the default) or xlsx", N)
SHAPE(liability_export);
SHAPE_DEFINE(liability_export);

static enum err note(struct tx *t, void *arg)
{
    struct buf out = { .arena = t->c->arena };
    json_write(&out, &liability_export_shape, arg);
    return audit_write(t, S("points.liability_exported"), S("points"), buf_str(&out));
}

static const struct {
    const char *zh, *en;
} heads[] = { { "月份", "month" },         { "已发放", "issued" },  { "手工", "granted" },
              { "已使用", "spent" },       { "已过期", "expired" }, { "已收回", "reversed" },
              { "未使用", "outstanding" }, { "金额", "value" } };

static str number(struct ctx *c, i64 n) { return str_fmt(c->arena, "%lld", (long long)n); }

static enum err write_file(struct ctx *c, str path, bool xlsx, const struct points_liability *of)
{
    struct sheet_out *sheet;
    str names[COUNT(heads)];
    for (i64 i = 0; i < COUNT(heads); i++)
        names[i] = say(c, str_of(heads[i].zh), str_of(heads[i].en));
    TRY(sheet_create(c, path, xlsx, (strs){ names, COUNT(heads) }, &sheet));
    for (i64 i = 0; i < of->months.n; i++) {
        const struct points_month *m = &of->months.at[i];
        const str cells[] = { m->month,
                              number(c, m->issued),
                              number(c, m->granted),
                              number(c, m->spent),
                              number(c, m->expired),
                              number(c, m->reversed),
                              number(c, m->outstanding),
                              money_text(c->arena, m->value) };
        TRY(sheet_write(c, sheet, cells, COUNT(cells)));
    }
    return sheet_finish(c, sheet);
}

HANDLER(points_liability_export_post, liability_export, nothing)
{
    struct points_liability all;
    bool xlsx = in->format == LIABILITY_XLSX;
    str path;
    TRY(made(c, in->from, in->to, &all));
    TRY(store_write(c->store, c, note, (void *)in));
    TRY(reply_place(request_of(c), &path));
    TRY(write_file(c, path, xlsx, &all));
    return reply_file(request_of(c), path, xlsx ? S("points.xlsx") : S("points.csv"),
                      xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                           : S("text/csv; charset=utf-8"),
                      true);
}

const struct route points_liability_routes[] = {
    ROUTE(GET, "/v1/points/liability", LOYALTY_READ, points_liability_get, "Loyalty",
          "积分负债：逐月的发放、使用、过期、收回与未使用，折成金额",
          "What is owed in points: issued, spent, expired, reversed and outstanding by month, in "
          "points and in money"),
    ROUTE(POST, "/v1/points/liability/export", EXPORT | LOYALTY_READ, points_liability_export_post,
          "Loyalty", "导出积分负债为 csv 或 xlsx", "What is owed in points as csv or xlsx",
          .flags = STREAM | AUDITS_ITSELF, .errors = "E_FULL"),
    { 0 },
};
