/* query.c -- statements that list themselves, and the way of a row into its struct.
 *
 * Every statement has a slot, a dense number, so that a connection finds its prepared form by
 * index. A result column finds its field once per prepared statement; after that a row is a loop
 * over cells.
 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/num.h"
#include "store/store_private.h"

SHAPE_DEFINE(one_i64);
SHAPE_DEFINE(one_opt);
SHAPE_DEFINE(one_str);

#define SLOW_MS 500

/* The linker's bounds of the section that QUERY fills; a sanitizer may leave holes of zeros. */
extern struct query *const __start_queries[] __attribute__((weak));
extern struct query *const __stop_queries[] __attribute__((weak));

static struct query **numbered;
static i64 numbered_count;
static pthread_once_t number_once = PTHREAD_ONCE_INIT;

static void number_all(void)
{
    i64 room = __stop_queries - __start_queries;
    numbered = calloc((size_t)room + 1, sizeof *numbered); /* for the life of the process */
    assert(numbered);
    for (struct query *const *at = __start_queries; at < __stop_queries; at++) {
        if (!*at) continue;
        (*at)->slot = (int)numbered_count;
        (*at)->tells = shelves_told(*at);
        numbered[numbered_count++] = *at;
    }
}

void queries_number(void) { pthread_once(&number_once, number_all); }

i64 queries_count(void)
{
    queries_number();
    return numbered_count;
}

struct query *query_at(i64 slot) { return slot < numbered_count ? numbered[slot] : NULL; }

/* -- cells into fields ------------------------------------------------------------------------ */

static enum err misfit(struct ctx *c, const struct query *q, const struct shape_field *f,
                       const char *got)
{
    return fail(c, E_STORE, "语句 %s 的列 %s 读到 %s，与字段类型不符",
                "statement %s: column %s holds %s, which does not fit its field", q->name, f->name,
                got);
}

static const char *cell_word(const struct cell *v)
{
    static const char *const words[] = { "NULL", "an integer", "a real number", "text" };
    return words[v->kind];
}

static str cell_text(struct arena *copy, str s)
{
    if (s.n == 0) return S("");
    return copy ? str_copy(copy, s) : s;
}

typedef bool put_fn(void *at, const struct shape_field *f, const struct cell *v,
                    struct arena *copy);

static bool put_str(void *at, const struct shape_field *f, const struct cell *v, struct arena *copy)
{
    if (v->kind == CELL_NULL) return *(str *)at = NO_STR, true;
    if (v->kind != CELL_TEXT) return false;
    return *(str *)at = cell_text(copy, v->s), true;
}

static bool put_i64(void *at, const struct shape_field *f, const struct cell *v, struct arena *copy)
{
    if (v->kind != CELL_I64) return false;
    return *(i64 *)at = v->i, true;
}

static bool put_f64(void *at, const struct shape_field *f, const struct cell *v, struct arena *copy)
{
    if (v->kind != CELL_F64 && v->kind != CELL_I64) return false;
    return *(f64 *)at = v->kind == CELL_F64 ? v->f : (f64)v->i, true;
}

static bool put_flag(void *at, const struct shape_field *f, const struct cell *v,
                     struct arena *copy)
{
    if (v->kind != CELL_I64) return false;
    return *(flag *)at = v->i != 0, true;
}

static bool put_day(void *at, const struct shape_field *f, const struct cell *v, struct arena *copy)
{
    if (v->kind != CELL_I64 || v->i < INT32_MIN || v->i > INT32_MAX) return false;
    return *(day *)at = (day)v->i, true;
}

static bool put_opt_i64(void *at, const struct shape_field *f, const struct cell *v,
                        struct arena *copy)
{
    if (v->kind != CELL_I64 && v->kind != CELL_NULL) return false;
    *(opt_i64 *)at = (opt_i64){ v->kind == CELL_I64, v->kind == CELL_I64 ? v->i : 0 };
    return true;
}

