/* words.c -- the GMV tree in words: what changed and why, what the figures mean, where to look. */
#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/period.h"
#include "insight/shown.h"
#include "insight/tree/figures.h"

CHOICE_DEFINE(tree_by_whom, "content", "product", "user_operations", "promotion");
CHOICE_DEFINE(tree_side, "people", "goods", "place");
SHAPE_DEFINE(tree_influence);

static const struct {
    const char *zh, *zh_up, *zh_down, *en, *en_up, *en_down;
} factor_words[] = {
    [TREE_USERS] = { "活跃用户", "增加", "减少", "active users", "rose", "fell" },
    [TREE_CONVERSION] = { "下单转化率", "上升", "下降", "conversion to order", "rose", "fell" },
    [TREE_FREQUENCY] = { "下单频次", "上升", "下降", "order frequency", "rose", "fell" },
    [TREE_ORDER_VALUE] = { "下单笔单价", "上升", "下降", "value per order placed", "rose", "fell" },
    [TREE_UNKNOWN_BUYERS] = { "无买家信息的订单", "增加", "减少", "orders without a known buyer",
                              "rose", "fell" },
};

str tree_factor_label(struct ctx *c, enum tree_factor_kind f)
{
    return say(c, str_of(factor_words[f].zh), first_upper(c->arena, str_of(factor_words[f].en)));
}

/* -- the sentence ------------------------------------------------------------------------------ */

struct teller {
    struct ctx *c;
    struct buf out;
    str mark;   /* of the currency */
    str beside; /* what is compared with: "上期" */
};

static void tell(struct teller *t, const char *zh, const char *en)
{
    buf_add(&t->out, str_of(t->c->locale == ZH ? zh : en));
}

/* ¥1,234.50, of its size: the words say whether it is more or less. */
static void tell_amount(struct teller *t, money m)
{
    buf_add(&t->out, t->mark);
    buf_add(&t->out, grouped(t->c->arena, money_text(t->c->arena, m < 0 ? -m : m)));
}

static void tell_signed(struct teller *t, money m)
{
    buf_add(&t->out, m < 0 ? S("−") : S("+"));
    tell_amount(t, m);
}

static void tell_factor(struct teller *t, const struct tree_factor *f)
{
    bool up = f->contribution.value > 0;
    buf_fmt(&t->out, t->c->locale == ZH ? "%s%s" : "%s %s",
            t->c->locale == ZH ? factor_words[f->factor].zh : factor_words[f->factor].en,
            t->c->locale == ZH
                ? (up ? factor_words[f->factor].zh_up : factor_words[f->factor].zh_down)
                : (up ? factor_words[f->factor].en_up : factor_words[f->factor].en_down));
}

/* Factors that moved GMV that way (sign), the strongest first; what is under a twentieth of the
 * strongest of all is not worth a word. */
static i64 movers(const struct gmv_tree *t, int sign, const struct tree_factor *out[])
{
    i64 n = 0;
    money most = 0;
    for (i64 i = 0; i < t->factors.n; i++) {
        money m = t->factors.at[i].contribution.value;
        if (m > most) most = m;
        if (-m > most) most = -m;
    }
    for (i64 i = 0; i < t->factors.n; i++) {
        const struct tree_factor *f = &t->factors.at[i];
        money m = f->contribution.value * sign;
        if (!f->contribution.has || m <= 0 || m < most / 20) continue;
        i64 at = n++;
        for (; at > 0 && out[at - 1]->contribution.value * sign < m; at--) out[at] = out[at - 1];
        out[at] = f;
    }
    return n;
}

static str period_words(struct ctx *c, const struct gmv_tree *t)
{
    day first, last;
    bool same_length = t->to - t->from == t->before_to - t->before_from;
    if (same_length && t->before_to == t->from - 1)
        return say(c, S("上期"), S("the period before"));
    period_year_ago(t->from, t->to, &first, &last);
    if (first == t->before_from && last == t->before_to)
        return say(c, S("去年同期"), S("a year before"));
    return say(c, S("对比期"), S("the period compared with"));
}

