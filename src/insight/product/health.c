/* health.c -- verdicts: each check is a row, each verdict names the checks it rests on; the words
 * are made from the same rows as the decision.
 */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/product/inside.h"
#include "store/setting.h"
#include "trade/trade.h"

/* -- checks ------------------------------------------------------------------------------------ */

struct judged {
    const struct product_tally *t;
    struct product_health *row;
    const struct product_ask *cuts;
    i64 on_sale; /* days since launch, the launch day included */
    i64 period;  /* days of the period */
};

static opt_f64 some_f64(f64 v) { return (opt_f64){ true, v }; }
static opt_f64 over(f64 a, f64 b) { return b != 0 ? some_f64(a / b) : (opt_f64){ 0 }; }

static opt_f64 launch_figure(const struct judged *j) { return some_f64((f64)j->on_sale); }
static opt_f64 dead_figure(const struct judged *j)
{
    return some_f64((f64)j->row->days_without_sale);
}
static opt_f64 percent(opt_f64 v) { return v.has ? some_f64(v.value * 100) : v; }
static opt_f64 share_figure(const struct judged *j) { return percent(j->row->share_before); }
static opt_f64 growth_figure(const struct judged *j) { return percent(j->row->growth); }
/* Of a product that came within the period, by the days it has been on sale. */
static opt_f64 units_figure(const struct judged *j)
{
    i64 days = j->on_sale < j->period ? j->on_sale : j->period;
    return over((f64)j->row->net_units * 30, (f64)days);
}
static opt_f64 turnover_figure(const struct judged *j) { return j->row->turnover_days; }

enum check { CHECK_LAUNCH, CHECK_DEAD, CHECK_SHARE, CHECK_GROWTH, CHECK_UNITS, CHECK_TURNOVER };
#define CHECKS 6

static const struct check_row {
    const char *name, *compare, *zh, *en, *unit;
    size_t cut; /* where product_ask has the threshold */
    opt_f64 (*figure)(const struct judged *j);
    bool without; /* holds where the figure is not defined */
    int decimals;
} checks[CHECKS] = {
    [CHECK_LAUNCH] = { "launch_days", "<=", "上市天数", "days since launch", "days",
                       offsetof(struct product_ask, launch_days), launch_figure, false, 0 },
    [CHECK_DEAD] = { "dead_days", ">=", "未动销天数", "days without a sale", "days",
                     offsetof(struct product_ask, dead_days), dead_figure, false, 0 },
    [CHECK_SHARE] = { "hero_share", "<", "排在它前面的商品已占净销售额",
                      "share of net sales ahead of it", "%",
                      offsetof(struct product_ask, hero_share), share_figure, false, 1 },
    [CHECK_GROWTH] = { "hero_growth", ">=", "净销售额比上期增长", "growth of net sales", "%",
                       offsetof(struct product_ask, hero_growth), growth_figure, true, 1 },
    [CHECK_UNITS] = { "slow_units", "<", "每 30 天净销件数", "net units in 30 days", "units",
                      offsetof(struct product_ask, slow_units), units_figure, false, 1 },
    [CHECK_TURNOVER] = { "slow_turnover", ">", "库存周转天数", "turnover days", "days",
                         offsetof(struct product_ask, slow_turnover), turnover_figure, false, 1 },
};

static i64 cut_of(const struct product_ask *cuts, const struct check_row *row)
{
    return ((const opt_i64 *)(const void *)((const char *)cuts + row->cut))->value;
}

static bool compares(f64 figure, const char *compare, f64 threshold)
{
    bool equal = compare[1] == '=';
    if (figure == threshold) return equal;
    return compare[0] == '<' ? figure < threshold : figure > threshold;
}

static struct product_check check_made(const struct judged *j, const struct check_row *row)
{
    struct product_check out = { .name = str_of(row->name),
                                 .figure = row->figure(j),
                                 .compare = str_of(row->compare),
                                 .threshold = (f64)cut_of(j->cuts, row),
                                 .unit = str_of(row->unit) };
    out.holds =
        out.figure.has ? compares(out.figure.value, row->compare, out.threshold) : row->without;
    return out;
}

/* -- verdicts ---------------------------------------------------------------------------------- */

