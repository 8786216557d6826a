/* inside.h -- what the files of saved segments share: rows, kept chunks, and the one change that
 * moves members.
 *
 * Invariants
 *   1. segment.members is the sum of segment_chunk.n, and changes with them in one transaction.
 *   2. Whoever changes chunks of a segment holds its row first (segment_hold), so changes of one
 * segment follow each other.
 *   3. segment.seq is the line of the timeline up to which its members were last asked; nothing
 * asked of an older state is written.
 *   4. segment.changes rises with every change of a chunk: who holds the set in memory sees by it
 * that somebody else was there.
 */
#pragma once

#include "audience/index.h"
#include "audience/saved.h"

#define FIELDS_OF_kept_segment(X, N)       \
    X(i64, id, ANY, "", N)                 \
    X(str, name, ANY, "", N)               \
    X(str, folded, ANY, "", N)             \
    X(str, text, ANY, "", N)               \
    X(i64, version, ANY, "", N)            \
    X(i64, filled, ANY, "", N)             \
    X(flag, announce, ANY, "", N)          \
    X(flag, auto_, ANY, "", N)             \
    X(flag, paused, ANY, "", N)            \
    X(i64, members, ANY, "", N)            \
    X(i64, seq, ANY, "", N)                \
    X(i64, changes, ANY, "", N)            \
    X(opt_instant, counted_at, ANY, "", N) \
    X(instant, updated_at, ANY, "", N)
SHAPE(kept_segment);
enum err kept_segments(struct ctx *c, struct kept_segment_list *out); /* by id */
enum err kept_segment_get(struct ctx *c, i64 id, struct kept_segment *out);
/* Locks it to the end of the change. *found: false when it was deleted. */
enum err segment_hold(struct tx *t, i64 id, bool *found, struct kept_segment *out);
bool tree_names(const struct segment_node *tree, str folded); /* however deep */
/* A line of nobody's: segment.created, segment.changed, segment.filled, segment.deleted. */
enum err segment_line(struct tx *t, const char *kind, str name, i64 id, i64 version, i64 members);

/* -- kept chunks (kept.c) --------------------------------------------------------------------- */

#define FIELDS_OF_chunk_row(X, N)                \
    X(i64, owner, ANY, "Segment or snapshot", N) \
    X(i64, chunk, ANY, "", N)                    \
    X(str, members, ANY, "In CRoaring's portable form", N)
SHAPE(chunk_row);

str kept_write(struct arena *a, const u64 *bits);
enum err kept_read(struct ctx *c, str blob, chunk_bits out); /* E_STORE: torn */

/* The members of one segment in memory, made of what is kept. */
struct kept_set;
struct kept_set *kept_new(void);
void kept_free(struct kept_set *k);
enum err kept_put(struct ctx *c, struct kept_set *k, i64 chunk, str blob);
bool kept_has(const struct kept_set *k, i64 member);
void kept_flip(struct kept_set *k, i64 member, bool in);
i64 kept_bytes(const struct kept_set *k);

/* -- moving members (apply.c) ----------------------------------------------------------------- */

/* He shall be in it, or not; that he is already is no fault. */
struct wish {
    i64 segment, version, member;
    bool in;
};
struct granted { /* one for each segment that was wished for, in that order */
    i64 segment, entered, left, changes, behind;
    bool refused; /* deleted, of another version, or (behind > 0) asked of a state before that line
                   */
};
struct wishes {
    const struct wish *at; /* by segment, then by chunk of the member */
    i64 n;
    i64 seq; /* the state they were asked of */
    struct granted *granted;
    i64 granted_n;
};
extern i64 wishes_max; /* in one transaction; tests make it small */
enum err wishes_grant(struct tx *t, void *wishes);

/* -- refreshing whole (refresh.c) ------------------------------------------------------------- */

void refreshing_begin(void); /* one at a time in this process, in the order they came */
void refreshing_end(void);
/* Between those two. */
enum err refresh_whole(struct store *s, struct ctx *c, i64 id, struct saved_refreshed *out);
enum err saved_forget(struct tx *t, i64 living, ints ids); /* erasure */
