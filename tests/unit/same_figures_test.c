/* same_figures_test.c -- a number shown in two places is the same number: metrics, boards, the
 * command line, reports, goals, the GMV tree, attribution, products, cohorts and segments against
 * one count that reads the rows of a shop with refunds, cancellations, unpaid orders, orders of
 * nobody and merged members. */
#include <stdlib.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "base/clock.h"
#include "base/num.h"
#include "insight/goal/inside.h"
#include "insight/path.h"
#include "insight/product.h"
#include "insight/report.h"
#include "insight/tree.h"
#include "insight_shop.h"
#include "metric_naive.h"
#include "support/koi_run.h"

#define YUAN MONEY_UNIT

static day named(const char *words)
{
    day d;
    CHECK(day_parse(str_of(words), &d));
    return d;
}

static u64 seed_of(i64 otherwise)
{
    i64 seed = otherwise;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    return (u64)seed;
}

/* -- a shop with everything in it -------------------------------------------------------------- */

enum { PEOPLE_N = 60, ORDERS_N = 700, ACTS_N = 500 };
static const char *const shops[] = { "旗舰店", "专营店" };
static const char *const touchpoints[] = { "抖音", "小程序", "" };
static const char *const categories[] = { "面膜", "口红", "" };

struct shop_life {
    struct dice d;
    i64 ids[PEOPLE_N];
};

static i64 below(struct shop_life *s, i64 n) { return dice_below(&s->d, n); }

/* Before now; some on the very edge of a day. */
static instant some_time(struct shop_life *s)
{
    instant at = on("2024-01-10", 0) + below(s, 143) * DAY_MS +
                 (below(s, 4)   ? below(s, DAY_MS)
                  : below(s, 2) ? -1
                                : 0);
    instant last = test_ctx()->now - 3 * HOUR_MS;
    return at < last ? at : last;
}

/* One member after the other is seen for the first time; none does anything before. */
#define SEEN_APART (61 * HOUR_MS)
static i64 somebody(struct shop_life *s, instant at)
{
    i64 known = (at - on("2024-01-01", 0)) / SEEN_APART + 1;
    return s->ids[below(s, known < PEOPLE_N ? known : PEOPLE_N)];
}

/* Lines come to the order's total, so what is counted by product is all of it. */
static struct order_fact some_order(struct ctx *c, struct shop_life *s, i64 number)
{
    instant at = some_time(s);
    i64 kind = below(s, 12);
    money total = 0;
    struct order_fact f = { .shop = str_of(shops[below(s, 2)]),
                            .number = str_fmt(c->arena, "S%lld", (long long)number),
                            .member = below(s, 6) ? somebody(s, at) : 0,
                            .created_at = SOME(at),
                            .touchpoint = str_of(touchpoints[below(s, 3)]) };
    for (i64 i = 1 + below(s, 3); i > 0; i--) {
        i64 which = below(s, COUNT(categories)), pieces = 1 + below(s, 3);
        money price = (1 + below(s, 9000)) * YUAN / 100;
        *PUSH(c->arena, &f.lines) =
            (struct order_line_fact){ .product_id = str_fmt(c->arena, "p%lld", (long long)which),
                                      .product = str_fmt(c->arena, "货%lld", (long long)which),
                                      .category = str_of(categories[which]),
                                      .quantity = pieces,
                                      .price = price };
        total += pieces * price;
    }
    f.total = SOME(total);
    f.state = kind == 0 ? ORDER_CANCELLED : kind == 1 ? ORDER_PLACED : ORDER_PAID;
    if (kind <= 1) return f;
    f.paid = SOME(total);
    f.paid_at = SOME(at + below(s, 3) * HOUR_MS);
    if (below(s, 2)) f.completed_at = SOME(at + below(s, 12) * DAY_MS);
    if (kind > 8) f.refund = SOME(below(s, 2) ? total : total / 300 * 100);
    return f;
}

static enum err write_orders(struct tx *t, void *arg)
{
    struct shop_life s = *(struct shop_life *)arg; /* it may run again */
    struct order_fact *facts = NEWS(t->c->arena, struct order_fact, ORDERS_N);
    for (i64 i = 0; i < ORDERS_N; i++) facts[i] = some_order(t->c, &s, i);
    return order_write_all(t, facts, ORDERS_N, NEWS(t->c->arena, struct order_result, ORDERS_N));
}

