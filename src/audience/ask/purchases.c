/* purchases.c -- steps answered by a member's purchases: how many, how much, first, last, in which
 * shops.
 *
 * Columns hold what all purchases come to, those after `at` too (clocks are wrong, and `at` may be
 * past). They are right for everybody whose first purchase lies at or after the window's beginning
 * and whose last lies before `at`; the others' rows are read.
 */
#include <assert.h>

#include "audience/ask/plan.h"

/* -- one member -------------------------------------------------------------------------------- */

static instant row_at(const struct run *r, i64 row)
{
    return r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

struct tally {
    i64 times, sum, days;
    instant first, last;
};

static struct tally tally_of(const struct step *s, const struct plan *p, i64 member)
{
    struct tally t = { 0 };
    struct run r;
    i64 today = -1;
    if (!view_rows_of(p->view, member, SOURCE_PURCHASES, &r)) return t;
    for (i64 i = r.offset[0]; i < r.offset[1]; i++) {
        instant at = row_at(&r, i);
        if (at < s->rows.from) continue;
        if (at >= s->rows.until) break;
        if (!t.times++) t.first = at;
        t.last = at;
        t.sum += run_value(&r, i);
        t.days += r.day[i] != today;
        today = r.day[i];
    }
    return t;
}

/* false: he has no such value. */
static bool value_of(enum bought_of of, const struct tally *t, i64 *value)
{
    switch (of) {
    case BOUGHT_COUNT: *value = t->times; break;
    case BOUGHT_SUM: *value = t->sum; break;
    case BOUGHT_DAYS: *value = t->days; break;
    case BOUGHT_MEAN: *value = t->times ? t->sum / t->times : 0; break;
    case BOUGHT_DAY_MEAN: *value = t->days ? t->sum / t->days : 0; break;
    case BOUGHT_FIRST: *value = t->first; return t->times > 0;
    case BOUGHT_LAST: *value = t->last; return t->times > 0;
    case BOUGHT_KINDS: break;
    }
    return true;
}

static bool holds_by_rows(const struct step *s, const struct plan *p, i64 member)
{
    struct tally t = tally_of(s, p, member);
    i64 value = 0;
    return value_of(s->of, &t, &value) && segment_ranges_have(&s->ranges, value);
}

static bool holds_bought(const struct step *s, const struct plan *p, i64 member)
{
    i64 value, first = 0, last = 0, i = member % CHUNK;
    if (p->first_order < 0 || p->last_order < 0) return holds_by_rows(s, p, member);
    if (!part_value(member_part(p, member, p->last_order), i, &last)) return s->zero;
    if (last < s->rows.from) return s->zero;
    if (s->column < 0 || last >= s->rows.until ||
        !part_value(member_part(p, member, p->first_order), i, &first) || first < s->rows.from)
        return holds_by_rows(s, p, member);
    return part_value(member_part(p, member, s->column), i, &value) &&
           segment_ranges_have(&s->ranges, value);
}

/* -- a chunk by its rows ----------------------------------------------------------------------- */

typedef void range_of(const void *values, i64 low, i64 high, u64 *out);
static void range_counts(const void *values, i64 low, i64 high, u64 *out)
{
    counts_range(values, low, high, out);
}
static void range_sums(const void *values, i64 low, i64 high, u64 *out)
{
    sums_range(values, low, high, out);
}

static void narrow_by_values(const struct step *s, struct running *r, const void *values,
                             range_of *range, bool known_only, u64 *mask)
{
    u64 *in = running_mask(r), *one = running_mask(r);
    bits_fill(in, false);
    for (i64 i = 0; i < s->ranges.n; i++) {
        i64 low = s->ranges.at[i].from;
        if (known_only && low == INT64_MIN) low++; /* who has none has that */
        range(values, low, s->ranges.at[i].to, one);
        bits_or(in, one);
    }
    bits_and(mask, in);
    r->masks_n -= 2;
}

static void narrow_by_kernel(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    const struct view *v = r->plan->view;
    void *values = running_counts(r);
    switch (s->of) {
    case BOUGHT_COUNT:
        rows_count(v, chunk, SOURCE_PURCHASES, &s->rows, values);
        narrow_by_values(s, r, values, range_counts, false, mask);
        return;
    case BOUGHT_SUM:
        rows_sum(v, chunk, SOURCE_PURCHASES, &s->rows, values);
        narrow_by_values(s, r, values, range_sums, false, mask);
        return;
    case BOUGHT_FIRST:
        rows_ends(v, chunk, SOURCE_PURCHASES, &s->rows, values, NULL);
        narrow_by_values(s, r, values, range_sums, true, mask);
        return;
    case BOUGHT_LAST:
        rows_ends(v, chunk, SOURCE_PURCHASES, &s->rows, NULL, values);
        narrow_by_values(s, r, values, range_sums, true, mask);
        return;
    default:
        for (i64 w = 0; w < CHUNK_WORDS; w++)
            for (u64 left = mask[w]; left; left &= left - 1) {
                i64 bit = __builtin_ctzll(left);
                if (!holds_by_rows(s, r->plan, chunk * CHUNK + w * 64 + bit))
                    mask[w] &= ~(1ull << bit);
            }
    }
}

static void narrow_by_rows(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    i64 n = bits_count(mask);
    if ((f64)n * ONE_MEMBER_US < 30 + r->plan->rows[SOURCE_PURCHASES] / 1000)
        narrow_one_by_one(s, r->plan, chunk, mask);
    else narrow_by_kernel(s, r, chunk, mask);
}

/* -- a chunk by its columns -------------------------------------------------------------------- */

/* Those of the mask whose column is not what the window asks for, and whose rows must be read. */
static void others(const struct step *s, struct running *r, i64 chunk, const u64 *mask, u64 *out)
{
    const struct part *first = view_part(r->plan->view, chunk, r->plan->first_order),
                      *last = view_part(r->plan->view, chunk, r->plan->last_order);
    u64 *more = running_mask(r);
    part_range(last, s->rows.until, INT64_MAX, out);
    if (s->rows.from > INT64_MIN) {
        part_range(first, INT64_MIN, s->rows.from - 1, more);
        bits_or(out, more);
    }
    bits_and(out, mask);
    r->masks_n--;
}

/* Nobody of the chunk bought outside the window: its columns are the answer. */
static bool column_tells(const struct step *s, const struct plan *p, i64 chunk)
{
    const struct part *first = view_part(p->view, chunk, p->first_order),
                      *last = view_part(p->view, chunk, p->last_order);
    return s->column >= 0 && (!last || last->high < s->rows.until) &&
           (s->rows.from == INT64_MIN || !first || first->low >= s->rows.from);
}

static void narrow_bought(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    const struct plan *p = r->plan;
    if (p->first_order < 0 || p->last_order < 0) {
        narrow_by_rows(s, r, chunk, mask);
        return;
    }
    if (column_tells(s, p, chunk)) {
        step_range.narrow(s, r, chunk, mask);
        return;
    }
    /* Who bought nothing since the window began: none, or 0. */
    u64 *none = running_mask(r), *rest = running_mask(r);
    part_range(view_part(p->view, chunk, p->last_order),
               s->rows.from == INT64_MIN ? INT64_MIN : s->rows.from, INT64_MAX, rest);
    bits_copy(none, mask);
    bits_andnot(none, rest);
    if (!s->zero) bits_fill(none, false);
    bits_and(mask, rest);
    bits_copy(rest, mask);
    if (s->column >= 0) {
        others(s, r, chunk, mask, rest);
        bits_andnot(mask, rest);
        struct step by_column = { .column = s->column, .ranges = s->ranges };
        step_range.narrow(&by_column, r, chunk, mask);
    } else bits_fill(mask, false);
    if (bits_any(rest)) {
        narrow_by_rows(s, r, chunk, rest);
        bits_or(mask, rest);
    }
    bits_or(mask, none);
    r->masks_n -= 2;
}
const struct step_kind step_bought = { "购买记录", "purchases", narrow_bought, holds_bought, NULL };

/* -- shops ------------------------------------------------------------------------------------- */

static bool bought_there(const struct step *s, const struct plan *p, i64 member)
{
    struct run r;
    if (!view_rows_of(p->view, member, SOURCE_PURCHASES, &r)) return false;
    for (i64 i = r.offset[0]; i < r.offset[1] && row_at(&r, i) < s->rows.until; i++)
        if (s->rows.props[PROP_SHOP][narrow_get(r.props[PROP_SHOP], i)]) return true;
    return false;
}

static bool holds_shops(const struct step *s, const struct plan *p, i64 member)
{
    i64 last;
    if (!part_value(member_part(p, member, p->last_order), member % CHUNK, &last)) return false;
    return last >= s->rows.until ? bought_there(s, p, member) : step_carriers.holds(s, p, member);
}

static void narrow_shops(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    u64 *late = running_mask(r);
    part_range(view_part(r->plan->view, chunk, r->plan->last_order), s->rows.until, INT64_MAX,
               late);
    bits_and(late, mask);
    bits_andnot(mask, late);
    step_carriers.narrow(s, r, chunk, mask);
    narrow_one_by_one(s, r->plan, chunk, late);
    bits_or(mask, late);
    r->masks_n--;
}
const struct step_kind step_shops = { "购买记录", "purchases", narrow_shops, holds_shops, NULL };
