/* cli_members.c -- koi members: finds, lists and shows people, through the same doors as the
 * console. */
#include "cli/local.h"

static const char columns[] = "id name phone city touchpoint last_order_at orders spent class tags";

static const struct cli_option list_options[] = {
    { "tag", "TAG", "只看有此标签的会员", "only members with this tag", false },
    { "city", "CITY", "只看此城市", "only of this city", false },
    { "class", "A|B|C", "只看此类会员", "only of this class", false },
    { "sort", "BY", "排序：last_order、orders、spent 或 newest",
      "order: last_order, orders, spent or newest", false },
    { "limit", "N", "最多几条，1 到 200，默认 50", "at most this many, 1 to 200, 50 by default",
      false },
    { "cursor", "CURSOR", "从上一页末尾继续", "go on where the last page ended", false },
    { 0 },
};

static enum err list_with(struct cli *cli, str words)
{
    TRY(cli_open(cli, CLI_READS));
    struct local_call call = { .method = M_GET, .path = S("/v1/members") };
    local_query(cli, &call, "q", words);
    for (const struct cli_option *o = list_options; o->name; o++)
        local_query(cli, &call, o->name, cli_text(cli, o->name));
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, columns);
    return OK;
}

static enum err run_search(struct cli *cli)
{
    return list_with(cli, str_join(cli->c->arena, cli->args, S(" ")));
}

static enum err run_list(struct cli *cli) { return list_with(cli, NO_STR); }

static enum err run_show(struct cli *cli)
{
    TRY(cli_open(cli, CLI_READS));
    struct local_call call = { .method = M_GET,
                               .path = str_fmt(cli->c->arena, "/v1/members/" STR_FMT "/profile",
                                               STR_ARG(cli->args.at[0])) };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

const struct verb member_verbs[] = {
    { "members search", "TEXT…", "按姓名、手机号、任一身份或标签找会员",
      "find members by name, phone, any identity or tag", list_options, run_search, 1, -1 },
    { "members list", NULL, "列出会员", "list members", list_options, run_list, 0, 0 },
    { "members show", "ID", "看一位会员的全部资料", "show all about one member", NULL, run_show, 1,
      1 },
    { 0 },
};
