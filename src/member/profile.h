/* profile.h -- definitions of profile fields, for this room's doors. */
#pragma once

#include "member/member_private.h"

#define FIELDS_OF_field_row(X, N)           \
    X(str, name, ANY, "", N)                \
    X(str, zh, ANY, "", N)                  \
    X(str, en, ANY, "", N)                  \
    X(choice(field_type), type, ANY, "", N) \
    X(str, choices, ANY, "One a line", N)   \
    X(flag, personal, ANY, "", N)           \
    X(flag, built_in, ANY, "", N)
SHAPE(field_row);

enum err field_find(struct ctx *c, str name, struct field_row *out, bool *found);
enum err field_list(struct ctx *c, struct field_row_list *out);
/* name: a word of a-z, 0-9 and _. choices: for choice and choices, at least one. E_CONFLICT: there
 * is one. */
enum err field_define(struct tx *t, str name, str zh, str en, enum field_type type, strs choices,
                      bool personal);
/* The one spelling of a value, or E_INVALID naming what was expected. */
enum err field_value(struct ctx *c, const struct field_row *field, str in, str *out);
