/* deliver.c -- a report that was made, as a message: what is said first, and the workbook and the
 * PDF for who gets mail. */
#include "insight/report/deliver.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/scratch.h"

const struct topic report_topics[] = {
    { "report.made", "按时生成了日报、周报、月报或季报；邮件带 xlsx 与 pdf",
      "a daily, weekly, monthly or quarterly report was made by the schedule; mails bring it as "
      "xlsx"
      " and pdf" },
    { 0 },
};

/* -- the files --------------------------------------------------------------------------------- */

static void forget(void *fd) { close((int)(intptr_t)fd); }

static enum err file_make(struct ctx *c, const struct report *r, enum report_file form,
                          struct delivery_file *out)
{
    static const char *const types[] = {
        [REPORT_XLSX] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [REPORT_PDF] = "application/pdf",
    };
    int file = scratch_file();
    if (file < 0)
        return fail(c, E_STORE, "临时文件建不起来：%s", "a temporary file cannot be made: %s",
                    strerror(errno));
    arena_defer(c->arena, forget, (void *)(intptr_t)file);
    str path = scratch_path(c->arena, file);
    TRY(form == REPORT_PDF ? report_write_pdf(c, r, c->now, path)
                           : report_write_xlsx(c, r, c->now, path));
    *out =
        (struct delivery_file){ .name = report_file_name(c, r, form), .type = str_of(types[form]) };
    str content;
    TRY(scratch_read(c, file, &content));
    out->content = (bytes){ content.at, content.n };
    return OK;
}

static enum err mail_wanted(struct ctx *c, bool *out)
{
    struct endpoint_view_list list;
    *out = false;
    TRY(endpoint_list(c, &list));
    for (i64 i = 0; i < list.n; i++) *out |= list.at[i].kind == ENDPOINT_MAIL && list.at[i].enabled;
    return OK;
}

enum err parcel_make(struct ctx *c, const struct report of[2], struct parcel *out)
{
    bool wanted;
    str language;
    i64 size = 0;
    *out = (struct parcel){ 0 };
    TRY(mail_wanted(c, &wanted));
    if (!wanted) return OK;
    TRY(setting_text(c, "report.language", &language));
    enum locale locale = c->locale;
    c->locale = str_eq(language, S("en")) ? EN : ZH;
    enum err e = OK;
    for (int form = REPORT_XLSX; form <= REPORT_PDF && e == OK; form++) {
        e = file_make(c, &of[c->locale], (enum report_file)form, &out->files[out->n]);
        if (e == OK) size += out->files[out->n++].content.n;
    }
    c->locale = locale;
    if (size > MESSAGE_FILES_BYTES) out->n = 0; /* it is in the console */
    return e;
}

/* -- the message ------------------------------------------------------------------------------- */

#define FIELDS_OF_report_told(X, N)          \
    X(i64, report, ANY, "", N)               \
    X(choice(report_kind), kind, ANY, "", N) \
    X(day, from, ANY, "", N)                 \
    X(day, to, ANY, "", N)                   \
    X(str, title, ANY, "", N)                \
    X(strs, summary, ANY, "", N)             \
    X(str, page, ANY, "", N)
SHAPE(report_told);
SHAPE_DEFINE(report_told);

static str body(struct ctx *c, const struct report *r)
{
    struct buf out = { .arena = c->arena };
    for (i64 i = 0; i < r->summary.n; i++) {
        str text = r->summary.at[i].text;
        if (out.n + text.n + 2 > MESSAGE_TEXT_MAX) break;
        buf_add(&out, text);
        buf_byte(&out, '\n');
    }
    return buf_str(&out);
}

enum err report_deliver(struct tx *t, i64 id, const struct report of[2],
                        const struct parcel *parcel)
{
    struct arena *a = t->c->arena;
    struct report_told told = { .report = id,
                                .kind = of->kind,
                                .from = of->from,
                                .to = of->to,
                                .title = of->title,
                                .page = str_fmt(a, "/reports/%lld", (long long)id) };
    for (i64 i = 0; i < of->summary.n; i++) *PUSH(a, &told.summary) = of->summary.at[i].text;
    struct buf data = { .arena = a };
    json_write(&data, &report_told_shape, &told);
    struct delivery d = {
        .topic = S("report.made"),
        .key = str_fmt(a, STR_FMT ":" STR_FMT,
                       STR_ARG(choice_name(&report_kind_choice, (int)of->kind)),
                       STR_ARG(day_text(a, of->from))),
        .title_zh = of[ZH].title,
        .title_en = of[EN].title,
        .text_zh = body(t->c, &of[ZH]),
        .text_en = body(t->c, &of[EN]),
        .data = data.n <= MESSAGE_DATA_MAX ? buf_str(&data) : NO_STR,
        .files = parcel->files,
        .files_n = parcel->n,
    };
    return delivery_send(t, &d);
}
