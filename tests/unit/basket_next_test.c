/* basket_next_test.c -- baskets of orders, what is bought next and whom to approach, against plain
 * counting on random shops; the fit of members against its formula. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "demo/demo.h"
#include "insight/basket/inside.h"
#include "insight_shop.h"
#include "support/koi_run.h"

/* -- a random shop, remembered ----------------------------------------------------------------- */

enum { PEOPLE = 70, GOODS = 7, ORDERS = 400, LINES = 4 };

struct fact {
    i64 member; /* place; -1: not known */
    instant at;
    bool paid, other_shop;
    struct {
        i64 good;
        bool back; /* refunded whole */
    } line[LINES];
    i64 n;
};

static struct world {
    struct ctx *c;
    struct audience *audience;
    struct fact facts[ORDERS];
    i64 *ids;
    struct arena_mark mark; /* views are given back here */
} world;

static const char *const good_names[GOODS] = { "面膜", "精华", "say \"hi\"", "防晒霜",
                                               "a\\b", "口红", "x, y" };

static struct order_fact order_of(struct ctx *c, const struct fact *f, i64 number)
{
    struct order_fact o = { .shop = f->other_shop ? S("小程序") : S("旗舰店"),
                            .number = str_fmt(c->arena, "N%lld", (long long)number),
                            .member = f->member < 0 ? 0 : world.ids[f->member],
                            .created_at = SOME(f->at),
                            .paid_at = f->paid ? SOME(f->at) : NONE,
                            .state = f->paid ? ORDER_PAID : ORDER_PLACED };
    o.lines = (struct order_line_fact_list){ NEWS(c->arena, struct order_line_fact, LINES), f->n };
    for (i64 i = 0; i < f->n; i++) {
        o.lines.at[i] = (struct order_line_fact){
            /* one product under two codes in two shops */
            .product_id =
                str_fmt(c->arena, f->other_shop ? "x%lld" : "p%lld", (long long)f->line[i].good),
            .product = str_of(good_names[f->line[i].good]),
            .category = f->line[i].good < 3   ? S("护肤")
                        : f->line[i].good < 6 ? S("彩妆")
                                              : NO_STR,
            .quantity = 1,
            .price = 10 * MONEY_UNIT
        };
        if (f->line[i].back) o.lines.at[i].refund = SOME(10 * MONEY_UNIT);
    }
    return o;
}

static enum err write_facts(struct tx *t, void *arg)
{
    (void)arg;
    struct order_fact *orders = NEWS(t->c->arena, struct order_fact, ORDERS);
    for (i64 i = 0; i < ORDERS; i++) orders[i] = order_of(t->c, &world.facts[i], i);
    return order_write_all(t, orders, ORDERS, NEWS(t->c->arena, struct order_result, ORDERS));
}

static void world_make(u64 seed)
{
    struct dice d = { seed };
    struct ctx *c = world.c = test_reader();
    world.ids = shop_members(c, PEOPLE, on("2023-01-01", 0), S("m"));
    for (i64 i = 0; i < ORDERS; i++) {
        struct fact *f = &world.facts[i];
        *f = (struct fact){ .member = dice_below(&d, 12) ? dice_below(&d, PEOPLE) : -1,
                            .at = on("2024-01-01",
                                     dice_below(&d, 150) * DAY_MS + dice_below(&d, 3) * HOUR_MS),
                            .paid = dice_below(&d, 10) > 0,
                            .other_shop = dice_below(&d, 4) == 0,
                            .n = 1 + dice_below(&d, LINES) };
        for (i64 k = 0; k < f->n; k++) {
            i64 a = dice_below(&d, GOODS), b = dice_below(&d, GOODS);
            f->line[k].good = a < b ? a : b;
            f->line[k].back = dice_below(&d, 8) == 0;
        }
    }
    CHECK_OK(c, store_write(test_store(), c, write_facts, NULL));
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &world.audience));
    CHECK_OK(c, audience_follow(world.audience, NULL));
    audience_serve(world.audience);
    world.mark = arena_mark(c->arena);
}

