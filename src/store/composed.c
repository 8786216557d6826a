/* composed.c -- joins listed parts into one reading statement and runs it.
 *
 * The only texts that enter a statement are those of parts and queries found in the program's own
 * lists, by address; digits of renumbered parameters are the only thing made at run time.
 */
#include <assert.h>

#include "store/composed.h"

#include "store/store_private.h"

extern const struct sql_part *const __start_sql_parts[] __attribute__((weak));
extern const struct sql_part *const __stop_sql_parts[] __attribute__((weak));

#define COMPOSED_PARAMS_MAX 30000 /* both engines take a few more */

static bool part_listed(const struct sql_part *p)
{
    for (const struct sql_part *const *at = __start_sql_parts; at < __stop_sql_parts; at++)
        if (*at == p) return true;
    return false;
}

static struct composed_piece *piece_new(struct composed *s, struct args args)
{
    struct composed_piece *piece = PUSH(s->arena, s);
    struct value *copy = NEWS(s->arena, struct value, args.n);
    if (args.n) memcpy(copy, args.at, (size_t)args.n * sizeof *copy);
    piece->args = (struct args){ copy, args.n };
    return piece;
}

void composed_add(struct composed *s, const struct sql_part *part, struct args args)
{
    piece_new(s, args)->part = part;
}

void composed_add_query(struct composed *s, const struct query *query, struct args args)
{
    piece_new(s, args)->query = query;
}

void composed_append(struct composed *s, const struct composed *more)
{
    for (i64 i = 0; i < more->n; i++) *PUSH(s->arena, s) = more->at[i];
}

/* Adds text with every $k written as $(k + first); answers the highest k. */
static i64 add_renumbered(struct buf *out, const char *sql, i64 first)
{
    i64 highest = 0;
    while (*sql) {
        buf_byte(out, *sql);
        if (*sql++ != '$' || *sql < '1' || *sql > '9') continue;
        i64 k = 0;
        while (*sql >= '0' && *sql <= '9') k = k * 10 + (*sql++ - '0');
        buf_i64(out, k + first);
        if (k > highest) highest = k;
    }
    return highest;
}

static enum err piece_check(struct ctx *c, const struct composed_piece *piece)
{
    if (piece->part && part_listed(piece->part)) return OK;
    if (piece->query && !piece->query->changes && !piece->query->once &&
        query_at(piece->query->slot) == piece->query)
        return OK;
    return fail(c, E_INTERNAL, "语句的一部分不在程序自己的表里",
                "a part of a statement is not in "
                "the program's own list");
}

static enum err compose(struct ctx *c, const struct composed *s, struct buf *sql, struct args *args)
{
    bool pg = store_is_pg(c->db->store);
    i64 total = 0;
    queries_number();
    for (i64 i = 0; i < s->n; i++) {
        TRY(piece_check(c, &s->at[i]));
        total += s->at[i].args.n;
    }
    if (total > COMPOSED_PARAMS_MAX)
        return fail(c, E_TOO_LARGE, "条件里的值太多（%lld 个）", "too many values (%lld)",
                    (long long)total);
    struct value *values = NEWS(c->arena, struct value, total);
    i64 n = 0;
    for (i64 i = 0; i < s->n; i++) {
        const struct composed_piece *p = &s->at[i];
        const char *plain = p->part ? p->part->sql : p->query->sql;
        const char *other = p->part ? p->part->pg : p->query->pg;
        if (add_renumbered(sql, pg && other ? other : plain, n) != p->args.n)
            return fail(c, E_INTERNAL, "语句部分 %s 的参数个数不对",
                        "part %s of a statement has other parameters than values",
                        p->part ? p->part->name : p->query->name);
        if (p->args.n) memcpy(values + n, p->args.at, (size_t)p->args.n * sizeof *values);
        n += p->args.n;
    }
    buf_byte(sql, 0);
    *args = (struct args){ values, (int)n };
    return OK;
}

enum err composed_each(struct ctx *c, const struct composed *s, const struct shape *shape,
                       enum err (*fn)(void *arg, const void *row), void *arg)
{
    struct buf sql = { .arena = c->arena };
    struct args args;
    TRY(compose(c, s, &sql, &args));
    struct query q = { .name = "composed",
                       .sql = sql.at,
                       .shape = shape,
                       .file = __FILE__,
                       .line = __LINE__,
                       .slot = -1,
                       .once = true };
    return db_each(c, &q, fn, arg, args);
}

static void add_literal(struct buf *out, const struct value *v)
{
    if (v->kind == V_I64) buf_i64(out, v->i);
    else if (v->kind == V_FLAG) buf_add(out, v->i ? S("TRUE") : S("FALSE"));
    else if (v->kind == V_F64) buf_fmt(out, "%.17g", v->f);
    else if (v->kind == V_BYTES || !v->s.at) buf_add(out, S("NULL"));
    else {
        buf_byte(out, '\'');
        for (i64 i = 0; i < v->s.n; i++) {
            if (v->s.at[i] == '\'') buf_byte(out, '\'');
            buf_byte(out, v->s.at[i]);
        }
        buf_byte(out, '\'');
    }
}

enum err composed_show(struct ctx *c, const struct composed *s, str *out)
{
    struct buf sql = { .arena = c->arena }, shown = { .arena = c->arena };
    struct args args;
    TRY(compose(c, s, &sql, &args));
    for (const char *at = sql.at; *at;) {
        if (at[0] != '$' || at[1] < '1' || at[1] > '9') {
            buf_byte(&shown, *at++);
            continue;
        }
        i64 k = 0;
        for (at++; *at >= '0' && *at <= '9'; at++) k = k * 10 + (*at - '0');
        assert(k <= args.n);
        add_literal(&shown, &args.at[k - 1]);
    }
    *out = buf_str(&shown);
    return OK;
}
