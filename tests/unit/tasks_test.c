/* tasks_test.c -- the promises of tasks and check-in, one by one. */
#include "base/field.h"
#include "loyalty/points.h"
#include "loyalty/tasks.h"
#include "loyalty/tasks/inside.h"
#include "store/composed.h"
#include "timeline/timeline.h"

#include <pthread.h>
#include <stdlib.h>

#include "test.h"

struct call {
    enum err (*fn)(struct tx *t, struct call *k);
    i64 member, other, id, merge;
    struct task_post post;
    struct task_patch patch;
    struct check_in_view view;
    struct timeline_line line;
    struct reward what;
    day on;
    str name;
    enum task_result result;
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

static enum err new_member(struct tx *t, struct call *k)
{
    bool created;
    struct identity id = { ID_USER_ID, S(""), k->name };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api") };
    return member_resolve(t, &s, &k->member, &created);
}
static i64 person(const char *user)
{
    struct call k = { .fn = new_member, .name = str_of(user) };
    CHECK_OK(test_ctx(), run(&k));
    return k.member;
}

static enum err make_it(struct tx *t, struct call *k) { return task_make(t, &k->post, &k->id); }
static i64 make(struct task_post post)
{
    struct call k = { .fn = make_it, .post = post };
    k.post.zh = S("任务");
    k.post.en = S("Task");
    k.post.opened = (opt_flag){ true, true };
    CHECK_OK(test_ctx(), run(&k));
    return k.id;
}
static enum err change_it(struct tx *t, struct call *k) { return task_change(t, &k->patch); }
static enum err change(struct task_patch patch)
{
    struct call k = { .fn = change_it, .patch = patch };
    return run(&k);
}

static enum err check_in_it(struct tx *t, struct call *k)
{
    return task_check_in(t, k->member, k->id, &k->view);
}
static struct check_in_view check_in(i64 member, i64 task)
{
    struct call k = { .fn = check_in_it, .member = member, .id = task };
    CHECK_OK(test_ctx(), run(&k));
    return k.view;
}
static enum err make_up_it(struct tx *t, struct call *k)
{
    return task_make_up(t, k->member, k->id, k->on, &k->view);
}
static enum err make_up(i64 member, i64 task, day on, i64 *streak)
{
    struct call k = { .fn = make_up_it, .member = member, .id = task, .on = on };
    enum err e = run(&k);
    *streak = k.view.streak;
    return e;
}
static enum err merge_it(struct tx *t, struct call *k)
{
    return member_merge(t, k->member, k->other, S("test"), &k->merge);
}
static i64 merge(i64 winner, i64 loser)
{
    struct call k = { .fn = merge_it, .member = winner, .other = loser };
    CHECK_OK(test_ctx(), run(&k));
    return k.merge;
}
static enum err part_it(struct tx *t, struct call *k) { return member_unmerge(t, k->merge); }
static void part(i64 merged)
{
    struct call k = { .fn = part_it, .merge = merged };
    CHECK_OK(test_ctx(), run(&k));
}
static enum err line_it(struct tx *t, struct call *k) { return timeline_append(t, &k->line); }
static void event(i64 member, const char *kind, const char *props)
{
    struct call k = { .fn = line_it,
                      .line = { .at = test_ctx()->now,
                                .member = member,
                                .kind = str_of(kind),
                                .props = str_of(props) } };
    CHECK_OK(test_ctx(), run(&k));
}
static void follow(void) { CHECK_OK(test_ctx(), tasks_follow(test_store(), test_reader())); }

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
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover, 0);
}
static void at_day(day d) { test_ctx()->now = zone_midnight(test_ctx()->zone, d) + 9 * HOUR_MS; }
static struct task_gifts *give(i64 amount)
{
    struct task_gifts *g = NEW(test_ctx()->arena, struct task_gifts);
    *PUSH(test_ctx()->arena, &g->rewards) =
        (struct reward){ .kind = REWARD_POINTS, .amount = amount };
    return g;
}
static void milestone(struct task_gifts *g, i64 day_of_streak, i64 amount)
{
    struct task_milestone *m = PUSH(test_ctx()->arena, &g->milestones);
    m->day = day_of_streak;
    *PUSH(test_ctx()->arena, &m->rewards) =
        (struct reward){ .kind = REWARD_POINTS, .amount = amount };
}
static i64 calendar_task(struct task_gifts *g, i64 cycle, i64 make_ups, i64 price)
{
    return make((struct task_post){ .code = S("sign"),
                                    .kind = TASK_CHECK_IN,
                                    .gifts = g,
                                    .cycle = SOME(cycle),
                                    .make_ups = SOME(make_ups),
                                    .make_up_points = SOME(price) });
}

