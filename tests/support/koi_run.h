/* koi_run.h -- runs the command line as the program does, on the store of the test. */
#pragma once

#include "test.h"

/* What `koi words…` writes to standard output; its exit code must be `want`. The store is closed
 * meanwhile; c is test_reader(), before and after. */
str koi_run(struct ctx *c, int want, const char *const *words);
#define KOI_RUN(c, want, ...) koi_run((c), (want), (const char *const[]){ __VA_ARGS__, NULL })
