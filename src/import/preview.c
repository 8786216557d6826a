/* preview.c -- what an operator sees before importing: rows, orders and problems of the
 * file's beginning. */
#include "import/preview.h"

#include "access/access.h"
#include "base/json.h"
#include "import/kind.h"
#include "import/store.h"

SHAPE_DEFINE(import_fact);

#define ROWS_SHOWN      10
#define ROWS_UNDERSTOOD 200
#define FACTS_SHOWN     10
#define PROBLEMS_SHOWN  50

/* A column mapped to a personal field, or named like one. */
static bool column_is_personal(struct arena *a, const struct import_plan *p, i64 column)
{
    static const char *const hints[] = { "电话", "手机",    "姓名",   "收货人", "收件人",
                                         "地址", "邮箱",    "会员名", "昵称",   "账号",
                                         "帐号", "phone",   "mobile", "email",  "e-mail",
                                         "name", "address", "street", "zip" };
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && p->at[f][i] >= 0; i++)
            if (p->at[f][i] == column) return import_fields[f].personal;
    str name = str_fold(a, p->columns.at[column]);
    for (i64 i = 0; i < COUNT(hints); i++)
        if (str_find(name, str_of(hints[i])) >= 0) return true;
    return false;
}

static str masked(struct arena *a, str s)
{
    bool digits = s.n >= 7;
    for (i64 i = 0; i < s.n && digits; i++)
        digits = (s.at[i] >= '0' && s.at[i] <= '9') || s.at[i] == '-' || s.at[i] == '+';
    return s.n == 0          ? s
           : digits          ? mask_phone(a, s)
           : str_has(s, '@') ? mask_email(a, s)
                             : mask_name(a, s);
}

static enum err read_rows(struct ctx *c, struct sheet *s, const struct import_plan *p,
                          const bool *hide, json *out)
{
    struct buf b = { .arena = c->arena };
    struct sheet_row row;
    bool more = true;
    buf_byte(&b, '[');
    for (i64 n = 0; n < ROWS_SHOWN; n++) {
        if (sheet_next(c, s, &row, &more) != OK || !more)
            break; /* a fault is told by the reading proper */
        if (n) buf_byte(&b, ',');
        buf_byte(&b, '[');
        for (i64 i = 0; i < p->columns.n; i++) {
            str cell = str_sub(row.cells[i], 0, row.cells[i].n < 300 ? row.cells[i].n : 300);
            if (i) buf_byte(&b, ',');
            json_write_str(&b, hide[i] ? masked(c->arena, cell) : cell);
        }
        buf_byte(&b, ']');
    }
    buf_byte(&b, ']');
    *out = buf_str(&b);
    return OK;
}

static void show_fact(struct ctx *c, const struct import_batch *b, i64 i,
                      struct import_fact_list *out)
{
    const struct order_fact *f = &b->facts.at[i];
    const struct import_order *o = &b->orders.at[i];
    struct import_fact *v = PUSH(c->arena, out);
    *v = (struct import_fact){ .shop = f->shop,
                               .number = f->number,
                               .state = o->state,
                               .status = f->status,
                               .created_at = f->created_at,
                               .paid_at = f->paid_at,
                               .total = f->total,
                               .paid = SOME(o->paid),
                               .refund = SOME(o->refund),
                               .postage = f->postage,
                               .quantity = f->quantity,
                               .province = f->province,
                               .city = f->city,
                               .lines = f->lines };
    if (v->lines.n > 20) v->lines.n = 20;
    if (o->person < 0) return;
    const struct identity *id = &b->persons.at[o->person].identities[0];
    v->member_kind = choice_name(&identity_kind_choice, (int)id->kind);
    v->member = may(c, PERSONAL_READ) ? id->value : mask_identity(c->arena, id->kind, id->value);
}

static void end_arena(void *arg) { arena_free(arg); }

static enum err understand(struct ctx *c, struct sheet *s, const struct import_plan *p,
                           const bool *hide, struct import_preview_result *out)
{
    struct import_reader *reader;
    struct import_batch b = {
        .arena = arena_new()
    }; /* not c's: reading takes c->arena back row by row */
    bool more;
    arena_defer(c->arena, end_arena, b.arena);
    TRY(import_reader_open(c, s, p, &reader));
    enum err e = import_read(c, reader, ROWS_UNDERSTOOD, ROWS_UNDERSTOOD, &b, &more);
    for (i64 i = 0; i < b.facts.n && i < FACTS_SHOWN; i++) show_fact(c, &b, i, &out->facts);
    for (i64 i = 0; i < b.told.n && i < FACTS_SHOWN; i++)
        event_shown(c, c->arena, &b, i, PUSH(c->arena, &out->events));
    for (i64 i = 0; i < b.problems.n && i < PROBLEMS_SHOWN; i++) {
        struct import_problem *problem = PUSH(c->arena, &out->problems);
        *problem = b.problems.at[i];
        for (i64 k = 0; k < p->columns.n; k++)
            if (hide[k] && str_eq(p->columns.at[k], problem->column))
                problem->value = masked(c->arena, problem->value);
    }
    if (e != OK)
        *PUSH(c->arena, &out->problems) = (struct import_problem){
            .column = S(""), .value = S(""), .reason = str_copy(c->arena, str_of(c->why.detail))
        };
    return OK;
}

enum err import_preview_read(struct ctx *c, str path, const struct import_choice *given,
                             struct import_preview_result *out)
{
    struct sheet *s = NULL;
    struct import_choice choice = *given;
    *out = (struct import_preview_result){ 0 };
    TRY(import_choice_load(c, &choice));
    struct sheet_options o = { .columns = choice.options.columns };
    TRY(sheet_open(c, path, o, &s));
    out->format = str_copy(c->arena, sheet_format(s));
    strs columns = { NEWS(c->arena, str, sheet_columns(s).n + 1), sheet_columns(s).n };
    for (i64 i = 0; i < columns.n; i++) columns.at[i] = str_copy(c->arena, sheet_columns(s).at[i]);
    bool serial = sheet_dates_are_serial(s);
    if (import_plan_make(c, columns, serial, &choice, &out->plan) != OK) out->why = c->why;
    bool *hide = NEWS(c->arena, bool, columns.n + 1);
    for (i64 i = 0; i < columns.n && !may(c, PERSONAL_READ); i++)
        hide[i] = column_is_personal(c->arena, &out->plan, i);
    enum err e = read_rows(c, s, &out->plan, hide, &out->rows);
    sheet_close(s);
    TRY(e);
    if (out->why.err != OK) return OK;
    TRY(sheet_open(c, path, o, &s));
    e = understand(c, s, &out->plan, hide, out);
    sheet_close(s);
    return e;
}
