/* score.c -- scores as they are kept: recomputed in the transaction that changes the facts, and in
 * steps for those from before a board was published. */
#include "loyalty/boards/inside.h"

#include "loyalty/teams.h"
#include "loyalty/tiers.h"
#include "member/member.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

enum err (*board_members_in)(struct ctx *c, str segment, i64 member, bool *in);

enum err holder_of(struct ctx *c, const struct board_row *b, i64 member, i64 *holder)
{
    struct team_seat seat = { 0 };
    bool found;
    *holder = member;
    if (b->holders == HOLDERS_MEMBERS) return OK;
    TRY(team_seat_of(c, b->campaign, member, &found, &seat));
    *holder = found && seat.state == SEAT_IN ? seat.team : 0;
    return OK;
}

/* -- who takes part ---------------------------------------------------------------------------- */

QUERY(has_tag, one_i64,
      "SELECT COUNT(*) AS value FROM member_tag mt JOIN tag g ON g.tag = mt.tag"
      " WHERE mt.member = $1 AND g.folded = $2 AND (mt.expires_at IS NULL OR mt.expires_at > $3)");

enum err segment_has(struct ctx *c, str segment, i64 member, bool *in)
{
    enum err e = board_members_in(c, segment, member, in);
    if (e != E_NOT_FOUND) return e;
    *in = false;
    return OK;
}

enum err segment_there(struct ctx *c, str segment, bool *there)
{
    bool in;
    enum err e = board_members_in(c, segment, 1, &in);
    *there = e == OK;
    return e == E_NOT_FOUND ? OK : e;
}

static enum err takes_part(struct ctx *c, const struct board_row *b, i64 member, bool *in)
{
    struct one_i64 n = { 0 };
    *in = true;
    if (b->scope == SCOPE_ALL) return OK;
    if (b->scope == SCOPE_SEGMENT) return segment_has(c, b->scope_name, member, in);
    if (b->scope == SCOPE_TIER) return tier_reaches(c, member, b->scope_name, in);
    TRY(db_get(c, &has_tag, &n, ARGS(member, str_fold(c->arena, b->scope_name), c->now)));
    *in = n.value > 0;
    return OK;
}

/* -- writing ----------------------------------------------------------------------------------- */

QUERY(score_one, score_row,
      "SELECT member, board, score, reached_at, version FROM board_score"
      " WHERE member = $1 AND board = $2");
CHANGE(score_write,
       "INSERT INTO board_score (member, board, score, reached_at, version)"
       " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (member, board) DO UPDATE SET"
       " score = excluded.score, reached_at = excluded.reached_at, version = excluded.version");

enum err score_put(struct scoring *s, const struct board_row *b, i64 member, struct score now)
{
    struct ctx *c = s->t->c;
    struct score_row was = { 0 };
    bool found, in;
    TRY(db_find(c, &score_one, &was, &found, ARGS(member, b->id)));
    if (was.score == now.score && was.reached_at == now.reached_at) return OK;
    if (!found) {
        TRY(takes_part(c, b, member, &in));
        if (!in) return OK;
    }
    if (s->version == 0) TRY(tx_take(s->t, S("board_score"), 1, &s->version));
    return tx_change(s->t, &score_write,
                     ARGS(member, b->id, now.score, now.reached_at, s->version));
}

enum err score_renew(struct scoring *s, const struct board_row *b, i64 member)
{
    struct score now;
    TRY(score_of(s->t->c, b, member, &now));
    return score_put(s, b, member, now);
}

static enum err renew_on_all(struct scoring *s, const struct board_row_list *boards, i64 member)
{
    for (i64 i = 0; i < boards->n; i++) {
        i64 holder;
        TRY(holder_of(s->t->c, &boards->at[i], member, &holder));
        if (holder) TRY(score_renew(s, &boards->at[i], holder));
    }
    return OK;
}

static enum err review_on_all(struct tx *t, const struct board_row_list *boards, i64 member)
{
    for (i64 i = 0; i < boards->n; i++) TRY(review_after(t, &boards->at[i], member));
    return OK;
}

