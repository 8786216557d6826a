/* inside.h -- inside the room: a line's values, and the three steps of settling. */
#pragma once

#include "timeline/timeline.h"

/* What a line tells, as both tables of lines were made: written in migrations, so never changed. */
#define LINE_TELLS          \
    "  at int64 NOT NULL,"  \
    "  kind text NOT NULL," \
    "  subject text,"       \
    "  touchpoint text,"    \
    "  value int64,"        \
    "  props text,"

enum { LINE_VALUES = 8 };
void timeline_values(struct value out[LINE_VALUES], const struct timeline_line *in, i64 seq);

/* Lines of the tail after `from` up to `to`: n of them. */
struct timeline_range {
    i64 from, to, n;
};
/* Puts copies of the oldest lines of the tail, up to `last`, where they will be read from. */
enum err timeline_copy(struct store *s, struct ctx *c, i64 last, struct timeline_range *range);
/* From here on they are read from there. */
enum err timeline_pass(struct store *s, struct ctx *c, const struct timeline_range *range);
/* What the mark has passed leaves the tail. */
enum err timeline_trim(struct store *s, struct ctx *c);
