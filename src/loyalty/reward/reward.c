/* reward.c -- giving once, within a budget, and taking back once.
 *
 * States of a reward. Its row is written by whoever asks first; everything else follows from it.
 *
 *     give --> given -------------------------> taken_back
 *          --> held ---release--> given          (held past its time: rejected)
 *               |------reject---> rejected
 *               |------take back> taken_back
 *          --> no_budget --release--> given      (when the budget has enough by then)
 *               |------reject---> rejected
 *               |------take back> taken_back
 *
 * Invariants
 *   1. One row for (member, id); after a merge one for each id he has had. Whoever has one of them
 *      as given or held is not given it again.
 *   2. given: its transfers are done and its budget is charged. held: its cost is reserved, nothing
 *      else. Any other state: neither, but what could not be taken back.
 */
#include <assert.h>

#include "base/json.h"
#include "loyalty/reward/inside.h"
#include "store/setting.h"

enum { ID_MAX = 64 };

#define GIVEN                                                                                  \
    "member, id, origin, number, state, kind, amount, credit, code, valid_days, cost, budget," \
    " reason, held_until, shipped_at, given_to"
QUERY(q_given, given, "SELECT " GIVEN " FROM reward WHERE member = $1 AND id = $2 ORDER BY number");
CHANGE(c_given,
       "INSERT INTO reward (" GIVEN ", review, taken, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
       " $9, $10, $11, $12, $13, $14, NULL, $15, $16, 0, $17)");
CHANGE_RETURNING(c_lock, given,
                 "UPDATE reward SET state = state WHERE member = $1 AND id = $2 AND origin = $3"
                 " RETURNING " GIVEN);
CHANGE(c_given_to, "UPDATE reward SET given_to = $1 WHERE member = $1 AND id = $2 AND origin = $3");
CHANGE(c_decided, "UPDATE reward SET state = $4, decided_at = $5, decided_by = $6, note = $7,"
                  " taken = $8 WHERE member = $1 AND id = $2 AND origin = $3");

/* -- what a rule may promise ------------------------------------------------------------------- */

static enum err at_fault(struct ctx *c, str at, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/%s", STR_ARG(at), field), "%s", "%s",
                   c->locale == ZH ? zh : en);
}

enum err reward_check(struct ctx *c, const struct reward *in, str at)
{
    const struct reward_way *way = reward_way(in->kind);
    struct budget_view budget;
    bool found;
    if (way->counted && in->amount <= 0)
        return at_fault(c, at, "amount", "要给多少", "how many of it");
    if (!way->counted && in->amount)
        return at_fault(c, at, "amount", "这种奖励没有数量", "this kind has no amount");
    if (in->amount > 1000000000)
        return at_fault(c, at, "amount", "至多 10 亿", "at most 1,000,000,000");
    if (in->kind == REWARD_CREDIT && (!in->credit.has || in->credit.value <= 0))
        return at_fault(c, at, "credit", "购物金要给多少元", "how much credit");
    if (in->kind != REWARD_CREDIT && in->credit.has)
        return at_fault(c, at, "credit", "只有购物金有金额", "only credit has an amount of money");
    if (way->coded && str_empty(in->code))
        return at_fault(c, at, "code", "缺少代号：哪种权益、标签或礼品",
                        "the code is missing: which benefit, tag or gift");
    if (!way->coded && !str_empty(in->code))
        return at_fault(c, at, "code", "这种奖励没有代号", "this kind has no code");
    if (in->code.n > 60 || (in->code.n && !str_is_line(in->code)))
        return at_fault(c, at, "code", "代号须为不超过 60 字节的一行文字",
                        "a code is a line of at most 60 bytes");
    if (in->valid_days.has && (in->valid_days.value <= 0 || in->valid_days.value > 36500))
        return at_fault(c, at, "valid_days", "有效天数须在 1 与 36500 之间",
                        "days must be between 1 and 36500");
    if (way->check) TRY(way->check(c, in, at));
    if (str_empty(in->budget)) return OK;
    TRY(budget_find(c, in->budget, &found, &budget));
    if (!found) return at_fault(c, at, "budget", "没有这个预算", "there is no such budget");
    return OK;
}

/* -- giving ------------------------------------------------------------------------------------ */

/* Who is forgotten gets nothing any more. */
#define FIELDS_OF_asked(X, N)  \
    X(flag, asked, ANY, "", N) \
    X(flag, erased, ANY, "", N)
SHAPE(asked);
SHAPE_DEFINE(asked);
QUERY(q_asked, asked,
      "SELECT EXISTS (SELECT 1 FROM reward WHERE member = $1 AND id = $2) AS asked,"
      " EXISTS (SELECT 1 FROM member WHERE member = $1 AND erased_at IS NOT NULL) AS erased");