static const struct verdict_row {
    const char *zh, *en;
    enum check rests[2];
    int n;
    bool any;   /* one of them is enough; else all */
    bool sales; /* and there are net sales in the period */
} verdicts[VERDICTS] = {
    [VERDICT_NEW] = { "新品", "New", { CHECK_LAUNCH }, 1, false, false },
    [VERDICT_DEAD] = { "死货", "Dead", { CHECK_DEAD }, 1, false, false },
    [VERDICT_HERO] = { "爆款", "Hero", { CHECK_SHARE, CHECK_GROWTH }, 2, false, true },
    [VERDICT_SLOW] = { "滞销", "Slow", { CHECK_UNITS, CHECK_TURNOVER }, 2, true, false },
    [VERDICT_WORKHORSE] = { "平销", "Workhorse", { 0 }, 0, false, false },
};

static bool verdict_holds(const struct verdict_row *v, const struct product_health *row)
{
    int held = 0;
    for (int i = 0; i < v->n; i++) held += row->checks.at[v->rests[i]].holds;
    if (v->sales && row->net_sales <= 0) return false;
    return v->any ? held > 0 : held == v->n;
}

static const char *unit_words(const struct ctx *c, const char *unit)
{
    if (unit[0] == '%') return "%";
    bool days = unit[0] == 'd';
    return c->locale == ZH ? days ? " 天" : " 件" : days ? " days" : "";
}

/* "未动销天数 120 天 ≥ 90 天" */
static void check_words(struct ctx *c, struct buf *out, const struct check_row *row,
                        const struct product_check *made)
{
    static const struct {
        const char *code, *yes, *no;
    } signs[] = { { "<=", "≤", ">" }, { ">=", "≥", "<" }, { "<", "<", "≥" }, { ">", ">", "≤" } };
    const char *sign = "", *unit = unit_words(c, row->unit);
    for (i64 i = 0; i < COUNT(signs); i++)
        if (str_eq(made->compare, str_of(signs[i].code)))
            sign = made->holds ? signs[i].yes : signs[i].no;
    if (out->n) buf_add(out, say(c, S("；"), S("; ")));
    buf_fmt(out, "%s ", c->locale == ZH ? row->zh : row->en);
    if (!made->figure.has) {
        bool fresh = row->without;
        buf_add(out, fresh ? say(c, S("无定义（上期没有净销售额，视为增长）"),
                                 S("not defined (no net sales before: counts as growth)"))
                           : say(c, S("无定义"), S("not defined")));
        return;
    }
    buf_fmt(out, "%.*f%s %s %.0f%s", row->decimals, made->figure.value, unit, sign, made->threshold,
            unit);
}

static str reason_of(struct ctx *c, const struct product_health *row)
{
    static const enum check of_others[] = { CHECK_SHARE, CHECK_GROWTH, CHECK_UNITS,
                                            CHECK_TURNOVER };
    const struct verdict_row *v = &verdicts[row->verdict];
    struct buf out = { .arena = c->arena };
    for (int i = 0; i < v->n; i++) {
        const struct product_check *made = &row->checks.at[v->rests[i]];
        if (made->holds) check_words(c, &out, &checks[v->rests[i]], made);
    }
    if (v->n) return buf_str(&out);
    /* why it is none of the others */
    if (row->net_sales <= 0)
        buf_add(&out, say(c, S("本期没有净销售额"), S("no net sales in the period")));
    for (i64 i = 0; i < COUNT(of_others); i++) {
        const struct product_check *made = &row->checks.at[of_others[i]];
        bool of_hero = i < 2;
        if (!made->figure.has || (of_hero && made->holds)) continue;
        check_words(c, &out, &checks[of_others[i]], made);
    }
    return buf_str(&out);
}

static void judge(struct ctx *c, const struct judged *j)
{
    struct product_health *row = j->row;
    row->checks.at = NEWS(c->arena, struct product_check, CHECKS);
    row->checks.n = CHECKS;
    for (int i = 0; i < CHECKS; i++) row->checks.at[i] = check_made(j, &checks[i]);
    for (int v = 0; v < VERDICTS; v++) {
        row->verdict = (enum verdict)v;
        if (verdict_holds(&verdicts[v], row)) break;
    }
    row->reason = reason_of(c, row);
}

/* -- figures of a product ---------------------------------------------------------------------- */

#define Z_95 1.959963984540054 /* the normal distribution's 97.5 % point */

void poisson_limits(i64 n, f64 *low, f64 *high)
{
    f64 up = (f64)n + 1, down = (f64)n;
    f64 a = 1 - 1 / (9 * up) + Z_95 / (3 * sqrt(up));
    f64 b = n > 0 ? 1 - 1 / (9 * down) - Z_95 / (3 * sqrt(down)) : 0;
    *high = up * a * a * a;
    *low = b > 0 ? down * b * b * b : 0;
}

