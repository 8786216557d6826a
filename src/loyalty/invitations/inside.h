/* inside.h -- inside invitations: a step of an invitation. */
#pragma once

#include "loyalty/invitations.h"
#include "member/member.h"

extern const struct migration invitation_migrations[]; /* tables.c */
extern const struct field_table invitation_fields;     /* fields.c */

#define FIELDS_OF_invitation(X, N)              \
    X(i64, member, ANY, "", N)                  \
    X(i64, number, ANY, "", N)                  \
    X(choice(invite_counts), step, ANY, "", N)  \
    X(i64, inviter, ANY, "", N)                 \
    X(instant, bound_at, ANY, "", N)            \
    X(choice(invited_state), state, ANY, "", N) \
    X(opt_instant, at, ANY, "", N)              \
    X(flag, counts, ANY, "", N)                 \
    X(opt_i64, purchase, ANY, "", N)            \
    X(i64, round, ANY, "", N)                   \
    X(flag, held, ANY, "", N)
SHAPE(invitation);
/* Of rows: it is on leaderboards and in segments. */
#define INVITATION_COUNTS "counts AND state = 'counted' AND NOT held"

/* All steps of all invitations of a member, the first invitation first. */
enum err invitation_rows(struct ctx *c, i64 member, struct invitation_list *out);
