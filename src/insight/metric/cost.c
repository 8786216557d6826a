/* cost.c -- what was spent on touchpoints and who began to follow them, by day. */
#include "insight/metric/inside.h"

SHAPE_DEFINE(metric_cost);

const struct migration metric_migrations[] = {
    { "0001 costs", "CREATE TABLE metric_cost (\n"
                    "  touchpoint text NOT NULL,\n"
                    "  day int64 NOT NULL,\n"
                    "  amount int64 NOT NULL,\n"
                    "  note text,\n"
                    "  PRIMARY KEY (touchpoint, day)\n"
                    ") clustered;\n" },
    { "0002 followers", "ALTER TABLE metric_cost ADD COLUMN followers int64 NOT NULL DEFAULT 0;" },
    { 0 },
};

#define COSTS_MAX     100000
#define FOLLOWERS_MAX 1000000000

CHANGE(metric_cost_set, "INSERT INTO metric_cost (touchpoint, day, amount, followers, note)"
                        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (touchpoint, day)"
                        " DO UPDATE SET amount = excluded.amount, followers = excluded.followers,"
                        " note = excluded.note");
CHANGE(metric_cost_unset, "DELETE FROM metric_cost WHERE touchpoint = $1 AND day = $2");
QUERY(
    metric_costs_of, metric_cost,
    "SELECT touchpoint, day, amount, followers, note FROM metric_cost WHERE day >= $1 AND day <= $2"
    " AND ($3 = '' OR touchpoint = $3) ORDER BY day, touchpoint LIMIT $4");

enum err metric_cost_put(struct tx *t, const struct metric_cost *in)
{
    str touchpoint = str_trim(in->touchpoint);
    if (!touchpoint.n || !str_is_line(touchpoint))
        return fail_at(t->c, E_INVALID, S("/touchpoint"), "触点名称应是一行文字",
                       "a touchpoint is one line of text");
    if (in->amount > (money)1000000000 * MONEY_UNIT)
        return fail_at(t->c, E_INVALID, S("/amount"), "一天的花费最多 10 亿元",
                       "at most a thousand million a day");
    if (in->followers > FOLLOWERS_MAX || in->followers < -FOLLOWERS_MAX)
        return fail_at(t->c, E_INVALID, S("/followers"), "一天的新增粉丝最多 10 亿",
                       "at most a thousand million followers a day");
    if (in->amount == 0 && in->followers == 0)
        return tx_change(t, &metric_cost_unset, ARGS(touchpoint, (i64)in->day));
    return tx_change(t, &metric_cost_set,
                     ARGS(touchpoint, (i64)in->day, in->amount, in->followers, in->note));
}

enum err metric_costs(struct ctx *c, day from, day to, str touchpoint, struct metric_cost_list *out)
{
    return db_all(c, &metric_costs_of, out,
                  ARGS((i64)from, (i64)to, str_or(touchpoint, S("")), COSTS_MAX));
}

#define TOLD \
    ((u64)1 << MEASURE_COST | (u64)1 << MEASURE_NEW_FOLLOWERS | (u64)1 << MEASURE_FOLLOWERS)

struct costing {
    const struct names *touchpoints;
    struct counting *n;
};

static enum err see_cost(void *arg, const void *row)
{
    const struct costing *k = arg;
    const struct metric_cost *in = row;
    const struct parting *p = &k->n->parting;
    i64 code = names_find(k->touchpoints, in->touchpoint), group = 0;
    if (k->n->only[OF_TOUCHPOINT] >= 0 && code != k->n->only[OF_TOUCHPOINT]) return OK;
    if (p->groups > 1) group = code >= 0 && code < p->codes ? p->by_code[code] : p->groups - 1;
    for (i64 r = 0; r < k->n->ranges_n; r++) {
        const struct range *range = &k->n->ranges[r];
        i64 *at = k->n->cells + counting_base(k->n, r) + group * MEASURES_N;
        if (in->day > range->to) continue;
        i64 wide = p->groups * MEASURES_N, whole = range->slots * wide,
            slot = slot_of(range, in->day);
        for (i64 s = slot < 0 ? 0 : slot; s <= range->slots; s++)
            at[s * wide + MEASURE_FOLLOWERS] += in->followers; /* from then on */
        if (slot < 0) continue;
        at[slot * wide + MEASURE_COST] += in->amount;
        at[whole + MEASURE_COST] += in->amount;
        at[slot * wide + MEASURE_NEW_FOLLOWERS] += in->followers;
        at[whole + MEASURE_NEW_FOLLOWERS] += in->followers;
    }
    return OK;
}

enum err count_costs(struct ctx *c, const struct names *touchpoints, struct counting *n)
{
    struct costing k = { touchpoints, n };
    if (n->wanted && !(n->wanted & TOLD)) return OK;
    if (n->parting.groups > 1 && !(n->parting.by_code && n->parting.kind == OF_TOUCHPOINT))
        return OK; /* costs are of touchpoints alone */
    day to = n->ranges[0].to;
    for (i64 r = 1; r < n->ranges_n; r++)
        if (n->ranges[r].to > to) to = n->ranges[r].to;
    return db_each(c, &metric_costs_of, see_cost, &k,
                   ARGS((i64)INT32_MIN, (i64)to, S(""), (i64)INT64_MAX));
}