static void sellout_fill(const struct judged *j)
{
    struct product_health *row = j->row;
    i64 n = j->t->sums.recent, days = j->cuts->rate_days.value;
    f64 low, high;
    row->rate = (f64)n / (f64)days;
    if (!row->on_hand.has || n <= 0) return;
    f64 left = (f64)row->on_hand.value;
    poisson_limits(n, &low, &high);
    row->sellout_days = over(left * (f64)days, (f64)n);
    row->sellout_low = over(left * (f64)days, high);
    row->sellout_high = over(left * (f64)days, low);
}

static void stock_fill(struct ctx *c, const struct judged *j)
{
    const struct product_tally *t = j->t;
    struct product_health *row = j->row;
    if (t->has_count) {
        row->on_hand = SOME(count_left(&t->count));
        row->counted_on = day_text(c->arena, (day)t->count.counted_on);
    } else if (t->known.stock.has) {
        row->on_hand = SOME(t->known.stock.value > 0 ? t->known.stock.value : 0);
    }
    row->cost = t->known.cost;
    sellout_fill(j);
    if (!row->on_hand.has) return;
    f64 closing = (f64)row->on_hand.value;
    f64 average = t->has_opening ? ((f64)count_left(&t->opening) + closing) / 2 : closing;
    if (row->net_units > 0)
        row->turnover_days = over(average * (f64)j->period, (f64)row->net_units);
    opt_money each = t->known.cost.has ? t->known.cost : t->known.price;
    money value;
    if (!each.has || !money_times(each.value, row->on_hand.value, &value)) return;
    row->stock_value = SOME(value);
    row->valued_by_price = !t->known.cost.has;
}

static void known_fill(const struct product_tally *t, struct product_health *row)
{
    const struct product_sums *s = &t->sums;
    *row = (struct product_health){ .id = t->known.id,
                                    .shop = t->known.shop,
                                    .code = t->known.code,
                                    .name = t->known.name,
                                    .category = t->known.category,
                                    .orders = s->orders,
                                    .units = s->units,
                                    .returned = s->returned,
                                    .net_units = s->units - s->returned,
                                    .sales = s->sales,
                                    .refund = s->refund,
                                    .net_sales = s->sales - s->refund,
                                    .net_before = s->net_before };
    if (s->net_before > 0) row->growth = some_f64((f64)row->net_sales / (f64)s->net_before - 1);
    if (s->units > 0) row->refund_rate = over((f64)s->returned, (f64)s->units);
}

/* launched_at, else the first sale, else since it is known; never after the last day. */
static day launch_day_of(struct ctx *c, const struct product_tally *t, day to)
{
    day from = zone_day(c->zone, t->known.created_at);
    if (t->known.first_sale.has) from = (day)t->known.first_sale.value;
    if (t->known.launched_at.has) from = zone_day(c->zone, t->known.launched_at.value);
    return from < to ? from : to;
}

static void days_fill(struct ctx *c, struct judged *j, day to)
{
    const struct product_known *k = &j->t->known;
    struct product_health *row = j->row;
    day launch = launch_day_of(c, j->t, to);
    day last = k->last_sale.has ? (day)k->last_sale.value : launch;
    j->on_sale = (i64)to - launch + 1;
    row->days_without_sale = (i64)to - last;
    if (k->first_sale.has) row->first_sale = day_text(c->arena, (day)k->first_sale.value);
    if (k->last_sale.has) row->last_sale = day_text(c->arena, (day)k->last_sale.value);
}

/* -- what to do about stock -------------------------------------------------------------------- */

