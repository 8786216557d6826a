/* product_test.c -- product health, stock, launches and quadrants: the examples of docs/insight.md,
 * and the rollup against the orders' own tables. */
#include <math.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/segment.h"
#include "insight/product.h"
#include "insight_shop.h"

#define YUAN MONEY_UNIT

/* -- a rollup and its naive twin --------------------------------------------------------------- */

#define FIELDS_OF_rolled(X, N)   \
    X(i64, product, ANY, "", N)  \
    X(i64, day, ANY, "", N)      \
    X(i64, orders, ANY, "", N)   \
    X(i64, units, ANY, "", N)    \
    X(i64, returned, ANY, "", N) \
    X(money, sales, ANY, "", N)  \
    X(money, refund, ANY, "", N)
SHAPE(rolled);
SHAPE_DEFINE(rolled);
QUERY(test_rolled, rolled,
      "SELECT product, day, orders, units, returned, sales, refund FROM product_day"
      " ORDER BY product, day");
#define FIELDS_OF_rolled_sold(X, N) \
    X(i64, order_id, ANY, "", N)    \
    X(i64, product, ANY, "", N)     \
    X(i64, day, ANY, "", N)         \
    X(i64, member, ANY, "", N)      \
    X(i64, units, ANY, "", N)       \
    X(i64, returned, ANY, "", N)    \
    X(money, sales, ANY, "", N)     \
    X(money, refund, ANY, "", N)
SHAPE(rolled_sold);
SHAPE_DEFINE(rolled_sold);
QUERY(test_sold, rolled_sold,
      "SELECT order_id, product, day, member, units, returned, sales, refund FROM product_sold"
      " ORDER BY order_id, product");
#define FIELDS_OF_naive_line(X, N) \
    X(i64, order_id, ANY, "", N)   \
    X(i64, product, ANY, "", N)    \
    X(i64, member, ANY, "", N)     \
    X(instant, at, ANY, "", N)     \
    X(i64, quantity, ANY, "", N)   \
    X(money, amount, ANY, "", N)   \
    X(money, stated, ANY, "", N)   \
    X(money, own, ANY, "", N)      \
    X(money, refund, ANY, "", N)   \
    X(money, net, ANY, "", N)
SHAPE(naive_line);
SHAPE_DEFINE(naive_line);
QUERY(test_naive, naive_line,
      "SELECT o.id AS order_id, l.product, o.member, COALESCE(o.paid_at, o.at) AS at, l.quantity,"
      " l.amount, COALESCE(l.stated_refund, 0) AS stated, COALESCE(l.own_refund, 0) AS own,"
      " o.refund, o.net FROM purchase_order o JOIN order_line l ON l.member = o.member"
      " AND l.order_id = o.id WHERE o.is_paid OR o.net < 0 ORDER BY o.id, l.line");

static i64 most(i64 a, i64 b) { return a > b ? a : b; }
static i64 least(i64 a, i64 b) { return a < b ? a : b; }

/* The lines at[from .. to) of one order: what each was refunded, as the definition says it. */
static void naive_order(struct ctx *c, const struct naive_line *at, i64 n,
                        struct rolled_sold_list *out)
{
    money left_of_all = 0, told = 0, reached = 0;
    for (i64 i = 0; i < n; i++) {
        if (at[i].quantity < 0 || at[i].amount < 0) continue;
        money own = least(most(at[i].stated, at[i].own), at[i].amount);
        told += own;
        left_of_all += at[i].amount - own;
    }
    bool all = at[0].refund > 0 && at[0].net <= 0;
    money rest = all ? left_of_all : least(most(at[0].refund - told, 0), left_of_all);
    for (i64 i = 0; i < n; i++) {
        bool back = at[i].quantity < 0 || at[i].amount < 0;
        money own = least(most(at[i].stated, at[i].own), at[i].amount), share = 0;
        if (!back && left_of_all) {
            /* the share of all up to here, less what others had: exact, in whole steps */
            __int128 a = (__int128)rest * reached / left_of_all;
            reached += at[i].amount - own;
            share = (money)((__int128)rest * reached / left_of_all - a);
        }
        money refund = own + share;
        i64 returned = all || (at[i].amount > 0 && refund >= at[i].amount) ? at[i].quantity
                       : at[i].amount > 0 ? (i64)((__int128)at[i].quantity * refund / at[i].amount)
                                          : 0;
        if (at[i].product == 0) continue;
        struct rolled_sold *row = NULL;
        for (i64 k = 0; k < out->n; k++)
            if (out->at[k].order_id == at[i].order_id && out->at[k].product == at[i].product)
                row = &out->at[k];
        if (!row) row = PUSH(c->arena, out);
        row->order_id = at[i].order_id;
        row->product = at[i].product;
        row->member = at[i].member;
        row->day = zone_day(c->zone, at[i].at);
        if (back) {
            row->units += most(at[i].quantity, 0);
            row->returned += at[i].quantity < 0 ? -at[i].quantity : at[i].quantity;
            row->sales += most(at[i].amount, 0);
            row->refund += at[i].amount < 0 ? -at[i].amount : at[i].amount;
            continue;
        }
        row->units += at[i].quantity;
        row->returned += returned;
        row->sales += at[i].amount;
        row->refund += refund;
    }
}

