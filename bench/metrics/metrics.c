/* metrics.c -- how long metrics take over two years of orders, five a member: build/bench/metrics
 * [--members N] [--rounds N] [--whole] [--csv FOLDER] [--ask] WHERE
 *
 * WHERE is a folder for SQLite or postgresql://…; orders are made when the store is empty. --whole:
 * with what was bought (300 products of 12 categories) and what members did (views, carts,
 * payments), as a shop that is served has them. --csv leaves the orders for other engines. --ask
 * answers lines of standard input (a question's name, or evict) by the answer and its microseconds,
 * for who asks several engines in turn.
 */
#include "bench/bench.h"

#include <string.h>

#include "app/rooms.h"
#include "base/num.h"
#include "insight/metric.h"
#include "timeline/timeline.h"

#define DAYS 731 /* 2022-06-01 to 2024-05-31 */

CHANGE(bench_shop, "INSERT INTO shop (id, name, created_at) VALUES ($1, CAST($1 AS text), 0)");
CHANGE(bench_member, "INSERT INTO member (member, created_at, identified, own_first_seen, "
                     "first_seen) VALUES ($1, $2, TRUE, $2, $2)");
CHANGE(bench_order,
       "INSERT INTO purchase_order (member, id, shop, number, state, stated_state, at, paid_at,"
       " total, paid, refund, net, quantity, is_paid, bought_at, over_refunded, updated_at,"
       " touchpoint) VALUES ($1, $2, $3, CAST($2 AS text), 'completed', 'completed', $4, $4, $5,"
       " $5, $6, $5 - $6, 1, TRUE, $4, FALSE, $4, $7)");
CHANGE(bench_refund, "INSERT INTO order_refund (member, order_id, number, refund_key, line, amount,"
                     " after_order, at) VALUES ($1, $2, 1, 'r', 0, $3, $3, $4)");

CHANGE(bench_product, "INSERT INTO product (id, shop, code, name, category, created_at)"
                      " VALUES ($1, 1, CAST($1 AS text), CAST($1 AS text), $2, 0)");
CHANGE(bench_line, "INSERT INTO order_line (member, order_id, line, product, quantity, price,"
                   " amount) VALUES ($1, $2, $3, $4, 1, $5, $5)");

QUERY(bench_members, one_i64, "SELECT count(*) AS value FROM member");

static const char *const touchpoints[] = { "抖音", "天猫", "小程序", "京东", "门店", "视频号" };

static u64 mixed(u64 x)
{
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}

/* 1, and with each further one less likely: five on average. */
static i64 orders_of(i64 member)
{
    static const u8 counts[] = { 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 11, 15, 25 };
    return counts[mixed((u64)member) % COUNT(counts)];
}

struct order {
    i64 member, id, shop, touchpoint, day, refund_day; /* days from the first; -1: no refund */
    money paid, refund;
};

static struct order order_of(i64 member, i64 i, i64 id)
{
    u64 dice = mixed((u64)(member * 100 + i));
    struct order o = { member,
                       id,
                       (i64)(dice % 4) + 1,
                       (i64)(dice / 4 % COUNT(touchpoints)),
                       (i64)(dice / 64 % DAYS),
                       -1,
                       0,
                       0 };
    dice = mixed(dice);
    o.paid = ((money)(dice % 30000) + 100) * (MONEY_UNIT / 100);
    if (dice / 30000 % 25 == 0 && o.day + 3 < DAYS) {
        o.refund_day = o.day + 3;
        o.refund = o.paid / 2 / 100 * 100;
    }
    return o;
}

/* -- what was bought, and what was done ---------------------------------------------------------
 */

#define PRODUCTS 300
static const char *const categories[] = { "面膜", "口红", "香水", "面霜",   "精华", "防晒",
                                          "眼影", "粉底", "洁面", "护手霜", "发膜", "身体乳" };

static enum err fill_products(struct tx *t)
{
    for (i64 p = 1; p <= PRODUCTS; p++)
        TRY(tx_change(t, &bench_product, ARGS(p, str_of(categories[p % COUNT(categories)]))));
    return OK;
}

