/* clock.c -- the programme's calendar: civil dates by arithmetic, zones by GLib's reading of the
 * IANA files. */
#include "base/clock.h"

#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/num.h"

instant clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (instant)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

i64 clock_mono_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (i64)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* -- zones ------------------------------------------------------------------------------------ */

struct zone {
    char name[64];
    GTimeZone *rules;
    struct zone *next;
    i64 fixed_ms; /* offset, when it never changes within the years shops live in */
    bool is_fixed;
};

static struct zone *zones;
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

static i64 floor_div(i64 a, i64 b) { return a / b - (a % b < 0); }

static i64 offset_ms(const struct zone *z, instant t)
{
    if (z->is_fixed && t >= 700000000000)
        return z->fixed_ms; /* after 1992: the last change of China's clock */
    int at = g_time_zone_find_interval(z->rules, G_TIME_TYPE_UNIVERSAL, floor_div(t, 1000));
    return at < 0 ? 0 : (i64)g_time_zone_get_offset(z->rules, at) * 1000;
}

/* Zones that kept one offset from 1992 to 2037 answer without a look-up. */
static void find_fixed(struct zone *z)
{
    i64 first = offset_ms(z, 700000000000);
    for (instant t = 700000000000; t < 2145916800000; t += 20 * DAY_MS)
        if (offset_ms(z, t) != first) return;
    z->fixed_ms = first;
    z->is_fixed = true;
}

struct zone *zone_open(const char *name)
{
    pthread_mutex_lock(&zones_lock);
    struct zone *z = zones;
    while (z && strcmp(z->name, name) != 0) z = z->next;
    if (!z && *name && strlen(name) < sizeof z->name) {
        GTimeZone *rules = g_time_zone_new_identifier(name);
        if (rules) {
            z = g_new0(struct zone, 1);
            snprintf(z->name, sizeof z->name, "%s", name);
            z->rules = rules;
            find_fixed(z);
            z->next = zones;
            zones = z;
        }
    }
    pthread_mutex_unlock(&zones_lock);
    return z;
}

const char *zone_name(const struct zone *z) { return z->name; }

/* -- days: the proleptic Gregorian calendar counted from March, in eras of 400 years ------------
 */

day day_of(i32 year, i32 month, i32 dom)
{
    i64 y = (i64)year - (month <= 2);
    i64 era = floor_div(y, 400);
    i64 year_of_era = y - era * 400;
    i64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + dom - 1;
    i64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (day)(era * 146097 + day_of_era - 719468);
}

struct civil day_civil(day d)
{
    i64 z = (i64)d + 719468;
    i64 era = floor_div(z, 146097);
    i64 doe = z - era * 146097;
    i64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    i64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    i64 mp = (5 * doy + 2) / 153;
    i32 month = (i32)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){ .year = (i32)(yoe + era * 400 + (month <= 2)),
                           .month = month,
                           .day = (i32)(doy - (153 * mp + 2) / 5 + 1) };
}

static i32 month_days(i32 year, i32 month)
{
    return month == 12 ? 31 : day_of(year, month + 1, 1) - day_of(year, month, 1);
}

bool civil_valid(struct civil t)
{
    return t.year >= 1 && t.year <= 9999 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
           t.day <= month_days(t.year, t.month) && t.hour >= 0 && t.hour <= 23 && t.minute >= 0 &&
           t.minute <= 59 && t.second >= 0 && t.second <= 59 && t.ms >= 0 && t.ms <= 999;
}

day month_add(day d, i32 months)
{
    struct civil t = day_civil(d);
    i64 count = (i64)t.year * 12 + t.month - 1 + months;
    i32 year = (i32)floor_div(count, 12), month = (i32)(count - floor_div(count, 12) * 12) + 1;
    i32 last = month_days(year, month);
    return day_of(year, month, t.day < last ? t.day : last);
}

