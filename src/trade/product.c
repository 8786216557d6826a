/* product.c -- shops and products: named by orders as they come, described by the catalogue. */
#include "trade/order.h"

SHAPE_DEFINE(shop_view);
SHAPE_DEFINE(product_fact);

QUERY(q_shop_by_name, one_i64, "SELECT id AS value FROM shop WHERE name = $1");
QUERY(q_shops, shop_view, "SELECT id, name, created_at FROM shop ORDER BY id");
CHANGE(c_shop_new, "INSERT INTO shop (id, name, created_at) VALUES ($1, $2, $3)");

enum err shop_list(struct ctx *c, struct shop_view_list *out)
{
    return db_all(c, &q_shops, out, NO_ARGS);
}

enum err shop_find(struct ctx *c, str name, i64 *shop)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &q_shop_by_name, &row, &found, ARGS(name)));
    *shop = found ? row.value : 0;
    return OK;
}

enum err shop_id(struct batch *b, str name, i64 *shop)
{
    bool added;
    struct key_slot *slot = key_map_slot(&b->shops, 0, name, &added);
    if (!added) {
        *shop = slot->value;
        return OK;
    }
    struct ctx *c = b->t->c;
    TRY(shop_find(c, name, shop));
    if (*shop == 0) {
        TRY(tx_take(b->t, S("shop"), 1, shop));
        TRY(tx_change(b->t, &c_shop_new, ARGS(*shop, name, c->now)));
    }
    slot->value = *shop;
    return OK;
}

/* -- products as orders name them -------------------------------------------------------------- */

#define FIELDS_OF_product_row(X, N) \
    X(i64, id, ANY, "", N)          \
    X(str, name, ANY, "", N)        \
    X(str, sold_as, ANY, "", N)     \
    X(str, category, ANY, "", N)    \
    X(opt_money, price, ANY, "", N) \
    X(opt_money, cost, ANY, "", N)  \
    X(opt_i64, stock, ANY, "", N)   \
    X(opt_instant, launched_at, ANY, "", N)
SHAPE(product_row);
SHAPE_DEFINE(product_row);

QUERY(q_product, product_row,
      "SELECT id, name, sold_as, category, price, cost, stock, launched_at FROM product"
      " WHERE shop = $1 AND code = $2");
