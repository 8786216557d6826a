/* tree_test.c -- the GMV tree: the promises of tree.h, against little steps, limits and a slow
 * count. */
#include <math.h>

#include "audience/index/follow.h"
#include "base/num.h"
#include "insight/metric.h"
#include "insight/tree.h"
#include "insight/tree/figures.h"
#include "insight_shop.h"
#include "member/profile.h"

#define YUAN MONEY_UNIT
#define CENT (MONEY_UNIT / 100)

static i64 below(struct dice *d, i64 n) { return dice_below(d, n); }

/* -- the arithmetic ---------------------------------------------------------------------------- */

/* Small and large figures, equal ones, and zeros at every place. */
static struct tree_base random_base(struct dice *d)
{
    struct tree_base b = { 0 };
    i64 reach = below(d, 3) ? 50 : 5000000;
    b.users = below(d, 8) ? 1 + below(d, reach) : 0;
    if (b.users) b.buyers = below(d, 8) ? 1 + below(d, b.users) : 0;
    if (b.buyers) b.orders = b.buyers + (below(d, 3) ? below(d, 3 * b.buyers) : 0);
    if (b.orders && below(d, 8))
        b.gmv = (1 + below(d, 300000)) * b.orders * (below(d, 2) ? CENT : 7);
    return b;
}

static money sum_of(const struct tree_split *s)
{
    money sum = 0;
    for (int f = 0; f < TREE_FACTORS; f++) sum += s->of[f].value;
    return sum;
}

TEST(a_change_worked_by_hand)
{
    /* docs/insight.md#gmv-tree: L = 960 / ln 1.08 = 12,473.8437. */
    struct tree_base a = { 1000, 100, 150, 12000 * YUAN }, b = { 1200, 96, 144, 12960 * YUAN };
    struct tree_split s;
    tree_split(&a, &b, &s);
    CHECK_I64(s.of[TREE_USERS].value, 227425 * CENT);
    CHECK_I64(s.of[TREE_CONVERSION].value, -278346 * CENT);
    CHECK_I64(s.of[TREE_FREQUENCY].value, 0);
    CHECK_I64(s.of[TREE_ORDER_VALUE].value, 146921 * CENT);
    CHECK(tree_value(&b, TREE_CONVERSION).value == 0.08);
    CHECK(tree_value(&b, TREE_FREQUENCY).value == 1.5);
    CHECK(tree_value(&b, TREE_ORDER_VALUE).value == 90);
}

TEST(contributions_add_up_to_the_change)
{
    struct dice d = { 5 };
    for (int i = 0; i < 20000; i++) {
        struct tree_base a = random_base(&d), b = random_base(&d);
        struct tree_split s;
        tree_split(&a, &b, &s);
        CHECK_I64(sum_of(&s), b.gmv - a.gmv);
        for (int f = 0; f < TREE_FACTORS; f++)
            if (a.gmv % CENT == 0 && b.gmv % CENT == 0) CHECK_I64(s.of[f].value % CENT, 0);
    }
}

TEST(going_back_gives_the_negatives)
{
    struct dice d = { 6 };
    for (int i = 0; i < 20000; i++) {
        struct tree_base a = random_base(&d), b = random_base(&d);
        if (i % 5 == 0) b.gmv = b.orders ? a.gmv : 0;
        struct tree_split there, back;
        tree_split(&a, &b, &there);
        tree_split(&b, &a, &back);
        for (int f = 0; f < TREE_FACTORS; f++) {
            CHECK(there.of[f].has == back.of[f].has);
            CHECK_I64(there.of[f].value, -back.of[f].value);
        }
    }
}

/* The naive twin: every factor grows at its constant rate, in so many steps; what a factor adds in
 * a step is GMV in its middle times its growth. */
static void in_little_steps(const f64 a[], const f64 b[], f64 out[])
{
    enum { STEPS = 2000 };
    for (int f = 0; f < TREE_FACTORS; f++) out[f] = 0;
    for (int i = 0; i < STEPS; i++) {
        f64 t = (i + 0.5) / STEPS, gmv = 1;
        for (int f = 0; f < TREE_FACTORS; f++) gmv *= a[f] * pow(b[f] / a[f], t);
        for (int f = 0; f < TREE_FACTORS; f++) out[f] += gmv * log(b[f] / a[f]) / STEPS;
    }
}

static void values_of(const struct tree_base *base, f64 out[])
{
    for (int f = 0; f < TREE_FACTORS; f++)
        out[f] = tree_value(base, (enum tree_factor_kind)f).value;
}

