/* field_rows.c -- the rows of a published field, whichever way its room states them. */
#include "audience/language/language.h"
#include "store/composed.h"

enum err field_rows(struct ctx *c, const struct field *f, i64 first, i64 last, instant at,
                    struct composed *out)
{
    if (f->compose) return f->compose(c, first, last, at, out);
    if (f->third == FIELD_AT) composed_add_query(out, f->sql, ARGS(first, last, at));
    else if (f->third == FIELD_KEY)
        composed_add_query(out, f->sql, ARGS(first, last, str_of(f->key)));
    else composed_add_query(out, f->sql, ARGS(first, last));
    return OK;
}

enum err field_each(struct ctx *c, const struct field *f, i64 first, i64 last, instant at,
                    enum err (*fn)(void *arg, const void *row), void *arg)
{
    struct composed own = { .arena = c->arena };
    if (f->compose) {
        TRY(f->compose(c, first, last, at, &own));
        return composed_each(
            c, &own, field_is_word(f->kind) ? &field_word_shape : &field_number_shape, fn, arg);
    }
    if (f->third == FIELD_AT) return db_each(c, f->sql, fn, arg, ARGS(first, last, at));
    if (f->third == FIELD_KEY)
        return db_each(c, f->sql, fn, arg, ARGS(first, last, str_of(f->key)));
    return db_each(c, f->sql, fn, arg, ARGS(first, last));
}
