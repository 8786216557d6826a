/* views.h -- inside the importer: what its doors take and give. */
#pragma once

#include "import/book.h"
#include "import/preview.h"

#define FIELDS_OF_import_upload(X, N) X(str, name, REQUIRED | SHORT, "Name of the file", N)
SHAPE(import_upload);
#define FIELDS_OF_import_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Import", N)
SHAPE(import_ref);
#define FIELDS_OF_import_patch(X, N)                                                           \
    X(i64, id, REQUIRED | POSITIVE, "Import", N)                                               \
    X(str, profile, SHORT, "Read as this profile; \"\": guess again; absent: as it is", N)     \
    X(list(import_pair), mapping, ANY, "All columns that mean something; absent: as it is", N) \
    X(one(import_options), options, ANY, "Options; absent: as they are", N)
SHAPE(import_patch);
#define FIELDS_OF_import_start(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Import", N) \
    X(flag, dry_run, ANY, "Do everything but write", N)
SHAPE(import_start);
#define FIELDS_OF_import_state(X, N) \
    X(i64, id, ANY, "Import", N)     \
    X(str, state, ANY, "uploaded, running, done, failed, cancelled or interrupted", N)
SHAPE(import_state);

#define FIELDS_OF_import_rows(X, N) X(json, rows, ANY, "The first rows, a list of cells each", N)
SHAPE(import_rows);
#define FIELDS_OF_import_view(X, N)                                                           \
    X(i64, id, ANY, "Import", N)                                                              \
    X(str, file, ANY, "Name of the file", N)                                                  \
    X(str, format, ANY, "csv or xlsx, encoding, gzip", N)                                     \
    X(i64, size, ANY, "Bytes", N)                                                             \
    X(str, state, ANY, "uploaded, running, done, failed, cancelled or interrupted", N)        \
    X(strs, columns, ANY, "Columns of the file", N)                                           \
    X(str, profile, ANY, "Read as this profile; absent: by mapping alone", N)                 \
    X(i64, score, ANY, "How well the profile fits the header, 0 to 100", N)                   \
    X(list(import_pair), mapping, ANY, "Which column is what", N)                             \
    X(one(import_options), options, ANY, "Options", N)                                        \
    X(str, missing, ANY, "What the mapping lacks before it can start; absent: nothing", N)    \
    X(one(import_rows), preview, ANY, "The beginning of the file", N)                         \
    X(list(import_fact), facts, ANY, "The first orders as understood", N)                     \
    X(list(import_shown), events, ANY, "The first behaviour as understood", N)                \
    X(list(import_problem), problems, ANY, "Rows refused in the beginning, or by the run", N) \
    X(flag, dry_run, ANY, "The last run wrote nothing", N)                                    \
    X(str, failure, ANY, "Why it failed", N)                                                  \
    X(one(import_event), result, ANY, "What the last run came to", N)
SHAPE(import_view);

#define FIELDS_OF_import_row(X, N)                                                     \
    X(i64, id, ANY, "Import", N)                                                       \
    X(str, file, ANY, "Name of the file", N)                                           \
    X(str, format, ANY, "csv or xlsx, encoding, gzip", N)                              \
    X(i64, size, ANY, "Bytes", N)                                                      \
    X(str, state, ANY, "uploaded, running, done, failed, cancelled or interrupted", N) \
    X(flag, dry_run, ANY, "The last run wrote nothing", N)                             \
    X(instant, created_at, ANY, "Uploaded", N)                                         \
    X(opt_i64, rows, ANY, "Rows read", N)                                              \
    X(opt_i64, accepted, ANY, "Rows that went in", N)                                  \
    X(opt_i64, rejected, ANY, "Rows refused", N)
SHAPE(import_row);
#define FIELDS_OF_import_page(X, N)                             \
    X(list(import_row), items, ANY, "Imports, newest first", N) \
    X(str, next_cursor, ANY, "Give it as cursor for the next page; absent: this is the last", N)
SHAPE(import_page);

#define FIELDS_OF_import_profile_view(X, N)                        \
    X(str, name, ANY, "Name", N)                                   \
    X(str, title, ANY, "What people call it", N)                   \
    X(flag, built_in, ANY, "Comes with the product", N)            \
    X(str, base, ANY, "Built-in profile a saved one stands on", N) \
    X(str, shop, ANY, "Shop when the file names none", N)          \
    X(list(import_pair), mapping, ANY, "Which column is what", N)  \
    X(one(import_options), options, ANY, "Options of a saved one", N)
SHAPE(import_profile_view);
#define FIELDS_OF_import_profile_page(X, N)                 \
    X(list(import_profile_view), items, ANY, "Profiles", N) \
    X(str, next_cursor, ANY, "Always absent: they come whole", N)
SHAPE(import_profile_page);
#define FIELDS_OF_import_profile_ref(X, N) X(str, name, REQUIRED | SHORT, "Name", N)
SHAPE(import_profile_ref);
