/* cli_points.c -- koi points: what a member has and what earns it, through the same doors as the
 * console. */
#include "cli/local.h"

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
    { "points rules", NULL, "列出积分规则", "list the rules that earn points", NULL, run_rules, 0,
      0 },
    { 0 },
};
