/* member_private.h -- what the files of this room share. No other room includes it.
 *
 * How merging works here. Every row of a member (identity, tag, value) has a `member`, who holds it now, and an `origin`,
 * on whom it was put. A merge moves the loser's rows to the winner and leaves origin alone; undoing it moves back
 * the rows whose origin is the loser or one of those merged into him. Nothing is copied, so parting is exact in any order
 * of merges. Where rows of several origins say different things (an exclusive tag group, one field), all stay and
 * `shown` marks the ones that count. The `own_…` columns of `member` are what was seen on that id itself; the plain ones
 * are what counts for the living member, worked out from all of his ids by member_refresh.
 *
 * Invariants
 *   1. identity_owner has each strong identity once, and its member is living and has that row in `identity`.
 *   2. Rows of identity, member_tag and member_value are held by living members only.
 *   3. On PostgreSQL whoever attaches something to a member holds a lock on his row that excludes a merge.
 */
#pragma once

#include "member/member.h"
#include "timeline/timeline.h"

/* The ids a living member is made of, as a CTE: $1 is the member. */
#define IDS_OF_1                                                                                   \
    "WITH RECURSIVE ids(member) AS (SELECT CAST($1 AS BIGINT) UNION"                               \
    " SELECT m.member FROM member m JOIN ids ON m.merged_into = ids.member) "

#define FIELDS_OF_member_row(X, N)                                                                 \
    X(i64, member, ANY, "", N)                                                                     \
    X(opt_i64, merged_into, ANY, "", N)                                                            \
    X(flag, identified, ANY, "", N)                                                                \
    X(opt_instant, erased_at, ANY, "", N)                                                          \
    X(str, own_name, ANY, "", N)                                                                   \
    X(instant, own_first_seen, ANY, "", N)
SHAPE(member_row);

/* The living member of an id, his row locked against merges (PostgreSQL). */
enum err member_hold(struct tx *t, i64 id, i64 *living);
/* The same, refusing an erased one. */
enum err member_hold_writable(struct tx *t, i64 id, i64 *living);
/* Works out the plain columns of a living member from all his ids, identities and values. */
enum err member_refresh(struct tx *t, i64 living);

/* A line of this room: props is a JSON object without personal data, or absent. */
enum err member_line(struct tx *t, i64 member, const char *kind, str subject, json props);

/* One strong identity for one member; *got tells whether it was free. */
enum err identity_claim(struct tx *t, const struct identity *id, i64 member, bool *got);
/* Notes an identity on a member. */
enum err identity_attach(struct tx *t, const struct identity *id, i64 member, str source, instant at);
enum err conflict_record(struct tx *t, i64 chosen, i64 other, const struct identity *id, str source);

/* After rows came or went: marks the tags and values that count. */
enum err tags_settle(struct tx *t, i64 living);
enum err values_settle(struct tx *t, i64 living);

/* The erased member an identity used to lead to; 0: none. */
enum err suppressed_find(struct tx *t, const struct identity *id, i64 *member);

extern const struct migration member_migrations[];
