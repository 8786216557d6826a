/* import_api.c -- doors of the importer: upload, look, map, start, watch, fetch what was refused;
 * saved profiles. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/room.h"
#include "http/request.h"
#include "import/views.h"
#include "job/job.h"
#include "store/setting.h"

#define FIELDS_OF_import_page_query(X, N) PAGE_FIELDS(X, N)
SHAPE(import_page_query);

SHAPE_DEFINE(import_upload);
SHAPE_DEFINE(import_ref);
SHAPE_DEFINE(import_patch);
SHAPE_DEFINE(import_start);
SHAPE_DEFINE(import_state);
SHAPE_DEFINE(import_rows);
SHAPE_DEFINE(import_view);
SHAPE_DEFINE(import_row);
SHAPE_DEFINE(import_page);
SHAPE_DEFINE(import_page_query);
SHAPE_DEFINE(import_profile_view);
SHAPE_DEFINE(import_profile_page);
SHAPE_DEFINE(import_profile_ref);

/* -- one import as people see it --------------------------------------------------------------- */

#define PROBLEMS_SHOWN 50

/* The first refused rows of the last run, out of its file. */
static void read_rejects(struct ctx *c, const struct book_row *row, struct import_problem_list *out)
{
    struct sheet *s = NULL;
    struct sheet_row cells;
    bool more = true;
    struct problem why = c->why;
    if (sheet_open(c, rejects_path(c->arena, row), (struct sheet_options){ .separator = ',' },
                   &s) == OK) {
        while (out->n < PROBLEMS_SHOWN && sheet_next(c, s, &cells, &more) == OK && more &&
               cells.n >= 4) {
            i64 number = 0;
            if (!i64_parse(cells.cells[0], &number)) continue;
            str value =
                may(c, PERSONAL_READ) ? cells.cells[2] : mask_name(c->arena, cells.cells[2]);
            *PUSH(c->arena, out) =
                (struct import_problem){ number, str_copy(c->arena, cells.cells[1]),
                                         str_copy(c->arena, value),
                                         str_copy(c->arena, cells.cells[3]) };
        }
        sheet_close(s);
    }
    c->why = why;
}

static enum err read_result(struct ctx *c, const struct book_row *row, struct import_event **out)
{
    struct import_event now;
    if (import_job_running(row->id) && import_job_event(c->arena, row->id, &now)) {
        *out = NEW(c->arena, struct import_event);
        **out = now;
    } else if (row->summary.n) {
        *out = NEW(c->arena, struct import_event);
        TRY(json_read(c, &import_event_shape, *out, row->summary));
    }
    return OK;
}

static enum err view_fill(struct ctx *c, const struct book_row *row, struct import_view *out)
{
    struct import_choice choice = { 0 };
    struct import_preview_result p;
    TRY(book_choice(c, row, &choice));
    *out = (struct import_view){ .id = row->id,
                                 .file = row->file,
                                 .format = row->format,
                                 .size = row->size,
                                 .state = book_state(c, row),
                                 .dry_run = row->dry_run,
                                 .failure = row->failure };
    TRY(read_result(c, row, &out->result));
    TRY(import_preview_read(c, row->path, &choice, &p));
    out->format = p.format;
    out->columns = p.plan.columns;
    bool builtin = p.plan.profile != NULL;
    out->profile = choice.profile.n && !str_eq(choice.profile, S("none")) ? choice.profile
                   : builtin ? str_of(p.plan.profile->name)
                             : S("");
    out->score = p.plan.score;
    out->mapping = import_plan_mapping(c->arena, &p.plan);
    out->options = NEW(c->arena, struct import_options);
    *out->options = choice.options;
    if (p.why.err != OK) out->missing = str_copy(c->arena, str_of(p.why.detail));
    out->preview = NEW(c->arena, struct import_rows);
    out->preview->rows = p.rows;
    out->facts = p.facts;
    out->events = p.events;
    out->problems = p.problems;
    bool ended = str_eq(out->state, S("done")) || str_eq(out->state, S("failed")) ||
                 str_eq(out->state, S("cancelled"));
    if (!ended) return OK;
    out->problems = (struct import_problem_list){ 0 };
    read_rejects(c, row, &out->problems);
    return OK;
}

/* -- upload ------------------------------------------------------------------------------------ */

