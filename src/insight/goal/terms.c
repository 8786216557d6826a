/* terms.c -- a goal set, changed, closed, taken away: what it may be, and what is kept of it. */
#include <math.h>
#include <stdio.h>

#include "access/access.h"
#include "audience/segment.h"
#include "base/clock.h"
#include "base/num.h"
#include "insight/goal/inside.h"
#include "insight/metric/inside.h"

#define VALUE_MAX ((i64)10000000000000000) /* a million million yuan */

QUERY(q_goal, goal_row, "SELECT " GOAL_COLUMNS " FROM goal WHERE id = $1");
QUERY(q_goals_open, one_i64, "SELECT COUNT(*) AS value FROM goal WHERE state = 'open'");
CHANGE(c_goal_insert,
       "INSERT INTO goal (id, state, metric, segment, shop, touchpoint, category, first_day,"
       " last_day, target, baseline, baseline_of, baseline_from, baseline_to, owner, note, changes,"
       " created_by, created_at) VALUES ($1, 'open', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
       " $13, $14, $15, 0, $16, $17)");
CHANGE(c_goal_update,
       "UPDATE goal SET target = $2, baseline = $3, baseline_of = $4, baseline_from = $5,"
       " baseline_to = $6, owner = $7, note = $8, changes = $9 WHERE id = $1");
CHANGE(c_goal_version,
       "INSERT INTO goal_version (goal, number, target, baseline, actor, at, reason)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7)");
CHANGE(c_goal_close, "UPDATE goal SET state = 'closed', closed_by = $2, closed_at = $3,"
                     " close_reason = $4 WHERE id = $1 AND state = 'open'");
CHANGE(c_goal_delete, "DELETE FROM goal WHERE id = $1");
CHANGE(c_versions_delete, "DELETE FROM goal_version WHERE goal = $1");

/* -- values ------------------------------------------------------------------------------------ */

static const char *const value_forms[][2] = {
    [METRIC_MONEY] = { "金额，如 120000 或 89.50", "money, like 120000 or 89.50" },
    [METRIC_COUNT] = { "整数，如 350", "a whole number, like 350" },
    [METRIC_RATIO] = { "比率，如 0.25 或 25%", "a ratio, like 0.25 or 25%" },
    [METRIC_TIMES] = { "数，如 3.5", "a number, like 3.5" },
    [METRIC_DAYS] = { "天数，如 30", "days, like 30" },
};

/* Millionths of a decimal, at most a thousand million. */
static bool millionths(str text, f64 of_one, i64 *out)
{
    f64 v;
    if (!f64_parse(text, &v) || v > 1e9 || v < -1e9) return false;
    *out = llround(v * of_one);
    return true;
}

enum err goal_value_read(struct ctx *c, const struct metric *m, const char *field, str text,
                         i64 *out)
{
    str plain = str_trim(text);
    bool good;
    if (m->unit == METRIC_MONEY) good = money_parse(plain, out);
    else if (m->unit == METRIC_COUNT || m->unit == METRIC_DAYS) good = i64_parse(plain, out);
    else if (m->unit == METRIC_RATIO && str_ends(plain, S("%")))
        good = millionths(str_trim(str_sub(plain, 0, plain.n - 1)), 1e4, out);
    else good = millionths(plain, 1e6, out);
    if (!good || *out > VALUE_MAX || *out < -VALUE_MAX)
        return fail_at(c, E_INVALID, str_of(field), "“%s”的值应为%s，写的是“" STR_FMT "”",
                       "a value of \"%s\" is %s, not \"" STR_FMT "\"",
                       c->locale == ZH ? m->zh : m->en,
                       value_forms[m->unit][c->locale == ZH ? 0 : 1], STR_ARG(text));
    if (*out <= 0)
        return fail_at(
            c, E_INVALID, str_of(field), "应大于 0，写的是“" STR_FMT "”：达成率与节奏都要除以它",
            "it is above zero, not \"" STR_FMT "\": what is done and the pace are shares of it",
            STR_ARG(text));
    return OK;
}

str goal_share_text(struct arena *a, i64 part, i64 whole)
{
    if (whole <= 0) return NO_STR;
    __int128 n = (__int128)part * 1000000, half = whole / 2;
    __int128 share = (n + (n >= 0 ? half : -half)) / whole;
    if (share > INT64_MAX / 2 || share < INT64_MIN / 2) return NO_STR;
    return metric_text(a, METRIC_RATIO, SOME((i64)share));
}

str goal_change_text(struct arena *a, const struct metric *m, opt_i64 from, opt_i64 to)
{
    if (!from.has || !to.has) return NO_STR;
    if (m->unit == METRIC_RATIO) return metric_text(a, METRIC_RATIO, SOME(to.value - from.value));
    if (from.value <= 0) return NO_STR;
    return goal_share_text(a, to.value - from.value, from.value);
}