TEST(as_little_steps_at_constant_growth)
{
    struct dice d = { 7 };
    for (int i = 0; i < 300;) {
        struct tree_base a = random_base(&d), b = random_base(&d);
        if (!a.gmv || !b.gmv) continue;
        f64 x[TREE_FACTORS], y[TREE_FACTORS], naive[TREE_FACTORS];
        struct tree_split s;
        i++;
        tree_split(&a, &b, &s);
        values_of(&a, x);
        values_of(&b, y);
        in_little_steps(x, y, naive);
        f64 most = 2 * CENT;
        for (int f = 0; f < TREE_FACTORS; f++) most = fmax(most, fabs(naive[f]) * (f64)YUAN * 1e-4);
        for (int f = 0; f < TREE_FACTORS; f++)
            CHECK(fabs((f64)s.of[f].value - naive[f] * (f64)YUAN) <= most);
    }
}

/* The mean over all orders in which factors may change one after another: another exact rule, near
 * this one when changes are small. */
static void shapley(const f64 a[], const f64 b[], f64 out[])
{
    static const int weight[] = { 6, 2, 2, 6 }; /* k! (3 - k)! of 4! = 24 */
    for (int f = 0; f < TREE_FACTORS; f++) {
        out[f] = 0;
        for (int before = 0; before < 1 << TREE_FACTORS; before++) {
            if (before >> f & 1) continue;
            f64 others = 1;
            for (int g = 0; g < TREE_FACTORS; g++)
                if (g != f) others *= before >> g & 1 ? b[g] : a[g];
            out[f] += weight[__builtin_popcount((unsigned)before)] / 24.0 * others * (b[f] - a[f]);
        }
    }
}

TEST(near_the_mean_of_all_orders_when_little_changed)
{
    struct dice d = { 8 };
    for (int i = 0; i < 500; i++) {
        struct tree_base a = { 100000 + below(&d, 9000), 20000 + below(&d, 1500),
                               30000 + below(&d, 2000), (3000000 + below(&d, 200000)) * YUAN };
        struct tree_base b = { 100000 + below(&d, 9000), 20000 + below(&d, 1500),
                               30000 + below(&d, 2000), (3000000 + below(&d, 200000)) * YUAN };
        f64 x[TREE_FACTORS], y[TREE_FACTORS], other[TREE_FACTORS];
        struct tree_split s;
        tree_split(&a, &b, &s);
        values_of(&a, x);
        values_of(&b, y);
        shapley(x, y, other);
        for (int f = 0; f < TREE_FACTORS; f++)
            CHECK(fabs((f64)s.of[f].value / (f64)YUAN - other[f]) < 0.001 * 3e6);
    }
}

/* -- zeros ------------------------------------------------------------------------------------- */

/* With a number in place of 0 that is nearly one; what then has no value stays as at the other
 * end. */
static void nearly_zero(const struct tree_base *full, int zero, f64 out[])
{
    f64 x[TREE_FACTORS], y[TREE_FACTORS], v = 1, w = 1;
    values_of(full, y);
    for (int f = 0; f < TREE_FACTORS; f++) x[f] = y[f] * (f < zero ? 0.7 : 1);
    x[zero] = 1e-300;
    for (int f = 0; f < TREE_FACTORS; f++) {
        v *= x[f];
        w *= y[f];
    }
    f64 mean = (w - v) / log(w / v);
    for (int f = 0; f < TREE_FACTORS; f++) out[f] = mean * log(y[f] / x[f]);
}

TEST(zeros_take_their_limits)
{
    const struct tree_base full = { 1000, 100, 150, 12000 * YUAN };
    const struct tree_base empty[] = { { 0 }, { 700 }, { 700, 70 }, { 700, 70, 105 } };
    for (int zero = 0; zero < TREE_FACTORS; zero++) {
        struct tree_split come, go;
        f64 limit[TREE_FACTORS];
        if (zero == TREE_FREQUENCY) continue; /* who bought has an order */
        tree_split(&empty[zero], &full, &come);
        tree_split(&full, &empty[zero], &go);
        nearly_zero(&full, zero, limit);
        for (int f = 0; f < TREE_FACTORS; f++) {
            CHECK(come.of[f].has == (f <= zero));
            CHECK_I64(come.of[f].value, f == zero ? 12000 * YUAN : 0);
            CHECK_I64(go.of[f].value, -come.of[f].value);
            CHECK(fabs((f64)come.of[f].value / (f64)YUAN - limit[f]) < 0.01 * 12000);
        }
    }
}