static void check_rollup(void)
{
    struct ctx *c = test_look();
    struct naive_line_list lines;
    struct rolled_sold_list want = { 0 }, sold;
    struct rolled_list days;
    CHECK_OK(c, db_all(c, &test_naive, &lines, NO_ARGS));
    for (i64 i = 0, n; i < lines.n; i += n) {
        for (n = 1; i + n < lines.n && lines.at[i + n].order_id == lines.at[i].order_id;) n++;
        naive_order(c, lines.at + i, n, &want);
    }
    CHECK_OK(c, db_all(c, &test_sold, &sold, NO_ARGS));
    CHECK_I64(sold.n, want.n);
    for (i64 i = 0; i < want.n; i++) {
        const struct rolled_sold *w = &want.at[i], *s = NULL;
        for (i64 k = 0; k < sold.n; k++)
            if (sold.at[k].order_id == w->order_id && sold.at[k].product == w->product)
                s = &sold.at[k];
        CHECK(s);
        CHECK_I64(s->day, w->day);
        CHECK_I64(s->member, w->member);
        CHECK_I64(s->units, w->units);
        CHECK_I64(s->returned, w->returned);
        CHECK_I64(s->sales, w->sales);
        CHECK_I64(s->refund, w->refund);
    }
    CHECK_OK(c, db_all(c, &test_rolled, &days, NO_ARGS));
    i64 units = 0;
    for (i64 i = 0; i < days.n; i++) {
        struct rolled sum = { 0 };
        const struct rolled *d = &days.at[i];
        for (i64 k = 0; k < want.n; k++) {
            const struct rolled_sold *w = &want.at[k];
            if (w->product != d->product || w->day != d->day) continue;
            sum.orders += w->units > w->returned;
            sum.units += w->units;
            sum.returned += w->returned;
            sum.sales += w->sales;
            sum.refund += w->refund;
        }
        CHECK_I64(d->orders, sum.orders);
        CHECK_I64(d->units, sum.units);
        CHECK_I64(d->returned, sum.returned);
        CHECK_I64(d->sales, sum.sales);
        CHECK_I64(d->refund, sum.refund);
        CHECK(d->units || d->returned || d->sales || d->refund);
        units += d->units;
    }
    for (i64 k = 0; k < want.n; k++) units -= want.at[k].units;
    CHECK_I64(units, 0); /* no day is missing */
    store_release(c);
}

static void followed(void)
{
    struct ctx *c = test_look();
    CHECK_OK(c, product_follow(c->store, c));
    store_release(c);
}

struct random_shop {
    struct dice dice;
    i64 *members, members_n, orders, merge;
};

static i64 roll(struct random_shop *r, i64 n) { return dice_below(&r->dice, n); }

static enum err random_order(struct tx *t, void *arg)
{
    struct random_shop *r = arg;
    struct ctx *c = t->c;
    struct order_line_fact lines[3];
    i64 n = roll(r, 3) + (roll(r, 10) > 0), order;
    enum order_put what;
    instant at = c->now - roll(r, 40 * 24) * HOUR_MS;
    money total = 0;
    for (i64 i = 0; i < n; i++) {
        lines[i] = (struct order_line_fact){
            .line_id = str_fmt(c->arena, "%lld", (long long)i + 1),
            .product_id = roll(r, 12) ? str_fmt(c->arena, "P%lld", (long long)roll(r, 8)) : NO_STR,
            .quantity = roll(r, 15) ? 1 + roll(r, 4) : -1,
            .price = roll(r, 8) ? (1 + roll(r, 9999)) * 100 : 0,
            .refund = roll(r, 6) ? NONE : SOME(roll(r, 300) * 100),
        };
        total += lines[i].quantity * lines[i].price;
    }
    struct order_fact fact = {
        .shop = S("店"),
        .number = str_fmt(c->arena, "N%lld", (long long)roll(r, 150)),
        .member = roll(r, 9) ? r->members[roll(r, r->members_n)] : 0,
        .created_at = SOME(at),
        .paid_at = roll(r, 3) ? SOME(at + roll(r, 30) * HOUR_MS) : NONE,
        .state = (enum order_state)roll(r, 6),
        .total = SOME(total),
        .refund = roll(r, 5) ? NONE : SOME(roll(r, 500) * 100),
        .lines = { lines, n },
    };
    i64 living;
    if (fact.member) {
        TRY(member_living(c, fact.member, &living));
        fact.member = living;
    }
    enum err e = order_write(t, &fact, &order, &what);
    if (e == E_INVALID || e == E_UNPROCESSABLE) return OK;
    if (e == OK) r->orders++;
    return e;
}

static enum err random_refund(struct tx *t, void *arg)
{
    struct random_shop *r = arg;
    struct refund_view view;
    enum err e = order_refund(
        t,
        &(struct refund_ask){ .id = 1 + roll(r, most(r->orders / 2, 1)),
                              .key = str_fmt(t->c->arena, "k%lld", (long long)roll(r, 100000)),
                              .amount = (1 + roll(r, 400)) * 100,
                              .line_id = roll(r, 2) ? S("1") : NO_STR },
        &view);
    return e == E_NOT_FOUND || e == E_UNPROCESSABLE || e == E_CONFLICT ? OK : e;
}

