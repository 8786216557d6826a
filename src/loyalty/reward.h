/* reward.h -- the one way to give: points, growth, credit, an entitlement, a tag, a gift; once
 * each, within a budget, held for review where something looks wrong.
 *
 * Tasks, tiers, joins, boards, teams and the KOC programme all give through here.
 *
 * Promises
 *   - given_once: the same (member, id) again answers as the first time and gives nothing.
 *   - a_budget_is_never_overspent: what a reward costs is taken from its budget in the same
 *     transaction; when that has too little the reward is refused, and a line says so.
 *   - held_is_not_given: a reward under review gives nothing until somebody says yes; its cost
 * stays reserved meanwhile.
 *   - taken_back_once: what was given can be taken back, once, with its cost.
 */
#pragma once

#include "ledger/ledger.h"

enum reward_kind {
    REWARD_POINTS,  /* amount: points */
    REWARD_GROWTH,  /* amount: growth value */
    REWARD_CREDIT,  /* money: shopping credit, as bonus */
    REWARD_BENEFIT, /* amount times the benefit `code` */
    REWARD_TAG,     /* the tag `code` */
    REWARD_GIFT, /* a thing sent by people: `code` says what; amount pieces; becomes an order of the
                    mall to ship */
};
CHOICE(reward_kind);

#define FIELDS_OF_reward(X, N)                                                              \
    X(choice(reward_kind), kind, REQUIRED, "Kind", N)                                       \
    X(i64, amount, NOT_NEGATIVE, "How many; credit and tags: none", N)                      \
    X(opt_money, credit, POSITIVE, "Credit: how much", N)                                   \
    X(str, code, SHORT, "Benefit, tag or gift", N)                                          \
    X(opt_i64, valid_days, POSITIVE, "Ends after so many days; absent: by its own rule", N) \
    X(opt_money, cost, NOT_NEGATIVE, "Of all of it, for the budget; absent: worked out", N) \
    X(str, budget, SHORT, "Campaign budget it is charged to; absent: none", N)
SHAPE(reward);
/* What a rule may promise: E_INVALID with the field at fault (under `at`, a JSON pointer). */
enum err reward_check(struct ctx *c, const struct reward *in, str at);

enum reward_result {
    REWARD_GIVEN,
    REWARD_HELD,      /* for review */
    REWARD_NO_BUDGET, /* the budget has too little: nothing given, a line "reward.refused" written
                       */
    REWARD_REJECTED,  /* after review */
    REWARD_TAKEN_BACK,
};
CHOICE(reward_result);

struct reward_why {
    str id;     /* of what it is for: "task:3:2026-11-22" */
    str reason; /* a word for statements: "task", "birthday" */
    str review; /* not empty: hold it for review, for this reason ("same device as member 7") */
};
/* OK also when the budget refused: see *out. */
enum err reward_give(struct tx *t, i64 member, const struct reward *what, struct reward_why why,
                     enum reward_result *out);
/* The same to each of n members, of whom none comes twice, and what it came to for each. */
enum err reward_give_all(struct tx *t, const i64 *members, i64 n, const struct reward *what,
                         struct reward_why why, enum reward_result *out);
/* Takes back what reward_give gave, held or refused for want of budget under this id. Else: nothing
 * done. */
enum err reward_take_back(struct tx *t, i64 member, str id, str reason);
/* The same, and whether all of it was still there. */
enum err reward_take_back_whole(struct tx *t, i64 member, str id, str reason, bool *whole);
enum err reward_state(struct ctx *c, i64 member, str id, bool *found, enum reward_result *out);

/* -- what was given, for people ---------------------------------------------------------------- */

#define FIELDS_OF_reward_view(X, N)                                                                \
    X(i64, member, ANY, "Whose", N)                                                                \
    X(str, name, PERSONAL, "His name, in lists; masked without the right to see personal data", N) \
    X(str, id, ANY, "Of what it is for", N)                                                        \
    X(i64, number, ANY, "Number of the reward", N)                                                 \
    X(choice(reward_result), state, ANY, "Where it stands", N)                                     \
    X(choice(reward_kind), kind, ANY, "Kind", N)                                                   \
    X(i64, amount, ANY, "How many", N)                                                             \
    X(opt_money, credit, ANY, "Credit: how much", N)                                               \
    X(str, code, ANY, "Benefit, tag or gift", N)                                                   \
    X(opt_i64, valid_days, ANY, "Ends after so many days", N)                                      \
    X(money, cost, ANY, "What it costs", N)                                                        \
    X(str, budget, ANY, "Budget it is charged to", N)                                              \
    X(str, reason, ANY, "What for", N)                                                             \
    X(str, review, ANY, "Why it was held for review", N)                                           \
    X(opt_instant, held_until, ANY, "Held: rejected by itself after this", N)                      \
    X(opt_instant, decided_at, ANY, "When it was released, rejected or taken back", N)             \
    X(str, decided_by, ANY, "Who did that", N)                                                     \
    X(str, note, ANY, "What he said", N)                                                           \
    X(i64, taken, ANY, "Taken back: how many of them were still there; credit in ten-thousandths", \
      N)                                                                                           \
    X(opt_instant, shipped_at, ANY, "Gift: when it was sent", N)                                   \
    X(str, shipment, ANY, "Gift: carrier and number", N)                                           \
    X(instant, at, ANY, "When", N)
SHAPE(reward_view);
/* Newest first, below a number (0: from the newest). state, budget: absent for all. */
enum err reward_list(struct ctx *c, str state, str budget, i64 below, i64 limit,
                     struct reward_view_list *out);
enum err rewards_of(struct ctx *c, i64 member, i64 below, i64 limit, struct reward_view_list *out);
/* Those whose id begins with `under`, which ends with a colon; by number. */
enum err rewards_under(struct ctx *c, i64 member, str under, struct reward_view_list *out);
/* Gifts given and not sent yet, oldest first, above a number. */
enum err gifts_to_ship(struct ctx *c, i64 above, i64 limit, struct reward_view_list *out);
enum err reward_get(struct ctx *c, i64 member, str id, struct reward_view *out); /* E_NOT_FOUND */

/* Somebody decides: a held one is given or rejected; one that was refused for want of budget may be
 * given after all (*out REWARD_NO_BUDGET: still too little). Decided before the same way: nothing.
 * Otherwise E_CONFLICT. */
enum err reward_release(struct tx *t, i64 member, str id, str note, enum reward_result *out);
enum err reward_reject(struct tx *t, i64 member, str id, str note);
/* A gift that was given is on its way; again with another number: corrected. */
enum err gift_shipped(struct tx *t, i64 member, str id, str shipment);
/* Writes down what was held past its time. */
enum err reward_expire(struct store *s, struct ctx *c);

struct merge_listener;
extern const struct merge_listener reward_merges;
extern const struct room reward_room;
