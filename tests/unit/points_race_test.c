/* points_race_test.c -- eight callers side by side: the same order, the same spending from
 * everybody; refunds racing with spends. On PostgreSQL they are of two servers on one database. */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

#include "app/rooms.h"

#include "points_shop.h"

enum { CALLERS = 8, ROUNDS = 24, ORDERS = 6, EACH = 100, WHO = 7 };

struct caller {
    struct store *store;
    i64 number, spent, refunded, failed;
    const i64 *orders;
    const char *policy;
    char why[512];
};

static enum err send(struct caller *w, write_fn *fn, void *arg)
{
    struct ctx *c = test_ctx_new();
    c->now = test_ctx()->now;
    enum err e = store_write(w->store, c, fn, arg);
    if (e != OK && e != E_UNPROCESSABLE && w->failed++ == 0)
        snprintf(w->why, sizeof w->why, "%s", c->why.detail);
    test_ctx_free(c);
    return e;
}

static void run(void *(*work)(void *), struct caller *callers, const char *policy,
                const i64 *orders)
{
    pthread_t threads[CALLERS];
    struct store *second = NULL;
    struct ctx *c = test_reader();
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){ .store = second && i % 2 ? second : test_store(),
                                      .number = i,
                                      .orders = orders,
                                      .policy = policy };
        CHECK(!pthread_create(&threads[i], NULL, work, &callers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    if (second) store_close(second);
    for (i64 i = 0; i < CALLERS; i++) {
        if (callers[i].failed) print_message("%s\n", callers[i].why);
        CHECK_I64(callers[i].failed, 0);
    }
}

static i64 most(const struct caller *callers, size_t field)
{
    i64 sum = 0;
    for (i64 i = 0; i < CALLERS; i++) sum += *(const i64 *)((const char *)&callers[i] + field);
    return sum;
}
#define ALL(field) most(callers, offsetof(struct caller, field))

/* -- the same from everybody ------------------------------------------------------------------- */

static void *tell_the_same(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < ORDERS; i++) {
        char number[20], id[20];
        snprintf(number, sizeof number, "%lld", (long long)i);
        snprintf(id, sizeof id, "use:%lld", (long long)i);
        struct told in = { .fact = { .shop = S("旗舰店"),
                                     .number = str_of(number),
                                     .member = WHO,
                                     .created_at = SOME(test_ctx()->now - 20 * DAY_MS),
                                     .paid_at = SOME(test_ctx()->now - 20 * DAY_MS),
                                     .state = ORDER_PAID,
                                     .total = SOME(EACH * MONEY_UNIT),
                                     .paid = SOME(EACH * MONEY_UNIT) } };
        struct deed use = { .what = SPEND, .amount = 40, .id = id };
        send(w, do_tell, &in);
        if (send(w, do_deed, &use) == OK && !use.out.again) w->spent += 40;
    }
    return NULL;
}

TEST(the_same_from_everybody_counts_once)
{
    struct caller callers[CALLERS];
    listening();
    test_ctx()->now += 30 * DAY_MS;
    run(tell_the_same, callers, NULL, NULL);
    CHECK_I64(ALL(spent), ORDERS * 40);
    CHECK_I64(has().available, ORDERS * (EACH - 40));
    CHECK_I64(has().debt, 0);
    books_balance();
}

/* -- refunds and spends ------------------------------------------------------------------------ */

/* Every refund and every spending is asked for by two callers. */
static void *spend_and_refund(void *arg)
{
    struct caller *w = arg;
    struct dice d = { (u64)(w->number / 2) + 5 };
    for (i64 i = 0; i < ROUNDS; i++) {
        char id[40];
        i64 amount = 1 + dice_below(&d, 30), order = w->orders[dice_below(&d, ORDERS)];
        snprintf(id, sizeof id, "%s %lld/%lld", w->policy, (long long)(w->number / 2),
                 (long long)i);
        struct deed use = { .what = SPEND, .amount = amount, .id = id };
        struct refund_ask back = { .id = order, .key = str_of(id), .amount = amount * MONEY_UNIT };
        if (i % 3) {
            if (send(w, do_deed, &use) == OK && !use.out.again) w->spent += amount;
        } else if (send(w, do_refund, &back) == OK) {
            w->refunded += amount; /* twice of each: the answer is the same */
        }
    }
    return NULL;
}

static void race(const char *policy)
{
    struct caller callers[CALLERS];
    i64 orders[ORDERS];
    set("points.on_refund", policy);
    for (i64 i = 0; i < ORDERS; i++) {
        char number[40];
        snprintf(number, sizeof number, "%s %lld", policy, (long long)i);
        orders[i] = bought(number, test_ctx()->now, EACH / 2, EACH / 2, 0);
    }
    test_ctx()->now += 15 * DAY_MS;
    struct points_balance was = has(), is;
    run(spend_and_refund, callers, policy, orders);
    is = has();
    CHECK(ALL(spent) > 0 && ALL(refunded) > 0);
    i64 left = was.available - was.debt - ALL(spent) - ALL(refunded) / 2;
    if (*policy == 'n') CHECK_I64(is.available - is.debt, left);
    else CHECK(is.available - is.debt >= left && !is.debt);
    books_balance();
}

TEST(refunds_race_with_spends)
{
    listening();
    rule((struct points_rule){ .id = 1, .points = 1, .amount = SOME(MONEY_UNIT) });
    race("negative");
    did((struct deed){ GIVE, 1000, "between" }); /* repays */
    did((struct deed){ SPEND, 600, "mall" });
    race("write_off");
    race("refuse");
}
