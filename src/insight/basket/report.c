/* report.c -- the report of rules: what was asked, checked; rules by name; how they were made. */
#include "base/clock.h"
#include "insight/basket/inside.h"

SHAPE_DEFINE(basket_ask);
SHAPE_DEFINE(basket_rule);
SHAPE_DEFINE(basket_report);

#define SUPPORT_FALLBACK    0.01
#define CONFIDENCE_FALLBACK 0.2
#define SHOWN_FALLBACK      100
#define SHOWN_MAX           10000

static enum err check_ask(struct ctx *c, const struct basket_ask *in, enum basket_of *of)
{
    int kind = str_empty(in->of) ? BASKET_OF_PRODUCT : choice_find(&basket_of_choice, in->of);
    if (in->support.has && !(in->support.value > 0 && in->support.value <= 1))
        return fail_at(c, E_INVALID, S("/support"), "支持度要大于 0、至多 1，如 0.01",
                       "support lies above 0 and is at most 1, such as 0.01");
    if (in->confidence.has && !(in->confidence.value >= 0 && in->confidence.value <= 1))
        return fail_at(c, E_INVALID, S("/confidence"), "置信度在 0 到 1 之间，如 0.25",
                       "confidence lies between 0 and 1, such as 0.25");
    if (in->max_items.has &&
        (in->max_items.value < RULE_ITEMS_FEW || in->max_items.value > RULE_ITEMS_MAX))
        return fail_at(c, E_INVALID, S("/max_items"), "max_items 为 %d 到 %d（两边合计）",
                       "max_items is %d to %d, both sides together", RULE_ITEMS_FEW,
                       RULE_ITEMS_MAX);
    if (kind < 0)
        return fail_at(c, E_INVALID, S("/of"), "of 是 product（商品）或 category（品类）",
                       "of is product or category");
    *of = (enum basket_of)kind;
    return OK;
}

static bool has_item(const struct rule *r, const struct baskets *b, str name)
{
    for (i64 i = 0; i < r->n; i++)
        if (str_eq(b->names.at[r->items[i]], name)) return true;
    return false;
}

static void rule_show(struct ctx *c, const struct baskets *b, const struct rule *r, bool approach,
                      struct basket_rule *out)
{
    *out = (struct basket_rule){ .rhs = b->names.at[r->items[r->right]],
                                 .support = (f64)r->count / (f64)b->n,
                                 .confidence = r->confidence,
                                 .lift = r->lift,
                                 .count = r->count,
                                 .lhs_count = r->left_count,
                                 .rhs_count = r->right_count };
    out->lhs.at = NEWS(c->arena, str, r->n);
    for (i64 i = 0; i < r->n; i++)
        if (i != r->right) out->lhs.at[out->lhs.n++] = b->names.at[r->items[i]];
    if (approach) out->approach = bought_text(c, out->lhs.at, out->lhs.n, out->rhs);
}

static enum err make(struct ctx *c, const struct baskets *b, const struct basket_ask *in, i64 limit,
                     bool orders, struct basket_report *out)
{
    struct item_sets sets;
    struct rules rules;
    f64 support = in->support.has ? in->support.value : SUPPORT_FALLBACK;
    f64 confidence = in->confidence.has ? in->confidence.value : CONFIDENCE_FALLBACK;
    i64 most = in->max_items.has ? in->max_items.value : RULE_ITEMS_MAX;
    bool categories = str_eq(in->of, S("category"));
    i64 least = baskets_least(support, b->n);
    TRY(item_sets_find(c, b, least, most, &sets));
    TRY(rules_of(c, b, &sets, confidence, &rules));
    out->baskets = b->n;
    out->items = b->names.n;
    out->item_sets = sets.n;
    out->left_out = b->left_out;
    out->rules.at =
        NEWS(c->arena, struct basket_rule, (limit && limit < rules.n ? limit : rules.n) + 1);
    for (i64 i = 0; i < rules.n; i++) {
        if (in->item.n && !has_item(&rules.at[i], b, in->item)) continue;
        if (!limit || out->rules.n < limit)
            rule_show(c, b, &rules.at[i], orders && !categories, &out->rules.at[out->rules.n++]);
        out->total++;
    }
    str from = !orders
                   ? say(c, S("文件里每行一个购物篮"), S("Each line of the file is a basket"))
                   : say(c, S("一次购买（已付款、净额大于 0）是一个购物篮，退回或全额退款的行不算"),
                         S("A purchase (paid, net above zero) is a basket, without lines given "
                           "back or refunded whole"));
    out->how = str_fmt(
        c->arena,
        c->locale == ZH ? STR_FMT
            "；支持度 = 同时含全部商品的购物篮占比，至少 %g（%lld 个购物篮）；置信度 = "
            "含左边的购物篮里"
            "也含右边的占比，至少 %g；提升度 = 置信度 ÷ 含右边的购物篮占比，大于 1 "
            "才是互相带动；右边一件，两边合计至多 %lld 件；按提升度、置信度、支持度、名称排序。"
                        : STR_FMT
            "; support: share of baskets with all items, at least %g (%lld "
            "baskets); confidence: of baskets with the left side those with the right, at "
            "least %g; lift: confidence / share of baskets with the right side, above 1 they go "
            "together; one item on the right, at most %lld on both sides; by lift, confidence, "
            "support, name.",
        STR_ARG(from), support, (long long)least, confidence, (long long)most);
    return OK;
}

enum err basket_report_of(struct ctx *c, const struct baskets *b, const struct basket_ask *in,
                          i64 limit, struct basket_report *out)
{
    i64 began = clock_mono_us();
    enum basket_of of;
    *out = (struct basket_report){ 0 };
    TRY(check_ask(c, in, &of));
    TRY(make(c, b, in, limit, false, out));
    out->took_ms = ms_since(began);
    return OK;
}

enum err basket_report_all(struct ctx *c, const struct basket_ask *in, i64 limit,
                           struct basket_report *out)
{
    i64 began = clock_mono_us();
    struct basket_filter f = { 0 };
    struct baskets b;
    struct member_set set;
    *out = (struct basket_report){ 0 };
    TRY(check_ask(c, in, &f.of));
    TRY(basket_period(c, in->from, in->to, &f.from, &f.until));
    TRY(basket_shop(c, in->shop, &f.shop));
    if (!str_empty(str_trim(in->segment))) {
        const struct segment_node *tree;
        const struct view *view;
        TRY(segment_parse(c, in->segment, &tree));
        TRY(audience_view(c, 0, &view));
        TRY(segment_set(c, view, tree, c->now, &set));
        f.members = &set;
    }
    TRY(baskets_of_orders(c, &f, &b));
    TRY(make(c, &b, in, limit, true, out));
    out->took_ms = ms_since(began);
    return OK;
}

enum err basket_report_make(struct ctx *c, const struct basket_ask *in, struct basket_report *out)
{
    i64 limit;
    TRY(basket_limit(c, in->limit, SHOWN_MAX, SHOWN_FALLBACK, &limit));
    return basket_report_all(c, in, limit, out);
}
