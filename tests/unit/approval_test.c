/* approval_test.c -- what a second person must approve: who decides, once, and what comes of it. */
#include "test.h"

#include <pthread.h>

#include "support/http_client.h"

#include "access/access.h"
#include "access/approval.h"
#include "app/rooms.h"
#include "base/room.h"
#include "http/http.h"
#include "store/setting.h"

/* -- a kind of our own: puts the body's tag -------------------------------------------------- */

#define FIELDS_OF_trial_body(X, N)        \
    X(str, setting, REQUIRED, "Which", N) \
    X(str, value, REQUIRED, "To what", N)
SHAPE(trial_body);
SHAPE_DEFINE(trial_body);

/* Setting a value stands for any change: it can be refused, and shows whether it was made. */
static enum err apply(struct tx *t, i64 approval, json body)
{
    struct trial_body in;
    CHECK(approval > 0 && t->c->user > 0);
    TRY(json_read(t->c, &trial_body_shape, &in, body));
    TRY(setting_set(t, in.setting, in.value));
    return str_eq(in.value, S("13")) ? fail(t->c, E_UNPROCESSABLE, "不吉利", "unlucky") : OK;
}

static enum err describe(struct ctx *c, json body, struct approval_words *out)
{
    struct trial_body in;
    TRY(json_read(c, &trial_body_shape, &in, body));
    out->what = str_fmt(c->arena, "set " STR_FMT, STR_ARG(in.setting));
    out->amount = in.value;
    return OK;
}

static const struct approval_kind kinds[] = {
    { "trial.set", POINTS_GRANT, APPROVE, "试改设置", "Set on trial", apply, describe },
    { 0 },
};
static const struct room trial_room = { .name = "trial", .approvals = kinds };
static const struct room *const trial_rooms[] = { &trial_room, NULL };

/* -- who ----------------------------------------------------------------------------------------*/

static i64 user(const char *name, enum role role)
{
    struct ctx *c = test_reader();
    i64 id;
    approvals_register(trial_rooms);
    CHECK_OK(c, user_add(test_store(), c, str_of(name), S("correct horse battery"), role, &id));
    return id;
}

static struct ctx *as(i64 id, const char *name, enum role role)
{
    struct ctx *c = test_look();
    c->user = id;
    c->rights = role_rights(role);
    c->actor = str_fmt(c->arena, "user:%s", name);
    return c;
}

struct asking {
    const char *body, *reason;
    i64 id;
    struct approval_asked asked;
};
static enum err ask_in(struct tx *t, void *arg)
{
    struct asking *k = arg;
    TRY(approval_ask(t, "trial.set", S("setting:approval.days"), str_of(k->body), str_of(k->reason),
                     &k->id));
    return approval_asked_show(t->c, k->id, &k->asked);
}

static struct asking ask_for(struct ctx *c, const char *value)
{
    struct asking k = {
        .body =
            str_fmt(c->arena, "{\"setting\":\"approval.days\",\"value\":\"%s\"}%c", value, 0).at,
        .reason = "because"
    };
    CHECK_OK(c, store_write(test_store(), c, ask_in, &k));
    return k;
}

static enum err decide(struct ctx *c, i64 id, enum approval_verdict verdict)
{
    return approval_decide(test_store(), c, id, verdict, S("said"));
}

static struct approval_view view(struct ctx *c, i64 id)
{
    struct approval_view out;
    CHECK_OK(c, approval_get(c, id, &out));
    return out;
}

static i64 days_now(void)
{
    i64 days;
    CHECK_OK(test_reader(), setting_i64(test_reader(), "approval.days", &days));
    return days;
}

static i64 audited(const char *action)
{
    struct ctx *c = test_reader();
    struct audit_view_list lines;
    CHECK_OK(c, audit_list(c, NO_STR, str_of(action), 0, 100, &lines));
    return lines.n;
}

/* -- promises ----------------------------------------------------------------------------------*/

