/* metric_test.c -- metrics against a count that reads orders one by one; the promises of metric.h.
 */
#include <stdlib.h>

#include "audience/ask.h"
#include "base/json.h"
#include "insight/metric.h"
#include "insight_shop.h"
#include "member/profile.h"
#include "metric_naive.h"
#include "serving.h"
#include "trade/order.h"

#define YUAN MONEY_UNIT

static i64 seed_of(i64 otherwise)
{
    i64 seed = otherwise;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    return seed;
}

static day named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

/* -- a random shop ------------------------------------------------------------------------------
 */

enum { PEOPLE_N = 40 };
static const char *const shops[] = { "旗舰店", "专营店", "小店" };
static const char *const touchpoints[] = { "抖音", "天猫", "小程序", "" };
static const char *const goods[] = { "面膜", "口红", "香水", "" };

struct shop_life {
    struct dice d;
    i64 *ids, number, orders;
    bool wide; /* amounts as large as an order may have, hundreds of touchpoints */
};

static i64 below(struct shop_life *s, i64 n) { return dice_below(&s->d, n); }

static instant some_time(struct shop_life *s)
{
    instant base = on("2023-11-01", 0);
    return base + below(s, 200) * DAY_MS + (below(s, 3) ? below(s, DAY_MS) : below(s, 2) ? -1 : 0);
}

static struct order_line_fact_list some_lines(struct ctx *c, struct shop_life *s)
{
    struct order_line_fact_list out = { 0 };
    for (i64 i = below(s, 4); i > 0; i--) {
        i64 which = below(s, COUNT(goods));
        *PUSH(c->arena, &out) = (struct order_line_fact){
            .product_id = str_fmt(c->arena, "p%lld-%lld", (long long)which, (long long)below(s, 2)),
            .product = S("货"),
            .category = str_of(goods[which]),
            .quantity = 1 + below(s, 3),
            .price = below(s, 5) ? 1 + below(s, s->wide ? AMOUNT_MAX / 9 : 100 * YUAN) : 0,
        };
    }
    return out;
}

static struct order_fact some_order(struct ctx *c, struct shop_life *s, i64 number)
{
    instant at = some_time(s);
    struct order_fact f = {
        .shop = str_of(shops[below(s, COUNT(shops))]),
        .number = str_fmt(c->arena, "M%lld", (long long)number),
        .member = below(s, 5) ? s->ids[below(s, PEOPLE_N)] : 0,
        .created_at = SOME(at),
        .state = ORDER_PAID,
        .touchpoint = str_of(touchpoints[below(s, COUNT(touchpoints))]),
        .lines = some_lines(c, s),
        .quantity = SOME(1 + below(s, 4)),
    };
    if (s->wide && below(s, 2))
        f.touchpoint = str_fmt(c->arena, "触点 %lld", (long long)below(s, 400));
    i64 kind = below(s, 12);
    money total = below(s, s->wide && below(s, 3) ? AMOUNT_MAX : 300 * YUAN);
    if (kind == 0) total = -total; /* pieces given back */
    if (kind <= 1) f.state = ORDER_PLACED;
    if (kind > 1 && below(s, 4)) f.paid_at = SOME(at + below(s, 5) * DAY_MS / 2);
    if (kind > 1 && below(s, 2)) f.completed_at = SOME(at + (3 + below(s, 9)) * DAY_MS);
    f.total = SOME(total);
    if (kind > 1) f.paid = SOME(total);
    if (kind > 8) f.refund = SOME(below(s, 2) ? total : total / 3);
    f.net_of_refund = kind == 10;
    return f;
}

static enum err write_orders(struct tx *t, void *arg)
{
    struct shop_life *s = arg;
    struct order_fact *facts = NEWS(t->c->arena, struct order_fact, s->orders);
    struct dice kept = s->d;
    for (i64 i = 0; i < s->orders; i++) facts[i] = some_order(t->c, s, s->number + i);
    struct dice after = s->d;
    s->d = kept; /* it may run again */
    TRY(order_write_all(t, facts, s->orders, NEWS(t->c->arena, struct order_result, s->orders)));
    s->d = after;
    return OK;
}

static void more_orders(struct ctx *c, struct shop_life *s, i64 n)
{
    s->orders = n;
    CHECK_OK(c, store_write(c->store, c, write_orders, s));
    s->number += n;
}

static enum err write_cities(struct tx *t, void *arg)
{
    struct shop_life *s = arg;
    static const char *const cities[] = { "上海", "杭州", "北京" };
    for (i64 i = 0; i < PEOPLE_N; i++)
        if (i % 4)
            TRY(profile_put(t, s->ids[i], S("city"), str_of(cities[i % 3]), S("hand"), t->c->now));
    return OK;
}

static const struct merge_listener *const merging[] = { &trade_merges, NULL };

