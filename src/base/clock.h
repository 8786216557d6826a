/* clock.h -- days, hours and zones: turns instants into the programme's calendar and back.
 *
 * "A day" is the programme's day: an IANA zone name (setting `timezone`, default Asia/Shanghai).
 * Promises
 *   - local_round_trip: zone_instant(zone_local(t)) is t for every instant that is not in a
 * repeated hour.
 *   - a local time that a clock change skips moves forward by the gap; one that occurs twice is the
 * first. Threads  A zone is immutable and shared freely.
 */
#pragma once

#include "base/ctx.h"

struct civil {
    i32 year, month, day, hour, minute, second, ms;
};

instant clock_now(void); /* the wall clock; only app, cli and tests call it */
i64 clock_mono_us(void); /* for measuring */

struct zone *
zone_open(const char *name); /* NULL when there is no such zone; process lifetime, cached */
const char *zone_name(const struct zone *z);
struct civil zone_local(const struct zone *z, instant t);
instant zone_instant(const struct zone *z, struct civil local);
day zone_day(const struct zone *z, instant t);      /* the programme's day t falls on */
instant zone_midnight(const struct zone *z, day d); /* the first instant of that day */

i64 zone_offset(const struct zone *z, instant t); /* local time less UTC, ms */

day day_of(i32 year, i32 month, i32 dom);
struct civil day_civil(day d);
bool civil_valid(struct civil t);
day month_add(day d, i32 months); /* 31 Jan + 1 month = 28 or 29 Feb */

/* Years 1 to 9999 in UTC: what ISO 8601 can write, and all that is read. */
#define INSTANT_FIRST (-62135596800000)
#define INSTANT_LAST  253402300799999

/* "2024-05-01", "2024/5/1 9:03", "2024-05-01 10:00:00 +0800", "2024-05-01T10:00:00.123Z",
 * "2024年5月1日 10:00", "20240501", Excel serial days when `serial` is set. Local times are read in
 * z. False: not a date. */
bool instant_parse(const struct zone *z, str text, bool serial, instant *out);
bool day_parse(str text, day *out);          /* YYYY-MM-DD, also with / . 年月日 */
str instant_iso(struct arena *a, instant t); /* 2024-05-01T02:00:00.000Z */
str instant_text(struct arena *a, const struct zone *z, instant t); /* 2024-05-01 10:00:00, local */
str day_text(struct arena *a, day d);                               /* 2024-05-01 */
bool duration_parse(str text,
                    i64 *ms); /* 90s 15m 2h 30d 4w 6mo is refused: months are not durations */
