/* http_test.c -- the server over real sockets: routing, keep-alive, bodies, errors. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "support/http_client.h"

#include "access/access.h"
#include "base/room.h"
#include "http/http.h"
#include "http/request.h"
#include "job/job.h"

#define FIELDS_OF_echo_line(X, N)           \
    X(str, product, REQUIRED, "Product", N) \
    X(i64, quantity, POSITIVE, "Pieces", N)
SHAPE(echo_line);
SHAPE_DEFINE(echo_line);
#define FIELDS_OF_echo(X, N)                    \
    X(i64, id, REQUIRED, "Id", N)               \
    X(str, text, ANY, "Text", N)                \
    X(opt_i64, count, NOT_NEGATIVE, "Count", N) \
    X(list(echo_line), lines, ANY, "Lines", N)
SHAPE(echo);
SHAPE_DEFINE(echo);

HANDLER(echo_back, echo, echo)
{
    *out = *in;
    return OK;
}

HANDLER(fail_here, echo, nothing)
{
    return fail_at(c, E_UNPROCESSABLE, S("/text"), "第 %d 个错误", "fault number %d", 7);
}

/* A write that waits for the test to open the gate. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int waiting, calls;
    bool open;
} gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, false };

static void gate_open(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    pthread_cond_broadcast(&gate.wake);
    pthread_mutex_unlock(&gate.lock);
}

static void gate_wait(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.waiting++;
    pthread_cond_broadcast(&gate.wake);
    while (!gate.open) pthread_cond_wait(&gate.wake, &gate.lock);
    gate.waiting--;
    pthread_mutex_unlock(&gate.lock);
}

static void gate_has(int n)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.waiting < n) pthread_cond_wait(&gate.wake, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static int gate_calls(void)
{
    pthread_mutex_lock(&gate.lock);
    int n = gate.calls;
    pthread_mutex_unlock(&gate.lock);
    return n;
}

static enum err blocked_write(struct tx *t, void *arg)
{
    (void)t, (void)arg;
    gate_wait();
    return OK;
}

HANDLER(blocked, echo, echo)
{
    pthread_mutex_lock(&gate.lock);
    gate.calls++;
    pthread_mutex_unlock(&gate.lock);
    *out = *in;
    return store_write(c->store, c, blocked_write, NULL);
}

HANDLER(slow, echo, echo)
{
    *out = *in;
    gate_wait();
    return OK;
}

HANDLER(count_calls, echo, echo)
{
    pthread_mutex_lock(&gate.lock);
    gate.calls++;
    out->id = gate.calls;
    pthread_mutex_unlock(&gate.lock);
    if (in->count.has && in->count.value == 13)
        return fail_at(c, E_UNPROCESSABLE, S("/count"), "不吉利", "unlucky");
    if (in->count.has && in->count.value == 14) return fail(c, E_STORE, "坏了", "broken");
    out->text = in->text;
    return OK;
}

#define FIELDS_OF_upload_ask(X, N) X(str, name, REQUIRED, "File name", N)
SHAPE(upload_ask);
SHAPE_DEFINE(upload_ask);
#define FIELDS_OF_upload_view(X, N) \
    X(str, name, ANY, "", N)        \
    X(i64, size, ANY, "", N)        \
    X(i64, sum, ANY, "", N)         \
    X(str, path, ANY, "", N)
SHAPE(upload_view);
SHAPE_DEFINE(upload_view);

HANDLER(take_file, upload_ask, upload_view)
{
    struct request *r = request_of(c);
    out->name = in->name;
    out->path = upload_path(r);
    out->size = upload_size(r);
    FILE *f = fopen(str_z(c->arena, out->path), "re");
    if (!f) return fail(c, E_INTERNAL, "没有文件", "no file");
    u8 *piece = arena_alloc(c->arena, 1, 65536);
    for (size_t n; (n = fread(piece, 1, 65536, f)) > 0;)
        for (size_t i = 0; i < n; i++) out->sum += piece[i];
    fclose(f);
    return OK;
}

HANDLER(give_file, nothing, nothing)
{
    struct request *r = request_of(c);
    char *path = str_z(c->arena, str_fmt(c->arena, "%s/give.csv", test_folder()));
    FILE *f = fopen(path, "we");
    if (!f) return fail(c, E_INTERNAL, "没有文件", "no file");
    for (int i = 0; i < 100000; i++) fprintf(f, "%07d\n", i);
    fclose(f);
    return reply_file(r, str_of(path), S("拒绝的行.csv"), S("text/csv; charset=utf-8"), true);
}

static enum err change_something(struct tx *t, void *arg)
{
    return audit_write(t, S("test.changed"), *(const str *)arg, S("{}"));
}

/* Changes something, and then cannot say so; count: fails before it changes anything. */
HANDLER(lose_reply, echo, nothing)
{
    pthread_mutex_lock(&gate.lock);
    gate.calls++;
    pthread_mutex_unlock(&gate.lock);
    if (!in->count.has) TRY(audited_write(c, change_something, (void *)&in->text, NULL));
    return fail(c, E_STORE, "读不到结果", "the result cannot be read");
}