static struct shop_life some_shop(struct ctx *c, u64 seed, i64 orders, bool wide)
{
    struct shop_life s = { .d = { seed }, .wide = wide };
    i64 *early = shop_members_at(c, PEOPLE_N / 2, on("2023-12-03", 5), S("a"), S("抖音"));
    i64 *late = shop_members(c, PEOPLE_N / 2, on("2024-02-10", -1), S("b"));
    merge_listeners = merging;
    s.ids = NEWS(c->arena, i64, PEOPLE_N);
    memcpy(s.ids, early, PEOPLE_N / 2 * sizeof *s.ids);
    memcpy(s.ids + PEOPLE_N / 2, late, PEOPLE_N / 2 * sizeof *s.ids);
    CHECK_OK(c, store_write(c->store, c, write_cities, &s));
    more_orders(c, &s, orders);
    return s;
}

static struct shop_life a_shop(struct ctx *c, u64 seed, i64 orders)
{
    return some_shop(c, seed, orders, false);
}

/* -- checks -------------------------------------------------------------------------------------
 */

static const struct metric_filter plain = { .no_behaviour = true };

static void same_totals(const struct metric_totals *got, const struct metric_totals *want)
{
    for (int m = 0; m < MEASURE_COST; m++) {
        if (got->of[m] != want->of[m]) print_message("measure %d differs\n", m);
        CHECK_I64(got->of[m], want->of[m]);
    }
}

static void same_as_naive(struct ctx *c, struct shop_life *s, i64 rounds)
{
    struct naive_shop shop;
    naive_read(c, &shop);
    for (i64 i = 0; i < rounds; i++) {
        struct metric_totals got;
        day from = named("2023-10-25") + (day)below(s, 220), to = from + (day)below(s, 90);
        struct naive_filter f = { .shop = below(s, 2) ? NO_STR : str_of(shops[below(s, 3)]),
                                  .touchpoint =
                                      below(s, 3) ? NO_STR : str_of(touchpoints[below(s, 3)]) };
        struct metric_filter asked = { .shop = f.shop,
                                       .touchpoint = f.touchpoint,
                                       .no_behaviour = true };
        CHECK_OK(c, metric_totals(c, from, to, &asked, &got));
        struct metric_totals want = naive_totals(c, &shop, from, to, &f);
        same_totals(&got, &want);
    }
}

TEST(metrics_equal_the_naive_count)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(5), 400);
    same_as_naive(c, &s, 60);
}

/* What does not fit in few bytes beside what does. */
TEST(wide_orders_equal_the_naive_count)
{
    struct ctx *c = test_reader();
    struct shop_life s = some_shop(c, (u64)seed_of(15), 400, true);
    struct naive_shop shop;
    bool any = false;
    naive_read(c, &shop);
    for (i64 i = 0; i < shop.orders.n; i++) any |= shop.orders.at[i].total > UINT32_MAX;
    CHECK(any);
    same_as_naive(c, &s, 40);
}

static void categories_as_naive(u64 seed, bool wide)
{
    static const enum measure measures[] = {
        MEASURE_PLACED, MEASURE_GMV,   MEASURE_KNOWN_PLACED, MEASURE_KNOWN_GMV, MEASURE_PLACERS,
        MEASURE_ORDERS, MEASURE_UNITS, MEASURE_PAID,         MEASURE_GROSS,     MEASURE_PURCHASES
    };
    struct ctx *c = test_reader();
    struct shop_life s = some_shop(c, seed, 200, wide);
    struct naive_shop shop;
    naive_read(c, &shop);
    for (i64 i = 0; i < 12; i++) {
        struct metric_totals got, want;
        day from = named("2023-10-25") + (day)below(&s, 200), to = from + (day)below(&s, 90);
        struct metric_filter f = { .category = str_of(goods[i % 3]), .no_behaviour = true };
        CHECK_OK(c, metric_totals(c, from, to, &f, &got));
        want = naive_category(c, &shop, f.category, from, to);
        for (i64 m = 0; m < COUNT(measures); m++)
            CHECK_I64(got.of[measures[m]], want.of[measures[m]]);
    }
}
TEST(categories_equal_the_naive_count) { categories_as_naive((u64)seed_of(16), false); }
TEST(wide_categories_equal_the_naive_count) { categories_as_naive((u64)seed_of(17), true); }

/* Days that are summed up beforehand lie about today; others are not. */
TEST(long_past_orders_are_counted_too)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(6), 400);
    c->now += 1400 * DAY_MS; /* some of them are too far back */
    same_as_naive(c, &s, 30);
    c->now += 2000 * DAY_MS;
    same_as_naive(c, &s, 30);
}

/* -- SQL's answer --------------------------------------------------------------------------------
 */

