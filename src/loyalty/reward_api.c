/* reward_api.c -- doors of rewards: what was given, what waits for a yes, gifts to ship. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/reward/inside.h"
#include "store/setting.h"

#define FIELDS_OF_rewards_ask(X, N)                                                        \
    X(str, state, SHORT, "given, held, no_budget, rejected or taken_back; absent: all", N) \
    X(str, budget, SHORT, "Charged to this budget; absent: all", N)                        \
    PAGE_FIELDS(X, N)
SHAPE(rewards_ask);
SHAPE_DEFINE(rewards_ask);

#define FIELDS_OF_member_rewards_ask(X, N) \
    X(i64, id, REQUIRED, "Member", N)      \
    PAGE_FIELDS(X, N)
SHAPE(member_rewards_ask);
SHAPE_DEFINE(member_rewards_ask);

#define FIELDS_OF_reward_page(X, N)                     \
    X(list(reward_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(reward_page);
SHAPE_DEFINE(reward_page);

#define FIELDS_OF_gifts_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(gifts_ask);
SHAPE_DEFINE(gifts_ask);

#define FIELDS_OF_reward_decision(X, N)                  \
    X(i64, member, REQUIRED, "Whose", N)                 \
    X(str, id, REQUIRED | SHORT, "Of what it is for", N) \
    X(str, note, SHORT, "Why", N)
SHAPE(reward_decision);
SHAPE_DEFINE(reward_decision);

#define FIELDS_OF_gift_sent(X, N)                        \
    X(i64, member, REQUIRED, "Whose", N)                 \
    X(str, id, REQUIRED | SHORT, "Of what it is for", N) \
    X(str, shipment, REQUIRED | SHORT, "Carrier and number", N)
SHAPE(gift_sent);
SHAPE_DEFINE(gift_sent);

static enum err page_end(struct ctx *c, const char *route, i64 limit, struct reward_page *out)
{
    bool more = out->items.n > limit;
    if (more) out->items.n = limit;
    for (i64 i = 0; i < out->items.n; i++)
        TRY(member_name(c, out->items.at[i].member, may(c, PERSONAL_READ), &out->items.at[i].name));
    if (more)
        out->next_cursor =
            cursor_make(c, route, (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

HANDLER(rewards_get, rewards_ask, reward_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "rewards", in->cursor, &at));
    TRY(reward_list(c, in->state, in->budget, at.id, limit + 1, &out->items));
    return page_end(c, "rewards", limit, out);
}

HANDLER(member_rewards_get, member_rewards_ask, reward_page)
{
    struct cursor at;
    i64 living, limit = page_limit(in->limit);
    TRY(cursor_read(c, "member rewards", in->cursor, &at));
    TRY(member_living(c, in->id, &living));
    TRY(rewards_of(c, living, at.id, limit + 1, &out->items));
    return page_end(c, "member rewards", limit, out);
}

HANDLER(gifts_get, gifts_ask, reward_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "gifts", in->cursor, &at));
    TRY(gifts_to_ship(c, at.id, limit + 1, &out->items));
    return page_end(c, "gifts", limit, out);
}

struct deciding {
    const struct reward_decision *in;
    i64 living;
    enum reward_result state;
};

static enum err release(struct tx *t, void *arg)
{
    struct deciding *d = arg;
    TRY(member_living(t->c, d->in->member, &d->living));
    TRY(reward_release(t, d->living, d->in->id, d->in->note, &d->state));
    if (d->state != REWARD_NO_BUDGET) return OK;
    return fail(t->c, E_UNPROCESSABLE, "预算仍然不足：请先追加预算",
                "the budget still has too little: raise it first");
}

HANDLER(reward_release_post, reward_decision, reward_view)
{
    struct deciding d = { .in = in };
    TRY(audited_write(c, release, &d, NULL));
    return reward_get(c, d.living, in->id, out);
}

static enum err reject(struct tx *t, void *arg)
{
    struct deciding *d = arg;
    TRY(member_living(t->c, d->in->member, &d->living));
    return reward_reject(t, d->living, d->in->id, d->in->note);
}

HANDLER(reward_reject_post, reward_decision, reward_view)
{
    struct deciding d = { .in = in };
    TRY(audited_write(c, reject, &d, NULL));
    return reward_get(c, d.living, in->id, out);
}

struct sending {
    const struct gift_sent *in;
    i64 living;
};

static enum err ship(struct tx *t, void *arg)
{
    struct sending *s = arg;
    TRY(member_living(t->c, s->in->member, &s->living));
    return gift_shipped(t, s->living, s->in->id, s->in->shipment);
}

HANDLER(gift_shipped_post, gift_sent, reward_view)
{
    struct sending s = { .in = in };
    TRY(audited_write(c, ship, &s, NULL));
    return reward_get(c, s.living, in->id, out);
}

#define REWARDS "Rewards"
static const struct route routes[] = {
    ROUTE(GET, "/v1/rewards", LOYALTY_READ, rewards_get, REWARDS,
          "发放的奖励（state=held：待审核）", "List rewards (state=held: waiting for review)",
          .flags = CURSOR),
    ROUTE(POST, "/v1/rewards/{member}/{id}/release", LOYALTY_WRITE, reward_release_post, REWARDS,
          "放行一份待审核或缺预算的奖励", "Release a reward that was held or had no budget",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/rewards/{member}/{id}/reject", LOYALTY_WRITE, reward_reject_post, REWARDS,
          "拒绝一份待审核的奖励", "Reject a reward that was held",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/rewards/{member}/{id}/shipped", LOYALTY_WRITE, gift_shipped_post, REWARDS,
          "登记礼品已发货", "Say that a gift was sent", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/gifts", LOYALTY_READ, gifts_get, REWARDS, "待发货的礼品（先到先发）",
          "Gifts to be sent, oldest first", .flags = CURSOR),
    ROUTE(GET, "/v1/members/{id}/rewards", LOYALTY_READ, member_rewards_get, REWARDS,
          "会员得到的奖励", "Rewards of a member", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "reward.review_days",
      .kind = SETTING_I64,
      .fallback = "30",
      .min = 1,
      .max = 365,
      .zh = "待审核的奖励过多少天没有放行就自动拒绝",
      .en = "Days after which a reward held for review is rejected by itself" },
    { 0 },
};

static const struct job_row jobs[] = {
    { "reward.expire", HOUR_MS, 0, reward_expire, "登记过期未审的奖励",
      "Writes down rewards whose review took too long" },
    { 0 },
};

const struct room reward_room = {
    .name = "reward",
    .migrations = reward_migrations,
    .settings = settings,
    .routes = routes,
    .jobs = jobs,
};