/* One product, or two; of three orders one was looked for first, of nine one lay in the cart. */
static enum err fill_whole(struct tx *t, const struct order *o, instant at)
{
    struct timeline_line lines[3];
    i64 n = 0;
    u64 dice = mixed(mixed((u64)o->id));
    money first = dice % 3 ? o->paid : o->paid / 2;
    str touchpoint = str_of(touchpoints[o->touchpoint]);
    TRY(tx_change(t, &bench_line,
                  ARGS(o->member, o->id, 1, (i64)(dice / 8 % PRODUCTS + 1), first)));
    if (first != o->paid)
        TRY(tx_change(
            t, &bench_line,
            ARGS(o->member, o->id, 2, (i64)(dice / 4096 % PRODUCTS + 1), o->paid - first)));
    if (dice / 64 % 3 == 0)
        lines[n++] = (struct timeline_line){ .at = at - HOUR_MS, .kind = S("Product Viewed") };
    if (dice / 64 % 9 == 0)
        lines[n++] = (struct timeline_line){ .at = at - HOUR_MS / 2, .kind = S("Product Added") };
    lines[n++] =
        (struct timeline_line){ .at = at,
                                .kind = S("order.paid"),
                                .subject = str_fmt(t->c->arena, "order:%lld", (long long)o->id),
                                .value = SOME(o->paid) };
    for (i64 i = 0; i < n; i++) lines[i].member = o->member, lines[i].touchpoint = touchpoint;
    return timeline_append_all(t, lines, n);
}

/* -- the shop ---------------------------------------------------------------------------------- */

struct filling {
    i64 first, last, order;
    instant begin;
    bool whole;
};

static instant noon(const struct filling *f, i64 d) { return f->begin + d * DAY_MS + DAY_MS / 2; }

static enum err fill(struct tx *t, void *arg)
{
    const struct filling *f = arg; /* may run twice: nothing in it changes */
    i64 id = f->order;
    for (i64 shop = 1; f->first == 1 && shop <= 4; shop++)
        TRY(tx_change(t, &bench_shop, ARGS(shop)));
    if (f->whole && f->first == 1) TRY(fill_products(t));
    for (i64 m = f->first; m <= f->last; m++) {
        TRY(tx_change(t, &bench_member, ARGS(m, f->begin)));
        for (i64 i = 0; i < orders_of(m); i++, id++) {
            struct order o = order_of(m, i, id);
            TRY(tx_change(t, &bench_order,
                          ARGS(m, id, o.shop, noon(f, o.day), o.paid, o.refund,
                               str_of(touchpoints[o.touchpoint]))));
            if (f->whole) TRY(fill_whole(t, &o, noon(f, o.day)));
            if (o.refund_day >= 0)
                TRY(tx_change(t, &bench_refund, ARGS(m, id, o.refund, noon(f, o.refund_day))));
        }
    }
    return OK;
}

static void fill_all(struct ctx *c, i64 members, instant begin, bool whole)
{
    for (i64 first = 1, order = 1; first <= members; first += 20000) {
        i64 last = first + 19999 < members ? first + 19999 : members;
        struct filling f = { first, last, order, begin, whole };
        struct arena_mark mark = arena_mark(c->arena);
        must(c, store_write(c->store, c, fill, &f));
        arena_rewind(c->arena, mark);
        for (i64 m = first; m <= last; m++) order += orders_of(m);
    }
}

static FILE *csv_open(struct ctx *c, const char *folder, const char *name)
{
    FILE *f = fopen(str_z(c->arena, str_fmt(c->arena, "%s/%s", folder, name)), "w");
    if (f) return f;
    perror(folder);
    exit(1);
}

static void leave_csv(struct ctx *c, i64 members, instant begin, const char *folder)
{
    FILE *orders = csv_open(c, folder, "orders.csv"), *refunds = csv_open(c, folder, "refunds.csv");
    char days[DAYS][16];
    for (i64 d = 0; d < DAYS; d++) {
        str text = day_text(c->arena, zone_day(c->zone, begin) + d);
        snprintf(days[d], sizeof days[d], STR_FMT, STR_ARG(text));
    }
    for (i64 m = 1, id = 1; m <= members; m++)
        for (i64 i = 0; i < orders_of(m); i++, id++) {
            struct order o = order_of(m, i, id);
            fprintf(orders, "%lld,%lld,%s,%s,%lld,%lld\n", (long long)m, (long long)o.shop,
                    touchpoints[o.touchpoint], days[o.day], (long long)o.paid, (long long)o.paid);
            if (o.refund_day >= 0)
                fprintf(refunds, "%lld,%s,%lld\n", (long long)m, days[o.refund_day],
                        (long long)o.refund);
        }
    if (fclose(orders) || fclose(refunds)) exit(1);
}

/* -- questions --------------------------------------------------------------------------------- */

static const struct question {
    const char *name, *metric, *from, *by;
    enum metric_step step;
} questions[] = {
    { "net", "net_sales", "2022-06-01", NULL, STEP_DAY },
    { "orders", "orders", "2022-06-01", NULL, STEP_DAY },
    { "buyers", "buyers", "2022-06-01", NULL, STEP_DAY },
    { "new_buyers", "new_buyers", "2022-06-01", NULL, STEP_DAY },
    { "aov", "aov", "2022-06-01", NULL, STEP_WEEK },
    { "monthly", "buyers", "2022-06-01", NULL, STEP_MONTH },
    { "touchpoints", "sales", "2022-06-01", "touchpoint", STEP_DAY },
    { "quarter", "net_sales", "2024-03-03", NULL, STEP_DAY },
};

