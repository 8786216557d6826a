/* points_model_test.c -- random histories of orders, refunds by line, spends, holds, gifts and
 * time, against a naive twin; and with merges and their undoing, where nothing may be lost.
 *
 * The twin lets time pass event by event, keeps plain arrays, and works out each order from its
 * facts anew. It knows nothing of rows, gifts' ids or what is written when.
 *
 *   POINTS_RUNS   histories of each kind (default 12, on PostgreSQL 3); POINTS_SEED the first one
 */
#include <stdio.h>
#include <stdlib.h>

#include "loyalty/tiers.h"

#include "points_shop.h"

enum { MEMBERS = 3, ORDERS = 10, LINES = 3, LOTS = 200, PIECES = 40, SPENDS = 60, STEPS = 80 };

/* -- the twin ---------------------------------------------------------------------------------- */

struct mlot {
    int member;
    opt_instant expires_at;
    i64 left, held, lapsed;
};
struct mgift { /* what an order gave: a lot of its own */
    i64 lot, amount, taken;
};
struct morder {
    char number[24];
    i64 id, multiplier, yuan[LINES], back[LINES], whole; /* refunded of lines; of the order */
    int member;
    instant paid, turns_at;
    opt_instant expires_at;
    bool turned;
    i64 given, forgiven; /* net of what was taken back; what nobody has to give back */
    struct mgift gifts[12];
    int n;
};
struct mspend {
    char id[24];
    int member;
    i64 whose;
    bool hold, open;
    instant ends_at;
    i64 amount, reversed, n;
    struct {
        i64 lot, amount, back;
    } pieces[PIECES];
};
struct mgiven {
    char id[24];
    int member;
    i64 whose, lot, amount, reversed;
};
static struct {
    instant now;
    struct mlot lots[LOTS];
    i64 lots_n, debt[MEMBERS];
    struct morder orders[ORDERS];
    int orders_n;
    struct mspend spends[SPENDS];
    int spends_n;
    struct mgiven given[SPENDS];
    int given_n;
} m, saved;
static struct dice dice;
static i64 ids[MEMBERS], own[MEMBERS]; /* who they are now; of their own */
static i64 at_run;                     /* for whoever looks with a debugger */

static i64 least(i64 a, i64 b) { return a < b ? a : b; }
static i64 free_of(const struct mlot *l) { return l->left - l->held; }
static bool ended(const struct mlot *l)
{
    return l->expires_at.has && l->expires_at.value <= m.now;
}

/* The first expiring lot of a member with something free; -1: none. Those that never end last. */
static i64 next_lot(int member)
{
    i64 best = -1;
    for (i64 i = 0; i < m.lots_n; i++) {
        const struct mlot *l = &m.lots[i], *b = &m.lots[best < 0 ? 0 : best];
        if (l->member != member || free_of(l) <= 0) continue;
        if (best < 0 || (l->expires_at.has &&
                         (!b->expires_at.has || l->expires_at.value < b->expires_at.value)))
            best = i;
    }
    return best;
}
static i64 m_available(int member)
{
    i64 sum = 0;
    for (i64 i = 0; i < m.lots_n; i++)
        if (m.lots[i].member == member) sum += free_of(&m.lots[i]);
    return sum;
}
static void m_lapse(void)
{
    for (i64 i = 0; i < m.lots_n; i++) {
        struct mlot *l = &m.lots[i];
        if (!ended(l)) continue;
        l->lapsed += free_of(l);
        l->left = l->held;
    }
}
static void m_repay(int member)
{
    for (i64 lot; m.debt[member] && (lot = next_lot(member)) >= 0;) {
        i64 n = least(m.debt[member], free_of(&m.lots[lot]));
        m.lots[lot].left -= n;
        m.debt[member] -= n;
    }
}
static i64 m_give(int member, i64 amount, opt_instant expires_at)
{
    CHECK(m.lots_n < LOTS);
    m.lots[m.lots_n] = (struct mlot){ member, expires_at, amount, 0, 0 };
    m.lots_n++;
    m_repay(member);
    return m.lots_n - 1;
}
/* Income taken back: of its lot, of others, as a debt. */
static void m_take(int member, i64 lot, i64 amount)
{
    i64 n = least(amount, free_of(&m.lots[lot]));
    m.lots[lot].left -= n;
    for (amount -= n; amount && (lot = next_lot(member)) >= 0; amount -= n) {
        n = least(amount, free_of(&m.lots[lot]));
        m.lots[lot].left -= n;
    }
    m.debt[member] += amount;
}
static void m_release(struct mspend *s)
{
    s->open = false;
    for (i64 i = 0; i < s->n; i++) m.lots[s->pieces[i].lot].held -= s->pieces[i].amount;
    m_lapse();
    m_repay(s->member);
}

