/* driver_sqlite.c -- the embedded engine: connections with guards, prepared statements by slot,
 * rows into structs.
 *
 * 1. Write-ahead log with synchronous=FULL: COMMIT answers OK only when the log is on disk.
 * 2. Readers cannot write: the authorizer refuses it when the statement is prepared, query_only
 * when it runs.
 * 3. A COMMIT that the store did not make ends the process: it would be a write past the one way to
 * write.
 * 4. Parameters are bound by their name, because SQLite numbers $2 by first appearance.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "store/sqlite_private.h"

#define PARAMS_MAX       32000
#define BUSY_MS          30000
#define TURN_US          1000 /* between looks whether another process has finished its batch */
#define WRITER_CACHE_KIB 65536
#define READER_CACHE_KIB 16384
#define LOOKS_MAX        100        /* for a moment without a commit between two snapshots */
#define SUBJOURNAL_BYTES (16 << 20) /* savepoints stay in memory up to here */

/* -- errors ----------------------------------------------------------------------------------- */

static const struct {
    int code; /* extended first, then primary */
    enum err err;
    const char *zh, *en;
} codes[] = {
    { SQLITE_CONSTRAINT_UNIQUE, E_CONFLICT, "已有相同的记录", "such a row exists already" },
    { SQLITE_CONSTRAINT_PRIMARYKEY, E_CONFLICT, "已有相同的记录", "such a row exists already" },
    { SQLITE_CONSTRAINT_ROWID, E_CONFLICT, "已有相同的记录", "such a row exists already" },
    { SQLITE_CONSTRAINT, E_INTERNAL, "数据违反表的约束", "a table's constraint was violated" },
    { SQLITE_FULL, E_FULL, "磁盘已满：请腾出空间后重试",
      "the disk is full: free some space and retry" },
    { SQLITE_IOERR, E_STORE, "读写磁盘失败：请检查磁盘",
      "reading or writing the disk failed: check the disk" },
    { SQLITE_BUSY, E_BUSY, "另一个程序正在写入这个数据目录",
      "another program is writing to this data folder" },
    { SQLITE_LOCKED, E_BUSY, "另一个程序正在写入这个数据目录",
      "another program is writing to this data folder" },
    { SQLITE_CANTOPEN, E_STORE, "无法打开数据文件：请检查路径和权限",
      "the data file cannot be opened: check its path and permissions" },
    { SQLITE_READONLY, E_STORE, "数据文件不可写：请检查权限",
      "the data file cannot be written: check its permissions" },
    { SQLITE_PERM, E_STORE, "没有访问数据文件的权限", "no permission to use the data file" },
    { SQLITE_CORRUPT, E_STORE, "数据文件已损坏：请从备份恢复",
      "the data file is damaged: restore a backup" },
    { SQLITE_NOTADB, E_STORE, "这不是 Koi 的数据文件", "this is not a data file of Koi" },
    { SQLITE_NOMEM, E_STORE, "内存不足", "out of memory" },
    { SQLITE_TOOBIG, E_TOO_LARGE, "内容太大", "the content is too large" },
    { SQLITE_INTERRUPT, E_TIMEOUT, "处理超时", "it took too long" },
    { SQLITE_AUTH, E_INTERNAL, "只读连接不能改动数据", "a reader cannot change rows" },
};

enum err sqlite_fail(struct ctx *c, sqlite3 *handle, int code, const char *what)
{
    for (i64 i = 0; i < COUNT(codes); i++) {
        if (codes[i].code != code && codes[i].code != (code & 0xff)) continue;
        if (codes[i].err == E_INTERNAL)
            LOG(ERROR, "store.statement_refused", KV("what", what), KV("code", (i64)code),
                KV("why", handle ? sqlite3_errmsg(handle) : ""));
        return fail(c, codes[i].err, "%s（%s，SQLite %d）", "%s (%s, SQLite %d)",
                    c->locale == ZH ? codes[i].zh : codes[i].en, what, code);
    }
    LOG(ERROR, "store.statement_failed", KV("what", what), KV("code", (i64)code),
        KV("why", handle ? sqlite3_errmsg(handle) : ""));
    return fail(c, E_INTERNAL, "数据库拒绝了语句 %s（SQLite %d）",
                "the database refused the statement %s (SQLite %d)", what, code);
}

