/* cli_demo_costs.c -- what the touchpoints of the demo shop cost and who began to follow them, day
 * by day for its two years, as somebody would have entered it. */
#include "cli/cli_demo.h"
#include "demo/chance.h"
#include "insight/metric.h"

#define DAYS 730

/* What an order that came by it costs about, in yuan, and how many begin to follow it a week of a
 * hundred orders; in the shop's language. Search costs nothing, a poster in a shop next to it. */
static const struct {
    const char *touchpoint;
    i64 yuan, followers;
} kept[] = {
    { "淘宝直播", 15, 40 }, { "天猫会场", 12, 0 }, { "抖音直播", 18, 55 }, { "抖音短视频", 9, 80 },
    { "京东秒杀", 10, 0 },  { "公众号", 4, 30 },   { "小程序", 3, 0 },     { "门店扫码", 1, 12 },
};

#define FIELDS_OF_demo_sold(X, N)  \
    X(str, touchpoint, ANY, "", N) \
    X(instant, at, ANY, "", N)
SHAPE(demo_sold);
SHAPE_DEFINE(demo_sold);
QUERY(demo_sales, demo_sold,
      "SELECT touchpoint, at FROM purchase_order WHERE at >= $1 AND at < $2 AND touchpoint IS NOT"
      " NULL");

struct costs {
    struct ctx *c;
    day first;
    i64 sold[COUNT(kept)][DAYS];
    i64 all[DAYS];
    u64 seed;
};

static enum err sold(void *arg, const void *row)
{
    struct costs *k = arg;
    const struct demo_sold *in = row;
    day on = zone_day(k->c->zone, in->at);
    if (on < k->first || on >= k->first + DAYS) return OK;
    k->all[on - k->first]++;
    for (i64 i = 0; i < COUNT(kept); i++)
        if (str_eq(in->touchpoint, str_of(kept[i].touchpoint))) k->sold[i][on - k->first]++;
    return OK;
}

/* Money goes by plan, so by the mean of the week; what it brings varies from day to day. */
static enum err enter(struct tx *t, void *arg)
{
    struct costs *k = arg;
    for (i64 i = 0; i < COUNT(kept); i++) {
        struct chance d = chance_of(k->seed, 0xC057 + (u64)i);
        for (day on = 0; on < DAYS; on++) {
            i64 week = 0, days = 0, all = 0;
            for (day near = on < 3 ? 0 : on - 3; near <= on + 3 && near < DAYS; near++, days++)
                week += k->sold[i][near], all += k->all[near];
            i64 fen =
                week * kept[i].yuan * chance_between(&d, 85, 115) / days; /* 100 % of a yuan */
            i64 follow = kept[i].followers * all * chance_between(&d, 50, 150) / 10000 / days;
            struct metric_cost in = { .touchpoint = str_of(kept[i].touchpoint),
                                      .day = k->first + on,
                                      .amount = fen * (MONEY_UNIT / 100),
                                      .followers = follow };
            if (on == 0) in.followers += kept[i].followers * 400; /* those there were */
            TRY(metric_cost_put(t, &in));
        }
    }
    return OK;
}

enum err demo_costs(struct store *s, struct ctx *c, u64 seed, instant until)
{
    struct ctx own = *c;
    struct costs *k = NEW(c->arena, struct costs);
    *k = (struct costs){ .c = c, .seed = seed };
    k->first = zone_day(c->zone, until - 1) - DAYS + 1;
    own.db = NULL;
    TRY(store_reader(s, &own));
    enum err e = db_each(&own, &demo_sales, sold, k, ARGS(zone_midnight(c->zone, k->first), until));
    store_release(&own);
    c->why = own.why;
    return e == OK ? store_write(s, c, enter, k) : e;
}
