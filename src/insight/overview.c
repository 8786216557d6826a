/* overview.c -- the shop at a glance: one pass over the index of orders by time fills periods, days
 * and shops alike. */
#include "insight/overview.h"

#include <stdlib.h>

#include "base/clock.h"
#include "trade/trade.h"

SHAPE_DEFINE(overview_period);
SHAPE_DEFINE(overview_day);
SHAPE_DEFINE(overview_shop);
SHAPE_DEFINE(overview);

money average_of(money sum, i64 n)
{
    const i64 cent = MONEY_UNIT / 100, by = n * cent;
    if (n == 0) return 0;
    return (sum + (sum >= 0 ? by / 2 : -(by / 2))) / by * cent;
}

#define FIELDS_OF_order_glance(X, N) \
    X(instant, at, ANY, "", N)       \
    X(i64, shop, ANY, "", N)         \
    X(i64, member, ANY, "", N)       \
    X(flag, is_paid, ANY, "", N)     \
    X(money, paid, ANY, "", N)       \
    X(money, refund, ANY, "", N)     \
    X(money, net, ANY, "", N)
SHAPE(order_glance);
SHAPE_DEFINE(order_glance);
QUERY(overview_orders, order_glance,
      "SELECT at, shop, member, is_paid, paid, refund, net FROM purchase_order"
      " WHERE at >= $1 AND at < $2 ORDER BY at");
QUERY(overview_members, one_i64,
      "SELECT first_seen AS value FROM member"
      " WHERE first_seen >= $1 AND first_seen < $2 AND merged_into IS NULL ORDER BY first_seen");

#define FIELDS_OF_first_purchase(X, N) \
    X(i64, member, ANY, "", N)         \
    X(instant, at, ANY, "", N)
SHAPE(first_purchase);
SHAPE_DEFINE(first_purchase);
QUERY(overview_first, first_purchase,
      "SELECT member, first_bought_at AS at FROM member_trade"
      " WHERE first_bought_at IS NOT NULL AND first_bought_at >= $1");
