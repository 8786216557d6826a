/* progress.c -- goals as they are shown: each with where it stands; one with all behind it. */
#include "base/clock.h"
#include "insight/goal/inside.h"
#include "insight/metric/inside.h"

QUERY(q_goals, goal_row,
      "SELECT " GOAL_COLUMNS " FROM goal WHERE ($1 = '' OR state = $1)"
      " AND ($2 = 0 OR last_day < $3 OR (last_day = $3 AND id < $2))"
      " ORDER BY last_day DESC, id DESC LIMIT $4");
#define FIELDS_OF_version_row(X, N)  \
    X(i64, number, ANY, "", N)       \
    X(i64, target, ANY, "", N)       \
    X(opt_i64, baseline, ANY, "", N) \
    X(str, actor, ANY, "", N)        \
    X(instant, at, ANY, "", N)       \
    X(str, reason, ANY, "", N)
SHAPE(version_row);
SHAPE_DEFINE(version_row);
QUERY(q_versions, version_row,
      "SELECT number, target, baseline, actor, at, reason FROM goal_version WHERE goal = $1"
      " ORDER BY number LIMIT 1000");

static str text_of(struct ctx *c, const struct metric *m, opt_i64 v)
{
    return metric_text(c->arena, m->unit, v);
}

/* -- one goal's figures, in memory of their own ------------------------------------------------ */

struct reading {
    struct ctx c; /* with that memory */
    struct asking asking;
    struct goal_figures figures;
};

/* Ended by reading_end, whatever it answers. */
static enum err reading_begin(struct ctx *c, const struct goal_row *row, struct reading *r)
{
    struct metric_filter f = goal_filter(row);
    const struct metric *m;
    *r = (struct reading){ .c = *c };
    r->c.arena = arena_new();
    TRY(goal_metric_find(&r->c, row->metric, &m));
    TRY(goal_asking(&r->c, m, &f, &r->asking));
    return goal_read_figures(&r->c, &r->asking, m,
                             (struct metric_period){ row->first_day, row->last_day }, row->target,
                             &r->figures);
}
static void reading_end(struct reading *r) { arena_free(r->c.arena); }

static struct goal_forecast *forecast_of(struct ctx *c, const struct goal_figures *f, i64 target)
{
    const struct goal_foreseen *s = &f->foreseen;
    if (!s->has) return NULL;
    struct goal_forecast *out = NEW(c->arena, struct goal_forecast);
    f64 v = s->value[s->n - 1], half = s->half[s->n - 1];
    i64 value = goal_rounded(f->metric, v);
    *out = (struct goal_forecast){
        .value = text_of(c, f->metric, SOME(value)),
        .low = text_of(c, f->metric, SOME(goal_rounded(f->metric, goal_low(f, s->n - 1)))),
        .high = text_of(c, f->metric, SOME(goal_rounded(f->metric, v + half))),
        .level = FORECAST_LEVEL,
        .way = s->way,
        .trials = s->trials,
        .gap = goal_share_text(c->arena, value - target, target),
    };
    return out;
}

static void progress_of(struct ctx *c, const struct goal_row *row, const struct goal_figures *f,
                        struct goal_progress *out)
{
    i64 days = (i64)row->last_day - row->first_day + 1;
    const struct goal_foreseen *s = &f->foreseen;
    struct goal_standing standing = { f->period,   f->today,     f->actual,    f->pace,
                                      row->target, .low = { 0 }, .high = { 0 } };
    if (s->has) {
        standing.low = (opt_f64){ true, goal_low(f, s->n - 1) };
        standing.high = (opt_f64){ true, s->value[s->n - 1] + s->half[s->n - 1] };
    }
    bool begun = f->today >= row->first_day;
    out->status = goal_status_of(f->metric, &standing);
    out->days_left = days - f->elapsed;
    out->actual = begun ? text_of(c, f->metric, f->actual) : NO_STR;
    out->pace = text_of(c, f->metric, f->pace);
    out->pace_by = f->pace_by;
    out->pace_words = goal_pace_words(c, f);
    if (begun && f->actual.has) {
        out->done = goal_share_text(c->arena, f->actual.value, row->target);
        if (f->pace.has)
            out->against_pace =
                goal_share_text(c->arena, f->actual.value - f->pace.value, f->pace.value);
        out->against_baseline = goal_change_text(c->arena, f->metric, row->baseline, f->actual);
    }
    out->time_done = goal_share_text(c->arena, f->elapsed, days);
    out->forecast = forecast_of(c, f, row->target);
    out->forecast_words = goal_forecast_words(c, f);
    out->sentence = goal_sentence(c, row, f, out);
}

