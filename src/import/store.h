/* store.h -- inside the importer: saved profiles and the book of imports, as rows. */
#pragma once

#include "import/import.h"

extern const struct migration import_migrations[];

/* A saved profile's name in choice->profile is replaced by what was saved under it; what the caller
 * gave comes before. */
enum err import_choice_load(struct ctx *c, struct import_choice *choice);

#define FIELDS_OF_import_saved(X, N)                                      \
    X(str, name, REQUIRED | SHORT, "Name", N)                             \
    X(str, base, SHORT, "Built-in profile it stands on; absent: none", N) \
    X(list(import_pair), mapping, ANY, "Which column is what", N)         \
    X(one(import_options), options, ANY, "Options", N)
SHAPE(import_saved);
enum err import_saved_put(struct tx *t, const struct import_saved *in);
enum err import_saved_drop(struct tx *t, str name); /* E_NOT_FOUND */
enum err import_saved_list(struct ctx *c, struct import_saved_list *out);
/* Of columns exactly these: a saved profile that fits a new file by its header; absent when none
 * does. */
enum err import_saved_guess(struct ctx *c, strs columns, str *name);
