/* member_token_test.c -- tokens of members: what they open, for whom, how they end. */
#include "test.h"

#include "support/http_client.h"

#include "access/access.h"
#include "access/member_token.h"
#include "app/rooms.h"
#include "http/http.h"
#include "member/member.h"
#include "store/setting.h"

/* -- people ------------------------------------------------------------------------------------ */

struct person {
    const char *phone, *name;
    i64 id;
};

static enum err add_person(struct tx *t, void *arg)
{
    struct person *p = arg;
    bool created;
    struct identity id = { .kind = ID_PHONE, .value = str_of(p->phone) };
    TRY(identity_normalise(t->c, &id));
    struct member_sighting in = {
        .identities = &id, .n = 1, .name = str_of(p->name), .source = S("api")
    };
    return member_resolve(t, &in, &p->id, &created);
}

static i64 person(const char *phone, const char *name)
{
    struct ctx *c = test_reader();
    struct person p = { .phone = phone, .name = name };
    CHECK_OK(c, store_write(test_store(), c, add_person, &p));
    return p.id;
}

struct two {
    i64 winner, loser, merge;
};
static enum err merge(struct tx *t, void *arg)
{
    struct two *m = arg;
    return member_merge(t, m->winner, m->loser, S("test"), &m->merge);
}
static enum err part(struct tx *t, void *arg) { return member_unmerge(t, *(const i64 *)arg); }
static enum err erase(struct tx *t, void *arg) { return member_erase(t, *(const i64 *)arg); }
static enum err revoke(struct tx *t, void *arg)
{
    return member_tokens_revoke(t, *(const i64 *)arg);
}
static void change(write_fn *fn, void *arg)
{
    struct ctx *c = test_reader();
    CHECK_OK(c, store_write(test_store(), c, fn, arg));
}

static str token_of(i64 member)
{
    struct ctx *c = test_reader();
    struct member_token token;
    CHECK_OK(c, member_token_make(test_store(), c, member, 24, &token));
    return token.token;
}

/* Who the token acts for now; 0: nobody. */
static i64 acts_for(str token)
{
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, store_reader(test_store(), c));
    c->rights = 0;
    enum err e = member_token_use(c, token);
    CHECK(e == OK || e == E_UNAUTHENTICATED);
    CHECK_I64((i64)c->rights, e == OK ? MY : 0);
    i64 member = e == OK ? c->member : 0;
    test_ctx_free(c);
    return member;
}

/* -- functions --------------------------------------------------------------------------------- */

TEST(a_token_acts_for_the_living)
{
    i64 zhang = person("13800138001", "张三"), li = person("13800138002", "李四"),
        wang = person("13800138003", "王五");
    str of_zhang = token_of(zhang), of_li = token_of(li);
    CHECK_I64(acts_for(of_zhang), zhang);
    CHECK_I64(acts_for(of_li), li);
    struct two first = { li, zhang, 0 }, second = { wang, li, 0 };
    change(merge, &first);
    CHECK_I64(acts_for(of_zhang), li);
    change(merge, &second);
    CHECK_I64(acts_for(of_zhang), wang);
    CHECK_I64(acts_for(of_li), wang);
    CHECK_I64(acts_for(token_of(zhang)), wang); /* made for who he is now */
    change(part, &second.merge);
    change(part, &first.merge);
    CHECK_I64(acts_for(of_zhang), zhang);
    CHECK_I64(acts_for(of_li), li);
}

TEST(revoked_at_once)
{
    i64 zhang = person("13800138001", "张三"), li = person("13800138002", "李四");
    str of_zhang = token_of(zhang), of_li = token_of(li);
    change(revoke, &zhang);
    CHECK_I64(acts_for(of_zhang), 0);
    CHECK_I64(acts_for(of_li), li);
    str again = token_of(zhang);
    CHECK_I64(acts_for(again), zhang);
    struct two m = { li, zhang, 0 };
    change(merge, &m);
    change(revoke, &zhang); /* names the one he became */
    CHECK_I64(acts_for(again), 0);
    CHECK_I64(acts_for(of_li), 0);
    change(part, &m.merge);
    CHECK_I64(acts_for(again), 0);
    CHECK_I64(acts_for(token_of(zhang)), zhang);
}