static enum err random_merge(struct tx *t, void *arg)
{
    struct random_shop *r = arg;
    i64 one, other;
    if (r->merge) {
        i64 merge = r->merge;
        r->merge = 0;
        return member_unmerge(t, merge);
    }
    TRY(member_living(t->c, r->members[roll(r, r->members_n)], &one));
    TRY(member_living(t->c, r->members[roll(r, r->members_n)], &other));
    return one == other ? OK : member_merge(t, one, other, S("test"), &r->merge);
}

static const struct merge_listener *const listeners[] = { &trade_merges, NULL };

static void step(struct ctx *c, struct random_shop *r)
{
    struct random_shop copy = *r; /* a write may run more than once */
    i64 kind = roll(&copy, 12);
    write_fn *fn = kind < 8 ? random_order : kind < 11 ? random_refund : random_merge;
    CHECK_OK(c, store_write(c->store, c, fn, &copy));
    *r = copy;
}

TEST(the_rollup_is_naive_sql)
{
    struct ctx *c = test_reader();
    i64 lines;
    struct random_shop r = { .dice = { 11 },
                             .members = shop_members(c, 6, c->now - 100 * DAY_MS, S("m")),
                             .members_n = 6 };
    merge_listeners = listeners;
    for (i64 i = 0; i < 300; i++) {
        step(c, &r);
        if (i % 30) continue;
        followed();
        check_rollup();
    }
    followed();
    check_rollup();
    CHECK_OK(c, follower_rebuild(c->store, c, product_followers, &lines));
    CHECK(lines > 100);
    check_rollup();
    c = test_look();
    CHECK_OK(c, product_behind(c, &lines));
    CHECK_I64(lines, 0);
    merge_listeners = NULL;
}

TEST(a_line_is_shared_out_exactly)
{
    struct dice d = { 5 };
    for (i64 round = 0; round < 2000; round++) {
        struct sold_line lines[6] = { 0 };
        i64 n = 1 + dice_below(&d, 6);
        money left = 0, own = 0, sum = 0;
        for (i64 i = 0; i < n; i++) {
            lines[i].quantity = 1 + dice_below(&d, 5);
            lines[i].amount = dice_below(&d, 100000);
            lines[i].refund = dice_below(&d, 3) ? 0 : dice_below(&d, lines[i].amount + 1);
            own += lines[i].refund;
            left += lines[i].amount - lines[i].refund;
        }
        money refund = own + dice_below(&d, left + 1);
        sold_lines_share(lines, n, refund, false);
        for (i64 i = 0; i < n; i++) {
            CHECK(lines[i].refund >= 0 && lines[i].refund <= lines[i].amount);
            CHECK(lines[i].returned >= 0 && lines[i].returned <= lines[i].units);
            sum += lines[i].refund;
        }
        CHECK_I64(sum, refund);
    }
    /* by hand: 100.00 x 3 pieces, 50.00 x 1; 70.00 refunded of the order: 60.00 and 10.00 */
    struct sold_line two[2] = { { .quantity = 3, .amount = 300 * YUAN },
                                { .quantity = 1, .amount = 50 * YUAN } };
    sold_lines_share(two, 2, 70 * YUAN, false);
    CHECK_I64(two[0].refund, 60 * YUAN);
    CHECK_I64(two[1].refund, 10 * YUAN);
    CHECK_I64(two[0].returned, 0);
    /* 110.00 refunded of the first line: one piece came back */
    struct sold_line one[1] = { { .quantity = 3, .amount = 300 * YUAN, .refund = 110 * YUAN } };
    sold_lines_share(one, 1, 110 * YUAN, false);
    CHECK_I64(one[0].returned, 1);
}

/* -- a shop in a few words --------------------------------------------------------------------- */

struct sale_line {
    const char *day, *code, *category;
    i64 pieces;
    money price;
    i64 member;
    money refund;
};
struct selling {
    const struct sale_line *at;
    i64 n, number;
};

static enum err sell(struct tx *t, void *arg)
{
    struct selling *s = arg;
    for (i64 i = 0; i < s->n; i++) {
        const struct sale_line *l = &s->at[i];
        struct order_line_fact line = { .product_id = str_of(l->code),
                                        .product = str_of(l->code),
                                        .category = str_of(l->category),
                                        .quantity = l->pieces,
                                        .price = l->price };
        instant at = on(l->day, 10 * HOUR_MS);
        i64 order;
        enum order_put what;
        struct order_fact fact = { .shop = S("店"),
                                   .number =
                                       str_fmt(t->c->arena, "S%lld", (long long)(s->number + i)),
                                   .member = l->member,
                                   .created_at = SOME(at),
                                   .paid_at = SOME(at),
                                   .state = ORDER_PAID,
                                   .refund = l->refund ? SOME(l->refund) : NONE,
                                   .total = SOME(l->pieces * l->price),
                                   .paid = SOME(l->pieces * l->price),
                                   .lines = { &line, 1 } };
        TRY(order_write(t, &fact, &order, &what));
    }
    return OK;
}

static i64 next_number = 1;
static void sales_told(struct ctx *c, const struct sale_line *at, i64 n)
{
    struct selling s = { at, n, next_number };
    next_number += n;
    CHECK_OK(c, store_write(c->store, c, sell, &s));
}