TEST(what_is_not_defined_is_said)
{
    struct tree_base nobody = { 0 }, idle = { 10 }, free_of_charge = { 10, 2, 3, 0 };
    struct tree_split s;
    CHECK(tree_value(&nobody, TREE_USERS).has && tree_value(&nobody, TREE_USERS).value == 0);
    CHECK(!tree_value(&nobody, TREE_CONVERSION).has);
    CHECK(tree_value(&idle, TREE_CONVERSION).has && tree_value(&idle, TREE_CONVERSION).value == 0);
    CHECK(!tree_value(&idle, TREE_FREQUENCY).has && !tree_value(&idle, TREE_ORDER_VALUE).has);
    CHECK(tree_value(&free_of_charge, TREE_ORDER_VALUE).has);
    tree_split(&nobody, &nobody, &s);
    CHECK(s.of[TREE_USERS].has && !s.of[TREE_CONVERSION].has && !s.of[TREE_ORDER_VALUE].has);
    tree_split(&idle, &idle, &s);
    CHECK(s.of[TREE_CONVERSION].has && !s.of[TREE_FREQUENCY].has);
    tree_split(&free_of_charge, &idle, &s);
    CHECK(s.of[TREE_CONVERSION].has && !s.of[TREE_FREQUENCY].has);
    CHECK_I64(sum_of(&s), 0);
}

/* -- a shop ------------------------------------------------------------------------------------ */

enum { PEOPLE = 40, ORDERS = 420, LINES = 500, DAYS = 60 };
static const char *const shops[] = { "旗舰店", "专营店", "other" };
static const char *const touchpoints[] = { "抖音", "小程序", "" };
static const char *const categories[] = { "面膜", "口红", "香水", "" };

struct bought {
    i64 member, shop, touchpoint, lines;
    instant at;
    money total;
    i64 category[4];
    money amount[4];
};
static struct world {
    i64 *ids;
    struct bought orders[ORDERS];
    struct {
        i64 member, touchpoint;
        instant at;
        bool counts;
    } lines[LINES];
} world;

static instant some_time(struct dice *d)
{
    instant midnight = on("2024-03-01", 0) + below(d, DAYS) * DAY_MS;
    return below(d, 4) ? midnight + below(d, DAY_MS) : midnight - below(d, 2);
}

static void make_order(struct dice *d, struct bought *o)
{
    i64 who = below(d, PEOPLE + 3);
    *o = (struct bought){ .member = who < PEOPLE ? world.ids[who] : 0,
                          .shop = below(d, 3),
                          .touchpoint = below(d, 3),
                          .lines = below(d, 5),
                          .at = some_time(d),
                          .total = below(d, 40000) * CENT + (below(d, 9) ? 0 : 37) };
    for (i64 i = 0; i < o->lines; i++) {
        o->category[i] = below(d, 4);
        o->amount[i] = below(d, 5) ? 1 + below(d, 30000) * 7 : 0;
    }
}

static enum err live(struct tx *t, void *arg)
{
    struct order_fact facts[ORDERS] = { 0 };
    struct order_result results[ORDERS];
    (void)arg;
    for (i64 i = 0; i < ORDERS; i++) {
        const struct bought *o = &world.orders[i];
        facts[i] = (struct order_fact){ .shop = str_of(shops[o->shop]),
                                        .number = str_fmt(t->c->arena, "N%lld", (long long)i),
                                        .member = o->member,
                                        .created_at = SOME(o->at),
                                        .paid_at = i % 3 ? SOME(o->at) : NONE,
                                        .state = i % 3 ? ORDER_PAID : ORDER_PLACED,
                                        .touchpoint = str_of(touchpoints[o->touchpoint]),
                                        .total = SOME(o->total) };
        if (i % 7 == 1 && i % 3) facts[i].refund = SOME(o->total);
        facts[i].lines.at = NEWS(t->c->arena, struct order_line_fact, 5);
        for (i64 k = 0; k < o->lines; k++)
            facts[i].lines.at[facts[i].lines.n++] = (struct order_line_fact){
                .product_id = str_fmt(t->c->arena, "P%lld", (long long)o->category[k]),
                .category = str_of(categories[o->category[k]]),
                .quantity = 1,
                .amount = SOME(o->amount[k]),
            };
    }
    TRY(order_write_all(t, facts, ORDERS, results));
    for (i64 i = 0; i <= PEOPLE / 2; i++)
        TRY(profile_put(t, world.ids[i], S("city"), i <= PEOPLE / 4 ? S("上海") : S("杭州"),
                        S("hand"), t->c->now));
    for (i64 i = 0; i < LINES; i++) {
        struct timeline_line line = {
            .member = world.lines[i].member,
            .kind = world.lines[i].counts ? S("Product Viewed") : S("member.tagged"),
            .at = world.lines[i].at,
            .touchpoint = str_of(touchpoints[world.lines[i].touchpoint])
        };
        if (!line.touchpoint.n) line.touchpoint = NO_STR;
        TRY(timeline_append(t, &line));
    }
    /* A credit note is no order. */
    struct order_fact credit = { .shop = S("旗舰店"),
                                 .number = S("C1"),
                                 .member = world.ids[0],
                                 .created_at = SOME(on("2024-03-20", 0)),
                                 .state = ORDER_COMPLETED,
                                 .total = SOME(-500 * YUAN),
                                 .paid = SOME(-500 * YUAN) };
    i64 id;
    enum order_put what;
    return order_write(t, &credit, &id, &what);
}

