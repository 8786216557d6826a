/* goods.c -- a catalogue of skin care: prices lognormal by category, few things sold often. */
#include "demo/goods.h"

#include "base/json.h"

#define FEN (MONEY_UNIT / 100)

const struct demo_shop demo_shops[DEMO_SHOPS] = {
    { S("锦鲤天猫旗舰店"),
      44,
      { S("天猫搜索"), S("淘宝直播"), S("天猫会场") },
      S("交易成功"),
      S("等待买家付款"),
      S("交易关闭"),
      S("卖家已发货"),
      S("买家已付款") },
    { S("锦鲤京东自营"),
      14,
      { S("京东搜索"), S("京东首页"), S("京东秒杀") },
      S("完成"),
      S("等待付款"),
      S("已取消"),
      S("等待收货"),
      S("等待出库") },
    { S("锦鲤抖音小店"),
      22,
      { S("抖音直播"), S("抖音短视频"), S("抖音商城") },
      S("已完成"),
      S("待支付"),
      S("已关闭"),
      S("已发货"),
      S("待发货") },
    { S("锦鲤小程序"),
      13,
      { S("小程序"), S("公众号"), S("企业微信") },
      S("交易完成"),
      S("待付款"),
      S("交易关闭"),
      S("已发货"),
      S("待发货") },
    { S("锦鲤上海门店"),
      7,
      { S("门店导购"), S("门店扫码"), S("门店自助") },
      S("已完成"),
      S("待付款"),
      S("已取消"),
      S("已提货"),
      S("待提货") },
};

i64 demo_shop_pick(struct chance *d)
{
    i64 at = chance_below(d, 100), shop = 0;
    while (at >= demo_shops[shop].weight) at -= demo_shops[shop++].weight;
    return shop;
}

static const struct {
    str category, noun;
    i64 yuan; /* the middle price */
} categories[] = {
    { S("面膜"), S("补水面膜"), 89 },   { S("精华"), S("修护精华"), 179 },
    { S("洁面"), S("洁面乳"), 69 },     { S("防晒"), S("清透防晒霜"), 99 },
    { S("面霜"), S("保湿面霜"), 149 },  { S("洗护"), S("洗发水"), 75 },
    { S("身体护理"), S("身体乳"), 65 }, { S("唇部"), S("润唇膏"), 42 },
};
static const str series[] = {
    S("玻尿酸"), S("烟酰胺"), S("神经酰胺"), S("氨基酸"), S("积雪草"),
    S("洋甘菊"), S("山茶花"), S("绿茶"),     S("玫瑰"),   S("燕麦"),
    S("牛油果"), S("维C"),    S("依克多因"), S("胶原"),   S("雪绒花"),
};

/* Shop prices end in 9 or 9.90. */
static money shop_price(struct chance *d, i64 middle)
{
    f64 yuan = (f64)middle * exact_exp(0.35 * chance_normal(d));
    i64 tens = (i64)((yuan + 5) / 10);
    if (tens < 2) tens = 2;
    return (tens * 10 - 1) * MONEY_UNIT + (chance_in(d, 30) ? MONEY_UNIT * 9 / 10 : 0);
}

/* As events say what they are about. */
static str good_props(struct arena *a, const struct good *g)
{
    struct buf props = { .arena = a };
    buf_add(&props, S("{\"product_id\":"));
    json_write_str(&props, g->code);
    buf_add(&props, S(",\"name\":"));
    json_write_str(&props, g->name);
    buf_add(&props, S(",\"category\":"));
    json_write_str(&props, g->category);
    buf_fmt(&props, ",\"price\":%lld.%lld}", (long long)(g->price / MONEY_UNIT),
            (long long)(g->price % MONEY_UNIT * 10 / MONEY_UNIT));
    return buf_str(&props);
}

void goods_make(struct arena *a, struct goods *g, u64 seed)
{
    *g = (struct goods){ 0 };
    for (i64 i = 0; i < DEMO_GOODS; i++) {
        struct chance d = chance_of(seed ^ 0x600d5, (u64)i);
        struct good *good = &g->at[i];
        i64 category = i % COUNT(categories);
        good->category = categories[category].category;
        good->code = str_fmt(a, "KJ-%03lld", (long long)i + 1);
        good->name = str_fmt(a, "锦鲤" STR_FMT STR_FMT, STR_ARG(series[i / COUNT(categories)]),
                             STR_ARG(categories[category].noun));
        good->price = shop_price(&d, categories[category].yuan);
        good->cost = good->price * chance_between(&d, 22, 38) / 100 / FEN * FEN;
        good->props = good_props(a, good);
        good->subject = str_fmt(a, "product:" STR_FMT, STR_ARG(good->code));
        good->cover = chance_between(&d, 200, 20000);
        bool from_the_start = i < DEMO_HITS + DEMO_SUB_HITS || chance_in(&d, 70);
        good->launched = from_the_start ? -chance_between(&d, 30, 400)
                                        : chance_between(&d, 20, SEASON_DAYS - 60);
        good->weight = 20000 / (i + 4); /* Zipf, a little flattened */
        g->weights += good->weight;
    }
}

/* Of late a member buys about 1.07 pieces in 90 days, of all goods and shops. */
i64 goods_stock(const struct goods *g, i64 i, i64 shop, i64 members)
{
    f64 all = 0, daily = (f64)members * 1.07 / 90;
    for (i64 k = 0; k < DEMO_SHOPS; k++) all += (f64)demo_shops[k].weight;
    daily *= (f64)g->at[i].weight / (f64)g->weights * (f64)demo_shops[shop].weight / all;
    return 1 + (i64)(daily * (f64)g->at[i].cover / 100);
}

i64 goods_pick(const struct goods *g, struct chance *d, i64 index)
{
    for (;;) {
        i64 at = chance_below(d, g->weights), i = 0;
        while (at >= g->at[i].weight) at -= g->at[i++].weight;
        if (g->at[i].launched <= index) return i;
    }
}
