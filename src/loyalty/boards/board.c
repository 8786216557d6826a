/* board.c -- boards themselves: made, changed, published, read; where each stands now. */
#include "loyalty/boards/inside.h"

#include "base/json.h"
#include "base/num.h"
#include "loyalty/teams.h"
#include "loyalty/tiers.h"
#include "store/setting.h"
#include "timeline/timeline.h"

enum { RANKS_MAX = 10000, REWARDS_MAX = 10 };

QUERY(board_one, board_row, "SELECT " BOARD_COLUMNS " FROM board WHERE id = $1");
QUERY(board_all, board_row, "SELECT " BOARD_COLUMNS " FROM board ORDER BY id DESC");
QUERY(board_playing, board_row,
      "SELECT " BOARD_COLUMNS " FROM board WHERE state = 'published' AND frozen_at > $1"
      " ORDER BY id");
QUERY(board_played, board_row,
      "SELECT " BOARD_COLUMNS " FROM board WHERE state IN ('published', 'settling', 'settled')"
      " AND prizes IS NOT NULL AND frozen_at <= $1 AND frozen_at > $2 ORDER BY id");
QUERY(board_unsettled, board_row,
      "SELECT " BOARD_COLUMNS " FROM board WHERE state IN ('published', 'settling', 'settled')"
      " AND settled_at IS NULL AND frozen_at <= $1 ORDER BY id");
CHANGE(board_insert,
       "INSERT INTO board (" BOARD_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
       " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)");
CHANGE(board_update,
       "UPDATE board SET name = $2, metric = $3, starts_at = $4, ends_at = $5, frozen_at = $6,"
       " scope = $7, scope_name = $8, ties = $9, min_score = $10, order_cap = $11, visible = $12,"
       " state = $13, filled = $14, prizes = $15, settled_at = $16 WHERE id = $1");

/* -- reading ----------------------------------------------------------------------------------- */

enum err board_row_get(struct ctx *c, i64 id, struct board_row *out)
{
    bool found;
    TRY(db_find(c, &board_one, out, &found, ARGS(id)));
    return found ? OK : fail(c, E_NOT_FOUND, "没有这个排行榜", "there is no such leaderboard");
}

enum err boards_in_play(struct ctx *c, struct board_row_list *out)
{
    return db_all(c, &board_playing, out, ARGS(c->now));
}

enum err boards_over(struct ctx *c, struct board_row_list *out)
{
    i64 days;
    TRY(setting_i64(c, "boards.review_days", &days));
    return db_all(c, &board_played, out, ARGS(c->now, c->now - days * DAY_MS));
}

enum err boards_to_settle(struct ctx *c, struct board_row_list *out)
{
    return db_all(c, &board_unsettled, out, ARGS(c->now));
}

enum board_state board_state_at(const struct board_row *b, instant now)
{
    switch (b->state) {
    case KEPT_DRAFT: return BOARD_DRAFT;
    case KEPT_CANCELLED: return BOARD_CANCELLED;
    case KEPT_SETTLED: return BOARD_SETTLED;
    case KEPT_SETTLING: return BOARD_FROZEN;
    case KEPT_PUBLISHED: break;
    }
    if (now < b->starts_at) return BOARD_UPCOMING;
    if (now < b->ends_at) return BOARD_RUNNING;
    return now < b->frozen_at.value ? BOARD_CLOSING : BOARD_FROZEN;
}

static bool is_money(enum board_metric metric) { return metric == BOARD_AMOUNT; }

str board_score_text(struct arena *a, enum board_metric metric, i64 score)
{
    return is_money(metric) ? money_text(a, score) : str_fmt(a, "%lld", (long long)score);
}

enum err prizes_read(struct ctx *c, const struct board_row *b, struct board_prize_list *out)
{
    struct board_prizes_kept kept = { 0 };
    if (b->prizes.n) TRY(json_read(c, &board_prizes_kept_shape, &kept, b->prizes));
    *out = kept.items;
    return OK;
}

