/* orders.c -- baskets from orders; periods, shops and products as people name them. */
#include <stdlib.h>

#include "audience/language/language.h"
#include "base/clock.h"
#include "insight/basket/inside.h"
#include "insight/period.h"
#include "trade/trade.h"

CHOICE_DEFINE(basket_of, "product", "category");

#define FIELDS_OF_basket_product(X, N) \
    X(i64, id, ANY, "", N)             \
    X(str, code, ANY, "", N)           \
    X(str, name, ANY, "", N)           \
    X(str, category, ANY, "", N)
SHAPE(basket_product);
SHAPE_DEFINE(basket_product);
#define FIELDS_OF_basket_line(X, N) \
    X(i64, member, ANY, "", N)      \
    X(i64, order_id, ANY, "", N)    \
    X(i64, product, ANY, "", N)
SHAPE(basket_line);
SHAPE_DEFINE(basket_line);

QUERY(q_basket_products, basket_product,
      "SELECT id, code, COALESCE(name, sold_as, code) AS name, category FROM product ORDER BY id");
/* In the order of the rows themselves. */
QUERY(q_basket_lines, basket_line,
      "SELECT o.member AS member, o.id AS order_id, l.product AS product FROM purchase_order o"
      " CROSS JOIN order_line l WHERE l.member = o.member AND l.order_id = o.id"
      " AND o.bought_at IS NOT NULL AND o.bought_at >= $1 AND o.bought_at < $2"
      " AND (CAST($3 AS BIGINT) = 0 OR o.shop = $3) AND l.product > 0 AND l.quantity > 0"
      " AND NOT (l.amount > 0 AND (COALESCE(l.stated_refund, 0) >= l.amount"
      " OR COALESCE(l.own_refund, 0) >= l.amount)) ORDER BY o.member, o.id");

f64 ms_since(i64 began_us) { return (f64)(clock_mono_us() - began_us) / 1000.0; }

enum err basket_period(struct ctx *c, str from, str to, instant *first, instant *until)
{
    day a = 0, b = zone_day(c->zone, c->now);
    TRY(period_read(c, from, to, &a, &b));
    if (!str_empty(from) && a > b) return period_check(c, a, b);
    *first = str_empty(from) ? INSTANT_FIRST : zone_midnight(c->zone, a);
    *until = zone_midnight(c->zone, b + 1);
    return OK;
}

enum err basket_shop(struct ctx *c, str name, i64 *shop)
{
    *shop = 0;
    if (str_empty(name)) return OK;
    TRY(shop_find(c, name, shop));
    if (*shop) return OK;
    return fail_at(c, E_NOT_FOUND, S("/shop"), "没有名为“" STR_FMT "”的店铺",
                   "there is no shop \"" STR_FMT "\"", STR_ARG(name));
}

