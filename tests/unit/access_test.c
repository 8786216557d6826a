/* access_test.c -- who may do what: sign-in, sessions, CSRF, throttle, roles, keys, the audit log,
 * through real doors. */
#include "test.h"

#include <stdio.h>

#include "support/http_client.h"

#include "access/access.h"
#include "base/room.h"
#include "http/http.h"
#include "job/job.h"

static const struct room *const test_rooms[] = { &access_room, &http_room, &job_room, NULL };
static struct http *server;
static _Atomic i64 clock_ms;

static instant now(void) { return clock_ms; }

static void stop(void *arg)
{
    (void)arg;
    if (server) http_stop(server);
    server = NULL;
}

static struct client *serve(void)
{
    struct ctx *c = test_ctx();
    clock_ms = c->now;
    struct http_options o = { .listen = S("127.0.0.1:0"),
                              .folder = str_of(test_folder()),
                              .now = now };
    CHECK_OK(c, http_start(c, test_store(), test_rooms, o, &server));
    arena_defer(c->arena, stop, NULL);
    return client_new(c, http_port(server));
}

static struct reply sign_in(struct client *k, const char *name, const char *password)
{
    str body = str_fmt(k->c->arena, "{\"name\":\"%s\",\"password\":\"%s\"}%c", name, password, 0);
    return client_json(k, "POST", "/v1/session", body.at);
}

#define PASSWORD "correct horse battery" /* of client_sign_in */

TEST(a_session_is_opened_shown_and_closed)
{
    struct client *k = serve();
    CHECK_I64(GET(k, "/v1/session").status, 401);
    client_sign_in(k, "安娜", ROLE_OPERATOR);
    struct reply r = GET(k, "/v1/session");
    CHECK_I64(r.status, 200);
    CHECK_STR(reply_text_of(k->c, &r, "name"), "安娜");
    CHECK_STR(reply_text_of(k->c, &r, "role"), "operator");
    CHECK(str_eq(reply_text_of(k->c, &r, "csrf"), k->csrf));
    CHECK(reply_has(&r, "\"members:read\"") && !reply_has(&r, "users:write"));
    CHECK_STR(reply_text_of(k->c, &r, "expires_at"), "2024-06-01T12:00:00.000Z");
    str cookie = k->cookie;
    CHECK_I64(client_call(k, "DELETE", "/v1/session", "", NO_STR).status, 204);
    k->cookie = cookie;
    CHECK_I64(GET(k, "/v1/session").status, 401);
}

TEST(the_cookie_cannot_be_read_or_sent_from_elsewhere)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    k->cookie = NO_STR;
    struct reply r = sign_in(k, "anna", PASSWORD);
    str cookie = reply_header_of(&r, "Set-Cookie");
    CHECK(str_starts(cookie, S("koi_session=")));
    CHECK(str_find(cookie, S("; Path=/; HttpOnly; SameSite=Lax; Max-Age=")) > 0);
    CHECK(str_find(cookie, S("Secure")) < 0);
    r = client_call(k, "POST", "/v1/session",
                    "Content-Type: application/json\r\nX-Forwarded-Proto: https\r\n",
                    S("{\"name\":\"anna\",\"password\":\"" PASSWORD "\"}"));
    CHECK(str_ends(reply_header_of(&r, "Set-Cookie"), S("; Secure")));
}

TEST(changes_by_cookie_need_the_csrf_token_and_our_own_pages)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *body = "{\"name\":\"k\",\"scopes\":[\"members:read\"]}";
    str csrf = k->csrf;
    k->csrf = NO_STR;
    CHECK_I64(client_json(k, "POST", "/v1/keys", body).status, 403);
    k->csrf = S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    CHECK_I64(client_json(k, "POST", "/v1/keys", body).status, 403);
    CHECK_I64(GET(k, "/v1/keys").status, 200); /* reading does not */
    k->csrf = csrf;
    CHECK_I64(client_json(k, "POST", "/v1/keys", body).status, 201);
    struct reply r =
        client_call(k, "POST", "/v1/keys", "Origin: https://evil.example\r\n", str_of(body));
    CHECK_I64(r.status, 403);
    r = client_call(k, "POST", "/v1/keys", "Sec-Fetch-Site: cross-site\r\n", str_of(body));
    CHECK_I64(r.status, 403);
    const char *own = str_fmt(k->c->arena, "Origin: http://localhost:%d\r\n%c", k->port, 0).at;
    CHECK_I64(client_call(k, "POST", "/v1/keys", own, str_of(body)).status, 201);
    /* another session's token is not good for this one */
    struct client *other = client_new(k->c, k->port);
    client_sign_in(other, "anna", ROLE_OWNER);
    k->csrf = other->csrf;
    CHECK_I64(client_json(k, "POST", "/v1/keys", body).status, 403);
}