/* What is wrong with it is told of it alone; a store that does not answer is everybody's. */
static enum err broken(struct ctx *c, struct ctx *of, enum err err, struct goal_progress *out)
{
    bool own = err == E_INVALID || err == E_NOT_FOUND || err == E_UNPROCESSABLE || err == E_BUSY;
    if (!own) {
        c->why = of->why;
        return err;
    }
    out->status = GOAL_UNKNOWN;
    out->problem = str_copy(c->arena, str_of(of->why.detail));
    out->sentence = str_fmt(
        c->arena, c->locale == ZH ? "现在算不出来：" STR_FMT : "It cannot be read now: " STR_FMT,
        STR_ARG(out->problem));
    return OK;
}

static struct goal_progress *progress_new(struct ctx *c, const struct goal_row *row)
{
    struct goal_progress *p = NEW(c->arena, struct goal_progress);
    day today = zone_day(c->zone, c->now);
    p->as_of = today < row->last_day ? today : row->last_day;
    p->days = (i64)row->last_day - row->first_day + 1;
    return p;
}

static void view_of(struct ctx *c, const struct goal_row *row, struct goal_view *out)
{
    const struct metric *m = metrics;
    while (m->name && !str_eq(row->metric, str_of(m->name))) m++;
    *out = (struct goal_view){ GOAL_KEPT(SHAPE_COPY, row) };
    out->from = row->first_day;
    out->to = row->last_day;
    out->label = goal_label(c, m->name ? m : NULL, row);
    out->metric_label = row->metric;
    if (row->baseline_from.has)
        out->baseline_from = day_text(c->arena, (day)row->baseline_from.value);
    if (row->baseline_to.has) out->baseline_to = day_text(c->arena, (day)row->baseline_to.value);
    out->progress = progress_new(c, row);
    if (!m->name) return;
    struct metric_view view;
    metric_show(c, m, &view);
    out->metric_label = view.label;
    out->unit = view.unit;
    out->better = view.better;
    out->definition = view.definition;
    out->formula = view.formula;
    out->target = text_of(c, m, SOME(row->target));
    out->baseline = text_of(c, m, row->baseline);
    out->lift = goal_change_text(c->arena, m, row->baseline, SOME(row->target));
}

static enum err show(struct ctx *c, const struct goal_row *row, struct goal_view *out)
{
    struct reading r;
    view_of(c, row, out);
    enum err err = reading_begin(c, row, &r);
    if (err == OK) progress_of(c, row, &r.figures, out->progress);
    else err = broken(c, &r.c, err, out->progress);
    reading_end(&r);
    out->progress->status_words = goal_status_words(c, out->progress->status);
    return err;
}

