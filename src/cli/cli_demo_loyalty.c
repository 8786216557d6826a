/* cli_demo_loyalty.c -- the loyalty programme of the demo shop, day by day since it opened: members
 * join, earn by the orders they have, check in, pay, exchange, team up. Who does what hangs on the
 * seed and the member alone. */
#include "cli/cli_demo_loyalty.h"

#include "app/rooms.h"
#include "cli/cli_demo.h"
#include "demo/chance.h"
#include "job/job.h"
#include "loyalty/credit.h"
#include "loyalty/mall.h"
#include "loyalty/membership.h"
#include "loyalty/tasks.h"
#include "loyalty/teams.h"
#include "trade/trade.h"

enum { TEAMS = 12, EXCHANGES_MAX = 80, PROOFS_MAX = 9 };

#define FIELDS_OF_demo_member(X, N) \
    X(i64, member, ANY, "", N)      \
    X(instant, seen, ANY, "", N)
SHAPE(demo_member);
SHAPE_DEFINE(demo_member);
QUERY(q_members, demo_member,
      "SELECT member, first_seen AS seen FROM member WHERE merged_into IS NULL AND"
      " erased_at IS NULL ORDER BY member");
#define FIELDS_OF_demo_order(X, N) \
    X(i64, id, ANY, "", N)         \
    X(i64, member, ANY, "", N)     \
    X(instant, at, ANY, "", N)
SHAPE(demo_order);
SHAPE_DEFINE(demo_order);
QUERY(q_orders, demo_order,
      "SELECT id, member, COALESCE(paid_at, at) AS at FROM purchase_order WHERE is_paid"
      " AND member > 0 AND COALESCE(paid_at, at) >= $1 ORDER BY 3, id");

/* What a member is like; 0 and -1: never. */
struct soul {
    i64 member;
    instant joins;
    bool habit, proved;
    day plan, topup, mall; /* the day he pays for a plan, tops up, exchanges */
    i64 team;              /* 1 .. TEAMS */
    struct chance d;
};

struct telling {
    struct demo_loyalty d;
    struct soul *souls;
    i64 souls_n, next_order, exchanges, proofs, teams[TEAMS + 1];
    struct demo_order_list orders;
    day today;
};

/* -- who they are ------------------------------------------------------------------------------ */

static struct soul soul_of(const struct demo_loyalty *d, const struct zone *z,
                           const struct demo_member *m)
{
    struct chance dice = chance_of(d->seed, (u64)m->member + 7000000);
    struct soul s = { .member = m->member, .plan = -1, .topup = -1, .mall = -1 };
    i64 draw = chance_below(&dice, 100), what = chance_below(&dice, 1000);
    bool old = m->seen < d->open;
    if (draw >= (old ? 25 : 60)) return s;
    s.joins = old ? d->open + chance_between(&dice, 0, 20 * DAY_MS)
                  : m->seen + chance_between(&dice, MINUTE_MS, 20 * MINUTE_MS);
    if (s.joins >= d->until) s.joins = 0;
    day from = zone_day(z, s.joins) + 1;
    i64 days = d->last - from;
    if (!s.joins || days < 1) return s;
    s.habit = what < 20;
    if (what % 50 == 30) s.plan = from + (day)chance_below(&dice, days);
    if (what % 50 == 31) s.topup = from + (day)chance_below(&dice, days);
    if (what % 10 == 7) s.mall = d->last - 20 + (day)chance_below(&dice, 21);
    if (what >= 990) s.team = 1 + chance_below(&dice, TEAMS);
    s.d = dice;
    return s;
}

/* A moment of today, between seven and eleven at night, before the end. */
static instant moment(struct ctx *c, const struct telling *k, struct soul *s)
{
    instant at =
        zone_midnight(c->zone, k->today) + chance_between(&s->d, 7 * HOUR_MS, 23 * HOUR_MS);
    return at < k->d.until ? at : k->d.until - 1;
}

/* -- what they do ------------------------------------------------------------------------------ */

