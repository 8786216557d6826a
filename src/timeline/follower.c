/* follower.c -- those who keep up with the log: each has a cursor that moves with what it wrote.
 *
 * Invariants
 *   1. The cursor and the follower's own rows change in one transaction: after a crash both stand
 * where they stood.
 *   2. The cursor's row is locked while a batch is followed, so two processes never follow the same
 * lines.
 */
#include "timeline/timeline.h"

#define LINES_A_BATCH ((i64)1000)

/* Makes the row if need be; on PostgreSQL also locks it until the transaction ends. */
CHANGE_RETURNING(cursor_lock, one_i64,
                 "INSERT INTO follower (name, seq) VALUES ($1, 0)"
                 " ON CONFLICT (name) DO UPDATE SET seq = follower.seq RETURNING seq AS value");
CHANGE(cursor_set, "UPDATE follower SET seq = $2 WHERE name = $1");
QUERY(cursor_read, one_i64, "SELECT seq AS value FROM follower WHERE name = $1");

struct batch {
    const struct follower *follower;
    i64 lines; /* how many were there */
};

static enum err follow_batch(struct tx *t, void *arg)
{
    struct batch *b = arg;
    str name = str_of(b->follower->name);
    struct one_i64 cursor;
    TRY(db_get(t->c, &cursor_lock, &cursor, ARGS(name)));
    struct timeline_line_list lines;
    TRY(timeline_after(t->c, cursor.value, LINES_A_BATCH, &lines));
    b->lines = lines.n;
    if (lines.n == 0) return OK;
    TRY(b->follower->follow(t, lines.at, lines.n));
    return tx_change(t, &cursor_set, ARGS(name, lines.at[lines.n - 1].seq));
}

enum err follower_run(struct store *s, struct ctx *c, const struct follower *f, i64 *lines)
{
    struct batch b = { .follower = f };
    *lines = 0;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        enum err err = store_write(s, c, follow_batch, &b);
        arena_rewind(c->arena, mark);
        TRY(err);
        *lines += b.lines;
    } while (b.lines == LINES_A_BATCH);
    return OK;
}

static enum err follower_forget(struct tx *t, void *arg)
{
    const struct follower *f = arg;
    str name = str_of(f->name);
    struct one_i64 cursor;
    TRY(db_get(t->c, &cursor_lock, &cursor, ARGS(name)));
    TRY(f->reset(t));
    return tx_change(t, &cursor_set, ARGS(name, 0));
}

enum err follower_rebuild(struct store *s, struct ctx *c, const struct follower *f, i64 *lines)
{
    TRY(store_write(s, c, follower_forget, (void *)f));
    return follower_run(s, c, f, lines);
}

enum err follower_cursor(struct ctx *c, const struct follower *f, i64 *seq)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &cursor_read, &row, &found, ARGS(str_of(f->name))));
    *seq = row.value;
    return OK;
}
