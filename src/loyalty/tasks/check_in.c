/* check_in.c -- checking in: a calendar of days, the streak, its milestones, days made up.
 *
 * The days are the rows of task_done; everything else follows from them. What a stretch of days has
 * given is in task_milestone_had: (milestone, the day it was given for).
 */
#include "loyalty/join.h"
#include "loyalty/points.h"
#include "loyalty/tasks/inside.h"

#define FIELDS_OF_check_day(X, N) \
    X(i64, on_day, ANY, "", N)    \
    X(flag, made_up, ANY, "", N)
SHAPE(check_day);
SHAPE_DEFINE(check_day);
QUERY(q_days, check_day,
      "SELECT on_day, made_up FROM task_done WHERE member = $1 AND task = $2 AND NOT undone"
      " ORDER BY on_day, made_up");
QUERY(q_made_up, one_i64,
      "SELECT COUNT(*) AS value FROM task_done WHERE member = $1 AND task = $2 AND made_up"
      " AND at >= $3 AND at < $4");
#define FIELDS_OF_milestone_had(X, N) \
    X(i64, milestone, ANY, "", N)     \
    X(i64, on_day, ANY, "", N)
SHAPE(milestone_had);
SHAPE_DEFINE(milestone_had);
/* Of one who was two the same may stand twice. */
QUERY(q_had, milestone_had,
      "SELECT DISTINCT milestone, on_day FROM task_milestone_had WHERE member = $1 AND task = $2"
      " AND on_day >= $3 AND on_day <= $4");
CHANGE(c_had, "INSERT INTO task_milestone_had (member, task, milestone, on_day, origin, number)"
              " VALUES ($1, $2, $3, $4, $1, $5)");

/* -- the calendar ------------------------------------------------------------------------------ */

struct days {
    struct check_day *at;
    i64 n;
};

/* Each day once; who was two may have one twice, and it is made up only if both are. */
static enum err days_of(struct ctx *c, i64 member, i64 task, struct days *out)
{
    struct check_day_list rows = { 0 };
    TRY(db_all(c, &q_days, &rows, ARGS(member, task)));
    *out = (struct days){ rows.at, 0 };
    for (i64 i = 0; i < rows.n; i++)
        if (!i || rows.at[i].on_day != rows.at[i - 1].on_day) out->at[out->n++] = rows.at[i];
    return OK;
}

