/* local_time.c -- a time zone as stretches of one shift, written into statements. */
#include "trade/local_time.h"

#include <pthread.h>

#include "base/clock.h"

enum { STRETCHES_MAX = 500, UNTIL_YEAR = 2038 };

struct stretches {
    const struct zone *zone;
    i64 n;
    struct {
        instant from;
        i64 shift;
    } at[STRETCHES_MAX]; /* rising */
};

/* A day within which the shift changes: the instant it does. */
static instant change_between(const struct zone *zone, instant low, instant high)
{
    i64 before = zone_offset(zone, low);
    while (high - low > 1) {
        instant middle = low + (high - low) / 2;
        if (zone_offset(zone, middle) == before) low = middle;
        else high = middle;
    }
    return high;
}

static void stretches_make(struct stretches *s, const struct zone *zone)
{
    instant end = day_of(UNTIL_YEAR, 1, 1) * DAY_MS;
    *s = (struct stretches){ .zone = zone, .n = 1 };
    s->at[0].from = INT64_MIN;
    s->at[0].shift = zone_offset(zone, 0);
    for (instant t = 0; t < end && s->n < STRETCHES_MAX; t += DAY_MS) {
        if (zone_offset(zone, t + DAY_MS) == s->at[s->n - 1].shift) continue;
        s->at[s->n].from = change_between(zone, t, t + DAY_MS);
        s->at[s->n++].shift = zone_offset(zone, t + DAY_MS);
    }
}

SQL_PART(shift_begin, "(o.bought_at + CASE");
SQL_PART(shift_since, " WHEN o.bought_at >= $1 THEN CAST($2 AS BIGINT)");
SQL_PART(shift_end, " END)");

void local_bought_at(struct ctx *c, struct composed *out)
{
    /* made once for a zone: the days since 1970 are many */
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct stretches known;
    pthread_mutex_lock(&lock);
    if (known.zone != c->zone) stretches_make(&known, c->zone);
    composed_add(out, &shift_begin, NO_ARGS);
    for (i64 i = known.n - 1; i >= 0; i--)
        composed_add(out, &shift_since, ARGS(known.at[i].from, known.at[i].shift));
    composed_add(out, &shift_end, NO_ARGS);
    pthread_mutex_unlock(&lock);
}
