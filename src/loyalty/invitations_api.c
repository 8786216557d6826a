/* invitations_api.c -- doors of invitations: my code and link, accepting one, who came by whom. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "loyalty/invitations/inside.h"
#include "store/setting.h"

/* -- a member's own ---------------------------------------------------------------------------- */

enum { FRIENDS_SHOWN = 20 };

#define FIELDS_OF_my_friend(X, N)                                                    \
    X(str, name, PERSONAL, "Name, masked", N)                                        \
    X(instant, bound_at, ANY, "When he came by the code", N)                         \
    X(choice(invite_counts), step, ANY, "What it comes to: he joined, he bought", N) \
    X(choice(invited_state), state, ANY, "Where that stands", N)
SHAPE(my_friend);
SHAPE_DEFINE(my_friend);
#define FIELDS_OF_my_invitation(X, N)                                                 \
    X(str, code, ANY, "My code; null: not asked for yet (POST makes it)", N)          \
    X(str, link, ANY, "Where it leads", N)                                            \
    X(i64, counted, ANY, "Friends whose invitation counts", N)                        \
    X(i64, waiting, ANY,                                                              \
      "Friends whose invitation does not count yet: not done, or held for review", N) \
    X(flag, invited, ANY, "Somebody invited me", N)                                   \
    X(list(my_friend), friends, ANY, "A line a step, newest first, at most 20 friends", N)
SHAPE(my_invitation);
SHAPE_DEFINE(my_invitation);
#define FIELDS_OF_accept_ask(X, N)                                      \
    X(str, code, REQUIRED | SHORT, "Code of the member who invited", N) \
    X(str, device, SHORT | PERSONAL, "The device it is done from; kept as a hash", N)
SHAPE(accept_ask);
SHAPE_DEFINE(accept_ask);
#define FIELDS_OF_accepted(X, N)                                \
    X(flag, again, ANY, "It was accepted before", N)            \
    X(str, inviter, PERSONAL, "Name of the inviter, masked", N) \
    X(instant, bound_at, ANY, "Since when", N)
SHAPE(accepted);
SHAPE_DEFINE(accepted);

static enum err show_mine(struct ctx *c, i64 member, struct my_invitation *out)
{
    struct invitations mine;
    struct invited_list rows = { 0 };
    TRY(invitations_of(c, member, &mine));
    TRY(invited_list(c, member, 0, FRIENDS_SHOWN, &rows));
    *out = (struct my_invitation){ .counted = mine.counted,
                                   .waiting = mine.waiting,
                                   .invited = mine.bound };
    TRY(invitation_code_find(c, member, &out->code));
    if (out->code.n) TRY(invitation_link(c, out->code, &out->link));
    else out->code = NO_STR;
    for (i64 i = 0; i < rows.n; i++) {
        struct my_friend *f = PUSH(c->arena, &out->friends);
        *f = (struct my_friend){ .bound_at = rows.at[i].bound_at,
                                 .step = rows.at[i].step,
                                 .state = rows.at[i].held && rows.at[i].state == INVITED_COUNTED
                                              ? INVITED_WAITING /* until somebody released it */
                                              : rows.at[i].state };
        TRY(member_name(c, rows.at[i].member, false, &f->name));
    }
    return OK;
}

HANDLER(my_invitation_get, nothing, my_invitation) { return show_mine(c, c->member, out); }

static enum err make_code(struct tx *t, void *arg)
{
    str *code = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return invitation_code(t, living, code);
}
HANDLER(my_invitation_post, nothing, my_invitation)
{
    str code = NO_STR;
    TRY(invitation_code_find(c, c->member, &code));
    if (!code.n) TRY(audited_write(c, make_code, &code, NULL));
    return show_mine(c, c->member, out);
}

struct accepting {
    struct invited_by by;
    bool again;
};
static enum err accept_it(struct tx *t, void *arg)
{
    struct accepting *a = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return invitation_accept(t, living, &a->by, &a->again);
}
HANDLER(my_accept_post, accept_ask, accepted)
{
    struct accepting a = { .by = { .code = in->code, .device = in->device } };
    struct invitations mine;
    TRY(audited_write(c, accept_it, &a, NULL));
    TRY(invitations_of(c, c->member, &mine));
    *out = (struct accepted){ .again = a.again, .bound_at = mine.bound_at };
    return member_name(c, mine.inviter, false, &out->inviter);
}

/* -- for people -------------------------------------------------------------------------------- */

