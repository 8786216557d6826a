/* visits.c -- the days he comes back, and what he does on each of them.
 *
 * The chance of a visit falls with the days since he first came, as a power of them, to a floor
 * that lasts while he lives as a customer; sales and communities call people back.
 */
#include "demo/visits.h"

#include "base/json.h"

#define COMEBACK   0.21   /* chance of the first day after */
#define HABIT      0.011  /* a day, while he still buys */
#define FORGOTTEN  0.0012 /* and later */
#define INVITATION 0.014  /* more, in a community */

struct visiting {
    struct arena *a;
    const struct demo_world *w;
    struct life *l;
    struct chance *d;
    str likes; /* a category */
    instant at;
    str touchpoint;
    bool sale;
};

/* How far a visit goes, by shop: of a hundred visits so many fill a cart, of a hundred carts so
 * many come to the checkout and end there. */
static const struct {
    i64 cart, checkout;
} depth[DEMO_SHOPS] = { { 21, 27 }, { 26, 33 }, { 15, 40 }, { 30, 24 }, { 5, 20 } };

void life_line(struct arena *a, const struct demo_world *w, struct life *l,
               struct timeline_line line)
{
    if (l->lines.n >= LIFE_LINES_MAX || line.at < l->seen_at || line.at >= w->season.end) return;
    *PUSH(a, &l->lines) = line;
}

/* -- one visit -------------------------------------------------------------------------------- */

static void pass(struct visiting *v, i64 seconds)
{
    v->at += chance_between(v->d, seconds / 4, seconds) * SECOND_MS;
}

static void tell(struct visiting *v, str kind, str props)
{
    life_line(v->a, v->w, v->l,
              (struct timeline_line){
                  .at = v->at, .kind = kind, .props = props, .touchpoint = v->touchpoint });
}

static void tell_good(struct visiting *v, str kind, i64 good)
{
    const struct good *g = &v->w->goods.at[good];
    life_line(v->a, v->w, v->l,
              (struct timeline_line){ .at = v->at,
                                      .kind = kind,
                                      .value = SOME(g->price),
                                      .props = g->props,
                                      .subject = g->subject,
                                      .touchpoint = v->touchpoint });
}

static str one_prop(struct visiting *v, const char *name, str value)
{
    struct buf props = { .arena = v->a };
    buf_fmt(&props, "{\"%s\":", name);
    json_write_str(&props, value);
    buf_byte(&props, '}');
    return buf_str(&props);
}

/* Mostly of the kind he likes. */
static i64 good_of_interest(struct visiting *v, i64 index)
{
    i64 good = goods_pick(&v->w->goods, v->d, index);
    for (int tries = 0; tries < 4 && chance_in(v->d, 70); tries++) {
        if (str_eq(v->w->goods.at[good].category, v->likes)) break;
        good = goods_pick(&v->w->goods, v->d, index);
    }
    return good;
}

static void come_in(struct visiting *v)
{
    static const str pages[] = { S("首页"), S("新品"), S("会员中心") };
    static const str rooms[] = { S("晚八点福利场"), S("新品首发"), S("护肤课堂") };
    if (str_find(v->touchpoint, S("直播")) >= 0) {
        tell(v, S("Live Room Entered"),
             one_prop(v, "room", rooms[chance_below(v->d, COUNT(rooms))]));
        pass(v, 900);
    } else if (chance_in(v->d, 60)) {
        str page = v->sale && chance_in(v->d, 60) ? S("大促会场")
                                                  : pages[chance_below(v->d, COUNT(pages))];
        tell(v, S("Page Viewed"), one_prop(v, "page", page));
        pass(v, 60);
    }
    if (chance_in(v->d, 22)) {
        tell(v, S("Products Searched"), one_prop(v, "query", v->likes));
        pass(v, 40);
    } else if (chance_in(v->d, 24)) {
        tell(v, S("Product List Viewed"), one_prop(v, "category", v->likes));
        pass(v, 60);
    }
}

static void visit(struct visiting *v, i64 index)
{
    static const str ways[] = { S("微信好友"), S("朋友圈"), S("社群") };
    i64 good = 0, more = v->sale ? 14 : 10;
    come_in(v);
    if (chance_in(v->d, 14)) return; /* nothing there for him */
    do {
        good = good_of_interest(v, index);
        tell_good(v, S("Product Viewed"), good);
        pass(v, 150);
        if (chance_in(v->d, 6)) tell_good(v, S("Product Added to Wishlist"), good);
        if (chance_below(v->d, 1000) < 22)
            tell(v, S("Product Shared"), one_prop(v, "via", ways[chance_below(v->d, COUNT(ways))]));
    } while (chance_in(v->d, 38));
    if (chance_below(v->d, 1000) >= depth[v->l->shop].cart * more) return;
    tell_good(v, S("Product Added"), good);
    pass(v, 200);
    if (!chance_in(v->d, depth[v->l->shop].checkout)) return;
    tell_good(v, S("Checkout Started"), good);
}

/* -- all of them ------------------------------------------------------------------------------ */

static str touchpoint_of(struct visiting *v, bool community)
{
    i64 dice = chance_below(v->d, 100);
    if (community && chance_in(v->d, 45)) return S("社群");
    return demo_shops[v->l->shop].touchpoints[dice < 55 ? 0 : dice < 85 ? 1 : 2];
}

static i64 index_of(const struct demo_world *w, instant at)
{
    return (at - w->season.start) / DAY_MS;
}

/* He stops thinking of the shop some weeks after his last order, or after he first came. */
static i64 lives_until(struct visiting *v)
{
    const struct order_fact_list *orders = &v->l->orders;
    instant last = orders->n ? orders->at[orders->n - 1].created_at.value : v->l->seen_at;
    return index_of(v->w, last) + (i64)(chance_exponential(v->d) * (orders->n ? 75 : 20));
}

void life_visits(struct arena *a, const struct demo_world *w, struct life *l, struct chance *d)
{
    struct visiting v = { .a = a, .w = w, .l = l, .d = d };
    const struct season *s = &w->season;
    f64 keen = chance_gamma(d, 0.9) * (l->shop == 4 ? 0.35 : 1);
    v.likes = w->goods.at[chance_below(d, DEMO_GOODS)].category;
    if (l->orders.n) v.likes = l->orders.at[0].lines.at[0].category;
    i64 first = index_of(w, l->seen_at), until = lives_until(&v);
    for (i64 index = first; index < SEASON_DAYS; index++) {
        instant day_at = s->start + index * DAY_MS;
        bool community =
            l->joined_at && day_at > l->joined_at && (!l->left_at || day_at < l->left_at);
        f64 busy = (f64)(s->busy[index] > 3000 ? 3000 : s->busy[index]) / 1000;
        f64 rate = COMEBACK * s->comeback[index - first] + (index <= until ? HABIT : FORGOTTEN) +
                   (community ? INVITATION : 0);
        bool comes = chance_unit(d) < keen * rate * busy;
        if (index == first) comes = chance_in(d, l->shop == 4 ? 15 : 60);
        if (!comes) continue;
        v.sale = s->busy[index] > 1400;
        v.at = index == first ? l->seen_at : season_moment(s, d, index);
        v.touchpoint = touchpoint_of(&v, community);
        visit(&v, index);
    }
}
