/* life.c -- comes, looks, buys at a rate of his own, and after some purchase does not come back.
 *
 * Rate and dropout are drawn as in the BG/NBD model: purchases by a Poisson process of
 * gamma-distributed rate, thinned by how busy the day is; after each purchase he is gone with a
 * beta-distributed probability.
 */
#include "demo/life.h"
#include "demo/visits.h"

#include "base/json.h"

#define RATE_SHAPE 0.62
#define RATE_SCALE (1.0 / 40) /* mean purchases a day = shape * scale */
#define GONE_A     0.75
#define GONE_B     1.9

struct living {
    struct arena *a;
    const struct demo_world *w;
    struct life *out;
    struct chance d, b; /* who he is and what he buys; what he does besides */
    instant last;       /* nothing happens before it */
    bool tracked;       /* whether what he does now is seen: shops of others show little */
};

/* -- who --------------------------------------------------------------------------------------- */

static void add_identity(struct life *l, enum identity_kind kind, str scope, str value)
{
    l->identities[l->identities_n++] =
        (struct identity){ .kind = kind, .scope = scope, .value = value };
}

static void identify(struct living *v)
{
    struct life *l = v->out;
    long long n = (long long)l->number;
    if (chance_in(&v->d, 86)) add_identity(l, ID_PHONE, NO_STR, demo_phone(v->a, l->number));
    switch (l->shop) {
    case 0:
        add_identity(l, ID_SHOP_ACCOUNT, demo_shops[0].name, str_fmt(v->a, "tb%09lld", n));
        break;
    case 1: add_identity(l, ID_JD_PIN, NO_STR, str_fmt(v->a, "jd_%09lld", n)); break;
    case 2: add_identity(l, ID_DOUYIN_ID, NO_STR, str_fmt(v->a, "dy%09lld", n)); break;
    case 3: add_identity(l, ID_UNIONID, NO_STR, str_fmt(v->a, "oDemo%023lld", n)); break;
    default: add_identity(l, ID_CARD_NO, demo_shops[4].name, str_fmt(v->a, "88%08lld", n)); break;
    }
}

static void describe(struct living *v)
{
    static const str skins[] = { S("干皮"), S("油皮"), S("混合皮"), S("敏感肌") };
    static const str kinds[] = { S("宝妈"), S("学生党"), S("上班族") };
    struct life *l = v->out;
    l->woman = chance_in(&v->d, 86);
    l->shop = demo_shop_pick(&v->d);
    l->city = demo_city_pick(&v->d);
    if (l->shop == 4 && chance_in(&v->d, 90))
        while (!str_eq(l->city->city, S("上海市"))) l->city = demo_city_pick(&v->d);
    l->name = demo_name(v->a, &v->d, l->woman);
    if (chance_in(&v->d, 35))
        l->birthday = str_fmt(
            v->a, "%lld-%02lld-%02lld", (long long)chance_between(&v->d, 1968, 2006),
            (long long)chance_between(&v->d, 1, 12), (long long)chance_between(&v->d, 1, 28));
    if (chance_in(&v->d, 48)) l->skin = skins[chance_below(&v->d, COUNT(skins))];
    if (chance_in(&v->d, 26)) l->kind = kinds[chance_below(&v->d, COUNT(kinds))];
    identify(v);
}

/* Great cities have a community of their own. */
static str community_of(struct living *v, i64 number)
{
    static const str cities[] = { S("上海市"), S("北京市"), S("广州市"),
                                  S("深圳市"), S("杭州市"), S("成都市") };
    for (i64 i = 0; i < COUNT(cities); i++)
        if (str_eq(v->out->city->city, cities[i]) && chance_in(&v->b, 60))
            return str_fmt(v->a, "community:" STR_FMT "VIP群",
                           STR_ARG(str_sub(cities[i], 0, cities[i].n - 3)));
    return str_fmt(v->a, "community:福利%lld群", (long long)number);
}

static void join_community(struct living *v, bool buyer)
{
    struct life *l = v->out;
    instant end = v->w->season.end;
    if (!chance_in(&v->d, buyer ? 18 : 55)) return;
    l->community = community_of(v, chance_between(&v->d, 1, v->w->communities));
    l->joined_at = l->seen_at + chance_below(&v->d, 40 * DAY_MS);
    if (l->joined_at >= end) l->joined_at = l->seen_at;
    if (!chance_in(&v->d, 14)) return;
    l->left_at = l->joined_at + HOUR_MS + chance_below(&v->d, 200 * DAY_MS);
    if (l->left_at >= end) l->left_at = 0;
}

/* -- looks ------------------------------------------------------------------------------------- */

static void look(struct living *v, str kind, i64 good, instant at, str touchpoint)
{
    const struct good *g = &v->w->goods.at[good];
    if (!v->tracked) return;
    life_line(v->a, v->w, v->out,
              (struct timeline_line){ .at = at,
                                      .kind = kind,
                                      .value = SOME(g->price),
                                      .props = g->props,
                                      .subject = g->subject,
                                      .touchpoint = touchpoint });
}

