/* fields.c -- what segments may ask: how many friends somebody brought. */
#include "base/field.h"
#include "loyalty/invitations/inside.h"

QUERY(invited_rows, field_number,
      "SELECT inviter AS member, COUNT(DISTINCT number) AS value FROM invitation"
      " WHERE inviter >= $1 AND inviter <= $2 AND " INVITATION_COUNTS " GROUP BY inviter");

static const char *const on_invitations[] = { "task.invited", "task.uninvited", "member.merged",
                                              "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "invited",
      .kind = FIELD_IS_COUNT,
      .sql = &invited_rows,
      .stale = on_invitations,
      .zero = true,
      .zh = "邀请来的好友数（算数的）",
      .en = "How many friends he brought whose invitation counts",
      .example = "invited >= 3" },
    { 0 },
};
const struct field_table invitation_fields = { .rows = rows };
