/* mall_api.c -- the operators' doors of the points mall: goods, stock, codes, exchanges. */
#include "access/access.h"
#include "base/num.h"
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/mall/inside.h"
#include "store/setting.h"

extern const struct route mall_my_routes[]; /* mall_my_api.c */

#define FIELDS_OF_goods_ask(X, N)                            \
    X(str, state, SHORT, "draft, on or off; absent: all", N) \
    PAGE_FIELDS(X, N)
SHAPE(goods_ask);
SHAPE_DEFINE(goods_ask);
#define FIELDS_OF_good_page(X, N)                     \
    X(list(good_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(good_page);
SHAPE_DEFINE(good_page);
#define FIELDS_OF_good_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Good", N)
SHAPE(good_ref);
SHAPE_DEFINE(good_ref);
#define FIELDS_OF_codes_post(X, N)                                                    \
    X(i64, id, REQUIRED | POSITIVE, "Good", N)                                        \
    X(str, key, REQUIRED | SHORT, "Your number for the list: a retry is harmless", N) \
    X(str, codes, REQUIRED | SECRET | LONG, "One a line, at most 100,000", N)
SHAPE(codes_post);
SHAPE_DEFINE(codes_post);

/* -- goods ------------------------------------------------------------------------------------- */

HANDLER(goods_get, goods_ask, good_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "mall goods", in->cursor, &at));
    TRY(good_list(c, in->state, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "mall goods", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

HANDLER(good_get_one, good_ref, good_view) { return good_get(c, in->id, out); }

struct making {
    const struct good_post *in;
    i64 id;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return good_make(t, k->in, &k->id);
}
HANDLER(good_post_one, good_post, good_view)
{
    struct making k = { .in = in };
    TRY(audited_write(c, make_it, &k, &k.id));
    return good_get(c, k.id, out);
}

static enum err change_it(struct tx *t, void *arg) { return good_change(t, arg); }
HANDLER(good_patch_one, good_patch, good_view)
{
    struct good_patch ask = *in;
    ask.clear = (strs){ 0 }; /* of our own: null empties what it names */
    for (i64 i = 0; i < in->clear.n; i++) *PUSH(c->arena, &ask.clear) = in->clear.at[i];
    if (!in->starts_at.has && request_gives(c, "starts_at"))
        *PUSH(c->arena, &ask.clear) = S("starts_at");
    if (!in->ends_at.has && request_gives(c, "ends_at")) *PUSH(c->arena, &ask.clear) = S("ends_at");
    TRY(audited_write(c, change_it, &ask, NULL));
    return good_get(c, in->id, out);
}

static enum err restock_it(struct tx *t, void *arg) { return good_restock(t, arg); }
HANDLER(good_stock_post, restock, good_view)
{
    TRY(audited_write(c, restock_it, (void *)in, NULL));
    return good_get(c, in->id, out);
}

HANDLER(good_codes_post, codes_post, codes_added)
{
    return good_codes_add(c->store, c, in->id, in->key, in->codes, out);
}

/* -- exchanges --------------------------------------------------------------------------------- */

#define FIELDS_OF_exchanges_ask(X, N)                                                              \
    X(str, state, SHORT, "placed, paid, shipped, received, returned or cancelled; absent: all", N) \
    X(opt_i64, good, POSITIVE, "Of this good", N)                                                  \
    X(opt_i64, member, POSITIVE, "Of this member", N)                                              \
    PAGE_FIELDS(X, N)
SHAPE(exchanges_ask);
SHAPE_DEFINE(exchanges_ask);
#define FIELDS_OF_exchange_page(X, N)                     \
    X(list(exchange_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(exchange_page);
SHAPE_DEFINE(exchange_page);
#define FIELDS_OF_exchange_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Exchange", N)
SHAPE(exchange_ref);
SHAPE_DEFINE(exchange_ref);
#define FIELDS_OF_payment(X, N)                                        \
    X(i64, id, REQUIRED | POSITIVE, "Exchange", N)                     \
    X(str, reference, REQUIRED | SHORT, "Reference of the payment", N) \
    X(opt_money, amount, NOT_NEGATIVE, "What was paid, to be compared", N)
SHAPE(payment);
SHAPE_DEFINE(payment);
#define FIELDS_OF_shipment(X, N)                    \
    X(i64, id, REQUIRED | POSITIVE, "Exchange", N)  \
    X(str, carrier, REQUIRED | SHORT, "Carrier", N) \
    X(str, tracking, REQUIRED | SHORT, "Number of the parcel", N)
SHAPE(shipment);
SHAPE_DEFINE(shipment);
#define FIELDS_OF_return_ask(X, N)                 \
    X(i64, id, REQUIRED | POSITIVE, "Exchange", N) \
    X(str, reason, SHORT, "Why", N)
SHAPE(return_ask);
SHAPE_DEFINE(return_ask);
#define FIELDS_OF_exchange_refund(X, N)            \
    X(i64, id, REQUIRED | POSITIVE, "Exchange", N) \
    X(str, reference, REQUIRED | SHORT, "Reference of the refund", N)
SHAPE(exchange_refund);
SHAPE_DEFINE(exchange_refund);

HANDLER(exchanges_get, exchanges_ask, exchange_page)
{
    struct cursor at;
    struct exchange_filter of = { .state = in->state, .good = in->good.value };
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "exchanges", in->cursor, &at));
    of.below = at.id;
    if (in->member.has) TRY(member_living(c, in->member.value, &of.member));
    TRY(exchange_list(c, of, limit + 1, may(c, PERSONAL_READ), &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "exchanges", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

static enum err shown(struct ctx *c, i64 id, struct exchange_view *out)
{
    return exchange_get(c, id, may(c, PERSONAL_READ), out);
}
HANDLER(exchange_get_one, exchange_ref, exchange_view) { return shown(c, in->id, out); }

static enum err pay_it(struct tx *t, void *arg)
{
    const struct payment *in = arg;
    return mall_pay(t, in->id, in->reference, in->amount);
}
HANDLER(exchange_pay_post, payment, exchange_view)
{
    TRY(audited_write(c, pay_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

static enum err ship_it(struct tx *t, void *arg)
{
    const struct shipment *in = arg;
    return mall_ship(t, in->id, in->carrier, in->tracking);
}
HANDLER(exchange_ship_post, shipment, exchange_view)
{
    TRY(audited_write(c, ship_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

static enum err receive_it(struct tx *t, void *arg)
{
    return mall_receive(t, ((const struct exchange_ref *)arg)->id, 0);
}
HANDLER(exchange_receive_post, exchange_ref, exchange_view)
{
    TRY(audited_write(c, receive_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

static enum err cancel_it(struct tx *t, void *arg)
{
    return mall_cancel(t, ((const struct exchange_ref *)arg)->id, 0);
}
HANDLER(exchange_cancel_post, exchange_ref, exchange_view)
{
    TRY(audited_write(c, cancel_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

static enum err return_it(struct tx *t, void *arg)
{
    const struct return_ask *in = arg;
    return mall_return(t, in->id, in->reason);
}
HANDLER(exchange_return_post, return_ask, exchange_view)
{
    TRY(audited_write(c, return_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

static enum err refund_it(struct tx *t, void *arg)
{
    const struct exchange_refund *in = arg;
    return mall_refunded(t, in->id, in->reference);
}
HANDLER(exchange_refund_post, exchange_refund, exchange_view)
{
    TRY(audited_write(c, refund_it, (void *)in, NULL));
    return shown(c, in->id, out);
}

/* -- files ------------------------------------------------------------------------------------- */

enum exchange_file { EXCHANGE_CSV, EXCHANGE_XLSX };
CHOICE(exchange_file);
CHOICE_DEFINE(exchange_file, "csv", "xlsx");
#define FIELDS_OF_exchange_export_ask(X, N)                                                        \
    X(str, state, SHORT, "placed, paid, shipped, received, returned or cancelled; absent: all", N) \
    X(opt_i64, good, POSITIVE, "Of this good", N)                                                  \
    X(opt_i64, member, POSITIVE, "Of this member", N)                                              \
    X(str, from, SHORT, "Placed from this day on, 2026-11-01", N)                                  \
    X(str, to, SHORT, "Placed up to this day, itself included", N)                                 \
    X(choice(exchange_file), format, ANY, "csv or xlsx", N)
SHAPE(exchange_export_ask);
SHAPE_DEFINE(exchange_export_ask);

static enum err day_read(struct ctx *c, str text, const char *at, day *out)
{
    if (day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(at), "日期应写作 2026-11-01",
                   "a day is written 2026-11-01");
}

static enum err note_export(struct tx *t, void *arg)
{
    const struct exchange_export_ask *in = arg;
    str what = in->state.n ? in->state : S("all");
    return audit_write(t, S("mall.exported"),
                       str_fmt(t->c->arena, "exchanges/" STR_FMT, STR_ARG(what)), NO_STR);
}

HANDLER(exchange_export_get, exchange_export_ask, nothing)
{
    bool xlsx = in->format == EXCHANGE_XLSX;
    struct exchange_filter of = { .state = in->state, .good = in->good.value };
    struct exchange_view_list none = { 0 };
    day d;
    str path;
    if (in->member.has) TRY(member_living(c, in->member.value, &of.member));
    if (in->from.n) {
        TRY(day_read(c, in->from, "/from", &d));
        of.from = zone_midnight(c->zone, d);
    }
    if (in->to.n) {
        TRY(day_read(c, in->to, "/to", &d));
        of.until = SOME(zone_midnight(c->zone, d + 1));
    }
    TRY(exchange_list(c, of, 1, false, &none)); /* what was asked for makes sense */
    TRY(store_write(c->store, c, note_export, (void *)in));
    TRY(reply_place(request_of(c), &path));
    TRY(exchange_export(c, path, xlsx, of, may(c, PERSONAL_READ)));
    return reply_file(request_of(c), path, xlsx ? S("exchanges.xlsx") : S("exchanges.csv"),
                      xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                           : S("text/csv; charset=utf-8"),
                      true);
}

/* -- shipping in bulk -------------------------------------------------------------------------- */

enum { PARCELS_MAX = 1000 };
#define FIELDS_OF_parcels_post(X, N) \
    X(str, csv, REQUIRED | LONG, "Lines: exchange, carrier, number of the parcel", N)
SHAPE(parcels_post);
SHAPE_DEFINE(parcels_post);
#define FIELDS_OF_parcel_fault(X, N)         \
    X(i64, line, ANY, "Line of the file", N) \
    X(str, reason, ANY, "Why it was not shipped", N)
SHAPE(parcel_fault);
SHAPE_DEFINE(parcel_fault);
#define FIELDS_OF_parcels_shipped(X, N)                 \
    X(i64, shipped, ANY, "How many are shipped now", N) \
    X(list(parcel_fault), faults, ANY, "Those that are not", N)
SHAPE(parcels_shipped);
SHAPE_DEFINE(parcels_shipped);

struct parcels {
    struct shipment *at;
    i64 n;
};
struct shipping {
    struct parcels lines; /* id 0: not readable */
    i64 *number;          /* line of each */
    struct parcels_shipped *out;
};

/* The parts of a line, apart by commas or tabs, bare or in quotes. */
static bool parcel_read(struct ctx *c, str line, struct shipment *out)
{
    str parts[3], rest = str_replace(c->arena, line, S("\t"), S(","));
    rest = str_replace(c->arena, rest, S("，"), S(","));
    for (int i = 0; i < 3; i++) {
        rest = str_cut(rest, ',', &parts[i]);
        parts[i] = str_trim(parts[i]);
        if (parts[i].n >= 2 && parts[i].at[0] == '"' && parts[i].at[parts[i].n - 1] == '"')
            parts[i] = str_trim(str_sub(parts[i], 1, parts[i].n - 1));
    }
    *out = (struct shipment){ .carrier = parts[1], .tracking = parts[2] };
    return str_empty(str_trim(rest)) && i64_parse(parts[0], &out->id) && out->id > 0;
}

static enum err parcels_ship(struct tx *t, void *arg)
{
    struct shipping *k = arg;
    struct ctx *c = t->c;
    *k->out = (struct parcels_shipped){ 0 };
    for (i64 i = 0; i < k->lines.n; i++) {
        struct shipment *s = &k->lines.at[i];
        enum err e = s->id ? tx_try(t, ship_it, s)
                           : fail(c, E_INVALID, "须为“兑换编号,快递公司,单号”",
                                  "a line is: exchange, carrier, number of the parcel");
        if (e == E_STORE || e == E_BUSY || e == E_UNCERTAIN || e == E_FULL) return e;
        if (e == OK) k->out->shipped++;
        else
            *PUSH(c->arena, &k->out->faults) =
                (struct parcel_fault){ k->number[i], str_copy(c->arena, str_of(c->why.detail)) };
    }
    return OK;
}

HANDLER(exchanges_ship_post, parcels_post, parcels_shipped)
{
    struct shipping k = { .out = out, .number = NEWS(c->arena, i64, PARCELS_MAX) };
    str rest = in->csv, line;
    for (i64 number = 1; rest.n; number++) {
        struct shipment s;
        rest = str_cut(rest, '\n', &line);
        line = str_trim(line);
        if (!line.n) continue;
        bool good = parcel_read(c, line, &s);
        if (!good && number == 1) continue; /* the names of the columns */
        if (k.lines.n == PARCELS_MAX)
            return fail_at(c, E_TOO_LARGE, S("/csv"), "一次至多 %d 行", "at most %d lines",
                           PARCELS_MAX);
        k.number[k.lines.n] = number;
        if (!good) s.id = 0;
        *PUSH(c->arena, &k.lines) = s;
    }
    return audited_write(c, parcels_ship, &k, NULL);
}

/* -- the tables -------------------------------------------------------------------------------- */

#define MALL "Points mall"
static const struct route routes[] = {
    ROUTE(GET, "/v1/mall/goods", LOYALTY_READ, goods_get, MALL, "积分商城的商品",
          "Goods of the points mall", .flags = CURSOR),
    ROUTE(POST, "/v1/mall/goods", LOYALTY_WRITE, good_post_one, MALL, "新建商品", "Make a good",
          .flags = CREATES),
    ROUTE(GET, "/v1/mall/goods/{id}", LOYALTY_READ, good_get_one, MALL, "看一件商品", "Show a good",
          .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/mall/goods/{id}", LOYALTY_WRITE, good_patch_one, MALL, "改商品、上架或下架",
          "Change a good, put it on sale or off", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/mall/goods/{id}/stock", LOYALTY_WRITE, good_stock_post, MALL, "增减库存",
          "Add to its stock or take from it", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/mall/goods/{id}/codes", LOYALTY_WRITE, good_codes_post, MALL, "上传一份码表",
          "Upload a list of codes", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE",
          .body_max = 24 * 1024 * 1024),
    ROUTE(GET, "/v1/exchanges", LOYALTY_READ, exchanges_get, MALL, "积分兑换单",
          "Exchanges of the points mall", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/exchanges/export", EXPORT | LOYALTY_READ, exchange_export_get, MALL,
          "导出兑换单为 csv 或 xlsx", "Exchanges as csv or xlsx", .flags = STREAM | AUDITS_ITSELF,
          .errors = "E_NOT_FOUND E_FULL"),
    ROUTE(GET, "/v1/exchanges/{id}", LOYALTY_READ, exchange_get_one, MALL, "看一笔兑换",
          "Show an exchange", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/exchanges/{id}/pay", LOYALTY_WRITE, exchange_pay_post, MALL,
          "记下一笔兑换的付款", "Record the payment of an exchange",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/exchanges/{id}/ship", LOYALTY_WRITE, exchange_ship_post, MALL, "发货",
          "Ship an exchange", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/exchanges/ship", LOYALTY_WRITE, exchanges_ship_post, MALL, "按表批量发货",
          "Ship many by a list"),
    ROUTE(POST, "/v1/exchanges/{id}/receive", LOYALTY_WRITE, exchange_receive_post, MALL,
          "确认收货", "An exchange was received", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/exchanges/{id}/cancel", LOYALTY_WRITE, exchange_cancel_post, MALL,
          "取消一笔兑换", "Cancel an exchange", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/exchanges/{id}/return", LOYALTY_WRITE, exchange_return_post, MALL,
          "退回一笔兑换", "An exchange was returned",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/exchanges/{id}/refund", LOYALTY_WRITE, exchange_refund_post, MALL,
          "记下已退的款", "Its money was paid back", .errors = "E_NOT_FOUND E_CONFLICT"),
    { .next = mall_my_routes },
};

static const struct setting settings[] = {
    { .name = "mall.pay_minutes",
      .kind = SETTING_I64,
      .fallback = "30",
      .min = 1,
      .max = 43200,
      .zh = "积分兑换待付款的分钟数，超时自动取消",
      .en = "Minutes an exchange waits for its payment before it is cancelled by itself" },
    { .name = "mall.receive_days",
      .kind = SETTING_I64,
      .fallback = "10",
      .min = 1,
      .max = 365,
      .zh = "发货多少天后自动确认收货",
      .en = "Days after shipping an exchange counts as received by itself" },
    { .name = "mall.return_days",
      .kind = SETTING_I64,
      .fallback = "7",
      .min = 0,
      .max = 365,
      .zh = "收货后多少天内可以退回",
      .en = "Days after it was received in which an exchange can be returned" },
    { 0 },
};

static const struct job_row jobs[] = {
    { "mall.lapse", MINUTE_MS, 0, mall_lapse, "兑换超时取消、自动收货",
      "Exchanges cancelled or received by time" },
    { 0 },
};

const struct room mall_room = {
    .name = "mall",
    .migrations = mall_migrations,
    .routes = routes,
    .settings = settings,
    .fields = &mall_fields,
    .jobs = jobs,
};
