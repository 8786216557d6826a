/* http_test.c -- the server over real sockets: routing, keep-alive, bodies, errors. */
#include "test.h"

#include "support/http_client.h"

#include "access/access.h"
#include "base/room.h"
#include "http/http.h"
#include "http/request.h"
#include "job/job.h"

#define FIELDS_OF_echo_line(X, N)                                                                  \
    X(str, product, REQUIRED, "Product", N)                                                        \
    X(i64, quantity, POSITIVE, "Pieces", N)
SHAPE(echo_line);
SHAPE_DEFINE(echo_line);
#define FIELDS_OF_echo(X, N)                                                                       \
    X(i64, id, REQUIRED, "Id", N)                                                                  \
    X(str, text, ANY, "Text", N)                                                                   \
    X(opt_i64, count, NOT_NEGATIVE, "Count", N)                                                    \
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

static const struct route test_routes[] = {
    ROUTE(GET, "/v1/echo/{id}", RIGHT_NONE, echo_back, "Test", "回声", "Echo", .flags = PUBLIC | QUICK),
    ROUTE(POST, "/v1/echo/{id}", RIGHT_NONE, echo_back, "Test", "回声", "Echo", .flags = PUBLIC,
          .body_max = 10000),
    ROUTE(DELETE, "/v1/echo/{id}", RIGHT_NONE, fail_here, "Test", "错误", "Fault", .flags = PUBLIC),
    { 0 },
};
static const struct room test_room = { .name = "test", .routes = test_routes };
static const struct room *const test_rooms[] = { &access_room, &http_room, &job_room, &test_room, NULL };

static struct http *server;

static void stop(void *arg)
{
    (void)arg;
    if (server) http_stop(server);
    server = NULL;
}

static struct client *serve(struct http_options o)
{
    struct ctx *c = test_ctx();
    struct store *s = test_store();
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
    client_send(k, S("GET /v1/echo/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/echo/2 HTTP/1.1\r\nHost: a\r\n\r\n"
                     "POST /v1/echo/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
                     "GET /v1/echo/4 HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (int i = 1; i <= 4; i++) {
        struct reply r = client_read(k);
        CHECK_I64(r.status, 200);
        CHECK(reply_has(&r, str_fmt(k->c->arena, "\"id\":%d,%c", i, 0).at));
    }
}
