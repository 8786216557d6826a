/* invitations_test.c -- the promises of invitations, and what looks wrong about them. */
#include "loyalty/invitations.h"
#include "loyalty/invitations/inside.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

#include <pthread.h>

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, id, merge;
    struct invited_by by;
    struct task_post post;
    struct order_fact fact;
    struct reward_list rewards;
    const char *name, *value;
    enum identity_kind kind;
    str code;
    bool yes;
};
static enum err run_call(struct tx *t, void *arg)
{
    struct call *k = arg;
    return k->fn(t, k);
}
static enum err run(struct call *k)
{
    return store_write(test_store(), test_reader(), run_call, k);
}
static void must(struct call k) { CHECK_OK(test_ctx(), run(&k)); }

static enum err person_it(struct tx *t, struct call *k)
{
    struct identity ids[2] = { { ID_USER_ID, S(""), str_of(k->name) },
                               { k->kind, S(""), str_of(k->value ? k->value : "") } };
    struct member_sighting s = { .identities = ids, .n = k->value ? 2 : 1, .source = S("api") };
    TRY(identity_normalise(t->c, &ids[0]));
    if (k->value) TRY(identity_normalise(t->c, &ids[1]));
    return member_resolve(t, &s, &k->member, &k->yes);
}
static i64 person_with(const char *user, enum identity_kind kind, const char *value)
{
    struct call k = { .fn = person_it, .name = user, .kind = kind, .value = value };
    CHECK_OK(test_ctx(), run(&k));
    return k.member;
}
static i64 person(const char *user) { return person_with(user, ID_NICK, NULL); }

static enum err code_it(struct tx *t, struct call *k)
{
    return invitation_code(t, k->member, &k->code);
}
static str code_of(i64 member)
{
    struct call k = { .fn = code_it, .member = member };
    CHECK_OK(test_ctx(), run(&k));
    return k.code;
}
static enum err accept_it(struct tx *t, struct call *k)
{
    return invitation_accept(t, k->member, &k->by, &k->yes);
}
static enum err accept_by(i64 member, struct invited_by by)
{
    struct call k = { .fn = accept_it, .member = member, .by = by };
    return run(&k);
}
static enum err accept(i64 member, i64 inviter)
{
    return accept_by(member, (struct invited_by){ .code = code_of(inviter) });
}
static enum err join_it(struct tx *t, struct call *k)
{
    struct join_ask ask = { .id = k->member };
    return member_join(t, &ask, &k->yes);
}
static void join(i64 member) { must((struct call){ .fn = join_it, .member = member }); }

static enum err order_it(struct tx *t, struct call *k)
{
    enum order_put what;
    return order_write(t, &k->fact, &k->id, &what);
}
/* An order of 100 yuan paid now; again with a refund. */
static void order(const char *number, i64 member, money refund)
{
    instant now = test_ctx()->now;
    must((struct call){ .fn = order_it,
                        .fact = { .shop = S("天猫"),
                                  .number = str_of(number),
                                  .member = member,
                                  .state = ORDER_PAID,
                                  .created_at = SOME(now),
                                  .paid_at = refund ? NONE : SOME(now),
                                  .total = SOME(1000000),
                                  .paid = SOME(1000000),
                                  .refund = SOME(refund) } });
}
enum { WHOLE = 1000000 };

static enum err make_it(struct tx *t, struct call *k) { return task_make(t, &k->post, &k->id); }
static i64 task_giving(i64 amount, const char *counts, struct task_post post)
{
    struct call k = { .fn = make_it, .post = post };
    struct task_gifts *g = NEW(test_ctx()->arena, struct task_gifts);
    *PUSH(test_ctx()->arena, &g->rewards) =
        (struct reward){ .kind = REWARD_POINTS, .amount = amount };
    k.post.kind = TASK_INVITE;
    k.post.code = str_fmt(test_ctx()->arena, "invite-%s-%lld", counts, (long long)amount);
    k.post.zh = S("邀请");
    k.post.en = S("Invite");
    k.post.opened = (opt_flag){ true, true };
    k.post.counts = str_of(counts);
    k.post.gifts = g;
    if (!k.post.often.n) {
        k.post.often = S("day");
        k.post.times = SOME(1000);
    }
    CHECK_OK(test_ctx(), run(&k));
    return k.id;
}
static enum err setting_it(struct tx *t, struct call *k)
{
    return setting_set(t, str_of(k->name), str_of(k->value));
}
static void setting(const char *name, const char *value)
{
    must((struct call){ .fn = setting_it, .name = name, .value = value });
}
static enum err merge_it(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->merge);
}
static void follow(void) { CHECK_OK(test_ctx(), tasks_follow(test_store(), test_reader())); }
static i64 merge(i64 winner, i64 loser)
{
    struct call k = { .fn = merge_it, .member = winner, .other = loser };
    CHECK_OK(test_ctx(), run(&k));
    follow();
    return k.merge;
}
static enum err part_it(struct tx *t, struct call *k) { return member_unmerge(t, k->merge); }
static void part(i64 merged)
{
    must((struct call){ .fn = part_it, .merge = merged });
    follow();
}

