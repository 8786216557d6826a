/* rows_private.h -- what questions on behaviour share: which rows an event means, and which days
 * are asked for.
 */
#pragma once

#include "audience/index/gather.h"
#include "audience/question/question_private.h"
#include "audience/question_rows.h"
#include "base/clock.h"

/* Rows of the event that may be counted at all; `at` names the part of the request. Without a text:
 * any behaviour. What is odd about it (nobody ever did that) is added to notes. */
enum err meant_rows(struct ctx *c, const struct question *q, str event, const char *at,
                    struct buf *notes, struct row_filter *out);
/* As people read it. */
str meant_words(struct ctx *c, str event);

/* Days asked for, ends included; n 0: none. */
struct days_asked {
    bool from_given, to_given;
    day from, to;
    i64 n;
};
/* Reads both ends and refuses an end before the beginning. */
enum err days_read(struct ctx *c, str from, str to, struct days_asked *out);
/* Fills an end that is absent by the first and last day of such rows; at most QUESTION_DAYS. */
enum err days_settle(struct ctx *c, const struct question *q, const struct row_filter *rows,
                     struct days_asked *days);
instant days_begin(struct ctx *c, const struct days_asked *days); /* of the first day */
instant days_end(struct ctx *c, const struct days_asked *days);   /* after the last */
day monday_of(day d);

void say_days(struct ctx *c, const struct days_asked *days, struct buf *out);
/* What of all rows counts, and what was odd. */
void say_rows(struct ctx *c, struct buf *notes, struct buf *out);
