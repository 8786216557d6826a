/* tasks_api.c -- doors of tasks and check-in. */
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/tasks/inside.h"
#include "store/setting.h"

#define FIELDS_OF_task_page(X, N)              \
    X(list(task_view), items, ANY, "By id", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(task_page);
SHAPE_DEFINE(task_page);
#define FIELDS_OF_task_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Task", N)
SHAPE(task_ref);
SHAPE_DEFINE(task_ref);
#define FIELDS_OF_check_in_ask(X, N)                                              \
    X(opt_i64, task, POSITIVE, "Which check-in; absent: the one that is open", N) \
    X(str, device, SHORT | PERSONAL, "The device it is done from; kept as a hash", N)
SHAPE(check_in_ask);
SHAPE_DEFINE(check_in_ask);
#define FIELDS_OF_make_up_ask(X, N)                                               \
    X(opt_i64, task, POSITIVE, "Which check-in; absent: the one that is open", N) \
    X(day, on, REQUIRED, "The day that was missed", N)
SHAPE(make_up_ask);
SHAPE_DEFINE(make_up_ask);
#define FIELDS_OF_calendar_ask(X, N) \
    X(opt_i64, task, POSITIVE, "Which check-in; absent: the one that is open", N)
SHAPE(calendar_ask);
SHAPE_DEFINE(calendar_ask);

/* -- tasks ------------------------------------------------------------------------------------- */

HANDLER(tasks_get, nothing, task_page) { return task_list(c, &out->items); }
HANDLER(task_get_one, task_ref, task_view) { return task_get(c, in->id, out); }

struct making {
    const struct task_post *in;
    i64 id;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return task_make(t, k->in, &k->id);
}
HANDLER(task_post_one, task_post, task_view)
{
    struct making k = { .in = in };
    TRY(store_write(c->store, c, make_it, &k));
    return task_get(c, k.id, out);
}

static enum err change_it(struct tx *t, void *arg) { return task_change(t, arg); }
HANDLER(task_patch_one, task_patch, task_view)
{
    struct task_patch ask = *in;
    TRY(store_write(c->store, c, change_it, &ask));
    return task_get(c, in->id, out);
}

/* -- a member's own ---------------------------------------------------------------------------- */

struct checking {
    i64 task;
    day on;
    str device;
    struct check_in_view out;
};

static enum err check_in(struct tx *t, void *arg)
{
    struct checking *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return task_check_in(t, living, k->task, k->device, &k->out);
}
HANDLER(my_check_in_post, check_in_ask, check_in_view)
{
    struct checking k = { .task = in->task.value, .device = in->device };
    TRY(store_write(c->store, c, check_in, &k));
    *out = k.out;
    return OK;
}

static enum err make_up(struct tx *t, void *arg)
{
    struct checking *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return task_make_up(t, living, k->task, k->on, &k->out);
}
HANDLER(my_make_up_post, make_up_ask, check_in_view)
{
    struct checking k = { .task = in->task.value, .on = in->on };
    TRY(store_write(c->store, c, make_up, &k));
    *out = k.out;
    return OK;
}

HANDLER(my_check_in_get, calendar_ask, check_in_calendar)
{
    return task_calendar(c, c->member, in->task.value, out);
}

/* -- the tables -------------------------------------------------------------------------------- */

#define TASKS "Tasks"
static const struct route routes[] = {
    ROUTE(GET, "/v1/tasks", LOYALTY_READ, tasks_get, TASKS, "任务", "Tasks"),
    ROUTE(POST, "/v1/tasks", LOYALTY_WRITE, task_post_one, TASKS, "新建任务", "Make a task",
          .flags = CREATES, .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/tasks/{id}", LOYALTY_READ, task_get_one, TASKS, "看一个任务", "Show a task",
          .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/tasks/{id}", LOYALTY_WRITE, task_patch_one, TASKS, "改任务、开放或关闭",
          "Change a task, open or shut it", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/my/check-in", MY, my_check_in_get, TASKS, "我的签到日历",
          "My check-in calendar", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/check-in", MY, my_check_in_post, TASKS, "我要签到", "I check in",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/check-in/make-up", MY, my_make_up_post, TASKS, "我要补签",
          "I make up a missed day", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "tasks.follow", 10 * SECOND_MS, 0, tasks_follow, "由行为验证任务", "Tasks proved by events" },
    { 0 },
};

const struct room tasks_room = {
    .name = "tasks",
    .migrations = task_migrations,
    .routes = routes,
    .followers = task_followers,
    .jobs = jobs,
};