static enum err refund_some(struct tx *t, void *arg)
{
    struct shop_life *s = arg;
    struct naive_shop shop;
    naive_read(t->c, &shop);
    for (i64 i = 0, done = 0; i < shop.orders.n && done < 3; i++) {
        const struct naive_order *o = &shop.orders.at[below(s, shop.orders.n)];
        struct refund_view view;
        if (!o->is_paid || o->net <= 0) continue;
        struct refund_ask ask = { .id = o->id,
                                  .amount = 1 + below(s, o->net),
                                  .key = str_fmt(t->c->arena, "r%lld", (long long)done++),
                                  .reason = S("x") };
        ask.key = str_fmt(t->c->arena, STR_FMT "-%lld-%lld", STR_ARG(ask.key), (long long)s->number,
                          (long long)o->id);
        TRY(order_refund(t, &ask, &view));
    }
    return OK;
}

static enum err some_costs(struct tx *t, void *arg)
{
    for (int i = 0; i < 60; i++) {
        struct metric_cost in = { .touchpoint = i % 2 ? S("抖音") : S("天猫"),
                                  .day = *(day *)arg + i * 5,
                                  .amount = (i + 1) * MONEY_UNIT,
                                  .followers = i * 7 % 11 - 3 };
        TRY(metric_cost_put(t, &in));
    }
    return OK;
}

/* Whoever runs the statement that a metric names finds the metric's figure. */
TEST(each_source_answers_its_measure)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(25), 400);
    day first = named("2023-10-25");
    CHECK_OK(c, store_write(c->store, c, refund_some, &s));
    CHECK_OK(c, store_write(c->store, c, some_costs, &first));
    i64 told = 0, other = 0;
    for (const struct metric *m = metrics; m->name; m++) {
        struct metric_source_list sources = { 0 };
        metric_sources(c, m, &sources);
        if (!sources.n) print_message("%s\n", m->name);
        CHECK(sources.n > 0);
        for (i64 i = 0; i < sources.n; i++) CHECK(sources.at[i].text.n && sources.at[i].note.n);
    }
    for (i64 i = 0; i < 25; i++) {
        struct metric_totals got;
        day from = first + (day)below(&s, 220), to = from + (day)below(&s, 60);
        CHECK_OK(c, metric_totals(c, from, to, &plain, &got));
        for (int m = 0; m < MEASURES_N; m++) {
            i64 sql;
            bool has;
            CHECK_OK(c, measure_by_sql(c, (enum measure)m, from, to, &has, &sql));
            if (has && sql != got.of[m]) print_message("measure %d\n", m);
            if (has) CHECK_I64(got.of[m], sql);
            told += has && sql;
            other += has;
        }
    }
    CHECK(told * 2 > other); /* most of them say something */
}

/* -- kept in memory ------------------------------------------------------------------------------
 */

struct one_merge {
    i64 winner, loser;
};
static enum err merge_two(struct tx *t, void *arg)
{
    const struct one_merge *m = arg;
    i64 merge;
    return member_merge(t, m->winner, m->loser, S("test"), &merge);
}

static enum err sort_product(struct tx *t, void *arg)
{
    i64 product;
    enum order_put what;
    struct product_fact f = {
        .shop = S("旗舰店"), .code = S("p0-0"), .name = S("面膜一"), .category = str_of(arg)
    };
    return product_write(t, &f, &product, &what);
}

static void all_of(struct ctx *c, str by, struct metric_totals *out,
                   struct metric_group_totals_list *groups)
{
    struct metric_period all = { named("2023-10-01"), named("2024-06-30") },
                         part = { named("2024-01-01"), named("2024-01-31") };
    CHECK_OK(c, metric_totals(c, all.from, all.to, &plain, out));
    CHECK_OK(c, metric_totals_by(c, all, part, by, MEASURE_PAID, &plain, groups));
}

/* The kept book answers as one read afresh. */
static void kept_as_afresh(struct ctx *c, struct metric_book *book)
{
    static const char *const dimensions[] = { "shop", "touchpoint", "category" };
    for (i64 i = 0; i < COUNT(dimensions); i++) {
        struct metric_totals kept, afresh;
        struct metric_group_totals_list kept_by, afresh_by;
        metric_serve(book);
        all_of(c, str_of(dimensions[i]), &kept, &kept_by);
        metric_serve(NULL);
        all_of(c, str_of(dimensions[i]), &afresh, &afresh_by);
        same_totals(&kept, &afresh);
        CHECK_I64(kept_by.n, afresh_by.n);
        for (i64 g = 0; g < kept_by.n; g++) {
            i64 k = 0; /* equal ones may stand in another order */
            while (k < afresh_by.n - 1 && !str_eq(afresh_by.at[k].value, kept_by.at[g].value)) k++;
            CHECK(str_eq(afresh_by.at[k].value, kept_by.at[g].value));
            same_totals(&kept_by.at[g].a, &afresh_by.at[k].a);
            same_totals(&kept_by.at[g].b, &afresh_by.at[k].b);
        }
    }
}