/* -- connections ------------------------------------------------------------------------------ */

static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void engine_settings(void)
{
    /* Ignored when the engine is in use already (a test registered its file system first). */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SUBJOURNAL_BYTES);
    sqlite_page_cache();
}

static int reader_may(void *arg, int action, const char *a, const char *b, const char *schema,
                      const char *trigger)
{
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION: return SQLITE_OK;
    default: return SQLITE_DENY;
    }
}

/* SQLite's own waiting grows to 100 ms a look and starves beside a busy writer; a short step finds
 * the gap. */
static int wait_turn(void *arg, int looks)
{
    if ((i64)looks * TURN_US >= (i64)BUSY_MS * 1000) return 0;
    usleep(TURN_US);
    return 1;
}

void sqlite_be_patient(sqlite3 *handle) { sqlite3_busy_handler(handle, wait_turn, NULL); }

enum err sqlite_connect(struct ctx *c, const char *file, enum role role, i64 cache_kib,
                        sqlite3 **out)
{
    pthread_once(&engine_once, engine_settings);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (role == ROLE_WRITER) flags |= SQLITE_OPEN_CREATE;
    sqlite3 *handle = NULL;
    const char *files = role == ROLE_WRITER ? sqlite_gathering() : NULL;
    int code = sqlite3_open_v2(file, &handle, flags, files);
    if (code == SQLITE_OK) sqlite_be_patient(handle);
    if (!cache_kib) cache_kib = role == ROLE_WRITER ? WRITER_CACHE_KIB : READER_CACHE_KIB;
    char pragmas[512];
    /* secure_delete=FAST: what is deleted is overwritten where that costs no further I/O. Debian's
     * default is ON. */
    snprintf(pragmas, sizeof pragmas,
             "%s PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%lld;"
             "PRAGMA foreign_keys=OFF; PRAGMA secure_delete=FAST; PRAGMA wal_autocheckpoint=0;"
             "PRAGMA journal_size_limit=268435456; PRAGMA trusted_schema=OFF; %s",
             role == ROLE_WRITER ? "PRAGMA journal_mode=WAL;" : "", (long long)cache_kib,
             role == ROLE_READER ? "PRAGMA query_only=ON;" : "");
    if (code == SQLITE_OK) code = sqlite3_exec(handle, pragmas, NULL, NULL, NULL);
    if (code == SQLITE_OK && role == ROLE_READER)
        code = sqlite3_set_authorizer(handle, reader_may, NULL);
    if (code != SQLITE_OK) {
        enum err e = sqlite_fail(c, handle, code, "open");
        sqlite3_close_v2(handle);
        return e;
    }
    *out = handle;
    return OK;
}

static int on_commit(void *arg)
{
    struct sqlite_db *db = arg;
    if (db->committing) return 0;
    LOG(ERROR, "store.foreign_commit", KV("why", "a COMMIT that the store did not make"));
    abort();
}

static int on_log(void *arg, sqlite3 *handle, const char *schema, int pages)
{
    struct sqlite_db *db = arg;
    if (db->db.store->copier) copier_note(db->db.store->copier, pages);
    return SQLITE_OK;
}

static enum err sqlite_open_db(struct ctx *c, struct store *s, enum role role, struct db **out)
{
    sqlite3 *handle;
    TRY(sqlite_connect(c, s->where, role, s->options.cache_kib, &handle));
    struct sqlite_db *db = calloc(1, sizeof *db);
    assert(db);
    db->db = (struct db){ .driver = &driver_sqlite, .store = s, .role = role };
    db->handle = handle;
    db->slots = queries_count() + (role == ROLE_TOOL ? TOOL_SLOTS : 0);
    db->prepared = calloc((size_t)db->slots + 1, sizeof *db->prepared);
    assert(db->prepared);
    if (role == ROLE_WRITER) {
        db->each = calloc((size_t)db->slots + 1, sizeof *db->each);
        int code = rows_in_register(db);
        assert(db->each && code == SQLITE_OK);
        sqlite3_commit_hook(handle, on_commit, db);
        sqlite3_wal_hook(handle, on_log, db);
    }
    *out = &db->db;
    return OK;
}

