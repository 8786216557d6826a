/* terms.c -- what an experiment is to be: made, changed, read. */
#include "audience/segment.h"
#include "base/json.h"
#include "insight/experiment/inside.h"

QUERY(q_row, experiment_row, "SELECT " EXPERIMENT_COLUMNS " FROM experiment WHERE id = $1");
QUERY(q_rows, experiment_row,
      "SELECT " EXPERIMENT_COLUMNS " FROM experiment WHERE $1 = 0 OR id < $1"
      " ORDER BY id DESC LIMIT $2");
QUERY(q_named, one_i64, "SELECT id AS value FROM experiment WHERE folded = $1");
QUERY(q_exposed, one_i64,
      "SELECT COUNT(DISTINCT member) AS value FROM experiment_exposure WHERE experiment = $1");
CHANGE(c_insert,
       "INSERT INTO experiment (id, name, folded, hypothesis, audience, layer, layer_folded, share,"
       " slot_from, slot_to, metric, window_days, ends_at, kept, salt, state, created_by,"
       " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10, $11, $12, $13, 'draft',"
       " $14, $15)");
CHANGE(c_update,
       "UPDATE experiment SET name = $2, folded = $3, hypothesis = $4, audience = $5, layer = $6,"
       " layer_folded = $7, share = $8, slot_to = $9, metric = $10, window_days = $11,"
       " ends_at = $12, kept = $13 WHERE id = $1");
QUERY(q_in_the_way, one_str,
      "SELECT name AS value FROM experiment WHERE state = 'running' AND layer_folded = $1"
      " AND id <> $2 AND slot_from < $4 AND slot_to > $3 ORDER BY slot_from LIMIT 1");

static enum err at_fault(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", field), "%s", "%s",
                   c->locale == ZH ? zh : en);
}

str experiment_subject(struct ctx *c, i64 id)
{
    return str_fmt(c->arena, "experiment:%lld", (long long)id);
}

bool experiment_on(const struct experiment_row *row, instant now)
{
    return row->state == EXPERIMENT_RUNNING && !(row->ends_at.has && now >= row->ends_at.value);
}

/* -- metrics ----------------------------------------------------------------------------------- */

enum err experiment_metric_read(struct ctx *c, str text, const char *field,
                                struct experiment_metric_asked *out)
{
    str head, event = str_trim(str_cut(text, ':', &head));
    head = str_trim(head);
    *out = (struct experiment_metric_asked){ 0 };
    for (i64 i = 0; i < EXPERIMENT_METRICS_N; i++)
        if (str_eq(head, str_of(experiment_metrics[i].name))) out->row = &experiment_metrics[i];
    if (!out->row)
        return at_fault(c, field,
                        "指标应为 purchase、orders、spent、refunded、refund、did:行为 或 "
                        "count:行为",
                        "a metric is purchase, orders, spent, refunded, refund, did:EVENT or "
                        "count:EVENT");
    if (out->row->event != (event.n > 0) || !str_is_line(event))
        return at_fault(c, field, "did 与 count 后须写行为名，其余指标后不写",
                        "did and count name an event after the colon, the others do not");
    out->event = event;
    return OK;
}

str experiment_metric_words(struct ctx *c, const struct experiment_metric_asked *m)
{
    const char *words = c->locale == ZH ? m->row->zh : m->row->en;
    if (!m->row->event) return str_of(words);
    return str_fmt(c->arena, STR_FMT " (%s)", STR_ARG(m->event), words);
}

/* -- checks ------------------------------------------------------------------------------------ */

static bool is_name(str s) { return s.n > 0 && str_is_line(s) && !str_has(s, ':'); }

