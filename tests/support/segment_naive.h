/* segment_naive.h -- segments evaluated in the most obvious way: all facts of each member in lists,
 * every test by its definition, nothing shared with the executors but the parser's tree. What
 * answers are compared with. */
#pragma once

#include "audience/segment.h"

struct segment_facts;
/* Everything the store knows, read once from c->db; lives in c->arena. */
enum err segment_facts_read(struct ctx *c, struct segment_facts **out);
/* Living members, rising. */
enum err segment_members_naive(struct ctx *c, const struct segment_facts *facts,
                               const struct segment_node *tree, instant at, ints *out);