static void drop_prepared(struct sqlite_prepared *p)
{
    sqlite3_finalize(p->stmt);
    free(p->index);
    free(p->fields);
    *p = (struct sqlite_prepared){ 0 };
}

static void sqlite_close_db(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    for (i64 i = 0; i < db->slots; i++) drop_prepared(&db->prepared[i]);
    for (i64 i = 0; db->each && i < db->slots; i++) sqlite3_finalize(db->each[i].stmt);
    for (int i = 0; i < KEPT_STATEMENTS; i++) {
        drop_prepared(&db->kept[i].prepared);
        free(db->kept[i].text);
    }
    for (int i = 0; i < SAY_COUNT; i++) sqlite3_finalize(db->control[i]);
    int code = sqlite3_close(db->handle);
    assert(code == SQLITE_OK);
    free(db->each);
    free(db->prepared);
    free(db);
}

/* -- statements ------------------------------------------------------------------------------- */

static const char *map_statement(struct sqlite_prepared *p, struct query *q, struct arena *a)
{
    int named = sqlite3_bind_parameter_count(p->stmt);
    for (int i = 1; i <= named; i++) {
        const char *name = sqlite3_bind_parameter_name(p->stmt, i);
        i64 number;
        if (!name || name[0] != '$' || !i64_parse(str_of(name + 1), &number) || number < 1 ||
            number > PARAMS_MAX)
            return str_fmt(a, "%s (%s:%d): parameters are $1 $2 …", q->name, q->file, q->line).at;
        if (number > p->params) p->params = (int)number;
    }
    p->index = calloc((size_t)p->params + 1, sizeof *p->index);
    p->columns = sqlite3_column_count(p->stmt);
    p->fields = calloc((size_t)p->columns + 1, sizeof *p->fields);
    assert(p->index && p->fields);
    for (int i = 1; i <= named; i++) {
        i64 number = 0;
        bool parsed = i64_parse(str_of(sqlite3_bind_parameter_name(p->stmt, i) + 1), &number);
        assert(parsed);
        p->index[number - 1] = i;
    }
    for (int i = 0; i < p->columns; i++) {
        const char *why = column_fits(a, q, sqlite3_column_name(p->stmt, i), &p->fields[i]);
        if (why) return why;
    }
    return NULL;
}

static enum err prepare(struct ctx *c, struct sqlite_db *db, struct query *q,
                        struct sqlite_prepared *p)
{
    int code =
        sqlite3_prepare_v3(db->handle, q->sql, -1, SQLITE_PREPARE_PERSISTENT, &p->stmt, NULL);
    if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, q->name);
    const char *why = map_statement(p, q, c->arena);
    if (!why) return OK;
    drop_prepared(p);
    LOG(ERROR, "store.statement_refused", KV("why", why));
    return fail(c, E_INTERNAL, "语句与结构不符：%s", "a statement does not fit its struct: %s",
                why);
}

