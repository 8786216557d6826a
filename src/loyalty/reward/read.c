/* read.c -- rewards as people see them: lists, gifts to ship, and how merges carry them. */
#include <assert.h>

#include "loyalty/reward/inside.h"

#define VIEW                                                                                  \
    "SELECT member, id, number,"                                                              \
    " CASE WHEN state = 'held' AND held_until <= $1 THEN 'rejected' ELSE state END AS state," \
    " kind, amount, credit, code, valid_days, cost, budget, reason, review, held_until,"      \
    " decided_at, decided_by, note, taken, shipped_at, shipment, at FROM reward "
QUERY(q_all, reward_view, VIEW "WHERE number < $2 ORDER BY number DESC LIMIT $3");
QUERY(q_in_state, reward_view,
      VIEW "WHERE state = $4 AND state <> 'given' AND number < $2"
           " AND (state <> 'held' OR held_until > $1) ORDER BY number DESC LIMIT $3");
QUERY(q_of_state_given, reward_view,
      VIEW "WHERE state = 'given' AND number < $2 ORDER BY number DESC LIMIT $3");
QUERY(q_of_budget, reward_view,
      VIEW "WHERE budget = $4 AND number < $2 ORDER BY number DESC LIMIT $3");
QUERY(q_of_budget_state, reward_view,
      VIEW "WHERE budget = $4 AND state = $5 AND number < $2"
           " AND (state <> 'held' OR held_until > $1) ORDER BY number DESC LIMIT $3");
QUERY(q_of_member, reward_view,
      VIEW "WHERE member = $4 AND number < $2 ORDER BY number DESC LIMIT $3");
QUERY(q_one, reward_view,
      VIEW "WHERE member = $2 AND id = $3 ORDER BY CASE state WHEN 'given' THEN 0 WHEN 'held' THEN"
           " 1 WHEN 'taken_back' THEN 2 WHEN 'rejected' THEN 3 ELSE 4 END, number LIMIT 1");
QUERY(q_under, reward_view, VIEW "WHERE member = $2 AND id >= $3 AND id < $4 ORDER BY number");
QUERY(q_to_ship, reward_view,
      VIEW "WHERE kind = 'gift' AND state = 'given' AND shipped_at IS NULL AND number > $2"
           " ORDER BY number LIMIT $3");
CHANGE(c_shipped, "UPDATE reward SET shipment = $3,"
                  " shipped_at = CASE WHEN shipped_at IS NULL THEN $4 ELSE shipped_at END"
                  " WHERE member = $1 AND id = $2 AND kind = 'gift' AND state = 'given'");

static i64 below_or_end(i64 below) { return below ? below : INT64_MAX; }

enum err reward_list(struct ctx *c, str state, str budget, i64 below, i64 limit,
                     struct reward_view_list *out)
{
    i64 end = below_or_end(below);
    if (!str_empty(state) && choice_find(&reward_result_choice, state) < 0)
        return fail_at(c, E_INVALID, S("/state"),
                       "应当是 given、held、no_budget、rejected 或 taken_back",
                       "one of given, held, no_budget, rejected, taken_back");
    if (!str_empty(budget) && !str_empty(state))
        return db_all(c, &q_of_budget_state, out, ARGS(c->now, end, limit, budget, state));
    if (!str_empty(budget)) return db_all(c, &q_of_budget, out, ARGS(c->now, end, limit, budget));
    if (str_eq(state, S("given")))
        return db_all(c, &q_of_state_given, out, ARGS(c->now, end, limit));
    if (!str_empty(state)) return db_all(c, &q_in_state, out, ARGS(c->now, end, limit, state));
    return db_all(c, &q_all, out, ARGS(c->now, end, limit));
}

enum err rewards_of(struct ctx *c, i64 member, i64 below, i64 limit, struct reward_view_list *out)
{
    return db_all(c, &q_of_member, out, ARGS(c->now, below_or_end(below), limit, member));
}

enum err reward_get(struct ctx *c, i64 member, str id, struct reward_view *out)
{
    bool found;
    TRY(db_find(c, &q_one, out, &found, ARGS(c->now, member, id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 " STR_FMT " 的奖励", "there is no reward " STR_FMT,
                STR_ARG(id));
}

enum err rewards_under(struct ctx *c, i64 member, str under, struct reward_view_list *out)
{
    str end = str_copy(c->arena, under); /* its last byte is a colon: what follows is below a ';' */
    assert(under.n && under.at[under.n - 1] == ':');
    ((char *)end.at)[end.n - 1] = ';';
    return db_all(c, &q_under, out, ARGS(c->now, member, under, end));
}

/* -- gifts ------------------------------------------------------------------------------------- */

enum err gifts_to_ship(struct ctx *c, i64 above, i64 limit, struct reward_view_list *out)
{
    return db_all(c, &q_to_ship, out, ARGS(c->now, above, limit));
}

enum err gift_shipped(struct tx *t, i64 member, str id, str shipment)
{
    struct ctx *c = t->c;
    struct reward_view was;
    i64 rows;
    TRY(reward_get(c, member, id, &was));
    TRY(tx_change_rows(t, &c_shipped, &rows, ARGS(member, id, shipment, c->now)));
    if (!rows)
        return fail(c, E_UNPROCESSABLE, "这份奖励不是待发的礼品",
                    "this reward is not a gift that was given");
    if (was.shipped_at.has) return OK;
    struct given g = { .member = member,
                       .id = id,
                       .kind = was.kind,
                       .amount = was.amount,
                       .code = was.code,
                       .reason = was.reason };
    return reward_line(t, &g, "shipped");
}

/* -- merges ------------------------------------------------------------------------------------ */

QUERY(q_numbers, one_i64, "SELECT number AS value FROM reward WHERE member = $1 ORDER BY number");
CHANGE(c_all_moved, "UPDATE reward SET member = $2 WHERE member = $1");
CHANGE(c_moved_back, "UPDATE reward SET member = $2 WHERE member = $1 AND number = $3");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list rows = { 0 };
    TRY(db_all(t->c, &q_numbers, &rows, ARGS(loser)));
    for (i64 i = 0; i < rows.n; i++) TRY(merge_note(t, merge, "reward", rows.at[i].value));
    return rows.n ? tx_change(t, &c_all_moved, ARGS(loser, winner)) : OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++)
        TRY(tx_change(t, &c_moved_back, ARGS(winner, loser, noted.at[i])));
    return OK;
}

const struct merge_listener reward_merges = { .room = "reward", .moved = moved, .parted = parted };
