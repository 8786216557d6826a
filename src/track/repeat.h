/* repeat.h -- inside the room: which messages were told before.
 *
 * Each change that keeps new messages leaves one row of track_log with their keys, in one order for
 * all writers: appended, never looked up. A set in memory holds the keys of the last 48 h; it is
 * filled from the log at the first use, and only by what is committed.
 */
#pragma once

#include "track/track.h"

/* Before the change: makes sure that the set is that of this store. Not inside a write. */
enum err repeats_load(struct store *s, struct ctx *c);
/* Inside the change: old[i] for each key (0: it has none) that was told before, or stands before in
 * keys; what is new is logged. Keys become known to others when the change is on disk. */
enum err repeats_mark(struct tx *t, const u64 *keys, i64 n, bool *old);
/* The log without what is older than 48 h. */
enum err repeats_forget(struct store *s, struct ctx *c);
i64 repeats_bytes(void); /* memory of the set */