TEST(throttle)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    k->cookie = k->csrf = NO_STR;
    for (int i = 0; i < 5; i++) CHECK_I64(sign_in(k, "anna", "wrong password").status, 401);
    struct reply r = sign_in(k, "anna", PASSWORD);
    CHECK_I64(r.status, 429);
    CHECK_STR(reply_header_of(&r, "Retry-After"), "5");
    CHECK_I64(sign_in(k, "somebody else", "wrong password").status,
              429); /* the address waits too */
    clock_ms += 6 * SECOND_MS;
    CHECK_I64(sign_in(k, "anna", "wrong password").status, 401);
    clock_ms += 6 * SECOND_MS;
    r = sign_in(k, "anna", PASSWORD);
    CHECK_I64(r.status, 429); /* each further try waits longer */
    CHECK_STR(reply_header_of(&r, "Retry-After"), "4");
    clock_ms += 5 * SECOND_MS;
    CHECK_I64(sign_in(k, "anna", PASSWORD).status, 201);
    CHECK_I64(sign_in(k, "anna", "wrong password").status, 401); /* success cleared it */
    CHECK_I64(sign_in(k, "anna", PASSWORD).status, 201);
    /* names that do not exist are told apart neither by words nor by time */
    r = sign_in(k, "nobody", "wrong password");
    CHECK_I64(r.status, 401);
    CHECK(reply_has(&r, "用户名或密码不正确"));
}

TEST(an_unknown_name_takes_as_long_as_a_known_one)
{
    struct ctx *c = test_reader();
    i64 id;
    struct session_grant grant;
    CHECK_OK(c, user_add(test_store(), c, S("anna"), S(PASSWORD), ROLE_OWNER, &id));
    i64 began = clock_mono_us();
    CHECK_ERR(c, session_open(test_store(), c, S("anna"), S("wrong"), S("1.1.1.1"), &grant),
              E_UNAUTHENTICATED);
    i64 known_us = clock_mono_us() - began;
    began = clock_mono_us();
    CHECK_ERR(c, session_open(test_store(), c, S("bert"), S("wrong"), S("1.1.1.2"), &grant),
              E_UNAUTHENTICATED);
    i64 unknown_us = clock_mono_us() - began;
    CHECK(unknown_us > known_us / 4);
}

TEST(password_rules)
{
    struct ctx *c = test_reader();
    struct password p;
    const char *refused[] = {
        "short",          "123456789",   "1234567890",  "password123",
        "aaaaaaaaaaaaaa", "annabella99", "AnnaBella99", "一二三四五六七八九"
    };
    for (i64 i = 0; i < COUNT(refused); i++)
        CHECK_ERR(c, password_make(c, S("annabella"), str_of(refused[i]), &p), E_INVALID);
    CHECK_OK(c, password_make(c, S("annabella"), S("一二三四五六七八九十"), &p));
    CHECK(str_starts(p.hash, S("$argon2id$v=19$m=65536,t=3,")));
}