/* -- the baseline ------------------------------------------------------------------------------ */

static enum err read_base(struct ctx *c, const struct metric *m, const struct metric_filter *f,
                          struct metric_period days, enum goal_baseline of, struct goal_base *out)
{
    struct asking asking;
    struct arena *kept = c->arena;
    opt_i64 value = NONE;
    *out = (struct goal_base){ .of = of, .days = days };
    c->arena = arena_new();
    enum err err = goal_asking(c, m, f, &asking);
    if (err == OK) err = goal_read_value(c, &asking, m, days, &value);
    arena_free(c->arena);
    c->arena = kept;
    if (value.has && value.value > 0) out->value = value;
    return err;
}

enum err goal_base_find(struct ctx *c, const struct metric *m, const struct metric_filter *f,
                        struct metric_period p, enum goal_baseline of, struct goal_base *out)
{
    struct metric_period year_ago = goal_period_year_ago(p), before = goal_period_before(p);
    day today = zone_day(c->zone, c->now);
    *out = (struct goal_base){ .of = BASELINE_NONE };
    if ((of == BASELINE_AUTO || of == BASELINE_YEAR_AGO) && year_ago.to < today)
        TRY(read_base(c, m, f, year_ago, BASELINE_YEAR_AGO, out));
    if (out->value.has || of == BASELINE_YEAR_AGO) return OK;
    if ((of == BASELINE_AUTO || of == BASELINE_BEFORE) && before.to < today)
        TRY(read_base(c, m, f, before, BASELINE_BEFORE, out));
    if (!out->value.has) *out = (struct goal_base){ .of = BASELINE_NONE };
    return OK;
}

/* What was asked for by name and is not there is refused. */
static enum err base_asked(struct ctx *c, const struct metric *m, const struct goal_post *in,
                           const struct metric_filter *f, struct metric_period p,
                           struct goal_base *out)
{
    if (in->baseline.n) {
        *out = (struct goal_base){ .of = BASELINE_GIVEN };
        out->value.has = true;
        return goal_value_read(c, m, "/baseline", in->baseline, &out->value.value);
    }
    if (in->baseline_of == BASELINE_GIVEN)
        return fail_at(c, E_INVALID, S("/baseline"), "baseline_of 为 given 时须给出 baseline",
                       "where baseline_of is given, baseline has to be there");
    TRY(goal_base_find(c, m, f, p, in->baseline_of, out));
    if (out->value.has || in->baseline_of == BASELINE_AUTO || in->baseline_of == BASELINE_NONE)
        return OK;
    return fail_at(
        c, E_INVALID, S("/baseline_of"),
        "那段时间没有可作基线的值（未结束、没有数据、为 0 或无定义）；请给出 baseline，或用 none",
        "those days have no value to compare with (not over, nothing there, 0 or not "
        "defined); give baseline, or none");
}

/* -- set ----------------------------------------------------------------------------------------
 */

static str tidy(str s) { return str_or(str_trim(s), S("")); }

enum err goal_owner_check(struct ctx *c, str *owner)
{
    struct user_view user;
    bool found;
    str prefix = S("user:");
    *owner = tidy(*owner);
    if (!owner->n) {
        if (str_starts(c->actor, prefix)) *owner = str_sub(c->actor, prefix.n, c->actor.n);
        return OK;
    }
    TRY(user_find(c, *owner, &found, &user));
    if (found && !user.disabled) return OK;
    return fail_at(c, E_INVALID, S("/owner"), "没有名为“" STR_FMT "”的在用用户，请填用户的登录名",
                   "there is no active user \"" STR_FMT "\": write the sign-in name of one",
                   STR_ARG(*owner));
}

static enum err version_add(struct tx *t, const struct goal_row *row, str reason)
{
    return tx_change(t, &c_goal_version,
                     ARGS(row->id, row->changes + 1, row->target, row->baseline, t->c->actor,
                          t->c->now, tidy(reason)));
}

static enum err room_check(struct ctx *c)
{
    struct one_i64 open;
    TRY(db_get(c, &q_goals_open, &open, NO_ARGS));
    if (open.value < GOALS_OPEN_MAX) return OK;
    return fail(c, E_CONFLICT, "进行中的目标已有 %d 个，请先关闭不再用的",
                "%d goals are open already: close some first", GOALS_OPEN_MAX);
}

