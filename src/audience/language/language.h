/* language.h -- what the files of the language share: tokens, the parser's state, helpers. */
#pragma once

#include "audience/segment.h"

/* -- tokens ----------------------------------------------------------------------------------- */

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* text: as written */
    TOKEN_TEXT, /* text: without quotes and escapes */
    TOKEN_NUMBER,
    TOKEN_DURATION,
    TOKEN_DATE,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_IS, /* = != < <= > >=, in the order of the operators */
    TOKEN_IS_NOT,
    TOKEN_BELOW,
    TOKEN_AT_MOST,
    TOKEN_ABOVE,
    TOKEN_AT_LEAST,
};

struct token {
    enum token_kind kind;
    i64 at, end; /* bytes of the source */
    str text;
    i64 number; /* as segment_operand */
    char unit;
};

struct lexer {
    struct ctx *c;
    str text;
    i64 at;
};
enum err token_next(struct lexer *l, struct token *out);
/* E_INVALID with line and column of a byte of the source. */
enum err segment_fail(struct lexer *l, i64 at, const char *zh, const char *en, ...) FORMAT(3, 5)
    FORMAT(4, 5);
void segment_place(str text, i64 at, i32 *line, i32 *column);

/* -- names ------------------------------------------------------------------------------------ */

/* The nearest of the names, near enough to be meant; absent: none. */
str name_nearest(struct arena *a, str name, strs names);
bool segment_word(str name); /* a word of the language: cannot be a field's bare name */

static inline bool operator_accepts(const struct segment_operator *op, enum field_kind kind)
{
    return op->kinds >> kind & 1;
}
static inline bool segment_kind_texts(enum field_kind kind)
{
    return kind == FIELD_IS_TEXT || kind == FIELD_IS_CHOICE || kind == FIELD_IS_SET;
}
static inline enum field_kind segment_test_kind(const struct segment_test *t)
{
    return t->field ? t->field->kind : t->call->kind;
}
/* Counts and sums: who has no row has 0. */
static inline bool segment_test_zero(const struct segment_test *t)
{
    return t->field ? t->field->zero : t->call->zero;
}
/* The rows of a field for members first .. last, as of `at`: as part of a statement; and read, each
 * a field_word or a field_number by its kind. */
enum err field_rows(struct ctx *c, const struct field *f, i64 first, i64 last, instant at,
                    struct composed *out);
enum err field_each(struct ctx *c, const struct field *f, i64 first, i64 last, instant at,
                    enum err (*fn)(void *arg, const void *row), void *arg);
void segment_quote(struct buf *out, str text); /* as a text of the language is written */
str segment_test_format(struct arena *a, const struct segment_test *t);
str segment_operand_format(struct arena *a, const struct segment_operand *o);
str segment_place_stem(str folded); /* of a place: what is compared */
