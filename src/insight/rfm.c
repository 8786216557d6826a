/* rfm.c -- the arithmetic of RFM: where cuts lie, which band a figure is in, which of the eight
 * types that makes. */
#include "insight/rfm.h"

#include <assert.h>

CHOICE_DEFINE(rfm_cuts, "fixed", "quantile", "mean");
CHOICE_DEFINE(rfm_frequency_of, "orders", "days");
CHOICE_DEFINE(rfm_monetary_of, "total", "average");
CHOICE_DEFINE(rfm_high, "band", "mean");

/* The trade's own names: 重要 is a high M, and the second word says R and F: 价值 both, 发展 R
 * alone, 保持 F alone, 挽留 none. */
const struct rfm_type rfm_types[RFM_TYPES] = {
    { { true, true, true }, "important_value", "重要价值", "Important: value" },
    { { true, false, true }, "important_develop", "重要发展", "Important: develop" },
    { { false, true, true }, "important_keep", "重要保持", "Important: keep" },
    { { false, false, true }, "important_win_back", "重要挽留", "Important: win back" },
    { { true, true, false }, "general_value", "一般价值", "General: value" },
    { { true, false, false }, "general_develop", "一般发展", "General: develop" },
    { { false, true, false }, "general_keep", "一般保持", "General: keep" },
    { { false, false, false }, "general_win_back", "一般挽留", "General: win back" },
};

int rfm_type_find(str id)
{
    for (int i = 0; i < RFM_TYPES; i++)
        if (str_eq(id, str_of(rfm_types[i].id))) return i;
    return -1;
}

int rfm_type_of(bool r_high, bool f_high, bool m_high)
{
    for (int i = 0; i < RFM_TYPES; i++) {
        const bool *high = rfm_types[i].high;
        if (high[RFM_R] == r_high && high[RFM_F] == f_high && high[RFM_M] == m_high) return i;
    }
    assert(!"all eight combinations have a row");
    return -1;
}

/* -- cuts ------------------------------------------------------------------------------------- */

/* The value that would stand at place k if v were sorted. Three-way partition: most frequencies are
 * equal. */
static i64 select_kth(i64 *v, i64 n, i64 k)
{
    i64 low = 0, high = n - 1;
    while (low < high) {
        i64 pivot = v[low + (high - low) / 2];
        i64 below = low, i = low, above = high;
        while (i <= above) {
            i64 x = v[i];
            if (x < pivot) {
                v[i++] = v[below];
                v[below++] = x;
            } else if (x > pivot) {
                v[i] = v[above];
                v[above--] = x;
            } else {
                i++;
            }
        }
        if (k < below) high = below - 1;
        else if (k > above) low = above + 1;
        else return pivot;
    }
    return v[k];
}

/* Cut j of k is the value at place j * n / (k + 1) of the sorted figures. */
static void cut_by_quantile(struct arena *a, const struct rfm *r, enum rfm_axis axis,
                            struct rfm_scale *s)
{
    struct arena_mark mark = arena_mark(a);
    i64 *v = NEWS(a, i64, r->n);
    for (i64 i = 0; i < r->n; i++) v[i] = r->at[i].figure[axis];
    s->cuts[axis] = (int)r->rule.given[axis].n;
    for (int j = 0; j < s->cuts[axis]; j++)
        s->cut[axis][j] = select_kth(v, r->n, (j + 1) * r->n / (s->cuts[axis] + 1));
    arena_rewind(a, mark);
}

/* Better than the mean: days < sum / n is days < ceiling; figure > sum / n is figure >= floor + 1.
 * Figures are never negative. */
static void cut_by_mean(const struct rfm *r, enum rfm_axis axis, struct rfm_scale *s)
{
    __int128 sum = 0;
    for (i64 i = 0; i < r->n; i++) sum += r->at[i].figure[axis];
    __int128 whole = sum / r->n;
    bool rest = sum % r->n != 0;
    s->cuts[axis] = 1;
    s->cut[axis][0] = (i64)(axis == RFM_R ? whole + rest : whole + 1);
}

