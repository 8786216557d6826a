/* rules.c -- what earns points: rules as rows, kept, checked, and asked whether they hold. */
#include "base/num.h"
#include "loyalty/budget.h"
#include "loyalty/points/inside.h"

SHAPE_DEFINE(points_rule);
CHOICE_DEFINE(points_rule_kind, "order", "event");

#define POINTS_MAX ((i64)1000000)
enum { PROPS_MAX = 10 };

#define FIELDS_OF_rule_row(X, N)                         \
    X(i64, id, ANY, "", N)                               \
    X(str, name, ANY, "", N)                             \
    X(choice(points_rule_kind), kind, ANY, "", N)        \
    X(flag, is_on, ANY, "", N)                           \
    X(opt_instant, from_at, ANY, "", N)                  \
    X(opt_instant, until_at, ANY, "", N)                 \
    X(i64, points_per, ANY, "", N)                       \
    X(money, per_amount, ANY, "", N)                     \
    X(str, event, ANY, "", N)                            \
    X(str, shops, ANY, "One a line", N)                  \
    X(str, categories, ANY, "One a line", N)             \
    X(str, products, ANY, "One a line", N)               \
    X(str, weekdays, ANY, "One a line", N)               \
    X(opt_i64, from_minute, ANY, "", N)                  \
    X(opt_i64, until_minute, ANY, "", N)                 \
    X(flag, times_tier, ANY, "", N)                      \
    X(flag, adds, ANY, "", N)                            \
    X(opt_i64, cap_day, ANY, "", N)                      \
    X(opt_i64, cap_total, ANY, "", N)                    \
    X(str, props, ANY, "Name and value, a line each", N) \
    X(str, budget, ANY, "", N)                           \
    X(opt_instant, on_since, ANY, "", N)
SHAPE(rule_row);
SHAPE_DEFINE(rule_row);
#define RULE_COLUMNS                                                                         \
    "id, name, kind, is_on, from_at, until_at, points_per, per_amount, event, shops,"        \
    " categories, products, weekdays, from_minute, until_minute, times_tier, adds, cap_day," \
    " cap_total, props, budget, on_since"
QUERY(q_rules, rule_row, "SELECT " RULE_COLUMNS " FROM points_rule ORDER BY id");
QUERY(q_rule, rule_row, "SELECT " RULE_COLUMNS " FROM points_rule WHERE id = $1");
CHANGE(c_rule,
       "INSERT INTO points_rule (" RULE_COLUMNS ", created_at, updated_at) VALUES ($1, $2, $3, $4,"
       " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, "
       "$23)"
       " ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_on = excluded.is_on,"
       " from_at = excluded.from_at, until_at = excluded.until_at,"
       " points_per = excluded.points_per, per_amount = excluded.per_amount,"
       " event = excluded.event, shops = excluded.shops, categories = excluded.categories,"
       " products = excluded.products, weekdays = excluded.weekdays,"
       " from_minute = excluded.from_minute, until_minute = excluded.until_minute,"
       " times_tier = excluded.times_tier, adds = excluded.adds, cap_day = excluded.cap_day,"
       " cap_total = excluded.cap_total, props = excluded.props, budget = excluded.budget,"
       " on_since = excluded.on_since,"
       " updated_at = excluded.updated_at");

static struct points_rule rule_of(struct arena *a, const struct rule_row *row)
{
    struct points_rule r = { .id = row->id,
                             .name = row->name,
                             .kind = row->kind,
                             .on = row->is_on,
                             .from = row->from_at,
                             .until = row->until_at,
                             .points = row->points_per,
                             .event = row->event,
                             .shops = str_split(a, row->shops, '\n'),
                             .categories = str_split(a, row->categories, '\n'),
                             .products = str_split(a, row->products, '\n'),
                             .from_minute = row->from_minute,
                             .until_minute = row->until_minute,
                             .times_tier = row->times_tier,
                             .adds = row->adds,
                             .cap_day = row->cap_day,
                             .cap_total = row->cap_total,
                             .budget = row->budget,
                             .on_since = row->on_since };
    if (row->kind == RULE_ORDER) r.amount = SOME(row->per_amount);
    strs days = str_split(a, row->weekdays, '\n');
    for (i64 i = 0; i < days.n; i++) i64_parse(days.at[i], PUSH(a, &r.weekdays));
    strs props = str_split(a, row->props, '\n');
    for (i64 i = 0; i + 1 < props.n; i += 2)
        *PUSH(a, &r.props) = (struct line_prop){ props.at[i], props.at[i + 1] };
    return r;
}

