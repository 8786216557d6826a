/* kinds.c -- the kinds of reward: what each may promise, what it costs, how it is given and taken
 * back. */
#include "base/clock.h"
#include "base/num.h"
#include "loyalty/benefits.h"
#include "loyalty/points.h"
#include "loyalty/reward/inside.h"
#include "loyalty/tiers.h"
#include "store/setting.h"

opt_instant reward_days_end(const struct ctx *c, opt_i64 days)
{
    if (!days.has) return NONE;
    return SOME(zone_midnight(c->zone, zone_day(c->zone, c->now) + (day)days.value + 1));
}

i64 given_size(const struct given *g)
{
    return g->kind == REWARD_CREDIT ? g->credit.value : g->kind == REWARD_TAG ? 1 : g->amount;
}

/* -- what is an account of the ledger ---------------------------------------------------------- */

static struct account purse_of(const struct given *g, i64 member)
{
    switch (g->kind) {
    case REWARD_GROWTH: return (struct account){ member, S("growth"), S("") };
    case REWARD_CREDIT: return (struct account){ member, S("credit"), S("bonus") };
    default: return (struct account){ member, S(QUOTA), g->code };
    }
}

/* By its number: after a merge one may have two rewards of one id. */
static str transfer_id(struct ctx *c, const struct given *g, const char *end)
{
    return str_fmt(c->arena, "reward:%lld:" STR_FMT "%s", (long long)g->number, STR_ARG(g->id),
                   end);
}

static enum err give_units(struct tx *t, const struct given *g)
{
    struct account to = purse_of(g, g->member);
    struct transferred done;
    struct transfer x = { .kind = T_MOVE,
                          .id = transfer_id(t->c, g, ""),
                          .unit = to.unit,
                          .from_name = S(LEDGER_SOURCE),
                          .to = to.member,
                          .to_name = to.name,
                          .amount = given_size(g),
                          .expires_at = g->kind == REWARD_GROWTH
                                            ? NONE
                                            : reward_days_end(t->c, g->valid_days),
                          .reason = g->reason };
    TRY(ledger_transfer(t, &x, &done));
    return g->kind == REWARD_GROWTH ? tier_settle(t, g->member) : OK;
}

static enum err left_to_take(struct ctx *c, const struct given *g, i64 *out)
{
    i64 expired;
    TRY(ledger_expired(c, g->given_to, transfer_id(c, g, ""), &expired));
    *out = given_size(g) - expired;
    return OK;
}

/* What was used of it is taken from others of the same, as far as there are any; where the unit may
 * be owed, all of it. What has expired is nobody's any more. */
static enum err take_units(struct tx *t, const struct given *g, str reason, i64 *taken)
{
    struct ctx *c = t->c;
    struct transferred done;
    struct balance has;
    bool owes = g->kind == REWARD_GROWTH;
    i64 living;
    TRY(member_living(c, g->given_to, &living));
    struct account of = purse_of(g, living);
    TRY(ledger_balance(c, &of, &has));
    TRY(left_to_take(c, g, taken));
    if (!owes && has.available < *taken) *taken = has.available;
    if (!*taken) return OK;
    struct transfer x = { .kind = T_REVERSE,
                          .id = transfer_id(c, g, ":back"),
                          .member = g->given_to,
                          .of = transfer_id(c, g, ""),
                          .amount = *taken,
                          .reason = reason };
    TRY(ledger_transfer(t, &x, &done));
    return g->kind == REWARD_GROWTH ? tier_settle(t, g->member) : OK;
}

static enum err fill_cost(struct reward *what, money cost)
{
    if (!what->cost.has) what->cost = SOME(cost);
    return OK;
}

static enum err fill_plain(struct ctx *c, struct reward *what, bool *stopped)
{
    return fill_cost(what, 0);
}

static enum err fill_credit(struct ctx *c, struct reward *what, bool *stopped)
{
    return fill_cost(what, what->credit.value);
}

/* -- points ------------------------------------------------------------------------------------ */

