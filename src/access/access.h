/* access.h -- who may do what: users with roles, sessions, API keys with scopes, the audit log.
 *
 * Promises
 *   - passwords are kept as argon2id (libsodium), keys and session tokens as hashes; each is
 *     shown once.
 *   - password_rules: 10 characters or more, not the name, not among the commonest.
 *   - throttle: after 5 failed sign-ins of a name or address, each further try waits longer (up
 *     to 15 min); success clears it.
 *   - the audit log is append-only and holds no personal data of members.
 *   - the last owner can be neither removed nor demoted.
 *   - a session ends after 12 h without use, 7 days at most, and at once when the password
 *     changes or the user is disabled.
 */
#pragma once

#include "store/store.h"

/* Rights are bits; a route row names one. Roles and key scopes are sets of them. */
#define RIGHTS(X)                                                                               \
    X(MEMBERS_READ, 1, "members:read", "查看会员", "see members")                               \
    X(MEMBERS_WRITE, 2, "members:write", "修改会员、标签", "change members and tags")           \
    X(PERSONAL_READ, 3, "personal:read", "查看未脱敏的个人信息", "see personal data unmasked")  \
    X(ORDERS_READ, 4, "orders:read", "查看订单与商品", "see orders and products")               \
    X(ORDERS_WRITE, 5, "orders:write", "写入订单与商品", "write orders and products")           \
    X(IMPORT, 6, "import", "导入文件", "import files")                                          \
    X(REPORTS_READ, 7, "reports:read", "查看报表", "see reports")                               \
    X(EXPORT, 8, "export", "导出", "export data")                                               \
    X(SETTINGS_WRITE, 9, "settings:write", "修改设置", "change settings")                       \
    X(USERS_WRITE, 10, "users:write", "管理用户与密钥", "manage users and keys")                \
    X(AUDIT_READ, 11, "audit:read", "查看审计日志", "see the audit log")                        \
    X(TRACK_WRITE, 12, "track:write", "写入行为", "write behaviour")                            \
    X(SEGMENTS_WRITE, 13, "segments:write", "保存分层", "save segments")                        \
    X(LOYALTY_READ, 14, "loyalty:read", "查看会员计划", "see the loyalty programme")            \
    X(LOYALTY_WRITE, 15, "loyalty:write", "修改会员计划的规则", "change the programme's rules") \
    X(POINTS_GRANT, 16, "points:grant", "手工增减积分与权益", "give and take points by hand")   \
    X(APPROVE, 17, "approve", "审批他人的申请", "decide what others ask for")                   \
    X(MEMBER_TOKENS, 18, "members:token", "为会员签发令牌", "issue tokens for members")         \
    X(MY, 19, "my", "会员本人", "the member himself")

enum right_bit {
#define X(name, bit, text, zh, en) name##_BIT_ = bit,
    RIGHTS(X)
#undef X
};
#define RIGHT_NONE 0 /* any signed-in caller */
/* Used in rows: MEMBERS_READ, or several with |. */
enum {
#define X(name, bit, text, zh, en) name = 1 << (bit),
    RIGHTS(X)
#undef X
};
str rights_text(struct arena *a, u64 rights, const char *between);
bool right_parse(str text, u64 *out);
strs rights_list(struct arena *a, u64 rights);

enum role { ROLE_OWNER, ROLE_OPERATOR, ROLE_ANALYST, ROLE_SUPPORT, ROLE_VIEWER };
CHOICE(role); /* owner operator analyst support viewer */
u64 role_rights(enum role r);

static inline bool may(const struct ctx *c, u64 right) { return (c->rights & right) == right; }

#define FIELDS_OF_user_view(X, N)                \
    X(i64, id, ANY, "Id", N)                     \
    X(str, name, ANY, "Sign-in name", N)         \
    X(choice(role), role, ANY, "Role", N)        \
    X(flag, disabled, ANY, "May not sign in", N) \
    X(instant, created_at, ANY, "Made", N)       \
    X(opt_instant, seen_at, ANY, "Last sign-in", N)
SHAPE(user_view);

/* A password made ready to be kept: checked against the rules and hashed (about 100 ms, so never
 * inside a transaction; at most two at a time in the process). Its own type, so that plain text
 * cannot be stored by mistake. */
struct password {
    str hash;
};
enum err password_make(struct ctx *c, str name, str plain, struct password *out);