static _Atomic int drops;
struct ticks {
    int n, max;
    i64 wait_ms;
};

static bool next_tick(void *arg, struct buf *out, i64 *wait_ms)
{
    struct ticks *t = arg;
    *wait_ms = t->wait_ms;
    buf_fmt(out, "{\"n\":%d}", ++t->n);
    return t->n < t->max;
}

static void drop_ticks(void *arg)
{
    free(arg);
    atomic_fetch_add(&drops, 1);
}

HANDLER(tick, echo, nothing)
{
    struct ticks *t = calloc(1, sizeof *t);
    *t = (struct ticks){ 0, (int)in->id, in->count.has ? in->count.value : 0 };
    return reply_events(request_of(c), (struct event_source){ next_tick, drop_ticks, t });
}

/* Answers the size of what came, and what followed the question mark. */
HANDLER(take_raw, echo, nothing)
{
    str body;
    TRY(request_body(request_of(c), 1000, &body));
    return reply_text(request_of(c), 200, S("text/plain"),
                      str_fmt(c->arena, "%lld " STR_FMT, (long long)body.n,
                              STR_ARG(request_query(request_of(c)))));
}

static const struct route test_routes[] = {
    ROUTE(POST, "/v1/raw", IMPORT, take_raw, "Test", "原样", "Raw", .flags = RAW | STREAM,
          .body_max = 5000),
    ROUTE(GET, "/v1/raw", IMPORT, blocked, "Test", "原样", "Raw", .flags = RAW),
    ROUTE(GET, "/v1/echo/{id}", RIGHT_NONE, echo_back, "Test", "回声", "Echo",
          .flags = PUBLIC | QUICK),
    ROUTE(POST, "/v1/echo/{id}", RIGHT_NONE, echo_back, "Test", "回声", "Echo", .flags = PUBLIC,
          .body_max = 10000),
    ROUTE(DELETE, "/v1/echo/{id}", RIGHT_NONE, fail_here, "Test", "错误", "Fault", .flags = PUBLIC),
    ROUTE(POST, "/v1/blocked/{id}", RIGHT_NONE, blocked, "Test", "等待", "Wait", .flags = PUBLIC),
    ROUTE(POST, "/v1/slow/{id}", RIGHT_NONE, slow, "Test", "等待", "Wait", .flags = IDEMPOTENT),
    ROUTE(POST, "/v1/calls/{id}", RIGHT_NONE, count_calls, "Test", "计数", "Count",
          .flags = IDEMPOTENT | CREATES),
    ROUTE(POST, "/v1/lost/{id}", RIGHT_NONE, lose_reply, "Test", "丢失", "Lose",
          .flags = IDEMPOTENT),
    ROUTE(POST, "/v1/files", RIGHT_NONE, take_file, "Test", "上传", "Upload",
          .flags = PUBLIC | UPLOAD, .body_max = 40000000),
    ROUTE(POST, "/v1/private-files", IMPORT, take_file, "Test", "上传", "Upload", .flags = UPLOAD),
    ROUTE(GET, "/v1/file", RIGHT_NONE, give_file, "Test", "下载", "Download",
          .flags = PUBLIC | STREAM),
    ROUTE(GET, "/v1/secret/{id}", RIGHT_NONE, echo_back, "Test", "机密", "Secret",
          .flags = AUDITED),
    ROUTE(GET, "/v1/secret-file", RIGHT_NONE, give_file, "Test", "机密", "Secret",
          .flags = AUDITED | STREAM),
    ROUTE(GET, "/v1/ticks/{id}", RIGHT_NONE, tick, "Test", "事件", "Events",
          .flags = PUBLIC | STREAM),
    { 0 },
};
static const struct room test_room = { .name = "test", .routes = test_routes };
static const struct room *const test_rooms[] = { &access_room, &http_room, &job_room, &test_room,
                                                 NULL };

static struct http *server;

static void stop(void *arg)
{
    (void)arg;
    gate_open(true);
    if (server) http_stop(server);
    server = NULL;
}

static struct client *serve(struct http_options o)
{
    struct ctx *c = test_ctx();
    struct store *s = test_store();
    gate.open = false;
    gate.calls = 0;
    drops = 0;
    o.listen = S("127.0.0.1:0");
    o.folder = str_of(test_folder());
    CHECK_OK(c, http_start(c, s, test_rooms, o, &server));
    arena_defer(c->arena, stop, NULL);
    return client_new(c, http_port(server));
}

