/* driver_pg.c -- PostgreSQL: connections that come back, statements prepared by slot, one writer at
 * a time.
 *
 * 1. Changes are serial: a batch first takes an advisory lock of the schema and keeps it until its
 * commit is over, so a change reads what the last one wrote, exactly as on SQLite, also among
 * several processes. Group commit gives the speed.
 * 2. A connection lost before COMMIT was sent has changed nothing: the batch runs again on a new
 * one. Lost during COMMIT: the outcome is unknown, and that is said (E_UNCERTAIN).
 * 3. Readers are read only by the session's setting; they reconnect by themselves unless a snapshot
 * is open.
 * 4. db_each goes through a cursor, so memory stays constant and other statements may run in
 * between.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/num.h"
#include "store/pg_private.h"

#define FETCH_ROWS 2000

static void forget(struct pg_prepared *p)
{
    free(p->types);
    free(p->column_types);
    free(p->fields);
    *p = (struct pg_prepared){ 0 };
}

/* -- connections ------------------------------------------------------------------------------ */

static void on_notice(void *arg, const char *text)
{ /* notices are for psql users */
}

static const char session_common[] =
    "SET client_min_messages = warning; SET timezone = 'UTC'; SET bytea_output = 'hex';"
    "SET cursor_tuple_fraction = 1.0; SET lock_timeout = '30s';"
    "SET idle_in_transaction_session_timeout = '10min'; SET jit = off;";

static const char *const session_of[] = {
    [ROLE_READER] = "SET default_transaction_read_only = on; SET statement_timeout = '2min'",
    /* Acknowledged means on disk, whatever the server's default; a stricter default (replicas)
       stays. */
    [ROLE_WRITER] =
        ("SET statement_timeout = '5min'; SELECT set_config('synchronous_commit', 'on', false) "
         "WHERE current_setting('synchronous_commit') IN ('off', 'local')"),
    [ROLE_TOOL] = "SET statement_timeout = 0",
};

static enum err set_session(struct ctx *c, struct pg_db *db)
{
    char sql[1024];
    snprintf(sql, sizeof sql, "%s %s", session_common, session_of[db->db.role]);
    PGresult *r = PQexec(db->handle, sql);
    bool good = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
    enum err e = good ? OK : pg_fail(c, db, r, "session");
    PQclear(r);
    return e;
}

static enum err connect_db(struct ctx *c, struct pg_db *db)
{
    const char *keys[] = { "application_name", "connect_timeout", "client_encoding",
                           "tcp_user_timeout", "dbname",          NULL };
    const char *values[] = { "koi", "10", "UTF8", "60000", db->db.store->where, NULL };
    if (db->handle) PQfinish(db->handle);
    for (i64 i = 0; i < db->slots; i++) forget(&db->prepared[i]);
    db->cursors = 0;
    db->handle = PQconnectdbParams(keys, values, 1);
    if (PQstatus(db->handle) != CONNECTION_OK) {
        db->db.lost = db->db.retry = true;
        LOG(WARN, "store.connect_failed", KV("engine", "postgresql"));
        return fail(c, E_STORE, "连不上 PostgreSQL：请检查地址、用户和密码，以及服务是否在运行",
                    "PostgreSQL cannot be reached: check address, user and password, and that it "
                    "is running");
    }
    PQsetNoticeProcessor(db->handle, on_notice, NULL);
    db->db.lost = false;
    return set_session(c, db);
}

static void pg_close(struct db *base)
{
    struct pg_db *db = (struct pg_db *)base;
    for (i64 i = 0; i < db->slots; i++) forget(&db->prepared[i]);
    PQfinish(db->handle);
    arena_free(db->row);
    free(db->prepared);
    free(db);
}

static enum err pg_open(struct ctx *c, struct store *s, enum role role, struct db **out)
{
    struct pg_db *db = calloc(1, sizeof *db);
    assert(db);
    db->db = (struct db){ .driver = &driver_pg, .store = s, .role = role };
    db->slots = queries_count() + (role == ROLE_TOOL ? TOOL_SLOTS : 0);
    db->row = arena_new();
    db->prepared = calloc((size_t)db->slots + 1, sizeof *db->prepared);
    assert(db->prepared);
    enum err e = connect_db(c, db);
    if (e != OK) {
        pg_close(&db->db);
        return e;
    }
    *out = &db->db;
    return OK;
}

/* -- preparing -------------------------------------------------------------------------------- */

static const char *text_of(const struct query *q) { return q->pg ? q->pg : q->sql; }