enum err board_show(struct ctx *c, const struct board_row *b, struct board_view *out)
{
    *out = (struct board_view){
        .id = b->id,
        .name = b->name,
        .holders = b->holders,
        .campaign = b->campaign,
        .captain_only = b->captain_only,
        .metric = b->metric,
        .starts_at = b->starts_at,
        .ends_at = b->ends_at,
        .frozen_at = b->frozen_at,
        .scope = b->scope,
        .scope_name = b->scope_name,
        .ties = b->ties,
        .min_score = is_money(b->metric) ? b->min_score : b->min_score * MONEY_UNIT,
        .order_cap = b->order_cap ? SOME(b->order_cap) : NONE,
        .visible = b->visible,
        .state = board_state_at(b, c->now),
        .filled = b->filled,
        .settled_at = b->settled_at,
        .created_at = b->created_at,
    };
    return prizes_read(c, b, &out->prizes);
}

enum err board_get(struct ctx *c, i64 id, struct board_view *out)
{
    struct board_row row;
    TRY(board_row_get(c, id, &row));
    return board_show(c, &row, out);
}

enum err board_list(struct ctx *c, struct board_view_list *out)
{
    struct board_row_list rows = { 0 };
    TRY(db_all(c, &board_all, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) TRY(board_show(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

/* -- changing ---------------------------------------------------------------------------------- */

static enum err tier_check(struct ctx *c, str tier)
{
    i64 rank;
    enum err e = tier_rank(c, tier, &rank);
    if (e != E_NOT_FOUND) return e;
    return fail_at(c, E_INVALID, S("/scope_name"), "没有这个等级", "there is no such tier");
}

/* A slip of the pen would be a board on which nobody ever stands. */
static enum err scope_check(struct ctx *c, const struct board_row *b)
{
    bool there = true;
    if (b->scope == SCOPE_TIER) return tier_check(c, b->scope_name);
    if (b->scope == SCOPE_SEGMENT) TRY(segment_there(c, b->scope_name, &there));
    if (there) return OK;
    return fail_at(c, E_INVALID, S("/scope_name"), "没有这个已保存的分层",
                   "there is no saved segment of this name");
}

static enum err check_terms(struct ctx *c, const struct board_row *b)
{
    if (!b->name.n || !str_is_line(b->name))
        return fail_at(c, E_INVALID, S("/name"), "名称须为一行文字", "the name must be one line");
    if (b->ends_at <= b->starts_at)
        return fail_at(c, E_INVALID, S("/ends_at"), "结束须晚于开始",
                       "the end must be after the start");
    if (b->scope != SCOPE_ALL && !b->scope_name.n)
        return fail_at(c, E_INVALID, S("/scope_name"), "请写出分层、标签的名称或等级的代号",
                       "name the segment, tag or least tier that takes part");
    if (b->scope == SCOPE_ALL && b->scope_name.n)
        return fail_at(c, E_INVALID, S("/scope"), "给出了名称，范围应为 segment、tag 或 tier",
                       "with a name the scope must be segment, tag or tier");
    if ((b->holders == HOLDERS_TEAMS) != (b->campaign > 0))
        return fail_at(c, E_INVALID, S("/campaign"), "队伍榜单须写出组队活动，会员榜单不写",
                       "a board of teams names their campaign, one of members none");
    if (b->holders == HOLDERS_TEAMS && b->scope != SCOPE_ALL)
        return fail_at(c, E_INVALID, S("/scope"), "队伍榜单没有范围：谁在队里谁参加",
                       "a board of teams has no scope: who is in a team takes part");
    if (b->order_cap && b->metric != BOARD_AMOUNT)
        return fail_at(c, E_INVALID, S("/order_cap"), "只有按金额的榜单才有每单上限",
                       "only boards of amounts have a cap by order");
    return OK;
}

/* Each reward as reward.h would take it; no rank wins twice. */
static enum err prizes_write(struct ctx *c, const struct board_prize_list *prizes, json *out)
{
    struct board_prizes_kept kept = { *prizes };
    struct buf b = { .arena = c->arena };
    for (i64 i = 0; i < prizes->n; i++) {
        const struct board_prize *p = &prizes->at[i];
        str at = str_fmt(c->arena, "/prizes/%lld", (long long)i);
        if (p->last < p->first || p->last > RANKS_MAX)
            return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/last", STR_ARG(at)),
                           "名次须从小到大，且不超过 %d", "ranks rise, up to %d", RANKS_MAX);
        if (p->rewards.n == 0 || p->rewards.n > REWARDS_MAX)
            return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/rewards", STR_ARG(at)),
                           "每档奖品须为 1 至 %d 项", "a prize is 1 to %d rewards", REWARDS_MAX);
        if (i > 0 && p->first <= prizes->at[i - 1].last)
            return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/first", STR_ARG(at)),
                           "各档须按名次排列，不可重叠", "prizes come by rank and do not overlap");
        for (i64 k = 0; k < p->rewards.n; k++)
            TRY(reward_check(
                c, &p->rewards.at[k],
                str_fmt(c->arena, STR_FMT "/rewards/%lld", STR_ARG(at), (long long)k)));
    }
    *out = (json){ 0 };
    if (prizes->n == 0) return OK;
    json_write(&b, &board_prizes_kept_shape, &kept);
    *out = buf_str(&b);
    return OK;
}

/* Counts are whole; kept in steps of one. */
static enum err min_score_of(struct ctx *c, enum board_metric metric, opt_money in, i64 *out)
{
    if (!in.has) return OK;
    if (!is_money(metric) && in.value % MONEY_UNIT)
        return fail_at(c, E_INVALID, S("/min_score"), "这种榜单的最低分须为整数",
                       "the least score of such a board is a whole number");
    *out = is_money(metric) ? in.value : in.value / MONEY_UNIT;
    return OK;
}

enum err board_line_of(struct tx *t, const struct board_row *b, str kind)
{
    return timeline_append(t, &(struct timeline_line){ .at = t->c->now,
                                                       .kind = kind,
                                                       .subject = str_fmt(t->c->arena, "board:%lld",
                                                                          (long long)b->id) });
}

enum err board_create(struct tx *t, const struct board_post *in, i64 *id)
{
    struct ctx *c = t->c;
    struct board_row b = {
        .name = str_trim(in->name),
        .holders = in->holders,
        .campaign = in->campaign,
        .captain_only = in->captain_only,
        .metric = in->metric,
        .starts_at = in->starts_at,
        .ends_at = in->ends_at,
        .scope = in->scope,
        .scope_name = in->scope_name,
        .ties = in->ties,
        .order_cap = in->order_cap.has ? in->order_cap.value : 0,
        .visible = !in->visible.has || in->visible.value,
        .created_at = c->now,
    };
    TRY(min_score_of(c, b.metric, in->min_score, &b.min_score));
    TRY(check_terms(c, &b));
    TRY(scope_check(c, &b));
    struct team_campaign campaign;
    if (b.campaign) TRY(team_campaign_get(c, b.campaign, &campaign));
    TRY(prizes_write(c, &in->prizes, &b.prizes));
    TRY(tx_take(t, S("board"), 1, &b.id));
    *id = b.id;
    TRY(tx_change(t, &board_insert,
                  ARGS(b.id, b.name, choice_name(&board_holders_choice, (int)b.holders), b.campaign,
                       b.captain_only, choice_name(&board_metric_choice, (int)b.metric),
                       b.starts_at, b.ends_at, b.frozen_at,
                       choice_name(&board_scope_choice, (int)b.scope), b.scope_name,
                       choice_name(&board_ties_choice, (int)b.ties), b.min_score, b.order_cap,
                       b.visible, choice_name(&board_kept_choice, (int)b.state), b.filled, b.prizes,
                       b.settled_at, b.created_at)));
    return board_line_of(t, &b, S("board.made"));
}

enum err board_row_save(struct tx *t, const struct board_row *b)
{
    return tx_change(t, &board_update,
                     ARGS(b->id, b->name, choice_name(&board_metric_choice, (int)b->metric),
                          b->starts_at, b->ends_at, b->frozen_at,
                          choice_name(&board_scope_choice, (int)b->scope), b->scope_name,
                          choice_name(&board_ties_choice, (int)b->ties), b->min_score, b->order_cap,
                          b->visible, choice_name(&board_kept_choice, (int)b->state), b->filled,
                          b->prizes, b->settled_at));
}

static enum err freeze_at(struct ctx *c, struct board_row *b)
{
    i64 hours;
    if (b->ends_at <= c->now)
        return fail_at(c, E_UNPROCESSABLE, S("/ends_at"), "结束时间已过，请改晚",
                       "its end is in the past: choose a later one");
    TRY(setting_i64(c, "boards.late_hours", &hours));
    b->frozen_at = SOME(b->ends_at + hours * HOUR_MS);
    return OK;
}

static enum err change_state(struct tx *t, struct board_row *b, str to)
{
    struct ctx *c = t->c;
    if (str_eq(to, S("published"))) {
        if (b->state == KEPT_PUBLISHED) return OK;
        if (b->state != KEPT_DRAFT)
            return fail_at(c, E_CONFLICT, S("/state"), "只有草稿可以发布",
                           "only a draft can be published");
        TRY(freeze_at(c, b));
        b->state = KEPT_PUBLISHED;
        b->filled = false;
        return board_line_of(t, b, S("board.published"));
    }
    if (!str_eq(to, S("cancelled")))
        return fail_at(c, E_INVALID, S("/state"), "应为 published 或 cancelled",
                       "published or cancelled is expected");
    if (b->state == KEPT_CANCELLED) return OK;
    if (board_state_at(b, c->now) >= BOARD_FROZEN)
        return fail_at(c, E_CONFLICT, S("/state"), "榜单已冻结，不能取消",
                       "the board is frozen: it cannot be cancelled any more");
    b->state = KEPT_CANCELLED;
    return board_line_of(t, b, S("board.cancelled"));
}

static enum err clear_terms(struct ctx *c, struct board_row *b, const strs *names)
{
    for (i64 i = 0; i < names->n; i++) {
        if (str_eq(names->at[i], S("prizes"))) b->prizes = (json){ 0 };
        else if (str_eq(names->at[i], S("order_cap"))) b->order_cap = 0;
        else
            return fail_at(c, E_INVALID, S("/clear"), "只能清空 prizes、order_cap",
                           "prizes and order_cap can be emptied");
    }
    return OK;
}

/* A draft's terms are free; those of a board in play stand, but for its end and its looks. */
static enum err change_terms(struct tx *t, struct board_row *b, const struct board_patch *in)
{
    struct ctx *c = t->c;
    bool draft = b->state == KEPT_DRAFT;
    if (in->name.n) b->name = str_trim(in->name);
    if (in->visible.has) b->visible = in->visible.value;
    bool terms = in->starts_at.has || in->scope_name.at || in->min_score.has || in->order_cap.has ||
                 in->prizes.at || in->clear.n;
    if (!draft && terms)
        return fail(c, E_CONFLICT, "已发布的榜单只能改名称、结束时间和是否可见",
                    "of a published board only name, end and visibility may change");
    if (in->ends_at.has && !draft && board_state_at(b, c->now) > BOARD_RUNNING)
        return fail_at(c, E_CONFLICT, S("/ends_at"), "榜单已经结束", "the board is over");
    TRY(clear_terms(c, b, &in->clear));
    if (in->starts_at.has) b->starts_at = in->starts_at.value;
    if (in->scope_name.at) b->scope_name = in->scope_name;
    if (in->order_cap.has) b->order_cap = in->order_cap.value;
    TRY(min_score_of(c, b->metric, in->min_score, &b->min_score));
    if (in->prizes.at) TRY(prizes_write(c, &in->prizes, &b->prizes));
    if (in->ends_at.has) {
        b->ends_at = in->ends_at.value;
        if (!draft) {
            TRY(freeze_at(c, b));
            b->filled = false; /* another end may count other facts */
        }
    }
    return check_terms(c, b);
}

enum err board_change(struct tx *t, const struct board_patch *in)
{
    struct board_row b;
    TRY(board_row_get(t->c, in->id, &b));
    if (b.state == KEPT_CANCELLED && !str_eq(in->state, S("cancelled")))
        return fail(t->c, E_CONFLICT, "榜单已取消", "the board was cancelled");
    TRY(change_terms(t, &b, in));
    if (b.state == KEPT_DRAFT && !str_eq(in->state, S("cancelled"))) TRY(scope_check(t->c, &b));
    if (in->state.n) TRY(change_state(t, &b, in->state));
    return board_row_save(t, &b);
}
