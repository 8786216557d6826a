/* backup.c -- a shop as one file: taken while serving, restored into an empty store of either
 * engine.
 *
 * The file is an SQLite database with every table, whatever the engine behind it. It is made in a
 * folder of its own beside its final place, synced, and renamed: a backup that has its name is
 * whole. Restoring copies the file first and brings the copy up to date with the rooms' migrations,
 * so older backups fit newer programs.
 *
 * This is the only place that makes SQL from names: of tables and columns, as the database itself
 * lists them.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/sqlite_private.h"

#define FIELDS_OF_column_row(X, N) \
    X(str, owner, ANY, "Table", N) \
    X(str, name, ANY, "Column", N) \
    X(str, type, ANY, "INTEGER TEXT BLOB REAL", N)
SHAPE(column_row);
SHAPE_DEFINE(column_row);

QUERY_PG(sql_columns, column_row,
         "SELECT t.name AS owner, p.name AS name, p.type AS type FROM sqlite_schema t JOIN "
         "pragma_table_info(t.name) p "
         "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, p.cid",
         "SELECT table_name AS owner, column_name AS name, data_type AS type FROM "
         "information_schema.columns "
         "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position");

/* -- tables as they are ----------------------------------------------------------------------- */

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

static enum shape_kind kind_of(str type)
{
    if (str_eq(type, S("TEXT")) || str_eq(type, S("BLOB"))) return K_str;
    return str_eq(type, S("REAL")) ? K_opt_f64 : K_opt_i64;
}