static int bind_value(sqlite3_stmt *stmt, int at, const struct value *v)
{
    switch (v->kind) {
    case V_I64:
    case V_FLAG: return sqlite3_bind_int64(stmt, at, v->i);
    case V_STR:
        return sqlite3_bind_text64(stmt, at, v->s.at, (sqlite3_uint64)v->s.n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case V_BYTES:
        return sqlite3_bind_blob64(stmt, at, v->s.at, (sqlite3_uint64)v->s.n, SQLITE_STATIC);
    case V_F64: return sqlite3_bind_double(stmt, at, v->f);
    case V_NULL_I64:
    case V_NULL_STR: break;
    }
    return sqlite3_bind_null(stmt, at);
}

/* A connection is one thread's at a time, so its values may be looked at where they are. */
static struct cell column_cell(sqlite3_stmt *stmt, int i)
{
    sqlite3_value *v = sqlite3_column_value(stmt, i);
    switch (sqlite3_value_type(v)) {
    case SQLITE_INTEGER: return (struct cell){ .kind = CELL_I64, .i = sqlite3_value_int64(v) };
    case SQLITE_FLOAT: return (struct cell){ .kind = CELL_F64, .f = sqlite3_value_double(v) };
    case SQLITE_TEXT:
    case SQLITE_BLOB: { /* text is UTF-8 as it stands, and its length is known */
        const char *at = sqlite3_value_blob(v);
        return (struct cell){ .kind = CELL_TEXT, .s = { at, sqlite3_value_bytes(v) } };
    }
    default: return (struct cell){ .kind = CELL_NULL };
    }
}

static enum err take_row(struct ctx *c, struct sqlite_prepared *p, struct query *q,
                         struct rows *rows)
{
    void *row = rows->place(rows);
    for (int i = 0; i < p->columns; i++) {
        struct cell cell = column_cell(p->stmt, i);
        TRY(cell_put(c, q, p->fields[i], row, &cell, rows->copy));
    }
    return rows_got(rows, c, row);
}

static enum err step_all(struct ctx *c, struct sqlite_db *db, struct sqlite_prepared *p,
                         struct query *q, struct args args, struct rows *rows)
{
    if (args.n != p->params)
        return fail(c, E_INTERNAL, "语句 %s 需要 %d 个参数，得到 %d 个",
                    "statement %s wants %d parameters, got %d", q->name, p->params, args.n);
    for (int i = 0; i < args.n; i++) {
        if (!p->index[i]) continue; /* a number that this engine's text does not use */
        int code = bind_value(p->stmt, p->index[i], &args.at[i]);
        if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, q->name);
    }
    int code;
    while ((code = sqlite3_step(p->stmt)) == SQLITE_ROW) {
        if (!rows || rows_full(rows)) {
            if (q->changes) continue;
            return OK;
        }
        TRY(take_row(c, p, q, rows));
    }
    return code == SQLITE_DONE ? OK : sqlite_fail(c, db->handle, code, q->name);
}

/* Where the prepared form of a composed statement stands, in place of the one asked longest ago;
 * NULL: it is not kept. */
static struct sqlite_prepared *kept_of(struct sqlite_db *db, const struct query *q)
{
    str text = str_of(q->sql);
    struct sqlite_kept *oldest = &db->kept[0];
    if (text.n > KEPT_BYTES_MAX) return NULL;
    u64 hash = str_hash(text);
    db->asked++;
    for (int i = 0; i < KEPT_STATEMENTS; i++) {
        struct sqlite_kept *one = &db->kept[i];
        if (one->text && one->hash == hash && one->shape == q->shape &&
            str_eq(str_of(one->text), text)) {
            one->used = db->asked;
            return &one->prepared;
        }
        if (one->used < oldest->used) oldest = one;
    }
    if (oldest->prepared.busy) return NULL;
    drop_prepared(&oldest->prepared);
    free(oldest->text);
    *oldest = (struct sqlite_kept){
        .text = strdup(q->sql), .hash = hash, .shape = q->shape, .used = db->asked
    };
    assert(oldest->text);
    return &oldest->prepared;
}

static enum err sqlite_run(struct ctx *c, struct db *base, struct query *q, struct args args,
                           struct rows *rows, i64 *changed)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_prepared once = { 0 }, *p = q->once ? kept_of(db, q) : &db->prepared[q->slot];
    if (!p || p->busy) p = &once; /* db_each whose callback runs the same statement */
    if (!p->stmt) TRY(prepare(c, db, q, p));
    p->busy = true;
    enum err e = step_all(c, db, p, q, args, rows);
    sqlite3_reset(p->stmt);
    p->busy = false;
    if (changed) *changed = sqlite3_changes64(db->handle);
    if (p == &once) drop_prepared(&once);
    return e;
}

