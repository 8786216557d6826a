/* membership_api.c -- doors of paid membership: plans, buying, refunds. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/membership/inside.h"
#include "store/setting.h"

#define FIELDS_OF_plan_page(X, N)                    \
    X(list(plan), items, ANY, "Those sold first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(plan_page);
SHAPE_DEFINE(plan_page);

#define FIELDS_OF_membership_ref(X, N) X(i64, id, REQUIRED, "Member", N)
SHAPE(membership_ref);
SHAPE_DEFINE(membership_ref);

#define FIELDS_OF_quote_ask(X, N)     \
    X(i64, id, REQUIRED, "Member", N) \
    X(str, plan, REQUIRED | SHORT, "Plan", N)
SHAPE(quote_ask);
SHAPE_DEFINE(quote_ask);

#define FIELDS_OF_refund_term_ask(X, N) \
    X(i64, id, REQUIRED, "Member", N)   \
    X(str, key, REQUIRED | SHORT, "The purchase", N)
SHAPE(refund_term_ask);
SHAPE_DEFINE(refund_term_ask);

HANDLER(plans_get, nothing, plan_page) { return plan_all(c, &out->items); }

static enum err put_plan(struct tx *t, void *arg) { return plan_put(t, arg); }

HANDLER(plan_put_one, plan, plan)
{
    struct plan ask = *in;
    TRY(audited_write(c, put_plan, &ask, NULL));
    return plan_get(c, in->code, out);
}

HANDLER(membership_get, membership_ref, membership_view)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return membership_of(c, living, out);
}

HANDLER(my_membership_get, nothing, membership_view) { return membership_of(c, c->member, out); }

HANDLER(membership_quote_get, quote_ask, membership_quote)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return membership_quote(c, living, in->plan, out);
}

static enum err buy(struct tx *t, void *arg)
{
    struct membership_ask *ask = arg;
    TRY(member_living(t->c, ask->id, &ask->id));
    return membership_buy(t, ask);
}

HANDLER(membership_post, membership_ask, membership_view)
{
    struct membership_ask ask = *in;
    TRY(audited_write(c, buy, &ask, NULL));
    return membership_of(c, ask.id, out);
}

struct refunding {
    const struct refund_term_ask *in;
    struct membership_refund *out;
};

static enum err refund(struct tx *t, void *arg)
{
    struct refunding *r = arg;
    i64 living;
    TRY(member_living(t->c, r->in->id, &living));
    return membership_refund(t, living, r->in->key, r->out);
}

HANDLER(membership_refund_post, refund_term_ask, membership_refund)
{
    struct refunding r = { in, out };
    return audited_write(c, refund, &r, NULL);
}

/* What a refund would come to now. */
HANDLER(membership_refund_get, refund_term_ask, membership_refund)
{
    struct refunding r = { in, out };
    return store_preview(c->store, c, refund, &r);
}

#define FIELDS_OF_memberships_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(memberships_ask);
SHAPE_DEFINE(memberships_ask);
#define FIELDS_OF_membership_page(X, N)                              \
    X(list(membership_row), items, ANY, "The first to end first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(membership_page);
SHAPE_DEFINE(membership_page);

HANDLER(memberships_get, memberships_ask, membership_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "memberships", in->cursor, &at));
    TRY(memberships_running(c, (day)at.key, at.id, limit + 1, &out->items));
    bool more = out->items.n > limit;
    if (more) out->items.n = limit;
    for (i64 i = 0; !may(c, PERSONAL_READ) && i < out->items.n; i++)
        out->items.at[i].name = mask_name(c->arena, out->items.at[i].name);
    if (!more) return OK;
    const struct membership_row *last = &out->items.at[limit - 1];
    out->next_cursor =
        cursor_make(c, "memberships", (struct cursor){ .key = last->until, .id = last->member });
    return OK;
}

#define PAID "Paid membership"
static const struct route routes[] = {
    ROUTE(GET, "/v1/membership-plans", LOYALTY_READ, plans_get, PAID, "付费会员方案",
          "List the plans of paid membership"),
    ROUTE(PUT, "/v1/membership-plans/{code}", LOYALTY_WRITE, plan_put_one, PAID, "设定付费会员方案",
          "Put a plan"),
    ROUTE(GET, "/v1/members/{id}/membership", LOYALTY_READ, membership_get, PAID,
          "会员的付费会员资格", "Paid membership of a member", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/membership", ORDERS_WRITE, membership_post, PAID,
          "登记一次开通、续费或换方案", "Record that a term was bought, renewed or switched",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/members/{id}/membership/quote", LOYALTY_READ, membership_quote_get, PAID,
          "现在购买这个方案要付多少", "What buying a plan would come to now",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/members/{id}/membership/refund", ORDERS_WRITE, membership_refund_post, PAID,
          "按未用时间退款", "Refund a term by its unused time",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/members/{id}/membership/refund", LOYALTY_READ, membership_refund_get, PAID,
          "现在退款会退多少（试算，不退）", "What a refund would come to now; nothing is refunded",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/memberships", LOYALTY_READ, memberships_get, PAID, "付费会员（先到期的在前）",
          "Members with a running term, the first to end first", .flags = CURSOR),
    ROUTE(GET, "/v1/my/membership", MY, my_membership_get, PAID, "我的付费会员资格",
          "My paid membership"),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "membership.remind_days",
      .kind = SETTING_I64S,
      .fallback = "7,1",
      .min = 1,
      .max = 365,
      .zh = "付费会员到期前几天提醒",
      .en = "How many days before its end a paid membership is reminded of" },
    { .name = "membership.refund_deducts_benefits",
      .kind = SETTING_FLAG,
      .fallback = "true",
      .zh = "退付费会员时按成本扣除已用的权益",
      .en = "Refunds of paid membership deduct the benefits that were used, at their cost" },
    { 0 },
};

static const struct job_row jobs[] = {
    { "membership.due", 10 * MINUTE_MS, 0, membership_due,
      "发放付费会员到日子的权益，提醒与登记到期",
      "Gives what paid membership has due, reminds of its end and writes it down" },
    { 0 },
};

const struct room membership_room = {
    .name = "membership",
    .migrations = membership_migrations,
    .settings = settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &membership_fields,
};
