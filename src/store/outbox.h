/* outbox.h -- effects on the outside world, written in the transaction that wants them and carried
 * out after it.
 *
 * Promises
 *   - an effect exists exactly when its transaction committed.
 *   - at_least_once_per_lease: an effect is handed to one worker at a time; a worker that dies
 * loses its lease and the effect is handed out again, so whoever carries it out passes `id` on as
 * idempotency key.
 *   - failures wait longer each time (5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h) and end
 * as `dead`.
 */
#pragma once

#include "store/store.h"

#define FIELDS_OF_outbox_item(X, N)                                  \
    X(i64, id, REQUIRED, "Stable across retries", N)                 \
    X(str, kind, REQUIRED, "Who carries it out: webhook, mail …", N) \
    X(json, payload, ANY, "What to do", N)                           \
    X(i64, attempts, ANY, "Tries so far, this one included", N)
SHAPE(outbox_item);

enum err outbox_put(struct tx *t, str kind, json payload, instant not_before, i64 *id);
/* Leases up to max due items of a kind until now + lease_ms. */
enum err outbox_take(struct tx *t, str kind, i64 max, i64 lease_ms, struct outbox_item_list *out);
enum err outbox_done(struct tx *t, i64 id);
enum err outbox_failed(struct tx *t, i64 id, str why); /* schedules the next try or ends it */
/* How long to wait after so many tries; below 0: no more. */
i64 outbox_wait_ms(i64 attempts);
