/* check.c -- is the store sound: the engine's own pages, the migrations, the sequences. */
#include <assert.h>

#include "store/tables.h"

#define FIELDS_OF_sequence_row(X, N) \
    X(str, name, ANY, "Name", N)     \
    X(i64, next, ANY, "The next number", N)
SHAPE(sequence_row);
SHAPE_DEFINE(sequence_row);
QUERY(sql_sequences, sequence_row, "SELECT name, next FROM sequence ORDER BY name");

/* A sequence bears the name of the table whose `id` (or `seq`) it numbers. */
static enum err sequence_ahead(struct ctx *c, const struct sequence_row *sequence,
                               const struct column_row_list *columns, i64 slot)
{
    for (i64 i = 0; i < columns->n; i++) {
        const struct column_row *column = &columns->at[i];
        if (!str_eq(column->owner, sequence->name)) continue;
        if (!str_eq(column->name, S("id")) && !str_eq(column->name, S("seq"))) continue;
        if (!str_eq(column->type, S("INTEGER"))) continue; /* an id that its caller chose */
        name_is_plain(column->owner);
        struct query *highest = NEW(c->arena, struct query);
        struct buf sql = { .arena = c->arena };
        buf_fmt(&sql, "SELECT COALESCE(MAX(" STR_FMT "), 0) AS value FROM \"" STR_FMT "\"",
                STR_ARG(column->name), STR_ARG(column->owner));
        make_query(highest, c->arena, "check_sequence", &sql, false, &one_i64_shape, slot);
        struct one_i64 last;
        TRY(db_get(c, highest, &last, NO_ARGS));
        if (last.value >= sequence->next)
            return fail(c, E_STORE, "序列 " STR_FMT " 落后于它的表（%lld，表中已有 %lld）",
                        "sequence " STR_FMT " is behind its table (%lld, the table has %lld)",
                        STR_ARG(sequence->name), (long long)sequence->next, (long long)last.value);
    }
    return OK;
}

static enum err check_inside(struct ctx *c)
{
    struct sequence_row_list sequences;
    struct column_row_list columns;
    TRY(c->db->driver->integrity(c, c->db));
    TRY(migrate_check(c, c->store));
    TRY(db_all(c, &sql_sequences, &sequences, NO_ARGS));
    TRY(list_columns(c, &columns));
    assert(sequences.n <= TOOL_SLOTS);
    for (i64 i = 0; i < sequences.n; i++)
        TRY(sequence_ahead(c, &sequences.at[i], &columns, queries_count() + i));
    return OK;
}

enum err store_check(struct ctx *c)
{
    struct ctx side;
    enum err e = side_open(c, c->store, &side);
    if (e == OK) {
        e = side.db->driver->say(&side, side.db, SAY_SNAPSHOT);
        if (e == OK) e = check_inside(&side);
        if (e != OK) c->why = side.why;
        enum err over = side.db->driver->say(&side, side.db, SAY_ROLLBACK);
        if (e == OK) e = over;
    }
    side_close(&side);
    return e;
}