#define FIELDS_OF_invitations_ask(X, N)          \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    PAGE_FIELDS(X, N)
SHAPE(invitations_ask);
SHAPE_DEFINE(invitations_ask);
#define FIELDS_OF_invitations_view(X, N)                                              \
    X(opt_i64, inviter, ANY, "Who invited him, by the id he has now", N)              \
    X(opt_instant, bound_at, ANY, "Since when", N)                                    \
    X(str, code, ANY, "His own code; null: never asked for", N)                       \
    X(i64, counted, ANY, "Friends whose invitation counts", N)                        \
    X(i64, waiting, ANY,                                                              \
      "Friends whose invitation does not count yet: not done, or held for review", N) \
    X(list(invited), items, ANY, "Whom he invited, newest first; a row a step", N)    \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(invitations_view);
SHAPE_DEFINE(invitations_view);

HANDLER(invitations_get, invitations_ask, invitations_view)
{
    struct invitations his;
    struct cursor at;
    i64 living, limit = page_limit(in->limit), rows = limit * invite_counts_choice.n;
    TRY(cursor_read(c, "invitations", in->cursor, &at));
    TRY(member_living(c, in->id, &living));
    TRY(invitations_of(c, living, &his));
    TRY(invited_list(c, living, at.id, limit + 1, &out->items));
    out->inviter = (opt_i64){ his.bound, his.inviter };
    out->bound_at = (opt_instant){ his.bound, his.bound_at };
    out->counted = his.counted;
    out->waiting = his.waiting;
    TRY(invitation_code_find(c, living, &out->code));
    if (!out->code.n) out->code = NO_STR;
    if (out->items.n <= rows) return OK;
    out->items.n = rows;
    out->next_cursor =
        cursor_make(c, "invitations", (struct cursor){ .id = out->items.at[rows - 1].number });
    return OK;
}

/* -- the tables -------------------------------------------------------------------------------- */

#define INVITATIONS "Invitations"
static const struct route routes[] = {
    ROUTE(GET, "/v1/my/invitation", MY, my_invitation_get, INVITATIONS, "我的邀请码和邀请的好友",
          "My invitation code, and whom I invited"),
    ROUTE(POST, "/v1/my/invitation", MY, my_invitation_post, INVITATIONS, "取我的邀请码和链接",
          "Get my invitation code and link"),
    ROUTE(POST, "/v1/my/invitation/accept", MY, my_accept_post, INVITATIONS, "我由好友邀请而来",
          "I came by a friend's code", .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/members/{id}/invitations", LOYALTY_READ, invitations_get, INVITATIONS,
          "会员由谁邀请、邀请了谁", "Who invited a member, and whom he invited", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    { 0 },
};

static enum err link_check(struct ctx *c, str value)
{
    if (str_find(value, S("{code}")) >= 0) return OK;
    return fail(c, E_INVALID, "链接里要有 {code}，邀请码放在那里",
                "the link must have {code}, where the code goes");
}

static const struct setting settings[] = {
    { .name = "invitations.link",
      .kind = SETTING_TEXT,
      .fallback = "pages/join/join?invitation={code}",
      .zh = "邀请链接（小程序页面或网址），{code} 处放邀请码",
      .en =
          "Where invitations lead (a page of the mini-program, or an address); {code} is the code",
      .check = link_check },
    { .name = "invitations.new_days",
      .kind = SETTING_I64,
      .fallback = "7",
      .min = 1,
      .max = 3650,
      .zh = "第一次出现在多少天之内的会员才算新会员，可以受邀",
      .en = "Only who was first seen within so many days can be invited" },
    { .name = "invitations.counts",
      .kind = SETTING_CHOICE,
      .fallback = "first_order",
      .choices = "at_once first_order",
      .zh = "排行榜和分层里的邀请何时算数：受邀人入会即算，或首单付款才算",
      .en =
          "When leaderboards and segments count an invitation: at once when he joins, or with his "
          "first paid order" },
    { .name = "invitations.return_days",
      .kind = SETTING_I64,
      .fallback = "15",
      .min = 0,
      .max = 365,
      .zh = "受邀人首单全额退款发生在多少天之内，邀请不再算数并收回奖励",
      .en = "Days within which a first order refunded whole takes the invitation back, and what it "
            "gave" },
    { 0 },
};

const struct room invitations_room = {
    .name = "invitations",
    .migrations = invitation_migrations,
    .routes = routes,
    .settings = settings,
    .fields = &invitation_fields,
};