TEST(health_answers_when_the_store_does)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = GET(k, "/healthz");
    CHECK_I64(r.status, 200);
    CHECK_STR(r.body, "{\"ok\":true}");
    CHECK_STR(reply_header_of(&r, "Content-Type"), "application/json");
    CHECK_STR(reply_header_of(&r, "X-Content-Type-Options"), "nosniff");
}

TEST(connections_are_kept_and_requests_may_be_sent_ahead)
{
    struct client *k = serve((struct http_options){ 0 });
    int fd = k->fd;
    for (int i = 0; i < 20; i++) CHECK_I64(GET(k, "/v1/echo/7?text=a").status, 200);
    CHECK_I64(client_json(k, "POST", "/v1/echo/8", "{}").status, 200);
    CHECK_I64(GET(k, "/nowhere").status, 404);
    CHECK_I64(GET(k, "/healthz").status, 200);
    CHECK(!client_ended(k, 0));
    CHECK_I64(k->fd, fd);
    client_send(
        k, S("GET /v1/echo/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/echo/2 HTTP/1.1\r\nHost: a\r\n\r\n"
             "POST /v1/echo/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
             "GET /v1/echo/4 HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 1; i <= 4; i++) {
        struct reply r = client_read(k);
        CHECK_I64(r.status, 200);
        CHECK(reply_has(&r, str_fmt(k->c->arena, "\"id\":%d,%c", i, 0).at));
    }
}

/* -- routing and binding ---------------------------------------------------------------------- */

TEST(unknown_paths_and_methods_are_problems)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = GET(k, "/v1/nothing/here");
    CHECK_I64(r.status, 404);
    CHECK_STR(reply_header_of(&r, "Content-Type"), "application/problem+json");
    CHECK(reply_has(&r, "\"type\":\"urn:koi:problem:not-found\""));
    CHECK(reply_has(&r, "\"status\":404"));
    r = client_json(k, "PATCH", "/v1/echo/1", "{}");
    CHECK_I64(r.status, 405);
    CHECK_STR(reply_header_of(&r, "Allow"), "GET, HEAD, POST, DELETE, OPTIONS");
    r = client_call(k, "OPTIONS", "/v1/echo/1", "", NO_STR);
    CHECK_I64(r.status, 204);
    CHECK_STR(reply_header_of(&r, "Allow"), "GET, HEAD, POST, DELETE, OPTIONS");
    r = client_call(k, "BREW", "/v1/echo/1", "", NO_STR);
    CHECK_I64(r.status, 405);
    client_send(k, S("HEAD /v1/echo/1 HTTP/1.1\r\nHost: a\r\n\r\n"));
    str head = client_read_some(k, 5000);
    CHECK(str_starts(head, S("HTTP/1.1 200")) && str_ends(head, S("\r\n\r\n")));
}

TEST(errors_speak_the_callers_language)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = client_call(k, "DELETE", "/v1/echo/1", "", NO_STR);
    CHECK_I64(r.status, 422);
    CHECK(reply_has(&r, "第 7 个错误") && reply_has(&r, "无法处理"));
    CHECK(reply_has(&r, "\"errors\":[{\"pointer\":\"/text\""));
    r = client_call(k, "DELETE", "/v1/echo/1", "Accept-Language: en-US,en;q=0.9,zh;q=0.1\r\n",
                    NO_STR);
    CHECK(reply_has(&r, "fault number 7"));
    r = client_call(k, "DELETE", "/v1/echo/1", "Accept-Language: en;q=0.3, zh-CN;q=0.8\r\n",
                    NO_STR);
    CHECK(reply_has(&r, "第 7 个错误"));
    r = client_call(k, "DELETE", "/v1/echo/1", "Accept-Language: fr, de\r\n", NO_STR);
    CHECK(reply_has(&r, "第 7 个错误"));
}