static i64 points(i64 member)
{
    struct balance b;
    struct account of = { member, S("point"), S("") };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b.balance;
}
static i64 counted(i64 member)
{
    struct invitations his;
    CHECK_OK(test_ctx(), invitations_of(test_reader(), member, &his));
    return his.counted;
}
static i64 waiting(i64 member)
{
    struct invitations his;
    CHECK_OK(test_ctx(), invitations_of(test_reader(), member, &his));
    return his.waiting;
}
static void check_books(void)
{
    struct ledger_faults f;
    CHECK_OK(test_ctx(), ledger_check(test_reader(), &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}
static void days_pass(i64 n) { test_ctx()->now += n * DAY_MS; }

/* -- codes ------------------------------------------------------------------------------------- */

TEST(a_code_is_his_own_and_stays)
{
    i64 a = person("a"), b = person("b");
    str code = code_of(a), link;
    CHECK_I64(code.n, 8);
    for (i64 i = 0; i < code.n; i++) CHECK(str_find(S("01ILO"), str_sub(code, i, i + 1)) < 0);
    CHECK_STR(code_of(a), code.at);
    CHECK(!str_eq(code_of(b), code));
    CHECK_OK(test_ctx(), invitation_link(test_reader(), S("ABC"), &link));
    CHECK_STR(link, "pages/join/join?invitation=ABC");
    str typed = str_fmt(test_ctx()->arena, " %.4s-%.4s ", code.at, code.at + 4);
    for (i64 i = 0; i < typed.n; i++)
        if (typed.at[i] >= 'A' && typed.at[i] <= 'Z') ((char *)typed.at)[i] += 'a' - 'A';
    CHECK_OK(test_ctx(), accept_by(b, (struct invited_by){ .code = typed }));
    CHECK_ERR(test_ctx(), accept_by(person("c"), (struct invited_by){ .code = S("XXXXXXXX") }),
              E_UNPROCESSABLE);
}

/* -- who is bound ------------------------------------------------------------------------------ */

TEST(one_inviter_for_good)
{
    i64 a = person("a"), b = person("b"), x = person("x"), y = person("y"), z = person("z");
    struct call again = { .fn = accept_it, .member = x, .by = { .code = code_of(a) } };
    CHECK_OK(test_ctx(), run(&again));
    CHECK(!again.yes);
    CHECK_OK(test_ctx(), run(&again));
    CHECK(again.yes);
    CHECK_ERR(test_ctx(), accept(x, b), E_CONFLICT);
    CHECK_ERR(test_ctx(), accept(b, b), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), accept(y, x));
    CHECK_OK(test_ctx(), accept(z, y));
    CHECK_ERR(test_ctx(), accept(a, z), E_UNPROCESSABLE); /* a, x, y, z, a */
    i64 self = person("self");
    str code = code_of(self);
    merge(b, self);
    CHECK_ERR(test_ctx(), accept_by(b, (struct invited_by){ .code = code }), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), accept_by(person("w"), (struct invited_by){ .code = code }));
    CHECK_I64(waiting(b), 1); /* the code leads to whom its owner became */
}

TEST(only_newcomers_are_bound)
{
    i64 a = person("a"), old = person("old"), buyer = person("buyer"), late = person("late");
    order("1", buyer, 0);
    CHECK_ERR(test_ctx(), accept(buyer, a), E_UNPROCESSABLE);
    days_pass(7);
    CHECK_OK(test_ctx(), accept(late, a));
    test_ctx()->now++;
    CHECK_ERR(test_ctx(), accept(old, a), E_UNPROCESSABLE);
    setting("invitations.new_days", "30");
    CHECK_OK(test_ctx(), accept(old, a));
}

/* -- what counts ------------------------------------------------------------------------------- */

