/* invitations.h -- members who bring members: a code of one's own, who came by it, when that
 * counts.
 *
 * Words
 *   code      a member's own, made when he first asks for it; codes of ids merged into his stay
 * his. bound     who came by a code has its owner as his inviter, for good. Only a newcomer can be
 * bound: first seen no longer ago than `invitations.new_days`, who has bought nothing before. step
 * what an invitation comes to: he joined (at_once), he bought (first_order). A task of the kind
 * invite says which step it gives for; the setting `invitations.counts` says which one leaderboards
 * and segments count.
 *
 *     -- bound --> waiting --the step is done--> counted --refunded, or himself--> taken_back
 *                                                   +<-------------done again-----------+
 *
 * Promises
 *   - one_inviter_for_good: however many ask at once; never oneself, never one's merged selves, no
 *     circles.
 *   - only_newcomers_are_bound.
 *   - a_step_counts_once: of a person, whoever he turns out to be.
 *   - held_counts_when_released: while what an invitation gives is held for review, or was rejected
 *     there, it is on no leaderboard and in no segment; released it counts as of when it was done.
 *   - a_refund_takes_it_back: a first purchase refunded whole within `invitations.return_days`
 * takes back what it gave, once; the next purchase is his first. What was used stays, and is not
 * given again.
 *   - invitations_follow_merges: of inviter and invited, and come back. Who turns out to have
 * invited himself loses what that gave; parted again he has it back. Threads  any; what changes
 * runs inside store_write.
 */
#pragma once

#include "loyalty/tasks.h"

enum invited_state { INVITED_WAITING, INVITED_COUNTED, INVITED_TAKEN_BACK };
CHOICE(invited_state); /* waiting counted taken_back */

/* His own code; made by the first call. */
enum err invitation_code(struct tx *t, i64 member, str *code);
enum err invitation_code_find(struct ctx *c, i64 member, str *code); /* empty: none yet */
/* Where a code leads, as `invitations.link` says. */
enum err invitation_link(struct ctx *c, str code, str *link);

struct invited_by {
    str code;    /* one of both */
    i64 inviter; /* any id he ever had */
    str device;  /* it was accepted on, as it was told; may be empty */
};
/* member (living) came by it. The same inviter again: *again. E_UNPROCESSABLE: no such code,
 * himself, a circle, no newcomer; E_CONFLICT: another invited him. */
enum err invitation_accept(struct tx *t, i64 member, const struct invited_by *by, bool *again);
/* What his invitation has come to by now. */
enum err invitation_look(struct tx *t, i64 member);

#define FIELDS_OF_invited(X, N)                                                        \
    X(i64, number, ANY, "Number of the invitation", N)                                 \
    X(i64, member, ANY, "Who was invited, by the id he has now", N)                    \
    X(instant, bound_at, ANY, "When he came by the code", N)                           \
    X(choice(invite_counts), step, ANY, "What it comes to: he joined, he bought", N)   \
    X(choice(invited_state), state, ANY, "Where that stands", N)                       \
    X(opt_instant, at, ANY, "When it counted", N)                                      \
    X(flag, counts, ANY, "Leaderboards and segments count this step", N)               \
    X(flag, held, ANY, "What it gave was held for review: it counts once released", N) \
    X(opt_i64, purchase, ANY, "By which order", N)
SHAPE(invited);

struct invitations {
    i64 counted, waiting; /* how many friends; held in review they wait */
    bool bound;           /* somebody invited him */
    i64 inviter;          /* who, by the id he has now */
    instant bound_at;
};
/* Of a living id. */
enum err invitations_of(struct ctx *c, i64 member, struct invitations *out);
/* Whom he invited, newest first, below a number (0: from the newest): a row a step. */
enum err invited_list(struct ctx *c, i64 member, i64 below, i64 limit, struct invited_list *out);

struct merge_listener;
struct order_listener;
extern const struct merge_listener invitation_merges; /* after trade's, before boards' */
extern const struct order_listener invitation_orders; /* after those of join */
extern const struct room invitations_room;            /* invitations_api.c */
