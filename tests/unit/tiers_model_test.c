/* tiers_model_test.c -- random orders, refunds, clock moves, appointments, merges and ladders
 * against a twin that works every tier out afresh, with plain sums over all orders.
 *
 * TIERS_RUNS=1000 for a long one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loyalty/join.h"
#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"
#include "trade/trade.h"

#include "test.h"

enum { MEMBERS = 4, ORDERS = 200, APPOINTMENTS = 60 };

struct sale {
    int who; /* whose it was written for */
    instant at;
    money paid, refund;
    char number[32];
};
struct post {
    int who;
    instant at, until; /* 0: open */
    i64 rank;
};
struct twin {
    i64 run;
    i64 ids[MEMBERS];
    int living[MEMBERS]; /* place of whom he lives as */
    instant joined[MEMBERS];
    struct sale sales[ORDERS];
    i64 sales_n;
    struct post posts[APPOINTMENTS];
    i64 posts_n;
    struct ladder l;
    bool before;
    instant open;
};

/* -- the twin: what the words of inside.h say, without thinking of speed ----------------------- */

static bool his(const struct twin *w, int sale_who, int who) { return w->living[sale_who] == who; }

static instant start_of(const struct twin *w, instant at)
{
    const struct zone *z = test_ctx()->zone;
    if (w->l.span == SPAN_EVER) return INT64_MIN;
    if (w->l.span == SPAN_YEAR) return zone_midnight(z, day_of(zone_local(z, at).year, 1, 1));
    return zone_midnight(z, zone_day(z, at) - (day)w->l.span_days.value + 1);
}

static bool counts(const struct twin *w, const struct sale *s, int who)
{
    return his(w, s->who, who) && s->paid > s->refund && (w->before || s->at >= w->open);
}

static instant joined_at(const struct twin *w, int who)
{
    instant at = INT64_MAX;
    for (int i = 0; i < MEMBERS; i++)
        if (his(w, i, who) && w->joined[i] < at) at = w->joined[i];
    return at;
}

static money sum_at(const struct twin *w, int who, instant at, bool *any)
{
    money sum = 0;
    *any = joined_at(w, who) <= at;
    for (i64 i = 0; i < w->sales_n; i++) {
        const struct sale *s = &w->sales[i];
        if (!counts(w, s, who) || s->at > at) continue;
        *any = true;
        if (s->at < start_of(w, at)) continue;
        sum += w->l.measure == MEASURE_ORDERS ? MONEY_UNIT : s->paid - s->refund;
    }
    return sum;
}

static i64 reached_at(const struct twin *w, int who, instant at)
{
    bool any;
    money sum = sum_at(w, who, at, &any);
    i64 rank = 0;
    for (i64 i = 0; any && i < w->l.tiers.n; i++)
        if (w->l.tiers.at[i].threshold.has && sum >= w->l.tiers.at[i].threshold.value) rank = i + 1;
    return rank;
}

static instant end_of(const struct twin *w, day from, i64 n)
{
    struct civil t = day_civil(from);
    i64 month = t.year * 12 + t.month - 1 + w->l.term_months * n;
    day first = day_of((i32)(month / 12), (i32)(month % 12) + 1, 1);
    day after = day_of((i32)((month + 1) / 12), (i32)((month + 1) % 12) + 1, 1);
    day last = first + t.day - 1;
    if (w->l.to_month_end || last >= after) last = after - 1;
    return zone_midnight(test_ctx()->zone, last + 1);
}

static bool lasts(const struct twin *w, i64 rank)
{
    return rank && w->l.term_months && w->l.tiers.at[rank - 1].threshold.value > 0;
}

static i64 lower(const struct twin *w, i64 rank)
{
    for (rank--; rank > 0; rank--)
        if (w->l.tiers.at[rank - 1].threshold.has) return rank;
    return 0;
}

