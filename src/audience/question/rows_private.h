/* rows_private.h -- what questions on behaviour share: which rows an event means, and which days
 * are asked for.
 */
#pragma once

#include "audience/index/gather.h"
#include "audience/question/question_private.h"
#include "audience/question_rows.h"
#include "base/clock.h"

/* What an event means: rows of the index, or, for properties it does not keep, lines. */
struct meant {
    struct row_filter rows; /* within the time that counts */
    const u8 *events;       /* by code of the view's names */
    struct segment_test test;
    bool kept; /* rows tell it; else lines_index must */
};
/* `at` names the part of the request. Without a text: any behaviour. What is odd about it (nobody
 * ever did that) is added to notes. */
enum err meant_read(struct ctx *c, const struct question *q, str event, const char *at,
                    struct buf *notes, struct meant *out);
str meant_words(struct ctx *c, str event); /* as people read it */

/* Where the rows are that filters of a question speak of. */
struct rows_at {
    const struct view *view;
    i64 source, chunks;
    i64 by;   /* place of the property asked for; -1: none */
    bool own; /* read from the lines for this question */
};
/* The index, when it keeps all that is asked for; `by` is a property, or absent. */
enum err rows_find(struct ctx *c, const struct question *q, struct meant *const *meant, i64 n,
                   str by, struct rows_at *out);
/* From the lines; the filters of meant are then those of its rows. n and by: EVENT_PROPS_MAX. */
enum err lines_index(struct ctx *c, const struct question *q, struct meant *const *meant, i64 n,
                     str by, struct rows_at *out);

/* Days asked for, ends included; n 0: none. */
struct days_asked {
    bool from_given, to_given;
    day from, to;
    i64 n;
};
/* Reads both ends and refuses an end before the beginning. */
enum err days_read(struct ctx *c, str from, str to, struct days_asked *out);
/* Fills an end that is absent by the first and last day of such rows; at most QUESTION_DAYS. */
enum err days_settle(struct ctx *c, const struct question *q, const struct rows_at *at,
                     const struct row_filter *rows, struct days_asked *days);
instant days_begin(struct ctx *c, const struct days_asked *days); /* of the first day */
instant days_end(struct ctx *c, const struct days_asked *days);   /* after the last */
day monday_of(day d);

void say_days(struct ctx *c, const struct days_asked *days, struct buf *out);
/* What of all rows counts, and what was odd. */
void say_rows(struct ctx *c, const struct rows_at *at, struct buf *notes, struct buf *out);