static void world_end(void)
{
    arena_rewind(world.c->arena, world.mark);
    audience_serve(NULL);
    audience_close(world.audience);
}

/* Goods of a fact, as bits: what was kept of a paid order that is worth something. */
static u32 kept(const struct fact *f)
{
    u32 mask = 0;
    for (i64 i = 0; f->paid && i < f->n; i++)
        if (!f->line[i].back) mask |= 1u << f->line[i].good;
    return mask;
}

/* -- baskets ----------------------------------------------------------------------------------- */

static i64 good_named(str name)
{
    for (i64 i = 0; i < GOODS; i++)
        if (str_eq(name, str_of(good_names[i]))) return i;
    CHECK(!"the name is known");
    return -1;
}

static u32 bits_of(const struct baskets *b, i64 basket)
{
    u32 mask = 0;
    for (i64 k = b->offset[basket]; k < b->offset[basket + 1]; k++)
        mask |= 1u << good_named(b->names.at[b->items[k]]);
    return mask;
}

TEST(a_basket_is_what_was_kept)
{
    world_make(3);
    struct baskets b;
    for (i64 turn = 0; turn < 3; turn++) {
        struct basket_filter f = { .from = turn ? on("2024-02-10", 0) : INSTANT_FIRST,
                                   .until = turn ? on("2024-04-01", 0) : INSTANT_LAST };
        i64 want[1 << GOODS] = { 0 }, got[1 << GOODS] = { 0 };
        if (turn == 2) CHECK_OK(world.c, shop_find(world.c, S("小程序"), &f.shop));
        for (i64 i = 0; i < ORDERS; i++) {
            const struct fact *x = &world.facts[i];
            if (x->at >= f.from && x->at < f.until && (turn < 2 || x->other_shop)) want[kept(x)]++;
        }
        CHECK_OK(world.c, baskets_of_orders(world.c, &f, &b));
        for (i64 i = 0; i < b.n; i++) got[bits_of(&b, i)]++;
        want[0] = 0;
        for (i64 i = 0; i < 1 << GOODS; i++) CHECK_I64(got[i], want[i]);
    }
    world_end();
}

TEST(rules_of_orders_are_of_whom_was_asked)
{
    world_make(4);
    struct ctx *c = world.c;
    struct basket_report r;
    struct basket_ask ask = { .support = { true, 0.02 },
                              .confidence = { true, 0.1 },
                              .segment = S("bought = \"口红\""),
                              .to = S("2024-04-30") };
    CHECK_OK(c, basket_report_make(c, &ask, &r));
    bool buys[PEOPLE] = { false };
    i64 baskets = 0, both = 0, left = 0;
    for (i64 i = 0; i < ORDERS; i++)
        if (world.facts[i].member >= 0 && kept(&world.facts[i]) >> 5 & 1)
            buys[world.facts[i].member] = true;
    for (i64 i = 0; i < ORDERS; i++) {
        const struct fact *f = &world.facts[i];
        if (f->member < 0 || !buys[f->member] || f->at >= on("2024-05-01", 0) || !kept(f)) continue;
        baskets++;
        left += kept(f) & 1;
        both += (kept(f) & 3) == 3;
    }
    CHECK_I64(r.baskets, baskets);
    i64 seen = 0;
    for (i64 i = 0; i < r.rules.n; i++) {
        const struct basket_rule *x = &r.rules.at[i];
        if (x->lhs.n != 1 || !str_eq(x->lhs.at[0], S("面膜")) || !str_eq(x->rhs, S("精华")))
            continue;
        seen++;
        CHECK_I64(x->count, both);
        CHECK_I64(x->lhs_count, left);
        CHECK_STR(x->approach, "bought = \"面膜\" and not bought = \"精华\"");
    }
    CHECK_I64(seen, 1);
    ask.item = S("x, y");
    CHECK_OK(c, basket_report_make(c, &ask, &r));
    for (i64 i = 0; i < r.rules.n; i++) {
        bool has = str_eq(r.rules.at[i].rhs, ask.item);
        for (i64 k = 0; k < r.rules.at[i].lhs.n; k++)
            has |= str_eq(r.rules.at[i].lhs.at[k], ask.item);
        CHECK(has);
    }
    ask = (struct basket_ask){ .of = S("category"), .support = { true, 0.01 } };
    CHECK_OK(c, basket_report_make(c, &ask, &r));
    CHECK_I64(r.items, 2); /* what has no category is no item */
    CHECK(r.total > 0 && !r.rules.at[0].approach.at);
    world_end();
}

