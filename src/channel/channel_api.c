/* channel_api.c -- doors of endpoints and deliveries; and the room. */
#include "access/access.h"
#include "base/room.h"
#include "channel/inside.h"
#include "http/request.h"
#include "http/route.h"
#include "job/job.h"

/* A URL often is a secret itself, and addresses are people's: who may not change them sees enough
 * to know which it is. */
static void shorten(struct ctx *c, struct endpoint_view *e)
{
    if (may(c, SETTINGS_WRITE)) return;
    str head = e->target;
    if (e->kind == ENDPOINT_WEBHOOK) {
        i64 from = str_find(head, S("://")) + 3, n = from;
        while (n < head.n && head.at[n] != '/' && head.at[n] != '?') n++;
        e->target = str_fmt(c->arena, STR_FMT "/…", STR_ARG(str_sub(head, 0, n)));
        return;
    }
    strs all = str_split(c->arena, head, ',');
    for (i64 i = 0; i < all.n; i++) {
        str local, domain = str_cut(all.at[i], '@', &local);
        all.at[i] = str_fmt(c->arena, STR_FMT "***@" STR_FMT, STR_ARG(str_sub(local, 0, 1)),
                            STR_ARG(domain));
    }
    e->target = str_join(c->arena, all, S(","));
}

#define FIELDS_OF_endpoint_page(X, N)                       \
    X(list(endpoint_view), items, ANY, "By id", N)          \
    X(list(topic_view), topics, ANY, "Topics there are", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(endpoint_page);
SHAPE_DEFINE(endpoint_page);
#define FIELDS_OF_endpoint_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Endpoint", N)
SHAPE(endpoint_ref);
SHAPE_DEFINE(endpoint_ref);
#define FIELDS_OF_endpoint_made(X, N)                       \
    X(i64, id, ANY, "Id", N)                                \
    X(one(endpoint_view), endpoint, ANY, "The endpoint", N) \
    X(str, secret, SECRET, "Of a webhook: whsec_…, shown this once", N)
SHAPE(endpoint_made);
SHAPE_DEFINE(endpoint_made);

HANDLER(endpoints_get, nothing, endpoint_page)
{
    topic_views(c, &out->topics);
    TRY(endpoint_list(c, &out->items));
    for (i64 i = 0; i < out->items.n; i++) shorten(c, &out->items.at[i]);
    return OK;
}

HANDLER(endpoint_get_one, endpoint_ref, endpoint_view)
{
    TRY(endpoint_get(c, in->id, out));
    shorten(c, out);
    return OK;
}

struct making {
    const struct endpoint_post *post;
    i64 id;
    str secret;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return endpoint_make(t, k->post, &k->id, &k->secret);
}
HANDLER(endpoint_post_one, endpoint_post, endpoint_made)
{
    struct making k = { .post = in };
    TRY(audited_write(c, make_it, &k, &k.id));
    out->id = k.id;
    out->secret = k.secret;
    out->endpoint = NEW(c->arena, struct endpoint_view);
    return endpoint_get(c, k.id, out->endpoint);
}

struct changing {
    const struct endpoint_patch *patch;
    bool topics;
};
static enum err change_it(struct tx *t, void *arg)
{
    const struct changing *k = arg;
    return endpoint_change(t, k->patch, k->topics);
}
HANDLER(endpoint_patch_one, endpoint_patch, endpoint_view)
{
    struct changing k = { in, request_gives(c, "topics") };
    TRY(audited_write(c, change_it, &k, NULL));
    return endpoint_get(c, in->id, out);
}

static enum err remove_it(struct tx *t, void *arg)
{
    const struct endpoint_ref *in = arg;
    return endpoint_remove(t, in->id);
}
HANDLER(endpoint_delete_one, endpoint_ref, nothing)
{
    struct endpoint_ref k = *in;
    return audited_write(c, remove_it, &k, NULL);
}

static enum err rotate_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return endpoint_rotate(t, k->id, &k->secret);
}
HANDLER(endpoint_rotate_one, endpoint_ref, endpoint_made)
{
    struct making k = { .id = in->id };
    TRY(audited_write(c, rotate_it, &k, NULL));
    out->id = in->id;
    out->secret = k.secret;
    out->endpoint = NEW(c->arena, struct endpoint_view);
    return endpoint_get(c, in->id, out->endpoint);
}

/* -- deliveries -------------------------------------------------------------------------------- */

static const char deliveries_route[] = "/v1/deliveries";

#define FIELDS_OF_deliveries_ask(X, N)                                           \
    X(opt_i64, endpoint, POSITIVE, "Only to this endpoint", N)                   \
    X(str, state, SHORT, "Only these: waiting, sent, failed, given_up, held", N) \
    X(str, topic, SHORT, "Only of this topic", N)                                \
    X(str, key, SHORT, "Only with this key", N)                                  \
    PAGE_FIELDS(X, N)