TEST(an_ask_is_shown_and_approved)
{
    i64 anna = user("anna", ROLE_OPERATOR), bert = user("bert", ROLE_OPERATOR);
    struct ctx *a = as(anna, "anna", ROLE_OPERATOR), *b = as(bert, "bert", ROLE_OPERATOR);
    struct asking k = ask_for(a, "9");
    CHECK_I64(k.asked.id, k.id);
    CHECK_I64(k.asked.deciders, 1);
    CHECK(!k.asked.hint.n);
    CHECK_I64(k.asked.expires_at, a->now + 7 * DAY_MS);
    struct approval_view own = view(a, k.id), other = view(b, k.id);
    CHECK(own.own && !own.may_decide && !other.own && other.may_decide);
    CHECK_STR(other.title, "Set on trial");
    CHECK_STR(other.what, "set approval.days");
    CHECK_STR(other.amount, "9");
    CHECK_STR(other.asked_by, "user:anna");
    CHECK_STR(other.reason, "because");
    CHECK_I64(days_now(), 7);
    CHECK_OK(b, decide(b, k.id, APPROVE_IT));
    CHECK_I64(days_now(), 9);
    other = view(b, k.id);
    CHECK_I64(other.state, APPROVAL_APPROVED);
    CHECK_STR(other.decided_by, "user:bert");
    CHECK_STR(other.note, "said");
    CHECK(other.decided_at.has && !other.may_decide);
}

struct key_making {
    struct key_grant grant;
};
static enum err make_key(struct tx *t, void *arg)
{
    struct key_making *k = arg;
    return key_create(t, S("erp"), POINTS_GRANT, NONE, &k->grant);
}

TEST(nobody_decides_his_own)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "9");
    CHECK_ERR(a, decide(a, k.id, APPROVE_IT), E_FORBIDDEN);
    CHECK_ERR(a, decide(a, k.id, REJECT_IT), E_FORBIDDEN);
    /* what a key of his asked is his own */
    struct key_making key;
    CHECK_OK(a, store_write(test_store(), a, make_key, &key));
    struct ctx *machine = test_look();
    machine->rights = 0;
    CHECK_OK(machine, key_use(machine, key.grant.secret));
    CHECK_I64(machine->key, key.grant.id);
    k = ask_for(machine, "9");
    CHECK(view(machine, k.id).own && view(a, k.id).own);
    CHECK_ERR(a, decide(a, k.id, APPROVE_IT), E_FORBIDDEN);
    /* keys, commands and members decide nothing */
    machine->rights = ~(u64)0;
    struct asking other = ask_for(a, "9");
    CHECK_ERR(machine, decide(machine, other.id, APPROVE_IT), E_FORBIDDEN);
    struct ctx *command = test_look();
    CHECK_ERR(command, decide(command, other.id, APPROVE_IT), E_FORBIDDEN);
    CHECK_I64(days_now(), 7);
    CHECK_OK(b, decide(b, k.id, APPROVE_IT));
    CHECK_I64(days_now(), 9);
}

TEST(the_right_is_needed_to_ask_and_to_decide)
{
    i64 anna = user("anna", ROLE_SUPPORT), bert = user("bert", ROLE_SUPPORT),
        carl = user("carl", ROLE_ANALYST);
    struct ctx *a = as(anna, "anna", ROLE_SUPPORT), *b = as(bert, "bert", ROLE_SUPPORT),
               *k = as(carl, "carl", ROLE_ANALYST);
    struct asking asked = ask_for(a, "9");
    CHECK_I64(asked.asked.deciders, 0); /* support may ask, not decide */
    CHECK(asked.asked.hint.n > 0);
    struct asking none = { .body = "{\"setting\":\"x\",\"value\":\"y\"}", .reason = "r" };
    CHECK_ERR(k, store_write(test_store(), k, ask_in, &none), E_FORBIDDEN);
    none.reason = " ";
    CHECK_ERR(a, store_write(test_store(), a, ask_in, &none), E_INVALID);
    /* others do not see it, so they cannot decide it */
    struct approval_view v;
    struct approval_view_list list;
    CHECK_ERR(b, approval_get(b, asked.id, &v), E_NOT_FOUND);
    CHECK_ERR(b, decide(b, asked.id, APPROVE_IT), E_NOT_FOUND);
    CHECK_OK(b, approval_list(b, NO_STR, 0, 10, &list));
    CHECK_I64(list.n, 0);
    CHECK_OK(a, approval_list(a, NO_STR, 0, 10, &list));
    CHECK_I64(list.n, 1);
}

