/* period.c -- the period of a goal: read, written, and the ones beside it. */
#include "insight/period.h"
#include "base/clock.h"
#include "base/num.h"
#include "insight/goal/inside.h"

/* Of one calendar month, quarter or year: 1, 3, 12; else 0. */
static int whole_months(struct metric_period p)
{
    static const int lengths[] = { 1, 3, 12 };
    struct civil at = day_civil(p.from);
    for (i64 i = 0; i < COUNT(lengths); i++)
        if (at.day == 1 && (at.month - 1) % lengths[i] == 0 &&
            month_add(p.from, lengths[i]) == p.to + 1)
            return lengths[i];
    return 0;
}

struct metric_period goal_period_before(struct metric_period p)
{
    int months = whole_months(p);
    day days = p.to - p.from + 1;
    return (struct metric_period){ months ? month_add(p.from, -months) : p.from - days,
                                   p.from - 1 };
}

struct metric_period goal_period_year_ago(struct metric_period p)
{
    struct metric_period out;
    period_year_ago(p.from, p.to, &out.from, &out.to);
    return out;
}

str goal_period_text(struct arena *a, struct metric_period p)
{
    struct civil at = day_civil(p.from);
    switch (whole_months(p)) {
    case 1: return str_fmt(a, "%04d-%02d", at.year, at.month);
    case 3: return str_fmt(a, "%04d-Q%d", at.year, (at.month - 1) / 3 + 1);
    case 12: return str_fmt(a, "%04d", at.year);
    default:
        return str_fmt(a, STR_FMT " – " STR_FMT, STR_ARG(day_text(a, p.from)),
                       STR_ARG(day_text(a, p.to)));
    }
}

/* "2024", "2024-Q2", "2024-05". */
static bool named_period(str text, struct metric_period *out)
{
    str year, rest = str_cut(text, '-', &year);
    i64 y, part = 1, months = 12;
    if (year.n != 4 || !i64_parse(year, &y) || y < 1970) return false;
    if (text.n > 4) {
        bool quarter = rest.n == 2 && (rest.at[0] == 'Q' || rest.at[0] == 'q');
        months = quarter ? 3 : 1;
        if (!quarter && rest.n != 2) return false;
        if (!i64_parse(quarter ? str_sub(rest, 1, 2) : rest, &part)) return false;
        if (part < 1 || part > 12 / months) return false;
    }
    out->from = day_of((i32)y, (i32)((part - 1) * months + 1), 1);
    out->to = month_add(out->from, (i32)months) - 1;
    return true;
}

static enum err read_day(struct ctx *c, const char *field, str text, day *out)
{
    if (day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "“" STR_FMT "”不是日期，请写成 2024-07-01",
                   "\"" STR_FMT "\" is not a date: write 2024-07-01", STR_ARG(text));
}

enum err goal_period_read(struct ctx *c, str period, str from, str to, struct metric_period *out)
{
    if (!str_empty(period)) {
        if (!named_period(str_trim(period), out))
            return fail_at(c, E_INVALID, S("/period"),
                           "“" STR_FMT "”不是期间，请写成 2024-Q2、2024-05 或 2024",
                           "\"" STR_FMT "\" is not a period: write 2024-Q2, 2024-05 or 2024",
                           STR_ARG(period));
    } else {
        if (str_empty(from) || str_empty(to))
            return fail_at(c, E_INVALID, S("/period"),
                           "请给出期间：period（如 2024-Q2），或 from 与 to",
                           "a period is missing: period (like 2024-Q2), or from and to");
        TRY(read_day(c, "/from", from, &out->from));
        TRY(read_day(c, "/to", to, &out->to));
    }
    if (out->from > out->to)
        return fail_at(c, E_INVALID, S("/from"), "起始日 " STR_FMT " 晚于结束日 " STR_FMT,
                       "the first day " STR_FMT " is after the last day " STR_FMT,
                       STR_ARG(day_text(c->arena, out->from)),
                       STR_ARG(day_text(c->arena, out->to)));
    if (out->to - out->from >= GOAL_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/to"), "目标的期间最长 %d 天", "a goal has %d days at most",
                       GOAL_DAYS_MAX);
    if (out->from < day_of(1975, 1, 1) || out->to >= day_of(2100, 1, 1))
        return fail_at(c, E_INVALID, S("/from"), "期间应在 1975 年到 2099 年之间",
                       "the period lies between 1975 and 2099");
    return OK;
}