/* Through Koi: on another day than the order's. */
static enum err refund_some(struct tx *t, void *arg)
{
    struct naive_shop shop;
    (void)arg;
    naive_read(t->c, &shop);
    for (i64 i = 0; i < shop.orders.n; i += 9) {
        const struct naive_order *o = &shop.orders.at[i];
        struct refund_view view;
        struct refund_ask ask = { .id = o->id,
                                  .amount = i % 2 ? o->net : o->net / 2,
                                  .key = str_fmt(t->c->arena, "r%lld", (long long)i),
                                  .reason = S("x") };
        if (o->is_paid && ask.amount > 0) TRY(order_refund(t, &ask, &view));
    }
    return OK;
}

static enum err merge_some(struct tx *t, void *arg)
{
    const struct shop_life *s = arg;
    i64 merge;
    for (i64 i = 0; i < 6; i++)
        TRY(member_merge(t, s->ids[i], s->ids[PEOPLE_N - 1 - i], S("test"), &merge));
    return OK;
}

static void act(struct ctx *c, struct shop_life *s)
{
    static const char *const acts[] = { "Product Viewed", "Product Added", "Page Viewed" };
    struct timeline_line *lines = NEWS(c->arena, struct timeline_line, ACTS_N);
    for (i64 i = 0; i < ACTS_N; i++) {
        instant at = some_time(s);
        lines[i] = (struct timeline_line){ .at = at,
                                           .member = somebody(s, at),
                                           .kind = str_of(acts[below(s, 3)]) };
    }
    shop_lines(c, lines, ACTS_N);
}

static const struct merge_listener *const merging[] = { &trade_merges, NULL };

static void a_shop(struct ctx *c, u64 seed)
{
    struct shop_life s = { .d = { seed } };
    merge_listeners = merging;
    for (i64 i = 0; i < PEOPLE_N; i++) /* first seen all over the days */
        s.ids[i] =
            *shop_members_at(c, 1, on("2024-01-01", 0) + i * SEEN_APART,
                             str_fmt(c->arena, "m%lld-", (long long)i), str_of(touchpoints[i % 3]));
    CHECK_OK(c, store_write(c->store, c, write_orders, &s));
    act(c, &s);
    CHECK_OK(c, store_write(c->store, c, refund_some, NULL));
    CHECK_OK(c, store_write(c->store, c, merge_some, &s));
}

static struct audience *served;
static struct arena_mark begun;

static void serve(struct ctx *c)
{
    begun = arena_mark(c->arena);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &served));
    CHECK_OK(c, audience_follow(served, NULL));
    audience_serve(served);
    CHECK_OK(c, product_follow(test_store(), c));
}

static void serve_no_more(struct ctx *c)
{
    audience_serve(NULL);
    arena_rewind(c->arena, begun);
    audience_close(served);
}

/* -- what is compared -------------------------------------------------------------------------- */

static const char *const told[] = { "gmv",
                                    "sales",
                                    "sales_gross",
                                    "refund",
                                    "net_sales",
                                    "refund_rate",
                                    "placed",
                                    "placers",
                                    "known_placed",
                                    "known_gmv",
                                    "unknown_gmv",
                                    "order_value",
                                    "order_frequency",
                                    "orders",
                                    "refunded_orders",
                                    "aov",
                                    "per_buyer",
                                    "payment_rate",
                                    "buyers",
                                    "new_buyers",
                                    "returning_buyers",
                                    "repeat_rate",
                                    "purchase_frequency",
                                    "ltv",
                                    "new_members",
                                    "members" };

static str want_of(struct ctx *c, const char *name, const struct metric_totals *t)
{
    const struct metric *m;
    CHECK_OK(c, metric_find(c, str_of(name), &m));
    return metric_text(c->arena, m->unit, metric_value(m, t));
}

static void same(const char *where, const char *name, str got, str want)
{
    if (!str_eq(got, want))
        print_message("%s of %s: " STR_FMT ", not " STR_FMT "\n", name, where, STR_ARG(got),
                      STR_ARG(want));
    CHECK(str_eq(got, want));
}

struct days {
    day from, to;
    str first, last;
    struct metric_totals want;
};

