/* sources.c -- what a report is made of: each question asked of the part that answers it, once for
 * all blocks and both languages. */
#include "base/clock.h"
#include "insight/report/inside.h"
#include "insight/tree/figures.h"

static struct asked *find(struct making *m, str key)
{
    for (i64 i = 0; i < m->asked.n; i++)
        if (str_eq(m->asked.at[i].key, key)) return &m->asked.at[i];
    return NULL;
}

static void *found(struct making *m, str key)
{
    const struct asked *a = find(m, key);
    return a ? a->answer : NULL;
}

static void remember(struct making *m, str key, void *answer)
{
    *PUSH(m->c->arena, &m->asked) = (struct asked){ key, answer };
}

static str days_key(struct making *m, const char *what, struct report_days days)
{
    return str_fmt(m->c->arena, "%s %d %d", what, days.from, days.to);
}

/* Labels of unknown and other values come in the asker's language: they are asked for in Chinese,
 * and said by blocks. */
static enum err in_chinese(struct making *m, enum err (*ask)(struct making *m, void *arg),
                           void *arg)
{
    enum locale locale = m->c->locale;
    m->c->locale = ZH;
    enum err e = ask(m, arg);
    m->c->locale = locale;
    return e;
}

enum err totals_of(struct making *m, struct report_days days, bool behaviour,
                   const struct metric_totals **out)
{
    str key = days_key(m, behaviour ? "totals" : "orders", days);
    struct metric_filter f = { .no_behaviour = !behaviour };
    struct metric_totals *t = found(m, key);
    if (!t) {
        t = NEW(m->c->arena, struct metric_totals);
        TRY(metric_totals(m->c, days.from, days.to, &f, t));
        remember(m, key, t);
    }
    *out = t;
    return OK;
}

struct parts_ask {
    const char *by;
    struct metric_group_totals_list *out;
};
static enum err ask_parts(struct making *m, void *arg)
{
    struct parts_ask *a = arg;
    struct metric_filter f = { .no_behaviour = true };
    const struct report_days *d = m->days;
    return metric_totals_by(m->c, (struct metric_period){ d[NOW].from, d[NOW].to },
                            (struct metric_period){ d[BEFORE].from, d[BEFORE].to }, str_of(a->by),
                            MEASURE_NET, &f, a->out);
}

enum err parts_of(struct making *m, const char *by, const struct metric_group_totals_list **out)
{
    str key = str_fmt(m->c->arena, "parts %s", by);
    struct metric_group_totals_list *list = found(m, key);
    if (!list) {
        list = NEW(m->c->arena, struct metric_group_totals_list);
        TRY(in_chinese(m, ask_parts, &(struct parts_ask){ by, list }));
        remember(m, key, list);
    }
    *out = list;
    return OK;
}

/* Its words are those of the language asked in: figures once, the sentence anew. */
enum err tree_of(struct making *m, int than, const struct gmv_tree **out)
{
    struct arena *a = m->c->arena;
    str key = days_key(m, "tree", m->days[than]);
    struct gmv_tree *t = found(m, key);
    if (!t) {
        struct tree_ask ask = { .from = day_text(a, m->days[NOW].from),
                                .to = day_text(a, m->days[NOW].to),
                                .before_from = day_text(a, m->days[than].from),
                                .before_to = day_text(a, m->days[than].to) };
        t = NEW(a, struct gmv_tree);
        TRY(gmv_tree_make(m->c, &ask, t));
        remember(m, key, t);
    }
    t->sentence = tree_sentence(m->c, t, period_label(m, than));
    *out = t;
    return OK;
}

enum err series_of_metric(struct making *m, const char *name, struct report_days days,
                          enum metric_step step, const struct metric_point_list **out)
{
    struct arena *a = m->c->arena;
    str key = str_fmt(a, "series %s %d %d %d", name, (int)step, days.from, days.to);
    struct metric_answer *answer = found(m, key);
    if (!answer) {
        struct metric_ask ask = { .name = str_of(name),
                                  .from = day_text(a, days.from),
                                  .to = day_text(a, days.to),
                                  .step = step,
                                  .compare = { true, false } };
        answer = NEW(a, struct metric_answer);
        TRY(metric_make(m->c, &ask, answer));
        remember(m, key, answer);
    }
    *out = &answer->series;
    return OK;
}

enum err cohorts_of(struct making *m, const struct cohorts_answer **out)
{
    struct arena *a = m->c->arena;
    struct cohorts_answer *answer = found(m, S("cohorts"));
    if (!answer) {
        struct report_days days = report_cohort_days(m);
        struct cohorts_ask ask = { .from = day_text(a, days.from),
                                   .to = day_text(a, days.to),
                                   .step = m->row->cohort,
                                   .later = SOME(m->row->later) };
        answer = NEW(a, struct cohorts_answer);
        TRY(cohorts_make(m->c, &ask, answer));
        remember(m, S("cohorts"), answer);
    }
    *out = answer;
    return OK;
}

enum err points_of(struct making *m, int period, const struct points_liability **out)
{
    str key = days_key(m, "points", m->days[period]);
    struct points_liability *l = found(m, key);
    if (!l) {
        l = NEW(m->c->arena, struct points_liability);
        TRY(points_liability(m->c, m->days[period].from, m->days[period].to, l));
        remember(m, key, l);
    }
    *out = l;
    return OK;
}

/* In each language: names of verdicts and advice are words. */
enum err products_of(struct making *m, const struct product_report **out)
{
    str key = m->c->locale == ZH ? S("products zh") : S("products en");
    struct product_report *r = found(m, key);
    if (!r) {
        struct arena *a = m->c->arena;
        struct product_ask ask = { .from = day_text(a, m->days[NOW].to - 89),
                                   .to = day_text(a, m->days[NOW].to) };
        r = NEW(a, struct product_report);
        TRY(product_report_make(m->c, &ask, r));
        remember(m, key, r);
    }
    *out = r;
    return OK;
}

enum err segments_of(struct making *m, const struct saved_move_list **out)
{
    struct saved_move_list *list = found(m, S("segments"));
    if (!list) {
        list = NEW(m->c->arena, struct saved_move_list);
        TRY(saved_moves(m->c, zone_midnight(m->c->zone, m->days[NOW].from),
                        zone_midnight(m->c->zone, m->days[NOW].to + 1), SEGMENTS_TOLD, list));
        remember(m, S("segments"), list);
    }
    *out = list;
    return OK;
}
