/* http_api.c -- the doors of the server itself: health, metrics, the API's description; and its
 * room. */
#include "base/room.h"
#include "http/inside.h"
#include "job/job.h"

QUERY(http_alive, one_i64, "SELECT 1 AS value");

#define FIELDS_OF_health_view(X, N) X(flag, ok, REQUIRED, "The store answers", N)
SHAPE(health_view);
SHAPE_DEFINE(health_view);

HANDLER(http_health, nothing, health_view)
{
    struct one_i64 one;
    TRY(db_get(c, &http_alive, &one, NO_ARGS));
    out->ok = one.value == 1;
    return OK;
}

HANDLER(http_metrics, nothing, nothing)
{
    struct request *r = request_of(c);
    struct buf b = { .arena = c->arena };
    metrics_write(&b, r->http);
    return reply_text(r, 200, S("text/plain; version=0.0.4; charset=utf-8"), buf_str(&b));
}

HANDLER(http_openapi, nothing, nothing)
{
    struct request *r = request_of(c);
    struct buf b = { .arena = c->arena };
    openapi_write(&b, r->http->rooms, c->locale);
    reply_header(r, "Vary", S("Accept-Language"));
    return reply_text(r, 200, S("application/json"), buf_str(&b));
}

HANDLER(http_docs, nothing, nothing)
{
    struct request *r = request_of(c);
    struct buf b = { .arena = c->arena };
    docs_write(&b, r->http->rooms, c->locale);
    reply_header(r, "Vary", S("Accept-Language"));
    reply_header(r, "Content-Security-Policy",
                 S("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"));
    return reply_text(r, 200, S("text/html; charset=utf-8"), buf_str(&b));
}

const struct route http_routes[] = {
    ROUTE(GET, "/healthz", RIGHT_NONE, http_health, "Service", "服务与数据库是否正常",
          "Whether the service and its store work", .flags = PUBLIC | QUICK),
    ROUTE(GET, "/metrics", RIGHT_NONE, http_metrics, "Service", "运行指标（Prometheus 文本）",
          "Metrics as Prometheus text", .flags = PUBLIC | STREAM),
    ROUTE(GET, "/openapi.json", RIGHT_NONE, http_openapi, "Service", "本接口的 OpenAPI 3.1 描述",
          "This API as an OpenAPI 3.1 document", .flags = PUBLIC | STREAM),
    ROUTE(GET, "/docs", RIGHT_NONE, http_docs, "Service", "接口手册", "The API as a readable page",
          .flags = PUBLIC | STREAM),
    { 0 },
};

static const struct migration http_migrations[] = {
    { "0001 idempotency", "CREATE TABLE idempotency ("
                          "  caller text NOT NULL,"
                          "  request_key text NOT NULL,"
                          "  fingerprint text NOT NULL,"
                          "  holder text NOT NULL,"
                          "  status int64 NOT NULL,"
                          "  content_type text,"
                          "  reply text,"
                          "  claimed_at int64 NOT NULL,"
                          "  PRIMARY KEY (caller, request_key));"
                          "CREATE INDEX idempotency_by_time ON idempotency (claimed_at);" },
    { "0002 secrets", "CREATE TABLE http_secret (name text PRIMARY KEY, value text NOT NULL);" },
    { 0 },
};

static const struct job_row http_jobs[] = {
    { "http.sweep", HOUR_MS, 0, http_sweep, "清除过期的幂等记录",
      "Removes old idempotency records" },
    { 0 },
};

const struct room http_room = {
    .name = "http",
    .migrations = http_migrations,
    .routes = http_routes,
    .jobs = http_jobs,
};
