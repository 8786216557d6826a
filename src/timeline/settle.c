/* settle.c -- lines come in at the end of one table and settle, by member, in another.
 *
 * A line put straight at its member's place dirties a page of its own: 4 KiB in the log and 4 KiB
 * when it is copied. At the end of the tail twenty share a page. Settling sorts many lines first,
 * so neighbours share theirs, and it waits until fewer come.
 *
 * Invariants
 *   1. timeline_mark holds a number. A line up to it is read from timeline_settled, one beyond it
 *      from timeline_tail, by everybody: that is what the view says.
 *   2. Up to the mark every line is settled; beyond it every line is in the tail.
 *   3. What is settled beyond the mark are copies that nobody reads yet, of lines that never
 * change: who settles them again, after a crash or beside another, changes nothing.
 *   4. The mark moves in one change, after the copies; what it has passed leaves the tail later.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/room.h"
#include "job/job.h"
#include "timeline/inside.h"

#define TURN_LINES ((i64)100000) /* sorted in memory at a time: some 30 MB */
enum { SLICE_LINES = 500 };      /* of one change: others wait for it */
#define TRIM_LINES ((i64)5000)

#define EVERY_MS    (20 * SECOND_MS)
#define SETTLE_FROM ((i64)1000)    /* a tail shorter than this stays */
#define BUSY_LINES  ((i64)20000)   /* as many new ones since the run before: later */
#define TAIL_LONG   ((i64)2000000) /* but a tail longer than this is settled however busy it is */
#define RUN_US      ((i64)3000000) /* no turn begins after this: the server ends between runs */

static const struct migration migrations[] = {
    { "0001 tail", "ALTER TABLE timeline RENAME TO timeline_settled;"
                   "CREATE TABLE timeline_tail ("
                   "  seq int64 NOT NULL,"
                   "  member int64 NOT NULL," LINE_TELLS "  PRIMARY KEY (seq)"
                   ") clustered;"
                   "CREATE INDEX timeline_tail_member ON timeline_tail (seq, member);"
                   "CREATE TABLE timeline_mark ("
                   "  one int64 NOT NULL,"
                   "  seq int64 NOT NULL,"
                   "  PRIMARY KEY (one)"
                   ") clustered;"
                   "INSERT INTO timeline_mark (one, seq)"
                   " SELECT 1, COALESCE(MAX(seq), 0) FROM timeline_settled;"
                   "CREATE VIEW timeline AS"
                   " SELECT member, seq, at, kind, subject, touchpoint, value, props"
                   " FROM timeline_settled WHERE seq <= (SELECT seq FROM timeline_mark)"
                   " UNION ALL"
                   " SELECT member, seq, at, kind, subject, touchpoint, value, props"
                   " FROM timeline_tail WHERE seq > (SELECT seq FROM timeline_mark);" },
    /* Lists ask each member on them for these few kinds: see TIMELINE_OF_KINDS. */
    { "0002 communities of the tail",
      "CREATE INDEX timeline_tail_community ON timeline_tail (member, subject, at, seq, kind)"
      " WHERE kind IN ('community.joined', 'community.left');" },
    { NULL, NULL },
};