/* The next instant at which he did something, after `after`. */
static instant next_deed(const struct twin *w, int who, instant after)
{
    instant next = joined_at(w, who) > after ? joined_at(w, who) : INT64_MAX;
    for (i64 i = 0; i < w->sales_n; i++)
        if (counts(w, &w->sales[i], who) && w->sales[i].at > after && w->sales[i].at < next)
            next = w->sales[i].at;
    return next;
}

static i64 twin_rank(const struct twin *w, int who, instant now)
{
    instant at = INT64_MIN, end = INT64_MAX;
    day from = 0;
    i64 rank = 0, terms = 0;
    for (;;) {
        instant deed = next_deed(w, who, at);
        instant next = end <= deed ? end : deed;
        if (next > now) break;
        if (end <= deed) {
            bool any;
            const struct tier_step *s = &w->l.tiers.at[rank - 1];
            money keep = s->keep.has ? s->keep.value : s->threshold.value;
            if (sum_at(w, who, end - 1, &any) >= keep) {
                end = end_of(w, from, ++terms);
                continue;
            }
            i64 reached = reached_at(w, who, end - 1), down = lower(w, rank);
            rank = w->l.on_expiry == EXPIRY_ONE_DOWN && down > reached ? down : reached;
            from = zone_day(test_ctx()->zone, end - 1);
            terms = 1;
            end = lasts(w, rank) ? end_of(w, from, 1) : INT64_MAX;
            continue;
        }
        at = deed;
        i64 reached = reached_at(w, who, at);
        if (reached <= rank) continue;
        rank = reached;
        from = zone_day(test_ctx()->zone, at);
        terms = 1;
        end = lasts(w, rank) ? end_of(w, from, 1) : INT64_MAX;
    }
    for (i64 i = 0; i < w->posts_n; i++) {
        const struct post *p = &w->posts[i];
        if (!his(w, p->who, who) || p->at > now || (p->until && p->until <= now)) continue;
        if (p->rank > rank) rank = p->rank;
    }
    return rank;
}

/* -- what is done ------------------------------------------------------------------------------ */

static struct twin w;

static enum err make_members(struct tx *t, void *arg)
{
    for (int i = 0; i < MEMBERS; i++) {
        struct identity id = { ID_USER_ID, NO_STR,
                               str_fmt(t->c->arena, "u%lld.%d", (long long)w.run, i) };
        struct identity device = { ID_ANONYMOUS_ID, NO_STR,
                                   str_fmt(t->c->arena, "d%lld.%d", (long long)w.run, i) };
        struct member_sighting s = {
            .identities = i == 3 ? &device : &id, .n = 1, .source = S("api"), .at = t->c->now
        };
        bool created;
        TRY(member_resolve(t, &s, &w.ids[i], &created));
        w.joined[i] = i < 2 ? t->c->now : INT64_MAX;
        w.living[i] = i;
        if (i < 2) TRY(member_join(t, &(struct join_ask){ .id = w.ids[i] }, &created));
    }
    return OK;
}

static enum err write_sale(struct tx *t, void *arg)
{
    const struct sale *s = arg;
    i64 order;
    enum order_put what;
    struct order_fact fact = { .shop = S("店"),
                               .number = str_of(s->number),
                               .member = w.ids[w.living[s->who]],
                               .created_at = SOME(s->at),
                               .paid_at = SOME(s->at),
                               .state = ORDER_PAID,
                               .total = SOME(s->paid),
                               .paid = SOME(s->paid),
                               .refund = s->refund ? SOME(s->refund) : NONE };
    return order_write(t, &fact, &order, &what);
}

static void sell(struct dice *d)
{
    if (w.sales_n == ORDERS) return;
    struct sale *s = &w.sales[w.sales_n];
    instant now = test_ctx()->now;
    *s = (struct sale){ .who = (int)dice_below(d, MEMBERS),
                        .at = dice_below(d, 4) ? now : now - dice_below(d, 500 * DAY_MS),
                        .paid = (100 + dice_below(d, 900)) * MONEY_UNIT };
    s->who = w.living[s->who];
    snprintf(s->number, sizeof s->number, "%lld.%lld", (long long)w.run, (long long)++w.sales_n);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_sale, s));
}

