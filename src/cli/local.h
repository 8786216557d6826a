/* local.h -- calls a route in this process, as the server would, without a server.
 *
 * Promises
 *   - the same rows, shapes and rules as over HTTP decide; the caller has the rights of c.
 *   - routes that take or give files are refused: they need a server (`koi api --url`).
 * Memory   Replies live in c->arena.
 */
#pragma once

#include "cli/cli.h"
#include "http/route.h"

struct local_call {
    enum method method;
    str path; /* "/v1/members/7", also with ?query */
    str body; /* JSON, or absent */
    struct {  /* query parameters by name, added to those of the path */
        str *name, *value;
        i64 n;
    } query;
};
void local_query(struct cli *cli, struct local_call *call, const char *name,
                 str value); /* absent: nothing */

struct local_reply {
    const struct route *route;
    const void *out; /* of route->handler->out */
};
enum err local_run(struct cli *cli, struct local_call *call, struct local_reply *out);
bool method_parse(str text, enum method *out);
const struct route *route_find(enum method m, str path, bool *path_known);

/* Prints a reply: JSON with --json, else its "items" as a table of these columns (all fields when
 * NULL), or one field a line, structs and lists within it below their names. */
void local_print(struct cli *cli, const struct local_reply *reply, const char *columns);
/* One value of a struct as people read it. */
str field_text(struct ctx *c, const struct shape_field *f, const void *in);
