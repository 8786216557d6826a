/* cli_budget.c -- koi budget list, budget show, credit balance: through the same doors as the
 * console. */
#include "cli/local.h"

static enum err show(struct cli *cli, str path, const char *columns)
{
    struct local_call call = { .method = M_GET, .path = path };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, columns);
    return OK;
}

static enum err run_budgets(struct cli *cli)
{
    return show(cli, S("/v1/budgets"), "code name total spent reserved left ends_at");
}

static enum err run_budget(struct cli *cli)
{
    str code = cli->args.at[0];
    return show(cli, str_fmt(cli->c->arena, "/v1/budgets/" STR_FMT, STR_ARG(code)), NULL);
}

static enum err run_credit(struct cli *cli)
{
    i64 id;
    if (!i64_parse(cli->args.at[0], &id) || id <= 0)
        return cli_usage(cli, "会员编号应为数字", "a member is named by his number");
    return show(cli, str_fmt(cli->c->arena, "/v1/members/%lld/credit", (long long)id), NULL);
}

const struct verb budget_verbs[] = {
    { "budget list", NULL, "活动预算：投入、已用、预留、剩余",
      "campaign budgets: put in, spent, reserved, left", NULL, run_budgets, 0, 0 },
    { "budget show", "CODE", "一笔预算和它的去向", "a budget and what it went for", NULL,
      run_budget, 1, 1 },
    { "credit balance", "MEMBER", "会员的购物金：本金与赠送",
      "a member's shopping credit: paid for and given", NULL, run_credit, 1, 1 },
    { 0 },
};
