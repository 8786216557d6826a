/* teams_api.c -- doors of teams: campaigns and teams for the shop, his own team for a member. */
#include "access/access.h"
#include "app/serve.h"
#include "base/room.h"
#include "http/request.h"
#include "loyalty/teams/inside.h"
#include "member/member.h"

enum { CODE_LETTERS = 10 }; /* 50 bits: codes are not guessed at the speed a member may ask */

#define FIELDS_OF_team_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Team", N)
SHAPE(team_ref);
SHAPE_DEFINE(team_ref);
#define FIELDS_OF_campaign_page(X, N) \
    X(list(team_campaign), items, ANY, "Campaigns of teams, newest first", N)
SHAPE(campaign_page);
SHAPE_DEFINE(campaign_page);
#define FIELDS_OF_team_page_ask(X, N)              \
    X(i64, id, REQUIRED | POSITIVE, "Campaign", N) \
    PAGE_FIELDS(X, N)
SHAPE(team_page_ask);
SHAPE_DEFINE(team_page_ask);
#define FIELDS_OF_team_line(X, N)                                    \
    FIELDS_OF_team(X, N) X(i64, captain, ANY, "Whose team it is", N) \
        X(str, captain_name, PERSONAL, "Name", N)
SHAPE(team_line);
SHAPE_DEFINE(team_line);
#define FIELDS_OF_team_page(X, N)              \
    X(list(team_line), items, ANY, "By id", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(team_page);
SHAPE_DEFINE(team_page);
#define FIELDS_OF_team_seat_view(X, N)                  \
    X(i64, seat, ANY, "Number of the seat", N)          \
    X(i64, member, ANY, "Whose", N)                     \
    X(str, name, PERSONAL, "Name", N)                   \
    X(choice(seat_state), state, ANY, "asked or in", N) \
    X(flag, captain, ANY, "Captain", N)                 \
    X(instant, joined_at, ANY, "Since when", N)
SHAPE(team_seat_view);
SHAPE_DEFINE(team_seat_view);
#define FIELDS_OF_team_view(X, N)          \
    X(one(team), team, ANY, "The team", N) \
    X(list(team_seat_view), seats, ANY, "Captain first", N)
SHAPE(team_view);
SHAPE_DEFINE(team_view);
#define FIELDS_OF_team_seat_ref(X, N)          \
    X(i64, id, REQUIRED | POSITIVE, "Team", N) \
    X(i64, seat, REQUIRED | POSITIVE, "Seat", N)
SHAPE(team_seat_ref);
SHAPE_DEFINE(team_seat_ref);

/* -- for the shop ------------------------------------------------------------------------------ */

HANDLER(campaigns_get, nothing, campaign_page) { return team_campaigns(c, &out->items); }

struct campaign_making {
    const struct team_campaign_post *in;
    i64 id;
};
static enum err make_campaign(struct tx *t, void *arg)
{
    struct campaign_making *m = arg;
    return team_campaign_make(t, m->in, &m->id);
}
HANDLER(campaign_post, team_campaign_post, team_campaign)
{
    struct campaign_making m = { .in = in };
    TRY(audited_write(c, make_campaign, &m, &m.id));
    return team_campaign_get(c, m.id, out);
}

static enum err change_campaign(struct tx *t, void *arg) { return team_campaign_change(t, arg); }
HANDLER(campaign_patch, team_campaign_patch, team_campaign)
{
    struct team_campaign_patch ask = *in;
    TRY(audited_write(c, change_campaign, &ask, NULL));
    return team_campaign_get(c, in->id, out);
}

static enum err line_of(struct ctx *c, const struct team *t, struct team_line *out)
{
    struct team_seat_list seats;
    *out = (struct team_line){ .id = t->id,
                               .campaign = t->campaign,
                               .name = t->name,
                               .join_rule = t->join_rule,
                               .code = t->code,
                               .seats = t->seats,
                               .created_at = t->created_at };
    TRY(team_seats(c, t->id, &seats));
    if (!seats.n || !seats.at[0].captain) return OK;
    out->captain = seats.at[0].member;
    return member_name(c, out->captain, may(c, PERSONAL_READ), &out->captain_name);
}

HANDLER(teams_get, team_page_ask, team_page)
{
    struct team_campaign campaign;
    struct team_list teams;
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "teams", in->cursor, &at));
    TRY(team_campaign_get(c, in->id, &campaign));
    TRY(team_list(c, in->id, at.id, limit + 1, &teams));
    for (i64 i = 0; i < teams.n && i < limit; i++)
        TRY(line_of(c, &teams.at[i], PUSH(c->arena, &out->items)));
    if (teams.n > limit)
        out->next_cursor = cursor_make(c, "teams", (struct cursor){ .id = teams.at[limit - 1].id });
    return OK;
}

