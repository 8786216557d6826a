/* boards.h -- leaderboards: who is ahead in something over a period, live, frozen at the end,
 * prizes given once.
 *
 * Words
 *   metric   what is counted: money spent (net), orders, points earned (by orders, from when they
 *            were paid, and by tasks), friends brought in (invitations.h).
 *   holders  whose places these are: members', or those of the teams of a campaign (teams.h). Of a
 *            board of teams "member" is a team's id wherever a place is told.
 *   score    in the metric's smallest step. It follows from facts alone and is recomputed, never
 *            added to: a refund lowers it, an order told twice counts once.
 *   reached  when a score was reached: the instant of the last fact that it counts.
 *   ties     equal scores: `earlier` (who reached it first is ahead; then the older member),
 * `share` (1, 1, 3), `dense` (1, 1, 2). scope    who takes part: everybody, a saved segment, a tag,
 * a tier and those above it. It is asked when a fact of somebody's first counts; who has come onto
 * the board stays on it. The period is starts_at <= paid < ends_at. What was paid within it and is
 * told late counts until frozen_at (ends_at and the setting boards.late_hours, as it was when the
 * board was published). From that instant the scores stand, job or no job; a refund after it is a
 * review of the prize.
 *
 * Promises
 *   - a_score_is_its_facts: at every commit; however often orders, refunds and merges are told.
 * What tasks give is followed by the timeline, some seconds later.
 *   - a_rank_is_of_one_state: rank, neighbours and top are those of one committed state, no older
 *     than the question.
 *   - frozen_at_the_end: reading after frozen_at gives the same ranks for ever, whether or not the
 *     job has run.
 *   - a_prize_is_given_once: however often a board is settled, and however its members are merged:
 *     one prize a person and board.
 *   - a_refund_after_the_end_is_reviewed: a prize not given yet waits for somebody; one that was
 *     given is listed for review. Nothing is taken back silently.
 *   - the_live_ranks_are_derived: nothing is kept but scores; thrown away and read again they are
 *     the same.
 * Threads  any; live_* have a thread of their own.
 */
#pragma once

#include "loyalty/reward.h"

enum board_metric { BOARD_AMOUNT, BOARD_ORDERS, BOARD_POINTS, BOARD_INVITES };
CHOICE(board_metric); /* amount orders points invites */
enum board_holders { HOLDERS_MEMBERS, HOLDERS_TEAMS };
CHOICE(board_holders); /* members teams */
enum board_ties { TIES_EARLIER, TIES_SHARE, TIES_DENSE };
CHOICE(board_ties); /* earlier share dense */
enum board_scope { SCOPE_ALL, SCOPE_SEGMENT, SCOPE_TAG, SCOPE_TIER };
CHOICE(board_scope); /* all segment tag tier */
/* What is kept, and (from UPCOMING) what follows from it and the clock: boards/tables.c. */
enum board_state {
    BOARD_DRAFT,
    BOARD_CANCELLED,
    BOARD_UPCOMING,
    BOARD_RUNNING,
    BOARD_CLOSING, /* over; what is told late still counts */
    BOARD_FROZEN,
    BOARD_SETTLED,
};
CHOICE(board_state); /* draft cancelled upcoming running closing frozen settled */

/* Ranks first..last win all of these. Where ranks are shared there may be more winners than ranks:
 * three who share rank 10 of a prize for 1 to 10 all win it; budgets bound the cost. */
#define FIELDS_OF_board_prize(X, N)                                \
    X(i64, first, REQUIRED | POSITIVE, "From this rank", N)        \
    X(i64, last, REQUIRED | POSITIVE, "To this rank, included", N) \
    X(list(reward), rewards, ANY, "What each of them wins", N)
SHAPE(board_prize);

/* -- what is kept ------------------------------------------------------------------------------ */

#define BOARD_TERMS(X, N, NAME, INSTANT)                                                     \
    X(str, name, NAME | SHORT, "Name", N)                                                    \
    X(INSTANT, starts_at, NAME, "Facts count from here on", N)                               \
    X(INSTANT, ends_at, NAME, "Facts count before this", N)                                  \
    X(str, scope_name, SHORT, "Name of the segment or tag; code of the least tier", N)       \
    X(opt_money, min_score, NOT_NEGATIVE, "Who has less is not ranked; counts are whole", N) \
    X(opt_money, order_cap, POSITIVE, "amount: one order counts at most this much", N)       \
    X(opt_flag, visible, ANY, "Members see it", N)                                           \
    X(list(board_prize), prizes, ANY, "Prizes; a change gives all of them anew", N)

