/* index_rebuild_test.c -- the index built from SQL while others write, and saved when the disk says
 * no.
 */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audience/index.h"
#include "audience/index/file.h"
#include "audience/index/follow.h"
#include "audience/index/gather.h"
#include "member/member.h"
#include "timeline/timeline.h"
#include "trade/order.h"

/* Pairs of members, chunks apart. Each write lets both of a pair buy, so in one state of the store
 * both have bought as often. */
enum { PAIRS = 30, REBUILDS = 12 };

static struct {
    i64 left[PAIRS], right[PAIRS], orders;
    struct dice d;
    _Atomic bool stop;
} shop;

static enum err come(struct tx *t, const char *name, i64 i, i64 *member)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), str_fmt(t->c->arena, "%s%lld", name, (long long)i) };
    struct member_sighting in = {
        .identities = &id, .n = 1, .source = S("api"), .at = t->c->now - DAY_MS
    };
    return member_resolve(t, &in, member, &created);
}

static enum err all_come(struct tx *t, void *arg)
{
    i64 first;
    (void)arg;
    for (i64 i = 0; i < PAIRS; i++) {
        TRY(come(t, "left", i, &shop.left[i]));
        if (i == PAIRS / 2) TRY(tx_take(t, S("member"), CHUNK, &first)); /* ids nobody has */
    }
    TRY(tx_take(t, S("member"), 2 * CHUNK, &first));
    for (i64 i = 0; i < PAIRS; i++) TRY(come(t, "right", i, &shop.right[i]));
    return OK;
}

static enum err buy(struct tx *t, i64 member)
{
    struct order_result out;
    i64 living;
    TRY(member_living(t->c, member, &living));
    struct order_line_fact l = { .line_id = S("1"),
                                 .product_id = S("P"),
                                 .product = S("P"),
                                 .quantity = 1,
                                 .price = 7 * MONEY_UNIT };
    struct order_fact f = { .shop = S("shop"),
                            .number = str_fmt(t->c->arena, "n%lld", (long long)shop.orders++),
                            .member = living,
                            .state = ORDER_PAID,
                            .created_at = SOME(t->c->now - shop.orders * MINUTE_MS),
                            .lines = { &l, 1 } };
    return order_write_all(t, &f, 1, &out);
}

static enum err pair_buys(struct tx *t, void *arg)
{
    i64 i = dice_below(&shop.d, PAIRS), merge, a, b;
    (void)arg;
    TRY(buy(t, shop.left[i]));
    TRY(buy(t, shop.right[i]));
    if (i % 5 || dice_below(&shop.d, 4)) return OK;
    TRY(member_living(t->c, shop.left[i], &a));
    TRY(member_living(t->c, shop.right[i], &b));
    if (a == b) return OK;
    return member_merge(t, i % 2 ? a : b, i % 2 ? b : a, S("test"), &merge);
}

static void *live(void *arg)
{
    struct ctx *c = test_ctx_new();
    (void)arg;
    while (!atomic_load(&shop.stop)) CHECK_OK(c, store_write(test_store(), c, pair_buys, NULL));
    test_ctx_free(c);
    return NULL;
}

static bool lives(const struct view *v, i64 member)
{
    i64 chunk = member / CHUNK;
    return chunk < view_chunks(v) &&
           view_living(v, chunk)[member % CHUNK / 64] >> (member % 64) & 1;
}

static i64 rows_named(const struct view *v, i64 member, i64 source, str name)
{
    struct run r;
    i64 n = 0;
    if (!view_rows_of(v, member, source, &r)) return 0;
    for (u32 i = r.offset[0]; i < r.offset[1]; i++)
        n += str_eq(words_text(view_event_names(v, source), narrow_get(r.event, i)), name);
    return n;
}

/* His orders by the column; by purchases and by lines they must be as many. */
static i64 bought(const struct view *v, i64 member)
{
    i64 orders = 0;
    if (member / CHUNK < view_chunks(v))
        part_value(view_part(v, member / CHUNK, view_column(v, S("orders"))), member % CHUNK,
                   &orders);
    CHECK_I64(rows_named(v, member, SOURCE_PURCHASES, S("purchase")), orders);
    CHECK_I64(rows_named(v, member, SOURCE_TIMELINE, S("order.paid")), orders);
    return orders;
}

QUERY(test_lines_to, one_i64,
      "SELECT COUNT(*) AS value FROM timeline WHERE member > 0 AND seq <= $1");