/* Values of the series in their order, those of a dimension group by group. */
static str ask(struct ctx *c, const struct question *q, i64 *us)
{
    struct metric_ask in = { .name = str_of(q->metric),
                             .from = str_of(q->from),
                             .to = S("2024-05-31"),
                             .step = q->step,
                             .by = q->by ? str_of(q->by) : NO_STR,
                             .compare = { true, false } };
    struct metric_answer out;
    struct buf text = { .arena = c->arena };
    i64 begun = clock_mono_us();
    must(c, metric_make(c, &in, &out));
    *us = clock_mono_us() - begun;
    for (i64 g = q->by ? 0 : -1; g < (q->by ? out.groups.n : 0); g++) {
        const struct metric_point_list *series = g < 0 ? &out.series : &out.groups.at[g].series;
        for (i64 i = 0; i < series->n; i++)
            buf_fmt(&text, "%s" STR_FMT, text.n ? "," : "", STR_ARG(series->at[i].value));
    }
    return buf_str(&text);
}

static void evict(void)
{
    static char *cold;
    i64 n = (i64)512 << 20;
    if (!cold) cold = malloc((size_t)n);
    for (i64 i = 0; cold && i < n; i += 64) cold[i]++;
}

static void ask_by_line(struct ctx *c)
{
    char line[64];
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        struct arena_mark mark = arena_mark(c->arena);
        line[strcspn(line, "\n")] = 0;
        if (strcmp(line, "evict") == 0) {
            evict();
            puts("evicted");
        }
        for (i64 i = 0; i < COUNT(questions); i++) {
            if (strcmp(line, questions[i].name)) continue;
            i64 us;
            str answer = ask(c, &questions[i], &us);
            printf(STR_FMT " %lld\n", STR_ARG(answer), (long long)us);
        }
        fflush(stdout);
        arena_rewind(c->arena, mark);
    }
}

static int by_time(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static void ask_all(struct ctx *c, i64 rounds)
{
    i64 us[64];
    for (i64 i = 0; i < COUNT(questions); i++) {
        for (i64 r = 0; r < rounds; r++) {
            struct arena_mark mark = arena_mark(c->arena);
            ask(c, &questions[i], &us[r]);
            arena_rewind(c->arena, mark);
        }
        qsort(us, (size_t)rounds, sizeof *us, by_time);
        printf("%-12s %8.2f ms (least %.2f)\n", questions[i].name, (f64)us[rounds / 2] / 1000,
               (f64)us[0] / 1000);
    }
}

int main(int argc, char **argv)
{
    i64 members = 1000000, rounds = 9;
    const char *csv = NULL;
    str where = NO_STR;
    bool by_line = false, whole = false;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (more && strcmp(argv[i], "--members") == 0) i64_parse(str_of(argv[++i]), &members);
        else if (more && strcmp(argv[i], "--rounds") == 0) i64_parse(str_of(argv[++i]), &rounds);
        else if (more && strcmp(argv[i], "--csv") == 0) csv = argv[++i];
        else if (strcmp(argv[i], "--ask") == 0) by_line = true;
        else if (strcmp(argv[i], "--whole") == 0) whole = true;
        else where = str_of(argv[i]);
    }
    if (!where.n || members < 1 || rounds < 1 || rounds > 64) return 2;
    struct ctx c = bench_ctx();
    app_wire();
    must(&c, store_open(&c, (struct store_options){ .where = where }, rooms, &c.store));
    instant begin = zone_instant(c.zone, (struct civil){ .year = 2022, .month = 6, .day = 1 });
    c.now = begin + DAYS * DAY_MS - 1;
    must(&c, store_reader(c.store, &c));
    struct one_i64 had;
    must(&c, db_get(&c, &bench_members, &had, NO_ARGS));
    if (had.value == 0) fill_all(&c, members, begin, whole);
    if (csv) leave_csv(&c, members, begin, csv);
    struct metric_book *book = metric_book_new();
    metric_serve(book);
    i64 us;
    ask(&c, &questions[1], &us);
    fprintf(stderr, "first answer after %.1f s\n", (f64)us / 1e6);
    if (by_line) ask_by_line(&c);
    else ask_all(&c, rounds);
    metric_serve(NULL);
    store_release(&c);
    store_close(c.store);
    metric_book_free(book);
    arena_free(c.arena);
    return 0;
}