static enum err describe(struct tx *t, void *arg)
{
    i64 id;
    enum order_put what;
    return product_write(t, arg, &id, &what);
}

struct counts {
    const struct stock_fact *at;
    i64 n;
    struct stock_put out;
};
static enum err count(struct tx *t, void *arg)
{
    struct counts *k = arg;
    return stock_write(t, k->at, k->n, &k->out);
}
static struct stock_put counted(struct ctx *c, const char *code, i64 quantity, const char *on_day,
                                opt_money cost)
{
    struct stock_fact fact = { .shop = S("店"),
                               .code = str_of(code),
                               .quantity = quantity,
                               .counted_on = str_of(on_day),
                               .cost = cost };
    struct counts k = { .at = &fact, .n = 1 };
    CHECK_OK(c, store_write(c->store, c, count, &k));
    return k.out;
}

static const struct product_health *row_of(const struct product_report *r, const char *code)
{
    for (i64 i = 0; i < r->items.n; i++)
        if (str_eq(r->items.at[i].code, str_of(code))) return &r->items.at[i];
    CHECK(false);
    return NULL;
}

static void report_at(const char *from, const char *to, struct product_ask ask,
                      struct product_report *out)
{
    ask.from = str_of(from);
    ask.to = str_of(to);
    followed();
    struct ctx *c = test_look();
    CHECK_OK(c, product_report_make(c, &ask, out));
    store_release(c);
}

static void near(opt_f64 got, f64 want, f64 by)
{
    CHECK(got.has);
    if (fabs(got.value - want) > by) CHECK_I64((i64)(got.value * 1e6), (i64)(want * 1e6));
}

/* docs/insight.md#product: 2024-03-01 .. 2024-05-29 (90 days), the ninety before from 2023-12-02.
 */
static void shop_of_the_page(struct ctx *c)
{
    static const struct sale_line sales[] = {
        /* A: 600.00 before, 900.00 in the period: hero */
        { "2024-01-10", "A", "面膜", 6, 100 * YUAN, 0, 0 },
        { "2024-03-05", "A", "面膜", 4, 100 * YUAN, 0, 0 },
        { "2024-05-20", "A", "面膜", 5, 100 * YUAN, 0, 0 },
        /* B: 500.00 before, 400.00: falls, 20 pieces: workhorse */
        { "2024-01-20", "B", "面膜", 25, 20 * YUAN, 0, 0 },
        { "2024-04-10", "B", "面膜", 20, 20 * YUAN, 0, 0 },
        /* C: last sold 2024-02-10: dead */
        { "2024-02-10", "C", "精华", 3, 50 * YUAN, 0, 0 },
        /* D: one piece of two kept in ninety days: slow */
        { "2024-01-05", "D", "精华", 2, 40 * YUAN, 0, 0 },
        { "2024-04-01", "D", "精华", 1, 40 * YUAN, 0, 0 },
        { "2024-04-02", "D", "精华", 1, 40 * YUAN, 0, 40 * YUAN },
        /* E: first sold 2024-05-10: new */
        { "2024-05-10", "E", "精华", 2, 30 * YUAN, 0, 0 },
    };
    sales_told(c, sales, COUNT(sales));
}

TEST(verdicts_as_by_hand)
{
    struct ctx *c = test_reader();
    struct product_report r;
    shop_of_the_page(c);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ 0 }, &r);
    CHECK_I64(r.items.n, 5);
    const struct product_health *a = row_of(&r, "A"), *b = row_of(&r, "B"), *d = row_of(&r, "D");
    CHECK_I64(a->verdict, VERDICT_HERO);
    CHECK_I64(b->verdict, VERDICT_WORKHORSE);
    CHECK_I64(row_of(&r, "C")->verdict, VERDICT_DEAD);
    CHECK_I64(d->verdict, VERDICT_SLOW);
    CHECK_I64(row_of(&r, "E")->verdict, VERDICT_NEW);
    /* 900 + 400 + 40 + 60 = 1,400 */
    CHECK_I64(a->net_sales, 900 * YUAN);
    near(a->share, 900.0 / 1400, 1e-12);
    near(a->share_before, 0, 1e-12);
    near(a->growth, 0.5, 1e-12);
    near(b->share_before, 900.0 / 1400, 1e-12);
    near(b->growth, -0.2, 1e-12);
    CHECK_I64(d->units, 2);
    CHECK_I64(d->returned, 1);
    CHECK_I64(d->net_units, 1);
    CHECK_I64(d->refund, 40 * YUAN);
    near(d->refund_rate, 0.5, 1e-12);
    CHECK_STR(d->last_sale, "2024-04-01"); /* what came back whole is no sale */
    CHECK_I64(row_of(&r, "C")->days_without_sale, 109);
    CHECK(!row_of(&r, "E")->growth.has);
    CHECK_STR(a->reason,
              "share of net sales ahead of it 0.0% < 80%; growth of net sales 50.0% ≥ 0%");
    CHECK_STR(row_of(&r, "C")->reason, "days without a sale 109 days ≥ 90 days");
    CHECK_STR(d->reason, "net units in 30 days 0.3 < 3");
    CHECK_STR(b->reason, "growth of net sales -20.0% < 0%; net units in 30 days 6.7 ≥ 3");
    CHECK_STR(row_of(&r, "E")->reason, "days since launch 20 days ≤ 30 days");
}