enum err boards_team_changed(struct tx *t, i64 campaign, i64 team)
{
    struct scoring s = { .t = t };
    struct board_row_list boards = { 0 };
    TRY(boards_in_play(t->c, &boards));
    for (i64 i = 0; i < boards.n; i++)
        if (boards.at[i].holders == HOLDERS_TEAMS && boards.at[i].campaign == campaign)
            TRY(score_renew(&s, &boards.at[i], team));
    return OK;
}

/* Of changed orders the buyers, each once where orders of one lie together. */
static enum err orders_changed(struct tx *t, const struct order_change *at, i64 n)
{
    struct scoring s = { .t = t };
    struct board_row_list boards = { 0 }, over = { 0 };
    TRY(boards_in_play(t->c, &boards));
    TRY(boards_over(t->c, &over));
    if (boards.n + over.n == 0) return OK;
    i64 last = 0;
    for (i64 i = 0; i < n; i++) {
        if (at[i].member > 0 && at[i].member != last) {
            TRY(renew_on_all(&s, &boards, at[i].member));
            TRY(review_on_all(t, &over, at[i].member));
        }
        if (at[i].was > 0 && at[i].was != at[i].member) {
            TRY(renew_on_all(&s, &boards, at[i].was));
            TRY(review_on_all(t, &over, at[i].was));
        }
        last = at[i].member;
    }
    return OK;
}
const struct order_listener board_orders = { .room = "boards", .changed = orders_changed };

/* -- merges ------------------------------------------------------------------------------------ */

/* Facts have moved already. What is frozen stays as it was: its ranks are found by all ids. */
static enum err both_anew(struct tx *t, i64 loser, i64 winner)
{
    struct scoring s = { .t = t };
    struct board_row_list boards = { 0 };
    TRY(boards_in_play(t->c, &boards));
    TRY(renew_on_all(&s, &boards, loser));
    return renew_on_all(&s, &boards, winner);
}

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    TRY(prize_merged(t, merge, loser, winner));
    return both_anew(t, loser, winner);
}
static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    (void)merge;
    TRY(prize_parted(t, loser, winner, noted));
    return both_anew(t, loser, winner);
}
const struct merge_listener board_merges = { .room = "boards", .moved = moved, .parted = parted };

/* -- filling ----------------------------------------------------------------------------------- */

enum { FILL_STEP = 500 };

QUERY(buyers_after, one_i64,
      "SELECT DISTINCT member AS value FROM purchase_order WHERE member > $1 AND bought_at >= $2"
      " AND bought_at < $3 AND bought_at IS NOT NULL ORDER BY member LIMIT $4");
QUERY(teams_after, one_i64,
      "SELECT id AS value FROM team WHERE id > $1 AND campaign = $2 ORDER BY id LIMIT $3");
QUERY(inviters_after, one_i64,
      "SELECT DISTINCT inviter AS value FROM invitation WHERE inviter > $1 AND at >= $2 AND at < $3"
      " ORDER BY inviter LIMIT $4");
QUERY(earners_after, one_i64,
      "SELECT member AS value FROM (SELECT member FROM (SELECT member FROM ledger_account"
      " WHERE member > $1 AND unit = 'point' AND name = '' ORDER BY member LIMIT $4) a"
      " UNION SELECT member FROM (SELECT DISTINCT member FROM points_order WHERE member > $1"
      " AND paid_at >= $2 AND paid_at < $3 ORDER BY member LIMIT $4) b) c"
      " ORDER BY member LIMIT $4");
QUERY(scored_after, one_i64,
      "SELECT member AS value FROM board_score WHERE member > $1 AND board = $2 ORDER BY member"
      " LIMIT $3");
CHANGE(board_is_filled, "UPDATE board SET filled = TRUE WHERE id = $1 AND ends_at = $2");

struct filling {
    struct board_row board;
    struct one_i64_list members;
};

static enum err fill_step(struct tx *t, void *arg)
{
    struct filling *f = arg;
    struct scoring s = { .t = t };
    struct board_row now;
    TRY(board_row_get(t->c, f->board.id, &now));
    if (now.state != KEPT_PUBLISHED || t->c->now >= now.frozen_at.value) return OK;
    for (i64 i = 0; i < f->members.n; i++) TRY(score_renew(&s, &now, f->members.at[i].value));
    return OK;
}

