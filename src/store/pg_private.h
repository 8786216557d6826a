/* pg_private.h -- what the files of the PostgreSQL driver share. */
#pragma once

#include <libpq-fe.h>

#include "store/store_private.h"

/* Types as the server numbers them (stable since ever: catalog/pg_type.dat). */
enum {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_FLOAT4 = 700,
    PG_FLOAT8 = 701,
    PG_UNKNOWN = 705,
    PG_VARCHAR = 1043,
    PG_NUMERIC = 1700,
};

/* A statement ready to run: parameter types as the server inferred them, which field column i
 * fills. */
struct pg_prepared {
    bool ready;
    int params, columns;
    Oid *types, *column_types;
    const struct shape_field **fields;
};

struct pg_db {
    struct db db;
    PGconn *handle;
    struct pg_prepared *prepared; /* by slot */
    i64 slots;
    struct arena *row; /* decoded bytes of rows that nobody keeps */
    int cursors;       /* open, by depth of db_each within db_each */
};

/* Parameters in the form libpq wants them. */
#define PARAMS_MAX 128 /* eight rows of a multi-row insert: these take no further memory */
struct pg_params {
    const char **values;
    int *lengths, *formats;
    char (*room)[32];
    struct {
        const char *values[PARAMS_MAX];
        int lengths[PARAMS_MAX], formats[PARAMS_MAX];
        char room[PARAMS_MAX][32];
    } few;
};
void pg_bind(struct arena *a, struct pg_params *p, struct args args, const Oid *types);

/* One value of a result as a cell; bytes are decoded into a. False: not what its type promises. */
bool pg_cell(const PGresult *r, int row, int column, struct arena *a, struct cell *out);
/* A result type can fill a field of kind k. */
bool pg_type_fits(Oid type, enum shape_kind k);

/* What went wrong, as ours; notes in db whether the connection is lost and whether a retry can
 * help. */
enum err pg_fail(struct ctx *c, struct pg_db *db, const PGresult *r, const char *what);
