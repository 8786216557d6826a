/* goods.h -- what the demo shop sells, and in which shops. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "demo/chance.h"
#include "demo/season.h"

enum { DEMO_SHOPS = 5, DEMO_GOODS = 120, DEMO_HITS = 5, DEMO_SUB_HITS = 10 };

struct demo_shop {
    str name;
    i64 weight; /* share of members at home here */
    str touchpoints[3];
    str done, waiting, closed, shipped, paid; /* its words for where an order stands */
};
extern const struct demo_shop demo_shops[DEMO_SHOPS];
i64 demo_shop_pick(struct chance *d);

struct good {
    str code, name, category;
    str props, subject; /* of events: {"product_id":…,"name":…,"category":…,"price":…} */
    money price, cost;
    i64 cover;    /* hundredths of a day that its stock lasts, at the pace of late */
    i64 launched; /* day of the season; below 0: before the shop opened */
    i64 weight;   /* how often it is bought */
};
/* The first DEMO_HITS are hits, the next DEMO_SUB_HITS go with them: 2h and 2h + 1 with hit h. */
struct goods {
    struct good at[DEMO_GOODS];
    i64 weights;
};
void goods_make(struct arena *a, struct goods *g, u64 seed);
/* One that is on sale on that day. */
i64 goods_pick(const struct goods *g, struct chance *d, i64 index);
/* Pieces of the i-th good in a shop: what it will sell in `cover`. */
i64 goods_stock(const struct goods *g, i64 i, i64 shop, i64 members);
