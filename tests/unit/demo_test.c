/* demo_test.c -- the demo shop: the same from the same seed, and like a shop. */
#include "demo/demo.h"
#include "demo/life.h"

#include "test.h"

#define UNTIL 1717200000000 /* 2024-06-01 08:00 in Shanghai */

static struct demo_result make(u64 seed, i64 members)
{
    struct demo_result made;
    struct ctx *c = test_reader();
    CHECK_OK(c, demo_make(test_store(), c,
                          (struct demo_options){ .members = members, .seed = seed, .until = UNTIL },
                          &made));
    return made;
}

static struct demo_world *world_new(struct arena *a, u64 seed, i64 members)
{
    struct demo_world *w = NEW(a, struct demo_world);
    w->seed = seed;
    w->members = members;
    w->communities = 3;
    season_make(&w->season, zone_open("Asia/Shanghai"), UNTIL);
    goods_make(a, &w->goods, seed);
    return w;
}

/* A number that changes with anything in the lives of the first n members. */
static u64 lives_sum(u64 seed, i64 n, i64 members)
{
    struct arena *a = arena_new();
    struct demo_world *w = world_new(a, seed, members);
    u64 sum = 0;
    for (i64 i = 1; i <= n; i++) {
        struct life l;
        life_make(a, w, i, &l);
        sum = sum * 31 + str_hash(l.name) + str_hash(l.city->city) + (u64)l.seen_at +
              (u64)l.joined_at;
        for (i64 k = 0; k < l.orders.n; k++) {
            struct order_fact *o = &l.orders.at[k];
            sum = sum * 31 + str_hash(o->number) + (u64)o->total.value + (u64)o->paid_at.value +
                  o->state;
            for (i64 j = 0; j < o->lines.n; j++) sum += str_hash(o->lines.at[j].product_id) * 7;
        }
        for (i64 k = 0; k < l.lines.n; k++)
            sum += str_hash(l.lines.at[k].props) ^ (u64)l.lines.at[k].at;
    }
    arena_free(a);
    return sum;
}

/* If this number changes, every demo shop changes: then say so in the change log. */
TEST(same_seed_same_data)
{
    CHECK(lives_sum(1, 500, 500) == lives_sum(1, 500, 9000));
    CHECK(lives_sum(1, 500, 500) != lives_sum(2, 500, 500));
    CHECK_I64((i64)lives_sum(1, 500, 500), 2142718712355634024);
}

TEST(the_shop_must_be_empty)
{
    make(1, 10);
    struct ctx *c = test_reader();
    struct demo_result made;
    CHECK_ERR(
        c, demo_make(test_store(), c, (struct demo_options){ .members = 1, .until = UNTIL }, &made),
        E_CONFLICT);
    CHECK_ERR(
        c, demo_make(test_store(), c, (struct demo_options){ .members = 0, .until = UNTIL }, &made),
        E_INVALID);
}

TEST(nobody_is_real)
{
    struct arena *a = arena_new();
    CHECK(str_starts(demo_phone(a, 1), S("160")));
    CHECK_I64(demo_phone(a, 99999999).n, 11);
    CHECK(!str_eq(demo_phone(a, 1), demo_phone(a, 2)));
    arena_free(a);
}

static enum err count_purchase(void *arg, const void *row)
{
    ++*(i64 *)arg;
    return OK;
}

TEST(it_looks_like_a_shop)
{
    struct demo_result made = make(7, 1500);
    struct ctx *c = test_reader();
    struct sales s, ordinary, festival;
    i64 wrong, purchases = 0, first, last;
    CHECK_I64(made.members, 1500);
    CHECK(made.orders > 1500 * 2 && made.orders < 1500 * 4);
    CHECK(made.lines > made.orders && made.lines < 3 * made.orders);
    CHECK_OK(c, trade_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, sales_between(c, day_of(2022, 6, 1), day_of(2024, 6, 1), NO_STR, &s));
    CHECK_I64(s.orders, made.orders);
    CHECK(s.buyers > 1500 * 7 / 10 && s.buyers < 1500 * 9 / 10);
    CHECK(s.paid_orders > s.orders * 9 / 10 && s.paid_orders < s.orders);
    CHECK(s.refund_orders > s.orders / 40 && s.refund_orders < s.orders / 8);
    CHECK(s.net == s.paid - s.refund && s.net > 0);
    CHECK_OK(c, purchases_members(c, &first, &last));
    CHECK_OK(c, purchases_each(c, first, last, UNTIL, count_purchase, &purchases));
    CHECK(purchases > s.buyers && purchases <= s.paid_orders);
    /* the great sale sells more than the same days a month before */
    CHECK_OK(c, sales_between(c, day_of(2023, 10, 9), day_of(2023, 10, 11), NO_STR, &ordinary));
    CHECK_OK(c, sales_between(c, day_of(2023, 11, 9), day_of(2023, 11, 11), NO_STR, &festival));
    CHECK(festival.orders > 2 * ordinary.orders);
    /* nothing lies in the future */
    CHECK_OK(c, sales_between(c, day_of(2024, 6, 2), day_of(2030, 1, 1), NO_STR, &s));
    CHECK_I64(s.orders, 0);
}