/* Rounded up to the cent: what was promised is never beyond the budget. */
static enum err fill_points(struct ctx *c, struct reward *what, bool *stopped)
{
    i64 value;
    TRY(setting_i64(c, "points.value_of_100", &value));
    return fill_cost(what, (money)(((__int128)what->amount * value + 9999) / 10000 * 100));
}

static enum err give_points(struct tx *t, const struct given *g)
{
    struct transferred done;
    return points_give(t, g->member, g->amount, transfer_id(t->c, g, ""), g->reason,
                       reward_days_end(t->c, g->valid_days), &done);
}

static enum err take_points(struct tx *t, const struct given *g, str reason, i64 *taken)
{
    struct transferred done;
    TRY(left_to_take(t->c, g, taken));
    if (!*taken) return OK;
    return points_reverse(t, g->given_to, transfer_id(t->c, g, ""), *taken,
                          transfer_id(t->c, g, ":back"), reason, &done);
}

/* -- benefits ---------------------------------------------------------------------------------- */

static enum err check_benefit(struct ctx *c, const struct reward *in, str at)
{
    struct benefit b;
    enum err e = benefit_get(c, in->code, &b);
    if (e != OK && e != E_NOT_FOUND) return e;
    if (e == OK && !b.ended) return OK;
    return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/code", STR_ARG(at)),
                   "没有权益“" STR_FMT "”，或已停止发放",
                   "there is no benefit \"" STR_FMT "\", or it is no longer granted",
                   STR_ARG(in->code));
}

static enum err fill_benefit(struct ctx *c, struct reward *what, bool *stopped)
{
    struct benefit b;
    money cost;
    TRY(benefit_get(c, what->code, &b));
    *stopped = b.ended;
    if (!what->valid_days.has) what->valid_days = b.valid_days;
    if (!money_times(b.cost, what->amount, &cost))
        return fail(c, E_INVALID, "权益的成本超出范围", "the cost of the benefit is out of range");
    return fill_cost(what, cost);
}

/* -- tags -------------------------------------------------------------------------------------- */

#define BY_REWARD S("reward")

static enum err give_tag(struct tx *t, const struct given *g)
{
    return tag_put(t, g->member, g->code, BY_REWARD, reward_days_end(t->c, g->valid_days));
}

/* Who carries it for another reason keeps it. */
static enum err take_tag(struct tx *t, const struct given *g, str reason, i64 *taken)
{
    struct member_tag_view_list tags = { 0 };
    str name = str_fold(t->c->arena, str_trim(g->code));
    TRY(member_tags(t->c, g->member, &tags));
    *taken = 0;
    for (i64 i = 0; i < tags.n && !*taken; i++)
        *taken = str_eq(tags.at[i].source, BY_REWARD) &&
                 str_eq(str_fold(t->c->arena, tags.at[i].tag), name);
    return *taken ? tag_drop(t, g->member, g->code) : OK;
}

/* -- gifts ------------------------------------------------------------------------------------- */

/* Its row is what people ship by. */
static enum err give_gift(struct tx *t, const struct given *g) { return OK; }

static enum err take_gift(struct tx *t, const struct given *g, str reason, i64 *taken)
{
    *taken = g->shipped_at.has ? 0 : g->amount;
    return OK;
}

/* -- the table --------------------------------------------------------------------------------- */

static const struct reward_way ways[] = {
    [REWARD_POINTS] = { true, false, NULL, fill_points, give_points, take_points },
    [REWARD_GROWTH] = { true, false, NULL, fill_plain, give_units, take_units },
    [REWARD_CREDIT] = { false, false, NULL, fill_credit, give_units, take_units },
    [REWARD_BENEFIT] = { true, true, check_benefit, fill_benefit, give_units, take_units },
    [REWARD_TAG] = { false, true, NULL, fill_plain, give_tag, take_tag },
    [REWARD_GIFT] = { true, true, NULL, fill_plain, give_gift, take_gift },
};

const struct reward_way *reward_way(enum reward_kind kind) { return &ways[kind]; }
