/* gzip.h -- unpacks gzip data that came from outside.
 *
 * Promises
 *   - never to more than `max` bytes (E_TOO_LARGE), whatever the data claims; broken or cut data is
 * E_INVALID. Memory   The text lives in c->arena.
 */
#pragma once

#include "base/ctx.h"

enum err gunzip(struct ctx *c, str packed, i64 max, str *out);