TEST(a_session_ends_after_twelve_hours_idle_and_seven_days)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    str cookie = k->cookie;
    for (int i = 0; i < 13; i++) { /* used now and then it lives */
        clock_ms += 11 * HOUR_MS;
        CHECK_I64(GET(k, "/v1/session").status, 200);
    }
    clock_ms += 13 * HOUR_MS;
    CHECK_I64(GET(k, "/v1/session").status, 401);
    clock_ms = 1717200000000 + 7 * DAY_MS - HOUR_MS;
    CHECK_I64(GET(k, "/v1/session").status, 401); /* once over, over */
    k->cookie = NO_STR;
    client_sign_in(k, "anna", ROLE_OWNER);
    CHECK(!str_eq(cookie, k->cookie));
    for (int i = 0; i < 16; i++) {
        clock_ms += 10 * HOUR_MS;
        CHECK_I64(GET(k, "/v1/session").status, 200);
    }
    clock_ms += 9 * HOUR_MS; /* 169 h after its beginning */
    CHECK_I64(GET(k, "/v1/session").status, 401);
}

TEST(sessions_and_their_last_use_survive_a_restart)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    clock_ms += 10 * HOUR_MS;
    CHECK_I64(GET(k, "/v1/session").status, 200);
    instant then = clock_ms;
    str cookie = k->cookie;
    http_stop(server);
    server = NULL;
    test_store_reopen();
    k = serve();
    clock_ms = then + 11 * HOUR_MS; /* 21 h after the beginning, 11 after the last use */
    k->cookie = cookie;
    CHECK_I64(GET(k, "/v1/session").status, 200);
}

TEST(a_changed_password_ends_all_sessions_at_once)
{
    struct client *k = serve(), *other = client_new(k->c, k->port);
    client_sign_in(k, "anna", ROLE_OWNER);
    client_sign_in(other, "anna", ROLE_OWNER);
    CHECK_I64(GET(other, "/v1/session").status, 200);
    CHECK_I64(client_json(k, "PUT", "/v1/session/password",
                          "{\"old_password\":\"wrong\",\"new_password\":\"a new long password\"}")
                  .status,
              403);
    CHECK_I64(client_json(k, "PUT", "/v1/session/password",
                          "{\"old_password\":\"" PASSWORD "\",\"new_password\":\"short\"}")
                  .status,
              400);
    struct reply r =
        client_json(k, "PUT", "/v1/session/password",
                    "{\"old_password\":\"" PASSWORD "\",\"new_password\":\"a new long password\"}");
    CHECK_I64(r.status, 200);
    CHECK_I64(GET(other, "/v1/session").status, 401);
    CHECK_I64(GET(k, "/v1/session").status, 401);
    str_cut(reply_header_of(&r, "Set-Cookie"), ';', &k->cookie); /* the new one */
    CHECK_I64(GET(k, "/v1/session").status, 200);
    k->cookie = NO_STR;
    CHECK_I64(sign_in(k, "anna", PASSWORD).status, 401);
    CHECK_I64(sign_in(k, "anna", "a new long password").status, 201);
}

static str id_of(struct client *k, const char *name)
{
    bool found;
    struct user_view u;
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, user_find(c, str_of(name), &found, &u));
    CHECK(found);
    test_ctx_free(c);
    return str_fmt(k->c->arena, "/v1/users/%lld%c", (long long)u.id, 0);
}

TEST(a_disabled_user_is_out_at_once)
{
    struct client *owner = serve(), *k = client_new(owner->c, owner->port);
    client_sign_in(owner, "anna", ROLE_OWNER);
    client_sign_in(k, "bert", ROLE_VIEWER);
    CHECK_I64(GET(k, "/v1/session").status, 200);
    CHECK_I64(client_json(owner, "PATCH", id_of(owner, "bert").at, "{\"disabled\":true}").status,
              200);
    CHECK_I64(GET(k, "/v1/session").status, 401);
    k->cookie = k->csrf = NO_STR;
    CHECK_I64(sign_in(k, "bert", PASSWORD).status, 401);
    /* back again, with another role at once */
    CHECK_I64(client_json(owner, "PATCH", id_of(owner, "bert").at, "{\"disabled\":false}").status,
              200);
    client_sign_in(k, "bert", ROLE_VIEWER);
    CHECK_I64(GET(k, "/v1/users").status, 403);
    CHECK_I64(client_json(owner, "PATCH", id_of(owner, "bert").at, "{\"role\":\"owner\"}").status,
              200);
    CHECK_I64(GET(k, "/v1/users").status, 200);
}