static struct civil civil_of_ms(i64 ms)
{
    i64 d = floor_div(ms, DAY_MS), rest = ms - d * DAY_MS;
    struct civil t = day_civil((day)d);
    t.hour = (i32)(rest / HOUR_MS);
    t.minute = (i32)(rest / MINUTE_MS % 60);
    t.second = (i32)(rest / 1000 % 60);
    t.ms = (i32)(rest % 1000);
    return t;
}

static i64 ms_of_civil(struct civil t)
{
    return (i64)day_of(t.year, t.month, t.day) * DAY_MS + t.hour * HOUR_MS + t.minute * MINUTE_MS +
           t.second * 1000 + t.ms;
}

struct civil zone_local(const struct zone *z, instant t)
{
    return civil_of_ms(t + offset_ms(z, t));
}

/* Two guesses: with the offset before and after a possible change. The one that comes back to the
 * same local time is right; the earlier when both do; when none does the local time was skipped and
 * moves forward by the gap. */
instant zone_instant(const struct zone *z, struct civil local)
{
    i64 ms = ms_of_civil(local);
    i64 before = offset_ms(z, ms - DAY_MS), after = offset_ms(z, ms + DAY_MS);
    instant early = ms - before, late = ms - after;
    if (early + offset_ms(z, early) == ms) {
        if (late < early && late + offset_ms(z, late) == ms) return late;
        return early;
    }
    if (late + offset_ms(z, late) == ms) return late;
    return early;
}

i64 zone_offset(const struct zone *z, instant t) { return offset_ms(z, t); }

day zone_day(const struct zone *z, instant t)
{
    return (day)floor_div(t + offset_ms(z, t), DAY_MS);
}

instant zone_midnight(const struct zone *z, day d) { return zone_instant(z, day_civil(d)); }

/* -- reading ---------------------------------------------------------------------------------- */

struct reader {
    str s;
};

static bool take_digits(struct reader *r, int min, int max, i32 *out)
{
    i64 n = 0;
    i32 v = 0;
    while (n < r->s.n && n < max && r->s.at[n] >= '0' && r->s.at[n] <= '9')
        v = v * 10 + r->s.at[n++] - '0';
    if (n < min) return false;
    r->s = str_sub(r->s, n, r->s.n);
    *out = v;
    return true;
}

static bool take(struct reader *r, const char *z)
{
    str t = str_of(z);
    if (!str_starts(r->s, t)) return false;
    r->s = (str){ r->s.at + t.n, r->s.n - t.n };
    return true;
}

static bool take_any(struct reader *r, const char *const *words)
{
    for (; *words; words++)
        if (take(r, *words)) return true;
    return false;
}

/* 2024-05-01, 2024/5/1, 2024.5.1, 2024年5月1日, 20240501 */
static bool take_date(struct reader *r, struct civil *t)
{
    if (r->s.n >= 8 && r->s.at[4] >= '0' && r->s.at[4] <= '9')
        return take_digits(r, 4, 4, &t->year) && take_digits(r, 2, 2, &t->month) &&
               take_digits(r, 2, 2, &t->day);
    if (!take_digits(r, 4, 4, &t->year)) return false;
    if (!take_any(r, (const char *const[]){ "-", "/", ".", "年", NULL })) return false;
    if (!take_digits(r, 1, 2, &t->month)) return false;
    if (!take_any(r, (const char *const[]){ "-", "/", ".", "月", NULL })) return false;
    if (!take_digits(r, 1, 2, &t->day)) return false;
    take(r, "日");
    return true;
}

static bool take_time(struct reader *r, struct civil *t)
{
    if (!take_digits(r, 1, 2, &t->hour)) return false;
    if (!take_any(r, (const char *const[]){ ":", "：", "时", NULL })) return false;
    if (!take_digits(r, 1, 2, &t->minute)) return false;
    if (!take_any(r, (const char *const[]){ ":", "：", "分", NULL })) return true;
    if (r->s.n && take_digits(r, 1, 2, &t->second)) take(r, "秒");
    if (take(r, ".") || take(r, ",")) {
        i32 scale = 100;
        i64 n = 0;
        for (; n < r->s.n && n < 9 && r->s.at[n] >= '0' && r->s.at[n] <= '9'; n++, scale /= 10)
            t->ms += (r->s.at[n] - '0') * scale;
        if (!n) return false;
        r->s = str_sub(r->s, n, r->s.n);
    }
    return true;
}

