/* rooms.c -- the product's table of contents: one line a room, in start order. */
#include "app/rooms.h"

#include <stddef.h>

#include "timeline/timeline.h"

const struct room *const rooms[] = {
    &timeline_room,
    NULL,
};