TEST(shipped_tasks_are_shut)
{
    struct task_view_list all;
    CHECK_OK(test_ctx(), task_list(test_reader(), &all));
    CHECK_I64(all.n, 7);
    for (i64 i = 0; i < all.n; i++) CHECK(!all.at[i].opened);
    struct call k = { .fn = check_in_it, .member = person("a") };
    CHECK_ERR(test_ctx(), run(&k), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), change((struct task_patch){ .id = 1, .opened = { true, true } }));
    CHECK_I64(check_in(k.member, 0).streak, 1);
    CHECK_I64(points(k.member), 5);
}

TEST(once_a_day_however_often_asked)
{
    i64 m = person("a"), task = calendar_task(give(3), 0, 0, 0);
    at_day(day_of(2024, 6, 1));
    CHECK(!check_in(m, task).again);
    CHECK(check_in(m, task).again);
    CHECK_I64(points(m), 3);
    test_ctx()->now = zone_midnight(test_ctx()->zone, day_of(2024, 6, 2)) - 1;
    CHECK(check_in(m, task).again);
    test_ctx()->now++;
    CHECK_I64(check_in(m, 0).streak, 2);
    CHECK_I64(points(m), 6);
}

/* Ten lines that say "task" tell a member nothing: his statement names it. */
TEST(a_statement_names_the_task)
{
    struct points_entry_list l;
    struct task_view view;
    i64 streak, m = person("a"), task = calendar_task(give(3), 0, 3, 2);
    at_day(day_of(2024, 6, 3));
    check_in(m, task);
    at_day(day_of(2024, 6, 5));
    check_in(m, task);
    CHECK_OK(test_ctx(), make_up(m, task, day_of(2024, 6, 4), &streak));
    CHECK_OK(test_ctx(), task_get(test_reader(), task, &view));
    CHECK_OK(test_ctx(), points_statement(test_reader(), m, 0, 10, &l));
    CHECK(l.n >= 3);
    str zh = str_fmt(test_ctx()->arena, "：" STR_FMT, STR_ARG(view.zh));
    str en = str_fmt(test_ctx()->arena, ": " STR_FMT, STR_ARG(view.en));
    for (i64 i = 0; i < l.n; i++) CHECK(str_ends(l.at[i].words, say(test_reader(), zh, en)));
}

TEST(a_streak_is_its_days)
{
    struct task_gifts *g = give(1);
    milestone(g, 3, 10);
    i64 m = person("a"), task = calendar_task(g, 0, 3, 2), streak;
    struct check_in_calendar seen;
    for (i64 i = 0; i < 3; i++) { /* over the end of a leap February */
        at_day(day_of(2024, 2, 28) + (day)i);
        CHECK_I64(check_in(m, task).streak, i + 1);
    }
    CHECK_I64(points(m), 13);
    at_day(day_of(2024, 3, 2));
    CHECK_OK(test_ctx(), task_calendar(test_reader(), m, task, &seen));
    CHECK_I64(seen.streak, 3); /* today is still open */
    at_day(day_of(2024, 3, 3));
    CHECK_OK(test_ctx(), task_calendar(test_reader(), m, task, &seen));
    CHECK_I64(seen.streak, 0);
    CHECK_I64(check_in(m, task).streak, 1);
    CHECK_OK(test_ctx(), make_up(m, task, day_of(2024, 3, 2), &streak));
    CHECK_I64(streak, 5);
    CHECK_I64(points(m), 12); /* 14 less 2; the stretch had its milestone */
    CHECK_OK(test_ctx(), task_calendar(test_reader(), m, task, &seen));
    CHECK_I64(seen.make_ups_left, 2);
    CHECK_I64(seen.days.n, 5);
    CHECK_I64(seen.made_up.n, 1);
}