/* From here on the test's memory goes before its index: the views of answers hold it. */
static struct arena_mark begun;

static struct audience *open_index(struct ctx *c)
{
    struct audience *a;
    begun = arena_mark(c->arena);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    return a;
}

static struct audience *open_shop(struct ctx *c)
{
    struct dice d = { 11 };
    world.ids = shop_members(c, PEOPLE, on("2024-01-01", 0), S("m"));
    for (i64 i = 0; i < ORDERS; i++) make_order(&d, &world.orders[i]);
    for (i64 i = 0; i < LINES; i++) {
        world.lines[i].member = world.ids[below(&d, PEOPLE)];
        world.lines[i].touchpoint = below(&d, 3);
        world.lines[i].at = some_time(&d);
        world.lines[i].counts = below(&d, 4) > 0;
    }
    CHECK_OK(c, store_write(c->store, c, live, NULL));
    return open_index(c);
}

/* Which part an order (a line of it) or a deed lies in; -1: none. */
struct naive {
    enum tree_by by;
    i64 part; /* -1: the whole */
    instant begin, end;
};
/* By touchpoint the shops follow the touchpoints: orders without one are their shop's. */
static i64 touchpoint_of(const struct bought *o)
{
    return o->touchpoint < 2 ? o->touchpoint : 3 + o->shop;
}
/* Shanghai; Shanghai or Hangzhou, but the first holds first; everybody else. */
static const char *const segments[] = { "city = \"上海\"", "city in (\"上海\", \"杭州\")" };
static i64 segment_of(i64 member)
{
    return member <= world.ids[PEOPLE / 4] ? 0 : member <= world.ids[PEOPLE / 2] ? 1 : 2;
}

/* Parts of a category lie where its first line is; lines without amounts weigh alike. */
static money of_lines(const struct bought *o, i64 category, bool *in)
{
    money weight[4] = { 0 }, sum = 0, up_to = 0, given = 0;
    i64 order[4], n = 0;
    *in = false;
    for (i64 i = 0; i < o->lines; i++) {
        i64 k = 0;
        while (k < n && order[k] != o->category[i]) k++;
        if (k == n) order[n++] = o->category[i];
        weight[k] += o->amount[i];
        sum += o->amount[i];
    }
    for (i64 k = 0; k < n && sum == 0; k++) weight[k] = 1;
    if (n && sum == 0) sum = n;
    if (n == 0) return (*in = category == 3) ? o->total : 0;
    for (i64 k = 0; k < n; k++) {
        up_to += weight[k];
        money due = (money)((long double)o->total * (long double)up_to / (long double)sum);
        if (order[k] == category) *in = true;
        if (order[k] == category) return due - given;
        given = due;
    }
    return 0;
}

static money of_part(const struct naive *n, const struct bought *o, bool *in)
{
    *in = o->at >= n->begin && o->at < n->end;
    if (!*in || n->part < 0) return *in ? o->total : 0;
    switch (n->by) {
    case TREE_BY_SHOP: *in = o->shop == n->part; break;
    case TREE_BY_TOUCHPOINT: *in = touchpoint_of(o) == n->part; break;
    case TREE_BY_SEGMENT: *in = o->member ? segment_of(o->member) == n->part : n->part == 3; break;
    default: return of_lines(o, n->part, in);
    }
    return *in ? o->total : 0;
}

/* By rereading everything for each member. */
static struct tree_counts count_slowly(const struct naive *n)
{
    struct tree_counts out = { 0 };
    for (i64 who = 0; who <= PEOPLE; who++) {
        i64 member = who < PEOPLE ? world.ids[who] : 0, orders = 0;
        bool here = false, in;
        for (i64 i = 0; i < ORDERS; i++) {
            if (world.orders[i].member != member) continue;
            bool placed = world.orders[i].at >= n->begin && world.orders[i].at < n->end;
            out.gmv += of_part(n, &world.orders[i], &in);
            orders += in;
            here |= in || (placed && (n->by == TREE_BY_SHOP || n->by == TREE_BY_CATEGORY));
        }
        for (i64 i = 0; i < LINES; i++) {
            if (world.lines[i].member != member || !world.lines[i].counts) continue;
            if (world.lines[i].at < n->begin || world.lines[i].at >= n->end) continue;
            here |= n->part < 0 || n->by == TREE_BY_SHOP || n->by == TREE_BY_CATEGORY ||
                    (n->by == TREE_BY_TOUCHPOINT && world.lines[i].touchpoint == n->part) ||
                    (n->by == TREE_BY_SEGMENT && segment_of(member) == n->part);
        }
        if (member == 0) {
            out.unknown_orders = orders;
            continue;
        }
        out.users += here;
        out.buyers += orders > 0;
        out.orders += orders;
    }
    return out;
}