TEST(thresholds_move_verdicts)
{
    struct ctx *c = test_reader();
    struct product_report r;
    shop_of_the_page(c);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ .hero_growth = SOME(51) }, &r);
    CHECK_I64(row_of(&r, "A")->verdict, VERDICT_WORKHORSE);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ .hero_growth = SOME(-20) }, &r);
    CHECK_I64(row_of(&r, "B")->verdict, VERDICT_HERO); /* 64.3 % ahead of it */
    report_at("2024-03-01", "2024-05-29",
              (struct product_ask){ .hero_growth = SOME(-20), .hero_share = SOME(64) }, &r);
    CHECK_I64(row_of(&r, "B")->verdict, VERDICT_WORKHORSE);
    report_at("2024-03-01", "2024-05-29",
              (struct product_ask){ .dead_days = SOME(110), .launch_days = SOME(19) }, &r);
    CHECK_I64(row_of(&r, "C")->verdict, VERDICT_SLOW);
    CHECK_I64(row_of(&r, "E")->verdict, VERDICT_WORKHORSE); /* 92.9 % ahead of it, 3 in 30 days */
    report_at("2024-03-01", "2024-05-29",
              (struct product_ask){ .hero_share = SOME(93), .launch_days = SOME(19) }, &r);
    CHECK_I64(row_of(&r, "E")->verdict, VERDICT_HERO); /* nothing before it: counts as growth */
}

TEST(every_product_has_one_verdict)
{
    struct ctx *c = test_reader();
    struct product_report r;
    i64 products = 0;
    shop_of_the_page(c);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ 0 }, &r);
    CHECK_I64(r.rules.n, VERDICTS);
    for (i64 i = 0; i < r.rules.n; i++) {
        CHECK(r.rules.at[i].rule.n > 0);
        products += r.rules.at[i].products;
    }
    CHECK_I64(products, r.items.n);
    for (i64 i = 0; i < r.items.n; i++) {
        CHECK(r.items.at[i].reason.n > 0);
        CHECK_I64(r.items.at[i].checks.n, 6);
    }
}

TEST(poisson_limits_as_published)
{
    /* exact limits of a count (Garwood 1936): 10: 4.795, 18.390; 1: 0.025, 5.572; 100: 81.36,
     * 121.63 */
    static const struct {
        i64 n;
        f64 low, high, by;
    } rows[] = { { 10, 4.795, 18.390, 0.02 },
                 { 100, 81.36, 121.63, 0.02 },
                 { 4, 1.090, 10.242, 0.03 } };
    f64 low, high;
    for (i64 i = 0; i < COUNT(rows); i++) {
        poisson_limits(rows[i].n, &low, &high);
        CHECK(fabs(low - rows[i].low) < rows[i].by);
        CHECK(fabs(high - rows[i].high) < rows[i].by);
    }
    poisson_limits(0, &low, &high);
    CHECK(low == 0 && fabs(high - 3.69) < 0.1);
}

TEST(stock_as_by_hand)
{
    struct ctx *c = test_reader();
    struct product_report r;
    struct product_fact priced = { .shop = S("店"), .code = S("D"), .price = SOME(45 * YUAN) };
    shop_of_the_page(c);
    CHECK_OK(c, store_write(c->store, c, describe, &priced));
    counted(c, "A", 20, "2024-02-20", SOME(60 * YUAN));
    counted(c, "A", 12, "2024-04-30", NONE);
    counted(c, "C", 8, "2024-05-01", SOME(10 * YUAN));
    counted(c, "D", 4, "2024-05-01", NONE);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ 0 }, &r);
    const struct product_health *a = row_of(&r, "A"), *b = row_of(&r, "B"), *dead = row_of(&r, "C");
    /* A: 12 counted on April 30, 5 sold on May 20: 7 left. Opening 20. Average 13.5 x 90 / 9 = 135
     */
    CHECK_I64(a->on_hand.value, 7);
    CHECK_STR(a->counted_on, "2024-04-30");
    near(a->turnover_days, 135, 1e-9);
    /* 5 in the last 28 days: 7 x 28 / 5 = 39.2 days; a Poisson count of 5: 1.61 to 11.67 (Byar) */
    near(a->sellout_days, 39.2, 1e-9);
    near(a->sellout_low, 7 * 28 / 11.67, 0.05);
    near(a->sellout_high, 7 * 28 / 1.61, 1);
    CHECK_I64(a->stock_value.value, 7 * 60 * YUAN);
    CHECK(!a->valued_by_price);
    CHECK(!b->on_hand.has && !b->turnover_days.has && !b->stock_value.has);
    CHECK_I64(dead->advice, ADVICE_CLEAR);
    CHECK_I64(dead->advice_units.value, 8);
    CHECK_I64(dead->stock_value.value, 80 * YUAN);
    CHECK_I64(r.rules.at[VERDICT_DEAD].stock_value, 80 * YUAN);
    /* D: no cost is known: by the price, and said so. 4 x 45 = 180 */
    CHECK(row_of(&r, "D")->valued_by_price);
    CHECK_I64(row_of(&r, "D")->stock_value.value, 180 * YUAN);
    CHECK_I64(r.rules.at[VERDICT_SLOW].by_price, 1);
    /* restock: 7 left at 5 / 28 a day; asked for 40 days' notice and 60 days' stock: 11 - 7 = 4 */
    report_at("2024-03-01", "2024-05-29",
              (struct product_ask){ .restock_days = SOME(40), .cover_days = SOME(60) }, &r);
    CHECK_I64(row_of(&r, "A")->advice, ADVICE_RESTOCK);
    CHECK_I64(row_of(&r, "A")->advice_units.value, 4);
}

