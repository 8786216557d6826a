/* cli_report_behaviour.c -- koi report funnel, retention, actives: what members do, in what order,
 * and whether they come back. */
#include "audience/question_rows.h"
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/rows.h"

static str date_text(struct cli *cli, day d) { return day_text(cli->c->arena, d); }

/* -- funnel ----------------------------------------------------------------------------------- */

static const struct cli_option funnel_options[] = {
    { "steps", "A > B > C",
      "2 到 8 步，如 \"Product Viewed > Order Completed (category = \\\"面膜\\\")\"",
      "2 to 8 steps, like \"Product Viewed > Order Completed (category = \\\"mask\\\")\"", false },
    { "window", "DURATION", "各步须在多久之内：30m、24h、7d；默认 7d",
      "all steps within: 30m, 24h, 7d; default: 7d", false },
    { "from", "DATE", "第一步不早于此日", "the first step on or after this day", false },
    { "to", "DATE", "第一步不晚于此日", "the first step on or before this day", false },
    { "by", "FIELD", "按会员的这个字段分开", "by this field of members", false },
    { "times", NULL, "也给出各步用时的中位数", "also the median time of each step", false },
    CLI_OPTIONS_ROWS,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

/* 3d 4h, 12m 5s: two units are enough. */
static str duration_words(struct cli *cli, i64 s)
{
    static const struct {
        i64 seconds;
        const char *name;
    } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } };
    struct buf out = { .arena = cli->c->arena };
    int said = 0;
    for (i64 i = 0; i < COUNT(units) && said < 2; i++) {
        i64 n = s / units[i].seconds;
        s %= units[i].seconds;
        if (n || said || i == COUNT(units) - 1)
            buf_fmt(&out, "%s%lld%s", said++ ? " " : "", (long long)n, units[i].name);
    }
    return buf_str(&out);
}

static void print_funnel(struct cli *cli, const struct funnel_answer *out, bool times)
{
    struct grid g = { .columns = times ? 5 : 4 };
    GRID_ROW(cli, &g, grid_words(cli, "步骤", "Step"), grid_words(cli, "会员", "Members"),
             grid_words(cli, "对首步", "Of first"), grid_words(cli, "对上步", "Of former"),
             grid_words(cli, "用时中位数", "Median time"));
    for (i64 i = 0; i < out->steps.n; i++) {
        const struct funnel_step *s = &out->steps.at[i], *former = s - (i > 0);
        GRID_ROW(cli, &g, s->event, grid_count(cli, s->members),
                 grid_share(cli, s->members, out->steps.at[0].members),
                 grid_share(cli, s->members, former->members),
                 i && s->median_s.has ? duration_words(cli, s->median_s.value) : S("-"));
    }
    grid_print(cli, &g);
    if (!out->by.n) return;
    struct grid by = { .columns = (int)out->steps.n + 2 };
    str cells[GRID_COLUMNS] = { S("") };
    for (i64 s = 0; s < out->steps.n; s++)
        cells[s + 1] = str_fmt(cli->c->arena, "%lld", (long long)s + 1);
    cells[out->steps.n + 1] = grid_words(cli, "转化", "Through");
    grid_add(cli, &by, cells);
    for (i64 b = 0; b < out->by.n; b++) {
        const struct funnel_value *v = &out->by.at[b];
        cells[0] = v->value;
        for (i64 s = 0; s < v->members.n; s++) cells[s + 1] = grid_count(cli, v->members.at[s]);
        cells[v->members.n + 1] =
            grid_share(cli, v->members.at[v->members.n - 1], v->members.at[0]);
        grid_add(cli, &by, cells);
    }
    cli_print(cli, "\n");
    grid_print(cli, &by);
}

/* All members first, then each value of the field. */
static enum err save_funnel(struct cli *cli, const struct funnel_answer *out)
{
    struct rows r;
    TRY(rows_begin(cli, "value step event members median_s", &r));
    for (i64 b = -1; b < out->by.n; b++)
        for (i64 s = 0; s < out->steps.n; s++) {
            const struct funnel_step *step = &out->steps.at[s];
            i64 members = b < 0 ? step->members : out->by.at[b].members.at[s];
            ROWS_ADD(&r, b < 0 ? S("") : out->by.at[b].value, cell_i64(cli, s + 1), step->event,
                     cell_i64(cli, members),
                     b < 0 && step->median_s.has ? cell_i64(cli, step->median_s.value) : S(""));
        }
    return rows_end(&r);
}

