/* watch.h -- lines of the timeline that parts of the programme wait for: told to each of them once,
 * and compared with what a task or a rule names.
 *
 * One follower reads the log for all. It is the room of tasks', whose place in the log it has.
 */
#pragma once

#include "timeline/timeline.h"

#define FIELDS_OF_line_prop(X, N)                 \
    X(str, name, REQUIRED | SHORT, "Property", N) \
    X(str, value, REQUIRED | SHORT, "It must equal", N)
SHAPE(line_prop);

/* Whether a line's property is this text; numbers as they are written, true and false as such. */
enum err line_prop_is(struct ctx *c, const struct timeline_line *line, str name, str value,
                      bool *out);

/* A part that waits for lines. It may be told a line again, after the log was read anew: what it
 * gives for one is given once. */
struct line_listener {
    const char *part;
    enum err (*told)(struct tx *t, const struct timeline_line *lines, i64 n);
};
extern const struct line_listener task_lines, points_lines, invitation_lines;

/* Tells all of them; of struct follower. */
enum err lines_told(struct tx *t, const struct timeline_line *lines, i64 n);