static bool put_opt_f64(void *at, const struct shape_field *f, const struct cell *v,
                        struct arena *copy)
{
    opt_f64 *out = at;
    out->has = v->kind != CELL_NULL;
    return !out->has || put_f64(&out->value, f, v, copy);
}

static bool put_opt_flag(void *at, const struct shape_field *f, const struct cell *v,
                         struct arena *copy)
{
    opt_flag *out = at;
    out->has = v->kind != CELL_NULL;
    return !out->has || put_flag(&out->value, f, v, copy);
}

static bool put_choice(void *at, const struct shape_field *f, const struct cell *v,
                       struct arena *copy)
{
    if (v->kind != CELL_TEXT) return false;
    int value = choice_find(f->of, v->s);
    if (value < 0) return false;
    return *(int *)at = value, true;
}

static put_fn *const puts_of[] = {
    [K_str] = put_str,
    [K_json] = put_str,
    [K_i64] = put_i64,
    [K_money] = put_i64,
    [K_instant] = put_i64,
    [K_f64] = put_f64,
    [K_flag] = put_flag,
    [K_day] = put_day,
    [K_opt_i64] = put_opt_i64,
    [K_opt_money] = put_opt_i64,
    [K_opt_instant] = put_opt_i64,
    [K_opt_f64] = put_opt_f64,
    [K_opt_flag] = put_opt_flag,
    [K_choice] = put_choice,
    [K_list] = NULL,
};

bool kind_from_sql(enum shape_kind k) { return k < COUNT(puts_of) && puts_of[k]; }

enum err cell_put(struct ctx *c, const struct query *q, const struct shape_field *f, void *row,
                  const struct cell *v, struct arena *copy)
{
    if (puts_of[f->kind]((char *)row + f->offset, f, v, copy)) return OK;
    return misfit(c, q, f,
                  f->kind == K_choice && v->kind == CELL_TEXT ? "an unknown name" : cell_word(v));
}

const char *column_fits(struct arena *a, const struct query *q, const char *column,
                        const struct shape_field **field)
{
    const struct shape_field *f = q->shape ? shape_find(q->shape, str_of(column)) : NULL;
    if (!f)
        return str_fmt(a, "%s (%s:%d): column %s has no field in %s", q->name, q->file, q->line,
                       column, q->shape ? q->shape->name : "nothing")
            .at;
    if (!kind_from_sql(f->kind))
        return str_fmt(a, "%s (%s:%d): field %s cannot come from a row", q->name, q->file, q->line,
                       column)
            .at;
    *field = f;
    return NULL;
}

/* -- running ---------------------------------------------------------------------------------- */

enum err rows_got(struct rows *r, struct ctx *c, void *row)
{
    r->n++;
    if (!r->got) return OK;
    enum err e = r->got(r, c, row);
    r->refused = e != OK;
    return e;
}

/* Good to a few milliseconds, and almost free. */
static i64 coarse_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (i64)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err may_run(struct ctx *c, struct query *q)
{
    struct db *db = c->db;
    if (!db)
        return fail(c, E_INTERNAL, "语句 %s 没有数据库连接", "statement %s has no connection",
                    q->name);
    assert(db->role != ROLE_READER || db->lease); /* not one given back: it may be another's */
    if (q->changes && db->role == ROLE_READER)
        return fail(c, E_INTERNAL, "语句 %s 要改动数据，却在只读连接上执行",
                    "statement %s changes rows but was run on a reader", q->name);
    if (db->job && db->job->broken != OK) return db->job->broken;
    return db->role == ROLE_WRITER ? shelves_before(c, db, q) : OK;
}

static void note_slow(const struct query *q, i64 began)
{
    i64 took = coarse_ms() - began;
    if (took > SLOW_MS) LOG(WARN, "store.statement_slow", KV("query", q->name), KV("ms", took));
}

