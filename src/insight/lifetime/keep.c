/* keep.c -- fits and scores that are kept: made by the job and by request, read by reports, fields
 * and lists.
 *
 * What must stay true
 *   1. A fit that was not found never takes the place of one that was: scores are always made by
 *      the last one found.
 *   2. Scores are written some thousands at a time, each stamped with the run; when all are, those
 *      of earlier runs go, and one line of nobody's (lifetime.scored) tells who follows the
 *      timeline that everybody's are others.
 */
#include <math.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "insight/lifetime/inside.h"
#include "store/setting.h"
#include "timeline/timeline.h"

#define FIELDS_OF_lifetime_row_kept(X, N) \
    X(i64, id, ANY, "", N)                \
    X(instant, at, ANY, "", N)            \
    X(flag, found, ANY, "", N)            \
    X(str, problem_zh, ANY, "", N)        \
    X(str, problem_en, ANY, "", N)        \
    X(f64, unit, ANY, "", N)              \
    X(f64, r, ANY, "", N)                 \
    X(f64, alpha, ANY, "", N)             \
    X(f64, a, ANY, "", N)                 \
    X(f64, b, ANY, "", N)                 \
    X(f64, p, ANY, "", N) X(f64, q, ANY, "", N) X(f64, v, ANY, "", N) X(str, report, ANY, "", N)
SHAPE(lifetime_row_kept);
SHAPE_DEFINE(lifetime_row_kept);
SHAPE_DEFINE(lifetime_try);
SHAPE_DEFINE(lifetime_tenth);
SHAPE_DEFINE(lifetime_band);
SHAPE_DEFINE(lifetime_view);
SHAPE_DEFINE(lifetime_scored);
CHOICE_DEFINE(lifetime_sort, "value", "alive");

#define KEPT                                                                                    \
    "SELECT id, at, found, problem_zh, problem_en, unit, r, alpha, a, b, p, q, v, report FROM " \
    "lifetime_fit"
QUERY(last_found, lifetime_row_kept, KEPT " WHERE found ORDER BY id DESC LIMIT 1");
QUERY(last_tried, lifetime_row_kept, KEPT " ORDER BY id DESC LIMIT 1");
CHANGE(forget_failed, "DELETE FROM lifetime_fit WHERE NOT found");
CHANGE(keep_fit,
       "INSERT INTO lifetime_fit (id, at, found, problem_zh, problem_en, unit, customers, r, alpha,"
       " a, b, r_error, alpha_error, a_error, b_error, log_likelihood, p, q, v,"
       " spend_log_likelihood, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
       " $13, $14, $15, $16, $17, $18, $19, $20, $21)");
CHANGE(keep_score, "INSERT INTO lifetime_score (member, repeats, spent, alive, orders, value, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (member) DO UPDATE SET"
                   " repeats = excluded.repeats, spent = excluded.spent, alive = excluded.alive,"
                   " orders = excluded.orders, value = excluded.value, at = excluded.at");
CHANGE(forget_scores, "DELETE FROM lifetime_score WHERE at < $1");

/* -- fits ------------------------------------------------------------------------------------- */

struct kept_fit {
    const struct lifetime_report *report; /* NULL: not found */
    struct said why;
    f64 unit;
    i64 customers;
};

static enum err fit_write(struct tx *t, void *arg)
{
    const struct kept_fit *k = arg;
    struct bgnbd_view m = { 0 };
    struct bgnbd_errors e = { 0 };
    struct gamma_gamma_view g = { 0 };
    struct buf text = { .arena = t->c->arena };
    i64 id;
    if (k->report) {
        m = *k->report->bgnbd;
        e = *m.errors;
        if (k->report->gamma_gamma) g = *k->report->gamma_gamma;
        json_write(&text, &lifetime_report_shape, k->report);
    }
    str none = NO_STR;
    TRY(tx_take(t, S("lifetime_fit"), 1, &id));
    TRY(tx_change(t, &forget_failed, NO_ARGS));
    return tx_change(t, &keep_fit,
                     ARGS(id, t->c->now, k->report != NULL, k->report ? none : k->why.zh,
                          k->report ? none : k->why.en, k->unit, k->customers, m.r, m.alpha, m.a,
                          m.b, e.r, e.alpha, e.a, e.b, m.log_likelihood, g.p, g.q, g.v,
                          g.log_likelihood, k->report ? buf_str(&text) : none));
}

/* The chart is of a fit that has not seen the last days; where that is not found, there is none. */
static enum err chart_of(struct ctx *c, struct lifetime_ask ask, struct lifetime_report *full)
{
    struct lifetime_report before;
    i64 days;
    day until, first;
    TRY(setting_i64(c, "lifetime.holdout_days", &days));
    if (!day_parse(full->to, &until) || !day_parse(full->from, &first)) return OK;
    if (days > (until - first) / 3) days = (until - first) / 3;
    ask.until = SOME(until);
    ask.calibrate = SOME(until - days);
    enum err e = lifetime_report_make(c, &ask, &before, NULL);
    if (e == E_UNPROCESSABLE) return OK;
    if (e != OK) return e;
    full->holdout = before.holdout;
    full->weeks = before.weeks;
    return OK;
}

