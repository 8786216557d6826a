/* inside.h -- inside boards: a board as it is kept, and the steps between its files.
 *
 * A change runs: an order changed (score.c) -> boards in play -> the member's score from the facts
 * -> written where it differs, with the next version. Versions rise in the order of commits, so
 * whoever has seen all up to one (live.c) has one committed state.
 */
#pragma once

#include "loyalty/boards.h"

enum board_kept { KEPT_DRAFT, KEPT_PUBLISHED, KEPT_CANCELLED, KEPT_SETTLING, KEPT_SETTLED };
CHOICE(board_kept); /* draft published cancelled settling settled */

#define FIELDS_OF_board_row(X, N)                 \
    X(i64, id, ANY, "", N)                        \
    X(str, name, ANY, "", N)                      \
    X(choice(board_holders), holders, ANY, "", N) \
    X(i64, campaign, ANY, "", N)                  \
    X(flag, captain_only, ANY, "", N)             \
    X(choice(board_metric), metric, ANY, "", N)   \
    X(instant, starts_at, ANY, "", N)             \
    X(instant, ends_at, ANY, "", N)               \
    X(opt_instant, frozen_at, ANY, "", N)         \
    X(choice(board_scope), scope, ANY, "", N)     \
    X(str, scope_name, ANY, "", N)                \
    X(choice(board_ties), ties, ANY, "", N)       \
    X(i64, min_score, ANY, "", N)                 \
    X(i64, order_cap, ANY, "0: none", N)          \
    X(flag, visible, ANY, "", N)                  \
    X(choice(board_kept), state, ANY, "", N)      \
    X(flag, filled, ANY, "", N)                   \
    X(json, prizes, ANY, "", N)                   \
    X(opt_instant, settled_at, ANY, "", N)        \
    X(instant, created_at, ANY, "", N)
SHAPE(board_row);
#define BOARD_COLUMNS                                                                           \
    "id, name, holders, campaign, captain_only, metric, starts_at, ends_at, frozen_at, scope, " \
    "scope_name, ties, min_score,"                                                              \
    " order_cap, visible, state, filled, prizes, settled_at, created_at"

#define FIELDS_OF_score_row(X, N)      \
    X(i64, member, ANY, "", N)         \
    X(i64, board, ANY, "", N)          \
    X(i64, score, ANY, "", N)          \
    X(instant, reached_at, ANY, "", N) \
    X(i64, version, ANY, "", N)
SHAPE(score_row);

static inline i64 min_i64(i64 a, i64 b) { return a < b ? a : b; }
static inline i64 max_i64(i64 a, i64 b) { return a > b ? a : b; }

enum err board_row_get(struct ctx *c, i64 id, struct board_row *out); /* E_NOT_FOUND */
enum err board_row_save(struct tx *t, const struct board_row *b);
enum err board_line_of(struct tx *t, const struct board_row *b, str kind);
/* The prizes as they are kept: one object. */
#define FIELDS_OF_board_prizes_kept(X, N) X(list(board_prize), items, ANY, "", N)
SHAPE(board_prizes_kept);
enum err prizes_read(struct ctx *c, const struct board_row *b, struct board_prize_list *out);
enum board_state board_state_at(const struct board_row *b, instant now);
enum err board_show(struct ctx *c, const struct board_row *b, struct board_view *out);
/* Boards whose scores facts still change: published, and not frozen at c->now. */
enum err boards_in_play(struct ctx *c, struct board_row_list *out);
/* Frozen boards with prizes, whose facts are still looked at (setting boards.review_days). */
enum err boards_over(struct ctx *c, struct board_row_list *out);
/* Frozen boards that are not settled whole. */
enum err boards_to_settle(struct ctx *c, struct board_row_list *out);

/* Whose score a member's facts change: his own, his team's; 0: nobody's. */
enum err holder_of(struct ctx *c, const struct board_row *b, i64 member, i64 *holder);
/* What a holder's score is by the facts. */
struct score {
    i64 score;
    instant reached_at;
};
enum err score_of(struct ctx *c, const struct board_row *b, i64 holder, struct score *out);

/* A change that writes scores: they share one version. */
struct scoring {
    struct tx *t;
    i64 version; /* 0: not taken yet */
};
enum err score_put(struct scoring *s, const struct board_row *b, i64 holder, struct score now);
/* By the facts, now. */
enum err score_renew(struct scoring *s, const struct board_row *b, i64 holder);

/* After the end: of an order that changed, what a frozen board's prize should know (review.c). */
enum err review_after(struct tx *t, const struct board_row *b, i64 member);
/* Why his prize should wait, or that it is withheld; absent: nothing speaks against it. */
enum err review_of(struct ctx *c, i64 board, i64 member, str *why, bool *withheld);
str prize_reward_id(struct arena *a, i64 board, i64 place, i64 reward);
enum err prize_merged(struct tx *t, i64 merge, i64 loser, i64 winner);
enum err prize_parted(struct tx *t, i64 loser, i64 winner, ints noted);

struct follower;
struct field_table;
extern const struct field_table board_fields; /* fields.c */
/* Whose lines are not followed yet: their scores will be worked out anew. */
enum err boards_waiting(struct ctx *c, const struct board_row *b, struct one_i64_list *out);
extern const struct follower board_followers[]; /* follow.c; ends with a NULL name */
extern const struct migration board_migrations[];
