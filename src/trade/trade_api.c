/* trade_api.c -- the doors of trade, and the room's row for the house. */
#include "base/clock.h"
#include "base/room.h"
#include "http/route.h"
#include "member/member.h"
#include "trade/order.h"
#include "trade/preference.h"

/* -- what people send and get ------------------------------------------------------------------ */

#define FIELDS_OF_order_query(X, N)                                                    \
    X(str, q, SHORT, "Exactly this order number", N)                                   \
    X(str, shop, SHORT, "Name of a shop", N)                                           \
    X(str, state, SHORT, "placed, paid, shipped, completed, cancelled or refunded", N) \
    X(str, from, SHORT, "First day, 2024-05-01", N)                                    \
    X(str, to, SHORT, "Last day", N)                                                   \
    X(opt_i64, member, POSITIVE, "Of this member", N)                                  \
    PAGE_FIELDS(X, N)
SHAPE(order_query);

#define FIELDS_OF_order_item(X, N)                                                                 \
    FIELDS_OF_order_view(X, N)                                                                     \
        X(str, name, PERSONAL, "Name of the buyer; masked without the right to see personal data", \
          N)
SHAPE(order_item);
#define FIELDS_OF_order_page(X, N)                             \
    X(list(order_item), items, ANY, "Orders, newest first", N) \
    X(str, next_cursor, ANY, "Give it as cursor for the next page; absent: this is the last", N)
SHAPE(order_page);
#define FIELDS_OF_order_detail(X, N)                                            \
    FIELDS_OF_order_item(X, N) X(list(order_line_view), lines, ANY, "Lines", N) \
        X(list(refund_view), refunds, ANY, "Refunds made through Koi", N)
SHAPE(order_detail);

#define FIELDS_OF_order_post(X, N)                                                         \
    FIELDS_OF_order_fact(X, N)                                                             \
        X(list(identity), identities, ANY, "Who bought: phone, shop account, openid …", N) \
            X(str, name, SHORT | PERSONAL, "Name of the buyer", N)
SHAPE(order_post);
#define FIELDS_OF_order_posted(X, N)                           \
    X(i64, id, ANY, "Order", N)                                \
    X(choice(order_put), what, ANY, "new, changed or same", N) \
    X(i64, member, ANY, "Buyer; 0: not known", N)
SHAPE(order_posted);

#define FIELDS_OF_order_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Order", N)
SHAPE(order_ref);
#define FIELDS_OF_member_orders_query(X, N)      \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    PAGE_FIELDS(X, N)
SHAPE(member_orders_query);

#define FIELDS_OF_shop_page(X, N)              \
    X(list(shop_view), items, ANY, "Shops", N) \
    X(str, next_cursor, ANY, "Always absent: shops are few", N)
SHAPE(shop_page);

#define FIELDS_OF_product_query(X, N)                         \
    X(str, q, SHORT, "A product code, or part of a title", N) \
    X(str, shop, SHORT, "Name of a shop", N)                  \
    PAGE_FIELDS(X, N)
SHAPE(product_query);
#define FIELDS_OF_product_page(X, N)                 \
    X(list(product_view), items, ANY, "Products", N) \
    X(str, next_cursor, ANY, "Give it as cursor for the next page; absent: this is the last", N)
SHAPE(product_page);
#define FIELDS_OF_product_put(X, N) \
    X(i64, id, ANY, "Product", N)   \
    X(choice(order_put), what, ANY, "new, changed or same", N)
SHAPE(product_put);
#define FIELDS_OF_product_bulk(X, N) \
    X(list(product_fact), items, REQUIRED, "Products, at most 1,000", N)
SHAPE(product_bulk);
#define FIELDS_OF_product_bulk_put(X, N) X(list(product_put), items, ANY, "In the same order", N)
SHAPE(product_bulk_put);

SHAPE_DEFINE(order_query);
SHAPE_DEFINE(order_item);
SHAPE_DEFINE(order_page);
SHAPE_DEFINE(order_detail);
SHAPE_DEFINE(order_post);
SHAPE_DEFINE(order_posted);
SHAPE_DEFINE(order_ref);
SHAPE_DEFINE(member_orders_query);
SHAPE_DEFINE(shop_page);
SHAPE_DEFINE(product_query);
SHAPE_DEFINE(product_page);
SHAPE_DEFINE(product_put);
SHAPE_DEFINE(product_bulk);
SHAPE_DEFINE(product_bulk_put);

/* -- reading orders ---------------------------------------------------------------------------- */

static enum err shop_named(struct ctx *c, str name, i64 *shop)
{
    *shop = 0;
    if (str_empty(name)) return OK;
    TRY(shop_find(c, name, shop));
    if (*shop) return OK;
    return fail_at(c, E_NOT_FOUND, S("/shop"), "没有名为“" STR_FMT "”的店铺",
                   "there is no shop named \"" STR_FMT "\"", STR_ARG(name));
}