static void refund(struct dice *d)
{
    if (!w.sales_n) return;
    struct sale *s = &w.sales[dice_below(d, w.sales_n)];
    s->refund = dice_below(d, 2) ? s->paid : s->refund + (s->paid - s->refund) / 2;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_sale, s));
}

struct posting {
    i64 member;
    struct tier_appointment in;
};
static enum err do_appoint(struct tx *t, void *arg)
{
    struct posting *p = arg;
    return tier_appoint(t, p->member, &p->in);
}
static enum err do_dismiss(struct tx *t, void *arg)
{
    return tier_dismiss(t, ((struct posting *)arg)->member, S("test"));
}

static void end_posts(int who)
{
    instant now = test_ctx()->now;
    for (i64 i = 0; i < w.posts_n; i++)
        if (his(&w, w.posts[i].who, who) && (!w.posts[i].until || w.posts[i].until > now))
            w.posts[i].until = now;
}

static void appoint(struct dice *d)
{
    if (w.posts_n == APPOINTMENTS) return;
    int who = w.living[dice_below(d, MEMBERS)];
    i64 rank = 1 + dice_below(d, w.l.tiers.n);
    struct posting p = { w.ids[who], { .tier = w.l.tiers.at[rank - 1].code, .reason = S("t") } };
    if (dice_below(d, 2)) p.in.until = SOME(test_ctx()->now + (1 + dice_below(d, 300)) * DAY_MS);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_appoint, &p));
    end_posts(who);
    w.posts[w.posts_n++] = (struct post){ who, test_ctx()->now, p.in.until.value, rank };
}

static void dismiss(struct dice *d)
{
    int who = w.living[dice_below(d, MEMBERS)];
    struct posting p = { .member = w.ids[who] };
    enum err e = store_write(test_store(), test_reader(), do_dismiss, &p);
    CHECK(e == OK || e == E_NOT_FOUND);
    if (e == OK) end_posts(who);
}

static enum err go_live(struct tx *t, void *arg)
{
    i64 version;
    TRY(ladder_put(t, arg, &version));
    TRY(ladder_simulated(t, arg));
    return ladder_go_live(t, version);
}

static void look_end(void *c) { test_ctx_free(c); }

static void another_ladder(struct dice *d)
{
    struct ladder l = w.l;
    l.tiers.at = NEWS(test_ctx()->arena, struct tier_step, l.tiers.n);
    memcpy(l.tiers.at, w.l.tiers.at, (size_t)l.tiers.n * sizeof *l.tiers.at);
    l.measure = dice_below(d, 3) ? MEASURE_SPENT : MEASURE_ORDERS;
    l.span = (enum tier_span)dice_below(d, 3);
    l.span_days = l.span == SPAN_DAYS ? SOME(1 + dice_below(d, 500)) : NONE;
    l.term_months = dice_below(d, 4) * 4;
    l.to_month_end = dice_below(d, 2) == 0;
    l.on_expiry = (enum tier_expiry)dice_below(d, 2);
    money at = l.measure == MEASURE_ORDERS ? MONEY_UNIT : 300 * MONEY_UNIT;
    money threshold = dice_below(d, 3) ? 0 : at;
    for (i64 i = 0; i < l.tiers.n - 1; i++, threshold += at * (1 + dice_below(d, 3))) {
        l.tiers.at[i].threshold = SOME(threshold);
        l.tiers.at[i].keep = dice_below(d, 2) ? SOME(threshold * 2 / 3) : NONE;
    }
    struct tier_simulation sim;
    struct ctx *c = test_ctx_new(); /* simulating takes a snapshot */
    arena_defer(test_ctx()->arena, look_end, c);
    c->now = test_ctx()->now;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, ladder_simulate(c, &l, &sim));
    store_release(c);
    c = test_reader();
    CHECK_OK(c, store_write(test_store(), c, go_live, &l));
    w.l = l;
    if (w.run) return; /* there are others */
    i64 then = 0, want[8] = { 0 };
    for (int i = 0; i < MEMBERS; i++)
        if (w.living[i] == i) want[twin_rank(&w, i, c->now)]++;
    for (i64 rank = 1; rank <= l.tiers.n; rank++)
        for (i64 i = 0; i < sim.tiers.n; i++)
            if (str_eq(sim.tiers.at[i].tier, l.tiers.at[rank - 1].code)) {
                CHECK_I64(sim.tiers.at[i].then, want[rank]);
                then += sim.tiers.at[i].then;
            }
    CHECK(then <= MEMBERS);
}

