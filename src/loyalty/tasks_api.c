/* tasks_api.c -- doors of tasks and check-in. */
#include "access/access.h"
#include "base/room.h"
#include "http/request.h"
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

#define FIELDS_OF_task_figures_ask(X, N) \
    X(opt_i64, days, POSITIVE, "Of so many days, today among them; 30 when absent, at most 366", N)
SHAPE(task_figures_ask);
SHAPE_DEFINE(task_figures_ask);
#define FIELDS_OF_task_figures_page(X, N)   \
    X(i64, days, ANY, "Of so many days", N) \
    X(list(task_figures), items, ANY, "By task; without those of which there is nothing", N)
SHAPE(task_figures_page);
SHAPE_DEFINE(task_figures_page);

HANDLER(task_figures_get, task_figures_ask, task_figures_page)
{
    out->days = !in->days.has ? 30 : in->days.value < 366 ? in->days.value : 366;
    return task_figures_of(c, out->days, &out->items);
}

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
    TRY(audited_write(c, make_it, &k, &k.id));
    return task_get(c, k.id, out);
}

struct changing {
    const struct task_patch *in;
    bool no_start, no_end;
};
static enum err change_it(struct tx *t, void *arg)
{
    const struct changing *k = arg;
    TRY(task_empty(t, k->in->id, k->no_start, k->no_end));
    return task_change(t, k->in);
}
HANDLER(task_patch_one, task_patch, task_view)
{
    struct changing k = { in, !in->starts_at.has && request_gives(c, "starts_at"),
                          !in->ends_at.has && request_gives(c, "ends_at") };
    TRY(audited_write(c, change_it, &k, NULL));
    return task_get(c, in->id, out);
}

/* -- a member's own ---------------------------------------------------------------------------- */

struct checking {
    i64 task;
    str device;
    day on;
    struct check_in_view out;
};

static enum err check_in(struct tx *t, void *arg)
{
    struct checking *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    TRY(device_seen(t, living, k->device));
    return task_check_in(t, living, k->task, &k->out);
}
HANDLER(my_check_in_post, check_in_ask, check_in_view)
{
    struct checking k = { .task = in->task.value, .device = in->device };
    TRY(audited_write(c, check_in, &k, NULL));
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
    TRY(audited_write(c, make_up, &k, NULL));
    *out = k.out;
    return OK;
}

HANDLER(my_check_in_get, calendar_ask, check_in_calendar)
{
    return task_calendar(c, c->member, in->task.value, out);
}

#define FIELDS_OF_my_tasks_page(X, N)        \
    X(list(my_task), items, ANY, "By id", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(my_tasks_page);
SHAPE_DEFINE(my_tasks_page);
#define FIELDS_OF_task_answer(X, N)                                         \
    X(choice(task_result), result, ANY, "DONE, or AGAIN: it was before", N) \
    X(list(task_got), got, ANY, "What it gave", N)
SHAPE(task_answer);
SHAPE_DEFINE(task_answer);
#define FIELDS_OF_member_tasks_ask(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(member_tasks_ask);
SHAPE_DEFINE(member_tasks_ask);
#define FIELDS_OF_code_ask(X, N)               \
    X(i64, id, REQUIRED | POSITIVE, "Task", N) \
    X(str, code, REQUIRED | SHORT | SECRET, "The code", N)
SHAPE(code_ask);
SHAPE_DEFINE(code_ask);
#define FIELDS_OF_proof_ask(X, N)                          \
    X(i64, id, REQUIRED | POSITIVE, "Task", N)             \
    X(str, url, PERSONAL, "Picture or page, https://…", N) \
    X(str, text, PERSONAL, "What I say", N)
SHAPE(proof_ask);
SHAPE_DEFINE(proof_ask);

HANDLER(my_tasks_get, nothing, my_tasks_page) { return tasks_of(c, c->member, &out->items); }

HANDLER(member_tasks_get, member_tasks_ask, my_tasks_page)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return tasks_of(c, living, &out->items);
}

struct doing {
    i64 task, number;
    str code, url, text;
    struct task_answer out;
};

static enum err claim(struct tx *t, void *arg)
{
    struct doing *k = arg;
    i64 living;
    k->out.got.n = 0;
    TRY(member_living(t->c, t->c->member, &living));
    return task_claim(t, living, k->task, &k->out.result, &k->out.got);
}
HANDLER(my_claim_post, task_ref, task_answer)
{
    struct doing k = { .task = in->id };
    TRY(audited_write(c, claim, &k, NULL));
    *out = k.out;
    return OK;
}