static enum err days_read(struct ctx *c, str from, str to, struct order_filter *f)
{
    day d;
    if (from.n) {
        if (!day_parse(from, &d))
            return fail_at(c, E_INVALID, S("/from"), "日期应写作 2024-05-01",
                           "a day is written 2024-05-01");
        f->from = zone_midnight(c->zone, d);
    }
    if (to.n) {
        if (!day_parse(to, &d))
            return fail_at(c, E_INVALID, S("/to"), "日期应写作 2024-05-01",
                           "a day is written 2024-05-01");
        f->until = zone_midnight(c->zone, d + 1);
    }
    return OK;
}

/* One order more than the page holds is read: it tells whether there is a next page. */
static enum err page_of(struct ctx *c, const char *route, str cursor, opt_i64 limit,
                        struct order_filter *f, struct order_page *out)
{
    struct cursor from;
    struct order_view_list orders = { 0 };
    TRY(cursor_read(c, route, cursor, &from));
    f->before_at = from.key;
    f->before_id = from.id;
    f->limit = page_limit(limit) + 1;
    TRY(order_list(c, f, &orders));
    i64 n = orders.n < f->limit ? orders.n : f->limit - 1;
    out->items.at = NEWS(c->arena, struct order_item, n);
    out->items.n = n;
    for (i64 i = 0; i < n; i++) {
        struct order_item *item = &out->items.at[i];
        memcpy(item, &orders.at[i], sizeof orders.at[i]); /* the same fields in front */
        TRY(member_name(c, item->member, may(c, PERSONAL_READ), &item->name));
    }
    if (n < orders.n)
        out->next_cursor = cursor_make(
            c, route,
            (struct cursor){ .key = out->items.at[n - 1].at, .id = out->items.at[n - 1].id });
    return OK;
}

HANDLER(order_page_get, order_query, order_page)
{
    struct order_filter f = { .number = in->q, .state = in->state };
    if (in->state.n && choice_find(&order_state_choice, in->state) < 0)
        return fail_at(c, E_INVALID, S("/state"),
                       "状态应为 placed、paid、shipped、completed、cancelled 或 refunded 之一",
                       "state is one of placed, paid, shipped, completed, cancelled, refunded");
    TRY(shop_named(c, in->shop, &f.shop));
    TRY(days_read(c, in->from, in->to, &f));
    if (in->member.has) TRY(member_living(c, in->member.value, &f.member));
    return page_of(c, "orders", in->cursor, in->limit, &f, out);
}

HANDLER(member_orders_get, member_orders_query, order_page)
{
    struct order_filter f = { 0 };
    TRY(member_living(c, in->id, &f.member));
    return page_of(c, "member.orders", in->cursor, in->limit, &f, out);
}

static enum err detail_of(struct ctx *c, i64 id, struct order_detail *out)
{
    struct order_view view = { 0 };
    TRY(order_show(c, id, &view, &out->lines, &out->refunds));
    memcpy(out, &view, sizeof view); /* the same fields in front */
    return member_name(c, out->member, may(c, PERSONAL_READ), &out->name);
}

HANDLER(order_get, order_ref, order_detail) { return detail_of(c, in->id, out); }

/* -- changing orders --------------------------------------------------------------------------- */

struct posting {
    const struct order_post *in;
    struct order_posted *out;
};

static enum err buyer_of(struct tx *t, const struct order_post *in, i64 *member)
{
    struct ctx *c = t->c;
    bool created;
    *member = 0;
    if (in->member) return member_living(c, in->member, member);
    if (in->identities.n == 0 && str_empty(in->name)) return OK;
    struct identity *identities = NEWS(c->arena, struct identity, in->identities.n);
    for (i64 i = 0; i < in->identities.n; i++) {
        identities[i] = in->identities.at[i];
        TRY(identity_normalise(c, &identities[i]));
    }
    struct member_sighting seen = {
        .identities = identities,
        .n = in->identities.n,
        .name = in->name,
        .source = S("api"),
        .touchpoint = str_or(in->touchpoint, in->shop),
        .weak_ok = true,
        .at = opt_or(in->created_at, opt_or(in->paid_at, c->now)),
    };
    if (seen.n == 0) return OK; /* a name alone is nobody */
    return member_resolve(t, &seen, member, &created);
}

