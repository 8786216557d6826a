/* season.c -- festivals, the Spring Festival lull, weekdays and hours. */
#include "demo/season.h"

/* First day of the lunar year. */
static const struct {
    i32 year, month, day;
} spring_festivals[] = {
    { 2015, 2, 19 }, { 2016, 2, 8 },  { 2017, 1, 28 }, { 2018, 2, 16 }, { 2019, 2, 5 },
    { 2020, 1, 25 }, { 2021, 2, 12 }, { 2022, 2, 1 },  { 2023, 1, 22 }, { 2024, 2, 10 },
    { 2025, 1, 29 }, { 2026, 2, 17 }, { 2027, 2, 6 },  { 2028, 1, 26 }, { 2029, 2, 13 },
    { 2030, 2, 3 },  { 2031, 1, 23 }, { 2032, 2, 11 }, { 2033, 1, 31 }, { 2034, 2, 19 },
    { 2035, 2, 8 },  { 2036, 1, 28 }, { 2037, 2, 15 }, { 2038, 2, 4 },
};

/* Days of the year with a sale: how busy (per mille) and what is left of the price. */
static const struct sale {
    i32 month, first, last;
    i64 busy, price;
} sales[] = {
    { 11, 11, 11, 6500, 720 }, { 11, 1, 1, 3200, 740 },   { 11, 2, 10, 1700, 780 },
    { 10, 24, 31, 1350, 850 }, { 11, 12, 16, 550, 1000 }, { 6, 18, 18, 4200, 760 },
    { 6, 1, 1, 2400, 780 },    { 6, 2, 17, 1500, 820 },   { 6, 19, 20, 1300, 800 },
    { 12, 12, 12, 2600, 800 }, { 12, 9, 11, 1300, 880 },  { 3, 8, 8, 2300, 820 },
    { 3, 4, 7, 1500, 860 },    { 5, 20, 20, 1500, 900 },  { 8, 18, 18, 1350, 900 },
    { 9, 9, 9, 1450, 880 },    { 2, 14, 14, 1250, 920 },
};

/* Monday first. */
static const i64 weekdays[7] = { 1010, 990, 980, 985, 1000, 1010, 1050 };
static const i64 hours[24] = { 26, 12, 6,  4,  4,  7,  16, 28, 40, 52, 62, 56,
                               52, 52, 50, 52, 52, 48, 46, 56, 72, 84, 76, 48 };

static const struct sale *sale_of(struct civil t)
{
    for (i64 i = 0; i < COUNT(sales); i++)
        if (sales[i].month == t.month && t.day >= sales[i].first && t.day <= sales[i].last)
            return &sales[i];
    return NULL;
}

/* Before the festival people stock up, then parcels stop. */
static i64 lull(day d)
{
    for (i64 i = 0; i < COUNT(spring_festivals); i++) {
        i64 away = d - day_of(spring_festivals[i].year, spring_festivals[i].month,
                              spring_festivals[i].day);
        if (away >= -25 && away < -8) return 1350;
        if (away >= -8 && away < -3) return 700;
        if (away >= -3 && away <= 5) return 340;
        if (away > 5 && away <= 9) return 800;
    }
    return 1000;
}

void season_make(struct season *s, const struct zone *zone, instant until)
{
    *s = (struct season){ .zone = zone, .end = until };
    s->last = zone_day(zone, until - 1);
    s->first = s->last - (SEASON_DAYS - 1);
    s->start = zone_midnight(zone, s->first);
    i64 sum = 0;
    for (i64 i = 0; i < SEASON_DAYS; i++) {
        s->comeback[i] = exact_exp(-0.85 * exact_ln((f64)(i + 1)));
        day d = s->first + (day)i;
        const struct sale *sale = sale_of(day_civil(d));
        i64 weekday = ((d + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        s->busy[i] = (sale ? sale->busy : 1000) * weekdays[weekday] / 1000 * lull(d) / 1000;
        if (s->busy[i] > s->busiest) s->busiest = s->busy[i];
        sum +=
            s->busy[i] * (SEASON_DAYS + 2 * i) / SEASON_DAYS; /* three times as many at the end */
        s->arrivals[i] = sum;
    }
}

i64 season_arrival(const struct season *s, struct chance *d)
{
    i64 at = chance_below(d, s->arrivals[SEASON_DAYS - 1]), low = 0, high = SEASON_DAYS - 1;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (s->arrivals[middle] > at) high = middle;
        else low = middle + 1;
    }
    return low;
}

instant season_moment(const struct season *s, struct chance *d, i64 index)
{
    i64 total = 0, hour = 0;
    for (i64 i = 0; i < 24; i++) total += hours[i];
    i64 at = chance_below(d, total);
    while (at >= hours[hour]) at -= hours[hour++];
    if (s->busy[index] > 3000 && chance_in(d, 22)) hour = 0; /* the first hour of a great sale */
    return zone_midnight(s->zone, s->first + (day)index) + hour * HOUR_MS +
           chance_below(d, HOUR_MS);
}

i64 season_price(const struct season *s, struct chance *d, i64 index)
{
    const struct sale *sale = sale_of(day_civil(s->first + (day)index));
    if (sale) return sale->price;
    return chance_in(d, 18) ? 900 : 1000; /* a coupon here and there */
}
