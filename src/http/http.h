/* http.h -- the server: takes requests, finds the row, checks, calls, answers.
 *
 * Promises
 *   - a_blocked_writer_never_blocks_reading: only QUICK reads run on the event loops; all else on
 *     a worker pool.
 *   - limits_at_the_door: header 16 KiB, body by row (default 1 MiB), 60 s a request, rate per
 *     address; each refusal is a problem+json.
 *   - errors are RFC 9457 problem+json with type, title, status, detail, errors[{pointer,
 *     detail}], in the caller's language (Accept-Language, zh first).
 *   - an idempotency key with the same request answers the same reply for 24 h; with another
 *     request 422, while running 409. A change whose reply was lost in a crash is not made again:
 *     409, in words.
 *   - http_stop_is_graceful: requests in work are finished (up to 10 s), new ones refused.
 * Seam: only http/engine_mhd.c sees libmicrohttpd.
 */
#pragma once

#include "http/route.h"

struct http_options {
    str listen;      /* "127.0.0.1:8080"; port 0: any free port */
    int workers;     /* threads for reading requests; 0: default 4 */
    int writers;     /* threads for changing ones, most of them asleep in a commit; 0: default 24 */
    int loops;       /* event-loop threads; 0: default 2 */
    str folder;      /* for tmp/ and the cursor key */
    str console_dir; /* serve the console from this folder instead of the embedded one (development)
                      */
    i64 rate_per_second;  /* per address; 0: default 500 for all but this machine itself, -1: off */
    bool secure_cookies;  /* behind TLS */
    instant (*now)(void); /* the clock handlers see; NULL: the wall clock */
    i64 request_ms;       /* 0: default 60 s to receive and to answer */
};
struct http;

enum err http_start(struct ctx *c, struct store *s, const struct room *const *rooms,
                    struct http_options o, struct http **out);
int http_port(const struct http *h);
void http_stop(struct http *h);

/* The OpenAPI 3.1 document of these rooms' routes. */
void openapi_write(struct buf *out, const struct room *const *rooms, enum locale locale);
/* Prometheus text. Rooms and app add their own gauges with metrics_add. */
void metrics_write(struct buf *out, struct http *h);
typedef void metrics_fn(struct buf *out, void *arg);
void metrics_add(struct http *h, metrics_fn *fn, void *arg);

/* The embedded console: made by tools/embed from console/dist. */
struct asset {
    const char *path, *type, *etag;
    const void *plain, *gzip, *brotli;
    i64 plain_n, gzip_n, brotli_n;
    bool immutable; /* its name holds its hash */
};
extern const struct asset *const assets;
extern const i64 assets_n;

extern const struct room http_room; /* idempotency keys, /healthz, /metrics, /openapi.json, /docs */