/* -- next -------------------------------------------------------------------------------------- */

struct next_want {
    i64 active, buyers, base[GOODS], then[GOODS], approach[GOODS];
};

static void bought_after(i64 member, instant anchor, i64 days, instant from, instant until,
                         i64 *counts)
{
    u32 mask = 0;
    for (i64 i = 0; i < ORDERS; i++) {
        const struct fact *f = &world.facts[i];
        if (f->member == member && f->at >= from && f->at < until && f->at > anchor &&
            f->at <= anchor + days * DAY_MS)
            mask |= kept(f);
    }
    for (i64 g = 0; g < GOODS; g++) counts[g] += mask >> g & 1;
}

static void count_next(i64 good, i64 days, instant from, instant until, struct next_want *w)
{
    *w = (struct next_want){ 0 };
    for (i64 m = 0; m < PEOPLE; m++) {
        instant any = INT64_MAX, first = INT64_MAX;
        u32 all = 0;
        for (i64 i = 0; i < ORDERS; i++) {
            const struct fact *f = &world.facts[i];
            if (f->member != m || !kept(f)) continue;
            all |= kept(f);
            if (f->at < from || f->at >= until) continue;
            if (f->at < any) any = f->at;
            if (kept(f) >> good & 1 && f->at < first) first = f->at;
        }
        for (i64 g = 0; g < GOODS; g++) w->approach[g] += (all >> good & 1) && !(all >> g & 1);
        if (any > until - days * DAY_MS) continue;
        w->active++;
        bought_after(m, any, days, from, until, w->base);
        if (first > until - days * DAY_MS) continue;
        w->buyers++;
        bought_after(m, first, days, from, until, w->then);
    }
}

TEST(next_equals_counting)
{
    world_make(11);
    struct ctx *c = world.c;
    static const struct {
        const char *from, *to;
        i64 days;
    } terms[] = { { "", "2024-05-31", 30 }, { "2024-02-01", "2024-04-30", 14 }, { "", "", 90 } };
    c->now = on("2024-06-05", 0);
    for (i64 t = 0; t < COUNT(terms); t++)
        for (i64 good = 0; good < GOODS; good++) {
            struct next_want want;
            struct next_report r;
            struct next_ask ask = { .product = str_of(good_names[good]),
                                    .from = str_of(terms[t].from),
                                    .to = str_of(terms[t].to),
                                    .days = SOME(terms[t].days),
                                    .least = SOME(1) };
            instant from = terms[t].from[0] ? on(terms[t].from, 0) : INSTANT_FIRST;
            instant until = terms[t].to[0] ? on(terms[t].to, DAY_MS) : c->now;
            count_next(good, terms[t].days, from, until, &want);
            CHECK_OK(c, next_report_make(c, &ask, &r));
            CHECK_I64(r.active, want.active);
            CHECK_I64(r.buyers, want.buyers);
            CHECK_I64(r.again, want.then[good]);
            i64 rows = 0;
            for (i64 g = 0; g < GOODS; g++) rows += g != good && want.then[g] > 0;
            CHECK_I64(r.total, rows);
            for (i64 i = 0; i < r.next.n; i++) {
                const struct next_row *x = &r.next.at[i];
                i64 g = good_named(x->product);
                CHECK_I64(x->members, want.then[g]);
                CHECK(x->confidence == (f64)want.then[g] / (f64)want.buyers);
                CHECK(x->base.value == (f64)want.base[g] / (f64)want.active);
                CHECK(x->lift.has == (want.base[g] > 0));
                CHECK(!x->lift.has || fabs(x->lift.value - x->confidence / x->base.value) < 1e-12);
                CHECK_I64(x->to_approach, want.approach[g]);
                CHECK(x->median_days.has && x->median_days.value <= (f64)terms[t].days);
                if (i) CHECK(x[-1].lift.value >= x->lift.value);
            }
        }
    world_end();
}

