/* review.c -- what comes to light after the end: a refund that makes a final score too high does
 * not change it, but asks somebody about the prize.
 *
 *     order changed --facts below the final score--> open --keep--> kept
 *                                                     +--take_back--> withheld or taken back
 *
 * A review follows the facts while it is open: it closes by itself when they come up to the score
 * again (a refund withdrawn). Once decided it stays.
 */
#include "loyalty/boards/inside.h"

#include "member/member.h"
#include "timeline/timeline.h"

#define FIELDS_OF_review_row(X, N) \
    X(i64, score, ANY, "", N)      \
    X(i64, score_now, ANY, "", N)  \
    X(str, decision, ANY, "", N)
SHAPE(review_row);
SHAPE_DEFINE(review_row);

QUERY(review_one, review_row,
      "SELECT score, score_now, decision FROM board_review WHERE member = $1 AND board = $2");
QUERY(score_in_play, one_i64,
      "SELECT score AS value FROM board_score WHERE member = $1 AND board = $2");
QUERY(score_at_end, one_i64,
      "SELECT score AS value FROM board_final WHERE member = $1 AND board = $2");
CHANGE(review_write,
       "INSERT INTO board_review (member, board, score, score_now, at) VALUES ($1, $2, $3, $4, $5)"
       " ON CONFLICT (member, board) DO UPDATE SET score_now = excluded.score_now");
CHANGE(review_drop,
       "DELETE FROM board_review WHERE member = $1 AND board = $2 AND decision IS NULL");
CHANGE(review_decide,
       "UPDATE board_review SET decision = $3, decided_by = $4 WHERE member = $1 AND board = $2");

static enum err line(struct tx *t, i64 board, i64 member, str kind)
{
    return timeline_append(t, &(struct timeline_line){ .at = t->c->now,
                                                       .member = member,
                                                       .kind = kind,
                                                       .subject = str_fmt(t->c->arena, "board:%lld",
                                                                          (long long)board) });
}

/* The score that stands for this id; false: he was not on the board. */
static enum err final_score(struct ctx *c, i64 board, i64 member, bool *found, i64 *score)
{
    struct one_i64 row = { 0 };
    TRY(db_find(c, &score_at_end, &row, found, ARGS(member, board)));
    if (!*found) TRY(db_find(c, &score_in_play, &row, found, ARGS(member, board)));
    *score = row.value;
    return OK;
}

/* Facts of a person lie with his living id, his place perhaps with an older one. */
enum err review_after(struct tx *t, const struct board_row *b, i64 member)
{
    struct ctx *c = t->c;
    struct review_row was = { 0 };
    struct score now;
    i64 holder;
    ints ids = { &holder, 1 };
    TRY(holder_of(c, b, member, &holder));
    if (!holder) return OK;
    if (b->holders == HOLDERS_MEMBERS) TRY(member_ids(c, member, &ids));
    TRY(score_of(c, b, holder, &now));
    for (i64 i = 0; i < ids.n; i++) {
        bool found, open;
        i64 score;
        TRY(final_score(c, b->id, ids.at[i], &found, &score));
        if (!found || score <= 0) continue;
        TRY(db_find(c, &review_one, &was, &open, ARGS(ids.at[i], b->id)));
        if (open && was.decision.n) continue;
        if (now.score >= score) {
            if (open) TRY(tx_change(t, &review_drop, ARGS(ids.at[i], b->id)));
            continue;
        }
        TRY(tx_change(t, &review_write, ARGS(ids.at[i], b->id, score, now.score, c->now)));
        if (!open) TRY(line(t, b->id, member, S("board.review_opened")));
    }
    return OK;
}

enum err review_of(struct ctx *c, i64 board, i64 member, str *why, bool *withheld)
{
    struct review_row row = { 0 };
    bool found;
    *why = NO_STR;
    TRY(db_find(c, &review_one, &row, &found, ARGS(member, board)));
    *withheld = found && str_eq(row.decision, S("take_back"));
    if (found && !row.decision.n) *why = S("冻结后有退款 refunded after the end");
    return OK;
}

/* -- deciding ---------------------------------------------------------------------------------- */

#define FIELDS_OF_prize_row(X, N)             \
    X(i64, member, ANY, "", N)                \
    X(i64, origin, ANY, "", N)                \
    X(i64, number, ANY, "", N)                \
    X(i64, place, ANY, "", N)                 \
    X(i64, rank, ANY, "", N)                  \
    X(i64, score, ANY, "", N)                 \
    X(i64, rewards, ANY, "", N)               \
    X(choice(prize_state), state, ANY, "", N) \
    X(opt_i64, score_now, ANY, "", N)         \
    X(str, decision, ANY, "", N)
SHAPE(prize_row);
SHAPE_DEFINE(prize_row);

#define PRIZE_ROWS                                                                        \
    "SELECT p.member, p.origin, p.number, p.place, p.rank, p.score, p.rewards, p.state, " \
    "r.score_now,"                                                                        \
    " r.decision FROM board_prize p LEFT JOIN board_review r ON r.member = p.origin"      \
    " AND r.board = p.board WHERE p.board = $1"
QUERY(prizes_of_board, prize_row, PRIZE_ROWS " AND p.number > $2 ORDER BY p.number LIMIT $3");
QUERY(prizes_open, prize_row,
      PRIZE_ROWS " AND p.number > $2 AND r.member IS NOT NULL AND r.decision IS NULL"
                 " AND p.state = 'given' ORDER BY p.number LIMIT $3");
