/* cli_backup.c -- koi backup and koi restore: the whole shop in one file, while serving, between
 * engines. */
#include "cli/cli.h"

#include "app/rooms.h"
#include "app/serve.h"
#include "base/clock.h"

#include <signal.h>
#include <sys/stat.h>

#define FIELDS_OF_backup_view(X, N)    \
    X(str, file, ANY, "The backup", N) \
    X(i64, bytes, ANY, "Its size", N)  \
    X(i64, took_ms, ANY, "How long it took", N)
SHAPE(backup_view);
SHAPE_DEFINE(backup_view);

static void answer(struct cli *cli, str file, i64 from_us, const char *zh, const char *en)
{
    struct stat st;
    struct backup_view v = { .file = file, .took_ms = (clock_mono_us() - from_us) / 1000 };
    if (stat(str_z(cli->c->arena, file), &st) == 0) v.bytes = st.st_size;
    if (!cli_answered(cli, &backup_view_shape, &v))
        cli_print(cli, cli->c->locale == ZH ? zh : en, STR_ARG(file), (double)v.bytes / 1e6,
                  (double)v.took_ms / 1e3);
}

/* Half a backup is a shop's data where nobody looks for it. */
static void on_end(int sig)
{
    store_backup_abandon();
    signal(sig, SIG_DFL);
    raise(sig);
}

static enum err run_backup(struct cli *cli)
{
    i64 from = clock_mono_us();
    TRY(cli_open(cli, CLI_READS));
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
    for (i64 i = 0; i < COUNT(ends); i++) signal(ends[i], on_end);
    str file = cli->args.at[0];
    TRY(store_backup(cli->store, cli->c, file));
    answer(cli, file, from, "已备份到 " STR_FMT "（%.1f MB，%.1f 秒）\n",
           "backed up to " STR_FMT " (%.1f MB, %.1f s)\n");
    return OK;
}

static enum err run_restore(struct cli *cli)
{
    i64 from = clock_mono_us();
    str file = cli->args.at[0];
    /* The lock keeps a server from starting on a half-restored folder, and us from one that is
     * served. */
    TRY(folder_lock(cli->c, cli->data));
    TRY(store_restore(cli->c, (struct store_options){ .where = cli->where }, rooms, file));
    answer(cli, file, from, "已从 " STR_FMT " 恢复（%.1f MB，%.1f 秒）\n",
           "restored from " STR_FMT " (%.1f MB, %.1f s)\n");
    return OK;
}

const struct verb backup_verbs[] = {
    { "backup", "FILE", "备份整个店铺到一个文件（服务运行时也可以）",
      "back up the whole shop into one file, also while serving", NULL, run_backup, 1, 1 },
    { "restore", "FILE", "恢复到空的数据目录或空的 PostgreSQL 库",
      "restore into an empty data folder or an empty PostgreSQL database", NULL, run_restore, 1,
      1 },
    { 0 },
};
