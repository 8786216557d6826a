/* season.h -- how busy each day of the two years is, and each hour of a day. */
#pragma once

#include "base/clock.h"
#include "demo/chance.h"

#define SEASON_DAYS 731
struct season {
    const struct zone *zone;
    day first, last;
    instant start, end;    /* end: nothing happens at or after it */
    i64 busy[SEASON_DAYS]; /* of each day, per mille of an ordinary one */
    i64 busiest;
    f64 comeback[SEASON_DAYS]; /* how likely one comes back so many days after, of the first day */
    i64 arrivals[SEASON_DAYS]; /* running sum of how many come, by day: more each month */
};
void season_make(struct season *s, const struct zone *zone, instant until);
/* A day on which somebody comes for the first time; index from first. */
i64 season_arrival(const struct season *s, struct chance *d);
/* A moment of that day, by the hours people shop. */
instant season_moment(const struct season *s, struct chance *d, i64 index);
/* What is left of the price, per mille: festivals sell cheaper. */
i64 season_price(const struct season *s, struct chance *d, i64 index);