/* A month of the calendar later, at the end of that day. */
static opt_instant m_expiry(bool lasting, instant given)
{
    const struct zone *z = test_ctx()->zone;
    if (lasting) return NONE;
    return SOME(zone_midnight(z, month_add(zone_day(z, given), 1) + 1));
}

/* What is left of each line, in ten-thousandths: its own refunds first, those of the order by what
 * is left then, what rounding leaves from the last line on. */
static void m_nets(const struct morder *o, i64 *net)
{
    i64 left = 0, shared = 0;
    for (int i = 0; i < LINES; i++) left += net[i] = (o->yuan[i] - o->back[i]) * MONEY_UNIT;
    i64 rest = least(o->whole * MONEY_UNIT, left);
    for (int i = 0; i < LINES && left; i++) {
        i64 part = (i64)((__int128)rest * net[i] / left);
        net[i] -= part;
        shared += part;
    }
    for (int i = LINES - 1; i >= 0; i--) {
        i64 part = least(rest - shared, net[i]);
        net[i] -= part;
        shared += part;
    }
}
/* 2 points for 0.70 yuan of the first line, 1 of the others, times the multiplier. */
static i64 m_due(const struct morder *o)
{
    i64 net[LINES];
    m_nets(o, net);
    return net[0] * 2 * o->multiplier / (7000 * 1000) +
           (net[1] + net[2]) * o->multiplier / (7000 * 1000);
}
static void m_order_gives(struct morder *o, i64 amount, opt_instant expires_at)
{
    CHECK(o->n < COUNT(o->gifts));
    o->given += amount;
    o->gifts[o->n++] = (struct mgift){ m_give(o->member, amount, expires_at), amount, 0 };
}
static void m_turn(struct morder *o, bool lasting)
{
    i64 due = m_due(o);
    o->turned = true;
    o->expires_at = m_expiry(lasting, o->turns_at);
    if (due) m_order_gives(o, due, o->expires_at);
}

/* Everything that happens by itself until then, in its order. */
static void m_until(instant then, bool lasting)
{
    for (;;) {
        struct morder *turns = NULL;
        struct mspend *ends = NULL;
        instant next = then + 1;
        bool lapses = false;
        for (i64 i = 0; i < m.lots_n; i++)
            if (m.lots[i].expires_at.has && free_of(&m.lots[i]) &&
                m.lots[i].expires_at.value < next)
                next = m.lots[i].expires_at.value, lapses = true;
        for (int i = 0; i < m.spends_n; i++)
            if (m.spends[i].open && m.spends[i].ends_at < next)
                next = m.spends[i].ends_at, ends = &m.spends[i];
        for (int i = 0; i < m.orders_n; i++)
            if (!m.orders[i].turned && m.orders[i].turns_at < next)
                next = m.orders[i].turns_at, turns = &m.orders[i];
        if (next > then) break;
        m.now = next;
        if (turns) m_turn(turns, lasting);
        else if (ends) m_release(ends);
        else if (lapses) m_lapse();
    }
    m.now = then;
}

enum policy { NEGATIVE, REFUSE, WRITE_OFF };

/* Brings what an order gave to what it is due; false: refused. */
static bool m_settle(struct morder *o, enum policy policy, bool asked, bool lasting)
{
    if (!o->turned) return true;
    i64 more = m_due(o) - (o->given - o->forgiven), expired = 0;
    if (more > 0) {
        i64 again = least(more, o->forgiven);
        o->forgiven -= again;
        more -= again;
        bool over = o->expires_at.has && o->expires_at.value <= m.now;
        if (more) m_order_gives(o, more, over ? m_expiry(lasting, m.now) : o->expires_at);
        return true;
    }
    i64 take = -more;
    if (o->expires_at.has && o->expires_at.value <= m.now)
        for (int i = 0; i < o->n; i++)
            if (o->gifts[i].taken < o->gifts[i].amount) expired += m.lots[o->gifts[i].lot].lapsed;
    expired = expired > o->forgiven ? expired - o->forgiven : 0;
    i64 forgiven = least(take, expired), rest = take - forgiven, has_now = m_available(o->member);
    if (rest > has_now && policy == REFUSE && asked) return false;
    if (rest > has_now && policy == WRITE_OFF) rest = has_now;
    o->forgiven += take - rest;
    for (int i = o->n - 1; i >= 0 && rest; i--) {
        struct mgift *g = &o->gifts[i];
        i64 n = least(rest, g->amount - g->taken);
        if (!n) continue;
        rest -= n;
        g->taken += n;
        o->given -= n;
        m_take(o->member, g->lot, n);
    }
    return true;
}