TEST(the_last_owner_can_be_neither_removed_nor_demoted)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *path = id_of(k, "anna").at;
    CHECK_I64(client_json(k, "PATCH", path, "{\"role\":\"viewer\"}").status, 409);
    CHECK_I64(client_json(k, "PATCH", path, "{\"disabled\":true}").status, 409);
    CHECK_I64(client_json(k, "PATCH", path, "{\"role\":\"king\"}").status, 400);
    struct reply r =
        client_json(k, "POST", "/v1/users",
                    "{\"name\":\"berta\",\"password\":\"another long one\",\"role\":\"owner\"}");
    CHECK_I64(r.status, 201);
    CHECK_I64(
        client_json(k, "POST", "/v1/users",
                    "{\"name\":\"BERTA\",\"password\":\"another long one\",\"role\":\"viewer\"}")
            .status,
        409);
    CHECK_I64(client_json(k, "PATCH", path, "{\"role\":\"viewer\"}").status, 200);
    CHECK_I64(GET(k, "/v1/users").status, 403);
}

TEST(each_role_has_its_rights)
{
    struct client *k = serve();
    const struct {
        enum role role;
        int users, audit, settings, session;
    } rows[] = {
        { ROLE_OWNER, 200, 200, 200, 200 },   { ROLE_OPERATOR, 403, 403, 200, 200 },
        { ROLE_ANALYST, 403, 403, 200, 200 }, { ROLE_SUPPORT, 403, 403, 200, 200 },
        { ROLE_VIEWER, 403, 403, 200, 200 },
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        char name[8] = { 'u', (char)('0' + i), 0 };
        client_sign_in(k, name, (int)rows[i].role);
        CHECK_I64(GET(k, "/v1/users").status, rows[i].users);
        CHECK_I64(GET(k, "/v1/audit").status, rows[i].audit);
        CHECK_I64(GET(k, "/v1/settings").status, rows[i].settings);
        CHECK_I64(GET(k, "/v1/session").status, rows[i].session);
    }
    struct reply r = GET(k, "/v1/users");
    CHECK(reply_has(&r, "users:write")); /* the missing right is named */
    for (int role = 0; role < 5; role++) CHECK((role_rights((enum role)role) & MEMBERS_READ) != 0);
    CHECK(!(role_rights(ROLE_ANALYST) & PERSONAL_READ) &&
          !(role_rights(ROLE_VIEWER) & PERSONAL_READ));
    u64 bit;
    CHECK(right_parse(S("personal:read"), &bit) && bit == PERSONAL_READ &&
          !right_parse(S("x"), &bit));
}