enum err db_run(struct ctx *c, struct query *q, struct args args, struct rows *rows, i64 *changed)
{
    TRY(may_run(c, q));
    struct db *db = c->db;
    i64 began = coarse_ms();
    enum err e = db->driver->run(c, db, q, args, rows, changed);
    bool reader_takes_its_time = rows && rows->stream;
    if (!reader_takes_its_time) note_slow(q, began);
    if (e != OK && db->job && !(rows && rows->refused)) db->job->broken = e;
    return e;
}

enum err db_run_each(struct ctx *c, struct query *q, struct args args, i64 n)
{
    if (!n) return OK;
    if (n == 1) return db_run(c, q, args, NULL, NULL);
    TRY(may_run(c, q));
    struct db *db = c->db;
    i64 began = coarse_ms();
    enum err e = db->driver->run_each(c, db, q, args, n);
    note_slow(q, began);
    if (e != OK && db->job) db->job->broken = e;
    return e;
}

struct into {
    struct rows rows;
    void *out;
};

static void *place_out(struct rows *r)
{
    struct into *into = (struct into *)r;
    return into->out;
}

enum err db_find(struct ctx *c, struct query *q, void *out, bool *found, struct args args)
{
    assert(q->shape);
    struct into into = { .rows = { .place = place_out, .copy = c->arena, .max = 1 }, .out = out };
    memset(out, 0, q->shape->size);
    TRY(db_run(c, q, args, &into.rows, NULL));
    *found = into.rows.n > 0;
    return OK;
}

enum err db_get(struct ctx *c, struct query *q, void *out, struct args args)
{
    bool found;
    TRY(db_find(c, q, out, &found, args));
    if (!found) return fail(c, E_NOT_FOUND, "没有找到（%s）", "nothing was found (%s)", q->name);
    return OK;
}

struct any_list {
    char *at;
    i64 n;
};
struct into_list {
    struct rows rows;
    struct any_list *list;
    size_t size;
    struct arena *arena;
};

static void *place_list(struct rows *r)
{
    struct into_list *into = (struct into_list *)r;
    struct any_list *list = into->list;
    list->at = arena_grow(into->arena, list->at, into->size, list->n);
    return list->at + (size_t)list->n++ * into->size;
}

enum err db_all(struct ctx *c, struct query *q, void *list_out, struct args args)
{
    assert(q->shape);
    struct into_list into = { .rows = { .place = place_list, .copy = c->arena },
                              .list = list_out,
                              .size = q->shape->size,
                              .arena = c->arena };
    *into.list = (struct any_list){ 0 };
    return db_run(c, q, args, &into.rows, NULL);
}

struct each {
    struct rows rows;
    enum err (*fn)(void *arg, const void *row);
    void *arg, *row;
    size_t size;
};

static void *place_each(struct rows *r)
{
    struct each *each = (struct each *)r;
    return memset(each->row, 0, each->size);
}

static enum err got_each(struct rows *r, struct ctx *c, void *row)
{
    struct each *each = (struct each *)r;
    return each->fn(each->arg, row);
}

enum err db_each(struct ctx *c, struct query *q, enum err (*fn)(void *arg, const void *row),
                 void *arg, struct args args)
{
    assert(q->shape);
    struct each each = { .rows = { .place = place_each, .got = got_each, .stream = true },
                         .fn = fn,
                         .arg = arg,
                         .size = q->shape->size };
    each.row = arena_alloc(c->arena, q->shape->size, 1);
    return db_run(c, q, args, &each.rows, NULL);
}

/* -- the check of all statements -------------------------------------------------------------- */

const char *queries_check(struct db *db, struct arena *a)
{
    struct ctx c = { .arena = a, .locale = EN };
    struct buf wrong = { .arena = a };
    struct db *tool; /* a reader may not even prepare a change */
    if (tool_open(&c, db->store, &tool) != OK) return str_z(a, fail_text(&c));
    for (i64 i = 0; i < queries_count(); i++) {
        const char *why = tool->driver->check_query(tool, numbered[i], a);
        if (why) buf_fmt(&wrong, "%s\n", why);
    }
    tool->driver->close(tool);
    return wrong.n ? str_z(a, buf_str(&wrong)) : NULL;
}
