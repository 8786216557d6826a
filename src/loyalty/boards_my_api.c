/* boards_my_api.c -- what a member sees of leaderboards: his own rank, his neighbours and the top,
 * others with masked names and without ids. */
#include "http/route.h"
#include "loyalty/boards/inside.h"
#include "member/member.h"

enum { MY_TOP = 10, MY_NEAR = 3 };

#define FIELDS_OF_my_board_line(X, N)                                            \
    X(i64, rank, ANY, "Rank; 0: not ranked", N)                                  \
    X(i64, place, ANY, "Place in the list, from 1; 0: not ranked", N)            \
    X(str, name, PERSONAL, "Name, masked; his own is whole", N)                  \
    X(str, score, ANY, "Score: money with two decimals, else a whole number", N) \
    X(flag, me, ANY, "It is he", N)
SHAPE(my_board_line);
SHAPE_DEFINE(my_board_line);

#define MY_BOARD_FIELDS(X, N)                                         \
    X(i64, id, ANY, "Board", N)                                       \
    X(str, name, ANY, "Name", N)                                      \
    X(choice(board_metric), metric, ANY, "What counts", N)            \
    X(choice(board_state), state, ANY, "Where it stands", N)          \
    X(instant, starts_at, ANY, "What is paid counts from here on", N) \
    X(instant, ends_at, ANY, "What is paid counts before this", N)    \
    X(opt_instant, frozen_at, ANY, "From here on ranks are final", N) \
    X(one(my_board_line), mine, ANY, "His place", N)                  \
    X(i64, ranked, ANY, "How many are ranked", N)                     \
    X(instant, as_of, ANY, "Ranks are the state of this moment", N)
#define FIELDS_OF_my_board(X, N) MY_BOARD_FIELDS(X, N)
SHAPE(my_board);
SHAPE_DEFINE(my_board);
#define FIELDS_OF_my_board_page(X, N) \
    X(list(my_board), items, ANY, "Boards he may see, newest first", N)
SHAPE(my_board_page);
SHAPE_DEFINE(my_board_page);

#define FIELDS_OF_my_board_view(X, N)                    \
    MY_BOARD_FIELDS(X, N)                                \
    X(list(board_prize), prizes, ANY, "Prizes", N)       \
    X(list(my_board_line), top, ANY, "The first ten", N) \
    X(list(my_board_line), around, ANY, "He and his neighbours", N)
SHAPE(my_board_view);
SHAPE_DEFINE(my_board_view);
#define FIELDS_OF_my_board_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Board", N)
SHAPE(my_board_ref);
SHAPE_DEFINE(my_board_ref);

static bool shows(const struct board_view *b)
{
    return b->visible && b->state != BOARD_DRAFT && b->state != BOARD_CANCELLED;
}

static enum err line_of(struct ctx *c, const struct board_view *b, const struct board_place *p,
                        i64 mine, struct my_board_line *out)
{
    str name;
    bool me = p->member == mine;
    TRY(board_holder_name(c, b, p->member, me, &name));
    *out = (struct my_board_line){
        .rank = p->rank,
        .place = p->place,
        .name = name,
        .score = board_score_text(c->arena, b->metric, p->score),
        .me = me,
    };
    return OK;
}

/* A place that was his under an older id is shown as his. */
static enum err lines_of(struct ctx *c, const struct board_view *b, const struct board_ranks *r,
                         const struct board_place *mine, struct my_board_line_list *out)
{
    for (i64 i = 0; i < r->around.n; i++) {
        struct board_place p = r->around.at[i];
        if (p.place == mine->place) p.member = mine->member;
        TRY(line_of(c, b, &p, mine->member, PUSH(c->arena, out)));
    }
    return OK;
}

static enum err fill(struct ctx *c, const struct board_view *b, i64 near, struct board_ranks *r,
                     struct my_board *out)
{
    i64 holder;
    TRY(board_holder(c, b, c->member, &holder));
    *r = (struct board_ranks){ .as_of = c->now };
    if (holder) TRY(board_rank(c, b, holder, near, r));
    else TRY(board_top(c, b, 1, 0, r)); /* he is in no team: how many are ranked */
    *out = (struct my_board){ .id = b->id,
                              .name = b->name,
                              .metric = b->metric,
                              .state = b->state,
                              .starts_at = b->starts_at,
                              .ends_at = b->ends_at,
                              .frozen_at = b->frozen_at,
                              .mine = NEW(c->arena, struct my_board_line),
                              .ranked = r->ranked,
                              .as_of = r->as_of };
    return line_of(c, b, &r->mine, r->mine.member, out->mine);
}

HANDLER(my_boards_get, nothing, my_board_page)
{
    struct board_view_list boards = { 0 };
    struct board_ranks r;
    TRY(board_list(c, &boards));
    for (i64 i = 0; i < boards.n; i++)
        if (shows(&boards.at[i])) TRY(fill(c, &boards.at[i], 0, &r, PUSH(c->arena, &out->items)));
    return OK;
}

HANDLER(my_board_get, my_board_ref, my_board_view)
{
    struct board_view b;
    struct board_ranks r, top;
    struct my_board mine;
    TRY(board_get(c, in->id, &b));
    if (!shows(&b)) return fail(c, E_NOT_FOUND, "没有这个排行榜", "there is no such leaderboard");
    TRY(fill(c, &b, MY_NEAR, &r, &mine));
    *out = (struct my_board_view){ .id = mine.id,
                                   .name = mine.name,
                                   .metric = mine.metric,
                                   .state = mine.state,
                                   .starts_at = mine.starts_at,
                                   .ends_at = mine.ends_at,
                                   .frozen_at = mine.frozen_at,
                                   .mine = mine.mine,
                                   .ranked = mine.ranked,
                                   .as_of = mine.as_of,
                                   .prizes = b.prizes };
    TRY(lines_of(c, &b, &r, &r.mine, &out->around));
    TRY(board_top(c, &b, 1, MY_TOP, &top));
    return lines_of(c, &b, &top, &r.mine, &out->top);
}

extern const struct route board_my_routes[];
const struct route board_my_routes[] = {
    ROUTE(GET, "/v1/my/boards", MY, my_boards_get, "My", "看得到的排行榜和自己的名次",
          "Leaderboards and his own ranks"),
    ROUTE(GET, "/v1/my/boards/{id}", MY, my_board_get, "My", "一个排行榜：自己、前后的人、前十",
          "A leaderboard: himself, his neighbours, the first ten", .errors = "E_NOT_FOUND"),
    { 0 },
};