static enum err fit_anew(struct store *s, struct ctx *c, f64 discount, bool *found)
{
    struct lifetime_ask ask = { .unit = LIFETIME_WEEK, .horizon = 365, .discount = discount };
    struct lifetime_report report;
    struct buyers b;
    struct bgnbd_fit fit;
    struct kept_fit keep = { .unit = 7 };
    TRY(buyers_gather(c, &ask, &b));
    enum fit_state state = bgnbd_fit(c->arena, &b.sample, &fit);
    keep.customers = b.n;
    *found = state == FIT_FOUND;
    if (*found) {
        TRY(lifetime_report_make(c, &ask, &report, NULL));
        TRY(chart_of(c, ask, &report));
        keep.report = &report;
    } else keep.why = fit_said(c->arena, state, b.n, b.repeaters);
    TRY(store_write(s, c, fit_write, &keep));
    if (*found) return OK;
    return fail(c, E_UNPROCESSABLE, STR_FMT, STR_FMT, STR_ARG(say(c, keep.why.zh, keep.why.en)));
}

/* -- scores ----------------------------------------------------------------------------------- */

#define AT_ONCE     2000
#define ORDERS_DAYS 90
#define VALUE_DAYS  365

struct scoring {
    const struct lifetime_score *at;
    i64 n;
    bool last;
};

static enum err scores_write(struct tx *t, void *arg)
{
    const struct scoring *s = arg;
    instant now = t->c->now;
    for (i64 i = 0; i < s->n; i++) {
        const struct lifetime_score *m = &s->at[i];
        i64 value = m->value.has ? m->value.value : -1;
        TRY(tx_change(t, &keep_score,
                      ARGS(m->member, m->repeats, m->spent, (i64)llround(m->alive * 10000),
                           (i64)llround(m->orders * 10000), value, now)));
    }
    if (!s->last) return OK;
    TRY(tx_change(t, &forget_scores, ARGS(now)));
    return timeline_append(t, &(struct timeline_line){ .at = now, .kind = S("lifetime.scored") });
}

static enum err score_all(struct store *s, struct ctx *c, const struct lifetime_row_kept *fit,
                          f64 discount)
{
    struct lifetime_ask ask = { .until = SOME(zone_day(c->zone, c->now) - 1),
                                .unit = fit->unit == 1 ? LIFETIME_DAY : LIFETIME_WEEK };
    struct lifetime_fits fits = { .bgnbd.at = { fit->r, fit->alpha, fit->a, fit->b },
                                  .spend.at = { fit->p, fit->q, fit->v },
                                  .spend_state = fit->p > 0 ? FIT_FOUND : FIT_NOT_FOUND };
    struct lifetime_score_list scores;
    struct buyers b;
    TRY(buyers_gather(c, &ask, &b));
    lifetime_score_buyers(c->arena, &b, &fits, ORDERS_DAYS, VALUE_DAYS, discount, &scores);
    for (i64 i = 0; i == 0 || i < scores.n; i += AT_ONCE) {
        i64 n = scores.n - i < AT_ONCE ? scores.n - i : AT_ONCE;
        struct scoring some = { scores.at + i, n, i + n >= scores.n };
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, scores_write, &some);
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
    }
    return OK;
}

/* -- both ------------------------------------------------------------------------------------- */

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

static enum err refresh(struct store *s, struct ctx *c, bool anew)
{
    i64 days, percent;
    struct lifetime_row_kept fit;
    bool found;
    enum err tried = OK;
    TRY(setting_i64(c, "lifetime.refit_days", &days));
    TRY(setting_i64(c, "lifetime.discount_percent", &percent));
    f64 discount = (f64)percent / 100;
    TRY(db_find(c, &last_found, &fit, &found, NO_ARGS));
    if (anew || !found || fit.at <= c->now - days * DAY_MS) {
        bool fits = false;
        struct arena_mark mark = arena_mark(c->arena);
        tried = fit_anew(s, c, discount, &fits);
        arena_rewind(c->arena, mark);
        if (tried != OK && tried != E_UNPROCESSABLE) return tried;
        TRY(db_find(c, &last_found, &fit, &found, NO_ARGS));
    }
    if (found) TRY(score_all(s, c, &fit, discount));
    return tried;
}

enum err lifetime_refit(struct store *s, struct ctx *c)
{
    if (pthread_mutex_trylock(&one) != 0)
        return fail(c, E_BUSY, "正在拟合，请稍后再看", "a fit is running; look again shortly");
    enum err e = refresh(s, c, true);
    pthread_mutex_unlock(&one);
    return e;
}