static enum err use_code(struct tx *t, void *arg)
{
    struct doing *k = arg;
    i64 living;
    k->out.got.n = 0;
    TRY(member_living(t->c, t->c->member, &living));
    return task_code_use(t, living, k->task, k->code, &k->out.result, &k->out.got);
}
HANDLER(my_code_post, code_ask, task_answer)
{
    struct doing k = { .task = in->id, .code = in->code };
    TRY(audited_write(c, use_code, &k, NULL));
    *out = k.out;
    return OK;
}

static enum err send_proof(struct tx *t, void *arg)
{
    struct doing *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return task_proof_send(t, living, k->task, k->url, k->text, &k->number);
}
HANDLER(my_proof_post, proof_ask, task_proof_view)
{
    struct doing k = { .task = in->id, .url = in->url, .text = in->text };
    TRY(audited_write(c, send_proof, &k, NULL));
    return task_proof_get(c, k.number, out);
}

/* -- codes and proofs, for people -------------------------------------------------------------- */

#define FIELDS_OF_codes_ask(X, N)                                            \
    X(i64, id, REQUIRED | POSITIVE, "Task", N)                               \
    X(i64, count, REQUIRED | POSITIVE, "How many codes, at most 1000", N)    \
    X(opt_i64, uses, POSITIVE, "Members each is good for; 1 when absent", N) \
    X(opt_instant, ends_at, ANY, "Good until; absent: no end", N)
SHAPE(codes_ask);
SHAPE_DEFINE(codes_ask);
#define FIELDS_OF_codes_made(X, N) X(strs, codes, ANY, "The codes, shown this once", N)
SHAPE(codes_made);
SHAPE_DEFINE(codes_made);
#define FIELDS_OF_reviews_ask(X, N)                                       \
    X(str, state, SHORT, "waiting, approved or rejected; absent: all", N) \
    PAGE_FIELDS(X, N)