struct joining {
    int winner, loser;
    i64 merge;
};
static struct joining merged[MEMBERS];
static i64 merged_n;
static enum err do_merge(struct tx *t, void *arg)
{
    struct joining *j = arg;
    return member_merge(t, w.ids[j->winner], w.ids[j->loser], S("test"), &j->merge);
}
static enum err do_part(struct tx *t, void *arg)
{
    return member_unmerge(t, ((struct joining *)arg)->merge);
}

/* One merge at a time: what he buys while they are one stays with the winner. */
static void merge_or_part(struct dice *d)
{
    if (merged_n) {
        struct joining *j = &merged[--merged_n];
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_part, j));
        w.living[j->loser] = j->loser;
        return;
    }
    struct joining *j = &merged[merged_n++];
    j->winner = (int)dice_below(d, MEMBERS - 1);
    j->loser = (j->winner + 1 + (int)dice_below(d, MEMBERS - 1)) % MEMBERS;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_merge, j));
    w.living[j->loser] = j->winner;
}

static void compare(void)
{
    struct ctx *c = test_reader();
    for (int i = 0; i < MEMBERS; i++) {
        if (w.living[i] != i) continue;
        struct tier_now now;
        CHECK_OK(c, tier_of(c, w.ids[i], &now));
        CHECK_I64(now.rank, twin_rank(&w, i, c->now));
    }
}

static void compare_written(void)
{
    struct ctx *c = test_ctx_new();
    i64 wrong = -1;
    c->now = test_ctx()->now;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, tiers_check(c, &wrong));
    test_ctx_free(c);
    CHECK_I64(wrong, 0);
}

static enum err open_programme(struct tx *t, void *arg)
{
    return setting_set(t, S("loyalty.since"), S("2024-03-01"));
}

static void random_history(i64 run)
{
    struct dice d = { (u64)run + 1 };
    struct ctx *c = test_ctx();
    w = (struct twin){ .run = run, .before = true };
    merged_n = 0;
    CHECK_OK(c, store_write(test_store(), test_reader(), make_members, NULL));
    CHECK_OK(c, ladder_live(test_reader(), &w.l));
    for (int i = 0; i < 60; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        i64 what = dice_below(&d, 20);
        if (what < 7) sell(&d);
        else if (what < 10) refund(&d);
        else if (what < 14) c->now += dice_below(&d, 150 * DAY_MS);
        else if (what < 15) appoint(&d);
        else if (what < 16) dismiss(&d);
        else if (what < 17) another_ladder(&d);
        else if (what < 18) merge_or_part(&d);
        else CHECK_OK(c, tiers_keep_up(test_store(), test_reader()));
        compare();
        if (what != 16) arena_rewind(c->arena, mark);
    }
    CHECK_OK(c, tiers_keep_up(test_store(), test_reader()));
    compare_written();
}

TEST(a_tier_follows_its_rule)
{
    const char *runs = getenv("TIERS_RUNS");
    struct ctx *c = test_ctx();
    i64 n;
    if (!runs || !i64_parse(str_of(runs), &n)) n = 8;
    c->now = zone_midnight(c->zone, day_of(2024, 3, 20));
    CHECK_OK(c, store_write(test_store(), test_reader(), open_programme, NULL));
    for (i64 i = 0; i < n; i++) random_history(i);
    print_message("%lld histories\n", (long long)n);
}
