/* member_token.h -- what a mini-program holds on behalf of one member: "koim_…", opens /v1/my and
 * nothing else.
 *
 * A token is a member's id, its end and his epoch under a seal (keyed BLAKE2b, a secret of the
 * store): nothing is written when one is made, and a use costs one indexed SELECT. Revoking raises
 * the epoch.
 *
 * Promises
 *   - a_token_opens_my_routes_only: and those open to nobody else (routes of right MY).
 *   - a_token_acts_for_the_living: of a merged member for the one he became; parted again, for
 *     himself.
 *   - revoked_at_once: by this process or another, with all tokens of ids merged into him.
 *   - a_forgotten_member_has_none: erasure ends his tokens at once.
 *   - an_altered_token_is_none.
 */
#pragma once

#include "store/store.h"

#define MEMBER_TOKEN_PREFIX "koim_"
#define MEMBER_TOKEN_HOURS  ((i64)720) /* at most */

#define FIELDS_OF_member_token(X, N)                                  \
    X(str, token, REQUIRED, "Authorization: Bearer …, for /v1/my", N) \
    X(instant, expires_at, REQUIRED, "When it ends; ask for another", N)
SHAPE(member_token);

/* hours: 1 to MEMBER_TOKEN_HOURS. E_NOT_FOUND: no such member; E_CONFLICT: he was erased. */
enum err member_token_make(struct store *s, struct ctx *c, i64 member, i64 hours,
                           struct member_token *out);
/* All of him and of those merged into him. */
enum err member_tokens_revoke(struct tx *t, i64 member);
bool member_token_is(str secret); /* by its beginning */
/* Fills c->member (living), c->actor "member:ID", c->rights MY. E_UNAUTHENTICATED. */
enum err member_token_use(struct ctx *c, str token);
