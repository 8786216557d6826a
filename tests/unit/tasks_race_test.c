/* tasks_race_test.c -- the same thing asked for by many at once counts once: check-ins, make-ups,
 * codes, proofs, birthdays, invitations. On PostgreSQL the callers are of two servers on one
 * database. */
#include <pthread.h>
#include <stdio.h>

#include "app/rooms.h"
#include "loyalty/invitations.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"
#include "trade/trade.h"

#include "test.h"

enum { CALLERS = 8, ROUNDS = 4 };

struct caller;
typedef enum err (*work_fn)(struct tx *t, struct caller *k);
/* yes: it counted for him. */
struct caller {
    pthread_t thread;
    struct store *store;
    work_fn work;
    i64 number, member, task, proof;
    instant now;
    str code, order;
    money refund;
    bool yes;
    enum err err;
    char why[512];
};

static enum err work_of(struct tx *t, void *arg)
{
    struct caller *k = arg;
    k->yes = false;
    return k->work(t, k);
}

static void *call(void *arg)
{
    struct caller *k = arg;
    struct ctx *c = test_ctx_new();
    c->now = k->now;
    k->err = store_write(k->store, c, work_of, k);
    k->yes &= k->err == OK;
    snprintf(k->why, sizeof k->why, "%s", c->why.detail);
    test_ctx_free(c);
    return NULL;
}

/* All of them at once; answers for how many it counted. Refusals are answers, faults are not. */
static i64 at_once(struct caller *callers)
{
    struct store *second = NULL;
    struct ctx *c = test_reader();
    i64 n = 0;
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i].number = i;
        callers[i].now = test_ctx()->now;
        callers[i].store = second && i % 2 ? second : test_store();
        CHECK(!pthread_create(&callers[i].thread, NULL, call, &callers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(callers[i].thread, NULL);
    if (second) store_close(second);
    for (i64 i = 0; i < CALLERS; i++) {
        enum err e = callers[i].err;
        if (e != OK && e != E_UNPROCESSABLE && e != E_CONFLICT) {
            print_message("%s\n", callers[i].why);
            CHECK_I64(e, OK);
        }
        n += callers[i].yes;
    }
    return n;
}
static i64 all_do(struct caller same)
{
    struct caller callers[CALLERS];
    for (i64 i = 0; i < CALLERS; i++) callers[i] = same;
    return at_once(callers);
}

/* -- what they do ------------------------------------------------------------------------------ */

static enum err check_in(struct tx *t, struct caller *k)
{
    struct check_in_view out;
    TRY(task_check_in(t, k->member, k->task, &out));
    k->yes = !out.again;
    return OK;
}
static enum err make_up(struct tx *t, struct caller *k)
{
    struct check_in_view out;
    day on = zone_day(t->c->zone, t->c->now) - 1 - (k->proof ? (day)k->number : 0);
    TRY(task_make_up(t, k->member, k->task, on, &out));
    k->yes = !out.again;
    return OK;
}
static enum err use_code(struct tx *t, struct caller *k)
{
    enum task_result result;
    TRY(task_code_use(t, k->member, k->task, k->code, &result, NULL));
    k->yes = result == TASK_DONE;
    return OK;
}
static enum err send_proof(struct tx *t, struct caller *k)
{
    k->yes = true;
    return task_proof_send(t, k->member, k->task, S("https://x.example/1.jpg"), NO_STR, &k->proof);
}
static enum err decide(struct tx *t, struct caller *k)
{
    struct task_proof_view p;
    TRY(task_proof_decide(t, k->proof, k->number % 2, NO_STR));
    TRY(task_proof_get(t->c, k->proof, &p));
    k->yes = (p.state == PROOF_APPROVED) == (k->number % 2);
    return OK;
}
static enum err be_born(struct tx *t, struct caller *k)
{
    k->yes = true;
    return birthday_register(t, k->member, day_of(1990, 1, 1) + (day)k->number);
}
static enum err buy(struct tx *t, struct caller *k)
{
    enum order_put what;
    i64 id;
    struct order_fact fact = { .shop = S("天猫"),
                               .number = k->order,
                               .member = k->member,
                               .state = ORDER_PAID,
                               .created_at = SOME(k->now),
                               .paid_at = k->refund ? NONE : SOME(k->now),
                               .total = SOME(1000000),
                               .paid = SOME(1000000),
                               .refund = SOME(k->refund) };
    TRY(order_write(t, &fact, &id, &what));
    k->yes = what != ORDER_SAME;
    return OK;
}

/* -- the shop ---------------------------------------------------------------------------------- */

struct setup {
    struct task_post post;
    i64 id, other;
    str name;
};
static enum err person_it(struct tx *t, void *arg)
{
    struct setup *s = arg;
    bool created;
    struct identity id = { ID_USER_ID, S(""), s->name };
    struct member_sighting seen = { .identities = &id, .n = 1, .source = S("api") };
    return member_resolve(t, &seen, &s->id, &created);
}
static i64 people;
static i64 person(void)
{
    struct setup s = { .name = str_fmt(test_ctx()->arena, "racer-%lld", (long long)++people) };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), person_it, &s));
    return s.id;
}
static enum err make_it(struct tx *t, void *arg)
{
    struct setup *s = arg;
    return task_make(t, &s->post, &s->id);
}
static i64 task(struct task_post post)
{
    struct setup s = { .post = post };
    struct task_gifts *g = NEW(test_ctx()->arena, struct task_gifts);
    *PUSH(test_ctx()->arena, &g->rewards) = (struct reward){ .kind = REWARD_POINTS, .amount = 10 };
    s.post.code = str_fmt(test_ctx()->arena, "race-%lld", (long long)++people);
    s.post.zh = S("任务");
    s.post.en = S("Task");
    s.post.opened = (opt_flag){ true, true };
    s.post.gifts = g;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make_it, &s));
    return s.id;
}
static i64 points(i64 member)
{
    struct balance b;
    struct account of = { member, S("point"), S("") };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b.balance;
}
static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}