HANDLER(team_get_one, team_ref, team_view)
{
    struct team_seat_list seats;
    out->team = NEW(c->arena, struct team);
    TRY(team_get(c, in->id, out->team));
    TRY(team_seats(c, in->id, &seats));
    for (i64 i = 0; i < seats.n; i++) {
        const struct team_seat *s = &seats.at[i];
        struct team_seat_view *view = PUSH(c->arena, &out->seats);
        *view = (struct team_seat_view){ .seat = s->number,
                                         .member = s->member,
                                         .state = s->state,
                                         .captain = s->captain,
                                         .joined_at = s->joined_at };
        TRY(member_name(c, s->member, may(c, PERSONAL_READ), &view->name));
    }
    return OK;
}

/* What is done to a team, and by whom (0: the shop). */
struct act {
    i64 team, seat, member;
    str code;
    enum seat_state state;
};
static enum err remove_seat(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_remove(t, a->team, a->member, a->seat);
}
HANDLER(team_seat_delete, team_seat_ref, nothing)
{
    struct act a = { .team = in->id, .seat = in->seat };
    return audited_write(c, remove_seat, &a, NULL);
}

/* -- for a member ------------------------------------------------------------------------------ */

#define FIELDS_OF_my_seat(X, N)                                 \
    X(i64, seat, ANY, "Number of the seat", N)                  \
    X(str, name, PERSONAL, "Name, masked; his own is whole", N) \
    X(choice(seat_state), state, ANY, "asked or in", N)         \
    X(flag, captain, ANY, "Captain", N)                         \
    X(flag, me, ANY, "It is he", N)
SHAPE(my_seat);
SHAPE_DEFINE(my_seat);
#define FIELDS_OF_my_team(X, N)                                             \
    X(i64, id, ANY, "Team", N)                                              \
    X(i64, campaign, ANY, "Campaign", N)                                    \
    X(str, name, ANY, "Name", N)                                            \
    X(choice(team_join), join_rule, ANY, "Who may join", N)                 \
    X(str, code, ANY, "Invitation code, to pass on; null: he is not in", N) \
    X(list(my_seat), seats, ANY, "Captain first; who asked is shown to the captain", N)
SHAPE(my_team);
SHAPE_DEFINE(my_team);
#define FIELDS_OF_my_campaign(X, N)                                    \
    X(i64, campaign, ANY, "Campaign", N)                               \
    X(str, name, ANY, "Its name", N)                                   \
    X(instant, starts_at, ANY, "Who is in now stays in, as a rule", N) \
    X(instant, ends_at, ANY, "Nobody joins from here on", N)           \
    X(i64, size_min, ANY, "A smaller team has no score", N)            \
    X(i64, size_max, ANY, "Seats of a team", N)                        \
    X(one(my_team), team, ANY, "His team; null: none", N)
SHAPE(my_campaign);
SHAPE_DEFINE(my_campaign);
#define FIELDS_OF_my_team_page(X, N) \
    X(list(my_campaign), items, ANY, "Campaigns that are not over, and those he has a team in", N)
SHAPE(my_team_page);
SHAPE_DEFINE(my_team_page);

static enum err show_mine(struct ctx *c, i64 id, struct my_team *out)
{
    struct team team;
    struct team_seat_list seats;
    bool in = false, leads;
    TRY(team_get(c, id, &team));
    TRY(team_seats(c, id, &seats));
    leads = seats.n && seats.at[0].captain && seats.at[0].member == c->member;
    for (i64 i = 0; i < seats.n; i++)
        in |= seats.at[i].member == c->member && seats.at[i].state == SEAT_IN;
    *out = (struct my_team){ .id = team.id,
                             .campaign = team.campaign,
                             .name = team.name,
                             .join_rule = team.join_rule,
                             .code = in ? team.code : NO_STR };
    for (i64 i = 0; i < seats.n; i++) {
        const struct team_seat *s = &seats.at[i];
        bool me = s->member == c->member;
        if (s->state == SEAT_ASKED && !me && !leads) continue;
        struct my_seat *view = PUSH(c->arena, &out->seats);
        *view = (struct my_seat){
            .seat = s->number, .state = s->state, .captain = s->captain, .me = me
        };
        TRY(member_name(c, s->member, me, &view->name));
    }
    return OK;
}

HANDLER(my_teams_get, nothing, my_team_page)
{
    struct team_campaign_list campaigns = { 0 };
    TRY(team_campaigns(c, &campaigns));
    for (i64 i = 0; i < campaigns.n; i++) {
        const struct team_campaign *k = &campaigns.at[i];
        struct team_seat seat;
        bool found;
        TRY(team_seat_of(c, k->id, c->member, &found, &seat));
        if (!found && c->now >= k->ends_at) continue;
        struct my_campaign *view = PUSH(c->arena, &out->items);
        *view = (struct my_campaign){ k->id,       k->name,     k->starts_at, k->ends_at,
                                      k->size_min, k->size_max, NULL };
        if (found) TRY(show_mine(c, seat.team, view->team = NEW(c->arena, struct my_team)));
    }
    return OK;
}

HANDLER(my_team_get, team_ref, my_team) { return show_mine(c, in->id, out); }