SHAPE(reviews_ask);
SHAPE_DEFINE(reviews_ask);
#define FIELDS_OF_reviews_page(X, N)                        \
    X(list(task_proof_view), items, ANY, "Oldest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(reviews_page);
SHAPE_DEFINE(reviews_page);
#define FIELDS_OF_review_decision(X, N)                       \
    X(i64, id, REQUIRED | POSITIVE, "Number of the proof", N) \
    X(str, note, SHORT, "Why", N)
SHAPE(review_decision);
SHAPE_DEFINE(review_decision);

HANDLER(task_codes_post, codes_ask, codes_made)
{
    return task_codes_make(c, in->id, in->count, in->uses.has ? in->uses.value : 1, in->ends_at,
                           &out->codes);
}

HANDLER(reviews_get, reviews_ask, reviews_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "task reviews", in->cursor, &at));
    TRY(task_proof_list(c, in->state, at.id, limit + 1, &out->items));
    for (i64 i = 0; i < out->items.n; i++) {
        struct task_proof_view *p = &out->items.at[i];
        TRY(member_name(c, p->member, may(c, PERSONAL_READ), &p->name));
        if (!may(c, PERSONAL_READ)) p->url = p->text = NO_STR;
    }
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "task reviews", (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

struct deciding {
    const struct review_decision *in;
    bool approve;
};
static enum err decide(struct tx *t, void *arg)
{
    const struct deciding *k = arg;
    return task_proof_decide(t, k->in->id, k->approve, k->in->note);
}
static enum err decided(struct ctx *c, const struct review_decision *in, bool approve,
                        struct task_proof_view *out)
{
    struct deciding k = { in, approve };
    TRY(audited_write(c, decide, &k, NULL));
    TRY(task_proof_get(c, in->id, out));
    if (!may(c, PERSONAL_READ)) out->url = out->text = NO_STR;
    return OK;
}
HANDLER(review_approve_post, review_decision, task_proof_view) { return decided(c, in, true, out); }
HANDLER(review_reject_post, review_decision, task_proof_view) { return decided(c, in, false, out); }

/* -- the tables -------------------------------------------------------------------------------- */

extern const struct route birthday_routes[]; /* birthday_api.c */

#define TASKS "Tasks"
static const struct route routes[] = {
    ROUTE(GET, "/v1/tasks", LOYALTY_READ, tasks_get, TASKS, "任务", "Tasks"),
    ROUTE(POST, "/v1/tasks", LOYALTY_WRITE, task_post_one, TASKS, "新建任务", "Make a task",
          .flags = CREATES, .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/tasks/figures", LOYALTY_READ, task_figures_get, TASKS, "任务完成了多少",
          "How much was done of tasks"),
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
    ROUTE(GET, "/v1/my/tasks", MY, my_tasks_get, TASKS, "我的任务", "My tasks"),
    ROUTE(GET, "/v1/members/{id}/tasks", LOYALTY_READ, member_tasks_get, TASKS, "会员的任务",
          "Tasks of a member", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/my/tasks/{id}/claim", MY, my_claim_post, TASKS, "我的资料填好了",
          "My profile is complete", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/tasks/{id}/code", MY, my_code_post, TASKS, "我输入口令", "I enter a code",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/tasks/{id}/proof", MY, my_proof_post, TASKS, "我上传凭证", "I send a proof",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/tasks/{id}/codes", LOYALTY_WRITE, task_codes_post, TASKS, "生成一批口令",
          "Make a batch of codes", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/tasks/reviews", LOYALTY_READ, reviews_get, TASKS, "上传的凭证",
          "Proofs that were sent", .flags = CURSOR),
    ROUTE(POST, "/v1/tasks/reviews/{id}/approve", LOYALTY_WRITE, review_approve_post, TASKS,
          "通过一份凭证", "Approve a proof", .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/tasks/reviews/{id}/reject", LOYALTY_WRITE, review_reject_post, TASKS,
          "驳回一份凭证", "Reject a proof", .errors = "E_NOT_FOUND E_CONFLICT"),
    { .next = birthday_routes },
};

static const struct setting settings[] = {
    { .name = "tasks.per_minute",
      .kind = SETTING_I64,
      .fallback = "10",
      .min = 1,
      .max = 100000,
      .zh = "会员一分钟内完成的任务超过这个数，超出的奖励待审核",
      .en =
          "Tasks a member does within a minute before what more of them give is held for review" },
    { .name = "tasks.per_hour",
      .kind = SETTING_I64,
      .fallback = "60",
      .min = 1,
      .max = 100000,
      .zh = "会员一小时内完成的任务超过这个数，超出的奖励待审核",
      .en = "Tasks a member does within an hour before what more of them give is held for review" },
    { .name = "tasks.device_members",
      .kind = SETTING_I64,
      .fallback = "4",
      .max = 100000,
      .zh = "一天内同一设备上另有这么多会员，任务奖励待审核；0：不查",
      .en = "So many other members on one device within a day, and what tasks give is held for "
            "review; 0: not looked at" },
    { .name = "tasks.invite_device",
      .kind = SETTING_FLAG,
      .fallback = "true",
      .zh = "受邀人与邀请人或其他受邀人同一设备，邀请奖励待审核",
      .en = "Invited on the device of the inviter or of others he invited: held for review" },
    { .name = "tasks.circle_levels",
      .kind = SETTING_I64,
      .fallback = "3",
      .max = 20,
      .zh =
          "受邀人像是邀请人或其上几级邀请人的小号，或双方互邀小号，邀请奖励待审核；查几级，0：不查",
      .en = "Invited who seems to be the inviter, one of so many above him, or part of two who "
            "invite "
            "each other's accounts: held for review; 0: not looked at" },
    { .name = "tasks.phones_in_a_row",
      .kind = SETTING_I64,
      .fallback = "3",
      .max = 100000,
      .zh = "这么多受邀人的手机号相连（相差 20 以内），邀请奖励待审核；0：不查",
      .en =
          "So many invited with phone numbers in a row (within 20): held for review; 0: not looked "
          "at" },
    { .name = "tasks.phones_of_one_range",
      .kind = SETTING_I64,
      .fallback = "10",
      .max = 100000,
      .zh = "这么多受邀人的手机号只差后四位，邀请奖励待审核；0：不查",
      .en = "So many invited whose phone numbers differ in the last four digits only: held for "
            "review; 0: not looked at" },
    { .name = "tasks.phone_hours",
      .kind = SETTING_I64,
      .fallback = "168",
      .min = 1,
      .max = 8784,
      .zh = "查手机号时看多少小时之内的受邀人",
      .en = "Phone numbers are compared among who was invited within so many hours" },
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
    .settings = settings,
    .followers = task_followers,
    .fields = &task_fields,
    .jobs = jobs,
};