/* Steps of a purchase in the order they are taken. */
static const char *const steps[] = { "Product Viewed", "Product Added", "Checkout Started",
                                     "Order Completed" };
struct behaviour {
    i64 members[COUNT(steps)];       /* who did each step */
    i64 returned[3], all;            /* on day 1, 7, 30 after the first */
    i64 sale, ordinary;              /* lines of a great sale, and of the month before */
    i64 live, searched, shared, vip; /* lines */
};

static void note_life(struct behaviour *b, const struct life *l, const struct season *s)
{
    static const i64 after[] = { 1, 7, 30 };
    bool did[COUNT(steps)] = { 0 }, back[3] = { 0 };
    day first = zone_day(s->zone, l->seen_at);
    for (i64 i = 0; i < l->lines.n; i++) {
        const struct timeline_line *line = &l->lines.at[i];
        day on = zone_day(s->zone, line->at);
        CHECK(line->at >= l->seen_at && line->at < s->end);
        for (i64 k = 0; k < COUNT(steps); k++) did[k] |= str_eq(line->kind, str_of(steps[k]));
        for (i64 k = 0; k < 3; k++) back[k] |= on == first + after[k];
        b->sale += on >= day_of(2023, 11, 1) && on <= day_of(2023, 11, 11);
        b->ordinary += on >= day_of(2023, 10, 1) && on <= day_of(2023, 10, 11);
        b->live += str_eq(line->kind, S("Live Room Entered"));
        b->searched += str_eq(line->kind, S("Products Searched"));
        b->shared += str_eq(line->kind, S("Product Shared"));
    }
    for (i64 k = 0; k < COUNT(steps); k++) b->members[k] += did[k];
    for (i64 k = 0; k < 3; k++) b->returned[k] += back[k];
    b->all++;
    b->vip += l->community.n && str_ends(l->community, S("VIP群"));
}

TEST(it_behaves_like_people)
{
    struct arena *a = arena_new();
    struct demo_world *w = world_new(a, 5, 3000);
    struct behaviour b = { 0 };
    for (i64 i = 1; i <= 3000; i++) {
        struct life l;
        struct arena_mark mark = arena_mark(a);
        life_make(a, w, i, &l);
        note_life(&b, &l, &w->season);
        arena_rewind(a, mark);
    }
    for (i64 k = 0; k + 1 < COUNT(steps); k++) CHECK(b.members[k] > b.members[k + 1]);
    CHECK(b.members[3] > b.all / 3 && b.members[0] > b.all * 8 / 10);
    CHECK(b.returned[0] > b.returned[1] && b.returned[1] > b.returned[2] && b.returned[2] > 0);
    CHECK(b.returned[0] > b.all / 10 && b.returned[0] < b.all * 4 / 10);
    CHECK(b.sale > 2 * b.ordinary);
    CHECK(b.live > 500 && b.searched > 500 && b.shared > 50 && b.vip > 50);
    arena_free(a);
}

TEST(dice_fall_as_they_should)
{
    struct chance d = chance_of(3, 4);
    f64 gamma = 0, beta = 0, normal = 0, square = 0;
    enum { N = 40000 };
    for (i64 i = 0; i < N; i++) {
        f64 x = chance_normal(&d);
        normal += x / N;
        square += x * x / N;
        gamma += chance_gamma(&d, 0.62) / N;
        beta += chance_beta(&d, 0.75, 1.9) / N;
    }
    CHECK(normal > -0.02 && normal < 0.02);
    CHECK(square > 0.97 && square < 1.03);
    CHECK(gamma > 0.60 && gamma < 0.64);
    CHECK(beta > 0.275 && beta < 0.291);
    CHECK(exact_ln(exact_exp(1)) > 0.999999999999 && exact_exp(exact_ln(7)) > 6.999999999);
}