TEST(the_input_comes_from_path_query_and_body)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = GET(k, "/v1/echo/42?text=%E9%94%A6%E9%B2%A4+koi&count=3");
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "\"id\":42") && reply_has(&r, "\"text\":\"锦鲤 koi\"") &&
          reply_has(&r, "\"count\":3"));
    r = client_json(k, "POST", "/v1/echo/5?text=q",
                    "{\"lines\":[{\"product\":\"a\",\"quantity\":2}]}");
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "\"text\":\"q\"") && reply_has(&r, "\"quantity\":2"));
    const struct {
        const char *method, *path, *body, *pointer;
    } wrong[] = {
        { "GET", "/v1/echo/abc", NULL, "/id" },
        { "GET", "/v1/echo/99999999999999999999", NULL, "/id" },
        { "GET", "/v1/echo/1?colour=red", NULL, "/colour" },
        { "GET", "/v1/echo/1?count=-1", NULL, "/count" },
        { "GET", "/v1/echo/1?text=%zz", NULL, "/text" },
        { "GET", "/v1/echo/1?text=%ff", NULL, "/text" },
        { "GET", "/v1/echo/1?text=a%00b", NULL, "/text" },
        { "GET", "/v1/echo/1?count=1&count=2", NULL, "/count" },
        { "GET", "/v1/echo/1?id=2", NULL, "/id" },
        { "POST", "/v1/echo/1", "{\"id\":2}", "/id" },
        { "POST", "/v1/echo/1?count=2", "{\"count\":2}", "/count" },
        { "POST", "/v1/echo/1", "{\"colour\":1}", "/colour" },
        { "POST", "/v1/echo/1", "{\"lines\":[{\"product\":\"a\",\"quantity\":1},{\"quantity\":1}]}",
          "/lines/1/product" },
        { "POST", "/v1/echo/1", "{\"lines\":[{\"product\":\"a\",\"quantity\":0}]}",
          "/lines/0/quantity" },
        { "POST", "/v1/echo/1", "{\"count\":\"x\"}", "/count" },
    };
    for (i64 i = 0; i < COUNT(wrong); i++) {
        r = client_call(k, wrong[i].method, wrong[i].path, "", str_of(wrong[i].body));
        if (r.status != 400)
            print_message("%s %s %s\n", wrong[i].method, wrong[i].path, wrong[i].body);
        CHECK_I64(r.status, 400);
        CHECK_STR(reply_text_of(k->c, &r, "pointer"), wrong[i].pointer);
    }
    CHECK_I64(client_json(k, "POST", "/v1/echo/1", "{\"text\":").status, 400);
    CHECK_I64(client_json(k, "POST", "/v1/echo/1", "[1]").status, 400);
    r = client_call(k, "POST", "/v1/echo/1", "Content-Type: application/x-www-form-urlencoded\r\n",
                    S("a=1"));
    CHECK_I64(r.status, 415);
}

/* -- bodies and limits ------------------------------------------------------------------------ */

static str text_of(struct arena *a, i64 n)
{
    char *at = arena_alloc(a, 1, n);
    memset(at, 'x', (size_t)n);
    return (str){ at, n };
}