static void check_counts(const struct tree_counts *got, struct tree_counts want)
{
    CHECK_I64(got->users, want.users);
    CHECK_I64(got->buyers, want.buyers);
    CHECK_I64(got->orders, want.orders);
    CHECK_I64(got->unknown_orders, want.unknown_orders);
    CHECK_I64(got->gmv, want.gmv);
}

/* The part as the naive count numbers it. */
static i64 number_of(enum tree_by by, const struct tree_part *p)
{
    if (by == TREE_BY_SEGMENT && p->kind != TREE_PART_NAMED)
        return p->kind == TREE_PART_OTHER ? 2 : 3;
    if (by == TREE_BY_SEGMENT) return str_eq(p->part, str_of(segments[1]));
    if (p->kind == TREE_PART_UNKNOWN) return by == TREE_BY_CATEGORY ? 3 : 2;
    for (i64 i = 0; by == TREE_BY_SHOP && i < COUNT(shops); i++)
        if (str_eq(p->part, str_of(shops[i]))) return i;
    for (i64 i = 0; by == TREE_BY_CATEGORY && i < COUNT(categories); i++)
        if (str_eq(p->part, str_of(categories[i]))) return i;
    for (i64 i = 0; by == TREE_BY_TOUCHPOINT && i < 2; i++)
        if (str_eq(p->part, str_of(touchpoints[i]))) return i;
    for (i64 i = 0; by == TREE_BY_TOUCHPOINT && i < COUNT(shops); i++)
        if (str_eq(p->part, str_of(shops[i]))) return 3 + i;
    CHECK(!"a part that is known");
    return -1;
}

static money contributions(const struct tree_factor_list *factors)
{
    money sum = 0;
    for (i64 i = 0; i < factors->n; i++) sum += factors->at[i].contribution.value;
    return sum;
}

static void close_shop(struct ctx *c, struct audience *a)
{
    audience_serve(NULL);
    arena_rewind(c->arena, begun);
    audience_close(a);
}

static struct tree_ask ask_by(struct ctx *c, enum tree_by by)
{
    struct tree_ask ask = { .from = S("2024-03-25"),
                            .to = S("2024-04-20"),
                            .before_from = S("2024-03-01"),
                            .before_to = S("2024-03-28"),
                            .by = by };
    for (i64 i = 0; by == TREE_BY_SEGMENT && i < COUNT(segments); i++)
        *PUSH(c->arena, &ask.parts) = str_of(segments[i]);
    return ask;
}

static void check_parts(enum tree_by by, const struct gmv_tree *t, struct naive n[2])
{
    money gmv[2] = { 0 }, change = 0, parted = 0;
    for (i64 i = 0; i < t->parts.n; i++) {
        const struct tree_part *p = &t->parts.at[i];
        n[0].part = n[1].part = number_of(by, p);
        check_counts(p->before, count_slowly(&n[0]));
        check_counts(p->now, count_slowly(&n[1]));
        CHECK_I64(contributions(&p->factors), p->change);
        gmv[0] += p->gmv_before;
        gmv[1] += p->gmv;
        change += p->change;
        parted += contributions(&p->factors);
    }
    CHECK_I64(gmv[0], t->gmv_before);
    CHECK_I64(gmv[1], t->gmv);
    CHECK_I64(change, t->change);
    CHECK_I64(parted, contributions(&t->factors));
}

/* Also the promise parts_add_up_to_the_whole. The periods overlap: an order may be in both. */
TEST(tree_as_by_hand)
{
    struct ctx *c = test_reader();
    static const i64 parts_n[] = { 0, 3, 6, 4, 4 };
    struct audience *a = open_shop(c);
    for (int by = TREE_BY_NOTHING; by <= TREE_BY_SEGMENT; by++) {
        struct tree_ask ask = ask_by(c, (enum tree_by)by);
        struct gmv_tree t;
        struct naive n[2] = {
            { (enum tree_by)by, -1, on("2024-03-01", 0), on("2024-03-29", 0) },
            { (enum tree_by)by, -1, on("2024-03-25", 0), on("2024-04-21", 0) },
        };
        CHECK_OK(c, gmv_tree_make(c, &ask, &t));
        check_counts(t.before, count_slowly(&n[0]));
        check_counts(t.now, count_slowly(&n[1]));
        CHECK_I64(contributions(&t.factors), t.change);
        CHECK_I64(t.factors.n, TREE_FACTORS + 1); /* some buyers are not known */
        CHECK_I64(t.parts.n, parts_n[by]);
        if (by != TREE_BY_NOTHING) check_parts((enum tree_by)by, &t, n);
    }
    close_shop(c, a);
}

