/* http_client.c -- the tests' own HTTP client. */
#include "http_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#include "access/access.h"

#define WAIT_MS 20000

static void end(void *arg)
{
    struct client *k = arg;
    if (k->fd >= 0) close(k->fd);
    free(k->in);
}

static void connect_client(struct client *k)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)k->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    k->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(connect(k->fd, (struct sockaddr *)&a, sizeof a) == 0);
    k->in_n = 0;
}

struct client *client_new(struct ctx *c, int port)
{
    struct client *k = NEW(c->arena, struct client);
    k->c = c;
    k->port = port;
    arena_defer(c->arena, end, k);
    connect_client(k);
    return k;
}

void client_send(struct client *k, str text)
{
    for (i64 at = 0; at < text.n;) {
        ssize_t n = send(k->fd, text.at + at, (size_t)(text.n - at), MSG_NOSIGNAL);
        if (n <= 0) return; /* the server may refuse early */
        at += n;
    }
}

/* False: nothing came in time, or the end. */
static bool receive(struct client *k, i64 wait_ms)
{
    struct pollfd p = { .fd = k->fd, .events = POLLIN };
    if (poll(&p, 1, (int)wait_ms) <= 0) return false;
    char piece[65536];
    ssize_t n = recv(k->fd, piece, sizeof piece, 0);
    if (n <= 0) return false;
    k->in = realloc(k->in, (size_t)(k->in_n + n) + 1);
    CHECK(k->in != NULL);
    memcpy(k->in + k->in_n, piece, (size_t)n);
    k->in_n += n;
    k->in[k->in_n] = 0; /* so that strtol may look at it */
    return true;
}

static void used(struct client *k, i64 n)
{
    memmove(k->in, k->in + n, (size_t)(k->in_n - n));
    k->in_n -= n;
    if (k->in) k->in[k->in_n] = 0;
}

str reply_header_of(const struct reply *r, const char *name)
{
    str line;
    for (str rest = r->head; rest.n > 0;) {
        rest = str_cut(rest, '\n', &line);
        str key, value = str_cut(line, ':', &key);
        if (value.at && str_eq_nocase(str_trim(key), str_of(name))) return str_trim(value);
    }
    return NO_STR;
}

static bool read_chunks(struct client *k, str *out)
{
    struct buf b = { .arena = k->c->arena };
    for (;;) {
        i64 eol;
        while ((eol = str_find((str){ k->in, k->in_n }, S("\r\n"))) < 0)
            if (!receive(k, WAIT_MS)) return false;
        i64 n = (i64)strtol(k->in, NULL, 16);
        while (k->in_n < eol + 2 + n + 2)
            if (!receive(k, WAIT_MS)) return false;
        buf_add(&b, (str){ k->in + eol + 2, n });
        used(k, eol + 2 + n + 2);
        if (n == 0) break;
    }
    *out = buf_str(&b);
    return true;
}

struct reply client_read(struct client *k)
{
    struct reply r = { 0 };
    for (;;) {
        i64 end_of_head;
        while ((end_of_head = str_find((str){ k->in, k->in_n }, S("\r\n\r\n"))) < 0)
            if (!receive(k, WAIT_MS)) return r;
        r.head = str_copy(k->c->arena, (str){ k->in, end_of_head });
        used(k, end_of_head + 4);
        i64 status = 0;
        i64_parse(str_sub(r.head, 9, 12), &status);
        r.status = (int)status;
        if (status != 100) break;
    }
    i64 n = 0;
    if (str_eq_nocase(reply_header_of(&r, "Transfer-Encoding"), S("chunked"))) {
        if (!read_chunks(k, &r.body)) r.status = 0;
    } else if (i64_parse(reply_header_of(&r, "Content-Length"), &n)) {
        while (k->in_n < n)
            if (!receive(k, WAIT_MS)) return (struct reply){ 0 };
        r.body = str_copy(k->c->arena, (str){ k->in, n });
        used(k, n);
    }
    return r;
}

str client_read_some(struct client *k, i64 wait_ms)
{
    if (k->in_n == 0) receive(k, wait_ms);
    str out = str_copy(k->c->arena, (str){ k->in ? k->in : "", k->in_n });
    k->in_n = 0;
    return out;
}

bool client_ended(struct client *k, i64 wait_ms)
{
    struct pollfd p = { .fd = k->fd, .events = POLLIN };
    char one;
    return poll(&p, 1, (int)wait_ms) > 0 && recv(k->fd, &one, 1, MSG_PEEK) <= 0;
}

struct reply client_call(struct client *k, const char *method, const char *path,
                         const char *headers, str body)
{
    if (client_ended(k, 0)) {
        close(k->fd);
        connect_client(k);
    }
    struct buf b = { .arena = k->c->arena };
    buf_fmt(&b, "%s %s HTTP/1.1\r\nHost: localhost:%d\r\n", method, path, k->port);
    if (k->cookie.n) buf_fmt(&b, "Cookie: " STR_FMT "\r\n", STR_ARG(k->cookie));
    if (k->csrf.n) buf_fmt(&b, "X-CSRF-Token: " STR_FMT "\r\n", STR_ARG(k->csrf));
    if (k->key.n) buf_fmt(&b, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(k->key));
    buf_add(&b, str_of(headers));
    if (body.at) buf_fmt(&b, "Content-Length: %lld\r\n", (long long)body.n);
    buf_add(&b, S("\r\n"));
    if (body.at) buf_add(&b, body);
    client_send(k, buf_str(&b));
    return client_read(k);
}

struct reply client_json(struct client *k, const char *method, const char *path, const char *text)
{
    return client_call(k, method, path, "Content-Type: application/json\r\n", str_of(text));
}

bool reply_has(const struct reply *r, const char *text)
{
    return str_find(r->body, str_of(text)) >= 0;
}

str reply_text_of(struct ctx *c, const struct reply *r, const char *name)
{
    str mark = str_fmt(c->arena, "\"%s\":", name);
    i64 at = str_find(r->body, mark);
    if (at < 0) return NO_STR;
    str rest = str_sub(r->body, at + mark.n, r->body.n);
    bool quoted = rest.n && rest.at[0] == '"';
    i64 n = quoted ? 1 : 0;
    while (n < rest.n && (quoted ? rest.at[n] != '"' : rest.at[n] != ',' && rest.at[n] != '}')) n++;
    return str_sub(rest, quoted ? 1 : 0, n);
}

void client_sign_in(struct client *k, const char *name, int role)
{
    struct ctx *c = test_ctx_new();
    const char *password = "correct horse battery";
    bool found;
    struct user_view u;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, user_find(c, str_of(name), &found, &u));
    i64 id;
    if (!found)
        CHECK_OK(c,
                 user_add(test_store(), c, str_of(name), str_of(password), (enum role)role, &id));
    test_ctx_free(c);
    k->cookie = k->csrf = k->key = NO_STR;
    str body = str_fmt(k->c->arena, "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    struct reply r =
        client_call(k, "POST", "/v1/session", "Content-Type: application/json\r\n", body);
    CHECK_I64(r.status, 201);
    str cookie = reply_header_of(&r, "Set-Cookie");
    str_cut(cookie, ';', &k->cookie);
    k->csrf = reply_text_of(k->c, &r, "csrf");
    CHECK(k->csrf.n > 20);
}
