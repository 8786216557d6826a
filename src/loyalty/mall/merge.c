/* merge.c -- exchanges follow their member into a merge and come back; where they were sent is
 * forgotten with him. */
#include "loyalty/mall/inside.h"

enum { KNOWN_MAX = 10000 };

QUERY(q_numbers, one_i64, "SELECT number AS value FROM mall_exchange WHERE member = $1");
CHANGE(c_all, "UPDATE mall_exchange SET member = $2 WHERE member = $1");
CHANGE(c_back, "UPDATE mall_exchange SET member = $2 WHERE member = $1 AND number = $3");
CHANGE(c_forget, "UPDATE mall_exchange SET receiver = NULL, phone = NULL, address = NULL"
                 " WHERE member = $1");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list rows = { 0 };
    TRY(db_all(t->c, &q_numbers, &rows, ARGS(loser)));
    for (i64 i = 0; i < rows.n; i++) TRY(merge_note(t, merge, "mall", rows.at[i].value));
    return rows.n ? tx_change(t, &c_all, ARGS(loser, winner)) : OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    (void)merge;
    for (i64 i = 0; i < noted.n; i++) TRY(tx_change(t, &c_back, ARGS(winner, loser, noted.at[i])));
    return OK;
}

static enum err erased(struct tx *t, i64 living, ints ids)
{
    (void)living;
    for (i64 i = 0; i < ids.n; i++) TRY(tx_change(t, &c_forget, ARGS(ids.at[i])));
    return OK;
}

static enum err known(struct ctx *c, i64 living, struct person_part_list *out)
{
    struct exchange_view_list all = { 0 };
    TRY(exchange_list(c, (struct exchange_filter){ .member = living }, KNOWN_MAX, true, &all));
    person_tell(c, out, "exchanges", &exchange_view_shape, all.at, all.n);
    return OK;
}

const struct merge_listener mall_merges = {
    .room = "mall", .moved = moved, .parted = parted, .erased = erased, .known = known
};