/* What comes before an order: views, the cart, the checkout. True: the checkout was seen. */
static bool look_before(struct living *v, i64 index, i64 good, instant at, str touchpoint)
{
    i64 views = chance_below(&v->d, 4);
    for (i64 i = 0; i < views; i++) {
        i64 other = chance_in(&v->d, 60) ? good : goods_pick(&v->w->goods, &v->d, index);
        instant before = at - 10 * MINUTE_MS - chance_below(&v->d, 2 * DAY_MS);
        look(v, S("Product Viewed"), other, before, touchpoint);
    }
    look(v, S("Product Viewed"), good, at - chance_between(&v->b, 21, 27) * MINUTE_MS, touchpoint);
    if (chance_in(&v->d, 70))
        look(v, S("Product Added"), good, at - 2 * MINUTE_MS - chance_below(&v->d, HOUR_MS / 3),
             touchpoint);
    bool seen = chance_in(&v->d, 55);
    instant checkout =
        seen ? at - chance_below(&v->d, 2 * MINUTE_MS) : at - chance_below(&v->b, 2 * MINUTE_MS);
    seen |= chance_in(&v->b, 70);
    if (seen) look(v, S("Checkout Started"), good, checkout, touchpoint);
    return seen && v->tracked;
}

static void only_look(struct living *v, i64 index)
{
    i64 views = chance_between(&v->d, 1, 6);
    for (i64 i = 0; i < views; i++) {
        i64 good = goods_pick(&v->w->goods, &v->d, index);
        instant at = v->out->seen_at + chance_below(&v->d, 20 * DAY_MS);
        str touchpoint = demo_shops[v->out->shop].touchpoints[0];
        look(v, S("Product Viewed"), good, at, touchpoint);
        if (chance_in(&v->d, 25)) look(v, S("Product Added"), good, at + MINUTE_MS, touchpoint);
    }
}

/* -- buys -------------------------------------------------------------------------------------- */

static money price_of(const struct good *g, i64 per_mille)
{
    return g->price * per_mille / 1000 / 1000 * 1000; /* to the jiao */
}

static void fill_basket(struct living *v, struct order_fact *o, i64 index, i64 main)
{
    const struct goods *goods = &v->w->goods;
    i64 chosen[5], n = 0, off = season_price(&v->w->season, &v->d, index);
    chosen[n++] = main;
    if (main < DEMO_HITS && chance_in(&v->d, 38))
        chosen[n++] = DEMO_HITS + 2 * main + (chance_in(&v->d, 70) ? 0 : 1);
    while (n < 5 && chance_in(&v->d, off < 900 ? 34 : 22)) {
        i64 more = goods_pick(goods, &v->d, index), i = 0;
        while (i < n && chosen[i] != more) i++;
        if (i == n) chosen[n++] = more;
    }
    o->lines.at = NEWS(v->a, struct order_line_fact, n);
    o->lines.n = n;
    money sum = 0;
    for (i64 i = 0; i < n; i++) {
        const struct good *g = &goods->at[chosen[i]];
        struct order_line_fact *line = &o->lines.at[i];
        *line =
            (struct order_line_fact){ .product_id = g->code,
                                      .product = g->name,
                                      .category = g->category,
                                      .quantity =
                                          chance_in(&v->d, 82) ? 1 : chance_between(&v->d, 2, 4),
                                      .price = price_of(g, off) };
        sum += line->price * line->quantity;
    }
    o->postage = SOME(sum >= 99 * MONEY_UNIT || v->out->shop == 4 ? 0 : 8 * MONEY_UNIT);
    o->total = SOME(sum + o->postage.value);
}

static void give_back(struct living *v, struct order_fact *o, const struct demo_shop *shop,
                      bool busy)
{
    i64 dice = chance_below(&v->d, 1000);
    if (dice < (busy ? 85 : 40)) {
        o->state = ORDER_REFUNDED;
        o->status = shop->closed;
        o->refund = o->paid;
        o->completed_at = NONE;
    } else if (dice < (busy ? 130 : 70)) {
        struct order_line_fact *line = &o->lines.at[chance_below(&v->d, o->lines.n)];
        line->refund = SOME(line->price * line->quantity);
        o->refund = line->refund;
    }
}

/* Where the order stands when the two years are over. True: it was paid. */
static bool settle(struct living *v, struct order_fact *o, const struct demo_shop *shop, bool busy)
{
    instant end = v->w->season.end, at = o->created_at.value;
    instant paid = at + chance_below(&v->d, 15 * MINUTE_MS) + 5000;
    bool pays = !chance_in(&v->d, busy ? 8 : 6);
    if (!pays || paid >= end) {
        bool waiting = at + DAY_MS > end;
        o->state = waiting ? ORDER_PLACED : ORDER_CANCELLED;
        o->status = waiting ? shop->waiting : shop->closed;
        return false;
    }
    o->paid_at = SOME(paid);
    o->paid = o->total;
    instant shipped = paid + chance_between(&v->d, 2, 60) * HOUR_MS;
    instant done = shipped + chance_between(&v->d, 3, 14) * DAY_MS;
    if (done < end) {
        o->state = ORDER_COMPLETED;
        o->status = shop->done;
        o->completed_at = SOME(done);
    } else {
        o->state = shipped < end ? ORDER_SHIPPED : ORDER_PAID;
        o->status = shipped < end ? shop->shipped : shop->paid;
    }
    if (paid + 2 * DAY_MS < end) give_back(v, o, shop, busy);
    return true;
}