TEST(a_make_up_joins_two_streaks)
{
    struct task_gifts *g = give(0 + 1);
    milestone(g, 5, 100);
    i64 m = person("a"), task = calendar_task(g, 7, 1, 0), streak;
    day first = day_of(2024, 6, 10);
    for (i64 i = 0; i < 5; i++) {
        if (i == 2) continue;
        at_day(first + (day)i);
        check_in(m, task);
    }
    CHECK_I64(points(m), 4);
    CHECK_OK(test_ctx(), make_up(m, task, first + 2, &streak));
    CHECK_I64(streak, 5);
    CHECK_I64(points(m), 104);
    CHECK_OK(test_ctx(), make_up(m, task, first + 2, &streak)); /* again: nothing */
    CHECK_ERR(test_ctx(), make_up(m, task, first - 1, &streak), E_UNPROCESSABLE); /* one a month */
    CHECK_ERR(test_ctx(), make_up(m, task, first + 5, &streak), E_UNPROCESSABLE); /* not yet */
    CHECK_I64(points(m), 104);
}

TEST(a_special_day_gives_more)
{
    struct task_gifts *g = give(1);
    struct task_special *s = PUSH(test_ctx()->arena, &g->specials);
    s->on = day_of(2024, 6, 18);
    s->zh = S("618");
    *PUSH(test_ctx()->arena, &s->rewards) = (struct reward){ .kind = REWARD_POINTS, .amount = 61 };
    i64 m = person("a"), task = calendar_task(g, 0, 0, 0);
    at_day(day_of(2024, 6, 17));
    check_in(m, task);
    CHECK_I64(points(m), 1);
    at_day(day_of(2024, 6, 18));
    check_in(m, task);
    CHECK_I64(points(m), 63);
}

TEST(a_line_proves_once)
{
    i64 m = person("a");
    struct task_event e = { .kind = S("Product Shared") };
    *PUSH(test_ctx()->arena, &e.props) = (struct task_prop){ S("via"), S("wechat") };
    make((struct task_post){ .code = S("share2"),
                             .kind = TASK_EVENT,
                             .often = S("day"),
                             .times = SOME(2),
                             .event = &e,
                             .gifts = give(5) });
    event(m, "Product Shared", "{\"via\":\"wechat\"}");
    event(m, "Product Shared", "{\"via\":\"other\"}");
    event(m, "Product Viewed", "{\"via\":\"wechat\"}");
    follow();
    follow();
    CHECK_I64(points(m), 5);
    i64 lines;
    CHECK_OK(test_ctx(), follower_rebuild(test_store(), test_reader(), &task_followers[0], &lines));
    CHECK_I64(points(m), 5);
    event(m, "Product Shared", "{\"via\":\"wechat\"}");
    event(m, "Product Shared", "{\"via\":\"wechat\"}");
    follow();
    CHECK_I64(points(m), 10); /* twice a day */
}