static enum err expect(struct ctx *c, struct pg_db *db, PGresult *r, ExecStatusType want,
                       const char *what)
{
    if (PQresultStatus(r) == want) return OK;
    enum err e = pg_fail(c, db, r, what);
    PQclear(r);
    return e;
}

/* Learns what the server makes of the statement: prepares it without a name and describes it. */
static enum err describe(struct ctx *c, struct pg_db *db, struct query *q, PGresult **out)
{
    PGresult *r = PQprepare(db->handle, "", text_of(q), 0, NULL);
    TRY(expect(c, db, r, PGRES_COMMAND_OK, q->name));
    PQclear(r);
    r = PQdescribePrepared(db->handle, "");
    TRY(expect(c, db, r, PGRES_COMMAND_OK, q->name));
    *out = r;
    return OK;
}

static const char *take_description(struct pg_prepared *p, struct query *q, PGresult *r,
                                    struct arena *a)
{
    p->params = PQnparams(r);
    p->columns = PQnfields(r);
    p->types = calloc((size_t)p->params + 1, sizeof *p->types);
    p->column_types = calloc((size_t)p->columns + 1, sizeof *p->column_types);
    p->fields = calloc((size_t)p->columns + 1, sizeof *p->fields);
    assert(p->types && p->column_types && p->fields);
    for (int i = 0; i < p->params; i++) {
        Oid type = PQparamtype(r, i);
        p->types[i] =
            type == PG_INT4 || type == PG_INT2 ? PG_INT8 : type; /* our integers have 64 bits */
    }
    for (int i = 0; i < p->columns; i++) {
        p->column_types[i] = PQftype(r, i);
        const char *why = column_fits(a, q, PQfname(r, i), &p->fields[i]);
        if (why) return why;
    }
    return NULL;
}

static void slot_name(char out[16], const struct query *q) { snprintf(out, 16, "q%d", q->slot); }

/* For one use (q->once) it is described only: a cursor takes the text. */
static enum err prepare(struct ctx *c, struct pg_db *db, struct query *q, struct pg_prepared *p)
{
    PGresult *r;
    char name[16];
    TRY(describe(c, db, q, &r));
    const char *why = take_description(p, q, r, c->arena);
    PQclear(r);
    if (why) {
        forget(p);
        LOG(ERROR, "store.statement_refused", KV("why", why));
        return fail(c, E_INTERNAL, "语句与结构不符：%s", "a statement does not fit its struct: %s",
                    why);
    }
    if (q->once) return OK;
    slot_name(name, q);
    r = PQprepare(db->handle, name, text_of(q), p->params, p->types);
    enum err e = expect(c, db, r, PGRES_COMMAND_OK, q->name);
    if (e != OK) {
        forget(p);
        return e;
    }
    PQclear(r);
    p->ready = true;
    return OK;
}

/* -- running ---------------------------------------------------------------------------------- */

static enum err take_row(struct ctx *c, struct pg_db *db, struct pg_prepared *p, struct query *q,
                         const PGresult *r, int at, struct rows *rows)
{
    void *row = rows->place(rows);
    struct arena *decoded = rows->copy ? rows->copy : db->row;
    struct arena_mark mark = arena_mark(decoded);
    for (int i = 0; i < p->columns; i++) {
        struct cell cell;
        if (!pg_cell(r, at, i, decoded, &cell))
            return fail(c, E_STORE, "语句 %s 的列 %s 读不懂",
                        "statement %s: column %s cannot be read", q->name, p->fields[i]->name);
        struct arena *copy = p->column_types[i] == PG_BYTEA ? NULL : rows->copy;
        TRY(cell_put(c, q, p->fields[i], row, &cell, copy));
    }
    enum err e = rows_got(rows, c, row);
    if (!rows->copy) arena_rewind(decoded, mark);
    return e;
}

static enum err take_rows(struct ctx *c, struct pg_db *db, struct pg_prepared *p, struct query *q,
                          const PGresult *r, struct rows *rows)
{
    for (int i = 0; rows && i < PQntuples(r) && !rows_full(rows); i++)
        TRY(take_row(c, db, p, q, r, i, rows));
    return OK;
}

static enum err run_whole(struct ctx *c, struct pg_db *db, struct pg_prepared *p, struct query *q,
                          const struct pg_params *params, struct rows *rows, i64 *changed)
{
    char name[16];
    slot_name(name, q);
    PGresult *r = PQexecPrepared(db->handle, name, p->params, params->values, params->lengths,
                                 params->formats, 0);
    ExecStatusType status = PQresultStatus(r);
    enum err e = OK;
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) e = pg_fail(c, db, r, q->name);
    if (e == OK && changed && !i64_parse(str_of(PQcmdTuples(r)), changed)) *changed = 0;
    if (e == OK) e = take_rows(c, db, p, q, r, rows);
    PQclear(r);
    return e;
}

