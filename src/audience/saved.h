/* saved.h -- saved segments: a text under a name, and the set of members it holds for, kept, with
 * who came and who went.
 *
 * Words
 *   version   every change of the text is one; old ones stay readable.
 *   members   of a segment: as it was last refreshed. Segments that are `auto` and not paused
 * refresh by themselves: at once for members whom a line of the timeline changed, and whole by the
 * hour (setting segment.refresh_minutes) and after midnight, because windows move. What the index
 * cannot answer alone is refreshed whole only.
 *   lines     segment.entered and segment.left on the timeline, subject "segment:NAME", props
 * {"segment":ID,"version":N}; "gone":true when he is no longer a member of his own (merged,
 * erased). The first filling of a segment, and of a new version of its text, writes none unless it
 * was asked to (announce): then segment.filled (of member 0) says from where on lines count.
 *   snapshot  the members as they were, under a name; they change by erasure alone.
 * Promises
 *   - lines_replay_to_the_members: who entered and has not left, by the very id of the line, is in
 * it; exactly once, whenever the program is killed: a line and the membership it tells of are one
 * transaction.
 *   - members_are_what_the_text_says: after a refresh, those of segment_members.
 *   - one_change_is_seen_by_all: a member whom a line changed is asked of all standing segments.
 *   - a_name_in_use_is_not_taken_away: rename and delete are refused while other segments name it.
 *   - no_segment_names_itself: however indirectly.
 *   - every_version_is_kept.
 *   - an_erased_member_is_in_no_set: segments and snapshots, in the transaction that erases him.
 *   - sizes_are_thinned: five minutes for 30 days, days for ever.
 *   - refreshes_take_turns: within a process; between processes what was asked of an older state of
 * the timeline is refused and asked anew.
 * Threads  All from any thread; standing_* own one thread.
 */
#pragma once

#include "audience/segment.h"
#include "store/store.h"

/* -- what is kept ----------------------------------------------------------------------------- */

#define FIELDS_OF_saved_view(X, N)                                             \
    X(i64, id, ANY, "Id", N)                                                   \
    X(str, name, ANY, "Name", N)                                               \
    X(str, description, ANY, "What it is for", N)                              \
    X(str, text, ANY, "The segment, in its one spelling", N)                   \
    X(str, owner, ANY, "Whose it is: a user's name, or key:NAME, cli", N)      \
    X(i64, version, ANY, "Of the text, from 1", N)                             \
    X(i64, count, ANY, "Members when last refreshed", N)                       \
    X(opt_instant, counted_at, ANY, "When that was; null: not yet", N)         \
    X(flag, auto_, ANY, "Refreshes by itself", N)                              \
    X(flag, paused, ANY, "Stands still for now", N)                            \
    X(str, problem, ANY, "Why it cannot be refreshed; null: nothing amiss", N) \
    X(instant, created_at, ANY, "Made", N)                                     \
    X(instant, updated_at, ANY, "Last changed by a person", N)
SHAPE(saved_view);

#define FIELDS_OF_saved_post(X, N)                                        \
    X(str, name, REQUIRED | SHORT, "Name; unique however it is cased", N) \
    X(str, text, REQUIRED, "A text of the segment language", N)           \
    X(str, description, ANY, "What it is for", N)                         \
    X(opt_flag, auto_, ANY, "Refresh by itself; absent: yes", N)          \
    X(opt_flag, announce, ANY, "Write enter lines for the first filling too; absent: no", N)
SHAPE(saved_post);

#define FIELDS_OF_saved_patch(X, N)                                      \
    X(i64, id, REQUIRED | POSITIVE, "Segment", N)                        \
    X(str, name, SHORT, "Another name; refused while others name it", N) \
    X(str, text, ANY, "Another text: a new version", N)                  \
    X(str, description, ANY, "What it is for; empty: nothing", N)        \
    X(str, owner, SHORT, "Hand it to this user", N)                      \
    X(opt_flag, auto_, ANY, "Refresh by itself", N)                      \
    X(opt_flag, paused, ANY, "Stand still for now", N)                   \
    X(opt_flag, announce, ANY, "Write lines for what a new text changes; absent: no", N)
SHAPE(saved_patch);

/* Neither refreshes: saved_refresh does, of it and of those that name it (saved_users). */
enum err saved_create(struct tx *t, const struct saved_post *in, i64 *id);
enum err saved_change(struct tx *t, const struct saved_patch *in, bool *another_text);
enum err saved_delete(struct tx *t, i64 id); /* with its history and its snapshots */
enum err saved_list(struct ctx *c, struct saved_view_list *out); /* by name */
enum err saved_get(struct ctx *c, i64 id, struct saved_view *out);
enum err saved_get_named(struct ctx *c, str name, struct saved_view *out);
/* Segments whose text names this one, directly or through others. */
enum err saved_users(struct ctx *c, i64 id, ints *out);

#define FIELDS_OF_saved_version(X, N)     \
    X(i64, version, ANY, "From 1", N)     \
    X(str, text, ANY, "The text then", N) \
    X(instant, at, ANY, "Since when", N)  \
    X(str, by, ANY, "Who wrote it", N)
SHAPE(saved_version);
enum err saved_versions(struct ctx *c, i64 id, struct saved_version_list *out); /* newest first */

