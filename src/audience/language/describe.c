/* describe.c -- the language described from its own rows: for the builder, the command line and the
 * manual. */
#include "audience/builder.h"
#include "audience/language/language.h"

SHAPE_DEFINE(language_field);
SHAPE_DEFINE(language_call);
SHAPE_DEFINE(language_operator);
SHAPE_DEFINE(segment_language);

static const char *const kind_names[FIELD_KINDS + 1] = {
    [FIELD_IS_COUNT] = "count", [FIELD_IS_NUMBER] = "number", [FIELD_IS_MONEY] = "money",
    [FIELD_IS_AGE] = "age",     [FIELD_IS_DATE] = "date",     [FIELD_IS_FLAG] = "flag",
    [FIELD_IS_TEXT] = "text",   [FIELD_IS_CHOICE] = "choice", [FIELD_IS_SET] = "set",
    [FIELD_IS_KNOWN] = "known", [FIELD_KINDS] = "holds",
};

static str call_form(struct ctx *c, const struct segment_call *call)
{
    if (call->alone) return str_of(call->name);
    return str_fmt(c->arena, "%s(%s%s%s)", call->name, call->named ? "\"…\"" : "",
                   call->window ? call->named ? ", 30d" : "30d" : "",
                   call->props ? ", prop = …" : "");
}

static strs operators_for(struct ctx *c, enum field_kind kind)
{
    strs out = { 0 };
    for (i64 i = 0; i < OP_HOLDS; i++)
        if (operator_accepts(&segment_operators[i], kind))
            *PUSH(c->arena, &out) = str_of(segment_operators[i].name);
    return out;
}

static strs kinds_of(struct ctx *c, const struct segment_operator *op)
{
    strs out = { 0 };
    for (i64 k = 0; k < FIELD_KINDS; k++)
        if (op->kinds >> k & 1) *PUSH(c->arena, &out) = str_of(kind_names[k]);
    return out;
}

enum err segment_language_read(struct ctx *c, struct segment_language *out)
{
    struct fields fields;
    TRY(fields_published(c, &fields));
    for (i64 i = 0; i < fields.n; i++) {
        const struct field *f = &fields.at[i];
        *PUSH(c->arena, &out->fields) = (struct language_field){ str_of(f->name),
                                                                 str_of(kind_names[f->kind]),
                                                                 str_of(f->zh),
                                                                 str_of(f->en),
                                                                 str_of(f->example),
                                                                 f->third == FIELD_AT,
                                                                 operators_for(c, f->kind) };
    }
    for (i64 i = 0; i < CALLS; i++) {
        const struct segment_call *call = &segment_calls[i];
        *PUSH(c->arena, &out->calls) = (struct language_call){ str_of(call->name),
                                                               call_form(c, call),
                                                               str_of(kind_names[call->kind]),
                                                               call->window,
                                                               call->named,
                                                               call->props,
                                                               call->alone,
                                                               str_of(call->zh),
                                                               str_of(call->en),
                                                               str_of(call->example),
                                                               operators_for(c, call->kind) };
    }
    for (i64 i = 0; i < OP_HOLDS; i++) {
        const struct segment_operator *op = &segment_operators[i];
        *PUSH(c->arena, &out->operators) =
            (struct language_operator){ str_of(op->name), kinds_of(c, op), str_of(op->zh),
                                        str_of(op->en), str_of(op->example) };
    }
    return OK;
}