static void cut_as_given(const struct rfm *r, enum rfm_axis axis, struct rfm_scale *s)
{
    const ints *given = &r->rule.given[axis];
    assert(given->n <= RFM_CUTS_MAX);
    s->cuts[axis] = (int)given->n;
    for (i64 j = 0; j < given->n; j++) s->cut[axis][j] = given->at[j];
}

static u8 band_of(const struct rfm_scale *s, enum rfm_axis axis, i64 figure)
{
    int band = 1;
    for (int j = 0; j < s->cuts[axis]; j++)
        band += axis == RFM_R ? figure < s->cut[axis][j] : figure >= s->cut[axis][j];
    return (u8)band;
}

static bool is_high(const struct rfm_scale *s, enum rfm_axis axis, u8 band)
{
    if (s->high == RFM_HIGH_BAND) return band == s->cuts[axis] + 1;
    return (i64)band * s->n > s->bands_sum[axis];
}

bool rfm_high_from(const struct rfm_scale *s, enum rfm_axis axis, i64 *bound)
{
    i64 cuts = s->cuts[axis], reached = cuts; /* so many cuts must be */
    if (s->high == RFM_HIGH_MEAN) reached = s->n ? s->bands_sum[axis] / s->n : cuts + 1;
    *bound = axis == RFM_R ? INT64_MAX : INT64_MIN;
    if (reached > 0 && reached <= cuts)
        *bound = s->cut[axis][axis == RFM_R ? cuts - reached : reached - 1];
    return reached <= cuts;
}

static void place_bands(const struct rfm_scale *s, struct rfm_member *m)
{
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        m->band[axis] = band_of(s, axis, m->figure[axis]);
}

static void place_type(const struct rfm_scale *s, struct rfm_member *m)
{
    bool high[RFM_AXES];
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        high[axis] = is_high(s, axis, m->band[axis]);
    m->type = (u8)rfm_type_of(high[RFM_R], high[RFM_F], high[RFM_M]);
}

void rfm_member_place(const struct rfm_scale *s, struct rfm_member *m)
{
    place_bands(s, m);
    place_type(s, m);
}

void rfm_score(struct arena *a, struct rfm *r)
{
    struct rfm_scale *s = &r->scale;
    *s = (struct rfm_scale){ .n = r->n, .high = r->rule.high };
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        if (r->n == 0 || r->rule.cuts == RFM_FIXED) cut_as_given(r, axis, s);
        else if (r->rule.cuts == RFM_QUANTILE) cut_by_quantile(a, r, axis, s);
        else cut_by_mean(r, axis, s);
    }
    r->amount = 0;
    for (i64 i = 0; i < r->n; i++) {
        place_bands(s, &r->at[i]);
        for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
            s->bands_sum[axis] += r->at[i].band[axis];
        r->amount += r->at[i].amount;
    }
    for (i64 i = 0; i < r->n; i++) place_type(s, &r->at[i]);
}

/* -- members of a cell or type ---------------------------------------------------------------- */

static bool fits(const struct rfm_choice *which, const struct rfm_member *m)
{
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        if (which->band[axis] && which->band[axis] != m->band[axis]) return false;
    return which->type < 0 || which->type == m->type;
}

/* Most spent first, then by id. */
static bool comes_after(const struct rfm_member *m, money amount, i64 member)
{
    return m->amount < amount || (m->amount == amount && m->member > member);
}

void rfm_members_of(struct ctx *c, const struct rfm *r, struct rfm_choice which,
                    struct rfm_place after, i64 limit, struct rfm_member_list *out, i64 *total)
{
    *out = (struct rfm_member_list){ NEWS(c->arena, struct rfm_member, limit + 1), 0 };
    *total = 0;
    for (i64 i = 0; i < r->n; i++) {
        const struct rfm_member *m = &r->at[i];
        if (!fits(&which, m)) continue;
        ++*total;
        if (after.member && !comes_after(m, after.amount, after.member)) continue;
        i64 to = out->n;
        if (to == limit && comes_after(m, out->at[to - 1].amount, out->at[to - 1].member)) continue;
        while (to > 0 && comes_after(&out->at[to - 1], m->amount, m->member)) to--;
        memmove(&out->at[to + 1], &out->at[to], (size_t)(out->n - to) * sizeof(*m));
        out->at[to] = *m;
        if (out->n < limit) out->n++;
    }
}
