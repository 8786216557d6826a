/* access_api.c -- doors: signing in and out, users, keys, the audit log; and the room. */
#include "access/inside.h"

#include "base/room.h"
#include "http/request.h"
#include "job/job.h"

#define COOKIE "koi_session"

/* -- session ---------------------------------------------------------------------------------- */

#define FIELDS_OF_sign_in(X, N)                       \
    X(str, name, REQUIRED | SHORT, "Sign-in name", N) \
    X(str, password, REQUIRED | SECRET | SHORT, "Password", N)
SHAPE(sign_in);
SHAPE_DEFINE(sign_in);

#define FIELDS_OF_session_user(X, N)                \
    X(i64, id, REQUIRED, "Id; 0 for an API key", N) \
    X(str, name, REQUIRED, "Name", N)               \
    X(str, role, ANY, "Role; absent for an API key", N)
SHAPE(session_user);
SHAPE_DEFINE(session_user);

#define FIELDS_OF_session_view(X, N)                                     \
    X(one(session_user), user, REQUIRED, "Who is signed in", N)          \
    X(strs, rights, REQUIRED, "What he may do", N)                       \
    X(str, csrf, ANY, "To be sent as X-CSRF-Token with every change", N) \
    X(opt_instant, expires_at, ANY, "When the session ends without further use", N)
SHAPE(session_view);
SHAPE_DEFINE(session_view);

static enum err fill_session(struct ctx *c, i64 user, const struct session_grant *grant,
                             struct session_view *out)
{
    struct user_view u;
    TRY(user_get(c, user, &u));
    out->user = NEW(c->arena, struct session_user);
    *out->user = (struct session_user){ u.id, u.name, choice_name(&role_choice, (int)u.role) };
    out->rights = rights_list(c->arena, role_rights(u.role));
    out->csrf = grant->csrf;
    out->expires_at = (opt_instant){ true, grant->expires_at };
    return OK;
}