TEST(limits_at_the_door)
{
    struct client *k = serve((struct http_options){ 0 });
    struct arena *a = k->c->arena;
    str long_text = str_fmt(a, "{\"text\":\"" STR_FMT "\"}", STR_ARG(text_of(a, 20000)));
    struct reply r = client_json(k, "POST", "/v1/echo/1", long_text.at);
    CHECK_I64(r.status, 413);
    CHECK_STR(reply_header_of(&r, "Content-Type"), "application/problem+json");
    CHECK(!client_ended(k, 0)); /* the body was read to its end */
    CHECK_I64(GET(k, "/healthz").status, 200);
    /* in chunks, its length unknown */
    struct buf b = { .arena = a };
    buf_add(&b, S("POST /v1/echo/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    for (int i = 0; i < 20; i++) buf_fmt(&b, "3e8\r\n" STR_FMT "\r\n", STR_ARG(text_of(a, 1000)));
    buf_add(&b, S("0\r\n\r\n"));
    client_send(k, buf_str(&b));
    CHECK_I64(client_read(k).status, 413);
    client_send(k, S("POST /v1/echo/6 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "5\r\n{\"tex\r\n9\r\nt\":\"abc\"}\r\n0\r\n\r\n"));
    r = client_read(k);
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "\"text\":\"abc\""));
    /* a client that asks first is told before it sends */
    client_send(k, S("POST /v1/echo/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                     "Content-Length: 999999\r\n\r\n"));
    CHECK_I64(client_read(k).status, 413);
    /* the header */
    struct client *k2 = client_new(k->c, k->port);
    client_send(k2, str_fmt(a, "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: " STR_FMT "\r\n\r\n",
                            STR_ARG(text_of(a, 17 * 1024))));
    r = client_read(k2);
    CHECK_I64(r.status, 431);
    CHECK_STR(reply_header_of(&r, "Content-Type"), "application/problem+json");
    struct client *k3 = client_new(k->c, k->port);
    client_send(k3, str_fmt(a, "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: " STR_FMT "\r\n\r\n",
                            STR_ARG(text_of(a, 200 * 1024))));
    r = client_read(k3);
    CHECK(r.status == 431 || r.status == 0); /* past what the engine holds it answers itself */
    /* to a newcomer: who was refused before he sent may be hung up on at any moment */
    CHECK_I64(GET(client_new(k->c, k->port), "/healthz").status, 200);
}

static str gzip_of(struct arena *a, str text)
{
    z_stream z = { 0 };
    CHECK(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    i64 room = text.n / 2 + 1000;
    char *at = arena_alloc(a, 1, room);
    z.next_in = (Bytef *)(uintptr_t)text.at;
    z.avail_in = (uInt)text.n;
    z.next_out = (Bytef *)at;
    z.avail_out = (uInt)room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    str out = { at, room - (i64)z.avail_out };
    deflateEnd(&z);
    return out;
}

TEST(packed_bodies_are_unpacked_within_their_limit)
{
    struct client *k = serve((struct http_options){ 0 });
    struct arena *a = k->c->arena;
    const char *headers = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    str good = gzip_of(a, S("{\"text\":\"packed\"}"));
    struct reply r = client_call(k, "POST", "/v1/echo/1", headers, good);
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "packed"));
    str bomb = gzip_of(a, text_of(a, 5000000));
    CHECK(bomb.n < 10000);
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", headers, bomb).status, 413);
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", headers, str_sub(good, 0, good.n - 5)).status,
              400);
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", headers, S("no gzip at all")).status, 400);
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", "Content-Encoding: br\r\n", S("x")).status, 415);
}

TEST(slow_senders_are_cut_off)
{
    struct client *k = serve((struct http_options){ .request_ms = 400 });
    client_send(k, S("POST /v1/echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"));
    struct client *header = client_new(k->c, k->port);
    client_send(header, S("GET /healthz HT"));
    bool ended = false, header_ended = false;
    for (int i = 0; i < 60 && !(ended && header_ended); i++) {
        if (!ended) client_send(k, S(" "));
        if (!header_ended) client_send(header, i ? S("x") : S("TP/1.1\r\nX-Slow: "));
        ended = ended || client_ended(k, 50);
        header_ended = header_ended || client_ended(header, 50);
    }
    CHECK(ended);
    CHECK(header_ended);
    struct client *fresh = client_new(k->c, k->port);
    CHECK_I64(GET(fresh, "/healthz").status, 200);
}

TEST(a_request_that_takes_too_long_is_answered)
{
    struct client *k = serve((struct http_options){ .request_ms = 300 });
    struct reply r = client_json(k, "POST", "/v1/blocked/1", "{}");
    CHECK_I64(r.status, 504);
    CHECK_STR(reply_header_of(&r, "Content-Type"), "application/problem+json");
    CHECK_STR(reply_header_of(&r, "Connection"), "close");
    gate_open(true);
    struct client *next = client_new(k->c, k->port);
    CHECK_I64(GET(next, "/healthz").status, 200);
}

TEST(each_address_has_its_rate)
{
    struct client *k = serve((struct http_options){ .rate_per_second = 10 });
    int refused = 0;
    struct reply last = { 0 };
    for (int i = 0; i < 40; i++) {
        struct reply r = GET(k, "/healthz");
        if (r.status == 429) refused++, last = r;
    }
    CHECK(refused >= 10 && refused <= 21); /* 20 at once, 10 a second */
    CHECK_STR(reply_header_of(&last, "Retry-After"), "1");
    CHECK(reply_has(&last, "too-many"));
    /* a proxy on this machine names the true address */
    CHECK_I64(client_call(k, "GET", "/healthz", "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n", NO_STR)
                  .status,
              200);
}

/* -- writers, streams, files ------------------------------------------------------------------ */

struct caller {
    int port;
    const char *path, *headers;
    int status;
    bool raw; /* a GET that changes things */
};

static void *call_blocked(void *arg)
{
    struct caller *w = arg;
    struct ctx *c = test_ctx_new();
    struct client *k = client_new(c, w->port);
    struct reply r =
        w->raw ? GET(k, "/v1/raw") : client_call(k, "POST", w->path, w->headers, S("{}"));
    w->status = r.status;
    test_ctx_free(c);
    return NULL;
}

TEST(a_blocked_writer_never_blocks_reading)
{
    struct client *k = serve((struct http_options){ 0 });
    enum { CALLERS = 30 };
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ .port = k->port, .path = "/v1/blocked/1", .headers = "" };
        if (i % 2) callers[i] = (struct caller){ .port = k->port, .raw = true };
        CHECK(pthread_create(&threads[i], NULL, call_blocked, &callers[i]) == 0);
    }
    gate_has(1);
    while (gate_calls() < 24) usleep(1000); /* every writing thread waits */
    i64 began = clock_mono_us();
    for (int i = 0; i < 100; i++) CHECK_I64(GET(k, "/v1/echo/1").status, 200); /* on the loop */
    for (int i = 0; i < 10; i++) CHECK_I64(GET(k, "/metrics").status, 200);    /* on a worker */
    CHECK(clock_mono_us() - began < 5000000);
    gate_open(true);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_I64(callers[i].status, 200);
    }
}

