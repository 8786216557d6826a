/* rooms.h -- the product's table of contents. */
#pragma once

#include "base/room.h"

/* All rooms in start order; ends with NULL. */
extern const struct room *const rooms[];