static struct days days_of(struct ctx *c, const struct naive_shop *shop, day from, day to)
{
    return (struct days){ .from = from,
                          .to = to,
                          .first = day_text(c->arena, from),
                          .last = day_text(c->arena, to),
                          .want = naive_totals(c, shop, from, to,
                                               &(struct naive_filter){ .arg = NULL }) };
}

static void metrics_are_it(struct ctx *c, const struct days *d)
{
    struct metrics_ask all = { .from = d->first, .to = d->last, .compare = { true, false } };
    struct metrics_answer board;
    for (i64 i = 0; i < COUNT(told); i++) {
        struct metric_ask one = { .name = str_of(told[i]), .from = d->first, .to = d->last };
        struct metric_answer a;
        CHECK_OK(c, metric_make(c, &one, &a));
        same("metric", told[i], a.value, want_of(c, told[i], &d->want));
    }
    for (i64 i = 0; i < COUNT(told); i++) { /* overview, boards */
        *PUSH(c->arena, &all.names) = str_of(told[i]);
        if (all.names.n < METRICS_AT_ONCE && i + 1 < COUNT(told)) continue;
        CHECK_OK(c, metrics_make(c, &all, &board));
        for (i64 k = 0; k < all.names.n; k++) {
            const char *name = told[i + 1 - all.names.n + k];
            same("board", name, board.items.at[k].value, want_of(c, name, &d->want));
        }
        all.names.n = 0;
    }
}

/* The value that follows a metric's name. */
static str value_in(str text, const char *name, struct arena *a)
{
    i64 at = str_find(text, str_fmt(a, "\"name\":\"%s\"", name));
    CHECK(at >= 0);
    str rest = str_sub(text, at, text.n);
    rest = str_sub(rest, str_find(rest, S("\"value\":\"")) + 9, rest.n);
    return str_sub(rest, 0, str_find(rest, S("\"")));
}

static void the_command_line_is_it(struct ctx *c, const struct days *d)
{
    static const char *const glance[] = { "net_sales",  "sales",  "gmv",
                                          "placed",     "orders", "buyers",
                                          "new_buyers", "refund", "new_members" };
    const char *from = str_z(c->arena, d->first), *to = str_z(c->arena, d->last);
    str overview = KOI_RUN(c, 0, "report", "overview", "--from", from, "--to", to, "--json");
    for (i64 i = 0; i < COUNT(glance); i++)
        same("overview", glance[i], value_in(overview, glance[i], c->arena),
             want_of(c, glance[i], &d->want));
}

/* Living members with a line of behaviour, or an order placed, in these days. */
QUERY(
    q_reached, one_i64,
    "SELECT COUNT(*) AS value FROM member m WHERE m.merged_into IS NULL AND (EXISTS (SELECT 1 FROM"
    " purchase_order o WHERE o.member = m.member AND o.at >= $1 AND o.at < $2 AND (o.is_paid OR"
    " o.state <> 'refunded')) OR EXISTS (SELECT 1 FROM timeline t WHERE t.at >= $1 AND t.at < $2"
    " AND (t.member = m.member OR t.member IN (SELECT w.member FROM member w WHERE w.merged_into ="
    " m.member)) AND t.kind IN ('Product Viewed', 'Product Added', 'Page Viewed', 'order.placed',"
    " 'order.paid')))");

static i64 reached_slowly(struct ctx *c, const struct days *d)
{
    struct one_i64 out;
    CHECK_OK(c, db_get(c, &q_reached, &out,
                       ARGS(zone_midnight(c->zone, d->from), zone_midnight(c->zone, d->to + 1))));
    return out.value;
}

static void the_tree_is_it(struct ctx *c, const struct days *d)
{
    static const enum tree_by ways[] = { TREE_BY_SHOP, TREE_BY_TOUCHPOINT, TREE_BY_CATEGORY };
    for (i64 i = 0; i < COUNT(ways); i++) {
        struct tree_ask ask = { .from = d->first, .to = d->last, .by = ways[i] };
        struct gmv_tree t;
        money parts = 0;
        CHECK_OK(c, gmv_tree_make(c, &ask, &t));
        for (i64 k = 0; k < t.parts.n; k++) parts += t.parts.at[k].gmv;
        CHECK_I64(t.gmv, d->want.of[MEASURE_GMV]);
        CHECK_I64(parts, t.gmv);
        CHECK_I64(t.now->orders + t.now->unknown_orders, d->want.of[MEASURE_PLACED]);
        CHECK_I64(t.now->orders, d->want.of[MEASURE_KNOWN_PLACED]);
        CHECK_I64(t.now->buyers, d->want.of[MEASURE_PLACERS]);
        CHECK_I64(t.now->users, reached_slowly(c, d));
    }
}

