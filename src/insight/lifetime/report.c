/* report.c -- the fit of a shop as it is shown: parameters, what they foretell, and what they would
 * have foretold, by week and by repeats.
 */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "insight/lifetime/inside.h"

SHAPE_DEFINE(bgnbd_errors);
SHAPE_DEFINE(bgnbd_view);
SHAPE_DEFINE(gamma_gamma_view);
SHAPE_DEFINE(pareto_view);
SHAPE_DEFINE(lifetime_week);
SHAPE_DEFINE(lifetime_bar);
SHAPE_DEFINE(lifetime_holdout);
SHAPE_DEFINE(lifetime_report);
SHAPE_DEFINE(lifetime_score);
CHOICE_DEFINE(lifetime_unit, "week", "day");

/* -- fitting ---------------------------------------------------------------------------------- */

struct said fit_said(struct arena *a, enum fit_state state, i64 members, i64 repeaters)
{
    switch (state) {
    case FIT_FOUND: return (struct said){ S(""), S("") };
    case FIT_TOO_FEW:
        return (struct said){
            str_fmt(a,
                    "有购买的会员 %lld 人，其中再次购买的 %lld 人；拟合至少需要 %d 人与 %d "
                    "人，请等有了更多订单，或放宽日期",
                    (long long)members, (long long)repeaters, FIT_MEMBERS, FIT_REPEATERS),
            str_fmt(a,
                    "%lld members have bought, %lld of them again; a fit needs %d and %d: wait for "
                    "more orders, or widen the dates",
                    (long long)members, (long long)repeaters, FIT_MEMBERS, FIT_REPEATERS)
        };
    case FIT_AT_EDGE:
        return (struct said){
            S("拟合没有收敛：参数趋向零或无穷，这些购买不足以确定它们（例如几乎无人流失，或人人一样"
              "）"),
            S("the fit does not converge: a parameter runs to zero or without bound, these "
              "purchases do not determine it (as when hardly anybody leaves, or all are alike)")
        };
    case FIT_NOT_FOUND: break;
    }
    return (struct said){
        S("拟合没有收敛：没有找到似然的最大值，请换一段日期再试"),
        S("the fit does not converge: no maximum of the likelihood was found; try other dates")
    };
}

enum err lifetime_fit_buyers(struct ctx *c, struct buyers *b, struct lifetime_fits *out)
{
    enum fit_state state = bgnbd_fit(c->arena, &b->sample, &out->bgnbd);
    if (state != FIT_FOUND) {
        struct said why = fit_said(c->arena, state, b->n, b->repeaters);
        return fail(c, E_UNPROCESSABLE, STR_FMT, STR_FMT, STR_ARG(say(c, why.zh, why.en)));
    }
    out->spend_state = spend_fit(&b->spend, &out->spend);
    return OK;
}

/* Money of the model as money: to the cent. */
static opt_money cents_of(f64 yuan)
{
    const i64 cent = MONEY_UNIT / 100;
    return isfinite(yuan) && fabs(yuan) < 1e12 ? SOME(llround(yuan * 100) * cent) : NONE;
}

void lifetime_score_buyers(struct arena *a, const struct buyers *b,
                           const struct lifetime_fits *fits, i64 orders_days, i64 value_days,
                           f64 discount, struct lifetime_score_list *out)
{
    const struct bgnbd *m = &fits->bgnbd.at;
    f64 unit = b->sample.unit;
    *out = (struct lifetime_score_list){ NEWS(a, struct lifetime_score, b->n), 0 };
    for (i64 k = 0; k < b->sample.n; k++) {
        const struct lifetime_row *row = &b->sample.at[k];
        f64 last = row->last / unit, age = row->age / unit;
        f64 alive = bgnbd_alive(m, row->x, last, age);
        f64 orders = alive * bgnbd_of_the_living(m, row->x, age, (f64)orders_days / unit);
        f64 discounted =
            lifetime_value(m, unit, row->x, row->last, row->age, value_days, discount, 1);
        for (i64 i = 0; i < row->n; i++, out->n++) {
            const struct buyer *of = &b->at[out->n];
            f64 mean = of->x ? (f64)of->repeated / (f64)MONEY_UNIT / of->x : 0;
            f64 worth =
                fits->spend_state == FIT_FOUND ? spend_expected(&fits->spend.at, of->x, mean) : NAN;
            out->at[out->n] = (struct lifetime_score){ .member = of->member,
                                                       .repeats = of->x,
                                                       .last_days = of->last,
                                                       .age_days = of->age,
                                                       .spent = of->spent,
                                                       .alive = alive,
                                                       .orders = orders,
                                                       .worth = cents_of(worth),
                                                       .value = cents_of(worth * discounted) };
        }
    }
}

/* -- what it would have foretold -------------------------------------------------------------- */

#define BARS 8 /* 0 to 6 repeats, and more */