#define FIELDS_OF_saved_size(X, N)                                         \
    X(instant, at, ANY, "The last change of these five minutes or day", N) \
    X(i64, count, ANY, "Members then", N)                                  \
    X(i64, entered, ANY, "Who came since the row before", N)               \
    X(i64, left, ANY, "Who went since the row before", N)
SHAPE(saved_size);
/* Of from <= at < to, oldest first, only where it changed; fillings without lines count too. */
enum err saved_sizes(struct ctx *c, i64 id, instant from, instant to, struct saved_size_list *out);
#define FIELDS_OF_saved_move(X, N)                                               \
    X(i64, id, ANY, "Id", N)                                                     \
    X(str, name, ANY, "Name", N)                                                 \
    X(opt_i64, before, ANY, "Members at the beginning; null: not filled yet", N) \
    X(opt_i64, now, ANY, "Members at the end", N)                                \
    X(i64, entered, ANY, "Who came on these days", N)                            \
    X(i64, left, ANY, "Who went on these days", N)
SHAPE(saved_move);
/* From one of the programme's midnights to another: segments whose members are known at its end,
 * those that moved most first. */
enum err saved_moves(struct ctx *c, instant from, instant to, i64 most,
                     struct saved_move_list *out);
/* Removes the five-minute rows that are over. */
enum err saved_thin(struct store *s, struct ctx *c);

/* -- members ---------------------------------------------------------------------------------- */

/* At most `most` members above `after`, rising: as last refreshed. */
enum err saved_members(struct ctx *c, i64 id, i64 after, i64 most, ints *out);

#define FIELDS_OF_saved_refreshed(X, N)           \
    X(i64, count, ANY, "Members now", N)          \
    X(i64, entered, ANY, "Who came", N)           \
    X(i64, left, ANY, "Who went", N)              \
    X(i64, took_us, ANY, "Microseconds taken", N) \
    X(flag, by_index, ANY, "Asked of the index alone", N)
SHAPE(saved_refreshed);
/* Whole, now, whatever its schedule. c has a reader; the set is that of c->now. */
enum err saved_refresh(struct store *s, struct ctx *c, i64 id, struct saved_refreshed *out);
/* Those that are auto, not paused, and due; and saved_thin. The job's function. */
enum err saved_refresh_due(struct store *s, struct ctx *c);

/* -- snapshots -------------------------------------------------------------------------------- */

#define FIELDS_OF_saved_snapshot(X, N)             \
    X(i64, id, ANY, "Id", N)                       \
    X(str, name, ANY, "Name", N)                   \
    X(instant, at, ANY, "As of", N)                \
    X(i64, version, ANY, "Version of the text", N) \
    X(i64, count, ANY, "Members then, less those erased since", N)
SHAPE(saved_snapshot);
/* Of the members as last refreshed. E_CONFLICT: this segment has one of that name. */
enum err snapshot_make(struct tx *t, i64 segment, str name, i64 *id);
enum err snapshot_delete(struct tx *t, i64 segment, i64 id);
enum err snapshot_list(struct ctx *c, i64 segment, struct saved_snapshot_list *out);
enum err snapshot_get(struct ctx *c, i64 id, struct saved_snapshot *out);
/* As saved_members; ids as they were then: one that was merged since still leads to who he is. */
enum err snapshot_members(struct ctx *c, i64 id, i64 after, i64 most, ints *out);

/* -- export ----------------------------------------------------------------------------------- */

/* Rows of a table of members; personal ones masked unless c may PERSONAL_READ. */
#define EXPORT_COLUMNS \
    "id name phone province city touchpoint first_seen last_order_at orders spent class tags"
struct member_source { /* gives ids above `after`, rising; none: the end */
    enum err (*next)(struct ctx *c, void *arg, i64 after, i64 most, ints *out);
    void *arg;
};
/* To a file, a few at a time. columns: names of EXPORT_COLUMNS; none: all. *members: rows written;
 * an id that was merged away is written as who he is, once. */
enum err members_export(struct ctx *c, str path, bool xlsx, strs columns,
                        struct member_source source, i64 *members);

/* -- by itself -------------------------------------------------------------------------------- */

struct audience; /* audience/index/follow.h */
struct standing;
struct standing_options {
    instant (*now)(void); /* clock_now, or a test's clock */
    bool thread;          /* else standing_settle does it */
};
/* Follows the members that change, of the audience this process serves. Begins with a refresh of
 * all that refresh by themselves. */
enum err standing_open(struct ctx *c, struct store *s, struct audience *a,
                       struct standing_options o, struct standing **out);
void standing_close(struct standing *s); /* before the audience is closed; NULL is allowed */
/* Until what the index shows has been seen by all: without a thread only. */
enum err standing_settle(struct standing *s);
struct standing_stats {
    i64 segments, rounds, failures, members_seen, entered, left, plans_us, members_us, bytes;
};
struct standing_stats standing_stats(struct standing *s);
void standing_gauges(struct buf *out, void *standing); /* for /metrics */

/* What segment_saved_find and segment_saved_names are set to. */
enum err saved_find(struct ctx *c, str folded, str *text, bool *found);
enum err saved_names(struct ctx *c, str q, i64 limit, struct segment_value_list *out);

struct merge_listener;
extern const struct merge_listener saved_merges; /* takes the erased out of every set */
extern const struct migration saved_migrations[];
extern const struct room saved_room; /* saved_api.c */