TEST(decided_once)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "9");
    CHECK_OK(b, decide(b, k.id, REJECT_IT));
    CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_CONFLICT);
    CHECK_ERR(a, decide(a, k.id, WITHDRAW_IT), E_CONFLICT);
    CHECK_I64(days_now(), 7);
    CHECK_STR(view(b, k.id).note, "said");
    k = ask_for(a, "9");
    CHECK_ERR(b, decide(b, k.id, WITHDRAW_IT), E_FORBIDDEN);
    CHECK_OK(a, decide(a, k.id, WITHDRAW_IT));
    CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_CONFLICT);
    CHECK_ERR(b, approval_decide(test_store(), b, ask_for(a, "9").id, REJECT_IT, S(" ")),
              E_INVALID);
}

TEST(a_refused_application_leaves_it_open)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "91");
    CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_INVALID);
    CHECK(b->why.detail[0]);
    struct approval_view v = view(b, k.id);
    CHECK_I64(v.state, APPROVAL_OPEN);
    CHECK_STR(v.problem, b->why.detail);
    CHECK(v.problem_at.has && !v.decided_at.has && v.may_decide);
    CHECK_I64(audited("approval.refused"), 1);
    CHECK_I64(audited("approval.approved"), 0);
    CHECK_OK(b, decide(b, k.id, REJECT_IT));
}

TEST(approval_applies_in_the_same_transaction)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "13"); /* refused when it was all but done: undone */
    CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_UNPROCESSABLE);
    CHECK_I64(view(b, k.id).state, APPROVAL_OPEN);
    CHECK_I64(days_now(), 7);
    k = ask_for(a, "30");
    CHECK_OK(b, decide(b, k.id, APPROVE_IT));
    /* the change is written down by who decided, at that instant */
    CHECK_I64(view(b, k.id).decided_at.value, b->now);
    CHECK_I64(days_now(), 30);
}

TEST(asks_expire)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "9"), later;
    a->now += 1;
    later = ask_for(a, "8");
    struct approval_view_list list;
    b->now = k.asked.expires_at - 1;
    CHECK(view(b, k.id).may_decide);
    b->now = k.asked.expires_at;
    for (int written = 0; written < 2; written++) {
        struct approval_view v = view(b, k.id);
        CHECK_I64(v.state, APPROVAL_EXPIRED);
        CHECK(!v.may_decide && v.decided_at.has);
        CHECK_I64(v.decided_at.value, k.asked.expires_at);
        CHECK_STR(v.decided_by, "system");
        CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_CONFLICT);
        CHECK_OK(b, approval_list(b, S("expired"), 0, 10, &list));
        CHECK_I64(list.n, 1);
        CHECK_I64(list.at[0].id, k.id);
        CHECK_OK(b, approval_list(b, S("open"), 0, 10, &list));
        CHECK_I64(list.n, 1);
        CHECK_I64(list.at[0].id, later.id);
        CHECK_OK(b, approval_expire(test_store(), b));
    }
    CHECK_I64(audited("approval.expired"), 1);
}

TEST(all_is_audited)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    CHECK_OK(b, decide(b, ask_for(a, "9").id, APPROVE_IT));
    CHECK_OK(b, decide(b, ask_for(a, "9").id, REJECT_IT));
    CHECK_OK(a, decide(a, ask_for(a, "9").id, WITHDRAW_IT));
    CHECK_I64(audited("approval.asked"), 3);
    CHECK_I64(audited("approval.approved"), 1);
    CHECK_I64(audited("approval.rejected"), 1);
    CHECK_I64(audited("approval.withdrawn"), 1);
}

