/* rank.c -- the place of one, his neighbours, the top: of one state. */
#include "loyalty/boards/live.h"

#include "member/member.h"

static i64 rank_of(enum board_ties ties, const struct place *p)
{
    return ties == TIES_EARLIER ? p->place : ties == TIES_SHARE ? p->shared : p->dense;
}

static struct board_place shown(const struct board_view *b, const struct place *p)
{
    return (struct board_place){ .rank = rank_of(b->ties, p),
                                 .place = p->place,
                                 .member = p->member,
                                 .score = p->score,
                                 .reached_at = SOME(p->reached_at) };
}

/* In the board's own steps; at least one: no score, no rank. */
static i64 least(const struct board_view *b)
{
    i64 step = b->metric == BOARD_AMOUNT ? 1 : MONEY_UNIT;
    return max_i64(b->min_score / step, 1);
}

static void read_places(struct ctx *c, const struct board_view *b, const struct places *places,
                        i64 from, i64 n, struct board_ranks *out)
{
    i64 first = max_i64(from, 1); /* near the first fewer stand above him */
    n = min_i64(from + n, out->ranked + 1) - first;
    if (n <= 0) return;
    struct place *at = NEWS(c->arena, struct place, n);
    n = places_read(places, first, n, at);
    for (i64 i = 0; i < n; i++) *PUSH(c->arena, &out->around) = shown(b, &at[i]);
}

/* The best of the places his ids have: what was frozen stays under the id it had then. */
static bool best_place(const struct places *places, ints ids, struct place *out)
{
    bool found = false;
    for (i64 i = 0; i < ids.n; i++) {
        struct place p;
        if (!places_find(places, ids.at[i], &p) || (found && p.place > out->place)) continue;
        *out = p;
        found = true;
    }
    return found;
}

static enum err begin(struct ctx *c, const struct board_view *b, struct places_held *held,
                      struct board_ranks *out)
{
    *out = (struct board_ranks){ .as_of = c->now };
    TRY(places_hold(c, b->id, held));
    if (held->places) out->ranked = places_at_least(held->places, least(b));
    return OK;
}

/* -- of a settled board ------------------------------------------------------------------------ */

QUERY(final_one, board_place,
      "SELECT rank, place, member, score, reached_at FROM board_final WHERE member = $1"
      " AND board = $2");
QUERY(final_range, board_place,
      "SELECT rank, place, member, score, reached_at FROM board_final WHERE board = $1"
      " AND place >= $2 AND place < $3 ORDER BY place");
QUERY(final_count, one_i64,
      "SELECT COALESCE(MAX(place), 0) AS value FROM board_final WHERE board = $1");

static enum err final_read(struct ctx *c, i64 board, i64 from, i64 n, struct board_ranks *out)
{
    struct one_i64 count = { 0 };
    *out = (struct board_ranks){ .as_of = c->now, .mine = out->mine };
    TRY(db_get(c, &final_count, &count, ARGS(board)));
    out->ranked = count.value;
    return db_all(c, &final_range, &out->around, ARGS(board, from, from + n));
}

static enum err final_rank(struct ctx *c, i64 board, ints ids, i64 near, struct board_ranks *out)
{
    struct board_place best = { 0 };
    for (i64 i = 0; i < ids.n; i++) {
        struct board_place p = { 0 };
        bool found;
        TRY(db_find(c, &final_one, &p, &found, ARGS(ids.at[i], board)));
        if (found && (!best.place || p.place < best.place)) best = p;
    }
    out->mine = best;
    out->mine.member = ids.at[0];
    return final_read(c, board, best.place - near, best.place ? 2 * near + 1 : 0, out);
}

/* -- for all ----------------------------------------------------------------------------------- */

enum err board_rank(struct ctx *c, const struct board_view *board, i64 member, i64 near,
                    struct board_ranks *out)
{
    struct places_held held;
    struct place p = { 0 };
    ints ids = { &member, 1 };
    i64 living = member;
    if (board->holders == HOLDERS_MEMBERS) {
        TRY(member_living(c, member, &living));
        TRY(member_ids(c, living, &ids));
    }
    if (board->state == BOARD_SETTLED) return final_rank(c, board->id, ids, near, out);
    TRY(begin(c, board, &held, out));
    out->mine = (struct board_place){ .member = living };
    if (held.places && best_place(held.places, ids, &p)) {
        out->mine = shown(board, &p);
        out->mine.member = living;
        if (p.score < least(board)) out->mine.rank = out->mine.place = 0;
        else read_places(c, board, held.places, p.place - near, 2 * near + 1, out);
    }
    places_let_go(&held);
    return OK;
}

enum err board_top(struct ctx *c, const struct board_view *board, i64 from, i64 n,
                   struct board_ranks *out)
{
    struct places_held held;
    *out = (struct board_ranks){ 0 };
    if (board->state == BOARD_SETTLED) return final_read(c, board->id, from, n, out);
    TRY(begin(c, board, &held, out));
    if (held.places) read_places(c, board, held.places, from, n, out);
    places_let_go(&held);
    return OK;
}

/* -- whose it is ------------------------------------------------------------------------------- */

QUERY(team_name, one_str, "SELECT name AS value FROM team WHERE id = $1");

enum err board_holder(struct ctx *c, const struct board_view *board, i64 member, i64 *holder)
{
    return holder_of(c,
                     &(struct board_row){ .holders = board->holders, .campaign = board->campaign },
                     member, holder);
}

enum err board_holder_name(struct ctx *c, const struct board_view *board, i64 holder, bool whole,
                           str *out)
{
    struct one_str name = { 0 };
    bool found;
    if (board->holders == HOLDERS_MEMBERS) return member_name(c, holder, whole, out);
    TRY(db_find(c, &team_name, &name, &found, ARGS(holder)));
    *out = name.value;
    return OK;
}
