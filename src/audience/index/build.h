/* build.h -- changing the index: changes are gathered, then published together as the next view.
 *
 * Promises
 *   - changes_show_at_publish: no view shows a part of what one publish brings.
 *   - what_did_not_change_is_shared: publishing costs what changed, not what there is.
 * Threads  One builder at a time; taking views from any thread. After index_expect the builder may
 * put, add, drop and settle from several threads, each chunk from one.
 */
#pragma once

#include "audience/index.h"

/* The schema is copied. */
struct index *index_new(const struct index_schema *schema);
void index_free(struct index *x);        /* every view must have been released */
bool index_unused(struct index *x);      /* nobody holds a view of it */
i64 index_memory(const struct index *x); /* bytes of all views alive */

/* Members are ids from 1 up, at most INDEX_MEMBERS_MAX. */
#define INDEX_MEMBERS_MAX ((i64)1 << 32)
void index_put_living(struct index *x, i64 member, bool living);
void index_put_number(struct index *x, i64 member, i64 column, opt_i64 value);
void index_put_word(struct index *x, i64 member, i64 column, str word);  /* absent: unknown */
void index_put_set(struct index *x, i64 member, i64 column, strs words); /* just these */

struct event {
    i64 member;
    instant at;
    day day;
    i64 order; /* among rows of one second: the line's seq */
    str name;
    str props[EVENT_PROPS_MAX]; /* in the order of the source; absent where it has none */
    i64 value;
};
void index_add_event(struct index *x, i64 source, const struct event *e);
/* Forgets his rows of a source, those added since the last publish too; add the true ones next. */
void index_drop_events(struct index *x, i64 source, i64 member);

/* Makes place for chunks 0 .. n - 1. */
void index_expect(struct index *x, i64 n);
/* Bulk loading: turns what waits for one chunk into its arrays now, unseen until publish; keeps
 * memory low. */
void index_settle(struct index *x, i64 chunk);
/* Forgets all changes since the last publish. */
void index_abandon(struct index *x);
/* All changes so far become visible at once, as the state after line seq of the timeline. */
void index_publish(struct index *x, i64 seq);