static void tell_reasons(struct teller *t, const struct gmv_tree *tree)
{
    const struct tree_factor *with[TREE_FACTORS + 1], *against[TREE_FACTORS + 1];
    int sign = tree->change < 0 ? -1 : 1;
    i64 n = movers(tree, sign, with), m = movers(tree, -sign, against);
    if (n == 0) return;
    for (i64 i = 0; i < n; i++) {
        if (i == 0) tell(t, "：主要因为", ": mainly because ");
        else if (i == 1) tell(t, "，其次", ", then because ");
        else tell(t, "、", ", ");
        tell_factor(t, with[i]);
        tell(t, "（", " (");
        tell_signed(t, with[i]->contribution.value);
        tell(t, "）", ")");
    }
    for (i64 i = 0; i < m; i++) {
        tell(t, i ? "、" : "；", i ? ", " : "; ");
        tell_factor(t, against[i]);
        if (sign < 0) tell(t, "补回 ", " and gave back ");
        else tell(t, "抵消 ", " and took away ");
        tell_amount(t, against[i]->contribution.value);
    }
}

static void tell_balance(struct teller *t, const struct gmv_tree *tree)
{
    const struct tree_factor *up[TREE_FACTORS + 1], *down[TREE_FACTORS + 1];
    i64 n = movers(tree, 1, up), m = movers(tree, -1, down);
    for (i64 i = 0; i < n + m; i++) {
        const struct tree_factor *f = i < n ? up[i] : down[i - n];
        tell(t, i ? "、" : "：", i ? ", " : ": ");
        tell_factor(t, f);
        tell(t, "（", " (");
        tell_signed(t, f->contribution.value);
        tell(t, "）", ")");
    }
    if (n + m) tell(t, "相抵", ", which cancel out");
}

/* Which factors have no value, and why: without users, without buyers. */
enum lack { LACKS_NOTHING, LACKS_USERS, LACKS_BUYERS };
static enum lack lack_of(const struct tree_counts *counts)
{
    if (counts->users == 0) return LACKS_USERS;
    return counts->buyers == 0 ? LACKS_BUYERS : LACKS_NOTHING;
}

static void tell_lack(struct teller *t, str period, enum lack lack)
{
    static const char *const zh[] = { NULL,
                                      "%s没有活跃用户，下单转化率、下单频次、下单笔单价无定义。",
                                      "%s没有买家，下单频次、下单笔单价无定义。" };
    static const char *const en[] = {
        NULL,
        " In %s there were no active users: conversion, frequency and value per order are"
        " not defined.",
        " In %s there were no buyers: frequency and value per order are not defined.",
    };
    const char *text = t->c->locale == ZH ? zh[lack] : en[lack];
    if (!text) return;
    str whole = str_of(text);
    i64 at = str_find(whole, S("%s"));
    buf_add(&t->out, str_sub(whole, 0, at));
    buf_add(&t->out, period);
    buf_add(&t->out, str_sub(whole, at + 2, whole.n));
}

static void tell_undefined(struct teller *t, const struct gmv_tree *tree)
{
    enum lack before = lack_of(tree->before), now = lack_of(tree->now);
    if (before == now) {
        tell_lack(t, say(t->c, S("两期都"), S("both periods")), now);
        return;
    }
    tell_lack(t, t->beside, before);
    tell_lack(t, say(t->c, S("本期"), S("this period")), now);
}

static void tell_change(struct teller *t, const struct gmv_tree *tree)
{
    bool zh = t->c->locale == ZH;
    if (!tree->gmv && !tree->gmv_before) {
        buf_fmt(&t->out,
                zh ? "本期与" STR_FMT "的 GMV 都是 0" : "GMV was 0 in this period and in " STR_FMT,
                STR_ARG(t->beside));
        return;
    }
    tell(t, "GMV ", "GMV ");
    tell_amount(t, tree->gmv);
    if (tree->change == 0) {
        buf_fmt(&t->out, zh ? "，与" STR_FMT "持平" : ", as in " STR_FMT, STR_ARG(t->beside));
        tell_balance(t, tree);
        return;
    }
    if (zh)
        buf_fmt(&t->out, "，比" STR_FMT "%s ", STR_ARG(t->beside), tree->change > 0 ? "多" : "少");
    else buf_add(&t->out, tree->change > 0 ? S(", up ") : S(", down "));
    tell_amount(t, tree->change);
    if (tree->rate.has)
        buf_fmt(&t->out, zh ? "（%s%.1f%%）" : " (%s%.1f%%)", tree->rate.value < 0 ? "−" : "+",
                fabs(tree->rate.value) * 100);
    else if (zh) buf_fmt(&t->out, "（" STR_FMT "为 0）", STR_ARG(t->beside));
    if (!zh)
        buf_fmt(&t->out, tree->rate.has ? " on " STR_FMT : " from 0 in " STR_FMT,
                STR_ARG(t->beside));
    tell_reasons(t, tree);
}