static void name_is_plain(str name)
{
    for (i64 i = 0; i < name.n; i++)
        assert((name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '_' ||
               (i && name.at[i] >= '0' && name.at[i] <= '9'));
}

static void make_query(struct query *q, struct arena *a, const char *name, struct buf *sql,
                       bool changes, const struct shape *shape, i64 slot)
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

/* Every table but `migration`, which each store keeps for itself. Read on an SQLite connection. */
static enum err list_tables(struct ctx *c, struct table_list *out)
{
    struct column_row_list columns;
    *out = (struct table_list){ 0 };
    TRY(db_all(c, &sql_columns, &columns, NO_ARGS));
    i64 tables = 0;
    for (i64 i = 0; i < columns.n; i++)
        if (i == 0 || !str_eq(columns.at[i].owner, columns.at[i - 1].owner)) tables++;
    assert(tables * 4 <= TOOL_SLOTS);
    out->at = NEWS(c->arena, struct table, tables); /* shapes point into it: never moved */
    for (i64 i = 0, n; i < columns.n; i += n) {
        for (n = 1; i + n < columns.n && str_eq(columns.at[i + n].owner, columns.at[i].owner);) n++;
        if (str_eq(columns.at[i].owner, S("migration"))) continue;
        make_table(c->arena, &out->at[out->n], &columns.at[i], n, queries_count() + out->n * 4);
        out->n++;
    }
    return OK;
}

struct copying {
    struct ctx *to;
    struct table *table;
    i64 rows;
};

static enum err copy_row(void *arg, const void *row)
{
    struct copying *k = arg;
    struct value values[WIDEST];
    for (int i = 0; i < k->table->shape.n; i++) {
        const struct shape_field *f = &k->table->shape.fields[i];
        const char *at = (const char *)row + f->offset;
        const opt_f64 *real = (const opt_f64 *)at;
        const str *text = (const str *)at;
        if (f->kind == K_opt_i64) values[i] = value_opt(*(const opt_i64 *)at);
        else if (f->kind == K_opt_f64)
            values[i] = real->has ? value_f64(real->value) : value_opt(NONE);
        else values[i] = f->of ? value_bytes((bytes){ text->at, text->n }) : value_str(*text);
    }
    k->rows++;
    struct arena_mark mark = arena_mark(k->to->arena);
    enum err e =
        db_run(k->to, &k->table->insert, (struct args){ values, k->table->shape.n }, NULL, NULL);
    if (e == OK) arena_rewind(k->to->arena, mark);
    return e;
}

static enum err copy_tables(struct ctx *from, struct ctx *to, struct table_list *tables)
{
    i64 rows = 0;
    for (i64 i = 0; i < tables->n; i++) {
        struct copying k = { .to = to, .table = &tables->at[i] };
        TRY(db_run(to, &k.table->clear, NO_ARGS, NULL, NULL)); /* rows that migrations made */
        enum err e = db_each(from, &k.table->read, copy_row, &k, NO_ARGS);
        if (e != OK && to->why.err == e) from->why = to->why;
        TRY(e);
        rows += k.rows;
    }
    LOG(INFO, "store.copied", KV("tables", tables->n), KV("rows", rows));
    return OK;
}

/* A ctx of its own with a tool's connection, for one side of a copy. */
static enum err side_open(struct ctx *c, struct store *s, struct ctx *side)
{
    *side = *c;
    side->arena = arena_new();
    side->store = s;
    side->db = NULL;
    enum err e = tool_open(side, s, &side->db);
    if (e != OK) c->why = side->why;
    return e;
}

static void side_close(struct ctx *side)
{
    if (side->db) side->db->driver->close(side->db);
    arena_free(side->arena);
}

/* Copies all rows of one open store into another, in one snapshot and one transaction. */
static enum err copy_store(struct ctx *c, struct store *from, struct store *to,
                           struct store *sqlite)
{
    struct ctx a, b;
    struct table_list tables;
    enum err e = side_open(c, from, &a);
    if (e != OK) return arena_free(a.arena), e;
    e = side_open(c, to, &b);
    struct ctx *plain = sqlite == from ? &a : &b; /* the side whose schema is SQLite's */
    if (e == OK) e = list_tables(plain, &tables);
    if (e != OK) c->why = plain->why;
    if (e == OK) e = a.db->driver->say(&a, a.db, SAY_SNAPSHOT);
    if (e == OK) e = b.db->driver->say(&b, b.db, SAY_BEGIN);
    if (e == OK) e = copy_tables(&a, &b, &tables);
    if (e == OK) e = b.db->driver->say(&b, b.db, SAY_COMMIT);
    if (e != OK) {
        if (a.why.err == e) c->why = a.why;
        if (b.why.err == e) c->why = b.why;
        enum err rolled = b.db ? b.db->driver->say(&b, b.db, SAY_ROLLBACK) : OK;
        if (rolled != OK) LOG(WARN, "store.rollback_failed", KV("err", err_row(rolled)->name));
    }
    side_close(&b);
    side_close(&a);
    return e;
}

/* -- files ------------------------------------------------------------------------------------ */

static enum err no_file(struct ctx *c, const char *path)
{
    return fail(c, errno == ENOSPC || errno == EDQUOT ? E_FULL : E_STORE, "无法使用文件 %s：%s",
                "the file %s cannot be used: %s", path, strerror(errno));
}

static enum err sync_path(struct ctx *c, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return no_file(c, path);
    int code = fsync(fd);
    enum err e = code == 0 ? OK : no_file(c, path);
    close(fd);
    return e;
}

static const char *folder_of(struct arena *a, str path)
{
    i64 slash = path.n;
    while (slash > 0 && path.at[slash - 1] != '/') slash--;
    return slash == 0 ? "." : str_z(a, str_sub(path, 0, slash));
}

static void remove_folder(struct arena *a, const char *folder)
{
    static const char *const names[] = { "koi.db", "koi.db-wal", "koi.db-shm", "koi.db-journal" };
    for (i64 i = 0; i < COUNT(names); i++) unlink(str_z(a, str_fmt(a, "%s/%s", folder, names[i])));
    rmdir(folder);
}

/* Copies a database as it stands at one moment into a new file, while others write to it. */
static enum err copy_database(struct ctx *c, const char *from, const char *to)
{
    sqlite3 *in = NULL, *out = NULL;
    int code = sqlite3_open_v2(
        from, &in, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(in, 10000);
    enum err e = code == SQLITE_OK ? OK : sqlite_fail(c, in, code, "backup");
    if (e == OK) {
        code = sqlite3_open_v2(to, &out,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_EXRESCODE,
                               NULL);
        sqlite3_backup *copy =
            code == SQLITE_OK ? sqlite3_backup_init(out, "main", in, "main") : NULL;
        if (copy) {
            code = sqlite3_backup_step(copy, -1); /* one step: one reading transaction */
            int finished = sqlite3_backup_finish(copy);
            if (code == SQLITE_DONE) code = finished;
        } else if (code == SQLITE_OK) code = sqlite3_extended_errcode(out);
        if (code == SQLITE_OK)
            code = sqlite3_exec(out, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
        if (code != SQLITE_OK) e = sqlite_fail(c, out, code, "backup");
    }
    sqlite3_close(out);
    sqlite3_close(in);
    return e;
}

/* -- backup ----------------------------------------------------------------------------------- */

static enum err backup_pg(struct ctx *c, struct store *s, const char *folder)
{
    struct store *file;
    struct store_options o = { .where = str_of(folder), .readers = 1 };
    TRY(store_open(c, o, s->rooms, &file));
    enum err e = copy_store(c, s, file, file);
    store_close(file);
    return e;
}

enum err store_backup(struct store *s, struct ctx *c, str file)
{
    if (!file.n || file.at[file.n - 1] == '/')
        return fail(c, E_INVALID, "请给出备份文件的路径", "name the file of the backup");
    const char *final = str_z(c->arena, file), *parent = folder_of(c->arena, file);
    char *folder = str_z(c->arena, str_fmt(c->arena, "%s.part-XXXXXX", final));
    if (!mkdtemp(folder)) return no_file(c, folder);
    const char *made = str_z(c->arena, str_fmt(c->arena, "%s/koi.db", folder));
    enum err e = OK;
    if (store_is_pg(s)) e = backup_pg(c, s, folder);
    else e = copy_database(c, s->where, made);
    if (e == OK && chmod(made, 0600) != 0) e = no_file(c, made);
    if (e == OK) e = sync_path(c, made);
    if (e == OK && rename(made, final) != 0) e = no_file(c, final);
    if (e == OK) e = sync_path(c, parent);
    remove_folder(c->arena, folder);
    if (e == OK) LOG(INFO, "store.backed_up", KV("engine", s->driver->name));
    return e;
}

/* -- restore ---------------------------------------------------------------------------------- */

static enum err is_sound(struct ctx *c, struct store *s)
{
    struct ctx side;
    enum err e = side_open(c, s, &side);
    if (e == OK && (e = side.db->driver->integrity(&side, side.db)) != OK) c->why = side.why;
    side_close(&side);
    return e;
}

/* Empty: no table holds more rows than migrations put there, as a store made this moment shows. */
static enum err same_as_fresh(struct ctx *c, struct store *s, struct store *fresh)
{
    struct ctx plain, target;
    struct table_list tables;
    enum err e = side_open(c, fresh, &plain);
    if (e != OK) return arena_free(plain.arena), e;
    e = side_open(c, s, &target);
    if (e == OK) e = list_tables(&plain, &tables);
    for (i64 i = 0; e == OK && i < tables.n; i++) {
        struct one_i64 seeded, found;
        e = db_get(&plain, &tables.at[i].any, &seeded, NO_ARGS);
        if (e == OK) e = db_get(&target, &tables.at[i].any, &found, NO_ARGS);
        if (e != OK) c->why = target.why;
        else if (found.value > seeded.value)
            e = fail(c, E_CONFLICT, "这里已有数据（表 " STR_FMT "）：请恢复到空的位置",
                     "there is data already (table " STR_FMT "): restore into an empty place",
                     STR_ARG(tables.at[i].name));
    }
    side_close(&target);
    side_close(&plain);
    return e;
}

static enum err is_empty(struct ctx *c, struct store *s, const struct room *const *rooms,
                         const char *folder)
{
    const char *place = str_z(c->arena, str_fmt(c->arena, "%s/fresh", folder));
    struct store *fresh;
    enum err e = store_open(c, (struct store_options){ .where = str_of(place), .readers = 1 },
                            rooms, &fresh);
    if (e == OK) {
        e = same_as_fresh(c, s, fresh);
        store_close(fresh);
    }
    remove_folder(c->arena, place);
    return e;
}

/* A database of ours, and not just any: it lists the store's own migrations. */
static enum err is_backup(struct ctx *c, const char *copy, str file)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_open_v2(copy, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(handle, "SELECT name FROM migration WHERE room = 'store'", -1,
                                  &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    if (code == SQLITE_ROW) return OK;
    return fail(c, E_UNPROCESSABLE, STR_FMT " 不是 Koi 的备份，或已损坏",
                STR_FMT " is not a backup of Koi, or is damaged", STR_ARG(file));
}

/* Opens a copy of the backup, checked and brought up to date; a newer program's is refused by the
 * migrations. */
static enum err open_copy(struct ctx *c, str file, const char *folder,
                          const struct room *const *rooms, struct store **out)
{
    const char *copy = str_z(c->arena, str_fmt(c->arena, "%s/koi.db", folder)),
               *from = str_z(c->arena, file);
    if (access(from, R_OK) != 0) return no_file(c, from);
    enum err e = copy_database(c, from, copy);
    if (e == E_FULL) return e;
    TRY(is_backup(c, e == OK ? copy : "", file));
    struct store_options o = { .where = str_of(folder), .readers = 1 };
    struct store *s;
    TRY(store_open(c, o, rooms, &s));
    e = is_sound(c, s);
    if (e != OK) {
        store_close(s);
        return e;
    }
    *out = s;
    return OK;
}

static enum err into_sqlite(struct ctx *c, struct store_options into,
                            const struct room *const *rooms, const char *folder, struct store *copy)
{
    struct store *target;
    TRY(store_open(c, into, rooms, &target));
    const char *file = str_z(c->arena, str_of(target->where));
    enum err e = is_empty(c, target, rooms, folder);
    store_close(target);
    store_close(copy); /* its log is tidied into the one file */
    TRY(e);
    const char *made = str_z(c->arena, str_fmt(c->arena, "%s/koi.db", folder));
    TRY(sync_path(c, made));
    if (rename(made, file) != 0) return no_file(c, file);
    return sync_path(c, folder_of(c->arena, str_of(file)));
}

static enum err into_pg(struct ctx *c, struct store_options into, const struct room *const *rooms,
                        const char *folder, struct store *copy)
{
    struct store *target;
    enum err e = store_open(c, into, rooms, &target);
    if (e == OK) {
        e = is_empty(c, target, rooms, folder);
        if (e == OK) e = copy_store(c, copy, target, copy);
        store_close(target);
    }
    store_close(copy);
    return e;
}

enum err store_restore(struct ctx *c, struct store_options into, const struct room *const *rooms,
                       str file)
{
    bool pg =
        str_starts(into.where, S("postgresql://")) || str_starts(into.where, S("postgres://"));
    while (!pg && into.where.n > 1 && into.where.at[into.where.n - 1] == '/') into.where.n--;
    char *folder =
        str_z(c->arena, pg ? S("/tmp/koi-restore-XXXXXX")
                           : str_fmt(c->arena, STR_FMT ".restore-XXXXXX", STR_ARG(into.where)));
    if (!mkdtemp(folder)) return no_file(c, folder);
    struct store *copy = NULL;
    enum err e = open_copy(c, file, folder, rooms, &copy);
    if (e == OK)
        e = pg ? into_pg(c, into, rooms, folder, copy) : into_sqlite(c, into, rooms, folder, copy);
    remove_folder(c->arena, folder);
    return e;
}

/* -- check ------------------------------------------------------------------------------------ */

#define FIELDS_OF_sequence_row(X, N) \
    X(str, name, ANY, "Name", N)     \
    X(i64, next, ANY, "The next number", N)
SHAPE(sequence_row);
SHAPE_DEFINE(sequence_row);
QUERY(sql_sequences, sequence_row, "SELECT name, next FROM sequence ORDER BY name");

/* A sequence bears the name of the table whose `id` (or `seq`) it numbers. */
static enum err sequence_ahead(struct ctx *c, const struct sequence_row *sequence,
                               const struct column_row_list *columns, i64 slot)
{
    for (i64 i = 0; i < columns->n; i++) {
        const struct column_row *column = &columns->at[i];
        if (!str_eq(column->owner, sequence->name)) continue;
        if (!str_eq(column->name, S("id")) && !str_eq(column->name, S("seq"))) continue;
        name_is_plain(column->owner);
        struct query *highest = NEW(c->arena, struct query);
        struct buf sql = { .arena = c->arena };
        buf_fmt(&sql, "SELECT COALESCE(MAX(" STR_FMT "), 0) AS value FROM \"" STR_FMT "\"",
                STR_ARG(column->name), STR_ARG(column->owner));
        make_query(highest, c->arena, "check_sequence", &sql, false, &one_i64_shape, slot);
        struct one_i64 last;
        TRY(db_get(c, highest, &last, NO_ARGS));
        if (last.value >= sequence->next)
            return fail(c, E_STORE, "序列 " STR_FMT " 落后于它的表（%lld，表中已有 %lld）",
                        "sequence " STR_FMT " is behind its table (%lld, the table has %lld)",
                        STR_ARG(sequence->name), (long long)sequence->next, (long long)last.value);
    }
    return OK;
}

static enum err check_inside(struct ctx *c)
{
    struct sequence_row_list sequences;
    struct column_row_list columns;
    TRY(c->db->driver->integrity(c, c->db));
    TRY(migrate_check(c, c->store));
    TRY(db_all(c, &sql_sequences, &sequences, NO_ARGS));
    TRY(db_all(c, &sql_columns, &columns, NO_ARGS));
    assert(sequences.n <= TOOL_SLOTS);
    for (i64 i = 0; i < sequences.n; i++)
        TRY(sequence_ahead(c, &sequences.at[i], &columns, queries_count() + i));
    return OK;
}

enum err store_check(struct ctx *c)
{
    struct ctx side;
    enum err e = side_open(c, c->store, &side);
    if (e == OK) {
        e = side.db->driver->say(&side, side.db, SAY_SNAPSHOT);
        if (e == OK) e = check_inside(&side);
        if (e != OK) c->why = side.why;
        enum err over = side.db->driver->say(&side, side.db, SAY_ROLLBACK);
        if (e == OK) e = over;
    }
    side_close(&side);
    return e;
}