/* Place of a day, or of the first after it. */
static i64 days_find(const struct days *days, day on)
{
    i64 low = 0, high = days->n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (days->at[middle].on_day < on) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool days_has(const struct days *days, day on)
{
    i64 i = days_find(days, on);
    return i < days->n && days->at[i].on_day == on;
}

/* The stretch that holds a day which is there. */
static void stretch_of(const struct days *days, day on, day *first, day *last)
{
    *first = *last = on;
    while (days_has(days, *first - 1)) --*first;
    while (days_has(days, *last + 1)) ++*last;
}

static i64 streak_at(const struct days *days, day today)
{
    day last = days_has(days, today) ? today : today - 1, first, end;
    if (!days_has(days, last)) return 0;
    stretch_of(days, last, &first, &end);
    return last - first + 1;
}

/* -- milestones -------------------------------------------------------------------------------- */

static i64 place_in_cycle(const struct task *task, i64 streak)
{
    return task->cycle ? (streak - 1) % task->cycle + 1 : streak;
}

static bool had(const struct milestone_had_list *all, i64 milestone, day on)
{
    for (i64 i = 0; i < all->n; i++)
        if (all->at[i].milestone == milestone && all->at[i].on_day == on) return true;
    return false;
}

/* How many more times this stretch gives a milestone than it has. */
static i64 owing(const struct task *task, const struct milestone_had_list *all, i64 milestone,
                 i64 length)
{
    i64 due = task->cycle ? (length - milestone + task->cycle) / task->cycle : length >= milestone;
    for (i64 i = 0; i < all->n; i++) due -= all->at[i].milestone == milestone;
    return due;
}

static enum err milestone_give(struct tx *t, const struct deed *d, const struct deed_done *done,
                               const struct task_milestone *m, day on, struct task_got_list *got)
{
    struct ctx *c = t->c;
    i64 number;
    str name = day_text(c->arena, on);
    TRY(tx_take(t, S("task_milestone_had"), 1, &number));
    TRY(tx_change(t, &c_had, ARGS(d->member, d->task->id, m->day, on, number)));
    return deed_give(t, d, done,
                     str_fmt(c->arena, "m%lld:" STR_FMT, (long long)m->day, STR_ARG(name)),
                     &m->rewards, "milestone", got);
}

/* What the stretch has come to by this day, from it on. */
static enum err milestones_give(struct tx *t, const struct deed *d, const struct deed_done *done,
                                const struct task_gifts *gifts, struct task_got_list *got)
{
    struct ctx *c = t->c;
    struct days days;
    struct milestone_had_list all = { 0 };
    day first, last;
    if (!gifts->milestones.n) return OK;
    TRY(days_of(c, d->member, d->task->id, &days));
    stretch_of(&days, d->on, &first, &last);
    TRY(db_all(c, &q_had, &all, ARGS(d->member, d->task->id, first, last)));
    for (i64 i = 0; i < gifts->milestones.n; i++) {
        const struct task_milestone *m = &gifts->milestones.at[i];
        i64 more = owing(d->task, &all, m->day, last - first + 1);
        for (day on = last; on >= d->on && more > 0; on--) {
            if (place_in_cycle(d->task, on - first + 1) != m->day || had(&all, m->day, on))
                continue;
            TRY(milestone_give(t, d, done, m, on, got));
            more--;
        }
    }
    return OK;
}

/* -- checking in ------------------------------------------------------------------------------- */

static enum err none_open(struct ctx *c)
{
    return fail(c, E_UNPROCESSABLE, "现在没有开放的签到", "no check-in is open now");
}

static bool is_on(const struct task *task, instant at)
{
    return task->opened && (!task->starts_at.has || at >= task->starts_at.value) &&
           (!task->ends_at.has || at < task->ends_at.value);
}

/* The one that is asked for; 0: the first that is open. */
static enum err check_in_task(struct ctx *c, i64 id, struct task *out)
{
    struct task_list all = { 0 };
    if (id) {
        TRY(task_row(c, id, out));
        if (out->kind == TASK_CHECK_IN) return OK;
        return fail_at(c, E_INVALID, S("/task"), "这个任务不是签到", "this task is no check-in");
    }
    TRY(task_rows(c, PROVED_CHECK_IN, &all));
    for (i64 i = 0; i < all.n; i++)
        if (is_on(&all.at[i], c->now)) {
            *out = all.at[i];
            return OK;
        }
    return none_open(c);
}

static enum err specials_give(struct tx *t, const struct deed *d, const struct deed_done *done,
                              const struct task_gifts *gifts, struct task_got_list *got)
{
    for (i64 i = 0; i < gifts->specials.n; i++) {
        const struct task_special *s = &gifts->specials.at[i];
        if (s->on != d->on) continue;
        str key = str_fmt(t->c->arena, "s:" STR_FMT, STR_ARG(d->key));
        TRY(deed_give(t, d, done, key, &s->rewards, "special", got));
    }
    return OK;
}

/* Counts the day, and gives what is due. */
static enum err day_put(struct tx *t, const struct deed *d, struct check_in_view *out)
{
    struct ctx *c = t->c;
    struct deed_done done;
    struct task_gifts gifts;
    struct days days;
    TRY(deed_count(t, d, &done));
    TRY(task_refusal(c, done.result));
    *out = (struct check_in_view){ .task = d->task->id,
                                   .on = d->on,
                                   .again = done.result == TASK_AGAIN,
                                   .review = !str_empty(done.review) };
    if (!out->again) {
        TRY(task_gifts_of(c, d->task->id, &gifts));
        if (!d->made_up) {
            TRY(deed_give(t, d, &done, d->key, &gifts.rewards, "day", &out->got));
            TRY(specials_give(t, d, &done, &gifts, &out->got));
        }
        TRY(milestones_give(t, d, &done, &gifts, &out->got));
    }
    TRY(days_of(c, d->member, d->task->id, &days));
    out->streak = streak_at(&days, zone_day(c->zone, c->now));
    return OK;
}

enum err task_check_in(struct tx *t, i64 member, i64 task, struct check_in_view *out)
{
    struct ctx *c = t->c;
    struct task row;
    TRY(check_in_task(c, task, &row));
    TRY(programme_lock(t, member));
    day today = zone_day(c->zone, c->now);
    struct deed d = {
        .member = member, .task = &row, .key = day_text(c->arena, today), .at = c->now, .on = today
    };
    return day_put(t, &d, out);
}

/* -- making up --------------------------------------------------------------------------------- */

static enum err make_ups_left(struct ctx *c, i64 member, const struct task *task, i64 *left)
{
    struct one_i64 made;
    day first = period_begin(OFTEN_MONTH, zone_day(c->zone, c->now));
    TRY(db_get(c, &q_made_up, &made,
               ARGS(member, task->id, zone_midnight(c->zone, first),
                    zone_midnight(c->zone, month_add(first, 1)))));
    *left = made.value < task->make_ups ? task->make_ups - made.value : 0;
    return OK;
}

static enum err may_make_up(struct ctx *c, const struct task *task, day on)
{
    day today = zone_day(c->zone, c->now);
    if (!is_on(task, c->now)) return none_open(c);
    if (on >= today)
        return fail_at(c, E_UNPROCESSABLE, S("/on"), "只能补签过去的日子",
                       "only days that are over can be made up");
    if (on < today - task->make_up_days ||
        (task->starts_at.has && on < zone_day(c->zone, task->starts_at.value)))
        return fail_at(c, E_UNPROCESSABLE, S("/on"), "这一天太早，不能补签",
                       "that day is too long ago to be made up");
    return OK;
}

enum err task_make_up(struct tx *t, i64 member, i64 task, day on, struct check_in_view *out)
{
    struct ctx *c = t->c;
    struct task row;
    struct transferred paid;
    i64 left;
    TRY(check_in_task(c, task, &row));
    TRY(may_make_up(c, &row, on));
    TRY(programme_lock(t, member));
    struct deed d = { .member = member,
                      .task = &row,
                      .key = day_text(c->arena, on),
                      .at = c->now,
                      .on = on,
                      .made_up = true };
    TRY(make_ups_left(c, member, &row, &left));
    TRY(day_put(t, &d, out));
    if (out->again) return OK;
    if (!left)
        return fail(c, E_UNPROCESSABLE, "本月的补签次数已用完", "no make-ups are left this month");
    if (!row.make_up_points) return OK;
    return points_spend(
        t, member, row.make_up_points,
        str_fmt(c->arena, "task:%lld:make-up:" STR_FMT, (long long)row.id, STR_ARG(d.key)),
        S("make-up"), &paid);
}

/* -- looking ----------------------------------------------------------------------------------- */

static enum err next_of(struct ctx *c, const struct task *task, i64 streak,
                        struct check_in_calendar *out)
{
    struct task_gifts gifts;
    i64 best = 0;
    TRY(task_gifts_of(c, task->id, &gifts));
    for (i64 i = 0; i < gifts.milestones.n; i++) {
        const struct task_milestone *m = &gifts.milestones.at[i];
        i64 at = task->cycle && streak >= m->day
                     ? streak + task->cycle - (streak - m->day) % task->cycle
                     : m->day;
        if (at <= streak || (best && at >= best)) continue;
        best = at;
        out->next_rewards = m->rewards;
    }
    out->next_milestone = best;
    return OK;
}

enum err task_calendar(struct ctx *c, i64 member, i64 task, struct check_in_calendar *out)
{
    struct task row;
    struct days days;
    TRY(check_in_task(c, task, &row));
    TRY(days_of(c, member, row.id, &days));
    day today = zone_day(c->zone, c->now);
    day from = month_add(period_begin(OFTEN_MONTH, today), -1);
    *out = (struct check_in_calendar){ .task = row.id,
                                       .today = today,
                                       .done_today = days_has(&days, today),
                                       .streak = streak_at(&days, today),
                                       .make_up_points = row.make_up_points };
    for (i64 i = days_find(&days, from); i < days.n; i++) {
        str name = day_text(c->arena, (day)days.at[i].on_day);
        *PUSH(c->arena, &out->days) = name;
        if (days.at[i].made_up) *PUSH(c->arena, &out->made_up) = name;
    }
    TRY(make_ups_left(c, member, &row, &out->make_ups_left));
    return next_of(c, &row, out->streak, out);
}
