/* rooms.h -- the list of rooms: the product's table of contents.
 *
 * Threads  Constant after app_wire, which main calls before anything else.
 */
#pragma once

#include "base/room.h"

#define KOI_VERSION "0.1.0"

/* All rooms, floor by floor; ends with NULL. */
extern const struct room *const rooms[];

/* Joins rooms that must not know each other: settings, merge listeners. */
void app_wire(void);
