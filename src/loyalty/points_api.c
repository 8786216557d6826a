/* points_api.c -- doors of points: what a member has, and the rules that earn them. */
#include "access/access.h"
#include "access/approval.h"
#include "base/json.h"
#include "base/num.h"
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/points/inside.h"
#include "loyalty/reward.h"
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
    X(opt_i64, cap_total, POSITIVE, "At most so many points in all", N)           \
    X(str, budget, SHORT, "Campaign budget of what it gives from now on", N)
SHAPE(points_rule_switch);
SHAPE_DEFINE(points_rule_switch);

HANDLER(points_rules_get, nothing, points_rule_page) { return points_rules(c, &out->items); }

static enum err put_rule(struct tx *t, void *arg) { return points_rule_put(t, arg); }

HANDLER(points_rule_post, points_rule, points_rule)
{
    struct points_rule r = *in;
    r.id = 0;
    TRY(audited_write(c, put_rule, &r, &r.id));
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
    if (in->budget.n) r.budget = in->budget;
    return put_rule(t, &r);
}

HANDLER(points_rule_patch, points_rule_switch, points_rule)
{
    TRY(audited_write(c, switch_rule, (void *)in, NULL));
    return points_rule_get(c, in->id, out);
}

/* All of it anew: what is absent is no longer said. */
static enum err replace_rule(struct tx *t, void *arg)
{
    struct points_rule *r = arg, was;
    TRY(points_rule_get(t->c, r->id, &was));
    return put_rule(t, r);
}

HANDLER(points_rule_put_one, points_rule, points_rule)
{
    struct points_rule r = *in;
    TRY(audited_write(c, replace_rule, &r, NULL));
    return points_rule_get(c, r.id, out);
}

/* -- by hand ----------------------------------------------------------------------------------- */

#define GRANT "points.grant"
enum { KEY_MAX = 40, HAND_MAX = 1000000000 };

#define FIELDS_OF_points_hand(X, N)                                              \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                                 \
    X(str, key, REQUIRED | SHORT, "Your number: a retry with it is harmless", N) \
    X(i64, amount, REQUIRED, "So many points; below zero: taken away", N)        \
    X(str, reason, REQUIRED | SHORT, "Why, without personal data", N)
SHAPE(points_hand);
SHAPE_DEFINE(points_hand);
#define FIELDS_OF_points_handed(X, N)    \
    X(flag, done, ANY, "It was done", N) \
    X(one(approval_asked), approval, ANY, "It waits for a second person; null: it does not", N)
SHAPE(points_handed);
SHAPE_DEFINE(points_handed);

QUERY(q_deducted, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_transfer WHERE member = $1 AND id = $2");

static str hand_id(struct ctx *c, const struct points_hand *h)
{
    return str_fmt(c->arena, "points:hand:" STR_FMT, STR_ARG(h->key));
}

static enum err hand_check(struct ctx *c, const struct points_hand *h)
{
    if (str_empty(h->key) || h->key.n > KEY_MAX || !str_is_line(h->key) || str_has(h->key, ':'))
        return fail_at(c, E_INVALID, S("/key"), "编号须为 1 至 %d 字节的一行文字，不含冒号",
                       "a key is a line of 1 to %d bytes without a colon", KEY_MAX);
    if (h->amount && h->amount <= HAND_MAX && h->amount >= -HAND_MAX) return OK;
    return fail_at(c, E_INVALID, S("/amount"), "数量不能为零，至多 10 亿",
                   "an amount is not zero, and at most 1,000,000,000");
}

/* *done: the key was used before, for the same. */
static enum err hand_done(struct ctx *c, i64 living, const struct points_hand *h, bool *done)
{
    enum reward_result state;
    struct reward_view was;
    struct one_i64 taken;
    str id = hand_id(c, h);
    bool given;
    *done = false;
    TRY(reward_state(c, living, id, &given, &state));
    if (given) TRY(reward_get(c, living, id, &was));
    TRY(db_get(c, &q_deducted, &taken, ARGS(living, id)));
    *done = given && was.amount == h->amount;
    if (*done || (!given && (!taken.value || h->amount < 0))) return OK;
    return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一笔积分",
                   "this key was used for something else");
}

