/* book.h -- inside the importer: the book of uploaded files, and the runs of this process.
 *
 * States of an import: uploaded -> running -> done | failed | cancelled. A run whose process died
 * is "interrupted"; it and every ended one can be mapped anew and started again: orders that are in
 * stay as they are.
 */
#pragma once

#include "import/store.h"

#define FIELDS_OF_book_row(X, N)       \
    X(i64, id, ANY, "", N)             \
    X(str, file, ANY, "", N)           \
    X(str, path, ANY, "", N)           \
    X(i64, size, ANY, "", N)           \
    X(str, format, ANY, "", N)         \
    X(json, choice, ANY, "", N)        \
    X(flag, whole, ANY, "", N)         \
    X(str, state, ANY, "", N)          \
    X(flag, dry_run, ANY, "", N)       \
    X(json, summary, ANY, "", N)       \
    X(str, failure, ANY, "", N)        \
    X(instant, created_at, ANY, "", N) \
    X(opt_instant, seen_at, ANY, "", N)
SHAPE(book_row);

/* What a run has come to: sent as events, and shown afterwards. */
#define FIELDS_OF_import_event(X, N)                                            \
    X(str, state, ANY, "running, done, failed, cancelled", N)                   \
    X(i64, rows, ANY, "Rows read", N)                                           \
    X(i64, accepted, ANY, "Rows that went in", N)                               \
    X(i64, rejected, ANY, "Rows refused", N)                                    \
    X(f64, fraction, ANY, "How much of the file has been read, 0 to 1", N)      \
    X(f64, rows_per_second, ANY, "Rate", N)                                     \
    X(opt_i64, left_ms, ANY, "Time left, when it can be told", N)               \
    X(opt_i64, orders, ANY, "Different orders", N)                              \
    X(opt_i64, members, ANY, "Different members", N)                            \
    X(opt_money, paid, ANY, "Amount paid, as the source states it", N)          \
    X(opt_money, refund, ANY, "Refunded", N)                                    \
    X(opt_i64, created, ANY, "Orders that were new", N)                         \
    X(opt_i64, changed, ANY, "Orders that have changed", N)                     \
    X(opt_i64, same, ANY, "Orders that were known just so", N)                  \
    X(opt_i64, duplicates, ANY, "Rows left out because they repeat another", N) \
    X(opt_i64, without_member, ANY, "Orders without a known buyer", N)          \
    X(opt_i64, created_members, ANY, "New members", N)                          \
    X(opt_i64, events, ANY, "Behaviour: rows that became lines", N)             \
    X(opt_i64, known, ANY, "Behaviour: rows that were there already", N)        \
    X(opt_i64, took_ms, ANY, "How long it took", N)                             \
    X(strs, notes, ANY, "What the operator should know", N)
SHAPE(import_event);

/* book.c */
enum err book_find(struct ctx *c, i64 id, struct book_row *out); /* E_NOT_FOUND with words */
str book_state(struct ctx *c,
               const struct book_row *row); /* running, unless its process died: interrupted */
enum err book_choice(struct ctx *c, const struct book_row *row, struct import_choice *out);
enum err book_add(struct store *s, struct ctx *c,
                  struct book_row *row); /* fills id before the file is moved to row->path */
enum err book_put_choice(struct store *s, struct ctx *c, i64 id,
                         const struct import_choice *choice);
/* Forward only from a state that may start; E_CONFLICT when it runs already. */
enum err book_begin(struct store *s, struct ctx *c, i64 id, bool dry_run);
enum err book_alive(struct store *s, struct ctx *c, i64 id);
enum err book_end(struct store *s, struct ctx *c, i64 id, str state,
                  const struct import_event *summary, str failure);
str rejects_path(struct arena *a, const struct book_row *row);
/* The row and its files, which hold what people bought: gone. Not while it runs: E_CONFLICT. */
enum err book_drop(struct store *s, struct ctx *c, const struct book_row *row);
/* Drops what was uploaded longer ago than the setting import.keep_days; a job. */
enum err book_sweep(struct store *s, struct ctx *c);

/* jobs.c: runs on threads of their own. */
enum err import_job_start(struct store *s, struct ctx *c, const struct book_row *row, bool dry_run);
/* False: this process knows no run of that import. */
bool import_job_event(struct arena *a, i64 id, struct import_event *out);
bool import_job_running(i64 id);
bool import_job_cancel(i64 id);
