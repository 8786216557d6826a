/* points_api.c -- doors of points: what a member has, and the rules that earn them. */
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/points/inside.h"
#include "member/member.h"

#define FIELDS_OF_points_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(points_ref);
SHAPE_DEFINE(points_ref);

HANDLER(points_get, points_ref, points_balance)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return points_balance_of(c, living, out);
}

HANDLER(my_points_get, nothing, points_balance) { return points_balance_of(c, c->member, out); }

#define FIELDS_OF_points_entries_ask(X, N)       \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    PAGE_FIELDS(X, N)
SHAPE(points_entries_ask);
SHAPE_DEFINE(points_entries_ask);
#define FIELDS_OF_my_points_entries_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(my_points_entries_ask);
SHAPE_DEFINE(my_points_entries_ask);
#define FIELDS_OF_points_entry_page(X, N)                \
    X(list(points_entry), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(points_entry_page);
SHAPE_DEFINE(points_entry_page);

static enum err statement(struct ctx *c, i64 member, str cursor, opt_i64 asked,
                          struct points_entry_page *out)
{
    struct cursor at;
    i64 limit = page_limit(asked);
    TRY(cursor_read(c, "points statement", cursor, &at));
    TRY(points_statement(c, member, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor = cursor_make(c, "points statement",
                                   (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

HANDLER(points_statement_get, points_entries_ask, points_entry_page)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return statement(c, living, in->cursor, in->limit, out);
}

HANDLER(my_points_statement_get, my_points_entries_ask, points_entry_page)
{
    return statement(c, c->member, in->cursor, in->limit, out);
}

/* -- rules ------------------------------------------------------------------------------------- */

#define FIELDS_OF_points_rule_page(X, N)                \
    X(list(points_rule), items, ANY, "Rules, by id", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(points_rule_page);
SHAPE_DEFINE(points_rule_page);
#define FIELDS_OF_points_rule_switch(X, N)                                        \
    X(i64, id, REQUIRED | POSITIVE, "Rule", N)                                    \
    X(opt_flag, on, ANY, "It counts", N)                                          \
    X(str, name, SHORT, "Another name", N)                                        \
    X(opt_instant, until, ANY, "Ends then", N)                                    \
    X(opt_i64, points, POSITIVE, "So many points, of orders paid from now on", N) \
    X(opt_money, amount, POSITIVE, "For every so much paid", N)                   \
    X(opt_i64, cap_day, POSITIVE, "At most so many points a member and day", N)   \
    X(opt_i64, cap_total, POSITIVE, "At most so many points in all", N)
SHAPE(points_rule_switch);
SHAPE_DEFINE(points_rule_switch);

HANDLER(points_rules_get, nothing, points_rule_page) { return points_rules(c, &out->items); }

static enum err put_rule(struct tx *t, void *arg)
{
    struct points_rule *r = arg;
    if (r->kind != RULE_ORDER)
        return fail_at(t->c, E_INVALID, S("/kind"), "目前只有按订单的规则",
                       "rules are of orders only");
    return points_rule_put(t, r);
}

HANDLER(points_rule_post, points_rule, points_rule)
{
    struct points_rule r = *in;
    r.id = 0;
    TRY(store_write(c->store, c, put_rule, &r));
    return points_rule_get(c, r.id, out);
}

static enum err switch_rule(struct tx *t, void *arg)
{
    const struct points_rule_switch *in = arg;
    struct points_rule r;
    TRY(points_rule_get(t->c, in->id, &r));
    if (in->on.has) r.on = in->on.value;
    if (in->name.n) r.name = in->name;
    if (in->until.has) r.until = in->until;
    if (in->points.has) r.points = in->points.value;
    if (in->amount.has) r.amount = in->amount;
    if (in->cap_day.has) r.cap_day = in->cap_day;
    if (in->cap_total.has) r.cap_total = in->cap_total;
    return put_rule(t, &r);
}

HANDLER(points_rule_patch, points_rule_switch, points_rule)
{
    TRY(store_write(c->store, c, switch_rule, (void *)in));
    return points_rule_get(c, in->id, out);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/members/{id}/points", LOYALTY_READ, points_get, "Loyalty",
          "看会员的积分：可用、待生效、将到期、欠的",
          "Points of a member: available, pending, "
          "expiring, owed",
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/points/statement", LOYALTY_READ, points_statement_get, "Loyalty",
          "会员的积分流水", "Statement of a member's points", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/my/points", MY, my_points_get, "Loyalty", "我的积分", "My points"),
    ROUTE(GET, "/v1/my/points/statement", MY, my_points_statement_get, "Loyalty", "我的积分流水",
          "My statement of points", .flags = CURSOR),
    ROUTE(GET, "/v1/points/rules", LOYALTY_READ, points_rules_get, "Loyalty", "列出积分规则",
          "List the rules that earn points"),
    ROUTE(POST, "/v1/points/rules", LOYALTY_WRITE, points_rule_post, "Loyalty", "新建积分规则",
          "Make a rule that earns points", .flags = IDEMPOTENT | CREATES),
    ROUTE(PATCH, "/v1/points/rules/{id}", LOYALTY_WRITE, points_rule_patch, "Loyalty",
          "修改积分规则；已付款的订单不受影响",
          "Change a rule; orders that were paid before are not affected", .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "points.turn", MINUTE_MS, 0, points_turn, "退货期已过的订单积分转为可用",
      "Points of orders whose return window has ended can be used" },
    { 0 },
};

const struct room points_room = {
    .name = "points",
    .migrations = points_migrations,
    .settings = points_settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &points_fields,
};
