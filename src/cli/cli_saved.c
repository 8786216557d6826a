/* cli_saved.c -- koi segment save, saved, show, refresh, sizes, delete, snapshot: saved segments by
 * name, through the same doors as the console. */
#include "audience/saved.h"
#include "cli/local.h"

static const struct cli_option save_options[] = {
    { "description", "TEXT", "它的用途", "what it is for", false },
    { "manual", NULL, "不自动刷新", "does not refresh by itself", false },
    { "announce", NULL, "首次填充也写进入记录", "writes enter lines for the first filling too",
      false },
    { 0 },
};
static const struct cli_option sizes_options[] = {
    { "from", "DATE", "第一天；默认最近 30 天", "first day; default: 30 days up to the last",
      false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { 0 },
};

/* "/v1/segments/7", then what follows; of the segment named by the first argument. */
static enum err path_of(struct cli *cli, const char *rest, str *out)
{
    struct saved_view view;
    TRY(saved_get_named(cli->c, cli->args.at[0], &view));
    *out = str_fmt(cli->c->arena, "/v1/segments/%lld%s", (long long)view.id, rest);
    return OK;
}

static enum err run_call(struct cli *cli, enum method method, str path, const char *columns)
{
    struct local_call call = { .method = method, .path = path };
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, columns);
    return OK;
}

static enum err on_named(struct cli *cli, enum cli_mode mode, enum method method, const char *rest,
                         const char *columns)
{
    str path;
    TRY(cli_open(cli, mode));
    TRY(path_of(cli, rest, &path));
    return run_call(cli, method, path, columns);
}

static enum err run_save(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct saved_view view;
    TRY(cli_open(cli, CLI_WRITES));
    struct local_call call = { .method = M_POST, .path = S("/v1/segments") };
    enum err e = saved_get_named(c, cli->args.at[0], &view);
    if (e == OK) {
        call.method = M_PATCH;
        call.path = str_fmt(c->arena, "/v1/segments/%lld", (long long)view.id);
    } else if (e == E_NOT_FOUND) {
        local_query(cli, &call, "name", cli->args.at[0]);
    } else {
        return e;
    }
    local_query(cli, &call, "text", cli->args.at[1]);
    local_query(cli, &call, "description", cli_text(cli, "description"));
    if (cli_has(cli, "manual")) local_query(cli, &call, "auto", S("false"));
    if (cli_has(cli, "announce")) local_query(cli, &call, "announce", S("true"));
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_saved(struct cli *cli)
{
    TRY(cli_open(cli, CLI_READS));
    return run_call(cli, M_GET, S("/v1/segments"), "id name count version auto owner text");
}

static enum err run_show(struct cli *cli) { return on_named(cli, CLI_READS, M_GET, "", NULL); }

static enum err run_refresh(struct cli *cli)
{
    return on_named(cli, CLI_WRITES, M_POST, "/refresh", NULL);
}

static enum err run_sizes(struct cli *cli)
{
    struct local_call call = { .method = M_GET };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    TRY(path_of(cli, "/sizes", &call.path));
    local_query(cli, &call, "from", cli_text(cli, "from"));
    local_query(cli, &call, "to", cli_text(cli, "to"));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "at count entered left");
    return OK;
}

static enum err run_delete(struct cli *cli)
{
    return on_named(cli, CLI_WRITES, M_DELETE, "", NULL);
}

static enum err run_snapshot(struct cli *cli)
{
    struct local_call call = { .method = M_POST };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(path_of(cli, "/snapshots", &call.path));
    local_query(cli, &call, "name", cli->args.at[1]);
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_snapshots(struct cli *cli)
{
    return on_named(cli, CLI_READS, M_GET, "/snapshots", "id name at version count");
}

const struct verb saved_verbs[] = {
    { "segment save", "NAME EXPR", "把条件存为分层；已有同名的则成为新版本",
      "save an expression as a segment; of one that exists it becomes another version",
      save_options, run_save, 2, 2 },
    { "segment saved", NULL, "列出保存的分层", "list saved segments", NULL, run_saved, 0, 0 },
    { "segment show", "NAME", "看一个保存的分层", "show a saved segment", NULL, run_show, 1, 1 },
    { "segment refresh", "NAME", "立即刷新", "refresh a saved segment now", NULL, run_refresh, 1,
      1 },
    { "segment sizes", "NAME", "人数的历史，进出多少", "how many members it had, who came and went",
      sizes_options, run_sizes, 1, 1 },
    { "segment delete", "NAME", "删除分层及其历史和快照",
      "delete a saved segment with its history and snapshots", NULL, run_delete, 1, 1 },
    { "segment snapshot", "NAME SNAPSHOT", "把此刻的会员存为快照",
      "freeze its members under a name", NULL, run_snapshot, 2, 2 },
    { "segment snapshots", "NAME", "列出快照", "list its snapshots", NULL, run_snapshots, 1, 1 },
    { 0 },
};
