/* template.c -- the five goals of a quarter: sales, repeat rate, new members, cost of a new buyer,
 * exposure. */
#include "base/clock.h"
#include "insight/goal/inside.h"

QUERY(q_goal_there, one_i64,
      "SELECT id AS value FROM goal WHERE state = 'open' AND metric = $1 AND first_day = $2"
      " AND last_day = $3 AND segment = '' AND shop = '' AND touchpoint = '' AND category = ''"
      " ORDER BY id LIMIT 1");

enum { GOALS_N = 5 };
static const struct {
    const char *metric;
    size_t step; /* where the ask says how much */
    i64 usual;
    bool points, down;
    const char *zh, *en;
} rows[GOALS_N] = {
    { "net_sales", offsetof(struct goal_template_ask, sales_up), 15, false, false,
      "销售：比基线多 15%–20%", "Sales: 15 to 20 % more" },
    { "repeat_rate", offsetof(struct goal_template_ask, repeat_up), 5, true, false,
      "复购：期内复购率提高 5 个百分点", "Repurchase: 5 points more buyers buy again" },
    { "new_members", offsetof(struct goal_template_ask, members_up), 20, false, false,
      "拉新：新增会员", "Acquisition: new members" },
    { "cac", offsetof(struct goal_template_ask, cac_down), 10, false, true,
      "成本：获客成本降低 10%–15%；花费在“推广花费”里登记",
      "Cost of a new buyer: 10 to 15 % less; what was spent is entered as costs" },
    { "viewers", offsetof(struct goal_template_ask, exposure_up), 30, false, false,
      "曝光：多 30%；以看过商品的会员计，站外曝光不在内",
      "Exposure: 30 % more; members who viewed a product, without exposure elsewhere" },
};

static enum err quarter_read(struct ctx *c, str text, struct metric_period *out)
{
    struct civil now = day_civil(zone_day(c->zone, c->now));
    if (str_empty(text)) text = str_fmt(c->arena, "%04d-Q%d", now.year, (now.month - 1) / 3 + 1);
    bool quarter = text.n == 7 && (text.at[5] == 'Q' || text.at[5] == 'q');
    if (quarter) return goal_period_read(c, text, NO_STR, NO_STR, out);
    return fail_at(c, E_INVALID, S("/quarter"), "“" STR_FMT "”不是季度，请写成 2024-Q2",
                   "\"" STR_FMT "\" is not a quarter: write 2024-Q2", STR_ARG(text));
}

static i64 target_of(const struct metric *m, i64 which, i64 step, i64 baseline)
{
    if (rows[which].points) {
        i64 target = (baseline + 50) / 100 * 100 + step * 10000;
        return target < 1000000 ? target : 1000000;
    }
    i64 percent = rows[which].down ? 100 - step : 100 + step;
    return goal_rounded(m, (f64)baseline * (f64)percent / 100);
}

static enum err draft_make(struct ctx *c, const struct goal_template_ask *in, i64 which,
                           struct metric_period p, struct goal_draft *out)
{
    const struct metric *m;
    const opt_i64 *asked = (const opt_i64 *)((const char *)in + rows[which].step);
    struct metric_filter all = { 0 };
    struct goal_base base;
    TRY(goal_metric_find(c, str_of(rows[which].metric), &m));
    *out = (struct goal_draft){ .metric = str_of(m->name),
                                .label = say(c, str_of(m->zh), str_of(m->en)),
                                .unit = m->unit,
                                .better = m->better,
                                .step = asked->has ? asked->value : rows[which].usual,
                                .points = rows[which].points,
                                .note = say(c, str_of(rows[which].zh), str_of(rows[which].en)) };
    enum err err = goal_base_find(c, m, &all, p, in->baseline_of, &base);
    if (err == E_BUSY) {
        out->problem = str_copy(c->arena, str_of(c->why.detail));
        return OK;
    }
    if (err != OK) return err;
    out->baseline_of = base.of;
    if (!base.value.has) {
        out->baseline_of = BASELINE_NONE;
        out->problem =
            say(c, S("那段时间没有可作基线的值（没有数据、为 0 或无定义），请单独设定目标值"),
                S("those days have no value to start from (nothing there, 0 or not "
                  "defined): set this goal by itself"));
        return OK;
    }
    out->baseline = metric_text(c->arena, m->unit, base.value);
    out->baseline_from = day_text(c->arena, base.days.from);
    out->baseline_to = day_text(c->arena, base.days.to);
    out->target =
        metric_text(c->arena, m->unit, SOME(target_of(m, which, out->step, base.value.value)));
    return OK;
}