/* -- steps ------------------------------------------------------------------------------------- */

struct history {
    i64 run;
    enum policy policy;
    bool lasting, merging;
    bool merged;
    i64 loser;
    struct joining merge_of; /* now, or the next */
};

/* Who a number stands for now. */
static i64 living(i64 id)
{
    i64 out;
    CHECK_OK(test_ctx(), member_living(test_reader(), id, &out));
    return out;
}

static void fact(const struct morder *o)
{
    i64 back[LINES];
    who = ids[o->member];
    memcpy(back, o->back, sizeof back);
    CHECK_OK(test_ctx(), tell(o->number, o->paid, o->yuan, back, NULL));
}

static void step_order(const struct history *h)
{
    struct tier_now tier;
    if (m.orders_n == ORDERS) return;
    struct morder *o = &m.orders[m.orders_n++];
    *o = (struct morder){ .member = (int)dice_below(&dice, MEMBERS), .paid = m.now };
    snprintf(o->number, sizeof o->number, "%lld-%d", (long long)h->run, m.orders_n);
    for (int i = 0; i < LINES; i++) o->yuan[i] = 1 + dice_below(&dice, 15);
    o->turns_at = o->paid + 15 * DAY_MS;
    CHECK_OK(test_ctx(), tier_at(test_reader(), ids[o->member], o->paid, &tier));
    o->multiplier = tier.multiplier;
    who = ids[o->member];
    CHECK_OK(test_ctx(), tell(o->number, o->paid, o->yuan, o->back, &o->id));
}

/* Of a line or of the order; or told from outside, line by line, also less than before. */
static void step_refund(const struct history *h)
{
    if (!m.orders_n) return;
    i64 at = dice_below(&dice, m.orders_n), line = dice_below(&dice, LINES + 1);
    struct morder *o = &m.orders[at];
    i64 left = 0, amount;
    char key[40], line_id[24];
    for (int i = 0; i < LINES; i++) left += o->yuan[i] - o->back[i];
    left -= o->whole;
    amount = 1 + dice_below(&dice, 12);
    if (line < LINES) amount = least(amount, o->yuan[line] - o->back[line]);
    amount = least(amount, left);
    if (amount <= 0) return;
    snprintf(key, sizeof key, "r%lld", (long long)dice_next(&dice) & 0xffffffff);
    snprintf(line_id, sizeof line_id, "%lld", (long long)line + 1);
    saved = m;
    if (line < LINES) o->back[line] += amount;
    else o->whole += amount;
    bool done = m_settle(o, h->policy, true, h->lasting);
    if (!done) m = saved;
    enum err e = refund(o->id, amount, line < LINES ? line_id : NULL, key);
    if (done) CHECK_OK(test_ctx(), e);
    else CHECK_ERR(test_ctx(), e, E_UNPROCESSABLE);
}

static void step_again(void)
{
    if (m.orders_n) fact(&m.orders[dice_below(&dice, m.orders_n)]); /* changes nothing */
}

static void step_spend(const struct history *h)
{
    if (m.spends_n == SPENDS) return;
    struct mspend *s = &m.spends[m.spends_n];
    *s = (struct mspend){ .member = (int)dice_below(&dice, MEMBERS),
                          .hold = dice_below(&dice, 3) == 0 && !h->merging,
                          .amount = 1 + dice_below(&dice, 40) };
    snprintf(s->id, sizeof s->id, "s%lld-%d", (long long)h->run, m.spends_n);
    who = s->whose = ids[s->member];
    struct deed d = { .what = s->hold ? HOLD : SPEND, .amount = s->amount, .id = s->id };
    enum err e = try_deed(d);
    if (h->merging) {
        if (e == OK) m.spends_n++;
        return;
    }
    if (m_available(s->member) < s->amount) {
        CHECK_ERR(test_ctx(), e, E_UNPROCESSABLE);
        return;
    }
    CHECK_OK(test_ctx(), e);
    m.spends_n++;
    s->open = s->hold;
    s->ends_at = m.now + HOUR_MS;
    for (i64 rest = s->amount, lot; rest; rest -= s->pieces[s->n++].amount) {
        CHECK((lot = next_lot(s->member)) >= 0 && s->n < PIECES);
        i64 n = least(rest, free_of(&m.lots[lot]));
        s->pieces[s->n].lot = lot;
        s->pieces[s->n].amount = n;
        if (s->hold) m.lots[lot].held += n;
        else m.lots[lot].left -= n;
    }
}