static void one_state(struct ctx *c, const struct view *v)
{
    struct one_i64 lines;
    CHECK_OK(c, db_get(c, &test_lines_to, &lines, ARGS(view_seq(v))));
    CHECK_I64(view_rows_n(v, SOURCE_TIMELINE), lines.value);
    for (i64 i = 0; i < PAIRS; i++) {
        bool left = lives(v, shop.left[i]), right = lives(v, shop.right[i]);
        i64 a = bought(v, shop.left[i]), b = bought(v, shop.right[i]);
        if (left && right) CHECK_I64(a, b);
        if (!left) CHECK(a == 0 && b % 2 == 0);
        if (!right) CHECK(b == 0 && a % 2 == 0);
    }
}

TEST(one_state_is_read)
{
    struct ctx *c = test_reader();
    pthread_t writer;
    i64 last = -1, moved = 0, merged = 0;
    memset(&shop, 0, sizeof shop);
    shop.d.state = 3;
    CHECK_OK(c, store_write(test_store(), c, all_come, NULL));
    CHECK(shop.right[0] / CHUNK > shop.left[PAIRS - 1] / CHUNK);
    CHECK(pthread_create(&writer, NULL, live, NULL) == 0);
    for (int i = 0; i <= REBUILDS; i++) {
        struct ctx *mine = test_ctx_new();
        struct gatherer *g;
        if (i == REBUILDS) { /* and when nobody writes any more */
            atomic_store(&shop.stop, true);
            pthread_join(writer, NULL);
        }
        CHECK_OK(mine, store_reader(test_store(), mine));
        CHECK_OK(mine, gatherer_new(mine, &g));
        struct index *x = index_new(gatherer_schema(g));
        CHECK_OK(mine, gather_all(g, mine, x));
        const struct view *v = view_take(x);
        one_state(c, v);
        moved += view_seq(v) > last;
        last = view_seq(v);
        merged = 2 * PAIRS - view_members(v);
        view_release(v);
        index_free(x);
        gatherer_free(g);
        test_ctx_free(mine);
    }
    CHECK(moved > REBUILDS / 2 && merged > 0);
}

/* -- a_failed_save_costs_nothing_but_time ------------------------------------------------------ */

static enum err one_buys(struct tx *t, void *arg) { return buy(t, *(i64 *)arg); }

/* Writes, until as many saves as that have gone well or failed; answers go on meanwhile. */
static struct audience_stats until(struct audience *a, struct ctx *c, i64 saves, i64 failed)
{
    i64 begun_us = clock_mono_us(), seq;
    for (;;) {
        struct audience_stats s = audience_stats(a);
        if (s.saves >= saves && s.saves_failed >= failed) return s;
        CHECK(clock_mono_us() - begun_us < 60000000);
        CHECK_OK(c, store_write(test_store(), c, one_buys, &shop.left[0]));
        CHECK_OK(c, timeline_last(c, &seq));
        CHECK_OK(c, audience_wait(a, c, seq, 30000));
        const struct view *v = audience_take(a);
        CHECK_I64(bought(v, shop.left[0]), shop.orders);
        view_release(v);
        usleep(5000);
    }
}

TEST(a_failed_save_costs_nothing_but_time)
{
    struct ctx *c = test_reader();
    struct audience *a;
    struct index_file_head kept, now;
    struct audience_options o = { .folder = str_of(test_folder()),
                                  .saves = true,
                                  .thread = true,
                                  .interval_ms = 5,
                                  .save_ms = 1 };
    memset(&shop, 0, sizeof shop);
    char *file = str_z(c->arena, str_fmt(c->arena, "%s/" AUDIENCE_FILE, test_folder()));
    char *fresh = str_z(c->arena, str_fmt(c->arena, "%s.new", file));
    CHECK_OK(c, store_write(test_store(), c, all_come, NULL));
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    until(a, c, 1, 0);
    audience_close(a);
    CHECK(index_file_head(file, &kept));
    /* a disk that is full, each time anew: the failed file is removed */
    CHECK(symlink("/dev/full", fresh) == 0);
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    CHECK_I64(until(a, c, 0, 1).failures, 0);
    until(a, c, 1, 1); /* there is room again */
    audience_close(a);
    CHECK(index_file_head(file, &now));
    CHECK(now.seq > kept.seq);
    /* full at the end: the former generation stays, and a start goes on from it */
    i64 before = now.seq;
    CHECK_OK(c, store_write(test_store(), c, one_buys, &shop.left[0]));
    o.thread = false;
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    CHECK(symlink("/dev/full", fresh) == 0);
    audience_close(a);
    struct stat st;
    CHECK(lstat(fresh, &st) != 0);
    CHECK(index_file_head(file, &now));
    CHECK_I64(now.seq, before);
    CHECK_OK(c, audience_open(c, test_store(), o, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    CHECK(audience_stats(a).mapped > 0);
    const struct view *v = audience_take(a);
    CHECK_I64(bought(v, shop.left[0]), shop.orders);
    view_release(v);
    audience_close(a);
}
