/* inside.h -- inside grab: the row of a grab, and its accounts. */
#pragma once

#include "loyalty/grab.h"
#include "member/member.h"

extern const struct migration grab_migrations[]; /* tables.c */

#define FIELDS_OF_grab(X, N)                 \
    X(i64, id, ANY, "", N)                   \
    X(str, zh, ANY, "", N)                   \
    X(str, en, ANY, "", N)                   \
    X(opt_instant, starts_at, ANY, "", N)    \
    X(opt_instant, ends_at, ANY, "", N)      \
    X(str, tier, ANY, "", N)                 \
    X(str, segment, ANY, "", N)              \
    X(i64, per_member, ANY, "", N)           \
    X(flag, opened, ANY, "", N)              \
    X(i64, good, ANY, "", N)                 \
    X(choice(reward_kind), kind, ANY, "", N) \
    X(i64, amount, ANY, "", N)               \
    X(opt_money, credit, ANY, "", N)         \
    X(str, code, ANY, "", N)                 \
    X(opt_i64, valid_days, ANY, "", N)       \
    X(opt_money, cost, ANY, "", N)           \
    X(str, budget, ANY, "", N)               \
    X(instant, created_at, ANY, "", N)
SHAPE(grab);
#define GRAB                                                                                 \
    "id, zh, en, starts_at, ends_at, tier, segment, per_member, opened, good, kind, amount," \
    " credit, code, valid_days, cost, budget, created_at"

/* origin: who won it; a merge moves member alone. */
#define FIELDS_OF_grab_win(X, N)            \
    X(i64, member, ANY, "", N)              \
    X(i64, grab, ANY, "", N)                \
    X(str, key, ANY, "", N)                 \
    X(i64, origin, ANY, "", N)              \
    X(i64, number, ANY, "", N)              \
    X(i64, place, ANY, "", N)               \
    X(instant, at, ANY, "", N)              \
    X(opt_instant, returned_at, ANY, "", N) \
    X(i64, exchange, ANY, "", N)
SHAPE(grab_win);
#define WIN "member, grab, key, origin, number, place, at, returned_at, exchange"

enum err grab_row(struct ctx *c, i64 id, struct grab *out); /* E_NOT_FOUND */
struct account grab_stock(struct ctx *c, i64 grab);         /* "grab:5": units left */
struct account grab_gone(struct ctx *c, i64 grab);          /* "grab:5:won": of rewards */
struct reward grab_prize(const struct grab *g);
str grab_subject(struct ctx *c, i64 grab);
str win_reward_id(struct ctx *c, const struct grab_win *w);