static void step_return(const struct history *h)
{
    char id[40];
    if (!m.spends_n) return;
    struct mspend *s = &m.spends[dice_below(&dice, m.spends_n)];
    if (s->hold || s->reversed == s->amount) return;
    i64 amount = 1 + dice_below(&dice, s->amount - s->reversed);
    snprintf(id, sizeof id, "%s/%lld", s->id, (long long)s->reversed);
    who = living(s->whose);
    did((struct deed){ REVERSE, amount, id, s->id });
    s->reversed += amount;
    for (i64 i = s->n - 1; i >= 0 && amount && !h->merging; i--) {
        i64 n = least(amount, s->pieces[i].amount - s->pieces[i].back);
        s->pieces[i].back += n;
        m.lots[s->pieces[i].lot].left += n;
        amount -= n;
    }
    m_lapse();
    m_repay(s->member);
}

static void step_hold_ends(const struct history *h)
{
    char id[40];
    for (int i = 0; i < m.spends_n; i++) {
        struct mspend *s = &m.spends[i];
        if (!s->open || dice_below(&dice, 2) || h->merging) continue;
        bool take = dice_below(&dice, 2);
        snprintf(id, sizeof id, "%s!", s->id);
        who = ids[s->member];
        did((struct deed){ .what = take ? TAKE_HELD : LET_GO, .id = id, .of = s->id });
        if (!take) {
            m_release(s);
            return;
        }
        s->open = false;
        for (i64 k = 0; k < s->n; k++) {
            m.lots[s->pieces[k].lot].held -= s->pieces[k].amount;
            m.lots[s->pieces[k].lot].left -= s->pieces[k].amount;
        }
        return;
    }
}

static void step_give(const struct history *h)
{
    if (m.given_n == SPENDS) return;
    struct mgiven *g = &m.given[m.given_n++];
    *g = (struct mgiven){ .member = (int)dice_below(&dice, MEMBERS),
                          .amount = 1 + dice_below(&dice, 25) };
    snprintf(g->id, sizeof g->id, "g%lld-%d", (long long)h->run, m.given_n);
    who = g->whose = ids[g->member];
    did((struct deed){ GIVE, g->amount, g->id });
    g->lot = m_give(g->member, g->amount, m_expiry(h->lasting, m.now));
}

static void step_ungive(void)
{
    char id[40];
    if (!m.given_n) return;
    struct mgiven *g = &m.given[dice_below(&dice, m.given_n)];
    if (g->reversed) return;
    g->reversed = 1 + dice_below(&dice, g->amount);
    snprintf(id, sizeof id, "%s/back", g->id);
    who = living(g->whose);
    did((struct deed){ REVERSE, g->reversed, id, g->id });
    m_take(g->member, g->lot, g->reversed);
}

static void step_time(const struct history *h)
{
    static const i64 most[] = { HOUR_MS, 8 * DAY_MS, 20 * DAY_MS };
    m_until(m.now + 61000 + dice_below(&dice, most[dice_below(&dice, 3)]), h->lasting);
    test_ctx()->now = m.now;
    if (dice_below(&dice, 3) == 0) turn();
    i64 done;
    if (dice_below(&dice, 3) == 0)
        CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
}

/* Two become one, or are parted again. */
static void step_merge(struct history *h)
{
    if (!h->merging) return;
    join(&h->merge_of);
    if (h->merged) {
        ids[h->loser] = own[h->loser];
        h->merge_of.merge = 0;
    } else {
        ids[h->loser] = h->merge_of.winner;
    }
    h->merged = !h->merged;
    if (h->merged) return;
    i64 winner = dice_below(&dice, MEMBERS);
    h->loser = (winner + 1 + dice_below(&dice, MEMBERS - 1)) % MEMBERS;
    h->merge_of = (struct joining){ .winner = own[winner], .loser = own[h->loser] };
}

/* -- comparing --------------------------------------------------------------------------------- */