/* One shop, one GMV: the metrics' base measures tell the same of the same days. */
TEST(the_same_gmv_as_the_metric)
{
    struct ctx *c = test_reader();
    struct audience *a = open_shop(c);
    struct tree_ask ask = ask_by(c, TREE_BY_NOTHING);
    struct metric_filter all = { 0 }, some = { .segment = str_of(segments[0]) };
    struct metric_totals now;
    struct gmv_tree t;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(c, gmv_tree_make(c, &ask, &t));
        CHECK_OK(c, metric_totals(c, t.from, t.to, i ? &some : &all, &now));
        CHECK_I64(t.gmv, now.of[MEASURE_GMV]);
        CHECK_I64(t.now->orders + t.now->unknown_orders, now.of[MEASURE_PLACED]);
        CHECK(t.now->users >= now.of[MEASURE_ACTIVE]);
        ask.segment = some.segment;
    }
    ask = ask_by(c, TREE_BY_SHOP);
    CHECK_OK(c, gmv_tree_make(c, &ask, &t));
    for (i64 i = 0; i < t.parts.n; i++) {
        struct metric_filter shop = { .shop = t.parts.at[i].part };
        CHECK_OK(c, metric_totals(c, t.from, t.to, &shop, &now));
        CHECK_I64(t.parts.at[i].gmv, now.of[MEASURE_GMV]);
    }
    close_shop(c, a);
}

/* The metric that each factor is. */
static const char *const factor_metrics[] = {
    [TREE_USERS] = "reached",
    [TREE_CONVERSION] = "order_conversion",
    [TREE_FREQUENCY] = "order_frequency",
    [TREE_ORDER_VALUE] = "order_value",
    [TREE_UNKNOWN_BUYERS] = "unknown_gmv",
};

/* The value of a metric, as a tree tells it; of money to the cent. */
static void check_value(const struct tree_factor *f, opt_f64 want, str got)
{
    f64 value;
    CHECK(want.has == (got.at != NULL));
    if (!want.has) return;
    CHECK(f64_parse(got, &value));
    f64 fine = f->factor >= TREE_ORDER_VALUE ? 0.00501 : f->factor == TREE_USERS ? 0 : 0.000000501;
    if (fabs(value - want.value) > fine)
        print_message("%s: " STR_FMT ", not %f\n", factor_metrics[f->factor], STR_ARG(got),
                      want.value);
    CHECK(fabs(value - want.value) <= fine);
}

static void check_factors(struct ctx *c, const struct tree_factor_list *factors,
                          const struct gmv_tree *t, struct metric_ask ask)
{
    CHECK(factors->n >= TREE_FACTORS);
    for (i64 i = 0; i < factors->n; i++) {
        const struct tree_factor *f = &factors->at[i];
        struct metric_answer now, before;
        struct metric_ask one = ask;
        one.name = str_of(factor_metrics[f->factor]);
        one.compare = (opt_flag){ true, false };
        if (f->factor == TREE_USERS) one.shop = one.category = NO_STR; /* one reach for all */
        one.from = day_text(c->arena, t->from);
        one.to = day_text(c->arena, t->to);
        CHECK_OK(c, metric_make(c, &one, &now));
        one.from = day_text(c->arena, t->before_from);
        one.to = day_text(c->arena, t->before_to);
        CHECK_OK(c, metric_make(c, &one, &before));
        check_value(f, f->a, before.value);
        check_value(f, f->b, now.value);
    }
}

/* The figure of the page is the very figure of the tree. */
TEST(a_factor_is_its_metric)
{
    struct ctx *c = test_reader();
    struct audience *a = open_shop(c);
    for (int by = TREE_BY_NOTHING; by <= TREE_BY_CATEGORY; by++) {
        struct tree_ask ask = ask_by(c, (enum tree_by)by);
        struct gmv_tree t;
        CHECK_OK(c, gmv_tree_make(c, &ask, &t));
        check_factors(c, &t.factors, &t, (struct metric_ask){ 0 });
        for (i64 i = 0; i < t.parts.n; i++) {
            const struct tree_part *p = &t.parts.at[i];
            if (p->kind != TREE_PART_NAMED) continue;
            check_factors(
                c, &p->factors, &t,
                (struct metric_ask){ .shop = by == TREE_BY_SHOP ? p->part : NO_STR,
                                     .touchpoint = by == TREE_BY_TOUCHPOINT ? p->part : NO_STR,
                                     .category = by == TREE_BY_CATEGORY ? p->part : NO_STR });
        }
    }
    struct tree_ask some = ask_by(c, TREE_BY_NOTHING);
    struct gmv_tree t;
    some.segment = str_of(segments[0]);
    CHECK_OK(c, gmv_tree_make(c, &some, &t));
    check_factors(c, &t.factors, &t, (struct metric_ask){ .segment = some.segment });
    close_shop(c, a);
}

