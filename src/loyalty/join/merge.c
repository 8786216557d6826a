/* merge.c -- stays and first orders follow their member into a merge, and come back. */
#include "loyalty/join/inside.h"

QUERY(q_join_numbers, one_i64, "SELECT number AS value FROM loyalty_join WHERE member = $1");
QUERY(q_first_numbers, one_i64,
      "SELECT number AS value FROM loyalty_first_order WHERE member = $1");
CHANGE(c_joins_move, "UPDATE loyalty_join SET member = $2 WHERE member = $1 AND number = $3");
CHANGE(c_firsts_move,
       "UPDATE loyalty_first_order SET member = $2 WHERE member = $1 AND number = $3");

/* One note list serves both tables: numbers of first orders are noted below zero. */
static enum err move_all(struct tx *t, i64 merge, i64 loser, i64 winner, struct query *rows,
                         struct query *move, i64 sign)
{
    struct one_i64_list numbers = { 0 };
    TRY(db_all(t->c, rows, &numbers, ARGS(loser)));
    for (i64 i = 0; i < numbers.n; i++) {
        TRY(tx_change(t, move, ARGS(loser, winner, numbers.at[i].value)));
        TRY(merge_note(t, merge, "join", sign * numbers.at[i].value));
    }
    return OK;
}

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    TRY(move_all(t, merge, loser, winner, &q_join_numbers, &c_joins_move, 1));
    return move_all(t, merge, loser, winner, &q_first_numbers, &c_firsts_move, -1);
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++) {
        i64 n = noted.at[i];
        TRY(tx_change(t, n > 0 ? &c_joins_move : &c_firsts_move,
                      ARGS(winner, loser, n > 0 ? n : -n)));
    }
    return OK;
}

const struct merge_listener join_merges = { .room = "join", .moved = moved, .parted = parted };