enum err points_rules(struct ctx *c, struct points_rule_list *out)
{
    struct rule_row_list rows = { 0 };
    *out = (struct points_rule_list){ 0 };
    TRY(db_all(c, &q_rules, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) *PUSH(c->arena, out) = rule_of(c->arena, &rows.at[i]);
    return OK;
}

enum err points_rule_get(struct ctx *c, i64 id, struct points_rule *out)
{
    struct rule_row row;
    bool found;
    TRY(db_find(c, &q_rule, &row, &found, ARGS(id)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的积分规则", "there is no points rule %lld",
                    (long long)id);
    *out = rule_of(c->arena, &row);
    return OK;
}

/* -- what a rule may say ----------------------------------------------------------------------- */

static enum err check_names(struct ctx *c, strs names, const char *field)
{
    for (i64 i = 0; i < names.n; i++)
        if (str_empty(str_trim(names.at[i])) || names.at[i].n > 200 || !str_is_line(names.at[i]))
            return fail_at(c, E_INVALID, str_of(field), "每一项须是 1 至 200 字节的一行文字",
                           "each must be a line of 1 to 200 bytes");
    if (names.n <= 1000) return OK;
    return fail_at(c, E_INVALID, str_of(field), "最多 1000 项", "at most 1000");
}

/* What points themselves write would go round and round. */
static const char *const own_lines[] = { "points.", "ledger.", "reward.", "budget." };

static enum err check_event(struct ctx *c, const struct points_rule *in)
{
    for (i64 i = 0; i < COUNT(own_lines); i++)
        if (str_starts(in->event, str_of(own_lines[i])))
            return fail_at(c, E_INVALID, S("/event"), "积分、奖励与预算自己的记录不能再得积分",
                           "lines that points, rewards and budgets write earn nothing");
    if (in->kind == RULE_ORDER && in->props.n)
        return fail_at(c, E_INVALID, S("/props"), "按订单的规则不看属性",
                       "rules of orders have no properties");
    for (i64 i = 0; i < in->props.n; i++)
        if (i >= PROPS_MAX || str_empty(str_trim(in->props.at[i].name)) ||
            !str_is_line(in->props.at[i].name) || str_empty(str_trim(in->props.at[i].value)) ||
            !str_is_line(in->props.at[i].value))
            return fail_at(c, E_INVALID, S("/props"), "至多 %d 个属性，名称与值各是一行文字",
                           "at most %d properties, name and value a line of text each", PROPS_MAX);
    return OK;
}

static enum err check_budget(struct ctx *c, str code)
{
    struct budget_view budget;
    bool found;
    if (str_empty(code)) return OK;
    TRY(budget_find(c, code, &found, &budget));
    if (found) return OK;
    return fail_at(c, E_INVALID, S("/budget"), "没有这个预算", "there is no such budget");
}

static enum err check_time(struct ctx *c, const struct points_rule *in)
{
    for (i64 i = 0; i < in->weekdays.n; i++)
        if (in->weekdays.at[i] < 1 || in->weekdays.at[i] > 7 || in->weekdays.n > 7)
            return fail_at(c, E_INVALID, S("/weekdays"), "星期为 1（周一）至 7（周日）",
                           "weekdays are 1 (Monday) to 7 (Sunday)");
    if (in->from_minute.has != in->until_minute.has || in->from_minute.value > 1439 ||
        in->until_minute.value > 1440)
        return fail_at(c, E_INVALID, S("/from_minute"), "时段要有起止，按一天的第几分钟，0 至 1440",
                       "hours have a begin and an end, in minutes of the day, 0 to 1440");
    if (in->from.has && in->until.has && in->until.value <= in->from.value)
        return fail_at(c, E_INVALID, S("/until"), "结束须晚于开始", "it must end after it begins");
    return OK;
}

static enum err check_rule(struct ctx *c, const struct points_rule *in)
{
    bool order = in->kind == RULE_ORDER;
    if (str_empty(in->name) || !str_is_line(in->name))
        return fail_at(c, E_INVALID, S("/name"), "名称须是一行文字", "the name must be a line");
    if (in->points < 1 || in->points > POINTS_MAX)
        return fail_at(c, E_INVALID, S("/points"), "积分须在 1 至 %lld 之间",
                       "points must be 1 to %lld", (long long)POINTS_MAX);
    if (order != in->amount.has)
        return fail_at(c, E_INVALID, S("/amount"), "按订单的规则要写每消费多少，按行为的不写",
                       "rules of orders say for how much, rules of events do not");
    if (order == !str_empty(in->event))
        return fail_at(c, E_INVALID, S("/event"), "按行为的规则要写行为，按订单的不写",
                       "rules of events name the event, rules of orders do not");
    if (!order && (in->shops.n || in->categories.n || in->products.n || in->times_tier))
        return fail_at(c, E_INVALID, S("/kind"), "按行为的规则没有店铺、品类、商品范围和等级倍数",
                       "rules of events have no shops, categories, products or tier multiplier");
    TRY(check_event(c, in));
    TRY(check_budget(c, in->budget));
    TRY(check_names(c, in->shops, "/shops"));
    TRY(check_names(c, in->categories, "/categories"));
    TRY(check_names(c, in->products, "/products"));
    return check_time(c, in);
}

enum err points_rule_put(struct tx *t, struct points_rule *in)
{
    struct ctx *c = t->c;
    struct arena *a = c->arena;
    struct points_rule was = { 0 };
    TRY(check_rule(c, in));
    if (in->id) {
        TRY(points_rule_get(c, in->id, &was));
        if (was.kind != in->kind)
            return fail_at(c, E_INVALID, S("/kind"), "规则的种类不能改，请另建一条",
                           "the kind of a rule stays: make another rule");
    } else {
        TRY(tx_take(t, S("points_rule"), 1, &in->id));
    }
    in->on_since = !in->on ? NONE : was.on ? was.on_since : SOME(c->now);
    struct buf days = { .arena = a };
    for (i64 i = 0; i < in->weekdays.n; i++)
        buf_fmt(&days, "%lld\n", (long long)in->weekdays.at[i]);
    struct buf props = { .arena = a };
    for (i64 i = 0; i < in->props.n; i++)
        buf_fmt(&props, STR_FMT "\n" STR_FMT "\n", STR_ARG(in->props.at[i].name),
                STR_ARG(in->props.at[i].value));
    TRY(tx_change(t, &c_rule,
                  ARGS(in->id, in->name, choice_name(&points_rule_kind_choice, (int)in->kind),
                       in->on, in->from, in->until, in->points, in->amount.value, in->event,
                       str_join(a, in->shops, S("\n")), str_join(a, in->categories, S("\n")),
                       str_join(a, in->products, S("\n")), buf_str(&days), in->from_minute,
                       in->until_minute, in->times_tier, in->adds, in->cap_day, in->cap_total,
                       buf_str(&props), in->budget, in->on_since, c->now)));
    if (!in->cap_total.has) return OK;
    str id = str_fmt(a, "points.rule:%lld:%lld", (long long)in->id, (long long)c->now);
    return fail_place(c, points_cap_set(t, in, id), S("/cap_total"));
}

/* -- whether it holds -------------------------------------------------------------------------- */

bool points_rule_holds(const struct points_rule *r, const struct zone *zone, instant at)
{
    if (!r->on || (r->from.has && at < r->from.value) || (r->until.has && at >= r->until.value))
        return false;
    if (r->weekdays.n) {
        i64 weekday = ((zone_day(zone, at) + 3) % 7 + 7) % 7 + 1; /* 1970 began on a Thursday */
        bool in = false;
        for (i64 i = 0; i < r->weekdays.n; i++) in = in || r->weekdays.at[i] == weekday;
        if (!in) return false;
    }
    if (!r->from_minute.has) return true;
    struct civil local = zone_local(zone, at);
    i64 minute = local.hour * 60 + local.minute;
    if (r->from_minute.value < r->until_minute.value)
        return minute >= r->from_minute.value && minute < r->until_minute.value;
    return minute >= r->from_minute.value || minute < r->until_minute.value;
}

static bool has_name(struct arena *a, strs names, str name)
{
    if (!names.n) return true;
    str folded = str_fold(a, str_trim(name));
    for (i64 i = 0; i < names.n; i++)
        if (str_eq(str_fold(a, str_trim(names.at[i])), folded)) return true;
    return false;
}

bool points_rule_fits(struct arena *a, const struct points_rule *r, str shop, str category,
                      str product)
{
    return has_name(a, r->shops, shop) && has_name(a, r->categories, category) &&
           has_name(a, r->products, product);
}