enum err goal_list(struct ctx *c, enum goal_which which, day before_day, i64 below, i64 limit,
                   struct goal_view_list *out)
{
    struct goal_row_list rows = { 0 };
    str state = which == WHICH_ALL ? S("") : choice_name(&goal_which_choice, (int)which);
    *out = (struct goal_view_list){ 0 };
    TRY(db_all(c, &q_goals, &rows, ARGS(state, below, (i64)before_day, limit)));
    for (i64 i = 0; i < rows.n; i++) TRY(show(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

/* -- all behind one -----------------------------------------------------------------------------
 */

/* As many days of last year, or just before, where there were any. */
static bool compared_days(const struct goal_figures *f, struct metric_period *out)
{
    day end = f->today < f->period.to ? f->today : f->period.to, days = end - f->period.from + 1;
    if (days <= 0) return false;
    *out = (struct metric_period){ month_add(f->period.from, -12), month_add(end, -12) };
    if (out->from >= f->series.first && out->to - out->from == days - 1) return true;
    *out = (struct metric_period){ f->period.from - days, f->period.from - 1 };
    return out->from >= f->series.first;
}

/* Who is behind it: members by what they did in the period. */
static str members_of(struct ctx *c, const struct goal_row *row, const struct metric *m, i64 days)
{
    str did = str_fmt(c->arena, "orders(%lldd) >= 1", (long long)days);
    switch (m->a) {
    case MEASURE_NEW_BUYERS:
    case MEASURE_COHORT_NET: did = str_fmt(c->arena, "first_order < %lldd", (long long)days); break;
    case MEASURE_NEW_MEMBERS: did = str_fmt(c->arena, "first_seen < %lldd", (long long)days); break;
    case MEASURE_VIEWERS:
    case MEASURE_VIEWERS_BOUGHT:
        did = str_fmt(c->arena, "did(\"Product Viewed\", %lldd) >= 1", (long long)days);
        break;
    case MEASURE_CARTERS:
    case MEASURE_CARTERS_BOUGHT:
        did = str_fmt(c->arena, "did(\"Product Added\", %lldd) >= 1", (long long)days);
        break;
    case MEASURE_PLACED:
    case MEASURE_GMV:
    case MEASURE_KNOWN_PLACED:
    case MEASURE_KNOWN_GMV:
    case MEASURE_PLACERS:
        if (m->form == METRIC_MINUS) return NO_STR; /* of nobody known */
        did = str_fmt(c->arena, "did(\"order.placed\", %lldd) >= 1", (long long)days);
        break;
    case MEASURE_NEW_FOLLOWERS:
    case MEASURE_FOLLOWERS:
    case MEASURE_REACHED:
    case MEASURE_ACTIVE: return NO_STR;
    default: break;
    }
    if (m->a == MEASURE_COST && m->b != MEASURE_NEW_BUYERS) return NO_STR;
    if (m->a == MEASURE_COST) did = str_fmt(c->arena, "first_order < %lldd", (long long)days);
    if (!row->segment.n) return did;
    return str_fmt(c->arena, "(" STR_FMT ") and " STR_FMT, STR_ARG(row->segment), STR_ARG(did));
}

static str moved_words(struct ctx *c, const struct metric *m, const struct goal_detail *d)
{
    const struct goal_mover *top = &d->movers.at[0];
    bool down = str_starts(top->contribution, S("-"));
    str size = down ? str_sub(top->contribution, 1, top->contribution.n) : top->contribution;
    return str_fmt(
        c->arena,
        c->locale == ZH ? "与 " STR_FMT " 至 " STR_FMT " 相比，变动最大的是" STR_FMT "“" STR_FMT
                          "”：%s" STR_FMT "。"
                        : " Against " STR_FMT " to " STR_FMT ", what moved most is " STR_FMT
                          " \"" STR_FMT "\": %s" STR_FMT ".",
        STR_ARG(d->compared_from), STR_ARG(d->compared_to), STR_ARG(top->dimension_label),
        STR_ARG(top->group), down ? "−" : "+", STR_ARG(goal_size_shown(c, m, size)));
}

static enum err read_movers(struct ctx *c, const struct goal_row *row, struct goal_figures *f,
                            struct goal_detail *out)
{
    struct metric_period compared;
    if (!compared_days(f, &compared)) return OK;
    TRY(goal_movers(c, row, f, compared, &out->movers));
    out->compared_from = day_text(c->arena, compared.from);
    out->compared_to = day_text(c->arena, compared.to);
    if (!out->movers.n) return OK;
    out->goal->progress->sentence =
        str_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(out->goal->progress->sentence),
                STR_ARG(moved_words(c, f->metric, out)));
    return OK;
}

static enum err read_versions(struct ctx *c, const struct goal_row *row, const struct metric *m,
                              struct goal_detail *out)
{
    struct version_row_list rows = { 0 };
    TRY(db_all(c, &q_versions, &rows, ARGS(row->id)));
    for (i64 i = 0; i < rows.n; i++)
        *PUSH(c->arena, &out->versions) = (struct goal_version){
            .number = rows.at[i].number,
            .target = text_of(c, m, SOME(rows.at[i].target)),
            .baseline = text_of(c, m, rows.at[i].baseline),
            .by = rows.at[i].actor,
            .at = rows.at[i].at,
            .reason = rows.at[i].reason,
        };
    return OK;
}

static enum err read_behind(struct ctx *c, const struct goal_row *row, struct reading *r,
                            struct goal_detail *out)
{
    const struct metric *m = r->figures.metric;
    i64 days = (i64)out->members_at - row->first_day + 1;
    progress_of(c, row, &r->figures, out->goal->progress);
    TRY(goal_read_points(c, &r->asking, &r->figures, row->target, &out->points));
    if (days > 0) out->members = members_of(c, row, m, days);
    return read_movers(c, row, &r->figures, out);
}

enum err goal_get(struct ctx *c, i64 id, struct goal_detail *out)
{
    struct goal_row row;
    struct reading r;
    const struct metric *m;
    *out = (struct goal_detail){ 0 };
    TRY(goal_row_get(c, id, &row));
    out->goal = NEW(c->arena, struct goal_view);
    view_of(c, &row, out->goal);
    struct goal_progress *p = out->goal->progress;
    out->members_at = p->as_of;
    out->how = goal_how(c);
    enum err err = reading_begin(c, &row, &r);
    err = err == OK ? read_behind(c, &row, &r, out) : broken(c, &r.c, err, p);
    reading_end(&r);
    p->status_words = goal_status_words(c, p->status);
    if (err != OK) return err;
    return metric_find(c, row.metric, &m) == OK ? read_versions(c, &row, m, out) : OK;
}
