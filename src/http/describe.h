/* describe.h -- what openapi.c and docs.c both read from the rows: shapes in use, errors of a
 * route, parts of its input. */
#pragma once

#include "base/room.h"
#include "http/inside.h"

struct shape_refs {
    const struct shape **at;
    i64 n;
};
/* All shapes that replies and bodies of these rooms mention, nested ones too, each once. */
struct shape_refs describe_shapes(struct arena *a, const struct room *const *rooms);

struct errs {
    enum err *at;
    i64 n;
};
/* What a route may refuse with, the usual and its own, each HTTP status once. */
struct errs describe_errors(struct arena *a, const struct route *row);

bool route_has_body(const struct route *row);
bool route_in_path(const struct route *row, const char *name);
const char *shape_kind_name(
    const struct shape_field *f); /* for people: "money", "list of order_line" without the name */
const struct shape *field_shape(const struct shape_field *f); /* of one and list; else NULL */