static enum err command(struct ctx *c, struct pg_db *db, const char *what, const char *sql)
{
    PGresult *r = PQexec(db->handle, sql);
    ExecStatusType status = PQresultStatus(r);
    enum err e =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : pg_fail(c, db, r, what);
    PQclear(r);
    return e;
}

static enum err fetch_all(struct ctx *c, struct pg_db *db, struct pg_prepared *p, struct query *q,
                          struct rows *rows, int cursor)
{
    char fetch[64];
    snprintf(fetch, sizeof fetch, "FETCH FORWARD %d FROM k%d", FETCH_ROWS, cursor);
    for (;;) {
        PGresult *r = PQexec(db->handle, fetch);
        TRY(expect(c, db, r, PGRES_TUPLES_OK, q->name));
        int n = PQntuples(r);
        enum err e = take_rows(c, db, p, q, r, rows);
        PQclear(r);
        if (e != OK || n < FETCH_ROWS) return e;
    }
}

/* Names of cursors are ours; the text after FOR is the statement as it was declared. */
static enum err run_cursor(struct ctx *c, struct pg_db *db, struct pg_prepared *p, struct query *q,
                           const struct pg_params *params, struct rows *rows)
{
    int cursor = db->cursors++;
    bool own = PQtransactionStatus(db->handle) == PQTRANS_IDLE;
    enum err e = own ? command(c, db, "BEGIN", "BEGIN READ ONLY") : OK;
    if (e == OK) {
        str declare = str_fmt(c->arena, "DECLARE k%d NO SCROLL CURSOR FOR %s", cursor, text_of(q));
        PGresult *r = PQexecParams(db->handle, str_z(c->arena, declare), p->params, p->types,
                                   params->values, params->lengths, params->formats, 0);
        e = expect(c, db, r, PGRES_COMMAND_OK, q->name);
        if (e == OK) PQclear(r);
    }
    if (e == OK) e = fetch_all(c, db, p, q, rows, cursor);
    if (db->cursors > cursor) db->cursors = cursor;
    struct problem why = c->why;
    char end[32];
    snprintf(end, sizeof end, own ? "ROLLBACK" : "CLOSE k%d", cursor);
    bool usable = PQtransactionStatus(db->handle) == PQTRANS_INTRANS || own;
    enum err closed = db->db.lost || !usable ? OK : command(c, db, q->name, end);
    if (e != OK) c->why = why;
    return e != OK ? e : closed;
}

static enum err run_prepared(struct ctx *c, struct pg_db *db, struct pg_prepared *p,
                             struct query *q, struct args args, struct rows *rows, i64 *changed)
{
    struct pg_params params;
    if (args.n != p->params)
        return fail(c, E_INTERNAL, "语句 %s 需要 %d 个参数，得到 %d 个",
                    "statement %s wants %d parameters, got %d", q->name, p->params, args.n);
    pg_bind(c->arena, &params, args, p->types);
    if (rows && rows->stream && !q->changes) return run_cursor(c, db, p, q, &params, rows);
    return run_whole(c, db, p, q, &params, rows, changed);
}

static enum err run_kept(struct ctx *c, struct pg_db *db, struct query *q, struct args args,
                         struct rows *rows, i64 *changed)
{
    struct pg_prepared *p = &db->prepared[q->slot];
    if (!p->ready) TRY(prepare(c, db, q, p));
    return run_prepared(c, db, p, q, args, rows, changed);
}

static enum err run_once(struct ctx *c, struct pg_db *db, struct query *q, struct args args,
                         struct rows *rows, i64 *changed)
{
    if (!q->once) return run_kept(c, db, q, args, rows, changed);
    struct pg_prepared p = { 0 };
    assert(rows && rows->stream && !q->changes);
    enum err e = prepare(c, db, q, &p);
    if (e == OK) e = run_prepared(c, db, &p, q, args, rows, changed);
    forget(&p);
    return e;
}

static enum err pg_run(struct ctx *c, struct db *base, struct query *q, struct args args,
                       struct rows *rows, i64 *changed)
{
    struct pg_db *db = (struct pg_db *)base;
    bool free_standing = base->role == ROLE_READER && !base->snapshot && db->cursors == 0;
    if (base->lost && free_standing) TRY(connect_db(c, db));
    enum err e = run_once(c, db, q, args, rows, changed);
    if (!base->lost || !free_standing || (rows && rows->n > 0)) return e;
    TRY(connect_db(c, db)); /* the server restarted since the last use */
    return run_once(c, db, q, args, rows, changed);
}