TEST(kept_orders_follow_every_change)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(9), 150);
    struct metric_book *book = metric_book_new();
    struct arena_mark mark = arena_mark(c->arena);
    kept_as_afresh(c, book);
    for (i64 i = 0; i < 6; i++) {
        struct one_merge pair = { s.ids[i], s.ids[20 + i] };
        more_orders(c, &s, 10);
        kept_as_afresh(c, book);
        CHECK_OK(c, store_write(c->store, c, refund_some, &s));
        kept_as_afresh(c, book);
        CHECK_OK(c, store_write(c->store, c, merge_two, &pair));
        s.ids[20 + i] = s.ids[i];
        kept_as_afresh(c, book);
        CHECK_OK(c, store_write(c->store, c, sort_product,
                                (void *)(uintptr_t)goods[i % (COUNT(goods) - 1)]));
        kept_as_afresh(c, book);
    }
    same_as_naive(c, &s, 10); /* with refunds through Koi */
    metric_serve(NULL);
    arena_rewind(c->arena, mark); /* blocks go with it */
    metric_book_free(book);
}

TEST(a_book_read_in_part_answers_whole)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 3000, on("2024-01-01", 0), S("m"));
    struct sale sales[60];
    struct dice d = { 8 };
    for (i64 i = 0; i < COUNT(sales); i++)
        sales[i] = (struct sale){ i % 9 ? ids[dice_below(&d, 3000)] : 0,
                                  on("2024-05-01", dice_below(&d, 20 * DAY_MS)),
                                  (1 + dice_below(&d, 90)) * YUAN };
    merge_listeners = merging;
    shop_sales(c, sales, COUNT(sales));
    for (i64 rounds = 0; rounds < 5; rounds++) {
        struct metric_book *book = metric_book_new();
        struct arena_mark mark = arena_mark(c->arena);
        bool done = false;
        for (i64 i = 0; i < rounds; i++) CHECK_OK(c, metric_book_warm(c, book, false, 1, &done));
        CHECK(done == (rounds >= 4)); /* three blocks of members, one of orders without */
        if (rounds == 2) {            /* what was read is stale again */
            struct one_merge pair = { ids[0], ids[2999] };
            CHECK_OK(c, store_write(c->store, c, merge_two, &pair));
        }
        kept_as_afresh(c, book);
        CHECK_OK(c, metric_book_warm(c, book, false, 0, &done));
        CHECK(done);
        arena_rewind(c->arena, mark);
        metric_book_free(book);
    }
}

/* Members far apart lie in blocks of their own: a merge makes both stale. */
TEST(a_merge_of_members_far_apart_is_followed)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 1100, on("2024-01-01", 0), S("m"));
    struct sale sales[] = { { ids[0], on("2024-05-01", 0), 10 * YUAN },
                            { ids[1099], on("2024-05-02", 0), 20 * YUAN } };
    struct one_merge pair = { ids[0], ids[1099] };
    struct metric_book *book = metric_book_new();
    struct arena_mark mark = arena_mark(c->arena);
    merge_listeners = merging;
    shop_sales(c, sales, 2);
    kept_as_afresh(c, book);
    CHECK_OK(c, store_write(c->store, c, merge_two, &pair));
    kept_as_afresh(c, book);
    arena_rewind(c->arena, mark);
    metric_book_free(book);
}

/* The thirtieth day after counts, the thirty-first does not, a second order of the day does. */
TEST(repurchase_by_hand)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 4, on("2024-01-01", 0), S("r"));
    struct sale sales[] = { { ids[0], on("2024-04-01", 0), 10 * YUAN },
                            { ids[0], on("2024-05-01", 0), 10 * YUAN },
                            { ids[1], on("2024-04-01", 0), 10 * YUAN },
                            { ids[1], on("2024-05-02", 0), 10 * YUAN },
                            { ids[2], on("2024-04-01", 0), 10 * YUAN },
                            { ids[2], on("2024-04-01", HOUR_MS), 10 * YUAN },
                            { ids[3], on("2024-04-01", 0), 10 * YUAN } };
    struct metric_totals t;
    shop_sales(c, sales, COUNT(sales));
    CHECK_OK(c, metric_totals(c, named("2024-04-01"), named("2024-04-01"), &plain, &t));
    CHECK_I64(t.of[MEASURE_SEEN_30], 4);
    CHECK_I64(t.of[MEASURE_BACK_30], 2);
    CHECK_I64(t.of[MEASURE_SEEN_60], 4);
    CHECK_I64(t.of[MEASURE_BACK_60], 3);
    CHECK_I64(t.of[MEASURE_SEEN_90], 0);
}

/* -- parts ---------------------------------------------------------------------------------------
 */

static const enum measure money_measures[] = { MEASURE_GMV, MEASURE_PAID, MEASURE_GROSS,
                                               MEASURE_REFUND, MEASURE_NET };