/* Net of the purchases of known buyers, and of all paid orders, whenever it was given back. */
static void what_is_counted_by_order(struct ctx *c, const struct naive_shop *shop,
                                     const struct days *d)
{
    money known = 0, all = 0, products = 0, models[MODELS] = { 0 };
    i64 purchases = 0;
    for (i64 i = 0; i < shop->orders.n; i++) {
        const struct naive_order *o = &shop->orders.at[i];
        if (!o->is_paid || !naive_within(c, naive_paid_at(o), d->from, d->to)) continue;
        all += o->net;
        if (!naive_bought(o) || !o->member) continue;
        known += o->net;
        purchases++;
    }
    struct attribution_answer a;
    struct attribution_ask ask = { .from = d->first, .to = d->last };
    CHECK_OK(c, attribution_make(c, &ask, &a));
    CHECK_I64(a.conversions, purchases);
    CHECK_I64(a.money, known);
    for (i64 i = 0; i < a.rows.n; i++)
        for (i64 m = 0; m < MODELS; m++) models[m] += a.rows.at[i].credit.at[m].money;
    for (i64 m = 0; m < MODELS; m++) CHECK_I64(models[m], known);
    struct product_report r;
    CHECK_OK(c,
             product_report_make(c, &(struct product_ask){ .from = d->first, .to = d->last }, &r));
    for (i64 i = 0; i < r.items.n; i++) products += r.items.at[i].net_sales;
    CHECK_I64(products, all);
}

static void cohorts_are_it(struct ctx *c, const struct days *d)
{
    struct cohorts_ask ask = { .from = d->first, .to = d->last, .step = STEP_WEEK };
    struct cohorts_answer a;
    i64 members = 0;
    CHECK_OK(c, cohorts_make(c, &ask, &a));
    for (i64 i = 0; i < a.cohorts.n; i++) members += a.cohorts.at[i].members;
    CHECK_I64(members, d->want.of[MEASURE_NEW_BUYERS]);
}

/* -- members behind ---------------------------------------------------------------------------- */

static i64 members_of(struct ctx *c, const struct days *d, const char *text)
{
    const struct view *v;
    const struct segment_node *tree;
    struct member_set set;
    struct buf b = { .arena = c->arena };
    for (const char *at = text; *at; at++) /* {w}: a window as long as the days */
        if (at[0] == '{') buf_fmt(&b, "%dd", d->to - d->from + 1), at += 2;
        else buf_byte(&b, *at);
    CHECK_OK(c, audience_view(c, 0, &v));
    CHECK_OK(c, segment_parse(c, buf_str(&b), &tree));
    CHECK_OK(c, segment_set(c, v, tree, zone_midnight(c->zone, d->to + 1), &set));
    return set.n;
}

/* As the page of a metric words them. */
static void members_are_as_many(struct ctx *c, const struct days *d)
{
#define NOT_PAID " and not did(\"order.paid\", {w}) and not did(\"Order Completed\", {w})"
    static const struct {
        const char *text;
        enum measure a, less;
    } behind[] = {
        { "orders({w}) >= 1", MEASURE_BUYERS, MEASURES_N },
        { "orders({w}) >= 2", MEASURE_REPEAT_BUYERS, MEASURES_N },
        { "orders({w}) >= 1 and first_order < {w}", MEASURE_NEW_BUYERS, MEASURES_N },
        { "orders({w}) >= 1 and first_order >= {w}", MEASURE_BUYERS, MEASURE_NEW_BUYERS },
        { "first_seen < {w}", MEASURE_NEW_MEMBERS, MEASURES_N },
        { "did(\"order.placed\", {w})", MEASURE_PLACERS, MEASURES_N },
        { "did(\"Product Viewed\", {w})", MEASURE_VIEWERS, MEASURES_N },
        { "did(\"Product Viewed\", {w})" NOT_PAID, MEASURE_VIEWERS, MEASURE_VIEWERS_BOUGHT },
        { "did(\"Product Added\", {w})", MEASURE_CARTERS, MEASURES_N },
        { "did(\"Product Added\", {w})" NOT_PAID, MEASURE_CARTERS, MEASURE_CARTERS_BOUGHT },
    };
    struct metric_totals t;
    CHECK_OK(
        c, metric_totals(c, d->from, d->to, &(struct metric_filter){ .no_behaviour = false }, &t));
    for (i64 i = 0; i < COUNT(behind); i++) {
        i64 want = t.of[behind[i].a];
        if (behind[i].less < MEASURES_N) want -= t.of[behind[i].less];
        if (members_of(c, d, behind[i].text) != want) print_message("%s\n", behind[i].text);
        CHECK_I64(members_of(c, d, behind[i].text), want);
    }
}