enum err goal_prepare(struct ctx *c, const struct goal_post *in, struct goal_row *row)
{
    const struct metric *m;
    const struct segment_node *tree;
    struct metric_period p;
    struct goal_base base;
    *row = (struct goal_row){ .segment = tidy(in->segment),
                              .shop = tidy(in->shop),
                              .touchpoint = tidy(in->touchpoint),
                              .category = tidy(in->category),
                              .owner = in->owner,
                              .note = tidy(in->note) };
    TRY(goal_metric_find(c, str_trim(in->metric), &m));
    row->metric = str_of(m->name);
    TRY(goal_period_read(c, in->period, in->from, in->to, &p));
    TRY(goal_value_read(c, m, "/target", in->target, &row->target));
    TRY(goal_owner_check(c, &row->owner));
    struct metric_filter f = goal_filter(row);
    const struct metric_ask may = { .name = row->metric,
                                    .segment = f.segment,
                                    .shop = f.shop,
                                    .touchpoint = f.touchpoint,
                                    .category = f.category };
    enum err err = metric_may_be_asked(c, &may);
    if (err != OK && c->why.field[0] != '/')
        snprintf(c->why.field, sizeof c->why.field, "/segment");
    if (err != OK) return err;
    if (row->segment.n) {
        TRY(segment_parse(c, row->segment, &tree));
        f.segment = row->segment = segment_format(c->arena, tree);
    }
    TRY(base_asked(c, m, in, &f, p, &base));
    row->first_day = p.from;
    row->last_day = p.to;
    goal_base_put(row, &base);
    return OK;
}

void goal_base_put(struct goal_row *row, const struct goal_base *base)
{
    bool days = base->days.to != 0;
    row->baseline = base->value;
    row->baseline_of = base->of;
    row->baseline_from = days ? SOME(base->days.from) : NONE;
    row->baseline_to = days ? SOME(base->days.to) : NONE;
}

enum err goal_create(struct tx *t, struct goal_row *row)
{
    TRY(room_check(t->c));
    TRY(tx_take(t, S("goal"), 1, &row->id));
    TRY(tx_change(t, &c_goal_insert,
                  ARGS(row->id, row->metric, row->segment, row->shop, row->touchpoint,
                       row->category, (i64)row->first_day, (i64)row->last_day, row->target,
                       row->baseline, choice_name(&goal_baseline_choice, (int)row->baseline_of),
                       row->baseline_from, row->baseline_to, row->owner, row->note, t->c->actor,
                       t->c->now)));
    return version_add(t, row, S(""));
}

/* -- changed, closed ----------------------------------------------------------------------------
 */

enum err goal_row_get(struct ctx *c, i64 id, struct goal_row *out)
{
    bool found;
    TRY(db_find(c, &q_goal, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的目标", "there is no goal %lld", (long long)id);
}

static enum err closed_already(struct ctx *c, i64 id)
{
    return fail(c, E_CONFLICT, "目标 %lld 已关闭，不再改动；需要时请新建一个",
                "goal %lld is closed and stays as it is; set another where one is needed",
                (long long)id);
}

enum err goal_change(struct tx *t, const struct goal_patch *in)
{
    struct ctx *c = t->c;
    const struct metric *m;
    struct goal_row row;
    TRY(goal_row_get(c, in->id, &row));
    if (row.state == GOAL_CLOSED) return closed_already(c, in->id);
    i64 target = row.target;
    opt_i64 baseline = row.baseline;
    TRY(metric_find(c, row.metric, &m));
    if (in->target.n) TRY(goal_value_read(c, m, "/target", in->target, &target));
    if (in->baseline.n) {
        baseline.has = true;
        TRY(goal_value_read(c, m, "/baseline", in->baseline, &baseline.value));
        row.baseline_of = BASELINE_GIVEN;
        row.baseline_from = row.baseline_to = NONE;
    }
    bool other = target != row.target || baseline.has != row.baseline.has ||
                 baseline.value != row.baseline.value;
    if (other && !tidy(in->reason).n)
        return fail_at(c, E_INVALID, S("/reason"), "修改目标值或基线，请写明原因",
                       "say why target or baseline change");
    if (in->owner.at) {
        row.owner = in->owner;
        TRY(goal_owner_check(c, &row.owner));
    }
    if (in->note.at) row.note = tidy(in->note);
    row.target = target;
    row.baseline = baseline;
    row.changes += other;
    TRY(tx_change(t, &c_goal_update,
                  ARGS(row.id, row.target, row.baseline,
                       choice_name(&goal_baseline_choice, (int)row.baseline_of), row.baseline_from,
                       row.baseline_to, row.owner, row.note, row.changes)));
    return other ? version_add(t, &row, in->reason) : OK;
}

enum err goal_close(struct tx *t, const struct goal_close *in)
{
    struct goal_row row;
    TRY(goal_row_get(t->c, in->id, &row));
    if (row.state == GOAL_CLOSED) return closed_already(t->c, in->id);
    return tx_change(t, &c_goal_close, ARGS(in->id, t->c->actor, t->c->now, tidy(in->reason)));
}

enum err goal_remove(struct tx *t, i64 id)
{
    struct goal_row row;
    TRY(goal_row_get(t->c, id, &row));
    TRY(tx_change(t, &c_versions_delete, ARGS(id)));
    return tx_change(t, &c_goal_delete, ARGS(id));
}