TEST(a_task_is_done_as_often_as_allowed)
{
    i64 a = person("a"), b = person("b");
    struct task_event e = { .kind = S("Waved") };
    i64 id = make((struct task_post){ .code = S("wave"),
                                      .kind = TASK_EVENT,
                                      .often = S("week"),
                                      .event = &e,
                                      .per_member = SOME(2),
                                      .total = SOME(3),
                                      .gifts = give(1) });
    for (i64 week = 0; week < 4; week++) {
        at_day(day_of(2024, 6, 3) + (day)(7 * week)); /* a Monday, and the Sunday after it */
        event(a, "Waved", "{}");
        at_day(day_of(2024, 6, 9) + (day)(7 * week));
        event(a, "Waved", "{}");
    }
    follow();
    CHECK_I64(points(a), 2);
    event(b, "Waved", "{}");
    follow();
    CHECK_I64(points(b), 1);
    at_day(day_of(2024, 7, 8));
    event(b, "Waved", "{}");
    follow();
    CHECK_I64(points(b), 1); /* three in all */
    CHECK_ERR(test_ctx(), change((struct task_patch){ .id = id, .total = SOME(2) }),
              E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), change((struct task_patch){ .id = id, .total = SOME(0) }));
    event(b, "Waved", "{}");
    follow();
    CHECK_I64(points(b), 2);
    CHECK_OK(test_ctx(), change((struct task_patch){ .id = id, .total = SOME(5) }));
    check_books();
}

TEST(a_merge_gives_nothing_twice)
{
    struct task_gifts *g = give(1);
    milestone(g, 2, 10);
    i64 a = person("a"), b = person("b"), task = calendar_task(g, 0, 0, 0);
    at_day(day_of(2024, 6, 1));
    check_in(a, task);
    at_day(day_of(2024, 6, 2));
    check_in(b, task);
    i64 merged = merge(a, b);
    CHECK(check_in(a, task).again);
    CHECK_I64(check_in(a, task).streak, 2);
    part(merged);
    CHECK_I64(check_in(a, task).streak, 2);
    CHECK(check_in(b, task).again);
}

static enum err use_it(struct tx *t, struct call *k)
{
    struct task_got_list got = { 0 };
    return task_code_use(t, k->member, k->id, k->name, &k->result, &got);
}

TEST(a_code_is_used_so_many_times)
{
    struct ctx *c = test_reader();
    i64 a = person("a"), b = person("b"), d = person("d");
    i64 id = make((struct task_post){
        .code = S("poster"), .kind = TASK_CODE, .often = S("day"), .gifts = give(7) });
    strs codes;
    CHECK_OK(c, task_codes_make(c, id, 2, 2, NONE, &codes));
    struct call k = { .fn = use_it, .member = a, .id = id, .name = S("WRONGCODE234") };
    CHECK_ERR(c, run(&k), E_UNPROCESSABLE);
    k.name = str_lower(c->arena, codes.at[0]);
    CHECK_OK(c, run(&k));
    CHECK_OK(c, run(&k));
    CHECK_I64(k.result, TASK_AGAIN);
    CHECK_I64(points(a), 7);
    k.member = b;
    CHECK_OK(c, run(&k));
    k.member = d;
    CHECK_ERR(c, run(&k), E_UNPROCESSABLE); /* two members each */
    CHECK_I64(points(d), 0);
    k.name = codes.at[1];
    CHECK_OK(c, run(&k));
    CHECK_I64(points(d), 7);
    k.member = a;
    CHECK_ERR(c, run(&k), E_UNPROCESSABLE); /* once a day */
    CHECK_OK(c, task_codes_make(c, id, 1, 1, SOME(c->now + DAY_MS), &codes));
    k.name = codes.at[0];
    test_ctx()->now += DAY_MS;
    CHECK_ERR(c, run(&k), E_UNPROCESSABLE); /* over */
    check_books();
}

static enum err send_it(struct tx *t, struct call *k)
{
    return task_proof_send(t, k->member, k->id, S("https://x.cn/1.png"), S("好用"), &k->other);
}
static enum err decide_it(struct tx *t, struct call *k)
{
    return task_proof_decide(t, k->other, k->yes, S("ok"));
}