/* Z, +08:00, +0800, -05; *has tells whether there was one. */
static bool take_offset(struct reader *r, bool *has, i64 *ms)
{
    r->s = str_trim(r->s);
    *has = false;
    if (!r->s.n) return true;
    *has = true;
    *ms = 0;
    if (take(r, "Z") || take(r, "UTC") || take(r, "GMT")) return r->s.n == 0;
    bool minus = r->s.at[0] == '-';
    if (!take(r, "+") && !take(r, "-")) return false;
    i32 hours, minutes = 0;
    if (!take_digits(r, 2, 2, &hours) || hours > 14) return false;
    take(r, ":");
    if (r->s.n && (!take_digits(r, 2, 2, &minutes) || minutes > 59)) return false;
    *ms = (hours * HOUR_MS + minutes * MINUTE_MS) * (minus ? -1 : 1);
    return r->s.n == 0;
}

/* Excel counts days from 1899-12-30 (its leap-year bug included, for all days after 1900-02-28). */
static bool serial_day(const struct zone *z, str text, instant *out)
{
    f64 days;
    if (!f64_parse(text, &days) || days < 61 || days > 2958465) return false;
    i64 local = (i64)(days * 86400 + 0.5) * 1000 - 25569 * DAY_MS;
    *out = zone_instant(z, civil_of_ms(local));
    return true;
}

bool instant_parse(const struct zone *z, str text, bool serial, instant *out)
{
    struct reader r = { str_trim(text) };
    struct civil t = { 0 };
    bool has_offset = false;
    i64 offset = 0;
    if (serial && r.s.n < 8 + 8 && serial_day(z, r.s, out)) return true;
    if (!take_date(&r, &t)) return false;
    if (take(&r, "T") || (r.s.n && str_trim(r.s).n < r.s.n)) {
        r.s = str_trim(r.s);
        if (r.s.n && !take_time(&r, &t)) return false;
    } else if (r.s.n && !take_time(&r, &t)) {
        return false;
    }
    if (!take_offset(&r, &has_offset, &offset) || !civil_valid(t)) return false;
    *out = has_offset ? ms_of_civil(t) - offset : zone_instant(z, t);
    return *out >= INSTANT_FIRST && *out <= INSTANT_LAST;
}

bool day_parse(str text, day *out)
{
    struct reader r = { str_trim(text) };
    struct civil t = { 0 };
    if (!take_date(&r, &t) || r.s.n || !civil_valid(t)) return false;
    *out = day_of(t.year, t.month, t.day);
    return true;
}

bool duration_parse(str text, i64 *ms)
{
    static const struct {
        const char *unit;
        i64 ms;
    } units[] = { { "ms", 1 },      { "s", SECOND_MS }, { "m", MINUTE_MS },
                  { "h", HOUR_MS }, { "d", DAY_MS },    { "w", 7 * DAY_MS } };
    i64 n = 0, v;
    while (n < text.n && text.at[n] >= '0' && text.at[n] <= '9') n++;
    if (!i64_parse(str_sub(text, 0, n), &v)) return false;
    for (int i = 0; i < COUNT(units); i++)
        if (str_eq(str_sub(text, n, text.n), str_of(units[i].unit)))
            return !__builtin_mul_overflow(v, units[i].ms, ms);
    return false;
}

/* -- writing ---------------------------------------------------------------------------------- */

str instant_iso(struct arena *a, instant at)
{
    struct civil t = civil_of_ms(at);
    return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour,
                   t.minute, t.second, t.ms);
}

str instant_text(struct arena *a, const struct zone *z, instant at)
{
    struct civil t = zone_local(z, at);
    return str_fmt(a, "%04d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day, t.hour, t.minute,
                   t.second);
}

str day_text(struct arena *a, day d)
{
    struct civil t = day_civil(d);
    return str_fmt(a, "%04d-%02d-%02d", t.year, t.month, t.day);
}
