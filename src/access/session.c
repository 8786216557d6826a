/* session.c -- signing in and staying signed in: a random token in a cookie, its hash in the store.
 *
 * Invariants
 *  1. A session is over 12 h after its last use, 7 days after it began, and when its user is
 *     disabled.
 *  2. The CSRF token follows from the session's token, so it cannot outlive it and needs no place
 *     in the store.
 */
#include <sodium.h>

#include "access/inside.h"

#define FIELDS_OF_account_row(X, N) \
    X(i64, id, ANY, "", N)          \
    X(str, name, ANY, "", N)        \
    X(str, password, SECRET, "", N) \
    X(flag, disabled, ANY, "", N)
SHAPE(account_row);
SHAPE_DEFINE(account_row);
#define FIELDS_OF_session_row(X, N)    \
    X(i64, user_id, ANY, "", N)        \
    X(str, name, ANY, "", N)           \
    X(choice(role), role, ANY, "", N)  \
    X(flag, disabled, ANY, "", N)      \
    X(instant, created_at, ANY, "", N) \
    X(instant, seen_at, ANY, "", N)
SHAPE(session_row);
SHAPE_DEFINE(session_row);

QUERY(account_by_name, account_row,
      "SELECT id, name, password, disabled FROM user_account WHERE name_folded = $1");
QUERY(account_by_id, account_row,
      "SELECT id, name, password, disabled FROM user_account WHERE id = $1");
QUERY(session_find, session_row,
      "SELECT s.user_id, u.name, u.role, u.disabled, s.created_at, s.seen_at FROM user_session s "
      "JOIN user_account u ON u.id = s.user_id WHERE s.hash = $1");
CHANGE(session_insert,
       "INSERT INTO user_session (hash, user_id, created_at, seen_at) VALUES ($1, $2, $3, $3)");
CHANGE(session_delete, "DELETE FROM user_session WHERE hash = $1");
CHANGE(sessions_delete_of, "DELETE FROM user_session WHERE user_id = $1");
CHANGE(sessions_delete_old, "DELETE FROM user_session WHERE created_at < $1 OR seen_at < $2");
CHANGE(account_seen, "UPDATE user_account SET seen_at = $2 WHERE id = $1");

static str csrf_of(struct arena *a, str token)
{
    u8 mac[24];
    char text[48];
    crypto_generichash(mac, sizeof mac, (const u8 *)"koi csrf", 8, (const u8 *)token.at,
                       (size_t)(token.n < 64 ? token.n : 64));
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_fmt(a, "%s", text);
}

static bool same_text(str a, str b)
{
    return a.n == b.n && sodium_memcmp(a.at, b.at, (size_t)a.n) == 0;
}

/* -- signing in ------------------------------------------------------------------------------- */

struct opening {
    str name, address, hash;
    i64 wait_ms, user;
    bool good;
};

static enum err count_try(struct tx *t, void *arg)
{
    struct opening *o = arg;
    return throttle_count(t, o->name, o->address, &o->wait_ms);
}

static enum err note_failure(struct tx *t, void *arg)
{
    struct opening *o = arg;
    str subject = o->user ? str_fmt(t->c->arena, "users/%lld", (long long)o->user) : S("users/?");
    return audit_write(t, S("session.refused"), subject, S("{}"));
}

static enum err insert(struct tx *t, void *arg)
{
    struct opening *o = arg;
    struct ctx *c = t->c;
    TRY(throttle_clear(t, o->name, o->address));
    TRY(tx_change(t, &session_insert, ARGS(o->hash, o->user, c->now)));
    TRY(tx_change(t, &account_seen, ARGS(o->user, c->now)));
    str subject = str_fmt(c->arena, "users/%lld", (long long)o->user);
    return audit_write(t, S("session.opened"), subject, S("{}"));
}

enum err session_open(struct store *s, struct ctx *c, str name, str password, str address,
                      struct session_grant *out)
{
    struct opening o = { .name = name, .address = address };
    enum err e = store_write(s, c, count_try, &o);
    out->wait_ms = o.wait_ms;
    if (e != OK) return e;
    struct account_row account = { 0 };
    bool found;
    TRY(db_find(c, &account_by_name, &account, &found, ARGS(str_fold(c->arena, name))));
    bool good = password_matches(found ? account.password : NO_STR, password) && !account.disabled;
    o.user = account.id;
    if (!good) {
        TRY(store_write(s, c, note_failure, &o));
        return fail(c, E_UNAUTHENTICATED, "用户名或密码不正确",
                    "the name or the password is wrong");
    }
    out->token = secret_random(c->arena, "");
    out->csrf = csrf_of(c->arena, out->token);
    out->user = account.id;
    out->expires_at = c->now + SESSION_IDLE_MS;
    o.hash = secret_hash(c->arena, out->token);
    c->user = account.id;
    c->actor = str_fmt(c->arena, "user:" STR_FMT, STR_ARG(account.name));
    return store_write(s, c, insert, &o);
}