static void advise(struct ctx *c, const struct judged *j)
{
    struct product_health *row = j->row;
    i64 soon = j->cuts->restock_days.value, cover = j->cuts->cover_days.value;
    if (row->verdict == VERDICT_DEAD && !(row->on_hand.has && row->on_hand.value == 0)) {
        row->advice = ADVICE_CLEAR;
        row->advice_units = row->on_hand;
        row->advice_words =
            row->on_hand.has
                ? str_fmt(c->arena,
                          c->locale == ZH ? "%lld 天没有售出，清仓 %lld 件"
                                          : "no sale for %lld days: clear %lld pieces",
                          (long long)row->days_without_sale, (long long)row->on_hand.value)
                : str_fmt(c->arena,
                          c->locale == ZH ? "%lld 天没有售出；库存未知，请先盘点"
                                          : "no sale for %lld days; count the stock first",
                          (long long)row->days_without_sale);
        return;
    }
    if (!row->sellout_days.has || row->sellout_days.value > (f64)soon) return;
    i64 wanted = (i64)ceil(row->rate * (f64)cover) - row->on_hand.value;
    if (wanted <= 0) return;
    row->advice = ADVICE_RESTOCK;
    row->advice_units = SOME(wanted);
    row->advice_words =
        str_fmt(c->arena,
                c->locale == ZH ? "按最近每天 %.2f 件，%.1f 天售罄；补 %lld 件够卖 %lld 天"
                                : "at %.2f a day sold out in %.1f days: %lld pieces last %lld days",
                row->rate, row->sellout_days.value, (long long)wanted, (long long)cover);
}

/* -- the report -------------------------------------------------------------------------------- */

static int most_sold_first(const void *a, const void *b)
{
    const struct product_health *x = a, *y = b;
    if (x->net_sales != y->net_sales) return x->net_sales > y->net_sales ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static enum err cuts_read(struct ctx *c, const struct product_ask *ask, struct product_ask *out)
{
    static const struct {
        const char *name;
        size_t at;
    } rows[] = {
#define CUT_ROW(T, NAME, R, D, N) { "product." #NAME, offsetof(struct product_ask, NAME) },
        PRODUCT_CUTS(CUT_ROW, product_ask)
#undef CUT_ROW
    };
    *out = *ask;
    for (i64 i = 0; i < COUNT(rows); i++) {
        opt_i64 *cut = (opt_i64 *)(void *)((char *)out + rows[i].at);
        if (!cut->has) {
            cut->has = true;
            TRY(setting_i64(c, rows[i].name, &cut->value));
        } else if (cut->value < -100 || cut->value > 1000000) {
            return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", rows[i].name + 8),
                           "阈值须在 -100 到 1000000 之间",
                           "a threshold lies between -100 and 1,000,000");
        }
    }
    return OK;
}

/* What sold more stands before it: the share of those before is where it comes in. */
static void shares_fill(struct product_health_list *items)
{
    f64 all = 0, before = 0;
    for (i64 i = 0; i < items->n; i++)
        if (items->at[i].net_sales > 0) all += (f64)items->at[i].net_sales;
    for (i64 i = 0; i < items->n && all > 0; i++) {
        struct product_health *row = &items->at[i];
        f64 mine = row->net_sales > 0 ? (f64)row->net_sales : 0;
        row->share = some_f64(mine / all);
        row->share_before = some_f64(before / all);
        before += mine;
    }
}

static str rule_words(struct ctx *c, enum verdict v, const struct product_ask *k)
{
    struct arena *a = c->arena;
    bool zh = c->locale == ZH;
    switch (v) {
    case VERDICT_NEW:
        return str_fmt(a,
                       zh ? "上市（没有上市日期则自首次售出）不超过 %lld 天"
                          : "at most %lld days since launch (no launch date: first sale)",
                       (long long)k->launch_days.value);
    case VERDICT_DEAD:
        return str_fmt(a,
                       zh ? "连续 %lld 天没有售出（从未售出的，自建档起算）"
                          : "no sale for %lld days (never sold: since it is known)",
                       (long long)k->dead_days.value);
    case VERDICT_HERO:
        return str_fmt(a,
                       zh ? "净销售额从高到低，属于合计占 %lld%% 的头部，且比上期增长不低于 %lld%%"
                          : "among the best sellers that make up %lld%% of net sales, and grew by "
                            "%lld%% or more",
                       (long long)k->hero_share.value, (long long)k->hero_growth.value);
    case VERDICT_SLOW:
        return str_fmt(a,
                       zh ? "每 30 天净销少于 %lld 件，或库存周转超过 %lld 天"
                          : "fewer than %lld net units in 30 days, or turnover above %lld days",
                       (long long)k->slow_units.value, (long long)k->slow_turnover.value);
    default:
        return str_copy(a, say(c, S("以上都不是：稳定出货"), S("none of these: sells steadily")));
    }
}