TEST(those_to_approach_are_a_segment)
{
    world_make(12);
    struct ctx *c = world.c;
    struct next_report r;
    struct next_ask ask = { .product = S("p2"), .then = S("x6"), .segment = S("orders >= 2") };
    const struct view *v;
    CHECK_OK(c, next_report_make(c, &ask, &r));
    CHECK_STR(r.product, "say \"hi\"");
    CHECK_I64(r.groups.n, 7);
    CHECK_OK(c, audience_view(c, 0, &v));
    for (i64 i = 0; i < r.groups.n; i++) {
        const struct segment_node *tree;
        struct member_set set;
        CHECK_OK(c, segment_parse(c, r.groups.at[i].text, &tree));
        CHECK_OK(c, segment_set(c, v, tree, c->now, &set));
        CHECK_I64(set.n, r.groups.at[i].members);
    }
    i64 first_only = 0, both = 0;
    for (i64 m = 0; m < PEOPLE; m++) {
        u32 all = 0;
        i64 orders = 0;
        for (i64 i = 0; i < ORDERS; i++) {
            if (world.facts[i].member != m) continue;
            orders += kept(&world.facts[i]) != 0;
            all |= kept(&world.facts[i]);
        }
        first_only += orders >= 2 && (all >> 2 & 1) && !(all >> 6 & 1);
        both += orders >= 2 && (all >> 2 & 1) && (all >> 6 & 1);
    }
    CHECK_I64(r.groups.at[0].members, first_only);
    CHECK_I64(r.groups.at[1].members, both);
    CHECK_ERR(c, next_report_make(c, &(struct next_ask){ .product = S("no such") }, &r),
              E_NOT_FOUND);
    CHECK_ERR(c,
              next_report_make(c, &(struct next_ask){ .product = S("p2"), .days = SOME(731) }, &r),
              E_INVALID);
    world_end();
}

static enum err write_one(struct tx *t, void *arg)
{
    i64 order;
    enum order_put what;
    return order_write(t, arg, &order, &what);
}

/* A product without a title gets one later: who bought it bought it by that name. */
TEST(a_name_told_later_is_followed)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 1, on("2023-01-01", 0), S("n"));
    struct order_line_fact line = { .product_id = S("c1"), .quantity = 1, .price = MONEY_UNIT };
    for (i64 i = 0; i < 2; i++) {
        struct order_fact o = { .shop = S("店"),
                                .number = i ? S("2") : S("1"),
                                .member = ids[0],
                                .paid_at = SOME(on("2024-01-01", i * DAY_MS)),
                                .state = ORDER_PAID,
                                .lines = { &line, 1 } };
        i64 n;
        const struct view *v;
        const struct segment_node *tree;
        struct member_set set;
        if (i == 0) {
            CHECK_OK(c, store_write(test_store(), c, write_one, &o));
            CHECK_OK(
                c, audience_open(c, test_store(), (struct audience_options){ 0 }, &world.audience));
            CHECK_OK(c, audience_follow(world.audience, &n));
            audience_serve(world.audience);
            world.c = c;
            world.mark = arena_mark(c->arena);
        } else {
            line.product = S("后来的名字");
            CHECK_OK(c, store_write(test_store(), c, write_one, &o));
            CHECK_OK(c, audience_follow(world.audience, &n));
        }
        CHECK_OK(c, audience_view(c, 0, &v));
        CHECK_OK(c,
                 segment_parse(c, i ? S("bought = \"后来的名字\"") : S("bought = \"c1\""), &tree));
        CHECK_OK(c, segment_set(c, v, tree, c->now, &set));
        CHECK_I64(set.n, 1);
    }
    world_end();
}

/* -- fit --------------------------------------------------------------------------------------- */

