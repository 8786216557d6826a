/* order_write.h -- inside the importer: one batch into the store. */
#pragma once

#include "import/import.h"
#include "import/seen.h"

struct batch_write {
    struct import_batch *batch;
    const struct import_plan *plan;
    struct seen *seen;
    bool *maybe_seen; /* of each fact */
    struct order_result *results;
    i64 created_members;
    struct order_cache *cache;
    bool anonymous; /* identities that may be merged away while the batch is written */
};

/* A write_fn: buyers are found or made, orders written. It may run more than once: each time it
 * says the same of the batch. */
enum err batch_write_run(struct tx *t, void *arg);
