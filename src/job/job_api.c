/* job_api.c -- doors: what runs by itself, when it ran and how it went; and the room. */
#include "http/inside.h"
#include "http/request.h"
#include "job/inside.h"

#define FIELDS_OF_job_view(X, N)                                \
    X(str, name, REQUIRED, "Name", N)                           \
    X(str, doc, ANY, "What it does", N)                         \
    X(flag, running, ANY, "In work now", N)                     \
    X(instant, next_at, ANY, "Due next", N)                     \
    X(i64, failures, ANY, "Failed this many times in a row", N) \
    X(opt_instant, started_at, ANY, "Last run: begun", N)       \
    X(opt_i64, took_ms, ANY, "Last run: milliseconds", N)       \
    X(opt_flag, ok, ANY, "Last run: whether it succeeded", N)   \
    X(str, detail, ANY, "Last run: what went wrong", N)
SHAPE(job_view);
SHAPE_DEFINE(job_view);
#define FIELDS_OF_job_page(X, N) X(list(job_view), items, REQUIRED, "All jobs", N)
SHAPE(job_page);
SHAPE_DEFINE(job_page);

QUERY(jobs_all, job_row_state,
      "SELECT name, holder, lease_until, next_at, failures FROM job ORDER BY name");

#define FIELDS_OF_job_last(X, N)           \
    X(opt_instant, started_at, ANY, "", N) \
    X(opt_i64, took_ms, ANY, "", N)        \
    X(opt_flag, ok, ANY, "", N)            \
    X(str, detail, ANY, "", N)
SHAPE(job_last);
SHAPE_DEFINE(job_last);
QUERY(
    job_last_run, job_last,
    "SELECT started_at, took_ms, ok, detail FROM job_run WHERE name = $1 ORDER BY id DESC LIMIT 1");

static str doc_of(const struct ctx *c, const struct room *const *rooms, str name)
{
    for (; *rooms; rooms++)
        for (const struct job_row *row = (*rooms)->jobs; row && row->name; row++)
            if (str_eq(str_of(row->name), name)) return say(c, str_of(row->zh), str_of(row->en));
    return NO_STR;
}

HANDLER(jobs_list, nothing, job_page)
{
    struct job_row_state_list rows;
    TRY(db_all(c, &jobs_all, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) {
        struct job_last last = { 0 };
        bool found;
        TRY(db_find(c, &job_last_run, &last, &found, ARGS(rows.at[i].name)));
        *PUSH(c->arena, &out->items) = (struct job_view){
            .name = rows.at[i].name,
            .doc = doc_of(c, request_of(c)->http->rooms, rows.at[i].name),
            .running = rows.at[i].lease_until > c->now,
            .next_at = rows.at[i].next_at,
            .failures = rows.at[i].failures,
            .started_at = last.started_at,
            .took_ms = last.took_ms,
            .ok = last.ok,
            .detail = last.detail,
        };
    }
    return OK;
}

static const struct route job_routes[] = {
    ROUTE(GET, "/v1/jobs", SETTINGS_WRITE, jobs_list, "Service", "列出定时任务及其最近一次运行",
          "List jobs and their last runs"),
    { 0 },
};

static const struct migration job_migrations[] = {
    { "0001 jobs", "CREATE TABLE job ("
                   "  name text PRIMARY KEY,"
                   "  holder text NOT NULL,"
                   "  lease_until int64 NOT NULL,"
                   "  next_at int64 NOT NULL,"
                   "  failures int64 NOT NULL);"
                   "CREATE TABLE job_run ("
                   "  id int64 PRIMARY KEY,"
                   "  name text NOT NULL,"
                   "  started_at int64 NOT NULL,"
                   "  took_ms int64 NOT NULL,"
                   "  ok flag NOT NULL,"
                   "  detail text);"
                   "CREATE INDEX job_run_of ON job_run (name, id);" },
    { NULL, NULL },
};

const struct room job_room = {
    .name = "job",
    .migrations = job_migrations,
    .routes = job_routes,
};
