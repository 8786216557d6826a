/* mall_model_test.c -- random histories of the mall against a naive model: what each member can
 * spend, what is in stock, where each exchange stands. MALL_RUNS for the long run, MALL_SEED to
 * begin elsewhere. */
#include <stdlib.h>

#include "mall_shop.h"

enum { PEOPLE = 3, GOODS = 4, STEPS = 60, EXCHANGES_MAX = STEPS, START_POINTS = 300 };

struct twin_good {
    i64 id, points, left;
    money price;
    i64 per_member;
};
struct twin {
    i64 id, member, good, quantity;
    enum exchange_state state;
    instant pay_until, receive_by, return_until;
};
struct model {
    struct dice dice;
    i64 people[PEOPLE], points[PEOPLE];
    struct twin_good goods[GOODS];
    struct twin exchanges[EXCHANGES_MAX];
    i64 n, step;
};

static char *name_of(struct model *m, const char *what, i64 n)
{
    return str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "%s-%llu-%lld", what,
                                            (unsigned long long)m->dice.state, (long long)n));
}

static i64 points_in(const struct model *m, const struct twin *e)
{
    return m->goods[e->good].points * e->quantity;
}

static void back(struct model *m, struct twin *e, enum exchange_state state)
{
    e->state = state;
    m->points[e->member] += points_in(m, e);
    m->goods[e->good].left += e->quantity;
}

static void time_passes(struct model *m)
{
    instant now = test_ctx()->now;
    for (i64 i = 0; i < m->n; i++) {
        struct twin *e = &m->exchanges[i];
        if (e->state == EXCHANGE_PLACED && e->pay_until <= now) back(m, e, EXCHANGE_CANCELLED);
        if (e->state == EXCHANGE_SHIPPED && e->receive_by <= now) e->state = EXCHANGE_RECEIVED;
    }
}

static i64 had(const struct model *m, i64 member, i64 good)
{
    i64 n = 0;
    for (i64 i = 0; i < m->n; i++) {
        const struct twin *e = &m->exchanges[i];
        if (e->member == member && e->good == good && e->state != EXCHANGE_RETURNED &&
            e->state != EXCHANGE_CANCELLED)
            n += e->quantity;
    }
    return n;
}

static void place(struct model *m)
{
    i64 who = dice_below(&m->dice, PEOPLE), what = dice_below(&m->dice, GOODS);
    i64 quantity = 1 + dice_below(&m->dice, 3);
    struct twin_good *g = &m->goods[what];
    enum mall_result result, want = MALL_DONE;
    struct exchanged got, again;
    struct exchange_post order = order_of(g->id, quantity, name_of(m, "k", m->step));
    if (g->per_member && had(m, who, what) + quantity > g->per_member) want = MALL_LIMIT;
    else if (g->left < quantity) want = MALL_STOCK;
    else if (m->points[who] < g->points * quantity) want = MALL_POINTS;
    enum err e = try_order(m->people[who], order, &result, &got);
    CHECK_I64(result, want);
    CHECK(e == (want == MALL_DONE ? OK : E_UNPROCESSABLE));
    if (e != OK) return;
    CHECK_OK(test_ctx(), try_order(m->people[who], order, &result, &again));
    CHECK_I64(again.id, got.id);
    g->left -= quantity;
    m->points[who] -= g->points * quantity;
    m->exchanges[m->n++] = (struct twin){ .id = got.id,
                                          .member = who,
                                          .good = what,
                                          .quantity = quantity,
                                          .state = g->price ? EXCHANGE_PLACED : EXCHANGE_PAID,
                                          .pay_until = test_ctx()->now + 30 * MINUTE_MS };
}

