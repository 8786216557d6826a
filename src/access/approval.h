/* approval.h -- two people for what one should not do alone: somebody asks, somebody else decides.
 *
 * A kind is a row of a room's `approvals`. The room's door asks (approval_ask) instead of acting;
 * when another person approves, `apply` runs in the deciding transaction.
 *
 *   open --approve--> approved     apply ran, in the same transaction
 *        --reject---> rejected
 *        --withdraw-> withdrawn    by who asked
 *        --its time-> expired      at that instant; the job only writes it down
 *
 * Promises
 *   - nobody_decides_his_own: neither who asked nor who made the key that asked; and keys, members
 *     and commands decide nothing: only a signed-in user does.
 *   - decided_once: of two at once one wins, the other gets E_CONFLICT.
 *   - approval_applies_in_the_same_transaction: approved means done, and done means approved.
 *   - a_refused_application_leaves_it_open: with the reason kept (`problem`); it can be tried
 * again.
 *   - asks_expire: after `approval.days`, by reading, whether or not the job has run.
 *   - the_same_ask_while_open_is_one: same asker, kind, subject, body and reason: the same number
 *     again, so a retry is harmless.
 *   - all_is_audited: asking and each ending, in the transaction that did it.
 */
#pragma once

#include "store/store.h"

/* What an ask would do, for people, in the reader's language. */
struct approval_words {
    str what;   /* "给会员 7 加积分" */
    str amount; /* "+5,000 积分"; absent: it is not about an amount */
};

struct approval_kind {
    const char *name;    /* "points.grant"; NULL ends a table */
    u64 ask, decide;     /* rights; decide holds APPROVE */
    const char *zh, *en; /* "手工发放积分" */
    /* Does it, as who decides (c->user, c->actor). The body is what was asked; ids in it may have
     * been merged since (member_living). An error leaves the ask open. Ids of what it makes follow
     * from the approval's number, though it runs at most once to the end. */
    enum err (*apply)(struct tx *t, i64 approval, json body);
    enum err (*describe)(struct ctx *c, json body, struct approval_words *out);
};

struct room;
void approvals_register(
    const struct room *const *rooms); /* by app; tests with kinds of their own */

/* Asks, as c's caller, who needs the kind's right. kind: name of a row (an unknown one is our
 * mistake: assert). subject: "member:7". body: a JSON object of at most 4,000 bytes, never personal
 * data; nor is the reason, 1 to 200 bytes. */
enum err approval_ask(struct tx *t, const char *kind, str subject, json body, str reason, i64 *id);

/* For the answer of a door that asked, in the same transaction or after it. */
#define FIELDS_OF_approval_asked(X, N)                                    \
    X(i64, id, REQUIRED, "Number of the ask: /v1/approvals/{id}", N)      \
    X(instant, expires_at, REQUIRED, "When it ends undecided", N)         \
    X(i64, deciders, REQUIRED, "How many other users could decide it", N) \
    X(str, hint, ANY, "What to do when nobody could", N)
SHAPE(approval_asked);
enum err approval_asked_show(struct ctx *c, i64 id, struct approval_asked *out);

enum approval_state {
    APPROVAL_OPEN,
    APPROVAL_APPROVED,
    APPROVAL_REJECTED,
    APPROVAL_WITHDRAWN,
    APPROVAL_EXPIRED
};
CHOICE(approval_state); /* open approved rejected withdrawn expired */

#define FIELDS_OF_approval_view(X, N)                                                     \
    X(i64, id, REQUIRED, "Number", N)                                                     \
    X(str, kind, REQUIRED, "Kind: points.grant", N)                                       \
    X(str, title, REQUIRED, "The kind, for people", N)                                    \
    X(str, what, ANY, "What it would do, for people", N)                                  \
    X(str, amount, ANY, "How much, for people; absent: not about an amount", N)           \
    X(str, subject, ANY, "To what: member:7", N)                                          \
    X(json, body, ANY, "What was asked", N)                                               \
    X(str, reason, ANY, "Why it was asked", N)                                            \
    X(choice(approval_state), state, REQUIRED, "Where it stands, at this moment", N)      \
    X(str, asked_by, REQUIRED, "Who asked: user:NAME, key:NAME, cli", N)                  \
    X(instant, asked_at, REQUIRED, "When", N)                                             \
    X(instant, expires_at, REQUIRED, "When it ends undecided", N)                         \
    X(str, decided_by, ANY, "Who ended it", N)                                            \
    X(opt_instant, decided_at, ANY, "When it ended", N)                                   \
    X(str, note, ANY, "What who decided said", N)                                         \
    X(str, problem, ANY, "Why an approval could not be carried out, if one was tried", N) \
    X(opt_instant, problem_at, ANY, "When that was", N)                                   \
    X(flag, own, REQUIRED, "Asked by the caller or a key of his", N)                      \
    X(flag, may_decide, REQUIRED, "Open, and the caller may decide it", N)
SHAPE(approval_view);

/* Who holds APPROVE sees all; others what they asked themselves. E_NOT_FOUND. */
enum err approval_get(struct ctx *c, i64 id, struct approval_view *out);
/* Newest first, below `before` (0: from the newest). state: absent for all, or one's name. */
enum err approval_list(struct ctx *c, str state, i64 before, i64 limit,
                       struct approval_view_list *out);

enum approval_verdict { APPROVE_IT, REJECT_IT, WITHDRAW_IT };
/* As c's caller. E_FORBIDDEN: not his to decide. E_CONFLICT: it is decided or over. Else what apply
 * answered: then it is still open. */
enum err approval_decide(struct store *s, struct ctx *c, i64 id, enum approval_verdict verdict,
                         str note);
/* Writes down what is over; the job. */
enum err approval_expire(struct store *s, struct ctx *c);

extern const struct room approval_room; /* /v1/approvals */
