/* rooms.c -- the product's table of contents: one line a room, in start order. */
#include "app/rooms.h"

#include <stddef.h>

#include "insight/insight.h"
#include "member/member.h"
#include "access/access.h"
#include "http/http.h"
#include "job/job.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

const struct room *const rooms[] = {
    &access_room,
    &http_room,
    &job_room,
    &timeline_room,
    &member_room,
    &trade_room,
    &insight_room,
    NULL,
};