enum err user_create(struct tx *t, str name, struct password password, enum role role, i64 *id);
enum err user_set_password(struct tx *t, i64 id, struct password password); /* ends his sessions */
/* password_make and user_create in one, for the command line and first starts. */
enum err user_add(struct store *s, struct ctx *c, str name, str plain, enum role role, i64 *id);
enum err user_set_role(struct tx *t, i64 id, enum role role);
enum err user_set_disabled(struct tx *t, i64 id, bool disabled);
enum err user_list(struct ctx *c, struct user_view_list *out);
enum err user_find(struct ctx *c, str name, bool *found, struct user_view *out);
enum err user_get(struct ctx *c, i64 id, struct user_view *out);
i64 user_count(struct ctx *c);

/* Signs in: argon2id runs outside any transaction. token is the cookie's value, csrf goes to the
 * page. */
struct session_grant {
    str token, csrf;
    i64 user;
    instant expires_at;
    i64 wait_ms; /* with E_TOO_MANY: when to try again */
};
enum err session_open(struct store *s, struct ctx *c, str name, str password, str address,
                      struct session_grant *out);
/* What session_open gave, once more, without touching the session. */
enum err session_read(struct ctx *c, str token, struct session_grant *out);
/* Checks the password of a signed-in user (argon2id, outside transactions, counted by the
 * throttle): E_FORBIDDEN. */
enum err password_check(struct store *s, struct ctx *c, i64 user, str plain);
enum err session_close(struct store *s, struct ctx *c, str token);
/* Fills c->user, c->actor, c->rights. E_UNAUTHENTICATED when unknown or over. csrf is checked when
 * it is not absent (changing requests with a cookie must bring it). */
enum err session_use(struct ctx *c, str token, bool changing, str csrf);

struct key_grant {
    i64 id;
    str secret; /* "koi_…", shown once */
};
enum err key_create(struct tx *t, str name, u64 scopes, opt_instant expires_at,
                    struct key_grant *out);
enum err key_revoke(struct tx *t, i64 id);
enum err key_use(struct ctx *c, str secret);

/* What is known of sign-ins and keys in memory (10 s old at most) forgets what concerns this store:
 * for tests and tools that change access tables by other ways than the functions above. */
void access_forget(struct store *s);
/* Writes the times of last use that memory holds; the sweep job and http_stop call it. */
enum err access_flush(struct store *s, struct ctx *c);
enum err access_sweep(struct store *s, struct ctx *c); /* and removes what is over */

/* Whose a thing is that c->actor makes: a user's bare name; else as the audit log has it. */
str actor_name(const struct ctx *c);

/* One line: what was done to what, by c->actor from c->address; detail is a small JSON object
 * without personal data. */
enum err audit_write(struct tx *t, str action, str subject, json detail);

/* The line a route leaves, as its door keeps it ready in c->audit. */
struct audit_note {
    str action, subject;
    json detail;
    bool written;
    write_fn *with; /* what else is written where the line is; NULL: nothing */
    void *with_arg;
};
/* Adds a word to the detail of the line kept ready ("reason"); none is: nothing. */
void audit_say(struct ctx *c, const char *name, str value);
/* store_write for a handler whose one write is its change: the route's line in the audit log is
 * written in the same transaction, instead of in one of its own afterwards. made: the id of what fn
 * made, for the line; NULL: none. Without a line kept ready it is store_write. */
enum err audited_write(struct ctx *c, write_fn *fn, void *arg, const i64 *made);

#define FIELDS_OF_audit_view(X, N)                                                       \
    X(i64, id, ANY, "Id", N)                                                             \
    X(instant, at, ANY, "When", N)                                                       \
    X(str, actor, ANY, "Who: user:NAME, key:NAME, cli, system", N)                       \
    X(str, action, ANY, "What was done: METHOD /path of a route, or an event's name", N) \
    X(str, subject, ANY, "To what", N)                                                   \
    X(json, detail, ANY, "More, without personal data", N)                               \
    X(str, address, ANY, "From which address", N)
SHAPE(audit_view);
/* Newest first, below `before` (0: from the newest). Empty actor or action: all; action matches its
 * beginning. */
enum err audit_list(struct ctx *c, str actor, str action, i64 before, i64 limit,
                    struct audit_view_list *out);

#define FIELDS_OF_key_view(X, N)                               \
    X(i64, id, ANY, "Id", N)                                   \
    X(str, name, ANY, "What it is for", N)                     \
    X(strs, scopes, ANY, "Rights it carries", N)               \
    X(instant, created_at, ANY, "Made", N)                     \
    X(opt_instant, expires_at, ANY, "Ends by itself", N)       \
    X(opt_instant, used_at, ANY, "Last use, to the minute", N) \
    X(flag, revoked, ANY, "No longer valid", N)
SHAPE(key_view);
enum err key_list(struct ctx *c, struct key_view_list *out);

extern const struct room access_room; /* /v1/session, /v1/users, /v1/keys, /v1/audit */
