/* assets_none.c -- stands in for the embedded console in programs that have none (tests, a build
 * without node). */
#include "http/http.h"

extern const struct asset *const assets __attribute__((weak));
extern const i64 assets_n __attribute__((weak));
const struct asset *const assets = NULL;
const i64 assets_n = 0;
