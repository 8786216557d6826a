/* ruler.c -- round numbers: steps and cuts people would choose, for amounts, counts, ages and
 * dates, and how a range is written. */
#include "audience/question/axis.h"
#include "base/clock.h"
#include "base/num.h"

/* The largest number the language takes (in ten-thousandths). Values beyond are in the open bands:
 * arithmetic of steps never overflows. */
#define FAR ((i64)900000000000000000)

static i64 floor_div(i64 a, i64 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static i64 far_of(enum field_kind kind) { return kind == FIELD_IS_COUNT ? FAR / MONEY_UNIT : FAR; }
static i64 hold(enum field_kind kind, i64 value)
{
    i64 far = far_of(kind);
    return value > far ? far : value < -far ? -far : value;
}

/* -- steps ------------------------------------------------------------------------------------ */

static const i64 age_steps[] = { 1, 2, 5, 7, 10, 15, 30, 60, 90, 180, 365, 730, 1825, 3650 };
/* Dates are cut at months; closer ones at days and weeks. */
static const i64 date_steps[] = { 1, 3, 6, 12, 24, 60, 120, 240, 600, 1200 };

struct step {
    i64 size;
    bool months;
};

/* The i-th step of a kind, rising; false: there are no more. */
static bool step_at(enum field_kind kind, i64 i, struct step *out)
{
    static const i64 digits[] = { 1, 2, 5 };
    *out = (struct step){ 0 };
    if (kind == FIELD_IS_AGE) {
        if (i < COUNT(age_steps)) out->size = age_steps[i];
        else if (i < COUNT(age_steps) + 20)
            out->size = age_steps[COUNT(age_steps) - 1] << (i - COUNT(age_steps) + 1);
        return out->size > 0;
    }
    if (kind == FIELD_IS_DATE) {
        out->months = i >= 2;
        if (i < 2) out->size = i ? 7 : 1;
        else if (i - 2 < COUNT(date_steps)) out->size = date_steps[i - 2];
        return out->size > 0;
    }
    if (i >= 56) return false;
    out->size = digits[i % 3];
    for (i64 k = 0; k < i / 3; k++) out->size *= 10;
    return true;
}

#define MONDAY 4 /* 1970-01-05 */

static i64 month_of(i64 date)
{
    struct civil at = day_civil((day)date);
    return (i64)at.year * 12 + at.month - 1;
}

static i64 step_index(enum field_kind kind, struct step step, i64 value)
{
    if (step.months) return floor_div(month_of(value), step.size);
    if (kind == FIELD_IS_DATE && step.size == 7) value -= MONDAY;
    return floor_div(value, step.size);
}

static i64 step_start(enum field_kind kind, struct step step, i64 index)
{
    if (!step.months) return index * step.size + (kind == FIELD_IS_DATE && step.size == 7) * MONDAY;
    i64 month = index * step.size, year = floor_div(month, 12);
    return day_of((i32)year, (i32)(month - year * 12) + 1, 1);
}

static bool fits_dates(enum field_kind kind, i64 *low, i64 *high)
{
    i64 first = day_of(1, 1, 1), last = day_of(9998, 12, 31);
    if (kind != FIELD_IS_DATE) return true;
    if (*low < first) *low = first;
    if (*high > last) *high = last;
    return *low <= *high;
}

void cuts_equal(struct ctx *c, enum field_kind kind, const struct number_facts *facts, i64 low,
                i64 high, i64 most, struct cuts *out)
{
    struct step step;
    *out = (struct cuts){ 0 };
    low = hold(kind, low);
    high = hold(kind, high);
    if (!facts->n || !fits_dates(kind, &low, &high)) return;
    for (i64 i = 0; step_at(kind, i, &step); i++) {
        i64 first = step_index(kind, step, low), last = step_index(kind, step, high);
        i64 start = step_start(kind, step, first), end = step_start(kind, step, last + 1);
        __int128 n = (__int128)last - first + 1 + (facts->min < start) + (facts->max >= end);
        if (n > most) continue;
        for (i64 k = first; k <= last + 1; k++) {
            i64 cut = step_start(kind, step, k);
            if (hold(kind, cut) == cut) *PUSH(c->arena, out) = cut;
        }
        return;
    }
}

/* -- cuts near quantiles ---------------------------------------------------------------------- */

static i64 nearest(i64 value, const i64 *among, i64 n)
{
    i64 best = among[0];
    for (i64 i = 1; i < n; i++) {
        i64 off = among[i] > value ? among[i] - value : value - among[i];
        i64 least = best > value ? best - value : value - best;
        if (off < least) best = among[i];
    }
    return best;
}

static i64 round_decimal(i64 value, i64 unit)
{
    static const i64 tenths[] = { 10, 15, 20, 25, 30, 40, 50, 60, 80, 100 };
    i64 sign = value < 0 ? -1 : 1, scale = unit;
    value *= sign;
    if (value <= 10 * unit) return sign * ((value + unit / 2) / unit) * unit;
    while (value / scale >= 100) scale *= 10;
    return sign * nearest(value / scale, tenths, COUNT(tenths)) * scale;
}

static i64 round_date(const struct number_facts *facts, i64 value)
{
    bool years = number_span(facts) > 5 * 365;
    struct step step = { years ? 12 : 1, true };
    i64 index = step_index(FIELD_IS_DATE, step, value);
    i64 before = step_start(FIELD_IS_DATE, step, index);
    i64 after = step_start(FIELD_IS_DATE, step, index + 1);
    return value - before <= after - value ? before : after;
}

static i64 round_near(enum field_kind kind, const struct number_facts *facts, i64 value)
{
    static const i64 ages[] = { 1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1095, 1825, 3650, 7300 };
    if (kind == FIELD_IS_DATE) return round_date(facts, value);
    if (kind == FIELD_IS_AGE) return nearest(value, ages, COUNT(ages));
    bool fine = kind != FIELD_IS_COUNT && number_span(facts) < 20 * MONEY_UNIT;
    return round_decimal(value, kind == FIELD_IS_COUNT ? 1 : fine ? MONEY_UNIT / 10 : MONEY_UNIT);
}

void cuts_near(struct ctx *c, enum field_kind kind, const struct number_facts *facts, bool apart,
               const i64 *quantiles, i64 n, struct cuts *out)
{
    bool decimal = kind == FIELD_IS_MONEY || kind == FIELD_IS_NUMBER;
    *out = (struct cuts){ 0 };
    if (apart && facts->min < facts->max && hold(kind, facts->min) == facts->min)
        *PUSH(c->arena, out) = facts->min + (decimal ? MONEY_UNIT / 100 : 1);
    for (i64 i = 0; i < n; i++) {
        i64 low = hold(kind, quantiles[i]), high = low;
        if (!fits_dates(kind, &low, &high)) continue;
        i64 cut = round_near(kind, facts, low);
        if (cut <= facts->min || cut > facts->max || hold(kind, cut) != cut) continue;
        if (out->n && cut <= out->at[out->n - 1]) continue;
        *PUSH(c->arena, out) = cut;
    }
}

/* -- words ------------------------------------------------------------------------------------ */

/* Without decimals that say nothing. */
static str decimal_words(struct arena *a, i64 value)
{
    str text = money_text(a, value);
    while (str_has(text, '.') && (str_ends(text, S("0")) || str_ends(text, S(".")))) {
        bool point = str_ends(text, S("."));
        text.n--;
        if (point) break;
    }
    return text;
}

str number_words(struct ctx *c, enum field_kind kind, i64 value)
{
    if (kind == FIELD_IS_DATE) return day_text(c->arena, (day)value);
    if (kind == FIELD_IS_AGE) return str_fmt(c->arena, "%lldd", (long long)value);
    if (kind == FIELD_IS_COUNT) return str_fmt(c->arena, "%lld", (long long)value);
    return decimal_words(c->arena, value);
}

/* Whole years and months by their names. */
static str date_range(struct ctx *c, i64 low, i64 high)
{
    struct civil from = day_civil((day)low), until = day_civil((day)high);
    struct civil last = day_civil((day)(high - 1));
    if (from.day == 1 && until.day == 1 && from.month == 1 && until.month == 1)
        return last.year == from.year ? str_fmt(c->arena, "%d", from.year)
                                      : str_fmt(c->arena, "%d–%d", from.year, last.year);
    if (from.day == 1 && until.day == 1) {
        bool one = last.year == from.year && last.month == from.month;
        return one ? str_fmt(c->arena, "%d-%02d", from.year, from.month)
                   : str_fmt(c->arena, "%d-%02d–%d-%02d", from.year, from.month, last.year,
                             last.month);
    }
    str first = day_text(c->arena, (day)low), end = day_text(c->arena, (day)(high - 1));
    return low + 1 == high ? first
                           : str_fmt(c->arena, STR_FMT "–" STR_FMT, STR_ARG(first), STR_ARG(end));
}

str range_words(struct ctx *c, enum field_kind kind, i64 low, i64 high)
{
    bool whole = kind == FIELD_IS_COUNT || kind == FIELD_IS_AGE;
    const char *unit = kind != FIELD_IS_AGE ? "" : c->locale == ZH ? " 天" : " days";
    enum field_kind plain = kind == FIELD_IS_AGE ? FIELD_IS_COUNT : kind;
    str from = low > INT64_MIN ? number_words(c, plain, low) : NO_STR;
    if (low == INT64_MIN && high == INT64_MAX) return say(c, S("全部"), S("any"));
    if (high == INT64_MAX) return str_fmt(c->arena, "≥ " STR_FMT "%s", STR_ARG(from), unit);
    str until = number_words(c, plain, high);
    if (low == INT64_MIN) return str_fmt(c->arena, "< " STR_FMT "%s", STR_ARG(until), unit);
    if (kind == FIELD_IS_DATE) return date_range(c, low, high);
    if (!whole) return str_fmt(c->arena, STR_FMT "–" STR_FMT, STR_ARG(from), STR_ARG(until));
    if (high - low == 1) return str_fmt(c->arena, STR_FMT "%s", STR_ARG(from), unit);
    str last = number_words(c, plain, high - 1);
    return str_fmt(c->arena, STR_FMT "–" STR_FMT "%s", STR_ARG(from), STR_ARG(last), unit);
}