QUERY(prizes_of_origin, prize_row, PRIZE_ROWS " AND p.origin = $2");
CHANGE(prize_state_write,
       "UPDATE board_prize SET state = $4 WHERE member = $1 AND board = $2 AND place = $3");

str prize_reward_id(struct arena *a, i64 board, i64 place, i64 reward)
{
    return str_fmt(a, "board:%lld:%lld:%lld", (long long)board, (long long)place,
                   (long long)reward + 1);
}

enum err board_prizes(struct ctx *c, i64 board, bool only_open, i64 after, i64 limit,
                      struct prize_view_list *out)
{
    struct prize_row_list rows = { 0 };
    TRY(db_all(c, only_open ? &prizes_open : &prizes_of_board, &rows, ARGS(board, after, limit)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct prize_row *p = &rows.at[i];
        struct prize_view *view = PUSH(c->arena, out);
        *view = (struct prize_view){ .id = p->number,
                                     .place = p->place,
                                     .rank = p->rank,
                                     .member = p->member,
                                     .holder = p->origin,
                                     .score = p->score,
                                     .state = p->state,
                                     .score_now = p->score_now,
                                     .decision = p->decision };
        view->rewards.at = NEWS(c->arena, str, p->rewards);
        for (; view->rewards.n < p->rewards; view->rewards.n++)
            view->rewards.at[view->rewards.n] =
                prize_reward_id(c->arena, board, p->place, view->rewards.n);
    }
    return OK;
}

/* What waits for review goes its way. */
static enum err let_go(struct tx *t, i64 board, i64 origin)
{
    struct prize_row_list rows = { 0 };
    TRY(db_all(t->c, &prizes_of_origin, &rows, ARGS(board, origin)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct prize_row *p = &rows.at[i];
        for (i64 k = 0; k < p->rewards; k++) {
            str id = prize_reward_id(t->c->arena, board, p->place, k);
            enum reward_result state;
            bool found;
            TRY(reward_state(t->c, p->member, id, &found, &state));
            if (found && state == REWARD_HELD)
                TRY(reward_release(t, p->member, id, S("board"), &state));
        }
    }
    return OK;
}

static enum err take_back(struct tx *t, i64 board, i64 origin)
{
    struct prize_row_list rows = { 0 };
    TRY(db_all(t->c, &prizes_of_origin, &rows, ARGS(board, origin)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct prize_row *p = &rows.at[i];
        if (p->state != PRIZE_GIVEN) continue;
        for (i64 k = 0; k < p->rewards; k++)
            TRY(reward_take_back(t, p->member, prize_reward_id(t->c->arena, board, p->place, k),
                                 S("refund")));
        TRY(tx_change(
            t, &prize_state_write,
            ARGS(p->member, board, p->place, choice_name(&prize_state_choice, PRIZE_TAKEN_BACK))));
    }
    return OK;
}

/* Of all places his ids have. */
enum err board_review(struct tx *t, i64 board, i64 member, bool keep)
{
    struct ctx *c = t->c;
    str decision = keep ? S("keep") : S("take_back");
    struct board_row kept;
    bool any = false;
    i64 living = member;
    ints ids = { &member, 1 };
    TRY(board_row_get(c, board, &kept));
    if (kept.holders == HOLDERS_MEMBERS) {
        TRY(member_living(c, member, &living));
        TRY(member_ids(c, living, &ids));
    }
    for (i64 i = 0; i < ids.n; i++) {
        struct review_row row = { 0 };
        bool found;
        TRY(db_find(c, &review_one, &row, &found, ARGS(ids.at[i], board)));
        any |= found;
        if (!found || str_eq(row.decision, decision)) continue;
        if (row.decision.n)
            return fail(c, E_CONFLICT, "已经作出另一种决定", "it was decided otherwise before");
        TRY(tx_change(t, &review_decide, ARGS(ids.at[i], board, decision, c->actor)));
        if (keep) TRY(let_go(t, board, ids.at[i]));
        else TRY(take_back(t, board, ids.at[i]));
        TRY(line(t, board, kept.holders == HOLDERS_MEMBERS ? living : 0,
                 keep ? S("board.prize_kept") : S("board.prize_taken_back")));
    }
    return any ? OK
               : fail(c, E_NOT_FOUND, "这位会员在此榜单没有待复核的奖品",
                      "there is no prize of this member to review on this board");
}

/* -- merges ------------------------------------------------------------------------------------ */

QUERY(prizes_of_member, one_i64, "SELECT number AS value FROM board_prize WHERE member = $1");
CHANGE(prizes_moved, "UPDATE board_prize SET member = $2 WHERE member = $1");
CHANGE(prize_parts, "UPDATE board_prize SET member = $2 WHERE member = $1 AND number = $3");

enum err prize_merged(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list rows = { 0 };
    TRY(db_all(t->c, &prizes_of_member, &rows, ARGS(loser)));
    for (i64 i = 0; i < rows.n; i++) TRY(merge_note(t, merge, "boards", rows.at[i].value));
    return rows.n ? tx_change(t, &prizes_moved, ARGS(loser, winner)) : OK;
}

enum err prize_parted(struct tx *t, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++)
        TRY(tx_change(t, &prize_parts, ARGS(winner, loser, noted.at[i])));
    return OK;
}
