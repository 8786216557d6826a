/* composed.h -- reading statements whose form depends on a question: fixed parts, joined; values
 * only ever bound.
 *
 * A part is text that stands in our source, declared as a QUERY is; its parameters are $1 $2 … of
 * its own. Composing joins the texts of parts and renumbers their parameters; nothing else can get
 * into a statement, because nothing else is taken: there is no function that adds a str.
 *
 *   SQL_PART(in_city, " AND city = $1");
 *   struct composed s = { .arena = c->arena };
 *   composed_add(&s, &in_city, ARGS(city));
 *
 * Promises
 *   - only_listed_parts_run: a part or query that is not in the program's own list is refused
 * (E_INTERNAL), and so are changing queries and parts with more or fewer values than parameters.
 *   - parameters_follow_their_part: $1 of each part is the first value given with it.
 *   - composed_statements_only_read: they run on readers by the same guards as any statement.
 */
#pragma once

#include "store/store.h"

struct sql_part {
    const char *name, *sql;
    const char *pg; /* where PostgreSQL must differ; usually NULL */
    const char *file;
    int line;
};
#define SQL_PART_PG(ID, SQL, PG)                                                                   \
    static const struct sql_part ID = { #ID, "" SQL "", PG, __FILE__, __LINE__ };                  \
    static const struct sql_part *const ID##_listed_ __attribute__((used, section("sql_parts"))) = \
        &ID
#define SQL_PART(ID, SQL) SQL_PART_PG(ID, SQL, NULL)

struct composed_piece {
    const struct sql_part *part; /* or */
    const struct query *query;
    struct args args;
};
struct composed {
    struct arena *arena;
    struct composed_piece *at;
    i64 n;
};
/* args are copied; text in them must outlive the statement. */
void composed_add(struct composed *s, const struct sql_part *part, struct args args);
/* The text of a listed, reading query, as a table expression: put parentheses around it. */
void composed_add_query(struct composed *s, const struct query *query, struct args args);
void composed_append(struct composed *s, const struct composed *more);

/* Row by row, as db_each. */
enum err composed_each(struct ctx *c, const struct composed *s, const struct shape *shape,
                       enum err (*fn)(void *arg, const void *row), void *arg);
/* The statement with its values written in, for people to read: nothing here runs it. */
enum err composed_show(struct ctx *c, const struct composed *s, str *out);