TEST(a_count_again_is_harmless)
{
    struct ctx *c = test_reader();
    struct stock_row_list rows;
    struct stock_put out = counted(c, "Z", 5, "2024-05-01", NONE);
    CHECK_I64(out.written, 1);
    CHECK_I64(out.products, 1);
    out = counted(c, "Z", 5, "2024-05-01", NONE);
    CHECK_I64(out.written, 0);
    CHECK_I64(out.same, 1);
    out = counted(c, "Z", 6, "2024-05-01", NONE);
    CHECK_I64(out.written, 1);
    counted(c, "Z", 9, "2024-05-20", NONE);
    counted(c, "Z", 2, "2024-04-01", NONE); /* told late: the catalogue keeps the newest */
    c = test_look();
    CHECK_OK(c, stock_list(c, 1, 0, 10, &rows));
    CHECK_I64(rows.n, 3);
    CHECK_I64(rows.at[0].quantity, 9);
    CHECK_I64(rows.at[1].quantity, 6);
    CHECK_I64(rows.at[2].quantity, 2);
    CHECK_OK(c, stock_list(c, 0, 0, 10, &rows));
    CHECK_I64(rows.n, 1);
    CHECK_I64(rows.at[0].quantity, 9);
    struct product_view_list products;
    CHECK_OK(c, product_list(c, S("Z"), 0, 0, 10, &products));
    CHECK_I64(products.at[0].stock.value, 9);
}

TEST(bad_counts_are_refused_with_the_place)
{
    struct ctx *c = test_reader();
    struct stock_fact facts[2] = { { .shop = S("店"), .code = S("A"), .quantity = 1 },
                                   { .shop = S("店"), .code = S("B"), .quantity = 1 } };
    struct counts k = { .at = facts, .n = 2 };
    struct stock_row_list rows;
    facts[1].counted_on = S("2024-13-01");
    CHECK_ERR(c, store_write(c->store, c, count, &k), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/items/1/counted_on");
    facts[1].counted_on = S("2024-06-03"); /* after today */
    CHECK_ERR(c, store_write(c->store, c, count, &k), E_INVALID);
    facts[1].counted_on = NO_STR;
    facts[1].code = S("");
    CHECK_ERR(c, store_write(c->store, c, count, &k), E_INVALID);
    c = test_look();
    CHECK_OK(c, stock_list(c, 0, 0, 10, &rows));
    CHECK_I64(rows.n, 0); /* all or none */
}

TEST(stock_files_are_read_whole)
{
    struct ctx *c = test_reader();
    struct stock_file f;
    CHECK_OK(c, stock_file_read(c,
                                test_file("店铺,商品编码,库存,盘点日期,成本\n店,A,12,2024-05-01,"
                                          "3.50\n店,B,\"1,200\",,\n"),
                                NO_STR, &f));
    CHECK_I64(f.rows.n, 2);
    CHECK_I64(f.rows.at[0].cost.value, 35000);
    CHECK_I64(f.rows.at[1].quantity, 1200);
    CHECK_OK(c, stock_file_read(c, test_file("code,quantity\nA,3\n"), S("店"), &f));
    CHECK_STR(f.rows.at[0].shop, "店");
    CHECK_ERR(c, stock_file_read(c, test_file("code,quantity\nA,3\n"), NO_STR, &f), E_INVALID);
    CHECK_ERR(c, stock_file_read(c, test_file("code,pieces\nA,3\n"), S("店"), &f), E_INVALID);
    CHECK_ERR(c, stock_file_read(c, test_file("code,quantity\nA,3\nB,many\n"), S("店"), &f),
              E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("row 3")) >= 0);
    CHECK_ERR(c, stock_file_read(c, test_file("code,quantity\nA,-3\n"), S("店"), &f), E_INVALID);
}

TEST(nothing_is_not_zero)
{
    struct ctx *c = test_reader();
    struct product_report r;
    struct launch l;
    struct product_fact never = { .shop = S("店"), .code = S("N"), .launched_at = SOME(0) };
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ 0 }, &r);
    CHECK_I64(r.items.n, 0); /* an empty shop */
    CHECK_OK(c, store_write(c->store, c, describe, &never));
    sales_told(c, (struct sale_line[]){ { "2024-05-01", "R", "x", 2, 10 * YUAN, 0, 20 * YUAN } },
               1);
    report_at("2024-03-01", "2024-05-29", (struct product_ask){ 0 }, &r);
    const struct product_health *n = row_of(&r, "N"), *back = row_of(&r, "R");
    CHECK_I64(n->verdict, VERDICT_DEAD);
    CHECK(!n->share.has && !n->growth.has && !n->refund_rate.has && !n->turnover_days.has);
    CHECK(!n->sellout_days.has && !n->on_hand.has && !n->stock_value.has && !n->first_sale.at);
    CHECK_I64(n->advice, ADVICE_CLEAR);
    CHECK(!n->advice_units.has);
    /* all of it came back */
    CHECK_I64(back->units, 2);
    CHECK_I64(back->net_units, 0);
    CHECK_I64(back->net_sales, 0);
    CHECK(!back->first_sale.at && !back->share.has);
    near(back->refund_rate, 1, 1e-12);
    c = test_look();
    CHECK_OK(c, launch_make(c, back->id, r.to, 30, &l));
    CHECK(!l.first_sale.at && l.days.n == 0 && !l.against_median.has);
    /* a period before everything */
    report_at("2001-01-01", "2001-01-31", (struct product_ask){ 0 }, &r);
    CHECK(!r.items.at[0].share.has);
    struct product_ask wrong = { .from = S("2024-05-01"), .to = S("2024-04-01") };
    CHECK_ERR(c, product_report_make(c, &wrong, &r), E_INVALID);
}

