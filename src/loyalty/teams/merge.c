/* merge.c -- seats follow merges: the loser's becomes the winner's, or steps back where the winner
 * has one in that campaign; undone, it comes back. Captains are who they are by their seats. */
#include "loyalty/boards.h"
#include "loyalty/teams/inside.h"
#include "member/member.h"

#define FIELDS_OF_merged_seat(X, N) \
    X(i64, number, ANY, "", N)      \
    X(i64, campaign, ANY, "", N)    \
    X(i64, team, ANY, "", N)        \
    X(str, state, ANY, "", N)
SHAPE(merged_seat);
SHAPE_DEFINE(merged_seat);

QUERY(seats_of_member, merged_seat,
      "SELECT number, campaign, team, state FROM team_seat WHERE member = $1 AND state <> 'gone'"
      " ORDER BY campaign");
QUERY(seat_of_both, merged_seat,
      "SELECT number, campaign, team, state FROM team_seat WHERE member IN ($1, $2)"
      " AND number = $3");
QUERY(has_seat, one_i64,
      "SELECT COUNT(*) AS value FROM team_seat WHERE member = $1 AND campaign = $2");
QUERY(has_gone_seat, one_i64,
      "SELECT COUNT(*) AS value FROM team_seat WHERE member = $1 AND campaign = $2"
      " AND state = 'gone'");
QUERY(team_there, one_i64, "SELECT COUNT(*) AS value FROM team WHERE id = $1");
CHANGE(gone_drop, "DELETE FROM team_seat WHERE member = $1 AND campaign = $2 AND state = 'gone'");
CHANGE(seat_moved, "UPDATE team_seat SET member = $2 WHERE member = $1 AND campaign = $3");
CHANGE(seat_gone, "UPDATE team_seat SET state = 'gone' WHERE member = $1 AND campaign = $2");
/* Who only asked asks no longer; that does not come back. */
CHANGE(seat_lapses, "DELETE FROM team_seat WHERE member = $1 AND campaign = $2");
CHANGE(seat_back,
       "UPDATE team_seat SET state = 'in' WHERE member = $1 AND campaign = $2 AND state = 'gone'");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct merged_seat_list seats = { 0 };
    TRY(db_all(t->c, &seats_of_member, &seats, ARGS(loser)));
    for (i64 i = 0; i < seats.n; i++) {
        const struct merged_seat *s = &seats.at[i];
        struct one_i64 has = { 0 };
        bool in = str_eq(s->state, S("in"));
        TRY(db_get(t->c, &has_seat, &has, ARGS(winner, s->campaign)));
        if (!has.value) TRY(tx_change(t, &seat_moved, ARGS(loser, winner, s->campaign)));
        else TRY(tx_change(t, in ? &seat_gone : &seat_lapses, ARGS(loser, s->campaign)));
        TRY(merge_note(t, merge, "teams", s->number));
        if (in) TRY(boards_team_changed(t, s->campaign, s->team));
    }
    return OK;
}

/* A seat that was left, or whose team is gone, since then does not come back. */
static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    (void)merge;
    for (i64 i = 0; i < noted.n; i++) {
        struct merged_seat s = { 0 };
        struct one_i64 there = { 0 }, gone = { 0 };
        bool found;
        TRY(db_find(t->c, &seat_of_both, &s, &found, ARGS(loser, winner, noted.at[i])));
        if (!found) continue;
        TRY(db_get(t->c, &team_there, &there, ARGS(s.team)));
        TRY(db_get(t->c, &has_gone_seat, &gone, ARGS(loser, s.campaign)));
        if (!gone.value) TRY(tx_change(t, &seat_moved, ARGS(winner, loser, s.campaign)));
        else if (there.value) TRY(tx_change(t, &seat_back, ARGS(loser, s.campaign)));
        else TRY(tx_change(t, &gone_drop, ARGS(loser, s.campaign)));
        TRY(boards_team_changed(t, s.campaign, s.team));
    }
    return OK;
}

CHANGE(asked_forget, "DELETE FROM team_seat WHERE member = $1 AND state = 'asked'");

/* What he did for his team stays; the next one leads (see the order of seats). */
static enum err erased(struct tx *t, i64 living, ints ids)
{
    (void)ids;
    return tx_change(t, &asked_forget, ARGS(living));
}

const struct merge_listener team_merges = {
    .room = "teams", .moved = moved, .parted = parted, .erased = erased
};
