/* tables.h -- tables as the database itself lists them, for backup, restore and check.
 *
 * The only place that makes SQL from names: of tables and columns, which are checked to be plain.
 */
#pragma once

#include "store/store_private.h"

#define FIELDS_OF_column_row(X, N)                 \
    X(str, owner, ANY, "Table", N)                 \
    X(str, name, ANY, "Column", N)                 \
    X(str, type, ANY, "INTEGER TEXT BLOB REAL", N) \
    X(i64, of_view, ANY, "1: of a view, not of a table", N)
SHAPE(column_row);
struct table {
    str name;
    struct shape shape; /* of its rows: every column may be NULL */
    struct query read, insert, clear, any;
};
struct table_list {
    struct table *at;
    i64 n;
};

#define WIDEST 64

enum err list_columns(struct ctx *c, struct column_row_list *out);
/* Every table but `migration`, which each store keeps for itself. Read on an SQLite connection. */
enum err list_tables(struct ctx *c, struct table_list *out);
/* A statement of run time: slot is queries_count() and up, on a tool's connection. */
void make_query(struct query *q, struct arena *a, const char *name, struct buf *sql, bool changes,
                const struct shape *shape, i64 slot);
void name_is_plain(str name); /* asserts */

/* A ctx of its own with a tool's connection. side_close also after a failed side_open. */
enum err side_open(struct ctx *c, struct store *s, struct ctx *side);
void side_close(struct ctx *side);