/* What follows the last slash, in one line: it is shown, and lies nowhere under this name. */
static str base_name(struct arena *a, str path)
{
    i64 from = 0;
    for (i64 i = 0; i < path.n; i++)
        if (path.at[i] == '/' || path.at[i] == '\\') from = i + 1;
    struct buf b = { .arena = a };
    for (i64 i = from; i < path.n; i++)
        buf_byte(&b, (u8)path.at[i] < 0x20 || path.at[i] == 0x7f ? ' ' : path.at[i]);
    return str_trim(buf_str(&b));
}

/* <data>/tmp/upload-… is kept as <data>/imports/<id>/file. */
static enum err keep_upload(struct ctx *c, struct book_row *row)
{
    struct arena *a = c->arena;
    str path = upload_path(request_of(c));
    i64 slashes = 0, end = path.n;
    while (end > 0 && slashes < 2) slashes += path.at[--end] == '/';
    str folder = str_fmt(a, STR_FMT "/imports", STR_ARG(str_sub(path, 0, end)));
    str own = str_fmt(a, STR_FMT "/%lld", STR_ARG(folder), (long long)row->id);
    bool made = (mkdir(str_z(a, folder), 0700) == 0 || errno == EEXIST) &&
                (mkdir(str_z(a, own), 0700) == 0 || errno == EEXIST);
    if (made) row->path = upload_keep(request_of(c), str_fmt(a, STR_FMT "/file", STR_ARG(own)));
    if (made && row->path.n) return OK;
    return fail(c, errno == ENOSPC ? E_FULL : E_INTERNAL, "放不下上传的文件",
                "the uploaded file cannot be kept");
}

HANDLER(imports_upload, import_upload, import_view)
{
    struct import_choice none = { 0 };
    struct import_preview_result p;
    struct book_row row = { .file = base_name(c->arena, in->name),
                            .size = upload_size(request_of(c)) };
    TRY(import_preview_read(c, upload_path(request_of(c)), &none,
                            &p)); /* what is no table is refused here */
    row.format = p.format;
    if (!p.plan.profile) {
        str saved = NO_STR;
        TRY(import_saved_guess(c, p.plan.columns, &saved));
        none.profile = saved;
    }
    TRY(book_add(c->store, c, &row));
    TRY(keep_upload(c, &row));
    TRY(book_add(c->store, c, &row));
    if (none.profile.n) TRY(book_put_choice(c->store, c, row.id, &none));
    TRY(book_find(c, row.id, &row));
    return view_fill(c, &row, out);
}

/* -- look, map, start -------------------------------------------------------------------------- */

HANDLER(imports_get, import_ref, import_view)
{
    struct book_row row;
    TRY(book_find(c, in->id, &row));
    return view_fill(c, &row, out);
}

HANDLER(imports_patch, import_patch, import_view)
{
    struct book_row row;
    struct import_choice choice;
    TRY(book_find(c, in->id, &row));
    if (str_eq(book_state(c, &row), S("running")))
        return fail(c, E_CONFLICT, "正在导入，先取消再修改", "it is running; cancel it first");
    TRY(book_choice(c, &row, &choice));
    if (in->profile.at) {
        choice.profile = in->profile;
        choice.mapping = (struct import_pair_list){ 0 };
        choice.mapping_whole = false;
    }
    if (in->mapping.n) {
        struct import_preview_result p;
        TRY(import_preview_read(c, row.path, &choice,
                                &p)); /* the profile in force stays, its columns do not */
        if (!choice.profile.n)
            choice.profile = p.plan.profile ? str_of(p.plan.profile->name) : S("none");
        choice.mapping = in->mapping;
        choice.mapping_whole = true;
    }
    if (in->options) choice.options = *in->options;
    struct import_preview_result check;
    TRY(import_preview_read(c, row.path, &choice, &check));
    str field = str_of(check.why.field); /* a target without a column is no fault yet */
    if (check.why.err != OK && field.n && import_field_find(check.plan.kind, field) < 0) {
        c->why = check.why;
        return check.why.err;
    }
    TRY(book_put_choice(c->store, c, row.id, &choice));
    TRY(book_find(c, row.id, &row));
    return view_fill(c, &row, out);
}

HANDLER(imports_start, import_start, import_state)
{
    struct book_row row;
    struct import_choice choice;
    struct import_preview_result p;
    TRY(book_find(c, in->id, &row));
    TRY(book_choice(c, &row, &choice));
    TRY(import_preview_read(c, row.path, &choice, &p));
    if (p.why.err != OK) {
        c->why = p.why;
        return c->why.err = E_UNPROCESSABLE;
    }
    TRY(import_job_start(c->store, c, &row, in->dry_run));
    *out = (struct import_state){ row.id, S("running") };
    return OK;
}

