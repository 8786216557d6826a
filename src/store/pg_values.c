/* pg_values.c -- values to and from PostgreSQL, and its errors as ours. */
#include <assert.h>
#include <endian.h>
#include <stdio.h>

#include "base/log.h"
#include "base/num.h"
#include "store/pg_private.h"

/* -- parameters ------------------------------------------------------------------------------- */

static void put_text(struct pg_params *p, int i, const char *z, i64 n, int format)
{
    p->values[i] = z;
    p->lengths[i] = (int)n;
    p->formats[i] = format;
}

static bool takes_bytes(Oid type)
{
    return type == PG_TEXT || type == PG_VARCHAR || type == PG_BYTEA || type == PG_UNKNOWN;
}

static void bind_str(struct arena *a, struct pg_params *p, int i, str s, Oid type)
{
    if (takes_bytes(type)) put_text(p, i, s.n ? s.at : "", s.n, 1);
    else put_text(p, i, str_z(a, s), s.n, 0);
}

static void bind_i64(struct pg_params *p, int i, i64 v, Oid type)
{
    char *room = p->room[i];
    if (type == PG_INT8) {
        u64 big = htobe64((u64)v);
        memcpy(room, &big, sizeof big);
        put_text(p, i, room, sizeof big, 1);
        return;
    }
    put_text(p, i, room, snprintf(room, sizeof p->room[i], "%lld", (long long)v), 0);
}

void pg_bind(struct arena *a, struct pg_params *p, struct args args, const Oid *types)
{
    bool few = args.n <= PARAMS_MAX;
    p->values = few ? p->few.values : NEWS(a, const char *, args.n);
    p->lengths = few ? p->few.lengths : NEWS(a, int, args.n);
    p->formats = few ? p->few.formats : NEWS(a, int, args.n);
    p->room = few ? p->few.room : arena_alloc(a, sizeof *p->room, args.n);
    for (int i = 0; i < args.n; i++) {
        const struct value *v = &args.at[i];
        switch (v->kind) {
        case V_STR:
        case V_BYTES: bind_str(a, p, i, v->s, types[i]); break;
        case V_I64:
        case V_FLAG: bind_i64(p, i, v->i, types[i]); break;
        case V_F64:
            put_text(p, i, p->room[i], snprintf(p->room[i], sizeof p->room[i], "%.17g", v->f), 0);
            break;
        case V_NULL_I64:
        case V_NULL_STR: put_text(p, i, NULL, 0, 0); break;
        }
    }
}

/* -- cells ------------------------------------------------------------------------------------ */

static int nibble(char h)
{
    if (h >= '0' && h <= '9') return h - '0';
    if (h >= 'a' && h <= 'f') return h - 'a' + 10;
    return -1;
}

static bool decode_bytes(struct arena *a, str hex, str *out)
{
    if (!str_starts(hex, S("\\x")) || hex.n % 2) return false;
    i64 n = hex.n / 2 - 1;
    char *at = arena_alloc(a, 1, n + 1);
    for (i64 i = 0; i < n; i++) {
        int high = nibble(hex.at[2 + 2 * i]), low = nibble(hex.at[3 + 2 * i]);
        if (high < 0 || low < 0) return false;
        at[i] = (char)(high << 4 | low);
    }
    *out = (str){ at, n };
    return true;
}

bool pg_cell(const PGresult *r, int row, int column, struct arena *a, struct cell *out)
{
    *out = (struct cell){ .kind = CELL_NULL };
    if (PQgetisnull(r, row, column)) return true;
    str text = { PQgetvalue(r, row, column), PQgetlength(r, row, column) };
    switch (PQftype(r, column)) {
    case PG_BOOL: *out = (struct cell){ .kind = CELL_I64, .i = text.at[0] == 't' }; return true;
    case PG_INT2:
    case PG_INT4:
    case PG_INT8: out->kind = CELL_I64; return i64_parse(text, &out->i);
    case PG_NUMERIC: /* SUM of integers is one; so is AVG */
        out->kind = CELL_I64;
        if (i64_parse(text, &out->i)) return true;
        out->kind = CELL_F64;
        return f64_parse(text, &out->f);
    case PG_FLOAT4:
    case PG_FLOAT8: out->kind = CELL_F64; return f64_parse(text, &out->f);
    case PG_BYTEA: out->kind = CELL_TEXT; return decode_bytes(a, text, &out->s);
    default: *out = (struct cell){ .kind = CELL_TEXT, .s = text }; return true;
    }
}

