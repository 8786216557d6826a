/* cli_mall.c -- koi mall list, mall exchanges: through the same doors as the console. */
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

static enum err run_goods(struct cli *cli)
{
    return show(cli, S("/v1/mall/goods?limit=200"),
                "id kind state points price left held taken zh");
}

static enum err run_exchanges(struct cli *cli)
{
    str path = S("/v1/exchanges?limit=200");
    if (cli->args.n)
        path = str_fmt(cli->c->arena, STR_FMT "&state=" STR_FMT, STR_ARG(path),
                       STR_ARG(cli->args.at[0]));
    return show(cli, path, "id member state kind zh quantity points price placed_at");
}

const struct verb mall_verbs[] = {
    { "mall list", NULL, "积分商城的商品：价格、库存", "goods of the points mall: price, stock",
      NULL, run_goods, 0, 0 },
    { "mall exchanges", "[STATE]", "最近的兑换单", "the latest exchanges", NULL, run_exchanges, 0,
      1 },
    { 0 },
};