HANDLER(imports_cancel, import_ref, import_state)
{
    struct book_row row;
    TRY(book_find(c, in->id, &row));
    if (!import_job_cancel(row.id) && str_eq(book_state(c, &row), S("running")))
        return fail(c, E_CONFLICT, "这次导入在另一台服务器上运行",
                    "this import runs on another server");
    *out = (struct import_state){ row.id,
                                  import_job_running(row.id) ? S("running") : book_state(c, &row) };
    return OK;
}

HANDLER(imports_drop, import_ref, nothing)
{
    struct book_row row;
    TRY(book_find(c, in->id, &row));
    return book_drop(c->store, c, &row);
}

QUERY(q_book_page, book_row,
      "SELECT id, file, path, size, format, choice, whole, state, dry_run, summary, failure, "
      "created_at, seen_at"
      " FROM import_run WHERE CAST($1 AS BIGINT) = 0 OR id < $1 ORDER BY id DESC LIMIT $2");

HANDLER(imports_list, import_page_query, import_page)
{
    struct cursor at;
    struct book_row_list rows = { 0 };
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "/v1/imports", in->cursor, &at));
    TRY(db_all(c, &q_book_page, &rows, ARGS(at.id, limit + 1)));
    for (i64 i = 0; i < rows.n && i < limit; i++) {
        const struct book_row *row = &rows.at[i];
        struct import_event *result = NULL;
        TRY(read_result(c, row, &result));
        *PUSH(c->arena, &out->items) =
            (struct import_row){ .id = row->id,
                                 .file = row->file,
                                 .format = row->format,
                                 .size = row->size,
                                 .state = book_state(c, row),
                                 .dry_run = row->dry_run,
                                 .created_at = row->created_at,
                                 .rows = result ? SOME(result->rows) : NONE,
                                 .accepted = result ? SOME(result->accepted) : NONE,
                                 .rejected = result ? SOME(result->rejected) : NONE };
    }
    if (rows.n > limit)
        out->next_cursor =
            cursor_make(c, "/v1/imports", (struct cursor){ .id = rows.at[limit - 1].id });
    return OK;
}

/* -- watch, fetch ------------------------------------------------------------------------------ */

struct watch {
    i64 id;
    char *last; /* of a run this process does not know: the only event */
    bool over;
};

static bool watch_next(void *arg, struct buf *out, i64 *wait_ms)
{
    struct watch *w = arg;
    if (w->over) return false;
    struct arena *a = arena_new();
    struct import_event e;
    bool known = import_job_event(a, w->id, &e);
    if (known) json_write(out, &import_event_shape, &e);
    else buf_add(out, str_of(w->last));
    w->over = !known || !str_eq(e.state, S("running"));
    *wait_ms = 300;
    arena_free(a);
    return !w->over;
}

static void watch_drop(void *arg)
{
    struct watch *w = arg;
    free(w->last);
    free(w);
}

HANDLER(imports_events, import_ref, nothing)
{
    struct book_row row;
    struct import_event *result = NULL, empty = { 0 };
    struct buf last = { .arena = c->arena };
    TRY(book_find(c, in->id, &row));
    TRY(read_result(c, &row, &result));
    if (!result) result = &empty;
    result->state = book_state(c, &row);
    json_write(&last, &import_event_shape, result);
    struct watch *w = calloc(1, sizeof *w);
    if (!w) abort();
    w->id = row.id;
    w->last = strndup(last.at, (size_t)last.n);
    if (!w->last) abort();
    return reply_events(request_of(c), (struct event_source){ watch_next, watch_drop, w });
}

HANDLER(imports_rejects, import_ref, nothing)
{
    struct book_row row;
    TRY(book_find(c, in->id, &row));
    str path = rejects_path(c->arena, &row);
    if (access(str_z(c->arena, path), R_OK) != 0)
        return fail(c, E_NOT_FOUND, "这次导入没有被拒绝的行", "no row of this import was refused");
    str name = str_fmt(c->arena, "rejects-%lld.csv", (long long)row.id);
    return reply_file(request_of(c), path, name, S("text/csv; charset=utf-8"), false);
}

/* -- profiles ---------------------------------------------------------------------------------- */