TEST(raw_rows_take_what_comes)
{
    struct client *k = serve((struct http_options){ 0 });
    static const char *const headers[] = {
        "",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: text/plain\r\nOrigin: https://shop.example\r\nSec-Fetch-Site: "
        "cross-site\r\n",
    };
    str text = S("any bytes"), packed = gzip_of(k->c->arena, text);
    for (i64 i = 0; i < COUNT(headers); i++) {
        struct reply r = client_call(k, "POST", "/v1/raw?a=%41&&b", headers[i], text);
        CHECK_I64(r.status, 200);
        CHECK_STR(r.body, "9 a=%41&&b");
        CHECK_STR(reply_header_of(&r, "Access-Control-Allow-Origin"), "*");
        CHECK_STR(client_call(k, "POST", "/v1/raw", headers[i], packed).body, "9 ");
    }
    /* Over the handler's limit, over the row's, packed over it, and not what it says. */
    CHECK_I64(client_call(k, "POST", "/v1/raw", "", text_of(k->c->arena, 1001)).status, 400);
    CHECK_I64(client_call(k, "POST", "/v1/raw", "", text_of(k->c->arena, 6000)).status, 400);
    str bomb = gzip_of(k->c->arena, text_of(k->c->arena, 100000));
    CHECK_I64(client_call(k, "POST", "/v1/raw", "", bomb).status, 400);
    CHECK_I64(client_call(k, "POST", "/v1/raw", "Content-Encoding: gzip\r\n", text).status, 400);
    struct reply asked = client_call(k, "OPTIONS", "/v1/raw", "", NO_STR);
    CHECK_I64(asked.status, 204);
    CHECK_STR(reply_header_of(&asked, "Access-Control-Allow-Origin"), "*");
    asked = client_call(k, "OPTIONS", "/v1/echo/1", "", NO_STR);
    CHECK(!reply_header_of(&asked, "Access-Control-Allow-Origin").n);
}