enum err reward_line(struct tx *t, const struct given *g, const char *verb)
{
    struct buf props = { .arena = t->c->arena };
    buf_add(&props, S("{\"kind\":"));
    json_write_str(&props, choice_name(&reward_kind_choice, (int)g->kind));
    buf_fmt(&props, ",\"amount\":%lld", (long long)given_size(g));
    if (!str_empty(g->code)) {
        buf_add(&props, S(",\"code\":"));
        json_write_str(&props, g->code);
    }
    if (!str_empty(g->budget)) {
        buf_add(&props, S(",\"budget\":"));
        json_write_str(&props, g->budget);
    }
    buf_add(&props, S(",\"reason\":"));
    json_write_str(&props, g->reason);
    buf_byte(&props, '}');
    struct timeline_line line = {
        .at = t->c->now,
        .member = g->member,
        .kind = str_fmt(t->c->arena, "reward.%s", verb),
        .subject = str_fmt(t->c->arena, "reward:" STR_FMT, STR_ARG(g->id)),
        .value = g->cost ? SOME(g->cost) : NONE,
        .props = buf_str(&props),
    };
    return timeline_append(t, &line);
}

/* At this instant, whether or not the job has run. */
static enum reward_result state_now(const struct ctx *c, const struct given *g)
{
    bool over = g->state == REWARD_HELD && g->held_until.has && g->held_until.value <= c->now;
    return over ? REWARD_REJECTED : g->state;
}

/* Of several, as after a merge, the one by which he has it. */
static bool better(enum reward_result a, enum reward_result than)
{
    static const int rank[] = { [REWARD_GIVEN] = 4,
                                [REWARD_HELD] = 3,
                                [REWARD_TAKEN_BACK] = 2,
                                [REWARD_REJECTED] = 1,
                                [REWARD_NO_BUDGET] = 0 };
    return rank[a] > rank[than];
}

enum err reward_state(struct ctx *c, i64 member, str id, bool *found, enum reward_result *out)
{
    struct given_list rows = { 0 };
    TRY(db_all(c, &q_given, &rows, ARGS(member, id)));
    *found = rows.n > 0;
    for (i64 i = 0; i < rows.n; i++) {
        enum reward_result state = state_now(c, &rows.at[i]);
        if (!i || better(state, *out)) *out = state;
    }
    return OK;
}

static enum err hand_over(struct tx *t, struct given *g)
{
    TRY(reward_way(g->kind)->give(t, g));
    return reward_line(t, g, "given");
}

/* Its budget charged, or so much of it reserved; or refused for want of budget. */
static enum err charge(struct tx *t, struct given *g)
{
    bool enough = true;
    if (str_empty(g->budget)) return OK;
    if (g->state == REWARD_HELD)
        TRY(budget_reserve(t, g->budget, g->origin, g->cost, g->id, g->held_until.value - t->c->now,
                           &enough));
    else TRY(budget_charge(t, g->budget, g->origin, g->cost, g->id, &enough));
    if (!enough) g->state = REWARD_NO_BUDGET;
    return OK;
}

static enum err tell(struct tx *t, struct given *g)
{
    static const char *const verbs[] = {
        [REWARD_HELD] = "held", [REWARD_NO_BUDGET] = "refused", [REWARD_REJECTED] = "rejected"
    };
    return g->state == REWARD_GIVEN ? hand_over(t, g) : reward_line(t, g, verbs[g->state]);
}

/* What is promised, for anybody: what it leaves open filled, its words checked. */
static enum err fill_given(struct ctx *c, const struct reward *promised, struct reward_why why,
                           struct given *out, bool *stopped)
{
    struct reward what = *promised;
    bool review = !str_empty(why.review);
    i64 days = 0;
    if (str_empty(why.id) || why.id.n > ID_MAX || !str_is_line(why.id))
        return fail_at(c, E_INVALID, S("/id"), "奖励的编号须为 1 至 %d 字节的一行文字",
                       "a reward's id is a line of 1 to %d bytes", ID_MAX);
    if (review) TRY(setting_i64(c, "reward.review_days", &days));
    *stopped = false;
    TRY(reward_way(what.kind)->fill(c, &what, stopped));
    *out = (struct given){ .id = why.id,
                           .state = review ? REWARD_HELD : REWARD_GIVEN,
                           .kind = what.kind,
                           .amount = what.amount,
                           .credit = what.credit,
                           .code = what.code,
                           .valid_days = what.valid_days,
                           .cost = what.cost.value,
                           .budget = what.budget,
                           .reason = str_or(why.reason, S("reward")),
                           .held_until = review ? SOME(c->now + days * DAY_MS) : NONE };
    return OK;
}

