/* file.c -- a metric's answer as a table: the whole first, then its groups; of each the period,
 * then its steps. */
#include "base/clock.h"
#include "insight/metric.h"
#include "sheet/sheet.h"

CHOICE_DEFINE(metric_format, "csv", "xlsx");

enum { COLUMNS = 4 };

static enum err put(struct ctx *c, struct sheet_out *sheet, const struct metric_point *p, str group)
{
    const str cells[COLUMNS] = { day_text(c->arena, p->from), day_text(c->arena, p->to), group,
                                 str_or(p->value, S("")) };
    return sheet_write(c, sheet, cells, COLUMNS);
}

static enum err put_series(struct ctx *c, struct sheet_out *sheet, const struct metric_answer *a,
                           str value, str group, const struct metric_point_list *series)
{
    struct metric_point whole = { a->from, a->to, value };
    TRY(put(c, sheet, &whole, group));
    for (i64 i = 0; i < series->n; i++) TRY(put(c, sheet, &series->at[i], group));
    return OK;
}

enum err metric_file(struct ctx *c, str path, enum metric_format format,
                     const struct metric_answer *a)
{
    struct sheet_out *sheet;
    str heads[COLUMNS] = { say(c, S("从"), S("from")), say(c, S("至"), S("to")),
                           say(c, S("分组"), S("group")), a->metric->label };
    TRY(sheet_create(c, path, format == METRIC_XLSX, (strs){ heads, COLUMNS }, &sheet));
    TRY(put_series(c, sheet, a, a->value, S(""), &a->series));
    for (i64 i = 0; i < a->groups.n; i++) {
        const struct metric_group *g = &a->groups.at[i];
        TRY(put_series(c, sheet, a, g->value, g->group, &g->series));
    }
    return sheet_finish(c, sheet);
}