bool pg_type_fits(Oid type, enum shape_kind k)
{
    bool text = k == K_str || k == K_json || k == K_choice, real = k == K_f64 || k == K_opt_f64,
         truth = k == K_flag || k == K_opt_flag;
    switch (type) {
    case PG_BOOL: return truth;
    case PG_INT2:
    case PG_INT4:
    case PG_INT8: return !text && !truth;
    case PG_NUMERIC: return !text && !truth;
    case PG_FLOAT4:
    case PG_FLOAT8: return real;
    case PG_BYTEA: return k == K_str;
    default: return text;
    }
}

/* -- errors ----------------------------------------------------------------------------------- */

enum fate { STAYS, RETRY, LOST };

static const struct {
    const char *state; /* SQLSTATE, or how it begins */
    enum err err;
    enum fate fate;
    const char *zh, *en;
} states[] = {
    { "23505", E_CONFLICT, STAYS, "已有相同的记录", "such a row exists already" },
    { "23", E_INTERNAL, STAYS, "数据违反表的约束", "a table's constraint was violated" },
    { "40001", E_BUSY, RETRY, "与同时进行的修改冲突",
      "it collided with a change at the same time" },
    { "40P01", E_BUSY, RETRY, "与同时进行的修改互相等待",
      "it deadlocked with a change at the same time" },
    { "53100", E_FULL, STAYS, "PostgreSQL 的磁盘已满：请腾出空间后重试",
      "the disk of PostgreSQL is full: free some space and retry" },
    { "53300", E_BUSY, STAYS, "PostgreSQL 的连接数已满：请调大 max_connections",
      "PostgreSQL has no free connection: raise max_connections" },
    { "53", E_BUSY, STAYS, "PostgreSQL 资源不足", "PostgreSQL is short of resources" },
    { "55P03", E_BUSY, STAYS, "另一个程序正在写入", "another program is writing" },
    { "57014", E_TIMEOUT, STAYS, "处理超时", "it took too long" },
    { "57P", E_STORE, LOST, "PostgreSQL 正在停止或重启", "PostgreSQL is stopping or starting" },
    { "08", E_STORE, LOST, "与 PostgreSQL 的连接中断", "the connection to PostgreSQL was lost" },
    { "25006", E_INTERNAL, STAYS, "只读连接不能改动数据", "a reader cannot change rows" },
    { "25P02", E_STORE, STAYS, "前一条语句已失败", "an earlier statement has failed" },
    { "22021", E_INVALID, STAYS, "文本不是有效的 UTF-8（或含有 NUL）",
      "a text is not valid UTF-8 (or holds a NUL)" },
    { "54", E_TOO_LARGE, STAYS, "内容太大", "the content is too large" },
    { "28", E_STORE, STAYS, "PostgreSQL 拒绝登录：请检查用户名和密码",
      "PostgreSQL refused the login: check user and password" },
    { "3D000", E_STORE, STAYS, "没有这个 PostgreSQL 数据库",
      "there is no such PostgreSQL database" },
    { "58", E_STORE, STAYS, "PostgreSQL 读写磁盘失败", "PostgreSQL could not use its disk" },
    { "XX", E_STORE, STAYS, "PostgreSQL 内部错误或数据损坏",
      "an internal fault of PostgreSQL, or damaged data" },
};

static enum err say_state(struct ctx *c, struct pg_db *db, i64 i, const char *what)
{
    db->db.lost = db->db.lost || states[i].fate == LOST;
    db->db.retry = db->db.retry || states[i].fate != STAYS;
    return fail(c, states[i].err, "%s（%s，%s）", "%s (%s, %s)",
                c->locale == ZH ? states[i].zh : states[i].en, what, states[i].state);
}

enum err pg_fail(struct ctx *c, struct pg_db *db, const PGresult *r, const char *what)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (!state && PQstatus(db->handle) == CONNECTION_BAD) state = "08006";
    if (!state) state = "XX000";
    /* The server's primary message may quote values of the data: it is logged for our own mistakes
     * only, without class 22. */
    const char *why =
        r && strncmp(state, "22", 2) != 0 ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    for (i64 i = 0; i < COUNT(states); i++) {
        if (strncmp(state, states[i].state, strlen(states[i].state)) != 0) continue;
        if (states[i].err == E_INTERNAL || states[i].err == E_STORE)
            LOG(WARN, "store.statement_refused", KV("what", what), KV("state", state),
                KV("why", why ? why : ""));
        return say_state(c, db, i, what);
    }
    LOG(ERROR, "store.statement_failed", KV("what", what), KV("state", state),
        KV("why", why ? why : ""));
    return fail(c, E_INTERNAL, "数据库拒绝了语句 %s（%s）",
                "the database refused the statement %s (%s)", what, state);
}