TEST(keys_carry_their_scopes_and_end)
{
    struct client *owner = serve();
    client_sign_in(owner, "anna", ROLE_OWNER);
    struct reply r =
        client_json(owner, "POST", "/v1/keys",
                    "{\"name\":\"erp\",\"scopes\":[\"orders:write\",\"users:write\"]}");
    CHECK_I64(r.status, 201);
    struct client *k = client_new(owner->c, owner->port);
    k->key = reply_text_of(k->c, &r, "secret");
    CHECK(str_starts(k->key, S("koi_")) && k->key.n == 47);
    CHECK_I64(GET(k, "/v1/users").status, 200);
    CHECK_I64(GET(k, "/v1/audit").status, 403);
    r = GET(k, "/v1/session");
    CHECK_STR(reply_text_of(k->c, &r, "name"), "key:erp");
    /* no CSRF token is asked of a key; it cannot give what it has not */
    CHECK_I64(
        client_json(k, "POST", "/v1/keys", "{\"name\":\"b\",\"scopes\":[\"orders:write\"]}").status,
        201);
    CHECK_I64(
        client_json(k, "POST", "/v1/keys", "{\"name\":\"b\",\"scopes\":[\"audit:read\"]}").status,
        403);
    r = client_json(k, "POST", "/v1/keys",
                    "{\"name\":\"b\",\"scopes\":[\"orders:write\",\"fly\"]}");
    CHECK_I64(r.status, 400);
    CHECK_STR(reply_text_of(k->c, &r, "pointer"), "/scopes/1");
    r = client_json(
        owner, "POST", "/v1/keys",
        "{\"name\":\"short\",\"scopes\":[\"audit:read\"],\"expires_at\":\"2024-06-01T01:00:00Z\"}");
    CHECK_I64(r.status, 201);
    struct client *brief = client_new(owner->c, owner->port);
    brief->key = reply_text_of(k->c, &r, "secret");
    CHECK_I64(GET(brief, "/v1/audit").status, 200);
    clock_ms += HOUR_MS;
    CHECK_I64(GET(brief, "/v1/audit").status, 401);
    r = GET(owner, "/v1/keys");
    CHECK(!reply_has(&r, "koi_"));
    CHECK_I64(client_call(owner, "DELETE", "/v1/keys/1", "", NO_STR).status, 204);
    CHECK_I64(GET(k, "/v1/users").status, 401);
    CHECK_I64(client_call(owner, "DELETE", "/v1/keys/99", "", NO_STR).status, 404);
    k->key = S("koi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    CHECK_I64(GET(k, "/v1/users").status, 401);
}

TEST(names_of_keys_and_users_are_one_line)
{
    struct client *owner = serve();
    client_sign_in(owner, "anna", ROLE_OWNER);
    struct reply r = client_json(owner, "POST", "/v1/keys",
                                 "{\"name\":\"erp\\r\\nX: y\",\"scopes\":[\"orders:write\"]}");
    CHECK_I64(r.status, 400);
    CHECK_STR(reply_text_of(owner->c, &r, "pointer"), "/name");
    r = client_json(owner, "POST", "/v1/users",
                    "{\"name\":\"a\\nb\",\"password\":\"long enough 1\",\"role\":\"viewer\"}");
    CHECK_I64(r.status, 400);
    CHECK_STR(reply_text_of(owner->c, &r, "pointer"), "/name");
}

#define FIELDS_OF_kept_text(X, N) X(str, value, ANY, "", N)
SHAPE(kept_text);
SHAPE_DEFINE(kept_text);
QUERY(test_kept_passwords, kept_text, "SELECT password AS value FROM user_account");
QUERY(test_kept_keys, kept_text, "SELECT hash AS value FROM api_key");
QUERY(test_kept_sessions, kept_text, "SELECT hash AS value FROM user_session");

TEST(secrets_are_kept_as_hashes)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    struct reply r =
        client_json(k, "POST", "/v1/keys", "{\"name\":\"erp\",\"scopes\":[\"orders:write\"]}");
    str secret = reply_text_of(k->c, &r, "secret"), token = str_sub(k->cookie, 12, k->cookie.n);
    struct ctx *c = test_reader();
    struct query *const kept[] = { &test_kept_passwords, &test_kept_keys, &test_kept_sessions };
    for (i64 q = 0; q < COUNT(kept); q++) {
        struct kept_text_list rows;
        CHECK_OK(c, db_all(c, kept[q], &rows, NO_ARGS));
        CHECK(rows.n > 0);
        for (i64 i = 0; i < rows.n; i++) {
            CHECK(str_find(rows.at[i].value, S(PASSWORD)) < 0);
            CHECK(str_find(rows.at[i].value, secret) < 0);
            CHECK(str_find(rows.at[i].value, token) < 0);
        }
    }
}