#define FIELDS_OF_board_post(X, N)                                                                 \
    BOARD_TERMS(X, N, REQUIRED, instant)                                                           \
    X(choice(board_metric), metric, REQUIRED, "What counts", N)                                    \
    X(choice(board_holders), holders, ANY, "Whose places; absent: members'", N)                    \
    X(i64, campaign, NOT_NEGATIVE, "teams: the teams of which campaign", N)                        \
    X(flag, captain_only, ANY, "teams: prizes go to the captain alone; absent: to each who is in", \
      N)                                                                                           \
    X(choice(board_scope), scope, ANY, "Who takes part; absent: everybody", N)                     \
    X(choice(board_ties), ties, ANY, "Equal scores; absent: earlier", N)
SHAPE(board_post);

#define FIELDS_OF_board_patch(X, N)                                  \
    X(i64, id, REQUIRED | POSITIVE, "Board", N)                      \
    BOARD_TERMS(X, N, ANY, opt_instant)                              \
    X(strs, clear, ANY, "Terms to be emptied: prizes, order_cap", N) \
    X(str, state, SHORT, "published (from draft) or cancelled (before it is frozen)", N)
SHAPE(board_patch);

#define FIELDS_OF_board_view(X, N)                                                   \
    X(i64, id, ANY, "Id", N)                                                         \
    X(str, name, ANY, "Name", N)                                                     \
    X(choice(board_holders), holders, ANY, "Whose places", N)                        \
    X(i64, campaign, ANY, "teams: of which campaign", N)                             \
    X(flag, captain_only, ANY, "teams: prizes go to the captain alone", N)           \
    X(choice(board_metric), metric, ANY, "What counts", N)                           \
    X(instant, starts_at, ANY, "Facts count from here on", N)                        \
    X(instant, ends_at, ANY, "Facts count before this", N)                           \
    X(opt_instant, frozen_at, ANY, "What is told later changes nothing", N)          \
    X(choice(board_scope), scope, ANY, "Who takes part", N)                          \
    X(str, scope_name, ANY, "Name of the segment or tag; code of the least tier", N) \
    X(choice(board_ties), ties, ANY, "Equal scores", N)                              \
    X(money, min_score, ANY, "Who has less is not ranked", N)                        \
    X(opt_money, order_cap, ANY, "One order counts at most this much", N)            \
    X(flag, visible, ANY, "Members see it", N)                                       \
    X(list(board_prize), prizes, ANY, "Prizes", N)                                   \
    X(choice(board_state), state, ANY, "Where it stands now", N)                     \
    X(flag, filled, ANY, "Facts from before it was published are counted", N)        \
    X(opt_instant, settled_at, ANY, "When the final ranks were written down", N)     \
    X(instant, created_at, ANY, "Made", N)
SHAPE(board_view);

/* A board begins as a draft, whose terms may change; of a published one only the name, the end (not
 * into the past) and whether members see it. */
enum err board_create(struct tx *t, const struct board_post *in, i64 *id);
enum err board_change(struct tx *t, const struct board_patch *in);
enum err board_get(struct ctx *c, i64 id, struct board_view *out); /* E_NOT_FOUND */
enum err board_list(struct ctx *c, struct board_view_list *out);   /* newest first */
/* Counts the facts from before a board was published, in steps; again: nothing. */
enum err board_fill(struct store *s, struct ctx *c, i64 board);

/* Who is in a team has changed: its score, on the boards of its campaign. */
enum err boards_team_changed(struct tx *t, i64 campaign, i64 team);

/* What a segment's name says of a member: set by app. E_NOT_FOUND: there is none of this name. */
extern enum err (*board_members_in)(struct ctx *c, str segment, i64 member, bool *in);
/* For boards, grabs and the mall. A segment that was deleted meanwhile has nobody in it: what
 * names it goes on, so that an order is never refused for its sake. */
enum err segment_has(struct ctx *c, str segment, i64 member, bool *in);
enum err segment_there(struct ctx *c, str segment, bool *there);

/* -- ranks ------------------------------------------------------------------------------------- */

#define FIELDS_OF_board_place(X, N)                                           \
    X(i64, rank, ANY, "Rank, by the board's rule for ties; 0: not ranked", N) \
    X(i64, place, ANY, "Place in the list, from 1", N)                        \
    X(i64, member, ANY, "Member, or the team", N)                             \
    X(i64, score, ANY, "In the metric's smallest step", N)                    \
    X(opt_instant, reached_at, ANY, "When it was reached", N)