/* -- what is kept ------------------------------------------------------------------------------ */

static enum err make_goal(struct tx *t, void *arg) { return goal_create(t, arg); }

/* What a goal stands at, and who is behind it. */
static void a_goal_is_it(struct ctx *c, const struct days *d, const char *name)
{
    struct goal_row row;
    struct goal_detail g;
    struct goal_post post = {
        .metric = str_of(name), .from = d->first, .to = d->last, .target = S("100000")
    };
    CHECK_OK(c, goal_prepare(c, &post, &row));
    CHECK_OK(c, store_write(c->store, c, make_goal, &row));
    CHECK_OK(c, goal_get(c, row.id, &g));
    same("goal", name, g.goal->progress->actual, want_of(c, name, &d->want));
    if (strcmp(name, "net_sales") == 0) return;
    CHECK_I64(
        members_of(c, d, str_z(c->arena, g.members)),
        d->want.of[strcmp(name, "new_members") == 0 ? MEASURE_NEW_MEMBERS : MEASURE_NEW_BUYERS]);
}

static void reports_are_it(struct ctx *c, const struct naive_shop *shop)
{
    static const char *const rows[] = { "net_sales",        "gmv",        "sales",
                                        "orders",           "buyers",     "new_buyers",
                                        "returning_buyers", "aov",        "units_per_order",
                                        "refund",           "refund_rate" };
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        struct report of[2];
        CHECK_OK(c, report_compose(c, (enum report_kind)kind, named("2024-05-15"), of));
        const struct report_block *b = &of[EN].blocks.at[0];
        for (int p = 0; p < 3; p++) {
            const struct report_period *days = &of[EN].periods.at[p];
            struct days d = days_of(c, shop, days->from, days->to);
            for (i64 i = 0; i < COUNT(rows); i++)
                same("report", rows[i], b->rows.at[i].cells.at[p == 0 ? 1 : 2 * p].value,
                     want_of(c, rows[i], &d.want));
        }
    }
}

/* -- all of it --------------------------------------------------------------------------------- */

TEST(a_number_shown_twice_is_the_same_number)
{
    struct ctx *c = test_reader();
    static const char *const periods[][2] = { { "2024-04-01", "2024-04-30" },
                                              { "2024-05-03", "2024-06-01" }, /* today is in it */
                                              { "2024-02-26", "2024-03-10" },
                                              { "2024-05-20", "2024-05-20" } };
    struct naive_shop shop;
    a_shop(c, seed_of(4711));
    serve(c);
    naive_read(c, &shop);
    for (i64 i = 0; i < COUNT(periods); i++) {
        struct days d = days_of(c, &shop, named(periods[i][0]), named(periods[i][1]));
        CHECK(d.want.of[MEASURE_BUYERS] > 0);
        metrics_are_it(c, &d);
        the_tree_is_it(c, &d);
        what_is_counted_by_order(c, &shop, &d);
        cohorts_are_it(c, &d);
        members_are_as_many(c, &d);
        a_goal_is_it(c, &d, "net_sales");
        a_goal_is_it(c, &d, "new_members");
        a_goal_is_it(c, &d, "new_buyers");
    }
    reports_are_it(c, &shop);
    serve_no_more(c);
}

/* Commands read the shop from disk. */
TEST(the_command_line_tells_the_same)
{
    struct ctx *c = test_reader();
    struct naive_shop shop;
    a_shop(c, seed_of(815));
    naive_read(c, &shop);
    struct days d = days_of(c, &shop, named("2024-04-01"), named("2024-04-30"));
    the_command_line_is_it(c, &d);
}
