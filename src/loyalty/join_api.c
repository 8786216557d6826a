/* join_api.c -- doors of joining: join, leave, who takes part, packs. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "loyalty/invitations.h"
#include "loyalty/join/inside.h"
#include "store/setting.h"

#define FIELDS_OF_join_ref(X, N) X(i64, id, REQUIRED, "Member", N)
SHAPE(join_ref);
SHAPE_DEFINE(join_ref);

#define FIELDS_OF_my_join_ask(X, N)                                    \
    X(str, channel, SHORT, "How he came: shop, live, qr-code, …", N)   \
    X(str, touchpoint, SHORT, "Where", N)                              \
    X(str, code, SHORT, "Invitation code of the friend he came by", N) \
    X(str, device, SHORT | PERSONAL, "The device it is done from; kept as a hash", N)
SHAPE(my_join_ask);
SHAPE_DEFINE(my_join_ask);

#define FIELDS_OF_my_join(X, N)                                               \
    X(flag, joined, ANY, "I take part now", N)                                \
    X(opt_instant, joined_at, ANY, "Since when; after leaving: from when", N) \
    X(opt_instant, left_at, ANY, "When I left", N)
SHAPE(my_join);
SHAPE_DEFINE(my_join);

#define FIELDS_OF_pack_page(X, N)           \
    X(list(pack), items, ANY, "By name", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(pack_page);
SHAPE_DEFINE(pack_page);

struct joining {
    struct join_ask in;
    str device;
    bool now;
};

/* Who invited him is bound before he joins, so that a wrong code is told in time. */
static enum err bind(struct tx *t, struct joining *j)
{
    struct invited_by by = { j->in.code, j->in.inviter.value, j->device };
    struct invitations his;
    bool again;
    if (!j->in.inviter.has && str_empty(j->in.code)) return OK;
    TRY(invitation_accept(t, j->in.id, &by, &again));
    TRY(invitations_of(t->c, j->in.id, &his));
    j->in.inviter = (opt_i64){ his.bound, his.inviter };
    return OK;
}

static enum err join_it(struct tx *t, void *arg)
{
    struct joining *j = arg;
    TRY(member_living(t->c, j->in.id, &j->in.id));
    TRY(bind(t, j));
    TRY(member_join(t, &j->in, &j->now));
    return invitation_look(t, j->in.id);
}

HANDLER(join_post, join_ask, join_view)
{
    struct joining j = { .in = *in };
    TRY(audited_write(c, join_it, &j, NULL));
    return join_of(c, j.in.id, out);
}

static enum err show_mine(struct ctx *c, i64 id, struct my_join *out)
{
    struct join_view v;
    TRY(join_of(c, id, &v));
    *out = (struct my_join){ v.joined, v.joined_at, v.left_at };
    return OK;
}

HANDLER(my_join_post, my_join_ask, my_join)
{
    struct joining j = { .in = { c->member, in->channel, in->touchpoint, NONE, in->code },
                         .device = in->device };
    TRY(audited_write(c, join_it, &j, NULL));
    return show_mine(c, j.in.id, out);
}

static enum err leave_it(struct tx *t, void *arg)
{
    i64 *id = arg;
    TRY(member_living(t->c, *id, id));
    return member_leave(t, *id);
}

HANDLER(leave_post, join_ref, join_view)
{
    i64 id = in->id;
    TRY(audited_write(c, leave_it, &id, NULL));
    return join_of(c, id, out);
}

HANDLER(my_leave_post, nothing, my_join)
{
    i64 id = c->member;
    TRY(audited_write(c, leave_it, &id, NULL));
    return show_mine(c, id, out);
}

HANDLER(join_get, join_ref, join_view)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return join_of(c, living, out);
}

HANDLER(my_join_get, nothing, my_join) { return show_mine(c, c->member, out); }

HANDLER(packs_get, nothing, pack_page) { return pack_all(c, &out->items); }

static enum err put_pack(struct tx *t, void *arg) { return pack_put(t, arg); }

HANDLER(pack_put_one, pack, pack)
{
    struct pack ask = *in;
    TRY(audited_write(c, put_pack, &ask, NULL));
    return pack_get(c, in->pack, out);
}

#define JOIN "Join"
static const struct route routes[] = {
    ROUTE(GET, "/v1/members/{id}/join", LOYALTY_READ, join_get, JOIN, "会员是否已入会",
          "Whether a member takes part", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/join", MEMBERS_WRITE, join_post, JOIN, "0 元入会",
          "Join the programme", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/members/{id}/leave", MEMBERS_WRITE, leave_post, JOIN, "退会",
          "Leave the programme", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/my/join", MY, my_join_get, JOIN, "我是否已入会", "Whether I take part"),
    ROUTE(POST, "/v1/my/join", MY, my_join_post, JOIN, "我要入会", "I join the programme",
          .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/leave", MY, my_leave_post, JOIN, "我要退会", "I leave the programme"),
    ROUTE(GET, "/v1/packs", LOYALTY_READ, packs_get, JOIN,
          "礼包（newcomer：新人，first_order：首单）",
          "Packs of rewards (newcomer, first_order, …)"),
    ROUTE(PUT, "/v1/packs/{pack}", LOYALTY_WRITE, pack_put_one, JOIN, "设定礼包里有什么",
          "Say what is in a pack"),
    { 0 },
};

static const struct setting settings[] = {
    { .name = "join.first_order_days",
      .kind = SETTING_I64,
      .fallback = "15",
      .min = 0,
      .max = 365,
      .zh = "首单全额退款发生在多少天之内会收回首单礼",
      .en = "Days within which a first order refunded whole takes its gift back" },
    { 0 },
};

const struct room join_room = {
    .name = "join",
    .migrations = join_migrations,
    .settings = settings,
    .routes = routes,
    .fields = &join_fields,
};