/* -- transactions ----------------------------------------------------------------------------- */

static const char *const control_text[SAY_COUNT] = {
    [SAY_BEGIN] = "BEGIN IMMEDIATE", [SAY_COMMIT] = "COMMIT",
    [SAY_ROLLBACK] = "ROLLBACK",     [SAY_SAVEPOINT] = "SAVEPOINT part",
    [SAY_RELEASE] = "RELEASE part",  [SAY_UNDO] = "ROLLBACK TO part",
    [SAY_SNAPSHOT] = "BEGIN",
};

static enum err sqlite_say(struct ctx *c, struct db *base, enum control what)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    if (what == SAY_ROLLBACK && sqlite3_get_autocommit(db->handle))
        return OK; /* it did so itself */
    sqlite3_stmt **stmt = &db->control[what];
    int code = SQLITE_OK;
    if (!*stmt)
        code = sqlite3_prepare_v3(db->handle, control_text[what], -1, SQLITE_PREPARE_PERSISTENT,
                                  stmt, NULL);
    if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, control_text[what]);
    db->committing = what == SAY_COMMIT;
    sqlite3_step(*stmt);
    code = sqlite3_reset(*stmt);
    db->committing = false;
    if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, control_text[what]);
    if (what == SAY_SNAPSHOT) { /* BEGIN alone takes no snapshot: the first read does */
        code = sqlite3_exec(db->handle, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
        if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, "snapshot");
    }
    return OK;
}

/* Rises whenever this connection finds that another has changed the data. */
static enum err data_version(struct ctx *c, struct sqlite_db *db, unsigned *out)
{
    int code = sqlite3_exec(db->handle, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_DATA_VERSION, out);
    return code == SQLITE_OK ? OK : sqlite_fail(c, db->handle, code, "data version");
}

/* b looks, a takes its snapshot, b takes its own: when b finds nothing changed since it looked, the
 * state did not move between, and a's is the same. */
static enum err both_once(struct ctx *c, struct db *a, struct db *b, bool *same)
{
    unsigned before, after;
    TRY(data_version(c, (struct sqlite_db *)b, &before));
    TRY(sqlite_say(c, a, SAY_SNAPSHOT));
    TRY(sqlite_say(c, b, SAY_SNAPSHOT));
    TRY(data_version(c, (struct sqlite_db *)b, &after));
    *same = before == after;
    return OK;
}

static enum err sqlite_say_both(struct ctx *c, struct db *a, struct db *b, bool *same)
{
    for (int i = 0;; i++) {
        enum err e = both_once(c, a, b, same);
        if (e == OK && *same) return OK;
        struct ctx words = { .locale = EN };
        enum err ended = sqlite_say(&words, b, SAY_ROLLBACK);
        if (e == OK && ended == OK && i == LOOKS_MAX) return OK;
        if (ended == OK) ended = sqlite_say(&words, a, SAY_ROLLBACK);
        if (e == OK && ended != OK) c->why = words.why;
        if (e != OK || ended != OK) return e != OK ? e : ended;
    }
}

static bool sqlite_alive(struct db *base)
{
    return !sqlite3_get_autocommit(((struct sqlite_db *)base)->handle);
}

static enum err sqlite_script(struct ctx *c, struct db *base, str sql)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    int code = sqlite3_exec(db->handle, str_z(c->arena, sql), NULL, NULL, NULL);
    if (code == SQLITE_OK) return OK;
    LOG(ERROR, "store.script_failed", KV("why", sqlite3_errmsg(db->handle)));
    return sqlite_fail(c, db->handle, code, "script");
}

/* A failed fsync may leave the refused commit whole in the log file, and a crash right now would
 * bring it back. The next commit overwrites it, so make one: a header field of no meaning. */