static enum err run_funnel(struct cli *cli)
{
    struct funnel_answer out;
    bool asked;
    TRY(rows_asked(cli, &asked));
    struct funnel_ask ask = { .steps = funnel_steps(cli->c->arena, cli_text(cli, "steps")),
                              .window = cli_text(cli, "window"),
                              .from = cli_text(cli, "from"),
                              .to = cli_text(cli, "to"),
                              .by = cli_text(cli, "by"),
                              .times = cli_has(cli, "times"),
                              .segment = cli_text(cli, "segment"),
                              .at = cli_text(cli, "at") };
    if (!cli_has(cli, "steps"))
        return cli_usage(cli, "要写各步：--steps \"Product Viewed > Order Completed\"",
                         "say the steps: --steps \"Product Viewed > Order Completed\"");
    TRY(cli_open(cli, CLI_READS));
    TRY(funnel_make(cli->c, &ask, &out));
    if (asked) return save_funnel(cli, &out);
    if (cli_answered(cli, &funnel_answer_shape, &out)) return OK;
    print_funnel(cli, &out, ask.times);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

/* -- retention -------------------------------------------------------------------------------- */

static const struct cli_option retention_options[] = {
    { "start", "EVENT", "开始的行为；默认任何行为", "the event that begins; default: any behaviour",
      false },
    { "return", "EVENT", "算作回来的行为；默认任何行为",
      "the event that is a return; default: any behaviour", false },
    { "days", "N", "看之后多少天（周），1 到 60，默认 7",
      "days (weeks) afterwards, 1 to 60, 7 by default", false },
    { "from", "DATE", "期间第一天；默认从最早的行为起",
      "first day; default: since it first happened", false },
    { "to", "DATE", "期间最后一天（含）；默认到最近的行为",
      "last day, included; default: until it last happened", false },
    { "weekly", NULL, "按周", "by week", false },
    { "first-ever", NULL, "只算有史以来第一次开始的会员", "only members who never began before",
      false },
    CLI_OPTIONS_ROWS,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static void print_retention(struct cli *cli, const struct retention_answer *out, bool weeks)
{
    i64 n = out->total->returned.n;
    struct grid g = { .columns = (int)n + 2 };
    str cells[GRID_COLUMNS] = { weeks ? grid_words(cli, "周", "Week")
                                      : grid_words(cli, "日期", "Day"),
                                grid_words(cli, "会员", "Members") };
    for (i64 i = 0; i < n; i++) cells[i + 2] = str_fmt(cli->c->arena, "+%lld", (long long)i + 1);
    grid_add(cli, &g, cells);
    for (i64 k = 0; k < out->cohorts.n; k++) {
        const struct retention_cohort *one = &out->cohorts.at[k];
        if (!one->members) continue;
        cells[0] = date_text(cli, one->day);
        cells[1] = grid_count(cli, one->members);
        for (i64 i = 0; i < n; i++)
            cells[i + 2] = i < one->observed || one->returned.at[i]
                               ? grid_count(cli, one->returned.at[i])
                               : S("");
        grid_add(cli, &g, cells);
    }
    cells[0] = grid_words(cli, "合计", "All");
    cells[1] = grid_count(cli, out->total->members);
    for (i64 i = 0; i < n; i++)
        cells[i + 2] = out->total->observed.at[i]
                           ? grid_share(cli, out->total->kept.at[i], out->total->observed.at[i])
                           : S("");
    grid_add(cli, &g, cells);
    grid_print(cli, &g);
}

/* A row a cohort and step; steps that are still to come have none. */
static enum err save_retention(struct cli *cli, const struct retention_answer *out)
{
    struct rows r;
    TRY(rows_begin(cli, "day members later returned", &r));
    for (i64 k = 0; k < out->cohorts.n; k++) {
        const struct retention_cohort *one = &out->cohorts.at[k];
        for (i64 i = 0; one->members && i < one->returned.n; i++)
            if (i < one->observed || one->returned.at[i])
                ROWS_ADD(&r, date_text(cli, one->day), cell_i64(cli, one->members),
                         cell_i64(cli, i + 1), cell_i64(cli, one->returned.at[i]));
    }
    return rows_end(&r);
}

static enum err run_retention(struct cli *cli)
{
    struct retention_answer out;
    bool asked;
    TRY(rows_asked(cli, &asked));
    i64 days = 7;
    TRY(cli_i64(cli, "days", 1, RETENTION_MAX, &days));
    struct retention_ask ask = { .start = cli_text(cli, "start"),
                                 .back = cli_text(cli, "return"),
                                 .from = cli_text(cli, "from"),
                                 .to = cli_text(cli, "to"),
                                 .days = SOME(days),
                                 .by_week = cli_has(cli, "weekly"),
                                 .first_ever = cli_has(cli, "first-ever"),
                                 .segment = cli_text(cli, "segment"),
                                 .at = cli_text(cli, "at") };
    TRY(cli_open(cli, CLI_READS));
    TRY(retention_make(cli->c, &ask, &out));
    if (asked) return save_retention(cli, &out);
    if (cli_answered(cli, &retention_answer_shape, &out)) return OK;
    print_retention(cli, &out, ask.by_week);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

/* -- actives ---------------------------------------------------------------------------------- */

static const struct cli_option actives_options[] = {
    { "by", "FIELD", "按会员的字段，或 prop:touchpoint 等行为属性分开",
      "by a field of members, or by a property of what they did: prop:touchpoint", false },
    { "event", "EVENT", "算作活跃的行为；默认任何行为",
      "the event that is active; default: any behaviour", false },
    { "from", "DATE", "期间第一天；默认从最早的行为起",
      "first day; default: since it first happened", false },
    { "to", "DATE", "期间最后一天（含）；默认到最近的行为",
      "last day, included; default: until it last happened", false },
    { "unit", "UNIT", "按日（day）、周（week）或月（month）", "a day, a week or a month", false },
    CLI_OPTIONS_ROWS,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static void print_actives(struct cli *cli, const struct actives_answer *out)
{
    struct grid g = { .columns = (int)out->values.n + 2 };
    str cells[GRID_COLUMNS] = { grid_words(cli, "日期", "Day"),
                                grid_words(cli, "会员", "Members") };
    for (i64 i = 0; i < out->values.n; i++) cells[i + 2] = out->values.at[i];
    grid_add(cli, &g, cells);
    for (i64 k = 0; k < out->days.n; k++) {
        cells[0] = date_text(cli, out->days.at[k].day);
        cells[1] = grid_count(cli, out->days.at[k].members);
        for (i64 i = 0; i < out->values.n; i++)
            cells[i + 2] = grid_count(cli, out->days.at[k].values.at[i]);
        grid_add(cli, &g, cells);
    }
    grid_print(cli, &g);
}

/* All of a day first, then each value of the field. */
static enum err save_actives(struct cli *cli, const struct actives_answer *out)
{
    struct rows r;
    TRY(rows_begin(cli, "day value members", &r));
    for (i64 k = 0; k < out->days.n; k++) {
        const struct actives_day *one = &out->days.at[k];
        for (i64 i = -1; i < out->values.n; i++)
            ROWS_ADD(&r, date_text(cli, one->day), i < 0 ? S("") : out->values.at[i],
                     cell_i64(cli, i < 0 ? one->members : one->values.at[i]));
    }
    return rows_end(&r);
}

static enum err run_actives(struct cli *cli)
{
    struct actives_answer out;
    bool asked;
    TRY(rows_asked(cli, &asked));
    int unit = ACTIVES_DAY;
    TRY(cli_choice(cli, "unit", &actives_unit_choice, &unit));
    struct actives_ask ask = { .event = cli_text(cli, "event"),
                               .from = cli_text(cli, "from"),
                               .to = cli_text(cli, "to"),
                               .by = cli_text(cli, "by"),
                               .unit = (enum actives_unit)unit,
                               .segment = cli_text(cli, "segment"),
                               .at = cli_text(cli, "at") };
    TRY(cli_open(cli, CLI_READS));
    TRY(actives_make(cli->c, &ask, &out));
    if (asked) return save_actives(cli, &out);
    if (cli_answered(cli, &actives_answer_shape, &out)) return OK;
    print_actives(cli, &out);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

const struct verb behaviour_verbs[] = {
    { "report funnel", NULL, "漏斗：依次做完各步的会员", "members who go through steps in order",
      funnel_options, run_funnel, 0, 0 },
    { "report retention", NULL, "留存：之后第 n 天又来的会员", "members who return on the n-th day",
      retention_options, run_retention, 0, 0 },
    { "report actives", NULL, "每日活跃会员，可按字段分开", "active members a day, also by a field",
      actives_options, run_actives, 0, 0 },
    { 0 },
};