static struct member_set set_of_text(str text)
{
    struct ctx *c = world.c;
    const struct view *v;
    const struct segment_node *tree;
    struct member_set set;
    CHECK_OK(c, audience_view(c, 0, &v));
    CHECK_OK(c, segment_parse(c, text, &tree));
    CHECK_OK(c, segment_set(c, v, tree, c->now, &set));
    return set;
}

static bool among(const struct member_set *s, i64 member)
{
    return s->bits[member / 64] >> (member % 64) & 1;
}

static i64 shared(const struct member_set *a, const struct member_set *b)
{
    i64 n = 0;
    for (i64 i = 0; i < PEOPLE; i++) n += among(a, world.ids[i]) && among(b, world.ids[i]);
    return n;
}

/* Field bought_category against the remembered shop: by the index and by SQL. */
TEST(categories_bought_are_those_kept)
{
    static const struct {
        const char *text;
        u32 goods;
    } of[] = { { "bought_category = \"护肤\"", 7 }, { "bought_category = \"彩妆\"", 56 } };
    world_make(41);
    struct ctx *c = world.c;
    for (i64 k = 0; k < COUNT(of); k++) {
        const struct segment_node *tree;
        struct member_set set = set_of_text(str_of(of[k].text));
        bool buys[PEOPLE] = { 0 };
        i64 all = 0;
        ints found;
        for (i64 i = 0; i < ORDERS; i++)
            if (world.facts[i].member >= 0 && (kept(&world.facts[i]) & of[k].goods))
                buys[world.facts[i].member] = true;
        for (i64 i = 0; i < PEOPLE; i++) {
            all += buys[i];
            CHECK(among(&set, world.ids[i]) == buys[i]);
        }
        CHECK(all > 20);
        CHECK_I64(set.n, all);
        /* by SQL, of a day before which some had not bought it */
        instant early = on("2024-01-11", 0);
        memset(buys, 0, sizeof buys);
        all = 0;
        for (i64 i = 0; i < ORDERS; i++)
            if (world.facts[i].member >= 0 && world.facts[i].at < early &&
                (kept(&world.facts[i]) & of[k].goods))
                buys[world.facts[i].member] = true;
        for (i64 i = 0; i < PEOPLE; i++) all += buys[i];
        CHECK(all > 3 && all < PEOPLE);
        CHECK_OK(c, segment_parse(c, str_of(of[k].text), &tree));
        CHECK_OK(c, segment_members(c, tree, early, &found));
        CHECK_I64(found.n, all);
    }
    world_end();
}

/* Weights from counts by the formula; scores from the segments of the values. */
TEST(fit_equals_its_formula)
{
    world_make(31);
    struct ctx *c = world.c;
    struct fit_report r;
    str fields[] = { S("bought"), S("orders"), S("shop") };
    struct fit_ask ask = { .product = S("防晒霜"), .fields = { fields, 3 }, .limit = SOME(200) };
    CHECK_OK(c, fit_report_make(c, &ask, &r));
    struct member_set buyers = set_of_text(S("bought = \"防晒霜\"")), sets[40];
    struct member_set others = set_of_text(S("orders >= 1 and not bought = \"防晒霜\""));
    CHECK_I64(r.buyers, buyers.n);
    CHECK_I64(r.others, others.n);
    CHECK_I64(r.candidates, others.n);
    CHECK(r.index.n > 8 && r.index.n < 40 && others.n > 10);
    for (i64 i = 0; i < r.index.n; i++) {
        const struct fit_value *v = &r.index.at[i];
        f64 na = (f64)buyers.n, nb = (f64)others.n;
        sets[i] = set_of_text(v->text);
        CHECK(!str_eq(v->value, S("防晒霜")));
        CHECK_I64(v->buyers, shared(&sets[i], &buyers));
        CHECK_I64(v->others, shared(&sets[i], &others));
        CHECK(v->buyers + v->others >= 5);
        f64 s = (f64)(v->buyers + v->others) / (na + nb);
        f64 p = ((f64)v->buyers + 10 * s) / (na + 10), q = ((f64)v->others + 10 * s) / (nb + 10);
        CHECK(fabs(v->weight - log(p / q)) < 1e-12);
        CHECK(fabs(v->tgi - 100 * p / q) < 1e-9);
    }
    CHECK_I64(r.members.n, others.n);
    for (i64 i = 0; i < r.members.n; i++) {
        const struct fit_member *m = &r.members.at[i];
        f64 want = 0;
        for (i64 k = 0; k < r.index.n; k++)
            if (among(&sets[k], m->member)) want += r.index.at[k].weight;
        CHECK(fabs(m->score - want) < 1e-9);
        CHECK(among(&others, m->member));
        CHECK(i == 0 || m[-1].score >= m->score);
    }
    ask.segment = S("shop = \"小程序\"");
    CHECK_OK(c, fit_report_make(c, &ask, &r));
    struct member_set asked = set_of_text(ask.segment);
    CHECK_I64(r.candidates, asked.n - shared(&asked, &buyers));
    world_end();
}

