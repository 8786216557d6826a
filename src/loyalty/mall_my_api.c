/* mall_my_api.c -- the member's own doors of the points mall. */
#include "http/route.h"
#include "loyalty/mall/inside.h"
#include "loyalty/points.h"

enum { SHOWN_MAX = 200 };

#define FIELDS_OF_my_good(X, N)                                \
    X(i64, id, ANY, "Good", N)                                 \
    X(choice(good_kind), kind, ANY, "Kind", N)                 \
    X(str, name, ANY, "Name", N)                               \
    X(i64, points, ANY, "Points a piece", N)                   \
    X(money, price, ANY, "Money a piece", N)                   \
    X(str, picture, ANY, "Picture", N)                         \
    X(str, description, ANY, "What it is", N)                  \
    X(opt_instant, starts_at, ANY, "On sale from", N)          \
    X(opt_instant, ends_at, ANY, "On sale until before", N)    \
    X(i64, left, ANY, "Pieces left", N)                        \
    X(flag, can, ANY, "He can have one now", N)                \
    X(choice(mall_result), result, ANY, "DONE, or why not", N) \
    X(str, words, ANY, "The same in the reader's language", N)
SHAPE(my_good);
SHAPE_DEFINE(my_good);
#define FIELDS_OF_my_mall(X, N)                                            \
    X(i64, points, ANY, "Points he can spend now", N)                      \
    X(list(my_good), items, ANY, "Goods on sale or soon, newest first", N) \
    X(str, next_cursor, ANY, "Always null: at most 200 are shown", N)
SHAPE(my_mall);
SHAPE_DEFINE(my_mall);

HANDLER(my_mall_get, nothing, my_mall)
{
    struct good_view_list goods = { 0 };
    struct points_balance points;
    TRY(points_balance_of(c, c->member, &points));
    out->points = points.available;
    TRY(good_list(c, S("on"), 0, SHOWN_MAX, &goods));
    for (i64 i = 0; i < goods.n; i++) {
        const struct good_view *g = &goods.at[i];
        enum mall_result result;
        if (g->ends_at.has && g->ends_at.value <= c->now) continue;
        TRY(mall_can(c, c->member, g->id, 1, &result));
        *PUSH(c->arena, &out->items) =
            (struct my_good){ .id = g->id,
                              .kind = g->kind,
                              .name = c->locale == EN && !str_empty(g->en) ? g->en : g->zh,
                              .points = g->points,
                              .price = g->price,
                              .picture = g->picture,
                              .description = g->description,
                              .starts_at = g->starts_at,
                              .ends_at = g->ends_at,
                              .left = g->left,
                              .can = result == MALL_DONE,
                              .result = result,
                              .words = mall_result_words(c, result) };
    }
    return OK;
}

struct placing {
    const struct exchange_post *in;
    enum mall_result result;
    struct exchanged out;
};
static enum err place(struct tx *t, void *arg)
{
    struct placing *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return mall_exchange(t, living, k->in, &k->result, &k->out);
}
HANDLER(my_exchange_post, exchange_post, exchange_view)
{
    struct placing k = { .in = in };
    TRY(audited_write(c, place, &k, NULL));
    return exchange_get(c, k.out.id, true, out);
}

#define FIELDS_OF_my_exchanges_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(my_exchanges_ask);
SHAPE_DEFINE(my_exchanges_ask);
#define FIELDS_OF_my_exchange_page(X, N)                  \
    X(list(exchange_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(my_exchange_page);
SHAPE_DEFINE(my_exchange_page);
#define FIELDS_OF_my_exchange_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Exchange", N)
SHAPE(my_exchange_ref);
SHAPE_DEFINE(my_exchange_ref);
#define FIELDS_OF_my_address(X, N)                                      \
    X(i64, id, REQUIRED | POSITIVE, "Exchange", N)                      \
    X(str, receiver, REQUIRED | SHORT | PERSONAL, "Who receives it", N) \
    X(str, phone, REQUIRED | SHORT | PERSONAL, "His phone", N)          \
    X(str, address, REQUIRED | PERSONAL, "Where to", N)
SHAPE(my_address);
SHAPE_DEFINE(my_address);

HANDLER(my_exchanges_get, my_exchanges_ask, my_exchange_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "my exchanges", in->cursor, &at));
    struct exchange_filter of = { .member = c->member, .below = at.id };
    TRY(exchange_list(c, of, limit + 1, true, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "my exchanges", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

static enum err cancel(struct tx *t, void *arg)
{
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return mall_cancel(t, ((const struct my_exchange_ref *)arg)->id, living);
}
HANDLER(my_cancel_post, my_exchange_ref, exchange_view)
{
    TRY(audited_write(c, cancel, (void *)in, NULL));
    return exchange_get(c, in->id, true, out);
}

static enum err receive(struct tx *t, void *arg)
{
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return mall_receive(t, ((const struct my_exchange_ref *)arg)->id, living);
}
HANDLER(my_receive_post, my_exchange_ref, exchange_view)
{
    TRY(audited_write(c, receive, (void *)in, NULL));
    return exchange_get(c, in->id, true, out);
}

static enum err address(struct tx *t, void *arg)
{
    const struct my_address *in = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return mall_address(t, in->id, living,
                        (struct parcel_to){ in->receiver, in->phone, in->address });
}
HANDLER(my_address_put, my_address, exchange_view)
{
    TRY(audited_write(c, address, (void *)in, NULL));
    return exchange_get(c, in->id, true, out);
}

#define MALL "Points mall"
extern const struct route mall_my_routes[];
const struct route mall_my_routes[] = {
    ROUTE(GET, "/v1/my/mall", MY, my_mall_get, MALL, "我能兑换什么", "What I can exchange"),
    ROUTE(POST, "/v1/my/mall/{id}/exchange", MY, my_exchange_post, MALL, "我要兑换", "I exchange",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/my/exchanges", MY, my_exchanges_get, MALL, "我的兑换", "My exchanges",
          .flags = CURSOR),
    ROUTE(POST, "/v1/my/exchanges/{id}/cancel", MY, my_cancel_post, MALL, "我要取消", "I cancel",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/my/exchanges/{id}/receive", MY, my_receive_post, MALL, "我收到了",
          "I have received it", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(PUT, "/v1/my/exchanges/{id}/address", MY, my_address_put, MALL, "我的收件地址",
          "Where to send it", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    { 0 },
};