static struct lifetime_holdout *holdout_of(struct ctx *c, const struct buyers *b,
                                           const struct bgnbd *m)
{
    struct lifetime_holdout *h = NEW(c->arena, struct lifetime_holdout);
    i64 days = b->until - b->calibrate, actual[BARS] = { 0 };
    f64 expected[BARS] = { 0 };
    if (days == 0) return NULL;
    h->by_repeats.at = NEWS(c->arena, struct lifetime_bar, BARS);
    h->by_repeats.n = BARS;
    for (i64 i = 0; i < b->n; i++)
        actual[b->at[i].x < BARS ? b->at[i].x : BARS - 1] += b->at[i].later;
    for (i64 k = 0; k < b->sample.n; k++) {
        const struct lifetime_row *row = &b->sample.at[k];
        i64 bar = row->x < BARS ? row->x : BARS - 1;
        f64 unit = b->sample.unit;
        h->by_repeats.at[bar].customers += row->n;
        expected[bar] +=
            row->n * bgnbd_expected(m, row->x, row->last / unit, row->age / unit, (f64)days / unit);
    }
    for (i64 i = 0; i < BARS; i++) {
        struct lifetime_bar *bar = &h->by_repeats.at[i];
        bar->repeats = i;
        h->actual += actual[i];
        h->expected += expected[i];
        if (bar->customers == 0) continue;
        bar->actual = (opt_f64){ true, (f64)actual[i] / (f64)bar->customers };
        bar->expected = (opt_f64){ true, expected[i] / (f64)bar->customers };
    }
    if (h->actual) h->error = (opt_f64){ true, h->expected / (f64)h->actual - 1 };
    h->from = day_text(c->arena, b->calibrate + 1);
    h->to = day_text(c->arena, b->until);
    return h;
}

#define WEEKS_MOST 260

/* Of all members: how many first bought on each day, times what one is expected to have bought
 * again so many days after. The last week may be short of days. */
static void weeks_of(struct ctx *c, const struct buyers *b, const struct bgnbd *m,
                     struct lifetime_week_list *out)
{
    i64 days = b->until - b->first + 1, weeks = (days + 6) / 7, actual = 0;
    f64 *by_then = NEWS(c->arena, f64, days), unit = b->sample.unit, before = 0;
    i64 *newcomers = NEWS(c->arena, i64, days);
    *out = (struct lifetime_week_list){ NEWS(c->arena, struct lifetime_week, weeks), 0 };
    for (i64 i = 0; i < days; i++) by_then[i] = bgnbd_expected(m, 0, 0, 0, (f64)i / unit);
    for (i64 i = 0; i < b->n; i++)
        if (b->at[i].first >= b->first) newcomers[b->at[i].first - b->first]++;
    for (i64 w = 0; w < weeks; w++) {
        i64 first = w * 7, last = first + 6 < days ? first + 6 : days - 1;
        struct lifetime_week *week = &out->at[out->n++];
        f64 sum = 0;
        for (i64 d = 0; d <= last; d++) sum += (f64)newcomers[d] * by_then[last - d];
        for (i64 d = first; d <= last; d++) week->actual += b->repeats_on[d];
        actual += week->actual;
        week->from = day_text(c->arena, b->first + (day)first);
        week->to = day_text(c->arena, b->first + (day)last);
        week->holdout = b->first + last > b->calibrate;
        week->actual_sum = actual;
        week->expected_sum = sum;
        week->expected = sum - before;
        before = sum;
    }
    if (weeks <= WEEKS_MOST) return;
    out->at += weeks - WEEKS_MOST;
    out->n = WEEKS_MOST;
}

/* -- as it is shown --------------------------------------------------------------------------- */

/* Rows that Pareto/NBD is fitted to: enough for a check, and quick. */
#define PARETO_ROWS 3000

static struct pareto_view *pareto_of(struct ctx *c, const struct lifetime_sample *all)
{
    struct lifetime_sample s = *all;
    struct pareto_fit fit;
    i64 every = (all->n + PARETO_ROWS - 1) / PARETO_ROWS;
    if (every > 1) {
        s = (struct lifetime_sample){ NEWS(c->arena, struct lifetime_row, all->n), 0, 0,
                                      all->unit };
        for (i64 i = 0; i < all->n; i += every) {
            s.at[s.n++] = all->at[i];
            s.members += all->at[i].n;
        }
    }
    if (pareto_fit(&s, &fit) != FIT_FOUND) return NULL;
    struct pareto_view *out = NEW(c->arena, struct pareto_view);
    *out = (struct pareto_view){ fit.at.r,    fit.at.alpha,       fit.at.s,
                                 fit.at.beta, fit.log_likelihood, s.members };
    return out;
}