static enum err arms_check(struct ctx *c, struct experiment_arm_list *arms)
{
    i64 controls = 0;
    if (arms->n < 2 || arms->n > ARMS_MAX)
        return at_fault(c, "arms", "应有 2 至 20 个组", "there are 2 to 20 arms");
    for (i64 i = 0; i < arms->n; i++) {
        struct experiment_arm *arm = &arms->at[i];
        arm->name = str_trim(arm->name);
        if (!is_name(arm->name))
            return at_fault(c, "arms", "组名须为一行文字，不含冒号",
                            "a name of an arm is a line without a colon");
        for (i64 k = 0; k < i; k++)
            if (str_eq(str_fold(c->arena, arm->name), str_fold(c->arena, arms->at[k].name)))
                return at_fault(c, "arms", "组名不能相同", "names of arms must differ");
        if (!arm->weight.has) arm->weight = SOME(1);
        if (arm->weight.value > WEIGHT_MAX)
            return at_fault(c, "arms", "比重为 1 至 10000", "a weight is 1 to 10,000");
        controls += arm->control;
    }
    if (controls > 1)
        return at_fault(c, "arms", "只能有一个对照组", "there is one control at most");
    if (controls == 0) arms->at[0].control = true;
    return OK;
}

static enum err guards_check(struct ctx *c, const struct experiment_guard_list *guards)
{
    struct experiment_metric_asked m;
    if (guards->n > GUARDS_MAX)
        return at_fault(c, "guardrails", "护栏指标最多 10 个", "there are at most 10 guardrails");
    for (i64 i = 0; i < guards->n; i++) {
        TRY(experiment_metric_read(c, guards->at[i].metric, "guardrails", &m));
        if (guards->at[i].margin.has && !(guards->at[i].margin.value <= 1))
            return at_fault(c, "guardrails", "容忍幅度为 0 至 1（对照组水平的比例）",
                            "a margin is 0 to 1, a share of the control's level");
    }
    return OK;
}

enum err experiment_planned(struct ctx *c, const struct experiment_row *row,
                            const struct experiment_kept *kept, opt_i64 *out)
{
    struct experiment_plan plan;
    struct experiment_plan_ask ask = { .base = kept->base,
                                       .lift = kept->lift,
                                       .arms = SOME(kept->arms.n) };
    struct experiment_metric_asked m;
    *out = NONE;
    if (!kept->base.has && !kept->lift.has) return OK;
    TRY(experiment_metric_read(c, row->metric, "metric", &m));
    if (!m.row->rate)
        return at_fault(c, "base", "base 与 lift 用于比率类指标；数值类请用 koi experiment plan",
                        "base and lift plan a metric that is a rate; for others use koi "
                        "experiment plan");
    TRY(experiment_plan_make(c, &ask, &plan));
    *out = SOME(plan.n_per_arm);
    return OK;
}

/* All that a row must be; texts in their one spelling. */
static enum err row_check(struct tx *t, struct experiment_row *row, struct experiment_kept *kept)
{
    struct ctx *c = t->c;
    struct experiment_metric_asked m;
    const struct segment_node *tree;
    struct one_i64 named;
    opt_i64 planned;
    bool found;
    row->name = str_trim(row->name);
    row->layer = str_trim(row->layer);
    row->audience = str_trim(row->audience);
    if (!is_name(row->name))
        return at_fault(c, "name", "名称须为一行文字，不含冒号",
                        "a name is a line without a colon");
    TRY(db_find(c, &q_named, &named, &found, ARGS(str_fold(c->arena, row->name))));
    if (found && named.value != row->id)
        return fail_at(c, E_CONFLICT, S("/name"), "已有名为“" STR_FMT "”的实验",
                       "there is an experiment \"" STR_FMT "\" already", STR_ARG(row->name));
    if (!str_is_line(row->layer))
        return at_fault(c, "layer", "层名须为一行文字", "a layer's name is a line");
    if (row->audience.n) {
        TRY(segment_parse(c, row->audience, &tree));
        row->audience = segment_format(c->arena, tree);
    }
    if (row->share < 1 || row->share > 100)
        return at_fault(c, "share", "参加比例为 1 至 100（%）", "the share is 1 to 100 percent");
    if (row->window_days < 1 || row->window_days > WINDOW_MAX)
        return at_fault(c, "window_days", "统计窗口为 1 至 365 天", "the window is 1 to 365 days");
    TRY(experiment_metric_read(c, row->metric, "metric", &m));
    TRY(arms_check(c, &kept->arms));
    TRY(guards_check(c, &kept->guardrails));
    return experiment_planned(c, row, kept, &planned);
}

