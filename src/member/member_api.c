/* member_api.c -- the room's face: its tables and doors. */
#include "base/room.h"
#include "member/member_private.h"

const struct room member_room = {
    .name = "member",
    .migrations = member_migrations,
};
