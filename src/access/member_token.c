/* member_token.c -- member-scoped tokens: sealed, not kept.
 *
 * token = "koim_" base64url(version | member | ends, in seconds | epoch | seal), numbers with the
 * high byte first. The epoch is that of the id the token was made for: it stays good through merges
 * and partings.
 */
#include <assert.h>
#include <sodium.h>

#include "access/inside.h"
#include "access/member_token.h"

#define VERSION       1
#define PAYLOAD_BYTES 21 /* 1 + 8 + 8 + 4 */
#define SEAL_BYTES    24
#define SECRET_BYTES  32
#define TEXT_BYTES    60 /* base64url of both, without padding */

static_assert((PAYLOAD_BYTES + SEAL_BYTES) * 4 == TEXT_BYTES * 3, "no bit is left over");

SHAPE_DEFINE(member_token);

#define FIELDS_OF_token_state(X, N)       \
    X(i64, living, ANY, "", N)            \
    X(opt_instant, erased_at, ANY, "", N) \
    X(i64, epoch, ANY, "", N)             \
    X(str, secret, ANY, "", N)
SHAPE(token_state);
SHAPE_DEFINE(token_state);

/* All that a use needs: who the id lives as, its epoch, the secret. */
QUERY(token_state_of, token_state,
      "WITH RECURSIVE step(member, merged_into, erased_at) AS ("
      "SELECT member, merged_into, erased_at FROM member WHERE member = $1 UNION ALL "
      "SELECT m.member, m.merged_into, m.erased_at FROM step s"
      " JOIN member m ON m.member = s.merged_into) "
      "SELECT s.member AS living, s.erased_at AS erased_at,"
      " COALESCE((SELECT e.epoch FROM member_token_epoch e WHERE e.member = $1), 0) AS epoch,"
      " (SELECT k.secret FROM member_token_secret k WHERE k.id = 1) AS secret"
      " FROM step s WHERE s.merged_into IS NULL");
CHANGE(token_secret_add,
       "INSERT INTO member_token_secret (id, secret) VALUES (1, $1) ON CONFLICT (id) DO NOTHING");
CHANGE(token_epochs_raise,
       "WITH RECURSIVE ids(member) AS (SELECT CAST($1 AS BIGINT) UNION"
       " SELECT m.member FROM member m JOIN ids ON m.merged_into = ids.member) "
       "INSERT INTO member_token_epoch (member, epoch) SELECT member, 1 FROM ids WHERE TRUE"
       " ON CONFLICT (member) DO UPDATE SET epoch = member_token_epoch.epoch + 1");

struct token {
    i64 member, ends_s, epoch;
};

static void put_number(u8 *at, i64 value, int n)
{
    for (int i = n; i-- > 0; value >>= 8) at[i] = (u8)(value & 0xff);
}

static i64 get_number(const u8 *at, int n)
{
    u64 value = 0;
    for (int i = 0; i < n; i++) value = value << 8 | at[i];
    return (i64)value;
}

static void put_payload(u8 at[PAYLOAD_BYTES], struct token k)
{
    at[0] = VERSION;
    put_number(at + 1, k.member, 8);
    put_number(at + 9, k.ends_s, 8);
    put_number(at + 17, k.epoch, 4);
}

/* false: the secret is not what this file writes. */
static bool seal(str secret, const u8 payload[PAYLOAD_BYTES], u8 out[SEAL_BYTES])
{
    u8 key[SECRET_BYTES];
    size_t n = 0;
    if (!secret.at ||
        sodium_hex2bin(key, sizeof key, secret.at, (size_t)secret.n, NULL, &n, NULL) != 0 ||
        n != sizeof key)
        return false;
    crypto_generichash(out, SEAL_BYTES, payload, PAYLOAD_BYTES, key, sizeof key);
    return true;
}

static enum err refuse(struct ctx *c)
{
    return fail(c, E_UNAUTHENTICATED, "会员令牌无效、已撤销或已过期，请重新获取",
                "the member's token is unknown, revoked or over; ask for another");
}

