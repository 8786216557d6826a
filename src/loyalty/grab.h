/* grab.h -- first come: the first N who take it win a prize.
 *
 * The units are the ledger account (house, "stock", "grab:ID"), filled from nothing, or from the
 * stock of the good that is the prize. What is left is its balance; there is no other counter.
 *
 * Promises
 *   - exactly_n_win: by however many at once, from several servers.
 *   - each_wins_as_often_as_allowed: the same member, or the same request, again: ALREADY, with the
 *     place he has.
 *   - places_are_in_the_order_of_winning.
 *   - a_loser_writes_nothing: once the account is empty the answer costs one SELECT.
 *   - a_returned_unit_reopens_it: at once, for the next who asks.
 *   - a_prize_is_given_once: through reward_give, or as an exchange of the mall.
 * Threads  any.
 */
#pragma once

#include "loyalty/reward.h"

/* In order of precedence. */
#define GRAB_RESULTS(X)                                          \
    X(ALREADY, "已经抢到过", "he has won before")                \
    X(CLOSED, "没有开放，或已经结束", "it is not open, or over") \
    X(EARLY, "还没有开始", "it has not begun")                   \
    X(LOST, "已经抢完", "all are gone")                          \
    X(GATED, "不在可参加的会员之内", "it is for other members")  \
    X(WON, "抢到了", "won")
enum grab_result {
#define X(name, zh, en) GRAB_##name,
    GRAB_RESULTS(X)
#undef X
};
CHOICE(grab_result);

#define GRAB_TERMS(X, N, NAME)                                                  \
    X(str, zh, NAME | SHORT, "Chinese name", N)                                 \
    X(str, en, SHORT, "English name", N)                                        \
    X(opt_instant, starts_at, ANY, "From when", N)                              \
    X(opt_instant, ends_at, ANY, "Until before when", N)                        \
    X(str, tier, SHORT, "Only members of this tier or above; empty: all", N)    \
    X(str, segment, SHORT, "Only members of this saved segment; empty: all", N) \
    X(opt_i64, per_member, POSITIVE, "How often one may win; 1 when absent", N) \
    X(opt_flag, opened, ANY, "Members see it and can take part", N)

#define FIELDS_OF_grab_post(X, N)                                                    \
    GRAB_TERMS(X, N, REQUIRED)                                                       \
    X(i64, units, REQUIRED | POSITIVE, "How many win", N)                            \
    X(opt_i64, good, POSITIVE, "The prize: a piece of this good, from its stock", N) \
    X(one(reward), prize, ANY, "Or a reward", N)
SHAPE(grab_post);
#define FIELDS_OF_grab_patch(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Grab", N) \
    GRAB_TERMS(X, N, ANY)
SHAPE(grab_patch);
#define FIELDS_OF_grab_view(X, N)                                        \
    X(i64, id, ANY, "Id", N)                                             \
    X(str, zh, ANY, "Chinese name", N)                                   \
    X(str, en, ANY, "English name", N)                                   \
    X(opt_instant, starts_at, ANY, "From when", N)                       \
    X(opt_instant, ends_at, ANY, "Until before when", N)                 \
    X(str, tier, ANY, "Only this tier or above", N)                      \
    X(str, segment, ANY, "Only this saved segment", N)                   \
    X(i64, per_member, ANY, "How often one may win", N)                  \
    X(flag, opened, ANY, "Members see it and can take part", N)          \
    X(i64, good, ANY, "The prize: a piece of this good; 0: a reward", N) \
    X(one(reward), prize, ANY, "Or this reward", N)                      \
    X(i64, left, ANY, "Units left", N)                                   \
    X(i64, winners, ANY, "Who has won and not given it back", N)         \
    X(instant, created_at, ANY, "Made", N)
SHAPE(grab_view);

/* E_UNPROCESSABLE: the good has not so many pieces. */
enum err grab_make(struct tx *t, const struct grab_post *in, i64 *id);
/* What is absent stays. */
enum err grab_change(struct tx *t, const struct grab_patch *in);
/* Before grab_change, in the same change: it has no start, or no end, from now on. */
enum err grab_empty(struct tx *t, i64 id, bool start, bool end);
enum err grab_get(struct ctx *c, i64 id, struct grab_view *out); /* E_NOT_FOUND */
/* Newest first, below an id (0: from the newest). */
enum err grab_list(struct ctx *c, i64 below, i64 limit, struct grab_view_list *out);

#define FIELDS_OF_grab_units(X, N)                                                      \
    X(i64, id, REQUIRED | POSITIVE, "Grab", N)                                          \
    X(str, key, REQUIRED | SHORT, "Your number for it: a retry with it is harmless", N) \
    X(i64, amount, REQUIRED, "Units more; below zero: fewer", N)                        \
    X(str, reason, REQUIRED | SHORT, "Why", N)
SHAPE(grab_units);
enum err grab_fill(struct tx *t, const struct grab_units *in);

#define FIELDS_OF_grab_taken(X, N)                              \
    X(choice(grab_result), result, ANY, "Won, or why not", N)   \
    X(i64, place, ANY, "Won, or already: the place, from 1", N) \
    X(i64, exchange, ANY, "Won a good: the exchange it is; say where to send it", N)
SHAPE(grab_taken);
/* One claim. member is a living id, c has a reader. key: who may win several times gives each claim
 * one of its own, so that a retry is harmless; absent: his one claim. */
enum err grab_take(struct store *s, struct ctx *c, i64 member, i64 grab, str key,
                   struct grab_taken *out);
/* The same within a transaction. */
enum err grab_claim(struct tx *t, i64 member, i64 grab, str key, struct grab_taken *out);

#define FIELDS_OF_grab_win_view(X, N)                                                    \
    X(i64, id, ANY, "Number of the win", N)                                              \
    X(i64, place, ANY, "Place, from 1", N)                                               \
    X(i64, member, ANY, "Who", N)                                                        \
    X(str, name, PERSONAL, "His name; masked without the right to see personal data", N) \
    X(instant, at, ANY, "When", N)                                                       \
    X(opt_instant, returned_at, ANY, "Given back, or taken back", N)                     \
    X(i64, exchange, ANY, "A good: the exchange of the mall it is; else 0", N)           \
    X(str, prize, ANY, "A reward: given, held, no_budget, …", N)
SHAPE(grab_win_view);
/* By place, after one (0: from the first). */
enum err grab_wins(struct ctx *c, i64 grab, i64 after, i64 limit, struct grab_win_view_list *out);
/* A win is taken back: the prize goes, the unit is there again. Before: nothing. E_UNPROCESSABLE:
 * the prize was used. */
enum err grab_return(struct tx *t, i64 win);
/* For the mall: the exchange that was the prize was given up, its piece went back to the grab. */
enum err grab_prize_gone(struct tx *t, i64 win);

/* Counts grabs whose winners are not what their account gave. */
enum err grab_check(struct ctx *c, i64 *wrong);

struct merge_listener;
extern const struct merge_listener grab_merges;
extern const struct room grab_room;
