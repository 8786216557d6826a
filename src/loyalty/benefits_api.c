/* benefits_api.c -- doors of benefits: the catalogue, what tiers give, what a member has of it. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/benefits/inside.h"
#include "loyalty/tiers.h"
#include "member/member.h"

/* -- the catalogue, and what tiers give -------------------------------------------------------- */

#define FIELDS_OF_benefit_page(X, N) X(list(benefit), items, ANY, "Those that ended last", N)
SHAPE(benefit_page);
SHAPE_DEFINE(benefit_page);
#define FIELDS_OF_tier_benefit_page(X, N) \
    X(list(tier_benefit), items, REQUIRED, "By tier from the lowest", N)
SHAPE(tier_benefit_page);
SHAPE_DEFINE(tier_benefit_page);

HANDLER(benefits_get, nothing, benefit_page) { return benefit_all(c, &out->items); }

static enum err put_benefit(struct tx *t, void *arg) { return benefit_put(t, arg); }
HANDLER(benefit_put_one, benefit, benefit)
{
    struct benefit b = *in;
    TRY(audited_write(c, put_benefit, &b, NULL));
    return benefit_get(c, in->code, out);
}

HANDLER(tier_benefits_get, nothing, tier_benefit_page) { return tier_benefits(c, &out->items); }

static enum err put_tier_benefits(struct tx *t, void *arg)
{
    return tier_benefits_put(t, &((const struct tier_benefit_page *)arg)->items);
}
HANDLER(tier_benefits_put_all, tier_benefit_page, tier_benefit_page)
{
    struct tier_benefit_page page = *in;
    TRY(audited_write(c, put_tier_benefits, &page, NULL));
    return tier_benefits(c, &out->items);
}

/* -- what a member has ------------------------------------------------------------------------- */

#define FIELDS_OF_entitlement_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(entitlement_ref);
SHAPE_DEFINE(entitlement_ref);
#define FIELDS_OF_entitlement_page(X, N)                        \
    X(list(entitlement), items, ANY, "What can be used now", N) \
    X(list(tier_benefit), always, ANY, "What the tier has besides, without counting", N)
SHAPE(entitlement_page);
SHAPE_DEFINE(entitlement_page);
#define FIELDS_OF_entitlement_use_ask(X, N)      \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, code, REQUIRED | SHORT, "Benefit", N) \
    X(str, key, REQUIRED | SHORT, "Your number for this use: a retry with it is harmless", N)
SHAPE(entitlement_use_ask);
SHAPE_DEFINE(entitlement_use_ask);
#define FIELDS_OF_entitlement_back_ask(X, N)     \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, code, REQUIRED | SHORT, "Benefit", N) \
    X(str, key, REQUIRED | SHORT, "The number of the use that is given back", N)
SHAPE(entitlement_back_ask);
SHAPE_DEFINE(entitlement_back_ask);

static enum err entitlements_show(struct ctx *c, i64 member, struct entitlement_page *out)
{
    struct tier_now now;
    TRY(tier_of(c, member, &now));
    TRY(tier_benefits_at(c, now.rank, WHEN_ALWAYS, &out->always));
    return entitlements_of(c, member, &out->items);
}

HANDLER(entitlements_get, entitlement_ref, entitlement_page)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return entitlements_show(c, living, out);
}

HANDLER(my_entitlements_get, nothing, entitlement_page)
{
    return entitlements_show(c, c->member, out);
}

static enum err use_one(struct tx *t, void *arg)
{
    const struct entitlement_use_ask *in = arg;
    struct transferred done;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return entitlement_use(t, living, in->code,
                           str_fmt(t->c->arena, "use:" STR_FMT, STR_ARG(in->key)), &done);
}
HANDLER(entitlement_use_post, entitlement_use_ask, entitlement_page)
{
    struct entitlement_use_ask ask = *in;
    i64 living;
    TRY(fail_place(c, audited_write(c, use_one, &ask, NULL), S("/key")));
    TRY(member_living(c, in->id, &living));
    return entitlements_show(c, living, out);
}

static enum err give_back_one(struct tx *t, void *arg)
{
    const struct entitlement_back_ask *in = arg;
    struct transferred done;
    struct transfer_view use;
    str id = str_fmt(t->c->arena, "use:" STR_FMT, STR_ARG(in->key));
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    enum err e = ledger_get(t->c, living, id, &use);
    if (e != OK && e != E_NOT_FOUND) return e;
    if (e != OK || !str_eq(use.from_name, in->code))
        return fail_at(t->c, E_NOT_FOUND, S("/key"), "没有用掉过这项权益的编号 " STR_FMT,
                       "there is no use " STR_FMT " of this benefit", STR_ARG(in->key));
    return entitlement_give_back(t, living, id,
                                 str_fmt(t->c->arena, "back:" STR_FMT, STR_ARG(in->key)), &done);
}
HANDLER(entitlement_back_post, entitlement_back_ask, entitlement_page)
{
    struct entitlement_back_ask ask = *in;
    i64 living;
    TRY(audited_write(c, give_back_one, &ask, NULL));
    TRY(member_living(c, in->id, &living));
    return entitlements_show(c, living, out);
}

/* -- the room ---------------------------------------------------------------------------------- */

#define BENEFITS "Benefits"
static const struct route routes[] = {
    ROUTE(GET, "/v1/benefits", LOYALTY_READ, benefits_get, BENEFITS, "全部权益", "All benefits"),
    ROUTE(PUT, "/v1/benefits/{code}", LOYALTY_WRITE, benefit_put_one, BENEFITS, "写一项权益",
          "Write a benefit", .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/tiers/benefits", LOYALTY_READ, tier_benefits_get, BENEFITS,
          "各等级给什么、何时给", "What tiers give, and when"),
    ROUTE(PUT, "/v1/tiers/benefits", LOYALTY_WRITE, tier_benefits_put_all, BENEFITS,
          "改写各等级的权益（全部）", "Write what tiers give: all of it"),
    ROUTE(GET, "/v1/members/{id}/entitlements", LOYALTY_READ, entitlements_get, BENEFITS,
          "会员可用的权益", "What a member may claim", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/entitlements/{code}/use", POINTS_GRANT, entitlement_use_post,
          BENEFITS, "用掉一次权益", "Use one", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/members/{id}/entitlements/{code}/give-back", POINTS_GRANT,
          entitlement_back_post, BENEFITS, "退回一次使用", "Give a use back",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/my/entitlements", MY, my_entitlements_get, BENEFITS, "我的权益",
          "What I may claim"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "benefits.give", HOUR_MS, 0, benefits_of_today, "发放生日、每月与每年的等级权益",
      "Gives what tiers give on birthdays, each month and each year" },
    { 0 },
};

const struct room benefits_room = {
    .name = "benefits",
    .migrations = benefits_migrations,
    .routes = routes,
    .jobs = jobs,
};