static void rules_fill(struct ctx *c, struct product_report *out)
{
    struct product_rule *at = NEWS(c->arena, struct product_rule, VERDICTS);
    for (int v = 0; v < VERDICTS; v++) {
        const struct verdict_row *row = &verdicts[v];
        at[v].verdict = (enum verdict)v;
        at[v].name = say(c, str_of(row->zh), str_of(row->en));
        at[v].rule = rule_words(c, (enum verdict)v, &out->cuts);
        at[v].thresholds.at = NEWS(c->arena, str, 2);
        for (int i = 0; i < row->n; i++)
            at[v].thresholds.at[at[v].thresholds.n++] = str_of(checks[row->rests[i]].name);
    }
    for (i64 i = 0; i < out->items.n; i++) {
        const struct product_health *p = &out->items.at[i];
        struct product_rule *rule = &at[p->verdict];
        rule->products++;
        rule->net_units += p->net_units;
        rule->net_sales += p->net_sales;
        rule->stock_value += p->stock_value.value;
        rule->by_price += p->stock_value.has && p->valued_by_price;
        rule->without_value += !p->stock_value.has;
    }
    out->rules = (struct product_rule_list){ at, VERDICTS };
}

static str definition_of(struct ctx *c, const struct product_ask *k)
{
    return str_fmt(
        c->arena,
        c->locale == ZH
            ? "已付款订单的商品行，按付款日计；净额已减退款（整单退款按各行剩余金额分摊），整行退款"
              "才算退货。"
              "库存 = 最近一次盘点 - 之后的净销件数（不低于 0）。周转天数 = 期初期末平均库存 × "
              "天数 ÷ "
              "净销件数。可售天数 = 库存 ÷ 最近 %lld 天的日均净销，区间为 95%% 泊松区间（Byar "
              "近似）。"
              "分母为零的不算。"
            : "Lines of paid orders by the day they were paid, less refunds (those of an order are "
              "shared by what is left of each line); pieces come back where a line is refunded for "
              "their price. Stock = last count less net units since, at least 0. Turnover days = "
              "mean "
              "of opening and closing stock x days / net units. Sell-out = stock / mean net units "
              "a "
              "day of the last %lld days, with a 95%% Poisson interval (Byar). What has a zero "
              "below "
              "it is not defined.",
        (long long)k->rate_days.value);
}

static enum err shop_asked(struct ctx *c, str name, i64 *shop)
{
    *shop = 0;
    if (str_empty(name)) return OK;
    TRY(shop_find(c, name, shop));
    if (*shop) return OK;
    return fail_at(c, E_NOT_FOUND, S("/shop"), "没有名为“" STR_FMT "”的店铺",
                   "there is no shop named \"" STR_FMT "\"", STR_ARG(name));
}

/* Tallies stand by id. */
static const struct product_tally *tally_of(const struct product_tally_list *known, i64 id)
{
    i64 low = 0, high = known->n - 1;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (known->at[middle].known.id < id) low = middle + 1;
        else high = middle;
    }
    return &known->at[low];
}

enum err product_report_make(struct ctx *c, const struct product_ask *ask,
                             struct product_report *out)
{
    struct tally_ask tally;
    struct product_tally_list known;
    *out = (struct product_report){ 0 };
    TRY(cuts_read(c, ask, &out->cuts));
    TRY(product_period(c, ask->from, ask->to, &out->from, &out->to));
    i64 days = (i64)out->to - out->from + 1;
    tally = (struct tally_ask){ .before = out->from - (day)days,
                                .from = out->from,
                                .to = out->to,
                                .recent_from = out->to - (day)out->cuts.rate_days.value + 1 };
    TRY(shop_asked(c, ask->shop, &tally.shop));
    TRY(product_tallies(c, &tally, &known));
    TRY(product_behind(c, &out->behind));
    struct product_health *at = NEWS(c->arena, struct product_health, known.n + 1);
    for (i64 i = 0; i < known.n; i++) known_fill(&known.at[i], &at[i]);
    out->items = (struct product_health_list){ at, known.n };
    if (known.n) qsort(at, (size_t)known.n, sizeof *at, most_sold_first);
    shares_fill(&out->items);
    for (i64 i = 0; i < known.n; i++) {
        struct judged j = {
            .t = tally_of(&known, at[i].id), .row = &at[i], .cuts = &out->cuts, .period = days
        };
        days_fill(c, &j, out->to);
        stock_fill(c, &j);
        judge(c, &j);
        advise(c, &j);
    }
    rules_fill(c, out);
    out->definition = definition_of(c, &out->cuts);
    return OK;
}
