/* room.h -- the face every room shows the house; app/rooms.c lists them: the product's table of
 * contents.
 *
 * Everything a room offers is a table. A NULL table is an empty one.
 */
#pragma once

#include "base/types.h"

struct migration;   /* store/store.h     tables of the room, in order, never altered once landed */
struct setting;     /* store/setting.h   what an operator can change */
struct route;       /* http/route.h      doors */
struct follower;    /* timeline/timeline.h */
struct job_row;     /* job/job.h         what runs by schedule */
struct field_table; /* base/field.h    what segments may ask of members */
struct topic;       /* channel/delivery.h  what messages are about */
struct approval_kind; /* access/approval.h what a second person must approve */

struct room {
    const char *name;
    const struct migration *migrations;
    const struct setting *settings;
    const struct route *routes;
    const struct follower *followers;
    const struct job_row *jobs;
    const struct field_table *fields;
    const struct approval_kind *approvals;
    const struct topic *topics;
};
/* Each of the tables above but fields (one struct) ends with a row whose name (path) is NULL. */
