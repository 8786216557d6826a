/* sqlite_private.h -- what the files of the SQLite driver share. */
#pragma once

#include <sqlite3.h>

#include "store/store_private.h"

/* A statement ready to run: where parameter $k is bound, which field column i fills. */
struct sqlite_prepared {
    sqlite3_stmt *stmt;
    int params, columns;
    int *index;                        /* of $1 … $params */
    const struct shape_field **fields; /* of each column */
    bool busy;                         /* in work further up the stack */
};

/* Statements made of parts have no slot: the texts asked last are kept ready. */
enum { KEPT_STATEMENTS = 24, KEPT_BYTES_MAX = 16000 };
struct sqlite_kept {
    char *text; /* NULL: free */
    u64 hash;
    const struct shape *shape;
    i64 used; /* when, by db->asked */
    struct sqlite_prepared prepared;
};

/* The INSERT of a slot made to read its rows from memory (rows_in.c). */
struct sqlite_each {
    sqlite3_stmt *stmt;
    int params;
};
/* What such a statement reads: rows of so many values. */
struct rows_in {
    const struct value *at;
    i64 rows;
    int width;
};

struct sqlite_db {
    struct db db;
    sqlite3 *handle;
    struct sqlite_prepared *prepared; /* by slot */
    struct sqlite_each *each;         /* by slot; the writer's */
    struct rows_in rows_in;
    i64 slots;
    struct sqlite_kept kept[KEPT_STATEMENTS];
    i64 asked;
    sqlite3_stmt *control[SAY_COUNT];
    bool committing; /* a COMMIT that the store itself made */
};

/* Opens `file` with our settings and guards of the role. */
enum err sqlite_connect(struct ctx *c, const char *file, enum role role, i64 cache_kib,
                        sqlite3 **out);
/* page_cache.c: before the engine is in use. */
void sqlite_page_cache(void);
/* log_file.c: the name of a file system that writes the log in large pieces. */
const char *sqlite_gathering(void);
/* Waits its turn among other processes, up to half a minute. */
void sqlite_be_patient(sqlite3 *handle);
/* A result code as ours, with words. what: the statement's name or an action. */
enum err sqlite_fail(struct ctx *c, sqlite3 *handle, int code, const char *what);

/* rows_in.c: the writer's connection learns to read rows from memory; the statement that does so
 * instead of taking one row of VALUES; it is run. */
int rows_in_register(struct sqlite_db *db);
enum err sqlite_run_each(struct ctx *c, struct db *db, struct query *q, struct args args, i64 rows);

enum err copier_start(struct ctx *c, struct store *s);
void copier_stop(struct store *s);
void copier_rest(struct db *writer);
/* The writer's log has so many pages now. */
void copier_note(struct copier *k, i64 pages);
