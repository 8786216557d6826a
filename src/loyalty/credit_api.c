/* credit_api.c -- doors of shopping credit; large gifts by hand go by a second person. */
#include "access/access.h"
#include "access/approval.h"
#include "base/num.h"
#include "base/room.h"
#include "http/route.h"
#include "loyalty/credit/inside.h"
#include "store/setting.h"

#define FIELDS_OF_credit_ref(X, N) X(i64, id, REQUIRED, "Member", N)
SHAPE(credit_ref);
SHAPE_DEFINE(credit_ref);

#define FIELDS_OF_credit_page_ask(X, N) \
    X(i64, id, REQUIRED, "Member", N)   \
    PAGE_FIELDS(X, N)
SHAPE(credit_page_ask);
SHAPE_DEFINE(credit_page_ask);

#define FIELDS_OF_credit_act_page(X, N)                \
    X(list(credit_act), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(credit_act_page);
SHAPE_DEFINE(credit_act_page);

#define FIELDS_OF_credit_statement_ask(X, N)                          \
    X(i64, id, REQUIRED, "Member", N)                                 \
    X(opt_flag, bonus, ANY, "Of the bonus; else of the principal", N) \
    PAGE_FIELDS(X, N)
SHAPE(credit_statement_ask);
SHAPE_DEFINE(credit_statement_ask);

#define FIELDS_OF_my_statement_ask(X, N)                              \
    X(opt_flag, bonus, ANY, "Of the bonus; else of the principal", N) \
    PAGE_FIELDS(X, N)
SHAPE(my_statement_ask);
SHAPE_DEFINE(my_statement_ask);

#define FIELDS_OF_credit_line_page(X, N)                \
    X(list(credit_line), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(credit_line_page);
SHAPE_DEFINE(credit_line_page);

#define FIELDS_OF_credit_grant(X, N)                                              \
    X(i64, id, REQUIRED, "Member", N)                                             \
    X(str, key, REQUIRED | SHORT, "Your number: a retry with it is harmless", N)  \
    X(money, amount, REQUIRED | POSITIVE, "How much, as bonus", N)                \
    X(opt_i64, valid_days, POSITIVE, "Ends after so many days; absent: never", N) \
    X(str, budget, SHORT, "Budget it is charged to; absent: none", N)             \
    X(str, reason, REQUIRED | SHORT, "Why, without personal data", N)
SHAPE(credit_grant);
SHAPE_DEFINE(credit_grant);

#define FIELDS_OF_credit_granted(X, N)     \
    X(flag, given, ANY, "It was given", N) \
    X(one(approval_asked), approval, ANY, "It waits for a second person; null: it does not", N)
SHAPE(credit_granted);
SHAPE_DEFINE(credit_granted);

/* -- reading ----------------------------------------------------------------------------------- */

HANDLER(credit_get, credit_ref, credit_view)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return credit_of(c, living, out);
}

HANDLER(my_credit_get, nothing, credit_view) { return credit_of(c, c->member, out); }

HANDLER(credit_acts_get, credit_page_ask, credit_act_page)
{
    struct cursor at;
    i64 living, limit = page_limit(in->limit);
    TRY(cursor_read(c, "credit acts", in->cursor, &at));
    TRY(member_living(c, in->id, &living));
    TRY(credit_acts(c, living, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "credit acts", (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

static enum err statement(struct ctx *c, i64 member, opt_flag bonus, str cursor, opt_i64 asked,
                          struct credit_line_page *out)
{
    struct cursor at;
    i64 limit = page_limit(asked);
    TRY(cursor_read(c, "credit statement", cursor, &at));
    TRY(credit_statement(c, member, bonus.has && bonus.value, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor = cursor_make(c, "credit statement",
                                   (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

HANDLER(credit_statement_get, credit_statement_ask, credit_line_page)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return statement(c, living, in->bonus, in->cursor, in->limit, out);
}

HANDLER(my_credit_statement_get, my_statement_ask, credit_line_page)
{
    return statement(c, c->member, in->bonus, in->cursor, in->limit, out);
}

HANDLER(credit_steps_get_all, nothing, credit_steps) { return credit_steps_get(c, out); }

/* -- changing ---------------------------------------------------------------------------------- */

static enum err put_steps(struct tx *t, void *arg) { return credit_steps_put(t, arg); }

HANDLER(credit_steps_put_all, credit_steps, credit_steps)
{
    struct credit_steps steps = *in;
    TRY(audited_write(c, put_steps, &steps, NULL));
    return credit_steps_get(c, out);
}

struct doing {
    struct credit_ask ask;
    struct credit_refund_ask back;
    struct credit_act *out;
};

static enum err topup(struct tx *t, void *arg)
{
    struct doing *d = arg;
    TRY(member_living(t->c, d->ask.id, &d->ask.id));
    return credit_topup(t, &d->ask, d->out);
}

HANDLER(credit_topup_post, credit_ask, credit_act)
{
    struct doing d = { .ask = *in, .out = out };
    return audited_write(c, topup, &d, NULL);
}

static enum err spend(struct tx *t, void *arg)
{
    struct doing *d = arg;
    TRY(member_living(t->c, d->ask.id, &d->ask.id));
    return credit_spend(t, &d->ask, d->out);
}

HANDLER(credit_spend_post, credit_ask, credit_act)
{
    struct doing d = { .ask = *in, .out = out };
    return audited_write(c, spend, &d, NULL);
}

static enum err refund(struct tx *t, void *arg)
{
    struct doing *d = arg;
    TRY(member_living(t->c, d->back.id, &d->back.id));
    return credit_refund(t, &d->back, d->out);
}

HANDLER(credit_refund_post, credit_refund_ask, credit_act)
{
    struct doing d = { .back = *in, .out = out };
    return audited_write(c, refund, &d, NULL);
}

#define FIELDS_OF_credit_refund_preview(X, N)                     \
    X(i64, id, REQUIRED, "Member", N)                             \
    X(str, of, REQUIRED | SHORT, "Key of the top-up or spend", N) \
    X(opt_money, amount, POSITIVE, "How much; absent: all that is left of it", N)
SHAPE(credit_refund_preview);
SHAPE_DEFINE(credit_refund_preview);

/* What a refund would come to now. */
HANDLER(credit_refund_get, credit_refund_preview, credit_act)
{
    struct doing d = { .back = { in->id, S("preview"), in->of, in->amount }, .out = out };
    return store_preview(c->store, c, refund, &d);
}

HANDLER(credit_totals_get, nothing, credit_totals) { return credit_totals(c, out); }

/* -- gifts by hand ----------------------------------------------------------------------------- */

#define GRANT "credit.grant"

static enum err grant_now(struct tx *t, const struct credit_grant *g)
{
    struct ctx *c = t->c;
    enum reward_result got;
    i64 living;
    struct reward what = { .kind = REWARD_CREDIT,
                           .credit = SOME(g->amount),
                           .valid_days = g->valid_days,
                           .budget = g->budget };
    struct reward_why why = { .id = str_fmt(c->arena, "hand:" STR_FMT, STR_ARG(g->key)),
                              .reason = g->reason };
    TRY(member_living(c, g->id, &living));
    TRY(reward_check(c, &what, S("")));
    TRY(reward_give(t, living, &what, why, &got));
    if (got != REWARD_NO_BUDGET) return OK;
    return fail_at(c, E_UNPROCESSABLE, S("/budget"), "预算不足", "the budget has too little");
}

struct granting {
    const struct credit_grant *in;
    i64 approval;
};

static enum err grant(struct tx *t, void *arg)
{
    struct granting *g = arg;
    struct ctx *c = t->c;
    struct buf body = { .arena = c->arena };
    money most;
    i64 living;
    TRY(member_living(c, g->in->id, &living));
    TRY(setting_i64(c, "credit.approval_above", &most));
    if (g->in->amount <= most) return grant_now(t, g->in);
    json_write(&body, &credit_grant_shape, g->in);
    return approval_ask(t, GRANT, str_fmt(c->arena, "member:%lld", (long long)living),
                        buf_str(&body), g->in->reason, &g->approval);
}

HANDLER(credit_grant_post, credit_grant, credit_granted)
{
    struct granting g = { .in = in };
    if (in->amount % 100)
        return fail_at(c, E_INVALID, S("/amount"), "金额须精确到分", "an amount is in whole cents");
    TRY(audited_write(c, grant, &g, NULL));
    out->given = !g.approval;
    if (!g.approval) return OK;
    out->approval = NEW(c->arena, struct approval_asked);
    return approval_asked_show(c, g.approval, out->approval);
}

static enum err apply_grant(struct tx *t, i64 approval, json body)
{
    struct credit_grant g = { 0 };
    TRY(json_read(t->c, &credit_grant_shape, &g, body));
    return grant_now(t, &g);
}

static enum err describe_grant(struct ctx *c, json body, struct approval_words *out)
{
    struct credit_grant g = { 0 };
    TRY(json_read(c, &credit_grant_shape, &g, body));
    str amount = money_text(c->arena, g.amount);
    out->what = c->locale == ZH ? str_fmt(c->arena, "给会员 %lld 赠送购物金", (long long)g.id)
                                : str_fmt(c->arena, "Give member %lld credit", (long long)g.id);
    out->amount = str_fmt(c->arena, "+" STR_FMT, STR_ARG(amount));
    return OK;
}

static const struct approval_kind approvals[] = {
    { GRANT, POINTS_GRANT, APPROVE | POINTS_GRANT, "手工赠送购物金", "Credit given by hand",
      apply_grant, describe_grant },
    { 0 },
};

/* -- the room ---------------------------------------------------------------------------------- */

#define CREDITS "Shopping credit"
static const struct route routes[] = {
    ROUTE(GET, "/v1/members/{id}/credit", LOYALTY_READ, credit_get, CREDITS, "会员的购物金",
          "Shopping credit of a member", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/credit/acts", LOYALTY_READ, credit_acts_get, CREDITS,
          "充值、消费与退款", "Top-ups, spends and refunds", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/credit/statement", LOYALTY_READ, credit_statement_get, CREDITS,
          "购物金流水", "Statement of principal or bonus", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/credit/topup", ORDERS_WRITE, credit_topup_post, CREDITS,
          "登记一次充值（按档赠送）", "Record a top-up; the bonus follows from the steps",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/members/{id}/credit/spend", ORDERS_WRITE, credit_spend_post, CREDITS,
          "使用购物金", "Spend credit", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/members/{id}/credit/refund", ORDERS_WRITE, credit_refund_post, CREDITS,
          "退一次消费或充值", "Refund a spend or a top-up",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/members/{id}/credit/refund", LOYALTY_READ, credit_refund_get, CREDITS,
          "现在退款会退多少（试算，不退）", "What a refund would come to now; nothing is refunded",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/credit", LOYALTY_READ, credit_totals_get, CREDITS, "全店购物金余额",
          "Shopping credit of all members"),
    ROUTE(POST, "/v1/members/{id}/credit/grant", POINTS_GRANT, credit_grant_post, CREDITS,
          "手工赠送购物金（超过限额须审批）", "Give credit by hand; above a limit by approval",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/credit/steps", LOYALTY_READ, credit_steps_get_all, CREDITS, "充值赠送的档位",
          "Steps of the top-up bonus"),
    ROUTE(PUT, "/v1/credit/steps", LOYALTY_WRITE, credit_steps_put_all, CREDITS,
          "设定充值赠送的档位", "Put the steps of the top-up bonus"),
    ROUTE(GET, "/v1/my/credit", MY, my_credit_get, CREDITS, "我的购物金", "My shopping credit"),
    ROUTE(GET, "/v1/my/credit/statement", MY, my_credit_statement_get, CREDITS, "我的购物金流水",
          "My statement", .flags = CURSOR),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "credit.order",
      .kind = SETTING_CHOICE,
      .fallback = "bonus_first",
      .choices = "bonus_first principal_first proportional",
      .zh = "使用购物金时先用赠送（bonus_first）、先用本金（principal_first）还是按比例",
      .en = "Spending takes the bonus first, the principal first, or both in proportion" },
    { .name = "credit.approval_above",
      .kind = SETTING_MONEY,
      .fallback = "500",
      .min = 0,
      .max = 1000000000000,
      .zh = "手工赠送购物金超过多少元须另一人审批",
      .en = "Credit given by hand above this needs a second person" },
    { 0 },
};

const struct room credit_room = {
    .name = "credit",
    .migrations = credit_migrations,
    .settings = settings,
    .routes = routes,
    .fields = &credit_fields,
    .approvals = approvals,
};
