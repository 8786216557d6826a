/* rows_in.c -- one INSERT for many rows: SQLite reads them from memory, as it reads a table.
 *
 * Run row by row a statement opens its table and each of its indexes anew and looks the row's place
 * up from the root. Reading its rows from a table it stays where it is: rows in the order of their
 * key cost half.
 *
 * The table is `rows_in`, of the writer's connection only, with columns c1 c2 …. A statement that
 * says VALUES ($1, $2) says SELECT c1, c2 FROM rows_in instead; nothing else gets into its text.
 */
#include <assert.h>
#include <stdlib.h>

#include "store/sqlite_private.h"

#define COLUMNS_MAX 24 /* as many as ARGS takes */

/* -- the table -------------------------------------------------------------------------------- */

struct rows_table {
    sqlite3_vtab base;
    const struct rows_in *in;
};
struct rows_cursor {
    sqlite3_vtab_cursor base;
    const struct value *row;
    i64 at;
};

static const struct rows_in *rows_of(const struct rows_cursor *cursor)
{
    return ((const struct rows_table *)cursor->base.pVtab)->in;
}

static int rows_connect(sqlite3 *handle, void *arg, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **why)
{
    static const char columns[] =
        "CREATE TABLE rows_in (c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15,"
        " c16, c17, c18, c19, c20, c21, c22, c23, c24)";
    struct rows_table *table = calloc(1, sizeof *table);
    if (!table) return SQLITE_NOMEM;
    table->in = arg;
    *out = &table->base;
    return sqlite3_declare_vtab(handle, columns);
}
static int rows_disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}
static int rows_plan(sqlite3_vtab *table, sqlite3_index_info *plan)
{
    plan->estimatedRows = 1000;
    plan->estimatedCost = 1000;
    return SQLITE_OK;
}
static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct rows_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor) return SQLITE_NOMEM;
    *out = &cursor->base;
    return SQLITE_OK;
}
static int rows_close(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}
static int rows_first(sqlite3_vtab_cursor *base, int plan, const char *text, int argc,
                      sqlite3_value **argv)
{
    struct rows_cursor *cursor = (struct rows_cursor *)base;
    cursor->at = 0;
    cursor->row = rows_of(cursor)->at;
    return SQLITE_OK;
}
static int rows_next(sqlite3_vtab_cursor *base)
{
    struct rows_cursor *cursor = (struct rows_cursor *)base;
    cursor->at++;
    cursor->row += rows_of(cursor)->width;
    return SQLITE_OK;
}
static int rows_end(sqlite3_vtab_cursor *base)
{
    struct rows_cursor *cursor = (struct rows_cursor *)base;
    return cursor->at >= rows_of(cursor)->rows;
}
static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int i)
{
    const struct value *v = &((struct rows_cursor *)base)->row[i];
    switch (v->kind) {
    case V_I64:
    case V_FLAG: sqlite3_result_int64(out, v->i); break;
    case V_STR:
        sqlite3_result_text64(out, v->s.at, (sqlite3_uint64)v->s.n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case V_BYTES: sqlite3_result_blob64(out, v->s.at, (sqlite3_uint64)v->s.n, SQLITE_STATIC); break;
    case V_F64: sqlite3_result_double(out, v->f); break;
    case V_NULL_I64:
    case V_NULL_STR: sqlite3_result_null(out); break;
    }
    return SQLITE_OK;
}
static int rows_number(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct rows_cursor *)base)->at;
    return SQLITE_OK;
}

int rows_in_register(struct sqlite_db *db)
{
    /* without xCreate: it is there by itself and no statement can make another */
    static const sqlite3_module module = { .xConnect = rows_connect,
                                           .xBestIndex = rows_plan,
                                           .xDisconnect = rows_disconnect,
                                           .xOpen = rows_open,
                                           .xClose = rows_close,
                                           .xFilter = rows_first,
                                           .xNext = rows_next,
                                           .xEof = rows_end,
                                           .xColumn = rows_column,
                                           .xRowid = rows_number };
    return sqlite3_create_module(db->handle, "rows_in", &module, &db->rows_in);
}

/* -- the statement ---------------------------------------------------------------------------- */

/* The parenthesis that ends the one that begins at `at`; no text of ours has one within quotes. */
static const char *closing(const char *at)
{
    for (int depth = 0; *at; at++) {
        depth += (*at == '(') - (*at == ')');
        if (!depth) return at;
    }
    return NULL;
}

/* Adds what lies between, every $k written as the column ck; answers the highest k. */
static int add_columns(struct buf *out, const char *from, const char *to)
{
    int highest = 0;
    for (; from < to; from++) {
        if (*from != '$') {
            buf_byte(out, *from);
            continue;
        }
        int k = 0;
        while (from + 1 < to && from[1] >= '0' && from[1] <= '9') k = k * 10 + (*++from - '0');
        buf_fmt(out, "c%d", k);
        if (k > highest) highest = k;
    }
    return highest;
}

/* WHERE TRUE: without it ON CONFLICT would be read as the ON of a join. */
static enum err prepare_each(struct ctx *c, struct sqlite_db *db, const struct query *q,
                             struct sqlite_each *each)
{
    static const char values[] = "VALUES (";
    struct buf sql = { .arena = c->arena };
    const char *at = strstr(q->sql, values), *row = at ? at + sizeof values - 1 : NULL;
    const char *end = row ? closing(row - 1) : NULL;
    assert(end && !strchr(end, '$')); /* an INSERT of one row of VALUES, and nothing bound after */
    buf_add(&sql, (str){ q->sql, at - q->sql });
    buf_add(&sql, S("SELECT "));
    each->params = add_columns(&sql, row, end);
    assert(each->params > 0 && each->params <= COLUMNS_MAX);
    buf_add(&sql, S(" FROM rows_in WHERE TRUE"));
    buf_add(&sql, str_of(end + 1));
    int code = sqlite3_prepare_v3(db->handle, str_z(c->arena, buf_str(&sql)), -1,
                                  SQLITE_PREPARE_PERSISTENT, &each->stmt, NULL);
    return code == SQLITE_OK ? OK : sqlite_fail(c, db->handle, code, q->name);
}

enum err sqlite_run_each(struct ctx *c, struct db *base, struct query *q, struct args args,
                         i64 rows)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_each *each = &db->each[q->slot];
    if (!each->stmt) TRY(prepare_each(c, db, q, each));
    if (args.n != rows * each->params)
        return fail(c, E_INTERNAL, "语句 %s 每行需要 %d 个参数",
                    "statement %s wants %d parameters a row", q->name, each->params);
    db->rows_in = (struct rows_in){ args.at, rows, each->params };
    int code = sqlite3_step(each->stmt);
    db->rows_in = (struct rows_in){ 0 };
    enum err e = code == SQLITE_DONE ? OK : sqlite_fail(c, db->handle, code, q->name);
    sqlite3_reset(each->stmt);
    return e;
}