TEST(a_step_counts_once)
{
    i64 a = person("a"), x = person("x"), y = person("y");
    task_giving(5, "at_once", (struct task_post){ 0 });
    task_giving(200, "first_order", (struct task_post){ 0 });
    join(x);
    CHECK_OK(test_ctx(), accept(x, a));
    CHECK_I64(points(a), 5);
    CHECK_I64(counted(a), 0);
    CHECK_I64(waiting(a), 1);
    order("1", x, 0);
    order("2", x, 0);
    CHECK_I64(points(a), 205);
    CHECK_I64(counted(a), 1);
    CHECK_OK(test_ctx(), accept(y, a));
    CHECK_I64(points(a), 205);
    join(y); /* afterwards, told by the timeline */
    follow();
    follow();
    CHECK_I64(points(a), 210);
    setting("invitations.counts", "at_once");
    order("3", y, 0);
    CHECK_I64(points(a), 410);
    CHECK_I64(counted(a), 1); /* y joined before joining counted */
    i64 z = person("z");
    join(z);
    CHECK_OK(test_ctx(), accept(z, a));
    CHECK_I64(counted(a), 2);
    check_books();
}

TEST(caps_hold_and_are_given_back)
{
    i64 a = person("a"), b = person("b"), x[5];
    i64 id =
        task_giving(10, "first_order",
                    (struct task_post){ .often = S("day"), .times = SOME(2), .total = SOME(3) });
    for (i64 i = 0; i < 5; i++) {
        x[i] = person(str_fmt(test_ctx()->arena, "x%lld", (long long)i).at);
        CHECK_OK(test_ctx(), accept(x[i], i < 3 ? a : b));
    }
    for (i64 i = 0; i < 3; i++) order(i == 0 ? "0" : i == 1 ? "1" : "2", x[i], 0);
    CHECK_I64(points(a), 20); /* two a day */
    CHECK_I64(counted(a), 3);
    order("3", x[3], 0);
    order("4", x[4], 0);
    CHECK_I64(points(b), 10); /* three in all */
    order("3", x[3], WHOLE);
    CHECK_I64(points(b), 0);
    order("5", x[3], 0); /* the place is free again */
    CHECK_I64(points(b), 10);
    struct balance places;
    struct account of = task_places(test_ctx(), id);
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &places));
    CHECK_I64(places.balance, 3);
    check_books();
}

TEST(a_refund_leaves_who_joined)
{
    i64 a = person("a"), x = person("x");
    task_giving(5, "at_once", (struct task_post){ 0 });
    task_giving(200, "first_order", (struct task_post){ 0 });
    CHECK_OK(test_ctx(), accept(x, a));
    join(x);
    follow();
    order("1", x, 0);
    CHECK_I64(points(a), 205);
    order("1", x, WHOLE);
    CHECK_I64(points(a), 5);
    order("2", x, 0);
    CHECK_I64(points(a), 205);
    check_books();
}

TEST(a_refund_takes_it_back)
{
    i64 a = person("a"), x = person("x"), y = person("y");
    task_giving(200, "first_order", (struct task_post){ 0 });
    CHECK_OK(test_ctx(), accept(x, a));
    CHECK_OK(test_ctx(), accept(y, a));
    order("1", x, 0);
    order("1", x, WHOLE / 2); /* a part of it */
    CHECK_I64(points(a), 200);
    order("1", x, WHOLE);
    order("1", x, WHOLE);
    CHECK_I64(points(a), 0);
    CHECK_I64(counted(a), 0);
    order("2", x, 0);
    CHECK_I64(points(a), 200);
    CHECK_I64(counted(a), 1);
    days_pass(15); /* the window is over */
    order("2", x, WHOLE);
    CHECK_I64(points(a), 200);
    CHECK_I64(counted(a), 1);
    order("3", x, 0);
    CHECK_I64(points(a), 200);
    check_books();
}

static enum err ship_it(struct tx *t, struct call *k)
{
    return gift_shipped(t, k->member, k->code, S("SF1"));
}

