/* watch.c -- tells the parts of the programme what happened; compares properties. */
#include "loyalty/watch.h"

SHAPE_DEFINE(line_prop);

/* A property as text; numbers as they are written. */
QUERY_PG(q_prop, one_str, "SELECT CAST(CAST($1 AS TEXT) ->> CAST($2 AS TEXT) AS TEXT) AS value",
         "SELECT CAST($1 AS JSONB) ->> CAST($2 AS TEXT) AS value");

/* SQLite writes true and false as numbers. */
static bool same_value(str is, str wanted)
{
    return str_eq(is, wanted) || (str_eq(wanted, S("true")) && str_eq(is, S("1"))) ||
           (str_eq(wanted, S("false")) && str_eq(is, S("0")));
}

enum err line_prop_is(struct ctx *c, const struct timeline_line *line, str name, str value,
                      bool *out)
{
    struct one_str is;
    bool found;
    *out = false;
    if (str_empty(line->props)) return OK;
    TRY(db_find(c, &q_prop, &is, &found, ARGS(line->props, name)));
    *out = found && is.value.at && same_value(is.value, value);
    return OK;
}

static const struct line_listener *const listeners[] = { &task_lines, &points_lines,
                                                         &invitation_lines };

enum err lines_told(struct tx *t, const struct timeline_line *lines, i64 n)
{
    for (i64 i = 0; i < COUNT(listeners); i++) TRY(listeners[i]->told(t, lines, n));
    return OK;
}