TEST(parts_add_up)
{
    struct ctx *c = test_reader();
    a_shop(c, (u64)seed_of(3), 300);
    static const char *const dimensions[] = { "shop", "touchpoint", "category" };
    struct metric_totals all;
    struct metric_period whole = { named("2023-10-01"), named("2024-06-30") };
    CHECK_OK(c, metric_totals(c, whole.from, whole.to, &plain, &all));
    for (i64 i = 0; i < COUNT(dimensions); i++) {
        struct metric_group_totals_list by;
        CHECK_OK(
            c, metric_totals_by(c, whole, whole, str_of(dimensions[i]), MEASURE_PAID, &plain, &by));
        CHECK(by.n >= 3);
        for (i64 m = 0; m < COUNT(money_measures); m++) {
            i64 sum = 0;
            for (i64 g = 0; g < by.n; g++) sum += by.at[g].a.of[money_measures[m]];
            CHECK_I64(sum, all.of[money_measures[m]]);
        }
        for (i64 g = 0; g < by.n; g++) same_totals(&by.at[g].a, &by.at[g].b);
    }
}

/* A group is what a question of it alone answers; a category's orders are those with it. */
TEST(a_group_is_its_own_question)
{
    struct ctx *c = test_reader();
    a_shop(c, (u64)seed_of(4), 300);
    struct naive_shop shop;
    struct metric_group_totals_list by;
    struct metric_period p = { named("2023-12-01"), named("2024-03-31") };
    naive_read(c, &shop);
    CHECK_OK(c, metric_totals_by(c, p, p, S("category"), MEASURE_PAID, &plain, &by));
    CHECK(by.n >= 4);
    for (i64 g = 0; g < by.n; g++) {
        struct metric_totals alone;
        str name = by.at[g].value;
        i64 orders = 0;
        struct metric_filter f = { .category = name, .no_behaviour = true };
        if (str_eq(name, S("unknown"))) continue;
        CHECK_OK(c, metric_totals(c, p.from, p.to, &f, &alone));
        alone.of[MEASURE_MEMBERS] = by.at[g].a.of[MEASURE_MEMBERS];
        alone.of[MEASURE_NEW_MEMBERS] = by.at[g].a.of[MEASURE_NEW_MEMBERS];
        same_totals(&by.at[g].a, &alone);
        for (i64 i = 0; i < shop.lines.n; i++)
            for (i64 k = 0; str_eq(shop.lines.at[i].category, name) && k < shop.orders.n; k++) {
                const struct naive_order *o = &shop.orders.at[k];
                orders += o->id == shop.lines.at[i].order_id && o->is_paid &&
                          naive_within(c, naive_paid_at(o), p.from, p.to);
            }
        CHECK_I64(alone.of[MEASURE_ORDERS], orders);
    }
}

/* -- cohorts -------------------------------------------------------------------------------------
 */

TEST(cohorts_equal_the_naive_count)
{
    struct ctx *c = test_reader();
    a_shop(c, (u64)seed_of(11), 400);
    struct naive_shop shop;
    struct cohorts_answer a;
    naive_read(c, &shop);
    struct cohorts_ask ask = {
        .from = S("2023-11-10"), .to = S("2024-05-20"), .step = STEP_MONTH, .later = SOME(5)
    };
    CHECK_OK(c, cohorts_make(c, &ask, &a));
    CHECK_I64(a.cohorts.n, 7);
    for (i64 k = 0; k < a.cohorts.n; k++) {
        const struct cohort_row *row = &a.cohorts.at[k];
        i64 members = 0, returned[8] = { 0 };
        for (i64 i = 0; i < shop.orders.n; i++) {
            const struct naive_order *o = &shop.orders.at[i];
            struct metric_totals t = { 0 };
            if (!naive_bought(o) || !o->member ||
                !naive_within(c, naive_paid_at(o), row->from, row->to))
                continue;
            naive_beginning(c, &shop, o, &t);
            if (!t.of[MEASURE_NEW_BUYERS]) continue;
            members++;
            for (i64 later = 1; later <= 5; later++) {
                struct civil month = day_civil(row->from);
                day first = month_add(day_of(month.year, month.month, 1), (i32)later),
                    last = month_add(first, 1) - 1;
                bool came = false;
                for (i64 x = 0; x < shop.orders.n; x++)
                    came |= shop.orders.at[x].member == o->member &&
                            naive_bought(&shop.orders.at[x]) &&
                            naive_within(c, naive_paid_at(&shop.orders.at[x]), first, last);
                returned[later] += came;
            }
        }
        CHECK_I64(row->members, members);
        for (i64 later = 1; later <= row->returned.n; later++)
            CHECK_I64(row->returned.at[later - 1], returned[later]);
        CHECK_I64(row->returned.n, 5 - (k > 2) * (k - 2)); /* June 2024 is the last that began */
    }
}

/* -- answers -------------------------------------------------------------------------------------
 */

static struct metric_answer ask_for(struct ctx *c, struct metric_ask ask)
{
    struct metric_answer a;
    CHECK_OK(c, metric_make(c, &ask, &a));
    return a;
}

static str told(struct ctx *c, const struct shape *shape, const void *what)
{
    struct buf out = { .arena = c->arena };
    json_write(&out, shape, what);
    return buf_str(&out);
}