/* -- many rows -------------------------------------------------------------------------------- */

#define EACH_ROWS 500 /* sent before their answers are read */

/* The answers of n rows and of the end of their piece; the first refusal is the answer. */
static enum err take_answers(struct ctx *c, struct pg_db *db, struct query *q, i64 n)
{
    enum err e = OK;
    for (bool ended = false; !ended;) {
        PGresult *r = PQgetResult(db->handle);
        if (!r && n-- > 0) continue; /* between two of them */
        ExecStatusType status = PQresultStatus(r);
        ended = !r || status == PGRES_PIPELINE_SYNC || PQstatus(db->handle) == CONNECTION_BAD;
        bool good = status == PGRES_COMMAND_OK || status == PGRES_PIPELINE_SYNC;
        if (!good && e == OK) e = pg_fail(c, db, r, q->name);
        PQclear(r);
    }
    return e;
}

static enum err send_rows(struct ctx *c, struct pg_db *db, const struct pg_prepared *p,
                          struct query *q, const struct value *at, i64 n)
{
    char name[16];
    bool sent = true;
    slot_name(name, q);
    for (i64 i = 0; i < n && sent; i++, at += p->params) {
        struct pg_params params;
        struct arena_mark mark = arena_mark(c->arena);
        pg_bind(c->arena, &params, (struct args){ at, p->params }, p->types);
        sent = PQsendQueryPrepared(db->handle, name, p->params, params.values, params.lengths,
                                   params.formats, 0);
        arena_rewind(c->arena, mark);
    }
    if (!sent || !PQpipelineSync(db->handle)) return pg_fail(c, db, NULL, q->name);
    return take_answers(c, db, q, n);
}

/* One after the other without waiting for the answers between. */
static enum err pg_run_each(struct ctx *c, struct db *base, struct query *q, struct args args,
                            i64 rows)
{
    struct pg_db *db = (struct pg_db *)base;
    struct pg_prepared *p = &db->prepared[q->slot];
    if (!p->ready) TRY(prepare(c, db, q, p));
    if (args.n != rows * p->params)
        return fail(c, E_INTERNAL, "语句 %s 每行需要 %d 个参数",
                    "statement %s wants %d parameters a row", q->name, p->params);
    if (!PQenterPipelineMode(db->handle)) return pg_fail(c, db, NULL, q->name);
    enum err e = OK;
    for (i64 i = 0; i < rows && e == OK; i += EACH_ROWS)
        e = send_rows(c, db, p, q, args.at + i * p->params,
                      rows - i < EACH_ROWS ? rows - i : EACH_ROWS);
    if (!PQexitPipelineMode(db->handle)) base->lost = base->retry = true;
    return e;
}

/* -- transactions ----------------------------------------------------------------------------- */

static const char *const control_text[SAY_COUNT] = {
    [SAY_BEGIN] =
        ("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
         "SELECT pg_advisory_xact_lock(1263487312, hashtext(COALESCE(current_schema(), '')))"),
    [SAY_COMMIT] = "COMMIT",
    [SAY_ROLLBACK] = "ROLLBACK",
    [SAY_SAVEPOINT] = "SAVEPOINT part",
    [SAY_RELEASE] = "RELEASE SAVEPOINT part",
    [SAY_UNDO] = "ROLLBACK TO SAVEPOINT part",
    [SAY_SNAPSHOT] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1",
};

static const char *const control_name[SAY_COUNT] = {
    [SAY_BEGIN] = "BEGIN",         [SAY_COMMIT] = "COMMIT",   [SAY_ROLLBACK] = "ROLLBACK",
    [SAY_SAVEPOINT] = "SAVEPOINT", [SAY_RELEASE] = "RELEASE", [SAY_UNDO] = "UNDO",
    [SAY_SNAPSHOT] = "SNAPSHOT",
};

static enum err say_commit(struct ctx *c, struct pg_db *db)
{
    PGresult *r = PQexec(db->handle, "COMMIT");
    bool committed = PQresultStatus(r) == PGRES_COMMAND_OK;
    enum err e = committed ? OK : pg_fail(c, db, r, "COMMIT");
    if (committed && strcmp(PQcmdStatus(r), "COMMIT") != 0) /* the transaction had failed before */
        e = fail(c, E_STORE, "事务此前已失败，没有提交",
                 "the transaction had failed before and was not committed");
    PQclear(r);
    if (e == OK || !db->db.lost) return e;
    return fail(c, E_UNCERTAIN, "提交时失去连接", "the connection was lost during COMMIT");
}

