/* key.c -- API keys: shown once, kept as a hash, carrying a set of rights. */
#include "access/inside.h"
#include "access/member_token.h"

SHAPE_DEFINE(key_view);

#define FIELDS_OF_key_row(X, N)            \
    X(i64, id, ANY, "", N)                 \
    X(str, name, ANY, "", N)               \
    X(i64, scopes, ANY, "", N)             \
    X(instant, created_at, ANY, "", N)     \
    X(opt_instant, expires_at, ANY, "", N) \
    X(opt_instant, used_at, ANY, "", N)    \
    X(flag, revoked, ANY, "", N)
SHAPE(key_row);
SHAPE_DEFINE(key_row);

#define KEY_COLUMNS "id, name, scopes, created_at, expires_at, used_at, revoked"
QUERY(keys_all, key_row, "SELECT " KEY_COLUMNS " FROM api_key ORDER BY id DESC");
QUERY(key_by_hash, key_row, "SELECT " KEY_COLUMNS " FROM api_key WHERE hash = $1");
CHANGE(key_insert,
       "INSERT INTO api_key (id, name, hash, scopes, created_at, expires_at, revoked, made_by) "
       "VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)");
CHANGE(key_set_revoked, "UPDATE api_key SET revoked = TRUE WHERE id = $1");

static void forget(void *store) { memory_forget_all(store); }

enum err key_create(struct tx *t, str name, u64 scopes, opt_instant expires_at,
                    struct key_grant *out)
{
    struct ctx *c = t->c;
    if (!name.n || name.n > 60 || !str_is_line(name))
        return fail_at(c, E_INVALID, S("name"), "密钥名称须为 1 到 60 字节，不能换行",
                       "a key's name takes 1 to 60 bytes in one line");
    if (!scopes)
        return fail_at(c, E_INVALID, S("scopes"), "密钥至少要有一项权限",
                       "a key needs at least one right");
    if (scopes & MY)
        return fail_at(c, E_INVALID, S("scopes"), "密钥不能代表会员本人，请用会员令牌",
                       "a key is no member: use tokens of members");
    if (expires_at.has && expires_at.value <= c->now)
        return fail_at(c, E_INVALID, S("expires_at"), "到期时间须在将来", "the end must lie ahead");
    TRY(tx_take(t, S("api_key"), 1, &out->id));
    out->secret = secret_random(c->arena, "koi_");
    return tx_change(t, &key_insert,
                     ARGS(out->id, name, secret_hash(c->arena, out->secret), (i64)scopes, c->now,
                          expires_at, c->user ? SOME(c->user) : NONE));
}

enum err key_revoke(struct tx *t, i64 id)
{
    i64 rows;
    TRY(tx_change_rows(t, &key_set_revoked, &rows, ARGS(id)));
    if (!rows)
        return fail(t->c, E_NOT_FOUND, "没有编号为 %lld 的密钥", "there is no key %lld",
                    (long long)id);
    if (t->c->store) tx_after_commit(t, forget, t->c->store);
    return OK;
}

static enum err refuse(struct ctx *c)
{
    return fail(c, E_UNAUTHENTICATED, "API 密钥无效、已撤销或已过期",
                "the API key is unknown, revoked or over");
}

static enum err load(struct ctx *c, str hash, struct known *k)
{
    struct key_row row;
    bool found;
    TRY(db_find(c, &key_by_hash, &row, &found, ARGS(hash)));
    if (!found || row.revoked) return refuse(c);
    *k = (struct known){ .store = c->store,
                         .kind = KNOWN_KEY,
                         .id = row.id,
                         .rights = (u64)row.scopes,
                         .loaded_at = c->now,
                         .created_at = row.created_at,
                         .seen_at = row.used_at.has ? row.used_at.value : 0,
                         .expires_at = row.expires_at.has ? row.expires_at.value : 0 };
    memcpy(k->hash, hash.at, sizeof k->hash);
    memcpy(k->actor, "key:", 4);
    memcpy(k->actor + 4, row.name.at, (size_t)(row.name.n < 120 ? row.name.n : 120));
    memory_put(k);
    return OK;
}

enum err key_use(struct ctx *c, str secret)
{
    if (member_token_is(secret))
        return fail(c, E_FORBIDDEN, "会员令牌只能访问 /v1/my",
                    "a member's token opens /v1/my only");
    if (secret.n != 47 || !str_starts(secret, S("koi_"))) return refuse(c);
    str hash = secret_hash(c->arena, secret);
    struct known k, again;
    if (!memory_find(c, KNOWN_KEY, hash, &k)) {
        TRY(load(c, hash, &k));
        memory_find(c, KNOWN_KEY, hash, &again); /* counts this use */
    }
    if (k.expires_at && c->now >= k.expires_at) return refuse(c);
    c->user = c->member = 0;
    c->key = k.id;
    c->rights = k.rights;
    c->actor = str_copy(c->arena, str_of(k.actor));
    return OK;
}

enum err key_list(struct ctx *c, struct key_view_list *out)
{
    struct key_row_list rows;
    TRY(db_all(c, &keys_all, &rows, NO_ARGS));
    *out = (struct key_view_list){ NEWS(c->arena, struct key_view, rows.n + 1), rows.n };
    for (i64 i = 0; i < rows.n; i++) {
        const struct key_row *r = &rows.at[i];
        out->at[i] = (struct key_view){ .id = r->id,
                                        .name = r->name,
                                        .scopes = rights_list(c->arena, (u64)r->scopes),
                                        .created_at = r->created_at,
                                        .expires_at = r->expires_at,
                                        .used_at = r->used_at,
                                        .revoked = r->revoked };
    }
    return OK;
}
