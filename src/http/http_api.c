/* http_api.c -- the doors of the server itself: health, metrics, the API's description; and its
 * room. */
#include "base/room.h"
#include "http/inside.h"
#include "job/job.h"
#include "store/setting.h"

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

static enum err check_origins(struct ctx *c, str value)
{
    strs sites = str_split(c->arena, value, ' ');
    bool good = value.n <= ORIGINS_MAX;
    for (i64 i = 0; i < sites.n && good; i++) {
        str host = str_sub(sites.at[i], str_find(sites.at[i], S("://")) + 3, sites.at[i].n);
        good = (str_starts(sites.at[i], S("https://")) || str_starts(sites.at[i], S("http://"))) &&
               host.n && !str_has(host, '/') && !str_has(host, '*');
    }
    if (good) return OK;
    return fail(c, E_INVALID, "网站来源须形如 https://m.example.com，以空格分隔，共不超过 %d 字节",
                "origins look like https://m.example.com, with blanks between, %d bytes in all",
                ORIGINS_MAX);
}

static const struct setting http_settings[] = {
    { .name = "my.requests_per_second",
      .kind = SETTING_I64,
      .fallback = "20",
      .min = 1,
      .max = 10000,
      .zh = "每位会员每秒最多请求数（/v1/my）",
      .en = "Requests a member may make each second (/v1/my)" },
    { .name = "my.origins",
      .kind = SETTING_TEXT,
      .fallback = "",
      .zh = "哪些网站的页面可用会员令牌访问 /v1/my（空格分隔）；空：都不可以，小程序不受影响",
      .en = "Sites whose pages may call /v1/my with a member's token, blanks between; empty: none "
            "(mini-programs need none)",
      .check = check_origins },
    { 0 },
};

const struct room http_room = {
    .name = "http",
    .migrations = http_migrations,
    .settings = http_settings,
    .routes = http_routes,
    .jobs = http_jobs,
};
