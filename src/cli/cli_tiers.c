/* cli_tiers.c -- koi tiers list, simulate, evaluate: the ladder from the command line. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "loyalty/tiers/inside.h"

static enum err run_list(struct cli *cli)
{
    struct ladder l;
    i64 live, draft;
    TRY(cli_open(cli, CLI_READS));
    if (cli->json) {
        struct local_call call = { .method = M_GET, .path = S("/v1/tiers") };
        struct local_reply reply;
        TRY(local_run(cli, &call, &reply));
        local_print(cli, &reply, NULL);
        return OK;
    }
    TRY(ladder_versions(cli->c, &live, &draft));
    TRY(ladder_read(cli->c, live, &l));
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "等级", "Tier"), grid_words(cli, "名称", "Name"),
             grid_words(cli, "门槛", "Reached at"), grid_words(cli, "保级", "Kept at"),
             grid_words(cli, "积分倍数", "Points"));
    for (i64 i = 0; i < l.tiers.n; i++) {
        const struct tier_step *s = &l.tiers.at[i];
        struct arena *a = cli->c->arena;
        opt_money keep = s->keep.has ? s->keep : s->threshold;
        GRID_ROW(cli, &g, s->code, grid_words(cli, str_z(a, s->zh), str_z(a, s->en)),
                 s->threshold.has ? money_text(a, s->threshold.value)
                                  : grid_words(cli, "邀请", "by invitation"),
                 keep.has ? money_text(a, keep.value) : S(""),
                 str_fmt(a, "%lld.%03lld", (long long)s->multiplier / 1000,
                         (long long)s->multiplier % 1000));
    }
    grid_print(cli, &g);
    if (draft)
        cli_note(cli, "还有一份未生效的草稿（第 %lld 版）", "there is a draft, version %lld",
                 (long long)draft);
    return OK;
}

/* The rules to try: those of a file, else the draft, else the ladder in force. */
static enum err rules_of(struct cli *cli, struct ladder *out)
{
    i64 live, draft;
    if (!cli->args.n) {
        TRY(ladder_versions(cli->c, &live, &draft));
        return ladder_read(cli->c, draft ? draft : live, out);
    }
    struct buf text = { .arena = cli->c->arena };
    char *path = str_z(cli->c->arena, cli->args.at[0]), piece[4096];
    FILE *f = fopen(path, "r");
    if (!f) return fail(cli->c, E_NOT_FOUND, "打不开文件 %s", "cannot open %s", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0 && text.n < 1 << 20;)
        buf_add(&text, (str){ piece, (i64)n });
    fclose(f);
    return json_read(cli->c, &ladder_shape, out, buf_str(&text));
}

static enum err run_simulate(struct cli *cli)
{
    struct ladder l = { 0 };
    struct tier_simulation out;
    TRY(cli_open(cli, CLI_READS));
    TRY(rules_of(cli, &l));
    TRY(ladder_simulate(cli->c, &l, &out));
    if (cli_answered(cli, &tier_simulation_shape, &out)) return OK;
    struct grid g = { .columns = 3 };
    str below = grid_words(cli, "未入级", "below the first");
    GRID_ROW(cli, &g, grid_words(cli, "等级", "Tier"), grid_words(cli, "现在", "Now"),
             grid_words(cli, "试算", "Then"));
    for (i64 i = 0; i < out.tiers.n; i++)
        GRID_ROW(cli, &g, str_or(out.tiers.at[i].tier, below), grid_count(cli, out.tiers.at[i].now),
                 grid_count(cli, out.tiers.at[i].then));
    grid_print(cli, &g);
    if (!out.moves.n) return OK;
    cli_print(cli, "\n");
    struct grid moves = { .columns = 3 };
    GRID_ROW(cli, &moves, grid_words(cli, "从", "From"), grid_words(cli, "到", "To"),
             grid_words(cli, "会员", "Members"));
    for (i64 i = 0; i < out.moves.n; i++)
        GRID_ROW(cli, &moves, str_or(out.moves.at[i].from, below),
                 str_or(out.moves.at[i].to, below), grid_count(cli, out.moves.at[i].members));
    grid_print(cli, &moves);
    return OK;
}

#define FIELDS_OF_tiers_evaluated(X, N) X(i64, changed, ANY, "Members whose tier moved", N)
SHAPE(tiers_evaluated);
SHAPE_DEFINE(tiers_evaluated);

static enum err run_evaluate(struct cli *cli)
{
    struct tiers_evaluated out;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(tiers_evaluate(cli->store, cli->c, &out.changed));
    if (cli_answered(cli, &tiers_evaluated_shape, &out)) return OK;
    cli_print(
        cli, STR_FMT "\n",
        STR_ARG(str_fmt(
            cli->c->arena,
            say(cli->c, S("%lld 位会员的等级有变动"), S("the tiers of %lld members moved")).at,
            (long long)out.changed)));
    return OK;
}

const struct verb tier_verbs[] = {
    { "tiers list", NULL, "列出等级", "list the tiers", NULL, run_list, 0, 0 },
    { "tiers simulate", "[FILE]", "试算：按文件里的规则（默认草稿），谁会在哪一级",
      "who would be where under the rules of a file (default: the draft)", NULL, run_simulate, 0,
      1 },
    { "tiers evaluate", NULL, "现在为每位会员重新定级", "works out everybody's tier now", NULL,
      run_evaluate, 0, 0 },
    { 0 },
};