TEST(a_forgotten_member_has_none)
{
    i64 zhang = person("13800138001", "张三"), li = person("13800138002", "李四");
    str of_zhang = token_of(zhang), of_li = token_of(li);
    struct two m = { li, zhang, 0 };
    change(merge, &m);
    change(erase, &li);
    CHECK_I64(acts_for(of_zhang), 0);
    CHECK_I64(acts_for(of_li), 0);
    struct ctx *c = test_look();
    struct member_token token;
    CHECK_ERR(c, member_token_make(test_store(), c, li, 24, &token), E_CONFLICT);
    CHECK_ERR(c, member_token_make(test_store(), c, 999999, 24, &token), E_NOT_FOUND);
}

TEST(a_token_ends_by_itself)
{
    i64 zhang = person("13800138001", "张三");
    struct ctx *c = test_look();
    struct member_token token;
    CHECK_ERR(c, member_token_make(test_store(), c, zhang, 0, &token), E_INVALID);
    CHECK_ERR(c, member_token_make(test_store(), c, zhang, 721, &token), E_INVALID);
    CHECK_OK(c, member_token_make(test_store(), c, zhang, 2, &token));
    CHECK_I64(token.expires_at, c->now + 2 * HOUR_MS);
    c->now = token.expires_at - 1;
    CHECK_OK(c, member_token_use(c, token.token));
    CHECK_STR(c->actor, str_fmt(c->arena, "member:%lld", (long long)zhang).at);
    c->now = token.expires_at;
    CHECK_ERR(c, member_token_use(c, token.token), E_UNAUTHENTICATED);
}

TEST(an_altered_token_is_none)
{
    i64 zhang = person("13800138001", "张三");
    struct ctx *c = test_look();
    CHECK_I64(acts_for(S("koim_")), 0); /* before there is a secret */
    str token = token_of(zhang);
    CHECK_I64(token.n, 65);
    for (i64 i = 0; i < token.n; i++) {
        char *altered = str_z(c->arena, token);
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        CHECK_I64(acts_for(str_of(altered)), 0);
    }
    CHECK_I64(acts_for(str_sub(token, 0, 64)), 0);
    CHECK_I64(acts_for(str_fmt(c->arena, STR_FMT "A", STR_ARG(token))), 0);
    CHECK_I64(acts_for(NO_STR), 0);
    CHECK_I64(acts_for(token), zhang);
}

/* -- doors ------------------------------------------------------------------------------------- */

static struct http *server;

static void stop(void *arg)
{
    (void)arg;
    if (server) http_stop(server);
    server = NULL;
}

static struct client *serve(void)
{
    struct ctx *c = test_ctx();
    struct http_options o = { .listen = S("127.0.0.1:0"), .folder = str_of(test_folder()) };
    CHECK_OK(c, http_start(c, test_store(), rooms, o, &server));
    arena_defer(c->arena, stop, NULL);
    return client_new(c, http_port(server));
}

/* A token by the door, then carried by the client. */
static str carry_token(struct client *k, i64 member)
{
    const char *path = str_fmt(k->c->arena, "/v1/members/%lld/token%c", (long long)member, 0).at;
    struct reply r = client_json(k, "POST", path, "{\"hours\":2}");
    CHECK_I64(r.status, 201);
    str token = reply_text_of(k->c, &r, "token");
    k->cookie = k->csrf = NO_STR;
    k->key = token;
    return token;
}

