/* table.c -- all metrics: what each means, how it is made, what it can be cut by. */
#include "audience/language/language.h"
#include "base/num.h"
#include "insight/metric/inside.h"
#include "insight/period.h"

CHOICE_DEFINE(metric_unit, "money", "count", "ratio", "times", "days");
CHOICE_DEFINE(metric_better, "more", "less", "neither");
SHAPE_DEFINE(metric_view);

#define IS(A)       METRIC_IS, MEASURE_##A, MEASURE_##A
#define MINUS(A, B) METRIC_MINUS, MEASURE_##A, MEASURE_##B
#define OVER(A, B)  METRIC_OVER, MEASURE_##A, MEASURE_##B
#define REST(A, B)  METRIC_REST, MEASURE_##A, MEASURE_##B

#define REPURCHASE(DAYS)                                                                         \
    {                                                                                            \
        "repurchase_" #DAYS, #DAYS " 天复购率", "Repurchase rate, " #DAYS " days", METRIC_RATIO, \
            METRIC_MORE, OVER(BACK_##DAYS, SEEN_##DAYS), CUT_ORDERS,                             \
            "首次购买在这段时间、且此后已满 " #DAYS " 天的会员中，" #DAYS                        \
            " 天内再次购买的占比；同一天的第二单也算",                                           \
            "Of members whose first purchase lies in the period and was more than " #DAYS        \
            " days ago: the share who purchased again within " #DAYS                             \
            " days; a second order of the same day counts",                                      \
            #DAYS " 天内再次购买的人数 ÷ 首购已满 " #DAYS " 天的人数",                           \
            "purchased again within " #DAYS " days / first purchase was more than " #DAYS        \
            " days ago"                                                                          \
    }

const struct metric metrics[] = {
    /* sales */
    { "gmv", "成交总额（GMV）", "GMV", METRIC_MONEY, METRIC_MORE, IS(GMV), CUT_ORDERS,
      "这段时间下的订单的应付总额，含未付款、已取消、已退款的",
      "Total due of orders placed in the"
      " period; unpaid, cancelled and refunded ones are inside",
      "下单订单的应付金额之和", "sum of totals of orders placed" },
    { "sales", "支付金额", "Sales paid", METRIC_MONEY, METRIC_MORE, IS(PAID), CUT_ORDERS,
      "这段时间支付的金额，以来源所写为准，退款不减（有的来源所写已减去退款）",
      "Amount paid in the period as the sources state it; refunds are not taken off (some sources"
      " state it after refunds)",
      "按支付日的支付金额之和", "sum of paid, by day of payment" },
    { "sales_gross", "退款前支付金额", "Sales before refunds", METRIC_MONEY, METRIC_MORE, IS(GROSS),
      CUT_ORDERS, "这段时间支付的金额，来源已减去的退款加回",
      "Amount paid in the period, refunds that a source had taken off put back",
      "支付金额 + 来源已减去的退款", "paid + refunds the source left out" },
    { "refund", "退款金额", "Refunds", METRIC_MONEY, METRIC_LESS, IS(REFUND), CUT_ORDERS,
      "这段时间退出去的金额，按退款那天计；来源没有写退款日的，按完成日（没有则支付日、下单日）",
      "Given back in the period, on the day of the refund; where a source tells none, on the day"
      " the order was completed (else paid, else placed)",
      "按退款日的退款金额之和", "sum of refunds, by day of refund" },
    { "net_sales", "净销售额", "Net sales", METRIC_MONEY, METRIC_MORE, IS(NET), CUT_ORDERS,
      "这段时间支付的（退款前）减去这段时间退出去的",
      "Paid in the period (before refunds) less"
      " what was given back in the period",
      "退款前支付金额 - 退款金额", "gross - refunds" },
    { "refund_rate", "退款率（金额）", "Refund rate by amount", METRIC_RATIO, METRIC_LESS,
      OVER(REFUND, GROSS), CUT_ORDERS, "这段时间退款金额与同期支付金额（退款前）之比",
      "Refunds of the period to what was paid in it before refunds", "退款金额 ÷ 退款前支付金额",
      "refunds / gross" },
    { "refunded_orders", "退款订单数", "Orders refunded", METRIC_COUNT, METRIC_LESS,
      IS(REFUNDED_ORDERS), CUT_ORDERS, "第一次退款在这段时间的订单数",
      "Orders whose first refund lies in the period", "按首次退款日的订单数",
      "orders by day of their first refund" },
    { "refund_order_rate", "退款率（订单）", "Refund rate by orders", METRIC_RATIO, METRIC_LESS,
      OVER(REFUNDED_ORDERS, ORDERS), CUT_ORDERS, "退款订单数与支付订单数之比",
      "Orders refunded to orders paid in the period", "退款订单数 ÷ 支付订单数",
      "orders refunded / orders paid" },
    /* orders */
    { "placed", "下单数", "Orders placed", METRIC_COUNT, METRIC_MORE, IS(PLACED), CUT_ORDERS,
      "这段时间下的订单，不论后来如何；负数订单（退货单）不算",
      "Orders placed in the period, whatever became of them; credit notes are none",
      "按下单日的订单数", "orders by day of placing" },
    { "placers", "下单人数", "Members who ordered", METRIC_COUNT, METRIC_MORE, IS(PLACERS),
      CUT_ORDERS, "这段时间下过单的不同会员，不论付款、取消与否；没有买家信息的订单不算",
      "Different members who placed an order in the period, paid or not; orders without a known"
      " buyer have none",
      "去重的下单会员数", "different members with an order placed" },
    { "known_placed", "会员下单数", "Orders placed by members", METRIC_COUNT, METRIC_MORE,
      IS(KNOWN_PLACED), CUT_ORDERS, "这段时间下的订单中，有买家信息的",
      "Orders placed in the period whose buyer is known", "有买家信息的下单数",
      "orders placed, of known buyers" },
    { "known_gmv", "会员成交总额", "GMV of members", METRIC_MONEY, METRIC_MORE, IS(KNOWN_GMV),
      CUT_ORDERS, "成交总额（GMV）中有买家信息的订单的金额",
      "That part of GMV whose buyers are known", "有买家信息的下单订单的应付金额之和",
      "sum of totals of orders placed, of known buyers" },
    { "unknown_gmv", "无买家信息的成交额", "GMV without a known buyer", METRIC_MONEY,
      METRIC_NEITHER, MINUS(GMV, KNOWN_GMV), CUT_SHOP | CUT_TOUCHPOINT | CUT_CATEGORY,
      "成交总额（GMV）中没有买家信息的订单的金额，GMV 拆解里单列",
      "That part of GMV whose buyers are not known; a row of its own in the GMV tree",
      "成交总额 - 会员成交总额", "GMV - GMV of members" },
    { "order_value", "下单笔单价", "Value per order placed", METRIC_MONEY, METRIC_MORE,
      OVER(KNOWN_GMV, KNOWN_PLACED), CUT_ORDERS,
      "平均每笔会员下单的应付金额；按下单算，与按支付算的笔单价不同。GMV 拆解的因子之一",
      "Total due per order placed by members; of orders placed, unlike the average order value,"
      " which is of orders paid. A factor of the GMV tree",
      "会员成交总额 ÷ 会员下单数", "GMV of members / orders placed by members" },
    { "order_frequency", "下单频次", "Order frequency", METRIC_TIMES, METRIC_MORE,
      OVER(KNOWN_PLACED, PLACERS), CUT_ORDERS,
      "平均每位下单会员下几单；按下单算，与按支付算的购买频次不同。GMV 拆解的因子之一",
      "Orders placed per member who ordered; of orders placed, unlike the purchase frequency, which"
      " is of orders paid. A factor of the GMV tree",
      "会员下单数 ÷ 下单人数", "orders placed by members / members who ordered" },
    { "orders", "支付订单数", "Orders paid", METRIC_COUNT, METRIC_MORE, IS(ORDERS), CUT_ORDERS,
      "这段时间支付的订单数；退了款的也算", "Orders paid in the period, also those refunded later",
      "按支付日的订单数", "orders by day of payment" },
    { "payment_rate", "下单支付率", "Paid of placed", METRIC_RATIO, METRIC_MORE,
      OVER(ORDERS, PLACED), CUT_ORDERS, "支付订单数与下单数之比",
      "Orders paid to orders placed in the period", "支付订单数 ÷ 下单数",
      "orders paid / orders placed" },
    { "units", "销售件数", "Units", METRIC_COUNT, METRIC_MORE, IS(UNITS), CUT_ORDERS,
      "支付订单里的件数", "Pieces of the orders paid in the period", "支付订单的件数之和",
      "sum of pieces of orders paid" },
    { "aov", "笔单价（平均订单金额）", "Average order value", METRIC_MONEY, METRIC_MORE,
      OVER(PAID, ORDERS), CUT_ORDERS, "平均每笔支付订单的金额", "Paid per order paid",
      "支付金额 ÷ 支付订单数", "paid / orders paid" },
    { "per_buyer", "客单价", "Sales per buyer", METRIC_MONEY, METRIC_MORE, OVER(PAID, BUYERS),
      CUT_ORDERS, "平均每位购买会员的支付金额；未识别买家的订单也在分子里",
      "Paid per different buyer; orders without a known buyer are in the sum",
      "支付金额 ÷ 购买人数", "paid / buyers" },
    { "unit_price", "件单价", "Price per unit", METRIC_MONEY, METRIC_NEITHER, OVER(PAID, UNITS),
      CUT_ORDERS, "平均每件的支付金额", "Paid per piece", "支付金额 ÷ 销售件数", "paid / units" },
    { "units_per_order", "连带率", "Units per order", METRIC_TIMES, METRIC_MORE,
      OVER(UNITS, ORDERS), CUT_ORDERS, "平均每笔支付订单的件数", "Pieces per order paid",
      "销售件数 ÷ 支付订单数", "units / orders paid" },
    /* buyers */
    { "buyers", "购买人数", "Buyers", METRIC_COUNT, METRIC_MORE, IS(BUYERS), CUT_ORDERS,
      "这段时间有购买（支付且未全退）的不同会员",
      "Different members with a purchase (paid, and not refunded whole) in the period",
      "去重的购买会员数", "different members with a purchase" },
    { "new_buyers", "新客数", "New buyers", METRIC_COUNT, METRIC_MORE, IS(NEW_BUYERS), CUT_ORDERS,
      "有史以来第一次购买在这段时间的会员，计入那一单的店铺、触点与品类",
      "Members whose first purchase of all lies in the period, counted in the shop, touchpoint and"
      " category of that purchase",
      "首次购买在这段时间的会员数", "members by day of their first purchase" },
    { "returning_buyers", "老客数", "Returning buyers", METRIC_COUNT, METRIC_MORE,
      MINUS(BUYERS, NEW_BUYERS), CUT_ORDERS, "购买会员中不是第一次购买的",
      "Buyers of the period who are not new", "购买人数 - 新客数", "buyers - new buyers" },
    { "new_buyer_share", "新客占比", "Share of new buyers", METRIC_RATIO, METRIC_NEITHER,
      OVER(NEW_BUYERS, BUYERS), CUT_ORDERS, "购买会员中新客的占比", "New among the buyers",
      "新客数 ÷ 购买人数", "new buyers / buyers" },
    { "purchase_frequency", "购买频次", "Purchase frequency", METRIC_TIMES, METRIC_MORE,
      OVER(ORDERS, BUYERS), CUT_ORDERS,
      "支付订单数与购买人数之比；未识别买家的订单、后来全退的订单也在分子里",
      "Orders paid per buyer; orders without a known buyer, and those refunded whole, are among the"
      " orders",
      "支付订单数 ÷ 购买人数", "orders paid / buyers" },
    { "repeat_rate", "期内复购率", "Repeat rate of the period", METRIC_RATIO, METRIC_MORE,
      OVER(REPEAT_BUYERS, BUYERS), CUT_ORDERS, "这段时间购买两次及以上的会员占购买会员的比例",
      "Buyers with two purchases or more in the period, of all buyers of it",
      "期内购买两次及以上的人数 ÷ 购买人数", "buyers with two purchases or more / buyers" },
    REPURCHASE(30),
    REPURCHASE(60),
    REPURCHASE(90),
    REPURCHASE(365),
    { "ltv", "累计客户价值（LTV）", "LTV to date", METRIC_MONEY, METRIC_MORE,
      OVER(COHORT_NET, NEW_BUYERS), CUT_ORDERS,
      "首次购买在这段时间的会员，到现在为止全部订单的净额，人均",
      "Net of all orders up to now of the members whose first purchase lies in the period, per"
      " member",
      "新客至今的净额 ÷ 新客数", "net to date of the new buyers / new buyers" },
    /* members */
    { "new_members", "新增会员", "New members", METRIC_COUNT, METRIC_MORE, IS(NEW_MEMBERS),
      CUT_TOUCHPOINT | CUT_MEMBER, "第一次出现在这段时间的会员；触点是第一次出现的触点",
      "Members first seen in the period; a touchpoint is the one where he was first seen",
      "按首次出现日的会员数", "members by day first seen" },
    { "members", "会员总数", "Members", METRIC_COUNT, METRIC_MORE, IS(MEMBERS),
      CUT_TOUCHPOINT | CUT_MEMBER, "到这段时间结束时已有的会员（不含已合并、已删除的）",
      "Members known at the end of the period, without merged and erased ones", "期末会员数",
      "members at the end" },
    /* behaviour */
    { "reached", "活跃用户", "Active users", METRIC_COUNT, METRIC_MORE, IS(REACHED),
      CUT_TOUCHPOINT | CUT_MEMBER,
      "这段时间有任何行为或下过单的不同会员；触点：在该触点有行为或由该触点下单的。GMV "
      "拆解的因子之一",
      "Different members who did anything or placed an order in the period; of a touchpoint: did"
      " something there or ordered through it. A factor of the GMV tree",
      "去重的有行为或下过单的会员数", "different members with behaviour or an order placed" },
    { "order_conversion", "下单转化率", "Conversion to order", METRIC_RATIO, METRIC_MORE,
      OVER(PLACERS, REACHED), CUT_ORDERS,
      "活跃用户中下过单的占比；某个店铺或品类的，以全部活跃用户为分母。GMV 拆解的因子之一",
      "Of the active users, those who placed an order; of a shop or category, by all active users."
      " A factor of the GMV tree",
      "下单人数 ÷ 活跃用户", "members who ordered / active users" },
    { "active", "活跃会员", "Active members", METRIC_COUNT, METRIC_MORE, IS(ACTIVE), CUT_MEMBER,
      "这段时间有任何行为（外部传入的行为、下单、支付、加入社群）的不同会员",
      "Different members with any behaviour in the period: events from outside, placing and paying"
      " orders, joining a community",
      "去重的活跃会员数", "different members with behaviour" },
    { "viewers", "浏览人数", "Viewers", METRIC_COUNT, METRIC_MORE, IS(VIEWERS), CUT_MEMBER,
      "这段时间看过商品（Product Viewed）的不同会员",
      "Different members who viewed a product (Product Viewed)", "去重的浏览会员数",
      "different members who viewed" },
    { "conversion", "浏览支付转化率", "Conversion, view to order", METRIC_RATIO, METRIC_MORE,
      OVER(VIEWERS_BOUGHT, VIEWERS), CUT_MEMBER, "浏览会员中，同一段时间内付了款的占比",
      "Of the viewers, those who paid an order in the same period", "浏览且付款的人数 ÷ 浏览人数",
      "viewers who paid / viewers" },
    { "carters", "加购人数", "Members who added to cart", METRIC_COUNT, METRIC_MORE, IS(CARTERS),
      CUT_MEMBER, "这段时间加过购物车（Product Added）的不同会员",
      "Different members who added to the cart (Product Added)", "去重的加购会员数",
      "different members who added" },
    { "cart_abandonment", "加购流失率", "Cart abandonment", METRIC_RATIO, METRIC_LESS,
      REST(CARTERS_BOUGHT, CARTERS), CUT_MEMBER, "加购会员中，同一段时间内没有付款的占比",
      "Of those who added to the cart, those who paid no order in the same period",
      "1 - 加购且付款的人数 ÷ 加购人数", "1 - carters who paid / carters" },
    /* touchpoints, as they tell it themselves */
    { "new_followers", "新增粉丝", "New followers", METRIC_COUNT, METRIC_MORE, IS(NEW_FOLLOWERS),
      CUT_TOUCHPOINT, "登记的各触点每天新增的粉丝，减去取消关注的",
      "Followers that the touchpoints gained each day as entered, less those who left",
      "新增粉丝之和", "sum of the entries" },
    { "followers", "粉丝数", "Followers", METRIC_COUNT, METRIC_MORE, IS(FOLLOWERS), CUT_TOUCHPOINT,
      "到这段时间结束时的粉丝：登记过的新增粉丝累计；第一次登记时把当时已有的一并填上",
      "Followers at the end of the period: all entries up to then; the first one brings those there"
      " were",
      "至期末的新增粉丝之和", "sum of the entries up to the end" },
    /* cost */
    { "cost", "推广花费", "Cost", METRIC_MONEY, METRIC_LESS, IS(COST), CUT_TOUCHPOINT,
      "登记的各触点每天的花费", "What was entered as spent on the touchpoints each day", "花费之和",
      "sum of the entries" },
    { "cac", "获客成本（CAC）", "Cost per new buyer", METRIC_MONEY, METRIC_LESS,
      OVER(COST, NEW_BUYERS), CUT_TOUCHPOINT, "平均每位新客的花费", "Cost per new buyer",
      "花费 ÷ 新客数", "cost / new buyers" },
    { "roi", "投入产出比（ROI）", "Return on cost", METRIC_TIMES, METRIC_MORE, OVER(NET, COST),
      CUT_TOUCHPOINT, "每花 1 元带来的净销售额", "Net sales for each unit spent", "净销售额 ÷ 花费",
      "net / cost" },
    { "payback", "回本周期", "Payback", METRIC_DAYS, METRIC_LESS, METRIC_PAYS, MEASURE_COST,
      MEASURE_COHORT_NET, CUT_TOUCHPOINT,
      "按新客首购至今的日均净额，多少天赚回获客成本；按净销售额计，不是毛利",
      "Days in which a new buyer brings back what he cost, at the net a day that these buyers have"
      " brought since their first purchase; of net sales, not of margin",
      "获客成本 ÷（新客至今的净额 ÷ 首购至今的总天数），向上取整",
      "cost per new buyer / (net to date / days since the first purchases), rounded up" },
    /* value */
    { "high_value_share", "高价值会员销售占比", "Share of sales to high-value members",
      METRIC_RATIO, METRIC_MORE, OVER(PAID_HIGH, PAID), CUT_ORDERS,
      "支付金额中，现在属于“高价值”（RFM 三项都高）的会员所占的比例",
      "Of what was paid, the share of members who are of high value now (R, F and M all high)",
      "高价值会员的支付金额 ÷ 支付金额", "paid by members of high value / paid" },
    { "points_outstanding", "未使用积分", "Points outstanding", METRIC_COUNT, METRIC_NEITHER,
      IS(POINTS), 0, "到期末会员手里的积分，减去会员欠的；待生效的不计",
      "What members have at the end of the period, less what they owe; pending points are not in "
      "it",
      "期末未使用积分", "points outstanding at the end" },
    { "points_liability", "积分负债", "Points liability", METRIC_MONEY, METRIC_LESS,
      IS(POINTS_VALUE), 0, "未使用积分按设置的价值折成的金额",
      "Points outstanding at the worth that the settings give them",
      "未使用积分 × 100 积分的价值 ÷ 100", "points outstanding x worth of 100 / 100" },
    { 0 },
};

enum err metric_find(struct ctx *c, str name, const struct metric **out)
{
    strs names = { 0 };
    for (*out = metrics; (*out)->name; (*out)++) {
        if (str_eq(name, str_of((*out)->name))) return OK;
        *PUSH(c->arena, &names) = str_of((*out)->name);
    }
    str near = name_nearest(c->arena, name, names);
    if (near.at)
        return fail_at(c, E_NOT_FOUND, S("/name"),
                       "没有“" STR_FMT "”这个指标，是“" STR_FMT "”吗？全部见 GET /v1/metrics",
                       "there is no metric \"" STR_FMT "\": \"" STR_FMT
                       "\"? GET /v1/metrics lists all",
                       STR_ARG(name), STR_ARG(near));
    return fail_at(c, E_NOT_FOUND, S("/name"), "没有“" STR_FMT "”这个指标；全部见 GET /v1/metrics",
                   "there is no metric \"" STR_FMT "\"; GET /v1/metrics lists all", STR_ARG(name));
}

/* -- values ------------------------------------------------------------------------------------ */

#define MILLION ((i64)1000000)

/* a / b in millionths, half away from zero. */
static i64 ratio_of(i64 a, i64 b)
{
    __int128 n = (__int128)a * MILLION;
    return (i64)((n + (n >= 0 ? b / 2 : -(b / 2))) / b);
}

/* Cost per new buyer over what one of them has brought a day since his first purchase, in whole
 * days, rounded up. */
static opt_i64 payback_of(const struct metric_totals *t)
{
    __int128 each = (__int128)t->of[MEASURE_NEW_BUYERS] * t->of[MEASURE_COHORT_NET],
             cost = (__int128)t->of[MEASURE_COST] * t->of[MEASURE_COHORT_DAYS];
    if (each <= 0 || cost <= 0) return NONE;
    return SOME((i64)((cost + each - 1) / each));
}

opt_i64 metric_value(const struct metric *m, const struct metric_totals *t)
{
    i64 a = t->of[m->a], b = t->of[m->b];
    switch (m->form) {
    case METRIC_IS: return SOME(a);
    case METRIC_MINUS: return SOME(a - b);
    case METRIC_REST: return b > 0 ? SOME(MILLION - ratio_of(a, b)) : NONE;
    case METRIC_PAYS: return payback_of(t);
    case METRIC_OVER:
        if (b <= 0) return NONE;
        return SOME(m->unit == METRIC_MONEY ? average_of(a, b) : ratio_of(a, b));
    }
    return NONE;
}

str metric_text(struct arena *a, enum metric_unit unit, opt_i64 value)
{
    if (!value.has) return NO_STR;
    if (unit == METRIC_MONEY) return money_text(a, value.value);
    if (unit == METRIC_COUNT || unit == METRIC_DAYS)
        return str_fmt(a, "%lld", (long long)value.value);
    i64 v = value.value < 0 ? -value.value : value.value;
    str text = str_fmt(a, "%s%lld.%06lld", value.value < 0 ? "-" : "", (long long)(v / MILLION),
                       (long long)(v % MILLION));
    while (text.at[text.n - 1] == '0') text.n--;
    if (text.at[text.n - 1] == '.') text.n--;
    return text;
}

void metric_show(struct ctx *c, const struct metric *m, struct metric_view *out)
{
    static const struct {
        unsigned cut;
        str name;
    } cuts[] = { { CUT_SHOP, { "shop", 4 } },
                 { CUT_TOUCHPOINT, { "touchpoint", 10 } },
                 { CUT_CATEGORY, { "category", 8 } },
                 { CUT_MEMBER, { "member", 6 } } };
    bool different = m->a == MEASURE_BUYERS || m->a == MEASURE_PLACERS || m->a == MEASURE_MEMBERS ||
                     m->a >= MEASURE_POINTS;
    *out = (struct metric_view){
        .name = str_of(m->name),
        .label = say(c, str_of(m->zh), str_of(m->en)),
        .unit = m->unit,
        .better = m->better,
        .adds_up = m->form == METRIC_IS && !different,
        .definition = say(c, str_of(m->definition_zh), str_of(m->definition_en)),
        .formula = say(c, str_of(m->formula_zh), str_of(m->formula_en)),
    };
    for (i64 i = 0; i < COUNT(cuts); i++)
        if (m->cuts & cuts[i].cut) *PUSH(c->arena, &out->by) = cuts[i].name;
}
