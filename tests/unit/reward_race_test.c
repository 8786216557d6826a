/* reward_race_test.c -- callers side by side spend the last of a budget, ask for the same reward
 * twice, decide the same one. On PostgreSQL they are of two servers on one database. */
#include <pthread.h>
#include <stdio.h>

#include "app/rooms.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/reward.h"

#include "test.h"

enum { CALLERS = 4, ROUNDS = 20, MEMBERS = 5 };

struct caller {
    struct store *store;
    i64 number, given, refused, spent, failed;
    char why[512];
};
struct request {
    i64 member;
    struct reward what;
    struct reward_why why;
    enum reward_result got;
    bool decide, back;
};

#define YUAN(n) ((money)(n)*MONEY_UNIT)

static enum err ask(struct tx *t, void *arg)
{
    struct request *r = arg;
    if (r->back) return reward_take_back(t, r->member, r->why.id, S("test"));
    if (r->decide) return reward_release(t, r->member, r->why.id, NO_STR, &r->got);
    return reward_give(t, r->member, &r->what, r->why, &r->got);
}

static void send(struct caller *w, struct request r)
{
    struct ctx *c = test_ctx_new();
    enum err e = store_write(w->store, c, ask, &r);
    if (e != OK && e != E_CONFLICT && w->failed++ == 0)
        snprintf(w->why, sizeof w->why, "%s", c->why.detail);
    w->given += e == OK && r.got == REWARD_GIVEN;
    w->refused += e == OK && r.got == REWARD_NO_BUDGET;
    test_ctx_free(c);
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

static enum err make(struct tx *t, void *arg) { return budget_make(t, arg); }
static void budget(money amount)
{
    struct budget_post post = { S("spring"), S("Spring"), amount, NONE };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make, &post));
}
static struct budget_view left(void)
{
    struct budget_view b;
    CHECK_OK(test_ctx(), budget_get(test_reader(), S("spring"), &b));
    return b;
}
static i64 points(void)
{
    i64 sum = 0;
    for (i64 m = 1; m <= MEMBERS; m++) {
        struct account of = { m, S("point"), S("") };
        struct balance b;
        CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
        sum += b.balance;
    }
    return sum;
}
static i64 lines(const char *kind)
{
    struct timeline_line_list all = { 0 };
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 100000, &all));
    for (i64 i = 0; i < all.n; i++) n += str_eq(all.at[i].kind, str_of(kind));
    return n;
}
static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover, 0);
}

static struct request reward_of(i64 member, str id, const char *review)
{
    return (struct request){ .member = member,
                             .what = { .kind = REWARD_POINTS,
                                       .amount = 10,
                                       .cost = SOME(YUAN(1)),
                                       .budget = S("spring") },
                             .why = { id, S("test"), str_of(review) } };
}

/* -- the last of a budget ---------------------------------------------------------------------- */

static void *grab(void *arg)
{
    struct caller *w = arg;
    char id[40];
    for (i64 i = 0; i < ROUNDS; i++) {
        snprintf(id, sizeof id, "task:%lld:%lld", (long long)w->number, (long long)i);
        send(w, reward_of(1 + i % MEMBERS, str_of(id), i % 4 ? NULL : "odd"));
    }
    return NULL;
}

TEST(the_last_of_a_budget_is_spent_once)
{
    struct caller callers[CALLERS];
    i64 given = 0, refused = 0;
    enum { WHOLE = 37 };
    budget(YUAN(WHOLE));
    run(grab, callers);
    for (i64 i = 0; i < CALLERS; i++) {
        given += callers[i].given;
        refused += callers[i].refused;
    }
    struct budget_view b = left();
    CHECK_I64(b.left, 0);
    CHECK_I64(b.spent, YUAN(given));
    CHECK_I64(b.spent + b.reserved, YUAN(WHOLE));
    CHECK_I64(refused, CALLERS * ROUNDS - WHOLE);
    CHECK_I64(points(), given * 10);
    CHECK_I64(lines("budget.exhausted"), 1);
    CHECK_I64(lines("budget.low"), 1);
    check_books();
}

/* -- the same from everybody, given and taken back --------------------------------------------- */

static void *same(void *arg)
{
    struct caller *w = arg;
    char id[40];
    for (i64 i = 0; i < ROUNDS; i++) {
        snprintf(id, sizeof id, "task:%lld", (long long)i);
        struct request r = reward_of(1 + i % MEMBERS, str_of(id), i % 2 ? "odd" : NULL);
        send(w, r);
        r.decide = i % 2;
        if (r.decide) send(w, r);
        r.back = i % 3 == 0;
        if (r.back) send(w, r);
    }
    return NULL;
}

TEST(asked_by_all_it_is_given_once)
{
    struct caller callers[CALLERS];
    budget(YUAN(1000));
    run(same, callers);
    i64 stays = 0;
    for (i64 i = 0; i < ROUNDS; i++) stays += i % 3 != 0;
    struct budget_view b = left();
    CHECK_I64(b.reserved, 0);
    CHECK_I64(b.spent, YUAN(stays));
    CHECK_I64(points(), stays * 10);
    check_books();
}

/* -- one purse, many spends -------------------------------------------------------------------- */

struct purchase {
    struct credit_ask ask;
    struct credit_act act;
};
static enum err spend(struct tx *t, void *arg)
{
    struct purchase *p = arg;
    return credit_spend(t, &p->ask, &p->act);
}
static enum err topup(struct tx *t, void *arg)
{
    struct purchase *p = arg;
    return credit_topup(t, &p->ask, &p->act);
}

static void *shop(void *arg)
{
    struct caller *w = arg;
    char key[40];
    for (i64 i = 0; i < ROUNDS; i++) {
        struct ctx *c = test_ctx_new();
        snprintf(key, sizeof key, "o%lld-%lld", (long long)w->number, (long long)i);
        struct purchase p = { .ask = { 1, str_of(key), YUAN(1), NO_STR } };
        enum err e = store_write(w->store, c, spend, &p);
        w->spent += e == OK;
        if (e != OK && e != E_UNPROCESSABLE && w->failed++ == 0)
            snprintf(w->why, sizeof w->why, "%s", c->why.detail);
        test_ctx_free(c);
    }
    return NULL;
}

TEST(a_purse_is_never_overspent)
{
    struct caller callers[CALLERS];
    struct purchase p = { .ask = { 1, S("in"), YUAN(33), NO_STR } };
    i64 spent = 0;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), topup, &p));
    run(shop, callers);
    for (i64 i = 0; i < CALLERS; i++) spent += callers[i].spent;
    CHECK_I64(spent, 33);
    check_books();
}