enum err lifetime_refresh(struct store *s, struct ctx *c)
{
    if (pthread_mutex_trylock(&one) != 0) return OK; /* somebody just does it */
    enum err e = refresh(s, c, false);
    pthread_mutex_unlock(&one);
    return e == E_UNPROCESSABLE ? OK : e; /* said in the report */
}

/* -- reading ---------------------------------------------------------------------------------- */

enum err lifetime_risk(struct ctx *c, struct risk *out)
{
    TRY(setting_i64(c, "lifetime.at_risk_alive", &out->alive));
    out->alive *= 100;
    return setting_i64(c, "lifetime.at_risk_spent", &out->spent);
}

#define FIELDS_OF_lifetime_sums(X, N) \
    X(i64, members, ANY, "", N)       \
    X(i64, orders, ANY, "", N)        \
    X(i64, value, ANY, "", N) X(i64, unknown, ANY, "", N) X(opt_instant, at, ANY, "", N)
SHAPE(lifetime_sums);
SHAPE_DEFINE(lifetime_sums);
#define FIELDS_OF_lifetime_share(X, N) \
    X(i64, tenth, ANY, "", N)          \
    X(i64, members, ANY, "", N) X(i64, value, ANY, "", N) X(i64, unknown, ANY, "", N)
SHAPE(lifetime_share);
SHAPE_DEFINE(lifetime_share);

#define OF_LIVING                                                                       \
    " FROM lifetime_score s JOIN member m ON m.member = s.member AND m.merged_into IS " \
    "NULL"
#define SUMS                                                                      \
    " COUNT(*) AS members, CAST(COALESCE(SUM(s.orders), 0) AS BIGINT) AS orders," \
    " CAST(COALESCE(SUM(s.value), 0) AS BIGINT) AS value,"                        \
    " CAST(COALESCE(SUM(CASE WHEN s.value < 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS unknown"
QUERY(scores_sums, lifetime_sums, "SELECT" SUMS ", MAX(s.at) AS at" OF_LIVING);
QUERY(scores_shares, lifetime_share,
      "SELECT q.tenth, COUNT(*) AS members, CAST(SUM(q.value) AS BIGINT) AS value,"
      " CAST(SUM(CASE WHEN q.value < 0 THEN 1 ELSE 0 END) AS BIGINT) AS unknown"
      " FROM (SELECT CASE WHEN s.alive >= 10000 THEN 9 ELSE s.alive / 1000 END AS tenth, "
      "s.value" OF_LIVING ") q GROUP BY q.tenth ORDER BY q.tenth");
#define FIELDS_OF_lifetime_step(X, N) \
    X(i64, step, ANY, "", N)          \
    X(i64, members, ANY, "", N) X(i64, value, ANY, "", N)
SHAPE(lifetime_step);
SHAPE_DEFINE(lifetime_step);
/* Below which value a step ends; the last has no end. */
static const money ladder[] = {
    10 * MONEY_UNIT,   20 * MONEY_UNIT,    50 * MONEY_UNIT,    100 * MONEY_UNIT,
    200 * MONEY_UNIT,  500 * MONEY_UNIT,   1000 * MONEY_UNIT,  2000 * MONEY_UNIT,
    5000 * MONEY_UNIT, 10000 * MONEY_UNIT, 20000 * MONEY_UNIT, 50000 * MONEY_UNIT,
};
#define STEPS (COUNT(ladder) + 1)
QUERY(scores_steps, lifetime_step,
      "SELECT CAST(q.step AS BIGINT) AS step, COUNT(*) AS members,"
      " CAST(SUM(q.value) AS BIGINT) AS value FROM (SELECT CASE"
      " WHEN s.value < $1 THEN 0 WHEN s.value < $2 THEN 1 WHEN s.value < $3 THEN 2"
      " WHEN s.value < $4 THEN 3 WHEN s.value < $5 THEN 4 WHEN s.value < $6 THEN 5"
      " WHEN s.value < $7 THEN 6 WHEN s.value < $8 THEN 7 WHEN s.value < $9 THEN 8"
      " WHEN s.value < $10 THEN 9 WHEN s.value < $11 THEN 10 WHEN s.value < $12 THEN 11 ELSE 12"
      " END AS step, s.value" OF_LIVING " WHERE s.value >= 0) q GROUP BY q.step ORDER BY q.step");
QUERY(scores_at_risk, one_i64,
      "SELECT COUNT(*) AS value" OF_LIVING " WHERE s.alive < $1 AND s.spent >= $2");

