/* lifetime_api.c -- the doors of lifetime: the fit in force, members by what is expected of them, a
 * new fit; its settings and its job.
 */
#include "base/clock.h"
#include "base/room.h"
#include "http/route.h"
#include "insight/lifetime/inside.h"
#include "insight/people.h"
#include "job/job.h"
#include "store/setting.h"

HANDLER(lifetime_get, nothing, lifetime_view) { return lifetime_show(c, out); }

#define FIELDS_OF_lifetime_members_ask(X, N)                                              \
    X(choice(lifetime_sort), sort, ANY, "value (the most first) or alive (the least)", N) \
    X(opt_flag, at_risk, ANY, "Only members at risk", N)                                  \
    PAGE_FIELDS(X, N)
SHAPE(lifetime_members_ask);
SHAPE_DEFINE(lifetime_members_ask);
#define FIELDS_OF_lifetime_person(X, N)                                              \
    PERSON_FIELDS(X, N)                                                              \
    X(i64, repeats, ANY, "Purchases after the first, those of one day being one", N) \
    X(f64, alive, ANY, "Chance that he has not left, in percent", N)                 \
    X(f64, expected_orders, ANY, "Purchases expected in 90 days", N)                 \
    X(opt_money, expected_value, ANY, "Value expected in 365 days; null: not to be had", N)
SHAPE(lifetime_person);
SHAPE_DEFINE(lifetime_person);
#define FIELDS_OF_lifetime_person_page(X, N)           \
    X(list(lifetime_person), items, ANY, "Members", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(lifetime_person_page);
SHAPE_DEFINE(lifetime_person_page);

static enum err person_fill(struct ctx *c, const struct lifetime_scored *s,
                            struct lifetime_person *out)
{
    struct person p;
    TRY(person_of(c, s->member, &p));
    *out = (struct lifetime_person){ .repeats = s->repeats,
                                     .alive = (f64)s->alive / 100,
                                     .expected_orders = (f64)s->orders / 10000,
                                     .expected_value = s->value < 0 ? NONE : SOME(s->value),
                                     PERSON_FIELDS(SHAPE_COPY, &p) };
    return OK;
}

HANDLER(lifetime_members_get, lifetime_members_ask, lifetime_person_page)
{
    static const char *const routes[] = { [LIFETIME_VALUE] = "/v1/reports/ltv/members value",
                                          [LIFETIME_ALIVE] = "/v1/reports/ltv/members alive" };
    struct cursor at;
    struct lifetime_scored_list list;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, routes[in->sort], in->cursor, &at));
    TRY(lifetime_members(c, in->sort, in->at_risk.value, at.key, at.id, limit + 1, &list));
    i64 n = list.n > limit ? limit : list.n;
    out->items.at = NEWS(c->arena, struct lifetime_person, n + 1);
    for (; out->items.n < n; out->items.n++)
        TRY(person_fill(c, &list.at[out->items.n], &out->items.at[out->items.n]));
    if (list.n > limit) {
        const struct lifetime_scored *last = &list.at[n - 1];
        i64 key = in->sort == LIFETIME_ALIVE ? last->alive : last->value;
        out->next_cursor =
            cursor_make(c, routes[in->sort], (struct cursor){ .key = key, .id = last->member });
    }
    return OK;
}

HANDLER(lifetime_fit_post, nothing, lifetime_view)
{
    TRY(lifetime_refit(c->store, c));
    return lifetime_show(c, out);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/reports/ltv", REPORTS_READ, lifetime_get, "Reports",
          "会员生命周期：拟合、校准图与分布",
          "Lifetime: the fit in force, its chart, how members are spread"),
    ROUTE(GET, "/v1/reports/ltv/members", REPORTS_READ | MEMBERS_READ, lifetime_members_get,
          "Reports", "按预计价值或仍在概率看会员",
          "Members by expected value, or by chance to be there", .flags = CURSOR),
    ROUTE(POST, "/v1/reports/ltv/fit", REPORTS_READ | SEGMENTS_WRITE, lifetime_fit_post, "Reports",
          "现在重新拟合并给会员打分", "Fit anew now, and score members",
          .errors = "E_UNPROCESSABLE E_BUSY"),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "lifetime.refit_days",
      .kind = SETTING_I64,
      .fallback = "7",
      .min = 1,
      .max = 365,
      .zh = "生命周期：隔多少天重新拟合（每天都会重新打分）",
      .en = "Lifetime: days between fits (members are scored daily)" },
    { .name = "lifetime.holdout_days",
      .kind = SETTING_I64,
      .fallback = "90",
      .min = 7,
      .max = 730,
      .zh = "生命周期：校准图留出最近多少天来检验，至多三分之一的历史",
      .en = "Lifetime: latest days that the calibration chart is tested on, a third of the history "
            "at most" },
    { .name = "lifetime.discount_percent",
      .kind = SETTING_I64,
      .fallback = "10",
      .min = 0,
      .max = 100,
      .zh = "生命周期：预计价值的年折现率（%）",
      .en = "Lifetime: discount of expected value, percent a year" },
    { .name = "lifetime.at_risk_alive",
      .kind = SETTING_I64,
      .fallback = "50",
      .min = 1,
      .max = 100,
      .zh = "可能流失：仍在的概率低于百分之多少",
      .en = "At risk: chance to be there below so many percent" },
    { .name = "lifetime.at_risk_spent",
      .kind = SETTING_MONEY,
      .fallback = "1000",
      .zh = "可能流失：累计消费至少多少元",
      .en = "At risk: spent at least so much" },
    { 0 },
};

static const struct job_row jobs[] = {
    { "lifetime.refresh", 0, 3 * 60 + 40, lifetime_refresh, "会员生命周期：到期重新拟合，每天打分",
      "Lifetime: fits anew when it is due, scores members daily" },
    { 0 },
};

const struct room lifetime_room = {
    .name = "lifetime",
    .migrations = lifetime_migrations,
    .settings = settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &lifetime_fields,
};