TEST(what_was_used_is_not_given_again)
{
    i64 a = person("a"), x = person("x");
    struct reward_view_list all = { 0 };
    task_giving(200, "first_order", (struct task_post){ 0 });
    struct call k = { .fn = make_it,
                      .post = { .code = S("mask"),
                                .kind = TASK_INVITE,
                                .zh = S("送面膜"),
                                .en = S("A mask"),
                                .opened = { true, true },
                                .counts = S("first_order"),
                                .gifts = NEW(test_ctx()->arena, struct task_gifts) } };
    *PUSH(test_ctx()->arena, &k.post.gifts->rewards) =
        (struct reward){ .kind = REWARD_GIFT, .amount = 1, .code = S("面膜") };
    CHECK_OK(test_ctx(), run(&k));
    CHECK_OK(test_ctx(), accept(x, a));
    order("1", x, 0);
    CHECK_OK(test_ctx(), rewards_of(test_reader(), a, 0, 50, &all));
    CHECK_I64(all.n, 2);
    i64 sent = all.at[0].kind == REWARD_GIFT ? 0 : 1;
    must((struct call){ .fn = ship_it, .member = a, .code = all.at[sent].id });
    order("1", x, WHOLE);
    CHECK_I64(counted(a), 0);
    CHECK_I64(points(a), 0);
    order("2", x, 0);
    CHECK_I64(counted(a), 1);
    CHECK_I64(points(a), 200);
    all = (struct reward_view_list){ 0 };
    CHECK_OK(test_ctx(), rewards_of(test_reader(), a, 0, 50, &all));
    CHECK_I64(all.n, 3); /* the mask is gone: no other */
    check_books();
}

/* -- merges ------------------------------------------------------------------------------------ */

TEST(invitations_follow_merges)
{
    i64 a = person("a"), b = person("b"), c = person("c"), x = person("x"), y = person("y");
    task_giving(200, "first_order", (struct task_post){ 0 });
    CHECK_OK(test_ctx(), accept(x, a));
    test_ctx()->now += 1000;
    CHECK_OK(test_ctx(), accept(y, b));
    order("1", x, 0);
    i64 m = merge(c, a); /* the inviter */
    CHECK_I64(counted(c), 1);
    CHECK_I64(points(c), 200);
    order("1", x, WHOLE);
    CHECK_I64(points(c), 0);
    order("2", x, 0);
    CHECK_I64(points(c), 200);
    part(m);
    CHECK_I64(counted(a), 1);
    CHECK_I64(counted(c), 0);
    CHECK_I64(waiting(b), 1);
    m = merge(y, x); /* both invited: one inviter, the first */
    order("3", y, 0);
    CHECK_I64(counted(a), 1);
    CHECK_I64(counted(b), 0);
    CHECK_I64(points(b), 0);
    part(m);
    CHECK_I64(counted(b), 1); /* his own order */
    CHECK_I64(points(b), 200);
    check_books();
}

TEST(one_purchase_counts_for_one)
{
    i64 a = person("a"), b = person("b"), x = person("x"), y = person("y");
    task_giving(200, "first_order", (struct task_post){ 0 });
    CHECK_OK(test_ctx(), accept(x, a));
    test_ctx()->now += 1000;
    CHECK_OK(test_ctx(), accept(y, b));
    i64 m = merge(y, x);
    order("1", y, 0); /* of one who was two: for the first inviter */
    CHECK_I64(points(a), 200);
    days_pass(100);
    part(m); /* it was the other's order */
    CHECK_I64(points(a), 0);
    CHECK_I64(counted(a), 0);
    CHECK_I64(waiting(a), 0);
    CHECK_I64(points(b), 200);
    CHECK_I64(counted(b), 1);
    check_books();
}

TEST(who_invited_himself_loses_it)
{
    i64 a = person("a"), x = person("x");
    task_giving(5, "at_once", (struct task_post){ 0 });
    task_giving(200, "first_order", (struct task_post){ 0 });
    join(x);
    CHECK_OK(test_ctx(), accept(x, a));
    order("1", x, 0);
    CHECK_I64(points(a), 205);
    i64 m = merge(a, x);
    CHECK_I64(points(a), 0);
    CHECK_I64(counted(a), 0);
    part(m);
    CHECK_I64(points(a), 205);
    CHECK_I64(counted(a), 1);
    m = merge(x, a);
    CHECK_I64(points(x), 0);
    part(m);
    CHECK_I64(points(a), 205);
    CHECK_I64(points(x), 0);
    check_books();
}

/* -- what looks wrong -------------------------------------------------------------------------- */