static enum err write_given(struct tx *t, const struct given_list *in, str review)
{
    enum { VALUES = 17 };
    struct value *values = NEWS(t->c->arena, struct value, in->n * VALUES);
    for (i64 i = 0; i < in->n; i++) {
        const struct given *g = &in->at[i];
        struct args row = ARGS(g->member, g->id, g->origin, g->number,
                               choice_name(&reward_result_choice, g->state),
                               choice_name(&reward_kind_choice, g->kind), g->amount, g->credit,
                               g->code, g->valid_days, g->cost, g->budget, g->reason, g->held_until,
                               g->given_to, str_empty(review) ? NO_STR : review, t->c->now);
        assert(row.n == VALUES);
        memcpy(values + i * VALUES, row.at, sizeof(struct value) * VALUES);
    }
    return tx_change_each(t, &c_given, in->n, (struct args){ values, (int)(in->n * VALUES) });
}

/* Decided for all first, so that their rows go in together; then handed over. */
enum err reward_give_all(struct tx *t, const i64 *members, i64 n, const struct reward *promised,
                         struct reward_why why, enum reward_result *out)
{
    struct ctx *c = t->c;
    struct given_list new = { NEWS(c->arena, struct given, n), 0 };
    i64 *places = NEWS(c->arena, i64, n), number;
    struct given filled;
    bool stopped;
    TRY(fill_given(c, promised, why, &filled, &stopped));
    for (i64 i = 0; i < n; i++) {
        struct asked asked;
        bool found;
        TRY(db_get(c, &q_asked, &asked, ARGS(members[i], why.id)));
        if (asked.asked) TRY(reward_state(c, members[i], why.id, &found, &out[i]));
        if (asked.asked) continue;
        struct given *g = &new.at[new.n];
        *g = filled;
        g->member = g->origin = members[i];
        if (stopped || asked.erased) g->state = REWARD_REJECTED;
        places[new.n++] = i;
    }
    if (!new.n) return OK;
    TRY(tx_take(t, S("reward"), new.n, &number));
    for (i64 i = 0; i < new.n; i++) {
        struct given *g = &new.at[i];
        g->number = number + i;
        if (g->state != REWARD_REJECTED) TRY(charge(t, g));
        if (g->state == REWARD_GIVEN) g->given_to = g->member;
        out[places[i]] = g->state;
    }
    TRY(write_given(t, &new, why.review));
    for (i64 i = 0; i < new.n; i++) TRY(tell(t, &new.at[i]));
    return OK;
}

enum err reward_give(struct tx *t, i64 member, const struct reward *what, struct reward_why why,
                     enum reward_result *out)
{
    return reward_give_all(t, &member, 1, what, why, out);
}

/* -- taking back ------------------------------------------------------------------------------- */

static enum err decided(struct tx *t, struct given *g, enum reward_result state, str note,
                        i64 taken)
{
    g->state = state;
    return tx_change(t, &c_decided,
                     ARGS(g->member, g->id, g->origin, choice_name(&reward_result_choice, state),
                          t->c->now, t->c->actor, note, taken));
}

/* *whole: nothing of it stays with him. */
static enum err take_back_one(struct tx *t, const struct given *was, str reason, bool *whole)
{
    struct ctx *c = t->c;
    struct given g;
    i64 taken = 0;
    TRY(db_get(c, &c_lock, &g, ARGS(was->member, was->id, was->origin)));
    enum reward_result state = state_now(c, &g);
    *whole = state != REWARD_GIVEN;
    if (state == REWARD_HELD || state == REWARD_NO_BUDGET) {
        taken = given_size(&g); /* he has had nothing of it, and nobody can release it any more */
        if (state == REWARD_HELD && !str_empty(g.budget))
            TRY(budget_let_go(t, g.budget, g.origin, g.id));
    } else if (state == REWARD_GIVEN && !g.shipped_at.has) {
        TRY(reward_way(g.kind)->take_back(t, &g, reason, &taken));
        *whole = taken == given_size(&g);
        /* What was used of it stays charged. */
        money back = (money)((__int128)g.cost * taken / given_size(&g));
        if (!str_empty(g.budget) && back) TRY(budget_refund(t, g.budget, g.origin, g.id, back));
    } else {
        return OK;
    }
    TRY(decided(t, &g, REWARD_TAKEN_BACK, reason, taken));
    return reward_line(t, &g, "taken_back");
}

enum err reward_take_back_whole(struct tx *t, i64 member, str id, str reason, bool *whole)
{
    struct given_list rows = { 0 };
    *whole = true;
    TRY(db_all(t->c, &q_given, &rows, ARGS(member, id)));
    for (i64 i = 0; i < rows.n; i++) {
        bool one;
        TRY(take_back_one(t, &rows.at[i], str_or(reason, S("taken back")), &one));
        *whole &= one;
    }
    return OK;
}

enum err reward_take_back(struct tx *t, i64 member, str id, str reason)
{
    bool whole;
    return reward_take_back_whole(t, member, id, reason, &whole);
}

