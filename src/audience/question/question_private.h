/* question_private.h -- what all questions to the index share: who is asked for, as of when, and
 * how long it took.
 */
#pragma once

#include "audience/ask.h"

struct question {
    const struct view *view;
    const struct segment_node *tree; /* NULL: everybody */
    instant at;
    struct member_set set; /* who is asked for */
    i64 began_us;
};
/* Reads the segment (absent: everybody) and `at`, takes the view and the members. `name` is the
 * field of the request that holds the text: a wrong text is told as "line:column" of a segment, as
 * "/name:line:column" of any other. */
enum err question_begin(struct ctx *c, str segment, str at, opt_i64 seq, struct question *out);
enum err question_tree(struct ctx *c, str text, const char *name, const struct segment_node **out);
i64 question_took(const struct question *q);

/* The end of every `how`: who was asked for, as of when, from which line of the timeline. */
void question_say_about(struct ctx *c, const struct question *q, struct buf *out);
