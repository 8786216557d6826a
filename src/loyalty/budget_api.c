/* budget_api.c -- doors of campaign budgets. */
#include "base/room.h"
#include "http/route.h"
#include "loyalty/budget.h"
#include "store/setting.h"

#define FIELDS_OF_budget_ref(X, N) X(str, code, REQUIRED | SHORT, "Budget", N)
SHAPE(budget_ref);
SHAPE_DEFINE(budget_ref);

#define FIELDS_OF_budget_page(X, N)                     \
    X(list(budget_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(budget_page);
SHAPE_DEFINE(budget_page);

#define FIELDS_OF_budget_detail(X, N)                  \
    X(one(budget_view), budget, ANY, "What it has", N) \
    X(list(budget_use), uses, ANY, "What it went for, the largest first", N)
SHAPE(budget_detail);
SHAPE_DEFINE(budget_detail);

HANDLER(budgets_get, nothing, budget_page) { return budget_list(c, &out->items); }

HANDLER(budget_get_one, budget_ref, budget_detail)
{
    out->budget = NEW(c->arena, struct budget_view);
    TRY(budget_get(c, in->code, out->budget));
    return budget_uses(c, in->code, &out->uses);
}

static enum err make(struct tx *t, void *arg) { return budget_make(t, arg); }

HANDLER(budget_post_one, budget_post, budget_view)
{
    struct budget_post post = *in;
    TRY(store_write(c->store, c, make, &post));
    return budget_get(c, in->code, out);
}

static enum err raise_it(struct tx *t, void *arg) { return budget_raise(t, arg); }

HANDLER(budget_raise_post, budget_raise, budget_view)
{
    struct budget_raise more = *in;
    TRY(store_write(c->store, c, raise_it, &more));
    return budget_get(c, in->code, out);
}

static enum err end(struct tx *t, void *arg) { return budget_end(t, *(const str *)arg); }

HANDLER(budget_end_post, budget_ref, budget_view)
{
    str code = in->code;
    TRY(store_write(c->store, c, end, &code));
    return budget_get(c, in->code, out);
}

#define BUDGETS "Budgets"
static const struct route routes[] = {
    ROUTE(GET, "/v1/budgets", LOYALTY_READ, budgets_get, BUDGETS, "活动预算", "List budgets"),
    ROUTE(POST, "/v1/budgets", LOYALTY_WRITE, budget_post_one, BUDGETS, "设一笔预算",
          "Make a budget", .flags = IDEMPOTENT | CREATES, .errors = "E_CONFLICT"),
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
    { 0 },
};

extern const struct migration budget_migrations[]; /* budget/budget.c */

const struct room budget_room = {
    .name = "budget",
    .migrations = budget_migrations,
    .settings = settings,
    .routes = routes,
};