static enum err there_already(struct ctx *c, struct metric_period p, struct goal_draft *d,
                              bool *found)
{
    struct one_i64 id;
    TRY(db_find(c, &q_goal_there, &id, found, ARGS(d->metric, (i64)p.from, (i64)p.to)));
    if (!*found) return OK;
    d->goal = SOME(id.value);
    d->problem = say(c, S("已有这个目标"), S("this goal is there already"));
    return OK;
}

enum err goal_template_make(struct ctx *c, const struct goal_template_ask *in,
                            struct goal_template *out)
{
    struct metric_period p;
    bool found;
    if (in->cac_down.has && in->cac_down.value >= 100)
        return fail_at(c, E_INVALID, S("/cac_down"), "降低的百分比应小于 100",
                       "it falls by less than 100 percent");
    if (in->baseline_of == BASELINE_GIVEN || in->baseline_of == BASELINE_NONE)
        return fail_at(c, E_INVALID, S("/baseline_of"), "模板的基线为 auto、year_ago 或 before",
                       "baselines of the template are auto, year_ago or before");
    str owner = in->owner;
    TRY(goal_owner_check(c, &owner));
    TRY(quarter_read(c, str_trim(in->quarter), &p));
    *out = (struct goal_template){ .from = p.from, .to = p.to, .owner = owner };
    out->quarter = goal_period_text(c->arena, p);
    for (i64 i = 0; i < GOALS_N; i++) {
        struct goal_draft *d = PUSH(c->arena, &out->items);
        const opt_i64 *asked = (const opt_i64 *)((const char *)in + rows[i].step);
        if (asked->has && asked->value > 1000)
            return fail_at(c, E_INVALID, S("/quarter"), "幅度最多 1000", "a step is at most 1,000");
        TRY(draft_make(c, in, i, p, d));
        TRY(there_already(c, p, d, &found));
    }
    return OK;
}

enum err goal_template_set(struct tx *t, struct goal_template *made)
{
    struct ctx *c = t->c;
    struct metric_period p = { made->from, made->to };
    for (i64 i = 0; i < made->items.n; i++) {
        struct goal_draft *d = &made->items.at[i];
        const struct metric *m;
        struct goal_base base = { .of = d->baseline_of };
        bool found;
        TRY(there_already(c, p, d, &found));
        if (found || !d->target.n) continue;
        struct goal_row row = { .metric = d->metric,
                                .first_day = p.from,
                                .last_day = p.to,
                                .owner = made->owner,
                                .note = d->note,
                                .segment = S(""),
                                .shop = S(""),
                                .touchpoint = S(""),
                                .category = S("") };
        TRY(goal_metric_find(c, d->metric, &m));
        TRY(goal_value_read(c, m, "/target", d->target, &row.target));
        base.value.has = true;
        TRY(goal_value_read(c, m, "/baseline", d->baseline, &base.value.value));
        if (!day_parse(d->baseline_from, &base.days.from) ||
            !day_parse(d->baseline_to, &base.days.to))
            return fail(c, E_INTERNAL, "基线日期读不出", "days of a baseline cannot be read");
        goal_base_put(&row, &base);
        TRY(goal_create(t, &row));
        d->goal = SOME(row.id);
    }
    return OK;
}