str tree_sentence(struct ctx *c, const struct gmv_tree *tree, str beside)
{
    struct teller t = { .c = c,
                        .out = { .arena = c->arena },
                        .mark = currency_mark(c),
                        .beside = str_or(beside, period_words(c, tree)) };
    tell_change(&t, tree);
    tell(&t, "。", ".");
    tell_undefined(&t, tree);
    return buf_str(&t.out);
}

/* -- what the figures mean --------------------------------------------------------------------- */

str tree_definition(struct ctx *c, const struct tree_ask *ask, const struct gmv_tree *t)
{
    static const char *const zh[] = {
        [TREE_BY_SHOP] = "各店铺的用户都是期间全部活跃用户。",
        [TREE_BY_TOUCHPOINT] = "触点的用户：在该触点有行为或由该触点下单的会员。",
        [TREE_BY_CATEGORY] =
            "品类：金额按各行分摊，一单在每个品类各算一单；各品类的用户都是全部活跃用户。",
        [TREE_BY_SEGMENT] = "分层：会员只算在所列的第一个符合的分层里，其余归“其他”。",
    };
    static const char *const en[] = {
        [TREE_BY_SHOP] = "Users of each shop: all active users of the period. ",
        [TREE_BY_TOUCHPOINT] = "Users of a touchpoint: members who did anything there or ordered"
                               " through it. ",
        [TREE_BY_CATEGORY] = "Category: an order's amount is parted by the amounts of its lines,"
                             " and it counts once in each of its categories; users of each: all"
                             " active users of the period. ",
        [TREE_BY_SEGMENT] = "Segment: a member counts in the first of those listed that holds;"
                            " everybody else is \"other\". ",
    };
    struct buf b = { .arena = c->arena };
    buf_add(&b, say(c,
                    S("GMV：期间内下单的全部订单金额（含运费，含未付款、已取消，未扣退款）。"
                      "GMV = 活跃用户 × 下单转化率（买家/用户）× 下单频次（订单/买家）× 下单笔单价"
                      "（GMV/"
                      "订单），都按下单算，与按支付算的转化率、购买频次、笔单价不同。活跃用户：期间"
                      "内有任何行为或下过单的会员。没有买家信息的订单另列一行，"
                      "与各因子的贡献相加等于总变化。贡献用对数平均迪氏指数分解（LMDI-I，加法），精"
                      "确到分；一端为 0 的因子取极限值，分母为 0 的因子无定义。"),
                    S("GMV: all orders placed in the period, postage included, also unpaid and"
                      " cancelled ones, before refunds. GMV = active users x conversion to order"
                      " (buyers / users) x order frequency (orders / buyers) x value per order"
                      " placed (GMV / orders), all of orders placed, not paid. Active users: "
                      "members who did anything or ordered in the period."
                      " Orders without a known buyer stand in a row of their own, added to the"
                      " contributions. Contributions: additive logarithmic mean Divisia index"
                      " (LMDI-I), to the cent; a factor that is 0 at one end takes its limit, one"
                      " whose denominator is 0 is not defined. ")));
    if (ask->by != TREE_BY_NOTHING)
        buf_add(&b, str_of(c->locale == ZH ? zh[ask->by] : en[ask->by]));
    buf_fmt(&b,
            c->locale == ZH ? "对比 " STR_FMT " 至 " STR_FMT "；时区 %s。"
                            : "Compared with " STR_FMT " to " STR_FMT "; zone %s.",
            STR_ARG(day_text(c->arena, t->before_from)), STR_ARG(day_text(c->arena, t->before_to)),
            zone_name(c->zone));
    return buf_str(&b);
}

/* -- where to look ----------------------------------------------------------------------------- */

#define LITERAL(TEXT)          \
    {                          \
        TEXT, sizeof(TEXT) - 1 \
    }
