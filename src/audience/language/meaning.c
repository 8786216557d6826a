/* meaning.c -- what a comparison means, for every executor: values in ranges, texts that pass,
 * properties that pass.
 *
 * All that is ordered becomes ranges of whole numbers, so that no executor knows units, ages or
 * days.
 */
#include <assert.h>
#include <stdlib.h>

#include "audience/language/language.h"
#include "base/json.h"
#include "base/num.h"

i64 segment_unit_ms(char unit) { return unit == 'h' ? HOUR_MS : unit == 'w' ? 7 * DAY_MS : DAY_MS; }

instant segment_window_from(const struct segment_test *t, instant at)
{
    return t->window.number ? at - t->window.number * segment_unit_ms(t->window.unit) : INT64_MIN;
}

enum err segment_at_read(struct ctx *c, str text, instant *at)
{
    day d;
    if (!text.at || text.n == 0) *at = c->now + 1;
    else if (day_parse(text, &d)) *at = zone_midnight(c->zone, d);
    else if (!instant_parse(c->zone, text, false, at))
        return fail_at(c, E_INVALID, S("at"), "at 应当是日期（如 2024-05-01）或时刻",
                       "at is a date such as 2024-05-01, or a moment");
    i64 rest = *at % SECOND_MS;
    if (rest) *at += rest < 0 ? -rest : SECOND_MS - rest;
    return OK;
}

/* -- ranges ----------------------------------------------------------------------------------- */

/* The values that equal an operand: one number, one day, or the instants of an age. Bounds of
 * comparisons follow. */
struct measure {
    struct ctx *c;
    enum field_kind kind;
    instant at;
    i64 low, high; /* of the column's values */
};

