/* describe.c -- reads routes and shapes for those who describe the API. */
#include "http/describe.h"

const struct shape *field_shape(const struct shape_field *f)
{
    return f->kind == K_one || f->kind == K_list ? f->of : NULL;
}

static void add_shape(struct arena *a, struct shape_refs *refs, const struct shape *s)
{
    for (i64 i = 0; i < refs->n; i++)
        if (refs->at[i] == s) return;
    *PUSH(a, refs) = s;
    for (int i = 0; i < s->n; i++) {
        const struct shape *inner = field_shape(&s->fields[i]);
        if (inner) add_shape(a, refs, inner);
    }
}

struct shape_refs describe_shapes(struct arena *a, const struct room *const *rooms)
{
    struct shape_refs refs = { 0 };
    struct route_walk w = { .rooms = rooms };
    for (const struct route *row; (row = route_next(&w));) {
        add_shape(a, &refs, row->handler->in);
        add_shape(a, &refs, row->handler->out);
    }
    return refs;
}

bool route_has_body(const struct route *row)
{
    return row->method != M_GET && row->method != M_DELETE && !(row->flags & UPLOAD);
}

bool route_in_path(const struct route *row, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = row->path; (at = strchr(at, '{')); at++)
        if (strncmp(at + 1, name, n) == 0 && at[n + 1] == '}') return true;
    return false;
}

static const struct {
    const char *name;
    enum err err;
} err_names[] = {
#define X(code, status, name, zh, en) { #code, code },
    ERRORS(X)
#undef X
};

static void add_err(struct arena *a, struct errs *errs, enum err e)
{
    for (i64 i = 0; i < errs->n; i++)
        if (err_row(errs->at[i])->status == err_row(e)->status) return;
    i64 at = errs->n;
    PUSH(a, errs);
    while (at > 0 && err_row(errs->at[at - 1])->status > err_row(e)->status) {
        errs->at[at] = errs->at[at - 1];
        at--;
    }
    errs->at[at] = e;
}

struct errs describe_errors(struct arena *a, const struct route *row)
{
    struct errs errs = { 0 };
    for (str rest = str_of(row->errors); rest.n > 0;) {
        str name;
        rest = str_cut(rest, ' ', &name);
        for (i64 i = 0; i < COUNT(err_names); i++)
            if (str_eq(name, str_of(err_names[i].name))) add_err(a, &errs, err_names[i].err);
    }
    if (row->handler->in->n) add_err(a, &errs, E_INVALID);
    if (!(row->flags & PUBLIC)) {
        add_err(a, &errs, E_UNAUTHENTICATED);
        add_err(a, &errs, E_FORBIDDEN); /* a member's token, if nothing else */
    }
    if (route_has_body(row) || (row->flags & UPLOAD)) add_err(a, &errs, E_TOO_LARGE);
    if (route_has_body(row)) add_err(a, &errs, E_UNSUPPORTED);
    if (row->flags & IDEMPOTENT) {
        add_err(a, &errs, E_CONFLICT);
        add_err(a, &errs, E_UNPROCESSABLE);
    }
    add_err(a, &errs, E_TOO_MANY);
    add_err(a, &errs, E_STORE);
    return errs;
}

const char *shape_kind_name(const struct shape_field *f)
{
    static const char *const names[] = {
        [K_str] = "string",
        [K_i64] = "integer",
        [K_f64] = "number",
        [K_flag] = "boolean",
        [K_money] = "money",
        [K_instant] = "instant",
        [K_day] = "day",
        [K_json] = "any JSON",
        [K_opt_i64] = "integer?",
        [K_opt_f64] = "number?",
        [K_opt_flag] = "boolean?",
        [K_opt_money] = "money?",
        [K_opt_instant] = "instant?",
        [K_strs] = "strings",
        [K_ints] = "integers",
        [K_choice] = "choice",
        [K_one] = "object",
        [K_list] = "list",
    };
    return names[f->kind];
}
