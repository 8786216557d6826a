/* pace.h -- how much a job does in one change, so that whoever writes beside it never waits long.
 *
 * A change keeps all others waiting until it is over. What a member costs depends on his history,
 * the rules, the machine and who else is busy: so a job looks how long its last change took, the
 * waiting included, and takes half as much next time, or twice as much.
 */
#pragma once

#include "base/clock.h"

#define PACE_US ((i64)20000)

struct pace {
    i64 n;           /* how many now */
    i64 least, most; /* never fewer, never more */
    i64 began;
};

static inline void pace_begin(struct pace *p) { p->began = clock_mono_us(); }

static inline void pace_end(struct pace *p)
{
    i64 took = clock_mono_us() - p->began;
    if (took > PACE_US) p->n = p->n / 2 > p->least ? p->n / 2 : p->least;
    else if (took < PACE_US / 2) p->n = p->n * 2 < p->most ? p->n * 2 : p->most;
}
