/* tag.h -- what the tag files share with this room's doors: definitions of tags and groups. */
#pragma once

#include "member/member_private.h"

#define FIELDS_OF_tag_group_view(X, N)                                   \
    X(i64, id, ANY, "Id", N)                                             \
    X(str, name, ANY, "Name", N)                                         \
    X(flag, exclusive, ANY, "A member carries one tag of it at most", N) \
    X(i64, tags, ANY, "Tags in it", N)                                   \
    X(instant, created_at, ANY, "Defined", N)
SHAPE(tag_group_view);

/* Trims; E_INVALID when it cannot be a name. */
enum err tag_name_check(struct ctx *c, str *name);
/* E_CONFLICT: there is one of this name. */
enum err tag_define(struct tx *t, str name, opt_i64 group, i64 *id);
enum err tag_group_define(struct tx *t, str name, bool exclusive, i64 *id);
enum err tag_group_list(struct ctx *c, struct tag_group_view_list *out);
enum err tag_group_find(struct ctx *c, str name, i64 *id); /* 0: none */