static i64 floor_div(i64 a, i64 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/* Values of a column that equal the operand. none: a fraction that no whole number equals; then
 * from - 1 and from are its neighbours. */
static struct segment_range equal_to(const struct measure *m, const struct segment_operand *o)
{
    if (m->kind == FIELD_IS_COUNT) {
        i64 below = floor_div(o->number, MONEY_UNIT);
        return o->number % MONEY_UNIT ? (struct segment_range){ below + 1, below }
                                      : (struct segment_range){ below, below };
    }
    if (m->kind != FIELD_IS_AGE) return (struct segment_range){ o->number, o->number };
    if (o->kind == OPERAND_DATE)
        return (struct segment_range){ zone_midnight(m->c->zone, (day)o->number),
                                       zone_midnight(m->c->zone, (day)o->number + 1) - 1 };
    i64 unit = segment_unit_ms(o->unit);
    return (struct segment_range){ m->at - (o->number + 1) * unit + 1, m->at - o->number * unit };
}

static void add_range(struct ctx *c, struct segment_ranges *out, i64 from, i64 to)
{
    if (from <= to) *PUSH(c->arena, out) = (struct segment_range){ from, to };
}

/* Long ago is a small instant: of ages the comparisons turn round. */
static bool turned(const struct measure *m, const struct segment_operand *o)
{
    return m->kind == FIELD_IS_AGE && o->kind == OPERAND_DURATION;
}

static void compare(const struct measure *m, enum segment_operator_id op,
                    const struct segment_operands *operands, struct segment_ranges *out)
{
    struct segment_range r = equal_to(m, &operands->at[0]);
    bool turn = turned(m, &operands->at[0]);
    bool below = op == OP_BELOW || op == OP_AT_MOST, with = op == OP_AT_MOST || op == OP_AT_LEAST;
    if (op == OP_BETWEEN) {
        struct segment_range other = equal_to(m, &operands->at[1]);
        add_range(m->c, out, turn ? other.from : r.from, turn ? r.to : other.to);
    } else if (below != turn) add_range(m->c, out, m->low, with ? r.to : r.from - 1);
    else add_range(m->c, out, with ? r.from : r.to + 1, m->high);
}

static int by_start(const void *a, const void *b)
{
    const struct segment_range *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Rising and apart, within the column's values. */
static void settle(const struct measure *m, struct segment_ranges *r)
{
    i64 n = 0;
    if (r->n > 1) qsort(r->at, (size_t)r->n, sizeof r->at[0], by_start);
    for (i64 i = 0; i < r->n; i++) {
        struct segment_range one = r->at[i];
        if (one.from < m->low) one.from = m->low;
        if (one.to > m->high) one.to = m->high;
        if (one.from > one.to) continue;
        if (n && one.from <= r->at[n - 1].to + (r->at[n - 1].to < INT64_MAX)) {
            if (one.to > r->at[n - 1].to) r->at[n - 1].to = one.to;
        } else r->at[n++] = one;
    }
    r->n = n;
}

static void invert(const struct measure *m, struct segment_ranges *r)
{
    struct segment_ranges out = { 0 };
    i64 from = m->low;
    for (i64 i = 0; i < r->n; i++) {
        if (r->at[i].from > from) add_range(m->c, &out, from, r->at[i].from - 1);
        if (r->at[i].to == INT64_MAX || r->at[i].to >= m->high) {
            *r = out;
            return;
        }
        from = r->at[i].to + 1;
    }
    add_range(m->c, &out, from, m->high);
    *r = out;
}

#define BORN_YEARS 200 /* older birthdays are slips */

/* Days whose anniversary is one of the days from today on. Of 29 February it is the 28th in common
 * years. */
static void anniversaries(const struct measure *m, const struct segment_operand *o,
                          struct segment_ranges *out)
{
    day today = zone_day(m->c->zone, m->at);
    i64 days = o->number * segment_unit_ms(o->unit) / DAY_MS;
    for (i64 i = 0; i < days; i++) {
        struct civil it = day_civil(today + (day)i);
        struct civil leap = it;
        leap.day = 29;
        bool last = it.month == 2 && it.day == 28 && !civil_valid(leap);
        for (i32 year = it.year - BORN_YEARS; year <= it.year; year++) {
            struct civil born = { .year = year, .month = it.month, .day = it.day };
            if (civil_valid(born))
                add_range(m->c, out, day_of(year, it.month, it.day),
                          day_of(year, it.month, it.day));
            born.day = 29;
            if (last && civil_valid(born))
                add_range(m->c, out, day_of(year, 2, 29), day_of(year, 2, 29));
        }
    }
}

enum err segment_ranges_of(struct ctx *c, const struct segment_test *t, instant at,
                           struct segment_ranges *out)
{
    enum field_kind kind = segment_test_kind(t);
    struct measure m = { c, kind, at, INT64_MIN, kind == FIELD_IS_AGE ? at - 1 : INT64_MAX };
    *out = (struct segment_ranges){ 0 };
    assert(t->op->id != OP_KNOWN && t->op->id != OP_UNKNOWN && t->op->id != OP_HOLDS);
    if (t->op->id == OP_WITHIN_NEXT) anniversaries(&m, &t->operands.at[0], out);
    else if (t->op->id >= OP_BELOW && t->op->id <= OP_BETWEEN)
        compare(&m, t->op->id, &t->operands, out);
    else
        for (i64 i = 0; i < t->operands.n; i++) {
            struct segment_range r = equal_to(&m, &t->operands.at[i]);
            add_range(c, out, r.from, r.to);
        }
    settle(&m, out);
    if (t->op->id == OP_IS_NOT) invert(&m, out);
    return OK;
}

bool segment_ranges_have(const struct segment_ranges *r, i64 value)
{
    i64 low = 0, high = r->n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (r->at[middle].to < value) low = middle + 1;
        else high = middle;
    }
    return low < r->n && r->at[low].from <= value;
}

/* -- texts ------------------------------------------------------------------------------------ */

/* 上海市 is 上海, 浙江省 is 浙江, 广西壮族自治区 is 广西. */
str segment_place_stem(str s)
{
    static const char *const ends[] = { "壮族自治区", "回族自治区", "维吾尔自治区",
                                        "自治区",     "特别行政区", "省",
                                        "市" };
    for (i64 i = 0; i < COUNT(ends); i++) {
        str end = str_of(ends[i]);
        if (s.n > end.n && str_ends(s, end)) return str_sub(s, 0, s.n - end.n);
    }
    return s;
}

/* Stems that are one begin alike: most places are told apart by their first character. */
static bool same_place(str a, str b)
{
    i64 n = a.n == 0 || (u8)a.at[0] < 0xc0 ? 1 : (u8)a.at[0] < 0xe0 ? 2 : 3;
    if (a.n >= n && b.n >= n && memcmp(a.at, b.at, (size_t)n) != 0) return false;
    return str_eq(segment_place_stem(a), segment_place_stem(b));
}

static bool among(const struct segment_operands *operands, str folded)
{
    for (i64 i = 0; i < operands->n; i++)
        if (operands->at[i].place ? same_place(operands->at[i].folded, folded)
                                  : str_eq(operands->at[i].folded, folded))
            return true;
    return false;
}

bool segment_text_passes(const struct segment_operator *op, const struct segment_operands *operands,
                         str folded)
{
    switch (op->id) {
    case OP_IS:
    case OP_IN: return among(operands, folded);
    case OP_IS_NOT: return !among(operands, folded);
    case OP_CONTAINS: return str_find(folded, operands->at[0].folded) >= 0;
    case OP_STARTS: return str_starts(folded, operands->at[0].folded);
    case OP_KNOWN:
    case OP_UNKNOWN: return true; /* there is one */
    default: assert(!"not an operator of texts"); return false;
    }
}

/* -- properties ------------------------------------------------------------------------------- */

#define FIELDS_OF_raw_text(X, N) X(str, value, LONG, "", N)
SHAPE(raw_text);
SHAPE_DEFINE(raw_text);

str segment_raw_text(struct arena *a, str raw)
{
    struct ctx c = { .arena = a, .locale = EN };
    struct raw_text read;
    if (!str_starts(raw, S("\""))) return NO_STR;
    if (json_read(&c, &raw_text_shape, &read,
                  str_fmt(a, "{\"value\":" STR_FMT "}", STR_ARG(raw))) != OK)
        return NO_STR;
    return str_or(read.value, S(""));
}

static bool raw_as_text(struct arena *a, str raw, str *out)
{
    str text = segment_raw_text(a, raw);
    if (text.at) *out = str_fold(a, text);
    return text.at != NULL;
}

bool segment_prop_passes(struct arena *a, const struct segment_prop *p, str raw)
{
    str text = NO_STR;
    i64 number;
    raw = str_trim(raw);
    bool is_text = raw_as_text(a, raw, &text);
    if (p->operands.at[0].kind == OPERAND_TEXT)
        return is_text && segment_text_passes(p->op, &p->operands, text);
    enum field_kind kind = p->operands.at[0].kind == OPERAND_FLAG ? FIELD_IS_FLAG : FIELD_IS_NUMBER;
    if (!field_read(kind, is_text && kind == FIELD_IS_NUMBER ? text : raw, &number)) return false;
    struct segment_call as = { .kind = kind };
    struct segment_test t = { .call = &as, .op = p->op, .operands = p->operands };
    struct ctx c = { .arena = a };
    struct segment_ranges ranges;
    return segment_ranges_of(&c, &t, 0, &ranges) == OK && segment_ranges_have(&ranges, number);
}
