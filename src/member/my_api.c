/* my_api.c -- what a member sees of himself: the frame of his card. Other rooms add routes of
 * their own below /v1/my. */
#include "http/route.h"
#include "member/member.h"

#define FIELDS_OF_my_view(X, N)                                 \
    X(str, name, PERSONAL, "His name, as the shop knows it", N) \
    X(instant, member_since, REQUIRED, "When he was first seen", N)
SHAPE(my_view);
SHAPE_DEFINE(my_view);

/* His own name is his to see. */
HANDLER(my_show, nothing, my_view)
{
    struct member_brief brief;
    TRY(member_show(c, c->member, true, &brief));
    *out = (struct my_view){ .name = brief.name, .member_since = brief.first_seen };
    return OK;
}

extern const struct route my_routes[];
const struct route my_routes[] = {
    ROUTE(GET, "/v1/my", MY, my_show, "My", "会员本人的名片", "The member's own card",
          .flags = QUICK),
    { 0 },
};