static enum err post_order(struct tx *t, void *arg)
{
    struct posting *p = arg;
    struct order_fact fact;
    memcpy(&fact, p->in, sizeof fact); /* the same fields in front */
    TRY(order_fact_check(t->c, &fact));
    TRY(buyer_of(t, p->in, &fact.member));
    TRY(order_write(t, &fact, &p->out->id, &p->out->what));
    struct order_place place;
    TRY(order_place_by_id(t->c, p->out->id, &place));
    p->out->member = place.member;
    return OK;
}

HANDLER(order_post_one, order_post, order_posted)
{
    return audited_write(c, post_order, &(struct posting){ in, out }, NULL);
}

struct refunding {
    const struct refund_ask *in;
    struct refund_view *out;
};

static enum err refund_order(struct tx *t, void *arg)
{
    struct refunding *r = arg;
    return order_refund(t, r->in, r->out);
}

HANDLER(order_refund_post, refund_ask, refund_view)
{
    return audited_write(c, refund_order, &(struct refunding){ in, out }, NULL);
}

struct cancelling {
    i64 id;
    struct order_detail *out;
};

static enum err cancel_order(struct tx *t, void *arg)
{
    struct cancelling *r = arg;
    TRY(order_cancel(t, r->id));
    return detail_of(t->c, r->id, r->out);
}

HANDLER(order_cancel_post, order_ref, order_detail)
{
    return audited_write(c, cancel_order, &(struct cancelling){ in->id, out }, NULL);
}

/* -- shops and products ------------------------------------------------------------------------ */

HANDLER(shop_page_get, nothing, shop_page) { return shop_list(c, &out->items); }

HANDLER(product_page_get, product_query, product_page)
{
    struct cursor from;
    i64 shop, limit = page_limit(in->limit);
    TRY(shop_named(c, in->shop, &shop));
    TRY(cursor_read(c, "products", in->cursor, &from));
    TRY(product_list(c, in->q, shop, from.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "products", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

struct product_puts {
    const struct product_fact *in;
    i64 n;
    struct product_put *out;
};

static enum err put_products(struct tx *t, void *arg)
{
    struct product_puts *p = arg;
    for (i64 i = 0; i < p->n; i++) TRY(product_write(t, &p->in[i], &p->out[i].id, &p->out[i].what));
    return OK;
}

HANDLER(product_put_one, product_fact, product_put)
{
    return audited_write(c, put_products, &(struct product_puts){ in, 1, out }, NULL);
}

HANDLER(product_put_bulk, product_bulk, product_bulk_put)
{
    if (in->items.n > 1000)
        return fail_at(c, E_TOO_LARGE, S("/items"), "一次最多 1000 个商品",
                       "at most 1,000 products at once");
    out->items.at = NEWS(c->arena, struct product_put, in->items.n);
    out->items.n = in->items.n;
    return audited_write(c, put_products,
                         &(struct product_puts){ in->items.at, in->items.n, out->items.at }, NULL);
}

#define ORDERS   "Orders"
#define PRODUCTS "Products"
static const struct route routes[] = {
    ROUTE(GET, "/v1/orders", ORDERS_READ, order_page_get, ORDERS, "订单列表", "List orders",
          .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/orders/{id}", ORDERS_READ, order_get, ORDERS, "看一个订单及其明细",
          "Show an order with its lines", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/orders", ORDERS_WRITE, order_post_one, ORDERS,
          "写入订单（按店铺和订单编号更新）", "Write an order (updated by shop and number)",
          .flags = IDEMPOTENT, .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/orders/{id}/refunds", ORDERS_WRITE, order_refund_post, ORDERS,
          "退款（全部、部分或某一行）", "Refund an order: whole, part, or a line",
          .flags = IDEMPOTENT, .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/orders/{id}/cancel", ORDERS_WRITE, order_cancel_post, ORDERS, "取消未付款订单",
          "Cancel an unpaid order", .flags = IDEMPOTENT, .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/members/{id}/orders", ORDERS_READ, member_orders_get, ORDERS, "一位会员的订单",
          "Orders of a member", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/shops", ORDERS_READ, shop_page_get, ORDERS, "店铺列表", "List shops"),
    ROUTE(GET, "/v1/products", ORDERS_READ, product_page_get, PRODUCTS, "商品列表", "List products",
          .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(PUT, "/v1/products", ORDERS_WRITE, product_put_one, PRODUCTS,
          "写入商品（按店铺和商品编码更新）", "Write a product (updated by shop and code)"),
    ROUTE(PUT, "/v1/products/bulk", ORDERS_WRITE, product_put_bulk, PRODUCTS, "批量写入商品",
          "Write many products", .errors = "E_TOO_LARGE", .body_max = 4 * 1024 * 1024),
    { 0 },
};

const struct room trade_room = {
    .name = "trade",
    .migrations = trade_migrations,
    .routes = routes,
    .fields = &trade_fields,
    .settings = trade_settings,
};
