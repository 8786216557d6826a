/* member_private.h -- what the files of this room share. No other room includes it.
 *
 * How merging works here. Every row of a member (identity, tag, value) has a `member`, who holds it
 * now, and an `origin`, on whom it was put. A merge moves the loser's rows to the winner and leaves
 * origin alone; undoing it moves back the rows whose origin is the loser or one of those merged
 * into him. Nothing is copied, so parting is exact in any order of merges. Where rows of several
 * origins say different things (an exclusive tag group, one field), all stay and `shown` marks the
 * ones that count. The `own_…` columns of `member` are what was seen on that id itself; the plain
 * ones are what counts for the living member, worked out from all of his ids by member_refresh.
 *
 * Invariants
 *   1. identity_owner has each strong identity once, and its member is living and has that row in
 * `identity`.
 *   2. Rows of identity, member_tag and member_value are held by living members only.
 *   3. On PostgreSQL whoever attaches something to a member holds a lock on his row that excludes a
 * merge.
 */
#pragma once

#include "member/member.h"

/* The ids a living member is made of, as a CTE: $1 is the member. */
#define IDS_OF_1                                                     \
    "WITH RECURSIVE ids(member) AS (SELECT CAST($1 AS BIGINT) UNION" \
    " SELECT m.member FROM member m JOIN ids ON m.merged_into = ids.member) "

#define FIELDS_OF_member_row(X, N)        \
    X(i64, member, ANY, "", N)            \
    X(opt_i64, merged_into, ANY, "", N)   \
    X(flag, identified, ANY, "", N)       \
    X(opt_instant, erased_at, ANY, "", N) \
    X(str, own_name, ANY, "", N)          \
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
enum err identity_attach(struct tx *t, const struct identity *id, i64 member, str source,
                         instant at);
enum err conflict_record(struct tx *t, i64 chosen, i64 other, const struct identity *id,
                         str source);

/* After rows came or went: marks the tags and values that count. */
enum err tags_settle(struct tx *t, i64 living);
enum err values_settle(struct tx *t, i64 living);

/* What a person calls him; it outweighs what sightings say. */
enum err member_rename(struct tx *t, i64 member, str name);

#define FIELDS_OF_merge_view(X, N)                        \
    X(i64, id, ANY, "Id", N)                              \
    X(i64, winner, ANY, "Who stayed", N)                  \
    X(str, winner_name, PERSONAL, "His name", N)          \
    X(i64, loser, ANY, "Who became him", N)               \
    X(str, loser_name, PERSONAL, "His name as it was", N) \
    X(str, by, ANY, "auto, or the person who did it", N)  \
    X(instant, at, ANY, "When", N)                        \
    X(opt_instant, undone_at, ANY, "Undone", N)           \
    X(str, undone_by, ANY, "By whom", N)
SHAPE(merge_view);
enum err merge_list(struct ctx *c, i64 below, i64 limit, struct merge_view_list *out);

#define FIELDS_OF_conflict_view(X, N)                                                  \
    X(i64, id, ANY, "Id", N)                                                           \
    X(i64, member, ANY, "One of the two", N)                                           \
    X(str, member_name, PERSONAL, "Name", N)                                           \
    X(i64, other, ANY, "The other", N)                                                 \
    X(str, other_name, PERSONAL, "Name", N)                                            \
    X(choice(identity_kind), kind, ANY, "Kind of the identity both were seen with", N) \
    X(str, value, PERSONAL, "The identity", N)                                         \
    X(i64, owner, ANY, "Who keeps it", N)                                              \
    X(str, source, ANY, "Where it was seen", N)                                        \
    X(instant, at, ANY, "When", N)
SHAPE(conflict_view);
/* Neither merged nor dismissed, newest first. */
enum err conflict_list(struct ctx *c, i64 below, i64 limit, struct conflict_view_list *out);
/* These are two people: it is not brought up again. */
enum err conflict_dismiss(struct tx *t, i64 conflict);

/* The erased member an identity used to lead to; 0: none. */
enum err suppressed_find(struct tx *t, const struct identity *id, i64 *member);

extern const struct migration member_migrations[];
extern const struct field_table member_fields;
