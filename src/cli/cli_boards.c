/* cli_boards.c -- koi board list, top, rank: leaderboards, through the same doors as the console.
 */
#include "cli/local.h"

static const struct cli_option top_options[] = {
    { "from", "PLACE", "从第几位起；默认 1", "from this place on; default: 1", false },
    { "limit", "N", "多少位；默认 50", "how many; default: 50", false },
    { 0 },
};
static const struct cli_option rank_options[] = {
    { "near", "N", "前后各看几位；默认 3", "neighbours on either side; default: 3", false },
    { 0 },
};

static enum err run_list(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/boards") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "id name metric state starts_at ends_at");
    return OK;
}

static enum err board_id(struct cli *cli, i64 *id)
{
    if (i64_parse(cli->args.at[0], id) && *id > 0) return OK;
    return cli_usage(cli, "榜单编号应为数字", "a board is named by its number");
}

static enum err run_top(struct cli *cli)
{
    struct local_call call = { .method = M_GET };
    struct local_reply reply;
    i64 id;
    TRY(board_id(cli, &id));
    TRY(cli_open(cli, CLI_READS));
    call.path = str_fmt(cli->c->arena, "/v1/boards/%lld/top", (long long)id);
    local_query(cli, &call, "from", cli_text(cli, "from"));
    local_query(cli, &call, "limit", cli_text(cli, "limit"));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "rank member name score reached_at");
    return OK;
}

static enum err run_rank(struct cli *cli)
{
    struct local_call call = { .method = M_GET };
    struct local_reply reply;
    i64 id;
    TRY(board_id(cli, &id));
    TRY(cli_open(cli, CLI_READS));
    call.path = str_fmt(cli->c->arena, "/v1/boards/%lld/rank", (long long)id);
    local_query(cli, &call, "member", cli->args.at[1]);
    local_query(cli, &call, "near", cli_text(cli, "near"));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

const struct verb board_verbs[] = {
    { "board list", NULL, "排行榜列表", "list leaderboards", NULL, run_list, 0, 0 },
    { "board top", "BOARD", "榜首及其后的名次", "the top of a leaderboard", top_options, run_top, 1,
      1 },
    { "board rank", "BOARD MEMBER", "一位会员的名次和前后的人", "a member's rank and neighbours",
      rank_options, run_rank, 2, 2 },
    { 0 },
};