#define LOOK(FACTOR, BY, SIDE, ZH, EN, PAGE, ...)                                         \
    {                                                                                     \
        .factor = TREE_##FACTOR, .by = TREE_##BY, .side = TREE_##SIDE, .zh = LITERAL(ZH), \
        .en = LITERAL(EN), .page = LITERAL(PAGE), .metric = {                             \
            __VA_ARGS__                                                                   \
        }                                                                                 \
    }
#define METRIC(NAME) NAME, sizeof(NAME) - 1
static const struct tree_influence influences[] = {
    LOOK(USERS, CONTENT, PLACE, "种草内容的发布量与触达：哪个触点带来的人少了",
         "Posts and their reach: which touchpoint brings fewer people",
         "/actives?by=prop:touchpoint"),
    LOOK(USERS, PRODUCT, GOODS, "新品上市与引流品的浏览", "Launches, and views of traffic products",
         "/actives?event=Product+Viewed", METRIC("viewers")),
    LOOK(USERS, USER_OPERATIONS, PEOPLE, "老会员留存与沉睡会员唤回",
         "Retention, and winning back the dormant", "/retention", METRIC("active")),
    LOOK(USERS, PROMOTION, PLACE, "投放、裂变与入会礼带来的新会员",
         "New members by campaigns, invitations and joining gifts", "/joining",
         METRIC("new_members")),
    LOOK(CONVERSION, CONTENT, PLACE, "商品页与直播、买家秀：看了不加购的人",
         "Product pages, live shows, reviews: who looks and does not add", "/funnel",
         METRIC("conversion")),
    LOOK(CONVERSION, PRODUCT, GOODS, "缺货、断码与价格竞争力",
         "Out of stock, sizes, price against rivals", "/products"),
    LOOK(CONVERSION, USER_OPERATIONS, PEOPLE, "加购未买的会员：一对一跟进与社群答疑",
         "Members who added and did not buy: follow up, answer in groups",
         "/segments/new?text=did%28%22Product+Added%22%2C+7d%29+%3E%3D+1+and+orders%287d%29+%3D+0",
         METRIC("cart_abandonment")),
    LOOK(CONVERSION, PROMOTION, PLACE, "优惠门槛与限时活动的力度",
         "Thresholds and strength of offers", "/funnel", METRIC("payment_rate")),
    LOOK(FREQUENCY, CONTENT, PLACE, "复购提醒与用法内容", "Reminders and how-to content",
         "/retention", METRIC("returning_buyers")),
    LOOK(FREQUENCY, PRODUCT, GOODS, "消耗品周期、关联与替换装",
         "Cycles of consumables, what goes with it, refills", "/cross"),
    LOOK(FREQUENCY, USER_OPERATIONS, PEOPLE, "会员等级、积分与任务是否拉动再买",
         "Whether tiers, points and tasks bring them again", "/programme", METRIC("repeat_rate")),
    LOOK(FREQUENCY, PROMOTION, PLACE, "复购券与会员日",
         "Coupons for the next purchase, members' days", "/mall"),
    LOOK(ORDER_VALUE, CONTENT, PLACE, "搭配与套装推荐", "Sets and what to wear with it", "/cross",
         METRIC("units_per_order")),
    LOOK(ORDER_VALUE, PRODUCT, GOODS, "品类结构与高价品占比",
         "Mix of categories, share of high prices", "/gmv-tree?by=category", METRIC("unit_price")),
    LOOK(ORDER_VALUE, USER_OPERATIONS, PEOPLE, "高价值会员的专属服务与升级",
         "Service and upgrades for the best members", "/rfm", METRIC("high_value_share")),
    LOOK(ORDER_VALUE, PROMOTION, PLACE, "满减门槛与折扣深度",
         "Spend thresholds and depth of discounts", "/orders", METRIC("aov")),
};

/* Of the factor that hurt most (or helped least) first. */
void tree_influences(struct ctx *c, const struct gmv_tree *t, struct tree_influence_list *out)
{
    int order[TREE_FACTORS];
    for (int f = 0; f < TREE_FACTORS; f++) {
        int at = f;
        for (; at > 0 && t->factors.at[order[at - 1]].contribution.value >
                             t->factors.at[f].contribution.value;
             at--)
            order[at] = order[at - 1];
        order[at] = f;
    }
    for (int k = 0; k < TREE_FACTORS; k++)
        for (i64 i = 0; i < COUNT(influences); i++)
            if ((int)influences[i].factor == order[k]) *PUSH(c->arena, out) = influences[i];
}