enum err basket_limit(struct ctx *c, opt_i64 given, i64 most, i64 fallback, i64 *out)
{
    *out = given.has ? given.value : fallback;
    if (*out <= most) return OK;
    return fail_at(c, E_INVALID, S("/limit"), "limit 至多 %lld", "limit is at most %lld",
                   (long long)most);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static i64 name_place(const strs *names, str name)
{
    const str *at =
        names->n ? bsearch(&name, names->at, (size_t)names->n, sizeof name, by_name) : NULL;
    return at ? at - names->at : -1;
}

enum err item_names_read(struct ctx *c, enum basket_of of, struct item_names *out)
{
    struct basket_product_list products;
    i64 kept = 0;
    TRY(db_all(c, &q_basket_products, &products, NO_ARGS));
    *out = (struct item_names){ .n = products.n };
    out->ids = NEWS(c->arena, i64, out->n + 1);
    out->item = NEWS(c->arena, u32, out->n + 1);
    out->codes = (strs){ NEWS(c->arena, str, out->n + 1), out->n };
    out->names.at = NEWS(c->arena, str, out->n + 1);
    for (i64 i = 0; i < out->n; i++) {
        struct basket_product *p = &products.at[i];
        if (of == BASKET_OF_CATEGORY) p->name = p->category;
        out->ids[i] = p->id;
        out->codes.at[i] = p->code;
        if (!str_empty(p->name)) out->names.at[out->names.n++] = p->name;
    }
    if (out->names.n) qsort(out->names.at, (size_t)out->names.n, sizeof(str), by_name);
    for (i64 i = 0; i < out->names.n; i++)
        if (i == 0 || !str_eq(out->names.at[i], out->names.at[kept - 1]))
            out->names.at[kept++] = out->names.at[i];
    out->names.n = kept;
    for (i64 i = 0; i < out->n; i++)
        if (!str_empty(products.at[i].name))
            out->item[i] = (u32)name_place(&out->names, products.at[i].name) + 1;
    return OK;
}

bool item_of(const struct item_names *names, i64 product, u32 *item)
{
    i64 low = 0, high = names->n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (names->ids[middle] < product) low = middle + 1;
        else high = middle;
    }
    if (low == names->n || names->ids[low] != product || !names->item[low]) return false;
    *item = names->item[low] - 1;
    return true;
}

enum err item_find(struct ctx *c, const struct item_names *names, str said, const char *pointer,
                   u32 *item)
{
    said = str_trim(said);
    i64 place = name_place(&names->names, said);
    for (i64 i = 0; place < 0 && i < names->n; i++)
        if (names->item[i] && str_eq(names->codes.at[i], said)) place = names->item[i] - 1;
    *item = (u32)place;
    if (place >= 0) return OK;
    return fail_at(c, E_NOT_FOUND, str_of(pointer),
                   "没有名称或编码为“" STR_FMT "”的商品；可在商品列表里查找",
                   "no product has the name or code \"" STR_FMT "\": look it up among products",
                   STR_ARG(said));
}

str bought_text(struct ctx *c, const str *with, i64 n, str without)
{
    struct buf out = { .arena = c->arena };
    for (i64 i = 0; i < n; i++) {
        buf_add(&out, i ? S(" and bought = ") : S("bought = "));
        segment_quote(&out, with[i]);
    }
    if (without.at) {
        buf_add(&out, n ? S(" and not bought = ") : S("not bought = "));
        segment_quote(&out, without);
    }
    return buf_str(&out);
}

/* -- baskets ----------------------------------------------------------------------------------- */

struct order_baskets {
    const struct basket_filter *filter;
    struct basket_maker *maker;
    struct item_names names;
    u32 *number; /* of the maker + 1, by item; 0: not met yet */
    i64 order;
};

static enum err take_line(void *arg, const void *row)
{
    struct order_baskets *b = arg;
    const struct basket_line *l = row;
    bool too_large;
    u32 item;
    if (l->order_id != b->order) {
        TRY(basket_end(b->maker, &too_large));
        b->order = l->order_id;
    }
    if (!set_holds(b->filter->members, l->member) || !item_of(&b->names, l->product, &item))
        return OK;
    if (!b->number[item]) { /* only what is in a basket is an item */
        TRY(basket_name(b->maker, b->names.names.at[item], &b->number[item]));
        b->number[item]++;
    }
    basket_put(b->maker, b->number[item] - 1);
    return OK;
}

enum err baskets_of_orders(struct ctx *c, const struct basket_filter *f, struct baskets *out)
{
    struct order_baskets b = { .filter = f, .maker = baskets_new(c) };
    bool too_large;
    TRY(item_names_read(c, f->of, &b.names));
    b.number = NEWS(c->arena, u32, b.names.names.n + 1);
    TRY(db_each(c, &q_basket_lines, take_line, &b, ARGS(f->from, f->until, f->shop)));
    TRY(basket_end(b.maker, &too_large));
    baskets_done(b.maker, out);
    return OK;
}
