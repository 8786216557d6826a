/* cli_points.c -- koi points: what a member has and what earns it, through the same doors as the
 * console. */
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "loyalty/points.h"

static enum err run_balance(struct cli *cli)
{
    TRY(cli_open(cli, CLI_READS));
    struct local_call call = { .method = M_GET,
                               .path = str_fmt(cli->c->arena, "/v1/members/" STR_FMT "/points",
                                               STR_ARG(cli->args.at[0])) };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_statement(struct cli *cli)
{
    TRY(cli_open(cli, CLI_READS));
    struct local_call call = { .method = M_GET,
                               .path = str_fmt(cli->c->arena,
                                               "/v1/members/" STR_FMT "/points/statement?limit=200",
                                               STR_ARG(cli->args.at[0])) };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "number at amount balance expires_at words");
    return OK;
}

static enum err run_grant(struct cli *cli)
{
    const str *args = cli->args.at;
    struct buf body = { .arena = cli->c->arena };
    i64 amount;
    if (!i64_parse(args[1], &amount))
        return cli_usage(cli, "积分应为整数", "an amount of points is a whole number");
    buf_fmt(&body, "{\"amount\":%lld,\"key\":", (long long)amount);
    json_write_str(&body, args[2]);
    buf_add(&body, S(",\"reason\":"));
    json_write_str(&body, args[3]);
    buf_byte(&body, '}');
    TRY(cli_open(cli, CLI_WRITES));
    struct local_call call = { .method = M_POST,
                               .path = str_fmt(cli->c->arena, "/v1/members/" STR_FMT "/points",
                                               STR_ARG(args[0])),
                               .body = buf_str(&body) };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_rules(struct cli *cli)
{
    TRY(cli_open(cli, CLI_READS));
    struct local_call call = { .method = M_GET, .path = S("/v1/points/rules") };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "id name on points amount times_tier adds cap_day cap_total");
    return OK;
}

static enum err run_liability(struct cli *cli)
{
    struct civil today;
    struct points_liability out;
    day from, to;
    TRY(cli_open(cli, CLI_READS));
    to = zone_day(cli->c->zone, cli->c->now);
    TRY(cli_day(cli, "to", &to));
    today = day_civil(to);
    from = month_add(day_of(today.year, today.month, 1), -11);
    TRY(cli_day(cli, "from", &from));
    TRY(points_liability(cli->c, from, to, &out));
    if (cli_answered(cli, &points_liability_shape, &out)) return OK;
    struct grid g = { .columns = 8 };
    GRID_ROW(cli, &g, grid_words(cli, "月份", "Month"), grid_words(cli, "已发放", "Issued"),
             grid_words(cli, "手工", "Granted"), grid_words(cli, "已使用", "Spent"),
             grid_words(cli, "已过期", "Expired"), grid_words(cli, "已收回", "Reversed"),
             grid_words(cli, "未使用", "Outstanding"), grid_words(cli, "金额", "Value"));
    for (i64 i = 0; i < out.months.n; i++) {
        const struct points_month *m = &out.months.at[i];
        GRID_ROW(cli, &g, m->month, grid_count(cli, m->issued), grid_count(cli, m->granted),
                 grid_count(cli, m->spent), grid_count(cli, m->expired),
                 grid_count(cli, m->reversed), grid_count(cli, m->outstanding),
                 money_text(cli->c->arena, m->value));
    }
    grid_print(cli, &g);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.how));
    return OK;
}

static const struct cli_option liability_options[] = {
    { "from", "DAY", "第一天；默认一年前那个月的 1 日",
      "first day; default: the first of the month a year before", false },
    { "to", "DAY", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { 0 },
};

const struct verb points_verbs[] = {
    { "points balance", "MEMBER", "会员的积分：可用、待生效、将到期、欠的",
      "points of a member: available, pending, expiring, owed", NULL, run_balance, 1, 1 },
    { "points statement", "MEMBER", "会员的积分流水，最近 200 笔，新的在前",
      "what came and went of a member's points: the last 200, newest first", NULL, run_statement, 1,
      1 },
    { "points grant", "MEMBER AMOUNT KEY REASON",
      "手工发放积分（负数为扣减）；KEY 是你的编号，重试无害",
      "give points by hand (below zero: take them); KEY is your number, a retry is harmless", NULL,
      run_grant, 4, 4 },
    { "points liability", NULL, "积分负债：逐月的发放、使用、过期、收回与未使用，折成金额",
      "what is owed in points, by month, in points and in money", liability_options, run_liability,
      0, 0 },
    { "points rules", NULL, "列出积分规则", "list the rules that earn points", NULL, run_rules, 0,
      0 },
    { 0 },
};