static json kept_text(struct ctx *c, const struct experiment_kept *kept)
{
    struct buf b = { .arena = c->arena };
    json_write(&b, &experiment_kept_shape, kept);
    return buf_str(&b);
}

/* -- made and changed -------------------------------------------------------------------------- */

enum err experiment_create(struct tx *t, const struct experiment_post *in, i64 *id)
{
    struct ctx *c = t->c;
    struct experiment_row row = { .name = in->name,
                                  .hypothesis = str_or(in->hypothesis, S("")),
                                  .audience = str_or(in->audience, S("")),
                                  .layer = str_or(in->layer, S("")),
                                  .share = in->share.has ? in->share.value : 100,
                                  .metric = str_or(in->metric, S("purchase")),
                                  .window_days = in->window_days.has ? in->window_days.value : 30,
                                  .ends_at = in->ends_at };
    struct experiment_kept kept = { in->arms, in->guardrails, in->base, in->lift };
    TRY(row_check(t, &row, &kept));
    TRY(tx_take(t, S("experiment"), 1, &row.id));
    *id = row.id;
    row.salt = str_fmt(c->arena, "%lld %lld", (long long)row.id, (long long)c->now);
    return tx_change(t, &c_insert,
                     ARGS(row.id, row.name, str_fold(c->arena, row.name), row.hypothesis,
                          row.audience, row.layer, str_fold(c->arena, row.layer), row.share,
                          row.metric, row.window_days, row.ends_at, kept_text(c, &kept), row.salt,
                          c->actor, c->now));
}

/* What a running one leaves open. */
static enum err running_check(struct ctx *c, const struct experiment_patch *in,
                              struct experiment_emptied none, const struct experiment_row *row)
{
    if (row->state == EXPERIMENT_STOPPED)
        return fail(c, E_CONFLICT, "实验“" STR_FMT "”已停止，不能再改",
                    "the experiment \"" STR_FMT "\" has been stopped and stays as it is",
                    STR_ARG(row->name));
    if (row->state == EXPERIMENT_DRAFT) return OK;
    if (in->name.n || in->arms.n || in->audience.at || in->layer.at || in->metric.n ||
        in->guardrails.n || in->window_days.has || in->base.has || in->lift.has ||
        none.guardrails || none.base || none.lift)
        return fail(c, E_CONFLICT,
                    "实验“" STR_FMT "”进行中，只能改 hypothesis、share（调高）和 ends_at；要改其他"
                    "内容请停止后新建",
                    "the experiment \"" STR_FMT "\" is running: only hypothesis, share (up) and "
                    "ends_at can be changed; for more, stop it and make another",
                    STR_ARG(row->name));
    if (in->share.has && in->share.value < row->share)
        return at_fault(c, "share", "进行中只能调高参加比例", "while it runs the share only rises");
    return OK;
}

/* The range of a running one grows at its end, where nobody else is. */
static enum err widen(struct tx *t, struct experiment_row *row)
{
    struct one_str other = { 0 };
    i64 to = row->slot_from + row->share * (PLACES / 100);
    bool found = false;
    if (row->state != EXPERIMENT_RUNNING || to == row->slot_to) return OK;
    if (row->layer.n)
        TRY(db_find(t->c, &q_in_the_way, &other, &found,
                    ARGS(str_fold(t->c->arena, row->layer), row->id, row->slot_to, to)));
    if (found || to > PLACES)
        return fail_at(t->c, E_CONFLICT, S("/share"),
                       "层“" STR_FMT "”里没有相邻的空位（挡在后面的是“" STR_FMT "”），不能调高到 "
                       "%lld%%",
                       "the layer \"" STR_FMT "\" has no room next to it (\"" STR_FMT
                       "\" is in the way): it cannot be raised to %lld%%",
                       STR_ARG(row->layer), STR_ARG(other.value), (long long)row->share);
    row->slot_to = to;
    return OK;
}