static str review_of(i64 inviter)
{
    struct reward_view_list all = { 0 };
    str why = S("");
    CHECK_OK(test_ctx(), rewards_of(test_reader(), inviter, 0, 50, &all));
    for (i64 i = 0; i < all.n; i++)
        if (all.at[i].state == REWARD_HELD) why = all.at[i].review;
    return why;
}
static bool held_for(i64 inviter, const char *words)
{
    return str_find(review_of(inviter), str_of(words)) >= 0;
}
/* Invited by a, and joined at once. */
static void brought(i64 inviter, i64 friend, const char *device)
{
    join(friend);
    CHECK_OK(test_ctx(), accept_by(friend, (struct invited_by){ .code = code_of(inviter),
                                                                .device = str_of(device) }));
}

TEST(one_device_is_held)
{
    task_giving(5, "at_once", (struct task_post){ 0 });
    i64 a = person_with("a", ID_ANONYMOUS_ID, "phone-of-a");
    brought(a, person("x"), "phone-of-x");
    CHECK_I64(points(a), 5);
    brought(a, person("y"), "phone-of-a"); /* told by the door, known by tracked events */
    CHECK_I64(points(a), 5);
    CHECK(held_for(a, "same device"));
    i64 b = person_with("b", ID_ANONYMOUS_ID, "phone-of-b");
    brought(b, person_with("z", ID_ANONYMOUS_ID, "phone-of-b"), "");
    CHECK(held_for(b, "same device"));
    i64 c = person("c");
    brought(c, person("c1"), "tablet");
    brought(c, person("c2"), "tablet"); /* others he invited */
    CHECK_I64(points(c), 5);
    CHECK(held_for(c, "same device"));
    setting("tasks.invite_device", "false");
    brought(c, person("c3"), "tablet");
    CHECK_I64(points(c), 10);
}

static enum err release_it(struct tx *t, struct call *k)
{
    enum reward_result state;
    return k->yes ? reward_release(t, k->member, k->code, S("seen"), &state)
                  : reward_reject(t, k->member, k->code, S("his own phone"));
}

TEST(a_reviewer_decides)
{
    struct reward_view_list all = { 0 };
    task_giving(5, "at_once", (struct task_post){ 0 });
    i64 a = person("a");
    brought(a, person("x"), "tablet");
    brought(a, person("y"), "tablet");
    brought(a, person("z"), "tablet");
    CHECK_OK(test_ctx(), rewards_of(test_reader(), a, 0, 50, &all));
    must((struct call){ .fn = release_it, .member = a, .code = all.at[0].id, .yes = true });
    must((struct call){ .fn = release_it, .member = a, .code = all.at[1].id, .yes = false });
    CHECK_I64(points(a), 10);
    CHECK_I64(review_of(a).n, 0);
    check_books();
}

TEST(held_counts_when_released)
{
    struct reward_view_list all = { 0 };
    struct invited_list his = { 0 };
    setting("invitations.counts", "at_once");
    task_giving(5, "at_once", (struct task_post){ 0 });
    i64 a = person("a");
    brought(a, person("x"), "tablet");
    brought(a, person("y"), "tablet");
    brought(a, person("z"), "tablet");
    CHECK_I64(counted(a), 1);
    CHECK_I64(waiting(a), 2);
    CHECK_OK(test_ctx(), rewards_of(test_reader(), a, 0, 50, &all));
    must((struct call){ .fn = release_it, .member = a, .code = all.at[0].id, .yes = true });
    must((struct call){ .fn = release_it, .member = a, .code = all.at[1].id, .yes = false });
    follow();
    follow();
    CHECK_I64(counted(a), 2);
    CHECK_I64(waiting(a), 1);
    CHECK_OK(test_ctx(), invited_list(test_reader(), a, 0, 10, &his));
    i64 held = 0;
    for (i64 i = 0; i < his.n; i++) held += his.at[i].held;
    CHECK_I64(held, 1); /* the rejected one is on no leaderboard */
}

TEST(held_and_taken_back_it_may_be_earned_anew)
{
    task_giving(200, "first_order", (struct task_post){ 0 });
    i64 a = person("a"), x = person("x");
    join(a);
    brought(a, person("w"), "tablet");
    brought(a, x, "tablet");
    order("1", x, 0);
    CHECK(held_for(a, "same device"));
    order("1", x, WHOLE); /* in time: what was held is gone, he has had nothing of it */
    CHECK_I64(review_of(a).n, 0);
    order("2", x, 0);
    CHECK(held_for(a, "same device"));
    CHECK_I64(points(a), 0);
}

