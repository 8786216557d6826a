/* fields.c -- what segments may ask of leaderboards: of each board of members that was published
 * the rank, rank_7 <= 100. Others' deeds change it, so nobody keeps it: it is asked of SQL. */
#include "base/field.h"
#include "loyalty/boards/inside.h"

QUERY(rank_rows, field_number,
      "SELECT r.member, r.value FROM (SELECT s.member, CASE b.ties"
      " WHEN 'earlier' THEN ROW_NUMBER() OVER (ORDER BY s.score DESC, s.reached_at, s.member)"
      " WHEN 'share' THEN RANK() OVER (ORDER BY s.score DESC)"
      " ELSE DENSE_RANK() OVER (ORDER BY s.score DESC) END AS value"
      " FROM board_score s JOIN board b ON b.id = s.board WHERE s.board = CAST($3 AS BIGINT)"
      " AND b.state <> 'settled' AND s.score > 0 AND s.score >= b.min_score) r"
      " JOIN member m ON m.member = r.member AND m.merged_into IS NULL"
      " WHERE r.member >= $1 AND r.member <= $2 UNION ALL"
      " SELECT f.member, f.rank AS value FROM board_final f JOIN board b ON b.id = f.board"
      " JOIN member m ON m.member = f.member AND m.merged_into IS NULL"
      " WHERE f.member >= $1 AND f.member <= $2 AND f.board = CAST($3 AS BIGINT)"
      " AND b.state = 'settled'");

static enum err ranks(struct ctx *c, struct fields *out)
{
    struct arena *a = c->arena;
    struct board_view_list boards = { 0 };
    TRY(board_list(c, &boards));
    for (i64 i = 0; i < boards.n; i++) {
        const struct board_view *b = &boards.at[i];
        if (b->holders != HOLDERS_MEMBERS || b->state < BOARD_UPCOMING) continue;
        long long id = (long long)b->id;
        *PUSH(a, out) = (struct field){
            .name = str_z(a, str_fmt(a, "rank_%lld", id)),
            .kind = FIELD_IS_COUNT,
            .sql = &rank_rows,
            .third = FIELD_KEY,
            .key = str_z(a, str_fmt(a, "%lld", id)),
            .moves = true,
            .zh = str_z(a, str_fmt(a, "排行榜“" STR_FMT "”的名次", STR_ARG(b->name))),
            .en = str_z(a, str_fmt(a, "Rank on the board \"" STR_FMT "\"", STR_ARG(b->name))),
            .example = str_z(a, str_fmt(a, "rank_%lld <= 100", id)),
        };
    }
    return OK;
}

static const struct field rows[] = { { 0 } };
const struct field_table board_fields = { rows, ranks };
