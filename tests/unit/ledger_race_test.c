/* ledger_race_test.c -- callers side by side: the same request doubled, the last one grabbed by
 * two, refunds racing with spends. On PostgreSQL the callers are of two servers on one database. */
#include <pthread.h>
#include <stdio.h>

#include "app/rooms.h"
#include "ledger/ledger.h"

#include "test.h"

enum { CALLERS = 4, ROUNDS = 60, MEMBERS = 3, STOCK = 37 };

struct caller {
    struct store *store;
    i64 number, done, again, refused, failed;
    char why[512];
};

struct request {
    struct transfer in;
    struct transferred out;
    bool regretted; /* done, looked at, and then refused by its own caller */
};
static enum err post(struct tx *t, void *arg)
{
    struct request *r = arg;
    struct balance b;
    struct account of = { r->in.from ? r->in.from : r->in.to, r->in.unit, S("") };
    TRY(ledger_transfer(t, &r->in, &r->out));
    if (!r->regretted) return OK;
    if (r->in.amount % 2) TRY(ledger_balance(t->c, &of, &b));
    return fail(t->c, E_BUSY, "反悔", "changed my mind");
}

static void send(struct caller *w, struct transfer in)
{
    struct ctx *c = test_ctx_new();
    struct request r = { .in = in };
    enum err e = store_write(w->store, c, post, &r);
    if (e == OK && r.out.again) w->again++;
    else if (e == OK) w->done++;
    else if (r.out.result != R_DONE) w->refused++;
    else if (w->failed++ == 0) snprintf(w->why, sizeof w->why, "%s", c->why.detail);
    test_ctx_free(c);
}

static struct transfer to_member(i64 member, str unit, str from, i64 amount, const char *id)
{
    return (struct transfer){
        .id = str_of(id), .unit = unit, .from_name = from, .to = member, .amount = amount
    };
}

static void run(void *(*work)(void *), struct caller *callers)
{
    pthread_t threads[CALLERS];
    struct store *second = NULL;
    struct ctx *c = test_reader();
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i] =
            (struct caller){ .store = second && i % 2 ? second : test_store(), .number = i };
        CHECK(!pthread_create(&threads[i], NULL, work, &callers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    if (second) store_close(second);
    for (i64 i = 0; i < CALLERS; i++) {
        if (callers[i].failed) print_message("%s\n", callers[i].why);
        CHECK_I64(callers[i].failed, 0);
    }
}

static struct balance has(i64 member, str unit, str name)
{
    struct balance b;
    struct account of = { member, unit, name };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b;
}

static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}

/* -- jobs of one batch, some of them undone -----------------------------------------------------
 */

static void *waver(void *arg)
{
    struct caller *w = arg;
    char id[40];
    for (i64 i = 0; i < ROUNDS; i++) {
        snprintf(id, sizeof id, "%lld:%lld", (long long)w->number, (long long)i);
        struct ctx *c = test_ctx_new();
        struct request r = { .in = to_member(1 + i % MEMBERS, S("point"), S(LEDGER_SOURCE),
                                             1 + i % 4, id),
                             .regretted = (i + w->number) % 3 == 0 };
        enum err e = store_write(w->store, c, post, &r);
        if (e == OK) w->done += r.in.amount;
        else if (!r.regretted) w->failed++;
        test_ctx_free(c);
    }
    return NULL;
}

TEST(what_one_regrets_is_not_the_others)
{
    struct caller callers[CALLERS];
    i64 given = 0, sum = 0;
    run(waver, callers);
    for (i64 i = 0; i < CALLERS; i++) given += callers[i].done;
    for (i64 i = 0; i < MEMBERS; i++) sum += has(1 + i, S("point"), S("")).balance;
    CHECK_I64(sum, given);
    check_books();
}

/* -- the same request from everybody ----------------------------------------------------------- */

static void *earn(void *arg)
{
    struct caller *w = arg;
    char id[40];
    for (i64 i = 0; i < ROUNDS; i++) {
        snprintf(id, sizeof id, "order:%lld", (long long)i);
        send(w, to_member(1 + i % MEMBERS, S("point"), S(LEDGER_SOURCE), 10, id));
    }
    return NULL;
}

TEST(doubled_requests_count_once)
{
    struct caller callers[CALLERS];
    i64 done = 0, again = 0, sum = 0;
    run(earn, callers);
    for (i64 i = 0; i < CALLERS; i++) {
        done += callers[i].done;
        again += callers[i].again;
    }
    CHECK_I64(done, ROUNDS);
    CHECK_I64(again, ROUNDS * (CALLERS - 1));
    for (i64 i = 0; i < MEMBERS; i++) sum += has(1 + i, S("point"), S("")).balance;
    CHECK_I64(sum, ROUNDS * 10);
    check_books();
}

/* -- one stock, more callers than pieces ------------------------------------------------------- */

static void *grab(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < ROUNDS / 2; i++)
        send(w, to_member(100 + i * CALLERS + w->number, S("stock"), S("gift"), 1, "grab"));
    return NULL;
}

TEST(the_last_one_goes_to_one)
{
    struct caller callers[CALLERS], shop = { .store = test_store() };
    struct transfer in = { .id = S("in"),
                           .unit = S("stock"),
                           .from_name = S(LEDGER_SOURCE),
                           .to_name = S("gift"),
                           .amount = STOCK };
    i64 done = 0, refused = 0;
    send(&shop, in);
    run(grab, callers);
    for (i64 i = 0; i < CALLERS; i++) {
        done += callers[i].done;
        refused += callers[i].refused;
    }
    CHECK_I64(done, STOCK);
    CHECK_I64(refused, CALLERS * ROUNDS / 2 - STOCK);
    CHECK_I64(has(0, S("stock"), S("gift")).balance, 0);
    check_books();
}

/* -- spends, gifts both ways, refunds -----------------------------------------------------------
 */

static void *trade(void *arg)
{
    struct caller *w = arg;
    struct dice d = { (u64)w->number + 7 };
    char id[40], back_id[48];
    for (i64 i = 0; i < ROUNDS; i++) {
        i64 a = 1 + dice_below(&d, MEMBERS), b = 1 + (a + dice_below(&d, MEMBERS - 1)) % MEMBERS;
        snprintf(id, sizeof id, "%lld/%lld", (long long)w->number, (long long)i);
        struct transfer in = to_member(a, S("point"), S(LEDGER_SOURCE), 20, id);
        if (i % 4) in.from = b, in.from_name = NO_STR, in.amount = 1 + dice_below(&d, 9);
        if (i % 4 == 3) in.to = 0, in.to_name = S("spent");
        if (!in.from || in.from != in.to) send(w, in);
        if (i % 5 != 1) continue;
        snprintf(back_id, sizeof back_id, "back/%s", id);
        send(w, (struct transfer){ .kind = T_REVERSE,
                                   .id = str_of(back_id),
                                   .member = in.from ? in.from : in.to,
                                   .of = str_of(id) });
    }
    return NULL;
}

TEST(spends_and_refunds_race)
{
    struct caller callers[CALLERS];
    i64 sum = 0;
    run(trade, callers);
    for (i64 i = 0; i < CALLERS; i++) CHECK(callers[i].done > ROUNDS / 4);
    for (i64 i = 0; i < MEMBERS; i++) sum += has(1 + i, S("point"), S("")).balance;
    sum += has(0, S("point"), S("spent")).balance + has(0, S("point"), S(LEDGER_SOURCE)).balance;
    CHECK_I64(sum, 0);
    check_books();
}