static enum err pg_say(struct ctx *c, struct db *base, enum control what)
{
    struct pg_db *db = (struct pg_db *)base;
    if (what == SAY_COMMIT) return say_commit(c, db);
    bool idle = base->lost || PQstatus(db->handle) != CONNECTION_OK ||
                PQtransactionStatus(db->handle) == PQTRANS_IDLE;
    if (what == SAY_ROLLBACK && idle) return OK; /* it ended with its connection, or never began */
    if (what == SAY_BEGIN || what == SAY_SNAPSHOT) {
        if (base->lost || PQstatus(db->handle) != CONNECTION_OK) TRY(connect_db(c, db));
        enum err e = command(c, db, control_name[what], control_text[what]);
        if (e == OK || !base->lost || what == SAY_BEGIN) return e;
        TRY(connect_db(c, db));
    }
    return command(c, db, control_name[what], control_text[what]);
}

/* Exports a's snapshot, and makes it b's. */
static enum err share_snapshot(struct ctx *c, struct pg_db *a, struct pg_db *b)
{
    char import[128];
    PGresult *r = PQexec(a->handle, "SELECT pg_export_snapshot()");
    TRY(expect(c, a, r, PGRES_TUPLES_OK, "snapshot"));
    snprintf(import, sizeof import,
             "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '%s'",
             PQgetvalue(r, 0, 0));
    PQclear(r);
    if (b->db.lost || PQstatus(b->handle) != CONNECTION_OK) TRY(connect_db(c, b));
    return command(c, b, "SNAPSHOT", import);
}

static enum err pg_say_both(struct ctx *c, struct db *a, struct db *b, bool *same)
{
    TRY(pg_say(c, a, SAY_SNAPSHOT));
    enum err e = share_snapshot(c, (struct pg_db *)a, (struct pg_db *)b);
    *same = e == OK;
    if (e == OK) return OK;
    struct ctx words = { .locale = EN };
    if (pg_say(&words, b, SAY_ROLLBACK) != OK) b->lost = true;
    if (pg_say(&words, a, SAY_ROLLBACK) != OK) a->lost = true;
    return e;
}

static bool pg_alive(struct db *base)
{
    PGTransactionStatusType status = PQtransactionStatus(((struct pg_db *)base)->handle);
    return !base->lost && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

static enum err pg_script(struct ctx *c, struct db *base, str sql)
{
    return command(c, (struct pg_db *)base, "script", str_z(c->arena, sql));
}

/* -- checks ----------------------------------------------------------------------------------- */

static const char *pg_check_query(struct db *base, struct query *q, struct arena *a)
{
    struct pg_db *db = (struct pg_db *)base;
    PGresult *r = PQprepare(db->handle, "", text_of(q), 0, NULL);
    if (PQresultStatus(r) == PGRES_COMMAND_OK) {
        PQclear(r);
        r = PQdescribePrepared(db->handle, "");
    }
    struct pg_prepared p = { 0 };
    const char *why = NULL;
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        why = str_fmt(a, "%s (%s:%d): %s", q->name, q->file, q->line, PQresultErrorMessage(r)).at;
    else why = take_description(&p, q, r, a);
    for (int i = 0; !why && i < p.columns; i++)
        if (!pg_type_fits(p.column_types[i], p.fields[i]->kind))
            why = str_fmt(a, "%s (%s:%d): column %s has PostgreSQL type %u", q->name, q->file,
                          q->line, p.fields[i]->name, p.column_types[i])
                      .at;
    PQclear(r);
    forget(&p);
    return why;
}

static enum err pg_integrity(struct ctx *c, struct db *base)
{
    return command(c, (struct pg_db *)base, "check",
                   "SELECT 1"); /* the server guards its own pages */
}

const struct driver driver_pg = {
    .name = "postgresql",
    .int64 = "BIGINT",
    .text = "TEXT COLLATE \"C\"",
    .bytes = "BYTEA",
    .flag = "BOOLEAN",
    .float64 = "DOUBLE PRECISION",
    .table_end = "",
    .clustered_end = "",
    .open = pg_open,
    .close = pg_close,
    .run = pg_run,
    .run_each = pg_run_each,
    .say = pg_say,
    .say_both = pg_say_both,
    .script = pg_script,
    .alive = pg_alive,
    .check_query = pg_check_query,
    .integrity = pg_integrity,
};