static void turn(struct model *m)
{
    if (!m->n) return;
    struct twin *e = &m->exchanges[dice_below(&m->dice, m->n)];
    instant now = test_ctx()->now;
    enum exchange_state s = e->state;
    switch (dice_below(&m->dice, 5)) {
    case 0:
        CHECK_ERR(test_ctx(), pay_now(e->id),
                  s == EXCHANGE_PLACED || (m->goods[e->good].price && seen(e->id, true).payment.n)
                      ? OK
                      : E_CONFLICT);
        if (s == EXCHANGE_PLACED) e->state = EXCHANGE_PAID;
        break;
    case 1:
        CHECK_ERR(test_ctx(), ship_now(e->id),
                  s == EXCHANGE_PAID || s == EXCHANGE_SHIPPED ? OK : E_CONFLICT);
        if (s != EXCHANGE_PAID) break;
        e->state = EXCHANGE_SHIPPED;
        e->receive_by = now + 10 * DAY_MS;
        e->return_until = e->receive_by + 7 * DAY_MS;
        break;
    case 2:
        CHECK_ERR(test_ctx(), receive_now(e->id),
                  s == EXCHANGE_SHIPPED || s == EXCHANGE_RECEIVED ? OK : E_CONFLICT);
        if (s != EXCHANGE_SHIPPED) break;
        e->state = EXCHANGE_RECEIVED;
        e->return_until = now + 7 * DAY_MS;
        break;
    case 3: {
        bool late = s == EXCHANGE_RECEIVED && e->return_until <= now;
        CHECK_ERR(test_ctx(), give_back_now(e->id),
                  late ? E_UNPROCESSABLE
                  : s == EXCHANGE_SHIPPED || s == EXCHANGE_RECEIVED || s == EXCHANGE_RETURNED
                      ? OK
                      : E_CONFLICT);
        if (!late && (s == EXCHANGE_SHIPPED || s == EXCHANGE_RECEIVED))
            back(m, e, EXCHANGE_RETURNED);
        break;
    }
    default:
        CHECK_ERR(test_ctx(), cancel_now(e->id),
                  s == EXCHANGE_PLACED || s == EXCHANGE_PAID || s == EXCHANGE_CANCELLED
                      ? OK
                      : E_CONFLICT);
        if (s == EXCHANGE_PLACED || s == EXCHANGE_PAID) back(m, e, EXCHANGE_CANCELLED);
    }
}

static void compare(struct model *m)
{
    for (i64 i = 0; i < PEOPLE; i++) CHECK_I64(points_of(m->people[i]), m->points[i]);
    for (i64 i = 0; i < GOODS; i++) CHECK_I64(stock_of(m->goods[i].id).left, m->goods[i].left);
    for (i64 i = 0; i < m->n; i++) CHECK_I64(state_of(m->exchanges[i].id), m->exchanges[i].state);
}

static void step(struct model *m)
{
    static const i64 jumps[] = { 0, 10 * MINUTE_MS, 31 * MINUTE_MS, 2 * DAY_MS, 11 * DAY_MS };
    i64 kind = dice_below(&m->dice, 10);
    m->step++;
    if (kind < 4) {
        place(m);
    } else if (kind < 8) {
        turn(m);
    } else if (kind == 8) {
        i64 g = dice_below(&m->dice, GOODS);
        CHECK_OK(test_ctx(), restock_by(m->goods[g].id, 2, name_of(m, "r", m->step)));
        m->goods[g].left += 2;
    } else {
        later(jumps[dice_below(&m->dice, COUNT(jumps))]);
        if (dice_below(&m->dice, 2)) lapse();
        time_passes(m);
    }
}

static void history(u64 seed)
{
    struct model m = { .dice = { seed } };
    for (i64 i = 0; i < PEOPLE; i++) {
        m.people[i] = person(name_of(&m, "u", i), START_POINTS);
        m.points[i] = START_POINTS;
    }
    for (i64 i = 0; i < GOODS; i++) {
        struct twin_good *g = &m.goods[i];
        *g = (struct twin_good){ .points = 10 * (1 + dice_below(&m.dice, 4)),
                                 .price = i % 2 ? YUAN(5) : 0,
                                 .left = dice_below(&m.dice, 6),
                                 .per_member = i == 3 ? 4 : 0 };
        struct good_post post = thing(g->points, g->price);
        post.per_member = SOME(g->per_member);
        g->id = good(post, g->left);
    }
    for (i64 i = 0; i < STEPS; i++) {
        step(&m);
        compare(&m);
    }
    check_all();
}

static i64 number_of(const char *name, i64 fallback)
{
    const char *text = getenv(name);
    i64 n;
    return text && i64_parse(str_of(text), &n) ? n : fallback;
}

TEST(random_histories_agree_with_the_model)
{
    i64 runs = number_of("MALL_RUNS", 4), first = number_of("MALL_SEED", 1);
    for (i64 i = 0; i < runs; i++) history((u64)(first + i) * 7919);
}
