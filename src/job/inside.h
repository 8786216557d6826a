/* inside.h -- what the files of this room share. */
#pragma once

#include "base/room.h"
#include "job/job.h"

#define LEASE_MS     (60 * SECOND_MS)
#define TICK_SECONDS 5
#define RUNS_KEPT    ((i64)100)

#define FIELDS_OF_job_row_state(X, N)   \
    X(str, name, ANY, "", N)            \
    X(str, holder, ANY, "", N)          \
    X(instant, lease_until, ANY, "", N) \
    X(instant, next_at, ANY, "", N)     \
    X(i64, failures, ANY, "", N)
SHAPE(job_row_state);
