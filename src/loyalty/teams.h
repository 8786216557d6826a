/* teams.h -- teams of members in a campaign: a captain makes one, others join, and leaderboards of
 * teams (boards.h) add up what their members do.
 *
 * Words
 *   campaign   the frame: from when to when, how many to a team, whether people may leave once it
 *              began. A leaderboard of teams names one; one without a leaderboard is fine too.
 *   seat       a member's place in a team: asked (waits for the captain), in, or gone (see below).
 *   captain    the founder while he is in, then whoever has been in longest.
 *   join rule  open (anybody), code (with the team's invitation code), approval (the captain says).
 *
 *     -- join --> asked --accept--> in --leave, remove--> (no seat)
 *          +---------------------> in
 *     in --merged into somebody who has a seat--> gone --undone--> in
 *
 * Promises
 *   - one_team_a_campaign: a member has at most one seat in it, however many ask at once.
 *   - a_team_is_never_overfull: not above the campaign's size by joining (undoing a merge may).
 *   - the_score_is_of_who_is_in: what each did since he joined, within the board's period; a team
 *     below the least size has none.
 *   - seats_follow_merges: of two merged members one seat stays, the winner's where both have one;
 *     undoing gives back the other.
 * Threads  any.
 */
#pragma once

#include "store/store.h"

enum team_join { TEAM_OPEN, TEAM_CODE, TEAM_APPROVAL };
CHOICE(team_join); /* open code approval */
enum seat_state { SEAT_ASKED, SEAT_IN, SEAT_GONE };
CHOICE(seat_state); /* asked in gone */

/* -- campaigns --------------------------------------------------------------------------------- */

#define FIELDS_OF_team_campaign_post(X, N)                                           \
    X(str, name, REQUIRED | SHORT, "Name", N)                                        \
    X(instant, starts_at, REQUIRED, "Who is in now stays in, as a rule", N)          \
    X(instant, ends_at, REQUIRED, "Nobody joins from here on", N)                    \
    X(opt_i64, size_min, POSITIVE, "A smaller team has no score; 1 when absent", N)  \
    X(opt_i64, size_max, POSITIVE, "Seats of a team, at most 100; 5 when absent", N) \
    X(flag, may_leave, ANY, "People may leave or be removed after the start too", N)
SHAPE(team_campaign_post);
#define FIELDS_OF_team_campaign(X, N)                                  \
    X(i64, id, ANY, "Id", N)                                           \
    X(str, name, ANY, "Name", N)                                       \
    X(instant, starts_at, ANY, "Who is in now stays in, as a rule", N) \
    X(instant, ends_at, ANY, "Nobody joins from here on", N)           \
    X(i64, size_min, ANY, "A smaller team has no score", N)            \
    X(i64, size_max, ANY, "Seats of a team", N)                        \
    X(flag, may_leave, ANY, "People may leave after the start too", N) \
    X(instant, created_at, ANY, "Made", N)
SHAPE(team_campaign);
#define FIELDS_OF_team_campaign_patch(X, N)                                                      \
    X(i64, id, REQUIRED | POSITIVE, "Campaign", N)                                               \
    X(str, name, SHORT, "Name", N)                                                               \
    X(opt_instant, starts_at, ANY, "Before the start: when it starts", N)                        \
    X(opt_instant, ends_at, ANY, "Nobody joins from here on; not into the past", N)              \
    X(opt_i64, size_min, POSITIVE, "A smaller team has no score", N)                             \
    X(opt_i64, size_max, POSITIVE, "Seats of a team, not below what the largest has, to 100", N) \
    X(opt_flag, may_leave, ANY, "People may leave after the start too", N)
SHAPE(team_campaign_patch);
enum err team_campaign_make(struct tx *t, const struct team_campaign_post *in, i64 *id);
/* What is absent stays. E_UNPROCESSABLE: it has started, is over, or a team is larger. */
enum err team_campaign_change(struct tx *t, const struct team_campaign_patch *in);
enum err team_campaign_get(struct ctx *c, i64 id, struct team_campaign *out); /* E_NOT_FOUND */
enum err team_campaigns(struct ctx *c, struct team_campaign_list *out);       /* newest first */

/* -- teams ------------------------------------------------------------------------------------- */

#define FIELDS_OF_team(X, N)                                \
    X(i64, id, ANY, "Id", N)                                \
    X(i64, campaign, ANY, "Campaign", N)                    \
    X(str, name, ANY, "Name, unique in its campaign", N)    \
    X(choice(team_join), join_rule, ANY, "Who may join", N) \
    X(str, code, ANY, "Invitation code", N)                 \
    X(i64, seats, ANY, "How many are in", N)                \
    X(instant, created_at, ANY, "Made", N)
SHAPE(team);
#define FIELDS_OF_team_seat(X, N)                       \
    X(i64, number, ANY, "Number of the seat", N)        \
    X(i64, member, ANY, "Whose", N)                     \
    X(i64, team, ANY, "Team", N)                        \
    X(choice(seat_state), state, ANY, "asked or in", N) \
    X(flag, captain, ANY, "Captain", N)                 \
    X(instant, joined_at, ANY, "Since when", N)
SHAPE(team_seat);

enum err team_get(struct ctx *c, i64 id, struct team *out);       /* E_NOT_FOUND */
enum err team_by_code(struct ctx *c, str code, struct team *out); /* E_NOT_FOUND */
enum err team_list(struct ctx *c, i64 campaign, i64 after, i64 limit, struct team_list *out);
/* Asked and in; the captain first, then by when they joined. */
enum err team_seats(struct ctx *c, i64 team, struct team_seat_list *out);
/* His seat in a campaign, asked or in; found false: none. */
enum err team_seat_of(struct ctx *c, i64 campaign, i64 member, bool *found, struct team_seat *out);

struct team_make {
    i64 campaign, member;
    str name, code; /* code: made by the caller, unguessable */
    enum team_join join_rule;
};
enum err team_make(struct tx *t, const struct team_make *in, i64 *id);
/* E_UNPROCESSABLE: over, full, or the code is wrong; E_CONFLICT: he has a team. Again: nothing. */
enum err team_join(struct tx *t, i64 team, i64 member, str code, enum seat_state *out);
/* The last one's team is gone with him. E_UNPROCESSABLE: after the start. */
enum err team_leave(struct tx *t, i64 team, i64 member);
/* The captain (member 0: the shop, at any time) accepts who asked, or removes a seat. */
enum err team_accept(struct tx *t, i64 team, i64 captain, i64 seat);
enum err team_remove(struct tx *t, i64 team, i64 captain, i64 seat);

struct merge_listener;
extern const struct merge_listener team_merges; /* after trade's, before boards' */
extern const struct room teams_room;            /* teams_api.c */