TEST(a_token_opens_my_routes_only)
{
    i64 zhang = person("13800138001", "张三");
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    struct reply r = GET(k, "/v1/my"); /* not even an owner */
    CHECK_I64(r.status, 403);
    CHECK(reply_has(&r, "会员令牌"));
    carry_token(k, zhang);
    r = GET(k, "/v1/my");
    CHECK_I64(r.status, 200);
    CHECK_STR(reply_text_of(k->c, &r, "name"), "张三");
    CHECK(!reply_has(&r, "13800138001"));
    /* also where any signed-in caller may */
    static const char *const closed[] = { "/v1/session", "/v1/settings", "/v1/members",
                                          "/v1/approvals", "/v1/users" };
    for (i64 i = 0; i < COUNT(closed); i++) {
        r = GET(k, closed[i]);
        CHECK_I64(r.status, 403);
        CHECK(reply_has(&r, "/v1/my"));
    }
    CHECK_I64(client_json(k, "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"my\"]}").status,
              403);
    /* nor as a key, to routes that sign in themselves */
    struct ctx *c = test_look();
    CHECK_ERR(c, key_use(c, k->key), E_FORBIDDEN);
}

TEST(no_key_is_a_member)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    CHECK_I64(client_json(k, "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"my\"]}").status,
              403);
    struct reply r =
        client_json(k, "POST", "/v1/keys", "{\"name\":\"mini\",\"scopes\":[\"members:token\"]}");
    CHECK_I64(r.status, 201);
    str key = reply_text_of(k->c, &r, "secret");
    k->cookie = k->csrf = NO_STR;
    k->key = key;
    CHECK_I64(GET(k, "/v1/my").status, 403);
    carry_token(k, person("13800138001", "张三"));
    CHECK_I64(GET(k, "/v1/my").status, 200);
}

struct setting_put {
    const char *name, *value;
};
static enum err put_setting(struct tx *t, void *arg)
{
    const struct setting_put *p = arg;
    return setting_set(t, str_of(p->name), str_of(p->value));
}

TEST(a_member_makes_so_many_requests_a_second)
{
    i64 zhang = person("13800138001", "张三"), li = person("13800138002", "李四");
    change(put_setting, &(struct setting_put){ "my.requests_per_second", "2" });
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    carry_token(k, zhang);
    int good = 0;
    struct reply r = { 0 };
    for (int i = 0; i < 30 && r.status != 429; i++) good += (r = GET(k, "/v1/my")).status == 200;
    CHECK_I64(r.status, 429);
    CHECK(good >= 4 && good < 30); /* two seconds' worth at once */
    CHECK_STR(reply_header_of(&r, "Retry-After"), "1");
    client_sign_in(k, "anna", ROLE_OWNER);
    carry_token(k, li); /* each has his own measure */
    CHECK_I64(GET(k, "/v1/my").status, 200);
}

TEST(pages_of_the_shops_own_sites_may_call)
{
    i64 zhang = person("13800138001", "张三");
    struct ctx *c = test_reader();
    CHECK_ERR(c,
              store_write(test_store(), c, put_setting,
                          &(struct setting_put){ "my.origins", "m.example.com" }),
              E_INVALID);
    change(put_setting,
           &(struct setting_put){ "my.origins", "https://m.example.com https://h5.example.com" });
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    carry_token(k, zhang);
    struct reply r = client_call(k, "GET", "/v1/my", "Origin: https://h5.example.com\r\n", NO_STR);
    CHECK_I64(r.status, 200);
    CHECK_STR(reply_header_of(&r, "Access-Control-Allow-Origin"), "https://h5.example.com");
    r = client_call(k, "OPTIONS", "/v1/my", "Origin: https://h5.example.com\r\n", NO_STR);
    CHECK_I64(r.status, 204);
    CHECK(str_find(reply_header_of(&r, "Access-Control-Allow-Headers"), S("Authorization")) >= 0);
    r = client_call(k, "GET", "/v1/my", "Origin: https://evil.example\r\n", NO_STR);
    CHECK(!reply_header_of(&r, "Access-Control-Allow-Origin").n);
    r = client_call(k, "OPTIONS", "/v1/members", "Origin: https://h5.example.com\r\n", NO_STR);
    CHECK(!reply_header_of(&r, "Access-Control-Allow-Origin").n);
}
