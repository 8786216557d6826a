/* shape_private.h -- setting one field by its rules, shared by the JSON reader and by text
 * parameters. */
#pragma once

#include "base/json.h"

/* `pointer` is the JSON pointer (or name) of the field for errors. Text is copied into c->arena. */
enum err shape_put_text(struct ctx *c, const struct shape_field *f, void *at, str text,
                        str pointer);
enum err shape_put_i64(struct ctx *c, const struct shape_field *f, void *at, i64 v, str pointer);
enum err shape_put_f64(struct ctx *c, const struct shape_field *f, void *at, f64 v, str pointer);
enum err shape_put_flag(struct ctx *c, const struct shape_field *f, void *at, bool v, str pointer);
enum err shape_put_null(struct ctx *c, const struct shape_field *f, void *at, str pointer);
enum err shape_wrong_kind(struct ctx *c, const struct shape_field *f, str pointer);
