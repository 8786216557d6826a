/* rfm.c -- the arithmetic of RFM: where cuts lie, which band a figure is in, which of the eight
 * types that makes. */
#include "worth/rfm.h"

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

instant rfm_since(const struct rfm_rule *rule)
{
    return rule->window_days ? rule->at - rule->window_days * DAY_MS : INT64_MIN;
}

void rfm_scale_given(const struct rfm_rule *rule, struct rfm_scale *out)
{
    *out = (struct rfm_scale){ .high = rule->high };
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        const ints *given = &rule->given[axis];
        assert(given->n <= RFM_CUTS_MAX);
        out->cuts[axis] = (int)given->n;
        for (i64 j = 0; j < given->n; j++) out->cut[axis][j] = given->at[j];
    }
}

/* Better than the mean: days < sum / n is days < ceiling; figure > sum / n is figure >= floor + 1.
 * Figures are never negative. */
void rfm_scale_mean(struct rfm_scale *s, enum rfm_axis axis, __int128 sum, i64 n)
{
    __int128 whole = sum / n;
    bool rest = sum % n != 0;
    s->cuts[axis] = 1;
    s->cut[axis][0] = (i64)(axis == RFM_R ? whole + rest : whole + 1);
}

i64 rfm_quantile_place(const struct rfm_scale *s, enum rfm_axis axis, i64 n, int j)
{
    return (j + 1) * n / rfm_bands(s, axis);
}

/* -- high and low ----------------------------------------------------------------------------- */

static bool is_high(const struct rfm_scale *s, enum rfm_axis axis, u8 band)
{
    if (s->high == RFM_HIGH_BAND) return band == s->cuts[axis] + 1;
    return (i64)band * s->n > s->bands_sum[axis];
}

int rfm_type_of_bands(const struct rfm_scale *s, const u8 band[RFM_AXES])
{
    bool high[RFM_AXES];
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) high[axis] = is_high(s, axis, band[axis]);
    return rfm_type_of(high[RFM_R], high[RFM_F], high[RFM_M]);
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