/* What was taken away before is known to the ledger by its id. */
static enum err hand_now(struct tx *t, i64 living, const struct points_hand *h)
{
    struct ctx *c = t->c;
    enum reward_result got;
    struct transferred out;
    bool done;
    TRY(hand_done(c, living, h, &done));
    if (done) return OK;
    if (h->amount < 0) {
        TRY(points_spend(t, living, -h->amount, hand_id(c, h), h->reason, &out));
        return out.again ? OK : points_hand_note(t, h->amount);
    }
    struct reward what = { .kind = REWARD_POINTS, .amount = h->amount };
    struct reward_why why = { .id = hand_id(c, h), .reason = h->reason };
    TRY(reward_give(t, living, &what, why, &got));
    if (got == REWARD_GIVEN) return points_hand_note(t, h->amount);
    return fail(c, E_UNPROCESSABLE, "会员已注销，不再发放积分",
                "the member was erased: no points are given to him any more");
}

struct handing {
    const struct points_hand *in;
    i64 approval;
};

static enum err hand(struct tx *t, void *arg)
{
    struct handing *k = arg;
    struct ctx *c = t->c;
    struct buf body = { .arena = c->arena };
    i64 living, most;
    bool done;
    TRY(member_living(c, k->in->id, &living));
    TRY(setting_i64(c, "points.approval_above", &most));
    TRY(hand_done(c, living, k->in, &done));
    if (done) return OK;
    if (k->in->amount <= most && k->in->amount >= -most) return hand_now(t, living, k->in);
    json_write(&body, &points_hand_shape, k->in);
    return approval_ask(t, GRANT, str_fmt(c->arena, "member:%lld", (long long)living),
                        buf_str(&body), k->in->reason, &k->approval);
}

HANDLER(points_hand_post, points_hand, points_handed)
{
    struct handing k = { .in = in };
    TRY(hand_check(c, in));
    TRY(audited_write(c, hand, &k, NULL));
    out->done = !k.approval;
    if (!k.approval) return OK;
    out->approval = NEW(c->arena, struct approval_asked);
    return approval_asked_show(c, k.approval, out->approval);
}

static enum err apply_hand(struct tx *t, i64 approval, json body)
{
    struct points_hand h = { 0 };
    i64 living;
    TRY(json_read(t->c, &points_hand_shape, &h, body));
    TRY(member_living(t->c, h.id, &living));
    return hand_now(t, living, &h);
}

static enum err describe_hand(struct ctx *c, json body, struct approval_words *out)
{
    struct points_hand h = { 0 };
    TRY(json_read(c, &points_hand_shape, &h, body));
    long long id = h.id;
    if (h.amount > 0)
        out->what = c->locale == ZH ? str_fmt(c->arena, "给会员 %lld 发放积分", id)
                                    : str_fmt(c->arena, "Give member %lld points", id);
    else
        out->what = c->locale == ZH ? str_fmt(c->arena, "扣减会员 %lld 的积分", id)
                                    : str_fmt(c->arena, "Take points from member %lld", id);
    out->amount = str_fmt(c->arena, "%+lld", (long long)h.amount);
    return OK;
}

static const struct approval_kind approvals[] = {
    { GRANT, POINTS_GRANT, APPROVE | POINTS_GRANT, "手工发放或扣减积分",
      "Points given or taken by hand", apply_hand, describe_hand },
    { 0 },
};

extern const struct route points_liability_routes[];

static const struct route routes[] = {
    ROUTE(GET, "/v1/members/{id}/points", LOYALTY_READ, points_get, "Loyalty",
          "看会员的积分：可用、待生效、将到期、欠的",
          "Points of a member: available, pending, "
          "expiring, owed",
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/points", POINTS_GRANT, points_hand_post, "Loyalty",
          "手工发放或扣减积分（超过限额须审批）",
          "Give or take points by hand; above a limit by approval",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
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
    ROUTE(PUT, "/v1/points/rules/{id}", LOYALTY_WRITE, points_rule_put_one, "Loyalty",
          "整条替换积分规则；没写的就是没有", "Replace a rule: what is absent is no longer said",
          .errors = "E_NOT_FOUND"),
    { .next = points_liability_routes },
};

static const struct job_row jobs[] = {
    { "points.turn", MINUTE_MS, 0, points_turn, "退货期已过的订单积分转为可用",
      "Points of orders whose return window has ended can be used" },
    { "points.remind", 0, 4 * 60, points_remind, "提醒将到期的积分",
      "Reminds of points that end soon" },
    { 0 },
};

const struct room points_room = {
    .name = "points",
    .migrations = points_migrations,
    .settings = points_settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &points_fields,
    .approvals = approvals,
};