/* -- deciding ---------------------------------------------------------------------------------- */

/* The row that can be decided: the held one, else the one without budget, else any. */
static enum err to_decide(struct tx *t, i64 member, str id, struct given *out)
{
    struct ctx *c = t->c;
    struct given_list rows = { 0 };
    TRY(db_all(c, &q_given, &rows, ARGS(member, id)));
    if (!rows.n)
        return fail(c, E_NOT_FOUND, "没有编号为 " STR_FMT " 的奖励", "there is no reward " STR_FMT,
                    STR_ARG(id));
    const struct given *best = &rows.at[0];
    for (i64 i = 1; i < rows.n; i++) {
        enum reward_result state = state_now(c, &rows.at[i]), than = state_now(c, best);
        if (state == REWARD_HELD || (state == REWARD_NO_BUDGET && than != REWARD_HELD))
            best = &rows.at[i];
    }
    return db_get(c, &c_lock, out, ARGS(best->member, best->id, best->origin));
}

static enum err too_late(struct ctx *c, enum reward_result state)
{
    static const struct {
        const char *zh, *en;
    } words[] = { [REWARD_GIVEN] = { "已发放", "given" },
                  [REWARD_HELD] = { "待审核", "held" },
                  [REWARD_NO_BUDGET] = { "预算不足", "no budget" },
                  [REWARD_REJECTED] = { "已驳回", "rejected" },
                  [REWARD_TAKEN_BACK] = { "已收回", "taken back" } };
    return fail(c, E_CONFLICT, "这份奖励已经处理：%s", "this reward was decided already: %s",
                c->locale == ZH ? words[state].zh : words[state].en);
}

enum err reward_release(struct tx *t, i64 member, str id, str note, enum reward_result *out)
{
    struct given g;
    struct asked who;
    TRY(to_decide(t, member, id, &g));
    *out = state_now(t->c, &g);
    if (*out == REWARD_GIVEN) return OK;
    if (*out != REWARD_HELD && *out != REWARD_NO_BUDGET) return too_late(t->c, *out);
    TRY(db_get(t->c, &q_asked, &who, ARGS(g.member, g.id)));
    if (who.erased)
        return fail(t->c, E_UNPROCESSABLE, "会员已注销，不再发放奖励",
                    "the member was erased: nothing is given to him any more");
    g.state = REWARD_GIVEN;
    if (*out == REWARD_NO_BUDGET) TRY(charge(t, &g));
    else if (!str_empty(g.budget)) TRY(budget_charge_reserved(t, g.budget, g.origin, g.id));
    *out = g.state;
    TRY(decided(t, &g, g.state, note, 0));
    if (g.state == REWARD_NO_BUDGET) return reward_line(t, &g, "refused");
    g.given_to = g.member; /* by the number he has now */
    TRY(tx_change(t, &c_given_to, ARGS(g.member, g.id, g.origin)));
    return hand_over(t, &g);
}

static enum err reject_now(struct tx *t, struct given *g, str note)
{
    TRY(decided(t, g, REWARD_REJECTED, note, 0));
    return reward_line(t, g, "rejected");
}

enum err reward_reject(struct tx *t, i64 member, str id, str note)
{
    struct given g;
    TRY(to_decide(t, member, id, &g));
    enum reward_result state = state_now(t->c, &g);
    if (state == REWARD_REJECTED) return OK;
    if (state != REWARD_HELD && state != REWARD_NO_BUDGET) return too_late(t->c, state);
    if (state == REWARD_HELD && !str_empty(g.budget))
        TRY(budget_let_go(t, g.budget, g.origin, g.id));
    return reject_now(t, &g, note);
}

/* -- held past their time ---------------------------------------------------------------------- */

enum { EXPIRED_AT_ONCE = 200 };
QUERY(q_over, given,
      "SELECT " GIVEN " FROM reward WHERE state = 'held' AND held_until <= $1"
      " ORDER BY held_until LIMIT $2");

static enum err expire_some(struct tx *t, void *arg)
{
    i64 *n = arg;
    struct given_list rows = { 0 };
    TRY(db_all(t->c, &q_over, &rows, ARGS(t->c->now, (i64)EXPIRED_AT_ONCE)));
    for (i64 i = 0; i < rows.n; i++) {
        struct given g;
        TRY(db_get(t->c, &c_lock, &g, ARGS(rows.at[i].member, rows.at[i].id, rows.at[i].origin)));
        if (g.state == REWARD_HELD) TRY(reject_now(t, &g, S("time over")));
    }
    *n = rows.n;
    return OK;
}

enum err reward_expire(struct store *s, struct ctx *c)
{
    for (i64 n = EXPIRED_AT_ONCE; n == EXPIRED_AT_ONCE;) {
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, expire_some, &n);
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return OK;
}