TEST(a_proof_is_decided_once)
{
    struct ctx *c = test_reader();
    i64 a = person("a"), b = person("b");
    i64 id = make((struct task_post){
        .code = S("review2"), .kind = TASK_UPLOAD, .often = S("day"), .gifts = give(30) });
    struct call k = { .fn = send_it, .member = a, .id = id };
    CHECK_OK(c, run(&k));
    CHECK_ERR(c, run(&k), E_CONFLICT);
    CHECK_I64(points(a), 0);
    k.fn = decide_it;
    CHECK_OK(c, run(&k)); /* no */
    CHECK_OK(c, run(&k));
    k.yes = true;
    CHECK_ERR(c, run(&k), E_CONFLICT);
    k.fn = send_it;
    CHECK_OK(c, run(&k));
    merge(b, a);
    test_ctx()->now += 3 * DAY_MS;
    k.fn = decide_it;
    CHECK_OK(c, run(&k));
    CHECK_OK(c, run(&k));
    CHECK_I64(points(b), 30);
    k.yes = false;
    CHECK_ERR(c, run(&k), E_CONFLICT);
}

static enum err erase_it(struct tx *t, struct call *k) { return member_erase(t, k->member); }

TEST(proofs_are_told_and_forgotten)
{
    struct ctx *c = test_reader();
    struct person_export told = { 0 };
    struct task_proof_view proof;
    i64 a = person("a");
    i64 id = make((struct task_post){
        .code = S("review2"), .kind = TASK_UPLOAD, .often = S("day"), .gifts = give(30) });
    struct call k = { .fn = send_it, .member = a, .id = id };
    CHECK_OK(c, run(&k));
    CHECK_OK(c, member_export(c, a, &told));
    bool there = false;
    for (i64 i = 0; i < told.parts.n; i++) there |= str_eq(told.parts.at[i].part, S("proofs"));
    CHECK(there);
    k.fn = erase_it;
    CHECK_OK(c, run(&k));
    CHECK_OK(c, task_proof_get(c, k.other, &proof));
    CHECK(str_empty(proof.url) && str_empty(proof.text));
    CHECK(proof.state == PROOF_REJECTED); /* nobody is asked to look at it */
    k.fn = decide_it;
    k.yes = true;
    CHECK_ERR(c, run(&k), E_CONFLICT);
}

static enum err know_it(struct tx *t, struct call *k)
{
    return profile_put(t, k->member, S("birthday"), k->name, S("import"), t->c->now);
}
static enum err claim_it(struct tx *t, struct call *k)
{
    struct task_got_list got = { 0 };
    return task_claim(t, k->member, k->id, &k->result, &got);
}

static enum err register_it(struct tx *t, struct call *k)
{
    return birthday_register(t, k->member, k->on);
}
static enum err change_birthday(struct tx *t, struct call *k)
{
    return birthday_change(t, k->member, k->on);
}
static enum err hand_it(struct tx *t, struct call *k)
{
    return profile_put(t, k->member, S("birthday"), k->name, S("hand"), t->c->now);
}
static struct birthday_view birthday(i64 member)
{
    struct birthday_view v;
    CHECK_OK(test_ctx(), birthday_of(test_reader(), member, &v));
    return v;
}

