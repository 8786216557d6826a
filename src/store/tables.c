/* tables.c -- tables as the database itself lists them: their rows as shapes, their statements made
 * from names. */
#include <assert.h>

#include "store/tables.h"

SHAPE_DEFINE(column_row);

QUERY_PG(sql_columns, column_row,
         "SELECT t.name AS owner, p.name AS name, p.type AS type, t.type = 'view' AS of_view"
         " FROM sqlite_schema t JOIN pragma_table_info(t.name) p "
         "WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, p.cid",
         "SELECT k.table_name AS owner, k.column_name AS name, CASE k.data_type"
         " WHEN 'bigint' THEN 'INTEGER' WHEN 'double precision' THEN 'REAL'"
         " WHEN 'bytea' THEN 'BLOB' ELSE 'TEXT' END AS type,"
         " CASE WHEN t.table_type = 'VIEW' THEN CAST(1 AS BIGINT) ELSE 0 END AS of_view"
         " FROM information_schema.columns k JOIN information_schema.tables t"
         " ON t.table_schema = k.table_schema AND t.table_name = k.table_name"
         " WHERE k.table_schema = current_schema() ORDER BY k.table_name, k.ordinal_position");

enum err list_columns(struct ctx *c, struct column_row_list *out)
{
    return db_all(c, &sql_columns, out, NO_ARGS);
}

static enum shape_kind kind_of(str type)
{
    if (str_eq(type, S("TEXT")) || str_eq(type, S("BLOB"))) return K_str;
    return str_eq(type, S("REAL")) ? K_opt_f64 : K_opt_i64;
}

void name_is_plain(str name)
{
    for (i64 i = 0; i < name.n; i++)
        assert((name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '_' ||
               (i && name.at[i] >= '0' && name.at[i] <= '9'));
}

void make_query(struct query *q, struct arena *a, const char *name, struct buf *sql, bool changes,
                const struct shape *shape, i64 slot)
{
    *q = (struct query){ .name = name,
                         .sql = str_z(a, buf_str(sql)),
                         .shape = shape,
                         .changes = changes,
                         .file = __FILE__,
                         .line = __LINE__,
                         .slot = (int)slot };
}

/* columns[0 .. n) are those of one table. */
static void make_table(struct arena *a, struct table *t, const struct column_row *columns, i64 n,
                       i64 slot)
{
    struct shape_field *fields = NEWS(a, struct shape_field, n);
    struct buf list = { .arena = a }, values = { .arena = a }, sql;
    assert(n <= WIDEST);
    name_is_plain(columns[0].owner);
    t->name = columns[0].owner;
    size_t at = 0;
    for (i64 i = 0; i < n; i++) {
        name_is_plain(columns[i].name);
        fields[i] =
            (struct shape_field){ .name = str_z(a, columns[i].name),
                                  .kind = kind_of(columns[i].type),
                                  .offset = at,
                                  .of = str_eq(columns[i].type, S("BLOB")) ? "bytes" : NULL };
        at += fields[i].kind == K_str ? sizeof(str) : sizeof(opt_i64);
        buf_fmt(&list, "%s\"%s\"", i ? ", " : "", fields[i].name);
        buf_fmt(&values, "%s$%d", i ? ", " : "", (int)i + 1);
    }
    t->shape = (struct shape){ str_z(a, t->name), at, fields, (int)n };
    sql = (struct buf){ .arena = a };
    buf_fmt(&sql, "SELECT " STR_FMT " FROM \"" STR_FMT "\"", STR_ARG(buf_str(&list)),
            STR_ARG(t->name));
    make_query(&t->read, a, "backup_read", &sql, false, &t->shape, slot);
    sql = (struct buf){ .arena = a };
    buf_fmt(&sql, "INSERT INTO \"" STR_FMT "\" (" STR_FMT ") VALUES (" STR_FMT ")",
            STR_ARG(t->name), STR_ARG(buf_str(&list)), STR_ARG(buf_str(&values)));
    make_query(&t->insert, a, "backup_insert", &sql, true, NULL, slot + 1);
    sql = (struct buf){ .arena = a };
    buf_fmt(&sql, "DELETE FROM \"" STR_FMT "\"", STR_ARG(t->name));
    make_query(&t->clear, a, "backup_clear", &sql, true, NULL, slot + 2);
    sql = (struct buf){ .arena = a };
    buf_fmt(&sql,
            "SELECT COUNT(*) AS value FROM (SELECT 1 AS one FROM \"" STR_FMT "\" LIMIT 1000) first",
            STR_ARG(t->name));
    make_query(&t->any, a, "backup_any", &sql, false, &one_i64_shape, slot + 3);
}

enum err list_tables(struct ctx *c, struct table_list *out)
{
    struct column_row_list columns;
    *out = (struct table_list){ 0 };
    TRY(list_columns(c, &columns));
    i64 tables = 0;
    for (i64 i = 0; i < columns.n; i++)
        if (i == 0 || !str_eq(columns.at[i].owner, columns.at[i - 1].owner)) tables++;
    assert(tables * 4 <= TOOL_SLOTS);
    out->at = NEWS(c->arena, struct table, tables); /* shapes point into it: never moved */
    for (i64 i = 0, n; i < columns.n; i += n) {
        for (n = 1; i + n < columns.n && str_eq(columns.at[i + n].owner, columns.at[i].owner);) n++;
        if (str_eq(columns.at[i].owner, S("migration")) || columns.at[i].of_view) continue;
        make_table(c->arena, &out->at[out->n], &columns.at[i], n, queries_count() + out->n * 4);
        out->n++;
    }
    return OK;
}

/* -- connections of tools ------------------------------------------------------------------- */

enum err side_open(struct ctx *c, struct store *s, struct ctx *side)
{
    *side = *c;
    side->arena = arena_new();
    side->store = s;
    side->db = NULL;
    enum err e = tool_open(side, s, &side->db);
    if (e != OK) c->why = side->why;
    return e;
}

void side_close(struct ctx *side)
{
    if (side->db) side->db->driver->close(side->db);
    arena_free(side->arena);
}