static enum err pays(struct tx *t, struct soul *s, struct telling *k)
{
    struct ctx *c = t->c;
    str key =
        str_fmt(c->arena, "W%lld%05d", (long long)s->member, (int)chance_below(&s->d, 100000));
    if (s->plan == k->today) {
        bool year = chance_in(&s->d, 35);
        struct membership_ask ask = { s->member, year ? S("year") : S("quarter"), key,
                                      (year ? 199 : 59) * MONEY_UNIT, NO_STR };
        TRY(membership_buy(t, &ask));
    }
    if (s->topup != k->today) return OK;
    struct credit_act out;
    struct credit_ask ask = { s->member, key, (chance_in(&s->d, 30) ? 1000 : 500) * MONEY_UNIT,
                              NO_STR };
    TRY(credit_topup(t, &ask, &out));
    ask.key = str_fmt(c->arena, "X" STR_FMT, STR_ARG(key));
    ask.amount = chance_between(&s->d, 60, 320) * MONEY_UNIT;
    return chance_in(&s->d, 50) ? credit_spend(t, &ask, &out) : OK;
}

static enum err exchanges(struct tx *t, struct soul *s, struct telling *k)
{
    enum mall_result can = MALL_STOCK;
    i64 good = 0;
    struct exchanged out;
    if (s->mall != k->today || k->exchanges >= EXCHANGES_MAX) return OK;
    for (i64 i = 0; i < DEMO_GOODS_OF_MALL && can != MALL_DONE; i++) {
        good = k->d.goods[chance_below(&s->d, DEMO_GOODS_OF_MALL)];
        TRY(mall_can(t->c, s->member, good, 1, &can));
    }
    if (can != MALL_DONE) return OK;
    struct exchange_post post = { .id = good,
                                  .key = S("demo"),
                                  .receiver = S("王小鲤"),
                                  .phone = S("16000000000"),
                                  .address = S("上海市徐汇区示例路 1 号") };
    k->exchanges++;
    TRY(mall_exchange(t, s->member, &post, &can, &out));
    struct exchange_view view;
    TRY(exchange_get(t->c, out.id, false, &view));
    if (view.kind != GOOD_THING || k->today > k->d.last - 4) return OK;
    if (view.state == EXCHANGE_PLACED) TRY(mall_pay(t, out.id, S("WX-demo"), SOME(view.price)));
    t->c->now += 20 * HOUR_MS;
    return mall_ship(t, out.id, S("顺丰速运"),
                     str_fmt(t->c->arena, "SF16%011lld", (long long)out.id * 7919));
}

static enum err plays(struct tx *t, struct soul *s, struct telling *k)
{
    static const char *const names[TEAMS] = { "早C晚A小队",   "成分党",     "空瓶打卡队",
                                              "敏感肌互助会", "面膜自由",   "防晒纠察队",
                                              "熬夜修护团",   "油皮联盟",   "闺蜜护肤局",
                                              "打工人回血",   "精华重度户", "锦鲤附体" };
    struct check_in_view view;
    enum seat_state state;
    i64 number;
    if (s->habit && k->today > k->d.last - 21 && chance_in(&s->d, 85))
        TRY(task_check_in(t, s->member, DEMO_CHECK_IN, &view));
    if (s->habit && !s->proved && k->today >= k->d.last - 2 && k->proofs < PROOFS_MAX &&
        chance_in(&s->d, 10)) {
        s->proved = true;
        k->proofs++;
        TRY(task_proof_send(t, s->member, DEMO_REVIEW, S("https://img.example.com/review.jpg"),
                            S("用了两周，泛红明显少了"), &number));
    }
    if (!s->team || !k->d.campaign || k->today < k->d.last - 14 || !chance_in(&s->d, 40)) return OK;
    i64 *team = &k->teams[s->team];
    if (!*team) {
        struct team_make make = { .campaign = k->d.campaign,
                                  .member = s->member,
                                  .name = str_of(names[s->team - 1]),
                                  .code = str_fmt(t->c->arena, "KOI%06lld",
                                                  (long long)chance_below(&s->d, 1000000)) };
        TRY(team_make(t, &make, team));
    } else {
        struct team view_of_team;
        TRY(team_get(t->c, *team, &view_of_team));
        if (view_of_team.seats < 5) TRY(team_join(t, *team, s->member, NO_STR, &state));
    }
    s->team = 0; /* he has one */
    return OK;
}

