/* settle.c -- the end of a board: final ranks written down, prizes given, scores put away.
 *
 *     frozen --> settling: final ranks in steps --> prizes in steps --> settled --> scores deleted
 *
 * The scores of a frozen board do not change, so every step can be done again: rows that are there
 * stay, rewards have ids. Whoever reads meanwhile reads the scores.
 */
#include "loyalty/boards/live.h"

#include "base/clock.h"
#include "loyalty/teams.h"
#include "member/member.h"
#include "timeline/timeline.h"

enum { FINAL_STEP = 1000, PRIZE_STEP = 50, DELETE_STEP = 2000 };

CHANGE(final_insert, "INSERT INTO board_final (member, board, place, rank, score, reached_at)"
                     " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (member, board) DO NOTHING");
CHANGE_RETURNING(scores_delete, one_i64,
                 "DELETE FROM board_score WHERE board = $1 AND member IN (SELECT member FROM"
                 " board_score WHERE board = $1 LIMIT $2) RETURNING member AS value");

struct settling {
    i64 board;
    struct board_row row;
    struct board_prize_list prizes;
    struct board_place_list places; /* of this step */
    i64 after, next, last;          /* places that have theirs; the last rank that wins */
    i64 rows;
};

static enum err step_begin(struct tx *t, void *arg)
{
    struct settling *s = arg;
    struct ctx *c = t->c;
    TRY(board_row_get(c, s->board, &s->row));
    if (s->row.state == KEPT_SETTLED || s->row.state == KEPT_SETTLING) return OK;
    if (board_state_at(&s->row, c->now) != BOARD_FROZEN) {
        str at =
            s->row.frozen_at.has ? instant_text(c->arena, c->zone, s->row.frozen_at.value) : S("-");
        return fail(c, E_UNPROCESSABLE, "榜单还没有冻结（冻结时间 " STR_FMT "）",
                    "the board is not frozen yet (it will be at " STR_FMT ")", STR_ARG(at));
    }
    s->row.state = KEPT_SETTLING;
    return board_row_save(t, &s->row);
}

/* -- final ranks ------------------------------------------------------------------------------- */

static enum err step_final(struct tx *t, void *arg)
{
    struct settling *s = arg;
    for (i64 i = 0; i < s->places.n; i++) {
        const struct board_place *p = &s->places.at[i];
        TRY(tx_change(t, &final_insert,
                      ARGS(p->member, s->board, p->place, p->rank, p->score, p->reached_at.value)));
    }
    return OK;
}

static enum err write_final(struct store *store, struct ctx *c, struct settling *s)
{
    struct board_view view;
    TRY(board_show(c, &s->row, &view));
    for (i64 from = 1;; from += FINAL_STEP) {
        struct board_ranks r;
        struct arena_mark mark = arena_mark(c->arena);
        TRY(board_top(c, &view, from, FINAL_STEP, &r));
        s->places = r.around;
        if (s->places.n) TRY(store_write(store, c, step_final, s));
        bool more = s->places.n == FINAL_STEP;
        arena_rewind(c->arena, mark);
        if (!more) return OK;
    }
}

/* -- prizes ------------------------------------------------------------------------------------ */

QUERY(winners, board_place,
      "SELECT rank, place, member, score, reached_at FROM board_final WHERE board = $1"
      " AND place > $2 AND rank <= $3 ORDER BY place LIMIT $4");
QUERY(prize_had, one_i64,
      "SELECT COUNT(*) AS value FROM board_prize WHERE member = $1 AND board = $2"
      " AND state <> 'skipped'");
QUERY(prize_of_origin, one_i64,
      "SELECT COUNT(*) AS value FROM board_prize WHERE board = $1 AND place = $2");
QUERY(is_erased, one_i64,
      "SELECT COUNT(*) AS value FROM member WHERE member = $1 AND erased_at IS NOT NULL");