TEST(a_birthday_is_registered_once)
{
    struct ctx *c = test_ctx();
    i64 a = person("a"), b = person("b");
    CHECK_OK(c, change((struct task_patch){ .id = 4, .opened = { true, true } }));
    struct call import = { .fn = know_it, .member = a, .name = S("1991-06-01") };
    CHECK_OK(c, run(&import)); /* known, not registered */
    CHECK(!birthday(a).locked);
    struct call k = { .fn = register_it, .member = a, .on = day_of(1992, 2, 29) };
    CHECK_OK(c, run(&k));
    CHECK(birthday(a).locked);
    CHECK_STR(birthday(a).birthday, "1992-02-29");
    CHECK_I64(points(a), 30); /* the task, at once */
    CHECK_OK(c, run(&k));
    k.on = day_of(1992, 6, 2);
    CHECK_ERR(c, run(&k), E_CONFLICT);
    struct call hand = { .fn = hand_it, .member = a, .name = S("1992-06-02") };
    CHECK_ERR(c, run(&hand), E_CONFLICT); /* nor by the doors of profiles */
    hand.name = S("");
    CHECK_ERR(c, run(&hand), E_CONFLICT);
    CHECK_OK(c, run(&import));
    CHECK_STR(birthday(a).birthday, "1992-02-29");
    k.fn = change_birthday;
    CHECK_OK(c, run(&k));
    CHECK_STR(birthday(a).birthday, "1992-06-02");
    CHECK_ERR(c, run(&hand), E_CONFLICT); /* still locked */
    follow();
    CHECK_I64(points(a), 30);
    i64 merged = merge(b, a);
    CHECK(birthday(b).locked);
    part(merged);
    CHECK(!birthday(b).locked);
    CHECK(birthday(a).locked);
    struct call future = { .fn = register_it, .member = b, .on = zone_day(c->zone, c->now) + 1 };
    CHECK_ERR(c, run(&future), E_INVALID);
    CHECK(!birthday(b).locked);
}

TEST(known_facts_are_rewarded_once)
{
    struct ctx *c = test_reader();
    i64 a = person("a"), b = person("b");
    CHECK_OK(c, change((struct task_patch){ .id = 4, .opened = { true, true } }));
    struct call k = { .fn = claim_it, .member = a, .id = 4 };
    CHECK_ERR(c, run(&k), E_UNPROCESSABLE);
    k = (struct call){ .fn = know_it, .member = a, .name = S("1990-02-28") };
    CHECK_OK(c, run(&k));
    follow();
    CHECK_I64(points(a), 30);
    test_ctx()->now += DAY_MS;
    k.name = S("1991-06-02"); /* to have another birthday soon */
    CHECK_OK(c, run(&k));
    follow();
    CHECK_I64(points(a), 30);
    k = (struct call){ .fn = claim_it, .member = a, .id = 4 };
    CHECK_OK(c, run(&k));
    CHECK_I64(k.result, TASK_AGAIN);
    merge(b, a);
    k.member = b;
    CHECK_OK(c, run(&k));
    CHECK_I64(k.result, TASK_AGAIN);
    CHECK_I64(points(b), 30);
}

TEST(suspicious_is_held)
{
    struct ctx *c = test_reader();
    i64 a = person("a");
    struct task_event e = { .kind = S("Clicked") };
    make((struct task_post){ .code = S("click"),
                             .kind = TASK_EVENT,
                             .often = S("day"),
                             .times = SOME(100),
                             .event = &e,
                             .gifts = give(1) });
    for (i64 i = 0; i < 12; i++) event(a, "Clicked", "{}");
    follow();
    CHECK_I64(points(a), 10);
    struct reward_view_list held;
    CHECK_OK(c, reward_list(c, S("held"), NO_STR, 0, 10, &held));
    CHECK_I64(held.n, 2);
    test_ctx()->now += MINUTE_MS;
    event(a, "Clicked", "{}");
    follow();
    CHECK_I64(points(a), 11);
}

TEST(my_tasks_say_what_can_be_done)
{
    struct ctx *c = test_reader();
    i64 a = person("a");
    struct my_task_list mine;
    CHECK_OK(c, tasks_of(c, a, &mine));
    CHECK_I64(mine.n, 0);
    i64 id = calendar_task(give(1), 0, 0, 0);
    make((struct task_post){
        .code = S("late"), .kind = TASK_UPLOAD, .starts_at = SOME(c->now + DAY_MS) });
    make((struct task_post){ .code = S("vip"), .kind = TASK_UPLOAD, .tag = S("VIP") });
    CHECK_OK(c, tasks_of(c, a, &mine));
    CHECK_I64(mine.n, 2);
    CHECK_I64(mine.at[0].now, TASK_DONE);
    CHECK_I64(mine.at[1].now, TASK_GATED);
    check_in(a, id);
    CHECK_OK(c, tasks_of(c, a, &mine));
    CHECK_I64(mine.at[0].now, TASK_PERIOD);
    CHECK_I64(mine.at[0].done, 1);
}

