/* boards_api.c -- doors of leaderboards: made, changed, read live. */
#include "access/access.h"
#include "base/room.h"
#include "http/request.h"
#include "job/job.h"
#include "loyalty/boards/inside.h"
#include "member/member.h"
#include "store/setting.h"
#include "timeline/timeline.h"

#define FIELDS_OF_board_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Board", N)
SHAPE(board_ref);
SHAPE_DEFINE(board_ref);
#define FIELDS_OF_board_page(X, N)                             \
    X(list(board_view), items, ANY, "Boards, newest first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(board_page);
SHAPE_DEFINE(board_page);

#define FIELDS_OF_board_line(X, N)                                               \
    X(i64, rank, ANY, "Rank, by the board's rule for ties; 0: not ranked", N)    \
    X(i64, place, ANY, "Place in the list, from 1; 0: not ranked", N)            \
    X(i64, member, ANY, "Member, or the team", N)                                \
    X(str, name, PERSONAL, "Name", N)                                            \
    X(str, score, ANY, "Score: money with two decimals, else a whole number", N) \
    X(opt_instant, reached_at, ANY, "When it was reached", N)
SHAPE(board_line);
SHAPE_DEFINE(board_line);
#define FIELDS_OF_board_top_ask(X, N)                           \
    X(i64, id, REQUIRED | POSITIVE, "Board", N)                 \
    X(opt_i64, from, POSITIVE, "First place; 1 when absent", N) \
    X(opt_i64, limit, POSITIVE, "How many, 1 to 200; 50 when absent", N)
SHAPE(board_top_ask);
SHAPE_DEFINE(board_top_ask);
#define FIELDS_OF_board_top_view(X, N)                              \
    X(list(board_line), items, ANY, "By place", N)                  \
    X(i64, ranked, ANY, "How many are ranked", N)                   \
    X(choice(board_state), state, ANY, "Where the board stands", N) \
    X(instant, as_of, ANY, "All of it is the state of this moment", N)
SHAPE(board_top_view);
SHAPE_DEFINE(board_top_view);
#define FIELDS_OF_board_rank_ask(X, N)                                              \
    X(i64, id, REQUIRED | POSITIVE, "Board", N)                                     \
    X(i64, member, REQUIRED | POSITIVE, "Member; of a board of teams: the team", N) \
    X(opt_i64, near, NOT_NEGATIVE, "Neighbours on either side, at most 20; 3 when absent", N)
SHAPE(board_rank_ask);
SHAPE_DEFINE(board_rank_ask);
#define FIELDS_OF_board_rank_view(X, N)                             \
    X(one(board_line), mine, ANY, "His place", N)                   \
    X(list(board_line), around, ANY, "He and his neighbours", N)    \
    X(i64, ranked, ANY, "How many are ranked", N)                   \
    X(choice(board_state), state, ANY, "Where the board stands", N) \
    X(instant, as_of, ANY, "All of it is the state of this moment", N)
SHAPE(board_rank_view);
SHAPE_DEFINE(board_rank_view);

/* -- boards ------------------------------------------------------------------------------------ */

HANDLER(boards_get, nothing, board_page) { return board_list(c, &out->items); }
HANDLER(board_get_one, board_ref, board_view) { return board_get(c, in->id, out); }

struct making {
    const struct board_post *in;
    i64 id;
};
static enum err make(struct tx *t, void *arg)
{
    struct making *m = arg;
    return board_create(t, m->in, &m->id);
}
HANDLER(board_post_one, board_post, board_view)
{
    struct making m = { .in = in };
    TRY(audited_write(c, make, &m, &m.id));
    return board_get(c, m.id, out);
}

static enum err change(struct tx *t, void *arg) { return board_change(t, arg); }
HANDLER(board_patch_one, board_patch, board_view)
{
    struct board_patch patch = *in;
    TRY(audited_write(c, change, &patch, NULL));
    TRY(board_fill(c->store, c, in->id));
    return board_get(c, in->id, out);
}

/* -- ranks ------------------------------------------------------------------------------------- */

static enum err show_line(struct ctx *c, const struct board_view *b, const struct board_place *p,
                          struct board_line *out)
{
    str name;
    TRY(board_holder_name(c, b, p->member, may(c, PERSONAL_READ), &name));
    *out = (struct board_line){
        .rank = p->rank,
        .place = p->place,
        .member = p->member,
        .name = name,
        .score = board_score_text(c->arena, b->metric, p->score),
        .reached_at = p->reached_at,
    };
    return OK;
}

static enum err show_lines(struct ctx *c, const struct board_view *b,
                           const struct board_place_list *places, struct board_line_list *out)
{
    for (i64 i = 0; i < places->n; i++) TRY(show_line(c, b, &places->at[i], PUSH(c->arena, out)));
    return OK;
}

HANDLER(board_top_get, board_top_ask, board_top_view)
{
    struct board_view b;
    struct board_ranks r;
    TRY(board_get(c, in->id, &b));
    TRY(board_top(c, &b, in->from.has ? in->from.value : 1, page_limit(in->limit), &r));
    out->ranked = r.ranked;
    out->as_of = r.as_of;
    out->state = b.state;
    return show_lines(c, &b, &r.around, &out->items);
}

HANDLER(board_rank_get, board_rank_ask, board_rank_view)
{
    struct board_view b;
    struct board_ranks r;
    TRY(board_get(c, in->id, &b));
    TRY(board_rank(c, &b, in->member, in->near.has ? min_i64(in->near.value, 20) : 3, &r));
    out->ranked = r.ranked;
    out->as_of = r.as_of;
    out->state = b.state;
    out->mine = NEW(c->arena, struct board_line);
    TRY(show_line(c, &b, &r.mine, out->mine));
    return show_lines(c, &b, &r.around, &out->around);
}

/* -- the end ----------------------------------------------------------------------------------- */

HANDLER(board_settle_post, board_ref, board_view)
{
    TRY(board_settle(c->store, c, in->id));
    return board_get(c, in->id, out);
}

#define FIELDS_OF_board_prizes_ask(X, N)                         \
    X(i64, id, REQUIRED | POSITIVE, "Board", N)                  \
    X(flag, open, ANY, "Only those that wait for a decision", N) \
    PAGE_FIELDS(X, N)
SHAPE(board_prizes_ask);
SHAPE_DEFINE(board_prizes_ask);
#define FIELDS_OF_board_prize_page(X, N)           \
    X(list(prize_view), items, ANY, "By place", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(board_prize_page);
SHAPE_DEFINE(board_prize_page);

HANDLER(board_prizes_get, board_prizes_ask, board_prize_page)
{
    struct board_view b;
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "board prizes", in->cursor, &at));
    TRY(board_get(c, in->id, &b));
    TRY(board_prizes(c, in->id, in->open, at.id, limit + 1, &out->items));
    for (i64 i = 0; i < out->items.n; i++)
        TRY(member_name(c, out->items.at[i].member, may(c, PERSONAL_READ), &out->items.at[i].name));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "board prizes", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

#define FIELDS_OF_board_review_ask(X, N)                                                 \
    X(i64, id, REQUIRED | POSITIVE, "Board", N)                                          \
    X(i64, member, REQUIRED | POSITIVE, "Whose prize; of a board of teams: the team", N) \
    X(str, decision, REQUIRED | SHORT, "keep or take_back", N)
SHAPE(board_review_ask);
SHAPE_DEFINE(board_review_ask);

static enum err decide(struct tx *t, void *arg)
{
    const struct board_review_ask *in = arg;
    bool keep = str_eq(in->decision, S("keep"));
    struct board_row row;
    if (!keep && !str_eq(in->decision, S("take_back")))
        return fail_at(t->c, E_INVALID, S("/decision"), "应为 keep 或 take_back",
                       "keep or take_back is expected");
    TRY(board_row_get(t->c, in->id, &row));
    return board_review(t, in->id, in->member, keep);
}

HANDLER(board_review_post, board_review_ask, nothing)
{
    struct board_review_ask ask = *in;
    return audited_write(c, decide, &ask, NULL);
}

extern const struct route board_my_routes[];

#define BOARDS "Leaderboards"
static const struct route routes[] = {
    ROUTE(GET, "/v1/boards", LOYALTY_READ, boards_get, BOARDS, "排行榜列表", "List leaderboards"),
    ROUTE(POST, "/v1/boards", LOYALTY_WRITE, board_post_one, BOARDS, "新建排行榜（草稿）",
          "Make a leaderboard (a draft)", .flags = IDEMPOTENT | CREATES),
    ROUTE(GET, "/v1/boards/{id}", LOYALTY_READ, board_get_one, BOARDS, "看一个排行榜",
          "Show a leaderboard", .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/boards/{id}", LOYALTY_WRITE, board_patch_one, BOARDS,
          "修改、发布或取消排行榜", "Change, publish or cancel a leaderboard",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/boards/{id}/top", LOYALTY_READ, board_top_get, BOARDS, "榜首及其后的名次",
          "The top, or any stretch of places", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/boards/{id}/rank", LOYALTY_READ, board_rank_get, BOARDS,
          "一位会员的名次和前后的人", "A member's rank and neighbours", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/boards/{id}/settle", LOYALTY_WRITE, board_settle_post, BOARDS,
          "结算已冻结的榜单：写下最终名次并发奖", "Settle a frozen board: final ranks and prizes",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/boards/{id}/prizes", LOYALTY_READ, board_prizes_get, BOARDS, "奖品及其去向",
          "Prizes and what became of them", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/boards/{id}/reviews", LOYALTY_WRITE, board_review_post, BOARDS,
          "冻结后有退款：保留或收回奖品", "After a refund past the end: keep or take back a prize",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    { .next = board_my_routes },
};

/* -- the room ---------------------------------------------------------------------------------- */

static const struct setting settings[] = {
    { .name = "boards.late_hours",
      .kind = SETTING_I64,
      .fallback = "24",
      .min = 0,
      .max = 720,
      .zh = "排行榜结束后，期内付款但晚到的订单还计多少小时（之后榜单冻结）",
      .en = "How many hours after a leaderboard's end what was paid within it and is told late "
            "still counts (then it is frozen)" },
    { .name = "boards.review_days",
      .kind = SETTING_I64,
      .fallback = "60",
      .min = 0,
      .max = 400,
      .zh = "排行榜冻结后多少天内的退款仍会提出奖品复核",
      .en = "For how many days after a leaderboard was frozen a refund asks for a review of the "
            "prize" },
    { 0 },
};

/* What a stop or a crash left unfinished, and boards whose end has come. */
static enum err upkeep(struct store *s, struct ctx *c)
{
    struct board_row_list boards = { 0 }, over = { 0 };
    TRY(boards_in_play(c, &boards));
    for (i64 i = 0; i < boards.n; i++)
        if (!boards.at[i].filled) TRY(board_fill(s, c, boards.at[i].id));
    TRY(boards_to_settle(c, &over));
    for (i64 i = 0; i < over.n; i++) TRY(board_settle(s, c, over.at[i].id));
    return OK;
}

static enum err keep_up(struct store *s, struct ctx *c)
{
    i64 lines;
    return follower_run(s, c, &board_followers[0], &lines);
}

static const struct job_row jobs[] = {
    { "boards.follow", 10 * SECOND_MS, 0, keep_up, "跟进积分与邀请的排行榜",
      "Keeps leaderboards of points and invitations up" },
    { "boards.upkeep", MINUTE_MS, 0, upkeep, "补算新发布的排行榜，结算已冻结的",
      "Counts the facts from before a board was published; settles what is frozen" },
    { 0 },
};

const struct room boards_room = {
    .name = "boards",
    .migrations = board_migrations,
    .settings = settings,
    .routes = routes,
    .followers = board_followers,
    .fields = &board_fields,
    .jobs = jobs,
};