static enum err fill_end(struct tx *t, void *arg)
{
    struct filling *f = arg;
    return tx_change(t, &board_is_filled, ARGS(f->board.id, f->board.ends_at));
}

/* The next who may have a score: by their facts, or (again) by the score they have. */
static enum err candidates(struct ctx *c, const struct board_row *b, bool again, i64 after,
                           struct one_i64_list *out)
{
    *out = (struct one_i64_list){ 0 };
    if (again) return db_all(c, &scored_after, out, ARGS(after, b->id, (i64)FILL_STEP));
    if (b->holders == HOLDERS_TEAMS)
        return db_all(c, &teams_after, out, ARGS(after, b->campaign, (i64)FILL_STEP));
    struct query *of = b->metric == BOARD_INVITES  ? &inviters_after
                       : b->metric == BOARD_POINTS ? &earners_after
                                                   : &buyers_after;
    return db_all(c, of, out, ARGS(after, b->starts_at, b->ends_at, (i64)FILL_STEP));
}

/* Twice over them: another end of the board may also take what is there. */
enum err board_fill(struct store *s, struct ctx *c, i64 board)
{
    struct filling f = { 0 };
    TRY(board_row_get(c, board, &f.board));
    if (f.board.filled || f.board.state != KEPT_PUBLISHED) return OK;
    for (int pass = 0; pass < 2; pass++) {
        i64 after = 0;
        do {
            TRY(candidates(c, &f.board, pass == 1, after, &f.members));
            if (f.members.n == 0) break;
            TRY(store_write(s, c, fill_step, &f));
            after = f.members.at[f.members.n - 1].value;
        } while (f.members.n == FILL_STEP);
    }
    return store_write(s, c, fill_end, &f);
}

/* -- checking ---------------------------------------------------------------------------------- */

QUERY(scores_of_board, score_row,
      "SELECT member, board, score, reached_at, version FROM board_score WHERE board = $1"
      " ORDER BY member");
QUERY(scores_missing, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT DISTINCT member FROM purchase_order"
      " WHERE member > 0 AND bought_at >= $2 AND bought_at < $3 AND bought_at IS NOT NULL) b"
      " WHERE NOT EXISTS (SELECT 1 FROM board_score s WHERE s.member = b.member"
      " AND s.board = $1)");

static bool has(const struct one_i64_list *holders, i64 holder)
{
    for (i64 i = 0; i < holders->n; i++)
        if (holders->at[i].value == holder) return true;
    return false;
}

/* A score that a waiting line will work out anew is late, not wrong. */
static enum err scores_check(struct ctx *c, const struct board_row *b, i64 *wrong)
{
    struct score_row_list rows = { 0 };
    struct one_i64_list waiting = { 0 };
    bool looked = false;
    TRY(db_all(c, &scores_of_board, &rows, ARGS(b->id)));
    for (i64 k = 0; k < rows.n; k++) {
        struct score is;
        TRY(score_of(c, b, rows.at[k].member, &is));
        if (is.score == rows.at[k].score && is.reached_at == rows.at[k].reached_at) continue;
        if (!looked) TRY(boards_waiting(c, b, &waiting));
        looked = true;
        *wrong += !has(&waiting, rows.at[k].member);
    }
    return OK;
}

enum err boards_check(struct ctx *c, i64 *wrong)
{
    struct board_row_list boards = { 0 };
    *wrong = 0;
    TRY(boards_in_play(c, &boards));
    for (i64 i = 0; i < boards.n; i++) {
        const struct board_row *b = &boards.at[i];
        struct one_i64 missing = { 0 };
        TRY(scores_check(c, b, wrong));
        if (b->scope == SCOPE_ALL && b->filled && b->holders == HOLDERS_MEMBERS &&
            b->metric <= BOARD_ORDERS)
            TRY(db_get(c, &scores_missing, &missing, ARGS(b->id, b->starts_at, b->ends_at)));
        *wrong += missing.value;
    }
    return OK;
}
