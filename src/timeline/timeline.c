/* timeline.c -- writes lines to the log of everything that happened and reads them back.
 *
 * Invariants
 *   1. Nothing in the program changes a line, and none ever leaves `timeline`, the view of settled
 * lines and of those still in the tail (settle.c).
 *   2. Numbers come from tx_take in the writing transaction itself, so they become visible in
 * rising order: a reader who has seen seq n will never see a line below n appear later. Followers
 * stand on this.
 */
#include "timeline/timeline.h"

#include <assert.h>

#include "base/room.h"
#include "timeline/inside.h"

SHAPE_DEFINE(timeline_line);

static const struct migration migrations[] = {
    { "0001 timeline", "CREATE TABLE timeline ("
                       "  member int64 NOT NULL,"
                       "  seq int64 NOT NULL," LINE_TELLS "  PRIMARY KEY (member, seq)"
                       ") clustered;"
                       "CREATE INDEX timeline_seq ON timeline (seq);"
                       "CREATE TABLE follower ("
                       "  name text NOT NULL,"
                       "  seq int64 NOT NULL,"
                       "  PRIMARY KEY (name)"
                       ") clustered;" },
    { NULL, NULL },
};

const struct room timeline_room = {
    .name = "timeline",
    .migrations = migrations,
};

/* -- writing ---------------------------------------------------------------------------------- */

#define COLUMNS TIMELINE_COLUMNS

