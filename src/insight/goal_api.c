/* goal_api.c -- doors of goals: set, listed with where they stand, changed, closed; the five goals
 * of a quarter. */
#include "access/access.h"
#include "http/route.h"
#include "insight/goal/inside.h"

#define FIELDS_OF_goals_ask(X, N)                                             \
    X(choice(goal_which), state, ANY, "open, closed or all; absent: open", N) \
    PAGE_FIELDS(X, N)
SHAPE(goals_ask);
SHAPE_DEFINE(goals_ask);
#define FIELDS_OF_goal_page(X, N)                            \
    X(list(goal_view), items, ANY, "Latest period first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(goal_page);
SHAPE_DEFINE(goal_page);
#define FIELDS_OF_goal_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Goal", N)
SHAPE(goal_ref);
SHAPE_DEFINE(goal_ref);
#define FIELDS_OF_goal_metric_page(X, N)                              \
    X(list(goal_metric), items, ANY, "Metrics that can be a goal", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(goal_metric_page);
SHAPE_DEFINE(goal_metric_page);

HANDLER(goals_get, goals_ask, goal_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "goals", in->cursor, &at));
    TRY(goal_list(c, in->state, (day)at.key, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    const struct goal_view *last = &out->items.at[limit - 1];
    out->next_cursor = cursor_make(c, "goals", (struct cursor){ .key = last->to, .id = last->id });
    return OK;
}

HANDLER(goal_get_one, goal_ref, goal_detail) { return goal_get(c, in->id, out); }

HANDLER(goal_metrics_get, nothing, goal_metric_page)
{
    goal_metrics(c, &out->items);
    return OK;
}

static enum err create_it(struct tx *t, void *arg) { return goal_create(t, arg); }
HANDLER(goal_post_one, goal_post, goal_detail)
{
    struct goal_row row;
    TRY(goal_prepare(c, in, &row));
    audit_say(c, "metric", row.metric);
    audit_say(c, "target", in->target);
    TRY(audited_write(c, create_it, &row, &row.id));
    return goal_get(c, row.id, out);
}

static enum err change_it(struct tx *t, void *arg) { return goal_change(t, arg); }
HANDLER(goal_patch_one, goal_patch, goal_detail)
{
    if (in->target.n) audit_say(c, "target", in->target);
    if (in->baseline.n) audit_say(c, "baseline", in->baseline);
    if (in->reason.n) audit_say(c, "reason", in->reason);
    TRY(audited_write(c, change_it, (void *)in, NULL));
    return goal_get(c, in->id, out);
}

static enum err close_it(struct tx *t, void *arg) { return goal_close(t, arg); }
HANDLER(goal_close_post, goal_close, goal_detail)
{
    if (in->reason.n) audit_say(c, "reason", in->reason);
    TRY(audited_write(c, close_it, (void *)in, NULL));
    return goal_get(c, in->id, out);
}

static enum err remove_it(struct tx *t, void *arg)
{
    return goal_remove(t, ((const struct goal_ref *)arg)->id);
}
HANDLER(goal_delete_one, goal_ref, nothing)
{
    return audited_write(c, remove_it, (void *)in, NULL);
}

HANDLER(goal_template_get, goal_template_ask, goal_template)
{
    return goal_template_make(c, in, out);
}

static enum err set_template(struct tx *t, void *arg) { return goal_template_set(t, arg); }
HANDLER(goal_template_post, goal_template_ask, goal_template)
{
    TRY(goal_template_make(c, in, out));
    audit_say(c, "quarter", out->quarter);
    return audited_write(c, set_template, out, NULL);
}

#define GOALS "Goals"
static const struct route routes[] = {
    ROUTE(GET, "/v1/goals", REPORTS_READ, goals_get, GOALS,
          "目标列表，连同各自的进度、应有值、预测与状态",
          "List goals with progress, pace, forecast and status", .flags = CURSOR),
    ROUTE(POST, "/v1/goals", SEGMENTS_WRITE, goal_post_one, GOALS, "设定目标；基线当时读出并保留",
          "Set a goal; its baseline is read then and kept", .flags = IDEMPOTENT | CREATES,
          .errors = "E_NOT_FOUND E_CONFLICT E_BUSY"),
    ROUTE(GET, "/v1/goals/{id}", REPORTS_READ, goal_get_one, GOALS,
          "一个目标：进度曲线、变动来源、背后的会员、修改记录",
          "A goal: its line, what moved it, the members behind it, changes",
          .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/goals/{id}", SEGMENTS_WRITE, goal_patch_one, GOALS,
          "修改目标值、基线（须写原因）、负责人、备注",
          "Change target or baseline (with the reason), owner, note",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/goals/{id}/close", SEGMENTS_WRITE, goal_close_post, GOALS, "关闭目标",
          "Close a goal", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/goals/{id}", SEGMENTS_WRITE, goal_delete_one, GOALS, "删除目标",
          "Take a goal away", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/goal-metrics", REPORTS_READ, goal_metrics_get, GOALS, "可以作为目标的指标",
          "Metrics that can be a goal"),
    ROUTE(GET, "/v1/goal-template", REPORTS_READ, goal_template_get, GOALS,
          "季度五大目标的草案：基线与目标值", "The five goals of a quarter as drafts"),
    ROUTE(POST, "/v1/goal-template", SEGMENTS_WRITE, goal_template_post, GOALS,
          "一次设定季度五大目标；已有的、没有基线的会说明",
          "Set the five goals of a quarter; those there already or without a baseline are said",
          .flags = CREATES, .errors = "E_CONFLICT"),
    { 0 },
};

const struct room goal_room = {
    .name = "goal",
    .migrations = goal_migrations,
    .routes = routes,
};
