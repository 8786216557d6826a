/* watch.c -- follows the timeline: events that prove a task. The key is the line's place in the
 * log, so a line that is followed again proves nothing new. */
#include "loyalty/watch.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"

struct watched {
    const struct task *task;
    struct task_prop_list props;
};
struct watched_list {
    struct watched *at;
    i64 n;
};

static enum err watched_now(struct ctx *c, struct task_list *tasks, struct watched_list *out)
{
    TRY(task_rows(c, PROVED_EVENT, tasks));
    for (i64 i = 0; i < tasks->n; i++) {
        if (!tasks->at[i].opened) continue;
        struct watched *w = PUSH(c->arena, out);
        w->task = &tasks->at[i];
        TRY(task_props_of(c, w->task->id, &w->props));
    }
    return OK;
}

static enum err fits(struct ctx *c, const struct watched *w, const struct timeline_line *line,
                     bool *out)
{
    *out = str_eq(w->task->event, line->kind) &&
           (!w->task->starts_at.has || line->at >= w->task->starts_at.value) &&
           (!w->task->ends_at.has || line->at < w->task->ends_at.value);
    for (i64 i = 0; *out && i < w->props.n; i++)
        TRY(line_prop_is(c, line, w->props.at[i].name, w->props.at[i].value, out));
    return OK;
}

static enum err event_done(struct tx *t, const struct task *task, const struct timeline_line *line)
{
    struct ctx *c = t->c;
    struct deed_done done;
    i64 living;
    enum err e = member_living(c, line->member, &living);
    if (e == E_NOT_FOUND) return OK;
    TRY(e);
    TRY(programme_lock(t, living));
    struct deed d = { .member = living,
                      .task = task,
                      .key = str_fmt(c->arena, "line:%lld", (long long)line->seq),
                      .at = line->at,
                      .on = zone_day(c->zone, line->at) };
    return deed_do(t, &d, &done, NULL);
}

/* -- facts ------------------------------------------------------------------------------------- */

static enum err known(struct ctx *c, i64 member, const struct task *task, bool *out)
{
    strs wanted = str_split(c->arena, task->fields, ',');
    struct value_view_list values = { 0 };
    struct member_brief who;
    TRY(member_values(c, member, true, &values));
    TRY(member_show(c, member, true, &who));
    *out = wanted.n > 0;
    for (i64 i = 0; i < wanted.n && *out; i++) {
        bool has = (str_eq(wanted.at[i], S("name")) && !str_empty(who.name)) ||
                   (str_eq(wanted.at[i], S("phone")) && !str_empty(who.phone));
        for (i64 k = 0; k < values.n && !has; k++)
            has = str_eq(values.at[k].field, wanted.at[i]) && !str_empty(values.at[k].value);
        *out = has;
    }
    return OK;
}

static enum err facts_done(struct tx *t, const struct task *task, i64 member, instant at,
                           bool *are_known, struct deed_done *done, struct task_got_list *got)
{
    TRY(programme_lock(t, member));
    TRY(known(t->c, member, task, are_known));
    if (!*are_known) return OK;
    struct deed d = {
        .member = member, .task = task, .key = S("known"), .at = at, .on = zone_day(t->c->zone, at)
    };
    return deed_do(t, &d, done, got);
}

enum err task_claim(struct tx *t, i64 member, i64 id, enum task_result *result,
                    struct task_got_list *got)
{
    struct ctx *c = t->c;
    struct task task;
    struct deed_done done = { 0 };
    bool are_known;
    TRY(task_row(c, id, &task));
    if (task.proof != PROVED_FACTS)
        return fail(c, E_UNPROCESSABLE, "这个任务不是完善资料", "this task is not about a profile");
    TRY(facts_done(t, &task, member, c->now, &are_known, &done, got));
    if (!are_known)
        return fail(c, E_UNPROCESSABLE, "资料还没有填完", "the profile is not complete yet");
    *result = done.result;
    return task_refusal(c, done.result);
}

static enum err facts_changed(struct tx *t, const struct task_list *tasks, i64 member)
{
    i64 living;
    enum err e = member_living(t->c, member, &living);
    if (e == E_NOT_FOUND) return OK;
    TRY(e);
    for (i64 i = 0; i < tasks->n; i++) {
        struct deed_done done;
        bool are_known;
        if (tasks->at[i].opened)
            TRY(facts_done(t, &tasks->at[i], living, t->c->now, &are_known, &done, NULL));
    }
    return OK;
}

enum err facts_look(struct tx *t, i64 member)
{
    struct task_list facts = { 0 };
    TRY(task_rows(t->c, PROVED_FACTS, &facts));
    return facts_changed(t, &facts, member);
}

static enum err told(struct tx *t, const struct timeline_line *lines, i64 n)
{
    struct task_list tasks = { 0 };
    struct task_list facts = { 0 };
    struct watched_list watched = { 0 };
    TRY(watched_now(t->c, &tasks, &watched));
    TRY(task_rows(t->c, PROVED_FACTS, &facts));
    for (i64 i = 0; i < n; i++) {
        if (!lines[i].member) continue;
        if (str_eq(lines[i].kind, S("member.field_set")))
            TRY(facts_changed(t, &facts, lines[i].member));
        for (i64 k = 0; k < watched.n; k++) {
            bool it_does;
            TRY(fits(t->c, &watched.at[k], &lines[i], &it_does));
            if (it_does) TRY(event_done(t, watched.at[k].task, &lines[i]));
        }
    }
    return OK;
}

const struct line_listener task_lines = { .part = "tasks", .told = told };

/* Rewards are not thrown away: read again, the lines prove what they proved. */
static enum err reset(struct tx *t) { return OK; }

const struct follower task_followers[] = { { "tasks", lines_told, reset }, { 0 } };

enum err tasks_follow(struct store *s, struct ctx *c)
{
    i64 lines;
    return follower_run(s, c, &task_followers[0], &lines);
}
