/* cli_lifetime.c -- koi report ltv: BG/NBD and Gamma-Gamma fitted to the shop's purchases, as a
 * table, JSON, or a line a member as csv.
 */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/lifetime.h"

#include <math.h>

static const struct cli_option ltv_options[] = {
    { "from", "DATE", "只看首次购买在此日或之后的会员",
      "only members whose first purchase was on this day or later", false },
    { "to", "DATE", "看到哪一天（含）；默认昨天，已 60 天以上没有购买的店铺为最后有购买的一天",
      "last day looked at; default: yesterday, or the last day with a purchase where that is over "
      "60 days ago",
      false },
    { "calibrate-to", "DATE", "拟合只用到这一天（含），之后的用来检验；默认同 --to",
      "the fit sees purchases up to this day, what follows tests it; default: as --to", false },
    { "unit", "UNIT", "时间单位：周（week，默认）或天（day）", "of time: week (the default) or day",
      false },
    { "horizon", "DAYS", "预计之后多少天，1 到 3650，默认 365",
      "days foretold, 1 to 3650, 365 by default", false },
    { "discount", "RATE", "年折现率，0 到 1，如 0.1 为 10%；默认 0",
      "discount a year, 0 to 1: 0.1 is ten percent; default: 0", false },
    { "csv", NULL, "每位会员一行，csv", "one line a member, as csv", false },
    CLI_OPTION_XLSX,
    { 0 },
};

static enum err day_option(struct cli *cli, const char *name, opt_i64 *out)
{
    day d = 0;
    if (!cli_has(cli, name)) return OK;
    TRY(cli_day(cli, name, &d));
    *out = SOME(d);
    return OK;
}

static enum err ask_of(struct cli *cli, struct lifetime_ask *ask)
{
    int unit = LIFETIME_WEEK;
    *ask = (struct lifetime_ask){ .horizon = 365 };
    TRY(day_option(cli, "from", &ask->from));
    TRY(day_option(cli, "to", &ask->until));
    TRY(day_option(cli, "calibrate-to", &ask->calibrate));
    TRY(cli_choice(cli, "unit", &lifetime_unit_choice, &unit));
    ask->unit = (enum lifetime_unit)unit;
    TRY(cli_i64(cli, "horizon", 1, 3650, &ask->horizon));
    if (!cli_has(cli, "discount")) return OK;
    if (cli_f64(cli, cli_text(cli, "discount"), &ask->discount) && ask->discount >= 0 &&
        ask->discount <= 1)
        return OK;
    return cli_usage(cli, "--discount 应在 0 与 1 之间，如 0.1 为一年 10%%",
                     "--discount is between 0 and 1: 0.1 is ten percent a year");
}

static str number(struct cli *cli, f64 v, int decimals)
{
    return isfinite(v) ? str_fmt(cli->c->arena, "%.*f", decimals, v) : S("–");
}
static str number_opt(struct cli *cli, opt_f64 v, int decimals)
{
    return v.has ? number(cli, v.value, decimals) : S("–");
}
static str amount_opt(struct cli *cli, opt_money m)
{
    return m.has ? grid_amount(cli, m.value) : S("–");
}

static enum err save(struct cli *cli, const struct lifetime_score_list *scores)
{
    struct rows r;
    TRY(rows_begin(cli,
                   "member repeats last_days age_days spent alive expected_orders"
                   " expected_amount expected_value",
                   &r));
    for (i64 i = 0; i < scores->n; i++) {
        const struct lifetime_score *s = &scores->at[i];
        struct arena_mark mark = arena_mark(cli->c->arena);
        ROWS_ADD(&r, cell_i64(cli, s->member), cell_i64(cli, s->repeats),
                 cell_i64(cli, s->last_days), cell_i64(cli, s->age_days),
                 money_text(cli->c->arena, s->spent), str_fmt(cli->c->arena, "%.6f", s->alive),
                 str_fmt(cli->c->arena, "%.6f", s->orders), cell_money(cli, s->worth),
                 cell_money(cli, s->value));
        if (r.wrong == OK) arena_rewind(cli->c->arena, mark);
    }
    return rows_end(&r);
}