/* -- the same by two at once ------------------------------------------------------------------- */

struct racer {
    i64 member, id, won;
    str code;
};
static void *race_check_in(void *arg)
{
    struct racer *r = arg;
    struct ctx *c = test_ctx_new();
    struct call k = { .fn = check_in_it, .member = r->member, .id = r->id };
    if (store_write(test_store(), c, run_call, &k) == OK) r->won = !k.view.again;
    test_ctx_free(c);
    return NULL;
}
static void *race_code(void *arg)
{
    struct racer *r = arg;
    struct ctx *c = test_ctx_new();
    struct call k = { .fn = use_it, .member = r->member, .id = r->id, .name = r->code };
    r->won = store_write(test_store(), c, run_call, &k) == OK && k.result == TASK_DONE;
    test_ctx_free(c);
    return NULL;
}
static i64 race(void *(*fn)(void *), struct racer a, struct racer b)
{
    pthread_t one, two;
    CHECK(!pthread_create(&one, NULL, fn, &a));
    CHECK(!pthread_create(&two, NULL, fn, &b));
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return a.won + b.won;
}

TEST(of_two_at_once_one_counts)
{
    struct ctx *c = test_reader();
    i64 a = person("a"), b = person("b"), sign = calendar_task(give(1), 0, 0, 0);
    i64 poster = make((struct task_post){ .code = S("last"),
                                          .kind = TASK_CODE,
                                          .often = S("day"),
                                          .times = SOME(50),
                                          .total = SOME(10) });
    strs codes;
    CHECK_OK(c, task_codes_make(c, poster, 11, 1, NONE, &codes));
    for (i64 i = 0; i < 10; i++) {
        at_day(day_of(2024, 6, 1) + (day)i);
        CHECK_I64(race(race_check_in, (struct racer){ .member = a, .id = sign },
                       (struct racer){ .member = a, .id = sign }),
                  1 * (i == 0)); /* clocks of callers stand at the first day */
        CHECK_I64(race(race_code, (struct racer){ a, poster, 0, codes.at[i] },
                       (struct racer){ b, poster, 0, codes.at[i] }),
                  1);
    }
    CHECK_I64(points(a), 1);
    CHECK_I64(race(race_code, (struct racer){ a, poster, 0, codes.at[10] },
                   (struct racer){ b, poster, 0, codes.at[10] }),
              0); /* ten in all */
    check_books();
}

/* -- against a naive twin ---------------------------------------------------------------------- */

enum { DAYS = 40, PEOPLE = 3 };

/* What a person's calendar must come to, by counting. */
struct twin {
    bool days[DAYS];
    i64 given[3][DAYS]; /* by milestone: for which day */
    i64 value;
};
static const i64 stones[] = { 1, 3, 4 };

static void twin_day(struct twin *w, i64 on, i64 cycle, bool made_up)
{
    i64 first = on, last = on;
    w->days[on] = true;
    if (!made_up) w->value += 1;
    while (first > 0 && w->days[first - 1]) first--;
    while (last < DAYS - 1 && w->days[last + 1]) last++;
    for (i64 k = 0; k < 3; k++) {
        i64 due = 0;
        for (i64 i = first; i <= last; i++) {
            i64 place = i - first + 1;
            if (cycle) place = (place - 1) % cycle + 1;
            due += (place == stones[k]) - w->given[k][i];
        }
        for (i64 i = last; i >= on && due > 0; i--) {
            i64 place = i - first + 1;
            if (cycle) place = (place - 1) % cycle + 1;
            if (place != stones[k] || w->given[k][i]) continue;
            w->given[k][i] = 1;
            w->value += 10 * stones[k];
            due--;
        }
    }
}

