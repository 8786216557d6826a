/* fields.c -- what segments may ask: how many tasks somebody has done. */
#include "base/field.h"
#include "loyalty/tasks/inside.h"

QUERY(tasks_done_rows, field_number,
      "SELECT member, COUNT(*) AS value FROM task_done"
      " WHERE member >= $1 AND member <= $2 AND NOT undone GROUP BY member");

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
    { 0 },
};
const struct field_table task_fields = { .rows = rows };
