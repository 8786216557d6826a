/* timeline.h -- the append-only log of everything that happened, and those who follow it.
 *
 * Promises
 *   - a_line_is_never_altered: nothing updates or deletes a line.
 *   - lines_come_in_commit_order: seq rises in the order in which writes became visible, without
 * lines appearing later behind a cursor.
 *   - a follower's cursor moves in the same transaction as what it wrote: after a crash it resumes
 * where it was.
 *   - rebuild_gives_the_same: a follower thrown away and rebuilt reaches the same state.
 *   - a_line_is_read_once: wherever it lies, whoever reads meets each line exactly once.
 *
 * Lines come in at the end of `timeline_tail`; when there are many and nobody is in a hurry they
 * are settled: put by member into `timeline_settled`. Statements read `timeline`, the view of both.
 */
#pragma once

#include "store/store.h"

#define FIELDS_OF_timeline_line(X, N)                                                    \
    X(i64, seq, ANY, "Place in the log", N)                                              \
    X(instant, at, ANY, "When it happened (not when it was written)", N)                 \
    X(i64, member, ANY, "Whose line; 0: nobody's", N)                                    \
    X(str, kind, ANY, "What happened: order.paid, member.merged, \"Product Viewed\"", N) \
    X(str, subject, ANY, "What it happened to: \"order:7\", \"tag:敏感肌\"", N)          \
    X(str, touchpoint, ANY, "Where: shop, channel, account", N)                          \
    X(opt_money, value, ANY, "Money of it, if any", N)                                   \
    X(json, props, ANY, "The rest, a JSON object; never personal data", N)
SHAPE(timeline_line);

/* Appends one line in the caller's transaction; in->seq is ignored. */
enum err timeline_append(struct tx *t, const struct timeline_line *in);
/* The same for many, cheaper. */
enum err timeline_append_all(struct tx *t, const struct timeline_line *in, i64 n);

/* Newest first, before `before` (0: from the end), of these member ids (a member and those merged
 * into him). */
enum err timeline_of_member(struct ctx *c, ints members, i64 before_seq, i64 limit,
                            struct timeline_line_list *out);
/* Oldest first after a cursor: what followers read. */
enum err timeline_after(struct ctx *c, i64 seq, i64 limit, struct timeline_line_list *out);
enum err timeline_last(struct ctx *c, i64 *seq);

/* Someone who keeps up with the log. follow runs inside a write, with the lines in order; it may
 * see a line again only after `reset`. reset throws away what was built. */
struct follower {
    const char *name;
    enum err (*follow)(struct tx *t, const struct timeline_line *lines, i64 n);
    enum err (*reset)(struct tx *t);
};
/* Brings a follower up to the end of the log, in batches; *lines counts what it read. */
enum err follower_run(struct store *s, struct ctx *c, const struct follower *f, i64 *lines);
enum err follower_rebuild(struct store *s, struct ctx *c, const struct follower *f, i64 *lines);
enum err follower_cursor(struct ctx *c, const struct follower *f, i64 *seq);

/* For statements of one member: the tail has no index by member, so `timeline` would be read
 * through the tail's whole lines, and this through its numbers alone. To stand where a table
 * stands. */
#define TIMELINE_COLUMNS "member, seq, at, kind, subject, touchpoint, value, props"
#define TIMELINE_MARK    "(SELECT seq FROM timeline_mark)"
#define TIMELINE_OF(MEMBER)                                                     \
    "(SELECT " TIMELINE_COLUMNS " FROM timeline_settled WHERE member = " MEMBER \
    " AND seq <= " TIMELINE_MARK " UNION ALL SELECT " TIMELINE_COLUMNS          \
    " FROM timeline_tail WHERE seq IN (SELECT seq FROM timeline_tail"           \
    " WHERE member = " MEMBER " AND seq > " TIMELINE_MARK "))"

/* The same of kinds that have an index by member in both tables (community.joined and left): KINDS
 * is the very condition of those indexes. */
#define TIMELINE_OF_KINDS(MEMBER, KINDS)                                             \
    "(SELECT " TIMELINE_COLUMNS " FROM timeline_settled WHERE member = " MEMBER      \
    " AND seq <= " TIMELINE_MARK " AND " KINDS " UNION ALL SELECT " TIMELINE_COLUMNS \
    " FROM timeline_tail WHERE member = " MEMBER " AND seq > " TIMELINE_MARK " AND " KINDS ")"

/* The lines after one, likewise: of two lower bounds SQLite would look up one, perhaps the mark. */
#define TIMELINE_AFTER(SEQ)                                                              \
    "(SELECT " TIMELINE_COLUMNS " FROM timeline_settled WHERE seq > " SEQ                \
    " AND seq <= " TIMELINE_MARK " UNION ALL SELECT " TIMELINE_COLUMNS                   \
    " FROM timeline_tail WHERE seq > (SELECT CASE WHEN seq > " SEQ " THEN seq ELSE " SEQ \
    " END FROM timeline_mark))"

/* Settles all lines that are in the tail now. The job does it in turns, when it is worth it. */
enum err timeline_settle(struct store *s, struct ctx *c);

extern const struct room timeline_room;
/* After insight in the list of rooms: its first migration stands on the table that this one
 * renames. */
extern const struct room timeline_settle_room;