/* -- launches ---------------------------------------------------------------------------------- */

TEST(launch_as_by_hand)
{
    struct ctx *c = test_reader();
    struct launch l;
    /* X, Y, Z of one category before; N on May 1: days 0, 1, 2 */
    static const struct sale_line sales[] = {
        { "2024-02-01", "X", "茶", 2, YUAN, 0, 0 },
        { "2024-02-03", "X", "茶", 2, YUAN, 0, 0 },
        { "2024-03-01", "Y", "茶", 4, YUAN, 0, 0 },
        { "2024-03-02", "Y", "茶", 4, YUAN, 0, 0 },
        { "2024-04-01", "Z", "茶", 10, YUAN, 0, 0 },
        { "2024-01-01", "O", "酒", 99, YUAN, 0, 0 },
        { "2024-05-01", "N", "茶", 5, 3 * YUAN, 0, 0 },
        { "2024-05-02", "N", "茶", 4, 3 * YUAN, 0, 0 },
    };
    sales_told(c, sales, COUNT(sales));
    followed();
    c = test_look();
    struct product_view_list p;
    day to;
    CHECK(day_parse(S("2024-05-03"), &to));
    CHECK_OK(c, product_list(c, S("N"), 0, 0, 1, &p));
    CHECK_OK(c, launch_make(c, p.at[0].id, to, 5, &l));
    CHECK_STR(l.first_sale, "2024-05-01");
    CHECK_I64(l.peers, 3);
    CHECK_I64(l.days.n, 5);
    /* cumulative: N 5 9 9; X 2 2 4, Y 4 8 8, Z 10 10 10; medians 4 8 8; quartiles of 2 8 10: 5 9 */
    CHECK_I64(l.days.at[0].units.value, 5);
    CHECK_I64(l.days.at[1].units.value, 9);
    CHECK_I64(l.days.at[2].units.value, 9);
    CHECK_I64(l.days.at[1].sales.value, 27 * YUAN);
    CHECK(!l.days.at[3].units.has);
    near(l.days.at[0].median, 4, 1e-12);
    near(l.days.at[1].median, 8, 1e-12);
    near(l.days.at[1].low, 5, 1e-12);
    near(l.days.at[1].high, 9, 1e-12);
    near(l.against_median, 9.0 / 8, 1e-12);
    /* the first of its category has none to compare with */
    CHECK_OK(c, product_list(c, S("X"), 0, 0, 1, &p));
    CHECK_OK(c, launch_make(c, p.at[0].id, to, 5, &l));
    CHECK_I64(l.peers, 0);
    CHECK(!l.days.at[0].median.has);
}

/* -- quadrants --------------------------------------------------------------------------------- */

static struct audience *begin_index(struct ctx *c)
{
    struct audience *a;
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    return a;
}

static const struct quadrant_category *category_of(const struct quadrants *q, const char *name)
{
    for (i64 i = 0; i < q->items.n; i++)
        if (str_eq(q->items.at[i].category, str_of(name))) return &q->items.at[i];
    CHECK(false);
    return NULL;
}

static struct timeline_line act(i64 member, const char *kind, const char *day_words,
                                const char *props)
{
    return (struct timeline_line){
        .at = on(day_words, HOUR_MS), .member = member, .kind = str_of(kind), .props = str_of(props)
    };
}

static void check_segments(struct ctx *c, const struct quadrants *q)
{
    const struct segment_node *tree;
    for (i64 i = 0; i < q->items.n; i++)
        CHECK_OK(c, segment_parse(c, q->items.at[i].segment, &tree));
    CHECK_OK(c, segment_parse(c,
                              S("favourite_category in (\"a\", \"b\") or did(\"Product Viewed\","
                                " 9d, category in (\"a\", \"b\"))"),
                              &tree));
}

