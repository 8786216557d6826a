/* scene.h -- a part of the scene tags for who asks for it alone. */
#pragma once

#include "store/composed.h"

/* Adds a statement of members (column member) first .. last who are of high value at `at` by the
 * settings; *any is false, and nothing added, where nobody can be. */
enum err scene_high_members(struct ctx *c, i64 first, i64 last, instant at, struct composed *out,
                            bool *any);