/* Somebody who is later seen with an identity of another. */
static i64 second_account(const char *user, enum identity_kind kind, const char *value)
{
    i64 id = person(user);
    CHECK_I64(person_with(user, kind, value), id);
    return id;
}

TEST(circles_are_held)
{
    task_giving(5, "at_once", (struct task_post){ 0 });
    i64 a = person_with("a", ID_EMAIL, "a@example.com");
    i64 b = person_with("b", ID_PHONE, "13800000001");
    /* a invites b's second account, and b invites a's */
    brought(a, second_account("b2", ID_PHONE, "13800000001"), "");
    CHECK_I64(points(a), 5); /* nothing of it shows yet */
    brought(b, second_account("a2", ID_EMAIL, "a@example.com"), "");
    CHECK_I64(points(b), 0);
    CHECK(held_for(b, "a circle"));
    /* his own */
    i64 d = person_with("d", ID_EMAIL, "d@example.com");
    brought(d, second_account("d2", ID_EMAIL, "d@example.com"), "");
    CHECK(held_for(d, "a circle"));
    /* e invites f, who invites e's second account */
    i64 e = person_with("e", ID_EMAIL, "e@example.com"), f = person("f");
    brought(e, f, "");
    brought(f, second_account("e2", ID_EMAIL, "e@example.com"), "");
    CHECK(held_for(f, "a circle"));
    CHECK(!held_for(e, "a circle"));
    setting("tasks.circle_levels", "0");
    brought(f, second_account("e3", ID_EMAIL, "e@example.com"), "");
    CHECK_I64(points(f), 5);
}

TEST(phone_ranges_are_held)
{
    task_giving(5, "at_once", (struct task_post){ 0 });
    i64 a = person("a"), b = person("b");
    brought(a, person_with("x1", ID_PHONE, "13812345601"), "");
    brought(a, person_with("x2", ID_PHONE, "13812345603"), "");
    brought(a, person_with("x3", ID_PHONE, "13912345604"), "");
    CHECK_I64(points(a), 15);
    brought(a, person_with("x4", ID_PHONE, "13812345610"), "");
    CHECK_I64(points(a), 15);
    CHECK(held_for(a, "in a row"));
    CHECK(str_find(review_of(a), S("138")) < 0);
    setting("tasks.phones_of_one_range", "3");
    brought(b, person_with("y1", ID_PHONE, "13800000100"), "");
    brought(b, person_with("y2", ID_PHONE, "13800000200"), "");
    brought(b, person_with("y3", ID_PHONE, "13800000300"), "");
    CHECK_I64(points(b), 10);
    CHECK(held_for(b, "one range"));
    setting("tasks.phones_of_one_range", "0");
    brought(b, person_with("y4", ID_PHONE, "13800000400"), "");
    CHECK_I64(points(b), 15);
}

/* -- at once ----------------------------------------------------------------------------------- */

enum { CALLERS = 8 };
struct racer {
    pthread_t thread;
    i64 member, inviter;
    enum err err;
};
static void *race(void *arg)
{
    struct racer *r = arg;
    struct call k = { .fn = accept_it, .member = r->member, .by = { .inviter = r->inviter } };
    struct ctx c = *test_ctx();
    c.arena = arena_new();
    r->err = store_write(test_store(), &c, run_call, &k);
    arena_free(c.arena);
    return NULL;
}
static i64 all_at_once(struct racer *racers)
{
    i64 won = 0;
    for (i64 i = 0; i < CALLERS; i++)
        CHECK_I64(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    for (i64 i = 0; i < CALLERS; i++) {
        pthread_join(racers[i].thread, NULL);
        won += racers[i].err == OK;
    }
    return won;
}

TEST(however_many_ask_at_once)
{
    struct racer racers[CALLERS];
    i64 x = person("x"), ring[CALLERS], bound = 0;
    for (i64 i = 0; i < CALLERS; i++) {
        ring[i] = person(str_fmt(test_ctx()->arena, "r%lld", (long long)i).at);
        racers[i] = (struct racer){ .member = x, .inviter = ring[i] };
    }
    CHECK_I64(all_at_once(racers), 1);
    for (i64 i = 0; i < CALLERS; i++) bound += waiting(ring[i]);
    CHECK_I64(bound, 1);
    for (i64 i = 0; i < CALLERS; i++) /* each invites the next: the last would close the circle */
        racers[i] = (struct racer){ .member = ring[(i + 1) % CALLERS], .inviter = ring[i] };
    CHECK_I64(all_at_once(racers), CALLERS - 1);
}