CHANGE(prize_insert,
       "INSERT INTO board_prize (member, board, place, origin, rank, score, rewards, number,"
       " state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

static const struct board_prize *prize_of(const struct board_prize_list *prizes, i64 rank)
{
    for (i64 i = 0; i < prizes->n; i++)
        if (rank >= prizes->at[i].first && rank <= prizes->at[i].last) return &prizes->at[i];
    return NULL;
}

static enum err won_line(struct tx *t, i64 board, i64 member, i64 rank)
{
    struct arena *a = t->c->arena;
    return timeline_append(
        t, &(struct timeline_line){ .at = t->c->now,
                                    .member = member,
                                    .kind = S("board.won"),
                                    .subject = str_fmt(a, "board:%lld", (long long)board),
                                    .props = str_fmt(a, "{\"rank\":%lld}", (long long)rank) });
}

/* One prize a person: by place, so the better one. */
static enum err give_one(struct tx *t, struct settling *s, const struct board_place *p, i64 member)
{
    struct ctx *c = t->c;
    const struct board_prize *prize = prize_of(&s->prizes, p->rank);
    struct one_i64 had = { 0 }, erased = { 0 };
    i64 living, number;
    str why;
    bool withheld;
    TRY(member_living(c, member, &living));
    TRY(db_get(c, &prize_had, &had, ARGS(living, s->board)));
    TRY(db_get(c, &is_erased, &erased, ARGS(living)));
    TRY(review_of(c, s->board, p->member, &why, &withheld));
    enum prize_state state = had.value || erased.value ? PRIZE_SKIPPED
                             : withheld                ? PRIZE_WITHHELD
                                                       : PRIZE_GIVEN;
    TRY(tx_take(t, S("board_prize"), 1, &number));
    TRY(tx_change(t, &prize_insert,
                  ARGS(living, s->board, p->place, p->member, p->rank, p->score, prize->rewards.n,
                       number, choice_name(&prize_state_choice, (int)state), c->now)));
    if (state != PRIZE_GIVEN) return OK;
    for (i64 i = 0; i < prize->rewards.n; i++) {
        enum reward_result result;
        struct reward_why because = { .id = prize_reward_id(c->arena, s->board, p->place, i),
                                      .reason = S("board"),
                                      .review = why };
        TRY(reward_give(t, living, &prize->rewards.at[i], because, &result));
    }
    return won_line(t, s->board, living, p->rank);
}

/* A place is given to all it belongs to in one change: its holder, or who is in the team now. */
static enum err give(struct tx *t, struct settling *s, const struct board_place *p)
{
    struct one_i64 done = { 0 };
    struct team_seat_list seats;
    if (!prize_of(&s->prizes, p->rank)) return OK;
    TRY(db_get(t->c, &prize_of_origin, &done, ARGS(s->board, p->place)));
    if (done.value) return OK;
    if (s->row.holders == HOLDERS_MEMBERS) return give_one(t, s, p, p->member);
    TRY(team_seats(t->c, p->member, &seats));
    for (i64 i = 0; i < seats.n; i++) {
        const struct team_seat *seat = &seats.at[i];
        if (seat->state == SEAT_IN && (seat->captain || !s->row.captain_only))
            TRY(give_one(t, s, p, seat->member));
    }
    return OK;
}

/* The next winners, read where they are given: a caller's reader may stand still at an older state.
 */
static enum err step_prizes(struct tx *t, void *arg)
{
    struct settling *s = arg;
    s->places = (struct board_place_list){ 0 };
    TRY(db_all(t->c, &winners, &s->places, ARGS(s->board, s->after, s->last, (i64)PRIZE_STEP)));
    for (i64 i = 0; i < s->places.n; i++) TRY(give(t, s, &s->places.at[i]));
    s->rows = s->places.n;
    if (s->rows) s->next = s->places.at[s->rows - 1].place;
    return OK;
}

static enum err give_prizes(struct store *store, struct ctx *c, struct settling *s)
{
    TRY(prizes_read(c, &s->row, &s->prizes));
    if (s->prizes.n == 0) return OK;
    s->last = s->prizes.at[s->prizes.n - 1].last;
    for (s->after = 0, s->rows = PRIZE_STEP; s->rows == PRIZE_STEP; s->after = s->next)
        TRY(store_write(store, c, step_prizes, s));
    return OK;
}

/* -- the end ----------------------------------------------------------------------------------- */

static enum err step_end(struct tx *t, void *arg)
{
    struct settling *s = arg;
    TRY(board_row_get(t->c, s->board, &s->row));
    if (s->row.state == KEPT_SETTLED) return OK;
    s->row.state = KEPT_SETTLED;
    TRY(board_row_save(t, &s->row));
    return board_line_of(t, &s->row, S("board.settled"));
}

static enum err step_delete(struct tx *t, void *arg)
{
    struct settling *s = arg;
    struct one_i64_list gone = { 0 };
    TRY(db_all(t->c, &scores_delete, &gone, ARGS(s->board, (i64)DELETE_STEP)));
    s->rows = gone.n;
    if (gone.n) return OK;
    TRY(board_row_get(t->c, s->board, &s->row));
    s->row.settled_at = SOME(t->c->now);
    return board_row_save(t, &s->row);
}

enum err board_settle(struct store *store, struct ctx *c, i64 board)
{
    struct settling s = { .board = board };
    TRY(store_write(store, c, step_begin, &s));
    if (s.row.settled_at.has) return OK;
    if (s.row.state == KEPT_SETTLING) {
        TRY(write_final(store, c, &s));
        TRY(give_prizes(store, c, &s));
        TRY(store_write(store, c, step_end, &s));
    }
    do TRY(store_write(store, c, step_delete, &s)); /* scores: all in the final list by now */
    while (s.rows);
    live_forget(store, board);
    return OK;
}
