/* koc_race_test.c -- callers side by side tell the same orders, give refunds and settle the same
 * month. On PostgreSQL they are of two servers on one database. */
#include <pthread.h>
#include <stdio.h>

#include "app/rooms.h"
#include "koc_shop.h"

enum { CALLERS = 4, ORDERS = 12, ROUNDS = 30 };

struct caller {
    struct store *store;
    i64 number, buyer, failed;
    char why[512];
};

static void note(struct caller *w, struct ctx *c, enum err e)
{
    if (e == OK || e == E_BUSY) return;
    if (!w->failed++) snprintf(w->why, sizeof w->why, STR_FMT, STR_ARG(fail_text(c)));
}

static void *calls(void *arg)
{
    struct caller *w = arg;
    struct dice d = { (u64)w->number + 7 };
    for (i64 i = 0; i < ROUNDS; i++) {
        struct ctx *c = test_ctx_new();
        c->store = w->store;
        c->now = on(2024, 7, 5) + i * MINUTE_MS;
        if (i % 10 == 9) {
            note(w, c, store_reader(w->store, c));
            note(w, c, koc_settle(w->store, c, S("2024-06")));
            store_release(c);
            test_ctx_free(c);
            continue;
        }
        i64 number = dice_below(&d, ORDERS);
        struct order_line_fact line = { .line_id = S("1"),
                                        .product_id = S("1"),
                                        .quantity = 1,
                                        .price = YUAN(100),
                                        .refund = SOME(YUAN(dice_below(&d, 101))) };
        struct koc_call k = { do_order,
                              .order = { .shop = S("旗舰店"),
                                         .number = str_fmt(c->arena, "T%lld", (long long)number),
                                         .member = w->buyer,
                                         .code = S("LILY"),
                                         .state = ORDER_PAID,
                                         .created_at = SOME(on(2024, 6, 2)),
                                         .paid_at = SOME(on(2024, 6, 2)),
                                         .total = SOME(YUAN(100)),
                                         .paid = SOME(YUAN(100)),
                                         .lines = { &line, 1 } } };
        note(w, c, store_write(w->store, c, koc_run_call, &k));
        test_ctx_free(c);
    }
    return NULL;
}

TEST(told_and_settled_side_by_side)
{
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    struct store *second = NULL;
    test_ctx()->now = on(2024, 6, 1);
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    for (i64 i = 0; i < 4; i++) {
        char number[8];
        snprintf(number, sizeof number, "T%d", (int)i);
        struct sold s = { number, "LILY", buyer, { YUAN(100) }, .at = SOME(on(2024, 6, 2)) };
        sells(&s);
    }
    if (test_store_is_pg())
        CHECK_OK(test_ctx(), store_open(test_ctx(), test_store_options(), rooms, &second));
    test_ctx()->now = on(2024, 7, 5) + ROUNDS * MINUTE_MS;
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ .store = second && i % 2 ? second : test_store(),
                                      .number = i,
                                      .buyer = buyer };
        CHECK(pthread_create(&threads[i], NULL, calls, &callers[i]) == 0);
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    for (i64 i = 0; i < CALLERS; i++) CHECK_STR(str_of(callers[i].why), "");
    if (second) store_close(second);
    books_are_right(); /* whatever the order: what stands is what lines say, and each entry once */
    struct koc_month month;
    struct koc_statement_list papers;
    CHECK_OK(test_ctx(), koc_month_get(test_reader(), S("2024-06"), &month));
    CHECK(month.state == MONTH_FINAL);
    CHECK_OK(test_ctx(), koc_statements(test_reader(), S("2024-06"), 0, 10, true, &papers));
    CHECK_I64(papers.n, 1); /* settled by twelve, once */
    CHECK_I64(papers.at[0].earned, YUAN(20));
    CHECK_I64(papers.at[0].member, a);
}