/* Per cent of purchases whose way there is seen, by shop. */
static const i64 tracked[DEMO_SHOPS] = { 72, 58, 80, 96, 12 };

static void completed(struct living *v, const struct order_fact *o)
{
    struct buf props = { .arena = v->a };
    buf_add(&props, S("{\"order_id\":"));
    json_write_str(&props, o->number);
    buf_add(&props, S(",\"category\":"));
    json_write_str(&props, o->lines.at[0].category);
    buf_fmt(&props, ",\"products\":%lld}", (long long)o->lines.n);
    life_line(v->a, v->w, v->out,
              (struct timeline_line){ .at = o->paid_at.value,
                                      .kind = S("Order Completed"),
                                      .value = o->paid,
                                      .props = buf_str(&props),
                                      .touchpoint = o->touchpoint });
}

static bool buy(struct living *v, i64 index, instant at)
{
    struct life *l = v->out;
    bool known_everywhere = l->identities[0].kind == ID_PHONE;
    const struct demo_shop *shop =
        &demo_shops[known_everywhere && chance_in(&v->d, 12) ? demo_shop_pick(&v->d) : l->shop];
    struct civil t = zone_local(v->w->season.zone, at);
    struct order_fact o = {
        .shop = shop->name,
        .created_at = SOME(at),
        .province = l->city->province,
        .city = l->city->city,
        .touchpoint = l->community.n && chance_in(&v->d, 25)
                          ? S("社群")
                          : shop->touchpoints[chance_below(&v->d, 10) * 3 / 14],
        .number = str_fmt(v->a, "%02d%02d%02d%08lld%03lld", t.year % 100, t.month, t.day,
                          (long long)l->number, (long long)l->orders.n + 1),
    };
    i64 dice = chance_below(&v->d, 100);
    i64 main = dice < 30 ? chance_below(&v->d, DEMO_HITS) : goods_pick(&v->w->goods, &v->d, index);
    fill_basket(v, &o, index, main);
    v->tracked = chance_in(&v->b, tracked[shop - demo_shops]);
    bool checkout = look_before(v, index, main, at, o.touchpoint);
    bool paid = settle(v, &o, shop, v->w->season.busy[index] > 2000);
    if (paid && checkout) completed(v, &o);
    *PUSH(v->a, &l->orders) = o;
    return paid;
}

/* The next busy-enough day after `index`; SEASON_DAYS: not within the two years. */
static i64 next_day(struct living *v, f64 rate, f64 *exact)
{
    const struct season *s = &v->w->season;
    for (;;) {
        *exact += chance_exponential(&v->d) / (rate * (f64)s->busiest / 1000);
        if (*exact >= SEASON_DAYS) return SEASON_DAYS;
        i64 index = (i64)*exact;
        if (chance_below(&v->d, s->busiest) < s->busy[index]) return index;
    }
}

static void shop_on(struct living *v, i64 index)
{
    f64 rate = chance_gamma(&v->d, RATE_SHAPE) * RATE_SCALE + 1e-6,
        gone = chance_beta(&v->d, GONE_A, GONE_B);
    f64 exact = (f64)index;
    while (index < SEASON_DAYS && v->out->orders.n < LIFE_ORDERS_MAX) {
        instant at = season_moment(&v->w->season, &v->d, index);
        if (at <= v->last) at = v->last + chance_between(&v->d, 20, 200) * MINUTE_MS;
        if (at >= v->w->season.end) return;
        v->last = at;
        if (buy(v, index, at) && chance_unit(&v->d) < gone) return;
        index = next_day(v, rate, &exact);
    }
}

void life_make(struct arena *a, const struct demo_world *w, i64 number, struct life *out)
{
    struct living v = { .a = a,
                        .w = w,
                        .out = out,
                        .d = chance_of(w->seed, (u64)number),
                        .b = chance_of(w->seed ^ 0xbe4a7e, (u64)number),
                        .tracked = true };
    *out = (struct life){ .number = number };
    i64 index = season_arrival(&w->season, &v.d);
    out->seen_at = season_moment(&w->season, &v.d, index);
    if (out->seen_at >= w->season.end) out->seen_at = w->season.end - HOUR_MS;
    v.last = out->seen_at;
    describe(&v);
    bool buyer = !chance_in(&v.d, 14);
    join_community(&v, buyer);
    if (!buyer) only_look(&v, index);
    else {
        if (chance_in(&v.d, 35)) index += chance_below(&v.d, 15); /* looks around first */
        shop_on(&v, index);
    }
    life_visits(a, w, out, &v.b);
}
