/* run.c -- an experiment started, with its places in its layer, and stopped. */
#include "insight/experiment/inside.h"
#include "timeline/timeline.h"

#define FIELDS_OF_experiment_range(X, N) \
    X(str, name, ANY, "", N)             \
    X(i64, slot_from, ANY, "", N)        \
    X(i64, slot_to, ANY, "", N)
SHAPE(experiment_range);
SHAPE_DEFINE(experiment_range);
QUERY(q_ranges, experiment_range,
      "SELECT name, slot_from, slot_to FROM experiment WHERE state = 'running'"
      " AND layer_folded = $1 ORDER BY slot_from");
CHANGE(c_start, "UPDATE experiment SET state = 'running', slot_from = $2, slot_to = $3,"
                " started_by = $4, started_at = $5 WHERE id = $1 AND state = 'draft'");
CHANGE(c_stop, "UPDATE experiment SET state = 'stopped', stopped_by = $2, stopped_at = $3,"
               " stop_reason = $4 WHERE id = $1 AND state = 'running'");

/* Who is there, and how much is left. */
static enum err no_room(struct ctx *c, const struct experiment_row *row,
                        const struct experiment_range_list *ranges)
{
    strs names = { 0 };
    i64 left = PLACES;
    for (i64 i = 0; i < ranges->n; i++) {
        const struct experiment_range *r = &ranges->at[i];
        left -= r->slot_to - r->slot_from;
        *PUSH(c->arena, &names) = str_fmt(c->arena, STR_FMT " %lld%%", STR_ARG(r->name),
                                          (long long)(r->slot_to - r->slot_from) * 100 / PLACES);
    }
    str all = str_join(c->arena, names, S(", "));
    return fail_at(c, E_CONFLICT, S("/layer"),
                   "层“" STR_FMT "”里正在进行的实验（" STR_FMT "）与“" STR_FMT
                   "”会重叠：需要连续的 %lld%%，共剩 %lld%%。请调低 share、停止其中一个或换一层",
                   "in the layer \"" STR_FMT "\" running experiments (" STR_FMT ") and \"" STR_FMT
                   "\" would overlap: it takes %lld%% in one piece, %lld%% are "
                   "left. Lower its share, stop one of them, or choose another layer",
                   STR_ARG(row->layer), STR_ARG(all), STR_ARG(row->name), (long long)row->share,
                   (long long)left * 100 / PLACES);
}

/* The first stretch of places that is wide enough. */
static enum err places_find(struct ctx *c, struct experiment_row *row)
{
    struct experiment_range_list ranges = { 0 };
    i64 wide = row->share * (PLACES / 100), from = 0;
    if (row->layer.n) TRY(db_all(c, &q_ranges, &ranges, ARGS(str_fold(c->arena, row->layer))));
    for (i64 i = 0; i < ranges.n && ranges.at[i].slot_from - from < wide; i++)
        from = ranges.at[i].slot_to;
    if (from + wide > PLACES) return no_room(c, row, &ranges);
    row->slot_from = from;
    row->slot_to = from + wide;
    return OK;
}

static enum err line_of(struct tx *t, const struct experiment_row *row, const char *kind)
{
    struct timeline_line line = { .at = t->c->now,
                                  .kind = str_of(kind),
                                  .subject = experiment_subject(t->c, row->id) };
    return timeline_append(t, &line);
}

enum err experiment_start(struct tx *t, i64 id)
{
    struct ctx *c = t->c;
    struct experiment_row row;
    i64 turn;
    TRY(tx_take(t, S("experiment_turn"), 1, &turn)); /* one at a time, so that ranges are apart */
    TRY(experiment_row_get(c, id, &row));
    if (row.state != EXPERIMENT_DRAFT)
        return fail(c, E_CONFLICT, "实验“" STR_FMT "”不是草稿：它已开始或已停止",
                    "the experiment \"" STR_FMT "\" is no draft: it runs or has been stopped",
                    STR_ARG(row.name));
    if (row.ends_at.has && row.ends_at.value <= c->now)
        return fail_at(c, E_INVALID, S("/ends_at"), "计划结束时间已过，请先修改",
                       "its planned end has passed: change it first");
    TRY(places_find(c, &row));
    TRY(tx_change(t, &c_start, ARGS(id, row.slot_from, row.slot_to, c->actor, c->now)));
    return line_of(t, &row, "experiment.started");
}

enum err experiment_stop(struct tx *t, const struct experiment_stop_ask *in)
{
    struct ctx *c = t->c;
    struct experiment_row row;
    i64 changed;
    TRY(experiment_row_get(c, in->id, &row));
    TRY(tx_change_rows(t, &c_stop, &changed, ARGS(in->id, c->actor, c->now, str_trim(in->reason))));
    if (!changed)
        return fail(c, E_CONFLICT, "实验“" STR_FMT "”没有在进行",
                    "the experiment \"" STR_FMT "\" is not running", STR_ARG(row.name));
    return line_of(t, &row, "experiment.stopped");
}