static enum err lives(struct tx *t, struct soul *s, struct telling *k)
{
    struct ctx *c = t->c;
    bool now;
    if (!s->joins) return OK;
    day joined = zone_day(c->zone, s->joins);
    if (joined > k->today) return OK;
    if (joined == k->today) {
        static const char *const channels[] = { "小程序", "门店扫码", "直播间", "包裹卡" };
        c->now = s->joins;
        struct join_ask ask = { .id = s->member, .channel = str_of(channels[s->member % 4]) };
        return member_join(t, &ask, &now);
    }
    if (!s->habit && !s->team && s->plan != k->today && s->topup != k->today && s->mall != k->today)
        return OK;
    c->now = moment(c, k, s);
    TRY(plays(t, s, k));
    TRY(pays(t, s, k));
    return exchanges(t, s, k);
}

/* Whoever follows orders is told of today's: what they earn and where they lift their buyers. */
static enum err tell_orders(struct tx *t, struct telling *k, instant end)
{
    struct ctx *c = t->c;
    i64 n = 0;
    while (k->next_order + n < k->orders.n && k->orders.at[k->next_order + n].at < end) n++;
    struct order_change *all = NEWS(c->arena, struct order_change, n);
    for (i64 i = 0; i < n; i++) {
        const struct demo_order *o = &k->orders.at[k->next_order + i];
        all[i] = (struct order_change){ .order = o->id, .member = o->member, .was = o->member };
    }
    k->next_order += n;
    c->now = end - 1;
    for (i64 i = 0; n && order_listeners && order_listeners[i]; i++)
        TRY(order_listeners[i]->changed(t, all, n));
    return OK;
}

static enum err one_day(struct tx *t, void *arg)
{
    struct telling *k = arg;
    instant now = t->c->now, end = zone_midnight(t->c->zone, k->today + 1);
    if (k->today == k->d.last - DEMO_CONTEST_DAYS) {
        t->c->now = zone_midnight(t->c->zone, k->today);
        TRY(demo_contests(t, &k->d));
    }
    for (i64 i = 0; i < k->souls_n; i++) {
        struct arena_mark mark = arena_mark(t->c->arena);
        TRY(lives(t, &k->souls[i], k));
        arena_rewind(t->c->arena, mark);
    }
    TRY(tell_orders(t, k, end < k->d.until ? end : k->d.until));
    t->c->now = now;
    return OK;
}

/* -- the whole --------------------------------------------------------------------------------- */

/* What the server does by itself: tiers of everybody, points whose window has ended, ranks. */
static enum err run_jobs(struct store *s, struct ctx *c)
{
    static const char *const names[] = { "tiers.keep_up", "points.turn", "ledger.lapse",
                                         "boards.upkeep" };
    for (i64 i = 0; i < COUNT(names); i++)
        for (const struct room *const *room = rooms; *room; room++)
            for (const struct job_row *job = (*room)->jobs; job && job->name; job++)
                if (strcmp(job->name, names[i]) == 0) TRY(job->run(s, c));
    return OK;
}

static enum err tell_all(struct store *s, struct ctx *c, struct telling *k)
{
    struct demo_member_list members = { 0 };
    TRY(store_reader(s, c));
    TRY(db_all(c, &q_members, &members, NO_ARGS));
    TRY(db_all(c, &q_orders, &k->orders, ARGS(k->d.open)));
    k->souls_n = members.n;
    k->souls = NEWS(c->arena, struct soul, members.n);
    for (i64 i = 0; i < members.n; i++) k->souls[i] = soul_of(&k->d, c->zone, &members.at[i]);
    c->now = k->d.open;
    TRY(store_write(s, c, demo_programme_open, &k->d));
    TRY(run_jobs(s, c));
    for (k->today = k->d.first; k->today <= k->d.last; k->today++) {
        c->now = zone_midnight(c->zone, k->today);
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, one_day, k);
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    c->now = k->d.until;
    return run_jobs(s, c);
}

enum err demo_loyalty(struct store *s, struct ctx *c, u64 seed, instant until)
{
    day last = zone_day(c->zone, until - 1);
    struct telling k = { .d = { .seed = seed,
                                .open = zone_midnight(c->zone, last - DEMO_OPEN_DAYS),
                                .until = until,
                                .first = last - DEMO_OPEN_DAYS,
                                .last = last } };
    struct ctx then = *c;
    then.arena = arena_new();
    then.db = NULL;
    then.actor = S("user:owner");
    enum err e = tell_all(s, &then, &k);
    if (then.db) store_release(&then);
    c->why = then.why;
    arena_free(then.arena);
    return e;
}
