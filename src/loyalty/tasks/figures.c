/* figures.c -- how much is done: for people who look after tasks. */
#include "loyalty/tasks/inside.h"

SHAPE_DEFINE(task_figures);

QUERY(q_done, task_figures,
      "SELECT task, SUM(CASE WHEN on_day = $2 THEN 1 ELSE 0 END) AS today, COUNT(*) AS done,"
      " COUNT(DISTINCT member) AS members, CAST(0 AS BIGINT) AS waiting FROM task_done"
      " WHERE on_day >= $1 AND on_day <= $2 AND NOT undone GROUP BY task ORDER BY task");
QUERY(q_waiting, task_figures,
      "SELECT task, CAST(0 AS BIGINT) AS today, CAST(0 AS BIGINT) AS done,"
      " CAST(0 AS BIGINT) AS members, COUNT(*) AS waiting FROM task_proof WHERE state = 'waiting'"
      " GROUP BY task ORDER BY task");

enum err task_figures_of(struct ctx *c, i64 days, struct task_figures_list *out)
{
    struct task_figures_list waiting = { 0 };
    day today = zone_day(c->zone, c->now);
    TRY(db_all(c, &q_done, out, ARGS((i64)today - days + 1, (i64)today)));
    TRY(db_all(c, &q_waiting, &waiting, NO_ARGS));
    for (i64 i = 0; i < waiting.n; i++) {
        i64 k = 0;
        while (k < out->n && out->at[k].task != waiting.at[i].task) k++;
        if (k == out->n) *PUSH(c->arena, out) = waiting.at[i];
        else out->at[k].waiting = waiting.at[i].waiting;
    }
    return OK;
}