/* -- the promises ------------------------------------------------------------------------------ */

TEST(a_day_is_checked_in_once)
{
    for (i64 i = 0; i < ROUNDS; i++) {
        i64 m = person(), sign = task((struct task_post){ .kind = TASK_CHECK_IN });
        CHECK_I64(all_do((struct caller){ .work = check_in, .member = m, .task = sign }), 1);
        CHECK_I64(points(m), 10);
    }
    check_books();
}

TEST(make_ups_are_as_many_as_a_month_has)
{
    for (i64 i = 0; i < ROUNDS; i++) {
        i64 m = person();
        i64 sign = task((struct task_post){
            .kind = TASK_CHECK_IN, .make_ups = SOME(2), .make_up_points = SOME(3) });
        CHECK_I64(all_do((struct caller){ .work = check_in, .member = m, .task = sign }), 1);
        CHECK_I64(all_do((struct caller){ .work = make_up, .member = m, .task = sign }), 1);
        CHECK_I64(points(m), 7); /* the same day, paid once */
        CHECK_I64(all_do((struct caller){ .work = make_up, .member = m, .task = sign, .proof = 1 }),
                  1); /* each another day: one is left */
        CHECK_I64(points(m), 4);
    }
    check_books();
}

TEST(a_code_is_good_for_one)
{
    struct ctx *c = test_reader();
    strs codes;
    i64 poster = task((struct task_post){
        .kind = TASK_CODE, .often = S("day"), .times = SOME(100), .total = SOME(ROUNDS + 1) });
    CHECK_OK(c, task_codes_make(c, poster, ROUNDS + CALLERS, 1, NONE, &codes));
    i64 one = person();
    CHECK_I64(all_do((struct caller){
                  .work = use_code, .member = one, .task = poster, .code = codes.at[0] }),
              1);
    CHECK_I64(points(one), 10);
    for (i64 i = 1; i < ROUNDS; i++) { /* one code, many people */
        struct caller callers[CALLERS];
        for (i64 k = 0; k < CALLERS; k++)
            callers[k] = (struct caller){
                .work = use_code, .member = person(), .task = poster, .code = codes.at[i]
            };
        CHECK_I64(at_once(callers), 1);
    }
    struct caller callers[CALLERS]; /* each a code of his own: the last place */
    for (i64 k = 0; k < CALLERS; k++)
        callers[k] = (struct caller){
            .work = use_code, .member = person(), .task = poster, .code = codes.at[ROUNDS + k]
        };
    CHECK_I64(at_once(callers), 1);
    check_books();
}

TEST(a_proof_is_sent_and_decided_once)
{
    for (i64 i = 0; i < ROUNDS; i++) {
        i64 m = person(), up = task((struct task_post){ .kind = TASK_UPLOAD });
        struct task_proof_view_list all = { 0 };
        CHECK_I64(all_do((struct caller){ .work = send_proof, .member = m, .task = up }), 1);
        CHECK_OK(test_ctx(), task_proof_list(test_reader(), S("waiting"), 0, 100, &all));
        CHECK_I64(all.n, 1);
        i64 n = all_do((struct caller){ .work = decide, .proof = all.at[0].number });
        CHECK(n == CALLERS / 2); /* those who say what the first said */
        CHECK(points(m) == 0 || points(m) == 10);
    }
    check_books();
}

TEST(a_birthday_is_registered_once)
{
    struct birthday_view is;
    i64 m = person();
    CHECK_I64(all_do((struct caller){ .work = be_born, .member = m }), 1);
    CHECK_OK(test_ctx(), birthday_of(test_reader(), m, &is));
    CHECK(is.locked);
}

static enum err bring(struct tx *t, void *arg)
{
    struct setup *s = arg;
    bool again;
    return invitation_accept(t, s->id, &(struct invited_by){ .inviter = s->other }, &again);
}
static i64 counted(i64 member)
{
    struct invitations his;
    CHECK_OK(test_ctx(), invitations_of(test_reader(), member, &his));
    return his.counted;
}

TEST(a_friend_counts_once_and_is_taken_back_once)
{
    task((struct task_post){
        .kind = TASK_INVITE, .counts = S("first_order"), .often = S("day"), .times = SOME(100) });
    i64 inviter = person(), friends[CALLERS];
    struct caller callers[CALLERS];
    for (i64 i = 0; i < CALLERS; i++) {
        struct setup s = { .id = friends[i] = person(), .other = inviter };
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), bring, &s));
    }
    for (i64 round = 0; round < 2; round++) {
        money refund = round ? 1000000 : 0;
        all_do((struct caller){
            .work = buy, .member = friends[0], .order = S("race-0"), .refund = refund });
        CHECK_I64(points(inviter), round ? 0 : 10);
        CHECK_I64(counted(inviter), !round);
    }
    for (i64 round = 0; round < 2; round++) { /* all friends of one inviter */
        for (i64 i = 0; i < CALLERS; i++)
            callers[i] =
                (struct caller){ .work = buy,
                                 .member = friends[i],
                                 .order = str_fmt(test_ctx()->arena, "race-%lld", (long long)i + 1),
                                 .refund = round ? 1000000 : 0 };
        at_once(callers);
        CHECK_I64(points(inviter), round ? 0 : 10 * CALLERS);
        CHECK_I64(counted(inviter), round ? 0 : CALLERS);
    }
    check_books();
}