/* What docs/insight.md tells of masks, tea and wine. */
static void shop_of_quadrants(struct ctx *c)
{
    i64 *m = shop_members(c, 3, on("2023-01-01", 0), S("m"));
    const struct sale_line sales[] = {
        /* masks: 3 orders of 2 buyers, one of them refunded whole: 2 / 2 … and tea 3 / 1 */
        { "2024-05-01", "M", "面膜", 1, YUAN, m[0], 0 },
        { "2024-05-02", "M", "面膜", 1, YUAN, m[1], 0 },
        { "2024-05-03", "M", "面膜", 1, YUAN, m[1], YUAN },
        { "2024-05-01", "T", "茶", 1, 2 * YUAN, m[0], 0 },
        { "2024-05-05", "T", "茶", 1, 2 * YUAN, m[0], 0 },
        { "2024-05-09", "T2", "茶", 1, 2 * YUAN, m[0], 0 },
        { "2024-05-09", "T", "茶", 1, 2 * YUAN, 0, 0 }, /* nobody known */
        { "2024-05-09", "W", "酒", 1, 2 * YUAN, m[2], 0 },
    };
    const struct timeline_line lines[] = {
        act(m[0], "Product Viewed", "2024-05-01", "{\"category\":\"面膜\"}"),
        act(m[0], "Product Viewed", "2024-05-02", "{\"product_id\":\"M\"}"),
        act(m[1], "Product Viewed", "2024-05-02", "{\"category\":\"面膜\"}"),
        act(m[1], "Product Added", "2024-05-02", "{\"category\":\"面膜\"}"),
        act(m[1], "Product Reviewed", "2024-05-03", "{\"category\":\"面膜\"}"),
        act(m[1], "Product Added to Wishlist", "2024-05-03", "{\"category\":\"面膜\"}"),
        act(m[2], "Product Viewed", "2024-05-03", "{\"category\":\"茶\"}"),
        act(m[2], "Product Viewed", "2023-05-03", "{\"category\":\"茶\"}"), /* before */
        act(m[2], "Product Viewed", "2024-05-04", "{}"),
    };
    sales_told(c, sales, COUNT(sales));
    shop_lines(c, lines, COUNT(lines));
}

TEST(quadrants_as_by_hand)
{
    struct ctx *c = test_reader();
    struct quadrants q;
    shop_of_quadrants(c);
    followed();
    c = test_look();
    struct arena_mark begun = arena_mark(c->arena);
    struct audience *a = begin_index(c);
    struct quadrant_ask ask = { .from = S("2024-03-01"), .to = S("2024-05-29") };
    CHECK_OK(c, quadrants_make(c, &ask, &q));
    const struct quadrant_category *mask = category_of(&q, "面膜"), *tea = category_of(&q, "茶"),
                                   *wine = category_of(&q, "酒");
    CHECK_I64(mask->purchases, 2);
    CHECK_I64(mask->buyers, 2);
    CHECK_I64(mask->repeat_buyers, 0);
    near(mask->frequency, 1, 1e-12);
    CHECK_I64(mask->views, 3);
    CHECK_I64(mask->viewers, 2);
    near(mask->interaction, 3, 1e-12); /* 3 + 1 + 1 + 1 over 2 */
    CHECK_I64(tea->purchases, 3);
    CHECK_I64(tea->buyers, 1);
    CHECK_I64(tea->repeat_buyers, 1);
    near(tea->frequency, 3, 1e-12);
    near(tea->interaction, 1, 1e-12);
    CHECK_I64(tea->net_sales, 8 * YUAN);
    CHECK(!wine->interaction.has); /* nobody viewed */
    CHECK_I64(wine->quadrant, QUADRANT_NONE);
    /* medians of 1 1 3: 1; of 1 3: 2 */
    near(q.frequency, 1, 1e-12);
    near(q.interaction, 2, 1e-12);
    CHECK_I64(mask->quadrant, QUADRANT_BOTH);
    CHECK_I64(tea->quadrant, QUADRANT_FREQUENT);
    check_segments(c, &q);
    /* moved */
    ask.frequency = S("1.5");
    ask.interaction = S("0.5");
    CHECK_OK(c, quadrants_make(c, &ask, &q));
    CHECK_I64(category_of(&q, "面膜")->quadrant, QUADRANT_LIVELY);
    CHECK_I64(category_of(&q, "茶")->quadrant, QUADRANT_BOTH);
    CHECK(q.frequency_given && q.interaction_given);
    CHECK_I64(q.quadrants.at[QUADRANT_LIVELY - 1].categories, 1);
    ask.frequency = S("lots");
    CHECK_ERR(c, quadrants_make(c, &ask, &q), E_INVALID);
    /* nothing to compare */
    ask = (struct quadrant_ask){ .from = S("2001-01-01"), .to = S("2001-01-31") };
    CHECK_OK(c, quadrants_make(c, &ask, &q));
    CHECK_I64(q.items.n, 0);
    CHECK(!q.frequency.has && !q.interaction.has);
    audience_serve(NULL);
    CHECK_ERR(c, quadrants_make(c, &ask, &q), E_BUSY);
    arena_rewind(c->arena, begun);
    audience_close(a);
}

TEST(another_time_zone_makes_days_anew)
{
    struct ctx *c = test_reader();
    struct rolled_list days;
    sales_told(c, (struct sale_line[]){ { "2024-05-01", "A", "x", 1, YUAN, 0, 0 } }, 1);
    followed();
    struct ctx *far = test_look();
    far->zone = zone_open("America/Los_Angeles"); /* 10:00 in Shanghai is the day before there */
    CHECK_OK(far, product_follow(c->store, far));
    c = test_look();
    CHECK_OK(c, db_all(c, &test_rolled, &days, NO_ARGS));
    day was;
    CHECK(day_parse(S("2024-04-30"), &was));
    CHECK_I64(days.n, 1);
    CHECK_I64(days.at[0].day, was);
}
