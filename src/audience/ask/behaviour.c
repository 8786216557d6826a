/* behaviour.c -- steps answered by a member's lines: how often he did something, in which
 * communities he is. */
#include "audience/ask/plan.h"

static instant row_at(const struct run *r, i64 row)
{
    return r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

static bool row_meant(const struct run *r, i64 row, const struct row_filter *f)
{
    if (f->event && !f->event[narrow_get(r->event, row)]) return false;
    for (int p = 0; p < EVENT_PROPS_MAX; p++)
        if (f->props[p] && !f->props[p][narrow_get(r->props[p], row)]) return false;
    instant at = row_at(r, row);
    return at >= f->from && at < f->until;
}

/* -- did --------------------------------------------------------------------------------------- */

static bool holds_did(const struct step *s, const struct plan *p, i64 member)
{
    struct run r;
    i64 n = 0;
    if (!view_rows_of(p->view, member, SOURCE_TIMELINE, &r)) return s->zero;
    for (i64 i = r.offset[0]; i < r.offset[1]; i++) n += row_meant(&r, i, &s->rows);
    return segment_ranges_have(&s->ranges, n);
}

static bool cheaper_one_by_one(const struct running *r, const u64 *mask)
{
    return (f64)bits_count(mask) * ONE_MEMBER_US < 30 + r->plan->rows[SOURCE_TIMELINE] / 1000;
}

static void narrow_did(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    if (cheaper_one_by_one(r, mask)) {
        narrow_one_by_one(s, r->plan, chunk, mask);
        return;
    }
    u32 *counts = running_counts(r);
    u64 *in = running_mask(r), *one = running_mask(r);
    rows_count(r->plan->view, chunk, SOURCE_TIMELINE, &s->rows, counts);
    bits_fill(in, false);
    for (i64 i = 0; i < s->ranges.n; i++) {
        counts_range(counts, s->ranges.at[i].from, s->ranges.at[i].to, one);
        bits_or(in, one);
    }
    bits_and(mask, in);
    r->masks_n -= 2;
}
const struct step_kind step_did = { "行为记录", "behaviour", narrow_did, holds_did, NULL };

/* -- communities ------------------------------------------------------------------------------- */

/* His last line of that community before row `end`, after row i. */
static bool community_again(const struct plan *p, const struct run *r, i64 i, i64 end)
{
    i64 which = narrow_get(r->props[PROP_COMMUNITY], i);
    for (i64 k = i + 1; k < end; k++) {
        i64 event = narrow_get(r->event, k);
        if ((event == p->joined || event == p->left) &&
            narrow_get(r->props[PROP_COMMUNITY], k) == which)
            return true;
    }
    return false;
}

static bool holds_community(const struct step *s, const struct plan *p, i64 member)
{
    struct run r;
    if (!view_rows_of(p->view, member, SOURCE_TIMELINE, &r)) return false;
    i64 end = r.offset[1];
    while (end > r.offset[0] && row_at(&r, end - 1) >= s->rows.until) end--;
    for (i64 i = end - 1; i >= r.offset[0]; i--)
        if (row_meant(&r, i, &s->rows) && !community_again(p, &r, i, end)) return true;
    return false;
}

/* Whoever ever joined is looked at. */
static void narrow_community(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    if (!cheaper_one_by_one(r, mask)) {
        u32 *counts = running_counts(r);
        u64 *in = running_mask(r);
        rows_count(r->plan->view, chunk, SOURCE_TIMELINE, &s->rows, counts);
        counts_range(counts, 1, UINT32_MAX, in);
        bits_and(mask, in);
        r->masks_n--;
    }
    narrow_one_by_one(s, r->plan, chunk, mask);
}
const struct step_kind step_community = { "社群记录", "communities", narrow_community,
                                          holds_community, NULL };
