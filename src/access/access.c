/* access.c -- the tables of rights and roles, and what this room keeps in the store. */
#include "access/inside.h"

#include "base/room.h"

static const struct {
    u64 bit;
    const char *text, *zh, *en;
} rights[] = {
#define X(name, bit, text, zh, en) { (u64)1 << (bit), text, zh, en },
    RIGHTS(X)
#undef X
};

str rights_text(struct arena *a, u64 set, const char *between)
{
    struct buf b = { .arena = a };
    for (i64 i = 0; i < COUNT(rights); i++) {
        if (!(set & rights[i].bit)) continue;
        if (b.n) buf_add(&b, str_of(between));
        buf_add(&b, str_of(rights[i].text));
    }
    return buf_str(&b);
}

bool right_parse(str text, u64 *out)
{
    for (i64 i = 0; i < COUNT(rights); i++)
        if (str_eq(text, str_of(rights[i].text))) {
            *out = rights[i].bit;
            return true;
        }
    return false;
}

strs rights_list(struct arena *a, u64 set)
{
    strs out = { 0 };
    for (i64 i = 0; i < COUNT(rights); i++)
        if (set & rights[i].bit) *PUSH(a, &out) = str_of(rights[i].text);
    return out;
}

CHOICE_DEFINE(role, "owner", "operator", "analyst", "support", "viewer");

/* What each role may do. Analysts see figures and members without names; support sees people but
 * changes no settings. */
static const u64 role_table[] = {
    [ROLE_OWNER] = MEMBERS_READ | MEMBERS_WRITE | PERSONAL_READ | ORDERS_READ | ORDERS_WRITE |
                   IMPORT | REPORTS_READ | EXPORT | SETTINGS_WRITE | USERS_WRITE | AUDIT_READ |
                   TRACK_WRITE | SEGMENTS_WRITE | LOYALTY_READ | LOYALTY_WRITE | POINTS_GRANT |
                   APPROVE | MEMBER_TOKENS,
    [ROLE_OPERATOR] = MEMBERS_READ | MEMBERS_WRITE | PERSONAL_READ | ORDERS_READ | ORDERS_WRITE |
                      IMPORT | REPORTS_READ | EXPORT | SETTINGS_WRITE | SEGMENTS_WRITE |
                      LOYALTY_READ | LOYALTY_WRITE | POINTS_GRANT | APPROVE,
    [ROLE_ANALYST] =
        MEMBERS_READ | ORDERS_READ | REPORTS_READ | EXPORT | SEGMENTS_WRITE | LOYALTY_READ,
    [ROLE_SUPPORT] =
        MEMBERS_READ | MEMBERS_WRITE | PERSONAL_READ | ORDERS_READ | LOYALTY_READ | POINTS_GRANT,
    [ROLE_VIEWER] = MEMBERS_READ | ORDERS_READ | REPORTS_READ | LOYALTY_READ,
};

u64 role_rights(enum role r)
{
    return (int)r >= 0 && (int)r < COUNT(role_table) ? role_table[r] : 0;
}

const struct migration access_migrations[] = {
    { "0001 users", "CREATE TABLE user_account ("
                    "  id int64 PRIMARY KEY,"
                    "  name text NOT NULL,"
                    "  name_folded text NOT NULL UNIQUE,"
                    "  password text NOT NULL,"
                    "  role text NOT NULL,"
                    "  disabled flag NOT NULL,"
                    "  created_at int64 NOT NULL,"
                    "  seen_at int64);"
                    "CREATE TABLE user_session ("
                    "  hash text PRIMARY KEY,"
                    "  user_id int64 NOT NULL,"
                    "  created_at int64 NOT NULL,"
                    "  seen_at int64 NOT NULL);"
                    "CREATE INDEX user_session_of ON user_session (user_id);"
                    "CREATE TABLE sign_in_failure ("
                    "  kind text NOT NULL,"
                    "  who text NOT NULL,"
                    "  failures int64 NOT NULL,"
                    "  last_at int64 NOT NULL,"
                    "  PRIMARY KEY (kind, who));" },
    { "0002 keys", "CREATE TABLE api_key ("
                   "  id int64 PRIMARY KEY,"
                   "  name text NOT NULL,"
                   "  hash text NOT NULL UNIQUE,"
                   "  scopes int64 NOT NULL,"
                   "  created_at int64 NOT NULL,"
                   "  expires_at int64,"
                   "  used_at int64,"
                   "  revoked flag NOT NULL);" },
    { "0003 audit", "CREATE TABLE audit_line ("
                    "  id int64 PRIMARY KEY,"
                    "  at int64 NOT NULL,"
                    "  actor text NOT NULL,"
                    "  action text NOT NULL,"
                    "  subject text,"
                    "  detail text,"
                    "  address text);"
                    "CREATE INDEX audit_line_by_actor ON audit_line (actor, id);" },
    { "0004 makers of keys", "ALTER TABLE api_key ADD COLUMN made_by int64;" },
    { "0005 tokens of members", "CREATE TABLE member_token_secret ("
                                "  id int64 PRIMARY KEY,"
                                "  secret text NOT NULL);"
                                "CREATE TABLE member_token_epoch ("
                                "  member int64 NOT NULL,"
                                "  epoch int64 NOT NULL,"
                                "  PRIMARY KEY (member)) clustered;" },
    { NULL, NULL },
};

/* Copies times of use in steps, so that one write never grows without bound. */
#define FLUSH_STEP 256

CHANGE(session_seen, "UPDATE user_session SET seen_at = $2 WHERE hash = $1 AND seen_at < $2");
CHANGE(key_seen, "UPDATE api_key SET used_at = $2 WHERE hash = $1 AND COALESCE(used_at, 0) < $2");

struct flush {
    struct known *at;
    i64 n;
};

static enum err write_seen(struct tx *t, void *arg)
{
    struct flush *f = arg;
    for (i64 i = 0; i < f->n; i++) {
        const struct known *k = &f->at[i];
        str hash = { k->hash, sizeof k->hash };
        TRY(tx_change(t, k->kind == KNOWN_SESSION ? &session_seen : &key_seen,
                      ARGS(hash, k->seen_at)));
    }
    return OK;
}

enum err access_flush(struct store *s, struct ctx *c)
{
    struct flush f = { NEWS(c->arena, struct known, FLUSH_STEP), 0 };
    while ((f.n = memory_take_dirty(s, f.at, FLUSH_STEP)) > 0) {
        TRY(store_write(s, c, write_seen, &f));
        if (f.n < FLUSH_STEP) break;
    }
    return OK;
}

static enum err sweep(struct tx *t, void *arg)
{
    (void)arg;
    TRY(session_sweep(t));
    return throttle_sweep(t);
}

enum err access_sweep(struct store *s, struct ctx *c)
{
    TRY(access_flush(s, c));
    return store_write(s, c, sweep, NULL);
}

void access_forget(struct store *s) { memory_forget_all(s); }

str actor_name(const struct ctx *c)
{
    str name = c->actor;
    if (str_starts(name, S("user:"))) name = str_sub(name, 5, name.n);
    return str_or(name, S("system"));
}