static enum err make_secret(struct tx *t, void *arg)
{
    u8 fresh[SECRET_BYTES];
    (void)arg;
    randombytes_buf(fresh, sizeof fresh);
    return tx_change(t, &token_secret_add, ARGS(str_hex(t->c->arena, fresh, sizeof fresh)));
}

static enum err state_of(struct ctx *c, i64 member, struct token_state *out)
{
    bool found;
    TRY(db_find(c, &token_state_of, out, &found, ARGS(member)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的会员", "there is no member %lld",
                    (long long)member);
    if (out->erased_at.has)
        return fail(c, E_CONFLICT, "会员 %lld 的个人信息已删除", "member %lld was erased",
                    (long long)member);
    return OK;
}

enum err member_token_make(struct store *s, struct ctx *c, i64 member, i64 hours,
                           struct member_token *out)
{
    if (hours < 1 || hours > MEMBER_TOKEN_HOURS)
        return fail_at(c, E_INVALID, S("hours"), "有效时长须为 1 到 %lld 小时",
                       "a token is good for 1 to %lld hours", (long long)MEMBER_TOKEN_HOURS);
    struct token_state is;
    TRY(state_of(c, member, &is));
    i64 living = is.living;
    if (living != member || !is.secret.n) { /* the epoch of the id that the token will carry */
        if (!is.secret.n) TRY(store_write(s, c, make_secret, NULL));
        TRY(state_of(c, living, &is));
    }
    struct token k = { living, c->now / SECOND_MS + hours * 3600, is.epoch };
    u8 raw[PAYLOAD_BYTES + SEAL_BYTES];
    char text[TEXT_BYTES + 1];
    put_payload(raw, k);
    if (!seal(is.secret, raw, raw + PAYLOAD_BYTES))
        return fail(c, E_INTERNAL, "会员令牌的密钥已损坏", "the secret of tokens is damaged");
    sodium_bin2base64(text, sizeof text, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out->token = str_fmt(c->arena, MEMBER_TOKEN_PREFIX "%s", text);
    out->expires_at = k.ends_s * SECOND_MS;
    return OK;
}

enum err member_tokens_revoke(struct tx *t, i64 member)
{
    struct token_state is;
    bool found;
    TRY(db_find(t->c, &token_state_of, &is, &found, ARGS(member)));
    if (!found)
        return fail(t->c, E_NOT_FOUND, "没有编号为 %lld 的会员", "there is no member %lld",
                    (long long)member);
    return tx_change(t, &token_epochs_raise, ARGS(is.living));
}

bool member_token_is(str secret) { return str_starts(secret, S(MEMBER_TOKEN_PREFIX)); }

enum err member_token_use(struct ctx *c, str token)
{
    u8 raw[PAYLOAD_BYTES + SEAL_BYTES], good[SEAL_BYTES];
    size_t n = 0;
    if (!member_token_is(token)) return refuse(c);
    str text = str_sub(token, sizeof MEMBER_TOKEN_PREFIX - 1, token.n);
    if (text.n != TEXT_BYTES ||
        sodium_base642bin(raw, sizeof raw, text.at, (size_t)text.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof raw || raw[0] != VERSION)
        return refuse(c);
    struct token k = { get_number(raw + 1, 8), get_number(raw + 9, 8), get_number(raw + 17, 4) };
    struct token_state is;
    bool found;
    TRY(db_find(c, &token_state_of, &is, &found, ARGS(k.member)));
    if (!found || !seal(is.secret, raw, good) ||
        sodium_memcmp(good, raw + PAYLOAD_BYTES, SEAL_BYTES) != 0)
        return refuse(c);
    if (is.erased_at.has || is.epoch != k.epoch || c->now / SECOND_MS >= k.ends_s) return refuse(c);
    c->user = c->key = 0;
    c->member = is.living;
    c->rights = MY;
    c->actor = str_fmt(c->arena, "member:%lld", (long long)is.living);
    return OK;
}