QUERY(overview_last_buyer, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member_trade");

/* -- one pass over both periods, in order of time ---------------------------------------------- */

/* Members already counted, one bit each. */
struct counted {
    u64 *bits;
};

struct half {
    struct overview_period *sums;
    instant first; /* its first moment */
    i64 purchases;
    money bought;
    struct counted buyers;
};

struct shop_tally {
    i64 id;
    struct overview_shop row;
    struct counted buyers;
};

struct glance {
    struct ctx *c;
    i64 members; /* ids below this have a bit */
    struct half before, now;
    struct overview_day_list *days;
    instant *midnight; /* of each day of the period, and the end */
    i64 today;         /* the day in work: time only rises */
    i32 *day_counted;  /* by member: the last day he was counted, from 1 */
    struct {
        struct shop_tally *at;
        i64 n;
    } shops;
};

static struct counted counted_new(struct glance *g)
{
    return (struct counted){ NEWS(g->c->arena, u64, g->members / 64 + 1) };
}

/* True the first time. */
static bool count_once(struct counted *set, i64 member)
{
    u64 bit = (u64)1 << (member % 64);
    bool fresh = !(set->bits[member / 64] & bit);
    set->bits[member / 64] |= bit;
    return fresh;
}

static struct overview_day *day_at(struct glance *g, instant at)
{
    while (at >= g->midnight[g->today + 1]) g->today++;
    return &g->days->at[g->today];
}

static struct shop_tally *shop_at(struct glance *g, i64 id)
{
    for (i64 i = 0; i < g->shops.n; i++)
        if (g->shops.at[i].id == id) return &g->shops.at[i];
    struct shop_tally *fresh = PUSH(g->c->arena, &g->shops);
    fresh->id = id;
    fresh->buyers = counted_new(g);
    return fresh;
}

static void add_to_half(struct half *h, const struct order_glance *o, bool bought, bool known)
{
    h->sums->orders++;
    h->sums->paid_orders += o->is_paid;
    h->sums->paid += o->paid;
    h->sums->refund += o->refund;
    h->sums->net += o->net;
    if (!bought) return;
    h->purchases++;
    h->bought += o->net;
    if (known) h->sums->buyers += count_once(&h->buyers, o->member);
}

static enum err add_order(void *arg, const void *row)
{
    struct glance *g = arg;
    const struct order_glance *o = row;
    bool bought = o->is_paid && o->net > 0; /* a purchase: trade/trade.h */
    bool known = o->member > 0 && o->member < g->members;
    if (o->at < g->now.first) {
        add_to_half(&g->before, o, bought, known);
        return OK;
    }
    add_to_half(&g->now, o, bought, known);
    struct overview_day *today = day_at(g, o->at);
    struct shop_tally *shop = shop_at(g, o->shop);
    today->orders++;
    today->paid += o->paid;
    today->net += o->net;
    shop->row.orders++;
    shop->row.paid += o->paid;
    shop->row.net += o->net;
    if (!bought || !known) return OK;
    shop->row.buyers += count_once(&shop->buyers, o->member);
    today->buyers += g->day_counted[o->member] != g->today + 1;
    g->day_counted[o->member] = (i32)g->today + 1;
    return OK;
}

static enum err add_member(void *arg, const void *row)
{
    struct glance *g = arg;
    instant seen = ((const struct one_i64 *)row)->value;
    if (seen < g->now.first) {
        g->before.sums->new_members++;
        return OK;
    }
    g->now.sums->new_members++;
    day_at(g, seen)->new_members++;
    return OK;
}

static bool was_counted(const struct counted *set, i64 member)
{
    return set->bits[member / 64] >> (member % 64) & 1;
}

/* A buyer is new to a period when he had not bought before it began. */
static enum err add_first(void *arg, const void *row)
{
    struct glance *g = arg;
    const struct first_purchase *p = row;
    if (p->member >= g->members) return OK;
    g->before.sums->new_buyers +=
        p->at >= g->before.first && was_counted(&g->before.buyers, p->member);
    g->now.sums->new_buyers += p->at >= g->now.first && was_counted(&g->now.buyers, p->member);
    return OK;
}

static void half_finish(struct half *h)
{
    h->sums->returning_buyers = h->sums->buyers - h->sums->new_buyers;
    h->sums->average = average_of(h->bought, h->purchases);
}

/* -- as it is shown --------------------------------------------------------------------------- */

static int most_paid_first(const void *x, const void *y)
{
    const struct overview_shop *a = x, *b = y;
    if (a->paid != b->paid) return a->paid > b->paid ? -1 : 1;
    return str_cmp(a->shop, b->shop);
}

static enum err shops_name(struct glance *g, struct overview_shop_list *out)
{
    struct shop_view_list names;
    TRY(shop_list(g->c, &names));
    *out = (struct overview_shop_list){ NEWS(g->c->arena, struct overview_shop, g->shops.n + 1),
                                        g->shops.n };
    for (i64 i = 0; i < g->shops.n; i++) {
        out->at[i] = g->shops.at[i].row;
        for (i64 k = 0; k < names.n; k++)
            if (names.at[k].id == g->shops.at[i].id) out->at[i].shop = names.at[k].name;
    }
    qsort(out->at, (size_t)out->n, sizeof(out->at[0]), most_paid_first);
    return OK;
}

static i64 days_between(day from, day to) { return (i64)to - from + 1; }

static enum err glance_new(struct ctx *c, day from, day to, struct overview *out, struct glance *g)
{
    struct one_i64 last;
    i64 days = days_between(from, to);
    TRY(db_get(c, &overview_last_buyer, &last, NO_ARGS));
    *g = (struct glance){ .c = c, .members = last.value + 1, .days = &out->days };
    out->now = g->now.sums = NEW(c->arena, struct overview_period);
    out->before = g->before.sums = NEW(c->arena, struct overview_period);
    out->days = (struct overview_day_list){ NEWS(c->arena, struct overview_day, days), days };
    g->midnight = NEWS(c->arena, instant, days + 1);
    for (i64 i = 0; i <= days; i++) g->midnight[i] = zone_midnight(c->zone, from + (day)i);
    for (i64 i = 0; i < days; i++) out->days.at[i].day = from + (day)i;
    g->now.first = g->midnight[0];
    g->before.first = zone_midnight(c->zone, from - (day)days);
    g->now.buyers = counted_new(g);
    g->before.buyers = counted_new(g);
    g->day_counted = NEWS(c->arena, i32, g->members);
    return OK;
}

enum err overview_make(struct ctx *c, day from, day to, struct overview *out)
{
    struct glance g;
    TRY(period_check(c, from, to));
    *out = (struct overview){ .from = from, .to = to };
    TRY(glance_new(c, from, to, out, &g));
    instant first = g.before.first, end = g.midnight[out->days.n];
    TRY(db_each(c, &overview_orders, add_order, &g, ARGS(first, end)));
    g.today = 0;
    TRY(db_each(c, &overview_members, add_member, &g, ARGS(first, end)));
    TRY(db_each(c, &overview_first, add_first, &g, ARGS(first)));
    half_finish(&g.before);
    half_finish(&g.now);
    return shops_name(&g, &out->shops);
}

enum err period_check(struct ctx *c, day from, day to)
{
    if (from > to)
        return fail_at(c, E_INVALID, S("/from"), "起始日 " STR_FMT " 晚于结束日 " STR_FMT,
                       "the first day " STR_FMT " is after the last day " STR_FMT,
                       STR_ARG(day_text(c->arena, from)), STR_ARG(day_text(c->arena, to)));
    if (days_between(from, to) > PERIOD_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/from"), "时间跨度 %lld 天太长，最多 %d 天",
                       "%lld days are too long a period, %d at most",
                       (long long)days_between(from, to), PERIOD_DAYS_MAX);
    return OK;
}

static enum err day_read(struct ctx *c, const char *field, str text, day *out)
{
    if (day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(field), "“" STR_FMT "”不是日期，请写成 2019-07-01",
                   "\"" STR_FMT "\" is not a date: write 2019-07-01", STR_ARG(text));
}

enum err period_read(struct ctx *c, str from, str to, day *first, day *last)
{
    *last = zone_day(c->zone, c->now);
    if (!str_empty(to)) TRY(day_read(c, "/to", to, last));
    *first = *last - 29;
    if (!str_empty(from)) TRY(day_read(c, "/from", from, first));
    return OK;
}