CHANGE(line_insert,
       "INSERT INTO timeline_tail (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

void timeline_values(struct value out[LINE_VALUES], const struct timeline_line *in, i64 seq)
{
    assert(in->kind.n > 0 && in->member >= 0);
    out[0] = V(in->member);
    out[1] = V(seq);
    out[2] = V(in->at);
    out[3] = V(in->kind);
    out[4] = V(in->subject);
    out[5] = V(in->touchpoint);
    out[6] = V(in->value);
    out[7] = V(in->props);
}

/* Lines wait for the end of the batch: one number taken for all, and one statement. */
enum { LINES_WAITING_MAX = 2000 };
struct lines_mark {
    i64 n, written;
};
struct lines_waiting {
    struct timeline_line_list lines;
    i64 written;
    struct {
        struct lines_mark *at;
        i64 n;
    } marks;
};

static enum err lines_write(struct tx *t, void *state)
{
    struct lines_waiting *w = state;
    i64 seq, n = w->lines.n - w->written;
    const struct timeline_line *in = w->lines.at + w->written;
    if (!n) return OK;
    TRY(tx_take(t, S("timeline"), n, &seq));
    struct value *values = NEWS(t->c->arena, struct value, LINE_VALUES * n);
    for (i64 i = 0; i < n; i++) timeline_values(values + LINE_VALUES * i, &in[i], seq + i);
    TRY(tx_change_each(t, &line_insert, n, (struct args){ values, (int)(LINE_VALUES * n) }));
    w->written = w->lines.n;
    return OK;
}

static void lines_mark(void *state, struct arena *a)
{
    struct lines_waiting *w = state;
    *PUSH(a, &w->marks) = (struct lines_mark){ w->lines.n, w->written };
}

static void lines_undo(void *state)
{
    struct lines_waiting *w = state;
    w->lines.n = w->marks.at[w->marks.n - 1].n;
    w->written = w->marks.at[w->marks.n - 1].written;
}

static void lines_keep(void *state)
{
    struct lines_waiting *w = state;
    w->marks.n--;
}

SHELF(lines_shelf, .tables = "timeline", .size = sizeof(struct lines_waiting), .write = lines_write,
      .mark = lines_mark, .undo = lines_undo, .keep = lines_keep);

enum err timeline_append(struct tx *t, const struct timeline_line *in)
{
    return timeline_append_all(t, in, 1);
}

enum err timeline_append_all(struct tx *t, const struct timeline_line *in, i64 n)
{
    struct arena *a;
    if (n == 0) return OK;
    struct lines_waiting *w = tx_shelf(t, &lines_shelf, &a);
    for (i64 i = 0; i < n; i++) {
        assert(in[i].kind.n > 0 && in[i].member >= 0);
        struct timeline_line *line = PUSH(a, &w->lines);
        *line = in[i];
        line->kind = str_copy(a, line->kind);
        line->subject = str_copy(a, line->subject);
        line->touchpoint = str_copy(a, line->touchpoint);
        line->props = str_copy(a, line->props);
    }
    if (w->lines.n - w->written < LINES_WAITING_MAX) return OK;
    return tx_shelf_write(t, &lines_shelf);
}

/* -- reading ---------------------------------------------------------------------------------- */

/* Newest by when it happened, not by when it was written: an import brings last year's orders
 * today. */
QUERY(line_of_member, timeline_line,
      "SELECT " COLUMNS " FROM " TIMELINE_OF(
          "$1") " t"
                " WHERE (CAST($2 AS BIGINT) = 0 OR at < $3 OR (at = $3 AND seq < $2))"
                " ORDER BY at DESC, seq DESC LIMIT $4");
QUERY(line_at, one_i64, "SELECT at AS value FROM timeline WHERE seq = $1");
QUERY(line_after, timeline_line,
      "SELECT " COLUMNS " FROM " TIMELINE_AFTER("$1") " t ORDER BY seq LIMIT $2");
QUERY(line_last, one_i64,
      "SELECT CAST(MAX(value) AS BIGINT) AS value FROM ("
      "SELECT COALESCE(MAX(seq), 0) AS value FROM timeline_tail"
      " UNION ALL SELECT " TIMELINE_MARK " AS value) ends");

static bool line_is_newer(const struct timeline_line *a, const struct timeline_line *b)
{
    return a->at != b->at ? a->at > b->at : a->seq > b->seq;
}

/* Both sorted newest first: the first `limit` of the two together. */
static struct timeline_line_list lines_join(struct arena *a, struct timeline_line_list x,
                                            struct timeline_line_list y, i64 limit)
{
    struct timeline_line_list out = { NEWS(a, struct timeline_line, x.n + y.n), 0 };
    i64 i = 0, k = 0;
    while (out.n < limit && (i < x.n || k < y.n)) {
        bool from_x = k == y.n || (i < x.n && line_is_newer(&x.at[i], &y.at[k]));
        out.at[out.n++] = from_x ? x.at[i++] : y.at[k++];
    }
    return out;
}

enum err timeline_of_member(struct ctx *c, ints members, i64 before_seq, i64 limit,
                            struct timeline_line_list *out)
{
    struct one_i64 before = { 0 };
    if (before_seq) {
        bool found;
        TRY(db_find(c, &line_at, &before, &found, ARGS(before_seq)));
        if (!found)
            return fail_at(c, E_INVALID, S("/before"),
                           "时间线上没有第 %lld 行，请用上一页给出的 next_before",
                           "the timeline has no line %lld; pass the next_before of the last page",
                           (long long)before_seq);
    }
    *out = (struct timeline_line_list){ 0 };
    for (i64 i = 0; i < members.n; i++) {
        struct timeline_line_list lines;
        TRY(db_all(c, &line_of_member, &lines,
                   ARGS(members.at[i], before_seq, before.value, limit)));
        *out = i == 0 ? lines : lines_join(c->arena, *out, lines, limit);
    }
    return OK;
}

enum err timeline_after(struct ctx *c, i64 seq, i64 limit, struct timeline_line_list *out)
{
    return db_all(c, &line_after, out, ARGS(seq, limit));
}

enum err timeline_last(struct ctx *c, i64 *seq)
{
    struct one_i64 row;
    TRY(db_get(c, &line_last, &row, NO_ARGS));
    *seq = row.value;
    return OK;
}
