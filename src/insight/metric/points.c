/* points.c -- what the shop owes in points at the end of each step. */
#include "loyalty/points.h"
#include "insight/metric/inside.h"

#define STEPS_MAX 62

static enum err put(struct ctx *c, day at, i64 *to)
{
    struct points_liability l;
    if (at < 0) return OK; /* before 1970 */
    TRY(points_liability(c, at, at, &l));
    to[MEASURE_POINTS] = l.outstanding;
    to[MEASURE_POINTS_VALUE] = l.outstanding_value;
    return OK;
}

enum err count_points(struct ctx *c, struct counting *n)
{
    for (i64 r = 0; r < n->ranges_n; r++) {
        const struct range *range = &n->ranges[r];
        i64 *at = n->cells + counting_base(n, r);
        if (range->slots > STEPS_MAX)
            return fail_at(c, E_INVALID, S("/step"),
                           "积分一次最多看 %d 个时间点；请用更大的步长或更短的期间",
                           "points can be told of at most %d steps at once: take a longer step or"
                           " a shorter period",
                           STEPS_MAX);
        for (i64 s = 0; s < range->slots; s++) {
            day last = range->to;
            for (day d = range->from; range->slot && d <= range->to; d++)
                if (range->slot[d - range->from] == s) last = d;
            TRY(put(c, last, at + s * MEASURES_N));
        }
        TRY(put(c, range->to, at + range->slots * MEASURES_N));
    }
    return OK;
}