TEST(events_are_sent_until_their_source_ends)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = GET(k, "/v1/ticks/3");
    CHECK_I64(r.status, 200);
    CHECK_STR(reply_header_of(&r, "Content-Type"), "text/event-stream; charset=utf-8");
    CHECK_STR(r.body, "data: {\"n\":1}\n\ndata: {\"n\":2}\n\ndata: {\"n\":3}\n\n");
    CHECK_I64(GET(k, "/healthz").status, 200);
    CHECK_I64(atomic_load(&drops), 1);
    /* a client that goes away ends the source */
    client_send(k, S("GET /v1/ticks/1000000?count=20 HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(client_read_some(k, 5000).n > 0);
    close(k->fd);
    k->fd = -1;
    for (int i = 0; i < 200 && atomic_load(&drops) < 2; i++) usleep(20000);
    CHECK_I64(atomic_load(&drops), 2);
}

TEST(uploads_are_spooled_and_removed)
{
    struct client *k = serve((struct http_options){ 0 });
    struct arena *a = k->c->arena;
    i64 n = 5 * 1024 * 1024 + 17;
    struct reply r = client_call(k, "POST", "/v1/files?name=a.csv", "", text_of(a, n));
    CHECK_I64(r.status, 200);
    CHECK_STR(reply_text_of(k->c, &r, "name"), "a.csv");
    CHECK_STR(reply_text_of(k->c, &r, "size"), str_fmt(a, "%lld%c", (long long)n, 0).at);
    CHECK_STR(reply_text_of(k->c, &r, "sum"), str_fmt(a, "%lld%c", (long long)n * 'x', 0).at);
    str path = reply_text_of(k->c, &r, "path");
    CHECK(path.n > 0 && access(str_z(a, path), F_OK) != 0);
    r = client_call(k, "POST", "/v1/files?name=empty", "", S(""));
    CHECK_STR(reply_text_of(k->c, &r, "size"), "0");
    CHECK_I64(client_call(k, "POST", "/v1/files", "", S("x")).status, 400); /* no name */
    CHECK_I64(
        client_call(k, "POST", "/v1/files?name=b", "Expect: 100-continue\r\n", S("tiny")).status,
        200);
    CHECK_I64(client_call(k, "POST", "/v1/files?name=c", "", text_of(a, 40000001)).status, 413);
    CHECK_I64(client_call(k, "POST", "/v1/private-files?name=c", "", S("abc")).status, 401);
}

TEST(files_are_streamed_with_their_name)
{
    struct client *k = serve((struct http_options){ 0 });
    struct reply r = GET(k, "/v1/file");
    CHECK_I64(r.status, 200);
    CHECK_I64(r.body.n, 800000);
    CHECK(str_ends(r.body, S("0099999\n")));
    CHECK(str_find(reply_header_of(&r, "Content-Disposition"),
                   S("filename*=UTF-8''%E6%8B%92%E7%BB%9D")) > 0);
    CHECK(access(str_z(k->c->arena, str_fmt(k->c->arena, "%s/give.csv", test_folder())), F_OK) !=
          0);
}

CHANGE(no_more_audit, "DROP TABLE audit_line");
static enum err end_audit(struct tx *t, void *arg) { return tx_change(t, &no_more_audit, NO_ARGS); }

TEST(what_must_be_audited_does_not_leave_without)
{
    struct client *k = serve((struct http_options){ 0 });
    client_sign_in(k, "anna", ROLE_OWNER);
    struct reply r = GET(k, "/v1/secret/7?text=diamonds");
    CHECK(r.status == 200 && reply_has(&r, "diamonds"));
    r = GET(k, "/v1/secret-file");
    CHECK(r.status == 200 && reply_has(&r, "0000001"));
    CHECK_OK(k->c, store_write(test_store(), k->c, end_audit, NULL));
    r = GET(k, "/v1/secret/7?text=diamonds");
    CHECK(r.status >= 500 && !reply_has(&r, "diamonds"));
    r = GET(k, "/v1/secret-file");
    CHECK(r.status >= 500 && !reply_has(&r, "0000001"));
    CHECK(!reply_header_of(&r, "Content-Disposition").n);
    CHECK_I64(GET(k, "/v1/echo/7").status, 200); /* the connection is good */
}

TEST(http_stop_is_graceful)
{
    struct client *k = serve((struct http_options){ 0 });
    struct client *idle = client_new(k->c, k->port), *events = client_new(k->c, k->port);
    CHECK_I64(GET(idle, "/healthz").status, 200);
    client_send(events, S("GET /v1/ticks/1000000?count=50 HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(client_read_some(events, 5000).n > 0);
    struct caller caller = { .port = k->port, .path = "/v1/blocked/1", .headers = "" };
    pthread_t thread, opener;
    CHECK(pthread_create(&thread, NULL, call_blocked, &caller) == 0);
    gate_has(1);
    CHECK(pthread_create(&opener, NULL, (void *(*)(void *))(void (*)(void))usleep,
                         (void *)300000) == 0);
    pthread_join(opener, NULL);
    gate_open(true);
    http_stop(server);
    server = NULL;
    pthread_join(thread, NULL);
    CHECK_I64(caller.status, 200); /* what was in work was finished */
    CHECK_I64(atomic_load(&drops), 1);
    CHECK(client_ended(idle, 2000));
}

/* -- idempotency ------------------------------------------------------------------------------ */

TEST(an_idempotency_key_answers_the_same_reply)
{
    struct client *k = serve((struct http_options){ 0 });
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *key = "Idempotency-Key: \"order-1\"\r\nContent-Type: application/json\r\n";
    struct reply a = client_call(k, "POST", "/v1/calls/1", key, S("{\"text\":\"a\"}"));
    CHECK_I64(a.status, 201);
    struct reply b = client_call(k, "POST", "/v1/calls/1",
                                 "Idempotency-Key: order-1\r\nContent-Type: application/json\r\n",
                                 S("{\"text\":\"a\"}"));
    CHECK_I64(b.status, 201);
    CHECK(str_eq(a.body, b.body));
    CHECK_STR(reply_header_of(&b, "Idempotency-Replayed"), "true");
    CHECK_I64(gate_calls(), 1);
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", key, S("{\"text\":\"b\"}")).status, 422);
    CHECK_I64(client_call(k, "POST", "/v1/calls/2", key, S("{\"text\":\"a\"}")).status, 422);
    CHECK_I64(gate_calls(), 1);
    /* refusals are kept too, faults of the server are not */
    const char *refused = "Idempotency-Key: order-2\r\n", *broken = "Idempotency-Key: order-3\r\n";
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", refused, S("{\"count\":13}")).status, 422);
    struct reply again = client_call(k, "POST", "/v1/calls/1", refused, S("{\"count\":13}"));
    CHECK_I64(again.status, 422);
    CHECK(reply_has(&again, "不吉利"));
    CHECK_I64(gate_calls(), 2);
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", broken, S("{\"count\":14}")).status, 503);
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", broken, S("{\"count\":14}")).status, 503);
    CHECK_I64(gate_calls(), 4);
    /* another caller has keys of his own */
    struct client *other = client_new(k->c, k->port);
    client_sign_in(other, "bert", ROLE_OWNER);
    CHECK_I64(client_call(other, "POST", "/v1/calls/1", key, S("{\"text\":\"z\"}")).status, 201);
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", "Idempotency-Key: \r\n", S("{}")).status, 400);
}

TEST(an_idempotency_key_survives_a_restart_and_refuses_while_running)
{
    struct client *k = serve((struct http_options){ 0 });
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *key = "Idempotency-Key: one\r\n";
    struct reply a = client_call(k, "POST", "/v1/calls/1", key, S("{}"));
    CHECK_I64(a.status, 201);
    const char *with_cookie =
        str_fmt(k->c->arena,
                "Idempotency-Key: two\r\nCookie: " STR_FMT "\r\nX-CSRF-Token: " STR_FMT "\r\n%c",
                STR_ARG(k->cookie), STR_ARG(k->csrf), 0)
            .at;
    struct caller caller = { .port = k->port, .path = "/v1/slow/1", .headers = with_cookie },
                  second = caller;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, call_blocked, &caller) == 0);
    gate_has(1);
    call_blocked(&second);
    CHECK_I64(second.status, 409);
    gate_open(true);
    pthread_join(thread, NULL);
    CHECK_I64(caller.status, 200);
    http_stop(server);
    server = NULL;
    test_store_reopen();
    str cookie = k->cookie, csrf = k->csrf;
    k = serve((struct http_options){ 0 });
    k->cookie = cookie, k->csrf = csrf;
    struct reply b = client_call(k, "POST", "/v1/calls/1", key, S("{}"));
    CHECK_I64(b.status, 201);
    CHECK(str_eq(a.body, b.body));
    CHECK_I64(gate_calls(), 0);
}

