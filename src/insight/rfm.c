/* rfm.c -- everybody's figures made into cells and types: the cuts that depend on all, then each
 * member's place; and who is in a cell. */
#include "insight/rfm.h"

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

static void cut_by_quantile(struct arena *a, const struct rfm *r, enum rfm_axis axis,
                            struct rfm_scale *s)
{
    struct arena_mark mark = arena_mark(a);
    i64 *v = NEWS(a, i64, r->n);
    for (i64 i = 0; i < r->n; i++) v[i] = r->at[i].figure[axis];
    for (int j = 0; j < s->cuts[axis]; j++)
        s->cut[axis][j] = select_kth(v, r->n, rfm_quantile_place(s, axis, r->n, j));
    arena_rewind(a, mark);
}

static void cut_by_mean(const struct rfm *r, enum rfm_axis axis, struct rfm_scale *s)
{
    __int128 sum = 0;
    for (i64 i = 0; i < r->n; i++) sum += r->at[i].figure[axis];
    rfm_scale_mean(s, axis, sum, r->n);
}

/* -- places ----------------------------------------------------------------------------------- */

static void place_bands(const struct rfm_scale *s, struct rfm_member *m)
{
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++)
        m->band[axis] = rfm_band(s, axis, m->figure[axis]);
}

static void place_type(const struct rfm_scale *s, struct rfm_member *m)
{
    m->type = (u8)rfm_type_of_bands(s, m->band);
}

void rfm_member_place(const struct rfm_scale *s, struct rfm_member *m)
{
    place_bands(s, m);
    place_type(s, m);
}

void rfm_score(struct arena *a, struct rfm *r)
{
    struct rfm_scale *s = &r->scale;
    rfm_scale_given(&r->rule, s);
    s->n = r->n;
    for (enum rfm_axis axis = 0; r->n && axis < RFM_AXES; axis++) {
        if (r->rule.cuts == RFM_QUANTILE) cut_by_quantile(a, r, axis, s);
        else if (r->rule.cuts == RFM_MEAN) cut_by_mean(r, axis, s);
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
