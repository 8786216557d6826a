/* period.c -- the days a question is about, and means to the cent. */
#include "insight/period.h"

#include "base/clock.h"

money average_of(money sum, i64 n)
{
    const i64 cent = MONEY_UNIT / 100, by = n * cent;
    if (n == 0) return 0;
    return (sum + (sum >= 0 ? by / 2 : -(by / 2))) / by * cent;
}

static i64 days_between(day from, day to) { return (i64)to - from + 1; }

static enum err check(struct ctx *c, day from, day to, int most)
{
    if (from > to)
        return fail_at(c, E_INVALID, S("/from"), "起始日 " STR_FMT " 晚于结束日 " STR_FMT,
                       "the first day " STR_FMT " is after the last day " STR_FMT,
                       STR_ARG(day_text(c->arena, from)), STR_ARG(day_text(c->arena, to)));
    if (days_between(from, to) > most)
        return fail_at(c, E_INVALID, S("/from"), "时间跨度 %lld 天太长，最多 %d 天",
                       "%lld days are too long a period, %d at most",
                       (long long)days_between(from, to), most);
    return OK;
}

enum err period_check(struct ctx *c, day from, day to)
{
    return check(c, from, to, PERIOD_DAYS_MAX);
}
enum err period_check_ever(struct ctx *c, day from, day to)
{
    return check(c, from, to, PERIOD_DAYS_EVER);
}

static enum err day_read(struct ctx *c, const char *field, str text, day *out)
{
    if (day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "“" STR_FMT "”不是日期，请写成 2019-07-01",
                   "\"" STR_FMT "\" is not a date: write 2019-07-01", STR_ARG(text));
}

void period_year_ago(day from, day to, day *first, day *last)
{
    bool whole = day_civil(from).day == 1 && day_civil(to + 1).day == 1;
    *first = month_add(from, -12);
    *last = whole ? month_add(to + 1, -12) - 1 : month_add(to, -12);
}

enum err period_read(struct ctx *c, str from, str to, day *first, day *last)
{
    *last = zone_day(c->zone, c->now);
    if (!str_empty(to)) TRY(day_read(c, "/to", to, last));
    *first = *last - 29;
    if (!str_empty(from)) TRY(day_read(c, "/from", from, first));
    return OK;
}
