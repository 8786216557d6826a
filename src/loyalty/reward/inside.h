/* inside.h -- inside reward: the row of a reward, and the ways of giving each kind. */
#pragma once

#include "loyalty/budget.h"
#include "loyalty/reward.h"
#include "member/member.h"

/* origin: for whom it was asked first, and its budget was charged; given_to: to whom it was given,
 * whose its transfer is. A merge moves member alone. */
#define FIELDS_OF_given(X, N)                   \
    X(i64, member, ANY, "", N)                  \
    X(str, id, ANY, "", N)                      \
    X(i64, origin, ANY, "", N)                  \
    X(i64, number, ANY, "", N)                  \
    X(choice(reward_result), state, ANY, "", N) \
    X(choice(reward_kind), kind, ANY, "", N)    \
    X(i64, amount, ANY, "", N)                  \
    X(opt_money, credit, ANY, "", N)            \
    X(str, code, ANY, "", N)                    \
    X(opt_i64, valid_days, ANY, "", N)          \
    X(money, cost, ANY, "", N)                  \
    X(str, budget, ANY, "", N)                  \
    X(str, reason, ANY, "", N)                  \
    X(opt_instant, held_until, ANY, "", N)      \
    X(opt_instant, shipped_at, ANY, "", N)      \
    X(i64, given_to, ANY, "", N)
SHAPE(given);

extern const struct migration reward_migrations[]; /* tables.c */

/* A kind of reward: kinds.c has a row each. */
struct reward_way {
    bool counted; /* needs an amount */
    bool coded;   /* needs a code */
    enum err (*check)(struct ctx *c, const struct reward *in, str at);
    /* Fills what the reward leaves open: its cost, how long it lasts. *stopped: it is no longer
     * given. */
    enum err (*fill)(struct ctx *c, struct reward *what, bool *stopped);
    enum err (*give)(struct tx *t, const struct given *g);
    /* *taken: how many of them were still there, in the steps of given_size. */
    enum err (*take_back)(struct tx *t, const struct given *g, str reason, i64 *taken);
};
const struct reward_way *reward_way(enum reward_kind kind);
i64 given_size(const struct given *g); /* how many, or how much credit */

enum err reward_line(struct tx *t, const struct given *g, const char *verb);
/* The end of the programme's day, so many days on; absent: none. */
opt_instant reward_days_end(const struct ctx *c, opt_i64 days);