enum err password_check(struct store *s, struct ctx *c, i64 user, str plain)
{
    struct account_row account;
    bool found;
    TRY(db_find(c, &account_by_id, &account, &found, ARGS(user)));
    if (!found) return fail(c, E_FORBIDDEN, "只有用户可以修改密码", "only a user has a password");
    struct opening o = { .name = account.name, .address = c->address };
    TRY(store_write(s, c, count_try, &o));
    if (password_matches(account.password, plain)) return OK;
    return fail_at(c, E_FORBIDDEN, S("old_password"), "原密码不正确", "the old password is wrong");
}

/* -- staying signed in ------------------------------------------------------------------------ */

static enum err over(struct ctx *c)
{
    return fail(c, E_UNAUTHENTICATED, "登录已失效，请重新登录",
                "the session is over; please sign in again");
}

static enum err load(struct ctx *c, str hash, struct known *k)
{
    struct session_row row;
    bool found;
    TRY(db_find(c, &session_find, &row, &found, ARGS(hash)));
    if (!found || row.disabled) return over(c);
    *k = (struct known){ .store = c->store,
                         .kind = KNOWN_SESSION,
                         .id = row.user_id,
                         .rights = role_rights(row.role),
                         .loaded_at = c->now,
                         .created_at = row.created_at,
                         .seen_at = row.seen_at,
                         .expires_at = row.created_at + SESSION_MAX_MS };
    memcpy(k->hash, hash.at, sizeof k->hash);
    memcpy(k->actor, "user:", 5);
    memcpy(k->actor + 5, row.name.at, (size_t)(row.name.n < 120 ? row.name.n : 120));
    memory_put(k);
    return OK;
}

static enum err find(struct ctx *c, str token, struct known *k)
{
    if (token.n != 43) return over(c);
    str hash = secret_hash(c->arena, token);
    if (memory_find(c, KNOWN_SESSION, hash, k)) return OK;
    TRY(load(c, hash, k));
    struct known again; /* the later time of use, and this use is counted */
    if (memory_find(c, KNOWN_SESSION, hash, &again)) *k = again;
    return OK;
}

enum err session_use(struct ctx *c, str token, bool changing, str csrf)
{
    struct known k;
    TRY(find(c, token, &k));
    if (c->now >= k.expires_at || c->now - k.seen_at > SESSION_IDLE_MS) return over(c);
    if (changing && csrf.at && !same_text(csrf, csrf_of(c->arena, token)))
        return fail(c, E_FORBIDDEN, "缺少或错误的 X-CSRF-Token，请刷新页面",
                    "X-CSRF-Token is missing or wrong; reload the page");
    c->user = k.id;
    c->key = c->member = 0;
    c->rights = k.rights;
    c->actor = str_copy(c->arena, str_of(k.actor));
    return OK;
}

enum err session_read(struct ctx *c, str token, struct session_grant *out)
{
    struct known k;
    TRY(find(c, token, &k));
    instant idle = c->now + SESSION_IDLE_MS;
    *out = (struct session_grant){ .token = token,
                                   .csrf = csrf_of(c->arena, token),
                                   .user = k.id,
                                   .expires_at = idle < k.expires_at ? idle : k.expires_at };
    return OK;
}

/* -- endings ---------------------------------------------------------------------------------- */

struct closing {
    str hash;
};

static enum err remove_session(struct tx *t, void *arg)
{
    struct closing *k = arg;
    return tx_change(t, &session_delete, ARGS(k->hash));
}

enum err session_close(struct store *s, struct ctx *c, str token)
{
    struct closing k = { secret_hash(c->arena, token) };
    memory_forget(s, k.hash);
    TRY(store_write(s, c, remove_session, &k));
    memory_forget(s, k.hash); /* whatever was read in between */
    return OK;
}

enum err sessions_end(struct tx *t, i64 user)
{
    return tx_change(t, &sessions_delete_of, ARGS(user));
}

enum err session_sweep(struct tx *t)
{
    instant now = t->c->now;
    return tx_change(t, &sessions_delete_old, ARGS(now - SESSION_MAX_MS, now - SESSION_IDLE_MS));
}