static void history(u64 seed, i64 task, i64 cycle, day start)
{
    struct dice d = { seed };
    struct twin twins[PEOPLE] = { 0 };
    i64 members[PEOPLE], streak;
    for (i64 i = 0; i < PEOPLE; i++)
        members[i] = person((const char *)str_z(
            test_ctx()->arena,
            str_fmt(test_ctx()->arena, "%llu-%lld", (unsigned long long)seed, (long long)i)));
    for (i64 today = 0; today < DAYS; today++) {
        at_day(start + (day)today);
        for (i64 i = 0; i < PEOPLE; i++) {
            i64 act = dice_below(&d, 6), on = today ? dice_below(&d, today) : 0;
            if (act < 4) {
                CHECK_I64(check_in(members[i], task).again, twins[i].days[today]);
                if (!twins[i].days[today]) twin_day(&twins[i], today, cycle, false);
            } else if (act == 4 && today) {
                CHECK_OK(test_ctx(), make_up(members[i], task, start + (day)on, &streak));
                if (!twins[i].days[on]) twin_day(&twins[i], on, cycle, true);
                i64 last = twins[i].days[today] ? today : today - 1, n = 0;
                while (last - n >= 0 && twins[i].days[last - n]) n++;
                CHECK_I64(streak, n);
            }
        }
    }
    for (i64 i = 0; i < PEOPLE; i++) CHECK_I64(points(members[i]), twins[i].value);
}

TEST(random_calendars_are_as_the_naive_twin)
{
    const char *rounds = getenv("TASK_ROUNDS");
    i64 n = 60;
    if (rounds) CHECK(i64_parse(str_of(rounds), &n));
    struct task_gifts *g = give(1);
    for (i64 k = 0; k < 3; k++) milestone(g, stones[k], 10 * stones[k]);
    i64 plain = calendar_task(g, 0, 31, 0);
    CHECK_OK(test_ctx(), change((struct task_patch){ .id = plain, .make_up_days = SOME(366) }));
    for (i64 i = 0; i < n; i++) {
        i64 cycle = i % 2 ? 5 : 0;
        CHECK_OK(test_ctx(), change((struct task_patch){ .id = plain, .cycle = SOME(cycle) }));
        history((u64)i + 1, plain, cycle, day_of(2024, 1, 20) + (day)(i * 17));
    }
    check_books();
}

/* -- what segments ask ------------------------------------------------------------------------- */

static enum err take_value(void *arg, const void *row)
{
    *(i64 *)arg = ((const struct field_number *)row)->value;
    return OK;
}
static i64 streak_field(i64 member)
{
    struct ctx *c = test_reader();
    const struct field *f = task_fields.rows;
    struct composed q = { .arena = c->arena };
    i64 value = 0;
    while (!str_eq(str_of(f->name), S("check_in_streak"))) f++;
    CHECK_OK(c, f->compose(c, member, member, c->now, &q));
    CHECK_OK(c, composed_each(c, &q, &field_number_shape, take_value, &value));
    return value;
}

TEST(the_field_of_streaks_is_the_calendars)
{
    struct ctx *c = test_ctx();
    i64 m = person("a"), task = calendar_task(give(1), 0, 31, 0), streak;
    struct check_in_calendar seen;
    struct dice d = { 7 };
    for (i64 i = 0; i < 60; i++) {
        at_day(day_of(2024, 2, 1) + (day)i);
        if (dice_below(&d, 4)) check_in(m, task);
        if (dice_below(&d, 5) == 0)
            (void)make_up(m, task, day_of(2024, 2, 1) + (day)(i - 1 - dice_below(&d, 4)), &streak);
        CHECK_OK(c, task_calendar(test_reader(), m, task, &seen));
        CHECK_I64(streak_field(m), seen.streak);
    }
    at_day(day_of(2024, 5, 1));
    CHECK_I64(streak_field(m), 0);
}