SHAPE(deliveries_ask);
SHAPE_DEFINE(deliveries_ask);
#define FIELDS_OF_deliveries_page(X, N)                   \
    X(list(delivery_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(deliveries_page);
SHAPE_DEFINE(deliveries_page);
#define FIELDS_OF_delivery_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Delivery", N)
SHAPE(delivery_ref);
SHAPE_DEFINE(delivery_ref);

HANDLER(deliveries_get, deliveries_ask, deliveries_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    struct delivery_filter f = { .endpoint = in->endpoint.value,
                                 .state = -1,
                                 .topic = in->topic,
                                 .key = in->key,
                                 .limit = limit + 1 };
    TRY(cursor_read(c, deliveries_route, in->cursor, &at));
    f.before = at.id;
    if (in->state.n && (f.state = choice_find(&delivery_state_choice, in->state)) < 0)
        return fail_at(c, E_INVALID, S("/state"),
                       "状态只能是 waiting、sent、failed、given_up、held",
                       "a state is waiting, sent, failed, given_up or held");
    TRY(delivery_list(c, &f, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, deliveries_route, (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

static enum err delivery_one(struct ctx *c, i64 id, struct delivery_view *out)
{
    struct delivery_view_list list;
    struct delivery_filter f = { .state = -1, .before = id + 1, .limit = 1 };
    TRY(delivery_list(c, &f, &list));
    if (!list.n || list.at[0].id != id)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的推送", "there is no delivery %lld",
                    (long long)id);
    *out = list.at[0];
    return OK;
}

HANDLER(delivery_get_one, delivery_ref, delivery_view) { return delivery_one(c, in->id, out); }

static enum err retry_it(struct tx *t, void *arg)
{
    const struct delivery_ref *in = arg;
    return delivery_retry(t, in->id);
}
HANDLER(delivery_retry_one, delivery_ref, delivery_view)
{
    struct delivery_ref k = *in;
    TRY(audited_write(c, retry_it, &k, NULL));
    return delivery_one(c, in->id, out);
}

struct testing {
    i64 endpoint, delivery;
};
static enum err test_it(struct tx *t, void *arg)
{
    struct testing *k = arg;
    return endpoint_test(t, k->endpoint, &k->delivery);
}
HANDLER(endpoint_test_one, endpoint_ref, delivery_view)
{
    struct testing k = { .endpoint = in->id };
    TRY(audited_write(c, test_it, &k, &k.delivery));
    return delivery_one(c, k.delivery, out);
}

/* -- the room ---------------------------------------------------------------------------------- */

#define G "Deliveries"
static const struct route routes[] = {
    ROUTE(GET, "/v1/endpoints", REPORTS_READ, endpoints_get, G, "列出推送地址和主题",
          "List endpoints and topics"),
    ROUTE(POST, "/v1/endpoints", SETTINGS_WRITE, endpoint_post_one, G,
          "新增推送地址（Webhook 或邮件）", "Add an endpoint (webhook or mail)", .flags = CREATES,
          .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/endpoints/{id}", REPORTS_READ, endpoint_get_one, G, "看一个推送地址",
          "Show an endpoint", .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/endpoints/{id}", SETTINGS_WRITE, endpoint_patch_one, G,
          "修改、停用或启用推送地址", "Change an endpoint, switch it off or on",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/endpoints/{id}", SETTINGS_WRITE, endpoint_delete_one, G, "删除推送地址",
          "Remove an endpoint", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/endpoints/{id}/rotate", SETTINGS_WRITE, endpoint_rotate_one, G,
          "更换签名密钥；旧密钥在一段时间内仍然有效",
          "A new secret; the old one signs too for a while", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/endpoints/{id}/test", SETTINGS_WRITE, endpoint_test_one, G, "发送测试",
          "Send a test", .flags = CREATES, .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/deliveries", REPORTS_READ, deliveries_get, G, "列出推送记录", "List deliveries",
          .flags = CURSOR),
    ROUTE(GET, "/v1/deliveries/{id}", REPORTS_READ, delivery_get_one, G, "看一条推送",
          "Show a delivery", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/deliveries/{id}/retry", SETTINGS_WRITE, delivery_retry_one, G, "立即重发",
          "Try again now", .errors = "E_NOT_FOUND E_CONFLICT"),
    { 0 },
};

static enum err send_due(struct store *s, struct ctx *c) { return deliveries_run(s, c, NULL); }

static const struct job_row jobs[] = {
    { "channel.deliver", 5 * SECOND_MS, 0, send_due, "发送推送", "Sends what is due",
      .outside = true },
    { "channel.sweep", MINUTE_MS, 0, deliveries_sweep, "整理推送记录，汇总被拦下的推送",
      "Forgets old deliveries, tells of those held back" },
    { 0 },
};

const struct room channel_room = {
    .name = "channel",
    .migrations = channel_migrations,
    .settings = channel_settings,
    .routes = routes,
    .jobs = jobs,
    .topics = channel_topics,
};