static void set_cookie(struct request *r, struct arena *a, str token, i64 seconds)
{
    reply_header(r, "Set-Cookie",
                 str_fmt(a, COOKIE "=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                         STR_ARG(token), (long long)seconds, request_secure(r) ? "; Secure" : ""));
}

/* session_open sets who acts; what comes of it is the caller's view. */
static enum err open_session(struct ctx *c, str name, str password, struct session_view *out)
{
    struct request *r = request_of(c);
    struct session_grant grant = { 0 };
    enum err e = session_open(c->store, c, name, password, request_ip(r), &grant);
    if (e == E_TOO_MANY)
        reply_header(r, "Retry-After",
                     str_fmt(c->arena, "%lld", (long long)((grant.wait_ms + 999) / 1000)));
    TRY(e);
    set_cookie(r, c->arena, grant.token, SESSION_MAX_MS / 1000);
    return fill_session(c, grant.user, &grant, out);
}

HANDLER(session_create, sign_in, session_view)
{
    return open_session(c, in->name, in->password, out);
}

HANDLER(session_show, nothing, session_view)
{
    if (!c->user) { /* an API key */
        out->user = NEW(c->arena, struct session_user);
        *out->user = (struct session_user){ 0, c->actor, NO_STR };
        out->rights = rights_list(c->arena, c->rights);
        return OK;
    }
    struct session_grant grant;
    TRY(session_read(c, request_cookie(request_of(c), S(COOKIE)), &grant));
    return fill_session(c, c->user, &grant, out);
}

HANDLER(session_end, nothing, nothing)
{
    struct request *r = request_of(c);
    str token = request_cookie(r, S(COOKIE));
    if (token.n) TRY(session_close(c->store, c, token));
    set_cookie(r, c->arena, S(""), 0);
    return OK;
}

#define FIELDS_OF_new_password(X, N)                                             \
    X(str, old_password, REQUIRED | SECRET | SHORT, "The password until now", N) \
    X(str, new_password, REQUIRED | SECRET | SHORT, "The new one: 10 characters or more", N)
SHAPE(new_password);
SHAPE_DEFINE(new_password);

struct changing {
    i64 user;
    struct password password;
};

static enum err write_password(struct tx *t, void *arg)
{
    struct changing *k = arg;
    return user_set_password(t, k->user, k->password);
}

/* All sessions end, this one too; the caller gets a new one at once. */
HANDLER(session_password, new_password, session_view)
{
    struct changing k = { .user = c->user };
    struct user_view u;
    TRY(password_check(c->store, c, c->user, in->old_password));
    TRY(user_get(c, c->user, &u));
    TRY(password_make(c, u.name, in->new_password, &k.password));
    TRY(store_write(c->store, c, write_password, &k));
    return open_session(c, u.name, in->new_password, out);
}

/* -- users ------------------------------------------------------------------------------------ */

#define FIELDS_OF_user_page(X, N) X(list(user_view), items, REQUIRED, "All users", N)
SHAPE(user_page);
SHAPE_DEFINE(user_page);

HANDLER(users_list, nothing, user_page) { return user_list(c, &out->items); }

#define FIELDS_OF_new_user(X, N)                                                            \
    X(str, name, REQUIRED | SHORT, "Sign-in name", N)                                       \
    X(str, password, REQUIRED | SECRET | SHORT, "First password: 10 characters or more", N) \
    X(choice(role), role, REQUIRED, "Role", N)
SHAPE(new_user);
SHAPE_DEFINE(new_user);

HANDLER(users_create, new_user, user_view)
{
    i64 id;
    TRY(user_add(c->store, c, in->name, in->password, in->role, &id));
    return user_get(c, id, out);
}

#define FIELDS_OF_user_change(X, N)                                    \
    X(i64, id, REQUIRED, "Id", N)                                      \
    X(str, role, SHORT, "New role; absent: as it is", N)               \
    X(opt_flag, disabled, ANY, "May not sign in; absent: as it is", N) \
    X(str, password, SECRET | SHORT, "New password; absent: as it is", N)
SHAPE(user_change);
SHAPE_DEFINE(user_change);

struct user_changing {
    const struct user_change *in;
    int role;
    struct password password;
};

static enum err write_user(struct tx *t, void *arg)
{
    struct user_changing *k = arg;
    if (k->role >= 0) TRY(user_set_role(t, k->in->id, (enum role)k->role));
    if (k->in->disabled.has) TRY(user_set_disabled(t, k->in->id, k->in->disabled.value));
    if (k->in->password.n) TRY(user_set_password(t, k->in->id, k->password));
    return OK;
}

HANDLER(users_change, user_change, user_view)
{
    struct user_changing k = { .in = in, .role = -1 };
    struct user_view u;
    TRY(user_get(c, in->id, &u));
    if (in->role.n && (k.role = choice_find(&role_choice, in->role)) < 0)
        return fail_at(c, E_INVALID, S("role"),
                       "角色须为 owner、operator、analyst、support、viewer 之一",
                       "role is one of owner, operator, analyst, support, viewer");
    if (in->password.n) TRY(password_make(c, u.name, in->password, &k.password));
    TRY(audited_write(c, write_user, &k, NULL));
    return user_get(c, in->id, out);
}

/* -- keys ------------------------------------------------------------------------------------- */

#define FIELDS_OF_key_page(X, N) X(list(key_view), items, REQUIRED, "All keys, newest first", N)
SHAPE(key_page);
SHAPE_DEFINE(key_page);

HANDLER(keys_list, nothing, key_page) { return key_list(c, &out->items); }

#define FIELDS_OF_new_key(X, N)                                       \
    X(str, name, REQUIRED | SHORT, "What it is for", N)               \
    X(strs, scopes, REQUIRED, "Rights it carries: members:read …", N) \
    X(opt_instant, expires_at, ANY, "Ends by itself; absent: never", N)
SHAPE(new_key);
SHAPE_DEFINE(new_key);

#define FIELDS_OF_key_secret(X, N) \
    X(i64, id, REQUIRED, "Id", N)  \
    X(str, secret, REQUIRED, "The key itself, shown this once", N)
SHAPE(key_secret);
SHAPE_DEFINE(key_secret);

struct key_making {
    const struct new_key *in;
    u64 scopes;
    struct key_grant grant;
};

static enum err write_key(struct tx *t, void *arg)
{
    struct key_making *k = arg;
    return key_create(t, k->in->name, k->scopes, k->in->expires_at, &k->grant);
}

HANDLER(keys_create, new_key, key_secret)
{
    struct key_making k = { .in = in };
    for (i64 i = 0; i < in->scopes.n; i++) {
        u64 bit;
        str field = str_fmt(c->arena, "/scopes/%lld", (long long)i);
        if (!right_parse(in->scopes.at[i], &bit))
            return fail_at(c, E_INVALID, field, "没有这项权限：" STR_FMT,
                           "there is no such right: " STR_FMT, STR_ARG(in->scopes.at[i]));
        if (!may(c, bit))
            return fail_at(c, E_FORBIDDEN, field, "不能授予自己没有的权限：" STR_FMT,
                           "a right one does not hold cannot be given: " STR_FMT,
                           STR_ARG(in->scopes.at[i]));
        k.scopes |= bit;
    }
    TRY(audited_write(c, write_key, &k, &k.grant.id));
    out->id = k.grant.id;
    out->secret = k.grant.secret;
    return OK;
}

#define FIELDS_OF_key_ref(X, N) X(i64, id, REQUIRED, "Id", N)
SHAPE(key_ref);
SHAPE_DEFINE(key_ref);

static enum err write_revoked(struct tx *t, void *arg) { return key_revoke(t, *(const i64 *)arg); }

HANDLER(keys_revoke, key_ref, nothing)
{
    i64 id = in->id;
    return audited_write(c, write_revoked, &id, NULL);
}

/* -- audit ------------------------------------------------------------------------------------ */

#define FIELDS_OF_audit_ask(X, N)                                                \
    X(str, actor, SHORT, "Only this actor: user:NAME, key:NAME, cli, system", N) \
    X(str, action, SHORT, "Only actions that begin so", N)                       \
    PAGE_FIELDS(X, N)
SHAPE(audit_ask);
SHAPE_DEFINE(audit_ask);

#define FIELDS_OF_audit_page(X, N)                          \
    X(list(audit_view), items, REQUIRED, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page; absent: this was the last", N)
SHAPE(audit_page);
SHAPE_DEFINE(audit_page);

HANDLER(audit_show, audit_ask, audit_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "audit", in->cursor, &at));
    TRY(audit_list(c, in->actor, in->action, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "audit", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

/* -- the room --------------------------------------------------------------------------------- */

extern const struct route settings_routes[];

static const struct route access_routes[] = {
    ROUTE(POST, "/v1/session", RIGHT_NONE, session_create, "Access", "登录", "Sign in",
          .flags = PUBLIC | CREATES, .errors = "E_UNAUTHENTICATED E_TOO_MANY", .body_max = 4096),
    ROUTE(GET, "/v1/session", RIGHT_NONE, session_show, "Access", "当前登录", "Who is signed in",
          .flags = QUICK),
    ROUTE(DELETE, "/v1/session", RIGHT_NONE, session_end, "Access", "退出登录", "Sign out"),
    ROUTE(PUT, "/v1/session/password", RIGHT_NONE, session_password, "Access", "修改自己的密码",
          "Change one's own password", .errors = "E_FORBIDDEN E_TOO_MANY", .body_max = 4096),
    ROUTE(GET, "/v1/users", USERS_WRITE, users_list, "Access", "列出用户", "List users"),
    ROUTE(POST, "/v1/users", USERS_WRITE, users_create, "Access", "新建用户", "Make a user",
          .flags = CREATES | AUDITS_ITSELF, .errors = "E_CONFLICT", .body_max = 4096),
    ROUTE(PATCH, "/v1/users/{id}", USERS_WRITE, users_change, "Access",
          "修改用户的角色、状态或密码", "Change a user's role, state or password",
          .errors = "E_NOT_FOUND E_CONFLICT", .body_max = 4096),
    ROUTE(GET, "/v1/keys", USERS_WRITE, keys_list, "Access", "列出 API 密钥", "List API keys"),
    ROUTE(POST, "/v1/keys", USERS_WRITE, keys_create, "Access", "新建 API 密钥（只显示一次）",
          "Make an API key (shown once)", .flags = CREATES, .errors = "E_FORBIDDEN"),
    ROUTE(DELETE, "/v1/keys/{id}", USERS_WRITE, keys_revoke, "Access", "撤销 API 密钥",
          "Revoke an API key", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/audit", AUDIT_READ, audit_show, "Access", "查看审计日志", "Read the audit log",
          .flags = CURSOR),
    { .next = settings_routes },
};

static const struct job_row access_jobs[] = {
    { "access.sweep", MINUTE_MS, 0, access_sweep, "保存最近使用时间，清除过期的登录",
      "Keeps times of last use, removes sessions that are over" },
    { 0 },
};

const struct room access_room = {
    .name = "access",
    .migrations = access_migrations,
    .routes = access_routes,
    .jobs = access_jobs,
};
