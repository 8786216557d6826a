/* wins.c -- who has won: listed, taken back, merged, checked. */
#include "loyalty/grab/inside.h"
#include "loyalty/mall/inside.h"

QUERY(q_wins, grab_win,
      "SELECT " WIN " FROM grab_win WHERE grab = $1 AND place > $2 ORDER BY place LIMIT $3");
QUERY(q_win, grab_win, "SELECT " WIN " FROM grab_win WHERE number = $1");
CHANGE(c_returned, "UPDATE grab_win SET returned_at = $2 WHERE number = $1");

enum err grab_wins(struct ctx *c, i64 grab, i64 after, i64 limit, struct grab_win_view_list *out)
{
    struct grab_win_list rows = { 0 };
    struct grab g;
    TRY(grab_row(c, grab, &g));
    TRY(db_all(c, &q_wins, &rows, ARGS(grab, after, limit)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct grab_win *w = &rows.at[i];
        enum reward_result state;
        bool found = false;
        if (!w->exchange) TRY(reward_state(c, w->member, win_reward_id(c, w), &found, &state));
        *PUSH(c->arena, out) = (struct grab_win_view){
            .id = w->number,
            .place = w->place,
            .member = w->member,
            .at = w->at,
            .returned_at = w->returned_at,
            .exchange = w->exchange,
            .prize = found ? choice_name(&reward_result_choice, (int)state) : NO_STR,
        };
    }
    return OK;
}

/* -- taken back -------------------------------------------------------------------------------- */

static enum err win_row(struct ctx *c, i64 number, struct grab_win *out)
{
    bool found;
    TRY(db_find(c, &q_win, out, &found, ARGS(number)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的中奖", "there is no win %lld",
                (long long)number);
}

static enum err gone(struct tx *t, const struct grab_win *w)
{
    struct ctx *c = t->c;
    struct timeline_line line = {
        .at = c->now,
        .member = w->member,
        .kind = S("grab.returned"),
        .subject = grab_subject(c, w->grab),
        .props = str_fmt(c->arena, "{\"place\":%lld}", (long long)w->place),
    };
    TRY(tx_change(t, &c_returned, ARGS(w->number, c->now)));
    return timeline_append(t, &line);
}

enum err grab_prize_gone(struct tx *t, i64 win)
{
    struct grab_win w;
    TRY(win_row(t->c, win, &w));
    return w.returned_at.has ? OK : gone(t, &w);
}

enum err grab_return(struct tx *t, i64 win)
{
    struct ctx *c = t->c;
    struct grab_win w;
    struct transferred done;
    bool whole;
    TRY(win_row(c, win, &w));
    if (w.returned_at.has) return OK;
    if (w.exchange) return mall_prize_back(t, win, &whole);
    TRY(reward_take_back_whole(t, w.member, win_reward_id(c, &w), S("grab"), &whole));
    if (!whole)
        return fail(c, E_UNPROCESSABLE, "奖品已经用掉，收不回来",
                    "the prize was used and cannot be taken back");
    struct transfer x = { .kind = T_REVERSE,
                          .id = str_fmt(c->arena, STR_FMT ":back", STR_ARG(win_reward_id(c, &w))),
                          .of = win_reward_id(c, &w),
                          .reason = S("grab") };
    TRY(ledger_transfer(t, &x, &done));
    return gone(t, &w);
}

/* -- merges ------------------------------------------------------------------------------------ */

QUERY(q_numbers, one_i64, "SELECT number AS value FROM grab_win WHERE member = $1");
CHANGE(c_all, "UPDATE grab_win SET member = $2 WHERE member = $1");
CHANGE(c_back, "UPDATE grab_win SET member = $2 WHERE member = $1 AND number = $3");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list rows = { 0 };
    TRY(db_all(t->c, &q_numbers, &rows, ARGS(loser)));
    for (i64 i = 0; i < rows.n; i++) TRY(merge_note(t, merge, "grab", rows.at[i].value));
    return rows.n ? tx_change(t, &c_all, ARGS(loser, winner)) : OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    (void)merge;
    for (i64 i = 0; i < noted.n; i++) TRY(tx_change(t, &c_back, ARGS(winner, loser, noted.at[i])));
    return OK;
}

const struct merge_listener grab_merges = { .room = "grab", .moved = moved, .parted = parted };

/* -- checking ---------------------------------------------------------------------------------- */

/* Of rewards: the account "grab:5:won" has one for each who has won and not given it back. Of
 * goods: each of those has an exchange that stands. */
QUERY(q_wrong, one_i64,
      "SELECT COUNT(*) AS value FROM grab g WHERE CASE WHEN g.good = 0 THEN"
      " (SELECT COUNT(*) FROM grab_win w WHERE w.grab = g.id AND w.returned_at IS NULL) <>"
      " COALESCE((SELECT a.balance FROM ledger_account a WHERE a.member = 0 AND a.unit = 'stock'"
      " AND a.name = 'grab:' || CAST(g.id AS TEXT) || ':won'), 0)"
      " ELSE (SELECT COUNT(*) FROM grab_win w WHERE w.grab = g.id AND w.returned_at IS NULL) <>"
      " (SELECT COUNT(*) FROM grab_win w JOIN mall_exchange e ON e.number = w.exchange"
      " WHERE w.grab = g.id AND e.state NOT IN ('returned', 'cancelled')) END");

enum err grab_check(struct ctx *c, i64 *wrong)
{
    struct one_i64 n;
    TRY(db_get(c, &q_wrong, &n, NO_ARGS));
    *wrong = n.value;
    return OK;
}