QUERY(mark_read, one_i64, "SELECT seq AS value FROM timeline_mark");
/* Only from where it was when the lines were read: of two who settle one moves it. */
CHANGE(mark_move, "UPDATE timeline_mark SET seq = $2 WHERE seq = $1");
QUERY(tail_lines, timeline_line,
      "SELECT " TIMELINE_COLUMNS
      " FROM timeline_tail WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
QUERY(tail_first, one_i64, "SELECT COALESCE(MIN(seq), 0) AS value FROM timeline_tail");
CHANGE(tail_trim, "DELETE FROM timeline_tail WHERE seq < $1 AND seq <= " TIMELINE_MARK);

CHANGE(settle_line, "INSERT INTO timeline_settled (" TIMELINE_COLUMNS ") VALUES"
                    " ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (member, seq) DO NOTHING");

/* -- the changes ------------------------------------------------------------------------------ */

struct slice {
    const struct timeline_line *at;
    i64 n;
};

static enum err settle_slice(struct tx *t, void *arg)
{
    const struct slice *s = arg;
    struct value values[LINE_VALUES * SLICE_LINES];
    for (i64 i = 0; i < s->n; i++)
        timeline_values(values + LINE_VALUES * i, &s->at[i], s->at[i].seq);
    return tx_change_each(t, &settle_line, s->n,
                          (struct args){ values, (int)(LINE_VALUES * s->n) });
}

static enum err move_mark(struct tx *t, void *arg)
{
    const struct timeline_range *r = arg;
    return tx_change(t, &mark_move, ARGS(r->from, r->to));
}

static enum err trim_slice(struct tx *t, void *arg)
{
    return tx_change(t, &tail_trim, ARGS(*(const i64 *)arg));
}

/* -- a turn ----------------------------------------------------------------------------------- */

static int by_member(const void *a, const void *b)
{
    const struct timeline_line *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static enum err settle_lines(struct store *s, struct ctx *c, struct timeline_line_list *lines)
{
    if (lines->n) qsort(lines->at, (size_t)lines->n, sizeof *lines->at, by_member);
    for (i64 i = 0; i < lines->n; i += SLICE_LINES) {
        struct slice slice = { lines->at + i, lines->n - i };
        if (slice.n > SLICE_LINES) slice.n = SLICE_LINES;
        TRY(store_write(s, c, settle_slice, &slice));
    }
    return OK;
}

enum err timeline_copy(struct store *s, struct ctx *c, i64 last, struct timeline_range *range)
{
    struct one_i64 mark;
    struct timeline_line_list lines;
    TRY(db_get(c, &mark_read, &mark, NO_ARGS));
    TRY(db_all(c, &tail_lines, &lines, ARGS(mark.value, last, TURN_LINES)));
    *range = (struct timeline_range){ mark.value, mark.value, lines.n };
    if (lines.n) range->to = lines.at[lines.n - 1].seq;
    return settle_lines(s, c, &lines);
}

enum err timeline_pass(struct store *s, struct ctx *c, const struct timeline_range *range)
{
    return range->n ? store_write(s, c, move_mark, (void *)(uintptr_t)range) : OK;
}

enum err timeline_trim(struct store *s, struct ctx *c)
{
    for (;;) {
        struct one_i64 mark, first;
        TRY(db_get(c, &mark_read, &mark, NO_ARGS));
        TRY(db_get(c, &tail_first, &first, NO_ARGS));
        if (!first.value || first.value > mark.value) return OK;
        i64 below = first.value + TRIM_LINES;
        TRY(store_write(s, c, trim_slice, &below));
    }
}

static enum err settle_turn(struct store *s, struct ctx *c, i64 last, bool *more)
{
    struct timeline_range range;
    TRY(timeline_copy(s, c, last, &range));
    TRY(timeline_pass(s, c, &range));
    *more = range.n == TURN_LINES;
    return timeline_trim(s, c);
}

enum err timeline_settle(struct store *s, struct ctx *c)
{
    i64 last;
    bool more = true;
    TRY(timeline_last(c, &last));
    while (more) {
        struct arena_mark before = arena_mark(c->arena);
        enum err e = settle_turn(s, c, last, &more);
        arena_rewind(c->arena, before);
        TRY(e);
    }
    return OK;
}

/* -- the job ---------------------------------------------------------------------------------- */

static enum err settle_job(struct store *s, struct ctx *c)
{
    static i64 seen; /* the last line at the run before; one thread runs jobs */
    struct one_i64 mark;
    i64 last, began = clock_mono_us();
    TRY(timeline_last(c, &last));
    TRY(db_get(c, &mark_read, &mark, NO_ARGS));
    bool busy = last - seen > BUSY_LINES;
    seen = last;
    if (busy && last - mark.value < TAIL_LONG) return OK;
    bool more = last - mark.value >= SETTLE_FROM;
    while (more && clock_mono_us() - began < RUN_US) {
        struct arena_mark before = arena_mark(c->arena);
        enum err e = settle_turn(s, c, last, &more);
        arena_rewind(c->arena, before);
        TRY(e);
    }
    return OK;
}

static const struct job_row jobs[] = {
    { "timeline.settle", EVERY_MS, 0, settle_job, "把新的时间线按会员归位",
      "Put new lines of the timeline by member" },
    { 0 },
};

const struct room timeline_settle_room = {
    .name = "timeline_settle",
    .migrations = migrations,
    .jobs = jobs,
};