/* Cut and step by step a metric tells what the tree of that part and of that day tells. */
TEST(cuts_and_days_of_a_factor_are_trees_too)
{
    struct ctx *c = test_reader();
    struct audience *a = open_shop(c);
    static const char *const cuts[] = { "", "touchpoint", "category" };
    for (int k = 0; k < COUNT(cuts); k++) {
        struct metric_answer m;
        struct metric_ask ask = { .name = k == 1 ? S("reached") : S("order_conversion"),
                                  .from = S("2024-03-05"),
                                  .to = S("2024-03-20"),
                                  .by = str_of(cuts[k]) };
        CHECK_OK(c, metric_make(c, &ask, &m));
        for (i64 d = 0; d < m.series.n; d++) {
            str on_day = day_text(c->arena, m.series.at[d].from);
            static const enum tree_by ways[] = { TREE_BY_NOTHING, TREE_BY_TOUCHPOINT,
                                                 TREE_BY_CATEGORY };
            struct tree_ask one = { .from = on_day, .to = on_day, .by = ways[k] };
            struct gmv_tree t;
            CHECK_OK(c, gmv_tree_make(c, &one, &t));
            const struct tree_factor *of = &t.factors.at[k == 1 ? TREE_USERS : TREE_CONVERSION];
            check_value(of, of->b, m.series.at[d].value);
            for (i64 i = 0; i < t.parts.n; i++) {
                of = &t.parts.at[i].factors.at[k == 1 ? TREE_USERS : TREE_CONVERSION];
                for (i64 g = 0; g < m.groups.n; g++)
                    if (str_eq(m.groups.at[g].group, t.parts.at[i].part))
                        check_value(of, of->b, m.groups.at[g].series.at[d].value);
            }
        }
        CHECK(k == 0 || m.groups.n >= 4);
    }
    close_shop(c, a);
}

TEST(a_segment_has_its_own_tree)
{
    struct ctx *c = test_reader();
    struct audience *a = open_shop(c);
    struct tree_ask whole = ask_by(c, TREE_BY_SEGMENT), one = ask_by(c, TREE_BY_SHOP);
    struct gmv_tree parted, alone;
    one.segment = str_of(segments[0]);
    CHECK_OK(c, gmv_tree_make(c, &whole, &parted));
    CHECK_OK(c, gmv_tree_make(c, &one, &alone));
    CHECK_I64(alone.factors.n, TREE_FACTORS);
    i64 found = 0;
    for (i64 i = 0; i < parted.parts.n; i++) {
        if (!str_eq(parted.parts.at[i].part, one.segment)) continue;
        found++;
        check_counts(parted.parts.at[i].now, *alone.now);
        check_counts(parted.parts.at[i].before, *alone.before);
    }
    CHECK_I64(found, 1);
    close_shop(c, a);
}

TEST(beyond_those_shown_parts_are_one)
{
    struct ctx *c = test_reader();
    i64 *ids = shop_members(c, 3, on("2024-01-01", 0), S("m"));
    struct sale sales[60];
    for (i64 i = 0; i < 60; i++)
        sales[i] = (struct sale){ ids[i % 3], on("2024-05-10", i * HOUR_MS / 2), (100 + i) * YUAN,
                                  .shop = str_fmt(c->arena, "店%02lld", (long long)i) };
    shop_sales(c, sales, 60);
    struct audience *a = open_index(c);
    struct gmv_tree t;
    struct tree_ask ask = { .from = S("2024-05-01"), .to = S("2024-05-31"), .by = TREE_BY_SHOP };
    CHECK_OK(c, gmv_tree_make(c, &ask, &t));
    CHECK_I64(t.parts.n, TREE_SHOWN + 1);
    const struct tree_part *rest = &t.parts.at[TREE_SHOWN];
    CHECK(rest->kind == TREE_PART_OTHER);
    CHECK_I64(rest->now->orders, 10);
    CHECK_I64(rest->now->buyers, 3); /* each once, however many of these shops he bought in */
    CHECK_I64(rest->gmv, (100 * 10 + 45) * YUAN);
    CHECK_STR(t.parts.at[0].part, "店59");
    close_shop(c, a);
}

/* -- words ------------------------------------------------------------------------------------- */

