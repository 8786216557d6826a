/* sql.h -- a segment answered by the store alone: what the index is compared with, and what answers
 * when there is none.
 *
 * Needs no more than c->db. A question costs a pass over the rows of each subject it names.
 */
#pragma once

#include "audience/segment.h"
#include "store/composed.h"

/* Living members, rising. E_TOO_LARGE: a condition fits more different texts than can be bound. */
enum err segment_members_sql(struct ctx *c, const struct segment_node *tree, instant at, ints *out);