str lifetime_definition(struct ctx *c, const struct lifetime_report *r)
{
    bool week = r->unit == LIFETIME_WEEK;
    return str_fmt(
        c->arena,
        c->locale == ZH
            ? "BG/NBD 与 Gamma-Gamma，最大似然，时间单位：%s。购买：付款且没有全额退款的订单（0 "
              "元订单也算），同一天的算一次，金额相加；重复购买：首次之后的购买。只用 " STR_FMT
              " 至 " STR_FMT " 的购买拟合。仍在的概率、预计购买与价值都截至 " STR_FMT
              " 当天结束；价值 = 预计购买 × 预计每次金额，"
              "每 30 天按其中点折现。只买过一次的会员，BG/NBD 一律认为仍在。"
            : "BG/NBD and Gamma-Gamma by maximum likelihood, times in %s. A purchase is a paid "
              "order not refunded whole, free ones included; those of one day are one, their "
              "amounts added; "
              "a repeat is any after the first. Fitted to purchases from " STR_FMT " to " STR_FMT
              ". Alive, expected purchases and value are as of the end of " STR_FMT
              "; value is expected purchases times the expected amount of one, each 30 days "
              "discounted from their middle. Whoever bought once only counts as alive in BG/NBD.",
        c->locale == ZH ? (week ? "周" : "天") : (week ? "weeks" : "days"), STR_ARG(r->from),
        STR_ARG(r->calibrate_to), STR_ARG(r->calibrate_to));
}

static void report_fits(struct ctx *c, const struct buyers *b, const struct lifetime_fits *fits,
                        struct lifetime_report *out)
{
    const struct bgnbd_fit *f = &fits->bgnbd;
    f64 correlation = spend_correlation(&b->spend);
    out->bgnbd = NEW(c->arena, struct bgnbd_view);
    out->bgnbd->errors = NEW(c->arena, struct bgnbd_errors);
    *out->bgnbd->errors =
        (struct bgnbd_errors){ f->error.r, f->error.alpha, f->error.a, f->error.b };
    out->bgnbd->r = f->at.r;
    out->bgnbd->alpha = f->at.alpha;
    out->bgnbd->a = f->at.a;
    out->bgnbd->b = f->at.b;
    out->bgnbd->log_likelihood = f->log_likelihood;
    out->spend_correlation = (opt_f64){ isfinite(correlation), correlation };
    if (fits->spend_state == FIT_FOUND) {
        const struct gamma_gamma *m = &fits->spend.at;
        out->gamma_gamma = NEW(c->arena, struct gamma_gamma_view);
        *out->gamma_gamma =
            (struct gamma_gamma_view){ m->p, m->q, m->v, fits->spend.log_likelihood };
        return;
    }
    struct said why = fit_said(c->arena, fits->spend_state, b->n, b->repeaters);
    out->gamma_gamma_problem = say(c, why.zh, why.en);
}

static int by_member(const void *x, const void *y)
{
    const struct lifetime_score *a = x, *b = y;
    return a->member < b->member ? -1 : a->member > b->member;
}

enum err lifetime_report_make(struct ctx *c, const struct lifetime_ask *ask,
                              struct lifetime_report *out, struct lifetime_score_list *scores)
{
    i64 started = clock_mono_us();
    struct buyers b;
    struct lifetime_fits fits;
    struct lifetime_score_list own;
    f64 value = 0;
    bool valued = true;
    *out = (struct lifetime_report){ .unit = ask->unit,
                                     .horizon_days = ask->horizon ? ask->horizon : 365,
                                     .discount = ask->discount };
    TRY(buyers_gather(c, ask, &b));
    TRY(lifetime_fit_buyers(c, &b, &fits));
    out->customers = b.n;
    out->repeat_customers = b.repeaters;
    out->repeats = b.repeats;
    out->from = day_text(c->arena, b.first);
    out->calibrate_to = day_text(c->arena, b.calibrate);
    out->to = day_text(c->arena, b.until);
    report_fits(c, &b, &fits, out);
    out->pareto_nbd = pareto_of(c, &b.sample);
    out->holdout = holdout_of(c, &b, &fits.bgnbd.at);
    weeks_of(c, &b, &fits.bgnbd.at, &out->weeks);
    if (!scores) scores = &own;
    lifetime_score_buyers(c->arena, &b, &fits, out->horizon_days, out->horizon_days, ask->discount,
                          scores);
    for (i64 i = 0; i < scores->n; i++) {
        out->expected_orders += scores->at[i].orders;
        valued &= scores->at[i].value.has;
        value += (f64)scores->at[i].value.value / (f64)MONEY_UNIT;
    }
    if (valued) out->expected_value = cents_of(value);
    if (scores->n) qsort(scores->at, (size_t)scores->n, sizeof(scores->at[0]), by_member);
    out->definition = lifetime_definition(c, out);
    out->took_ms = (f64)(clock_mono_us() - started) / 1000;
    return OK;
}
