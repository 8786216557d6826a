/* backup.c -- a shop as one file: taken while serving, restored into an empty store of either
 * engine.
 *
 * The file is an SQLite database with every table, whatever the engine behind it. It is made in a
 * folder of its own beside its final place, synced, and renamed: a backup that has its name is
 * whole. Restoring copies the file first and brings the copy up to date with the rooms' migrations,
 * so older backups fit newer programs.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/sqlite_private.h"
#include "store/tables.h"

/* -- rows from one store into another -------------------------------------------------------- */

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

/* What a backup makes until it has its name: known to signal handlers, who take it away. */
static const char *const part_names[] = { "", "/koi.db", "/koi.db-wal", "/koi.db-shm",
                                          "/koi.db-journal" };
static char parts[COUNT(part_names)][4096];
static _Atomic bool parts_known;

static void parts_set(const char *folder)
{
    bool fits = true;
    for (i64 i = 0; i < COUNT(part_names); i++)
        fits &= snprintf(parts[i], sizeof parts[i], "%s%s", folder, part_names[i]) <
                (int)sizeof parts[i];
    parts_known = fits;
}

void store_backup_abandon(void)
{
    if (!atomic_exchange(&parts_known, false)) return;
    for (i64 i = 1; i < COUNT(part_names); i++) unlink(parts[i]);
    rmdir(parts[0]);
}

static void remove_folder(struct arena *a, const char *folder)
{
    parts_known = false;
    for (i64 i = 1; i < COUNT(part_names); i++)
        unlink(str_z(a, str_fmt(a, "%s%s", folder, part_names[i])));
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
    u64 number;
    randombytes_buf(&number, sizeof number);
    const char *folder =
        str_z(c->arena, str_fmt(c->arena, "%s.part-%016llx", final, (unsigned long long)number));
    parts_set(folder); /* known before it is there: a signal may come between */
    if (mkdir(folder, 0700) != 0) {
        parts_known = false;
        return no_file(c, folder);
    }
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
