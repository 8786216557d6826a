/* fields.c -- what segments may ask: how many tasks somebody has done, his days in a row. */
#include "base/field.h"
#include "loyalty/tasks/inside.h"
#include "store/composed.h"

QUERY(tasks_done_rows, field_number,
      "SELECT member, COUNT(*) AS value FROM task_done"
      " WHERE member >= $1 AND member <= $2 AND NOT undone GROUP BY member");

/* Of each stretch of days its last and how many; the one that reaches yesterday ($3) still runs. */
SQL_PART(streaks,
         "SELECT x.member, MAX(x.days) AS value FROM (SELECT d.member, d.task,"
         " COUNT(*) AS days, MAX(d.on_day) AS last FROM (SELECT member, task, on_day,"
         " on_day - DENSE_RANK() OVER (PARTITION BY member, task ORDER BY on_day) AS stretch"
         " FROM task_done WHERE member >= $1 AND member <= $2 AND check_in AND NOT undone"
         " GROUP BY member, task, on_day) d GROUP BY d.member, d.task, d.stretch) x"
         " WHERE x.last >= $3 GROUP BY x.member");
static enum err streak(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    composed_add(out, &streaks, ARGS(first, last, (i64)zone_day(c->zone, c->now) - 1));
    return OK;
}

static const char *const on_tasks[] = { "task.done", "task.undone", "member.merged",
                                        "member.unmerged", NULL };

static const struct field rows[] = {
    { .name = "tasks_done",
      .kind = FIELD_IS_COUNT,
      .sql = &tasks_done_rows,
      .stale = on_tasks,
      .zero = true,
      .zh = "完成任务和签到的次数",
      .en = "How many times he did a task or checked in",
      .example = "tasks_done >= 3" },
    { .name = "check_in_streak",
      .kind = FIELD_IS_COUNT,
      .compose = streak,
      .stale = on_tasks,
      .moves = true,
      .zero = true,
      .zh = "连续签到的天数（到今天或昨天）",
      .en = "Days in a row he checked in, up to today or yesterday",
      .example = "check_in_streak >= 7" },
    { 0 },
};
const struct field_table task_fields = { .rows = rows };
