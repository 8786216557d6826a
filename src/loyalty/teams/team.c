/* team.c -- campaigns, teams and their seats. Whatever changes who is in renews the scores of the
 * boards of that campaign, in the same transaction. */
#include "loyalty/teams/inside.h"

#include "loyalty/boards.h"
#include "member/member.h"
#include "timeline/timeline.h"

enum { SIZE_MAX_MAX = 100 };

CHOICE_DEFINE(team_join, "open", "code", "approval");
CHOICE_DEFINE(seat_state, "asked", "in", "gone");
SHAPE_DEFINE(team_campaign_post);
SHAPE_DEFINE(team_campaign);
SHAPE_DEFINE(team_campaign_patch);
SHAPE_DEFINE(team);
SHAPE_DEFINE(team_seat);

const struct migration team_migrations[] = {
    { "0001 teams", "CREATE TABLE team_campaign (\n"
                    "  id int64 NOT NULL PRIMARY KEY,\n"
                    "  name text NOT NULL,\n"
                    "  starts_at int64 NOT NULL,\n"
                    "  ends_at int64 NOT NULL,\n"
                    "  size_min int64 NOT NULL,\n"
                    "  size_max int64 NOT NULL,\n"
                    "  may_leave flag NOT NULL,\n"
                    "  created_at int64 NOT NULL\n"
                    ");\n"
                    "CREATE TABLE team (\n"
                    "  id int64 NOT NULL PRIMARY KEY,\n"
                    "  campaign int64 NOT NULL,\n"
                    "  name text NOT NULL,\n"
                    "  folded text NOT NULL,\n"
                    "  join_rule text NOT NULL,\n"
                    "  code text NOT NULL UNIQUE,\n"
                    "  created_at int64 NOT NULL\n"
                    ");\n"
                    "CREATE UNIQUE INDEX team_name ON team (campaign, folded);\n"
                    "CREATE TABLE team_seat (\n"
                    "  member int64 NOT NULL,\n"
                    "  campaign int64 NOT NULL,\n"
                    "  team int64 NOT NULL,\n"
                    "  number int64 NOT NULL,\n"
                    "  state text NOT NULL,\n"
                    "  captain flag NOT NULL,\n" /* the founder */
                    "  joined_at int64 NOT NULL,\n"
                    "  PRIMARY KEY (member, campaign)\n"
                    ") clustered;\n"
                    "CREATE INDEX team_seat_team ON team_seat (team, state, member);\n" },
    { 0 },
};

/* -- campaigns --------------------------------------------------------------------------------- */

