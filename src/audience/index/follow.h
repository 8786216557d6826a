/* follow.h -- keeps an index at the end of the timeline: builds it at first, reads what is new at
 * least every 200 ms.
 *
 * Promises
 *   - an_acknowledged_change_is_seen_soon: within a second; at once for who waits for its line
 * (audience_wait).
 *   - a_start_takes_up_where_it_was: from the file of the last run, when that is whole and of this
 * store.
 *   - a_failed_save_costs_nothing_but_time: answers go on, the former generation stays, it is
 * logged and counted.
 *   - fields_and_days_follow: a field that people define, or another time zone, is in the index
 * soon without a restart: it is built anew beside the old one, which answers meanwhile.
 *   - the_index_is_derived: nothing is written to the store; thrown away and built again it gives
 * the same answers. Threads  One thread of its own, or none: then whoever calls audience_follow.
 */
#pragma once

#include "audience/index/gather.h"
#include "store/store.h"

#define AUDIENCE_FILE "audience.index"

struct audience;
struct audience_options {
    str folder;      /* where the index is kept between runs; absent: nowhere */
    bool saves;      /* writes it there, now and then and at the end: one process a folder */
    bool leaves;     /* else: writes it once it had to be built: any process */
    bool thread;     /* follow by itself; else audience_follow does it */
    i64 interval_ms; /* 0: default 200 */
    i64 save_ms;     /* at least between two saves while it follows; 0: default 10 minutes */
};
/* The index is empty until it has been built: audience_wait waits for that too. c has a reader; its
 * zone is the index's. */
enum err audience_open(struct ctx *c, struct store *s, struct audience_options o,
                       struct audience **out);
void audience_close(struct audience *a); /* every view must have been released */
/* Of who asks one thing after the other and has no memory to spare: what the last question read of
 * the index's file leaves memory until it is read again. */
void audience_rest(const struct audience *a);
struct index *audience_index(struct audience *a);     /* for tests: it may be replaced */
const struct view *audience_take(struct audience *a); /* the present view; view_release it soon */

/* Brings the index to the end of the timeline now. Without a thread only. *lines counts what was
 * new. */
enum err audience_follow(struct audience *a, i64 *lines);
/* Until the index has line seq (0: until it has been built), at most timeout_ms. E_TIMEOUT, or why
 * it cannot be built. */
enum err audience_wait(struct audience *a, struct ctx *c, i64 seq, i64 timeout_ms);

/* Calls fn after each published view that shows changes, on the thread that follows: quickly done,
 * or all wait. changes: who changed since the view before, and in what; all: anybody may have.
 * fn NULL: no more (when it returns, fn is not running). */
void audience_listen(struct audience *a,
                     void (*fn)(void *arg, const struct member_changes *changes, bool all),
                     void *arg);

struct audience_stats {
    i64 bytes, mapped, seq, members, rows, rounds, failures, round_us_max;
    i64 saves,
        saves_failed; /* of generations: a failed one leaves the former, and is tried again */
};
struct audience_stats audience_stats(struct audience *a);