TEST(what_is_known_no_more_can_be_rejected)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "9");
    approvals_register(NULL);
    struct approval_view v = view(b, k.id);
    CHECK_STR(v.title, "trial.set");
    CHECK(v.may_decide);
    CHECK_ERR(b, decide(b, k.id, APPROVE_IT), E_UNPROCESSABLE);
    CHECK_I64(view(b, k.id).state, APPROVAL_OPEN);
    CHECK_OK(b, decide(b, k.id, REJECT_IT));
}

TEST(the_same_ask_while_open_is_one)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    struct asking k = ask_for(a, "9");
    a->now += DAY_MS;
    struct asking again = ask_for(a, "9");
    CHECK_I64(again.id, k.id);
    CHECK_I64(again.asked.expires_at, k.asked.expires_at);
    CHECK_I64(audited("approval.asked"), 1);
    i64 others = ask_for(b, "9").id; /* another asks */
    CHECK(others != k.id && ask_for(a, "8").id != k.id);
    CHECK_OK(b, decide(b, k.id, REJECT_IT));
    i64 anew = ask_for(a, "9").id;
    CHECK(anew != k.id && anew != others);
    a->now += 8 * DAY_MS; /* over, written down or not */
    CHECK(ask_for(a, "9").id != anew);
}

TEST(lists_are_by_state_and_page)
{
    i64 anna = user("anna", ROLE_OWNER), bert = user("bert", ROLE_OWNER);
    struct ctx *a = as(anna, "anna", ROLE_OWNER), *b = as(bert, "bert", ROLE_OWNER);
    i64 first = ask_for(a, "9").id, second = ask_for(a, "8").id, third = ask_for(a, "7").id;
    CHECK_OK(b, decide(b, second, APPROVE_IT));
    struct approval_view_list list;
    CHECK_OK(b, approval_list(b, NO_STR, 0, 2, &list));
    CHECK_I64(list.n, 2);
    CHECK_I64(list.at[0].id, third);
    CHECK_OK(b, approval_list(b, NO_STR, second, 2, &list));
    CHECK_I64(list.n, 1);
    CHECK_I64(list.at[0].id, first);
    CHECK_OK(b, approval_list(b, S("approved"), 0, 10, &list));
    CHECK_I64(list.n, 1);
    CHECK_I64(list.at[0].id, second);
    CHECK_ERR(b, approval_list(b, S("gone"), 0, 10, &list), E_INVALID);
}

/* -- doors -------------------------------------------------------------------------------------*/

static struct http *server;

static void stop(void *arg)
{
    if (server) http_stop(server);
    server = NULL;
}

TEST(doors_show_and_decide)
{
    struct ctx *c = test_ctx();
    struct http_options o = { .listen = S("127.0.0.1:0"), .folder = str_of(test_folder()) };
    CHECK_OK(c, http_start(c, test_store(), rooms, o, &server));
    arena_defer(c->arena, stop, NULL);
    struct client *anna = client_new(c, http_port(server)),
                  *bert = client_new(c, http_port(server));
    client_sign_in(anna, "anna", ROLE_OPERATOR);
    client_sign_in(bert, "bert", ROLE_OPERATOR);
    struct user_view who;
    bool found;
    CHECK_OK(c, user_find(test_reader(), S("anna"), &found, &who));
    approvals_register(trial_rooms);
    struct ctx *a = as(who.id, "anna", ROLE_OPERATOR);
    a->now = clock_now(); /* the server's */
    i64 first = ask_for(a, "9").id, second = ask_for(a, "91").id;
    struct reply r = GET(bert, "/v1/approvals?state=open&limit=1");
    CHECK(r.status == 200 && reply_has(&r, "\"may_decide\":true") && reply_has(&r, "\"91\""));
    str cursor = reply_text_of(c, &r, "next_cursor");
    r = GET(bert, str_fmt(c->arena, "/v1/approvals?state=open&limit=1&cursor=" STR_FMT "%c",
                          STR_ARG(cursor), 0)
                      .at);
    CHECK(r.status == 200 && reply_has(&r, "\"amount\":\"9\""));
    const char *approve = str_fmt(c->arena, "/v1/approvals/%lld/approve%c", (long long)first, 0).at;
    r = client_json(anna, "POST", approve, "{}");
    CHECK(r.status == 403 && reply_has(&r, "自己的申请"));
    r = client_json(bert, "POST", approve, "{\"note\":\"好\"}");
    CHECK(r.status == 200 && reply_has(&r, "\"approved\"") && reply_has(&r, "user:bert"));
    CHECK_I64(client_json(bert, "POST", approve, "{}").status, 409);
    CHECK_I64(days_now(), 9);
    approve = str_fmt(c->arena, "/v1/approvals/%lld/approve%c", (long long)second, 0).at;
    CHECK_I64(client_json(bert, "POST", approve, "{}").status, 400);
    r = GET(bert, str_fmt(c->arena, "/v1/approvals/%lld%c", (long long)second, 0).at);
    CHECK(r.status == 200 && reply_has(&r, "\"open\"") && !reply_has(&r, "\"problem\":null"));
    CHECK_I64(audited("approval."),
              4); /* asked twice, approved, refused: and no lines of the routes */
    CHECK_I64(audited("POST /v1/approvals"), 0);
}