static void print_models(struct cli *cli, const struct lifetime_report *r)
{
    struct grid g = { .columns = 3 };
    const struct {
        const char *name;
        f64 value, error;
    } rows[] = {
        { "BG/NBD r", r->bgnbd->r, r->bgnbd->errors->r },
        { "alpha", r->bgnbd->alpha, r->bgnbd->errors->alpha },
        { "a", r->bgnbd->a, r->bgnbd->errors->a },
        { "b", r->bgnbd->b, r->bgnbd->errors->b },
        { "ln L", r->bgnbd->log_likelihood, NAN },
        { "Gamma-Gamma p", r->gamma_gamma ? r->gamma_gamma->p : NAN, NAN },
        { "q", r->gamma_gamma ? r->gamma_gamma->q : NAN, NAN },
        { "v", r->gamma_gamma ? r->gamma_gamma->v : NAN, NAN },
        { "Pareto/NBD ln L", r->pareto_nbd ? r->pareto_nbd->log_likelihood : NAN, NAN },
    };
    GRID_ROW(cli, &g, grid_words(cli, "参数", "Parameter"), grid_words(cli, "值", "Value"),
             grid_words(cli, "标准误", "Standard error"));
    for (i64 i = 0; i < COUNT(rows); i++)
        GRID_ROW(cli, &g, str_of(rows[i].name), number(cli, rows[i].value, 3),
                 isnan(rows[i].error) ? S("") : number(cli, rows[i].error, 3));
    grid_print(cli, &g);
}

static void print_holdout(struct cli *cli, const struct lifetime_holdout *h)
{
    struct grid g = { .columns = 4 };
    cli_print(cli, "\n" STR_FMT " – " STR_FMT "\n\n", STR_ARG(h->from), STR_ARG(h->to));
    GRID_ROW(cli, &g, grid_words(cli, "校准期重复购买", "Repeats in the calibration"),
             grid_words(cli, "会员", "Members"), grid_words(cli, "实际次数", "Actual"),
             grid_words(cli, "预计次数", "Expected"));
    for (i64 i = 0; i < h->by_repeats.n; i++) {
        const struct lifetime_bar *bar = &h->by_repeats.at[i];
        GRID_ROW(cli, &g,
                 str_fmt(cli->c->arena, "%lld%s", (long long)bar->repeats,
                         i + 1 == h->by_repeats.n ? "+" : ""),
                 grid_count(cli, bar->customers), number_opt(cli, bar->actual, 3),
                 number_opt(cli, bar->expected, 3));
    }
    GRID_ROW(cli, &g, grid_words(cli, "合计（次）", "In all"), S(""), grid_count(cli, h->actual),
             number(cli, h->expected, 1));
    grid_print(cli, &g);
}

static enum err run_ltv(struct cli *cli)
{
    struct lifetime_ask ask;
    struct lifetime_report r;
    struct lifetime_score_list scores;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(ask_of(cli, &ask));
    TRY(cli_open(cli, CLI_READS));
    TRY(lifetime_report_make(cli->c, &ask, &r, &scores));
    if (cli_answered(cli, &lifetime_report_shape, &r)) return OK;
    if (asked) return save(cli, &scores);
    print_models(cli, &r);
    if (r.gamma_gamma_problem.at)
        cli_print(cli, "Gamma-Gamma: " STR_FMT "\n", STR_ARG(r.gamma_gamma_problem));
    cli_print(cli, "\n");
    struct grid g = { .columns = 2 };
    GRID_ROW(cli, &g, grid_words(cli, "买过的会员", "Members who bought"),
             grid_count(cli, r.customers));
    GRID_ROW(cli, &g, grid_words(cli, "再次购买的会员", "Bought again"),
             grid_count(cli, r.repeat_customers));
    GRID_ROW(cli, &g,
             str_fmt(cli->c->arena,
                     cli->c->locale == ZH ? "之后 %lld 天预计购买次数"
                                          : "Purchases expected in %lld days",
                     (long long)r.horizon_days),
             number(cli, r.expected_orders, 1));
    GRID_ROW(cli, &g, grid_words(cli, "其价值", "What they are worth"),
             amount_opt(cli, r.expected_value));
    grid_print(cli, &g);
    if (r.holdout) print_holdout(cli, r.holdout);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r.definition));
    return OK;
}

const struct verb lifetime_verbs[] = {
    { "report ltv", NULL, "会员生命周期：谁还会再来、值多少（BG/NBD 与 Gamma-Gamma）",
      "lifetime: who will come back and what for (BG/NBD and Gamma-Gamma)", ltv_options, run_ltv, 0,
      0 },
    { 0 },
};