static struct gmv_tree two_months(struct ctx *c, const struct tree_base *a,
                                  const struct tree_base *b)
{
    struct gmv_tree t = { .from = 100, .to = 109, .before_from = 90, .before_to = 99 };
    struct tree_split s;
    tree_split(a, b, &s);
    t.gmv_before = a->gmv;
    t.gmv = b->gmv;
    t.change = b->gmv - a->gmv;
    if (a->gmv) t.rate = (opt_f64){ true, (f64)t.change / (f64)a->gmv };
    t.now = NEW(c->arena, struct tree_counts);
    t.before = NEW(c->arena, struct tree_counts);
    *t.now = (struct tree_counts){ b->users, b->buyers, b->orders, 0, b->gmv };
    *t.before = (struct tree_counts){ a->users, a->buyers, a->orders, 0, a->gmv };
    t.factors.at = NEWS(c->arena, struct tree_factor, TREE_FACTORS);
    for (; t.factors.n < TREE_FACTORS; t.factors.n++)
        t.factors.at[t.factors.n] =
            (struct tree_factor){ .factor = (enum tree_factor_kind)t.factors.n,
                                  .contribution = s.of[t.factors.n] };
    return t;
}

static void check_sentence(struct ctx *c, struct tree_base a, struct tree_base b, const char *zh,
                           const char *en)
{
    struct gmv_tree t = two_months(c, &a, &b);
    c->locale = ZH;
    CHECK_STR(tree_sentence(c, &t, NO_STR), zh);
    c->locale = EN;
    CHECK_STR(tree_sentence(c, &t, NO_STR), en);
}

TEST(one_sentence_says_what_changed_and_why)
{
    struct ctx *c = test_ctx();
    const struct tree_base a = { 1000, 100, 150, 12000 * YUAN },
                           b = { 1200, 96, 144, 12960 * YUAN };
    check_sentence(
        c, a, b,
        "GMV ¥12,960.00，比上期多 ¥960.00（+8.0%）：主要因为活跃用户增加（+¥2,274.25），其次"
        "下单笔单价上升（+¥1,469.21）；下单转化率下降抵消 ¥2,783.46。",
        "GMV ¥12,960.00, up ¥960.00 (+8.0%) on the period before: mainly because"
        " active users rose (+¥2,274.25), then because value per order placed rose"
        " (+¥1,469.21); conversion to order fell and took away ¥2,783.46.");
    check_sentence(
        c, b, a,
        "GMV ¥12,000.00，比上期少 ¥960.00（−7.4%）：主要因为活跃用户减少（−¥2,274.25），其次"
        "下单笔单价下降（−¥1,469.21）；下单转化率上升补回 ¥2,783.46。",
        "GMV ¥12,000.00, down ¥960.00 (−7.4%) on the period before: mainly because"
        " active users fell (−¥2,274.25), then because value per order placed fell"
        " (−¥1,469.21); conversion to order rose and gave back ¥2,783.46.");
    check_sentence(c, a, a, "GMV ¥12,000.00，与上期持平。",
                   "GMV ¥12,000.00, as in the period before.");
}

TEST(a_sentence_for_what_is_not_defined)
{
    struct ctx *c = test_ctx();
    const struct tree_base nobody = { 0 }, idle = { 10 }, a = { 1000, 100, 150, 12000 * YUAN };
    check_sentence(
        c, idle, a,
        "GMV ¥12,000.00，比上期多 ¥12,000.00（上期为 0）：主要因为下单转化率上升（+¥12,000.00）。"
        "上期没有买家，下单频次、下单笔单价无定义。",
        "GMV ¥12,000.00, up ¥12,000.00 from 0 in the period before: mainly because"
        " conversion to order rose (+¥12,000.00). In the period before"
        " there were no buyers: frequency and value per order are not defined.");
    check_sentence(
        c, nobody, nobody,
        "本期与上期的 GMV 都是 0。两期都没有活跃用户，下单转化率、下单频次、下单笔单价无定义。",
        "GMV was 0 in this period and in the period before. In both periods there were"
        " no active users: conversion, frequency and value per order are not defined.");
}

/* -- what is refused --------------------------------------------------------------------------- */

TEST(what_cannot_be_asked_says_why)
{
    struct ctx *c = test_reader();
    struct gmv_tree t;
    struct tree_ask half = { .before_from = S("2024-03-01") };
    CHECK_ERR(c, gmv_tree_make(c, &half, &t), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/before_to");
    struct tree_ask turned = { .before_from = S("2024-03-02"), .before_to = S("2024-03-01") };
    CHECK_ERR(c, gmv_tree_make(c, &turned, &t), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/before_from");
    struct tree_ask no_date = { .before_from = S("2024-03-02"), .before_to = S("soon") };
    CHECK_ERR(c, gmv_tree_make(c, &no_date, &t), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/before_to");
    struct tree_ask no_parts = { .by = TREE_BY_SEGMENT };
    CHECK_ERR(c, gmv_tree_make(c, &no_parts, &t), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/parts");
    str one = S("city is known");
    struct tree_ask too_many = { .by = TREE_BY_SHOP, .parts = { &one, 1 } };
    CHECK_ERR(c, gmv_tree_make(c, &too_many, &t), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/parts");
}