#define CAMPAIGN "id, name, starts_at, ends_at, size_min, size_max, may_leave, created_at"
QUERY(campaign_one, team_campaign, "SELECT " CAMPAIGN " FROM team_campaign WHERE id = $1");
QUERY(campaign_all, team_campaign, "SELECT " CAMPAIGN " FROM team_campaign ORDER BY id DESC");
CHANGE(campaign_insert,
       "INSERT INTO team_campaign (" CAMPAIGN ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

static enum err campaign_check(struct ctx *c, const struct team_campaign *k)
{
    if (!k->name.n || !str_is_line(k->name))
        return fail_at(c, E_INVALID, S("/name"), "名称须为一行文字", "the name must be one line");
    if (k->ends_at <= k->starts_at)
        return fail_at(c, E_INVALID, S("/ends_at"), "结束须晚于开始",
                       "the end must be after the start");
    if (k->size_min > k->size_max || k->size_max > SIZE_MAX_MAX)
        return fail_at(c, E_INVALID, S("/size_max"), "人数上限须不小于下限，且不超过 %d",
                       "the size is at least the least size and at most %d", SIZE_MAX_MAX);
    return OK;
}

enum err team_campaign_make(struct tx *t, const struct team_campaign_post *in, i64 *id)
{
    i64 low = in->size_min.has ? in->size_min.value : 1;
    struct team_campaign k = { .name = str_trim(in->name),
                               .starts_at = in->starts_at,
                               .ends_at = in->ends_at,
                               .size_min = low,
                               .size_max = in->size_max.has ? in->size_max.value
                                           : low > 5        ? low
                                                            : 5,
                               .may_leave = in->may_leave };
    TRY(campaign_check(t->c, &k));
    TRY(tx_take(t, S("team_campaign"), 1, id));
    return tx_change(
        t, &campaign_insert,
        ARGS(*id, k.name, k.starts_at, k.ends_at, k.size_min, k.size_max, k.may_leave, t->c->now));
}

enum err team_campaign_get(struct ctx *c, i64 id, struct team_campaign *out)
{
    bool found;
    TRY(db_find(c, &campaign_one, out, &found, ARGS(id)));
    return found ? OK
                 : fail(c, E_NOT_FOUND, "没有这个组队活动", "there is no such campaign of teams");
}

enum err team_campaigns(struct ctx *c, struct team_campaign_list *out)
{
    return db_all(c, &campaign_all, out, NO_ARGS);
}

/* -- changing a campaign ----------------------------------------------------------------------- */

CHANGE(campaign_update,
       "UPDATE team_campaign SET name = $2, starts_at = $3, ends_at = $4, size_min = $5,"
       " size_max = $6, may_leave = $7 WHERE id = $1");
QUERY(largest, one_i64,
      "SELECT COALESCE(MAX(x.n), 0) AS value FROM (SELECT COUNT(*) AS n FROM team_seat s"
      " JOIN team t ON t.id = s.team WHERE t.campaign = $1 AND s.state = 'in' GROUP BY s.team) x");
CHANGE(teams_hold, "UPDATE team SET folded = folded WHERE campaign = $1");
QUERY(teams_of_campaign, one_i64, "SELECT id AS value FROM team WHERE campaign = $1 ORDER BY id");

static enum err may_change(struct ctx *c, const struct team_campaign *was,
                           const struct team_campaign *is)
{
    struct one_i64 most;
    if (is->starts_at != was->starts_at && c->now >= was->starts_at)
        return fail_at(c, E_UNPROCESSABLE, S("/starts_at"), "活动已经开始，开始时间不能再改",
                       "the campaign has started: its start stays");
    if (is->ends_at != was->ends_at && (c->now >= was->ends_at || is->ends_at < c->now))
        return fail_at(c, E_UNPROCESSABLE, S("/ends_at"), "已经结束的活动不能改期，也不能改到过去",
                       "a campaign that is over stays over, and none ends in the past");
    TRY(db_get(c, &largest, &most, ARGS(is->id)));
    if (is->size_max >= most.value) return OK;
    return fail_at(c, E_UNPROCESSABLE, S("/size_max"), "已有 %lld 人的队伍",
                   "there is a team of %lld", (long long)most.value);
}

enum err team_campaign_change(struct tx *t, const struct team_campaign_patch *in)
{
    struct ctx *c = t->c;
    struct team_campaign was, is;
    struct one_i64_list teams = { 0 };
    TRY(tx_change(t, &teams_hold, ARGS(in->id)));
    TRY(team_campaign_get(c, in->id, &was));
    is = was;
    if (in->name.at) is.name = str_trim(in->name);
    if (in->starts_at.has) is.starts_at = in->starts_at.value;
    if (in->ends_at.has) is.ends_at = in->ends_at.value;
    if (in->size_min.has) is.size_min = in->size_min.value;
    if (in->size_max.has) is.size_max = in->size_max.value;
    if (in->may_leave.has) is.may_leave = in->may_leave.value;
    TRY(campaign_check(c, &is));
    TRY(may_change(c, &was, &is));
    TRY(tx_change(
        t, &campaign_update,
        ARGS(is.id, is.name, is.starts_at, is.ends_at, is.size_min, is.size_max, is.may_leave)));
    if (is.size_min == was.size_min) return OK;
    TRY(db_all(c, &teams_of_campaign, &teams, ARGS(is.id)));
    for (i64 i = 0; i < teams.n; i++) TRY(boards_team_changed(t, is.id, teams.at[i].value));
    return OK;
}

/* -- reading ----------------------------------------------------------------------------------- */

#define TEAM                                                                                  \
    "SELECT t.id, t.campaign, t.name, t.join_rule, t.code, (SELECT COUNT(*) FROM team_seat s" \
    " WHERE s.team = t.id AND s.state = 'in') AS seats, t.created_at FROM team t"
#define SEAT "SELECT number, member, team, state, captain, joined_at FROM team_seat"
QUERY(team_one, team, TEAM " WHERE t.id = $1");
QUERY(team_coded, team, TEAM " WHERE t.code = $1");
QUERY(team_page, team, TEAM " WHERE t.campaign = $1 AND t.id > $2 ORDER BY t.id LIMIT $3");
QUERY(seat_one, team_seat, SEAT " WHERE member = $1 AND campaign = $2 AND state <> 'gone'");
QUERY(seats_all, team_seat,
      SEAT " WHERE team = $1 AND state <> 'gone' ORDER BY CASE WHEN state = 'in' THEN 0 ELSE 1 END,"
           " CASE WHEN EXISTS (SELECT 1 FROM member m WHERE m.member = team_seat.member"
           " AND m.erased_at IS NOT NULL) THEN 1 ELSE 0 END,"
           " CASE WHEN captain THEN 0 ELSE 1 END, joined_at, number");

static enum err no_team(struct ctx *c)
{
    return fail(c, E_NOT_FOUND, "没有这个队伍", "there is no such team");
}

enum err team_get(struct ctx *c, i64 id, struct team *out)
{
    bool found;
    TRY(db_find(c, &team_one, out, &found, ARGS(id)));
    return found ? OK : no_team(c);
}

enum err team_by_code(struct ctx *c, str code, struct team *out)
{
    bool found;
    TRY(db_find(c, &team_coded, out, &found, ARGS(code)));
    return found ? OK : no_team(c);
}

enum err team_list(struct ctx *c, i64 campaign, i64 after, i64 limit, struct team_list *out)
{
    return db_all(c, &team_page, out, ARGS(campaign, after, limit));
}

enum err team_seats(struct ctx *c, i64 team, struct team_seat_list *out)
{
    *out = (struct team_seat_list){ 0 };
    TRY(db_all(c, &seats_all, out, ARGS(team)));
    for (i64 i = 0; i < out->n; i++) out->at[i].captain = i == 0 && out->at[i].state == SEAT_IN;
    return OK;
}

enum err team_seat_of(struct ctx *c, i64 campaign, i64 member, bool *found, struct team_seat *out)
{
    return db_find(c, &seat_one, out, found, ARGS(member, campaign));
}

/* -- changing ---------------------------------------------------------------------------------- */

CHANGE(team_insert, "INSERT INTO team (id, campaign, name, folded, join_rule, code, created_at)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7)");
QUERY(team_named, one_i64,
      "SELECT COUNT(*) AS value FROM team WHERE campaign = $1 AND folded = $2");
/* Holds the team until the change is over: its seats are counted alone. */
CHANGE(team_hold, "UPDATE team SET folded = folded WHERE id = $1");
CHANGE(team_delete, "DELETE FROM team WHERE id = $1");
CHANGE(seats_delete, "DELETE FROM team_seat WHERE team = $1 AND state <> 'gone'");
CHANGE(seat_insert,
       "INSERT INTO team_seat (member, campaign, team, number, state, captain, joined_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7)");
CHANGE(seat_drop_gone,
       "DELETE FROM team_seat WHERE member = $1 AND campaign = $2 AND state = 'gone'");
CHANGE(seat_accept,
       "UPDATE team_seat SET state = 'in', joined_at = $3 WHERE member = $1 AND campaign = $2");
CHANGE(seat_delete, "DELETE FROM team_seat WHERE member = $1 AND campaign = $2");

enum err team_line(struct tx *t, i64 member, i64 team, str kind)
{
    return timeline_append(t, &(struct timeline_line){
                                  .at = t->c->now,
                                  .member = member,
                                  .kind = kind,
                                  .subject = str_fmt(t->c->arena, "team:%lld", (long long)team) });
}

static enum err seat_take(struct tx *t, const struct team *team, i64 member, bool in, bool captain)
{
    i64 number;
    str state = choice_name(&seat_state_choice, in ? SEAT_IN : SEAT_ASKED);
    TRY(tx_take(t, S("team_seat"), 1, &number));
    TRY(tx_change(t, &seat_drop_gone, ARGS(member, team->campaign)));
    TRY(tx_change(t, &seat_insert,
                  ARGS(member, team->campaign, team->id, number, state, captain, t->c->now)));
    TRY(team_line(t, member, team->id, in ? S("team.joined") : S("team.asked")));
    return in ? boards_team_changed(t, team->campaign, team->id) : OK;
}

static enum err is_open(struct ctx *c, i64 campaign, struct team_campaign *out)
{
    TRY(team_campaign_get(c, campaign, out));
    if (c->now < out->ends_at) return OK;
    return fail(c, E_UNPROCESSABLE, "活动已经结束", "the campaign is over");
}

static enum err team_held(struct tx *t, i64 id, struct team *out)
{
    TRY(tx_change(t, &team_hold, ARGS(id)));
    return team_get(t->c, id, out);
}

static enum err has_team(struct ctx *c)
{
    return fail(c, E_CONFLICT, "已经在这次活动的另一个队伍里了",
                "there is a team in this campaign already");
}

enum err team_make(struct tx *t, const struct team_make *in, i64 *id)
{
    struct ctx *c = t->c;
    struct team_campaign campaign;
    struct team_seat seat;
    struct one_i64 same = { 0 };
    bool found;
    str name = str_trim(in->name), folded = str_fold(c->arena, name);
    TRY(is_open(c, in->campaign, &campaign));
    if (!name.n || name.n > 60 || !str_is_line(name))
        return fail_at(c, E_INVALID, S("/name"), "队名须为一行文字，不超过 60 字节",
                       "the name must be one line of at most 60 bytes");
    TRY(team_seat_of(c, in->campaign, in->member, &found, &seat));
    if (found) return has_team(c);
    TRY(db_get(c, &team_named, &same, ARGS(in->campaign, folded)));
    if (same.value)
        return fail_at(c, E_CONFLICT, S("/name"), "这个队名已经有了", "this name is taken");
    TRY(tx_take(t, S("team"), 1, id));
    TRY(tx_change(t, &team_insert,
                  ARGS(*id, in->campaign, name, folded,
                       choice_name(&team_join_choice, (int)in->join_rule), in->code, c->now)));
    struct team team = { .id = *id, .campaign = in->campaign };
    return seat_take(t, &team, in->member, true, true);
}

static enum err is_full(struct ctx *c, const struct team *team,
                        const struct team_campaign *campaign)
{
    if (team->seats < campaign->size_max) return OK;
    return fail(c, E_UNPROCESSABLE, "队伍已满（%lld 人）", "the team is full (%lld)",
                (long long)campaign->size_max);
}

enum err team_join(struct tx *t, i64 team_id, i64 member, str code, enum seat_state *out)
{
    struct ctx *c = t->c;
    struct team team;
    struct team_campaign campaign;
    struct team_seat seat;
    bool found;
    TRY(team_held(t, team_id, &team));
    TRY(team_seat_of(c, team.campaign, member, &found, &seat));
    *out = found ? seat.state : team.join_rule == TEAM_APPROVAL ? SEAT_ASKED : SEAT_IN;
    if (found) return seat.team == team_id ? OK : has_team(c);
    TRY(is_open(c, team.campaign, &campaign));
    TRY(is_full(c, &team, &campaign));
    if (team.join_rule == TEAM_CODE && !str_eq(code, team.code))
        return fail_at(c, E_UNPROCESSABLE, S("/code"), "邀请码不正确",
                       "the invitation code is not right");
    return seat_take(t, &team, member, *out == SEAT_IN, false);
}

/* -- leaving ----------------------------------------------------------------------------------- */

static enum err give_up(struct tx *t, const struct team *team, const struct team_seat *seat,
                        str kind)
{
    TRY(tx_change(t, &seat_delete, ARGS(seat->member, team->campaign)));
    TRY(team_line(t, seat->member, team->id, kind));
    if (seat->state != SEAT_IN) return OK;
    if (team->seats == 1) {
        TRY(tx_change(t, &seats_delete, ARGS(team->id)));
        TRY(tx_change(t, &team_delete, ARGS(team->id)));
    }
    return boards_team_changed(t, team->campaign, team->id);
}

static enum err may_go(struct ctx *c, i64 campaign)
{
    struct team_campaign row;
    TRY(team_campaign_get(c, campaign, &row));
    if (c->now < row.starts_at || (row.may_leave && c->now < row.ends_at)) return OK;
    return fail(c, E_UNPROCESSABLE, "活动开始后不能退出或移出队伍",
                "nobody leaves a team once the campaign has begun");
}

static enum err no_seat(struct ctx *c)
{
    return fail(c, E_NOT_FOUND, "队伍里没有这个席位", "the team has no such seat");
}

enum err team_leave(struct tx *t, i64 team_id, i64 member)
{
    struct team team;
    struct team_seat seat;
    bool found;
    TRY(team_held(t, team_id, &team));
    TRY(team_seat_of(t->c, team.campaign, member, &found, &seat));
    if (!found || seat.team != team_id) return no_seat(t->c);
    if (seat.state == SEAT_IN) TRY(may_go(t->c, team.campaign));
    return give_up(t, &team, &seat, S("team.left"));
}

/* The seat, and whether this captain may decide over it. */
static enum err as_captain(struct tx *t, i64 team_id, i64 captain, i64 number, struct team *team,
                           struct team_seat *out)
{
    struct ctx *c = t->c;
    struct team_seat_list seats;
    TRY(team_held(t, team_id, team));
    TRY(team_seats(c, team_id, &seats));
    if (captain && (!seats.n || !seats.at[0].captain || seats.at[0].member != captain))
        return fail(c, E_FORBIDDEN, "只有队长可以这样做", "only the captain can do that");
    for (i64 i = 0; i < seats.n; i++) {
        if (seats.at[i].number != number) continue;
        *out = seats.at[i];
        return OK;
    }
    return no_seat(c);
}

enum err team_accept(struct tx *t, i64 team_id, i64 captain, i64 number)
{
    struct team team;
    struct team_seat seat;
    struct team_campaign campaign;
    TRY(as_captain(t, team_id, captain, number, &team, &seat));
    if (seat.state == SEAT_IN) return OK;
    TRY(is_open(t->c, team.campaign, &campaign));
    TRY(is_full(t->c, &team, &campaign));
    TRY(tx_change(t, &seat_accept, ARGS(seat.member, team.campaign, t->c->now)));
    TRY(team_line(t, seat.member, team_id, S("team.joined")));
    return boards_team_changed(t, team.campaign, team_id);
}

enum err team_remove(struct tx *t, i64 team_id, i64 captain, i64 number)
{
    struct team team;
    struct team_seat seat;
    TRY(as_captain(t, team_id, captain, number, &team, &seat));
    if (captain && seat.state == SEAT_IN) TRY(may_go(t->c, team.campaign));
    return give_up(t, &team, &seat, S("team.removed"));
}
