/* classes.h -- scene tags and the A/B/C classes of members, at any date, gathered from the rows.
 * What they are stands in worth/classes.h.
 *
 * Promises
 *   - classes_do_not_overlap: nobody is in two of A, B, C; a member who neither bought nor joined
 *     is in none.
 *   - what_a_merged_member_did_counts: acts and communities of an id merged away are those of the
 *     member he became.
 *   - class_of_one_agrees_with_the_count: class_of and the report follow one definition.
 *   - segments_and_views_tell_one_scene: so does the field `scene` that segments may ask (scene.c).
 */
#pragma once

#include "store/store.h"

#define FIELDS_OF_abc(X, N)                           \
    X(i64, A, ANY, "In a community, never bought", N) \
    X(i64, B, ANY, "Bought once", N)                  \
    X(i64, C, ANY, "Bought more than once", N)
SHAPE(abc);
#define FIELDS_OF_scene_counts(X, N)                \
    X(i64, new, ANY, "First purchase lately", N)    \
    X(i64, active, ANY, "Did something lately", N)  \
    X(i64, dormant, ANY, "Did nothing for long", N) \
    X(i64, high_value, ANY, "Recency, frequency and amount all high", N)
SHAPE(scene_counts);
#define FIELDS_OF_classes_report(X, N)                  \
    X(str, at, ANY, "Date or moment of the figures", N) \
    X(i64, members, ANY, "Members known by then", N)    \
    X(one(abc), classes, ANY, "A/B/C", N)               \
    X(one(scene_counts), scene, ANY, "Scene tags", N)   \
    X(str, definition, ANY, "How the figures were made", N)
SHAPE(classes_report);

/* at: as rfm_at_read. */
enum err classes_report_make(struct ctx *c, str at, struct classes_report *out);

/* "A", "B", "C", or empty, of a living member. The second knows how often he bought. */
enum err class_of(struct ctx *c, i64 member, instant at, str *out);
enum err class_by_purchases(struct ctx *c, i64 member, i64 purchases, instant at, str *out);

/* What whoever asks for the tags of one member has read of him already. */
struct rfm_member;
struct life {
    i64 member; /* a living id */
    instant at, first_seen;
    opt_instant last_order_at;       /* of all his orders */
    const struct rfm_member *bought; /* as of `at`; NULL: he never bought */
    bool high_value;
    struct ctx *settings; /* where settings are read from; NULL: c */
};
/* "new", "active", "dormant", "high_value": those he carries. */
enum err scene_of(struct ctx *c, const struct life *life, strs *out);

/* Sets the bit of every living id below n that is in a community now (bits has n / 64 + 1 words).
 */
enum err community_set(struct ctx *c, u64 *bits, i64 n);