enum err experiment_change(struct tx *t, const struct experiment_patch *in,
                           struct experiment_emptied none)
{
    struct ctx *c = t->c;
    struct experiment_row row;
    struct experiment_kept kept;
    i64 turn;
    TRY(tx_take(t, S("experiment_turn"), 1, &turn)); /* one at a time */
    TRY(experiment_row_get(c, in->id, &row));
    TRY(experiment_kept_read(c, &row, &kept));
    TRY(running_check(c, in, none, &row));
    if (in->name.n) row.name = in->name;
    if (in->hypothesis.at) row.hypothesis = in->hypothesis;
    if (in->audience.at) row.audience = in->audience;
    if (in->layer.at) row.layer = in->layer;
    if (in->share.has) row.share = in->share.value;
    if (in->metric.n) row.metric = in->metric;
    if (in->window_days.has) row.window_days = in->window_days.value;
    if (in->ends_at.has || none.ends_at) row.ends_at = in->ends_at;
    if (in->arms.n) kept.arms = in->arms;
    if (in->guardrails.n || none.guardrails) kept.guardrails = in->guardrails;
    if (in->base.has || none.base) kept.base = in->base;
    if (in->lift.has || none.lift) kept.lift = in->lift;
    TRY(row_check(t, &row, &kept));
    TRY(widen(t, &row));
    return tx_change(t, &c_update,
                     ARGS(row.id, row.name, str_fold(c->arena, row.name), row.hypothesis,
                          row.audience, row.layer, str_fold(c->arena, row.layer), row.share,
                          row.slot_to, row.metric, row.window_days, row.ends_at,
                          kept_text(c, &kept)));
}

/* -- reading ----------------------------------------------------------------------------------- */

enum err experiment_row_get(struct ctx *c, i64 id, struct experiment_row *out)
{
    bool found;
    TRY(db_find(c, &q_row, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的实验", "there is no experiment %lld",
                (long long)id);
}

enum err experiment_kept_read(struct ctx *c, const struct experiment_row *row,
                              struct experiment_kept *out)
{
    *out = (struct experiment_kept){ 0 };
    return json_read(c, &experiment_kept_shape, out, row->kept);
}

static enum err view_of(struct ctx *c, const struct experiment_row *row,
                        struct experiment_view *out)
{
    struct experiment_kept kept;
    struct one_i64 exposed;
    TRY(experiment_kept_read(c, row, &kept));
    TRY(db_get(c, &q_exposed, &exposed, ARGS(row->id)));
    *out = (struct experiment_view){
        .id = row->id,
        .state = row->state,
        .name = row->name,
        .hypothesis = row->hypothesis,
        .arms = kept.arms,
        .audience = row->audience,
        .layer = row->layer,
        .share = SOME(row->share),
        .metric = row->metric,
        .guardrails = kept.guardrails,
        .window_days = SOME(row->window_days),
        .ends_at = row->ends_at,
        .base = kept.base,
        .lift = kept.lift,
        .exposed = exposed.value,
        .created_by = row->created_by,
        .created_at = row->created_at,
        .started_by = row->started_by,
        .started_at = row->started_at,
        .stopped_by = row->stopped_by,
        .stopped_at = row->stopped_at,
        .stop_reason = row->stop_reason,
    };
    return experiment_planned(c, row, &kept, &out->planned);
}

enum err experiment_get(struct ctx *c, i64 id, struct experiment_view *out)
{
    struct experiment_row row;
    TRY(experiment_row_get(c, id, &row));
    return view_of(c, &row, out);
}

enum err experiment_list(struct ctx *c, i64 below, i64 limit, struct experiment_view_list *out)
{
    struct experiment_row_list rows = { 0 };
    *out = (struct experiment_view_list){ 0 };
    TRY(db_all(c, &q_rows, &rows, ARGS(below, limit)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}