/* What only another metric has has nothing of this one in the period; asked alone it is among the
 * others, for its past. */
static void same_groups(struct ctx *c, const struct metric_group_list *several,
                        const struct metric_group_list *one)
{
    i64 found = 0, named_n = 0;
    for (i64 g = 0; g < several->n; g++) {
        const struct metric_group *at = &several->at[g];
        i64 k = 0;
        while (k < one->n && !str_eq(one->at[k].group, at->group)) k++;
        if (k == one->n || str_eq(at->group, S("others"))) {
            f64 value = 0;
            CHECK(!at->value.at || (f64_parse(at->value, &value) && value == 0));
            continue;
        }
        CHECK_STR(told(c, &metric_group_shape, at),
                  str_z(c->arena, told(c, &metric_group_shape, &one->at[k])));
        found++;
    }
    for (i64 k = 0; k < one->n; k++) named_n += !str_eq(one->at[k].group, S("others"));
    CHECK_I64(found, named_n);
}

/* Some metrics that can be cut as asked, at once and one by one. */
static void same_as_one_by_one(struct ctx *c, struct shop_life *s, struct metrics_ask ask,
                               unsigned cuts)
{
    struct metrics_answer several;
    str names[METRICS_AT_ONCE];
    i64 from = below(s, 30);
    ask.names = (strs){ names, 0 };
    for (const struct metric *m = metrics; m->name && ask.names.n < 12; m++) {
        bool index =
            m->a >= MEASURE_BEHAVIOUR || m->b >= MEASURE_BEHAVIOUR || m->a == MEASURE_PAID_HIGH;
        if (m - metrics < from || index || (m->cuts & cuts) != cuts) continue;
        names[ask.names.n++] = str_of(m->name);
    }
    if (!ask.names.n) names[ask.names.n++] = S("sales");
    CHECK_OK(c, metrics_make(c, &ask, &several));
    CHECK_I64(several.items.n, ask.names.n);
    for (i64 i = 0; i < ask.names.n; i++) {
        several.items.at[i].took_us = 0;
        struct metric_answer one = ask_for(c, (struct metric_ask){ .name = names[i],
                                                                   .from = ask.from,
                                                                   .to = ask.to,
                                                                   .step = ask.step,
                                                                   .by = ask.by,
                                                                   .shop = ask.shop,
                                                                   .compare = ask.compare });
        one.how = NO_STR;
        one.took_us = 0;
        same_groups(c, &several.items.at[i].groups, &one.groups);
        several.items.at[i].groups = one.groups;
        CHECK_STR(told(c, &metric_answer_shape, &several.items.at[i]),
                  str_z(c->arena, told(c, &metric_answer_shape, &one)));
    }
}

TEST(several_at_once_equal_one_by_one)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(12), 300);
    static const struct {
        const char *by;
        unsigned cut;
    } dimensions[] = { { "", 0 },
                       { "shop", CUT_SHOP },
                       { "touchpoint", CUT_TOUCHPOINT },
                       { "category", CUT_CATEGORY } };
    for (i64 i = 0; i < 40; i++) {
        i64 which = below(&s, COUNT(dimensions)), of_shop = below(&s, 2);
        day from = named("2023-11-10") + (day)below(&s, 90);
        struct metrics_ask ask = { .by = str_of(dimensions[which].by),
                                   .from = day_text(c->arena, from),
                                   .to = day_text(c->arena, from + (day)below(&s, 60)),
                                   .step = (enum metric_step)below(&s, 5),
                                   .shop = of_shop ? str_of(shops[0]) : NO_STR };
        if (below(&s, 2)) ask.compare = (opt_flag){ true, below(&s, 2) };
        same_as_one_by_one(c, &s, ask, dimensions[which].cut | (of_shop ? CUT_SHOP : 0));
    }
}

TEST(several_at_once_are_bounded)
{
    struct ctx *c = test_reader();
    struct metrics_answer a;
    str names[METRICS_AT_ONCE + 1];
    for (i64 i = 0; i < COUNT(names); i++) names[i] = str_of(metrics[i].name);
    struct metrics_ask ask = { .names = { names, COUNT(names) } };
    CHECK_ERR(c, metrics_make(c, &ask, &a), E_INVALID);
    ask.names.n = 0;
    CHECK_ERR(c, metrics_make(c, &ask, &a), E_INVALID);
    ask.names.n = METRICS_AT_ONCE;
    CHECK_OK(c, metrics_make(c, &ask, &a));
    names[3] = S("buyer");
    CHECK_ERR(c, metrics_make(c, &ask, &a), E_NOT_FOUND);
    names[3] = S("cac");
    ask.by = S("shop");
    CHECK_ERR(c, metrics_make(c, &ask, &a), E_INVALID);
}