SHAPE(board_place);

struct board_ranks {
    struct board_place mine;        /* of who was asked for; rank 0: not ranked */
    struct board_place_list around; /* he and his neighbours, or the top; by place */
    i64 ranked;                     /* how many are ranked */
    instant as_of;
};
/* His place with `near` neighbours on either side. member: any id ever given, or a team. */
enum err board_rank(struct ctx *c, const struct board_view *board, i64 member, i64 near,
                    struct board_ranks *out);
/* Places from..from+n-1, from 1. */
enum err board_top(struct ctx *c, const struct board_view *board, i64 from, i64 n,
                   struct board_ranks *out);
/* Whose place on a board is a member's: his own, his team's; 0: he is in none. */
enum err board_holder(struct ctx *c, const struct board_view *board, i64 member, i64 *holder);
/* A member's name, masked unless `whole`; a team's. */
enum err board_holder_name(struct ctx *c, const struct board_view *board, i64 holder, bool whole,
                           str *out);
str board_score_text(struct arena *a, enum board_metric metric, i64 score); /* "128.50", "7" */

/* -- the end ------------------------------------------------------------------------------------
 */

/* Writes down the final ranks and gives the prizes, in steps; stopped in between, it goes on where
 * it was; settled before: nothing. E_UNPROCESSABLE: not frozen yet. */
enum err board_settle(struct store *s, struct ctx *c, i64 board);

enum prize_state {
    PRIZE_GIVEN,      /* its rewards went their way: given, or held for review by their own rules */
    PRIZE_SKIPPED,    /* he had won a better one under another id, or was erased */
    PRIZE_WITHHELD,   /* somebody decided so before it was given */
    PRIZE_TAKEN_BACK, /* somebody decided so after */
};
CHOICE(prize_state); /* given skipped withheld taken_back */
#define FIELDS_OF_prize_view(X, N)                                                       \
    X(i64, id, ANY, "Number of the prize: they are given by place", N)                   \
    X(i64, place, ANY, "Place in the final list", N)                                     \
    X(i64, rank, ANY, "Rank", N)                                                         \
    X(i64, member, ANY, "Whose it is now", N)                                            \
    X(str, name, PERSONAL, "His name; masked without the right to see personal data", N) \
    X(i64, holder, ANY, "Who ranked: he, under the id he had then, or his team", N)      \
    X(i64, score, ANY, "Final score, in the metric's smallest step", N)                  \
    X(choice(prize_state), state, ANY, "What became of it", N)                           \
    X(strs, rewards, ANY, "Ids of its rewards", N)                                       \
    X(opt_i64, score_now, ANY, "What the facts come to since a refund after the end", N) \
    X(str, decision, ANY, "What was decided of that: keep, take_back; null: open", N)
SHAPE(prize_view);
/* In the order they were given, which is by place, above a number; a place of a team has one for
 * each who is in. only_open: those that wait for a decision. */
enum err board_prizes(struct ctx *c, i64 board, bool only_open, i64 after, i64 limit,
                      struct prize_view_list *out);
/* Decides a review: keep, or take back (withhold, where nothing was given yet). Again the same:
 * nothing. E_NOT_FOUND: there is no review of his; E_CONFLICT: it was decided otherwise. */
enum err board_review(struct tx *t, i64 board, i64 member, bool keep);

/* -- live ranks -------------------------------------------------------------------------------- */

/* The order of all places of all boards in play, in memory, kept up by following committed scores:
 * of this process and of others. Without one each question reads all scores of its board. */
struct live;
struct live_options {
    bool thread; /* keeps up by itself too, so that no question finds much to catch up with */
};
enum err live_open(struct ctx *c, struct store *s, struct live_options o, struct live **out);
void live_close(struct live *l); /* NULL is allowed */
void live_serve(struct live *l); /* questions of this process are answered from it; NULL: none */
struct live_stats {
    i64 version, boards, places, bytes, rounds, rows, rows_max, failures;
};
struct live_stats live_stats(struct live *l);
void live_gauges(struct buf *out, void *live); /* for /metrics */

/* -- upkeep ------------------------------------------------------------------------------------ */

/* Recomputes every score of boards that are not frozen and counts those that differ, but for those
 * that a line of the timeline will renew which is not followed yet. */
enum err boards_check(struct ctx *c, i64 *wrong);

struct merge_listener;
struct order_listener;
extern const struct merge_listener board_merges;
extern const struct order_listener board_orders; /* after those of points */
extern const struct room boards_room;            /* boards_api.c */