#define FIELDS_OF_my_team_post(X, N)                      \
    X(i64, campaign, REQUIRED | POSITIVE, "Campaign", N)  \
    X(str, name, REQUIRED | SHORT, "Name of the team", N) \
    X(choice(team_join), join_rule, ANY, "Who may join; absent: open", N)
SHAPE(my_team_post);
SHAPE_DEFINE(my_team_post);

struct founding {
    struct team_make in;
    i64 id;
};
static enum err found_team(struct tx *t, void *arg)
{
    struct founding *f = arg;
    return team_make(t, &f->in, &f->id);
}
HANDLER(my_team_make, my_team_post, my_team)
{
    struct founding f = { .in = { .campaign = in->campaign,
                                  .member = c->member,
                                  .name = in->name,
                                  .code = str_sub(secret_make(c->arena), 0, CODE_LETTERS),
                                  .join_rule = in->join_rule } };
    TRY(audited_write(c, found_team, &f, &f.id));
    return show_mine(c, f.id, out);
}

#define FIELDS_OF_my_team_join(X, N)                                   \
    X(i64, team, NOT_NEGATIVE, "Team; absent: the one of the code", N) \
    X(str, code, SHORT, "Invitation code", N)
SHAPE(my_team_join);
SHAPE_DEFINE(my_team_join);

static enum err join(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_join(t, a->team, a->member, a->code, &a->state);
}
HANDLER(my_team_join_post, my_team_join, my_team)
{
    struct act a = { .team = in->team, .member = c->member, .code = in->code };
    struct team team;
    if (!a.team) {
        TRY(team_by_code(c, in->code, &team));
        a.team = team.id;
    }
    TRY(audited_write(c, join, &a, NULL));
    return show_mine(c, a.team, out);
}

static enum err leave(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_leave(t, a->team, a->member);
}
HANDLER(my_team_leave, team_ref, nothing)
{
    struct act a = { .team = in->id, .member = c->member };
    return audited_write(c, leave, &a, NULL);
}

static enum err accept_seat(struct tx *t, void *arg)
{
    struct act *a = arg;
    return team_accept(t, a->team, a->member, a->seat);
}
HANDLER(my_team_accept, team_seat_ref, my_team)
{
    struct act a = { .team = in->id, .seat = in->seat, .member = c->member };
    TRY(audited_write(c, accept_seat, &a, NULL));
    return show_mine(c, in->id, out);
}
HANDLER(my_team_remove, team_seat_ref, nothing)
{
    struct act a = { .team = in->id, .seat = in->seat, .member = c->member };
    return audited_write(c, remove_seat, &a, NULL);
}

#define TEAMS "Teams"
static const struct route routes[] = {
    ROUTE(GET, "/v1/team-campaigns", LOYALTY_READ, campaigns_get, TEAMS, "组队活动列表",
          "List campaigns of teams"),
    ROUTE(POST, "/v1/team-campaigns", LOYALTY_WRITE, campaign_post, TEAMS, "新建组队活动",
          "Make a campaign of teams", .flags = IDEMPOTENT | CREATES),
    ROUTE(PATCH, "/v1/team-campaigns/{id}", LOYALTY_WRITE, campaign_patch, TEAMS, "改组队活动",
          "Change a campaign of teams", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/team-campaigns/{id}/teams", LOYALTY_READ, teams_get, TEAMS, "活动里的队伍",
          "Teams of a campaign", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/teams/{id}", LOYALTY_READ, team_get_one, TEAMS, "看一个队伍", "Show a team",
          .errors = "E_NOT_FOUND"),
    ROUTE(DELETE, "/v1/teams/{id}/seats/{seat}", LOYALTY_WRITE, team_seat_delete, TEAMS,
          "把人移出队伍（任何时候）", "Take somebody out of a team, at any time",
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/my/teams", MY, my_teams_get, "My", "组队活动和自己的队伍",
          "Campaigns of teams, and his own team in each"),
    ROUTE(POST, "/v1/my/teams", MY, my_team_make, "My", "建一个队伍，自己当队长",
          "Make a team and lead it", .flags = IDEMPOTENT | CREATES,
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/teams/join", MY, my_team_join_post, "My", "加入队伍（编号或邀请码）",
          "Join a team, by its number or an invitation code",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/my/teams/{id}", MY, my_team_get, "My", "看一个队伍", "Show a team",
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/my/teams/{id}/leave", MY, my_team_leave, "My", "退出队伍", "Leave a team",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/teams/{id}/seats/{seat}/accept", MY, my_team_accept, "My", "队长同意申请",
          "The captain accepts who asked", .errors = "E_NOT_FOUND E_FORBIDDEN E_UNPROCESSABLE"),
    ROUTE(DELETE, "/v1/my/teams/{id}/seats/{seat}", MY, my_team_remove, "My",
          "队长移出一人或拒绝申请", "The captain removes somebody or declines",
          .errors = "E_NOT_FOUND E_FORBIDDEN E_UNPROCESSABLE"),
    { 0 },
};

const struct room teams_room = {
    .name = "teams",
    .migrations = team_migrations,
    .routes = routes,
    .fields = &team_fields,
};
