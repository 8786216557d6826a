/* member_token_api.c -- doors: the shop's backend fetches and ends tokens for its members. */
#include "access/access.h"
#include "access/member_token.h"
#include "http/route.h"

#define FIELDS_OF_token_ask(X, N)     \
    X(i64, id, REQUIRED, "Member", N) \
    X(opt_i64, hours, POSITIVE, "For how long: 1 to 720; absent: 24", N)
SHAPE(token_ask);
SHAPE_DEFINE(token_ask);

HANDLER(token_make, token_ask, member_token)
{
    return member_token_make(c->store, c, in->id, in->hours.has ? in->hours.value : 24, out);
}

#define FIELDS_OF_token_owner(X, N) X(i64, id, REQUIRED, "Member", N)
SHAPE(token_owner);
SHAPE_DEFINE(token_owner);

static enum err write_revoked(struct tx *t, void *arg)
{
    return member_tokens_revoke(t, *(const i64 *)arg);
}

HANDLER(tokens_revoke, token_owner, nothing)
{
    i64 id = in->id;
    return audited_write(c, write_revoked, &id, NULL);
}

extern const struct route member_token_routes[];
const struct route member_token_routes[] = {
    ROUTE(POST, "/v1/members/{id}/token", MEMBER_TOKENS, token_make, "Members",
          "为会员签发令牌，供小程序访问 /v1/my", "Issue a member's token: what opens /v1/my",
          .flags = CREATES, .errors = "E_NOT_FOUND E_CONFLICT", .body_max = 4096),
    ROUTE(DELETE, "/v1/members/{id}/tokens", MEMBER_TOKENS, tokens_revoke, "Members",
          "撤销会员的全部令牌", "Revoke all tokens of a member", .errors = "E_NOT_FOUND"),
    { 0 },
};
