/* cli_koc.c -- koi koc list, months, statement: the KOC programme, through the same doors as the
 * console.
 */
#include "cli/local.h"

static const struct cli_option list_options[] = {
    { "state", "STATE", "只看 applied、invited、active、suspended、refused 或 left",
      "only applied, invited, active, suspended, refused or left", false },
    { "level", "CODE", "只看此等级", "only of this level", false },
    { "limit", "N", "多少位；默认 50", "how many; default: 50", false },
    { 0 },
};

static enum err run_list(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/koc/members") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    local_query(cli, &call, "state", cli_text(cli, "state"));
    local_query(cli, &call, "level", cli_text(cli, "level"));
    local_query(cli, &call, "limit", cli_text(cli, "limit"));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "member name state level rate joined_at");
    return OK;
}

static enum err run_months(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/koc/months") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "month state statements net earned taken_back payable paid");
    return OK;
}

static enum err run_statement(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/koc/statements") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    local_query(cli, &call, "month", cli->args.at[0]);
    local_query(cli, &call, "limit", S("200"));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply,
                "number member name orders lines net earned taken_back carried payable reference");
    return OK;
}

const struct verb koc_verbs[] = {
    { "koc list", NULL, "达人：状态、等级、佣金比例", "KOCs: state, level, rate", list_options,
      run_list, 0, 0 },
    { "koc months", NULL, "各月佣金：待结算、待审批、已定", "commission by the month", NULL,
      run_months, 0, 0 },
    { "koc statement", "MONTH", "一个月的佣金对账单（2026-11）；未结算的为预估",
      "statements of a month (2026-11); not settled: as they would be", NULL, run_statement, 1, 1 },
    { 0 },
};
