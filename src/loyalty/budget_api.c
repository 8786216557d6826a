/* budget_api.c -- doors of campaign budgets. */
#include "access/access.h"
#include "access/approval.h"
#include "base/num.h"
#include "base/room.h"
#include "http/route.h"
#include "loyalty/budget.h"
#include "store/setting.h"

#define FIELDS_OF_budget_ref(X, N) X(str, code, REQUIRED | SHORT, "Budget", N)
SHAPE(budget_ref);
SHAPE_DEFINE(budget_ref);

#define FIELDS_OF_budget_page(X, N)                                     \
    X(list(budget_view), items, ANY, "Newest first", N)                 \
    X(list(budget_alert), alerts, ANY, "Since each was last raised", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(budget_page);
SHAPE_DEFINE(budget_page);

#define FIELDS_OF_budget_detail(X, N)                                                   \
    X(one(budget_view), budget, ANY, "What it has", N)                                  \
    X(list(budget_day), days, ANY, "Days on which something moved, the first first", N) \
    X(list(budget_use), uses, ANY, "What it went for, the largest first", N)
SHAPE(budget_detail);
SHAPE_DEFINE(budget_detail);

HANDLER(budgets_get, nothing, budget_page)
{
    TRY(budget_alerts(c, &out->alerts));
    return budget_list(c, &out->items);
}

HANDLER(budget_get_one, budget_ref, budget_detail)
{
    out->budget = NEW(c->arena, struct budget_view);
    TRY(budget_get(c, in->code, out->budget));
    TRY(budget_days(c, in->code, &out->days));
    return budget_uses(c, in->code, &out->uses);
}

/* -- by two people above a limit --------------------------------------------------------------- */

#define FIELDS_OF_budget_done(X, N)                                                            \
    X(one(budget_view), budget, ANY, "What it has now; null: it waits for a second person", N) \
    X(one(approval_asked), approval, ANY, "It waits for a second person; null: it does not", N)
SHAPE(budget_done);
SHAPE_DEFINE(budget_done);

#define MAKE  "budget.make"
#define RAISE "budget.raise"

/* What is asked for: one of both. */
struct putting {
    const struct budget_post *post;
    const struct budget_raise *more;
    i64 approval;
};

static enum err put_or_ask(struct tx *t, void *arg)
{
    struct putting *p = arg;
    struct ctx *c = t->c;
    struct buf body = { .arena = c->arena };
    money most, amount = p->post ? p->post->amount : p->more->amount;
    str code = p->post ? p->post->code : p->more->code;
    struct budget_view is;
    bool found;
    TRY(setting_i64(c, "budget.approval_above", &most));
    p->approval = 0;
    if (amount <= most) return p->post ? budget_make(t, p->post) : budget_raise(t, p->more);
    TRY(budget_find(c, code, &found, &is));
    if (p->post && found)
        return fail_at(c, E_CONFLICT, S("/code"), "已有代号为 " STR_FMT " 的预算",
                       "there is a budget " STR_FMT, STR_ARG(code));
    if (!p->post && !found) return budget_get(c, code, &is);
    json_write(&body, p->post ? &budget_post_shape : &budget_raise_shape,
               p->post ? (const void *)p->post : p->more);
    str reason = p->post ? p->post->name : str_or(p->more->reason, S("budget"));
    return approval_ask(t, p->post ? MAKE : RAISE,
                        str_fmt(c->arena, "budget:" STR_FMT, STR_ARG(code)), buf_str(&body), reason,
                        &p->approval);
}

static enum err put_it(struct ctx *c, struct putting p, str code, struct budget_done *out)
{
    TRY(audited_write(c, put_or_ask, &p, NULL));
    if (p.approval) {
        out->approval = NEW(c->arena, struct approval_asked);
        return approval_asked_show(c, p.approval, out->approval);
    }
    out->budget = NEW(c->arena, struct budget_view);
    return budget_get(c, code, out->budget);
}

HANDLER(budget_post_one, budget_post, budget_done)
{
    return put_it(c, (struct putting){ .post = in }, in->code, out);
}

HANDLER(budget_raise_post, budget_raise, budget_done)
{
    return put_it(c, (struct putting){ .more = in }, in->code, out);
}

static enum err apply_make(struct tx *t, i64 approval, json body)
{
    struct budget_post post = { 0 };
    TRY(json_read(t->c, &budget_post_shape, &post, body));
    return budget_make(t, &post);
}

static enum err apply_raise(struct tx *t, i64 approval, json body)
{
    struct budget_raise more = { 0 };
    TRY(json_read(t->c, &budget_raise_shape, &more, body));
    return budget_raise(t, &more);
}

static enum err describe(struct ctx *c, str code, money amount, const char *zh, const char *en,
                         struct approval_words *out)
{
    str text = money_text(c->arena, amount);
    out->what = str_fmt(c->arena, "%s " STR_FMT, c->locale == ZH ? zh : en, STR_ARG(code));
    out->amount = str_fmt(c->arena, "+" STR_FMT, STR_ARG(text));
    return OK;
}

static enum err describe_make(struct ctx *c, json body, struct approval_words *out)
{
    struct budget_post post = { 0 };
    TRY(json_read(c, &budget_post_shape, &post, body));
    return describe(c, post.code, post.amount, "设预算", "Make the budget", out);
}

static enum err describe_raise(struct ctx *c, json body, struct approval_words *out)
{
    struct budget_raise more = { 0 };
    TRY(json_read(c, &budget_raise_shape, &more, body));
    return describe(c, more.code, more.amount, "追加预算", "Raise the budget", out);
}

static const struct approval_kind approvals[] = {
    { MAKE, LOYALTY_WRITE, APPROVE | LOYALTY_WRITE, "设预算", "Making a budget", apply_make,
      describe_make },
    { RAISE, LOYALTY_WRITE, APPROVE | LOYALTY_WRITE, "追加预算", "Raising a budget", apply_raise,
      describe_raise },
    { 0 },
};

/* -- ending ------------------------------------------------------------------------------------ */

static enum err end(struct tx *t, void *arg) { return budget_end(t, *(const str *)arg); }

HANDLER(budget_end_post, budget_ref, budget_view)
{
    str code = in->code;
    TRY(audited_write(c, end, &code, NULL));
    return budget_get(c, in->code, out);
}

#define BUDGETS "Budgets"
static const struct route routes[] = {
    ROUTE(GET, "/v1/budgets", LOYALTY_READ, budgets_get, BUDGETS, "活动预算", "List budgets"),
    ROUTE(POST, "/v1/budgets", LOYALTY_WRITE, budget_post_one, BUDGETS,
          "设一笔预算（超过限额须审批）", "Make a budget; above a limit by approval",
          .flags = IDEMPOTENT | CREATES, .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/budgets/{code}", LOYALTY_READ, budget_get_one, BUDGETS, "看一笔预算和它的去向",
          "Show a budget and what it went for", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/budgets/{code}/raise", LOYALTY_WRITE, budget_raise_post, BUDGETS, "追加预算",
          "Put more into a budget", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/budgets/{code}/end", LOYALTY_WRITE, budget_end_post, BUDGETS, "结束预算",
          "End a budget", .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "budget.low_percent",
      .kind = SETTING_I64,
      .fallback = "10",
      .min = 0,
      .max = 100,
      .zh = "预算剩余不足百分之几时预警",
      .en = "Warn when less than so many percent of a budget are left" },
    { .name = "budget.approval_above",
      .kind = SETTING_MONEY,
      .fallback = "50000",
      .min = 0,
      .max = 10000000000000,
      .zh = "一次设立或追加超过多少元的预算须另一人审批",
      .en = "Putting more than this into a budget at once needs a second person" },
    { 0 },
};

extern const struct migration budget_migrations[]; /* budget/budget.c */

const struct room budget_room = {
    .name = "budget",
    .migrations = budget_migrations,
    .settings = settings,
    .routes = routes,
    .approvals = approvals,
};