static void each_as_the_twin(void)
{
    for (int i = 0; i < MEMBERS; i++) {
        i64 pending = 0;
        for (int k = 0; k < m.orders_n; k++)
            if (m.orders[k].member == i && !m.orders[k].turned) pending += m_due(&m.orders[k]);
        who = ids[i];
        struct points_balance b = has();
        CHECK_I64(b.available, m_available(i));
        CHECK_I64(b.debt, m.debt[i]);
        CHECK_I64(b.pending, pending);
    }
}

/* What all have, whoever they are now. */
static void nothing_is_lost(void)
{
    i64 should = 0, is = 0;
    for (int k = 0; k < m.orders_n; k++)
        if (m.orders[k].turned) should += m_due(&m.orders[k]);
    for (int k = 0; k < m.given_n; k++) should += m.given[k].amount - m.given[k].reversed;
    for (int k = 0; k < m.spends_n; k++) should -= m.spends[k].amount - m.spends[k].reversed;
    for (int i = 0; i < MEMBERS; i++) {
        bool before = false;
        for (int k = 0; k < i; k++) before = before || ids[k] == ids[i];
        if (before) continue;
        who = ids[i];
        struct points_balance b = has();
        is += b.available - b.debt;
    }
    CHECK_I64(is, should);
}

/* -- histories --------------------------------------------------------------------------------- */

static enum err do_appoint(struct tx *t, void *arg)
{
    struct tier_appointment to = { .tier = *(str *)arg, .reason = S("test") };
    return tier_appoint(t, who, &to);
}

static void begin(struct history *h)
{
    static const char *const policies[] = { "negative", "refuse", "write_off" };
    str tiers[] = { S("达人"), S("素人") };
    dice = (struct dice){ (u64)h->run * 7919 + 13 };
    memset(&m, 0, sizeof m);
    h->policy = h->merging ? NEGATIVE : (enum policy)dice_below(&dice, 3);
    h->lasting = h->merging || dice_below(&dice, 3) == 0;
    test_ctx()->now = m.now = on(2024, 6, 1) + dice_below(&dice, 60) * DAY_MS;
    set("points.on_refund", policies[h->policy]);
    set("points.expiry", h->lasting ? "never" : "months");
    for (int i = 0; i < MEMBERS; i++) {
        char name[40];
        snprintf(name, sizeof name, "%lld-%d-%d", (long long)h->run, i, h->merging);
        own[i] = ids[i] = person(name);
        if (i < COUNT(tiers))
            CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_appoint, &tiers[i]));
    }
    h->loser = 1;
    h->merge_of = (struct joining){ .winner = own[0], .loser = own[1] };
}

static void one_history(struct history *h)
{
    begin(h);
    for (int i = 0; i < STEPS; i++) {
        switch (dice_below(&dice, h->merging ? 18 : 16)) {
        case 0:
        case 1: step_order(h); break;
        case 2:
        case 3:
        case 4: step_refund(h); break;
        case 5:
        case 6:
        case 7: step_spend(h); break;
        case 8: step_return(h); break;
        case 9: step_hold_ends(h); break;
        case 10: step_give(h); break;
        case 11: step_ungive(); break;
        case 12: step_again(); break;
        case 13:
        case 14:
        case 15: step_time(h); break;
        default: step_merge(h); break;
        }
        if (h->merging) nothing_is_lost();
        else each_as_the_twin();
    }
}

static void histories(bool merging)
{
    const char *asked = getenv("POINTS_RUNS"), *from = getenv("POINTS_SEED");
    i64 runs = test_store_is_pg() ? 3 : 12, first = 1;
    if (asked) i64_parse(str_of(asked), &runs);
    if (from) i64_parse(str_of(from), &first);
    listening();
    set("points.expiry_months", "1");
    rule((struct points_rule){ .id = 1, .points = 1, .amount = SOME(7000), .times_tier = true });
    rule((struct points_rule){ .name = S("面膜双倍"),
                               .points = 2,
                               .amount = SOME(7000),
                               .times_tier = true,
                               .categories = { (str[]){ S("面膜") }, 1 } });
    for (i64 run = first; run < first + runs; run++) {
        struct history h = { .run = run, .merging = merging };
        at_run = run;
        one_history(&h);
        if (runs > 100 && run % 200 == 0) print_message("%lld\n", (long long)run);
    }
    turn();
    books_balance();
}

TEST(histories_are_as_the_twin_says) { histories(false); }
TEST(merges_lose_nothing) { histories(true); }
