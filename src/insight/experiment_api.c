/* experiment_api.c -- doors of experiments: planned, made, started, stopped, asked for arms, read.
 */
#include "access/access.h"
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "insight/experiment/inside.h"
#include "insight/people.h"

#define FIELDS_OF_experiments_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(experiments_ask);
SHAPE_DEFINE(experiments_ask);
#define FIELDS_OF_experiment_page(X, N)                     \
    X(list(experiment_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(experiment_page);
SHAPE_DEFINE(experiment_page);
#define FIELDS_OF_experiment_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Experiment", N)
SHAPE(experiment_ref);
SHAPE_DEFINE(experiment_ref);
#define FIELDS_OF_experiment_result_ask(X, N)        \
    X(i64, id, REQUIRED | POSITIVE, "Experiment", N) \
    X(opt_f64, alpha, ANY, "Chance of a false alarm; absent: 0.05", N)
SHAPE(experiment_result_ask);
SHAPE_DEFINE(experiment_result_ask);
#define FIELDS_OF_experiment_assign_ask(X, N)        \
    X(i64, id, REQUIRED | POSITIVE, "Experiment", N) \
    X(i64, member, REQUIRED | POSITIVE, "Member, by any id he ever had", N)
SHAPE(experiment_assign_ask);
SHAPE_DEFINE(experiment_assign_ask);
#define FIELDS_OF_experiment_mine_page(X, N) \
    X(list(experiment_mine), items, ANY, "Running experiments he is in, newest first", N)
SHAPE(experiment_mine_page);
SHAPE_DEFINE(experiment_mine_page);
#define FIELDS_OF_my_experiment_arm(X, N)      \
    X(i64, experiment, ANY, "Experiment", N)   \
    X(str, arm, ANY, "His arm; null: none", N) \
    X(opt_instant, exposed_at, ANY, "Since when", N)
SHAPE(my_experiment_arm);
SHAPE_DEFINE(my_experiment_arm);

#define FIELDS_OF_experiment_countables(X, N) \
    X(list(experiment_countable), items, ANY, "What can be counted of a member", N)
SHAPE(experiment_countables);
SHAPE_DEFINE(experiment_countables);

#define FIELDS_OF_experiment_held_page(X, N)                                                      \
    X(i64, percent, ANY, "How many percent are held out: setting experiments.holdout_percent", N) \
    X(list(person), items, ANY, "Members held out, by id", N)                                     \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(experiment_held_page);
SHAPE_DEFINE(experiment_held_page);

/* -- for people -------------------------------------------------------------------------------- */

HANDLER(experiments_get, experiments_ask, experiment_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "experiments", in->cursor, &at));
    TRY(experiment_list(c, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "experiments", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

HANDLER(experiment_get_one, experiment_ref, experiment_view)
{
    return experiment_get(c, in->id, out);
}

struct making {
    const struct experiment_post *in;
    i64 id;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return experiment_create(t, k->in, &k->id);
}
HANDLER(experiment_post_one, experiment_post, experiment_view)
{
    struct making k = { .in = in };
    TRY(audited_write(c, make_it, &k, &k.id));
    return experiment_get(c, k.id, out);
}

struct changing {
    const struct experiment_patch *in;
    struct experiment_emptied none;
};
static enum err change_it(struct tx *t, void *arg)
{
    struct changing *k = arg;
    return experiment_change(t, k->in, k->none);
}
HANDLER(experiment_patch_one, experiment_patch, experiment_view)
{
    struct changing k = { in,
                          { .ends_at = !in->ends_at.has && request_gives(c, "ends_at"),
                            .base = !in->base.has && request_gives(c, "base"),
                            .lift = !in->lift.has && request_gives(c, "lift"),
                            .guardrails = !in->guardrails.n && request_gives(c, "guardrails") } };
    TRY(audited_write(c, change_it, &k, NULL));
    return experiment_get(c, in->id, out);
}

static enum err start_it(struct tx *t, void *arg)
{
    return experiment_start(t, ((const struct experiment_ref *)arg)->id);
}
HANDLER(experiment_start_post, experiment_ref, experiment_view)
{
    TRY(audited_write(c, start_it, (void *)in, NULL));
    return experiment_get(c, in->id, out);
}

static enum err stop_it(struct tx *t, void *arg) { return experiment_stop(t, arg); }
HANDLER(experiment_stop_post, experiment_stop_ask, experiment_view)
{
    audit_say(c, "reason", in->reason);
    TRY(audited_write(c, stop_it, (void *)in, NULL));
    return experiment_get(c, in->id, out);
}

HANDLER(experiment_results_get, experiment_result_ask, experiment_result_view)
{
    if (in->alpha.has && !(in->alpha.value > 0 && in->alpha.value <= 0.5))
        return fail_at(c, E_INVALID, S("/alpha"), "误报概率应大于 0、不超过 0.5",
                       "alpha lies above 0 and is at most 0.5");
    return experiment_result_make(c, in->id, in->alpha.value, out);
}

HANDLER(experiment_plan_get, experiment_plan_ask, experiment_plan)
{
    return experiment_plan_make(c, in, out);
}

HANDLER(experiment_metrics_get, nothing, experiment_countables)
{
    experiment_countables(c, &out->items);
    return OK;
}

HANDLER(experiment_member_get, experiment_assign_ask, experiment_assigned)
{
    return experiment_look(c->store, c, in->id, in->member, out);
}

HANDLER(experiment_held_get, experiments_ask, experiment_held_page)
{
    struct experiment_held held;
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "experiment-holdout", in->cursor, &at));
    TRY(experiment_held_list(c, at.id, limit + 1, &held));
    i64 n = held.members.n > limit ? limit : held.members.n;
    out->percent = held.percent;
    out->items.at = NEWS(c->arena, struct person, n + 1);
    for (; out->items.n < n; out->items.n++)
        TRY(person_of(c, held.members.at[out->items.n], &out->items.at[out->items.n]));
    if (held.members.n > limit)
        out->next_cursor = cursor_make(c, "experiment-holdout",
                                       (struct cursor){ .id = held.members.at[limit - 1] });
    return OK;
}

/* -- for shops and members --------------------------------------------------------------------- */

HANDLER(experiment_assign_post, experiment_assign_ask, experiment_assigned)
{
    return experiment_assign(c->store, c, in->id, in->member, out);
}

HANDLER(my_experiments_get, nothing, experiment_mine_page)
{
    return experiments_of(c, c->member, &out->items);
}

/* Why he has none is not his business. */
HANDLER(my_experiment_post, experiment_ref, my_experiment_arm)
{
    struct experiment_assigned arm;
    TRY(experiment_assign(c->store, c, in->id, c->member, &arm));
    *out = (struct my_experiment_arm){ in->id, arm.arm, arm.exposed_at };
    return OK;
}

#define EXPERIMENTS "Experiments"
/* A first exposure leaves its line on the timeline, not in the audit log. */
static const struct route routes[] = {
    ROUTE(GET, "/v1/experiments", REPORTS_READ, experiments_get, EXPERIMENTS, "实验列表",
          "List experiments", .flags = CURSOR),
    ROUTE(POST, "/v1/experiments", SEGMENTS_WRITE, experiment_post_one, EXPERIMENTS,
          "新建实验（草稿）", "Make an experiment (a draft)", .flags = IDEMPOTENT | CREATES,
          .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/experiments/{id}", REPORTS_READ, experiment_get_one, EXPERIMENTS, "看一个实验",
          "Show an experiment", .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/experiments/{id}", SEGMENTS_WRITE, experiment_patch_one, EXPERIMENTS,
          "修改实验；进行中只能调高比例、改结束时间", "Change an experiment; a running one only up",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/experiments/{id}/start", SEGMENTS_WRITE, experiment_start_post, EXPERIMENTS,
          "开始实验；同层重叠则拒绝", "Start it; refused where its layer has no room",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/experiments/{id}/stop", SEGMENTS_WRITE, experiment_stop_post, EXPERIMENTS,
          "停止实验，写明原因", "Stop it, saying why", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/experiments/{id}/assign", TRACK_WRITE, experiment_assign_post, EXPERIMENTS,
          "会员的组；首次询问即曝光", "A member's arm; the first answer exposes him",
          .flags = AUDITS_ITSELF, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/experiments/{id}/results", REPORTS_READ, experiment_results_get, EXPERIMENTS,
          "实验结果：差异、把握、护栏、分流检查",
          "Results: differences, how sure, guardrails, whether the split is sound",
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/experiments/{id}/members/{member}", REPORTS_READ | MEMBERS_READ,
          experiment_member_get, EXPERIMENTS, "看会员的组，不触发曝光",
          "A member's arm, without exposing him", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/experiment-holdout", REPORTS_READ | MEMBERS_READ, experiment_held_get,
          EXPERIMENTS, "全局对照的会员，不参加任何实验", "Members held out of all experiments",
          .flags = CURSOR),
    ROUTE(GET, "/v1/experiment-metrics", REPORTS_READ, experiment_metrics_get, EXPERIMENTS,
          "实验可以统计什么", "What experiments can count"),
    ROUTE(GET, "/v1/experiment-plan", REPORTS_READ, experiment_plan_get, EXPERIMENTS,
          "要发现某一提升，每组需要多少人", "How many members an arm needs to find a lift"),
    ROUTE(GET, "/v1/my/experiments", MY, my_experiments_get, "My", "自己参加的实验与组",
          "Experiments he is in, and his arms"),
    ROUTE(POST, "/v1/my/experiments/{id}", MY, my_experiment_post, "My",
          "自己在一个实验中的组；首次询问即曝光", "His arm; the first answer exposes him",
          .flags = AUDITS_ITSELF, .errors = "E_NOT_FOUND"),
    { 0 },
};

const struct room experiment_room = {
    .name = "experiment",
    .migrations = experiment_migrations,
    .settings = experiment_settings,
    .routes = routes,
    .fields = &experiment_fields,
};