TEST(the_fit_worked_by_hand)
{
    struct fit_shares s = fit_shares(20, 40, 30, 160);
    CHECK(fabs(s.p - 0.45) < 1e-12);
    CHECK(fabs(s.q - 0.1911765) < 1e-7);
    CHECK(fabs(100 * s.p / s.q - 235.3846) < 1e-4);
    CHECK(fabs(log(s.p / s.q) - 0.856050) < 1e-6);
}

TEST(too_few_buyers_are_said)
{
    world_make(32);
    struct ctx *c = world.c;
    struct fit_report r;
    struct fit_ask ask = { .product = S("防晒霜"), .at = S("2024-01-02") };
    CHECK_ERR(c, fit_report_make(c, &ask, &r), E_UNPROCESSABLE);
    CHECK(str_find(str_of(c->why.detail), S("at least 10")) > 0);
    str twice[] = { S("city"), S("city") }, unknown[] = { S("ctiy") };
    ask = (struct fit_ask){ .product = S("防晒霜"), .fields = { twice, 2 } };
    CHECK_ERR(c, fit_report_make(c, &ask, &r), E_INVALID);
    ask.fields = (strs){ unknown, 1 };
    CHECK_ERR(c, fit_report_make(c, &ask, &r), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/fields");
    world_end();
}

/* The shop of koi demo: as of two months ago, those who bought it since stood higher. */
TEST(fit_finds_later_buyers)
{
    struct ctx *c = world.c = test_reader();
    struct demo_result made;
    struct fit_report r;
    c->now = 1717200000000; /* 2024-06-01 in Shanghai */
    CHECK_OK(c, demo_make(test_store(), c,
                          (struct demo_options){ .members = 4000, .seed = 1, .until = c->now },
                          &made));
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &world.audience));
    CHECK_OK(c, audience_follow(world.audience, NULL));
    audience_serve(world.audience);
    world.mark = arena_mark(c->arena);
    static const char *const hits[] = { "KJ-001", "KJ-002", "KJ-003" };
    c->rights &= ~(u64)PERSONAL_READ;
    for (i64 i = 0; i < COUNT(hits); i++) {
        struct fit_ask ask = { .product = str_of(hits[i]), .check_days = SOME(60) };
        CHECK_OK(c, fit_report_make(c, &ask, &r));
        print_message("# " STR_FMT ": %lld buyers, %lld later of %lld, AUC %.3f, top tenth %.2f,"
                      " %.0f ms\n",
                      STR_ARG(r.product), (long long)r.buyers, (long long)r.check->later,
                      (long long)r.check->candidates, r.check->auc.value, r.check->top_tenth.value,
                      r.took_ms);
        CHECK(r.check->later >= 20);
        CHECK(r.check->auc.value > 0.57);
        CHECK(r.check->top_tenth.value > 0.15);
        CHECK(r.members.n == 50 && r.members.at[0].reasons.n > 0);
        for (i64 k = 0; k < r.members.n; k++)
            CHECK(!r.members.at[k].name.n || str_has(r.members.at[k].name, '*'));
    }
    world_end();
}
