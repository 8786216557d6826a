/* order_race_test.c -- writers side by side: the same orders, products and members at once; nothing
 * doubled, nothing lost. */
#include <pthread.h>
#include <stdio.h>

#include "trade/order.h"

#include "test.h"

enum { WRITERS = 4, ROUNDS = 25, FACTS = 6, NUMBERS = 15, MEMBERS = 4 };

struct writer {
    struct store *store;
    u64 seed;
    i64 failed;
    money refunded;
    char why[512];
};

static enum err write_facts(struct tx *t, void *arg)
{
    struct order_result out[FACTS];
    return order_write_all(t, arg, FACTS, out);
}

struct refunding {
    str number;
    struct refund_ask ask;
};

static enum err refund(struct tx *t, void *arg)
{
    struct refunding *r = arg;
    struct order_place place;
    struct refund_view out;
    bool found;
    TRY(order_find(t->c, S("天猫"), r->number, &found, &place));
    if (!found) return fail(t->c, E_UNPROCESSABLE, "还没有", "not there yet");
    r->ask.id = place.order;
    return order_refund(t, &r->ask, &out);
}

static void roll(struct dice *d, struct order_fact *f, struct order_line_fact *l, char *number,
                 char *code)
{
    snprintf(number, 16, "%lld", (long long)dice_below(d, NUMBERS));
    snprintf(code, 16, "P%lld", (long long)dice_below(d, 9));
    *l = (struct order_line_fact){ .line_id = str_of(code),
                                   .product_id = str_of(code),
                                   .product = str_of(code),
                                   .quantity = 1,
                                   .price = 10 * MONEY_UNIT };
    *f = (struct order_fact){ .shop = S("天猫"),
                              .number = str_of(number),
                              .member = 1 + dice_below(d, MEMBERS),
                              .state = ORDER_PAID,
                              .created_at = SOME(1704067200000),
                              .lines = { l, 1 } };
}

static void *work(void *arg)
{
    struct writer *w = arg;
    struct dice d = { w->seed };
    for (i64 i = 0; i < ROUNDS; i++) {
        struct ctx *c = test_ctx_new();
        struct order_fact facts[FACTS];
        struct order_line_fact lines[FACTS];
        char numbers[FACTS][16], codes[FACTS][16], key[40];
        c->store = w->store;
        for (i64 k = 0; k < FACTS; k++) roll(&d, &facts[k], &lines[k], numbers[k], codes[k]);
        enum err e = store_write(w->store, c, write_facts, facts);
        if (e != OK && w->failed++ == 0) snprintf(w->why, sizeof w->why, "%s", c->why.detail);
        snprintf(key, sizeof key, "%llu/%lld", (unsigned long long)w->seed, (long long)i);
        struct refunding r = { .number = str_of(numbers[0]),
                               .ask = { .key = str_of(key), .amount = 3 * MONEY_UNIT } };
        e = store_write(w->store, c, refund, &r);
        if (e == OK) w->refunded += r.ask.amount;
        else if (e != E_UNPROCESSABLE && w->failed++ == 0)
            snprintf(w->why, sizeof w->why, "%s", c->why.detail);
        test_ctx_free(c);
    }
    return NULL;
}

TEST(writers_side_by_side_lose_nothing)
{
    struct writer writers[WRITERS] = { 0 };
    pthread_t threads[WRITERS];
    struct ctx *c = test_reader();
    money refunded = 0;
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){ .store = test_store(), .seed = (u64)i + 1 };
        pthread_create(&threads[i], NULL, work, &writers[i]);
    }
    for (int i = 0; i < WRITERS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < WRITERS; i++) {
        if (writers[i].failed) print_message("%s\n", writers[i].why);
        CHECK_I64(writers[i].failed, 0);
        refunded += writers[i].refunded;
    }
    struct sales s;
    struct product_view_list products = { 0 };
    i64 wrong;
    CHECK_OK(c, sales_between(c, day_of(2024, 1, 1), day_of(2024, 1, 1), NO_STR, &s));
    CHECK_I64(s.orders, NUMBERS);
    CHECK_I64(s.refund, refunded); /* each refund that was answered counts, once */
    CHECK_OK(c, product_list(c, NO_STR, 0, 0, 100, &products));
    CHECK_I64(products.n, 9);
    CHECK_OK(c, trade_check(c, &wrong));
    CHECK_I64(wrong, 0);
}
