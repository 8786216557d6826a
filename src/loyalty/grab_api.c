/* grab_api.c -- doors of first-N grabs. */
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "loyalty/grab/inside.h"

#define FIELDS_OF_grabs_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(grabs_ask);
SHAPE_DEFINE(grabs_ask);
#define FIELDS_OF_grab_page(X, N)                     \
    X(list(grab_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(grab_page);
SHAPE_DEFINE(grab_page);
#define FIELDS_OF_grab_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Grab", N)
SHAPE(grab_ref);
SHAPE_DEFINE(grab_ref);
#define FIELDS_OF_wins_ask(X, N)               \
    X(i64, id, REQUIRED | POSITIVE, "Grab", N) \
    PAGE_FIELDS(X, N)
SHAPE(wins_ask);
SHAPE_DEFINE(wins_ask);
#define FIELDS_OF_wins_page(X, N)                     \
    X(list(grab_win_view), items, ANY, "By place", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(wins_page);
SHAPE_DEFINE(wins_page);
#define FIELDS_OF_win_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Number of the win", N)
SHAPE(win_ref);
SHAPE_DEFINE(win_ref);

/* -- for people -------------------------------------------------------------------------------- */

HANDLER(grabs_get, grabs_ask, grab_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "grabs", in->cursor, &at));
    TRY(grab_list(c, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "grabs", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

HANDLER(grab_get_one, grab_ref, grab_view) { return grab_get(c, in->id, out); }

struct making {
    const struct grab_post *in;
    i64 id;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return grab_make(t, k->in, &k->id);
}
HANDLER(grab_post_one, grab_post, grab_view)
{
    struct making k = { .in = in };
    TRY(audited_write(c, make_it, &k, &k.id));
    return grab_get(c, k.id, out);
}

struct changing {
    const struct grab_patch *in;
    bool no_start, no_end;
};
static enum err change_it(struct tx *t, void *arg)
{
    const struct changing *k = arg;
    TRY(grab_empty(t, k->in->id, k->no_start, k->no_end));
    return grab_change(t, k->in);
}
HANDLER(grab_patch_one, grab_patch, grab_view)
{
    struct changing k = { in, !in->starts_at.has && request_gives(c, "starts_at"),
                          !in->ends_at.has && request_gives(c, "ends_at") };
    TRY(audited_write(c, change_it, &k, NULL));
    return grab_get(c, in->id, out);
}

static enum err fill_it(struct tx *t, void *arg) { return grab_fill(t, arg); }
HANDLER(grab_units_post, grab_units, grab_view)
{
    TRY(audited_write(c, fill_it, (void *)in, NULL));
    return grab_get(c, in->id, out);
}

HANDLER(grab_wins_get, wins_ask, wins_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "grab wins", in->cursor, &at));
    TRY(grab_wins(c, in->id, at.id, limit + 1, &out->items));
    for (i64 i = 0; i < out->items.n; i++)
        TRY(member_name(c, out->items.at[i].member, may(c, PERSONAL_READ), &out->items.at[i].name));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "grab wins", (struct cursor){ .id = out->items.at[limit - 1].place });
    return OK;
}

static enum err return_it(struct tx *t, void *arg)
{
    return grab_return(t, ((const struct win_ref *)arg)->id);
}
HANDLER(win_return_post, win_ref, nothing) { return audited_write(c, return_it, (void *)in, NULL); }

/* -- a member's own ---------------------------------------------------------------------------- */

enum { SHOWN_MAX = 100 };
#define FIELDS_OF_my_grab(X, N)                                          \
    X(i64, id, ANY, "Grab", N)                                           \
    X(str, name, ANY, "Name", N)                                         \
    X(opt_instant, starts_at, ANY, "From when", N)                       \
    X(opt_instant, ends_at, ANY, "Until before when", N)                 \
    X(i64, good, ANY, "The prize: a piece of this good; 0: a reward", N) \
    X(one(reward), prize, ANY, "Or this reward", N)                      \
    X(i64, left, ANY, "Units left", N)                                   \
    X(i64, winners, ANY, "How many have won", N)
SHAPE(my_grab);
SHAPE_DEFINE(my_grab);
#define FIELDS_OF_my_grabs(X, N)                                      \
    X(list(my_grab), items, ANY, "Open now or soon, newest first", N) \
    X(str, next_cursor, ANY, "Always null: at most 100 are shown", N)
SHAPE(my_grabs);
SHAPE_DEFINE(my_grabs);
#define FIELDS_OF_grab_ask(X, N)               \
    X(i64, id, REQUIRED | POSITIVE, "Grab", N) \
    X(str, key, SHORT, "Who may win several times: your number for this claim", N)
SHAPE(grab_ask);
SHAPE_DEFINE(grab_ask);

HANDLER(my_grabs_get, nothing, my_grabs)
{
    struct grab_view_list all = { 0 };
    TRY(grab_list(c, 0, SHOWN_MAX, &all));
    for (i64 i = 0; i < all.n; i++) {
        struct grab_view *g = &all.at[i];
        if (!g->opened || (g->ends_at.has && g->ends_at.value <= c->now)) continue;
        if (g->prize) { /* what it costs the shop is not his business */
            g->prize->cost = NONE;
            g->prize->budget = NO_STR;
        }
        *PUSH(c->arena, &out->items) =
            (struct my_grab){ .id = g->id,
                              .name = c->locale == EN && !str_empty(g->en) ? g->en : g->zh,
                              .starts_at = g->starts_at,
                              .ends_at = g->ends_at,
                              .good = g->good,
                              .prize = g->prize,
                              .left = g->left,
                              .winners = g->winners };
    }
    return OK;
}

HANDLER(my_grab_post, grab_ask, grab_taken)
{
    return grab_take(c->store, c, c->member, in->id, in->key, out);
}

/* -- the tables -------------------------------------------------------------------------------- */

#define GRABS "First-N grabs"
static const struct route routes[] = {
    ROUTE(GET, "/v1/grabs", LOYALTY_READ, grabs_get, GRABS, "限量抢", "First-N grabs",
          .flags = CURSOR),
    ROUTE(POST, "/v1/grabs", LOYALTY_WRITE, grab_post_one, GRABS, "新建限量抢", "Make a grab",
          .flags = CREATES, .errors = "E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/grabs/{id}", LOYALTY_READ, grab_get_one, GRABS, "看一个限量抢", "Show a grab",
          .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/grabs/{id}", LOYALTY_WRITE, grab_patch_one, GRABS, "改限量抢、开放或关闭",
          "Change a grab, open or shut it", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/grabs/{id}/units", LOYALTY_WRITE, grab_units_post, GRABS, "增减名额",
          "Add units or take some", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/grabs/{id}/wins", LOYALTY_READ, grab_wins_get, GRABS, "谁抢到了", "Who has won",
          .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/grabs/wins/{id}/return", LOYALTY_WRITE, win_return_post, GRABS, "收回一份奖品",
          "Take a prize back", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/my/grabs", MY, my_grabs_get, GRABS, "我能抢的", "Grabs I can take part in"),
    ROUTE(POST, "/v1/my/grabs/{id}", MY, my_grab_post, GRABS, "我要抢", "I grab",
          .errors = "E_NOT_FOUND"),
    { 0 },
};

const struct room grab_room = { .name = "grab", .migrations = grab_migrations, .routes = routes };
