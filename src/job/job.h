/* job.h -- what runs by itself: rows with a schedule, one run at a time in the whole installation,
 * retries.
 *
 * Promises
 *   - one_holder: a job runs in one process at a time (a lease in the store, renewed while it
 *     runs).
 *   - a run that dies is taken over when its lease ends; a run that fails waits longer each time.
 *   - the_outside_holds_up_nobody: jobs that wait for others have a thread of their own.
 *   - every run leaves a row: when, how long, result. The last 100 of each job are kept.
 */
#pragma once

#include "store/store.h"

struct job_row {
    const char *name; /* "access.sweep" */
    i64 every_ms;     /* between starts; or 0 with at_minute */
    int at_minute;    /* minute of the programme's day, when every_ms is 0 */
    enum err (*run)(struct store *s, struct ctx *c);
    const char *zh, *en;
    bool outside; /* waits for answers of others: what is ours does not wait behind it */
};

struct jobs;
enum err jobs_start(struct store *s, struct ctx *c, const struct room *const *rooms,
                    struct jobs **out); /* two threads: what is ours, and what waits outside */
void jobs_stop(struct jobs *j);         /* waits for the run in work */
enum err job_run_due(struct store *s, struct ctx *c, const struct room *const *rooms,
                     i64 *ran); /* for tests and the thread */

extern const struct room job_room;