static enum err sqlite_settle(struct ctx *c, struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    db->committing = true;
    int code = sqlite3_exec(db->handle, "PRAGMA user_version=0", NULL, NULL, NULL);
    db->committing = false;
    return code == SQLITE_OK ? OK : sqlite_fail(c, db->handle, code, "settle");
}

/* -- checks ----------------------------------------------------------------------------------- */

static bool type_fits(const char *declared, enum shape_kind k)
{
    str type = str_of(declared);
    if (!declared) return true; /* an expression */
    if (str_eq_nocase(type, S("TEXT"))) return k == K_str || k == K_json || k == K_choice;
    if (str_eq_nocase(type, S("BLOB"))) return k == K_str;
    if (str_eq_nocase(type, S("REAL"))) return k == K_f64 || k == K_opt_f64;
    return k != K_str && k != K_json && k != K_choice;
}

static const char *sqlite_check_query(struct db *base, struct query *q, struct arena *a)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_prepared p = { 0 };
    if (sqlite3_prepare_v3(db->handle, q->sql, -1, 0, &p.stmt, NULL) != SQLITE_OK)
        return str_fmt(a, "%s (%s:%d): %s", q->name, q->file, q->line, sqlite3_errmsg(db->handle))
            .at;
    const char *why = map_statement(&p, q, a);
    for (int i = 0; !why && i < p.columns; i++)
        if (!type_fits(sqlite3_column_decltype(p.stmt, i), p.fields[i]->kind))
            why = str_fmt(a, "%s (%s:%d): column %s is %s", q->name, q->file, q->line,
                          p.fields[i]->name, sqlite3_column_decltype(p.stmt, i))
                      .at;
    if (!why && q->changes == (sqlite3_stmt_readonly(p.stmt) != 0))
        why = str_fmt(a, "%s (%s:%d): %s", q->name, q->file, q->line,
                      q->changes ? "changes nothing: use QUERY" : "changes rows: use CHANGE")
                  .at;
    drop_prepared(&p);
    return why;
}

/* Of a message of many lines the first three that say something, as one. */
static int first_lines(void *arg, int n, char **values, char **names)
{
    struct buf *b = arg;
    int lines = 0;
    for (str line, rest = n > 0 ? str_of(values[0]) : NO_STR; rest.at && lines < 3 && b->n < 300;) {
        rest = str_cut(rest, '\n', &line);
        if (!line.n || str_starts(line, S("***"))) continue;
        buf_fmt(b, "%s" STR_FMT, b->n ? "; " : "", STR_ARG(line));
        lines++;
    }
    return 0;
}

static enum err sqlite_integrity(struct ctx *c, struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct buf said = { .arena = c->arena };
    int code = sqlite3_exec(db->handle, "PRAGMA integrity_check(10)", first_lines, &said, NULL);
    if (code != SQLITE_OK) return sqlite_fail(c, db->handle, code, "integrity_check");
    if (str_eq(buf_str(&said), S("ok"))) return OK;
    return fail(c, E_STORE, "数据文件有损坏，请从备份恢复：" STR_FMT,
                "the data file is damaged, restore a backup: " STR_FMT, STR_ARG(buf_str(&said)));
}

const struct driver driver_sqlite = {
    .name = "sqlite",
    .int64 = "INTEGER",
    .text = "TEXT",
    .bytes = "BLOB",
    .flag = "INTEGER",
    .float64 = "REAL",
    .table_end = " STRICT",
    .clustered_end = " STRICT, WITHOUT ROWID",
    .late_savepoints = true,
    .open = sqlite_open_db,
    .close = sqlite_close_db,
    .run = sqlite_run,
    .run_each = sqlite_run_each,
    .say = sqlite_say,
    .say_both = sqlite_say_both,
    .script = sqlite_script,
    .alive = sqlite_alive,
    .settle = sqlite_settle,
    .check_query = sqlite_check_query,
    .integrity = sqlite_integrity,
    .start = copier_start,
    .stop = copier_stop,
    .rest = copier_rest,
};