static _Atomic i64 clock_ms;
static instant moved_clock(void) { return clock_ms; }

TEST(an_idempotency_key_is_kept_for_a_day)
{
    clock_ms = test_ctx()->now;
    struct client *k = serve((struct http_options){ .now = moved_clock });
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *key = "Idempotency-Key: daily\r\n";
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", key, S("{}")).status, 201);
    clock_ms += 11 * HOUR_MS;
    CHECK_I64(GET(k, "/v1/session").status, 200);
    clock_ms += 11 * HOUR_MS;
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", key, S("{}")).status, 201);
    CHECK_I64(gate_calls(), 1);
    clock_ms += 3 * HOUR_MS;
    CHECK_I64(client_call(k, "POST", "/v1/calls/1", key, S("{}")).status, 201);
    CHECK_I64(gate_calls(), 2);
}

TEST(what_was_carried_out_is_not_done_again_when_its_reply_is_lost)
{
    clock_ms = test_ctx()->now;
    struct client *k = serve((struct http_options){ .now = moved_clock });
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *key = "Idempotency-Key: lost\r\n", *early = "Idempotency-Key: early\r\n";
    str body = S("{\"text\":\"a\"}"), fails = S("{\"text\":\"a\",\"count\":1}");
    CHECK_I64(client_call(k, "POST", "/v1/lost/1", key, body).status, 503);
    CHECK_I64(client_call(k, "POST", "/v1/lost/1", key, body).status, 409); /* may be in work */
    clock_ms += HOUR_MS;
    struct reply later = client_call(k, "POST", "/v1/lost/1", key, body);
    CHECK_I64(later.status, 409);
    CHECK(reply_has(&later, "已经生效"));
    CHECK_I64(gate_calls(), 1);
    /* nothing was changed: tried again */
    CHECK_I64(client_call(k, "POST", "/v1/lost/1", early, fails).status, 503);
    CHECK_I64(client_call(k, "POST", "/v1/lost/1", early, fails).status, 503);
    CHECK_I64(gate_calls(), 3);
    CHECK_I64(client_call(k, "POST", "/v1/lost/1", "", body).status, 503); /* without a key */
}

TEST(leftovers_of_a_killed_server_are_removed)
{
    struct arena *a = test_ctx()->arena;
    const char *path = str_z(a, str_fmt(a, "%s/tmp", test_folder()));
    mkdir(path, 0700);
    path = str_z(a, str_fmt(a, "%s/tmp/upload-abcdef", test_folder()));
    FILE *f = fopen(path, "we");
    CHECK(f != NULL);
    fclose(f);
    serve((struct http_options){ 0 });
    CHECK(access(path, F_OK) != 0);
}

TEST(requests_of_foreign_pages_are_refused_before_sign_in_too)
{
    struct client *k = serve((struct http_options){ 0 });
    CHECK_I64(
        client_call(k, "POST", "/v1/echo/1", "Origin: https://evil.example\r\n", S("{}")).status,
        403);
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", "Origin: null\r\n", S("{}")).status, 403);
    const char *own = str_fmt(k->c->arena, "Origin: https://localhost:%d\r\n%c", k->port, 0).at;
    CHECK_I64(client_call(k, "POST", "/v1/echo/1", own, S("{}")).status, 200);
}

/* -- what describes itself -------------------------------------------------------------------- */

TEST(metrics_count_every_route)
{
    struct client *k = serve((struct http_options){ 0 });
    for (int i = 0; i < 3; i++) GET(k, "/v1/echo/1");
    GET(k, "/v1/echo/x");
    struct reply r = GET(k, "/metrics");
    CHECK_I64(r.status, 200);
    CHECK(reply_has(
        &r, "koi_http_requests_total{method=\"GET\",route=\"/v1/echo/{id}\",status=\"2xx\"} 3\n"));
    CHECK(reply_has(
        &r, "koi_http_requests_total{method=\"GET\",route=\"/v1/echo/{id}\",status=\"4xx\"} 1\n"));
    CHECK(reply_has(&r,
                    "koi_http_request_seconds_count{method=\"GET\",route=\"/v1/echo/{id}\"} 4\n"));
    CHECK(reply_has(&r, "koi_http_in_flight 1\n"));
}
