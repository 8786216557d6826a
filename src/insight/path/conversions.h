/* conversions.h -- rows that are conversions, each with its money as value. */
#pragma once

#include "insight/path/inside.h"

struct conversions {
    const struct view *view;
    i64 source, chunks;
    str words; /* as people read it */
};
/* event absent: purchases. back_s: earlier ones are wanted so long before the period. */
enum err conversions_find(struct ctx *c, const struct path_asked *q, str event, i64 back_s,
                          struct buf *notes, struct conversions *out);