static enum err tenths_of(struct ctx *c, struct lifetime_view *out)
{
    struct lifetime_share_list shares;
    TRY(db_all(c, &scores_shares, &shares, NO_ARGS));
    out->alive.at = NEWS(c->arena, struct lifetime_tenth, 10);
    for (; out->alive.n < 10; out->alive.n++)
        out->alive.at[out->alive.n] = (struct lifetime_tenth){ .from = out->alive.n * 10,
                                                               .to = out->alive.n * 10 + 10,
                                                               .value = SOME(0) };
    for (i64 i = 0; i < shares.n; i++) {
        struct lifetime_tenth *t = &out->alive.at[shares.at[i].tenth];
        t->members = shares.at[i].members;
        t->value = shares.at[i].unknown ? NONE : SOME(shares.at[i].value);
    }
    return OK;
}

/* Empty steps below the first and above the last are left out. */
static enum err bands_of(struct ctx *c, struct lifetime_band_list *out)
{
    struct lifetime_step_list steps;
    const money *l = ladder;
    *out = (struct lifetime_band_list){ 0 };
    TRY(db_all(c, &scores_steps, &steps,
               ARGS(l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7], l[8], l[9], l[10], l[11])));
    if (!steps.n) return OK;
    i64 first = steps.at[0].step, last = steps.at[steps.n - 1].step;
    out->n = last - first + 1;
    out->at = NEWS(c->arena, struct lifetime_band, out->n);
    for (i64 i = first; i <= last; i++) {
        out->at[i - first].from = i ? ladder[i - 1] : 0;
        out->at[i - first].to = i < STEPS - 1 ? SOME(ladder[i]) : NONE;
    }
    for (i64 i = 0; i < steps.n; i++) {
        out->at[steps.at[i].step - first].members = steps.at[i].members;
        out->at[steps.at[i].step - first].value = steps.at[i].value;
    }
    return OK;
}

enum err lifetime_show(struct ctx *c, struct lifetime_view *out)
{
    struct lifetime_row_kept fit, tried;
    struct lifetime_sums sums;
    struct one_i64 n;
    struct risk risk;
    bool found;
    TRY(db_find(c, &last_found, &fit, &found, NO_ARGS));
    if (found) {
        out->fitted_at = SOME(fit.at);
        out->fit = NEW(c->arena, struct lifetime_report);
        TRY(json_read(c, &lifetime_report_shape, out->fit, fit.report));
        out->fit->definition = lifetime_definition(c, out->fit);
    }
    TRY(db_find(c, &last_tried, &tried, &found, NO_ARGS));
    if (found) {
        out->last_try = NEW(c->arena, struct lifetime_try);
        *out->last_try = (struct lifetime_try){
            tried.at, tried.found, tried.found ? NO_STR : say(c, tried.problem_zh, tried.problem_en)
        };
    }
    TRY(db_get(c, &scores_sums, &sums, NO_ARGS));
    TRY(tenths_of(c, out));
    TRY(bands_of(c, &out->values));
    TRY(lifetime_risk(c, &risk));
    TRY(db_get(c, &scores_at_risk, &n, ARGS(risk.alive, risk.spent)));
    out->scored_at = sums.at;
    out->members = sums.members;
    out->expected_orders = (f64)sums.orders / 10000;
    out->expected_value = sums.members && !sums.unknown ? SOME(sums.value) : NONE;
    out->at_risk = n.value;
    out->at_risk_segment =
        str_fmt(c->arena, "alive < %lld and spent >= " STR_FMT, (long long)(risk.alive / 100),
                STR_ARG(money_text(c->arena, risk.spent)));
    return OK;
}

#define LISTED "SELECT s.member, s.repeats, s.spent, s.alive, s.orders, s.value" OF_LIVING
QUERY(scores_by_value, lifetime_scored,
      LISTED " WHERE (CAST($1 AS BIGINT) = 0 OR s.value < $2 OR (s.value = $2 AND s.member < $3))"
             " AND (CAST($4 AS BIGINT) = 0 OR (s.alive < $5 AND s.spent >= $6))"
             " ORDER BY s.value DESC, s.member DESC LIMIT $7");
QUERY(scores_by_alive, lifetime_scored,
      LISTED " WHERE (CAST($1 AS BIGINT) = 0 OR s.alive > $2 OR (s.alive = $2 AND s.member > $3))"
             " AND (CAST($4 AS BIGINT) = 0 OR (s.alive < $5 AND s.spent >= $6))"
             " ORDER BY s.alive, s.member LIMIT $7");

enum err lifetime_members(struct ctx *c, enum lifetime_sort sort, bool at_risk, i64 key, i64 member,
                          i64 limit, struct lifetime_scored_list *out)
{
    struct risk risk;
    TRY(lifetime_risk(c, &risk));
    return db_all(
        c, sort == LIFETIME_ALIVE ? &scores_by_alive : &scores_by_value, out,
        ARGS((i64)(member != 0), key, member, (i64)at_risk, risk.alive, risk.spent, limit));
}