CHANGE(c_product_new, "INSERT INTO product (id, shop, code, name, sold_as, category, price, cost, "
                      "stock, launched_at, created_at)"
                      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
CHANGE(c_product_sold, "UPDATE product SET sold_as = $2, category = $3 WHERE id = $1");
CHANGE(c_product_set, "UPDATE product SET name = $2, category = $3, price = $4, cost = $5, stock = "
                      "$6, launched_at = $7"
                      " WHERE id = $1");

static enum err product_new(struct tx *t, i64 shop, str code, const struct product_row *p, i64 *id)
{
    TRY(tx_take(t, S("product"), 1, id));
    return tx_change(t, &c_product_new,
                     ARGS(*id, shop, code, p->name, p->sold_as, p->category, p->price, p->cost,
                          p->stock, p->launched_at, t->c->now));
}

/* A product that an earlier batch met. Its title as sold never changes once it is known; a category
 * that the line could add makes it looked up again, for somebody may have told it by now. */
static struct known_product *product_cached(struct batch *b, i64 shop, str code, bool sorts)
{
    if (!b->cache) return NULL;
    struct key_slot *slot = key_map_find(&b->cache->products, shop, code);
    if (!slot) return NULL;
    struct known_product *p = &b->cache->known.at[slot->value];
    return sorts && !p->category.at ? NULL : p;
}

/* product.sorted, product.named: what buyers of a product that was there like best, and what they
 * bought, is told anew. */
static enum err product_line(struct tx *t, i64 product, const char *kind)
{
    return timeline_append(t,
                           &(struct timeline_line){
                               .at = t->c->now,
                               .kind = str_of(kind),
                               .subject = str_fmt(t->c->arena, "product:%lld", (long long)product),
                               .props = S("{}") });
}

/* Reads or makes the product once per batch. */
static enum err product_load(struct batch *b, i64 shop, str code, struct known_product **out)
{
    bool added;
    struct key_slot *slot = key_map_slot(&b->products, shop, code, &added);
    if (!added) {
        *out = &b->known.at[slot->value];
        return OK;
    }
    struct product_row row = { 0 };
    bool found;
    TRY(db_find(b->t->c, &q_product, &row, &found, ARGS(shop, code)));
    if (!found) TRY(product_new(b->t, shop, code, &row, &row.id));
    slot->value = b->known.n;
    *out = PUSH(b->t->c->arena, &b->known);
    **out =
        (struct known_product){ shop, row.id, code, row.sold_as, row.category, row.price, !found };
    return OK;
}

enum err product_of_line(struct batch *b, i64 shop, const struct order_line_fact *in, i64 *product,
                         str *title, opt_money *list)
{
    str code = str_or(in->product_id, in->product);
    *product = 0;
    *title = NO_STR;
    if (str_empty(code)) return OK;

    struct known_product *p = product_cached(b, shop, code, in->category.n > 0);
    if (!p) TRY(product_load(b, shop, code, &p));
    *product = p->id;
    *list = p->price;
    bool names = !p->sold_as.at && in->product.n, sorts = !p->category.at && in->category.n;
    if (names) p->sold_as = in->product;
    if (sorts) p->category = in->category;
    if (names || sorts) TRY(tx_change(b->t, &c_product_sold, ARGS(p->id, p->sold_as, p->category)));
    if (sorts && !p->made) TRY(product_line(b->t, p->id, "product.sorted"));
    if (names && !p->made) TRY(product_line(b->t, p->id, "product.named"));
    if (in->product.n && !str_eq(in->product, p->sold_as)) *title = in->product;
    return OK;
}

/* -- from batch to batch ----------------------------------------------------------------------- */

enum { CACHED_MAX = 100000 };

struct order_cache *order_cache_new(struct arena *a)
{
    struct order_cache *cache = NEW(a, struct order_cache);
    cache->arena = cache->products.arena = a;
    return cache;
}

void order_cache_keep(struct order_cache *cache)
{
    struct arena *a = cache->arena;
    for (i64 i = 0; i < cache->fresh.n && cache->known.n < CACHED_MAX; i++) {
        const struct known_product *p = &cache->fresh.at[i];
        if (!p->sold_as.at) continue;
        struct known_product copy = { p->shop,
                                      p->id,
                                      str_copy(a, p->code),
                                      str_copy(a, p->sold_as),
                                      p->category.at ? str_copy(a, p->category) : NO_STR,
                                      p->price,
                                      false };
        bool added;
        struct key_slot *slot = key_map_slot(&cache->products, copy.shop, copy.code, &added);
        if (added) {
            slot->value = cache->known.n;
            PUSH(a, &cache->known);
        }
        cache->known.at[slot->value] = copy;
    }
    cache->fresh = (struct known_products){ 0 };
}

/* -- products as the catalogue describes them -------------------------------------------------- */

static enum err product_fact_check(struct ctx *c, const struct product_fact *in)
{
    if (str_empty(in->shop))
        return fail_at(c, E_INVALID, S("/shop"), "缺少店铺", "the shop is missing");
    if (str_empty(in->code))
        return fail_at(c, E_INVALID, S("/code"), "缺少商品编码", "the product code is missing");
    if (opt_or(in->price, 0) < 0 || opt_or(in->price, 0) > AMOUNT_MAX)
        return fail_at(c, E_INVALID, S("/price"), "价格须在 0 到 10 亿之间",
                       "the price must lie between 0 and 1,000,000,000");
    if (opt_or(in->cost, 0) < 0 || opt_or(in->cost, 0) > AMOUNT_MAX)
        return fail_at(c, E_INVALID, S("/cost"), "成本须在 0 到 10 亿之间",
                       "the cost must lie between 0 and 1,000,000,000");
    return OK;
}

enum err product_write(struct tx *t, const struct product_fact *in, i64 *product,
                       enum order_put *what)
{
    struct ctx *c = t->c;
    TRY(product_fact_check(c, in));
    struct batch b = batch_new(t);
    i64 shop;
    TRY(shop_id(&b, in->shop, &shop));
    struct product_row was = { 0 };
    bool found;
    TRY(db_find(c, &q_product, &was, &found, ARGS(shop, in->code)));
    struct product_row is = was;
    if (in->name.n) is.name = in->name;
    if (in->category.n) is.category = in->category;
    if (in->price.has) is.price = in->price;
    if (in->cost.has) is.cost = in->cost;
    if (in->stock.has) is.stock = in->stock;
    if (in->launched_at.has) is.launched_at = in->launched_at;

    *product = was.id;
    *what = ORDER_SAME;
    if (found && row_equal(&product_row_shape, &was, &is)) return OK;
    struct timeline_line line = { .at = c->now, .kind = S("product.changed"), .props = S("{}") };
    if (!found) {
        *what = ORDER_NEW;
        TRY(product_new(t, shop, in->code, &is, product));
    } else {
        *what = ORDER_CHANGED;
        TRY(tx_change(
            t, &c_product_set,
            ARGS(was.id, is.name, is.category, is.price, is.cost, is.stock, is.launched_at)));
    }
    line.subject = str_fmt(c->arena, "product:%lld", (long long)*product);
    line.touchpoint = in->shop;
    TRY(timeline_append(t, &line));
    if (found && !str_eq(was.name, is.name)) TRY(product_line(t, *product, "product.named"));
    bool sorted = found && !str_eq(was.category, is.category);
    return sorted ? product_line(t, *product, "product.sorted") : OK;
}

SHAPE_DEFINE(product_view);

#define PRODUCT_VIEW                                                                         \
    "SELECT p.id, s.name AS shop, p.code, COALESCE(p.name, p.sold_as) AS name, p.category, " \
    "p.price, p.cost,"                                                                       \
    " p.stock, p.launched_at FROM product p JOIN shop s ON s.id = p.shop"
QUERY(q_product_list, product_view,
      PRODUCT_VIEW
      " WHERE p.id > $1 AND ($2 = 0 OR p.shop = $2) AND (CAST($3 AS TEXT) IS NULL OR p.code = $3"
      " OR COALESCE(p.name, p.sold_as) LIKE $4 ESCAPE '!') ORDER BY p.id LIMIT $5");

/* Part of a name as a LIKE pattern: what the operator typed stands for itself. */
static str pattern_of(struct arena *a, str q)
{
    struct buf out = { .arena = a };
    buf_byte(&out, '%');
    for (i64 i = 0; i < q.n; i++) {
        if (q.at[i] == '%' || q.at[i] == '_' || q.at[i] == '!') buf_byte(&out, '!');
        buf_byte(&out, q.at[i]);
    }
    buf_byte(&out, '%');
    return buf_str(&out);
}

enum err product_list(struct ctx *c, str q, i64 shop, i64 after, i64 limit,
                      struct product_view_list *out)
{
    q = q.n ? q : NO_STR;
    return db_all(c, &q_product_list, out, ARGS(after, shop, q, pattern_of(c->arena, q), limit));
}