/* -- at once ------------------------------------------------------------------------------------*/

/* Counts in a setting how often it ran: twice for one ask would show. */
static enum err count(struct tx *t, i64 approval, json body)
{
    i64 days;
    TRY(setting_i64(t->c, "approval.days", &days));
    return setting_set(t, S("approval.days"), str_fmt(t->c->arena, "%lld", (long long)days + 1));
}

static const struct approval_kind counting[] = {
    { "trial.set", POINTS_GRANT, APPROVE, "试数", "Count on trial", count, describe },
    { 0 },
};
static const struct room counting_room = { .name = "trial", .approvals = counting };
static const struct room *const counting_rooms[] = { &counting_room, NULL };

enum { ROUNDS = 25, DECIDERS = 4 };

struct decider {
    struct store *store;
    i64 user, first, won, lost, other;
    enum approval_verdict verdict;
};

static void *decide_all(void *arg)
{
    struct decider *d = arg;
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, store_reader(d->store, c));
    c->user = d->user;
    c->rights = role_rights(ROLE_OWNER);
    c->actor = str_fmt(c->arena, "user:%lld", (long long)d->user);
    for (i64 id = d->first; id < d->first + ROUNDS; id++) {
        enum err e = approval_decide(d->store, c, id, d->verdict, S("said"));
        if (e == OK) d->won++;
        else if (e == E_CONFLICT) d->lost++;
        else d->other++;
    }
    test_ctx_free(c);
    return NULL;
}

TEST(of_deciders_at_once_one_wins)
{
    i64 anna = user("anna", ROLE_OWNER);
    approvals_register(counting_rooms);
    struct ctx *a = as(anna, "anna", ROLE_OWNER);
    struct store *second = NULL;
    i64 first = ask_for(a, "0").id;
    for (int i = 1; i < ROUNDS; i++)
        CHECK_I64(ask_for(a, str_fmt(a->arena, "%d%c", i, 0).at).id, first + i);
    struct ctx *c = test_reader();
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    struct decider d[DECIDERS];
    pthread_t threads[DECIDERS];
    for (i64 i = 0; i < DECIDERS; i++) {
        d[i] = (struct decider){ .store = second && i % 2 ? second : test_store(),
                                 .user = anna + 1 + i,
                                 .first = first,
                                 .verdict = i < 3 ? APPROVE_IT : REJECT_IT };
        CHECK(!pthread_create(&threads[i], NULL, decide_all, &d[i]));
    }
    i64 won = 0, approved = 0;
    for (i64 i = 0; i < DECIDERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_I64(d[i].won + d[i].lost, ROUNDS);
        won += d[i].won;
        if (d[i].verdict == APPROVE_IT) approved += d[i].won;
    }
    if (second) store_close(second);
    CHECK_I64(won, ROUNDS);
    CHECK_I64(days_now(), 7 + approved);
    CHECK_I64(audited("approval.approved"), approved);
    CHECK_I64(audited("approval.rejected"), ROUNDS - approved);
}