static void add_built_in(struct ctx *c, const struct import_profile *p,
                         struct import_profile_page *out)
{
    struct import_profile_view *v = PUSH(c->arena, &out->items);
    *v = (struct import_profile_view){ .name = str_of(p->name),
                                       .title = str_of(c->locale == ZH ? p->zh : p->en),
                                       .built_in = true,
                                       .shop = str_of(p->shop) };
    for (const struct import_column *row = p->columns; row->names; row++) {
        str first;
        str_cut(str_of(row->names), '|', &first);
        *PUSH(c->arena, &v->mapping) =
            (struct import_pair){ str_of(import_fields[row->field].name), first };
    }
}

HANDLER(import_profiles_list, nothing, import_profile_page)
{
    struct import_saved_list saved = { 0 };
    for (const struct import_profile *p = import_profiles; p->name; p++) add_built_in(c, p, out);
    TRY(import_saved_list(c, &saved));
    for (i64 i = 0; i < saved.n; i++)
        *PUSH(c->arena, &out->items) =
            (struct import_profile_view){ .name = saved.at[i].name,
                                          .title = saved.at[i].name,
                                          .base = saved.at[i].base,
                                          .mapping = saved.at[i].mapping,
                                          .options = saved.at[i].options,
                                          .shop = saved.at[i].options ? saved.at[i].options->shop
                                                                      : NO_STR };
    return OK;
}

static enum err put_profile(struct tx *t, void *arg) { return import_saved_put(t, arg); }

HANDLER(import_profiles_put, import_saved, import_saved)
{
    *out = *in;
    return audited_write(c, put_profile, out, NULL);
}

static enum err drop_profile(struct tx *t, void *arg)
{
    return import_saved_drop(t, *(const str *)arg);
}

HANDLER(import_profiles_drop, import_profile_ref, nothing)
{
    str name = in->name;
    return audited_write(c, drop_profile, &name, NULL);
}

#define GROUP "Imports"
static const struct route routes[] = {
    ROUTE(GET, "/v1/imports", IMPORT, imports_list, GROUP, "导入列表", "List imports",
          .flags = CURSOR),
    ROUTE(POST, "/v1/imports", IMPORT, imports_upload, GROUP, "上传订单文件，猜出它的方案与列",
          "Upload a file of orders; profile and columns are guessed", .flags = UPLOAD | CREATES,
          .errors = "E_UNSUPPORTED"),
    ROUTE(GET, "/v1/imports/{id}", IMPORT, imports_get, GROUP, "看一次导入", "Show an import",
          .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/imports/{id}", IMPORT, imports_patch, GROUP, "改方案、列或选项，预览随之更新",
          "Change profile, columns or options; the preview follows",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/imports/{id}", IMPORT, imports_drop, GROUP,
          "删除上传的文件和它的记录（订单不受影响）",
          "Drop an uploaded file and its record; orders stay", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/imports/{id}/start", IMPORT, imports_start, GROUP, "开始导入或试运行",
          "Start, or run dry", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE E_BUSY"),
    ROUTE(POST, "/v1/imports/{id}/cancel", IMPORT, imports_cancel, GROUP, "取消正在运行的导入",
          "Cancel a running import", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/imports/{id}/events", IMPORT, imports_events, GROUP, "进度（事件流）",
          "Progress, as a stream of events", .flags = STREAM, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/imports/{id}/rejects", IMPORT, imports_rejects, GROUP, "下载被拒绝的行",
          "Download the refused rows", .flags = STREAM | AUDITED, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/import-profiles", IMPORT, import_profiles_list, GROUP, "导入方案",
          "List import profiles"),
    ROUTE(PUT, "/v1/import-profiles/{name}", IMPORT, import_profiles_put, GROUP, "保存一种列的对应",
          "Save a mapping", .errors = "E_CONFLICT"),
    ROUTE(DELETE, "/v1/import-profiles/{name}", IMPORT, import_profiles_drop, GROUP,
          "删除保存的方案", "Delete a saved profile", .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct setting settings[] = {
    { "import.keep_days", SETTING_I64, "30", NULL, 1, 3650, "上传的订单文件保留多少天",
      "days that uploaded files of orders are kept", NULL },
    { 0 },
};
static const struct job_row job_rows[] = {
    { .name = "import.sweep",
      .at_minute = 3 * 60 + 20,
      .run = book_sweep,
      .zh = "删除过期的上传文件",
      .en = "drop uploaded files that are over their time" },
    { 0 },
};

const struct room import_room = { .name = "import",
                                  .migrations = import_migrations,
                                  .settings = settings,
                                  .routes = routes,
                                  .jobs = job_rows };
