/* merge.c -- invitations follow inviter and invited into a merge, and come back. What the merge
 * makes of them (somebody invited himself) is looked at when its line is followed. */
#include "loyalty/invitations/inside.h"

QUERY(q_as_invited, one_i64, "SELECT DISTINCT number AS value FROM invitation WHERE member = $1");
CHANGE(c_invited_all, "UPDATE invitation SET member = $2 WHERE member = $1");
CHANGE(c_invited_back, "UPDATE invitation SET member = $2 WHERE member = $1 AND number = $3");
QUERY(q_as_inviter, one_i64, "SELECT DISTINCT number AS value FROM invitation WHERE inviter = $1");
CHANGE(c_inviter_all, "UPDATE invitation SET inviter = $2 WHERE inviter = $1");
CHANGE(c_inviter_back, "UPDATE invitation SET inviter = $2 WHERE inviter = $1 AND number = $3");

/* A note is number * SIDES + side. */
static const struct {
    struct query *numbers, *all, *back;
} sides[] = {
    { &q_as_invited, &c_invited_all, &c_invited_back },
    { &q_as_inviter, &c_inviter_all, &c_inviter_back },
};

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    for (i64 k = 0; k < COUNT(sides); k++) {
        struct one_i64_list rows = { 0 };
        TRY(db_all(t->c, sides[k].numbers, &rows, ARGS(loser)));
        for (i64 i = 0; i < rows.n; i++)
            TRY(merge_note(t, merge, "invitations", rows.at[i].value * COUNT(sides) + k));
        if (rows.n) TRY(tx_change(t, sides[k].all, ARGS(loser, winner)));
    }
    return OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++)
        TRY(tx_change(t, sides[noted.at[i] % COUNT(sides)].back,
                      ARGS(winner, loser, noted.at[i] / COUNT(sides))));
    return OK;
}

const struct merge_listener invitation_merges = { .room = "invitations",
                                                  .moved = moved,
                                                  .parted = parted };
