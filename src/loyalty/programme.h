/* programme.h -- the loyalty programme as a whole: whether it has opened, and since when.
 *
 * Promises
 *   - nothing_is_earned_before_it_opens: before that day, and while no day is set, orders give no
 *     points, move no tier and grant nothing.
 */
#pragma once

#include "store/store.h"

/* The first instant of the day it opened (setting loyalty.since); absent: not open, at c->now. */
enum err programme_open(struct ctx *c, opt_instant *since);

extern const struct room programme_room;
