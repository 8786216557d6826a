/* http_client.h -- a small HTTP/1.1 client over a plain socket, so that tests see every byte of the
 * server's answers.
 *
 * Texts of a reply live in the arena of the client's ctx.
 */
#pragma once

#include "base/ctx.h"

struct client {
    struct ctx *c;
    int fd, port;
    char *in; /* received and not yet used */
    i64 in_n;
    str cookie, csrf, key; /* sent with every request when set */
};
struct reply {
    int status; /* 0: the connection ended */
    str head, body;
};

struct client *client_new(struct ctx *c, int port); /* connects; ended with the ctx's arena */
void client_send(struct client *k, str text);
struct reply client_read(struct client *k);
/* Until the answer: text of what came, also when it is no whole reply (event streams). Empty:
 * nothing within wait_ms. */
str client_read_some(struct client *k, i64 wait_ms);
bool client_ended(struct client *k, i64 wait_ms); /* the server closed the connection */

/* One request on the kept connection; connects again when it was closed. body NO_STR: none.
 * headers: lines ending in \r\n. */
struct reply client_call(struct client *k, const char *method, const char *path,
                         const char *headers, str body);
#define GET(k, path) client_call(k, "GET", path, "", NO_STR)
struct reply client_json(struct client *k, const char *method, const char *path, const char *text);

str reply_header_of(const struct reply *r, const char *name);
bool reply_has(const struct reply *r, const char *text); /* in the body */
str reply_text_of(struct ctx *c, const struct reply *r,
                  const char *name); /* value of "name": in the body, unquoted */

/* Signs in (the user is made when absent) and keeps cookie and CSRF token. */

void client_sign_in(struct client *k, const char *name, int role);