TEST(steps_are_their_own_periods)
{
    struct ctx *c = test_reader();
    a_shop(c, (u64)seed_of(6), 300);
    for (int step = STEP_DAY; step <= STEP_YEAR; step++)
        for (const struct metric *m = metrics; m->name; m++) {
            if (m->a >= MEASURE_POINTS || m->b >= MEASURE_POINTS || m->a == MEASURE_PAID_HIGH)
                continue;
            struct metric_answer a =
                ask_for(c, (struct metric_ask){ .name = str_of(m->name),
                                                .from = S("2023-12-13"),
                                                .to = S("2024-02-29"),
                                                .step = (enum metric_step)step });
            for (i64 i = 0; i < a.series.n; i += 1 + a.series.n / 4) {
                struct metric_totals t;
                CHECK_OK(c, metric_totals(c, a.series.at[i].from, a.series.at[i].to, &plain, &t));
                str want = metric_text(c->arena, m->unit, metric_value(m, &t));
                if (!str_eq(want, a.series.at[i].value)) print_message("%s\n", m->name);
                CHECK(str_eq(want, a.series.at[i].value));
                CHECK(!want.at == !a.series.at[i].value.at);
            }
            CHECK_I64(a.series.at[0].from, named("2023-12-13"));
            CHECK_I64(a.series.at[a.series.n - 1].to, named("2024-02-29"));
            if (step == STEP_MONTH) CHECK_I64(a.series.n, 3);
            if (step == STEP_WEEK) CHECK_I64(a.series.n, 12);
            CHECK_I64(a.before->to, named("2023-12-12"));
            CHECK_I64(a.before->to - a.before->from, a.to - a.from);
            CHECK_I64(a.year_ago->from, named("2022-12-13"));
            CHECK_I64(a.year_ago->to, named("2023-02-28")); /* there was no 29 February */
        }
}

/* Ten years apart: year by year, and all of it; day by day is too much for one question. */
TEST(all_since_the_first_order)
{
    struct ctx *c = test_reader();
    struct metric_answer a;
    i64 *ids = shop_members(c, 1, on("2024-01-01", 0), S("m"));
    const struct sale sold[] = { { ids[0], on("2013-11-11", 0), 30 * MONEY_UNIT },
                                 { ids[0], on("2024-05-20", 0), 70 * MONEY_UNIT } };
    shop_sales(c, sold, 2);
    struct metric_ask ask = { .name = S("sales"), .from = S("all"), .step = STEP_YEAR };
    CHECK_OK(c, metric_make(c, &ask, &a));
    CHECK_STR(day_text(c->arena, a.from), "2013-11-11");
    CHECK_STR(a.value, "100.00");
    CHECK_STR(a.series.at[0].value, "30.00");
    CHECK_STR(a.series.at[1].value, "0.00");
    CHECK_I64(a.series.n, 12);
    ask.step = STEP_DAY;
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/step");
    ask.from = S("1900-01-01");
    ask.step = STEP_YEAR;
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID); /* a hundred years are enough */
}

TEST(not_defined_is_said)
{
    struct ctx *c = test_reader();
    struct sale one = { .member = 0, .at = on("2024-05-01", HOUR_MS), .paid = 100 * YUAN };
    shop_sales(c, &one, 1);
    struct metric_answer a = ask_for(
        c, (struct metric_ask){ .name = S("aov"), .from = S("2024-05-01"), .to = S("2024-05-02") });
    CHECK_STR(a.value, "100.00");
    CHECK_STR(a.series.at[0].value, "100.00");
    CHECK(!a.series.at[1].value.at);
    CHECK(!a.before->value.at);
    CHECK(!a.before->change.at);
    a = ask_for(c, (struct metric_ask){
                       .name = S("per_buyer"), .from = S("2024-05-01"), .to = S("2024-05-01") });
    CHECK(!a.value.at); /* nobody is known to have bought */
    a = ask_for(c, (struct metric_ask){ .name = S("refund"), .from = S("2024-05-01") });
    CHECK_STR(a.value, "0.00");
    CHECK(!a.year_ago->change.at);
    for (const struct metric *m = metrics; m->name; m++) {
        static const struct metric_totals none;
        opt_i64 value = metric_value(m, &none);
        CHECK(value.has == (m->form == METRIC_IS || m->form == METRIC_MINUS));
    }
}

TEST(a_dimension_it_has_not_is_refused)
{
    struct ctx *c = test_reader();
    struct metric_answer a;
    struct metric_ask ask = { .name = S("cac"), .by = S("shop") };
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("touchpoint")) >= 0);
    ask = (struct metric_ask){ .name = S("new_members"), .shop = S("旗舰店") };
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
    ask = (struct metric_ask){ .name = S("buyer") };
    CHECK_ERR(c, metric_make(c, &ask, &a), E_NOT_FOUND);
    CHECK(str_find(str_of(c->why.detail), S("buyers")) >= 0);
    ask = (struct metric_ask){ .name = S("sales"), .from = S("2024-05-02"), .to = S("2024-05-01") };
    CHECK_ERR(c, metric_make(c, &ask, &a), E_INVALID);
    ask = (struct metric_ask){ .name = S("sales"), .shop = S("没有的店") };
    CHECK_ERR(c, metric_make(c, &ask, &a), E_NOT_FOUND);
}