TEST(every_change_is_a_line_of_the_audit_log)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    CHECK_I64(client_json(k, "POST", "/v1/keys", "{\"name\":\"erp\",\"scopes\":[\"orders:write\"]}")
                  .status,
              201);
    CHECK_I64(client_json(k, "POST", "/v1/keys", "{\"name\":\"erp\",\"scopes\":[]}").status, 400);
    sign_in(k, "anna", "not the password");
    struct reply r = GET(k, "/v1/audit?limit=2");
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "\"action\":\"session.refused\""));
    CHECK(reply_has(&r, "\"action\":\"POST /v1/keys\",\"subject\":\"keys/1\""));
    CHECK(reply_has(&r, "\"actor\":\"user:anna\"") && reply_has(&r, "\"address\":\"127.0.0.1\""));
    CHECK(!reply_has(&r, "not the password"));
    str cursor = reply_text_of(k->c, &r, "next_cursor");
    r = GET(k,
            str_fmt(k->c->arena, "/v1/audit?limit=50&cursor=" STR_FMT "%c", STR_ARG(cursor), 0).at);
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "session.opened") && reply_has(&r, "user.created") &&
          !reply_has(&r, "POST /v1/keys"));
    CHECK(reply_has(&r, "\"next_cursor\":null"));
    r = GET(k, "/v1/audit?action=POST");
    CHECK(reply_has(&r, "POST /v1/keys") && !reply_has(&r, "session."));
    r = GET(k, "/v1/audit?actor=user:bert");
    CHECK(reply_has(&r, "\"items\":[]"));
}

TEST(sweeping_removes_what_is_over)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    struct ctx *c = test_reader();
    struct kept_text_list rows;
    CHECK_OK(c, access_sweep(test_store(), c));
    CHECK_OK(c, db_all(c, &test_kept_sessions, &rows, NO_ARGS));
    CHECK_I64(rows.n, 1);
    c->now += 13 * HOUR_MS;
    CHECK_OK(c, access_sweep(test_store(), c));
    CHECK_OK(c, db_all(c, &test_kept_sessions, &rows, NO_ARGS));
    CHECK_I64(rows.n, 0);
}

TEST(jobs_are_shown_with_their_last_run)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    i64 ran;
    struct ctx *c = test_ctx();
    CHECK_OK(c, job_run_due(test_store(), c, test_rooms, &ran));
    CHECK_I64(ran, 2);
    struct reply r = GET(k, "/v1/jobs");
    CHECK_I64(r.status, 200);
    CHECK(reply_has(&r, "\"name\":\"access.sweep\"") && reply_has(&r, "\"name\":\"http.sweep\""));
    CHECK(reply_has(&r, "\"ok\":true") && reply_has(&r, "清除过期"));
    client_sign_in(k, "vera", ROLE_VIEWER);
    CHECK_I64(GET(k, "/v1/jobs").status, 403);
}

TEST(settings_are_shown_and_changed_by_those_who_may)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    CHECK_I64(client_json(k, "PUT", "/v1/settings/no.such", "{\"value\":\"1\"}").status, 404);
    struct reply r = GET(k, "/v1/settings");
    CHECK_I64(r.status, 200);
    client_sign_in(k, "vera", ROLE_VIEWER);
    CHECK_I64(client_json(k, "PUT", "/v1/settings/timezone", "{\"value\":\"Asia/Tokyo\"}").status,
              403);
}

CHANGE(no_more_audit, "DROP TABLE audit_line");
static enum err end_audit(struct tx *t, void *arg) { return tx_change(t, &no_more_audit, NO_ARGS); }

TEST(a_change_and_its_line_are_one)
{
    struct client *k = serve();
    client_sign_in(k, "anna", ROLE_OWNER);
    const char *body = "{\"name\":\"erp\",\"scopes\":[\"members:read\"]}";
    struct reply r = client_json(k, "POST", "/v1/keys", body);
    CHECK_I64(r.status, 201);
    str subject = str_fmt(k->c->arena, "keys/" STR_FMT, STR_ARG(reply_text_of(k->c, &r, "id")));
    struct audit_view_list lines;
    struct ctx *c = test_look();
    CHECK_OK(c, audit_list(c, S("user:anna"), S("POST /v1/keys"), 0, 10, &lines));
    CHECK_I64(lines.n, 1); /* once, by which of the two ways ever */
    CHECK(str_eq(lines.at[0].subject, subject));
    CHECK(str_find(lines.at[0].detail, S("\"status\":201")) >= 0);
    CHECK_OK(k->c, store_write(test_store(), k->c, end_audit, NULL));
    CHECK(client_json(k, "POST", "/v1/keys", body).status >= 500);
    struct key_view_list keys;
    CHECK_OK(c, key_list(c, &keys));
    CHECK_I64(keys.n, 1);
}