/* -- segments, fields of members, behaviour ------------------------------------------------------
 */

static bool in_bits(i64 member, void *arg)
{
    const u8 *in = arg;
    return member > 0 && member < 200 && in[member];
}

TEST(a_segment_and_a_field_part_members)
{
    struct ctx *c = test_reader();
    struct shop_life s = a_shop(c, (u64)seed_of(7), 300);
    struct serving serving = serve(c);
    struct naive_shop shop;
    naive_read(c, &shop);
    struct metric_group_totals_list by;
    struct metric_period p = { named("2023-12-01"), named("2024-03-31") };
    CHECK_OK(c, metric_totals_by(c, p, p, S("city"), MEASURE_PAID, &plain, &by));
    i64 paid = 0;
    for (i64 g = 0; g < by.n; g++) {
        str city = by.at[g].value;
        u8 in[200] = { 0 };
        static const char *const cities[] = { "上海", "杭州", "北京" };
        paid += by.at[g].a.of[MEASURE_PAID];
        if (str_eq(city, S("unknown"))) continue;
        for (i64 i = 0; i < PEOPLE_N; i++)
            in[s.ids[i]] = i % 4 && str_starts(city, str_of(cities[i % 3]));
        struct naive_filter f = { .member = in_bits, .arg = in };
        struct metric_totals want = naive_totals(c, &shop, p.from, p.to, &f), of_segment;
        want.of[MEASURE_MEMBERS] = by.at[g].a.of[MEASURE_MEMBERS];
        want.of[MEASURE_NEW_MEMBERS] = by.at[g].a.of[MEASURE_NEW_MEMBERS];
        same_totals(&by.at[g].a, &want);
        struct metric_filter segment = { .segment = str_fmt(c->arena, "city = \"" STR_FMT "\"",
                                                            STR_ARG(city)),
                                         .no_behaviour = true };
        CHECK_OK(c, metric_totals(c, p.from, p.to, &segment, &of_segment));
        same_totals(&of_segment, &want);
    }
    CHECK_I64(by.n, 4);
    struct metric_totals all;
    CHECK_OK(c, metric_totals(c, p.from, p.to, &plain, &all));
    CHECK_I64(paid, all.of[MEASURE_PAID]);
    serve_no_more(c, &serving);
}

TEST(behaviour_as_by_hand)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 4, on("2024-05-01", 0), S("a"));
    struct timeline_line lines[] = {
        { .at = on("2024-05-01", HOUR_MS), .member = ids[0], .kind = S("Product Viewed") },
        { .at = on("2024-05-01", 2 * HOUR_MS), .member = ids[0], .kind = S("Product Viewed") },
        { .at = on("2024-05-02", HOUR_MS), .member = ids[0], .kind = S("Product Added") },
        { .at = on("2024-05-02", 2 * HOUR_MS), .member = ids[0], .kind = S("Order Completed") },
        { .at = on("2024-05-01", HOUR_MS), .member = ids[1], .kind = S("Product Viewed") },
        { .at = on("2024-05-01", HOUR_MS), .member = ids[1], .kind = S("Product Added") },
        { .at = on("2024-05-02", HOUR_MS), .member = ids[2], .kind = S("Page Viewed") },
        { .at = on("2024-05-02", HOUR_MS), .member = ids[3], .kind = S("member.tagged") },
    };
    shop_lines(c, lines, COUNT(lines));
    struct sale sale = { ids[2], on("2024-05-02", 3 * HOUR_MS), 10 * YUAN };
    shop_sales(c, &sale, 1);
    struct serving serving = serve(c);
    struct metric_ask ask = { .from = S("2024-05-01"), .to = S("2024-05-02") };
    static const struct {
        const char *name, *whole, *first, *second;
    } want[] = {
        { "active", "3", "2", "2" },
        { "viewers", "2", "2", "0" },
        { "conversion", "0.5", "0", NULL },
        { "carters", "2", "1", "1" },
        { "cart_abandonment", "0.5", "1", "0" },
    };
    for (i64 i = 0; i < COUNT(want); i++) {
        ask.name = str_of(want[i].name);
        struct metric_answer a = ask_for(c, ask);
        CHECK_STR(a.value, want[i].whole);
        CHECK_STR(a.series.at[0].value, want[i].first);
        if (want[i].second) CHECK_STR(a.series.at[1].value, want[i].second);
        else CHECK(!a.series.at[1].value.at);
    }
    struct metric_totals t;
    CHECK_OK(c, metric_totals(c, named("2024-05-01"), named("2024-05-02"),
                              &(struct metric_filter){ 0 }, &t));
    CHECK_I64(t.of[MEASURE_ACTIVE], 3);
    CHECK_I64(t.of[MEASURE_BUYERS], 1);
    serve_no_more(c, &serving);
}
